package app

import (
	"context"
	"fmt"

	"zhizhou/internal/commerce"
	"zhizhou/internal/db"
	"zhizhou/internal/setting"
	"zhizhou/internal/share"
)

// newSharing builds the graph of shares and says what can be shared.
func (a *App) newSharing() {
	a.Share = share.New(share.Config{DB: a.DB, Clock: a.Clock, Settings: a.Settings, Box: a.Box})
	a.Share.Lead(share.School, func(ctx context.Context, _ int64, _ string, _ int64) (share.Target, error) {
		s := setting.NewShop()
		_, err := a.Settings.Load(ctx, s)
		return share.Target{Title: s.Name, Text: s.Slogan, Path: "/"}, err
	})
	a.Share.Lead(share.Course, func(ctx context.Context, _ int64, _ string, id int64) (share.Target, error) {
		ok, err := a.Catalog.Visible(ctx, id)
		if err == nil && !ok {
			err = share.ErrGone
		}
		if err != nil {
			return share.Target{}, err
		}
		c, err := a.Catalog.Card(ctx, "", id)
		return share.Target{Title: c.Title, Text: c.Promise, Cover: c.Cover, Scene: c.Scene, Path: fmt.Sprintf("/course/%d", id)}, err
	})
	a.Share.Lead(share.Product, func(ctx context.Context, _ int64, _ string, id int64) (share.Target, error) {
		p, _, err := a.Catalog.ProductByID(ctx, id, false)
		if err == nil && p.Status != "published" {
			err = share.ErrGone
		}
		return share.Target{Title: p.Title, Text: p.Promise, Cover: p.Cover, Scene: p.Scene, Path: fmt.Sprintf("/product/%d", id)}, err
	})
}

// wireSharing says what is told of registrations and orders.
func (a *App) wireSharing() {
	a.Account.OnMerge(a.Share.Merge)
	a.Share.OnJoined(func(ctx context.Context, tx *db.Tx, j share.Joined) error {
		return a.Referral.Led(ctx, tx, j.UserID, j.SharerID)
	})
	a.Commerce.OnPaid(func(ctx context.Context, tx *db.Tx, o commerce.Order) error {
		return a.Share.Ordered(ctx, tx, share.Sale{OrderID: o.ID, BuyerID: o.UserID, PaidFen: o.PaidFen, PaidAt: o.PaidAt})
	})
}
