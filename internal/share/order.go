package share

import (
	"context"

	"zhizhou/internal/db"
)

// Sale is a paid order.
type Sale struct {
	OrderID int64
	BuyerID int64
	PaidFen int64
	PaidAt  int64
}

// Ordered notes inside the settling transaction by which shares the buyer came, within
// the window that holds now.
func (s *Service) Ordered(ctx context.Context, tx *db.Tx, sale Sale) error {
	all, err := s.touches(ctx, tx, sale.BuyerID, sale.PaidAt+999) // channels tell whole seconds
	if err != nil {
		return err
	}
	parts := byPlace(len(all))
	for i, v := range all {
		if _, err := tx.Exec(ctx, qOrdered, sale.OrderID, v.ShareID, i+1, i == 0, i == len(all)-1, parts[i], sale.BuyerID, sale.PaidFen, sale.PaidAt); err != nil {
			return err
		}
	}
	return nil
}

// byPlace parts an order among n touches by their place: two fifths to the first, two
// fifths to the last, the rest to those between, in parts per million that add up.
func byPlace(n int) []int64 {
	out := make([]int64, n)
	switch n {
	case 0:
	case 1:
		out[0] = whole
	case 2:
		out[0], out[1] = whole/2, whole/2
	default:
		const end = whole * 2 / 5
		between := int64(whole - 2*end)
		out[0], out[n-1] = end, end
		for i := 1; i < n-1; i++ {
			out[i] = between / int64(n-2)
			if int64(i) <= between%int64(n-2) {
				out[i]++
			}
		}
	}
	return out
}

// By returns whose share an order is owed to by a rule, "first" or "last"; 0: nobody's.
func (s *Service) By(ctx context.Context, r db.Reader, orderID int64, rule string) (sharerID, shareID int64, err error) {
	var rows []struct {
		UserID  int64
		ShareID int64
	}
	if err = r.List(ctx, qBy, &rows, orderID, rule == "first"); err != nil || len(rows) == 0 {
		return 0, 0, err
	}
	return rows[0].UserID, rows[0].ShareID, nil
}
