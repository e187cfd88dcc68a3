package learner

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"zhizhou/internal/campaign"
	"zhizhou/internal/errs"
	"zhizhou/internal/web"
)

// How often: parallel taps of one person and device beyond this get nothing.
const rewardsPerMinute = 20

var errRewards = errs.New(errs.Limited, "reward_rate", "操作太快了，请过一会儿再试")

// PrizeView is a reward of a campaign.
type PrizeView struct {
	ID      int64  `json:"id"`
	Kind    string `json:"kind" enum:"coupon,points,course,material,nothing"`
	Title   string `json:"title"`
	Amount  int64  `json:"amount" doc:"points: how many; course: days, 0 for good"`
	OddsPPM int64  `json:"odds_ppm" doc:"lottery: of a million"`
	Left    int64  `json:"left" doc:"In stock, as far as the budget goes"`
	Step    string `json:"step" enum:",lessons,sign_ins,minutes,phone"`
	Need    int64  `json:"need" doc:"Friends, or of the step"`
	Have    int64  `json:"have" doc:"Done of it"`
	State   string `json:"state" enum:",given,waiting,refused" doc:"Of the caller's own; empty: not taken"`

	CourseID int64  `json:"course_id" doc:"Of a course that is given; 0: none"`
	Course   string `json:"course" doc:"Its title"`
}

// CampaignRow is a campaign in a list.
type CampaignRow struct {
	ID     int64  `json:"id"`
	Kind   string `json:"kind" enum:"assist,invite,lottery,journey"`
	Title  string `json:"title"`
	EndsAt int64  `json:"ends_at"`
}

// CampaignView is a campaign as the caller stands in it.
type CampaignView struct {
	CampaignRow
	Words     string       `json:"words"`
	Cause     string       `json:"cause" enum:"join,study,both"`
	StartsAt  int64        `json:"starts_at"`
	PerUser   int64        `json:"per_user" doc:"Rewards in all"`
	PerDevice int64        `json:"per_device" doc:"Rewards on one device"`
	Phase     string       `json:"phase" enum:"soon,live,paused,over" doc:"Only a live one takes anybody in or gives anything"`
	Here      bool         `json:"here" doc:"Open on this channel"`
	Prizes    []PrizeView  `json:"prizes" nullable:"false"`
	Helped    int64        `json:"helped" doc:"Friends who count"`
	Helps     []FriendView `json:"helps" nullable:"false" doc:"Names masked"`
	Chances   int64        `json:"chances" doc:"To draw"`
	Draws     []DrawView   `json:"draws" nullable:"false" doc:"The caller's own, newest first"`
	Winners   []WinnerView `json:"winners" nullable:"false" doc:"Names masked"`
	LeftMS    int64        `json:"left_ms" doc:"journey: how long it is still the caller's; 0: not"`
	AskedBy   string       `json:"asked_by" doc:"assist, invite: by whose share the caller is here, masked; empty: nobody's"`
	Helping   string       `json:"helping" enum:",came,counted" doc:"came: noted, but counts only after a lesson; counted: is one of their friends"`
}

// FriendView is a friend who came.
type FriendView struct {
	Name    string `json:"name"`
	Joined  bool   `json:"joined"`
	Studied bool   `json:"studied"`
	At      int64  `json:"at" doc:"When they came"`
}

// DrawView is a draw of the caller.
type DrawView struct {
	ID      int64  `json:"id"`
	PrizeID int64  `json:"prize_id" doc:"0: nothing"`
	Title   string `json:"title"`
	Note    string `json:"note" enum:",stock,budget,coupon" doc:"Why nothing was won although the roll fell on a prize"`
	Roll    int64  `json:"roll" doc:"The random number, 0 to 999999"`
	At      int64  `json:"at"`
}

// WinnerView is somebody who won.
type WinnerView struct {
	Name  string `json:"name"`
	Title string `json:"title"`
	At    int64  `json:"at"`
}

// PrizeGiftView is what the caller got from a campaign.
type PrizeGiftView struct {
	ID         int64  `json:"id"`
	CampaignID int64  `json:"campaign_id"`
	PrizeID    int64  `json:"prize_id"`
	Kind       string `json:"kind" enum:"coupon,points,course,material,nothing"`
	Title      string `json:"title"`
	Amount     int64  `json:"amount"`
	CourseID   int64  `json:"course_id" doc:"0: none"`
	Body       string `json:"body" doc:"Of a material that was given"`
	HasFile    bool   `json:"has_file" doc:"A material that was given comes with a file"`
	State      string `json:"state" enum:"given,waiting,refused"`
	Reason     string `json:"reason"`
	MadeAt     int64  `json:"made_at"`
}

// channel is where the caller is, as campaigns and the points shop tell channels apart.
func channel(ctx context.Context) string {
	switch p := web.CallerOf(ctx).Platform; {
	case p.Mini():
		return "mini"
	case p == web.WeChatH5:
		return "wechat"
	}
	return "h5"
}

func campaignRow(c campaign.Campaign) CampaignRow {
	return CampaignRow{c.ID, c.Kind, c.Title, c.EndsAt}
}

func drawView(d campaign.Draw) DrawView {
	return DrawView{d.ID, d.PrizeID, d.Title, d.Note, d.Roll, d.At}
}

func campaignView(st campaign.Standing) CampaignView {
	v := CampaignView{
		CampaignRow: campaignRow(st.Campaign), Words: st.Words, Cause: st.Cause, StartsAt: st.StartsAt, PerUser: st.PerUser, PerDevice: st.PerDevice, Phase: st.Phase, Here: st.Here, Prizes: []PrizeView{},
		Helped: st.Helped, Helps: []FriendView{}, Chances: st.Chances, Draws: []DrawView{}, Winners: []WinnerView{}, LeftMS: st.LeftMS, AskedBy: st.Asker.Nickname,
	}
	switch {
	case st.Counts():
		v.Helping = "counted"
	case st.Asker.JoinedAt > 0:
		v.Helping = "came"
	}
	for _, p := range st.Prizes {
		x := PrizeView{p.ID, p.Kind, p.Title, p.Amount, p.OddsPPM, st.Left(p), p.Step, p.Need, min(p.Need, st.Have(p)), "", 0, p.CourseTitle}
		if p.Kind == campaign.Course {
			x.CourseID = p.RefID
		}
		for _, g := range st.Gifts {
			if g.PrizeID == p.ID && st.Kind != campaign.Lottery {
				x.State = g.State
			}
		}
		v.Prizes = append(v.Prizes, x)
	}
	for _, h := range st.Helps {
		v.Helps = append(v.Helps, FriendView{h.Nickname, h.JoinedAt > 0, h.StudiedAt > 0, max(h.JoinedAt, h.StudiedAt)})
	}
	for _, d := range st.Draws {
		v.Draws = append(v.Draws, drawView(d))
	}
	for _, w := range st.Winners {
		v.Winners = append(v.Winners, WinnerView{w.Nickname, w.Title, w.At})
	}
	return v
}

func prizeGiftView(g campaign.Gift) PrizeGiftView {
	v := PrizeGiftView{ID: g.ID, CampaignID: g.CampaignID, PrizeID: g.PrizeID, Kind: g.Kind, Title: g.Title, Amount: g.Amount, State: g.State, Reason: g.Reason, MadeAt: g.MadeAt}
	if g.Kind == campaign.Course {
		v.CourseID = g.RefID
	}
	if g.State == campaign.Given {
		v.Body, v.HasFile = g.Body, g.Kind == campaign.Material && g.RefID != 0
	}
	return v
}

// rewardRate limits how often one person and one address take rewards.
func rewardRate() func(ctx context.Context) error {
	perUser, perAddress := web.NewLimiter(rewardsPerMinute, time.Minute), web.NewLimiter(30*rewardsPerMinute, time.Minute)
	return func(ctx context.Context) error {
		if ok, wait := perUser.Allow(strconv.FormatInt(web.UserID(ctx), 10), time.Now()); !ok {
			return errRewards.Retry(int(wait/time.Second) + 1)
		}
		if ok, wait := perAddress.Allow(web.CallerOf(ctx).Address, time.Now()); !ok {
			return errRewards.Retry(int(wait/time.Second) + 1)
		}
		return nil
	}
}

// act is the caller taking part, noted as seen on this device.
func (r *routes) act(ctx context.Context, campaignID int64, device string) (campaign.Act, error) {
	me := web.UserID(ctx)
	err := r.Risk.Seen(ctx, me, device, web.CallerOf(ctx).Address)
	return campaign.Act{UserID: me, CampaignID: campaignID, Channel: campaign.Channel(channel(ctx)), Device: r.Risk.Device(device)}, err
}

func (r *routes) campaigns() {
	const tag = "campaign"
	rate := rewardRate()
	web.Handle(r.web, web.Route{ID: "campaigns", Method: http.MethodGet, Path: "/api/campaigns", Summary: "Campaigns that are open here", Tag: tag, Need: web.Anyone},
		func(ctx context.Context, _ *none) (*web.Body[web.List[CampaignRow]], error) {
			rows, err := r.Campaign.Open(ctx, campaign.Channel(channel(ctx)))
			list := web.List[CampaignRow]{Items: []CampaignRow{}}
			for _, c := range rows {
				list.Items = append(list.Items, campaignRow(c))
			}
			return web.Answer(list), err
		})
	web.Handle(r.web, web.Route{ID: "campaign", Method: http.MethodGet, Path: "/api/campaigns/{id}", Summary: "A campaign and how far I am", Tag: tag, Need: web.Anyone},
		func(ctx context.Context, in *struct {
			ID    int64  `path:"id"`
			Share string `query:"share" maxLength:"32" doc:"Code of the share that was opened"`
		},
		) (*web.Body[CampaignView], error) {
			st, err := r.Campaign.Stand(ctx, web.UserID(ctx), in.ID, campaign.Channel(channel(ctx)), in.Share)
			return web.Answer(campaignView(st)), err
		})
	web.Handle(r.web, web.Route{ID: "campaign_claim", Method: http.MethodPost, Path: "/api/campaigns/{id}/claims", Summary: "Take a reward that was earned; again answers the same", Tag: tag, Need: web.Learner},
		func(ctx context.Context, in *struct {
			ID   int64 `path:"id"`
			Body struct {
				PrizeID int64  `json:"prize_id"`
				Device  string `json:"device" minLength:"16" maxLength:"64" doc:"What this device calls itself, whoever uses it"`
			}
		},
		) (*web.Body[PrizeGiftView], error) {
			if err := rate(ctx); err != nil {
				return nil, err
			}
			act, err := r.act(ctx, in.ID, in.Body.Device)
			if err != nil {
				return nil, err
			}
			g, err := r.Campaign.Claim(ctx, act, in.Body.PrizeID)
			return web.Answer(prizeGiftView(g)), err
		})
	web.Handle(r.web, web.Route{ID: "campaign_draw", Method: http.MethodPost, Path: "/api/campaigns/{id}/draws", Summary: "Use a chance to draw; the same key answers the same draw", Tag: tag, Need: web.Learner},
		func(ctx context.Context, in *struct {
			ID   int64 `path:"id"`
			Body struct {
				Key    string `json:"key" minLength:"8" maxLength:"64"`
				Device string `json:"device" minLength:"16" maxLength:"64" doc:"What this device calls itself, whoever uses it"`
			}
		},
		) (*web.Body[DrawView], error) {
			if err := rate(ctx); err != nil {
				return nil, err
			}
			act, err := r.act(ctx, in.ID, in.Body.Device)
			if err != nil {
				return nil, err
			}
			d, err := r.Campaign.Draw(ctx, act, in.Body.Key)
			return web.Answer(drawView(d)), err
		})
	web.Handle(r.web, web.Route{ID: "my_gifts", Method: http.MethodGet, Path: "/api/me/gifts-won", Summary: "What I got from campaigns, newest first", Tag: tag, Need: web.Learner},
		func(ctx context.Context, in *struct{ web.PageQuery }) (*web.Body[web.List[PrizeGiftView]], error) {
			before, err := in.Keys(1)
			if err != nil {
				return nil, err
			}
			rows, err := r.Campaign.Mine(ctx, web.UserID(ctx), first(before), in.Limit+1)
			return web.Answer(web.Page(rows, in.Limit, prizeGiftView, func(g campaign.Gift) []int64 { return []int64{g.ID} })), err
		})
}
