package recommend

import (
	"cmp"
	"math"
	"slices"
)

// act is that somebody took a course: has it, or studied in it.
type act struct {
	UserID   int64
	CourseID int64
	At       int64
}

// damp is how many people must stand behind a pair for its score to count half.
const damp = 3

// fame is by which power of how many took it a course is held down. Cosine takes 0.5;
// a lower one lets known courses come first where learners have little in common, and
// costs next to nothing where they have (TestNeighboursFindWhatWasPlanted).
const fame = 0.3

// halfLife is after how long a course that was taken says half as much about its taker,
// in ms.
const halfLife = 90 * 24 * 3600_000

// neighbours finds the k closest courses of each. Acts may come in any order; one of a
// user and course each.
//
// People by course and courses by person are kept as two flat arrays with offsets, so
// that a million acts take 16 MB and no map of pairs.
func neighbours(acts []act, k int) map[int64][]Neighbour {
	acts = latest(acts)
	courses, courseNo := number(acts, func(a act) int64 { return a.CourseID })
	users, userNo := number(acts, func(a act) int64 { return a.UserID })
	ofUser, userAt := group(acts, len(users), func(a act) int32 { return userNo[a.UserID] }, func(a act) int32 { return courseNo[a.CourseID] })
	ofCourse, courseAt := group(acts, len(courses), func(a act) int32 { return courseNo[a.CourseID] }, func(a act) int32 { return userNo[a.UserID] })
	size := func(i int) float64 { return float64(courseAt[i+1] - courseAt[i]) }

	out := make(map[int64][]Neighbour, len(courses))
	sums, people, touched := make([]float64, len(courses)), make([]int64, len(courses)), []int32{}
	for i := range courses {
		for _, u := range ofCourse[courseAt[i]:courseAt[i+1]] {
			mine := ofUser[userAt[u]:userAt[u+1]]
			// Who takes everything says little about what goes together.
			weight := 1 / math.Log(math.E+float64(len(mine))-2)
			for _, j := range mine {
				if int(j) == i {
					continue
				}
				if people[j] == 0 {
					touched = append(touched, j)
				}
				people[j]++
				sums[j] += weight
			}
		}
		var list []Neighbour
		for _, j := range touched {
			n := float64(people[j])
			list = append(list, Neighbour{courses[j], sums[j] / (math.Sqrt(size(i)) * math.Pow(size(int(j)), fame)) * n / (n + damp), people[j]})
			sums[j], people[j] = 0, 0
		}
		touched = touched[:0]
		slices.SortFunc(list, func(a, b Neighbour) int {
			return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.CourseID, b.CourseID))
		})
		if len(list) > 0 {
			out[courses[i]] = slices.Clone(list[:min(k, len(list))])
		}
	}
	return out
}

// latest keeps the last perUser acts of each user.
func latest(acts []act) []act {
	acts = slices.Clone(acts)
	slices.SortFunc(acts, func(a, b act) int {
		return cmp.Or(cmp.Compare(a.UserID, b.UserID), cmp.Compare(b.At, a.At), cmp.Compare(a.CourseID, b.CourseID))
	})
	out, n := acts[:0], 0
	for i, a := range acts {
		if i > 0 && a.UserID == out[len(out)-1].UserID {
			n++
		} else {
			n = 1
		}
		if n <= perUser {
			out = append(out, a)
		}
	}
	return out
}

// number gives each key of the acts a small number, in the order of the keys.
func number(acts []act, key func(act) int64) ([]int64, map[int64]int32) {
	no := map[int64]int32{}
	for _, a := range acts {
		no[key(a)] = 0
	}
	keys := make([]int64, 0, len(no))
	for k := range no {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	for i, k := range keys {
		no[k] = int32(i)
	}
	return keys, no
}

// group lays the values of each of n keys side by side; those of key i are
// flat[at[i]:at[i+1]].
func group(acts []act, n int, key, value func(act) int32) (flat []int32, at []int) {
	at = make([]int, n+1)
	for _, a := range acts {
		at[key(a)+1]++
	}
	for i := range n {
		at[i+1] += at[i]
	}
	flat, next := make([]int32, len(acts)), slices.Clone(at)
	for _, a := range acts {
		k := key(a)
		flat[next[k]] = value(a)
		next[k]++
	}
	return flat, at
}

// scored is a candidate, and what of a learner's past speaks most for it.
type scored struct {
	CourseID int64
	Score    float64
	Because  int64
	best     float64
}

// rank orders what the neighbours of a learner's past speak for, without that past.
// What was taken long before now speaks less.
func rank(past []act, now int64, near map[int64][]Neighbour) []scored {
	had := map[int64]bool{}
	for _, a := range past {
		had[a.CourseID] = true
	}
	sum := map[int64]*scored{}
	for _, a := range past {
		weight := math.Exp2(-float64(max(0, now-a.At)) / halfLife)
		for _, n := range near[a.CourseID] {
			if had[n.CourseID] {
				continue
			}
			c := sum[n.CourseID]
			if c == nil {
				c = &scored{CourseID: n.CourseID}
				sum[n.CourseID] = c
			}
			gain := weight * n.Score
			c.Score += gain
			if gain > c.best {
				c.best, c.Because = gain, a.CourseID
			}
		}
	}
	out := make([]scored, 0, len(sum))
	for _, c := range sum {
		out = append(out, *c)
	}
	slices.SortFunc(out, func(a, b scored) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.CourseID, b.CourseID))
	})
	return out
}
