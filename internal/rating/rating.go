package rating

import (
	"context"
	"errors"
	"unicode/utf8"

	"zhizhou/internal/db"
	"zhizhou/internal/id"
	"zhizhou/internal/note"
	"zhizhou/internal/text"
)

// Rating is what one learner says of a course.
type Rating struct {
	ID        int64
	UserID    int64
	CourseID  int64
	Stars     int64
	Body      string
	State     string // of the words: Bare, note.Pending, note.Shown or note.Hidden
	Reason    string
	Kept      int64 // 1: it counts
	Reply     string
	ReplyBy   int64
	ReplyName string
	RepliedAt int64
	Version   int64
	CreatedAt int64
	UpdatedAt int64
	// Of lists.
	Nickname    string
	CourseTitle string
}

// Totals is how many of the ratings that count gave so many stars.
type Totals struct{ One, Two, Three, Four, Five int64 }

// Count is how many ratings count.
func (t Totals) Count() int64 { return t.One + t.Two + t.Three + t.Four + t.Five }

// Tenths is the average in tenths of a star, rounded half up; 0 with fewer than Enough.
func (t Totals) Tenths() int64 {
	n := t.Count()
	if n < Enough {
		return 0
	}
	sum := t.One + 2*t.Two + 3*t.Three + 4*t.Four + 5*t.Five
	return (sum*20 + n) / (2 * n)
}

// Mine is a learner's own rating of a course, or whether one may be given.
type Mine struct {
	Rating Rating // ID 0: none
	May    error  // nil: may be given or changed; ErrNotHad, ErrStudy, ErrOwn
}

// Said is what a learner says.
type Said struct {
	Stars   int64
	Body    string
	Version int64 // that was read; 0: there was none
}

// Save rates a course, or changes what was said. Words are looked at again when they
// change; stars count at once. The same said again changes nothing. Returns ErrRating,
// ErrNotHad, ErrStudy, ErrOwn, ErrChanged, note.ErrNote, note.ErrOften.
func (s *Service) Save(ctx context.Context, userID, courseID int64, n Said) (Rating, error) {
	body := text.Lines(n.Body)
	switch {
	case n.Stars < 1 || n.Stars > 5:
		return Rating{}, ErrRating.Field("stars", "请选 1 到 5 颗星")
	case utf8.RuneCountInString(body) > mostBody:
		return Rating{}, ErrRating.Field("body", "不超过 500 个字")
	}
	was, err := s.own(ctx, userID, courseID)
	if err != nil {
		return was, err
	}
	state, reason := was.State, was.Reason
	switch {
	case was.ID != 0 && was.Kept == 1 && was.Stars == n.Stars && was.Body == body:
		return was, nil
	case was.Version != n.Version:
		return was, ErrChanged
	case body == "":
		state, reason = Bare, ""
	case was.ID == 0 || body != was.Body: // what was hidden comes back through other words alone
		if state, err = s.note.Looked(ctx, note.Draft{UserID: userID, What: note.Rating, Body: body}); err != nil {
			return was, err
		}
		reason = ""
	}
	err = s.db.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := s.may(ctx, tx, userID, courseID); err != nil {
			return err
		}
		if err := s.note.Count(ctx, tx, userID); err != nil {
			return err
		}
		if was.ID == 0 {
			k, err := tx.Exec(ctx, qInsert, id.New(), userID, courseID, n.Stars, body, state, s.now())
			if err == nil && k == 0 {
				err = ErrChanged
			}
			if err != nil {
				return err
			}
			return s.total(ctx, tx, courseID, 0, n.Stars)
		}
		var now Rating
		if err := tx.Get(ctx, qLock, &now, userID, courseID); err != nil {
			return none(err, ErrChanged)
		}
		k, err := tx.Exec(ctx, qUpdate, now.ID, userID, n.Version, n.Stars, body, state, reason, body == was.Body, s.now())
		if err == nil && k == 0 {
			err = ErrChanged
		}
		if err != nil {
			return err
		}
		return s.total(ctx, tx, courseID, now.Stars*now.Kept, n.Stars)
	})
	if err == nil {
		s.public()
	}
	now, other := s.own(ctx, userID, courseID)
	if errors.Is(err, ErrChanged) && now.Stars == n.Stars && now.Body == body {
		err = nil // the same, from a second tap
	}
	return now, errors.Join(err, other)
}

// may refuses who may not rate a course; it holds their grants until tx ends.
func (s *Service) may(ctx context.Context, tx *db.Tx, userID, courseID int64) error {
	var grants []int64
	if err := tx.List(ctx, qHeld, &grants, userID, courseID); err != nil {
		return err
	}
	if len(grants) == 0 {
		var costsNothing int64
		if err := tx.Get(ctx, qFree, &costsNothing, courseID); err != nil {
			return err
		}
		if costsNothing == 0 {
			return ErrNotHad
		}
	}
	return s.studied(ctx, tx, userID, courseID)
}

func (s *Service) studied(ctx context.Context, r db.Reader, userID, courseID int64) error {
	var k int64
	if err := r.Get(ctx, qMay, &k, userID, courseID, studiedMS); err != nil {
		return err
	}
	switch k {
	case 0:
		return ErrStudy
	case 1:
		return ErrOwn
	}
	return nil
}

// Withdraw takes a learner's rating of a course back. Returns ErrGone.
func (s *Service) Withdraw(ctx context.Context, userID, courseID int64) error {
	err := s.db.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		var r Rating
		if err := tx.Get(ctx, qLock, &r, userID, courseID); err != nil {
			return none(err, ErrGone)
		}
		return s.drop(ctx, tx, r)
	})
	if err == nil {
		s.public()
	}
	return err
}

func (s *Service) drop(ctx context.Context, tx *db.Tx, r Rating) error {
	if _, err := tx.Exec(ctx, qDelete, r.ID); err != nil {
		return err
	}
	return s.total(ctx, tx, r.CourseID, r.Stars*r.Kept, 0)
}

// Own returns a learner's rating of a course, or tells whether one may be given.
func (s *Service) Own(ctx context.Context, userID, courseID int64) (Mine, error) {
	var m Mine
	var err error
	if m.Rating, err = s.own(ctx, userID, courseID); err != nil {
		return m, err
	}
	var had int64
	if err := s.db.Get(ctx, qHad, &had, userID, courseID); err != nil {
		return m, err
	}
	if had == 0 {
		m.May = ErrNotHad
		return m, nil
	}
	err = s.studied(ctx, s.db, userID, courseID)
	if errors.Is(err, ErrStudy) || errors.Is(err, ErrOwn) {
		m.May, err = err, nil
	}
	return m, err
}

// own is a learner's rating of a course; ID 0: there is none.
func (s *Service) own(ctx context.Context, userID, courseID int64) (Rating, error) {
	var r Rating
	err := s.db.Get(ctx, qOwn, &r, userID, courseID)
	return r, none(err, nil)
}

// Of returns how a course is rated.
func (s *Service) Of(ctx context.Context, courseID int64) (Totals, error) {
	var t Totals
	err := s.db.Get(ctx, qTotal, &t, courseID)
	return t, none(err, nil)
}

// Shown pages the words that all may read, the newest first, before an id (0: from the
// newest); stars 0 is any number of them.
func (s *Service) Shown(ctx context.Context, courseID, stars, before int64, limit int) ([]Rating, error) {
	var rows []Rating
	err := s.db.List(ctx, qShown, &rows, courseID, before, stars, limit)
	return rows, err
}

func none(err, other error) error {
	if errors.Is(err, db.ErrNone) {
		return other
	}
	return err
}
