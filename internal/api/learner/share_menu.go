package learner

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"zhizhou/internal/errs"
	"zhizhou/internal/share"
	"zhizhou/internal/web"
)

// How often: a page that can be shared asks once when it opens.
const menusPerMinute = 60

var (
	errNoOfficial = errs.New(errs.NotFound, "wechat_no_official", "学校没有服务号")
	errPage       = errs.New(errs.Unavailable, "wechat_page", "微信暂时没有回应，请稍后再试")
	errForeign    = errs.New(errs.Invalid, "wechat_foreign_page", "只为学校自己的页面签名")
)

// MenuWayView is what one entry of WeChat's menu sends.
type MenuWayView struct {
	Code string `json:"code"`
	URL  string `json:"url" doc:"In browsers"`
	Path string `json:"path" doc:"In the client, with the code"`
}

// MenuView is what WeChat's own menu sends of a page.
type MenuView struct {
	Title    string      `json:"title"`
	Text     string      `json:"text"`
	ImageURL string      `json:"image_url" doc:"Empty: none"`
	Friend   MenuWayView `json:"friend"`
	Moments  MenuWayView `json:"moments"`
}

// PageConfigView starts WeChat's JS-SDK on a page.
type PageConfigView struct {
	AppID     string `json:"app_id"`
	Timestamp int64  `json:"timestamp" doc:"Seconds"`
	Nonce     string `json:"nonce"`
	Signature string `json:"signature"`
}

func (r *routes) shareMenu() {
	const tag = "share"
	perUser, perAddress := web.NewLimiter(menusPerMinute, time.Minute), web.NewLimiter(menusPerMinute, time.Minute)
	web.Handle(r.web, web.Route{ID: "share_menu", Method: http.MethodPost, Path: "/api/share-menu", Summary: "Codes for WeChat's own menu; they count as shares when somebody comes by them or the act is told", Tag: tag, Need: web.Learner},
		func(ctx context.Context, in *struct {
			Body struct {
				Kind string `json:"kind" enum:"school,course,product,card,certificate,challenge,class,campaign"`
				ID   int64  `json:"id,omitempty" minimum:"0" doc:"school: 0"`
			}
		},
		) (*web.Body[MenuView], error) {
			me := web.UserID(ctx)
			if err := sharing(perUser, strconv.FormatInt(me, 10)); err != nil {
				return nil, err
			}
			variant, err := r.shownVariant(ctx, me, in.Body.Kind, in.Body.ID)
			if err != nil {
				return nil, err
			}
			codes, to, err := r.Share.Prepare(ctx, share.Act{UserID: me, Kind: in.Body.Kind, TargetID: in.Body.ID, VariantID: variant})
			way := func(channel string) MenuWayView {
				path := share.Tagged(to.Path, codes[channel])
				return MenuWayView{codes[channel], r.PublicURL + path, path}
			}
			return web.Answer(MenuView{to.Title, to.Text, imageURL(to.Cover), way("friend"), way("moments")}), err
		})
	web.Handle(r.web, web.Route{ID: "share_used", Method: http.MethodPost, Path: "/api/share-menu/used", Summary: "Tell that one of these codes was handed on", Tag: tag, Need: web.Learner, Status: http.StatusNoContent},
		func(ctx context.Context, in *struct {
			Body struct {
				Code string `json:"code" minLength:"4" maxLength:"32"`
			}
		},
		) (*none, error) {
			me := web.UserID(ctx)
			if err := sharing(perUser, strconv.FormatInt(me, 10)); err != nil {
				return nil, err
			}
			return nil, r.Share.Used(ctx, me, in.Body.Code)
		})
	web.Handle(r.web, web.Route{ID: "wechat_page", Method: http.MethodGet, Path: "/api/wechat/page", Summary: "Start WeChat's JS-SDK on a page of this school", Tag: tag, Need: web.Anyone},
		func(ctx context.Context, in *struct {
			URL string `query:"url" required:"true" maxLength:"1000" doc:"Of the page, without its fragment"`
		},
		) (*web.Body[PageConfigView], error) {
			if err := sharing(perAddress, web.CallerOf(ctx).Address); err != nil {
				return nil, err
			}
			if !r.ours(in.URL) {
				return nil, errForeign
			}
			p, err := r.SignPage(ctx, in.URL)
			if err != nil {
				return nil, errPage.With(err)
			}
			if p.AppID == "" {
				return nil, errNoOfficial
			}
			return web.Answer(PageConfigView{p.AppID, p.Timestamp, p.Nonce, p.Signature}), nil
		})
}

// ours reports whether an address is a page of this school, to be signed for.
func (r *routes) ours(address string) bool {
	u, err := url.Parse(address)
	own, err2 := url.Parse(r.PublicURL)
	return err == nil && err2 == nil && u.Scheme == own.Scheme && u.Host == own.Host && u.User == nil && !strings.Contains(address, "#")
}
