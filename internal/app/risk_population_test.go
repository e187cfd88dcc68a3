package app_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"

	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/risk"
)

var (
	qPopSignal   = db.Q("risktest/signal", `INSERT INTO risk_signals (user_id, kind, hash, first_at, last_at) VALUES ($1, $2, $3, $4, $4)`)
	qPopProgress = db.Q("learningtest/progress", `INSERT INTO lesson_progress (user_id, lesson_id, course_id, covered_ms, started_at, studied_at) VALUES ($1, $2, $3, $4, $5, $5)`)
	qPopDay      = db.Q("learningtest/day", `INSERT INTO lesson_days (user_id, day, lesson_id, studied_ms) VALUES ($1, $2, $3, $4)`)
	qPopSession  = db.Q("learningtest/session", `INSERT INTO study_sessions (id, user_id, lesson_id, course_id, started_at, last_at, claimed_ms, credited_ms) VALUES ($1, $2, $3, $4, $5, $5, $6, $7)`)
	qPopReferral = db.Q("referraltest/referral", `INSERT INTO referrals (user_id, inviter_id, via, joined_at) VALUES ($1, $2, 'code', $3)`)
	qPopShare    = db.Q("sharetest/share", `INSERT INTO shares (id, code, user_id, kind, channel, depth, request, day, created_at) VALUES ($1, $2, $3, 'school', 'link', 1, 'population', 20260101, $4)`)
	qPopVisit    = db.Q("sharetest/visit", `INSERT INTO share_visits (id, share_id, visitor, user_id, first_at, last_at) VALUES ($1, $2, $3, $4, $5, $5)`)
	qPopOrder    = db.Q("commercetest/order", `INSERT INTO orders (id, no, user_id, idem_key, input_hash, status, platform, total_fen, paid_fen, refunded_fen, quote, terms_at, created_at, expires_at, paid_at)
		VALUES ($1, $2, $3, $2, '', $4, 'h5', 9900, 9900, $5, '{}', $6, $6, $6, $6)`)
)

// member is somebody of the population, with what is true of them.
type member struct {
	id    int64
	group string
	cheat bool
	ring  string // the plot they belong to
	boss  bool   // who takes its rewards
}

// population makes honest people and planted plots out of one seed.
type population struct {
	*world
	ctx     context.Context
	tx      *db.Tx
	rng     *rand.Rand
	now     int64
	next    int64
	lesson  int64
	members []member
}

// one is somebody who registered so many hours ago, on a device and in a network.
func (p *population) one(m member, hours int64, device, block string, phone bool) int64 {
	p.next++
	m.id = 8_000_000 + p.next
	var hash any
	if phone {
		hash = fmt.Sprint("population", m.id)
	}
	at := p.now - hours*3600_000 - p.rng.Int64N(3000_000)
	p.exec(qTestUser, m.id, fmt.Sprint("某人", m.id), hash, at)
	if device == "" {
		device = fmt.Sprint("own", m.id)
	}
	p.exec(qPopSignal, m.id, "device", device, at)
	if block != "" {
		p.exec(qPopSignal, m.id, "block", block, at)
	}
	p.members = append(p.members, m)
	return m.id
}

func (p *population) exec(q *db.Stmt, args ...any) {
	_, err := p.tx.Exec(p.ctx, q, args...)
	p.ok(err)
}

// studied gives somebody minutes of study on so many days, at most perDay on one.
func (p *population) studied(id, days, perDay int64) {
	p.exec(qPopProgress, id, p.lesson, p.free, 60_000, p.now)
	for d := range days {
		day := clock.Day(p.clock.Now().AddDate(0, 0, -int(d)))
		p.exec(qPopDay, id, day, p.lesson, (1+p.rng.Int64N(perDay))*60_000)
	}
}

func (p *population) invites(boss, friend, hours int64) {
	p.exec(qPopReferral, friend, boss, p.now-hours*3600_000)
}

func (p *population) buys(id int64, paid, refunded int) {
	for n := range paid {
		status, back := "paid", int64(0)
		if n < refunded {
			status, back = "refunded", 9900
		}
		p.next++
		p.exec(qPopOrder, 8_000_000+p.next, fmt.Sprintf("P%019d", p.next), id, status, back, p.now)
	}
}

// circle has everybody open the share of the next one, and of the one after.
func (p *population) circle(ids []int64) {
	shares := make([]int64, len(ids))
	for i, id := range ids {
		p.next++
		shares[i] = 8_000_000 + p.next
		p.exec(qPopShare, shares[i], fmt.Sprintf("P%09d", p.next), id, p.now)
	}
	for i, id := range ids {
		for step := 1; step <= 2; step++ {
			p.next++
			p.exec(qPopVisit, 8_000_000+p.next, shares[(i+step)%len(ids)], fmt.Sprint("v", id), id, p.now)
		}
	}
}

func (p *population) chance(percent int) bool { return p.rng.IntN(100) < percent }

func (p *population) honest() {
	var dorm []int64
	for i := range 200 { // a dormitory behind one address, most of whom came on two days
		device := ""
		if i < 12 {
			device = fmt.Sprint("dormitory PC ", i/4)
		}
		hours := 24 + p.rng.Int64N(48)
		if p.chance(30) {
			hours = p.rng.Int64N(300)
		}
		id := p.one(member{group: "dormitory"}, hours, device, "dormitory", p.chance(96))
		if p.chance(55) {
			p.studied(id, 1+p.rng.Int64N(5), 90)
		}
		if dorm = append(dorm, id); i > 0 && i <= 25 {
			p.invites(dorm[0], id, hours)
		}
	}
	rep := dorm[20:30] // friends there open each other's shares
	p.circle(rep)
	teacher := p.one(member{group: "class"}, 2000, "", "school", true)
	p.studied(teacher, 3, 60)
	for i := range 40 { // a class in its computer room
		id := p.one(member{group: "class"}, 3, fmt.Sprint("lab ", i/5), "school", p.chance(95))
		p.invites(teacher, id, 3)
		if p.chance(90) {
			p.studied(id, 1, 40)
		}
	}
	for i := range 60 { // families with a tablet
		device, block := fmt.Sprint("tablet ", i), fmt.Sprint("home ", i)
		parent := p.one(member{group: "family"}, p.rng.Int64N(3000), device, block, true)
		if p.chance(70) {
			p.studied(parent, 3, 60)
		}
		for range 1 + p.rng.IntN(2) {
			child := p.one(member{group: "family"}, p.rng.Int64N(400), device, block, p.chance(80))
			if p.chance(80) {
				p.studied(child, 5, 60)
			}
			if p.chance(50) {
				p.invites(parent, child, 10)
			}
		}
	}
	for i := range 600 {
		id := p.one(member{group: "ordinary"}, p.rng.Int64N(5000), "", fmt.Sprint("block ", p.rng.IntN(200)), p.chance(90))
		if p.chance(70) {
			p.studied(id, 1+p.rng.Int64N(20), 120)
		}
		if i%3 == 0 {
			p.buys(id, 1+p.rng.IntN(4), p.rng.IntN(2))
		}
	}
	for range 10 { // who bring many
		boss := p.one(member{group: "inviter"}, 3000, "", "", true)
		p.studied(boss, 20, 60)
		for range 30 {
			id := p.one(member{group: "invited"}, p.rng.Int64N(700), "", fmt.Sprint("block ", p.rng.IntN(200)), p.chance(95))
			p.invites(boss, id, 30)
			if p.chance(60) {
				p.studied(id, 3, 60)
			}
		}
	}
	for range 20 { // before an examination
		id := p.one(member{group: "crammer"}, 500, "", "", true)
		p.studied(id, 6, 840)
	}
	for range 10 { // whom nothing pleased
		id := p.one(member{group: "unlucky"}, 900, "", "", true)
		p.studied(id, 4, 60)
		p.buys(id, 3, 2)
	}
}

func (p *population) plots() {
	for i := range 8 { // one telephone, many accounts
		ring, device := fmt.Sprint("farm ", i), fmt.Sprint("farm ", i)
		boss := p.one(member{group: "device farm", cheat: true, ring: ring, boss: true}, 300, device, device, true)
		for range 14 {
			p.invites(boss, p.one(member{group: "device farm", cheat: true, ring: ring}, p.rng.Int64N(40), device, device, p.chance(70)), 5)
		}
	}
	for i := range 4 { // bought throw-away accounts, each on a device of its own
		ring := fmt.Sprint("star ", i)
		boss := p.one(member{group: "star", cheat: true, ring: ring, boss: true}, 400, "", "", true)
		for n := range 40 {
			id := p.one(member{group: "star", cheat: true, ring: ring}, p.rng.Int64N(20), "", fmt.Sprint(ring, n%2), p.chance(80))
			p.invites(boss, id, 5)
		}
	}
	for i := range 6 { // inviting oneself on and on
		ring, device := fmt.Sprint("chain ", i), fmt.Sprint("chain ", i)
		last := int64(0)
		for n := range 8 {
			id := p.one(member{group: "chain", cheat: true, ring: ring, boss: n == 0}, 200-int64(n)*20, device, device, true)
			if last > 0 {
				p.invites(last, id, 100)
			}
			last = id
		}
	}
	for i := range 8 { // helping each other round and round
		ring := fmt.Sprint("ring ", i)
		var ids []int64
		for n := range 5 {
			ids = append(ids, p.one(member{group: "ring", cheat: true, ring: ring, boss: n == 0}, p.rng.Int64N(20), "", ring, p.chance(60)))
		}
		p.circle(ids)
	}
	for i := range 4 { // the same with patience: old accounts, apart, some study
		ring := fmt.Sprint("patient ", i)
		var ids []int64
		for n := range 5 {
			id := p.one(member{group: "patient ring", cheat: true, ring: ring, boss: n == 0}, 500+p.rng.Int64N(100), "", "", true)
			p.studied(id, 2, 20)
			ids = append(ids, id)
		}
		p.circle(ids)
	}
	for i := range 6 { // buying for the reward and giving back
		ring := fmt.Sprint("refunds ", i)
		boss := p.one(member{group: "refund farm", cheat: true, ring: ring, boss: true}, 900, "", "", true)
		for range 10 {
			id := p.one(member{group: "refund farm", cheat: true, ring: ring}, 200, "", "", true)
			p.invites(boss, id, 100)
			p.buys(id, 3, 3)
		}
	}
	for i := range 15 { // programs that report study
		id := p.one(member{group: "study bot", cheat: true, ring: fmt.Sprint("bot ", i), boss: true}, 300, "", "", true)
		p.exec(qPopProgress, id, p.lesson, p.free, 60_000, p.now)
		if i < 10 {
			p.exec(qPopDay, id, clock.Day(p.clock.Now()), p.lesson, (1100+p.rng.Int64N(300))*60_000)
		}
		p.exec(qPopSession, id, id, p.lesson, p.free, p.now, 60*60_000*20, 60*60_000)
	}
}

// The engine judges a generated population with planted plots, on a real database and by the
// rules that an installation begins with. docs/trust.md publishes what this prints.
func TestRiskPopulation(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := &population{world: w, rng: rand.New(rand.NewPCG(20261122, 34)), now: w.clock.Now().UnixMilli(), lesson: w.firstOf(w.free)}
		w.ok(w.app.DB.Tx(w.system(), func(ctx context.Context, tx *db.Tx) error {
			p.ctx, p.tx = ctx, tx
			p.honest()
			p.plots()
			return nil
		}))
		did := map[string]map[string]int{}
		var right, wrong, missed, honest int
		stopped, bosses := 0, 0
		for _, i := range p.rng.Perm(len(p.members)) {
			m := p.members[i]
			var v risk.Verdict
			w.ok(w.app.DB.Tx(w.system(), func(ctx context.Context, tx *db.Tx) (err error) {
				v, err = w.app.Risk.Judge(ctx, tx, m.id, "population")
				return err
			}))
			if did[m.group] == nil {
				did[m.group] = map[string]int{}
			}
			did[m.group][v.Action]++
			caught := v.Action == risk.Review || v.Action == risk.Block
			switch {
			case caught && m.cheat:
				right++
			case caught:
				wrong++
			case m.cheat:
				missed++
			}
			if !m.cheat {
				honest++
			}
			if m.boss {
				bosses++
				if caught {
					stopped++
				}
			}
			if caught && len(v.Reasons) == 0 {
				t.Fatalf("%s was caught without a reason", m.group)
			}
		}
		precision, recall := float64(right)/float64(right+wrong), float64(right)/float64(right+missed)
		t.Logf("%d honest, %d of plots; caught %d rightly, %d wrongly, missed %d: precision %.3f, recall %.3f; %d of %d who take a plot's rewards are stopped",
			honest, right+missed, right, wrong, missed, precision, recall, stopped, bosses)
		for _, group := range []string{"dormitory", "class", "family", "ordinary", "inviter", "invited", "crammer", "unlucky", "device farm", "star", "chain", "ring", "patient ring", "refund farm", "study bot"} {
			g := did[group]
			t.Logf("%-13s allow %3d  check %3d  delay %3d  review %3d  block %3d", group, g["allow"], g["check"], g["delay"], g["review"], g["block"])
		}
		if d := did["dormitory"]; d["block"]+d["review"] > 0 {
			t.Errorf("people of one dormitory are stopped: %v", d)
		}
		for _, group := range []string{"class", "family", "ordinary", "inviter", "invited", "crammer", "unlucky"} {
			if did[group]["block"] > 0 {
				t.Errorf("honest people (%s) are blocked: %v", group, did[group])
			}
		}
		if precision < 0.95 || recall < 0.90 || stopped*100 < bosses*80 {
			t.Errorf("precision %.3f, recall %.3f, %d of %d stopped", precision, recall, stopped, bosses)
		}
	})
}
