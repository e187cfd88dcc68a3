package partner

import (
	"context"
	"time"

	"zhizhou/internal/clock"
	"zhizhou/internal/db"
)

var (
	// Use of sharing: who handed something on in the time, of all who were partners at its
	// end; who was suspended or left since was one then.
	qSharing = db.Q("partner/sharing", `SELECT COUNT(*) AS partners, CAST(COALESCE(SUM(CASE WHEN EXISTS (SELECT 1 FROM shares s WHERE s.user_id = p.user_id AND s.created_at >= $1 AND s.created_at < $2) THEN 1 ELSE 0 END), 0) AS BIGINT) AS sharing
		FROM partners p WHERE p.opened_at > 0 AND p.opened_at < $2 AND (p.state = 'active' OR p.state IN ('suspended', 'ended') AND p.decided_at >= $2)`)
	// Satisfaction: the mean of the answers of the months that the time touches.
	qMeanScore = db.Q("partner/mean_score", `SELECT COUNT(*) AS answers, CAST(COALESCE(SUM(s.score), 0) AS BIGINT) AS points FROM partner_scores s WHERE s.month >= $1 AND s.month <= $2`)
)

// Figures are how partners take part and what they say, of a time; what they bring and cost
// are figures of growth.
type Figures struct {
	Partners int64 // at its end
	Sharing  int64 // of them, who shared something
	Answers  int64
	Points   int64 // sum of the answers' scores, 0–10 each
}

// Figures counts a time, UTC ms, with from and without until. Returns ErrSpan.
func (s *Service) Figures(ctx context.Context, from, until int64) (Figures, error) {
	var f Figures
	if from < 0 || until <= from || until-from > 366*day {
		return f, ErrSpan
	}
	var use struct{ Partners, Sharing int64 }
	if err := s.DB.Get(ctx, qSharing, &use, from, until); err != nil {
		return f, err
	}
	f.Partners, f.Sharing = use.Partners, use.Sharing
	var said struct{ Answers, Points int64 }
	err := s.DB.Get(ctx, qMeanScore, &said, clock.Day(time.UnixMilli(from))/100, clock.Day(time.UnixMilli(until-1))/100)
	f.Answers, f.Points = said.Answers, said.Points
	return f, err
}
