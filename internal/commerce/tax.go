package commerce

import (
	"context"
	"strconv"

	"zhizhou/internal/db"
	"zhizhou/internal/ledger"
)

// over is SQL for a line that is earned after it is paid, as deferred says.
const over = `(CASE WHEN i.kind = 'service' THEN o.book_rule >= 2 WHEN i.kind = 'deposit' THEN o.book_rule >= 0 ELSE (NOT o.gift OR o.book_rule >= 3) AND (i.period_days > 0 OR i.period_months > 0 OR i.until_at > 0) END)`

// gross is SQL for whether an order's money is booked gross: reports tell no finer rules
// apart.
const gross = `CASE WHEN o.book_rule > 0 THEN 1 ELSE 0 END`

// rate is SQL for a line's rate, as RateBps says.
const rate = `CASE WHEN i.tax_rate_bps >= 0 THEN i.tax_rate_bps WHEN i.tax_category = 'book' THEN 900 WHEN i.tax_category = 'goods' THEN 1300 ELSE 600 END`

// What was earned and what of it went back, by the day of its entry in the books.
var qTaxReport = db.Q("commerce/tax_report", `SELECT x.book_rule, x.rate_bps, CAST(SUM(x.lines) AS BIGINT) AS lines, CAST(SUM(x.sold_fen) AS BIGINT) AS sold_fen, CAST(SUM(x.refund_fen) AS BIGINT) AS refund_fen FROM (
		SELECT `+gross+` AS book_rule, `+rate+` AS rate_bps, 1 AS lines, i.price_fen AS sold_fen, 0 AS refund_fen FROM ledger_transactions t JOIN payments p ON p.id = t.ref_id
			JOIN orders o ON o.id = p.order_id JOIN order_items i ON i.order_id = o.id
			WHERE t.kind = 'settle' AND t.at >= $1 AND t.at < $2 AND i.price_fen > 0 AND NOT `+over+`
		UNION ALL SELECT `+gross+`, `+rate+`, 1, l.debit_fen, 0 FROM ledger_transactions t JOIN ledger_postings l ON l.transaction_id = t.id
			JOIN order_items i ON i.id = t.ref_id JOIN orders o ON o.id = i.order_id
			WHERE t.ref_kind = 'order_item' AND t.kind LIKE 'earn:%' AND t.at >= $1 AND t.at < $2 AND l.account LIKE 'deferred:%'
		UNION ALL SELECT `+gross+`, `+rate+`, 0, 0, r.amount_fen - COALESCE((SELECT SUM(l.debit_fen) FROM ledger_postings l WHERE l.transaction_id = t.id AND l.account LIKE 'deferred:%'), 0)
			FROM ledger_transactions t JOIN refunds r ON r.id = t.ref_id JOIN order_items i ON i.id = r.order_item_id JOIN orders o ON o.id = i.order_id
			WHERE t.kind = 'refund' AND t.ref_kind = 'refund' AND t.at >= $1 AND t.at < $2
		) x GROUP BY x.book_rule, x.rate_bps ORDER BY x.book_rule DESC, x.rate_bps`)

// TaxSum is what a span of time earned under one rate, with the tax in it.
type TaxSum struct {
	BookRule  int64 // 0: booked net before tax had accounts of its own; 1: gross
	RateBps   int64
	Lines     int64 // sales and days earned
	SoldFen   int64
	RefundFen int64 // of what had been earned
	TaxFen    int64 // owed: as the tax account says, for BookRule 0 computed from the net
}

// NetFen is what was earned and kept, with its tax.
func (t TaxSum) NetFen() int64 { return t.SoldFen - t.RefundFen }

// taxes are the rates of general taxpayers in percent (增值税: services 6, books 9,
// goods 13).
var taxes = map[string]int64{"digital_service": 6, "service": 6, "book": 9, "goods": 13}

// TaxRate is the rate of a tax category in percent.
func TaxRate(category string) int64 { return taxes[category] }

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

// TaxReport sums what was earned from one time until before another (ms), by rate.
// The tax is what the accounts say; the doctor proves that they say what the lines do.
func (s *Service) TaxReport(ctx context.Context, from, to int64) ([]TaxSum, error) {
	var rows []TaxSum
	if err := s.DB.List(ctx, qTaxReport, &rows, from, to); err != nil {
		return nil, err
	}
	moved, err := ledger.Moved(ctx, s.DB, from, to)
	if err != nil {
		return nil, err
	}
	owed := map[string]int64{}
	for _, m := range moved {
		owed[m.Account] = m.CreditFen - m.DebitFen
	}
	for i, t := range rows {
		switch net := t.NetFen(); {
		case t.BookRule >= bookGross:
			rows[i].TaxFen = owed[ledger.Tax(t.RateBps)]
		case net < 0:
			rows[i].TaxFen = -TaxOf(-net, t.RateBps)
		default:
			rows[i].TaxFen = TaxOf(net, t.RateBps)
		}
	}
	return rows, nil
}
