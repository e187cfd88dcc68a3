package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/georgysavva/scany/v2/pgxscan"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
)

// line is one PostgreSQL connection during one transaction. What needs no answer
// (the beginning, the writes of Tx.Later, the commit) waits and travels with the
// next statement: a round trip costs more than most statements do.
type line struct {
	host  *sql.Conn // lends the connection
	conn  *pgx.Conn
	waits []waiting
	open  bool    // something was sent, so there is something to roll back
	std   *sql.Tx // for the job queue, made when it asks
}

// waiting is a statement that travels with the next one; q is nil for the
// transaction's own words.
type waiting struct {
	q    *Stmt
	text string
	args []any
}

// dial borrows a connection; the transaction begins with its first statement.
func dial(ctx context.Context, pool *sql.DB) (*line, error) {
	host, err := pool.Conn(ctx)
	if err != nil {
		return nil, err
	}
	l := &line{host: host, waits: []waiting{{text: "begin"}}}
	err = host.Raw(func(c any) error {
		std, ok := c.(*stdlib.Conn)
		if !ok {
			return fmt.Errorf("db: %T is not a connection of pgx", c)
		}
		l.conn = std.Conn()
		return nil
	})
	if err != nil {
		_ = host.Close()
	}
	return l, err
}

// ask sends what waits and q, and hands q's rows to read.
func (l *line) ask(ctx context.Context, q *Stmt, args []any, read func(pgx.Rows) error) error {
	results, err := l.send(ctx, waiting{q: q, text: q.text[Postgres], args: args})
	if err != nil {
		return err
	}
	rows, err := results.Query()
	if err == nil {
		err = read(rows)
		rows.Close()
	}
	if end := results.Close(); err == nil {
		err = end
	}
	return q.wrap(err)
}

// exec sends what waits and q and returns how many rows q changed.
func (l *line) exec(ctx context.Context, q *Stmt, args []any) (int64, error) {
	results, err := l.send(ctx, waiting{q: q, text: q.text[Postgres], args: args})
	if err != nil {
		return 0, err
	}
	tag, err := results.Exec()
	if end := results.Close(); err == nil {
		err = end
	}
	return tag.RowsAffected(), q.wrap(err)
}

// all sends what waits and several reads on one trip.
func (l *line) all(ctx context.Context, asks []Ask) error {
	last := make([]waiting, len(asks))
	for i, a := range asks {
		last[i] = waiting{q: a.q, text: a.q.text[Postgres], args: a.args}
	}
	results, err := l.send(ctx, last...)
	if err != nil {
		return err
	}
	return readAll(results, asks)
}

// readAll hands each read's rows to it and ends the results.
func readAll(results pgx.BatchResults, asks []Ask) error {
	for _, a := range asks {
		rows, err := results.Query()
		if err == nil {
			err = scanAll(a.dst)(rows)
			rows.Close()
		}
		if err != nil {
			_ = results.Close()
			return a.q.wrap(err)
		}
	}
	return results.Close()
}

// send sends what waits with last, one after another on one trip, and reads the
// answers of what waited.
func (l *line) send(ctx context.Context, last ...waiting) (pgx.BatchResults, error) {
	b := &pgx.Batch{}
	for _, w := range slices.Concat(l.waits, last) {
		b.Queue(w.text, w.args...)
	}
	before := l.waits
	l.waits, l.open = nil, true
	results := l.conn.SendBatch(ctx, b)
	for _, w := range before {
		if _, err := results.Exec(); err != nil {
			_ = results.Close()
			if w.q != nil {
				err = w.q.wrap(lost(err))
			}
			return nil, err
		}
	}
	return results, nil
}

// assertion makes a write fail that changes no row, so that not even a commit on
// the same trip can follow it.
func assertion(text string) string {
	return "WITH changed AS (" + text + " RETURNING 1) SELECT 1 / COUNT(*) FROM changed"
}

// lost recognises what a failed assertion says.
func lost(err error) error {
	var pg *pgconn.PgError
	if errors.As(err, &pg) && pg.Code == "22012" { // division by zero
		return ErrLost
	}
	return err
}

// commit ends the transaction, together with what still waits.
func (l *line) commit(ctx context.Context) error {
	if !l.open && len(l.waits) == 1 {
		return nil // nothing was done
	}
	if l.std != nil {
		if len(l.waits) > 0 {
			last := l.waits[len(l.waits)-1]
			l.waits = l.waits[:len(l.waits)-1]
			results, err := l.send(ctx, last)
			if err != nil {
				return err
			}
			_, err = results.Exec()
			if end := results.Close(); err == nil {
				err = end
			}
			if err != nil {
				return last.q.wrap(lost(err))
			}
		}
		l.open = false
		return l.std.Commit()
	}
	results, err := l.send(ctx, waiting{text: "commit"})
	if err != nil {
		return err
	}
	var tag pgconn.CommandTag
	tag, err = results.Exec()
	if end := results.Close(); err == nil {
		err = end
	}
	if err == nil && tag.String() != "COMMIT" {
		err = pgx.ErrTxCommitRollback
	}
	l.open = err != nil
	return err
}

// hangUp rolls back what was not committed and gives the connection back; one that
// broke is thrown away by the pool.
func (l *line) hangUp(ctx context.Context) {
	if l.open {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		if l.std != nil {
			_ = l.std.Rollback()
		} else if _, err := l.conn.Exec(ctx, "rollback"); err != nil {
			_ = l.conn.Close(ctx)
		}
	}
	_ = l.host.Close()
}

// standard gives the transaction in database/sql's form. What waits is sent first,
// and PostgreSQL only remarks that a second begin changes nothing.
func (l *line) standard(ctx context.Context) (*sql.Tx, error) {
	if l.std != nil && len(l.waits) == 0 {
		return l.std, nil
	}
	if len(l.waits) > 0 {
		results, err := l.send(ctx, waiting{text: "select 1"})
		if err != nil {
			return nil, err
		}
		if err := results.Close(); err != nil {
			return nil, err
		}
	}
	if l.std == nil {
		var err error
		// database/sql would roll back by itself, on this same connection, while we
		// still use it: the end of the caller's context is noticed by the statements.
		if l.std, err = l.host.BeginTx(context.WithoutCancel(ctx), nil); err != nil {
			return nil, err
		}
	}
	return l.std, nil
}

func scanAll(dst any) func(pgx.Rows) error {
	return func(rows pgx.Rows) error { return scanner.ScanAll(dst, pgxscan.NewRowsAdapter(rows)) }
}

func scanFirst(dst any) func(pgx.Rows) error {
	return func(rows pgx.Rows) error { return found(scanner.ScanOne(dst, pgxscan.NewRowsAdapter(rows))) }
}
