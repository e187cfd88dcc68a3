package media

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"os"
	"path"

	"zhizhou/internal/db"
	"zhizhou/internal/id"
)

var errPromise = errors.New("media: an adopted file was swept before it was used")

// Adopt takes in a local file that came in an archive, as the upload of a purpose would:
// looked into, within the limits, stored. What it became is in the answer; end does the
// rest in the transaction of the caller. A file whose end never comes, because another
// one was refused or the process died, is swept after a day. Returns what an upload may
// answer.
func (s *Service) Adopt(ctx context.Context, purpose, name, file string, staffID int64) (u Upload, end func(context.Context, *db.Tx) error, err error) {
	st, err := os.Stat(file)
	if err != nil {
		return u, nil, fmt.Errorf("media: %w", err)
	}
	meta, err := s.Check(UploadMeta{Name: name, Purpose: purpose, Bytes: st.Size()})
	if err != nil {
		return u, nil, err
	}
	u = Upload{ID: id.New(), TusID: id.Token(16), StaffID: staffID, Purpose: purpose, Name: meta.Name, Bytes: st.Size(), CreatedAt: s.now()}
	t, other := s.takers[purpose]
	if other || purpose == PurposeVideo {
		kept, err := s.promised(ctx, sourceKey(u.TusID))
		if err != nil {
			return u, nil, err
		}
		if other {
			end, err = t.Take(ctx, &u, file)
		} else {
			end, err = s.takeVideo(ctx, &u, file)
		}
		return u, both(kept, end), err
	}
	kind := StoredFile
	switch purpose {
	case PurposeImage:
		kind = StoredPicture
		err = s.adoptPicture(ctx, &u, file)
	default:
		var f File
		f, err = s.takeFile(ctx, u.Name, file)
		u.BlobKey, u.Mime = f.Key, f.Mime
	}
	if err != nil {
		return u, nil, err
	}
	kept, err := s.promised(ctx, u.BlobKey)
	u.AssetID = id.New()
	return u, both(kept, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, qStoredInsert, u.AssetID, kind, u.Name, u.BlobKey, u.Bytes, u.Mime, staffID, s.now())
		return err
	}), err
}

// sourceKey is where an upload that is worked on later is stored.
func sourceKey(tusID string) string { return "src/" + tusID }

// promised gives a file to the sweep of a day later; kept takes it back.
func (s *Service) promised(ctx context.Context, key string) (kept func(context.Context, *db.Tx) error, err error) {
	row, err := s.promise(ctx, key, 0)
	return func(ctx context.Context, tx *db.Tx) error {
		n, err := tx.Exec(ctx, qTrashDelete, row)
		if err == nil && n == 0 {
			err = errPromise
		}
		return err
	}, err
}

func both(first, then func(context.Context, *db.Tx) error) func(context.Context, *db.Tx) error {
	return func(ctx context.Context, tx *db.Tx) error {
		if err := first(ctx, tx); err != nil {
			return err
		}
		return then(ctx, tx)
	}
}

// adoptPicture stores a picture that another school had stored: one that is as ours are,
// and can be decoded, stays bit by bit what it is.
func (s *Service) adoptPicture(ctx context.Context, u *Upload, file string) error {
	raw, err := os.ReadFile(file)
	if err != nil {
		return fmt.Errorf("media: %w", err)
	}
	clean, ext, w, h, err := s.Redraw(ctx, raw)
	if err != nil {
		return err
	}
	conf, format, err := image.DecodeConfig(bytes.NewReader(raw))
	if err == nil && "."+map[string]string{"jpeg": "jpg", "png": "png"}[format] == ext && int64(conf.Width) == w && int64(conf.Height) == h && !bytes.Contains(raw, []byte("Exif\x00\x00")) {
		clean = raw
	}
	if u.BlobKey, err = s.storeImage(ctx, clean, ext); err != nil {
		return err
	}
	u.Mime, u.Bytes = imageMime(path.Ext(u.BlobKey)), int64(len(clean))
	return nil
}
