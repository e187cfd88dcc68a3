package invoice

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/xml"
	"errors"
	"fmt"
	"io"

	"zhizhou/internal/blob"
	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/id"
)

// MaxFileBytes bounds one file of an invoice.
const MaxFileBytes = 5 << 20

// File is a file of an invoice or of its red letter.
type File struct {
	InvoiceID int64
	Red       bool
	Kind      string // pdf, ofd, xml
	BlobKey   string
	Bytes     int64
	SHA256    string `db:"sha256"`
	CreatedAt int64
}

// ContentTypes are the types of the kinds of file.
var ContentTypes = map[string]string{"pdf": "application/pdf", "ofd": "application/ofd", "xml": "application/xml"}

// kindOf tells what a file is by what is in it, never by its name. Returns ErrFile.
func kindOf(raw []byte) (string, error) {
	switch {
	case len(raw) == 0 || len(raw) > MaxFileBytes:
		return "", ErrFile
	case bytes.HasPrefix(raw, []byte("%PDF-")) && bytes.Contains(raw[max(0, len(raw)-2048):], []byte("%%EOF")):
		return "pdf", nil
	case bytes.HasPrefix(raw, []byte("PK\x03\x04")):
		z, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
		if err != nil {
			return "", ErrFile.With(err)
		}
		for _, f := range z.File {
			if f.Name == "OFD.xml" {
				return "ofd", nil
			}
		}
		return "", ErrFile
	case bytes.HasPrefix(bytes.TrimLeft(bytes.TrimPrefix(raw, []byte("\xef\xbb\xbf")), " \r\n\t"), []byte("<")):
		if plainXML(raw) {
			return "xml", nil
		}
	}
	return "", ErrFile
}

// plainXML reports whether raw is well-formed XML without a document type (which
// could name entities) that is no page for a browser.
func plainXML(raw []byte) bool {
	d := xml.NewDecoder(bytes.NewReader(raw))
	root := ""
	for {
		t, err := d.Token()
		if errors.Is(err, io.EOF) {
			return root != ""
		}
		if err != nil {
			return false
		}
		switch x := t.(type) {
		case xml.Directive:
			return false
		case xml.StartElement:
			if root == "" {
				root = x.Name.Local
			}
			if x.Name.Space == "http://www.w3.org/1999/xhtml" || x.Name.Space == "http://www.w3.org/2000/svg" || x.Name.Local == "html" || x.Name.Local == "script" {
				return false
			}
		}
	}
}

// keep stores files under names that nobody can guess. Returns ErrFile, ErrNoFile.
// Whoever fails afterwards calls drop.
func (s *Service) keep(ctx context.Context, raws [][]byte, need bool) ([]File, error) {
	var out []File
	seen := map[string]bool{}
	for _, raw := range raws {
		kind, err := kindOf(raw)
		if err != nil {
			s.drop(ctx, out)
			return nil, err
		}
		if seen[kind] {
			s.drop(ctx, out)
			return nil, ErrFile.Say("同一种格式只要一个文件").Field("files", "同一种格式只要一个文件")
		}
		seen[kind] = true
		sum := sha256.Sum256(raw)
		f := File{Kind: kind, BlobKey: "invoices/" + id.Token(24) + "." + kind, Bytes: int64(len(raw)), SHA256: hex.EncodeToString(sum[:])}
		if err := s.Store.Put(ctx, f.BlobKey, bytes.NewReader(raw), f.Bytes, ContentTypes[kind]); err != nil {
			s.drop(ctx, out)
			return nil, fmt.Errorf("invoice: file: %w", err)
		}
		out = append(out, f)
	}
	if need && !seen["pdf"] && !seen["ofd"] {
		s.drop(ctx, out)
		return nil, ErrNoFile
	}
	return out, nil
}

// drop forgets files that no row names.
func (s *Service) drop(ctx context.Context, files []File) {
	for _, f := range files {
		if err := s.Store.Delete(context.WithoutCancel(ctx), f.BlobKey); err != nil {
			s.Log.Warn("a file of an invoice was left over", "key", f.BlobKey, "err", err)
		}
	}
}

func (s *Service) insertFiles(ctx context.Context, tx *db.Tx, invoiceID int64, red bool, files []File) error {
	for _, f := range files {
		if _, err := tx.Exec(ctx, qFileInsert, invoiceID, red, f.Kind, f.BlobKey, f.Bytes, f.SHA256, clock.MS(s.Clock)); err != nil {
			return err
		}
	}
	return nil
}

// Read returns a file's bytes. d is what Get or Any answered: whoever may see the
// invoice may have its files. Returns ErrFileGone.
func (s *Service) Read(ctx context.Context, d Detail, red bool, kind string) ([]byte, error) {
	for _, f := range d.Files {
		if f.Red != red || f.Kind != kind {
			continue
		}
		body, _, err := s.Store.Open(ctx, f.BlobKey)
		if errors.Is(err, blob.ErrNone) {
			return nil, ErrFileGone.With(err)
		}
		if err != nil {
			return nil, fmt.Errorf("invoice: file: %w", err)
		}
		defer func() { _ = body.Close() }()
		return io.ReadAll(io.LimitReader(body, MaxFileBytes+1))
	}
	return nil, ErrFileGone
}

// Disposition makes a browser save a file under the invoice's number.
func Disposition(d Detail, red bool, kind string) string {
	name := d.Number
	if red {
		name = d.Red.Number
	}
	return fmt.Sprintf(`attachment; filename="fapiao-%s.%s"`, name, kind)
}
