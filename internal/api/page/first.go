package page

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"zhizhou/internal/catalog"
	"zhizhou/internal/money"
)

// A visitor who is not signed in gets the first view of a page with the page itself: what
// stands at its top, written by the server, and the answers with which the client will
// show the whole. The client takes the first view away once it shows its own. Who is
// signed in has the client in the browser's cache, and other things to see.

//go:embed first.html
var firstFiles embed.FS

var firstViews = template.Must(template.New("").Funcs(template.FuncMap{
	"phrases": phrases, "scene": scene, "named": named, "kind": func(k string) string { return catalog.KindNames[k] },
	"tab": func(to, text, icon string, on bool) any {
		return struct {
			To, Text, Icon string
			On             bool
		}{to, text, icon, on}
	},
}).ParseFS(firstFiles, "first.html"))

// maxAnswer is the most that is sent along with a page, bytes; a longer answer is asked
// for by the client.
const maxAnswer = 96 << 10

// first is what a page shows before its scripts have come.
type first struct {
	view    string            // the template
	answers map[string]string // of the API, by address
	data    firstData
}

type firstData struct {
	School string
	Asked  string // the words searched for
	Home   struct {
		Banners []struct {
			Title, Subtitle, Note, Link string
			ImageURL                    string `json:"image_url"`
		}
		Categories  []struct{ Name, Slug string }
		Recommended []struct {
			Reason string
			Course tile
		}
		Flash []struct{}
	}
	Course struct {
		tile
		Tags []string
	}
	Column bool // of Lesson's course
	Lesson struct {
		No           int
		Title, Form  string
		CourseTitle  string        `json:"course_title"`
		ChapterTitle string        `json:"chapter_title"`
		BodyHTML     template.HTML `json:"body_html"` // cleaned when it was stored
		Watermark    string
		Access       struct{ Allowed bool }
		Clips        []struct{}
	}
	Search struct {
		Items []struct {
			Course, Goods *tile
			Title         []piece
			Promise       []piece
			Text, Lesson  []piece
			Tags          [][]piece
			Where         string
			LessonID      int64 `json:"lesson_id"`
		}
		Teachers   []struct{}
		Corrected  string
		NextCursor string `json:"next_cursor"`
	}
}

type piece struct {
	Text string
	Hit  bool
}

type tile struct {
	ID             int64
	Title, Promise string
	CoverURL       string `json:"cover_url"`
	Scene, Form    string
	Kind           string
	InstructorName string `json:"instructor_name"`
	FormNote       string `json:"form_note"`
	LessonCount    int    `json:"lesson_count"`
	PlannedCount   int    `json:"planned_count"`
	PriceFen       int64  `json:"price_fen"`
	Varies         bool
	IsFree         bool `json:"is_free"`
	Deals          []struct{}
}

// shows tells whether there is a view to write: of lessons only articles that are open to
// anybody have one, and none in which something is to be played.
func (f *first) shows() bool {
	l := f.data.Lesson
	return f.view != "lesson" || l.Form == catalog.Article && l.Access.Allowed && l.Watermark == "" && len(l.Clips) == 0
}

// meet adds the first view and the answers of addresses to a page for a visitor who is
// not signed in; the first address is what the view is made of. Others get hints to fetch
// ahead.
func (p *pages) meet(r *http.Request, h *head, view string, into func(*firstData) any, addresses ...string) {
	if p.Who(r) != 0 {
		h.asks = addresses
		return
	}
	f := &first{view: view, answers: map[string]string{}}
	for i, address := range append(addresses, "/api/shop") {
		raw, ok := p.Peek(r, address)
		if i == 0 && (!ok || json.Unmarshal(raw, into(&f.data)) != nil) {
			h.asks = addresses // the client says what is wrong
			return
		}
		if ok && len(raw) <= maxAnswer {
			f.answers[address] = string(raw)
		} else if i < len(addresses) {
			h.asks = append(h.asks, address)
		}
	}
	f.data.School = p.shop(r).Name
	h.first = f
}

// write returns the HTML of a first view and of the answers that come with it.
func (f *first) write() (string, error) {
	var b bytes.Buffer
	if f.shows() {
		if err := firstViews.ExecuteTemplate(&b, f.view, f.data); err != nil {
			return "", fmt.Errorf("page: first view: %w", err)
		}
	}
	b.WriteString(`<script type="application/json" id="zz-answers">{`)
	comma := ""
	for address, raw := range f.answers {
		key, err := json.Marshal(address)
		if err != nil {
			return "", fmt.Errorf("page: %w", err)
		}
		b.WriteString(comma)
		b.Write(key)
		b.WriteByte(':')
		json.HTMLEscape(&b, bytes.TrimSpace([]byte(raw))) // so that the block cannot be left
		comma = ","
	}
	b.WriteString(`}</script>`)
	return b.String(), nil
}

// startTag is how the build starts the client, and what it fetches ahead.
var startTag = regexp.MustCompile(`<script type="module" crossorigin src="([^"]+)"></script>|<link rel="modulepreload" crossorigin href="([^"]+)">`)

// later takes the start of the client out of a shell and returns it, with the scripts of
// its page, as a block: static/h5/start.js reads it once the first view is drawn.
func later(shell string, scripts []string) (string, string) {
	var all []string
	for _, m := range startTag.FindAllStringSubmatch(shell, -1) {
		all = append(all, m[1]+m[2])
	}
	for _, name := range scripts {
		if name = "/" + name; !slices.Contains(all, name) {
			all = append(all, name)
		}
	}
	raw, err := json.Marshal(all)
	if err != nil || len(all) == 0 {
		return shell, ""
	}
	return startTag.ReplaceAllString(shell, ""), `<script type="application/json" id="zz-start">` + string(raw) + `</script>`
}

var breaks = regexp.MustCompile(`[^，；：。！？]+[，；：。！？]*`)

// phrases cuts a headline into lines and these after commas, as the client does.
func phrases(title string) [][]string {
	var out [][]string
	for _, line := range strings.FieldsFunc(title, func(r rune) bool { return r == '\n' || r == '|' }) {
		out = append(out, breaks.FindAllString(line, -1))
	}
	return out
}

func (c tile) Cover() string {
	if c.CoverURL != "" {
		return c.CoverURL
	}
	return scene(c.Scene)
}

func scene(name string) string {
	if name == "" {
		name = "boat"
	}
	return "/static/scenes/" + url.PathEscape(name) + ".svg"
}

// Note is one line about a course: who, and what it is made of or how far it is.
func (c tile) Note() string {
	what := c.FormNote
	if c.Form == catalog.FormColumn {
		what = "已更新 " + strconv.Itoa(c.LessonCount)
		if c.PlannedCount > 0 {
			what += "/" + strconv.Itoa(c.PlannedCount)
		}
		what += " 期"
	}
	return strings.Trim(c.InstructorName+" · "+what, " ·")
}

// named tells whether a lesson was found by its title rather than by what is in it.
func named(lesson []piece) bool {
	return slices.ContainsFunc(lesson, func(p piece) bool { return p.Hit })
}

// Price is what a card says of it; "" where promotions run, whose time the client tells.
func (c tile) Price() string {
	switch {
	case len(c.Deals) > 0 || c.PriceFen < 0:
		return ""
	case c.PriceFen == 0:
		return "免费"
	}
	return "¥" + money.Yuan(c.PriceFen)
}
