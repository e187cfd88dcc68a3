package learner

import (
	"context"
	"net/http"
	"strconv"
	"unicode/utf8"

	"zhizhou/internal/clock"
	"zhizhou/internal/commerce"
	"zhizhou/internal/web"
)

// BargainView is a bargain.
type BargainView struct {
	ID         int64      `json:"id"`
	SKUID      int64      `json:"sku_id"`
	ProductID  int64      `json:"product_id" doc:"0: it is not sold any more"`
	CourseID   int64      `json:"course_id"`
	Kind       string     `json:"kind"`
	Title      string     `json:"title"`
	SKUName    string     `json:"sku_name"`
	CoverURL   string     `json:"cover_url"`
	Scene      string     `json:"scene" enum:"boat,report,bird,poem,data,rice,brush,deed"`
	State      string     `json:"state" enum:"open,reached,over,bought"`
	Ordered    bool       `json:"ordered" doc:"An order with its price waits for money"`
	ListFen    int64      `json:"list_fen"`
	FloorFen   int64      `json:"floor_fen"`
	PriceFen   int64      `json:"price_fen" doc:"Now"`
	Helpers    int64      `json:"helpers" doc:"So many reach the floor"`
	Helped     int64      `json:"helped"`
	DeadlineAt int64      `json:"deadline_at"`
	NowAt      int64      `json:"now_at" doc:"The server's time, for the countdown"`
	Starter    string     `json:"starter" doc:"Masked"`
	Mine       bool       `json:"mine"`
	MyCutFen   int64      `json:"my_cut_fen" doc:"What the caller cut; 0: not yet"`
	Helps      []HelpView `json:"helps" nullable:"false"`
	URL        string     `json:"url" doc:"To be sent to friends"`
}

// HelpView is somebody's cut.
type HelpView struct {
	Name   string `json:"name" doc:"Masked"`
	CutFen int64  `json:"cut_fen"`
	At     int64  `json:"at"`
}

// Cut is what the caller has cut.
type Cut struct {
	CutFen int64 `json:"cut_fen"`
}

// masked leaves the first sign of a name.
func masked(name string) string {
	r, _ := utf8.DecodeRuneInString(name)
	if name == "" || r == utf8.RuneError {
		return "同学"
	}
	return string(r) + "**"
}

func (r *routes) bargainView(b commerce.Bargain, me int64) BargainView {
	now := clock.MS(r.Clock)
	return BargainView{
		ID: b.ID, SKUID: b.SKUID, State: b.StateAt(now), Ordered: b.OrderID > 0 && b.State == "open", ListFen: b.ListFen, FloorFen: b.FloorFen, PriceFen: b.PriceFen, Helpers: b.Helpers, Helped: b.Helped,
		DeadlineAt: b.DeadlineAt, NowAt: now, Mine: me != 0 && b.UserID == me, Helps: []HelpView{}, Scene: scene(""),
	}
}

func (r *routes) bargain(ctx context.Context, bargainID int64) (*web.Body[BargainView], error) {
	p, err := r.Commerce.BargainPage(ctx, bargainID, platform(ctx))
	if err != nil {
		return nil, err
	}
	me := web.UserID(ctx)
	v := r.bargainView(p.Bargain, me)
	v.ProductID, v.CourseID, v.Kind, v.Title, v.SKUName = p.Offer.ProductID, p.Offer.CourseID, p.Offer.Kind, p.Offer.Title, p.Offer.SKUName
	v.CoverURL, v.Scene, v.Starter = imageURL(p.Offer.Cover), scene(p.Offer.Scene), masked(p.Starter)
	for _, h := range p.Helps {
		v.Helps = append(v.Helps, HelpView{masked(h.Nickname), h.CutFen, h.At})
		if me != 0 && h.UserID == me {
			v.MyCutFen = h.CutFen
		}
	}
	v.URL = r.PublicURL + "/bargain/" + strconv.FormatInt(p.Bargain.ID, 10)
	return web.Answer(v), nil
}

func (r *routes) bargains() {
	web.Handle(r.web, web.Route{ID: "bargain_start", Method: http.MethodPost, Path: "/api/bargains", Summary: "Begin a bargain, or find the open one", Tag: "bargain", Need: web.Learner},
		func(ctx context.Context, in *struct {
			Body struct {
				PromotionID int64 `json:"promotion_id"`
				SKUID       int64 `json:"sku_id"`
			}
		},
		) (*web.Body[BargainView], error) {
			b, err := r.Commerce.StartBargain(ctx, web.UserID(ctx), in.Body.PromotionID, in.Body.SKUID, platform(ctx))
			if err != nil {
				return nil, err
			}
			return r.bargain(ctx, b.ID)
		})
	web.Handle(r.web, web.Route{ID: "bargain", Method: http.MethodGet, Path: "/api/bargains/{id}", Summary: "A bargain with its helpers", Tag: "bargain", Need: web.Anyone},
		func(ctx context.Context, in *struct {
			ID int64 `path:"id"`
		},
		) (*web.Body[BargainView], error) {
			return r.bargain(ctx, in.ID)
		})
	web.Handle(r.web, web.Route{ID: "bargain_help", Method: http.MethodPost, Path: "/api/bargains/{id}/help", Summary: "Cut somebody's bargain, once", Tag: "bargain", Need: web.Learner},
		func(ctx context.Context, in *struct {
			ID int64 `path:"id"`
		},
		) (*web.Body[Cut], error) {
			fen, err := r.Commerce.Help(ctx, web.UserID(ctx), in.ID)
			return web.Answer(Cut{fen}), err
		})
	web.Handle(r.web, web.Route{ID: "my_bargains", Method: http.MethodGet, Path: "/api/me/bargains", Summary: "The caller's bargains, newest first", Tag: "bargain", Need: web.Learner},
		func(ctx context.Context, in *struct{ web.PageQuery }) (*web.Body[web.List[BargainView]], error) {
			before, err := in.Keys(1)
			if err != nil {
				return nil, err
			}
			rows, err := r.Commerce.BargainsOf(ctx, web.UserID(ctx), first(before), in.Limit+1)
			if err != nil {
				return nil, err
			}
			return web.Answer(web.Page(rows, in.Limit, func(b commerce.Bargain) BargainView { return r.bargainView(b, b.UserID) }, func(b commerce.Bargain) []int64 { return []int64{b.ID} })), nil
		})
	web.Handle(r.web, web.Route{ID: "upgrade", Method: http.MethodGet, Path: "/api/products/{id}/upgrade", Summary: "What lower memberships of the caller take off a higher one", Tag: "goods", Need: web.Learner},
		func(ctx context.Context, in *struct {
			ID int64 `path:"id"`
		},
		) (*web.Body[web.List[UpgradeView]], error) {
			rows, err := r.Commerce.Upgrades(ctx, web.UserID(ctx), in.ID)
			out := web.List[UpgradeView]{Items: []UpgradeView{}}
			for _, c := range rows {
				out.Items = append(out.Items, UpgradeView{c.Title, c.LeftDays, c.TotalDays, c.OffFen, c.Note()})
			}
			return web.Answer(out), err
		})
}

// UpgradeView is what is left of a lower membership, as money.
type UpgradeView struct {
	Title     string `json:"title"`
	LeftDays  int64  `json:"left_days"`
	TotalDays int64  `json:"total_days"`
	OffFen    int64  `json:"off_fen"`
	Note      string `json:"note" doc:"The arithmetic in words"`
}
