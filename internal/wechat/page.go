package wechat

import (
	"context"
	"crypto/sha1" //nolint:gosec // what WeChat's JS-SDK verifies is SHA-1
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"time"

	"zhizhou/internal/id"
)

// PageConfig is what a page inside WeChat starts the JS-SDK with.
type PageConfig struct {
	AppID     string
	Timestamp int64 // seconds
	Nonce     string
	Signature string
}

// ticket is the official account's jsapi_ticket, fetched by one caller at a time.
type ticket struct {
	mu    sync.Mutex
	value string
	until time.Time
}

// SignPage signs the address of a page, without its fragment, for the JS-SDK of the
// official account. Whoever may be answered has to be looked at before: WeChat takes the
// signature for the account's own word. Returns *Error.
func (c *Client) SignPage(ctx context.Context, address string) (PageConfig, error) {
	t, err := c.pageTicket(ctx)
	if err != nil {
		return PageConfig{}, err
	}
	p := PageConfig{AppID: c.cfg.OfficialAppID, Timestamp: c.clock.Now().Unix(), Nonce: id.Token(16)}
	p.Signature = pageSignature(t, p.Nonce, p.Timestamp, address)
	return p, nil
}

func pageSignature(ticket, nonce string, timestamp int64, address string) string {
	//nolint:gosec // as above
	sum := sha1.Sum([]byte("jsapi_ticket=" + ticket + "&noncestr=" + nonce + "&timestamp=" + strconv.FormatInt(timestamp, 10) + "&url=" + address))
	return hex.EncodeToString(sum[:])
}

// pageTicket returns the ticket, once more after a refused token. WeChat gives few of
// them a day: it is kept as long as it lasts.
func (c *Client) pageTicket(ctx context.Context) (string, error) {
	t := &c.desk
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.value != "" && c.clock.Now().Before(t.until) {
		return t.value, nil
	}
	stale := ""
	for try := 0; ; try++ {
		tok, err := c.tokenOf(ctx, &c.page, c.cfg.OfficialAppID, c.cfg.OfficialSecret, stale)
		if err != nil {
			return "", err
		}
		var out struct {
			Ticket    string `json:"ticket"`
			ExpiresIn int64  `json:"expires_in"`
		}
		err = c.send(ctx, http.MethodGet, "/cgi-bin/ticket/getticket", url.Values{"access_token": {tok}, "type": {"jsapi"}}, nil, &out)
		if e := (*Error)(nil); errors.As(err, &e) && tokenRefused(e.Code) && try == 0 {
			stale = tok
			continue
		}
		if err == nil && out.Ticket == "" {
			err = fmt.Errorf("%w: empty ticket", ErrOffline)
		}
		if err != nil {
			return "", err
		}
		t.value, t.until = out.Ticket, c.clock.Now().Add(time.Duration(out.ExpiresIn)*time.Second-5*time.Minute)
		return t.value, nil
	}
}
