package app

import (
	"context"
	"fmt"

	"zhizhou/internal/db"
	"zhizhou/internal/message"
	"zhizhou/internal/rating"
)

// newRating makes what learners say of courses, and tells them what became of it.
func (a *App) newRating() {
	a.Rating = rating.New(a.DB, a.Clock, a.Note, func() { a.API.Forget() })
	a.Access.OnTaken(a.Rating.Recount)
	a.Rating.OnNews(func(ctx context.Context, tx *db.Tx, n rating.News) error {
		m := message.Notice{
			UserID: n.UserID, Kind: message.Answer, Title: "老师回复了你的评价：" + n.Title, Body: n.Body,
			Link: fmt.Sprintf("/course/%d/ratings", n.CourseID), Key: fmt.Sprintf("rating:%d:%d", n.ID, n.Version),
		}
		if n.Kind == "hidden" {
			m.Title, m.Body, m.Key = "你的评价没有公开："+n.Title, "原因："+n.Body, fmt.Sprintf("hidden:rating:%d:%d", n.ID, n.Version)
		}
		return a.Message.Notify(ctx, tx, m)
	})
}
