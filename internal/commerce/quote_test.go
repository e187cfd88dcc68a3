package commerce_test

import (
	"testing"
	"time"

	"zhizhou/internal/catalog"
	"zhizhou/internal/commerce"
)

func TestPriceExplainsItself(t *testing.T) {
	now := time.UnixMilli(1_000_000)
	base := catalog.Offer{SKUID: 1, SKUName: "长期有效", CourseID: 2, CourseTitle: "课", PriceFen: 16900, WeekLowFen: 16900, RefundDays: 7, RefundMaxWatchedPercent: 20}
	for _, c := range []struct {
		name     string
		change   func(*catalog.Offer)
		total    int64
		was      int64
		reasoned string
	}{
		{"plain", func(*catalog.Offer) {}, 16900, 0, "当前售价"},
		{"really lowered this week", func(o *catalog.Offer) { o.PriceFen, o.WeekLowFen = 9900, 16900 }, 9900, 16900, "近 7 天最低成交价 ¥169.00"},
		{"raised: nothing is crossed out", func(o *catalog.Offer) { o.WeekLowFen = 9900 }, 16900, 0, "当前售价"},
		{"free", func(o *catalog.Offer) { o.PriceFen = 0 }, 0, 0, "免费课程"},
	} {
		o := base
		c.change(&o)
		q := commerce.Price(o, "pc", now)
		if q.TotalFen != c.total || q.WasFen != c.was || len(q.Lines) != 1 || q.Lines[0].Reason != c.reasoned {
			t.Errorf("%s: %+v", c.name, q)
		}
		var sum int64
		for _, l := range q.Lines {
			sum += l.AmountFen
		}
		if sum != q.TotalFen {
			t.Errorf("%s: the lines give %d, the total is %d (INV-11)", c.name, sum, q.TotalFen)
		}
		if q.ExpiresAt <= now.UnixMilli() {
			t.Errorf("%s: the quote never lived", c.name)
		}
	}
}

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
		"数字内容，购买后不支持无理由退款":           commerce.RefundText(0, 20),
		"付款后 7 天内、学习不超过 20%，可申请全额退款": commerce.RefundText(7, 20),
		"付款后 7 天内可申请退款":              commerce.RefundText(7, 100),
	} {
		if got != text {
			t.Errorf("%s", got)
		}
	}
}
