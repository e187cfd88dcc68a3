package app

import (
	"context"
	"fmt"

	"zhizhou/internal/db"
	"zhizhou/internal/message"
	"zhizhou/internal/note"
)

// newNote makes what learners write beside lessons, and tells them what became of it.
func (a *App) newNote() {
	a.Note = note.New(a.DB, a.Clock, a.Catalog, a.Access)
	a.Note.OnNews(func(ctx context.Context, tx *db.Tx, n note.News) error {
		m := message.Notice{UserID: n.UserID, Kind: message.Answer, Body: n.Body, Link: fmt.Sprintf("/learn/%d", n.LessonID)}
		if n.QuestionID != 0 && n.What != note.Answer {
			m.Link = fmt.Sprintf("/question/%d", n.QuestionID)
		}
		if n.Kind == "answered" {
			m.Title, m.Key = "你的提问有了回答："+n.Title, fmt.Sprintf("answer:%d", n.ID)
		} else {
			what := map[string]string{note.Note: "笔记", note.Question: "提问", note.Answer: "回答"}[n.What]
			m.Title, m.Body, m.Key = "你的"+what+"没有公开："+n.Title, "原因："+n.Body, fmt.Sprintf("hidden:%s:%d:%d", n.What, n.ID, n.Version)
		}
		return a.Message.Notify(ctx, tx, m)
	})
	a.Account.OnMerge(a.Note.Merge)
}
