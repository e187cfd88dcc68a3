package app_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"zhizhou/internal/card"
	"zhizhou/internal/db"
	"zhizhou/internal/id"
)

var (
	qTrialUser    = db.Q("test/trial_user", `INSERT INTO users (id, nickname, created_at) VALUES ($1, '试', $2)`)
	qTrialSubject = db.Q("test/trial_subject", `INSERT INTO card_subjects (experiment_id, user_id, variant_id, seen_at) VALUES ($1, $2, $3, $4)`)
	qTrialShare   = db.Q("test/trial_share", `INSERT INTO shares (id, code, user_id, kind, target_id, variant_id, title, channel, depth, request, day, created_at) VALUES ($1, $2, $3, 'card', 0, $4, '', 'link', 1, $2, 20260101, $5)`)
	qTrialJoin    = db.Q("test/trial_join", `INSERT INTO share_joins (user_id, share_id, first_share_id, touches, joined_at) VALUES ($1, $2, $2, 1, $3)`)
	qTrialSeen    = db.Q("test/trial_seen", `SELECT COUNT(*) FROM card_subjects WHERE user_id = $1`)
	qTrialOf      = db.Q("test/trial_of", `SELECT variant_id FROM shares WHERE code = $1`)
	qTrialStarted = db.Q("test/trial_started", `UPDATE card_experiments SET started_at = $2, looked_at = $2 WHERE id = $1`)
)

// people plants people of a variant, so many of whom brought somebody within their week.
func (w *world) people(experiment, variant int64, n, bringing int, seen int64) {
	w.t.Helper()
	w.ok(w.app.DB.Tx(context.Background(), func(ctx context.Context, tx *db.Tx) error {
		for i := range n {
			who := id.New()
			if _, err := tx.Exec(ctx, qTrialUser, who, seen); err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, qTrialSubject, experiment, who, variant, seen); err != nil {
				return err
			}
			if i >= bringing {
				continue
			}
			s, friend := id.New(), id.New()
			if _, err := tx.Exec(ctx, qTrialShare, s, fmt.Sprint(s), who, variant, seen); err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, qTrialUser, friend, seen); err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, qTrialJoin, friend, s, seen+3600_000); err != nil {
				return err
			}
		}
		return nil
	}))
}

// Each person sees one variant, from the first time on; what they hand on bears it; who
// wins for certain is used, nothing is called certain without a difference.
func TestCardExperiments(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		staff, p := w.schoolStaff("operator"), w.learner("13900139971", nil)
		code, cardID := p.hasCard()
		_, _, before := w.raw("/card/" + code + "/card.png")
		layouts := staff.want(200, "", "GET", "/api/console/card-houses", nil).at("items").([]any)[0].(map[string]any)["layouts"]
		b, _ := json.Marshal(layouts)
		var red map[string]any
		w.ok(json.Unmarshal(b, &red))
		for _, face := range card.Faces {
			red[face].(map[string]any)["layers"].([]any)[0].(map[string]any)["color"] = "#F9E3DC"
		}
		template := staff.want(200, "", "PUT", "/api/console/card-templates/0", map[string]any{"version": 0, "name": "红帆", "course_id": 0, "kinds": []string{}, "partner_id": 0, "layouts": red}).num("id")
		form := map[string]any{"version": 0, "name": "红帆还是白帆", "course_id": 0, "auto_winner": true, "variants": []map[string]any{
			{"label": "现在的", "template_id": 0, "words": "照旧", "weight": 1}, {"label": "红帆", "template_id": template, "words": "这周我学完了一课，你也来？", "weight": 1000},
		}}
		one := map[string]any{"version": 0, "name": "一组", "course_id": 0, "auto_winner": false, "variants": form["variants"].([]map[string]any)[:1]}
		staff.want(422, "", "PUT", "/api/console/card-experiments/0", one)
		// Two variants that look alike compare nothing: by one template, or by one that is on already.
		on := staff.want(200, "", "PUT", "/api/console/card-templates/0", map[string]any{"version": 0, "name": "已启用", "course_id": 0, "kinds": []string{"certificate"}, "partner_id": 0, "layouts": red}).num("id")
		staff.want(204, "", "POST", fmt.Sprintf("/api/console/card-templates/%d/switch", on), map[string]any{"on": true})
		for _, other := range []int64{0, on} {
			alike := map[string]any{"version": 0, "name": "看起来一样", "course_id": 0, "auto_winner": false, "variants": []map[string]any{
				{"label": "现在的", "template_id": 0, "words": "照旧", "weight": 1}, {"label": "另一组", "template_id": other, "words": "照旧", "weight": 1},
			}}
			same := staff.want(200, "", "PUT", "/api/console/card-experiments/0", alike).num("id")
			staff.want(422, "card_experiment_invalid", "POST", fmt.Sprintf("/api/console/card-experiments/%d/start", same), nil)
		}
		exp := staff.want(200, "", "PUT", "/api/console/card-experiments/0", form).num("id")
		at := fmt.Sprintf("/api/console/card-experiments/%d", exp)
		staff.want(204, "", "POST", at+"/start", nil)
		staff.want(409, "card_experiment_state", "POST", at+"/start", nil)
		staff.want(409, "card_experiment_state", "PUT", at, form)
		second := staff.want(200, "", "PUT", "/api/console/card-experiments/0", form).num("id")
		staff.want(409, "card_experiment_state", "POST", fmt.Sprintf("/api/console/card-experiments/%d/start", second), nil)
		staff.want(409, "card_template_tried", "DELETE", fmt.Sprintf("/api/console/card-templates/%d", template), nil)
		staff.want(409, "card_template_tried", "POST", fmt.Sprintf("/api/console/card-templates/%d/switch", template), map[string]any{"on": true})
		staff.want(409, "card_template_tried", "PUT", fmt.Sprintf("/api/console/card-templates/%d", template), map[string]any{"version": 1, "name": "白帆", "course_id": 0, "kinds": []string{}, "partner_id": 0, "layouts": red})

		if w.count(qTrialSeen, p.me()) != 0 {
			t.Fatal("somebody is counted who was shown nothing")
		}
		own := fmt.Sprintf("/api/me/cards/%d", cardID)
		first := p.want(200, "", "GET", own, nil).str("words")
		if again := p.want(200, "", "GET", own, nil).str("words"); again != first || w.count(qTrialSeen, p.me()) != 1 {
			t.Fatal("a person is shown another variant the second time")
		}
		shownRed := first != "照旧" // all but one in a thousand
		if _, _, drawn := w.raw("/card/" + code + "/card.png"); slices.Equal(before, drawn) == shownRed {
			t.Error("the card is not drawn by its variant")
		}
		s := p.want(201, "", "POST", "/api/shares", map[string]any{"kind": "card", "id": cardID, "channel": "friend", "key": "trial-share-1"}).str("code")
		vs := staff.want(200, "", "GET", at, nil)
		variant := func(i int) map[string]any { return vs.at("variants").([]any)[i].(map[string]any) }
		control, red1 := int64(variant(0)["id"].(float64)), int64(variant(1)["id"].(float64))
		mine, of := variant(1), red1
		if !shownRed {
			mine, of = variant(0), control
		}
		if w.count(qTrialOf, s) != of || mine["seen"] != 1.0 || mine["people"] != 0.0 {
			t.Error(vs.raw)
		}

		// A week later with as many who bring as in the control: nothing is certain.
		seen := w.clock.Now().UnixMilli() - 8*24*3600_000
		w.people(exp, control, 150, 15, seen)
		w.people(exp, red1, 150, 16, seen)
		w.write(qTrialStarted, exp, seen)
		w.ok(w.app.Card.LookAt(context.Background()))
		vs = staff.want(200, "", "GET", at, nil)
		if vs.str("status") != "running" || variant(1)["certain"] != 0.0 || variant(1)["known"] != true || variant(1)["people"] != 150.0 || variant(1)["joins"] != 16.0 {
			t.Error(vs.raw)
		}
		// With many more it is, and the template is used for everybody.
		w.people(exp, control, 400, 20, seen)
		w.people(exp, red1, 400, 160, seen)
		w.ok(w.app.Card.LookAt(context.Background())) // looked at a moment ago: not yet again
		if a := staff.want(200, "", "GET", at, nil); a.str("status") != "running" {
			t.Error("looked at twice in a week")
		}
		w.write(qTrialStarted, exp, seen)
		w.ok(w.app.Card.LookAt(context.Background()))
		vs = staff.want(200, "", "GET", at, nil)
		if vs.str("status") != "stopped" || vs.num("winner_id") != red1 || variant(1)["certain"] != 1.0 {
			t.Fatal(vs.raw)
		}
		if a := staff.want(200, "", "GET", fmt.Sprintf("/api/console/card-templates/%d", template), nil); a.str("status") != "on" {
			t.Error("the winner is not used")
		}
		w.clock.Advance(time.Minute)
		w.ok(w.app.Card.LookAt(context.Background()))
		w.sound()
	})
}
