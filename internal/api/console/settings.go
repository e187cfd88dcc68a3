package console

import (
	"context"
	"errors"
	"net/http"
	"sort"
	"strings"

	"zhizhou/internal/account"
	"zhizhou/internal/clock"
	"zhizhou/internal/errs"
	"zhizhou/internal/setting"
	"zhizhou/internal/web"
)

// Setting is a section with its version.
type Setting[T any] struct {
	Version int64 `json:"version"`
	Value   T     `json:"value"`
}

func (r *routes) settings() {
	section(r, "shop", setting.NewShop, func(context.Context, *setting.Shop, *setting.Shop) error { return nil })
	section(r, "points", setting.NewPoints, func(context.Context, *setting.Points, *setting.Points) error { return nil })
	section(r, "sign_in", setting.NewSignIn, func(context.Context, *setting.SignIn, *setting.SignIn) error { return nil })
	section(r, "share", setting.NewShare, func(context.Context, *setting.Share, *setting.Share) error { return nil })
	section(r, "wechat", func() *setting.WeChat { return &setting.WeChat{} }, func(_ context.Context, v, before *setting.WeChat) error {
		v.Keep(before, clock.MS(r.Clock))
		return nil
	})
	section(r, "payment", setting.NewPayment, func(_ context.Context, v, before *setting.Payment) error {
		v.Keep(before, clock.MS(r.Clock))
		if err := v.Check(); err != nil {
			return err
		}
		return r.CheckPayment(v)
	})
	section(r, "renewal", setting.NewRenewal, func(_ context.Context, v, old *setting.Renewal) error { v.Keep(old); return r.CheckRenewal(v) })
	section(r, "invoice", setting.NewInvoice, func(_ context.Context, v, _ *setting.Invoice) error { return v.Check() })
	section(r, "mail", setting.NewMail, func(_ context.Context, v, before *setting.Mail) error { v.Keep(before); return v.Check() })
	section(r, "talk", setting.NewTalk, func(_ context.Context, v, _ *setting.Talk) error { return v.Check() })
	web.Handle(r.web, route("payment_test", http.MethodPost, "settings/payment/test", "Ask a channel whether the keys are good", "console setting", account.PermSettingEdit), r.testChannel)
	type outside struct {
		Sandbox   bool              `json:"sandbox"`
		Addresses map[string]string `json:"addresses" nullable:"false"`
	}
	web.Handle(r.web, route("outside", http.MethodGet, "outside", "Addresses of outside services in force", "console setting", account.PermSettingRead),
		func(context.Context, *none) (*web.Body[outside], error) {
			return web.Answer(outside{r.Sandbox, r.Outside}), nil
		})
}

// section registers reading and saving of one group of settings. Secrets leave
// hidden; accept gives those that come back hidden their value and checks the rest.
func section[T any, P interface {
	*T
	setting.Section
}](r *routes, name string, fresh func() P, accept func(ctx context.Context, now, before P) error) {
	web.Handle(r.web, route("setting_"+name, http.MethodGet, "settings/"+name, "The "+name+" settings", "console setting", account.PermSettingRead),
		func(ctx context.Context, _ *none) (*web.Body[Setting[T]], error) {
			v := fresh()
			version, err := r.Settings.Load(ctx, v)
			if err != nil {
				return nil, err
			}
			return web.Answer(Setting[T]{version, public[T](v)}), nil
		})
	web.Handle(r.web, route("setting_"+name+"_save", http.MethodPut, "settings/"+name, "Save the "+name+" settings", "console setting", account.PermSettingEdit),
		func(ctx context.Context, in *struct{ Body Setting[T] }) (*web.Body[Setting[T]], error) {
			before := fresh()
			if _, err := r.Settings.Load(ctx, before); err != nil {
				return nil, err
			}
			v := P(&in.Body.Value)
			if err := accept(ctx, v, before); err != nil {
				return nil, err
			}
			if err := r.Settings.Save(ctx, v, in.Body.Version, before); err != nil {
				return nil, err
			}
			r.web.Forget()
			return web.Answer(Setting[T]{in.Body.Version + 1, public[T](v)}), nil
		})
}

func public[T any](s setting.Section) T { return s.Public().(T) }

// fieldAdvice lists what a configuration lacks.
func fieldAdvice(err error) string {
	var e *errs.E
	var parts []string
	for errors.As(err, &e) {
		for _, msg := range e.Fields {
			parts = append(parts, msg)
		}
		err = e.Err
		if err == nil {
			break
		}
	}
	sort.Strings(parts)
	return strings.Join(parts, "；")
}
