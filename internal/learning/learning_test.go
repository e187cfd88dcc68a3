package learning_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"zhizhou/internal/catalog"
	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/learning"
	"zhizhou/internal/testkit"
)

var (
	tUser   = db.Q("learningtest/user", `INSERT INTO users (id, nickname, created_at) VALUES ($1, '学员', 0)`)
	tCourse = db.Q("learningtest/course", `INSERT INTO courses (id, title, status, preview_token, duration_ms, created_at, updated_at) VALUES (1, '课', 'published', 't', 600000, 0, 0)`)
	tChap   = db.Q("learningtest/chapter", `INSERT INTO chapters (id, course_id, title, position) VALUES (1, 1, '章', 1)`)
	tLesson = db.Q("learningtest/lesson", `INSERT INTO lessons (id, course_id, chapter_id, title, form, position, duration_ms, released_at) VALUES ($1, 1, 1, '课时', $2, $1, $3, 1)`)
)

var (
	video   = catalog.Lesson{ID: 1, CourseID: 1, Form: catalog.Video, DurationMS: 600_000}
	article = catalog.Lesson{ID: 2, CourseID: 1, Form: catalog.Article, DurationMS: 60_000}
)

type room struct {
	*learning.Service
	clock *clock.Moved
	db    *db.DB
}

func each(t *testing.T, fn func(t *testing.T, r room)) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		c := &clock.Moved{}
		r := room{learning.New(d, c), c, d}
		if err := d.Tx(context.Background(), func(ctx context.Context, tx *db.Tx) error {
			for _, q := range []struct {
				s    *db.Stmt
				args []any
			}{{tUser, []any{7}}, {tUser, []any{8}}, {tCourse, nil}, {tChap, nil}, {tLesson, []any{1, "video", 600_000}}, {tLesson, []any{2, "article", 60_000}}} {
				if _, err := tx.Exec(ctx, q.s, q.args...); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		fn(t, r)
	})
}

func (r room) begin(t *testing.T, session int64, l catalog.Lesson) {
	t.Helper()
	if err := r.Begin(context.Background(), session, 7, l); err != nil {
		t.Fatal(err)
	}
}

func (r room) watch(t *testing.T, session, seq, from, to int64) learning.Progress {
	t.Helper()
	p, err := r.Watch(context.Background(), session, 7, video, learning.Beat{Seq: seq, FromMS: from, ToMS: to, PositionMS: to})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// near allows for the time that the test itself takes: credit is twice the wall.
func near(got, want int64) bool { return got >= want && got <= want+4000 }

func TestINV22CreditIsBoundedByTheServersClock(t *testing.T) {
	each(t, func(t *testing.T, r room) {
		r.begin(t, 100, video)
		// A whole lesson claimed at once: nothing has passed on the server.
		if p := r.watch(t, 100, 1, 0, 600_000); p.CoveredMS > 2000 || p.FinishedAt != 0 {
			t.Fatalf("%d ms were given away", p.CoveredMS)
		}
		r.clock.Advance(10 * time.Second)
		p := r.watch(t, 100, 2, 0, 600_000)
		if !near(p.CoveredMS, 20_000) {
			t.Fatalf("10 s of wall time gave %d ms, want at most twice", p.CoveredMS)
		}
		// The budget is spent: what was claimed cannot be claimed again elsewhere.
		if q := r.watch(t, 100, 3, 300_000, 400_000); q.CoveredMS > p.CoveredMS+2000 {
			t.Fatalf("a second claim on the same time gave %d ms", q.CoveredMS-p.CoveredMS)
		}
	})
}

func TestINV22LateAndRepeatedReportsChangeNothing(t *testing.T) {
	each(t, func(t *testing.T, r room) {
		r.begin(t, 100, video)
		r.clock.Advance(time.Minute)
		first := r.watch(t, 100, 5, 0, 60_000)
		for _, b := range [][3]int64{{5, 0, 60_000}, {4, 0, 10_000}, {1, 0, 1}} {
			p := r.watch(t, 100, b[0], b[1], b[2])
			if p.CoveredMS != first.CoveredMS || p.PositionMS != first.PositionMS {
				t.Fatalf("report %v moved progress to %+v", b, p)
			}
		}
		if _, err := r.Watch(context.Background(), 100, 8, video, learning.Beat{Seq: 9, ToMS: 1000}); err == nil {
			t.Fatal("another user's session was credited")
		}
		for _, b := range []learning.Beat{{Seq: 0, ToMS: 1}, {Seq: 9, FromMS: -1}, {Seq: 9, FromMS: 5, ToMS: 4}} {
			if _, err := r.Watch(context.Background(), 100, 7, video, b); err == nil {
				t.Errorf("%+v was taken", b)
			}
		}
	})
}

func TestUnionFinishesAtNinetyPercentOnAnyDevice(t *testing.T) {
	each(t, func(t *testing.T, r room) {
		r.begin(t, 100, video)
		r.clock.Advance(5 * time.Minute)
		r.watch(t, 100, 1, 0, 300_000)
		p := r.watch(t, 100, 2, 100_000, 300_000) // again: the union does not grow
		if p.CoveredMS != 300_000 || p.FinishedAt != 0 {
			t.Fatalf("%+v", p)
		}
		r.begin(t, 101, video)
		r.clock.Advance(4 * time.Minute)
		if p = r.watch(t, 101, 1, 300_000, 539_000); p.FinishedAt != 0 {
			t.Fatal("finished below 90 %")
		}
		if p = r.watch(t, 101, 2, 539_000, 900_000); p.FinishedAt == 0 || p.CoveredMS > 600_000 {
			t.Fatalf("%+v", p)
		}
		had, err := r.Evidence(context.Background(), r.db, 7, 1)
		if err != nil || had.Watched < 90 {
			t.Fatalf("%+v %v", had, err)
		}
		total, err := r.TotalMS(context.Background(), 7)
		if err != nil || total > 9*60_000+5000 {
			t.Fatalf("studied %d ms in 9 minutes: %v", total, err)
		}
	})
}

func TestParallelBeatsCreditOnce(t *testing.T) {
	each(t, func(t *testing.T, r room) {
		r.begin(t, 100, video)
		r.clock.Advance(30 * time.Second)
		var wg sync.WaitGroup
		for i := range 40 {
			wg.Go(func() {
				_, err := r.Watch(context.Background(), 100, 7, video, learning.Beat{Seq: int64(i + 1), FromMS: int64(i) * 10_000, ToMS: int64(i+1) * 10_000})
				if err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		p, err := r.Lesson(context.Background(), 7, 1)
		if err != nil || p.CoveredMS > 66_000 {
			t.Fatalf("40 parallel claims on 30 s gave %d ms (%v)", p.CoveredMS, err)
		}
	})
}

func TestReadingIsCountedByScreens(t *testing.T) {
	each(t, func(t *testing.T, r room) {
		ctx := context.Background()
		read := func(seq, position int64, dwells ...learning.Dwell) learning.Progress {
			t.Helper()
			p, err := r.Read(ctx, 7, article, seq, position, dwells)
			if err != nil {
				t.Fatal(err)
			}
			return p
		}
		if _, err := r.Read(ctx, 7, article, 2, 0, nil); err == nil {
			t.Fatal("a report without a beginning was taken")
		}
		for _, d := range []learning.Dwell{{Page: 3, MS: 1}, {Page: 0, MS: 1}, {Page: 1, MS: -1}} {
			if _, err := r.Read(ctx, 7, article, 1, 0, []learning.Dwell{d}); err == nil {
				t.Fatalf("%+v was taken", d)
			}
		}
		read(1, 0)
		r.clock.Advance(time.Minute)
		// A minute's text in two screens: five seconds are less than a fifth of thirty.
		if p := read(2, 15_000, learning.Dwell{Page: 1, MS: 5_000}, learning.Dwell{Page: 2, MS: 6_000}); p.CoveredMS != 30_000 || p.PositionMS != 15_000 {
			t.Fatalf("%+v", p)
		}
		// What is claimed beyond the time that passed is not counted.
		if p := read(3, 0, learning.Dwell{Page: 1, MS: 5_000}); p.CoveredMS != 30_000 || p.PositionMS != 0 {
			t.Fatalf("%+v", p)
		}
		r.clock.Advance(time.Hour)
		if p := read(4, 60_000, learning.Dwell{Page: 1, MS: 600_000}); p.FinishedAt == 0 {
			t.Fatalf("%+v", p)
		}
		// Each screen earns a minute at most: 60 + 6 s.
		if ms, err := r.TotalMS(ctx, 7); err != nil || ms != 66_000 {
			t.Fatalf("%d ms of study (%v)", ms, err)
		}
	})
}

func TestMergeJoinsEvidence(t *testing.T) {
	each(t, func(t *testing.T, r room) {
		r.begin(t, 100, video)
		r.clock.Advance(2 * time.Minute)
		r.watch(t, 100, 1, 0, 60_000)
		if err := r.Begin(context.Background(), 200, 8, video); err != nil {
			t.Fatal(err)
		}
		r.clock.Advance(2 * time.Minute)
		if _, err := r.Watch(context.Background(), 200, 8, video, learning.Beat{Seq: 1, FromMS: 30_000, ToMS: 120_000, PositionMS: 120_000}); err != nil {
			t.Fatal(err)
		}
		if err := r.db.Tx(context.Background(), func(ctx context.Context, tx *db.Tx) error { return r.Merge(ctx, tx, 8, 7) }); err != nil {
			t.Fatal(err)
		}
		p, err := r.Lesson(context.Background(), 7, 1)
		if err != nil || p.CoveredMS != 120_000 {
			t.Fatalf("%+v %v", p, err)
		}
		if gone, err := r.Lesson(context.Background(), 8, 1); err != nil || gone.CoveredMS != 0 {
			t.Fatalf("the old user still has %+v %v", gone, err)
		}
	})
}

func ExamplePercent() {
	fmt.Println(learning.Percent(30_000, 60_000), learning.Percent(90_000, 60_000), learning.Percent(1, 0))
	// Output: 50 100 0
}

var (
	tAsset     = db.Q("learningtest/asset", `INSERT INTO assets (id, name, kind, status, source_key, bytes, duration_ms, width, height, created_by, created_at) VALUES (9, 'a.mp4', 'video', 'ready', 's', 1, 600000, 1, 1, 0, 0)`)
	tAttach    = db.Q("learningtest/attach", `UPDATE lessons SET asset_id = 9 WHERE id = 1`)
	tDelivered = db.Q("learningtest/delivered", `INSERT INTO delivered_parts (user_id, asset_id, part, ms, at) VALUES (7, 9, $1, 60000, 0)`)
	tFree      = db.Q("learningtest/free", `UPDATE lessons SET is_free = TRUE WHERE id = 2`)
)

// What a player reported and what was handed out are two figures: the first is
// promised against, the second is shown to finance. What everybody may see counts
// in neither.
func TestEvidenceOfARefund(t *testing.T) {
	each(t, func(t *testing.T, r room) {
		ctx := context.Background()
		run := func(q *db.Stmt, args ...any) {
			t.Helper()
			if err := r.db.Tx(ctx, func(ctx context.Context, tx *db.Tx) error { _, err := tx.Exec(ctx, q, args...); return err }); err != nil {
				t.Fatal(err)
			}
		}
		is := func(watched, delivered int64) {
			t.Helper()
			e, err := r.Evidence(ctx, r.db, 7, 1)
			if err != nil {
				t.Fatal(err)
			}
			if e.Watched != watched || e.Delivered != delivered {
				t.Errorf("%+v, want %d %% and %d %%", e, watched, delivered)
			}
		}
		run(tAsset)
		run(tAttach)
		is(0, 0)
		for part := range 3 {
			run(tDelivered, part)
		}
		is(0, 27) // 180 s of 660 s
		run(tFree)
		is(0, 30) // 180 s of 600 s
		r.begin(t, 1, video)
		r.clock.Advance(60 * time.Second)
		r.watch(t, 1, 1, 0, 60_000)
		is(10, 30)
		for part := 3; part < 12; part++ {
			run(tDelivered, part)
		}
		is(10, 100) // never more than the lesson
	})
}

// In a lesson that is watched in order a leap earns nothing, a gap between two reports
// is closed, and what was finished is free (INV-22).
func TestINV22NobodyGetsAheadInOrder(t *testing.T) {
	each(t, func(t *testing.T, r room) {
		film := video
		film.InOrder = true
		seq := int64(0)
		watch := func(from, to int64) learning.Progress {
			t.Helper()
			seq++
			p, err := r.Watch(context.Background(), 100, 7, film, learning.Beat{Seq: seq, FromMS: from, ToMS: to, PositionMS: to})
			if err != nil {
				t.Fatal(err)
			}
			return p
		}
		r.begin(t, 100, film)
		r.clock.Advance(10 * time.Minute)
		if p := watch(3_001, 60_000); p.CoveredMS != 0 || p.PositionMS != 0 {
			t.Fatalf("a leap: %+v", p)
		}
		if p := watch(3_000, 60_000); p.ReachMS != 60_000 || p.CoveredMS != 60_000 {
			t.Fatalf("a late beginning: %+v", p)
		}
		if p := watch(10_000, 20_000); p.ReachMS != 60_000 || p.CoveredMS != 60_000 {
			t.Fatalf("seen again: %+v", p)
		}
		if p := watch(62_000, 300_000); p.ReachMS != 300_000 {
			t.Fatalf("a small gap: %+v", p)
		}
		if p := watch(310_000, 600_000); p.ReachMS != 300_000 || p.PositionMS != 300_000 {
			t.Fatalf("a leap: %+v", p)
		}
		if p := watch(300_000, 545_000); p.FinishedAt == 0 {
			t.Fatalf("not finished: %+v", p)
		}
		if p := watch(580_000, 600_000); p.CoveredMS != 565_000 {
			t.Fatalf("after the first viewing: %+v", p)
		}
	})
}
