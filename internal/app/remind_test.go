package app_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"zhizhou/internal/clock"
	"zhizhou/internal/db"
)

var qMateTold = db.Q("test/mate_told", `SELECT COUNT(*) FROM notices WHERE user_id = $1 AND kind = 'mate'`)

// A mate who has not checked in today is reminded once a day by each, three times at most,
// not by night, and not when they do not want to hear it.
func TestMatesRemindEachOther(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		y, m, d := w.clock.Now().In(clock.China).Date()
		w.on(time.Date(y, m, d+1, 10, 0, 0, 0, clock.China))
		class := w.class(weekly(7), nil)
		people := make([]*person, 6)
		for i := range people {
			people[i] = w.learner(fmt.Sprintf("1390016000%d", i), nil)
			people[i].joins(class)
		}
		w.ok(w.app.Challenge.Sweep(w.system()))
		mates := people[0].challenge(class).at("squad", "mates").([]any)
		if len(mates) != 6 {
			t.Fatalf("squad of %d", len(mates))
		}
		member := func(p *person) int64 {
			for i, x := range p.challenge(class).at("squad", "mates").([]any) {
				if x.(map[string]any)["me"] == true {
					return p.challenge(class).item(i, "squad", "mates").num("id")
				}
			}
			t.Fatal("not in a squad")
			return 0
		}
		target := people[5]
		path := fmt.Sprintf("/api/classes/%d/mates/%d/reminder", class, member(target))
		target.want(404, "mate_gone", "POST", path, nil) // oneself
		w.learner("13900160009", nil).want(404, "class_outside", "POST", path, nil)
		var wg sync.WaitGroup
		for range 5 {
			wg.Go(func() { people[0].want(204, "", "POST", path, nil) })
		}
		wg.Wait()
		if w.count(qMateTold, target.me()) != 1 {
			t.Fatal("told more than once by one")
		}
		people[1].want(204, "", "POST", path, nil)
		people[2].want(204, "", "POST", path, nil)
		people[3].want(409, "mate_reminded", "POST", path, nil)
		people[0].want(204, "", "POST", path, nil) // a second tap
		if w.count(qMateTold, target.me()) != 3 {
			t.Fatal("not three: ", w.count(qMateTold, target.me()))
		}

		// Who checked in is not reminded, nor anybody by night; who muted it hears nothing.
		people[4].checksIn(200, "", class, 0, "今天也写了一封")
		done := fmt.Sprintf("/api/classes/%d/mates/%d/reminder", class, member(people[4]))
		people[0].want(409, "mate_done", "POST", done, nil)
		third := people[3]
		third.want(200, "", "PUT", "/api/me/notices/kinds/mate", map[string]any{"on": false})
		other := fmt.Sprintf("/api/classes/%d/mates/%d/reminder", class, member(third))
		people[0].want(204, "", "POST", other, nil)
		if w.count(qMateTold, third.me()) != 0 {
			t.Fatal("told what they do not want to hear")
		}
		w.on(time.Date(y, m, d+1, 21, 0, 0, 0, clock.China))
		people[1].want(409, "mate_quiet", "POST", other, nil)
		w.on(time.Date(y, m, d+2, 9, 0, 0, 0, clock.China))
		people[0].want(204, "", "POST", path, nil) // another day
		if w.count(qMateTold, target.me()) != 4 {
			t.Fatal("not reminded on another day")
		}
		w.sound()
	})
}
