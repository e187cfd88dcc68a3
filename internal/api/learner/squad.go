package learner

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"zhizhou/internal/challenge"
	"zhizhou/internal/web"
)

// PostView is a check-in before the squad.
type PostView struct {
	ID        int64              `json:"id"`
	Nickname  string             `json:"nickname"`
	Me        bool               `json:"me"`
	Day       int64              `json:"day" doc:"YYYYMMDD"`
	MadeUp    bool               `json:"made_up"`
	Task      string             `json:"task"`
	Text      string             `json:"body"`
	State     string             `json:"state" enum:"pending,shown,hidden" doc:"Of another's: shown"`
	Reason    string             `json:"reason"`
	Likes     int64              `json:"likes"`
	Liked     bool               `json:"liked" doc:"By me"`
	Reviewed  bool               `json:"reviewed" doc:"By me"`
	Files     []HomeworkFileView `json:"files" nullable:"false"`
	Reviews   []PeerView         `json:"reviews" nullable:"false"`
	CreatedAt int64              `json:"created_at"`
}

// PeerView is what a member says of another's day.
type PeerView struct {
	Nickname string `json:"nickname"`
	Me       bool   `json:"me"`
	Text     string `json:"body"`
	State    string `json:"state" enum:"pending,shown,hidden" doc:"Of another's: shown"`
}

// BoardView is who leads a class.
type BoardView struct {
	Week   int64            `json:"week" doc:"Its Monday, YYYYMMDD; 0: the whole challenge"`
	Rows   []PlaceView      `json:"rows" nullable:"false" doc:"The first 50"`
	Own    PlaceView        `json:"own" doc:"place 0: nothing collected yet"`
	Squads []SquadPlaceView `json:"squads" nullable:"false"`
}

// PlaceView is somebody on a board.
type PlaceView struct {
	Place    int64  `json:"place" doc:"Equal scores share one: 1, 1, 3"`
	Nickname string `json:"nickname"`
	Me       bool   `json:"me"`
	CheckIns int64  `json:"check_ins"`
	Score    int64  `json:"score"`
}

// SquadPlaceView is a squad on a board.
type SquadPlaceView struct {
	Place    int64  `json:"place"`
	Name     string `json:"name"`
	Mine     bool   `json:"mine"`
	Members  int64  `json:"members"`
	CheckIns int64  `json:"check_ins"`
	Owed     int64  `json:"owed" doc:"Days of its members that are owed by now, today's among them"`
	Permille int64  `json:"permille" doc:"check_ins of owed"`
}

func limitKey(ctx context.Context) string { return strconv.FormatInt(web.UserID(ctx), 10) }

func (r *routes) squads() {
	const tag = "challenge"
	learner := func(id, method, path, summary string) web.Route {
		return web.Route{ID: id, Method: method, Path: path, Summary: summary, Tag: tag, Need: web.Learner}
	}
	quiet := func(x web.Route) web.Route { x.Status = http.StatusNoContent; return x }
	peers := web.NewLimiter(peersPerMinute, time.Minute)
	web.Handle(r.web, learner("squad_found", http.MethodPost, "/api/classes/{id}/squad", "Begin a squad of my own and ask others into it; who stands in one stays there"),
		func(ctx context.Context, in *lessonPath) (*web.Body[ChallengeHome], error) {
			if err := r.Challenge.Found(ctx, web.UserID(ctx), in.ID); err != nil {
				return nil, err
			}
			return r.challengeHome(ctx, in.ID)
		})
	web.Handle(r.web, learner("squad_feed", http.MethodGet, "/api/classes/{id}/feed", "What my squad did, newest first"),
		func(ctx context.Context, in *struct {
			ID int64 `path:"id"`
			web.PageQuery
		},
		) (*web.Body[web.List[PostView]], error) {
			before, err := in.Keys(1)
			if err != nil {
				return nil, err
			}
			me := web.UserID(ctx)
			rows, err := r.Challenge.Feed(ctx, me, in.ID, first(before), in.Limit+1)
			return web.Answer(web.Page(rows, in.Limit, func(p challenge.Post) PostView { return postView(p, me) }, func(p challenge.Post) []int64 { return []int64{p.ID} })), err
		})
	web.Handle(r.web, quiet(learner("mate_remind", http.MethodPost, "/api/classes/{id}/mates/{mate}/reminder", "Remind a mate of my squad of today's check-in, once a day; from 8 to 21 o'clock")),
		func(ctx context.Context, in *struct {
			ID   int64 `path:"id"`
			Mate int64 `path:"mate"`
		},
		) (*none, error) {
			if err := r.seldom(ctx, peers); err != nil {
				return nil, err
			}
			return nil, r.Challenge.Remind(ctx, web.UserID(ctx), in.ID, in.Mate)
		})
	web.Handle(r.web, quiet(learner("check_in_like", http.MethodPut, "/api/check-ins/{id}/like", "Like another's check-in, or take that back")),
		func(ctx context.Context, in *struct {
			ID   int64 `path:"id"`
			Body struct {
				On bool `json:"on"`
			}
		},
		) (*none, error) {
			if err := r.seldom(ctx, peers); err != nil {
				return nil, err
			}
			return nil, r.Challenge.Like(ctx, web.UserID(ctx), in.ID, in.Body.On)
		})
	web.Handle(r.web, quiet(learner("check_in_review", http.MethodPut, "/api/check-ins/{id}/review", "Say something of another's check-in, once")),
		func(ctx context.Context, in *struct {
			ID   int64 `path:"id"`
			Body struct {
				Text string `json:"body" maxLength:"800"`
			}
		},
		) (*none, error) {
			if err := r.seldom(ctx, peers); err != nil {
				return nil, err
			}
			return nil, r.Challenge.Review(ctx, web.UserID(ctx), in.ID, in.Body.Text)
		})
	web.Handle(r.web, learner("challenge_board", http.MethodGet, "/api/classes/{id}/board", "Who leads a class that I am in"),
		func(ctx context.Context, in *struct {
			ID   int64  `path:"id"`
			Span string `query:"span" enum:"week,whole" default:"week" doc:"week: from nothing on Monday"`
		},
		) (*web.Body[BoardView], error) {
			me := web.UserID(ctx)
			b, err := r.Challenge.Board(ctx, me, in.ID, in.Span == "week")
			if err != nil {
				return nil, err
			}
			v := BoardView{Week: challenge.DayOf(b.Week), Rows: []PlaceView{}, Own: placeView(b.Own, me), Squads: []SquadPlaceView{}}
			for _, x := range b.Rows {
				v.Rows = append(v.Rows, placeView(x, me))
			}
			for _, x := range b.Squads {
				v.Squads = append(v.Squads, SquadPlaceView{x.Place, x.Name, x.SquadID == b.Squad, x.Members, x.CheckIns, x.Owed, x.Permille})
			}
			return web.Answer(v), nil
		})
}

func placeView(p challenge.Place, me int64) PlaceView {
	return PlaceView{p.Place, p.Nickname, p.UserID == me, p.CheckIns, p.Score}
}

func postView(p challenge.Post, me int64) PostView {
	v := PostView{
		ID: p.ID, Nickname: p.Nickname, Me: p.UserID == me, Day: challenge.DayOf(p.Day), MadeUp: p.MadeUp, Task: p.Task, Text: p.Body, State: p.State, Reason: p.Reason, Likes: p.Likes,
		Liked: p.OwnLike == 1, Reviewed: p.OwnReview > 0, Files: []HomeworkFileView{}, Reviews: []PeerView{}, CreatedAt: p.CreatedAt,
	}
	for _, f := range p.Files {
		v.Files = append(v.Files, HomeworkFileView{f.ID, f.Name, f.Bytes, f.Mime})
	}
	for _, x := range p.Reviews {
		v.Reviews = append(v.Reviews, PeerView{x.Nickname, x.UserID == me, x.Body, x.State})
	}
	return v
}
