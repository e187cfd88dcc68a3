package app_test

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/jpeg"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"zhizhou/internal/catalog"
	"zhizhou/internal/db"
)

var (
	qPaperCount = db.Q("instructortest/papers", `SELECT COUNT(*) FROM application_files`)
	qPaperNames = db.Q("instructortest/paper_key", `SELECT blob_key FROM application_files ORDER BY id LIMIT 1`)
	qLooks      = db.Q("instructortest/looks", `SELECT COUNT(*) FROM audit_log WHERE action = 'teaching.paper' AND target = $1`)
	qDecisions  = db.Q("instructortest/decisions", `SELECT COUNT(*) FROM audit_log WHERE action IN ('teaching.approve', 'teaching.reject') AND target = $1`)
	qTeachers   = db.Q("instructortest/teachers", `SELECT COUNT(*) FROM instructors WHERE name = $1`)
	qUnmade     = db.Q("instructortest/unmade", `UPDATE instructor_applications SET instructor_id = 5 WHERE id = $1`)
	qSoldLines  = db.Q("instructortest/sold", `SELECT CAST(COALESCE(SUM(i.price_fen), 0) AS BIGINT) FROM order_items i JOIN orders o ON o.id = i.order_id WHERE i.course_id = $1 AND i.price_fen > 0 AND o.paid_at > 0`)
	qBackLines  = db.Q("instructortest/back", `SELECT CAST(COALESCE(SUM(refunded_fen), 0) AS BIGINT) FROM order_items WHERE course_id = $1`)
)

func teachForm(name string, files ...int64) map[string]any {
	return map[string]any{"name": name, "title": "写作教练", "bio": "做了十二年编辑，改过上千封邮件，想把经验讲给更多人听。", "fields": []string{"写作", "沟通"}, "files": append([]int64{}, files...)}
}

// placed is a JPEG that says where it was taken.
func placed(t *testing.T) []byte {
	t.Helper()
	var pic bytes.Buffer
	if err := jpeg.Encode(&pic, image.NewGray(image.Rect(0, 0, 16, 16)), nil); err != nil {
		t.Fatal(err)
	}
	return append(append([]byte{}, pic.Bytes()[:2]...), append([]byte("\xff\xe1\x00\x10GPS-31.2,121.4"), pic.Bytes()[2:]...)...)
}

// An application goes from its papers to the profile: sealed, seen by who decides alone,
// each look in the log, decided once.
func TestINV50ApplicationToTeach(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p, other, stranger := w.learner("13900009101", nil), w.learner("13900009102", nil), w.person(nil)
		operator, finance, editor := w.staff("operator"), w.staff("finance"), w.staff("editor")
		stranger.want(401, "", "GET", "/api/me/teaching", nil)
		if d := p.want(200, "", "GET", "/api/me/teaching", nil); d.str("phone_masked") == "" || strings.Contains(d.raw, "13900009101") {
			t.Error(d.raw)
		}
		// Papers are what they are, not what they are called; of pictures only pixels stay.
		for name, raw := range map[string][]byte{"a.pdf": []byte("<html>"), "a.jpg": []byte("MZ\x90"), "a.gif": []byte("GIF89a\x01\x00\x01\x00"), "a.mp3": []byte("ID3\x03")} {
			if a := p.sends("/api/me/teaching-files?name="+name, raw); a.status != 422 {
				t.Errorf("%s: %d %s", name, a.status, a.raw)
			}
		}
		if a := p.sends("/api/me/teaching-files?name=big.pdf", append([]byte("%PDF-1.7\n"), make([]byte, 10<<20)...)); a.status != 422 && a.status != 413 {
			t.Errorf("a big paper: %d %s", a.status, a.raw)
		}
		photo := p.sends("/api/me/teaching-files?name=id.jpg", placed(t))
		pdf := p.sends("/api/me/teaching-files?name=cv.pdf", []byte("%PDF-1.7\n我的简历\n%%EOF"))
		if photo.status != 200 || pdf.status != 200 {
			t.Fatal(photo.raw, pdf.raw)
		}
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() { other.sends("/api/me/teaching-files?name=id.jpg", placed(t)) })
		}
		wg.Wait()
		drafts := other.want(200, "", "GET", "/api/me/teaching", nil)
		if n := len(drafts.at("drafts").([]any)); n != 5 {
			t.Errorf("%d papers wait, 5 may", n)
		}
		other.want(404, "application_file_gone", "DELETE", fmt.Sprintf("/api/me/teaching-files/%d", photo.num("id")), nil)
		other.want(404, "application_file_gone", "POST", "/api/me/teaching", teachForm("别人", photo.num("id")))
		other.want(204, "", "DELETE", fmt.Sprintf("/api/me/teaching-files/%d", drafts.item(0, "drafts").num("id")), nil)
		// What lies in the store and the database is sealed.
		var key string
		w.ok(w.app.DB.Get(context.Background(), qPaperNames, &key))
		sealed := 0
		w.ok(filepath.WalkDir(w.app.Config.DataDir, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(filepath.ToSlash(path), key) {
				return err
			}
			sealed++
			if raw := must(os.ReadFile(path))(t); bytes.HasPrefix(raw, []byte("\xff\xd8")) || bytes.HasPrefix(raw, []byte("%PDF")) {
				t.Error("a paper lies open in the store")
			}
			return nil
		}))
		if sealed != 1 {
			t.Errorf("%d objects of one paper", sealed)
		}
		p.want(422, "application_invalid", "POST", "/api/me/teaching", map[string]any{"name": "", "title": "x", "bio": "y", "fields": []string{}, "files": []int64{}})

		// Many at once send in one.
		sent := 0
		var mu sync.Mutex
		for range 6 {
			wg.Go(func() {
				if a := p.do("POST", "/api/me/teaching", teachForm("林一舟", photo.num("id"), pdf.num("id"))); a.status == 200 {
					mu.Lock()
					sent++
					mu.Unlock()
				}
			})
		}
		wg.Wait()
		if sent != 1 {
			t.Fatalf("%d applications were sent in at once", sent)
		}
		p.want(409, "application_open", "POST", "/api/me/teaching", teachForm("再来一次"))
		editor.want(403, "", "GET", "/api/console/instructor-applications", nil)
		finance.want(403, "", "GET", "/api/console/instructor-applications", nil)
		row := operator.want(200, "", "GET", "/api/console/instructor-applications", nil).item(0, "items")
		id := row.num("id")
		at := fmt.Sprintf("/api/console/instructor-applications/%d", id)
		one := operator.want(200, "", "GET", at, nil)
		if one.str("name") != "林一舟" || !strings.Contains(one.str("phone_masked"), "****") || len(one.at("files").([]any)) != 2 {
			t.Fatal(one.raw)
		}
		paper := operator.want(200, "", "GET", fmt.Sprintf("%s/files/%d", at, photo.num("id")), nil)
		if strings.Contains(paper.raw, "GPS") || !strings.HasPrefix(paper.raw, "\xff\xd8") || !strings.HasPrefix(paper.header.Get("Content-Disposition"), "attachment") {
			t.Error("the picture is not only its pixels, or is shown in place")
		}
		if got := operator.want(200, "", "GET", fmt.Sprintf("%s/files/%d", at, pdf.num("id")), nil); !strings.Contains(got.raw, "我的简历") {
			t.Error("the PDF is not what was sent")
		}
		target := fmt.Sprintf("instructor_application:%d", id)
		if n := w.count(qLooks, target); n != 2 {
			t.Errorf("two papers were looked at, the log has %d", n)
		}
		editor.want(403, "", "GET", fmt.Sprintf("%s/files/%d", at, pdf.num("id")), nil)

		// Two members decide at once.
		operator.want(422, "application_reason", "POST", at+"/decision", map[string]any{"approve": false, "reason": " "})
		codes := map[int]int{}
		for i := range 6 {
			wg.Go(func() {
				a := operator.do("POST", at+"/decision", map[string]any{"approve": i%2 == 0, "reason": "材料不全"})
				mu.Lock()
				codes[a.status]++
				mu.Unlock()
			})
		}
		wg.Wait()
		if codes[200] != 1 || codes[409] != 5 || w.count(qDecisions, target) != 1 {
			t.Fatalf("decisions: %v, %d in the log", codes, w.count(qDecisions, target))
		}
		w.sound()
		if len(p.notices()) != 1 {
			t.Errorf("the applicant was told %v", p.notices())
		}
		if st := p.want(200, "", "GET", "/api/me/teaching", nil).item(0, "own").str("state"); st == "rejected" {
			p.want(200, "", "POST", "/api/me/teaching", teachForm("林一舟"))
			id = operator.want(200, "", "GET", "/api/console/instructor-applications", nil).item(0, "items").num("id")
			at = fmt.Sprintf("/api/console/instructor-applications/%d", id)
			operator.want(200, "", "POST", at+"/decision", map[string]any{"approve": true})
			if n := len(p.want(200, "", "GET", "/api/me/teaching", nil).at("own").([]any)); n != 2 {
				t.Errorf("%d applications are kept, of two", n)
			}
		}
		p.want(409, "application_approved", "POST", "/api/me/teaching", teachForm("又一次"))
		if n := w.count(qTeachers, "林一舟"); n != 1 {
			t.Errorf("%d instructors were made", n)
		}
		made := p.want(200, "", "GET", "/api/me/teaching", nil).item(0, "own").num("instructor_id")
		if pub := stranger.want(200, "", "GET", fmt.Sprintf("/api/instructors/%d", made), nil); pub.str("name") != "林一舟" || pub.num("course_count") != 0 || strings.Contains(pub.raw, "phone") {
			t.Error(pub.raw)
		}
		w.sound()

		// Papers go 180 days after the decision.
		w.clock.Advance(179 * 24 * time.Hour)
		w.ok(w.app.Teacher.Sweep(context.Background()))
		if w.count(qPaperCount) != 2 {
			t.Errorf("%d papers are kept, of two", w.count(qPaperCount))
		}
		w.clock.Advance(2 * 24 * time.Hour)
		w.ok(w.app.Teacher.Sweep(context.Background()))
		if n := w.count(qPaperCount); n != 0 || w.stored("paper/") != 0 {
			t.Errorf("%d papers are left, %d objects", n, w.stored("paper/"))
		}
	})
}

// What is withdrawn is out of sight at once, what is refused may be tried again, and not
// without end.
func TestApplicationsAreWithdrawnAndLimited(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p, other, operator := w.learner("13900009111", nil), w.learner("13900009112", nil), w.staff("operator")
		file := p.sends("/api/me/teaching-files?name=id.jpg", placed(t)).num("id")
		id := p.want(200, "", "POST", "/api/me/teaching", teachForm("林一舟", file)).item(0, "own").num("id")
		back := fmt.Sprintf("/api/me/teaching/%d/withdraw", id)
		other.want(404, "application_gone", "POST", back, nil)
		p.want(204, "", "POST", back, nil)
		p.want(409, "application_decided", "POST", back, nil)
		at := fmt.Sprintf("/api/console/instructor-applications/%d", id)
		operator.want(404, "application_file_gone", "GET", fmt.Sprintf("%s/files/%d", at, file), nil)
		operator.want(409, "application_decided", "POST", at+"/decision", map[string]any{"approve": true})
		w.ok(w.app.Teacher.Sweep(context.Background()))
		if w.stored("paper/") != 0 {
			t.Error("the paper of a withdrawn application is still there")
		}
		for range 4 {
			id = p.want(200, "", "POST", "/api/me/teaching", teachForm("林一舟")).item(0, "own").num("id")
			operator.want(200, "", "POST", fmt.Sprintf("/api/console/instructor-applications/%d/decision", id), map[string]any{"approve": false, "reason": "请补充作品"})
		}
		p.want(429, "application_often", "POST", "/api/me/teaching", teachForm("林一舟"))
		page := operator.want(200, "", "GET", "/api/console/instructor-applications?state=rejected&limit=3", nil)
		if len(page.at("items").([]any)) != 3 || page.str("next_cursor") == "" {
			t.Error(page.raw)
		}
		rest := operator.want(200, "", "GET", "/api/console/instructor-applications?state=rejected&limit=3&cursor="+page.str("next_cursor"), nil)
		if len(rest.at("items").([]any)) != 1 {
			t.Error(rest.raw)
		}
		w.sound()
		// The audit sees a profile that no approval made; the table itself refuses it.
		if err := w.app.DB.Tx(context.Background(), func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, qUnmade, id)
			return err
		}); err == nil {
			t.Error("a refused application has an instructor")
		}
	})
}

// Without a phone nothing can be sent in, and two accounts that become one keep one open
// application.
func TestApplicationsAndAccounts(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		phone := "13900009121"
		p := w.learner(phone, nil)
		p.want(200, "", "POST", "/api/me/teaching", teachForm("林一舟"))
		mini := w.person(map[string]string{"X-Client": "mp-weixin", "X-Os": "android"})
		in := mini.want(200, "", "POST", "/api/auth/mp", map[string]any{"code": w.app.Sandbox.LoginCode("阿二"), "consents": consents})
		mini.header["Authorization"] = "Bearer " + in.str("token")
		mini.want(409, "application_phone", "POST", "/api/me/teaching", teachForm("林一舟"))
		mini.want(200, "", "POST", "/api/auth/mp/phone", map[string]any{"code": w.app.Sandbox.PhoneCode(phone)})
		if d := mini.want(200, "", "GET", "/api/me/teaching", nil); d.item(0, "own").str("state") != "pending" || len(d.at("own").([]any)) != 1 {
			t.Error(d.raw)
		}
		w.sound()
	})
}

// A profile shows what everybody may see, page by page.
func TestInstructorsProfile(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx, p := w.system(), w.person(nil)
		mine := must(w.app.Catalog.Instructors(ctx))(t)[0].ID
		at := fmt.Sprintf("/api/instructors/%d", mine)
		if v := p.want(200, "", "GET", at, nil); v.num("course_count") != 2 || v.str("name") != "沈牧之" {
			t.Error(v.raw)
		}
		page := p.want(200, "", "GET", at+"/courses?limit=1", nil)
		rest := p.want(200, "", "GET", at+"/courses?limit=1&cursor="+page.str("next_cursor"), nil)
		if a, b := page.item(0, "items").num("id"), rest.item(0, "items").num("id"); a == b || a+b != w.paid+w.free || rest.str("next_cursor") != "" {
			t.Error(page.raw, rest.raw)
		}
		p.want(404, "instructor_gone", "GET", "/api/instructors/5/courses", nil)
		if status, _, html := w.raw(fmt.Sprintf("/teacher/%d", mine)); status != 200 || !strings.Contains(string(html), "沈牧之") {
			t.Errorf("%d %s", status, html)
		}
		if status, _, _ := w.raw("/teacher/5"); status != 404 {
			t.Errorf("%d", status)
		}
		if _, _, xml := w.raw("/sitemap.xml"); !strings.Contains(string(xml), fmt.Sprintf("/teacher/%d", mine)) {
			t.Error("the sitemap leaves the instructor out")
		}
		// What was taken down is no longer shown there.
		w.ok(w.app.Catalog.Unpublish(ctx, w.paid))
		if v := p.want(200, "", "GET", at, nil); v.num("course_count") != 1 {
			t.Error(v.raw)
		}
		if v := p.want(200, "", "GET", at+"/courses", nil); len(v.at("items").([]any)) != 1 {
			t.Error(v.raw)
		}
	})
}

// Income agrees with the lines of orders, month by month, and another's is nothing.
func TestInstructorsIncome(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := w.system()
		mine := must(w.app.Catalog.Instructors(ctx))(t)[0].ID
		another := must(w.app.Catalog.SaveInstructor(ctx, catalog.Instructor{Name: "旁人"}))(t)
		own, other, operator, editor := w.teacher("instructor", mine), w.teacher("instructor", another), w.schoolStaff("operator"), w.schoolStaff("editor")
		var nos []string
		for i := range 3 {
			no, _ := w.learner(fmt.Sprintf("1390000913%d", i), nil).buy(w.sku)
			nos = append(nos, no)
		}
		w.learner("13900009139", nil).order(w.freeSKU, "free-one") // costs nothing, counts nothing
		w.giveBack(nos[0], 16900)
		w.giveBack(nos[1], 4000)
		w.settleRefunds()
		in := own.want(200, "", "GET", "/api/console/income", nil)
		if in.num("sum", "lines") != 3 || in.num("sum", "paid_fen") != w.count(qSoldLines, w.paid) || in.num("sum", "refunded_fen") != w.count(qBackLines, w.paid) || in.num("sum", "refunded_fen") != 20900 ||
			in.num("sum", "kept_fen") != 3*16900-20900 || in.item(0, "courses").num("course_id") != w.paid || len(in.at("months").([]any)) != 1 || in.item(0, "months").num("kept_fen") != in.num("sum", "kept_fen") {
			t.Error(in.raw)
		}
		if strings.Contains(in.raw, "phone") || strings.Contains(in.raw, "user") || strings.Contains(in.raw, nos[0]) {
			t.Error("the income names buyers")
		}
		for _, path := range []string{"/api/console/income", fmt.Sprintf("/api/console/income?instructor_id=%d", mine)} {
			if a := other.want(200, "", "GET", path, nil); a.num("sum", "paid_fen") != 0 || len(a.at("courses").([]any)) != 0 || len(a.at("months").([]any)) != 0 {
				t.Error(a.raw)
			}
		}
		if a := other.want(200, "", "GET", "/api/console/income/instructors", nil); len(a.at("items").([]any)) != 1 || a.item(0, "items").num("id") != another {
			t.Error(a.raw)
		}
		if a := operator.want(200, "", "GET", fmt.Sprintf("/api/console/income?instructor_id=%d", mine), nil); a.raw != in.raw {
			t.Error(a.raw)
		}
		if a := operator.want(200, "", "GET", fmt.Sprintf("/api/console/income?instructor_id=%d", another), nil); a.num("sum", "lines") != 0 {
			t.Error(a.raw)
		}
		editor.want(403, "", "GET", "/api/console/income", nil)
		own.want(422, "", "GET", "/api/console/income?month=2026-13", nil)
		// A refund counts in its own month, which may then be less than nothing.
		before := w.clock.Now()
		w.clock.Advance(40 * 24 * time.Hour)
		w.giveBack(nos[2], 16900)
		w.settleRefunds()
		now := must(w.app.Commerce.IncomeOf(ctx, mine, ""))(t)
		if now.Sum.Lines != 0 || now.Sum.KeptFen() != -16900 || len(now.Months) != 2 || now.Months[0].KeptFen() != -16900 {
			t.Errorf("%+v", now)
		}
		then := must(w.app.Commerce.IncomeOf(ctx, mine, before.Add(8*time.Hour).UTC().Format("2006-01")))(t)
		if then.Sum.KeptFen() != 3*16900-20900 || then.Sum != now.Months[1].Earned {
			t.Errorf("%+v", then)
		}
		if none := must(w.app.Commerce.IncomeOf(ctx, another, ""))(t); none.Sum.Lines != 0 || len(none.Months) != 0 {
			t.Errorf("%+v", none)
		}
		w.sound()
	})
}
