package console

import (
	"context"
	"net/http"
	"strings"
	"time"

	"zhizhou/internal/account"
	"zhizhou/internal/web"
)

// MeView is the signed-in member of staff.
type MeView struct {
	ID          int64    `json:"id"`
	Name        string   `json:"name"`
	Role        string   `json:"role"`
	Permissions []string `json:"permissions" nullable:"false"`
	MFA         bool     `json:"mfa" doc:"This session has passed the second factor"`
	NeedsMFA    bool     `json:"needs_mfa"`
	TOTPEnabled bool     `json:"totp_enabled"`
}

// LoginView tells what comes next.
type LoginView struct {
	NeedsTOTP bool   `json:"needs_totp"`
	MustEnrol bool   `json:"must_enrol" doc:"The role needs a second factor that is not set up yet"`
	Staff     MeView `json:"staff"`
}

type loginAnswer struct {
	SetCookie []http.Cookie `header:"Set-Cookie"`
	Body      LoginView
}

func (r *routes) cookie(value string, life time.Duration) http.Cookie {
	c := http.Cookie{
		Name: web.StaffCookie, Value: value, Path: "/api/console", HttpOnly: true, SameSite: http.SameSiteStrictMode,
		Secure: strings.HasPrefix(r.PublicURL, "https://"), MaxAge: int(life.Seconds()),
	}
	if life <= 0 {
		c.MaxAge = -1
	}
	return c
}

func (r *routes) auth() {
	web.Handle(r.web, web.Route{ID: "console_login", Method: http.MethodPost, Path: "/api/console/auth/login", Summary: "Sign in to the console", Tag: "console auth", Need: web.Public}, r.login)
	type code struct {
		Body struct {
			Code string `json:"code" minLength:"6" maxLength:"20" doc:"Of the app, or a recovery code"`
		}
	}
	web.Handle(r.web, route("totp", http.MethodPost, "auth/totp", "Pass the second factor", "console auth", "self"),
		func(ctx context.Context, in *code) (*web.Body[MeView], error) {
			s := web.CallerOf(ctx).Staff
			if err := r.Account.PassTOTP(ctx, s.ID, s.SessionID, in.Body.Code); err != nil {
				return nil, err
			}
			s.MFA = true
			return web.Answer(meView(s, true)), nil
		})
	web.Handle(r.web, route("logout", http.MethodPost, "auth/logout", "Sign out", "console auth", "self"),
		func(ctx context.Context, _ *none) (*struct {
			SetCookie []http.Cookie `header:"Set-Cookie"`
			Status    int
		}, error,
		) {
			if err := r.Account.StaffSignOut(ctx, web.CallerOf(ctx).Staff.SessionID); err != nil {
				return nil, err
			}
			return &struct {
				SetCookie []http.Cookie `header:"Set-Cookie"`
				Status    int
			}{[]http.Cookie{r.cookie("", 0)}, http.StatusNoContent}, nil
		})
	web.Handle(r.web, route("me", http.MethodGet, "me", "The signed-in member", "console auth", "self"),
		func(ctx context.Context, _ *none) (*web.Body[MeView], error) {
			s := web.CallerOf(ctx).Staff
			return web.Answer(meView(s, s.TOTPEnabled)), nil
		})
	type enrolment struct {
		Secret string `json:"secret"`
		URL    string `json:"url" doc:"otpauth address for a QR code"`
	}
	web.Handle(r.web, quiet(route("password", http.MethodPut, "me/password", "Set a password of one's own", "console auth", "self")),
		func(ctx context.Context, in *struct {
			Body struct {
				Old      string `json:"old" maxLength:"256"`
				Password string `json:"password" maxLength:"256"`
			}
		},
		) (*none, error) {
			me := web.CallerOf(ctx).Staff
			return nil, r.Account.ChangeStaffPassword(ctx, me.ID, me.SessionID, in.Body.Old, in.Body.Password)
		})
	web.Handle(r.web, route("totp_begin", http.MethodPost, "me/totp/begin", "Begin to set up the second factor", "console auth", "self"),
		func(ctx context.Context, _ *none) (*web.Body[enrolment], error) {
			e, err := r.Account.BeginTOTP(ctx, web.CallerOf(ctx).Staff.ID)
			return web.Answer(enrolment(e)), err
		})
	type codes struct {
		RecoveryCodes []string `json:"recovery_codes" nullable:"false"`
	}
	web.Handle(r.web, route("totp_enable", http.MethodPost, "me/totp/enable", "Turn the second factor on", "console auth", "self"),
		func(ctx context.Context, in *code) (*web.Body[codes], error) {
			s := web.CallerOf(ctx).Staff
			list, err := r.Account.EnableTOTP(ctx, s.ID, s.SessionID, in.Body.Code)
			return web.Answer(codes{list}), err
		})
}

func (r *routes) login(ctx context.Context, in *struct {
	Body struct {
		Login    string `json:"login" minLength:"1" maxLength:"64"`
		Password string `json:"password" minLength:"1" maxLength:"256"`
	}
},
) (*loginAnswer, error) {
	c := web.CallerOf(ctx)
	token, st, err := r.Account.StaffLogin(ctx, in.Body.Login, in.Body.Password,
		account.Device{Name: c.Device, Address: c.Address, Hint: web.AddressHint(c.Address)})
	if err != nil {
		return nil, err
	}
	enabled := st.TOTPEnabledAt > 0
	must := account.MustUseTOTP(st.Role)
	me := meView(web.Staff{ID: st.ID, Name: st.Name, Role: st.Role, NeedsMFA: must || enabled}, enabled)
	return &loginAnswer{
		SetCookie: []http.Cookie{r.cookie(token, 12*time.Hour)},
		Body:      LoginView{NeedsTOTP: enabled, MustEnrol: must && !enabled, Staff: me},
	}, nil
}

func meView(s web.Staff, enabled bool) MeView {
	return MeView{ID: s.ID, Name: s.Name, Role: s.Role, Permissions: account.Permissions(s.Role), MFA: s.MFA, NeedsMFA: s.NeedsMFA, TOTPEnabled: enabled}
}
