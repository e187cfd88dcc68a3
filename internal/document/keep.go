package document

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"zhizhou/internal/audit"
	"zhizhou/internal/db"
)

const (
	maxListed = 51
	// KeptUnused is how long a document stays that no lesson shows.
	KeptUnused = 30 * 24 * time.Hour

	shown = `(EXISTS (SELECT 1 FROM lessons l JOIN courses c ON c.id = l.course_id WHERE l.document_id = documents.id AND l.deleted_at = 0 AND c.deleted_at = 0)
		OR EXISTS (SELECT 1 FROM material_holds h WHERE h.kind = 'document' AND h.material_id = documents.id)
		OR documents.for_file <> 0 AND EXISTS (SELECT 1 FROM attachments a JOIN courses c ON c.id = a.course_id WHERE a.file_id = documents.for_file AND a.permission = 'view' AND c.deleted_at = 0))`
)

var (
	qList = db.Q("document/list", `SELECT `+columns+`, unused_at FROM documents WHERE deleted_at = 0 AND for_file = 0 AND (CAST($1 AS BIGINT) = 0 OR id < $1) AND ($2 = '' OR status = $2 OR $2 = 'open' AND status IN ('uploaded', 'working'))
		AND ($3 = '' OR LOWER(name) LIKE $3 ESCAPE '\') AND (CAST($4 AS BIGINT) = 0 OR created_by = $4) ORDER BY id DESC LIMIT $5`)
	qUses = db.Q("document/uses", `SELECT l.document_id, l.id AS lesson_id, l.title, l.course_id, c.title AS course_title FROM lessons l JOIN courses c ON c.id = l.course_id
		WHERE l.document_id <> 0 AND l.document_id IN (`+places(maxListed)+`) AND l.deleted_at = 0 AND c.deleted_at = 0 ORDER BY l.id`)
	qHold   = db.Q("document/hold", `SELECT deleted_at FROM documents WHERE id = $1 /*for_update*/`)
	qUsed   = db.Q("document/used", `UPDATE documents SET unused_at = 0 WHERE id = $1 AND unused_at > 0`)
	qDelete = db.Q("document/delete", `UPDATE documents SET deleted_at = $2, run = '' WHERE id = $1 AND deleted_at = 0 AND NOT `+shown)
	qUnused = db.Q("document/unused", `UPDATE documents SET unused_at = $1 WHERE deleted_at = 0 AND unused_at = 0 AND NOT `+shown)
	qShown  = db.Q("document/shown", `UPDATE documents SET unused_at = 0 WHERE deleted_at = 0 AND unused_at > 0 AND `+shown)
	qOld    = db.Q("document/old", `SELECT id FROM documents WHERE unused_at > 0 AND unused_at < $1 AND deleted_at = 0 ORDER BY unused_at LIMIT 100`)
	qSwept  = db.Q("document/to_sweep", `SELECT id, source_key, pages FROM documents WHERE deleted_at > 0 AND deleted_at < $1 AND source_key <> '' ORDER BY deleted_at LIMIT 20`)
	qForget = db.Q("document/forget", `UPDATE documents SET source_key = '' WHERE id = $1 AND deleted_at > 0`)
)

func places(n int) string {
	out := make([]string, n)
	for i := range out {
		out[i] = "$" + strconv.Itoa(i+1)
	}
	return strings.Join(out, ", ")
}

// Filter chooses documents for the console.
type Filter struct {
	Status    string // a status, "open" for those at work, "" for all
	Query     string // part of the name
	CreatedBy int64  // staff id, 0: anybody's
	Before    int64  // id of the last one of the page before, 0: the first page
	Limit     int    // at most 51
}

// Use is a lesson that shows a document.
type Use struct {
	DocumentID  int64
	LessonID    int64
	Title       string
	CourseID    int64
	CourseTitle string
}

// Kept is a document with the lessons that show it.
type Kept struct {
	Document
	UnusedAt int64
	Uses     []Use `db:"-"`
}

// GoesAt is when a document that no lesson shows goes by itself; 0 while one does.
func (k Kept) GoesAt() int64 {
	if k.UnusedAt == 0 || len(k.Uses) > 0 {
		return 0
	}
	return k.UnusedAt + KeptUnused.Milliseconds()
}

// List lists documents, newest first, each with the lessons that show it.
func (s *Service) List(ctx context.Context, f Filter) ([]Kept, error) {
	like := ""
	if q := strings.TrimSpace(f.Query); q != "" {
		like = "%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(strings.ToLower(q)) + "%"
	}
	var rows []Kept
	if err := s.db.List(ctx, qList, &rows, f.Before, f.Status, like, f.CreatedBy, min(f.Limit, maxListed)); err != nil {
		return nil, err
	}
	at, args := map[int64]int{}, make([]any, maxListed)
	for i := range args {
		if args[i] = int64(0); i < len(rows) {
			args[i], at[rows[i].ID] = rows[i].ID, i
		}
	}
	var uses []Use
	err := s.db.List(ctx, qUses, &uses, args...)
	for _, u := range uses {
		rows[at[u.DocumentID]].Uses = append(rows[at[u.DocumentID]].Uses, u)
	}
	return rows, err
}

// Use keeps a document while the transaction that makes a lesson show it runs, so that
// it cannot be deleted at the same time. Returns ErrGone.
func (s *Service) Use(ctx context.Context, tx *db.Tx, documentID int64) error {
	if err := hold(ctx, tx, documentID); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, qUsed, documentID)
	return err
}

// hold locks a document that is not deleted. Returns ErrGone.
func hold(ctx context.Context, tx *db.Tx, documentID int64) error {
	var gone []int64
	err := tx.List(ctx, qHold, &gone, documentID)
	if err == nil && (len(gone) == 0 || gone[0] > 0) {
		err = ErrGone
	}
	return err
}

// Delete takes a document away that no lesson shows; the sweep removes its files. Who
// was handed its pages stays known. Returns ErrGone, ErrUsed.
func (s *Service) Delete(ctx context.Context, documentID int64, reason string) error {
	return s.db.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		return s.DeleteIn(ctx, tx, documentID, reason)
	})
}

// DeleteIn is Delete inside a transaction.
func (s *Service) DeleteIn(ctx context.Context, tx *db.Tx, documentID int64, reason string) error {
	// A lesson that takes it just now holds the row: what it wrote is seen after.
	if err := hold(ctx, tx, documentID); err != nil {
		return err
	}
	d, err := get(ctx, tx, documentID)
	if err != nil {
		return err
	}
	n, err := tx.Exec(ctx, qDelete, documentID, s.now())
	if err != nil {
		return err
	}
	if n == 0 {
		return ErrUsed
	}
	if _, err := tx.Exec(ctx, qPagesDrop, documentID); err != nil {
		return err
	}
	return audit.Write(ctx, tx, s.clock, "document.delete", fmt.Sprintf("document:%d", documentID), map[string]any{"name": d.Name, "bytes": d.Bytes, "pages": d.Pages}, nil, reason)
}

// Sweep deletes documents that no lesson has shown for KeptUnused, and the files of
// deleted ones.
func (s *Service) Sweep(ctx context.Context) error {
	if err := s.db.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if _, err := tx.Exec(ctx, qShown); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, qUnused, s.now())
		return err
	}); err != nil {
		return err
	}
	var old []int64
	if err := s.db.List(ctx, qOld, &old, s.now()-KeptUnused.Milliseconds()); err != nil {
		return err
	}
	for _, documentID := range old {
		// One that a lesson shows again since the look stays.
		if err := s.Delete(ctx, documentID, "30 天没有课时使用"); err != nil && !errors.Is(err, ErrUsed) && !errors.Is(err, ErrGone) {
			return err
		}
	}
	// An address that was handed out before may still be fetched.
	var due []struct {
		ID        int64
		SourceKey string
		Pages     int64
	}
	if err := s.db.List(ctx, qSwept, &due, s.now()-linkTTL.Milliseconds()); err != nil {
		return err
	}
	for _, d := range due {
		if err := s.sweep(ctx, d.ID, d.SourceKey, d.Pages); err != nil {
			return err
		}
	}
	return nil
}

// sweep removes a deleted document's files, pictures from the last one down: what an
// interrupted sweep leaves, and what an interrupted drawing left, is found by the next
// one, because no number is missing below the last.
func (s *Service) sweep(ctx context.Context, documentID int64, source string, pages int64) error {
	last := pages
	for last < s.lim.Pages {
		there, err := s.store.Exists(ctx, pictureKey(documentID, last+1))
		if err != nil {
			return fmt.Errorf("document: %w", err)
		}
		if !there {
			break
		}
		last++
	}
	for n := last; n > 0; n-- {
		if err := s.store.Delete(ctx, pictureKey(documentID, n)); err != nil {
			return fmt.Errorf("document: %w", err)
		}
	}
	if err := s.store.Delete(ctx, source); err != nil {
		return fmt.Errorf("document: %w", err)
	}
	return s.db.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, qForget, documentID)
		return err
	})
}
