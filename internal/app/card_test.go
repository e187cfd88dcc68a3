package app_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"fmt"
	"image/png"
	"math/big"
	"net/http"
	"slices"
	"strings"
	"testing"

	"zhizhou/internal/db"
)

var (
	qCardRows    = db.Q("test/card_rows", `SELECT COUNT(*) FROM cards WHERE user_id = $1 AND revoked_at = 0`)
	qCardOfCert  = db.Q("test/card_of_cert", `SELECT part_id FROM cards WHERE user_id = $1 AND kind = 'certificate' AND revoked_at = 0`)
	qCardsOfCert = db.Q("test/cards_of_cert", `SELECT COUNT(*) FROM cards WHERE user_id = $1 AND kind = 'certificate' AND revoked_at = 0`)
	qCardPlanned = db.Q("test/card_planned", `UPDATE courses SET planned_count = 2 WHERE id = $1`)
	qCardForge   = db.Q("test/card_forge", `UPDATE cards SET facts = REPLACE(facts, '"lessons":3', '"lessons":9') WHERE code = $1`)
	qCardLess    = db.Q("test/card_less", `UPDATE lesson_progress SET finished_at = 0 WHERE user_id = $1 AND lesson_id = $2`)
	qCardClosed  = db.Q("test/card_closed", `SELECT COUNT(*) FROM cards WHERE user_id = $1 AND revoke_kind = 'refund'`)
)

// cards are the caller's, by kind.
func (p *person) cards() map[string]map[string]any {
	p.w.t.Helper()
	out := map[string]map[string]any{}
	list, _ := p.want(200, "", "GET", "/api/me/cards", nil).at("items").([]any)
	for _, c := range list {
		row := c.(map[string]any)
		out[row["kind"].(string)] = row
	}
	return out
}

// The whole way of a card: reached, made, looked at by a stranger, told from a forged one,
// and taken back with what it rests on (INV-23).
func TestINV23CardsStateWhatWasReached(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		quizLesson := w.attested(nil)
		p, stranger := w.learner("13900139801", nil), w.person(nil)
		stranger.want(401, "", "GET", "/api/me/cards", nil)
		p.buy(w.sku)
		if n := len(p.cards()); n != 0 {
			t.Fatalf("%d cards before anything was reached", n)
		}
		p.read(w.openText)
		mine := p.cards()
		if len(mine) != 2 || mine["badge"]["part"] != "启程" || mine["lesson"]["lessons"] != 1.0 || mine["lesson"]["lessons_all"] != 3.0 || mine["lesson"]["shown"] != "nickname" {
			t.Fatalf("after a lesson: %v", mine)
		}
		p.read(w.lesson)
		p.passes(quizLesson)
		mine = p.cards()
		if mine["course"] == nil || mine["quiz"] == nil || mine["certificate"] == nil || mine["quiz"]["score_permille"] != 1000.0 || mine["course"]["lessons"] != 3.0 {
			t.Fatalf("at the end: %v", mine)
		}
		n := w.count(qCardRows, p.me())
		p.passes(quizLesson) // reached again: nothing is made twice
		if w.count(qCardRows, p.me()) != n {
			t.Fatal("a milestone made two cards")
		}

		w.sound()

		// What staff take back takes its card along.
		w.ok(w.app.Certificate.Revoke(w.system(), 0, w.count(qCardOfCert, p.me()), "答卷是别人代做的"))
		if w.count(qCardsOfCert, p.me()) != 0 {
			t.Error("the card of a certificate outlived it")
		}
		w.sound()

		course := mine["course"]
		code, id := course["code"].(string), int64(course["id"].(float64))
		seen := stranger.want(200, "", "GET", "/api/cards/"+code, nil)
		if seen.str("state") != "valid" || seen.at("holds") != true || seen.at("signed") != true || seen.num("lessons_now") != 3 || seen.num("minutes") != seen.num("minutes_now") {
			t.Fatal(seen.raw)
		}
		stranger.want(404, "card_gone", "GET", "/api/cards/23456789ABCD", nil)
		w.proves(seen)

		status, head, picture := w.raw("/card/" + code + "/card.png")
		if status != 200 || head.Get("Content-Type") != "image/png" || len(picture) < 20_000 {
			t.Fatalf("picture: %d %v", status, head)
		}
		if status, _, page := w.raw("/card/" + code); status != 200 || !strings.Contains(string(page), "/card/"+code+"/square.png") || !strings.Contains(string(page), "og:image") {
			t.Fatalf("page: %d", status)
		}
		for file, wide := range map[string]int{"small-square.png": 360, "small-card-dark.png": 360, "square.png": 1080} {
			if _, _, b := w.raw("/card/" + code + "/" + file); must(png.DecodeConfig(bytes.NewReader(b)))(t).Width != wide {
				t.Errorf("%s is not %d wide", file, wide)
			}
		}
		for _, bad := range []string{"/card/23456789ABCD", "/card/23456789ABCD/card.png", "/card/" + code + "/other.png", "/card/" + code + "/small-other.png"} {
			if status, _, _ := w.raw(bad); status != http.StatusNotFound {
				t.Errorf("%s: %d", bad, status)
			}
		}

		// How it names its owner counts at once, and for the next one too.
		other := w.learner("13900139802", nil)
		other.want(404, "card_gone", "PUT", fmt.Sprintf("/api/me/cards/%d", id), map[string]any{"shown": "hidden"})
		other.want(404, "card_gone", "GET", fmt.Sprintf("/api/me/cards/%d", id), nil)
		p.want(200, "", "PUT", fmt.Sprintf("/api/me/cards/%d", id), map[string]any{"shown": "hidden"})
		if a := stranger.want(200, "", "GET", "/api/cards/"+code, nil); a.str("name") != "" {
			t.Error("a hidden name is told")
		}
		if _, _, again := w.raw("/card/" + code + "/card.png"); slices.Equal(again, picture) {
			t.Error("the picture still bears the name")
		}
		// A nickname of later comes onto an old card when its owner says so.
		p.want(200, "", "PATCH", "/api/me", map[string]any{"nickname": "望舒"})
		p.want(200, "", "PUT", fmt.Sprintf("/api/me/cards/%d", id), map[string]any{"shown": "nickname"})
		if a := stranger.want(200, "", "GET", "/api/cards/"+code, nil); a.str("name") != "望舒" || a.at("signed") != true || a.at("holds") != true {
			t.Error(a.raw)
		}
		p.want(200, "", "PUT", fmt.Sprintf("/api/me/cards/%d", id), map[string]any{"shown": "hidden"})

		// Evidence that is gone, and a row that was forged: both are seen.
		w.write(qCardLess, p.me(), w.lesson)
		if a := stranger.want(200, "", "GET", "/api/cards/"+code, nil); a.at("holds") != false || a.at("signed") != true || a.num("lessons_now") != 2 {
			t.Error(a.raw)
		}
		w.write(qCardForge, code)
		if a := stranger.want(200, "", "GET", "/api/cards/"+code, nil); a.at("holds") != false || a.at("signed") != false {
			t.Error(a.raw)
		}
	})
}

// proves verifies a card as somebody else would: by the key of the school's DID document.
func (w *world) proves(seen answer) {
	w.t.Helper()
	doc := must(w.app.Certificate.Document(context.Background()))(w.t)
	for _, m := range doc["verificationMethod"].([]any) {
		m := m.(map[string]any)
		if m["id"] != seen.str("method") {
			continue
		}
		key := base58(w.t, m["publicKeyMultibase"].(string)[1:])[2:]
		sig := must(base64.RawURLEncoding.DecodeString(seen.str("signature")))(w.t)
		if !ed25519.Verify(ed25519.PublicKey(key), []byte(seen.str("facts")), sig) {
			w.t.Error("the signature does not verify")
		}
		if ed25519.Verify(ed25519.PublicKey(key), []byte(strings.Replace(seen.str("facts"), `"lessons":3`, `"lessons":4`, 1)), sig) {
			w.t.Error("other facts verify too")
		}
		return
	}
	w.t.Error("the key of a card is not in the school's document")
}

// A refund takes the cards of the course along; what another course proves stays. With
// two accounts that become one, each milestone keeps one card.
func TestCardsFallAndMerge(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		phone := "13900139811"
		p := w.learner(phone, nil)
		no, _ := p.buy(w.sku)
		p.read(w.openText)
		p.read(w.lesson)
		freeLesson := w.firstOf(w.free)
		w.has(w.free, freeLesson, p)
		kept := p.cards()
		w.giveBack(no, 16900)
		for _, c := range p.want(200, "", "GET", "/api/me/cards", nil).at("items").([]any) {
			row := c.(map[string]any)
			if gone := row["revoked_at"] != 0.0; gone != (row["course_id"] == float64(w.paid)) {
				t.Errorf("after the refund: %v", row)
			}
			if row["course_id"] == float64(w.paid) {
				status, _, _ := w.raw("/card/" + row["code"].(string) + "/card.png")
				if a := w.person(nil).want(200, "", "GET", "/api/cards/"+row["code"].(string), nil); a.str("state") != "revoked" || a.str("image_url") != "" || status != http.StatusConflict {
					t.Errorf("a card of what was given back: %d %s", status, a.raw)
				}
			}
		}
		if w.count(qCardClosed, p.me()) == 0 || len(kept) == 0 {
			t.Fatal("nothing fell")
		}

		mini := w.person(map[string]string{"X-Client": "mp-weixin", "X-Os": "android"})
		in := mini.want(200, "", "POST", "/api/auth/mp", map[string]any{"code": w.app.Sandbox.LoginCode("阿卡"), "consents": consents})
		mini.header["Authorization"] = "Bearer " + in.str("token")
		w.has(w.free, freeLesson, mini)
		mini.want(200, "", "POST", "/api/auth/mp/phone", map[string]any{"code": w.app.Sandbox.PhoneCode(phone)})
		seen := map[string]int{}
		for _, c := range p.want(200, "", "GET", "/api/me/cards", nil).at("items").([]any) {
			row := c.(map[string]any)
			if row["revoked_at"] == 0.0 {
				seen[fmt.Sprint(row["kind"], row["part"])]++
			}
		}
		for what, n := range seen {
			if n != 1 {
				t.Errorf("%d cards of %s", n, what)
			}
		}
		w.sound()
	})
}

// A column is finished when all that was promised of it is out and read, not whenever its
// reader has caught up.
func TestCardsOfAColumnWaitForItsEnd(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		k, p := w.column(), w.learner("13900139831", nil)
		w.has(k.id, k.freeIssue, p)
		w.has(k.id, k.issue, p)
		if mine := p.cards(); mine["lesson"] == nil || mine["course"] != nil || mine["chapter"] != nil {
			t.Fatalf("caught up with a column of fifty: %v", mine)
		}
		w.write(qCardPlanned, k.id)
		w.has(k.id, k.issue, p)
		if mine := p.cards(); mine["course"] == nil {
			t.Fatalf("read to its end: %v", mine)
		}
	})
}

// A card is shared by its owner alone, and leads to its public page.
func TestCardsAreShared(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p, other := w.learner("13900139821", nil), w.learner("13900139822", nil)
		w.has(w.free, w.firstOf(w.free), p)
		c := p.cards()["lesson"]
		body := map[string]any{"kind": "card", "id": c["id"], "channel": "moments", "key": "share-card-1"}
		other.want(404, "card_gone", "POST", "/api/shares", body)
		s := p.want(201, "", "POST", "/api/shares", body)
		if s.str("path") != "/card/"+c["code"].(string)+"?s="+s.str("code") {
			t.Fatal(s.raw)
		}
		if a := w.person(nil).lands(s.str("code"), browser(1)); a.str("kind") != "card" {
			t.Fatal(a.raw)
		}
		// The picture that is sent on carries the share; no other picture does.
		at := "/card/" + c["code"].(string) + "/square.png"
		_, _, plain := w.raw(at)
		_, _, tagged := w.raw(at + "?s=" + s.str("code"))
		foreign := other.shares(w.paid, "friend", "share-other-1").str("code")
		_, _, wrong := w.raw(at + "?s=" + foreign)
		if slices.Equal(plain, tagged) || !slices.Equal(plain, wrong) {
			t.Error("the picture does not carry its share, or carries another's")
		}
	})
}

// base58 reads the letters that keys are written in.
func base58(t *testing.T, s string) []byte {
	t.Helper()
	const letters = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
	n := new(big.Int)
	for _, c := range s {
		i := strings.IndexRune(letters, c)
		if i < 0 {
			t.Fatalf("%q is no base58", s)
		}
		n.Mul(n, big.NewInt(58)).Add(n, big.NewInt(int64(i)))
	}
	return n.Bytes()
}
