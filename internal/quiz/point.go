package quiz

import (
	"context"
	"fmt"

	"zhizhou/internal/audit"
	"zhizhou/internal/catalog"
	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/id"
)

const maxPoints = 50

// Point is a question inside a video: the player stops there, asks, and goes on.
type Point struct {
	ID         int64
	LessonID   int64
	AtMS       int64 `db:"at_ms"`
	QuestionID int64
}

// Asked is a point as a learner meets it.
type Asked struct {
	Point
	Item     Item
	Answered bool
	Correct  bool // of the first answer
}

// Points lists the points of a lesson with their questions, in order of time, for
// its editor.
func (s *Service) Points(ctx context.Context, lessonID int64) ([]Point, map[int64]Question, error) {
	var points []Point
	if err := s.db.List(ctx, qPoints, &points, lessonID); err != nil {
		return nil, nil, err
	}
	ids := make([]int64, len(points))
	for i, p := range points {
		ids[i] = p.QuestionID
	}
	found, err := s.questions(ctx, s.db, ids)
	return points, found, err
}

// SavePoints replaces the points of a video lesson; the ID of one that stays keeps
// its answers. Returns ErrPoint, ErrQuestionGone, catalog.ErrLessonGone,
// catalog.ErrCourseGone.
func (s *Service) SavePoints(ctx context.Context, scope, lessonID int64, points []Point) error {
	l, err := s.Mine(ctx, scope, lessonID)
	if err != nil {
		return err
	}
	if l.Form != catalog.Video {
		return ErrPoint.Say("只有视频课时可以放答题点")
	}
	if len(points) > maxPoints {
		return ErrPoint.Field("points", fmt.Sprintf("答题点不超过 %d 个", maxPoints))
	}
	at := map[int64]bool{}
	for _, p := range points {
		if p.AtMS < 1000 || l.DurationMS > 0 && p.AtMS > l.DurationMS || at[p.AtMS] {
			return ErrPoint.Field("points", "答题点要在第 1 秒之后、视频结束之前，时间不能重复")
		}
		at[p.AtMS] = true
	}
	return s.db.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		var was []Point
		if err := tx.List(ctx, qPoints, &was, lessonID); err != nil {
			return err
		}
		had, asked := map[int64]bool{}, map[int64]bool{}
		for _, p := range was {
			had[p.ID], asked[p.QuestionID] = true, true
		}
		if _, err := tx.Exec(ctx, qPointsEmpty, lessonID); err != nil {
			return err
		}
		for _, p := range points {
			mine := scope
			if asked[p.QuestionID] {
				mine = 0
			}
			q, err := s.question(ctx, tx, qQuestionLock, mine, p.QuestionID)
			if err != nil {
				return err
			}
			if q.Kind == Short {
				return ErrPoint.Field("points", "答题点不能用简答题：它需要人来批改")
			}
			if !had[p.ID] {
				p.ID = id.New()
			}
			delete(had, p.ID)
			if err := tx.Later(ctx, qPointInsert, p.ID, lessonID, p.AtMS, p.QuestionID); err != nil {
				return err
			}
		}
		return audit.Write(ctx, tx, s.clock, "quiz_points.save", fmt.Sprintf("lesson:%d", lessonID), len(was), len(points), "")
	})
}

// Ask lists the points of a video that the user may see in full, without what is
// right. Returns catalog.ErrLessonGone, access.ErrLocked.
func (s *Service) Ask(ctx context.Context, userID, lessonID int64) ([]Asked, error) {
	if _, err := s.access.Open(ctx, s.catalog, userID, lessonID); err != nil {
		return nil, err
	}
	points, found, err := s.Points(ctx, lessonID)
	if err != nil {
		return nil, err
	}
	var done []struct {
		PointID int64
		Correct bool
	}
	if err := s.db.List(ctx, qPointAnswers, &done, userID, lessonID); err != nil {
		return nil, err
	}
	var out []Asked
	for _, p := range points {
		q, ok := found[p.QuestionID]
		if !ok {
			continue
		}
		a := Asked{Point: p, Item: q.item(q.Points, false, dice(userID^p.ID))}
		for _, d := range done {
			if d.PointID == p.ID {
				a.Answered, a.Correct = true, d.Correct
			}
		}
		out = append(out, a)
	}
	return out, nil
}

// AnswerPoint scores an answer to a point; the first one is kept. Returns
// ErrPointGone, ErrReply, ErrBusy, catalog.ErrLessonGone, access.ErrLocked.
func (s *Service) AnswerPoint(ctx context.Context, userID, pointID int64, r Reply) (Asked, bool, error) {
	var p Point
	if err := s.db.Get(ctx, qPoint, &p, pointID); err != nil {
		return Asked{}, false, none(err, ErrPointGone)
	}
	if _, err := s.access.Open(ctx, s.catalog, userID, p.LessonID); err != nil {
		return Asked{}, false, err
	}
	q, err := s.Question(ctx, 0, p.QuestionID)
	if err != nil {
		return Asked{}, false, err
	}
	a := Asked{Point: p, Item: q.item(q.Points, false, dice(userID^p.ID)), Answered: true}
	if err := a.Item.fits(r); err != nil {
		return a, false, err
	}
	centi, _ := a.Item.Score(r)
	right := centi == a.Item.MaxCenti()
	return a, right, s.db.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		busy, err := s.busy(ctx, tx, userID)
		if err != nil {
			return err
		}
		if busy[p.QuestionID] {
			return ErrBusy
		}
		n, err := tx.Exec(ctx, qPointAnswer, userID, pointID, right, clock.MS(s.clock))
		if err != nil || n == 0 || right {
			return err
		}
		return s.note(ctx, tx, userID, p.LessonID, p.QuestionID, false, clock.MS(s.clock))
	})
}
