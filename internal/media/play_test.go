package media

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"zhizhou/internal/db"
	"zhizhou/internal/errs"
	"zhizhou/internal/testkit"
)

func codeOf(err error) string {
	if err == nil {
		return ""
	}
	return errs.CodeOf(err)
}

// INV-21
func TestParallelStartsStayWithinTheLimit(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		r := newRig(t, d)
		r.readyAsset(t, 1)
		ctx := context.Background()
		const limit = 3
		var over atomic.Int64
		ids := make([]int64, 100)
		var wg sync.WaitGroup
		for i := range ids {
			wg.Go(func() {
				p, err := r.StartPlay(ctx, Start{UserID: 1, SessionID: int64(100 + i), LessonID: int64(i), AssetID: 1, MaxPlays: limit})
				if err != nil {
					t.Error(err)
					return
				}
				ids[i] = p.ID
				if i%3 == 0 { // beats of plays that may be over must not wake them
					if err := r.Beat(ctx, p.ID, 1); err != nil && !errors.Is(err, ErrPlayTakenOver) {
						t.Error(err)
					}
				}
				if n, err := r.LivePlays(ctx, 1); err != nil || n > limit {
					over.Add(1)
				}
			})
		}
		wg.Wait()
		if over.Load() != 0 {
			t.Errorf("more than %d leases were seen %d times", limit, over.Load())
		}
		if n, err := r.LivePlays(ctx, 1); err != nil || n != limit {
			t.Fatalf("%d live, want %d (%v)", n, limit, err)
		}
		live := 0
		for _, playID := range ids {
			switch err := r.Beat(ctx, playID, 1); {
			case err == nil:
				live++
			case errors.Is(err, ErrPlayTakenOver):
				var e *errs.E
				if errors.As(err, &e) && e.Fields["taken_by_session"] == "" {
					t.Error("not told by whom")
				}
			default:
				t.Error(err)
			}
		}
		if live != limit {
			t.Fatalf("%d beats were taken, want %d", live, limit)
		}
		// crashed clients free their places by time alone
		r.moved.Advance(leaseTTL + time.Second)
		if n, _ := r.LivePlays(ctx, 1); n != 0 {
			t.Fatalf("%d leases outlived their time", n)
		}
	})
}

// INV-21: many expired leases that all come back at once.
func TestParallelRevivals(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		r := newRig(t, d)
		r.readyAsset(t, 1)
		ctx := context.Background()
		var ids []int64
		for i := range 20 {
			p, err := r.StartPlay(ctx, Start{UserID: 1, SessionID: int64(i + 1), LessonID: 1, AssetID: 1, MaxPlays: 2})
			if err != nil {
				t.Fatal(err)
			}
			ids = append(ids, p.ID)
			r.moved.Advance(leaseTTL + time.Second)
		}
		var ok atomic.Int64
		var wg sync.WaitGroup
		for _, playID := range ids {
			wg.Go(func() {
				err := r.Beat(ctx, playID, 1)
				if err == nil {
					ok.Add(1)
				} else if !errors.Is(err, ErrPlayTakenOver) {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if n, _ := r.LivePlays(ctx, 1); n != 2 || ok.Load() != 2 {
			t.Fatalf("%d live, %d revived, want 2", n, ok.Load())
		}
	})
}

func TestNewestWinsAndReloadIsNotADevice(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		r := newRig(t, d)
		r.readyAsset(t, 1)
		ctx := context.Background()
		start := func(session, lesson int64) int64 {
			p, err := r.StartPlay(ctx, Start{UserID: 1, SessionID: session, LessonID: lesson, AssetID: 1, MaxPlays: 2})
			if err != nil {
				t.Fatal(err)
			}
			return p.ID
		}
		phone, pc := start(1, 1), start(2, 1)
		pc2 := start(2, 1) // reload on the PC
		for playID, want := range map[int64]string{phone: "", pc: "play_taken_over", pc2: ""} {
			if got := codeOf(r.Beat(ctx, playID, 1)); got != want {
				t.Errorf("beat: %q, want %q", got, want)
			}
		}
		tablet := start(3, 1)
		err := r.Beat(ctx, phone, 1)
		var e *errs.E
		if !errors.As(err, &e) || e.Code != "play_taken_over" || e.Fields["taken_by_session"] != "3" {
			t.Fatalf("the oldest was told %v", err)
		}
		if err := r.Beat(ctx, tablet, 2); !errors.Is(err, ErrPlayNone) {
			t.Errorf("another user's beat: %v", err)
		}
		if err := r.EndPlay(ctx, tablet, 2); err != nil {
			t.Fatal(err)
		}
		if err := r.Beat(ctx, tablet, 1); err != nil {
			t.Errorf("another user ended a play: %v", err)
		}
		if err := r.EndPlay(ctx, tablet, 1); err != nil {
			t.Fatal(err)
		}
		if err := r.Beat(ctx, tablet, 1); !errors.Is(err, ErrPlayEnded) {
			t.Errorf("an ended play came back: %v", err)
		}
		if err := r.Beat(ctx, phone, 1); !errors.Is(err, ErrPlayTakenOver) {
			t.Errorf("a play that was taken over came back into a free place: %v", err)
		}
		// nobody is signed in: no limit, no lease stealing
		for range 5 {
			if _, err := r.StartPlay(ctx, Start{LessonID: 1, AssetID: 1, MaxPlays: 1}); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := r.StartPlay(ctx, Start{UserID: 1, AssetID: 99}); !errors.Is(err, ErrAssetNone) {
			t.Errorf("unknown asset: %v", err)
		}
	})
}

func FuzzToken(f *testing.F) {
	s := &Service{cfg: Config{Box: testkit.Box()}}
	good := s.sign(Token{Kind: 'k', Play: 1 << 50, User: 2, Session: 3, Lesson: 4, Asset: 5, Preview: true, Key: 6, ExpS: 1 << 31})
	for _, seed := range []string{"", ".", "........", good, strings.ToUpper(good), good + ".", "k.1.2.3.4.5.0.6.7.AAAAAAAAAAAAAAAAAAAAAA", "p.-1.+2.0.0.0.0.0.0"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if tok, err := s.parseToken(text); err == nil && s.sign(tok) != text {
			t.Fatalf("%q was accepted and means %q", text, s.sign(tok))
		}
		if tok, err := readToken(text); err == nil && tok.text() != text {
			t.Fatalf("two spellings of one token: %q %q", text, tok.text())
		}
	})
}

var tDelivered = db.Q("mediatest/delivered", `SELECT COUNT(*) AS parts, CAST(COALESCE(SUM(ms), 0) AS BIGINT) AS ms FROM delivered_parts WHERE user_id = $1`)

// A key that was handed out is evidence, whether the player reports or not; a
// preview, a stranger and a repeat add nothing.
func TestKeysHandedOutAreNoted(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		r := newRig(t, d)
		r.readyAsset(t, 1)
		ctx := context.Background()
		list, err := r.seen(ctx, 1, false)
		if err != nil {
			t.Fatal(err)
		}
		_, seg, err := r.rendition(ctx, list[0].ID)
		if err != nil {
			t.Fatal(err)
		}
		have := func(userID int64) (row struct{ Parts, MS int64 }) {
			t.Helper()
			if err := d.Get(ctx, tDelivered, &row, userID); err != nil {
				t.Fatal(err)
			}
			return row
		}
		for range 2 {
			if _, err := r.Key(ctx, Token{User: 1, Asset: 1, Key: seg.Keys[0]}); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := r.Key(ctx, Token{Asset: 1, Key: seg.Keys[0]}); err != nil {
			t.Fatal(err)
		}
		if got := have(1); got.Parts != 1 || got.MS != 8000 {
			t.Errorf("noted %+v", got)
		}
		if got := have(0); got.Parts != 0 {
			t.Errorf("nobody was noted: %+v", got)
		}
		if err := d.Tx(ctx, func(ctx context.Context, tx *db.Tx) error { return r.Merge(ctx, tx, 1, 2) }); err != nil {
			t.Fatal(err)
		}
		if a, b := have(1), have(2); a.Parts != 0 || b.MS != 8000 {
			t.Errorf("after the merge %+v and %+v", a, b)
		}
	})
}
