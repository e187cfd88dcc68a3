package app_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"zhizhou/internal/account"
	"zhizhou/internal/audit"
	"zhizhou/internal/commerce"
	"zhizhou/internal/commerce/price"
	"zhizhou/internal/commission"
	"zhizhou/internal/db"
	"zhizhou/internal/pay"
	"zhizhou/internal/sandbox"
	"zhizhou/internal/setting"
	"zhizhou/internal/testkit"
)

// earner is somebody who is known to WeChat and may be paid.
type earner struct {
	*person
	id   int64
	code string
}

const realNumber = "11010519491231002X"

// terms switches commissions on: 10 % for the inviter, 5 % for theirs.
func (w *world) terms() {
	w.t.Helper()
	c := w.app.Commission
	now := must(c.Terms(context.Background()))(w.t)
	w.ok(c.SaveTerms(w.system(), commission.Terms{Version: now.Version, Enabled: true, CapBPS: 3000, HoldDays: 15, MinFen: 100}))
	for level, rate := range map[int64]int64{1: 1000, 2: 500} {
		r := must(c.SaveRule(w.system(), commission.Rule{Name: fmt.Sprint("第", level, "级"), Level: level, Scope: "all", RateBPS: rate}))(w.t)
		w.ok(c.SwitchRule(w.system(), r, true))
	}
}

// earner signs a new person in from the mini program, invited by a code or not.
func (w *world) earner(name, invite string) *earner {
	w.t.Helper()
	p := w.person(map[string]string{"X-Client": "mp-weixin", "X-Os": "android"})
	in := p.want(200, "", "POST", "/api/auth/mp", map[string]any{"code": w.app.Sandbox.LoginCode(name), "consents": consents, "invite": invite})
	p.header["Authorization"] = "Bearer " + in.str("token")
	e := &earner{person: p, id: in.num("user", "id")}
	e.code = p.want(200, "", "GET", "/api/me/invite", nil).str("code")
	return e
}

// invited signs a new person in from a desk, by a code.
func (w *world) invited(phone, code string) *person {
	w.t.Helper()
	p := w.person(nil)
	p.want(200, "", "POST", "/api/auth/sms", map[string]any{"phone": phone, "consents": consents})
	p.want(200, "", "POST", "/api/auth/sms/login", map[string]any{"phone": phone, "code": w.code(phone), "consents": consents, "invite": code})
	return p
}

func (e *earner) account() commission.Account {
	return must(e.w.app.Commission.Account(context.Background(), e.id))(e.w.t)
}

func (e *earner) payee() {
	e.w.t.Helper()
	e.want(204, "", "PUT", "/api/me/commission/payee", map[string]any{"name": "林小舟", "number": realNumber, "consented": true})
}

func (w *world) sweep() {
	w.t.Helper()
	w.ok(w.app.Commission.Sweep(context.Background()))
}

// rich gives a new earner what is left of sales after the hold: 16.90 for each.
func (w *world) rich(name string, sales int) *earner {
	w.t.Helper()
	e := w.earner(name, "")
	for i := range sales {
		w.invited(fmt.Sprintf("1391%03d%04d", len(name), i), e.code).buy(w.sku)
	}
	w.clock.Advance(16 * 24 * time.Hour)
	w.sweep()
	e.payee()
	return e
}

// withdraw asks for an amount and has it approved; the channel was asked.
func (e *earner) withdraw(key string, fen int64) int64 {
	e.w.t.Helper()
	n := e.with(key).want(200, "", "POST", "/api/me/withdrawals", map[string]any{"amount_fen": fen, "identity": "wechat_mini"}).num("id")
	_, err := e.w.app.Commission.Decide(e.w.system(), n, true, "核对无误")
	e.w.ok(err)
	return n
}

func (w *world) withdrawal(id int64) commission.WithdrawalRow {
	w.t.Helper()
	return must(w.app.Commission.Withdrawal(context.Background(), id))(w.t)
}

func (w *world) push(id int64) { _ = w.app.Commission.Push(context.Background(), id) }

// The whole road: two levels earn, the hold runs out, finance agrees, the receiver
// confirms, and the books show where every fen is.
func TestCommissionRoad(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.terms()
		top := w.earner("阿甲", "")
		mid := w.earner("阿乙", top.code)
		buyer := w.invited("13910000001", mid.code)
		buyer.buy(w.sku)
		if a := mid.account(); a.HeldFen != 1690 || a.EarnedFen != 1690 {
			t.Fatalf("first level %+v", a)
		}
		if a := top.account(); a.HeldFen != 845 {
			t.Fatalf("second level %+v", a)
		}
		w.sweep()
		if a := mid.account(); a.AvailableFen != 0 {
			t.Fatal("commission is available before its hold is over")
		}
		w.clock.Advance(16 * 24 * time.Hour)
		w.sweep()
		if a := mid.account(); a.HeldFen != 0 || a.AvailableFen != 1690 {
			t.Fatalf("after the hold %+v", a)
		}
		ask := map[string]any{"amount_fen": 1690, "identity": "wechat_mini"}
		mid.with("withdraw-1").want(409, "payee_needed", "POST", "/api/me/withdrawals", ask)
		mid.want(422, "payee_invalid", "PUT", "/api/me/commission/payee", map[string]any{"name": "林小舟", "number": "110105194912310021", "consented": true})
		mid.payee()
		mid.with("withdraw-0").want(422, "withdrawal_minimum", "POST", "/api/me/withdrawals", map[string]any{"amount_fen": 99, "identity": "wechat_mini"})
		mid.with("withdraw-0").want(409, "wechat_needed", "POST", "/api/me/withdrawals", map[string]any{"amount_fen": 200, "identity": "wechat_official"})
		id := mid.withdraw("withdraw-1", 1690)
		mid.with("withdraw-1").want(409, "idempotency_conflict", "POST", "/api/me/withdrawals", map[string]any{"amount_fen": 100, "identity": "wechat_mini"})
		w.push(id)
		v := mid.want(200, "", "GET", fmt.Sprintf("/api/me/withdrawals/%d", id), nil)
		if v.str("status") != "wait_confirm" || v.str("package_info") == "" || v.str("mch_id") == "" {
			t.Fatalf("waiting %s", v.raw)
		}
		top.want(404, "withdrawal_gone", "GET", fmt.Sprintf("/api/me/withdrawals/%d", id), nil)
		w.sound()
		w.ok(w.app.Sandbox.Confirm(v.str("package_info")))
		w.tick()
		if got := w.withdrawal(id); got.Status != commission.Succeeded || got.PackageInfo != "" {
			t.Fatalf("after the confirmation %+v", got)
		}
		if a := mid.account(); a.WithdrawnFen != 1690 || a.AvailableFen != 0 || a.FrozenFen != 0 {
			t.Fatalf("paid %+v", a)
		}
		w.sound()
	})
}

// INV-28: who invited whom is written once, for a new user, without self and
// circle, and nothing above the second level counts.
func TestINV28Referral(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.terms()
		a := w.earner("阿甲", "")
		b := w.earner("阿乙", a.code)
		c := w.earner("阿丙", b.code)
		d := w.invited("13910000002", c.code)
		join := func(e *earner, code string, status int, word string) {
			t.Helper()
			e.want(status, word, "POST", "/api/me/inviter", map[string]any{"code": code})
		}
		join(a, a.code, 409, "invite_self")
		join(a, c.code, 409, "invite_cycle")
		join(b, c.code, 409, "invite_cycle")
		join(c, a.code, 409, "invite_taken")
		join(a, "NOSUCH00", 404, "invite_gone")
		d.buy(w.sku)
		if x := []int64{c.account().EarnedFen, b.account().EarnedFen, a.account().EarnedFen}; x[0] != 1690 || x[1] != 845 || x[2] != 0 {
			t.Fatalf("three levels up earn %v", x)
		}
		late := w.earner("阿丁", "")
		w.clock.Advance(31 * time.Minute)
		join(late, a.code, 409, "invite_late")
		rows := a.want(200, "", "GET", "/api/me/invitees", nil)
		if list := rows.at("items").([]any); len(list) != 1 || strings.Contains(rows.raw, "阿乙") {
			t.Fatalf("invitees %s", rows.raw)
		}
		w.sound()
	})
}

// INV-29: never for the buyer, never more than the cap, only on what was paid.
func TestINV29Commission(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.terms()
		c := w.app.Commission
		top := w.earner("阿甲", "")
		mid := w.earner("阿乙", top.code)
		// A narrower rule of the same weight counts before the general one, and the
		// first level comes first under the cap.
		wide := must(c.SaveRule(w.system(), commission.Rule{Name: "课程", Level: 1, Scope: "product", ProductID: w.product(w.paid), RateBPS: 2800}))(t)
		w.ok(c.SwitchRule(w.system(), wide, true))
		w.invited("13910000003", mid.code).buy(w.sku)
		if x, y := mid.account().EarnedFen, top.account().EarnedFen; x != 4732 || x+y != 16900*30/100 {
			t.Fatalf("%d and %d under a cap of 5070", x, y)
		}
		w.invited("13910000004", mid.code).order(w.freeSKU, "free-order") // nothing was paid
		if mid.account().EarnedFen != 4732 {
			t.Fatal("a free order earned commission")
		}
		if err := c.SaveTerms(w.system(), commission.Terms{Version: 2, CapBPS: 5001, MinFen: 100}); err == nil {
			t.Fatal("a cap above half was saved")
		}
		if err := c.SaveTerms(w.system(), commission.Terms{Version: 1, Enabled: true, CapBPS: 100, MinFen: 100}); err == nil {
			t.Fatal("old terms overwrote newer ones")
		}
		w.sound()
	})
}

// INV-29, INV-30: what one of two accounts earned by the other goes back when they
// turn out to be one person.
func TestMergedEarnings(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.terms()
		me := w.earner("阿甲", "")
		other := w.invited("13910000005", me.code) // the same person's desk
		other.buy(w.sku)
		friend := w.invited("13910000006", me.code)
		friend.buy(w.sku)
		if me.account().HeldFen != 3380 {
			t.Fatalf("before %+v", me.account())
		}
		w.clock.Advance(2 * time.Minute)
		me.want(200, "", "POST", "/api/auth/sms", map[string]any{"phone": "13910000005"})
		u := me.want(200, "", "POST", "/api/me/phone", map[string]any{"phone": "13910000005", "code": w.code("13910000005")})
		me.id = u.num("id")
		if a := me.account(); a.HeldFen != 1690 || a.EarnedFen != 3380 || a.ReversedFen != 1690 {
			t.Fatalf("after %+v %s", a, u.raw)
		}
		if in, err := w.app.Referral.Inviter(context.Background(), me.id); err != nil || in != 0 {
			t.Fatalf("invited by oneself: %d %v", in, err)
		}
		w.sound()
	})
}

// INV-30: a refund takes the commission back pro rata, once, also after it was paid
// out: then it is a debt that the next commission fills.
func TestINV30RefundTakesCommissionBack(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.terms()
		e := w.earner("阿甲", "")
		b := w.invited("13910000007", e.code)
		no, _ := b.buy(w.sku)
		refund := func(key string, fen int64) {
			t.Helper()
			_, err := w.app.Commerce.StaffRefund(w.system(), no, key, 0, fen, "补偿")
			w.ok(err)
			w.settleRefunds()
		}
		refund("part-key-1", 3333)
		if a := e.account(); a.HeldFen != 1690-334 || a.ReversedFen != 334 { // rounded for the shop
			t.Fatalf("after a part %+v", a)
		}
		w.clock.Advance(16 * 24 * time.Hour)
		w.sweep()
		e.payee()
		id := e.withdraw("withdraw-1", 1356)
		w.push(id)
		w.ok(w.app.Sandbox.Confirm(w.withdrawal(id).PackageInfo))
		w.tick()
		refund("part-key-2", 0)
		if a := e.account(); a.AvailableFen != -1356 || a.WithdrawnFen != 1356 || a.ReversedFen != 1690 {
			t.Fatalf("after the payout %+v", a)
		}
		w.sound()
		e.with("withdraw-2").want(409, "commission_balance", "POST", "/api/me/withdrawals", map[string]any{"amount_fen": 100, "identity": "wechat_mini"})
		w.invited("13910000008", e.code).buy(w.sku)
		w.clock.Advance(16 * 24 * time.Hour)
		w.sweep()
		if a := e.account(); a.AvailableFen != 1690-1356 {
			t.Fatalf("the debt was not filled: %+v", a)
		}
		w.sound()
	})
}

// INV-31: parallel withdrawals, and parallel taps with one key, never take more
// than there is.
func TestINV31ParallelWithdrawals(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.terms()
		e := w.rich("阿甲", 1)
		var wg sync.WaitGroup
		for i := range 12 {
			wg.Go(func() {
				key := fmt.Sprint("key-", i)
				if i%3 == 0 {
					key = "the-same-tap"
				}
				_, _ = w.app.Commission.Withdraw(context.Background(), commission.Ask{UserID: e.id, Key: key, AmountFen: 600, Identity: account.Mini})
			})
		}
		wg.Wait()
		if a := e.account(); a.FrozenFen != 1200 || a.AvailableFen != 490 {
			t.Fatalf("%+v", a)
		}
		rows := must(w.app.Commission.WithdrawalsOf(context.Background(), e.id, 0, 50))(t)
		if len(rows) != 2 {
			t.Fatalf("%d withdrawals of 600 out of 1690", len(rows))
		}
		// Finance refuses one and approves it at once, the owner takes back the other.
		for range 6 {
			wg.Go(func() { _, _ = w.app.Commission.Decide(w.system(), rows[0].ID, false, "资料不符") })
			wg.Go(func() { _ = w.app.Commission.TakeBack(context.Background(), e.id, rows[1].ID) })
		}
		wg.Wait()
		if a := e.account(); a.FrozenFen != 0 || a.AvailableFen != 1690 {
			t.Fatalf("given back %+v", a)
		}
		w.sound()
	})
}

// INV-32: an answer that was lost, a 500 after the work, an empty balance and a
// transfer that hangs never make a second transfer.
func TestINV32OneTransferForOneWithdrawal(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.terms()
		e := w.rich("阿甲", 1)
		for i, tr := range []sandbox.Trouble{{DropAnswers: 2}, {FailAnswers: 3}, {NotEnough: true}, {TransferStuck: true, Duplicate: 2}} {
			w.app.Sandbox.SetTrouble(tr)
			id := e.withdraw(fmt.Sprint("trouble-", i), 300)
			for range 3 {
				w.push(id)
				w.clock.Advance(2 * time.Minute)
				w.sweep()
			}
			if s := w.withdrawal(id).Status; tr.DropAnswers+tr.FailAnswers == 0 && s != commission.Sending {
				t.Fatalf("trouble %d: %s", i, s)
			}
			w.app.Sandbox.SetTrouble(sandbox.Trouble{Duplicate: tr.Duplicate})
			w.clock.Advance(time.Hour)
			w.sweep()
			got := w.withdrawal(id)
			if got.Status != commission.WaitConfirm || got.PackageInfo == "" {
				t.Fatalf("trouble %d: %+v", i, got)
			}
			w.ok(w.app.Sandbox.Confirm(got.No))
			w.tick()
			if s := w.withdrawal(id).Status; s != commission.Succeeded {
				t.Fatalf("trouble %d: %s", i, s)
			}
		}
		if n := len(w.app.Sandbox.Transfers()); n != 4 {
			t.Fatalf("%d transfers for 4 withdrawals", n)
		}
		if a := e.account(); a.WithdrawnFen != 1200 {
			t.Fatalf("%+v", a)
		}
		w.sound()
	})
}

// INV-32: what nobody confirms in a day comes back once, however many say so at
// once; and should the channel have paid it all the same, that is booked.
func TestINV32UnconfirmedComesBackOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.terms()
		e := w.rich("阿甲", 1)
		id := e.withdraw("expires-1", 1000)
		w.push(id)
		w.clock.Advance(23 * time.Hour)
		w.sweep()
		if a := e.account(); a.FrozenFen != 1000 {
			t.Fatalf("before a day is over %+v", a)
		}
		w.clock.Advance(2 * time.Hour)
		w.app.Sandbox.SetTrouble(sandbox.Trouble{Duplicate: 2})
		var wg sync.WaitGroup
		for range 3 {
			wg.Go(w.tick)
			wg.Go(func() { w.push(id) })
		}
		wg.Wait()
		got := w.withdrawal(id)
		if a := e.account(); got.Status != commission.Expired || a.FrozenFen != 0 || a.AvailableFen != 1690 {
			t.Fatalf("%s %+v", got.Status, a)
		}
		w.sound()
		for range 2 {
			w.ok(w.app.Commerce.Receive(context.Background(), commerce.Notice{Channel: "wechatpay", Notice: pay.Notice{
				EventID: "late", EventType: "MCHTRANSFER.BILL.FINISHED", Raw: []byte("{}"),
				Transfer: &pay.TransferReceipt{OutBillNo: got.No, State: pay.TransferSuccess, AmountFen: 1000},
			}}))
		}
		if a := e.account(); a.WithdrawnFen != 1000 || a.AvailableFen != 690 {
			t.Fatalf("paid late %+v", a)
		}
		w.sound()
	})
}

// A notice about another merchant, amount or receiver, or about a transfer that was
// never sent, changes nothing; one for a number that is not ours is kept.
func TestINV32ForeignNoticesChangeNothing(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.terms()
		e := w.rich("阿甲", 1)
		hear := func(r pay.TransferReceipt) {
			t.Helper()
			w.ok(w.app.Commerce.Receive(context.Background(), commerce.Notice{Channel: "wechatpay", Notice: pay.Notice{EventID: r.MchID + r.OpenID + r.OutBillNo, EventType: "MCHTRANSFER.BILL.FINISHED", Raw: []byte("{}"), Transfer: &r}}))
		}
		id := e.with("early-key").want(200, "", "POST", "/api/me/withdrawals", map[string]any{"amount_fen": 500, "identity": "wechat_mini"}).num("id")
		no := w.withdrawal(id).No
		hear(pay.TransferReceipt{OutBillNo: no, State: pay.TransferSuccess})
		_, err := w.app.Commission.Decide(w.system(), id, true, "同意")
		w.ok(err)
		w.push(id)
		for _, r := range []pay.TransferReceipt{{MchID: "1900000001"}, {AmountFen: 501}, {OpenID: "stranger"}} {
			r.OutBillNo, r.State = no, pay.TransferSuccess
			hear(r)
			r.State = pay.TransferFailed
			hear(r)
		}
		hear(pay.TransferReceipt{OutBillNo: "NOTOURS0000000000000", State: pay.TransferSuccess, AmountFen: 100})
		got := w.withdrawal(id)
		if got.Status != commission.WaitConfirm || got.LastError == "" || e.account().FrozenFen != 500 {
			t.Fatalf("%+v %+v", got, e.account())
		}
		w.sound()
		w.ok(w.app.Commission.Cancel(w.system(), id, "收款人要求撤回"))
		if s := w.withdrawal(id).Status; s != commission.Cancelled || e.account().AvailableFen != 1690 {
			t.Fatalf("cancelled: %s %+v", s, e.account())
		}
		w.sound()
	})
}

// INV-41: from the threshold on two members of staff approve a withdrawal; names
// and numbers are for finance alone, and reading them is logged.
func TestINV41FourEyesOnPayouts(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.terms()
		s := &setting.Payment{Policy: setting.DefaultPolicy}
		version := must(w.app.Settings.Load(context.Background(), s))(t)
		s.FourEyesFen = 1000
		w.ok(w.app.Settings.Save(context.Background(), s, version, nil))
		e := w.rich("阿甲", 1)
		finance, owner, operator := w.staff("finance"), w.staff("owner"), w.staff("operator")
		id := e.with("four-eyes").want(200, "", "POST", "/api/me/withdrawals", map[string]any{"amount_fen": 1200, "identity": "wechat_mini"}).num("id")
		decide := fmt.Sprintf("/api/console/withdrawals/%d/decide", id)
		yes := map[string]any{"approve": true, "reply": "核对无误"}
		operator.want(403, "", "POST", decide, yes)
		if a := finance.want(200, "", "POST", decide, yes); a.str("status") != "requested" || a.str("first_by") == "" {
			t.Fatalf("one signature was enough: %s", a.raw)
		}
		finance.want(409, "four_eyes", "POST", decide, yes)
		if a := owner.want(200, "", "POST", decide, yes); a.str("status") != "approved" {
			t.Fatalf("two agreed: %s", a.raw)
		}
		check := fmt.Sprintf("/api/console/withdrawals/%d/", id)
		if a := finance.want(200, "", "POST", check+"check", nil); a.str("status") != "wait_confirm" {
			t.Fatalf("checked: %s", a.raw)
		}
		finance.want(409, "withdrawal_state", "POST", check+"give-up", map[string]any{"reason": "放弃这笔"})
		w.ok(w.app.Sandbox.Confirm(w.withdrawal(id).No))
		w.tick()
		span := map[string]any{"from": 0, "until": w.clock.Now().Add(time.Hour).UnixMilli(), "reason": "季度报送"}
		operator.want(403, "", "POST", "/api/console/commission/payee-report", span)
		finance.want(422, "commission_span", "POST", "/api/console/commission/payee-report", map[string]any{"from": span["until"], "until": 0, "reason": "季度报送"})
		if a := finance.want(200, "", "POST", "/api/console/commission/payee-report", span); !strings.Contains(a.raw, realNumber) || !strings.Contains(a.raw, `"paid_fen":1200`) {
			t.Fatalf("tax report %s", a.raw)
		}
		log := must(audit.List(context.Background(), w.app.DB, audit.Find{Action: "commission.tax_report"}, 10))(t)
		if len(log) != 1 || strings.Contains(log[0].After, realNumber) {
			t.Fatalf("reading names left %+v", log)
		}
		w.sound()
	})
}

// Rewards are given once for a real registration, and once for a purchase that was
// kept past its refund window, up to the limits.
func TestReferralRewards(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		coupon := w.coupon(commerce.CouponKind{Name: "邀请礼", OffFen: 500, Stock: 10, PerUser: 9, ValidDays: 60}, price.Scope{})
		w.ok(w.app.Settings.Save(w.system(), &setting.Referral{JoinInviter: coupon, BuyInviter: coupon, BuyInvitee: coupon, PerInviter: 3, Budget: 4}, 0, nil))
		e := w.earner("阿甲", "")
		have := func() int { return len(must(w.app.Commerce.Wallet(context.Background(), e.id, 0, 50))(t)) }
		b := w.invited("13910000010", e.code)
		w.earner("阿乙", e.code) // no phone: nothing yet
		var wg sync.WaitGroup
		for range 6 {
			wg.Go(func() { _ = w.app.Referral.Sweep(context.Background()) })
		}
		wg.Wait()
		if n := have(); n != 1 {
			t.Fatalf("%d coupons for one registration", n)
		}
		no, _ := b.buy(w.sku)
		w.ok(w.app.Referral.Sweep(context.Background()))
		if n := have(); n != 1 {
			t.Fatal("the purchase was rewarded while it can still be given back")
		}
		_, err := w.app.Commerce.StaffRefund(w.system(), no, "part-key-1", 0, 0, "退回")
		w.ok(err)
		w.settleRefunds()
		w.clock.Advance(40 * 24 * time.Hour)
		w.ok(w.app.Referral.Sweep(context.Background()))
		if n := have(); n != 1 {
			t.Fatal("a purchase that went back was rewarded")
		}
		c := w.invited("13910000011", e.code)
		c.buy(w.sku)
		w.clock.Advance(40 * 24 * time.Hour)
		w.invited("13910000012", e.code)
		for range 3 {
			w.ok(w.app.Referral.Sweep(context.Background()))
		}
		if n := have(); n != 3 { // of b, c and c's purchase; the limit is three
			t.Fatalf("%d coupons under a limit of three", n)
		}
		w.sound()
	})
}

var qTouchMove = db.Q("commissiontest/touch", `UPDATE commission_moves SET held_fen = held_fen WHERE id > 0`)

// INV-31: what has moved cannot be rewritten, and a changed account is found.
func TestINV31MovesAreAppendOnly(t *testing.T) {
	for _, e := range testkit.Engines(t) {
		t.Run(e.String(), func(t *testing.T) {
			w := newWorld(t, e)
			w.terms()
			x := w.earner("阿甲", "")
			w.invited("13910000013", x.code).buy(w.sku)
			if err := w.app.DB.Tx(context.Background(), func(ctx context.Context, tx *db.Tx) error {
				_, err := tx.Exec(ctx, qTouchMove)
				return err
			}); err == nil {
				t.Fatal("a move was rewritten")
			}
		})
	}
}
