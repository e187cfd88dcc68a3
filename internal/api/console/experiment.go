package console

import (
	"context"
	"net/http"

	"zhizhou/internal/account"
	"zhizhou/internal/commerce"
	"zhizhou/internal/web"
)

// ExperimentInput is what the form of a price experiment saves.
type ExperimentInput struct {
	Version  int64          `json:"version,omitempty"`
	SKUID    int64          `json:"sku_id"`
	Name     string         `json:"name" maxLength:"160"`
	MinFen   int64          `json:"min_fen" doc:"No price below it"`
	EndsAt   int64          `json:"ends_at"`
	Variants []VariantInput `json:"variants" minItems:"2" maxItems:"5" doc:"The first is the control"`
}

// VariantInput is one price.
type VariantInput struct {
	Label    string `json:"label,omitempty" maxLength:"80"`
	PriceFen int64  `json:"price_fen" doc:"0: the control, who pay the list price"`
	Weight   int64  `json:"weight" minimum:"1" maximum:"1000"`
}

// ExperimentRow is an experiment in the list.
type ExperimentRow struct {
	ID        int64  `json:"id"`
	SKUID     int64  `json:"sku_id"`
	Name      string `json:"name"`
	Title     string `json:"title" doc:"Of what is sold"`
	SKUName   string `json:"sku_name"`
	Status    string `json:"status" enum:"draft,running,stopped"`
	MinFen    int64  `json:"min_fen"`
	EndsAt    int64  `json:"ends_at"`
	ListFen   int64  `json:"list_fen"`
	StartedAt int64  `json:"started_at"`
	StoppedAt int64  `json:"stopped_at"`
	Version   int64  `json:"version"`
}

// ExperimentView is an experiment with what it has brought.
type ExperimentView struct {
	ExperimentRow
	Outcomes []OutcomeView `json:"outcomes" nullable:"false"`
	Few      bool          `json:"few" doc:"Too few visitors or buyers to trust the intervals"`
}

// OutcomeView is what one price has brought. Money is in fen.
type OutcomeView struct {
	Label      string       `json:"label"`
	PriceFen   int64        `json:"price_fen" doc:"0: the control"`
	Weight     int64        `json:"weight"`
	Published  bool         `json:"published" doc:"Virtual payment can charge it"`
	Visitors   int64        `json:"visitors"`
	Buyers     int64        `json:"buyers"`
	RevenueFen int64        `json:"revenue_fen" doc:"Net of refunds"`
	Conversion EstimateView `json:"conversion"`
	PerVisitor EstimateView `json:"per_visitor"`
}

// EstimateView is a mean and its difference to the control, with the interval of
// 95 %.
type EstimateView struct {
	Mean float64 `json:"mean"`
	Diff float64 `json:"diff"`
	Low  float64 `json:"low"`
	High float64 `json:"high"`
}

func experimentRow(e commerce.Experiment) ExperimentRow {
	return ExperimentRow{e.ID, e.SKUID, e.Name, e.Title, e.SKUName, e.Status, e.MinFen, e.EndsAt, e.ListFen, e.StartedAt, e.StoppedAt, e.Version}
}

func (r *routes) experiments() {
	const tag = "console promotion"
	web.Handle(r.web, route("experiments", http.MethodGet, "experiments", "Price experiments, newest first", tag, account.PermProductRead),
		func(ctx context.Context, in *struct{ web.PageQuery }) (*web.Body[web.List[ExperimentRow]], error) {
			before, err := in.Keys(1)
			if err != nil {
				return nil, err
			}
			rows, err := r.Commerce.Experiments(ctx, first(before), in.Limit+1)
			if err != nil {
				return nil, err
			}
			return web.Answer(web.Page(rows, in.Limit, experimentRow, func(e commerce.Experiment) []int64 { return []int64{e.ID} })), nil
		})
	web.Handle(r.web, route("experiment", http.MethodGet, "experiments/{id}", "A price experiment and what it has brought", tag, account.PermProductRead), r.experiment)
	web.Handle(r.web, route("experiment_save", http.MethodPut, "experiments/{id}", "Add (0) or change a draft", tag, account.PermProductEdit),
		func(ctx context.Context, in *struct {
			ByID
			Body ExperimentInput
		},
		) (*web.Body[Made], error) {
			b := in.Body
			c := commerce.ExperimentChange{ID: in.ID, Version: b.Version, SKUID: b.SKUID, Name: b.Name, MinFen: b.MinFen, EndsAt: b.EndsAt}
			for _, v := range b.Variants {
				c.Variants = append(c.Variants, commerce.Variant{Label: v.Label, PriceFen: v.PriceFen, Weight: v.Weight})
			}
			n, err := r.Commerce.SaveExperiment(ctx, c)
			return web.Answer(Made{n}), err
		})
	web.Handle(r.web, route("experiment_start", http.MethodPost, "experiments/{id}/start", "Let a price experiment run", tag, account.PermProductEdit),
		func(ctx context.Context, in *ByID) (*none, error) { return nil, r.Commerce.StartExperiment(ctx, in.ID) })
	web.Handle(r.web, route("experiment_stop", http.MethodPost, "experiments/{id}/stop", "End a price experiment", tag, account.PermProductEdit),
		func(ctx context.Context, in *ByID) (*none, error) { return nil, r.Commerce.StopExperiment(ctx, in.ID) })
}

func (r *routes) experiment(ctx context.Context, in *ByID) (*web.Body[ExperimentView], error) {
	e, vs, err := r.Commerce.Experiment(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	rows, err := r.Commerce.Outcomes(ctx, e, vs)
	v := ExperimentView{ExperimentRow: experimentRow(e), Outcomes: []OutcomeView{}}
	for _, o := range rows {
		v.Few = v.Few || o.Visitors < commerce.FewVisitors || o.Buyers < commerce.FewBuyers
		v.Outcomes = append(v.Outcomes, OutcomeView{
			o.Label, o.PriceFen, o.Weight, o.Published, o.Visitors, o.Buyers, o.RevenueFen, EstimateView(o.Conversion), EstimateView(o.PerVisitor),
		})
	}
	return web.Answer(v), err
}
