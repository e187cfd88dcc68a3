// Package badge keeps badges and levels: what somebody has reached, counted from stored
// facts. It owns badge_rules, badges and badge_milestones.
//
// A rule asks for so much of a fact; who has it wins the badge once, in the transaction in
// which the fact came to be, and keeps it. How far the others are is counted whenever
// somebody looks. A level is nothing but hours of study.
package badge

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"zhizhou/internal/audit"
	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/errs"
	"zhizhou/internal/id"
)

// The refusals of this domain.
var (
	ErrInput   = errs.New(errs.Invalid, "badge_invalid", "请检查徽章内容")
	ErrVersion = errs.New(errs.Conflict, "badge_version", "别人刚刚改过，请刷新后再改")
)

// Facts are what badges are counted from.
type Facts struct {
	Lessons    int64 // finished
	Courses    int64 // finished as a whole
	Minutes    int64 // studied
	SignIns    int64 // days
	Streak     int64 // the most days in a row
	Milestones int64 // of challenges
}

// FactsKnown are the facts that a rule may ask for.
var FactsKnown = []string{"lessons", "courses", "minutes", "sign_ins", "streak", "milestones"}

func (f Facts) of(fact string) int64 {
	switch fact {
	case "lessons":
		return f.Lessons
	case "courses":
		return f.Courses
	case "minutes":
		return f.Minutes
	case "sign_ins":
		return f.SignIns
	case "streak":
		return f.Streak
	case "milestones":
		return f.Milestones
	}
	return 0
}

// Rule is what earns a badge.
type Rule struct {
	ID       int64
	Name     string
	Words    string
	Fact     string
	Need     int64
	Enabled  bool
	Position int64
	Version  int64
}

// Badge is a rule as somebody stands to it.
type Badge struct {
	Rule
	WonAt int64 // 0: not yet
	Have  int64 `db:"-"`
}

// Won is a badge that was just won.
type Won struct {
	UserID int64
	RuleID int64
	Name   string
}

const columns = `r.id, r.name, r.words, r.fact, r.need, r.enabled, r.position, r.version`

var (
	qRules  = db.Q("badge/rules", `SELECT `+columns+` FROM badge_rules r ORDER BY r.position, r.id`)
	qRule   = db.Q("badge/rule", `SELECT `+columns+` FROM badge_rules r WHERE r.id = $1`)
	qInsert = db.Q("badge/insert", `INSERT INTO badge_rules (id, name, words, fact, need, enabled, position, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`)
	qUpdate = db.Q("badge/update", `UPDATE badge_rules SET name = $2, words = $3, fact = $4, need = $5, enabled = $6, position = $7, version = version + 1, updated_at = $8 WHERE id = $1 AND version = $9`)
	qShelf  = db.Q("badge/shelf", `SELECT `+columns+`, COALESCE(b.won_at, 0) AS won_at FROM badge_rules r LEFT JOIN badges b ON b.rule_id = r.id AND b.user_id = $1 WHERE r.enabled OR b.won_at > 0 ORDER BY r.position, r.id`)
	qUnwon  = db.Q("badge/unwon", `SELECT `+columns+` FROM badge_rules r WHERE r.enabled AND NOT EXISTS (SELECT 1 FROM badges b WHERE b.rule_id = r.id AND b.user_id = $1) ORDER BY r.position, r.id`)
	qFacts  = db.Q("badge/facts", `SELECT (SELECT COUNT(*) FROM lesson_progress p WHERE p.user_id = $1 AND p.finished_at > 0) AS lessons,
		(SELECT COUNT(*) FROM cards c WHERE c.user_id = $1 AND c.kind = 'course' AND c.revoked_at = 0) AS courses,
		(SELECT CAST(COALESCE(SUM(d.studied_ms), 0) / 60000 AS BIGINT) FROM lesson_days d WHERE d.user_id = $1) AS minutes,
		COALESCE((SELECT s.total FROM sign_in_streaks s WHERE s.user_id = $1), 0) AS sign_ins, COALESCE((SELECT s.best FROM sign_in_streaks s WHERE s.user_id = $1), 0) AS streak,
		(SELECT COUNT(*) FROM badge_milestones m WHERE m.user_id = $1) AS milestones`)
	qWin       = db.Q("badge/win", `INSERT INTO badges (user_id, rule_id, won_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`)
	qMilestone = db.Q("badge/milestone", `INSERT INTO badge_milestones (user_id, cause, at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`)

	qMergeBadges     = db.Q("badge/merge_badges", `INSERT INTO badges (user_id, rule_id, won_at) SELECT CAST($2 AS BIGINT), rule_id, won_at FROM badges WHERE user_id = $1 ON CONFLICT DO NOTHING`)
	qMergeMilestones = db.Q("badge/merge_milestones", `INSERT INTO badge_milestones (user_id, cause, at) SELECT CAST($2 AS BIGINT), cause, at FROM badge_milestones WHERE user_id = $1 ON CONFLICT DO NOTHING`)
	qDropBadges      = db.Q("badge/drop_badges", `DELETE FROM badges WHERE user_id = $1`)
	qDropMilestones  = db.Q("badge/drop_milestones", `DELETE FROM badge_milestones WHERE user_id = $1`)
)

// Service is the badge domain.
type Service struct {
	DB    *db.DB
	Clock clock.Clock
	onWon []func(ctx context.Context, tx *db.Tx, w Won) error
}

// OnWon registers f to run in the transaction in which a badge was won.
func (s *Service) OnWon(f func(ctx context.Context, tx *db.Tx, w Won) error) {
	s.onWon = append(s.onWon, f)
}

// Consider gives somebody the badges whose facts they have, inside the transaction in which
// a fact came to be; one that was won stays won.
func (s *Service) Consider(ctx context.Context, tx *db.Tx, userID int64) error {
	var rules []Rule
	if err := tx.List(ctx, qUnwon, &rules, userID); err != nil || len(rules) == 0 {
		return err
	}
	var f Facts
	if err := tx.Get(ctx, qFacts, &f, userID); err != nil {
		return err
	}
	for _, r := range rules {
		if f.of(r.Fact) < r.Need {
			continue
		}
		n, err := tx.Exec(ctx, qWin, userID, r.ID, clock.MS(s.Clock))
		if err != nil {
			return err
		}
		if n == 0 {
			continue // another tap was first
		}
		for _, react := range s.onWon {
			if err := react(ctx, tx, Won{userID, r.ID, r.Name}); err != nil {
				return err
			}
		}
	}
	return nil
}

// Milestone notes something that was reached elsewhere, once for each cause.
func (s *Service) Milestone(ctx context.Context, tx *db.Tx, userID int64, cause string) error {
	if _, err := tx.Exec(ctx, qMilestone, userID, cause, clock.MS(s.Clock)); err != nil {
		return err
	}
	return s.Consider(ctx, tx, userID)
}

// Shelf lists the badges that somebody has or may win, with how far they are, and their
// level.
func (s *Service) Shelf(ctx context.Context, userID int64) ([]Badge, Level, error) {
	var rows []Badge
	var facts []Facts
	if err := s.DB.All(ctx, db.Rows(qShelf, &rows, userID), db.Rows(qFacts, &facts, userID)); err != nil {
		return nil, Level{}, err
	}
	for i, b := range rows {
		rows[i].Have = min(b.Need, facts[0].of(b.Fact))
	}
	return rows, LevelOf(facts[0].Minutes), nil
}

// Rules lists all rules for staff.
func (s *Service) Rules(ctx context.Context) ([]Rule, error) {
	var rows []Rule
	err := s.DB.List(ctx, qRules, &rows)
	return rows, err
}

// Save adds (ID 0) or changes a rule; badges that were won stay. Returns ErrInput,
// ErrVersion.
func (s *Service) Save(ctx context.Context, r Rule) (int64, error) {
	r.Name, r.Words = strings.TrimSpace(r.Name), strings.TrimSpace(r.Words)
	switch n, m := utf8.RuneCountInString(r.Name), utf8.RuneCountInString(r.Words); {
	case n < 1 || n > 12:
		return 0, ErrInput.Field("name", "1–12 个字")
	case m > 60:
		return 0, ErrInput.Field("words", "不超过 60 个字")
	case !slices.Contains(FactsKnown, r.Fact):
		return 0, ErrInput.Field("fact", "请选择按什么得到")
	case r.Need < 1 || r.Need > 1_000_000:
		return 0, ErrInput.Field("need", "1–1000000")
	}
	isNew := r.ID == 0
	if isNew {
		r.ID = id.New()
	}
	return r.ID, s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		var before any
		if isNew {
			if _, err := tx.Exec(ctx, qInsert, r.ID, r.Name, r.Words, r.Fact, r.Need, r.Enabled, r.Position, clock.MS(s.Clock)); err != nil {
				return err
			}
		} else {
			var was Rule
			if err := tx.Get(ctx, qRule, &was, r.ID); errors.Is(err, db.ErrNone) {
				return ErrVersion
			} else if err != nil {
				return err
			}
			before = was
			n, err := tx.Exec(ctx, qUpdate, r.ID, r.Name, r.Words, r.Fact, r.Need, r.Enabled, r.Position, clock.MS(s.Clock), r.Version)
			if err != nil {
				return err
			}
			if n == 0 {
				return ErrVersion
			}
		}
		return audit.Write(ctx, tx, s.Clock, "badge.save", fmt.Sprintf("badge_rule:%d", r.ID), before, r, "")
	})
}

// Merge makes one of the badges of two accounts that turn out to be one person's.
func (s *Service) Merge(ctx context.Context, tx *db.Tx, from, to int64) error {
	for _, q := range []*db.Stmt{qMergeBadges, qMergeMilestones} {
		if _, err := tx.Exec(ctx, q, from, to); err != nil {
			return err
		}
	}
	for _, q := range []*db.Stmt{qDropBadges, qDropMilestones} {
		if _, err := tx.Exec(ctx, q, from); err != nil {
			return err
		}
	}
	return nil
}
