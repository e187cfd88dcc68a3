package partner

import (
	"context"
	"unicode/utf8"

	"zhizhou/internal/db"
	"zhizhou/internal/text"
)

var (
	qScore  = db.Q("partner/score", `INSERT INTO partner_scores (user_id, month, score, words, said_at) SELECT $1, $2, $3, $4, $5 FROM partners p WHERE p.user_id = $1 AND p.state = 'active' ON CONFLICT DO NOTHING`)
	qActive = db.Q("partner/active", `SELECT COUNT(*) FROM partners WHERE user_id = $1 AND state = 'active'`)
	qScores = db.Q("partner/scores", `SELECT s.user_id, u.nickname, s.score, s.words, s.said_at FROM partner_scores s JOIN users u ON u.id = s.user_id
		WHERE s.month = $1 AND (CAST($2 AS BIGINT) = 0 OR s.user_id < $2) ORDER BY s.user_id DESC LIMIT $3`)
)

// Said is an answer to the question of a month.
type Said struct {
	UserID   int64
	Nickname string
	Score    int64
	Words    string
	SaidAt   int64
}

// Score keeps how satisfied a partner is this month, once. Returns ErrScore, ErrNone,
// ErrScored.
func (s *Service) Score(ctx context.Context, userID, score int64, words string) error {
	words = text.Lines(words)
	if score < 0 || score > 10 {
		return ErrScore
	}
	if utf8.RuneCountInString(words) > 300 {
		return ErrScore.Say("请检查内容").Field("words", "不超过 300 个字")
	}
	return s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		n, err := tx.Exec(ctx, qScore, userID, s.month(), score, words, s.now())
		if err != nil || n > 0 {
			return err
		}
		var active int64
		if err := tx.Get(ctx, qActive, &active, userID); err != nil {
			return err
		}
		if active == 0 {
			return ErrNone
		}
		return ErrScored
	})
}

// Scores lists the answers of a month (YYYYMM) for staff.
func (s *Service) Scores(ctx context.Context, month, before int64, limit int) ([]Said, error) {
	if month == 0 {
		month = s.month()
	}
	if _, _, err := s.monthSpan(month); err != nil {
		return nil, err
	}
	var rows []Said
	err := s.DB.List(ctx, qScores, &rows, month, before, limit)
	return rows, err
}
