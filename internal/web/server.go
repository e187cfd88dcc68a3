// Package web is the HTTP ground that every API stands on: Huma on the standard
// mux, the one map from errors to answers, sign-in, limits, the request log, and
// the serving of the built clients. It knows no domain.
package web

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"regexp"
	"runtime/debug"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/prometheus/client_golang/prometheus"

	"zhizhou/internal/errs"
)

// Config sets up the outer handler.
type Config struct {
	Log       *slog.Logger
	PublicURL string         // the address users see, e.g. https://school.example
	Trusted   []netip.Prefix // proxies whose X-Forwarded-For is believed
	Metrics   prometheus.Registerer
	// Count wraps a context so that the statements run under it are counted.
	Count func(context.Context) (context.Context, func() int64)
	// MediaSites are origins that video segments come from, besides this one.
	MediaSites []string
	// Limits bound what one client may ask of the API.
	Limits Limits
	// PaySites are origins that a payment page may be opened on (form-action).
	PaySites []string
}

// Handler puts the outer rings around the API's mux: request id, log, metrics,
// panic barrier, security headers, limits, cross-site protection, answer cache.
func (a *API) Handler(cfg Config) http.Handler {
	a.gate = newGate(cfg.Limits)
	csrf := http.NewCrossOriginProtection()
	if cfg.PublicURL != "" {
		_ = csrf.AddTrustedOrigin(strings.TrimSuffix(cfg.PublicURL, "/")) // validated with the config
	}
	// Gateways and the mini program are not browsers with cookies: their calls
	// carry a signature or a bearer token of their own.
	csrf.AddInsecureBypassPattern("/hook/")
	csrf.AddInsecureBypassPattern("/sandbox/")
	api := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { a.cache.serve(w, r, a.Mux) })
	guarded := csrf.Handler(api)
	csrf.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		Fail(w, r, ErrForbidden.Say("请求来自别的网站，已被拒绝"))
	}))
	seen := prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "zhizhou_http_seconds", Help: "Seconds from request to answer, by route and status class.",
		Buckets: []float64{.001, .005, .02, .1, .5, 2, 10},
	}, []string{"route", "class"})
	if cfg.Metrics != nil {
		cfg.Metrics.MustRegister(seen)
	}
	https := strings.HasPrefix(cfg.PublicURL, "https://")
	csp := policy(cfg.PaySites, cfg.MediaSites)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		call := newCaller(r, cfg.Trusted)
		ctx := context.WithValue(r.Context(), callerKey{}, call)
		statements := func() int64 { return 0 }
		if cfg.Count != nil {
			ctx, statements = cfg.Count(ctx)
		}
		r = r.WithContext(ctx)
		// wx.request knows no PATCH. Both methods are writes under the same guards.
		if r.Method == http.MethodPost && call.Platform.Mini() && r.Header.Get("X-HTTP-Method-Override") == http.MethodPatch {
			r.Method = http.MethodPatch
		}
		rec := &recorder{ResponseWriter: w, status: 200}
		unclean := !clean(r.URL)
		h := w.Header()
		h.Set("X-Request-Id", call.RequestID)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "strict-origin-when-cross-origin")
		if !strings.HasPrefix(r.URL.Path, "/media/") {
			h.Set("Content-Security-Policy", csp)
			h.Set("X-Frame-Options", "DENY")
			h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
		}
		if https {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		if strings.HasPrefix(r.URL.Path, "/api/") {
			h.Set("Cache-Control", "no-store")
		}
		defer func() {
			if p := recover(); p != nil {
				if p == http.ErrAbortHandler { //nolint:errorlint // the documented sentinel, compared as net/http does
					panic(p)
				}
				call.cause = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
				if !rec.wrote {
					Fail(rec, r, fmt.Errorf("panic: %v", p))
				}
			}
			took := time.Since(start)
			route := r.Pattern
			if route == "" {
				route = "none"
			}
			seen.WithLabelValues(route, string('0'+byte(rec.status/100))+"xx").Observe(took.Seconds())
			line(cfg.Log, call, r.Method, route, rec.status, took, statements())
		}()
		if unclean {
			Fail(rec, r, errText)
			return
		}
		if err := a.gate.enter(call, r.Method, r.URL.Path); err != nil {
			Fail(rec, r, err)
			return
		}
		guarded.ServeHTTP(rec, r)
	})
}

var errText = errs.New(errs.Invalid, "text_invalid", "内容里有无法识别的字符")

// clean refuses addresses with NUL bytes or broken UTF-8, which the databases
// treat differently and no person types.
func clean(u *url.URL) bool {
	query, err := url.QueryUnescape(u.RawQuery)
	return err == nil && utf8.ValidString(u.Path) && utf8.ValidString(query) && !strings.ContainsRune(u.Path, 0) && !strings.ContainsRune(query, 0)
}

// readJSON is the usual decoding behind the same check.
func readJSON(data []byte, v any) error {
	// Looking for the text first keeps the pattern away from megabytes of files.
	if !utf8.Valid(data) || bytes.Contains(data, []byte(`\u0000`)) && nul.Match(data) {
		return errText
	}
	return json.Unmarshal(data, v)
}

// nul finds an escaped NUL; an even run of backslashes before it is plain text.
var nul = regexp.MustCompile(`(^|[^\\])(\\\\)*\\u0000`)

// line writes the one log line of a request. The path is the route's pattern:
// real paths hold tokens and numbers of people.
func line(log *slog.Logger, c *Caller, method, route string, status int, took time.Duration, statements int64) {
	level := slog.LevelInfo
	if status >= 500 {
		level = slog.LevelError
	}
	if log == nil || !log.Enabled(context.Background(), level) {
		return
	}
	attrs := []slog.Attr{
		slog.String("id", c.RequestID), slog.String("method", method), slog.String("route", route), slog.Int("status", status),
		slog.Float64("ms", float64(took.Microseconds())/1000), slog.Int64("statements", statements),
	}
	if c.User.ID != 0 {
		attrs = append(attrs, slog.Int64("user", c.User.ID))
	}
	if c.Staff.ID != 0 {
		attrs = append(attrs, slog.Int64("staff", c.Staff.ID))
	}
	if c.cause != nil {
		attrs = append(attrs, slog.String("cause", c.cause.Error()))
	}
	log.LogAttrs(context.Background(), level, "request", attrs...)
}

func policy(paySites, mediaSites []string) string {
	media := strings.TrimSpace("'self' blob: " + strings.Join(mediaSites, " "))
	connect := strings.TrimSpace("'self' " + strings.Join(mediaSites, " "))
	form := strings.TrimSpace("'self' " + strings.Join(paySites, " "))
	return "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob: https:; " +
		"media-src " + media + "; worker-src 'self' blob:; connect-src " + connect + "; object-src 'none'; base-uri 'self'; " +
		"frame-ancestors 'none'; form-action " + form
}

// recorder remembers the status. It forwards ReadFrom and Unwrap, without which
// files would no longer be sent by the kernel (sendfile).
type recorder struct {
	http.ResponseWriter
	status int
	wrote  bool
}

func (r *recorder) WriteHeader(status int) {
	if status >= 200 {
		r.status, r.wrote = status, true
	}
	r.ResponseWriter.WriteHeader(status)
}

func (r *recorder) Write(b []byte) (int, error) {
	r.wrote = true
	return r.ResponseWriter.Write(b)
}

// ReadFrom implements io.ReaderFrom.
func (r *recorder) ReadFrom(src io.Reader) (int64, error) {
	r.wrote = true
	return io.Copy(r.ResponseWriter, src)
}

// Unwrap serves http.ResponseController.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }
