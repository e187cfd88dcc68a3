package quiz

import (
	"math/big"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// Reply is what somebody answered. Numbers are places as they were shown.
type Reply struct {
	Choices []int    `json:"choices,omitempty"`
	Truth   *bool    `json:"truth,omitempty"`
	Texts   []string `json:"texts,omitempty"` // of blanks in order; of a short answer the first
	Order   []int    `json:"order,omitempty"` // matching: for each option its match, -1 none; ordering: items in the wanted order
}

// Item is a question as an attempt froze it.
type Item struct {
	QuestionID int64
	Kind       string
	Points     int64
	Content
	// Places holds, for each place as shown, the index of the option (of the match,
	// in matching) that stands there.
	Places []int
}

// Empty reports whether nothing was answered.
func (r Reply) Empty() bool {
	return len(r.Choices) == 0 && r.Truth == nil && strings.TrimSpace(strings.Join(r.Texts, "")) == "" &&
		!slices.ContainsFunc(r.Order, func(n int) bool { return n >= 0 })
}

// fits refuses what cannot be a reply to the item. Returns ErrReply.
func (it Item) fits(r Reply) error {
	within := func(list []int, least int) bool {
		seen := map[int]bool{}
		for _, n := range list {
			if n < least || n >= len(it.Places) || n >= 0 && seen[n] {
				return false
			}
			seen[n] = true
		}
		return true
	}
	ok := len(r.Choices) == 0 || it.Kind == Multiple || it.Kind == Single && len(r.Choices) == 1
	ok = ok && within(r.Choices, 0) && (r.Truth == nil || it.Kind == Judge)
	switch it.Kind {
	case Blank:
		ok = ok && len(r.Texts) <= len(it.Right.Blanks) && !tooLong(r.Texts, 200)
	case Short:
		ok = ok && len(r.Texts) <= 1 && !tooLong(r.Texts, 5000)
	default:
		ok = ok && len(r.Texts) == 0
	}
	switch it.Kind {
	case Matching:
		ok = ok && (len(r.Order) == 0 || len(r.Order) == len(it.Options)) && within(r.Order, -1)
	case Ordering:
		ok = ok && (len(r.Order) == 0 || len(r.Order) == len(it.Options)) && within(r.Order, 0)
	default:
		ok = ok && len(r.Order) == 0
	}
	if !ok {
		return ErrReply
	}
	return nil
}

func tooLong(list []string, n int) bool {
	return slices.ContainsFunc(list, func(s string) bool { return utf8.RuneCountInString(s) > n })
}

// MaxCenti is what the item is worth, in hundredths of a point.
func (it Item) MaxCenti() int64 { return it.Points * 100 }

// Score returns what a reply is worth, in hundredths of a point, rounded down, and
// whether a person has to say so instead: a short answer that says something.
//
// Single and judge: all or nothing. Multiple: all right choices give all, some of
// them and no wrong one half, one wrong choice nothing. Blanks, pairs and places in
// an order count alike, each for its share.
func (it Item) Score(r Reply) (centi int64, byHand bool) {
	full := it.MaxCenti()
	share := func(right, all int) int64 {
		if all == 0 {
			return 0
		}
		return full * int64(right) / int64(all)
	}
	if r.Empty() || it.fits(r) != nil {
		return 0, false
	}
	switch it.Kind {
	case Short:
		return 0, true
	case Judge:
		if *r.Truth == it.Right.Truth {
			return full, false
		}
		return 0, false
	case Single, Multiple:
		for _, n := range r.Choices {
			if !slices.Contains(it.Right.Choices, it.Places[n]) {
				return 0, false
			}
		}
		if len(r.Choices) == len(it.Right.Choices) {
			return full, false
		}
		return full / 2, false
	case Blank:
		right := 0
		for i, t := range r.Texts {
			if it.Right.Blanks[i].takes(t) {
				right++
			}
		}
		return share(right, len(it.Right.Blanks)), false
	}
	right := 0
	for i, n := range r.Order {
		if n >= 0 && it.Places[n] == i {
			right++
		}
	}
	return share(right, len(it.Options)), false
}

// takes reports whether a text fills the blank: case, width and spaces make no
// difference, and with a tolerance a near number is good.
func (a Accept) takes(s string) bool {
	s = fold(s)
	for _, t := range a.Texts {
		if s == fold(t) {
			return true
		}
	}
	if a.Tolerance == "" || !decimal.MatchString(s) {
		return false
	}
	got, near := number(s), number(a.Tolerance)
	for _, t := range a.Texts {
		d := new(big.Rat).Sub(got, number(t))
		if d.Abs(d).Cmp(near) <= 0 {
			return true
		}
	}
	return false
}

// number reads what matched decimal, exactly.
func number(s string) *big.Rat {
	n, ok := new(big.Rat).SetString(s)
	if !ok {
		return new(big.Rat)
	}
	return n
}

func fold(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, cases.Fold().String(norm.NFKC.String(s)))
}

// Answer is what is right, in the places that were shown.
func (it Item) Answer() Reply {
	place := make([]int, len(it.Places))
	for shown, i := range it.Places {
		place[i] = shown
	}
	var r Reply
	switch it.Kind {
	case Judge:
		truth := it.Right.Truth
		r.Truth = &truth
	case Single, Multiple:
		for _, i := range it.Right.Choices {
			r.Choices = append(r.Choices, place[i])
		}
		slices.Sort(r.Choices)
	case Blank:
		for _, b := range it.Right.Blanks {
			r.Texts = append(r.Texts, strings.Join(b.Texts, " / "))
		}
	case Short:
		r.Texts = []string{it.Right.Text}
	case Matching, Ordering:
		r.Order = place[:len(it.Options)]
	}
	return r
}

// Words says a reply in words, one a line, for a person who marks it.
func (it Item) Words(r Reply) []string {
	if r.Empty() || it.fits(r) != nil {
		return nil
	}
	var out []string
	switch it.Kind {
	case Judge:
		if *r.Truth {
			return []string{"对"}
		}
		return []string{"错"}
	case Single, Multiple:
		for _, n := range r.Choices {
			out = append(out, it.Options[it.Places[n]])
		}
	case Matching:
		for i, n := range r.Order {
			if n >= 0 {
				out = append(out, it.Options[i]+" → "+it.Matches[it.Places[n]])
			}
		}
	case Ordering:
		for _, n := range r.Order {
			out = append(out, it.Options[it.Places[n]])
		}
	default:
		out = r.Texts
	}
	return out
}
