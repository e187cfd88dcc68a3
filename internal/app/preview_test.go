package app_test

import (
	"context"
	"strings"
	"testing"

	"zhizhou/internal/commerce"
	"zhizhou/internal/commerce/price"
)

// What the console previews for somebody new is what somebody who has just signed up
// is asked to pay: with the newcomer's pack.
func TestPreviewOfSomebodyNewHasThePack(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.coupon(commerce.CouponKind{Name: "新人立减", OffFen: 1500, Claim: commerce.ClaimNewcomer}, price.Scope{})
		w.coupon(commerce.CouponKind{Name: "领券页的券", OffFen: 2000}, price.Scope{})
		last := w.coupon(commerce.CouponKind{Name: "只有一张", OffFen: 3000, Stock: 1, Claim: commerce.ClaimNewcomer}, price.Scope{})
		w.ok(w.app.Commerce.SwitchCoupon(w.system(), last, false))
		finance := w.staff("finance")
		preview := func() answer {
			return finance.want(200, "", "POST", "/api/console/price-preview", map[string]any{"platform": "pc", "items": []map[string]any{{"sku_id": w.sku, "quantity": 1}}})
		}
		got := preview()
		fresh := w.learner("13800138405", nil)
		q := must(w.app.Commerce.QuoteFor(context.Background(), commerce.Ask{UserID: fresh.me(), Platform: "pc", Wants: []commerce.Want{{SKUID: w.sku, Quantity: 1}}}))(t)
		if got.num("total_fen") != q.TotalFen || !strings.Contains(got.raw, "新人立减") || strings.Contains(got.raw, "领券页") {
			t.Errorf("%s, a real one pays %d", got.raw, q.TotalFen)
		}
		w.ok(w.app.Commerce.SwitchCoupon(w.system(), last, true))
		if more := preview(); !strings.Contains(more.raw, "只有一张") || more.num("total_fen") != got.num("total_fen")-1500 {
			t.Errorf("%s", more.raw)
		}
		w.learner("13800138406", nil) // takes it
		if less := preview(); strings.Contains(less.raw, "只有一张") || less.num("total_fen") != got.num("total_fen") {
			t.Errorf("%s", less.raw)
		}
		known := finance.want(200, "", "POST", "/api/console/price-preview", map[string]any{"user_id": fresh.me(), "platform": "pc", "items": []map[string]any{{"sku_id": w.sku, "quantity": 1}}})
		if n := strings.Count(known.raw, "新人立减"); n != 1 {
			t.Errorf("the coupon stands %d times in %s", n, known.raw)
		}
	})
}
