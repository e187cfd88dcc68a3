package page

import (
	"net/http"
	"strconv"

	"zhizhou/internal/catalog"
	"zhizhou/internal/media"
	"zhizhou/internal/text"
)

func (p *pages) teacherURL(id int64) string {
	return p.PublicURL + "/teacher/" + strconv.FormatInt(id, 10)
}

// teacher serves an instructor's address. Who teaches nothing that everybody may see is
// not for search engines.
func (p *pages) teacher(w http.ResponseWriter, r *http.Request) {
	instructorID, err := number(r)
	var t catalog.Profile
	if err == nil {
		t, err = p.Catalog.Profile(r.Context(), instructorID)
	}
	if err != nil {
		p.gone(w, r, err)
		return
	}
	if t.CourseCount == 0 {
		w.Header().Set("X-Robots-Tag", "noindex")
	}
	h := head{title: t.Name + " · " + p.shop(r).Name, description: text.Cut(t.Bio, 120), kind: "profile", url: p.teacherURL(t.ID), image: media.ImageURL(t.Avatar)}
	if h.description == "" {
		h.description = t.Title
	}
	if h.image != "" {
		h.image = p.PublicURL + h.image
	}
	d := map[string]any{"@context": "https://schema.org", "@type": "Person", "name": t.Name, "jobTitle": t.Title, "description": h.description, "url": h.url}
	if h.image != "" {
		d["image"] = h.image
	}
	h.data = d
	p.write(w, h)
}

// teacherURLs lists who teaches something that everybody may see.
func (p *pages) teacherURLs(r *http.Request) ([]siteURL, error) {
	rows, err := p.Catalog.Profiles(r.Context(), 0, 500)
	var list []siteURL
	for _, t := range rows {
		list = append(list, siteURL{Loc: p.teacherURL(t.ID)})
	}
	return list, err
}
