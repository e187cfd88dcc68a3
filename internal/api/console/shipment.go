package console

import (
	"context"
	"net/http"

	"zhizhou/internal/account"
	"zhizhou/internal/shipping"
	"zhizhou/internal/web"
)

// ShipmentView is what WeChat is to be told of one payment.
type ShipmentView struct {
	ID         int64  `json:"id" doc:"Of the payment"`
	State      string `json:"state" enum:"pending,shipped,settled,refunded,unmanaged,stuck"`
	StateLabel string `json:"state_label"`
	Note       string `json:"note"`
	DueAt      int64  `json:"due_at" doc:"When a pending one is asked about next"`
	Tries      int64  `json:"tries"`
	FinishedAt int64  `json:"finished_at"`
}

// ShipmentRow is a shipment in the list.
type ShipmentRow struct {
	ShipmentView
	OrderNo string `json:"order_no"`
	Title   string `json:"title"`
	PaidAt  int64  `json:"paid_at"`
}

var shipmentLabels = map[string]string{"pending": "待上传", "shipped": "已发货", "settled": "已结算", "refunded": "已退款", "unmanaged": "不需要", "stuck": "需要处理"}

func shipmentView(s shipping.Shipment) ShipmentView {
	return ShipmentView{ID: s.PaymentID, State: s.State, StateLabel: shipmentLabels[s.State], Note: s.Note, DueAt: s.DueAt, Tries: s.Tries, FinishedAt: s.FinishedAt}
}

func (r *routes) shipments() {
	const tag = "console order"
	web.Handle(r.web, route("shipments", http.MethodGet, "shipments", "Shipping information for WeChat, newest first", tag, account.PermOrderRead),
		func(ctx context.Context, in *struct {
			web.PageQuery
			State string `query:"state" enum:"pending,shipped,settled,refunded,unmanaged,stuck,"`
		},
		) (*web.Body[web.List[ShipmentRow]], error) {
			before, err := in.Keys(1)
			if err != nil {
				return nil, err
			}
			rows, err := r.Shipping.List(ctx, in.State, first(before), in.Limit+1)
			if err != nil {
				return nil, err
			}
			return web.Answer(web.Page(rows, in.Limit, func(s shipping.Row) ShipmentRow {
				return ShipmentRow{shipmentView(s.Shipment), s.OrderNo, s.Title, s.PaidAt}
			}, func(s shipping.Row) []int64 { return []int64{s.PaymentID} })), nil
		})
	web.Handle(r.web, quiet(route("shipment_retry", http.MethodPost, "shipments/{id}/retry", "Upload stuck shipping information again", tag, account.PermRefundDecide)),
		func(ctx context.Context, in *struct {
			ByID
			Body struct {
				Reason string `json:"reason" minLength:"2" maxLength:"300"`
			}
		},
		) (*struct{}, error) {
			return nil, r.Shipping.Retry(ctx, in.ID, in.Body.Reason)
		})
}
