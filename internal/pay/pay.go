// Package pay is the contract between the shop and the outside payment channels.
// It knows signatures, amounts and channel states; it knows nothing of orders,
// users or entitlements and stores nothing. Providers live in the folders below:
// wechat (WeChat Pay v3: JSAPI, H5, Native), virtual (mini program virtual payment)
// and alipay (phone and desktop pages). Whoever calls a provider keeps the durable
// record: a provider may answer late, twice or never, and only Query settles a doubt.
package pay

import (
	"context"
	"net/http"
	"time"
)

// Channel names one way to pay. The text is stored with each payment attempt.
type Channel string

// The channels that providers exist for.
const (
	WechatJSAPI   Channel = "wechat_jsapi"   // inside WeChat's browser, official account appid
	WechatMini    Channel = "wechat_mini"    // wx.requestPayment, physical goods only
	WechatH5      Channel = "wechat_h5"      // a phone browser outside WeChat
	WechatNative  Channel = "wechat_native"  // a QR code on a desktop page
	WechatVirtual Channel = "wechat_virtual" // wx.requestVirtualPayment, digital goods in the mini program
	WechatPapay   Channel = "wechat_papay"   // a charge under a contract (委托代扣); nobody is asked
	AlipayWap     Channel = "alipay_wap"     // a phone browser outside WeChat
	AlipayPage    Channel = "alipay_page"    // a desktop page
)

// Prepay is what a provider needs to open one payment attempt.
type Prepay struct {
	OutTradeNo  string    // ours, 8–32 letters and digits, one per attempt
	Description string    // shown to the payer, at most 127 characters
	AmountFen   int64     // fen, above zero
	OpenID      string    // payer; JSAPI, mini program and virtual payment
	ClientIP    string    // payer's address; H5 requires it
	ExpiresAt   time.Time // when the attempt may no longer be paid; zero: the channel's own limit
	ReturnURL   string    // H5: where the browser goes afterwards; proves nothing
	NotifyURL   string    // where the channel reports; full URL without query

	// Virtual payment only.
	ProductID  string // a published item
	Quantity   int    // price of the item × Quantity = AmountFen (INV-12)
	SessionKey string // newest session key of the payer; never logged, never sent out
	Attach     string // comes back in notifications; WeChat Pay carries it too

	ContractID string // a charge under a contract: the channel's number of it
}

// Action is what the client must do next. It is sent to the client as it stands.
type Action struct {
	Type      string         `json:"type"` // "jsapi", "redirect", "qrcode" or "virtual"
	JSAPI     *JSAPIParams   `json:"jsapi,omitempty"`
	URL       string         `json:"url,omitempty"` // to open ("redirect") or to draw ("qrcode")
	Virtual   *VirtualParams `json:"virtual,omitempty"`
	ExpiresAt time.Time      `json:"expires_at"` // the credential's end; ask for a new Action after it
}

// The values of Action.Type.
const (
	ActionJSAPI    = "jsapi"
	ActionRedirect = "redirect"
	ActionQRCode   = "qrcode"
	ActionVirtual  = "virtual"
)

// JSAPIParams are the arguments of wx.requestPayment and of the WeChat browser's
// getBrandWCPayRequest, under the names that both expect.
type JSAPIParams struct {
	AppID     string `json:"appId"`
	TimeStamp string `json:"timeStamp"` // Unix seconds
	NonceStr  string `json:"nonceStr"`
	Package   string `json:"package"` // prepay_id=…
	SignType  string `json:"signType"`
	PaySign   string `json:"paySign"`
}

// VirtualParams are the arguments of wx.requestVirtualPayment. SignData must be
// passed on byte for byte: both signatures cover it.
type VirtualParams struct {
	Mode      string `json:"mode"`
	SignData  string `json:"signData"`
	PaySig    string `json:"paySig"`
	Signature string `json:"signature"`
}

// State is where a payment stands at the channel.
type State string

// The payment states. StateRefund says only that a refund was begun.
const (
	StateNotPaid State = "notpay"
	StateSuccess State = "success"
	StateClosed  State = "closed"
	StateRefund  State = "refund"
	StateUnknown State = "unknown"
)

// Receipt is what the channel says about a payment, from a notification or a
// query. The caller must compare amount, currency, merchant, app and number with
// its own row before it acts (INV-7).
type Receipt struct {
	Channel       Channel
	OutTradeNo    string
	TransactionID string // the channel's number
	State         State
	AmountFen     int64  // order total, fen
	PayerFen      int64  // what the payer really paid, fen; below AmountFen when the channel gave a coupon
	Currency      string // "CNY"
	MchID         string
	AppID         string
	PayerOpenID   string
	PaidAt        time.Time
	EventID       string // the notification's id; empty for a query
	Raw           []byte // decrypted resource or answer, for the inbox; never for a log
}

// RefundRequest asks to give back part or all of a payment. A repeat after a
// doubt must carry the same OutRefundNo: a new one is a second refund (INV-6).
type RefundRequest struct {
	OutTradeNo    string
	TransactionID string
	OutRefundNo   string // ours, 8–32 letters and digits
	Reason        string // shown to the payer, at most 80 bytes
	RefundFen     int64  // fen, this refund
	TotalFen      int64  // fen, the whole payment
	LeftFen       int64  // fen not yet given back, before this refund; virtual payment checks it
	NotifyURL     string
	OpenID        string // payer; virtual payment only
}

// RefundState is where a refund stands at the channel.
type RefundState string

// The refund states. Closed: may be tried with a new number. Abnormal: the
// money could not reach the payer and a person must act.
const (
	RefundProcessing RefundState = "processing"
	RefundSuccess    RefundState = "success"
	RefundClosed     RefundState = "closed"
	RefundAbnormal   RefundState = "abnormal"
)

// RefundReceipt is what the channel says about a refund.
type RefundReceipt struct {
	Channel        Channel
	OutRefundNo    string
	OutTradeNo     string
	RefundID       string // the channel's number
	State          RefundState
	AmountFen      int64 // fen asked for
	PayerRefundFen int64 // fen that really go to the payer
	SucceededAt    time.Time
	EventID        string
	MchID          string
	Raw            []byte
}

// Provider is one channel. Every method may be repeated with the same argument.
// Errors are *Trouble whenever the channel gave a reason; errors.Is against the
// sentinels of this package tells what to do.
type Provider interface {
	// Channel returns the provider's name.
	Channel() Channel
	// Prepay opens the attempt. Returns ErrPaid, ErrNewNumber, ErrRetry, ErrConfig, ErrUser.
	Prepay(ctx context.Context, p Prepay) (Action, error)
	// Query returns the state at the channel. openID is needed by virtual payment
	// only. Returns ErrNotFound, ErrRetry, ErrConfig.
	Query(ctx context.Context, outTradeNo, openID string) (Receipt, error)
	// Close ends an unpaid attempt; closing twice is no error. Returns ErrPaid
	// when the payer was faster: query and settle. openID as in Query.
	Close(ctx context.Context, outTradeNo, openID string) error
	// Refund starts a refund or returns the one already started under its number.
	// Returns ErrRetry, ErrFunds, ErrConfig, ErrNotFound.
	Refund(ctx context.Context, r RefundRequest) (RefundReceipt, error)
	// QueryRefund returns a refund. outTradeNo and openID are needed by virtual
	// payment only. Returns ErrNotFound, ErrRetry, ErrConfig.
	QueryRefund(ctx context.Context, outRefundNo, outTradeNo, openID string) (RefundReceipt, error)
}

// Notice is a verified and decrypted notification: at most one of Pay, Refund and
// Transfer or Contract is set; none, when the event is one this shop does not use.
type Notice struct {
	EventID   string
	EventType string // the channel's own word
	Pay       *Receipt
	Refund    *RefundReceipt
	Transfer  *TransferReceipt
	Contract  *ContractReceipt
	Raw       []byte
}

// NotifyParser checks and opens a notification. It returns one of the ErrNotify
// sentinels, never panics, and never puts the body into the error text (INV-13).
type NotifyParser interface {
	ParseNotify(header http.Header, body []byte) (Notice, error)
}

// Tester is a provider that can prove its keys without touching money.
type Tester interface {
	// Test returns nil when keys and numbers are good, else a *Trouble.
	Test(ctx context.Context) error
}
