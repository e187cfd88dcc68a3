package commerce

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"time"

	"zhizhou/internal/catalog"
	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/id"
)

const orderLife = 30 * time.Minute

// Order is what somebody agreed to buy.
type Order struct {
	ID          int64
	No          string
	UserID      int64
	IdemKey     string
	InputHash   string
	Status      string
	Platform    string
	ListFen     int64 // before every rule
	TotalFen    int64
	Gift        bool
	BookRule    int64 // how its money is booked, see bookRule
	Auto        bool  // placed under a contract, see Renew
	Deposit     bool  // of a deposit alone: nothing was sold
	GroupID     int64
	DeliveredAt int64
	PaidFen     int64
	RefundedFen int64
	Quote       frozen
	TermsAt     int64
	CreatedAt   int64
	ExpiresAt   int64
	PaidAt      int64
	ClosedAt    int64
}

// Frozen returns the quote as it was agreed.
func (o Order) Frozen() Quote {
	if o.Quote.read == nil {
		return Quote{}
	}
	return o.Quote.read()
}

// Item is one line of an order, with the refund promise of its day.
type Item struct {
	ID                      int64
	OrderID                 int64
	SKUID                   int64 `db:"sku_id"`
	ProductID               int64
	Kind                    string // of the product
	CourseID                int64
	Title                   string
	SKUName                 string `db:"sku_name"`
	Quantity                int64
	ListFen                 int64 // of all copies
	DiscountFen             int64
	PriceFen                int64
	PeriodDays              int64
	PeriodMonths            int64
	UntilAt                 int64
	TaxCategory             string
	TaxRateBps              int64 // -1: placed before it was kept
	RefundDays              int64
	RefundMaxWatchedPercent int64
	RefundedFen             int64
	CreditedFen             int64  // bound by an upgrade: cannot be given back
	Cover                   string // of the course now
	Scene                   string
	ServiceState            string // of a service: waiting, done or cancelled; "": not opened, or sold before it was kept
	ServiceNote             string
	ServiceGivenAt          int64 // the day on which it was given, ms; 0: not said
	ServiceDoneAt           int64
}

// Period returns how long the line opens what it sells.
func (i Item) Period() catalog.Period {
	return catalog.Period{Days: i.PeriodDays, Months: i.PeriodMonths, Until: i.UntilAt}
}

// Place is the input of an order.
type Place struct {
	UserID         int64
	Platform       string
	IdempotencyKey string
	QuoteToken     string
	TermsConfirmed bool
}

// Place makes an order out of a quote that was shown. A repeat with the same key
// gives the same order; a free order is settled at once. Returns ErrTerms,
// ErrQuote, ErrOwned, ErrIdempotency, ErrSoldOut, ErrLimit, ErrTrial, ErrGroup,
// catalog.ErrSKUGone.
func (s *Service) Place(ctx context.Context, p Place) (Order, error) {
	if !p.TermsConfirmed {
		return Order{}, ErrTerms
	}
	hash := inputHash("place", p.QuoteToken)
	t, stop := s.readToken(p.UserID, p.QuoteToken)
	if stop == nil && t.Ask.Platform != p.Platform {
		stop = ErrQuote
	}
	var out Order
	if stop == nil {
		published, err := s.publishedOnly(ctx, p.Platform)
		if err != nil {
			return Order{}, err
		}
		stop = s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
			out, err = s.place(ctx, tx, p, t, published, hash)
			return err
		})
		if stop == nil {
			return out, nil
		}
	}
	// The same key may have been used before, or by another one at this moment.
	old, err := s.replay(ctx, p.UserID, p.IdempotencyKey, hash)
	switch {
	case err == nil || !errors.Is(err, db.ErrNone):
		return old, err
	case errors.Is(stop, db.ErrLost):
		return Order{}, ErrQuote
	}
	return Order{}, stop
}

func (s *Service) replay(ctx context.Context, userID int64, key, hash string) (Order, error) {
	var rows []Order
	err := s.DB.List(ctx, qOrderByKey, &rows, userID, key)
	if err == nil && len(rows) == 0 {
		err = db.ErrNone
	}
	if err != nil {
		return Order{}, err
	}
	return rows[0], rows[0].fits(hash)
}

// fits reports whether an order is what the same key asks for again. Returns
// ErrIdempotency.
func (o Order) fits(hash string) error {
	if o.InputHash != hash {
		return ErrIdempotency
	}
	return nil
}

func (s *Service) place(ctx context.Context, tx *db.Tx, p Place, t tokenBody, published map[string]bool, hash string) (Order, error) {
	now := clock.MS(s.Clock)
	var same, open []Order
	k, err := s.gather(ctx, tx, t.Ask, db.Rows(qOrderByKey, &same, p.UserID, p.IdempotencyKey), db.Rows(qOrdersOpen, &open, p.UserID, p.Platform, now+5*60_000))
	if err != nil {
		return Order{}, err
	}
	if len(same) > 0 {
		return same[0], same[0].fits(hash)
	}
	// Somebody who comes back from the payment page with a fresh key gets the order
	// that is still open, not a second one.
	slices.SortFunc(open, func(a, b Order) int { return cmp.Compare(b.ID, a.ID) })
	for _, o := range open {
		if o.Frozen().facts() == t.Facts {
			return o, nil
		}
	}
	q, offers, err := s.quote(ctx, tx, t.Ask, published, k)
	if err != nil {
		return Order{}, err
	}
	if q.facts() != t.Facts {
		return Order{}, ErrQuote
	}
	if err := s.buyable(ctx, tx, t.Ask, q, offers, k); err != nil {
		return Order{}, err
	}
	if err := s.admitted(ctx, tx, p.UserID, q); err != nil {
		return Order{}, err
	}
	agreed, err := freeze(q)
	if err != nil {
		return Order{}, err
	}
	o := Order{
		ID: id.New(), No: id.Code(), UserID: p.UserID, IdemKey: p.IdempotencyKey, InputHash: hash, Status: Pending, Platform: p.Platform, ListFen: q.ListFen,
		TotalFen: q.TotalFen, Gift: q.Gift, Deposit: q.deposit(), BookRule: bookRule, Quote: agreed, TermsAt: now, CreatedAt: now, ExpiresAt: now + orderLife.Milliseconds(),
	}
	if err := tx.Sure(ctx, qOrderInsert, o.ID, o.No, o.UserID, o.IdemKey, o.InputHash, o.Platform, o.ListFen, o.TotalFen, o.Gift, o.Quote, now, o.ExpiresAt, o.BookRule, o.Deposit); err != nil {
		return Order{}, err
	}
	if err := s.insertItems(ctx, tx, o, q); err != nil {
		return Order{}, err
	}
	if err := s.holdAll(ctx, tx, o, q, offers); err != nil {
		return Order{}, err
	}
	if err := s.takeSeat(ctx, tx, &o, q); err != nil {
		return Order{}, err
	}
	if err := s.holdCredits(ctx, tx, o, q, offers); err != nil {
		return Order{}, err
	}
	if err := s.recordTrials(ctx, tx, o, q); err != nil {
		return Order{}, err
	}
	if err := s.holdPoints(ctx, tx, o, q); err != nil {
		return Order{}, err
	}
	if o.TotalFen > 0 {
		return o, nil
	}
	if err := s.pay(ctx, tx, &o, 0, now); err != nil {
		return Order{}, err
	}
	g, err := s.goods(ctx, tx, o)
	if err != nil {
		return Order{}, err
	}
	return o, s.fulfil(ctx, tx, o, g)
}

// insertItems writes the lines with each one's share of each rule.
func (s *Service) insertItems(ctx context.Context, tx *db.Tx, o Order, q Quote) error {
	for _, it := range q.Items {
		itemID := id.New()
		if err := tx.Later(ctx, qItemInsert, itemID, o.ID, it.SKUID, it.ProductID, it.Kind, it.CourseID, it.Title, it.SKUName, it.Quantity, it.ListFen, it.ListFen-it.PayFen,
			it.PayFen, it.PeriodDays, it.PeriodMonths, it.UntilAt, it.TaxCategory, it.RefundDays, it.RefundMaxWatchedPercent, it.TaxRateBps, it.TaxCode); err != nil {
			return err
		}
		for _, d := range it.Discounts {
			if err := tx.Later(ctx, qDiscountInsert, itemID, string(d.Kind), d.RuleID, d.OffFen); err != nil {
				return err
			}
		}
	}
	return nil
}

func inputHash(parts ...string) string {
	sum := sha256.Sum256([]byte(fmt.Sprintf("%q", parts)))
	return hex.EncodeToString(sum[:16])
}

// Order returns an order of the user; another's does not exist. Returns
// ErrOrderGone.
func (s *Service) Order(ctx context.Context, userID int64, no string) (Order, error) {
	o, err := s.AnyOrder(ctx, no)
	if err == nil && o.UserID != userID {
		return Order{}, ErrOrderGone
	}
	return o, err
}

// AnyOrder returns an order for staff. Returns ErrOrderGone.
func (s *Service) AnyOrder(ctx context.Context, no string) (Order, error) {
	var o Order
	err := s.DB.Get(ctx, qOrder, &o, no)
	if errors.Is(err, db.ErrNone) {
		return o, ErrOrderGone
	}
	return o, err
}

// OrdersOf lists a user's orders, newest first, before the id before.
func (s *Service) OrdersOf(ctx context.Context, userID, before int64, limit int) ([]Order, error) {
	var rows []Order
	err := s.DB.List(ctx, qOrdersOf, &rows, userID, before, limit)
	return rows, err
}

// Details returns states, lines and refunds of a page of one user's orders, by order,
// in three statements.
func (s *Service) Details(ctx context.Context, userID int64, orders []Order) (map[int64]Detail, error) {
	out := map[int64]Detail{}
	if len(orders) == 0 {
		return out, nil
	}
	low, high := orders[0].ID, orders[0].ID
	for _, o := range orders {
		low, high = min(low, o.ID), max(high, o.ID)
		out[o.ID] = Detail{Order: o}
	}
	var states []orderStateRow
	if err := s.DB.List(ctx, qStatesIn, &states, userID, low, high); err != nil {
		return nil, err
	}
	for _, x := range states {
		if d, ok := out[x.ID]; ok {
			d.State = x.State
			out[x.ID] = d
		}
	}
	var items []Item
	if err := s.DB.List(ctx, qItemsOf, &items, userID, low, high); err != nil {
		return nil, err
	}
	for _, it := range items {
		d := out[it.OrderID]
		d.Items = append(d.Items, it)
		out[it.OrderID] = d
	}
	var refunds []Refund
	if err := s.DB.List(ctx, qRefundsIn, &refunds, userID, low, high); err != nil {
		return nil, err
	}
	for _, r := range refunds {
		d := out[r.OrderID]
		d.Refunds = append(d.Refunds, r)
		out[r.OrderID] = d
	}
	return out, nil
}

// Detail is an order with all that hangs on it.
type Detail struct {
	Order    Order
	State    string // as OrderRow has it
	Items    []Item
	Payments []Payment
	Refunds  []Refund
	Events   []Event
}

type orderStateRow struct {
	ID    int64
	State string
}

// Event is something that happened to an order beyond its states.
type Event struct {
	At   int64
	Kind string
	Note string
}

// Detail returns what hangs on an order.
func (s *Service) Detail(ctx context.Context, o Order) (Detail, error) {
	d := Detail{Order: o}
	var states []orderStateRow
	if err := s.DB.List(ctx, qStatesIn, &states, o.UserID, o.ID, o.ID); err != nil {
		return d, err
	}
	for _, x := range states {
		d.State = x.State
	}
	for q, dst := range map[*db.Stmt]any{qItems: &d.Items, qPayments: &d.Payments, qRefundsOf: &d.Refunds, qEvents: &d.Events} {
		if err := s.DB.List(ctx, q, dst, o.ID); err != nil {
			return d, err
		}
	}
	return d, nil
}

// ItemsIn returns the lines of an order, also inside a transaction.
func (s *Service) ItemsIn(ctx context.Context, r db.Reader, orderID int64) ([]Item, error) {
	var items []Item
	err := r.List(ctx, qItems, &items, orderID)
	return items, err
}

// PendingFor returns the number of the user's open order for a course, or "".
func (s *Service) PendingFor(ctx context.Context, userID, courseID int64) (string, error) {
	var no string
	err := s.DB.Get(ctx, qOrderPendingFor, &no, userID, courseID, clock.MS(s.Clock))
	if errors.Is(err, db.ErrNone) {
		return "", nil
	}
	return no, err
}

func (s *Service) event(ctx context.Context, tx *db.Tx, orderID int64, kind, note string) error {
	return tx.Later(ctx, qEvent, id.New(), orderID, clock.MS(s.Clock), kind, note)
}

// Merge moves orders and refunds when two users become one.
func (s *Service) Merge(ctx context.Context, tx *db.Tx, from, to int64) error {
	for _, q := range []*db.Stmt{qOrderMerge, qRefundMerge, qWalletMerge, qGroupMerge, qGiftMerge, qCodeMerge, qBargainMergeTo, qBargainMerge, qHelpMerge, qTrialMerge} {
		if _, err := tx.Exec(ctx, q, from, to); err != nil {
			return err
		}
	}
	return nil
}
