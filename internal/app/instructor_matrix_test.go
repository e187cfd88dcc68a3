package app_test

import (
	"fmt"
	"maps"
	"strings"
	"testing"

	"zhizhou/internal/account"
	"zhizhou/internal/catalog"
	"zhizhou/internal/certificate"
	"zhizhou/internal/challenge"
	"zhizhou/internal/web"
)

// sharedByAll are the routes of the console that instructors may call and that know no
// owner.
var sharedByAll = map[string]string{"console_card_template": "how the whole school draws its cards"}

// What an instructor has is nobody else's: every route of the console that instructors
// may call with a number is called with the numbers of another one's course. The routes
// come from the route table: one that names a thing unknown here fails.
func TestAnotherInstructorSeesNothing(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := w.system()
		mine := must(w.app.Catalog.Instructors(ctx))(t)[0].ID
		leads := w.teacher("class_teacher", mine) // of the same instructor, and of other classes
		own, other := w.teacher("instructor", mine), w.teacher("instructor", must(w.app.Catalog.SaveInstructor(ctx, catalog.Instructor{Name: "旁人"}))(t))
		forms := w.everyForm(own)
		w.ok(w.app.Certificate.SaveRule(ctx, 0, certificate.Rule{CourseID: w.paid, Active: true, Title: "证书", MinPercent: 1}, nil))
		p := w.learner("13900007201", nil)
		p.buy(w.sku)
		at := func(form string, path string) string { return fmt.Sprintf("/api/lessons/%d/%s", forms[form], path) }
		attempt := p.want(200, "", "POST", at(catalog.Quiz, "attempts"), nil).num("id")
		p.want(200, "", "POST", fmt.Sprintf("/api/attempts/%d/submit", attempt), replies(w.rightReplies(p.id(), attempt)...))
		file := p.sends(at(catalog.Homework, "homework-files?name=a.txt"), []byte("请假"))
		p.want(200, "", "POST", at(catalog.Homework, "submissions"), map[string]any{"body": "老板，我要请假。", "files": []int64{file.num("id")}})
		submission := own.want(200, "", "GET", fmt.Sprintf("/api/console/lessons/%d/submissions", forms[catalog.Homework]), nil).item(0, "items").num("id")
		booked := idOf(p.want(200, "", "POST", at(catalog.Booking, "bookings"), map[string]any{"slot_id": 1}).list("own")[0])
		asked := p.want(200, "", "POST", at(catalog.Article, "questions"), map[string]any{"body": "为什么结论在前"}).num("id")
		own.want(200, "", "POST", fmt.Sprintf("/api/console/lesson-questions/%d/answers", asked), map[string]any{"body": "因为对方忙"})
		p.want(200, "", "PUT", fmt.Sprintf("/api/courses/%d/rating/mine", w.paid), map[string]any{"stars": 4, "version": 0, "body": "讲得清楚"})
		rating := own.want(200, "", "GET", "/api/console/ratings", nil).item(0, "items").num("id")
		talk := own.want(200, "", "GET", fmt.Sprintf("/api/console/lesson-questions/%d", asked), nil)
		certified := own.want(200, "", "GET", fmt.Sprintf("/api/console/courses/%d/certificates", w.paid), nil).item(0, "items").num("id")
		lesson := func(form string) answer {
			return own.want(200, "", "GET", fmt.Sprintf("/api/console/lessons/%d", forms[form]), nil)
		}
		tagged := maps.Clone(bodies["console_question_save"].(map[string]any))
		tagged["tags"] = []string{"只有本人的标签"}
		question := own.want(200, "", "PUT", "/api/console/questions/0", tagged).num("id")

		class := w.class(weekly(7), func(c *challenge.Class) { c.CourseID = w.paid })
		p.joins(class)
		template := own.want(200, "", "GET", fmt.Sprintf("/api/console/classes/%d", class), nil).num("challenge_id")
		cardID := int64(p.cards()["certificate"]["id"].(float64))
		pattern := own.want(200, "", "PUT", "/api/console/mentor-patterns/0", map[string]any{"version": 0, "name": "只有本人的寄语", "course_id": w.paid, "body": strings.Repeat("学得踏实，往后也请这样走下去。", 8)}).num("id")
		things := map[string][]int64{
			"cards": {cardID}, "mentor-patterns": {pattern},
			"challenges": {template}, "classes": {class},
			"courses": {w.paid}, "lessons": {}, "attempts": {attempt}, "homework-files": {file.num("id")}, "submissions": {submission}, "lesson-questions": {asked}, "ratings": {rating},
			"lesson-answers": {talk.item(0, "answers").num("id")}, "certificates": {certified}, "documents": {lesson(catalog.Document).num("document_id")}, "ebooks": {lesson(catalog.Ebook).num("ebook_id")},
			"assets": {lesson(catalog.Audio).num("asset_id")}, "questions": {question}, "bookings": {booked}, "booking-slots": {1},
			"library": {lesson(catalog.Audio).num("asset_id")}, "folders": {own.want(200, "", "POST", "/api/console/folders", map[string]any{"parent_id": 0, "name": "板书"}).num("id")},
		}
		for _, n := range forms {
			things["lessons"] = append(things["lessons"], n)
		}
		tried := 0
		for _, r := range w.app.API.Routes() { // a class teacher opens nothing of a class that another one leads
			if thing := strings.Split(strings.TrimPrefix(r.Path, "/api/console/"), "/")[0]; r.Need == web.Console && thing == "classes" && strings.Contains(r.Path, "{") {
				tried++
				if a := leads.tries(r, map[string]string{"id": fmt.Sprint(class)}, tried); a.status != 403 && a.status != 404 {
					t.Errorf("%s %s answers the teacher of another class with %d %s", r.Method, r.Path, a.status, a.raw)
				}
			}
		}
		if tried < 10 {
			t.Errorf("only %d doors of classes were tried", tried)
		}
		tried = 0
		for _, r := range w.app.API.Routes() {
			if r.Need != web.Console || !strings.Contains(r.Path, "{") || !account.Allowed("instructor", r.Permission) {
				continue
			}
			thing := strings.Split(strings.TrimPrefix(r.Path, "/api/console/"), "/")[0]
			if _, ok := sharedByAll[r.ID]; ok {
				continue
			}
			ids, known := things[thing]
			if !known {
				t.Errorf("%s %s: whose %s are, the matrix does not know", r.Method, r.Path, thing)
			}
			for _, n := range ids {
				tried++
				params := map[string]string{"id": fmt.Sprint(n), "action": "start", "kind": "asset"}
				if a := other.tries(r, params, tried); a.status != 403 && a.status != 404 {
					t.Errorf("%s %s answers another instructor with %d %s", r.Method, r.Path, a.status, a.raw)
				}
			}
		}
		if tried < 60 {
			t.Errorf("only %d doors were tried", tried)
		}
		hidden := []string{fmt.Sprint(p.id()), fmt.Sprint(w.product(w.paid)), fmt.Sprint(w.sku), "把话写清楚", "只有本人的标签"}
		for _, ids := range things {
			for _, n := range ids {
				if n > 1 { // the only slot's number stands in every second text
					hidden = append(hidden, fmt.Sprint(n))
				}
			}
		}
		w.otherLists(own, other, hidden)
	})
}

// schoolWide are the lists without a number that know no owner, by route.
var schoolWide = map[string]string{}

// otherLists calls every list of the console that instructors may call and insists that
// none shows to other what is hidden, and that most show something of it to its owner.
func (w *world) otherLists(own, other *person, hidden []string) {
	w.t.Helper()
	called, filled := 0, map[string]bool{}
	for _, r := range w.app.API.Routes() {
		if r.Need != web.Console || r.Method != "GET" || strings.Contains(r.Path, "{") || r.Permission == "self" || !account.Allowed("instructor", r.Permission) {
			continue
		}
		called++
		mine, others := own.tries(r, nil, called), other.tries(r, nil, called)
		if others.status != 200 || mine.status != 200 {
			w.t.Errorf("%s answers its owner with %d, another instructor with %d %s", r.Path, mine.status, others.status, others.raw)
		}
		for _, secret := range hidden {
			filled[r.ID] = filled[r.ID] || strings.Contains(mine.raw, secret)
			if _, ok := schoolWide[r.ID]; !ok && strings.Contains(others.raw, secret) {
				w.t.Errorf("%s shows another instructor %s: %s", r.Path, secret, others.raw)
			}
		}
	}
	for _, id := range []string{"courses", "questions", "question_tags", "assets", "documents", "ebooks", "lesson_questions", "ratings", "challenges", "classes"} {
		if !filled["console_"+id] {
			w.t.Errorf("%s is empty for its owner, so nothing was tried (%d lists called: %v)", id, called, filled)
		}
	}
}
