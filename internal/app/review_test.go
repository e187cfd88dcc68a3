package app_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"zhizhou/internal/access"
	"zhizhou/internal/audit"
	"zhizhou/internal/catalog"
	"zhizhou/internal/db"
)

// What was shown is what is agreed, not the price alone: period and refund promise
// are part of the quote.
func TestQuoteBindsPeriodAndPromise(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.learner("13500135000", nil)
		place := func(token, key string, status int, code string) {
			t.Helper()
			p.with(key).want(status, code, "POST", "/api/orders", map[string]any{"quote_token": token, "terms_confirmed": true})
		}
		token := func() string {
			return p.want(200, "", "POST", "/api/quotes", map[string]any{"sku_id": w.sku}).str("token")
		}
		shown := token()
		w.ok(w.app.Catalog.SetRefundPolicy(context.Background(), w.product(w.paid), 0, 0))
		place(shown, "bind-key-1", 409, "quote_expired")
		shown = token()
		_, err := w.app.Catalog.SaveSKU(context.Background(), w.product(w.paid), catalog.SKU{ID: w.sku, Name: "一天", PriceFen: 16900, PeriodDays: 1, TaxCategory: "digital_service", Active: true})
		w.ok(err)
		place(shown, "bind-key-2", 409, "quote_expired")
		place(token(), "bind-key-3", 200, "")
		// An open order of other terms is not brought back.
		w.ok(w.app.Catalog.SetRefundPolicy(context.Background(), w.product(w.paid), 14, 50))
		place(token(), "bind-key-4", 200, "")
		if n := w.count(qOrders); n != 2 {
			t.Fatalf("%d orders", n)
		}
	})
}

// Who bought a second period does not stand outside because the first was refunded.
func TestRefundedPeriodMovesTheNextUp(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		p := w.learner("13500135001", nil)
		me := p.want(200, "", "GET", "/api/me", nil).num("id")
		res := catalog.Resource{Kind: "course", ID: w.paid}
		for i := range int64(2) {
			w.ok(w.app.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
				return w.app.Access.Grant(ctx, tx, me, res, access.Source{Kind: "gift", ID: i + 1}, catalog.Period{Days: 30})
			}))
		}
		w.clock.Advance(10 * 24 * time.Hour)
		w.ok(w.app.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
			_, err := w.app.Access.Revoke(ctx, tx, access.Source{Kind: "gift", ID: 1}, "退款")
			return err
		}))
		h, err := w.app.Access.Course(ctx, w.app.DB, me, w.paid)
		w.ok(err)
		days := (h.UntilAt - w.clock.Now().UnixMilli()) / (24 * 3600 * 1000)
		if !h.Owned || days < 29 || days > 30 {
			t.Fatalf("owned %v for %d more days, want the 30 that stay paid", h.Owned, days)
		}
	})
}

// Neither taking a course off the shelf nor deleting it takes it from those who
// paid.
func TestOwnersKeepWhatTheyBought(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := audit.WithActor(context.Background(), audit.Actor{Kind: "system", Name: "测试"})
		p := w.learner("13500135002", nil)
		p.buy(w.sku)
		page := fmt.Sprintf("/api/courses/%d", w.paid)
		if err := w.app.Catalog.DeleteCourse(ctx, w.paid); err == nil {
			t.Fatal("a course that somebody paid for was deleted")
		}
		w.ok(w.app.Catalog.Unpublish(ctx, w.paid))
		p.want(200, "", "GET", page, nil)
		w.person(nil).want(404, "course_gone", "GET", page, nil) // and the owner's answer was not kept for others
		p.want(200, "", "GET", fmt.Sprintf("/api/lessons/%d", w.lesson), nil)
		w.person(nil).want(404, "lesson_gone", "GET", fmt.Sprintf("/api/lessons/%d", w.openText), nil)
	})
}

// Bytes that one database takes and the other refuses are refused at the door.
func TestOddBytesAreRefusedAtTheDoor(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.person(nil)
		owner := w.staff("owner")
		for _, path := range []string{"/api/courses?category=%00", "/api/search?q=%ff", "/api/search?q=%C3%28"} {
			p.want(422, "text_invalid", "GET", path, nil)
		}
		if a := p.do("POST", "/api/console/auth/login", map[string]any{"login": "a\x00", "password": "x"}); a.status < 400 || a.status >= 500 {
			t.Errorf("NUL in a login: %d", a.status)
		}
		for _, path := range []string{"/api/console/users?q=%00", "/api/console/orders?no=%00", "/api/console/audit?about=%ff"} {
			owner.want(422, "text_invalid", "GET", path, nil)
		}
		if a := owner.do("POST", "/api/console/courses", map[string]any{"title": "课\x00程"}); a.status < 400 || a.status >= 500 {
			t.Errorf("NUL in a title: %d", a.status)
		}
		if a := owner.do("POST", "/api/console/courses", map[string]any{"title": `反斜杠 \u0000 是文字`}); a.status != 200 {
			t.Errorf("a backslash in a title: %d %s", a.status, a.raw)
		}
		if a := owner.do("PUT", "/api/console/courses/-1", map[string]any{}); a.status < 400 || a.status >= 500 {
			t.Errorf("a negative id: %d", a.status)
		}
	})
}

func TestSettingsAreCheckedBeforeTheyAreSaved(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		owner := w.staff("owner")
		now := owner.want(200, "", "GET", "/api/console/settings/payment", nil)
		value := now.at("value").(map[string]any)
		save := func() answer {
			return owner.do("PUT", "/api/console/settings/payment", map[string]any{"version": now.num("version"), "value": value})
		}
		value["policy"] = map[string]string{"pc/digital_service": "nonsense"}
		if a := save(); a.status != 422 || a.code() != "policy_invalid" {
			t.Errorf("%d %s", a.status, a.raw)
		}
		value["policy"] = map[string]string{"pc/digital_service": "wechat_native"}
		value["mch_id"], value["merchant_key"] = "1900000001", "xxx"
		if a := save(); a.status != 422 || !strings.Contains(a.raw, "merchant_key") {
			t.Errorf("%d %s", a.status, a.raw)
		}
		value["mch_id"], value["merchant_key"] = "", ""
		if a := save(); a.status != 200 {
			t.Errorf("%d %s", a.status, a.raw)
		}
	})
}
