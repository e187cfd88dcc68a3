package catalog

import "zhizhou/internal/rich"

// Sanitize returns the safe part of an editor's HTML.
func Sanitize(s string) string { return rich.Sanitize(s) }

// plain returns the text of HTML, for search and descriptions.
func plain(s string) string { return rich.Plain(s) }

// Plain returns the first n runes of the text of HTML.
func Plain(s string, n int) string {
	r := []rune(plain(s))
	if len(r) > n {
		return string(r[:n]) + "…"
	}
	return string(r)
}
