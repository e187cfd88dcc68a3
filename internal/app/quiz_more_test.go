package app_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"zhizhou/internal/account"
	"zhizhou/internal/catalog"
	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/id"
	"zhizhou/internal/quiz"
)

// A short answer waits for a person; marks stay within their bounds and are logged;
// with the last one the quiz is passed and the lesson finished (INV-23, INV-41).
func TestShortAnswersAreMarked(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		list := []quiz.Question{everyKind()[0], wrote(quiz.Short, quiz.Content{Right: quiz.Right{Text: "参考答案在此"}})}
		lesson, _ := w.exam(list, func(p *quiz.Paper) { p.ShuffleQuestions, p.PassPermille, p.ShowAnswers = false, 900, quiz.ShowPassed })
		p := w.learner("13900001011", nil)
		p.buy(w.sku)
		a := p.want(200, "", "POST", fmt.Sprintf("/api/lessons/%d/attempts", lesson), nil)
		if strings.Contains(a.raw, "参考答案在此") {
			t.Error("the model answer left before submitting")
		}
		right := w.rightReplies(p.id(), a.num("id"))
		right[1]["reply"] = map[string]any{"texts": []string{"先写结论"}}
		attempt := fmt.Sprintf("/api/attempts/%d", a.num("id"))
		done := p.want(200, "", "POST", attempt+"/submit", replies(right...))
		if done.str("state") != "to_mark" || done.at("passed") != false || done.at("told") != false || strings.Contains(done.raw, "参考答案在此") || w.count(qFinished, lesson) != 0 {
			t.Fatal(done.raw)
		}
		w.sound()
		editor := w.teacher("editor", 0)
		at := fmt.Sprintf("/api/console/attempts/%d", a.num("id"))
		waiting := editor.want(200, "", "GET", fmt.Sprintf("/api/console/lessons/%d/attempts?state=to_mark", lesson), nil)
		if len(waiting.at("items").([]any)) != 1 {
			t.Fatal(waiting.raw)
		}
		if full := editor.want(200, "", "GET", at, nil); !strings.Contains(full.raw, "先写结论") || !strings.Contains(full.raw, "参考答案在此") {
			t.Error(full.raw)
		}
		mark := func(no, centi int) map[string]any {
			return map[string]any{"marks": []map[string]any{{"no": no, "score_centi": centi, "comment": "结论在前，好"}}}
		}
		editor.want(422, "mark_invalid", "POST", at+"/marks", mark(2, 1001))
		editor.want(422, "mark_invalid", "POST", at+"/marks", mark(1, 0)) // not a person's to score
		m := editor.want(200, "", "POST", at+"/marks", mark(2, 850))
		if m.str("state") != "submitted" || m.num("score_centi") != 1850 || m.at("passed") != true || w.count(qFinished, lesson) != 1 {
			t.Fatal(m.raw)
		}
		seen := p.want(200, "", "GET", attempt, nil)
		if seen.at("told") != true || !strings.Contains(seen.raw, "结论在前") || !strings.Contains(seen.raw, "参考答案在此") {
			t.Error(seen.raw)
		}
		// A correction downwards does not take back what was passed.
		if m := editor.want(200, "", "POST", at+"/marks", mark(2, 100)); m.num("score_centi") != 1100 || m.at("passed") != true {
			t.Error(m.raw)
		}
		if w.count(qAuditOf, "quiz.mark") != 2 {
			t.Error("marks were not logged")
		}
		// Somebody else's courses are not there (INV-40).
		ctx := w.system()
		stranger := w.teacher("instructor", must(w.app.Catalog.SaveInstructor(ctx, catalog.Instructor{Name: "旁人"}))(t))
		stranger.want(404, "attempt_gone", "GET", at, nil)
		stranger.want(404, "attempt_gone", "POST", at+"/marks", mark(2, 0))
		for _, path := range []string{"attempts", "paper", "question-stats", "quiz-points"} {
			stranger.want(404, "course_gone", "GET", fmt.Sprintf("/api/console/lessons/%d/%s", lesson, path), nil)
		}
		if own := stranger.want(200, "", "GET", "/api/console/questions", nil); len(own.at("items").([]any)) != 0 {
			t.Error("an instructor sees another's bank")
		}
		w.sound()
	})
}

// teacher signs in a member of staff tied to an instructor, 0 for none.
func (w *world) teacher(role string, instructorID int64) *person {
	w.t.Helper()
	login := fmt.Sprintf("%s-%d", role, instructorID)
	must(w.app.Account.CreateStaff(context.Background(), account.NewStaff{Login: login, Name: "老师", Role: role, Password: "correct horse 9", InstructorID: instructorID}))(w.t)
	return w.back(role, instructorID)
}

// back signs a teacher in again, whose session has run out.
func (w *world) back(role string, instructorID int64) *person {
	w.t.Helper()
	p := w.person(nil)
	p.want(200, "", "POST", "/api/console/auth/login", map[string]any{"login": fmt.Sprintf("%s-%d", role, instructorID), "password": "correct horse 9"})
	return p
}

// Random papers draw by tag and difficulty, none twice; too small a bank is told when
// the paper is saved, not to the learner.
func TestRandomPapersDrawByRule(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := w.system()
		hard := map[int64]bool{}
		for i := range 9 {
			q := everyKind()[i%3]
			if i < 4 {
				q.Tags, q.Difficulty = []string{"难题"}, 5
			}
			n := must(w.app.Quiz.SaveQuestion(ctx, 0, q))(t)
			hard[n] = i < 4
		}
		lesson, _ := w.exam(nil, func(p *quiz.Paper) {
			p.Mode, p.Rules = quiz.Random, []quiz.Rule{{MinDifficulty: 1, MaxDifficulty: 5, Count: 5, Points: 2}, {Tag: "难题", MinDifficulty: 5, MaxDifficulty: 5, Count: 4, Points: 5}}
		})
		p := w.learner("13900001012", nil)
		p.buy(w.sku)
		a := p.want(200, "", "POST", fmt.Sprintf("/api/lessons/%d/attempts", lesson), nil)
		got := must(w.app.Quiz.Attempt(ctx, p.id(), a.num("id")))(t)
		seen, five := map[int64]bool{}, 0
		for _, it := range got.Sheet.Items {
			if seen[it.QuestionID] {
				t.Error("a question was drawn twice")
			}
			seen[it.QuestionID] = true
			if it.Points == 5 {
				if five++; !hard[it.QuestionID] {
					t.Error("a rule drew what it does not name")
				}
			}
		}
		if len(got.Sheet.Items) != 9 || five != 4 || a.num("max_centi") != 3000 {
			t.Fatalf("%d items, %d hard, %s", len(got.Sheet.Items), five, a.raw)
		}
		editor := w.teacher("editor", 0)
		paper := editor.want(200, "", "GET", fmt.Sprintf("/api/console/lessons/%d/paper", lesson), nil)
		paper.body["rules"].([]any)[1].(map[string]any)["count"] = 5
		for _, k := range []string{"asked", "count", "points"} {
			delete(paper.body, k)
		}
		editor.want(409, "quiz_too_few", "PUT", fmt.Sprintf("/api/console/lessons/%d/paper", lesson), paper.body)
		paper.body["version"] = 7
		editor.want(409, "quiz_changed", "PUT", fmt.Sprintf("/api/console/lessons/%d/paper", lesson), paper.body)
		// A quiz that asks nothing is not published.
		empty := must(w.app.Catalog.CreateCourse(ctx, 0, "空课"))(t)
		chapter := must(w.app.Catalog.AddChapter(ctx, 0, empty.ID, "第一章"))(t)
		w.ok(w.app.Catalog.UpdateCourse(ctx, 0, empty.ID, catalog.CourseChange{Title: "空课", Promise: "一句话", IntroHTML: "<p>介绍</p>", InstructorID: 1, Version: empty.Version}))
		must(w.app.Catalog.AddLesson(ctx, 0, empty.ID, chapter, "空测验", catalog.Quiz))(t)
		if err := w.app.Catalog.Publish(ctx, empty.ID, 0); err == nil {
			t.Error("a quiz without questions was published")
		}
	})
}

// Missed questions go into the book, leave it when they are answered right, and help
// nobody while an attempt with them is open.
func TestWrongQuestionBook(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		lesson, ids := w.exam(everyKind()[:3], func(p *quiz.Paper) { p.ShuffleQuestions = false })
		p := w.learner("13900001013", nil)
		p.buy(w.sku)
		start := func() answer {
			return p.want(200, "", "POST", fmt.Sprintf("/api/lessons/%d/attempts", lesson), nil)
		}
		a := start()
		right := w.rightReplies(p.id(), a.num("id"))
		p.want(200, "", "POST", fmt.Sprintf("/api/attempts/%d/submit", a.num("id")), replies(right[2]))
		book := func() []any { return p.want(200, "", "GET", "/api/me/wrong-questions", nil).at("items").([]any) }
		rows := book()
		if len(rows) != 2 {
			t.Fatalf("%d rows", len(rows))
		}
		raw := p.want(200, "", "GET", "/api/me/wrong-questions", nil).raw
		if strings.Contains(raw, "解析在此") {
			t.Error("the book tells what is right before it is asked")
		}
		row := rows[0].(map[string]any)
		q := row["question"].(map[string]any)
		try := fmt.Sprintf("/api/me/wrong-questions/%.0f/try", row["id"])
		open := start()
		p.want(409, "quiz_open", "POST", try, map[string]any{"choices": []int{0}})
		p.want(200, "", "POST", fmt.Sprintf("/api/attempts/%d/submit", open.num("id")), replies())
		if n := len(book()); n != 3 {
			t.Errorf("%d rows after missing the third too", n)
		}
		p.want(422, "reply_invalid", "POST", try, map[string]any{"choices": []int{17}})
		miss := p.want(200, "", "POST", try, map[string]any{"choices": []int{1}})
		want := []int{0, 2} // as kept: the book does not shuffle choices
		if q["kind"] == "single" {
			miss, want = p.want(200, "", "POST", try, map[string]any{"choices": []int{0}}), []int{1}
		}
		if miss.at("correct") != false || miss.at("right") == nil {
			t.Error(miss.raw)
		}
		if hit := p.want(200, "", "POST", try, map[string]any{"choices": want}); hit.at("correct") != true || len(book()) != 2 {
			t.Error(hit.raw)
		}
		other := w.learner("13900001014", nil)
		other.want(404, "question_gone", "POST", try, map[string]any{"choices": []int{0}})
		p.want(204, "", "DELETE", fmt.Sprintf("/api/me/wrong-questions/%.0f", book()[0].(map[string]any)["id"]), nil)
		if len(book()) != 1 {
			t.Error("a question that was taken out is still there")
		}

		// Two people who turn out to be one keep all attempts, numbered on.
		other.buy(w.sku)
		b := other.want(200, "", "POST", fmt.Sprintf("/api/lessons/%d/attempts", lesson), nil)
		start()
		from, to := other.id(), p.id()
		w.ok(w.app.DB.Tx(context.Background(), func(ctx context.Context, tx *db.Tx) error { return w.app.Quiz.Merge(ctx, tx, from, to) }))
		if n := w.count(qAttemptRows, lesson); n != 4 {
			t.Errorf("%d attempts", n)
		}
		if one := p.want(200, "", "GET", fmt.Sprintf("/api/attempts/%d", b.num("id")), nil); one.num("no") != 4 || one.str("state") != "submitted" {
			t.Error(one.raw)
		}
		editor := w.teacher("editor", 0)
		editor.want(409, "question_in_use", "DELETE", fmt.Sprintf("/api/console/questions/%d", ids[0]), nil)
		w.sound()
	})
}

// Questions inside a video: asked without what is right, the first answer counts.
func TestQuizPointsInAVideo(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := w.system()
		parts := must(w.app.Catalog.Outline(ctx, w.paid))(t)
		lesson := must(w.app.Catalog.AddLesson(ctx, 0, w.paid, parts[0].ID, "视频课", catalog.Video))(t)
		n := must(w.app.Quiz.SaveQuestion(ctx, 0, everyKind()[0]))(t)
		short := must(w.app.Quiz.SaveQuestion(ctx, 0, wrote(quiz.Short, quiz.Content{})))(t)
		editor := w.teacher("editor", 0)
		at := fmt.Sprintf("/lessons/%d/quiz-points", lesson)
		put := func(status int, code string, points ...map[string]any) {
			t.Helper()
			editor.want(status, code, "PUT", "/api/console"+at, map[string]any{"points": points})
		}
		put(422, "point_invalid", map[string]any{"at_ms": 5000, "question_id": short})
		put(422, "point_invalid", map[string]any{"at_ms": 5000, "question_id": n}, map[string]any{"at_ms": 5000, "question_id": n})
		put(404, "question_gone", map[string]any{"at_ms": 5000, "question_id": 1})
		put(204, "", map[string]any{"at_ms": 5000, "question_id": n})
		p := w.learner("13900001015", nil)
		p.want(403, "lesson_locked", "GET", "/api"+at, nil)
		p.buy(w.sku)
		list := p.want(200, "", "GET", "/api"+at, nil)
		point := list.at("items").([]any)[0].(map[string]any)
		if strings.Contains(list.raw, "解析在此") || point["question"].(map[string]any)["right"] != nil || point["at_ms"] != 5000.0 {
			t.Error(list.raw)
		}
		answerAt := fmt.Sprintf("/api/quiz-points/%.0f/answer", point["id"])
		w.learner("13900001016", nil).want(403, "lesson_locked", "POST", answerAt, map[string]any{"choices": []int{1}})
		if a := p.want(200, "", "POST", answerAt, map[string]any{"choices": []int{0}}); a.at("correct") != false || a.at("right") == nil {
			t.Error(a.raw)
		}
		p.want(200, "", "POST", answerAt, map[string]any{"choices": []int{1}})
		again := p.want(200, "", "GET", "/api"+at, nil).at("items").([]any)[0].(map[string]any)
		if again["answered"] != true || again["correct"] != false {
			t.Errorf("the first answer does not count: %v", again)
		}
		// What stays keeps its answers.
		put(204, "", map[string]any{"id": point["id"], "at_ms": 9000, "question_id": n})
		if kept := p.want(200, "", "GET", "/api"+at, nil).at("items").([]any)[0].(map[string]any); kept["answered"] != true || kept["at_ms"] != 9000.0 {
			t.Errorf("%v", kept)
		}
	})
}

func (p *person) upload(path string, raw []byte) answer {
	p.w.t.Helper()
	req, err := http.NewRequest(http.MethodPost, p.w.url+path, bytes.NewReader(raw))
	p.w.ok(err)
	req.Header.Set("Content-Type", "application/octet-stream")
	res, err := p.http.Do(req)
	p.w.ok(err)
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	p.w.ok(err)
	return decoded(res, body)
}

// Imports are checked row by row; nothing comes in before the good rows of the very
// file are confirmed, and nothing twice.
func TestQuestionsAreImportedInTwoSteps(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		editor := w.teacher("editor", 0)
		text := []byte("第一题\nA. 甲\nB. 乙\nANSWER: B\n\n坏题\nA. 甲\nB. 乙\nANSWER: Z\n\n第二题\nA. 甲\nB. 乙\nANSWER: A\n")
		base := "/api/console/question-imports"
		rep := editor.upload(base+"/check?format=aiken", text)
		if rep.status != 200 || rep.num("good") != 2 || rep.num("bad") != 1 {
			t.Fatal(rep.raw)
		}
		bad := rep.at("rows").([]any)[1].(map[string]any)
		if bad["no"] != 6.0 || !strings.Contains(bad["wrong"].(string), "Z") {
			t.Errorf("%v", bad)
		}
		bank := func() []any {
			return editor.want(200, "", "GET", "/api/console/questions?limit=50", nil).at("items").([]any)
		}
		if len(bank()) != 0 {
			t.Error("checking imports")
		}
		digest := rep.str("digest")
		if a := editor.upload(base+"?format=aiken&digest="+digest, append(text, '\n')); a.status != 409 {
			t.Error("another file was imported: " + a.raw)
		}
		for i, want := range []int64{2, 0} {
			if a := editor.upload(base+"?format=aiken&tags=期中&digest="+digest, text); a.status != 200 || a.num("added") != want {
				t.Errorf("time %d: %s", i+1, a.raw)
			}
		}
		rows := bank()
		if len(rows) != 2 || !strings.Contains(fmt.Sprint(rows[0]), "期中") {
			t.Errorf("%v", rows)
		}
		found := editor.want(200, "", "GET", "/api/console/questions?q="+"第二", nil).at("items").([]any)
		if len(found) != 1 {
			t.Errorf("search finds %d", len(found))
		}
		if a := editor.upload(base+"/check?format=xlsx", []byte("no workbook")); a.status != 422 || a.code() != "import_invalid" {
			t.Error(a.raw)
		}
	})
}

var qFakeAttempt = db.Q("quiztest/attempt", `INSERT INTO quiz_attempts (id, user_id, lesson_id, course_id, no, state, sheet, pass_permille, max_centi, score_centi, started_at, submitted_at)
	VALUES ($1, $2, $3, $4, 1, 'submitted', '{}', 600, 2000, $5, $6, $6)`)

var qFakeAnswer = db.Q("quiztest/answer", `INSERT INTO quiz_answers (attempt_id, no, question_id, state, score_centi, max_centi) VALUES ($1, $2, $3, 'scored', $4, 1000)`)

// Difficulty is the share of what could be had; discrimination the best 27 % minus the
// weakest 27 %: counted by hand for ten people.
func TestQuestionStats(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		lesson, ids := w.exam(everyKind()[:2], nil)
		var people []int64
		for i := range 10 {
			people = append(people, w.learner(fmt.Sprintf("1390000110%d", i), nil).id())
		}
		// The first question: the better half has it. The second, the other way round
		// among the weakest two alone.
		first := []int64{1000, 1000, 1000, 1000, 1000, 0, 0, 0, 0, 0}
		second := []int64{1000, 1000, 500, 500, 500, 500, 500, 500, 0, 0}
		w.ok(w.app.DB.Tx(context.Background(), func(ctx context.Context, tx *db.Tx) error {
			for i, u := range people {
				n := id.New()
				if _, err := tx.Exec(ctx, qFakeAttempt, n, u, lesson, w.paid, first[i]+second[i], clock.MS(w.clock)); err != nil {
					return err
				}
				for no, score := range []int64{first[i], second[i]} {
					if _, err := tx.Exec(ctx, qFakeAnswer, n, no+1, ids[no], score); err != nil {
						return err
					}
				}
			}
			return nil
		}))
		list := w.teacher("editor", 0).want(200, "", "GET", fmt.Sprintf("/api/console/lessons/%d/question-stats", lesson), nil).at("items").([]any)
		var got []float64
		for _, v := range list {
			m := v.(map[string]any)
			got = append(got, m["answers"].(float64), m["share_permille"].(float64), m["discrimination_permille"].(float64))
		}
		// Best three: 1000 of each, and 1000+1000+500; weakest three: 0, and 500+0+0.
		if want := []float64{10, 500, 1000, 10, 500, 667}; !slices.EqualFunc(got, want, func(a, b float64) bool { return a >= b-1 && a <= b+1 }) {
			t.Errorf("%v, want %v", got, want)
		}
	})
}
