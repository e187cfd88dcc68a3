package challenge

import (
	"context"
	"errors"
	"fmt"

	"zhizhou/internal/catalog"
	"zhizhou/internal/db"
)

// Places that are paid for. A price is a sale. A deposit stays the member's own until the
// class has decided: it goes back as soon as they have the check-ins that were agreed,
// and is lost when the last day that could be made up is over. What was agreed stands on
// the class, whose price and need never change, and on the order as it was confirmed.

// Free is the price of a class that costs nothing.
const Free = "free"

// The states of an entry.
const (
	Paid      = "paid"      // a price
	Held      = "held"      // a deposit, undecided
	Returned  = "returned"  // a deposit that went back for what was done
	Forfeited = "forfeited" // a deposit that was lost
	Refunded  = "refunded"  // the money went back for another reason: nothing stands
)

// The causes for which money goes back, as commerce names them.
const (
	causeDeposit   = "deposit"
	causeCancelled = "class_cancelled"
)

const (
	entryColumns = `p.order_item_id, p.class_id, p.user_id, p.deposit, p.fen, p.state, p.check_ins, p.reason, p.due, p.decided_at, p.created_at`
	maxDeposit   = 200_000 // fen: more is no encouragement any more
)

var (
	qEntryInsert = db.Q("challenge/entry_insert", `INSERT INTO challenge_entries (order_item_id, class_id, user_id, deposit, fen, state, due, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`)
	qEntry       = db.Q("challenge/entry", `SELECT `+entryColumns+` FROM challenge_entries p WHERE p.class_id = $1 AND p.user_id = $2 AND p.state <> 'refunded'`)
	qEntryOf     = db.Q("challenge/entry_of_item", `SELECT `+entryColumns+` FROM challenge_entries p WHERE p.order_item_id = $1`)
	qEntrySums   = db.Q("challenge/entry_sums", `SELECT p.state, COUNT(*) AS people, CAST(SUM(p.fen) AS BIGINT) AS fen FROM challenge_entries p WHERE p.class_id = $1 GROUP BY p.state ORDER BY p.state`)
	qEntryDue    = db.Q("challenge/entry_due", `UPDATE challenge_entries SET due = $3 WHERE class_id = $1 AND user_id = $2 AND state = 'held' AND due > $3`)
	qEntryLater  = db.Q("challenge/entry_later", `UPDATE challenge_entries SET due = $2 WHERE order_item_id = $1 AND state = 'held'`)
	qEntriesDue  = db.Q("challenge/entries_due", `UPDATE challenge_entries SET due = $2 WHERE class_id = $1 AND state IN ('paid', 'held')`)
	qEntriesToDo = db.Q("challenge/entries_to_decide", `SELECT p.order_item_id FROM challenge_entries p WHERE p.due > 0 AND p.due <= $1 ORDER BY p.due, p.order_item_id LIMIT 200`)
	qEntryEnd    = db.Q("challenge/entry_end", `UPDATE challenge_entries SET state = $3, check_ins = $4, reason = $5, due = 0, decided_at = $6 WHERE order_item_id = $1 AND state = $2`)
	qEntryTwice  = db.Q("challenge/entry_twice", `UPDATE challenge_entries SET due = $3, reason = 'merged' WHERE user_id = $1 AND state IN ('paid', 'held')
		AND EXISTS (SELECT 1 FROM challenge_entries o WHERE o.user_id = $2 AND o.class_id = challenge_entries.class_id AND o.state <> 'refunded')`)
	qEntryMove = db.Q("challenge/entry_move", `UPDATE challenge_entries SET user_id = $2 WHERE user_id = $1 AND (state = 'refunded'
		OR NOT EXISTS (SELECT 1 FROM challenge_entries o WHERE o.user_id = $2 AND o.class_id = challenge_entries.class_id AND o.state <> 'refunded'))`)
)

// Entry is a place in a class that somebody paid for (报名).
type Entry struct {
	OrderItemID int64
	ClassID     int64
	UserID      int64
	Deposit     bool
	Fen         int64
	State       string
	CheckIns    int64 // when it was decided
	Reason      string
	Due         int64 // the day from which it is looked at; 0: never
	DecidedAt   int64
	CreatedAt   int64
}

// EntrySum is how many entries of a class are in a state, and their money.
type EntrySum struct {
	State  string
	People int64
	Fen    int64
}

// priced checks what a class costs. Returns ErrClassSet.
func (s *Service) priced(c Class) (Class, error) {
	switch c.Price {
	case "", Free:
		c.Price, c.PriceFen, c.ReturnNeed = Free, 0, 0
	case catalog.KindClass:
		c.ReturnNeed = 0
		if c.PriceFen < 1 || c.PriceFen > catalog.MaxPriceFen {
			return c, ErrClassSet.Field("price_fen", "0.01–99999.99 元")
		}
	case catalog.KindDeposit:
		switch {
		case c.PriceFen < 1 || c.PriceFen > maxDeposit:
			return c, ErrClassSet.Field("price_fen", "押金 0.01–2000 元")
		case c.ReturnNeed < 1 || c.ReturnNeed > c.Plan.Days:
			return c, ErrClassSet.Field("return_need", "打满的天数在 1 和挑战的天数之间")
		case c.Mode == Dates && (c.JoinUntil == 0 || c.JoinUntil > c.Ends()-c.ReturnNeed+1):
			return c, ErrClassSet.Field("join_until", "押金班要有报名截止日，从那天起还打得满约定的天数")
		}
	default:
		return c, ErrClassSet.Field("price", "选怎样收费")
	}
	return c, nil
}

// sell keeps how a class is entered in step with it, inside tx; a free one is not sold.
func (s *Service) sell(ctx context.Context, tx *db.Tx, c *Class) error {
	if c.Price == Free {
		return nil
	}
	e := catalog.ClassEntry{
		Kind: c.Price, ClassID: c.ID, SKUID: c.SKUID, Title: c.Title, Offer: fmt.Sprintf("%d 天打卡班", c.Plan.Days),
		PriceFen: c.PriceFen, RefundDays: 7, Places: c.Capacity, On: c.State == Open,
	}
	if c.Price == catalog.KindDeposit {
		e.Offer = fmt.Sprintf("押金，打满 %d 天退还", c.ReturnNeed)
	}
	last := c.JoinUntil
	if c.Mode == Rolling {
		e.PeriodDays = c.Plan.Days
	} else {
		e.UntilAt = began(c.Ends() + 1)
		if last == 0 {
			last = c.Ends()
		}
	}
	if last > 0 {
		e.SaleUntil = began(last + 1)
	}
	var err error
	c.SKUID, err = s.Catalog.PutClassEntry(ctx, tx, e)
	return err
}

// paid asks for the place that somebody who joins has paid for. Returns ErrPay.
func (s *Service) paid(ctx context.Context, r db.Reader, c Class, userID int64) error {
	if c.Price == Free {
		return nil
	}
	var p Entry
	return none(r.Get(ctx, qEntry, &p, c.ID, userID), ErrPay)
}

// Admit says, inside tx, whether somebody may pay for their place in a class.
// Returns ErrClass, ErrClosed, ErrFull, ErrCourse, ErrPaid, ErrRemoved.
func (s *Service) Admit(ctx context.Context, tx *db.Tx, userID, classID int64) error {
	c, m, err := s.sold(ctx, tx, userID, classID)
	switch {
	case err != nil:
		return err
	case m.State == Removed:
		return ErrRemoved
	case !c.joins(s.today()):
		return ErrClosed
	case m.State != In && c.Members >= c.Capacity:
		return ErrFull
	}
	if err := s.paid(ctx, tx, c, userID); !errors.Is(err, ErrPay) {
		if err == nil {
			err = ErrPaid
		}
		return err
	}
	return s.admit(ctx, tx, c, userID)
}

// sold locks a class that is paid for and returns it with the place of somebody, ID 0:
// none. Returns ErrClass.
func (s *Service) sold(ctx context.Context, tx *db.Tx, userID, classID int64) (c Class, m Member, err error) {
	if c, err = s.class(ctx, tx, qClassLock, classID); err != nil {
		return c, m, err
	}
	if c.Price == Free {
		return c, m, ErrClass
	}
	err = tx.Get(ctx, qMemberLock, &m, classID, userID)
	if errors.Is(err, db.ErrNone) {
		err = nil
	}
	return c, m, err
}

// Bought takes somebody in whose money for a place has come, inside the settling
// transaction. Admit was asked in it before.
func (s *Service) Bought(ctx context.Context, tx *db.Tx, userID, classID, orderItemID, fen int64) error {
	c, m, err := s.sold(ctx, tx, userID, classID)
	if err != nil {
		return err
	}
	if m.State != In {
		if err := s.take(ctx, tx, c, m, userID, Joining{Hours: 2}); err != nil {
			return err
		}
		if m, err = s.Membership(ctx, tx, c.ID, userID); err != nil {
			return err
		}
	}
	state, due := Paid, int64(0)
	if c.Price == catalog.KindDeposit {
		state, due = Held, c.Lost(m)
	}
	_, err = tx.Exec(ctx, qEntryInsert, orderItemID, c.ID, userID, state == Held, fen, state, due, s.now())
	return err
}

// Lost is the day on which nothing can be made up any more.
func (c Class) Lost(m Member) int64 { return m.Starts + c.Plan.Days + makeUpDays }

// near has the deposit of a member looked at now, when they have the check-ins for it.
func (s *Service) near(ctx context.Context, tx *db.Tx, c Class, m Member) error {
	if c.Price != catalog.KindDeposit {
		return nil
	}
	n, err := s.checkIns(ctx, tx, c, m)
	if err != nil || n < c.ReturnNeed {
		return err
	}
	_, err = tx.Exec(ctx, qEntryDue, c.ID, m.UserID, s.today())
	return err
}

func (s *Service) checkIns(ctx context.Context, r db.Reader, c Class, m Member) (n int64, err error) {
	err = r.Get(ctx, qDaysUpTo, &n, m.ID, m.Starts+c.Plan.Days-1)
	return n, err
}

// decideEntries decides over the money of entries that are due.
func (s *Service) decideEntries(ctx context.Context) error {
	var due []int64
	if err := s.DB.List(ctx, qEntriesToDo, &due, s.today()); err != nil {
		return err
	}
	var failed error // one that cannot be decided keeps no other from its money
	for _, itemID := range due {
		err := s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error { return s.decideEntry(ctx, tx, itemID) })
		if err != nil {
			failed = errors.Join(failed, fmt.Errorf("challenge: entry %d: %w", itemID, err))
		}
	}
	return failed
}

func (s *Service) decideEntry(ctx context.Context, tx *db.Tx, itemID int64) error {
	var p Entry
	if err := tx.Get(ctx, qEntryOf, &p, itemID); err != nil || p.Due == 0 {
		return err
	}
	c, err := s.class(ctx, tx, qClass, p.ClassID, 0)
	if err != nil {
		return err
	}
	if c.State == Cancelled {
		return s.giveBack(ctx, tx, c, p, Refunded, 0, causeCancelled, "打卡班取消，退款")
	}
	if p.Reason == "merged" {
		return s.giveBack(ctx, tx, c, p, Refunded, 0, causeDeposit, "账号合并，退还重复的报名")
	}
	m, err := s.Membership(ctx, tx, p.ClassID, p.UserID)
	if err != nil {
		return err
	}
	n, err := s.checkIns(ctx, tx, c, m)
	switch {
	case err != nil:
		return err
	case m.State == Removed:
		return s.forfeit(ctx, tx, c, p, n, "被移出了这个班："+m.Reason)
	case m.State == Lost && n < c.ReturnNeed:
		return s.giveBack(ctx, tx, c, p, Refunded, n, causeDeposit, "课程已退款，不能再走下去，退还押金")
	case n >= c.ReturnNeed:
		return s.giveBack(ctx, tx, c, p, Returned, n, causeDeposit, fmt.Sprintf("打满 %d 天，退还押金", c.ReturnNeed))
	case s.today() >= c.Lost(m):
		return s.forfeit(ctx, tx, c, p, n, fmt.Sprintf("打了 %d 天，约定是 %d 天", n, c.ReturnNeed))
	}
	_, err = tx.Exec(ctx, qEntryLater, itemID, c.Lost(m))
	return err
}

// giveBack returns the money of an entry. What commerce locks comes first, as it does when
// a refund is booked.
func (s *Service) giveBack(ctx context.Context, tx *db.Tx, c Class, p Entry, state string, checkIns int64, cause, reason string) error {
	fen, err := s.Money.ReturnPlace(ctx, tx, p.OrderItemID, cause, reason)
	if err != nil {
		return err
	}
	if fen == 0 { // somebody gave it back before
		state, reason = Refunded, "已经退过款"
	}
	if err := tx.Sure(ctx, qEntryEnd, p.OrderItemID, p.State, state, checkIns, reason, s.now()); err != nil || fen == 0 {
		return err
	}
	return s.tell(ctx, tx, News{UserID: p.UserID, ClassID: c.ID, ID: p.OrderItemID, Kind: "returned", Title: c.Title, Body: reason})
}

func (s *Service) forfeit(ctx context.Context, tx *db.Tx, c Class, p Entry, checkIns int64, reason string) error {
	if err := s.Money.KeepDeposit(ctx, tx, p.OrderItemID); err != nil {
		return err
	}
	if err := tx.Sure(ctx, qEntryEnd, p.OrderItemID, Held, Forfeited, checkIns, reason, s.now()); err != nil {
		return err
	}
	return s.tell(ctx, tx, News{UserID: p.UserID, ClassID: c.ID, ID: p.OrderItemID, Kind: "forfeited", Title: c.Title, Body: reason})
}

// leaveDeposit returns the deposit of who leaves before their first day.
func (s *Service) leaveDeposit(ctx context.Context, tx *db.Tx, classID, userID int64) error {
	m, err := s.Membership(ctx, tx, classID, userID)
	if err != nil || m.State != In || s.today() >= m.Starts {
		return none(err, nil)
	}
	p, err := s.Standing(ctx, tx, classID, userID)
	if err != nil || p.State != Held {
		return err
	}
	c, err := s.class(ctx, tx, qClass, classID, 0)
	if err != nil {
		return err
	}
	return s.giveBack(ctx, tx, c, p, Refunded, 0, causeDeposit, "开始前退出，退还押金")
}

// Refunded ends, inside tx, an entry whose money went back, and the membership with it;
// what the class itself gave back was ended before.
func (s *Service) Refunded(ctx context.Context, tx *db.Tx, orderItemID int64) error {
	var p Entry
	if err := tx.Get(ctx, qEntryOf, &p, orderItemID); err != nil || p.State == Refunded || p.State == Returned {
		return none(err, nil)
	}
	c, err := s.class(ctx, tx, qClassLock, p.ClassID) // before the entry, as everywhere
	if err != nil {
		return err
	}
	if err := tx.Sure(ctx, qEntryEnd, orderItemID, p.State, Refunded, 0, "已退款", s.now()); err != nil {
		return err
	}
	m, err := s.Membership(ctx, tx, p.ClassID, p.UserID)
	switch {
	case err != nil:
		return none(err, nil)
	case m.State == In:
		return s.out(ctx, tx, c, m, Lost, "")
	case m.State == Left:
		if _, err := tx.Exec(ctx, qMemberOut, m.ID, Lost, ""); err != nil {
			return err
		}
		return s.fall(ctx, tx, m.ID, "refund", refunded)
	}
	return nil
}

// Standing returns the entry that somebody paid for; State "": none, or it went back.
func (s *Service) Standing(ctx context.Context, r db.Reader, classID, userID int64) (p Entry, err error) {
	err = none(r.Get(ctx, qEntry, &p, classID, userID), nil)
	return p, err
}

// Sums tells how the money of a class stands. Returns ErrClass.
func (s *Service) Sums(ctx context.Context, scope, classID int64) ([]EntrySum, error) {
	if _, err := s.Class(ctx, scope, classID); err != nil {
		return nil, err
	}
	var rows []EntrySum
	return rows, s.DB.List(ctx, qEntrySums, &rows, classID)
}
