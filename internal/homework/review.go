package homework

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"unicode/utf8"

	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/id"
	"zhizhou/internal/text"
)

// Review is one learner's review of another's work.
type Review struct {
	ID           int64
	SubmissionID int64
	ReviewerID   int64
	LessonID     int64
	PointsJSON   string `db:"points"`
	Score        int64
	Comment      string
	DoneAt       int64      // 0: still to write
	Work         Submission `db:"-"` // what is reviewed
}

// spread gives reviews out inside tx, under the lock of the homework: to who has just
// handed in, and, as there is work to review now, to those who got too few before.
func (s *Service) spread(ctx context.Context, tx *db.Tx, t Task, userID int64) error {
	if t.Peers == 0 {
		return nil
	}
	var waiting []int64
	if err := tx.List(ctx, qWaiting, &waiting, t.LessonID, userID, t.Peers); err != nil {
		return err
	}
	var title string
	if err := tx.Get(ctx, qTitle, &title, t.LessonID); err != nil {
		return err
	}
	for _, reviewer := range append(waiting, userID) {
		var given int64
		if err := tx.Get(ctx, qGiven, &given, reviewer, t.LessonID); err != nil {
			return err
		}
		var works []int64
		if given < t.Peers {
			if err := tx.List(ctx, qToReview, &works, t.LessonID, reviewer, t.Peers-given); err != nil {
				return err
			}
		}
		for _, w := range works {
			if _, err := tx.Exec(ctx, qReviewGive, id.New(), w, reviewer, t.LessonID, clock.MS(s.clock)); err != nil {
				return err
			}
		}
		if len(works) > 0 && reviewer != userID {
			if err := s.tell(ctx, tx, News{UserID: reviewer, LessonID: t.LessonID, ID: works[0], Kind: "review", Title: title}); err != nil {
				return err
			}
		}
	}
	return nil
}

// reviews returns what a learner reviews, with the work and without its author.
func (s *Service) reviews(ctx context.Context, userID, lessonID int64) ([]Review, error) {
	var rows []Review
	if err := s.db.List(ctx, qReviewsBy, &rows, userID, lessonID); err != nil {
		return nil, err
	}
	for i, r := range rows {
		works, err := s.list(ctx, s.db, qOne, r.SubmissionID)
		if err != nil {
			return nil, err
		}
		rows[i].Work = works[0]
	}
	return rows, nil
}

// Reviews returns the reviews that a submission got. The caller has checked that it may
// be seen.
func (s *Service) Reviews(ctx context.Context, submissionID int64) ([]Review, error) {
	var rows []Review
	err := s.db.List(ctx, qReviewsOf, &rows, submissionID)
	return rows, err
}

// Review writes a review that was given to the learner. With the last one that a
// submission waits for, its median may become the score. Returns ErrGone, ErrMark,
// ErrDone.
func (s *Service) Review(ctx context.Context, userID, reviewID int64, points []int64, comment string) error {
	var r Review
	if err := s.db.Get(ctx, qReview, &r, reviewID); err != nil {
		return none(err, ErrGone)
	}
	if r.ReviewerID != userID {
		return ErrGone
	}
	if _, err := s.access.Open(ctx, s.catalog, userID, r.LessonID); err != nil {
		return err
	}
	if comment = text.Lines(comment); utf8.RuneCountInString(comment) < 5 || utf8.RuneCountInString(comment) > 1000 {
		return ErrMark.Field("comment", "评语要 5 到 1000 个字")
	}
	return s.db.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		sub, err := s.one(ctx, tx, qLock, r.SubmissionID)
		if err != nil {
			return err
		}
		score, raw, err := sum(sub.Rubric, points)
		if err != nil {
			return err
		}
		n, err := tx.Exec(ctx, qReviewDone, reviewID, userID, raw, score, comment, clock.MS(s.clock))
		if err != nil {
			return err
		}
		if n == 0 {
			return ErrDone
		}
		return s.decide(ctx, tx, sub)
	})
}

// decide makes the median of the reviews the score, when the teacher lets it be, nobody
// marked, and as many are written as everybody was to write.
func (s *Service) decide(ctx context.Context, tx *db.Tx, sub Submission) error {
	t, err := s.task(ctx, tx, sub.LessonID)
	if err != nil || !t.PeersDecide || sub.State != HandedIn {
		return err
	}
	var rows []Review
	if err := tx.List(ctx, qReviewsOf, &rows, sub.ID); err != nil {
		return err
	}
	if int64(len(rows)) < t.Peers {
		return nil
	}
	scores := make([]int64, len(rows))
	for i, r := range rows {
		scores[i] = r.Score
	}
	sub.State, sub.Score, sub.ByPeers = Marked, median(scores), true
	return s.settle(ctx, tx, sub, "", 0)
}

// median of an even number is the lower of the two in the middle: whole points.
func median(scores []int64) int64 {
	slices.Sort(scores)
	return scores[(len(scores)-1)/2]
}

// sum checks points against a rubric and adds them up.
func sum(rubric []Row, points []int64) (score int64, raw string, err error) {
	if len(points) != len(rubric) {
		return 0, "", ErrMark.Field("points", "每一条都要评分")
	}
	for i, p := range points {
		if p < 0 || p > rubric[i].Points {
			return 0, "", ErrMark.Field("points", fmt.Sprintf("「%s」的分数要在 0 和 %d 之间", rubric[i].Title, rubric[i].Points))
		}
		score += p
	}
	out, err := json.Marshal(points)
	return score, string(out), err
}
