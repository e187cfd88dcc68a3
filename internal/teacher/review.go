package teacher

import (
	"context"
	"fmt"
	"io"
	"unicode/utf8"

	"zhizhou/internal/audit"
	"zhizhou/internal/catalog"
	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/message"
	"zhizhou/internal/text"
)

// Queue lists applications of a state, the newest first, from before (0: the first) on,
// without their papers.
func (s *Service) Queue(ctx context.Context, state string, before int64, limit int) ([]Application, error) {
	var rows []row
	if err := s.DB.List(ctx, qQueue, &rows, state, before, limit); err != nil {
		return nil, err
	}
	out := make([]Application, len(rows))
	for i, r := range rows {
		var err error
		if out[i], err = s.opened(r); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Application returns one with the list of its papers. Returns ErrGone.
func (s *Service) Application(ctx context.Context, applicationID int64) (Application, error) {
	var r row
	if err := s.DB.Get(ctx, qOne, &r, applicationID); err != nil {
		return Application{}, none(err, ErrGone)
	}
	return s.whole(ctx, r)
}

func target(applicationID int64) string {
	return fmt.Sprintf("instructor_application:%d", applicationID)
}

// Fetch opens a paper for a member of staff; the log notes the look before anything is
// shown. Returns ErrFile.
func (s *Service) Fetch(ctx context.Context, applicationID, fileID int64) (File, []byte, error) {
	var r fileRow
	if applicationID <= 0 {
		return File{}, nil, ErrFile
	}
	if err := s.DB.Get(ctx, qFile, &r, fileID, applicationID); err != nil {
		return File{}, nil, none(err, ErrFile)
	}
	f, err := s.named(r)
	if err != nil {
		return f, nil, err
	}
	err = s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		return audit.Write(ctx, tx, s.Clock, "teaching.paper", target(applicationID), nil, map[string]any{"file": fileID}, "")
	})
	if err != nil {
		return f, nil, err
	}
	body, _, err := s.Store.Open(ctx, r.BlobKey)
	if err != nil {
		return f, nil, ErrFile.With(err)
	}
	defer func() { _ = body.Close() }()
	raw, err := io.ReadAll(io.LimitReader(body, 2*MostBytes))
	if err != nil {
		return f, nil, fmt.Errorf("teacher: paper %d: %w", fileID, err)
	}
	plain, err := s.Box.Open(paperPurpose, raw)
	if err != nil {
		return f, nil, fmt.Errorf("teacher: paper %d: %w", fileID, err)
	}
	return f, plain, nil
}

// Approve makes the applicant an instructor with a profile and returns its id. Returns
// ErrGone, ErrDecided.
func (s *Service) Approve(ctx context.Context, applicationID int64) (int64, error) {
	var made int64
	err := s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		a, err := s.open(ctx, tx, applicationID)
		if err != nil {
			return err
		}
		if made, err = s.Catalog.AddInstructor(ctx, tx, catalog.Instructor{Name: a.Form.Name, Title: a.Form.Title, Bio: a.Form.Bio}); err != nil {
			return err
		}
		n, err := tx.Exec(ctx, qApprove, applicationID, made, audit.ActorOf(ctx).ID, clock.MS(s.Clock))
		if err := decided(n, err); err != nil {
			return err
		}
		if err := audit.Write(ctx, tx, s.Clock, "teaching.approve", target(applicationID), map[string]any{"state": Pending}, map[string]any{"state": Approved, "instructor_id": made, "user_id": a.UserID}, ""); err != nil {
			return err
		}
		return s.Message.Notify(ctx, tx, message.Notice{
			UserID: a.UserID, Kind: message.Teaching, Title: "你的讲师申请通过了", Body: "讲师主页已经建好。学校会联系你，给你开通写课程的后台账号。",
			Link: fmt.Sprintf("/teacher/%d", made), Key: fmt.Sprintf("teaching:%d", applicationID),
		})
	})
	return made, err
}

// Reject refuses an application; the applicant is told why and may try again. Returns
// ErrReason, ErrGone, ErrDecided.
func (s *Service) Reject(ctx context.Context, applicationID int64, reason string) error {
	if reason = text.Lines(reason); reason == "" || utf8.RuneCountInString(reason) > 300 {
		return ErrReason
	}
	return s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		a, err := s.open(ctx, tx, applicationID)
		if err != nil {
			return err
		}
		n, err := tx.Exec(ctx, qReject, applicationID, reason, audit.ActorOf(ctx).ID, clock.MS(s.Clock))
		if err := decided(n, err); err != nil {
			return err
		}
		if err := audit.Write(ctx, tx, s.Clock, "teaching.reject", target(applicationID), map[string]any{"state": Pending}, map[string]any{"state": Rejected, "user_id": a.UserID}, reason); err != nil {
			return err
		}
		return s.Message.Notify(ctx, tx, message.Notice{
			UserID: a.UserID, Kind: message.Teaching, Title: "你的讲师申请没有通过", Body: reason, Link: "/me/teach", Key: fmt.Sprintf("teaching:%d", applicationID),
		})
	})
}

func (s *Service) open(ctx context.Context, tx *db.Tx, applicationID int64) (Application, error) {
	var r row
	if err := tx.Get(ctx, qOne, &r, applicationID); err != nil {
		return Application{}, none(err, ErrGone)
	}
	if r.State != Pending {
		return Application{}, ErrDecided
	}
	return s.opened(r)
}

func decided(n int64, err error) error {
	if err == nil && n == 0 {
		return ErrDecided
	}
	return err
}
