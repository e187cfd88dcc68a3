// Package testkit gives tests a real database on each engine and a clock that
// they move. It is imported by tests alone.
package testkit

import (
	"context"
	"database/sql"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"zhizhou/internal/db"
	"zhizhou/internal/jobs"
	"zhizhou/internal/seal"
)

// PostgresURL names the environment variable with the address of a PostgreSQL
// server on which tests may create databases. `make test` starts one.
const PostgresURL = "TEST_POSTGRES_URL"

// Each runs fn once on each engine, each time on its own migrated database. In CI
// a missing PostgreSQL is a failure; elsewhere `go test` alone uses SQLite only.
func Each(t *testing.T, fn func(t *testing.T, d *db.DB)) {
	t.Helper()
	for _, e := range Engines(t) {
		t.Run(e.String(), func(t *testing.T) {
			d, err := db.Open(context.Background(), DSN(t, e))
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(d.Close)
			fn(t, d)
		})
	}
}

// Engines lists the engines that this run tests.
func Engines(t *testing.T) []db.Engine {
	t.Helper()
	if os.Getenv(PostgresURL) != "" {
		return []db.Engine{db.SQLite, db.Postgres}
	}
	if os.Getenv("CI") != "" {
		t.Fatalf("%s is not set: CI tests both engines (run make test)", PostgresURL)
	}
	return []db.Engine{db.SQLite}
}

// DSN makes a fresh migrated database on engine e and returns its address. It is
// gone after the test.
func DSN(t *testing.T, e db.Engine) string {
	t.Helper()
	if e == db.SQLite {
		return sqliteCopy(t)
	}
	return postgresCopy(t)
}

// Log returns a logger that prints only when a test asks for it (-v with ZZ_LOG=1).
func Log() *slog.Logger {
	if os.Getenv("ZZ_LOG") == "" {
		return slog.New(slog.DiscardHandler)
	}
	return slog.New(slog.NewTextHandler(os.Stderr, nil))
}

// Box returns a seal.Box with a fixed key, so that a database outlives it.
func Box() *seal.Box {
	b, err := seal.New([]byte("zhizhou-test-key-zhizhou-test-ke"))
	if err != nil {
		panic(err)
	}
	return b
}

var sqliteTemplate = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "zhizhou-test")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "template.db")
	return path, migrate(path)
})

func migrate(dsn string) error {
	ctx := context.Background()
	d, err := db.Open(ctx, dsn)
	if err != nil {
		return err
	}
	defer d.Close()
	_, err = jobs.New(ctx, d, slog.New(slog.DiscardHandler))
	return err
}

func sqliteCopy(t *testing.T) string {
	from, err := sqliteTemplate()
	if err != nil {
		t.Fatal(err)
	}
	return sqliteFrom(t, from)
}

func sqliteFrom(t *testing.T, from string) string {
	src, err := os.Open(from)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = src.Close() }()
	to := filepath.Join(t.TempDir(), "zhizhou.db")
	dst, err := os.Create(to)
	if err != nil {
		t.Fatal(err)
	}
	if _, err = io.Copy(dst, src); err == nil {
		err = dst.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return to
}

// Copy makes a copy of a database that nobody has open and returns its address. It is
// gone after the test.
func Copy(t *testing.T, e db.Engine, dsn string) string {
	t.Helper()
	if e == db.SQLite {
		return sqliteFrom(t, dsn)
	}
	u, err := url.Parse(dsn)
	if err != nil {
		t.Fatal(err)
	}
	return postgresFrom(t, strings.TrimPrefix(u.Path, "/"))
}

var (
	databases        atomic.Int64
	postgresTemplate = sync.OnceValues(func() (string, error) {
		name := fmt.Sprintf("zz_template_%d", os.Getpid())
		if err := admin("DROP DATABASE IF EXISTS "+name, "CREATE DATABASE "+name); err != nil {
			return "", err
		}
		return name, migrate(inDatabase(name))
	})
)

func postgresCopy(t *testing.T) string {
	from, err := postgresTemplate()
	if err != nil {
		t.Fatal(err)
	}
	return postgresFrom(t, from)
}

func postgresFrom(t *testing.T, from string) string {
	name := fmt.Sprintf("zz_%d_%d", os.Getpid(), databases.Add(1))
	if err := admin("CREATE DATABASE " + name + " TEMPLATE " + from); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := admin("DROP DATABASE " + name + " WITH (FORCE)"); err != nil {
			t.Log(err)
		}
	})
	return inDatabase(name)
}

func inDatabase(name string) string {
	u, err := url.Parse(os.Getenv(PostgresURL))
	if err != nil {
		panic(err)
	}
	u.Path = "/" + name
	return u.String()
}

var adminMu sync.Mutex // CREATE DATABASE from one template does not run in parallel

func admin(statements ...string) error {
	adminMu.Lock()
	defer adminMu.Unlock()
	pool, err := sql.Open("pgx", os.Getenv(PostgresURL))
	if err != nil {
		return err
	}
	defer func() { _ = pool.Close() }()
	for _, s := range statements {
		if _, err := pool.Exec(s); err != nil {
			return fmt.Errorf("%s: %w", strings.Fields(s)[0], err)
		}
	}
	return nil
}
