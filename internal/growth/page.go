package growth

import (
	"context"
	"slices"
	"time"
)

const (
	// quick is how long a page may take that is counted each time.
	quick = 200 * time.Millisecond
	// keptTimes is after how many times as long as it took a page is counted anew: however
	// large a school is, a three hundredth of the time is spent on it. It is shown twice as
	// long, so that who looks does not wait for the job to come round.
	keptTimes = 300
	// usual is the page that is ready before anybody asks for it, in days.
	usual = 28
)

// Figure is a metric over a period and over the one before.
type Figure struct {
	Metric
	Now    Value
	Before Value
}

// Found is a comparison with what it counted.
type Found struct {
	Comparison
	Compared
}

// Page is all that the growth page shows of a period.
type Page struct {
	Period
	Loop        Loop
	Before      Loop // of the period before
	Days        []Day
	Figures     []Figure
	Comparisons []Found
	Trials      []Trial
	MadeAt      int64 // ms, when it was counted
}

// counted is a page with how long it is good for.
type counted struct {
	page  Page
	due   time.Time // to be counted anew
	until time.Time // while it may be shown
	asked bool      // somebody wanted it since it was counted
}

// good reports whether a page is of the days that are asked for now, and before a moment.
func (s *Service) good(p Page, days int, until time.Time) bool {
	now, _ := s.Last(days)
	return p.Period == now && s.Clock.Now().Before(until)
}

// Page counts everything over so many whole local days before today, or returns what was
// counted a short while ago. One page is counted at a time.
func (s *Service) Page(ctx context.Context, days int) (Page, error) {
	if p, ok := s.kept(days); ok {
		return p, nil
	}
	return s.renew(ctx, days, func() (Page, bool) { return s.kept(days) })
}

// Renew counts the pages anew that are due: the usual one, and those that somebody wanted
// since they were counted last. The others are forgotten.
func (s *Service) Renew(ctx context.Context) error {
	s.mu.Lock()
	due := []int{}
	if s.pages[usual] == nil {
		due = append(due, usual)
	}
	for days, k := range s.pages {
		switch {
		case s.good(k.page, days, k.due):
		case k.asked || days == usual:
			due = append(due, days)
		default:
			delete(s.pages, days)
		}
	}
	s.mu.Unlock()
	slices.Sort(due)
	for _, days := range due {
		if _, err := s.renew(ctx, days, nil); err != nil {
			return err
		}
	}
	return nil
}

// kept is a page that may still be shown; that somebody wants it is noted.
func (s *Service) kept(days int) (Page, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	k := s.pages[days]
	if k == nil {
		return Page{}, false
	}
	k.asked = true
	return k.page, s.good(k.page, days, k.until)
}

// renew counts a page when it is its turn, unless whoever had the turn before left one that
// will do.
func (s *Service) renew(ctx context.Context, days int, left func() (Page, bool)) (Page, error) {
	select {
	case s.turn <- struct{}{}:
	case <-ctx.Done():
		return Page{}, ctx.Err()
	}
	defer func() { <-s.turn }()
	if left != nil {
		if p, ok := left(); ok {
			return p, nil
		}
	}
	begin := s.Clock.Now()
	p, err := s.count(ctx, days)
	if err != nil {
		return Page{}, err
	}
	end := s.Clock.Now()
	p.MadeAt = end.UnixMilli()
	k := &counted{page: p, due: end, until: end, asked: left != nil}
	if took := end.Sub(begin); took > quick {
		k.due, k.until = end.Add(keptTimes*took), end.Add(2*keptTimes*took)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pages[days] = k
	return p, nil
}

func (s *Service) count(ctx context.Context, days int) (Page, error) {
	now, before := s.Last(days)
	p := Page{Period: now}
	var err error
	if p.Loop, err = s.Loop(ctx, now); err != nil {
		return p, err
	}
	if p.Before, err = s.Loop(ctx, before); err != nil {
		return p, err
	}
	if p.Days, err = s.Days(ctx, now); err != nil {
		return p, err
	}
	for _, m := range Metrics {
		f := Figure{Metric: m}
		if f.Now, err = s.Of(ctx, m, now); err != nil {
			return p, err
		}
		if f.Before, err = s.Of(ctx, m, before); err != nil {
			return p, err
		}
		p.Figures = append(p.Figures, f)
	}
	for _, c := range Comparisons {
		n, err := s.Compare(ctx, c, now)
		if err != nil {
			return p, err
		}
		p.Comparisons = append(p.Comparisons, Found{c, n})
	}
	p.Trials, err = s.Trials(ctx, now)
	return p, err
}
