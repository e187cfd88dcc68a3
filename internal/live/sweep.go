package live

import (
	"context"
	"time"

	"zhizhou/internal/db"
)

const (
	endAfter   = 10 * time.Minute // without a segment, a room that was on the air ends
	remindIn   = 10 * time.Minute // before the start
	keepWindow = 2 * time.Minute  // segments of a room that is not recorded
	keepMade   = time.Hour        // segments whose replay can be watched
)

// Sweep does what time asks for: rooms that fell silent end, learners are reminded,
// recordings that died with their process begin again, old segments go.
func (s *Service) Sweep(ctx context.Context) error {
	for _, step := range []func(context.Context) error{s.endIdle, s.remind, s.recordDue, s.dropSegments} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) endIdle(ctx context.Context) error {
	var idle []int64
	before := s.now() - endAfter.Milliseconds()
	if err := s.db.List(ctx, qIdle, &idle, before); err != nil {
		return err
	}
	for _, lessonID := range idle {
		err := s.db.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
			r, err := room(ctx, tx, qRoomLock, lessonID)
			if err != nil || r.State != Live || r.PushedAt >= before {
				return err
			}
			return s.endIn(ctx, tx, r)
		})
		if err != nil {
			return err
		}
		s.forget(lessonID)
		s.kick(lessonID)
	}
	return nil
}

func (s *Service) remind(ctx context.Context) error {
	if s.onRemind == nil {
		return nil
	}
	now := s.now()
	var due []Reminder
	if err := s.db.List(ctx, qWishes, &due, now, now+remindIn.Milliseconds()); err != nil {
		return err
	}
	for _, r := range due {
		err := s.db.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
			n, err := tx.Exec(ctx, qReminded, r.LessonID, r.UserID, now)
			if err != nil || n == 0 {
				return err
			}
			return s.onRemind(ctx, tx, r)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) recordDue(ctx context.Context) error {
	dead := s.now() - recordDead.Milliseconds()
	var due []int64
	if err := s.db.List(ctx, qRecordDue, &due, dead); err != nil {
		return err
	}
	for _, lessonID := range due {
		err := s.db.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
			n, err := tx.Exec(ctx, qRecordKick, lessonID, dead, s.now())
			if err != nil || n == 0 {
				return err
			}
			return s.Jobs.Add(ctx, tx, Record{LessonID: lessonID})
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) dropSegments(ctx context.Context) error {
	var old []struct {
		LessonID, Seq, PushID int64
	}
	now := s.now()
	if err := s.db.List(ctx, qStale, &old, now-keepWindow.Milliseconds(), now-keepMade.Milliseconds(), windowSegments, page); err != nil {
		return err
	}
	rooms := map[int64]bool{}
	for _, x := range old {
		rooms[x.LessonID] = true
		if err := s.Store.Delete(ctx, blobKey(x.LessonID, x.Seq, x.PushID)); err != nil {
			return err
		}
	}
	if len(old) == 0 {
		return nil
	}
	return s.db.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		for _, x := range old {
			if err := tx.Later(ctx, qSegmentDrop, x.LessonID, x.Seq); err != nil {
				return err
			}
		}
		for lessonID := range rooms {
			if _, err := tx.Exec(ctx, qKeysDrop, lessonID, now-keepWindow.Milliseconds()); err != nil {
				return err
			}
		}
		return nil
	})
}
