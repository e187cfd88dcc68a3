package signin

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/setting"
)

// Row is what somebody's days add up to.
type Row struct {
	UserID int64
	Last   int64 // ordinal
	Streak int64
	Best   int64
	Total  int64
}

// Day is one day that was signed in on.
type Day struct {
	Day       int64 // YYYYMMDD
	Ordinal   int64
	MadeUp    int64 // 1: afterwards
	Points    int64
	CreatedAt int64
}

// State is what somebody sees of their sign-ins.
type State struct {
	Today   int64 // YYYYMMDD
	Signed  bool  // today
	Streak  int64 // days in a row that still stand: up to today, or to yesterday
	Best    int64
	Total   int64
	Days    []Day   // of the last 28 days, the oldest first
	Missed  []int64 // days of the last week that may be made up, none before they registered, YYYYMMDD
	MakeUps int64   // how many are left this month
	Next    int64   // points for the next sign-in
	Terms   setting.SignIn
}

// State returns somebody's sign-ins. Returns ErrOff.
func (s *Service) State(ctx context.Context, userID int64) (State, error) {
	t, err := s.terms(ctx, s.DB)
	if err != nil {
		return State{}, err
	}
	return s.state(ctx, s.DB, userID, t)
}

func (s *Service) state(ctx context.Context, r db.Reader, userID int64, t setting.SignIn) (State, error) {
	today := ordinal(s.Clock.Now())
	var row Row
	if err := r.Get(ctx, qRow, &row, userID); err != nil && !errors.Is(err, db.ErrNone) {
		return State{}, err
	}
	st := State{Today: dayOf(today), Signed: row.Last == today, Best: row.Best, Total: row.Total, Terms: t}
	if row.Last >= today-1 {
		st.Streak = row.Streak
	}
	if err := r.List(ctx, qDays, &st.Days, userID, today-window+1); err != nil {
		return st, err
	}
	var used int64
	if err := r.Get(ctx, qMadeUp, &used, userID, s.monthBegan()); err != nil {
		return st, err
	}
	st.MakeUps = max(0, t.MakeUps-used)
	var since int64
	if err := r.Get(ctx, qSince, &since, userID); err != nil {
		return st, err
	}
	for n := max(today-week+1, ordinal(time.UnixMilli(since))); n < today; n++ {
		if !slices.ContainsFunc(st.Days, func(d Day) bool { return d.Ordinal == n }) {
			st.Missed = append(st.Missed, dayOf(n))
		}
	}
	next := st.Streak + 1
	st.Next = t.Points
	if next%week == 0 {
		st.Next += t.Bonus
	}
	return st, nil
}

func (s *Service) monthBegan() int64 {
	y, m, _ := s.Clock.Now().In(clock.China).Date()
	return time.Date(y, m, 1, 0, 0, 0, 0, clock.China).UnixMilli()
}

// lock opens somebody's row if need be and keeps others out of it.
func (s *Service) lock(ctx context.Context, tx *db.Tx, userID int64) (Row, error) {
	var row Row
	if _, err := tx.Exec(ctx, qOpen, userID); err != nil {
		return row, err
	}
	return row, tx.Get(ctx, qLock, &row, userID)
}

// SignIn notes that somebody was here today and gives the points for it; again changes
// nothing. Returns ErrOff.
func (s *Service) SignIn(ctx context.Context, userID int64) (State, error) {
	var st State
	err := s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		t, err := s.terms(ctx, tx)
		if err != nil {
			return err
		}
		row, err := s.lock(ctx, tx, userID)
		if err != nil {
			return err
		}
		today := ordinal(s.Clock.Now())
		if row.Last < today {
			if row.Streak++; row.Last != today-1 {
				row.Streak = 1
			}
			if err := s.pay(ctx, tx, userID, today, row.Streak, t); err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, qSet, userID, today, row.Streak, max(row.Best, row.Streak), row.Total+1); err != nil {
				return err
			}
			if s.OnSigned != nil {
				if err := s.OnSigned(ctx, tx, userID); err != nil {
					return err
				}
			}
		}
		st, err = s.state(ctx, tx, userID, t)
		return err
	})
	return st, err
}

// pay writes today and gives its points, and those for each seventh day in a row.
func (s *Service) pay(ctx context.Context, tx *db.Tx, userID, today, streak int64, t setting.SignIn) error {
	give, note := t.Points, "每日签到"
	if streak%week == 0 && t.Bonus > 0 {
		give, note = give+t.Bonus, fmt.Sprintf("连续签到 %d 天", streak)
	}
	if _, err := tx.Exec(ctx, qInsert, userID, dayOf(today), today, false, give, clock.MS(s.Clock)); err != nil {
		return err
	}
	p := setting.NewPoints()
	if _, err := s.Settings.LoadIn(ctx, tx, p); err != nil {
		return err
	}
	return s.Points.Earn(ctx, tx, userID, give, cause(userID, today), note, s.Points.Until(p.ExpiryMonths))
}

func cause(userID, day int64) string { return fmt.Sprintf("sign_in:%d:%d", userID, day) }

// MakeUp mends a missed day of the last week; it pays nothing. Returns ErrOff, ErrDay,
// ErrNoneOf.
func (s *Service) MakeUp(ctx context.Context, userID, day int64) (State, error) {
	var st State
	err := s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		t, err := s.terms(ctx, tx)
		if err != nil {
			return err
		}
		if _, err := s.lock(ctx, tx, userID); err != nil {
			return err
		}
		if st, err = s.state(ctx, tx, userID, t); err != nil {
			return err
		}
		if slices.ContainsFunc(st.Days, func(d Day) bool { return d.Day == day && d.MadeUp == 1 }) {
			return nil // a second tap
		}
		if !slices.Contains(st.Missed, day) {
			return ErrDay
		}
		if st.MakeUps == 0 {
			return ErrNoneOf
		}
		today := ordinal(s.Clock.Now())
		for n := today - week + 1; n < today; n++ {
			if dayOf(n) != day {
				continue
			}
			if _, err := tx.Exec(ctx, qInsert, userID, day, n, true, 0, clock.MS(s.Clock)); err != nil {
				return err
			}
		}
		if err := s.recount(ctx, tx, userID); err != nil {
			return err
		}
		st, err = s.state(ctx, tx, userID, t)
		return err
	})
	return st, err
}

// recount sets what somebody's days add up to from the days themselves.
func (s *Service) recount(ctx context.Context, tx *db.Tx, userID int64) error {
	var days []int64
	if err := tx.List(ctx, qOrdinals, &days, userID); err != nil {
		return err
	}
	last, streak, best := rows(days)
	_, err := tx.Exec(ctx, qSet, userID, last, streak, best, len(days))
	return err
}

// rows counts days in a row: the last day, how many lead up to it, and the most ever.
// The days rise.
func rows(days []int64) (last, streak, best int64) {
	for _, d := range days {
		if streak++; d != last+1 {
			streak = 1
		}
		last, best = d, max(best, streak)
	}
	return last, streak, best
}

// Merge makes one of the days of two accounts that turn out to be one person's. A day that
// both were paid for is paid once.
func (s *Service) Merge(ctx context.Context, tx *db.Tx, from, to int64) error {
	var twice []Day
	if err := tx.List(ctx, qTwice, &twice, from, to); err != nil {
		return err
	}
	for _, d := range twice {
		if err := s.Points.Reclaim(ctx, tx, to, d.Points, fmt.Sprintf("sign_in_twice:%d:%d", from, d.Ordinal), "账号合并，同一天的签到只算一次"); err != nil {
			return err
		}
	}
	for _, q := range []*db.Stmt{qDropTwice, qMove} {
		if _, err := tx.Exec(ctx, q, from, to); err != nil {
			return err
		}
	}
	if _, err := tx.Exec(ctx, qDropRow, from); err != nil {
		return err
	}
	if _, err := s.lock(ctx, tx, to); err != nil {
		return err
	}
	return s.recount(ctx, tx, to)
}
