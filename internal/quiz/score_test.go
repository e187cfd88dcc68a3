package quiz

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func yes(b bool) *bool { return &b }

func frozen(kind string, c Content, places ...int) Item {
	return Item{Kind: kind, Points: 10, Content: c, Places: places}
}

// What each kind gives for what was answered, in hundredths of ten points.
func TestScores(t *testing.T) {
	single := frozen(Single, Content{Options: []string{"甲", "乙", "丙"}, Right: Right{Choices: []int{1}}}, 2, 0, 1)
	multiple := frozen(Multiple, Content{Options: []string{"甲", "乙", "丙", "丁"}, Right: Right{Choices: []int{0, 3}}}, 3, 2, 1, 0)
	judge := frozen(Judge, Content{Right: Right{Truth: false}})
	blank := frozen(Blank, Content{Right: Right{Blanks: []Accept{{Texts: []string{"H2O", "水"}}, {Texts: []string{"3.14"}, Tolerance: "0.01"}, {Texts: []string{"北京"}}}}})
	short := frozen(Short, Content{Right: Right{Text: "结论"}})
	matching := frozen(Matching, Content{Options: []string{"一", "二", "三"}, Matches: []string{"壹", "贰", "叁", "肆"}}, 3, 2, 0, 1)
	ordering := frozen(Ordering, Content{Options: []string{"先", "次", "末"}}, 1, 2, 0)
	for _, c := range []struct {
		name  string
		it    Item
		reply Reply
		want  int64
		hand  bool
	}{
		{"single right, by place", single, Reply{Choices: []int{2}}, 1000, false},
		{"single wrong", single, Reply{Choices: []int{1}}, 0, false},
		{"single with two", single, Reply{Choices: []int{1, 2}}, 0, false},
		{"nothing", single, Reply{}, 0, false},
		{"multiple all", multiple, Reply{Choices: []int{0, 3}}, 1000, false},
		{"multiple some right", multiple, Reply{Choices: []int{3}}, 500, false},
		{"multiple one wrong among right", multiple, Reply{Choices: []int{0, 3, 1}}, 0, false},
		{"multiple place twice", multiple, Reply{Choices: []int{0, 0}}, 0, false},
		{"judge right", judge, Reply{Truth: yes(false)}, 1000, false},
		{"judge wrong", judge, Reply{Truth: yes(true)}, 0, false},
		{"blanks, width, case and space", blank, Reply{Texts: []string{" ｈ2 ｏ", "３.145", "北 京"}}, 1000, false},
		{"blanks, too far and missing", blank, Reply{Texts: []string{"水", "3.1501"}}, 333, false},
		{"blanks, exactly the tolerance", blank, Reply{Texts: []string{"", "3.15"}}, 333, false},
		{"a number that is none", blank, Reply{Texts: []string{"", "1e9"}}, 0, false},
		{"short", short, Reply{Texts: []string{"先说结论"}}, 0, true},
		{"short, blank", short, Reply{Texts: []string{"  "}}, 0, false},
		{"pairs all", matching, Reply{Order: []int{2, 3, 1}}, 1000, false},
		{"pairs one", matching, Reply{Order: []int{2, -1, 0}}, 333, false},
		{"pairs, a match twice", matching, Reply{Order: []int{2, 2, 1}}, 0, false},
		{"order all", ordering, Reply{Order: []int{2, 0, 1}}, 1000, false},
		{"order one in place", ordering, Reply{Order: []int{2, 1, 0}}, 333, false},
		{"order with a gap", ordering, Reply{Order: []int{2, -1, 0}}, 0, false},
	} {
		if got, hand := c.it.Score(c.reply); got != c.want || hand != c.hand {
			t.Errorf("%s: %d %v, want %d %v", c.name, got, hand, c.want, c.hand)
		}
	}
}

func anyItem(t *rapid.T) Item {
	n := rapid.IntRange(2, maxOptions).Draw(t, "options")
	q := Question{Kind: rapid.SampledFrom(Kinds).Draw(t, "kind"), Difficulty: 1, Points: rapid.Int64Range(1, 100).Draw(t, "points")}
	q.Stem = "<p>题</p>"
	word := func(i int) string { return string(rune('a' + i)) }
	for i := range n {
		q.Options, q.Matches = append(q.Options, word(i)), append(q.Matches, word(i)+"'")
		if i < 4 {
			q.Right.Blanks = append(q.Right.Blanks, Accept{Texts: []string{word(i)}})
		}
	}
	for i := range n {
		if i == 0 || q.Kind == Multiple && rapid.Bool().Draw(t, "right") {
			q.Right.Choices = append(q.Right.Choices, i)
		}
	}
	q.Right.Truth = rapid.Bool().Draw(t, "truth")
	q.Right.Text = "参考"
	q, err := q.check()
	if err != nil {
		t.Fatal(err)
	}
	return q.item(q.Points, rapid.Bool().Draw(t, "shuffle"), dice(rapid.Int64().Draw(t, "seed")))
}

// However it is shuffled, what is right gets everything, nothing gets nothing, and no
// reply gets less than nothing or more than everything.
func TestScoreStaysWithinItsBounds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		it := anyItem(t)
		right := it.Answer()
		if err := it.fits(right); err != nil {
			t.Fatalf("what is right does not fit: %+v", right)
		}
		got, hand := it.Score(right)
		if it.Kind == Short && !hand || it.Kind != Short && (hand || got != it.MaxCenti()) {
			t.Fatalf("what is right gets %d of %d", got, it.MaxCenti())
		}
		if got, _ := it.Score(Reply{}); got != 0 {
			t.Fatalf("nothing gets %d", got)
		}
		places := rapid.SliceOfN(rapid.IntRange(-3, 15), 0, 14)
		wild := Reply{Choices: places.Draw(t, "choices"), Order: places.Draw(t, "order"), Texts: rapid.SliceOfN(rapid.String(), 0, 4).Draw(t, "texts")}
		if rapid.Bool().Draw(t, "judged") {
			wild.Truth = yes(rapid.Bool().Draw(t, "said"))
		}
		if got, _ := it.Score(wild); got < 0 || got > it.MaxCenti() {
			t.Fatalf("%d of %d", got, it.MaxCenti())
		}
		it.Words(wild)
	})
}

// Places are a permutation, and matching and ordering are never shown solved.
func TestShufflingHidesTheOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		it := anyItem(t)
		sorted := slices.Clone(it.Places)
		slices.Sort(sorted)
		for i, n := range sorted {
			if i != n {
				t.Fatalf("places %v", it.Places)
			}
		}
		if (it.Kind == Matching || it.Kind == Ordering) && slices.IsSorted(it.Places) {
			t.Fatalf("%s is shown solved", it.Kind)
		}
	})
}
