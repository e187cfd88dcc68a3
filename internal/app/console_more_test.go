package app_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"zhizhou/internal/commerce"
	"zhizhou/internal/db"
	"zhizhou/internal/sandbox"
)

const longText = "<h2>一、服务</h2><p>你在本站购买的课程，按商品页写明的期限学习。</p>"

// A draft is cleaned, guarded by its revision, and becomes a version that nobody
// can change; every step is in the audit log.
func TestAgreementsArePublishedOnceAndKept(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		owner, operator := w.staff("owner"), w.staff("operator")
		path := "/api/console/agreements/user_agreement"
		draft := map[string]any{"title": "用户协议", "body_html": longText + `<script>alert(1)</script><p onclick="x()">尾</p>`, "note": "退款说明写得更清楚", "material": false, "revision": 0}
		operator.want(403, "forbidden", "PUT", path+"/draft", draft)
		operator.want(403, "forbidden", "POST", path+"/publish", map[string]any{"revision": 1, "effective_at": 0})
		owner.want(404, "agreement_draft_gone", "POST", path+"/publish", map[string]any{"revision": 1, "effective_at": 0})

		saved := owner.want(200, "", "PUT", path+"/draft", draft)
		if html := saved.str("body_html"); strings.Contains(html, "script") || strings.Contains(html, "onclick") || !strings.Contains(html, "<h2>一、服务</h2>") {
			t.Fatalf("the draft holds %s", html)
		}
		owner.want(409, "agreement_draft_changed", "PUT", path+"/draft", draft) // says there is none
		draft["revision"], draft["note"] = 1, ""
		owner.want(200, "", "PUT", path+"/draft", draft)
		owner.want(422, "agreement_note_missing", "POST", path+"/publish", map[string]any{"revision": 2, "effective_at": 0})
		draft["revision"], draft["note"] = 2, "退款说明写得更清楚"
		owner.want(200, "", "PUT", path+"/draft", draft)
		owner.want(409, "agreement_draft_changed", "POST", path+"/publish", map[string]any{"revision": 2, "effective_at": 0})
		owner.want(422, "agreement_effective_early", "POST", path+"/publish", map[string]any{"revision": 3, "effective_at": w.clock.Now().Add(-time.Hour).UnixMilli()})

		var wg sync.WaitGroup
		got := make([]answer, 4)
		for i := range got {
			wg.Go(func() { got[i] = owner.do("POST", path+"/publish", map[string]any{"revision": 3, "effective_at": 0}) })
		}
		wg.Wait()
		done := 0
		var version string
		for _, a := range got {
			if a.status == 200 {
				done, version = done+1, a.str("version")
			} else if a.status != 404 && a.status != 409 {
				t.Errorf("publishing at once answers %d %s", a.status, a.raw)
			}
		}
		if done != 1 {
			t.Fatalf("%d versions were published of one draft", done)
		}
		list := operator.want(200, "", "GET", "/api/console/agreements", nil)
		first := list.at("items").([]any)[0].(map[string]any)
		versions := first["versions"].([]any)
		if first["draft"] != nil || len(versions) != 2 || versions[0].(map[string]any)["state"] != "in_force" || versions[1].(map[string]any)["state"] != "past" {
			t.Fatalf("the list: %s", list.raw)
		}
		if a := operator.want(200, "", "GET", path+"/versions/"+version, nil); !strings.Contains(a.str("body_html"), "按商品页写明的期限") {
			t.Fatalf("the version: %s", a.raw)
		}
		if a := w.person(nil).want(200, "", "GET", "/api/agreements/user_agreement", nil); a.str("version") != version {
			t.Fatalf("learners read %s", a.str("version"))
		}
		for _, q := range []*db.Stmt{qRewriteAgreement, qDropAgreement} {
			if err := w.app.DB.Tx(context.Background(), func(ctx context.Context, tx *db.Tx) error { _, err := tx.Exec(ctx, q, version); return err }); err == nil {
				t.Error("a published text was changed")
			}
		}
		log := owner.want(200, "", "GET", "/api/console/audit?action=agreement.publish", nil).at("items").([]any)
		if len(log) != 1 {
			t.Fatalf("%d rows tell of the publishing", len(log))
		}
		row := log[0].(map[string]any)
		if before, after := row["before"].(string), row["after"].(string); !strings.Contains(before, "2026-11-01") || !strings.Contains(after, version) || !strings.Contains(after, "sha256") {
			t.Errorf("audit: %s → %s", before, after)
		}
		owner.want(200, "", "PUT", "/api/console/agreements/privacy_policy/draft", map[string]any{"title": "x", "body_html": "", "note": "", "material": true, "revision": 0})
		owner.want(422, "agreement_draft_empty", "POST", "/api/console/agreements/privacy_policy/publish", map[string]any{"revision": 1, "effective_at": 0})
		owner.want(204, "", "DELETE", "/api/console/agreements/privacy_policy/draft", nil)
		w.sound()
	})
}

var (
	qRewriteAgreement = db.Q("apptest/rewrite_agreement", `UPDATE agreements SET body_html = 'x' WHERE version = $1`)
	qDropAgreement    = db.Q("apptest/drop_agreement", `DELETE FROM agreements WHERE version = $1`)
)

// A material change asks everybody again when it takes force; an editorial one asks
// nobody who accepted the text before it.
func TestMaterialChangeAsksLearnersAgain(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		owner := w.staff("owner")
		p := w.learner("13700137001", nil)
		me := p.want(200, "", "GET", "/api/me", nil).num("id")
		publish := func(material bool, at time.Time) string {
			t.Helper()
			ms := int64(0)
			if !at.IsZero() {
				ms = at.UnixMilli()
			}
			a := owner.want(200, "", "PUT", "/api/console/agreements/privacy_policy/draft", map[string]any{"title": "隐私政策", "body_html": longText, "note": "改了措辞", "material": material, "revision": 0})
			return owner.want(200, "", "POST", "/api/console/agreements/privacy_policy/publish", map[string]any{"revision": a.num("revision"), "effective_at": ms}).str("version")
		}
		asked := func() string {
			t.Helper()
			list, err := w.app.Account.ConsentsDue(context.Background(), me)
			w.ok(err)
			var out []string
			for _, a := range list {
				out = append(out, a.Kind+":"+a.Version)
			}
			return strings.Join(out, " ")
		}
		old := []map[string]string{consents[0], consents[1]}
		signIn := func(with []map[string]string) answer {
			t.Helper()
			w.clock.Advance(2 * time.Minute)
			return w.person(nil).do("POST", "/api/auth/sms", map[string]any{"phone": "13700137001", "consents": with})
		}
		publish(false, time.Time{})
		if got := asked(); got != "" {
			t.Fatalf("an editorial change asks for %s", got)
		}
		if a := signIn(old); a.status != 200 {
			t.Fatalf("an editorial change stops the sign-in: %d %s", a.status, a.raw)
		}
		soon := w.clock.Now().Add(48 * time.Hour)
		version := publish(true, soon)
		if got := asked(); got != "" {
			t.Fatalf("before its time the new version asks for %s", got)
		}
		w.clock.Advance(49 * time.Hour)
		if got := asked(); got != "privacy_policy:"+version {
			t.Fatalf("the material change asks for %q", got)
		}
		if a := signIn(old); a.code() != "consent_required" {
			t.Fatalf("signed in without the new version: %d %s", a.status, a.raw)
		}
		// In a session that goes on, no contract is made before that; looking stays free.
		q := p.want(200, "", "POST", "/api/quotes", map[string]any{"sku_id": w.sku})
		buy := map[string]any{"quote_token": q.str("token"), "terms_confirmed": true}
		p.with("before-consent").want(422, "consent_required", "POST", "/api/orders", buy)
		if due := p.want(200, "", "GET", "/api/me/consents/due", nil); !strings.Contains(due.raw, version) {
			t.Fatalf("due: %s", due.raw)
		}
		p.want(404, "agreement_gone", "POST", "/api/me/consents", consents[1])
		p.want(204, "", "POST", "/api/me/consents", map[string]any{"kind": "privacy_policy", "version": version})
		if got := asked(); got != "" {
			t.Fatalf("after accepting, still asked for %s", got)
		}
		p.with("before-consent").want(200, "", "POST", "/api/orders", buy)
		if a := signIn([]map[string]string{consents[0], {"kind": "privacy_policy", "version": version}}); a.status != 200 {
			t.Fatalf("sign-in with the new version: %d %s", a.status, a.raw)
		}
	})
}

var (
	qAskLess    = db.Q("apptest/ask_less", `UPDATE payments SET amount_fen = 16800 WHERE out_trade_no = $1`)
	qOtherPayer = db.Q("apptest/other_app", `UPDATE payments SET app_id = 'wx-another' WHERE out_trade_no = $1`)
	qHeldRefund = db.Q("apptest/held_refunds", `SELECT COUNT(*) FROM refunds WHERE order_item_id = 0 AND status = $1`)
)

// heldPay makes a payment that arrives other than q leaves its row.
func (w *world) heldPay(p *person, q *db.Stmt) (no, payment string) {
	w.t.Helper()
	no = p.order(w.sku, "held-order").str("no")
	payment = p.pay(no)
	w.ok(w.app.DB.Tx(context.Background(), func(ctx context.Context, tx *db.Tx) error { _, err := tx.Exec(ctx, q, payment); return err }))
	w.ok(w.app.Sandbox.Pay(payment, ""))
	w.tick()
	return no, payment
}

func heldRows(p *person, query string) []map[string]any {
	p.w.t.Helper()
	var out []map[string]any
	for _, x := range p.want(200, "", "GET", "/api/console/held-payments"+query, nil).at("items").([]any) {
		out = append(out, x.(map[string]any))
	}
	return out
}

// Money of another amount than asked for goes back whole, once, through the
// channel; nothing is opened and suspense ends empty.
func TestHeldPaymentIsGivenBackOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		finance, support := w.staff("finance"), w.staff("support")
		p := w.learner("13700137002", nil)
		no, payment := w.heldPay(p, qAskLess)
		rows := heldRows(finance, "?state=waiting")
		if len(rows) != 1 || rows[0]["order_no"] != no || rows[0]["out_trade_no"] != payment || rows[0]["received_fen"] != 16900.0 || rows[0]["amount_fen"] != 16800.0 {
			t.Fatalf("waiting: %v", rows)
		}
		if got := fmt.Sprint(rows[0]["actions"]); got != "[refund explain]" || rows[0]["reason"] != "应收 ¥168.00，实收 ¥169.00，金额对不上。" {
			t.Fatalf("%s %s", got, rows[0]["reason"])
		}
		if finance.want(200, "", "GET", "/api/console/overview", nil).num("todo", "payments_held") != 1 {
			t.Fatal("nobody is told")
		}
		path := fmt.Sprintf("/api/console/held-payments/%d/decide", int64(rows[0]["id"].(float64)))
		decide := func(what string) map[string]any {
			return map[string]any{"decision": what, "note": "学员多付，退回"}
		}
		support.want(403, "forbidden", "POST", path, decide("refund"))
		finance.want(409, "held_action", "POST", path, decide("match"))
		var wg sync.WaitGroup
		for range 6 {
			wg.Go(func() {
				if a := finance.do("POST", path, decide("refund")); a.status != 200 {
					t.Errorf("%d %s", a.status, a.raw)
				}
			})
		}
		wg.Wait()
		finance.want(409, "held_decided", "POST", path, decide("explain"))
		w.settleRefunds()
		if n := w.count(qHeldRefund, "succeeded"); n != 1 {
			t.Fatalf("%d refunds", n)
		}
		if all := w.app.Sandbox.Refunds(); len(all) != 1 || all[0].AmountFen != 16900 {
			t.Fatalf("the channel gave back %v", all)
		}
		if w.count(qSuspense) != 0 || w.count(qGrants) != 0 {
			t.Fatal("suspense is not empty, or something was opened")
		}
		if rows := heldRows(support, "?state=returned&no="+payment); len(rows) != 1 || rows[0]["decided_by"] != "finance" {
			t.Fatalf("returned: %v", rows)
		}
		if finance.want(200, "", "GET", "/api/console/overview", nil).num("todo", "payments_held") != 0 {
			t.Fatal("the decided payment still waits")
		}
		if log := finance.want(200, "", "GET", "/api/console/audit?action=held.refund", nil).at("items").([]any); len(log) != 1 {
			t.Fatalf("%d rows tell of it", len(log))
		}
		finance.want(404, "held_gone", "POST", "/api/console/held-payments/1/decide", decide("explain"))
		w.sound()
	})
}

// The whole amount over another app may pay the order while it waits; once the
// order is closed it may not.
func TestHeldPaymentIsMatchedToItsOrder(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		finance := w.staff("finance")
		decide := func(what string) answer {
			rows := heldRows(finance, "?state=waiting")
			if len(rows) != 1 {
				t.Fatalf("waiting: %v", rows)
			}
			return finance.do("POST", fmt.Sprintf("/api/console/held-payments/%d/decide", int64(rows[0]["id"].(float64))), map[string]any{"decision": what, "note": "与学员核对过"})
		}
		p := w.learner("13700137003", nil)
		no, payment := w.heldPay(p, qOtherPayer)
		if a := decide("match"); a.status != 200 || a.str("state") != "matched" {
			t.Fatalf("%d %s", a.status, a.raw)
		}
		if a := p.want(200, "", "GET", "/api/orders/"+no, nil); a.str("status") != "paid" {
			t.Fatalf("the order is %s", a.str("status"))
		}
		if w.count(qGrants) != 1 || w.count(qSuspense) != 0 {
			t.Fatal("not opened, or suspense is not empty")
		}
		r, err := receipt(w.app, payment)
		w.ok(err)
		w.ok(w.app.Commerce.Settle(context.Background(), r)) // told again, nothing changes
		p.with("held-back-1").want(200, "", "POST", "/api/orders/"+no+"/refunds", map[string]any{"reason": "不想学了"})
		refund := finance.want(200, "", "GET", "/api/console/refunds?status=requested", nil).at("items").([]any)[0].(map[string]any)
		finance.want(200, "", "POST", fmt.Sprintf("/api/console/refunds/%d/decide", int64(refund["id"].(float64))), map[string]any{"approve": true, "reply": ""})
		w.settleRefunds()
		if a := p.want(200, "", "GET", "/api/orders/"+no, nil); a.str("status") != "refunded" {
			t.Fatalf("the order is %s", a.str("status"))
		}

		other := w.learner("13700137004", nil)
		late, _ := w.heldPay(other, qOtherPayer)
		w.clock.Advance(3 * time.Hour)
		w.ok(w.app.Commerce.Sweep(context.Background()))
		if a := other.want(200, "", "GET", "/api/orders/"+late, nil); a.str("status") != "closed" {
			t.Fatalf("the order is %s", a.str("status"))
		}
		if a := decide("match"); a.code() != "held_action" {
			t.Fatalf("a closed order was paid: %d %s", a.status, a.raw)
		}
		if a := decide("explain"); a.str("state") != "explained" || a.str("decision_note") != "与学员核对过" {
			t.Fatalf("%d %s", a.status, a.raw)
		}
		w.sound()
	})
}

// Late and double payments are listed with their automatic refund; the list pages.
func TestHeldListShowsWhatGoesBack(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		finance := w.staff("finance")
		p := w.learner("13700137005", nil)
		no := p.order(w.sku, "twice-order").str("no")
		first := p.pay(no)
		phone := &person{w: w, http: p.http, header: map[string]string{"User-Agent": phoneAgent}}
		second := phone.pay(no)
		w.ok(w.app.Sandbox.Pay(first, ""))
		w.ok(w.app.Sandbox.Pay(second, ""))
		w.tick()
		rows := heldRows(finance, "?state=returning")
		if len(rows) != 1 || rows[0]["cause"] != "duplicate" || fmt.Sprint(rows[0]["actions"]) != "[]" {
			t.Fatalf("returning: %v", rows)
		}
		finance.want(409, "held_action", "POST", fmt.Sprintf("/api/console/held-payments/%d/decide", int64(rows[0]["id"].(float64))), map[string]any{"decision": "refund", "note": "再退一次"})
		w.settleRefunds()
		if rows := heldRows(finance, "?state=returned"); len(rows) != 1 {
			t.Fatalf("returned: %v", rows)
		}
		w.heldPay(w.learner("13700137006", nil), qAskLess)
		page := finance.want(200, "", "GET", "/api/console/held-payments?limit=1", nil)
		next := finance.want(200, "", "GET", "/api/console/held-payments?limit=1&cursor="+page.str("next_cursor"), nil)
		a, b := page.at("items").([]any), next.at("items").([]any)
		if len(a) != 1 || len(b) != 1 || a[0].(map[string]any)["id"] == b[0].(map[string]any)["id"] || next.str("next_cursor") != "" {
			t.Fatalf("pages: %s / %s", page.raw, next.raw)
		}
		w.sound()
	})
}

// A refund that hangs can be asked about; an abnormal one is not sent a second time
// while the channel still holds the first, and is booked when that went through.
func TestAbnormalRefundIsNeverPaidTwice(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		finance := w.staff("finance")
		p := w.learner("13700137007", nil)
		no, _ := p.buy(w.sku)
		w.app.Sandbox.SetTrouble(sandbox.Trouble{RefundStuck: true})
		_, err := w.app.Commerce.StaffRefund(ctx, no, "stuck-refund", 0, 5000, "协商")
		w.ok(err)
		w.settleRefunds()
		rows, err := w.app.Commerce.Refunds(ctx, commerce.RefundProcessing, 0, 10)
		w.ok(err)
		if len(rows) != 1 {
			t.Fatalf("%d refunds are on their way", len(rows))
		}
		path := fmt.Sprintf("/api/console/refunds/%d", rows[0].ID)
		if a := finance.want(200, "", "POST", path+"/check", nil); a.str("status") != "processing" {
			t.Fatalf("asked: %s", a.raw)
		}
		finance.want(409, "refund_state", "POST", path+"/retry", map[string]any{"reason": "再试"})

		w.app.Sandbox.SetTrouble(sandbox.Trouble{RefundAbnormal: true})
		if a := finance.want(200, "", "POST", path+"/check", nil); a.str("status") != "abnormal" {
			t.Fatalf("asked: %s", a.raw)
		}
		a := finance.want(409, "refund_stuck", "POST", path+"/retry", map[string]any{"reason": "再试"})
		if !strings.Contains(a.raw, rows[0].No) {
			t.Fatalf("the number to look for is missing: %s", a.raw)
		}
		if n := len(w.app.Sandbox.Refunds()); n != 1 {
			t.Fatalf("the channel saw %d refunds", n)
		}
		w.app.Sandbox.SetTrouble(sandbox.Trouble{HoldNotices: true}) // dealt with on the merchant platform, its notice lost
		w.clock.Advance(time.Minute)
		finance.want(204, "", "POST", path+"/retry", map[string]any{"reason": "已在商户平台处理"})
		if n := w.count(qRefunds, "succeeded"); n != 1 {
			t.Fatalf("%d refunds succeeded", n)
		}
		if p.want(200, "", "GET", "/api/orders/"+no, nil).num("refunded_fen") != 5000 {
			t.Fatal("not booked as what it was")
		}
		w.sound()
	})
}

// A refund that the channel never had, or closed, is sent again under a new number,
// once even when two press at the same time.
func TestDeadRefundGetsANewNumber(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		finance := w.staff("finance")
		p := w.learner("13700137008", nil)
		no, _ := p.buy(w.sku)
		w.app.Sandbox.SetTrouble(sandbox.Trouble{NotEnough: true})
		r, err := w.app.Commerce.StaffRefund(ctx, no, "dead-refund", 0, 0, "协商")
		w.ok(err)
		path := fmt.Sprintf("/api/console/refunds/%d", r.ID)
		if a := finance.want(200, "", "POST", path+"/check", nil); a.str("status") != "approved" || a.str("last_error") == "" {
			t.Fatalf("the shop has not enough money: %s", a.raw)
		}
		w.ok(w.app.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error { _, err := tx.Exec(ctx, qRefundDead, r.ID); return err }))
		w.app.Sandbox.SetTrouble(sandbox.Trouble{})
		var wg sync.WaitGroup
		got := make([]answer, 3)
		for i := range got {
			wg.Go(func() {
				got[i] = finance.do("POST", path+"/retry", map[string]any{"reason": "通道没有这笔退款"})
			})
		}
		wg.Wait()
		done := 0
		for _, a := range got {
			if a.status == 204 {
				done++
			} else if a.code() != "refund_state" {
				t.Errorf("retrying at once answers %d %s", a.status, a.raw)
			}
		}
		if done != 1 {
			t.Fatalf("%d retries went through", done)
		}
		w.settleRefunds()
		all := w.app.Sandbox.Refunds()
		if len(all) != 1 || all[0].OutRefundNo == r.No || w.count(qRefunds, "succeeded") != 1 {
			t.Fatalf("the channel saw %v", all)
		}
		w.sound()
	})
}

var qRefundDead = db.Q("apptest/refund_dead", `UPDATE refunds SET status = 'abnormal' WHERE id = $1`)
