package invoice

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"

	"zhizhou/internal/clock"
	"zhizhou/internal/commerce"
	"zhizhou/internal/db"
	"zhizhou/internal/id"
	"zhizhou/internal/money"
	"zhizhou/internal/setting"
)

const dayMS = int64(24 * 3600 * 1000)

// Order is a paid order with what of it may be invoiced now.
type Order struct {
	ID          int64
	No          string
	Status      string
	Platform    string
	PaidAt      int64
	PaidFen     int64
	DeliveredAt int64

	Parts   []Part `db:"-"`
	OpenFen int64  `db:"-"` // what may be invoiced
	Reason  string `db:"-"` // why nothing may, when OpenFen is 0
}

// Part is one line of an order.
type Part struct {
	ID            int64
	OrderID       int64
	Title         string
	SKUName       string `db:"sku_name"`
	PriceFen      int64
	TaxCategory   string
	TaxRateBps    int64
	TaxCode       string
	BackFen       int64 // went back, goes back, or may go back
	InvoiceNo     string
	InvoiceStatus string

	OpenFen int64  `db:"-"`
	Reason  string `db:"-"`
}

// Rules reads what the shop has decided about invoices.
func (s *Service) Rules(ctx context.Context) (*setting.Invoice, error) {
	v := setting.NewInvoice()
	_, err := s.Settings.Load(ctx, v)
	return v, err
}

// Orders lists a buyer's paid orders before an id with what may be invoiced, newest
// first; no names one order.
func (s *Service) Orders(ctx context.Context, userID int64, no string, before int64, limit int) ([]Order, error) {
	rules, err := s.Rules(ctx)
	if err != nil {
		return nil, err
	}
	var orders []Order
	if err := s.DB.List(ctx, qOrders, &orders, userID, before, no, limit); err != nil || len(orders) == 0 {
		return nil, err
	}
	var parts []Part
	if err := s.DB.List(ctx, qParts, &parts, userID, orders[len(orders)-1].ID, orders[0].ID); err != nil {
		return nil, err
	}
	now := clock.MS(s.Clock)
	for i := range orders {
		weigh(&orders[i], parts, rules, now)
	}
	return orders, nil
}

// weigh finds out what of an order may be invoiced, and says why not. It is pure.
func weigh(o *Order, parts []Part, rules *setting.Invoice, now int64) {
	switch {
	case !rules.Enabled:
		o.Reason = ErrOff.Msg
	case o.DeliveredAt == 0 && o.Status == commerce.Paid:
		o.Reason = "还没有成团，成团后可以开票"
	case o.Platform == "mp_ios" && !rules.IOS:
		o.Reason = "在苹果设备上付款的订单由 Apple 收款，本店不为它开票"
	case o.PaidAt+rules.Days*dayMS < now:
		o.Reason = fmt.Sprintf("已超过付款后 %d 天", rules.Days)
	}
	for _, p := range parts {
		if p.OrderID != o.ID {
			continue
		}
		p.OpenFen = max(0, p.PriceFen-p.BackFen)
		switch {
		case o.Reason != "":
			p.OpenFen, p.Reason = 0, o.Reason
		case p.InvoiceNo != "":
			p.OpenFen, p.Reason = 0, taken[p.InvoiceStatus]
		case p.OpenFen == 0:
			p.Reason = "已退款或正在退款"
		}
		o.OpenFen += p.OpenFen
		o.Parts = append(o.Parts, p)
	}
	if o.Reason == "" && o.OpenFen == 0 {
		o.Reason = "没有可开票的金额"
		if len(o.Parts) > 0 {
			o.Reason = o.Parts[0].Reason
		}
	}
}

var taken = map[string]string{
	Requested: "已申请开票", Issuing: "正在开票", Issued: "已开票", RedRequested: "有退款，原发票正在红冲，完成后可以重新申请",
}

// Ask is a buyer's request for one invoice over some orders.
type Ask struct {
	UserID         int64
	IdempotencyKey string
	OrderNos       []string
	TitleID        int64
	Type           string
}

// Request asks for an invoice over all that is open of the named orders. A repeat
// with the same key gives the same invoice. Returns ErrOrders, ErrOrderGone,
// ErrTitleGone, ErrType, ErrOff, ErrIdempotency, ErrRefused with the reason.
func (s *Service) Request(ctx context.Context, a Ask) (Invoice, error) {
	nos := slices.Compact(slices.Sorted(slices.Values(a.OrderNos)))
	if len(nos) < 1 || len(nos) > 20 {
		return Invoice{}, ErrOrders
	}
	rules, err := s.Rules(ctx)
	if err != nil {
		return Invoice{}, err
	}
	if !rules.Enabled {
		return Invoice{}, ErrOff
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %d %s", nos, a.TitleID, a.Type))
	hash := hex.EncodeToString(sum[:16])
	fresh := Invoice{ID: id.New(), No: id.Code(), UserID: a.UserID, InputHash: hash, Type: a.Type, Status: Requested, RequestedAt: clock.MS(s.Clock)}
	var out Invoice
	err = s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		out = fresh
		// The orders are locked first, always in the same order: their refunds wait.
		orders := make([]Order, len(nos))
		for i, no := range nos {
			if err := tx.Get(ctx, qOrderLock, &orders[i], a.UserID, no); errors.Is(err, db.ErrNone) {
				return ErrOrderGone
			} else if err != nil {
				return err
			}
		}
		err := tx.Get(ctx, qByKey, &out, a.UserID, a.IdempotencyKey)
		if err == nil && out.InputHash != hash {
			return ErrIdempotency
		}
		if !errors.Is(err, db.ErrNone) {
			return err
		}
		t, err := s.title(ctx, tx, a.UserID, a.TitleID)
		if err != nil {
			return err
		}
		if a.Type != Normal && (a.Type != Special || !rules.Special || t.Kind != Enterprise || t.Party.TaxNo == "") {
			return ErrType
		}
		out.TitleKind, out.Buyer = t.Kind, s.seal(t.Party)
		lines, err := s.lines(ctx, tx, orders, rules, &out)
		if err != nil {
			return err
		}
		n, err := tx.Exec(ctx, qInsert, out.ID, out.No, out.UserID, a.IdempotencyKey, hash, out.Type, out.TitleKind, out.Buyer, out.AmountFen, out.TaxFen, out.RequestedAt)
		if err != nil {
			return err
		}
		if n == 0 { // the same request, at the same moment
			return tx.Get(ctx, qByKey, &out, a.UserID, a.IdempotencyKey)
		}
		for _, l := range lines {
			n, err := tx.Exec(ctx, qLineInsert, id.New(), out.ID, l.OrderID, l.OrderItemID, l.Title, l.AmountFen, l.TaxCode, l.RateBps, l.TaxFen)
			if err != nil {
				return err
			}
			if n == 0 {
				return ErrRefused.Say("已经在开票，请刷新")
			}
		}
		return nil
	})
	return out, err
}

// lines makes the lines of an invoice over orders and sums them up.
func (s *Service) lines(ctx context.Context, tx *db.Tx, orders []Order, rules *setting.Invoice, v *Invoice) ([]Line, error) {
	var lines []Line
	for i := range orders {
		o := &orders[i]
		var parts []Part
		if err := tx.List(ctx, qParts, &parts, v.UserID, o.ID, o.ID); err != nil {
			return nil, err
		}
		weigh(o, parts, rules, v.RequestedAt)
		if o.OpenFen == 0 {
			return nil, ErrRefused.Say(fmt.Sprintf("订单 %s 不能开票：%s", o.No, o.Reason))
		}
		for _, p := range o.Parts {
			if p.OpenFen == 0 {
				continue
			}
			l := Line{OrderID: o.ID, OrderItemID: p.ID, Title: p.Title, AmountFen: p.OpenFen, TaxCode: p.TaxCode, RateBps: commerce.RateBps(p.TaxRateBps, p.TaxCategory)}
			if l.TaxCode == "" {
				l.TaxCode = rules.Codes[p.TaxCategory]
			}
			l.TaxFen = TaxFen(l.AmountFen, l.RateBps)
			v.AmountFen += l.AmountFen
			v.TaxFen += l.TaxFen
			lines = append(lines, l)
		}
	}
	if v.AmountFen > rules.MostFen && rules.MostFen > 0 {
		return nil, ErrRefused.Say(fmt.Sprintf("一张发票最多 ¥%s，请分几次申请", money.Yuan(rules.MostFen)))
	}
	return lines, nil
}

// Cancel takes a request back that nobody has begun with. Returns ErrGone, ErrState.
func (s *Service) Cancel(ctx context.Context, userID int64, no string) error {
	v, err := s.mine(ctx, userID, no)
	if err != nil {
		return err
	}
	return s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := changed(ErrState)(tx.Exec(ctx, qCancel, no, userID, clock.MS(s.Clock))); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, qLinesEnd, v.ID)
		return err
	})
}

func (s *Service) mine(ctx context.Context, userID int64, no string) (Invoice, error) {
	var v Invoice
	err := s.DB.Get(ctx, qByNo, &v, no, userID)
	if errors.Is(err, db.ErrNone) {
		err = ErrGone
	}
	return v, err
}
