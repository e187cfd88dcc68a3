package setting

import "zhizhou/internal/errs"

// Referral says what an invitation is rewarded with: coupons by id, 0 for none.
// Everything is off until an operator chooses.
type Referral struct {
	JoinInviter int64 `json:"join_inviter" minimum:"0" doc:"Coupon for the inviter when an invited person has registered with a proven phone"`
	JoinInvitee int64 `json:"join_invitee" minimum:"0" doc:"Coupon for the invited person then"`
	BuyInviter  int64 `json:"buy_inviter" minimum:"0" doc:"Coupon for the inviter when the first purchase was kept past its refund window"`
	BuyInvitee  int64 `json:"buy_invitee" minimum:"0" doc:"Coupon for the invited person then"`
	PerInviter  int64 `json:"per_inviter" minimum:"0" maximum:"100000" doc:"At most so many rewarded invitations for one inviter"`
	Budget      int64 `json:"budget" minimum:"0" maximum:"10000000" doc:"At most so many rewarded invitations in all"`
	FromAt      int64 `json:"from_at" minimum:"0" doc:"Only who joined since then counts"`
}

// ErrReferral is returned by Check.
var ErrReferral = errs.New(errs.Invalid, "referral_invalid", "请检查邀请有礼的设置")

// Key implements Section.
func (*Referral) Key() string { return "referral" }

// Public implements Section: nothing here is secret.
func (r *Referral) Public() any { return *r }

// On reports whether anything is given.
func (r *Referral) On() bool {
	return (r.JoinInviter+r.JoinInvitee+r.BuyInviter+r.BuyInvitee > 0) && r.Budget > 0
}

// Check refuses rewards without a limit.
func (r *Referral) Check() error {
	if r.JoinInviter+r.JoinInvitee+r.BuyInviter+r.BuyInvitee > 0 && (r.Budget == 0 || r.PerInviter == 0) {
		return ErrReferral.Field("budget", "请填写奖励总数和每人上限")
	}
	return nil
}
