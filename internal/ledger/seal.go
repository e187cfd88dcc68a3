package ledger

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"

	"zhizhou/internal/db"
)

const (
	sealAfter = int64(60_000)   // ms: transactions that began earlier have long committed
	sealSlack = int64(3600_000) // ms before the last sealed entry in which another may have committed late
	sealBatch = 2000
)

var (
	qSealLast = db.Q("ledger/seal_last", `SELECT seq, hash, up_to FROM ledger_seals ORDER BY seq DESC LIMIT 1`)
	qSealAdd  = db.Q("ledger/seal_add", `INSERT INTO ledger_seals (seq, items, hash, up_to, at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`)
	qSealItem = db.Q("ledger/seal_item", `INSERT INTO ledger_sealed (transaction_id, seq) VALUES ($1, $2)`)
	qUnsealed = db.Q("ledger/unsealed", `SELECT t.id FROM ledger_transactions t LEFT JOIN ledger_sealed s ON s.transaction_id = t.id
		WHERE t.at >= $1 AND t.at < $2 AND s.transaction_id IS NULL ORDER BY t.at, t.id LIMIT $3`)
	qSealLines = db.Q("ledger/seal_lines", `SELECT t.id, t.kind, t.ref_kind, t.ref_id, t.at, p.account, p.debit_fen, p.credit_fen, p.order_id FROM ledger_transactions t
		JOIN ledger_postings p ON p.transaction_id = t.id WHERE t.id = $1 ORDER BY p.id`)
	qSeals    = db.Q("ledger/seals", `SELECT seq, items, hash FROM ledger_seals WHERE seq > $1 ORDER BY seq LIMIT 500`)
	qSealedOf = db.Q("ledger/sealed_of", `SELECT t.id, t.kind, t.ref_kind, t.ref_id, t.at, p.account, p.debit_fen, p.credit_fen, p.order_id FROM ledger_sealed s
		JOIN ledger_transactions t ON t.id = s.transaction_id JOIN ledger_postings p ON p.transaction_id = t.id WHERE s.seq = $1 ORDER BY t.at, t.id, p.id`)
	qForgotten = db.Q("ledger/forgotten", `SELECT COUNT(*) FROM ledger_transactions t LEFT JOIN ledger_sealed s ON s.transaction_id = t.id
		WHERE t.at < (SELECT COALESCE(MAX(up_to), 0) FROM ledger_seals) - $1 AND s.transaction_id IS NULL`)
)

type sealLine struct {
	ID        int64
	Kind      string
	RefKind   string
	RefID     int64
	At        int64
	Account   string
	DebitFen  int64
	CreditFen int64
	OrderID   int64
}

// Seal chains what was posted more than a minute before now (ms) to the last seal,
// up to 2,000 transactions a call, and returns how many. Two nodes at once are
// harmless: one seal of a number wins.
func Seal(ctx context.Context, d *db.DB, now int64) (sealed int, err error) {
	err = d.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		sealed = 0
		var last struct {
			Seq  int64
			Hash string
			UpTo int64
		}
		if err := tx.Get(ctx, qSealLast, &last); err != nil && !errors.Is(err, db.ErrNone) {
			return err
		}
		var ids []int64
		if err := tx.List(ctx, qUnsealed, &ids, last.UpTo-sealSlack, now-sealAfter, sealBatch); err != nil || len(ids) == 0 {
			return err
		}
		h := sha256.New()
		fmt.Fprintf(h, "%d %s\n", last.Seq+1, last.Hash)
		upTo := last.UpTo
		for _, id := range ids {
			var lines []sealLine
			if err := tx.List(ctx, qSealLines, &lines, id); err != nil {
				return err
			}
			for _, l := range lines {
				l.write(h)
				upTo = max(upTo, l.At)
			}
		}
		n, err := tx.Exec(ctx, qSealAdd, last.Seq+1, len(ids), hex.EncodeToString(h.Sum(nil)), upTo, now)
		if err != nil || n == 0 {
			return err
		}
		for _, id := range ids {
			if _, err := tx.Exec(ctx, qSealItem, id, last.Seq+1); err != nil {
				return err
			}
		}
		sealed = len(ids)
		return nil
	})
	return sealed, err
}

func (l sealLine) write(h interface{ Write([]byte) (int, error) }) {
	fmt.Fprintf(h, "%d %q %q %d %d %q %d %d %d\n", l.ID, l.Kind, l.RefKind, l.RefID, l.At, l.Account, l.DebitFen, l.CreditFen, l.OrderID)
}

// Verify walks the whole chain and returns what does not hold: a seal whose
// entries say something else now, and entries that every seal has passed by.
func Verify(ctx context.Context, r db.Reader) ([]string, error) {
	var bad []string
	var seq int64
	before := ""
	for {
		var seals []struct {
			Seq   int64
			Items int64
			Hash  string
		}
		if err := r.List(ctx, qSeals, &seals, seq); err != nil {
			return nil, err
		}
		if len(seals) == 0 {
			break
		}
		for _, s := range seals {
			var lines []sealLine
			if err := r.List(ctx, qSealedOf, &lines, s.Seq); err != nil {
				return nil, err
			}
			h := sha256.New()
			fmt.Fprintf(h, "%d %s\n", s.Seq, before)
			for _, l := range lines {
				l.write(h)
			}
			if got := hex.EncodeToString(h.Sum(nil)); got != s.Hash || s.Seq != seq+1 {
				bad = append(bad, fmt.Sprintf("ledger seal %d", s.Seq))
			}
			seq, before = s.Seq, s.Hash
		}
	}
	var forgotten int64
	if err := r.Get(ctx, qForgotten, &forgotten, sealSlack); err != nil {
		return nil, err
	}
	if forgotten > 0 {
		bad = append(bad, fmt.Sprintf("%d ledger transactions without a seal", forgotten))
	}
	return bad, nil
}
