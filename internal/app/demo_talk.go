package app

import (
	"context"
	"fmt"

	"zhizhou/demo"
	"zhizhou/internal/note"
)

// seedTalk lets learners of the demo school share notes and ask under a free lesson.
// Nobody can sign in as one of them.
func (a *App) seedTalk(ctx context.Context, courseID, staffID int64) error {
	lessonID, err := a.lessonOf(ctx, courseID, demo.TalkLesson)
	if err != nil {
		return err
	}
	people := map[string]int64{}
	for _, w := range demo.Notes {
		if people[w.Author], err = a.Account.Invent(ctx, w.Author); err != nil {
			return err
		}
	}
	var shown []note.Choice
	liked, authors := map[int64]int{}, map[int64]int64{}
	for _, w := range demo.Notes {
		m, err := a.Note.Add(ctx, people[w.Author], lessonID, note.NewMark{Place: note.Place{Kind: "text", Quote: w.Quote}, Body: w.Body, Share: true})
		if err != nil {
			return fmt.Errorf("note of %s: %w", w.Author, err)
		}
		if !w.Waits {
			shown = append(shown, note.Choice{What: note.Note, ID: m.ID, Version: m.Version})
			liked[m.ID], authors[m.ID] = w.Likes, m.UserID
		}
	}
	for _, q := range demo.Questions {
		made, err := a.seedQuestion(ctx, lessonID, staffID, people, q)
		if err != nil {
			return fmt.Errorf("question of %s: %w", q.Author, err)
		}
		shown = append(shown, made...)
	}
	if _, err := a.Note.Decide(ctx, 0, shown, true, ""); err != nil {
		return err
	}
	for noteID, n := range liked {
		for _, w := range demo.Notes {
			if n > 0 && people[w.Author] != authors[noteID] {
				n--
				if err := a.Note.Like(ctx, people[w.Author], note.Note, noteID, true); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func (a *App) seedQuestion(ctx context.Context, lessonID, staffID int64, people map[string]int64, q demo.Asked) ([]note.Choice, error) {
	at := note.Place{Quote: q.Quote}
	if q.Quote != "" {
		at.Kind = "text"
	}
	made, err := a.Note.Ask(ctx, people[q.Author], lessonID, at, q.Body)
	if err != nil {
		return nil, err
	}
	choice := note.Choice{What: note.Question, ID: made.ID, Version: made.Version}
	if len(q.Answers) == 0 {
		return []note.Choice{choice}, nil
	}
	// Others answer what they can see.
	if _, err := a.Note.Decide(ctx, 0, []note.Choice{choice}, true, ""); err != nil {
		return nil, err
	}
	var out []note.Choice
	for _, r := range q.Answers {
		if r.Author == "" {
			if err := a.Note.AnswerFor(ctx, 0, staffID, demo.TalkTeacher, made.ID, r.Body); err != nil {
				return nil, err
			}
			continue
		}
		reply, err := a.Note.Answer(ctx, people[r.Author], made.ID, r.Body)
		if err != nil {
			return nil, err
		}
		out = append(out, note.Choice{What: note.Answer, ID: reply.ID, Version: reply.Version})
	}
	return out, nil
}

// lessonOf finds a lesson of a course by its title.
func (a *App) lessonOf(ctx context.Context, courseID int64, title string) (int64, error) {
	parts, err := a.Catalog.Outline(ctx, courseID)
	if err != nil {
		return 0, err
	}
	for _, p := range parts {
		for _, l := range p.Lessons {
			if l.Title == title {
				return l.ID, nil
			}
		}
	}
	return 0, fmt.Errorf("there is no lesson %q", title)
}
