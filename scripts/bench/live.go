package main

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/coder/websocket"

	"zhizhou/internal/api/hook"
	"zhizhou/internal/audit"
	"zhizhou/internal/blob"
	"zhizhou/internal/catalog"
	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/jobs"
	"zhizhou/internal/live"
	"zhizhou/internal/media"
	"zhizhou/internal/seal"
)

// T12: listeners of one room on real WebSockets, in this process beside the server;
// what is said goes the whole road through the database.
const (
	liveListeners = 5000
	liveMessages  = 40
	liveEach      = 250 * time.Millisecond
)

func listening(ctx context.Context, dir string) error {
	s, lessonID, done, err := liveRoom(ctx, dir)
	if err != nil {
		return err
	}
	defer done()
	mux := http.NewServeMux()
	(&hook.Lives{
		Service: s, Media: s.Media, Allow: func(context.Context, int64, int64) error { return nil },
		Session: func(r *http.Request) (int64, int64) {
			n, _ := strconv.ParseInt(r.Header.Get("X-User"), 10, 64)
			return n, n
		},
	}).Routes(mux)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = server.Serve(l) }()
	defer func() { _ = server.Close() }()

	var mu sync.Mutex
	took := make([]time.Duration, 0, liveListeners*liveMessages)
	var heard, lost atomic.Int64
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	address := fmt.Sprintf("ws://%s/live/%d/talk", l.Addr(), lessonID)
	for i := range liveListeners {
		conn, res, err := websocket.Dial(ctx, address, &websocket.DialOptions{HTTPHeader: http.Header{"X-User": {strconv.Itoa(i + 1)}}})
		if err != nil {
			return fmt.Errorf("listener %d: %w", i, err)
		}
		_ = res
		conn.SetReadLimit(1 << 20)
		go func() {
			defer func() { _ = conn.CloseNow() }()
			for {
				_, frame, err := conn.Read(ctx)
				if err != nil {
					lost.Add(1)
					return
				}
				at := time.Now()
				// Reading the one number by hand: the listeners' work is not what is measured.
				_, rest, ok := bytes.Cut(frame, []byte(`"body":"`))
				text, _, _ := bytes.Cut(rest, []byte(`"`))
				ns, err := strconv.ParseInt(string(text), 10, 64)
				if !ok || err != nil {
					continue
				}
				heard.Add(1)
				mu.Lock()
				took = append(took, at.Sub(time.Unix(0, ns)))
				mu.Unlock()
			}
		}()
	}
	time.Sleep(2 * time.Second)
	for range liveMessages {
		if _, err := s.Say(ctx, lessonID, live.Speaker{StaffID: 1, Name: "老师"}, live.Chat, strconv.FormatInt(time.Now().UnixNano(), 10)); err != nil {
			return err
		}
		time.Sleep(liveEach)
	}
	time.Sleep(2 * time.Second)
	mu.Lock()
	slices.Sort(took)
	p := func(share int) float64 { return float64(took[(len(took)-1)*share/100].Microseconds()) / 1000 }
	fmt.Printf("T12 talk to %d listeners: p50 %.1f ms, p99 %.1f ms, most %.1f ms; %d of %d heard, %d lines lost\n\n",
		liveListeners, p(50), p(99), p(100), heard.Load(), liveListeners*liveMessages, lost.Load())
	mu.Unlock()
	return nil
}

// liveRoom makes a school with one live room.
func liveRoom(ctx context.Context, dir string) (*live.Service, int64, func(), error) {
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError}))
	d, err := db.Open(ctx, filepath.Join(dir, "live.db"))
	if err != nil {
		return nil, 0, nil, err
	}
	q, err := jobs.New(ctx, d, log)
	if err != nil {
		return nil, 0, d.Close, err
	}
	box, err := seal.New(make([]byte, 32))
	if err != nil {
		return nil, 0, d.Close, err
	}
	store, err := blob.NewLocal(filepath.Join(dir, "blob"))
	if err != nil {
		return nil, 0, d.Close, err
	}
	cat := catalog.New(d, clock.System{}, func() {})
	m, err := media.New(media.Config{DB: d, Store: store, Box: box, Dir: filepath.Join(dir, "work"), Log: log})
	if err != nil {
		return nil, 0, d.Close, err
	}
	s := live.New(live.Config{DB: d, Jobs: q, Store: store, Box: box, Clock: clock.System{}, Catalog: cat, Media: m, Dir: dir, Log: log})
	ctx = audit.WithActor(ctx, audit.Actor{Kind: "system", Name: "bench"})
	course, err := cat.CreateCourse(ctx, 0, "直播课")
	if err != nil {
		return nil, 0, d.Close, err
	}
	chapter, err := cat.AddChapter(ctx, 0, course.ID, "第一章")
	if err != nil {
		return nil, 0, d.Close, err
	}
	lessonID, err := cat.AddLesson(ctx, 0, course.ID, chapter, "直播", catalog.Live)
	if err != nil {
		return nil, 0, d.Close, err
	}
	return s, lessonID, d.Close, s.SavePlan(ctx, 0, lessonID, live.Plan{StartsAt: time.Now().UnixMilli(), PlannedMS: 3600_000})
}
