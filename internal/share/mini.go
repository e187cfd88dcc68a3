package share

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	"zhizhou/internal/blob"
)

// miniPage is the mini program's page that a code opens; it reads the share from the scene.
const miniPage = "pkg-grow/share/LandPage"

// MiniCode returns the mini program code of a share; it is made once and kept. Returns
// ErrGone, ErrNoMini where there is no mini program, ErrMini when WeChat gave none.
func (s *Service) MiniCode(ctx context.Context, code string) ([]byte, error) {
	sh, _, err := s.Find(ctx, code)
	if err != nil {
		return nil, err
	}
	app := s.MiniApp(ctx)
	if app == "" {
		return nil, ErrNoMini
	}
	key := "share/mini/" + app + "/" + sh.Code // another mini program has codes of its own
	r, _, err := s.Store.Open(ctx, key)
	if err == nil {
		defer func() { _ = r.Close() }()
		return io.ReadAll(r)
	}
	if !errors.Is(err, blob.ErrNone) {
		return nil, fmt.Errorf("share: %w", err)
	}
	raw, err := s.Mini(ctx, sh.Code, miniPage)
	if err != nil {
		return nil, ErrMini.With(err)
	}
	return raw, s.Store.Put(ctx, key, bytes.NewReader(raw), int64(len(raw)), "image/png")
}
