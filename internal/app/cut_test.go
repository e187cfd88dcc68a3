package app_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"zhizhou/internal/app"
	"zhizhou/internal/db"
	"zhizhou/internal/sandbox"
	"zhizhou/internal/testkit"
)

// cutter stands between the program and PostgreSQL and breaks the connection at a
// counted commit: before the server hears of it, or after it committed but before
// the program hears of that.
type cutter struct {
	to     string
	mu     sync.Mutex
	left   int  // commits until the cut; 0: none
	after  bool // the server commits first
	struck bool
}

func (c *cutter) arm(left int, after bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.left, c.after, c.struck = left, after, false
}

// cut reports whether the connection was broken since arm.
func (c *cutter) cut() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.struck
}

// pgx prepares what it sends and names it after a hash of its text.
var prepared = func() []byte {
	sum := sha256.Sum256([]byte("commit"))
	return fmt.Appendf(nil, "stmtcache_%x", sum[:24])
}()

// commits counts a message of the program and says whether to cut here. The message
// that prepares the word is not one.
func (c *cutter) commits(msg []byte) (cut, after bool) {
	if i := bytes.Index(msg, prepared); i < 0 && !bytes.Contains(msg, []byte("Q\x00\x00\x00\x0bcommit\x00")) || i >= 0 && bytes.Contains(msg, []byte("commit\x00")) {
		return false, false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.left == 0 {
		return false, false
	}
	c.left--
	c.struck = c.left == 0
	return c.struck, c.after
}

func (c *cutter) serve(l net.Listener) {
	for {
		program, err := l.Accept()
		if err != nil {
			return
		}
		go c.pipe(program)
	}
}

func (c *cutter) pipe(program net.Conn) {
	defer func() { _ = program.Close() }()
	server, err := net.Dial("tcp", c.to)
	if err != nil {
		return
	}
	defer func() { _ = server.Close() }()
	var dead atomic.Bool // from here on nothing reaches the program
	go func() {
		defer func() { _ = program.Close() }()
		buf := make([]byte, 64<<10)
		for {
			n, err := server.Read(buf)
			if n > 0 && !dead.Load() {
				if _, err := program.Write(buf[:n]); err != nil {
					return
				}
			}
			if err != nil {
				return
			}
		}
	}()
	buf := make([]byte, 64<<10)
	for {
		n, err := program.Read(buf)
		if err != nil {
			return
		}
		cut, after := c.commits(buf[:n])
		if cut && !after {
			return
		}
		if cut {
			dead.Store(true)
		}
		if _, err := server.Write(buf[:n]); err != nil {
			return
		}
		if cut {
			time.Sleep(30 * time.Millisecond) // long enough for the server to commit
			return
		}
	}
}

// INV-3, a commit whose answer is lost: the program cannot know whether PostgreSQL
// took it. Whatever it believes, after the sweeps money and access agree with the
// channel, and nothing happened twice.
func TestINV3ConnectionCutAtEveryCommit(t *testing.T) {
	for _, e := range testkit.Engines(t) {
		if e != db.Postgres {
			continue // SQLite has no connection that could break
		}
		for _, road := range purchases {
			t.Run(road, func(t *testing.T) {
				t.Parallel()
				cutPurchases(t, road)
			})
		}
		t.Run("payout", func(t *testing.T) {
			t.Parallel()
			cutPayouts(t)
		})
	}
}

// cutWorld is a school that reaches its database through a cutter.
func cutWorld(t *testing.T, road string) (w *world, sb *sandbox.Sandbox, cfg app.Config, coupon int64, c *cutter) {
	dsn, err := url.Parse(testkit.DSN(t, db.Postgres))
	if err != nil {
		t.Fatal(err)
	}
	c = &cutter{to: dsn.Host}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go c.serve(l)
	dsn.Host = l.Addr().String()
	w, sb, cfg, coupon = crashWorld(t, dsn.String(), road)
	hooks, err := net.Listen("tcp", cfg.Addr)
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: w.app.Handler, ReadHeaderTimeout: time.Second}
	t.Cleanup(func() { _ = server.Close() })
	go func() { _ = server.Serve(hooks) }()
	return w, sb, cfg, coupon, c
}

// everywhere goes a road again and again, cut at its first, second, … commit, before
// and after the server took it, until a walk was not cut at all.
func (c *cutter) everywhere(t *testing.T, one func(nth int) error, check func(nth int)) {
	n := 0
	for _, after := range []bool{false, true} {
		for at := 1; ; at++ {
			n++
			c.arm(at, after)
			err := one(n)
			struck := c.cut()
			c.arm(0, false)
			check(n)
			if struck {
				continue
			}
			if err != nil {
				t.Fatalf("nothing was cut, and yet: %v", err)
			}
			if at < 5 {
				t.Fatalf("only %d commits were seen", at-1)
			}
			t.Logf("%d commits", at-1)
			break
		}
	}
}

func cutPurchases(t *testing.T, road string) {
	w, sb, cfg, coupon, c := cutWorld(t, road)
	people := w.pair(sb, 1, coupon)
	c.everywhere(t, func(int) error {
		return roads[road](walk{context.Background(), w.app, plan{cfg, road, people[0], people[1], w.sku, sb.BaseURL(), 0}})
	}, func(nth int) {
		recoverAndCheck(t, w, sb, people, nth)
		people = w.pair(sb, nth+1, coupon)
	})
}

func cutPayouts(t *testing.T) {
	w, sb, cfg, _, c := cutWorld(t, "payout")
	user := payer(w, sb)
	x := w.wish(user, 1)
	c.everywhere(t, func(int) error {
		return walk{context.Background(), w.app, plan{Config: cfg, Road: "payout", User: user, Panel: sb.BaseURL()}}.payout()
	}, func(nth int) {
		recoverPayout(t, w, sb, x, nth)
		x = w.wish(user, nth+1)
	})
}
