package page

import (
	"fmt"
	"net/http"
)

// certificate serves the page on which anybody verifies a certificate. What is shared
// shows its picture; search engines are not to list people.
func (p *pages) certificate(w http.ResponseWriter, r *http.Request) {
	c, err := p.Certificate.ByCode(r.Context(), r.PathValue("code"))
	if err != nil {
		p.gone(w, r, err)
		return
	}
	w.Header().Set("X-Robots-Tag", "noindex")
	s := p.shop(r)
	h := head{title: c.Title + "核验 · " + s.Name, kind: "website", url: p.Certificate.URL(c.Code)}
	if c.RevokedAt > 0 {
		h.description = "这张证书已经撤销。"
	} else {
		h.image = p.PublicURL + "/credential/" + c.Code + "/certificate.png"
		h.description = fmt.Sprintf("《%s》：学完 %d 课时，学习 %d 分钟。学习记录由服务器计时，任何人可核验。", c.CourseTitle, c.Lessons, c.Minutes())
		if c.Name != "" {
			h.description = c.Name + " · " + h.description
		}
	}
	p.write(w, h)
}
