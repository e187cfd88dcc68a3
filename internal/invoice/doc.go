// Package invoice keeps titles of buyers and makes out invoices (发票) for what they
// paid: who asks for what, how much of it may be invoiced, who issues it, and the red
// letter (红字发票) that takes it back after a refund. It owns invoice_titles,
// invoices, invoice_lines, red_invoices and invoice_files, and reads the orders of
// commerce without ever writing them.
//
// One order line stands on one valid invoice at most; what is invoiced never exceeds
// what was paid less what goes or went back; a refund of an invoiced line makes a
// red letter in its own transaction (INV-37). An issuer hears the same number until
// it has said yes or no. See docs/adr/0012-red-letters-take-back-the-whole-invoice.md.
package invoice

import (
	"context"
	"log/slog"

	"zhizhou/internal/blob"
	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/errs"
	"zhizhou/internal/mail"
	"zhizhou/internal/seal"
	"zhizhou/internal/setting"
)

// Mailer sends mails.
type Mailer interface {
	// Send sends one message. Returns mail.ErrOff when no server is configured, and
	// mail's other errors.
	Send(ctx context.Context, m mail.Message) error
	// Ready reports whether there is a server to send through.
	Ready(ctx context.Context) (bool, error)
}

// Config is what a Service is made of.
type Config struct {
	DB       *db.DB
	Clock    clock.Clock
	Box      *seal.Box
	Store    blob.Store
	Settings *setting.Store
	Mailer   Mailer
	// Issuer returns an issuer that works by itself, by its name in the settings.
	// Returns ErrIssuer when it is not there.
	Issuer func(ctx context.Context, name string) (Issuer, error)
	// Link is the address of a buyer's invoice, for the mail.
	Link func(no string) string
	Log  *slog.Logger
}

// Service is the invoice domain.
type Service struct{ Config }

// New makes a Service.
func New(cfg Config) *Service { return &Service{cfg} }

// Types of invoice.
const (
	Normal  = "normal"  // 数电普票
	Special = "special" // 数电专票
)

// States of an invoice.
const (
	Requested    = "requested"     // waits for somebody to issue it
	Issuing      = "issuing"       // somebody does
	Issued       = "issued"        // it has a number
	Rejected     = "rejected"      // with a reason; the buyer may ask anew
	Cancelled    = "cancelled"     // by the buyer
	RedRequested = "red_requested" // its red letter waits
	RedIssued    = "red_issued"    // taken back, whole; the buyer may ask anew
)

// Moves is the graph of an invoice. An issuer that definitely refuses puts it back
// into finance's queue.
var Moves = map[string][]string{
	Requested:    {Issuing, Issued, Rejected, Cancelled},
	Issuing:      {Issued, Rejected, Requested},
	Issued:       {RedRequested},
	RedRequested: {RedIssued},
}

// Who issues.
const (
	Manual  = "manual"  // finance, in the tax office's own system
	Sandbox = "sandbox" // the bundled one, for demo and tests
)

// Reasons of a red letter, in the words of the tax office's interface.
const (
	IssueError        = "ISSUE_ERROR"
	SalesReturn       = "SALES_RETURN"
	ServiceSuspension = "SERVICE_SUSPENSION"
	SalesDiscount     = "SALES_DISCOUNT"
)

// The refusals of this domain.
var (
	ErrTitle       = errs.New(errs.Invalid, "title_invalid", "请检查发票抬头")
	ErrTitleGone   = errs.New(errs.NotFound, "title_gone", "没有这个发票抬头")
	ErrTitleMany   = errs.New(errs.Conflict, "title_many", "发票抬头最多 20 个，请先删掉不用的")
	ErrGone        = errs.New(errs.NotFound, "invoice_gone", "没有这张发票")
	ErrOff         = errs.New(errs.Unavailable, "invoice_off", "本店暂时不在这里开票，请联系客服")
	ErrOrders      = errs.New(errs.Invalid, "invoice_orders", "请选择 1–20 笔订单").Field("order_nos", "选择 1–20 笔订单")
	ErrOrderGone   = errs.New(errs.NotFound, "order_gone", "没有这笔订单")
	ErrRefused     = errs.New(errs.Conflict, "invoice_refused", "这笔订单不能开票")
	ErrType        = errs.New(errs.Invalid, "invoice_type", "专用发票只能开给有税号的企业").Field("type", "专用发票只能开给有税号的企业")
	ErrIdempotency = errs.New(errs.Conflict, "idempotency_conflict", "这个请求已用于另一次申请，请刷新后重试")
	ErrState       = errs.New(errs.Conflict, "invoice_state", "这张发票的状态已经变了，请刷新")
	ErrNumber      = errs.New(errs.Invalid, "invoice_number", "发票号码是 20 位数字").Field("number", "20 位数字")
	ErrNumberTaken = errs.New(errs.Conflict, "invoice_number_taken", "这个发票号码已经登记在另一张发票上").Field("number", "已登记过")
	ErrFile        = errs.New(errs.Invalid, "invoice_file", "只收发票的 PDF、OFD 或 XML 文件，每个不超过 5 MB").Field("files", "只收 PDF、OFD 或 XML，每个不超过 5 MB")
	ErrNoFile      = errs.New(errs.Invalid, "invoice_file_missing", "请上传发票的 PDF 或 OFD").Field("files", "至少一个 PDF 或 OFD")
	ErrFileGone    = errs.New(errs.NotFound, "invoice_file_gone", "没有这个文件")
	ErrReason      = errs.New(errs.Invalid, "invoice_reason", "请用 2–200 个字说明原因").Field("reason", "2–200 个字")
	ErrIssuer      = errs.New(errs.Unavailable, "issuer_missing", "没有这个开票通道")
	ErrUnknown     = errs.New(errs.NotFound, "issuer_unknown", "开票通道没有这个流水号")
)

// Invoice is one request and what became of it.
type Invoice struct {
	ID          int64
	No          string
	UserID      int64
	InputHash   string
	Type        string
	TitleKind   string
	Buyer       []byte // sealed
	Status      string
	Issuer      string // "": nobody has taken it
	AmountFen   int64  // with tax
	TaxFen      int64
	Number      string
	Reason      string
	RequestedAt int64
	IssuedAt    int64
	ClosedAt    int64
	DecidedBy   int64
	CheckAt     int64
	Checks      int64
	LastError   string
	MailState   string
	MailAt      int64
	MailTries   int64
}

// Line is one order line on an invoice.
type Line struct {
	ID          int64
	InvoiceID   int64
	OrderID     int64
	OrderItemID int64
	OrderNo     string
	Title       string
	AmountFen   int64
	TaxCode     string
	RateBps     int64 // 600 is 6 %
	TaxFen      int64
	Live        bool
}

// Red is the red letter of an invoice.
type Red struct {
	ID          int64
	No          string
	InvoiceID   int64
	RefundID    int64
	Reason      string
	Note        string
	State       string // queued, issued, dropped
	Number      string
	RequestedAt int64
	RequestedBy int64
	IssuedAt    int64
}

// TaxFen is the tax that an amount with tax contains: gross × rate ÷ (1 + rate),
// half up, in fen. The rate is in basis points.
func TaxFen(grossFen, rateBps int64) int64 {
	return (2*grossFen*rateBps + 10_000 + rateBps) / (2 * (10_000 + rateBps))
}
