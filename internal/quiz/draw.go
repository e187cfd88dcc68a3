package quiz

import (
	"context"
	"math/rand/v2"
	"slices"

	"zhizhou/internal/db"
)

// Sheet is a paper as an attempt froze it.
type Sheet struct {
	Seed        int64 // of every choice of chance in it
	ShowAnswers string
	Items       []Item
}

// MaxCenti is what all of it is worth, in hundredths of a point.
func (s Sheet) MaxCenti() int64 {
	var n int64
	for _, it := range s.Items {
		n += it.MaxCenti()
	}
	return n
}

func dice(seed int64) *rand.Rand {
	return rand.New(rand.NewPCG(uint64(seed), 0x9e3779b97f4a7c15)) //nolint:gosec // fairness, not secrecy: the sheet stays on the server
}

// item freezes a question. What would give the answer away is always shuffled.
func (q Question) item(points int64, shuffle bool, r *rand.Rand) Item {
	it := Item{QuestionID: q.ID, Kind: q.Kind, Points: points, Content: q.Content}
	n := len(q.Options)
	if q.Kind == Matching {
		n = len(q.Matches)
	}
	for i := range n {
		it.Places = append(it.Places, i)
	}
	hidden := q.Kind == Matching || q.Kind == Ordering
	if !hidden && !shuffle {
		return it
	}
	mix := func() { r.Shuffle(n, func(i, j int) { it.Places[i], it.Places[j] = it.Places[j], it.Places[i] }) }
	mix()
	for try := 0; hidden && slices.IsSorted(it.Places) && try < 8; try++ {
		mix()
	}
	if hidden && n > 1 && slices.IsSorted(it.Places) {
		it.Places[0], it.Places[1] = it.Places[1], it.Places[0]
	}
	return it
}

// draw makes the sheet of a new attempt. Returns ErrTooFew, ErrNoPaper.
func (s *Service) draw(ctx context.Context, r db.Reader, p Paper, seed int64) (Sheet, error) {
	sheet, chance := Sheet{Seed: seed, ShowAnswers: p.ShowAnswers}, dice(seed)
	picks := p.Questions
	if p.Mode == Random {
		var err error
		if picks, err = s.pick(ctx, r, p, chance); err != nil {
			return sheet, err
		}
	}
	if len(picks) == 0 {
		return sheet, ErrNoPaper
	}
	ids := make([]int64, len(picks))
	for i, x := range picks {
		ids[i] = x.QuestionID
	}
	found, err := s.questions(ctx, r, ids)
	if err != nil {
		return sheet, err
	}
	for _, x := range picks {
		q, ok := found[x.QuestionID]
		if !ok {
			return sheet, ErrTooFew
		}
		sheet.Items = append(sheet.Items, q.item(x.Points, p.ShuffleOptions, chance))
	}
	if p.ShuffleQuestions {
		chance.Shuffle(len(sheet.Items), func(i, j int) { sheet.Items[i], sheet.Items[j] = sheet.Items[j], sheet.Items[i] })
	}
	return sheet, nil
}

// maxPool bounds what one rule draws from; the newest questions are in it.
const maxPool = 5000

// pick draws questions by the rules, none twice. The narrowest rule draws first, so
// that a wide one does not take away what only it could have asked.
func (s *Service) pick(ctx context.Context, r db.Reader, p Paper, chance *rand.Rand) ([]Pick, error) {
	pools := make([][]int64, len(p.Rules))
	order := make([]int, len(p.Rules))
	for i, rule := range p.Rules {
		order[i] = i
		if err := r.List(ctx, qPool, &pools[i], p.PoolID, rule.Kind, rule.Tag, rule.MinDifficulty, rule.MaxDifficulty, maxPool); err != nil {
			return nil, err
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return len(pools[a]) - len(pools[b]) })
	taken := map[int64]bool{}
	drawn := make([][]Pick, len(p.Rules))
	for _, i := range order {
		pool := pools[i]
		chance.Shuffle(len(pool), func(a, b int) { pool[a], pool[b] = pool[b], pool[a] })
		for _, q := range pool {
			if int64(len(drawn[i])) == p.Rules[i].Count {
				break
			}
			if !taken[q] {
				taken[q] = true
				drawn[i] = append(drawn[i], Pick{QuestionID: q, Points: p.Rules[i].Points})
			}
		}
		if int64(len(drawn[i])) < p.Rules[i].Count {
			return nil, ErrTooFew
		}
	}
	return slices.Concat(drawn...), nil
}
