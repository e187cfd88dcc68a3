package challenge

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"zhizhou/internal/audit"
	"zhizhou/internal/db"
	"zhizhou/internal/note"
)

// Cases pages what members wrote in a state, the oldest first, after an id: for the
// people who look at texts.
func (s *Service) Cases(ctx context.Context, f note.Sift, after int64, limit int) ([]note.Case, error) {
	return s.casesBy(limit, func(what string, rows *[]caseRow) error {
		if f.What != "" && f.What != what {
			return nil
		}
		q := qDayCases
		if what == note.PeerReview {
			q = qReviewCases
		}
		return s.DB.List(ctx, q, rows, f.State, f.InstructorID, f.CourseID, after, limit)
	})
}

type caseRow struct {
	ID, UserID, CourseID, ClassID, Version, UpdatedAt, Files int64
	Nickname, Title, Task, Body, State, Reason               string
}

// casesBy merges check-ins and reviews, each as list gives them.
func (s *Service) casesBy(limit int, list func(what string, rows *[]caseRow) error) ([]note.Case, error) {
	var out []note.Case
	for _, what := range []string{note.CheckIn, note.PeerReview} {
		var rows []caseRow
		if err := list(what, &rows); err != nil {
			return nil, err
		}
		for _, r := range rows {
			about := ""
			if r.Files > 0 {
				about = fmt.Sprintf("%d 个文件", r.Files)
			}
			out = append(out, note.Case{
				What: what, ID: r.ID, UserID: r.UserID, Nickname: r.Nickname, CourseID: r.CourseID, CourseTitle: r.Title, LessonTitle: r.Task, Body: r.Body, About: about, State: r.State, Reason: r.Reason, Version: r.Version, UpdatedAt: r.UpdatedAt,
			})
		}
	}
	slices.SortFunc(out, func(a, b note.Case) int { return cmp.Compare(a.ID, b.ID) })
	return out[:min(len(out), limit)], nil
}

// Decide shows words and files of an instructor's classes (0: of all) to the squads, or
// hides them; their authors are told why. The day counts either way. Returns how many
// were decided, and note.ErrReason.
func (s *Service) Decide(ctx context.Context, scope int64, choices []note.Choice, show bool, reason string) (int, error) {
	return note.Each(ctx, s.DB, choices, show, reason, func(ctx context.Context, tx *db.Tx, c note.Choice, state, reason string) (bool, error) {
		find, set, target := qDayScope, qDayDecide, "check_in"
		if c.What == note.PeerReview {
			find, set, target = qReviewScope, qReviewDecide, "peer_review"
		}
		var of struct {
			UserID, ClassID int64
			State, Title    string
			Version         int64
		}
		err := tx.Get(ctx, find, &of, c.ID, scope)
		if errors.Is(err, db.ErrNone) {
			return false, nil
		}
		if err != nil {
			return false, err
		}
		if n, err := tx.Exec(ctx, set, c.ID, c.Version, state, reason, audit.ActorOf(ctx).ID, s.now()); err != nil || n == 0 {
			return false, err
		}
		if err := audit.Write(ctx, tx, s.Clock, "moderation."+state, fmt.Sprintf("%s:%d", target, c.ID), of.State, state, reason); err != nil {
			return false, err
		}
		if state != note.Hidden {
			return true, nil
		}
		return true, s.tell(ctx, tx, News{UserID: of.UserID, ClassID: of.ClassID, ID: c.ID, Kind: "hidden", Title: of.Title, Body: reason, Version: c.Version})
	})
}
