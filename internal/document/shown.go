package document

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	_ "image/png" // decoder
	"io"
	"strings"

	"golang.org/x/image/draw"

	"zhizhou/internal/db"
	"zhizhou/internal/id"
)

// A file that learners may look at but not have is shown as pages, like any document.
// Its pages are drawn once, however many courses it is attached to.

// ErrUnshown is what a file of another kind answers.
var ErrUnshown = ErrKind.Say("只有图片和 PDF 能设为「仅在线查看」，其他文件请允许下载")

const maxShown = 200 << 20

var (
	qFileInsert = db.Q("document/file_insert", `INSERT INTO documents (id, name, status, source_key, bytes, created_by, created_at, for_file, pages, percent, ready_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT DO NOTHING`)
	qForFile    = db.Q("document/for_file", `SELECT `+columns+` FROM documents WHERE for_file = $1 AND deleted_at = 0`)
	qUndrawn    = db.Q("document/undrawn", `SELECT DISTINCT f.id, f.name, f.blob_key, f.mime, f.bytes, f.created_by FROM attachments a JOIN media_files f ON f.id = a.file_id JOIN courses c ON c.id = a.course_id
		WHERE a.permission = 'view' AND c.deleted_at = 0 AND f.deleted_at = 0 AND NOT EXISTS (SELECT 1 FROM documents d WHERE d.for_file = f.id AND d.deleted_at = 0) ORDER BY f.id LIMIT 20`)
)

// Shown is a stored file that is to be shown page by page.
type Shown struct {
	ID        int64
	Name      string
	BlobKey   string
	Mime      string // sniffed
	Bytes     int64
	CreatedBy int64
}

// Showable tells whether a file of this type can be shown page by page.
func Showable(mime string) bool {
	return mime == "application/pdf" || strings.HasPrefix(mime, "image/")
}

// ForFile returns the pages of a file. Returns ErrGone.
func (s *Service) ForFile(ctx context.Context, fileID int64) (Document, error) {
	var d Document
	err := s.db.Get(ctx, qForFile, &d, fileID)
	if errors.Is(err, db.ErrNone) {
		return d, ErrGone
	}
	return d, err
}

// Show begins to draw the pages of a file, unless they are drawn. Returns ErrUnshown,
// and what an upload may answer.
func (s *Service) Show(ctx context.Context, f Shown) error {
	d, err := s.ForFile(ctx, f.ID)
	switch {
	case err == nil && d.Status == StatusFailed:
		return s.Retry(ctx, d.ID)
	case err == nil || !errors.Is(err, ErrGone):
		return err
	case f.Mime == "application/pdf":
		return s.showPDF(ctx, f)
	case strings.HasPrefix(f.Mime, "image/"):
		return s.showPicture(ctx, f)
	}
	return ErrUnshown
}

func (s *Service) showPDF(ctx context.Context, f Shown) error {
	file, done, err := s.source(ctx, Document{SourceKey: f.BlobKey})
	if err != nil {
		return err
	}
	defer done()
	if err := sniff(file); err != nil {
		return err
	}
	if err := s.inspect(ctx, file); err != nil {
		return err
	}
	// A copy of its own: the pages and the file are swept at different times.
	key, documentID := "src/"+id.Token(16), id.New()
	if err := s.store.Take(ctx, key, file, "application/octet-stream"); err != nil {
		return fmt.Errorf("document: %w", err)
	}
	made := false
	err = s.db.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		n, err := tx.Exec(ctx, qFileInsert, documentID, f.Name, StatusUploaded, key, f.Bytes, f.CreatedBy, s.now(), f.ID, 0, 0, 0)
		if made = n > 0; err != nil || !made {
			return err
		}
		return s.cfg.Jobs.Add(ctx, tx, Render{DocumentID: documentID})
	})
	if !made { // somebody else began at the same time
		err = errors.Join(err, s.store.Delete(context.WithoutCancel(ctx), key))
	}
	return err
}

// showPicture makes the one page of a picture at once.
func (s *Service) showPicture(ctx context.Context, f Shown) error {
	r, _, err := s.store.Open(ctx, f.BlobKey)
	if err != nil {
		return fmt.Errorf("document: %w", err)
	}
	raw, err := io.ReadAll(io.LimitReader(r, maxShown))
	_ = r.Close()
	if err != nil {
		return fmt.Errorf("document: %w", err)
	}
	clean, _, _, _, err := s.cfg.Redraw(ctx, raw)
	if err != nil {
		return err //nolint:wrapcheck // already says what is wrong with it
	}
	page, size, err := s.onPage(clean)
	if err != nil {
		return err
	}
	documentID := id.New()
	if err := s.put(ctx, pictureKey(documentID, 1), page); err != nil {
		return err
	}
	made := false
	// The source is the page itself, so that the sweep has something to end with.
	err = s.db.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		n, err := tx.Exec(ctx, qFileInsert, documentID, f.Name, StatusReady, pictureKey(documentID, 1), f.Bytes, f.CreatedBy, s.now(), f.ID, 1, 100, s.now())
		if made = n > 0; err != nil || !made {
			return err
		}
		_, err = tx.Exec(ctx, qPageInsert, documentID, 1, size.X, size.Y, "", "")
		return err
	})
	if !made { // somebody else began at the same time
		err = errors.Join(err, s.store.Delete(context.WithoutCancel(ctx), pictureKey(documentID, 1)))
	}
	return err
}

// onPage lays a picture on white, at most as wide as a page.
func (s *Service) onPage(raw []byte) ([]byte, image.Point, error) {
	img, _, err := image.Decode(bytes.NewReader(raw))
	if err != nil {
		return nil, image.Point{}, ErrBroken.With(err)
	}
	size := img.Bounds().Size()
	if most := int(s.lim.Width); size.X > most {
		size = image.Pt(most, max(1, size.Y*most/size.X))
	}
	page := image.NewRGBA(image.Rectangle{Max: size})
	draw.Draw(page, page.Rect, image.NewUniform(color.White), image.Point{}, draw.Src)
	draw.CatmullRom.Scale(page, page.Rect, img, img.Bounds(), draw.Over, nil)
	var out bytes.Buffer
	if err := jpeg.Encode(&out, page, &jpeg.Options{Quality: 88}); err != nil {
		return nil, size, fmt.Errorf("document: %w", err)
	}
	return out.Bytes(), size, nil
}

// ShowAll draws what is to be shown and has no pages: after a restored version, an
// import, or when nobody had shown it for a while.
func (s *Service) ShowAll(ctx context.Context) error {
	var files []Shown
	if err := s.db.List(ctx, qUndrawn, &files); err != nil {
		return err
	}
	for _, f := range files {
		if err := s.Show(ctx, f); err != nil {
			s.log.Warn("an attachment cannot be shown", "file", f.ID, "error", err)
		}
	}
	return nil
}
