package app_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/setting"
)

var (
	qSignIns     = db.Q("test/sign_ins", `SELECT COUNT(*) FROM daily_sign_ins WHERE user_id = $1`)
	qSignPoints  = db.Q("test/sign_points", `SELECT CAST(COALESCE(SUM(points), 0) AS BIGINT) FROM point_moves WHERE user_id = $1`)
	qSignStreak  = db.Q("test/sign_streak", `SELECT streak FROM sign_in_streaks WHERE user_id = $1`)
	qSignBest    = db.Q("test/sign_best", `SELECT best FROM sign_in_streaks WHERE user_id = $1`)
	qSpoilStreak = db.Q("test/spoil_streak", `UPDATE sign_in_streaks SET streak = 1 WHERE streak > 1`)
)

// signIns opens daily sign-ins: 5 points a day, 20 more for each seventh in a row.
func (w *world) signIns() {
	w.t.Helper()
	w.ok(w.app.Settings.Save(w.system(), &setting.SignIn{Points: 5, Bonus: 20, MakeUps: 2}, 0, nil))
}

// shanghai sets the clock to an hour of the local day n days from now.
func (w *world) shanghai(days, hour, minute int) {
	y, m, d := w.clock.Now().In(clock.China).Date()
	w.on(time.Date(y, m, d+days, hour, minute, 0, 0, clock.China))
}

// INV-33: a local day counts and pays once, at midnight and under parallel taps; where the
// school has none there is nothing to be signed in to.
func TestINV33SignInOnceALocalDay(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.learner("13900139910", nil)
		w.person(nil).want(401, "", "POST", "/api/me/sign-in", nil)
		p.want(404, "sign_in_off", "GET", "/api/me/sign-in", nil)
		p.want(404, "sign_in_off", "POST", "/api/me/sign-in", nil)
		w.signIns()
		w.shanghai(1, 23, 59)
		me := p.me()
		var wg sync.WaitGroup
		for range 16 {
			wg.Add(1)
			go func() {
				defer wg.Done()
				_, _ = w.app.SignIn.SignIn(context.Background(), me)
			}()
		}
		wg.Wait()
		if w.count(qSignIns, me) != 1 || w.count(qSignPoints, me) != 5 {
			t.Fatalf("a day counts %d times and pays %d", w.count(qSignIns, me), w.count(qSignPoints, me))
		}
		w.clock.Advance(90 * time.Second) // past midnight in Shanghai, the same day in London
		a := p.want(200, "", "POST", "/api/me/sign-in", nil)
		if a.num("streak") != 2 || w.count(qSignIns, me) != 2 || w.count(qSignPoints, me) != 10 {
			t.Fatal(a.raw)
		}
		for day := 3; day <= 7; day++ {
			w.shanghai(1, 8, 0)
			a = p.want(200, "", "POST", "/api/me/sign-in", nil)
		}
		if a.num("streak") != 7 || w.count(qSignPoints, me) != 7*5+20 || a.num("next") != 5 {
			t.Fatalf("seven in a row: %s", a.raw)
		}
		w.shanghai(2, 8, 0) // a day is missed
		if a := p.want(200, "", "GET", "/api/me/sign-in", nil); a.num("streak") != 0 || a.num("best") != 7 || len(a.at("missed").([]any)) != 1 {
			t.Fatalf("after a missed day: %s", a.raw)
		}
		w.sound()
		w.write(qSpoilStreak)
		w.finds("days in a row are not those signed in on")
	})
}

// A missed day of the last week is made up, so often a month, and pays nothing.
func TestSignInMadeUp(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.signIns()
		p := w.learner("13900139920", nil)
		me := p.me()
		y, m, _ := w.clock.Now().In(clock.China).Date()
		w.on(time.Date(y, m+1, 10, 9, 0, 0, 0, clock.China))
		p.want(200, "", "POST", "/api/me/sign-in", nil)
		gap := clock.Day(w.clock.Now().AddDate(0, 0, 1))
		w.shanghai(2, 9, 0)
		p.want(200, "", "POST", "/api/me/sign-in", nil)
		today := clock.Day(w.clock.Now())
		up := func(status int, code string, day int64) answer {
			t.Helper()
			return p.want(status, code, "POST", "/api/me/sign-in/make-up", map[string]any{"day": day})
		}
		up(422, "sign_in_day", today)
		up(422, "sign_in_day", clock.Day(w.clock.Now().AddDate(0, 0, 1)))
		up(422, "sign_in_day", clock.Day(w.clock.Now().AddDate(0, 0, -8)))
		a := up(200, "", gap)
		if a.num("streak") != 3 || a.num("make_ups") != 1 || w.count(qSignPoints, me) != 10 {
			t.Fatal(a.raw)
		}
		up(200, "", gap) // a second tap
		if w.count(qSignIns, me) != 3 {
			t.Fatal("a day was made up twice")
		}
		up(200, "", clock.Day(w.clock.Now().AddDate(0, 0, -4)))
		up(409, "sign_in_no_make_up", clock.Day(w.clock.Now().AddDate(0, 0, -5)))
		w.sound()
	})
}

// A day before somebody registered is not made up, nor offered.
func TestSignInMadeUpSinceRegistered(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.signIns()
		w.shanghai(1, 0, 30) // in London it is the day before
		p := w.learner("13900139925", nil)
		yesterday := clock.Day(w.clock.Now().AddDate(0, 0, -1))
		if a := p.want(200, "", "POST", "/api/me/sign-in", nil); a.num("streak") != 1 || len(a.at("missed").([]any)) != 0 {
			t.Fatal(a.raw)
		}
		p.want(422, "sign_in_day", "POST", "/api/me/sign-in/make-up", map[string]any{"day": yesterday})
		registered := clock.Day(w.clock.Now())
		w.shanghai(2, 9, 0)
		if a := p.want(200, "", "GET", "/api/me/sign-in", nil); fmt.Sprint(a.at("missed")) != fmt.Sprintf("[%v]", float64(clock.Day(w.clock.Now().AddDate(0, 0, -1)))) {
			t.Fatal(a.raw)
		}
		q := w.learner("13900139926", nil) // registered today, signs in tomorrow: today may be made up
		w.shanghai(1, 9, 0)
		q.want(200, "", "POST", "/api/me/sign-in", nil)
		if a := q.want(200, "", "POST", "/api/me/sign-in/make-up", map[string]any{"day": clock.Day(w.clock.Now().AddDate(0, 0, -1))}); a.num("streak") != 2 {
			t.Fatal(a.raw)
		}
		q.want(422, "sign_in_day", "POST", "/api/me/sign-in/make-up", map[string]any{"day": registered})
		w.sound()
	})
}

// INV-33: what is stored of a row of days is what the days say, whatever was signed in on
// and made up in whatever order.
func TestINV33StreaksAreTheirDays(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.ok(w.app.Settings.Save(w.system(), &setting.SignIn{Points: 1, MakeUps: 7}, 0, nil))
		rng := rand.New(rand.NewPCG(33, 1))
		for one := range 3 {
			p := w.learner(fmt.Sprintf("1390013993%d", one), nil)
			me := p.me()
			days := map[int64]bool{}
			at := func(ago int) int64 { return (w.clock.Now().Unix()+8*3600)/86400 - int64(ago) }
			for range 60 {
				w.shanghai(1, rng.IntN(24), rng.IntN(60))
				if rng.IntN(3) > 0 {
					_, err := w.app.SignIn.SignIn(context.Background(), me)
					w.ok(err)
					days[at(0)] = true
				}
				if ago := 1 + rng.IntN(6); rng.IntN(5) == 0 && !days[at(ago)] {
					if _, err := w.app.SignIn.MakeUp(context.Background(), me, clock.Day(w.clock.Now().AddDate(0, 0, -ago))); err == nil {
						days[at(ago)] = true
					}
				}
			}
			var list []int64
			for d := range days {
				list = append(list, d)
			}
			slices.Sort(list)
			streak, best := int64(0), int64(0)
			for i, d := range list {
				if i > 0 && list[i-1] == d-1 {
					streak++
				} else {
					streak = 1
				}
				best = max(best, streak)
			}
			if w.count(qSignStreak, me) != streak || w.count(qSignBest, me) != best || w.count(qSignIns, me) != int64(len(list)) {
				t.Fatalf("stored %d in a row, %d at best; the days say %d, %d", w.count(qSignStreak, me), w.count(qSignBest, me), streak, best)
			}
		}
		w.sound()
	})
}

// Two accounts that become one were given points for one day twice: one of them goes back.
func TestSignInMerge(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.signIns()
		phone := "13900139940"
		web := w.learner(phone, nil)
		web.want(200, "", "POST", "/api/me/sign-in", nil)
		mini := w.person(map[string]string{"X-Client": "mp-weixin", "X-Os": "android"})
		in := mini.want(200, "", "POST", "/api/auth/mp", map[string]any{"code": w.app.Sandbox.LoginCode("阿签"), "consents": consents})
		mini.header["Authorization"] = "Bearer " + in.str("token")
		mini.want(200, "", "POST", "/api/me/sign-in", nil)
		w.shanghai(1, 9, 0)
		mini.want(200, "", "POST", "/api/me/sign-in", nil)
		mini.want(200, "", "POST", "/api/auth/mp/phone", map[string]any{"code": w.app.Sandbox.PhoneCode(phone)})
		me := web.me()
		a := web.want(200, "", "GET", "/api/me/sign-in", nil)
		if a.num("streak") != 2 || a.num("total") != 2 || w.count(qSignPoints, me) != 10 {
			t.Fatalf("%d points: %s", w.count(qSignPoints, me), a.raw)
		}
		w.sound()
	})
}
