package app

import (
	"context"

	"zhizhou/demo"
	"zhizhou/internal/catalog"
	"zhizhou/internal/challenge"
	"zhizhou/internal/clock"
	"zhizhou/internal/note"
)

// seedChallenge opens a class of the demo school's challenge, which begins today, with
// people in it whom nobody can sign in as; one place of their squad is free.
func (a *App) seedChallenge(ctx context.Context, courseID int64) error {
	p := challenge.Plan{Days: 28, MakeUps: 3, Points: 5, Peer: 1, Tasks: []challenge.Task{{Kind: challenge.Words, Title: demo.ChallengeTask, Note: demo.ChallengeNote}}}
	for _, m := range demo.ChallengeMarks {
		p.Marks = append(p.Marks, challenge.Mark{Day: m.Day, Need: m.Need, Title: m.Title})
	}
	c, err := a.Challenge.Save(ctx, 0, challenge.Challenge{CourseID: courseID, Title: demo.ChallengeTitle, About: demo.ChallengeAbout, Plan: p})
	if err != nil {
		return err
	}
	today := challenge.Ordinal(a.Clock.Now())
	class, err := a.Challenge.OpenClass(ctx, 0, challenge.Class{
		ChallengeID: c.ID, Title: demo.ChallengeClass, About: demo.ChallengeAbout, Mode: challenge.Dates, Starts: today, JoinUntil: today + 6, Capacity: 200, Admits: challenge.Anyone, Teacher: demo.RatedTeacher,
		ShareWeekday: (int64(a.Clock.Now().In(clock.China).Weekday())+6)%7 + 1,
	})
	if err != nil {
		return err
	}
	people := make([]int64, len(demo.Fellows))
	for i, f := range demo.Fellows {
		if people[i], err = a.Account.Invent(ctx, f.Name); err != nil {
			return err
		}
		if err := a.Challenge.Join(ctx, people[i], class.ID, challenge.Joining{Hours: int64(i % 3)}); err != nil {
			return err
		}
	}
	var posts []note.Choice
	for i, f := range demo.Fellows {
		if f.Body == "" {
			continue
		}
		d, err := a.Challenge.CheckIn(ctx, people[i], class.ID, challenge.NewCheckIn{Body: f.Body})
		if err != nil {
			return err
		}
		posts = append(posts, note.Choice{What: note.CheckIn, ID: d.ID, Version: d.Version})
	}
	if _, err := a.Challenge.Decide(ctx, 0, posts, true, ""); err != nil {
		return err
	}
	for i, f := range demo.Fellows[1:] {
		if f.Review == "" {
			continue
		}
		if err := a.Challenge.Like(ctx, people[i+1], posts[0].ID, true); err != nil {
			return err
		}
		if err := a.Challenge.Review(ctx, people[i+1], posts[0].ID, f.Review); err != nil {
			return err
		}
	}
	said, err := a.Challenge.Cases(ctx, note.Sift{What: note.PeerReview, State: note.Pending}, 0, 50)
	if err != nil {
		return err
	}
	var choices []note.Choice
	for _, x := range said {
		choices = append(choices, note.Choice{What: x.What, ID: x.ID, Version: x.Version})
	}
	_, err = a.Challenge.Decide(ctx, 0, choices, true, "")
	return err
}

// seedDeposit opens a class that is entered with a deposit; nobody is in it yet.
func (a *App) seedDeposit(ctx context.Context) error {
	c, err := a.Challenge.Save(ctx, 0, challenge.Challenge{Title: demo.DepositTitle, About: demo.DepositAbout, Plan: challenge.Plan{
		Days: demo.DepositDays, MakeUps: 1, Points: 5, Peer: 1,
		Tasks: []challenge.Task{{Kind: challenge.Words, Title: demo.DepositTask, Note: demo.DepositNote}},
		Marks: []challenge.Mark{{Day: demo.DepositDays, Need: demo.DepositNeed, Title: demo.DepositMark}},
	}})
	if err != nil {
		return err
	}
	_, err = a.Challenge.OpenClass(ctx, 0, challenge.Class{
		ChallengeID: c.ID, Title: demo.DepositClass, About: demo.DepositAbout, Mode: challenge.Rolling, Capacity: 200, Admits: challenge.Anyone, Teacher: demo.RatedTeacher, ShareWeekday: 7,
		Price: catalog.KindDeposit, PriceFen: demo.DepositFen, ReturnNeed: demo.DepositNeed,
	})
	return err
}
