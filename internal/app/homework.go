package app

import (
	"context"
	"fmt"
	"strings"

	"zhizhou/internal/db"
	"zhizhou/internal/homework"
	"zhizhou/internal/message"
	"zhizhou/internal/text"
)

// noticeWords is how many characters of a teacher's words a notice carries; all of them
// stand beside the work.
const noticeWords = 80

// newHomework makes the homework and ties it to lessons: one without a task is not
// published, one that is passed is finished, and learners are told.
func (a *App) newHomework() {
	a.Homework = homework.New(a.DB, a.Clock, a.Catalog, a.Access, a.Media)
	a.Homework.OnPassed(a.Learning.Finish)
	a.Homework.OnNews(func(ctx context.Context, tx *db.Tx, n homework.News) error {
		// Lessons are often called 作业：…; the word is not said twice.
		name := strings.TrimSpace(strings.TrimPrefix(strings.TrimPrefix(n.Title, "作业："), "作业:"))
		if name == "" {
			name = n.Title
		}
		title := map[string]string{homework.Marked: "作业批改好了：", homework.Returned: "作业被退回修改：", "review": "有一份同学作业请你评："}[n.Kind] + name
		return a.Message.Notify(ctx, tx, message.Notice{
			UserID: n.UserID, Kind: message.Homework, Title: title, Body: text.Cut(text.Line(n.Comment), noticeWords), Link: fmt.Sprintf("/homework/%d", n.LessonID), Key: fmt.Sprintf("homework:%s:%d", n.Kind, n.ID),
		})
	})
	a.Catalog.OnPublish(a.Homework.Ready)
	a.Account.OnMerge(a.Homework.Merge)
}
