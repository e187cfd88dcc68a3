package app_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"zhizhou/internal/card"
	"zhizhou/internal/challenge"
	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/growth"
	"zhizhou/internal/share"
	"zhizhou/internal/stat"
	"zhizhou/internal/testkit"
)

// qTruthStudy is what learning writes of a day on which somebody studied; its own way asks
// the server's clock for each second of it, which here stands still between acts.
var qTruthStudy = db.Q("test/truth_study", `INSERT INTO lesson_days (user_id, day, lesson_id, studied_ms) VALUES ($1, $2, $3, $4)
	ON CONFLICT (user_id, day, lesson_id) DO UPDATE SET studied_ms = lesson_days.studied_ms + $4`)

// truth is what is planted in a school: who does what is drawn by it, and nothing else.
type truth struct {
	seed   uint64
	people int
	begins int // days over which people come
	days   int // that the school is watched, the first one included

	card  float64 // chance to finish the first lesson, which makes a card
	join  float64 // chance to join a challenge on the first day
	share float64 // chance to share within a week, without a card
	x     float64 // planted: so much more with one
	stay  float64 // chance to study from the seventh to the thirteenth day after, without a challenge
	y     float64 // planted: so much more in one
	bring float64 // chance that somebody registers by a share
	z     float64 // planted: so many more registrations a person when the second variant is shown

	keen      float64 // part of the people who are keen: they
	keenJoin  float64 // join more
	keenStay  float64 // and stay more, challenge or none
	noChoices bool    // no experiment runs
}

// lift is how much likelier the second variant's shares bring somebody, so that its people
// bring z more each.
func (p truth) lift() float64 { return p.z / (p.share + p.x) }

// soul is what chance decides of a person before they come: the same for a seed.
type soul struct {
	first              int // day
	card, join         bool
	share, stay, bring float64
	wait               int // days until they share
	back               int // day after the first on which they study again
	keen               bool
}

func (p truth) souls() []soul {
	r := rand.New(rand.NewPCG(p.seed, 20261122)) //nolint:gosec // the same draws for a seed
	out := make([]soul, p.people)
	for i := range out {
		s := soul{first: r.IntN(p.begins), keen: r.Float64() < p.keen}
		join := p.join
		if s.keen {
			join += p.keenJoin
		}
		s.card, s.join = r.Float64() < p.card, r.Float64() < join
		s.share, s.stay, s.bring = r.Float64(), r.Float64(), r.Float64()
		s.wait, s.back = r.IntN(6), 7+r.IntN(7)
		out[i] = s
	}
	return out
}

// found is what the figures of growth and the experiment say of a school.
type found struct {
	card, challenge growth.Compared
	lift            stat.Lift
	arms            []growth.TrialArm
	winner          int // arm for which the weekly look ended it; -1: it did not
}

// act is something that somebody does on a day.
type act func(ctx context.Context) error

// school is a world in which people come and go as planned.
type school struct {
	*world
	mu     sync.Mutex
	agenda map[int][]act
	number int // of the terms so far: names of browsers and requests are never used twice
	lesson int64
}

func (s *school) plan(day int, a act) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.agenda[day] = append(s.agenda[day], a)
}

// hands is how many people act at once: the engines take their writes together.
const hands = 24

// live lets a day's people act, also with what they come to do on that day.
func (s *school) live(day int) {
	s.mu.Lock()
	list := s.agenda[day]
	delete(s.agenda, day)
	s.mu.Unlock()
	if len(list) == 0 {
		return
	}
	next := make(chan act)
	var wg sync.WaitGroup
	var once sync.Once
	var broken error
	for range hands {
		wg.Go(func() {
			for a := range next {
				if err := a(s.system()); err != nil {
					once.Do(func() { broken = err })
				}
			}
		})
	}
	for _, a := range list {
		next <- a
	}
	close(next)
	wg.Wait()
	s.ok(broken)
	s.live(day)
}

func (s *school) studies(ctx context.Context, userID int64, finishes bool) error {
	day := clock.Day(s.clock.Now())
	return s.app.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if _, err := tx.Exec(ctx, qTruthStudy, userID, day, s.lesson, 600_000); err != nil || !finishes {
			return err
		}
		return s.app.Learning.Finish(ctx, tx, userID, s.free, s.lesson)
	})
}

// run plays a term by a plan and asks what the figures say of it.
func (s *school) run(p truth) found {
	s.t.Helper()
	s.number++
	s.shanghai(1, 12, 0)
	f := found{winner: -1}
	begin := s.clock.Now().In(clock.China)
	begin = time.Date(begin.Year(), begin.Month(), begin.Day(), 0, 0, 0, 0, clock.China)
	period := growth.Period{From: begin.UnixMilli(), Until: begin.AddDate(0, 0, p.days).UnixMilli()}

	experiment := int64(0)
	if !p.noChoices {
		vs := []card.Variant{{Label: "现在的", Words: "我学完了一课", Weight: 1}, {Label: "新的", Words: "这周我学完了一课，你也来？", Weight: 1}}
		experiment = must(s.app.Card.SaveExperiment(s.system(), card.Experiment{Name: fmt.Sprintf("第 %d 学期", s.number), AutoWinner: true}, vs))(s.t)
		s.ok(s.app.Card.StartExperiment(s.system(), experiment))
	}
	souls := p.souls()
	var classes []int64
	for i, joiners := range souls {
		if joiners.join && i%80 == 0 || len(classes) == 0 {
			classes = append(classes, s.class(weekly(28), func(c *challenge.Class) { c.Mode, c.Starts, c.Capacity = challenge.Rolling, 0, 5000 }))
		}
	}
	for i, one := range souls {
		s.plan(one.first, func(ctx context.Context) error { return s.comes(ctx, p, i, one, classes[i%len(classes)]) })
	}
	for day := range p.days {
		s.live(day)
		s.shanghai(1, 12, 0)
		s.ok(s.app.Card.LookAt(s.system()))
	}
	g := growth.New(s.app.DB, s.clock)
	byCard, byChallenge := p.counts()
	for _, c := range growth.Comparisons {
		v := must(g.Compare(s.system(), c, period))(s.t)
		switch c.Key {
		case "card_lift":
			f.card = v
		case "challenge_lift":
			f.challenge = v
		}
	}
	if f.card != byCard || f.challenge != byChallenge {
		s.t.Errorf("counted %+v and %+v, but %+v and %+v lived", f.card, f.challenge, byCard, byChallenge)
	}
	if p.noChoices {
		return f
	}
	for _, t := range must(g.Trials(s.system(), period))(s.t) {
		if t.ExperimentID != experiment {
			continue
		}
		f.lift, f.arms = t.Lift(1), t.Arms
		for i, a := range t.Arms {
			if a.Wins {
				f.winner = i
			}
		}
		if t.Status == "running" {
			s.ok(s.app.Card.StopExperiment(s.system(), experiment))
		}
	}
	return f
}

// comes is the first day of somebody, from which the others follow.
func (s *school) comes(ctx context.Context, p truth, i int, one soul, classID int64) error {
	userID, err := s.app.Account.Invent(ctx, "学员")
	if err != nil {
		return err
	}
	if err := s.studies(ctx, userID, one.card); err != nil {
		return err
	}
	stay, shares := p.stay, p.share
	if one.keen {
		stay += p.keenStay
	}
	if one.join {
		stay += p.y
		if err := s.app.Challenge.Join(ctx, userID, classID, challenge.Joining{}); err != nil {
			return err
		}
	}
	if one.stay < stay {
		s.plan(one.first+one.back, func(ctx context.Context) error { return s.studies(ctx, userID, false) })
	}
	what, variant := share.Act{UserID: userID, Kind: share.School, Channel: "link", Request: "truth-share"}, card.Variant{}
	if one.card {
		shares += p.x
		cards, err := s.app.Card.Mine(ctx, userID, 0, 1)
		if err != nil || len(cards) == 0 {
			return fmt.Errorf("a finished lesson made no card: %w", err)
		}
		if variant, err = s.app.Card.Shown(ctx, cards[0]); err != nil {
			return err
		}
		what.Kind, what.TargetID, what.VariantID = share.Card, cards[0].ID, variant.ID
	}
	if one.share >= shares {
		return nil
	}
	brings := p.bring
	if variant.Nth == 1 {
		brings += p.lift()
	}
	s.plan(one.first+one.wait, func(ctx context.Context) error {
		made, _, err := s.app.Share.Make(ctx, what)
		if err != nil {
			return err
		}
		browser := fmt.Sprintf("truth-browser-%d-%d", s.number, i)
		if _, _, err := s.app.Share.Land(ctx, share.Landing{Code: made.Code, Visitor: browser, Platform: "h5", Address: "203.0.113.7"}); err != nil || one.bring >= brings {
			return err
		}
		friend, err := s.app.Account.Invent(ctx, "朋友")
		if err != nil {
			return err
		}
		return s.app.Share.Come(ctx, friend, browser)
	})
	return nil
}

// held is whether a planted difference lies in an interval.
func held(planted, low, high float64) bool { return low <= planted && planted <= high }

// counts are what the comparisons must count of the souls, to the last one.
func (p truth) counts() (byCard, byChallenge growth.Compared) {
	for _, s := range p.souls() {
		shares, stay := p.share, p.stay
		if s.card {
			shares += p.x
		}
		if s.join {
			stay += p.y
		}
		if s.keen {
			stay += p.keenStay
		}
		tell(&byCard, s.card, s.share < shares)
		tell(&byChallenge, s.join, s.stay < stay)
	}
	return byCard, byChallenge
}

func tell(c *growth.Compared, with, did bool) {
	bottom, top := &c.BaseBottom, &c.BaseTop
	if with {
		bottom, top = &c.Bottom, &c.Top
	}
	*bottom++
	if did {
		*top++
	}
}

// tally counts how often intervals missed what was planted.
type tally struct{ of, missed int64 }

func (c *tally) add(ok bool) {
	c.of++
	if !ok {
		c.missed++
	}
}

// fair reports whether so many misses are what intervals of 95 % may have by chance.
func (c tally) fair() bool { return stat.Tail(c.of, c.missed, .05) >= .01 }

// planted is a school in which a card, a challenge and a variant do something; blank is one
// in which nothing does.
func planted(seed uint64, people int) truth {
	return truth{seed: seed, people: people, begins: 42, days: 56, card: .5, join: .3, share: .15, x: .10, stay: .30, y: .08, bring: .30, z: .05}
}

func blank(seed uint64, people int) truth {
	return truth{seed: seed, people: people, begins: 7, days: 21, card: .6, join: .4, share: .30, stay: .30, bring: .35}
}

// chosen is one in which the keen join, and a challenge does nothing.
func chosen(seed uint64, people int) truth {
	return truth{seed: seed, people: people, begins: 42, days: 56, card: .5, join: .10, keen: .4, keenJoin: .40, share: .15, stay: .20, keenStay: .35, noChoices: true}
}

// rows prints a table of what was planted and what was found.
type rows struct{ say func(line string) }

func (r rows) row(what string, planted, mean, low, high float64, ok bool) {
	word := "held"
	if !ok {
		word = "MISSED"
	}
	r.say(fmt.Sprintf("%-44s %+9.4f %+9.4f   %+.4f to %+.4f   %s", what, planted, mean, low, high, word))
}

func (r rows) head(title string) {
	r.say("")
	r.say(title)
	r.say(fmt.Sprintf("%-44s %9s %9s   %s", "", "planted", "found", "95 % interval"))
}

// compare adds what a school says to the tallies and, if r says anything, to the table.
func (f found) compare(p truth, r rows, x, y, z *tally) {
	a, b := f.card.Difference(), f.challenge.Difference()
	x.add(held(p.x, a.Low, a.High))
	y.add(held(p.y, b.Low, b.High))
	if !p.noChoices {
		z.add(held(p.z, f.lift.Low, f.lift.High))
	}
	if r.say == nil {
		return
	}
	r.row(fmt.Sprintf("x: a card, sharing (%d and %d people)", f.card.Bottom, f.card.BaseBottom), p.x, a.Mean, a.Low, a.High, held(p.x, a.Low, a.High))
	r.row(fmt.Sprintf("y: a challenge, 7-day retention (%d and %d)", f.challenge.Bottom, f.challenge.BaseBottom), p.y, b.Mean, b.Low, b.High, held(p.y, b.Low, b.High))
	if !p.noChoices {
		r.row(fmt.Sprintf("z: a variant, registrations (%d and %d)", f.arms[1].People, f.arms[0].People), p.z, f.lift.Mean, f.lift.Low, f.lift.High, held(p.z, f.lift.Low, f.lift.High))
	}
}

// open makes a school on an engine.
func open(t *testing.T, e db.Engine) *school {
	t.Helper()
	w := newWorld(t, e)
	return &school{world: w, agenda: map[int][]act{}, lesson: w.firstOf(w.free)}
}

// The figures of growth and the experiments find what was planted in a simulated school,
// within the intervals that they state, and nothing where nothing was. `make truth` runs
// the whole of it; here is enough to notice that a figure counts something else.
func TestTruth(t *testing.T) {
	t.Parallel()
	for _, e := range testkit.Engines(t) {
		t.Run(e.String(), func(t *testing.T) {
			t.Parallel()
			s := open(t, e)
			var x, y, z tally
			p := truth{seed: 1, people: 700, begins: 7, days: 21, card: .5, join: .5, share: .15, x: .25, stay: .30, y: .25, bring: .3, z: .10}
			f := s.run(p)
			f.compare(p, rows{func(line string) { t.Log(line) }}, &x, &y, &z)
			// The draws are those of the seed; which variant somebody is shown is not.
			if x.missed+y.missed > 0 || stat.LiftOf(f.arms[0].Arm, f.arms[1].Arm, 1) != f.lift {
				t.Error("what was planted was not found")
			}
			if f.card.Difference().Low <= 0 || f.challenge.Difference().Low <= 0 {
				t.Error("what was planted was taken for chance")
			}
			if f.arms[0].People+f.arms[1].People != f.card.Bottom || f.arms[1].Sharers == 0 || f.arms[1].Sum == 0 {
				t.Errorf("of %d with a card %d and %d were shown a variant", f.card.Bottom, f.arms[0].People, f.arms[1].People)
			}
			x, y, z = tally{}, tally{}, tally{}
			for seed := range uint64(3) {
				p := blank(seed+20, 200)
				f := s.run(p)
				f.compare(p, rows{}, &x, &y, &z)
			}
			if !(tally{x.of + y.of + z.of, x.missed + y.missed + z.missed}).fair() {
				t.Errorf("an effect was found where there is none: %v %v %v", x, y, z)
			}
			s.sound()
		})
	}
}
