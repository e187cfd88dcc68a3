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

// mostTold is how many letters of a teacher's words a notice repeats.
const mostTold = 120

// newHomework makes the homework and ties it to lessons: one without a task is not
// published, one that is passed is finished, and learners are told.
func (a *App) newHomework() {
	a.Homework = homework.New(a.DB, a.Clock, a.Catalog, a.Access, a.Media)
	a.Homework.OnPassed(a.Learning.Finish)
	a.Homework.OnNews(func(ctx context.Context, tx *db.Tx, n homework.News) error {
		// A teacher may have named the lesson 作业：… already.
		title := map[string]string{homework.Marked: "作业批改好了：", homework.Returned: "作业被退回修改：", "review": "有一份同学作业请你评："}[n.Kind]
		return a.Message.Notify(ctx, tx, message.Notice{
			UserID: n.UserID, Kind: message.Homework, Title: title + strings.TrimPrefix(n.Title, "作业："), Body: text.Cut(n.Comment, mostTold), Link: fmt.Sprintf("/homework/%d", n.LessonID), Key: fmt.Sprintf("homework:%s:%d", n.Kind, n.ID),
		})
	})
	a.Catalog.OnPublish(a.Homework.Ready)
	a.Account.OnMerge(a.Homework.Merge)
}
