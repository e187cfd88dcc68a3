package console

import (
	"context"
	"net/http"

	"zhizhou/internal/account"
	"zhizhou/internal/commerce"
	"zhizhou/internal/web"
)

// HeldView is money that came without a claim on goods, and what may be done.
type HeldView struct {
	ID            int64    `json:"id"`
	OrderNo       string   `json:"order_no"`
	UserID        int64    `json:"user_id"`
	Nickname      string   `json:"nickname"`
	Title         string   `json:"title"`
	Channel       string   `json:"channel"`
	OutTradeNo    string   `json:"out_trade_no"`
	TransactionID string   `json:"transaction_id" doc:"The channel's number"`
	AmountFen     int64    `json:"amount_fen" doc:"Asked for"`
	ReceivedFen   int64    `json:"received_fen" doc:"What came"`
	Cause         string   `json:"cause" enum:"mismatch,late,duplicate,settled"`
	Reason        string   `json:"reason"`
	PaidAt        int64    `json:"paid_at"`
	State         string   `json:"state" enum:"waiting,returning,returned,matched,explained"`
	StateLabel    string   `json:"state_label"`
	RefundID      int64    `json:"refund_id"`
	RefundError   string   `json:"refund_error"`
	DecisionNote  string   `json:"decision_note"`
	DecidedAt     int64    `json:"decided_at"`
	DecidedBy     string   `json:"decided_by"`
	Actions       []string `json:"actions" nullable:"false" doc:"refund, match, explain, retry"`
}

var heldLabels = map[string]string{
	commerce.HeldWaiting: "待处理", commerce.HeldReturning: "退回中", commerce.HeldReturned: "已退回", commerce.HeldMatched: "已对上订单", commerce.HeldExplained: "已记说明",
}

func heldView(h commerce.Held) HeldView {
	return HeldView{
		ID: h.ID, OrderNo: h.OrderNo, UserID: h.UserID, Nickname: h.Nickname, Title: h.Title, Channel: h.Channel, OutTradeNo: h.OutTradeNo, TransactionID: h.TransactionID,
		AmountFen: h.AmountFen, ReceivedFen: h.ReceivedFen, Cause: h.Outcome, Reason: h.Reason(), PaidAt: h.PaidAt, State: h.State, StateLabel: heldLabels[h.State],
		RefundID: h.RefundID, RefundError: h.RefundError, DecisionNote: h.DecisionNote, DecidedAt: h.DecidedAt, DecidedBy: h.DecidedBy, Actions: h.Actions(),
	}
}

func (r *routes) held() {
	const tag = "console order"
	web.Handle(r.web, route("held", http.MethodGet, "held-payments", "Money without a claim on goods, newest first", tag, account.PermOrderRead),
		func(ctx context.Context, in *struct {
			web.PageQuery
			State string `query:"state" enum:"waiting,returning,returned,matched,explained,"`
			No    string `query:"no" maxLength:"64" doc:"Of the order, of the attempt, or the channel's"`
		},
		) (*web.Body[web.List[HeldView]], error) {
			before, err := in.Keys(1)
			if err != nil {
				return nil, err
			}
			rows, err := r.Commerce.HeldPayments(ctx, commerce.HeldFilter{State: in.State, No: in.No}, first(before), in.Limit+1)
			if err != nil {
				return nil, err
			}
			return web.Answer(web.Page(rows, in.Limit, heldView, func(h commerce.Held) []int64 { return []int64{h.ID} })), nil
		})
	web.Handle(r.web, route("held_decide", http.MethodPost, "held-payments/{id}/decide", "Give it back, match it to its order, or note how it was solved", tag, account.PermRefundDecide),
		func(ctx context.Context, in *struct {
			ByID
			Body struct {
				Decision string `json:"decision" enum:"refund,match,explain"`
				Note     string `json:"note" minLength:"2" maxLength:"300"`
			}
		},
		) (*web.Body[HeldView], error) {
			h, err := r.Commerce.DecideHeld(ctx, in.ID, in.Body.Decision, in.Body.Note)
			if err != nil {
				return nil, err
			}
			return web.Answer(heldView(h)), nil
		})
	web.Handle(r.web, route("refund_check", http.MethodPost, "refunds/{id}/check", "Ask the channel about a refund on its way", tag, account.PermOrderRead),
		func(ctx context.Context, in *ByID) (*web.Body[RefundView], error) {
			x, err := r.Commerce.CheckRefund(ctx, in.ID)
			if err != nil {
				return nil, err
			}
			return web.Answer(refundView(x)), nil
		})
}
