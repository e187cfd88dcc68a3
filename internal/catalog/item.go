package catalog

import (
	"context"
	"fmt"

	"zhizhou/internal/clock"
	"zhizhou/internal/db"
)

// WantItem asks for a SKU's price to be published for virtual payment, which
// charges nothing else; also one that failed before. Free needs none, nor does what is
// not digital: it is paid for in the ordinary way.
func (s *Service) WantItem(ctx context.Context, tx *db.Tx, skuID, fen int64) error {
	if fen <= 0 {
		return nil
	}
	now := clock.MS(s.clock)
	if _, err := tx.Exec(ctx, qItemWant, ItemID(skuID, fen), skuID, fen, now); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, qItemAgain, skuID, fen, now)
	return err
}

// Item is a SKU at one price as virtual payment knows it. A price cannot be sold
// in the mini program before its item is published.
type Item struct {
	ItemID    string
	SKUID     int64 `db:"sku_id"`
	PriceFen  int64
	State     string
	Message   string
	UpdatedAt int64
	SKUName   string `db:"sku_name"`
	Title     string // of the product
}

// The states of an item.
const (
	ItemWanted     = "wanted"
	ItemUploading  = "uploading"
	ItemUploaded   = "uploaded"
	ItemPublishing = "publishing"
	ItemPublished  = "published"
	ItemFailed     = "failed"
)

// ItemID names the item of a SKU at a price.
func ItemID(skuID, priceFen int64) string { return fmt.Sprintf("s%dp%d", skuID, priceFen) }

// Item returns the item of a SKU at a price; State is "" when there is none.
func (s *Service) Item(ctx context.Context, r db.Reader, skuID, priceFen int64) (Item, error) {
	var it Item
	return it, ignoreNone(r.Get(ctx, qItem, &it, skuID, priceFen))
}

// Items lists the items of a product's SKUs, last changed first.
func (s *Service) Items(ctx context.Context, r db.Reader, productID int64) ([]Item, error) {
	var rows []Item
	err := r.List(ctx, qItems, &rows, productID)
	return rows, err
}

// OpenItems lists items that are on their way to being published.
func (s *Service) OpenItems(ctx context.Context) ([]Item, error) {
	var rows []Item
	err := s.db.List(ctx, qItemsOpen, &rows)
	return rows, err
}

// MoveItem records that an item went from one state to the next; it does nothing
// if it is no longer in from.
func (s *Service) MoveItem(ctx context.Context, itemID, from, to, message string) error {
	return s.public(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, qItemMove, itemID, from, to, message, clock.MS(s.clock))
		return err
	})
}
