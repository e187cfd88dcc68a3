package commerce

import (
	"context"
	"strconv"

	"zhizhou/internal/db"
)

var qTaxReport = db.Q("commerce/tax_report", `SELECT x.tax_category AS category, SUM(x.orders) AS orders, CAST(SUM(x.gross_fen) AS BIGINT) AS gross_fen, CAST(SUM(x.refund_fen) AS BIGINT) AS refund_fen FROM (
		SELECT i.tax_category, COUNT(DISTINCT o.id) AS orders, SUM(i.price_fen) AS gross_fen, 0 AS refund_fen FROM orders o JOIN order_items i ON i.order_id = o.id
			WHERE o.status IN ('paid', 'refunded') AND o.paid_at >= $1 AND o.paid_at < $2 AND i.price_fen > 0 GROUP BY i.tax_category
		UNION ALL SELECT i.tax_category, 0, 0, SUM(r.amount_fen) FROM refunds r JOIN order_items i ON i.id = r.order_item_id
			WHERE r.status = 'succeeded' AND r.finished_at >= $1 AND r.finished_at < $2 GROUP BY i.tax_category) x GROUP BY x.tax_category ORDER BY x.tax_category`)

// TaxSum is what a span of time sold under one tax category: by the day of
// payment, less what was given back by the day it went.
type TaxSum struct {
	Category  string
	Orders    int64
	GrossFen  int64
	RefundFen int64
}

// taxes are the rates of general taxpayers in percent (增值税: services 6, books 9,
// goods 13).
var taxes = map[string]struct {
	label string
	rate  int64
}{"digital_service": {"信息技术服务", 6}, "book": {"图书", 9}, "goods": {"货物", 13}}

// TaxRate is the rate of a tax category in percent.
func TaxRate(category string) int64 { return taxes[category].rate }

// RateBps is the rate of an order line in basis points, 600 being 6 %; a line that was
// placed before rates were kept (-1) has that of its tax category.
func RateBps(kept int64, category string) int64 {
	if kept >= 0 {
		return kept
	}
	return TaxRate(category) * 100
}

// rateBps is the rate of an offer, its own (in percent) or that of its category.
func rateBps(own, category string) int64 {
	if n, err := strconv.ParseInt(own, 10, 64); err == nil {
		return n * 100
	}
	return TaxRate(category) * 100
}

// TaxLabel names a tax category.
func TaxLabel(category string) string { return taxes[category].label }

// TaxFen is the tax contained in what was kept: net × rate ÷ (1 + rate), half up.
func (t TaxSum) TaxFen() int64 {
	rate := TaxRate(t.Category)
	net := t.GrossFen - t.RefundFen
	if net < 0 {
		return -TaxSum{Category: t.Category, GrossFen: -net}.TaxFen()
	}
	return (2*net*rate + 100 + rate) / (2 * (100 + rate))
}

// TaxReport sums what was sold from one time until before another (ms).
func (s *Service) TaxReport(ctx context.Context, from, to int64) ([]TaxSum, error) {
	var rows []TaxSum
	err := s.DB.List(ctx, qTaxReport, &rows, from, to)
	return rows, err
}
