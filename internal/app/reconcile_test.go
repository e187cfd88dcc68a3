package app_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"sync"
	"testing"
	"time"

	"zhizhou/internal/audit"
	"zhizhou/internal/clock"
	"zhizhou/internal/commerce"
	"zhizhou/internal/db"
	"zhizhou/internal/ledger"
	"zhizhou/internal/pay"
	"zhizhou/internal/reconcile"
	"zhizhou/internal/sandbox"
)

var (
	qBillLines = db.Q("apptest/bill_lines", `SELECT COUNT(*) FROM bill_lines`)
	qBillFees  = db.Q("apptest/bill_fees", `SELECT COUNT(*) FROM bill_fees`)
	qForceDone = db.Q("apptest/force_finished", `UPDATE refunds SET finished_at = finished_at + $1`)
	qAudited   = db.Q("apptest/audited", `SELECT COUNT(*) FROM audit_log WHERE action = $1 AND reason = $2`)
)

var byFinance = audit.WithActor(context.Background(), audit.Actor{Kind: "staff", ID: 1, Name: "财务"})

// today is the day in China on which things happen now.
func (w *world) today() int64 { return clock.Day(w.clock.Now()) }

// noon moves to the middle of a day in China, so that a story does not cross midnight.
func (w *world) noon() {
	now := w.clock.Now().In(clock.China)
	w.clock.Advance(time.Date(now.Year(), now.Month(), now.Day()+1, 12, 0, 0, 0, clock.China).Sub(now))
}

// billTime moves to eleven on the next day: yesterday's bills are there.
func (w *world) billTime() {
	now := w.clock.Now().In(clock.China)
	w.clock.Advance(time.Date(now.Year(), now.Month(), now.Day()+1, 11, 0, 0, 0, clock.China).Sub(now))
}

// compared runs an account's day and returns the bill and its differences, oldest
// first.
func (w *world) compared(source pay.Source, day int64) (reconcile.Bill, []reconcile.Line) {
	w.t.Helper()
	b := must(w.app.Reconcile.Run(byFinance, source, day))(w.t)
	rows := must(w.app.Reconcile.Differences(byFinance, b.ID, "", false, 0, 50))(w.t)
	for i, j := 0, len(rows)-1; i < j; i, j = i+1, j-1 {
		rows[i], rows[j] = rows[j], rows[i]
	}
	return b, rows
}

func (w *world) balance(account string) int64 {
	w.t.Helper()
	for _, b := range must(ledger.Balances(context.Background(), w.app.DB))(w.t) {
		if b.Account == account {
			return b.DebitFen - b.CreditFen
		}
	}
	return 0
}

// buyer signs a new learner in who pays through WeChat's QR code.
func (w *world) buyer(n int) (p *person, no, payment string) {
	w.t.Helper()
	p = w.learner(fmt.Sprintf("1320000%04d", n), nil)
	no, payment = p.buy(w.sku)
	return p, no, payment
}

func (w *world) refund(no string, fen int64) {
	w.t.Helper()
	must(w.app.Commerce.StaffRefund(byFinance, no, fmt.Sprintf("refund-%s-%d", no, fen), 0, fen, "协商退款"))(w.t)
	w.settleRefunds()
}

// A day on which all is well, for each account: every line matched, the fees in the
// ledger once, and a rerun is the same to the byte.
func TestINV15And16MatchedDay(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.offerAlipay()
		w.noon()
		_, no, _ := w.buyer(1)
		w.buyer(2)
		w.refund(no, 5000)
		ali := w.learner("13200000003", nil)
		aliNo := ali.order(w.sku, "bill-alipay").str("no")
		w.ok(w.app.Sandbox.PayAlipay(ali.alipay(aliNo, "alipay_page")))
		w.tick()
		w.refund(aliNo, 0)
		w.virtualOrder()
		day := w.today()
		w.billTime()
		w.ok(w.app.Reconcile.Due(context.Background())) // virtual payment only begins to write its bill
		w.clock.Advance(3 * time.Minute)
		w.ok(w.app.Reconcile.Due(context.Background()))
		bills := must(w.app.Reconcile.Bills(byFinance, "", false, 0, 0, 50))(t)
		if len(bills) != 3 {
			t.Fatalf("%d bills: %+v", len(bills), bills)
		}
		want := map[string][5]int64{ // lines, in, back, fee, days to settlement
			"wechatpay": {3, 33800, 5000, 2*101 - 30, 1}, "wechat_virtual": {1, 16900, 0, 169, 3}, "alipay": {2, 16900, 16900, 0, 1},
		}
		for _, b := range bills {
			x := want[b.Source]
			from, _ := pay.DayOf(day)
			if b.Day != day || b.State != reconcile.Done || b.Matched != x[0] || b.Lines != x[0] || b.Open != 0 || b.TradeFen != x[1] || b.RefundFen != x[2] || b.FeeFen != x[3] ||
				b.NetFen != x[1]-x[2]-x[3] || b.SettlesAt != from.AddDate(0, 0, int(x[4])).UnixMilli() {
				t.Errorf("%+v, want %v", b, x)
			}
		}
		if n := w.balance("fee:wechat_native"); n != 2*101-30 {
			t.Errorf("the ledger has %d fen of fees for WeChat", n)
		}
		if n := w.balance("fee:wechat_virtual"); n != 169 {
			t.Errorf("the ledger has %d fen of fees for virtual payment", n)
		}
		if n := w.balance("clearing:wechat_native"); n != 33800-5000-(2*101-30) {
			t.Errorf("WeChat holds %d fen for us", n)
		}
		snapshot := func() string {
			var out []any
			for _, b := range must(w.app.Reconcile.Bills(byFinance, "", false, 0, 0, 50))(t) {
				b.Run, b.DoneAt = 0, 0
				rows := must(w.app.Reconcile.Differences(byFinance, b.ID, reconcile.Matched, false, 0, 50))(t)
				for i := range rows {
					rows[i].Run = 0
				}
				out = append(out, b, rows)
			}
			return string(must(json.Marshal(out))(t))
		}
		before, lines, fees, postings := snapshot(), w.count(qBillLines), w.count(qBillFees), w.count(qPostings)
		for range 2 {
			w.clock.Advance(time.Hour)
			for source := range pay.Sources {
				must(w.app.Reconcile.Run(byFinance, source, day))(t)
			}
			w.ok(w.app.Reconcile.Due(context.Background()))
		}
		var wg sync.WaitGroup
		for i := range 12 { // two members of staff and the job at once
			wg.Go(func() {
				source := []pay.Source{pay.SourceWechatPay, pay.SourceAlipay, pay.SourceVirtual}[i%3]
				if _, err := w.app.Reconcile.Run(byFinance, source, day); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if after := snapshot(); after != before {
			t.Errorf("a rerun differs:\n%s\n%s", before, after)
		}
		if w.count(qBillLines) != lines || w.count(qBillFees) != fees || w.count(qPostings) != postings {
			t.Error("a rerun left rows behind")
		}
		w.sound()
	})
}

// virtualOrder buys in the mini program.
func (w *world) virtualOrder() {
	w.t.Helper()
	for range 4 {
		w.clock.Advance(15 * time.Minute)
		w.ok(w.app.SyncItems(context.Background()))
	}
	p := w.person(map[string]string{"X-Client": "mp-weixin", "X-Os": "android"})
	in := p.want(200, "", "POST", "/api/auth/mp", map[string]any{"code": w.app.Sandbox.LoginCode("阿一"), "consents": consents})
	p.header["Authorization"] = "Bearer " + in.str("token")
	no := p.order(w.sku, "virtual-bill-order").str("no")
	v := p.with("virtual-bill-pay").want(200, "", "POST", "/api/orders/"+no+"/pay", map[string]any{}).at("action", "virtual").(map[string]any)
	if code := w.app.Sandbox.PayVirtual(sandbox.VirtualPay{SignData: v["signData"].(string), PaySig: v["paySig"].(string), Signature: v["signature"].(string), OpenID: w.app.Sandbox.OpenID(true, "阿一")}); code != 0 {
		w.t.Fatalf("requestVirtualPayment answers %d", code)
	}
	w.tick()
}

// The nemesis makes each class of difference at once; each is repaired or says why
// it cannot be, with reason and audit row, and staff sees all of it.
func TestINV15DifferencesAreRepaired(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.noon()
		for i := range 4 { // as WeChat sorts them: missing, changed amount, changed state, matched
			w.buyer(10 + i)
			w.clock.Advance(time.Minute)
		}
		day := w.today()
		w.billTime()
		w.app.Sandbox.SetTrouble(sandbox.Trouble{Bill: sandbox.BillTrouble{MissingLine: true, ChangedAmount: true, ChangedState: true, ExtraLine: true}})
		b, rows := w.compared(pay.SourceWechatPay, day)
		if b.Lines != 4 || b.Matched != 1 || b.MissingOurs != 1 || b.MissingTheirs != 1 || b.AmountDiffers != 1 || b.StateDiffers != 1 || b.Open != 4 {
			t.Fatalf("%+v", b)
		}
		postings, grants := w.count(qPostings), w.count(qGrants)
		for _, l := range rows {
			got, err := w.app.Reconcile.Repair(byFinance, l.ID, "逐笔核对")
			if l.Result == reconcile.MissingOurs { // nobody paid it: not even the channel knows it
				if !errors.Is(err, reconcile.ErrUnrepairable) {
					t.Fatalf("%s: %v", l.Result, err)
				}
				got, err = w.app.Reconcile.Explain(byFinance, l.ID, "已联系通道")
			}
			if err != nil || got.Resolution == "" || got.Reason == "" || got.ResolvedAt == 0 {
				t.Fatalf("%s: %+v %v", l.Result, got, err)
			}
			if l.Result != reconcile.MissingOurs && (got.Resolution != reconcile.Confirmed || got.Note == "") {
				t.Fatalf("%s: %+v", l.Result, got)
			}
			if again, err := w.app.Reconcile.Repair(byFinance, l.ID, "再点一次"); l.Result != reconcile.MissingOurs && (err != nil || again.Reason != "逐笔核对") {
				t.Fatalf("a second click: %+v %v", again, err)
			}
		}
		if n := w.count(qAudited, "bill.repair", "逐笔核对"); n != 3 {
			t.Fatalf("%d audit rows", n)
		}
		if w.count(qPostings) != postings || w.count(qGrants) != grants {
			t.Fatal("a wrong bill moved money")
		}
		// What was decided stays when the same bill comes again, and goes with it when a
		// right one comes.
		if b, _ := w.compared(pay.SourceWechatPay, day); b.Open != 0 || b.StateDiffers != 1 {
			t.Fatalf("%+v", b)
		}
		w.app.Sandbox.SetTrouble(sandbox.Trouble{})
		if b, rows := w.compared(pay.SourceWechatPay, day); b.Matched != 4 || len(rows) != 0 || b.FeeFen != 4*101 {
			t.Fatalf("%+v %+v", b, rows)
		}
		if n := w.balance("fee:wechat_native"); n != 4*101 {
			t.Fatalf("the ledger has %d fen of fees", n)
		}
		if n := w.balance("fee:wechatpay"); n != 0 {
			t.Fatalf("%d fen of fees for a payment that was none", n)
		}
		w.sound()
	})
}

// The same nemesis at the other two accounts. Alipay's bill has no states.
func TestINV15OtherAccounts(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.offerAlipay()
		w.noon()
		for i := range 2 {
			p := w.learner(fmt.Sprintf("1320000008%d", i), nil)
			w.ok(w.app.Sandbox.PayAlipay(p.alipay(p.order(w.sku, "other-account").str("no"), "alipay_page")))
			w.tick()
			w.clock.Advance(time.Minute)
		}
		w.virtualOrder()
		day := w.today()
		w.billTime()
		_, err := w.app.Reconcile.Run(byFinance, pay.SourceVirtual, day)
		if !errors.Is(err, pay.ErrBillNotReady) {
			t.Fatal(err)
		}
		// That a bill is still being made is expected: no fault of ours or the channel's.
		w.staff("finance").want(409, "bill_not_ready", "POST", "/api/console/bills/run", map[string]any{"source": "wechat_virtual", "day": day})
		w.clock.Advance(time.Minute)
		for _, c := range []struct {
			source  pay.Source
			trouble sandbox.BillTrouble
			want    map[string]int
		}{
			{pay.SourceAlipay, sandbox.BillTrouble{MissingLine: true, ChangedAmount: true, ExtraLine: true}, map[string]int{reconcile.MissingTheirs: 1, reconcile.AmountDiffers: 1, reconcile.MissingOurs: 1}},
			{pay.SourceVirtual, sandbox.BillTrouble{MissingLine: true, ExtraLine: true}, map[string]int{reconcile.MissingTheirs: 1, reconcile.MissingOurs: 1}},
			{pay.SourceVirtual, sandbox.BillTrouble{ChangedAmount: true}, map[string]int{reconcile.AmountDiffers: 1}},
			{pay.SourceVirtual, sandbox.BillTrouble{ChangedState: true}, map[string]int{reconcile.StateDiffers: 1}},
		} {
			w.app.Sandbox.SetTrouble(sandbox.Trouble{Bill: c.trouble})
			_, rows := w.compared(c.source, day)
			got := map[string]int{}
			for _, l := range rows {
				got[l.Result]++
				after, err := w.app.Reconcile.Repair(byFinance, l.ID, "账单核对")
				if l.Result == reconcile.MissingOurs {
					if !errors.Is(err, reconcile.ErrUnrepairable) {
						t.Fatalf("%s %s: %v", c.source, l.Result, err)
					}
				} else if err != nil || after.Resolution != reconcile.Confirmed {
					t.Fatalf("%s %s: %+v %v", c.source, l.Result, after, err)
				}
			}
			if !reflect.DeepEqual(got, c.want) {
				t.Fatalf("%s with %+v: %v", c.source, c.trouble, got)
			}
		}
		w.app.Sandbox.SetTrouble(sandbox.Trouble{})
		for source, n := range map[pay.Source]int64{pay.SourceAlipay: 2, pay.SourceVirtual: 1} {
			if b, rows := w.compared(source, day); b.Matched != n || len(rows) != 0 {
				t.Fatalf("%+v %+v", b, rows)
			}
		}
		w.sound()
	})
}

// A payment whose notice and queries were lost, and whose order was closed meanwhile
// or not, is found by the bill and settled by the one Settle.
func TestBillFindsLostPayment(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.offerAlipay()
		w.noon()
		w.quiet()
		wechat := w.learner("13200000020", nil)
		no := wechat.order(w.sku, "lost-wechat").str("no")
		payment := wechat.pay(no)
		w.ok(w.app.Sandbox.Pay(payment, ""))
		ali := w.learner("13200000021", nil)
		aliNo := ali.order(w.sku, "lost-alipay").str("no")
		w.ok(w.app.Sandbox.PayAlipay(ali.alipay(aliNo, "alipay_page")))
		// This one was closed on our side as after a crash: its money must go back.
		late := w.learner("13200000022", nil)
		lateNo := late.order(w.sku, "lost-late").str("no")
		latePay := late.pay(lateNo)
		w.ok(w.app.Sandbox.Pay(latePay, ""))
		w.ok(w.app.DB.Tx(context.Background(), func(ctx context.Context, tx *db.Tx) error {
			if _, err := tx.Exec(ctx, qForceClosePayment, latePay); err != nil {
				return err
			}
			_, err := tx.Exec(ctx, qForceClose, lateNo)
			return err
		}))
		day := w.today()
		w.billTime()
		for _, source := range []pay.Source{pay.SourceWechatPay, pay.SourceAlipay} {
			_, rows := w.compared(source, day)
			for _, l := range rows {
				if l.Result != reconcile.StateDiffers || l.TheirsState != pay.BillDone {
					t.Fatalf("%+v", l)
				}
				got := must(w.app.Reconcile.Repair(byFinance, l.ID, "通知丢失"))(t)
				if got.Result != reconcile.Matched || got.Resolution != reconcile.Repaired {
					t.Fatalf("%+v", got)
				}
			}
			if b, rows := w.compared(source, day); b.Open != 0 || len(rows) != 0 {
				t.Fatalf("%+v %+v", b, rows)
			}
		}
		for p, no := range map[*person]string{wechat: no, ali: aliNo} {
			if a := p.want(200, "", "GET", "/api/orders/"+no, nil); a.str("status") != "paid" {
				t.Fatalf("order %s", a.raw)
			}
		}
		w.settleRefunds()
		if g, late, back := w.count(qGrants), w.count(qPayments, "late"), w.count(qRefunds, "succeeded"); g != 2 || late != 1 || back != 1 {
			t.Fatalf("%d grants, %d late, %d back", g, late, back)
		}
		w.sound()
	})
}

// Refunds in a bill: one that was made by hand on the merchant platform is taken into
// the books, one that we wait for is brought to its end, one that the bill calls failed
// is confirmed by asking.
func TestBillRefunds(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.noon()
		p, no, payment := w.buyer(30)
		w.ok(w.app.Sandbox.RefundByHand(payment, "BYHAND00000001", 16900))
		w.clock.Advance(time.Minute)
		_, waiting, _ := w.buyer(31)
		// The channel was asked and its answer and notices are lost; no sweep runs.
		r := must(w.app.Commerce.StaffRefund(byFinance, waiting, "waits-for-bill", 0, 0, "协商退款"))(t)
		w.quiet()
		provider := must(w.app.ProviderOf(context.Background(), pay.WechatNative))(t)
		_, err := provider.Refund(context.Background(), pay.RefundRequest{OutTradeNo: w.paymentOf(waiting), OutRefundNo: r.No, RefundFen: 16900, TotalFen: 16900})
		w.ok(err)
		day := w.today()
		w.billTime()
		b, rows := w.compared(pay.SourceWechatPay, day)
		if b.MissingOurs != 1 || b.StateDiffers != 1 || b.Open != 2 {
			t.Fatalf("%+v %+v", b, rows)
		}
		for _, l := range rows {
			got := must(w.app.Reconcile.Repair(byFinance, l.ID, "账单核对"))(t)
			if got.Result != reconcile.Matched || got.Resolution != reconcile.Repaired {
				t.Fatalf("%+v", got)
			}
		}
		if a := p.want(200, "", "GET", "/api/orders/"+no, nil); a.str("status") != "refunded" || w.count(qGrants) != 0 {
			t.Fatalf("money is back and the course is open: %s", a.raw)
		}
		if n := w.count(qRefunds, "succeeded"); n != 2 {
			t.Fatalf("%d refunds", n)
		}
		if b, rows := w.compared(pay.SourceWechatPay, day); len(rows) != 0 || b.Matched != 4 || b.FeeFen != 0 {
			t.Fatalf("%+v %+v", b, rows)
		}
		w.sound()
	})
}

// paymentOf is the number of the settled attempt of an order.
func (w *world) paymentOf(no string) string {
	w.t.Helper()
	o := must(w.app.Commerce.AnyOrder(context.Background(), no))(w.t)
	d := must(w.app.Commerce.Detail(context.Background(), o))(w.t)
	for _, p := range d.Payments {
		if p.Outcome == commerce.Settled {
			return p.OutTradeNo
		}
	}
	w.t.Fatal("no payment")
	return ""
}

// A bill that is not there, broken or lost on its way is not used in part, is said to
// be missing, and comes by itself later; a lost download is applied for again.
func TestBillsThatAreBroken(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.offerAlipay()
		w.noon()
		w.buyer(40)
		ali := w.learner("13200000041", nil)
		aliNo := ali.order(w.sku, "broken-alipay").str("no")
		w.ok(w.app.Sandbox.PayAlipay(ali.alipay(aliNo, "alipay_page")))
		w.tick()
		day := w.today()
		now := w.clock.Now().In(clock.China)
		w.clock.Advance(time.Date(now.Year(), now.Month(), now.Day()+1, 9, 0, 0, 0, clock.China).Sub(now))
		w.ok(w.app.Reconcile.Due(context.Background()))
		if bills := must(w.app.Reconcile.Bills(byFinance, "", false, 0, 0, 50))(t); len(bills) != 0 {
			t.Fatalf("asked before half past ten: %+v", bills)
		}
		w.clock.Advance(2 * time.Hour)
		for _, c := range []struct {
			trouble sandbox.Trouble
			state   string
		}{
			{sandbox.Trouble{Bill: sandbox.BillTrouble{BadHash: true}}, reconcile.Failed},
			{sandbox.Trouble{FailAnswers: 100}, reconcile.Failed},
			{sandbox.Trouble{BadAnswerSign: true}, reconcile.Failed},
		} {
			w.app.Sandbox.SetTrouble(c.trouble)
			for _, source := range []pay.Source{pay.SourceWechatPay, pay.SourceAlipay} {
				if b, err := w.app.Reconcile.Run(byFinance, source, day); err == nil {
					t.Fatalf("%s with %+v: %+v", source, c.trouble, b)
				}
			}
			for _, b := range must(w.app.Reconcile.Bills(byFinance, "", true, 0, 0, 50))(t) {
				if b.State != c.state || b.LastError == "" || b.TryAt <= clock.MS(w.clock) || b.Lines != 0 {
					t.Fatalf("%+v", b)
				}
			}
		}
		if n := w.count(qBillLines) + w.count(qBillFees); n != 0 {
			t.Fatalf("%d rows of broken bills", n)
		}
		w.app.Sandbox.SetTrouble(sandbox.Trouble{})
		w.clock.Advance(time.Hour)
		w.ok(w.app.Reconcile.Due(context.Background()))
		for _, source := range []pay.Source{pay.SourceWechatPay, pay.SourceAlipay} {
			bills := must(w.app.Reconcile.Bills(byFinance, string(source), false, 0, 0, 50))(t)
			if len(bills) != 1 || bills[0].State != reconcile.Done || bills[0].Matched != 1 {
				t.Fatalf("%+v", bills)
			}
		}
		// An address that died before it was used, or a file that was lost, is asked anew.
		w.app.Sandbox.SetTrouble(sandbox.Trouble{Bill: sandbox.BillTrouble{LoseFiles: 2}})
		if b, _ := w.compared(pay.SourceWechatPay, day); b.Matched != 1 {
			t.Fatalf("%+v", b)
		}
		w.sound()
	})
}

// Clocks of two houses differ at midnight: what our books put on the day after is
// matched by the day that the channel put it on, whichever bill comes first.
func TestBillAcrossMidnight(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.noon()
		_, no, _ := w.buyer(50)
		w.refund(no, 5000)
		day := w.today()
		w.ok(w.app.DB.Tx(context.Background(), func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, qForceDone, (24 * time.Hour).Milliseconds())
			return err
		}))
		w.billTime()
		next := w.today()
		w.billTime()
		if b, rows := w.compared(pay.SourceWechatPay, next); b.MissingTheirs != 1 || len(rows) != 1 {
			t.Fatalf("%+v %+v", b, rows)
		}
		if b, rows := w.compared(pay.SourceWechatPay, day); b.Matched != 2 || len(rows) != 0 {
			t.Fatalf("%+v %+v", b, rows)
		}
		for range 2 {
			if rows := must(w.app.Reconcile.Differences(byFinance, 0, "", false, 0, 50))(t); len(rows) != 0 {
				t.Fatalf("%+v", rows)
			}
			if b, rows := w.compared(pay.SourceWechatPay, next); b.Open != 0 || len(rows) != 0 {
				t.Fatalf("%+v %+v", b, rows)
			}
		}
		w.sound()
	})
}

// Finance sees and repairs in the console; others do not, and every page is reached.
func TestReconcileInTheConsole(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.noon()
		for i := range 3 {
			w.buyer(60 + i)
		}
		day := w.today()
		w.billTime()
		w.app.Sandbox.SetTrouble(sandbox.Trouble{Bill: sandbox.BillTrouble{MissingLine: true, ChangedAmount: true, ExtraLine: true}})
		finance, operator := w.staff("finance"), w.staff("operator")
		run := map[string]any{"source": "wechatpay", "day": day}
		operator.want(403, "forbidden", "POST", "/api/console/bills/run", run)
		operator.want(403, "forbidden", "GET", "/api/console/bills", nil)
		finance.want(422, "bill_day", "POST", "/api/console/bills/run", map[string]any{"source": "wechatpay", "day": w.today()})
		finance.want(422, "bill_day", "POST", "/api/console/bills/run", map[string]any{"source": "wechatpay", "day": 20261399})
		a := finance.want(200, "", "POST", "/api/console/bills/run", run)
		if a.str("state") != "differs" || a.num("open") != 3 || a.num("fee_fen") != a.num("trade_fen")-a.num("refund_fen")-a.num("net_fen") {
			t.Fatalf("%s", a.raw)
		}
		if o := finance.want(200, "", "GET", "/api/console/overview", nil); o.num("todo", "bill_differences") != 3 {
			t.Fatalf("overview %s", o.raw)
		}
		seen, cursor := map[int64]bool{}, ""
		for range 5 {
			page := finance.want(200, "", "GET", fmt.Sprintf("/api/console/bill-differences?bill_id=%d&open=true&limit=1&cursor=%s", a.num("id"), cursor), nil)
			for _, item := range page.at("items").([]any) {
				m := item.(map[string]any)
				seen[int64(m["id"].(float64))] = true
				if m["advice"] == "" || !reflect.DeepEqual(m["actions"], []any{"repair", "book", "explain"}) && m["result"] == reconcile.MissingOurs || !slices.Contains(m["actions"].([]any), any("repair")) {
					t.Fatalf("%v", m)
				}
			}
			if cursor = page.str("next_cursor"); cursor == "" {
				break
			}
		}
		if len(seen) != 3 {
			t.Fatalf("%d differences on the pages", len(seen))
		}
		for lineID := range seen {
			path := fmt.Sprintf("/api/console/bill-differences/%d/resolve", lineID)
			finance.want(422, "", "POST", path, map[string]any{"action": "repair", "reason": ""})
			if x := finance.do("POST", path, map[string]any{"action": "repair", "reason": "账单核对"}); x.status == 409 && x.code() == "bill_unrepairable" {
				finance.want(200, "", "POST", path, map[string]any{"action": "explain", "reason": "已联系通道"})
				finance.want(409, "bill_line_solved", "POST", path, map[string]any{"action": "repair", "reason": "账单核对"})
			} else if x.status != 200 {
				t.Fatalf("%d %s", x.status, x.raw)
			}
		}
		list := finance.want(200, "", "GET", "/api/console/bills?limit=1", nil)
		if b := list.at("items").([]any)[0].(map[string]any); b["state"] != "matched" || b["open"] != float64(0) {
			t.Fatalf("%s", list.raw)
		}
		if open := finance.want(200, "", "GET", "/api/console/bills?open=true", nil).at("items").([]any); len(open) != 0 {
			t.Fatalf("%v", open)
		}
		finance.want(404, "bill_line_gone", "POST", "/api/console/bill-differences/1/resolve", map[string]any{"action": "repair", "reason": "账单核对"})
		w.sound()
	})
}

// The audits see what reconciling must never leave behind.
func TestINV15And16Audits(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.noon()
		w.buyer(70)
		day := w.today()
		w.billTime()
		w.compared(pay.SourceWechatPay, day)
		w.sound()
		for _, q := range []struct {
			spoil *db.Stmt
			inv   string
		}{
			{qSpoilLine, "INV-15"}, {qSpoilFee, "INV-16"}, {qSpoilBooked, "INV-16"},
		} {
			w.ok(w.app.DB.Tx(context.Background(), func(ctx context.Context, tx *db.Tx) error { _, err := tx.Exec(ctx, q.spoil); return err }))
			rows := must(w.app.Doctor(context.Background()))(t)
			if len(rows) == 0 || rows[len(rows)-1][:6] != q.inv {
				t.Fatalf("%s: %v", q.inv, rows)
			}
		}
	})
}

var (
	qSpoilLine   = db.Q("apptest/spoil_line", `UPDATE bill_lines SET number = 'GONE'`)
	qSpoilFee    = db.Q("apptest/spoil_fee", `UPDATE bill_lines SET fee_fen = fee_fen + 1`)
	qSpoilBooked = db.Q("apptest/spoil_booked", `UPDATE bill_fees SET fee_fen = fee_fen + 1`)
)
