package certificate

import (
	"context"
	"crypto/rand"
	"errors"
	"math/big"

	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/id"
)

// The ways to show a bearer.
const (
	Real     = "real"
	Nickname = "nickname"
	Masked   = "masked"
	Hidden   = "hidden"
)

// Certificate is one that was issued, also when it was revoked since.
type Certificate struct {
	ID       int64
	Code     string
	UserID   int64
	CourseID int64
	Facts
	Nickname     string
	Shown        string
	ListNo       int64
	ListIndex    int64
	RevokedAt    int64
	RevokeKind   string // "refund", "staff", "reissued" or "merged"
	RevokeReason string
	Name         string `db:"-"` // as it is shown; "" when it is hidden
}

// Facts are what a certificate states, all of it read from the evidence of study.
type Facts struct {
	Title         string
	CourseTitle   string
	Lessons       int64 // finished
	StudyMS       int64 `db:"study_ms"`
	ScorePermille int64 // of the quizzes that were asked for; -1: none were
	StartedAt     int64
	FinishedAt    int64
	IssuedAt      int64
}

// Minutes is the study time in whole minutes, as it is stated.
func (f Facts) Minutes() int64 { return f.StudyMS / 60_000 }

// counted is what the evidence says, up to a moment.
type counted struct {
	Lessons    int64
	FinishedAt int64
	StudyMS    int64 `db:"study_ms"`   // of sittings that had begun by then
	SettledMS  int64 `db:"settled_ms"` // of those that had ended
	StartedAt  int64
}

type best struct{ AttemptID, ScoreCenti, MaxCenti int64 }

// State is how far somebody is towards a certificate.
type State struct {
	Rule     Rule
	Lessons  int64 // of the course
	Finished int64
	StudyMS  int64
	Passed   map[int64]bool // of Rule.Quizzes
	Met      bool
	scores   []best
	counted  counted
}

// state compares the evidence with a rule, up to now.
func (s *Service) state(ctx context.Context, r db.Reader, userID int64, rule Rule, now int64) (State, error) {
	st := State{Rule: rule, Passed: map[int64]bool{}}
	if err := r.Get(ctx, qLessonCount, &st.Lessons, rule.CourseID); err != nil {
		return st, err
	}
	if err := r.Get(ctx, qCounted, &st.counted, userID, rule.CourseID, now); err != nil {
		return st, err
	}
	st.Finished, st.StudyMS = st.counted.Lessons, st.counted.StudyMS
	for _, q := range rule.Quizzes {
		var b best
		err := r.Get(ctx, qBest, &b, userID, q.LessonID)
		if errors.Is(err, db.ErrNone) {
			continue
		}
		if err != nil {
			return st, err
		}
		st.Passed[q.LessonID] = true
		st.scores = append(st.scores, b)
	}
	st.Met = st.Lessons > 0 && st.counted.StartedAt > 0 && st.Finished*100 >= rule.MinPercent*st.Lessons &&
		st.StudyMS >= rule.MinMinutes*60_000 && len(st.Passed) == len(rule.Quizzes)
	return st, nil
}

// State tells a learner how far a certificate of the course is, and the last one that
// was issued, nil when there is none. Returns ErrNoRule when the course gives none.
func (s *Service) State(ctx context.Context, userID, courseID int64) (State, *Certificate, error) {
	rule, err := s.rule(ctx, s.db, courseID)
	if err != nil && !errors.Is(err, ErrNoRule) {
		return State{}, nil, err
	}
	last, err := s.latest(ctx, s.db, userID, courseID)
	if err != nil {
		return State{}, nil, err
	}
	if !rule.Active && last == nil {
		return State{}, nil, ErrNoRule
	}
	st, err := s.state(ctx, s.db, userID, rule, clock.MS(s.clock))
	st.Met = st.Met && rule.Active
	return st, last, err
}

// Consider issues the certificate of a course inside tx if its conditions are met for
// the first time. It is called whenever a lesson was finished.
func (s *Service) Consider(ctx context.Context, tx *db.Tx, userID, courseID int64) error {
	rule, err := s.rule(ctx, tx, courseID)
	if errors.Is(err, ErrNoRule) || err == nil && !rule.Active {
		return nil
	}
	if err != nil {
		return err
	}
	_, err = s.issueOnce(ctx, tx, userID, rule)
	if errors.Is(err, ErrNotYet) {
		return nil
	}
	return err
}

// Claim issues the certificate of a course that the learner has, and returns it; the
// one that there is, if it was issued before. Returns ErrNoRule, ErrNotYet,
// ErrRevoked.
func (s *Service) Claim(ctx context.Context, userID, courseID int64) (Certificate, error) {
	var made *Certificate
	err := s.db.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		rule, err := s.rule(ctx, tx, courseID)
		if err == nil && !rule.Active {
			err = ErrNoRule
		}
		if err != nil {
			return err
		}
		made, err = s.issueOnce(ctx, tx, userID, rule)
		return err
	})
	if err != nil {
		return Certificate{}, err
	}
	if made.RevokedAt > 0 {
		return *made, ErrRevoked
	}
	return *made, nil
}

// issueOnce returns the certificate that stands, or issues one when the conditions are
// met. One that staff revoked is not replaced; one that fell with a refund is, once the
// course is the learner's again. Returns ErrNotYet.
func (s *Service) issueOnce(ctx context.Context, tx *db.Tx, userID int64, rule Rule) (*Certificate, error) {
	last, err := s.latest(ctx, tx, userID, rule.CourseID)
	if err != nil || last != nil && (last.RevokedAt == 0 || last.RevokeKind != "refund") {
		return last, err
	}
	have, err := s.access.Course(ctx, tx, userID, rule.CourseID)
	if err != nil {
		return nil, err
	}
	now := clock.MS(s.clock)
	st, err := s.state(ctx, tx, userID, rule, now)
	if err != nil {
		return nil, err
	}
	if !have.Owned || !st.Met {
		return nil, ErrNotYet
	}
	return s.issue(ctx, tx, userID, st, now, "")
}

// issue writes a certificate with the facts of st. A rival that was quicker is
// returned instead. shown "" chooses by what is known of the bearer.
func (s *Service) issue(ctx context.Context, tx *db.Tx, userID int64, st State, now int64, shown string) (*Certificate, error) {
	var course string
	if err := tx.Get(ctx, qCourseTitle, &course, st.Rule.CourseID); err != nil {
		return nil, err
	}
	var bearer struct {
		Nickname string
		Named    int64
	}
	if err := tx.Get(ctx, qBearer, &bearer, userID); err != nil {
		return nil, err
	}
	if shown == "" {
		if shown = Nickname; bearer.Named > 0 {
			shown = Real
		}
	}
	c := Certificate{
		ID: id.New(), UserID: userID, CourseID: st.Rule.CourseID, Nickname: bearer.Nickname, Shown: shown,
		Facts: Facts{st.Rule.Title, course, st.counted.Lessons, st.counted.StudyMS, -1, st.counted.StartedAt, st.counted.FinishedAt, now},
	}
	var score, most int64
	for _, b := range st.scores {
		score, most = score+b.ScoreCenti, most+b.MaxCenti
	}
	if most > 0 {
		c.ScorePermille = score * 1000 / most
	}
	if err := s.place(ctx, tx, &c); err != nil {
		if last, err := s.latest(ctx, tx, userID, c.CourseID); err != nil || last != nil && last.RevokedAt == 0 {
			return last, err
		}
		return nil, err
	}
	for _, b := range st.scores {
		if err := tx.Later(ctx, qScoreInsert, c.ID, b.AttemptID, b.ScoreCenti, b.MaxCenti); err != nil {
			return nil, err
		}
	}
	for _, f := range s.onIssued {
		if err := f(ctx, tx, c); err != nil {
			return nil, err
		}
	}
	return s.latest(ctx, tx, userID, c.CourseID)
}

var errPlace = errors.New("certificate: no free place")

// place inserts c under a code and at a place in the list of revocations that nobody
// can guess: neighbours in the list tell nothing.
func (s *Service) place(ctx context.Context, tx *db.Tx, c *Certificate) error {
	var taken int64
	if err := tx.Get(ctx, qTaken, &taken); err != nil {
		return err
	}
	c.ListNo = taken/(listSize/2) + 1 // half of a list stays empty, so that a place is found quickly
	for range 20 {
		at, err := rand.Int(rand.Reader, big.NewInt(listSize))
		if err != nil {
			return err
		}
		c.Code, c.ListIndex = "ZZ"+id.Plain(12), at.Int64()
		n, err := tx.Exec(ctx, qInsert, c.ID, c.Code, c.UserID, c.CourseID, c.Title, c.CourseTitle, c.Lessons, c.StudyMS, c.ScorePermille, c.StartedAt, c.FinishedAt,
			c.Nickname, c.Shown, c.ListNo, c.ListIndex, c.IssuedAt)
		if err != nil || n == 1 {
			return err
		}
		if last, err := s.latest(ctx, tx, c.UserID, c.CourseID); err != nil || last != nil && last.RevokedAt == 0 {
			return errPlace // somebody was quicker
		}
	}
	return errPlace
}
