package learner

import (
	"context"
	"errors"
	"net/http"

	"zhizhou/internal/commerce"
	"zhizhou/internal/renewal"
	"zhizhou/internal/web"
)

// RenewalOffer is what may renew automatically, with what is agreed to.
type RenewalOffer struct {
	SKUID    int64  `json:"sku_id"`
	SKUName  string `json:"sku_name"`
	PriceFen int64  `json:"price_fen" doc:"Agreed; never is more charged"`
	Months   int64  `json:"months"`
	Terms    string `json:"terms" doc:"To be shown and confirmed"`
}

// RenewalOffers is the choice that a membership's page shows.
type RenewalOffers struct {
	Here         bool           `json:"here" doc:"Contracts can be signed where the caller is"`
	Member       bool           `json:"member" doc:"The caller has the membership, which a contract needs"`
	TermsVersion string         `json:"terms_version"`
	Offers       []RenewalOffer `json:"offers" nullable:"false" doc:"None: not offered"`
	ContractID   int64          `json:"contract_id" doc:"That is on already; 0: none"`
}

// RenewalView is a contract.
type RenewalView struct {
	ID          int64              `json:"id"`
	ProductID   int64              `json:"product_id"`
	Title       string             `json:"title"`
	SKUName     string             `json:"sku_name"`
	AgreedFen   int64              `json:"agreed_fen"`
	Months      int64              `json:"months"`
	State       string             `json:"state" enum:"signing,active,cancelled,ended"`
	Terms       string             `json:"terms"`
	SignedAt    int64              `json:"signed_at"`
	CancelledAt int64              `json:"cancelled_at"`
	CancelledBy string             `json:"cancelled_by" doc:"user, staff, channel, refund, merge, gone, over, unsigned, anew"`
	Cycles      []RenewalCycleView `json:"cycles" nullable:"false" doc:"Newest first"`
}

// RenewalCycleView is one charge of a contract.
type RenewalCycleView struct {
	No          int64  `json:"no"`
	State       string `json:"state" enum:"planned,noticed,charging,paid,failed,skipped"`
	AmountFen   int64  `json:"amount_fen" doc:"As announced; 0: not yet"`
	NoticeAt    int64  `json:"notice_at" doc:"When it is to be announced"`
	NoticedAt   int64  `json:"noticed_at"`
	ChargeAt    int64  `json:"charge_at"`
	PaidAt      int64  `json:"paid_at"`
	PaidFen     int64  `json:"paid_fen"`
	RefundedFen int64  `json:"refunded_fen"`
	OrderNo     string `json:"order_no"`
	Note        string `json:"note"`
}

// RenewalBegun is a contract with the page to sign it on.
type RenewalBegun struct {
	ID  int64  `json:"id"`
	URL string `json:"url" doc:"WeChat's page, to be opened in WeChat's browser; it leads back to the page that opened it"`
}

func (r *routes) renewalView(ctx context.Context, c renewal.Contract) (RenewalView, error) {
	v := RenewalView{
		ID: c.ID, ProductID: c.ProductID, Title: c.Title, SKUName: c.SKUName, AgreedFen: c.AgreedFen, Months: c.PeriodMonths, State: c.State, Terms: c.Terms,
		SignedAt: c.SignedAt, CancelledAt: c.CancelledAt, CancelledBy: c.CancelledBy, Cycles: []RenewalCycleView{},
	}
	rows, err := r.Renewal.Cycles(ctx, c.ID)
	for _, y := range rows {
		v.Cycles = append(v.Cycles, RenewalCycleView{
			No: y.No, State: y.State, AmountFen: y.AmountFen, NoticeAt: y.NoticeAt, NoticedAt: y.NoticedAt, ChargeAt: y.ChargeAt, PaidAt: y.PaidAt,
			PaidFen: y.PaidFen, RefundedFen: y.RefundedFen, OrderNo: y.OrderNo, Note: y.Note,
		})
	}
	return v, err
}

func (r *routes) renewals() {
	learner := func(id, method, path, summary string) web.Route {
		return web.Route{ID: id, Method: method, Path: path, Summary: summary, Tag: "renewal", Need: web.Learner}
	}
	type byID struct {
		ID int64 `path:"id"`
	}
	web.Handle(r.web, web.Route{ID: "renewal_offers", Method: http.MethodGet, Path: "/api/products/{id}/renewals", Summary: "What of a membership may renew automatically", Tag: "renewal", Need: web.Anyone},
		func(ctx context.Context, in *byID) (*web.Body[RenewalOffers], error) {
			out := RenewalOffers{Here: platform(ctx) == commerce.RenewalPlatform, TermsVersion: renewal.TermsVersion, Offers: []RenewalOffer{}}
			if _, _, err := r.Catalog.ProductByID(ctx, in.ID, false); err != nil {
				return nil, err
			}
			rows, err := r.Renewal.Offers(ctx, in.ID)
			for _, o := range rows {
				out.Offers = append(out.Offers, RenewalOffer{SKUID: o.SKUID, SKUName: o.SKUName, PriceFen: o.PriceFen, Months: o.PeriodMonths, Terms: o.Terms})
			}
			if user := web.UserID(ctx); err == nil && user != 0 {
				out.Member, err = r.Renewal.Member(ctx, user, in.ID)
				if c, gone := r.Renewal.Live(ctx, user, in.ID); gone == nil && c.State == renewal.Active {
					out.ContractID = c.ID
				} else if gone != nil && !errors.Is(gone, renewal.ErrGone) {
					err = gone
				}
			}
			return web.Answer(out), err
		})
	begin := learner("renewal_begin", http.MethodPost, "/api/renewals", "Agree to automatic renewal; leads to WeChat's page")
	begin.Agreed = true
	web.Handle(r.web, begin,
		func(ctx context.Context, in *struct {
			Body struct {
				SKUID          int64  `json:"sku_id"`
				TermsVersion   string `json:"terms_version" maxLength:"20"`
				TermsConfirmed bool   `json:"terms_confirmed"`
			}
		},
		) (*web.Body[RenewalBegun], error) {
			c, a, err := r.Renewal.Begin(ctx, renewal.Sign{
				UserID: web.UserID(ctx), SKUID: in.Body.SKUID, Platform: platform(ctx), TermsVersion: in.Body.TermsVersion, TermsConfirmed: in.Body.TermsConfirmed,
			})
			return web.Answer(RenewalBegun{c.ID, a.URL}), err
		})
	web.Handle(r.web, learner("renewals", http.MethodGet, "/api/me/renewals", "The caller's automatic renewals, newest first"),
		func(ctx context.Context, _ *none) (*web.Body[web.List[RenewalView]], error) {
			rows, err := r.Renewal.Mine(ctx, web.UserID(ctx))
			if err != nil {
				return nil, err
			}
			out := web.List[RenewalView]{Items: []RenewalView{}}
			for _, c := range rows {
				v, err := r.renewalView(ctx, c)
				if err != nil {
					return nil, err
				}
				out.Items = append(out.Items, v)
			}
			return web.Answer(out), nil
		})
	one := func(ctx context.Context, c renewal.Contract, err error) (*web.Body[RenewalView], error) {
		if err != nil {
			return nil, err
		}
		v, err := r.renewalView(ctx, c)
		return web.Answer(v), err
	}
	web.Handle(r.web, learner("renewal_sync", http.MethodPost, "/api/renewals/{id}/sync", "Ask WeChat whether it was signed"),
		func(ctx context.Context, in *byID) (*web.Body[RenewalView], error) {
			c, err := r.Renewal.Sync(ctx, web.UserID(ctx), in.ID)
			return one(ctx, c, err)
		})
	web.Handle(r.web, learner("renewal_cancel", http.MethodPost, "/api/renewals/{id}/cancel", "End it at once"),
		func(ctx context.Context, in *byID) (*web.Body[RenewalView], error) {
			c, err := r.Renewal.Cancel(ctx, web.UserID(ctx), in.ID)
			return one(ctx, c, err)
		})
}
