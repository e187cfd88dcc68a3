package learner

import (
	"context"
	"net/http"

	"zhizhou/internal/account"
	"zhizhou/internal/clock"
	"zhizhou/internal/commission"
	"zhizhou/internal/partner"
	"zhizhou/internal/web"
)

// CommissionView is what the caller has earned by bringing buyers.
type CommissionView struct {
	HeldFen      int64    `json:"held_fen" doc:"Until the refund promise has run out"`
	AvailableFen int64    `json:"available_fen" doc:"Below zero: taken back after it was paid out; later commission fills it up"`
	FrozenFen    int64    `json:"frozen_fen" doc:"Asked for and not arrived"`
	WithdrawnFen int64    `json:"withdrawn_fen"`
	Enabled      bool     `json:"enabled" doc:"Purchases earn the caller commission now"`
	Partner      string   `json:"partner" doc:"What the role is called by which the caller earns as a partner; empty: as anybody, or nothing"`
	MinFen       int64    `json:"min_fen" doc:"Of a withdrawal"`
	HoldDays     int64    `json:"hold_days"`
	NameMasked   string   `json:"name_masked" doc:"Empty: real name and number are not known yet"`
	NumberMasked string   `json:"number_masked"`
	RewardsFen   int64    `json:"rewards_fen" doc:"Of it all: given for rankings of partners and kept"`
	Identities   []string `json:"identities" nullable:"false" enum:"wechat_mini,wechat_official" doc:"Where the money can go"`
}

// CommissionEntryView is what one purchase earned.
type CommissionEntryView struct {
	ID          int64  `json:"id"`
	Title       string `json:"title"`
	Buyer       string `json:"buyer" doc:"Masked, unless the caller's role as a partner sees names"`
	Level       int64  `json:"level"`
	BaseFen     int64  `json:"base_fen" doc:"Paid for it"`
	AmountFen   int64  `json:"amount_fen"`
	ReversedFen int64  `json:"reversed_fen" doc:"Gone back with refunds, or as the caller's own"`
	Own         bool   `json:"own" doc:"Taken back because the caller paid for it or received it"`
	State       string `json:"state" enum:"held,available"`
	HoldUntil   int64  `json:"hold_until"`
	CreatedAt   int64  `json:"created_at"`
}

// WithdrawalView is one of the caller's withdrawals. While it waits for the
// confirmation it carries what wx.requestMerchantTransfer takes.
type WithdrawalView struct {
	ID          int64  `json:"id"`
	No          string `json:"no"`
	AmountFen   int64  `json:"amount_fen"`
	Identity    string `json:"identity" enum:"wechat_mini,wechat_official"`
	Status      string `json:"status" enum:"requested,approved,sending,wait_confirm,succeeded,rejected,failed,cancelled,expired"`
	StatusLabel string `json:"status_label"`
	Note        string `json:"note"`
	RequestedAt int64  `json:"requested_at"`
	FinishedAt  int64  `json:"finished_at"`
	ExpiresAt   int64  `json:"expires_at" doc:"Of the confirmation"`
	NowAt       int64  `json:"now_at" doc:"The server's time, for the countdown"`
	MchID       string `json:"mch_id"`
	AppID       string `json:"app_id"`
	PackageInfo string `json:"package_info"`
}

// WithdrawalLabels name the states of a withdrawal for its receiver.
var withdrawalLabels = map[string]string{
	commission.Requested: "审核中", commission.Approved: "打款中", commission.Sending: "打款中", commission.WaitConfirm: "待确认收款", commission.Succeeded: "已到账",
	commission.Rejected: "未通过", commission.Failed: "打款失败，已退回", commission.Cancelled: "已撤回", commission.Expired: "超时未确认，已退回",
}

func (r *routes) withdrawalView(w commission.Withdrawal) WithdrawalView {
	v := WithdrawalView{
		ID: w.ID, No: w.No, AmountFen: w.AmountFen, Identity: w.Identity, Status: w.Status, StatusLabel: withdrawalLabels[w.Status],
		RequestedAt: w.RequestedAt, FinishedAt: w.FinishedAt, ExpiresAt: w.ExpiresAt, NowAt: clock.MS(r.Clock),
	}
	if w.Status == commission.Rejected {
		v.Note = w.Reply
	}
	if w.Status == commission.Failed && w.SentAt == 0 {
		v.Note = w.FailReason // ours: the channel was never asked
	}
	if w.Status == commission.WaitConfirm {
		v.MchID, v.AppID, v.PackageInfo = w.MchID, w.AppID, w.PackageInfo
	}
	return v
}

func (r *routes) commission() {
	route := func(id, method, path, summary string) web.Route {
		return web.Route{ID: id, Method: method, Path: path, Summary: summary, Tag: "commission", Need: web.Learner}
	}
	type byID struct {
		ID int64 `path:"id"`
	}
	web.Handle(r.web, route("commission", http.MethodGet, "/api/me/commission", "What the caller has earned by bringing buyers"),
		func(ctx context.Context, _ *none) (*web.Body[CommissionView], error) {
			v, err := r.commissionOf(ctx, web.UserID(ctx))
			return web.Answer(v), err
		})
	web.Handle(r.web, route("commission_entries", http.MethodGet, "/api/me/commission/entries", "What each purchase earned the caller, newest first"),
		func(ctx context.Context, in *struct{ web.PageQuery }) (*web.Body[web.List[CommissionEntryView]], error) {
			before, err := in.Keys(1)
			if err != nil {
				return nil, err
			}
			rows, err := r.Commission.Entries(ctx, web.UserID(ctx), first(before), in.Limit+1)
			if err != nil {
				return nil, err
			}
			st, ok, err := r.Partner.Standing(ctx, r.Partner.DB, web.UserID(ctx))
			if err != nil {
				return nil, err
			}
			name := masked
			if ok && st.Buyers == "named" {
				name = func(s string) string { return s }
			}
			return web.Answer(web.Page(rows, in.Limit, func(e commission.EntryRow) CommissionEntryView {
				return CommissionEntryView{e.ID, e.Title, name(e.Buyer), e.Level, e.BaseFen, e.AmountFen, e.ReversedFen, e.Own, e.State, e.HoldUntil, e.CreatedAt}
			}, func(e commission.EntryRow) []int64 { return []int64{e.ID} })), nil
		})
	payee := route("payee_save", http.MethodPut, "/api/me/commission/payee", "Keep the caller's real name and number, once: needed to be paid")
	payee.Status = http.StatusNoContent
	web.Handle(r.web, payee,
		func(ctx context.Context, in *struct {
			Body struct {
				Name      string `json:"name" maxLength:"90"`
				Number    string `json:"number" maxLength:"20"`
				Consented bool   `json:"consented" doc:"To collecting both for payment and tax reporting"`
			}
		},
		) (*none, error) {
			return nil, r.Commission.SavePayee(ctx, web.UserID(ctx), in.Body.Name, in.Body.Number, in.Body.Consented)
		})
	web.Handle(r.web, route("withdrawals", http.MethodGet, "/api/me/withdrawals", "The caller's withdrawals, newest first"),
		func(ctx context.Context, in *struct{ web.PageQuery }) (*web.Body[web.List[WithdrawalView]], error) {
			before, err := in.Keys(1)
			if err != nil {
				return nil, err
			}
			rows, err := r.Commission.WithdrawalsOf(ctx, web.UserID(ctx), first(before), in.Limit+1)
			if err != nil {
				return nil, err
			}
			return web.Answer(web.Page(rows, in.Limit, r.withdrawalView, func(w commission.Withdrawal) []int64 { return []int64{w.ID} })), nil
		})
	web.Handle(r.web, route("withdraw", http.MethodPost, "/api/me/withdrawals", "Ask to be paid to WeChat"),
		func(ctx context.Context, in *struct {
			Key  string `header:"Idempotency-Key" required:"true" minLength:"8" maxLength:"64"`
			Body struct {
				AmountFen int64  `json:"amount_fen" minimum:"1"`
				Identity  string `json:"identity" enum:"wechat_mini,wechat_official"`
			}
		},
		) (*web.Body[WithdrawalView], error) {
			w, err := r.Commission.Withdraw(ctx, commission.Ask{UserID: web.UserID(ctx), Key: in.Key, AmountFen: in.Body.AmountFen, Identity: in.Body.Identity})
			return web.Answer(r.withdrawalView(w)), err
		})
	web.Handle(r.web, route("withdrawal", http.MethodGet, "/api/me/withdrawals/{id}", "One of the caller's withdrawals"),
		func(ctx context.Context, in *byID) (*web.Body[WithdrawalView], error) {
			w, err := r.Commission.Own(ctx, web.UserID(ctx), in.ID)
			return web.Answer(r.withdrawalView(w)), err
		})
	web.Handle(r.web, route("withdrawal_sync", http.MethodPost, "/api/me/withdrawals/{id}/sync", "Ask WeChat Pay what became of it"),
		func(ctx context.Context, in *byID) (*web.Body[WithdrawalView], error) {
			me := web.UserID(ctx)
			w, err := r.Commission.Own(ctx, me, in.ID)
			if err != nil {
				return nil, err
			}
			if w.Status == commission.Sending || w.Status == commission.WaitConfirm {
				_ = r.Commission.Push(ctx, w.ID) // what went wrong is noted and tried again
			}
			w, err = r.Commission.Own(ctx, me, in.ID)
			return web.Answer(r.withdrawalView(w)), err
		})
	back := route("withdrawal_back", http.MethodPost, "/api/me/withdrawals/{id}/cancel", "Take back a withdrawal that nobody has decided")
	back.Status = http.StatusNoContent
	web.Handle(r.web, back, func(ctx context.Context, in *byID) (*none, error) {
		return nil, r.Commission.TakeBack(ctx, web.UserID(ctx), in.ID)
	})
}

// pays tells what purchases could earn somebody now, and in which role.
func (r *routes) pays(ctx context.Context, userID int64) (commission.Paying, string, error) {
	st, _, err := r.Partner.Standing(ctx, r.Partner.DB, userID)
	if err != nil {
		return commission.Paying{}, "", err
	}
	p, err := r.Commission.Pays(ctx, userID, st.Role)
	return p, st.Role, err
}

func (r *routes) commissionOf(ctx context.Context, userID int64) (CommissionView, error) {
	a, err := r.Commission.Account(ctx, userID)
	if err != nil {
		return CommissionView{}, err
	}
	t, err := r.Commission.Terms(ctx)
	if err != nil {
		return CommissionView{}, err
	}
	pays, role, err := r.pays(ctx, userID)
	if err != nil {
		return CommissionView{}, err
	}
	p, _, err := r.Commission.Payee(ctx, userID)
	if err != nil {
		return CommissionView{}, err
	}
	v := CommissionView{
		HeldFen: a.HeldFen, AvailableFen: a.AvailableFen, FrozenFen: a.FrozenFen, WithdrawnFen: a.WithdrawnFen, Enabled: pays.Any, MinFen: t.MinFen, HoldDays: t.HoldDays,
		NameMasked: p.NameMasked, NumberMasked: p.NumberMasked, Identities: []string{},
	}
	if pays.Partner {
		v.Partner = partner.RoleNames[role]
	}
	if v.RewardsFen, err = r.Partner.Rewarded(ctx, userID); err != nil {
		return v, err
	}
	list, err := r.Account.Identities(ctx, userID)
	for _, i := range list {
		if i.Kind == account.Mini || i.Kind == account.Official {
			v.Identities = append(v.Identities, i.Kind)
		}
	}
	return v, err
}
