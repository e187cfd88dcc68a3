package learner

import (
	"context"
	"net/http"

	"zhizhou/internal/points"
	"zhizhou/internal/web"
)

// PointsView is what the caller has, and how points work here.
type PointsView struct {
	Balance     int64 `json:"balance"`
	Held        int64 `json:"held" doc:"Kept by orders that wait for money"`
	Owed        int64 `json:"owed" doc:"The next points pay this first"`
	NextAt      int64 `json:"next_at" doc:"When points expire next: they are usable before, not at it; 0: none do"`
	PerYuan     int64 `json:"per_yuan" doc:"So many pay ¥1"`
	MaxShare    int64 `json:"max_share" doc:"At most so many percent of an order; 0: points do not pay here"`
	EarnPerYuan int64 `json:"earn_per_yuan" doc:"For each yuan paid; 0: none"`
}

// PointMoveView is one change of the caller's points.
type PointMoveView struct {
	ID     int64  `json:"id"`
	Kind   string `json:"kind" enum:"earn,grant,return,hold,release,spend,reclaim,deduct,expire"`
	Points int64  `json:"points"`
	Note   string `json:"note"`
	At     int64  `json:"at"`
}

func (r *routes) points() {
	learner := func(id, path, summary string) web.Route {
		return web.Route{ID: id, Method: http.MethodGet, Path: path, Summary: summary, Tag: "points", Need: web.Learner}
	}
	web.Handle(r.web, learner("points", "/api/me/points", "The caller's points"), func(ctx context.Context, _ *none) (*web.Body[PointsView], error) {
		t, err := r.Points.Terms(ctx)
		if err != nil {
			return nil, err
		}
		a, err := r.Points.Account(ctx, r.Points.DB, web.UserID(ctx))
		if err != nil {
			return nil, err
		}
		next, err := r.Points.NextExpiry(ctx, web.UserID(ctx))
		return web.Answer(PointsView{a.Balance, a.Held, a.Owed, next, t.PerYuan, t.MaxShare, t.EarnPerYuan}), err
	})
	web.Handle(r.web, learner("point_moves", "/api/me/points/moves", "How the caller's points changed, newest first"),
		func(ctx context.Context, in *struct{ web.PageQuery }) (*web.Body[web.List[PointMoveView]], error) {
			before, err := in.Keys(1)
			if err != nil {
				return nil, err
			}
			rows, err := r.Points.Moves(ctx, web.UserID(ctx), first(before), in.Limit+1)
			if err != nil {
				return nil, err
			}
			return web.Answer(web.Page(rows, in.Limit, func(m points.Move) PointMoveView {
				return PointMoveView{m.ID, m.Kind, m.Points, m.Note, m.At}
			}, func(m points.Move) []int64 { return []int64{m.ID} })), nil
		})
}
