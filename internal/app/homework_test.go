package app_test

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/jpeg"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"zhizhou/internal/audit"
	"zhizhou/internal/catalog"
	"zhizhou/internal/db"
	"zhizhou/internal/homework"
)

var (
	qReviewRows = db.Q("test/peer_reviews", `SELECT COUNT(*) FROM peer_reviews WHERE lesson_id = $1`)
	qSelfRows   = db.Q("test/peer_self", `SELECT COUNT(*) FROM peer_reviews p JOIN submissions s ON s.id = p.submission_id WHERE s.user_id = p.reviewer_id`)
	qMostRows   = db.Q("test/peer_most", `SELECT CAST(COALESCE(MAX(n), 0) AS BIGINT) FROM (SELECT COUNT(*) AS n FROM peer_reviews WHERE lesson_id = $1 GROUP BY submission_id) x`)
	qWorkRows   = db.Q("test/submissions", `SELECT COUNT(*) FROM submissions WHERE lesson_id = $1`)
)

// task adds a homework to the paid course.
func (w *world) task(change func(*homework.Task)) int64 {
	w.t.Helper()
	ctx := audit.WithActor(context.Background(), audit.Actor{Kind: "system", Name: "测试"})
	parts := must(w.app.Catalog.Outline(ctx, w.paid))(w.t)
	lessonID := must(w.app.Catalog.AddLesson(ctx, 0, w.paid, parts[0].ID, "写一封邮件", catalog.Homework))(w.t)
	t := homework.Task{
		LessonID: lessonID, TaskHTML: "<p>写一封请假邮件<script>x</script></p>", Most: 2, PassPermille: 600,
		Rubric: []homework.Row{{Title: "结论在前", Note: "第一句就是结论", Points: 6}, {Title: "语气", Points: 4}},
	}
	if change != nil {
		change(&t)
	}
	w.ok(w.app.Homework.SaveTask(ctx, 0, t))
	return lessonID
}

func (p *person) sends(path string, body []byte) answer {
	p.w.t.Helper()
	req, err := http.NewRequest(http.MethodPost, p.w.url+path, bytes.NewReader(body))
	p.w.ok(err)
	req.Header.Set("Content-Type", "application/octet-stream")
	res, err := p.http.Do(req)
	p.w.ok(err)
	defer func() { _ = res.Body.Close() }()
	raw, err := io.ReadAll(res.Body)
	p.w.ok(err)
	return decoded(res, raw)
}

func work(body string, files ...int64) map[string]any {
	if files == nil {
		files = []int64{}
	}
	return map[string]any{"body": body, "files": files}
}

func (a answer) list(name string) []map[string]any {
	raw, _ := a.at(name).([]any)
	out := make([]map[string]any, len(raw))
	for i, x := range raw {
		out[i], _ = x.(map[string]any)
	}
	return out
}

// listOf is a list within the i-th of "own".
func (a answer) listOf(i int, name string) []map[string]any {
	raw, _ := a.list("own")[i][name].([]any)
	out := make([]map[string]any, len(raw))
	for n, x := range raw {
		out[n], _ = x.(map[string]any)
	}
	return out
}

func idOf(m map[string]any) int64 { n, _ := m["id"].(float64); return int64(n) }

// The whole road: text and files are handed in, given back, handed in again, marked by
// the rubric; passing finishes the lesson; nobody else sees it; the mark is told.
func TestHomeworkFromHandingInToPassing(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		lesson := w.task(nil)
		p, other, stranger := w.learner("13900003001", nil), w.learner("13900003002", nil), w.person(nil)
		at := fmt.Sprintf("/api/lessons/%d", lesson)
		stranger.want(401, "", "GET", at+"/homework", nil)
		p.want(403, "lesson_locked", "GET", at+"/homework", nil)
		p.want(403, "lesson_locked", "POST", at+"/submissions", work("偷偷交"))
		p.buy(w.sku)
		other.buy(w.sku)
		desk := p.want(200, "", "GET", at+"/homework", nil)
		if desk.num("points") != 10 || desk.num("left") != 2 || strings.Contains(desk.raw, "script") {
			t.Fatal(desk.raw)
		}
		// Files are known by what they are; a picture loses all but its pixels.
		var pic bytes.Buffer
		w.ok(jpeg.Encode(&pic, image.NewGray(image.Rect(0, 0, 8, 8)), nil))
		withPlace := append(append([]byte{}, pic.Bytes()[:2]...), append([]byte("\xff\xe1\x00\x10GPS-31.2,121.4"), pic.Bytes()[2:]...)...)
		photo := p.sends(at+"/homework-files?name=me.jpg", withPlace)
		if photo.status != 200 {
			t.Fatal(photo.raw)
		}
		if bad := p.sends(at+"/homework-files?name=a.pdf", []byte("<html><script>alert(1)</script>")); bad.status != 422 {
			t.Errorf("markup was taken: %d %s", bad.status, bad.raw)
		}
		file := fmt.Sprintf("/api/homework-files/%d", photo.num("id"))
		if a := p.do("GET", file, nil); a.status != 200 || strings.Contains(a.raw, "GPS") || !strings.HasPrefix(a.header.Get("Content-Disposition"), "attachment") {
			t.Errorf("%d %v", a.status, a.header)
		}
		other.want(404, "submission_file_gone", "GET", file, nil)
		stranger.want(401, "", "GET", file, nil)
		other.want(404, "submission_file_gone", "POST", at+"/submissions", work("拿别人的文件", photo.num("id")))
		p.want(422, "submission_invalid", "POST", at+"/submissions", work("  "))
		// Many at once hand in one.
		var wg sync.WaitGroup
		for range 6 {
			wg.Go(func() { p.do("POST", at+"/submissions", work("老板，我要请假。", photo.num("id"))) })
		}
		wg.Wait()
		if n := w.count(qWorkRows, lesson); n != 1 {
			t.Fatalf("%d submissions", n)
		}
		p.want(409, "submission_open", "POST", at+"/submissions", work("再交"))

		ops, elsewhere := w.schoolStaff("operator"), w.staff("instructor")
		queue := ops.want(200, "", "GET", fmt.Sprintf("/api/console/lessons/%d/submissions?state=handed_in", lesson), nil)
		sub := queue.list("items")[0]
		elsewhere.want(404, "course_gone", "GET", fmt.Sprintf("/api/console/lessons/%d/submissions", lesson), nil)
		mark := fmt.Sprintf("/api/console/submissions/%d/mark", idOf(sub))
		elsewhere.want(404, "submission_gone", "POST", mark, map[string]any{"points": []int{6, 4}})
		elsewhere.want(404, "submission_file_gone", "GET", fmt.Sprintf("/api/console/homework-files/%d", photo.num("id")), nil)
		ops.want(200, "", "GET", fmt.Sprintf("/api/console/homework-files/%d", photo.num("id")), nil)
		ops.want(422, "homework_mark_invalid", "POST", mark, map[string]any{"points": []int{7, 4}})
		ops.want(422, "homework_mark_invalid", "POST", mark, map[string]any{"points": []int{6}})
		ops.want(422, "homework_mark_invalid", "POST", mark, map[string]any{"points": []int{2, 2}, "return": true})
		ops.want(204, "", "POST", mark, map[string]any{"points": []int{2, 2}, "return": true, "comment": "结论放到第一句"})
		ops.want(422, "homework_mark_invalid", "POST", mark, map[string]any{"points": []int{6, 4}})
		back := p.want(200, "", "GET", at+"/homework", nil)
		if own := back.list("own")[0]; own["state"] != "returned" || own["comment"] != "结论放到第一句" || w.count(qFinished, lesson) != 0 {
			t.Fatal(back.raw)
		}
		// The earlier file goes along again and stays where it was; nobody else's does.
		mine := func(i int) []map[string]any { return p.want(200, "", "GET", at+"/homework", nil).listOf(i, "files") }
		other.want(404, "submission_file_gone", "POST", at+"/submissions", work("拿别人交过的", photo.num("id")))
		p.want(404, "submission_file_gone", "POST", at+"/submissions", work("还有一个没有的", photo.num("id"), 1))
		p.want(200, "", "POST", at+"/submissions", work("周三我请假一天。", photo.num("id")))
		again := fmt.Sprintf("/api/homework-files/%d", idOf(mine(0)[0]))
		if len(mine(0)) != 1 || len(mine(1)) != 1 || again == file || p.do("GET", again, nil).raw != p.do("GET", file, nil).raw {
			t.Errorf("the file did not come along: %v, before %v", mine(0), mine(1))
		}
		other.want(404, "submission_file_gone", "GET", again, nil)
		sub = ops.want(200, "", "GET", fmt.Sprintf("/api/console/lessons/%d/submissions?state=handed_in", lesson), nil).list("items")[0]
		mark = fmt.Sprintf("/api/console/submissions/%d/mark", idOf(sub))
		ops.want(204, "", "POST", mark, map[string]any{"points": []int{6, 3}, "comment": "好", "excellent": true})
		done := p.want(200, "", "GET", at+"/homework", nil)
		if own := done.list("own")[0]; own["passed"] != true || own["score"] != 9.0 || own["no"] != 2.0 || w.count(qFinished, lesson) != 1 {
			t.Fatal(done.raw)
		}
		p.want(409, "submission_passed", "POST", at+"/submissions", work("还想交"))
		if told := p.want(200, "", "GET", "/api/me/notices", nil); !strings.Contains(told.raw, "作业批改好了") || !strings.Contains(told.raw, "退回修改") || !strings.Contains(told.raw, "结论放到第一句") {
			t.Error(told.raw)
		}
		// Excellent work is shown with its author's consent, to who handed in.
		other.want(200, "", "POST", at+"/submissions", work("我的一份"))
		sees := func() bool {
			return strings.Contains(other.want(200, "", "GET", at+"/homework", nil).raw, "周三我请假一天")
		}
		if sees() {
			t.Error("shown without consent")
		}
		p.want(204, "", "PUT", fmt.Sprintf("/api/submissions/%d/consent", idOf(sub)), map[string]any{"on": true})
		other.want(404, "submission_gone", "PUT", fmt.Sprintf("/api/submissions/%d/consent", idOf(sub)), map[string]any{"on": false})
		if !sees() || strings.Contains(other.do("GET", at+"/homework", nil).raw, "学员") {
			t.Error("not shown, or with a name")
		}
		if w.count(qAuditOf, "homework.mark") != 2 {
			t.Error("the log lacks a mark")
		}
		w.sound()
	})
}

// Reviews spread evenly, never to one's own work, without names; their median is the
// score when the teacher lets it be, and a teacher's mark stands above it.
func TestPeersReviewEvenlyAndBlindly(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		lesson := w.task(func(x *homework.Task) { x.Peers, x.PeersDecide = 2, true })
		at := fmt.Sprintf("/api/lessons/%d", lesson)
		var class []*person
		for i := range 4 {
			p := w.learner(fmt.Sprintf("1390000310%d", i), nil)
			p.buy(w.sku)
			class = append(class, p)
		}
		for i, p := range class {
			p.want(200, "", "POST", at+"/submissions", work(fmt.Sprintf("第 %d 份作业", i)))
		}
		if n := w.count(qReviewRows, lesson); n != 8 {
			t.Errorf("%d reviews were given out, want 8", n)
		}
		if w.count(qSelfRows) != 0 || w.count(qMostRows, lesson) > 3 {
			t.Error("reviews of one's own work, or uneven ones")
		}
		outsider := w.learner("13900003199", nil)
		outsider.buy(w.sku)
		for i, p := range class {
			desk := p.want(200, "", "GET", at+"/homework", nil)
			for j, r := range desk.list("reviews") {
				if strings.Contains(fmt.Sprint(r), fmt.Sprintf("第 %d 份作业", i)) || strings.Contains(fmt.Sprint(r), "学员") || strings.Contains(fmt.Sprint(r), "user") {
					t.Errorf("own work or a name: %v", r)
				}
				to := fmt.Sprintf("/api/homework-reviews/%d", idOf(r))
				outsider.want(404, "submission_gone", "POST", to, map[string]any{"points": []int{6, 4}, "comment": "写得非常清楚"})
				p.want(422, "homework_mark_invalid", "POST", to, map[string]any{"points": []int{6, 5}, "comment": "写得非常清楚"})
				p.want(422, "homework_mark_invalid", "POST", to, map[string]any{"points": []int{6, 4}, "comment": "好"})
				p.want(204, "", "POST", to, map[string]any{"points": []int{4 + j, 3}, "comment": "写得非常清楚"})
				p.want(409, "review_done", "POST", to, map[string]any{"points": []int{0, 0}, "comment": "改了主意，零分"})
			}
		}
		marked := 0
		for _, p := range class {
			own := p.want(200, "", "GET", at+"/homework", nil).list("own")[0]
			if own["state"] == "marked" {
				marked++
				if own["by_peers"] != true || own["passed"] != true || len(own["got"].([]any)) < 2 {
					t.Errorf("%v", own)
				}
			}
		}
		if marked < 2 {
			t.Errorf("only %d were decided by their peers", marked)
		}
		ops := w.schoolStaff("operator")
		for _, s := range ops.want(200, "", "GET", fmt.Sprintf("/api/console/lessons/%d/submissions?state=marked", lesson), nil).list("items")[:1] {
			ops.want(204, "", "POST", fmt.Sprintf("/api/console/submissions/%d/mark", idOf(s)), map[string]any{"points": []int{6, 4}, "comment": "老师改判"})
		}
		w.sound()
	})
}

// Deadlines are told and what comes later is marked late; a task is checked; a course
// with a homework without a task is not published.
func TestHomeworkTaskAndDeadline(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		lesson := w.task(func(x *homework.Task) { x.DueDays = 1 })
		ops := w.schoolStaff("operator")
		at := fmt.Sprintf("/api/console/lessons/%d/homework", lesson)
		was := ops.want(200, "", "GET", at, nil)
		change := func(field string, v any) map[string]any {
			m := map[string]any{}
			for k, x := range was.body {
				m[k] = x
			}
			m[field] = v
			return m
		}
		ops.want(422, "homework_invalid", "PUT", at, change("task_html", "<p> </p>"))
		ops.want(422, "homework_invalid", "PUT", at, change("rubric", []any{}))
		ops.want(422, "homework_invalid", "PUT", at, change("peers_decide", true))
		ops.want(200, "", "PUT", at, change("most", 3))
		ops.want(409, "homework_changed", "PUT", at, change("most", 4))
		w.staff("instructor").want(404, "course_gone", "PUT", at, change("most", 4))
		p := w.learner("13900003201", nil)
		p.buy(w.sku)
		desk := fmt.Sprintf("/api/lessons/%d", lesson)
		if p.want(200, "", "GET", desk+"/homework", nil).num("due_at") == 0 {
			t.Error("no deadline")
		}
		w.clock.Advance(25 * 3600 * 1e9)
		if own := p.want(200, "", "POST", desk+"/submissions", work("迟了")).list("own")[0]; own["late"] != true {
			t.Errorf("%v", own)
		}
		w.sound()
	})
}
