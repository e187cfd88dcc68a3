package console

import (
	"context"
	"errors"
	"net/http"

	"zhizhou/internal/account"
	"zhizhou/internal/commerce"
	"zhizhou/internal/ledger"
	"zhizhou/internal/pay"
	"zhizhou/internal/web"
)

// OrderRow is an order in the list.
type OrderRow struct {
	No          string `json:"no"`
	UserID      int64  `json:"user_id"`
	Nickname    string `json:"nickname"`
	PhoneMasked string `json:"phone_masked"`
	Status      string `json:"status" enum:"pending,paid,closed,refunded"`
	State       string `json:"state" enum:"pending,paid,group,refunding,to_give,part_refunded,refunded,closed" doc:"As people speak of it"`
	StatusLabel string `json:"status_label" doc:"Of the state"`
	Channel     string `json:"channel" doc:"That its money came by; empty before, and for free ones"`
	Platform    string `json:"platform"`
	Title       string `json:"title"`
	TotalFen    int64  `json:"total_fen"`
	PaidFen     int64  `json:"paid_fen"`
	RefundedFen int64  `json:"refunded_fen"`
	CreatedAt   int64  `json:"created_at"`
	PaidAt      int64  `json:"paid_at"`
}

// OrderDetail is an order with every trace it left.
type OrderDetail struct {
	OrderRow
	ExpiresAt int64          `json:"expires_at"`
	TermsAt   int64          `json:"terms_at" doc:"When the buyer confirmed the terms"`
	Quote     commerce.Quote `json:"quote"`
	Items     []ItemLine     `json:"items" nullable:"false"`
	Payments  []PaymentView  `json:"payments" nullable:"false"`
	Refunds   []RefundView   `json:"refunds" nullable:"false"`
	Events    []EventView    `json:"events" nullable:"false"`
	Trail     []PostingView  `json:"trail" nullable:"false"`
	Shipments []ShipmentView `json:"shipments" nullable:"false" doc:"What WeChat is told of its delivery; mini program payments only"`
	User      UserRow        `json:"user"`
}

// ItemLine is a line of an order.
type ItemLine struct {
	ID          int64        `json:"id"`
	CourseID    int64        `json:"course_id"`
	Title       string       `json:"title"`
	SKUName     string       `json:"sku_name"`
	SKUID       int64        `json:"sku_id"`
	Kind        string       `json:"kind" enum:"course,column,lesson,bundle,membership,service,class,deposit"`
	Quantity    int64        `json:"quantity"`
	ListFen     int64        `json:"list_fen" doc:"Of all copies, before every rule"`
	PriceFen    int64        `json:"price_fen"`
	RefundedFen int64        `json:"refunded_fen"`
	PeriodDays  int64        `json:"period_days"`
	RefundText  string       `json:"refund_text"`
	Service     *ServiceView `json:"service" doc:"How a service stands; null for other kinds"`
}

// PaymentView is an attempt to pay.
type PaymentView struct {
	OutTradeNo    string `json:"out_trade_no"`
	Channel       string `json:"channel"`
	Status        string `json:"status" enum:"created,paid,closed,held"`
	Outcome       string `json:"outcome"`
	AmountFen     int64  `json:"amount_fen"`
	TransactionID string `json:"transaction_id"`
	Note          string `json:"note"`
	CreatedAt     int64  `json:"created_at"`
	PaidAt        int64  `json:"paid_at"`
}

// RefundView is a refund with its evidence.
type RefundView struct {
	ID               int64  `json:"id"`
	No               string `json:"no"`
	OrderNo          string `json:"order_no"`
	Title            string `json:"title"`
	Nickname         string `json:"nickname"`
	Cause            string `json:"cause" enum:"requested,staff,duplicate,late,channel,group_failed,gift_unreceived,sold_out,deposit,class_cancelled"`
	AmountFen        int64  `json:"amount_fen"`
	Reason           string `json:"reason"`
	Reply            string `json:"reply"`
	Status           string `json:"status"`
	StatusLabel      string `json:"status_label"`
	WatchedPercent   int64  `json:"watched_percent" doc:"Studied of the paid minutes, when the refund was asked for"`
	DeliveredPercent int64  `json:"delivered_percent" doc:"Handed out with its keys by then, reported or not"`
	PaidAt           int64  `json:"paid_at"`
	RequestedAt      int64  `json:"requested_at"`
	DecidedAt        int64  `json:"decided_at"`
	FinishedAt       int64  `json:"finished_at"`
	LastError        string `json:"last_error"`
	FirstBy          int64  `json:"first_by" doc:"Approved by this member of staff; another must agree too. 0: nobody yet, or one is enough"`
	Unclaimed        bool   `json:"unclaimed" doc:"Of money that opened nothing: access is not touched"`

	Service *ServiceView `json:"service" doc:"How the service stands whose money it is; null for other goods"`
}

// EventView is something that happened to an order, or that staff decided about its refunds.
type EventView struct {
	At   int64  `json:"at"`
	Kind string `json:"kind" doc:"Of staff's decisions refund_approve, refund_reject, refund_first_approval and refund_retry"`
	Note string `json:"note" doc:"Of a decision, the reply or reason"`
	Who  string `json:"who" doc:"The member of staff who decided; empty for what happened by itself"`
}

// PostingView is a line of the ledger.
type PostingView struct {
	Kind      string `json:"kind"`
	Account   string `json:"account"`
	Label     string `json:"label" doc:"The account in words"`
	DebitFen  int64  `json:"debit_fen"`
	CreditFen int64  `json:"credit_fen"`
	At        int64  `json:"at"`
}

var refundLabels = map[string]string{
	commerce.RefundRequested: "待审核", commerce.RefundApproved: "已同意，待退款", commerce.RefundProcessing: "通道退款中", commerce.RefundSucceeded: "已退款",
	commerce.RefundRejected: "已拒绝", commerce.RefundAbnormal: "异常，待处理",
}

// OrderPath names an order.
type OrderPath struct {
	No string `path:"no" minLength:"8" maxLength:"32"`
}

func (r *routes) orders() {
	const tag = "console order"
	web.Handle(r.web, route("orders", http.MethodGet, "orders", "Orders, newest first", tag, account.PermOrderRead),
		func(ctx context.Context, in *struct {
			web.PageQuery
			State   string `query:"state" enum:"pending,paid,group,refunding,to_give,part_refunded,refunded,closed,"`
			UserID  int64  `query:"user_id"`
			Q       string `query:"q" maxLength:"32" doc:"Beginning or end of a number from four characters on, last four digits of a phone or all of it, or a user's id"`
			From    int64  `query:"from" minimum:"0" doc:"Made since, ms"`
			To      int64  `query:"to" minimum:"0" doc:"Made before, ms"`
			Kind    string `query:"kind" enum:"course,column,lesson,bundle,membership,service,class,deposit,"`
			Channel string `query:"channel" maxLength:"20" doc:"That the money came by, or free"`
		},
		) (*web.Body[web.List[OrderRow]], error) {
			before, err := in.Keys(1)
			if err != nil {
				return nil, err
			}
			rows, err := r.Commerce.Orders(ctx, commerce.Filter{State: in.State, UserID: in.UserID, Words: in.Q, From: in.From, To: in.To, Kind: in.Kind, Channel: in.Channel}, first(before), in.Limit+1)
			if err != nil {
				return nil, err
			}
			return web.Answer(web.Page(rows, in.Limit, orderRow,
				func(o commerce.OrderRow) []int64 { return []int64{o.ID} })), nil
		})
	web.Handle(r.web, route("order", http.MethodGet, "orders/{no}", "An order with every trace", tag, account.PermOrderRead),
		func(ctx context.Context, in *OrderPath) (*web.Body[OrderDetail], error) {
			return r.orderDetail(ctx, in.No)
		})
	web.Handle(r.web, route("order_sync", http.MethodPost, "orders/{no}/sync", "Ask the channel", tag, account.PermOrderRead),
		func(ctx context.Context, in *OrderPath) (*web.Body[OrderDetail], error) {
			o, err := r.Commerce.AnyOrder(ctx, in.No)
			if err != nil {
				return nil, err
			}
			if _, err := r.Commerce.Sync(ctx, o.UserID, in.No); err != nil {
				return nil, err
			}
			return r.orderDetail(ctx, in.No)
		})
	web.Handle(r.web, route("order_refund", http.MethodPost, "orders/{no}/refunds", "Give money back on staff's own decision", tag, account.PermRefundDecide),
		func(ctx context.Context, in *struct {
			OrderPath
			Key  string `header:"Idempotency-Key" required:"true" minLength:"8" maxLength:"64"`
			Body struct {
				ItemID    int64  `json:"item_id,omitempty" doc:"The line; 0: the only one"`
				AmountFen int64  `json:"amount_fen" minimum:"0" doc:"0: all that is left"`
				Reason    string `json:"reason" minLength:"2" maxLength:"800"`
			}
		},
		) (*web.Body[OrderDetail], error) {
			if _, err := r.Commerce.StaffRefund(ctx, in.No, in.Key, in.Body.ItemID, in.Body.AmountFen, in.Body.Reason); err != nil {
				return nil, err
			}
			return r.orderDetail(ctx, in.No)
		})
	r.refunds()
}

func (r *routes) refunds() {
	const tag = "console order"
	web.Handle(r.web, route("refunds", http.MethodGet, "refunds", "Refunds, newest first", tag, account.PermOrderRead),
		func(ctx context.Context, in *struct {
			web.PageQuery
			Status string `query:"status" enum:"requested,approved,processing,succeeded,rejected,abnormal,"`
		},
		) (*web.Body[web.List[RefundView]], error) {
			before, err := in.Keys(1)
			if err != nil {
				return nil, err
			}
			rows, err := r.Commerce.Refunds(ctx, in.Status, first(before), in.Limit+1)
			if err != nil {
				return nil, err
			}
			return web.Answer(web.Page(rows, in.Limit, refundView, func(x commerce.RefundRow) []int64 { return []int64{x.ID} })), nil
		})
	web.Handle(r.web, route("refund_decide", http.MethodPost, "refunds/{id}/decide", "Approve or reject a refund", tag, account.PermRefundDecide),
		func(ctx context.Context, in *struct {
			ByID
			Body struct {
				Approve bool   `json:"approve"`
				Reply   string `json:"reply" maxLength:"800" doc:"Shown to the buyer"`
			}
		},
		) (*web.Body[RefundView], error) {
			if _, err := r.Commerce.Decide(ctx, in.ID, in.Body.Approve, in.Body.Reply); err != nil {
				return nil, err
			}
			x, err := r.Commerce.RefundByID(ctx, in.ID)
			return web.Answer(refundView(x)), err
		})
	web.Handle(r.web, quiet(route("refund_retry", http.MethodPost, "refunds/{id}/retry", "Send an abnormal refund again", tag, account.PermRefundDecide)),
		func(ctx context.Context, in *struct {
			ByID
			Body struct {
				Reason string `json:"reason" minLength:"2" maxLength:"800"`
			}
		},
		) (*none, error) {
			return nil, r.Commerce.RetryRefund(ctx, in.ID, in.Body.Reason)
		})
}

func orderRow(o commerce.OrderRow) OrderRow {
	return OrderRow{
		No: o.No, UserID: o.UserID, Nickname: o.Nickname, PhoneMasked: o.PhoneMasked, Status: o.Status, State: o.State, StatusLabel: commerce.OrderWords[o.State], Channel: o.Channel, Platform: o.Platform, Title: o.Frozen().Title(),
		TotalFen: o.TotalFen, PaidFen: o.PaidFen, RefundedFen: o.RefundedFen, CreatedAt: o.CreatedAt, PaidAt: o.PaidAt,
	}
}

func (r *routes) orderDetail(ctx context.Context, no string) (*web.Body[OrderDetail], error) {
	o, err := r.Commerce.AnyOrder(ctx, no)
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
	row, err := r.Commerce.Row(ctx, o.ID)
	if err != nil {
		return nil, err
	}
	v := OrderDetail{
		OrderRow: orderRow(row), ExpiresAt: o.ExpiresAt, TermsAt: o.TermsAt, Quote: o.Frozen(),
		Items: []ItemLine{}, Payments: []PaymentView{}, Refunds: []RefundView{}, Events: []EventView{}, Trail: []PostingView{}, Shipments: []ShipmentView{},
		User: userRow(account.UserRow{ID: u.ID, Nickname: u.Nickname, Avatar: u.Avatar, PhoneMasked: u.PhoneMasked, CreatedAt: u.CreatedAt}),
	}
	given, err := r.Commerce.ServicesOf(ctx, o.ID)
	if err != nil {
		return nil, err
	}
	for _, it := range d.Items {
		v.Items = append(v.Items, ItemLine{it.ID, it.CourseID, it.Title, it.SKUName, it.SKUID, it.Kind, it.Quantity, it.ListFen, it.PriceFen, it.RefundedFen, it.PeriodDays, it.RefundText(), serviceView(given[it.ID])})
	}
	for _, p := range d.Payments {
		v.Payments = append(v.Payments, PaymentView{p.OutTradeNo, p.Channel, p.Status, p.Outcome, p.AmountFen, p.TransactionID, p.Note, p.CreatedAt, p.PaidAt})
	}
	refunds, err := r.Commerce.RefundsOf(ctx, o.ID)
	if err != nil {
		return nil, err
	}
	for _, x := range refunds {
		v.Refunds = append(v.Refunds, refundView(x))
	}
	for _, e := range d.Events {
		v.Events = append(v.Events, EventView{e.At, e.Kind, e.Note, ""})
	}
	decided, err := r.decisions(ctx, d)
	if err != nil {
		return nil, err
	}
	v.Events = append(v.Events, decided...)
	shipments, err := r.Shipping.Of(ctx, o.ID)
	if err != nil {
		return nil, err
	}
	for _, x := range shipments {
		v.Shipments = append(v.Shipments, shipmentView(x))
	}
	trail, err := ledger.Trail(ctx, r.Settings.DB, o.ID)
	for _, t := range trail {
		v.Trail = append(v.Trail, PostingView{t.Kind, t.Account, ledger.Label(t.Account), t.DebitFen, t.CreditFen, t.At})
	}
	return web.Answer(v), err
}

func refundView(x commerce.RefundRow) RefundView {
	return RefundView{
		ID: x.ID, No: x.No, OrderNo: x.OrderNo, Title: x.Title, Nickname: x.Nickname, Cause: x.Cause, AmountFen: x.AmountFen, Reason: x.Reason,
		Reply: x.Reply, Status: x.Status, StatusLabel: refundLabels[x.Status], WatchedPercent: x.WatchedPercent, DeliveredPercent: x.DeliveredPercent, PaidAt: x.PaidAt, RequestedAt: x.RequestedAt,
		DecidedAt: x.DecidedAt, FinishedAt: x.FinishedAt, LastError: x.LastError, FirstBy: x.FirstBy, Unclaimed: x.OrderItemID == 0, Service: serviceView(x.Delivery),
	}
}

// TestView is what a channel said to a harmless question.
type TestView struct {
	OK      bool   `json:"ok"`
	Code    string `json:"code"`
	Message string `json:"message"`
	Advice  string `json:"advice"`
}

func (r *routes) testChannel(ctx context.Context, in *struct {
	Body struct {
		Channel string `json:"channel" enum:"wechat_jsapi,wechat_h5,wechat_native,wechat_mini,wechat_virtual,wechat_papay,alipay_wap,alipay_page"`
	}
},
) (*web.Body[TestView], error) {
	err := r.TestChannel(ctx, pay.Channel(in.Body.Channel))
	if err == nil {
		return web.Answer(TestView{OK: true, Code: "ok", Message: "连接正常，签名和验签都通过了"}), nil
	}
	if errors.Is(err, commerce.ErrChannel) {
		return web.Answer(TestView{Code: "not_configured", Message: "这个通道还没有配置完整", Advice: fieldAdvice(err)}), nil
	}
	t := pay.Advise(err)
	return web.Answer(TestView{Code: t.Code, Message: t.Msg, Advice: t.Advice}), nil
}
