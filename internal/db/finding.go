package db

import "context"

// Check is an invariant that speaks of stored data (docs/invariants.md). Q answers
// one text column, which names each row that breaks it.
type Check struct {
	Invariant int
	Name      string
	Q         *Stmt
}

// Finding is a row that breaks an invariant.
type Finding struct {
	Invariant int
	Name      string
	Row       string
}

// Broken runs checks and returns every row that breaks one.
func Broken(ctx context.Context, r Reader, checks []Check) ([]Finding, error) {
	var out []Finding
	for _, c := range checks {
		var rows []string
		if err := r.List(ctx, c.Q, &rows); err != nil {
			return nil, err
		}
		for _, row := range rows {
			out = append(out, Finding{c.Invariant, c.Name, row})
		}
	}
	return out, nil
}
