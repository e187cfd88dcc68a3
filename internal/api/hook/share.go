package hook

import (
	"context"
	"net/http"
	"time"

	"zhizhou/internal/errs"
	"zhizhou/internal/share"
	"zhizhou/internal/web"
)

// sharePicturesPerMinute is how many an address may have.
const sharePicturesPerMinute = 60

var errSharePicture = errs.New(errs.Limited, "share_picture_rate", "看得太快了，请过一会儿再试")

// Shares serves the pictures of shares: posters and mini program codes.
type Shares struct {
	Service *share.Service
	School  func(ctx context.Context) string // what it is called
	Short   func(code string) string         // a share's address
}

// Routes registers their addresses.
func (h *Shares) Routes(mux *http.ServeMux) {
	perAddress := web.NewLimiter(sharePicturesPerMinute, time.Minute)
	serve := func(draw func(r *http.Request, code string) ([]byte, error)) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			if ok, wait := perAddress.Allow(web.CallerOf(r.Context()).Address, time.Now()); !ok {
				web.Fail(w, r, errSharePicture.Retry(int(wait/time.Second)+1))
				return
			}
			raw, err := draw(r, r.PathValue("code"))
			if err != nil {
				web.Fail(w, r, err)
				return
			}
			head := w.Header()
			head.Set("Content-Type", http.DetectContentType(raw))
			head.Set("Cache-Control", "private, no-cache") // a price or a name counts at once
			head.Set("X-Robots-Tag", "noindex")
			_, _ = w.Write(raw)
		}
	}
	mux.HandleFunc("GET /s/{code}/poster.png", serve(func(r *http.Request, code string) ([]byte, error) {
		return h.Service.Poster(r.Context(), code, h.School(r.Context()), h.Short(code))
	}))
	mux.HandleFunc("GET /s/{code}/mini.png", serve(func(r *http.Request, code string) ([]byte, error) {
		return h.Service.MiniCode(r.Context(), code)
	}))
}
