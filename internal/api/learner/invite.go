package learner

import (
	"context"
	"errors"
	"net/http"

	"zhizhou/internal/errs"
	"zhizhou/internal/referral"
	"zhizhou/internal/setting"
	"zhizhou/internal/web"
)

// InviteView is what the caller shares to invite somebody.
type InviteView struct {
	Code        string `json:"code"`
	URL         string `json:"url" doc:"Leads to the school with the code"`
	Invited     int64  `json:"invited" doc:"How many came"`
	JoinReward  bool   `json:"join_reward" doc:"A coupon for the caller when somebody has registered with a proven phone"`
	JoinWelcome bool   `json:"join_welcome" doc:"A coupon for the invited then"`
	BuyReward   bool   `json:"buy_reward" doc:"A coupon for the caller when the first purchase was kept past its refund window"`
	BuyWelcome  bool   `json:"buy_welcome" doc:"A coupon for the invited then"`
	PerInviter  int64  `json:"per_inviter" doc:"At most so many rewarded invitations"`
	Commission  bool   `json:"commission" doc:"Purchases of the invited earn commission now"`
}

// InviteeView is somebody whom the caller invited.
type InviteeView struct {
	Name     string `json:"name" doc:"Masked"`
	JoinedAt int64  `json:"joined_at"`
	Rewards  int64  `json:"rewards" doc:"Coupons that the caller got for it"`
}

// came tells how somebody who signs in came: by whose shares, and a new one by whose
// code. A code that does not count is no reason to refuse the sign-in.
func (r *routes) came(ctx context.Context, userID int64, isNew bool, by Invited) error {
	if err := r.Risk.Seen(ctx, userID, by.Device, web.CallerOf(ctx).Address); err != nil {
		return err
	}
	if by.Invite != "" && isNew {
		err := r.Referral.Join(ctx, userID, by.Invite)
		var e *errs.E
		if err != nil && (!errors.As(err, &e) || e.Kind == errs.Internal || e.Kind == errs.Unavailable) {
			return err
		}
	}
	if err := r.Share.Come(ctx, userID, by.Visitor); err != nil || !isNew {
		return err
	}
	return r.Referral.Welcome(ctx, userID)
}

func (r *routes) invites() {
	route := func(id, method, path, summary string) web.Route {
		return web.Route{ID: id, Method: method, Path: path, Summary: summary, Tag: "invite", Need: web.Learner}
	}
	web.Handle(r.web, route("invite", http.MethodGet, "/api/me/invite", "The caller's invite code and what inviting brings"),
		func(ctx context.Context, _ *none) (*web.Body[InviteView], error) {
			me := web.UserID(ctx)
			code, err := r.Referral.Code(ctx, me)
			if err != nil {
				return nil, err
			}
			rules := &setting.Referral{}
			if _, err := r.Settings.Load(ctx, rules); err != nil {
				return nil, err
			}
			pays, _, err := r.pays(ctx, me)
			if err != nil {
				return nil, err
			}
			on, err := r.Referral.Left(ctx, me)
			if err != nil {
				return nil, err
			}
			gives, err := r.Commerce.CouponsGiving(ctx, [4]int64{rules.JoinInviter, rules.JoinInvitee, rules.BuyInviter, rules.BuyInvitee})
			if err != nil {
				return nil, err
			}
			invited, err := r.Referral.Invited(ctx, me)
			return web.Answer(InviteView{
				Code: code, URL: r.PublicURL + "/?invite=" + code, Invited: invited, JoinReward: on && gives[rules.JoinInviter], JoinWelcome: on && gives[rules.JoinInvitee],
				BuyReward: on && gives[rules.BuyInviter], BuyWelcome: on && gives[rules.BuyInvitee], PerInviter: rules.PerInviter, Commission: pays.Direct,
			}), err
		})
	web.Handle(r.web, route("invitees", http.MethodGet, "/api/me/invitees", "Who came by the caller's code, last joined first"),
		func(ctx context.Context, in *struct{ web.PageQuery }) (*web.Body[web.List[InviteeView]], error) {
			before, err := in.Keys(1)
			if err != nil {
				return nil, err
			}
			rows, err := r.Referral.Invitees(ctx, web.UserID(ctx), first(before), in.Limit+1)
			if err != nil {
				return nil, err
			}
			return web.Answer(web.Page(rows, in.Limit, func(i referral.Invitee) InviteeView {
				return InviteeView{masked(i.Nickname), i.JoinedAt, i.Rewards}
			}, func(i referral.Invitee) []int64 { return []int64{i.UserID} })), nil
		})
	join := route("invite_join", http.MethodPost, "/api/me/inviter", "Name who invited the caller: soon after registering, before any order, once")
	join.Status = http.StatusNoContent
	web.Handle(r.web, join,
		func(ctx context.Context, in *struct {
			Body struct {
				Code string `json:"code" minLength:"4" maxLength:"20"`
			}
		},
		) (*none, error) {
			me := web.UserID(ctx)
			if err := r.Account.AdmitGuess(ctx, "invite", me, web.CallerOf(ctx).Address); err != nil {
				return nil, err
			}
			if err := r.Referral.Join(ctx, me, in.Body.Code); err != nil {
				return nil, err
			}
			return nil, r.Referral.Welcome(ctx, me)
		})
}
