package app

import (
	"context"
	"fmt"
	"html"
	"strings"

	"zhizhou/demo"
	"zhizhou/internal/catalog"
	"zhizhou/internal/quiz"
)

// newQuiz makes the quizzes and ties them to lessons: one that asks nothing is not
// published, one that is passed is finished.
func (a *App) newQuiz() {
	a.Quiz = quiz.New(a.DB, a.Clock, a.Catalog, a.Access)
	a.Quiz.OnPassed(a.Learning.Finish)
	a.Catalog.OnPublish(a.Quiz.Ready)
	a.Account.OnMerge(a.Quiz.Merge)
}

// seedQuiz puts a quiz of the demo school into a course, and its questions into the
// bank.
func (a *App) seedQuiz(ctx context.Context, courseID, chapterID int64, l demo.Lesson) error {
	lessonID, err := a.Catalog.AddLesson(ctx, 0, courseID, chapterID, l.Title, catalog.Quiz)
	if err != nil {
		return err
	}
	if err := a.Catalog.UpdateLesson(ctx, 0, lessonID, catalog.LessonChange{Title: l.Title, IsFree: l.Free}); err != nil {
		return err
	}
	p := quiz.Paper{LessonID: lessonID, Mode: quiz.Fixed, TimeLimitS: 900, PassPermille: 600, ShuffleOptions: true, ShowAnswers: quiz.ShowSubmitted}
	for i, d := range demo.Quizzes[l.Quiz] {
		q := quiz.Question{Kind: d.Kind, Difficulty: 2, Points: d.Points, Tags: []string{strings.TrimPrefix(l.Title, "小测验：")}, Content: quiz.Content{
			Stem: "<p>" + html.EscapeString(d.Stem) + "</p>", Explanation: "<p>" + html.EscapeString(d.Why) + "</p>",
			Options: d.Options, Matches: d.Matches, Right: quiz.Right{Choices: d.Choices, Truth: d.Truth, Text: d.Model},
		}}
		for n, texts := range d.Blanks {
			b := quiz.Accept{Texts: texts}
			if n == len(d.Blanks)-1 {
				b.Tolerance = d.Tolerance
			}
			q.Right.Blanks = append(q.Right.Blanks, b)
		}
		questionID, err := a.Quiz.SaveQuestion(ctx, 0, q)
		if err != nil {
			return fmt.Errorf("question %d: %w", i+1, err)
		}
		p.Questions = append(p.Questions, quiz.Pick{QuestionID: questionID, Points: d.Points})
	}
	return a.Quiz.SavePaper(ctx, 0, p)
}
