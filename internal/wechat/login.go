package wechat

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
)

// Session is a mini program login. SessionKey stays on the server; the newest one
// signs virtual payment.
type Session struct {
	OpenID     string `json:"openid"`
	UnionID    string `json:"unionid"` // empty unless an open platform account binds the apps
	SessionKey string `json:"session_key"`
}

// Code2Session exchanges the code of wx.login (5 minutes, once). Returns *Error.
func (c *Client) Code2Session(ctx context.Context, code string) (Session, error) {
	var out Session
	err := c.send(ctx, http.MethodGet, "/sns/jscode2session", url.Values{
		"appid": {c.cfg.MiniAppID}, "secret": {c.cfg.MiniSecret}, "js_code": {code}, "grant_type": {"authorization_code"},
	}, nil, &out)
	return out, err
}

// Phone is a verified phone number.
type Phone struct {
	Number  string `json:"purePhoneNumber"` // without country code
	Country string `json:"countryCode"`
}

// PhoneNumber exchanges the code of a getPhoneNumber button (5 minutes, once;
// WeChat charges for each success). Returns *Error; errcode 1400001 means that
// the paid quota is used up.
func (c *Client) PhoneNumber(ctx context.Context, code string) (Phone, error) {
	body, err := json.Marshal(map[string]string{"code": code})
	if err != nil {
		return Phone{}, err
	}
	const path = "/wxa/business/getuserphonenumber"
	raw, err := c.post(ctx, path, nil, body)
	if err != nil {
		return Phone{}, err
	}
	var out struct {
		Info Phone `json:"phone_info"`
	}
	err = decode(path, raw, &out)
	return out.Info, err
}

// The scopes of web authorisation.
const (
	ScopeBase = "snsapi_base"     // openid only, no question to the user
	ScopeUser = "snsapi_userinfo" // name and picture, after consent
)

// AuthorizeURL is where a browser inside WeChat goes to log in. state must be
// bound to the browser's session and checked on return.
func (c *Client) AuthorizeURL(state, redirect, scope string) string {
	// The order of the parameters is WeChat's; its page rejects another.
	return c.open + "/connect/oauth2/authorize?appid=" + url.QueryEscape(c.cfg.OfficialAppID) +
		"&redirect_uri=" + url.QueryEscape(redirect) + "&response_type=code&scope=" + url.QueryEscape(scope) +
		"&state=" + url.QueryEscape(state) + "#wechat_redirect"
}

// Grant is what a web authorisation gives. AccessToken is the user's own and has
// nothing to do with the mini program's.
type Grant struct {
	OpenID      string `json:"openid"`
	UnionID     string `json:"unionid"`
	AccessToken string `json:"access_token"`
	Scope       string `json:"scope"`
}

// OAuthToken exchanges the code that came back (5 minutes, once). Returns *Error.
func (c *Client) OAuthToken(ctx context.Context, code string) (Grant, error) {
	var out Grant
	err := c.send(ctx, http.MethodGet, "/sns/oauth2/access_token", url.Values{
		"appid": {c.cfg.OfficialAppID}, "secret": {c.cfg.OfficialSecret}, "code": {code}, "grant_type": {"authorization_code"},
	}, nil, &out)
	return out, err
}

// Profile is what the user let WeChat tell.
type Profile struct {
	OpenID   string `json:"openid"`
	UnionID  string `json:"unionid"`
	Nickname string `json:"nickname"`
	Avatar   string `json:"headimgurl"`
}

// UserInfo returns the profile of a Grant with ScopeUser. Returns *Error.
func (c *Client) UserInfo(ctx context.Context, g Grant) (Profile, error) {
	var out Profile
	err := c.send(ctx, http.MethodGet, "/sns/userinfo", url.Values{
		"access_token": {g.AccessToken}, "openid": {g.OpenID}, "lang": {"zh_CN"},
	}, nil, &out)
	return out, err
}
