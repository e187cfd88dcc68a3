package console

import (
	"context"
	"net/http"

	"zhizhou/internal/account"
	"zhizhou/internal/commission"
	"zhizhou/internal/web"
)

// WithdrawalView is a withdrawal as staff sees it.
type WithdrawalView struct {
	ID          int64    `json:"id"`
	No          string   `json:"no" doc:"The channel's out_bill_no; never changes"`
	UserID      int64    `json:"user_id"`
	Nickname    string   `json:"nickname"`
	NameMasked  string   `json:"name_masked"`
	AmountFen   int64    `json:"amount_fen"`
	Identity    string   `json:"identity" enum:"wechat_mini,wechat_official"`
	Status      string   `json:"status" enum:"requested,approved,sending,wait_confirm,succeeded,rejected,failed,cancelled,expired"`
	StatusLabel string   `json:"status_label"`
	Next        string   `json:"next" doc:"What happens or should be done now"`
	Reply       string   `json:"reply"`
	FirstBy     string   `json:"first_by" doc:"Who approved first, where two must"`
	BillNo      string   `json:"bill_no" doc:"The channel's number"`
	LastError   string   `json:"last_error"`
	FailReason  string   `json:"fail_reason"`
	RequestedAt int64    `json:"requested_at"`
	DecidedAt   int64    `json:"decided_at"`
	SentAt      int64    `json:"sent_at"`
	ExpiresAt   int64    `json:"expires_at"`
	CheckAt     int64    `json:"check_at"`
	FinishedAt  int64    `json:"finished_at"`
	Actions     []string `json:"actions" nullable:"false" doc:"decide, check, cancel, give_up"`
}

var payoutWords = map[string]struct {
	label, next string
	actions     []string
}{
	commission.Requested:   {"待审核", "核对后同意或拒绝", []string{"decide"}},
	commission.Approved:    {"已同意", "系统马上发起转账", []string{"check"}},
	commission.Sending:     {"转账中", "系统会用原单号查询并继续", []string{"check", "give_up"}},
	commission.WaitConfirm: {"待收款人确认", "收款人 24 小时内在微信确认，逾期自动退回", []string{"check", "cancel"}},
	commission.Succeeded:   {"已到账", "", nil}, commission.Rejected: {"已拒绝", "金额已退回余额", nil}, commission.Failed: {"失败", "金额已退回余额，可重新申请", nil},
	commission.Cancelled: {"已撤销", "金额已退回余额", nil}, commission.Expired: {"超时未确认", "金额已退回余额，可重新申请", nil},
}

func withdrawalView(w commission.WithdrawalRow) WithdrawalView {
	word := payoutWords[w.Status]
	v := WithdrawalView{
		ID: w.ID, No: w.No, UserID: w.UserID, Nickname: w.Nickname, NameMasked: w.NameMasked, AmountFen: w.AmountFen, Identity: w.Identity, Status: w.Status, StatusLabel: word.label,
		Next: word.next, Reply: w.Reply, FirstBy: w.FirstByName, BillNo: w.BillNo, LastError: w.LastError, FailReason: w.FailReason, RequestedAt: w.RequestedAt, DecidedAt: w.DecidedAt,
		SentAt: w.SentAt, ExpiresAt: w.ExpiresAt, CheckAt: w.CheckAt, FinishedAt: w.FinishedAt, Actions: []string{},
	}
	v.Actions = append(v.Actions, word.actions...)
	if w.Status == commission.Requested && w.FirstBy > 0 {
		v.Next = "已有一人同意，等待另一位同事复核"
	}
	return v
}

func (r *routes) withdrawals() {
	const tag = "console commission"
	type reasoned struct {
		ByID
		Body struct {
			Reason string `json:"reason" minLength:"2" maxLength:"800"`
		}
	}
	one := func(ctx context.Context, withdrawalID int64) (*web.Body[WithdrawalView], error) {
		w, err := r.Commission.Withdrawal(ctx, withdrawalID)
		return web.Answer(withdrawalView(w)), err
	}
	web.Handle(r.web, route("withdrawals", http.MethodGet, "withdrawals", "Withdrawals, newest first", tag, account.PermCommission),
		func(ctx context.Context, in *struct {
			web.PageQuery
			Status string `query:"status" enum:"requested,approved,sending,wait_confirm,succeeded,rejected,failed,cancelled,expired,"`
			UserID int64  `query:"user_id"`
		},
		) (*web.Body[web.List[WithdrawalView]], error) {
			before, err := in.Keys(1)
			if err != nil {
				return nil, err
			}
			rows, err := r.Commission.Withdrawals(ctx, in.Status, in.UserID, first(before), in.Limit+1)
			if err != nil {
				return nil, err
			}
			return web.Answer(web.Page(rows, in.Limit, withdrawalView, func(w commission.WithdrawalRow) []int64 { return []int64{w.ID} })), nil
		})
	web.Handle(r.web, route("withdrawal_decide", http.MethodPost, "withdrawals/{id}/decide", "Approve or reject a withdrawal; from the threshold on two must approve", tag, account.PermPayoutDecide),
		func(ctx context.Context, in *struct {
			ByID
			Body struct {
				Approve bool   `json:"approve"`
				Reply   string `json:"reply" minLength:"2" maxLength:"800"`
			}
		},
		) (*web.Body[WithdrawalView], error) {
			if _, err := r.Commission.Decide(ctx, in.ID, in.Body.Approve, in.Body.Reply); err != nil {
				return nil, err
			}
			return one(ctx, in.ID)
		})
	web.Handle(r.web, route("withdrawal_check", http.MethodPost, "withdrawals/{id}/check", "Ask the channel what became of it, and go on", tag, account.PermPayoutDecide),
		func(ctx context.Context, in *ByID) (*web.Body[WithdrawalView], error) {
			_ = r.Commission.Push(ctx, in.ID) // what went wrong is noted on it
			return one(ctx, in.ID)
		})
	web.Handle(r.web, route("withdrawal_cancel", http.MethodPost, "withdrawals/{id}/cancel", "End a transfer that nobody has confirmed", tag, account.PermPayoutDecide),
		func(ctx context.Context, in *reasoned) (*web.Body[WithdrawalView], error) {
			if err := r.Commission.Cancel(ctx, in.ID, in.Body.Reason); err != nil {
				return nil, err
			}
			return one(ctx, in.ID)
		})
	web.Handle(r.web, route("withdrawal_give_up", http.MethodPost, "withdrawals/{id}/give-up", "Give the money back when the channel does not have the transfer", tag, account.PermPayoutDecide),
		func(ctx context.Context, in *reasoned) (*web.Body[WithdrawalView], error) {
			if err := r.Commission.GiveUp(ctx, in.ID, in.Body.Reason); err != nil {
				return nil, err
			}
			return one(ctx, in.ID)
		})
}
