package learner

import (
	"bytes"
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"zhizhou/internal/commission"
	"zhizhou/internal/errs"
	"zhizhou/internal/partner"
	"zhizhou/internal/web"
)

// applicationsPerHour is how often somebody may ask to become a partner.
const applicationsPerHour = 10

// PartnerRoleView is a role with what it allows and its terms in force.
type PartnerRoleView struct {
	Role     string   `json:"role" enum:"creator,class_teacher,senior_learner,agency"`
	Name     string   `json:"name"`
	Applying bool     `json:"applying" doc:"May be asked for; otherwise the school invites"`
	Reach    string   `json:"reach" enum:"all,own,named" doc:"What its rates count for"`
	Classes  bool     `json:"classes" doc:"May open classes"`
	CoBrand  bool     `json:"co_brand" doc:"May put a brand of their own on cards"`
	Terms    int64    `json:"terms" doc:"Version in force; 0: none, nobody can become one"`
	Body     []string `json:"body" nullable:"false" doc:"The terms, in paragraphs"`
	TermsAt  int64    `json:"terms_at"`
	Lacks    string   `json:"lacks" doc:"What the caller lacks for it; empty: nothing"`
}

// OwnPartnerView is the caller's own partnership.
type OwnPartnerView struct {
	Role       string `json:"role" enum:"creator,class_teacher,senior_learner,agency"`
	Name       string `json:"name" doc:"Of the role"`
	State      string `json:"state" enum:"applied,invited,active,rejected,suspended,ended"`
	Reason     string `json:"reason" doc:"Of the last decision"`
	Accepted   int64  `json:"accepted" doc:"Version of the terms"`
	AcceptedAt int64  `json:"accepted_at"`
	Standing   bool   `json:"standing" doc:"Active, with the terms in force accepted: the role's rates count"`
	Brand      string `json:"brand"`
	LogoURL    string `json:"logo_url"`
	BrandShown bool   `json:"brand_shown" doc:"The school has looked at both"`
	Signs      bool   `json:"signs" doc:"The nickname stands on posters"`
	OpenedAt   int64  `json:"opened_at"`
}

// PartnerDesk is what the caller may become, or is.
type PartnerDesk struct {
	Open  bool              `json:"open" doc:"Applications are taken"`
	Roles []PartnerRoleView `json:"roles" nullable:"false"`
	Mine  *OwnPartnerView   `json:"mine" doc:"null: never asked"`
}

// PartnerDay is what a local day brought.
type PartnerDay struct {
	Day     int64 `json:"day" doc:"YYYYMMDD, Shanghai"`
	Visits  int64 `json:"visits"`
	Joins   int64 `json:"joins"`
	Orders  int64 `json:"orders"`
	HeldFen int64 `json:"held_fen" doc:"Earned on it and still held"`
	FreeFen int64 `json:"free_fen" doc:"Earned on it and released"`
}

// PartnerTop is something the caller shares, with what came of it.
type PartnerTop struct {
	Kind      string `json:"kind"`
	TargetID  int64  `json:"target_id"`
	Title     string `json:"title"`
	Shares    int64  `json:"shares"`
	Visits    int64  `json:"visits"`
	Joins     int64  `json:"joins"`
	Orders    int64  `json:"orders"`
	EarnedFen int64  `json:"earned_fen" doc:"That stays, of direct sales"`
}

// PartnerPanel is what came of the caller's shares in some days.
type PartnerPanel struct {
	Days         []PartnerDay `json:"days" nullable:"false" doc:"Each one, the oldest first"`
	Visits       int64        `json:"visits" doc:"Browsers, the caller's own not counted"`
	Joins        int64        `json:"joins"`
	Orders       int64        `json:"orders" doc:"Paid, owed to the caller's shares"`
	Conversion   int64        `json:"conversion" doc:"Orders to a thousand visits"`
	HeldFen      int64        `json:"held_fen" doc:"Now"`
	AvailableFen int64        `json:"available_fen" doc:"Now; below zero: a debt"`
	FrozenFen    int64        `json:"frozen_fen" doc:"Asked for and not arrived"`
	PaidFen      int64        `json:"paid_fen" doc:"Ever"`
	NextAt       int64        `json:"next_at" doc:"When the next of what is held may be released; 0: nothing is"`
	NextFen      int64        `json:"next_fen"`
	Tops         []PartnerTop `json:"tops" nullable:"false"`
	AskNow       bool         `json:"ask_now" doc:"The question of this month is open"`
}

// PartnerGood is something to promote.
type PartnerGood struct {
	ProductID int64  `json:"product_id"`
	Kind      string `json:"kind" enum:"course,column,bundle,membership,service"`
	ShareKind string `json:"share_kind" enum:"course,product"`
	ShareID   int64  `json:"share_id"`
	Title     string `json:"title"`
	Promise   string `json:"promise"`
	CoverURL  string `json:"cover_url" doc:"Empty: draw the scene"`
	Scene     string `json:"scene" enum:"boat,report,bird,poem,data,rice,brush,deed"`
	FromFen   int64  `json:"from_fen" doc:"The lowest price without promotions"`
	RateBPS   int64  `json:"rate_bps" doc:"What a sale earns the caller directly, hundredths of a percent of what is paid; 0: nothing"`
	EarnsFen  int64  `json:"earns_fen" doc:"Of from_fen"`
}

// PartnerMaterial is something to take as it is.
type PartnerMaterial struct {
	ID         int64  `json:"id"`
	ProductID  int64  `json:"product_id" doc:"0: for all"`
	Kind       string `json:"kind" enum:"text,script,highlight,picture"`
	Title      string `json:"title"`
	Body       string `json:"body"`
	PictureURL string `json:"picture_url"`
}

// PartnerPlace is a place in the ranking of a month.
type PartnerPlace struct {
	Rank    int64  `json:"rank" doc:"Equal figures share one"`
	Name    string `json:"name" doc:"Masked"`
	Role    string `json:"role" doc:"What it is called"`
	KeptFen int64  `json:"kept_fen" doc:"Sold directly, paid and not given back"`
	Own     bool   `json:"own"`

	RewardFen int64  `json:"reward_fen" doc:"Final, or what the place would be given now"`
	State     string `json:"state" enum:"none,due,paid,reversed,void" doc:"Of the caller's own reward"`
	Reason    string `json:"reason" doc:"Why the caller's reward was taken back"`
}

// PartnerPrize is a part of what is promised for a month.
type PartnerPrize struct {
	From    int64 `json:"from" doc:"First place of it; 0: by what was kept"`
	To      int64 `json:"to"`
	KeptFen int64 `json:"kept_fen" doc:"From which on; 0: by places"`
	Fen     int64 `json:"fen"`
}

// PartnerRanking is the ranking of a month.
type PartnerRanking struct {
	Items []PartnerPlace `json:"items" nullable:"false" doc:"The first twenty"`
	Own   *PartnerPlace  `json:"own" doc:"null: no place yet"`

	Month     int64          `json:"month" doc:"YYYYMM"`
	Prizes    []PartnerPrize `json:"prizes" nullable:"false" doc:"What is promised; empty: nothing"`
	FloorFen  int64          `json:"floor_fen" doc:"Who kept less is given nothing"`
	Note      string         `json:"note"`
	DueAt     int64          `json:"due_at" doc:"From when on the ranking may be final"`
	SettledAt int64          `json:"settled_at" doc:"0: it still moves"`
}

// PartnerGuide is the text that helps to promote well.
type PartnerGuide struct {
	Paragraphs []string `json:"paragraphs" nullable:"false"`
}

func paragraphs(s string) []string {
	out := []string{}
	for _, p := range strings.Split(s, "\n") {
		if p = strings.TrimSpace(p); p != "" {
			out = append(out, p)
		}
	}
	return out
}

// partnerDesk shows terms to who may be asked to accept them; a role that nobody may ask for
// is shown to who has it alone.
func partnerDesk(d partner.Desk) PartnerDesk {
	v := PartnerDesk{Open: d.Open, Roles: []PartnerRoleView{}}
	for _, r := range d.Roles {
		own := d.Mine != nil && d.Mine.Role == r.Role
		if own {
			m := d.Mine
			v.Mine = &OwnPartnerView{
				m.Role, partner.RoleNames[m.Role], m.State, m.Reason, m.Accepted, m.AcceptedAt, m.State == partner.Active && m.Accepted > 0 && m.Accepted == r.Terms,
				m.Brand, imageURL(m.Logo), m.BrandShown, m.Signs, m.OpenedAt,
			}
		}
		if !own && (!r.Applying || r.Terms == 0) {
			continue
		}
		lacks := ""
		switch {
		case r.Role == partner.SeniorLearner && !d.Finished:
			lacks = "先学完一门课，就可以申请"
		case r.Role == partner.Creator && !d.Teaches:
			lacks = "先成为这里的讲师，就可以申请"
		}
		v.Roles = append(v.Roles, PartnerRoleView{r.Role, partner.RoleNames[r.Role], r.Applying, r.Reach, r.Classes, r.CoBrand, r.Terms, paragraphs(r.Body), r.TermsAt, lacks})
	}
	return v
}

func (r *routes) partnerDeskOf(ctx context.Context) (*web.Body[PartnerDesk], error) {
	d, err := r.Partner.Desk(ctx, web.UserID(ctx))
	if err != nil {
		return nil, err
	}
	return web.Answer(partnerDesk(d)), nil
}

func (r *routes) partners() {
	at := func(id, method, path, summary string) web.Route {
		return web.Route{ID: id, Method: method, Path: "/api/me/partner" + path, Summary: summary, Tag: "partner", Need: web.Learner}
	}
	silent := func(x web.Route) web.Route { x.Status = http.StatusNoContent; return x }
	asks := web.NewLimiter(applicationsPerHour, time.Hour)
	web.Handle(r.web, at("partner", http.MethodGet, "", "What the caller may become, or is, as a partner"),
		func(ctx context.Context, _ *none) (*web.Body[PartnerDesk], error) { return r.partnerDeskOf(ctx) })
	web.Handle(r.web, at("partner_apply", http.MethodPost, "/application", "Ask for a role, its terms accepted; it costs nothing"),
		func(ctx context.Context, in *struct {
			Body struct {
				Role  string `json:"role" enum:"creator,class_teacher,senior_learner,agency"`
				Pitch string `json:"pitch" maxLength:"2000" doc:"How the caller wants to promote"`
				Terms int64  `json:"terms" minimum:"1" doc:"The version that was read and accepted"`
			}
		},
		) (*web.Body[PartnerDesk], error) {
			me := web.UserID(ctx)
			if err := limited(asks, me); err != nil {
				return nil, err
			}
			if err := r.Partner.Apply(ctx, me, in.Body.Role, in.Body.Pitch, in.Body.Terms); err != nil {
				return nil, err
			}
			return r.partnerDeskOf(ctx)
		})
	web.Handle(r.web, at("partner_accept", http.MethodPost, "/acceptance", "Accept the terms of the caller's role; an invitation becomes a partnership by it"),
		func(ctx context.Context, in *struct {
			Body struct {
				Terms int64 `json:"terms" minimum:"1"`
			}
		},
		) (*web.Body[PartnerDesk], error) {
			if err := r.Partner.Accept(ctx, web.UserID(ctx), in.Body.Terms); err != nil {
				return nil, err
			}
			return r.partnerDeskOf(ctx)
		})
	web.Handle(r.web, at("partner_leave", http.MethodPost, "/leave", "End the caller's partnership, application or invitation; what was earned stays"),
		func(ctx context.Context, _ *none) (*web.Body[PartnerDesk], error) {
			if err := r.Partner.Leave(ctx, web.UserID(ctx)); err != nil {
				return nil, err
			}
			return r.partnerDeskOf(ctx)
		})
	web.Handle(r.web, at("partner_profile", http.MethodPut, "/profile", "Change what stands on the caller's posters and cards"),
		func(ctx context.Context, in *struct {
			Body struct {
				Signs    *bool   `json:"signs,omitempty" doc:"The nickname on posters"`
				Brand    *string `json:"brand,omitempty" maxLength:"80"`
				DropLogo bool    `json:"drop_logo,omitempty"`
			}
		},
		) (*web.Body[PartnerDesk], error) {
			me, b := web.UserID(ctx), in.Body
			if b.Signs != nil {
				if err := r.Partner.Sign(ctx, me, *b.Signs); err != nil {
					return nil, err
				}
			}
			if b.Brand != nil {
				if err := r.Partner.SaveBrand(ctx, me, false, *b.Brand); err != nil {
					return nil, err
				}
			}
			if b.DropLogo {
				if err := r.Partner.SaveBrand(ctx, me, true, ""); err != nil {
					return nil, err
				}
			}
			return r.partnerDeskOf(ctx)
		})
	logo := at("partner_logo", http.MethodPut, "/logo", "Change the sign on the caller's cards; the body is the image")
	logo.MaxBytes = 2 << 20
	web.Handle(r.web, logo, func(ctx context.Context, in *struct {
		RawBody []byte `contentType:"application/octet-stream"`
	},
	) (*web.Body[PartnerDesk], error) {
		me := web.UserID(ctx)
		if err := r.Partner.MayBrand(ctx, me); err != nil { // before anything is stored
			return nil, err
		}
		if err := limited(asks, me); err != nil {
			return nil, err
		}
		key, err := r.Media.SaveImage(ctx, bytes.NewReader(in.RawBody))
		if err != nil {
			return nil, err
		}
		if err := r.Partner.SaveBrand(ctx, me, true, key); err != nil {
			return nil, err
		}
		return r.partnerDeskOf(ctx)
	})
	web.Handle(r.web, at("partner_guide", http.MethodGet, "/guide", "How to promote well"),
		func(ctx context.Context, _ *none) (*web.Body[PartnerGuide], error) {
			text, err := r.Partner.Guide(ctx)
			return web.Answer(PartnerGuide{paragraphs(text)}), err
		})
	web.Handle(r.web, at("partner_panel", http.MethodGet, "/panel", "What came of the caller's shares"),
		func(ctx context.Context, in *struct {
			Days int64 `query:"days" minimum:"7" maximum:"90" default:"30" doc:"Up to today"`
		},
		) (*web.Body[PartnerPanel], error) {
			return r.partnerPanel(ctx, int(in.Days))
		})
	web.Handle(r.web, at("partner_goods", http.MethodGet, "/products", "What the caller may promote, and what it earns; the newest first"),
		func(ctx context.Context, in *struct{ web.PageQuery }) (*web.Body[web.List[PartnerGood]], error) {
			before, err := in.Keys(1)
			if err != nil {
				return nil, err
			}
			return r.partnerGoods(ctx, first(before), in.Limit)
		})
	web.Handle(r.web, at("partner_materials", http.MethodGet, "/materials", "What partners take as it is, the newest first"),
		func(ctx context.Context, in *struct {
			web.PageQuery
			Kind      string `query:"kind" enum:"text,script,highlight,picture,"`
			ProductID int64  `query:"product_id" minimum:"0" doc:"With those for all"`
		},
		) (*web.Body[web.List[PartnerMaterial]], error) {
			before, err := in.Keys(1)
			if err != nil {
				return nil, err
			}
			if err := r.isPartner(ctx); err != nil {
				return nil, err
			}
			rows, err := r.Partner.Materials(ctx, "on", in.Kind, in.ProductID, first(before), in.Limit+1)
			if err != nil {
				return nil, err
			}
			return web.Answer(web.Page(rows, in.Limit, func(m partner.Material) PartnerMaterial {
				return PartnerMaterial{m.ID, m.ProductID, m.Kind, m.Title, m.Body, imageURL(m.Picture)}
			}, func(m partner.Material) []int64 { return []int64{m.ID} })), nil
		})
	web.Handle(r.web, at("partner_ranking", http.MethodGet, "/ranking", "Partners by the money of a month that was really kept"),
		func(ctx context.Context, in *struct {
			Month int64 `query:"month" minimum:"0" doc:"YYYYMM; 0: this one"`
		},
		) (*web.Body[PartnerRanking], error) {
			if err := r.isPartner(ctx); err != nil {
				return nil, err
			}
			return r.partnerRanking(ctx, in.Month)
		})
	web.Handle(r.web, silent(at("partner_score", http.MethodPost, "/score", "Answer the question of this month, once")),
		func(ctx context.Context, in *struct {
			Body struct {
				Score int64  `json:"score" minimum:"0" maximum:"10" doc:"How glad the caller is to recommend this school"`
				Words string `json:"words,omitempty" maxLength:"1200"`
			}
		},
		) (*none, error) {
			return nil, r.Partner.Score(ctx, web.UserID(ctx), in.Body.Score, in.Body.Words)
		})
}

func (r *routes) partnerRanking(ctx context.Context, month int64) (*web.Body[PartnerRanking], error) {
	f, err := r.Partner.Month(ctx, month)
	if err != nil {
		return nil, err
	}
	me := web.UserID(ctx)
	view := func(p partner.Place) PartnerPlace {
		v := PartnerPlace{Rank: p.Rank, Name: masked(p.Nickname), Role: partner.RoleNames[p.Role], KeptFen: p.KeptFen, RewardFen: p.RewardFen, State: partner.RewardNone}
		if p.UserID == me {
			v.Name, v.Own, v.State, v.Reason = p.Nickname, true, p.State, p.Reason
		}
		return v
	}
	top, own := partner.Around(f.Rows, me, 20)
	out := PartnerRanking{Items: []PartnerPlace{}, Month: f.Plan.Month, Prizes: []PartnerPrize{}, FloorFen: f.Plan.FloorFen, Note: f.Plan.Note, DueAt: f.DueAt, SettledAt: f.SettledAt}
	for _, x := range f.Plan.Steps {
		out.Prizes = append(out.Prizes, PartnerPrize(x))
	}
	for _, p := range top {
		out.Items = append(out.Items, view(p))
	}
	if own != nil {
		v := view(*own)
		out.Own = &v
	}
	return web.Answer(out), nil
}

// isPartner refuses who is no partner in good standing.
func (r *routes) isPartner(ctx context.Context) error {
	_, ok, err := r.Partner.Standing(ctx, r.Partner.DB, web.UserID(ctx))
	if err == nil && !ok {
		err = partner.ErrNone
	}
	return err
}

func (r *routes) partnerPanel(ctx context.Context, days int) (*web.Body[PartnerPanel], error) {
	me := web.UserID(ctx)
	p, err := r.Partner.Panel(ctx, me, days)
	if err != nil {
		return nil, err
	}
	a, err := r.Commission.Account(ctx, me)
	if err != nil {
		return nil, err
	}
	v := PartnerPanel{
		Days: []PartnerDay{}, Visits: p.Visits, Joins: p.Joins, Orders: p.Orders, Conversion: p.Conversion(), HeldFen: a.HeldFen, AvailableFen: a.AvailableFen,
		FrozenFen: a.FrozenFen, PaidFen: a.WithdrawnFen, NextAt: p.NextAt, NextFen: p.NextFen, Tops: []PartnerTop{}, AskNow: p.AskNow,
	}
	for _, d := range p.Days {
		v.Days = append(v.Days, PartnerDay(d))
	}
	for _, t := range p.Tops {
		v.Tops = append(v.Tops, PartnerTop(t))
	}
	return web.Answer(v), nil
}

func (r *routes) partnerGoods(ctx context.Context, before int64, limit int) (*web.Body[web.List[PartnerGood]], error) {
	me := web.UserID(ctx)
	rows, err := r.Partner.Goods(ctx, me, before, limit+1)
	if err != nil {
		return nil, err
	}
	lines := make([]commission.Line, len(rows))
	for i, g := range rows {
		lines[i] = commission.Line{ProductID: g.ProductID, Kind: g.Kind}
	}
	rates, err := r.Commission.Rates(ctx, me, lines)
	if err != nil {
		return nil, err
	}
	return web.Answer(web.Page(rows, limit, func(g partner.Good) PartnerGood {
		v := PartnerGood{
			ProductID: g.ProductID, Kind: g.Kind, ShareKind: "product", ShareID: g.ProductID, Title: g.Title, Promise: g.Promise, CoverURL: imageURL(g.Cover), Scene: scene(g.Scene),
			FromFen: g.FromFen, RateBPS: rates[g.ProductID], EarnsFen: g.FromFen * rates[g.ProductID] / 10_000,
		}
		if g.CourseID > 0 {
			v.ShareKind, v.ShareID = "course", g.CourseID
		}
		return v
	}, func(g partner.Good) []int64 { return []int64{g.ProductID} })), nil
}

// limited refuses what somebody does too often.
func limited(l *web.Limiter, userID int64) error {
	if ok, wait := l.Allow(strconv.FormatInt(userID, 10), time.Now()); !ok {
		return errPartnerRate.Retry(int(wait/time.Second) + 1)
	}
	return nil
}

var errPartnerRate = errs.New(errs.Limited, "partner_rate", "操作太快了，请过一会儿再试")
