package commerce

import (
	"context"
	"errors"
	"slices"
	"time"

	"zhizhou/internal/catalog"
	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/id"
	"zhizhou/internal/pay"
)

// Payment is one attempt to pay an order through a channel.
type Payment struct {
	ID            int64
	OrderID       int64
	Channel       string
	OutTradeNo    string
	AmountFen     int64
	MchID         string
	AppID         string
	PayerOpenID   string `db:"payer_openid"`
	Status        string
	Outcome       string
	TransactionID string
	Note          string
	CreatedAt     int64
	ExpiresAt     int64
	PaidAt        int64
	CheckAt       int64
	Checks        int64
}

// Attempt is what the client needs to pay.
type Attempt struct {
	OutTradeNo string
	Channel    pay.Channel
	Action     pay.Action
	Paid       bool // it turned out to be paid already
}

// PayInput says how an order is to be paid.
type PayInput struct {
	UserID    int64
	OrderNo   string
	Platform  string
	ClientIP  string
	ReturnURL string
	Channel   pay.Channel // the buyer's choice among those offered; "" the usual one
}

// Pay opens a payment attempt on the channel that the buyer chose or the policy
// names first, or hands out a fresh credential for the one already open: an order never has two open attempts
// on a channel. Returns ErrOrderGone, ErrOrderClosed, ErrChannel, ErrNoPayer,
// ErrItemUnready and the pay errors.
func (s *Service) Pay(ctx context.Context, in PayInput) (Attempt, error) {
	o, err := s.Order(ctx, in.UserID, in.OrderNo)
	if err != nil {
		return Attempt{}, err
	}
	switch {
	case o.Status == Paid || o.Status == Refunded:
		return Attempt{Paid: true}, nil
	case o.Auto:
		return Attempt{}, ErrRenewalOrder
	case o.Status == Closed || o.ExpiresAt <= clock.MS(s.Clock):
		return Attempt{}, ErrOrderClosed
	}
	// One second try: the channel may say that the number cannot be used again.
	for try := 0; ; try++ {
		a, err := s.attempt(ctx, o, in)
		switch {
		case errors.Is(err, pay.ErrPaid):
			if _, err := s.Sync(ctx, o.UserID, o.No); err != nil {
				return Attempt{}, err
			}
			now, err := s.Order(ctx, in.UserID, in.OrderNo)
			if err == nil && now.Status != Paid {
				err = pay.ErrPaid
			}
			return Attempt{Paid: err == nil}, err
		case errors.Is(err, pay.ErrNewNumber) && try == 0:
			if err := s.giveUp(ctx, a.OutTradeNo, "通道要求换单号"); err != nil {
				return Attempt{}, err
			}
		default:
			return a, err
		}
	}
}

func (s *Service) attempt(ctx context.Context, o Order, in PayInput) (Attempt, error) {
	q := o.Frozen()
	// What is shown was priced for the order's platform; paying happens there.
	channel, err := s.chosen(ctx, in, q)
	if err != nil {
		return Attempt{}, err
	}
	if miniOf(o.Platform) != miniOf(in.Platform) {
		return Attempt{}, ErrChannel
	}
	provider, merchant, err := s.Channels.Provider(ctx, channel)
	if err != nil {
		return Attempt{}, err
	}
	req := pay.Prepay{
		Description: clip(q.Title(), 40), AmountFen: o.TotalFen, ClientIP: in.ClientIP, ReturnURL: in.ReturnURL,
		NotifyURL: s.Channels.NotifyURL(channel, "payment"), ExpiresAt: time.UnixMilli(o.ExpiresAt),
	}
	if err := s.payer(ctx, o, q, channel, &req); err != nil {
		return Attempt{}, err
	}
	var p Payment
	err = s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		now := clock.MS(s.Clock)
		var fresh []Order
		var open []Payment
		if err := tx.All(ctx, db.Rows(qOrderLock, &fresh, o.ID), db.Rows(qPayments, &open, o.ID)); err != nil {
			return err
		}
		if len(fresh) == 0 || fresh[0].Status != Pending {
			return ErrOrderClosed
		}
		// Of another WeChat account or other keys, the channel would refuse the number.
		i := slices.IndexFunc(open, func(p Payment) bool {
			return p.Channel == string(channel) && p.Status == PaymentCreated && p.ExpiresAt > now && p.PayerOpenID == req.OpenID && p.AppID == merchant.AppID && p.MchID == merchant.MchID
		})
		if i >= 0 {
			p = open[i]
			return nil
		}
		p = Payment{
			ID: id.New(), OrderID: o.ID, Channel: string(channel), OutTradeNo: id.Code(), AmountFen: o.TotalFen, MchID: merchant.MchID, AppID: merchant.AppID,
			PayerOpenID: req.OpenID, CreatedAt: now, ExpiresAt: o.ExpiresAt, CheckAt: now + 60_000,
		}
		return tx.Later(ctx, qPaymentInsert, p.ID, p.OrderID, p.Channel, p.OutTradeNo, p.AmountFen, p.MchID, p.AppID, p.PayerOpenID, p.CreatedAt, p.ExpiresAt, p.CheckAt)
	})
	if err != nil {
		return Attempt{}, err
	}
	req.OutTradeNo = p.OutTradeNo
	out := Attempt{OutTradeNo: p.OutTradeNo, Channel: channel}
	// After the commit: a crash from here on leaves a row that reconciling closes.
	out.Action, err = provider.Prepay(ctx, req)
	return out, err
}

func miniOf(platform string) bool { return platform == "mp_ios" || platform == "mp_android" }

// payer fills in who pays, where the channel wants to know.
func (s *Service) payer(ctx context.Context, o Order, q Quote, channel pay.Channel, req *pay.Prepay) error {
	var kind string
	switch channel {
	case pay.WechatJSAPI:
		kind = "wechat_official"
	case pay.WechatVirtual, pay.WechatMini:
		kind = "wechat_mini"
	default:
		return nil
	}
	openid, sessionKey, err := s.Payers.Payer(ctx, o.UserID, kind)
	if err != nil {
		return err
	}
	if openid == "" {
		return ErrNoPayer
	}
	req.OpenID = openid
	if channel != pay.WechatVirtual {
		return nil
	}
	if sessionKey == "" {
		return ErrNoPayer
	}
	it, err := s.item(ctx, q)
	if err != nil {
		return err
	}
	req.ProductID, req.Quantity, req.SessionKey, req.Attach = it.ItemID, int(q.Items[0].Quantity), sessionKey, o.No
	return nil
}

// item returns what virtual payment charges for a quote: one kind of goods at a
// published price, so many times (INV-12). Returns ErrItemUnready, ErrChannel for
// what it cannot express.
func (s *Service) item(ctx context.Context, q Quote) (catalog.Item, error) {
	line := q.Items[0]
	if len(q.Items) > 1 || line.PayFen%line.Quantity != 0 {
		return catalog.Item{}, ErrChannel.Say("小程序里一次只能买一种商品，请分开下单")
	}
	it, err := s.Catalog.Item(ctx, s.DB, line.SKUID, line.PayFen/line.Quantity)
	if err == nil && it.State != catalog.ItemPublished {
		err = ErrItemUnready
	}
	return it, err
}

func clip(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n])
	}
	return s
}

// giveUp closes an attempt on our side alone.
func (s *Service) giveUp(ctx context.Context, outTradeNo, note string) error {
	return s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		var p Payment
		if err := tx.Get(ctx, qPaymentByNo, &p, outTradeNo); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, qPaymentClosed, p.ID, note)
		return err
	})
}

// Sync asks the channels about the open attempts of a user's order and settles
// what was paid. Returns ErrOrderGone.
func (s *Service) Sync(ctx context.Context, userID int64, no string) (Order, error) {
	o, err := s.Order(ctx, userID, no)
	if err != nil || o.Status != Pending {
		return o, err
	}
	var payments []Payment
	if err := s.DB.List(ctx, qPayments, &payments, o.ID); err != nil {
		return o, err
	}
	for _, p := range payments {
		if p.Status == PaymentCreated {
			if err := s.check(ctx, p); err != nil && !errors.Is(err, pay.ErrRetry) {
				return o, err
			}
		}
	}
	return s.Order(ctx, userID, no)
}

// Close ends an unpaid order of the user: the channel is asked first, and if it
// was paid in the meantime it is settled instead. Returns ErrOrderGone,
// ErrOrderPaid, pay.ErrRetry when the channel gives no answer.
func (s *Service) Close(ctx context.Context, userID int64, no string) (Order, error) {
	o, err := s.Order(ctx, userID, no)
	if err != nil {
		return o, err
	}
	if o.Status == Closed {
		return o, nil
	}
	if o.Status != Pending {
		return o, ErrOrderPaid
	}
	if o.Auto {
		return o, ErrRenewalOrder
	}
	if err := s.close(ctx, o.ID); err != nil {
		return o, err
	}
	return s.Order(ctx, userID, no)
}

func (s *Service) close(ctx context.Context, orderID int64) error {
	var payments []Payment
	if err := s.DB.List(ctx, qPayments, &payments, orderID); err != nil {
		return err
	}
	for _, p := range payments {
		if p.Status != PaymentCreated {
			continue
		}
		if err := s.closeAttempt(ctx, p); err != nil {
			return err
		}
	}
	return s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error { return s.closed(ctx, tx, orderID) })
}

// closed ends an unpaid order and gives back what it held; when it was paid or
// closed in the meantime nothing happens.
func (s *Service) closed(ctx context.Context, tx *db.Tx, orderID int64) error {
	n, err := tx.Exec(ctx, qOrderClose, orderID, clock.MS(s.Clock))
	if err != nil || n == 0 {
		return err
	}
	if err := s.Points.Release(ctx, tx, orderID); err != nil {
		return err
	}
	if err := s.releaseCredits(ctx, tx, orderID); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, qBargainFree, orderID); err != nil {
		return err
	}
	return s.release(ctx, tx, orderID)
}

func (s *Service) closeAttempt(ctx context.Context, p Payment) error {
	provider, _, err := s.Channels.Provider(ctx, pay.Channel(p.Channel))
	if err != nil {
		return err
	}
	err = provider.Close(ctx, p.OutTradeNo, p.PayerOpenID)
	switch {
	case errors.Is(err, pay.ErrPaid):
		r, err := provider.Query(ctx, p.OutTradeNo, p.PayerOpenID)
		if err != nil {
			return err
		}
		return s.Settle(ctx, r)
	case err != nil && !errors.Is(err, pay.ErrNotFound):
		return err
	}
	return s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, qPaymentClosed, p.ID, "订单关闭")
		return err
	})
}
