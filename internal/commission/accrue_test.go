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

// The higher priority counts, of equals the narrower scope, of those the newer.
func TestTheRuleOfALine(t *testing.T) {
	l := Line{ProductID: 7, Kind: "course"}
	rules := []Rule{
		{ID: 1, Level: 1, Scope: "all"},
		{ID: 2, Level: 1, Scope: "kind", Kind: "course"},
		{ID: 3, Level: 1, Scope: "kind", Kind: "membership"},
		{ID: 4, Level: 2, Scope: "product", ProductID: 7},
	}
	want := func(level, id int64) {
		t.Helper()
		if r, ok := pick(rules, level, l); ok != (id > 0) || r.ID != id {
			t.Fatalf("level %d takes rule %d, want %d", level, r.ID, id)
		}
	}
	want(1, 2)
	want(2, 4)
	rules = append(rules, Rule{ID: 5, Level: 1, Scope: "kind", Kind: "course"}, Rule{ID: 6, Level: 1, Scope: "product", ProductID: 8})
	want(1, 5)
	rules = append(rules, Rule{ID: 9, Level: 1, Scope: "all", Priority: 1})
	want(1, 9)
	rules = nil
	want(1, 0)
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
