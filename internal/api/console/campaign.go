package console

import (
	"context"
	"net/http"

	"zhizhou/internal/account"
	"zhizhou/internal/campaign"
	"zhizhou/internal/clock"
	"zhizhou/internal/web"
)

// CampaignPrize is a reward of a campaign.
type CampaignPrize struct {
	ID       int64  `json:"id" doc:"0: a new one"`
	Kind     string `json:"kind" enum:"coupon,points,course,material,nothing"`
	RefID    int64  `json:"ref_id" minimum:"0" doc:"coupon, course"`
	Amount   int64  `json:"amount" minimum:"0" doc:"points: how many; course: days, 0 for good"`
	Title    string `json:"title" maxLength:"100"`
	Body     string `json:"body" maxLength:"20000" doc:"Of a material"`
	ValueFen int64  `json:"value_fen" minimum:"0"`
	OddsPPM  int64  `json:"odds_ppm" minimum:"0" maximum:"1000000" doc:"lottery: of a million"`
	Stock    int64  `json:"stock" minimum:"0" doc:"Left"`
	Given    int64  `json:"given" minimum:"0"`
	Step     string `json:"step" enum:",lessons,sign_ins,minutes,phone"`
	Need     int64  `json:"need" minimum:"0"`
}

// CampaignInput is what staff set up.
type CampaignInput struct {
	Kind         string          `json:"kind" enum:"assist,invite,lottery,journey"`
	Title        string          `json:"title" maxLength:"100"`
	Words        string          `json:"words" maxLength:"8000"`
	Cause        string          `json:"cause" enum:"join,study,both"`
	StartsAt     int64           `json:"starts_at"`
	EndsAt       int64           `json:"ends_at"`
	BudgetFen    int64           `json:"budget_fen" minimum:"0"`
	BudgetCount  int64           `json:"budget_count" minimum:"0"`
	PerUser      int64           `json:"per_user"`
	PerDevice    int64           `json:"per_device"`
	NewcomerDays int64           `json:"newcomer_days" minimum:"0"`
	OnH5         bool            `json:"on_h5"`
	OnWechat     bool            `json:"on_wechat"`
	OnMini       bool            `json:"on_mini"`
	Version      int64           `json:"version" doc:"0: a new one"`
	Prizes       []CampaignPrize `json:"prizes" nullable:"false" maxItems:"20"`
}

// CampaignRow is a campaign as staff see it.
type CampaignRow struct {
	ID         int64  `json:"id"`
	Kind       string `json:"kind" enum:"assist,invite,lottery,journey"`
	Title      string `json:"title"`
	State      string `json:"state" enum:"draft,running,paused,ended"`
	Phase      string `json:"phase" enum:"draft,soon,live,paused,over" doc:"over also when its end has passed, soon before it begins"`
	StartsAt   int64  `json:"starts_at"`
	EndsAt     int64  `json:"ends_at"`
	SpentFen   int64  `json:"spent_fen"`
	SpentCount int64  `json:"spent_count"`
	BudgetFen  int64  `json:"budget_fen"`
	Budget     int64  `json:"budget_count"`
}

// CampaignView is one with everything.
type CampaignView struct {
	ID int64 `json:"id"`
	CampaignInput
	State      string `json:"state" enum:"draft,running,paused,ended"`
	SpentFen   int64  `json:"spent_fen"`
	SpentCount int64  `json:"spent_count"`
	Sharers    int64  `json:"sharers" doc:"Who handed it on"`
	Came       int64  `json:"came" doc:"Friends who registered or studied by a share of it"`
	Counted    int64  `json:"counted" doc:"Of them, who did what was asked"`
	Draws      int64  `json:"draws"`
	Given      int64  `json:"given"`
	Waiting    int64  `json:"waiting"`
	Refused    int64  `json:"refused"`
}

// CampaignDraw is a draw as it fell.
type CampaignDraw struct {
	ID       int64  `json:"id"`
	UserID   int64  `json:"user_id"`
	Nickname string `json:"nickname"`
	Roll     int64  `json:"roll"`
	DrawnID  int64  `json:"drawn_id" doc:"What the roll fell on"`
	PrizeID  int64  `json:"prize_id" doc:"0: nothing"`
	Title    string `json:"title"`
	Note     string `json:"note" enum:",stock,budget,coupon"`
	Version  int64  `json:"version"`
	At       int64  `json:"at"`
}

// CampaignGift is what somebody got.
type CampaignGift struct {
	ID       int64  `json:"id"`
	UserID   int64  `json:"user_id"`
	Nickname string `json:"nickname"`
	Title    string `json:"title"`
	ValueFen int64  `json:"value_fen"`
	State    string `json:"state" enum:"given,waiting,refused"`
	Reason   string `json:"reason"`
	MadeAt   int64  `json:"made_at"`
}

func (in CampaignInput) campaign(campaignID int64) campaign.Campaign {
	c := campaign.Campaign{
		ID: campaignID, Kind: in.Kind, Title: in.Title, Words: in.Words, Cause: in.Cause, StartsAt: in.StartsAt, EndsAt: in.EndsAt, BudgetFen: in.BudgetFen, BudgetCount: in.BudgetCount,
		PerUser: in.PerUser, PerDevice: in.PerDevice, NewcomerDays: in.NewcomerDays, OnH5: in.OnH5, OnWechat: in.OnWechat, OnMini: in.OnMini, Version: in.Version,
	}
	for _, p := range in.Prizes {
		c.Prizes = append(c.Prizes, campaign.Prize{ID: p.ID, Kind: p.Kind, RefID: p.RefID, Amount: p.Amount, Title: p.Title, Body: p.Body, ValueFen: p.ValueFen, OddsPPM: p.OddsPPM, Stock: p.Stock, Step: p.Step, Need: p.Need})
	}
	return c
}

func campaignView(c campaign.Campaign, t campaign.Totals) CampaignView {
	v := CampaignView{ID: c.ID, State: c.State, SpentFen: c.SpentFen, SpentCount: c.SpentCount, Sharers: t.Sharers, Came: t.Came, Counted: t.Counted, Draws: t.Draws, Given: t.Given, Waiting: t.Waiting, Refused: t.Refused, CampaignInput: CampaignInput{
		Kind: c.Kind, Title: c.Title, Words: c.Words, Cause: c.Cause, StartsAt: c.StartsAt, EndsAt: c.EndsAt, BudgetFen: c.BudgetFen, BudgetCount: c.BudgetCount,
		PerUser: c.PerUser, PerDevice: c.PerDevice, NewcomerDays: c.NewcomerDays, OnH5: c.OnH5, OnWechat: c.OnWechat, OnMini: c.OnMini, Version: c.Version, Prizes: []CampaignPrize{},
	}}
	for _, p := range c.Prizes {
		v.Prizes = append(v.Prizes, CampaignPrize{p.ID, p.Kind, p.RefID, p.Amount, p.Title, p.Body, p.ValueFen, p.OddsPPM, p.Stock, p.Given, p.Step, p.Need})
	}
	return v
}

func (r *routes) campaigns() {
	const tag = "campaign"
	web.Handle(r.web, route("campaigns", http.MethodGet, "campaigns", "Campaigns, newest first", tag, account.PermProductRead),
		func(ctx context.Context, in *struct{ web.PageQuery }) (*web.Body[web.List[CampaignRow]], error) {
			before, err := in.Keys(1)
			if err != nil {
				return nil, err
			}
			rows, err := r.Campaign.List(ctx, first(before), in.Limit+1)
			return web.Answer(web.Page(rows, in.Limit, func(c campaign.Campaign) CampaignRow {
				return CampaignRow{c.ID, c.Kind, c.Title, c.State, c.Phase(clock.MS(r.Clock)), c.StartsAt, c.EndsAt, c.SpentFen, c.SpentCount, c.BudgetFen, c.BudgetCount}
			}, func(c campaign.Campaign) []int64 { return []int64{c.ID} })), err
		})
	web.Handle(r.web, route("campaign", http.MethodGet, "campaigns/{id}", "One campaign", tag, account.PermProductRead),
		func(ctx context.Context, in *ByID) (*web.Body[CampaignView], error) {
			c, err := r.Campaign.Get(ctx, in.ID)
			if err != nil {
				return nil, err
			}
			t, err := r.Campaign.Totals(ctx, in.ID)
			return web.Answer(campaignView(c, t)), err
		})
	web.Handle(r.web, route("campaign_save", http.MethodPut, "campaigns/{id}", "Add (0) or change a campaign that is a draft or paused", tag, account.PermProductEdit),
		func(ctx context.Context, in *struct {
			ByID
			Body CampaignInput
		},
		) (*web.Body[Made], error) {
			made, err := r.Campaign.Save(ctx, in.Body.campaign(in.ID))
			return web.Answer(Made{made}), err
		})
	web.Handle(r.web, quiet(route("campaign_move", http.MethodPost, "campaigns/{id}/state", "Run, pause or end a campaign; the latter two with a reason", tag, account.PermProductEdit)),
		func(ctx context.Context, in *struct {
			ByID
			Body struct {
				To     string `json:"to" enum:"running,paused,ended"`
				Reason string `json:"reason,omitempty" maxLength:"400"`
			}
		},
		) (*none, error) {
			return nil, r.Campaign.Move(ctx, in.ID, in.Body.To, in.Body.Reason)
		})
	type page struct {
		ByID
		web.PageQuery
	}
	web.Handle(r.web, route("campaign_draws", http.MethodGet, "campaigns/{id}/draws", "Every draw as it fell, newest first", tag, account.PermProductRead),
		func(ctx context.Context, in *page) (*web.Body[web.List[CampaignDraw]], error) {
			before, err := in.Keys(1)
			if err != nil {
				return nil, err
			}
			rows, err := r.Campaign.Draws(ctx, in.ID, first(before), in.Limit+1)
			return web.Answer(web.Page(rows, in.Limit, func(d campaign.Draw) CampaignDraw {
				return CampaignDraw{d.ID, d.UserID, d.Nickname, d.Roll, d.DrawnID, d.PrizeID, d.Title, d.Note, d.Version, d.At}
			}, func(d campaign.Draw) []int64 { return []int64{d.ID} })), err
		})
	web.Handle(r.web, route("campaign_gifts", http.MethodGet, "campaigns/{id}/gifts", "What a campaign gave, newest first", tag, account.PermProductRead),
		func(ctx context.Context, in *page) (*web.Body[web.List[CampaignGift]], error) {
			before, err := in.Keys(1)
			if err != nil {
				return nil, err
			}
			rows, err := r.Campaign.Gifts(ctx, in.ID, first(before), in.Limit+1)
			return web.Answer(web.Page(rows, in.Limit, func(g campaign.Gift) CampaignGift {
				return CampaignGift{g.ID, g.UserID, g.Nickname, g.Title, g.ValueFen, g.State, g.Reason, g.MadeAt}
			}, func(g campaign.Gift) []int64 { return []int64{g.ID} })), err
		})
}
