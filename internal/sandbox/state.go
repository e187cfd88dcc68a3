package sandbox

import (
	"encoding/json"
	"slices"
	"time"
)

// Order is one WeChat Pay order.
type Order struct {
	OutTradeNo    string
	TradeType     string // JSAPI, MWEB, NATIVE, PAP
	AppID         string
	Description   string
	Attach        string
	NotifyURL     string
	AmountFen     int64
	OpenID        string // payer asked for; after payment the one who paid
	ExpiresAt     time.Time
	CreatedAt     time.Time
	State         string // NOTPAY, SUCCESS, REFUND, CLOSED; charges also ACCEPT, PAY_FAIL
	PrepayID      string
	PageToken     string    // secret part of code_url and h5_url
	PageUntil     time.Time // end of code_url or h5_url
	TransactionID string
	PaidAt        time.Time
	Fingerprint   string // of the create request, for re-entry
	Serial        string // key that its notifications are signed with
	ContractID    string // a charge under a contract
	Uploads       int    // of shipping information, mini program orders only
	ShippedAt     time.Time
	SettledAt     time.Time
}

// Refund is one WeChat Pay refund.
type Refund struct {
	OutRefundNo   string
	OutTradeNo    string
	TransactionID string
	RefundID      string
	NotifyURL     string
	Fingerprint   string
	AmountFen     int64
	TotalFen      int64
	State         string // PROCESSING, SUCCESS, ABNORMAL, CLOSED
	CreatedAt     time.Time
	DoneAt        time.Time
	Serial        string
}

// Notice is one notification or push with its delivery record.
type Notice struct {
	ID        string
	Kind      string // "pay", "refund", "transfer", "push", "alipay", "papay" or "contract"
	EventType string
	Subject   string // the number it is about
	URL       string
	Serial    string
	Plain     json.RawMessage // before encryption
	CreatedAt time.Time
	NextAt    time.Time
	Tries     int
	Done      bool
	GivenUp   bool
	Status    int    // of the last try, 0 for no answer
	Err       string // of the last try
	Inquiry   bool   // iOS refund inquiry: 3 s, three tries, the answer counts
}

// SMS is one text message.
type SMS struct {
	Phone, Code, Template string
	SentAt                time.Time
}

// Person is somebody who can log in and pay.
type Person struct {
	Name    string
	Session string // newest mini program session key
}

// Item is a virtual good in one environment.
type Item struct {
	ID, Name      string
	PriceFen      int64
	Remark, Image string
	Env           int
	Upload        int // -1 none, 0 running, 2 done, 3 failed
	Publish       int
	PublishedFen  int64
	PublishedAt   time.Time
	ChangedAt     time.Time
}

// VOrder is a virtual payment order, or a refund of one (Type 1).
type VOrder struct {
	OrderID   string
	Type      int
	Parent    string // for a refund: the payment
	OpenID    string
	Env       int
	ProductID string
	Quantity  int
	PriceFen  int64
	FeeFen    int64
	LeftFen   int64
	Attach    string
	IOS       bool
	Status    int
	WxID      string
	PayID     string
	CreatedAt time.Time
	PaidAt    time.Time
	Provided  time.Time
	IOSAnswer string // "", "allow", "refuse"
}

type code struct {
	Person string
	Kind   string // "mini", "web", "phone", "access"
	Value  string // phone number, or scope
	Until  time.Time
	Used   bool
}

type state struct {
	Seq      int64
	Orders   map[string]*Order
	Refunds  map[string]*Refund
	Notices  []*Notice
	SMS      []SMS
	People   map[string]*Person
	Codes    map[string]*code
	Items    map[string]*Item // "env/id"
	VOrders  map[string]*VOrder
	Trades   map[string]*Trade
	Mails    []Mail
	Invoices map[string]*Invoice

	Contracts map[string]*Contract
	Transfers map[string]*Transfer

	Token           string
	TokenAt         time.Time
	OfficialToken   string
	OfficialTokenAt time.Time
}

func newState() state {
	s := state{}
	s.fill()
	for _, n := range []string{"小舟", "阿澄", "林老师", "陈同学"} {
		s.People[n] = &Person{Name: n}
	}
	return s
}

func (s *state) fill() {
	if s.Orders == nil {
		s.Orders = map[string]*Order{}
	}
	if s.Refunds == nil {
		s.Refunds = map[string]*Refund{}
	}
	if s.People == nil {
		s.People = map[string]*Person{}
	}
	if s.Codes == nil {
		s.Codes = map[string]*code{}
	}
	if s.Items == nil {
		s.Items = map[string]*Item{}
	}
	if s.VOrders == nil {
		s.VOrders = map[string]*VOrder{}
	}
	if s.Transfers == nil {
		s.Transfers = map[string]*Transfer{}
	}
	if s.Trades == nil {
		s.Trades = map[string]*Trade{}
	}
	if s.Contracts == nil {
		s.Contracts = map[string]*Contract{}
	}
	if s.Invoices == nil {
		s.Invoices = map[string]*Invoice{}
	}
}

// Trouble is the set of switches that make the outside world misbehave. Counters
// count down with use; the others stay until they are cleared.
type Trouble struct {
	DelayMS         int  `json:"delay_ms"`          // before every API answer
	DropAnswers     int  `json:"drop_answers"`      // next answers lost after the work was done
	FailAnswers     int  `json:"fail_answers"`      // next answers turned into 500 after the work was done
	Duplicate       int  `json:"duplicate"`         // extra copies of each notification
	Reorder         bool `json:"reorder"`           // newest notification first
	WrongSignature  bool `json:"wrong_signature"`   // notifications with a signature that does not hold
	Probe           bool `json:"probe"`             // notifications that carry the signature probe
	OrderPaid       bool `json:"order_paid"`        // every create answers ORDERPAID
	RefundStuck     bool `json:"refund_stuck"`      // refunds stay PROCESSING
	RefundAbnormal  bool `json:"refund_abnormal"`   // refunds end ABNORMAL
	NotEnough       bool `json:"not_enough"`        // refunds and transfers refused for want of balance
	TransferStuck   bool `json:"transfer_stuck"`    // transfers stay PROCESSING
	HoldNotices     bool `json:"hold_notices"`      // nothing is delivered
	BadAnswerSign   bool `json:"bad_answer_sign"`   // API answers whose signature does not hold
	NoPushOnVirtual bool `json:"no_push_on_paying"` // virtual payments without delivery push

	InvoiceStuck   bool `json:"invoice_stuck"`   // invoices stay processing
	InvoiceRefused bool `json:"invoice_refused"` // new invoices fail for good

	ChargePoor  bool `json:"charge_poor"`  // charges under contracts fail for lack of money
	ChargeStuck bool `json:"charge_stuck"` // they stay under way

	Bill BillTrouble `json:"bill"`
}

// SetTrouble replaces all switches.
func (s *Sandbox) SetTrouble(t Trouble) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.trouble = t
}

// Troubles returns the switches as they stand.
func (s *Sandbox) Troubles() Trouble {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.trouble
}

// Orders returns copies of all WeChat Pay orders, newest first.
func (s *Sandbox) Orders() []Order {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]Order, 0, len(s.st.Orders))
	for _, o := range s.st.Orders {
		out = append(out, *o)
	}
	slices.SortFunc(out, func(a, b Order) int { return b.CreatedAt.Compare(a.CreatedAt) })
	return out
}

// Refunds returns copies of all WeChat Pay refunds, newest first.
func (s *Sandbox) Refunds() []Refund {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]Refund, 0, len(s.st.Refunds))
	for _, r := range s.st.Refunds {
		out = append(out, *r)
	}
	slices.SortFunc(out, func(a, b Refund) int { return b.CreatedAt.Compare(a.CreatedAt) })
	return out
}

// Notices returns copies of all notifications and pushes, newest first.
func (s *Sandbox) Notices() []Notice {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]Notice, 0, len(s.st.Notices))
	for i := len(s.st.Notices) - 1; i >= 0; i-- {
		out = append(out, *s.st.Notices[i])
	}
	return out
}

// Inbox returns the messages sent to phone, newest first.
func (s *Sandbox) Inbox(phone string) []SMS {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []SMS
	for i := len(s.st.SMS) - 1; i >= 0; i-- {
		if s.st.SMS[i].Phone == phone {
			out = append(out, s.st.SMS[i])
		}
	}
	return out
}
