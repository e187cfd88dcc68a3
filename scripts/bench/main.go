// Command bench measures the building blocks against bare references in one run
// and prints min, median, max and the ratio of medians. Targets stand in
// docs/benchmarks.md. It needs wrk and nginx for the HTTP rows and
// BENCH_POSTGRES_URL for the PostgreSQL rows; rows it cannot measure it names.
package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"time"

	"zhizhou/internal/access"
	"zhizhou/internal/catalog"
	"zhizhou/internal/clock"
	"zhizhou/internal/commerce"
	"zhizhou/internal/db"
	"zhizhou/internal/document"
	"zhizhou/internal/jobs"
	"zhizhou/internal/learning"
	"zhizhou/internal/pay"
	"zhizhou/internal/points"
	"zhizhou/internal/seal"
	"zhizhou/internal/setting"
)

const rounds = 5

func main() {
	if len(os.Args) > 1 && os.Args[1] == document.WorkerName {
		if err := document.Worker(os.Args[2:], os.Stdout); err != nil {
			os.Exit(1)
		}
		return
	}
	if err := run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	dir, err := os.MkdirTemp("", "zhizhou-bench")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	fmt.Printf("%-34s %12s %12s %12s\n", "", "min", "median", "max")
	// BENCH_ROWS=T3,T4 measures those alone.
	only := os.Getenv("BENCH_ROWS")
	wanted := func(row string) bool { return only == "" || strings.Contains(only, row) }
	if wanted("T17") {
		benchQuote()
	}
	if wanted("T10") {
		if err := drawing(); err != nil {
			return err
		}
	}
	if wanted("T3") {
		if err := purchases(ctx, "sqlite", filepath.Join(dir, "a.db"), func() (func(int) error, func(), error) {
			return bareSQLite(ctx, filepath.Join(dir, "bare.db"))
		}, 3); err != nil {
			return err
		}
	}
	if url := os.Getenv("BENCH_POSTGRES_URL"); url == "" {
		fmt.Println("T4 purchases on PostgreSQL: not measured (BENCH_POSTGRES_URL is not set)")
	} else if wanted("T4") {
		if err := purchases(ctx, "postgres", url, func() (func(int) error, func(), error) { return barePostgres(ctx, url) }, 0.5); err != nil {
			return err
		}
	}
	if wanted("T12") {
		if err := listening(ctx, dir); err != nil {
			return err
		}
	}
	// Making a million orders takes minutes: asked for by name alone.
	if strings.Contains(only, "T5") {
		if err := growing(ctx, "sqlite", filepath.Join(dir, "grow.db")); err != nil {
			return err
		}
		if url := os.Getenv("BENCH_POSTGRES_URL"); url != "" {
			if err := growing(ctx, "postgres", url); err != nil {
				return err
			}
		}
	}
	// So does indexing a hundred thousand courses.
	if strings.Contains(only, "T11") {
		if err := finding(ctx, "sqlite", filepath.Join(dir, "find.db")); err != nil {
			return err
		}
		if url := os.Getenv("BENCH_POSTGRES_URL"); url != "" {
			if err := finding(ctx, "postgres", url); err != nil {
				return err
			}
		}
	}
	if strings.Contains(only, "RENAME") {
		if err := renaming(ctx, "sqlite", filepath.Join(dir, "rename.db")); err != nil {
			return err
		}
		if url := os.Getenv("BENCH_POSTGRES_URL"); url != "" {
			if err := renaming(ctx, "postgres", url); err != nil {
				return err
			}
		}
	}
	if strings.Contains(only, "RECOMMEND") { // a million rows take a minute to make
		if err := recommending(ctx, filepath.Join(dir, "recommend.db")); err != nil {
			return err
		}
	}
	if strings.Contains(only, "GROWTH") { // a hundred thousand learners take half a minute to make
		if err := spreading(ctx, dir, ""); err != nil {
			return err
		}
		if url := os.Getenv("BENCH_POSTGRES_URL"); url != "" {
			if err := spreading(ctx, filepath.Join(dir, "onpostgres"), url); err != nil {
				return err
			}
		}
	}
	if wanted("T7") {
		if err := heartbeats(ctx, filepath.Join(dir, "h.db"), filepath.Join(dir, "hbare.db")); err != nil {
			return err
		}
	}
	if wanted("T18") {
		if err := pages(ctx, dir); err != nil {
			return err
		}
	}
	if only != "" && !wanted("HTTP") {
		return nil
	}
	return httpRows(dir)
}

// series are the rates of the rounds.
type series []float64

func (s series) sorted() series {
	c := append(series(nil), s...)
	sort.Float64s(c)
	return c
}
func (s series) median() float64 { return s.sorted()[len(s)/2] }

func (s series) print(name, unit string) {
	c := s.sorted()
	fmt.Printf("%-34s %12.0f %12.0f %12.0f  %s\n", name, c[0], s.median(), c[len(c)-1], unit)
}

func verdict(id string, ours, ref series, target float64) {
	ratio := ours.median() / ref.median()
	word := "met"
	if ratio < target {
		word = "MISSED"
	}
	fmt.Printf("%-34s %12.2f  (target ≥ %.2f: %s)\n\n", id+" ratio of medians", ratio, target, word)
}

// house is the smallest stack that sells.
type house struct {
	db       *db.DB
	catalog  *catalog.Service
	commerce *commerce.Service
	learning *learning.Service
	wechat   *wechat
	sku      int64
	lesson   catalog.Lesson
	users    []int64
}

// stub stands for the payment channel: creating an order there is the channel's
// time, not ours. What comes back from it, the signed notification, is real.
type stub struct{ pay.Provider }

func (stub) Channel() pay.Channel { return pay.WechatNative }
func (stub) Prepay(context.Context, pay.Prepay) (pay.Action, error) {
	return pay.Action{Type: pay.ActionQRCode, URL: "weixin://bench"}, nil
}

type channels struct{ m commerce.Merchant }

func (c channels) Provider(context.Context, pay.Channel) (pay.Provider, commerce.Merchant, error) {
	return stub{}, c.m, nil
}

func (channels) Policy(context.Context, string, string) (pay.Channel, error) {
	return pay.WechatNative, nil
}

func (channels) Offers(context.Context, string, string) ([]pay.Channel, error) {
	return []pay.Channel{pay.WechatNative}, nil
}
func (channels) FourEyes(context.Context) (int64, error) { return 0, nil }
func (channels) NotifyURL(pay.Channel, string) string    { return "http://127.0.0.1/hook" }

type payers struct{}

func (payers) Payer(context.Context, int64, string) (string, string, error) { return "", "", nil }

var qUser = db.Q("bench/user", `INSERT INTO users (id, nickname, created_at) VALUES ($1, '学员', 0)`)

func build(ctx context.Context, dsn string, buyers int) (*house, error) {
	d, err := db.Open(ctx, dsn)
	if err != nil {
		return nil, err
	}
	quiet := slog.New(slog.DiscardHandler)
	q, err := jobs.New(ctx, d, quiet)
	if err != nil {
		return nil, err
	}
	box, err := seal.New(make([]byte, 32))
	if err != nil {
		return nil, err
	}
	w, err := newWechat()
	if err != nil {
		return nil, err
	}
	c := clock.System{}
	h := &house{db: d, catalog: catalog.New(d, c, nil), learning: learning.New(d, c), wechat: w}
	h.commerce = commerce.New(commerce.Config{
		DB: d, Jobs: q, Clock: c, Box: box, Catalog: h.catalog, Access: access.New(d, c), Learning: h.learning,
		Points:   &points.Service{DB: d, Clock: c, Settings: &setting.Store{DB: d, Box: box, Clock: c}},
		Channels: channels{commerce.Merchant{MchID: mchID, AppID: appID}}, Payers: payers{}, Log: quiet,
	})
	if err := q.Build(); err != nil {
		return nil, err
	}
	return h, h.seed(ctx, buyers)
}

func (h *house) seed(ctx context.Context, buyers int) error {
	who, err := h.catalog.SaveInstructor(ctx, catalog.Instructor{Name: "讲师"})
	if err != nil {
		return err
	}
	c, err := h.catalog.CreateCourse(ctx, 0, "课程")
	if err != nil {
		return err
	}
	if err := h.catalog.UpdateCourse(ctx, 0, c.ID, catalog.CourseChange{Title: "课程", InstructorID: who, Version: c.Version}); err != nil {
		return err
	}
	productID, err := h.catalog.ProductOf(ctx, c.ID)
	if err != nil {
		return err
	}
	if h.sku, err = h.catalog.SaveSKU(ctx, productID, catalog.SKU{Name: "长期有效", PriceFen: 16900, TaxCategory: "digital_service", Active: true}); err != nil {
		return err
	}
	ch, err := h.catalog.AddChapter(ctx, 0, c.ID, "章")
	if err != nil {
		return err
	}
	l, err := h.catalog.AddLesson(ctx, 0, c.ID, ch, "课", catalog.Article)
	if err != nil {
		return err
	}
	if err := h.catalog.UpdateLesson(ctx, 0, l, catalog.LessonChange{Title: "课", BodyHTML: "<p>正文</p>"}); err != nil {
		return err
	}
	if h.lesson, err = h.catalog.Lesson(ctx, l); err != nil {
		return err
	}
	h.lesson.DurationMS = 3_600_000
	if err := h.catalog.Publish(ctx, c.ID, 0); err != nil {
		return err
	}
	base := time.Now().UnixNano() / 1000
	return h.db.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		for i := range buyers {
			h.users = append(h.users, base+int64(i))
			if _, err := tx.Exec(ctx, qUser, base+int64(i)); err != nil {
				return err
			}
		}
		return nil
	})
}
