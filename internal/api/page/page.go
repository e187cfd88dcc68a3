// Package page serves the built clients as one would a site: the shell of the H5
// client with the title, description and structured data of public pages written
// in for readers without JavaScript, the console, and the sitemap.
package page

import (
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"io/fs"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"zhizhou/internal/access"
	"zhizhou/internal/card"
	"zhizhou/internal/catalog"
	"zhizhou/internal/certificate"
	"zhizhou/internal/challenge"
	"zhizhou/internal/clock"
	"zhizhou/internal/errs"
	"zhizhou/internal/media"
	"zhizhou/internal/money"
	"zhizhou/internal/rating"
	"zhizhou/internal/setting"
	"zhizhou/internal/share"
	"zhizhou/internal/topic"
	"zhizhou/internal/web"
	assets "zhizhou/web"
)

// Deps are what the pages need.
type Deps struct {
	Catalog     *catalog.Service
	Topic       *topic.Service
	Certificate *certificate.Service
	Settings    *setting.Store
	Access      *access.Service
	Rating      *rating.Service
	Share       *share.Service
	Card        *card.Service
	Challenge   *challenge.Service
	Who         func(*http.Request) (userID int64)                             // 0: nobody is signed in
	Peek        func(r *http.Request, address string) (answer []byte, ok bool) // see web.API
	PublicURL   string
}

type pages struct {
	Deps
	client, admin fs.FS
	shell         []byte
	chunks        map[string][]string
}

// Routes serves everything that no other route takes.
func Routes(mux *http.ServeMux, d Deps) {
	p := &pages{Deps: d, client: built("client"), admin: built("admin")}
	p.chunks = chunks(p.client)
	p.shell = read(p.client, "index.html")
	mux.HandleFunc("GET /sitemap.xml", p.sitemap)
	mux.HandleFunc("GET /robots.txt", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		fmt.Fprintf(w, "User-agent: *\nDisallow: /api/\nDisallow: /admin/\nDisallow: /media/p/\nSitemap: %s/sitemap.xml\n", p.PublicURL)
	})
	mux.HandleFunc("GET /item.png", item)
	mux.HandleFunc("GET /admin/", p.console)
	mux.Handle("GET /admin", http.RedirectHandler("/admin/", http.StatusMovedPermanently))
	mux.HandleFunc("GET /course/{id}", p.course)
	mux.HandleFunc("GET /learn/{id}", p.lesson)
	mux.HandleFunc("GET /topic/{id}", p.topic)
	mux.HandleFunc("GET /teacher/{id}", p.teacher)
	mux.HandleFunc("GET /certificate/{code}", p.certificate)
	mux.HandleFunc("GET /s/{code}", p.share)
	mux.HandleFunc("GET /card/{code}", p.card)
	mux.HandleFunc("GET /class/{id}", p.class)
	mux.HandleFunc("/", p.site)
}

func built(name string) fs.FS {
	sub, err := fs.Sub(assets.Dist, "dist/"+name)
	if err == nil {
		if _, err = fs.Stat(sub, "index.html"); err == nil {
			return sub
		}
	}
	stub, err := fs.Sub(assets.Dist, "dist/stub")
	if err != nil {
		panic(err) // the stub is committed
	}
	return stub
}

func read(f fs.FS, name string) []byte {
	raw, err := fs.ReadFile(f, name)
	if err != nil {
		panic(err) // built() looked for it
	}
	return raw
}

func (p *pages) console(w http.ResponseWriter, r *http.Request) {
	if file(w, r, p.admin, strings.TrimPrefix(r.URL.Path, "/admin/")) {
		return
	}
	if strings.HasPrefix(r.URL.Path, "/admin/assets/") {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("X-Robots-Tag", "noindex")
	write(w, http.StatusOK, read(p.admin, "index.html"))
}

func write(w http.ResponseWriter, status int, doc []byte) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-cache")
	w.WriteHeader(status)
	_, _ = w.Write(doc)
}

func (p *pages) site(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		web.Fail(w, r, web.ErrNotFound)
		return
	}
	if file(w, r, p.client, r.URL.Path) {
		return
	}
	if strings.HasPrefix(r.URL.Path, "/assets/") || strings.HasPrefix(r.URL.Path, "/static/") {
		http.NotFound(w, r)
		return
	}
	if r.URL.Path == "/index.html" {
		http.Redirect(w, r, "/", http.StatusMovedPermanently)
		return
	}
	a, ok := addressOf(r.URL.Path)
	if !ok {
		p.lost(w, r, http.StatusNotFound)
		return
	}
	s := p.shop(r)
	if a.private {
		w.Header().Set("X-Robots-Tag", "noindex")
	}
	h := head{title: s.Name, description: s.Slogan, url: p.PublicURL + a.path, kind: "website", page: a.page}
	if a.title != "" {
		h.title = a.title + " · " + s.Name
	}
	switch a.path {
	case "/":
		p.meet(r, &h, "home", func(f *firstData) any { return &f.Home }, "/api/home")
	case "/search":
		if q := r.URL.Query(); len(q) == 1 && q.Get("q") != "" {
			p.meet(r, &h, "search", func(f *firstData) any { f.Asked = q.Get("q"); return &f.Search }, "/api/search?limit=12&q="+url.QueryEscape(q.Get("q"))+"&sort=relevance")
		}
	}
	p.write(w, h)
}

// lost answers with the shell, in which the client says that there is nothing and
// shows a way home.
func (p *pages) lost(w http.ResponseWriter, r *http.Request, status int) {
	w.Header().Set("X-Robots-Tag", "noindex")
	title := "没有这一页"
	if status == http.StatusServiceUnavailable {
		title = "暂时打不开"
		w.Header().Set("Retry-After", "30")
	}
	p.writeAs(w, status, head{title: title + " · " + p.shop(r).Name, kind: "website"})
}

func (p *pages) shop(r *http.Request) *setting.Shop {
	s := setting.NewShop()
	_, _ = p.Settings.Load(r.Context(), s) // the defaults serve when it cannot be read
	return s
}

type head struct {
	title, description, url, kind, image string
	data                                 any
	page                                 string   // the component that shows it; "" when it is not fetched ahead
	part                                 string   // the component within it that is fetched then; "" for none
	asks                                 []string // what it will ask the API first
	first                                *first   // what it shows before its scripts have come; nil: nothing
}

// The marks that the client's build leaves in its shell.
const (
	titleFrom, titleTo = "<!--zz:title-->", "<!--/zz:title-->"
	headMark           = "<!--zz:head-->"
	firstMark          = "<!--zz:first-->"
)

func (p *pages) write(w http.ResponseWriter, h head) { p.writeAs(w, http.StatusOK, h) }

func (p *pages) writeAs(w http.ResponseWriter, status int, h head) {
	doc := string(p.shell)
	if i, j := strings.Index(doc, titleFrom), strings.Index(doc, titleTo); i >= 0 && j > i {
		doc = doc[:i] + "<title>" + html.EscapeString(h.title) + "</title>" + doc[j+len(titleTo):]
	}
	var b strings.Builder
	meta := func(attr, name, value string) {
		if value != "" {
			fmt.Fprintf(&b, `<meta %s="%s" content="%s">`, attr, name, html.EscapeString(value))
		}
	}
	meta("name", "description", h.description)
	meta("property", "og:title", h.title)
	meta("property", "og:description", h.description)
	meta("property", "og:type", h.kind)
	meta("property", "og:url", h.url)
	meta("property", "og:image", h.image)
	if w.Header().Get("X-Robots-Tag") != "" {
		b.WriteString(`<meta name="robots" content="noindex">`)
	} else {
		fmt.Fprintf(&b, `<link rel="canonical" href="%s">`, html.EscapeString(h.url))
	}
	if h.data != nil {
		// encoding/json writes <, > and & as escapes, so the block cannot be left.
		raw, err := json.Marshal(h.data)
		if err == nil {
			fmt.Fprintf(&b, `<script type="application/ld+json">%s</script>`, raw)
		}
	}
	scripts := slices.Clone(p.chunks[h.page])
	for _, name := range p.chunks[h.part] {
		if !slices.Contains(scripts, name) {
			scripts = append(scripts, name)
		}
	}
	if h.first != nil {
		if view, err := h.first.write(); err == nil {
			if h.first.shows() {
				var start string
				doc, start = later(doc, scripts)
				view, scripts = view+start, nil
			}
			doc = strings.Replace(doc, firstMark, view, 1)
		}
	}
	// Scripts and answers come while the first script is still on its way.
	for _, name := range scripts {
		fmt.Fprintf(&b, `<link rel="modulepreload" crossorigin href="/%s">`, html.EscapeString(name))
	}
	for _, asked := range h.asks {
		fmt.Fprintf(&b, `<link rel="preload" as="fetch" crossorigin="anonymous" href="%s">`, html.EscapeString(asked))
	}
	write(w, status, []byte(strings.Replace(doc, headMark, b.String(), 1)))
}

func (p *pages) course(w http.ResponseWriter, r *http.Request) {
	courseID, err := number(r)
	var c catalog.Page
	if err == nil {
		c, err = p.Catalog.CoursePage(r.Context(), "pc", courseID, r.URL.Query().Get("preview"))
	}
	if errors.Is(err, catalog.ErrCourseGone) {
		c, err = p.owned(r, courseID)
	}
	if err != nil {
		p.gone(w, r, err)
		return
	}
	// Drafts and what was taken down are for those who may see them, not for search.
	if c.Course.Status != catalog.Published {
		w.Header().Set("X-Robots-Tag", "noindex")
	}
	h := p.courseHead(r, c)
	h.page = "CoursePage"
	if r.URL.RawQuery == "" { // a preview asks otherwise
		p.meet(r, &h, "course", func(f *firstData) any { return &f.Course }, "/api/courses/"+strconv.FormatInt(courseID, 10))
	}
	p.write(w, h)
}

// owned returns a course that is not public to a person who has it.
func (p *pages) owned(r *http.Request, courseID int64) (catalog.Page, error) {
	have, err := p.Access.Course(r.Context(), p.Settings.DB, p.Who(r), courseID)
	if err != nil {
		return catalog.Page{}, err
	}
	if !have.Owned {
		return catalog.Page{}, catalog.ErrCourseGone
	}
	return p.Catalog.OwnedPage(r.Context(), "pc", courseID)
}

// lesson serves a lesson's address. It points search engines to the course: what a
// lesson says is not written into the page.
func (p *pages) lesson(w http.ResponseWriter, r *http.Request) {
	lessonID, err := number(r)
	var l catalog.Lesson
	var c catalog.Page
	if err == nil {
		l, err = p.Catalog.Lesson(r.Context(), lessonID)
	}
	if err == nil {
		c, err = p.Catalog.CoursePage(r.Context(), "pc", l.CourseID, "")
	}
	if errors.Is(err, catalog.ErrCourseGone) {
		c, err = p.owned(r, l.CourseID)
	}
	if err != nil {
		p.gone(w, r, err)
		return
	}
	if c.Course.Status != catalog.Published {
		w.Header().Set("X-Robots-Tag", "noindex")
	}
	h := p.courseHead(r, c)
	h.page, h.part = "LessonPage", lessonParts[l.Form]
	p.meet(r, &h, "lesson", func(f *firstData) any { f.Column = c.Course.Form == catalog.FormColumn; return &f.Lesson }, "/api/lessons/"+strconv.FormatInt(lessonID, 10), "/api/courses/"+strconv.FormatInt(l.CourseID, 10))
	h.title, h.data = l.Title+" · "+h.title, nil
	p.write(w, h)
}

// lessonParts are the client's components for what a lesson page shows, by form.
var lessonParts = map[string]string{
	catalog.Video: "PlayerH5", catalog.Audio: "AudioLesson", catalog.Live: "LiveLesson", catalog.Quiz: "QuizLesson", catalog.Document: "PaperLesson", catalog.Ebook: "PaperLesson",
}

var errNoNumber = errors.New("not a number")

func number(r *http.Request) (int64, error) {
	n, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil || n <= 0 {
		return 0, errNoNumber
	}
	return n, nil
}

// gone answers for a course or lesson that is not to be shown. Only what is really
// absent is called so: a search engine drops it.
func (p *pages) gone(w http.ResponseWriter, r *http.Request, err error) {
	if errors.Is(err, errNoNumber) || errs.KindOf(err) == errs.NotFound {
		p.lost(w, r, http.StatusNotFound)
		return
	}
	p.lost(w, r, http.StatusServiceUnavailable)
}

func (p *pages) courseHead(r *http.Request, c catalog.Page) head {
	s := p.shop(r)
	h := head{
		title: c.Course.Title + " · " + s.Name, description: c.Course.Promise, kind: "website",
		url: p.PublicURL + "/course/" + strconv.FormatInt(c.Course.ID, 10), image: media.ImageURL(c.Course.Cover),
	}
	if h.description == "" {
		h.description = catalog.Plain(c.Course.IntroHTML, 120)
	}
	if h.image != "" {
		h.image = p.PublicURL + h.image
	}
	t, _ := p.Rating.Of(r.Context(), c.Course.ID) // without it the page is whole
	h.data = courseData(c, h, s.Name, p.PublicURL, t)
	return h
}

// courseData is schema.org's Course, as search engines read it.
func courseData(c catalog.Page, h head, school, site string, rated rating.Totals) map[string]any {
	d := map[string]any{
		"@context": "https://schema.org", "@type": "Course", "name": c.Course.Title, "description": h.description, "url": h.url,
		"provider":          map[string]any{"@type": "Organization", "name": school, "url": site},
		"inLanguage":        "zh-CN",
		"datePublished":     time.UnixMilli(c.Course.PublishedAt).In(clock.China).Format(time.DateOnly),
		"hasCourseInstance": map[string]any{"@type": "CourseInstance", "courseMode": "Online", "courseWorkload": fmt.Sprintf("PT%dM", max(1, c.Course.DurationMS/60000)), "instructor": map[string]any{"@type": "Person", "name": c.Instructor.Name}},
	}
	if h.image != "" {
		d["image"] = h.image
	}
	if rated.Tenths() > 0 {
		d["aggregateRating"] = map[string]any{"@type": "AggregateRating", "ratingValue": fmt.Sprintf("%.1f", float64(rated.Tenths())/10), "ratingCount": rated.Count(), "bestRating": 5, "worstRating": 1}
	}
	if c.Card.PriceFen >= 0 {
		category := "Paid"
		if c.Card.PriceFen == 0 {
			category = "Free"
		}
		d["offers"] = map[string]any{"@type": "Offer", "price": money.Yuan(c.Card.PriceFen), "priceCurrency": "CNY", "category": category, "url": h.url}
	}
	return d
}
