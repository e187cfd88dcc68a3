package recommend

import (
	"math"
	"math/rand/v2"
	"testing"
)

// tastes makes learners who take courses of one of several circles with the given
// probability, and any course else; courses differ in how popular they are.
func tastes(seed uint64, learners, courses, circles int, loyal float64) []act {
	rng := rand.New(rand.NewPCG(seed, 1))
	var out []act
	for u := range learners {
		circle, had := rng.IntN(circles), map[int64]bool{}
		for range 3 + rng.IntN(8) {
			x := rng.Float64()
			c := int(x * x * float64(courses)) // the first are the popular ones
			if rng.Float64() < loyal {
				c = c/circles*circles + circle
			}
			c = min(c, courses-1)
			if !had[int64(c)] {
				had[int64(c)] = true
				out = append(out, act{int64(u + 1), int64(c + 1), rng.Int64N(200 * 24 * 3600_000)})
			}
		}
	}
	return out
}

// Where circles were planted, neighbours find them far better than popularity does; and
// where there are none, they claim nothing.
func TestNeighboursFindWhatWasPlanted(t *testing.T) {
	planted := evaluate(tastes(7, 2000, 200, 8, 0.85), 20, 20)
	if planted.Learners < 1000 || planted.Ours.Recall < 1.5*planted.Popularity.Recall || planted.Ours.NDCG < 1.5*planted.Popularity.NDCG {
		t.Errorf("planted circles are not found:\n%s", planted)
	}
	none := evaluate(tastes(8, 2000, 200, 8, 0), 20, 20)
	if none.Ours.Recall > none.Popularity.Recall {
		t.Errorf("found what is not there:\n%s", none)
	}
}

func TestNeighboursByHand(t *testing.T) {
	// 1 and 2 together by three people, 1 and 3 by one; 4 alone.
	near := neighbours([]act{{1, 1, 1}, {1, 2, 2}, {2, 1, 1}, {2, 2, 1}, {3, 2, 1}, {3, 1, 1}, {4, 1, 1}, {4, 3, 1}, {5, 4, 1}}, 5)
	if len(near[4]) != 0 || len(near[1]) != 2 || near[1][0].CourseID != 2 || near[1][0].People != 3 || near[1][1].CourseID != 3 || near[1][1].People != 1 {
		t.Fatalf("%+v", near)
	}
	want := 3 / (math.Sqrt(4) * math.Pow(3, fame)) * 3 / (3 + damp) // each of the three has two courses: weight 1
	if got := near[1][0].Score; math.Abs(got-want) > 1e-12 || near[2][0].CourseID != 1 {
		t.Fatalf("%v, want %v", got, want)
	}
	ranked := rank([]act{{9, 1, 0}, {9, 4, 0}}, 0, near)
	if len(ranked) != 2 || ranked[0].CourseID != 2 || ranked[0].Because != 1 {
		t.Fatalf("%+v", ranked)
	}
	if old := rank([]act{{9, 1, 0}}, halfLife, near); math.Abs(old[0].Score*2-ranked[0].Score) > 1e-12 {
		t.Fatalf("after a half-life %v of %v", old[0].Score, ranked[0].Score)
	}
}

// One person counts for the last courses alone, however many there are.
func TestOnePersonCountsForLittle(t *testing.T) {
	var acts []act
	for i := range int64(500) {
		acts = append(acts, act{1, i + 1, i})
	}
	near := neighbours(acts, kept)
	if len(near) != perUser || near[1] != nil || near[500] == nil {
		t.Fatalf("%d courses have neighbours", len(near))
	}
	if near := neighbours(nil, kept); len(near) != 0 {
		t.Fatal(near)
	}
}

func TestMarks(t *testing.T) {
	var m marks
	m.add([]int64{5, 1, 9}, map[int64]bool{1: true, 2: true}, 3)
	q := m.mean()
	if want := (1 / math.Log2(3)) / (1 + 1/math.Log2(3)); q.Recall != 0.5 || math.Abs(q.NDCG-want) > 1e-12 {
		t.Fatalf("%+v, want NDCG %v", q, want)
	}
	if r := evaluate([]act{{1, 1, 1}}, 20, 20); r.Learners != 0 {
		t.Fatal(r)
	}
}
