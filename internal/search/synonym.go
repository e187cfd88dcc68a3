package search

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
	"zhizhou/internal/id"
)

// Synonym is a group of words that mean the same.
type Synonym struct {
	ID        int64
	Words     string // one a line
	UpdatedAt int64
}

// List returns its words.
func (y Synonym) List() []string { return strings.Split(y.Words, "\n") }

const (
	synonymsFor = 5_000 // ms until another node's change is in force
	maxWays     = 6
	maxGroup    = 10
)

// Synonyms lists the groups, the newest first.
func (s *Service) Synonyms(ctx context.Context) ([]Synonym, error) {
	var rows []Synonym
	err := s.db.List(ctx, qSynonyms, &rows)
	return rows, err
}

// SaveSynonym adds (0) or changes a group of 2–10 words. Returns ErrSynonym,
// ErrSynonymGone.
func (s *Service) SaveSynonym(ctx context.Context, groupID int64, words []string) (int64, error) {
	var list []string
	for _, w := range words {
		w = Normal(w)
		if n := utf8.RuneCountInString(w); n == 0 || slices.Contains(list, w) {
			continue
		} else if n > 20 {
			return 0, ErrSynonym.Field("words", "每个词不超过 20 个字")
		}
		list = append(list, w)
	}
	if len(list) < 2 || len(list) > maxGroup {
		return 0, ErrSynonym.Field("words", "一组 2–10 个不同的词")
	}
	isNew := groupID == 0
	if isNew {
		groupID = id.New()
	}
	after := strings.Join(list, "\n")
	err := s.db.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		before := ""
		now := clock.MS(s.clock)
		if isNew {
			if _, err := tx.Exec(ctx, qSynonymAdd, groupID, after, now); err != nil {
				return err
			}
		} else {
			if err := tx.Get(ctx, qSynonym, &before, groupID); err != nil {
				return gone(err)
			}
			if _, err := tx.Exec(ctx, qSynonymUpdate, groupID, after, now); err != nil {
				return err
			}
		}
		return audit.Write(ctx, tx, s.clock, "synonym.save", fmt.Sprintf("synonym:%d", groupID), map[string]string{"words": before}, map[string]string{"words": after}, "")
	})
	if err == nil {
		s.forget()
	}
	return groupID, err
}

// DeleteSynonym removes a group. Returns ErrSynonymGone.
func (s *Service) DeleteSynonym(ctx context.Context, groupID int64) error {
	err := s.db.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		before := ""
		if err := tx.Get(ctx, qSynonym, &before, groupID); err != nil {
			return gone(err)
		}
		if _, err := tx.Exec(ctx, qSynonymDrop, groupID); err != nil {
			return err
		}
		return audit.Write(ctx, tx, s.clock, "synonym.delete", fmt.Sprintf("synonym:%d", groupID), map[string]string{"words": before}, nil, "")
	})
	if err == nil {
		s.forget()
	}
	return err
}

func gone(err error) error {
	if errors.Is(err, db.ErrNone) {
		return ErrSynonymGone
	}
	return err
}

// meaning adds to each term what means the same: a word of a group that the term is,
// or that stands in a run of characters, is put in another's place.
func (s *Service) meaning(ctx context.Context, terms []term) ([]term, error) {
	if len(terms) == 0 {
		return nil, nil
	}
	groups, err := recall(s, &s.synonyms, synonymsFor, func() ([]Synonym, error) { return s.Synonyms(ctx) })
	if err != nil {
		return nil, err
	}
	for i := range terms {
		own := terms[i].ways[0]
		for _, g := range groups {
			for _, w := range g.List() {
				if w != own && (!isHan([]rune(w)[0]) || !strings.Contains(own, w)) {
					continue
				}
				for _, other := range g.List() {
					if way := strings.ReplaceAll(own, w, " "+other+" "); other != w && len(terms[i].ways) < maxWays {
						terms[i].ways = append(terms[i].ways, strings.TrimSpace(Normal(way)))
					}
				}
			}
		}
	}
	return terms, nil
}
