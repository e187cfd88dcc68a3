package message

import (
	"context"
	"fmt"
	"slices"

	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/id"
	"zhizhou/internal/text"
)

// page is how many people are told in one transaction: a writer is never held for long.
const page = 200

// Announcement is one notice to everybody who has a course.
type Announcement struct {
	ID       int64
	CourseID int64
	Kind     string
	Title    string
	Body     string
	Link     string
	Key      string
	ToldUser int64
}

var (
	qAnnounce = db.Q("message/announce", `INSERT INTO announcements (id, course_id, kind, title, body, link, key, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING`)
	qOpen     = db.Q("message/open", `SELECT id, course_id, kind, title, body, link, key, told_user FROM announcements WHERE done_at = 0 ORDER BY id LIMIT 20`)
	qTold     = db.Q("message/told", `UPDATE announcements SET told_user = $3 WHERE id = $1 AND told_user = $2 AND done_at = 0`)
	qDone     = db.Q("message/done", `UPDATE announcements SET done_at = $2 WHERE id = $1 AND done_at = 0`)
)

// Announce tells everybody who has a course, in the background, once for a key.
func (s *Service) Announce(ctx context.Context, tx *db.Tx, a Announcement) error {
	if !slices.Contains(Kinds, a.Kind) || a.Key == "" {
		return fmt.Errorf("announcement of kind %q with key %q", a.Kind, a.Key)
	}
	_, err := tx.Exec(ctx, qAnnounce, id.New(), a.CourseID, a.Kind, text.Cut(a.Title, 60), text.Cut(a.Body, 300), a.Link, a.Key, clock.MS(s.Clock))
	return err
}

// Sweep goes on with announcements. A process that stops in between is taken over where
// it was.
func (s *Service) Sweep(ctx context.Context) error {
	var open []Announcement
	if err := s.DB.List(ctx, qOpen, &open); err != nil {
		return err
	}
	for _, a := range open {
		if err := s.tell(ctx, a); err != nil {
			return err
		}
	}
	return nil
}

// Forget deletes notices that are a year old.
func (s *Service) Forget(ctx context.Context) error {
	return s.exec(ctx, qOld, clock.MS(s.Clock)-keepMS)
}

func (s *Service) tell(ctx context.Context, a Announcement) error {
	for {
		users, err := s.Audience(ctx, a.CourseID, a.ToldUser, page)
		if err != nil {
			return err
		}
		if len(users) == 0 {
			return s.exec(ctx, qDone, a.ID, clock.MS(s.Clock))
		}
		last := users[len(users)-1]
		var mine bool
		err = s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
			n, err := tx.Exec(ctx, qTold, a.ID, a.ToldUser, last)
			mine = n > 0
			if err != nil || !mine {
				return err // another process is at it
			}
			for _, userID := range users {
				if err := s.Notify(ctx, tx, Notice{UserID: userID, Kind: a.Kind, Title: a.Title, Body: a.Body, Link: a.Link, Key: a.Key}); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil || !mine {
			return err
		}
		a.ToldUser = last
	}
}
