package commerce

import (
	"testing"

	"pgregory.net/rapid"

	"zhizhou/internal/commerce/price"
	"zhizhou/internal/ledger"
)

// INV-4, INV-11: whatever the steps in which a line is earned and given back, each
// entry sums to zero, no account of a step stands on the wrong side, and together the
// steps leave what was kept: its tax, its share of each discount, the rest as revenue
// less refunds.
func TestINV11StepsOfALineAddUpToTheLine(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := booked{
			kind: "course", rule: bookGross, payFen: rapid.Int64Range(1, 2_000_000).Draw(t, "pay"),
			rateBps: rapid.SampledFrom([]int64{0, 100, 300, 600, 900, 1300}).Draw(t, "rate"),
		}
		off := int64(0)
		for _, k := range []price.Kind{price.Flash, price.Coupon, price.Points} {
			if fen := rapid.Int64Range(0, 500_000).Draw(t, string(k)); fen > 0 {
				b.discounts = append(b.discounts, price.Part{Kind: k, RuleID: 1, OffFen: fen})
				off += fen
			}
		}
		total := map[string]int64{}
		at := int64(0)
		step := func(to int64) {
			sums := map[string]int64{}
			b.move(sums, at, to)
			got := int64(0)
			for account, fen := range sums {
				got += fen
				total[account] += fen
				if wrong := fen < 0; fen != 0 && wrong != (account == ledger.Refund(b.kind) || to > at && account != ledger.Revenue(b.kind) && account != ledger.Tax(b.rateBps) || to < at && account == ledger.Tax(b.rateBps)) {
					t.Fatalf("%s moves by %d when %d becomes %d", account, fen, at, to)
				}
			}
			if got != to-at {
				t.Fatalf("an entry of %d moves %d", to-at, got)
			}
			at = to
		}
		for range rapid.IntRange(1, 8).Draw(t, "parts") {
			step(rapid.Int64Range(at, b.payFen).Draw(t, "earned"))
		}
		if rapid.Bool().Draw(t, "whole") {
			step(b.payFen)
			if total[ledger.Tax(b.rateBps)] != TaxOf(b.payFen, b.rateBps) || total[ledger.Revenue(b.kind)] != b.payFen+off-TaxOf(b.payFen, b.rateBps) {
				t.Fatalf("the whole line: %v", total)
			}
		}
		for range rapid.IntRange(0, 4).Draw(t, "refunds") {
			step(rapid.Int64Range(0, at).Draw(t, "kept"))
		}
		tax, discounts, revenue := b.state(at)
		if total[ledger.Tax(b.rateBps)] != tax || total[ledger.Revenue(b.kind)]+total[ledger.Refund(b.kind)] != revenue {
			t.Fatalf("after all steps %v, want tax %d and revenue %d", total, tax, revenue)
		}
		for account, fen := range discounts {
			if total[account] != fen {
				t.Fatalf("%s has %d, want %d", account, total[account], fen)
			}
		}
		if at == 0 && (tax != 0 || revenue != 0 || total[ledger.Discount("coupon")] != 0) {
			t.Fatalf("all went back and something stays: %v", total)
		}
	})
}

// Orders of before are booked net, refunds included.
func TestOldOrdersStayNet(t *testing.T) {
	b := booked{kind: "course", payFen: 1000, rateBps: 600, discounts: []price.Part{{Kind: price.Coupon, OffFen: 100}}}
	sums := map[string]int64{}
	b.sale(sums)
	b.move(sums, 1000, 400)
	if len(sums) != 1 || sums[ledger.Revenue("course")] != 400 {
		t.Fatalf("%v", sums)
	}
}
