package growth

import (
	"context"
	"slices"
	"time"
)

const (
	// quick is how long a page may take that is counted each time.
	quick = 200 * time.Millisecond
	// keptTimes is for how many times as long as it took a page is kept: however large a
	// school is, a three hundredth of the time is spent on it.
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
	until time.Time // while it is fresh
	asked bool      // somebody wanted it since it was counted
}

// Page counts everything over so many whole local days before today, or returns what was
// counted a short while ago. One page is counted at a time.
func (s *Service) Page(ctx context.Context, days int) (Page, error) {
	if p, ok := s.fresh(days, true); ok {
		return p, nil
	}
	return s.renew(ctx, days, true)
}

// Renew counts the pages anew that are not fresh: the usual one, and those that somebody
// wanted since they were counted last. The others are forgotten.
func (s *Service) Renew(ctx context.Context) error {
	s.mu.Lock()
	wanted := []int{usual}
	for days, k := range s.pages {
		if k.asked && days != usual {
			wanted = append(wanted, days)
		} else if !k.asked && s.stale(k, days) {
			delete(s.pages, days)
		}
	}
	s.mu.Unlock()
	slices.Sort(wanted)
	for _, days := range wanted {
		if _, ok := s.fresh(days, false); ok {
			continue
		}
		if _, err := s.renew(ctx, days, false); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) stale(k *counted, days int) bool {
	now, _ := s.Last(days)
	return k.page.Period != now || !s.Clock.Now().Before(k.until)
}

func (s *Service) fresh(days int, asked bool) (Page, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	k := s.pages[days]
	if k == nil {
		return Page{}, false
	}
	k.asked = k.asked || asked
	return k.page, !s.stale(k, days)
}

func (s *Service) renew(ctx context.Context, days int, asked bool) (Page, error) {
	select {
	case s.turn <- struct{}{}:
	case <-ctx.Done():
		return Page{}, ctx.Err()
	}
	defer func() { <-s.turn }()
	if p, ok := s.fresh(days, asked); ok { // whoever had the turn before counted it
		return p, nil
	}
	begin := s.Clock.Now()
	p, err := s.count(ctx, days)
	if err != nil {
		return Page{}, err
	}
	end := s.Clock.Now()
	p.MadeAt = end.UnixMilli()
	until := end
	if took := end.Sub(begin); took > quick {
		until = end.Add(keptTimes * took)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pages[days] = &counted{p, until, asked}
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
