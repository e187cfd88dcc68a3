package catalog

import (
	"html"
	"regexp"
	"strings"

	"github.com/microcosm-cc/bluemonday"
)

// rich is what an intro or an article may hold: text, lists, tables, links that
// open elsewhere, and pictures of this site.
var rich = func() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	p.AllowElements("p", "br", "h2", "h3", "h4", "strong", "b", "em", "i", "u", "s", "blockquote", "ul", "ol", "li", "hr", "code", "pre", "figure", "figcaption",
		"table", "thead", "tbody", "tr", "th", "td")
	p.AllowAttrs("colspan", "rowspan").Matching(bluemonday.Integer).OnElements("td", "th")
	p.AllowAttrs("href").OnElements("a")
	p.AllowURLSchemes("https", "http", "mailto", "tel")
	p.AllowRelativeURLs(true)
	p.RequireNoFollowOnLinks(true)
	p.AddTargetBlankToFullyQualifiedLinks(true)
	p.AllowAttrs("src").Matching(regexp.MustCompile(`^/media/i/[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*\.[a-z0-9]+$`)).OnElements("img")
	p.AllowAttrs("alt").OnElements("img")
	p.AllowAttrs("width", "height").Matching(bluemonday.Integer).OnElements("img")
	p.AllowAttrs("loading").Matching(regexp.MustCompile(`^lazy$`)).OnElements("img")
	return p
}()

var strict = bluemonday.StrictPolicy()

// Sanitize returns the safe part of an editor's HTML.
func Sanitize(s string) string { return strings.TrimSpace(rich.Sanitize(s)) }

// plain returns the text of HTML, for search and descriptions.
func plain(s string) string {
	return strings.Join(strings.Fields(html.UnescapeString(strict.Sanitize(strings.ReplaceAll(s, "<", " <")))), " ")
}

// Plain returns the first n runes of the text of HTML.
func Plain(s string, n int) string {
	r := []rune(plain(s))
	if len(r) > n {
		return string(r[:n]) + "…"
	}
	return string(r)
}
