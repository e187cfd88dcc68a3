package learner

import (
	"bytes"
	"context"
	"net/http"

	"zhizhou/internal/account"
	"zhizhou/internal/web"
)

// DeviceView is a signed-in device.
type DeviceView struct {
	ID          int64  `json:"id"`
	Name        string `json:"name"`
	Platform    string `json:"platform"`
	AddressHint string `json:"address_hint"`
	LastSeenAt  int64  `json:"last_seen_at"`
	Current     bool   `json:"current"`
}

// ConsentView is a recorded consent.
type ConsentView struct {
	Kind       string `json:"kind" enum:"user_agreement,privacy_policy"`
	Version    string `json:"version"`
	Title      string `json:"title"`
	AcceptedAt int64  `json:"accepted_at"`
}

func (r *routes) me() {
	me := func(id, method, path, summary string, status int) web.Route {
		return web.Route{ID: id, Method: method, Path: path, Summary: summary, Tag: "me", Need: web.Learner, Status: status}
	}
	web.Handle(r.web, me("me", http.MethodGet, "/api/me", "The signed-in learner", 200),
		func(ctx context.Context, _ *none) (*web.Body[UserView], error) { return r.current(ctx) })
	web.Handle(r.web, me("me_change", http.MethodPatch, "/api/me", "Change nickname or large type", 200),
		func(ctx context.Context, in *struct {
			Body struct {
				Nickname  *string `json:"nickname,omitempty" maxLength:"80"`
				LargeType *bool   `json:"large_type,omitempty"`
			}
		},
		) (*web.Body[UserView], error) {
			if in.Body.Nickname != nil {
				if err := r.Account.Rename(ctx, web.UserID(ctx), *in.Body.Nickname); err != nil {
					return nil, err
				}
			}
			if in.Body.LargeType != nil {
				if err := r.Account.SetLargeType(ctx, web.UserID(ctx), *in.Body.LargeType); err != nil {
					return nil, err
				}
			}
			return r.current(ctx)
		})
	avatar := me("me_avatar", http.MethodPut, "/api/me/avatar", "Change the picture; the body is the image", 200)
	avatar.MaxBytes = 2 << 20
	web.Handle(r.web, avatar, func(ctx context.Context, in *struct {
		RawBody []byte `contentType:"application/octet-stream"`
	},
	) (*web.Body[UserView], error) {
		key, err := r.Media.SaveImage(ctx, bytes.NewReader(in.RawBody))
		if err != nil {
			return nil, err
		}
		if err := r.Account.SetAvatar(ctx, web.UserID(ctx), key); err != nil {
			return nil, err
		}
		return r.current(ctx)
	})
	web.Handle(r.web, me("me_phone", http.MethodPost, "/api/me/phone", "Bind or change the phone", 200),
		func(ctx context.Context, in *struct {
			Body struct {
				Phone   string `json:"phone" maxLength:"20"`
				Code    string `json:"code" minLength:"6" maxLength:"6"`
				OwnCode string `json:"own_code,omitempty" maxLength:"6" doc:"Sent to the phone of now; needed by who has one"`
			}
		},
		) (*web.Body[UserView], error) {
			me := web.CallerOf(ctx).User
			u, err := r.Account.BindPhone(ctx, me.ID, me.SessionID, in.Body.Phone, in.Body.Code, in.Body.OwnCode)
			return r.userAnswer(ctx, u, err)
		})
	web.Handle(r.web, me("me_password", http.MethodPut, "/api/me/password", "Set a password", 200),
		func(ctx context.Context, in *struct {
			Body struct {
				Password string `json:"password" maxLength:"256"`
				Code     string `json:"code" minLength:"6" maxLength:"6"`
			}
		},
		) (*web.Body[UserView], error) {
			c := web.CallerOf(ctx)
			if err := r.Account.SetPassword(ctx, c.User.ID, c.User.SessionID, in.Body.Password, in.Body.Code); err != nil {
				return nil, err
			}
			return r.current(ctx)
		})
	web.Handle(r.web, me("devices", http.MethodGet, "/api/me/devices", "Where the learner is signed in", 200),
		func(ctx context.Context, _ *none) (*web.Body[web.List[DeviceView]], error) {
			c := web.CallerOf(ctx)
			rows, err := r.Account.Devices(ctx, c.User.ID)
			out := web.List[DeviceView]{Items: []DeviceView{}}
			for _, d := range rows {
				out.Items = append(out.Items, DeviceView{d.ID, d.DeviceName, d.Platform, d.AddressHint, d.LastSeenAt, d.ID == c.User.SessionID})
			}
			return web.Answer(out), err
		})
	web.Handle(r.web, me("device_end", http.MethodDelete, "/api/me/devices/{id}", "Sign a device out", http.StatusNoContent),
		func(ctx context.Context, in *struct {
			ID int64 `path:"id"`
		},
		) (*none, error) {
			return nil, r.Account.SignOut(ctx, web.UserID(ctx), in.ID)
		})
	web.Handle(r.web, me("consent", http.MethodPost, "/api/me/consents", "Accept a version of an agreement", http.StatusNoContent),
		func(ctx context.Context, in *struct{ Body account.Consent }) (*none, error) {
			return nil, r.Account.Accept(ctx, web.UserID(ctx), in.Body)
		})
	web.Handle(r.web, me("consents", http.MethodGet, "/api/me/consents", "What the learner accepted", 200),
		func(ctx context.Context, _ *none) (*web.Body[web.List[ConsentView]], error) {
			rows, err := r.Account.Consents(ctx, web.UserID(ctx))
			out := web.List[ConsentView]{Items: []ConsentView{}}
			for _, c := range rows {
				out.Items = append(out.Items, ConsentView(c))
			}
			return web.Answer(out), err
		})
	web.Handle(r.web, me("consents_due", http.MethodGet, "/api/me/consents/due", "Agreements in force that the learner has yet to accept", 200), r.consentsDue)
}

func (r *routes) consentsDue(ctx context.Context, _ *none) (*web.Body[web.List[AgreementLink]], error) {
	rows, err := r.Account.ConsentsDue(ctx, web.UserID(ctx))
	out := web.List[AgreementLink]{Items: []AgreementLink{}}
	for _, a := range rows {
		out.Items = append(out.Items, AgreementLink{a.Kind, a.Title, a.Version})
	}
	return web.Answer(out), err
}

func (r *routes) current(ctx context.Context) (*web.Body[UserView], error) {
	u, err := r.Account.User(ctx, web.UserID(ctx))
	return r.userAnswer(ctx, u, err)
}
