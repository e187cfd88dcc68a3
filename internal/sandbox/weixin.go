package sandbox

import (
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // see TakesPage
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"zhizhou/internal/id"
)

const codeLifeWeixin = 5 * time.Minute

// demoCode begins login codes that are always good: "demo:小舟" logs that person
// in, "demo:13800138000" gives that phone number. They spare tests a round trip.
const demoCode = "demo:"

// openID derives a person's openid in an app and makes the person known; the
// caller holds mu.
func (s *Sandbox) openID(appID, person string) string {
	if s.st.People[person] == nil {
		s.st.People[person] = &Person{Name: person}
	}
	return s.derive("o", appID, person)
}

func (s *Sandbox) derive(prefix string, parts ...string) string {
	h := hmac.New(sha256.New, []byte(s.keys.PersonKey))
	h.Write([]byte(strings.Join(parts, "|")))
	return (prefix + base64.RawURLEncoding.EncodeToString(h.Sum(nil)))[:28]
}

// OpenID returns a person's openid in the mini program (mini) or the official account.
func (s *Sandbox) OpenID(mini bool, person string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	app := s.keys.OfficialAppID
	if mini {
		app = s.keys.MiniAppID
	}
	return s.openID(app, person)
}

func (s *Sandbox) openidOf(appID, openID string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.personOf(appID, openID) != nil
}

// personOf finds who has openID in an app; the caller holds mu.
func (s *Sandbox) personOf(appID, openID string) *Person {
	for name, p := range s.st.People {
		if s.derive("o", appID, name) == openID {
			return p
		}
	}
	return nil
}

// LoginCode returns what wx.login would give to person: good once, for 5 minutes.
func (s *Sandbox) LoginCode(person string) string { return s.newCode("mini", person, "") }

// PhoneCode returns what a getPhoneNumber button would give.
func (s *Sandbox) PhoneCode(phone string) string { return s.newCode("phone", "", phone) }

func (s *Sandbox) newCode(kind, person, value string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	for old, x := range s.st.Codes {
		if s.now().Sub(x.Until) > time.Hour {
			delete(s.st.Codes, old)
		}
	}
	c := id.Token(16)
	s.st.Codes[c] = &code{Person: person, Kind: kind, Value: value, Until: s.now().Add(codeLifeWeixin)}
	s.save()
	return c
}

// spend uses a code up; the caller holds mu. 0 is success.
func (s *Sandbox) spend(kind, text string) (code, int) {
	if v, ok := strings.CutPrefix(text, demoCode); ok && v != "" {
		return code{Person: v, Kind: kind, Value: v}, 0
	}
	c := s.st.Codes[text]
	switch {
	case c == nil || c.Kind != kind:
		return code{}, 40029
	case c.Used:
		return code{}, 40163
	case !s.now().Before(c.Until):
		return code{}, 42003
	}
	c.Used = true
	return *c, 0
}

var weixinWords = map[int]string{
	40001: "invalid credential, access_token is invalid or not latest", 40013: "invalid appid", 40029: "invalid code",
	40125: "invalid appsecret", 40163: "code been used", 42003: "code expired", 47001: "data format error", 40003: "invalid openid",
}

func errcode(n int) map[string]any {
	if n == 0 {
		return map[string]any{"errcode": 0, "errmsg": "ok"}
	}
	msg := weixinWords[n]
	if msg == "" {
		msg = xpayWords[n]
	}
	return map[string]any{"errcode": n, "errmsg": msg}
}

// wx wraps a mini program or official account API. Their refusals are HTTP 200.
func (s *Sandbox) wx(h func(r *http.Request, body []byte) map[string]any) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, err := readBody(r)
		if err != nil {
			return
		}
		s.delay(r)
		s.mu.Lock()
		out := h(r, body)
		s.save()
		s.mu.Unlock()
		if s.lose(w, http.StatusOK) {
			return
		}
		writeJSON(w, http.StatusOK, out)
	}
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}

// authed is wx for APIs that need the mini program's access token.
func (s *Sandbox) authed(h func(r *http.Request, body []byte) map[string]any) http.HandlerFunc {
	return s.wx(func(r *http.Request, body []byte) map[string]any {
		if s.st.Token == "" || r.URL.Query().Get("access_token") != s.st.Token || s.now().Sub(s.st.TokenAt) > 2*time.Hour {
			return errcode(40001)
		}
		return h(r, body)
	})
}

func (s *Sandbox) stableToken(_ *http.Request, body []byte) map[string]any {
	var in struct {
		AppID  string `json:"appid"`
		Secret string `json:"secret"`
		Force  bool   `json:"force_refresh"`
	}
	switch {
	case json.Unmarshal(body, &in) != nil:
		return errcode(47001)
	case in.AppID != s.keys.MiniAppID && in.AppID != s.keys.OfficialAppID:
		return errcode(40013)
	case in.AppID == s.keys.MiniAppID && in.Secret != s.keys.MiniSecret, in.AppID == s.keys.OfficialAppID && in.Secret != s.keys.OfficialSecret:
		return errcode(40125)
	}
	token, at := &s.st.Token, &s.st.TokenAt
	if in.AppID == s.keys.OfficialAppID {
		token, at = &s.st.OfficialToken, &s.st.OfficialTokenAt
	}
	age := s.now().Sub(*at)
	if *token == "" || in.Force || age < 0 || age > 2*time.Hour-5*time.Minute {
		*token, *at, age = id.Token(32), s.now(), 0
	}
	return map[string]any{"access_token": *token, "expires_in": int64((2*time.Hour - age) / time.Second)}
}

// pageTicket serves the official account's ticket for the JS-SDK.
func (s *Sandbox) pageTicket(r *http.Request, _ []byte) map[string]any {
	q := r.URL.Query()
	switch {
	case s.st.OfficialToken == "" || q.Get("access_token") != s.st.OfficialToken || s.now().Sub(s.st.OfficialTokenAt) > 2*time.Hour:
		return errcode(40001)
	case q.Get("type") != "jsapi":
		return errcode(47001)
	}
	out := errcode(0)
	out["ticket"], out["expires_in"] = s.ticket(), 7200
	return out
}

func (s *Sandbox) ticket() string { return s.derive("jsapi", s.keys.OfficialAppID) }

// TakesPage reports whether the JS-SDK would start on a page with this signature.
func (s *Sandbox) TakesPage(appID, nonce, signature, address string, timestamp int64) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	//nolint:gosec // the JS-SDK's own
	sum := sha1.Sum(fmt.Appendf(nil, "jsapi_ticket=%s&noncestr=%s&timestamp=%d&url=%s", s.ticket(), nonce, timestamp, address))
	return appID == s.keys.OfficialAppID && signature == hex.EncodeToString(sum[:])
}

// ExpireToken makes the access tokens invalid, as another server's refresh would.
func (s *Sandbox) ExpireToken() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.st.Token, s.st.OfficialToken = "", ""
}

func (s *Sandbox) codeSession(r *http.Request, _ []byte) map[string]any {
	q := r.URL.Query()
	switch {
	case q.Get("appid") != s.keys.MiniAppID:
		return errcode(40013)
	case q.Get("secret") != s.keys.MiniSecret:
		return errcode(40125)
	}
	c, bad := s.spend("mini", q.Get("js_code"))
	if bad != 0 {
		return errcode(bad)
	}
	open := s.openID(s.keys.MiniAppID, c.Person)
	key := base64.StdEncoding.EncodeToString(id.Bytes(16))
	s.st.People[c.Person].Session = key
	return map[string]any{"openid": open, "session_key": key, "unionid": s.derive("u", c.Person)}
}

func (s *Sandbox) phoneNumber(_ *http.Request, body []byte) map[string]any {
	var in struct {
		Code string `json:"code"`
	}
	if json.Unmarshal(body, &in) != nil {
		return errcode(47001)
	}
	c, bad := s.spend("phone", in.Code)
	if bad != 0 {
		return errcode(bad)
	}
	out := errcode(0)
	out["phone_info"] = map[string]any{
		"phoneNumber": c.Value, "purePhoneNumber": c.Value, "countryCode": "86",
		"watermark": map[string]any{"timestamp": s.now().Unix(), "appid": s.keys.MiniAppID},
	}
	return out
}

func (s *Sandbox) oauthToken(r *http.Request, _ []byte) map[string]any {
	q := r.URL.Query()
	switch {
	case q.Get("appid") != s.keys.OfficialAppID:
		return errcode(40013)
	case q.Get("secret") != s.keys.OfficialSecret:
		return errcode(40125)
	}
	c, bad := s.spend("web", q.Get("code"))
	if bad != 0 {
		return errcode(bad)
	}
	tok := id.Token(24)
	s.st.Codes[tok] = &code{Person: c.Person, Kind: "access", Value: c.Value, Until: s.now().Add(2 * time.Hour)}
	return map[string]any{
		"access_token": tok, "expires_in": 7200, "refresh_token": id.Token(24),
		"openid": s.openID(s.keys.OfficialAppID, c.Person), "scope": c.Value, "unionid": s.derive("u", c.Person),
	}
}

func (s *Sandbox) userInfo(r *http.Request, _ []byte) map[string]any {
	q := r.URL.Query()
	c := s.st.Codes[q.Get("access_token")]
	if c == nil || c.Kind != "access" || !s.now().Before(c.Until) || c.Value == "snsapi_base" {
		return errcode(40001)
	}
	open := s.openID(s.keys.OfficialAppID, c.Person)
	if q.Get("openid") != open {
		return errcode(40003)
	}
	return map[string]any{
		"openid": open, "nickname": c.Person, "sex": 0, "province": "", "city": "", "country": "",
		"headimgurl": "", "privilege": []string{}, "unionid": s.derive("u", c.Person),
	}
}

// authorize shows who may log in; choosing redirects with code and state.
func (s *Sandbox) authorizePage(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	back, err := url.Parse(q.Get("redirect_uri"))
	if q.Get("appid") != s.keys.OfficialAppID || err != nil || back.Host == "" || back.Scheme != "http" && back.Scheme != "https" {
		http.Error(w, "appid 或 redirect_uri 不正确", http.StatusBadRequest)
		return
	}
	if person := q.Get("person"); person != "" && len([]rune(person)) <= 20 {
		v := back.Query()
		v.Set("code", s.newCode("web", person, q.Get("scope")))
		v.Set("state", q.Get("state"))
		back.RawQuery = v.Encode()
		http.Redirect(w, r, back.String(), http.StatusFound)
		return
	}
	s.page(w, "authorize", back.Scheme+"://"+back.Host, map[string]any{"Query": q, "People": s.peopleNames()})
}
