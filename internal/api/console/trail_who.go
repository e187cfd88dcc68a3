package console

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"zhizhou/internal/audit"
	"zhizhou/internal/commerce"
	"zhizhou/internal/ledger"
	"zhizhou/internal/money"
)

const system = "系统"

// doer is what sort of somebody did something.
type doer int

const (
	bySystem doer = iota
	byBuyer
	byStaff   // of is the name
	byChannel // of is the channel, whose company is named: one company, one name
)

// who names an actor, the same wherever it acts in the story.
func (t *trailer) who(by doer, of string) string {
	switch by {
	case byBuyer:
		return cmp.Or(t.buyer, "学员")
	case byStaff:
		return cmp.Or(of, "员工")
	case byChannel:
		company, _, _ := strings.Cut(ledger.Subject(of), "（")
		return cmp.Or(company, "支付通道")
	}
	return system
}

// log is what the log of changes has about a target, newest first.
func (t *trailer) log(target string) ([]audit.Entry, error) {
	rows, known := t.logs[target]
	if known {
		return rows, nil
	}
	rows, err := audit.List(t.ctx, t.Settings.DB, audit.Find{Target: target}, 50)
	t.logs[target] = rows
	return rows, err
}

// staffAt names who did an action about one of targets at that time; "" where the log
// has nobody. The log writes in the same transaction, a moment later.
func (t *trailer) staffAt(at int64, action string, targets ...string) (string, error) {
	for _, target := range targets {
		rows, err := t.log(target)
		if err != nil {
			return "", err
		}
		for _, e := range rows {
			if late := e.At - at; e.Action == action && late >= 0 && late < 1000 {
				return e.ActorName, nil
			}
		}
	}
	return "", nil
}

// whoOfEvent names who was behind an event of an order.
func (t *trailer) whoOfEvent(d commerce.Detail, e commerce.Event) (string, error) {
	var targets []string
	switch e.Kind {
	case "service_done":
		for _, it := range d.Items {
			targets = append(targets, fmt.Sprintf("order_item:%d", it.ID))
		}
	case "held_refund", "held_match", "held_explain":
		for _, p := range d.Payments {
			targets = append(targets, fmt.Sprintf("payment:%d", p.ID))
		}
	case "channel_refund", "refund_abnormal":
		for _, p := range d.Payments {
			if p.Outcome == commerce.Settled {
				return t.who(byChannel, p.Channel), nil
			}
		}
		return t.who(byChannel, ""), nil
	case "gift_received":
		return "领取人", nil
	default:
		return t.who(bySystem, ""), nil
	}
	name, err := t.staffAt(e.At, strings.Replace(e.Kind, "_", ".", 1), targets...)
	return t.who(byStaff, name), err
}

// channelOf is the channel that a refund goes back by; "" where its payment is gone.
func channelOf(d commerce.Detail, r commerce.Refund) string {
	i := slices.IndexFunc(d.Payments, func(p commerce.Payment) bool { return p.ID == r.PaymentID })
	if i < 0 {
		return ""
	}
	return d.Payments[i].Channel
}

// whoOfRefund names who brought a refund about: for one of staff's own, who wrote the
// first line of the log about it.
func (t *trailer) whoOfRefund(r commerce.Refund, channel string) (string, error) {
	switch r.Cause {
	case "requested", "gift_unreceived":
		return t.who(byBuyer, ""), nil
	case "channel":
		return t.who(byChannel, channel), nil
	case "staff":
		rows, err := t.log(fmt.Sprintf("refund:%d", r.ID))
		if err != nil || len(rows) == 0 {
			return t.who(byStaff, ""), err
		}
		return t.who(byStaff, rows[len(rows)-1].ActorName), nil
	}
	return t.who(bySystem, ""), nil
}

// whoDid names who did the last action of a sort about a target, by the log of changes.
func (t *trailer) whoDid(target, action string) (string, error) {
	rows, err := t.log(target)
	for _, e := range rows {
		if e.Action == action {
			return t.who(byStaff, e.ActorName), nil
		}
	}
	return t.who(bySystem, ""), err
}

func (t *trailer) invoices(d commerce.Detail) error {
	rows, err := t.Invoice.Queue(t.ctx, "", d.Order.No, 0, 50)
	if err != nil {
		return err
	}
	for _, v := range rows {
		target := fmt.Sprintf("invoice:%d", v.ID)
		t.at(asked).add(v.RequestedAt, "invoice", "申请开票 ¥"+money.Yuan(v.AmountFen), "", t.who(byBuyer, ""), v.No)
		issuer, err := t.whoDid(target, "invoice.issue")
		if err != nil {
			return err
		}
		t.at(returned).add(v.IssuedAt, "invoice", "已开票 ¥"+money.Yuan(v.AmountFen), "税额 ¥"+money.Yuan(v.TaxFen), issuer, v.Number)
		end := invoiceEnds[v.Status]
		closer := t.who(byBuyer, "") // who asked may take it back
		if end.action != "" {
			if closer, err = t.whoDid(target, end.action); err != nil {
				return err
			}
		}
		t.at(closed).add(v.ClosedAt, "invoice", cmp.Or(end.title, v.Status), v.Reason, closer, cmp.Or(v.Number, v.No))
	}
	return nil
}

// invoiceEnds are the ends of an invoice, with the action of staff that brings it.
var invoiceEnds = map[string]struct{ title, action string }{
	"rejected": {"开票被拒绝", "invoice.reject"}, "cancelled": {"开票申请取消", ""}, "red_issued": {"发票已红冲", "invoice.red_issue"},
}

// decisions lists what staff said to the refunds of an order, oldest first; what a refund
// of their own brings with it is among them.
func (r *routes) decisions(ctx context.Context, d commerce.Detail) ([]EventView, error) {
	t := &trailer{routes: r, ctx: ctx, logs: map[string][]audit.Entry{}}
	out := []EventView{}
	for _, x := range d.Refunds {
		rows, err := t.log(fmt.Sprintf("refund:%d", x.ID))
		if err != nil {
			return nil, err
		}
		for _, e := range slices.Backward(rows) {
			at := e.At
			if late := at - x.DecidedAt; late >= 0 && late < 1000 { // the log is written a moment after
				at = x.DecidedAt
			}
			out = append(out, EventView{at, strings.Replace(e.Action, ".", "_", 1), e.Reason, t.who(byStaff, e.ActorName)})
		}
	}
	return out, nil
}
