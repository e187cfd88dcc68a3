package app_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"zhizhou/internal/audit"
	"zhizhou/internal/catalog"
	"zhizhou/internal/db"
	"zhizhou/internal/quiz"
)

var (
	qAttemptRows = db.Q("test/quiz_attempts", `SELECT COUNT(*) FROM quiz_attempts WHERE lesson_id = $1`)
	qAnswerRows  = db.Q("test/quiz_answers", `SELECT COUNT(*) FROM quiz_answers WHERE attempt_id = $1`)
	qFinished    = db.Q("test/quiz_finished", `SELECT COUNT(*) FROM lesson_progress WHERE lesson_id = $1 AND finished_at > 0`)
	qAuditOf     = db.Q("test/quiz_audit", `SELECT COUNT(*) FROM audit_log WHERE action = $1`)
)

// Words that stand in what is right and nowhere else: none may leave before
// submitting.
var secrets = []string{"沸点答案", "参考答案在此", "解析在此", "choices", `"truth"`, "explanation_html", "100±", "温度计"}

func wrote(kind string, c quiz.Content) quiz.Question {
	c.Stem = "<p>" + kind + " 的题干</p>"
	c.Explanation = "<p>解析在此</p>"
	return quiz.Question{Kind: kind, Difficulty: 2, Points: 10, Tags: []string{"写作"}, Content: c}
}

// everyKind is a question of each kind.
func everyKind() []quiz.Question {
	return []quiz.Question{
		wrote(quiz.Single, quiz.Content{Options: []string{"甲", "乙", "丙"}, Right: quiz.Right{Choices: []int{1}}}),
		wrote(quiz.Multiple, quiz.Content{Options: []string{"子", "丑", "寅", "卯"}, Right: quiz.Right{Choices: []int{0, 2}}}),
		wrote(quiz.Judge, quiz.Content{Right: quiz.Right{Truth: true}}),
		wrote(quiz.Blank, quiz.Content{Right: quiz.Right{Blanks: []quiz.Accept{{Texts: []string{"沸点答案"}}, {Texts: []string{"100"}, Tolerance: "0.5"}}}}),
		wrote(quiz.Matching, quiz.Content{Options: []string{"一", "二", "三"}, Matches: []string{"壹", "贰", "叁"}}),
		wrote(quiz.Ordering, quiz.Content{Options: []string{"先", "次", "末"}}),
	}
}

// exam adds a quiz lesson with those questions to the paid course.
func (w *world) exam(questions []quiz.Question, change func(*quiz.Paper)) (lessonID int64, ids []int64) {
	w.t.Helper()
	ctx := audit.WithActor(context.Background(), audit.Actor{Kind: "system", Name: "测试"})
	parts := must(w.app.Catalog.Outline(ctx, w.paid))(w.t)
	lessonID = must(w.app.Catalog.AddLesson(ctx, 0, w.paid, parts[0].ID, "小测验", catalog.Quiz))(w.t)
	p := quiz.Paper{LessonID: lessonID, Mode: quiz.Fixed, PassPermille: 600, ShowAnswers: quiz.ShowSubmitted, ShuffleOptions: true, ShuffleQuestions: true}
	for _, q := range questions {
		n := must(w.app.Quiz.SaveQuestion(ctx, 0, q))(w.t)
		ids = append(ids, n)
		p.Questions = append(p.Questions, quiz.Pick{QuestionID: n, Points: q.Points})
	}
	if change != nil {
		change(&p)
	}
	w.ok(w.app.Quiz.SavePaper(ctx, 0, p))
	return lessonID, ids
}

// rightReplies answers everything right, from what only the server knows.
func (w *world) rightReplies(userID, attemptID int64) []map[string]any {
	w.t.Helper()
	a := must(w.app.Quiz.Attempt(context.Background(), userID, attemptID))(w.t)
	var out []map[string]any
	for i, it := range a.Sheet.Items {
		r := it.Answer()
		for j, t := range r.Texts {
			r.Texts[j] = strings.Split(t, " / ")[0]
		}
		out = append(out, map[string]any{"no": i + 1, "reply": r})
	}
	return out
}

func (p *person) id() int64 { p.w.t.Helper(); return p.want(200, "", "GET", "/api/me", nil).num("id") }

func replies(list ...map[string]any) map[string]any {
	if list == nil {
		list = []map[string]any{}
	}
	return map[string]any{"replies": list}
}

// The whole road: nothing tells what is right before submitting; answers are kept on
// the server; the score is the server's, once; passing finishes the lesson (INV-23).
func TestQuizFromStartToResult(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		lesson, _ := w.exam(everyKind(), func(p *quiz.Paper) { p.AttemptsLimit, p.TimeLimitS = 2, 600 })
		stranger, p := w.person(nil), w.learner("13900001001", nil)
		at := fmt.Sprintf("/api/lessons/%d", lesson)
		stranger.want(401, "", "GET", at+"/quiz", nil)
		p.want(403, "lesson_locked", "GET", at+"/quiz", nil)
		p.want(403, "lesson_locked", "POST", at+"/attempts", nil)
		p.buy(w.sku)

		q := p.want(200, "", "GET", at+"/quiz", nil)
		if q.num("count") != 6 || q.num("points") != 60 || q.num("attempts_left") != 2 {
			t.Fatal(q.raw)
		}
		a := p.want(200, "", "POST", at+"/attempts", nil)
		attempt := fmt.Sprintf("/api/attempts/%d", a.num("id"))
		again := p.want(200, "", "POST", at+"/attempts", nil)
		if again.num("id") != a.num("id") || w.count(qAttemptRows, lesson) != 1 {
			t.Error("a second start made a second attempt")
		}
		if a.num("deadline_at")-a.num("started_at") != 600_000 || a.num("now_at") == 0 {
			t.Errorf("deadline: %s", a.raw)
		}
		right := w.rightReplies(p.id(), a.num("id"))
		saved := p.want(200, "", "PUT", attempt+"/answers", replies(right[0]))
		p.want(200, "", "PUT", attempt+"/answers", replies(right[1]))
		on := p.want(200, "", "GET", attempt, nil)
		for _, x := range []answer{q, again, a, saved, on} {
			body := strings.NewReplacer(`"reply":`+string(must(json.Marshal(right[0]["reply"]))(t)), "", `"reply":`+string(must(json.Marshal(right[1]["reply"]))(t)), "").Replace(x.raw)
			for _, s := range secrets {
				if strings.Contains(body, s) {
					t.Errorf("%q left before submitting: %s", s, body)
				}
			}
			for _, v := range questions(x) {
				if v["right"] != nil || v["score_centi"] != 0.0 || v["state"] != nil {
					t.Errorf("told before submitting: %v", v)
				}
			}
		}
		if list := questions(on); list[0]["reply"] == nil || list[1]["reply"] == nil || list[2]["reply"] != nil {
			t.Error("another device does not see what was answered")
		}
		// Somebody else's attempt is nobody's business.
		other := w.learner("13900001002", nil)
		other.buy(w.sku)
		other.want(404, "attempt_gone", "GET", attempt, nil)
		other.want(404, "attempt_gone", "PUT", attempt+"/answers", replies())
		other.want(404, "attempt_gone", "POST", attempt+"/submit", replies())

		p.want(422, "reply_invalid", "PUT", attempt+"/answers", replies(map[string]any{"no": 7, "reply": map[string]any{}}))
		p.want(422, "reply_invalid", "PUT", attempt+"/answers", replies(map[string]any{"no": 1, "reply": map[string]any{"choices": []int{99}, "order": []int{99}}}))
		// Ten at once score once.
		var wg sync.WaitGroup
		for range 10 {
			wg.Add(1)
			go func() { defer wg.Done(); p.do("POST", attempt+"/submit", replies(right[2:]...)) }()
		}
		wg.Wait()
		done := p.want(200, "", "POST", attempt+"/submit", replies(map[string]any{"no": 1, "reply": map[string]any{}}))
		if done.str("state") != "submitted" || done.num("score_centi") != 6000 || done.at("passed") != true || done.at("told") != true {
			t.Fatal(done.raw)
		}
		if n := w.count(qAnswerRows, a.num("id")); n != 6 {
			t.Errorf("%d answers were scored", n)
		}
		for _, v := range questions(done) {
			if v["right"] == nil || v["explanation_html"] != "<p>解析在此</p>" || v["score_centi"] != 1000.0 {
				t.Errorf("not explained: %v", v)
			}
		}
		p.want(409, "quiz_over", "PUT", attempt+"/answers", replies(right[0]))
		if w.count(qFinished, lesson) != 1 {
			t.Error("a quiz that was passed is not finished")
		}
		if l := p.want(200, "", "GET", at, nil); l.at("finished") != true || l.str("form") != "quiz" {
			t.Error(l.raw)
		}
		// While a new attempt is open, the old result does not tell what is right.
		p.want(200, "", "POST", at+"/attempts", nil)
		for _, v := range questions(p.want(200, "", "GET", attempt, nil)) {
			if v["right"] != nil || v["explanation_html"] != nil {
				t.Errorf("an older result helps the open attempt: %v", v)
			}
		}
		w.sound()
	})
}

func questions(a answer) []map[string]any {
	var out []map[string]any
	list, _ := a.at("questions").([]any)
	for _, v := range list {
		out = append(out, v.(map[string]any))
	}
	return out
}

// Deadlines are the server's: what was saved in time is scored, what comes later is
// not; limits and access hold at every step (INV-17, INV-44).
func TestQuizDeadlineLimitAndAccess(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		lesson, _ := w.exam(everyKind(), func(p *quiz.Paper) { p.AttemptsLimit, p.TimeLimitS, p.PassPermille = 2, 60, 100 })
		p := w.learner("13900001003", nil)
		no, _ := p.buy(w.sku)
		at := fmt.Sprintf("/api/lessons/%d", lesson)
		a := p.want(200, "", "POST", at+"/attempts", nil)
		attempt := fmt.Sprintf("/api/attempts/%d", a.num("id"))
		right := w.rightReplies(p.id(), a.num("id"))
		p.want(200, "", "PUT", attempt+"/answers", replies(right[0]))
		w.clock.Advance(66 * time.Second)
		p.want(409, "quiz_over", "PUT", attempt+"/answers", replies(right[1]))
		late := p.want(200, "", "POST", attempt+"/submit", replies(right...))
		if late.str("state") != "expired" || late.num("score_centi") != 1000 || late.num("submitted_at") != late.num("deadline_at") {
			t.Fatalf("late answers counted: %s", late.raw)
		}
		// Nobody comes back to the second one: the sweep closes it.
		b := p.want(200, "", "POST", at+"/attempts", nil)
		w.clock.Advance(66 * time.Second)
		w.ok(w.app.Quiz.Sweep(context.Background()))
		q := p.want(200, "", "GET", at+"/quiz", nil)
		if q.num("attempts_left") != 0 || q.num("open_id") != 0 {
			t.Error(q.raw)
		}
		p.want(409, "quiz_no_more", "POST", at+"/attempts", nil)
		w.sound()

		// A refund ends all of it.
		third, _ := w.exam(everyKind()[:2], nil)
		c := p.want(200, "", "POST", fmt.Sprintf("/api/lessons/%d/attempts", third), nil)
		staff := audit.WithActor(context.Background(), audit.Actor{Kind: "staff", ID: 1, Name: "财务"})
		must(w.app.Commerce.StaffRefund(staff, no, "quiz-refund-1", 0, 0, "协商退款"))(t)
		w.settleRefunds()
		for _, x := range [][2]string{{"GET", fmt.Sprintf("/api/attempts/%d", c.num("id"))}, {"GET", fmt.Sprintf("/api/attempts/%d", b.num("id"))}, {"POST", at + "/attempts"}, {"GET", at + "/quiz"}} {
			p.want(403, "lesson_locked", x[0], x[1], nil)
		}
		p.want(403, "lesson_locked", "POST", fmt.Sprintf("/api/attempts/%d/submit", c.num("id")), replies())
		if book := p.want(200, "", "GET", "/api/me/wrong-questions", nil); len(book.at("items").([]any)) != 0 {
			t.Errorf("the book shows what is locked: %s", book.raw)
		}
	})
}
