package ledger

import (
	"context"
	"crypto/sha256"
	"encoding/hex"

	"zhizhou/internal/db"
)

var (
	qEntries = db.Q("ledger/entries", `SELECT p.id, p.transaction_id, t.kind, t.ref_kind, t.ref_id, p.account, p.debit_fen, p.credit_fen, p.order_id, p.at
		FROM ledger_postings p JOIN ledger_transactions t ON t.id = p.transaction_id
		WHERE p.id > $1 AND p.at >= $2 AND (CAST($3 AS BIGINT) = 0 OR p.at < $3) ORDER BY p.id LIMIT 1000`)
	qEntriesN = db.Q("ledger/entries_n", `SELECT COUNT(*) FROM ledger_postings WHERE at >= $1 AND (CAST($2 AS BIGINT) = 0 OR at < $2)`)
	qOfOrder  = db.Q("ledger/of_order", `SELECT t.id, t.kind, t.ref_kind, t.ref_id, t.at, p.account, p.debit_fen, p.credit_fen, p.order_id, COALESCE(s.seq, 0) AS seq
		FROM ledger_transactions t JOIN ledger_postings p ON p.transaction_id = t.id LEFT JOIN ledger_sealed s ON s.transaction_id = t.id
		WHERE t.id IN (SELECT x.transaction_id FROM ledger_postings x WHERE x.order_id = $1) ORDER BY t.at, t.id, p.id`)
)

// Row is a posting with its transaction, for files.
type Row struct {
	ID            int64
	TransactionID int64
	Kind          string
	RefKind       string
	RefID         int64
	Account       string
	DebitFen      int64
	CreditFen     int64
	OrderID       int64
	At            int64
}

// CountRows says how many rows Rows will give.
func CountRows(ctx context.Context, r db.Reader, from, to int64) (n int64, err error) {
	err = r.Get(ctx, qEntriesN, &n, from, to)
	return n, err
}

// Rows returns postings after an id, of a span of time (ms, to 0: no end); an empty
// page is the end.
func Rows(ctx context.Context, r db.Reader, from, to, after int64) ([]Row, error) {
	var rows []Row
	err := r.List(ctx, qEntries, &rows, after, from, to)
	return rows, err
}

// Posted is a transaction as it stands in the books.
type Posted struct {
	ID      int64
	Kind    string
	RefKind string
	RefID   int64
	At      int64
	Lines   []Line
	Hash    string // of everything it says, as the seals take it in
	Seal    int64  // number of the seal over it; 0: sealed in a minute or so
}

// OfOrder returns every transaction that an order caused, oldest first.
func OfOrder(ctx context.Context, r db.Reader, orderID int64) ([]Posted, error) {
	var rows []struct {
		sealLine
		Seq int64
	}
	if err := r.List(ctx, qOfOrder, &rows, orderID); err != nil {
		return nil, err
	}
	var out []Posted
	h := sha256.New()
	for i, l := range rows {
		if i == 0 || rows[i-1].ID != l.ID {
			h.Reset()
			out = append(out, Posted{ID: l.ID, Kind: l.Kind, RefKind: l.RefKind, RefID: l.RefID, At: l.At, Seal: l.Seq})
		}
		l.write(h)
		p := &out[len(out)-1]
		p.Lines = append(p.Lines, Line{l.Account, l.DebitFen, l.CreditFen})
		p.Hash = hex.EncodeToString(h.Sum(nil))
	}
	return out, nil
}
