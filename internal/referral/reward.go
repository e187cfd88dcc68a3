package referral

import (
	"context"
	"errors"
	"fmt"

	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/errs"
	"zhizhou/internal/id"
	"zhizhou/internal/risk"
	"zhizhou/internal/setting"
)

// What an invitation is rewarded for.
const (
	Registration = "registration" // the invitee has a proven phone
	Purchase     = "purchase"     // the invitee's first purchase was kept past its refund window
)

var (
	qRewarded = db.Q("referral/rewarded", `SELECT COUNT(*) FROM referral_rewards WHERE inviter_id = $1`)
	qGiven    = db.Q("referral/given", `SELECT rewards FROM referral_guard WHERE id = 1`)
	qReward   = db.Q("referral/reward", `INSERT INTO referral_rewards (id, user_id, cause, inviter_id, inviter_coupon_id, invitee_coupon_id, note, granted_at)
		VALUES ($1, $2, $3, $4, 0, 0, $5, $6) ON CONFLICT DO NOTHING`)
	qRewardDone  = db.Q("referral/reward_done", `UPDATE referral_rewards SET inviter_coupon_id = $2, invitee_coupon_id = $3, note = $4 WHERE id = $1`)
	qRewardCount = db.Q("referral/reward_count", `UPDATE referral_guard SET rewards = rewards + 1 WHERE id = 1 AND rewards < $1`)
	qDueJoined   = db.Q("referral/due_registration", `SELECT r.user_id FROM referrals r JOIN users u ON u.id = r.user_id
		WHERE r.joined_at >= $1 AND u.phone_hash IS NOT NULL AND NOT EXISTS (SELECT 1 FROM referral_rewards w WHERE w.user_id = r.user_id AND w.cause = 'registration')
		AND NOT `+risk.Waits("r.user_id", "$2")+` AND NOT `+risk.Waits("r.inviter_id", "$2")+`
		ORDER BY r.joined_at LIMIT 200`)
	// A purchase counts from the first paid order of which nothing was or is being
	// given back, once the refund promise of each of its lines has run out.
	qDueBought = db.Q("referral/due_purchase", `SELECT r.user_id FROM referrals r WHERE r.joined_at >= $1
		AND NOT EXISTS (SELECT 1 FROM referral_rewards w WHERE w.user_id = r.user_id AND w.cause = 'purchase')
		AND NOT `+risk.Waits("r.user_id", "$2")+` AND NOT `+risk.Waits("r.inviter_id", "$2")+`
		AND EXISTS (SELECT 1 FROM orders o WHERE o.user_id = r.user_id AND o.status = 'paid' AND NOT o.deposit AND o.paid_fen > 0 AND o.refunded_fen = 0 AND o.delivered_at > 0
			AND NOT EXISTS (SELECT 1 FROM order_items i WHERE i.order_id = o.id AND o.paid_at + i.refund_days * 86400000 >= $2)
			AND NOT EXISTS (SELECT 1 FROM refunds f WHERE f.order_id = o.id AND f.status <> 'rejected'))
		ORDER BY r.joined_at LIMIT 200`)
	qDueJoinedOne = db.Q("referral/due_registration_one", `SELECT COUNT(*) FROM referrals r JOIN users u ON u.id = r.user_id WHERE r.user_id = $1 AND r.joined_at >= $2 AND u.phone_hash IS NOT NULL`)
)

// Sweep gives the rewards that are due.
func (s *Service) Sweep(ctx context.Context) error {
	rules, err := s.rules(ctx)
	if err != nil {
		return err
	}
	now := clock.MS(s.Clock)
	if rules.JoinInviter+rules.JoinInvitee > 0 {
		if err := s.grantAll(ctx, rules, Registration, qDueJoined, rules.FromAt, now); err != nil {
			return err
		}
	}
	if rules.BuyInviter+rules.BuyInvitee > 0 {
		return s.grantAll(ctx, rules, Purchase, qDueBought, rules.FromAt, now)
	}
	return nil
}

// Left reports whether the shop's budget and an inviter's limit still allow a reward.
func (s *Service) Left(ctx context.Context, inviterID int64) (bool, error) {
	rules, err := s.rules(ctx)
	if err != nil || !rules.On() {
		return false, err
	}
	var given, have int64
	if err := s.DB.Get(ctx, qGiven, &given); err != nil {
		return false, err
	}
	err = s.DB.Get(ctx, qRewarded, &have, inviterID)
	return given < rules.Budget && have < rules.PerInviter, err
}

func (s *Service) grantAll(ctx context.Context, rules *setting.Referral, cause string, q *db.Stmt, args ...any) error {
	var due []int64
	if err := s.DB.List(ctx, q, &due, args...); err != nil {
		return err
	}
	for _, userID := range due {
		if err := s.grant(ctx, rules, userID, cause); err != nil {
			return err
		}
	}
	return nil
}

// Welcome gives the reward of a registration at once, where it is due already.
func (s *Service) Welcome(ctx context.Context, userID int64) error {
	rules, err := s.rules(ctx)
	if err != nil || rules.JoinInviter+rules.JoinInvitee == 0 {
		return err
	}
	var due int64
	if err := s.DB.Get(ctx, qDueJoinedOne, &due, userID, rules.FromAt); err != nil || due == 0 {
		return err
	}
	return s.grant(ctx, rules, userID, Registration)
}

func (s *Service) rules(ctx context.Context) (*setting.Referral, error) {
	r := &setting.Referral{}
	_, err := s.Settings.Load(ctx, r)
	return r, err
}

// grant gives the coupons of one cause, at most once: the row is the right to give.
func (s *Service) grant(ctx context.Context, rules *setting.Referral, userID int64, cause string) error {
	toInviter, toInvitee := rules.JoinInviter, rules.JoinInvitee
	if cause == Purchase {
		toInviter, toInvitee = rules.BuyInviter, rules.BuyInvitee
	}
	return s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		var guard, have int64
		if err := tx.Get(ctx, qGuard, &guard); err != nil {
			return err
		}
		var who Referral
		err := tx.Get(ctx, qReferral, &who, userID)
		if errors.Is(err, db.ErrNone) {
			return nil // cut in the meantime: two accounts became one
		}
		if err != nil {
			return err
		}
		if err := tx.Get(ctx, qRewarded, &have, who.InviterID); err != nil {
			return err
		}
		if may, err := s.may(ctx, tx, who); err != nil || !may {
			return err // it stays due, and is looked at again
		}
		rewardID, now := id.New(), clock.MS(s.Clock)
		n, err := tx.Exec(ctx, qReward, rewardID, userID, cause, who.InviterID, "", now)
		if err != nil || n == 0 {
			return err
		}
		note := ""
		if n, err = tx.Exec(ctx, qRewardCount, rules.Budget); err != nil {
			return err
		}
		switch {
		case n == 0:
			toInviter, toInvitee, note = 0, 0, "奖励总数已用完"
		case have >= rules.PerInviter:
			toInviter, note = 0, fmt.Sprintf("邀请人已达 %d 次上限", rules.PerInviter)
		}
		source := "referral:" + cause
		gaveInviter, err := s.give(ctx, tx, toInviter, who.InviterID, source, &note)
		if err != nil {
			return err
		}
		gaveInvitee, err := s.give(ctx, tx, toInvitee, userID, source, &note)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, qRewardDone, rewardID, gaveInviter, gaveInvitee, note)
		return err
	})
}

// may reports whether both of an invitation may be rewarded now.
func (s *Service) may(ctx context.Context, tx *db.Tx, who Referral) (bool, error) {
	if s.Judge == nil {
		return true, nil
	}
	for _, userID := range []int64{who.InviterID, who.UserID} {
		if ok, err := s.Judge(ctx, tx, userID, "referral"); err != nil || !ok {
			return false, err
		}
	}
	return true, nil
}

// give hands out one coupon; one that cannot be given is noted, not an error.
func (s *Service) give(ctx context.Context, tx *db.Tx, couponID, userID int64, source string, note *string) (int64, error) {
	if couponID == 0 {
		return 0, nil
	}
	err := s.Coupons.GiveCouponIn(ctx, tx, couponID, userID, source)
	var e *errs.E
	if errors.As(err, &e) && (e.Kind == errs.NotFound || e.Kind == errs.Conflict) {
		*note = e.Msg
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	return couponID, nil
}
