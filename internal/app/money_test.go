package app_test

import (
	"fmt"
	"testing"
	"time"

	"zhizhou/internal/catalog"
	"zhizhou/internal/clock"
)

// Overview, best sellers and the books speak of the same money, a refund included: what
// stayed is what was earned, its tax, and what is still to be earned.
func TestINV4OverviewSellersAndBooksAgree(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		other, _ := w.course("第二门课", 9900)
		_, year := w.goods(catalog.KindLesson, "", w.lesson, catalog.Goods{}, nil, catalog.SKU{Name: "一年", PriceFen: 36500, PeriodDays: 365})
		a, b, c, d := w.learner("13800139830", nil), w.learner("13800139831", nil), w.learner("13800139832", nil), w.learner("13800139833", nil)
		first := a.paid(a.quoted(map[string]any{"sku_id": w.sku}), "money-key-1")
		a.paid(a.quoted(map[string]any{"sku_id": must(skuOf(w, other))(t)}), "money-key-2")
		b.paid(b.quoted(map[string]any{"sku_id": w.sku}), "money-key-3")
		d.placed(d.quoted(map[string]any{"sku_id": year}), "money-open") // not paid: nowhere
		c.paid(c.quoted(map[string]any{"sku_id": year}), "money-key-4")
		must(w.app.Commerce.StaffRefund(w.system(), first, "money-back", 0, 5000, "协商退款"))(t)
		w.settleRefunds()

		owner := w.staff("owner")
		over := owner.want(200, "", "GET", "/api/console/overview", nil)
		var net, received, refunded, top int64
		for i := range over.at("revenue").([]any) {
			d := over.item(i, "revenue")
			net, received, refunded = net+d.num("fen"), received+d.num("received_fen"), refunded+d.num("refunded_fen")
		}
		for i := range over.at("top_courses").([]any) {
			top += over.item(i, "top_courses").num("fen")
		}
		if received != 2*16900+9900+36500 || refunded != 5000 || net != received-refunded || top != net {
			t.Fatalf("received %d, refunded %d, net %d, sellers %d", received, refunded, net, top)
		}
		month := time.UnixMilli(clock.MS(w.clock)).In(clock.China).Format("2006-01")
		books := owner.want(200, "", "GET", fmt.Sprintf("/api/console/ledger/revenue?month=%s", month), nil)
		if got := books.num("net_fen") + books.num("tax_fen") + books.num("deferred_fen"); got != net {
			t.Fatalf("the books have %d, %d stayed: %s", got, net, books.raw)
		}
		w.sound()
	})
}
