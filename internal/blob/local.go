package blob

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"
)

// Local is a Store in a folder.
type Local struct{ dir string }

// NewLocal makes the folder if it is absent.
func NewLocal(dir string) (*Local, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("blob: %w", err)
	}
	if err := os.MkdirAll(abs, 0o700); err != nil {
		return nil, fmt.Errorf("blob: %w", err)
	}
	return &Local{dir: abs}, nil
}

func (l *Local) path(key string) (string, error) {
	if err := CheckKey(key); err != nil {
		return "", err
	}
	return filepath.Join(l.dir, filepath.FromSlash(key)), nil
}

// Put implements Store: a temporary file is synced and renamed into place.
func (l *Local) Put(ctx context.Context, key string, r io.Reader, size int64, _ string) error {
	to, err := l.path(key)
	if err != nil {
		return err
	}
	f, err := l.temp(to)
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(f.Name()) }() // gone already after the rename
	n, err := io.Copy(f, contextReader{ctx, r})
	if err == nil && size >= 0 && n != size {
		err = fmt.Errorf("blob: got %d bytes of %d", n, size)
	}
	if err == nil {
		err = f.Sync()
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return fmt.Errorf("blob: put: %w", err)
	}
	return l.rename(f.Name(), to)
}

func (l *Local) temp(to string) (*os.File, error) {
	if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
		return nil, fmt.Errorf("blob: %w", err)
	}
	// A leading dot is refused in keys, so a leftover is never served.
	f, err := os.CreateTemp(filepath.Dir(to), ".put-*")
	if err != nil {
		return nil, fmt.Errorf("blob: %w", err)
	}
	return f, nil
}

// rename makes the new name durable too: without syncing the folder a power cut
// may lose it although the content was synced.
func (l *Local) rename(from, to string) error {
	if err := os.Rename(from, to); err != nil {
		return fmt.Errorf("blob: %w", err)
	}
	d, err := os.Open(filepath.Dir(to))
	if err != nil {
		return fmt.Errorf("blob: %w", err)
	}
	defer func() { _ = d.Close() }()
	if err := d.Sync(); err != nil {
		return fmt.Errorf("blob: sync folder: %w", err)
	}
	return nil
}

// Take implements Store by a hard link, or by copying across file systems.
func (l *Local) Take(ctx context.Context, key, path, contentType string) error {
	to, err := l.path(key)
	if err != nil {
		return err
	}
	src, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("blob: take: %w", err)
	}
	defer func() { _ = src.Close() }()
	if err := src.Sync(); err != nil {
		return fmt.Errorf("blob: take: %w", err)
	}
	f, err := l.temp(to)
	if err != nil {
		return err
	}
	_ = f.Close()
	_ = os.Remove(f.Name())
	if err := os.Link(path, f.Name()); err != nil {
		return l.Put(ctx, key, src, -1, contentType)
	}
	// Renaming one link of a file onto another does nothing and leaves both.
	defer func() { _ = os.Remove(f.Name()) }()
	return l.rename(f.Name(), to)
}

// Open implements Store; the reader is an *os.File.
func (l *Local) Open(_ context.Context, key string) (io.ReadSeekCloser, Info, error) {
	p, err := l.path(key)
	if err != nil {
		return nil, Info{}, err
	}
	f, err := os.Open(p)
	if errors.Is(err, os.ErrNotExist) {
		return nil, Info{}, ErrNone
	}
	if err != nil {
		return nil, Info{}, fmt.Errorf("blob: %w", err)
	}
	st, err := f.Stat()
	if err != nil || !st.Mode().IsRegular() {
		_ = f.Close()
		return nil, Info{}, ErrNone
	}
	return f, Info{Bytes: st.Size(), ModifiedAt: st.ModTime()}, nil
}

// Delete implements Store and removes folders that became empty.
func (l *Local) Delete(_ context.Context, key string) error {
	p, err := l.path(key)
	if err != nil {
		return err
	}
	if err := os.Remove(p); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("blob: %w", err)
	}
	for d := filepath.Dir(p); d != l.dir && len(d) > len(l.dir); d = filepath.Dir(d) {
		if os.Remove(d) != nil {
			break
		}
	}
	return nil
}

// Exists implements Store.
func (l *Local) Exists(_ context.Context, key string) (bool, error) {
	p, err := l.path(key)
	if err != nil {
		return false, err
	}
	st, err := os.Stat(p)
	if errors.Is(err, os.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("blob: %w", err)
	}
	return st.Mode().IsRegular(), nil
}

// URL implements Store: a folder has no addresses.
func (l *Local) URL(context.Context, string, time.Duration) (string, error) { return "", nil }

// LocalPath implements Store.
func (l *Local) LocalPath(key string) string {
	p, err := l.path(key)
	if err != nil {
		return ""
	}
	return p
}

type contextReader struct {
	ctx context.Context
	r   io.Reader
}

func (c contextReader) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}
