package console

import (
	"context"
	"net/http"

	"zhizhou/internal/account"
	"zhizhou/internal/pay"
	"zhizhou/internal/reconcile"
	"zhizhou/internal/web"
)

// BillView is one payment account's day: what its bill says, and how it compares.
type BillView struct {
	ID         int64  `json:"id"`
	Source     string `json:"source" enum:"wechatpay,wechat_virtual,alipay"`
	Label      string `json:"label"`
	Day        int64  `json:"day" doc:"YYYYMMDD, China"`
	State      string `json:"state" enum:"waiting,failed,differs,matched" doc:"differs: something is open; matched: nothing is"`
	StateLabel string `json:"state_label"`
	Lines      int64  `json:"lines" doc:"Of the bill itself"`
	TradeFen   int64  `json:"trade_fen"`
	RefundFen  int64  `json:"refund_fen"`
	FeeFen     int64  `json:"fee_fen" doc:"What the channel keeps"`
	NetFen     int64  `json:"net_fen"`
	SettlesAt  int64  `json:"settles_at" doc:"When the channel pays the net out"`
	DoneAt     int64  `json:"done_at"`
	TryAt      int64  `json:"try_at" doc:"When it is tried again; 0: not by itself"`
	LastError  string `json:"last_error"`

	Matched       int64 `json:"matched"`
	MissingOurs   int64 `json:"missing_ours"`
	MissingTheirs int64 `json:"missing_theirs"`
	AmountDiffers int64 `json:"amount_differs"`
	StateDiffers  int64 `json:"state_differs"`
	Open          int64 `json:"open" doc:"Differences that nobody has dealt with"`
}

// BillLineView is a difference between a bill and the books.
type BillLineView struct {
	ID              int64    `json:"id"`
	BillID          int64    `json:"bill_id"`
	Source          string   `json:"source" enum:"wechatpay,wechat_virtual,alipay"`
	Day             int64    `json:"day"`
	Kind            string   `json:"kind" enum:"trade,refund"`
	Result          string   `json:"result" enum:"matched,missing_ours,missing_theirs,amount_differs,state_differs"`
	ResultLabel     string   `json:"result_label"`
	Number          string   `json:"number" doc:"Of the payment attempt, or of the refund"`
	OutTradeNo      string   `json:"out_trade_no"`
	TransactionID   string   `json:"transaction_id"`
	OrderNo         string   `json:"order_no" doc:"Empty: no order of ours"`
	RefundID        int64    `json:"refund_id"`
	Channel         string   `json:"channel"`
	TheirsFen       int64    `json:"theirs_fen"`
	OursFen         int64    `json:"ours_fen"`
	TheirsState     string   `json:"theirs_state" doc:"done, pending, failed; empty: not in the bill"`
	OursState       string   `json:"ours_state" doc:"Of the payment or refund; empty: not in the books"`
	FeeFen          int64    `json:"fee_fen"`
	At              int64    `json:"at"`
	Advice          string   `json:"advice"`
	Resolution      string   `json:"resolution" enum:"repaired,confirmed,explained," doc:"Empty: open"`
	ResolutionLabel string   `json:"resolution_label"`
	Reason          string   `json:"reason" doc:"Staff's"`
	Note            string   `json:"note" doc:"What the channel said"`
	ResolvedAt      int64    `json:"resolved_at"`
	ResolvedBy      string   `json:"resolved_by"`
	Actions         []string `json:"actions" nullable:"false" doc:"repair, book, explain"`
}

var (
	sourceLabels = map[string]string{string(pay.SourceWechatPay): "微信支付", string(pay.SourceVirtual): "小程序虚拟支付", string(pay.SourceAlipay): "支付宝"}
	billLabels   = map[string]string{"waiting": "等待账单", "failed": "获取失败", "differs": "有差异", "matched": "已对平"}
	resultLabels = map[string]string{
		reconcile.Matched: "一致", reconcile.MissingOurs: "我方缺失", reconcile.MissingTheirs: "账单缺失", reconcile.AmountDiffers: "金额不同", reconcile.StateDiffers: "状态不同",
	}
	resolutionLabels = map[string]string{"": "待处理", reconcile.Repaired: "已修复", reconcile.Confirmed: "通道已确认", reconcile.Explained: "已记说明"}
)

func billView(b reconcile.Bill) BillView {
	state := b.State
	if state == reconcile.Done {
		state = "matched"
		if b.Open > 0 {
			state = "differs"
		}
	}
	return BillView{
		ID: b.ID, Source: b.Source, Label: sourceLabels[b.Source], Day: b.Day, State: state, StateLabel: billLabels[state], Lines: b.Lines, TradeFen: b.TradeFen, RefundFen: b.RefundFen,
		FeeFen: b.FeeFen, NetFen: b.NetFen, SettlesAt: b.SettlesAt, DoneAt: b.DoneAt, TryAt: b.TryAt, LastError: b.LastError,
		Matched: b.Matched, MissingOurs: b.MissingOurs, MissingTheirs: b.MissingTheirs, AmountDiffers: b.AmountDiffers, StateDiffers: b.StateDiffers, Open: b.Open,
	}
}

func billLineView(l reconcile.Line) BillLineView {
	return BillLineView{
		ID: l.ID, BillID: l.BillID, Source: l.Source, Day: l.Day, Kind: l.Kind, Result: l.Result, ResultLabel: resultLabels[l.Result], Number: l.Number, OutTradeNo: l.OutTradeNo,
		TransactionID: l.TransactionID, OrderNo: l.OrderNo, RefundID: l.RefundID, Channel: l.Channel, TheirsFen: l.TheirsFen, OursFen: l.OursFen, TheirsState: l.TheirsState, OursState: l.OursState,
		FeeFen: l.FeeFen, At: l.At, Advice: l.Advice(), Resolution: l.Resolution, ResolutionLabel: resolutionLabels[l.Resolution], Reason: l.Reason, Note: l.Note,
		ResolvedAt: l.ResolvedAt, ResolvedBy: l.ResolvedName, Actions: l.Actions(),
	}
}

func (r *routes) reconcile() {
	const tag = "console reconcile"
	web.Handle(r.web, route("bills", http.MethodGet, "bills", "Payment accounts by day, newest first", tag, account.PermBillRead),
		func(ctx context.Context, in *struct {
			web.PageQuery
			Source string `query:"source" enum:"wechatpay,wechat_virtual,alipay,"`
			Open   bool   `query:"open" doc:"Only days with something open"`
		},
		) (*web.Body[web.List[BillView]], error) {
			after, err := in.Keys(2)
			if err != nil {
				return nil, err
			}
			day, billID := int64(0), int64(0)
			if len(after) == 2 {
				day, billID = after[0], after[1]
			}
			rows, err := r.Reconcile.Bills(ctx, in.Source, in.Open, day, billID, in.Limit+1)
			if err != nil {
				return nil, err
			}
			return web.Answer(web.Page(rows, in.Limit, billView, func(b reconcile.Bill) []int64 { return []int64{b.Day, b.ID} })), nil
		})
	web.Handle(r.web, route("bill_differences", http.MethodGet, "bill-differences", "What does not match, newest first", tag, account.PermBillRead),
		func(ctx context.Context, in *struct {
			web.PageQuery
			BillID int64  `query:"bill_id" minimum:"0" doc:"0: of all days"`
			Result string `query:"result" enum:"matched,missing_ours,missing_theirs,amount_differs,state_differs," doc:"matched: what does match"`
			Open   bool   `query:"open"`
		},
		) (*web.Body[web.List[BillLineView]], error) {
			before, err := in.Keys(1)
			if err != nil {
				return nil, err
			}
			rows, err := r.Reconcile.Differences(ctx, in.BillID, in.Result, in.Open, first(before), in.Limit+1)
			if err != nil {
				return nil, err
			}
			return web.Answer(web.Page(rows, in.Limit, billLineView, func(l reconcile.Line) []int64 { return []int64{l.ID} })), nil
		})
	web.Handle(r.web, route("bill_run", http.MethodPost, "bills/run", "Fetch and compare a day now, again if it was before", tag, account.PermBillRepair),
		func(ctx context.Context, in *struct {
			Body struct {
				Source string `json:"source" enum:"wechatpay,wechat_virtual,alipay"`
				Day    int64  `json:"day" minimum:"20200101" maximum:"20991231" doc:"YYYYMMDD"`
			}
		},
		) (*web.Body[BillView], error) {
			b, err := r.Reconcile.Run(ctx, pay.Source(in.Body.Source), in.Body.Day)
			if err != nil {
				return nil, err
			}
			return web.Answer(billView(b)), nil
		})
	web.Handle(r.web, route("bill_difference_resolve", http.MethodPost, "bill-differences/{id}/resolve", "Ask the channel and bring the books to its answer, or note how it was solved", tag, account.PermBillRepair),
		func(ctx context.Context, in *struct {
			ByID
			Body struct {
				Action string `json:"action" enum:"repair,book,explain"`
				Reason string `json:"reason" minLength:"2" maxLength:"300"`
			}
		},
		) (*web.Body[BillLineView], error) {
			do := r.Reconcile.Repair
			switch in.Body.Action {
			case reconcile.DoBook:
				do = r.Reconcile.Book
			case reconcile.DoExplain:
				do = r.Reconcile.Explain
			}
			l, err := do(ctx, in.ID, in.Body.Reason)
			if err != nil {
				return nil, err
			}
			return web.Answer(billLineView(l)), nil
		})
}
