package app

import (
	"context"
	"errors"
	"fmt"

	"zhizhou/internal/commerce"
	"zhizhou/internal/commission"
	"zhizhou/internal/db"
	"zhizhou/internal/message"
	"zhizhou/internal/partner"
	"zhizhou/internal/pay"
	"zhizhou/internal/referral"
)

// newEarning builds what inviting earns.
func (a *App) newEarning() {
	a.Referral = referral.New(referral.Config{DB: a.DB, Clock: a.Clock, Settings: a.Settings, Coupons: a.Commerce, Log: a.log, Judge: a.mayHave})
	a.Commission = commission.New(commission.Config{
		DB: a.DB, Jobs: a.Jobs, Clock: a.Clock, Box: a.Box, Referral: a.Referral, Channels: a.outside, Payers: a.Account, Log: a.log,
		Led: a.ledBy, Roles: a.Partner.Earning, Judge: a.mayHave, OnOwn: a.ownBought,
	})
}

// wireEarning says what it reacts to.
func (a *App) wireEarning() {
	a.Account.OnMerge(a.Referral.Merge)
	a.Account.OnMerge(a.Commission.Merge)
	a.Partner.OnReward(partner.Bank{Give: a.Commission.Reward, Take: a.Commission.Unreward, May: a.mayHave})
	a.Commerce.OnPaid(a.accrue)
	a.Commerce.OnRefunded(a.reverse)
	a.Commerce.OnTransfer(a.transferred)
}

// ledBy is whose share an order is owed to, by the rule in force.
func (a *App) ledBy(ctx context.Context, r db.Reader, orderID int64) (int64, error) {
	t, err := a.Share.Terms(ctx, r)
	if err != nil {
		return 0, err
	}
	sharer, _, err := a.Share.By(ctx, r, orderID, t.Rule)
	return sharer, err
}

// accrue tells commission of a sale.
func (a *App) accrue(ctx context.Context, tx *db.Tx, o commerce.Order) error {
	if o.PaidFen == 0 || o.Deposit {
		return nil
	}
	return a.Commission.Accrue(ctx, tx, commission.Sale{OrderID: o.ID, BuyerID: o.UserID, PaidAt: o.PaidAt}, func(ctx context.Context, tx *db.Tx) ([]commission.Line, error) {
		items, err := a.Commerce.ItemsIn(ctx, tx, o.ID)
		lines := make([]commission.Line, 0, len(items))
		for _, it := range items {
			lines = append(lines, commission.Line{ItemID: it.ID, ProductID: it.ProductID, Kind: it.Kind, PaidFen: it.PriceFen, RefundDays: it.RefundDays})
		}
		return lines, err
	})
}

// ownBought tells somebody why a commission that was held is gone.
func (a *App) ownBought(ctx context.Context, tx *db.Tx, e commission.Entry) error {
	return a.Message.Notify(ctx, tx, message.Notice{
		UserID: e.UserID, Kind: message.Partner, Title: "一笔佣金没有解冻", Body: "这一单是你自己付的款，或者买来的东西送给了你，按约定不计佣金。", Link: "/me/commission", Key: fmt.Sprintf("commission:own:%d", e.ID),
	})
}

// reverse tells commission of money of a line that has gone back.
func (a *App) reverse(ctx context.Context, tx *db.Tx, _ commerce.Order, it commerce.Item, r commerce.Refund) error {
	return a.Commission.Reverse(ctx, tx, commission.Back{ItemID: it.ID, RefundID: r.ID, AmountFen: r.AmountFen})
}

// transferred gives a channel's word about a payout to the one who ordered it.
func (a *App) transferred(ctx context.Context, tx *db.Tx, r pay.TransferReceipt) error {
	err := a.Commission.Hear(ctx, tx, r)
	if errors.Is(err, commission.ErrGone) {
		return commerce.ErrTransferGone
	}
	return err
}
