package db

import (
	"errors"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
)

// IsUnique reports whether err is a violation of the unique constraint name,
// which is written <table>_<cols>_key on both engines. The text of a driver's
// error is looked at here and nowhere else.
func IsUnique(err error, name string) bool {
	if err == nil {
		return false
	}
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return pg.Code == "23505" && (name == "" || pg.ConstraintName == name)
	}
	// SQLite: "UNIQUE constraint failed: users.phone_hash, users.kind (2067)"
	_, cols, ok := strings.Cut(err.Error(), "UNIQUE constraint failed: ")
	if !ok {
		return false
	}
	if name == "" {
		return true
	}
	cols, _, _ = strings.Cut(cols, " (")
	got := ""
	for i, c := range strings.Split(cols, ", ") {
		table, col, _ := strings.Cut(c, ".")
		if i == 0 {
			got = table
		}
		got += "_" + col
	}
	return got+"_key" == name
}
