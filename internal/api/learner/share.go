package learner

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"zhizhou/internal/errs"
	"zhizhou/internal/share"
	"zhizhou/internal/web"
)

// How often: nobody shares or opens more by hand.
const (
	sharesPerMinute = 30
	landsPerMinute  = 60
)

var errSharing = errs.New(errs.Limited, "share_rate", "操作太快了，请过一会儿再试")

// ShareView is something handed on, ready to be sent.
type ShareView struct {
	ID        int64  `json:"id"`
	Code      string `json:"code" doc:"Also the scene of a mini program code"`
	Kind      string `json:"kind"`
	TargetID  int64  `json:"target_id"`
	Channel   string `json:"channel"`
	URL       string `json:"url" doc:"Short address that leads there"`
	Path      string `json:"path" doc:"In the client, with the code"`
	Title     string `json:"title"`
	Text      string `json:"text"`
	ImageURL  string `json:"image_url" doc:"Empty: none"`
	PosterURL string `json:"poster_url" doc:"A picture to send, with a code that leads there"`
	MiniURL   string `json:"mini_url" doc:"Its mini program code; empty: the school has no mini program"`
	CreatedAt int64  `json:"created_at"`
}

// SharedView is something the caller shared and what came of it.
type SharedView struct {
	ID        int64  `json:"id"`
	Code      string `json:"code"`
	Kind      string `json:"kind"`
	TargetID  int64  `json:"target_id"`
	Channel   string `json:"channel"`
	Title     string `json:"title" doc:"Of what was shared, then"`
	Visits    int64  `json:"visits" doc:"Browsers, the caller's own not counted"`
	Joins     int64  `json:"joins"`
	Orders    int64  `json:"orders" doc:"Whose last touch it was"`
	CreatedAt int64  `json:"created_at"`
}

// LandedView is where a share leads.
type LandedView struct {
	Path string `json:"path" doc:"In the client"`
	Kind string `json:"kind"`
}

func (r *routes) shareView(ctx context.Context, s share.Share, to share.Target) ShareView {
	url, mini := r.PublicURL+"/s/"+s.Code, ""
	if r.Share.MiniApp(ctx) != "" {
		mini = url + "/mini.png"
	}
	return ShareView{
		ID: s.ID, Code: s.Code, Kind: s.Kind, TargetID: s.TargetID, Channel: s.Channel, URL: url, Path: share.Tagged(to.Path, s.Code),
		Title: to.Title, Text: to.Text, ImageURL: imageURL(to.Cover), PosterURL: url + "/poster.png", MiniURL: mini, CreatedAt: s.CreatedAt,
	}
}

// sharing refuses who shares or lands too often.
func sharing(l *web.Limiter, who string) error {
	if ok, wait := l.Allow(who, time.Now()); !ok {
		return errSharing.Retry(int(wait/time.Second) + 1)
	}
	return nil
}

func (r *routes) shares() {
	const tag = "share"
	perUser, perAddress := web.NewLimiter(sharesPerMinute, time.Minute), web.NewLimiter(landsPerMinute, time.Minute)
	web.Handle(r.web, web.Route{ID: "share_make", Method: http.MethodPost, Path: "/api/shares", Summary: "Share something: an address that tells by whom and by which way", Tag: tag, Need: web.Learner, Status: http.StatusCreated},
		func(ctx context.Context, in *struct {
			Body struct {
				Kind    string `json:"kind" enum:"school,course,product,card,certificate,challenge,class,campaign"`
				ID      int64  `json:"id,omitempty" minimum:"0" doc:"school: 0"`
				Channel string `json:"channel" enum:"friend,moments,group,weibo,qq,xiaohongshu,link,poster"`
				Key     string `json:"key" minLength:"8" maxLength:"64" doc:"The same again answers the same share"`
			}
		},
		) (*web.Body[ShareView], error) {
			me := web.UserID(ctx)
			if err := sharing(perUser, strconv.FormatInt(me, 10)); err != nil {
				return nil, err
			}
			variant, err := r.shownVariant(ctx, me, in.Body.Kind, in.Body.ID)
			if err != nil {
				return nil, err
			}
			s, to, err := r.Share.Make(ctx, share.Act{UserID: me, Kind: in.Body.Kind, TargetID: in.Body.ID, VariantID: variant, Channel: in.Body.Channel, Request: in.Body.Key})
			return web.Answer(r.shareView(ctx, s, to)), err
		})
	web.Handle(r.web, web.Route{ID: "share_land", Method: http.MethodPost, Path: "/api/visits", Summary: "Tell that something shared was opened", Tag: tag, Need: web.Anyone},
		func(ctx context.Context, in *struct {
			Body struct {
				Code    string `json:"code" minLength:"4" maxLength:"32"`
				Visitor string `json:"visitor" minLength:"16" maxLength:"64" doc:"What this browser calls itself: random, its own"`
			}
		},
		) (*web.Body[LandedView], error) {
			c := web.CallerOf(ctx)
			if err := sharing(perAddress, c.Address); err != nil {
				return nil, err
			}
			s, to, err := r.Share.Land(ctx, share.Landing{Code: in.Body.Code, Visitor: in.Body.Visitor, UserID: web.UserID(ctx), Platform: string(c.Platform), Address: c.Address})
			return web.Answer(LandedView{to.Path, s.Kind}), err
		})
	tie := web.Route{ID: "share_tie", Method: http.MethodPost, Path: "/api/me/visitor", Summary: "Tell what this browser and this device call themselves, when signing in could not", Tag: tag, Need: web.Learner, Status: http.StatusNoContent}
	web.Handle(r.web, tie, func(ctx context.Context, in *struct {
		Body struct {
			Visitor string `json:"visitor,omitempty" maxLength:"64"`
			OnDevice
		}
	},
	) (*none, error) {
		me := web.UserID(ctx)
		if err := sharing(perUser, strconv.FormatInt(me, 10)); err != nil {
			return nil, err
		}
		if err := r.Risk.Seen(ctx, me, in.Body.Device, web.CallerOf(ctx).Address); err != nil {
			return nil, err
		}
		if err := r.Share.Come(ctx, me, in.Body.Visitor); err != nil {
			return nil, err
		}
		return nil, r.Referral.Welcome(ctx, me)
	})
	web.Handle(r.web, web.Route{ID: "my_shares", Method: http.MethodGet, Path: "/api/me/shares", Summary: "What I shared and what came of it, newest first", Tag: tag, Need: web.Learner},
		func(ctx context.Context, in *struct{ web.PageQuery }) (*web.Body[web.List[SharedView]], error) {
			before, err := in.Keys(1)
			if err != nil {
				return nil, err
			}
			rows, err := r.Share.Mine(ctx, web.UserID(ctx), first(before), in.Limit+1)
			if err != nil {
				return nil, err
			}
			return web.Answer(web.Page(rows, in.Limit, func(s share.Result) SharedView {
				return SharedView{s.ID, s.Code, s.Kind, s.TargetID, s.Channel, s.Title, s.Visits, s.Joins, s.Orders, s.CreatedAt}
			}, func(s share.Result) []int64 { return []int64{s.ID} })), nil
		})
}

// shownVariant is the variant of an experiment in which the caller was shown what they
// hand on; 0: none.
func (r *routes) shownVariant(ctx context.Context, userID int64, kind string, id int64) (int64, error) {
	if kind != share.Card {
		return 0, nil
	}
	c, err := r.Card.Own(ctx, userID, id)
	if err != nil {
		return 0, err
	}
	v, err := r.Card.Variant(ctx, c)
	return v.ID, err
}
