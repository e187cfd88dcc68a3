package main

import (
	"context"
	"fmt"
	"math/rand"
	"runtime"
	"time"

	"zhizhou/internal/catalog"
	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/recommend"
)

// A hundred thousand learners who took ten of five thousand courses each, known courses
// more often, most of them within one of fifty circles.
const (
	tasteLearners = 100_000
	tasteCourses  = 5_000
	tasteEach     = 10
	tasteCircles  = 50
)

// recommending measures how long it takes to find the neighbours of all courses anew
// from a million acts of study.
func recommending(ctx context.Context, path string) error {
	d, err := db.Open(ctx, path)
	if err != nil {
		return err
	}
	defer d.Close()
	if err := tastes(ctx, d); err != nil {
		return err
	}
	s := &recommend.Service{DB: d, Clock: clock.System{}, Catalog: catalog.New(d, clock.System{}, func() {})}
	var took series
	acts := 0
	for range rounds {
		begin := time.Now()
		if acts, err = s.Rebuild(ctx); err != nil {
			return err
		}
		took = append(took, time.Since(begin).Seconds()*1000)
	}
	var mem runtime.MemStats
	runtime.ReadMemStats(&mem)
	took.print("recommendations made anew", fmt.Sprintf("ms, %d courses taken (the first round writes them all); %d MB from the system", acts, mem.Sys>>20))
	r, err := s.Evaluate(ctx, 20, 20)
	fmt.Println(r)
	return err
}

func tastes(ctx context.Context, d *db.DB) error {
	rng := rand.New(rand.NewSource(20))
	tx, err := d.SQL().BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	exec := func(text string, args ...any) {
		if err == nil {
			_, err = tx.ExecContext(ctx, text, args...)
		}
	}
	for c := range tasteCourses {
		exec(`INSERT INTO courses (id, title, status, preview_token, created_at, updated_at) VALUES ($1, 'c', 'published', $2, 0, 0)`, c+1, fmt.Sprint("t", c))
		exec(`INSERT INTO chapters (id, course_id, title, position) VALUES ($1, $1, 'c', 1)`, c+1)
		exec(`INSERT INTO lessons (id, course_id, chapter_id, title, form, position) VALUES ($1, $1, $1, 'l', 'video', 1)`, c+1)
	}
	for u := range tasteLearners {
		exec(`INSERT INTO users (id, nickname, created_at) VALUES ($1, 'x', 0)`, u+1)
		circle, had := rng.Intn(tasteCircles), map[int]bool{}
		for len(had) < tasteEach {
			x := rng.Float64()
			c := int(x * x * tasteCourses)
			if rng.Float64() < 0.7 {
				c = c/tasteCircles*tasteCircles + circle
			}
			if c = min(c, tasteCourses-1); !had[c] {
				had[c] = true
				at := rng.Int63n(300 * 24 * 3600_000)
				exec(`INSERT INTO lesson_progress (user_id, lesson_id, course_id, started_at, studied_at) VALUES ($1, $2, $2, $3, $3)`, u+1, c+1, at)
			}
		}
	}
	if err != nil {
		return err
	}
	return tx.Commit()
}
