package wechat

import (
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"strconv"
	"time"
)

// Trade is where an ordinary payment stands in the mini program's shipping
// management (发货信息管理).
type Trade int

// The states of a trade, as get_order numbers them.
const (
	TradePaid      Trade = 1 // waits for its shipping information
	TradeShipped   Trade = 2
	TradeConfirmed Trade = 3
	TradeDone      Trade = 4
	TradeRefunded  Trade = 5
	TradeSettled   Trade = 6
)

// Shipping says that the goods of one payment were delivered.
type Shipping struct {
	TransactionID string
	OpenID        string    // payer
	Item          string    // what it was, at most 120 characters
	At            time.Time // of the upload
}

// The refusals of shipping management that say what to do next.
var (
	// ErrTradeUnknown: WeChat does not know the payment, yet or at all.
	ErrTradeUnknown = errors.New("wechat: trade unknown")
	// ErrTradeShipped: its shipping information is there already.
	ErrTradeShipped = errors.New("wechat: trade shipped")
	// ErrTradeOver: it cannot be shipped any more: settled, refunded or closed.
	ErrTradeOver = errors.New("wechat: trade over")
)

var tradeErrors = map[int]error{10060001: ErrTradeUnknown, 10060002: ErrTradeShipped, 10060003: ErrTradeShipped, 10060004: ErrTradeOver}

func (c *Client) trade(ctx context.Context, path string, in, out any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	raw, err := c.post(ctx, path, nil, body)
	if err != nil {
		return err
	}
	err = decode(path, raw, out)
	if e := (*Error)(nil); errors.As(err, &e) && tradeErrors[e.Code] != nil {
		return tradeErrors[e.Code]
	}
	return err
}

// Managed reports whether the mini program's payments are under shipping
// management. Returns *Error, ErrOffline.
func (c *Client) Managed(ctx context.Context) (bool, error) {
	var out struct {
		Managed bool `json:"is_trade_managed"`
	}
	err := c.trade(ctx, "/wxa/sec/order/is_trade_managed", map[string]any{"appid": c.cfg.MiniAppID}, &out)
	return out.Managed, err
}

// TradeState asks where a payment stands. Returns ErrTradeUnknown, *Error, ErrOffline.
func (c *Client) TradeState(ctx context.Context, transactionID string) (Trade, error) {
	var out struct {
		Order struct {
			State Trade `json:"order_state"`
		} `json:"order"`
	}
	err := c.trade(ctx, "/wxa/sec/order/get_order", map[string]any{"transaction_id": transactionID}, &out)
	return out.Order.State, err
}

// Ship uploads the shipping information of a payment whose goods need no parcel.
// WeChat takes it once and one correction: never call it again after a doubt
// without asking TradeState first (INV-48). Returns ErrTradeUnknown,
// ErrTradeShipped, ErrTradeOver, *Error, ErrOffline.
func (c *Client) Ship(ctx context.Context, s Shipping) error {
	const virtual, unified = 3, 1
	return c.trade(ctx, "/wxa/sec/order/upload_shipping_info", map[string]any{
		"order_key":      map[string]any{"order_number_type": 2, "transaction_id": s.TransactionID},
		"logistics_type": virtual, "delivery_mode": unified,
		"shipping_list": []any{map[string]any{"item_desc": s.Item}},
		"upload_time":   s.At.Format("2006-01-02T15:04:05.000-07:00"),
		"payer":         map[string]any{"openid": s.OpenID},
	}, &struct{}{})
}

// The events of shipping management.
const (
	EventRemindShipping = "trade_manage_remind_shipping"   // nobody has shipped for 48 hours
	EventSettlement     = "trade_manage_order_settlement"  // confirmed or settled
	EventRemindAccess   = "trade_manage_remind_access_api" // the whole interface is not used
)

// TradeEvent is a push of shipping management.
type TradeEvent struct {
	Event         string
	TransactionID string
	Settled       bool // the money is no longer held back
}

// ParseTrade reads a decrypted push, JSON or XML; ok is false for any other event.
// It must be fed only with messages whose signature was verified.
func ParseTrade(raw []byte) (e TradeEvent, ok bool) {
	var in struct {
		Event         string      `json:"Event" xml:"Event"`
		TransactionID string      `json:"transaction_id" xml:"transaction_id"`
		SettledAt     json.Number `json:"settlement_time" xml:"settlement_time"`
	}
	if json.Unmarshal(raw, &in) != nil && xml.Unmarshal(raw, &in) != nil {
		return e, false
	}
	switch in.Event {
	case EventRemindShipping, EventSettlement, EventRemindAccess:
		settled, err := strconv.ParseInt(in.SettledAt.String(), 10, 64)
		return TradeEvent{in.Event, in.TransactionID, err == nil && settled > 0}, true
	}
	return e, false
}
