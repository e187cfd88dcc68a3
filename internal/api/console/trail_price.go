package console

import (
	"cmp"
	"fmt"

	"zhizhou/internal/commerce"
	"zhizhou/internal/commerce/price"
	"zhizhou/internal/money"
	"zhizhou/internal/naming"
	"zhizhou/internal/points"
)

// rules adds what each rule took off the price, as the buyer confirmed it.
func (t *trailer) rules(d commerce.Detail) {
	for _, a := range d.Order.Frozen().Applied {
		kind := cmp.Or(ruleKinds[a.Kind], "promotion")
		t.at(ordered).about(d.Order.CreatedAt, "discount", a.Label+" −¥"+money.Yuan(a.OffFen), a.Reason, system, naming.Ref{Kind: kind, ID: a.RuleID})
	}
}

// ruleKinds are the rules that are no promotion.
var ruleKinds = map[price.Kind]string{price.Coupon: "user_coupon", price.Experiment: "experiment", price.Member: "product", price.Upgrade: "order_item", price.Points: "points"}

// upgrades adds the lower memberships that the order ended, and gave back.
func (t *trailer) upgrades(d commerce.Detail) error {
	rows, err := t.Commerce.UpgradedBy(t.ctx, d.Order.ID)
	for _, u := range rows {
		note := fmt.Sprintf("剩余 %d/%d 天，折 ¥%s", u.LeftDays, u.TotalDays, money.Yuan(u.OffFen))
		switch u.State {
		case "used", "restored":
			t.at(opened).add(t.since(paid, d.Order.PaidAt), "grant", "升级：结束原会员「"+u.Title+"」", note, system, u.No)
		case "released":
			t.at(closed).add(u.At, "grant", "升级取消：「"+u.Title+"」不变", note, system, u.No)
		}
		if u.State == "restored" {
			t.at(revoked).add(t.since(decided, u.At), "grant", "退款：恢复原会员「"+u.Title+"」", "按结束时剩余的时间恢复", system, u.No)
		}
	}
	return err
}

var pointWords = map[string]string{
	points.Held: "积分占用", points.Spent: "积分抵扣", points.Released: "积分退还", points.Earned: "获得积分", points.Returned: "退款退回积分", points.Reclaimed: "退款收回积分",
}

// points adds the moves of points that the order or its refunds caused.
func (t *trailer) points(d commerce.Detail) error {
	type cause struct{ text, no string }
	causes := []cause{}
	for _, kind := range []string{"hold", "spend", "release", "earn"} {
		causes = append(causes, cause{fmt.Sprintf("%s:%d", kind, d.Order.ID), d.Order.No})
	}
	for _, r := range d.Refunds {
		causes = append(causes, cause{fmt.Sprintf("return:%d", r.ID), r.No}, cause{fmt.Sprintf("reclaim:%d", r.ID), r.No})
	}
	turns := map[string]turn{points.Held: taken, points.Spent: booked, points.Earned: booked}
	for _, c := range causes {
		m, err := t.Points.Past(t.ctx, t.Points.DB, c.text)
		if err != nil {
			return err
		}
		n, known := turns[m.Kind]
		if !known {
			n = returned
		}
		// Held points are spent as they stand: such a move takes from what was held.
		amount := m.Points
		if amount == 0 {
			amount = m.Held
		}
		if amount != 0 {
			t.at(n).add(m.At, "points", pointWords[m.Kind]+fmt.Sprintf(" %+d", amount), m.Note, system, c.no)
		}
	}
	return nil
}
