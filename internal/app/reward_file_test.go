package app_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"zhizhou/internal/campaign"
	"zhizhou/internal/challenge"
	"zhizhou/internal/shop"
)

// A file of the library is fetched by who exchanged points for it or got it from a
// campaign, by nobody else, and stays as long as somebody may fetch it.
func TestRewardsWithFiles(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		editor := w.author()
		res, text := editor.send("清单.txt", "attachment", []byte("一条清单"))
		if res.StatusCode != 204 {
			t.Fatalf("%d %s", res.StatusCode, text)
		}
		file := must(strconv.ParseInt(res.Header.Get("Zz-Asset-Id"), 10, 64))(t)
		res, _ = editor.send("图.png", "image", dot(t))
		picture := must(strconv.ParseInt(res.Header.Get("Zz-Asset-Id"), 10, 64))(t)
		for _, wrong := range []int64{424242, picture} {
			if _, err := w.app.Shop.Save(w.system(), shop.Goods{Kind: shop.Material, RefID: wrong, Title: "清单", PricePoints: 10, Stock: 5, PerUser: 1}); err == nil || !strings.Contains(err.Error(), "shop_invalid") {
				t.Fatalf("file %d: %v", wrong, err)
			}
		}
		if _, err := w.app.Shop.Save(w.system(), shop.Goods{Kind: shop.Material, Title: "空", PricePoints: 10, Stock: 5, PerUser: 1}); err == nil {
			t.Fatal("a material of nothing")
		}
		paper := w.sells(shop.Goods{Kind: shop.Material, RefID: file, Title: "清单", PricePoints: 10, Stock: 5, PerUser: 1})
		words := w.sells(shop.Goods{Kind: shop.Material, Title: "一句话", Body: "先说结论", PricePoints: 10, Stock: 5, PerUser: 1})
		c := w.campaign(campaign.Campaign{Kind: campaign.Journey, Cause: "study", NewcomerDays: 7, Prizes: []campaign.Prize{{Kind: campaign.Material, RefID: file, Title: "新人清单", ValueFen: 100, Stock: 5, Step: "phone", Need: 1}}})

		p, other := w.learner("13900139701", nil), w.learner("13900139702", nil)
		p.collects(100)
		take := func(g shop.Goods) int64 {
			t.Helper()
			return p.want(200, "", "POST", fmt.Sprintf("/api/points-shop/%d/redemptions", g.ID), map[string]any{"points": 10, "key": fmt.Sprint("file-key-", g.ID)}).num("id")
		}
		bought, bare := take(paper), take(words)
		won := p.want(200, "", "POST", fmt.Sprintf("/api/campaigns/%d/claims", c.ID), map[string]any{"prize_id": c.Prizes[0].ID, "device": browser(7)}).num("id")
		for _, at := range []string{fmt.Sprintf("/api/me/redemptions/%d/file", bought), fmt.Sprintf("/api/me/gifts-won/%d/file", won)} {
			if a := p.do("GET", at, nil); a.status != 200 || a.raw != "一条清单" {
				t.Fatalf("%s: %d %s", at, a.status, a.raw)
			}
			other.want(404, "", "GET", at, nil)
			w.person(nil).want(401, "", "GET", at, nil)
		}
		// What was redeemed stays what it was.
		for _, g := range must(w.app.Shop.List(w.system()))(t) {
			same := g
			same.Stock, same.Words = 50, "还有很多"
			if _, err := w.app.Shop.Save(w.system(), same); err != nil {
				t.Fatalf("more of it: %v", err)
			}
			g.Version, g.Title = g.Version+1, "另一样"
			if _, err := w.app.Shop.Save(w.system(), g); err == nil || !strings.Contains(err.Error(), "shop_invalid") {
				t.Fatalf("renamed what was redeemed: %v", err)
			}
		}
		p.want(404, "shop_file", "GET", fmt.Sprintf("/api/me/redemptions/%d/file", bare), nil)
		said := editor.want(200, "", "POST", "/api/console/library/delete", map[string]any{"items": []map[string]any{{"kind": "file", "id": file}}}).item(0, "items")
		if said.at("ok") != false || !strings.Contains(said.str("error"), "活动奖品或积分商品") {
			t.Fatalf("a file that was promised went: %s", said.raw)
		}
		w.sound()
	})
}

// What somebody won stays what it was; of it only odds, stock and place change.
func TestCampaignPrizeWonStays(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := w.system()
		c := w.campaign(campaign.Campaign{Kind: campaign.Journey, Cause: "study", NewcomerDays: 7, Prizes: []campaign.Prize{{Kind: campaign.Material, Body: "先说结论", Title: "清单", ValueFen: 100, Stock: 5, Step: "phone", Need: 1}}})
		p := w.learner("13900139703", nil)
		p.want(200, "", "POST", fmt.Sprintf("/api/campaigns/%d/claims", c.ID), map[string]any{"prize_id": c.Prizes[0].ID, "device": browser(7)})
		w.ok(w.app.Campaign.Move(ctx, c.ID, "paused", "奖品写错了"))
		for name, change := range map[string]func(*campaign.Prize){
			"title": func(x *campaign.Prize) { x.Title = "谢谢参与" }, "body": func(x *campaign.Prize) { x.Body = "下次再来" },
			"need": func(x *campaign.Prize) { x.Need = 2 }, "value": func(x *campaign.Prize) { x.ValueFen = 1 },
		} {
			now := must(w.app.Campaign.Get(ctx, c.ID))(t)
			change(&now.Prizes[0])
			if _, err := w.app.Campaign.Save(ctx, now); err == nil || !strings.Contains(err.Error(), "campaign_prize_used") {
				t.Fatalf("%s of a prize that was won: %v", name, err)
			}
		}
		now := must(w.app.Campaign.Get(ctx, c.ID))(t)
		now.Prizes[0].Stock = 50
		must(w.app.Campaign.Save(ctx, now))(t)
		if g := p.want(200, "", "GET", "/api/me/gifts-won", nil).item(0, "items"); g.str("title") != "清单" || g.str("body") != "先说结论" {
			t.Fatal(g.raw)
		}
	})
}

// What introduces a class plays for everybody who may see the class, is nobody's study,
// and for nobody once no class shows it.
func TestClassClip(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		editor, film := w.author(), w.video()
		classID := w.class(weekly(7), nil)
		at := fmt.Sprintf("/api/classes/%d", classID)
		guest, p := w.person(nil), w.learner("13900139704", nil)
		guest.want(404, "", "POST", at+"/play", nil)
		v := editor.want(200, "", "GET", fmt.Sprintf("/api/console/classes/%d", classID), nil)
		edit := map[string]any{"title": v.str("title"), "about": "", "join_until": 0, "capacity": 100, "teacher": "", "share_weekday": 7, "version": v.num("version"), "clip_id": 424242}
		editor.want(422, "class_invalid", "PUT", fmt.Sprintf("/api/console/classes/%d", classID), edit)
		edit["clip_id"] = film
		editor.want(200, "", "PUT", fmt.Sprintf("/api/console/classes/%d", classID), edit)
		if c := guest.want(200, "", "GET", at, nil); c.num("clip", "asset_id") != film || c.num("clip", "duration_ms") == 0 {
			t.Fatal(c.raw)
		}
		guest.want(200, "", "GET", guest.want(200, "", "POST", at+"/play", nil).str("playlist_url"), nil)
		play := p.want(200, "", "POST", at+"/play", nil)
		if play.str("watermark") == "" {
			t.Fatal(play.raw)
		}
		p.want(200, "", "GET", play.str("playlist_url"), nil)
		beat := fmt.Sprintf("/api/plays/%d/beat", play.num("play_id"))
		if a := p.want(200, "", "POST", beat, map[string]any{"seq": 1, "from_ms": 0, "to_ms": 1000, "position_ms": 1000}); a.num("covered_ms") != 0 {
			t.Fatalf("counted as study: %s", a.raw)
		}
		said := editor.want(200, "", "POST", "/api/console/library/delete", map[string]any{"items": []map[string]any{{"kind": "asset", "id": film}}}).item(0, "items")
		if said.at("ok") != false || !strings.Contains(said.str("error"), "打卡班") {
			t.Fatalf("a clip that is shown went: %s", said.raw)
		}
		w.ok(w.app.Challenge.SetClass(w.system(), 0, classID, challenge.Cancelled, "人数不够"))
		guest.want(404, "", "POST", at+"/play", nil)
		p.want(404, "", "GET", play.str("playlist_url"), nil)
		w.sound()
	})
}
