// Package message tells learners inside the product what happened to what is theirs:
// a new issue, a live lesson about to begin, an answer, a mark. It owns notices,
// notice_mutes and announcements. Who is told what is decided by those who call;
// here one key reaches one person once, and a muted kind not at all (INV-43).
package message

import (
	"context"
	"fmt"
	"slices"

	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/errs"
	"zhizhou/internal/id"
	"zhizhou/internal/text"
)

// The kinds of notices, which learners may mute one by one.
const (
	Column      = "column"      // a new issue of a column
	Live        = "live"        // a live lesson about to begin, a replay that is ready
	Study       = "study"       // the daily reminder, the report of the week, what has unlocked
	Answer      = "answer"      // an answer to one's question, a reply to one's note
	Homework    = "homework"    // handed back, marked, to be reviewed
	Certificate = "certificate" // issued or revoked; evidence cards
	Booking     = "booking"     // a booked lesson: confirmed, moved, about to begin
	Teaching    = "teaching"    // one's application to teach: decided
	Partner     = "partner"     // one's partnership: opened, decided, new terms, rewards
	Challenge   = "challenge"   // squads, milestones, share days, what the teacher gave
	Mate        = "mate"        // a mate of the squad reminds of today's check-in
	Reward      = "reward"      // a reward that had to wait, a check of rewards
)

// Kinds are all of them, in the order in which settings show them.
var Kinds = []string{Column, Live, Study, Answer, Homework, Certificate, Booking, Teaching, Partner, Challenge, Mate, Reward}

// keepMS is how long a notice is kept: a year.
const keepMS = 366 * 24 * 3600_000

// The refusals of this domain.
var (
	ErrKind = errs.New(errs.Invalid, "notice_kind", "没有这种消息")
)

// Notice is one thing that one user is told.
type Notice struct {
	ID        int64
	UserID    int64
	Kind      string
	Title     string // one line
	Body      string
	Link      string // an address within the client, as /learn/1; may be empty
	Key       string // what it is about; a second notice of one key changes nothing
	ReadAt    int64
	CreatedAt int64
}

var (
	qTell = db.Q("message/tell", `INSERT INTO notices (id, user_id, kind, title, body, link, key, created_at)
		SELECT CAST($1 AS BIGINT), CAST($2 AS BIGINT), CAST($3 AS TEXT), CAST($4 AS TEXT), CAST($5 AS TEXT), CAST($6 AS TEXT), CAST($7 AS TEXT), CAST($8 AS BIGINT)
		WHERE NOT EXISTS (SELECT 1 FROM notice_mutes m WHERE m.user_id = $2 AND m.kind = $3) ON CONFLICT DO NOTHING`)
	qList = db.Q("message/list", `SELECT id, user_id, kind, title, body, link, key, read_at, created_at FROM notices
		WHERE user_id = $1 AND (CAST($2 AS BIGINT) = 0 OR id < $2) ORDER BY id DESC LIMIT $3`)
	qUnread  = db.Q("message/unread", `SELECT COUNT(*) FROM (SELECT 1 FROM notices WHERE user_id = $1 AND read_at = 0 LIMIT 100) n`)
	qRead    = db.Q("message/read", `UPDATE notices SET read_at = $3 WHERE id = $1 AND user_id = $2 AND read_at = 0`)
	qReadAll = db.Q("message/read_all", `UPDATE notices SET read_at = $3 WHERE user_id = $1 AND id <= $2 AND read_at = 0`)
	qMutes   = db.Q("message/mutes", `SELECT kind FROM notice_mutes WHERE user_id = $1 ORDER BY kind`)
	qMute    = db.Q("message/mute", `INSERT INTO notice_mutes (user_id, kind) VALUES ($1, $2) ON CONFLICT DO NOTHING`)
	qUnmute  = db.Q("message/unmute", `DELETE FROM notice_mutes WHERE user_id = $1 AND kind = $2`)
	qOld     = db.Q("message/old", `DELETE FROM notices WHERE id IN (SELECT id FROM notices WHERE created_at < $1 ORDER BY created_at LIMIT 1000)`)
	qMerge   = db.Q("message/merge", `UPDATE notices SET user_id = $2 WHERE user_id = $1 AND NOT EXISTS (SELECT 1 FROM notices n WHERE n.user_id = $2 AND n.key = notices.key)`)
	qDrop    = db.Q("message/drop", `DELETE FROM notices WHERE user_id = $1`)
	qMuteAll = db.Q("message/mute_all", `INSERT INTO notice_mutes (user_id, kind) SELECT CAST($2 AS BIGINT), kind FROM notice_mutes WHERE user_id = $1 ON CONFLICT DO NOTHING`)
	qNoMutes = db.Q("message/no_mutes", `DELETE FROM notice_mutes WHERE user_id = $1`)
)

// Service tells learners.
type Service struct {
	DB    *db.DB
	Clock clock.Clock
	// Audience lists those who have a course, by id, from after on: limit at most.
	Audience func(ctx context.Context, courseID, after int64, limit int) ([]int64, error)
}

// Notify tells one user inside tx. Nothing happens when this key was told before or
// the user does not want to hear of this kind.
func (s *Service) Notify(ctx context.Context, tx *db.Tx, n Notice) error {
	if !slices.Contains(Kinds, n.Kind) || n.Key == "" {
		return fmt.Errorf("notice of kind %q with key %q", n.Kind, n.Key)
	}
	_, err := tx.Exec(ctx, qTell, id.New(), n.UserID, n.Kind, text.Cut(n.Title, 60), text.Cut(n.Body, 300), n.Link, n.Key, clock.MS(s.Clock))
	return err
}

// List pages a user's notices, the newest first; before is the id of the last one
// seen, 0 to begin.
func (s *Service) List(ctx context.Context, userID, before int64, limit int) ([]Notice, error) {
	var rows []Notice
	err := s.DB.List(ctx, qList, &rows, userID, before, limit)
	return rows, err
}

// Unread counts what a user has not read, 100 at most.
func (s *Service) Unread(ctx context.Context, userID int64) (int64, error) {
	var n int64
	err := s.DB.Get(ctx, qUnread, &n, userID)
	return n, err
}

// Read marks one of a user's notices as read.
func (s *Service) Read(ctx context.Context, userID, noticeID int64) error {
	return s.exec(ctx, qRead, noticeID, userID, clock.MS(s.Clock))
}

// ReadAll marks what a user has seen, up to the notice upTo, as read.
func (s *Service) ReadAll(ctx context.Context, userID, upTo int64) error {
	return s.exec(ctx, qReadAll, userID, upTo, clock.MS(s.Clock))
}

// Muted lists the kinds that a user does not want to be told of.
func (s *Service) Muted(ctx context.Context, userID int64) ([]string, error) {
	var kinds []string
	err := s.DB.List(ctx, qMutes, &kinds, userID)
	return kinds, err
}

// Mute switches a kind off or on for a user. Returns ErrKind.
func (s *Service) Mute(ctx context.Context, userID int64, kind string, off bool) error {
	if !slices.Contains(Kinds, kind) {
		return ErrKind
	}
	if off {
		return s.exec(ctx, qMute, userID, kind)
	}
	return s.exec(ctx, qUnmute, userID, kind)
}

// Merge gives one user's notices to another: they became one.
func (s *Service) Merge(ctx context.Context, tx *db.Tx, from, to int64) error {
	for _, step := range []struct {
		q    *db.Stmt
		args []any
	}{{qMerge, []any{from, to}}, {qDrop, []any{from}}, {qMuteAll, []any{from, to}}, {qNoMutes, []any{from}}} {
		if _, err := tx.Exec(ctx, step.q, step.args...); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) exec(ctx context.Context, q *db.Stmt, args ...any) error {
	return s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, q, args...)
		return err
	})
}
