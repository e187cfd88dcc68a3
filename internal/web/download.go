package web

import (
	"fmt"
	"io"
	"net/http"
	"net/url"

	"github.com/danielgtaylor/huma/v2"
)

// Download answers with a private file, to be kept and never run: its type is told
// for pictures alone.
func Download(name, mime string, body io.ReadCloser) *huma.StreamResponse {
	return &huma.StreamResponse{Body: func(hc huma.Context) {
		defer func() { _ = body.Close() }()
		kind := "application/octet-stream"
		if mime == "image/jpeg" || mime == "image/png" {
			kind = mime
		}
		hc.SetHeader("Content-Type", kind)
		hc.SetHeader("Content-Disposition", fmt.Sprintf(`attachment; filename="file"; filename*=UTF-8''%s`, url.PathEscape(name)))
		hc.SetHeader("Cache-Control", "private, no-store")
		hc.SetHeader("X-Content-Type-Options", "nosniff")
		if _, err := io.Copy(hc.BodyWriter(), body); err != nil {
			panic(http.ErrAbortHandler) // half a file must not look like a whole one
		}
	}}
}
