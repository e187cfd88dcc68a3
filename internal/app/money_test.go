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
		_, bundle := w.goods(catalog.KindBundle, "全套", 0, catalog.Goods{}, []catalog.PartRef{{Kind: "course", RefID: other}}, catalog.SKU{Name: "永久", PriceFen: 29900})
		a, b, c, d := w.learner("13800139830", nil), w.learner("13800139831", nil), w.learner("13800139832", nil), w.learner("13800139833", nil)
		first := a.paid(a.quoted(map[string]any{"sku_id": w.sku}), "money-key-1")
		a.paid(a.quoted(map[string]any{"sku_id": must(skuOf(w, other))(t)}), "money-key-2")
		b.paid(b.quoted(map[string]any{"sku_id": w.sku}), "money-key-3")
		d.placed(d.quoted(map[string]any{"sku_id": year}), "money-open") // not paid: nowhere
		c.paid(c.quoted(map[string]any{"sku_id": year}), "money-key-4")
		e := w.learner("13800139834", nil)
		back := e.paid(e.quoted(map[string]any{"sku_id": bundle}), "money-key-5")
		a.paid(a.quoted(map[string]any{"sku_id": bundle}), "money-key-6")
		e.paid(e.quoted(map[string]any{"sku_id": w.sku}), "money-key-7")
		must(w.app.Commerce.StaffRefund(w.system(), back, "money-whole", 0, 29900, "协商退款"))(t)
		must(w.app.Commerce.StaffRefund(w.system(), first, "money-back", 0, 5000, "协商退款"))(t)
		w.settleRefunds()

		owner := w.staff("owner")
		over := owner.want(200, "", "GET", "/api/console/overview", nil)
		var net, received, refunded, top int64
		for i := range over.at("revenue").([]any) {
			d := over.item(i, "revenue")
			net, received, refunded = net+d.num("fen"), received+d.num("received_fen"), refunded+d.num("refunded_fen")
		}
		sellers := ""
		for i := range over.at("top_goods").([]any) {
			g := over.item(i, "top_goods")
			top += g.num("fen")
			sellers += fmt.Sprintf("%s %d %d; ", g.str("kind"), g.num("orders"), g.num("fen"))
		}
		// Every kind is there, and what went back whole is no sale.
		if want := "course 3 45700; lesson 1 36500; bundle 1 29900; course 1 9900; "; sellers != want {
			t.Fatalf("sellers are %s, not %s", sellers, want)
		}
		if received != 3*16900+9900+36500+2*29900 || refunded != 5000+29900 || net != received-refunded || top != net {
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
