package hook

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"zhizhou/internal/document"
	"zhizhou/internal/errs"
	"zhizhou/internal/web"
)

// pagesPerReader is how many pages somebody may fetch in a minute: leafing is
// quicker than reading, and far slower than a program that takes the whole book.
const pagesPerReader = 120

var errPageRate = errs.New(errs.Limited, "page_rate", "翻页太快了，请歇一会儿再继续")

// Documents serves pages of documents. Fill the fields, then call Routes.
type Documents struct {
	Service *document.Service
	// Allow answers live whether the grant's user may still read the page; full is
	// false when it is part of a preview.
	Allow func(ctx context.Context, g document.Grant) (full bool, err error)
	// Mark returns what is written over the pages of a user.
	Mark func(ctx context.Context, userID int64) (string, error)
	// Session returns who sends a request, 0, 0 when it carries no session.
	Session func(*http.Request) (userID, sessionID int64)

	perReader *web.Limiter
}

// Routes registers the pages' pictures.
func (h *Documents) Routes(mux *http.ServeMux) {
	h.perReader = web.NewLimiter(pagesPerReader, time.Minute)
	mux.HandleFunc("GET /media/d/{token}/{page}", h.page)
}

// page serves a page with its reader's mark. Access is asked at this moment: an
// address does not outlive a refund.
func (h *Documents) page(w http.ResponseWriter, r *http.Request) {
	picture, err := h.picture(r)
	if err != nil {
		web.Fail(w, r, missing(err))
		return
	}
	head := w.Header()
	head.Set("Content-Type", "image/jpeg")
	head.Set("Content-Length", strconv.Itoa(len(picture)))
	head.Set("X-Content-Type-Options", "nosniff")
	head.Set("Cross-Origin-Resource-Policy", "same-site")
	head.Set("Cache-Control", "private, max-age=300")
	_, _ = w.Write(picture)
}

func (h *Documents) picture(r *http.Request) ([]byte, error) {
	ctx := r.Context()
	userID, sessionID := h.Session(r)
	g, err := h.Service.OpenLink(r.PathValue("token"), r.PathValue("page"), userID, sessionID)
	if err != nil {
		return nil, err
	}
	reader := "u" + strconv.FormatInt(g.User, 36)
	if g.User == 0 {
		reader = "a" + web.CallerOf(ctx).Address
	}
	// Of the machine: a flood is a flood whatever the clock of the business says.
	if ok, wait := h.perReader.Allow(reader, time.Now()); !ok {
		return nil, errPageRate.Retry(int(wait/time.Second) + 1)
	}
	full, err := h.Allow(ctx, g)
	if err != nil {
		return nil, err
	}
	mark, err := h.Mark(ctx, g.User)
	if err != nil {
		return nil, err
	}
	return h.Service.Picture(ctx, g, mark, full)
}
