package document

import (
	"context"
	"fmt"
	"runtime"
	"strconv"
	"strings"
	"time"

	"zhizhou/internal/db"
)

const (
	linkPurpose = "document-link"
	linkTTL     = 10 * time.Minute
)

// Grant is for whom an address was made, and of what.
type Grant struct {
	User     int64 // 0: nobody was signed in
	Session  int64 // the device
	Lesson   int64
	Document int64
	// Attachment whose pages are shown instead of a lesson's; 0: none.
	Attachment int64
	Page       int64
	Browser    bool // the device sends its session with every request; native image views do not
	ExpS       int64
}

func (g Grant) text() string {
	browser := int64(0)
	if g.Browser {
		browser = 1
	}
	parts := make([]string, 0, 8)
	for _, v := range []int64{g.User, g.Session, g.Lesson, g.Document, g.Page, browser, g.ExpS, g.Attachment} {
		parts = append(parts, strconv.FormatInt(v, 36))
	}
	return strings.Join(parts, ".")
}

// Link is a page's address; it is good until ExpS (Unix seconds).
type Link struct {
	Page int64
	URL  string
	ExpS int64
}

// PageLink returns the address of the grant's page, good for ten minutes and for
// the grant's device. The caller has checked that the reader may see it; it is asked
// again when it is fetched.
func (s *Service) PageLink(g Grant) Link {
	g.ExpS = s.clock.Now().Add(linkTTL).Unix()
	text := g.text()
	return Link{Page: g.Page, ExpS: g.ExpS, URL: "/media/d/" + text + "." + s.cfg.Box.Sign(linkPurpose, text) + "/" + strconv.FormatInt(g.Page, 10) + ".jpg"}
}

// OpenLink checks an address: form, signature, time, and that the request does not
// come from another user or device. Whether the user still may read is for the
// caller to ask. Returns ErrLink, ErrReader.
func (s *Service) OpenLink(signed, name string, userID, sessionID int64) (Grant, error) {
	cut := strings.LastIndexByte(signed, '.')
	if cut < 0 || len(signed) > 220 || !s.cfg.Box.Verify(linkPurpose, signed[:cut], signed[cut+1:]) {
		return Grant{}, ErrLink
	}
	parts := strings.Split(signed[:cut], ".")
	if len(parts) != 8 {
		return Grant{}, ErrLink
	}
	var v [8]int64
	for i, p := range parts {
		n, err := strconv.ParseInt(p, 36, 64)
		if err != nil || n < 0 {
			return Grant{}, ErrLink
		}
		v[i] = n
	}
	g := Grant{User: v[0], Session: v[1], Lesson: v[2], Document: v[3], Page: v[4], Browser: v[5] == 1, ExpS: v[6], Attachment: v[7]}
	if g.text() != signed[:cut] || name != strconv.FormatInt(g.Page, 10)+".jpg" || s.clock.Now().Unix() > g.ExpS {
		return Grant{}, ErrLink
	}
	same := userID == g.User && sessionID == g.Session
	if !same && (g.User != 0 && g.Browser || g.User != 0 && userID != 0) {
		return Grant{}, ErrReader
	}
	return g, nil
}

// stamping bounds the memory of marking: a page takes about 10 MB while it is open.
var stamping = make(chan struct{}, max(2, runtime.GOMAXPROCS(0)))

// Picture returns a page as JPEG with the reader's mark in its pixels and notes that
// it was handed out, unless it was as a preview. The caller has asked access.
// Returns ErrPageGone.
func (s *Service) Picture(ctx context.Context, g Grant, mark string, full bool) ([]byte, error) {
	p, err := s.page(ctx, g.Document, g.Page)
	if err != nil {
		return nil, err
	}
	if full {
		if err := s.deliver(ctx, g.User, g.Document, p.Page); err != nil {
			return nil, err
		}
	}
	picture, err := s.sealed(ctx, pictureKey(g.Document, g.Page))
	if err != nil {
		return nil, err
	}
	select {
	case stamping <- struct{}{}:
		defer func() { <-stamping }()
	case <-ctx.Done():
		return nil, fmt.Errorf("document: %w", ctx.Err())
	}
	return s.marks.stamp(picture, mark)
}

// deliver notes what somebody was handed, before it is: an answer that cannot be
// noted is not given. A page seen again costs a read, not a write.
func (s *Service) deliver(ctx context.Context, userID, documentID, page int64) error {
	if userID == 0 {
		return nil
	}
	var n int64
	if err := s.db.Get(ctx, qDeliveredHas, &n, userID, documentID, page); err != nil || n > 0 {
		return err
	}
	return s.db.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, qDelivered, userID, documentID, page, s.now())
		return err
	})
}
