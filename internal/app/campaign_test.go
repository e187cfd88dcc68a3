package app_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"zhizhou/internal/campaign"
	"zhizhou/internal/commerce"
	"zhizhou/internal/commerce/price"
	"zhizhou/internal/db"
	"zhizhou/internal/text"
)

var (
	qCampaignDraws   = db.Q("test/campaign_draws", `SELECT COUNT(*) FROM campaign_draws WHERE campaign_id = $1`)
	qCampaignWon     = db.Q("test/campaign_won", `SELECT COUNT(*) FROM campaign_draws WHERE campaign_id = $1 AND prize_id > 0`)
	qCampaignGifts   = db.Q("test/campaign_gifts", `SELECT COUNT(*) FROM campaign_gifts WHERE campaign_id = $1 AND state <> 'refused'`)
	qCampaignSpent   = db.Q("test/campaign_spent", `SELECT spent_fen FROM campaigns WHERE id = $1`)
	qCampaignStock   = db.Q("test/campaign_stock", `SELECT CAST(SUM(stock) AS BIGINT) FROM campaign_prizes WHERE campaign_id = $1 AND kind <> 'nothing'`)
	qCampaignChances = db.Q("test/campaign_chances", `SELECT COUNT(*) FROM campaign_chances WHERE campaign_id = $1 AND user_id = $2`)
	qTestUser        = db.Q("accounttest/user", `INSERT INTO users (id, nickname, phone_hash, created_at) VALUES ($1, $2, $3, $4)`)
	qTestChance      = db.Q("campaigntest/chance", `INSERT INTO campaign_chances (id, campaign_id, user_id, cause, made_at) VALUES ($1, $2, $3, $4, $5)`)
	qTestStock       = db.Q("campaigntest/stock", `UPDATE campaign_prizes SET given = given + 1 WHERE campaign_id = $1 AND kind <> 'nothing'`)
	qWalletOf        = db.Q("test/wallet_of", `SELECT COUNT(*) FROM user_coupons WHERE user_id = $1 AND coupon_id = $2`)
	qGrantOf         = db.Q("test/grant_of", `SELECT COUNT(*) FROM grants WHERE user_id = $1 AND resource_kind = 'course' AND resource_id = $2 AND source_kind = $3 AND revoked_at = 0`)
)

// campaign sets a campaign up on all channels for the next days and runs it.
func (w *world) campaign(c campaign.Campaign) campaign.Campaign {
	w.t.Helper()
	now := w.clock.Now().UnixMilli()
	c.StartsAt, c.EndsAt = now-1000, now+30*24*3600*1000
	c.OnH5, c.OnWechat, c.OnMini = true, true, true
	if c.BudgetCount == 0 {
		c.BudgetFen, c.BudgetCount = 1_000_000, 1000
	}
	if c.PerUser == 0 {
		c.PerUser, c.PerDevice = 5, 5
	}
	if c.Title == "" {
		c.Title = "一起学"
	}
	made := must(w.app.Campaign.Save(w.system(), c))(w.t)
	w.ok(w.app.Campaign.Move(w.system(), made, "running", ""))
	return must(w.app.Campaign.Get(context.Background(), made))(w.t)
}

// sharesCampaign hands a campaign on.
func (p *person) sharesCampaign(campaignID int64) string {
	p.w.t.Helper()
	return p.want(201, "", "POST", "/api/shares", map[string]any{"kind": "campaign", "id": campaignID, "channel": "friend", "key": fmt.Sprint("campaign-", campaignID)}).str("code")
}

// Friends count when they really register or study, each once; the reward is given once, for
// as many as it asks for, and only where the campaign is open.
func TestCampaignAssist(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		coupon := w.coupon(commerce.CouponKind{Name: "助力券", OffFen: 1000}, price.Scope{})
		c := w.campaign(campaign.Campaign{Kind: campaign.Assist, Cause: "both", Prizes: []campaign.Prize{
			{Kind: campaign.Coupon, RefID: coupon, Title: "十元券", ValueFen: 1000, Stock: 10, Need: 1},
			{Kind: campaign.Course, RefID: w.paid, Amount: 30, Title: "整门课 30 天", ValueFen: 16900, Stock: 1, Need: 2},
		}})
		at := fmt.Sprintf("/api/campaigns/%d", c.ID)
		claim := func(p *person, n int) map[string]any {
			return map[string]any{"prize_id": c.Prizes[n].ID, "device": browser(100)}
		}
		a := w.learner("13900139500", nil)
		if v := a.want(200, "", "GET", at, nil); v.list("prizes")[1]["course"] != "把话写清楚" || v.list("prizes")[1]["course_id"] != float64(w.paid) || v.list("prizes")[0]["course_id"] != 0.0 {
			t.Fatal(v.raw)
		}
		w.person(nil).want(401, "", "POST", at+"/claims", claim(nil, 0))
		a.want(409, "campaign_not_yet", "POST", at+"/claims", claim(a, 0))
		code := a.sharesCampaign(c.ID)
		a.lands(code, browser(100)) // one's own look

		// Landing alone is nothing.
		b := w.person(nil)
		b.lands(code, browser(1))
		a.want(409, "campaign_not_yet", "POST", at+"/claims", claim(a, 0))
		asker := text.Mask(a.want(200, "", "GET", "/api/me", nil).str("nickname"))
		told := func(p *person, query, by, helping string) {
			t.Helper()
			if v := p.want(200, "", "GET", at+query, nil); v.str("asked_by") != by || v.str("helping") != helping {
				t.Fatalf("asked by %q, helping %q", v.str("asked_by"), v.str("helping"))
			}
		}
		told(b, "?share="+code, asker, "")
		told(b, "?share=ANOTHER", "", "")
		told(a, "?share="+code, "", "")
		b.registers("13900139501", browser(1))
		told(b, "", asker, "counted")
		if v := a.want(200, "", "GET", at, nil); v.num("helped") != 1 || item1(v, "helps", 0, "joined") != true {
			t.Fatal(v.raw)
		}
		var wg sync.WaitGroup
		for range 12 {
			wg.Add(1)
			go func() {
				defer wg.Done()
				_, _ = w.app.Campaign.Claim(context.Background(), campaign.Act{UserID: a.me(), CampaignID: c.ID, Channel: campaign.OnH5, Device: "one"}, c.Prizes[0].ID)
			}()
		}
		wg.Wait()
		if g := a.want(200, "", "POST", at+"/claims", claim(a, 0)); g.str("state") != "given" || w.count(qWalletOf, a.me(), coupon) != 1 || w.count(qCampaignGifts, c.ID) != 1 {
			t.Fatal("parallel taps gave it more than once")
		}

		// Somebody who has been here counts once they study after coming by the share.
		old := w.learner("13900139502", nil)
		w.clock.Advance(2 * time.Hour)
		old.lands(code, browser(2))
		a.want(409, "campaign_not_yet", "POST", at+"/claims", claim(a, 1))
		old.registers("13900139502", browser(2))
		told(old, "", asker, "") // nothing yet of who was here before
		w.has(w.free, w.firstOf(w.free), old)
		w.has(w.free, w.firstOf(w.free), old)
		told(old, "", asker, "counted")
		a.want(200, "", "POST", at+"/claims", claim(a, 1))
		if w.count(qGrantOf, a.me(), w.paid, "campaign") != 1 || w.count(qCampaignSpent, c.ID) != 17900 {
			t.Fatal("the course was not opened")
		}
		if g := a.want(200, "", "GET", "/api/me/gifts-won", nil); len(g.at("items").([]any)) != 2 {
			t.Fatal(g.raw)
		}

		// Switched off inside WeChat it neither shows nor gives there.
		w.ok(w.app.Campaign.Move(w.system(), c.ID, "paused", "换渠道"))
		c = must(w.app.Campaign.Get(context.Background(), c.ID))(t)
		c.OnWechat = false
		_ = must(w.app.Campaign.Save(w.system(), c))(t)
		w.ok(w.app.Campaign.Move(w.system(), c.ID, "running", ""))
		inside := w.learner("13900139503", map[string]string{"User-Agent": "Mozilla/5.0 (iPhone) MicroMessenger/8.0.50"})
		inside.want(409, "campaign_channel", "POST", at+"/claims", claim(inside, 0))
		if v := inside.want(200, "", "GET", "/api/campaigns", nil); len(v.at("items").([]any)) != 0 {
			t.Fatal("it shows where it is switched off")
		}
		w.sound()
	})
}

// A campaign says where it is in its time, and gives only while it is live; a friend counts
// only where it is open; what the budget does not reach is not said to be left; and no
// device is no way around the limit of a device.
func TestCampaignPhases(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		prize := campaign.Prize{Kind: campaign.Points, Amount: 30, Title: "三十积分", ValueFen: 600, Stock: 50, Need: 1}
		c := w.campaign(campaign.Campaign{Kind: campaign.Invite, Cause: "join", BudgetFen: 1000, BudgetCount: 10, PerUser: 1, PerDevice: 1, Prizes: []campaign.Prize{prize}})
		at := fmt.Sprintf("/api/campaigns/%d", c.ID)
		op := w.staff("operator")
		a, b, d := w.learner("13900139520", nil), w.learner("13900139521", nil), w.learner("13900139522", nil)
		claim := func(device string) map[string]any {
			body := map[string]any{"prize_id": c.Prizes[0].ID}
			if device != "" {
				body["device"] = device
			}
			return body
		}
		stands := func(phase string, left int64) {
			t.Helper()
			if v := a.want(200, "", "GET", at, nil); v.str("phase") != phase || v.list("prizes")[0]["left"] != float64(left) || v.num("per_device") != 1 {
				t.Fatalf("want %s and %d left: %s", phase, left, v.raw)
			}
		}
		edit := func(change func(*campaign.Campaign)) {
			t.Helper()
			w.ok(w.app.Campaign.Move(w.system(), c.ID, "paused", "改一改"))
			c = must(w.app.Campaign.Get(context.Background(), c.ID))(t)
			stands("paused", c.Left(c.Prizes[0]))
			d.want(404, "campaign_gone", "POST", at+"/claims", claim(browser(3)))
			change(&c)
			_ = must(w.app.Campaign.Save(w.system(), c))(t)
			w.ok(w.app.Campaign.Move(w.system(), c.ID, "running", ""))
			c = must(w.app.Campaign.Get(context.Background(), c.ID))(t)
		}
		stands("live", 1) // of 50, as far as the budget goes
		poor := c
		poor.ID, poor.BudgetFen, poor.Prizes = 0, 500, []campaign.Prize{prize}
		poor.ID = must(w.app.Campaign.Save(w.system(), poor))(t)
		if err := w.app.Campaign.Move(w.system(), poor.ID, "running", ""); !errors.Is(err, campaign.ErrInput) {
			t.Fatal("began although its budget reaches for nothing: ", err)
		}
		codes := []string{a.sharesCampaign(c.ID), b.sharesCampaign(c.ID), d.sharesCampaign(c.ID)}
		n := 0
		brings := func(code string, header map[string]string) {
			n++
			f := w.person(header)
			f.lands(code, browser(20+n))
			f.registers(fmt.Sprintf("139001395%02d", 30+n), browser(20+n))
		}
		brings(codes[0], nil)
		a.want(422, "", "POST", at+"/claims", claim(""))
		a.want(422, "", "POST", at+"/claims", claim("short"))
		if _, err := w.app.Campaign.Claim(context.Background(), campaign.Act{UserID: a.me(), CampaignID: c.ID, Channel: campaign.OnH5}, c.Prizes[0].ID); !errors.Is(err, campaign.ErrUnnamed) {
			t.Fatal(err)
		}
		a.want(200, "", "POST", at+"/claims", claim(browser(1)))
		stands("live", 0)
		brings(codes[1], nil)
		b.want(409, "campaign_out", "POST", at+"/claims", claim(browser(2)))
		edit(func(c *campaign.Campaign) { c.BudgetFen = 6000 })
		stands("live", 9) // the budget reaches for nine, in money as in pieces
		b.want(409, "campaign_device", "POST", at+"/claims", claim(browser(1)))
		b.want(200, "", "POST", at+"/claims", claim(browser(2)))

		// Inside WeChat it is switched off: who comes there is no friend who counts.
		edit(func(c *campaign.Campaign) { c.OnWechat = false })
		brings(codes[2], map[string]string{"User-Agent": "Mozilla/5.0 (iPhone) MicroMessenger/8.0.50"})
		d.want(409, "campaign_not_yet", "POST", at+"/claims", claim(browser(3)))
		brings(codes[2], nil)
		if v := op.want(200, "", "GET", fmt.Sprintf("/api/console/campaigns/%d", c.ID), nil); v.num("sharers") != 3 || v.num("came") != 3 || v.num("counted") != 3 || v.num("given") != 2 || v.num("waiting") != 0 {
			t.Fatal(v.raw)
		}

		// Over, it says so to who still opens it, also by an old link.
		edit(func(c *campaign.Campaign) { c.StartsAt = w.clock.Now().Add(time.Hour).UnixMilli() })
		stands("soon", 8)
		if row := op.want(200, "", "GET", "/api/console/campaigns", nil).item(1, "items"); row.str("phase") != "soon" {
			t.Fatal(row.raw)
		}
		d.want(404, "campaign_gone", "POST", at+"/claims", claim(browser(3)))
		w.clock.Advance(40 * 24 * time.Hour)
		a, d = w.learner("13900139520", nil), w.learner("13900139522", nil)
		stands("over", 8)
		if v := d.want(200, "", "GET", at, nil); v.list("prizes")[0]["have"] != 1.0 || v.list("prizes")[0]["state"] != "" {
			t.Fatal(v.raw)
		}
		d.want(404, "campaign_gone", "POST", at+"/claims", claim(browser(3)))
		w.person(nil).lands(codes[0], browser(99))
		draft := must(w.app.Campaign.Save(w.system(), campaign.Campaign{Kind: campaign.Invite, Cause: "join", Title: "草稿", StartsAt: w.clock.Now().UnixMilli(), EndsAt: w.clock.Now().Add(24 * time.Hour).UnixMilli(), BudgetFen: 1000, BudgetCount: 1, PerUser: 1, PerDevice: 1, OnH5: true, Prizes: []campaign.Prize{prize}}))(t)
		a.want(404, "campaign_gone", "GET", fmt.Sprintf("/api/campaigns/%d", draft), nil)
		w.sound()
	})
}

func item1(a answer, list string, n int, key string) any {
	return a.at(list).([]any)[n].(map[string]any)[key]
}

// Steps of a newcomer are counted from stored facts; who came long ago is none.
func TestCampaignJourney(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.signIns()
		c := w.campaign(campaign.Campaign{Kind: campaign.Journey, Cause: "study", NewcomerDays: 7, Prizes: []campaign.Prize{
			{Kind: campaign.Points, Amount: 50, Title: "五十积分", ValueFen: 50, Stock: 5, Step: "lessons", Need: 1},
			{Kind: campaign.Material, Body: "附：写作清单", Title: "写作清单", Stock: 5, Step: "sign_ins", Need: 2},
		}})
		at := fmt.Sprintf("/api/campaigns/%d", c.ID)
		p := w.learner("13900139510", nil)
		p.want(409, "campaign_not_yet", "POST", at+"/claims", map[string]any{"prize_id": c.Prizes[0].ID, "device": browser(7)})
		w.has(w.free, w.firstOf(w.free), p)
		p.want(200, "", "POST", at+"/claims", map[string]any{"prize_id": c.Prizes[0].ID, "device": browser(7)})
		p.want(200, "", "POST", at+"/claims", map[string]any{"prize_id": c.Prizes[0].ID, "device": browser(7)})
		if w.count(qSignPoints, p.me()) != 50 {
			t.Fatal("a step paid more than once")
		}
		p.want(200, "", "POST", "/api/me/sign-in", nil)
		w.shanghai(1, 9, 0)
		p.want(200, "", "POST", "/api/me/sign-in", nil)
		if g := p.want(200, "", "POST", at+"/claims", map[string]any{"prize_id": c.Prizes[1].ID, "device": browser(7)}); g.str("body") != "附：写作清单" {
			t.Fatal(g.raw)
		}
		late := w.learner("13900139511", nil)
		w.has(w.free, w.firstOf(w.free), late)
		w.clock.Advance(8 * 24 * time.Hour)
		late.want(409, "campaign_newcomer", "POST", at+"/claims", map[string]any{"prize_id": c.Prizes[0].ID, "device": browser(7)})
		w.sound()
	})
}

// Chances come of study, one a day and lesson, or of a friend who registers; a draw without
// one is refused, and the same request is the same draw. What staff set up is checked.
func TestCampaignLotteryChances(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		prizes := []campaign.Prize{{Kind: campaign.Points, Amount: 10, Title: "十积分", ValueFen: 10, OddsPPM: 1_000_000, Stock: 3}}
		bad := campaign.Campaign{Kind: campaign.Lottery, Title: "抽卡", Cause: "both", StartsAt: 1, EndsAt: 2, BudgetFen: 1, BudgetCount: 1, PerUser: 1, PerDevice: 1}
		for name, change := range map[string]func(p *campaign.Prize){
			"odds":  func(p *campaign.Prize) { p.OddsPPM = 999_999 },
			"value": func(p *campaign.Prize) { p.ValueFen = 5_000_001 },
			"stock": func(p *campaign.Prize) { p.Stock = 0 },
		} {
			one := prizes[0]
			change(&one)
			bad.Prizes = []campaign.Prize{one}
			if _, err := w.app.Campaign.Save(w.system(), bad); err == nil {
				t.Fatalf("a lottery with wrong %s was saved", name)
			}
		}
		c := w.campaign(campaign.Campaign{Kind: campaign.Lottery, Cause: "both", Prizes: prizes, PerUser: 2, PerDevice: 50})
		at := fmt.Sprintf("/api/campaigns/%d/draws", c.ID)
		p := w.learner("13900139520", nil)
		draw := func(status int, code, key string) answer {
			t.Helper()
			return p.want(status, code, "POST", at, map[string]any{"key": key, "device": browser(9)})
		}
		draw(409, "campaign_no_chance", "draw-key-1")
		w.has(w.free, w.firstOf(w.free), p)
		w.has(w.free, w.firstOf(w.free), p) // the same lesson again
		w.has(w.paid, w.openText, p)        // another one, the same day
		if n := w.count(qCampaignChances, c.ID, p.me()); n != 1 {
			t.Fatalf("%d chances of one day", n)
		}
		first := draw(200, "", "draw-key-1")
		if v := p.want(200, "", "GET", "/api/me/points/moves", nil); item1(v, "items", 0, "note") != c.Title {
			t.Fatalf("points do not name the campaign: %s", v.raw)
		}
		if again := draw(200, "", "draw-key-1"); again.num("id") != first.num("id") {
			t.Fatal("one request drew twice")
		}
		draw(409, "campaign_no_chance", "draw-key-2")
		w.shanghai(1, 9, 0)
		w.has(w.free, w.firstOf(w.free), p) // finished yesterday already
		if n := w.count(qCampaignChances, c.ID, p.me()); n != 1 {
			t.Fatal("a lesson finished long ago gives a chance again")
		}
		friend := w.person(nil)
		friend.lands(p.sharesCampaign(c.ID), browser(3))
		friend.registers("13900139521", browser(3))
		draw(200, "", "draw-key-3")
		w.has(w.paid, w.lesson, p)
		draw(409, "campaign_limit", "draw-key-4") // two wins are all that one person may have
		if w.count(qSignPoints, p.me()) != 20 || w.count(qCampaignDraws, c.ID) != 2 {
			t.Fatal("draws and points disagree")
		}
		v := w.person(nil).want(200, "", "GET", fmt.Sprintf("/api/campaigns/%d", c.ID), nil)
		if item1(v, "prizes", 0, "odds_ppm") != 1e6 || item1(v, "winners", 0, "name") == "" {
			t.Fatalf("odds and winners are not published: %s", v.raw)
		}
		w.sound()
		w.write(qTestStock, c.ID)
		w.finds("stock of a prize and its gifts disagree")
	})
}

// INV-34: a thousand draws at once: each chance is drawn once, no more is won than the stock
// and the budget hold, and neither is ever negative.
func TestINV34ThousandDrawsAtOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		const people, taps = 250, 4
		c := w.campaign(campaign.Campaign{Kind: campaign.Lottery, Cause: "study", BudgetFen: 60 * 100, BudgetCount: 1000, PerUser: 5, PerDevice: 5, Prizes: []campaign.Prize{
			{Kind: campaign.Points, Amount: 10, Title: "十积分", ValueFen: 100, OddsPPM: 300_000, Stock: 30},
			{Kind: campaign.Material, Body: "卡面", Title: "卡片", ValueFen: 100, OddsPPM: 400_000, Stock: 40},
			{Kind: campaign.Nothing, Title: "没有中", OddsPPM: 300_000},
		}})
		now := w.clock.Now().UnixMilli()
		ids := make([]int64, people)
		w.ok(w.app.DB.Tx(context.Background(), func(ctx context.Context, tx *db.Tx) error {
			for i := range ids {
				ids[i] = 7_000_000 + int64(i)
				if _, err := tx.Exec(ctx, qTestUser, ids[i], fmt.Sprint("抽奖者", i), fmt.Sprint("lottery", i), now-30*24*3600*1000); err != nil {
					return err
				}
				for n := range 3 { // one chance less than taps
					if _, err := tx.Exec(ctx, qTestChance, ids[i]*10+int64(n), c.ID, ids[i], fmt.Sprintf("study:%d:%d", ids[i], n), now); err != nil {
						return err
					}
				}
			}
			return nil
		}))
		var wg sync.WaitGroup
		var mu sync.Mutex
		codes := map[string]int{}
		for i := range people * taps {
			wg.Add(1)
			go func() {
				defer wg.Done()
				_, err := w.app.Campaign.Draw(context.Background(), campaign.Act{UserID: ids[i%people], CampaignID: c.ID, Channel: campaign.OnH5, Device: fmt.Sprint("device ", i%people)}, fmt.Sprintf("tap-%d", i))
				mu.Lock()
				defer mu.Unlock()
				if err == nil {
					codes["drawn"]++
				} else {
					codes[err.Error()]++
				}
			}()
		}
		wg.Wait()
		draws, won := w.count(qCampaignDraws, c.ID), w.count(qCampaignWon, c.ID)
		if codes["drawn"] != people*3 || draws != people*3 {
			t.Fatalf("%d chances, %d draws: %v", people*3, draws, codes)
		}
		// 70 prizes are in stock, the budget holds 60.
		if won != 60 || w.count(qCampaignGifts, c.ID) != 60 || w.count(qCampaignSpent, c.ID) != 6000 || w.count(qCampaignStock, c.ID) != 10 {
			t.Fatalf("won %d, gifts %d, spent %d, left %d", won, w.count(qCampaignGifts, c.ID), w.count(qCampaignSpent, c.ID), w.count(qCampaignStock, c.ID))
		}
		w.sound()
	})
}
