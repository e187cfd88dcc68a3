package commission

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"zhizhou/internal/audit"
	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/id"
	"zhizhou/internal/money"
)

// The states of a withdrawal.
const (
	Requested   = "requested"
	Approved    = "approved"     // the channel will be asked
	Sending     = "sending"      // the channel was or is being asked
	WaitConfirm = "wait_confirm" // the receiver must accept in WeChat
	Succeeded   = "succeeded"
	Rejected    = "rejected"
	Failed      = "failed"
	Cancelled   = "cancelled"
	Expired     = "expired" // not accepted within 24 hours
)

// Moves is the graph of a withdrawal. The channel has the last word: should it say
// that one which was given back was paid after all, it counts as paid.
var Moves = map[string][]string{
	Requested:   {Approved, Rejected, Cancelled},
	Approved:    {Sending, Failed}, // failed: a refund had taken the money back
	Sending:     {WaitConfirm, Succeeded, Failed, Cancelled, Expired},
	WaitConfirm: {Succeeded, Failed, Cancelled, Expired},
	Failed:      {Succeeded}, Cancelled: {Succeeded}, Expired: {Succeeded},
}

// Withdrawal is a wish to be paid. No is the channel's out_bill_no.
type Withdrawal struct {
	ID          int64
	No          string
	UserID      int64
	IdemKey     string
	AmountFen   int64
	Identity    string // "wechat_mini" or "wechat_official"
	OpenID      string `db:"openid"`
	MchID       string
	AppID       string
	Request     string // JSON, as it was sent
	Status      string
	PackageInfo string
	BillNo      string
	Reply       string
	FirstBy     int64
	DecidedBy   int64
	RequestedAt int64
	DecidedAt   int64
	SentAt      int64
	TriedAt     int64
	ExpiresAt   int64
	CheckAt     int64
	Checks      int64
	LeaseUntil  int64
	Refused     string // why the channel refused the last order for the receiver's sake
	LastError   string
	FailReason  string
	FinishedAt  int64
}

// WithdrawalRow is a withdrawal in staff's list.
type WithdrawalRow struct {
	Withdrawal
	Nickname    string
	NameMasked  string
	FirstByName string
}

const withdrawalColumns = `id, no, user_id, idem_key, amount_fen, identity, openid, mch_id, app_id, request, status, package_info, bill_no, reply, first_by, decided_by, requested_at, decided_at, sent_at, tried_at, expires_at, check_at, checks, lease_until, refused, last_error, fail_reason, finished_at`

var (
	qWithdrawal       = db.Q("commission/withdrawal", `SELECT `+withdrawalColumns+` FROM withdrawals WHERE id = $1`)
	qWithdrawalByKey  = db.Q("commission/withdrawal_by_key", `SELECT `+withdrawalColumns+` FROM withdrawals WHERE user_id = $1 AND idem_key = $2`)
	qWithdrawalByNo   = db.Q("commission/withdrawal_by_no", `SELECT `+withdrawalColumns+` FROM withdrawals WHERE no = $1 /*for_update*/`)
	qWithdrawalsOf    = db.Q("commission/withdrawals_of", `SELECT `+withdrawalColumns+` FROM withdrawals WHERE user_id = $1 AND (CAST($2 AS BIGINT) = 0 OR id < $2) ORDER BY id DESC LIMIT $3`)
	qWithdrawalInsert = db.Q("commission/withdrawal_insert", `INSERT INTO withdrawals (id, no, user_id, idem_key, amount_fen, identity, openid, name_sealed, number_sealed, status, requested_at)
		SELECT $1, $2, p.user_id, $4, $5, $6, $7, p.name_sealed, p.number_sealed, 'requested', $8 FROM commission_payees p WHERE p.user_id = $3 ON CONFLICT DO NOTHING`)
	qWithdrawals = db.Q("commission/withdrawals", `SELECT `+of("w", withdrawalColumns)+`, u.nickname, COALESCE(p.name_masked, '') AS name_masked,
		COALESCE((SELECT f.name FROM staff f WHERE f.id = w.first_by), '') AS first_by_name
		FROM withdrawals w JOIN users u ON u.id = w.user_id LEFT JOIN commission_payees p ON p.user_id = w.user_id
		WHERE ($1 = '' OR w.status = $1) AND (CAST($2 AS BIGINT) = 0 OR w.id < $2) AND (CAST($3 AS BIGINT) = 0 OR w.user_id = $3) AND (CAST($4 AS BIGINT) = 0 OR w.id = $4) ORDER BY w.id DESC LIMIT $5`)
	qWithdrawalDecide = db.Q("commission/withdrawal_decide", `UPDATE withdrawals SET status = $2, reply = $3, decided_at = $4, decided_by = $5, check_at = $6, finished_at = $7 WHERE id = $1 AND status = 'requested'`)
	qWithdrawalFirst  = db.Q("commission/withdrawal_first", `UPDATE withdrawals SET first_by = $2, reply = $3 WHERE id = $1 AND status = 'requested' AND first_by = 0`)
	qWithdrawalsOpen  = db.Q("commission/withdrawals_open", `SELECT COUNT(*) FROM withdrawals WHERE status = 'requested'`)
)

func of(alias, columns string) string {
	return alias + "." + strings.ReplaceAll(columns, ", ", ", "+alias+".")
}

// Ask is the input of Withdraw.
type Ask struct {
	UserID    int64
	Key       string // of the request; the same one gives the same withdrawal
	AmountFen int64
	Identity  string
}

// Withdraw freezes an amount and asks finance to pay it to the user's WeChat.
// Returns ErrMinimum, ErrPayeeNeeded, ErrNoWeChat, ErrBalance, ErrIdempotency.
func (s *Service) Withdraw(ctx context.Context, a Ask) (Withdrawal, error) {
	var out Withdrawal
	err := s.DB.Get(ctx, qWithdrawalByKey, &out, a.UserID, a.Key)
	if err == nil || !errors.Is(err, db.ErrNone) {
		return out, same(out, a, err)
	}
	t, err := s.Terms(ctx)
	if err != nil {
		return out, err
	}
	if a.AmountFen < t.MinFen {
		return out, ErrMinimum.Say("每次至少提现 ¥"+money.Yuan(t.MinFen)).Field("amount_fen", "低于最低提现金额")
	}
	if _, known, err := s.Payee(ctx, a.UserID); err != nil || !known {
		return out, errors.Join(err, ErrPayeeNeeded)
	}
	openid, _, err := s.Payers.Payer(ctx, a.UserID, a.Identity)
	if err != nil {
		return out, err
	}
	if openid == "" {
		return out, ErrNoWeChat
	}
	err = s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		out = Withdrawal{ID: id.New(), No: id.Code(), UserID: a.UserID, AmountFen: a.AmountFen, Identity: a.Identity, OpenID: openid, Status: Requested, RequestedAt: clock.MS(s.Clock)}
		n, err := tx.Exec(ctx, qWithdrawalInsert, out.ID, out.No, a.UserID, a.Key, a.AmountFen, a.Identity, openid, out.RequestedAt)
		if err != nil {
			return err
		}
		if n == 0 { // the same tap twice: the other one was first
			err := tx.Get(ctx, qWithdrawalByKey, &out, a.UserID, a.Key)
			if errors.Is(err, db.ErrNone) {
				return ErrPayeeNeeded
			}
			return same(out, a, err)
		}
		return s.move(ctx, tx, a.UserID, moveFreeze, out.ID, 0, delta{available: -a.AmountFen, frozen: a.AmountFen})
	})
	return out, err
}

func same(w Withdrawal, a Ask, err error) error {
	if err == nil && (w.AmountFen != a.AmountFen || w.Identity != a.Identity) {
		return ErrIdempotency
	}
	return err
}

// Own returns a withdrawal of a user. Returns ErrGone.
func (s *Service) Own(ctx context.Context, userID, withdrawalID int64) (Withdrawal, error) {
	w, err := s.withdrawal(ctx, s.DB, withdrawalID)
	if err == nil && w.UserID != userID {
		err = ErrGone
	}
	if err != nil {
		return Withdrawal{}, err
	}
	return w, nil
}

func (s *Service) withdrawal(ctx context.Context, r db.Reader, withdrawalID int64) (Withdrawal, error) {
	var w Withdrawal
	err := r.Get(ctx, qWithdrawal, &w, withdrawalID)
	if errors.Is(err, db.ErrNone) {
		return w, ErrGone
	}
	return w, err
}

// WithdrawalsOf lists a user's withdrawals, newest first.
func (s *Service) WithdrawalsOf(ctx context.Context, userID, before int64, limit int) ([]Withdrawal, error) {
	var rows []Withdrawal
	err := s.DB.List(ctx, qWithdrawalsOf, &rows, userID, before, limit)
	return rows, err
}

// Withdrawals lists for staff by status ("" all), newest first; userID narrows.
func (s *Service) Withdrawals(ctx context.Context, status string, userID, before int64, limit int) ([]WithdrawalRow, error) {
	var rows []WithdrawalRow
	err := s.DB.List(ctx, qWithdrawals, &rows, status, before, userID, 0, limit)
	return rows, err
}

// Withdrawal returns one as staff sees it. Returns ErrGone.
func (s *Service) Withdrawal(ctx context.Context, withdrawalID int64) (WithdrawalRow, error) {
	var row WithdrawalRow
	err := s.DB.Get(ctx, qWithdrawals, &row, "", 0, 0, withdrawalID, 1)
	if errors.Is(err, db.ErrNone) {
		return row, ErrGone
	}
	return row, err
}

// Waiting counts the withdrawals that nobody has decided.
func (s *Service) Waiting(ctx context.Context) (int64, error) {
	var n int64
	err := s.DB.Get(ctx, qWithdrawalsOpen, &n)
	return n, err
}

// TakeBack ends a user's own withdrawal that nobody has decided. Returns ErrGone,
// ErrState.
func (s *Service) TakeBack(ctx context.Context, userID, withdrawalID int64) error {
	w, err := s.Own(ctx, userID, withdrawalID)
	if err != nil {
		return err
	}
	return s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		return s.refuse(ctx, tx, w, Cancelled, "本人撤回")
	})
}

// refuse ends a withdrawal that was never sent and gives the money back.
func (s *Service) refuse(ctx context.Context, tx *db.Tx, w Withdrawal, status, reply string) error {
	now := clock.MS(s.Clock)
	n, err := tx.Exec(ctx, qWithdrawalDecide, w.ID, status, reply, now, audit.ActorOf(ctx).ID, 0, now)
	if err != nil {
		return err
	}
	if n == 0 {
		return ErrState
	}
	return s.thaw(ctx, tx, w)
}

func (s *Service) thaw(ctx context.Context, tx *db.Tx, w Withdrawal) error {
	return s.move(ctx, tx, w.UserID, moveThaw, w.ID, 0, delta{available: w.AmountFen, frozen: -w.AmountFen})
}

// Decide approves or rejects a withdrawal; from the threshold on two members of
// staff must approve (INV-41). Returns ErrGone, ErrState, ErrFourEyes, ErrReason,
// ErrDebt when refunds have taken the money back since it was asked for.
func (s *Service) Decide(ctx context.Context, withdrawalID int64, approve bool, reply string) (Withdrawal, error) {
	if !reasoned(reply) {
		return Withdrawal{}, ErrReason
	}
	threshold, err := s.Channels.FourEyes(ctx)
	if err != nil {
		return Withdrawal{}, err
	}
	var out Withdrawal
	err = s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		w, err := s.withdrawal(ctx, tx, withdrawalID)
		if err != nil {
			return err
		}
		if err := tx.Get(ctx, qWithdrawalByNo, &w, w.No); err != nil { // locked from here on
			return err
		}
		before, action, now := w, "withdrawal.reject", clock.MS(s.Clock)
		me := audit.ActorOf(ctx).ID
		debt, err := s.inDebt(ctx, tx, w.UserID)
		switch {
		case err != nil:
			return err
		case w.Status != Requested:
			return ErrState
		case approve && debt:
			return ErrDebt
		case !approve:
			w.Status, w.Reply = Rejected, reply
			err = s.refuse(ctx, tx, w, Rejected, reply)
		case threshold > 0 && w.AmountFen >= threshold && (w.FirstBy == 0 || w.FirstBy == me):
			action = "withdrawal.first_approval"
			var n int64
			n, err = tx.Exec(ctx, qWithdrawalFirst, w.ID, me, reply)
			if err == nil && n == 0 {
				return ErrFourEyes
			}
			w.FirstBy, w.Reply = me, reply
		default:
			action = "withdrawal.approve"
			w.Status, w.Reply = Approved, reply
			var n int64
			n, err = tx.Exec(ctx, qWithdrawalDecide, w.ID, Approved, reply, now, me, now+60_000, 0)
			if err == nil && n == 0 {
				return ErrState
			}
			if err == nil {
				err = s.Jobs.Add(ctx, tx, PayoutJob{WithdrawalID: w.ID})
			}
		}
		if err != nil {
			return err
		}
		out = w
		return audit.Write(ctx, tx, s.Clock, action, fmt.Sprintf("withdrawal:%d", w.ID), brief(before), brief(w), reply)
	})
	return out, err
}

// brief is what the audit log keeps of a withdrawal.
func brief(w Withdrawal) map[string]any {
	return map[string]any{"no": w.No, "user_id": w.UserID, "amount_fen": w.AmountFen, "status": w.Status, "first_by": w.FirstBy}
}
