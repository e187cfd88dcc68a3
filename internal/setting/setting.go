// Package setting keeps the business settings that are edited in the console:
// typed, versioned, sealed at rest. It owns the table settings.
package setting

import (
	"context"
	"encoding/json"
	"fmt"

	"zhizhou/internal/audit"
	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/errs"
	"zhizhou/internal/seal"
)

// ErrVersion is returned when somebody else saved in the meantime.
var ErrVersion = errs.New(errs.Conflict, "setting_changed", "设置刚被别人改过，请刷新后再改")

var (
	qGet    = db.Q("setting/get", `SELECT version, value FROM settings WHERE key = $1`)
	qInsert = db.Q("setting/insert", `INSERT INTO settings (key, version, value, updated_at, updated_by) VALUES ($1, 1, $2, $3, $4) ON CONFLICT DO NOTHING`)
	qUpdate = db.Q("setting/update", `UPDATE settings SET version = version + 1, value = $2, updated_at = $3, updated_by = $4 WHERE key = $1 AND version = $5`)
)

// Store reads and writes settings.
type Store struct {
	DB    *db.DB
	Box   *seal.Box
	Clock clock.Clock
}

// Section is one group of settings. Key names its row; Public returns it without
// secrets, for the console and the audit log.
type Section interface {
	Key() string
	Public() any
}

// Load reads a section into s, which keeps its defaults when nothing was saved,
// and returns the version (0: never saved).
func (st *Store) Load(ctx context.Context, s Section) (int64, error) {
	return st.LoadIn(ctx, st.DB, s)
}

// LoadIn is Load through r, as inside a transaction.
func (st *Store) LoadIn(ctx context.Context, r db.Reader, s Section) (int64, error) {
	var rows []Row
	if err := r.All(ctx, st.Ask(s, &rows)); err != nil {
		return 0, err
	}
	return st.Read(s, rows)
}

// Row is a stored section.
type Row struct {
	Version int64
	Value   []byte
}

// Ask asks for a section beside other reads, for Read to open.
func (st *Store) Ask(s Section, rows *[]Row) db.Ask { return db.Rows(qGet, rows, s.Key()) }

// Read is Load with the answer of Ask.
func (st *Store) Read(s Section, rows []Row) (int64, error) {
	if len(rows) == 0 {
		return 0, nil
	}
	row := rows[0]
	plain, err := st.Box.Open("setting/"+s.Key(), row.Value)
	if err != nil {
		return 0, fmt.Errorf("setting %s: %w", s.Key(), err)
	}
	if err := json.Unmarshal(plain, s); err != nil {
		return 0, fmt.Errorf("setting %s: %w", s.Key(), err)
	}
	return row.Version, nil
}

// Save writes s if its version is still version, and the audit row with it.
// Returns ErrVersion.
func (st *Store) Save(ctx context.Context, s Section, version int64, before Section) error {
	plain, err := json.Marshal(s)
	if err != nil {
		return fmt.Errorf("setting %s: %w", s.Key(), err)
	}
	sealed := st.Box.Seal("setting/"+s.Key(), plain)
	return st.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		actor := audit.ActorOf(ctx)
		var n int64
		if version == 0 {
			n, err = tx.Exec(ctx, qInsert, s.Key(), sealed, clock.MS(st.Clock), actor.ID)
		} else {
			n, err = tx.Exec(ctx, qUpdate, s.Key(), sealed, clock.MS(st.Clock), actor.ID, version)
		}
		if err != nil {
			return err
		}
		if n == 0 {
			return ErrVersion
		}
		var was any
		if before != nil {
			was = before.Public()
		}
		return audit.Write(ctx, tx, st.Clock, "setting.save", "setting:"+s.Key(), was, s.Public(), "")
	})
}
