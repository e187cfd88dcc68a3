package account

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"time"

	"zhizhou/internal/clock"
	"zhizhou/internal/db"
)

// Guessing a password is made slow where the guesses come from. Nobody can lock a
// member of staff out from elsewhere: what counts is failures of an account at one
// address, and of one address at all accounts. After the free ones each failure
// doubles the wait; signing in forgets those of the account at that address.
const (
	guessWindow = 24 * time.Hour // failures of an account at an address
	spreeWindow = time.Hour      // failures of an address
	guessFree   = 5
	spreeFree   = 30
	guessWait   = 30 * time.Second
	guessMost   = 15 * time.Minute
)

var (
	qLimitPause = db.Q("account/limit_pause", `INSERT INTO rate_limits (subject, window_at, hits) VALUES ($1, 0, $2)
		ON CONFLICT (subject, window_at) DO UPDATE SET hits = CASE WHEN rate_limits.hits > $2 THEN rate_limits.hits ELSE $2 END`)
	qLimitClear = db.Q("account/limit_clear", `DELETE FROM rate_limits WHERE subject = $1`)
	qLimitBack  = db.Q("account/limit_back", `UPDATE rate_limits SET hits = hits - 1 WHERE subject = $1 AND window_at = $2 AND hits > 0`)
)

// guesses is one counter of failures.
type guesses struct {
	subject string // hashed
	window  time.Duration
	free    int64
}

// wait is how long to pause after the nth failure.
func (g guesses) wait(n int64) time.Duration {
	if n < g.free {
		return 0
	}
	return min(guessMost, guessWait<<min(n-g.free, 10))
}

func (g guesses) windowAt(now int64) int64 { return now - now%g.window.Milliseconds() }

// attempt is a try that counts as a failure until it is known to be none: else a
// burst of tries at once would all be free.
type attempt struct {
	s           *Service
	at          int64
	pair, spree guesses
}

// tryPassword admits an attempt at an account from an address. Both are hashed,
// and the answer does not depend on whether the account exists. Returns
// ErrLoginOften.
func (s *Service) tryPassword(ctx context.Context, accountName, address string) (*attempt, error) {
	from := network(address)
	a := &attempt{
		s: s, at: clock.MS(s.Clock),
		pair:  guesses{s.Box.Hash("limit", "guess:"+accountName+"|"+from), guessWindow, guessFree},
		spree: guesses{s.Box.Hash("limit", "spree:"+from), spreeWindow, spreeFree},
	}
	err := s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		for _, g := range []guesses{a.pair, a.spree} {
			var hits, until int64
			if err := tx.Get(ctx, qLimitHit, &hits, g.subject, g.windowAt(a.at)); err != nil {
				return err
			}
			// The row above is locked now: tries at once see each other's pause.
			if err := tx.Get(ctx, qLimitGapAt, &until, g.subject); err != nil && !errors.Is(err, db.ErrNone) {
				return err
			}
			if until > a.at {
				return tooOften(until - a.at) // and this try is not counted
			}
			if wait := g.wait(hits); wait > 0 {
				if _, err := tx.Exec(ctx, qLimitPause, g.subject, a.at+wait.Milliseconds()); err != nil {
					return err
				}
			}
		}
		return nil
	})
	return a, err
}

func tooOften(ms int64) error {
	seconds := int(ms/1000) + 1
	words := fmt.Sprintf("尝试次数太多，请 %d 秒后再试", seconds)
	if seconds > 90 {
		words = fmt.Sprintf("尝试次数太多，请 %d 分钟后再试", (seconds+59)/60)
	}
	return ErrLoginOften.Say(words).Retry(seconds)
}

// right takes the attempt out of the counters: the password was the right one.
func (a *attempt) right(ctx context.Context, tx *db.Tx) error {
	if _, err := tx.Exec(ctx, qLimitClear, a.pair.subject); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, qLimitBack, a.spree.subject, a.spree.windowAt(a.at))
	return err
}

// network is what one household or one machine holds: an IPv4 address, or the /64
// that IPv6 hands out whole.
func network(address string) string {
	ip, err := netip.ParseAddr(address)
	if err != nil {
		return address
	}
	if ip = ip.Unmap().WithZone(""); ip.Is4() {
		return ip.String()
	}
	p, err := ip.Prefix(64)
	if err != nil {
		return address
	}
	return p.String()
}
