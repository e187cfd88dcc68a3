package app_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"zhizhou/internal/campaign"
	"zhizhou/internal/commerce"
	"zhizhou/internal/commerce/price"
	"zhizhou/internal/db"
	"zhizhou/internal/risk"
	"zhizhou/internal/setting"
)

var (
	qRiskOpen    = db.Q("test/risk_open", `SELECT COUNT(*) FROM risk_cases WHERE user_id = $1 AND state = 'open'`)
	qRiskHeld    = db.Q("test/risk_held", `SELECT COUNT(*) FROM risk_holds WHERE user_id = $1`)
	qRiskDevice  = db.Q("test/risk_device", `SELECT COUNT(*) FROM risk_signals WHERE user_id = $1 AND kind = 'device' AND hash = $2`)
	qRiskSignals = db.Q("test/risk_signals", `SELECT COUNT(*) FROM risk_signals WHERE user_id = $1 AND kind = $2`)
	qGiftState   = db.Q("test/gift_state", `SELECT COUNT(*) FROM campaign_gifts WHERE user_id = $1 AND state = $2`)
	qDropHolds   = db.Q("risktest/drop_holds", `DELETE FROM risk_holds`)
	qRewards     = db.Q("test/rewards", `SELECT COUNT(*) FROM referral_rewards WHERE inviter_id = $1`)
)

// suspect makes three more accounts on somebody's device, whom they invited: enough for a
// person to look first.
func (w *world) suspect(p *person, friends ...*person) {
	w.t.Helper()
	ctx := context.Background()
	device := "one-telephone-of-many-accounts"
	w.ok(w.app.Risk.Seen(ctx, p.me(), device, "203.0.113.9"))
	for _, f := range friends {
		w.ok(w.app.Risk.Seen(ctx, f.me(), device, "203.0.113.9"))
	}
}

func (w *world) judge(userID int64) risk.Verdict {
	w.t.Helper()
	var v risk.Verdict
	w.ok(w.app.DB.Tx(w.system(), func(ctx context.Context, tx *db.Tx) (err error) {
		v, err = w.app.Risk.Judge(ctx, tx, userID, "test")
		return err
	}))
	return v
}

// A reward that is under review waits with its place reserved; the learner reads why and
// appeals once; a person decides, is logged, and then it is given. Study is never touched.
func TestRiskReviewAppealAndGift(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		c := w.campaign(campaign.Campaign{Kind: campaign.Invite, Cause: "join", PerUser: 2, PerDevice: 10, Prizes: []campaign.Prize{{Kind: campaign.Points, Amount: 30, Title: "三十积分", ValueFen: 30, Stock: 1, Need: 2}}})
		at := fmt.Sprintf("/api/campaigns/%d/claims", c.ID)
		a := w.learner("13900139400", nil)
		code := a.sharesCampaign(c.ID)
		friends := []*person{w.person(nil), w.person(nil), w.person(nil)}
		for i, f := range friends {
			f.lands(code, browser(10+i))
			f.registers(fmt.Sprintf("1390013940%d", i+1), browser(10+i))
		}
		w.suspect(a, friends...)
		if g := a.want(200, "", "POST", at, map[string]any{"prize_id": c.Prizes[0].ID, "device": browser(7)}); g.str("state") != "waiting" || w.count(qSignPoints, a.me()) != 0 {
			t.Fatal(g.raw)
		}
		a.want(200, "", "POST", at, map[string]any{"prize_id": c.Prizes[0].ID, "device": browser(7)})
		if w.count(qRiskOpen, a.me()) != 1 || w.count(qCampaignStock, c.ID) != 0 {
			t.Fatal("no case, or the place is not kept")
		}
		w.has(w.free, w.firstOf(w.free), a) // study goes on

		mine := a.want(200, "", "GET", "/api/me/checks", nil)
		caseID := item(mine, 0, "id")
		if item1(mine, "items", 0, "state") != "open" || len(item1(mine, "items", 0, "reasons").([]any)) == 0 {
			t.Fatal(mine.raw)
		}
		staff := w.staff("operator")
		waiting := func(cases, appeals int64) {
			t.Helper()
			if v := staff.want(200, "", "GET", "/api/console/risk/waiting", nil); v.num("cases") != cases || v.num("appeals") != appeals {
				t.Fatal(v.raw)
			}
		}
		waiting(1, 0)
		appeal := fmt.Sprintf("/api/me/checks/%d/appeal", caseID)
		friends[0].want(404, "risk_case_gone", "POST", appeal, map[string]any{"words": "这是我们一家人用的平板"})
		a.want(422, "risk_appeal", "POST", appeal, map[string]any{"words": "求"})
		a.want(204, "", "POST", appeal, map[string]any{"words": "这是我们一家人用的平板"})
		a.want(409, "risk_appealed", "POST", appeal, map[string]any{"words": "这是我们一家人用的平板"})

		waiting(1, 1)
		list := staff.want(200, "", "GET", "/api/console/risk/cases?state=appeal", nil)
		if item(list, 0, "id") != caseID || item(list, 0, "score") < 60 {
			t.Fatal(list.raw)
		}
		if v := staff.want(200, "", "GET", fmt.Sprintf("/api/console/risk/cases/%d", caseID), nil); len(v.at("judged").([]any)) == 0 {
			t.Fatal(v.raw)
		}
		decide := fmt.Sprintf("/api/console/risk/cases/%d/decide", caseID)
		w.staff("editor").want(403, "", "POST", decide, map[string]any{"cleared": true, "reason": "核实过，是一家人"})
		staff.want(422, "risk_reason", "POST", decide, map[string]any{"cleared": true, "reason": ""})
		staff.want(204, "", "POST", decide, map[string]any{"cleared": true, "reason": "核实过，是一家人"})
		waiting(0, 0)
		staff.want(409, "risk_decided", "POST", decide, map[string]any{"cleared": false, "reason": "再改一次"})
		w.clock.Advance(15 * time.Minute)
		w.ok(w.app.Campaign.Sweep(context.Background()))
		w.ok(w.app.Campaign.Sweep(context.Background()))
		if w.count(qSignPoints, a.me()) != 30 || w.count(qGiftState, a.me(), "given") != 1 {
			t.Fatal("the cleared reward was not given once")
		}
		if v := w.judge(a.me()); !v.OK() {
			t.Fatalf("a cleared case does not hold: %+v", v)
		}
		w.sound()
	})
}

// A device is known again however often somebody signs out there: its second name goes
// along with each sign-in, in whatever way, and with each reward.
func TestRiskDeviceOutlivesSigningOut(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		const device = "the-device-that-four-people-use"
		var all []int64
		in := func(n int) *person {
			p := w.person(nil)
			phone := fmt.Sprintf("1390013943%d", n)
			p.want(200, "", "POST", "/api/auth/sms", map[string]any{"phone": phone, "consents": consents})
			all = append(all, p.want(200, "", "POST", "/api/auth/sms/login", map[string]any{"phone": phone, "code": w.code(phone), "consents": consents, "visitor": browser(40 + n), "device": device}).num("user", "id"))
			return p
		}
		people := []*person{in(0), in(1), in(2)}
		by := w.learner("13900139439", nil) // came back from WeChat: told afterwards
		by.want(204, "", "POST", "/api/me/visitor", map[string]any{"device": device})
		all = append(all, by.me())
		for _, userID := range all {
			if w.count(qRiskSignals, userID, "device") != 1 || w.count(qRiskDevice, userID, w.app.Risk.Device(device)) != 1 {
				t.Fatal("the device of a sign-in was not noted")
			}
		}
		c := w.campaign(campaign.Campaign{Kind: campaign.Journey, Cause: "study", NewcomerDays: 7, PerUser: 1, PerDevice: 2, Prizes: []campaign.Prize{{Kind: campaign.Points, Amount: 5, Title: "五积分", Stock: 9, Step: "phone", Need: 1}}})
		for i, p := range append(people, by) {
			status, code := 200, ""
			if i > 1 {
				status, code = 409, "campaign_device"
			}
			p.want(status, code, "POST", fmt.Sprintf("/api/campaigns/%d/claims", c.ID), map[string]any{"prize_id": c.Prizes[0].ID, "device": device})
		}
		w.sound()
	})
}

// What was confirmed is refused and goes back into the pool; an appeal against it is answered
// by a person. A case without its hold is found.
func TestRiskConfirmed(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		c := w.campaign(campaign.Campaign{Kind: campaign.Invite, Cause: "join", Prizes: []campaign.Prize{{Kind: campaign.Points, Amount: 30, Title: "三十积分", ValueFen: 30, Stock: 1, Need: 2}}})
		a := w.learner("13900139410", nil)
		code := a.sharesCampaign(c.ID)
		friends := []*person{w.person(nil), w.person(nil), w.person(nil)}
		for i, f := range friends {
			f.lands(code, browser(20+i))
			f.registers(fmt.Sprintf("1390013941%d", i+1), browser(20+i))
		}
		w.suspect(a, friends...)
		a.want(200, "", "POST", fmt.Sprintf("/api/campaigns/%d/claims", c.ID), map[string]any{"prize_id": c.Prizes[0].ID, "device": browser(7)})
		caseID := item(a.want(200, "", "GET", "/api/me/checks", nil), 0, "id")
		w.ok(w.app.Risk.Decide(w.system(), caseID, false, "同一台设备反复注册"))
		me := a.me() // sessions end before all of this does
		for range 4 {
			w.clock.Advance(8 * 24 * time.Hour)
			w.ok(w.app.Campaign.Sweep(context.Background()))
		}
		if w.count(qGiftState, me, "refused") != 1 || w.count(qCampaignStock, c.ID) != 1 || w.count(qCampaignSpent, c.ID) != 0 || w.count(qSignPoints, me) != 0 {
			t.Fatal("a confirmed case was rewarded, or its place is still kept")
		}
		w.ok(w.app.Risk.Appeal(context.Background(), me, caseID, "请再看一看，我们是一家人"))
		w.ok(w.app.Risk.Decide(w.system(), caseID, true, "复核后撤销"))
		if v := w.judge(me); !v.OK() || w.count(qRiskHeld, me) != 0 {
			t.Fatalf("after the appeal: %+v", v)
		}
		w.sound()
		other := w.learner("13900139419", nil)
		rules, b, err := w.app.Risk.Rules(context.Background())
		w.ok(err)
		b.Check, b.Delay, b.Review, b.Block = 1, 2, 3, 200
		w.ok(w.app.Risk.SaveBands(w.system(), b))
		if v := w.judge(other.me()); v.Action != risk.Review || len(v.Reasons) == 0 || len(rules) == 0 {
			t.Fatalf("%+v", v)
		}
		w.write(qDropHolds)
		w.finds("case under review whose rewards do not wait")
	})
}

// Rewards of invitations wait while risk says so, and are given afterwards, once.
func TestRiskHoldsReferralRewards(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		coupon := w.coupon(commerce.CouponKind{Name: "邀请券", OffFen: 500, PerUser: 9, Claim: commerce.ClaimStaff}, price.Scope{})
		w.ok(w.app.Settings.Save(w.system(), &setting.Referral{FromAt: 1, JoinInviter: coupon, Budget: 100, PerInviter: 10}, 0, nil))
		inviter := w.learner("13900139420", nil)
		code := inviter.want(200, "", "GET", "/api/me/invite", nil).str("code")
		friends := []*person{}
		for i := range 3 {
			w.ok(w.app.Risk.Seen(context.Background(), inviter.me(), "one-telephone-of-many-accounts", ""))
			p := w.person(nil)
			phone := fmt.Sprintf("1390013942%d", i+1)
			p.want(200, "", "POST", "/api/auth/sms", map[string]any{"phone": phone, "consents": consents})
			p.want(200, "", "POST", "/api/auth/sms/login", map[string]any{"phone": phone, "code": w.code(phone), "consents": consents, "invite": code, "device": "one-telephone-of-many-accounts"})
			friends = append(friends, p)
		}
		if w.count(qRiskSignals, friends[0].me(), "device") != 1 || w.count(qRiskSignals, friends[0].me(), "block") != 0 {
			t.Fatal("devices are not noted, or a private address is")
		}
		w.ok(w.app.Referral.Sweep(context.Background()))
		if n := w.count(qRewards, inviter.me()); n != 1 { // one on the same device may be the family's
			t.Fatalf("%d rewards were given to an account under review", n)
		}
		for _, p := range append(friends, inviter) {
			if list, err := w.app.Risk.Mine(context.Background(), p.me(), 0, 5); err == nil && len(list) == 1 {
				w.ok(w.app.Risk.Decide(w.system(), list[0].ID, true, "核实过，是一家人"))
			}
		}
		w.clock.Advance(4 * 24 * time.Hour)
		w.ok(w.app.Referral.Sweep(context.Background()))
		w.ok(w.app.Referral.Sweep(context.Background()))
		if n := w.count(qRewards, inviter.me()); n != 3 {
			t.Fatalf("%d rewards after the decision", n)
		}
		w.sound()
	})
}

// Rules are data: a changed one holds at once, an old version of it is not saved, and what an
// address says can never be enough by itself.
func TestRiskRulesAreData(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.learner("13900139430", nil)
		staff := w.staff("operator")
		if v := w.judge(p.me()); !v.OK() {
			t.Fatalf("somebody new is stopped: %+v", v)
		}
		rules := staff.want(200, "", "GET", "/api/console/risk/rules", nil)
		rule := rules.at("rules").([]any)[0].(map[string]any)
		rule["points"], rule["action"] = 40, "block"
		at := fmt.Sprintf("/api/console/risk/rules/%.0f", rule["id"])
		delete(rule, "id")
		staff.want(204, "", "PUT", at, rule)
		staff.want(409, "risk_version", "PUT", at, rule)
		if v := w.judge(p.me()); v.Action != risk.Block || v.Reasons[0].Version != 2 {
			t.Fatalf("%+v", v)
		}
		staff.want(422, "risk_rule", "PUT", "/api/console/risk/rules/0", map[string]any{"feature": "block_idle", "comparison": "ge", "threshold": 1, "points": 30, "action": "allow", "enabled": true, "version": 0})
		staff.want(422, "risk_bands", "PUT", "/api/console/risk/bands", map[string]any{"check": 50, "delay": 40, "review": 60, "block": 100, "version": 1})
		w.sound()
	})
}

// A delay is put on once: when it is over and nothing worse came up, rewards are given.
func TestRiskDelayEnds(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		me := w.learner("13900139440", nil).me()
		_ = must(w.app.Risk.SaveRule(w.system(), risk.Rule{Feature: "phone", Comparison: "ge", Threshold: 1, Points: 30, Action: "allow", Enabled: 1}))(t)
		v := w.judge(me)
		if v.Action != risk.Delay || v.Until-w.clock.Now().UnixMilli() < 71*3600*1000 {
			t.Fatalf("%+v", v)
		}
		w.clock.Advance(71 * time.Hour)
		_ = must(w.app.Risk.SaveRule(w.system(), risk.Rule{Feature: "phone", Comparison: "ge", Threshold: 1, Points: 15, Action: "allow", Enabled: 1}))(t)
		if again := w.judge(me); again.Action != risk.Delay || again.Until != v.Until {
			t.Fatalf("the delay became longer: %+v", again)
		}
		w.clock.Advance(2 * time.Hour)
		if v := w.judge(me); !v.OK() {
			t.Fatalf("after the delay: %+v", v)
		}
		// After thirty days nothing tells any more from where somebody came.
		w.ok(w.app.Risk.Seen(context.Background(), me, "", "203.0.113.9"))
		if w.count(qRiskSignals, me, "block") != 1 {
			t.Fatal("a public network is not noted")
		}
		w.clock.Advance(31 * 24 * time.Hour)
		w.ok(w.app.Risk.Sweep(context.Background()))
		if w.count(qRiskSignals, me, "block") != 0 {
			t.Fatal("a network is remembered")
		}
		w.sound()
	})
}
