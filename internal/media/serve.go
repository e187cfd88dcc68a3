package media

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"time"

	"zhizhou/internal/blob"
	"zhizhou/internal/db"
)

// Viewer is who sends a request, as far as the request says so: zero when it
// carries no session (native players send neither cookie nor header).
type Viewer struct {
	UserID, SessionID int64
	Player            string // value of the player cookie
}

// OpenPlaylist checks a playlist token. Returns ErrTokenBad, ErrTokenExpired,
// ErrWrongUser, ErrPlayTakenOver, ErrPlayEnded.
func (s *Service) OpenPlaylist(ctx context.Context, signed string, v Viewer) (Token, error) {
	t, err := s.parseToken(signed)
	if err != nil {
		return Token{}, err
	}
	if t.Kind != 'p' {
		return Token{}, ErrTokenBad
	}
	if s.clock.Now().Unix() > t.ExpS {
		return Token{}, ErrTokenExpired
	}
	return t, s.entitled(ctx, t, v)
}

// OpenKey checks a key token. renew is true when the token is too old to yield
// the key but the request proves to come from the token's own device: the caller
// redirects to KeyURI. Returns what OpenPlaylist returns.
func (s *Service) OpenKey(ctx context.Context, signed, keyID string, v Viewer) (t Token, renew bool, err error) {
	t, err = s.parseToken(signed)
	if err != nil {
		return Token{}, false, err
	}
	if t.Kind != 'k' || keyID != keyName(t.Key) {
		return Token{}, false, ErrTokenBad
	}
	if s.clock.Now().Unix() > t.ExpS {
		own := t.User != 0 && v.UserID == t.User && v.SessionID == t.Session
		if !own && !s.playerOf(t, v) {
			return Token{}, false, ErrTokenExpired
		}
		renew = true
	}
	return t, renew, s.entitled(ctx, t, v)
}

// entitled checks that the request is not another user's or device's, and that
// the play of the token is alive.
func (s *Service) entitled(ctx context.Context, t Token, v Viewer) error {
	if v.UserID != 0 && (v.UserID != t.User || v.SessionID != t.Session) {
		// A lesson opened before signing in is let go on by its own player.
		if t.User != 0 || !s.playerOf(t, v) {
			return ErrWrongUser
		}
	}
	// A browser sends its session along; an address that comes without one has
	// been passed on. Only native players of the mini program may come bare.
	if t.Browser && t.User != 0 && v.UserID == 0 && !s.playerOf(t, v) {
		return ErrWrongUser
	}
	p, err := play(ctx, s.db, t.Play)
	if errors.Is(err, ErrPlayNone) {
		return ErrTokenBad
	}
	if err != nil {
		return err
	}
	if p.UserID != t.User || p.SessionID != t.Session || p.LessonID != t.Lesson || p.AssetID != t.Asset || p.Preview != t.Preview {
		return ErrTokenBad
	}
	switch {
	case p.EndedAt != 0 && p.EndReason != "expired":
		return ended(p)
	case p.EndedAt != 0 || p.LeaseUntil <= s.now():
		return ErrTokenExpired
	}
	return nil
}

func (s *Service) playerOf(t Token, v Viewer) bool {
	return s.cfg.Box.Verify(playerPurpose, playerText(t), v.Player)
}

// KeyURI returns a fresh address of the token's key.
func (s *Service) KeyURI(t Token) string { return s.keyURI(t, t.Key) }

// Key returns the 16 bytes of the token's key, if its rendition belongs to the
// token's asset and kind and is still in force. Returns ErrTokenBad.
func (s *Service) Key(ctx context.Context, t Token) ([]byte, error) {
	kind := kindFull
	if t.Preview {
		kind = kindPreview
	}
	var row struct {
		Sealed      []byte
		RenditionID int64
	}
	err := s.db.Get(ctx, qKeySeen, &row, t.Key, t.Asset, kind)
	if errors.Is(err, db.ErrNone) {
		return nil, ErrTokenBad
	}
	if err != nil {
		return nil, err
	}
	if !t.Preview && t.User != 0 {
		// Noted before it is handed out: an answer that cannot be noted is not given.
		if err := s.deliver(ctx, t, row.RenditionID); err != nil {
			return nil, err
		}
	}
	return s.cfg.Box.Open(keyPurpose, row.Sealed)
}

// deliver notes that the user has what the token's key opens.
func (s *Service) deliver(ctx context.Context, t Token, renditionID int64) error {
	_, seg, err := s.rendition(ctx, renditionID)
	if err != nil {
		return err
	}
	part := slices.Index(seg.Keys, t.Key)
	if part < 0 {
		return ErrTokenBad
	}
	var from, ms int64
	for _, d := range seg.MS[:part*seg.Every] {
		from += d
	}
	for _, fn := range s.onKey {
		if err := fn(ctx, t, from); err != nil {
			return err
		}
	}
	for _, d := range seg.MS[part*seg.Every : min(len(seg.MS), (part+1)*seg.Every)] {
		ms += d
	}
	return s.db.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, qDelivered, t.User, t.Asset, part, max(ms, 1), s.now())
		return err
	})
}

// Merge gives what one user was handed to another, when the two become one.
func (s *Service) Merge(ctx context.Context, tx *db.Tx, from, to int64) error {
	if _, err := tx.Exec(ctx, qDeliveredMerge, from, to); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, qDeliveredDrop, from)
	return err
}

// Master returns the master playlist for a token. Returns ErrNotReady.
func (s *Service) Master(ctx context.Context, t Token) (string, error) {
	list, err := s.seen(ctx, t.Asset, t.Preview)
	if err != nil {
		return "", err
	}
	return masterPlaylist(list), nil
}

// Playlist returns a rendition's playlist for a token, with key addresses that
// were made for it now. Returns ErrRenditionNone, ErrNotReady.
func (s *Service) Playlist(ctx context.Context, t Token, renditionID int64) (string, error) {
	list, err := s.seen(ctx, t.Asset, t.Preview)
	if err != nil {
		return "", err
	}
	for _, r := range list {
		if r.ID != renditionID {
			continue
		}
		_, seg, err := s.rendition(ctx, renditionID)
		if err != nil {
			return "", err
		}
		exp := s.segmentExp()
		return mediaPlaylist(seg,
			func(keyID int64) string { return s.keyURI(t, keyID) },
			func(n int) string { return s.segmentURI(r.AssetID, r.ID, n, exp) }), nil
	}
	return "", ErrRenditionNone
}

// OpenImage opens a public picture by the part of its key after "img/". Returns
// blob.ErrNone.
func (s *Service) OpenImage(ctx context.Context, name string) (io.ReadSeekCloser, blob.Info, error) {
	return s.open(ctx, imagePrefix+name)
}

// Open opens a blob that a link was checked for. Returns blob.ErrNone.
func (s *Service) Open(ctx context.Context, key string) (io.ReadSeekCloser, blob.Info, error) {
	if !strings.HasPrefix(key, filePrefix) && !strings.HasPrefix(key, "hls/") {
		return nil, blob.Info{}, blob.ErrNone // uploads themselves are never served
	}
	return s.open(ctx, key)
}

func (s *Service) open(ctx context.Context, key string) (io.ReadSeekCloser, blob.Info, error) {
	r, info, err := s.store.Open(ctx, key)
	if errors.Is(err, blob.ErrKey) {
		err = blob.ErrNone
	}
	return r, info, err
}

// StoreURL returns a presigned address of a segment, "" when the store has none.
func (s *Service) StoreURL(ctx context.Context, key string) (string, error) {
	return s.store.URL(ctx, key, 10*time.Minute)
}

// NowS returns the service's time in Unix seconds.
func (s *Service) NowS() int64 { return s.clock.Now().Unix() }
