package catalog

import (
	"context"

	"zhizhou/internal/clock"
	"zhizhou/internal/db"
)

// Playable tells that it is a video or audio, or has become one.
func (l Lesson) Playable() bool {
	return l.Form == Video || l.Form == Audio || l.Form == Live && l.AssetID != 0
}

// SetLength notes how long a live lesson is to be, or was.
func (s *Service) SetLength(ctx context.Context, tx *db.Tx, lessonID, durationMS int64) error {
	var l Lesson
	if err := tx.Get(ctx, qLesson, &l, lessonID); err != nil {
		return ignoreNone(err) // deleted meanwhile
	}
	if _, err := tx.Exec(ctx, qLessonLength, lessonID, durationMS); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, qCourseCounts, l.CourseID, clock.MS(s.clock)); err != nil {
		return err
	}
	return s.tell(ctx, tx, l.CourseID)
}

// SetReplay gives a live lesson the recording that is watched from now on; AssetReady
// takes over its length.
func (s *Service) SetReplay(ctx context.Context, tx *db.Tx, lessonID, assetID int64) error {
	_, err := tx.Exec(ctx, qLessonReplay, lessonID, assetID)
	return err
}
