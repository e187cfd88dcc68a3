package app_test

import (
	"fmt"
	"strings"
	"testing"

	"zhizhou/internal/catalog"
	"zhizhou/internal/challenge"
)

// A class teacher opens classes of the templates of their instructor, sees those that they
// lead alone, looks at what is written there and gives awards; a class may be given to
// another one, and is the first one's no longer.
func TestClassTeacherLeadsOwnClasses(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		mine := must(w.app.Catalog.Instructors(w.system()))(t)[0].ID
		stranger := must(w.app.Catalog.SaveInstructor(w.system(), catalog.Instructor{Name: "旁人"}))(t)
		op := w.teacher("operator", 0)
		a, b := w.teacher("class_teacher", mine), w.teacher("class_teacher", stranger)
		own := must(w.app.Challenge.Save(w.system(), 0, challenge.Challenge{Title: "七天清晰表达", Plan: weekly(7), CourseID: w.paid}))(t)
		school := must(w.app.Challenge.Save(w.system(), 0, challenge.Challenge{Title: "全校早起", Plan: weekly(7)}))(t)

		list := a.want(200, "", "GET", "/api/console/challenges", nil)
		if !strings.Contains(list.raw, "七天清晰表达") || strings.Contains(list.raw, "全校早起") {
			t.Fatalf("templates: %s", list.raw)
		}
		today := challenge.DayOf(challenge.Ordinal(w.clock.Now()))
		body := map[string]any{"title": "第一期", "about": "", "join_until": 0, "capacity": 20, "teacher": "林老师", "share_weekday": 7, "mode": "dates", "starts_on": today, "admits": "anyone"}
		open := func(p *person, status int, id int64) answer {
			t.Helper()
			return p.want(status, map[int]string{200: "", 404: "challenge_gone"}[status], "POST", fmt.Sprintf("/api/console/challenges/%d/classes", id), body)
		}
		open(b, 404, own.ID)
		open(a, 404, school.ID)
		made := open(a, 200, own.ID)
		class := made.num("id")
		if made.num("teacher_id") == 0 {
			t.Fatalf("who opened it does not lead it: %s", made.raw)
		}
		a.want(403, "forbidden", "PUT", fmt.Sprintf("/api/console/challenges/%d", own.ID), bodies["console_challenge_save"])
		a.want(403, "forbidden", "PUT", fmt.Sprintf("/api/console/classes/%d/leader", class), map[string]any{"teacher_id": 0})
		a.want(403, "forbidden", "GET", "/api/console/courses", nil)
		body["price"], body["price_fen"] = "class", 9900 // its money is not theirs to move
		a.want(403, "forbidden", "POST", fmt.Sprintf("/api/console/challenges/%d/classes", own.ID), body)
		sold := op.want(200, "", "POST", fmt.Sprintf("/api/console/challenges/%d/classes", own.ID), body).num("id")
		delete(body, "price")
		op.want(204, "", "PUT", fmt.Sprintf("/api/console/classes/%d/leader", sold), map[string]any{"teacher_id": made.num("teacher_id")})
		a.want(403, "forbidden", "PUT", fmt.Sprintf("/api/console/classes/%d/state", sold), map[string]any{"state": "cancelled", "reason": "不开了"})
		op.want(204, "", "PUT", fmt.Sprintf("/api/console/classes/%d/leader", sold), map[string]any{"teacher_id": 0})
		one := fmt.Sprintf("/api/console/classes/%d", class)
		b.want(404, "class_gone", "GET", one, nil)
		if l := b.want(200, "", "GET", "/api/console/classes", nil); len(l.at("items").([]any)) != 0 {
			t.Fatalf("another's classes: %s", l.raw)
		}

		// What members write is looked at by who leads the class.
		p := w.learner("13900150001", nil)
		p.joins(class)
		p.checksIn(200, "", class, 0, "先说结论：明天我请假。")
		cases := a.want(200, "", "GET", one+"/check-ins", nil)
		first := cases.item(0, "items")
		pick := map[string]any{"items": []map[string]any{{"what": "check_in", "id": first.num("id"), "version": first.num("version")}}, "show": true}
		b.want(404, "class_gone", "POST", one+"/check-ins", pick)
		if d := a.want(200, "", "POST", one+"/check-ins", pick); d.num("done") != 1 {
			t.Fatalf("decided: %s", d.raw)
		}
		if l := a.want(200, "", "GET", one+"/check-ins", nil); len(l.at("items").([]any)) != 0 {
			t.Fatalf("still waiting: %s", l.raw)
		}
		a.want(200, "", "GET", one+"/top", nil)

		// Given to nobody, then to one who cannot have it, then back.
		lead := func(status int, code string, id int64) {
			t.Helper()
			op.want(status, code, "PUT", one+"/leader", map[string]any{"teacher_id": id})
		}
		names := op.want(200, "", "GET", "/api/console/class-teachers", nil)
		if len(names.at("items").([]any)) != 2 {
			t.Fatalf("teachers: %s", names.raw)
		}
		lead(204, "", 0)
		a.want(404, "class_gone", "GET", one, nil)
		lead(422, "class_invalid", 12345)
		other := made.num("teacher_id")
		for i := range 2 {
			if id := item(names, i, "id"); id != other {
				lead(422, "class_invalid", id) // another instructor's
			}
		}
		lead(204, "", other)
		a.want(200, "", "GET", one, nil)
		w.sound()
	})
}

// The card of a milestone of a class is written on by who leads the class and by the
// instructor whose class it is, and by nobody else's teacher.
func TestMentorNotesOfClasses(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		mine := must(w.app.Catalog.Instructors(w.system()))(t)[0].ID
		stranger := must(w.app.Catalog.SaveInstructor(w.system(), catalog.Instructor{Name: "旁人"}))(t)
		for _, x := range []int64{mine, stranger} {
			w.teacher("instructor", x)
			w.teacher("class_teacher", x)
		}
		class := w.class(weekly(7), func(c *challenge.Class) { c.CourseID = w.paid })
		w.ok(w.app.Challenge.SetTeacher(w.system(), 0, class, must(w.app.Challenge.Teachers(w.system(), mine))(t)[0].ID))
		p := w.learner("13900150061", nil)
		w.shanghai(0, 20, 0)
		p.joins(class)
		for day := range 6 {
			p.checksIn(200, "", class, 0, fmt.Sprintf("第 %d 天：先说结论。", day+1))
			w.shanghai(1, 20, 0)
		}
		w.shanghai(1, 0, 1)
		w.ok(w.app.Challenge.Sweep(w.system()))
		p.hasCard() // of a free course of the same instructor: not the class teacher's
		own, other := w.back("instructor", mine), w.back("instructor", stranger)
		leads, beside := w.back("class_teacher", mine), w.back("class_teacher", stranger)

		card := leads.want(200, "", "GET", "/api/console/cards", nil)
		if rows := card.at("items").([]any); len(rows) != 1 || card.item(0, "items").str("kind") != "days" {
			t.Fatalf("cards of the class: %s", card.raw)
		}
		id := card.item(0, "items").num("id")
		note := fmt.Sprintf("/api/console/cards/%d/note", id)
		body := map[string]any{"version": 0, "mentor": "林老师", "body": "每一天都先把结论写在前头，最后一天更是干净利落，往后也请这样写下去。"}
		approve := func(p *person, version int64) int64 {
			return p.want(200, "", "POST", "/api/console/mentor-notes/approve", map[string]any{"items": []map[string]any{{"id": id, "version": version}}}).num("done")
		}
		for name, x := range map[string]*person{"another's instructor": other, "the teacher of no class": beside} {
			if l := x.want(200, "", "GET", "/api/console/cards?kind=days", nil); len(l.at("items").([]any)) != 0 {
				t.Errorf("%s sees %s", name, l.raw)
			}
			x.want(404, "card_gone", "PUT", note, body)
			x.want(404, "card_gone", "GET", fmt.Sprintf("/api/console/cards/%d/voice", id), nil)
		}
		leads.want(204, "", "PUT", note, body)
		if approve(other, 1) != 0 || approve(beside, 1) != 0 {
			t.Fatal("approved by a stranger")
		}
		if a := leads.sends(fmt.Sprintf("/api/console/cards/%d/voice?name=a.mp3&version=1", id), append([]byte("ID3\x03\x00\x00\x00\x00\x00\x00"), make([]byte, 2000)...)); a.status != 204 {
			t.Fatal(a.raw)
		}
		if approve(leads, 2) != 1 {
			t.Fatal("not approved by who leads the class")
		}
		leads.want(403, "forbidden", "POST", fmt.Sprintf("/api/console/cards/%d/revoke", id), map[string]any{"reason": "不是本人"})
		leads.want(403, "forbidden", "PUT", "/api/console/mentor-patterns/0", map[string]any{"version": 0, "name": "学完", "body": "好", "course_id": 0})
		if l := own.want(200, "", "GET", "/api/console/cards?kind=days", nil); l.item(0, "items").str("note_state") != "approved" {
			t.Errorf("the instructor whose class it is: %s", l.raw)
		}
		body["version"] = 3
		own.want(204, "", "PUT", note, body)
		w.sound()
	})
}
