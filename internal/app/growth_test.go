package app_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
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
	qGrowthBack  = db.Q("test/growth_back", `UPDATE orders SET refunded_fen = $2 WHERE user_id = $1`)
	qGrowthBorn  = db.Q("test/growth_born", `UPDATE users SET created_at = $2 WHERE id = $1`)
)

// figures are all metrics over a period, as top and bottom.
func (w *world) figures(p growth.Period) map[string][2]int64 {
	w.t.Helper()
	s := growth.New(w.app.DB, w.clock)
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
		if j := owner.want(200, "", "GET", fmt.Sprintf("/api/console/shares/%d", parent), nil); len(j.at("joins").([]any)) != 1 || !strings.Contains(j.item(0, "joins").str("nickname"), "*") {
			t.Error(j.raw)
		}
		if buys := owner.want(200, "", "GET", fmt.Sprintf("/api/console/shares/%d", parent), nil).at("buys").([]any); len(buys) != 1 || buys[0].(map[string]any)["part_ppm"] != 1_000_000.0 {
			t.Error(buys)
		}
		owner.want(404, "share_gone", "GET", "/api/console/shares/1", nil)
		w.staff("editor").want(403, "", "GET", "/api/console/growth", nil)

		w.write(qGrowthStudy, a.me(), clock.Day(w.clock.Now()))
		w.clock.Advance(24 * time.Hour)

		g := growth.New(w.app.DB, w.clock)
		now, before := g.Last(7)
		l, err := g.Loop(context.Background(), now)
		w.ok(err)
		if l.Learners != 2 || l.Shares != 3 || l.Visits != 2 || l.Joins != 1 || l.Buyers != 1 || l.PaidFen != 16900 || l.Cards < 2 {
			t.Errorf("the loop: %+v", l)
		}
		// What went back is no money of the loop, and who got all of it back no buyer.
		for back, want := range map[int64][2]int64{900: {1, 16000}, 16900: {0, 0}, 0: {1, 16900}} {
			w.write(qGrowthBack, b.me(), back)
			if l := must(g.Loop(context.Background(), now))(t); l.Buyers != want[0] || l.PaidFen != want[1] {
				t.Errorf("%d went back: %+v", back, l)
			}
		}
		w.write(qGrowthBack, b.me(), int64(0))
		if days, err := g.Days(context.Background(), now); err != nil || len(days) != 1 || days[0].Shares != 3 || days[0].Visits != 2 || days[0].Joins != 1 || days[0].Date < 20260000 {
			t.Errorf("its days: %+v %v", days, err)
		}
		f := w.figures(now)
		for key, want := range map[string][2]int64{
			"share_rate": {2, 2}, "landing": {1, 3}, "signup": {1, 2}, "k_shares": {1, 3}, "k_users": {1, 2},
			"retention_7_shared": {0, 0}, "retention_28_other": {0, 0}, "ugc_other": {0, 0}, "ugc_carded": {0, 2},
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
		// The seven days are over when the thirteenth after is, 7 January: before that nobody counts.
		midnight := time.Date(2025, 1, 6, 16, 0, 0, 0, time.UTC) // of the 7th in China
		for end, want := range map[time.Time][2][2]int64{
			midnight:                     {{0, 0}, {0, 0}},
			midnight.AddDate(0, 0, 1):    {{2, 3}, {0, 0}},
			midnight.AddDate(0, 0, 21):   {{0, 0}, {0, 0}},
			midnight.AddDate(0, 0, 7*4):  {{0, 0}, {1, 3}},
			midnight.AddDate(0, 0, 7*10): {{0, 0}, {0, 0}},
		} {
			p := growth.Period{From: end.AddDate(0, 0, -7).UnixMilli(), Until: end.UnixMilli()}
			if r := w.figures(p); r["retention_7_other"] != want[0] || r["retention_28_other"] != want[1] {
				t.Errorf("retention in the week before %v: %v %v, want %v", end, r["retention_7_other"], r["retention_28_other"], want)
			}
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
			g := growth.New(w.app.DB, w.clock)
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

// ticking is a clock that goes on by a step whenever it is looked at.
type ticking struct {
	mu   sync.Mutex
	at   time.Time
	step time.Duration
}

func (c *ticking) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(c.step)
	return c.at
}

func (c *ticking) goesOn(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// A page that takes long to count is kept for a while, also from those who ask for it at
// the same moment, and not beyond the day; the job has the next one ready.
func TestGrowthPageIsKept(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		slowly, atOnce := &ticking{at: time.Date(2027, 3, 3, 10, 0, 0, 0, clock.China), step: time.Second}, &ticking{at: time.Date(2027, 3, 3, 10, 0, 0, 0, clock.China)}
		id := w.learner("13900139970", nil).me()
		shares := 0
		shared := func() {
			shares++
			w.write(qGrowthShare, int64(9_000_000+shares), fmt.Sprintf("KEPT%d", shares), id, slowly.Now().Add(-48*time.Hour).UnixMilli())
		}
		ctx := context.Background()
		slow, quick := growth.New(w.app.DB, slowly), growth.New(w.app.DB, atOnce)
		want := func(of *growth.Service, days int, n int64, why string) {
			t.Helper()
			if p := must(of.Page(ctx, days))(t); p.Loop.Shares != n || p.Until == 0 || len(p.Figures) != len(growth.Metrics) || len(p.Comparisons) != len(growth.Comparisons) || p.MadeAt == 0 {
				t.Fatalf("%s: %d shares, want %d", why, p.Loop.Shares, n)
			}
		}
		shared()
		var all sync.WaitGroup
		var made sync.Map
		for range 8 {
			all.Go(func() {
				p, err := slow.Page(ctx, 7)
				if err != nil {
					t.Error(err)
				}
				made.Store(p.MadeAt, true)
			})
		}
		all.Wait()
		counts := 0
		made.Range(func(any, any) bool { counts++; return true })
		if counts != 1 {
			t.Fatalf("eight at once had it counted %d times", counts)
		}
		want(slow, 7, 1, "at first")
		want(quick, 7, 1, "at first, quickly")
		shared()
		want(slow, 7, 1, "a moment later")
		slowly.goesOn(15 * time.Minute)
		want(slow, 7, 1, "due to be counted, and shown until it was")
		want(slow, 28, 2, "over other days")
		want(quick, 7, 2, "what costs nothing is counted each time")
		slowly.goesOn(time.Hour)
		want(slow, 7, 2, "an hour later")
		shared()
		slowly.goesOn(time.Hour)
		w.ok(slow.Renew(ctx))
		shared()
		want(slow, 7, 3, "renewed, as it was asked for")
		want(slow, 28, 3, "renewed")
		slowly.goesOn(24 * time.Hour)
		want(slow, 7, 4, "another day")
	})
}
