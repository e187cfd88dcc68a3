package renewal

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"zhizhou/internal/access"
	"zhizhou/internal/audit"
	"zhizhou/internal/catalog"
	"zhizhou/internal/clock"
	"zhizhou/internal/commerce"
	"zhizhou/internal/db"
	"zhizhou/internal/id"
	"zhizhou/internal/money"
	"zhizhou/internal/pay"
)

// signLife is how long somebody may take to sign.
const signLife = 30 * time.Minute

// months are the periods that may renew: month, quarter and year.
var months = []int64{1, 3, 12}

// Terms says what is agreed to, as it is shown and kept.
func Terms(o catalog.Offer, leadDays int64) string {
	every := map[int64]string{1: "每月", 3: "每 3 个月", 12: "每年"}[o.PeriodMonths]
	return fmt.Sprintf("%s「%s」%s自动续费一次，每次不超过 ¥%s；从当前会员到期日起续。扣款前至少 %d 天，微信会通知你扣款金额和日期，扣款日是到期前 1 天左右的白天。"+
		"降价按降价后的价格扣，涨价仍按签约价扣。随时可以在「自动续费」页一步关闭，也可以在微信的扣费服务里关闭；关闭后立即不再扣款，已开通的会员用到到期为止。",
		o.Title, o.SKUName, every, money.Yuan(o.PriceFen), leadDays)
}

// Offer is what may be renewed automatically.
type Offer struct {
	catalog.Offer
	Terms string
}

// Offers lists the SKUs of a membership that may renew, none when the shop does not
// offer it.
func (s *Service) Offers(ctx context.Context, productID int64) ([]Offer, error) {
	rules, err := s.rules(ctx)
	if err != nil || !rules.Enabled {
		return nil, err
	}
	if _, _, err := s.Contractor(ctx); err != nil {
		return nil, nil //nolint:nilerr // without keys nothing is offered
	}
	p, skus, err := s.Catalog.ProductByID(ctx, productID, false)
	if err != nil || p.Kind != catalog.KindMembership {
		return nil, err
	}
	var out []Offer
	for _, k := range skus {
		o, err := s.Catalog.Offer(ctx, s.DB, k.ID, commerce.RenewalPlatform)
		if err == nil && renews(o) {
			out = append(out, Offer{o, Terms(o, rules.LeadDays)})
		}
	}
	return out, nil
}

func renews(o catalog.Offer) bool {
	return o.Kind == catalog.KindMembership && slices.Contains(months, o.PeriodMonths) && o.PriceFen > 0 && !o.Trial
}

// Sign is the input of a new contract.
type Sign struct {
	UserID         int64
	SKUID          int64
	Platform       string
	TermsVersion   string
	TermsConfirmed bool
}

// Begin makes a contract and returns the page to sign it on; a repeat returns the
// one that is being signed. Returns ErrOff, ErrPlace, ErrTerms, ErrOffer,
// ErrNotMember, ErrLive, catalog.ErrSKUGone and the pay errors.
func (s *Service) Begin(ctx context.Context, in Sign) (Contract, pay.Action, error) {
	var c Contract
	rules, err := s.rules(ctx)
	switch {
	case err != nil:
		return c, pay.Action{}, err
	case !rules.Enabled:
		return c, pay.Action{}, ErrOff
	case in.Platform != commerce.RenewalPlatform:
		return c, pay.Action{}, ErrPlace
	case !in.TermsConfirmed || in.TermsVersion != TermsVersion:
		return c, pay.Action{}, ErrTerms
	}
	channel, merchant, err := s.Contractor(ctx)
	if err != nil {
		return c, pay.Action{}, err
	}
	err = s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		o, err := s.Catalog.Offer(ctx, tx, in.SKUID, commerce.RenewalPlatform)
		if err != nil {
			return err
		}
		if !renews(o) {
			return ErrOffer
		}
		have, err := s.Access.Holding(ctx, tx, in.UserID, catalog.Resource{Kind: catalog.KindMembership, ID: o.ProductID})
		if err != nil {
			return err
		}
		if !have.Owned || have.Forever {
			return ErrNotMember
		}
		now := clock.MS(s.Clock)
		err = tx.Get(ctx, qLive, &c, in.UserID, o.ProductID)
		switch {
		case err == nil && c.State == Active:
			return ErrLive
		case err == nil && c.SKUID == in.SKUID && c.AgreedFen == o.PriceFen && c.MchID == merchant.MchID && c.PlanID == channel.PlanID():
			return nil
		case err == nil:
			if _, err := s.stop(ctx, tx, c, Cancelled, byAnew); err != nil {
				return err
			}
		case !errors.Is(err, db.ErrNone):
			return err
		}
		c = Contract{
			ID: id.New(), UserID: in.UserID, ProductID: o.ProductID, SKUID: o.SKUID, Title: o.Title, SKUName: o.SKUName, AgreedFen: o.PriceFen, PeriodMonths: o.PeriodMonths,
			State: Signing, Code: id.Code(), PlanID: channel.PlanID(), MchID: merchant.MchID, TermsVersion: TermsVersion, Terms: Terms(o, rules.LeadDays), TermsAt: now, CreatedAt: now,
		}
		n, err := tx.Exec(ctx, qInsert, c.ID, c.UserID, c.ProductID, c.SKUID, c.Title, c.SKUName, c.AgreedFen, c.PeriodMonths, c.Code, c.PlanID, c.MchID, c.TermsVersion, c.Terms, now, now+60_000)
		if err == nil && n == 0 {
			err = ErrLive // at the same moment, on another server
		}
		return err
	})
	if err != nil {
		return c, pay.Action{}, err
	}
	a, err := channel.Sign(pay.ContractRequest{Code: c.Code, Serial: c.ID, Account: fmt.Sprintf("学员 %04d", c.UserID%10000), NotifyURL: s.NotifyURL})
	return c, a, err
}

// stop ends a contract on our side, in tx; what is announced is not charged any
// more. It reports whether it was still on.
func (s *Service) stop(ctx context.Context, tx *db.Tx, c Contract, state, by string) (bool, error) {
	now := clock.MS(s.Clock)
	check := now
	if by == byUnsigned {
		check = now + day // whoever signs late is found then
	}
	n, err := tx.Exec(ctx, qStop, c.ID, state, now, by, check)
	if err != nil || n == 0 {
		return false, err
	}
	_, err = tx.Exec(ctx, qSkipAll, c.ID, "自动续费已关闭")
	return true, err
}

// Cancel ends the user's contract at once; the channel is told by the sweep. Ending
// twice changes nothing. Returns ErrGone.
func (s *Service) Cancel(ctx context.Context, userID, contractID int64) (Contract, error) {
	var c Contract
	err := s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := s.lock(ctx, tx, contractID, &c); err != nil {
			return err
		}
		if c.UserID != userID {
			return ErrGone
		}
		if _, err := s.stop(ctx, tx, c, Cancelled, byUser); err != nil {
			return err
		}
		return tx.Get(ctx, qGet, &c, contractID)
	})
	return c, err
}

// StaffCancel ends anybody's contract for a reason, which the audit log keeps.
// Returns ErrGone, ErrReason.
func (s *Service) StaffCancel(ctx context.Context, contractID int64, reason string) error {
	reason = strings.TrimSpace(reason)
	if n := utf8.RuneCountInString(reason); n < 2 || n > 200 {
		return ErrReason
	}
	return s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		var c Contract
		if err := s.lock(ctx, tx, contractID, &c); err != nil {
			return err
		}
		ended, err := s.stop(ctx, tx, c, Cancelled, byStaff)
		if err != nil || !ended {
			return err
		}
		return audit.Write(ctx, tx, s.Clock, "renewal.cancel", fmt.Sprintf("contract:%d", c.ID), map[string]any{"state": c.State}, map[string]any{"state": Cancelled}, reason)
	})
}

func (s *Service) lock(ctx context.Context, tx *db.Tx, contractID int64, c *Contract) error {
	err := tx.Get(ctx, qLock, c, contractID)
	if errors.Is(err, db.ErrNone) {
		return ErrGone
	}
	return err
}

// Merge moves contracts when two users become one. Where both renew the same, the
// one of the account that ends is cancelled.
func (s *Service) Merge(ctx context.Context, tx *db.Tx, from, to int64) error {
	var twice []Contract
	if err := tx.List(ctx, qMergeStop, &twice, from, to); err != nil {
		return err
	}
	for _, c := range twice {
		if _, err := s.stop(ctx, tx, c, Cancelled, byMerge); err != nil {
			return err
		}
	}
	_, err := tx.Exec(ctx, qMerge, from, to)
	return err
}

// Told acts on what the channel says about a contract, whoever brought it. Returns
// commerce.ErrPaymentGone for one that is not ours.
func (s *Service) Told(ctx context.Context, tx *db.Tx, r pay.ContractReceipt) error {
	var c Contract
	err := tx.Get(ctx, qByCode, &c, r.Code)
	if errors.Is(err, db.ErrNone) || err == nil && (c.PlanID != r.PlanID || c.MchID != r.MchID) {
		return commerce.ErrPaymentGone
	}
	if err != nil {
		return err
	}
	now := clock.MS(s.Clock)
	switch r.State {
	case pay.ContractActive:
		if r.ContractID == "" || r.OpenID == "" {
			return nil
		}
		if c.State == Signing {
			_, err = tx.Exec(ctx, qSigned, c.ID, r.ContractID, r.OpenID, now)
			return err
		}
		_, err = tx.Exec(ctx, qSignedLate, c.ID, r.ContractID, r.OpenID, now)
	case pay.ContractEnded:
		if _, err := s.stop(ctx, tx, c, Cancelled, byChannel); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, qOver, c.ID, now)
	}
	return err
}

// OnRefunded ends the contract whose membership was given back, in the transaction
// that books it. The order's history says so.
func (s *Service) OnRefunded(ctx context.Context, tx *db.Tx, o commerce.Order, it commerce.Item, r commerce.Refund) error {
	if it.Kind != catalog.KindMembership || o.Gift || !r.EndsAccess && it.RefundedFen < it.PriceFen {
		return nil
	}
	var c Contract
	err := tx.Get(ctx, qLive, &c, o.UserID, it.ProductID)
	if errors.Is(err, db.ErrNone) {
		return nil
	}
	if err != nil {
		return err
	}
	if ended, err := s.stop(ctx, tx, c, Cancelled, byRefund); err != nil || !ended {
		return err
	}
	return s.Commerce.Note(ctx, tx, o.ID, "renewal_cancelled", "会员已退款，自动续费随之关闭")
}

// membership is what the user has of the product.
func (s *Service) membership(ctx context.Context, r db.Reader, c Contract) (access.Holding, error) {
	return s.Access.Holding(ctx, r, c.UserID, catalog.Resource{Kind: catalog.KindMembership, ID: c.ProductID})
}
