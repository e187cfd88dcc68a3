package rating

import (
	"context"
	"fmt"
	"unicode/utf8"

	"zhizhou/internal/audit"
	"zhizhou/internal/db"
	"zhizhou/internal/note"
	"zhizhou/internal/text"
)

// Sift narrows what staff look at.
type Sift struct {
	InstructorID int64 // 0: the courses of all
	CourseID     int64 // 0: all
	Stars        int64 // 0: any number
	State        string
}

// Desk pages what learners said, the newest first, before an id (0: from the newest).
func (s *Service) Desk(ctx context.Context, f Sift, before int64, limit int) ([]Rating, error) {
	var rows []Rating
	err := s.db.List(ctx, qDesk, &rows, f.InstructorID, f.CourseID, f.Stars, f.State, before, limit)
	return rows, err
}

// Cases pages words in a state, the oldest first, after an id: for the people who look
// at texts.
func (s *Service) Cases(ctx context.Context, f note.Sift, after int64, limit int) ([]note.Case, error) {
	var rows []Rating
	if err := s.db.List(ctx, qQueue, &rows, f.State, f.InstructorID, f.CourseID, after, limit); err != nil {
		return nil, err
	}
	out := make([]note.Case, len(rows))
	for i, r := range rows {
		out[i] = note.Case{
			What: note.Rating, ID: r.ID, UserID: r.UserID, Nickname: r.Nickname, CourseID: r.CourseID, CourseTitle: r.CourseTitle, About: fmt.Sprintf("%d 星", r.Stars),
			Body: r.Body, State: r.State, Reason: r.Reason, Version: r.Version, UpdatedAt: r.UpdatedAt,
		}
	}
	return out, nil
}

// Decide shows words about an instructor's courses (0: of all) to others, or hides
// them; their authors are told why. Stars count either way. It returns how many were
// decided: what changed, is gone or is so already is left alone. Returns note.ErrReason.
func (s *Service) Decide(ctx context.Context, instructorID int64, choices []note.Choice, show bool, reason string) (int, error) {
	done, err := note.Each(ctx, s.db, choices, show, reason, func(ctx context.Context, tx *db.Tx, c note.Choice, state, reason string) (bool, error) {
		return s.decideOne(ctx, tx, instructorID, c, state, reason)
	})
	if err == nil && done > 0 {
		s.public()
	}
	return done, err
}

func (s *Service) decideOne(ctx context.Context, tx *db.Tx, instructorID int64, c note.Choice, state, reason string) (bool, error) {
	r, err := one(ctx, tx, instructorID, c.ID)
	if err != nil {
		return false, none(err, nil)
	}
	if n, err := tx.Exec(ctx, qDecide, c.ID, c.Version, state, reason, audit.ActorOf(ctx).ID, s.now()); err != nil || n == 0 {
		return false, err
	}
	if err := audit.Write(ctx, tx, s.clock, "moderation."+state, fmt.Sprintf("rating:%d", c.ID), r.State, state, reason); err != nil {
		return false, err
	}
	if state == note.Shown {
		return true, nil
	}
	return true, s.tell(ctx, tx, News{UserID: r.UserID, ID: r.ID, CourseID: r.CourseID, Kind: "hidden", Title: r.CourseTitle, Body: reason, Version: c.Version})
}

// one is a rating of an instructor's course (0: of anybody's).
func one(ctx context.Context, r db.Reader, instructorID, ratingID int64) (Rating, error) {
	var x Rating
	err := r.Get(ctx, qOne, &x, ratingID, instructorID)
	return x, err
}

// Reply answers what a learner said of one of an instructor's courses (0: of anybody's)
// as the school, or changes that answer; name is what learners see, repliedAt when the
// answer was given that was read, ms, 0 for none. It is shown with the words. Returns
// ErrReply, ErrGone, ErrChanged.
func (s *Service) Reply(ctx context.Context, instructorID, staffID int64, name string, ratingID, repliedAt int64, body string) error {
	body = text.Lines(body)
	if n := utf8.RuneCountInString(body); n == 0 || n > mostBody {
		return ErrReply.Field("body", "请写 1–500 个字")
	}
	err := s.db.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		r, err := one(ctx, tx, instructorID, ratingID)
		if err != nil {
			return none(err, ErrGone)
		}
		if r.Body == "" {
			return ErrReply.Say("这位学员只打了分，没有可以回复的文字")
		}
		if r.Reply == body && r.RepliedAt > 0 {
			return nil
		}
		now := max(s.now(), repliedAt+1)
		n, err := tx.Exec(ctx, qReply, ratingID, repliedAt, body, staffID, name, now)
		if err != nil {
			return err
		}
		if n == 0 {
			return ErrChanged
		}
		if err := audit.Write(ctx, tx, s.clock, "rating.reply", fmt.Sprintf("rating:%d", ratingID), text.Cut(r.Reply, 100), text.Cut(body, 100), ""); err != nil {
			return err
		}
		if repliedAt > 0 {
			return nil // told once: an answer that is mended is no news
		}
		return s.tell(ctx, tx, News{UserID: r.UserID, ID: r.ID, CourseID: r.CourseID, Kind: "replied", Title: r.CourseTitle, Body: body, Version: now})
	})
	if err == nil {
		s.public()
	}
	return err
}
