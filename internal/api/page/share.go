package page

import (
	"net/http"

	"zhizhou/internal/share"
)

// share leads from a short address to what was shared. It counts nothing: what looks at
// addresses before people do runs no script, and the client tells of its landing itself.
func (p *pages) share(w http.ResponseWriter, r *http.Request) {
	sh, to, err := p.Share.Find(r.Context(), r.PathValue("code"))
	if err != nil {
		p.gone(w, r, err)
		return
	}
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, share.Tagged(to.Path, sh.Code), http.StatusFound)
}
