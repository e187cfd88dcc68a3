package share

import (
	"cmp"
	"context"
)

// Sift narrows the shares that staff look at.
type Sift struct {
	Kind    string
	Channel string
	UserID  int64 // 0: of all
}

// Row is a share with what came of it and who made it.
type Row struct {
	Result
	Nickname string
}

// Buy is an order that a share is a touch of.
type Buy struct {
	OrderID   int64
	No        string
	Buyer     string
	Place     int64 // from the first touch
	IsFirst   bool
	IsLast    bool
	WeightPPM int64 `db:"weight_ppm"` // its part by place
	PaidFen   int64
	PaidAt    int64
}

// Newcomer is somebody who registered by a share.
type Newcomer struct {
	UserID   int64
	Nickname string
	JoinedAt int64
}

// All lists shares for staff, the newest first, before an id.
func (s *Service) All(ctx context.Context, f Sift, before int64, limit int) ([]Row, error) {
	var rows []Row
	err := s.DB.List(ctx, qAll, &rows, f.Kind, f.Channel, f.UserID, before, limit)
	return rows, err
}

// Path is where a share stands in the graph: the shares that led to it, the oldest first
// and itself last, and the orders that it is a touch of. Returns ErrGone.
func (s *Service) Path(ctx context.Context, shareID int64) (up []Row, joined []Newcomer, buys []Buy, err error) {
	if err := s.DB.List(ctx, qWay, &up, shareID); err != nil {
		return nil, nil, nil, err
	}
	if len(up) == 0 {
		return nil, nil, nil, ErrGone
	}
	if err := s.DB.List(ctx, qShareJoins, &joined, shareID); err != nil {
		return nil, nil, nil, err
	}
	return up, joined, buys, s.DB.List(ctx, qShareBuys, &buys, shareID)
}

// Children lists the shares of who had come by a share, the newest first, before an id.
// Returns ErrGone.
func (s *Service) Children(ctx context.Context, shareID, before int64, limit int) ([]Row, error) {
	var rows []Row
	var n int64
	if err := s.DB.Get(ctx, qExists, &n, shareID); err != nil || n == 0 {
		return nil, cmp.Or(err, error(ErrGone))
	}
	err := s.DB.List(ctx, qChildren, &rows, shareID, before, limit)
	return rows, err
}
