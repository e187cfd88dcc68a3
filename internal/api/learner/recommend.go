package learner

import (
	"context"
	"errors"
	"net/http"

	"zhizhou/internal/catalog"
	"zhizhou/internal/web"
)

// PickView is a course that is put forward, and why.
type PickView struct {
	Kind   string     `json:"kind" enum:"together,alike,editor,shelf" doc:"together, alike: by what the learner took; editor: the school puts it forward; shelf: it fills the list"`
	Reason string     `json:"reason" doc:"Empty when there is none to tell"`
	Course CourseCard `json:"course"`
}

// AlsoView is a course that learners of another one took too.
type AlsoView struct {
	People int64      `json:"people" doc:"Who took both; three at least"`
	Course CourseCard `json:"course"`
}

// AlsoList are those, the closest first.
type AlsoList struct {
	Items []AlsoView `json:"items" nullable:"false"`
}

// PersonalView is whether study may choose what a learner is shown.
type PersonalView struct {
	On bool `json:"on"`
}

// homePicks is how many courses the home page puts forward.
const homePicks = 6

// picks are the courses that the home page puts forward: those that go with the
// learner's study, then the school's.
func (r *routes) picks(ctx context.Context) ([]PickView, error) {
	had, kinds, reasons, list := map[int64]bool{}, []string{}, []string{}, []catalog.Card{}
	if userID := web.UserID(ctx); userID != 0 {
		chosen, mine, err := r.Recommend.For(ctx, userID, platform(ctx), homePicks)
		if err != nil {
			return nil, err
		}
		had = mine
		for _, p := range chosen {
			had[p.Card.ID] = true
			kinds, reasons, list = append(kinds, p.Kind), append(reasons, p.Reason()), append(list, p.Card)
		}
	}
	if len(list) < homePicks {
		shelf, err := r.Catalog.Shelf(ctx, platform(ctx), 0, catalog.Recommended, nil, homePicks+len(had))
		if err != nil {
			return nil, err
		}
		for _, c := range shelf {
			kind, reason := "shelf", ""
			if c.Recommended {
				kind, reason = "editor", "编辑推荐"
			}
			if !had[c.ID] && len(list) < homePicks {
				kinds, reasons, list = append(kinds, kind), append(reasons, reason), append(list, c)
			}
		}
	}
	views := cards(list)
	if err := r.dealt(ctx, views); err != nil {
		return nil, err
	}
	out := make([]PickView, len(views))
	for i, v := range views {
		out[i] = PickView{kinds[i], reasons[i], v}
	}
	return out, nil
}

func (r *routes) recommending() {
	web.Handle(r.web, web.Route{ID: "also", Method: http.MethodGet, Path: "/api/courses/{id}/also", Summary: "What learners of this course took too", Tag: "shop", Need: web.Public, Cache: publicCache},
		func(ctx context.Context, in *struct {
			ID int64 `path:"id"`
		},
		) (*web.Body[AlsoList], error) {
			if ok, err := r.Catalog.Visible(ctx, in.ID); err != nil || !ok {
				return nil, errors.Join(err, catalog.ErrCourseGone)
			}
			near, err := r.Recommend.Also(ctx, in.ID)
			if err != nil {
				return nil, err
			}
			ids := make([]int64, len(near))
			for i, n := range near {
				ids[i] = n.CourseID
			}
			shown, err := r.Catalog.Shown(ctx, platform(ctx), ids)
			if err != nil {
				return nil, err
			}
			var people []int64
			var list []catalog.Card
			for _, n := range near {
				if c, ok := shown[n.CourseID]; ok && len(list) < 4 {
					people, list = append(people, n.People), append(list, c)
				}
			}
			views := cards(list)
			if err := r.dealt(ctx, views); err != nil {
				return nil, err
			}
			v := AlsoList{Items: []AlsoView{}}
			for i, c := range views {
				v.Items = append(v.Items, AlsoView{people[i], c})
			}
			return web.Answer(v), nil
		})
	at := func(id, method, summary string) web.Route {
		return web.Route{ID: id, Method: method, Path: "/api/me/personalization", Summary: summary, Tag: "me", Need: web.Learner}
	}
	web.Handle(r.web, at("personalization", http.MethodGet, "Whether study may choose what is shown"),
		func(ctx context.Context, _ *none) (*web.Body[PersonalView], error) {
			on, err := r.Recommend.Personal(ctx, web.UserID(ctx))
			return web.Answer(PersonalView{on}), err
		})
	web.Handle(r.web, at("personalization_set", http.MethodPut, "Switch that on or off"),
		func(ctx context.Context, in *struct{ Body PersonalView }) (*web.Body[PersonalView], error) {
			return web.Answer(in.Body), r.Recommend.SetPersonal(ctx, web.UserID(ctx), in.Body.On)
		})
}
