package app

import (
	"context"
	"fmt"

	"zhizhou/demo"
	"zhizhou/internal/catalog"
	"zhizhou/internal/db"
	"zhizhou/internal/id"
	"zhizhou/internal/note"
	"zhizhou/internal/rating"
)

// seedRatings lets learners of the demo school finish a free course and rate it. Nobody
// can sign in as one of them.
func (a *App) seedRatings(ctx context.Context, courseID, staffID int64) error {
	parts, err := a.Catalog.Outline(ctx, courseID)
	if err != nil {
		return err
	}
	lesson := parts[0].Lessons[0]
	var said []note.Choice
	for _, r := range demo.Ratings {
		userID, err := a.Account.Invent(ctx, r.Author)
		if err != nil {
			return err
		}
		if err := a.seedStudy(ctx, userID, lesson); err != nil {
			return err
		}
		if err := a.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
			return a.Learning.Finish(ctx, tx, userID, courseID, lesson.ID)
		}); err != nil {
			return err
		}
		made, err := a.Rating.Save(ctx, userID, courseID, rating.Said{Stars: r.Stars, Body: r.Body})
		if err != nil {
			return fmt.Errorf("rating of %s: %w", r.Author, err)
		}
		if r.Body != "" {
			said = append(said, note.Choice{What: note.Rating, ID: made.ID, Version: made.Version})
		}
		if r.Reply != "" {
			if err := a.Rating.Reply(ctx, 0, staffID, demo.RatedTeacher, made.ID, 0, r.Reply); err != nil {
				return err
			}
		}
	}
	_, err = a.Rating.Decide(ctx, 0, said, true, "")
	return err
}

// seedStudy has somebody read a lesson over and over until they spent two minutes with
// it: the cards that come of it count study time.
func (a *App) seedStudy(ctx context.Context, userID int64, l catalog.Lesson) error {
	for spent := int64(0); spent < 2*60_000 && l.DurationMS > 0; spent += l.DurationMS {
		sitting := id.New()
		if err := a.Learning.Begin(ctx, sitting, userID, l); err != nil {
			return err
		}
		if err := a.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
			return a.Learning.Attend(ctx, tx, sitting, userID, l, 0, l.DurationMS)
		}); err != nil {
			return err
		}
	}
	return nil
}
