package app

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"zhizhou/internal/blob"
	"zhizhou/internal/catalog"
	"zhizhou/internal/commerce"
	"zhizhou/internal/db"
	"zhizhou/internal/growth"
	"zhizhou/internal/setting"
	"zhizhou/internal/share"
)

// newSharing builds the graph of shares, what is counted of it, and says what can be shared.
func (a *App) newSharing(store blob.Store) {
	a.Growth = growth.New(a.DB, a.Clock)
	a.Share = share.New(share.Config{
		DB: a.DB, Clock: a.Clock, Settings: a.Settings, Box: a.Box, Store: store, Picture: a.picture, Signed: func(ctx context.Context, userID int64) (string, error) { return a.Partner.Signed(ctx, userID) },
		MiniApp: a.outside.miniApp, Mini: a.outside.miniCode,
	})
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
		if err != nil {
			return share.Target{}, err
		}
		_, skus, err := a.Catalog.Product(ctx, id, false)
		t := priced(skus)
		t.Title, t.Text, t.Cover, t.Scene, t.Path = c.Title, c.Promise, c.Cover, c.Scene, fmt.Sprintf("/course/%d", id)
		return t, err
	})
	a.Share.Lead(share.Product, func(ctx context.Context, _ int64, _ string, id int64) (share.Target, error) {
		p, skus, err := a.Catalog.ProductByID(ctx, id, false)
		if err == nil && p.Status != "published" {
			err = share.ErrGone
		}
		t := priced(skus)
		t.Title, t.Text, t.Cover, t.Scene, t.Path = p.Title, p.Promise, p.Cover, p.Scene, fmt.Sprintf("/product/%d", id)
		return t, err
	})
}

// priced is a target with the lowest price of what is sold of it, of a trial only when there
// is nothing else.
func priced(skus []catalog.SKU) (t share.Target) {
	skus = slices.DeleteFunc(slices.Clone(skus), func(k catalog.SKU) bool { return !k.Active })
	if whole := slices.DeleteFunc(slices.Clone(skus), func(k catalog.SKU) bool { return k.Trial }); len(whole) > 0 {
		skus = whole
	}
	for i, k := range skus {
		if i == 0 {
			t.PriceFen = k.PriceFen
		}
		t.Varies = t.Varies || k.PriceFen != t.PriceFen
		t.PriceFen = min(t.PriceFen, k.PriceFen)
	}
	return t
}

// picture reads a public picture by its key, at most so many bytes.
func (a *App) picture(ctx context.Context, key string, most int64) ([]byte, error) {
	r, _, err := a.Media.OpenImage(ctx, strings.TrimPrefix(key, "img/"))
	if err != nil {
		return nil, err
	}
	defer func() { _ = r.Close() }()
	return io.ReadAll(io.LimitReader(r, most))
}

// wireSharing says what is told of registrations and orders.
func (a *App) wireSharing() {
	a.Account.OnMerge(a.Share.Merge)
	a.Share.OnJoined(func(ctx context.Context, tx *db.Tx, j share.Joined) error {
		return a.Referral.Led(ctx, tx, j.UserID, j.SharerID)
	})
	a.Commerce.OnPaid(func(ctx context.Context, tx *db.Tx, o commerce.Order) error {
		if o.Deposit {
			return nil
		}
		return a.Share.Ordered(ctx, tx, share.Sale{OrderID: o.ID, BuyerID: o.UserID, PaidFen: o.PaidFen, PaidAt: o.PaidAt})
	})
}
