package search

import (
	"context"
	"hash/maphash"
	"time"
	"unicode"
	"unicode/utf8"

	"zhizhou/internal/audit"
	"zhizhou/internal/clock"
	"zhizhou/internal/db"
)

// Word is something people searched for.
type Word struct {
	Word     string
	Visitors int64
	Hits     int64 // found the last time
	Mark     string
}

// The marks of a word.
const (
	Pinned = "pinned" // always among the hot words
	Hidden = "hidden" // never, and not in the report of what found nothing
)

const (
	hotDays     = 7
	hotFor      = 60_000 // ms
	hotWords    = 10
	hotVisitors = 3 // fewer make no hot word
	loneDays    = 7 // what one visitor alone wrote is kept so long
	keptDays    = 90
	maxVisits   = 100_000
	maxHits     = 999_999
)

// visits knows in memory, until the day ends, which visitor searched for which word.
// The salt is of this process and never stored.
type visits struct {
	salt [16]byte
	day  int64
	seen map[uint64]struct{}
	hash maphash.Seed
}

// first reports whether a visitor searches for a word for the first time today. A
// flood of words is not counted.
func (v *visits) first(day int64, visitor, word string) bool {
	if v.day != day {
		v.day, v.seen, v.hash = day, map[uint64]struct{}{}, maphash.MakeSeed()
	}
	h := maphash.String(v.hash, string(v.salt[:])+visitor+"\n"+word)
	if _, ok := v.seen[h]; ok || len(v.seen) >= maxVisits {
		return false
	}
	v.seen[h] = struct{}{}
	return true
}

// private reports whether a query may name a person: it is not counted then.
func private(word string) bool {
	digits := 0
	for _, r := range word {
		if unicode.IsDigit(r) {
			digits++
		}
	}
	return digits >= 6
}

// Note counts a search and how much it found, once for each visitor and day. visitor
// is only compared, never stored. A search is answered also when it is not counted.
func (s *Service) Note(ctx context.Context, visitor, query string, hits int) error {
	word := Normal(query)
	if word == "" || private(query) || utf8.RuneCountInString(word) > maxQuery {
		return nil
	}
	day := clock.Day(s.clock.Now())
	s.mu.Lock()
	first := s.seen.first(day, visitor, word)
	s.mu.Unlock()
	if !first {
		return nil
	}
	return s.db.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, qDayAdd, day, word, min(hits, maxHits))
		return err
	})
}

func (s *Service) since(days int) int64 {
	return clock.Day(s.clock.Now().Add(-time.Duration(days-1) * 24 * time.Hour))
}

// Hot lists up to ten words for the search page: those that staff pinned, then what
// most visitors searched for and found in the last seven days.
func (s *Service) Hot(ctx context.Context) ([]Word, error) {
	return recall(s, &s.hot, hotFor, func() ([]Word, error) {
		var rows, marked []Word
		if err := s.db.List(ctx, qWords, &rows, s.since(hotDays), "hot"); err != nil {
			return nil, err
		}
		if err := s.db.List(ctx, qMarks, &marked); err != nil {
			return nil, err
		}
		out := []Word{}
		for _, w := range marked {
			if w.Mark == Pinned && len(out) < hotWords {
				out = append(out, w)
			}
		}
		for _, w := range rows {
			if w.Mark == "" && w.Visitors >= hotVisitors && len(out) < hotWords {
				out = append(out, w)
			}
		}
		return out, nil
	})
}

// Words is the report of the last days: "hot" what was found, "none" what found
// nothing, the most wanted first, a hundred at most.
func (s *Service) Words(ctx context.Context, kind string, days int) ([]Word, error) {
	var rows []Word
	err := s.db.List(ctx, qWords, &rows, s.since(days), kind)
	return rows, err
}

// Marks lists every word that staff pinned or hid.
func (s *Service) Marks(ctx context.Context) ([]Word, error) {
	var rows []Word
	err := s.db.List(ctx, qMarks, &rows)
	return rows, err
}

// Mark pins or hides a word, or with "" leaves it to the numbers again. Returns
// ErrMark.
func (s *Service) Mark(ctx context.Context, query, mark string) error {
	word := Normal(query)
	if word == "" || mark != "" && mark != Pinned && mark != Hidden {
		return ErrMark
	}
	err := s.db.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		var err error
		if mark == "" {
			_, err = tx.Exec(ctx, qMarkDrop, word)
		} else {
			_, err = tx.Exec(ctx, qMarkSet, word, mark, clock.MS(s.clock))
		}
		if err != nil {
			return err
		}
		return audit.Write(ctx, tx, s.clock, "search.mark", "word:"+word, nil, map[string]string{"mark": mark}, "")
	})
	if err == nil {
		s.forget()
	}
	return err
}

// Sweep forgets old counts.
func (s *Service) Sweep(ctx context.Context) error {
	return s.db.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, qDaysDrop, s.since(keptDays), s.since(loneDays))
		return err
	})
}
