package app_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"zhizhou/internal/catalog"
	"zhizhou/internal/commerce"
	"zhizhou/internal/db"
	"zhizhou/internal/shipping"
	"zhizhou/internal/wechat"
)

var (
	qShipment     = db.Q("apptest/shipment", `SELECT state FROM shipments ORDER BY payment_id DESC LIMIT 1`)
	qShipmentDone = db.Q("apptest/shipment_done", `SELECT COUNT(*) FROM shipments WHERE finished_at > 0`)
)

// clumsy is the mini program's server with answers that get lost or come late.
type clumsy struct {
	shipping.Desk
	lost, stale, refuse bool
	asked               int
}

func (d *clumsy) TradeState(ctx context.Context, no string) (wechat.Trade, error) {
	if d.stale {
		return wechat.TradePaid, nil
	}
	return d.Desk.TradeState(ctx, no)
}

func (d *clumsy) Ship(ctx context.Context, s wechat.Shipping) error {
	d.asked++
	if d.refuse {
		return &wechat.Error{Code: 10060005}
	}
	err := d.Desk.Ship(ctx, s)
	if d.lost && err == nil {
		return wechat.ErrOffline
	}
	return err
}

// service sells an hour of a teacher, which the mini program takes ordinary money for.
func (w *world) service() int64 {
	_, sku := w.goods("service", "一小时答疑", 0, catalog.Goods{}, nil, catalog.SKU{Name: "一小时", PriceFen: 30000, TaxCategory: "goods"})
	return sku
}

// miniBuyer buys in the mini program and returns the attempt's number.
func (w *world) miniBuyer(p *person, sku int64, key string) (no, payment string) {
	no = p.placed(p.quoted(map[string]any{"sku_id": sku}), key).str("no")
	payment = p.pay(no)
	w.ok(w.app.Sandbox.Pay(payment, ""))
	w.tick()
	return no, payment
}

func (w *world) mini(name string) *person {
	w.t.Helper()
	p := w.person(map[string]string{"X-Client": "mp-weixin", "X-Os": "android"})
	in := p.want(200, "", "POST", "/api/auth/mp", map[string]any{"code": w.app.Sandbox.LoginCode(name), "consents": consents})
	p.header["Authorization"] = "Bearer " + in.str("token")
	return p
}

func (w *world) shipment() (state string) {
	w.t.Helper()
	w.ok(w.app.DB.Get(context.Background(), qShipment, &state))
	return state
}

// Every ordinary payment in the mini program ends shipped, settled or refunded, and
// WeChat's one correction is never used by a retry.
func TestINV48ShippingInformation(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		sku, p := w.service(), w.mini("阿一")
		desk := &clumsy{Desk: must(w.app.Shipping.Desk(ctx))(t)}
		w.app.Shipping.Desk = func(context.Context) (shipping.Desk, error) { return desk, nil }
		sweep := func(after time.Duration) {
			t.Helper()
			w.clock.Advance(after)
			w.ok(w.app.Shipping.Sweep(ctx))
		}

		// The straight road, with two servers sweeping; then WeChat settles.
		_, payment := w.miniBuyer(p, sku, "ship-order-1")
		if sweep(0); desk.asked != 0 {
			t.Fatal("asked before WeChat can know the payment")
		}
		w.clock.Advance(time.Minute)
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() { w.ok(w.app.Shipping.Sweep(ctx)) })
		}
		wg.Wait()
		if sweep(time.Hour); w.shipment() != "shipped" || w.app.Sandbox.Uploads(payment) != 1 {
			t.Fatalf("%s after %d uploads", w.shipment(), w.app.Sandbox.Uploads(payment))
		}
		w.ok(w.app.Sandbox.SettleTrade(payment))
		if w.tick(); w.shipment() != "settled" {
			t.Fatalf("%s after the settlement", w.shipment())
		}

		// The answer is lost, and WeChat's state lags behind: nothing is sent again.
		_, payment = w.miniBuyer(p, sku, "ship-order-2")
		desk.lost, desk.asked = true, 0
		sweep(time.Minute)
		desk.lost, desk.stale = false, true
		for range 6 {
			sweep(9 * time.Minute)
		}
		desk.stale = false
		if sweep(2 * time.Hour); w.shipment() != "shipped" || w.app.Sandbox.Uploads(payment) != 1 || desk.asked != 1 {
			t.Fatalf("%s after %d uploads", w.shipment(), w.app.Sandbox.Uploads(payment))
		}

		// WeChat keeps refusing: a person is asked, and brings it forward.
		_, payment = w.miniBuyer(p, sku, "ship-order-3")
		for desk.refuse = true; w.shipment() == "pending"; {
			sweep(time.Hour + time.Minute)
		}
		desk.refuse = false
		finance := w.staff("finance")
		rows := finance.want(200, "", "GET", "/api/console/shipments?state=stuck", nil)
		id := int64(rows.at("items").([]any)[0].(map[string]any)["id"].(float64))
		again := fmt.Sprintf("/api/console/shipments/%d/retry", id)
		if w.shipment() != "stuck" {
			t.Fatal(w.shipment())
		}
		retry := map[string]any{"reason": "类目已改好"}
		finance.want(204, "", "POST", again, retry)
		finance.want(409, "shipment_state", "POST", again, retry)
		finance.want(404, "shipment_gone", "POST", "/api/console/shipments/7/retry", retry)
		if sweep(time.Minute); w.shipment() != "shipped" || w.app.Sandbox.Uploads(payment) != 1 {
			t.Fatalf("%s after the retry", w.shipment())
		}

		// Money that went back needs no shipping.
		no, payment := w.miniBuyer(p, sku, "ship-order-4")
		must(w.app.Commerce.StaffRefund(w.system(), no, "ship-refund", 0, 30000, "学员临时不能来"))(t)
		r := must(w.app.Commerce.Refunds(ctx, commerce.RefundRequested, 0, 1))(t)
		if len(r) == 1 {
			must(w.app.Commerce.Decide(w.system(), r[0].ID, true, "同意"))(t)
		}
		w.settleRefunds()
		if sweep(time.Hour); w.shipment() != "refunded" || w.app.Sandbox.Uploads(payment) != 0 {
			t.Fatalf("%s after the refund", w.shipment())
		}

		// In a browser the same service needs none; the order tells of its shipping.
		before := w.count(qShipmentDone)
		q := w.learner("13800139481", nil)
		q.paid(q.quoted(map[string]any{"sku_id": sku}), "ship-order-5")
		if sweep(time.Hour); w.count(qShipmentDone) != before || before != 4 {
			t.Fatalf("%d of 4 shipments", w.count(qShipmentDone))
		}
		w.sound()
		d := finance.want(200, "", "GET", "/api/console/orders/"+no, nil)
		if s := d.at("shipments").([]any); len(s) != 1 || s[0].(map[string]any)["state"] != "refunded" {
			t.Fatalf("%s", d.raw)
		}
	})
}
