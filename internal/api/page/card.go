package page

import (
	"fmt"
	"net/http"
	"unicode/utf8"

	cards "zhizhou/internal/card"
)

// card is the public page of an evidence card, with its picture for who shares it on.
func (p *pages) card(w http.ResponseWriter, r *http.Request) {
	c, err := p.Card.ByCode(r.Context(), r.PathValue("code"))
	if err != nil {
		p.gone(w, r, err)
		return
	}
	w.Header().Set("X-Robots-Tag", "noindex")
	s := p.shop(r)
	lead, title := c.Facts.Words()
	h := head{title: title + " · 学习证据卡 · " + s.Name, kind: "website", url: p.Card.URL(c.Code)}
	switch {
	case c.RevokedAt > 0:
		h.description = "这张学习证据卡已经撤销。"
	case c.Facts.Kind == cards.Days:
		h.description = fmt.Sprintf("%s，「%s」第 %d 天。打卡由服务器记录，任何人可核验。", lead+"「"+title+"」", c.Facts.CourseTitle, c.Facts.Span)
		h.image = p.PublicURL + "/card/" + c.Code + "/square.png"
	default:
		who := c.Name
		if who == "" {
			who = "一位学员"
		}
		h.image = p.PublicURL + "/card/" + c.Code + "/square.png"
		h.description = fmt.Sprintf("%s%s「%s」：学完 %d 课时，学习 %d 分钟。学习记录由服务器计时，任何人可核验。", apart(who), lead, title, c.Facts.Lessons, c.Facts.Minutes())
	}
	b, err := p.Card.Partner(r.Context(), c)
	if err != nil {
		p.gone(w, r, err)
		return
	}
	h.description += together(b)
	p.write(w, h)
}

// together says who stands beside the school, "" when nobody does.
func together(b cards.Brand) string {
	if b.Name == "" {
		return ""
	}
	return "和" + spaced(b.Name) + "一起学。"
}

// spaced is a name between Chinese words: set off where it begins or ends in a letter or a
// digit of ours.
func spaced(name string) string {
	if name[0] < utf8.RuneSelf {
		name = " " + name
	}
	return apart(name)
}

// apart sets a name that ends in a letter or a digit of ours off from the Chinese after it.
func apart(name string) string {
	if last := name[len(name)-1]; last < utf8.RuneSelf && last != ' ' {
		return name + " "
	}
	return name
}
