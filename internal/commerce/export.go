package commerce

import (
	"context"

	"zhizhou/internal/db"
)

const exportPage = 1000

var (
	qExportLines = db.Q("commerce/export_lines", `SELECT i.id, o.no, o.status, o.platform, o.user_id, u.nickname, i.title, i.sku_name, i.quantity, i.list_fen, i.discount_fen, i.price_fen, i.refunded_fen,
		i.tax_category, i.tax_rate_bps, o.created_at, o.paid_at, COALESCE(p.channel, '') AS channel, COALESCE(p.out_trade_no, '') AS out_trade_no, COALESCE(p.transaction_id, '') AS transaction_id
		FROM order_items i JOIN orders o ON o.id = i.order_id JOIN users u ON u.id = o.user_id LEFT JOIN payments p ON p.order_id = o.id AND p.outcome = 'settled'
		WHERE i.id > $1 AND o.created_at >= $2 AND (CAST($3 AS BIGINT) = 0 OR o.created_at < $3) AND ($4 = '' OR o.status = $4) ORDER BY i.id LIMIT $5`)
	qExportLinesN = db.Q("commerce/export_lines_n", `SELECT COUNT(*) FROM order_items i JOIN orders o ON o.id = i.order_id
		WHERE o.created_at >= $1 AND (CAST($2 AS BIGINT) = 0 OR o.created_at < $2) AND ($3 = '' OR o.status = $3)`)
	qExportRefunds = db.Q("commerce/export_refunds", `SELECT `+of("r", refundColumns)+`, o.no AS order_no, o.paid_at, u.nickname, COALESCE(i.title, '') AS title, p.channel
		FROM refunds r JOIN orders o ON o.id = r.order_id JOIN users u ON u.id = r.user_id JOIN payments p ON p.id = r.payment_id LEFT JOIN order_items i ON i.id = r.order_item_id
		WHERE r.id > $1 AND r.requested_at >= $2 AND (CAST($3 AS BIGINT) = 0 OR r.requested_at < $3) AND ($4 = '' OR r.status = $4) ORDER BY r.id LIMIT $5`)
	qExportRefundsN = db.Q("commerce/export_refunds_n", `SELECT COUNT(*) FROM refunds WHERE requested_at >= $1 AND (CAST($2 AS BIGINT) = 0 OR requested_at < $2) AND ($3 = '' OR status = $3)`)
)

// ExportLine is an order line with its order, for files.
type ExportLine struct {
	ID            int64
	No            string
	Status        string
	Platform      string
	UserID        int64
	Nickname      string
	Title         string
	SKUName       string `db:"sku_name"`
	Quantity      int64
	ListFen       int64
	DiscountFen   int64
	PriceFen      int64
	RefundedFen   int64
	TaxCategory   string
	TaxRateBps    int64
	CreatedAt     int64
	PaidAt        int64
	Channel       string
	OutTradeNo    string
	TransactionID string
}

// Span narrows files: what was made from one time until before another (ms, 0: no
// end), of one status ("" all).
type Span struct {
	From   int64
	To     int64
	Status string
}

// CountLines says how many rows ExportLines will give.
func (s *Service) CountLines(ctx context.Context, f Span) (n int64, err error) {
	err = s.DB.Get(ctx, qExportLinesN, &n, f.From, f.To, f.Status)
	return n, err
}

// ExportLines returns order lines after an id, by the time of their order; an empty
// page is the end.
func (s *Service) ExportLines(ctx context.Context, f Span, after int64) ([]ExportLine, error) {
	var rows []ExportLine
	err := s.DB.List(ctx, qExportLines, &rows, after, f.From, f.To, f.Status, exportPage)
	return rows, err
}

// ExportRefund is a refund for files.
type ExportRefund struct {
	RefundRow
	Channel string
}

// CountRefunds says how many rows ExportRefunds will give.
func (s *Service) CountRefunds(ctx context.Context, f Span) (n int64, err error) {
	err = s.DB.Get(ctx, qExportRefundsN, &n, f.From, f.To, f.Status)
	return n, err
}

// ExportRefunds returns refunds after an id, by the time they were asked for; an empty
// page is the end.
func (s *Service) ExportRefunds(ctx context.Context, f Span, after int64) ([]ExportRefund, error) {
	var rows []ExportRefund
	err := s.DB.List(ctx, qExportRefunds, &rows, after, f.From, f.To, f.Status, exportPage)
	return rows, err
}
