package commission

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"zhizhou/internal/audit"
	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/money"
	"zhizhou/internal/pay"
)

const (
	payoutTimeout = time.Minute
	lease         = 45 * time.Second // longer than three calls to the channel may take
	// settled is how long after the last order to pay "no such bill" is believed: by
	// then nothing of ours can be on its way any more.
	settled = 10 * time.Minute
)

var (
	qPayoutsDue = db.Q("commission/payouts_due", `SELECT id FROM withdrawals WHERE status IN ('approved', 'sending', 'wait_confirm') AND check_at <= $1 ORDER BY check_at LIMIT 100`)
	qLease      = db.Q("commission/payout_lease", `UPDATE withdrawals SET lease_until = $2 WHERE id = $1 AND lease_until <= $3 AND status IN ('approved', 'sending', 'wait_confirm')`)
	qUnlease    = db.Q("commission/payout_unlease", `UPDATE withdrawals SET lease_until = 0 WHERE id = $1 AND lease_until = $2`)
	qShort      = db.Q("commission/payout_short", `UPDATE withdrawals SET status = 'failed', fail_reason = $2, finished_at = $3, last_error = '' WHERE id = $1 AND status = 'approved'`)
	qBegin      = db.Q("commission/payout_begin", `UPDATE withdrawals SET status = 'sending', mch_id = $2, app_id = $3, request = $4, sent_at = $5, tried_at = $5, check_at = $6 WHERE id = $1 AND status = 'approved'`)
	qNameSealed = db.Q("commission/name_sealed", `SELECT name_sealed FROM withdrawals WHERE id = $1`)
	qTried      = db.Q("commission/payout_tried", `UPDATE withdrawals SET tried_at = $2, refused = '' WHERE id = $1 AND status IN ('sending', 'wait_confirm')`)
	qRefused    = db.Q("commission/payout_refused", `UPDATE withdrawals SET refused = $2 WHERE id = $1 AND status = 'sending'`)
	qLater      = db.Q("commission/payout_later", `UPDATE withdrawals SET check_at = $2, checks = checks + 1, last_error = $3 WHERE id = $1 AND status IN ('approved', 'sending', 'wait_confirm')`)
	qConfirm    = db.Q("commission/payout_confirm", `UPDATE withdrawals SET status = 'wait_confirm', bill_no = $2, package_info = CASE WHEN $3 = '' THEN package_info ELSE $3 END, expires_at = $4, last_error = ''
		WHERE id = $1 AND status IN ('sending', 'wait_confirm')`)
	qEnd = db.Q("commission/payout_end", `UPDATE withdrawals SET status = $2, bill_no = CASE WHEN $3 = '' THEN bill_no ELSE $3 END, fail_reason = $4, finished_at = $5, package_info = '', last_error = ''
		WHERE id = $1 AND status IN ('sending', 'wait_confirm')`)
	qEndLate = db.Q("commission/payout_end_late", `UPDATE withdrawals SET status = 'succeeded', bill_no = $2, fail_reason = '', finished_at = $3 WHERE id = $1 AND status IN ('failed', 'cancelled', 'expired') AND sent_at > 0`)
	qDoubt   = db.Q("commission/payout_doubt", `UPDATE withdrawals SET last_error = $2 WHERE id = $1`)
)

// PayoutJob asks the channel to pay an approved withdrawal.
type PayoutJob struct {
	WithdrawalID int64 `json:"withdrawal_id"`
}

// Kind implements jobs.Args.
func (PayoutJob) Kind() string { return "payout" }

func (s *Service) workPayout(ctx context.Context, j PayoutJob) error {
	err := s.Push(ctx, j.WithdrawalID)
	var t *pay.Trouble
	if errors.As(err, &t) {
		return nil // noted on the withdrawal; the sweep tries again
	}
	return err
}

func (s *Service) payDue(ctx context.Context) error {
	var due []int64
	if err := s.DB.List(ctx, qPayoutsDue, &due, clock.MS(s.Clock)); err != nil {
		return err
	}
	var all error
	for _, withdrawalID := range due {
		if err := s.Push(ctx, withdrawalID); err != nil {
			s.Log.Warn("payout not brought forward", "withdrawal", withdrawalID, "err", err)
			var t *pay.Trouble
			if !errors.As(err, &t) {
				all = errors.Join(all, err)
			}
		}
	}
	return all
}

// Push brings a payout forward by one question to the channel, always under its one
// number: what was asked before is asked about first. One does so at a time; who
// comes second does nothing. Returns *pay.Trouble, which is noted as well.
func (s *Service) Push(ctx context.Context, withdrawalID int64) error {
	return s.leased(ctx, withdrawalID, func(ctx context.Context, w Withdrawal, to Sender) error {
		got, err := s.ask(ctx, &w, to)
		if errors.Is(err, errShort) {
			return nil
		}
		if err != nil {
			return s.later(ctx, w, err)
		}
		return s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error { return s.apply(ctx, tx, got) })
	})
}

// leased runs f for whoever is the only one to speak with the channel about it.
func (s *Service) leased(ctx context.Context, withdrawalID int64, f func(ctx context.Context, w Withdrawal, to Sender) error) error {
	to, senderErr := s.Channels.Sender(ctx)
	now := clock.MS(s.Clock)
	until := now + lease.Milliseconds()
	var mine bool
	err := s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		n, err := tx.Exec(ctx, qLease, withdrawalID, until, now)
		mine = n == 1
		return err
	})
	if err != nil || !mine {
		return err
	}
	w, err := s.withdrawal(ctx, s.DB, withdrawalID)
	if err == nil {
		if senderErr == nil && w.MchID != "" && w.MchID != to.MchID {
			senderErr = &pay.Trouble{Class: pay.ErrConfig, Code: "MCH_CHANGED", Msg: "商户号已更换", Advice: "这笔提现是用商户号 " + w.MchID + " 发出的，请换回该商户号后核对。"}
		}
		if senderErr != nil {
			err = s.later(ctx, w, senderErr)
		} else {
			err = f(ctx, w, to)
		}
	}
	return errors.Join(err, s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, qUnlease, withdrawalID, until)
		return err
	}))
}

// ask finds out where a payout stands, and orders it where that is known to be safe.
func (s *Service) ask(ctx context.Context, w *Withdrawal, to Sender) (pay.TransferReceipt, error) {
	if w.Status == Approved {
		if err := s.begin(ctx, w, to); err != nil {
			return pay.TransferReceipt{}, err
		}
	} else {
		got, err := to.QueryTransfer(ctx, w.No)
		none := errors.Is(err, pay.ErrNotFound) && w.Status == Sending
		switch {
		case none && w.Refused != "":
			return s.unwanted(*w, err)
		case !none && (err != nil || got.State != pay.TransferConfirm || w.PackageInfo != ""):
			return got, err
		}
		if err := s.again(ctx, *w, none); err != nil {
			return got, err
		}
	}
	t, err := s.request(ctx, *w)
	if err != nil {
		return pay.TransferReceipt{}, err
	}
	got, err := to.Transfer(ctx, t)
	if err == nil {
		return got, nil
	}
	// A refusal is a hint, no more: only the query knows.
	found, queryErr := to.QueryTransfer(ctx, w.No)
	if queryErr == nil {
		return found, nil
	}
	if refused := pay.Advise(err); errors.Is(err, pay.ErrUser) && refused.Status != 0 && errors.Is(queryErr, pay.ErrNotFound) {
		return found, errors.Join(err, s.note(ctx, qRefused, w.ID, refused.Advice))
	}
	return found, err
}

// unwanted ends a payout that the channel refused for the receiver's sake, once it
// is long enough after the order that nothing can come of it any more.
func (s *Service) unwanted(w Withdrawal, none error) (pay.TransferReceipt, error) {
	if clock.MS(s.Clock)-w.TriedAt < settled.Milliseconds() {
		return pay.TransferReceipt{}, &pay.Trouble{Class: pay.ErrUser, Code: "REFUSED", Msg: w.Refused, Advice: w.Refused + "稍后再核对一次，仍没有这笔转账就退回余额。", Cause: none}
	}
	return pay.TransferReceipt{OutBillNo: w.No, State: pay.TransferFailed, FailReason: w.Refused}, nil
}

// errShort says that begin has ended the payout instead.
var errShort = errors.New("commission: nothing is left to pay out")

// begin fixes what will be sent before the channel hears of it, or ends the payout
// when refunds have taken the money back since it was asked for (INV-30).
func (s *Service) begin(ctx context.Context, w *Withdrawal, to Sender) error {
	t := pay.Transfer{
		OutBillNo: w.No, AppID: to.Apps[w.Identity], OpenID: w.OpenID, AmountFen: w.AmountFen, Remark: to.Remark,
		NotifyURL: to.NotifyURL, SceneID: to.SceneID, Reports: to.Reports,
	}
	if t.AppID == "" {
		return &pay.Trouble{Class: pay.ErrConfig, Code: "APPID_MISSING", Msg: "没有配置收款人所在的应用", Advice: "收款人的微信身份属于小程序或服务号：请在设置里填写它的 AppID。"}
	}
	raw, err := json.Marshal(t)
	if err != nil {
		return err
	}
	now := clock.MS(s.Clock)
	short := false
	err = s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		var fresh Withdrawal
		if err := tx.Get(ctx, qWithdrawalByNo, &fresh, w.No); err != nil { // locked before the account, as everywhere
			return err
		}
		if short, err = s.inDebt(ctx, tx, fresh.UserID); err != nil {
			return err
		}
		if short {
			n, err := tx.Exec(ctx, qShort, w.ID, "有佣金随退款扣回，余额不足", now)
			if err != nil || n == 0 {
				return err
			}
			return s.thaw(ctx, tx, fresh)
		}
		n, err := tx.Exec(ctx, qBegin, w.ID, to.MchID, t.AppID, string(raw), now, now+60_000)
		if err == nil && n == 0 {
			err = ErrState
		}
		return err
	})
	if err == nil && short {
		err = errShort
	}
	w.MchID, w.AppID, w.Request, w.Status, w.SentAt, w.TriedAt = to.MchID, t.AppID, string(raw), Sending, now, now
	return err
}

// again notes that the channel will be told to pay once more, under the same
// number. A debtor is not paid what the channel does not have (none).
func (s *Service) again(ctx context.Context, w Withdrawal, none bool) error {
	return s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		n, err := tx.Exec(ctx, qTried, w.ID, clock.MS(s.Clock))
		if err == nil && n == 0 {
			err = ErrState
		}
		if err != nil || !none {
			return err
		}
		debt, err := s.inDebt(ctx, tx, w.UserID)
		if err == nil && debt {
			err = &pay.Trouble{Class: pay.ErrFunds, Code: "DEBT", Msg: "佣金已倒欠", Advice: "这位学员的佣金因退款已经倒欠，通道也没有这笔转账，不再发起；请终止它。"}
		}
		return err
	})
}

func (s *Service) note(ctx context.Context, q *db.Stmt, args ...any) error {
	return s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		n, err := tx.Exec(ctx, q, args...)
		if err == nil && n == 0 {
			return ErrState
		}
		return err
	})
}

// request returns what is sent, the same in every repeat; the name alone is not
// kept with it.
func (s *Service) request(ctx context.Context, w Withdrawal) (pay.Transfer, error) {
	var t pay.Transfer
	if err := json.Unmarshal([]byte(w.Request), &t); err != nil {
		return t, fmt.Errorf("commission: withdrawal %d: %w", w.ID, err)
	}
	if w.AmountFen < pay.RealNameFromFen {
		return t, nil
	}
	var sealed []byte
	if err := s.DB.Get(ctx, qNameSealed, &sealed, w.ID); err != nil {
		return t, err
	}
	name, err := s.Box.Open("payee", sealed)
	t.RealName = string(name)
	return t, err
}

// later notes why nothing is known yet and when to ask again.
func (s *Service) later(ctx context.Context, w Withdrawal, err error) error {
	t := pay.Advise(err)
	if errors.Is(err, pay.ErrNewNumber) { // a payment would take another number; a transfer never does
		t.Advice = "通道记下的参数与这次不一致：请到商户平台用单号核对这笔转账。"
	}
	at := clock.MS(s.Clock) + backoff(w.Checks).Milliseconds()
	return errors.Join(err, s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, qLater, w.ID, at, t.Code+" "+t.Advice)
		return err
	}))
}

// backoff spaces questions to the channel: one minute, doubling to an hour.
func backoff(checks int64) time.Duration { return min(time.Hour, time.Minute<<min(checks, 6)) }

// Hear acts on a channel's notice, inside the transaction that keeps it. Returns
// ErrGone for a number that is not ours.
func (s *Service) Hear(ctx context.Context, tx *db.Tx, got pay.TransferReceipt) error {
	return s.apply(ctx, tx, got)
}

// apply acts on what a channel says about a transfer, whoever brought it; a repeat
// changes nothing.
func (s *Service) apply(ctx context.Context, tx *db.Tx, got pay.TransferReceipt) error {
	var w Withdrawal
	err := tx.Get(ctx, qWithdrawalByNo, &w, got.OutBillNo)
	if errors.Is(err, db.ErrNone) {
		return ErrGone
	}
	if err != nil {
		return err
	}
	now := clock.MS(s.Clock)
	if note := mismatch(w, got); note != "" {
		s.Log.Error("transfer differs from what was asked", "withdrawal", w.ID)
		n, err := tx.Exec(ctx, qLater, w.ID, now+backoff(w.Checks).Milliseconds(), note)
		if err == nil && n == 0 {
			_, err = tx.Exec(ctx, qDoubt, w.ID, note)
		}
		return err
	}
	switch got.State {
	case pay.TransferSuccess:
		return s.paid(ctx, tx, w, got, now)
	case pay.TransferFailed, pay.TransferCancelled:
		n, err := tx.Exec(ctx, qEnd, w.ID, ending(w, got, now), got.BillNo, got.FailReason, now)
		if err != nil || n == 0 {
			return err
		}
		return s.thaw(ctx, tx, w)
	case pay.TransferConfirm:
		if _, err := tx.Exec(ctx, qConfirm, w.ID, got.BillNo, got.PackageInfo, expiry(w, got)); err != nil {
			return err
		}
	}
	_, err = tx.Exec(ctx, qLater, w.ID, now+backoff(w.Checks).Milliseconds(), "")
	return err
}

func (s *Service) paid(ctx context.Context, tx *db.Tx, w Withdrawal, got pay.TransferReceipt, now int64) error {
	n, err := tx.Exec(ctx, qEnd, w.ID, Succeeded, got.BillNo, "", now)
	if err != nil {
		return err
	}
	if n == 1 {
		return s.move(ctx, tx, w.UserID, movePay, w.ID, 0, delta{frozen: -w.AmountFen, withdrawn: w.AmountFen})
	}
	if n, err = tx.Exec(ctx, qEndLate, w.ID, got.BillNo, now); err != nil || n == 0 {
		return err
	}
	s.Log.Error("a transfer that had ended was paid", "withdrawal", w.ID)
	return s.move(ctx, tx, w.UserID, movePayLate, w.ID, 0, delta{available: -w.AmountFen, withdrawn: w.AmountFen})
}

// mismatch says how a receipt differs from what was asked for.
func mismatch(w Withdrawal, got pay.TransferReceipt) string {
	switch {
	case w.SentAt == 0:
		return "通道报告了一笔没有发出的转账"
	case got.MchID != "" && got.MchID != w.MchID:
		return "商户号不符：" + got.MchID
	case got.AmountFen != 0 && got.AmountFen != w.AmountFen:
		return fmt.Sprintf("金额不符：应付 ¥%s，通道为 ¥%s", money.Yuan(w.AmountFen), money.Yuan(got.AmountFen))
	case got.OpenID != "" && got.OpenID != w.OpenID:
		return "收款人不符"
	}
	return ""
}

// expiry is when a transfer that nobody has confirmed ends: a day after the channel
// made it, which may be long after it was first asked.
func expiry(w Withdrawal, got pay.TransferReceipt) int64 {
	since := w.TriedAt
	if !got.CreatedAt.IsZero() {
		since = got.CreatedAt.UnixMilli()
	}
	return since + pay.ConfirmLife.Milliseconds()
}

func ending(w Withdrawal, got pay.TransferReceipt, now int64) string {
	switch {
	case got.FailReason == "OVERDUE_CLOSE" || w.Status == WaitConfirm && now >= w.ExpiresAt:
		return Expired
	case got.State == pay.TransferCancelled:
		return Cancelled
	}
	return Failed
}

// Cancel asks the channel to end a payout that waits for its receiver; the money
// comes back when the channel says that it is over. Returns ErrGone, ErrState,
// ErrReason, *pay.Trouble.
func (s *Service) Cancel(ctx context.Context, withdrawalID int64, reason string) error {
	return s.intervene(ctx, withdrawalID, "withdrawal.cancel", reason, func(ctx context.Context, w Withdrawal, to Sender) (pay.TransferReceipt, error) {
		if w.Status != WaitConfirm {
			return pay.TransferReceipt{}, ErrState
		}
		if err := to.CancelTransfer(ctx, w.No); err != nil {
			return pay.TransferReceipt{}, err
		}
		return to.QueryTransfer(ctx, w.No)
	})
}

// GiveUp ends a payout that the channel does not have, long after it was last told
// to pay. Returns ErrGone, ErrState, ErrUnsure, ErrReason, *pay.Trouble.
func (s *Service) GiveUp(ctx context.Context, withdrawalID int64, reason string) error {
	return s.intervene(ctx, withdrawalID, "withdrawal.give_up", reason, func(ctx context.Context, w Withdrawal, to Sender) (pay.TransferReceipt, error) {
		if w.Status != Sending {
			return pay.TransferReceipt{}, ErrState
		}
		got, err := to.QueryTransfer(ctx, w.No)
		if !errors.Is(err, pay.ErrNotFound) {
			return got, err
		}
		if clock.MS(s.Clock)-w.TriedAt < settled.Milliseconds() {
			return got, ErrUnsure
		}
		return pay.TransferReceipt{OutBillNo: w.No, State: pay.TransferFailed, FailReason: "通道没有这笔转账，已退回余额"}, nil
	})
}

// intervene lets a member of staff act on a payout, with its trace.
func (s *Service) intervene(ctx context.Context, withdrawalID int64, action, reason string, f func(ctx context.Context, w Withdrawal, to Sender) (pay.TransferReceipt, error)) error {
	if !reasoned(reason) {
		return ErrReason
	}
	w, err := s.withdrawal(ctx, s.DB, withdrawalID)
	if err != nil {
		return err
	}
	ran := false
	err = s.leased(ctx, w.ID, func(ctx context.Context, w Withdrawal, to Sender) error {
		ran = true
		got, err := f(ctx, w, to)
		if err != nil {
			return err
		}
		return s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
			if err := s.apply(ctx, tx, got); err != nil {
				return err
			}
			after, err := s.withdrawal(ctx, tx, w.ID)
			if err != nil {
				return err
			}
			return audit.Write(ctx, tx, s.Clock, action, fmt.Sprintf("withdrawal:%d", w.ID), brief(w), brief(after), reason)
		})
	})
	if err == nil && !ran {
		return ErrState
	}
	return err
}
