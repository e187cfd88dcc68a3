package hook

import (
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"
	"time"

	"zhizhou/internal/media"
	"zhizhou/internal/web"
)

// segment serves an encrypted segment. Its address is the same for every viewer,
// so a CDN may keep it until the address expires.
func (h *Media) segment(w http.ResponseWriter, r *http.Request) {
	if err := h.referer(r); err != nil {
		web.Fail(w, r, err)
		return
	}
	key, exp, err := h.Service.OpenSegmentLink(media.SegmentLink{
		Sig: r.PathValue("sig"), Exp: r.PathValue("exp"), Asset: r.PathValue("asset"),
		Rendition: r.PathValue("rendition"), Name: r.PathValue("name"),
	})
	if err != nil {
		web.Fail(w, r, err)
		return
	}
	if h.RedirectSegments {
		if to, err := h.Service.StoreURL(r.Context(), key); err == nil && to != "" {
			w.Header().Set("Cache-Control", "private, max-age=300")
			http.Redirect(w, r, to, http.StatusFound)
			return
		}
	}
	age := max(0, exp-h.Service.NowS())
	h.serve(w, r, key, "video/mp2t", "public, max-age="+strconv.FormatInt(age, 10)+", immutable")
}

func (h *Media) serve(w http.ResponseWriter, r *http.Request, key, contentType, cache string) {
	body, info, err := h.Service.Open(r.Context(), key)
	if err != nil {
		web.Fail(w, r, missing(err))
		return
	}
	defer func() { _ = body.Close() }()
	w.Header().Set("Content-Type", contentType)
	w.Header().Set("Cache-Control", cache)
	http.ServeContent(w, r, "", info.ModifiedAt, body) // an *os.File keeps sendfile
}

// image serves a public picture: covers, avatars, posters.
func (h *Media) image(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("key")
	body, info, err := h.Service.OpenImage(r.Context(), name)
	if err != nil {
		web.Fail(w, r, missing(err))
		return
	}
	defer func() { _ = body.Close() }()
	contentType := "image/jpeg"
	if path.Ext(name) == ".png" {
		contentType = "image/png"
	}
	w.Header().Set("Content-Type", contentType)
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable") // a new picture has a new name
	http.ServeContent(w, r, "", info.ModifiedAt, body)
}

// file serves an attachment by a signed address, always as a download. Access is
// asked at this moment: an address does not outlive a refund.
func (h *Media) file(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	link := media.FileLink{
		Sig: r.PathValue("sig"), Exp: r.PathValue("exp"), Name: r.PathValue("name"), Key: q.Get("k"),
		Attachment: q.Get("a"), User: q.Get("u"), Session: q.Get("s"), Browser: q.Get("b"),
	}
	key, grant, err := h.Service.OpenFileLink(link, h.viewer(r))
	if err == nil {
		err = h.AllowFile(r.Context(), grant)
	}
	if err != nil {
		web.Fail(w, r, err)
		return
	}
	w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": link.Name}))
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; sandbox")
	// 100 MB on a slow line outlast the server's usual write deadline.
	_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(time.Hour))
	h.serve(w, r, key, "application/octet-stream", "private, no-store")
}

// cleanID reports whether text is one of our upload names.
func cleanID(text string) bool {
	return len(text) == 32 && strings.Trim(text, "0123456789abcdef") == ""
}
