package main

import (
	"context"
	"fmt"

	"zhizhou/internal/db"
)

// fewOrders and manyOrders are the sizes that T5 compares.
const (
	fewOrders  = 10_000
	manyOrders = 1_000_000
)

// pastSales are the rows of sales $1 to $2 that are long done, on one text for both
// engines. They are made in bulk: only what is sold on top of them is measured.
var pastSales = func() []string {
	const n = `WITH RECURSIVE n (i) AS (SELECT CAST($1 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i < $2) `
	return []string{
		`INSERT INTO users (id, nickname, created_at) ` + n + `SELECT 5000000000 + i, '学员', 0 FROM n`,
		`INSERT INTO orders (id, no, user_id, idem_key, input_hash, status, platform, list_fen, total_fen, quote, terms_at, created_at, expires_at, paid_at, paid_fen, delivered_at) ` + n +
			`SELECT i, 'PAST' || CAST(i AS TEXT), 5000000000 + i, 'past', 'h', 'paid', 'pc', 16900, 16900, '{"items":[{"sku_id":1,"title":"课程","list_fen":16900,"pay_fen":16900}]}', i, i, i, i, 16900, i FROM n`,
		`INSERT INTO order_items (id, order_id, sku_id, product_id, kind, course_id, title, sku_name, list_fen, discount_fen, price_fen, period_days, tax_category, tax_rate_bps, refund_days, refund_max_watched_percent) ` + n +
			`SELECT i, i, 1, 1, 'course', 1, '课程', '长期', 16900, 0, 16900, 0, 'd', 600, 7, 20 FROM n`,
		`INSERT INTO payments (id, order_id, channel, out_trade_no, amount_fen, mch_id, app_id, status, outcome, transaction_id, created_at, expires_at, paid_at, check_at) ` + n +
			`SELECT i, i, 'wechat_native', 'PAST' || CAST(i AS TEXT), 16900, 'm', 'a', 'paid', 'settled', 'PAST' || CAST(i AS TEXT), i, i, i, i FROM n`,
		`INSERT INTO inbox (id, channel, event_id, event_type, payload, received_at) ` + n + `SELECT i, 'wechatpay', 'PAST' || CAST(i AS TEXT), 'T', '0123456789', i FROM n`,
		`INSERT INTO ledger_transactions (id, kind, ref_kind, ref_id, at) ` + n + `SELECT i, 'settle', 'payment', i, i FROM n`,
		`INSERT INTO ledger_postings (id, transaction_id, account, debit_fen, credit_fen, order_id, at) ` + n + `SELECT i, i, 'clearing:wechat_native', 16900, 0, i, i FROM n`,
		`INSERT INTO ledger_postings (id, transaction_id, account, debit_fen, credit_fen, order_id, at) ` + n + `SELECT -i, i, 'revenue:course', 0, 15943, i, i FROM n`,
		`INSERT INTO ledger_postings (id, transaction_id, account, debit_fen, credit_fen, order_id, at) ` + n + `SELECT -100000000 - i, i, 'tax:600', 0, 957, i, i FROM n`,
		`INSERT INTO grants (id, user_id, resource_kind, resource_id, source_kind, source_id, starts_at, created_at) ` + n + `SELECT i, 5000000000 + i, 'course', 1, 'order_item', i, i, i FROM n`,
	}
}()

// grow adds past sales until there are so many, in steps that no log outgrows.
func grow(ctx context.Context, d *db.DB, have, want int) error {
	for from := have + 1; from <= want; from += 50_000 {
		for _, text := range pastSales {
			if _, err := d.SQL().ExecContext(ctx, text, from, min(from+49_999, want)); err != nil {
				return err
			}
		}
	}
	_, err := d.SQL().ExecContext(ctx, "ANALYZE")
	return err
}

// growing measures T5: how purchases hold when the shop has sold a million times.
func growing(ctx context.Context, engine, dsn string) error {
	h, err := build(ctx, dsn, 2*rounds*perRound)
	if err != nil {
		return err
	}
	defer h.db.Close()
	var sizes [2]series
	have, round := 0, 0
	for i, want := range []int{fewOrders, manyOrders} {
		if err := grow(ctx, h.db, have, want); err != nil {
			return err
		}
		have = want
		for range rounds {
			took, err := h.round(ctx, round)
			if err != nil {
				return err
			}
			round++
			sizes[i] = append(sizes[i], perRound/took.Seconds())
		}
		sizes[i].print(fmt.Sprintf("T5 %s, on %d orders", engine, want), "purchases/s, durable, 64 buyers")
	}
	verdict("T5", sizes[1], sizes[0], 0.8)
	return nil
}
