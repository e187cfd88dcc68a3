package commission

import (
	"context"
	"errors"

	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/id"
	"zhizhou/internal/ledger"
)

// Account is what somebody holds, fen: held + available + frozen + withdrawn =
// earned − reversed. Available below zero is a debt.
type Account struct {
	UserID       int64
	HeldFen      int64 // may still go back with a refund
	AvailableFen int64
	FrozenFen    int64 // asked for and not arrived
	WithdrawnFen int64
	EarnedFen    int64
	ReversedFen  int64
}

// AccountRow is an account in staff's list.
type AccountRow struct {
	Account
	Nickname    string
	PhoneMasked string
	Named       bool // real name and number are known
}

// Move is one change of an account.
type Move struct {
	ID           int64
	UserID       int64
	Kind         string
	RefID        int64
	HeldFen      int64
	AvailableFen int64
	FrozenFen    int64
	WithdrawnFen int64
	EarnedFen    int64
	ReversedFen  int64
	At           int64
	Title        string // what it is about
	Own          bool   // reverse: not by a refund, but because it was the earner's own purchase or gift
}

// The kinds of a move.
const (
	moveAccrue   = "accrue"
	moveRelease  = "release"
	moveReverse  = "reverse"
	moveFreeze   = "freeze"
	moveThaw     = "thaw"
	movePay      = "pay"
	movePayLate  = "pay_late"
	moveMergeOut = "merge_out"
	moveMergeIn  = "merge_in"
	moveReward   = "reward"      // of the ranking of a month
	moveUndo     = "reward_undo" // taken back by staff
)

const accountColumns = `user_id, held_fen, available_fen, frozen_fen, withdrawn_fen, earned_fen, reversed_fen`

var (
	qAccountAdd  = db.Q("commission/account_add", `INSERT INTO commission_accounts (user_id, created_at) VALUES ($1, $2) ON CONFLICT DO NOTHING`)
	qAccount     = db.Q("commission/account", `SELECT `+accountColumns+` FROM commission_accounts WHERE user_id = $1`)
	qAccountLock = db.Q("commission/account_lock", `SELECT `+accountColumns+` FROM commission_accounts WHERE user_id = $1 /*for_update*/`)
	qAccountMove = db.Q("commission/account_move", `UPDATE commission_accounts SET held_fen = held_fen + $2, available_fen = available_fen + $3, frozen_fen = frozen_fen + $4,
		withdrawn_fen = withdrawn_fen + $5, earned_fen = earned_fen + $6, reversed_fen = reversed_fen + $7
		WHERE user_id = $1 AND held_fen + $2 >= 0 AND frozen_fen + $4 >= 0 AND ($8 = 0 OR available_fen + $3 >= 0)`)
	qMoveInsert = db.Q("commission/move_insert", `INSERT INTO commission_moves (id, user_id, kind, ref_id, held_fen, available_fen, frozen_fen, withdrawn_fen, earned_fen, reversed_fen, at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`)
	qAccounts = db.Q("commission/accounts", `SELECT a.user_id, a.held_fen, a.available_fen, a.frozen_fen, a.withdrawn_fen, a.earned_fen, a.reversed_fen, u.nickname, u.phone_masked,
		p.user_id IS NOT NULL AS named FROM commission_accounts a JOIN users u ON u.id = a.user_id LEFT JOIN commission_payees p ON p.user_id = a.user_id
		WHERE u.merged_into = 0 AND (CAST($1 AS BIGINT) = 0 OR a.user_id < $1) AND (CAST($2 AS BIGINT) = 0 OR a.user_id = $2) ORDER BY a.user_id DESC LIMIT $3`)
	qStatement = db.Q("commission/statement", `SELECT m.id, m.user_id, m.kind, m.ref_id, m.held_fen, m.available_fen, m.frozen_fen, m.withdrawn_fen, m.earned_fen, m.reversed_fen, m.at,
		COALESCE(i.title, '') AS title, COALESCE(v.refund_id, 1) <= 0 AS own FROM commission_moves m LEFT JOIN commission_reversals v ON v.id = m.ref_id AND m.kind = 'reverse'
		LEFT JOIN commission_entries e ON e.id = CASE WHEN m.kind = 'reverse' THEN v.entry_id WHEN m.kind IN ('accrue', 'release') THEN m.ref_id END LEFT JOIN order_items i ON i.id = e.order_item_id WHERE (CAST($1 AS BIGINT) = 0 OR m.user_id = $1) AND m.at >= $2 AND m.at < $3 AND m.id > $4 ORDER BY m.id LIMIT $5`)
	qEntriesMerge     = db.Q("commission/entries_merge", `UPDATE commission_entries SET user_id = $2 WHERE user_id = $1`)
	qBuyerMerge       = db.Q("commission/buyer_merge", `UPDATE commission_entries SET buyer_id = $2 WHERE buyer_id = $1`)
	qWithdrawalMerge  = db.Q("commission/withdrawal_merge", `UPDATE withdrawals SET user_id = $2, idem_key = CAST(id AS TEXT) || ':' || idem_key WHERE user_id = $1`)
	qPayeeMerge       = db.Q("commission/payee_merge", `UPDATE commission_payees SET user_id = $2 WHERE user_id = $1 AND NOT EXISTS (SELECT 1 FROM commission_payees p WHERE p.user_id = $2)`)
	qPayeeDrop        = db.Q("commission/payee_drop", `DELETE FROM commission_payees WHERE user_id = $1`)
	qEntriesOwnBought = db.Q("commission/entries_own", `SELECT id FROM commission_entries WHERE user_id = $1 AND buyer_id = $1 AND reversed_fen < amount_fen ORDER BY id`)
)

// delta is one change of an account, fen.
type delta struct{ held, available, frozen, withdrawn, earned, reversed int64 }

func (d delta) minus() delta {
	return delta{-d.held, -d.available, -d.frozen, -d.withdrawn, -d.earned, -d.reversed}
}

// move changes an account, writes down the change and books it, in the transaction
// of the fact that caused it. The unique move makes the fact count once. Returns
// ErrBalance when the account does not hold enough; only a withdrawal asks that of
// what is available.
func (s *Service) move(ctx context.Context, tx *db.Tx, userID int64, why string, refID, orderID int64, d delta) error {
	now := clock.MS(s.Clock)
	if _, err := tx.Exec(ctx, qAccountAdd, userID, now); err != nil {
		return err
	}
	covered := 0
	if why == moveFreeze {
		covered = 1
	}
	n, err := tx.Exec(ctx, qAccountMove, userID, d.held, d.available, d.frozen, d.withdrawn, d.earned, d.reversed, covered)
	if err != nil {
		return err
	}
	if n == 0 {
		return ErrBalance
	}
	moveID := id.New()
	if _, err := tx.Exec(ctx, qMoveInsert, moveID, userID, why, refID, d.held, d.available, d.frozen, d.withdrawn, d.earned, d.reversed, now); err != nil {
		return err
	}
	if why == moveMergeIn || why == moveMergeOut {
		return nil // from one account to another of the same person: the books know no names
	}
	kind, expense := "commission", ledger.Commission
	if why == moveReward || why == moveUndo {
		kind, expense = "reward", ledger.Reward
	}
	var lines []ledger.Line
	for _, l := range []struct {
		account string
		fen     int64 // credit
	}{
		{expense, d.reversed - d.earned},
		{ledger.CommissionHeld, d.held},
		{ledger.CommissionPayable, d.available},
		{ledger.Payout, d.frozen},
		{ledger.PaidOut("wechatpay"), d.withdrawn},
	} {
		switch {
		case l.fen > 0:
			lines = append(lines, ledger.Credit(l.account, l.fen))
		case l.fen < 0:
			lines = append(lines, ledger.Debit(l.account, -l.fen))
		}
	}
	return ledger.Post(ctx, tx, ledger.Entry{Kind: kind, RefKind: "commission_move", RefID: moveID, OrderID: orderID, At: now, Lines: lines})
}

// inDebt reports, and keeps it so until the transaction ends, whether refunds have
// taken back more than an account can withdraw.
func (s *Service) inDebt(ctx context.Context, tx *db.Tx, userID int64) (bool, error) {
	var a Account
	err := tx.Get(ctx, qAccountLock, &a, userID)
	return a.AvailableFen < 0, err
}

// Account returns what a user holds; nothing when there was never anything.
func (s *Service) Account(ctx context.Context, userID int64) (Account, error) {
	a := Account{UserID: userID}
	err := s.DB.Get(ctx, qAccount, &a, userID)
	if errors.Is(err, db.ErrNone) {
		return a, nil
	}
	return a, err
}

// Accounts lists accounts for staff, the newest user first; userID narrows to one.
func (s *Service) Accounts(ctx context.Context, userID, before int64, limit int) ([]AccountRow, error) {
	var rows []AccountRow
	err := s.DB.List(ctx, qAccounts, &rows, before, userID, limit)
	return rows, err
}

// Statement lists the moves of one account (0: of all) between two times, after the
// move with id after, the oldest first.
func (s *Service) Statement(ctx context.Context, userID, from, until, after int64, limit int) ([]Move, error) {
	var rows []Move
	err := s.DB.List(ctx, qStatement, &rows, userID, from, until, after, limit)
	return rows, err
}

// Merge moves what a user holds to another when two users become one. What one of
// them earned by the other's purchases was earned by nobody: it goes back.
func (s *Service) Merge(ctx context.Context, tx *db.Tx, from, to int64) error {
	var a Account
	err := tx.Get(ctx, qAccountLock, &a, from)
	if err != nil && !errors.Is(err, db.ErrNone) {
		return err
	}
	if d := (delta{a.HeldFen, a.AvailableFen, a.FrozenFen, a.WithdrawnFen, a.EarnedFen, a.ReversedFen}); d != (delta{}) {
		ref := id.New()
		if err := s.move(ctx, tx, from, moveMergeOut, ref, 0, d.minus()); err != nil {
			return err
		}
		if err := s.move(ctx, tx, to, moveMergeIn, ref, 0, d); err != nil {
			return err
		}
	}
	for _, q := range []*db.Stmt{qEntriesMerge, qBuyerMerge, qWithdrawalMerge, qPayeeMerge, qRuleMerge} {
		if _, err := tx.Exec(ctx, q, from, to); err != nil {
			return err
		}
	}
	if _, err := tx.Exec(ctx, qPayeeDrop, from); err != nil {
		return err
	}
	var own []int64
	if err := tx.List(ctx, qEntriesOwnBought, &own, to); err != nil {
		return err
	}
	for _, entryID := range own {
		if err := s.reverse(ctx, tx, entryID, becameOne, whole); err != nil {
			return err
		}
	}
	return nil
}
