package db

import (
	"fmt"
	"strings"
)

// Stmt is a named SQL statement. Statements are declared as package variables
// with Q, so that one test can prepare every one of them on both engines.
type Stmt struct {
	Name string
	text [2]string // by Engine
}

var (
	registry []*Stmt
	byName   = map[string]bool{}
)

// Q declares a statement whose one text serves both engines: $n placeholders,
// portable functions. The mark /*for_update*/ becomes FOR UPDATE on PostgreSQL
// and nothing on SQLite, whose writer is alone anyway.
func Q(name, text string) *Stmt { return Q2(name, text, text) }

// Q2 declares a statement that has to differ by engine. Full-text search is the
// only accepted reason; say so beside each use.
func Q2(name, sqlite, postgres string) *Stmt {
	if byName[name] {
		panic("db: statement declared twice: " + name)
	}
	byName[name] = true
	s := &Stmt{Name: name}
	s.text[SQLite] = strings.ReplaceAll(sqlite, "/*for_update*/", "")
	s.text[Postgres] = strings.ReplaceAll(postgres, "/*for_update*/", "FOR UPDATE")
	registry = append(registry, s)
	return s
}

// Statements returns every declared statement, for the test that prepares them.
func Statements() []*Stmt { return registry }

// Text returns the statement as engine e runs it.
func (s *Stmt) Text(e Engine) string { return s.text[e] }

func (s *Stmt) wrap(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", s.Name, err)
}
