package commerce

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"zhizhou/internal/audit"
	"zhizhou/internal/clock"
	"zhizhou/internal/commerce/price"
	"zhizhou/internal/db"
	"zhizhou/internal/id"
)

// How a coupon reaches a wallet.
const (
	ClaimPage     = "page"     // anybody takes it from the claim page
	ClaimCode     = "code"     // by typing its code
	ClaimNewcomer = "newcomer" // given at sign-up
	ClaimStaff    = "staff"    // given by staff alone
)

// CouponKind is a sort of coupon that may be handed out.
type CouponKind struct {
	ID           int64
	Name         string
	Status       string
	OffFen       int64
	PayPermille  int64
	CapFen       int64
	AtFen        int64
	Scope        string
	Platforms    string
	Stackable    bool
	Stock        int64
	Issued       int64
	PerUser      int64
	Claim        string
	Code         string
	ClaimFrom    int64
	ClaimUntil   int64
	ValidFrom    int64
	ValidUntil   int64
	ValidDays    int64
	BackOnRefund bool
	Version      int64
	CreatedAt    int64
	UpdatedAt    int64
}

// Coupon is one in somebody's wallet.
type Coupon struct {
	ID          int64
	CouponID    int64
	Name        string
	OffFen      int64
	PayPermille int64
	CapFen      int64
	AtFen       int64
	Scope       string
	Platforms   string
	Stackable   bool
	State       string // "ready", "held", "used" or "void"
	OrderID     int64
	ReceivedAt  int64
	ValidFrom   int64
	ValidUntil  int64
	UsedAt      int64
}

const (
	couponColumns = `id, name, status, off_fen, pay_permille, cap_fen, at_fen, scope, platforms, stackable, stock, issued, per_user, claim, code, claim_from, claim_until, valid_from, valid_until, valid_days, back_on_refund, version, created_at, updated_at`
	walletColumns = `w.id, w.coupon_id, c.name, c.off_fen, c.pay_permille, c.cap_fen, c.at_fen, c.scope, c.platforms, c.stackable, w.state, w.order_id, w.received_at, w.valid_from, w.valid_until, w.used_at`
)

var (
	qCouponKind   = db.Q("commerce/coupon_kind", `SELECT `+couponColumns+` FROM coupons WHERE id = $1`)
	qCouponByCode = db.Q("commerce/coupon_by_code", `SELECT `+couponColumns+` FROM coupons WHERE code = $1 AND code <> ''`)
	qCouponKinds  = db.Q("commerce/coupon_kinds", `SELECT `+couponColumns+` FROM coupons WHERE ($1 = '' OR status = $1) AND (CAST($2 AS BIGINT) = 0 OR id < $2) ORDER BY id DESC LIMIT $3`)
	qCouponsOpen  = db.Q("commerce/coupons_open", `SELECT `+couponColumns+` FROM coupons WHERE status = 'on' AND claim = 'page' AND claim_from <= $1 AND (claim_until = 0 OR claim_until > $1) ORDER BY id DESC LIMIT 100`)
	qCouponsNew   = db.Q("commerce/coupons_newcomer", `SELECT `+couponColumns+` FROM coupons WHERE status = 'on' AND claim = 'newcomer' AND claim_from <= $1 AND (claim_until = 0 OR claim_until > $1) ORDER BY id LIMIT 20`)
	qCouponInsert = db.Q("commerce/coupon_insert", `INSERT INTO coupons (`+couponColumns+`) VALUES ($1, $2, 'draft', $3, $4, $5, $6, $7, $8, $9, $10, 0, $11, $12, $13, $14, $15, $16, $17, $18, $19, 1, $20, $20) ON CONFLICT DO NOTHING`)
	qCouponUpdate = db.Q("commerce/coupon_update", `UPDATE coupons SET name = $2, off_fen = $3, pay_permille = $4, cap_fen = $5, at_fen = $6, scope = $7, platforms = $8, stackable = $9, stock = $10, per_user = $11,
		claim = $12, code = $13, claim_from = $14, claim_until = $15, valid_from = $16, valid_until = $17, valid_days = $18, back_on_refund = $19, version = version + 1, updated_at = $20
		WHERE id = $1 AND version = $21 AND issued <= $10`)
	qCouponStatus  = db.Q("commerce/coupon_status", `UPDATE coupons SET status = $3, version = version + 1, updated_at = $4 WHERE id = $1 AND status = $2`)
	qCouponIssue   = db.Q("commerce/coupon_issue", `UPDATE coupons SET issued = issued + 1 WHERE id = $1 AND status = 'on' AND issued < stock`)
	qCouponsGiving = db.Q("commerce/coupons_giving", `SELECT id FROM coupons WHERE id IN ($1, $2, $3, $4) AND status = 'on' AND issued < stock AND claim_from <= $5 AND (claim_until = 0 OR claim_until > $5) AND (valid_until = 0 OR valid_until > $5)`)
	qCouponUnissue = db.Q("commerce/coupon_unissue", `UPDATE coupons SET issued = issued - 1 WHERE id = $1 AND issued > 0`)
	qWalletCount   = db.Q("commerce/wallet_count", `SELECT COUNT(*) FROM user_coupons WHERE coupon_id = $1 AND user_id = $2`)
	qWalletInsert  = db.Q("commerce/wallet_insert", `INSERT INTO user_coupons (id, coupon_id, user_id, nth, state, received_at, valid_from, valid_until, source) VALUES ($1, $2, $3, $4, 'ready', $5, $6, $7, $8) ON CONFLICT DO NOTHING`)
	qWallet        = db.Q("commerce/wallet", `SELECT `+walletColumns+` FROM user_coupons w JOIN coupons c ON c.id = w.coupon_id WHERE w.user_id = $1 AND (CAST($2 AS BIGINT) = 0 OR w.id < $2) ORDER BY w.id DESC LIMIT $3`)
	qWalletLive    = db.Q("commerce/wallet_live", `SELECT `+walletColumns+` FROM user_coupons w JOIN coupons c ON c.id = w.coupon_id WHERE w.user_id = $1 AND w.state IN ('ready', 'held') AND w.valid_until > $2 ORDER BY w.valid_until, w.id LIMIT 100`)
	qWalletHold    = db.Q("commerce/wallet_hold", `UPDATE user_coupons SET state = 'held', order_id = $3 WHERE id = $1 AND user_id = $2 AND state = 'ready' AND valid_from <= $4 AND valid_until > $4`)
	qWalletUse     = db.Q("commerce/wallet_use", `UPDATE user_coupons SET state = 'used', used_at = $3 WHERE id = $1 AND order_id = $2 AND state = 'held'`)
	qWalletBack    = db.Q("commerce/wallet_back", `UPDATE user_coupons SET state = 'ready', order_id = 0, used_at = 0 WHERE id = $1 AND order_id = $2 AND state = 'held'`)
	qWalletReturn  = db.Q("commerce/wallet_return", `UPDATE user_coupons SET state = 'ready', order_id = 0, used_at = 0 WHERE id = $1 AND order_id = $2 AND state = 'used'
		AND EXISTS (SELECT 1 FROM coupons c WHERE c.id = user_coupons.coupon_id AND c.back_on_refund)`)
	qWalletMerge = db.Q("commerce/wallet_merge", `UPDATE user_coupons SET user_id = $2, nth = nth + 1000 WHERE user_id = $1`)
)

// couponRules makes rules of the coupons in a wallet; one that an open order holds
// says so.
func (s *Service) couponRules(ctx context.Context, r db.Reader, userID, at int64) ([]price.Rule, error) {
	var rows []Coupon
	if err := r.List(ctx, qWalletLive, &rows, userID, at); err != nil {
		return nil, err
	}
	var rules []price.Rule
	for _, c := range rows {
		rule := c.rule()
		if c.State == "held" {
			rule.Barred = "正在另一笔待支付的订单里"
		}
		rules = append(rules, rule)
	}
	return rules, nil
}

func (c Coupon) rule() price.Rule {
	rule := price.Rule{
		ID: c.ID, Kind: price.Coupon, Label: c.Name, From: c.ValidFrom, Until: c.ValidUntil, Platforms: list(c.Platforms), PriceFen: -1,
		Pay: c.PayPermille, CapFen: c.CapFen, AtFen: c.AtFen, OffFen: c.OffFen, Left: price.Unlimited, BuyerLeft: price.Unlimited, Stackable: c.Stackable,
	}
	_ = json.Unmarshal([]byte(c.Scope), &rule.Scope)
	return rule
}

// holdCoupon takes a coupon for an order. Returns ErrQuote when it is gone.
func (s *Service) holdCoupon(ctx context.Context, tx *db.Tx, o Order, couponID int64) error {
	n, err := tx.Exec(ctx, qWalletHold, couponID, o.UserID, o.ID, clock.MS(s.Clock))
	if err != nil {
		return err
	}
	if n == 0 {
		return ErrQuote
	}
	return s.insertHold(ctx, tx, hold{OrderID: o.ID, Kind: holdCoupon, RefID: couponID, UserID: o.UserID, Units: 1})
}

func (s *Service) moveCoupon(ctx context.Context, tx *db.Tx, h hold, state string) error {
	var err error
	switch {
	case state == "sold":
		_, err = tx.Exec(ctx, qWalletUse, h.RefID, h.OrderID, clock.MS(s.Clock))
	case h.State == "held":
		_, err = tx.Exec(ctx, qWalletBack, h.RefID, h.OrderID)
	default:
		_, err = tx.Exec(ctx, qWalletReturn, h.RefID, h.OrderID)
	}
	return err
}

// Wallet lists a user's coupons, last received first.
func (s *Service) Wallet(ctx context.Context, userID, before int64, limit int) ([]Coupon, error) {
	var rows []Coupon
	err := s.DB.List(ctx, qWallet, &rows, userID, before, limit)
	return rows, err
}

// OpenCoupons lists what may be claimed from the claim page now.
func (s *Service) OpenCoupons(ctx context.Context) ([]CouponKind, error) {
	var rows []CouponKind
	err := s.DB.List(ctx, qCouponsOpen, &rows, clock.MS(s.Clock))
	return rows, err
}

// ClaimCoupon puts a coupon of the claim page into the wallet, again up to the
// limit by person. Returns ErrCouponGone, ErrCouponMine, ErrCouponOut.
func (s *Service) ClaimCoupon(ctx context.Context, userID, couponID int64) error {
	return s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		var k CouponKind
		if err := tx.Get(ctx, qCouponKind, &k, couponID); errors.Is(err, db.ErrNone) || err == nil && k.Claim != ClaimPage {
			return ErrCouponGone
		} else if err != nil {
			return err
		}
		return s.issue(ctx, tx, k, userID, "claim")
	})
}

// ClaimCode puts the coupon of a code into the wallet. Returns ErrCouponGone,
// ErrCouponMine, ErrCouponOut.
func (s *Service) ClaimCode(ctx context.Context, userID int64, code string) error {
	return s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		var k CouponKind
		if err := tx.Get(ctx, qCouponByCode, &k, strings.ToUpper(strings.TrimSpace(code))); errors.Is(err, db.ErrNone) || err == nil && k.Claim != ClaimCode {
			return ErrCouponGone
		} else if err != nil {
			return err
		}
		return s.issue(ctx, tx, k, userID, "code")
	})
}

// CouponsGiving tells which of at most four sorts of coupon may be given out now.
func (s *Service) CouponsGiving(ctx context.Context, ids [4]int64) (map[int64]bool, error) {
	var rows []int64
	err := s.DB.List(ctx, qCouponsGiving, &rows, ids[0], ids[1], ids[2], ids[3], clock.MS(s.Clock))
	out := map[int64]bool{}
	for _, n := range rows {
		out[n] = true
	}
	return out, err
}

// GiveCoupon hands a coupon to users; who has had as many as one person may have is
// left out. Returns how many were given, ErrCouponGone, ErrCouponOut.
func (s *Service) GiveCoupon(ctx context.Context, couponID int64, userIDs []int64) (given int, err error) {
	if len(userIDs) > 1000 {
		return 0, ErrCoupon.Say("一次最多发给 1000 人")
	}
	err = s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		given = 0
		var k CouponKind
		if err := tx.Get(ctx, qCouponKind, &k, couponID); errors.Is(err, db.ErrNone) {
			return ErrCouponGone
		} else if err != nil {
			return err
		}
		for _, userID := range userIDs {
			err := s.issue(ctx, tx, k, userID, "staff")
			if errors.Is(err, ErrCouponMine) {
				continue
			}
			if err != nil {
				return err
			}
			given++
		}
		return audit.Write(ctx, tx, s.Clock, "coupon.give", fmt.Sprintf("coupon:%d", couponID), nil, map[string]any{"users": len(userIDs), "given": given}, "")
	})
	return given, err
}

// issue puts one coupon into a wallet: never more than the stock, never more than
// one person may have.
func (s *Service) issue(ctx context.Context, tx *db.Tx, k CouponKind, userID int64, source string) error {
	now := clock.MS(s.Clock)
	if k.Status != "on" || k.ClaimFrom > now || k.ClaimUntil > 0 && k.ClaimUntil <= now {
		return ErrCouponGone
	}
	var have int64
	if err := tx.Get(ctx, qWalletCount, &have, k.ID, userID); err != nil {
		return err
	}
	if have >= k.PerUser {
		return ErrCouponMine
	}
	from, until := k.valid(now)
	// The stock comes first: callers that go on after a refusal must leave nothing.
	n, err := tx.Exec(ctx, qCouponIssue, k.ID)
	if err != nil {
		return err
	}
	if n == 0 {
		return ErrCouponOut
	}
	if n, err = tx.Exec(ctx, qWalletInsert, id.New(), k.ID, userID, have+1, now, from, until, source); err != nil || n == 1 {
		return err
	}
	if _, err = tx.Exec(ctx, qCouponUnissue, k.ID); err != nil {
		return err
	}
	return ErrCouponMine // two taps at once: the other one was first
}

// GiveCouponIn hands one coupon to a user inside a transaction of another fact;
// source names it. A refusal changes nothing. Returns ErrCouponGone, ErrCouponMine,
// ErrCouponOut.
func (s *Service) GiveCouponIn(ctx context.Context, tx *db.Tx, couponID, userID int64, source string) error {
	var k CouponKind
	err := tx.Get(ctx, qCouponKind, &k, couponID)
	if errors.Is(err, db.ErrNone) {
		return ErrCouponGone
	}
	if err != nil {
		return err
	}
	return s.issue(ctx, tx, k, userID, source)
}

// CouponChange is the input of SaveCoupon.
type CouponChange struct {
	CouponKind
	ScopeOf     price.Scope
	PlatformsOf []string
}

// SaveCoupon adds (ID 0) or changes a sort of coupon; those in wallets follow.
// Returns ErrCoupon, ErrCouponGone, ErrVersion.
func (s *Service) SaveCoupon(ctx context.Context, c CouponChange) (int64, error) {
	c.Name, c.Code = strings.TrimSpace(c.Name), strings.ToUpper(strings.TrimSpace(c.Code))
	if err := c.check(); err != nil {
		return 0, err
	}
	if c.PlatformsOf == nil {
		c.PlatformsOf = []string{}
	}
	isNew := c.ID == 0
	if isNew {
		c.ID = id.New()
	}
	now := clock.MS(s.Clock)
	return c.ID, s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		var n int64
		var err error
		if isNew {
			n, err = tx.Exec(ctx, qCouponInsert, c.ID, c.Name, c.OffFen, c.PayPermille, c.CapFen, c.AtFen, text(c.ScopeOf), text(c.PlatformsOf), c.Stackable, c.Stock, c.PerUser, c.Claim, c.Code,
				c.ClaimFrom, c.ClaimUntil, c.ValidFrom, c.ValidUntil, c.ValidDays, c.BackOnRefund, now)
			if err == nil && n == 0 {
				return ErrCoupon.Field("code", "这个券码已经有了")
			}
		} else {
			n, err = tx.Exec(ctx, qCouponUpdate, c.ID, c.Name, c.OffFen, c.PayPermille, c.CapFen, c.AtFen, text(c.ScopeOf), text(c.PlatformsOf), c.Stackable, c.Stock, c.PerUser, c.Claim, c.Code,
				c.ClaimFrom, c.ClaimUntil, c.ValidFrom, c.ValidUntil, c.ValidDays, c.BackOnRefund, now, c.Version)
			if err == nil && n == 0 {
				return ErrVersion
			}
		}
		if err != nil {
			return err
		}
		return audit.Write(ctx, tx, s.Clock, "coupon.save", fmt.Sprintf("coupon:%d", c.ID), nil, c, "")
	})
}

func (c CouponChange) check() error {
	e := ErrCoupon
	switch {
	case utf8.RuneCountInString(c.Name) < 1 || utf8.RuneCountInString(c.Name) > 20:
		return e.Field("name", "名称为 1–20 个字")
	case c.OffFen < 0 || c.PayPermille < 0 || c.PayPermille > 999 || (c.OffFen > 0) == (c.PayPermille > 0):
		return e.Field("off_fen", "填写减免金额或折扣中的一个")
	case c.AtFen < 0 || c.CapFen < 0 || c.OffFen > 0 && c.AtFen > 0 && c.OffFen >= c.AtFen:
		return e.Field("at_fen", "减免金额要小于门槛")
	case c.Stock < 0 || c.PerUser < 1 || c.PerUser > 100:
		return e.Field("stock", "发放总量为 0 以上，每人 1–100 张")
	case c.Claim != ClaimPage && c.Claim != ClaimCode && c.Claim != ClaimNewcomer && c.Claim != ClaimStaff:
		return e.Field("claim", "没有这种领取方式")
	case (c.Claim == ClaimCode) != (c.Code != "") || len(c.Code) > 30:
		return e.Field("code", "按券码领取时要有券码")
	case (c.ValidDays > 0) == (c.ValidUntil > 0) || c.ValidUntil > 0 && c.ValidUntil <= c.ValidFrom || c.ValidDays > 3650:
		return e.Field("valid_days", "填写固定有效期或领取后天数中的一个")
	}
	return nil
}

// SwitchCoupon lets a sort of coupon be handed out, or stops it; those in wallets
// keep their worth. Returns ErrCouponGone.
func (s *Service) SwitchCoupon(ctx context.Context, couponID int64, on bool) error {
	from, to := []string{"on"}, "off"
	if on {
		from, to = []string{"draft", "off"}, "on"
	}
	return s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		for _, f := range from {
			n, err := tx.Exec(ctx, qCouponStatus, couponID, f, to, clock.MS(s.Clock))
			if err != nil {
				return err
			}
			if n > 0 {
				return audit.Write(ctx, tx, s.Clock, "coupon."+to, fmt.Sprintf("coupon:%d", couponID), map[string]any{"status": f}, map[string]any{"status": to}, "")
			}
		}
		return ErrCouponGone
	})
}

// CouponKinds lists sorts of coupons by status ("" all), newest first.
func (s *Service) CouponKinds(ctx context.Context, status string, before int64, limit int) ([]CouponKind, error) {
	var rows []CouponKind
	err := s.DB.List(ctx, qCouponKinds, &rows, status, before, limit)
	return rows, err
}
