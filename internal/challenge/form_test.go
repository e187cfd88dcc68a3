package challenge

import (
	"math/rand/v2"
	"slices"
	"testing"
)

func people(from, n int) (out []Person) {
	for i := range n {
		out = append(out, Person{ID: int64(from + i), Start: 100, Level: int64(i % 3), Hours: int64(i / 3 % 3)})
	}
	return out
}

func sizes(groups []Group) (out []int) {
	for _, g := range groups {
		out = append(out, len(g.People))
	}
	return out
}

func TestArrange(t *testing.T) {
	for name, c := range map[string]struct {
		loose  int
		groups []int
		before bool
		want   []int // of the squads that were, then of the new ones
	}{
		"too few wait":                      {loose: 3},
		"four are a squad":                  {loose: 4, want: []int{4}},
		"eight are one":                     {loose: 8, want: []int{8}},
		"nine are two":                      {loose: 9, want: []int{4, 5}},
		"fourteen are two of seven":         {loose: 14, want: []int{7, 7}},
		"twenty are three":                  {loose: 20, want: []int{6, 7, 7}},
		"before it begins whole ones alone": {loose: 20, before: true, want: []int{8, 8}},
		"before it begins nobody is moved":  {loose: 2, groups: []int{2, 5}, before: true, want: []int{2, 5}},
		"the late fill the smallest":        {loose: 1, groups: []int{7, 6, 7}, want: []int{7, 7, 7}},
		"the late fill those below six":     {loose: 3, groups: []int{7, 4}, want: []int{7, 7}},
		"after those below six new ones":    {loose: 8, groups: []int{5}, want: []int{6, 7}},
		"no room: the largest lend":         {loose: 1, groups: []int{8}, want: []int{5, 4}},
		"two full ones lend":                {loose: 2, groups: []int{8, 8}, want: []int{7, 7, 4}},
		"below four are merged":             {groups: []int{3, 5}, want: []int{0, 8}},
		"into the smallest":                 {groups: []int{3, 5, 4}, want: []int{0, 5, 7}},
		"no room to merge: one is lent":     {groups: []int{3, 8}, want: []int{4, 7}},
		"six and three":                     {groups: []int{3, 6}, want: []int{4, 5}},
		"two small ones":                    {groups: []int{2, 3}, want: []int{0, 5}},
		"alone there is nobody to merge":    {groups: []int{3}, want: []int{3}},
		"a small one is filled first":       {loose: 2, groups: []int{3, 7}, want: []int{5, 7}},
	} {
		var groups []Group
		from := 1
		for i, n := range c.groups {
			groups = append(groups, Group{int64(i + 1), people(from, n)})
			from += n
		}
		got := sizes(Arrange(people(from, c.loose), groups, !c.before))
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, not %v", name, got, c.want)
		}
	}
}

// Who begins far apart does not stand in one squad, and who is alike stands together.
func TestArrangeByStartAndLevel(t *testing.T) {
	var loose []Person
	for i := range 16 {
		loose = append(loose, Person{ID: int64(i + 1), Start: 100, Level: int64(i % 2 * 2)})
	}
	for _, g := range Arrange(loose, nil, true) {
		for _, p := range g.People {
			if p.Level != g.People[0].Level {
				t.Fatalf("levels are mixed: %v", g.People)
			}
		}
	}
	for i := range loose {
		loose[i].Start = int64(100 + i%2*30)
	}
	for _, g := range Arrange(loose, nil, true) {
		for _, p := range g.People {
			if p.Start != g.People[0].Start {
				t.Fatalf("starts are mixed: %v", g.People)
			}
		}
	}
	if got := sizes(Arrange([]Person{{ID: 99, Start: 150}}, []Group{{1, people(1, 5)}}, true)); !slices.Equal(got, []int{5}) {
		t.Fatalf("a month later: %v", got)
	}
}

// Who has checked in today stays where they are while there are others to lend.
func TestArrangeLendsWhoHasNotBegun(t *testing.T) {
	eight := people(1, 8)
	for i := range eight {
		eight[i].Settled = 2
	}
	eight[1].Settled, eight[2].Settled, eight[4].Settled = 0, 0, 1
	ids := func(g Group) (out []int64) {
		for _, p := range g.People {
			out = append(out, p.ID)
		}
		slices.Sort(out)
		return out
	}
	got := Arrange([]Person{{ID: 99, Start: 100}}, []Group{{1, eight}}, true)
	if len(got) != 2 || !slices.Equal(ids(got[1]), []int64{2, 3, 5, 99}) {
		t.Fatalf("lent: %v", got)
	}
	// A smaller squad lends before a larger one in which all have been there today.
	full := people(11, 8)
	for i := range full {
		full[i].Settled = 2
	}
	got = Arrange(nil, []Group{{1, people(1, 3)}, {2, full}, {3, people(21, 6)}}, true)
	if !slices.Equal(sizes(got), []int{4, 8, 5}) {
		t.Fatalf("of those who were there today: %v", got)
	}
}

// However people come and go, everybody stands in one squad of four to eight as soon as
// four are there, and nobody in two.
func TestArrangeNeverLeavesFew(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 14))
	for range 300 {
		var groups []Group
		next, id := 1, int64(1)
		for range 40 {
			var loose []Person
			if rng.IntN(3) > 0 {
				n := rng.IntN(5)
				loose = people(next, n)
				next += n
			}
			for i := range groups {
				groups[i].People = slices.DeleteFunc(groups[i].People, func(Person) bool { return rng.IntN(12) == 0 })
			}
			groups = slices.DeleteFunc(groups, func(g Group) bool { return len(g.People) == 0 })
			total := len(loose)
			for _, g := range groups {
				total += len(g.People)
			}
			after := Arrange(loose, groups, true)
			seen := map[int64]bool{}
			for i := range after {
				g := &after[i]
				if n := len(g.People); n > mostSquad || n > 0 && n < leastSquad && total >= leastSquad {
					t.Fatalf("%d of %d stand in a squad: %v from %v and %d", n, total, sizes(after), sizes(groups), len(loose))
				}
				for _, p := range g.People {
					if seen[p.ID] {
						t.Fatalf("%d stands in two", p.ID)
					}
					seen[p.ID] = true
				}
				if g.ID == 0 {
					g.ID, id = 1000+id, id+1
				}
			}
			if total >= leastSquad && len(seen) != total {
				t.Fatalf("%d of %d stand in squads", len(seen), total)
			}
			groups = slices.DeleteFunc(after, func(g Group) bool { return len(g.People) == 0 })
		}
	}
}
