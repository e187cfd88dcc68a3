package app_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"zhizhou/internal/catalog"
	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	payw "zhizhou/internal/pay/wechat"
	"zhizhou/internal/renewal"
	"zhizhou/internal/sandbox"
	"zhizhou/internal/setting"
)

var (
	qLateRefunds = db.Q("apptest/late_refunds", `SELECT COUNT(*) FROM refunds r JOIN payments p ON p.id = r.payment_id WHERE p.channel = 'wechat_papay' AND p.outcome = 'late' AND r.status = 'succeeded' AND r.amount_fen = p.amount_fen`)
	qInboxPapay  = db.Q("apptest/inbox_papay", `SELECT COUNT(*) FROM inbox WHERE channel = 'wechat_papay'`)
)

// renewing is a member whose membership renews.
type renewing struct {
	w                  *world
	p                  *person
	user, product, sku int64
	contract           int64
	paid               int // cycles seen paid
}

func (w *world) switchRenewal(on bool) {
	w.t.Helper()
	before := setting.NewRenewal()
	version := must(w.app.Settings.Load(context.Background(), before))(w.t)
	w.ok(w.app.Settings.Save(w.system(), &setting.Renewal{Enabled: on, LeadDays: 5}, version, before))
}

// member buys a month and signs.
func (w *world) member(phone string) *renewing {
	w.t.Helper()
	r := &renewing{w: w, p: w.learner(phone, nil)}
	r.product, r.sku = w.goods(catalog.KindMembership, "年度学习会员", 0, catalog.Goods{OpensAll: true}, nil, catalog.SKU{Name: "连续包月", PriceFen: 3000, PeriodMonths: 1})
	r.user = r.p.me()
	r.p.paid(r.p.quoted(map[string]any{"sku_id": r.sku}), "member-"+phone)
	w.switchRenewal(true)
	r.sign()
	return r
}

func (r *renewing) begin() (renewal.Contract, string) {
	r.w.t.Helper()
	c, a, err := r.w.app.Renewal.Begin(context.Background(), renewal.Sign{UserID: r.user, SKUID: r.sku, Platform: "wechat_h5", TermsVersion: renewal.TermsVersion, TermsConfirmed: true})
	r.w.ok(err)
	return c, a.URL
}

func (r *renewing) sign() {
	r.w.t.Helper()
	c, url := r.begin()
	r.contract = c.ID
	r.w.ok(r.w.app.Sandbox.SignContract(url, "小舟"))
	r.w.tick()
	if got := r.get().State; got != renewal.Active {
		r.w.t.Fatalf("contract is %s", got)
	}
}

func (r *renewing) get() renewal.Contract {
	r.w.t.Helper()
	return must(r.w.app.Renewal.Contract(context.Background(), r.contract))(r.w.t)
}

func (r *renewing) cycles() []renewal.CycleRow {
	r.w.t.Helper()
	return must(r.w.app.Renewal.Cycles(context.Background(), r.contract))(r.w.t)
}

func (r *renewing) last() renewal.CycleRow {
	r.w.t.Helper()
	rows := r.cycles()
	if len(rows) == 0 {
		return renewal.CycleRow{}
	}
	return rows[0]
}

func (r *renewing) until() int64 {
	r.w.t.Helper()
	return must(r.w.app.Access.Holding(context.Background(), r.w.app.DB, r.user, catalog.Resource{Kind: catalog.KindMembership, ID: r.product}))(r.w.t).UntilAt
}

// step waits until something is due and lets it be done.
func (r *renewing) step() {
	r.w.t.Helper()
	if at := r.get().CheckAt; at > clock.MS(r.w.clock) {
		r.w.clock.Advance(time.Duration(at-clock.MS(r.w.clock)+5) * time.Millisecond)
	}
	r.sweep()
}

// sweep lets the servers work, the channel finish, and the servers hear of it.
func (r *renewing) sweep() {
	r.w.t.Helper()
	ctx := context.Background()
	r.w.ok(r.w.app.Renewal.Sweep(ctx))
	r.w.clock.Advance(3 * time.Second)
	r.w.tick()
}

// to brings the last cycle into a state.
func (r *renewing) to(state string) renewal.CycleRow {
	r.w.t.Helper()
	for range 40 {
		if y := r.last(); y.State == state && state != renewal.Paid {
			return y
		}
		var paid []renewal.CycleRow // the next one may be planned already
		for _, y := range r.cycles() {
			if y.State == renewal.Paid {
				paid = append(paid, y)
			}
		}
		if state == renewal.Paid && len(paid) > r.paid {
			r.paid++
			return paid[0]
		}
		r.step()
	}
	r.w.t.Fatalf("never %s: contract %s, %+v", state, r.get().State, r.cycles())
	return renewal.CycleRow{}
}

// charges returns the states of all charges at the channel.
func (r *renewing) charges() (out []string) {
	for _, o := range r.w.app.Sandbox.Charges() {
		out = append(out, o.State)
	}
	return out
}

// Three periods are announced, charged and added, each once, whatever the number of
// servers; the price never rises above what was agreed and falls with the shop's.
func TestINV35RenewsOnceAPeriod(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		r, ctx := w.member("13800139501"), context.Background()
		prices := []int64{3000, 4000, 2500}
		for i, fen := range prices {
			p, skus, err := w.app.Catalog.ProductByID(ctx, r.product, true)
			w.ok(err)
			skus[0].PriceFen = fen
			must(w.app.Catalog.SaveSKU(w.system(), p.ID, skus[0]))(t)
			end := r.until()
			y := r.to(renewal.Noticed)
			if y.NoticedAt+5*86_400_000 > y.ChargeAt || y.ChargeAt >= end || y.FromAt != end || y.No != int64(i+1) {
				t.Fatalf("announced %d, charged %d, ends %d: %+v", y.NoticedAt, y.ChargeAt, end, y)
			}
			if at := time.UnixMilli(y.ChargeAt).In(clock.China); at.Hour() != 10 {
				t.Fatalf("charged at %v", at)
			}
			w.clock.Advance(time.Duration(y.ChargeAt-clock.MS(w.clock)+5) * time.Millisecond)
			var wg sync.WaitGroup
			for range 4 {
				wg.Go(func() { w.ok(w.app.Renewal.Sweep(ctx)) })
			}
			wg.Wait()
			y = r.to(renewal.Paid)
			if want := (catalog.Period{Months: 1}).End(end); r.until() != want || y.PaidFen != min(fen, 3000) {
				t.Fatalf("until %d, want %d, paid %d", r.until(), want, y.PaidFen)
			}
		}
		if got := r.charges(); len(got) != 3 {
			t.Fatalf("charges: %v", got)
		}
		w.sound()
	})
}

// What is cancelled is never charged, also when the charge was due or under way;
// money that comes all the same goes back whole.
func TestINV36CancelStopsTheCharge(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		r, ctx := w.member("13800139502"), context.Background()
		y := r.to(renewal.Noticed)
		w.clock.Advance(time.Duration(y.ChargeAt-clock.MS(w.clock)+5) * time.Millisecond)
		must(w.app.Renewal.Cancel(ctx, r.user, r.contract))(t)
		must(w.app.Renewal.Cancel(ctx, r.user, r.contract))(t)
		for range 4 {
			r.step()
		}
		if c := r.get(); c.State != renewal.Cancelled || c.ChannelEndedAt == 0 || r.last().State != renewal.Skipped || len(r.charges()) != 0 {
			t.Fatalf("%+v %+v %v", c, r.last(), r.charges())
		}
		if _, err := w.app.Renewal.Cancel(ctx, r.user+1, r.contract); !errors.Is(err, renewal.ErrGone) {
			t.Fatalf("a stranger: %v", err)
		}

		// Again, and now the channel has the charge when the member cancels.
		end := r.until()
		r.sign()
		y = r.to(renewal.Noticed)
		w.clock.Advance(time.Duration(y.ChargeAt-clock.MS(w.clock)+5) * time.Millisecond)
		w.ok(w.app.Renewal.Sweep(ctx))
		if r.last().State != renewal.Charging {
			t.Fatalf("%+v", r.last())
		}
		must(w.app.Renewal.Cancel(ctx, r.user, r.contract))(t)
		for range 4 {
			r.sweep()
			r.step()
		}
		w.settleRefunds()
		if got := r.charges(); len(got) != 1 || w.count(qLateRefunds) != 1 || r.last().State != renewal.Failed || r.until() > end {
			t.Fatalf("%v, %d refunds, %+v", got, w.count(qLateRefunds), r.last())
		}
		w.sound()
	})
}

// A member who cancels while servers begin the charge either is not charged or gets
// the money back.
func TestINV36CancelRacesTheCharge(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		r, ctx := w.member("13800139503"), context.Background()
		y := r.to(renewal.Noticed)
		end := r.until()
		w.clock.Advance(time.Duration(y.ChargeAt-clock.MS(w.clock)+5) * time.Millisecond)
		var wg sync.WaitGroup
		for range 3 {
			wg.Go(func() { w.ok(w.app.Renewal.Sweep(ctx)) })
		}
		wg.Go(func() { must(w.app.Renewal.Cancel(ctx, r.user, r.contract))(t) })
		wg.Wait()
		for range 4 {
			r.step()
			r.sweep()
		}
		w.settleRefunds()
		if r.until() > end || w.count(qLateRefunds) != int64(len(r.charges())) || r.get().ChannelEndedAt == 0 {
			t.Fatalf("%v charges, %d refunds", r.charges(), w.count(qLateRefunds))
		}
		w.sound()
	})
}

// Silence is never taken for a refusal: the same charge is asked about, and sent
// again only under its own number.
func TestLostAnswersOfACharge(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		r := w.member("13800139504")
		r.to(renewal.Noticed)
		w.app.Sandbox.SetTrouble(sandbox.Trouble{DropAnswers: 2, HoldNotices: true})
		r.to(renewal.Charging)
		w.app.Sandbox.SetTrouble(sandbox.Trouble{HoldNotices: true})
		y := r.to(renewal.Paid)
		// The notices come late, and three times each.
		w.app.Sandbox.SetTrouble(sandbox.Trouble{Duplicate: 2})
		w.tick()
		if got := r.charges(); len(got) != 1 || r.until() <= y.FromAt {
			t.Fatalf("%v", got)
		}
		w.sound()
	})
}

// Without money it is tried on three days, then given up; the membership runs out
// and the contract with it. With money on the second day it is paid.
func TestPoorPayersAreTriedThreeTimes(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		r := w.member("13800139505")
		w.app.Sandbox.SetTrouble(sandbox.Trouble{ChargePoor: true})
		y := r.to(renewal.Failed)
		if got := r.charges(); len(got) != 3 || y.Tries != 3 {
			t.Fatalf("%v %+v", got, y)
		}
		for range 6 {
			r.step()
		}
		if c := r.get(); c.State != renewal.Ended || c.ChannelEndedAt == 0 || clock.MS(w.clock) < y.FromAt {
			t.Fatalf("%+v", c)
		}
		w.sound()

		s := w.member("13800139506")
		w.app.Sandbox.SetTrouble(sandbox.Trouble{ChargePoor: true})
		for s.last().Tries < 1 || s.last().State == renewal.Charging {
			s.step()
		}
		w.app.Sandbox.SetTrouble(sandbox.Trouble{})
		if y := s.to(renewal.Paid); y.Tries != 2 || s.until() <= y.FromAt {
			t.Fatalf("%+v", y)
		}
		w.sound()
	})
}

// An announcement that went out late moves the charge; nothing is announced or
// charged while the switch is off, and one that is too old is made again.
func TestINV36LateAnnouncementsMoveTheCharge(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		r, ctx := w.member("13800139507"), context.Background()
		r.to(renewal.Planned)
		planned := r.last()
		w.switchRenewal(false)
		w.clock.Advance(time.Duration(planned.NoticeAt-clock.MS(w.clock))*time.Millisecond + 72*time.Hour)
		for range 3 {
			r.step()
		}
		if r.last().State != renewal.Planned || w.app.Sandbox.Contracts()[0].Notices != 0 {
			t.Fatalf("announced while off: %+v", r.last())
		}
		if _, _, err := w.app.Renewal.Begin(ctx, renewal.Sign{UserID: r.user, SKUID: r.sku, Platform: "wechat_h5", TermsVersion: renewal.TermsVersion, TermsConfirmed: true}); !errors.Is(err, renewal.ErrOff) {
			t.Fatalf("signed while off: %v", err)
		}
		w.switchRenewal(true)
		y := r.to(renewal.Noticed)
		if y.ChargeAt < y.NoticedAt+5*86_400_000 || y.ChargeAt <= planned.ChargeAt {
			t.Fatalf("charged %d after %d", y.ChargeAt, y.NoticedAt)
		}
		if y = r.to(renewal.Paid); y.ChargeAt < y.NoticedAt+5*86_400_000 || len(r.charges()) != 1 {
			t.Fatalf("%+v", y)
		}
		// Off for so long that the channel would take no charge any more.
		r.to(renewal.Noticed)
		w.switchRenewal(false)
		w.clock.Advance(16 * 24 * time.Hour)
		r.step()
		w.switchRenewal(true)
		for range 5 {
			r.step()
		}
		if c := r.get(); c.State != renewal.Ended || c.ChannelEndedAt == 0 || r.last().State != renewal.Failed || len(r.charges()) != 1 {
			t.Fatalf("%+v %+v", c, r.last())
		}
		// Off, a contract can still be cancelled.
		s := w.member("13800139510")
		w.switchRenewal(false)
		w.ok(w.app.Renewal.StaffCancel(w.system(), s.contract, "学员来电要求"))
		for range 3 {
			s.step()
		}
		if c := s.get(); c.State != renewal.Cancelled || c.ChannelEndedAt == 0 {
			t.Fatalf("%+v", c)
		}
		w.sound()
	})
}

// What WeChat says of a contract is acted on; what is forged, or is about another
// merchant's, is not.
func TestContractsEndAtTheChannelsSide(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		r := w.member("13800139508")
		w.app.Sandbox.SetTrouble(sandbox.Trouble{Duplicate: 2})
		m := w.app.Sandbox.Merchant()
		code := r.get().Code
		forged := func(status int, key string, change payw.Fields) {
			t.Helper()
			f := payw.Fields{"return_code": "SUCCESS", "mch_id": m.WechatPay.MchID, "contract_code": code, "plan_id": m.PlanID, "change_type": "DELETE", "openid": "o", "contract_id": "x"}
			for k, v := range change {
				f[k] = v
			}
			f["sign"] = payw.SignV2(f, key, "MD5")
			res, err := http.Post(w.url+"/hook/papay/contract", "text/xml", bytes.NewReader(payw.WriteXML(f)))
			w.ok(err)
			_ = res.Body.Close()
			if res.StatusCode != status || r.get().State != renewal.Active {
				t.Fatalf("%d, contract %s", res.StatusCode, r.get().State)
			}
		}
		forged(401, "00000000000000000000000000000000", nil)
		forged(401, m.APIv2Key, payw.Fields{"mch_id": "1900000109"})
		forged(200, m.APIv2Key, payw.Fields{"plan_id": "654321"})
		if n := w.count(qInboxPapay); n != 2 { // the signing and the unknown plan
			t.Fatalf("%d kept", n)
		}
		r.to(renewal.Noticed)
		w.ok(w.app.Sandbox.LeaveContract(code))
		w.tick()
		for range 3 {
			r.step()
		}
		if c := r.get(); c.State != renewal.Cancelled || c.CancelledBy != "channel" || r.last().State != renewal.Skipped || len(r.charges()) != 0 {
			t.Fatalf("%+v", c)
		}
		// Signed anew; the ending is never told, and found when it is announced.
		r.sign()
		w.app.Sandbox.SetTrouble(sandbox.Trouble{HoldNotices: true})
		w.ok(w.app.Sandbox.LeaveContract(r.get().Code))
		for range 6 {
			r.step()
		}
		if c := r.get(); c.State != renewal.Cancelled || len(r.charges()) != 0 {
			t.Fatalf("%+v %+v", c, r.last())
		}
		w.sound()
	})
}

// A contract lives once; who buys by hand, is refunded or becomes one with another
// account is not charged for it.
func TestINV35OneLiveContract(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		r, ctx := w.member("13800139509"), context.Background()
		if _, _, err := w.app.Renewal.Begin(ctx, renewal.Sign{UserID: r.user, SKUID: r.sku, Platform: "wechat_h5", TermsVersion: renewal.TermsVersion, TermsConfirmed: true}); !errors.Is(err, renewal.ErrLive) {
			t.Fatalf("twice: %v", err)
		}
		for _, bad := range []struct {
			in   renewal.Sign
			want error
		}{
			{renewal.Sign{UserID: r.user, SKUID: r.sku, Platform: "h5", TermsVersion: renewal.TermsVersion, TermsConfirmed: true}, renewal.ErrPlace},
			{renewal.Sign{UserID: r.user, SKUID: r.sku, Platform: "wechat_h5", TermsVersion: renewal.TermsVersion}, renewal.ErrTerms},
			{renewal.Sign{UserID: r.user, SKUID: w.sku, Platform: "wechat_h5", TermsVersion: renewal.TermsVersion, TermsConfirmed: true}, renewal.ErrOffer},
		} {
			if _, _, err := w.app.Renewal.Begin(ctx, bad.in); !errors.Is(err, bad.want) {
				t.Fatalf("%v, want %v", err, bad.want)
			}
		}
		// Bought by hand after the announcement: the charge moves behind it.
		y := r.to(renewal.Noticed)
		end := r.until()
		w.ok(w.app.Commerce.Sweep(ctx))
		r.p = w.again(r.p, "13800139509")
		r.p.paid(r.p.quoted(map[string]any{"sku_id": r.sku}), "bought-by-hand")
		w.clock.Advance(time.Duration(y.ChargeAt-clock.MS(w.clock)+5) * time.Millisecond)
		r.sweep()
		if z := r.last(); z.State != renewal.Planned || z.FromAt <= end || len(r.charges()) != 0 {
			t.Fatalf("%+v %v", z, r.charges())
		}
		// The renewed period is given back: the contract ends with it.
		y = r.to(renewal.Paid)
		must(w.app.Commerce.StaffRefund(w.system(), y.OrderNo, "renewal-refund", 0, 0, "学员不再需要"))(t)
		w.settleRefunds()
		if c := r.get(); c.State != renewal.Cancelled || c.CancelledBy != "refund" {
			t.Fatalf("%+v", c)
		}
		w.sound()
	})
}

// When two accounts become one, one contract stays, and the other is ended at the
// channel too. Contracts of others stay out of sight; nobody pays a renewal by hand.
func TestINV35AccountsThatBecomeOne(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		a, b := w.member("13800139511"), w.learner("13800139512", nil)
		s := &renewing{w: w, p: b, user: b.me(), product: a.product, sku: a.sku}
		b.paid(b.quoted(map[string]any{"sku_id": s.sku}), "member-second")
		s.sign()
		b.want(404, "renewal_gone", "POST", fmt.Sprintf("/api/renewals/%d/cancel", a.contract), nil)
		b.want(409, "renewal_place", "POST", "/api/renewals", map[string]any{"sku_id": s.sku, "terms_version": renewal.TermsVersion, "terms_confirmed": true})
		if o := b.want(200, "", "GET", fmt.Sprintf("/api/products/%d/renewals", s.product), nil); o.num("contract_id") != s.contract || o.at("here") != false || len(o.at("offers").([]any)) != 1 {
			t.Fatalf("%s", o.raw)
		}
		w.ok(w.app.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error { return w.app.Renewal.Merge(ctx, tx, s.user, a.user) }))
		s.step()
		if c := s.get(); c.State != renewal.Cancelled || c.CancelledBy != "merge" || c.UserID != a.user || c.ChannelEndedAt == 0 || a.get().State != renewal.Active {
			t.Fatalf("%+v", c)
		}
		// An order of a renewal is WeChat's to charge.
		w.app.Sandbox.SetTrouble(sandbox.Trouble{ChargeStuck: true})
		y := a.to(renewal.Charging)
		a.p = w.again(a.p, "13800139511")
		no := a.last().OrderNo
		a.p.with("by-hand-renewal").want(503, "channel_missing", "POST", "/api/orders/"+no+"/pay", map[string]any{})
		a.p.want(503, "channel_missing", "POST", "/api/orders/"+no+"/close", nil)
		w.app.Sandbox.SetTrouble(sandbox.Trouble{})
		if got := a.to(renewal.Paid); got.No != y.No || len(a.charges()) != 1 {
			t.Fatalf("%+v", got)
		}
		support := w.staff("support")
		rows := support.want(200, "", "GET", "/api/console/renewals?state=active", nil)
		if n := len(rows.at("items").([]any)); n != 1 {
			t.Fatalf("%d active", n)
		}
		path := fmt.Sprintf("/api/console/renewals/%d", a.contract)
		if d := support.want(200, "", "GET", path, nil); len(d.at("cycles").([]any)) < 1 || d.str("terms") == "" {
			t.Fatalf("%s", d.raw)
		}
		support.want(204, "", "POST", path+"/cancel", map[string]any{"reason": "学员来电要求"})
		if c := a.get(); c.State != renewal.Cancelled || c.CancelledBy != "staff" {
			t.Fatalf("%+v", c)
		}
		w.sound()
	})
}

// again signs the same person in after months.
func (w *world) again(p *person, phone string) *person {
	w.t.Helper()
	return w.learner(phone, p.header)
}
