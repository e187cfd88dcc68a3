package challenge

import (
	"context"

	"zhizhou/internal/db"
)

// Sweep does what the passing of days brings: squads of classes that have begun,
// milestones whose day has come, entries whose money is to be decided, the weekly share day. A stop in between loses nothing.
func (s *Service) Sweep(ctx context.Context) error {
	var ids []int64
	if err := s.DB.List(ctx, qToArrange, &ids, s.today()); err != nil {
		return err
	}
	for _, classID := range ids {
		err := s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
			c, err := s.class(ctx, tx, qClassLock, classID)
			if err != nil || c.Mode == Dates && s.today() > c.Ends() {
				return err
			}
			return s.arrange(ctx, tx, c)
		})
		if err != nil {
			return err
		}
	}
	if err := s.decideDue(ctx); err != nil {
		return err
	}
	if err := s.decideEntries(ctx); err != nil {
		return err
	}
	return s.shareDays(ctx)
}

func (s *Service) decideDue(ctx context.Context) error {
	var due []struct{ ClassID, UserID int64 }
	if err := s.DB.List(ctx, qDue, &due, s.today()); err != nil {
		return err
	}
	for _, d := range due {
		err := s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
			var m Member
			if err := tx.Get(ctx, qMemberLock, &m, d.ClassID, d.UserID); err != nil || m.State != In {
				return none(err, nil)
			}
			c, err := s.class(ctx, tx, qClass, d.ClassID, 0)
			if err != nil {
				return err
			}
			return s.decide(ctx, tx, c, m)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// shareDays tells the members of classes whose share day is today, once a week.
func (s *Service) shareDays(ctx context.Context) error {
	today := s.today()
	var rows []classRow
	err := s.DB.List(ctx, qToShare, &rows, weekday(today), today)
	list, err := classes(rows, err)
	if err != nil {
		return err
	}
	for _, c := range list {
		err := s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
			n, err := tx.Exec(ctx, qShared, c.ID, today)
			if err != nil || n == 0 || c.Mode == Dates && today > c.Ends() {
				return err
			}
			return s.each(ctx, tx, c.ID, func(userID, memberID, starts int64) error {
				if no := today - starts + 1; no < 2 || no > c.Plan.Days {
					return nil
				}
				return s.tell(ctx, tx, News{UserID: userID, ClassID: c.ID, ID: memberID, Kind: "share_day", Title: c.Title, Week: weekOf(today)})
			})
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// Tidy deletes files that were taken back, or that nobody handed in for two days. The row
// goes after the file, so that a stop in between leaves nothing behind.
func (s *Service) Tidy(ctx context.Context) error {
	err := s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if _, err := tx.Exec(ctx, qOldReminders, s.today()-30); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, qFileStale, s.now()-draftMS)
		return err
	})
	if err != nil {
		return err
	}
	var gone []File
	if err := s.DB.List(ctx, qFilesGone, &gone); err != nil {
		return err
	}
	for _, f := range gone {
		if err := s.Media.DropFile(ctx, f.BlobKey); err != nil {
			return err
		}
		err := s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, qFileGone, f.ID)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}
