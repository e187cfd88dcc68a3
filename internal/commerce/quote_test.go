package commerce_test

import (
	"testing"

	"zhizhou/internal/commerce"
)

// The graphs are closed: every state that can be reached is known, and what is
// final leads nowhere (INV-10).
func TestStateGraphs(t *testing.T) {
	for name, g := range map[string]struct {
		moves map[string][]string
		final []string
	}{
		"order":   {commerce.OrderMoves, []string{commerce.Closed, commerce.Refunded}},
		"payment": {commerce.PaymentMoves, []string{commerce.PaymentPaid}},
		"refund":  {commerce.RefundMoves, []string{commerce.RefundSucceeded, commerce.RefundRejected}},
	} {
		for _, f := range g.final {
			if len(g.moves[f]) != 0 {
				t.Errorf("%s: the final state %s leads to %v", name, f, g.moves[f])
			}
		}
		for from, tos := range g.moves {
			for _, to := range tos {
				_, moves := g.moves[to]
				final := false
				for _, f := range g.final {
					final = final || f == to
				}
				if !moves && !final {
					t.Errorf("%s: %s → %s leads nowhere", name, from, to)
				}
			}
		}
	}
}

func TestRefundTextSaysThePromise(t *testing.T) {
	for text, got := range map[string]string{
		"数字内容，购买后不支持无理由退款":           commerce.RefundText("course", 0, 20, false),
		"付款后 7 天内、学习不超过 20%，可申请全额退款": commerce.RefundText("course", 7, 20, true),
		"付款后 7 天内可申请全额退款":            commerce.RefundText("course", 7, 100, false),
	} {
		if got != text {
			t.Errorf("%s", got)
		}
	}
}
