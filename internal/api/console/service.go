package console

import (
	"context"
	"net/http"

	"zhizhou/internal/account"
	"zhizhou/internal/commerce"
	"zhizhou/internal/web"
)

// ServiceView is how a service stands that was bought.
type ServiceView struct {
	State   string `json:"state" enum:"waiting,done,cancelled"`
	Note    string `json:"note" doc:"Shown to whom it is given: the buyer, or the receivers of a gift"`
	GivenAt int64  `json:"given_at" doc:"The day on which it was given; 0: not said"`
	DoneAt  int64  `json:"done_at"`
	DoneBy  string `json:"done_by" doc:"The member of staff who said so"`
	Blocked string `json:"blocked" doc:"Why it cannot be marked as done now, in words; empty: it can, or is settled"`
}

// WaitingServiceView is a paid service that staff still have to give.
type WaitingServiceView struct {
	ItemID      int64  `json:"item_id"`
	OrderNo     string `json:"order_no"`
	UserID      int64  `json:"user_id"`
	Nickname    string `json:"nickname"`
	PhoneMasked string `json:"phone_masked"`
	Title       string `json:"title"`
	SKUName     string `json:"sku_name"`
	Quantity    int64  `json:"quantity"`
	PriceFen    int64  `json:"price_fen"`
	RefundedFen int64  `json:"refunded_fen"`
	Gift        bool   `json:"gift" doc:"Its copies go to others"`
	Unreceived  int64  `json:"unreceived" doc:"Copies of a gift that nobody has yet: they come first"`
	Receivers   string `json:"receivers" doc:"Who received the copies, with masked phones"`
	Refunding   bool   `json:"refunding" doc:"Decide the refund first"`
	PaidAt      int64  `json:"paid_at"`
}

func serviceView(d commerce.Delivery) *ServiceView {
	if d.State == "" {
		return nil
	}
	return &ServiceView{d.State, d.Note, d.GivenAt, d.DoneAt, d.DoneBy, d.Blocked()}
}

func (r *routes) services() {
	const tag = "console order"
	web.Handle(r.web, route("services", http.MethodGet, "services", "Paid services that staff still have to give, the longest waiting first", tag, account.PermServiceGive),
		func(ctx context.Context, in *struct{ web.PageQuery }) (*web.Body[web.List[WaitingServiceView]], error) {
			after, err := in.Keys(1)
			if err != nil {
				return nil, err
			}
			rows, err := r.Commerce.WaitingServices(ctx, first(after), in.Limit+1)
			if err != nil {
				return nil, err
			}
			return web.Answer(web.Page(rows, in.Limit, func(x commerce.WaitingService) WaitingServiceView {
				return WaitingServiceView{x.ItemID, x.OrderNo, x.UserID, x.Nickname, x.PhoneMasked, x.Title, x.SKUName, x.Quantity, x.PriceFen, x.RefundedFen, x.Gift, x.Unreceived, x.Receivers, x.Refunds > 0, x.PaidAt}
			}, func(x commerce.WaitingService) []int64 { return []int64{x.ItemID} })), nil
		})
	web.Handle(r.web, route("service_give", http.MethodPost, "orders/{no}/services/{id}", "Mark a paid service as done, which earns its money", tag, account.PermServiceGive),
		func(ctx context.Context, in *struct {
			OrderPath
			ID   int64 `path:"id" doc:"Of the order's line"`
			Body struct {
				Note    string `json:"note" minLength:"2" maxLength:"800" doc:"Shown to whom it is given"`
				GivenAt int64  `json:"given_at,omitempty" doc:"The day on which it was given, ms"`
			}
		},
		) (*web.Body[OrderDetail], error) {
			if err := r.Commerce.GiveService(ctx, in.No, commerce.Given{ItemID: in.ID, Note: in.Body.Note, At: in.Body.GivenAt}); err != nil {
				return nil, err
			}
			return r.orderDetail(ctx, in.No)
		})
}
