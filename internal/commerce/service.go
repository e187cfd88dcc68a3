package commerce

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"zhizhou/internal/audit"
	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/errs"
	"zhizhou/internal/ledger"
)

// A service is given by people: a paid line of one waits until staff say that it was
// done, once. Until then its money is a debt to the buyer, who may have it back whole.

// The states of a service that was bought.
const (
	ServiceWaiting   = "waiting"
	ServiceDone      = "done"
	ServiceCancelled = "cancelled" // all of its money went back before it was done
)

// ServiceMoves is the graph of a service that was bought.
var ServiceMoves = map[string][]string{ServiceWaiting: {ServiceDone, ServiceCancelled}}

// The refusals of giving a service.
var (
	errServiceNote  = ErrService.Field("note", "用 2–200 个字写给买家看")
	errServiceGiven = ErrService.Field("given_at", "日期在付款之后、不晚于今天")
)

var (
	qServiceAdd     = db.Q("commerce/service_add", `INSERT INTO service_deliveries (order_item_id, order_id, state, created_at) VALUES ($1, $2, 'waiting', $3) ON CONFLICT DO NOTHING`)
	qServiceDone    = db.Q("commerce/service_done", `UPDATE service_deliveries SET state = 'done', note = $2, given_at = $3, done_at = $4, done_by = $5 WHERE order_item_id = $1 AND state = 'waiting'`)
	qServiceCancel  = db.Q("commerce/service_cancel", `UPDATE service_deliveries SET state = 'cancelled' WHERE order_item_id = $1 AND state = 'waiting'`)
	qServicesOf     = db.Q("commerce/services_of", `SELECT `+deliveryShown+` FROM service_deliveries d`+deliveryJoins+` WHERE d.order_id = $1`)
	qServiceWaiting = db.Q("commerce/services_waiting", `SELECT d.order_item_id AS item_id, d.created_at, i.title, i.sku_name, i.quantity, i.price_fen, i.refunded_fen, o.no AS order_no, o.paid_at, o.gift, o.user_id, u.nickname, u.phone_masked,
		(SELECT COUNT(*) FROM refunds r WHERE r.order_item_id = i.id AND r.status IN ('requested', 'approved', 'processing', 'abnormal')) AS refunds,
		(SELECT COUNT(*) FROM gifts g WHERE g.order_item_id = i.id AND g.state = 'open') AS unreceived,
		COALESCE((SELECT string_agg(v.nickname || ' ' || v.phone_masked, '，') FROM gifts g JOIN users v ON v.id = g.receiver_id WHERE g.order_item_id = i.id AND g.state = 'received'), '') AS receivers
		FROM service_deliveries d JOIN order_items i ON i.id = d.order_item_id JOIN orders o ON o.id = d.order_id JOIN users u ON u.id = o.user_id
		WHERE d.state = 'waiting' AND d.order_item_id > $1 ORDER BY d.order_item_id LIMIT $2`)
)

// What staff sees of a service that was bought, and what keeps it from being done.
const (
	deliveryShown = `COALESCE(d.order_item_id, 0) AS item_id, COALESCE(d.state, '') AS state, COALESCE(d.note, '') AS note, COALESCE(d.given_at, 0) AS given_at, COALESCE(d.done_at, 0) AS done_at, COALESCE(w.name, '') AS done_by,
		(SELECT COUNT(*) FROM refunds f WHERE f.order_item_id = d.order_item_id AND f.status IN ('requested', 'approved', 'processing', 'abnormal')) AS refunds,
		(SELECT COUNT(*) FROM gifts g WHERE g.order_item_id = d.order_item_id AND g.state = 'open') AS unreceived`
	deliveryJoins = ` LEFT JOIN staff w ON w.id = d.done_by`
)

// Delivery is how a service stands that was bought.
type Delivery struct {
	ItemID     int64
	State      string // "": nothing of the kind
	Note       string
	GivenAt    int64 // the day on which it was given, ms; 0: not said
	DoneAt     int64
	DoneBy     string // member of staff
	Refunds    int64  // asked for and not decided, or on their way
	Unreceived int64  // copies of a gift that nobody has yet: still the giver's to take back
}

// blocked is what keeps a service from being marked as done; nil: nothing does.
func (d Delivery) blocked() *errs.E {
	switch {
	case d.Refunds > 0:
		return ErrRefundOpen.Say("买家正在退款，先处理退款")
	case d.Unreceived > 0:
		return ErrServiceState.Say(fmt.Sprintf("还有 %d 份没有人领取，领取或退回之后再标记", d.Unreceived))
	}
	return nil
}

// Blocked says in words what keeps a waiting service from being marked as done; "":
// nothing does.
func (d Delivery) Blocked() string {
	if err := d.blocked(); err != nil && d.State == ServiceWaiting {
		return err.Msg
	}
	return ""
}

// ServicesOf returns how the services of an order stand, by line.
func (s *Service) ServicesOf(ctx context.Context, orderID int64) (map[int64]Delivery, error) {
	return servicesOf(ctx, s.DB, orderID)
}

func servicesOf(ctx context.Context, r db.Reader, orderID int64) (map[int64]Delivery, error) {
	var rows []Delivery
	err := r.List(ctx, qServicesOf, &rows, orderID)
	out := map[int64]Delivery{}
	for _, d := range rows {
		out[d.ItemID] = d
	}
	return out, err
}

// WaitingService is a paid service that staff still have to give.
type WaitingService struct {
	ItemID      int64
	OrderNo     string
	UserID      int64
	Nickname    string
	PhoneMasked string
	Title       string
	SKUName     string `db:"sku_name"`
	Quantity    int64
	PriceFen    int64
	RefundedFen int64
	Gift        bool
	Unreceived  int64  // copies of a gift that nobody has yet
	Receivers   string // of a gift: names and masked phones
	Refunds     int64  // asked for and not decided, or on their way
	PaidAt      int64
	CreatedAt   int64
}

// WaitingServices lists what staff still have to give, the longest waiting first,
// after the line after.
func (s *Service) WaitingServices(ctx context.Context, after int64, limit int) ([]WaitingService, error) {
	var rows []WaitingService
	err := s.DB.List(ctx, qServiceWaiting, &rows, after, limit)
	return rows, err
}

// Given is the input of GiveService.
type Given struct {
	ItemID int64
	Note   string // shown to the buyer
	At     int64  // ms, the day on which it was given; 0: not said
}

// GiveService marks a paid service as done and earns what was kept of its price.
// Returns ErrService, ErrOrderGone, ErrServiceState, and ErrRefundOpen while the buyer
// waits for an answer about the money.
func (s *Service) GiveService(ctx context.Context, no string, g Given) error {
	g.Note = strings.TrimSpace(g.Note)
	if n := utf8.RuneCountInString(g.Note); n < 2 || n > 200 {
		return errServiceNote
	}
	o, err := s.AnyOrder(ctx, no)
	if err != nil {
		return err
	}
	now := clock.MS(s.Clock)
	if g.At != 0 && (g.At < o.PaidAt-day || g.At > now) {
		return errServiceGiven
	}
	return s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := tx.Get(ctx, qOrderLock, &o, o.ID); err != nil {
			return err
		}
		items, err := s.ItemsIn(ctx, tx, o.ID)
		if err != nil {
			return err
		}
		it, err := pick(items, g.ItemID)
		if err != nil {
			return err
		}
		given, err := servicesOf(ctx, tx, o.ID)
		if err != nil {
			return err
		}
		if no := given[it.ID].blocked(); no != nil {
			return no
		}
		n, err := tx.Exec(ctx, qServiceDone, it.ID, g.Note, g.At, now, audit.ActorOf(ctx).ID)
		if err != nil {
			return err
		}
		if n == 0 {
			return ErrServiceState
		}
		if err := s.earnWhole(ctx, tx, it.ID, now); err != nil {
			return err
		}
		if err := s.event(ctx, tx, o.ID, "service_done", it.Title+"："+g.Note); err != nil {
			return err
		}
		return audit.Write(ctx, tx, s.Clock, "service.done", fmt.Sprintf("order_item:%d", it.ID), map[string]any{"state": ServiceWaiting},
			map[string]any{"state": ServiceDone, "order_no": o.No, "given_at": g.At}, g.Note)
	})
}

// awaitService writes down that a line is to be given, and that its money is owed until
// then.
func (s *Service) awaitService(ctx context.Context, tx *db.Tx, o Order, it Item) error {
	now := clock.MS(s.Clock)
	if _, err := tx.Exec(ctx, qServiceAdd, it.ID, o.ID, now); err != nil {
		return err
	}
	if it.PriceFen == 0 || o.BookRule < bookServices {
		return nil
	}
	return s.await(ctx, tx, o, it)
}

// await writes down that the money of a line is owed until somebody's word, not for a
// time: it has no due date.
func (s *Service) await(ctx context.Context, tx *db.Tx, o Order, it Item) error {
	now := clock.MS(s.Clock)
	_, err := tx.Exec(ctx, qScheduleAdd, it.ID, o.ID, it.Kind, it.PriceFen, now, now+1, 0)
	return err
}

// earnWhole books what a line that awaited a word has earned by it: all that was not
// given back.
func (s *Service) earnWhole(ctx context.Context, tx *db.Tx, itemID, now int64) error {
	var sc schedule
	err := tx.Get(ctx, qSchedule, &sc, itemID)
	if errors.Is(err, db.ErrNone) {
		return nil // free, or earned when it was paid, as orders of before are
	}
	if err != nil {
		return err
	}
	earned := sc.TotalFen - sc.ReturnedFen
	if earned <= sc.EarnedFen {
		return nil
	}
	n, err := tx.Exec(ctx, qEarn, itemID, sc.EarnedFen, earned, 0)
	if err != nil {
		return err
	}
	if n == 0 {
		return fmt.Errorf("commerce: line %d was earned elsewhere", itemID)
	}
	b, err := bookedItem(ctx, tx, itemID)
	if err != nil {
		return err
	}
	sums := map[string]int64{ledger.Deferred(sc.Kind): sc.EarnedFen - earned}
	b.move(sums, sc.EarnedFen-sc.UndoneFen, earned-sc.UndoneFen)
	return ledger.Post(ctx, tx, ledger.Entry{Kind: "earn:" + sc.Kind, RefKind: "order_item", RefID: itemID, OrderID: sc.OrderID, At: now, Lines: postings(sums)})
}
