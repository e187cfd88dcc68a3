// Package points keeps what learners have collected and may pay with. Points are a
// discount that was promised, not money: the ledger knows nothing of them. An
// account is the sum of its moves; every move has a cause that can happen once, so
// a repeat changes nothing, and no balance is ever negative. It owns
// point_accounts, point_moves and point_holds.
package points

import (
	"context"

	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/errs"
	"zhizhou/internal/setting"
)

// The refusals of this domain.
var (
	ErrShort  = errs.New(errs.Conflict, "points_short", "积分不够，请刷新后重试")
	ErrGrant  = errs.New(errs.Invalid, "points_invalid", "请检查要发放的积分")
	ErrNobody = errs.New(errs.NotFound, "user_gone", "没有这位学员")
)

// Service keeps points.
type Service struct {
	DB       *db.DB
	Clock    clock.Clock
	Settings *setting.Store
}

// AskTerms asks how points are earned and paid with now, for ReadTerms to read.
func (s *Service) AskTerms(rows *[]setting.Row) db.Ask {
	return s.Settings.Ask(setting.NewPoints(), rows)
}

// ReadTerms is Terms with the answer of AskTerms.
func (s *Service) ReadTerms(rows []setting.Row) (setting.Points, error) {
	p := setting.NewPoints()
	_, err := s.Settings.Read(p, rows)
	return *p, err
}

// Terms returns how points are earned and paid with now.
func (s *Service) Terms(ctx context.Context) (setting.Points, error) {
	p := setting.NewPoints()
	_, err := s.Settings.Load(ctx, p)
	return *p, err
}
