package main

import (
	"context"
	"fmt"
	"math/rand"
	"time"

	"zhizhou/internal/audit"
	"zhizhou/internal/catalog"
	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/search"
)

var qProbe = db.Q("bench/probe", `UPDATE search_docs SET sold = sold WHERE id = 0`)

// renaming measures how long other writers wait while a course of a hundred articles of
// five thousand characters gets a new title, and until the index has followed.
func renaming(ctx context.Context, engine, dsn string) error {
	ctx = audit.WithActor(ctx, audit.Actor{Kind: "system", Name: "bench"})
	d, err := db.Open(ctx, dsn)
	if err != nil {
		return err
	}
	defer d.Close()
	rng := rand.New(rand.NewSource(12))
	const course, chapter = 7_000_000, 7_100_000
	if _, err := d.SQL().ExecContext(ctx, `INSERT INTO courses (id, title, promise, status, preview_token, instructor_id, scene, published_at, created_at, updated_at, intro_html, audience, outcomes)
		VALUES ($1, '长课', '', 'published', 't', 0, 'boat', 1700000000000, 1, 1, '', '', '[]')`, course); err != nil {
		return err
	}
	if _, err := d.SQL().ExecContext(ctx, `INSERT INTO chapters (id, course_id, title, position) VALUES ($1, $2, '章', 1)`, chapter, course); err != nil {
		return err
	}
	for i := range 100 {
		if _, err := d.SQL().ExecContext(ctx, `INSERT INTO lessons (id, course_id, chapter_id, title, form, position, body_html, released_at) VALUES ($1, $2, $3, $4, 'article', $5, $6, 1)`,
			7_200_000+i, course, chapter, fmt.Sprintf("第 %d 课", i), i, "<p>"+sentence(rng, 5000)+"</p>"); err != nil {
			return err
		}
	}
	shelf := catalog.New(d, clock.System{}, nil)
	find := search.New(d, clock.System{}, shelf, nil)
	shelf.OnChange(find.Index)
	if err := find.Heal(ctx); err != nil {
		return err
	}
	for round := range 5 {
		c, _, err := shelf.Course(ctx, 0, course)
		if err != nil {
			return err
		}
		stop, waited := make(chan struct{}), make(chan time.Duration)
		go func() {
			longest := time.Duration(0)
			for {
				select {
				case <-stop:
					waited <- longest
					return
				default:
				}
				at := time.Now()
				_ = d.Tx(ctx, func(ctx context.Context, tx *db.Tx) error { _, err := tx.Exec(ctx, qProbe); return err })
				longest = max(longest, time.Since(at))
			}
		}()
		time.Sleep(200 * time.Millisecond)
		at := time.Now()
		if err := shelf.UpdateCourse(ctx, 0, course, catalog.CourseChange{Title: fmt.Sprintf("长课之%d", round), Version: c.Version, InstructorID: c.InstructorID, Outcomes: []string{}}); err != nil {
			return err
		}
		saved := time.Since(at)
		if err := find.Finish(ctx, course); err != nil {
			return err
		}
		whole := time.Since(at)
		close(stop)
		fmt.Printf("RENAME %s 500,000 characters: saved in %.0f ms, index done after %.0f ms, another writer waited %.0f ms at most\n", engine, saved.Seconds()*1000, whole.Seconds()*1000, (<-waited).Seconds()*1000)
	}
	return nil
}
