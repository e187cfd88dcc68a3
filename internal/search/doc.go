// Package search finds courses by what stands in them and in their lessons, and bundles,
// memberships and services by what is said of them, by pinyin, by words that mean the same and despite a slip. It owns the index, the
// synonyms and the counts of what was searched for.
//
// The index is written inside the transaction that changes a course, of long texts the
// end soon after; it holds what is published and nothing else. It refuses to show the article of a lesson that is not
// free: such a lesson is found by its words and named by its title alone; of what is
// said in it, or stands in its document or book, it shows the one line with the words.
// Who searched for what is not kept.
package search

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"sync"

	"zhizhou/internal/catalog"
	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/errs"
)

// Service is the search domain.
type Service struct {
	db      *db.DB
	clock   clock.Clock
	catalog *catalog.Service
	changed func()
	write   dialect
	texts   Texts
	later   func(ctx context.Context, tx *db.Tx, r Rest) error

	mu       sync.Mutex
	synonyms remembered[[]Synonym]
	hot      remembered[[]Word]
	seen     visits
}

// New makes a Service. changed is called after each public change, to drop caches.
func New(d *db.DB, c clock.Clock, shelf *catalog.Service, changed func()) *Service {
	s := &Service{db: d, clock: c, catalog: shelf, changed: changed, write: dialect{d.Engine}}
	_, _ = rand.Read(s.seen.salt[:]) // never fails
	return s
}

// The refusals of this domain.
var (
	ErrSynonym     = errs.New(errs.Invalid, "synonym_invalid", "请检查同义词")
	ErrSynonymGone = errs.New(errs.NotFound, "synonym_gone", "没有这组同义词")
	ErrMark        = errs.New(errs.Invalid, "mark_invalid", "请写 1–50 个字的词")
)

// remembered is something read from the database that may be a little old.
type remembered[T any] struct {
	value T
	until int64
}

// recall returns what r remembers, or asks again once it is older than ms.
func recall[T any](s *Service, r *remembered[T], ms int64, ask func() (T, error)) (T, error) {
	now := clock.MS(s.clock)
	s.mu.Lock()
	if now < r.until && now >= r.until-ms {
		defer s.mu.Unlock()
		return r.value, nil
	}
	s.mu.Unlock()
	v, err := ask()
	if err != nil {
		return v, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	r.value, r.until = v, now+ms
	return v, nil
}

// forget lets what was remembered be read again, here at once, on other nodes when
// it is too old.
func (s *Service) forget() {
	s.mu.Lock()
	s.synonyms.until, s.hot.until = 0, 0
	s.mu.Unlock()
	if s.changed != nil {
		s.changed()
	}
}

func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:10])
}
