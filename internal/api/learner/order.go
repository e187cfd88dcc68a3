package learner

import (
	"context"
	"net/http"
	"strings"

	"zhizhou/internal/catalog"
	"zhizhou/internal/commerce"
	"zhizhou/internal/pay"
	"zhizhou/internal/web"
)

// QuoteView is a price with its reasons.
type QuoteView struct {
	Token          string          `json:"token"`
	SKUID          int64           `json:"sku_id"`
	SKUName        string          `json:"sku_name"`
	CourseID       int64           `json:"course_id"`
	CourseTitle    string          `json:"course_title"`
	CoverURL       string          `json:"cover_url"`
	Scene          string          `json:"scene" enum:"boat,report,bird,poem,data,rice,brush,deed"`
	InstructorName string          `json:"instructor_name"`
	PeriodDays     int64           `json:"period_days"`
	PeriodMonths   int64           `json:"period_months"`
	UntilAt        int64           `json:"until_at"`
	Kind           string          `json:"kind" enum:"course,column,lesson,bundle,membership,service,class,deposit"`
	Items          []QuoteItemView `json:"items" nullable:"false"`
	Gift           bool            `json:"gift"`
	InGroup        bool            `json:"in_group"`
	ListFen        int64           `json:"list_fen" doc:"Before every rule"`
	WasFen         int64           `json:"was_fen" doc:"Really charged within 7 days; 0: show nothing crossed out"`
	TotalFen       int64           `json:"total_fen"`
	Lines          []commerce.Line `json:"lines" nullable:"false"`
	NotApplied     []SkippedView   `json:"not_applied" nullable:"false"`
	Channel        string          `json:"channel" doc:"free, or how it will be paid; empty: not sold here"`
	ChannelLabel   string          `json:"channel_label"`
	Channels       []ChannelView   `json:"channels" nullable:"false" doc:"What the buyer may choose from, the usual one first"`
	RefundText     string          `json:"refund_text"`
	TermsText      string          `json:"terms_text" doc:"Must be confirmed by a step of its own"`
	Points         int64           `json:"points" doc:"Paid with; why not, and how many there are, stands in not_applied"`
	EarnPoints     int64           `json:"earn_points" doc:"What paying gives"`
	ExpiresAt      int64           `json:"expires_at"`
	AlreadyOwned   bool            `json:"already_owned"`
}

// QuoteItemView is one line of a quote.
type QuoteItemView struct {
	SKUID    int64  `json:"sku_id"`
	Title    string `json:"title"`
	SKUName  string `json:"sku_name"`
	Quantity int64  `json:"quantity"`
	ListFen  int64  `json:"list_fen"`
	PayFen   int64  `json:"pay_fen"`
}

// ChannelView is a way to pay that is offered.
type ChannelView struct {
	Channel string `json:"channel" enum:"wechat_jsapi,wechat_mini,wechat_h5,wechat_native,wechat_virtual,alipay_wap,alipay_page"`
	Label   string `json:"label"`
}

// SkippedView is a rule that was looked at and not used, with its reason.
type SkippedView struct {
	Kind   string `json:"kind" enum:"newcomer,flash,bargain,group,member,experiment,threshold,coupon,upgrade,points"`
	RuleID int64  `json:"rule_id"`
	Label  string `json:"label"`
	Reason string `json:"reason"`
	// AloneFen is a price that the buyer gives up for the group.
	AloneFen int64 `json:"alone_fen" doc:"What one would cost by it without the group, where that is less; else 0"`
	AtMost   int64 `json:"at_most" doc:"Units that the buyer could still take by it, where more are asked for; else 0"`
}

// OrderView is an order.
type OrderView struct {
	No          string          `json:"no"`
	Status      string          `json:"status" enum:"pending,paid,closed,refunding,refunded"`
	State       string          `json:"state" enum:"pending,paid,group,refunding,to_give,part_refunded,refunded,closed" doc:"As people speak of it"`
	StatusLabel string          `json:"status_label" doc:"The state in words; a refund that nobody answered yet waits"`
	TotalFen    int64           `json:"total_fen"`
	PaidFen     int64           `json:"paid_fen"`
	RefundedFen int64           `json:"refunded_fen"`
	CreatedAt   int64           `json:"created_at"`
	ExpiresAt   int64           `json:"expires_at"`
	PaidAt      int64           `json:"paid_at"`
	Items       []ItemView      `json:"items" nullable:"false"`
	QuoteLines  []commerce.Line `json:"quote_lines" nullable:"false"`
	Refunds     []RefundView    `json:"refunds" nullable:"false"`
	Refundable  RefundableView  `json:"refundable" doc:"Of the line that may be given back, or why none may"`
	Gift        bool            `json:"gift"`
	Auto        bool            `json:"auto" doc:"A renewal that WeChat charges; nobody pays it by hand"`
	GroupID     int64           `json:"group_id"`
	Delivered   bool            `json:"delivered" doc:"What was bought is open, or made into gifts"`
	Channels    []ChannelView   `json:"channels" nullable:"false" doc:"What an unpaid order may be paid through, the usual one first; empty in lists"`
}

// ItemView is a line of an order.
type ItemView struct {
	ID           int64        `json:"id"`
	CourseID     int64        `json:"course_id"`
	Title        string       `json:"title"`
	SKUName      string       `json:"sku_name"`
	PriceFen     int64        `json:"price_fen"`
	PeriodDays   int64        `json:"period_days"`
	CoverURL     string       `json:"cover_url"`
	Kind         string       `json:"kind" enum:"course,column,lesson,bundle,membership,service,class,deposit"`
	ProductID    int64        `json:"product_id"`
	Quantity     int64        `json:"quantity"`
	PeriodMonths int64        `json:"period_months"`
	UntilAt      int64        `json:"until_at"`
	RefundedFen  int64        `json:"refunded_fen"`
	RefundText   string       `json:"refund_text" doc:"The promise it was sold with"`
	Service      *ServiceView `json:"service" doc:"How a service stands; null for other kinds, and for gifts: it is the receivers' affair"`
	Scene        string       `json:"scene" enum:"boat,report,bird,poem,data,rice,brush,deed"`
}

// RefundView is a refund.
type RefundView struct {
	No          string `json:"no"`
	Status      string `json:"status" enum:"requested,approved,processing,succeeded,rejected,abnormal"`
	StatusLabel string `json:"status_label"`
	AmountFen   int64  `json:"amount_fen"`
	ItemID      int64  `json:"item_id" doc:"The line it is about; 0: the payment, not a line"`
	Title       string `json:"title" doc:"Of that line"`
	Reason      string `json:"reason"`
	Reply       string `json:"reply"`
	RequestedAt int64  `json:"requested_at"`
	FinishedAt  int64  `json:"finished_at"`
}

// RefundableView tells whether a refund may be asked for.
type RefundableView struct {
	ItemID  int64  `json:"item_id"`
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
	pay.AlipayWap: "支付宝", pay.AlipayPage: "支付宝",
}

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
				SKUID     int64           `json:"sku_id,omitempty" doc:"One thing, once; or items"`
				Items     []commerce.Want `json:"items,omitempty" maxItems:"20"`
				Gift      bool            `json:"gift,omitempty" doc:"To be given away: as many as wanted"`
				Group     bool            `json:"group,omitempty" doc:"In a group"`
				GroupID   int64           `json:"group_id,omitempty" doc:"The group to join; 0: a new one"`
				CouponIDs []int64         `json:"coupon_ids,omitempty" maxItems:"10" doc:"Chosen coupons of the wallet; none: the best"`
				NoCoupon  bool            `json:"no_coupon,omitempty"`
				Points    bool            `json:"points,omitempty" doc:"Pay a part with points"`
			}
		},
		) (*web.Body[QuoteView], error) {
			b := in.Body
			if b.SKUID != 0 {
				b.Items = []commerce.Want{{SKUID: b.SKUID, Quantity: 1}}
			}
			o, err := r.Commerce.QuoteFor(ctx, commerce.Ask{
				UserID: web.UserID(ctx), Platform: platform(ctx), Wants: b.Items, Gift: b.Gift, Group: b.Group || b.GroupID > 0, GroupID: b.GroupID, Coupons: b.CouponIDs, NoCoupon: b.NoCoupon, Points: b.Points,
			})
			if err != nil {
				return nil, err
			}
			v := quoteView(o)
			if v.Channels, err = r.offered(ctx, o.Quote); err != nil {
				return nil, err
			}
			return web.Answer(v), nil
		})
	place := order("order_place", http.MethodPost, "/api/orders", "Order what was quoted")
	place.Agreed = true
	web.Handle(r.web, place,
		func(ctx context.Context, in *struct {
			Keyed
			Body struct {
				QuoteToken     string `json:"quote_token" maxLength:"3000"`
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
				Channel   string `json:"channel,omitempty" enum:"wechat_jsapi,wechat_mini,wechat_h5,wechat_native,wechat_virtual,alipay_wap,alipay_page" doc:"The buyer's choice among those offered; none: the usual one"`
			}
		},
		) (*web.Body[PayView], error) {
			back := in.Body.ReturnURL
			if !strings.HasPrefix(back, r.PublicURL+"/") {
				back = r.PublicURL + "/"
			}
			a, err := r.Commerce.Pay(ctx, commerce.PayInput{
				UserID: web.UserID(ctx), OrderNo: in.No, Platform: platform(ctx), ClientIP: web.CallerOf(ctx).Address, ReturnURL: back, Channel: pay.Channel(in.Body.Channel),
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
				ItemID int64  `json:"item_id,omitempty" doc:"The line; 0: the only one"`
				Reason string `json:"reason" maxLength:"800"`
			}
		},
		) (*web.Body[OrderView], error) {
			if _, err := r.Commerce.RequestRefund(ctx, web.UserID(ctx), in.No, in.Key, in.Body.ItemID, in.Body.Reason); err != nil {
				return nil, err
			}
			o, err := r.Commerce.Order(ctx, web.UserID(ctx), in.No)
			return r.orderAnswer(ctx, o, err)
		})
}

// offered lists the channels that a quote may be paid through.
func (r *routes) offered(ctx context.Context, q commerce.Quote) ([]ChannelView, error) {
	out := []ChannelView{}
	channels, err := r.Commerce.Offered(ctx, platform(ctx), q)
	for _, c := range channels {
		out = append(out, ChannelView{string(c), channelLabels[c]})
	}
	return out, err
}

func first(keys []int64) int64 {
	if len(keys) == 0 {
		return 0
	}
	return keys[0]
}

// scene is the drawn picture for what has no cover; some kinds of goods name none.
func scene(name string) string {
	if name == "" {
		return catalog.Scenes[0]
	}
	return name
}
