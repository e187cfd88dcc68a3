package app_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"image"
	"image/draw"
	"image/png"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"zhizhou/internal/card"
	"zhizhou/internal/db"
	"zhizhou/internal/learning"
	"zhizhou/internal/text"
)

var (
	qNotesSaid  = db.Q("test/notes_said", `SELECT COUNT(*) FROM mentor_notes WHERE state = 'approved'`)
	qCardsHad   = db.Q("test/cards_had", `SELECT COUNT(*) FROM cards WHERE user_id = $1`)
	qNoticesOf  = db.Q("test/notices_of", `SELECT COUNT(*) FROM notices WHERE user_id = $1 AND title LIKE $2`)
	qCardCheers = db.Q("test/card_cheers", `SELECT COUNT(*) FROM card_comments WHERE user_id = $1 AND cheer`)
	qCardThumbs = db.Q("test/card_thumbs", `SELECT COUNT(*) FROM card_likes WHERE card_id = $1`)
)

// earned has a learner finish a lesson and returns the card of it.
func (p *person) hasCard() (code string, id int64) {
	p.w.t.Helper()
	p.w.has(p.w.free, p.w.firstOf(p.w.free), p)
	c := p.cards()["lesson"]
	return c["code"].(string), int64(c["id"].(float64))
}

// A school draws its cards as it likes: what suits a card best is what it is drawn by,
// from the moment at which it is switched on; what nobody could read or check is refused.
func TestCardTemplatesAreTheSchools(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p, staff := w.learner("13900139901", nil), w.schoolStaff("operator")
		code, _ := p.hasCard()
		_, _, before := w.raw("/card/" + code + "/card.png")

		houses := staff.want(200, "", "GET", "/api/console/card-houses", nil).at("items").([]any)
		layouts := houses[0].(map[string]any)["layouts"].(map[string]any)
		save := func(status int, wrong string, change func(m map[string]any)) int64 {
			b, _ := json.Marshal(layouts)
			var own map[string]any
			w.ok(json.Unmarshal(b, &own))
			m := map[string]any{"version": 0, "name": "红帆", "course_id": 0, "kinds": []string{"lesson"}, "partner_id": 0, "layouts": own}
			change(m)
			a := staff.want(status, wrong, "PUT", "/api/console/card-templates/0", m)
			if status != 200 {
				return 0
			}
			return a.num("id")
		}
		layers := func(m map[string]any, face string) []any {
			return m["layouts"].(map[string]any)[face].(map[string]any)["layers"].([]any)
		}
		red := func(m map[string]any) {
			for _, face := range card.Faces {
				layers(m, face)[0].(map[string]any)["color"] = "#F9E3DC"
			}
		}
		for what, spoil := range map[string]func(m map[string]any){
			"no name": func(m map[string]any) { m["name"] = " " },
			"no code": func(m map[string]any) {
				l := m["layouts"].(map[string]any)["portrait"].(map[string]any)
				l["layers"] = l["layers"].([]any)[:3]
			},
			"no square":     func(m map[string]any) { delete(m["layouts"].(map[string]any), "square") },
			"unknown field": func(m map[string]any) { layers(m, "portrait")[3].(map[string]any)["text"] = "{phone}" },
			"tiny letters":  func(m map[string]any) { layers(m, "square")[3].(map[string]any)["size"] = 12 },
			"no colour":     func(m map[string]any) { layers(m, "square")[0].(map[string]any)["color"] = "red" },
			"foreign shape": func(m map[string]any) {
				m["layouts"].(map[string]any)["square"] = m["layouts"].(map[string]any)["portrait"]
			},
			"other people's file": func(m map[string]any) {
				layers(m, "portrait")[0] = map[string]any{"kind": "picture", "key": "file/secret", "x": 0, "y": 0, "w": 100, "h": 100}
			},
		} {
			t.Log(what)
			save(422, "card_template_invalid", spoil)
		}
		if a := staff.want(200, "", "GET", fmt.Sprintf("/api/console/card-templates/%d", save(200, "", func(m map[string]any) { m["partner_id"] = p.me() })), nil); a.num("partner_id") != p.me() || a.str("partner") == "" {
			t.Error("whose template it is", a.raw)
		}
		id := save(200, "", red)
		at := fmt.Sprintf("/api/console/card-templates/%d", id)
		if _, _, draft := w.raw("/card/" + code + "/card.png"); !slices.Equal(before, draft) {
			t.Error("a draft is drawn by already")
		}
		staff.want(204, "", "POST", at+"/switch", map[string]any{"on": true})
		staff.want(409, "card_template_on", "DELETE", at, nil)
		_, _, after := w.raw("/card/" + code + "/card.png")
		if slices.Equal(before, after) {
			t.Fatal("a card is not drawn by the school's template")
		}
		// One for this course alone goes before it; one for other milestones does not.
		staff.want(204, "", "POST", fmt.Sprintf("/api/console/card-templates/%d/switch", save(200, "", func(m map[string]any) { m["kinds"] = []string{"quiz"} })), map[string]any{"on": true})
		if _, _, same := w.raw("/card/" + code + "/card.png"); !slices.Equal(after, same) {
			t.Error("a template for quizzes draws a lesson")
		}
		own := save(200, "", func(m map[string]any) { m["course_id"] = w.free })
		staff.want(204, "", "POST", fmt.Sprintf("/api/console/card-templates/%d/switch", own), map[string]any{"on": true})
		if _, _, nearer := w.raw("/card/" + code + "/card.png"); !slices.Equal(before, nearer) {
			t.Error("the course's own template, drawn like the house's, does not go first")
		}
		// Two who change it at once: the second is told.
		d := staff.want(200, "", "GET", at, nil)
		body := map[string]any{"version": d.num("version"), "name": "红帆二", "course_id": 0, "kinds": []string{}, "partner_id": 0, "layouts": d.at("layouts")}
		staff.want(200, "", "PUT", at, body)
		staff.want(409, "card_template_version", "PUT", at, body)
		staff.want(404, "card_template_gone", "GET", "/api/console/card-templates/1", nil)

		shown := staff.want(200, "", "POST", "/api/console/card-preview", map[string]any{"kind": "days", "layout": d.at("layouts", "square_dark")}).str("image")
		raw := must(base64.StdEncoding.DecodeString(strings.TrimPrefix(shown, "data:image/png;base64,")))(t)
		if img, err := png.Decode(bytes.NewReader(raw)); err != nil || img.Bounds().Dy() != 1080 {
			t.Error("the preview is no square picture", err)
		}
		w.staff("finance").want(403, "", "GET", "/api/console/card-templates", nil)
		w.staff("editor").want(403, "", "PUT", at, body)
	})
}

// A mentor's words: written by a template from the facts, changed by hand, seen by nobody
// before the teacher agreed, and then on the picture, the page and in a notice.
func TestMentorNotes(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p, staff := w.learner("13900139902", nil), w.schoolStaff("operator")
		code, id := p.hasCard()
		_, _, bare := w.raw("/card/" + code + "/card.png")
		save := func(status int, wrong, body string) answer {
			return staff.want(status, wrong, "PUT", "/api/console/mentor-patterns/0", map[string]any{"version": 0, "name": "学完", "body": body, "course_id": 0})
		}
		save(422, "mentor_pattern_invalid", "{learner}，太短了。")
		save(422, "mentor_pattern_invalid", strings.Repeat("字", 120)+"{phone}")
		words := "{learner}，你{lead}「{title}」，到今天学完了 {lessons} 课。" + strings.Repeat("学得踏实，往后也请这样一步一步走下去。", 5)
		pattern := save(200, "", words).num("id")
		if a := save(422, "mentor_pattern_invalid", words); !strings.Contains(a.raw, "已经有一个") {
			t.Error("two of one name", a.raw)
		}

		fill := map[string]any{"pattern_id": pattern, "mentor": "沈牧之", "kind": "lesson"}
		if a := staff.want(200, "", "POST", "/api/console/mentor-notes/fill", fill); a.num("made") != 1 || a.num("next") != 0 {
			t.Fatal(a.raw)
		}
		if a := staff.want(200, "", "POST", "/api/console/mentor-notes/fill", fill); a.num("made") != 0 {
			t.Fatal("filled twice", a.raw)
		}
		row := func() map[string]any {
			return staff.want(200, "", "GET", "/api/console/cards?code="+code, nil).at("items").([]any)[0].(map[string]any)
		}
		if r := row(); r["note_state"] != "draft" || !strings.HasPrefix(r["note"].(string), "{learner}，你学完了一课") {
			t.Fatal(r)
		}
		if a := w.person(nil).want(200, "", "GET", "/api/cards/"+code, nil); a.str("note") != "" {
			t.Error("a draft is told to strangers")
		}
		if _, _, still := w.raw("/card/" + code + "/card.png"); !slices.Equal(bare, still) {
			t.Error("a draft is on the picture")
		}
		note := fmt.Sprintf("/api/console/cards/%d/note", id)
		mine := "小满，你把四件事都记住了：米、水、火、时间。下回煮饭的时候，先闻一闻米香再下锅。"
		staff.want(422, "mentor_note_invalid", "PUT", note, map[string]any{"version": 1, "mentor": "沈牧之", "body": "短"})
		staff.want(409, "mentor_note_changed", "PUT", note, map[string]any{"version": 7, "mentor": "沈牧之", "body": mine})
		staff.want(204, "", "PUT", note, map[string]any{"version": 1, "mentor": "沈牧之", "body": mine})
		approve := func(version int) int64 {
			return staff.want(200, "", "POST", "/api/console/mentor-notes/approve", map[string]any{"items": []map[string]any{{"id": id, "version": version}}}).num("done")
		}
		if approve(1) != 0 || approve(2) != 1 || approve(3) != 0 || w.count(qNotesSaid) != 1 {
			t.Fatal("approved what was not read, or twice")
		}
		if w.count(qNoticesOf, p.me(), "%寄语%") != 1 {
			t.Error("the learner was not told once")
		}
		if a := w.person(nil).want(200, "", "GET", "/api/cards/"+code, nil); a.str("note") != mine || a.str("mentor") != "沈牧之" {
			t.Error(a.raw)
		}
		if _, _, said := w.raw("/card/" + code + "/card.png"); slices.Equal(bare, said) {
			t.Error("approved words are not on the picture")
		}

		// The learner is called as they chose to be, whoever wrote the name how.
		nickname := p.want(200, "", "GET", "/api/me", nil).str("nickname")
		staff.want(204, "", "PUT", note, map[string]any{"version": 3, "mentor": "沈牧之", "body": "{learner}，你好：" + nickname + "同学，" + mine})
		if approve(4) != 1 {
			t.Fatal("not approved")
		}
		for shown, called := range map[string]string{"hidden": "同学", "masked": text.Mask(nickname), "nickname": nickname} {
			p.want(200, "", "PUT", fmt.Sprintf("/api/me/cards/%d", id), map[string]any{"shown": shown})
			if a := w.person(nil).want(200, "", "GET", "/api/cards/"+code, nil); a.str("note") != called+"，你好："+called+"同学，"+mine || shown != "nickname" && strings.Contains(a.raw, nickname) {
				t.Errorf("%s: %s", shown, a.raw)
			}
		}
		p.want(200, "", "PUT", fmt.Sprintf("/api/me/cards/%d", id), map[string]any{"shown": "nickname"})
		staff.want(204, "", "PUT", note, map[string]any{"version": 5, "mentor": "沈牧之", "body": mine})
		if approve(6) != 1 {
			t.Fatal("not approved")
		}

		// What is said aloud: a sound, heard by others once it was approved.
		voice := fmt.Sprintf("/api/console/cards/%d/voice?name=a.mp3&version=7", id)
		if a := staff.sends(voice, []byte("<html>no sound</html>")); a.status != 422 || a.code() != "mentor_voice" {
			t.Error("a page was taken for a sound", a.raw)
		}
		if a := staff.sends(voice, append([]byte("ID3\x03\x00\x00\x00\x00\x00\x00"), make([]byte, 2000)...)); a.status != 204 {
			t.Fatal(a.raw)
		}
		if s, _, _ := w.raw("/card/" + code + "/voice"); s != 404 {
			t.Error("a voice is heard before it was approved")
		}
		if approve(8) != 1 {
			t.Fatal("not approved again")
		}
		if s, h, b := w.raw("/card/" + code + "/voice"); s != 200 || h.Get("Content-Type") != "audio/mpeg" || len(b) != 2010 {
			t.Errorf("voice: %d %v %d", s, h, len(b))
		}

		// Staff take a card back: page, picture, voice and thumbs end with it.
		staff.want(422, "card_reason", "POST", fmt.Sprintf("/api/console/cards/%d/revoke", id), map[string]any{"reason": ""})
		w.staff("editor").want(403, "", "POST", fmt.Sprintf("/api/console/cards/%d/revoke", id), map[string]any{"reason": "代学"})
		staff.want(204, "", "POST", fmt.Sprintf("/api/console/cards/%d/revoke", id), map[string]any{"reason": "不是本人学的"})
		staff.want(409, "card_revoked", "POST", fmt.Sprintf("/api/console/cards/%d/revoke", id), map[string]any{"reason": "不是本人学的"})
		for _, file := range []string{"card.png", "voice", "square-dark.png", "small-square.png"} {
			if s, _, _ := w.raw("/card/" + code + "/" + file); s != 409 {
				t.Errorf("%s of a revoked card: %d", file, s)
			}
		}
		a := w.person(nil).want(200, "", "GET", "/api/cards/"+code, nil)
		if a.str("state") != "revoked" || a.str("note") != "" || strings.Contains(a.raw, "本人") {
			t.Error(a.raw)
		}
		if w.count(qNoticesOf, p.me(), "%撤销%") != 1 {
			t.Error("the learner was not told why")
		}
		w.learner("13900139903", nil).want(409, "card_revoked", "PUT", "/api/cards/"+code+"/like", nil)
		// What staff took back does not come again with the next lesson.
		had := w.count(qCardsHad, p.me())
		w.ok(w.app.DB.Tx(context.Background(), func(ctx context.Context, tx *db.Tx) error {
			return w.app.Card.Consider(ctx, tx, learning.Done{UserID: p.me(), CourseID: w.free, LessonID: w.firstOf(w.free)})
		}))
		if n := w.count(qCardsHad, p.me()); n != had {
			t.Errorf("%d cards after the next lesson, %d before", n, had)
		}
	})
}

// Others like, say and cheer: each once, looked at before it is seen, by parallel taps too.
func TestCardReactions(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p, fan, staff := w.learner("13900139904", nil), w.learner("13900139905", nil), w.schoolStaff("operator")
		code, id := p.hasCard()
		at := "/api/cards/" + code
		w.person(nil).want(401, "", "PUT", at+"/like", nil)
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() { fan.do("PUT", at+"/like", nil) })
		}
		for i := range 8 {
			all.Go(func() {
				fan.do("POST", at+"/comments", map[string]any{"body": "真好，一起学", "cheer": true, "key": fmt.Sprintf("cheer-key-%d", i)})
			})
		}
		all.Wait()
		if w.count(qCardThumbs, id) != 1 || w.count(qCardCheers, fan.me()) != 1 {
			t.Fatalf("%d thumbs, %d cheers", w.count(qCardThumbs, id), w.count(qCardCheers, fan.me()))
		}
		fan.want(409, "card_cheered", "POST", at+"/comments", map[string]any{"body": "再来一次", "cheer": true, "key": "cheer-key-again"})
		fan.want(422, "card_comment_invalid", "POST", at+"/comments", map[string]any{"body": " ", "key": "empty-key-1"})
		one := map[string]any{"body": "第一条", "key": "comment-key-1"}
		made := fan.want(201, "", "POST", at+"/comments", one).num("id")
		if fan.want(201, "", "POST", at+"/comments", one).num("id") != made {
			t.Error("one request made two comments")
		}
		one["body"] = "换了字"
		fan.want(409, "idempotency_conflict", "POST", at+"/comments", one)

		stranger := w.person(nil)
		if a := stranger.want(200, "", "GET", at+"/comments", nil); len(a.at("items").([]any)) != 0 || a.num("reactions", "likes") != 1 || a.num("reactions", "cheers") != 0 {
			t.Error("seen before it was looked at", a.raw)
		}
		if a := fan.want(200, "", "GET", at+"/comments", nil); len(a.at("items").([]any)) != 2 || a.at("reactions", "cheered") != true {
			t.Error("one's own are not seen", a.raw)
		}
		cases := staff.want(200, "", "GET", "/api/console/moderation?what=card_comment", nil).at("items").([]any)
		if len(cases) != 2 {
			t.Fatal(cases)
		}
		for _, c := range cases {
			m := c.(map[string]any)
			staff.want(200, "", "POST", "/api/console/moderation", map[string]any{"items": []map[string]any{{"what": "card_comment", "id": m["id"], "version": m["version"]}}, "show": m["body"] != "第一条", "reason": "与学习无关"})
		}
		seen := stranger.want(200, "", "GET", at+"/comments", nil)
		if list := seen.at("items").([]any); len(list) != 1 || list[0].(map[string]any)["cheer"] != true || seen.num("reactions", "cheers") != 1 {
			t.Error(seen.raw)
		}
		if w.count(qNoticesOf, fan.me(), "%没有公开%") != 1 || w.count(qNoticesOf, p.me(), "%留了言%") != 1 {
			t.Error("somebody was not told")
		}
		p.want(404, "card_gone", "DELETE", fmt.Sprintf("/api/me/card-comments/%d", made), nil)
		fan.want(204, "", "DELETE", fmt.Sprintf("/api/me/card-comments/%d", made), nil)
		fan.want(200, "", "DELETE", at+"/like", nil)
		quick := w.learner("13900139907", nil)
		begin, taps := time.Now(), 2
		quick.want(200, "", "PUT", at+"/like", nil)
		quick.want(200, "", "DELETE", at+"/like", nil)
		if w.count(qCardThumbs, id) != 0 {
			t.Error("a thumb that was taken back stays")
		}
		// Thirty a minute for both together, and what comes back while a slow machine works.
		for _, way := range []string{"PUT", "DELETE"} {
			for {
				a := quick.do(way, at+"/like", nil)
				if a.status == 429 && a.code() == "card_like_rate" {
					break
				}
				if taps++; a.status != 200 || float64(taps) > 31+time.Since(begin).Seconds()/2 {
					t.Fatalf("the %dth within %v, %s: %s", taps, time.Since(begin), way, a.raw)
				}
			}
			if taps < 30 {
				t.Fatalf("refused after %d", taps)
			}
		}
	})
}

// A stranger holds a picture beside the page: the school's own is known also when it was
// sent on, a changed figure is found.
func TestINV23TamperedPictureIsTold(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.learner("13900139906", nil)
		code, id := p.hasCard()
		_, _, raw := w.raw("/card/" + code + "/card.png")
		stranger := w.person(nil)
		if a := stranger.sends("/api/cards/"+code+"/picture", raw); a.status != 200 || a.at("same") != true {
			t.Fatal(a.raw)
		}
		changed := must(png.Decode(bytes.NewReader(raw)))(t).(*image.RGBA)
		from := image.Rect(80, 860, 130, 930) // the first figure of the facts, once more elsewhere
		for y := from.Min.Y; y < from.Max.Y; y++ {
			for x := from.Min.X; x < from.Max.X; x++ {
				changed.Set(x+300, y, changed.At(x, y))
			}
		}
		var out bytes.Buffer
		w.ok(png.Encode(&out, changed))
		a := stranger.sends("/api/cards/"+code+"/picture", out.Bytes())
		if a.status != 200 || a.at("same") != false || len(a.at("spots").([]any)) == 0 || a.num("height") != 1440 {
			t.Error(a.raw)
		}
		// With the code of a share it is the same card; with the code of another card it is not.
		shared := p.want(201, "", "POST", "/api/shares", map[string]any{"kind": "card", "id": id, "channel": "poster", "key": "tampered"}).str("code")
		_, _, passed := w.raw("/card/" + code + "/card.png?s=" + shared)
		if a := stranger.sends("/api/cards/"+code+"/picture", passed); a.status != 200 || a.at("same") != true || bytes.Equal(passed, raw) {
			t.Error(a.raw)
		}
		other, _ := w.learner("13900139916", nil).hasCard()
		_, _, foreign := w.raw("/card/" + other + "/card.png")
		img, at := must(png.Decode(bytes.NewReader(raw)))(t).(*image.RGBA), image.Rect(68, 1250, 240, 1422)
		draw.Draw(img, at, must(png.Decode(bytes.NewReader(foreign)))(t), at.Min, draw.Src)
		out.Reset()
		w.ok(png.Encode(&out, img))
		a = stranger.sends("/api/cards/"+code+"/picture", out.Bytes())
		if a.status != 200 || a.at("same") != false || len(a.list("spots")) != 1 || a.list("spots")[0]["x"] != 68.0 || a.list("spots")[0]["y"] != 1250.0 {
			t.Error(a.raw)
		}
		if a := stranger.sends("/api/cards/"+code+"/picture", []byte("no picture")); a.status != 422 {
			t.Error(a.raw)
		}
		if a := stranger.sends("/api/cards/23456789ABCD/picture", raw); a.status != 404 {
			t.Error(a.raw)
		}
	})
}
