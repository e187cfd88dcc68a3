package pay

import (
	"context"
	"errors"
	"strings"
	"time"

	"zhizhou/internal/clock"
	"zhizhou/internal/errs"
	"zhizhou/internal/money"
)

// Source names an account with a bill of its own. Several channels may pay into
// one account, so a bill is not a channel's.
type Source string

// The accounts that send bills.
const (
	SourceWechatPay Source = "wechatpay"
	SourceVirtual   Source = "wechat_virtual"
	SourceAlipay    Source = "alipay"
)

// Sources lists every account with the channels that pay into it.
var Sources = map[Source][]Channel{
	SourceWechatPay: {WechatJSAPI, WechatMini, WechatH5, WechatNative, WechatPapay},
	SourceVirtual:   {WechatVirtual},
	SourceAlipay:    {AlipayWap, AlipayPage},
}

// The kinds of bill lines.
const (
	BillTrade  = "trade"
	BillRefund = "refund"
)

// The states of bill lines. A bill lists mostly what is done; a refund may still
// be on its way.
const (
	BillDone    = "done"
	BillPending = "pending"
	BillFailed  = "failed"
)

// BillLine is what a channel's daily bill says about one payment or refund.
type BillLine struct {
	Kind          string  // BillTrade or BillRefund
	Channel       Channel // "" where the bill does not tell it
	State         string  // BillDone, BillPending, BillFailed
	OutTradeNo    string
	TransactionID string
	OutRefundNo   string // refunds
	RefundID      string // refunds, the channel's number; may be empty
	AmountFen     int64  // fen, never negative: what was paid, or given back
	AppID         string // that took the payment; "" where the bill does not tell it
	FeeFen        int64  // fen the channel keeps; negative when it gives fee back
	At            time.Time
}

// Number is what tells a line from the others of its kind.
func (l BillLine) Number() string {
	switch {
	case l.Kind == BillTrade:
		return l.OutTradeNo
	case l.OutRefundNo != "":
		return l.OutRefundNo
	}
	return l.RefundID
}

// Biller is an account whose daily bill can be had.
type Biller interface {
	// Bill returns the lines of a day (YYYYMMDD, China), none for a day without
	// trade. Returns ErrBillNotReady, ErrBillBroken, ErrRetry, ErrConfig.
	Bill(ctx context.Context, day int64) ([]BillLine, error)
}

// What may be wrong with a bill.
var (
	ErrBillNotReady = errs.New(errs.Conflict, "bill_not_ready", "账单还没有生成，稍后会自动再取")
	ErrBillBroken   = errs.New(errs.Unavailable, "bill_broken", "账单文件不完整或格式不对，没有使用它")
)

// MaxBill bounds a bill's unpacked size, in bytes: about half a million lines.
const MaxBill = 256 << 20

// DayOf returns midnight in China of a day YYYYMMDD; false for what is no day.
func DayOf(day int64) (time.Time, bool) {
	t := time.Date(int(day/10000), time.Month(day/100%100), int(day%100), 0, 0, 0, 0, clock.China)
	return t, clock.Day(t) == day
}

// EmptyOrEarly reads "there is no bill": before half past ten on the next day it is
// not made yet, later it means a day without trade.
func EmptyOrEarly(day int64, now time.Time) error {
	t, ok := DayOf(day)
	if !ok || now.Before(t.AddDate(0, 0, 1).Add(10*time.Hour+30*time.Minute)) {
		return ErrBillNotReady
	}
	return nil
}

// ErrFee is returned by Fee.
var ErrFee = errors.New("pay: not an amount in yuan with at most five decimals")

// Fee reads yuan with up to five decimals, as fees are written in bills, rounded
// half away from zero to fen.
func Fee(s string) (int64, error) {
	whole, frac, _ := strings.Cut(s, ".")
	if len(frac) <= 2 {
		fen, err := money.ParseYuan(s)
		return fen, err
	}
	fen, err := money.ParseYuan(whole + "." + frac[:2])
	if err != nil || len(frac) > 5 || strings.Trim(frac, "0123456789") != "" {
		return 0, ErrFee
	}
	if frac[2] >= '5' {
		if strings.HasPrefix(s, "-") {
			return fen - 1, nil
		}
		return fen + 1, nil
	}
	return fen, nil
}

// Columns finds cells by the name of their column: the order of columns is not
// promised by any channel.
type Columns map[string]int

// ColumnsOf reads a header row.
func ColumnsOf(names []string) Columns {
	c := Columns{}
	for i, n := range names {
		n = strings.NewReplacer("（", "(", "）", ")").Replace(strings.TrimSpace(strings.TrimPrefix(n, "\uFEFF")))
		c[n] = i
	}
	return c
}

// Has reports whether every name is a column.
func (c Columns) Has(names ...string) bool {
	for _, n := range names {
		if _, ok := c[n]; !ok {
			return false
		}
	}
	return true
}

// Get returns the cell below the first of names that is a column.
func (c Columns) Get(row []string, names ...string) string {
	for _, n := range names {
		if i, ok := c[n]; ok && i < len(row) {
			return strings.TrimSpace(row[i])
		}
	}
	return ""
}

// BillTime reads a time of a bill; the bills are written in China's time.
func BillTime(s string) time.Time {
	t, err := time.ParseInLocation("2006-01-02 15:04:05", s, clock.China)
	if err != nil {
		return time.Time{}
	}
	return t
}
