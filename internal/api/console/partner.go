package console

import (
	"context"
	"net/http"

	"zhizhou/internal/account"
	"zhizhou/internal/growth"
	"zhizhou/internal/media"
	"zhizhou/internal/partner"
	"zhizhou/internal/setting"
	"zhizhou/internal/web"
)

// PartnerRow is a partner in staff's list.
type PartnerRow struct {
	ID          int64  `json:"id"`
	UserID      int64  `json:"user_id"`
	Nickname    string `json:"nickname"`
	PhoneMasked string `json:"phone_masked"`
	Role        string `json:"role" enum:"creator,class_teacher,senior_learner,agency"`
	State       string `json:"state" enum:"applied,invited,active,rejected,suspended,ended"`
	Pitch       string `json:"pitch" doc:"How they want to promote"`
	Reason      string `json:"reason" doc:"Of the last decision"`
	Accepted    int64  `json:"accepted" doc:"Version of the terms; 0: none"`
	AcceptedAt  int64  `json:"accepted_at"`
	Terms       int64  `json:"terms" doc:"Version in force"`
	Brand       string `json:"brand"`
	Logo        string `json:"logo" doc:"Blob key; empty: none"`
	LogoURL     string `json:"logo_url"`
	BrandShown  bool   `json:"brand_shown" doc:"Brand and sign may be seen on cards"`
	BrandWaits  bool   `json:"brand_waits" doc:"Nobody has looked at the brand as it is now"`
	EarnedFen   int64  `json:"earned_fen" doc:"Commission ever earned that stays"`
	OpenedAt    int64  `json:"opened_at"`
	AskedAt     int64  `json:"asked_at"`
	DecidedAt   int64  `json:"decided_at"`
}

// PartnerRoleSetting is what partners of a role may do.
type PartnerRoleSetting struct {
	Version  int64   `json:"version"`
	Applying bool    `json:"applying" doc:"Learners may ask for it"`
	Reach    string  `json:"reach" enum:"all,own,named"`
	Buyers   string  `json:"buyers" enum:"masked,named" doc:"How they see who bought"`
	Classes  bool    `json:"classes"`
	CoBrand  bool    `json:"co_brand"`
	Products []int64 `json:"products" nullable:"false" maxItems:"200" doc:"Of reach named"`
}

// PartnerRoleRow is a role with its terms in force.
type PartnerRoleRow struct {
	Role string `json:"role" enum:"creator,class_teacher,senior_learner,agency"`
	Name string `json:"name"`
	PartnerRoleSetting
	Terms   int64  `json:"terms" doc:"Version in force; 0: none"`
	Body    string `json:"body" doc:"Of the terms; without any, what they may begin with"`
	TermsAt int64  `json:"terms_at"`
}

// PartnerMaterialInput is what the form of a material saves.
type PartnerMaterialInput struct {
	Version   int64  `json:"version,omitempty"`
	ProductID int64  `json:"product_id,omitempty" minimum:"0" doc:"0: for all"`
	Kind      string `json:"kind" enum:"text,script,highlight,picture"`
	Title     string `json:"title" maxLength:"240"`
	Body      string `json:"body,omitempty" maxLength:"8000"`
	Picture   string `json:"picture,omitempty" maxLength:"200" doc:"Blob key"`
}

// PartnerMaterialRow is a material.
type PartnerMaterialRow struct {
	ID     int64  `json:"id"`
	Status string `json:"status" enum:"on,off"`
	PartnerMaterialInput
	PictureURL string `json:"picture_url"`
	UpdatedAt  int64  `json:"updated_at"`
}

// PartnerPlaceRow is a place in the ranking of a month.
type PartnerPlaceRow struct {
	Rank     int64  `json:"rank"`
	UserID   int64  `json:"user_id"`
	Nickname string `json:"nickname"`
	Role     string `json:"role" enum:"creator,class_teacher,senior_learner,agency"`
	KeptFen  int64  `json:"kept_fen" doc:"Sold by them directly, paid and not given back"`
	Sales    int64  `json:"sales"`

	PlaceID   int64  `json:"place_id" doc:"Of the final ranking; 0: it still moves"`
	RewardFen int64  `json:"reward_fen" doc:"Final, or what it would be now"`
	State     string `json:"state" enum:"none,due,paid,reversed,void" doc:"Of the reward; due: waits to be booked"`
	Reason    string `json:"reason" doc:"Why the reward was ended"`
}

// PartnerStep is a part of a plan of rewards.
type PartnerStep struct {
	From    int64 `json:"from,omitempty" minimum:"0" maximum:"100" doc:"First place of it, by places"`
	To      int64 `json:"to,omitempty" minimum:"0" maximum:"100"`
	KeptFen int64 `json:"kept_fen,omitempty" minimum:"0" doc:"From which on, by what was kept"`
	Fen     int64 `json:"fen" minimum:"1"`
}

// PartnerPlanInput is what is promised for the ranking of a month.
type PartnerPlanInput struct {
	Version  int64         `json:"version" minimum:"0" doc:"That was read; 0: none was published"`
	Kind     string        `json:"kind" enum:"place,threshold"`
	FloorFen int64         `json:"floor_fen" minimum:"0" doc:"Who kept less is given nothing"`
	WaitDays int64         `json:"wait_days" minimum:"0" maximum:"90" doc:"After the month, before the ranking is final; at least the hold of commissions"`
	Steps    []PartnerStep `json:"steps" nullable:"false" maxItems:"10"`
	Note     string        `json:"note,omitempty" maxLength:"2000"`
}

// PartnerMonth is the ranking of a month with what it gives.
type PartnerMonth struct {
	Month     int64             `json:"month" doc:"YYYYMM"`
	Plan      *PartnerPlanInput `json:"plan" doc:"null: nothing is promised"`
	HoldDays  int64             `json:"hold_days" doc:"The least wait_days"`
	DueAt     int64             `json:"due_at" doc:"From when on the ranking may be final"`
	SettledAt int64             `json:"settled_at" doc:"0: it still moves"`
	Items     []PartnerPlaceRow `json:"items" nullable:"false"`
}

// PartnerFigures are what the operator looks at.
type PartnerFigures struct {
	KeptFen    int64 `json:"kept_fen" doc:"Paid in the time and not given back"`
	PartnerFen int64 `json:"partner_fen" doc:"Of it: of orders by which a partner earned as one"`
	NewBuyers  int64 `json:"new_buyers" doc:"Whose first paid order one of these is"`
	CostFen    int64 `json:"cost_fen" doc:"Commission that these cost, both levels, and rewards booked in the time"`
	Partners   int64 `json:"partners" doc:"At its end"`
	Sharing    int64 `json:"sharing" doc:"Of them, who shared something in the time"`
	Answers    int64 `json:"answers" doc:"To the monthly question"`
	Points     int64 `json:"points" doc:"Their sum, 0–10 each"`
}

// PartnerSaid is an answer to the monthly question.
type PartnerSaid struct {
	UserID   int64  `json:"user_id"`
	Nickname string `json:"nickname"`
	Score    int64  `json:"score"`
	Words    string `json:"words"`
	SaidAt   int64  `json:"said_at"`
}

func pictureURL(key string) string {
	if key == "" {
		return ""
	}
	return media.ImageURL(key)
}

func partnerRow(p partner.Row) PartnerRow {
	return PartnerRow{
		p.ID, p.UserID, p.Nickname, p.PhoneMasked, p.Role, p.State, p.Pitch, p.Reason, p.Accepted, p.AcceptedAt, p.Terms,
		p.Brand, p.Logo, pictureURL(p.Logo), p.BrandShown, p.BrandWaits > 0, p.EarnedFen, p.OpenedAt, p.AskedAt, p.DecidedAt,
	}
}

func materialRow(m partner.Material) PartnerMaterialRow {
	return PartnerMaterialRow{m.ID, m.Status, PartnerMaterialInput{m.Version, m.ProductID, m.Kind, m.Title, m.Body, m.Picture}, pictureURL(m.Picture), m.UpdatedAt}
}

// ByPartnerRole names a role in a path.
type ByPartnerRole struct {
	Role string `path:"role" enum:"creator,class_teacher,senior_learner,agency"`
}

func (r *routes) partners() {
	const tag = "console partner"
	section(r, "partner", setting.NewPartner, func(_ context.Context, v, _ *setting.Partner) error { return v.Check() })
	web.Handle(r.web, route("partners", http.MethodGet, "partners", "Partners and who wants to be one, newest first", tag, account.PermPartner),
		func(ctx context.Context, in *struct {
			web.PageQuery
			Role   string `query:"role" enum:"creator,class_teacher,senior_learner,agency,"`
			State  string `query:"state" enum:"applied,invited,active,rejected,suspended,ended,"`
			UserID int64  `query:"user_id" minimum:"0"`
			Unseen bool   `query:"brand_waits" doc:"Only whose brand nobody has looked at, of any state and user"`
		},
		) (*web.Body[web.List[PartnerRow]], error) {
			before, err := in.Keys(1)
			if err != nil {
				return nil, err
			}
			var rows []partner.Row
			if in.Unseen {
				rows, err = r.Partner.Unseen(ctx, in.Role, first(before), in.Limit+1)
			} else {
				rows, err = r.Partner.Partners(ctx, in.Role, in.State, in.UserID, first(before), in.Limit+1)
			}
			if err != nil {
				return nil, err
			}
			return web.Answer(web.Page(rows, in.Limit, partnerRow, func(p partner.Row) []int64 { return []int64{p.ID} })), nil
		})
	web.Handle(r.web, route("partner", http.MethodGet, "partners/{id}", "A partner", tag, account.PermPartner),
		func(ctx context.Context, in *ByID) (*web.Body[PartnerRow], error) {
			p, err := r.Partner.Partner(ctx, in.ID)
			return web.Answer(partnerRow(p)), err
		})
	web.Handle(r.web, quiet(route("partner_invite", http.MethodPost, "partners", "Invite a learner; it holds once they accept the terms", tag, account.PermPartnerEdit)),
		func(ctx context.Context, in *struct {
			Body struct {
				UserID int64  `json:"user_id" minimum:"1"`
				Role   string `json:"role" enum:"creator,class_teacher,senior_learner,agency"`
				Reason string `json:"reason" maxLength:"800" doc:"The learner reads it"`
			}
		},
		) (*none, error) {
			return nil, r.Partner.Invite(ctx, in.Body.UserID, in.Body.Role, in.Body.Reason)
		})
	web.Handle(r.web, route("partner_decide", http.MethodPost, "partners/{id}/state", "Take, refuse, suspend, restore or end, with a reason that the partner reads", tag, account.PermPartnerEdit),
		func(ctx context.Context, in *struct {
			ByID
			Body struct {
				To     string `json:"to" enum:"active,rejected,suspended,ended"`
				Reason string `json:"reason" maxLength:"800"`
			}
		},
		) (*web.Body[PartnerRow], error) {
			if err := r.Partner.Decide(ctx, in.ID, in.Body.To, in.Body.Reason); err != nil {
				return nil, err
			}
			p, err := r.Partner.Partner(ctx, in.ID)
			return web.Answer(partnerRow(p)), err
		})
	web.Handle(r.web, quiet(route("partner_brand", http.MethodPost, "partners/{id}/brand", "Let brand and sign be seen as staff saw them, or not; 409 when they were changed since", tag, account.PermPartnerEdit)),
		func(ctx context.Context, in *struct {
			ByID
			Body struct {
				Shown bool   `json:"shown"`
				Brand string `json:"brand" maxLength:"80" doc:"As it was seen"`
				Logo  string `json:"logo" maxLength:"200" doc:"As it was seen"`
			}
		},
		) (*none, error) {
			return nil, r.Partner.ShowBrand(ctx, in.ID, in.Body.Brand, in.Body.Logo, in.Body.Shown)
		})
	web.Handle(r.web, route("partner_roles", http.MethodGet, "partner-roles", "Roles, what they allow, and their terms in force", tag, account.PermPartner),
		func(ctx context.Context, _ *none) (*web.Body[web.List[PartnerRoleRow]], error) {
			rows, err := r.Partner.Roles(ctx)
			out := web.List[PartnerRoleRow]{Items: []PartnerRoleRow{}}
			for _, x := range rows {
				v := PartnerRoleRow{x.Role, partner.RoleNames[x.Role], PartnerRoleSetting{x.Version, x.Applying, x.Reach, x.Buyers, x.Classes, x.CoBrand, append([]int64{}, x.Products...)}, x.Terms, x.Body, x.TermsAt}
				if x.Terms == 0 {
					v.Body = partner.Draft
				}
				out.Items = append(out.Items, v)
			}
			return web.Answer(out), err
		})
	web.Handle(r.web, quiet(route("partner_role_save", http.MethodPut, "partner-roles/{role}", "Change what partners of a role may do", tag, account.PermPartnerEdit)),
		func(ctx context.Context, in *struct {
			ByPartnerRole
			Body PartnerRoleSetting
		},
		) (*none, error) {
			b := in.Body
			return nil, r.Partner.SaveRole(ctx, partner.Role{Role: in.Role, Version: b.Version, Applying: b.Applying, Reach: b.Reach, Buyers: b.Buyers, Classes: b.Classes, CoBrand: b.CoBrand, Products: b.Products})
		})
	web.Handle(r.web, quiet(route("partner_terms_save", http.MethodPut, "partner-roles/{role}/terms", "Make a new version of a role's terms; active partners are told", tag, account.PermPartnerEdit)),
		func(ctx context.Context, in *struct {
			ByPartnerRole
			Body struct {
				Version int64  `json:"version" minimum:"0" doc:"In force until now"`
				Body    string `json:"body" maxLength:"40000"`
			}
		},
		) (*none, error) {
			return nil, r.Partner.SaveTerms(ctx, in.Role, in.Body.Version, in.Body.Body)
		})
	web.Handle(r.web, route("partner_materials", http.MethodGet, "partner-materials", "Materials, newest first", tag, account.PermPartner),
		func(ctx context.Context, in *struct{ web.PageQuery }) (*web.Body[web.List[PartnerMaterialRow]], error) {
			before, err := in.Keys(1)
			if err != nil {
				return nil, err
			}
			rows, err := r.Partner.Materials(ctx, "", "", 0, first(before), in.Limit+1)
			if err != nil {
				return nil, err
			}
			return web.Answer(web.Page(rows, in.Limit, materialRow, func(m partner.Material) []int64 { return []int64{m.ID} })), nil
		})
	web.Handle(r.web, route("partner_material_save", http.MethodPut, "partner-materials/{id}", "Add (0) or change a material", tag, account.PermPartnerEdit),
		func(ctx context.Context, in *struct {
			ByID
			Body PartnerMaterialInput
		},
		) (*web.Body[Made], error) {
			b := in.Body
			n, err := r.Partner.SaveMaterial(ctx, partner.Material{ID: in.ID, Version: b.Version, ProductID: b.ProductID, Kind: b.Kind, Title: b.Title, Body: b.Body, Picture: b.Picture})
			return web.Answer(Made{n}), err
		})
	web.Handle(r.web, quiet(route("partner_material_switch", http.MethodPost, "partner-materials/{id}/switch", "Show a material to partners, or not", tag, account.PermPartnerEdit)),
		func(ctx context.Context, in *struct {
			ByID
			Body struct {
				On bool `json:"on"`
			}
		},
		) (*none, error) {
			return nil, r.Partner.SwitchMaterial(ctx, in.ID, in.Body.On)
		})
	web.Handle(r.web, route("partner_ranking", http.MethodGet, "partner-ranking", "Partners by the money of a month that was really kept, and what they are given for it", tag, account.PermPartner),
		func(ctx context.Context, in *struct {
			Month int64 `query:"month" minimum:"0" doc:"YYYYMM; 0: this one"`
		},
		) (*web.Body[PartnerMonth], error) {
			return r.partnerMonth(ctx, in.Month)
		})
	web.Handle(r.web, route("partner_plan_save", http.MethodPut, "partner-plans/{month}", "Promise rewards for the ranking of a month, before it begins, or for the first time while it runs", tag, account.PermPartnerEdit),
		func(ctx context.Context, in *struct {
			Month int64 `path:"month" minimum:"200001" maximum:"220012" doc:"YYYYMM"`
			Body  PartnerPlanInput
		},
		) (*web.Body[PartnerMonth], error) {
			b := in.Body
			p := partner.Plan{Month: in.Month, Version: b.Version, Kind: b.Kind, FloorFen: b.FloorFen, WaitDays: b.WaitDays, Note: b.Note}
			for _, x := range b.Steps {
				p.Steps = append(p.Steps, partner.Step(x))
			}
			if err := r.Partner.SavePlan(ctx, p); err != nil {
				return nil, err
			}
			return r.partnerMonth(ctx, in.Month)
		})
	web.Handle(r.web, quiet(route("partner_reward_end", http.MethodPost, "partner-places/{id}/end", "Take a reward back by a counter entry, or end one that waits, with a reason that its partner reads", tag, account.PermPartnerEdit)),
		func(ctx context.Context, in *struct {
			ByID
			Body struct {
				Reason string `json:"reason" maxLength:"800"`
			}
		},
		) (*none, error) {
			return nil, r.Partner.EndReward(ctx, in.ID, in.Body.Reason)
		})
	web.Handle(r.web, route("partner_figures", http.MethodGet, "partner-figures", "What partners are worth to the school in a time", tag, account.PermPartner),
		func(ctx context.Context, in *struct {
			From  int64 `query:"from" required:"true"`
			Until int64 `query:"until" required:"true"`
		},
		) (*web.Body[PartnerFigures], error) {
			f, err := r.Partner.Figures(ctx, in.From, in.Until)
			if err != nil {
				return nil, err
			}
			p := growth.Period{From: in.From, Until: in.Until}
			gmv, err := r.Growth.Of(ctx, growth.PartnerGMV, p)
			if err != nil {
				return nil, err
			}
			cac, err := r.Growth.Of(ctx, growth.PartnerCAC, p)
			return web.Answer(PartnerFigures{gmv.Bottom, gmv.Top, cac.Bottom, cac.Top, f.Partners, f.Sharing, f.Answers, f.Points}), err
		})
	web.Handle(r.web, route("partner_scores", http.MethodGet, "partner-scores", "Answers to the question of a month", tag, account.PermPartner),
		func(ctx context.Context, in *struct {
			web.PageQuery
			Month int64 `query:"month" minimum:"0" doc:"YYYYMM; 0: this one"`
		},
		) (*web.Body[web.List[PartnerSaid]], error) {
			before, err := in.Keys(1)
			if err != nil {
				return nil, err
			}
			rows, err := r.Partner.Scores(ctx, in.Month, first(before), in.Limit+1)
			if err != nil {
				return nil, err
			}
			return web.Answer(web.Page(rows, in.Limit, func(s partner.Said) PartnerSaid { return PartnerSaid(s) }, func(s partner.Said) []int64 { return []int64{s.UserID} })), nil
		})
}

func (r *routes) partnerMonth(ctx context.Context, month int64) (*web.Body[PartnerMonth], error) {
	f, err := r.Partner.Month(ctx, month)
	if err != nil {
		return nil, err
	}
	t, err := r.Commission.Terms(ctx)
	if err != nil {
		return nil, err
	}
	out := PartnerMonth{Month: f.Plan.Month, HoldDays: t.HoldDays, DueAt: f.DueAt, SettledAt: f.SettledAt, Items: []PartnerPlaceRow{}}
	if f.Plan.Version > 0 {
		p := &PartnerPlanInput{Version: f.Plan.Version, Kind: f.Plan.Kind, FloorFen: f.Plan.FloorFen, WaitDays: f.Plan.WaitDays, Note: f.Plan.Note, Steps: []PartnerStep{}}
		for _, x := range f.Plan.Steps {
			p.Steps = append(p.Steps, PartnerStep(x))
		}
		out.Plan = p
	}
	for _, p := range f.Rows {
		out.Items = append(out.Items, PartnerPlaceRow(p))
	}
	return web.Answer(out), nil
}
