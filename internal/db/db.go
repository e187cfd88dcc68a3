// Package db opens the database, runs the schema and transactions, and hides
// what differs between SQLite and PostgreSQL. It owns no table.
//
// SQLite has one writer connection and a pool of query-only readers. The writer
// groups commits: transactions that wait run one after another, each in its own
// savepoint, and share one durable commit; nobody is answered before it.
package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"time"

	"github.com/georgysavva/scany/v2/dbscan"
	_ "github.com/jackc/pgx/v5/stdlib" // driver "pgx"
	_ "modernc.org/sqlite"             // driver "sqlite"
)

// Engine names one of the two databases.
type Engine int

// The engines.
const (
	SQLite Engine = iota
	Postgres
)

func (e Engine) String() string { return [...]string{"sqlite", "postgres"}[e] }

// ErrNone is returned by Get when no row matches.
var ErrNone = errors.New("db: no row")

// ErrLost is returned when a write of Tx.Sure changed nothing.
var ErrLost = errors.New("db: changed elsewhere")

// Reader is what both a DB and a Tx can do.
type Reader interface {
	// Get scans the one row of q into dst (a struct pointer or a scalar pointer).
	// Returns ErrNone when there is no row.
	Get(ctx context.Context, q *Stmt, dst any, args ...any) error
	// List scans all rows of q into dst, a pointer to a slice.
	List(ctx context.Context, q *Stmt, dst any, args ...any) error
	// All does several reads; on PostgreSQL they are one trip.
	All(ctx context.Context, asks ...Ask) error
}

// Ask is one of several reads: what List takes.
type Ask struct {
	q    *Stmt
	dst  any
	args []any
}

// Rows asks for all rows of q into dst, a pointer to a slice.
func Rows(q *Stmt, dst any, args ...any) Ask { return Ask{q, dst, args} }

func eachAsk(ctx context.Context, r Reader, asks []Ask) error {
	for _, a := range asks {
		if err := r.List(ctx, a.q, a.dst, a.args...); err != nil {
			return err
		}
	}
	return nil
}

// DB is an open database.
type DB struct {
	Engine Engine
	write  *sql.DB // SQLite: exactly one connection; PostgreSQL: the pool
	read   *sql.DB
	wstmt  map[*Stmt]*sql.Stmt // SQLite only: prepared once
	rstmt  map[*Stmt]*sql.Stmt
	queue  chan *pending
	done   chan struct{}
	closed chan struct{}
	probe  atomic.Pointer[func(step string)]
}

var scanner = func() *dbscan.API {
	api, err := dbscan.NewAPI(dbscan.WithAllowUnknownColumns(false))
	if err != nil {
		panic(err)
	}
	return api
}()

// Open opens dsn: "postgres://…", or a file path for SQLite (folders are made).
// It runs the migrations and prepares every declared statement, so that a broken
// statement stops the start instead of reaching a user.
func Open(ctx context.Context, dsn string) (*DB, error) {
	d, err := open(dsn)
	if err != nil {
		return nil, err
	}
	if err := d.migrate(ctx); err != nil {
		d.closePools()
		return nil, fmt.Errorf("db: migrate: %w", err)
	}
	if d.Engine == SQLite {
		if err := d.prepare(ctx); err != nil {
			d.closePools()
			return nil, err
		}
		d.queue, d.done, d.closed = make(chan *pending, 256), make(chan struct{}), make(chan struct{})
		go d.writer()
	}
	return d, nil
}

func open(dsn string) (*DB, error) {
	if strings.HasPrefix(dsn, "postgres://") || strings.HasPrefix(dsn, "postgresql://") {
		pool, err := sql.Open("pgx", dsn)
		if err != nil {
			return nil, fmt.Errorf("db: %w", err)
		}
		pool.SetMaxOpenConns(32)
		pool.SetMaxIdleConns(32)
		pool.SetConnMaxIdleTime(5 * time.Minute)
		return &DB{Engine: Postgres, write: pool, read: pool}, nil
	}
	path := strings.TrimPrefix(dsn, "sqlite://")
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("db: %w", err)
	}
	w, err := sql.Open("sqlite", sqliteDSN(path, false))
	if err != nil {
		return nil, fmt.Errorf("db: %w", err)
	}
	w.SetMaxOpenConns(1)
	r, err := sql.Open("sqlite", sqliteDSN(path, true))
	if err != nil {
		return nil, fmt.Errorf("db: %w", err)
	}
	readers := max(4, 2*runtime.NumCPU())
	r.SetMaxOpenConns(readers)
	r.SetMaxIdleConns(readers)
	return &DB{Engine: SQLite, write: w, read: r}, nil
}

// PRAGMAs are per connection, so they stand in the DSN. Every grouped transaction
// runs in a savepoint, whose page copies would go to a temporary file: they are
// kept in memory. A checkpoint each 16 MB instead of 4 saves database syncs; the
// log itself is synced at every commit all the same.
func sqliteDSN(path string, readOnly bool) string {
	q := url.Values{"_txlock": {"immediate"}}
	for _, p := range []string{"busy_timeout(10000)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)", "cache_size(-16000)", "temp_store(memory)", "wal_autocheckpoint(4000)"} {
		q.Add("_pragma", p)
	}
	if readOnly {
		q.Add("_pragma", "query_only(1)")
	}
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + q.Encode()
}

func (d *DB) prepare(ctx context.Context) error {
	d.wstmt, d.rstmt = map[*Stmt]*sql.Stmt{}, map[*Stmt]*sql.Stmt{}
	for _, s := range registry {
		w, err := d.write.PrepareContext(ctx, s.text[SQLite])
		if err != nil {
			return fmt.Errorf("db: prepare %s: %w", s.Name, err)
		}
		d.wstmt[s] = w
		verb := strings.ToUpper(strings.Fields(s.text[SQLite])[0])
		if verb != "SELECT" && verb != "WITH" {
			continue
		}
		if d.rstmt[s], err = d.read.PrepareContext(ctx, s.text[SQLite]); err != nil {
			return fmt.Errorf("db: prepare %s for reading: %w", s.Name, err)
		}
	}
	return nil
}

// Close ends the writer after the transactions that wait, then the pools.
func (d *DB) Close() {
	if d.queue != nil {
		close(d.done)
		<-d.closed
	}
	d.closePools()
}

func (d *DB) closePools() {
	_ = d.write.Close()
	if d.read != d.write {
		_ = d.read.Close()
	}
}

// Ping reports whether the database answers.
func (d *DB) Ping(ctx context.Context) error { return d.read.PingContext(ctx) }

// SQL gives the raw handle to the job queue, which brings its own statements.
// On SQLite it is the writer: one connection, shared with the group commit.
func (d *DB) SQL() *sql.DB { return d.write }

// SetProbe calls f before each statement of a transaction and around commits.
// The crash tests use it to end the process at a counted step.
func (d *DB) SetProbe(f func(step string)) { d.probe.Store(&f) }

func (d *DB) step(name string) {
	if f := d.probe.Load(); f != nil {
		(*f)(name)
	}
}

// Get implements Reader on the reading pool.
func (d *DB) Get(ctx context.Context, q *Stmt, dst any, args ...any) error {
	rows, err := d.query(ctx, q, args)
	if err != nil {
		return q.wrap(err)
	}
	return scanOne(q, dst, rows)
}

// List implements Reader on the reading pool.
func (d *DB) List(ctx context.Context, q *Stmt, dst any, args ...any) error {
	rows, err := d.query(ctx, q, args)
	if err != nil {
		return q.wrap(err)
	}
	return q.wrap(scanner.ScanAll(dst, rows))
}

// All implements Reader on the reading pool. The reads do not see one moment.
func (d *DB) All(ctx context.Context, asks ...Ask) error {
	if d.Engine == SQLite || len(asks) < 2 {
		return eachAsk(ctx, d, asks)
	}
	if InTx(ctx) {
		panic("db: " + asks[0].q.Name + " reads through the pool inside a transaction")
	}
	l, err := dial(ctx, d.read)
	if err != nil {
		return err
	}
	defer l.hangUp(ctx)
	l.waits = nil
	for range asks {
		count(ctx)
	}
	err = l.all(ctx, asks)
	l.open = false // there is no transaction
	return err
}

func (d *DB) query(ctx context.Context, q *Stmt, args []any) (*sql.Rows, error) {
	if InTx(ctx) {
		panic("db: " + q.Name + " reads through the pool inside a transaction")
	}
	count(ctx)
	if s := d.rstmt[q]; s != nil {
		return s.QueryContext(ctx, args...)
	}
	return d.read.QueryContext(ctx, q.text[d.Engine], args...)
}

func scanOne(q *Stmt, dst any, rows *sql.Rows) error {
	return q.wrap(found(scanner.ScanOne(dst, rows)))
}

// found turns the scanner's word for no row into ours.
func found(err error) error {
	if dbscan.NotFound(err) {
		return ErrNone
	}
	return err
}

type ctxKey int

const (
	keyInTx ctxKey = iota
	keyCount
)

// InTx reports whether ctx belongs to a running transaction. Anything slow or
// outside (HTTP, files) must refuse to run under such a context.
func InTx(ctx context.Context) bool { return ctx.Value(keyInTx) != nil }

// WithCounter returns a context that counts the statements run under it.
func WithCounter(ctx context.Context) (context.Context, func() int64) {
	n := new(atomic.Int64)
	return context.WithValue(ctx, keyCount, n), n.Load
}

func count(ctx context.Context) {
	if n, ok := ctx.Value(keyCount).(*atomic.Int64); ok {
		n.Add(1)
	}
}
