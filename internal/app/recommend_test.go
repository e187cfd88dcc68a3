package app_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"zhizhou/internal/catalog"
	"zhizhou/internal/db"
)

// shelved puts another course on the shelf.
func (w *world) shelved(title string, tags ...string) (courseID, skuID, lesson int64) {
	w.t.Helper()
	ctx, c := w.system(), w.app.Catalog
	course := must(c.CreateCourse(ctx, 0, title))(w.t)
	w.ok(c.UpdateCourse(ctx, 0, course.ID, catalog.CourseChange{Title: title, Promise: "承诺", IntroHTML: "<p>介绍</p>", Tags: tags, Outcomes: []string{}, InstructorID: must(c.Instructors(ctx))(w.t)[0].ID, Version: course.Version}))
	skuID = must(c.SaveSKU(ctx, w.product(course.ID), catalog.SKU{Name: "长期有效", PriceFen: 900, TaxCategory: "digital_service", Active: true}))(w.t)
	chapter := must(c.AddChapter(ctx, 0, course.ID, "第一章"))(w.t)
	lesson = must(c.AddLesson(ctx, 0, course.ID, chapter, "第一课", catalog.Article))(w.t)
	w.ok(c.UpdateLesson(ctx, 0, lesson, catalog.LessonChange{Title: "第一课", IsFree: true, BodyHTML: videoless}))
	w.ok(c.Publish(ctx, course.ID, 0))
	return course.ID, skuID, lesson
}

// What goes with a learner's study is shown with its reason; a switch ends that, for him
// and for what others are shown by his study; nothing unpublished, owned or given back
// is recommended, and no small group is told of.
func TestRecommendations(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		near, _, nearLesson := w.shelved("听懂别人的话", "倾听")
		alike, _, _ := w.shelved("写好一封邮件", "邮件")
		rebuild := func() { t.Helper(); must(w.app.Recommend.Rebuild(w.system()))(t); w.app.API.Forget() }
		also := func(course int64) string {
			return w.person(nil).want(200, "", "GET", fmt.Sprintf("/api/courses/%d/also", course), nil).raw
		}
		var takers []*person
		for i := range 4 {
			p := w.learner(fmt.Sprintf("1380013887%d", i), nil)
			takers = append(takers, p)
			p.read(w.openText)
			if i < 2 {
				p.read(nearLesson)
			}
		}
		rebuild()
		if got := also(w.paid); strings.Contains(got, "听懂") {
			t.Fatalf("two people are told of: %s", got)
		}
		takers[2].read(nearLesson)
		rebuild()
		if got := also(w.paid); !strings.Contains(got, "听懂别人的话") || !strings.Contains(got, `"people":3`) {
			t.Fatalf("also: %s", got)
		}
		w.person(nil).want(404, "course_gone", "GET", "/api/courses/123/also", nil)

		reader := takers[3]
		home := func(p *person) string { return p.want(200, "", "GET", "/api/home", nil).raw }
		got := home(reader)
		if !strings.Contains(got, `"kind":"together"`) || !strings.Contains(got, "学过《把话写清楚》的人也在学") || !strings.Contains(got, "和你学过的《把话写清楚》同属「邮件」") {
			t.Fatalf("for a learner: %s", got)
		}
		if picked := got[strings.Index(got, `"recommended"`):strings.Index(got, `"newest"`)]; strings.Contains(picked, fmt.Sprintf(`"id":%d`, w.paid)) || !strings.Contains(picked, fmt.Sprintf(`"id":%d`, alike)) {
			t.Fatalf("what he studies is put forward again: %s", picked)
		}
		if got := home(w.person(nil)); strings.Contains(got, "together") || strings.Contains(got, "alike") || !strings.Contains(got, `"kind":"shelf"`) {
			t.Fatalf("for a stranger: %s", got)
		}

		// Off: nothing by study, and the others are counted without him.
		takers[2].want(200, "", "PUT", "/api/me/personalization", map[string]any{"on": false})
		reader.want(200, "", "PUT", "/api/me/personalization", map[string]any{"on": false})
		if got := home(reader); strings.Contains(got, "together") || strings.Contains(got, "alike") || reader.want(200, "", "GET", "/api/me/personalization", nil).at("on") != false {
			t.Fatalf("switched off: %s", got)
		}
		rebuild()
		if got := also(w.paid); strings.Contains(got, "听懂") {
			t.Fatalf("who does not want to be counted is: %s", got)
		}
		for _, p := range []*person{takers[2], reader} {
			p.want(200, "", "PUT", "/api/me/personalization", map[string]any{"on": true})
		}
		rebuild()
		if got := home(reader); !strings.Contains(got, `"kind":"together"`) {
			t.Fatalf("switched on again: %s", got)
		}
		w.ok(w.app.Catalog.Unpublish(w.system(), near))
		if got := home(reader) + also(w.paid); strings.Contains(got, "听懂") {
			t.Fatalf("what was taken down is recommended: %s", got)
		}

		// Off wins when two users become one.
		a, b := takers[0].me(), reader.me()
		takers[0].want(200, "", "PUT", "/api/me/personalization", map[string]any{"on": false})
		w.ok(w.app.DB.Tx(w.system(), func(ctx context.Context, tx *db.Tx) error { return w.app.Recommend.Merge(ctx, tx, a, b) }))
		if reader.want(200, "", "GET", "/api/me/personalization", nil).at("on") != false {
			t.Fatal("the choice was lost")
		}
	})
}

// What was given back says nothing about taste.
func TestRefundedCoursesAreNoTaste(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		_, sku, _ := w.shelved("退掉的课")
		for i := range 3 {
			p := w.learner(fmt.Sprintf("1380013888%d", i), nil)
			p.read(w.openText)
			no, _ := p.buy(sku)
			if i == 0 {
				must(w.app.Commerce.StaffRefund(w.system(), no, "taste-refund-1", 0, 0, "不想学了"))(t)
			}
		}
		if n := must(w.app.Recommend.Rebuild(w.system()))(t); n != 5 {
			t.Fatalf("counted %d courses taken", n)
		}
		r := must(w.app.Recommend.Evaluate(w.system(), 20, 20))(t)
		if r.Acts != 4 {
			t.Fatalf("evaluated with %+v", r)
		}
	})
}
