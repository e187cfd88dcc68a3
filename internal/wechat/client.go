// Package wechat is a small client of the mini program and official account
// servers: access tokens, login, phone numbers, web authorisation, and the
// message push that comes back. It keeps no users and decides nothing; payment
// lives in pay, which borrows XpayPost from here.
package wechat

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"zhizhou/internal/clock"
)

// The addresses of the real servers.
const (
	DefaultBaseURL     = "https://api.weixin.qq.com"
	DefaultOpenBaseURL = "https://open.weixin.qq.com"
)

// maxBody bounds answers and pushes, in bytes.
const maxBody = 1 << 20

// Config is one mini program and one official account; either may be empty.
type Config struct {
	MiniAppID, MiniSecret         string
	OfficialAppID, OfficialSecret string
	PushToken                     string // set in the mini program console, 3–32 characters
	PushAESKey                    string // 43 characters
	// While WeChat changes to the ones above, pushes made with these are still
	// accepted (INV-46).
	OldPushTokens, OldPushAESKeys []string
	BaseURL                       string // DefaultBaseURL when empty
	OpenBaseURL                   string // host of the authorise page; DefaultOpenBaseURL when empty
	HTTPClient                    *http.Client
	Clock                         clock.Clock
}

// Error is a refusal by WeChat.
type Error struct {
	Code int    // errcode
	Msg  string // errmsg
	API  string // path asked
}

func (e *Error) Error() string { return fmt.Sprintf("wechat: %s: errcode %d", e.API, e.Code) }

// ErrCode returns the errcode, for callers that must not import this package.
func (e *Error) ErrCode() int { return e.Code }

// Expired says whether a login code was used, old or unknown: the user simply
// logs in again.
func (e *Error) Expired() bool {
	switch e.Code {
	case 40029, 40163, 41008, 42003, 42007:
		return true
	}
	return false
}

// ErrOffline wraps a call that brought no usable answer.
var ErrOffline = errors.New("wechat: no usable answer")

// Client is safe for concurrent use.
type Client struct {
	cfg   Config
	base  string
	open  string
	http  *http.Client
	clock clock.Clock
	mini  token
	page  token // the official account's
	desk  ticket
}

// New builds a client. It sends nothing.
func New(cfg Config) *Client {
	c := &Client{cfg: cfg, base: orDefault(cfg.BaseURL, DefaultBaseURL), open: orDefault(cfg.OpenBaseURL, DefaultOpenBaseURL), clock: cfg.Clock}
	if c.clock == nil {
		c.clock = clock.System{}
	}
	h := http.Client{}
	if cfg.HTTPClient != nil {
		h = *cfg.HTTPClient
	}
	if h.Timeout == 0 {
		h.Timeout = 8 * time.Second
	}
	h.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	c.http = &h
	return c
}

func orDefault(s, d string) string {
	if s == "" {
		s = d
	}
	return strings.TrimRight(s, "/")
}

// token is one access token, fetched by one caller at a time.
type token struct {
	mu    sync.Mutex
	value string
	until time.Time
}

// accessToken returns the mini program's token; stale is a value that WeChat has
// just refused and that must not be returned again.
func (c *Client) accessToken(ctx context.Context, stale string) (string, error) {
	return c.tokenOf(ctx, &c.mini, c.cfg.MiniAppID, c.cfg.MiniSecret, stale)
}

func (c *Client) tokenOf(ctx context.Context, t *token, appID, secret, stale string) (string, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := c.clock.Now()
	if t.value != "" && t.value != stale && now.Before(t.until) {
		return t.value, nil
	}
	in := map[string]any{
		"grant_type": "client_credential", "appid": appID, "secret": secret,
		"force_refresh": stale != "" && t.value == stale,
	}
	var out struct {
		AccessToken string `json:"access_token"`
		ExpiresIn   int64  `json:"expires_in"`
	}
	body, err := json.Marshal(in)
	if err != nil {
		return "", err
	}
	if err := c.send(ctx, http.MethodPost, "/cgi-bin/stable_token", nil, body, &out); err != nil {
		return "", err
	}
	if out.AccessToken == "" {
		return "", fmt.Errorf("%w: empty access token", ErrOffline)
	}
	// Five minutes early: WeChat renews a stable token in its last five minutes.
	t.value, t.until = out.AccessToken, now.Add(time.Duration(out.ExpiresIn)*time.Second-5*time.Minute)
	return t.value, nil
}

func tokenRefused(code int) bool { return code == 40001 || code == 40014 || code == 42001 }

// post calls an API that needs the access token, once more after a refused token.
func (c *Client) post(ctx context.Context, path string, q url.Values, body []byte) ([]byte, error) {
	stale := ""
	for try := 0; ; try++ {
		tok, err := c.accessToken(ctx, stale)
		if err != nil {
			return nil, err
		}
		full := url.Values{"access_token": {tok}}
		for k, v := range q {
			full[k] = v
		}
		raw, err := c.raw(ctx, http.MethodPost, path, full, body)
		if err != nil {
			return nil, err
		}
		if tokenRefused(errCode(raw)) && try == 0 {
			stale = tok
			continue
		}
		return raw, nil
	}
}

// XpayPost sends body, byte for byte, to a virtual payment address and returns
// the answer as it is, errcode included. It satisfies virtual.Poster.
func (c *Client) XpayPost(ctx context.Context, uri, paySig string, body []byte) ([]byte, error) {
	return c.post(ctx, uri, url.Values{"pay_sig": {paySig}}, body)
}

func errCode(raw []byte) int {
	var head struct {
		ErrCode int `json:"errcode"`
	}
	if json.Unmarshal(raw, &head) != nil {
		return 0
	}
	return head.ErrCode
}

func (c *Client) send(ctx context.Context, method, path string, q url.Values, body []byte, out any) error {
	raw, err := c.raw(ctx, method, path, q, body)
	if err != nil {
		return err
	}
	return decode(path, raw, out)
}

func decode(path string, raw []byte, out any) error {
	var head struct {
		ErrCode int    `json:"errcode"`
		ErrMsg  string `json:"errmsg"`
	}
	if err := json.Unmarshal(raw, &head); err != nil {
		return fmt.Errorf("%w: %s is not JSON", ErrOffline, path)
	}
	if head.ErrCode != 0 {
		return &Error{Code: head.ErrCode, Msg: head.ErrMsg, API: path}
	}
	if err := json.Unmarshal(raw, out); err != nil {
		return fmt.Errorf("%w: %s has an unexpected form", ErrOffline, path)
	}
	return nil
}

func (c *Client) raw(ctx context.Context, method, path string, q url.Values, body []byte) ([]byte, error) {
	addr := c.base + path
	if len(q) > 0 {
		addr += "?" + q.Encode()
	}
	req, err := http.NewRequestWithContext(ctx, method, addr, bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("%w: %s", ErrOffline, path)
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	res, err := c.http.Do(req)
	if err != nil {
		// url.Error quotes the address, which carries secrets and tokens.
		var u *url.Error
		if errors.As(err, &u) {
			err = u.Err
		}
		return nil, fmt.Errorf("%w: %s: %w", ErrOffline, path, err)
	}
	defer func() { _ = res.Body.Close() }()
	raw, err := io.ReadAll(io.LimitReader(res.Body, maxBody))
	if err != nil {
		return nil, fmt.Errorf("%w: %s: %w", ErrOffline, path, err)
	}
	if res.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%w: %s answered %d", ErrOffline, path, res.StatusCode)
	}
	return raw, nil
}
