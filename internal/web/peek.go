package web

import (
	"context"
	"net/http"
	"net/url"
)

// Peek returns what anybody who is not signed in would be answered at an address of the
// API, from the same client and out of the same cache; false when that is no answer of
// 200. Pages use it to be sent with what they will show.
func (a *API) Peek(r *http.Request, address string) ([]byte, bool) {
	u, err := url.ParseRequestURI(address)
	if err != nil {
		return nil, false
	}
	from := CallerOf(r.Context())
	call := &Caller{RequestID: from.RequestID, Address: from.Address, Platform: from.Platform, Device: from.Device, header: http.Header{}}
	ask := (&http.Request{Method: http.MethodGet, URL: u, Proto: r.Proto, ProtoMajor: r.ProtoMajor, ProtoMinor: r.ProtoMinor, Header: http.Header{}, Host: r.Host, RemoteAddr: r.RemoteAddr, RequestURI: address, Body: http.NoBody}).
		WithContext(context.WithValue(r.Context(), callerKey{}, call))
	buf := &buffered{header: http.Header{}, status: http.StatusOK}
	a.cache.serve(buf, ask, a.Mux)
	return buf.body.Bytes(), buf.status == http.StatusOK
}
