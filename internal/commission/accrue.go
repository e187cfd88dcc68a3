package commission

import (
	"context"
	"errors"
	"fmt"
	"math"

	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/id"
	"zhizhou/internal/risk"
)

// Sale is a paid order, as the one who settled it tells of it.
type Sale struct {
	OrderID int64
	BuyerID int64
	PaidAt  int64
}

// Line is what was paid for one line of it.
type Line struct {
	ItemID     int64
	ProductID  int64
	Kind       string
	PaidFen    int64 // cash, after every discount
	RefundDays int64 // the line's own promise
}

// Back is money of a line that has gone back to the buyer.
type Back struct {
	ItemID    int64
	RefundID  int64
	AmountFen int64
}

// Entry is what one line earned one person.
type Entry struct {
	ID           int64
	OrderID      int64
	OrderItemID  int64
	BuyerID      int64
	UserID       int64
	Level        int64
	RuleID       int64
	RuleVersion  int64
	TermsVersion int64
	RateBPS      int64 `db:"rate_bps"`
	BaseFen      int64
	RefundedFen  int64
	AmountFen    int64
	ReversedFen  int64
	State        string // "held" or "available"
	HoldUntil    int64
	CreatedAt    int64
	ReleasedAt   int64
}

// EntryRow is an entry in a list.
type EntryRow struct {
	Entry
	OrderNo string
	Title   string
	Buyer   string
	Own     bool // something of it was taken back as the earner's own purchase or gift
}

// What an entry is reversed for beside a refund, in place of the refund's id.
const (
	gotTheGift = int64(0)  // the beneficiary received what was bought as a gift
	becameOne  = int64(-1) // the beneficiary and the buyer turned out to be one person
)

const entryColumns = `id, order_id, order_item_id, buyer_id, user_id, level, rule_id, rule_version, terms_version, rate_bps, base_fen, refunded_fen, amount_fen, reversed_fen, state, hold_until, created_at, released_at`

// atRest says of an entry that nothing of its line is on its way back or may still
// go back by itself: no refund is open, its group is complete, and no copy of a
// gift waits for somebody. What has gone back altogether is at rest as well.
const atRest = `(refunded_fen = base_fen OR EXISTS (SELECT 1 FROM orders o WHERE o.id = commission_entries.order_id AND o.delivered_at > 0))
		AND NOT EXISTS (SELECT 1 FROM refunds r WHERE r.order_item_id = commission_entries.order_item_id AND r.status IN ('requested', 'approved', 'processing', 'abnormal'))
		AND NOT EXISTS (SELECT 1 FROM gifts g WHERE g.order_item_id = commission_entries.order_item_id AND g.state = 'open')`

var (
	qEntryInsert = db.Q("commission/entry_insert", `INSERT INTO commission_entries (id, order_id, order_item_id, buyer_id, user_id, level, rule_id, rule_version, terms_version, rate_bps, base_fen, amount_fen, state, hold_until, created_at, role)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 'held', $13, $14, $15) ON CONFLICT DO NOTHING`)
	qEntryLock     = db.Q("commission/entry_lock", `SELECT `+entryColumns+` FROM commission_entries WHERE id = $1 /*for_update*/`)
	qEntriesOfItem = db.Q("commission/entries_of_item", `SELECT id FROM commission_entries WHERE order_item_id = $1 ORDER BY level`)
	qReversal      = db.Q("commission/reversal", `INSERT INTO commission_reversals (id, entry_id, refund_id, base_fen, amount_fen, at) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`)
	qEntryReverse  = db.Q("commission/entry_reverse", `UPDATE commission_entries SET refunded_fen = refunded_fen + $2, reversed_fen = reversed_fen + $3 WHERE id = $1`)
	qEntryRelease  = db.Q("commission/entry_release", `UPDATE commission_entries SET state = 'available', released_at = $2 WHERE id = $1 AND state = 'held' AND hold_until < $2 AND `+atRest+` AND NOT `+risk.Waits("commission_entries.user_id", "$2"))
	qEntriesDue    = db.Q("commission/entries_due", `SELECT id FROM commission_entries WHERE state = 'held' AND hold_until < $1 AND `+atRest+` AND NOT `+risk.Waits("commission_entries.user_id", "$1")+` ORDER BY hold_until LIMIT 200`)
	qGiftsTo       = db.Q("commission/gifts_to", `SELECT CAST(COALESCE(SUM(price_fen), 0) AS BIGINT) FROM gifts WHERE order_item_id = $1 AND receiver_id = $2 AND state = 'received'`)
	qPaidBy        = db.Q("commission/paid_by", `SELECT COUNT(*) FROM payments p JOIN identities i ON i.openid = p.payer_openid WHERE p.order_id = $1 AND p.outcome = 'settled' AND p.payer_openid <> '' AND i.user_id = $2`)
	qEntries       = db.Q("commission/entries", `SELECT e.id, e.order_id, e.order_item_id, e.buyer_id, e.user_id, e.level, e.rule_id, e.rule_version, e.terms_version, e.rate_bps, e.base_fen, e.refunded_fen,
		e.amount_fen, e.reversed_fen, e.state, e.hold_until, e.created_at, e.released_at, o.no AS order_no, i.title, u.nickname AS buyer,
		EXISTS (SELECT 1 FROM commission_reversals v WHERE v.entry_id = e.id AND v.refund_id <= 0) AS own
		FROM commission_entries e JOIN orders o ON o.id = e.order_id JOIN order_items i ON i.id = e.order_item_id JOIN users u ON u.id = e.buyer_id
		WHERE (CAST($1 AS BIGINT) = 0 OR e.user_id = $1) AND (CAST($2 AS BIGINT) = 0 OR e.id < $2) ORDER BY e.id DESC LIMIT $3`)
)

// Accrue makes the entries of a paid order, inside the settling transaction. Each
// line and level counts once. lines is asked only when somebody could earn.
func (s *Service) Accrue(ctx context.Context, tx *db.Tx, sale Sale, lines func(ctx context.Context, tx *db.Tx) ([]Line, error)) error {
	t, err := s.terms(ctx, tx)
	if err != nil || !t.Enabled || t.CapBPS == 0 {
		return err
	}
	up, err := s.upline(ctx, tx, sale)
	if err != nil || len(up) == 0 {
		return err
	}
	now := clock.MS(s.Clock)
	var rules []Rule
	if err := tx.List(ctx, qRulesLive, &rules, now); err != nil || len(rules) == 0 {
		return err
	}
	for i, userID := range up {
		paid, err := s.paidBy(ctx, tx, sale.OrderID, userID)
		if err != nil {
			return err
		}
		if paid {
			up[i] = sale.BuyerID // who paid bought for themselves, in whatever name
		}
	}
	sold, err := lines(ctx, tx)
	if err != nil {
		return err
	}
	as := make([]map[int64]string, len(up))
	for i, userID := range up {
		if as[i], err = s.roles(ctx, tx, userID, sold); err != nil {
			return err
		}
	}
	for _, l := range sold {
		left := l.PaidFen * t.CapBPS / 10_000 // both levels share it: the first comes first
		for i, userID := range up {
			r, ok := pick(rules, int64(i+1), l, earner{userID, as[i][l.ProductID]})
			amount := min(l.PaidFen*r.RateBPS/10_000, left)
			if !ok || amount <= 0 || userID == sale.BuyerID {
				continue
			}
			left -= amount
			entryID := id.New()
			n, err := tx.Exec(ctx, qEntryInsert, entryID, sale.OrderID, l.ItemID, sale.BuyerID, userID, i+1, r.ID, r.Version, t.Version, r.RateBPS, l.PaidFen, amount,
				sale.PaidAt+max(t.HoldDays, l.RefundDays)*day, now, as[i][l.ProductID])
			if err != nil {
				return err
			}
			if n == 0 {
				continue
			}
			if err := s.move(ctx, tx, userID, moveAccrue, entryID, sale.OrderID, delta{held: amount, earned: amount}); err != nil {
				return err
			}
		}
	}
	return nil
}

// upline is who may earn from a sale, nearest first: whose share led to it and their
// inviter, or the buyer's inviter and theirs.
func (s *Service) upline(ctx context.Context, r db.Reader, sale Sale) ([]int64, error) {
	by := int64(0)
	if s.Led != nil {
		var err error
		if by, err = s.Led(ctx, r, sale.OrderID); err != nil {
			return nil, err
		}
	}
	if by == 0 || by == sale.BuyerID {
		return s.Referral.Upline(ctx, r, sale.BuyerID)
	}
	over, err := s.Referral.Upline(ctx, r, by)
	if err != nil || len(over) == 0 || over[0] == sale.BuyerID {
		return []int64{by}, err
	}
	return []int64{by, over[0]}, nil
}

// paidBy reports whether an order was paid out of a user's own WeChat.
func (s *Service) paidBy(ctx context.Context, r db.Reader, orderID, userID int64) (bool, error) {
	var n int64
	err := r.Get(ctx, qPaidBy, &n, orderID, userID)
	return n > 0, err
}

// Reverse takes back, pro rata, what a line earned, inside the transaction that
// books its refund; each refund counts once for each entry.
func (s *Service) Reverse(ctx context.Context, tx *db.Tx, b Back) error {
	var ids []int64
	if err := tx.List(ctx, qEntriesOfItem, &ids, b.ItemID); err != nil {
		return err
	}
	for _, entryID := range ids {
		if err := s.reverse(ctx, tx, entryID, b.RefundID, b.AmountFen); err != nil {
			return err
		}
	}
	return nil
}

// kept is what stays of an amount when a part of its base has gone back: rounded
// down, so that nothing is paid for money that is not there.
func kept(amount, base, refunded int64) int64 { return amount * (base - refunded) / base }

// whole takes back all that is left of an entry.
const whole = math.MaxInt64

// reverse takes back an entry's share of baseFen, at most all that is left of it.
// What was released already becomes less to withdraw, below zero a debt (INV-30).
func (s *Service) reverse(ctx context.Context, tx *db.Tx, entryID, cause, baseFen int64) error {
	var e Entry
	if err := tx.Get(ctx, qEntryLock, &e, entryID); err != nil {
		return err
	}
	baseFen = min(baseFen, e.BaseFen-e.RefundedFen)
	if baseFen <= 0 {
		return nil
	}
	amount := e.AmountFen - kept(e.AmountFen, e.BaseFen, e.RefundedFen+baseFen) - e.ReversedFen
	reversalID := id.New()
	n, err := tx.Exec(ctx, qReversal, reversalID, e.ID, cause, baseFen, amount, clock.MS(s.Clock))
	if err != nil || n == 0 {
		return err
	}
	if _, err := tx.Exec(ctx, qEntryReverse, e.ID, baseFen, amount); err != nil || amount == 0 {
		return err
	}
	d := delta{available: -amount, reversed: amount}
	if e.State == "held" {
		d = delta{held: -amount, reversed: amount}
	}
	return s.move(ctx, tx, e.UserID, moveReverse, reversalID, e.OrderID, d)
}

// release makes the entries available whose hold is over and of whose line nothing
// is being given back.
func (s *Service) release(ctx context.Context) error {
	for {
		var due []int64
		if err := s.DB.List(ctx, qEntriesDue, &due, clock.MS(s.Clock)); err != nil || len(due) == 0 {
			return err
		}
		for _, entryID := range due {
			if err := s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error { return s.releaseOne(ctx, tx, entryID) }); err != nil {
				return fmt.Errorf("commission: release %d: %w", entryID, err)
			}
		}
	}
}

func (s *Service) releaseOne(ctx context.Context, tx *db.Tx, entryID int64) error {
	var e Entry
	if err := tx.Get(ctx, qEntryLock, &e, entryID); err != nil {
		return err
	}
	if s.Judge != nil {
		if ok, err := s.Judge(ctx, tx, e.UserID, "commission"); err != nil || !ok {
			return err // it stays held while risk makes them wait
		}
	}
	n, err := tx.Exec(ctx, qEntryRelease, e.ID, clock.MS(s.Clock))
	if err != nil || n == 0 {
		return err
	}
	if amount := e.AmountFen - e.ReversedFen; amount > 0 {
		if err := s.move(ctx, tx, e.UserID, moveRelease, e.ID, e.OrderID, delta{held: -amount, available: amount}); err != nil {
			return err
		}
	}
	// No copy is open any more: only now is it settled who has them.
	return s.notTheirOwn(ctx, tx, e)
}

// notTheirOwn takes back what somebody earned by what they received as a gift, or
// paid for out of a WeChat that is known as theirs by now.
func (s *Service) notTheirOwn(ctx context.Context, tx *db.Tx, e Entry) error {
	paid, err := s.paidBy(ctx, tx, e.OrderID, e.UserID)
	if err != nil {
		return err
	}
	if paid {
		return s.takeOwn(ctx, tx, e, becameOne, whole)
	}
	var gifted int64
	if err := tx.Get(ctx, qGiftsTo, &gifted, e.OrderItemID, e.UserID); err != nil || gifted == 0 {
		return err
	}
	return s.takeOwn(ctx, tx, e, gotTheGift, gifted)
}

// takeOwn takes back what somebody earned by themselves and tells them.
func (s *Service) takeOwn(ctx context.Context, tx *db.Tx, e Entry, cause, baseFen int64) error {
	if err := s.reverse(ctx, tx, e.ID, cause, baseFen); err != nil || s.OnOwn == nil {
		return err
	}
	return s.OnOwn(ctx, tx, e)
}

// Entries lists what a user earned (0: everybody), newest first.
func (s *Service) Entries(ctx context.Context, userID, before int64, limit int) ([]EntryRow, error) {
	var rows []EntryRow
	err := s.DB.List(ctx, qEntries, &rows, userID, before, limit)
	return rows, err
}

// Sweep releases what is due and brings every open payout forward by one question.
func (s *Service) Sweep(ctx context.Context) error {
	return errors.Join(s.release(ctx), s.payDue(ctx))
}
