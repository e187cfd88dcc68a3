package hook

import (
	"context"
	"io"
	"net/http"

	"zhizhou/internal/ebook"
	"zhizhou/internal/web"
)

// Ebooks serves pictures of e-books. Fill the fields, then call Routes.
type Ebooks struct {
	Service *ebook.Service
	// Allow answers live whether the grant's user may still see the picture.
	Allow func(ctx context.Context, g ebook.Grant) error
	// Session returns who sends a request, 0, 0 when it carries no session.
	Session func(*http.Request) (userID, sessionID int64)
}

// Routes registers the pictures.
func (h *Ebooks) Routes(mux *http.ServeMux) {
	mux.HandleFunc("GET /media/e/{token}", h.picture)
}

func (h *Ebooks) picture(w http.ResponseWriter, r *http.Request) {
	body, mime, err := h.open(r)
	if err != nil {
		web.Fail(w, r, missing(err))
		return
	}
	defer func() { _ = body.Close() }()
	head := w.Header()
	head.Set("Content-Type", mime)
	head.Set("X-Content-Type-Options", "nosniff")
	head.Set("Cross-Origin-Resource-Policy", "same-site")
	head.Set("Cache-Control", "private, max-age=300")
	_, _ = io.Copy(w, body)
}

func (h *Ebooks) open(r *http.Request) (io.ReadCloser, string, error) {
	userID, sessionID := h.Session(r)
	g, err := h.Service.OpenLink(r.PathValue("token"), userID, sessionID)
	if err != nil {
		return nil, "", err
	}
	if err := h.Allow(r.Context(), g); err != nil {
		return nil, "", err
	}
	return h.Service.Picture(r.Context(), g)
}
