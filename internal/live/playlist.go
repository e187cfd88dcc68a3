package live

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"zhizhou/internal/blob"
	"zhizhou/internal/db"
)

const (
	windowSegments = 8
	windowLife     = 400 * time.Millisecond // another process may have stored one since
	linkWindow     = int64(3600)            // segment addresses are the same for everybody of an hour
)

// Segment is two seconds or so of a room.
type Segment struct {
	Seq    int64
	PushID int64
	KeyID  int64
	IV     []byte `db:"iv"`
	MS     int64  `db:"ms"`
	Bytes  int64
	Fresh  bool
	Breaks int64
}

// window is what a playlist shows now.
type window struct {
	segments []Segment
	over     bool
	at       time.Time
}

// playlist writes a live playlist (RFC 8216 §4.3.3). A player that comes back finds
// the numbers going on: segments and discontinuities are counted for a room's life.
func playlist(list []Segment, over bool, keyURI func(keyID int64) string, segmentURI func(Segment) string) string {
	longest := int64(2000)
	for _, x := range list {
		longest = max(longest, x.MS)
	}
	broken := list[0].Breaks
	if list[0].Fresh {
		broken-- // the mark before it is still in the list
	}
	var b strings.Builder
	b.Grow(300 * len(list))
	fmt.Fprintf(&b, "#EXTM3U\n#EXT-X-VERSION:6\n#EXT-X-TARGETDURATION:%d\n#EXT-X-MEDIA-SEQUENCE:%d\n", (longest+500)/1000, list[0].Seq)
	if broken > 0 {
		fmt.Fprintf(&b, "#EXT-X-DISCONTINUITY-SEQUENCE:%d\n", broken)
	}
	b.WriteString("#EXT-X-INDEPENDENT-SEGMENTS\n")
	uri, last := "", int64(0)
	for _, x := range list {
		if x.Fresh {
			b.WriteString("#EXT-X-DISCONTINUITY\n")
		}
		if x.KeyID != last {
			uri, last = keyURI(x.KeyID), x.KeyID
		}
		fmt.Fprintf(&b, "#EXT-X-KEY:METHOD=AES-128,URI=\"%s\",IV=0x%x\n#EXTINF:%d.%03d,\n%s\n", uri, x.IV, x.MS/1000, x.MS%1000, segmentURI(x))
	}
	if over {
		b.WriteString("#EXT-X-ENDLIST\n")
	}
	return b.String()
}

// Playlist returns what can be played of a room now. Returns ErrNoRoom, ErrNotYet.
func (s *Service) Playlist(ctx context.Context, lessonID int64, keyURI func(keyID int64) string) (string, error) {
	w, err := s.window(ctx, lessonID)
	if err != nil {
		return "", err
	}
	if len(w.segments) == 0 {
		return "", ErrNotYet
	}
	exp := (s.clock.Now().Unix()/linkWindow + 2) * linkWindow
	return playlist(w.segments, w.over, keyURI, func(x Segment) string { return s.segmentURI(lessonID, x, exp) }), nil
}

func (s *Service) window(ctx context.Context, lessonID int64) (window, error) {
	s.windows.Lock()
	kept := s.windows.kept[lessonID]
	s.windows.Unlock()
	if kept != nil && time.Since(kept.at) < windowLife {
		return *kept, nil
	}
	r, err := s.Room(ctx, lessonID)
	if err != nil {
		return window{}, err
	}
	w := window{over: r.State == Ended, at: time.Now()}
	if err := s.db.List(ctx, qWindow, &w.segments, lessonID, windowSegments); err != nil {
		return window{}, err
	}
	slices.Reverse(w.segments)
	s.windows.Lock()
	defer s.windows.Unlock()
	if len(s.windows.kept) > 1000 {
		clear(s.windows.kept)
	}
	s.windows.kept[lessonID] = &w
	return w, nil
}

// forget lets the next playlist be read anew.
func (s *Service) forget(lessonID int64) {
	s.windows.Lock()
	defer s.windows.Unlock()
	delete(s.windows.kept, lessonID)
}

// Key returns the 16 bytes that open segments of a room. Who may have them, the
// caller has asked. Returns ErrKeyGone.
func (s *Service) Key(ctx context.Context, lessonID, keyID int64) ([]byte, error) {
	return s.key(ctx, s.db, lessonID, keyID)
}

func (s *Service) key(ctx context.Context, r db.Reader, lessonID, keyID int64) ([]byte, error) {
	var sealed []byte
	if err := r.Get(ctx, qKeyGet, &sealed, keyID, lessonID); err != nil {
		return nil, none(err, ErrKeyGone)
	}
	return s.Box.Open(segmentPurpose, sealed)
}

func (s *Service) segmentURI(lessonID int64, x Segment, exp int64) string {
	name := fmt.Sprintf("%d-%s.ts", x.Seq, strconv.FormatInt(x.PushID, 36))
	return fmt.Sprintf("/media/ls/%s/%d/%d/%s", s.segmentSig(lessonID, exp, name), exp, lessonID, name)
}

func (s *Service) segmentSig(lessonID, exp int64, name string) string {
	mac := hmac.New(sha256.New, s.signs)
	_, _ = fmt.Fprintf(mac, "%d/%s|%d", lessonID, name, exp)
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))[:22]
}

// SegmentLink is a segment's address taken apart.
type SegmentLink struct{ Sig, Exp, Lesson, Name string }

// OpenSegment opens a segment by its address. What it holds is encrypted: the
// address alone opens nothing. Returns ErrKeyGone, blob.ErrNone.
func (s *Service) OpenSegment(ctx context.Context, l SegmentLink) (io.ReadSeekCloser, blob.Info, error) {
	exp, err1 := strconv.ParseInt(l.Exp, 10, 64)
	lessonID, err2 := strconv.ParseInt(l.Lesson, 10, 64)
	if err1 != nil || err2 != nil || strings.ContainsAny(l.Name, "/\\") || !hmac.Equal([]byte(s.segmentSig(lessonID, exp, l.Name)), []byte(l.Sig)) || s.clock.Now().Unix() > exp {
		return nil, blob.Info{}, ErrKeyGone
	}
	return s.Store.Open(ctx, fmt.Sprintf("live/%d/%s", lessonID, l.Name))
}
