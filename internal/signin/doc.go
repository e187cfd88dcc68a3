// Package signin keeps daily sign-ins (签到): one a person and local day, how many days in
// a row they make, and the points for them. It owns daily_sign_ins and sign_in_streaks.
//
// A day is Shanghai's. However often and from wherever somebody taps, a day counts and
// pays once (INV-33). A missed day of the last week may be made up a few times a month; it
// mends the row of days and pays nothing. What is stored of a row can be counted again
// from the days.
package signin

import (
	"context"
	"time"

	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/errs"
	"zhizhou/internal/points"
	"zhizhou/internal/setting"
)

// The refusals of this domain.
var (
	ErrOff    = errs.New(errs.NotFound, "sign_in_off", "这里没有开放签到")
	ErrDay    = errs.New(errs.Invalid, "sign_in_day", "只能补最近 7 天里漏签的一天")
	ErrNoneOf = errs.New(errs.Conflict, "sign_in_no_make_up", "这个月的补签次数用完了")
)

const (
	week   = 7  // days that a row of them is rewarded by, and in which one may be made up
	window = 28 // days that are shown
	dayMS  = 24 * 3600 * 1000
)

// Service is the sign-in domain.
type Service struct {
	DB       *db.DB
	Clock    clock.Clock
	Settings *setting.Store
	Points   *points.Service
	// OnSigned is told of each new day in its transaction; nil: nobody is.
	OnSigned func(ctx context.Context, tx *db.Tx, userID int64) error
}

// ordinal is a local day as a number of days, one after another.
func ordinal(t time.Time) int64 {
	_, offset := t.In(clock.China).Zone()
	return (t.Unix() + int64(offset)) / 86400
}

// dayOf is the local day of an ordinal, YYYYMMDD.
func dayOf(n int64) int64 {
	return clock.Day(time.UnixMilli(n*dayMS + dayMS/2).Add(-8 * time.Hour))
}

// terms returns how sign-ins are rewarded now. Returns ErrOff.
func (s *Service) terms(ctx context.Context, r db.Reader) (setting.SignIn, error) {
	t := setting.NewSignIn()
	_, err := s.Settings.LoadIn(ctx, r, t)
	if err == nil && t.Points == 0 {
		err = ErrOff
	}
	return *t, err
}
