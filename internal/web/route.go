package web

import (
	"context"
	"net/http"
	"reflect"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"zhizhou/internal/errs"
)

// Need says who may call a route.
type Need string

// The needs. Everything that is not Public or Anyone is refused without sign-in.
const (
	Public  Need = "public"  // nobody is looked up; the answer may be cached
	Anyone  Need = "anyone"  // signed in or not
	Learner Need = "learner" // a signed-in learner; the service checks ownership
	Console Need = "console" // a member of staff with the route's permission
)

// Route declares an operation: its address, who may call it, and for the console
// which permission it takes.
type Route struct {
	ID         string
	Method     string
	Path       string
	Summary    string
	Tag        string
	Need       Need
	Agreed     bool          // learner only: refused while an agreement in force is not accepted
	Permission string        // console only; "self" for a signed-in member's own things
	Status     int           // of success; 200 when 0
	Cache      time.Duration // Public only: how long the bytes may be served again
	MaxBytes   int64         // request body limit; 1 MiB when 0
	Timeout    time.Duration // reading the body; Huma's 5 s when 0
}

// Guard tells who is behind a token. The app wires it to account.
type Guard interface {
	// Learner returns the user of a session token. Errors: ErrSignIn.
	Learner(ctx context.Context, token string) (User, error)
	// Agreed refuses while the user has yet to accept an agreement in force.
	Agreed(ctx context.Context, userID int64) error
	// Member returns the staff member of a session token. Errors: ErrSignIn.
	Member(ctx context.Context, token string) (Staff, error)
}

// API is Huma on the standard mux with the project's rules around it.
type API struct {
	Huma   huma.API
	Mux    *http.ServeMux
	guard  Guard
	cache  *cache
	gate   *gate
	routes []Route
	// Enter, if set, names who acts once a member of staff was admitted, so that
	// the audit log knows.
	Enter func(ctx context.Context, c *Caller) context.Context
}

// NewAPI makes an API on mux.
func NewAPI(mux *http.ServeMux, guard Guard) *API {
	cfg := huma.DefaultConfig("Zhizhou 知舟", "1")
	cfg.Info.Description = "API of the learner clients and the console. Money in fen, times in UTC milliseconds, errors as problem+json with stable codes."
	cfg.OpenAPIPath, cfg.DocsPath, cfg.SchemasPath = "/api/openapi", "", ""
	cfg.CreateHooks = nil // no $schema in bodies
	cfg.DefaultFormat = "application/json"
	plain := huma.DefaultJSONFormat
	plain.Unmarshal = readJSON
	cfg.Formats = map[string]huma.Format{"application/json": plain, "json": plain}
	// The console and the learner API may use the same word for different views.
	cfg.Components.Schemas = huma.NewMapRegistry("#/components/schemas/", func(t reflect.Type, hint string) string {
		name := huma.DefaultSchemaNamer(t, hint)
		if strings.Contains(t.String(), "console.") && !strings.HasPrefix(name, "Console") {
			name = "Console" + strings.ToUpper(name[:1]) + name[1:]
		}
		return name
	})
	cfg.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"learner":        {Type: "apiKey", In: "cookie", Name: LearnerCookie, Description: "H5"},
		"learner_bearer": {Type: "http", Scheme: "bearer", Description: "mini program"},
		"staff":          {Type: "apiKey", In: "cookie", Name: StaffCookie, Description: "console"},
	}
	return &API{Huma: humago.New(mux, cfg), Mux: mux, guard: guard, cache: newCache(), gate: newGate(Limits{})}
}

// Routes lists what was registered, for the matrix test.
func (a *API) Routes() []Route { return a.routes }

// Forget drops every cached answer: something public was changed.
func (a *API) Forget() { a.cache.forget() }

// Handle registers h under r. The handler runs only for callers that r.Need and
// r.Permission admit.
func Handle[I, O any](a *API, r Route, h func(context.Context, *I) (*O, error)) {
	if r.Need == "" || (r.Need == Console) != (r.Permission != "") {
		panic("web: route " + r.ID + " does not say who may call it")
	}
	a.routes = append(a.routes, r)
	op := huma.Operation{
		OperationID: r.ID, Method: r.Method, Path: r.Path, Summary: r.Summary, Tags: []string{r.Tag},
		DefaultStatus: r.Status, MaxBodyBytes: r.MaxBytes, BodyReadTimeout: r.Timeout,
		Errors:     []int{400, 422, 500},
		Extensions: map[string]any{"x-need": string(r.Need)},
	}
	switch r.Need {
	case Learner:
		op.Security = []map[string][]string{{"learner": {}}, {"learner_bearer": {}}}
		op.Errors = append(op.Errors, 401, 403, 404, 409, 429)
	case Console:
		op.Security = []map[string][]string{{"staff": {}}}
		op.Extensions["x-permission"] = r.Permission
		op.Errors = append(op.Errors, 401, 403, 404, 409)
	}
	if r.Cache > 0 {
		a.cache.watch(r.Path, r.Cache)
	}
	// Before the input is even parsed: strangers learn nothing of what is expected.
	op.Middlewares = huma.Middlewares{func(hc huma.Context, next func(huma.Context)) {
		ctx := hc.Context()
		if err := a.admit(ctx, r); err != nil {
			refuse(hc, problemOf(ctx, err))
			return
		}
		if r.Need == Console && a.Enter != nil {
			hc = huma.WithContext(hc, a.Enter(ctx, CallerOf(ctx)))
		}
		next(hc)
	}}
	huma.Register(a.Huma, op, func(ctx context.Context, in *I) (*O, error) {
		out, err := h(ctx, in)
		if err != nil {
			return nil, problemOf(ctx, err)
		}
		return out, nil
	})
}

func refuse(hc huma.Context, p *Problem) {
	hc.SetHeader("Content-Type", "application/problem+json")
	for k, v := range p.GetHeaders() {
		hc.SetHeader(k, v[0])
	}
	hc.SetStatus(p.Status)
	_ = writeJSON(hc.BodyWriter(), p)
}

func (a *API) admit(ctx context.Context, r Route) error {
	c := CallerOf(ctx)
	switch r.Need {
	case Public:
		return nil
	case Anyone, Learner:
		err := a.learner(ctx, c)
		if r.Need == Anyone && errs.KindOf(err) != errs.Limited {
			return nil
		}
		if err == nil && r.Agreed {
			return a.guard.Agreed(ctx, c.User.ID)
		}
		return err
	case Console:
		return a.member(ctx, c, r.Permission)
	}
	return ErrForbidden
}

func (a *API) learner(ctx context.Context, c *Caller) error {
	token := c.Bearer
	if token == "" {
		token = c.Cookie(LearnerCookie)
	}
	if token == "" {
		return ErrSignIn
	}
	user, err := a.guard.Learner(ctx, token)
	if err != nil {
		return a.gate.unknown(c, err)
	}
	c.User = user
	return a.gate.known(c, "user", user.SessionID)
}

func (a *API) member(ctx context.Context, c *Caller, permission string) error {
	token := c.Cookie(StaffCookie)
	if token == "" {
		return ErrSignIn
	}
	s, err := a.guard.Member(ctx, token)
	if err != nil {
		return a.gate.unknown(c, err)
	}
	c.Staff = s
	if err := a.gate.known(c, "staff", s.SessionID); err != nil {
		return err
	}
	switch {
	case permission == "self":
		return nil
	case s.NeedsMFA && !s.MFA:
		return ErrForbidden.Say("请先完成两步验证")
	case s.Can == nil || !s.Can(permission):
		return ErrForbidden
	}
	return nil
}

// Who returns the signed-in learner of a request to a public route, where nobody
// is looked up unless asked for; ID 0 when nobody is signed in.
func (a *API) Who(ctx context.Context) User {
	c := CallerOf(ctx)
	_ = a.learner(ctx, c) // not signed in is an answer here
	return c.User
}

// Staffed wraps a raw handler (uploads) with the console's sign-in and permission.
func (a *API) Staffed(permission string, h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := a.member(r.Context(), CallerOf(r.Context()), permission); err != nil {
			Fail(w, r, err)
			return
		}
		if a.Enter != nil {
			r = r.WithContext(a.Enter(r.Context(), CallerOf(r.Context())))
		}
		h.ServeHTTP(w, r)
	})
}

// SignedIn fills the caller's user on raw handlers; it refuses nobody.
func (a *API) SignedIn(r *http.Request) User {
	return a.Who(r.Context())
}

// Fail writes err as a problem, for raw handlers.
func Fail(w http.ResponseWriter, r *http.Request, err error) {
	p := problemOf(r.Context(), err)
	w.Header().Set("Content-Type", "application/problem+json")
	w.Header().Set("Cache-Control", "no-store")
	for k, v := range p.GetHeaders() {
		w.Header()[k] = v
	}
	w.WriteHeader(p.Status)
	_ = writeJSON(w, p)
}
