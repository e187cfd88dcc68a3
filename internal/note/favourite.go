package note

import (
	"context"

	"zhizhou/internal/catalog"
	"zhizhou/internal/db"
	"zhizhou/internal/id"
)

// mostFavourites is how many somebody may keep.
const mostFavourites = 1000

// Favourite is a course or lesson that a learner keeps.
type Favourite struct {
	ID          int64
	CourseID    int64
	LessonID    int64 // 0: the course
	CourseTitle string
	LessonTitle string
	Form        string // of the lesson
	Cover       string
	Scene       string
	Public      int64 // 1: the course is published
	Living      int64 // 1: neither is deleted or taken back
	Open        bool  `db:"-"` // it can still be visited
	CreatedAt   int64
}

// Keep makes a course (lessonID 0) or a lesson a favourite; a repeat changes nothing.
// It must be there to be seen. Returns ErrMany, catalog.ErrCourseGone,
// catalog.ErrLessonGone.
func (s *Service) Keep(ctx context.Context, userID, courseID, lessonID int64) error {
	if lessonID != 0 {
		l, _, err := s.access.Decide(ctx, s.catalog, userID, lessonID)
		if err != nil {
			return err
		}
		courseID = l.CourseID
	} else if ok, err := s.seen(ctx, userID, courseID); err != nil || !ok {
		return orElse(err, catalog.ErrCourseGone)
	}
	return s.db.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		var n int64
		if err := tx.Get(ctx, qFavours, &n, userID); err != nil {
			return err
		}
		if n >= mostFavourites {
			return ErrMany
		}
		_, err := tx.Exec(ctx, qFavour, id.New(), userID, courseID, lessonID, s.now())
		return err
	})
}

// seen reports whether a user may see a course: it is published, or theirs.
func (s *Service) seen(ctx context.Context, userID, courseID int64) (bool, error) {
	shown, err := s.catalog.Visible(ctx, courseID)
	if err != nil || shown {
		return shown, err
	}
	h, err := s.access.Course(ctx, s.db, userID, courseID)
	return h.Owned, err
}

// Drop takes a favourite away; also one that cannot be seen any more.
func (s *Service) Drop(ctx context.Context, userID, courseID, lessonID int64) error {
	return s.db.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, qUnfavour, userID, courseID, lessonID)
		return err
	})
}

// Remove takes a favourite away by its own id; one that is gone already is no mistake.
func (s *Service) Remove(ctx context.Context, userID, favouriteID int64) error {
	return s.db.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, qUnfavourID, favouriteID, userID)
		return err
	})
}

// Keeps reports whether a course (lessonID 0) or a lesson is a favourite.
func (s *Service) Keeps(ctx context.Context, userID, courseID, lessonID int64) (bool, error) {
	var n int64
	err := s.db.Get(ctx, qFavoured, &n, userID, courseID, lessonID)
	return n > 0, err
}

// Favourites pages what a learner keeps, the latest first; kind is "course", "lesson"
// or "" for both.
func (s *Service) Favourites(ctx context.Context, userID int64, kind string, before int64, limit int) ([]Favourite, error) {
	var rows []Favourite
	if err := s.db.List(ctx, qFavouriteList, &rows, userID, kind, before, limit); err != nil {
		return nil, err
	}
	for i := range rows {
		f := &rows[i]
		f.Open = f.Living == 1 && f.Public == 1
		if f.Living == 1 && f.Public == 0 { // taken down: still open to those who have it
			h, err := s.access.Course(ctx, s.db, userID, f.CourseID)
			if err != nil {
				return nil, err
			}
			f.Open = h.Owned
		}
	}
	return rows, nil
}
