package recommend

import (
	"context"

	"zhizhou/internal/catalog"
	"zhizhou/internal/clock"
)

// Pick is a course that a learner is shown, and why.
type Pick struct {
	Card    catalog.Card
	Kind    string // Together or Alike
	Because string // the title of a course that the learner took
	Tag     string // that both have, of Alike
}

// Reason says why in a sentence.
func (p Pick) Reason() string {
	if p.Kind == Alike {
		return "和你学过的《" + p.Because + "》同属「" + p.Tag + "」"
	}
	return "学过《" + p.Because + "》的人也在学"
}

type candidate struct {
	courseID           int64
	kind, because, tag string
}

// For returns up to limit published courses that go with what a learner took, the best
// first, and which courses that was (the latest of them). Who turned personalization off
// is chosen nothing; his past only keeps what he has from being shown again.
func (s *Service) For(ctx context.Context, userID int64, platform string, limit int) (picks []Pick, had map[int64]bool, err error) {
	var rows []struct {
		CourseID, At int64
		Title, List  string
	}
	if err := s.DB.List(ctx, qPast, &rows, userID, recalled); err != nil {
		return nil, nil, err
	}
	had = map[int64]bool{}
	title, near, past := map[int64]string{}, map[int64][]Neighbour{}, make([]act, len(rows))
	for i, r := range rows {
		list, err := parse(r.List)
		if err != nil {
			return nil, nil, err
		}
		had[r.CourseID], title[r.CourseID], near[r.CourseID], past[i] = true, r.Title, list, act{userID, r.CourseID, r.At}
	}
	on, err := s.Personal(ctx, userID)
	if err != nil || !on || len(rows) == 0 {
		return nil, had, err
	}
	var all []candidate
	for _, c := range rank(past, clock.MS(s.Clock), near) {
		all = append(all, candidate{c.CourseID, Together, title[c.Because], ""})
	}
	var alike []struct {
		CourseID, Because, Tags int64
		Tag                     string
	}
	if err := s.DB.List(ctx, qAlike, &alike, userID, 5, 30); err != nil {
		return nil, had, err
	}
	for _, a := range alike {
		all = append(all, candidate{a.CourseID, Alike, title[a.Because], a.Tag})
	}
	// Some of the first may have left the shelf: more are asked for than are shown.
	seen, ids := map[int64]bool{}, []int64{}
	best := all[:0]
	for _, c := range all {
		if !had[c.courseID] && !seen[c.courseID] && len(ids) < 50 {
			seen[c.courseID] = true
			ids, best = append(ids, c.courseID), append(best, c)
		}
	}
	if len(ids) == 0 {
		return nil, had, nil
	}
	cards, err := s.Catalog.Shown(ctx, platform, ids)
	for _, c := range best {
		if card, ok := cards[c.courseID]; ok && len(picks) < limit {
			picks = append(picks, Pick{card, c.kind, c.because, c.tag})
		}
	}
	return picks, had, err
}
