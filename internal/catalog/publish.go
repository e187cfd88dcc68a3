package catalog

import (
	"context"
	"errors"

	"zhizhou/internal/clock"
	"zhizhou/internal/db"
)

// PublishDue publishes what was scheduled for now or earlier.
func (s *Service) PublishDue(ctx context.Context) error {
	var due []int64
	if err := s.db.List(ctx, qCoursesDue, &due, clock.MS(s.clock)); err != nil {
		return err
	}
	for _, courseID := range due {
		err := s.Publish(ctx, courseID, 0)
		if err != nil && !errors.Is(err, ErrNotReady) && !errors.Is(err, ErrStatus) && !errors.Is(err, ErrCourseGone) {
			return err
		}
	}
	return nil
}

// ScheduleWhenReady schedules a draft for the time at although something is still
// being processed; it is published by PublishDue once it is ready. Returns
// ErrCourseGone, ErrStatus.
func (s *Service) ScheduleWhenReady(ctx context.Context, courseID, at int64) error {
	return s.public(ctx, func(ctx context.Context, tx *db.Tx) error {
		c, err := s.course(ctx, tx, qCourseLock, 0, courseID)
		if err != nil {
			return err
		}
		return s.move(ctx, tx, c, Scheduled, at)
	})
}
