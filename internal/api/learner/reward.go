package learner

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"zhizhou/internal/badge"
	"zhizhou/internal/risk"
	"zhizhou/internal/shop"
	"zhizhou/internal/web"
)

// OfferView is a thing of the points shop.
type OfferView struct {
	ID       int64  `json:"id"`
	Kind     string `json:"kind" enum:"coupon,course,material"`
	CourseID int64  `json:"course_id" doc:"0: none"`
	Course   string `json:"course" doc:"Its title"`
	Days     int64  `json:"days" doc:"course: for how long, 0 for good"`
	Title    string `json:"title"`
	Words    string `json:"words"`
	Points   int64  `json:"points"`
	Left     int64  `json:"left"`
	PerUser  int64  `json:"per_user"`
	Mine     int64  `json:"mine" doc:"How many the caller has"`
}

// PointsShopView is the points shop as the caller sees it.
type PointsShopView struct {
	Balance int64       `json:"balance"`
	Items   []OfferView `json:"items" nullable:"false"`
}

// RedemptionView is an exchange of the caller.
type RedemptionView struct {
	ID       int64  `json:"id"`
	Kind     string `json:"kind" enum:"coupon,course,material"`
	CourseID int64  `json:"course_id" doc:"0: none"`
	Title    string `json:"title"`
	Body     string `json:"body" doc:"Of a material"`
	HasFile  bool   `json:"has_file" doc:"A material comes with a file"`
	Points   int64  `json:"points"`
	At       int64  `json:"at"`
}

// BadgeView is a badge that the caller has or may win.
type BadgeView struct {
	ID    int64  `json:"id"`
	Name  string `json:"name"`
	Words string `json:"words"`
	Fact  string `json:"fact" enum:"lessons,courses,minutes,sign_ins,streak,milestones"`
	Need  int64  `json:"need"`
	Have  int64  `json:"have"`
	WonAt int64  `json:"won_at" doc:"0: not yet"`
}

// LevelView is how far hours of study have brought the caller.
type LevelView struct {
	No       int64  `json:"no"`
	Name     string `json:"name"`
	Minutes  int64  `json:"minutes"`
	From     int64  `json:"from" doc:"Minutes at which it begins"`
	Next     int64  `json:"next" doc:"Minutes of the next; 0: it is the last"`
	NextName string `json:"next_name"`
}

// BadgesView are the caller's badges and level.
type BadgesView struct {
	Level  LevelView   `json:"level"`
	Badges []BadgeView `json:"badges" nullable:"false"`
}

// CheckView is a check of the caller's rewards.
type CheckView struct {
	ID         int64    `json:"id"`
	State      string   `json:"state" enum:"open,cleared,confirmed"`
	Reasons    []string `json:"reasons" nullable:"false" doc:"In words"`
	Reason     string   `json:"reason" doc:"Of the decision"`
	OpenedAt   int64    `json:"opened_at"`
	DecidedAt  int64    `json:"decided_at"`
	Appeal     string   `json:"appeal"`
	AppealedAt int64    `json:"appealed_at"`
	Answer     string   `json:"answer"`
	MayAppeal  bool     `json:"may_appeal"`
}

func courseOf(kind string, refID int64) int64 {
	if kind == shop.Course {
		return refID
	}
	return 0
}

func redemptionView(x shop.Redemption) RedemptionView {
	return RedemptionView{x.ID, x.Kind, courseOf(x.Kind, x.RefID), x.Title, x.Body, x.Kind == shop.Material && x.RefID != 0, x.Points, x.At}
}

func (r *routes) pointsShop() {
	const tag = "points_shop"
	rate := rewardRate()
	web.Handle(r.web, web.Route{ID: "points_shop", Method: http.MethodGet, Path: "/api/points-shop", Summary: "What points are exchanged for here", Tag: tag, Need: web.Anyone},
		func(ctx context.Context, _ *none) (*web.Body[PointsShopView], error) {
			me := web.UserID(ctx)
			rows, err := r.Shop.Shelf(ctx, me, shop.Channel(channel(ctx)))
			if err != nil {
				return nil, err
			}
			acc, err := r.Points.Account(ctx, r.Shop.DB, me)
			v := PointsShopView{Balance: acc.Balance, Items: []OfferView{}}
			for _, o := range rows {
				v.Items = append(v.Items, OfferView{o.ID, o.Kind, courseOf(o.Kind, o.RefID), o.CourseTitle, o.Amount, o.Title, o.Words, o.PricePoints, o.Stock, o.PerUser, o.Mine})
			}
			return web.Answer(v), err
		})
	web.Handle(r.web, web.Route{ID: "points_redeem", Method: http.MethodPost, Path: "/api/points-shop/{id}/redemptions", Summary: "Exchange points for a thing; the same key answers the same exchange", Tag: tag, Need: web.Learner},
		func(ctx context.Context, in *struct {
			ID   int64 `path:"id"`
			Body struct {
				Points int64  `json:"points" minimum:"1" doc:"That were shown"`
				Key    string `json:"key" minLength:"8" maxLength:"64"`
			}
		},
		) (*web.Body[RedemptionView], error) {
			if err := rate(ctx); err != nil {
				return nil, err
			}
			x, err := r.Shop.Redeem(ctx, shop.Exchange{UserID: web.UserID(ctx), GoodsID: in.ID, Points: in.Body.Points, Channel: shop.Channel(channel(ctx)), Request: in.Body.Key})
			return web.Answer(redemptionView(x)), err
		})
	web.Handle(r.web, web.Route{ID: "my_redemptions", Method: http.MethodGet, Path: "/api/me/redemptions", Summary: "What I exchanged points for, newest first", Tag: tag, Need: web.Learner},
		func(ctx context.Context, in *struct{ web.PageQuery }) (*web.Body[web.List[RedemptionView]], error) {
			before, err := in.Keys(1)
			if err != nil {
				return nil, err
			}
			rows, err := r.Shop.Mine(ctx, web.UserID(ctx), first(before), in.Limit+1)
			return web.Answer(web.Page(rows, in.Limit, redemptionView, func(x shop.Redemption) []int64 { return []int64{x.ID} })), err
		})
}

func (r *routes) rewardFiles() {
	web.Handle(r.web, web.Route{ID: "redemption_file", Method: http.MethodGet, Path: "/api/me/redemptions/{id}/file", Summary: "The file of a material that I exchanged", Tag: "points_shop", Need: web.Learner},
		func(ctx context.Context, in *lessonPath) (*huma.StreamResponse, error) {
			f, body, err := r.Shop.File(ctx, web.UserID(ctx), in.ID)
			if err != nil {
				return nil, err
			}
			return web.Download(f.Name, f.Mime, body), nil
		})
	web.Handle(r.web, web.Route{ID: "gift_file", Method: http.MethodGet, Path: "/api/me/gifts-won/{id}/file", Summary: "The file of a material that I got from a campaign", Tag: "campaign", Need: web.Learner},
		func(ctx context.Context, in *lessonPath) (*huma.StreamResponse, error) {
			f, body, err := r.Campaign.File(ctx, web.UserID(ctx), in.ID)
			if err != nil {
				return nil, err
			}
			return web.Download(f.Name, f.Mime, body), nil
		})
}

func (r *routes) badges() {
	web.Handle(r.web, web.Route{ID: "my_badges", Method: http.MethodGet, Path: "/api/me/badges", Summary: "My badges, how far the others are, and my level", Tag: "badge", Need: web.Learner},
		func(ctx context.Context, _ *none) (*web.Body[BadgesView], error) {
			rows, l, err := r.Badge.Shelf(ctx, web.UserID(ctx))
			v := BadgesView{LevelView(l), []BadgeView{}}
			for _, b := range rows {
				v.Badges = append(v.Badges, badgeView(b))
			}
			return web.Answer(v), err
		})
}

func badgeView(b badge.Badge) BadgeView {
	return BadgeView{b.ID, b.Name, b.Words, b.Fact, b.Need, b.Have, b.WonAt}
}

func checkView(c risk.Case) CheckView {
	v := CheckView{c.ID, c.State, []string{}, c.Reason, c.OpenedAt, c.DecidedAt, c.Appeal, c.AppealedAt, c.Answer, c.AppealedAt == 0 && c.State != "cleared"}
	for _, why := range c.Reasons {
		v.Reasons = append(v.Reasons, why.Words)
	}
	return v
}

func (r *routes) checks() {
	const tag = "risk"
	web.Handle(r.web, web.Route{ID: "my_checks", Method: http.MethodGet, Path: "/api/me/checks", Summary: "Checks of my rewards, newest first", Tag: tag, Need: web.Learner},
		func(ctx context.Context, in *struct{ web.PageQuery }) (*web.Body[web.List[CheckView]], error) {
			before, err := in.Keys(1)
			if err != nil {
				return nil, err
			}
			rows, err := r.Risk.Mine(ctx, web.UserID(ctx), first(before), in.Limit+1)
			return web.Answer(web.Page(rows, in.Limit, checkView, func(c risk.Case) []int64 { return []int64{c.ID} })), err
		})
	rate := rewardRate()
	web.Handle(r.web, web.Route{ID: "check_appeal", Method: http.MethodPost, Path: "/api/me/checks/{id}/appeal", Summary: "Appeal against a check of my rewards, once", Tag: tag, Need: web.Learner, Status: http.StatusNoContent},
		func(ctx context.Context, in *struct {
			ID   int64 `path:"id"`
			Body struct {
				Words string `json:"words" minLength:"1" maxLength:"1000"`
			}
		},
		) (*none, error) {
			if err := rate(ctx); err != nil {
				return nil, err
			}
			return nil, r.Risk.Appeal(ctx, web.UserID(ctx), in.ID, in.Body.Words)
		})
}
