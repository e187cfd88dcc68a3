package app_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"zhizhou/internal/account"
	"zhizhou/internal/audit"
	"zhizhou/internal/catalog"
	"zhizhou/internal/certificate"
	"zhizhou/internal/db"
)

var (
	qCertRows  = db.Q("test/certificates", `SELECT COUNT(*) FROM certificates WHERE course_id = $1`)
	qCertNames = db.Q("test/certificate_names", `SELECT COUNT(*) FROM certificate_names WHERE name_sealed LIKE $1`)
	qCertCheat = db.Q("certificatetest/cheat", `UPDATE certificates SET lessons = lessons + 1, study_ms = study_ms + 3600000, score_permille = 1000 WHERE code = $1`)
)

// attested lets the paid course attest: both lessons and a quiz.
func (w *world) attested(change func(*certificate.Rule)) (quizLesson int64) {
	w.t.Helper()
	ctx := audit.WithActor(context.Background(), audit.Actor{Kind: "system", Name: "测试"})
	quizLesson, _ = w.exam(everyKind()[:2], nil)
	r := certificate.Rule{CourseID: w.paid, Active: true, Title: "结业证书", MinPercent: 100}
	if change != nil {
		change(&r)
	}
	w.ok(w.app.Certificate.SaveRule(ctx, 0, r, []int64{quizLesson}))
	return quizLesson
}

// schoolStaff signs in somebody of the school, who is no instructor.
func (w *world) schoolStaff(role string) *person {
	w.t.Helper()
	must(w.app.Account.CreateStaff(context.Background(), account.NewStaff{Login: role + "-school", Name: role, Role: role, Password: "correct horse 9"}))(w.t)
	p := w.person(nil)
	p.want(200, "", "POST", "/api/console/auth/login", map[string]any{"login": role + "-school", "password": "correct horse 9"})
	return p
}

// passes answers everything of a quiz right.
func (p *person) passes(lessonID int64) {
	p.w.t.Helper()
	a := p.want(200, "", "POST", fmt.Sprintf("/api/lessons/%d/attempts", lessonID), nil)
	done := p.want(200, "", "POST", fmt.Sprintf("/api/attempts/%d/submit", a.num("id")), replies(p.w.rightReplies(p.id(), a.num("id"))...))
	if done.at("passed") != true {
		p.w.t.Fatal(done.raw)
	}
}

func (w *world) raw(path string) (int, http.Header, []byte) {
	w.t.Helper()
	res, err := http.Get(w.url + path)
	w.ok(err)
	defer func() { _ = res.Body.Close() }()
	raw, err := io.ReadAll(res.Body)
	w.ok(err)
	return res.StatusCode, res.Header, raw
}

func certificates(a answer) []any { list, _ := a.at("items").([]any); return list }

// The whole road: the last condition issues it, in the same transaction; strangers see
// the same figures counted again; hiding the name counts at once; nothing is told of a
// code that is not there (INV-23).
func TestINV23CertificateFromTheLastConditionToItsVerification(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		quizLesson := w.attested(nil)
		p, stranger := w.learner("13900002001", nil), w.person(nil)
		at := fmt.Sprintf("/api/courses/%d/certificate", w.paid)
		stranger.want(401, "", "GET", at, nil)
		p.want(409, "certificate_not_yet", "POST", at, nil)
		p.want(404, "certificate_none", "POST", fmt.Sprintf("/api/courses/%d/certificate", w.free), nil)
		p.buy(w.sku)
		p.read(w.openText)
		p.read(w.lesson)
		st := p.want(200, "", "GET", at, nil)
		if st.num("finished") != 2 || st.num("lessons") != 3 || st.at("met") != false || w.count(qCertRows, w.paid) != 0 {
			t.Fatal(st.raw)
		}
		p.passes(quizLesson)
		mine := p.want(200, "", "GET", "/api/me/certificates", nil)
		if len(certificates(mine)) != 1 {
			t.Fatal(mine.raw)
		}
		c := certificates(mine)[0].(map[string]any)
		code := c["code"].(string)
		if c["lessons"] != 3.0 || c["score_permille"] != 1000.0 || c["minutes"].(float64) < 1 || c["shown"] != "nickname" {
			t.Fatalf("%v", c)
		}
		if told := p.want(200, "", "GET", "/api/me/notices", nil); !strings.Contains(told.raw, "你拿到了《把话写清楚》结业证书") {
			t.Error(told.raw)
		}
		p.passes(quizLesson) // again: the one that stands stays
		if again := p.want(200, "", "POST", at, nil); again.str("code") != code || w.count(qCertRows, w.paid) != 1 {
			t.Error("a second certificate was issued")
		}

		seen := stranger.want(200, "", "GET", "/api/certificates/"+code, nil)
		if seen.str("state") != "valid" || seen.at("holds") != true || seen.num("lessons_now") != 3 || seen.num("minutes") != seen.num("minutes_now") || seen.num("score_now_permille") != 1000 {
			t.Fatal(seen.raw)
		}
		for _, bad := range []string{"ZZ23456789ABCD", strings.ToLower(code), "1"} {
			stranger.want(404, "certificate_gone", "GET", "/api/certificates/"+bad, nil)
			if status, _, _ := w.raw("/credential/" + bad); status != 404 {
				t.Errorf("%s: %d", bad, status)
			}
		}

		// The name is told once, sealed, and shown as its bearer likes.
		p.want(422, "certificate_name_invalid", "PUT", "/api/me/certificate-name", map[string]any{"name": "小满🌊"})
		p.want(409, "certificate_no_name", "PUT", "/api/me/certificates/"+fmt.Sprint(int64(c["id"].(float64))), map[string]any{"shown": "real"})
		p.want(200, "", "PUT", "/api/me/certificate-name", map[string]any{"name": "江小满"})
		p.want(409, "certificate_named", "PUT", "/api/me/certificate-name", map[string]any{"name": "别人"})
		if w.count(qCertNames, "%江小满%") != 0 {
			t.Error("the name lies readable in the database")
		}
		show := func(shown, want string) {
			t.Helper()
			p.want(200, "", "PUT", "/api/me/certificates/"+fmt.Sprint(int64(c["id"].(float64))), map[string]any{"shown": shown})
			if a := stranger.want(200, "", "GET", "/api/certificates/"+code, nil); a.str("name") != want {
				t.Errorf("%s shows %q", shown, a.str("name"))
			}
			_, _, doc := w.raw("/credential/" + code)
			_, _, page := w.raw("/certificate/" + code)
			for _, body := range []string{string(doc), string(page)} {
				if want != "江小满" && strings.Contains(body, "江小满") || want == "江小满" && !strings.Contains(body, want) {
					t.Errorf("%s: %s", shown, body)
				}
			}
		}
		show("real", "江小满")
		show("masked", "江**")
		_, _, before := w.raw("/credential/" + code + "/certificate.png")
		show("hidden", "")
		_, head, after := w.raw("/credential/" + code + "/certificate.png")
		if string(before) == string(after) || head.Get("Content-Type") != "image/png" {
			t.Error("the picture still shows the name")
		}
		other := w.learner("13900002002", nil)
		other.want(404, "certificate_gone", "PUT", "/api/me/certificates/"+fmt.Sprint(int64(c["id"].(float64))), map[string]any{"shown": "nickname"})
		w.sound()

		// What is stated and was not studied is found.
		w.ok(w.app.DB.Tx(context.Background(), func(ctx context.Context, tx *db.Tx) error { _, err := tx.Exec(ctx, qCertCheat, code); return err }))
		if a := stranger.want(200, "", "GET", "/api/certificates/"+code, nil); a.at("holds") != false {
			t.Error(a.raw)
		}
		if rows := must(w.app.Doctor(context.Background()))(t); len(rows) < 2 || !strings.Contains(rows[0], "INV-23") {
			t.Errorf("the doctor says %v", rows)
		}
	})
}

// A refund takes the certificate along, unless something else still opens the course;
// who buys again may claim again.
func TestRefundRevokesTheCertificate(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		quizLesson := w.attested(nil)
		p := w.learner("13900002011", nil)
		no, _ := p.buy(w.sku)
		p.read(w.openText)
		p.read(w.lesson)
		p.passes(quizLesson)
		mine := certificates(p.want(200, "", "GET", "/api/me/certificates", nil))[0].(map[string]any)
		code := mine["code"].(string)
		act := map[string]any{"kind": "certificate", "id": mine["id"], "channel": "link", "key": "certificate-share-1"}
		shared := p.want(201, "", "POST", "/api/shares", act)
		w.learner("13900002012", nil).want(404, "share_gone", "POST", "/api/shares", act) // it is its bearer's alone
		if to := w.person(nil).lands(shared.str("code"), browser(77)); to.str("path") != "/certificate/"+code {
			t.Fatal(to.raw)
		}
		ctx := audit.WithActor(context.Background(), audit.Actor{Kind: "staff", ID: 1, Name: "财务"})
		r := must(w.app.Commerce.StaffRefund(ctx, no, "certificate-1", 0, 0, "协商退款"))(t)
		if r.Status == "requested" {
			must(w.app.Commerce.Decide(audit.WithActor(context.Background(), audit.Actor{Kind: "staff", ID: 2, Name: "老板"}), r.ID, true, "好"))(t)
		}
		w.settleRefunds()
		gone := w.person(nil).want(200, "", "GET", "/api/certificates/"+code, nil)
		if gone.str("state") != "revoked" || gone.str("reason") != "课程已退款" || gone.str("image_url") != "" {
			t.Fatal(gone.raw)
		}
		w.person(nil).want(404, "share_gone", "POST", "/api/visits", map[string]any{"code": shared.str("code"), "visitor": browser(78)})
		if status, _, _ := w.raw("/credential/" + code + "/certificate.pdf"); status != 409 {
			t.Errorf("a revoked certificate is still printed: %d", status)
		}
		at := fmt.Sprintf("/api/courses/%d/certificate", w.paid)
		p.want(409, "certificate_not_yet", "POST", at, nil)
		q := p.want(200, "", "POST", "/api/quotes", map[string]any{"sku_id": w.sku})
		again := p.with("again-cert").want(200, "", "POST", "/api/orders", map[string]any{"quote_token": q.str("token"), "terms_confirmed": true}).str("no")
		w.ok(w.app.Sandbox.Pay(p.pay(again), ""))
		w.tick()
		if c := p.want(200, "", "POST", at, nil); c.str("code") == code || c.num("revoked_at") != 0 {
			t.Error(c.raw)
		}
		w.sound()
	})
}

// The refund of a gift takes the receiver's certificate along, and the receiver's place in
// a slot; one who has the course by another way keeps both. A refund of the copies that
// nobody received touches neither.
func TestRefundOfAGiftRevokesTheReceiversCertificate(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		quizLesson := w.attested(func(r *certificate.Rule) { r.MinPercent = 0 })
		lesson, slots := w.meeting(nil, 2, 72*time.Hour)
		giver, ann, bob := w.learner("13900002031", nil), w.learner("13900002032", nil), w.learner("13900002033", nil)
		no := giver.paid(giver.quoted(map[string]any{"items": []map[string]any{{"sku_id": w.sku, "quantity": 3}}, "gift": true}), "gift-certificate")
		codes := map[*person]string{}
		gifts := must(w.app.Commerce.GiftsOf(context.Background(), giver.me(), no))(t)
		for i, p := range []*person{ann, bob} {
			w.ok(w.app.Commerce.ReceiveGift(context.Background(), p.me(), gifts[i].Token))
			p.passes(quizLesson)
			codes[p] = certificates(p.want(200, "", "GET", "/api/me/certificates", nil))[0].(map[string]any)["code"].(string)
			if a := p.books(lesson, slots[0], false); a.status != 200 {
				t.Fatal(a.raw)
			}
		}
		state := func(p *person) string {
			return w.person(nil).want(200, "", "GET", "/api/certificates/"+codes[p], nil).str("state")
		}
		must(w.app.Commerce.ReturnGifts(w.system(), giver.me(), no))(t)
		w.settleRefunds()
		if state(ann) != "valid" || state(bob) != "valid" || w.count(qPlaces, slots[0]) != 2 {
			t.Fatalf("the refund of a copy that nobody received: %s %s", state(ann), state(bob))
		}
		_, year := w.goods("membership", "一年会员", 0, catalog.Goods{}, []catalog.PartRef{{Kind: "course", RefID: w.paid}}, catalog.SKU{Name: "一年", PriceFen: 9900, PeriodDays: 365})
		bob.paid(bob.quoted(map[string]any{"sku_id": year}), "gift-certificate-member")
		must(w.app.Commerce.StaffRefund(w.system(), no, "gift-certificate-refund", 0, 0, "误购"))(t)
		w.settleRefunds()
		if state(ann) != "revoked" || state(bob) != "valid" {
			t.Errorf("after the refund: %s, and %s of who bought it too", state(ann), state(bob))
		}
		if w.count(qPlaces, slots[0]) != 1 || bob.booked(lesson)["state"] != "booked" {
			t.Error("the place of who has the course no more")
		}
		w.sound()
	})
}

// Staff revoke and reissue with a reason, within their courses; the log tells it
// without the name. Old keys keep verifying.
func TestStaffRevokeAndReissue(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		quizLesson := w.attested(nil)
		p, ops, editor := w.learner("13900002021", nil), w.schoolStaff("operator"), w.schoolStaff("editor")
		p.buy(w.sku)
		p.read(w.openText)
		p.read(w.lesson)
		// Two ends of the road at once issue one.
		var wg sync.WaitGroup
		a := p.want(200, "", "POST", fmt.Sprintf("/api/lessons/%d/attempts", quizLesson), nil)
		right := replies(w.rightReplies(p.id(), a.num("id"))...)
		for range 6 {
			wg.Go(func() { p.do("POST", fmt.Sprintf("/api/attempts/%d/submit", a.num("id")), right) })
			wg.Go(func() { p.do("POST", fmt.Sprintf("/api/courses/%d/certificate", w.paid), nil) })
		}
		wg.Wait()
		list := fmt.Sprintf("/api/console/courses/%d/certificates", w.paid)
		rows := certificates(ops.want(200, "", "GET", list, nil))
		if len(rows) != 1 {
			t.Fatalf("%d certificates", len(rows))
		}
		certID := int64(rows[0].(map[string]any)["id"].(float64))
		code := rows[0].(map[string]any)["code"].(string)
		revoke, reissue := fmt.Sprintf("/api/console/certificates/%d/revoke", certID), fmt.Sprintf("/api/console/certificates/%d/reissue", certID)
		editor.want(403, "", "POST", revoke, map[string]any{"reason": "写错了"})
		ops.want(422, "certificate_reason", "POST", revoke, map[string]any{"reason": " "})
		fresh := ops.want(200, "", "POST", reissue, map[string]any{"reason": "姓名写错，更正", "name": "江小满"})
		if fresh.str("code") == code || fresh.str("name") == "江小满" {
			t.Error(fresh.raw) // the bearer chose the nickname
		}
		ops.want(404, "certificate_gone", "POST", reissue, map[string]any{"reason": "再来一次"})
		ops.want(204, "", "POST", fmt.Sprintf("/api/console/certificates/%d/revoke", fresh.num("id")), map[string]any{"reason": "替考查实"})
		ops.want(409, "certificate_revoked", "POST", fmt.Sprintf("/api/console/certificates/%d/revoke", fresh.num("id")), map[string]any{"reason": "替考查实"})
		p.want(409, "certificate_revoked", "POST", fmt.Sprintf("/api/courses/%d/certificate", w.paid), nil)
		for _, e := range []string{"certificate.revoke", "certificate.reissue"} {
			if w.count(qAuditOf, e) == 0 {
				t.Errorf("%s left no row", e)
			}
		}
		var list1 struct {
			Subject struct {
				List string `json:"encodedList"`
			} `json:"credentialSubject"`
		}
		_, head, raw := w.raw("/credential/status/1")
		w.ok(json.Unmarshal(raw, &list1))
		if head.Get("Content-Type") != "application/vc" || !strings.HasPrefix(list1.Subject.List, "u") {
			t.Errorf("%s", raw)
		}
		// Old keys keep verifying: what was signed before names its key, and the school's
		// document has that key still; what is signed from now on names the new one.
		signed := func() (method string) {
			t.Helper()
			var vc struct {
				Proof struct {
					Method string `json:"verificationMethod"`
				} `json:"proof"`
			}
			_, _, raw := w.raw("/credential/status/1")
			w.ok(json.Unmarshal(raw, &vc))
			return vc.Proof.Method
		}
		old := signed()
		_, _, did := w.raw("/.well-known/did.json")
		ops.want(403, "", "POST", "/api/console/certificate-keys", nil)
		owner := w.staff("owner")
		if keys := owner.want(200, "", "POST", "/api/console/certificate-keys", nil).list("items"); len(keys) != 2 || keys[0]["active"] != true || keys[1]["active"] != false {
			t.Errorf("%v", keys)
		}
		if w.count(qAuditOf, "certificate.key") != 1 {
			t.Error("the change of the key left no row")
		}
		_, _, more := w.raw("/.well-known/did.json")
		if fresh := signed(); old == "" || fresh == old || !strings.Contains(string(more), `"`+old+`"`) || !strings.Contains(string(more), `"`+fresh+`"`) || strings.Count(string(did), "Multikey") != 1 || strings.Count(string(more), "Multikey") != 2 {
			t.Errorf("%s, then %s\n%s\n%s", old, fresh, did, more)
		}
		w.sound()
	})
}

// A rule that asks nothing, or of a quiz of another course, is refused; instructors see
// their own courses alone; the minutes that are asked for must be studied.
func TestCertificateRules(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ops := w.schoolStaff("operator")
		at := fmt.Sprintf("/api/console/courses/%d/certificate-rule", w.paid)
		rule := func(change map[string]any) map[string]any {
			m := map[string]any{"version": 0, "active": true, "title": "结业证书", "min_percent": 100, "min_minutes": 0, "quizzes": []int64{}}
			for k, v := range change {
				m[k] = v
			}
			return m
		}
		ops.want(422, "certificate_rule_invalid", "PUT", at, rule(map[string]any{"min_percent": 0}))
		ops.want(422, "certificate_rule_invalid", "PUT", at, rule(map[string]any{"quizzes": []int64{w.lesson}}))
		ops.want(422, "certificate_rule_invalid", "PUT", at, rule(map[string]any{"title": "证"}))
		saved := ops.want(200, "", "PUT", at, rule(map[string]any{"min_percent": 100, "min_minutes": 1}))
		ops.want(409, "certificate_rule_changed", "PUT", at, rule(nil))
		if saved.num("version") != 1 {
			t.Error(saved.raw)
		}
		p := w.learner("13900002031", nil)
		p.buy(w.sku)
		claim := fmt.Sprintf("/api/courses/%d/certificate", w.paid)
		p.read(w.openText)
		p.want(409, "certificate_not_yet", "POST", claim, nil)
		p.read(w.lesson)
		if w.count(qCertRows, w.paid) != 1 {
			st := p.want(200, "", "GET", claim, nil)
			t.Errorf("not issued: %s", st.raw)
		}
		w.staff("instructor").want(404, "course_gone", "GET", at, nil)
		w.sound()
	})
}
