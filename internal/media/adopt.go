package media

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"os"
	"path"

	"zhizhou/internal/db"
	"zhizhou/internal/id"
)

// Adopt takes in a local file that came in an archive, as the upload of a purpose would:
// looked into, within the limits, stored. What it became is in the answer; end does the
// rest in the transaction of the caller. Returns what an upload may answer.
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
	if t, ok := s.takers[purpose]; ok {
		end, err = t.Take(ctx, &u, file)
		return u, end, err
	}
	kind := StoredFile
	switch purpose {
	case PurposeVideo:
		end, err = s.takeVideo(ctx, &u, file)
		return u, end, err
	case PurposeImage:
		kind = StoredPicture
		err = s.adoptPicture(ctx, &u, file)
	default:
		var f File
		f, err = s.takeFile(ctx, u.Name, file)
		u.BlobKey, u.Mime = f.Key, f.Mime
	}
	u.AssetID = id.New()
	return u, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, qStoredInsert, u.AssetID, kind, u.Name, u.BlobKey, u.Bytes, u.Mime, staffID, s.now())
		return err
	}, err
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
