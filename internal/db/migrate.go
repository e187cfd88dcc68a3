package db

import (
	"context"
	"embed"
	"io/fs"
	"strings"
	"testing/fstest"

	"github.com/pressly/goose/v3"
)

//go:embed migrations/*.sql
var migrations embed.FS

func (d *DB) migrate(ctx context.Context) error {
	files, err := d.dialect()
	if err != nil {
		return err
	}
	dialect := map[Engine]goose.Dialect{SQLite: goose.DialectSQLite3, Postgres: goose.DialectPostgres}[d.Engine]
	p, err := goose.NewProvider(dialect, d.write, files)
	if err != nil {
		return err
	}
	_, err = p.Up(ctx)
	return err
}

// dialect returns the one schema without the blocks of the other engine. A block
// stands between the lines "-- only: sqlite" or "-- only: postgres" and "-- end".
func (d *DB) dialect() (fs.FS, error) {
	out := fstest.MapFS{}
	names, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		raw, err := migrations.ReadFile(name)
		if err != nil {
			return nil, err
		}
		var keep []string
		skip := false
		for line := range strings.SplitSeq(string(raw), "\n") {
			if only, ok := strings.CutPrefix(line, "-- only: "); ok {
				skip = strings.TrimSpace(only) != d.Engine.String()
			} else if strings.TrimSpace(line) == "-- end" {
				skip = false
			} else if !skip {
				keep = append(keep, line)
			}
		}
		out[strings.TrimPrefix(name, "migrations/")] = &fstest.MapFile{Data: []byte(strings.Join(keep, "\n"))}
	}
	return out, nil
}
