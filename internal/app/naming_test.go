package app_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"zhizhou/internal/campaign"
	"zhizhou/internal/catalog"
	"zhizhou/internal/naming"
	"zhizhou/internal/shop"
)

// The log says by name what was changed and what the change mentions, with what to
// open; a page of it asks once for all names.
func TestTheLogNamesWhatItIsAbout(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		owner := w.staff("owner")
		_, no, _ := w.buyer(9400)
		course := must(w.app.Catalog.CreateCourse(w.system(), 0, "写作课"))(t).ID
		w.ok(w.app.Catalog.SetParts(w.system(), must(w.app.Catalog.AddGoods(w.system(), catalog.KindBundle, "全套", 0))(t), []catalog.PartRef{{Kind: "course", RefID: course}}))
		must(w.app.Shop.Save(w.system(), shop.Goods{Kind: shop.Material, Title: "写作清单", Body: "先说结论", PricePoints: 10, Stock: 5, PerUser: 1}))(t)
		c := w.campaign(campaign.Campaign{Title: "林间抽卡", Kind: campaign.Journey, Cause: "study", NewcomerDays: 7, Prizes: []campaign.Prize{{Kind: campaign.Points, Amount: 5, Title: "积分", Stock: 5, Step: "lessons", Need: 1}}})
		operator := w.teacher("operator", 0)
		move := fmt.Sprintf("/api/console/campaigns/%d/state", c.ID)
		operator.want(422, "campaign_invalid", "POST", move, map[string]any{"to": "paused", "reason": " "})
		operator.want(204, "", "POST", move, map[string]any{"to": "paused", "reason": "奖品写错了"})
		if row := operator.want(200, "", "GET", "/api/console/campaigns", nil).item(0, "items"); row.str("phase") != "paused" {
			t.Error(row.raw)
		}
		if a := owner.want(200, "", "GET", "/api/console/audit?action=campaign.paused", nil); !strings.Contains(a.raw, "奖品写错了") {
			t.Errorf("which of the two, and why: %s", a.raw)
		}
		owner.with("log-refund").want(200, "", "POST", "/api/console/orders/"+no+"/refunds", map[string]any{"amount_fen": 100, "reason": "协商退款"})

		log := owner.want(200, "", "GET", "/api/console/audit?limit=50", nil)
		found := map[string]string{}
		for i := range log.at("items").([]any) {
			row := log.item(i, "items")
			for j := range row.at("names").([]any) {
				n := row.item(j, "names")
				kind, _, _ := strings.Cut(n.str("ref"), ":")
				found[kind+" "+n.str("name")] = n.str("opens") + " " + n.str("key")
			}
		}
		for name, want := range map[string]string{"campaign 林间抽卡": "campaigns ", "shop_goods 写作清单": "shop_goods ", "course 写作课": fmt.Sprintf("course %d", course), "product 全套": "product ", "refund ": "order " + no} {
			ok := false
			for k, opens := range found {
				ok = ok || strings.HasPrefix(k, name) && strings.HasPrefix(opens, want)
			}
			if !ok {
				t.Errorf("%q does not lead to %q: %v", name, want, found)
			}
		}
		refs := make([]naming.Ref, 0, 300)
		for n := range int64(299) {
			refs = append(refs, naming.Ref{Kind: "course", ID: n + 1})
		}
		names := must(naming.Of(context.Background(), w.app.DB, append(refs, naming.Ref{Kind: "course", ID: course})))(t)
		if len(names) != 1 || names[naming.Ref{Kind: "course", ID: course}].Name != "写作课" {
			t.Errorf("%v", names)
		}
		w.clock.Advance(40 * 24 * time.Hour)
		if row := w.back("operator", 0).want(200, "", "GET", "/api/console/campaigns", nil).item(0, "items"); row.str("phase") != "over" {
			t.Error("a campaign whose end has passed goes on", row.raw)
		}
	})
}
