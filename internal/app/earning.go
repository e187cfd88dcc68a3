package app

import (
	"context"
	"errors"

	"zhizhou/internal/commerce"
	"zhizhou/internal/commission"
	"zhizhou/internal/db"
	"zhizhou/internal/partner"
	"zhizhou/internal/pay"
	"zhizhou/internal/referral"
)

// newEarning builds what inviting earns.
func (a *App) newEarning() {
	a.Referral = referral.New(referral.Config{DB: a.DB, Clock: a.Clock, Settings: a.Settings, Coupons: a.Commerce, Log: a.log, Judge: a.mayHave})
	a.Commission = commission.New(commission.Config{
		DB: a.DB, Jobs: a.Jobs, Clock: a.Clock, Box: a.Box, Referral: a.Referral, Channels: a.outside, Payers: a.Account, Log: a.log,
		Led: a.ledBy, Roles: a.Partner.Earning, Judge: a.mayHave,
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
