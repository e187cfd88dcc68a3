// Package growth answers how learning spreads: who shares, who comes by it, who stays and
// buys. It owns nothing and writes nothing; each figure is one statement over what the
// other packages keep, with its definition beside it. docs/metrics.md is made of these.
package growth

import (
	"context"
	"strings"
	"sync"
	"time"

	"zhizhou/internal/clock"
	"zhizhou/internal/db"
)

// Service is the growth domain.
type Service struct {
	DB    *db.DB
	Clock clock.Clock

	mu    sync.Mutex
	pages map[int]*counted // by their days
	turn  chan struct{}    // taken by who counts a page
}

// New returns the domain over a database.
func New(d *db.DB, c clock.Clock) *Service {
	return &Service{DB: d, Clock: c, pages: map[int]*counted{}, turn: make(chan struct{}, 1)}
}

const (
	day   = int64(24 * 3600 * 1000) // ms
	china = int64(8 * 3600 * 1000)  // ms that its clocks are ahead of UTC
)

// Metric is a figure with what it means.
type Metric struct {
	Key   string
	Name  string
	Means string // numerator, denominator, window
	stmt  *db.Stmt
	sql   string
}

// Value is a metric over a period: Top of Bottom. Rate is 0 when Bottom is.
type Value struct {
	Top    int64
	Bottom int64
}

// Rate is Top over Bottom; 0 when there is nothing to divide by.
func (v Value) Rate() float64 {
	if v.Bottom == 0 {
		return 0
	}
	return float64(v.Top) / float64(v.Bottom)
}

// Period is from a moment until before another, ms.
type Period struct{ From, Until int64 }

// args are what a statement takes: the moments, and the local days if it names them.
func (p Period) args(sql string) []any {
	out := []any{p.From, p.Until}
	if strings.Contains(sql, "$3") {
		out = append(out, clock.Day(time.UnixMilli(p.From)), clock.Day(time.UnixMilli(p.Until)))
	}
	return out
}

// Last is the period of so many whole local days before today, and the one before it.
func (s *Service) Last(days int) (now, before Period) {
	until := (s.Clock.Now().UnixMilli()+china)/day*day - china
	span := int64(days) * day
	return Period{until - span, until}, Period{until - 2*span, until - span}
}

// Of counts a metric over a period.
func (s *Service) Of(ctx context.Context, m Metric, p Period) (Value, error) {
	var v Value
	err := s.DB.Get(ctx, m.stmt, &v, p.args(m.sql)...)
	return v, err
}

// Loop are the steps of the loop over a period: what was reached, handed on, opened,
// registered and bought.
type Loop struct {
	Learners int64 // who studied
	Cards    int64 // that were made
	Shares   int64
	Visits   int64 // browsers that came by shares of the period
	Joins    int64 // who registered by a share
	Buyers   int64 // who bought after they came by a share, and did not give all of it back
	PaidFen  int64 // what they paid, less what went back to them
}

// Loop counts the steps of the loop over a period.
func (s *Service) Loop(ctx context.Context, p Period) (Loop, error) {
	var l Loop
	err := s.DB.Get(ctx, qLoop, &l, p.args("$3")...)
	return l, err
}

// Day is one local day of the loop.
type Day struct {
	Date   int64 // YYYYMMDD
	Shares int64
	Visits int64
	Joins  int64
}

// Days lists the days of a period on which anything was shared, opened or led to a
// registration, in their order.
func (s *Service) Days(ctx context.Context, p Period) ([]Day, error) {
	var rows []struct {
		Ordinal int64
		Day
	}
	err := s.DB.List(ctx, qDays, &rows, p.From, p.Until)
	out := make([]Day, len(rows))
	for i, r := range rows {
		out[i] = r.Day
		out[i].Date = clock.Day(time.UnixMilli(r.Ordinal*day - china))
	}
	return out, err
}
