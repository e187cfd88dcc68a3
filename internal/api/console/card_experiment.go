package console

import (
	"context"
	"net/http"

	"zhizhou/internal/account"
	"zhizhou/internal/card"
	"zhizhou/internal/web"
)

// CardVariantInput is one way to show cards.
type CardVariantInput struct {
	Label      string `json:"label" maxLength:"80"`
	TemplateID int64  `json:"template_id" minimum:"0" doc:"0: drawn as without the experiment"`
	Words      string `json:"words" maxLength:"240" doc:"That go along when a card is handed on; empty: the usual ones"`
	Weight     int64  `json:"weight" minimum:"1" maximum:"1000"`
}

// CardExperimentInput is what the form of an experiment saves; the first variant is what
// the others are compared with.
type CardExperimentInput struct {
	Version    int64              `json:"version"`
	Name       string             `json:"name" maxLength:"160"`
	CourseID   int64              `json:"course_id" minimum:"0" doc:"0: with the cards of all courses"`
	AutoWinner bool               `json:"auto_winner" doc:"Looked at each week; who wins for certain is used from then on"`
	Variants   []CardVariantInput `json:"variants" nullable:"false" minItems:"2" maxItems:"5"`
}

// CardExperimentRow is an experiment in the list.
type CardExperimentRow struct {
	ID         int64  `json:"id"`
	Name       string `json:"name"`
	Status     string `json:"status" enum:"draft,running,stopped"`
	CourseID   int64  `json:"course_id"`
	AutoWinner bool   `json:"auto_winner"`
	WinnerID   int64  `json:"winner_id"`
	StartedAt  int64  `json:"started_at"`
	StoppedAt  int64  `json:"stopped_at"`
	Version    int64  `json:"version"`
}

// CardOutcome is a variant with what its people did.
type CardOutcome struct {
	ID int64 `json:"id"`
	CardVariantInput
	Template string  `json:"template"`
	Seen     int64   `json:"seen" doc:"People who were shown a card"`
	Sharers  int64   `json:"sharers"`
	Shares   int64   `json:"shares"`
	Visits   int64   `json:"visits"`
	People   int64   `json:"people" doc:"Whose week is over"`
	Joins    int64   `json:"joins" doc:"Registrations that these brought within it"`
	Lift     float64 `json:"lift" doc:"More registrations a person than with the first variant"`
	Low      float64 `json:"low" doc:"Of an interval of 95 % that holds whenever somebody looks"`
	High     float64 `json:"high"`
	Known    bool    `json:"known" doc:"There are enough people for it to mean anything"`
	Certain  int     `json:"certain" doc:"1: better for certain, -1: worse, 0: neither"`
}

// CardExperimentDetail is an experiment with what became of it.
type CardExperimentDetail struct {
	CardExperimentRow
	Variants []CardOutcome `json:"variants" nullable:"false"`
}

func cardExperimentRow(e card.Experiment) CardExperimentRow {
	return CardExperimentRow{e.ID, e.Name, e.Status, e.CourseID, e.AutoWinner, e.WinnerID, e.StartedAt, e.StoppedAt, e.Version}
}

func (r *routes) cardExperiments() {
	const tag = "console card"
	web.Handle(r.web, route("card_experiments", http.MethodGet, "card-experiments", "Experiments with evidence cards, the newest first", tag, account.PermGrowthRead),
		func(ctx context.Context, in *struct{ web.PageQuery }) (*web.Body[web.List[CardExperimentRow]], error) {
			before, err := in.Keys(1)
			if err != nil {
				return nil, err
			}
			rows, err := r.Card.Experiments(ctx, first(before), in.Limit+1)
			return web.Answer(web.Page(rows, in.Limit, cardExperimentRow, func(e card.Experiment) []int64 { return []int64{e.ID} })), err
		})
	web.Handle(r.web, route("card_experiment", http.MethodGet, "card-experiments/{id}", "An experiment with what became of each variant", tag, account.PermGrowthRead),
		func(ctx context.Context, in *ByID) (*web.Body[CardExperimentDetail], error) {
			e, list, err := r.Card.Experiment(ctx, in.ID)
			v := CardExperimentDetail{cardExperimentRow(e), []CardOutcome{}}
			for _, o := range list {
				v.Variants = append(v.Variants, CardOutcome{
					o.ID, CardVariantInput{o.Label, o.TemplateID, o.Words, o.Weight}, o.Template, o.Seen, o.Sharers, o.Shares, o.Visits, o.People, o.Sum, o.Lift.Mean, o.Lift.Low, o.Lift.High, o.Lift.Known, o.Lift.Certain(),
				})
			}
			return web.Answer(v), err
		})
	web.Handle(r.web, route("card_experiment_save", http.MethodPut, "card-experiments/{id}", "Add (0) or change an experiment that has not begun", tag, account.PermCoursePublish),
		func(ctx context.Context, in *struct {
			ByID
			Body CardExperimentInput
		},
		) (*web.Body[Made], error) {
			b := in.Body
			vs := make([]card.Variant, len(b.Variants))
			for i, v := range b.Variants {
				vs[i] = card.Variant{Label: v.Label, TemplateID: v.TemplateID, Words: v.Words, Weight: v.Weight}
			}
			n, err := r.Card.SaveExperiment(ctx, card.Experiment{ID: in.ID, Version: b.Version, Name: b.Name, CourseID: b.CourseID, AutoWinner: b.AutoWinner}, vs)
			return web.Answer(Made{n}), err
		})
	web.Handle(r.web, quiet(route("card_experiment_start", http.MethodPost, "card-experiments/{id}/start", "Begin to show its variants", tag, account.PermCoursePublish)),
		func(ctx context.Context, in *ByID) (*none, error) { return nil, r.Card.StartExperiment(ctx, in.ID) })
	web.Handle(r.web, quiet(route("card_experiment_stop", http.MethodPost, "card-experiments/{id}/stop", "End it; nothing is changed by what it found", tag, account.PermCoursePublish)),
		func(ctx context.Context, in *ByID) (*none, error) { return nil, r.Card.StopExperiment(ctx, in.ID) })
}
