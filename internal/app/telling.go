package app

import (
	"context"
	"fmt"

	"zhizhou/internal/advice"
	"zhizhou/internal/catalog"
	"zhizhou/internal/db"
	"zhizhou/internal/message"
)

// newTelling makes message and says who is told of what.
func (a *App) newTelling() {
	a.Message = &message.Service{DB: a.DB, Clock: a.Clock, Audience: a.Access.Audience}
	a.Advice = &advice.Service{DB: a.DB, Clock: a.Clock, Message: a.Message}
	a.Catalog.OnRelease(func(ctx context.Context, tx *db.Tx, c catalog.Course, l catalog.Lesson) error {
		return a.Message.Announce(ctx, tx, message.Announcement{
			CourseID: c.ID, Kind: message.Column, Title: "「" + c.Title + "」更新了", Body: l.Title,
			Link: fmt.Sprintf("/learn/%d", l.ID), Key: fmt.Sprintf("release:%d", l.ID),
		})
	})
}
