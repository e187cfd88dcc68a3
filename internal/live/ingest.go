package live

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"net"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/q191201771/lal/pkg/base"
	"github.com/q191201771/lal/pkg/rtmp"
	"github.com/q191201771/naza/pkg/nazalog"

	"zhizhou/internal/db"
	"zhizhou/internal/id"
)

const (
	helloTime  = 10 * time.Second // from connecting to publishing
	maxConns   = 64
	maxFromOne = 8  // connections of one address
	maxWrong   = 10 // wrong keys of one address in a minute
	earliest   = 60 * time.Minute
	latest     = 6 * time.Hour // after the planned end, for a room that never was on the air
	waiting    = 8             // segments that may wait for the store
)

// ingest is what runs while the process takes streams.
type ingest struct {
	sync.Mutex
	addr   string
	ln     net.Listener
	pushes map[int64]*push // by lesson
	conns  map[string]int  // by address
	total  int
	wrong  map[string]int
	wrongM int64 // the minute that wrong is of
	work   sync.WaitGroup
	closed bool
}

var tame = sync.OnceValue(func() error {
	// The library logs to the terminal, in colours, what it is sent.
	return nazalog.Init(func(o *nazalog.Option) {
		o.Level, o.IsToStdout, o.Filename = nazalog.LevelLogNothing, false, ""
		o.AssertBehavior = nazalog.AssertError
	})
})

// Listen begins to take streams at addr (host:port). Close ends it.
func (s *Service) Listen(addr string) error {
	if err := tame(); err != nil {
		return fmt.Errorf("live: %w", err)
	}
	ln, err := net.Listen("tcp", addr)
	if err != nil {
		return fmt.Errorf("live: %w", err)
	}
	s.ingest.Lock()
	s.ingest.ln, s.ingest.addr, s.ingest.closed = ln, ln.Addr().String(), false
	s.ingest.Unlock()
	s.ingest.work.Go(func() { s.accept(ln) })
	return nil
}

// Addr returns where streams are taken; "" when they are not.
func (s *Service) Addr() string {
	s.ingest.Lock()
	defer s.ingest.Unlock()
	return s.ingest.addr
}

// Close ends every push and listener and waits until what came is stored.
func (s *Service) Close() {
	s.ingest.Lock()
	s.ingest.closed = true
	if s.ingest.ln != nil {
		_ = s.ingest.ln.Close()
		s.ingest.ln, s.ingest.addr = nil, ""
	}
	for _, p := range s.ingest.pushes {
		p.stop("server")
	}
	s.ingest.Unlock()
	s.ingest.work.Wait()
	s.closeHubs()
}

func (s *Service) accept(ln net.Listener) {
	for {
		conn, err := ln.Accept()
		if err != nil {
			if !errors.Is(err, net.ErrClosed) {
				time.Sleep(50 * time.Millisecond) // out of files: others will close theirs
				continue
			}
			return
		}
		s.ingest.work.Go(func() { s.serve(conn) })
	}
}

func (s *Service) enter(host string) error {
	s.ingest.Lock()
	defer s.ingest.Unlock()
	if s.ingest.closed || s.ingest.total >= maxConns || s.ingest.conns[host] >= maxFromOne || s.ingest.wrong[host] >= maxWrong && s.ingest.wrongM == time.Now().Unix()/60 {
		return errBusy
	}
	s.ingest.total++
	s.ingest.conns[host]++
	return nil
}

func (s *Service) leave(host string) {
	s.ingest.Lock()
	defer s.ingest.Unlock()
	s.ingest.total--
	if s.ingest.conns[host]--; s.ingest.conns[host] == 0 {
		delete(s.ingest.conns, host)
	}
}

func (s *Service) wrong(host string) {
	s.ingest.Lock()
	defer s.ingest.Unlock()
	if m := time.Now().Unix() / 60; s.ingest.wrong == nil || s.ingest.wrongM != m {
		s.ingest.wrong, s.ingest.wrongM = map[string]int{}, m
	}
	s.ingest.wrong[host]++
}

// serve is the life of one connection. Whatever the library does with what a
// stranger sends, the school stays up.
func (s *Service) serve(conn net.Conn) {
	host, _, _ := net.SplitHostPort(conn.RemoteAddr().String())
	defer func() { _ = conn.Close() }()
	if err := s.enter(host); err != nil {
		return
	}
	defer s.leave(host)
	_ = conn.SetDeadline(time.Now().Add(helloTime))
	c := &caller{s: s, host: host, guard: &guard{Conn: conn}}
	defer func() {
		if p := recover(); p != nil {
			s.log.Warn("live: a stream could not be read", "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
		}
		if c.push != nil {
			c.push.finish()
		}
	}()
	session := rtmp.NewServerSession(c, c.guard)
	_ = session.RunLoop()
}

// caller is an encoder that connected.
type caller struct {
	s     *Service
	host  string
	guard *guard
	push  *push
}

var errNoPlay = errors.New("live: streams are not played here")

// OnRtmpConnect implements the library's observer.
func (c *caller) OnRtmpConnect(*rtmp.ServerSession, rtmp.ObjectPairArray) {}

// OnNewRtmpSubSession implements the library's observer.
func (c *caller) OnNewRtmpSubSession(*rtmp.ServerSession) error { return errNoPlay }

// OnNewRtmpPubSession implements the library's observer: an encoder shows its key.
func (c *caller) OnNewRtmpPubSession(session *rtmp.ServerSession) error {
	if c.push != nil {
		return errForm
	}
	ctx, cancel := quiet(helloTime)
	defer cancel()
	p, err := c.s.begin(ctx, session.StreamName(), c.guard)
	if err != nil {
		if errors.Is(err, errKey) {
			c.s.wrong(c.host)
		}
		c.s.log.Warn("live: push refused", "err", err)
		return err
	}
	c.push, c.guard.admitted = p, true
	_ = c.guard.SetDeadline(time.Time{}) // from here on the library asks for a frame each ten seconds
	session.SetPubSessionObserver(c)
	return nil
}

// OnReadRtmpAvMsg implements the library's observer.
func (c *caller) OnReadRtmpAvMsg(msg base.RtmpMsg) {
	c.push.cutter.feed(msg)
	if c.push.cutter.fat {
		c.push.stop("too_fat")
	}
}

// begin admits an encoder by its stream name "<lesson>-<key>". A push that is
// running gives way: an encoder that lost its line comes back before the server
// has noticed. Returns errKey, errTime.
func (s *Service) begin(ctx context.Context, name string, conn net.Conn) (*push, error) {
	text, _, _ := strings.Cut(name, "-")
	lessonID, err := strconv.ParseInt(text, 36, 64)
	if err != nil || lessonID <= 0 {
		return nil, errKey
	}
	var sealed []byte
	if err := s.db.Get(ctx, qRoomKey, &sealed, lessonID); err != nil {
		return nil, none(err, errKey)
	}
	key, err := s.Box.Open(keyPurpose, sealed)
	if err != nil {
		return nil, err
	}
	if subtle.ConstantTimeCompare([]byte(streamName(lessonID, key)), []byte(name)) != 1 {
		return nil, errKey
	}
	p := &push{s: s, id: id.New(), lessonID: lessonID, conn: conn, pieces: make(chan piece, waiting), done: make(chan struct{})}
	if err := s.open(ctx, p); err != nil {
		return nil, err
	}
	p.cutter = newCutter(p.take)
	s.ingest.Lock()
	if old := s.ingest.pushes[lessonID]; old != nil {
		old.stop("replaced")
	}
	s.ingest.pushes[lessonID] = p
	closed := s.ingest.closed
	s.ingest.Unlock()
	go p.write()
	if closed {
		p.stop("server")
	}
	s.kick(lessonID)
	return p, nil
}

// open puts a room on the air for a push. Returns errTime.
func (s *Service) open(ctx context.Context, p *push) error {
	return s.db.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		r, err := room(ctx, tx, qRoomLock, p.lessonID)
		if err != nil {
			return err
		}
		now := s.now()
		early, late := now < r.StartsAt-earliest.Milliseconds(), now > r.StartsAt+r.PlannedMS+latest.Milliseconds()
		if r.State == Ended || r.State == Scheduled && (early || late) {
			return errTime
		}
		if n, err := tx.Exec(ctx, qOpen, p.lessonID, p.id, now); err != nil || n == 0 {
			return orElse(err, errTime)
		}
		if r.PushID != 0 {
			if _, err := tx.Exec(ctx, qPushEnd, r.PushID, now, "replaced"); err != nil {
				return err
			}
		}
		p.seq, p.breaks, p.first = r.NextSeq, r.Breaks, r.NextSeq == 0
		_, err = tx.Exec(ctx, qPushNew, p.id, p.lessonID, now)
		return err
	})
}

func orElse(err, other error) error {
	if err != nil {
		return err
	}
	return other
}
