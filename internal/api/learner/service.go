package learner

import (
	"context"
	"net/http"

	"zhizhou/internal/commerce"
	"zhizhou/internal/web"
)

// ServiceView is how a service stands that was bought or received.
type ServiceView struct {
	State   string `json:"state" enum:"waiting,done,cancelled"`
	Label   string `json:"label"`
	Note    string `json:"note" doc:"What staff said when it was done"`
	GivenAt int64  `json:"given_at" doc:"The day on which it was given; 0: not said"`
	DoneAt  int64  `json:"done_at"`
}

// OwnServiceView is a service that is given to the caller.
type OwnServiceView struct {
	ID          int64       `json:"id"`
	Title       string      `json:"title"`
	SKUName     string      `json:"sku_name"`
	Quantity    int64       `json:"quantity"`
	CoverURL    string      `json:"cover_url" doc:"Empty: draw the scene"`
	Scene       string      `json:"scene" enum:"boat,report,bird,poem,data,rice,brush,deed"`
	OrderNo     string      `json:"order_no" doc:"The caller's own order; empty: received as a gift"`
	Giver       string      `json:"giver" doc:"Who gave it; empty: bought"`
	Refunding   bool        `json:"refunding" doc:"Its money is asked back"`
	RefundLabel string      `json:"refund_label" doc:"How that stands, in words"`
	At          int64       `json:"at" doc:"When it was paid or received"`
	Service     ServiceView `json:"service"`
}

var serviceLabels = map[string]string{commerce.ServiceWaiting: "待交付", commerce.ServiceDone: "已交付", commerce.ServiceCancelled: "已取消"}

// serviceView shows how a line's service stands to whom it is given. To the giver of a
// gift it says nothing: what staff wrote is the receiver's.
func serviceView(o commerce.Order, it commerce.Item) *ServiceView {
	if it.ServiceState == "" || o.Gift {
		return nil
	}
	return &ServiceView{it.ServiceState, serviceLabels[it.ServiceState], it.ServiceNote, it.ServiceGivenAt, it.ServiceDoneAt}
}

func (r *routes) services() {
	web.Handle(r.web, web.Route{ID: "own_services", Method: http.MethodGet, Path: "/api/me/services", Summary: "Services that are given to the caller, newest first", Tag: "me", Need: web.Learner},
		func(ctx context.Context, in *struct{ web.PageQuery }) (*web.Body[web.List[OwnServiceView]], error) {
			after, err := in.Keys(2)
			if err != nil {
				return nil, err
			}
			var at, id int64
			if len(after) == 2 {
				at, id = after[0], after[1]
			}
			rows, err := r.Commerce.OwnServices(ctx, web.UserID(ctx), at, id, in.Limit+1)
			if err != nil {
				return nil, err
			}
			return web.Answer(web.Page(rows, in.Limit, func(x commerce.OwnService) OwnServiceView {
				return OwnServiceView{
					ID: x.ID, Title: x.Title, SKUName: x.SKUName, Quantity: x.Quantity, CoverURL: imageURL(x.Cover), Scene: scene(x.Scene), OrderNo: x.OrderNo, Giver: x.Giver, Refunding: x.Refund != "", RefundLabel: RefundLabels[x.Refund], At: x.At,
					Service: ServiceView{x.State, serviceLabels[x.State], x.Note, x.GivenAt, x.DoneAt},
				}
			}, func(x commerce.OwnService) []int64 { return []int64{x.At, x.ID} })), nil
		})
}
