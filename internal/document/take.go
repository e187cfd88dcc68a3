package document

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"strings"

	"zhizhou/internal/db"
	"zhizhou/internal/id"
	"zhizhou/internal/media"
)

// Taker is how uploads become documents; app registers it with media.
func (s *Service) Taker() media.Taker {
	return media.Taker{Bytes: s.lim.Bytes, Check: checkName, Take: s.take}
}

func checkName(name string) error {
	if ext := strings.ToLower(path.Ext(name)); ext != ".pdf" {
		return ErrKind
	}
	return nil
}

// take looks inside a received file. Returns ErrKind, ErrBroken, ErrLocked, ErrPages,
// ErrHeavy.
func (s *Service) take(ctx context.Context, u *media.Upload, file string) (func(context.Context, *db.Tx) error, error) {
	if err := sniff(file); err != nil {
		return nil, err
	}
	if err := s.inspect(ctx, file); err != nil {
		return nil, err
	}
	u.Mime, u.AssetID = "application/pdf", id.New()
	// The key is that of the upload, so that repeating after a crash writes the same one.
	key := "src/" + u.TusID
	if err := s.store.Take(ctx, key, file, "application/octet-stream"); err != nil {
		return nil, fmt.Errorf("document: %w", err)
	}
	return func(ctx context.Context, tx *db.Tx) error {
		if _, err := tx.Exec(ctx, qInsert, u.AssetID, u.Name, key, u.Bytes, u.StaffID, s.now()); err != nil {
			return err
		}
		return s.cfg.Jobs.Add(ctx, tx, Render{DocumentID: u.AssetID})
	}, nil
}

// inspect opens a PDF in the child, without drawing anything.
func (s *Service) inspect(ctx context.Context, file string) error {
	found := false
	err := s.ask(ctx, "inspect", file, s.lim.InspectTime, func(f frame, _ []byte) error {
		found = f.Pages > 0
		return nil
	})
	switch {
	case errors.Is(err, errSlow), errors.Is(err, errDied):
		s.log.Warn("a document was too much for the child", "error", err)
		return ErrHeavy
	case err == nil && !found:
		return ErrBroken
	}
	return err
}

// sniff tells a file by its bytes; names are not asked. A PDF ends with its own
// mark: without it the end was cut off, and what a reader would guess of the rest
// is not what was written.
func sniff(file string) error {
	f, err := os.Open(file)
	if err != nil {
		return fmt.Errorf("document: %w", err)
	}
	defer func() { _ = f.Close() }()
	head, tail := make([]byte, 1024), make([]byte, 1024)
	n, err := io.ReadFull(f, head)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		return ErrKind
	}
	if !bytes.Contains(head[:n], []byte("%PDF-")) {
		return ErrKind
	}
	if _, err := f.Seek(-int64(min(n, len(tail))), io.SeekEnd); err != nil {
		return fmt.Errorf("document: %w", err)
	}
	m, err := io.ReadFull(f, tail)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("document: %w", err)
	}
	if !bytes.Contains(tail[:m], []byte("%%EOF")) {
		return ErrBroken
	}
	return nil
}
