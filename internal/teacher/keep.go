package teacher

import (
	"context"

	"zhizhou/internal/clock"
	"zhizhou/internal/db"
)

var checks = []db.Check{
	{Invariant: 50, Name: "approved application without its instructor", Q: db.Q("audit/teacher_instructor", `SELECT 'application ' || CAST(a.id AS TEXT) AS row FROM instructor_applications a
		WHERE a.state = 'approved' AND NOT EXISTS (SELECT 1 FROM instructors i WHERE i.id = a.instructor_id)`)},
	{Invariant: 50, Name: "instructor made by an application that is not approved", Q: db.Q("audit/teacher_state", `SELECT 'application ' || CAST(a.id AS TEXT) AS row FROM instructor_applications a
		WHERE a.state <> 'approved' AND a.instructor_id <> 0`)},
	{Invariant: 50, Name: "paper in sight of a withdrawn application", Q: db.Q("audit/teacher_papers", `SELECT 'paper ' || CAST(f.id AS TEXT) AS row FROM application_files f
		JOIN instructor_applications a ON a.id = f.application_id WHERE a.state = 'withdrawn'`)},
}

// Audit returns every row of stored applications that breaks an invariant.
func Audit(ctx context.Context, r db.Reader) ([]db.Finding, error) { return db.Broken(ctx, r, checks) }

// Sweep deletes papers: those that were taken back or that nobody sent in for two days,
// those of withdrawn applications, and all 180 days after the decision. The row goes
// after the object, so that a stop in between leaves nothing behind.
func (s *Service) Sweep(ctx context.Context) error {
	now := clock.MS(s.Clock)
	err := s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if _, err := tx.Exec(ctx, qFileStale, now-draftMS); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, qFileOld, now-keptMS)
		return err
	})
	if err != nil {
		return err
	}
	var gone []fileRow
	if err := s.DB.List(ctx, qFilesGone, &gone); err != nil {
		return err
	}
	for _, f := range gone {
		if err := s.Store.Delete(ctx, f.BlobKey); err != nil {
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

// Merge gives the applications of one account to another, inside the merging
// transaction.
func (s *Service) Merge(ctx context.Context, tx *db.Tx, from, to int64) error {
	now := clock.MS(s.Clock)
	for _, q := range []*db.Stmt{qMergeFrom, qMergeTo} {
		if _, err := tx.Exec(ctx, q, from, to, now); err != nil {
			return err
		}
	}
	for _, q := range []*db.Stmt{qMergeDrop, qMerge, qMergeFiles} {
		if _, err := tx.Exec(ctx, q, from, to); err != nil {
			return err
		}
	}
	return nil
}
