package app_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"zhizhou/internal/account"
	"zhizhou/internal/commerce"
	"zhizhou/internal/commerce/price"
	"zhizhou/internal/commission"
	"zhizhou/internal/db"
	"zhizhou/internal/id"
	"zhizhou/internal/sandbox"
	"zhizhou/internal/setting"
	"zhizhou/internal/testkit"
)

// qTrusting lets nobody's rewards wait: who brings buyers that give everything back would
// otherwise be looked at first, which is tested with the rules themselves.
var qTrusting = db.Q("test/trusting", `UPDATE risk_rules SET enabled = FALSE`)

func (w *world) holdFor(days int64) {
	w.t.Helper()
	now := must(w.app.Commission.Terms(context.Background()))(w.t)
	now.HoldDays = days
	w.ok(w.app.Commission.SaveTerms(w.system(), now))
}

// INV-30: what went back while a withdrawal was on its way is not paid from thin
// air: before the channel is asked nothing is sent, afterwards it is a debt.
func TestINV30NothingIsPaidToADebtor(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.write(qTrusting)
		w.terms()
		e := w.earner("阿甲", "")
		buy := func(n int) (no string) {
			no, _ = w.invited(fmt.Sprintf("1391000010%d", n), e.code).buy(w.sku)
			w.clock.Advance(16 * 24 * time.Hour)
			w.sweep()
			return no
		}
		no := buy(0)
		e.payee()
		ask := func(key string, fen int64) int64 {
			return e.with(key).want(200, "", "POST", "/api/me/withdrawals", map[string]any{"amount_fen": fen, "identity": "wechat_mini"}).num("id")
		}
		asked := ask("asked-key", 1690)
		w.giveBack(no, 0)
		if _, err := w.app.Commission.Decide(w.system(), asked, true, "核对无误"); err == nil {
			t.Fatal("a debtor's withdrawal was approved")
		}
		_, err := w.app.Commission.Decide(w.system(), asked, false, "已退款")
		w.ok(err)
		if a := e.account(); a.AvailableFen != 0 || a.FrozenFen != 0 {
			t.Fatalf("refused %+v", a)
		}
		no = buy(1)
		agreed := e.withdraw("agreed-key", 1690)
		w.giveBack(no, 0)
		w.push(agreed)
		w.clock.Advance(time.Hour)
		w.sweep()
		if got := w.withdrawal(agreed); got.Status != commission.Failed || len(w.app.Sandbox.Transfers()) != 0 {
			t.Fatalf("agreed before the refund: %s, %d transfers", got.Status, len(w.app.Sandbox.Transfers()))
		}
		if a := e.account(); a.AvailableFen != 0 || a.FrozenFen != 0 {
			t.Fatalf("ended %+v", a)
		}
		w.sound()
		no = buy(2)
		sent := e.withdraw("sent-key", 1690)
		w.push(sent)
		w.giveBack(no, 0)
		w.push(sent)
		if a := e.account(); a.AvailableFen != -1690 || a.FrozenFen != 1690 {
			t.Fatalf("while the transfer waits %+v", a)
		}
		w.sound()
		w.ok(w.app.Sandbox.Confirm(w.withdrawal(sent).PackageInfo))
		w.tick()
		if a := e.account(); a.AvailableFen != -1690 || a.WithdrawnFen != 1690 || a.FrozenFen != 0 {
			t.Fatalf("paid %+v", a)
		}
		w.sound()
	})
}

// INV-29: what is bought as gifts may go back for as long as a copy is open, and
// what reaches the inviter earned them nothing, however late.
func TestINV29Gifts(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.terms()
		e := w.earner("阿甲", "")
		b := w.invited("13910000021", e.code)
		no := b.paid(b.quoted(map[string]any{"items": []map[string]any{{"sku_id": w.sku, "quantity": 3}}, "gift": true}), "gift-order")
		giver := b.me()
		w.clock.Advance(60 * 24 * time.Hour)
		w.sweep()
		if a := e.account(); a.HeldFen != 5070 || a.AvailableFen != 0 {
			t.Fatalf("while copies may go back %+v", a)
		}
		gifts := must(w.app.Commerce.GiftsOf(context.Background(), giver, no))(t)
		w.ok(w.app.Commerce.ReceiveGift(context.Background(), e.id, gifts[0].Token))
		w.ok(w.app.Commerce.ReceiveGift(context.Background(), w.learner("13910000022", nil).me(), gifts[1].Token))
		_ = must(w.app.Commerce.ReturnGifts(w.system(), giver, no))(t)
		w.settleRefunds()
		w.sweep()
		if a := e.account(); a.HeldFen != 0 || a.AvailableFen != 1690 || a.ReversedFen != 3380 {
			t.Fatalf("one of three copies counts %+v", a)
		}
		w.sound()
		w.giveBack(no, 0)
		if a := e.account(); a.AvailableFen != 0 || a.ReversedFen != 5070 {
			t.Fatalf("nothing was kept %+v", a)
		}
		w.sound()
	})
}

// INV-29: a group's members earn nobody anything before the group is complete, and
// nothing when it fails.
func TestINV29Groups(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.terms()
		w.holdFor(0)
		course, _ := w.course("不退款的课", 9900) // so that nothing but the group holds it
		sku := must(skuOf(w, course))(t)
		w.ok(w.app.Catalog.SetRefundPolicy(w.system(), w.product(course), 0, 0))
		w.promote(commerce.PromotionChange{Kind: "group", PriceFen: 5000, GroupSize: 2, GroupHours: 72, Scope: price.Scope{SKUs: []int64{sku}}, EndsAt: w.clock.Now().Add(1000 * time.Hour).UnixMilli()})
		e := w.earner("阿甲", "")
		b := w.invited("13910000023", e.code)
		no := b.paid(b.quoted(map[string]any{"sku_id": sku, "group": true}), "group-start")
		group := b.want(200, "", "GET", "/api/orders/"+no, nil).num("group_id")
		w.clock.Advance(48 * time.Hour)
		w.sweep()
		if a := e.account(); a.HeldFen != 500 {
			t.Fatalf("released before the group is complete %+v", a)
		}
		c := w.learner("13910000024", nil)
		c.paid(c.quoted(map[string]any{"sku_id": sku, "group_id": group}), "group-join")
		w.sweep()
		if a := e.account(); a.AvailableFen != 500 {
			t.Fatalf("complete %+v", a)
		}
		d := w.invited("13910000025", e.code)
		d.paid(d.quoted(map[string]any{"sku_id": sku, "group": true}), "group-2-key")
		w.clock.Advance(73 * time.Hour)
		w.ok(w.app.Commerce.Sweep(context.Background()))
		w.settleRefunds()
		w.sweep()
		if a := e.account(); a.AvailableFen != 500 || a.HeldFen != 0 || a.ReversedFen != 500 {
			t.Fatalf("a failed group %+v", a)
		}
		w.sound()
	})
}

var qIdentityAdd = db.Q("commissiontest/identity", `INSERT INTO identities (id, user_id, kind, openid, created_at) VALUES ($1, $2, 'wechat_official', $3, 1)`)

// INV-29: an order that was paid out of the inviter's own WeChat is the inviter's
// own purchase, in whatever name it was placed; coupons and points earn nothing.
func TestINV29OwnWeChatAndCoupons(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.terms()
		top := w.earner("阿甲", "")
		e := w.earner("阿乙", top.code)
		official := func(e *earner, name string) { // also signs in from the official account
			w.ok(w.app.DB.Tx(context.Background(), func(ctx context.Context, tx *db.Tx) error {
				_, err := tx.Exec(ctx, qIdentityAdd, id.New(), e.id, w.app.Sandbox.OpenID(false, name))
				return err
			}))
		}
		official(e, "阿乙")
		b := w.invited("13910000026", e.code)
		no := b.order(w.sku, "own-money").str("no")
		w.ok(w.app.Sandbox.Pay(b.pay(no), "阿乙"))
		w.tick()
		if a, x := e.account(), top.account(); a.EarnedFen != 0 || x.EarnedFen != 845 {
			t.Fatalf("by one's own money %+v %+v", a, x)
		}
		// Known only afterwards: at the end of the hold it goes back.
		late := w.earner("阿丙", "")
		c := w.invited("13910000027", late.code)
		no = c.order(w.sku, "own-later").str("no")
		w.ok(w.app.Sandbox.Pay(c.pay(no), "阿丙"))
		w.tick()
		official(late, "阿丙")
		coupon := w.coupon(commerce.CouponKind{Name: "立减", OffFen: 6900}, price.Scope{})
		d := w.invited("13910000028", e.code)
		w.ok(w.app.Commerce.ClaimCoupon(context.Background(), d.me(), coupon))
		wallet := must(w.app.Commerce.Wallet(context.Background(), d.me(), 0, 5))(t)
		d.paid(d.quoted(map[string]any{"sku_id": w.sku, "coupon_ids": []int64{wallet[0].ID}}), "with-coupon")
		if a := e.account(); a.EarnedFen != 1000 {
			t.Fatalf("on ¥100 of ¥169: %+v", a)
		}
		w.pointTerms(setting.Points{PerYuan: 100, MaxShare: 50})
		f := w.invited("13910000029", e.code)
		w.ok(w.app.Points.Grant(w.system(), f.me(), 6900, "grant-key", "补偿"))
		part := f.paid(f.quoted(map[string]any{"sku_id": w.sku, "points": true}), "with-points")
		if a := e.account(); a.EarnedFen != 2000 {
			t.Fatalf("on ¥100 and 6900 points: %+v", a)
		}
		w.giveBack(part, 5000)
		if a := e.account(); a.ReversedFen != 500 {
			t.Fatalf("half of the money went back: %+v", a)
		}
		w.clock.Advance(16 * 24 * time.Hour)
		w.sweep()
		if a := late.account(); a.AvailableFen != 0 || a.ReversedFen != a.EarnedFen {
			t.Fatalf("found out later %+v", a)
		}
		// It is called what it is, to finance and to who had counted on it.
		if m := must(w.app.Commission.Statement(context.Background(), late.id, 0, w.clock.Now().UnixMilli()+1, 0, 20))(t); !m[len(m)-1].Own || m[len(m)-1].Title == "" || m[0].Own {
			t.Fatalf("the statement: %+v", m)
		}
		if rows := must(w.app.Commission.Entries(context.Background(), late.id, 0, 5))(t); !rows[0].Own {
			t.Fatalf("the entry: %+v", rows)
		}
		if w.count(qNoticesOf, late.id, "一笔佣金没有解冻") != 1 || w.count(qNoticesOf, e.id, "一笔佣金没有解冻") != 0 {
			t.Fatal("nobody was told, or somebody else")
		}
		w.sound()
	})
}

// INV-28: a customer does not become a new one by a second account, and an invite
// code stays good when its owner's accounts become one.
func TestINV28SecondAccounts(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		inviter, old, owner := w.earner("阿甲", ""), w.earner("阿乙", ""), w.earner("阿丙", "")
		w.clock.Advance(24 * time.Hour)
		bind := func(e *earner, phone, invite string) int64 {
			w.invited(phone, invite)
			w.clock.Advance(2 * time.Minute)
			e.want(200, "", "POST", "/api/auth/sms", map[string]any{"phone": phone})
			return e.want(200, "", "POST", "/api/me/phone", map[string]any{"phone": phone, "code": w.code(phone)}).num("id")
		}
		if in := must(w.app.Referral.Inviter(ctx, bind(old, "13910000029", inviter.code)))(t); in != 0 {
			t.Fatal("an old customer was invited by a second account")
		}
		fresh := w.earner("阿丁", "")
		if in := must(w.app.Referral.Inviter(ctx, bind(fresh, "13910000030", inviter.code)))(t); in != inviter.id {
			t.Fatal("who had just come lost the inviter")
		}
		now := bind(owner, "13910000031", "")
		friend := w.invited("13910000032", owner.code)
		if in := must(w.app.Referral.Inviter(ctx, friend.me()))(t); in != now {
			t.Fatalf("a code died with its account: %d", in)
		}
		w.sound()
	})
}

// Real names: one number is paid through one account, and a payment keeps the name
// it was made to.
func TestPayees(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.terms()
		e := w.rich("阿甲", 1)
		other := w.earner("阿乙", "")
		other.want(409, "payee_elsewhere", "PUT", "/api/me/commission/payee", map[string]any{"name": "林小舟", "number": strings.ToLower(realNumber), "consented": true})
		id := e.withdraw("named-key", 1000)
		w.push(id)
		w.ok(w.app.Sandbox.Confirm(w.withdrawal(id).No))
		w.tick()
		w.ok(w.app.Commission.DropPayee(w.system(), e.id, "本人要求更正"))
		other.payee()
		rows := must(w.app.Commission.Tax(w.system(), 0, w.clock.Now().Add(time.Hour).UnixMilli(), 0, 10, "季度报送"))(t)
		if len(rows) != 1 || rows[0].Name != "林小舟" || rows[0].Number != realNumber || rows[0].PaidFen != 1000 {
			t.Fatalf("paid to %+v", rows)
		}
		if more := must(w.app.Commission.Tax(w.system(), 0, w.clock.Now().Add(time.Hour).UnixMilli(), rows[0].ID, 10, "季度报送"))(t); len(more) != 0 {
			t.Fatalf("after the last %+v", more)
		}
		w.sound()
	})
}

// INV-32: a day to confirm is counted from when the channel made the transfer, not
// from when it was first asked.
func TestINV32ADayFromTheTransfer(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.terms()
		e := w.rich("阿甲", 1)
		w.app.Sandbox.SetTrouble(sandbox.Trouble{NotEnough: true})
		id := e.withdraw("late-key", 1000)
		w.push(id)
		for range 30 {
			w.clock.Advance(time.Hour)
			w.sweep()
		}
		w.app.Sandbox.SetTrouble(sandbox.Trouble{})
		w.clock.Advance(time.Hour)
		w.sweep()
		got := w.withdrawal(id)
		if left := time.UnixMilli(got.ExpiresAt).Sub(w.clock.Now()); got.Status != commission.WaitConfirm || left < 23*time.Hour || left > 24*time.Hour {
			t.Fatalf("%s, %v to confirm", got.Status, left)
		}
		w.ok(w.app.Commission.Cancel(w.system(), id, "收款人要求撤回"))
		if s := w.withdrawal(id).Status; s != commission.Cancelled {
			t.Fatalf("cancelled: %s", s)
		}
		w.sound()
	})
}

var qWrongOpenID = db.Q("commissiontest/openid", `UPDATE withdrawals SET openid = $2 WHERE id = $1`)

// INV-32: a refusal is a hint. Money comes back only when the channel, asked again
// long after the only order, still has no such transfer.
func TestINV32ARefusalIsNotTheEnd(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.terms()
		e := w.rich("阿甲", 1)
		id := e.withdraw("refused-key", 1000)
		w.ok(w.app.DB.Tx(context.Background(), func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, qWrongOpenID, id, "nobody")
			return err
		}))
		w.push(id)
		if got := w.withdrawal(id); got.Status != commission.Sending || got.LastError == "" || e.account().FrozenFen != 1000 {
			t.Fatalf("right after the refusal: %s %q", got.Status, got.LastError)
		}
		for range 20 {
			w.clock.Advance(time.Minute)
			w.sweep()
		}
		if got := w.withdrawal(id); got.Status != commission.Failed || got.FailReason == "" || e.account().AvailableFen != 1690 {
			t.Fatalf("twenty minutes later: %s %+v", got.Status, e.account())
		}
		w.sound()
	})
}

// An app that is not configured is noticed before anything is fixed or sent.
func TestPayoutNeedsItsApp(t *testing.T) {
	ctx := context.Background()
	w, sb, _, _ := crashWorld(t, testkit.DSN(t, testkit.Engines(t)[0]), "payout")
	w.terms()
	user := must(w.app.Account.LoginMini(ctx, sb.LoginCode("阿甲"), accepted, account.Device{Address: "127.0.0.1"}))(t).User.ID
	w.ok(w.app.Commission.SavePayee(ctx, user, "林小舟", realNumber, true))
	fund(w, sb, user)
	x := must(w.app.Commission.Withdraw(ctx, commission.Ask{UserID: user, Key: "no-app-key", AmountFen: 1000, Identity: account.Mini}))(t)
	_, err := w.app.Commission.Decide(w.system(), x.ID, true, "核对无误")
	w.ok(err)
	app := func(mini string) {
		t.Helper()
		now := &setting.WeChat{}
		version := must(w.app.Settings.Load(ctx, now))(t)
		now.MiniAppID = mini
		w.ok(w.app.Settings.Save(w.system(), now, version, nil))
	}
	app("")
	w.push(x.ID)
	if got := w.withdrawal(x.ID); got.Status != commission.Approved || got.LastError == "" {
		t.Fatalf("without its app: %s %q", got.Status, got.LastError)
	}
	app(sb.Merchant().Weixin.MiniAppID)
	w.clock.Advance(time.Hour)
	w.sweep()
	if got := w.withdrawal(x.ID); got.Status != commission.WaitConfirm {
		t.Fatalf("with it: %s %s", got.Status, got.LastError)
	}
	w.sound()
}

// INV-31: whatever happens at once to one account, it never pays more than there
// is, and every fen is where the books say.
func TestINV31EverythingAtOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.write(qTrusting)
		w.terms()
		e := w.rich("阿甲", 2)
		var nos []string
		for i := range 3 {
			no, _ := w.invited(fmt.Sprintf("1391000004%d", i), e.code).buy(w.sku)
			nos = append(nos, no)
		}
		w.clock.Advance(16 * 24 * time.Hour)
		ctx := context.Background()
		var wg sync.WaitGroup
		for i := range 4 {
			wg.Go(func() { _ = w.app.Commission.Sweep(ctx) })
			wg.Go(func() {
				x, err := w.app.Commission.Withdraw(ctx, commission.Ask{UserID: e.id, Key: fmt.Sprint("at-once-", i), AmountFen: 1100, Identity: "wechat_mini"})
				if err == nil {
					_, _ = w.app.Commission.Decide(w.system(), x.ID, true, "核对无误")
					_ = w.app.Commission.Push(ctx, x.ID)
				}
			})
		}
		for i, no := range nos {
			wg.Go(func() {
				_, _ = w.app.Commerce.StaffRefund(w.system(), no, fmt.Sprint("at-once-", i), 0, int64(5000*(i+1)), "退回")
			})
		}
		wg.Wait()
		w.settleRefunds()
		w.sweep()
		a := e.account()
		if a.AvailableFen+a.FrozenFen != a.EarnedFen-a.ReversedFen || a.HeldFen != 0 || a.ReversedFen == 0 {
			t.Fatalf("%+v", a)
		}
		w.sound()
	})
}
