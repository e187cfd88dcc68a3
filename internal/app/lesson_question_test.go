package app_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"zhizhou/internal/db"
)

var qAnswersOf = db.Q("test/answers_of", `SELECT answers FROM lesson_questions WHERE id = $1`)

// INV-42: the whole road of a question: waiting, shown, answered by others (looked at
// first) and by the school (at once); the asker is told of each once and says what
// helped; nothing that waits is in anybody else's lists.
func TestINV42QuestionsFromAskingToHelp(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p, other, stranger := w.learner("13900005001", nil), w.learner("13900005002", nil), w.learner("13900005003", nil)
		p.buy(w.sku)
		other.buy(w.sku)
		at := fmt.Sprintf("/api/lessons/%d/questions", w.lesson)
		stranger.want(403, "lesson_locked", "GET", at, nil)
		q := p.want(200, "", "POST", at, map[string]any{"body": "结论放哪里？", "place": "text", "quote": "先说结论"})
		path := fmt.Sprintf("/api/lesson-questions/%d", q.num("id"))
		if q.str("state") != "pending" || !strings.Contains(p.want(200, "", "GET", at, nil).raw, "结论放哪里") {
			t.Fatal(q.raw)
		}
		if strings.Contains(other.want(200, "", "GET", at, nil).raw, "结论放哪里") {
			t.Fatal("seen before it was looked at")
		}
		other.want(404, "lesson_question_gone", "GET", path, nil)
		other.want(404, "lesson_question_gone", "POST", path+"/answers", map[string]any{"body": "抢答"})
		ops := w.schoolStaff("operator")
		ops.decides(true, "")
		if !strings.Contains(other.want(200, "", "GET", at, nil).raw, "结论放哪里") {
			t.Fatal("not shown")
		}
		stranger.want(403, "lesson_locked", "GET", path, nil)

		reply := other.want(200, "", "POST", path+"/answers", map[string]any{"body": "放第一句"}).list("answers")[0]
		if reply["state"] != "pending" || strings.Contains(p.want(200, "", "GET", path, nil).raw, "放第一句") || len(p.notices()) != 0 || w.count(qAnswersOf, q.num("id")) != 0 {
			t.Fatal("an answer was shown before it was looked at")
		}
		p.want(404, "lesson_answer_gone", "PUT", path+"/accepted", map[string]any{"answer_id": idOf(reply)})
		ops.decides(true, "")
		if told := p.notices(); len(told) != 1 || !strings.Contains(told[0], "有了回答") {
			t.Fatal(told)
		}
		desk := ops.want(200, "", "GET", "/api/console/lesson-questions?which=waiting", nil).list("items")
		if len(desk) != 1 {
			t.Fatal(desk)
		}
		console := fmt.Sprintf("/api/console/lesson-questions/%d", q.num("id"))
		page := ops.want(200, "", "POST", console+"/answers", map[string]any{"body": "第一句就说，别铺垫。"})
		staff := page.list("answers")[1]
		if len(p.notices()) != 2 || len(ops.want(200, "", "GET", "/api/console/lesson-questions?which=waiting", nil).list("items")) != 0 {
			t.Fatal("the school's answer is not told or the question still waits")
		}
		seen := other.want(200, "", "GET", path, nil).list("answers")
		if len(seen) != 2 || seen[0]["staff"] != true || seen[0]["author"] == "" {
			t.Fatal(seen)
		}
		other.want(404, "lesson_question_gone", "PUT", path+"/accepted", map[string]any{"answer_id": idOf(staff)})
		p.want(204, "", "PUT", path+"/accepted", map[string]any{"answer_id": idOf(reply)})
		if top := other.want(200, "", "GET", path, nil).list("answers")[0]; top["accepted"] != true || idOf(top) != idOf(reply) {
			t.Fatal(top)
		}
		// Thumbs at once, and an edit that takes the answer back.
		like := fmt.Sprintf("/api/lesson-answers/%d/like", idOf(reply))
		var wg sync.WaitGroup
		for range 5 {
			wg.Go(func() { p.do("PUT", like, map[string]any{"on": true}) })
		}
		wg.Wait()
		if a := other.want(200, "", "GET", path, nil).list("answers")[0]; a["likes"] != 1.0 {
			t.Fatal(a)
		}
		p.want(404, "lesson_answer_gone", "PUT", fmt.Sprintf("/api/lesson-answers/%d", idOf(reply)), map[string]any{"version": 1, "body": "改别人的"})
		other.want(204, "", "PUT", fmt.Sprintf("/api/lesson-answers/%d", idOf(reply)), map[string]any{"version": 1, "body": "放标题里"})
		again := p.want(200, "", "GET", path, nil)
		if !strings.Contains(again.raw, `"accepted_id":0`) || strings.Contains(again.raw, "放标题里") || w.count(qAnswersOf, q.num("id")) != 1 {
			t.Fatal(again.raw)
		}
		w.clock.Advance(2 * time.Minute)
		// The asker's own edit goes back too; a deleted question is gone for all.
		p.want(204, "", "PUT", path, map[string]any{"version": 1, "body": "结论到底放哪里？"})
		other.want(404, "lesson_question_gone", "GET", path, nil)
		p.want(409, "note_changed", "PUT", path, map[string]any{"version": 1, "body": "旧页面"})
		other.want(404, "lesson_question_gone", "DELETE", path, nil)
		p.want(204, "", "DELETE", path, nil)
		p.want(404, "lesson_question_gone", "GET", path, nil)
		if raw := p.want(200, "", "GET", "/api/me/lesson-questions", nil).raw; strings.Contains(raw, "结论") {
			t.Fatal(raw)
		}
		w.sound()
	})
}

// INV-40: instructors answer on their own courses, and see no other; who answers may not
// decide what is shown, and the other way round.
func TestINV40TeachersAnswerOnTheirOwnCourses(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.learner("13900005101", nil)
		p.buy(w.sku)
		q := p.want(200, "", "POST", fmt.Sprintf("/api/lessons/%d/questions", w.lesson), map[string]any{"body": "老师在吗？"})
		console := fmt.Sprintf("/api/console/lesson-questions/%d", q.num("id"))
		c, _, err := w.app.Catalog.Course(w.system(), 0, w.paid)
		w.ok(err)
		teacher, elsewhere, support := w.teacher("instructor", c.InstructorID), w.staff("instructor"), w.schoolStaff("support")
		if items := elsewhere.want(200, "", "GET", "/api/console/lesson-questions", nil).list("items"); len(items) != 0 {
			t.Fatal(items)
		}
		elsewhere.want(404, "lesson_question_gone", "GET", console, nil)
		elsewhere.want(404, "lesson_question_gone", "POST", console+"/answers", map[string]any{"body": "我来答"})
		elsewhere.want(404, "lesson_question_gone", "PUT", console+"/accepted", map[string]any{"answer_id": 0})
		teacher.want(403, "forbidden", "GET", "/api/console/moderation", nil)
		support.want(403, "forbidden", "GET", "/api/console/lesson-questions", nil)
		// The school answers what still waits to be looked at; its asker alone sees both.
		page := teacher.want(200, "", "POST", console+"/answers", map[string]any{"body": "在的"})
		reply := page.list("answers")[0]
		if reply["mine"] != true || !strings.Contains(p.want(200, "", "GET", fmt.Sprintf("/api/lesson-questions/%d", q.num("id")), nil).raw, "在的") {
			t.Fatal(page.raw)
		}
		edit := fmt.Sprintf("/api/console/lesson-answers/%d", idOf(reply))
		elsewhere.want(404, "lesson_answer_gone", "PUT", edit, map[string]any{"version": 1, "body": "替你改"})
		teacher.want(204, "", "PUT", edit, map[string]any{"version": 1, "body": "在的，请讲"})
		teacher.want(409, "note_changed", "PUT", edit, map[string]any{"version": 1, "body": "旧页面"})
		teacher.want(204, "", "PUT", console+"/accepted", map[string]any{"answer_id": idOf(reply)})
		// What the school said can be taken down as well.
		support.want(200, "", "POST", "/api/console/moderation", map[string]any{"items": []any{map[string]any{"what": "answer", "id": idOf(reply), "version": 2}}, "show": false, "reason": "答错了"})
		if a := p.want(200, "", "GET", fmt.Sprintf("/api/lesson-questions/%d", q.num("id")), nil); strings.Contains(a.raw, "请讲") || !strings.Contains(a.raw, `"accepted_id":0`) {
			t.Fatal(a.raw)
		}
		teacher.want(409, "note_changed", "PUT", edit, map[string]any{"version": 2, "body": "悄悄改回来"})
		w.sound()
	})
}
