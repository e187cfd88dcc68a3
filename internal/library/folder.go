package library

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"unicode/utf8"

	"zhizhou/internal/audit"
	"zhizhou/internal/db"
	"zhizhou/internal/id"
	"zhizhou/internal/media"
	"zhizhou/internal/text"
)

// Folder is a place for material.
type Folder struct {
	ID        int64
	ParentID  int64 // 0: at the top
	Name      string
	CreatedBy int64
	CreatedAt int64
}

const folderCols = `id, parent_id, name, created_by, created_at`

var (
	qFolders      = db.Q("library/folders", `SELECT `+folderCols+` FROM library_folders ORDER BY name, id LIMIT 500`)
	qFoldersLock  = db.Q("library/folders_lock", `SELECT `+folderCols+` FROM library_folders ORDER BY id /*for_update*/`)
	qFolderLock   = db.Q("library/folder_lock", `SELECT `+folderCols+` FROM library_folders WHERE id = $1 /*for_update*/`)
	qFolderInsert = db.Q("library/folder_insert", `INSERT INTO library_folders (id, parent_id, name, created_by, created_at) VALUES ($1, $2, $3, $4, $5)`)
	qFolderChange = db.Q("library/folder_change", `UPDATE library_folders SET parent_id = $2, name = $3 WHERE id = $1`)
	qFolderDrop   = db.Q("library/folder_drop", `DELETE FROM library_folders WHERE id = $1`)
	// What was swept since it was put here is no content.
	qContent = db.Q("library/content", `SELECT i.kind, i.material_id AS id FROM library_items i WHERE i.folder_id = $1
		AND (i.kind <> 'asset' OR EXISTS (SELECT 1 FROM assets a WHERE a.id = i.material_id AND a.deleted_at = 0))
		AND (i.kind <> 'document' OR EXISTS (SELECT 1 FROM documents d WHERE d.id = i.material_id AND d.deleted_at = 0))
		AND (i.kind <> 'ebook' OR EXISTS (SELECT 1 FROM ebooks b WHERE b.id = i.material_id AND b.deleted_at = 0)) LIMIT 1`)
	qEmptyOut = db.Q("library/empty_out", `DELETE FROM library_items WHERE folder_id = $1`)
	qUp       = db.Q("library/up", `UPDATE library_items SET folder_id = $2 WHERE folder_id = $1`)
)

// Folders lists the folders that somebody may see, by name.
func (s *Service) Folders(ctx context.Context, who Who) ([]Folder, error) {
	var rows []Folder
	if err := s.DB.List(ctx, qFolders, &rows); err != nil || !who.OwnOnly {
		return rows, err
	}
	rows = slices.DeleteFunc(rows, func(f Folder) bool { return f.CreatedBy != who.StaffID })
	own := map[int64]bool{}
	for _, f := range rows {
		own[f.ID] = true
	}
	for i := range rows {
		if !own[rows[i].ParentID] {
			rows[i].ParentID = 0 // it lies in a colleague's folder
		}
	}
	return rows, nil
}

func folder(ctx context.Context, tx *db.Tx, q *db.Stmt, folderID int64) (Folder, error) {
	var f Folder
	err := tx.Get(ctx, q, &f, folderID)
	if errors.Is(err, db.ErrNone) {
		err = ErrFolderGone
	}
	return f, err
}

// tree is all folders, locked: whoever changes the tree waits here, so that two moves
// cannot make a ring.
type tree map[int64]Folder

func lockTree(ctx context.Context, tx *db.Tx) (tree, error) {
	var rows []Folder
	err := tx.List(ctx, qFoldersLock, &rows)
	t := make(tree, len(rows))
	for _, f := range rows {
		t[f.ID] = f
	}
	return t, err
}

// depth is on which level a folder lies; 0 for the top, which is none.
func (t tree) depth(folderID int64) int {
	n := 0
	for folderID != 0 && n <= maxFolders {
		folderID = t[folderID].ParentID
		n++
	}
	return n
}

// height is how many levels a folder has, itself included.
func (t tree) height(folderID int64) int {
	most := 0
	for _, f := range t {
		if f.ParentID == folderID {
			most = max(most, t.height(f.ID))
		}
	}
	return most + 1
}

func (t tree) within(folderID, above int64) bool {
	for n := 0; folderID != 0 && n <= maxFolders; n++ {
		if folderID == above {
			return true
		}
		folderID = t[folderID].ParentID
	}
	return false
}

// fits checks where a folder of so many levels is to lie. Returns ErrFolder,
// ErrFolderGone, ErrFolderTaken.
func (t tree) fits(self, parent int64, name string, height int) error {
	if parent != 0 {
		if _, ok := t[parent]; !ok {
			return ErrFolderGone
		}
	}
	if t.depth(parent)+height > maxDepth {
		return ErrFolder.Field("parent_id", fmt.Sprintf("文件夹最多 %d 层", maxDepth))
	}
	for _, f := range t {
		if f.ID != self && f.ParentID == parent && f.Name == name {
			return ErrFolderTaken
		}
	}
	return nil
}

func folderName(name string) (string, error) {
	if name = text.Line(name); name == "" || utf8.RuneCountInString(name) > 40 {
		return "", ErrFolder.Field("name", "名称为 1–40 个字")
	}
	return name, nil
}

func taken(err error) error {
	if db.IsUnique(err, "library_folders_parent_id_name_key") {
		return ErrFolderTaken
	}
	return err
}

func (f Folder) target() string { return fmt.Sprintf("folder:%d", f.ID) }

// MakeFolder makes a folder. Returns ErrFolder, ErrFolderGone, ErrFolderTaken.
func (s *Service) MakeFolder(ctx context.Context, who Who, parentID int64, name string) (Folder, error) {
	name, err := folderName(name)
	if err != nil {
		return Folder{}, err
	}
	f := Folder{ID: id.New(), ParentID: parentID, Name: name, CreatedBy: who.StaffID, CreatedAt: s.now()}
	return f, s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		t, err := lockTree(ctx, tx)
		if err != nil {
			return err
		}
		if len(t) >= maxFolders {
			return ErrFolder.Say("文件夹太多了，请先整理")
		}
		if err := t.fits(f.ID, parentID, name, 1); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, qFolderInsert, f.ID, parentID, name, who.StaffID, f.CreatedAt); err != nil {
			return taken(err)
		}
		return audit.Write(ctx, tx, s.Clock, "folder.create", f.target(), nil, map[string]any{"name": name, "parent_id": parentID}, "")
	})
}

// ChangeFolder renames and moves a folder with all that lies in it. Returns
// ErrFolderGone, ErrFolder, ErrFolderTaken, ErrFolderOwn.
func (s *Service) ChangeFolder(ctx context.Context, who Who, folderID, parentID int64, name string) error {
	name, err := folderName(name)
	if err != nil {
		return err
	}
	return s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		t, f, err := own(ctx, tx, who, folderID)
		if err != nil {
			return err
		}
		if t.within(parentID, folderID) {
			return ErrFolder.Field("parent_id", "不能移到自己里面")
		}
		if err := t.fits(folderID, parentID, name, t.height(folderID)); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, qFolderChange, folderID, parentID, name); err != nil {
			return taken(err)
		}
		return audit.Write(ctx, tx, s.Clock, "folder.update", f.target(), map[string]any{"name": f.Name, "parent_id": f.ParentID}, map[string]any{"name": name, "parent_id": parentID}, "")
	})
}

// own locks the tree and finds a folder in it that who may change.
func own(ctx context.Context, tx *db.Tx, who Who, folderID int64) (tree, Folder, error) {
	t, err := lockTree(ctx, tx)
	f, ok := t[folderID]
	switch {
	case err != nil:
	case !ok:
		err = ErrFolderGone
	case who.OwnOnly && f.CreatedBy != who.StaffID:
		err = ErrFolderOwn
	}
	return t, f, err
}

// DeleteFolder deletes a folder that is empty; with up, what is in it goes to the folder
// above. Returns ErrFolderGone, ErrFolderFull, ErrFolderTaken, ErrFolderOwn.
func (s *Service) DeleteFolder(ctx context.Context, who Who, folderID int64, up bool) error {
	return s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		t, f, err := own(ctx, tx, who, folderID)
		if err != nil {
			return err
		}
		if err := s.clear(ctx, tx, t, f, up); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, qEmptyOut, folderID); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, qFolderDrop, folderID); err != nil {
			return err
		}
		return audit.Write(ctx, tx, s.Clock, "folder.delete", f.target(), map[string]any{"name": f.Name, "parent_id": f.ParentID}, map[string]bool{"content_moved_up": up}, "")
	})
}

// clear moves what is in a folder up, or refuses when there is something.
func (s *Service) clear(ctx context.Context, tx *db.Tx, t tree, f Folder, up bool) error {
	var content []media.Ref
	if err := tx.List(ctx, qContent, &content, f.ID); err != nil {
		return err
	}
	full := len(content) > 0
	for _, sub := range t {
		if sub.ParentID != f.ID {
			continue
		}
		full = true
		if !up {
			break
		}
		if err := t.fits(sub.ID, f.ParentID, sub.Name, 0); err != nil && sub.Name != f.Name {
			return ErrFolderTaken.Say("上一级已有同名的文件夹「" + sub.Name + "」，请先改名")
		}
		if _, err := tx.Exec(ctx, qFolderChange, sub.ID, f.ParentID, sub.Name); err != nil {
			return taken(err)
		}
	}
	switch {
	case !full:
		return nil
	case !up:
		return ErrFolderFull
	case f.ParentID == Top:
		return nil // without a row it lies at the top
	}
	_, err := tx.Exec(ctx, qUp, f.ID, f.ParentID)
	return err
}
