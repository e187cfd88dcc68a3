package page

import (
	"encoding/xml"
	"net/http"
	"strconv"
	"time"

	"zhizhou/internal/catalog"
	"zhizhou/internal/clock"
	"zhizhou/internal/media"
)

type siteURL struct {
	Loc     string `xml:"loc"`
	LastMod string `xml:"lastmod,omitempty"`
}

// sitemap lists the home page, topics, instructors and every published course, at most 50,000 as
// the protocol allows.
func (p *pages) sitemap(w http.ResponseWriter, r *http.Request) {
	list := []siteURL{{Loc: p.PublicURL + "/"}}
	var after []int64
	for len(list) < 49_000 {
		cards, err := p.Catalog.Shelf(r.Context(), "pc", 0, catalog.Newest, after, 500)
		if err != nil {
			http.Error(w, "暂时不可用", http.StatusServiceUnavailable)
			return
		}
		for _, c := range cards {
			list = append(list, siteURL{p.PublicURL + "/course/" + strconv.FormatInt(c.ID, 10), time.UnixMilli(c.PublishedAt).In(clock.China).Format(time.DateOnly)})
		}
		if len(cards) < 500 {
			break
		}
		after = catalog.CardKeys(catalog.Newest)(cards[len(cards)-1])
	}
	topics, err := p.topicURLs(r)
	if err != nil {
		http.Error(w, "暂时不可用", http.StatusServiceUnavailable)
		return
	}
	teachers, err := p.teacherURLs(r)
	if err != nil {
		http.Error(w, "暂时不可用", http.StatusServiceUnavailable)
		return
	}
	list = append(append(list, topics...), teachers...)
	w.Header().Set("Content-Type", "application/xml; charset=utf-8")
	_, _ = w.Write([]byte(xml.Header))
	_ = xml.NewEncoder(w).Encode(struct {
		XMLName xml.Name  `xml:"urlset"`
		NS      string    `xml:"xmlns,attr"`
		URLs    []siteURL `xml:"url"`
	}{NS: "http://www.sitemaps.org/schemas/sitemap/0.9", URLs: list})
}

// topicURLs lists the newest topics and the page of rankings.
func (p *pages) topicURLs(r *http.Request) ([]siteURL, error) {
	list := []siteURL{{Loc: p.PublicURL + "/rankings"}}
	rows, err := p.Topic.Live(r.Context(), nil, 500)
	for _, t := range rows {
		list = append(list, siteURL{p.PublicURL + "/topic/" + strconv.FormatInt(t.ID, 10), time.UnixMilli(t.UpdatedAt).In(clock.China).Format(time.DateOnly)})
	}
	return list, err
}

// topic serves a topic's address, with its courses as schema.org's ItemList.
func (p *pages) topic(w http.ResponseWriter, r *http.Request) {
	topicID, err := number(r)
	if err != nil {
		p.gone(w, r, err)
		return
	}
	t, err := p.Topic.Page(r.Context(), "pc", topicID)
	if err != nil {
		p.gone(w, r, err)
		return
	}
	s := p.shop(r)
	h := head{title: t.Topic.Title + " · " + s.Name, description: t.Topic.Intro, kind: "website", url: p.PublicURL + "/topic/" + strconv.FormatInt(topicID, 10), image: media.ImageURL(t.Topic.Cover)}
	if h.description == "" {
		h.description = s.Slogan
	}
	if h.image != "" {
		h.image = p.PublicURL + h.image
	}
	items := []map[string]any{}
	for i, c := range t.Courses {
		items = append(items, map[string]any{"@type": "ListItem", "position": i + 1, "name": c.Title, "url": p.PublicURL + "/course/" + strconv.FormatInt(c.ID, 10)})
	}
	h.data = map[string]any{"@context": "https://schema.org", "@type": "ItemList", "name": t.Topic.Title, "numberOfItems": len(items), "itemListElement": items}
	p.write(w, h)
}
