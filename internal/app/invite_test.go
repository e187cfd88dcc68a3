package app_test

import (
	"context"
	"testing"

	"zhizhou/internal/clock"
	"zhizhou/internal/commerce"
	"zhizhou/internal/commerce/price"
	"zhizhou/internal/commission"
	"zhizhou/internal/setting"
)

// The invite page promises what would be given now, and nothing else: commissions need
// a rate that counts, coupons must be there to be given.
func TestInvitePromisesOnlyWhatIsInForce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx, p := context.Background(), w.learner("13800139810", nil)
		promised := func(want bool, what string) {
			t.Helper()
			a := p.want(200, "", "GET", "/api/me/invite", nil)
			if b := p.want(200, "", "GET", "/api/me/commission", nil); a.at("commission") != want || b.at("enabled") != want {
				t.Fatalf("%s: %s %s", what, a.raw, b.raw)
			}
		}
		promised(false, "nothing is on")
		c := w.app.Commission
		now := must(c.Terms(ctx))(t)
		w.ok(c.SaveTerms(w.system(), commission.Terms{Version: now.Version, Enabled: true, CapBPS: 3000, MinFen: 100}))
		promised(false, "no rate")
		rule := must(c.SaveRule(w.system(), commission.Rule{Name: "一级", Level: 1, Scope: "all", RateBPS: 1000, EndsAt: clock.MS(w.clock) + 3600_000}))(t)
		promised(false, "a rate that was never switched on")
		w.ok(c.SwitchRule(w.system(), rule, true))
		promised(true, "a rate that counts")
		w.ok(c.SwitchRule(w.system(), rule, false))
		promised(false, "switched off again")

		coupon := w.coupon(commerce.CouponKind{Name: "邀请券", OffFen: 1000, Claim: commerce.ClaimStaff, Stock: 1}, price.Scope{})
		rules := setting.Referral{JoinInviter: coupon, JoinInvitee: 12345, PerInviter: 5, Budget: 10}
		w.ok(w.app.Settings.Save(w.system(), &rules, 0, nil))
		a := p.want(200, "", "GET", "/api/me/invite", nil)
		if a.at("join_reward") != true || a.at("join_welcome") != false || a.at("buy_reward") != false {
			t.Fatalf("coupons %s", a.raw)
		}
		must(w.app.Commerce.GiveCoupon(w.system(), coupon, []int64{p.me()}))(t)
		if a := p.want(200, "", "GET", "/api/me/invite", nil); a.at("join_reward") != false {
			t.Fatalf("the last one is given: %s", a.raw)
		}
	})
}
