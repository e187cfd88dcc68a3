package app_test

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"zhizhou/internal/booking"
	"zhizhou/internal/catalog"
	"zhizhou/internal/db"
	"zhizhou/internal/web"
)

// sample makes the smallest value that a schema takes.
func (w *world) sample(s *huma.Schema) any {
	for s != nil && s.Ref != "" {
		s = w.app.API.Huma.OpenAPI().Components.Schemas.SchemaFromRef(s.Ref)
	}
	if s == nil {
		return nil
	}
	if len(s.Enum) > 0 {
		return s.Enum[0]
	}
	switch s.Type {
	case "object":
		out := map[string]any{}
		for name, p := range s.Properties {
			for _, r := range s.Required {
				if r == name {
					out[name] = w.sample(p)
				}
			}
		}
		return out
	case "array":
		list := []any{}
		if s.MinItems != nil {
			for range *s.MinItems {
				list = append(list, w.sample(s.Items))
			}
		}
		return list
	case "boolean":
		return true
	case "integer", "number":
		if s.Minimum != nil {
			return *s.Minimum
		}
		return 1
	case "string":
		n := 4
		if s.MinLength != nil {
			n = max(n, *s.MinLength)
		}
		if s.Format == "date" {
			return "2026-01-01"
		}
		return strings.Repeat("字", n)
	}
	return nil
}

// bodies are those where a rule asks for more than the schema.
var bodies = map[string]any{
	"note_add":              map[string]any{"body": "记一笔"},
	"console_question_save": map[string]any{"kind": "judge", "stem_html": "<p>结论在前</p>", "options": []string{}, "matches": []string{}, "choices": []int{}, "truth": true, "blanks": []any{}, "model": "", "explanation_html": "", "difficulty": 1, "points": 1, "tags": []string{}},
	"console_live_plan":     map[string]any{"starts_at": time.Now().Add(time.Hour).UnixMilli(), "planned_ms": 3_600_000, "record": false, "version": 0},
}

var queries = map[string]any{"homework_file_add name": "a.txt"}

// tries calls a route with given parameters and the smallest body it takes; whatever is
// asked besides gets a plausible value.
func (p *person) tries(r web.Route, params map[string]string, nth int) answer {
	p.w.t.Helper()
	path := param.ReplaceAllStringFunc(r.Path, func(name string) string { return cmp.Or(params[strings.Trim(name, "{}")], "1") })
	op := map[string]*huma.Operation{
		"GET": p.w.app.API.Huma.OpenAPI().Paths[r.Path].Get, "POST": p.w.app.API.Huma.OpenAPI().Paths[r.Path].Post, "PUT": p.w.app.API.Huma.OpenAPI().Paths[r.Path].Put,
		"PATCH": p.w.app.API.Huma.OpenAPI().Paths[r.Path].Patch, "DELETE": p.w.app.API.Huma.OpenAPI().Paths[r.Path].Delete,
	}[r.Method]
	query := []string{}
	for _, q := range op.Parameters {
		if q.In == "query" && q.Required {
			query = append(query, fmt.Sprintf("%s=%v", q.Name, cmp.Or[any](queries[r.ID+" "+q.Name], p.w.sample(q.Schema))))
		}
	}
	if len(query) > 0 {
		path += "?" + strings.Join(query, "&")
	}
	who := p.with(fmt.Sprintf("matrix-key-%d-%d", p.w.t.Name()[0], nth))
	if op.RequestBody != nil {
		if body := bodies[r.ID]; body != nil {
			return who.do(r.Method, path, body)
		}
		if c := op.RequestBody.Content["application/json"]; c != nil {
			return who.do(r.Method, path, p.w.sample(c.Schema))
		}
		return who.sends(path, []byte("WEBVTT\n\n00:00.000 --> 00:01.000\n字\n"))
	}
	return who.do(r.Method, path, nil)
}

// everyForm puts a lesson of each form into the paid course, none of them free.
func (w *world) everyForm(editor *person) map[string]int64 {
	w.t.Helper()
	out := map[string]int64{catalog.Article: w.lesson, catalog.Live: w.liveLesson(false), catalog.Homework: w.task(nil)}
	out[catalog.Quiz], _ = w.exam(everyKind()[:2], nil)
	meeting, _ := w.meeting(func(p *booking.Plan) { p.Hold, p.Most = 5, 0 }, 1, 90*24*time.Hour)
	w.ok(w.app.DB.Tx(w.system(), func(ctx context.Context, tx *db.Tx) error { return tx.Sure(ctx, qSlotOne, meeting) })) // the smallest body names it
	out[catalog.Booking] = meeting
	out[catalog.Document], _ = w.paper(editor)
	out[catalog.Ebook], _ = w.bound(editor)
	out[catalog.Audio] = w.audio(editor, 12, map[string]any{"preview_ms": 0})
	parts := must(w.app.Catalog.Outline(w.system(), w.paid))(w.t)
	out[catalog.Video] = must(w.app.Catalog.AddLesson(w.system(), 0, w.paid, parts[0].ID, "影片", catalog.Video))(w.t)
	w.ok(w.app.Catalog.UpdateLesson(w.system(), 0, out[catalog.Video], catalog.LessonChange{Title: "影片", AssetID: w.video()}))
	for _, n := range out {
		w.ok(w.app.DB.Tx(w.system(), func(ctx context.Context, tx *db.Tx) error { return tx.Sure(ctx, qPreview, n, 0, 0) }))
	}
	return out
}

// What every visitor may know of a lesson, or wish; everything else of it needs access.
var anybodys = map[string]string{
	"lesson":           "says whether it is open; what is in it is left out (checked below)",
	"lesson_favourite": "a wish, also for what is not bought",
	"lesson_keep":      "the same",
	"lesson_goods":     "what it costs alone",
	"live":             "when the room opens",
	"live_remind":      "a wish to be reminded",
	"live_beat":        "continues a play of live_play, which is tried; another's play is refused by TestLiveAttendanceAndReplay",
}

// What those who have not bought may open of a lesson with a preview, by form.
var previewed = map[string]map[string]bool{
	catalog.Document: {"document": true, "document_pages": true, "document_search": true, "read_pages": true},
	catalog.Ebook:    {"ebook": true, "ebook_chapter": true, "ebook_search": true, "read_chapter": true},
	catalog.Audio:    {"play": true, "lesson_texts": true, "subtitle": true, "subtitle_vtt": true},
	catalog.Video:    {"play": true, "lesson_texts": true, "subtitle": true, "subtitle_vtt": true},
}

var qPreview = db.Q("test/matrix_preview", `UPDATE lessons SET preview_ms = CASE WHEN asset_id > 0 THEN CAST($2 AS BIGINT) ELSE 0 END, preview_pages = CASE WHEN asset_id > 0 THEN 0 ELSE CAST($3 AS BIGINT) END WHERE id = $1`)

// INV-17, INV-18, INV-21: every route of a lesson, of every form, for every sort of
// person: only those who have access get anything, and they do. The routes come from the
// route table, the bodies from its schemas: a new route is tried without being named.
func TestINV17EveryFormForEveryPerson(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		forms := w.everyForm(w.author())
		_, day := w.goods("membership", "一天会员", 0, catalog.Goods{}, []catalog.PartRef{{Kind: "course", RefID: w.paid}}, catalog.SKU{Name: "一天", PriceFen: 100, PeriodDays: 1})
		_, year := w.goods("membership", "一年会员", 0, catalog.Goods{}, []catalog.PartRef{{Kind: "course", RefID: w.paid}}, catalog.SKU{Name: "一年", PriceFen: 9900, PeriodDays: 365})
		number := 0
		newcomer := func() *person { number++; return w.learner(fmt.Sprintf("139000071%02d", number), nil) }
		expired, refunded, buyer, member, banned := newcomer(), newcomer(), newcomer(), newcomer(), newcomer()
		expired.paid(expired.quoted(map[string]any{"sku_id": day}), "matrix-expired")
		w.clock.Advance(25 * time.Hour)
		no, _ := refunded.buy(w.sku)
		must(w.app.Commerce.StaffRefund(w.system(), no, "matrix-refund", 0, 0, "不想学了"))(t)
		buyer.buy(w.sku)
		member.paid(member.quoted(map[string]any{"sku_id": year}), "matrix-member")
		banned.buy(w.sku)
		user := banned.me()
		for _, d := range must(w.app.Account.Devices(w.system(), user))(t) {
			w.ok(w.app.Account.SignOut(w.system(), user, d.ID))
		}
		without := map[string]*person{
			"a stranger": w.person(nil), "another learner": newcomer(), "one whose time is over": expired, "one who was refunded": refunded, "one whose device was signed out": banned,
			"another instructor": w.teacher("instructor", 99),
		}
		tracks := map[string]string{}
		for _, form := range []string{catalog.Video, catalog.Audio} {
			n := must(w.app.Caption.Save(w.system(), 0, forms[form], "subtitle", "zh-CN", []byte("WEBVTT\n\n00:00.000 --> 00:04.000\n先说结论\n")))(t)
			tracks[form] = fmt.Sprint(n)
		}
		opened, nth := map[string]string{}, 0
		for _, r := range w.app.API.Routes() {
			if !strings.HasPrefix(r.Path, "/api/lessons/{id}") || anybodys[r.ID] != "" {
				continue
			}
			for form, lesson := range forms {
				params := map[string]string{"id": fmt.Sprint(lesson), "track_id": tracks[form]}
				nth++
				for who, p := range without {
					if a := p.tries(r, params, nth); a.status != 401 && a.status != 403 && a.status != 404 {
						// What is wrong for everybody tells nothing.
						if b := buyer.tries(r, params, nth); a.status < 400 || b.status != a.status {
							t.Errorf("%s %s of a lesson of form %s answers %s with %d %s, its buyer with %d", r.Method, r.Path, form, who, a.status, a.raw, b.status)
						}
					}
				}
				for who, p := range map[string]*person{"the buyer": buyer, "a member": member} {
					a := p.tries(r, params, nth)
					if a.status == 401 || a.status >= 500 {
						t.Errorf("%s %s of a lesson of form %s fails for %s: %d %s", r.Method, r.Path, form, who, a.status, a.raw)
					}
					if a.status < 300 || a.status == 409 {
						opened[r.ID+" "+who] = form
					}
				}
			}
			for _, who := range []string{"the buyer", "a member"} {
				if opened[r.ID+" "+who] == "" {
					t.Errorf("%s %s opens nothing for %s: the matrix proves nothing about it", r.Method, r.Path, who)
				}
			}
		}
		for form, lesson := range forms {
			path := fmt.Sprintf("/api/lessons/%d", lesson)
			for who, p := range without {
				a := p.do("GET", path, nil)
				if a.status == 200 && (a.at("access", "allowed") == true || a.str("body_html") != "") {
					t.Errorf("a lesson of form %s is open to %s: %s", form, who, a.raw)
				}
			}
			if a := buyer.want(200, "", "GET", path, nil); a.at("access", "allowed") != true {
				t.Errorf("a lesson of form %s is closed to its buyer: %s", form, a.raw)
			}
		}
		if len(opened) < 40 {
			t.Errorf("only %d doors were opened: %v", len(opened), opened)
		}

		// With a preview, those who have not bought open that, and nothing else.
		visitor := newcomer()
		for form, doors := range previewed {
			w.ok(w.app.DB.Tx(w.system(), func(ctx context.Context, tx *db.Tx) error { return tx.Sure(ctx, qPreview, forms[form], 5000, 1) }))
			for _, r := range w.app.API.Routes() {
				if !strings.HasPrefix(r.Path, "/api/lessons/{id}") || anybodys[r.ID] != "" {
					continue
				}
				nth++
				a := visitor.tries(r, map[string]string{"id": fmt.Sprint(forms[form]), "track_id": tracks[form]}, nth)
				if open := a.status < 300 || a.status == 409; open != doors[r.ID] {
					t.Errorf("%s of a preview of form %s answers %d %s", r.ID, form, a.status, a.raw)
				}
			}
		}
	})
}
