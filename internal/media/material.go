package media

import (
	"context"
	"errors"
	"io"
	"path"
	"regexp"

	"zhizhou/internal/db"
	"zhizhou/internal/errs"
	"zhizhou/internal/id"
)

// The kinds of material that courses are made of.
const (
	MaterialAsset    = "asset" // video or audio
	MaterialDocument = "document"
	MaterialEbook    = "ebook"
	MaterialPicture  = "picture"
	MaterialFile     = "file"
)

// The kinds of Stored.
const (
	StoredPicture = MaterialPicture
	StoredFile    = MaterialFile
)

// ErrStoredNone is what a stored picture or file that is not there answers.
var ErrStoredNone = errs.New(errs.NotFound, "file_gone", "没有这个文件，或已删除")

// trashMS is how long the bytes of what was deleted stay: pages that were opened before
// still ask for them.
const trashMS = 24 * 3600_000

// Ref names one piece of material.
type Ref struct {
	Kind string `json:"kind"`
	ID   int64  `json:"id"`
}

// Stored is a picture or file of staff, which several places may use.
type Stored struct {
	ID        int64
	Kind      string // StoredPicture or StoredFile
	Name      string
	BlobKey   string
	Bytes     int64
	Mime      string
	CreatedBy int64 // staff id, 0: unknown
	CreatedAt int64
}

const storedCols = `id, kind, name, blob_key, bytes, mime, created_by, created_at`

var (
	qStoredInsert = db.Q("media/stored_insert", `INSERT INTO media_files (id, kind, name, blob_key, bytes, mime, created_by, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (blob_key) DO NOTHING`)
	qStored       = db.Q("media/stored", `SELECT `+storedCols+` FROM media_files WHERE id = $1 AND deleted_at = 0`)
	qStoredKey    = db.Q("media/stored_by_key", `SELECT `+storedCols+` FROM media_files WHERE blob_key = $1 AND deleted_at = 0`)
	qStoredLock   = db.Q("media/stored_lock", `SELECT `+storedCols+` FROM media_files WHERE id = $1 AND deleted_at = 0 /*for_update*/`)
	qStoredDrop   = db.Q("media/stored_drop", `UPDATE media_files SET deleted_at = $2 WHERE id = $1 AND deleted_at = 0`)
	qStoredName   = db.Q("media/stored_rename", `UPDATE media_files SET name = $2 WHERE id = $1 AND deleted_at = 0`)

	qAssetLock = db.Q("media/asset_lock", `SELECT `+assetCols+` FROM assets WHERE id = $1 AND deleted_at = 0 /*for_update*/`)
	// A failed one is claimed by nobody, and a run that goes on finds itself fenced off.
	qAssetDrop = db.Q("media/asset_drop", `UPDATE assets SET deleted_at = $2, status = 'failed', run = '', error_code = 'deleted', error_msg = '已删除' WHERE id = $1 AND deleted_at = 0`)

	qHoldAdd  = db.Q("media/hold_add", `INSERT INTO material_holds (version_id, kind, material_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`)
	qHoldDrop = db.Q("media/hold_drop", `DELETE FROM material_holds WHERE version_id = $1`)
)

// Keep notes a stored picture or file, so that it can be found and used again; what is
// noted already stays as it is.
func (s *Service) Keep(ctx context.Context, kind string, f File, staffID int64) (Stored, error) {
	var out Stored
	err := s.db.Tx(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		out, err = s.KeepIn(ctx, tx, kind, f, staffID)
		return err
	})
	return out, err
}

// KeepPicture is Keep for a public picture; name may be "".
func (s *Service) KeepPicture(ctx context.Context, p Picture, name string, staffID int64) (Stored, error) {
	if name == "" {
		name = "图片"
	}
	return s.Keep(ctx, StoredPicture, File{Key: p.Key, Name: cleanName(name), Bytes: p.Bytes, Mime: imageMime(path.Ext(p.Key))}, staffID)
}

// KeepIn is Keep inside a transaction.
func (s *Service) KeepIn(ctx context.Context, tx *db.Tx, kind string, f File, staffID int64) (Stored, error) {
	var out Stored
	if _, err := tx.Exec(ctx, qStoredInsert, id.New(), kind, f.Name, f.Key, f.Bytes, f.Mime, staffID, s.now()); err != nil {
		return out, err
	}
	return out, storedGone(tx.Get(ctx, qStoredKey, &out, f.Key))
}

// Stored returns a picture or file. Returns ErrStoredNone.
func (s *Service) Stored(ctx context.Context, fileID int64) (Stored, error) {
	var f Stored
	return f, storedGone(s.db.Get(ctx, qStored, &f, fileID))
}

// StoredKey finds a picture or file by its blob key. Returns ErrStoredNone.
func (s *Service) StoredKey(ctx context.Context, key string) (Stored, error) {
	var f Stored
	return f, storedGone(s.db.Get(ctx, qStoredKey, &f, key))
}

// Picture finds a public picture by its blob key; false when it is not in the library.
func (s *Service) Picture(ctx context.Context, r db.Reader, key string) (Stored, bool, error) {
	var f Stored
	err := r.Get(ctx, qStoredKey, &f, key)
	if errors.Is(err, db.ErrNone) {
		return f, false, nil
	}
	return f, err == nil, err
}

// pictureMark finds the addresses of public pictures in cleaned HTML.
var pictureMark = regexp.MustCompile(`"/media/i/([0-9a-f]{2}/[0-9a-f]{32}\.(?:jpg|png))"`)

// PictureKeys lists the blob keys of the pictures that cleaned HTML shows, in order.
func PictureKeys(html string) []string {
	var out []string
	for _, m := range pictureMark.FindAllStringSubmatch(html, -1) {
		out = append(out, imagePrefix+m[1])
	}
	return out
}

// UseFile keeps a picture or file while the transaction that uses it runs. Returns
// ErrStoredNone.
func (s *Service) UseFile(ctx context.Context, tx *db.Tx, fileID int64) (Stored, error) {
	var f Stored
	return f, storedGone(tx.Get(ctx, qStoredLock, &f, fileID))
}

// GiveFile is UseFile for what hands the file itself out: a picture is none. Returns
// ErrStoredNone.
func (s *Service) GiveFile(ctx context.Context, tx *db.Tx, fileID int64) error {
	f, err := s.UseFile(ctx, tx, fileID)
	if err == nil && f.Kind != StoredFile {
		err = ErrStoredNone
	}
	return err
}

// OpenStored opens a file for somebody whom the caller found to have a right to it. Returns
// ErrStoredNone.
func (s *Service) OpenStored(ctx context.Context, fileID int64) (Stored, io.ReadSeekCloser, error) {
	f, err := s.Stored(ctx, fileID)
	if err != nil {
		return f, nil, err
	}
	body, _, err := s.Open(ctx, f.BlobKey)
	return f, body, err
}

// RenameFile gives a picture or file another name, for staff alone.
func (s *Service) RenameFile(ctx context.Context, tx *db.Tx, fileID int64, name string) error {
	n, err := tx.Exec(ctx, qStoredName, fileID, cleanName(name))
	if err == nil && n == 0 {
		err = ErrStoredNone
	}
	return err
}

// UseAsset keeps a video while the transaction that uses it runs. Returns ErrAssetNone.
func (s *Service) UseAsset(ctx context.Context, tx *db.Tx, assetID int64) (Asset, error) {
	var a Asset
	err := tx.Get(ctx, qAssetLock, &a, assetID)
	if errors.Is(err, db.ErrNone) {
		err = ErrAssetNone
	}
	return a, err
}

// DropFileIn forgets a picture or file that nobody uses, which the caller has looked
// after under the lock of UseFile. Its bytes go a day later.
func (s *Service) DropFileIn(ctx context.Context, tx *db.Tx, f Stored) error {
	if n, err := tx.Exec(ctx, qStoredDrop, f.ID, s.now()); err != nil || n == 0 {
		return err
	}
	return s.trash(ctx, tx, f.BlobKey)
}

// DropAsset forgets a video that nobody uses, which the caller has looked after under
// the lock of UseAsset: its source, pictures and renditions. Who was handed what of it
// stays known.
func (s *Service) DropAsset(ctx context.Context, tx *db.Tx, a Asset) error {
	if n, err := tx.Exec(ctx, qAssetDrop, a.ID, s.now()); err != nil || n == 0 {
		return err
	}
	if err := s.trash(ctx, tx, a.SourceKey, a.PosterKey, a.SpriteKey); err != nil {
		return err
	}
	for _, kind := range []string{"full", "preview"} {
		var list []Rendition
		if err := tx.List(ctx, qRenditionsAll, &list, a.ID, kind); err != nil {
			return err
		}
		for _, r := range list {
			if err := s.discard(ctx, tx, r); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *Service) trash(ctx context.Context, tx *db.Tx, keys ...string) error {
	for _, key := range keys {
		if key == "" {
			continue
		}
		if _, err := tx.Exec(ctx, qTrashInsert, id.New(), key, 0, s.now()+trashMS); err != nil {
			return err
		}
	}
	return nil
}

// Hold keeps material from being deleted for as long as a version of a course stands.
func (s *Service) Hold(ctx context.Context, tx *db.Tx, versionID int64, refs []Ref) error {
	for _, r := range refs {
		if _, err := tx.Exec(ctx, qHoldAdd, versionID, r.Kind, r.ID); err != nil {
			return err
		}
	}
	return nil
}

// Release ends what Hold began.
func (s *Service) Release(ctx context.Context, tx *db.Tx, versionID int64) error {
	_, err := tx.Exec(ctx, qHoldDrop, versionID)
	return err
}

func storedGone(err error) error {
	if errors.Is(err, db.ErrNone) {
		return ErrStoredNone
	}
	return err
}
