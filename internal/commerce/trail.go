package commerce

import (
	"context"

	"zhizhou/internal/db"
)

var (
	qNotices = db.Q("commerce/notices", `SELECT id, channel, event_id, event_type, number, received_at, note FROM inbox
		WHERE number IN (SELECT out_trade_no FROM payments WHERE order_id = $1 UNION SELECT no FROM refunds WHERE order_id = $1) ORDER BY received_at, id LIMIT 500`)
	qTaken = db.Q("commerce/taken", `SELECT h.kind, h.ref_id, h.units, h.state, h.at, COALESCE(k.name, p.label, '') AS name FROM order_holds h
		LEFT JOIN user_coupons w ON h.kind = 'coupon' AND w.id = h.ref_id LEFT JOIN coupons k ON k.id = w.coupon_id
		LEFT JOIN promotions p ON h.kind = 'promotion' AND p.id = h.ref_id WHERE h.order_id = $1 ORDER BY h.at, h.kind, h.ref_id`)
	qUpgraded = db.Q("commerce/upgraded", `SELECT c.state, c.off_fen, c.left_days, c.total_days, c.at, i.title, o.no FROM upgrade_credits c
		JOIN order_items i ON i.id = c.from_item_id JOIN orders o ON o.id = i.order_id WHERE c.order_id = $1 ORDER BY c.id`)
	qGiftIDs = db.Q("commerce/gift_ids", `SELECT g.id FROM gifts g JOIN order_items i ON i.id = g.order_item_id WHERE i.order_id = $1 ORDER BY g.id LIMIT 1000`)
)

// Heard is a channel's message about an order, without what it said.
type Heard struct {
	ID         int64
	Channel    string
	EventID    string
	EventType  string
	Number     string // of the payment attempt or refund
	ReceivedAt int64
	Note       string
}

// Notices lists the messages that came about an order's payments and refunds; those
// kept before numbers were kept beside them are not found.
func (s *Service) Notices(ctx context.Context, orderID int64) ([]Heard, error) {
	var rows []Heard
	err := s.DB.List(ctx, qNotices, &rows, orderID)
	return rows, err
}

// Taken is something limited that an order took, as it stands now.
type Taken struct {
	Kind  string // sku, promotion, coupon, seat
	RefID int64
	Units int64
	State string // held, sold, released
	At    int64
	Name  string // of the coupon or promotion
}

// TakenBy lists what an order took.
func (s *Service) TakenBy(ctx context.Context, orderID int64) ([]Taken, error) {
	var rows []Taken
	err := s.DB.List(ctx, qTaken, &rows, orderID)
	return rows, err
}

// Upgraded is a lower membership that an order ended for a higher one.
type Upgraded struct {
	State     string // held, used, released, restored
	OffFen    int64
	LeftDays  int64
	TotalDays int64
	At        int64 // of the state
	Title     string
	No        string // of the order that had opened it
}

// UpgradedBy lists the lower memberships that an order took the place of.
func (s *Service) UpgradedBy(ctx context.Context, orderID int64) ([]Upgraded, error) {
	var rows []Upgraded
	err := s.DB.List(ctx, qUpgraded, &rows, orderID)
	return rows, err
}

// GiftIDs lists the copies that an order made to give away.
func (s *Service) GiftIDs(ctx context.Context, orderID int64) ([]int64, error) {
	var ids []int64
	err := s.DB.List(ctx, qGiftIDs, &ids, orderID)
	return ids, err
}
