package learner

import (
	"context"
	"errors"
	"net/http"

	"zhizhou/internal/catalog"
	"zhizhou/internal/errs"
	"zhizhou/internal/rating"
	"zhizhou/internal/web"
)

// RatingView is what a learner said of a course, as others see it.
type RatingView struct {
	ID        int64  `json:"id"`
	Author    string `json:"author"`
	Stars     int64  `json:"stars" minimum:"1" maximum:"5"`
	Body      string `json:"body"`
	Edited    bool   `json:"edited"`
	Reply     string `json:"reply" doc:"Of the school; empty: none"`
	ReplyName string `json:"reply_name"`
	RepliedAt int64  `json:"replied_at"`
	CreatedAt int64  `json:"created_at"`
}

// RatingsView is how a course is rated.
type RatingsView struct {
	Count   int64        `json:"count"`
	Enough  bool         `json:"enough" doc:"Enough rated it to show an average"`
	Average float64      `json:"average" doc:"With one decimal; 0 unless enough"`
	Stars   []int64      `json:"stars" nullable:"false" doc:"How many gave one to five stars; zeros unless enough"`
	Items   []RatingView `json:"items" nullable:"false" doc:"The newest words"`
}

// OwnRatingView is one's own rating.
type OwnRatingView struct {
	ID        int64  `json:"id" doc:"0: there is none"`
	Stars     int64  `json:"stars"`
	Body      string `json:"body"`
	State     string `json:"state" enum:",bare,pending,shown,hidden" doc:"Of the words; bare: there are none"`
	Reason    string `json:"reason" doc:"Why they are hidden"`
	Counts    bool   `json:"counts" doc:"False: the course was given back"`
	Reply     string `json:"reply"`
	ReplyName string `json:"reply_name"`
	Version   int64  `json:"version"`
	May       bool   `json:"may" doc:"It may be given or changed"`
	Why       string `json:"why" enum:",rating_not_had,rating_study_first,rating_own" doc:"Why not"`
}

// firstRatings is how many the course page shows.
const firstRatings = 3

func ratingView(r rating.Rating) RatingView {
	return RatingView{r.ID, masked(r.Nickname), r.Stars, r.Body, r.Version > 1, r.Reply, r.ReplyName, r.RepliedAt, r.CreatedAt}
}

func (r *routes) ratings() {
	const tag = "rating"
	web.Handle(r.web, web.Route{ID: "course_rating", Method: http.MethodGet, Path: "/api/courses/{id}/rating", Summary: "How a course is rated, with the newest words", Tag: tag, Need: web.Public, Cache: publicCache},
		func(ctx context.Context, in *lessonPath) (*web.Body[RatingsView], error) {
			if err := r.onShelf(ctx, in.ID); err != nil {
				return nil, err
			}
			t, err := r.Rating.Of(ctx, in.ID)
			if err != nil {
				return nil, err
			}
			v := RatingsView{Count: t.Count(), Average: float64(t.Tenths()) / 10, Stars: []int64{0, 0, 0, 0, 0}, Items: []RatingView{}}
			if v.Enough = v.Count >= rating.Enough; v.Enough {
				v.Stars = []int64{t.One, t.Two, t.Three, t.Four, t.Five}
			}
			rows, err := r.Rating.Shown(ctx, in.ID, 0, 0, firstRatings)
			for _, x := range rows {
				v.Items = append(v.Items, ratingView(x))
			}
			return web.Answer(v), err
		})
	web.Handle(r.web, web.Route{ID: "course_ratings", Method: http.MethodGet, Path: "/api/courses/{id}/ratings", Summary: "What learners say of a course, newest first", Tag: tag, Need: web.Public, Cache: publicCache},
		func(ctx context.Context, in *struct {
			ID int64 `path:"id"`
			web.PageQuery
			Stars int64 `query:"stars" minimum:"0" maximum:"5" doc:"0: any number"`
		},
		) (*web.Body[web.List[RatingView]], error) {
			before, err := in.Keys(1)
			if err != nil {
				return nil, err
			}
			if err := r.onShelf(ctx, in.ID); err != nil {
				return nil, err
			}
			rows, err := r.Rating.Shown(ctx, in.ID, in.Stars, firstKey(before), in.Limit+1)
			return web.Answer(web.Page(rows, in.Limit, ratingView, func(x rating.Rating) []int64 { return []int64{x.ID} })), err
		})
	own := func(id, method, summary string) web.Route {
		return web.Route{ID: id, Method: method, Path: "/api/courses/{id}/rating/mine", Summary: summary, Tag: tag, Need: web.Learner}
	}
	web.Handle(r.web, own("rating_mine", http.MethodGet, "My rating of a course, or whether I may give one"),
		func(ctx context.Context, in *lessonPath) (*web.Body[OwnRatingView], error) {
			return r.ownRating(ctx, in.ID)
		})
	web.Handle(r.web, own("rating_save", http.MethodPut, "Rate a course, or change that; words are looked at before others see them"),
		func(ctx context.Context, in *struct {
			ID   int64 `path:"id"`
			Body struct {
				Stars   int64  `json:"stars" minimum:"1" maximum:"5"`
				Text    string `json:"body,omitempty" maxLength:"2000"`
				Version int64  `json:"version" minimum:"0" doc:"That was read; 0: there was none"`
			}
		},
		) (*web.Body[OwnRatingView], error) {
			if _, err := r.Rating.Save(ctx, web.UserID(ctx), in.ID, rating.Said{Stars: in.Body.Stars, Body: in.Body.Text, Version: in.Body.Version}); err != nil {
				return nil, err
			}
			return r.ownRating(ctx, in.ID)
		})
	withdraw := own("rating_withdraw", http.MethodDelete, "Take my rating back")
	withdraw.Status = http.StatusNoContent
	web.Handle(r.web, withdraw, func(ctx context.Context, in *lessonPath) (*none, error) {
		return nil, r.Rating.Withdraw(ctx, web.UserID(ctx), in.ID)
	})
}

// onShelf refuses a course that is not public.
func (r *routes) onShelf(ctx context.Context, courseID int64) error {
	ok, err := r.Catalog.Visible(ctx, courseID)
	if err == nil && !ok {
		err = catalog.ErrCourseGone
	}
	return err
}

func (r *routes) ownRating(ctx context.Context, courseID int64) (*web.Body[OwnRatingView], error) {
	m, err := r.Rating.Own(ctx, web.UserID(ctx), courseID)
	if err != nil {
		return nil, err
	}
	x := m.Rating
	if x.ID == 0 && errors.Is(m.May, rating.ErrNotHad) {
		if err := r.onShelf(ctx, courseID); err != nil {
			return nil, err
		}
	}
	v := OwnRatingView{ID: x.ID, Stars: x.Stars, Body: x.Body, State: x.State, Reason: x.Reason, Counts: x.Kept == 1, Reply: x.Reply, ReplyName: x.ReplyName, Version: x.Version, May: m.May == nil}
	var why *errs.E
	if errors.As(m.May, &why) {
		v.Why = why.Code
	}
	return web.Answer(v), nil
}
