package console

import (
	"context"
	"net/http"

	"zhizhou/internal/account"
	"zhizhou/internal/renewal"
	"zhizhou/internal/web"
)

// ContractRow is a contract of automatic renewal in the list.
type ContractRow struct {
	ID             int64  `json:"id"`
	UserID         int64  `json:"user_id"`
	Nickname       string `json:"nickname"`
	Title          string `json:"title"`
	SKUName        string `json:"sku_name"`
	AgreedFen      int64  `json:"agreed_fen"`
	Months         int64  `json:"months"`
	State          string `json:"state" enum:"signing,active,cancelled,ended"`
	StateLabel     string `json:"state_label"`
	CycleState     string `json:"cycle_state" doc:"Of the open cycle; empty: none"`
	ChargeAt       int64  `json:"charge_at"`
	CreatedAt      int64  `json:"created_at"`
	SignedAt       int64  `json:"signed_at"`
	CancelledAt    int64  `json:"cancelled_at"`
	CancelledBy    string `json:"cancelled_by"`
	ChannelEndedAt int64  `json:"channel_ended_at" doc:"When WeChat knew of the end"`
}

// ContractDetail is a contract with what was agreed to and its charges.
type ContractDetail struct {
	ContractRow
	Code         string      `json:"code"`
	TermsVersion string      `json:"terms_version"`
	Terms        string      `json:"terms"`
	TermsAt      int64       `json:"terms_at"`
	Cycles       []CycleView `json:"cycles" nullable:"false"`
}

// CycleView is one charge of a contract.
type CycleView struct {
	No          int64  `json:"no"`
	State       string `json:"state" enum:"planned,noticed,charging,paid,failed,skipped"`
	StateLabel  string `json:"state_label"`
	AmountFen   int64  `json:"amount_fen"`
	NoticedAt   int64  `json:"noticed_at"`
	ChargeAt    int64  `json:"charge_at"`
	PaidAt      int64  `json:"paid_at"`
	PaidFen     int64  `json:"paid_fen"`
	RefundedFen int64  `json:"refunded_fen"`
	Tries       int64  `json:"tries"`
	OrderNo     string `json:"order_no"`
	Note        string `json:"note"`
}

var contractLabels = map[string]string{renewal.Signing: "签约中", renewal.Active: "续费中", renewal.Cancelled: "已关闭", renewal.Ended: "已结束"}

var cycleLabels = map[string]string{
	renewal.Planned: "待通知", renewal.Noticed: "已通知", renewal.Charging: "扣款中", renewal.Paid: "已续费", renewal.Failed: "没有续上", renewal.Skipped: "已跳过",
}

var enders = map[string]string{
	"user": "学员", "staff": "客服", "channel": "学员在微信里", "refund": "会员退款", "merge": "账号合并", "gone": "商品停售", "over": "会员到期", "unsigned": "没有签约", "anew": "重新签约",
}

func contractRow(c renewal.Contract, nickname, cycle string, chargeAt int64) ContractRow {
	return ContractRow{
		ID: c.ID, UserID: c.UserID, Nickname: nickname, Title: c.Title, SKUName: c.SKUName, AgreedFen: c.AgreedFen, Months: c.PeriodMonths, State: c.State,
		StateLabel: contractLabels[c.State], CycleState: cycleLabels[cycle], ChargeAt: chargeAt, CreatedAt: c.CreatedAt, SignedAt: c.SignedAt, CancelledAt: c.CancelledAt,
		CancelledBy: enders[c.CancelledBy], ChannelEndedAt: c.ChannelEndedAt,
	}
}

func (r *routes) renewals() {
	const tag = "console order"
	web.Handle(r.web, route("renewals", http.MethodGet, "renewals", "Contracts of automatic renewal, newest first", tag, account.PermOrderRead),
		func(ctx context.Context, in *struct {
			web.PageQuery
			State  string `query:"state" enum:"signing,active,cancelled,ended,"`
			UserID int64  `query:"user_id" minimum:"0"`
		},
		) (*web.Body[web.List[ContractRow]], error) {
			before, err := in.Keys(1)
			if err != nil {
				return nil, err
			}
			rows, err := r.Renewal.List(ctx, in.State, in.UserID, first(before), in.Limit+1)
			if err != nil {
				return nil, err
			}
			return web.Answer(web.Page(rows, in.Limit, func(c renewal.Row) ContractRow {
				return contractRow(c.Contract, c.Nickname, c.CycleState, c.ChargeAt)
			}, func(c renewal.Row) []int64 { return []int64{c.ID} })), nil
		})
	web.Handle(r.web, route("renewal", http.MethodGet, "renewals/{id}", "A contract with its charges", tag, account.PermOrderRead),
		func(ctx context.Context, in *ByID) (*web.Body[ContractDetail], error) {
			c, err := r.Renewal.Contract(ctx, in.ID)
			if err != nil {
				return nil, err
			}
			out := ContractDetail{ContractRow: contractRow(c, "", "", 0), Code: c.Code, TermsVersion: c.TermsVersion, Terms: c.Terms, TermsAt: c.TermsAt, Cycles: []CycleView{}}
			rows, err := r.Renewal.Cycles(ctx, c.ID)
			for _, y := range rows {
				out.Cycles = append(out.Cycles, CycleView{
					No: y.No, State: y.State, StateLabel: cycleLabels[y.State], AmountFen: y.AmountFen, NoticedAt: y.NoticedAt, ChargeAt: y.ChargeAt, PaidAt: y.PaidAt,
					PaidFen: y.PaidFen, RefundedFen: y.RefundedFen, Tries: y.Tries, OrderNo: y.OrderNo, Note: y.Note,
				})
			}
			return web.Answer(out), err
		})
	web.Handle(r.web, quiet(route("renewal_cancel", http.MethodPost, "renewals/{id}/cancel", "End somebody's automatic renewal", tag, account.PermUserEdit)),
		func(ctx context.Context, in *struct {
			ByID
			Body struct {
				Reason string `json:"reason" minLength:"2" maxLength:"200"`
			}
		},
		) (*none, error) {
			return nil, r.Renewal.StaffCancel(ctx, in.ID, in.Body.Reason)
		})
}
