package app_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"zhizhou/internal/clock"
	"zhizhou/internal/commission"
	"zhizhou/internal/db"
	"zhizhou/internal/partner"
)

var (
	qRewardsIn = db.Q("test/rewards_in", `SELECT COUNT(*) FROM partner_places WHERE month = $1 AND state = $2`)
	qRewardFen = db.Q("test/reward_fen", `SELECT COALESCE(SUM(p.debit_fen - p.credit_fen), 0) FROM ledger_postings p WHERE p.account = 'reward'`)
)

// A month's rewards: promised beforehand, of sales that were really kept, made final after
// the hold, booked once whoever runs, withdrawable like commission, taken back by a counter
// entry alone.
func TestINV31PartnerRewardsOfAMonth(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.on(time.Date(2027, 3, 3, 10, 0, 0, 0, clock.China))
		w.terms()
		w.partners()
		w.rate(commission.Rule{Role: "agency", RateBPS: 1000})
		op, support := w.staff("operator"), w.staff("support")
		plan := map[string]any{"version": 0, "kind": "place", "floor_fen": 20000, "wait_days": 15, "note": "按实际留下的钱排", "steps": []map[string]any{{"from": 1, "to": 1, "fen": 10000}, {"from": 2, "to": 3, "fen": 3000}}}
		with := func(key string, value any) map[string]any {
			out := map[string]any{}
			for k, v := range plan {
				out[k] = v
			}
			out[key] = value
			return out
		}
		const month, path = 202703, "/api/console/partner-plans/202703"
		support.want(403, "forbidden", "PUT", path, plan)
		op.want(422, "partner_plan", "PUT", path, with("wait_days", 3))
		op.want(422, "partner_plan", "PUT", path, with("steps", []map[string]any{{"from": 1, "to": 1, "fen": 10001}}))
		op.want(409, "partner_plan_late", "PUT", "/api/console/partner-plans/202702", plan)
		if m := op.want(200, "", "PUT", path, plan); m.num("plan", "version") != 1 || m.num("due_at") != time.Date(2027, 4, 16, 0, 0, 0, 0, clock.China).UnixMilli() {
			t.Fatalf("plan: %s", m.raw)
		}
		op.want(409, "partner_plan_late", "PUT", path, with("version", 1))
		op.want(200, "", "PUT", "/api/console/partner-plans/202704", plan)
		op.want(409, "partner_version", "PUT", "/api/console/partner-plans/202704", plan)
		op.want(200, "", "PUT", "/api/console/partner-plans/202704", with("version", 1))

		// Two share the first place, one has the third, one sold too little of what stays.
		people, ids := make([]*person, 5), make([]int64, 5)
		account := func(i int) commission.Account {
			return must(w.app.Commission.Account(context.Background(), ids[i]))(t)
		}
		for i := range people {
			people[i] = w.learner(fmt.Sprintf("1390014000%d", i), nil)
			ids[i] = people[i].me()
			if i < 4 { // the fifth is no partner
				w.becomes(people[i], "agency")
			}
		}
		var goesBack string
		for i, sales := range []int{3, 3, 2, 2, 4} {
			s := people[i].shares(w.paid, "link", fmt.Sprintf("reward-key-%d", i))
			for n := range sales {
				no := w.buysBy(s.str("code"), 1000+i*10+n)
				if i == 3 {
					goesBack = no
				}
			}
		}
		w.giveBack(goesBack, 16900)
		now := people[0].want(200, "", "GET", "/api/me/partner/ranking", nil)
		if now.num("own", "rank") != 1 || now.num("own", "reward_fen") != 10000 || now.num("settled_at") != 0 || len(now.at("prizes").([]any)) != 2 || len(now.at("items").([]any)) != 4 {
			t.Fatalf("ranking of a month that runs: %s", now.raw)
		}
		reward := func() { t.Helper(); w.ok(w.app.Partner.Reward(context.Background())) }
		w.on(time.Date(2027, 4, 15, 23, 0, 0, 0, clock.China))
		w.sweep()
		reward()
		if w.count(qRewardsIn, month, "paid") != 0 {
			t.Fatal("given before its day")
		}
		w.on(time.Date(2027, 4, 16, 1, 0, 0, 0, clock.China))
		before := account(0)
		people[0], people[3], op = w.learner("13900140000", nil), w.learner("13900140003", nil), w.staff("owner") // sessions have ended
		var wg sync.WaitGroup
		errs := make([]error, 6)
		for i := range errs {
			wg.Go(func() { errs[i] = w.app.Partner.Reward(context.Background()) })
		}
		wg.Wait()
		for _, err := range errs {
			w.ok(err)
		}
		reward()
		if w.count(qRewardsIn, month, "paid") != 3 || w.count(qRewardsIn, month, "none") != 1 || w.count(qRewardFen) != 23000 {
			t.Fatal("rewards: ", w.count(qRewardsIn, month, "paid"), w.count(qRewardsIn, month, "none"), w.count(qRewardFen))
		}
		after := account(0)
		if after.AvailableFen != before.AvailableFen+10000 || after.EarnedFen != before.EarnedFen+10000 || after.HeldFen != 0 {
			t.Fatalf("account: %+v, before %+v", after, before)
		}
		if account(4).EarnedFen != 4*1690 {
			t.Fatal("who is no partner was rewarded")
		}
		if r := people[3].want(200, "", "GET", "/api/me/partner/ranking?month=202703", nil); r.num("own", "rank") != 4 || r.num("own", "reward_fen") != 0 || r.num("settled_at") == 0 {
			t.Fatalf("final: %s", r.raw)
		}
		if w.count(qPartnerTold, ids[0], "partner:reward:%") != 1 {
			t.Fatal("who was rewarded was not told")
		}
		w.sound()

		// The ranking does not move any more; staff take one back with a reason, once.
		final := op.want(200, "", "GET", "/api/console/partner-ranking?month=202703", nil)
		if final.num("settled_at") == 0 || len(final.at("items").([]any)) != 4 {
			t.Fatalf("final: %s", final.raw)
		}
		end := fmt.Sprintf("/api/console/partner-places/%d/end", final.item(0, "items").num("place_id"))
		w.staff("editor").want(403, "forbidden", "POST", end, map[string]any{"reason": "核实有误"})
		op.want(422, "partner_reason", "POST", end, map[string]any{"reason": ""})
		op.want(204, "", "POST", end, map[string]any{"reason": "核实是同一家公司的集中采购"})
		op.want(409, "partner_state", "POST", end, map[string]any{"reason": "核实是同一家公司的集中采购"})
		if w.count(qRewardFen) != 13000 || w.count(qRewardsIn, month, "reversed") != 1 {
			t.Fatal("not taken back")
		}
		fin := w.staff("finance")
		if moves := fin.want(200, "", "GET", "/api/console/commission/statement?from=0&until=1900000000000", nil); !strings.Contains(moves.raw, `"kind":"reward_undo"`) {
			t.Fatal(moves.raw)
		}
		w.sound()

		// Two accounts that are one person's keep their rewards.
		a, b := ids[1], ids[2]
		w.ok(w.app.DB.Tx(w.system(), func(ctx context.Context, tx *db.Tx) error {
			if err := w.app.Partner.Merge(ctx, tx, a, b); err != nil {
				return err
			}
			return w.app.Commission.Merge(ctx, tx, a, b)
		}))
		w.sound()
	})
}

// A sale that is still held makes the ranking wait, at most a month; a partner whom risk
// makes wait is given the reward when it lets them.
func TestPartnerRewardsWait(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.on(time.Date(2027, 3, 3, 10, 0, 0, 0, clock.China))
		w.terms()
		w.partners()
		w.ok(w.app.Partner.SavePlan(w.system(), partner.Plan{Month: 202703, Kind: "threshold", FloorFen: 10000, WaitDays: 15, Steps: []partner.Step{{KeptFen: 10000, Fen: 2000}}}))
		a := w.learner("13900142001", nil)
		w.becomes(a, "agency")
		me := a.me()
		s := a.shares(w.paid, "link", "waits-key-01")
		w.buysBy(s.str("code"), 1500)
		b := w.person(nil)
		b.lands(s.str("code"), browser(1501))
		b.registers("13900201501", browser(1501))
		second, _ := b.buy(w.sku)
		ctx := context.Background()
		// asked for, and nobody decides it
		must(w.app.Commerce.RequestRefund(ctx, b.me(), second, "waits-refund-1", 0, "不合适"))(t)
		w.on(time.Date(2027, 4, 20, 1, 0, 0, 0, clock.China))
		w.sweep()
		w.ok(w.app.Partner.Reward(ctx))
		if w.count(qRewardsIn, 202703, "paid") != 0 || w.count(qRewardsIn, 202703, "none") != 0 {
			t.Fatal("final while something is held")
		}
		w.on(time.Date(2027, 5, 17, 1, 0, 0, 0, clock.China))
		w.sweep()
		w.ok(w.app.Partner.Reward(ctx))
		if w.count(qRewardsIn, 202703, "paid") != 1 || must(w.app.Commission.Account(ctx, me))(t).AvailableFen != 1690+2000 {
			t.Fatalf("after its patience: %+v", must(w.app.Commission.Account(ctx, me))(t))
		}
		w.sound()
	})
}
