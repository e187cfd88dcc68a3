package commerce

import (
	"context"
	"maps"
	"slices"

	"zhizhou/internal/catalog"
	"zhizhou/internal/commerce/price"
	"zhizhou/internal/db"
	"zhizhou/internal/ledger"
	"zhizhou/internal/money"
)

// How a line is booked (docs/adr/0016). What counts is how much of a line's price has
// been earned and kept so far. Each step books the difference between two such states:
// revenue at list price without tax, each discount's share, the tax contained in what
// was paid. A state depends on the amount alone, so whatever the steps were, the parts
// of a line add up to the whole line to the fen.

// bookGross is the rule of orders whose discounts, refunds and tax stand on accounts of
// their own; before it, what was paid was revenue.
const bookGross = 1

// bookServices is the rule of orders whose services are earned when they are done, not
// when they are paid.
const bookServices = 2

// bookGifts is the rule of orders whose gifts for a time are earned over the time of
// whoever receives them, not when they are paid.
const bookGifts = 3

// bookRule is the rule of orders that are placed now.
const bookRule = bookGifts

// booked is a line as the books see it.
type booked struct {
	kind      string
	payFen    int64 // its price, and what an upgrade carried over to it
	rateBps   int64
	discounts []price.Part
	rule      int64
	deferred  bool
}

// bookedQuote is a line of a frozen quote.
func bookedQuote(o Order, it QuoteItem) booked {
	return booked{
		kind: it.Kind, payFen: it.PayFen, rateBps: RateBps(it.TaxRateBps, it.TaxCategory), discounts: it.Discounts, rule: o.BookRule,
		deferred: deferred(o.BookRule, o.Gift, it.Kind, catalog.Period{Days: it.PeriodDays, Months: it.PeriodMonths, Until: it.UntilAt}),
	}
}

var (
	qBooked = db.Q("commerce/booked", `SELECT i.kind, i.discount_fen, i.tax_category, i.tax_rate_bps, i.period_days, i.period_months, i.until_at, o.gift, o.book_rule, COALESCE(s.total_fen, i.price_fen) AS total_fen
		FROM order_items i JOIN orders o ON o.id = i.order_id LEFT JOIN revenue_schedules s ON s.order_item_id = i.id WHERE i.id = $1`)
	qBookedOff  = db.Q("commerce/booked_off", `SELECT kind, rule_id, off_fen FROM order_discounts WHERE order_item_id = $1 ORDER BY kind, rule_id`)
	qBookedBack = db.Q("commerce/booked_back", `SELECT CAST(COALESCE(SUM(amount_fen), 0) AS BIGINT) FROM refunds WHERE order_item_id = $1 AND status = 'succeeded' AND id <> $2`)
)

// bookedItem is a line that was ordered before.
func bookedItem(ctx context.Context, tx *db.Tx, itemID int64) (booked, error) {
	var row struct {
		Kind         string
		DiscountFen  int64
		TaxCategory  string
		TaxRateBps   int64
		PeriodDays   int64
		PeriodMonths int64
		UntilAt      int64
		Gift         bool
		BookRule     int64
		TotalFen     int64
	}
	if err := tx.Get(ctx, qBooked, &row, itemID); err != nil {
		return booked{}, err
	}
	b := booked{
		kind: row.Kind, payFen: row.TotalFen, rateBps: RateBps(row.TaxRateBps, row.TaxCategory), rule: row.BookRule,
		deferred: deferred(row.BookRule, row.Gift, row.Kind, catalog.Period{Days: row.PeriodDays, Months: row.PeriodMonths, Until: row.UntilAt}),
	}
	if b.rule < bookGross || row.DiscountFen == 0 {
		return b, nil
	}
	return b, tx.List(ctx, qBookedOff, &b.discounts, itemID)
}

// TaxOf is the tax contained in an amount: fen × rate ÷ (1 + rate), half up.
func TaxOf(fen, rateBps int64) int64 {
	if fen < 0 {
		return -TaxOf(-fen, rateBps)
	}
	return (2*fen*rateBps + 10_000 + rateBps) / (2 * (10_000 + rateBps))
}

// state is what the accounts of a line hold, as credits, when fen of its price have
// been earned and kept. The sum is fen.
func (b booked) state(fen int64) (tax int64, discounts map[string]int64, revenue int64) {
	if b.rule < bookGross {
		return 0, nil, fen
	}
	tax, discounts, revenue = TaxOf(fen, b.rateBps), map[string]int64{}, fen
	for _, d := range b.discounts {
		if d.Kind == price.Upgrade {
			continue // paid with money that came before: it is carried, not given away
		}
		off := d.OffFen
		if fen < b.payFen {
			off = money.Split(d.OffFen, []int64{max(fen, 0), b.payFen - max(fen, 0)})[0]
		}
		discounts[ledger.Discount(string(d.Kind))] -= off
		revenue += off
	}
	return tax, discounts, revenue - tax
}

// move adds to sums what changes on the accounts of a line when what is earned and
// kept of it goes from one amount to another. What falls is a refund: it is not taken
// off revenue but stands beside it.
func (b booked) move(sums map[string]int64, from, to int64) {
	tax0, off0, revenue0 := b.state(from)
	tax1, off1, revenue1 := b.state(to)
	account := ledger.Revenue(b.kind)
	if to < from && b.rule >= bookGross {
		account = ledger.Refund(b.kind)
	}
	sums[account] += revenue1 - revenue0
	if b.rule < bookGross {
		return
	}
	sums[ledger.Tax(b.rateBps)] += tax1 - tax0
	for account := range off1 {
		sums[account] += off1[account] - off0[account]
	}
}

// postings makes lines of sums, credits being positive, in a fixed order.
func postings(sums map[string]int64) []ledger.Line {
	lines := make([]ledger.Line, 0, len(sums)+1)
	for _, account := range slices.Sorted(maps.Keys(sums)) {
		switch fen := sums[account]; {
		case fen > 0:
			lines = append(lines, ledger.Credit(account, fen))
		case fen < 0:
			lines = append(lines, ledger.Debit(account, -fen))
		}
	}
	return lines
}

// sale is what a paid line moves: what was had is earned, what is to come is owed.
func (b booked) sale(sums map[string]int64) {
	if b.deferred {
		sums[ledger.Deferred(b.kind)] += b.payFen
		return
	}
	b.move(sums, 0, b.payFen)
}
