package app_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/growth"
)

var (
	qGrowthStudy = db.Q("test/growth_study", `INSERT INTO lesson_days (user_id, day, lesson_id, studied_ms) VALUES ($1, $2, 0, 60000) ON CONFLICT DO NOTHING`)
	qGrowthCard  = db.Q("test/growth_card", `INSERT INTO cards (id, code, user_id, kind, ref, facts, signature, key_id, nickname, shown, issued_at) SELECT $1, $2, $3, 'hours', $2, '{}', '', MIN(id), '', 'hidden', $4 FROM certificate_keys`)
	qGrowthShare = db.Q("test/growth_share", `INSERT INTO shares (id, code, user_id, kind, title, channel, depth, request, day, created_at) VALUES ($1, $2, $3, 'school', '', 'link', 1, $2, 0, $4)`)
	qGrowthIn    = db.Q("test/growth_in", `INSERT INTO challenge_members (id, class_id, user_id, state, starts, since, level, hours, joined_at) VALUES ($1, $2, $3, 'in', 0, 0, 0, 0, $4)`)
	qGrowthBorn  = db.Q("test/growth_born", `UPDATE users SET created_at = $2 WHERE id = $1`)
)

// figures are all metrics over a period, as top and bottom.
func (w *world) figures(p growth.Period) map[string][2]int64 {
	w.t.Helper()
	s := &growth.Service{DB: w.app.DB, Clock: w.clock}
	out := map[string][2]int64{}
	for _, m := range growth.Metrics {
		v, err := s.Of(context.Background(), m, p)
		w.ok(err)
		out[m.Key] = [2]int64{v.Top, v.Bottom}
	}
	return out
}

// The figures of growth count what happened, no more: each is compared with a count by
// hand, before anything happened too.
func TestGrowthIsCounted(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		owner := w.schoolStaff("operator")
		empty := owner.want(200, "", "GET", "/api/console/growth?days=7", nil)
		if empty.num("loop", "shares") != 0 {
			t.Fatal(empty.raw)
		}
		for _, m := range empty.at("metrics").([]any) {
			if row := m.(map[string]any); row["known"] == true && row["top"] != 0.0 {
				t.Errorf("before anything: %v", row)
			}
		}
		a := w.learner("13900139951", nil)
		_, cardID := a.hasCard()
		s := a.want(201, "", "POST", "/api/shares", map[string]any{"kind": "card", "id": cardID, "channel": "friend", "key": "growth-share-1"}).str("code")
		a.shares(w.paid, "weibo", "growth-share-2") // nobody opens it
		b, c := w.person(nil), w.person(nil)
		b.lands(s, browser(1))
		c.lands(s, browser(2))
		a.lands(s, browser(3)) // the sharer's own
		b.registers("13900139952", browser(1))
		b.buy(w.sku)
		b.read(w.openText)
		b.shares(w.paid, "link", "growth-share-3")
		// The path browser.
		list := owner.want(200, "", "GET", "/api/console/shares?kind=course", nil).at("items").([]any)
		if len(list) != 2 || list[0].(map[string]any)["depth"] != 2.0 {
			t.Fatal(list)
		}
		id := int64(list[0].(map[string]any)["id"].(float64))
		path := owner.want(200, "", "GET", fmt.Sprintf("/api/console/shares/%d", id), nil)
		if up := path.at("up").([]any); len(up) != 2 || up[0].(map[string]any)["kind"] != "card" || up[1].(map[string]any)["id"] != float64(id) {
			t.Error(path.raw)
		}
		parent := int64(path.at("up").([]any)[0].(map[string]any)["id"].(float64))
		if kids := owner.want(200, "", "GET", fmt.Sprintf("/api/console/shares/%d/children", parent), nil).at("items").([]any); len(kids) != 1 {
			t.Error(kids)
		}
		if buys := owner.want(200, "", "GET", fmt.Sprintf("/api/console/shares/%d", parent), nil).at("buys").([]any); len(buys) != 1 || buys[0].(map[string]any)["part_ppm"] != 1_000_000.0 {
			t.Error(buys)
		}
		owner.want(404, "share_gone", "GET", "/api/console/shares/1", nil)
		w.staff("editor").want(403, "", "GET", "/api/console/growth", nil)

		w.write(qGrowthStudy, a.me(), clock.Day(w.clock.Now()))
		w.clock.Advance(24 * time.Hour)

		g := &growth.Service{DB: w.app.DB, Clock: w.clock}
		now, before := g.Last(7)
		l, err := g.Loop(context.Background(), now)
		w.ok(err)
		if l.Learners != 2 || l.Shares != 3 || l.Visits != 2 || l.Joins != 1 || l.Buyers != 1 || l.PaidFen != 16900 || l.Cards < 2 {
			t.Errorf("the loop: %+v", l)
		}
		if days, err := g.Days(context.Background(), now); err != nil || len(days) != 1 || days[0].Shares != 3 || days[0].Visits != 2 || days[0].Joins != 1 || days[0].Date < 20260000 {
			t.Errorf("its days: %+v %v", days, err)
		}
		f := w.figures(now)
		for key, want := range map[string][2]int64{
			"share_rate": {2, 2}, "landing": {1, 3}, "signup": {1, 2}, "k_shares": {1, 3}, "k_users": {1, 2},
			"retention_7_shared": {0, 0}, "ugc_other": {0, 0}, "ugc_carded": {0, 2},
		} {
			if f[key] != want {
				t.Errorf("%s: %v, want %v", key, f[key], want)
			}
		}
		if f["partner_gmv"] != [2]int64{0, 16900} { // who shared is no partner
			t.Errorf("partner_gmv: %v", f["partner_gmv"])
		}
		if was := w.figures(before); was["share_rate"] != [2]int64{0, 0} || was["signup"] != [2]int64{0, 0} {
			t.Errorf("the period before: %v", was)
		}

		// Retention by days over the end of a year: who registered on 25 December and studied
		// on 3 January did so on the ninth day after.
		at := time.Date(2024, 12, 25, 15, 0, 0, 0, time.UTC) // 23:00 in China
		for i, day := range []int64{20250103, 20250122, 20250101} {
			id := w.learner(fmt.Sprintf("1390013996%d", i), nil).me()
			w.write(qGrowthBorn, id, at.UnixMilli())
			w.write(qGrowthStudy, id, day)
		}
		after := func(days int64) map[string][2]int64 {
			ripe := at.UnixMilli() + days*24*3600_000
			return w.figures(growth.Period{From: ripe, Until: ripe + 1})
		}
		if seven, month := after(14)["retention_7_other"], after(35)["retention_28_other"]; seven != [2]int64{2, 3} || month != [2]int64{1, 3} {
			t.Errorf("retention over a new year: %v %v", seven, month)
		}
		if early := after(13); early["retention_7_other"] != [2]int64{0, 0} || early["retention_28_other"] != [2]int64{0, 0} {
			t.Errorf("people are counted whose days are not over: %v", early)
		}
	})
}

// Comparisons are settled by a person's day 0 and by nothing later: each is compared with
// a count by hand over a period of long ago.
func TestGrowthCompares(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.learner("13900139971", nil).hasCard() // there is a key to sign with
		class := w.class(weekly(28), nil)
		begin := time.Date(2024, 2, 19, 16, 0, 0, 0, time.UTC) // 20 February in China; the 29th is between
		at := func(day, hour int) int64 {
			return begin.AddDate(0, 0, day).Add(time.Duration(hour) * time.Hour).UnixMilli()
		}
		n := int64(0)
		who := func(days ...int) int64 {
			id := must(w.app.Account.Invent(w.system(), "某人"))(t)
			for _, d := range days {
				w.write(qGrowthStudy, id, clock.Day(time.UnixMilli(at(d, 1))))
			}
			return id
		}
		card := func(id int64, day, hour int) {
			n++
			w.write(qGrowthCard, 7_000_000+n, fmt.Sprint("grow", n), id, at(day, hour))
		}
		shared := func(id int64, day, hour int) {
			n++
			w.write(qGrowthShare, 7_000_000+n, fmt.Sprint("grow", n), id, at(day, hour))
		}
		joined := func(id int64, day int) { n++; w.write(qGrowthIn, 7_000_000+n, class, id, at(day, 2)) }
		p := growth.Period{From: at(0, 0), Until: at(21, 0)}
		count := func(key string) [4]int64 {
			g := &growth.Service{DB: w.app.DB, Clock: w.clock}
			for _, c := range growth.Comparisons {
				if c.Key == key {
					v := must(g.Compare(context.Background(), c, p))(t)
					return [4]int64{v.Top, v.Bottom, v.BaseTop, v.BaseBottom}
				}
			}
			t.Fatal(key)
			return [4]int64{}
		}
		is := func(key string, want ...int64) {
			t.Helper()
			if got := count(key); got != [4]int64(want) {
				t.Errorf("%s: %v, want %v", key, got, want)
			}
		}
		is("card_lift", 0, 0, 0, 0)

		a := who(1, 3) // had a card before, shares on the seventh day
		card(a, -40, 5)
		shared(a, 7, 23)
		b := who(2) // shares a day too late
		card(b, 0, 5)
		shared(b, 9, 0)
		c := who(3) // shares before the card came, on its day
		card(c, 3, 9)
		shared(c, 3, 8)
		is("card_lift", 1, 3, 0, 0)
		d := who(4) // none
		shared(d, 4, 1)
		who(13)
		e := who(5, 8) // gets one later: counts as without on day 5, as with on day 8
		card(e, 8, 3)
		shared(e, 9, 0)
		is("card_lift", 2, 4, 2, 3)
		card(who(15, 16), 15, 3) // the week is not over when the period ends
		is("card_lift", 2, 4, 2, 3)

		everybody := count("challenge_lift") // all of them studied, none is in a class
		if everybody[0] != 0 || everybody[1] != 0 || everybody[2] != 0 || everybody[3] != 5 {
			t.Error(everybody)
		}
		f := who(0, 13) // joins on a day of study and stays to the last day that counts
		joined(f, 0)
		g := who(1, 15) // a day too late
		joined(g, 1)
		joined(who(2, 9), -3) // was in a class before the period: on neither side
		joined(who(10, 20), 10)
		h := who(3, 5, 12) // was without on day 3, joins on day 5 and stays from both
		joined(h, 5)
		joined(who(4, 11), 6) // does not study on the day of joining: without, and stays
		is("challenge_lift", 2, 3, 2, 7)
		is("card_lift", 2, 4, 2, 9)

		v := w.schoolStaff("operator").want(200, "", "GET", "/api/console/growth?days=90", nil)
		if len(v.at("comparisons").([]any)) != len(growth.Comparisons) || len(v.at("trials").([]any)) != 0 {
			t.Error(v.raw)
		}
	})
}
