package learning

import (
	"context"

	"zhizhou/internal/db"
)

// Merge joins the evidence of two users who became one.
func (s *Service) Merge(ctx context.Context, tx *db.Tx, from, to int64) error {
	var rows []struct {
		LessonID   int64
		CourseID   int64
		PositionMS int64 `db:"position_ms"`
		CoveredMS  int64 `db:"covered_ms"`
		Spans      string
		FinishedAt int64
		StartedAt  int64
		StudiedAt  int64
	}
	if err := tx.List(ctx, qMergeFrom, &rows, from); err != nil {
		return err
	}
	for _, p := range rows {
		if _, err := tx.Exec(ctx, qProgressNew, to, p.LessonID, p.CourseID, p.StartedAt); err != nil {
			return err
		}
		var mine struct {
			PositionMS int64 `db:"position_ms"`
			CoveredMS  int64 `db:"covered_ms"`
			Spans      string
			FinishedAt int64
		}
		if err := tx.Get(ctx, qProgress, &mine, to, p.LessonID); err != nil {
			return err
		}
		spans := parseSpans(mine.Spans)
		for _, sp := range parseSpans(p.Spans) {
			spans = addSpan(spans, sp)
		}
		if _, err := tx.Exec(ctx, qProgressSet, to, p.LessonID, max(mine.PositionMS, p.PositionMS), covered(spans), formatSpans(spans), p.StudiedAt, p.FinishedAt); err != nil {
			return err
		}
	}
	var days []struct {
		Day, LessonID int64
		StudiedMS     int64 `db:"studied_ms"`
	}
	if err := tx.List(ctx, qMergeDays, &days, from); err != nil {
		return err
	}
	for _, d := range days {
		if _, err := tx.Exec(ctx, qDayAdd, to, d.Day, d.LessonID, d.StudiedMS); err != nil {
			return err
		}
	}
	for _, q := range []*db.Stmt{qMergeSessions, qMergePages} {
		if _, err := tx.Exec(ctx, q, from, to); err != nil {
			return err
		}
	}
	for _, q := range []*db.Stmt{qDropProgress, qDropDays, qDropPages} {
		if _, err := tx.Exec(ctx, q, from); err != nil {
			return err
		}
	}
	return nil
}
