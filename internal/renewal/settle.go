package renewal

import (
	"context"
	"errors"

	"zhizhou/internal/clock"
	"zhizhou/internal/commerce"
	"zhizhou/internal/db"
)

// Unwanted says, in the settling transaction, why the money of a renewal goes back:
// the contract was ended, or the cycle given up, before it came. "" when welcome.
func (s *Service) Unwanted(ctx context.Context, tx *db.Tx, o commerce.Order) (string, error) {
	c, y, err := s.byOrder(ctx, tx, o.ID)
	if errors.Is(err, db.ErrNone) {
		return "没有对应的自动续费，原路退回", nil
	}
	if err != nil {
		return "", err
	}
	if c.State != Active {
		_, err := tx.Exec(ctx, qFailed, y.ID, "关闭后才到账，已原路退回")
		return "自动续费已关闭，原路退回", err
	}
	if y.State != Charging && y.State != Noticed {
		return "这一期已不再续费，原路退回", nil
	}
	return "", nil
}

// OnPaid notes that a cycle is paid, in the settling transaction; the next one is
// planned by the sweep.
func (s *Service) OnPaid(ctx context.Context, tx *db.Tx, o commerce.Order) error {
	if !o.Auto {
		return nil
	}
	c, y, err := s.byOrder(ctx, tx, o.ID)
	if err != nil {
		return err
	}
	now := clock.MS(s.Clock)
	if _, err := tx.Exec(ctx, qPaid, y.ID, now); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, qCheckAt, c.ID, now, Active)
	return err
}

func (s *Service) byOrder(ctx context.Context, tx *db.Tx, orderID int64) (Contract, Cycle, error) {
	var y Cycle
	if err := tx.Get(ctx, qByOrder, &y, orderID); err != nil {
		return Contract{}, y, err
	}
	var c Contract
	if err := tx.Get(ctx, qLock, &c, y.ContractID); err != nil {
		return c, y, err
	}
	// Read again: the row's lock was waited for.
	return c, y, tx.Get(ctx, qByOrder, &y, orderID)
}

// Row is a contract in staff's list.
type Row struct {
	Contract
	Nickname   string
	CycleState string
	ChargeAt   int64
}

// List shows contracts to staff by state ("" all) and user (0 all), newest first.
func (s *Service) List(ctx context.Context, state string, userID, before int64, limit int) ([]Row, error) {
	var rows []Row
	err := s.DB.List(ctx, qList, &rows, state, before, userID, limit)
	return rows, err
}

// Mine lists a user's contracts, newest first.
func (s *Service) Mine(ctx context.Context, userID int64) ([]Contract, error) {
	var rows []Contract
	err := s.DB.List(ctx, qMine, &rows, userID)
	return rows, err
}

// Member reports whether the user has a membership that ends, which a contract can
// prolong.
func (s *Service) Member(ctx context.Context, userID, productID int64) (bool, error) {
	have, err := s.membership(ctx, s.DB, Contract{UserID: userID, ProductID: productID})
	return have.Owned && !have.Forever, err
}

// Live returns the user's contract for a product. Returns ErrGone.
func (s *Service) Live(ctx context.Context, userID, productID int64) (Contract, error) {
	var c Contract
	err := s.DB.Get(ctx, qLive, &c, userID, productID)
	if errors.Is(err, db.ErrNone) {
		err = ErrGone
	}
	return c, err
}

// CycleRow is a cycle with its order.
type CycleRow struct {
	Cycle
	OrderNo     string
	PaidFen     int64
	RefundedFen int64
}

// Cycles lists the cycles of a contract, newest first.
func (s *Service) Cycles(ctx context.Context, contractID int64) ([]CycleRow, error) {
	var rows []CycleRow
	err := s.DB.List(ctx, qCycles, &rows, contractID)
	return rows, err
}

// Contract returns one for staff. Returns ErrGone.
func (s *Service) Contract(ctx context.Context, contractID int64) (Contract, error) {
	return s.get(ctx, contractID)
}
