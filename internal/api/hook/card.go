package hook

import (
	"context"
	"net/http"
	"strings"
	"time"

	"zhizhou/internal/card"
	"zhizhou/internal/errs"
	"zhizhou/internal/media"
	"zhizhou/internal/web"
)

// cardsPerMinute is how many pictures an address may have: phones of one home that look
// through their galleries, not a program that looks for codes.
const cardsPerMinute = 300

var errCardRate = errs.New(errs.Limited, "card_rate", "看得太快了，请过一会儿再试")

// Cards serves the pictures of evidence cards, and what their mentors said aloud.
type Cards struct {
	Service *card.Service
	Media   *media.Service
	School  func(ctx context.Context) string // what it is called
	// Leads reports whether a share's code leads to a card: then its picture may carry it.
	Leads func(ctx context.Context, code string, cardID int64) bool
	Short func(code string) string // a share's address
}

// Routes registers their address.
func (h *Cards) Routes(mux *http.ServeMux) {
	perAddress := web.NewLimiter(cardsPerMinute, time.Minute)
	mux.HandleFunc("GET /card/{code}/{file}", func(w http.ResponseWriter, r *http.Request) {
		if ok, wait := perAddress.Allow(web.CallerOf(r.Context()).Address, time.Now()); !ok {
			web.Fail(w, r, errCardRate.Retry(int(wait/time.Second)+1))
			return
		}
		if r.PathValue("file") == "voice" {
			h.voice(w, r)
			return
		}
		raw, err := h.print(r)
		if err != nil {
			web.Fail(w, r, err)
			return
		}
		head := w.Header()
		head.Set("Content-Type", "image/png")
		head.Set("Cache-Control", "private, no-cache") // a revocation or a hidden name counts at once
		head.Set("X-Robots-Tag", "noindex")
		_, _ = w.Write(raw)
	})
}

// voice serves what a mentor said aloud for a card, once it was approved.
func (h *Cards) voice(w http.ResponseWriter, r *http.Request) {
	c, err := h.Service.ByCode(r.Context(), r.PathValue("code"))
	if err == nil && c.RevokedAt > 0 {
		err = card.ErrRevoked
	}
	if err != nil {
		web.Fail(w, r, err)
		return
	}
	n, ok, err := h.Service.Said(r.Context(), c)
	if err == nil && (!ok || n.VoiceKey == "") {
		err = card.ErrGone
	}
	if err != nil {
		web.Fail(w, r, err)
		return
	}
	body, _, err := h.Media.Open(r.Context(), n.VoiceKey)
	if err != nil {
		web.Fail(w, r, card.ErrGone)
		return
	}
	defer func() { _ = body.Close() }()
	head := w.Header()
	head.Set("Content-Type", n.VoiceMime)
	head.Set("Cache-Control", "private, no-cache")
	head.Set("X-Content-Type-Options", "nosniff")
	http.ServeContent(w, r, "", time.Time{}, body)
}

// faces are the pictures of a card by the name of their file; "small-" before it is one for
// a list.
var faces = map[string]string{"card.png": card.Portrait, "square.png": card.Square, "card-dark.png": card.PortraitDark, "square-dark.png": card.SquareDark}

func (h *Cards) print(r *http.Request) ([]byte, error) {
	name, small := strings.CutPrefix(r.PathValue("file"), "small-")
	face, ok := faces[name]
	if !ok {
		return nil, card.ErrGone
	}
	c, err := h.Service.ByCode(r.Context(), r.PathValue("code"))
	if err != nil {
		return nil, err
	}
	if c.RevokedAt > 0 {
		return nil, card.ErrRevoked
	}
	link := h.Service.URL(c.Code)
	if code := r.URL.Query().Get("s"); code != "" && h.Leads(r.Context(), code, c.ID) {
		link = h.Short(code)
	}
	layout, words, err := h.Service.Face(r.Context(), c, face, h.School(r.Context()))
	if err != nil {
		return nil, err
	}
	if small {
		return h.Service.Small(r.Context(), c, layout, words)
	}
	return h.Service.Print(r.Context(), c, layout, words, link)
}
