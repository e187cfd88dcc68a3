package console

import (
	"context"
	"errors"
	"net/http"

	"zhizhou/internal/account"
	"zhizhou/internal/points"
	"zhizhou/internal/web"
)

// PointsView is what a learner has.
type PointsView struct {
	Balance int64          `json:"balance"`
	Held    int64          `json:"held"`
	Owed    int64          `json:"owed"`
	Moves   []PointMoveRow `json:"moves" nullable:"false" doc:"The latest 20"`
}

// PointMoveRow is one change.
type PointMoveRow struct {
	ID     int64  `json:"id"`
	Kind   string `json:"kind" enum:"earn,grant,return,hold,release,spend,reclaim,deduct,expire"`
	Points int64  `json:"points"`
	Note   string `json:"note"`
	At     int64  `json:"at"`
}

func (r *routes) points() {
	const tag = "console user"
	web.Handle(r.web, route("user_points", http.MethodGet, "users/{id}/points", "A learner's points", tag, account.PermUserRead),
		func(ctx context.Context, in *ByID) (*web.Body[PointsView], error) { return r.pointsOf(ctx, in.ID) })
	web.Handle(r.web, route("user_points_grant", http.MethodPost, "users/{id}/points", "Give a learner points, or take some", tag, account.PermProductEdit),
		func(ctx context.Context, in *struct {
			ByID
			Key  string `header:"Idempotency-Key" required:"true" minLength:"8" maxLength:"64"`
			Body struct {
				Points int64  `json:"points" doc:"Below 0: taken"`
				Reason string `json:"reason" maxLength:"400"`
			}
		},
		) (*web.Body[PointsView], error) {
			if err := r.Points.Grant(ctx, in.ID, in.Body.Points, in.Key, in.Body.Reason); err != nil {
				return nil, err
			}
			return r.pointsOf(ctx, in.ID)
		})
}

func (r *routes) pointsOf(ctx context.Context, userID int64) (*web.Body[PointsView], error) {
	if _, err := r.Account.User(ctx, userID); errors.Is(err, account.ErrSignIn) {
		return nil, web.ErrNotFound
	} else if err != nil {
		return nil, err
	}
	a, err := r.Points.Account(ctx, r.Points.DB, userID)
	if err != nil {
		return nil, err
	}
	rows, err := r.Points.Moves(ctx, userID, 0, 20)
	v := PointsView{a.Balance, a.Held, a.Owed, []PointMoveRow{}}
	for _, m := range rows {
		v.Moves = append(v.Moves, pointMoveRow(m))
	}
	return web.Answer(v), err
}

func pointMoveRow(m points.Move) PointMoveRow {
	return PointMoveRow{m.ID, m.Kind, m.Points, m.Note, m.At}
}
