// Package shipping tells the mini program that ordinary WeChat payments were
// delivered, as its shipping management demands: WeChat holds the money back until
// then and bars shops that forget. It owns shipments; each ends shipped, settled or
// refunded, or waits for a person as stuck (INV-48). Payments of virtual payment
// and of browsers need none.
//
// WeChat takes the information once and one correction. An upload whose answer was
// lost is therefore never repeated blindly: the trade's state is asked first, and a
// state that still says "to ship" is believed only after an hour.
package shipping

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"zhizhou/internal/audit"
	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/errs"
	"zhizhou/internal/wechat"
)

const (
	// settle is how long WeChat may need until it knows a payment that it reported.
	settle = time.Minute
	// doubt is how long a state is not trusted after an upload without an answer.
	doubt = time.Hour
	// patience is how many times a refusal is tried again before a person looks.
	patience = 8
	batch    = 50
	titleMax = 120
)

// Desk is the mini program's server. wechat.Client is one.
type Desk interface {
	Managed(ctx context.Context) (bool, error)
	TradeState(ctx context.Context, transactionID string) (wechat.Trade, error)
	Ship(ctx context.Context, s wechat.Shipping) error
}

// Service is the shipping domain.
type Service struct {
	DB    *db.DB
	Clock clock.Clock
	Log   *slog.Logger
	// Desk returns the mini program as configured now.
	Desk func(ctx context.Context) (Desk, error)
}

// The refusals of this domain.
var (
	ErrGone  = errs.New(errs.NotFound, "shipment_gone", "没有这条发货信息")
	ErrState = errs.New(errs.Conflict, "shipment_state", "这条发货信息不需要再处理")
)

// Shipment is what WeChat is to be told of one payment.
type Shipment struct {
	PaymentID, OrderID    int64
	State                 string // "pending", "shipped", "settled", "refunded", "unmanaged" or "stuck"
	SentAt, DueAt, Tries  int64
	Note                  string
	CreatedAt, FinishedAt int64
}

// Paid notes that an order was paid, in the settling transaction. It matters only
// for the mini program's ordinary payments.
func (s *Service) Paid(ctx context.Context, tx *db.Tx, orderID int64) error {
	now := clock.MS(s.Clock)
	return tx.Later(ctx, qInsert, orderID, now+settle.Milliseconds(), now)
}

// Refunded notes that all of an order's money went back: nothing is to be shipped.
func (s *Service) Refunded(ctx context.Context, tx *db.Tx, orderID int64) error {
	_, err := tx.Exec(ctx, qRefunded, orderID, clock.MS(s.Clock))
	return err
}

// Sweep brings what is due forward. One that fails does not stop the others.
func (s *Service) Sweep(ctx context.Context) error {
	var due []int64
	if err := s.DB.List(ctx, qDue, &due, clock.MS(s.Clock), batch); err != nil || len(due) == 0 {
		return err
	}
	desk, err := s.Desk(ctx)
	if err != nil {
		return err
	}
	managed, err := desk.Managed(ctx)
	if err != nil {
		return fmt.Errorf("shipping: %w", err)
	}
	for _, paymentID := range due {
		if err := s.push(ctx, desk, managed, paymentID); err != nil {
			s.Log.Warn("shipping information not uploaded", "payment", paymentID, "err", err)
		}
	}
	return nil
}

// parcel is a shipment with what WeChat asks about it.
type parcel struct {
	Shipment
	TransactionID, OpenID, Title string
}

// push asks WeChat about one payment and uploads what it lacks.
func (s *Service) push(ctx context.Context, desk Desk, managed bool, paymentID int64) error {
	var p parcel
	if err := s.DB.Get(ctx, qParcel, &p, paymentID); err != nil {
		return err
	}
	now := clock.MS(s.Clock)
	// The row is moved on before anybody is asked: two servers never work on one.
	wait := min(time.Hour, time.Minute<<min(p.Tries, 6))
	if mine, err := s.write(ctx, qClaim, paymentID, p.DueAt, now+wait.Milliseconds()); err != nil || !mine {
		return err
	}
	if !managed {
		return s.finish(ctx, paymentID, "unmanaged", "")
	}
	state, err := desk.TradeState(ctx, p.TransactionID)
	if err != nil {
		return s.doubtful(ctx, p, err)
	}
	switch state {
	case wechat.TradePaid:
	case wechat.TradeRefunded:
		return s.finish(ctx, paymentID, "refunded", "")
	case wechat.TradeShipped:
		return s.finish(ctx, paymentID, "shipped", "")
	default:
		return s.finish(ctx, paymentID, "settled", "")
	}
	if p.SentAt > 0 && now-p.SentAt < doubt.Milliseconds() {
		_, err := s.write(ctx, qLater, paymentID, p.SentAt+doubt.Milliseconds(), "上次上传没有得到回答，一小时后再核对")
		return err
	}
	if mine, err := s.write(ctx, qSending, paymentID, p.SentAt, now); err != nil || !mine {
		return err
	}
	title := []rune(p.Title)
	err = desk.Ship(ctx, wechat.Shipping{TransactionID: p.TransactionID, OpenID: p.OpenID, Item: string(title[:min(len(title), titleMax)]), At: s.Clock.Now().In(clock.China)})
	if err == nil || errors.Is(err, wechat.ErrTradeShipped) {
		return s.finish(ctx, paymentID, "shipped", "")
	}
	if !errors.Is(err, wechat.ErrOffline) {
		// A clear refusal took nothing: the next try is the first again.
		if _, err := s.write(ctx, qUnsent, paymentID, now); err != nil {
			return err
		}
	}
	return s.doubtful(ctx, p, err)
}

// doubtful leaves a shipment for later, or for a person when WeChat keeps refusing.
func (s *Service) doubtful(ctx context.Context, p parcel, cause error) error {
	note, refused := "微信暂时没有回答", false
	var e *wechat.Error
	switch {
	case errors.Is(cause, wechat.ErrTradeUnknown):
		note, refused = "微信还没有这笔支付", true
	case errors.Is(cause, wechat.ErrTradeOver):
		note, refused = "微信说这笔支付不能再发货", true
	case errors.As(cause, &e):
		note, refused = fmt.Sprintf("微信拒绝了（%d）", e.Code), true
	}
	if refused && p.Tries+1 >= patience {
		return s.finish(ctx, p.PaymentID, "stuck", note)
	}
	if _, err := s.write(ctx, qNote, p.PaymentID, note); err != nil {
		return err
	}
	return cause
}

// write is one statement in its own transaction; it reports whether a row moved.
func (s *Service) write(ctx context.Context, q *db.Stmt, args ...any) (moved bool, err error) {
	err = s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		n, err := tx.Exec(ctx, q, args...)
		moved = n > 0
		return err
	})
	return moved, err
}

func (s *Service) finish(ctx context.Context, paymentID int64, state, note string) error {
	_, err := s.write(ctx, qFinish, paymentID, state, note, clock.MS(s.Clock))
	return err
}

// Told acts on a push of shipping management; the app has checked its signature.
func (s *Service) Told(ctx context.Context, e wechat.TradeEvent) error {
	q, now := qRemind, clock.MS(s.Clock)
	switch e.Event {
	case wechat.EventSettlement:
		if !e.Settled {
			return nil
		}
		q = qSettled
	case wechat.EventRemindAccess:
		s.Log.Error("WeChat asks for shipping information: is the shipping sweep running?")
		return nil
	}
	_, err := s.write(ctx, q, e.TransactionID, now)
	return err
}

// Of returns the shipments of an order; none when its payment needs none.
func (s *Service) Of(ctx context.Context, orderID int64) ([]Shipment, error) {
	var rows []Shipment
	err := s.DB.List(ctx, qOf, &rows, orderID)
	return rows, err
}

// Row is a shipment in staff's list.
type Row struct {
	Shipment
	OrderNo, Title string
	PaidAt         int64
}

// List shows shipments of a state ("" all), newest first.
func (s *Service) List(ctx context.Context, state string, before int64, limit int) ([]Row, error) {
	var rows []Row
	err := s.DB.List(ctx, qList, &rows, state, before, limit)
	return rows, err
}

// Retry takes a stuck shipment up again, after a person dealt with its cause.
// Returns ErrGone, ErrState.
func (s *Service) Retry(ctx context.Context, paymentID int64, reason string) error {
	return s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		var was Shipment
		if err := tx.Get(ctx, qByPayment, &was, paymentID); err != nil {
			if errors.Is(err, db.ErrNone) {
				err = ErrGone
			}
			return err
		}
		n, err := tx.Exec(ctx, qRetry, paymentID, clock.MS(s.Clock))
		if err != nil {
			return err
		}
		if n == 0 {
			return ErrState
		}
		return audit.Write(ctx, tx, s.Clock, "shipment.retry", fmt.Sprintf("payment:%d", paymentID), map[string]any{"state": was.State, "note": was.Note}, map[string]any{"state": "pending"}, reason)
	})
}
