// Package ledger is the double-entry book: every fen that moves is a debit on one
// account and a credit on another, in the transaction of the business fact. The
// database refuses to change or delete a posting. It owns ledger_transactions and
// ledger_postings.
package ledger

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"zhizhou/internal/db"
	"zhizhou/internal/id"
)

// ErrUnbalanced is returned for a transaction whose sides differ; it is a defect.
var ErrUnbalanced = errors.New("ledger: debits and credits differ")

// The accounts.
const (
	// Suspense holds money that came without a claim on goods: late, double or
	// mismatching payments, until it is given back.
	Suspense = "suspense"
	// Commission is what those who brought buyers have earned: an expense.
	Commission = "commission"
	// Reward is what partners were given for the ranking of a month: an expense of marketing.
	Reward = "reward"
	// CommissionHeld is what of it may still go back with a refund.
	CommissionHeld = "commission_held"
	// CommissionPayable is what of it is owed; on the other side it is a debt to us.
	CommissionPayable = "commission_payable"
	// Payout is what has left the payable and not reached its receiver yet.
	Payout = "payout"
	// Bank is what the channels have paid out to us.
	Bank = "bank"
)

// Revenue is the account of what a kind of product earns.
func Revenue(kind string) string { return "revenue:" + kind }

// Deferred is the account of what buyers have paid for a time to come.
func Deferred(kind string) string { return "deferred:" + kind }

// Discount is the account of what a kind of rule took off list prices.
func Discount(kind string) string { return "discount:" + kind }

// Refund is the account of what went back of what a kind of product had earned.
func Refund(kind string) string { return "refund:" + kind }

// Tax is the account of the output tax that is owed under a rate, in basis points.
func Tax(bps int64) string { return "tax:" + strconv.FormatInt(bps, 10) }

// Clearing is the account of what a channel holds for us.
func Clearing(channel string) string { return "clearing:" + channel }

// PaidOut is the account of what was paid to people out of what a channel holds.
func PaidOut(source string) string { return "paid_out:" + source }

// Fee is the account of what a channel keeps of what it takes for us.
func Fee(channel string) string { return "fee:" + channel }

// Line is one side of a transaction, in fen.
type Line struct {
	Account   string
	DebitFen  int64
	CreditFen int64
}

// Debit and Credit make lines.
func Debit(account string, fen int64) Line { return Line{Account: account, DebitFen: fen} }

// Credit makes a line on the credit side.
func Credit(account string, fen int64) Line { return Line{Account: account, CreditFen: fen} }

// Entry is a transaction to post. Kind and Ref together are its identity: the
// same business fact cannot be posted twice.
type Entry struct {
	Kind    string // "settle", "suspense", "refund", "fee", "earn:<day>", "earn:gift:<fen so far>", "earn:service", "payout", "payout_undo", "unknown"
	RefKind string
	RefID   int64
	OrderID int64
	At      int64
	Lines   []Line
}

var (
	qTransaction = db.Q("ledger/transaction", `INSERT INTO ledger_transactions (id, kind, ref_kind, ref_id, at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`)
	qBalances    = db.Q("ledger/balances", `SELECT account, CAST(SUM(debit_fen) AS BIGINT) AS debit_fen, CAST(SUM(credit_fen) AS BIGINT) AS credit_fen
		FROM ledger_postings GROUP BY account ORDER BY account`)
	qMoved = db.Q("ledger/moved", `SELECT account, CAST(SUM(debit_fen) AS BIGINT) AS debit_fen, CAST(SUM(credit_fen) AS BIGINT) AS credit_fen
		FROM ledger_postings WHERE at >= $1 AND at < $2 GROUP BY account ORDER BY account`)
	qLinesOf = db.Q("ledger/lines_of", `SELECT p.account, p.debit_fen, p.credit_fen FROM ledger_transactions t JOIN ledger_postings p ON p.transaction_id = t.id
		WHERE t.kind = $1 AND t.ref_kind = $2 AND t.ref_id = $3 ORDER BY p.id`)
	qTrail = db.Q("ledger/trail", `SELECT t.kind, p.account, p.debit_fen, p.credit_fen, p.at FROM ledger_postings p
		JOIN ledger_transactions t ON t.id = p.transaction_id WHERE p.order_id = $1 ORDER BY p.id`)
)

// Post writes e. Returns ErrUnbalanced, and db.ErrLost (see db.Tx.Sure) for a fact
// that is in the book already: a caller decides beforehand whether it is new.
func Post(ctx context.Context, tx *db.Tx, e Entry) error {
	var debit, credit int64
	for _, l := range e.Lines {
		debit += l.DebitFen
		credit += l.CreditFen
	}
	if debit != credit || debit == 0 {
		return fmt.Errorf("%w: %s %s:%d has %d against %d", ErrUnbalanced, e.Kind, e.RefKind, e.RefID, debit, credit)
	}
	transactionID := id.New()
	if err := tx.Sure(ctx, qTransaction, transactionID, e.Kind, e.RefKind, e.RefID, e.At); err != nil {
		return err
	}
	for lines := e.Lines; len(lines) > 0; {
		n := min(len(lines), len(qPostings))
		args := make([]any, 0, 4*n+3)
		args = append(args, transactionID, e.OrderID, e.At)
		for _, l := range lines[:n] {
			args = append(args, id.New(), l.Account, l.DebitFen, l.CreditFen)
		}
		if err := tx.Later(ctx, qPostings[n-1], args...); err != nil {
			return err
		}
		lines = lines[n:]
	}
	return nil
}

// qPostings[n-1] writes n lines at once: an entry is on the way of every sale.
var qPostings = func() (out [12]*db.Stmt) {
	for n := range out {
		var rows []string
		for i := range n + 1 {
			rows = append(rows, fmt.Sprintf("($%d, $1, $%d, $%d, $%d, $2, $3)", 4*i+4, 4*i+5, 4*i+6, 4*i+7))
		}
		out[n] = db.Q(fmt.Sprintf("ledger/postings_%d", n+1), `INSERT INTO ledger_postings (id, transaction_id, account, debit_fen, credit_fen, order_id, at) VALUES `+strings.Join(rows, ", "))
	}
	return out
}()

// Balance is the sum of an account's postings.
type Balance struct {
	Account   string
	DebitFen  int64
	CreditFen int64
}

// Balances returns every account's sums: the trial balance.
func Balances(ctx context.Context, r db.Reader) ([]Balance, error) {
	var rows []Balance
	err := r.List(ctx, qBalances, &rows)
	return rows, err
}

// LinesOf returns the lines of the entry of one business fact.
func LinesOf(ctx context.Context, r db.Reader, kind, refKind string, refID int64) ([]Line, error) {
	var rows []Line
	err := r.List(ctx, qLinesOf, &rows, kind, refKind, refID)
	return rows, err
}

// Moved returns the sums of what was posted from one time until before another (ms).
func Moved(ctx context.Context, r db.Reader, from, to int64) ([]Balance, error) {
	var rows []Balance
	err := r.List(ctx, qMoved, &rows, from, to)
	return rows, err
}

// Posting is one line of an order's trail.
type Posting struct {
	Kind      string
	Account   string
	DebitFen  int64
	CreditFen int64
	At        int64
}

// Trail returns every posting that an order caused.
func Trail(ctx context.Context, r db.Reader, orderID int64) ([]Posting, error) {
	var rows []Posting
	err := r.List(ctx, qTrail, &rows, orderID)
	return rows, err
}
