package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

// Tx is a running transaction. It is passed second to every function that joins.
type Tx struct {
	d    *DB
	tx   *sql.Tx // SQLite
	line *line   // PostgreSQL
	ctx  context.Context
}

// maxGroup is how many waiting transactions share one durable commit at most.
const maxGroup = 64

// maxTries bounds the retries of a transaction that lost a race in the engine.
const maxTries = 6

type pending struct {
	ctx  context.Context
	fn   func(context.Context, *Tx) error
	err  error
	boom any // a panic of fn, raised again in the caller's goroutine
	done chan struct{}
}

// Tx runs fn in one transaction and commits. fn may run more than once, so it
// has no effect outside the database; its context must be used for everything
// inside. An error of fn rolls back and is returned as it is.
func (d *DB) Tx(ctx context.Context, fn func(ctx context.Context, tx *Tx) error) error {
	if InTx(ctx) {
		panic("db: a transaction inside a transaction")
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if d.Engine == SQLite {
		return d.submit(ctx, fn)
	}
	for try := 1; ; try++ {
		err := d.runPostgres(ctx, fn)
		if err == nil || try == maxTries || !retryable(err) {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Duration(try*try) * 5 * time.Millisecond):
		}
	}
}

func (d *DB) runPostgres(ctx context.Context, fn func(context.Context, *Tx) error) error {
	l, err := dial(ctx, d.write)
	if err != nil {
		return fmt.Errorf("db: begin: %w", err)
	}
	defer l.hangUp(ctx) // rolls back what is not committed; also runs when fn panics
	inner := context.WithValue(ctx, keyInTx, true)
	if err := fn(inner, &Tx{d: d, line: l, ctx: inner}); err != nil {
		return err
	}
	d.step("commit")
	if err := l.commit(ctx); err != nil {
		return fmt.Errorf("db: commit: %w", err)
	}
	d.step("committed")
	return nil
}

func retryable(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && (pg.Code == "40001" || pg.Code == "40P01")
}

func (d *DB) submit(ctx context.Context, fn func(context.Context, *Tx) error) error {
	p := &pending{ctx: ctx, fn: fn, done: make(chan struct{})}
	select {
	case d.queue <- p:
	case <-ctx.Done():
		return ctx.Err()
	case <-d.done:
		return errors.New("db: closed")
	}
	select {
	case <-p.done:
	case <-d.closed: // the queue may have taken it after the writer had looked for the last time
		select {
		case <-p.done:
		default:
			return errors.New("db: closed")
		}
	}
	if p.boom != nil {
		panic(p.boom)
	}
	return p.err
}

// writer is the only goroutine that writes to SQLite.
func (d *DB) writer() {
	defer close(d.closed)
	for {
		select {
		case p := <-d.queue:
			d.group(p)
		case <-d.done:
			for {
				select {
				case p := <-d.queue:
					d.group(p)
				default:
					return
				}
			}
		}
	}
}

// group runs first and whatever else waits under one commit.
func (d *DB) group(first *pending) {
	members := []*pending{first}
	sqlTx, err := d.write.BeginTx(context.Background(), nil)
	if err != nil {
		first.err = fmt.Errorf("db: begin: %w", err)
		close(first.done)
		return
	}
	d.member(sqlTx, first)
	for len(members) < maxGroup {
		var p *pending
		select {
		case p = <-d.queue:
		default:
		}
		if p == nil {
			break
		}
		members = append(members, p)
		d.member(sqlTx, p)
	}
	d.step("commit")
	err = sqlTx.Commit()
	if err != nil {
		_ = sqlTx.Rollback()
	}
	d.step("committed")
	for _, p := range members {
		if err != nil && p.err == nil {
			p.err = fmt.Errorf("db: commit: %w", err)
		}
		close(p.done)
	}
}

// member runs one waiting transaction inside a savepoint, so that its failure
// leaves the others of the group untouched.
func (d *DB) member(sqlTx *sql.Tx, p *pending) {
	if p.err = p.ctx.Err(); p.err != nil {
		return
	}
	// A cancelled statement would make SQLite roll back the whole group, so the
	// caller's cancellation is looked at only between statements.
	inner := context.WithValue(context.WithoutCancel(p.ctx), keyInTx, true)
	if _, p.err = sqlTx.ExecContext(inner, "SAVEPOINT m"); p.err != nil {
		return
	}
	p.err = errors.New("db: transaction did not finish")
	defer func() {
		p.boom = recover()
		end := "RELEASE m"
		if p.err != nil || p.boom != nil {
			end = "ROLLBACK TO m; RELEASE m"
		}
		if _, err := sqlTx.ExecContext(inner, end); err != nil && p.err == nil {
			p.err = fmt.Errorf("db: %s: %w", end, err)
		}
	}()
	p.err = p.fn(inner, &Tx{d: d, tx: sqlTx, ctx: p.ctx})
	if p.err == nil {
		p.err = p.ctx.Err()
	}
}

// Exec runs q and returns how many rows it changed. The count decides: a
// conditional UPDATE that changed none has lost.
func (t *Tx) Exec(ctx context.Context, q *Stmt, args ...any) (int64, error) {
	t.d.step(q.Name)
	count(ctx)
	if t.line != nil {
		return t.line.exec(ctx, q, args)
	}
	var (
		res sql.Result
		err error
	)
	if s := t.d.wstmt[q]; s != nil {
		res, err = t.tx.StmtContext(ctx, s).ExecContext(ctx, args...)
	} else {
		res, err = t.tx.ExecContext(ctx, q.text[t.d.Engine], args...)
	}
	if err != nil {
		return 0, q.wrap(err)
	}
	n, err := res.RowsAffected()
	return n, q.wrap(err)
}

// Later runs a write whose count decides nothing. On PostgreSQL it travels with the
// next statement or with the commit, whose error may therefore be this one's.
func (t *Tx) Later(ctx context.Context, q *Stmt, args ...any) error {
	if t.line == nil {
		_, err := t.Exec(ctx, q, args...)
		return err
	}
	t.wait(ctx, q, q.text[Postgres], args)
	return nil
}

// Sure runs a write that must change a row. Where it does not, the transaction
// fails with ErrLost: at once or, on PostgreSQL, with the next statement or the
// commit, on whose trip it is.
func (t *Tx) Sure(ctx context.Context, q *Stmt, args ...any) error {
	if t.line != nil {
		t.wait(ctx, q, assertion(q.text[Postgres]), args)
		return nil
	}
	n, err := t.Exec(ctx, q, args...)
	if err == nil && n == 0 {
		err = q.wrap(ErrLost)
	}
	return err
}

func (t *Tx) wait(ctx context.Context, q *Stmt, text string, args []any) {
	t.d.step(q.Name)
	count(ctx)
	t.line.waits = append(t.line.waits, waiting{q: q, text: text, args: args})
}

// All implements Reader inside the transaction.
func (t *Tx) All(ctx context.Context, asks ...Ask) error {
	if t.line == nil {
		return eachAsk(ctx, t, asks)
	}
	if len(asks) == 0 {
		return nil
	}
	for _, a := range asks {
		t.d.step(a.q.Name)
		count(ctx)
	}
	return t.line.all(ctx, asks)
}

// Get implements Reader inside the transaction.
func (t *Tx) Get(ctx context.Context, q *Stmt, dst any, args ...any) error {
	if t.line != nil {
		t.d.step(q.Name)
		count(ctx)
		return t.line.ask(ctx, q, args, scanFirst(dst))
	}
	rows, err := t.query(ctx, q, args)
	if err != nil {
		return q.wrap(err)
	}
	return scanOne(q, dst, rows)
}

// List implements Reader inside the transaction.
func (t *Tx) List(ctx context.Context, q *Stmt, dst any, args ...any) error {
	if t.line != nil {
		t.d.step(q.Name)
		count(ctx)
		return t.line.ask(ctx, q, args, scanAll(dst))
	}
	rows, err := t.query(ctx, q, args)
	if err != nil {
		return q.wrap(err)
	}
	return q.wrap(scanner.ScanAll(dst, rows))
}

func (t *Tx) query(ctx context.Context, q *Stmt, args []any) (*sql.Rows, error) {
	t.d.step(q.Name)
	count(ctx)
	if s := t.d.wstmt[q]; s != nil {
		return t.tx.StmtContext(ctx, s).QueryContext(ctx, args...)
	}
	return t.tx.QueryContext(ctx, q.text[t.d.Engine], args...)
}

// SQL gives the raw transaction to the job queue.
func (t *Tx) SQL(ctx context.Context) (*sql.Tx, error) {
	if t.line != nil {
		return t.line.standard(ctx)
	}
	return t.tx, nil
}
