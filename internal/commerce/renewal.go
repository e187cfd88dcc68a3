package commerce

import (
	"context"
	"errors"
	"time"

	"zhizhou/internal/catalog"
	"zhizhou/internal/clock"
	"zhizhou/internal/commerce/price"
	"zhizhou/internal/db"
	"zhizhou/internal/id"
	"zhizhou/internal/pay"
)

// ErrRenewalOrder is returned to a buyer who pays or closes an order of a contract.
var ErrRenewalOrder = ErrChannel.Say("这是自动续费的订单，由微信扣款；不想续费请到「自动续费」里关闭")

// RenewalPlatform is where contracts are signed; its prices hold for them.
const RenewalPlatform = "wechat_h5"

// Renewal is one charge under a contract.
type Renewal struct {
	UserID     int64
	Key        string // one order per key
	SKUID      int64
	CapFen     int64  // never more than this
	ContractID string // the channel's number of the contract
	OpenID     string // who signed it
	Until      int64  // ms: the order may be charged until then
	// Allow is asked in the very transaction that writes an attempt, and before an
	// attempt that never arrived is sent again under its number (again). An error
	// stops the charge.
	Allow func(ctx context.Context, tx *db.Tx, o Order, again bool) error
}

// The outcomes of a charge.
const (
	RenewalPaid    = "paid"
	RenewalPending = "pending" // under way, or nobody knows: ask again
	RenewalFailed  = "failed"  // for good; another attempt is a new one
)

// OnContract registers f to act on what a channel says about contracts, in the
// transaction that keeps the message. It returns ErrPaymentGone for one that is not
// ours.
func (s *Service) OnContract(f func(ctx context.Context, tx *db.Tx, r pay.ContractReceipt) error) {
	s.onContract = f
}

// RefuseRenewals registers f to say, in the settling transaction, why the money of a
// contract's order goes back; "" when it is welcome.
func (s *Service) RefuseRenewals(f func(ctx context.Context, tx *db.Tx, o Order) (why string, err error)) {
	s.unwanted = f
}

// RenewalFen returns what a renewal of a SKU costs now, fen: its list price, at
// most capFen. Coupons and promotions do not count. Returns catalog.ErrSKUGone.
func (s *Service) RenewalFen(ctx context.Context, skuID, capFen int64) (int64, error) {
	o, err := s.Catalog.Offer(ctx, s.DB, skuID, RenewalPlatform)
	return min(o.PriceFen, capFen), err
}

// Renew places the order of a charge, once per key, and brings it forward: an
// attempt that is open is asked about first, and only without one a new attempt is
// made. The outcome is known when it is paid or failed. Returns what Allow returns,
// catalog.ErrSKUGone, ErrChannel, and the pay errors.
func (s *Service) Renew(ctx context.Context, in Renewal) (Order, string, error) {
	var o Order
	err := s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		o, err = s.placeRenewal(ctx, tx, in)
		return err
	})
	if err != nil {
		return o, "", err
	}
	return s.forward(ctx, o, in, true)
}

// Chase asks about a charge that was begun and makes no new attempt.
func (s *Service) Chase(ctx context.Context, orderID int64, in Renewal) (string, error) {
	var o Order
	if err := s.DB.Get(ctx, qOrderByID, &o, orderID); err != nil {
		return "", err
	}
	_, state, err := s.forward(ctx, o, in, false)
	return state, err
}

func (s *Service) placeRenewal(ctx context.Context, tx *db.Tx, in Renewal) (Order, error) {
	var o Order
	err := tx.Get(ctx, qOrderByKey, &o, in.UserID, in.Key)
	if !errors.Is(err, db.ErrNone) {
		return o, err
	}
	offer, err := s.Catalog.Offer(ctx, tx, in.SKUID, RenewalPlatform)
	if err != nil {
		return o, err
	}
	fen := min(offer.PriceFen, in.CapFen)
	if fen <= 0 {
		return o, catalog.ErrSKUGone
	}
	// The agreed price stands for the list price: no rule of the shop touches it.
	offer.PriceFen, offer.BeforeFen, offer.WeekLowFen = fen, 0, fen
	p := price.Of(price.Input{At: clock.MS(s.Clock), Platform: RenewalPlatform, NoCoupon: true, Items: []price.Item{{
		SKUID: offer.SKUID, ProductID: offer.ProductID, Kind: offer.Kind, CategoryID: offer.CategoryID, Label: offer.Title, ListFen: fen, Quantity: 1,
	}}})
	q := explain(Ask{UserID: in.UserID, Platform: RenewalPlatform, Wants: []Want{{SKUID: in.SKUID, Quantity: 1}}}, []catalog.Offer{offer}, p, s.Clock.Now())
	q.Lines[0].Reason = "自动续费，不高于签约价"
	agreed, err := freeze(q)
	if err != nil {
		return o, err
	}
	now := clock.MS(s.Clock)
	o = Order{
		ID: id.New(), No: id.Code(), UserID: in.UserID, IdemKey: in.Key, InputHash: inputHash("renewal", in.Key), Status: Pending, Platform: RenewalPlatform, Auto: true, BookRule: bookRule,
		ListFen: fen, TotalFen: fen, Quote: agreed, TermsAt: now, CreatedAt: now, ExpiresAt: in.Until,
	}
	n, err := tx.Exec(ctx, qOrderInsert, o.ID, o.No, o.UserID, o.IdemKey, o.InputHash, o.Platform, o.ListFen, o.TotalFen, o.Gift, o.Quote, now, o.ExpiresAt, o.BookRule, o.Deposit)
	if err != nil {
		return o, err
	}
	if n == 0 { // the other server was first
		return o, tx.Get(ctx, qOrderByKey, &o, in.UserID, in.Key)
	}
	if _, err := tx.Exec(ctx, qOrderAuto, o.ID); err != nil {
		return o, err
	}
	return o, s.insertItems(ctx, tx, o, q)
}

// forward brings the charge of an order forward by one question.
func (s *Service) forward(ctx context.Context, o Order, in Renewal, fresh bool) (Order, string, error) {
	switch o.Status {
	case Paid, Refunded:
		return o, RenewalPaid, nil
	case Closed:
		return o, RenewalFailed, nil
	}
	provider, merchant, err := s.Channels.Provider(ctx, pay.WechatPapay)
	if err != nil {
		return o, "", err
	}
	var p Payment
	err = s.DB.Get(ctx, qChargeLive, &p, o.ID)
	switch {
	case err == nil:
		state, err := s.inquire(ctx, provider, o, p, in)
		return o, state, err
	case !errors.Is(err, db.ErrNone):
		return o, "", err
	case !fresh:
		return o, RenewalFailed, nil
	}
	err = s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := tx.Get(ctx, qOrderLock, &o, o.ID); err != nil {
			return err
		}
		if o.Status != Pending {
			return ErrOrderClosed
		}
		if err := in.Allow(ctx, tx, o, false); err != nil {
			return err
		}
		now := clock.MS(s.Clock) // after Allow, which may have waited for a lock
		p = Payment{
			ID: id.New(), OrderID: o.ID, Channel: string(pay.WechatPapay), OutTradeNo: id.Code(), AmountFen: o.TotalFen, MchID: merchant.MchID, AppID: merchant.AppID,
			PayerOpenID: in.OpenID, CreatedAt: now, ExpiresAt: o.ExpiresAt, CheckAt: now + 60_000,
		}
		_, err := tx.Exec(ctx, qPaymentInsert, p.ID, p.OrderID, p.Channel, p.OutTradeNo, p.AmountFen, p.MchID, p.AppID, p.PayerOpenID, p.CreatedAt, p.ExpiresAt, p.CheckAt)
		return err
	})
	if err != nil {
		return o, "", err
	}
	state, err := s.send(ctx, provider, o, p, in)
	return o, state, err
}

// send asks the channel to charge. A refusal is believed only when the channel,
// asked again, has no such charge; silence is never taken for a refusal.
func (s *Service) send(ctx context.Context, provider pay.Provider, o Order, p Payment, in Renewal) (string, error) {
	_, err := provider.Prepay(ctx, pay.Prepay{
		OutTradeNo: p.OutTradeNo, Description: clip(o.Frozen().Title(), 40), AmountFen: p.AmountFen, OpenID: p.PayerOpenID, ContractID: in.ContractID,
		NotifyURL: s.Channels.NotifyURL(pay.WechatPapay, "payment"), ExpiresAt: time.UnixMilli(p.ExpiresAt),
	})
	if err == nil || errors.Is(err, pay.ErrRetry) {
		return RenewalPending, nil
	}
	refused := pay.Advise(err)
	s.Log.Warn("charge refused", "payment", p.ID, "code", refused.Code)
	r, err := provider.Query(ctx, p.OutTradeNo, p.PayerOpenID)
	if errors.Is(err, pay.ErrNotFound) {
		return RenewalFailed, s.giveUp(ctx, p.OutTradeNo, "通道拒绝扣款："+refused.Code)
	}
	return s.judge(ctx, p, r, err)
}

// inquire asks about an open attempt; one that never arrived is sent again under
// its number, if that is still allowed.
func (s *Service) inquire(ctx context.Context, provider pay.Provider, o Order, p Payment, in Renewal) (string, error) {
	r, err := provider.Query(ctx, p.OutTradeNo, p.PayerOpenID)
	if !errors.Is(err, pay.ErrNotFound) {
		return s.judge(ctx, p, r, err)
	}
	err = s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := tx.Get(ctx, qOrderLock, &o, o.ID); err != nil {
			return err
		}
		return in.Allow(ctx, tx, o, true)
	})
	if err != nil {
		s.Log.Info("charge not sent again", "payment", p.ID)
		return RenewalFailed, s.giveUp(ctx, p.OutTradeNo, "没有发出，也不再扣款")
	}
	return s.send(ctx, provider, o, p, in)
}

// judge acts on what the channel says of an attempt.
func (s *Service) judge(ctx context.Context, p Payment, r pay.Receipt, err error) (string, error) {
	switch {
	case err != nil:
		return RenewalPending, err
	case r.State == pay.StateSuccess:
		return RenewalPaid, s.Settle(ctx, r)
	case r.State == pay.StateClosed:
		return RenewalFailed, s.giveUp(ctx, p.OutTradeNo, "扣款没有成功")
	}
	return RenewalPending, nil
}

// DropRenewal closes a contract's order that nothing more will be charged for; a
// charge that is under way keeps it open. Returns pay.ErrRetry for that.
func (s *Service) DropRenewal(ctx context.Context, orderID int64) error { return s.close(ctx, orderID) }

// Note writes something that happened to an order into its history.
func (s *Service) Note(ctx context.Context, tx *db.Tx, orderID int64, kind, note string) error {
	return s.event(ctx, tx, orderID, kind, note)
}

var (
	qOrderAuto  = db.Q("commerce/order_auto", `UPDATE orders SET auto = TRUE WHERE id = $1`)
	qChargeLive = db.Q("commerce/charge_live", `SELECT `+paymentColumns+` FROM payments WHERE order_id = $1 AND channel = 'wechat_papay' AND status = 'created' ORDER BY id DESC LIMIT 1`)
)
