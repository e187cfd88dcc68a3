package app_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"zhizhou/internal/catalog"
	"zhizhou/internal/clock"
	"zhizhou/internal/commerce"
	"zhizhou/internal/commerce/price"
	"zhizhou/internal/db"
)

// found returns the numbers of the orders that staff's list gives for a query.
func (p *person) found(query string) []string {
	p.w.t.Helper()
	a := p.want(200, "", "GET", "/api/console/orders?"+query, nil)
	var out []string
	for i := range a.at("items").([]any) {
		out = append(out, a.item(i, "items").str("no"))
	}
	return out
}

// Staff find an order by the state it is in, by what they were told of it, by date, kind
// and channel; the list says the same state that it is found by.
func TestOrdersAreFound(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		c := w.app.Commerce
		_, service := w.goods(catalog.KindService, "一小时辅导", 0, catalog.Goods{}, nil, catalog.SKU{Name: "一小时", PriceFen: 5000})
		buyer := w.learner("13800139821", nil)
		q := func(sku int64) answer { return buyer.quoted(map[string]any{"sku_id": sku}) }
		closed := buyer.placed(q(w.sku), "found-closed").str("no")
		buyer.want(200, "", "POST", "/api/orders/"+closed+"/close", nil)
		part := buyer.paid(q(w.sku), "found-part")
		must(c.StaffRefund(w.system(), part, "found-refund-1", 0, 1000, "协商退款"))(t)
		w.settleRefunds()
		gone := buyer.paid(q(service), "found-gone")
		must(c.StaffRefund(w.system(), gone, "found-refund-2", 0, 0, "协商退款"))(t)
		w.settleRefunds()
		w.clock.Advance(48 * time.Hour)
		since := clock.MS(w.clock)
		plain := buyer.paid(q(service), "found-paid")
		w.ok(c.GiveService(w.system(), plain, commerce.Given{Note: "做完了"}))
		todo := buyer.paid(q(service), "found-todo")
		other := w.learner("13900009822", nil)
		back := other.paid(other.quoted(map[string]any{"sku_id": w.sku}), "found-back")
		other.with("found-asked").want(200, "", "POST", "/api/orders/"+back+"/refunds", map[string]any{"reason": "不想学了"})
		w.promote(commerce.PromotionChange{Kind: "group", PriceFen: 4000, GroupSize: 2, GroupHours: 24, Scope: price.Scope{SKUs: []int64{service}}})
		waiting := other.paid(other.quoted(map[string]any{"sku_id": service, "group": true}), "found-group")
		pending := other.placed(other.quoted(map[string]any{"sku_id": service}), "found-pending").str("no")

		staff := w.staff("support")
		all := []string{pending, waiting, back, todo, plain, gone, part, closed}
		for query, want := range map[string][]string{
			"": all, "limit=50": all,
			"state=pending": {pending}, "state=paid": {plain}, "state=group": {waiting}, "state=refunding": {back},
			"state=to_give": {todo}, "state=part_refunded": {part}, "state=refunded": {gone}, "state=closed": {closed},
			"q=" + part[:4]: {part}, "q=" + strings.ToLower(part[:9]): {part}, "q=" + part[16:]: {part}, "q=" + part[10:]: {part}, "q=" + part: {part}, "q=" + part[4:12]: nil,
			"q=9822": {pending, waiting, back}, "q=13900009822": {pending, waiting, back}, "q=13700009822": nil, "q=982": nil, "q=%E9%82%80%E8%AF%B7": nil,
			fmt.Sprintf("q=%d", buyer.me()): {todo, plain, gone, part, closed}, fmt.Sprintf("user_id=%d&state=closed", buyer.me()): {closed},
			fmt.Sprintf("from=%d", since): {pending, waiting, back, todo, plain}, fmt.Sprintf("to=%d", since): {gone, part, closed}, fmt.Sprintf("from=%d&kind=service&state=paid", since): {plain},
			"kind=service": {pending, waiting, todo, plain, gone}, "kind=course": {back, part, closed}, "kind=bundle": nil,
			"channel=wechat_native": {waiting, back, todo, plain, gone, part}, "channel=wechat_native&kind=course": {back, part}, "channel=alipay_page": nil, "channel=free": nil,
			"q=9822&state=group": {waiting},
		} {
			if got := staff.found(query); !slices.Equal(got, want) {
				t.Errorf("%s finds %v, want %v", query, got, want)
			}
		}
		for no, label := range map[string]string{pending: "待支付", waiting: "等待成团", back: "退款中", todo: "待交付", plain: "已支付", gone: "已退款", part: "部分退款", closed: "已关闭"} {
			if o := staff.want(200, "", "GET", "/api/console/orders/"+no, nil); o.str("status_label") != label {
				t.Errorf("the page says %s, want %s", o.str("status_label"), label)
			}
			row := staff.want(200, "", "GET", "/api/console/orders?q="+no, nil).item(0, "items")
			if row.str("status_label") != label || strings.Contains(row.raw, "13900009822") || row.str("phone_masked") == "" {
				t.Errorf("the list says %s, want %s", row.raw, label)
			}
		}
		// Buyers read the same words; a refund that nobody answered yet says what it waits for.
		mine := map[string]string{pending: "待支付", waiting: "等待成团", back: "等待审核", todo: "待交付", plain: "已支付", gone: "已退款", part: "部分退款", closed: "已关闭"}
		for who, count := range map[*person]int{buyer: 5, other: 3} {
			list := who.want(200, "", "GET", "/api/orders?limit=20", nil)
			for i := range count {
				row := list.item(i, "items")
				no := row.str("no")
				page := who.want(200, "", "GET", "/api/orders/"+no, nil)
				if row.str("status_label") != mine[no] || page.str("status_label") != mine[no] || page.str("state") != row.str("state") {
					t.Errorf("a buyer's list says %s, the page %s, want %s", row.str("status_label"), page.str("status_label"), mine[no])
				}
			}
		}
		if why := other.want(200, "", "GET", "/api/orders/"+back, nil).str("refundable", "reason"); why != "退款申请等待审核" {
			t.Errorf("a refund that is asked for says %s", why)
		}
		// Page by page it is the same list.
		var pages []string
		cursor := ""
		for range 5 {
			a := staff.want(200, "", "GET", "/api/console/orders?kind=service&limit=1&cursor="+cursor, nil)
			pages, cursor = append(pages, a.item(0, "items").str("no")), a.str("next_cursor")
		}
		if !slices.Equal(pages, []string{pending, waiting, todo, plain, gone}) || cursor != "" {
			t.Errorf("page by page %v, then %q", pages, cursor)
		}
	})
}

// Every way to look for orders uses its index, so that a shop's millionth order is found
// as fast as its first.
func TestOrdersAreFoundByIndex(t *testing.T) {
	w := newWorld(t, db.SQLite)
	file := must(sql.Open("sqlite", w.app.Config.DatabaseURL))(t)
	t.Cleanup(func() { _ = file.Close() })
	for name, index := range map[string][]string{
		"status": {"orders_status_idx"}, "waiting": {"orders_waiting_idx"}, "part_refunded": {"orders_part_refunded_idx"}, "refunding": {"refunds_status_idx"}, "to_give": {"service_deliveries_waiting_idx"},
		"user": {"orders_user_id_idx"}, "date": {"orders_created_at_idx"}, "kind": {"order_items_kind_idx"}, "channel": {"payments_settled_idx"},
		"found": {"orders_no_head_idx", "orders_no_tail_idx", "users_phone_tail_idx"},
	} {
		var plan []string
		args := []any{0, 21, "closed", 7, 1, 2, "course", "wechat_native"}
		if name == "found" {
			args = append(args, "ABCD", "ABCD", "ABCD", "1234", "", 0)
		}
		i := slices.IndexFunc(db.Statements(), func(q *db.Stmt) bool { return q.Name == "commerce/orders_"+name })
		rows, err := file.QueryContext(context.Background(), "EXPLAIN QUERY PLAN "+db.Statements()[i].Text(db.SQLite), args...)
		w.ok(err)
		for rows.Next() {
			var id, parent, unused int64
			var detail string
			w.ok(rows.Scan(&id, &parent, &unused, &detail))
			plan = append(plan, detail)
		}
		w.ok(errors.Join(rows.Err(), rows.Close()))
		for _, i := range index {
			if text := strings.Join(plan, "\n"); !strings.Contains(text, i) {
				t.Errorf("%s does not use %s:\n%s", name, i, text)
			}
		}
	}
}
