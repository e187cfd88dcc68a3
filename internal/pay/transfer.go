package pay

import (
	"context"
	"time"
)

// Transfer asks to pay a person out of the merchant's balance. A repeat must be
// the same in every field: another OutBillNo is a second payment (INV-32).
type Transfer struct {
	OutBillNo string // ours, letters and digits, at most 32
	AppID     string // that OpenID belongs to
	OpenID    string
	AmountFen int64  // fen, at least 10
	RealName  string // checked against the receiver's; needed from 2,000 yuan on; travels encrypted
	Remark    string // shown to the receiver, at most 32 characters
	NotifyURL string
	SceneID   string
	Reports   []SceneReport
}

// SceneReport tells the channel why money is paid, as the scene demands.
type SceneReport struct {
	Type    string `json:"info_type"`
	Content string `json:"info_content"`
}

// RealNameFromFen is the amount from which the channel wants the receiver's name.
const RealNameFromFen = 200_000

// TransferState is where a transfer stands at the channel.
type TransferState string

// The transfer states. Failed and Cancelled are final and no money has moved;
// Success is final and it has.
const (
	TransferProcessing TransferState = "processing"
	TransferConfirm    TransferState = "wait_confirm" // the receiver must accept within 24 hours
	TransferSuccess    TransferState = "success"
	TransferFailed     TransferState = "failed"
	TransferCancelling TransferState = "cancelling"
	TransferCancelled  TransferState = "cancelled"
)

// TransferReceipt is what the channel says about a transfer.
type TransferReceipt struct {
	OutBillNo   string
	BillNo      string // the channel's number
	State       TransferState
	AmountFen   int64     // 0: the answer does not repeat it
	MchID       string    // "": the answer does not repeat it
	OpenID      string    // "": the answer does not repeat it
	PackageInfo string    // for the receiver's client, while it waits for the confirmation
	FailReason  string    // the channel's word
	CreatedAt   time.Time // by the channel's clock; zero: the answer does not say
	EventID     string
	Raw         []byte // for the inbox; never for a log
}

// Transferer is a merchant that can pay people.
type Transferer interface {
	// Transfer begins a transfer or returns the one already begun under its number.
	// Returns ErrRetry, ErrFunds, ErrConfig, ErrUser; after any of them only
	// QueryTransfer tells what has happened.
	Transfer(ctx context.Context, t Transfer) (TransferReceipt, error)
	// QueryTransfer returns a transfer. Returns ErrNotFound, ErrRetry, ErrConfig.
	QueryTransfer(ctx context.Context, outBillNo string) (TransferReceipt, error)
	// CancelTransfer asks to end a transfer that waits for its confirmation; it is
	// over only when QueryTransfer says so.
	CancelTransfer(ctx context.Context, outBillNo string) error
}

// ConfirmLife is how long the receiver may take to accept.
const ConfirmLife = 24 * time.Hour
