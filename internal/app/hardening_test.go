package app_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"zhizhou/internal/account"
	"zhizhou/internal/audit"
	"zhizhou/internal/catalog"
	"zhizhou/internal/db"
	"zhizhou/internal/errs"
	"zhizhou/internal/media"
	"zhizhou/internal/web"
)

func editor() context.Context {
	return audit.WithActor(context.Background(), audit.Actor{Kind: "system", Name: "测试"})
}

// What is not there answers 404, still with the shell, so that the client can say
// so; what is public keeps its title and structured data.
func TestPagesAnswerWhatIsThere(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		c := w.app.Catalog
		draft := must(c.CreateCourse(editor(), 0, "还没写完"))(t)
		owner := w.learner("13600136000", nil)
		owner.buy(w.sku)
		stranger := w.person(nil)
		page := func(p *person, path string, status int, indexed bool) string {
			t.Helper()
			a := p.do("GET", path, nil)
			if a.status != status || !strings.Contains(a.raw, "<title>") || !strings.HasPrefix(a.header.Get("Content-Type"), "text/html") {
				t.Fatalf("%s: %d, want %d with the shell: %.200s", path, a.status, status, a.raw)
			}
			if (a.header.Get("X-Robots-Tag") == "noindex") == indexed {
				t.Errorf("%s: X-Robots-Tag %q", path, a.header.Get("X-Robots-Tag"))
			}
			return a.raw
		}
		course, lesson := fmt.Sprintf("/course/%d", w.paid), fmt.Sprintf("/learn/%d", w.lesson)
		for _, path := range []string{"/", "/courses", "/courses/", "/courses?category=writing", "/agreement/privacy_policy", course, lesson} {
			page(stranger, path, 200, true)
		}
		for _, path := range []string{"/me", "/orders", "/order/ABC", "/checkout/1", "/login?to=%2F", course[:8] + fmt.Sprint(draft.ID) + "?preview=" + draft.PreviewToken} {
			page(stranger, path, 200, false)
		}
		for _, path := range []string{
			"/no/such/page", "/lost", "/wp-admin/setup.php", "/agreement/other", "/order", "/course/0", "/course/-1", "/course/abc", "/course/123456789", "/course/99999999999999999999",
			"/learn/123456789", "/learn/x", fmt.Sprintf("/course/%d", draft.ID), fmt.Sprintf("/course/%d?preview=wrong", draft.ID), course + "/more",
		} {
			page(stranger, path, 404, false)
		}
		html := page(stranger, course, 200, true)
		for _, want := range []string{"<title>把话写清楚 · ", `property="og:title" content="把话写清楚`, `"@type":"Course"`, `rel="canonical" href="` + w.url + course + `"`} {
			if w.hasClient() && !strings.Contains(html, want) {
				t.Errorf("the course page lacks %s", want)
			}
		}
		w.ok(c.Unpublish(editor(), w.paid))
		page(stranger, course, 404, false)
		page(stranger, lesson, 404, false)
		page(owner, course, 200, false)
		page(owner, lesson, 200, false)
	})
}

// hasClient reports whether the built client, not the stub, is in the binary: only
// it has the marks where the head is written.
func (w *world) hasClient() bool {
	return strings.Contains(w.person(nil).do("GET", "/", nil).raw, "og:title")
}

// A name that shows nothing is no name, and equal looks are equal names.
func TestNamesMustShow(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx, c := editor(), w.app.Catalog
		course := must(c.CreateCourse(ctx, 0, "\u200b 命名\u202e 课 "))(t)
		if course.Title != "命名 课" {
			t.Errorf("the title became %+q", course.Title)
		}
		chapter := must(c.AddChapter(ctx, 0, course.ID, "一"))(t)
		lesson := must(c.AddLesson(ctx, 0, course.ID, chapter, "一", catalog.Article))(t)
		p := w.learner("13600136001", nil)
		for _, name := range []string{"", "   ", "\u3000", "\u200b\u200d\ufeff", "\u3164", "\u115f\u1160", "\u2800\u2800", "\u202e\u202c", "\u0301", "\U000e0020"} {
			_, err1 := c.CreateCourse(ctx, 0, name)
			err2 := c.UpdateCourse(ctx, 0, course.ID, catalog.CourseChange{Title: name, Version: course.Version})
			_, err3 := c.AddChapter(ctx, 0, course.ID, name)
			err4 := c.RenameChapter(ctx, 0, course.ID, chapter, name)
			_, err5 := c.AddLesson(ctx, 0, course.ID, chapter, name, catalog.Article)
			err6 := c.UpdateLesson(ctx, 0, lesson, catalog.LessonChange{Title: name})
			_, err7 := c.SaveSKU(ctx, must(c.ProductOf(ctx, course.ID))(w.t), catalog.SKU{Name: name, TaxCategory: "digital_service"})
			_, err8 := c.SaveInstructor(ctx, catalog.Instructor{Name: name})
			_, err9 := c.SaveCategory(ctx, catalog.Category{Name: name, Slug: "x"})
			_, err10 := c.SaveBanner(ctx, catalog.Banner{Title: name})
			_, err11 := w.app.Account.CreateStaff(ctx, account.NewStaff{Login: "nobody", Name: name, Role: "editor", Password: "correct horse 9"})
			for i, err := range []error{err1, err2, err3, err4, err5, err6, err7, err8, err9, err10, err11} {
				if errs.KindOf(err) != errs.Invalid {
					t.Errorf("%+q was taken by field %d: %v", name, i+1, err)
				}
			}
			p.want(422, "nickname_invalid", "PATCH", "/api/me", map[string]any{"nickname": name})
		}
		for _, name := range []string{"官方客服", "管 理 员", "ＡＤＭＩＮ", "系统通知", "知\u200b舟小助手"} {
			if a := p.want(422, "nickname_reserved", "PATCH", "/api/me", map[string]any{"nickname": name}); a.str("detail") == "" || a.str("fields", "nickname") == "" {
				t.Errorf("no word of what is wrong: %s", a.raw)
			}
		}
		if a := p.want(200, "", "PATCH", "/api/me", map[string]any{"nickname": " 小\u200b李 👩\u200d🏫 "}); a.str("nickname") != "小李 👩\u200d🏫" {
			t.Errorf("the nickname became %+q", a.str("nickname"))
		}
	})
}

// A chapter without lessons is unfinished work, and the numbers stay in a row.
func TestEmptyChaptersAreNotShown(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx, c := editor(), w.app.Catalog
		must(c.AddChapter(ctx, 0, w.paid, "以后再写"))(t)
		third := must(c.AddChapter(ctx, 0, w.paid, "第三章"))(t)
		lesson := must(c.AddLesson(ctx, 0, w.paid, third, "第三课", catalog.Article))(t)
		w.ok(c.UpdateLesson(ctx, 0, lesson, catalog.LessonChange{Title: "第三课", BodyHTML: videoless}))
		a := w.person(nil).want(200, "", "GET", fmt.Sprintf("/api/courses/%d", w.paid), nil)
		chapters := a.at("chapters").([]any)
		if strings.Contains(a.raw, "以后再写") || len(chapters) != 2 || chapters[1].(map[string]any)["no"] != float64(2) {
			t.Errorf("learners see %s", a.raw)
		}
		if parts := must(c.Outline(ctx, w.paid))(t); len(parts) != 3 {
			t.Errorf("the editor sees %d chapters", len(parts))
		}
	})
}

// Guessing is slowed where it comes from; nobody is locked out from elsewhere, and
// signing in often costs nothing.
func TestStrangersCannotLockStaffOut(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx, a := context.Background(), w.app.Account
		const password = "correct horse 9"
		for _, login := range []string{"wei-test", "lan-test"} {
			must(a.CreateStaff(ctx, account.NewStaff{Login: login, Name: "员工", Role: "support", Password: password}))(t)
		}
		in := func(login, pw, from string) error {
			_, _, err := a.StaffLogin(ctx, login, pw, account.Device{Address: from})
			return err
		}
		const office, stranger = "203.0.113.5", "198.51.100.66"
		waits := []int{}
		for range 12 {
			if err := in("wei-test", "a wrong guess", stranger); errors.Is(err, account.ErrLoginOften) {
				var e *errs.E
				errors.As(err, &e)
				waits = append(waits, e.RetryS)
				w.clock.Advance(time.Duration(e.RetryS) * time.Second)
			} else if !errors.Is(err, account.ErrLogin) {
				t.Fatal(err)
			}
		}
		if len(waits) < 3 || waits[0] < 25 || waits[len(waits)-1] <= waits[0] {
			t.Fatalf("the pauses do not grow: %v", waits)
		}
		_ = in("wei-test", "a wrong guess", stranger)
		if err := in("wei-test", password, stranger); !errors.Is(err, account.ErrLoginOften) {
			t.Errorf("the guesser's next try: %v", err)
		}
		if err := in("wei-test", password, office); err != nil {
			t.Errorf("a stranger's failures lock the member out: %v", err)
		}
		for i := range 100 {
			if err := in("wei-test", password, office); err != nil {
				t.Fatalf("sign-in %d: %v", i, err)
			}
		}
		// Four typos, then the right one, over and over: each sign-in forgets them.
		for range 4 {
			for range 4 {
				if err := in("lan-test", "tpyo tpyo 1", office); !errors.Is(err, account.ErrLogin) {
					t.Fatal(err)
				}
			}
			w.ok(in("lan-test", password, office))
		}
		// One address at many accounts, known or not, is slowed as well.
		stopped := 0
		for i := range 60 {
			if errors.Is(in(fmt.Sprintf("guess-%d", i), "a wrong guess", "192.0.2.9"), account.ErrLoginOften) {
				stopped++
			}
		}
		if stopped < 25 || stopped > 31 {
			t.Errorf("%d of 60 tries at 60 accounts were stopped", stopped)
		}
		// All addresses of an IPv6 network are one.
		stopped = 0
		for i := range 10 {
			if errors.Is(in("wei-test", "a wrong guess", fmt.Sprintf("2001:db8::%x", i+1)), account.ErrLoginOften) {
				stopped++
			}
		}
		if stopped != 5 {
			t.Errorf("%d of 10 tries from one IPv6 network were stopped", stopped)
		}
	})
}

// Tries at once are not all free.
func TestParallelGuessesAreCounted(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		const n = 30
		answers := make(chan error, n)
		for range n {
			go func() {
				_, _, err := w.app.Account.StaffLogin(context.Background(), "nobody-here", "a wrong guess", account.Device{Address: "203.0.113.77"})
				answers <- err
			}()
		}
		checked := 0
		for range n {
			if errors.Is(<-answers, account.ErrLogin) {
				checked++
			}
		}
		if checked != 5 {
			t.Errorf("%d of %d guesses at once were checked, want 5", checked, n)
		}
	})
}

// How long an answer takes does not tell whether there is such an account.
func TestSignInTimeTellsNothing(t *testing.T) {
	w := newWorld(t, db.SQLite)
	ctx, a := context.Background(), w.app.Account
	must(a.CreateStaff(ctx, account.NewStaff{Login: "known-test", Name: "员工", Role: "support", Password: "correct horse 9"}))(t)
	off := must(a.CreateStaff(ctx, account.NewStaff{Login: "gone-test", Name: "员工", Role: "support", Password: "correct horse 9"}))(t)
	w.ok(a.UpdateStaff(editor(), off.ID, account.StaffChange{Name: "员工", Role: "support", Disabled: true}))
	took := map[string][]time.Duration{}
	for i := range 15 {
		for login, pw := range map[string]string{"known-test": "a wrong guess", "nobody-test": "a wrong guess", "gone-test": "correct horse 9"} {
			start := time.Now()
			if _, _, err := a.StaffLogin(ctx, login, pw, account.Device{Address: fmt.Sprintf("192.0.2.%d", i)}); !errors.Is(err, account.ErrLogin) {
				t.Fatalf("%s: %v", login, err)
			}
			took[login] = append(took[login], time.Since(start))
		}
	}
	// The least is what the work itself takes: the rest of the machine only adds to it.
	least := func(login string) time.Duration { return slices.Min(took[login]) }
	known := least("known-test")
	for _, login := range []string{"nobody-test", "gone-test"} {
		if m := least(login); m > 2*known || known > 2*m {
			t.Errorf("%s takes %v, a known account %v", login, m, known)
		}
	}
}

// A download address works for its device and only as long as access lasts.
func TestDownloadsEndWithAccess(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := editor()
		file := must(w.app.Media.SaveFile(ctx, "讲义.pdf", bytes.NewReader([]byte("%PDF-1.7 讲义"))))(t)
		ofCourse := must(w.app.Catalog.AddAttachment(ctx, 0, catalog.Attachment{CourseID: w.paid, Name: file.Name, BlobKey: file.Key, Bytes: file.Bytes, Mime: file.Mime}))(t)
		ofLesson := must(w.app.Catalog.AddAttachment(ctx, 0, catalog.Attachment{CourseID: w.paid, LessonID: w.lesson, Name: file.Name, BlobKey: file.Key, Bytes: file.Bytes, Mime: file.Mime}))(t)
		p := w.learner("13600136002", nil)
		p.want(403, "lesson_locked", "GET", fmt.Sprintf("/api/attachments/%d", ofCourse), nil)
		no, _ := p.buy(w.sku)
		links := []string{}
		for _, id := range []int64{ofCourse, ofLesson} {
			link := p.want(302, "", "GET", fmt.Sprintf("/api/attachments/%d", id), nil).header.Get("Location")
			if a := p.want(200, "", "GET", link, nil); !strings.HasPrefix(a.raw, "%PDF") {
				t.Errorf("%q came", a.raw)
			}
			w.person(nil).want(403, "media_wrong_user", "GET", link, nil)
			links = append(links, link)
		}
		second := w.person(nil) // the same person on another device
		w.clock.Advance(61 * time.Second)
		second.want(200, "", "POST", "/api/auth/sms", map[string]any{"phone": "13600136002", "consents": consents})
		second.want(200, "", "POST", "/api/auth/sms/login", map[string]any{"phone": "13600136002", "code": w.code("13600136002"), "consents": consents})
		second.want(403, "media_wrong_user", "GET", links[0], nil)
		// The mini program's downloader may lose the token on the way; signing out ends its address.
		mini := w.person(map[string]string{"X-Client": "mp-weixin"})
		w.clock.Advance(61 * time.Second)
		mini.want(200, "", "POST", "/api/auth/sms", map[string]any{"phone": "13600136002", "consents": consents})
		token := mini.want(200, "", "POST", "/api/auth/sms/login", map[string]any{"phone": "13600136002", "code": w.code("13600136002"), "consents": consents}).str("token")
		mini.header["Authorization"] = "Bearer " + token
		native := mini.want(302, "", "GET", fmt.Sprintf("/api/attachments/%d", ofCourse), nil).header.Get("Location")
		w.person(nil).want(200, "", "GET", native, nil)
		mini.want(204, "", "POST", "/api/auth/logout", nil)
		w.person(nil).want(401, "sign_in", "GET", native, nil)

		fresh := []string{}
		for _, id := range []int64{ofCourse, ofLesson} {
			fresh = append(fresh, p.want(302, "", "GET", fmt.Sprintf("/api/attachments/%d", id), nil).header.Get("Location"))
		}
		p.with("files-back").want(200, "", "POST", "/api/orders/"+no+"/refunds", map[string]any{"reason": "不适合我"})
		finance := w.staff("finance")
		item := finance.want(200, "", "GET", "/api/console/refunds?status=requested", nil).at("items").([]any)[0].(map[string]any)
		finance.want(200, "", "POST", fmt.Sprintf("/api/console/refunds/%d/decide", int64(item["id"].(float64))), map[string]any{"approve": true, "reply": "已同意"})
		for _, link := range fresh {
			p.want(403, "lesson_locked", "GET", link, nil)
		}
	})
}

// The limits hold through the whole program, and leave alone what must not wait.
func TestLimitsInTheWholeProgram(t *testing.T) {
	w := newWorldOf(t, db.SQLite, web.Limits{Address: 40, Session: 30, Plays: 5})
	me := w.learner("13600136003", nil)
	stranger := w.person(nil)
	for range 5 {
		stranger.do("POST", fmt.Sprintf("/api/lessons/%d/play", w.openText), map[string]any{})
	}
	if a := stranger.want(429, "too_often", "POST", fmt.Sprintf("/api/lessons/%d/play", w.openText), map[string]any{}); !strings.Contains(a.str("detail"), "登录") {
		t.Errorf("the sixth play: %s", a.raw)
	}
	refused := 0
	for range 60 {
		if a := stranger.do("GET", "/api/shop", nil); a.status == 429 {
			refused++
			if a.code() != "too_often" || a.num("retry_after_s") < 1 || a.header.Get("Retry-After") == "" || a.header.Get("Content-Type") != "application/problem+json" {
				t.Fatalf("%s %v", a.raw, a.header)
			}
		}
	}
	if refused < 20 || refused > 35 {
		t.Errorf("%d of 60 requests were refused", refused)
	}
	me.want(200, "", "GET", "/api/me", nil) // the address is exhausted, the session is not
	for i := range int64(200) {
		if a := me.do("POST", "/api/plays/1/beat", map[string]any{"seq": i + 1, "from_ms": 0, "to_ms": 1, "position_ms": 1}); a.status == 429 {
			t.Fatalf("beat %d is hindered", i)
		}
		if a := stranger.do("POST", "/hook/wechatpay/payment", map[string]any{}); a.status == 429 {
			t.Fatalf("notice %d is hindered", i)
		}
		if a := stranger.do("GET", "/media/s/x/1/1/1/0.ts", nil); a.status == 429 {
			t.Fatalf("segment %d is hindered", i)
		}
	}
	last := 0
	for range 60 {
		last = me.do("GET", "/api/me", nil).status
	}
	if last != 429 {
		t.Error("a session has no limit")
	}
}

// One limit for attachments, on whichever road they come and whatever says it.
func TestAttachmentLimitIsOne(t *testing.T) {
	w := newWorld(t, db.SQLite)
	limit := w.app.Media.Limits().FileBytes
	_, err := w.app.Media.Check(media.UploadMeta{Name: "讲义.pdf", Purpose: media.PurposeAttachment, Bytes: limit + 1})
	said := fmt.Sprintf("%d MB", limit>>20)
	var e *errs.E
	if !errors.As(err, &e) || e.Code != "file_too_big" || !strings.Contains(e.Msg, said) {
		t.Errorf("%v", err)
	}
	for _, r := range w.app.API.Routes() {
		if r.ID == "console_attachment_create" && r.MaxBytes != limit {
			t.Errorf("the console's road takes %d bytes, uploads %d", r.MaxBytes, limit)
		}
	}
	editor, err := os.ReadFile("../../web/admin/src/features/course/outline/AttachmentField.vue")
	w.ok(err)
	if !strings.Contains(string(editor), "不超过 "+said) {
		t.Errorf("the editor does not say %s", said)
	}
}
