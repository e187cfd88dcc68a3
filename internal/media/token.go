package media

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
	"time"
)

const (
	tokenPurpose  = "media-token"
	playerPurpose = "media-player"

	// keyTTL is how long a URL yields a key (INV-20).
	keyTTL = 120 * time.Second
	// playlistTTL only bounds a token; what really ends a play is its lease.
	playlistTTL = 12 * time.Hour
	// segmentWindow rounds the expiry of segment URLs, so that all viewers of the
	// same hours share one URL and a CDN can keep it.
	segmentWindow = 6 * time.Hour
)

// Token is the signed content of a playlist or key URL.
type Token struct {
	Kind    byte // 'p' playlist, 'k' key; of a live room 'l' and 'm'
	Play    int64
	User    int64 // 0: nobody was signed in
	Session int64 // the device
	Lesson  int64
	Asset   int64
	Preview bool
	Browser bool  // begun by a browser with a session: its requests carry it
	Key     int64 // 'k' only
	ExpS    int64 // Unix seconds
}

func (t Token) text() string {
	flags := int64(0)
	if t.Preview {
		flags |= 1
	}
	if t.Browser {
		flags |= 2
	}
	parts := []string{string(t.Kind)}
	for _, v := range []int64{t.Play, t.User, t.Session, t.Lesson, t.Asset, flags, t.Key, t.ExpS} {
		parts = append(parts, strconv.FormatInt(v, 36))
	}
	return strings.Join(parts, ".")
}

func (s *Service) sign(t Token) string {
	text := t.text()
	return text + "." + s.cfg.Box.Sign(tokenPurpose, text)
}

// parseToken checks form and signature, not the time. Returns ErrTokenBad.
func (s *Service) parseToken(signed string) (Token, error) {
	cut := strings.LastIndexByte(signed, '.')
	if cut < 0 || len(signed) > 200 || !s.cfg.Box.Verify(tokenPurpose, signed[:cut], signed[cut+1:]) {
		return Token{}, ErrTokenBad
	}
	return readToken(signed[:cut])
}

func readToken(text string) (Token, error) {
	parts := strings.Split(text, ".")
	if len(parts) != 9 || len(parts[0]) != 1 {
		return Token{}, ErrTokenBad
	}
	var v [8]int64
	for i, p := range parts[1:] {
		n, err := strconv.ParseInt(p, 36, 64)
		if err != nil || n < 0 {
			return Token{}, ErrTokenBad
		}
		v[i] = n
	}
	t := Token{Kind: parts[0][0], Play: v[0], User: v[1], Session: v[2], Lesson: v[3], Asset: v[4], Preview: v[5]&1 != 0, Browser: v[5]&2 != 0, Key: v[6], ExpS: v[7]}
	if t.text() != text || !strings.ContainsRune("pklm", rune(t.Kind)) {
		return Token{}, ErrTokenBad
	}
	return t, nil
}

// PlayerProof returns the value of the player cookie: it shows that this player
// was handed a playlist of the token's user and device.
func (s *Service) PlayerProof(t Token) string {
	return s.cfg.Box.Sign(playerPurpose, playerText(t))
}

// playerText names the device. Whoever is not signed in shares no session with
// others, so there the play stands for it.
func playerText(t Token) string {
	if t.User == 0 {
		return fmt.Sprintf("play|%d", t.Play)
	}
	return fmt.Sprintf("%d|%d", t.User, t.Session)
}

// keyURI returns a key's address, good for keyTTL from now.
func (s *Service) keyURI(t Token, keyID int64) string {
	t.Kind, t.Key, t.ExpS = 'k', keyID, s.clock.Now().Add(keyTTL).Unix()
	return "/media/k/" + s.sign(t) + "/" + keyName(keyID)
}

// segmentExp returns the shared expiry of segment URLs made now: 6 to 12 hours ahead.
func (s *Service) segmentExp() int64 {
	window := int64(segmentWindow / time.Second)
	return (s.clock.Now().Unix()/window + 2) * window
}

func (s *Service) segmentSig(assetID, renditionID int64, n int, exp int64) string {
	mac := hmac.New(sha256.New, s.segKey)
	_, _ = fmt.Fprintf(mac, "%d/%d/%d|%d", assetID, renditionID, n, exp)
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))[:22]
}

func (s *Service) segmentURI(assetID, renditionID int64, n int, exp int64) string {
	return fmt.Sprintf("%s/media/s/%s/%d/%d/%d/%d.ts", s.cfg.SegmentBase, s.segmentSig(assetID, renditionID, n, exp), exp, assetID, renditionID, n)
}

// SegmentLink is a segment's address taken apart.
type SegmentLink struct{ Sig, Exp, Asset, Rendition, Name string }

// OpenSegmentLink checks a segment's address and returns its blob key and when
// the address expires (Unix seconds). It asks no database: segments are encrypted,
// and a CDN answers most of these requests. Returns ErrTokenBad, ErrTokenExpired.
func (s *Service) OpenSegmentLink(l SegmentLink) (key string, expS int64, err error) {
	exp, err1 := strconv.ParseInt(l.Exp, 10, 64)
	asset, err2 := strconv.ParseInt(l.Asset, 10, 64)
	rendition, err3 := strconv.ParseInt(l.Rendition, 10, 64)
	num, isTS := strings.CutSuffix(l.Name, ".ts")
	n, err4 := strconv.Atoi(num)
	if err1 != nil || err2 != nil || err3 != nil || err4 != nil || !isTS || n < 0 {
		return "", 0, ErrTokenBad
	}
	if !hmac.Equal([]byte(s.segmentSig(asset, rendition, n, exp)), []byte(l.Sig)) {
		return "", 0, ErrTokenBad
	}
	if s.clock.Now().Unix() > exp {
		return "", 0, ErrTokenExpired
	}
	return segmentKey(asset, rendition, n), exp, nil
}

func keyName(keyID int64) string { return strconv.FormatInt(keyID, 36) }
