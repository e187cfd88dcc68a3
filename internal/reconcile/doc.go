// Package reconcile compares each channel's daily bill with our books. Every line of
// a bill is matched or in exactly one of four classes (INV-15), and so is every
// payment and refund of ours that a bill lacks. What differs is repaired through the
// roads that money takes anyway, commerce's Settle and refunds, after the channel was
// asked; the bill alone moves nothing. What the channels keep as fees is booked from
// their bills, once (INV-16). What they paid out to the bank is entered
// by finance. It owns bills, bill_lines, bill_fees, payouts and payout_totals.
//
// Running again is harmless: the same bill gives the same rows, and a decision stays
// with its line as long as what was decided about did not change.
package reconcile

import (
	"context"
	"log/slog"

	"zhizhou/internal/clock"
	"zhizhou/internal/commerce"
	"zhizhou/internal/db"
	"zhizhou/internal/errs"
	"zhizhou/internal/pay"
)

// The results of comparing.
const (
	Matched       = "matched"
	MissingOurs   = "missing_ours"   // the bill has it, our books do not
	MissingTheirs = "missing_theirs" // our books have it, the bill does not
	AmountDiffers = "amount_differs"
	StateDiffers  = "state_differs"
)

// How a difference ended.
const (
	Repaired  = "repaired"  // our books were brought to what the channel says
	Confirmed = "confirmed" // the channel says what our books say; the bill was wrong
	Explained = "explained" // a person dealt with it elsewhere and wrote how
)

// States of a bill.
const (
	Waiting = "waiting" // not made yet by the channel
	Failed  = "failed"
	Done    = "done"
)

// The refusals of this domain.
var (
	ErrBillGone     = errs.New(errs.NotFound, "bill_gone", "没有这一天的账单")
	ErrLineGone     = errs.New(errs.NotFound, "bill_line_gone", "没有这条差异，可能已重新核对，请刷新")
	ErrSolved       = errs.New(errs.Conflict, "bill_line_solved", "这条差异已经处理过了，请刷新")
	ErrUnrepairable = errs.New(errs.Conflict, "bill_unrepairable", "这条差异不能自动修复")
	ErrDay          = errs.New(errs.Invalid, "bill_day", "只能核对昨天及以前三个月内的账单").Field("day", "请选择昨天或更早的日期")
	ErrSource       = errs.New(errs.Unavailable, "bill_source", "这个支付账号还没有配置")
)

// Channels gives what can be asked outside.
type Channels interface {
	// Provider returns the provider of a channel. Returns commerce.ErrChannel.
	Provider(ctx context.Context, c pay.Channel) (pay.Provider, commerce.Merchant, error)
	// Biller returns an account's bills. Returns commerce.ErrChannel when it is not
	// configured.
	Biller(ctx context.Context, s pay.Source) (pay.Biller, error)
	// FourEyes is the amount from which two members of staff book a payout, fen; 0: one
	// is enough.
	FourEyes(ctx context.Context) (int64, error)
}

// Service compares and repairs.
type Service struct {
	DB       *db.DB
	Clock    clock.Clock
	Commerce *commerce.Service
	Channels Channels
	Log      *slog.Logger
}

// Bill is the state of one account's day.
type Bill struct {
	ID        int64
	Source    string
	Day       int64 // YYYYMMDD, China
	State     string
	Lines     int64
	TradeFen  int64 // what came in
	RefundFen int64 // what went back
	FeeFen    int64 // what the channel keeps
	NetFen    int64 // TradeFen − RefundFen − FeeFen
	Run       int64
	Tries     int64
	LastError string
	TryAt     int64
	DoneAt    int64
	SettlesAt int64 // when the channel pays the net out; not ours to spend before
	CreatedAt int64

	Matched       int64
	MissingOurs   int64
	MissingTheirs int64
	AmountDiffers int64
	StateDiffers  int64
	Open          int64 // differences that nobody has dealt with
}

// Line is one line of a bill, or one payment or refund of ours that it lacks.
type Line struct {
	ID            int64
	BillID        int64
	Source        string
	Day           int64
	Kind          string // trade, refund
	Number        string
	Nth           int64
	Result        string
	InBill        bool
	Channel       string
	PaymentID     int64
	RefundID      int64
	OutTradeNo    string
	TransactionID string
	TheirsFen     int64
	OursFen       int64
	TheirsState   string
	OursState     string
	FeeFen        int64
	At            int64
	Run           int64
	Resolution    string
	Reason        string
	Note          string
	ResolvedAt    int64
	ResolvedBy    int64
	ResolvedName  string
	OrderNo       string
}
