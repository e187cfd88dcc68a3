package challenge

import (
	"context"
	"errors"
	"slices"
)

// Home is a challenge before somebody who is in it.
type Home struct {
	Class   Class
	Course  string // its title; "": it goes with none
	Member  Member
	Today   int64 // ordinal
	No      int64 // of today; below 1 before it begins, above the days after it
	Task    Task  // of today
	Fact    Fact  // of it
	Days    []CheckIn
	Missed  []int64 // ordinals that may be made up now, the oldest first
	Asked   []Task  // of Missed, in its order
	Cards   int64   // make-up cards that are left
	Reached []Milestone
	Squad   Squad // ID 0: none yet
	Mates   []Mate
	Awards  []Award
}

// Home returns a challenge to somebody who is in it. Returns ErrClass, ErrOutside.
func (s *Service) Home(ctx context.Context, userID, classID int64) (Home, error) {
	h := Home{Today: s.today()}
	var err error
	if h.Class, err = s.Class(ctx, 0, classID); err != nil {
		return h, err
	}
	if h.Member, err = s.inside(ctx, s.DB, classID, userID); err != nil {
		return h, err
	}
	if h.Course, err = s.CourseTitle(ctx, h.Class.CourseID); err != nil {
		return h, err
	}
	h.No = h.Member.no(h.Today)
	if h.No >= 1 && h.No <= h.Class.Plan.Days {
		h.Task = h.Class.Plan.Task(h.No)
		if h.Fact, err = s.fact(ctx, s.DB, h.Class, userID, h.Task, h.Today, h.Today); err != nil {
			return h, err
		}
	}
	if h.Days, err = s.days(ctx, s.DB, h.Member.ID); err != nil {
		return h, err
	}
	h.Cards = max(0, h.Class.Plan.MakeUps-h.Member.MadeUp)
	for day := h.Today - makeUpDays; day < h.Today && h.Cards > 0; day++ {
		if s.may(h.Class, h.Member, day, h.Today) == nil && !slices.ContainsFunc(h.Days, func(d CheckIn) bool { return d.Day == day }) {
			h.Missed = append(h.Missed, day)
			h.Asked = append(h.Asked, h.Class.Plan.Task(h.Member.no(day)))
		}
	}
	if err := s.DB.List(ctx, qReached, &h.Reached, h.Member.ID); err != nil {
		return h, err
	}
	if h.Squad, h.Mates, err = s.SquadOf(ctx, h.Member); err != nil {
		return h, err
	}
	h.Awards, err = s.awardsOf(ctx, h.Member.ID)
	return h, err
}

// CourseTitle is what the course of a class is called; "" of 0.
func (s *Service) CourseTitle(ctx context.Context, courseID int64) (string, error) {
	if courseID == 0 {
		return "", nil
	}
	var title string
	err := s.DB.Get(ctx, qCourseTitle, &title, courseID)
	return title, none(err, nil)
}

// ShareDay reports whether today is the share day of a challenge that runs.
func (h Home) ShareDay() bool {
	return weekday(h.Today) == h.Class.ShareWeekday && h.No >= 2 && h.No <= h.Class.Plan.Days
}

// Owes reports whether a mate still has today's check-in before them: theirs is a day of
// the challenge and not done yet. Of a rolling class each goes through days of their own.
func (h Home) Owes(m Mate) bool {
	return m.TodayAt == 0 && h.Class.runs(m.Starts, m.Since, h.Today)
}

// Own returns somebody's place in a class; ID 0: they were never in it.
func (s *Service) Own(ctx context.Context, classID, userID int64) (Member, error) {
	m, err := s.Membership(ctx, s.DB, classID, userID)
	if errors.Is(err, ErrOutside) {
		return Member{}, nil
	}
	return m, err
}
