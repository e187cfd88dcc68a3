package commerce

import (
	"context"

	"zhizhou/internal/db"
)

// OwnService is a service that is given to somebody: bought for themselves, or received
// as a gift. Who gave it away sees only how many copies were received.
type OwnService struct {
	ID       int64 // of the order's line, or of the gift
	Title    string
	SKUName  string `db:"sku_name"`
	Quantity int64
	OrderNo  string // of their own order; "": received
	Giver    string // who gave it; "": bought
	Cover    string
	Scene    string
	State    string
	Note     string // what staff said when it was done
	GivenAt  int64  // the day on which it was given, ms; 0: not said
	DoneAt   int64
	Refund   string // the state of one of it that is asked for or on its way; "": none
	At       int64  // when it was paid or received, ms
}

var qOwnServices = db.Q("commerce/own_services", `SELECT x.id, x.title, x.sku_name, x.quantity, x.order_no, x.giver, COALESCE(p.cover, '') AS cover, COALESCE(p.scene, '') AS scene, d.state, d.note, d.given_at, d.done_at,
		COALESCE((SELECT MAX(f.status) FROM refunds f WHERE f.order_item_id = x.item_id AND f.status IN ('requested', 'approved', 'processing', 'abnormal')), '') AS refund, x.at FROM (
		SELECT i.id, i.id AS item_id, i.product_id, i.title, i.sku_name, i.quantity, o.no AS order_no, '' AS giver, o.paid_at AS at FROM orders o JOIN order_items i ON i.order_id = o.id
			WHERE o.user_id = $1 AND o.paid_at > 0 AND NOT o.gift AND i.kind = 'service'
		UNION ALL SELECT g.id, i.id, i.product_id, i.title, i.sku_name, 1, '', u.nickname, g.received_at FROM gifts g JOIN order_items i ON i.id = g.order_item_id JOIN users u ON u.id = g.giver_id
			WHERE g.receiver_id = $1 AND i.kind = 'service'
		) x JOIN service_deliveries d ON d.order_item_id = x.item_id LEFT JOIN products p ON p.id = x.product_id
	WHERE CAST($2 AS BIGINT) = 0 OR x.at < $2 OR (x.at = $2 AND x.id < $3) ORDER BY x.at DESC, x.id DESC LIMIT $4`)

// OwnServices lists what is given to a user, newest first, after the one of that time
// and id (0: from the start).
func (s *Service) OwnServices(ctx context.Context, userID, at, id int64, limit int) ([]OwnService, error) {
	var rows []OwnService
	err := s.DB.List(ctx, qOwnServices, &rows, userID, at, id, limit)
	return rows, err
}
