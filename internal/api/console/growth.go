package console

import (
	"context"
	"net/http"

	"zhizhou/internal/account"
	"zhizhou/internal/share"
	"zhizhou/internal/text"
	"zhizhou/internal/web"
)

// MetricView is a figure of growth with its definition.
type MetricView struct {
	Key    string  `json:"key"`
	Name   string  `json:"name"`
	Means  string  `json:"means"`
	Top    int64   `json:"top"`
	Bottom int64   `json:"bottom"`
	Rate   float64 `json:"rate" doc:"0 when there is nothing to divide by"`
	Before float64 `json:"before" doc:"The rate of the period before"`
	Known  bool    `json:"known" doc:"There was something to divide by"`
}

// ComparisonView is a rate among some people beside that among others.
type ComparisonView struct {
	Key        string  `json:"key"`
	Name       string  `json:"name"`
	Means      string  `json:"means"`
	With       string  `json:"with" doc:"Who is compared"`
	Without    string  `json:"without" doc:"With whom"`
	Days       int     `json:"days" doc:"A shorter period counts nobody"`
	Top        int64   `json:"top"`
	Bottom     int64   `json:"bottom"`
	BaseTop    int64   `json:"base_top"`
	BaseBottom int64   `json:"base_bottom"`
	Known      bool    `json:"known" doc:"Both sorts of people are there"`
	Lift       float64 `json:"lift" doc:"The one rate less the other"`
	Low        float64 `json:"low" doc:"Of the 95 % interval"`
	High       float64 `json:"high"`
}

// CardTrialArm is a variant of an experiment with cards.
type CardTrialArm struct {
	ID      int64   `json:"id"`
	Label   string  `json:"label"`
	Wins    bool    `json:"wins" doc:"The experiment ended by it"`
	People  int64   `json:"people" doc:"Whose week is over"`
	Sharers int64   `json:"sharers" doc:"Of them who handed a card on in it"`
	Joins   int64   `json:"joins" doc:"Registrations in it by these"`
	Known   bool    `json:"known" doc:"Enough people for the lift to mean anything"`
	Lift    float64 `json:"lift" doc:"More registrations a person than with the first variant; of the first 0"`
	Low     float64 `json:"low"`
	High    float64 `json:"high"`
	Certain int     `json:"certain" doc:"1 better, -1 worse, 0 neither for certain"`
}

// CardTrialView is an experiment with cards as it stood at the end of the period.
type CardTrialView struct {
	ID     int64          `json:"id"`
	Name   string         `json:"name"`
	Status string         `json:"status" enum:"running,stopped"`
	Arms   []CardTrialArm `json:"arms" nullable:"false" doc:"The first is what the others are compared with"`
}

// LoopView are the steps of the loop.
type LoopView struct {
	Learners int64 `json:"learners"`
	Cards    int64 `json:"cards"`
	Shares   int64 `json:"shares"`
	Visits   int64 `json:"visits"`
	Joins    int64 `json:"joins"`
	Buyers   int64 `json:"buyers"`
	PaidFen  int64 `json:"paid_fen"`
}

// GrowthDay is a local day of the loop.
type GrowthDay struct {
	Day    int64 `json:"day" doc:"YYYYMMDD"`
	Shares int64 `json:"shares"`
	Visits int64 `json:"visits"`
	Joins  int64 `json:"joins"`
}

// GrowthView is the growth page.
type GrowthView struct {
	From    int64        `json:"from"`
	Until   int64        `json:"until"`
	MadeAt  int64        `json:"made_at" doc:"When it was counted: a while ago, where counting takes long"`
	Loop    LoopView     `json:"loop"`
	Before  LoopView     `json:"before"`
	Days    []GrowthDay  `json:"days" nullable:"false"`
	Metrics []MetricView `json:"metrics" nullable:"false"`

	Comparisons []ComparisonView `json:"comparisons" nullable:"false"`
	Trials      []CardTrialView  `json:"trials" nullable:"false"`
}

// ShareRow is a share as staff see it.
type ShareRow struct {
	ID        int64  `json:"id"`
	Code      string `json:"code"`
	UserID    int64  `json:"user_id"`
	Nickname  string `json:"nickname"`
	Kind      string `json:"kind" enum:"school,course,product,card,certificate,challenge,class,campaign"`
	Title     string `json:"title"`
	Channel   string `json:"channel" enum:"friend,moments,group,weibo,qq,xiaohongshu,link,poster"`
	ParentID  int64  `json:"parent_id" doc:"0: by none"`
	Depth     int64  `json:"depth" doc:"1: it has no parent"`
	Visits    int64  `json:"visits"`
	Joins     int64  `json:"joins"`
	Orders    int64  `json:"orders" doc:"Whose last touch it was"`
	CreatedAt int64  `json:"created_at"`
}

// ShareBuy is an order that a share is a touch of.
type ShareBuy struct {
	No      string `json:"no"`
	Buyer   string `json:"buyer"`
	Place   int64  `json:"place" doc:"From the first touch"`
	First   bool   `json:"first"`
	Last    bool   `json:"last"`
	PartPPM int64  `json:"part_ppm" doc:"By place, of a million"`
	PaidFen int64  `json:"paid_fen"`
	PaidAt  int64  `json:"paid_at"`
}

// ShareJoin is somebody who registered by a share, their name masked.
type ShareJoin struct {
	Nickname string `json:"nickname"`
	JoinedAt int64  `json:"joined_at"`
}

// SharePath is where a share stands in the graph.
type SharePath struct {
	Up    []ShareRow  `json:"up" nullable:"false" doc:"What led to it, the oldest first, itself last"`
	Joins []ShareJoin `json:"joins" nullable:"false" doc:"Who registered by it, the newest 50"`
	Buys  []ShareBuy  `json:"buys" nullable:"false"`
}

func shareRow(r share.Row) ShareRow {
	return ShareRow{r.ID, r.Code, r.UserID, r.Nickname, r.Kind, r.Title, r.Channel, r.ParentID, r.Depth, r.Visits, r.Joins, r.Orders, r.CreatedAt}
}

func (r *routes) growth() {
	const tag = "console growth"
	web.Handle(r.web, route("growth", http.MethodGet, "growth", "The loop and its figures over the last whole days, beside those before", tag, account.PermGrowthRead),
		func(ctx context.Context, in *struct {
			Days int `query:"days" minimum:"1" maximum:"90" default:"28"`
		},
		) (*web.Body[GrowthView], error) {
			return r.growthPage(ctx, in.Days)
		})
	web.Handle(r.web, route("shares", http.MethodGet, "shares", "What learners handed on, the newest first", tag, account.PermGrowthRead),
		func(ctx context.Context, in *struct {
			web.PageQuery
			Kind    string `query:"kind" enum:"school,course,product,card,certificate,challenge,class,campaign,"`
			Channel string `query:"channel" enum:"friend,moments,group,weibo,qq,xiaohongshu,link,poster,"`
			UserID  int64  `query:"user_id" minimum:"0" doc:"0: of all"`
		},
		) (*web.Body[web.List[ShareRow]], error) {
			before, err := in.Keys(1)
			if err != nil {
				return nil, err
			}
			rows, err := r.Share.All(ctx, share.Sift{Kind: in.Kind, Channel: in.Channel, UserID: in.UserID}, first(before), in.Limit+1)
			return web.Answer(web.Page(rows, in.Limit, shareRow, func(x share.Row) []int64 { return []int64{x.ID} })), err
		})
	web.Handle(r.web, route("share", http.MethodGet, "shares/{id}", "What led to a share, and the orders that it is a touch of", tag, account.PermGrowthRead),
		func(ctx context.Context, in *ByID) (*web.Body[SharePath], error) {
			up, joined, buys, err := r.Share.Path(ctx, in.ID)
			v := SharePath{Up: []ShareRow{}, Joins: []ShareJoin{}, Buys: []ShareBuy{}}
			for _, x := range up {
				v.Up = append(v.Up, shareRow(x))
			}
			for _, j := range joined {
				v.Joins = append(v.Joins, ShareJoin{text.Mask(j.Nickname), j.JoinedAt})
			}
			for _, b := range buys {
				v.Buys = append(v.Buys, ShareBuy{b.No, b.Buyer, b.Place, b.IsFirst, b.IsLast, b.WeightPPM, b.PaidFen, b.PaidAt})
			}
			return web.Answer(v), err
		})
	web.Handle(r.web, route("share_children", http.MethodGet, "shares/{id}/children", "The shares of who had come by a share, the newest first", tag, account.PermGrowthRead),
		func(ctx context.Context, in *struct {
			ByID
			web.PageQuery
		},
		) (*web.Body[web.List[ShareRow]], error) {
			before, err := in.Keys(1)
			if err != nil {
				return nil, err
			}
			rows, err := r.Share.Children(ctx, in.ID, first(before), in.Limit+1)
			return web.Answer(web.Page(rows, in.Limit, shareRow, func(x share.Row) []int64 { return []int64{x.ID} })), err
		})
}

func (r *routes) growthPage(ctx context.Context, days int) (*web.Body[GrowthView], error) {
	p, err := r.Growth.Page(ctx, days)
	if err != nil {
		return nil, err
	}
	v := GrowthView{From: p.From, Until: p.Until, MadeAt: p.MadeAt, Loop: LoopView(p.Loop), Before: LoopView(p.Before), Days: []GrowthDay{}, Metrics: []MetricView{}, Comparisons: []ComparisonView{}, Trials: []CardTrialView{}}
	for _, d := range p.Days {
		v.Days = append(v.Days, GrowthDay{d.Date, d.Shares, d.Visits, d.Joins})
	}
	for _, f := range p.Figures {
		v.Metrics = append(v.Metrics, MetricView{f.Key, f.Name, f.Means, f.Now.Top, f.Now.Bottom, f.Now.Rate(), f.Before.Rate(), f.Now.Bottom > 0})
	}
	for _, c := range p.Comparisons {
		d := c.Difference()
		v.Comparisons = append(v.Comparisons, ComparisonView{c.Key, c.Name, c.Means, c.With, c.Without, c.Days, c.Top, c.Bottom, c.BaseTop, c.BaseBottom, c.Known(), d.Mean, d.Low, d.High})
	}
	for _, t := range p.Trials {
		x := CardTrialView{t.ExperimentID, t.Name, t.Status, []CardTrialArm{}}
		for i, a := range t.Arms {
			l := t.Lift(i)
			x.Arms = append(x.Arms, CardTrialArm{a.VariantID, a.Label, a.Wins, a.People, a.Sharers, a.Sum, l.Known, l.Mean, l.Low, l.High, l.Certain()})
		}
		v.Trials = append(v.Trials, x)
	}
	return web.Answer(v), nil
}
