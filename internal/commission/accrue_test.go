package commission

import (
	"testing"

	"pgregory.net/rapid"
)

// INV-30: whatever the parts of a refund are, what is taken back never falls, never
// leaves more than the share of what is still paid, and is all when all is back.
func TestINV30ReversalsAddUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		base := rapid.Int64Range(2, 100_000_000).Draw(t, "base")
		amount := rapid.Int64Range(1, base/2).Draw(t, "amount")
		var refunded, reversed int64
		for refunded < base {
			refunded += rapid.Int64Range(1, base-refunded).Draw(t, "part")
			part := amount - kept(amount, base, refunded) - reversed
			reversed += part
			left := amount - reversed
			if part < 0 || left*base > amount*(base-refunded) || (left+1)*base <= amount*(base-refunded) {
				t.Fatalf("of %d for %d, %d stay after %d came back", amount, base, left, refunded)
			}
		}
		if reversed != amount {
			t.Fatalf("%d of %d came back with everything", reversed, amount)
		}
	})
}

// The higher priority counts; of equals the person's own rate before that of their role
// before everybody's, then the narrower scope, then the newer.
func TestTheRuleOfALine(t *testing.T) {
	l := Line{ProductID: 7, Kind: "course"}
	rule := func(id int64, f func(r *Rule)) Rule {
		r := Rule{ID: id, Level: 1, Role: Anyone, Scope: "all"}
		f(&r)
		return r
	}
	all := rule(1, func(*Rule) {})
	courses := rule(2, func(r *Rule) { r.Scope, r.Kind = "kind", "course" })
	memberships := rule(3, func(r *Rule) { r.Scope, r.Kind = "kind", "membership" })
	second := rule(4, func(r *Rule) { r.Level, r.Scope, r.ProductID = 2, "product", 7 })
	newer := rule(5, func(r *Rule) { r.Scope, r.Kind = "kind", "course" })
	other := rule(6, func(r *Rule) { r.Scope, r.ProductID = "product", 8 })
	this := rule(7, func(r *Rule) { r.Scope, r.ProductID = "product", 7 })
	first := rule(8, func(r *Rule) { r.Priority = 1 })
	creators := rule(9, func(r *Rule) { r.Role = "creator" })
	agencies := rule(10, func(r *Rule) { r.Role = "agency" })
	hers := rule(11, func(r *Rule) { r.UserID = 42 })
	his := rule(12, func(r *Rule) { r.UserID = 43 })
	creatorsThis := rule(13, func(r *Rule) { r.Role, r.Scope, r.ProductID = "creator", "product", 7 })
	below := rule(14, func(r *Rule) { r.UserID, r.Priority = 42, -1 })
	nobody, creator := earner{userID: 42}, earner{42, "creator"}
	for name, c := range map[string]struct {
		rules []Rule
		level int64
		who   earner
		want  int64
	}{
		"none":                                   {nil, 1, creator, 0},
		"narrower scope":                         {[]Rule{all, courses, memberships, second}, 1, nobody, 2},
		"of the level":                           {[]Rule{all, courses, memberships, second}, 2, nobody, 4},
		"the newer of equals":                    {[]Rule{newer, courses, other, all}, 1, nobody, 5},
		"one product before its kind":            {[]Rule{this, newer, courses}, 1, nobody, 7},
		"priority before all":                    {[]Rule{this, first, creatorsThis, hers}, 1, creator, 8},
		"the role before anyone, however narrow": {[]Rule{this, creators, courses}, 1, creator, 9},
		"not another role":                       {[]Rule{agencies, all}, 1, creator, 1},
		"the person before the role":             {[]Rule{hers, creatorsThis, creators}, 1, creator, 11},
		"not another person":                     {[]Rule{his, creators}, 1, creator, 9},
		"in the role the narrower":               {[]Rule{creators, creatorsThis}, 1, creator, 13},
		"low priority of the person's own":       {[]Rule{below, all}, 1, creator, 1},
		"no partner has no role's rate":          {[]Rule{creators, hers, all}, 1, nobody, 1},
		"no partner has nothing but anyone's":    {[]Rule{creators, hers}, 1, nobody, 0},
	} {
		if r, ok := pick(c.rules, c.level, l, c.who); ok != (c.want > 0) || r.ID != c.want {
			t.Errorf("%s: rule %d, want %d", name, r.ID, c.want)
		}
	}
}

func TestResidentNumber(t *testing.T) {
	for n, good := range map[string]bool{
		"11010519491231002X": true, "440524188001010014": true, "110105194912310021": false, "11010519491231002": false, "1101051949123100AX": false, "": false,
	} {
		if residentNumber(n) != good {
			t.Errorf("%s: %v", n, !good)
		}
	}
}
