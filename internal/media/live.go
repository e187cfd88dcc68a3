package media

import (
	"context"
	"time"

	"zhizhou/internal/db"
	"zhizhou/internal/id"
)

// The addresses of a live room are tokens as those of a video: 'l' opens its
// playlist, 'm' one of its keys. There is no asset; the room is the lesson's.

// StartLive takes a lease as StartPlay does, and returns the token of the room's
// playlist.
func (s *Service) StartLive(ctx context.Context, in Start) (playID int64, token string, leaseS int64, err error) {
	if in.MaxPlays <= 0 {
		in.MaxPlays = s.lim.MaxPlays
	}
	in.AssetID, in.Preview = 0, false
	playID = id.New()
	if err := s.db.Tx(ctx, func(ctx context.Context, tx *db.Tx) error { return s.lease(ctx, tx, playID, in) }); err != nil {
		return 0, "", 0, err
	}
	t := Token{Kind: 'l', Play: playID, User: in.UserID, Session: in.SessionID, Lesson: in.LessonID, Browser: in.Browser, ExpS: s.clock.Now().Add(playlistTTL).Unix()}
	return playID, s.sign(t), int64(leaseTTL / time.Second), nil
}

// OpenLive checks the token of a room's playlist. Returns what OpenPlaylist returns.
func (s *Service) OpenLive(ctx context.Context, signed string, v Viewer) (Token, error) {
	t, err := s.parseToken(signed)
	if err != nil {
		return Token{}, err
	}
	if t.Kind != 'l' {
		return Token{}, ErrTokenBad
	}
	if s.clock.Now().Unix() > t.ExpS {
		return Token{}, ErrTokenExpired
	}
	return t, s.entitled(ctx, t, v)
}

// LiveKey returns a token for one key of the room, good as long as those of videos
// (INV-20).
func (s *Service) LiveKey(t Token, keyID int64) string {
	t.Kind, t.Key, t.ExpS = 'm', keyID, s.clock.Now().Add(keyTTL).Unix()
	return s.sign(t)
}

// OpenLiveKey checks the token of a room's key; an old one is worthless, since
// players read the playlist every few seconds. Returns what OpenPlaylist returns.
func (s *Service) OpenLiveKey(ctx context.Context, signed string, v Viewer) (Token, error) {
	t, err := s.parseToken(signed)
	if err != nil {
		return Token{}, err
	}
	if t.Kind != 'm' {
		return Token{}, ErrTokenBad
	}
	if s.clock.Now().Unix() > t.ExpS {
		return Token{}, ErrTokenExpired
	}
	return t, s.entitled(ctx, t, v)
}
