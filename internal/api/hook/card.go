package hook

import (
	"context"
	"net/http"
	"time"

	"zhizhou/internal/card"
	"zhizhou/internal/errs"
	"zhizhou/internal/web"
)

// cardsPerMinute is how many pictures an address may have: a phone that looks through a
// gallery, not a program that looks for codes.
const cardsPerMinute = 120

var errCardRate = errs.New(errs.Limited, "card_rate", "看得太快了，请过一会儿再试")

// Cards serves the pictures of evidence cards.
type Cards struct {
	Service *card.Service
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

func (h *Cards) print(r *http.Request) ([]byte, error) {
	file := r.PathValue("file")
	if file != "card.png" && file != "square.png" {
		return nil, card.ErrGone
	}
	c, err := h.Service.ByCode(r.Context(), r.PathValue("code"))
	if err != nil {
		return nil, err
	}
	link := h.Service.URL(c.Code)
	if code := r.URL.Query().Get("s"); code != "" && h.Leads(r.Context(), code, c.ID) {
		link = h.Short(code)
	}
	return h.Service.Print(c, h.Service.Template(c, file == "square.png"), h.School(r.Context()), link)
}
