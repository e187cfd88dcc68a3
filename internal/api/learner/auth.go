package learner

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"zhizhou/internal/account"
	"zhizhou/internal/errs"
	"zhizhou/internal/id"
	"zhizhou/internal/web"
)

// UserView is the signed-in learner.
type UserView struct {
	ID          int64    `json:"id"`
	Nickname    string   `json:"nickname"`
	AvatarURL   string   `json:"avatar_url"`
	PhoneMasked string   `json:"phone_masked"`
	HasPhone    bool     `json:"has_phone"`
	HasPassword bool     `json:"has_password"`
	LargeType   bool     `json:"large_type"`
	Identities  []string `json:"identities" nullable:"false" enum:"phone,wechat_mini,wechat_official"`
}

// SessionView is a fresh sign-in.
type SessionView struct {
	Token string   `json:"token" doc:"Only for the mini program; browsers get a cookie"`
	User  UserView `json:"user"`
	IsNew bool     `json:"is_new"`
}

type sessionAnswer struct {
	SetCookie []http.Cookie `header:"Set-Cookie"`
	Body      SessionView
}

// Consented carries the agreements that a person ticked.
type Consented struct {
	Consents []account.Consent `json:"consents,omitempty" maxItems:"5" doc:"The agreements the user ticked"`
}

// Invited carries the code of who invited a new user.
type Invited struct {
	Invite  string `json:"invite,omitempty" maxLength:"20" doc:"Invite code; counts for a new user alone"`
	Visitor string `json:"visitor,omitempty" maxLength:"64" doc:"What this browser calls itself: ties what it opened to who signs in"`
	OnDevice
}

// OnDevice carries what a device calls itself, whoever uses it.
type OnDevice struct {
	Device string `json:"device,omitempty" maxLength:"64" doc:"What this device calls itself: random, its own; it outlives signing out"`
}

func (r *routes) cookie(name, value string, life time.Duration) http.Cookie {
	c := http.Cookie{
		Name: name, Value: value, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode,
		Secure: strings.HasPrefix(r.PublicURL, "https://"), MaxAge: int(life.Seconds()),
	}
	if life <= 0 {
		c.MaxAge = -1
	}
	return c
}

func device(ctx context.Context) account.Device {
	c := web.CallerOf(ctx)
	return account.Device{Platform: string(c.Platform), Name: c.Device, Address: c.Address, Hint: web.AddressHint(c.Address)}
}

func (r *routes) signedIn(ctx context.Context, s account.Session, err error) (*sessionAnswer, error) {
	if err != nil {
		return nil, err
	}
	view, err := r.user(ctx, s.User)
	if err != nil {
		return nil, err
	}
	out := &sessionAnswer{Body: SessionView{User: view, IsNew: s.IsNew}}
	if web.CallerOf(ctx).Platform.Mini() {
		out.Body.Token = s.Token
	} else {
		out.SetCookie = []http.Cookie{r.cookie(web.LearnerCookie, s.Token, 30*24*time.Hour)}
	}
	return out, nil
}

func (r *routes) user(ctx context.Context, u account.User) (UserView, error) {
	v := UserView{
		ID: u.ID, Nickname: u.Nickname, AvatarURL: imageURL(u.Avatar), PhoneMasked: u.PhoneMasked, HasPhone: u.PhoneHash != "",
		HasPassword: u.PasswordHash != "", LargeType: u.LargeType, Identities: []string{},
	}
	if v.HasPhone {
		v.Identities = append(v.Identities, "phone")
	}
	list, err := r.Account.Identities(ctx, u.ID)
	for _, i := range list {
		v.Identities = append(v.Identities, i.Kind)
	}
	return v, err
}

func (r *routes) auth() {
	web.Handle(r.web, web.Route{ID: "sms_send", Method: http.MethodPost, Path: "/api/auth/sms", Summary: "Send a code to a phone", Tag: "auth", Need: web.Anyone}, r.smsSend)
	web.Handle(r.web, web.Route{ID: "sms_login", Method: http.MethodPost, Path: "/api/auth/sms/login", Summary: "Sign in by phone and code", Tag: "auth", Need: web.Public},
		func(ctx context.Context, in *struct {
			Body struct {
				Consented
				Invited
				Phone string `json:"phone" maxLength:"20"`
				Code  string `json:"code" minLength:"6" maxLength:"6"`
			}
		},
		) (*sessionAnswer, error) {
			s, err := r.Account.LoginSMS(ctx, in.Body.Phone, in.Body.Code, in.Body.Consents, device(ctx))
			if err == nil {
				err = r.came(ctx, s.User.ID, s.IsNew, in.Body.Invited)
			}
			return r.signedIn(ctx, s, err)
		})
	web.Handle(r.web, web.Route{ID: "password_login", Method: http.MethodPost, Path: "/api/auth/password", Summary: "Sign in by phone and password", Tag: "auth", Need: web.Public},
		func(ctx context.Context, in *struct {
			Body struct {
				Consented
				OnDevice
				Phone    string `json:"phone" maxLength:"20"`
				Password string `json:"password" maxLength:"256"`
			}
		},
		) (*sessionAnswer, error) {
			s, err := r.Account.LoginPassword(ctx, in.Body.Phone, in.Body.Password, in.Body.Consents, device(ctx))
			if err == nil {
				err = r.Risk.Seen(ctx, s.User.ID, in.Body.Device, web.CallerOf(ctx).Address)
			}
			return r.signedIn(ctx, s, err)
		})
	web.Handle(r.web, web.Route{ID: "mini_login", Method: http.MethodPost, Path: "/api/auth/mp", Summary: "Sign in with wx.login", Tag: "auth", Need: web.Public},
		func(ctx context.Context, in *struct {
			Body struct {
				Consented
				Invited
				Code string `json:"code" minLength:"1" maxLength:"200"`
			}
		},
		) (*sessionAnswer, error) {
			s, err := r.Account.LoginMini(ctx, in.Body.Code, in.Body.Consents, device(ctx))
			if err == nil {
				err = r.came(ctx, s.User.ID, s.IsNew, in.Body.Invited)
			}
			return r.signedIn(ctx, s, err)
		})
	type codeInput struct {
		Body struct {
			Code string `json:"code" minLength:"1" maxLength:"200"`
		}
	}
	web.Handle(r.web, web.Route{ID: "mini_phone", Method: http.MethodPost, Path: "/api/auth/mp/phone", Summary: "Bind the phone of the phone button", Tag: "auth", Need: web.Learner},
		func(ctx context.Context, in *codeInput) (*web.Body[UserView], error) {
			u, err := r.Account.BindMiniPhone(ctx, web.UserID(ctx), in.Body.Code)
			return r.userAnswer(ctx, u, err)
		})
	web.Handle(r.web, web.Route{ID: "mini_refresh", Method: http.MethodPost, Path: "/api/auth/mp/refresh", Summary: "Renew the session key before virtual payment", Tag: "auth", Need: web.Learner, Status: http.StatusNoContent},
		func(ctx context.Context, in *codeInput) (*none, error) {
			return nil, r.Account.RefreshMini(ctx, web.UserID(ctx), in.Body.Code)
		})
	web.Handle(r.web, web.Route{ID: "wechat_authorize", Method: http.MethodGet, Path: "/api/auth/wechat/authorize", Summary: "Go to WeChat to sign in, or to tie it to who is signed in", Tag: "auth", Need: web.Anyone, Status: http.StatusFound}, r.authorize)
	web.Handle(r.web, web.Route{ID: "wechat_callback", Method: http.MethodGet, Path: "/api/auth/wechat/callback", Summary: "Back from WeChat", Tag: "auth", Need: web.Anyone, Status: http.StatusFound}, r.callback)
	web.Handle(r.web, web.Route{ID: "logout", Method: http.MethodPost, Path: "/api/auth/logout", Summary: "Sign out here", Tag: "auth", Need: web.Learner, Status: http.StatusNoContent},
		func(ctx context.Context, _ *none) (*struct {
			SetCookie []http.Cookie `header:"Set-Cookie"`
		}, error,
		) {
			u := web.CallerOf(ctx).User
			if err := r.Account.SignOut(ctx, u.ID, u.SessionID); err != nil {
				return nil, err
			}
			return &struct {
				SetCookie []http.Cookie `header:"Set-Cookie"`
			}{[]http.Cookie{r.cookie(web.LearnerCookie, "", 0)}}, nil
		})
}

// SMSView says when the next code may be asked for.
type SMSView struct {
	RetryAfterS int `json:"retry_after_s"`
	ExpiresInS  int `json:"expires_in_s"`
}

func (r *routes) smsSend(ctx context.Context, in *struct {
	Body struct {
		Consented
		Phone string `json:"phone,omitempty" maxLength:"20" doc:"Empty: the signed-in user's own"`
	}
},
) (*web.Body[SMSView], error) {
	c := web.CallerOf(ctx)
	var wait time.Duration
	var err error
	switch {
	case c.User.ID != 0 && in.Body.Phone == "":
		wait, err = r.Account.SendOwnCode(ctx, c.User.ID, c.Address)
	case c.User.ID != 0:
		wait, err = r.Account.SendCodeSignedIn(ctx, in.Body.Phone, c.Address)
	default:
		wait, err = r.Account.SendCode(ctx, in.Body.Phone, c.Address, in.Body.Consents)
	}
	return web.Answer(SMSView{int(wait.Seconds()), 300}), err
}

func (r *routes) userAnswer(ctx context.Context, u account.User, err error) (*web.Body[UserView], error) {
	if err != nil {
		return nil, err
	}
	v, err := r.user(ctx, u)
	return web.Answer(v), err
}

// The state of a WeChat sign-in is bound to the browser by a cookie and signed, so
// that nobody can be signed in to somebody else's account by a prepared link.
const stateCookie = "zz_oauth"

var errState = errs.New(errs.Invalid, "wechat_state", "登录已过期，请返回重试")

type redirect struct {
	SetCookie []http.Cookie `header:"Set-Cookie"`
	Location  string        `header:"Location"`
}

// onSite reports whether an address stays on this site as browsers read it: they
// drop tabs and line ends, and take a backslash for a slash.
func onSite(address string) bool {
	u, err := url.Parse(address)
	odd := strings.ContainsFunc(address, func(r rune) bool { return r <= ' ' || r == 0x7f || r == '\\' })
	return err == nil && !odd && u.Scheme == "" && u.Host == "" && strings.HasPrefix(address, "/") && !strings.HasPrefix(address, "//")
}

func (r *routes) authorize(ctx context.Context, in *struct {
	ReturnTo string `query:"return_to" maxLength:"300" default:"/"`
	Consents string `query:"consents" maxLength:"200" doc:"kind:version pairs, joined by commas"`
	Bind     bool   `query:"bind" doc:"Tie the WeChat to the account of who is signed in, instead of signing in by it"`
},
) (*redirect, error) {
	if !onSite(in.ReturnTo) {
		in.ReturnTo = "/"
	}
	nonce := id.Token(8)
	address, err := r.AuthorizeURL(ctx, nonce, r.PublicURL+"/api/auth/wechat/callback")
	if err != nil {
		return nil, err
	}
	v := url.Values{"n": {nonce}, "r": {in.ReturnTo}, "c": {in.Consents}}
	if in.Bind {
		if web.UserID(ctx) == 0 {
			return nil, account.ErrSignIn
		}
		v.Set("b", strconv.FormatInt(web.UserID(ctx), 10))
	}
	value := v.Encode()
	value += "." + r.Box.Sign("oauth", value)
	return &redirect{[]http.Cookie{r.cookie(stateCookie, url.QueryEscape(value), 10*time.Minute)}, address}, nil
}

func (r *routes) callback(ctx context.Context, in *struct {
	Code  string `query:"code" maxLength:"200"`
	State string `query:"state" maxLength:"100"`
},
) (*redirect, error) {
	raw, err := url.QueryUnescape(web.CallerOf(ctx).Cookie(stateCookie))
	if err != nil {
		return nil, errState
	}
	i := strings.LastIndex(raw, ".")
	if i < 0 || !r.Box.Verify("oauth", raw[:i], raw[i+1:]) {
		return nil, errState
	}
	v, err := url.ParseQuery(raw[:i])
	if err != nil || v.Get("n") != in.State || in.Code == "" {
		return nil, errState
	}
	if bound := v.Get("b"); bound != "" {
		return r.bindWeChat(ctx, bound, in.Code, v.Get("r"))
	}
	var consents []account.Consent
	for pair := range strings.SplitSeq(v.Get("c"), ",") {
		if kind, version, ok := strings.Cut(pair, ":"); ok {
			consents = append(consents, account.Consent{Kind: kind, Version: version})
		}
	}
	s, err := r.Account.LoginOfficial(ctx, in.Code, consents, device(ctx))
	if err != nil {
		return nil, err
	}
	return &redirect{[]http.Cookie{r.cookie(web.LearnerCookie, s.Token, 30*24*time.Hour), r.cookie(stateCookie, "", 0)}, v.Get("r")}, nil
}

// bindWeChat ties a WeChat to whoever began it and is still signed in here. A refusal is
// told by the page that is gone back to.
func (r *routes) bindWeChat(ctx context.Context, bound, code, to string) (*redirect, error) {
	me := web.UserID(ctx)
	if me == 0 || bound != strconv.FormatInt(me, 10) {
		return nil, errState
	}
	err := r.Account.BindOfficial(ctx, me, code)
	var e *errs.E
	if errors.As(err, &e) && e.Kind == errs.Conflict {
		back, perr := url.Parse(to)
		if perr != nil {
			return nil, errState
		}
		q := back.Query()
		q.Set("wechat", "taken")
		back.RawQuery = q.Encode()
		to, err = back.String(), nil
	}
	if err != nil {
		return nil, err
	}
	return &redirect{[]http.Cookie{r.cookie(stateCookie, "", 0)}, to}, nil
}
