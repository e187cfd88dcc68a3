package hook

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"zhizhou/internal/certificate"
	"zhizhou/internal/errs"
	"zhizhou/internal/web"
)

// credentialsPerMinute is how many signed documents and pictures an address may have;
// each costs some milliseconds to make.
const credentialsPerMinute = 60

var errCredentialRate = errs.New(errs.Limited, "certificate_rate", "查得太快了，请过一会儿再查")

// Certificates serves credentials, what is needed to verify them, and their pictures.
// Fill the fields, then call Routes.
type Certificates struct {
	Service *certificate.Service
	// School returns what the school is called.
	School func(ctx context.Context) string

	perAddress *web.Limiter
}

// Routes registers the addresses that credentials name.
func (h *Certificates) Routes(mux *http.ServeMux) {
	h.perAddress = web.NewLimiter(credentialsPerMinute, time.Minute)
	mux.HandleFunc("GET /.well-known/did.json", h.document("application/did", func(r *http.Request) (map[string]any, error) { return h.Service.Document(r.Context()) }))
	mux.HandleFunc("GET /credential/status/{no}", h.document("application/vc", func(r *http.Request) (map[string]any, error) {
		no, err := strconv.ParseInt(r.PathValue("no"), 10, 64)
		if err != nil {
			return nil, certificate.ErrGone
		}
		return h.Service.StatusList(r.Context(), no, h.School(r.Context()))
	}))
	mux.HandleFunc("GET /credential/{code}", h.document("application/vc", func(r *http.Request) (map[string]any, error) {
		c, err := h.Service.ByCode(r.Context(), r.PathValue("code"))
		if err != nil {
			return nil, err
		}
		return h.Service.Credential(r.Context(), c, h.School(r.Context()))
	}))
	mux.HandleFunc("GET /credential/{code}/{file}", h.print)
}

func (h *Certificates) admit(w http.ResponseWriter, r *http.Request) bool {
	ok, wait := h.perAddress.Allow(web.CallerOf(r.Context()).Address, time.Now())
	if !ok {
		web.Fail(w, r, errCredentialRate.Retry(int(wait/time.Second)+1))
	}
	return ok
}

// document answers with JSON that verifiers anywhere may read.
func (h *Certificates) document(kind string, make func(*http.Request) (map[string]any, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if !h.admit(w, r) {
			return
		}
		doc, err := make(r)
		if err == nil {
			var raw []byte
			if raw, err = json.Marshal(doc); err == nil {
				head := w.Header()
				head.Set("Content-Type", kind)
				head.Set("Cache-Control", "no-cache") // a revocation or a hidden name counts at once
				head.Set("Access-Control-Allow-Origin", "*")
				head.Set("Cross-Origin-Resource-Policy", "cross-origin")
				head.Set("X-Robots-Tag", "noindex")
				_, _ = w.Write(raw)
				return
			}
		}
		web.Fail(w, r, err)
	}
}

// print serves the picture or the page to print.
func (h *Certificates) print(w http.ResponseWriter, r *http.Request) {
	if !h.admit(w, r) {
		return
	}
	name, kind, _ := strings.Cut(r.PathValue("file"), ".")
	c, err := h.Service.ByCode(r.Context(), r.PathValue("code"))
	if err == nil && name != "certificate" {
		err = certificate.ErrGone
	}
	var file []byte
	if err == nil {
		file, err = h.Service.Print(c, h.School(r.Context()), kind)
	}
	if err != nil {
		web.Fail(w, r, err)
		return
	}
	head := w.Header()
	head.Set("Content-Type", map[string]string{"png": "image/png", "pdf": "application/pdf"}[kind])
	head.Set("Content-Length", strconv.Itoa(len(file)))
	head.Set("X-Content-Type-Options", "nosniff")
	head.Set("Cache-Control", "no-cache")
	head.Set("X-Robots-Tag", "noindex")
	if kind == "pdf" {
		head.Set("Content-Disposition", `attachment; filename="`+c.Code+`.pdf"`)
	}
	_, _ = w.Write(file)
}
