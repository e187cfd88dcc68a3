package hook

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/coder/websocket"

	"zhizhou/internal/live"
	"zhizhou/internal/media"
	"zhizhou/internal/web"
)

const (
	talkPing  = 30 * time.Second // keeps the line open through proxies
	talkCheck = time.Minute      // how soon a listener whose access has ended is sent away (INV-17)
	talkWrite = 10 * time.Second
	// Addresses that listen without signing in, as a class room does behind one line.
	talkNameless = 60
)

// Lives serves live rooms: playlists, keys, segments and the line on which listeners
// hear what is said. Fill the fields, then call Routes.
type Lives struct {
	Service *live.Service
	Media   *media.Service
	// Allow answers live whether the user (0: nobody is signed in) may open the lesson.
	Allow func(ctx context.Context, userID, lessonID int64) error
	// Session returns who sends a request, 0, 0 when it carries no session.
	Session func(*http.Request) (userID, sessionID int64)
	// Staff wraps a handler with the console's sign-in; Mine refuses staff whose lesson
	// it is not.
	Staff  func(http.Handler) http.Handler
	Mine   func(ctx context.Context, lessonID int64) error
	Secure bool

	perPlay, nameless *web.Limiter
}

// Routes registers everything of live rooms that is no API operation.
func (h *Lives) Routes(mux *http.ServeMux) {
	h.perPlay = web.NewLimiter(keysPerPlay, time.Minute)
	h.nameless = web.NewLimiter(talkNameless, time.Minute)
	mux.HandleFunc("GET /media/l/{token}/live.m3u8", h.playlist)
	mux.HandleFunc("GET /media/lk/{token}", h.key)
	mux.HandleFunc("GET /media/ls/{sig}/{exp}/{lesson}/{name}", h.segment)
	mux.HandleFunc("GET /live/{lesson}/talk", h.talk)
	if h.Staff != nil {
		mux.Handle("GET /api/console/live/{lesson}/live.m3u8", h.Staff(http.HandlerFunc(h.staffPlaylist)))
		mux.Handle("GET /api/console/live/{lesson}/keys/{key}", h.Staff(http.HandlerFunc(h.staffKey)))
		mux.Handle("GET /api/console/live/{lesson}/talk", h.Staff(http.HandlerFunc(h.staffTalk)))
	}
}

func (h *Lives) viewer(r *http.Request) media.Viewer {
	var v media.Viewer
	v.UserID, v.SessionID = h.Session(r)
	if c, err := r.Cookie(playerName); err == nil {
		v.Player = c.Value
	}
	return v
}

// playlist is asked for every two seconds; access is asked each time.
func (h *Lives) playlist(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	ctx := r.Context()
	t, err := h.Media.OpenLive(ctx, r.PathValue("token"), h.viewer(r))
	if err == nil {
		err = h.Allow(ctx, t.User, t.Lesson)
	}
	var text string
	if err == nil {
		text, err = h.Service.Playlist(ctx, t.Lesson, func(keyID int64) string { return "/media/lk/" + h.Media.LiveKey(t, keyID) })
	}
	if err != nil {
		web.Fail(w, r, err)
		return
	}
	// Native players of H5 send cookies, and no session beside them.
	http.SetCookie(w, &http.Cookie{Name: playerName, Value: h.Media.PlayerProof(t), Path: "/media/", MaxAge: 12 * 3600, HttpOnly: true, Secure: h.Secure, SameSite: http.SameSiteLaxMode})
	list(w, text)
}

func list(w http.ResponseWriter, text string) {
	w.Header().Set("Content-Type", "application/vnd.apple.mpegurl")
	w.Header().Set("Content-Length", strconv.Itoa(len(text)))
	_, _ = w.Write([]byte(text))
}

func (h *Lives) key(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	ctx := r.Context()
	t, err := h.Media.OpenLiveKey(ctx, r.PathValue("token"), h.viewer(r))
	if err == nil {
		err = h.Allow(ctx, t.User, t.Lesson)
	}
	if err == nil {
		if ok, wait := h.perPlay.Allow(strconv.FormatInt(t.Play, 36), time.Now()); !ok {
			err = errKeyRate.Retry(int(wait/time.Second) + 1)
		}
	}
	h.give(w, r, t.Lesson, t.Key, err)
}

func (h *Lives) give(w http.ResponseWriter, r *http.Request, lessonID, keyID int64, err error) {
	var key []byte
	if err == nil {
		key, err = h.Service.Key(r.Context(), lessonID, keyID)
	}
	if err != nil {
		web.Fail(w, r, err)
		return
	}
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Content-Type", "application/octet-stream")
	_, _ = w.Write(key)
}

// segment asks nothing but the address: what it gives out is encrypted, and a CDN may
// keep it.
func (h *Lives) segment(w http.ResponseWriter, r *http.Request) {
	f, info, err := h.Service.OpenSegment(r.Context(), live.SegmentLink{Sig: r.PathValue("sig"), Exp: r.PathValue("exp"), Lesson: r.PathValue("lesson"), Name: r.PathValue("name")})
	if err != nil {
		web.Fail(w, r, missing(err))
		return
	}
	defer func() { _ = f.Close() }()
	w.Header().Set("Content-Type", "video/mp2t")
	w.Header().Set("Cache-Control", "public, max-age=3600, immutable")
	http.ServeContent(w, r, "", info.ModifiedAt, f)
}

func (h *Lives) lesson(r *http.Request) (int64, error) {
	n, err := strconv.ParseInt(r.PathValue("lesson"), 10, 64)
	if err != nil {
		return 0, live.ErrNoRoom
	}
	return n, nil
}

// staffPlaylist is the console's preview: staff are known by their cookie with every
// request, so no token is needed.
func (h *Lives) staffPlaylist(w http.ResponseWriter, r *http.Request) {
	lessonID, err := h.lesson(r)
	if err == nil {
		err = h.Mine(r.Context(), lessonID)
	}
	var text string
	if err == nil {
		text, err = h.Service.Playlist(r.Context(), lessonID, func(keyID int64) string { return "keys/" + strconv.FormatInt(keyID, 10) })
	}
	if err != nil {
		web.Fail(w, r, err)
		return
	}
	w.Header().Set("Cache-Control", "no-store")
	list(w, text)
}

func (h *Lives) staffKey(w http.ResponseWriter, r *http.Request) {
	lessonID, err := h.lesson(r)
	keyID, bad := strconv.ParseInt(r.PathValue("key"), 10, 64)
	if err == nil && bad != nil {
		err = live.ErrKeyGone
	}
	if err == nil {
		err = h.Mine(r.Context(), lessonID)
	}
	h.give(w, r, lessonID, keyID, err)
}

// talk is the line on which a listener hears the room; what they say themselves comes
// by the API.
func (h *Lives) talk(w http.ResponseWriter, r *http.Request) {
	lessonID, err := h.lesson(r)
	userID, _ := h.Session(r)
	if err == nil {
		err = h.Allow(r.Context(), userID, lessonID)
	}
	if err == nil && userID == 0 {
		if ok, wait := h.nameless.Allow(web.CallerOf(r.Context()).Address, time.Now()); !ok {
			err = live.ErrFull.Retry(int(wait/time.Second) + 1)
		}
	}
	if err != nil {
		web.Fail(w, r, err)
		return
	}
	h.stream(w, r, lessonID, userID, func(ctx context.Context) error { return h.Allow(ctx, userID, lessonID) })
}

func (h *Lives) staffTalk(w http.ResponseWriter, r *http.Request) {
	lessonID, err := h.lesson(r)
	if err == nil {
		err = h.Mine(r.Context(), lessonID)
	}
	if err != nil {
		web.Fail(w, r, err)
		return
	}
	h.stream(w, r, lessonID, live.Staff, func(ctx context.Context) error { return h.Mine(ctx, lessonID) })
}

// stream sends a room's events until either side has enough. Another site's page
// cannot open it: the library compares the origin. A bearer is no cookie, and the
// mini program's origin is not ours.
func (h *Lives) stream(w http.ResponseWriter, r *http.Request, lessonID, userID int64, still func(context.Context) error) {
	l, err := h.Service.Join(lessonID, userID)
	if err != nil {
		web.Fail(w, r, err)
		return
	}
	defer l.Leave()
	conn, err := websocket.Accept(w, r, &websocket.AcceptOptions{InsecureSkipVerify: web.CallerOf(r.Context()).Bearer != "", CompressionMode: websocket.CompressionDisabled})
	if err != nil {
		return // it has answered
	}
	defer func() { _ = conn.CloseNow() }()
	conn.SetReadLimit(1 << 10)
	ctx := conn.CloseRead(r.Context())
	ping, check := time.NewTicker(talkPing), time.NewTicker(talkCheck)
	defer ping.Stop()
	defer check.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-l.Gone:
			_ = conn.Close(websocket.StatusTryAgainLater, "")
			return
		case frame := <-l.C:
			if write(ctx, conn, frame) != nil {
				return
			}
		case <-ping.C:
			if write(ctx, conn, []byte("{}")) != nil { // a frame, since mini programs see no pings
				return
			}
		case <-check.C:
			if still(ctx) != nil {
				_ = conn.Close(websocket.StatusPolicyViolation, "")
				return
			}
		}
	}
}

func write(ctx context.Context, conn *websocket.Conn, frame []byte) error {
	ctx, cancel := context.WithTimeout(ctx, talkWrite)
	defer cancel()
	return conn.Write(ctx, websocket.MessageText, frame)
}
