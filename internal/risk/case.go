package risk

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"zhizhou/internal/audit"
	"zhizhou/internal/db"
)

// Case is somebody whose rewards a person decides about.
type Case struct {
	ID          int64
	UserID      int64
	Act         string // what was to be rewarded
	Score       int64
	Action      string   // Review or Block
	Reasons     []Reason `db:"-"`
	State       string   // "open", "cleared" or "confirmed"
	OpenedAt    int64
	DecidedAt   int64
	Reason      string
	Appeal      string
	AppealedAt  int64
	Answer      string
	AnsweredAt  int64
	Nickname    string
	PhoneMasked string
}

type caseRow struct {
	Case
	ReasonsText string
}

func (r caseRow) opened() (Case, error) {
	c := r.Case
	if err := json.Unmarshal([]byte(r.ReasonsText), &c.Reasons); err != nil {
		return c, fmt.Errorf("risk case %d: %w", c.ID, err)
	}
	return c, nil
}

func (s *Service) cases(ctx context.Context, q *db.Stmt, args ...any) ([]Case, error) {
	var rows []caseRow
	if err := s.DB.List(ctx, q, &rows, args...); err != nil {
		return nil, err
	}
	out := make([]Case, len(rows))
	for i, r := range rows {
		c, err := r.opened()
		if err != nil {
			return nil, err
		}
		out[i] = c
	}
	return out, nil
}

func one(ctx context.Context, r db.Reader, q *db.Stmt, args ...any) (Case, error) {
	var row caseRow
	err := r.Get(ctx, q, &row, args...)
	if errors.Is(err, db.ErrNone) {
		return Case{}, ErrGone
	}
	if err != nil {
		return Case{}, err
	}
	return row.opened()
}

// Cases lists cases for staff, newest first: by state, or "appeal" for appeals that wait
// for an answer.
func (s *Service) Cases(ctx context.Context, state string, before int64, limit int) ([]Case, error) {
	if state == "appeal" {
		return s.cases(ctx, qAppeals, before, limit)
	}
	return s.cases(ctx, qCases, state, before, limit)
}

// Waiting is how much waits for a person. An open case with an appeal stands in both.
type Waiting struct {
	Cases   int64
	Appeals int64
}

// Waiting counts what waits for a person.
func (s *Service) Waiting(ctx context.Context) (Waiting, error) {
	var w Waiting
	err := s.DB.Get(ctx, qWaiting, &w)
	return w, err
}

// Case returns one for staff. Returns ErrGone.
func (s *Service) Case(ctx context.Context, caseID int64) (Case, error) {
	return one(ctx, s.DB, qCase, caseID)
}

// Mine lists a learner's own cases, newest first.
func (s *Service) Mine(ctx context.Context, userID, before int64, limit int) ([]Case, error) {
	return s.cases(ctx, qMine, userID, before, limit)
}

// Decide ends a case, or answers the appeal against a confirmed one: cleared gives the
// rewards free, confirmed refuses them. The learner is told the reason. Returns ErrReason,
// ErrGone, ErrDecided.
func (s *Service) Decide(ctx context.Context, caseID int64, cleared bool, reason string) error {
	reason = strings.TrimSpace(reason)
	if n := utf8.RuneCountInString(reason); n < 2 || n > 300 {
		return ErrReason.Field("reason", "2–300 个字")
	}
	state := "confirmed"
	if cleared {
		state = "cleared"
	}
	return s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		before, err := one(ctx, tx, qCase, caseID)
		if err != nil {
			return err
		}
		by := audit.ActorOf(ctx).ID
		n, err := tx.Exec(ctx, qDecide, caseID, state, s.now(), by, reason)
		if err == nil && n == 0 {
			n, err = tx.Exec(ctx, qAnswer, caseID, state, reason, s.now(), by)
		}
		if err != nil {
			return err
		}
		if n == 0 {
			return ErrDecided
		}
		if cleared {
			_, err = tx.Exec(ctx, qHoldDrop, before.UserID)
		} else {
			_, err = tx.Exec(ctx, qHoldSet, before.UserID, Block, s.now(), forGood)
		}
		if err != nil {
			return err
		}
		after, err := one(ctx, tx, qCase, caseID)
		if err != nil {
			return err
		}
		if s.OnDecided != nil {
			if err := s.OnDecided(ctx, tx, after); err != nil {
				return err
			}
		}
		return audit.Write(ctx, tx, s.Clock, "risk.decide", fmt.Sprintf("risk_case:%d", caseID), map[string]any{"state": before.State}, map[string]any{"state": state, "user_id": before.UserID, "score": before.Score}, reason)
	})
}

// Appeal takes a learner's own words about a case, once. Returns ErrAppeal, ErrGone,
// ErrAppealed.
func (s *Service) Appeal(ctx context.Context, userID, caseID int64, words string) error {
	words = strings.TrimSpace(words)
	if n := utf8.RuneCountInString(words); n < 5 || n > 500 {
		return ErrAppeal.Field("words", "5–500 个字")
	}
	return s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if _, err := one(ctx, tx, qCaseOwn, caseID, userID); err != nil {
			return err
		}
		n, err := tx.Exec(ctx, qAppeal, caseID, userID, words, s.now())
		if err == nil && n == 0 {
			return ErrAppealed
		}
		return err
	})
}

// Judged is a judgement as it was made.
type Judged struct {
	ID      int64
	Act     string
	Score   int64
	Action  string
	Reasons []Reason `db:"-"`
	At      int64
}

// Judgements lists the last judgements of somebody.
func (s *Service) Judgements(ctx context.Context, userID int64) ([]Judged, error) {
	var rows []struct {
		Judged
		ReasonsText string
	}
	if err := s.DB.List(ctx, qJudgedOf, &rows, userID); err != nil {
		return nil, err
	}
	out := make([]Judged, len(rows))
	for i, r := range rows {
		if err := json.Unmarshal([]byte(r.ReasonsText), &r.Reasons); err != nil {
			return nil, fmt.Errorf("risk judgement %d: %w", r.ID, err)
		}
		out[i] = r.Judged
	}
	return out, nil
}
