// Package hook holds the raw HTTP handlers: those that are no API operations.
// This file and its neighbours media_*.go and upload.go serve media: playlists,
// keys, segments, public pictures, signed downloads and resumable uploads.
package hook

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"zhizhou/internal/blob"
	"zhizhou/internal/errs"
	"zhizhou/internal/media"
	"zhizhou/internal/web"
)

var (
	errReferer  = errs.New(errs.Forbidden, "media_referer", "请在本站播放")
	errKeyRate  = errs.New(errs.Limited, "media_key_rate", "请求太频繁，请稍后再试")
	errNotFound = errs.New(errs.NotFound, "not_found", "内容不存在")
)

const (
	keysPerPlay = 30 // a minute: a seek costs one, a change of quality one
	keysPerUser = 60
	playerName  = "zz_player"
)

// Media serves media. Fill the fields, then call Routes.
type Media struct {
	Service *media.Service
	// Allow answers live whether what a token names may still be played by whom it
	// names; its error goes to the player.
	Allow func(ctx context.Context, t media.Token) error
	// AllowFile answers live whether a download address may still be used.
	AllowFile func(ctx context.Context, g media.FileGrant) error
	// Session returns who sends a request, 0, 0 when it carries no session.
	Session func(*http.Request) (userID, sessionID int64)
	// Who returns the member of staff who uploads.
	Who func(*http.Request) (staffID int64, err error)
	// RefererAllowed are host names besides the own one and servicewechat.com. An
	// empty Referer is allowed: native players send none.
	RefererAllowed []string
	// Secure marks cookies as HTTPS-only.
	Secure bool
	// RedirectSegments sends players to the store's own presigned addresses. The
	// store must then allow this site (CORS) and the page's CSP must name it.
	RedirectSegments bool

	perPlay, perUser *web.Limiter
}

// Routes registers everything below /media/.
func (h *Media) Routes(mux *http.ServeMux) {
	h.perPlay = web.NewLimiter(keysPerPlay, time.Minute)
	h.perUser = web.NewLimiter(keysPerUser, time.Minute)
	mux.HandleFunc("GET /media/p/{token}/{file}", h.playlist)
	mux.HandleFunc("GET /media/k/{token}/{key}", h.key)
	mux.HandleFunc("GET /media/s/{sig}/{exp}/{asset}/{rendition}/{name}", h.segment)
	mux.HandleFunc("GET /media/i/{key...}", h.image)
	mux.HandleFunc("GET /media/f/{sig}/{exp}/{name}", h.file)
}

func (h *Media) viewer(r *http.Request) media.Viewer {
	var v media.Viewer
	if h.Session != nil {
		v.UserID, v.SessionID = h.Session(r)
	}
	if c, err := r.Cookie(playerName); err == nil {
		v.Player = c.Value
	}
	return v
}

func (h *Media) playlist(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	text, t, err := h.list(r)
	if err != nil {
		web.Fail(w, r, err)
		return
	}
	// Only this player can renew a key address that grew old (see the ADR on key
	// tokens). Scoped to keys, so that it travels nowhere else.
	http.SetCookie(w, &http.Cookie{Name: playerName, Value: h.Service.PlayerProof(t), Path: "/media/k/", MaxAge: 12 * 3600, HttpOnly: true, Secure: h.Secure, SameSite: http.SameSiteLaxMode})
	w.Header().Set("Content-Type", "application/vnd.apple.mpegurl")
	w.Header().Set("Content-Length", strconv.Itoa(len(text)))
	_, _ = w.Write([]byte(text))
}

func (h *Media) list(r *http.Request) (string, media.Token, error) {
	if err := h.referer(r); err != nil {
		return "", media.Token{}, err
	}
	ctx := r.Context()
	t, err := h.Service.OpenPlaylist(ctx, r.PathValue("token"), h.viewer(r))
	if err != nil {
		return "", t, err
	}
	if err := h.Allow(ctx, t); err != nil {
		return "", t, err
	}
	file := r.PathValue("file")
	if file == "master.m3u8" {
		text, err := h.Service.Master(ctx, t)
		return text, t, err
	}
	num, ok := strings.CutSuffix(file, ".m3u8")
	rendition, err := strconv.ParseInt(num, 10, 64)
	if err != nil || !ok {
		return "", t, media.ErrRenditionNone
	}
	text, err := h.Service.Playlist(ctx, t, rendition)
	return text, t, err
}

func (h *Media) key(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	if err := h.referer(r); err != nil {
		web.Fail(w, r, err)
		return
	}
	ctx := r.Context()
	t, renew, err := h.Service.OpenKey(ctx, r.PathValue("token"), r.PathValue("key"), h.viewer(r))
	if err == nil {
		err = h.Allow(ctx, t)
	}
	if err == nil {
		err = h.keyRate(t)
	}
	if err != nil {
		web.Fail(w, r, err)
		return
	}
	if renew {
		http.Redirect(w, r, h.Service.KeyURI(t), http.StatusFound)
		return
	}
	key, err := h.Service.Key(ctx, t)
	if err != nil {
		web.Fail(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("Content-Length", strconv.Itoa(len(key)))
	_, _ = w.Write(key)
}

func (h *Media) keyRate(t media.Token) error {
	now := time.Now() // of the machine: a flood is a flood whatever the clock of the business says
	ok, wait := h.perPlay.Allow(strconv.FormatInt(t.Play, 36), now)
	if ok && t.User != 0 {
		ok, wait = h.perUser.Allow(strconv.FormatInt(t.User, 36), now)
	}
	if !ok {
		return errKeyRate.Retry(int(wait/time.Second) + 1)
	}
	return nil
}

// referer refuses pages of other sites. It is a hurdle for embedding, not a lock:
// the tokens are the lock.
func (h *Media) referer(r *http.Request) error {
	text := r.Header.Get("Referer")
	if text == "" {
		return nil
	}
	u, err := url.Parse(text)
	if err != nil || u.Host == "" {
		return errReferer
	}
	if u.Host == r.Host {
		return nil
	}
	for _, name := range append([]string{"servicewechat.com"}, h.RefererAllowed...) {
		if u.Host == name || u.Hostname() == name || strings.HasSuffix(u.Hostname(), "."+name) {
			return nil
		}
	}
	return errReferer
}

// missing turns an absent object into an answer.
func missing(err error) error {
	if errors.Is(err, blob.ErrNone) {
		return errNotFound
	}
	return err
}
