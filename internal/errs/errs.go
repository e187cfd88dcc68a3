// Package errs is the one error type that crosses package borders. A domain
// declares its few errors as values; web alone turns a Kind into an HTTP status.
package errs

import "errors"

// Kind says what class of trouble an error is; web maps it to a status.
type Kind uint8

// The kinds, with the HTTP status that web gives each.
const (
	Internal        Kind = iota // 500: ours; the message is never shown
	Invalid                     // 422: the input cannot be used as it is
	Unauthenticated             // 401: nobody is signed in
	Forbidden                   // 403: signed in, but not allowed
	NotFound                    // 404: absent, or not this caller's to know of
	Conflict                    // 409: the state of things forbids it now
	Limited                     // 429: too often
	Unavailable                 // 503: an outside service or the system is not ready
)

// E is an error with a stable machine code and a Chinese message that a person
// who is not an engineer understands.
type E struct {
	Kind   Kind
	Code   string            // snake_case, stable, part of the API
	Msg    string            // shown to the user, Chinese, says what to do
	Fields map[string]string // field → message, for Invalid
	RetryS int               // seconds to wait, for Limited
	Err    error             // cause, logged and never shown
}

// New declares an error. Domains keep the result in a package variable.
func New(kind Kind, code, msg string) *E { return &E{Kind: kind, Code: code, Msg: msg} }

func (e *E) Error() string {
	if e.Err != nil {
		return e.Code + ": " + e.Err.Error()
	}
	return e.Code
}

func (e *E) Unwrap() error { return e.Err }

// Is compares by code, so that a copy made by With… still matches its origin.
func (e *E) Is(target error) bool {
	t, ok := target.(*E)
	return ok && t.Code == e.Code
}

// With returns a copy that carries cause, for the log.
func (e *E) With(cause error) *E { c := *e; c.Err = cause; return &c }

// Field returns a copy that names one field and what is wrong with it.
func (e *E) Field(name, msg string) *E {
	c := *e
	c.Fields = map[string]string{name: msg}
	for k, v := range e.Fields {
		c.Fields[k] = v
	}
	return &c
}

// Retry returns a copy that tells the caller how many seconds to wait.
func (e *E) Retry(seconds int) *E { c := *e; c.RetryS = max(seconds, 1); return &c }

// Say returns a copy with another message under the same code.
func (e *E) Say(msg string) *E { c := *e; c.Msg = msg; return &c }

// KindOf returns the kind of err, Internal for an error that is not an E.
func KindOf(err error) Kind {
	var e *E
	if errors.As(err, &e) {
		return e.Kind
	}
	return Internal
}

// CodeOf returns the code of err, "internal" for an error that is not an E.
func CodeOf(err error) string {
	var e *E
	if errors.As(err, &e) {
		return e.Code
	}
	return "internal"
}
