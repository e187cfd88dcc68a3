package challenge

import (
	"context"

	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/errs"
	"zhizhou/internal/id"
)

// How often somebody is reminded on a day, by different mates, and the hours of it.
const (
	mostReminders = 3
	remindFrom    = 8
	remindUntil   = 21
)

// The refusals of reminding.
var (
	ErrMate     = errs.New(errs.NotFound, "mate_gone", "小组里没有这位同伴")
	ErrRemind   = errs.New(errs.Conflict, "mate_done", "TA 今天不用提醒")
	ErrQuiet    = errs.New(errs.Conflict, "mate_quiet", "早上 8 点到晚上 9 点可以提醒，让 TA 先休息")
	ErrReminded = errs.New(errs.Conflict, "mate_reminded", "今天已经有 3 位同伴提醒过 TA 了")
)

var (
	qMateLock     = db.Q("challenge/mate_lock", `SELECT `+memberColumns+` FROM challenge_members m WHERE m.id = $1 AND m.class_id = $2 /*for_update*/`)
	qDoneToday    = db.Q("challenge/done_today", `SELECT COUNT(*) FROM challenge_check_ins WHERE member_id = $1 AND day = $2`)
	qReminded     = db.Q("challenge/reminded", `SELECT COUNT(*) FROM challenge_reminders WHERE to_id = $1 AND day = $2`)
	qRemind       = db.Q("challenge/remind", `INSERT INTO challenge_reminders (id, class_id, day, from_id, to_id, created_at) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`)
	qRemindedBy   = db.Q("challenge/reminded_by", `SELECT r.to_id FROM challenge_reminders r WHERE r.from_id = $1 AND r.day = $2 AND r.class_id = $3`)
	qOldReminders = db.Q("challenge/reminders_forget", `DELETE FROM challenge_reminders WHERE day < $1`)
	qNickname     = db.Q("challenge/nickname", `SELECT nickname FROM users WHERE id = $1`)

	qMoveFrom = db.Q("challenge/reminders_from", `UPDATE challenge_reminders SET from_id = $2 WHERE from_id = $1 AND to_id <> $2 AND NOT EXISTS (SELECT 1 FROM challenge_reminders o WHERE o.from_id = $2 AND o.to_id = challenge_reminders.to_id AND o.day = challenge_reminders.day AND o.class_id = challenge_reminders.class_id)`)
	qMoveTo   = db.Q("challenge/reminders_to", `UPDATE challenge_reminders SET to_id = $2 WHERE to_id = $1 AND from_id <> $2 AND NOT EXISTS (SELECT 1 FROM challenge_reminders o WHERE o.to_id = $2 AND o.from_id = challenge_reminders.from_id AND o.day = challenge_reminders.day AND o.class_id = challenge_reminders.class_id)`)
	qDropBoth = db.Q("challenge/reminders_drop", `DELETE FROM challenge_reminders WHERE from_id = $1 OR to_id = $1`)
)

// Remind tells a mate of one's squad, who has not checked in today, to do so: once a day
// for each two, three times a day at most for who is reminded, and not by night. A second
// tap changes nothing. Returns ErrOutside, ErrMate, ErrRemind, ErrQuiet, ErrReminded.
func (s *Service) Remind(ctx context.Context, userID, classID, memberID int64) error {
	if h := s.Clock.Now().In(clock.China).Hour(); h < remindFrom || h >= remindUntil {
		return ErrQuiet
	}
	today := s.today()
	return s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		me, err := s.inside(ctx, tx, classID, userID)
		if err != nil {
			return err
		}
		c, err := s.class(ctx, tx, qClass, classID, 0)
		if err != nil {
			return err
		}
		var m Member
		if err := tx.Get(ctx, qMateLock, &m, memberID, classID); err != nil {
			return none(err, ErrMate)
		}
		if m.State != In || m.SquadID == 0 || m.SquadID != me.SquadID || m.ID == me.ID {
			return ErrMate
		}
		var done int64
		if err := tx.Get(ctx, qDoneToday, &done, m.ID, today); err != nil {
			return err
		}
		if done > 0 || !c.runs(m.Starts, m.Since, today) {
			return ErrRemind
		}
		n, err := tx.Exec(ctx, qRemind, id.New(), classID, today, userID, m.UserID, s.now())
		if err != nil || n == 0 {
			return err
		}
		var times int64
		if err := tx.Get(ctx, qReminded, &times, m.UserID, today); err != nil {
			return err
		}
		if times > mostReminders {
			return ErrReminded // and what was written is rolled back
		}
		var name string
		if err := tx.Get(ctx, qNickname, &name, userID); err != nil {
			return err
		}
		return s.tell(ctx, tx, News{UserID: m.UserID, ClassID: classID, ID: userID, Kind: "remind", Title: c.Title, Body: name, Week: today})
	})
}

// Reminded lists whom somebody reminded today in a class.
func (s *Service) Reminded(ctx context.Context, userID, classID int64) ([]int64, error) {
	var ids []int64
	err := s.DB.List(ctx, qRemindedBy, &ids, userID, s.today(), classID)
	return ids, err
}

// mergeReminders moves those of one account to another of the same person.
func (s *Service) mergeReminders(ctx context.Context, tx *db.Tx, from, to int64) error {
	for _, q := range []*db.Stmt{qMoveFrom, qMoveTo} {
		if _, err := tx.Exec(ctx, q, from, to); err != nil {
			return err
		}
	}
	_, err := tx.Exec(ctx, qDropBoth, from)
	return err
}
