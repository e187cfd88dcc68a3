package app_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"zhizhou/internal/booking"
	"zhizhou/internal/caption"
	"zhizhou/internal/catalog"
	"zhizhou/internal/certificate"
	"zhizhou/internal/db"
	"zhizhou/internal/live"
	"zhizhou/internal/quiz"
	"zhizhou/internal/testkit"
)

// film is an upload of a second of pictures.
func (p *person) film() (assetID int64) {
	p.w.t.Helper()
	file := filepath.Join(p.w.t.TempDir(), "片.mp4")
	if out, err := exec.Command("ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc=d=1:s=160x120:r=10", "-pix_fmt", "yuv420p", file).CombinedOutput(); err != nil {
		p.w.t.Fatalf("ffmpeg: %v %s", err, out)
	}
	res, text := p.send("片.mp4", "video", must(os.ReadFile(file))(p.w.t))
	if res.StatusCode != 204 {
		p.w.t.Fatalf("upload: %d %s", res.StatusCode, text)
	}
	return must(strconv.ParseInt(res.Header.Get("Zz-Asset-Id"), 10, 64))(p.w.t)
}

// whole makes the paid course hold a lesson of every form, with all that can be set of
// each, and returns the lessons by form.
func (w *world) whole(editor *person) map[string]int64 {
	w.t.Helper()
	ctx := w.system()
	picture := editor.sends("/api/console/images?name=%E5%9B%BE.png", dot(w.t)).str("url")
	out := map[string]int64{catalog.Article: w.lesson, catalog.Homework: w.task(nil), catalog.Live: w.liveLesson(true)}
	w.ok(w.app.Live.SetNotice(ctx, 0, out[catalog.Live], "只在今晚说"))
	asked := everyKind()
	asked[0].Stem = fmt.Sprintf(`<p>看图</p><img src="%s" alt="图">`, picture)
	out[catalog.Quiz], _ = w.exam(asked, nil)
	drawn, _ := w.exam(nil, func(p *quiz.Paper) {
		for n := range 5 {
			q := quiz.Question{Kind: quiz.Judge, Difficulty: int64(n%3 + 1), Points: 3, Tags: []string{"抽题", "第一章"}, Content: quiz.Content{Stem: fmt.Sprintf("<p>抽到第 %d 题？</p>", n), Right: quiz.Right{Truth: n%2 == 0}}}
			if n == 4 {
				q.Tags = []string{"别的"} // no rule draws it
			}
			must(w.app.Quiz.SaveQuestion(ctx, 0, q))(w.t)
		}
		p.Mode, p.Rules = quiz.Random, []quiz.Rule{{Tag: "抽题", MinDifficulty: 1, MaxDifficulty: 3, Count: 2, Points: 5}, {Tag: "写作", Kind: quiz.Single, MinDifficulty: 1, MaxDifficulty: 5, Count: 1, Points: 5}}
	})
	out["drawn"] = drawn
	out[catalog.Booking], _ = w.meeting(func(p *booking.Plan) {
		p.Kind, p.Place, p.Bring, p.Note, p.Directions, p.Most, p.Hold = booking.Online, "", "带上草稿", "提前五分钟进场", "点开链接", 3, 2
	}, 4, 48*time.Hour)
	out[catalog.Document], _ = w.paper(editor)
	out[catalog.Ebook], _ = w.bound(editor)
	out[catalog.Audio] = w.audio(editor, 12, map[string]any{"in_order": true})
	part := must(w.app.Catalog.Lesson(ctx, w.lesson))(w.t).ChapterID
	out[catalog.Video] = must(w.app.Catalog.AddLesson(ctx, 0, w.paid, part, "影片", catalog.Video))(w.t)
	w.ok(w.app.Catalog.UpdateLesson(ctx, 0, out[catalog.Video], catalog.LessonChange{Title: "影片", AssetID: editor.film(), InOrder: true, PreviewMS: 5000, Unlock: catalog.Unlock{AfterLessonID: out[catalog.Quiz], OpensAfterDays: 2}}))
	bank := must(w.app.Quiz.Questions(ctx, 0, quiz.Filter{Kind: quiz.Judge, Tag: "别的", Limit: 1}))(w.t)
	w.ok(w.app.Quiz.SavePoints(ctx, 0, out[catalog.Video], []quiz.Point{{AtMS: 2000, QuestionID: bank[0].ID}}))
	for _, form := range []string{catalog.Video, catalog.Audio} {
		say := func(kind, language, text string) {
			must(w.app.Caption.Save(ctx, 0, out[form], kind, language, []byte(text)))(w.t)
		}
		say(caption.Subtitle, "zh-CN", "WEBVTT\n\n00:00.000 --> 00:00.500\n大家好，<b>杠杆</b> &lt;3\n\n00:00.500 --> 00:00.900\n支点\n在哪里\n")
		say(caption.Subtitle, "en", "WEBVTT\n\n00:00.000 --> 00:00.500\nHello & welcome\n")
		say(caption.Transcript, "zh-CN", "这是文稿，没有时间。\n第二行")
		w.ok(w.app.Caption.SaveMarks(ctx, 0, out[form], []caption.Mark{{Title: "开场", Points: "一\n二"}, {AtMS: 400, Title: "支点"}}))
	}
	w.ok(w.app.Certificate.SaveRule(ctx, 0, certificate.Rule{CourseID: w.paid, Active: true, Title: "结业证书", MinPercent: 80, MinMinutes: 3}, []int64{out[catalog.Quiz], drawn}))
	editor.attach(w.paid, out[catalog.Document], "清单.txt", []byte("一条清单"))
	return out
}

// Every form with everything of it goes round between schools: the manifests agree field
// by field, and what is said in the lessons byte by byte.
func TestArchivesCarryTheWholeCourse(t *testing.T) {
	for _, e := range testkit.Engines(t) {
		t.Run(e.String(), func(t *testing.T) { wholeRound(t, e) })
	}
}

func wholeRound(t *testing.T, e db.Engine) {
	w := newWorld(t, e)
	editor := w.author()
	forms := w.whole(editor)
	for _, f := range catalog.Forms() {
		if forms[f] == 0 {
			t.Fatalf("no lesson of %s: a form that is not tried", f)
		}
	}
	first := editor.exported(w.paid)
	one, files := unpacked(t, first)
	for _, secret := range []string{"meeting.example", "只在今晚说", "stream_key", fmt.Sprint(w.paid), fmt.Sprint(forms[catalog.Video])} {
		if strings.Contains(one, secret) {
			t.Errorf("the archive tells %q", secret)
		}
	}

	there := newWorld(t, e)
	other, ctx := there.author(), there.system()
	taken := func() int64 {
		res, text := other.send("课.zip", "archive", first)
		if res.StatusCode != 204 {
			t.Fatalf("import: %d %s", res.StatusCode, text)
		}
		return must(strconv.ParseInt(res.Header.Get("Zz-Asset-Id"), 10, 64))(t)
	}
	made := taken()
	two, others := unpacked(t, other.exported(made))
	var a, b map[string]any
	w.ok(json.Unmarshal([]byte(one), &a))
	w.ok(json.Unmarshal([]byte(two), &b))
	content, _ := a["content"].(map[string]any)
	for _, part := range []string{"course", "chapters", "attachments", "papers", "points", "tasks", "tracks", "marks", "plans", "rooms", "certificate"} {
		if x := reflect.ValueOf(content[part]); !x.IsValid() || x.Len() == 0 {
			t.Errorf("%s is empty: what is not there cannot be lost", part)
		}
	}
	same(t, "manifest", a, b)
	if len(files) != len(others) {
		t.Errorf("%v, then %v", slices.Sorted(maps.Keys(files)), slices.Sorted(maps.Keys(others)))
	}
	for name, body := range files {
		if others[name] != body {
			t.Errorf("%s is not the same", name)
		}
	}

	// What came is as it was set, the room without an hour and with a key of its own.
	was, is := w.lessonsOf(w.paid), there.lessonsOf(made)
	if len(was) != len(is) {
		t.Fatalf("%d lessons, not %d", len(is), len(was))
	}
	id := func(form string) int64 { return is[slices.Index(was, forms[form])] }
	room := must(there.app.Live.Room(ctx, id(catalog.Live)))(t)
	if room.StartsAt != 0 || room.State != live.Scheduled || room.PlannedMS != 3600_000 || room.Recording != live.RecordWanted || room.Notice != "" {
		t.Errorf("the room: %+v", room)
	}
	if there.sameKey(must(there.app.Live.StreamName(ctx, 0, room.LessonID))(t), must(w.app.Live.StreamName(w.system(), 0, forms[catalog.Live]))(t)) {
		t.Error("the key of the other school")
	}
	rule := must(there.app.Certificate.Rule(ctx, 0, made))(t)
	if !rule.Active || rule.MinPercent != 80 || rule.MinMinutes != 3 || len(rule.Quizzes) != 2 || rule.Quizzes[0].LessonID != id(catalog.Quiz) {
		t.Errorf("the rule: %+v", rule)
	}
	plan := must(there.app.Booking.Plan(ctx, id(catalog.Booking)))(t)
	if plan.Kind != booking.Online || plan.Link != "" || plan.Most != 3 || plan.Hold != 2 || plan.Bring != "带上草稿" {
		t.Errorf("the plan: %+v", plan)
	}
	tracks := must(there.app.Caption.Tracks(ctx, id(catalog.Audio)))(t)
	said := must(there.app.Caption.Transcript(ctx, id(catalog.Audio)))(t)
	if len(tracks) != 3 || said.Words != "这是文稿，没有时间。\n第二行" {
		t.Errorf("tracks: %+v %+v", tracks, said)
	}
	paper := must(there.app.Quiz.Paper(ctx, id("drawn")))(t)
	if n, _ := paper.Size(); n != 3 || paper.Mode != quiz.Random {
		t.Errorf("the drawn paper: %+v", paper)
	}
	if n := len(must(there.app.Quiz.Questions(ctx, 0, quiz.Filter{Tag: "抽题", Limit: 50}))(t)); n != 4 {
		t.Errorf("%d questions to draw from", n)
	}
	asked := must(there.app.Quiz.Questions(ctx, 0, quiz.Filter{Kind: quiz.Single, Tag: "写作", Limit: 1}))(t)
	if strings.Contains(asked[0].Stem, "zhizhou-picture") || !strings.Contains(asked[0].Stem, "<img") {
		t.Errorf("the picture of a question: %s", asked[0].Stem)
	}

	// It is not published before somebody says when the room opens and where they meet.
	for form, ready := range map[string]func(context.Context, *db.Tx, catalog.Lesson) error{catalog.Live: there.app.Live.Ready, catalog.Booking: there.app.Booking.Ready} {
		err := there.app.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
			return ready(ctx, tx, catalog.Lesson{ID: id(form), Form: form, Title: form})
		})
		if !errors.Is(err, catalog.ErrNotReady) {
			t.Errorf("%s without an hour or a place: %v", form, err)
		}
	}

	// The same archive again brings no question twice; one with a picture is new, as the
	// picture is.
	bank := there.count(qQuestionRows)
	taken()
	if n := there.count(qQuestionRows); n != bank+1 {
		t.Errorf("%d questions, then %d", bank, n)
	}
	w.sound()
	there.sound()
}

var qQuestionRows = db.Q("wholetest/questions", `SELECT COUNT(*) FROM questions WHERE deleted_at = 0`)

// sameKey tells whether two streams have the same key.
func (w *world) sameKey(a, b string) bool {
	w.t.Helper()
	_, a, _ = strings.Cut(a, "-")
	_, b, _ = strings.Cut(b, "-")
	return a == b
}

// lessonsOf lists the lessons of a course in order.
func (w *world) lessonsOf(courseID int64) (out []int64) {
	w.t.Helper()
	for _, p := range must(w.app.Catalog.Outline(w.system(), courseID))(w.t) {
		for _, l := range p.Lessons {
			out = append(out, l.ID)
		}
	}
	return out
}

// same compares two JSON values field by field.
func same(t *testing.T, at string, a, b any) {
	t.Helper()
	switch x := a.(type) {
	case map[string]any:
		y, _ := b.(map[string]any)
		keys := maps.Clone(x)
		maps.Copy(keys, y)
		for _, k := range slices.Sorted(maps.Keys(keys)) {
			same(t, at+"."+k, x[k], y[k])
		}
	case []any:
		y, _ := b.([]any)
		if len(x) != len(y) {
			t.Errorf("%s: %d, then %d: %v / %v", at, len(x), len(y), x, y)
			return
		}
		for i := range x {
			same(t, fmt.Sprintf("%s[%d]", at, i), x[i], y[i])
		}
	default:
		if !reflect.DeepEqual(a, b) {
			t.Errorf("%s: %v, then %v", at, a, b)
		}
	}
}

// A restore puts back captions, marks, the plan, the room and the rule; what a version
// does not name any more is let go; an older version, which says nothing of them, leaves
// them alone.
func TestINV49RestoresAreWhole(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx, editor := w.system(), w.author()
		forms := w.whole(editor)
		film, room := forms[catalog.Audio], must(w.app.Live.Room(ctx, forms[catalog.Live]))(t)
		tracks := must(w.app.Caption.Tracks(ctx, film))(t)
		v := must(w.app.Version.Take(ctx, 0, w.paid, "开课前"))(t)

		must(w.app.Caption.Save(ctx, 0, film, caption.Subtitle, "zh-CN", []byte("WEBVTT\n\n00:00.000 --> 00:00.500\n换了一句\n")))(t)
		for _, x := range tracks {
			if x.Kind == caption.Transcript {
				w.ok(w.app.Caption.Delete(ctx, 0, film, x.ID))
			}
		}
		must(w.app.Caption.Save(ctx, 0, film, caption.Subtitle, "ja", []byte("WEBVTT\n\n00:00.000 --> 00:00.500\nこんにちは\n")))(t)
		w.ok(w.app.Caption.SaveMarks(ctx, 0, film, []caption.Mark{{Title: "只剩一个"}}))
		plan := must(w.app.Booking.Plan(ctx, forms[catalog.Booking]))(t)
		changed := plan
		changed.Note, changed.Most = "换了说明", 9
		w.ok(w.app.Booking.SavePlan(ctx, 0, changed))
		w.ok(w.app.Live.SavePlan(ctx, 0, room.LessonID, live.Plan{StartsAt: room.StartsAt + 1000, PlannedMS: 7200_000, Record: false, Version: must(w.app.Live.Room(ctx, room.LessonID))(t).Version}))
		rule := must(w.app.Certificate.Rule(ctx, 0, w.paid))(t)
		rule.MinPercent = 10
		w.ok(w.app.Certificate.SaveRule(ctx, 0, rule, nil))
		if w.count(qKept) != 2 {
			t.Fatalf("%d tracks are put aside", w.count(qKept))
		}
		diff := editor.want(200, "", "GET", fmt.Sprintf("/api/console/courses/%d/versions/%d/changes", w.paid, v.ID), nil)
		for _, word := range []string{`"captions"`, `"marks"`, `"booking"`, `"live"`, `"certificate"`} {
			if !strings.Contains(diff.raw, word) {
				t.Errorf("the comparison misses %s: %s", word, diff.raw)
			}
		}

		before := must(w.app.Version.Restore(ctx, 0, w.paid, v.ID))(t)
		if now := must(w.app.Caption.Tracks(ctx, film))(t); !reflect.DeepEqual(ids(now), ids(tracks)) {
			t.Errorf("tracks: %+v, not %+v", now, tracks)
		}
		if words := must(w.app.Caption.Transcript(ctx, film))(t).Words; !strings.HasPrefix(words, "这是文稿") {
			t.Errorf("the transcript: %s", words)
		}
		if marks := must(w.app.Caption.Marks(ctx, film))(t); len(marks) != 2 || marks[1].AtMS != 400 {
			t.Errorf("marks: %+v", marks)
		}
		if p := must(w.app.Booking.Plan(ctx, plan.LessonID))(t); p.Note != plan.Note || p.Most != plan.Most || p.Link != plan.Link {
			t.Errorf("the plan: %+v", p)
		}
		if r := must(w.app.Live.Room(ctx, room.LessonID))(t); r.PlannedMS != room.PlannedMS || r.Recording != live.RecordWanted || r.StartsAt != room.StartsAt+1000 {
			t.Errorf("the room: %+v", r)
		}
		if r := must(w.app.Certificate.Rule(ctx, 0, w.paid))(t); r.MinPercent != 80 || len(r.Quizzes) != 2 {
			t.Errorf("the rule: %+v", r)
		}
		if again := must(w.app.Version.Take(ctx, 0, w.paid, ""))(t); again.Digest != v.Digest {
			t.Error("restored, and yet not the same")
		}
		// Search follows the restore.
		if found := w.person(nil).want(200, "", "GET", searchFor("这是文稿"), nil); len(list(found, "items")) != 1 {
			t.Errorf("the transcript is not found again: %s", found.raw)
		}
		must(w.app.Version.Restore(ctx, 0, w.paid, before.ID))(t)
		if r := must(w.app.Certificate.Rule(ctx, 0, w.paid))(t); r.MinPercent != 10 || len(r.Quizzes) != 0 {
			t.Errorf("back again: %+v", r)
		}

		// A version of before knows nothing of all this.
		w.ok(w.app.DB.Tx(ctx, func(c context.Context, tx *db.Tx) error { return tx.Sure(c, qOldFormat, v.ID) }))
		must(w.app.Version.Restore(ctx, 0, w.paid, v.ID))(t)
		if r := must(w.app.Certificate.Rule(ctx, 0, w.paid))(t); r.MinPercent != 10 {
			t.Errorf("an old version changes the rule: %+v", r)
		}
		if n := len(must(w.app.Caption.Tracks(ctx, film))(t)); n != 3 {
			t.Errorf("an old version changes the captions: %d", n)
		}
		// A clone has its own; without versions nothing is put aside.
		copied := must(w.app.Version.Copy(ctx, 0, w.paid, false))(t)
		lesson := w.lessonsOf(copied)[slices.Index(w.lessonsOf(w.paid), film)]
		if now := must(w.app.Caption.Tracks(ctx, lesson))(t); len(now) != 3 || slices.Contains(ids(now), tracks[0].ID) {
			t.Errorf("the clone's tracks: %+v", now)
		}
		w.ok(w.app.Catalog.Unpublish(ctx, w.paid))
		w.ok(w.app.Catalog.DeleteCourse(ctx, w.paid))
		if w.count(qKept) != 0 {
			t.Errorf("%d tracks stay aside", w.count(qKept))
		}
		w.sound()
	})
}

var (
	qKept      = db.Q("wholetest/kept", `SELECT COUNT(*) FROM caption_kept`)
	qOldFormat = db.Q("wholetest/old", `UPDATE course_versions SET format = 1 WHERE id = $1`)
)

func ids(tracks []caption.Track) (out []int64) {
	for _, x := range tracks {
		out = append(out, x.ID)
	}
	return out
}
