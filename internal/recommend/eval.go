package recommend

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
)

// Report compares what would have been recommended with what was really taken later.
type Report struct {
	K          int
	Acts       int   // that were learned from
	Cut        int64 // UTC ms: what came later was held out
	Learners   int   // who had a past and took something new after it
	Held       int   // what they took
	Ours       Quality
	Popularity Quality // the courses most people took before, the same for all
}

// Quality is the mean over learners, with its standard error.
type Quality struct {
	Recall, RecallError float64 // the share of what was taken that stands among the first K
	NDCG, NDCGError     float64 // the same with higher places counting more, 1 at best
}

// Evaluate holds out the last holdout percent of all acts, learns from the others, and
// measures how well the first k recommendations hit what was held out.
func (s *Service) Evaluate(ctx context.Context, holdout, k int) (Report, error) {
	acts, err := s.acts(ctx)
	if err != nil {
		return Report{}, err
	}
	return evaluate(acts, holdout, k), nil
}

func evaluate(acts []act, holdout, k int) Report {
	acts = slices.Clone(acts)
	slices.SortFunc(acts, func(a, b act) int {
		return cmp.Or(cmp.Compare(a.At, b.At), cmp.Compare(a.UserID, b.UserID), cmp.Compare(a.CourseID, b.CourseID))
	})
	r := Report{K: k, Acts: len(acts) * (100 - holdout) / 100}
	if r.Acts == 0 || r.Acts == len(acts) {
		return r
	}
	r.Cut = acts[r.Acts].At
	before, after := acts[:r.Acts], acts[r.Acts:]
	near := neighbours(before, kept)

	past, takers := map[int64][]act{}, map[int64]int{}
	for _, a := range before {
		past[a.UserID] = append(past[a.UserID], a)
		takers[a.CourseID]++
	}
	popular := make([]int64, 0, len(takers))
	for c := range takers {
		popular = append(popular, c)
	}
	slices.SortFunc(popular, func(a, b int64) int {
		return cmp.Or(cmp.Compare(takers[b], takers[a]), cmp.Compare(a, b))
	})

	later, users := map[int64]map[int64]bool{}, []int64{}
	for _, a := range after {
		if len(past[a.UserID]) == 0 {
			continue // a newcomer: nothing is known of him, both show what is popular
		}
		if later[a.UserID] == nil {
			later[a.UserID] = map[int64]bool{}
			users = append(users, a.UserID)
		}
		later[a.UserID][a.CourseID] = true
		r.Held++
	}
	r.Learners = len(users)
	slices.Sort(users)
	var ours, theirs marks
	for _, u := range users {
		mine := past[u][max(0, len(past[u])-recalled):]
		had := map[int64]bool{}
		for _, a := range past[u] {
			had[a.CourseID] = true
		}
		var first []int64
		for _, c := range rank(mine, r.Cut, near) {
			if !had[c.CourseID] {
				first = append(first, c.CourseID)
			}
		}
		fallback := fill(nil, popular, had, k)
		for _, c := range first {
			had[c] = true
		}
		first = fill(first[:min(k, len(first))], popular, had, k)
		ours.add(first, later[u], k)
		theirs.add(fallback, later[u], k)
	}
	r.Ours, r.Popularity = ours.mean(), theirs.mean()
	return r
}

// fill makes list k long with what is popular and not had.
func fill(list, popular []int64, had map[int64]bool, k int) []int64 {
	for _, c := range popular {
		if len(list) >= k {
			break
		}
		if !had[c] {
			list = append(list, c)
		}
	}
	return list
}

type marks struct{ recall, ndcg []float64 }

// add marks one learner's list: gains are 0 or 1, discounted by log2 of the place + 1.
func (m *marks) add(list []int64, wanted map[int64]bool, k int) {
	hits, gain, best := 0.0, 0.0, 0.0
	for i, c := range list {
		if wanted[c] {
			hits++
			gain += 1 / math.Log2(float64(i)+2)
		}
	}
	for i := range min(k, len(wanted)) {
		best += 1 / math.Log2(float64(i)+2)
	}
	m.recall, m.ndcg = append(m.recall, hits/float64(len(wanted))), append(m.ndcg, gain/best)
}

func (m *marks) mean() Quality {
	var q Quality
	q.Recall, q.RecallError = mean(m.recall)
	q.NDCG, q.NDCGError = mean(m.ndcg)
	return q
}

func mean(xs []float64) (m, err float64) {
	if len(xs) == 0 {
		return 0, 0
	}
	for _, x := range xs {
		m += x
	}
	m /= float64(len(xs))
	for _, x := range xs {
		err += (x - m) * (x - m)
	}
	return m, math.Sqrt(err) / float64(len(xs))
}

// String prints the report as a table.
func (r Report) String() string {
	if r.Learners == 0 {
		return "too little study to compare: nobody who had taken a course took another one later"
	}
	line := func(name string, q Quality) string {
		return fmt.Sprintf("%-12s %8.4f ±%.4f %10.4f ±%.4f\n", name, q.Recall, q.RecallError, q.NDCG, q.NDCGError)
	}
	return fmt.Sprintf("learned from %d courses taken; held out %d that %d learners took later\n%-12s %16s %18s\n", r.Acts, r.Held, r.Learners, "", fmt.Sprintf("recall@%d", r.K), fmt.Sprintf("NDCG@%d", r.K)) +
		line("ours", r.Ours) + line("popularity", r.Popularity)
}
