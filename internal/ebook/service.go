package ebook

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"strconv"
	"strings"
	"time"

	"zhizhou/internal/blob"
	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/id"
	"zhizhou/internal/media"
	"zhizhou/internal/rich"
	"zhizhou/internal/seal"
)

const (
	maxBytes = 50 << 20
	takeTime = 3 * time.Minute
)

// Redraw decodes a picture and writes it anew, as JPEG or PNG.
type Redraw func(ctx context.Context, raw []byte) (out []byte, ext string, width, height int64, err error)

// Config is what New needs.
type Config struct {
	DB     *db.DB
	Store  blob.Store
	Box    *seal.Box
	Clock  clock.Clock
	Redraw Redraw
}

// Service is the package's entry. It is safe for concurrent use.
type Service struct {
	cfg   Config
	db    *db.DB
	store blob.Store
	clock clock.Clock
}

// New makes the service.
func New(cfg Config) *Service {
	return &Service{cfg: cfg, db: cfg.DB, store: cfg.Store, clock: cfg.Clock}
}

func (s *Service) now() int64 { return clock.MS(s.clock) }

// Taker is how uploads become books; app registers it with media.
func (s *Service) Taker() media.Taker {
	return media.Taker{Bytes: maxBytes, Take: s.take, Check: func(name string) error {
		if strings.ToLower(path.Ext(name)) != ".epub" {
			return ErrKind
		}
		return nil
	}}
}

// taking bounds the memory: one book at a time.
var taking = make(chan struct{}, 1)

// drawn is a picture that was written anew.
type drawn struct {
	key           string
	width, height int64
}

// take reads a received file. Returns ErrKind, ErrBroken, ErrLocked, ErrHeavy,
// ErrEmpty.
func (s *Service) take(ctx context.Context, u *media.Upload, file string) (func(context.Context, *db.Tx) error, error) {
	ctx, cancel := context.WithTimeout(ctx, takeTime)
	defer cancel()
	select {
	case taking <- struct{}{}:
		defer func() { <-taking }()
	case <-ctx.Done():
		return nil, fmt.Errorf("ebook: %w", ctx.Err())
	}
	raw, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("ebook: %w", err)
	}
	b, err := parse(raw)
	if err != nil {
		return nil, err
	}
	u.Mime, u.AssetID = "application/epub+zip", id.New()
	// Keys are those of the upload, so that repeating after a crash writes the same.
	source := "src/" + u.TusID
	pictures, err := s.draw(ctx, b, "ebook/"+u.TusID+"/")
	if err != nil {
		return nil, err
	}
	if err := s.store.Take(ctx, source, file, "application/octet-stream"); err != nil {
		return nil, fmt.Errorf("ebook: %w", err)
	}
	contents, err := json.Marshal(b.contents)
	if err != nil {
		return nil, fmt.Errorf("ebook: %w", err)
	}
	return func(ctx context.Context, tx *db.Tx) error {
		var screens int64
		for _, p := range b.parts {
			screens += p.screens
		}
		if _, err := tx.Exec(ctx, qInsert, u.AssetID, u.Name, b.title, b.author, source, u.Bytes, len(b.parts), screens, string(contents), u.StaffID, s.now()); err != nil {
			return err
		}
		first := int64(1)
		for i, p := range b.parts {
			words := tidy(rich.Plain(p.html))
			if _, err := tx.Exec(ctx, qChapterInsert, u.AssetID, i+1, p.title, sized(p.html, pictures), words, fold(words), first, p.screens); err != nil {
				return err
			}
			first += p.screens
		}
		for n, p := range pictures {
			if _, err := tx.Exec(ctx, qPictureInsert, u.AssetID, n, p.key); err != nil {
				return err
			}
		}
		return nil
	}, nil
}

// draw stores the pictures anew; those that are none, or too large, are left out.
func (s *Service) draw(ctx context.Context, b *book, under string) (map[int]drawn, error) {
	out := map[int]drawn{}
	for i, entry := range b.pictures {
		if err := ctx.Err(); err != nil {
			return nil, ErrHeavy.With(err)
		}
		raw, err := b.zip.Read(entry)
		if err != nil {
			continue
		}
		picture, ext, w, h, err := s.cfg.Redraw(ctx, raw)
		if err != nil {
			continue
		}
		key := under + strconv.Itoa(i+1) + ext
		mime := "image/jpeg"
		if ext == ".png" {
			mime = "image/png"
		}
		if err := s.store.Put(ctx, key, strings.NewReader(string(picture)), int64(len(picture)), mime); err != nil {
			return nil, fmt.Errorf("ebook: %w", err)
		}
		out[i+1] = drawn{key, w, h}
	}
	return out, nil
}

// Book is a book with what is known of it.
type Book struct {
	ID        int64
	Name      string // of the file as uploaded
	Title     string
	Author    string
	SourceKey string // blob key of the upload; for staff alone
	Bytes     int64
	Chapters  int64
	Screens   int64
	Contents  string
	CreatedBy int64 // staff id
	CreatedAt int64
}

// Headings returns the contents.
func (b Book) Headings() []Heading {
	out := []Heading{}
	_ = json.Unmarshal([]byte(b.Contents), &out) // written by this package alone
	return out
}

// Get returns a book. Returns ErrGone.
func (s *Service) Get(ctx context.Context, bookID int64) (Book, error) {
	var b Book
	err := s.db.Get(ctx, qGet, &b, bookID)
	if errors.Is(err, db.ErrNone) {
		return b, ErrGone
	}
	return b, err
}

// GetIn is Get inside a transaction.
func (s *Service) GetIn(ctx context.Context, tx *db.Tx, bookID int64) (Book, error) {
	var b Book
	err := tx.Get(ctx, qGet, &b, bookID)
	if errors.Is(err, db.ErrNone) {
		return b, ErrGone
	}
	return b, err
}

// List lists books, newest first: of createdBy, 0 of anybody; before is the last id of
// the page before, 0 for the first.
func (s *Service) List(ctx context.Context, query string, createdBy, before int64, limit int) ([]Book, error) {
	var rows []Book
	err := s.db.List(ctx, qList, &rows, before, like(strings.ToLower(strings.TrimSpace(query))), createdBy, limit)
	return rows, err
}

// Original opens the upload, for staff. Returns ErrGone.
func (s *Service) Original(ctx context.Context, bookID int64) (Book, io.ReadCloser, error) {
	b, err := s.Get(ctx, bookID)
	if err != nil {
		return b, nil, err
	}
	r, _, err := s.store.Open(ctx, b.SourceKey)
	if err != nil {
		return b, nil, fmt.Errorf("ebook: original: %w", err)
	}
	return b, r, nil
}

// Use keeps a book while the transaction that makes a lesson show it runs. Returns
// ErrGone.
func (s *Service) Use(ctx context.Context, tx *db.Tx, bookID int64) error {
	var gone []int64
	err := tx.List(ctx, qHold, &gone, bookID)
	if err == nil && (len(gone) == 0 || gone[0] > 0) {
		err = ErrGone
	}
	return err
}

// Delete deletes a book that no lesson shows. Its row stays. Returns ErrGone, ErrUsed.
func (s *Service) Delete(ctx context.Context, bookID int64) error {
	return s.db.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		return s.DeleteIn(ctx, tx, bookID)
	})
}

// DeleteIn is Delete inside a transaction.
func (s *Service) DeleteIn(ctx context.Context, tx *db.Tx, bookID int64) error {
	if err := s.Use(ctx, tx, bookID); err != nil {
		return err
	}
	n, err := tx.Exec(ctx, qDelete, bookID, s.now())
	if err == nil && n == 0 {
		err = ErrUsed
	}
	return err
}
