package app_test

import (
	"context"
	"testing"
	"time"

	"zhizhou/demo"
	"zhizhou/internal/card"
	"zhizhou/internal/catalog"
	"zhizhou/internal/clock"
	"zhizhou/internal/homework"
)

// The demo school's workshop is open from the first start, without a network or a
// finished video.
func TestTheDemoSchoolHasEveryForm(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		for _, c := range must(w.app.Catalog.Categories(ctx))(t) { // the school of the other tests
			c.Slug = "other-" + c.Slug
			must(w.app.Catalog.SaveCategory(ctx, c))(t)
		}
		must(w.app.Welcome(ctx, true))(t)
		rows := must(w.app.Catalog.Courses(ctx, 0, "", "", demo.Workshop.Title, nil, 5))(t)
		if len(rows) != 1 || rows[0].Status != catalog.Published {
			t.Fatalf("the workshop: %+v", rows)
		}
		lessons := map[string]catalog.Lesson{}
		for _, part := range must(w.app.Catalog.Outline(ctx, rows[0].ID))(t) {
			for _, l := range part.Lessons {
				lessons[l.Form] = must(w.app.Catalog.Lesson(ctx, l.ID))(t)
			}
		}
		book := must(w.app.Ebook.Chapters(ctx, lessons[catalog.Ebook].EbookID))(t)
		if len(book) != 9 || book[1].Title != "一、说明书是写给慌张的人看的" {
			t.Errorf("the book: %d chapters, %+v", len(book), book)
		}
		task := must(w.app.Homework.Task(ctx, lessons[catalog.Homework].ID))(t)
		if homework.Points(task.Rubric) != 100 || lessons[catalog.Homework].AfterLessonID != lessons[catalog.Article].ID {
			t.Errorf("the homework: %+v", task)
		}
		room := must(w.app.Live.Room(ctx, lessons[catalog.Live].ID))(t)
		at, now := time.UnixMilli(room.StartsAt).In(clock.China), w.clock.Now().In(clock.China)
		if at.Hour() != 20 || at.YearDay() != now.AddDate(0, 0, 1).YearDay() {
			t.Errorf("the live lesson is at %v, now is %v", at, now)
		}
		if r := must(w.app.Certificate.Rule(ctx, 0, rows[0].ID))(t); !r.Active || r.MinPercent != 70 {
			t.Errorf("the certificate: %+v", r)
		}
		may := map[string]int{}
		for _, f := range must(w.app.Catalog.Attachments(ctx, rows[0].ID))(t) {
			may[f.Permission]++
		}
		cards := must(w.app.Card.Desk(ctx, card.Sift{Kind: card.Course}, 0, 50))(t)
		if len(cards) == 0 {
			t.Error("nobody finished a course")
		}
		for _, c := range cards {
			if c.Facts.Minutes() == 0 || c.Facts.Days == 0 {
				t.Errorf("a course was finished in %d minutes on %d days", c.Facts.Minutes(), c.Facts.Days)
			}
		}
		if may[catalog.MayView] != 1 || may[catalog.MayDownload] != 1 {
			t.Errorf("attachments: %v", may)
		}
	})
}
