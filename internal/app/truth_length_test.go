//go:build truth

package app_test

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"zhizhou/internal/stat"
	"zhizhou/internal/testkit"
)

// number reads a positive number from the environment.
func number(name string, or int) int {
	n, err := strconv.Atoi(os.Getenv(name))
	if err != nil || n <= 0 {
		return or
	}
	return n
}

// The whole truth test: `make truth`. docs/truth-test.md holds what it printed.
func TestTruthAtLength(t *testing.T) {
	people, seed := number("TRUTH_LEARNERS", 100_000), uint64(number("TRUTH_SEED", 1)) //nolint:gosec // positive
	schools, nulls := number("TRUTH_SCHOOLS", 20), number("TRUTH_NULLS", 400)
	out := rows{func(line string) { fmt.Println(line) }}
	for _, e := range testkit.Engines(t) {
		if only := os.Getenv("TRUTH_ENGINE"); only != "" && !strings.EqualFold(only, e.String()) {
			continue
		}
		t.Run(e.String(), func(t *testing.T) {
			t.Run("one", func(t *testing.T) {
				began := time.Now()
				p := planted(seed, people)
				var x, y, z tally
				f := open(t, e).run(p)
				out.head(fmt.Sprintf("%s: one school of %d learners over 8 weeks, seed %d (%.0f s)", e, people, seed, time.Since(began).Seconds()))
				f.compare(p, out, &x, &y, &z)
				if x.missed+y.missed+z.missed > 0 || f.winner != 1 {
					t.Errorf("missed: x %d, y %d, z %d; the weekly look ended it for %d", x.missed, y.missed, z.missed, f.winner)
				}
			})
			t.Run("schools", func(t *testing.T) {
				s, began := open(t, e), time.Now()
				var x, y, z tally
				won, wrong := 0, 0
				for n := range uint64(schools) { //nolint:gosec // positive
					p := planted(seed*1000+n, 3000)
					f := s.run(p)
					f.compare(p, rows{}, &x, &y, &z)
					switch f.winner {
					case 1:
						won++
					case 0:
						wrong++
					}
				}
				out.say(fmt.Sprintf("\n%s: %d schools of 3000 with the same planted (%.0f s)", e, schools, time.Since(began).Seconds()))
				out.say(fmt.Sprintf("intervals that missed: x %d, y %d, z %d of %d each; experiments ended for the better variant %d, for the worse %d", x.missed, y.missed, z.missed, schools, won, wrong))
				if !x.fair() || !y.fair() || !z.fair() || !(tally{z.of, int64(wrong)}).fair() {
					t.Error("intervals of 95 % miss more often than they may")
				}
			})
			t.Run("nothing", func(t *testing.T) {
				s, began := open(t, e), time.Now()
				var x, y, z tally
				called := tally{}
				for n := range uint64(nulls) { //nolint:gosec // positive
					p := blank(seed*10_000+n, 500)
					f := s.run(p)
					f.compare(p, rows{}, &x, &y, &z)
					called.add(f.winner < 0)
				}
				out.say(fmt.Sprintf("\n%s: %d schools of 500 in which nothing was planted (%.0f s)", e, nulls, time.Since(began).Seconds()))
				// What a database counts of a seed is what its souls did, to the last one (run sees
				// to it): how often chance is taken for an effect is drawn far more often alone.
				var farX, farY tally
				for n := range uint64(20_000) {
					a, b := blank(seed*1_000_000+n, 500).counts()
					x, y := a.Difference(), b.Difference()
					farX.add(held(0, x.Low, x.High))
					farY.add(held(0, y.Low, y.High))
				}
				for _, c := range []struct {
					what string
					tally
				}{{"a card is said to do something", x}, {"a challenge is", y}, {"the interval of a variant leaves 0", z}, {"the weekly look ends the experiment", called}, {"drawn without a database: a card", farX}, {"drawn without a database: a challenge", farY}} {
					low, high := stat.Wilson(c.missed, c.of)
					out.say(fmt.Sprintf("%-44s %4d of %d: %.1f %% (%.1f to %.1f)", c.what, c.missed, c.of, 100*float64(c.missed)/float64(c.of), 100*low, 100*high))
					if !c.fair() {
						t.Errorf("%s too often", c.what)
					}
				}
			})
			t.Run("chosen", func(t *testing.T) {
				p := chosen(seed, 10_000)
				f := open(t, e).run(p)
				b := f.challenge.Difference()
				out.head(fmt.Sprintf("%s: 10000 learners of whom the keen join, in a challenge that does nothing", e))
				out.say(fmt.Sprintf("%-44s %+9.4f %+9.4f   %+.4f to %+.4f   an association, as said", "a challenge, 7-day retention", 0.0, b.Mean, b.Low, b.High))
				if b.Low <= 0 {
					t.Error("the keen do not show: the simulation does not confound")
				}
			})
		})
	}
}
