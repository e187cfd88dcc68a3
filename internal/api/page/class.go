package page

import (
	"fmt"
	"net/http"
	"strconv"
	"time"

	"zhizhou/internal/challenge"
)

// class is the public page of a class of a challenge.
func (p *pages) class(w http.ResponseWriter, r *http.Request) {
	classID, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		p.gone(w, r, challenge.ErrClass)
		return
	}
	c, err := p.Challenge.Class(r.Context(), 0, classID)
	if err == nil && c.State == challenge.Cancelled {
		err = challenge.ErrClass
	}
	if err != nil {
		p.gone(w, r, err)
		return
	}
	h := head{title: c.Title + " · " + p.shop(r).Name, kind: "website", url: fmt.Sprintf("%s/class/%d", p.PublicURL, c.ID), description: fmt.Sprintf("%d 天打卡挑战", c.Plan.Days)}
	if c.Mode == challenge.Dates {
		h.description = time.UnixMilli(c.Starts*24*3600*1000).UTC().Format("1月2日") + "开始，" + h.description
	}
	if c.About != "" {
		h.description += "。" + c.About
	}
	p.write(w, h)
}
