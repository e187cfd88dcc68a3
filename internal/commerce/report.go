package commerce

import "context"

// Numbers are orders and money of a span of time.
type Numbers struct {
	Orders  int64
	PaidFen int64
}

// Sold returns what was paid from the time from until before to (ms).
func (s *Service) Sold(ctx context.Context, from, to int64) (Numbers, error) {
	var n Numbers
	err := s.DB.Get(ctx, qCounts, &n, from, to)
	return n, err
}

// Open counts what waits for a person.
type Open struct {
	Requested int64
	Abnormal  int64
	Held      int64
	Pending   int64
	Services  int64
}

// Waiting counts refunds to decide, abnormal refunds, held payments and services to be given.
func (s *Service) Waiting(ctx context.Context) (Open, error) {
	var o Open
	err := s.DB.Get(ctx, qOpen, &o)
	return o, err
}

// Seller is a course by what it sold.
type Seller struct {
	CourseID int64
	Title    string
	N        int64
	Fen      int64
}

// Top returns the five courses that earned most since the time (ms).
func (s *Service) Top(ctx context.Context, since int64) ([]Seller, error) {
	var rows []Seller
	err := s.DB.List(ctx, qTop, &rows, since)
	return rows, err
}
