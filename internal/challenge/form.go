package challenge

import (
	"cmp"
	"slices"
)

// The sizes of squads.
const (
	leastSquad = 4 // below it a squad is filled or merged
	goodSquad  = 6
	mostSquad  = 8
	apart      = 7 // days between the starts of people of one squad, at most
)

// Person is somebody to be put into a squad. Ids rise with the time of joining.
type Person struct {
	ID    int64
	Start int64 // ordinal
	Level int64
	Hours int64
	// Settled is how much they belong where they are: 0 has not begun, 1 has, 2 checked in today.
	Settled int64
}

// Group is a squad with its people.
type Group struct {
	ID     int64 // 0: a new one
	People []Person
}

// Arrange says how people belong together: it returns the squads as they should be. Who
// has none fills the smallest squad that fits, first those below six, then new ones of
// six to eight are made of who begins together, with a like level and like hours, and
// the last are taken into what still has room. A squad below four is merged with
// another or, where none has room, gets some of others: who has not begun before who
// checked in today, from the largest, the latest first. Before the class has
// begun only whole squads of eight are made, and nobody who is in one is moved.
// Squads that come back without people are dissolved; who stands in none waits.
func Arrange(loose []Person, groups []Group, begun bool) []Group {
	all := make([]*Group, len(groups))
	for i, g := range groups {
		all[i] = &Group{g.ID, slices.Clone(g.People)}
	}
	pool := slices.Clone(loose)
	slices.SortFunc(pool, alike)
	if !begun {
		for len(pool) >= mostSquad {
			all = append(all, &Group{0, slices.Clone(pool[:mostSquad])})
			pool = pool[mostSquad:]
		}
		return plain(all)
	}
	pool = fill(all, pool, goodSquad)
	var rest []Person
	for _, bucket := range together(pool) {
		if len(bucket) < goodSquad {
			rest = append(rest, bucket...)
			continue
		}
		all = append(all, split(bucket)...)
	}
	for _, bucket := range together(fill(all, rest, mostSquad)) {
		g := &Group{0, bucket}
		if all = append(all, g); len(bucket) < leastSquad && !lend(all, g) {
			all = all[:len(all)-1] // they wait
		}
	}
	merge(all)
	return plain(all)
}

func alike(a, b Person) int {
	return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(a.Level, b.Level), cmp.Compare(a.Hours, b.Hours), cmp.Compare(a.ID, b.ID))
}

// together cuts people, in order, where their starts lie too far apart.
func together(people []Person) [][]Person {
	var out [][]Person
	slices.SortFunc(people, alike)
	for from := 0; from < len(people); {
		to := from + 1
		for to < len(people) && people[to].Start-people[from].Start <= apart {
			to++
		}
		out = append(out, slices.Clone(people[from:to]))
		from = to
	}
	return out
}

// split makes squads of like size, as few as can be.
func split(people []Person) []*Group {
	n := (len(people) + mostSquad - 1) / mostSquad
	var out []*Group
	for i := range n {
		out = append(out, &Group{0, slices.Clone(people[i*len(people)/n : (i+1)*len(people)/n])})
	}
	return out
}

// fits reports whether somebody may stand among the people of a squad.
func (g *Group) fits(p Person) bool {
	for _, x := range g.People {
		if max(x.Start, p.Start)-min(x.Start, p.Start) > apart {
			return false
		}
	}
	return true
}

// far is how little somebody is like the people of a squad.
func (g *Group) far(p Person) (sum int64) {
	for _, x := range g.People {
		sum += 3*abs(x.Start-p.Start) + 2*abs(x.Level-p.Level) + abs(x.Hours-p.Hours)
	}
	return sum / max(1, int64(len(g.People)))
}

func abs(n int64) int64 { return max(n, -n) }

// fill puts people into the smallest squads that fit while those are below a size.
// Returns who is left.
func fill(all []*Group, people []Person, below int) (left []Person) {
	for _, p := range people {
		var best *Group
		for _, g := range all {
			if len(g.People) == 0 || len(g.People) >= below || !g.fits(p) {
				continue
			}
			if best == nil || cmp.Or(cmp.Compare(len(g.People), len(best.People)), cmp.Compare(g.far(p), best.far(p))) < 0 {
				best = g
			}
		}
		if best == nil {
			left = append(left, p)
			continue
		}
		best.People = append(best.People, p)
	}
	return left
}

// merge ends squads below four: into the smallest other one that has room for all of
// them, or by lending.
func merge(all []*Group) {
	for {
		var small *Group
		var into *Group
		for _, g := range all {
			if len(g.People) == 0 || len(g.People) >= leastSquad {
				continue
			}
			for _, o := range all {
				if o == g || len(o.People) == 0 || len(o.People)+len(g.People) > mostSquad || slices.ContainsFunc(g.People, func(p Person) bool { return !o.fits(p) }) {
					continue
				}
				if into == nil || len(o.People) < len(into.People) {
					small, into = g, o
				}
			}
			if into != nil {
				break
			}
		}
		if into == nil {
			break
		}
		into.People = append(into.People, small.People...)
		small.People = nil
	}
	for _, g := range all {
		if len(g.People) > 0 && len(g.People) < leastSquad {
			lend(all, g)
		}
	}
}

// lend brings a squad to four by people of others, none of which falls below four: those
// who lose least by going, of the largest, the latest. Nothing is moved when that cannot be.
func lend(all []*Group, g *Group) bool {
	type step struct {
		from *Group
		p    Person
	}
	var steps []step
	for len(g.People) < leastSquad {
		var from *Group
		var p Person
		for _, o := range all {
			if o == g || len(o.People) <= leastSquad {
				continue
			}
			x, ok := o.spare(g)
			if ok && (from == nil || cmp.Or(cmp.Compare(p.Settled, x.Settled), cmp.Compare(len(o.People), len(from.People))) > 0) {
				from, p = o, x
			}
		}
		if from == nil {
			for _, x := range slices.Backward(steps) {
				x.from.People = append(x.from.People, x.p)
				g.People = g.People[:len(g.People)-1]
			}
			return false
		}
		from.People = slices.DeleteFunc(from.People, func(x Person) bool { return x.ID == p.ID })
		g.People = append(g.People, p)
		steps = append(steps, step{from, p})
	}
	return true
}

// spare is who of a squad may rather go to another: the least settled, of those the
// latest. False: nobody fits there.
func (g *Group) spare(to *Group) (best Person, ok bool) {
	for _, p := range g.People {
		if to.fits(p) && (!ok || cmp.Or(cmp.Compare(best.Settled, p.Settled), cmp.Compare(p.ID, best.ID)) > 0) {
			best, ok = p, true
		}
	}
	return best, ok
}

func plain(all []*Group) []Group {
	out := make([]Group, len(all))
	for i, g := range all {
		out[i] = *g
	}
	return out
}
