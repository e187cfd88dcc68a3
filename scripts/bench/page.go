package main

import (
	"bytes"
	"context"
	"fmt"
	"image/jpeg"
	"log/slog"
	"os"
	"path/filepath"

	"zhizhou/demo"
	"zhizhou/internal/blob"
	"zhizhou/internal/db"
	"zhizhou/internal/document"
	"zhizhou/internal/jobs"
	"zhizhou/internal/media"
	"zhizhou/internal/seal"
)

// pages measures T18: pages of a document with their reader's mark, against reading
// and writing the same pictures and nothing else.
func pages(ctx context.Context, dir string) error {
	d, err := db.Open(ctx, filepath.Join(dir, "p.db"))
	if err != nil {
		return err
	}
	defer d.Close()
	docs, documentID, err := paper(ctx, dir, d)
	if err != nil {
		return err
	}
	const n = 120
	sent := make([][]byte, 6)
	for i := range sent {
		if sent[i], err = docs.Picture(ctx, document.Grant{User: 1, Document: documentID, Page: int64(i + 1)}, "", true); err != nil {
			return err
		}
	}
	var ours, theirs series
	for range rounds {
		took, err := parallel(n, 4, func(i int) error {
			_, err := docs.Picture(ctx, document.Grant{User: 1, Document: documentID, Page: int64(i%6 + 1)}, fmt.Sprintf("138****%04d 000001", i%50), true)
			return err
		})
		if err != nil {
			return err
		}
		ours = append(ours, n/took.Seconds())
		if took, err = parallel(n, 4, func(i int) error {
			img, err := jpeg.Decode(bytes.NewReader(sent[i%6]))
			if err != nil {
				return err
			}
			return jpeg.Encode(&bytes.Buffer{}, img, &jpeg.Options{Quality: 78})
		}); err != nil {
			return err
		}
		theirs = append(theirs, n/took.Seconds())
	}
	ours.print("T18 marked pages of a document", "pages/s, 4 at once")
	theirs.print("T18 JPEG read and written bare", "pages/s, 4 at once")
	verdict("T18", ours, theirs, 0.7)
	return nil
}

// paper makes the demo's document ready by the road of uploads.
func paper(ctx context.Context, dir string, d *db.DB) (*document.Service, int64, error) {
	quiet := slog.New(slog.DiscardHandler)
	q, err := jobs.New(ctx, d, quiet)
	if err != nil {
		return nil, 0, err
	}
	box, err := seal.New(make([]byte, 32))
	if err != nil {
		return nil, 0, err
	}
	store, err := blob.NewLocal(filepath.Join(dir, "paper"))
	if err != nil {
		return nil, 0, err
	}
	m, err := media.New(media.Config{DB: d, Jobs: q, Store: store, Box: box, Dir: filepath.Join(dir, "media"), Log: quiet})
	if err != nil {
		return nil, 0, err
	}
	docs, err := document.New(document.Config{DB: d, Jobs: q, Store: store, Box: box, Dir: filepath.Join(dir, "doc"), Log: quiet})
	if err != nil {
		return nil, 0, err
	}
	m.OnUpload(media.PurposeDocument, docs.Taker())
	if err := q.Build(); err != nil {
		return nil, 0, err
	}
	raw, err := demo.Papers.ReadFile("paper/handbook.pdf")
	if err != nil {
		return nil, 0, err
	}
	tusID, err := m.BeginUpload(ctx, 1, media.UploadMeta{Name: "handbook.pdf", Purpose: media.PurposeDocument, Bytes: int64(len(raw))})
	if err != nil {
		return nil, 0, err
	}
	if err := os.WriteFile(filepath.Join(m.UploadDir(), tusID), raw, 0o600); err != nil {
		return nil, 0, err
	}
	u, err := m.FinishUpload(ctx, tusID)
	if err != nil {
		return nil, 0, err
	}
	return docs, u.AssetID, docs.Process(ctx, u.AssetID)
}
