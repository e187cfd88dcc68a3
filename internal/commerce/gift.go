package commerce

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"zhizhou/internal/access"
	"zhizhou/internal/catalog"
	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/id"
	"zhizhou/internal/money"
)

// Gift is one copy that was bought to be given away. Whoever has the link receives
// it, once; what nobody received can be given back for money.
type Gift struct {
	ID          int64
	OrderItemID int64
	GiverID     int64
	Token       string
	Nth         int64
	PriceFen    int64
	Message     string
	State       string // "open", "received" or "returned"
	ReceiverID  int64
	ReceivedAt  int64
	CreatedAt   int64
}

const giftColumns = `id, order_item_id, giver_id, token, nth, price_fen, message, state, receiver_id, received_at, created_at`

var (
	qGiftInsert  = db.Q("commerce/gift_insert", `INSERT INTO gifts (id, order_item_id, giver_id, token, nth, price_fen, state, created_at) VALUES ($1, $2, $3, $4, $5, $6, 'open', $7) ON CONFLICT DO NOTHING`)
	qGiftByToken = db.Q("commerce/gift_by_token", `SELECT `+giftColumns+` FROM gifts WHERE token = $1`)
	qGiftLock    = db.Q("commerce/gift_lock", `SELECT `+giftColumns+` FROM gifts WHERE token = $1 /*for_update*/`)
	qGiftsOf     = db.Q("commerce/gifts_of", `SELECT `+of("g", giftColumns)+` FROM gifts g JOIN order_items i ON i.id = g.order_item_id WHERE i.order_id = $1 ORDER BY g.order_item_id, g.nth`)
	qGiftTake    = db.Q("commerce/gift_take", `UPDATE gifts SET state = 'received', receiver_id = $2, received_at = $3 WHERE id = $1 AND state = 'open'`)
	qGiftReturn  = db.Q("commerce/gift_return", `UPDATE gifts SET state = 'returned' WHERE id = $1 AND state = 'open'`)
	qGiftVoid    = db.Q("commerce/gift_void", `UPDATE gifts SET state = 'returned' WHERE order_item_id = $1 AND state = 'open'`)
	qGiftsTaken  = db.Q("commerce/gifts_taken", `SELECT id FROM gifts WHERE order_item_id = $1 AND state = 'received'`)
	qGiftsHad    = db.Q("commerce/gifts_had", `SELECT `+giftColumns+` FROM gifts WHERE order_item_id = $1 AND state = 'received' ORDER BY id`)
	qItemByID    = db.Q("commerce/item_by_id", `SELECT `+of("i", itemColumns)+`, `+itemPlain+` FROM order_items i WHERE i.id = $1`)
	qGiftGiver   = db.Q("commerce/gift_giver", `SELECT nickname FROM users WHERE id = $1`)
	qGiftMerge   = db.Q("commerce/gift_merge", `UPDATE gifts SET giver_id = CASE WHEN giver_id = $1 THEN $2 ELSE giver_id END, receiver_id = CASE WHEN receiver_id = $1 THEN $2 ELSE receiver_id END WHERE giver_id = $1 OR receiver_id = $1`)
)

// wrap makes the copies of a line that was bought as gifts.
func (s *Service) wrap(ctx context.Context, tx *db.Tx, o Order, it Item) error {
	weights := make([]int64, it.Quantity)
	for i := range weights {
		weights[i] = 1
	}
	for i, fen := range money.Split(it.PriceFen, weights) {
		if _, err := tx.Exec(ctx, qGiftInsert, id.New(), it.ID, o.UserID, id.Token(16), i+1, fen, clock.MS(s.Clock)); err != nil {
			return err
		}
	}
	return nil
}

// GiftsOf lists the copies of a user's order. Returns ErrOrderGone.
func (s *Service) GiftsOf(ctx context.Context, userID int64, no string) ([]Gift, error) {
	o, err := s.Order(ctx, userID, no)
	if err != nil {
		return nil, err
	}
	var rows []Gift
	err = s.DB.List(ctx, qGiftsOf, &rows, o.ID)
	return rows, err
}

// GiftPage is what somebody who opens a gift's link sees.
type GiftPage struct {
	Gift  Gift
	Item  Item
	Giver string
}

// GiftPage returns a gift by its link. Returns ErrGiftGone.
func (s *Service) GiftPage(ctx context.Context, token string) (GiftPage, error) {
	var p GiftPage
	if err := s.DB.Get(ctx, qGiftByToken, &p.Gift, token); err != nil {
		if errors.Is(err, db.ErrNone) {
			err = ErrGiftGone
		}
		return p, err
	}
	if err := s.DB.Get(ctx, qItemByID, &p.Item, p.Gift.OrderItemID); err != nil {
		return p, err
	}
	return p, s.DB.Get(ctx, qGiftGiver, &p.Giver, p.Gift.GiverID)
}

// ReceiveGift opens a gift for a user. The same person again changes nothing.
// Returns ErrGiftGone, ErrGiftTaken, ErrGiftOwn, ErrOwned.
func (s *Service) ReceiveGift(ctx context.Context, userID int64, token string) error {
	return s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		// Locked, so that a second tap waits for the first and finds its own gift
		// received, instead of being told that it owns the course already.
		var g Gift
		if err := tx.Get(ctx, qGiftLock, &g, token); err != nil {
			if errors.Is(err, db.ErrNone) {
				err = ErrGiftGone
			}
			return err
		}
		switch {
		case g.State == "received" && g.ReceiverID == userID:
			return nil
		case g.State != "open":
			return ErrGiftTaken
		case g.GiverID == userID:
			return ErrGiftOwn
		}
		var it Item
		if err := tx.Get(ctx, qItemByID, &it, g.OrderItemID); err != nil {
			return err
		}
		had, err := s.opens(ctx, tx, userID, it.SKUID)
		if err != nil {
			return err
		}
		if it.Kind != catalog.KindService && slices.ContainsFunc(had[it.SKUID], func(h access.Had) bool { return h.Forever }) {
			return ErrOwned.Say("你已经拥有它了，把链接转送给别人吧")
		}
		if it.UntilAt > 0 && it.UntilAt <= clock.MS(s.Clock) {
			return ErrGiftGone.Say("这份礼物的期限已经过了，请赠送人退回")
		}
		n, err := tx.Exec(ctx, qGiftTake, g.ID, userID, clock.MS(s.Clock))
		if err != nil {
			return err
		}
		if n == 0 {
			return ErrGiftTaken
		}
		if err := s.event(ctx, tx, it.OrderID, "gift_received", fmt.Sprintf("第 %d 份已被领取", g.Nth)); err != nil {
			return err
		}
		if err := s.grantTo(ctx, tx, userID, it, access.Gift(g.ID), had[it.SKUID]); err != nil {
			return err
		}
		return s.begin(ctx, tx, g)
	})
}

// ReturnGifts gives the money of every copy back that nobody has received. The
// copies are void in the same transaction, so that none is received after.
// Returns ErrOrderGone, ErrRefundPolicy when there is none.
func (s *Service) ReturnGifts(ctx context.Context, userID int64, no string) (int, error) {
	o, err := s.Order(ctx, userID, no)
	if err != nil {
		return 0, err
	}
	if o.Platform == "mp_ios" && o.PaidFen > 0 {
		return 0, ErrRefundApple
	}
	returned := 0
	err = s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		returned = 0
		if err := tx.Get(ctx, qOrderLock, &o, o.ID); err != nil {
			return err
		}
		var gifts []Gift
		if err := tx.List(ctx, qGiftsOf, &gifts, o.ID); err != nil {
			return err
		}
		sum := map[int64]int64{}
		var lines []int64
		for _, g := range gifts {
			n, err := tx.Exec(ctx, qGiftReturn, g.ID)
			if err != nil {
				return err
			}
			if n == 0 {
				continue
			}
			returned++
			if sum[g.OrderItemID] == 0 {
				lines = append(lines, g.OrderItemID)
			}
			sum[g.OrderItemID] += g.PriceFen
		}
		if returned == 0 || o.Status != Paid {
			return ErrRefundPolicy.Say("没有还未领取的份数可以退")
		}
		for _, line := range lines {
			if sum[line] == 0 {
				continue
			}
			if err := s.refundPart(ctx, tx, o, line, sum[line], "gift_unreceived", "未领取的赠送退款", fmt.Sprintf("gift:%d:%d", line, clock.MS(s.Clock))); err != nil {
				return err
			}
		}
		return nil
	})
	return returned, err
}

// voidGifts ends what is left of a gift line whose money went back in full: open
// copies, and what was opened to those who received one.
func (s *Service) voidGifts(ctx context.Context, tx *db.Tx, itemID int64) error {
	if _, err := tx.Exec(ctx, qGiftVoid, itemID); err != nil {
		return err
	}
	var taken []int64
	if err := tx.List(ctx, qGiftsTaken, &taken, itemID); err != nil {
		return err
	}
	for _, giftID := range taken {
		if _, err := s.Access.Revoke(ctx, tx, access.Gift(giftID), "赠送的订单已退款"); err != nil {
			return err
		}
	}
	return nil
}

// GiftsTaken lists the copies of a line that somebody received, in the transaction of
// those who react to its refund.
func (s *Service) GiftsTaken(ctx context.Context, tx *db.Tx, itemID int64) ([]Gift, error) {
	var rows []Gift
	err := tx.List(ctx, qGiftsHad, &rows, itemID)
	return rows, err
}
