package console

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"zhizhou/internal/access"
	"zhizhou/internal/account"
	"zhizhou/internal/audit"
	"zhizhou/internal/catalog"
	"zhizhou/internal/clock"
	"zhizhou/internal/commerce"
	"zhizhou/internal/ledger"
	"zhizhou/internal/money"
	"zhizhou/internal/naming"
	"zhizhou/internal/pay/virtual"
	"zhizhou/internal/web"
)

// TrailStep is one thing that happened to an order or because of it.
type TrailStep struct {
	At    int64         `json:"at"`
	Kind  string        `json:"kind" enum:"order,payment,notice,ledger,grant,discount,points,refund,invoice,shipment,event,staff"`
	Title string        `json:"title"`
	Note  string        `json:"note"`
	Who   string        `json:"who" doc:"The learner or member of staff by name, the channel's company, or 系统"`
	Ref   string        `json:"ref" doc:"The number it is known under to others: of an order, of a payment at its channel"`
	About *NameView     `json:"about,omitempty" doc:"What it is about, by name"`
	Lines []PostingView `json:"lines" nullable:"false" doc:"Of an entry in the books"`
	Hash  string        `json:"hash" doc:"SHA-256 of the entry, as its seal takes it in"`
	Seal  int64         `json:"seal" doc:"Number of the seal over the entry; 0: not sealed yet, or no entry"`
}

// TrailView is everything that an order left behind, in time order.
type TrailView struct {
	OrderRow
	Steps []TrailStep `json:"steps" nullable:"false"`
}

// trailer gathers steps; the first error ends the gathering.
type trailer struct {
	*routes
	ctx   context.Context
	turn  turn // of what is added next
	steps []placed
	buyer string
	logs  map[string][]audit.Entry // what staff did about a target, newest first
}

// turn is the place among the steps of one millisecond: causes before effects.
type turn int

const (
	ordered turn = iota
	taken
	tried
	heard
	received
	paid
	happened
	booked
	opened
	delivered
	asked
	decided
	revoked
	returned
	closed
)

type placed struct {
	TrailStep
	turn  turn
	of    naming.Ref // what it is about
	whose naming.Ref // the learner in its note
}

func (t *trailer) at(n turn) *trailer {
	t.turn = n
	return t
}

func (t *trailer) add(at int64, kind, title, note, who, ref string) {
	if at > 0 {
		t.steps = append(t.steps, placed{TrailStep{At: at, Kind: kind, Title: title, Note: note, Who: who, Ref: ref, Lines: []PostingView{}}, t.turn, naming.Ref{}, naming.Ref{}})
	}
}

// about adds a step that is about something of ours, which named gives its name.
func (t *trailer) about(at int64, kind, title, note, who string, of naming.Ref) {
	if t.add(at, kind, title, note, who, ""); at > 0 {
		t.steps[len(t.steps)-1].of = of
	}
}

// named gives every step the names of what it is about, all of them by one statement.
func (t *trailer) named() error {
	var refs []naming.Ref
	for _, s := range t.steps {
		refs = append(refs, s.of, s.whose)
	}
	names, err := naming.Of(t.ctx, t.Settings.DB, refs)
	for i, s := range t.steps {
		if n, known := names[s.of]; known {
			v := nameView(n)
			t.steps[i].About = &v
		}
		if s.whose.ID > 0 {
			t.steps[i].Note = "学员「" + names[s.whose].Name + "」，" + s.Note
		}
	}
	return err
}

// since is at, or the time of a cause of turn n that the same transaction wrote down a
// moment later; 0 stays 0.
func (t *trailer) since(n turn, at int64) int64 {
	out := at
	for _, s := range t.steps {
		if late := s.At - at; at > 0 && s.turn == n && late > 0 && late < 1000 {
			out = max(out, s.At)
		}
	}
	return out
}

// inOrder returns the steps by time, and by turn within a millisecond.
func (t *trailer) inOrder() []TrailStep {
	slices.SortStableFunc(t.steps, func(a, b placed) int { return cmp.Or(cmp.Compare(a.At, b.At), cmp.Compare(a.turn, b.turn)) })
	out := make([]TrailStep, len(t.steps))
	for i, s := range t.steps {
		out[i] = s.TrailStep
	}
	return out
}

// after is a channel's time at, which has whole seconds alone, not before what it
// followed; 0 stays 0.
func after(before, at int64) int64 {
	if at == 0 {
		return 0
	}
	return max(before, at)
}

func (r *routes) trail() {
	web.Handle(r.web, route("order_trail", http.MethodGet, "orders/{no}/trail", "Everything that an order left behind, in time order", "console order", account.PermOrderRead),
		func(ctx context.Context, in *OrderPath) (*web.Body[TrailView], error) {
			o, err := r.Commerce.AnyOrder(ctx, in.No)
			if err != nil {
				return nil, err
			}
			d, err := r.Commerce.Detail(ctx, o)
			if err != nil {
				return nil, err
			}
			u, err := r.Account.User(ctx, o.UserID)
			if err != nil {
				return nil, err
			}
			t := &trailer{routes: r, ctx: ctx, buyer: u.Nickname, logs: map[string][]audit.Entry{}}
			for _, part := range []func(commerce.Detail) error{t.order, t.payments, t.refunds, t.discounts, t.upgrades, t.points, t.grants, t.invoices, t.shipments, t.entries} {
				if err := part(d); err != nil {
					return nil, err
				}
			}
			if err := t.named(); err != nil {
				return nil, err
			}
			row, err := r.Commerce.Row(ctx, o.ID)
			return web.Answer(TrailView{orderRow(row), t.inOrder()}), err
		})
}

func (t *trailer) order(d commerce.Detail) error {
	o := d.Order
	t.at(ordered).add(o.CreatedAt, "order", "下单", "应付 ¥"+money.Yuan(o.TotalFen)+"，原价 ¥"+money.Yuan(o.ListFen), t.who(byBuyer, ""), o.No)
	for _, it := range d.Items {
		t.add(o.CreatedAt, "order", it.Title+" · "+it.SKUName, fmt.Sprintf("%d 份，¥%s", it.Quantity, money.Yuan(it.PriceFen)), t.who(byBuyer, ""), o.No)
	}
	t.rules(d)
	since := o.CreatedAt
	for _, p := range d.Payments {
		if p.Outcome == commerce.Settled {
			since = max(since, p.CreatedAt)
		}
	}
	t.at(paid).add(after(since, o.PaidAt), "order", "订单已付款", "实付 ¥"+money.Yuan(o.PaidFen), system, o.No)
	closer := t.who(bySystem, "")
	if o.ClosedAt < o.ExpiresAt && !o.Auto { // before its time only the buyer closes it
		closer = t.who(byBuyer, "")
	}
	t.at(closed).add(o.ClosedAt, "order", "订单关闭", "", closer, o.No)
	for _, e := range d.Events {
		who, err := t.whoOfEvent(d, e)
		if err != nil {
			return err
		}
		t.at(happened).add(e.At, "event", cmp.Or(eventLabels[e.Kind], e.Kind), e.Note, who, o.No)
	}
	return nil
}

var eventLabels = map[string]string{
	"channel_refund": "支付平台退款", "gift_received": "赠送被领取", "group_succeeded": "拼团成功", "group_failed": "没有成团", "refund_abnormal": "退款异常", "refund_mismatch": "退款金额不符",
	"service_done": "服务已完成", "payment_held": "付款待核对", "payment_late": "订单关闭后到账", "payment_duplicate": "重复支付", "held_refund": "待查款退回", "held_match": "待查款对上订单", "held_explain": "待查款已记说明",
}

var outcomeLabels = map[string]string{commerce.Settled: "入账", commerce.Duplicate: "重复支付", commerce.Late: "订单关闭后到账", "mismatch": "与订单不符"}

func (t *trailer) payments(d commerce.Detail) error {
	for _, p := range d.Payments {
		by := byBuyer
		if d.Order.Auto { // charged under a contract
			by = bySystem
		}
		t.at(tried).add(p.CreatedAt, "payment", "发起支付", ledger.Subject(p.Channel)+" ¥"+money.Yuan(p.AmountFen), t.who(by, ""), p.OutTradeNo)
		t.at(received).add(after(p.CreatedAt, p.PaidAt), "payment", "收到付款："+outcomeLabels[p.Outcome], "¥"+money.Yuan(p.AmountFen)+" "+p.Note, t.who(byChannel, p.Channel), p.TransactionID)
		if err := t.staff(fmt.Sprintf("payment:%d", p.ID)); err != nil {
			return err
		}
	}
	rows, err := t.Commerce.Notices(t.ctx, d.Order.ID)
	for _, n := range rows {
		t.at(heard).add(n.ReceivedAt, "notice", "通道通知："+cmp.Or(noticeLabels[n.EventType], "其他消息"), strings.TrimSpace(n.Number+" "+n.Note), t.who(byChannel, n.Channel), n.EventID)
	}
	return err
}

// noticeLabels are the channels' own words for their messages in Chinese.
var noticeLabels = map[string]string{
	"TRANSACTION.SUCCESS": "付款成功", "REFUND.SUCCESS": "退款成功", "REFUND.ABNORMAL": "退款异常", "REFUND.CLOSED": "退款关闭",
	"trade_status_sync/TRADE_SUCCESS": "付款成功", "trade_status_sync/TRADE_FINISHED": "交易完成", "trade_status_sync/TRADE_CLOSED": "交易关闭", "trade_status_sync/WAIT_BUYER_PAY": "等待付款",
	virtual.EventDeliver: "付款成功，通知发货", virtual.EventRefund: "退款结果", virtual.EventIOSInquiry: "苹果询问是否退款",
}

// staff adds what people did about a target, as the log of changes has it.
func (t *trailer) staff(target string) error {
	rows, err := t.log(target)
	for _, e := range rows {
		of, _ := naming.Parse(e.Target)
		t.at(decided).about(e.At, "staff", cmp.Or(staffLabels[e.Action], e.Action), e.Reason, t.who(byStaff, e.ActorName), of)
	}
	return err
}

var staffLabels = map[string]string{
	"refund.approve": "同意退款", "refund.reject": "拒绝退款", "refund.first_approval": "同意退款（待复核）", "refund.retry": "重新退款",
	"held.refund": "待查款：退回", "held.match": "待查款：对上订单", "held.explain": "待查款：记说明",
}

func (t *trailer) refunds(d commerce.Detail) error {
	for _, r := range d.Refunds {
		amount := "¥" + money.Yuan(r.AmountFen)
		channel := channelOf(d, r)
		who, err := t.whoOfRefund(r, channel)
		if err != nil {
			return err
		}
		t.at(asked).add(r.RequestedAt, "refund", "退款单 "+amount, r.Reason, who, r.No)
		if r.FinishedAt > 0 {
			t.at(returned).add(r.FinishedAt, "refund", "退款到账 "+amount, "", t.who(byChannel, channel), cmp.Or(r.ChannelRefundID, r.No))
		} else if r.Status == commerce.RefundAbnormal {
			t.at(returned).add(cmp.Or(r.DecidedAt, r.RequestedAt), "refund", "退款异常", r.LastError, t.who(byChannel, channel), r.No)
		}
		if err := t.staff(fmt.Sprintf("refund:%d", r.ID)); err != nil {
			return err
		}
	}
	return nil
}

func (t *trailer) discounts(d commerce.Detail) error {
	rows, err := t.Commerce.TakenBy(t.ctx, d.Order.ID)
	names := map[string]string{"sku": "库存", "promotion": "活动名额", "coupon": "优惠券", "seat": "拼团席位"}
	states := map[string]string{"held": "已占用", "sold": "已使用", "released": "已退还"}
	kinds := map[string]string{"coupon": "user_coupon", "seat": "group"}
	for _, x := range rows {
		t.at(map[string]turn{"held": taken, "sold": booked, "released": revoked}[x.State]).about(x.At, "discount", strings.TrimSpace(names[x.Kind]+" "+x.Name)+states[x.State], fmt.Sprintf("%d 份", x.Units), system, naming.Ref{Kind: cmp.Or(kinds[x.Kind], x.Kind), ID: x.RefID})
	}
	return err
}

// titleOf names what was opened as 「title」; "" where nobody knows its title any more.
func (t *trailer) titleOf(d commerce.Detail, kind string, resourceID int64) string {
	for _, it := range d.Items {
		known := map[string]int64{"course": it.CourseID}[kind]
		if kind != "course" && kind == it.Kind {
			known = it.ProductID
		}
		if it.Kind == kind && known == resourceID {
			return "「" + it.Title + "」"
		}
	}
	if kind == "course" { // of a bundle
		if c, _, err := t.Catalog.Course(t.ctx, 0, resourceID); err == nil {
			return "「" + c.Title + "」"
		}
	}
	return ""
}

func (t *trailer) grants(d commerce.Detail) error {
	var sources []access.Source
	for _, it := range d.Items {
		sources = append(sources, access.OrderItem(it.ID))
	}
	if d.Order.Gift {
		gifts, err := t.Commerce.GiftIDs(t.ctx, d.Order.ID)
		if err != nil {
			return err
		}
		for _, g := range gifts {
			sources = append(sources, access.Gift(g))
		}
	}
	day := func(ms int64) string { return time.UnixMilli(ms).In(clock.China).Format(time.DateOnly) }
	for _, src := range sources {
		rows, err := t.Access.GrantsOf(t.ctx, src)
		if err != nil {
			return err
		}
		for _, g := range rows {
			kind := catalog.KindNames[g.ResourceKind]
			if slices.ContainsFunc(d.Items, func(it commerce.Item) bool { return it.Kind == catalog.KindColumn && it.CourseID == g.ResourceID }) {
				kind = catalog.KindNames[catalog.KindColumn]
			}
			what, until := kind+t.titleOf(d, g.ResourceKind, g.ResourceID), "长期有效"
			given, taken := "授权"+what, "收回"+what+"授权"
			if g.UntilAt > 0 {
				until = day(g.StartsAt) + " 至 " + day(g.UntilAt)
			}
			if g.ResourceKind == catalog.KindService { // given by people: nothing opens
				given, taken, until = "待交付"+what, "不再交付"+what, "等工作人员交付"
			}
			t.at(opened).add(g.CreatedAt, "grant", given, until, system, "")
			t.steps[len(t.steps)-1].whose = naming.Ref{Kind: "user", ID: g.UserID}
			t.at(revoked).add(t.since(decided, g.RevokedAt), "grant", taken, g.RevokeReason, system, "")
		}
	}
	done := "已开通"
	if !slices.ContainsFunc(d.Items, func(it commerce.Item) bool { return it.Kind != catalog.KindService }) {
		done = "等待交付"
	}
	t.at(delivered).add(t.since(opened, d.Order.DeliveredAt), "order", done, "", system, d.Order.No)
	return nil
}

func (t *trailer) shipments(d commerce.Detail) error {
	rows, err := t.Shipping.Of(t.ctx, d.Order.ID)
	for _, s := range rows {
		t.at(returned).about(cmp.Or(s.FinishedAt, s.SentAt), "shipment", "发货信息"+shipmentLabels[s.State], s.Note, "微信", naming.Ref{Kind: "payment", ID: s.PaymentID})
	}
	return err
}

func (t *trailer) entries(d commerce.Detail) error {
	rows, err := ledger.OfOrder(t.ctx, t.Settings.DB, d.Order.ID)
	for _, e := range rows {
		s := TrailStep{At: e.At, Kind: "ledger", Title: "记账：" + ledger.KindLabel(e.Kind), Who: system, Lines: []PostingView{}, Hash: e.Hash, Seal: e.Seal}
		for _, l := range e.Lines {
			s.Lines = append(s.Lines, PostingView{e.Kind, l.Account, ledger.Label(l.Account), l.DebitFen, l.CreditFen, e.At})
		}
		n := booked
		if e.RefKind == "refund" {
			n = returned
		}
		t.steps = append(t.steps, placed{s, n, naming.Ref{Kind: e.RefKind, ID: e.RefID}, naming.Ref{}})
	}
	return err
}
