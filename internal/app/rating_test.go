package app_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"zhizhou/internal/access"
	"zhizhou/internal/catalog"
	"zhizhou/internal/db"
	"zhizhou/internal/note"
	"zhizhou/internal/ranking"
)

var (
	qRatingRows   = db.Q("test/rating_rows", `SELECT COUNT(*) FROM ratings WHERE course_id = $1`)
	qRatingTotal  = db.Q("test/rating_total", `SELECT one + two + three + four + five FROM course_ratings WHERE course_id = $1`)
	qRatingSpoil  = db.Q("test/rating_spoil", `UPDATE course_ratings SET five = five + 1 WHERE course_id = $1`)
	qRatingCredit = db.Q("test/rating_credit", `UPDATE study_sessions SET credited_ms = 599999`)
	qRatingEnough = db.Q("test/rating_credit_more", `UPDATE study_sessions SET credited_ms = 600000`)
	qRatingSelf   = db.Q("test/rating_teacher", `INSERT INTO instructor_applications (id, user_id, state, sealed, instructor_id, decided_at, created_at) VALUES (1, $1, 'approved', $2, $3, 1, 1)`)
	qRatingFound  = db.Q("test/rating_lost", `SELECT COUNT(*) FROM ratings WHERE NOT kept`)
)

func rated(courseID int64) string { return fmt.Sprintf("/api/courses/%d/rating", courseID) }

func rates(stars, version int, body string) map[string]any {
	return map[string]any{"stars": stars, "version": version, "body": body}
}

// has gives people a course and one finished lesson of it.
func (w *world) has(courseID, lessonID int64, people ...*person) {
	w.t.Helper()
	for _, p := range people {
		me := p.me()
		w.ok(w.app.DB.Tx(w.system(), func(ctx context.Context, tx *db.Tx) error {
			if err := w.app.Access.Grant(ctx, tx, me, catalog.Resource{Kind: catalog.KindCourse, ID: courseID}, access.Gift(me), catalog.Period{}); err != nil {
				return err
			}
			return w.app.Learning.Finish(ctx, tx, me, courseID, lessonID)
		}))
	}
}

// firstOf is the first lesson of a course.
func (w *world) firstOf(courseID int64) int64 {
	w.t.Helper()
	return must(w.app.Catalog.Outline(w.system(), courseID))(w.t)[0].Lessons[0].ID
}

func (w *world) learners(n int) []*person {
	out := make([]*person, n)
	for i := range out {
		out[i] = w.learner(fmt.Sprintf("139000061%02d", i), nil)
	}
	return out
}

// INV-51: who has a course and has really studied it rates it, once; that is changed and
// taken back; parallel taps count once.
func TestINV51RatingsAreOfWhoStudied(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p, guest, path := w.learner("13900006001", nil), w.person(nil), rated(w.paid)
		mine := path + "/mine"
		guest.want(401, "", "PUT", mine, rates(5, 0, ""))
		guest.want(401, "", "GET", mine, nil)
		p.want(403, "rating_not_had", "PUT", mine, rates(5, 0, "没买也想评"))
		p.want(403, "rating_not_had", "PUT", rated(12345)+"/mine", rates(5, 0, ""))
		if a := p.want(200, "", "GET", mine, nil); a.at("may") != false || a.str("why") != "rating_not_had" || a.num("id") != 0 {
			t.Fatal(a.raw)
		}
		// A lesson that is free to all, read to its end, opens no rating by itself.
		p.read(w.openText)
		p.want(403, "rating_not_had", "PUT", mine, rates(1, 0, ""))
		other := w.learner("13900006002", nil)
		other.buy(w.sku)
		other.want(409, "rating_study_first", "PUT", mine, rates(5, 0, "还没学"))
		if a := other.want(200, "", "GET", mine, nil); a.at("may") != false || a.str("why") != "rating_study_first" {
			t.Fatal(a.raw)
		}
		if w.count(qRatingRows, w.paid) != 0 {
			t.Fatal("something was kept")
		}
		p.buy(w.sku)
		for _, bad := range []map[string]any{rates(0, 0, ""), rates(6, 0, ""), rates(5, 0, strings.Repeat("字", 501))} {
			if a := p.do("PUT", mine, bad); a.status != 422 {
				t.Fatal(a.raw)
			}
		}
		var wg sync.WaitGroup
		taps := make(chan answer, 6)
		for range 6 {
			wg.Go(func() { taps <- p.do("PUT", mine, rates(4, 0, "讲得清楚，例子再多些更好。")) })
		}
		wg.Wait()
		close(taps)
		for a := range taps {
			if a.status != 200 && a.status != 429 || a.status == 200 && a.num("stars") != 4 {
				t.Fatal(a.raw)
			}
		}
		if w.count(qRatingRows, w.paid) != 1 || w.count(qRatingTotal, w.paid) != 1 {
			t.Fatalf("%d rows, %d counted", w.count(qRatingRows, w.paid), w.count(qRatingTotal, w.paid))
		}
		w.clock.Advance(2 * time.Minute)
		p.want(409, "rating_changed", "PUT", mine, rates(2, 0, "旧的页面"))
		// Changes of one version: one wins, and the totals follow it.
		results := make(chan int, 5)
		for i := range 5 {
			wg.Go(func() { results <- p.do("PUT", mine, rates(1+i, 1, fmt.Sprintf("改法 %d", i))).status })
		}
		wg.Wait()
		close(results)
		won := 0
		for s := range results {
			if s == 200 {
				won++
			}
		}
		if a := p.want(200, "", "GET", mine, nil); won != 1 || a.num("version") != 2 || w.count(qRatingTotal, w.paid) != 1 {
			t.Fatal(won, a.raw)
		}
		w.sound()
		p.want(204, "", "DELETE", mine, nil)
		p.want(404, "rating_gone", "DELETE", mine, nil)
		if w.count(qRatingRows, w.paid) != 0 || w.count(qRatingTotal, w.paid) != 0 {
			t.Fatal("it still counts")
		}
		w.clock.Advance(2 * time.Minute)
		p.want(200, "", "PUT", mine, rates(5, 0, ""))
		// A free course counts as well.
		other.want(409, "rating_study_first", "PUT", rated(w.free)+"/mine", rates(3, 0, ""))
		other.read(w.firstOf(w.free))
		other.want(200, "", "PUT", rated(w.free)+"/mine", rates(3, 0, ""))
		if w.count(qRatingTotal, w.free) != 1 {
			t.Fatal("a free course does not count")
		}
		w.sound()
	})
}

// Time that has run out lets who studied still speak; ten minutes of study are enough
// where no lesson is finished.
func TestRatingAfterTheTimeRanOut(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.learner("13900006011", nil)
		me := p.me()
		w.ok(w.app.DB.Tx(w.system(), func(ctx context.Context, tx *db.Tx) error {
			return w.app.Access.Grant(ctx, tx, me, catalog.Resource{Kind: catalog.KindCourse, ID: w.paid}, access.Gift(88), catalog.Period{Days: 10})
		}))
		path := fmt.Sprintf("/api/lessons/%d/read", w.lesson)
		p.want(200, "", "POST", path, map[string]any{"seq": 1, "screens": []any{}, "position_permille": 0})
		mine := rated(w.paid) + "/mine"
		p.want(409, "rating_study_first", "PUT", mine, rates(5, 0, ""))
		w.write(qRatingCredit)
		p.want(409, "rating_study_first", "PUT", mine, rates(5, 0, ""))
		w.write(qRatingEnough)
		w.clock.Advance(11 * 24 * time.Hour)
		if p.opens(w.lesson) {
			t.Fatal("the time has not run out")
		}
		p.want(200, "", "PUT", mine, rates(5, 0, "学完了，值。"))
		w.sound()
	})
}

// INV-51: a refund takes a rating out of the totals and out of sight at once; having the
// course again brings it back. A second reason to have it keeps it in.
func TestINV51RefundTakesTheRatingOut(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		people := w.learners(5)
		p := people[0]
		no, _ := p.buy(w.sku)
		p.read(w.lesson)
		beside, _ := people[1].buy(w.sku)
		w.has(w.paid, w.lesson, people[1:]...)
		for i, x := range people {
			x.want(200, "", "PUT", rated(w.paid)+"/mine", rates(5-i%2, 0, fmt.Sprintf("评价第 %d 条", i)))
		}
		w.schoolStaff("operator").decides(true, "")
		see := func() answer { w.app.API.Forget(); return w.person(nil).want(200, "", "GET", rated(w.paid), nil) }
		if a := see(); a.num("count") != 5 || a.at("enough") != true || a.at("average") != 4.6 || len(a.list("items")) != 3 {
			t.Fatal(a.raw)
		}
		page := func() string {
			_, _, raw := w.raw(fmt.Sprintf("/course/%d", w.paid))
			return string(raw)
		}
		if body := page(); w.hasClient() && !strings.Contains(body, `"ratingValue":"4.6"`) {
			t.Fatal(body)
		}
		list := fmt.Sprintf("/api/courses/%d/ratings", w.paid)
		if !strings.Contains(w.person(nil).want(200, "", "GET", list, nil).raw, "评价第 0 条") {
			t.Fatal("not in the list")
		}
		w.refund(no, 16900)
		if a := see(); a.num("count") != 4 || a.at("enough") != false || a.at("average") != 0.0 || strings.Contains(page(), "aggregateRating") {
			t.Fatal(a.raw)
		}
		if a := w.person(nil).want(200, "", "GET", list, nil); strings.Contains(a.raw, "评价第 0 条") || len(a.list("items")) != 4 {
			t.Fatal(a.raw)
		}
		if a := p.want(200, "", "GET", rated(w.paid)+"/mine", nil); a.at("counts") != false || a.at("may") != false || a.str("body") != "评价第 0 条" {
			t.Fatal(a.raw)
		}
		p.want(403, "rating_not_had", "PUT", rated(w.paid)+"/mine", rates(1, 1, "退了再打低分"))
		w.sound()
		w.has(w.paid, w.lesson, p)
		w.ok(w.app.Rank(w.system()))
		if a := see(); a.num("count") != 5 || w.count(qRatingFound) != 0 {
			t.Fatal(a.raw)
		}
		// Bought beside a gift: the refund takes one reason, the other keeps it in.
		w.refund(beside, 16900)
		if a := see(); a.num("count") != 5 {
			t.Fatal(a.raw)
		}
		w.sound()
		// The audit sees totals that are not the ratings.
		w.ok(w.app.DB.Tx(w.system(), func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, qRatingSpoil, w.paid)
			return err
		}))
		w.finds("totals of a course are not its ratings")
	})
}

// INV-42: words are seen when they were looked at; hiding them tells their author why
// and takes no stars away.
func TestINV42WordsOfRatingsAreLookedAt(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		people := w.learners(5)
		w.has(w.paid, w.lesson, people...)
		p, mine, list := people[0], rated(w.paid)+"/mine", fmt.Sprintf("/api/courses/%d/ratings", w.paid)
		for _, x := range people[1:] {
			x.want(200, "", "PUT", mine, rates(5, 0, ""))
		}
		if a := p.want(200, "", "PUT", mine, rates(1, 0, "加我微信领资料")); a.str("state") != "pending" {
			t.Fatal(a.raw)
		}
		see := func() answer { w.app.API.Forget(); return w.person(nil).want(200, "", "GET", rated(w.paid), nil) }
		if a := see(); a.at("average") != 4.2 || strings.Contains(a.raw, "微信") {
			t.Fatal(a.raw)
		}
		ops := w.schoolStaff("operator")
		queue := ops.want(200, "", "GET", "/api/console/moderation", nil)
		if items := queue.list("items"); len(items) != 1 || items[0]["what"] != "rating" || items[0]["about"] != "1 星" {
			t.Fatal(queue.raw)
		}
		if a := ops.decides(true, ""); a.num("done") != 1 {
			t.Fatal(a.raw)
		}
		if a := see(); !strings.Contains(a.raw, "微信") || strings.Contains(a.raw, "13900006100") {
			t.Fatal(a.raw)
		}
		row := ops.want(200, "", "GET", "/api/console/ratings?stars=1", nil).item(0, "items")
		shown := fmt.Sprintf("/api/console/ratings/%d/shown", row.num("id"))
		ops.want(422, "moderation_reason", "PUT", shown, map[string]any{"show": false, "version": 1})
		if a := ops.want(200, "", "PUT", shown, map[string]any{"show": false, "version": 7, "reason": "请不要留联系方式"}); a.num("done") != 0 {
			t.Fatal("an old version was decided")
		}
		ops.want(200, "", "PUT", shown, map[string]any{"show": false, "version": 1, "reason": "请不要留联系方式"})
		if a := see(); strings.Contains(a.raw, "微信") || a.at("average") != 4.2 || a.num("count") != 5 {
			t.Fatal("hidden words are shown, or took their stars along:", a.raw)
		}
		if told := p.notices(); len(told) != 1 || !strings.Contains(told[0], "请不要留联系方式") {
			t.Fatal(told)
		}
		// The same words do not come back; other stars change nothing of that.
		if a := p.want(200, "", "PUT", mine, rates(2, 1, "加我微信领资料")); a.str("state") != "hidden" || a.str("reason") == "" {
			t.Fatal(a.raw)
		}
		w.clock.Advance(2 * time.Minute)
		if a := p.want(200, "", "PUT", mine, rates(2, 2, "例子少了些")); a.str("state") != "pending" || a.str("reason") != "" {
			t.Fatal(a.raw)
		}
		ops.decides(true, "")
		// A change is looked at again.
		p.want(200, "", "PUT", mine, rates(2, 3, "例子少了些，又想加微信"))
		w.app.API.Forget()
		if a := w.person(nil).want(200, "", "GET", list, nil); len(a.list("items")) != 0 {
			t.Fatal(a.raw)
		}
		// The engine in front of notes is in front of these.
		w.app.Note.SetReview(func(_ context.Context, d note.Draft) (note.Verdict, error) {
			if d.What != note.Rating {
				t.Errorf("%+v", d)
			}
			return note.Refuse, nil
		})
		w.clock.Advance(2 * time.Minute)
		p.want(422, "note_invalid", "PUT", mine, rates(2, 4, "不该有的话"))
		w.sound()
	})
}

// INV-40: an instructor sees and answers what is said of own courses, and takes nothing
// down; who teaches a course does not rate it.
func TestINV40RatingsOfOwnCourses(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.learners(1)[0]
		w.has(w.paid, w.lesson, p)
		p.want(200, "", "PUT", rated(w.paid)+"/mine", rates(5, 0, "照着改了一封信，当天就回了。"))
		w.schoolStaff("operator").decides(true, "")
		c, _, err := w.app.Catalog.Course(w.system(), 0, w.paid)
		w.ok(err)
		teacher, elsewhere, support := w.teacher("instructor", c.InstructorID), w.staff("instructor"), w.schoolStaff("support")
		if items := elsewhere.want(200, "", "GET", "/api/console/ratings", nil).list("items"); len(items) != 0 {
			t.Fatal(items)
		}
		row := teacher.want(200, "", "GET", "/api/console/ratings?state=shown&stars=5", nil).item(0, "items")
		reply, shown := fmt.Sprintf("/api/console/ratings/%d/reply", row.num("id")), fmt.Sprintf("/api/console/ratings/%d/shown", row.num("id"))
		elsewhere.want(404, "rating_gone", "PUT", reply, map[string]any{"body": "我来回", "replied_at": 0})
		teacher.want(403, "forbidden", "PUT", shown, map[string]any{"show": false, "version": 1, "reason": "不好听"})
		support.want(403, "forbidden", "GET", "/api/console/ratings", nil)
		teacher.want(422, "rating_reply", "PUT", reply, map[string]any{"body": "  ", "replied_at": 0})
		var wg sync.WaitGroup
		won := make(chan int, 4)
		for i := range 4 {
			wg.Go(func() {
				won <- teacher.do("PUT", reply, map[string]any{"body": fmt.Sprintf("谢谢 %d", i), "replied_at": 0}).status
			})
		}
		wg.Wait()
		close(won)
		n := 0
		for s := range won {
			if s == 204 {
				n++
			}
		}
		if n != 1 {
			t.Fatalf("%d first answers", n)
		}
		at := teacher.want(200, "", "GET", "/api/console/ratings", nil).item(0, "items").num("replied_at")
		teacher.want(204, "", "PUT", reply, map[string]any{"body": "谢谢，坚持写。", "replied_at": at})
		teacher.want(409, "rating_changed", "PUT", reply, map[string]any{"body": "旧页面", "replied_at": at})
		if told := p.notices(); len(told) != 1 || !strings.Contains(told[0], "谢谢") {
			t.Fatal(told)
		}
		w.app.API.Forget()
		if a := w.person(nil).want(200, "", "GET", rated(w.paid), nil); a.item(0, "items").str("reply") != "谢谢，坚持写。" || a.item(0, "items").str("reply_name") != "老师" {
			t.Fatal(a.raw)
		}
		// The person behind the instructor's profile.
		self := w.learner("13900006199", nil)
		w.has(w.paid, w.lesson, self)
		w.ok(w.app.DB.Tx(w.system(), func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, qRatingSelf, self.me(), []byte("x"), c.InstructorID)
			return err
		}))
		self.want(403, "rating_own", "PUT", rated(w.paid)+"/mine", rates(5, 0, "我讲得真好"))
	})
}

// People who become one have one say; the totals follow.
func TestMergedPeopleHaveOneRating(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		people := w.learners(3)
		w.has(w.paid, w.lesson, people...)
		for i, p := range people {
			p.want(200, "", "PUT", rated(w.paid)+"/mine", rates(3+i, 0, ""))
		}
		w.has(w.free, w.firstOf(w.free), people[0])
		people[0].want(200, "", "PUT", rated(w.free)+"/mine", rates(4, 0, ""))
		from, to := people[0].me(), people[1].me()
		w.ok(w.app.DB.Tx(w.system(), func(ctx context.Context, tx *db.Tx) error {
			if err := w.app.Access.Merge(ctx, tx, from, to); err != nil {
				return err
			}
			return w.app.Rating.Merge(ctx, tx, from, to)
		}))
		if w.count(qRatingTotal, w.paid) != 2 || w.count(qRatingTotal, w.free) != 1 || w.count(qRatingFound) != 0 {
			t.Fatal("merged ratings:", w.count(qRatingTotal, w.paid), w.count(qRatingTotal, w.free))
		}
		w.sound()
	})
}

// The ranking weighs by how many rated; a few good ratings do not lead, fewer than five
// are not in it. The order of search and list follows.
func TestRankingByRating(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		few, fewLesson := w.course("五个五星", 100)
		four, fourLesson := w.course("只有四个人评", 100)
		people := w.learners(12)
		w.has(few, fewLesson, people[:5]...)
		w.has(four, fourLesson, people[:4]...)
		w.has(w.paid, w.lesson, people...)
		w.has(w.free, w.firstOf(w.free), people[:5]...)
		for i, p := range people {
			stars := 5
			if i == 0 {
				stars = 4
			}
			p.want(200, "", "PUT", rated(w.paid)+"/mine", rates(stars, 0, ""))
			if i < 5 {
				p.want(200, "", "PUT", rated(few)+"/mine", rates(5, 0, ""))
				p.want(200, "", "PUT", rated(w.free)+"/mine", rates(1, 0, ""))
			}
			if i < 4 {
				p.want(200, "", "PUT", rated(four)+"/mine", rates(5, 0, ""))
			}
		}
		w.ok(w.app.Rank(w.system()))
		p := w.person(nil)
		list := p.want(200, "", "GET", "/api/rankings/"+ranking.Rating, nil)
		items := list.list("items")
		if len(items) != 3 || items[0]["people"] != 12.0 || items[0]["amount"] != 49.0 || items[1]["amount"] != 50.0 || items[1]["people"] != 5.0 || items[2]["amount"] != 10.0 {
			t.Fatal(list.raw)
		}
		titles := func(path string) (out []string) {
			for _, x := range p.want(200, "", "GET", path, nil).list("items") {
				if c, ok := x["course"].(map[string]any); ok {
					x = c
				}
				out = append(out, x["title"].(string))
			}
			return out
		}
		want := "把话写清楚 五个五星 从一碗米饭开始"
		for _, path := range []string{"/api/search?form=course&sort=rating", "/api/courses?sort=rating"} {
			if got := strings.Join(titles(path), " "); !strings.HasPrefix(got, want) || !strings.Contains(got, "只有四个人评") {
				t.Fatalf("%s: %s", path, got)
			}
		}
		// By pages, each course once.
		var seen []string
		for cursor, n := "", 0; n < 6; n++ {
			a := p.want(200, "", "GET", "/api/courses?sort=rating&limit=1&cursor="+cursor, nil)
			for _, x := range a.list("items") {
				seen = append(seen, x["title"].(string))
			}
			if cursor = a.str("next_cursor"); cursor == "" {
				break
			}
		}
		if len(seen) != 4 || !strings.HasPrefix(strings.Join(seen, " "), want) {
			t.Fatal(seen)
		}
		if a := p.want(200, "", "GET", "/api/courses?sort=rating", nil).list("items"); a[0]["rating_average"] != 4.9 || a[0]["rating_count"] != 12.0 || a[3]["rating_count"] != 0.0 {
			t.Fatal(a)
		}
		// One is taken back: four are too few.
		people[4].want(204, "", "DELETE", rated(few)+"/mine", nil)
		w.ok(w.app.Rank(w.system()))
		if a := p.want(200, "", "GET", "/api/rankings/rating", nil); strings.Contains(a.raw, "五个五星") || strings.HasPrefix(strings.Join(titles("/api/courses?sort=rating"), " "), want) {
			t.Fatal(a.raw)
		}
		w.sound()
	})
}
