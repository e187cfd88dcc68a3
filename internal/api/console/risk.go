package console

import (
	"context"
	"net/http"

	"zhizhou/internal/account"
	"zhizhou/internal/risk"
	"zhizhou/internal/web"
)

// RiskReason is a rule that held, with its figure.
type RiskReason struct {
	Rule    int64  `json:"rule"`
	Version int64  `json:"version"`
	Feature string `json:"feature"`
	Value   int64  `json:"value"`
	Points  int64  `json:"points"`
	Words   string `json:"words"`
}

// RiskCaseRow is somebody whose rewards a person decides about.
type RiskCaseRow struct {
	ID          int64        `json:"id"`
	UserID      int64        `json:"user_id"`
	Nickname    string       `json:"nickname"`
	PhoneMasked string       `json:"phone_masked" doc:"For those who may see learners, else empty"`
	Act         string       `json:"act"`
	Score       int64        `json:"score"`
	Action      string       `json:"action" enum:"review,block"`
	Reasons     []RiskReason `json:"reasons" nullable:"false"`
	State       string       `json:"state" enum:"open,cleared,confirmed"`
	OpenedAt    int64        `json:"opened_at"`
	DecidedAt   int64        `json:"decided_at"`
	Reason      string       `json:"reason"`
	Appeal      string       `json:"appeal"`
	AppealedAt  int64        `json:"appealed_at"`
	Answer      string       `json:"answer"`
	AnsweredAt  int64        `json:"answered_at"`
}

// RiskWaiting is how much waits for a person.
type RiskWaiting struct {
	Cases   int64 `json:"cases" doc:"Open ones"`
	Appeals int64 `json:"appeals" doc:"Without an answer"`
}

// RiskJudged is a judgement as it was made.
type RiskJudged struct {
	ID      int64        `json:"id"`
	Act     string       `json:"act"`
	Score   int64        `json:"score"`
	Action  string       `json:"action"`
	Reasons []RiskReason `json:"reasons" nullable:"false"`
	At      int64        `json:"at"`
}

// RiskCaseView is a case with the last judgements of the learner.
type RiskCaseView struct {
	RiskCaseRow
	Judged []RiskJudged `json:"judged" nullable:"false"`
}

// RiskRuleInput is what adds points.
type RiskRuleInput struct {
	Feature    string `json:"feature"`
	Comparison string `json:"comparison" enum:"ge,le"`
	Threshold  int64  `json:"threshold"`
	Points     int64  `json:"points"`
	Action     string `json:"action" enum:"allow,check,delay,review,block" doc:"At least; allow: the score alone decides"`
	Enabled    bool   `json:"enabled"`
	Version    int64  `json:"version" doc:"Of the rule that is changed; 0: a new one"`
}

// RiskRuleView is a rule.
type RiskRuleView struct {
	ID int64 `json:"id"`
	RiskRuleInput
}

// RiskBands are the scores from which on something is done.
type RiskBands struct {
	Check   int64 `json:"check"`
	Delay   int64 `json:"delay"`
	Review  int64 `json:"review"`
	Block   int64 `json:"block"`
	Version int64 `json:"version"`
}

// RiskFeature is a figure that a rule may look at.
type RiskFeature struct {
	Key   string `json:"key"`
	Label string `json:"label"`
}

// RiskRulesView is all of them.
type RiskRulesView struct {
	Rules    []RiskRuleView `json:"rules" nullable:"false"`
	Bands    RiskBands      `json:"bands"`
	Features []RiskFeature  `json:"features" nullable:"false"`
}

func riskReasons(rows []risk.Reason) []RiskReason {
	out := []RiskReason{}
	for _, r := range rows {
		out = append(out, RiskReason(r))
	}
	return out
}

func riskRow(ctx context.Context) func(c risk.Case) RiskCaseRow {
	phones := account.Allowed(web.CallerOf(ctx).Staff.Role, account.PermUserRead)
	return func(c risk.Case) RiskCaseRow {
		if !phones {
			c.PhoneMasked = ""
		}
		return RiskCaseRow{c.ID, c.UserID, c.Nickname, c.PhoneMasked, c.Act, c.Score, c.Action, riskReasons(c.Reasons), c.State, c.OpenedAt, c.DecidedAt, c.Reason, c.Appeal, c.AppealedAt, c.Answer, c.AnsweredAt}
	}
}

func (in RiskRuleInput) rule(ruleID int64) risk.Rule {
	enabled := int64(0)
	if in.Enabled {
		enabled = 1
	}
	return risk.Rule{ID: ruleID, Feature: in.Feature, Comparison: in.Comparison, Threshold: in.Threshold, Points: in.Points, Action: in.Action, Enabled: enabled, Version: in.Version}
}

func (r *routes) risk() {
	const tag = "risk"
	web.Handle(r.web, route("risk_cases", http.MethodGet, "risk/cases", "Whose rewards wait for a decision, newest first", tag, account.PermRisk),
		func(ctx context.Context, in *struct {
			web.PageQuery
			State string `query:"state" enum:"open,appeal,cleared,confirmed" default:"open"`
		},
		) (*web.Body[web.List[RiskCaseRow]], error) {
			before, err := in.Keys(1)
			if err != nil {
				return nil, err
			}
			rows, err := r.Risk.Cases(ctx, in.State, first(before), in.Limit+1)
			return web.Answer(web.Page(rows, in.Limit, riskRow(ctx), func(c risk.Case) []int64 { return []int64{c.ID} })), err
		})
	web.Handle(r.web, route("risk_waiting", http.MethodGet, "risk/waiting", "How many cases and appeals wait for a person", tag, account.PermRisk),
		func(ctx context.Context, _ *none) (*web.Body[RiskWaiting], error) {
			w, err := r.Risk.Waiting(ctx)
			return web.Answer(RiskWaiting(w)), err
		})
	web.Handle(r.web, route("risk_case", http.MethodGet, "risk/cases/{id}", "A case with what was judged before", tag, account.PermRisk),
		func(ctx context.Context, in *ByID) (*web.Body[RiskCaseView], error) {
			c, err := r.Risk.Case(ctx, in.ID)
			if err != nil {
				return nil, err
			}
			v := RiskCaseView{riskRow(ctx)(c), []RiskJudged{}}
			rows, err := r.Risk.Judgements(ctx, c.UserID)
			for _, j := range rows {
				v.Judged = append(v.Judged, RiskJudged{j.ID, j.Act, j.Score, j.Action, riskReasons(j.Reasons), j.At})
			}
			return web.Answer(v), err
		})
	web.Handle(r.web, quiet(route("risk_decide", http.MethodPost, "risk/cases/{id}/decide", "Clear or confirm a case, or answer its appeal; the learner is told why", tag, account.PermRisk)),
		func(ctx context.Context, in *struct {
			ByID
			Body struct {
				Cleared bool   `json:"cleared"`
				Reason  string `json:"reason" maxLength:"1000"`
			}
		},
		) (*none, error) {
			return nil, r.Risk.Decide(ctx, in.ID, in.Body.Cleared, in.Body.Reason)
		})
	web.Handle(r.web, route("risk_rules", http.MethodGet, "risk/rules", "By which rules rewards are judged", tag, account.PermRisk),
		func(ctx context.Context, _ *none) (*web.Body[RiskRulesView], error) {
			rules, b, err := r.Risk.Rules(ctx)
			v := RiskRulesView{Rules: []RiskRuleView{}, Bands: RiskBands(b), Features: []RiskFeature{}}
			for _, x := range rules {
				v.Rules = append(v.Rules, RiskRuleView{x.ID, RiskRuleInput{x.Feature, x.Comparison, x.Threshold, x.Points, x.Action, x.Enabled == 1, x.Version}})
			}
			for _, f := range risk.FeaturesKnown {
				v.Features = append(v.Features, RiskFeature{f.Key, f.Label})
			}
			return web.Answer(v), err
		})
	web.Handle(r.web, quiet(route("risk_rule_save", http.MethodPut, "risk/rules/{id}", "Add (0) or change a rule", tag, account.PermRisk)),
		func(ctx context.Context, in *struct {
			ByID
			Body RiskRuleInput
		},
		) (*none, error) {
			_, err := r.Risk.SaveRule(ctx, in.Body.rule(in.ID))
			return nil, err
		})
	web.Handle(r.web, quiet(route("risk_bands_save", http.MethodPut, "risk/bands", "Change from which scores on something is done", tag, account.PermRisk)),
		func(ctx context.Context, in *struct{ Body RiskBands }) (*none, error) {
			return nil, r.Risk.SaveBands(ctx, risk.Bands(in.Body))
		})
}
