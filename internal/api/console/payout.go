package console

import (
	"context"
	"net/http"

	"zhizhou/internal/account"
	"zhizhou/internal/reconcile"
	"zhizhou/internal/web"
)

// ClearingView is what a payment account still holds for us.
type ClearingView struct {
	Source     string `json:"source" enum:"wechatpay,wechat_virtual,alipay"`
	Label      string `json:"label"`
	BalanceFen int64  `json:"balance_fen" doc:"Taken, less refunds, fees and what was paid out"`
	Since      int64  `json:"since" doc:"Day (YYYYMMDD, China) of the oldest money in it; 0: none"`
	DueDay     int64  `json:"due_day" doc:"When that should have arrived; 0: none"`
	Late       bool   `json:"late" doc:"More than three days after due_day"`
}

// PayoutView is money that a channel paid out to the bank.
type PayoutView struct {
	ID         int64  `json:"id"`
	Source     string `json:"source" enum:"wechatpay,wechat_virtual,alipay"`
	Label      string `json:"label"`
	AmountFen  int64  `json:"amount_fen"`
	BankDay    int64  `json:"bank_day" doc:"YYYYMMDD, China"`
	Reference  string `json:"reference" doc:"Of the bank or the channel"`
	Note       string `json:"note"`
	State      string `json:"state" enum:"waiting,booked,dropped,reversed"`
	StateLabel string `json:"state_label"`
	CreatedAt  int64  `json:"created_at"`
	CreatedBy  string `json:"created_by"`
	DecidedAt  int64  `json:"decided_at"`
	DecidedBy  string `json:"decided_by"`
	UndoAsked  bool   `json:"undo_asked" doc:"Somebody wants it reversed; another must agree"`
}

var payoutLabels = map[string]string{reconcile.PayoutWaiting: "待复核", reconcile.PayoutBooked: "已入账", reconcile.PayoutDropped: "已撤销", reconcile.PayoutReversed: "已冲回"}

func payoutView(p reconcile.Payout) PayoutView {
	return PayoutView{
		ID: p.ID, Source: p.Source, Label: sourceLabels[p.Source], AmountFen: p.AmountFen, BankDay: p.BankDay, Reference: p.Reference, Note: p.Note, State: p.State, StateLabel: payoutLabels[p.State],
		CreatedAt: p.CreatedAt, CreatedBy: p.CreatedName, DecidedAt: p.DecidedAt, DecidedBy: p.DecidedName, UndoAsked: p.UndoBy > 0 && p.State == reconcile.PayoutBooked,
	}
}

func payoutAnswer(p reconcile.Payout, err error) (*web.Body[PayoutView], error) {
	if err != nil {
		return nil, err
	}
	return web.Answer(payoutView(p)), nil
}

func (r *routes) payouts() {
	const tag = "console finance"
	web.Handle(r.web, route("clearing", http.MethodGet, "clearing", "What the payment accounts still hold, and since when", tag, account.PermBillRead),
		func(ctx context.Context, _ *none) (*web.Body[web.List[ClearingView]], error) {
			rows, err := r.Reconcile.Clearing(ctx)
			out := web.List[ClearingView]{Items: []ClearingView{}}
			for _, w := range rows {
				out.Items = append(out.Items, ClearingView{w.Source, sourceLabels[w.Source], w.BalanceFen, w.Since, w.DueDay, w.Late})
			}
			return web.Answer(out), err
		})
	web.Handle(r.web, route("payouts", http.MethodGet, "payouts", "Money that channels paid out to the bank, newest first", tag, account.PermBillRead),
		func(ctx context.Context, in *struct {
			web.PageQuery
			Source string `query:"source" enum:"wechatpay,wechat_virtual,alipay,"`
			State  string `query:"state" enum:"waiting,booked,dropped,reversed,"`
		},
		) (*web.Body[web.List[PayoutView]], error) {
			before, err := in.Keys(1)
			if err != nil {
				return nil, err
			}
			rows, err := r.Reconcile.Payouts(ctx, in.Source, in.State, first(before), in.Limit+1)
			if err != nil {
				return nil, err
			}
			return web.Answer(web.Page(rows, in.Limit, payoutView, func(p reconcile.Payout) []int64 { return []int64{p.ID} })), nil
		})
	web.Handle(r.web, route("payout_add", http.MethodPost, "payouts", "Register money that arrived at the bank", tag, account.PermBillRepair),
		func(ctx context.Context, in *struct {
			Key  string `header:"Idempotency-Key" required:"true" minLength:"8" maxLength:"64"`
			Body struct {
				Source    string `json:"source" enum:"wechatpay,wechat_virtual,alipay"`
				AmountFen int64  `json:"amount_fen" minimum:"1" maximum:"100000000000"`
				BankDay   int64  `json:"bank_day" minimum:"20200101" maximum:"20991231" doc:"YYYYMMDD"`
				Reference string `json:"reference" maxLength:"260"`
				Note      string `json:"note" maxLength:"800" required:"false"`
			}
		},
		) (*web.Body[PayoutView], error) {
			b := in.Body
			return payoutAnswer(r.Reconcile.AddPayout(ctx, reconcile.PayoutInput{Source: b.Source, AmountFen: b.AmountFen, BankDay: b.BankDay, Reference: b.Reference, Note: b.Note, Key: in.Key}))
		})
	type why struct {
		ByID
		Body struct {
			Reason string `json:"reason" minLength:"2" maxLength:"800"`
		}
	}
	web.Handle(r.web, route("payout_confirm", http.MethodPost, "payouts/{id}/confirm", "Book a payout that another member of staff registered", tag, account.PermBillRepair),
		func(ctx context.Context, in *ByID) (*web.Body[PayoutView], error) {
			return payoutAnswer(r.Reconcile.ConfirmPayout(ctx, in.ID))
		})
	web.Handle(r.web, route("payout_drop", http.MethodPost, "payouts/{id}/drop", "Forget a payout that waits", tag, account.PermBillRepair),
		func(ctx context.Context, in *why) (*web.Body[PayoutView], error) {
			return payoutAnswer(r.Reconcile.DropPayout(ctx, in.ID, in.Body.Reason))
		})
	web.Handle(r.web, route("payout_undo", http.MethodPost, "payouts/{id}/undo", "Take a payout out of the books that was registered wrongly", tag, account.PermBillRepair),
		func(ctx context.Context, in *why) (*web.Body[PayoutView], error) {
			return payoutAnswer(r.Reconcile.UndoPayout(ctx, in.ID, in.Body.Reason))
		})
}
