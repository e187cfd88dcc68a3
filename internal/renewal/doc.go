// Package renewal renews memberships by contracts: what somebody agreed to, when the
// next charge is announced and made, and its end. It owns contracts and
// contract_cycles. The charge itself is commerce's: an order like any other, paid
// through the one Settle.
//
// A contract lives once per person and product; a cycle is charged once (INV-35).
// No charge is begun without an announcement that the channel took and whose time is
// over, nor after the contract has ended: both are asked in the transaction that
// writes the attempt (INV-36). Money that comes all the same goes back whole.
package renewal

import (
	"context"
	"log/slog"

	"zhizhou/internal/access"
	"zhizhou/internal/catalog"
	"zhizhou/internal/clock"
	"zhizhou/internal/commerce"
	"zhizhou/internal/db"
	"zhizhou/internal/errs"
	"zhizhou/internal/pay"
	"zhizhou/internal/setting"
)

// The states of a contract.
const (
	Signing   = "signing"
	Active    = "active"
	Cancelled = "cancelled"
	Ended     = "ended" // by itself: never signed, or the membership is over
)

// The states of a cycle.
const (
	Planned  = "planned"
	Noticed  = "noticed"
	Charging = "charging"
	Paid     = "paid"
	Failed   = "failed"
	Skipped  = "skipped"
)

// Who ended a contract.
const (
	byUser     = "user"
	byStaff    = "staff"
	byChannel  = "channel" // at WeChat's side
	byRefund   = "refund"
	byMerge    = "merge"
	byGone     = "gone"     // the offer is no longer sold
	byOver     = "over"     // the membership ended
	byUnsigned = "unsigned" // never signed
	byAnew     = "anew"     // begun again with other terms
)

// TermsVersion names the terms below; contracts keep the text they were signed under.
const TermsVersion = "2026-11"

// Contract is what somebody agreed to.
type Contract struct {
	ID             int64
	UserID         int64
	ProductID      int64
	SKUID          int64 `db:"sku_id"`
	Title          string
	SKUName        string `db:"sku_name"`
	AgreedFen      int64  // never is more charged
	PeriodMonths   int64
	State          string
	Code           string // ours
	PlanID         string
	MchID          string
	ChannelID      string // the channel's number
	OpenID         string `db:"openid"`
	TermsVersion   string
	Terms          string
	TermsAt        int64
	CreatedAt      int64
	SignedAt       int64
	CancelledAt    int64
	CancelledBy    string
	ChannelEndedAt int64
	CheckAt        int64
	Checks         int64
}

// Cycle is one charge under a contract.
type Cycle struct {
	ID         int64
	ContractID int64
	No         int64
	State      string
	FromAt     int64 // the end of the membership that it prolongs
	AmountFen  int64 // as announced
	NoticeAt   int64
	NoticedAt  int64
	LeadMS     int64 `db:"lead_ms"`
	ChargeAt   int64
	OrderID    int64
	Tries      int64
	PaidAt     int64
	Note       string
	CreatedAt  int64
}

// Service is the renewal domain.
type Service struct {
	DB       *db.DB
	Clock    clock.Clock
	Log      *slog.Logger
	Catalog  *catalog.Service
	Access   *access.Service
	Commerce *commerce.Service
	Settings *setting.Store
	// Contractor returns the channel of contracts and the merchant number as
	// configured now.
	Contractor func(ctx context.Context) (pay.Contractor, commerce.Merchant, error)
	// NotifyURL is where the channel reports contracts.
	NotifyURL string
}

// The refusals of this domain.
var (
	ErrOff       = errs.New(errs.Conflict, "renewal_off", "现在没有开放自动续费")
	ErrPlace     = errs.New(errs.Conflict, "renewal_place", "请在微信里打开本页再开通")
	ErrTerms     = errs.New(errs.Invalid, "renewal_terms", "请先阅读并确认自动续费说明").Field("terms_confirmed", "请勾选确认")
	ErrOffer     = errs.New(errs.Conflict, "renewal_offer", "这个规格不能自动续费")
	ErrNotMember = errs.New(errs.Conflict, "renewal_not_member", "请先开通会员，再开启自动续费")
	ErrLive      = errs.New(errs.Conflict, "renewal_live", "已经开启了自动续费")
	ErrGone      = errs.New(errs.NotFound, "renewal_gone", "没有这份自动续费")
	ErrReason    = errs.New(errs.Invalid, "renewal_reason", "请用 2–200 个字说明原因").Field("reason", "2–200 个字")
	errStopped   = errs.New(errs.Conflict, "renewal_stopped", "这一期不能扣款")
)

func (s *Service) rules(ctx context.Context) (*setting.Renewal, error) {
	r := setting.NewRenewal()
	_, err := s.Settings.Load(ctx, r)
	return r, err
}
