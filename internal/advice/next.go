package advice

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"zhizhou/internal/access"
	"zhizhou/internal/clock"
	"zhizhou/internal/db"
)

// The kinds of suggestions, the most pressing first.
const (
	Ending = "ending" // the time with a course ends soon, and it is not finished
	Near   = "near"   // one or two lessons are missing to the end of a course
	Weak   = "weak"   // questions of a tag are often missed
)

const (
	maxSuggestions = 4
	nearLessons    = 2
	endingDays     = 14
	weakDays       = 90
	weakAnswers    = 5  // fewer say nothing
	weakPercent    = 60 // of what could be scored
	dayMS          = int64(24 * 3600_000)
)

// Suggestion is one thing to do, with the counted facts that say so.
type Suggestion struct {
	Kind     string
	Title    string
	Reason   string
	CourseID int64 // 0: of a tag
	LessonID int64 // to go on with; 0: the wrong-question book
}

// Only what is open now counts, from whatever source.
var (
	qBegun = db.Q("advice/begun", `SELECT c.id AS course_id, c.title, o.until_at,
			(SELECT COUNT(*) FROM lessons l WHERE l.course_id = c.id AND l.deleted_at = 0 AND l.released_at > 0) AS lessons,
			(SELECT COUNT(*) FROM lessons l JOIN lesson_progress p ON p.lesson_id = l.id AND p.user_id = $1 AND p.finished_at > 0 WHERE l.course_id = c.id AND l.deleted_at = 0 AND l.released_at > 0) AS finished,
			COALESCE((SELECT l.id FROM lessons l JOIN chapters h ON h.id = l.chapter_id WHERE l.course_id = c.id AND l.deleted_at = 0 AND l.released_at > 0
				AND NOT EXISTS (SELECT 1 FROM lesson_progress p WHERE p.user_id = $1 AND p.lesson_id = l.id AND p.finished_at > 0) ORDER BY h.position, h.id, l.position, l.id LIMIT 1), 0) AS next_id
		FROM courses c JOIN (SELECT b.course_id, MAX(CASE WHEN g.until_at = 0 THEN CAST($3 AS BIGINT) ELSE g.until_at END) AS until_at
			FROM (SELECT DISTINCT course_id FROM lesson_progress WHERE user_id = $1) b
			JOIN grants g ON g.user_id = $1 AND g.revoked_at = 0 AND g.starts_at <= $2 AND (g.until_at = 0 OR g.until_at > $2) AND `+access.OpensCourse("b.course_id")+`
			GROUP BY b.course_id) o ON o.course_id = c.id
		WHERE c.deleted_at = 0 AND c.form = 'course' ORDER BY c.id LIMIT 200`)
	qWeak = db.Q("advice/weak", `SELECT t.tag, COUNT(*) AS answers, CAST(SUM(a.score_centi) AS BIGINT) AS score, CAST(SUM(a.max_centi) AS BIGINT) AS most,
			COUNT(CASE WHEN a.score_centi = a.max_centi THEN 1 END) AS right_count
		FROM quiz_attempts q JOIN quiz_answers a ON a.attempt_id = q.id AND a.state <> 'to_mark' AND a.max_centi > 0 JOIN question_tags t ON t.question_id = a.question_id
		WHERE q.user_id = $1 AND q.submitted_at >= $2 GROUP BY t.tag HAVING COUNT(*) >= $3 AND SUM(a.score_centi) * 100 < SUM(a.max_centi) * $4
		ORDER BY SUM(a.score_centi) * 1000 / SUM(a.max_centi), t.tag LIMIT 2`)
)

type begun struct {
	CourseID int64
	Title    string
	UntilAt  int64
	Lessons  int64
	Finished int64
	NextID   int64
}

const forever = int64(1) << 52

// Next lists what the facts suggest to a learner, the most pressing first.
func (s *Service) Next(ctx context.Context, userID int64) ([]Suggestion, error) {
	now := clock.MS(s.Clock)
	var courses []begun
	if err := s.DB.List(ctx, qBegun, &courses, userID, now, forever); err != nil {
		return nil, err
	}
	var out []Suggestion
	for _, c := range courses {
		if sug, ok := c.suggest(now); ok {
			out = append(out, sug)
		}
	}
	var tags []struct {
		Tag        string
		Answers    int64
		Score      int64
		Most       int64
		RightCount int64
	}
	if err := s.DB.List(ctx, qWeak, &tags, userID, now-weakDays*dayMS, weakAnswers, weakPercent); err != nil {
		return nil, err
	}
	for _, t := range tags {
		out = append(out, Suggestion{
			Kind: Weak, Title: "再练练「" + t.Tag + "」",
			Reason: fmt.Sprintf("近 %d 天答了 %d 道这类题，全对 %d 道，得分 %d%%", weakDays, t.Answers, t.RightCount, t.Score*100/t.Most),
		})
	}
	order := map[string]int{Ending: 0, Near: 1, Weak: 2}
	slices.SortStableFunc(out, func(a, b Suggestion) int { return cmp.Compare(order[a.Kind], order[b.Kind]) })
	return out[:min(len(out), maxSuggestions)], nil
}

// suggest says what a begun course asks for, if anything.
func (c begun) suggest(now int64) (Suggestion, bool) {
	left := c.Lessons - c.Finished
	if left <= 0 || c.NextID == 0 {
		return Suggestion{}, false
	}
	sug := Suggestion{CourseID: c.CourseID, LessonID: c.NextID}
	days := (c.UntilAt - now + dayMS - 1) / dayMS
	switch {
	case c.UntilAt < forever && days <= endingDays:
		sug.Kind, sug.Title = Ending, "「"+c.Title+"」快到期了"
		sug.Reason = fmt.Sprintf("还有 %d 天，%d 课里学完了 %d 课", days, c.Lessons, c.Finished)
		return sug, true
	case left <= nearLessons && c.Finished > 0:
		sug.Kind, sug.Title = Near, fmt.Sprintf("再学 %d 课，学完「%s」", left, c.Title)
		sug.Reason = fmt.Sprintf("%d 课里学完了 %d 课", c.Lessons, c.Finished)
		return sug, true
	}
	return Suggestion{}, false
}
