package web

import (
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"zhizhou/internal/errs"
)

// Limits bound what one client may ask of the API. Zero switches one off.
type Limits struct {
	// Address is for requests a minute of a network address that nobody is signed
	// in behind: a family or a classroom shares one.
	Address int
	// Session is for requests a minute of one signed-in device.
	Session int
	// Plays is for plays an hour that an address begins without signing in.
	Plays int
}

// gate admits requests of the API. A request takes its token from its address; once
// it turns out to be signed in, the address gets it back and the session pays, so
// that a school behind one address is as many clients as it has people. A request
// that only claims to be signed in, when its address has nothing left, passes on
// credit, of which there is as much again: claims are checked in the database.
//
// The buckets belong to the API, hold a bounded number of clients and need no
// goroutine: what is idle is dropped when there is no room.
type gate struct {
	address, credit, session, play *Limiter
	now                            func() time.Time
}

func newGate(l Limits) *gate {
	g := &gate{now: time.Now} // of the machine: a flood is one whatever the clock of the business says
	if l.Address > 0 {
		g.address, g.credit = NewLimiter(l.Address, time.Minute), NewLimiter(l.Address, time.Minute)
	}
	if l.Session > 0 {
		g.session = NewLimiter(l.Session, time.Minute)
	}
	if l.Plays > 0 {
		g.play = NewLimiter(l.Plays, time.Hour)
	}
	return g
}

// What a request has paid with so far.
const (
	paidNothing = iota
	paidAddress
	paidCredit
	paidSession
)

// enter takes the token of a request of the API that nobody is known to stand
// behind yet. Returns ErrTooOften.
func (g *gate) enter(c *Caller, method, path string) error {
	if !strings.HasPrefix(path, "/api/") {
		return nil
	}
	c.gated, c.steady = true, steadily(method, path)
	if g.address == nil {
		return nil
	}
	c.network = networkOf(c.Address)
	now := g.now()
	wait := time.Duration(0)
	if !c.steady {
		var ok bool
		if ok, wait = g.address.Allow(c.network, now); ok {
			c.paid = paidAddress
			return nil
		}
	}
	if c.steady || c.claims() {
		ok, creditWait := g.credit.Allow(c.network, now)
		if ok {
			c.paid = paidCredit
			return nil
		}
		wait = max(wait, creditWait)
	}
	return tooOften(wait)
}

// known is told when the sender of a request proved to be signed in. Returns
// ErrTooOften.
func (g *gate) known(c *Caller, kind string, sessionID int64) error {
	switch c.paid {
	case paidAddress:
		g.address.Return(c.network)
	case paidCredit:
		g.credit.Return(c.network)
	case paidSession:
		return nil
	}
	c.paid = paidSession
	if g.session == nil || !c.gated || c.steady {
		return nil
	}
	if ok, wait := g.session.Allow(kind+strconv.FormatInt(sessionID, 36), g.now()); !ok {
		return tooOften(wait)
	}
	return nil
}

// unknown is told when a claim to be signed in was wrong: then the request is one
// of an address that has nothing left.
func (g *gate) unknown(c *Caller, err error) error {
	if c.paid == paidCredit && !c.steady {
		return tooOften(time.Second)
	}
	return err
}

// AnonymousPlay counts a play that nobody is signed in for. Returns ErrTooOften.
func (a *API) AnonymousPlay(c *Caller) error {
	if a.gate.play == nil {
		return nil
	}
	if ok, wait := a.gate.play.Allow(networkOf(c.Address), a.gate.now()); !ok {
		return tooOften(wait).Say("这里试看得太多了，登录后可以接着看")
	}
	return nil
}

func tooOften(wait time.Duration) *errs.E {
	return ErrTooOften.Retry(int((wait + time.Second - 1) / time.Second))
}

// steadily reports whether a path is one that clients call all the time by
// themselves: reports of learning, and the pieces of an upload. They are only
// counted when nobody proves to stand behind them.
func steadily(method, path string) bool {
	if rest, ok := strings.CutPrefix(path, "/api/console/uploads/"); ok {
		return rest != "" && method != http.MethodPost
	}
	if method != http.MethodPost {
		return false
	}
	return strings.HasPrefix(path, "/api/plays/") && (strings.HasSuffix(path, "/beat") || strings.HasSuffix(path, "/end")) ||
		strings.HasPrefix(path, "/api/lessons/") && strings.HasSuffix(path, "/read")
}

// networkOf is what one household holds: an IPv4 address, or the /64 that IPv6
// hands out whole.
func networkOf(address string) string {
	if !strings.Contains(address, ":") {
		return address
	}
	ip, err := netip.ParseAddr(address)
	if err != nil {
		return address
	}
	if ip = ip.WithZone(""); ip.Is4In6() {
		return ip.Unmap().String()
	}
	p, err := ip.Prefix(64)
	if err != nil {
		return address
	}
	return p.String()
}
