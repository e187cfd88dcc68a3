package note

import (
	"context"
	"errors"
	"strings"

	"zhizhou/internal/access"
	"zhizhou/internal/catalog"
	"zhizhou/internal/db"
	"zhizhou/internal/id"
	"zhizhou/internal/text"
)

// Mark is a note or a highlight.
type Mark struct {
	ID       int64
	UserID   int64
	CourseID int64
	LessonID int64
	Kind     string // Note or Highlight
	Place
	Prefix   string // what stands before and after the quote
	Suffix   string
	Body     string
	State    string
	Reason   string
	Likes    int64
	Version  int64
	Nickname string // of another one's
	Liked    int64  // 1: by who asks
	// Of lists over lessons.
	LessonTitle string
	CourseTitle string
	Form        string
	Living      int64 // 0: the lesson is not for learners any more
	Withheld    bool  `db:"-"` // the quote is kept back: the lesson is not open now
	Free        bool  `db:"-"`
	CreatedAt   int64
	UpdatedAt   int64
}

// NewMark is what a learner writes.
type NewMark struct {
	Place
	Prefix, Suffix string
	Body           string // empty: a highlight
	Share          bool
}

// limits are how much may be written in a minute and on a day.
var limits = map[string][2]int64{"own": {60, 2000}, "public": {6, 60}}

// count admits a text of the user inside tx, and makes the user's texts come one after
// another. Returns ErrOften.
func (s *Service) count(ctx context.Context, tx *db.Tx, userID int64, public bool) error {
	kind, now := "own", s.now()
	if public {
		kind = "public"
	}
	n, err := tx.Exec(ctx, qWrite, userID, kind, now/60_000, now/86_400_000, limits[kind][0], limits[kind][1])
	if err == nil && n == 0 {
		err = ErrOften.Retry(60)
	}
	return err
}

// Count admits a text of the user that others are to see, inside tx: all such texts have
// one measure. Returns ErrOften.
func (s *Service) Count(ctx context.Context, tx *db.Tx, userID int64) error {
	return s.count(ctx, tx, userID, true)
}

// Add keeps a note or, without words of one's own, a highlight. What is shared waits
// to be looked at. Returns ErrNote, ErrFull, ErrOften, access.ErrLocked,
// catalog.ErrLessonGone.
func (s *Service) Add(ctx context.Context, userID, lessonID int64, n NewMark) (Mark, error) {
	l, err := s.access.Open(ctx, s.catalog, userID, lessonID)
	if err != nil {
		return Mark{}, err
	}
	m := Mark{ID: id.New(), UserID: userID, CourseID: l.CourseID, LessonID: l.ID, Kind: Highlight, State: Private, Prefix: last(text.Line(n.Prefix)), Suffix: first(text.Line(n.Suffix)), Version: 1, CreatedAt: s.now()}
	if m.Place, err = n.fit(l); err != nil {
		return Mark{}, err
	}
	if strings.TrimSpace(n.Body) != "" || m.Quote == "" {
		m.Kind = Note
		if m.Body, err = written(n.Body); err != nil {
			return Mark{}, err
		}
	}
	if n.Share {
		if m.Kind == Highlight {
			return Mark{}, ErrNote.Field("share", "写了笔记才能分享")
		}
		if m.State, err = s.Looked(ctx, Draft{userID, l.ID, Note, m.Body, m.Quote}); err != nil {
			return Mark{}, err
		}
	}
	m.UpdatedAt = m.CreatedAt
	return m, s.db.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := s.count(ctx, tx, userID, n.Share); err != nil {
			return err
		}
		var have int64
		if err := tx.Get(ctx, qCountOf, &have, userID, l.ID); err != nil {
			return err
		}
		if have >= mostLesson {
			return ErrFull
		}
		_, err := tx.Exec(ctx, qInsert, m.ID, userID, m.CourseID, m.LessonID, m.Kind, m.Place.Kind, m.At, m.Quote, m.Prefix, m.Suffix, m.Body, m.State, m.CreatedAt)
		return err
	})
}

// Edit changes the words of an own note, or writes some beside a highlight; version is
// that which was read. What is shared is looked at again. Access is not asked: they are
// the author's own words; who shares them must have it. Returns ErrNote, ErrGone,
// ErrChanged, ErrOften, access.ErrLocked.
func (s *Service) Edit(ctx context.Context, userID, noteID, version int64, body string, share bool) (Mark, error) {
	m, err := s.own(ctx, userID, noteID)
	if err != nil {
		return m, err
	}
	if body, err = written(body); err != nil {
		return m, err
	}
	state := Private
	switch {
	case share && m.State == Shown && body == m.Body:
		return m, nil
	case share && m.State == Hidden && body == m.Body:
		return m, nil // what was hidden comes back through other words alone
	case share:
		if _, err := s.access.Open(ctx, s.catalog, userID, m.LessonID); err != nil {
			return m, err
		}
		if state, err = s.Looked(ctx, Draft{userID, m.LessonID, Note, body, m.Quote}); err != nil {
			return m, err
		}
	}
	err = s.db.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := s.count(ctx, tx, userID, share); err != nil {
			return err
		}
		n, err := tx.Exec(ctx, qUpdate, noteID, userID, version, body, state, s.now())
		if err != nil {
			return err
		}
		if n == 0 {
			return ErrChanged
		}
		if state == Private {
			_, err = tx.Exec(ctx, qUnlikeAll, Note, noteID)
		}
		return err
	})
	if err != nil {
		return m, err
	}
	return s.own(ctx, userID, noteID)
}

// Delete forgets an own note or highlight. Returns ErrGone.
func (s *Service) Delete(ctx context.Context, userID, noteID int64) error {
	return s.db.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		n, err := tx.Exec(ctx, qDelete, noteID, userID)
		if err != nil {
			return err
		}
		if n == 0 {
			return ErrGone
		}
		_, err = tx.Exec(ctx, qUnlikeAll, Note, noteID)
		return err
	})
}

func (s *Service) own(ctx context.Context, userID, noteID int64) (Mark, error) {
	var m Mark
	err := none(s.db.Get(ctx, qOne, &m, noteID), ErrGone)
	if err == nil && m.UserID != userID {
		err = ErrGone
	}
	return m, err
}

// Own lists all that a learner wrote and marked in a lesson that is open, oldest
// first. Returns access.ErrLocked, catalog.ErrLessonGone.
func (s *Service) Own(ctx context.Context, userID, lessonID int64) ([]Mark, error) {
	if _, err := s.access.Open(ctx, s.catalog, userID, lessonID); err != nil {
		return nil, err
	}
	var rows []Mark
	err := s.db.List(ctx, qOwnOf, &rows, userID, lessonID)
	return rows, err
}

// Shared pages what others share in a lesson that is open: by thumbs, then the newest
// first, after the keys (likes, id) of the last one. Returns access.ErrLocked,
// catalog.ErrLessonGone.
func (s *Service) Shared(ctx context.Context, userID, lessonID int64, after []int64, limit int) ([]Mark, error) {
	if _, err := s.access.Open(ctx, s.catalog, userID, lessonID); err != nil {
		return nil, err
	}
	if len(after) == 0 {
		after = []int64{0, 0}
	}
	var rows []Mark
	err := s.db.List(ctx, qShared, &rows, lessonID, userID, after[0], after[1], limit)
	return rows, err
}

// Find narrows a learner's own notes.
type Find struct {
	CourseID int64  // 0: all
	Kind     string // "": both
	Words    string
}

func (f Find) like() string {
	words := strings.ToLower(text.Line(f.Words))
	if words == "" {
		return ""
	}
	return "%" + strings.NewReplacer("!", "!!", "%", "!%", "_", "!_").Replace(words) + "%"
}

// Mine pages all that a learner wrote and marked, the newest first, before an id (0: from
// the newest). The quotes of lessons that are not open now are withheld.
func (s *Service) Mine(ctx context.Context, userID int64, f Find, before int64, limit int) ([]Mark, error) {
	var rows []Mark
	if err := s.db.List(ctx, qMine, &rows, userID, f.CourseID, f.Kind, f.like(), before, limit); err != nil {
		return nil, err
	}
	return rows, s.withhold(ctx, userID, rows)
}

// withhold keeps back what own notes quote from lessons that are not open now.
func (s *Service) withhold(ctx context.Context, userID int64, rows []Mark) error {
	known := map[int64]access.Decision{}
	for i := range rows {
		m := &rows[i]
		d, ok := known[m.LessonID]
		if !ok && m.Living == 1 {
			var err error
			if _, d, err = s.access.Decide(ctx, s.catalog, userID, m.LessonID); err != nil && !isGone(err) {
				return err
			}
		}
		known[m.LessonID] = d
		m.Free = d.Reason == "free"
		if !d.Allowed && m.Quote != "" {
			m.Quote, m.Prefix, m.Suffix, m.Withheld = "", "", "", true
		}
	}
	return nil
}

func isGone(err error) bool { return errors.Is(err, catalog.ErrLessonGone) }

// Kept is a course in which a learner wrote something.
type Kept struct {
	CourseID int64
	Title    string
	N        int64
}

// Courses lists the courses in which a learner wrote something, the latest first.
func (s *Service) Courses(ctx context.Context, userID int64) ([]Kept, error) {
	var rows []Kept
	err := s.db.List(ctx, qMyCourse, &rows, userID)
	return rows, err
}

// last and first leave what stands next to a quote.
func last(s string) string  { r := []rune(s); return string(r[max(0, len(r)-mostContext):]) }
func first(s string) string { r := []rune(s); return string(r[:min(len(r), mostContext)]) }

// Like gives a thumb to another one's shown note or answer, or takes it back; a repeat
// changes nothing. Returns ErrGone, ErrAnswer, ErrOwn, access.ErrLocked.
func (s *Service) Like(ctx context.Context, userID int64, what string, targetID int64, on bool) error {
	author, lessonID, state, err := s.liked(ctx, what, targetID)
	gone := ErrGone
	if what == Answer {
		gone = ErrAnswer
	}
	switch {
	case err != nil:
		return err
	case state != Shown:
		return gone
	case author == userID:
		return ErrOwn
	}
	if _, err := s.access.Open(ctx, s.catalog, userID, lessonID); err != nil {
		return err
	}
	counts := qNoteLikes
	if what == Answer {
		counts = qReplyLikes
	}
	return s.db.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		by := int64(1)
		var n int64
		var err error
		if on {
			n, err = tx.Exec(ctx, qLike, what, targetID, userID, s.now())
		} else {
			by = -1
			n, err = tx.Exec(ctx, qUnlike, what, targetID, userID)
		}
		if err != nil || n == 0 {
			return err
		}
		if n, err = tx.Exec(ctx, counts, targetID, by); err == nil && n == 0 {
			err = gone // it was taken down or deleted meanwhile
		}
		return err
	})
}

func (s *Service) liked(ctx context.Context, what string, targetID int64) (author, lessonID int64, state string, err error) {
	if what == Note {
		var m Mark
		err = none(s.db.Get(ctx, qOne, &m, targetID), ErrGone)
		return m.UserID, m.LessonID, m.State, err
	}
	var a Reply
	if err = none(s.db.Get(ctx, qReplyOne, &a, targetID), ErrAnswer); err != nil {
		return 0, 0, "", err
	}
	q, err := s.question(ctx, a.QuestionID)
	if err == nil && q.State != Shown {
		err = ErrAnswer
	}
	return a.UserID, q.LessonID, a.State, err
}

// Merge gives what one user wrote to another: they became one. A thumb counts once,
// and none is for one's own words.
func (s *Service) Merge(ctx context.Context, tx *db.Tx, from, to int64) error {
	for _, q := range mergeTwo {
		if _, err := tx.Exec(ctx, q, from, to); err != nil {
			return err
		}
	}
	for _, q := range mergeOne {
		if _, err := tx.Exec(ctx, q, from); err != nil {
			return err
		}
	}
	return nil
}
