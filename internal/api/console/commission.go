package console

import (
	"context"
	"net/http"

	"zhizhou/internal/account"
	"zhizhou/internal/clock"
	"zhizhou/internal/commission"
	"zhizhou/internal/setting"
	"zhizhou/internal/web"
)

// CommissionTerms are what holds for all commissions.
type CommissionTerms struct {
	Version  int64 `json:"version"`
	Enabled  bool  `json:"enabled"`
	CapBPS   int64 `json:"cap_bps" minimum:"0" maximum:"5000" doc:"Both levels of a line together, hundredths of a percent of what was paid"`
	HoldDays int64 `json:"hold_days" minimum:"0" maximum:"365"`
	MinFen   int64 `json:"min_fen" minimum:"10" doc:"Of a withdrawal"`
}

// CommissionRuleInput is what the form of a rule saves.
type CommissionRuleInput struct {
	Version   int64  `json:"version,omitempty"`
	Name      string `json:"name" maxLength:"160"`
	Role      string `json:"role,omitempty" enum:"anyone,creator,class_teacher,senior_learner,agency," doc:"Of partners in good standing; empty: anyone"`
	UserID    int64  `json:"user_id,omitempty" minimum:"0" doc:"This partner alone; then role is anyone"`
	Level     int64  `json:"level" enum:"1,2"`
	Scope     string `json:"scope" enum:"all,kind,product"`
	Kind      string `json:"kind,omitempty" enum:"course,column,lesson,bundle,membership,service,class,"`
	ProductID int64  `json:"product_id,omitempty"`
	RateBPS   int64  `json:"rate_bps" minimum:"1" maximum:"5000" doc:"Hundredths of a percent of what was paid"`
	Priority  int64  `json:"priority,omitempty" doc:"The higher counts"`
	StartsAt  int64  `json:"starts_at"`
	EndsAt    int64  `json:"ends_at,omitempty" doc:"0: no end"`
}

// CommissionRuleView is a rule.
type CommissionRuleView struct {
	ID     int64  `json:"id"`
	Status string `json:"status" enum:"on,off"`
	CommissionRuleInput
	UpdatedAt int64  `json:"updated_at"`
	Person    string `json:"person" doc:"Nickname of whom it is for alone"`
	Product   string `json:"product" doc:"What its product is called"`
}

// CommissionAccountView is what somebody holds.
type CommissionAccountView struct {
	UserID       int64  `json:"user_id"`
	Nickname     string `json:"nickname"`
	PhoneMasked  string `json:"phone_masked"`
	HeldFen      int64  `json:"held_fen"`
	AvailableFen int64  `json:"available_fen" doc:"Below zero: a debt"`
	FrozenFen    int64  `json:"frozen_fen"`
	WithdrawnFen int64  `json:"withdrawn_fen"`
	EarnedFen    int64  `json:"earned_fen"`
	ReversedFen  int64  `json:"reversed_fen"`
	Named        bool   `json:"named" doc:"Real name and number are known"`
}

// CommissionMoveView is one change of an account.
type CommissionMoveView struct {
	ID           int64  `json:"id"`
	UserID       int64  `json:"user_id"`
	Kind         string `json:"kind" enum:"accrue,release,reverse,freeze,thaw,pay,pay_late,merge_out,merge_in,reward,reward_undo"`
	KindLabel    string `json:"kind_label"`
	Title        string `json:"title"`
	HeldFen      int64  `json:"held_fen"`
	AvailableFen int64  `json:"available_fen"`
	FrozenFen    int64  `json:"frozen_fen"`
	WithdrawnFen int64  `json:"withdrawn_fen"`
	At           int64  `json:"at"`
}

var moveLabels = map[string]string{
	"accrue": "下单计佣", "release": "解除冻结", "reverse": "退款扣回", "freeze": "申请提现", "thaw": "提现退回", "pay": "提现到账", "pay_late": "提现迟到账",
	"merge_out": "账号合并转出", "merge_in": "账号合并转入", "reward": "排行奖励", "reward_undo": "撤回排行奖励",
}

func moveLabel(m commission.Move) string {
	if m.Own {
		return "本人所买，不计佣"
	}
	return moveLabels[m.Kind]
}

// TaxRowView is what one person was paid.
type TaxRowView struct {
	ID      int64  `json:"id" doc:"Where the next page starts"`
	UserID  int64  `json:"user_id"`
	Name    string `json:"name"`
	Number  string `json:"number"`
	Times   int64  `json:"times"`
	PaidFen int64  `json:"paid_fen"`
}

func ruleView(x commission.RuleRow) CommissionRuleView {
	return CommissionRuleView{
		ID: x.ID, Status: x.Status, UpdatedAt: x.UpdatedAt, Person: x.Person, Product: x.Product,
		CommissionRuleInput: CommissionRuleInput{x.Version, x.Name, x.Role, x.UserID, x.Level, x.Scope, x.Kind, x.ProductID, x.RateBPS, x.Priority, x.StartsAt, x.EndsAt},
	}
}

// rewardsGiven refuses coupons as rewards that nobody would get.
func (r *routes) rewardsGiven(ctx context.Context, v *setting.Referral) error {
	giving, err := r.Commerce.CouponsGiving(ctx, [4]int64{v.JoinInviter, v.JoinInvitee, v.BuyInviter, v.BuyInvitee})
	if err != nil {
		return err
	}
	for _, f := range []struct {
		name   string
		coupon int64
	}{{"join_inviter", v.JoinInviter}, {"join_invitee", v.JoinInvitee}, {"buy_inviter", v.BuyInviter}, {"buy_invitee", v.BuyInvitee}} {
		if f.coupon != 0 && !giving[f.coupon] {
			return setting.ErrReferral.Field(f.name, "没有这张券，或它已停用、过期、发完，请另选一张")
		}
	}
	return nil
}

func (r *routes) commissions() {
	const tag = "console commission"
	section(r, "referral", func() *setting.Referral { return &setting.Referral{} }, func(ctx context.Context, v, before *setting.Referral) error {
		if v.FromAt = before.FromAt; v.On() && !before.On() {
			v.FromAt = clock.MS(r.Clock) // who came before was promised nothing
		}
		if err := v.Check(); err != nil {
			return err
		}
		return r.rewardsGiven(ctx, v)
	})
	web.Handle(r.web, route("commission_terms", http.MethodGet, "commission/terms", "What holds for all commissions", tag, account.PermCommission),
		func(ctx context.Context, _ *none) (*web.Body[CommissionTerms], error) {
			t, err := r.Commission.Terms(ctx)
			return web.Answer(CommissionTerms{t.Version, t.Enabled, t.CapBPS, t.HoldDays, t.MinFen}), err
		})
	web.Handle(r.web, quiet(route("commission_terms_save", http.MethodPut, "commission/terms", "Make a new version of the terms", tag, account.PermCommissionSet)),
		func(ctx context.Context, in *struct{ Body CommissionTerms }) (*none, error) {
			b := in.Body
			return nil, r.Commission.SaveTerms(ctx, commission.Terms{Version: b.Version, Enabled: b.Enabled, CapBPS: b.CapBPS, HoldDays: b.HoldDays, MinFen: b.MinFen})
		})
	web.Handle(r.web, route("commission_rules", http.MethodGet, "commission/rules", "Rates, newest first", tag, account.PermCommission),
		func(ctx context.Context, in *struct{ web.PageQuery }) (*web.Body[web.List[CommissionRuleView]], error) {
			before, err := in.Keys(1)
			if err != nil {
				return nil, err
			}
			rows, err := r.Commission.Rules(ctx, first(before), in.Limit+1)
			if err != nil {
				return nil, err
			}
			return web.Answer(web.Page(rows, in.Limit, ruleView, func(x commission.RuleRow) []int64 { return []int64{x.ID} })), nil
		})
	web.Handle(r.web, route("commission_rule_save", http.MethodPut, "commission/rules/{id}", "Add (0) or change a rate", tag, account.PermCommissionSet),
		func(ctx context.Context, in *struct {
			ByID
			Body CommissionRuleInput
		},
		) (*web.Body[Made], error) {
			b := in.Body
			n, err := r.Commission.SaveRule(ctx, commission.Rule{
				ID: in.ID, Version: b.Version, Name: b.Name, Level: b.Level, Scope: b.Scope, Kind: b.Kind, ProductID: b.ProductID, RateBPS: b.RateBPS,
				Priority: b.Priority, StartsAt: b.StartsAt, EndsAt: b.EndsAt, Role: b.Role, UserID: b.UserID,
			})
			return web.Answer(Made{n}), err
		})
	web.Handle(r.web, quiet(route("commission_rule_switch", http.MethodPost, "commission/rules/{id}/switch", "Let a rate count, or end it", tag, account.PermCommissionSet)),
		func(ctx context.Context, in *struct {
			ByID
			Body struct {
				On bool `json:"on"`
			}
		},
		) (*none, error) {
			return nil, r.Commission.SwitchRule(ctx, in.ID, in.Body.On)
		})
	web.Handle(r.web, route("commission_accounts", http.MethodGet, "commission/accounts", "What people hold", tag, account.PermCommission),
		func(ctx context.Context, in *struct {
			web.PageQuery
			UserID int64 `query:"user_id"`
		},
		) (*web.Body[web.List[CommissionAccountView]], error) {
			before, err := in.Keys(1)
			if err != nil {
				return nil, err
			}
			rows, err := r.Commission.Accounts(ctx, in.UserID, first(before), in.Limit+1)
			if err != nil {
				return nil, err
			}
			return web.Answer(web.Page(rows, in.Limit, func(a commission.AccountRow) CommissionAccountView {
				return CommissionAccountView{a.UserID, a.Nickname, a.PhoneMasked, a.HeldFen, a.AvailableFen, a.FrozenFen, a.WithdrawnFen, a.EarnedFen, a.ReversedFen, a.Named}
			}, func(a commission.AccountRow) []int64 { return []int64{a.UserID} })), nil
		})
	web.Handle(r.web, route("commission_statement", http.MethodGet, "commission/statement", "Every change of accounts in a time, the oldest first", tag, account.PermCommission),
		func(ctx context.Context, in *struct {
			UserID int64 `query:"user_id" doc:"0: everybody"`
			From   int64 `query:"from" required:"true"`
			Until  int64 `query:"until" required:"true"`
			After  int64 `query:"after" doc:"Id of the last change seen"`
		},
		) (*web.Body[web.List[CommissionMoveView]], error) {
			rows, err := r.Commission.Statement(ctx, in.UserID, in.From, in.Until, in.After, 500)
			out := web.List[CommissionMoveView]{Items: []CommissionMoveView{}}
			for _, m := range rows {
				out.Items = append(out.Items, CommissionMoveView{m.ID, m.UserID, m.Kind, moveLabel(m), m.Title, m.HeldFen, m.AvailableFen, m.FrozenFen, m.WithdrawnFen, m.At})
			}
			return web.Answer(out), err
		})
	web.Handle(r.web, route("payee_report", http.MethodPost, "commission/payee-report", "What was paid to whom, with real names and numbers; reading is logged", tag, account.PermTaxReport),
		func(ctx context.Context, in *struct {
			Body struct {
				From   int64  `json:"from"`
				Until  int64  `json:"until"`
				After  int64  `json:"after,omitempty" doc:"The last user seen"`
				Reason string `json:"reason" minLength:"2" maxLength:"800"`
			}
		},
		) (*web.Body[web.List[TaxRowView]], error) {
			rows, err := r.Commission.Tax(ctx, in.Body.From, in.Body.Until, in.Body.After, 500, in.Body.Reason)
			out := web.List[TaxRowView]{Items: []TaxRowView{}}
			for _, x := range rows {
				out.Items = append(out.Items, TaxRowView(x))
			}
			return web.Answer(out), err
		})
	web.Handle(r.web, quiet(route("payee_drop", http.MethodPost, "commission/payees/{id}/drop", "Let a person enter name and number again", tag, account.PermPayoutDecide)),
		func(ctx context.Context, in *struct {
			ByID
			Body struct {
				Reason string `json:"reason" minLength:"2" maxLength:"800"`
			}
		},
		) (*none, error) {
			return nil, r.Commission.DropPayee(ctx, in.ID, in.Body.Reason)
		})
}
