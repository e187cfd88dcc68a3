package learner

import (
	"context"
	"net/http"

	"zhizhou/internal/signin"
	"zhizhou/internal/web"
)

// SignInView is what the caller's daily sign-ins add up to.
type SignInView struct {
	Today   int64       `json:"today" doc:"YYYYMMDD, Shanghai"`
	Signed  bool        `json:"signed" doc:"Today"`
	Streak  int64       `json:"streak" doc:"Days in a row that still stand"`
	Best    int64       `json:"best"`
	Total   int64       `json:"total"`
	Days    []SignInDay `json:"days" nullable:"false" doc:"Of the last 28 days, the oldest first"`
	Missed  []int64     `json:"missed" nullable:"false" doc:"Days of the last week that may be made up"`
	MakeUps int64       `json:"make_ups" doc:"How many are left this month"`
	Next    int64       `json:"next" doc:"Points for the next sign-in"`
	Points  int64       `json:"points" doc:"For each day"`
	Bonus   int64       `json:"bonus" doc:"Besides, for each seventh day in a row"`
}

// SignInDay is a day that the caller signed in on.
type SignInDay struct {
	Day    int64 `json:"day"`
	MadeUp bool  `json:"made_up"`
	Points int64 `json:"points"`
}

func signInView(st signin.State) SignInView {
	v := SignInView{st.Today, st.Signed, st.Streak, st.Best, st.Total, []SignInDay{}, st.Missed, st.MakeUps, st.Next, st.Terms.Points, st.Terms.Bonus}
	if v.Missed == nil {
		v.Missed = []int64{}
	}
	for _, d := range st.Days {
		v.Days = append(v.Days, SignInDay{d.Day, d.MadeUp == 1, d.Points})
	}
	return v
}

func (r *routes) signIns() {
	route := func(id, method, path, summary string) web.Route {
		return web.Route{ID: id, Method: method, Path: path, Summary: summary, Tag: "sign_in", Need: web.Learner}
	}
	web.Handle(r.web, route("sign_in_state", http.MethodGet, "/api/me/sign-in", "My daily sign-ins; 404 where the school has none"),
		func(ctx context.Context, _ *none) (*web.Body[SignInView], error) {
			st, err := r.SignIn.State(ctx, web.UserID(ctx))
			return web.Answer(signInView(st)), err
		})
	web.Handle(r.web, route("sign_in", http.MethodPost, "/api/me/sign-in", "Sign in for today; again changes nothing"),
		func(ctx context.Context, _ *none) (*web.Body[SignInView], error) {
			st, err := r.SignIn.SignIn(ctx, web.UserID(ctx))
			return web.Answer(signInView(st)), err
		})
	web.Handle(r.web, route("sign_in_make_up", http.MethodPost, "/api/me/sign-in/make-up", "Make a missed day up; it pays nothing"),
		func(ctx context.Context, in *struct {
			Body struct {
				Day int64 `json:"day" minimum:"20200101" maximum:"99991231"`
			}
		},
		) (*web.Body[SignInView], error) {
			st, err := r.SignIn.MakeUp(ctx, web.UserID(ctx), in.Body.Day)
			return web.Answer(signInView(st)), err
		})
}
