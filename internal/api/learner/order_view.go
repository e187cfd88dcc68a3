package learner

import (
	"context"
	"strings"

	"zhizhou/internal/commerce"
	"zhizhou/internal/web"
)

// refundText says the promises of a quote: once where they are the same, else by line.
func refundText(q commerce.Quote) string {
	parts, same := make([]string, 0, len(q.Items)), true
	for _, it := range q.Items {
		same = same && it.RefundText() == q.Items[0].RefundText()
		parts = append(parts, "「"+it.Title+"」"+it.RefundText())
	}
	if same {
		return q.Items[0].RefundText()
	}
	return strings.Join(parts, "\n")
}

func quoteView(o commerce.Offered) QuoteView {
	it := o.Items[0]
	v := QuoteView{
		Token: o.Token, SKUID: it.SKUID, SKUName: it.SKUName, CourseID: it.CourseID, CourseTitle: o.Title(), CoverURL: imageURL(o.Cover), Scene: scene(o.Scene), Kind: it.Kind,
		InstructorName: o.InstructorName, PeriodDays: it.PeriodDays, PeriodMonths: it.PeriodMonths, UntilAt: it.UntilAt, Gift: o.Gift, ListFen: o.ListFen, WasFen: o.WasFen,
		TotalFen: o.TotalFen, Lines: o.Lines, Items: []QuoteItemView{}, Channels: []ChannelView{}, NotApplied: []SkippedView{},
		Channel: string(o.Channel), ChannelLabel: channelLabels[o.Channel], RefundText: refundText(o.Quote),
		TermsText: o.TermsText(), ExpiresAt: o.ExpiresAt, Points: o.Points, EarnPoints: o.Earn, AlreadyOwned: o.Owned,
	}
	for _, i := range o.Items {
		v.Items = append(v.Items, QuoteItemView{i.SKUID, i.Title, i.SKUName, i.Quantity, i.ListFen, i.PayFen})
	}
	for _, n := range o.NotApplied {
		v.NotApplied = append(v.NotApplied, SkippedView{string(n.Kind), n.RuleID, n.Label, n.Reason, n.AloneFen, n.AtMost})
	}
	for _, a := range o.Applied {
		v.InGroup = v.InGroup || a.Kind == "group"
	}
	if o.TotalFen == 0 {
		v.Channel, v.ChannelLabel, v.RefundText = "free", "免费", "免费"
	}
	return v
}

func (r *routes) orderAnswer(ctx context.Context, o commerce.Order, err error) (*web.Body[OrderView], error) {
	if err != nil {
		return nil, err
	}
	d, err := r.Commerce.Detail(ctx, o)
	if err != nil {
		return nil, err
	}
	lines, err := r.Commerce.Refundable(ctx, d)
	can := commerce.Refundable{}
	for _, l := range lines {
		if !can.Allowed {
			can = l
		}
	}
	v := orderView(d, can)
	if err == nil && o.Status == commerce.Pending && !o.Auto {
		v.Channels, err = r.offered(ctx, o.Frozen())
	}
	return web.Answer(v), err
}

// orderView shows an order; can is empty in lists, where it is not asked for.
func orderView(d commerce.Detail, can commerce.Refundable) OrderView {
	o := d.Order
	v := OrderView{
		No: o.No, Status: o.Status, State: d.State, StatusLabel: commerce.OrderWords[d.State], TotalFen: o.TotalFen, PaidFen: o.PaidFen, RefundedFen: o.RefundedFen, CreatedAt: o.CreatedAt, ExpiresAt: o.ExpiresAt,
		PaidAt: o.PaidAt, Items: []ItemView{}, QuoteLines: o.Frozen().Lines, Refunds: []RefundView{}, Channels: []ChannelView{}, Refundable: RefundableView{can.ItemID, can.Allowed, can.Reason, can.MaxFen},
		Gift: o.Gift, Auto: o.Auto, GroupID: o.GroupID, Delivered: o.DeliveredAt > 0,
	}
	titles := map[int64]string{}
	for _, it := range d.Items {
		titles[it.ID] = it.Title
		v.Items = append(v.Items, ItemView{
			ID: it.ID, CourseID: it.CourseID, Title: it.Title, SKUName: it.SKUName, PriceFen: it.PriceFen, PeriodDays: it.PeriodDays, CoverURL: imageURL(it.Cover), Scene: scene(it.Scene),
			Kind: it.Kind, ProductID: it.ProductID, Quantity: it.Quantity, PeriodMonths: it.PeriodMonths, UntilAt: it.UntilAt, RefundedFen: it.RefundedFen,
			RefundText: it.RefundText(), Service: serviceView(o, it),
		})
	}
	for _, x := range d.Refunds {
		if x.OrderItemID != 0 && o.Status == commerce.Paid && x.Status != commerce.RefundRejected && x.Status != commerce.RefundSucceeded {
			v.Status = "refunding"
			if x.Status == commerce.RefundRequested && v.StatusLabel == commerce.OrderWords[commerce.StateRefunding] {
				v.StatusLabel = RefundLabels[x.Status]
			}
		}
		v.Refunds = append(v.Refunds, RefundView{x.No, x.Status, RefundLabels[x.Status], x.AmountFen, x.OrderItemID, titles[x.OrderItemID], x.Reason, x.Reply, x.RequestedAt, x.FinishedAt})
	}
	return v
}
