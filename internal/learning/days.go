package learning

import "context"

// Day is how long somebody studied on a day (YYYYMMDD, China).
type Day struct {
	Day       int64
	StudiedMS int64 `db:"studied_ms"`
}

// Days returns the days since day on which something was studied.
func (s *Service) Days(ctx context.Context, userID, since int64) ([]Day, error) {
	var rows []Day
	err := s.db.List(ctx, qDays, &rows, userID, since)
	return rows, err
}

// TotalMS is all that the user has ever studied.
func (s *Service) TotalMS(ctx context.Context, userID int64) (int64, error) {
	var n int64
	err := s.db.Get(ctx, qTotal, &n, userID)
	return n, err
}
