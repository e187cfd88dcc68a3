package library

import (
	"context"
	"fmt"
	"strings"

	"zhizhou/internal/audit"
	"zhizhou/internal/db"
	"zhizhou/internal/media"
)

// The states of an item.
const (
	Ready   = "ready"
	Working = "working"
	Failed  = "failed"
)

// Anywhere as a folder means all of them; Top what lies in none.
const (
	Anywhere = -1
	Top      = 0
)

// Item is one piece of material.
type Item struct {
	Kind      string // one of media's kinds of material
	Form      string // the kind, of an asset "video" or "audio"
	ID        int64
	Name      string
	State     string
	Percent   int64 // while it is worked on
	Error     string
	Bytes     int64
	Length    int64  // ms of an asset, pages of a document, chapters of a book
	Picture   string // blob key of what it looks like, "" for none
	Mime      string
	FolderID  int64
	CreatedBy int64
	StaffName string
	CreatedAt int64
}

// Filter chooses items; zero values choose all.
type Filter struct {
	Folder             int64 // Anywhere, Top or a folder's id
	Form               string
	State              string
	Query              string // part of the name
	From, To           int64  // uploaded, ms; To is exclusive
	MinBytes, MaxBytes int64
	By                 int64 // staff id
	Before             int64 // id of the last one of the page before
	Limit              int
}

// branch is one table of the list. The newest of each are looked at, and the newest of
// those are the page: ids grow with time, whatever they name.
func branch(kind, form, columns, from, state string) string {
	return `SELECT * FROM (SELECT CAST('` + kind + `' AS TEXT) AS kind, CAST(` + form + ` AS TEXT) AS form, m.id, m.name, CAST(` + state + ` AS TEXT) AS state, ` + columns + `,
		m.bytes, m.created_by, m.created_at, COALESCE(i.folder_id, 0) AS folder_id, COALESCE(s.name, '') AS staff_name
		FROM ` + from + ` m LEFT JOIN library_items i ON i.kind = '` + kind + `' AND i.material_id = m.id LEFT JOIN staff s ON s.id = m.created_by
		WHERE m.deleted_at = 0 AND ($5 = '' OR $5 = ` + form + `) AND (CAST($1 AS BIGINT) = 0 OR m.id < $1) AND ($2 = '' OR LOWER(m.name) LIKE $2 ESCAPE '\') AND ($3 = '' OR $3 = ` + state + `)
		AND (CAST($4 AS BIGINT) = 0 OR m.created_by = $4) AND (CAST($6 AS BIGINT) < 0 OR COALESCE(i.folder_id, 0) = $6) AND m.created_at >= $7 AND (CAST($8 AS BIGINT) = 0 OR m.created_at < $8)
		AND m.bytes >= $9 AND (CAST($10 AS BIGINT) = 0 OR m.bytes <= $10) ORDER BY m.id DESC LIMIT $11) AS x_` + kind
}

const (
	worked = `CASE m.status WHEN 'ready' THEN 'ready' WHEN 'failed' THEN 'failed' ELSE 'working' END`
	plain  = `m.mime, CAST(0 AS BIGINT) AS percent, '' AS error, CAST(0 AS BIGINT) AS length`
)

var (
	qItems = db.Q("library/items", `SELECT * FROM (`+strings.Join([]string{
		branch(media.MaterialAsset, `m.kind`, `'' AS mime, m.percent, m.error_msg AS error, m.duration_ms AS length, m.poster_key AS picture`, `assets`, worked),
		branch(media.MaterialDocument, `'document'`, `'application/pdf' AS mime, m.percent, m.error_msg AS error, m.pages AS length, '' AS picture`, `(SELECT * FROM documents WHERE for_file = 0)`, worked),
		branch(media.MaterialEbook, `'ebook'`, `'application/epub+zip' AS mime, CAST(0 AS BIGINT) AS percent, '' AS error, m.chapters AS length, '' AS picture`, `ebooks`, `'ready'`),
		branch(media.MaterialPicture, `'picture'`, plain+`, m.blob_key AS picture`, `(SELECT * FROM media_files WHERE kind = 'picture')`, `'ready'`),
		branch(media.MaterialFile, `'file'`, plain+`, '' AS picture`, `(SELECT * FROM media_files WHERE kind = 'file')`, `'ready'`),
	}, ` UNION ALL `)+`) AS all_kinds ORDER BY id DESC LIMIT $11`)

	qUploaders = db.Q("library/uploaders", `SELECT s.id, s.name FROM staff s WHERE EXISTS (SELECT 1 FROM assets m WHERE m.created_by = s.id AND m.deleted_at = 0)
		OR EXISTS (SELECT 1 FROM documents m WHERE m.created_by = s.id AND m.deleted_at = 0 AND m.for_file = 0) OR EXISTS (SELECT 1 FROM ebooks m WHERE m.created_by = s.id AND m.deleted_at = 0)
		OR EXISTS (SELECT 1 FROM media_files m WHERE m.created_by = s.id AND m.deleted_at = 0) ORDER BY s.name, s.id LIMIT 200`)

	qPlace = db.Q("library/place", `INSERT INTO library_items (kind, material_id, folder_id) VALUES ($1, $2, $3) ON CONFLICT (kind, material_id) DO UPDATE SET folder_id = $3`)
	qTop   = db.Q("library/to_top", `DELETE FROM library_items WHERE kind = $1 AND material_id = $2`)
)

// Items lists material, newest first.
func (s *Service) Items(ctx context.Context, who Who, f Filter) ([]Item, error) {
	like := ""
	if q := strings.TrimSpace(f.Query); q != "" {
		like = "%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(strings.ToLower(q)) + "%"
	}
	by := f.By
	if who.OwnOnly {
		by = who.StaffID
	}
	var rows []Item
	err := s.DB.List(ctx, qItems, &rows, f.Before, like, f.State, by, f.Form, f.Folder, f.From, f.To, f.MinBytes, f.MaxBytes, f.Limit)
	return rows, err
}

// Uploader is a member of staff with material in the library.
type Uploader struct {
	ID   int64
	Name string
}

// Uploaders lists who has material there, by name: nobody for those who see only their own.
func (s *Service) Uploaders(ctx context.Context, who Who) ([]Uploader, error) {
	if who.OwnOnly {
		return nil, nil
	}
	var rows []Uploader
	err := s.DB.List(ctx, qUploaders, &rows)
	return rows, err
}

// Move puts material into a folder, Top for none. Returns ErrGone, ErrFolderGone.
func (s *Service) Move(ctx context.Context, who Who, refs []media.Ref, folderID int64) error {
	return s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if folderID != Top {
			if _, err := folder(ctx, tx, qFolderLock, folderID); err != nil {
				return err
			}
		}
		for _, r := range refs {
			if _, err := s.hold(ctx, tx, who, r); err != nil {
				return err
			}
			var err error
			if folderID == Top {
				_, err = tx.Exec(ctx, qTop, r.Kind, r.ID)
			} else {
				_, err = tx.Exec(ctx, qPlace, r.Kind, r.ID, folderID)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// held is material that the transaction has locked.
type held struct {
	name  string
	bytes int64
	drop  func(ctx context.Context, tx *db.Tx) error
}

// hold locks material that who may touch. Returns ErrGone.
func (s *Service) hold(ctx context.Context, tx *db.Tx, who Who, r media.Ref) (held, error) {
	var h held
	var by int64
	var err error
	switch r.Kind {
	case media.MaterialAsset:
		var a media.Asset
		if a, err = s.Media.UseAsset(ctx, tx, r.ID); err == nil {
			h, by = held{a.Name, a.Bytes, func(ctx context.Context, tx *db.Tx) error { return s.Media.DropAsset(ctx, tx, a) }}, a.CreatedBy
		}
	case media.MaterialPicture, media.MaterialFile:
		var f media.Stored
		if f, err = s.Media.UseFile(ctx, tx, r.ID); err == nil && f.Kind != r.Kind {
			err = ErrGone
		}
		h, by = held{f.Name, f.Bytes, func(ctx context.Context, tx *db.Tx) error { return s.Media.DropFileIn(ctx, tx, f) }}, f.CreatedBy
	case media.MaterialDocument:
		if err = s.Document.Use(ctx, tx, r.ID); err == nil {
			d, derr := s.Document.GetIn(ctx, tx, r.ID)
			h, by, err = held{d.Name, d.Bytes, func(ctx context.Context, tx *db.Tx) error { return s.Document.DeleteIn(ctx, tx, r.ID, "") }}, d.CreatedBy, derr
		}
	case media.MaterialEbook:
		if err = s.Ebook.Use(ctx, tx, r.ID); err == nil {
			b, berr := s.Ebook.GetIn(ctx, tx, r.ID)
			h, by, err = held{b.Name, b.Bytes, func(ctx context.Context, tx *db.Tx) error { return s.Ebook.DeleteIn(ctx, tx, r.ID) }}, b.CreatedBy, berr
		}
	default:
		err = ErrGone
	}
	if err == nil && who.OwnOnly && by != who.StaffID {
		err = ErrGone
	}
	return h, err
}

// Delete deletes material that nothing uses. Returns ErrGone, and ErrUsed saying where.
func (s *Service) Delete(ctx context.Context, who Who, r media.Ref) error {
	logo, err := s.Logo(ctx)
	if err != nil {
		return err
	}
	return s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		h, err := s.hold(ctx, tx, who, r)
		if err != nil {
			return err
		}
		// Asked under the lock: what takes it just now has either written, or waits.
		uses, err := usesOf(ctx, tx, r, logo)
		if err != nil {
			return err
		}
		if len(uses) > 0 {
			return used(h.name, uses)
		}
		if err := h.drop(ctx, tx); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, qTop, r.Kind, r.ID); err != nil {
			return err
		}
		return audit.Write(ctx, tx, s.Clock, "material.delete", fmt.Sprintf("%s:%d", r.Kind, r.ID), map[string]any{"name": h.name, "bytes": h.bytes}, nil, "")
	})
}

func used(name string, uses []Use) error {
	const named = 3
	var where []string
	for _, u := range uses[:min(named, len(uses))] {
		where = append(where, u.Label())
	}
	text := strings.Join(where, "、")
	if len(uses) > named {
		text += fmt.Sprintf(" 等 %d 处", len(uses))
	}
	return ErrUsed.Say("「" + name + "」还在使用：" + text + "，不能删除")
}
