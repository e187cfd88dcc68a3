package learner

import (
	"context"
	"net/http"
	"strings"

	"zhizhou/internal/commerce"
	"zhizhou/internal/pay"
	"zhizhou/internal/web"
)

// QuoteView is a price with its reasons.
type QuoteView struct {
	Token          string             `json:"token"`
	SKUID          int64              `json:"sku_id"`
	SKUName        string             `json:"sku_name"`
	CourseID       int64              `json:"course_id"`
	CourseTitle    string             `json:"course_title"`
	CoverURL       string             `json:"cover_url"`
	Scene          string             `json:"scene" enum:"boat,report,bird,poem,data,rice,brush,deed"`
	InstructorName string             `json:"instructor_name"`
	PeriodDays     int64              `json:"period_days"`
	WasFen         int64              `json:"was_fen" doc:"Really charged within 7 days; 0: show nothing crossed out"`
	TotalFen       int64              `json:"total_fen"`
	Lines          []commerce.Line    `json:"lines" nullable:"false"`
	NotApplied     []commerce.Skipped `json:"not_applied" nullable:"false"`
	Channel        string             `json:"channel" doc:"free, or how it will be paid; empty: not sold here"`
	ChannelLabel   string             `json:"channel_label"`
	RefundText     string             `json:"refund_text"`
	TermsText      string             `json:"terms_text" doc:"Must be confirmed by a step of its own"`
	ExpiresAt      int64              `json:"expires_at"`
	AlreadyOwned   bool               `json:"already_owned"`
}

// OrderView is an order.
type OrderView struct {
	No          string          `json:"no"`
	Status      string          `json:"status" enum:"pending,paid,closed,refunding,refunded"`
	StatusLabel string          `json:"status_label"`
	TotalFen    int64           `json:"total_fen"`
	PaidFen     int64           `json:"paid_fen"`
	RefundedFen int64           `json:"refunded_fen"`
	CreatedAt   int64           `json:"created_at"`
	ExpiresAt   int64           `json:"expires_at"`
	PaidAt      int64           `json:"paid_at"`
	Items       []ItemView      `json:"items" nullable:"false"`
	QuoteLines  []commerce.Line `json:"quote_lines" nullable:"false"`
	Refunds     []RefundView    `json:"refunds" nullable:"false"`
	Refundable  RefundableView  `json:"refundable"`
}

// ItemView is a line of an order.
type ItemView struct {
	ID         int64  `json:"id"`
	CourseID   int64  `json:"course_id"`
	Title      string `json:"title"`
	SKUName    string `json:"sku_name"`
	PriceFen   int64  `json:"price_fen"`
	PeriodDays int64  `json:"period_days"`
	CoverURL   string `json:"cover_url"`
	Scene      string `json:"scene" enum:"boat,report,bird,poem,data,rice,brush,deed"`
}

// RefundView is a refund.
type RefundView struct {
	No          string `json:"no"`
	Status      string `json:"status" enum:"requested,approved,processing,succeeded,rejected,abnormal"`
	StatusLabel string `json:"status_label"`
	AmountFen   int64  `json:"amount_fen"`
	Reason      string `json:"reason"`
	Reply       string `json:"reply"`
	RequestedAt int64  `json:"requested_at"`
	FinishedAt  int64  `json:"finished_at"`
}

// RefundableView tells whether a refund may be asked for.
type RefundableView struct {
	Allowed bool   `json:"allowed"`
	Reason  string `json:"reason"`
	MaxFen  int64  `json:"max_fen"`
}

// PayView is what the client does to pay.
type PayView struct {
	PaymentNo string     `json:"payment_no"`
	Channel   string     `json:"channel"`
	Paid      bool       `json:"paid"`
	Action    ActionView `json:"action"`
}

// ActionView is the next step of paying.
type ActionView struct {
	Type      string             `json:"type" enum:"none,jsapi,redirect,qrcode,virtual"`
	URL       string             `json:"url"`
	JSAPI     *pay.JSAPIParams   `json:"jsapi,omitempty"`
	Virtual   *pay.VirtualParams `json:"virtual,omitempty"`
	ExpiresAt int64              `json:"expires_at"`
}

var channelLabels = map[pay.Channel]string{
	"": "暂不支持", pay.WechatJSAPI: "微信支付", pay.WechatMini: "微信支付", pay.WechatH5: "微信支付", pay.WechatNative: "微信扫码支付", pay.WechatVirtual: "微信虚拟支付",
}

var statusLabels = map[string]string{"pending": "待支付", "paid": "已支付", "closed": "已关闭", "refunding": "退款中", "refunded": "已退款"}

// RefundLabels are the words for a refund's states, shared with the console.
var RefundLabels = map[string]string{
	commerce.RefundRequested: "等待审核", commerce.RefundApproved: "已同意，退款中", commerce.RefundProcessing: "退款中", commerce.RefundSucceeded: "已退款",
	commerce.RefundRejected: "未通过", commerce.RefundAbnormal: "处理中，请联系客服",
}

// Keyed carries the idempotency key of a write that moves money.
type Keyed struct {
	Key string `header:"Idempotency-Key" required:"true" minLength:"8" maxLength:"64" doc:"A UUID kept until success"`
}

// Numbered names an order.
type Numbered struct {
	No string `path:"no" minLength:"8" maxLength:"32"`
}

func (r *routes) orders() {
	order := func(id, method, path, summary string) web.Route {
		return web.Route{ID: id, Method: method, Path: path, Summary: summary, Tag: "order", Need: web.Learner}
	}
	web.Handle(r.web, order("quote", http.MethodPost, "/api/quotes", "Price an offer"),
		func(ctx context.Context, in *struct {
			Body struct {
				SKUID int64 `json:"sku_id"`
			}
		},
		) (*web.Body[QuoteView], error) {
			o, err := r.Commerce.QuoteFor(ctx, web.UserID(ctx), in.Body.SKUID, platform(ctx))
			if err != nil {
				return nil, err
			}
			return web.Answer(quoteView(o)), nil
		})
	web.Handle(r.web, order("order_place", http.MethodPost, "/api/orders", "Order what was quoted"),
		func(ctx context.Context, in *struct {
			Keyed
			Body struct {
				QuoteToken     string `json:"quote_token" maxLength:"600"`
				TermsConfirmed bool   `json:"terms_confirmed"`
			}
		},
		) (*web.Body[OrderView], error) {
			o, err := r.Commerce.Place(ctx, commerce.Place{
				UserID: web.UserID(ctx), Platform: platform(ctx), IdempotencyKey: in.Key, QuoteToken: in.Body.QuoteToken, TermsConfirmed: in.Body.TermsConfirmed,
			})
			return r.orderAnswer(ctx, o, err)
		})
	web.Handle(r.web, order("orders", http.MethodGet, "/api/orders", "The learner's orders"),
		func(ctx context.Context, in *struct{ web.PageQuery }) (*web.Body[web.List[OrderView]], error) {
			before, err := in.Keys(1)
			if err != nil {
				return nil, err
			}
			rows, err := r.Commerce.OrdersOf(ctx, web.UserID(ctx), first(before), in.Limit+1)
			if err != nil {
				return nil, err
			}
			page := web.Page(rows, in.Limit, func(o commerce.Order) commerce.Order { return o }, func(o commerce.Order) []int64 { return []int64{o.ID} })
			out := web.List[OrderView]{Items: []OrderView{}, NextCursor: page.NextCursor}
			details, err := r.Commerce.Details(ctx, web.UserID(ctx), page.Items)
			if err != nil {
				return nil, err
			}
			for _, o := range page.Items {
				out.Items = append(out.Items, orderView(details[o.ID], commerce.Refundable{}))
			}
			return web.Answer(out), nil
		})
	web.Handle(r.web, order("order", http.MethodGet, "/api/orders/{no}", "One order"),
		func(ctx context.Context, in *Numbered) (*web.Body[OrderView], error) {
			o, err := r.Commerce.Order(ctx, web.UserID(ctx), in.No)
			return r.orderAnswer(ctx, o, err)
		})
	web.Handle(r.web, order("order_pay", http.MethodPost, "/api/orders/{no}/pay", "Begin to pay"),
		func(ctx context.Context, in *struct {
			Keyed
			Numbered
			Body struct {
				ReturnURL string `json:"return_url,omitempty" maxLength:"300"`
			}
		},
		) (*web.Body[PayView], error) {
			back := in.Body.ReturnURL
			if !strings.HasPrefix(back, r.PublicURL+"/") {
				back = r.PublicURL + "/"
			}
			a, err := r.Commerce.Pay(ctx, commerce.PayInput{
				UserID: web.UserID(ctx), OrderNo: in.No, Platform: platform(ctx), ClientIP: web.CallerOf(ctx).Address, ReturnURL: back,
			})
			if err != nil {
				return nil, err
			}
			v := PayView{PaymentNo: a.OutTradeNo, Channel: string(a.Channel), Paid: a.Paid, Action: ActionView{Type: "none"}}
			if !a.Paid {
				v.Action = ActionView{Type: a.Action.Type, URL: a.Action.URL, JSAPI: a.Action.JSAPI, Virtual: a.Action.Virtual, ExpiresAt: a.Action.ExpiresAt.UnixMilli()}
			}
			return web.Answer(v), nil
		})
	web.Handle(r.web, order("order_sync", http.MethodPost, "/api/orders/{no}/sync", "Ask the channel whether it was paid"),
		func(ctx context.Context, in *Numbered) (*web.Body[OrderView], error) {
			o, err := r.Commerce.Sync(ctx, web.UserID(ctx), in.No)
			return r.orderAnswer(ctx, o, err)
		})
	web.Handle(r.web, order("order_close", http.MethodPost, "/api/orders/{no}/close", "Give up an unpaid order"),
		func(ctx context.Context, in *Numbered) (*web.Body[OrderView], error) {
			o, err := r.Commerce.Close(ctx, web.UserID(ctx), in.No)
			return r.orderAnswer(ctx, o, err)
		})
	web.Handle(r.web, order("refund_request", http.MethodPost, "/api/orders/{no}/refunds", "Ask for the money back"),
		func(ctx context.Context, in *struct {
			Keyed
			Numbered
			Body struct {
				Reason string `json:"reason" maxLength:"800"`
			}
		},
		) (*web.Body[OrderView], error) {
			if _, err := r.Commerce.RequestRefund(ctx, web.UserID(ctx), in.No, in.Key, in.Body.Reason); err != nil {
				return nil, err
			}
			o, err := r.Commerce.Order(ctx, web.UserID(ctx), in.No)
			return r.orderAnswer(ctx, o, err)
		})
}

func first(keys []int64) int64 {
	if len(keys) == 0 {
		return 0
	}
	return keys[0]
}

func quoteView(o commerce.Offered) QuoteView {
	v := QuoteView{
		Token: o.Token, SKUID: o.SKUID, SKUName: o.SKUName, CourseID: o.CourseID, CourseTitle: o.CourseTitle, CoverURL: imageURL(o.Cover), Scene: o.Scene,
		InstructorName: o.InstructorName, PeriodDays: o.PeriodDays, WasFen: o.WasFen, TotalFen: o.TotalFen, Lines: o.Lines, NotApplied: o.NotApplied,
		Channel: string(o.Channel), ChannelLabel: channelLabels[o.Channel], RefundText: commerce.RefundText(o.RefundDays, o.RefundMaxWatchedPercent),
		TermsText: commerce.TermsText, ExpiresAt: o.ExpiresAt, AlreadyOwned: o.Owned,
	}
	if o.TotalFen == 0 {
		v.Channel, v.ChannelLabel, v.RefundText = "free", "免费", "免费课程"
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
	can, err := r.Commerce.Refundable(ctx, d)
	return web.Answer(orderView(d, can)), err
}

// orderView shows an order; can is empty in lists, where it is not asked for.
func orderView(d commerce.Detail, can commerce.Refundable) OrderView {
	o := d.Order
	v := OrderView{
		No: o.No, Status: o.Status, TotalFen: o.TotalFen, PaidFen: o.PaidFen, RefundedFen: o.RefundedFen, CreatedAt: o.CreatedAt, ExpiresAt: o.ExpiresAt,
		PaidAt: o.PaidAt, Items: []ItemView{}, QuoteLines: o.Frozen().Lines, Refunds: []RefundView{}, Refundable: RefundableView{can.Allowed, can.Reason, can.MaxFen},
	}
	for _, it := range d.Items {
		v.Items = append(v.Items, ItemView{it.ID, it.CourseID, it.Title, it.SKUName, it.PriceFen, it.PeriodDays, imageURL(it.Cover), it.Scene})
	}
	for _, x := range d.Refunds {
		if x.OrderItemID != 0 && o.Status == commerce.Paid && x.Status != commerce.RefundRejected && x.Status != commerce.RefundSucceeded {
			v.Status = "refunding"
		}
		v.Refunds = append(v.Refunds, RefundView{x.No, x.Status, RefundLabels[x.Status], x.AmountFen, x.Reason, x.Reply, x.RequestedAt, x.FinishedAt})
	}
	v.StatusLabel = statusLabels[v.Status]
	return v
}
