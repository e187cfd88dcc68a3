package app_test

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/jpeg"
	"strings"
	"sync"
	"testing"
	"time"

	"zhizhou/internal/challenge"
	"zhizhou/internal/db"
	"zhizhou/internal/setting"
)

var (
	qChallengeDays   = db.Q("test/challenge_days", `SELECT COUNT(*) FROM challenge_check_ins WHERE user_id = $1`)
	qChallengePoints = db.Q("test/challenge_points", `SELECT CAST(COALESCE(SUM(points), 0) AS BIGINT) FROM point_moves WHERE user_id = $1`)
	qChallengeSquads = db.Q("test/challenge_squads", `SELECT COUNT(*) FROM challenge_squads WHERE class_id = $1 AND dissolved_at = 0`)
	qChallengeSmall  = db.Q("test/challenge_small", `SELECT COUNT(*) FROM challenge_squads WHERE class_id = $1 AND dissolved_at = 0 AND (size < 4 OR size > 8)`)
	qChallengeCards  = db.Q("test/challenge_cards", `SELECT COUNT(*) FROM cards WHERE user_id = $1 AND kind = 'days' AND revoked_at = 0`)
	qChallengeSpoil  = db.Q("test/challenge_spoil", `UPDATE challenge_members SET total = total + 1 WHERE total > 0`)
	qChallengePost   = db.Q("test/challenge_post", `SELECT id FROM challenge_check_ins WHERE user_id = $1 ORDER BY id DESC LIMIT 1`)
)

// weekly is a challenge of so many days: some words each day, milestones each week.
func weekly(days int64) challenge.Plan {
	p := challenge.Plan{Days: days, MakeUps: 2, Points: 5, Peer: 1, Tasks: []challenge.Task{{Kind: challenge.Words, Title: "把一封旧邮件改成三句话"}}}
	for day := int64(7); day <= days; day += 7 {
		p.Marks = append(p.Marks, challenge.Mark{Day: day, Need: day - 1, Title: fmt.Sprintf("第 %d 天渡口", day)})
	}
	if len(p.Marks) == 0 {
		p.Marks = []challenge.Mark{{Day: days, Need: days, Title: "到岸"}}
	}
	return p
}

// class opens a class of a challenge.
func (w *world) class(p challenge.Plan, change func(*challenge.Class)) int64 {
	w.t.Helper()
	c := challenge.Challenge{Title: "28 天清晰表达", About: "每天改一封邮件。", Plan: p}
	k := challenge.Class{Title: "28 天清晰表达 第一期", Mode: challenge.Dates, Starts: challenge.Ordinal(w.clock.Now()), Capacity: 100, Admits: challenge.Anyone, Teacher: "沈牧之", ShareWeekday: 7}
	if change != nil {
		change(&k)
	}
	c.CourseID = k.CourseID
	made := must(w.app.Challenge.Save(w.system(), 0, c))(w.t)
	k.ChallengeID = made.ID
	return must(w.app.Challenge.OpenClass(w.system(), 0, k))(w.t).ID
}

func (p *person) joins(classID int64) answer {
	p.w.t.Helper()
	return p.want(200, "", "POST", fmt.Sprintf("/api/classes/%d/join", classID), map[string]any{"hours": 0})
}

func (p *person) checksIn(status int, code string, classID, day int64, body string, files ...int64) answer {
	p.w.t.Helper()
	if files == nil {
		files = []int64{}
	}
	return p.want(status, code, "POST", fmt.Sprintf("/api/classes/%d/check-ins", classID), map[string]any{"day": day, "body": body, "files": files})
}

func (p *person) challenge(classID int64) answer {
	p.w.t.Helper()
	return p.want(200, "", "GET", fmt.Sprintf("/api/classes/%d/home", classID), nil)
}

// INV-33: a day's check-in and its points count once, at midnight and under parallel taps.
func TestINV33ChallengeOnceADay(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.shanghai(1, 12, 0)
		class := w.class(weekly(28), nil)
		p := w.learner("13900150010", nil)
		at := fmt.Sprintf("/api/classes/%d", class)
		w.person(nil).want(401, "", "POST", at+"/join", map[string]any{"hours": 0})
		if a := w.person(nil).want(200, "", "GET", at, nil); a.str("state") != "open" || a.at("joined").(bool) {
			t.Fatal(a.raw)
		}
		p.want(404, "class_outside", "POST", at+"/check-ins", map[string]any{"body": "改好了", "files": []int64{}})
		p.joins(class)
		p.joins(class)
		p.checksIn(422, "check_in_invalid", class, 0, "")
		w.shanghai(0, 23, 59)
		me := p.me()
		var wg sync.WaitGroup
		for range 12 {
			wg.Go(func() {
				_, _ = w.app.Challenge.CheckIn(context.Background(), me, class, challenge.NewCheckIn{Body: "今天改了一封"})
			})
		}
		wg.Wait()
		if w.count(qChallengeDays, me) != 1 || w.count(qChallengePoints, me) != 5 {
			t.Fatalf("a day counts %d times and gives %d", w.count(qChallengeDays, me), w.count(qChallengePoints, me))
		}
		w.clock.Advance(90 * time.Second) // past midnight in Shanghai
		h := p.checksIn(200, "", class, 0, "第二天")
		if h.num("no") != 2 || h.num("total") != 2 || h.num("streak") != 2 || !h.at("checked_in").(bool) || w.count(qChallengePoints, me) != 10 {
			t.Fatal(h.raw)
		}
		p.checksIn(200, "", class, 0, "再来一次")
		if w.count(qChallengeDays, me) != 2 {
			t.Fatal("a second tap counted")
		}
		w.sound()
		w.write(qChallengeSpoil)
		w.finds("a member and their check-ins disagree")
	})
}

// What a day asks is read from what is stored of that local day, whatever the client says.
func TestChallengeTasksAreFacts(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.shanghai(1, 9, 0)
		p := weekly(7)
		p.Tasks = []challenge.Task{{Day: 0, Kind: challenge.Lesson, LessonID: w.lesson, Title: "学完第二课"}}
		class := w.class(p, func(c *challenge.Class) { c.CourseID, c.Admits = w.paid, challenge.Owners })
		a := w.learner("13900150020", nil)
		a.want(409, "class_course", "POST", fmt.Sprintf("/api/classes/%d/join", class), map[string]any{"hours": 2})
		no, _ := a.buy(w.sku)
		a.joins(class)
		if h := a.checksIn(409, "task_open", class, 0, "学完了"); h.status != 409 {
			t.Fatal(h.raw)
		}
		w.shanghai(0, 23, 59)
		me := a.me()
		w.ok(w.app.DB.Tx(context.Background(), func(ctx context.Context, tx *db.Tx) error {
			return w.app.Learning.Finish(ctx, tx, me, w.paid, w.lesson)
		}))
		if h := a.challenge(class); !h.at("task_done").(bool) {
			t.Fatal(h.raw)
		}
		w.clock.Advance(2 * time.Minute)
		a.checksIn(409, "task_open", class, 0, "昨天学的") // yesterday's study is yesterday's
		yesterday := a.challenge(class).at("missed").([]any)[0].(float64)
		if h := a.checksIn(200, "", class, int64(yesterday), ""); h.num("total") != 1 || h.num("cards") != 1 {
			t.Fatal(h.raw)
		}
		// The course goes back: the membership ends, the day stays what it was.
		w.giveBack(no, 16900)
		a.want(404, "class_outside", "GET", fmt.Sprintf("/api/classes/%d/home", class), nil)
		if v := a.want(200, "", "GET", fmt.Sprintf("/api/classes/%d", class), nil); v.str("mine", "state") != "lost" || v.num("members") != 0 {
			t.Fatal(v.raw)
		}
		w.sound()
	})
}

// A missed day is made up within a week, so often as there are cards; it gives no points.
func TestChallengeMadeUp(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.shanghai(1, 9, 0)
		plan := weekly(28)
		plan.Tasks = append(plan.Tasks, challenge.Task{Day: 3, Kind: challenge.Words, Title: "写一封道歉信"})
		class := w.class(plan, nil)
		p := w.learner("13900150030", nil)
		p.joins(class)
		day := func(ago int) int64 { return challenge.DayOf(challenge.Ordinal(w.clock.Now()) - int64(ago)) }
		p.checksIn(422, "check_in_day", class, day(1), "开始以前")
		p.checksIn(422, "check_in_day", class, day(-1), "明天")
		p.checksIn(200, "", class, 0, "一")
		w.shanghai(4, 9, 0)
		p.checksIn(200, "", class, 0, "五")
		h := p.checksIn(200, "", class, day(1), "补四")
		if h.num("streak") != 2 || h.num("total") != 3 || h.num("cards") != 1 || w.count(qChallengePoints, p.me()) != 10 || len(h.at("missed").([]any)) != 2 {
			t.Fatal(h.raw)
		}
		if len(h.list("asked")) != 2 || h.item(0, "asked").str("title") != "把一封旧邮件改成三句话" || h.item(1, "asked").str("title") != "写一封道歉信" {
			t.Fatal(h.raw)
		}
		p.checksIn(200, "", class, day(1), "再补四")
		h = p.checksIn(200, "", class, day(2), "补三")
		if h.num("total") != 4 || h.num("cards") != 0 || len(h.at("missed").([]any)) != 0 {
			t.Fatal(h.raw)
		}
		p.checksIn(409, "no_make_up_cards", class, day(3), "补二")
		w.sound()
	})
}

// Of a rolling class each goes through days of their own: who is through owes nothing and
// is not reminded, whatever the others of the squad still have before them.
func TestChallengeOwnEnd(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.shanghai(1, 9, 0)
		class := w.class(weekly(7), func(c *challenge.Class) { c.Mode, c.Starts = challenge.Rolling, 0 })
		at := fmt.Sprintf("/api/classes/%d", class)
		early, late := w.learner("13900150610", nil), w.learner("13900150611", nil)
		early.joins(class)
		code := early.want(200, "", "POST", at+"/squad", nil).str("squad", "code")
		w.shanghai(3, 9, 0)
		late.want(200, "", "POST", at+"/join", map[string]any{"hours": 0, "squad": code})
		owes := func(of *person) (early, late bool) {
			t.Helper()
			h := of.challenge(class)
			return h.item(0, "squad", "mates").at("owes").(bool), h.item(1, "squad", "mates").at("owes").(bool)
		}
		if a, b := owes(late); !a || !b {
			t.Fatal("on their days both owe a check-in")
		}
		late.checksIn(200, "", class, 0, "来了")
		if a, b := owes(early); !a || b {
			t.Fatal("who checked in owes nothing")
		}
		w.shanghai(4, 9, 0)
		h := early.challenge(class)
		if a, b := owes(early); a || !b || h.num("no") != 8 {
			t.Fatal(h.raw)
		}
		early.checksIn(409, "class_over", class, 0, "第八天")
		remind := func(n int) string {
			return fmt.Sprintf("%s/mates/%d/reminder", at, h.item(n, "squad", "mates").num("id"))
		}
		early.want(204, "", "POST", remind(1), nil)
		late.want(409, "mate_done", "POST", remind(0), nil)
		for _, x := range []struct {
			of    *person
			squad string
		}{{early, ""}, {late, code}} {
			if q := must(w.app.Challenge.Inviting(context.Background(), x.of.me(), class))(t); q.Code != x.squad {
				t.Fatalf("asks others into %q, not %q", q.Code, x.squad)
			}
		}
		w.sound()
	})
}

// Milestones are decided by themselves on their local day; the card is counted again on
// its page and falls with the member.
func TestChallengeMilestones(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.shanghai(1, 20, 0)
		class := w.class(weekly(14), nil)
		p, lazy := w.learner("13900150040", nil), w.learner("13900150041", nil)
		p.joins(class)
		lazy.joins(class)
		for day := 1; day <= 6; day++ {
			p.checksIn(200, "", class, 0, fmt.Sprintf("第 %d 天", day))
			if day < 5 {
				lazy.checksIn(200, "", class, 0, "也来了")
			}
			w.shanghai(1, 20, 0)
		}
		w.shanghai(-1, 23, 59)
		w.ok(w.app.Challenge.Sweep(w.system()))
		if n := w.count(qChallengeCards, p.me()); n != 0 {
			t.Fatalf("%d cards on the sixth day", n)
		}
		w.shanghai(1, 0, 1)
		w.ok(w.app.Challenge.Sweep(w.system()))
		w.ok(w.app.Challenge.Sweep(w.system()))
		if h := p.challenge(class); len(h.list("reached")) != 1 || h.list("reached")[0]["check_ins"] != 6.0 || w.count(qChallengeCards, p.me()) != 1 || !p.hears("到达里程碑「第 7 天渡口」") {
			t.Fatal(h.raw)
		}
		if len(lazy.challenge(class).list("reached")) != 0 || w.count(qChallengeCards, lazy.me()) != 0 {
			t.Fatal("four days were enough")
		}
		// Two cards mend it, after the day too.
		for range 2 {
			missed := lazy.challenge(class).at("missed").([]any)
			lazy.checksIn(200, "", class, int64(missed[0].(float64)), "补上")
		}
		if len(lazy.challenge(class).list("reached")) != 1 || w.count(qChallengeCards, lazy.me()) != 1 {
			t.Fatal("made up days do not count")
		}
		card := p.want(200, "", "GET", "/api/me/cards", nil).item(0, "items")
		open := w.person(nil).want(200, "", "GET", "/api/cards/"+card.str("code"), nil)
		if !open.at("holds").(bool) || open.num("days") != 6 || open.num("days_now") != 6 || open.num("span") != 7 || open.str("title") != "第 7 天渡口" || open.str("course_title") != "28 天清晰表达 第一期" {
			t.Fatal(open.raw)
		}
		// Who is removed for cheating loses the card and the points.
		had := w.count(qChallengePoints, p.me())
		ops := w.schoolStaff("operator")
		remove := fmt.Sprintf("/api/console/classes/%d/remove", class)
		ops.want(422, "challenge_reason", "POST", remove, map[string]any{"user_id": p.me(), "reason": " "})
		ops.want(204, "", "POST", remove, map[string]any{"user_id": p.me(), "reason": "内容是抄来的"})
		open = w.person(nil).want(200, "", "GET", "/api/cards/"+card.str("code"), nil)
		if open.str("state") != "revoked" || w.count(qChallengePoints, p.me()) != had-30 || !p.hears("你被移出了挑战") {
			t.Fatalf("%d points of %d: %s", w.count(qChallengePoints, p.me()), had, open.raw)
		}
		p.want(403, "class_removed", "POST", fmt.Sprintf("/api/classes/%d/join", class), map[string]any{"hours": 0})
		w.sound()
	})
}

// Squads form, the late fill the smallest, and whoever is left alone is merged; a code
// leads into one squad of one class.
func TestChallengeSquads(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.shanghai(1, 9, 0)
		class := w.class(weekly(28), func(c *challenge.Class) { c.Starts += 2 })
		var people []*person
		add := func(n int) {
			for range n {
				p := w.learner(fmt.Sprintf("139001501%02d", len(people)), nil)
				people = append(people, p)
			}
		}
		join := func(p *person) { w.ok(w.app.Challenge.Join(w.system(), p.me(), class, challenge.Joining{})) }
		add(13)
		for _, p := range people[:13] {
			join(p)
		}
		if n := w.count(qChallengeSquads, class); n != 1 {
			t.Fatalf("%d squads before it begins", n)
		}
		people[12].checksIn(409, "class_not_yet", class, 0, "太早")
		// One begins a squad and asks another in.
		mine := people[12].want(200, "", "POST", fmt.Sprintf("/api/classes/%d/squad", class), nil)
		code := mine.str("squad", "code")
		if mine.num("squad", "room") != 7 || code == "" {
			t.Fatal(mine.raw)
		}
		if v := w.person(nil).want(200, "", "GET", fmt.Sprintf("/api/classes/%d?squad=%s", class, code), nil); v.str("squad", "name") != mine.str("squad", "name") {
			t.Fatal(v.raw)
		}
		add(1)
		friend := people[13]
		friend.want(404, "squad_gone", "POST", fmt.Sprintf("/api/classes/%d/join", class), map[string]any{"hours": 1, "squad": "NOBODY"})
		if h := friend.want(200, "", "POST", fmt.Sprintf("/api/classes/%d/join", class), map[string]any{"hours": 1, "squad": code}); h.str("squad", "code") != code || len(h.at("squad", "mates").([]any)) != 2 {
			t.Fatal(h.raw)
		}
		w.shanghai(2, 0, 1)
		w.ok(w.app.Challenge.Sweep(w.system()))
		if a, b := w.count(qChallengeSquads, class), w.count(qChallengeSmall, class); a != 2 || b != 0 {
			t.Fatalf("%d squads, %d of a wrong size", a, b)
		}
		if h := friend.challenge(class); h.str("squad", "code") != code || len(h.at("squad", "mates").([]any)) != 6 || !people[0].hears("你在小组") {
			t.Fatal(h.raw)
		}
		// Leavers: the squad of six falls below four and is merged or lent to.
		for i := range 3 {
			people[8+i].want(204, "", "POST", fmt.Sprintf("/api/classes/%d/leave", class), nil)
		}
		if a, b := w.count(qChallengeSquads, class), w.count(qChallengeSmall, class); a != 2 || b != 0 {
			t.Fatalf("%d squads, %d of a wrong size", a, b)
		}
		people[8].want(404, "class_outside", "GET", fmt.Sprintf("/api/classes/%d/feed", class), nil)
		people[8].joins(class) // and comes back
		// Many at once: nobody stands in two squads, none is too big.
		add(12)
		var wg sync.WaitGroup
		for _, p := range people[14:] {
			me := p.me()
			wg.Go(func() {
				_ = w.app.Challenge.Join(context.Background(), me, class, challenge.Joining{})
				_ = w.app.Challenge.Join(context.Background(), me, class, challenge.Joining{})
			})
		}
		wg.Wait()
		w.ok(w.app.Challenge.Sweep(w.system()))
		if b := w.count(qChallengeSmall, class); b != 0 {
			t.Fatalf("%d squads of a wrong size", b)
		}
		w.sound()
	})
}

// The squad sees what was looked at; likes and reviews count once and not without end.
func TestChallengePeers(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.shanghai(1, 9, 0)
		class := w.class(weekly(28), nil)
		other := w.class(weekly(7), nil)
		var squad []*person
		for i := range 8 {
			p := w.learner(fmt.Sprintf("1390015020%d", i), nil)
			p.joins(class)
			squad = append(squad, p)
		}
		stranger := w.learner("13900150210", nil)
		stranger.joins(other)
		author, reader := squad[0], squad[1]
		var pic bytes.Buffer
		w.ok(jpeg.Encode(&pic, image.NewGray(image.Rect(0, 0, 8, 8)), nil))
		at := fmt.Sprintf("/api/classes/%d/check-in-files?name=a.jpg", class)
		stranger.want(404, "class_outside", "GET", fmt.Sprintf("/api/classes/%d/feed", class), nil)
		if a := stranger.sends(at, pic.Bytes()); a.status != 404 {
			t.Fatal(a.raw)
		}
		if a := author.sends(fmt.Sprintf("/api/classes/%d/check-in-files?name=a.txt", class), []byte("words")); a.status != 422 {
			t.Fatal(a.raw)
		}
		file := author.sends(at, pic.Bytes()).num("id")
		reader.checksIn(404, "check_in_file_gone", class, 0, "别人的图", file)
		author.checksIn(200, "", class, 0, "改前四百字，改后一百六十字", file)
		post := w.count(qChallengePost, author.me())
		feed := fmt.Sprintf("/api/classes/%d/feed", class)
		like, review := fmt.Sprintf("/api/check-ins/%d/like", post), fmt.Sprintf("/api/check-ins/%d/review", post)
		if len(reader.want(200, "", "GET", feed, nil).list("items")) != 0 {
			t.Fatal("seen before it was looked at")
		}
		reader.want(404, "check_in_file_gone", "GET", fmt.Sprintf("/api/check-in-files/%d", file), nil)
		reader.want(404, "check_in_gone", "PUT", like, map[string]any{"on": true})
		// A person looks at words and picture.
		ops := w.schoolStaff("operator")
		waiting := ops.want(200, "", "GET", "/api/console/moderation?what=check_in", nil).item(0, "items")
		if waiting.num("id") != post || waiting.str("about") != "1 个文件" {
			t.Fatal(waiting.raw)
		}
		if files := ops.want(200, "", "GET", fmt.Sprintf("/api/console/check-ins/%d/files", post), nil).list("items"); len(files) != 1 {
			t.Fatal(files)
		}
		decide := func(id int64, what string, show bool) {
			t.Helper()
			a := ops.want(200, "", "POST", "/api/console/moderation", map[string]any{"items": []any{map[string]any{"what": what, "id": id, "version": 1}}, "show": show, "reason": map[bool]string{false: "不相干"}[show]})
			if a.num("done") != 1 {
				t.Fatal(a.raw)
			}
		}
		decide(post, "check_in", true)
		if p := reader.want(200, "", "GET", feed, nil).item(0, "items"); p.str("body") != "改前四百字，改后一百六十字" || len(p.list("files")) != 1 {
			t.Fatal(p.raw)
		}
		stranger.want(404, "check_in_gone", "PUT", like, map[string]any{"on": true})
		author.want(409, "review_own", "PUT", like, map[string]any{"on": true})
		had := w.count(qChallengePoints, author.me())
		for _, p := range squad[1:] {
			for _, on := range []bool{true, true, false, true} {
				p.want(204, "", "PUT", like, map[string]any{"on": on})
			}
		}
		if p := reader.want(200, "", "GET", feed, nil).item(0, "items"); p.num("likes") != 7 || !p.at("liked").(bool) {
			t.Fatal(p.raw)
		}
		if got := w.count(qChallengePoints, author.me()) - had; got != 5 {
			t.Fatalf("seven likes give %d", got)
		}
		// Reviews: the first three of a day count, each once; others see them once looked at.
		for i, p := range squad[2:7] {
			p.checksIn(200, "", class, 0, fmt.Sprintf("第 %d 份", i))
			decide(w.count(qChallengePost, p.me()), "check_in", true)
		}
		had = w.count(qChallengePoints, reader.me())
		for _, p := range squad[2:7] {
			to := fmt.Sprintf("/api/check-ins/%d/review", w.count(qChallengePost, p.me()))
			for range 2 {
				reader.want(204, "", "PUT", to, map[string]any{"body": "结论在前，好读"})
			}
		}
		if got := w.count(qChallengePoints, reader.me()) - had; got != 3 {
			t.Fatalf("five reviews give %d", got)
		}
		author.want(409, "review_own", "PUT", review, map[string]any{"body": "我自己说好"})
		if a := reader.want(422, "review_invalid", "PUT", review, map[string]any{"body": " "}); !strings.Contains(a.raw, `"body":"点评写 2–200 个字"`) {
			t.Fatal(a.raw)
		}
		said := squad[2].want(200, "", "GET", feed, nil)
		if strings.Contains(said.raw, "结论在前") {
			t.Fatal("a review is seen before it was looked at")
		}
		decide(ops.want(200, "", "GET", "/api/console/moderation?what=peer_review", nil).item(0, "items").num("id"), "peer_review", true)
		if said = squad[2].want(200, "", "GET", feed, nil); strings.Count(said.raw, "结论在前") != 1 {
			t.Fatal(said.raw)
		}
		decide(post, "check_in", false)
		if strings.Contains(reader.want(200, "", "GET", feed, nil).raw, "一百六十字") || !author.hears("你写的没有给小组看") || author.challenge(class).num("total") != 1 {
			t.Fatal("hidden words are seen, or the day does not count")
		}
		w.sound()
	})
}

// On its first day a squad of eight in which six have checked in stands at three of four,
// over all and in the week; a ninth who joins takes along who has not begun, and who goes
// to another squad is told so.
func TestChallengeSquadIsShared(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.shanghai(1, 9, 0)
		class := w.class(weekly(28), nil)
		var people []*person
		for i := range 8 {
			p := w.learner(fmt.Sprintf("1390015060%d", i), nil)
			p.joins(class)
			people = append(people, p)
		}
		name := people[0].challenge(class).str("squad", "name")
		for _, i := range []int{0, 1, 2, 5, 6, 7} {
			people[i].checksIn(200, "", class, 0, "来了")
		}
		for _, span := range []string{"week", "whole"} {
			b := people[0].want(200, "", "GET", fmt.Sprintf("/api/classes/%d/board?span=%s", class, span), nil)
			if s := b.list("squads"); len(s) != 1 || s[0]["members"] != 8.0 || s[0]["check_ins"] != 6.0 || s[0]["owed"] != 8.0 || s[0]["permille"] != 750.0 {
				t.Fatal(b.raw)
			}
		}
		late := w.learner("13900150608", nil)
		late.joins(class)
		other := late.challenge(class).str("squad", "name")
		told := "你从小组「" + name + "」到了「" + other + "」"
		for i, p := range people {
			now := p.challenge(class).str("squad", "name")
			// Three go: the two who have not begun and, somebody must, the latest of the others.
			if gone := i == 3 || i == 4 || i == 7; (now == other) != gone || p.hears(told) != gone {
				t.Fatalf("person %d stands in %s, is told of it: %t", i, now, p.hears(told))
			}
		}
		if late.hears(told) || !late.hears("你在小组「"+other+"」") {
			t.Fatal("who is new was not moved")
		}
		w.sound()
	})
}

// Boards: equal scores share a place, a new week begins from nothing, the first three of a
// week that is over are given something.
func TestChallengeBoards(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		for w.clock.Now().In(time.FixedZone("", 8*3600)).Weekday() != time.Monday {
			w.shanghai(1, 9, 0)
		}
		class := w.class(weekly(28), func(c *challenge.Class) { c.ShareWeekday = 3 })
		var people []*person
		for i := range 6 {
			p := w.learner(fmt.Sprintf("1390015030%d", i), nil)
			p.joins(class)
			people = append(people, p)
		}
		board := func(p *person, span string) answer {
			return p.want(200, "", "GET", fmt.Sprintf("/api/classes/%d/board?span=%s", class, span), nil)
		}
		for day := range 5 {
			for i, p := range people {
				if day < []int{5, 5, 3, 3, 1, 0}[i] {
					p.checksIn(200, "", class, 0, "来了")
				}
			}
			w.shanghai(1, 9, 0)
			if day == 1 {
				w.ok(w.app.Challenge.Sweep(w.system()))
				w.ok(w.app.Challenge.Sweep(w.system()))
			}
		}
		if !people[5].hears("今天是晒卡日") {
			t.Fatal("nobody was told of the share day")
		}
		b := board(people[4], "week")
		var places []int
		for _, r := range b.list("rows") {
			places = append(places, int(r["place"].(float64)))
		}
		if fmt.Sprint(places) != "[1 1 3 3 5]" || b.num("own", "place") != 5 || b.num("own", "score") != 10 || board(people[5], "week").num("own", "place") != 0 {
			t.Fatal(b.raw)
		}
		if s := b.list("squads"); len(s) != 1 || s[0]["permille"] != float64(17*1000/36) || s[0]["check_ins"] != 17.0 || s[0]["owed"] != 36.0 || s[0]["mine"] != true {
			t.Fatal(b.raw)
		}
		top := fmt.Sprintf("/api/console/classes/%d/top", class)
		first := b.list("rows")[0]
		if first["score"] != 50.0 {
			t.Fatal(b.raw)
		}
		w.shanghai(2, 0, 1) // Sunday is over
		ops := w.schoolStaff("operator")
		week := ops.want(200, "", "GET", top, nil)
		if len(week.list("items")) != 4 || week.at("over") != true {
			t.Fatal(week.raw)
		}
		b = board(people[0], "week")
		if len(b.list("rows")) != 0 || b.num("own", "score") != 0 || board(people[0], "whole").num("own", "place") != 1 {
			t.Fatal(b.raw)
		}
		member := idOf(map[string]any{"id": week.list("items")[0]["member_id"]})
		award := map[string]any{"week": 0, "review": "第三天那封改得最好。", "material": ""}
		ops.want(422, "award_invalid", "PUT", fmt.Sprintf("%s/%d", top, member), map[string]any{"week": 0, "review": "", "material": ""})
		ops.want(409, "award_not_top", "PUT", fmt.Sprintf("%s/%d", top, 1), award)
		ops.want(200, "", "PUT", fmt.Sprintf("%s/%d", top, member), award)
		if h := people[0].challenge(class); len(h.list("awards"))+len(people[1].challenge(class).list("awards")) != 1 {
			t.Fatal(h.raw)
		}
		editor, teacher := w.schoolStaff("editor"), w.schoolStaff("support")
		editor.want(200, "", "GET", top, nil)
		teacher.want(403, "", "GET", top, nil)
		w.sound()
	})
}

// Twenty-eight days of a squad of eight on the moved clock, with people who leave.
func TestChallengeTwentyEightDays(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.shanghai(1, 9, 0)
		class := w.class(weekly(28), nil)
		var squad []*person
		for i := range 8 {
			p := w.learner(fmt.Sprintf("1390015040%d", i), nil)
			p.joins(class)
			squad = append(squad, p)
		}
		out := map[int]int{10: 7, 13: 6, 17: 5} // day: who leaves
		gone := map[int]bool{}
		for day := 1; day <= 28; day++ {
			for i, p := range squad {
				// 0 comes each day, 1 misses one a week but the last, 2 every other day.
				if gone[i] || i == 1 && day%7 == 3 || i == 2 && day%2 == 0 {
					continue
				}
				_, err := w.app.Challenge.CheckIn(context.Background(), p.me(), class, challenge.NewCheckIn{})
				if err == nil || !strings.Contains(err.Error(), "check_in_invalid") {
					t.Fatalf("bare words: %v", err)
				}
				d, err := w.app.Challenge.CheckIn(context.Background(), p.me(), class, challenge.NewCheckIn{Body: fmt.Sprintf("第 %d 天", day)})
				w.ok(err)
				if d.Points != 5 {
					t.Fatalf("%+v", d)
				}
			}
			if i, ok := out[day]; ok {
				squad[i].want(204, "", "POST", fmt.Sprintf("/api/classes/%d/leave", class), nil)
				gone[i] = true
			}
			w.shanghai(1, 0, 1)
			w.ok(w.app.Challenge.Sweep(w.system()))
			w.shanghai(0, 9, 0)
		}
		for i, want := range map[int]int{0: 4, 1: 1, 2: 0, 3: 4} {
			if h := squad[i].challenge(class); len(h.list("reached")) != want || int(w.count(qChallengeCards, squad[i].me())) != want {
				t.Errorf("member %d reached %d, has %d cards, not %d", i, len(h.list("reached")), w.count(qChallengeCards, squad[i].me()), want)
			}
		}
		h := squad[0].challenge(class)
		if h.num("total") != 28 || h.num("best") != 28 || h.num("no") != 29 || len(h.at("squad", "mates").([]any)) != 5 || h.at("task") != nil {
			t.Fatal(h.raw)
		}
		squad[0].checksIn(409, "class_over", class, 0, "还想打")
		b := squad[2].want(200, "", "GET", fmt.Sprintf("/api/classes/%d/board?span=whole", class), nil)
		if b.num("own", "place") != 5 || b.list("rows")[0]["place"] != 1.0 || b.list("rows")[2]["place"] != 1.0 || b.list("rows")[3]["place"] != 4.0 {
			t.Fatal(b.raw)
		}
		w.sound()
	})
}

// Two accounts that become one have one row of days, and a day is paid once.
func TestChallengeMerge(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.ok(w.app.Settings.Save(w.system(), setting.NewPoints(), 0, nil))
		w.shanghai(1, 9, 0)
		class := w.class(weekly(7), nil)
		phone := "13900150500"
		web := w.learner(phone, nil)
		web.joins(class)
		web.checksIn(200, "", class, 0, "一")
		mini := w.person(map[string]string{"X-Client": "mp-weixin", "X-Os": "android"})
		in := mini.want(200, "", "POST", "/api/auth/mp", map[string]any{"code": w.app.Sandbox.LoginCode("阿挑"), "consents": consents})
		mini.header["Authorization"] = "Bearer " + in.str("token")
		mini.joins(class)
		mini.checksIn(200, "", class, 0, "也是一")
		w.shanghai(1, 9, 0)
		mini.checksIn(200, "", class, 0, "二")
		mini.want(200, "", "POST", "/api/auth/mp/phone", map[string]any{"code": w.app.Sandbox.PhoneCode(phone)})
		if h := web.challenge(class); h.num("total") != 2 || h.num("streak") != 2 || w.count(qChallengePoints, web.me()) != 10 {
			t.Fatalf("%d points: %s", w.count(qChallengePoints, web.me()), h.raw)
		}
		if v := web.want(200, "", "GET", fmt.Sprintf("/api/classes/%d", class), nil); v.num("members") != 1 {
			t.Fatal(v.raw)
		}
		w.sound()
	})
}
