package challenge

import (
	"context"
	"errors"
	"fmt"
	"unicode/utf8"

	"zhizhou/internal/audit"
	"zhizhou/internal/db"
	"zhizhou/internal/id"
	"zhizhou/internal/text"
)

// The states of a member.
const (
	In      = "in"
	Left    = "left"
	Lost    = "lost" // what admitted them was given back
	Removed = "removed"
)

// Member is somebody in a class, or who was.
type Member struct {
	ID       int64
	ClassID  int64
	UserID   int64
	SquadID  int64 // 0: none yet
	State    string
	Starts   int64 // ordinal of their first day
	Since    int64 // the first day that counts for them
	Level    int64 // 0 new, 1 some study, 2 much
	Hours    int64 // 0 morning, 1 noon, 2 evening
	Total    int64
	Streak   int64
	Best     int64
	Last     int64
	MadeUp   int64
	Score    int64
	Next     int64
	Reason   string
	JoinedAt int64
	EndedAt  int64
}

// Seated is a member as staff see them.
type Seated struct {
	Member
	Nickname string
	Squad    string // its name; "": none
	Money    string // how what they paid stands, an entry's state; "": they paid nothing
	PaidFen  int64
}

// no is the day of the challenge on an ordinal, from 1.
func (m Member) no(day int64) int64 { return day - m.Starts + 1 }

const hourMS = 3600 * 1000

// levelOf tells by hours of study how far somebody is.
func levelOf(studiedMS int64) int64 {
	switch {
	case studiedMS < 5*hourMS:
		return 0
	case studiedMS < 30*hourMS:
		return 1
	}
	return 2
}

// Joining is how somebody joins.
type Joining struct {
	Hours int64  // 0 morning, 1 noon, 2 evening
	Squad string // code of the squad that invited them; "" : none
}

// Join takes somebody into a class; who is in it stays so. Returns ErrClass, ErrClosed,
// ErrFull, ErrCourse, ErrPay, ErrRemoved, ErrSquad, ErrSquadMax.
func (s *Service) Join(ctx context.Context, userID, classID int64, j Joining) error {
	return s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		c, err := s.class(ctx, tx, qClassLock, classID)
		if err != nil {
			return err
		}
		var m Member
		err = tx.Get(ctx, qMemberLock, &m, classID, userID)
		if err != nil && !errors.Is(err, db.ErrNone) {
			return err
		}
		switch m.State {
		case In:
			if m.SquadID == 0 && m.Hours != j.Hours {
				if _, err := tx.Exec(ctx, qMemberHours, m.ID, j.Hours); err != nil {
					return err
				}
				m.Hours = j.Hours
			}
			return s.seat(ctx, tx, c, m, j.Squad)
		case Removed:
			return ErrRemoved
		}
		if !c.joins(s.today()) {
			return ErrClosed
		}
		if err := s.paid(ctx, tx, c, userID); err != nil {
			return err
		}
		if err := s.admit(ctx, tx, c, userID); err != nil {
			return err
		}
		return s.take(ctx, tx, c, m, userID, j)
	})
}

// take gives somebody a place under the lock of the class; m is the one they had before,
// ID 0: none. Returns ErrFull, ErrSquad, ErrSquadMax.
func (s *Service) take(ctx context.Context, tx *db.Tx, c Class, m Member, userID int64, j Joining) error {
	n, err := tx.Exec(ctx, qTake, c.ID)
	if err == nil && n == 0 {
		err = ErrFull
	}
	if err != nil {
		return err
	}
	if m.ID > 0 {
		_, err = tx.Exec(ctx, qMemberAgain, m.ID, j.Hours)
	} else {
		m, err = s.enter(ctx, tx, c, userID, j.Hours)
	}
	if err != nil {
		return err
	}
	return s.seat(ctx, tx, c, m, j.Squad)
}

// admit asks whether somebody may be in a class. Returns ErrCourse.
func (s *Service) admit(ctx context.Context, r db.Reader, c Class, userID int64) error {
	if c.Admits != Owners {
		return nil
	}
	have, err := s.Access.Course(ctx, r, userID, c.CourseID)
	if err == nil && !have.Owned {
		err = ErrCourse
	}
	return err
}

func (s *Service) enter(ctx context.Context, tx *db.Tx, c Class, userID, hours int64) (Member, error) {
	var studied int64
	if err := tx.Get(ctx, qLevel, &studied, userID); err != nil {
		return Member{}, err
	}
	today := s.today()
	m := Member{ID: id.New(), ClassID: c.ID, UserID: userID, State: In, Starts: c.Starts, Level: levelOf(studied), Hours: hours}
	if c.Mode == Rolling {
		m.Starts = today
	}
	m.Since = max(m.Starts, today)
	_, err := tx.Exec(ctx, qMemberInsert, m.ID, c.ID, userID, m.Starts, m.Since, m.Level, hours, next(c.Plan, m.Starts, today-1), s.now())
	return m, err
}

// Membership returns somebody's place in a class, also when it is over. Returns
// ErrOutside.
func (s *Service) Membership(ctx context.Context, r db.Reader, classID, userID int64) (Member, error) {
	var m Member
	return m, none(r.Get(ctx, qMember, &m, classID, userID), ErrOutside)
}

// inside returns somebody who is in a class. Returns ErrOutside.
func (s *Service) inside(ctx context.Context, r db.Reader, classID, userID int64) (Member, error) {
	m, err := s.Membership(ctx, r, classID, userID)
	if err == nil && m.State != In {
		err = ErrOutside
	}
	return m, err
}

// Mine lists the classes that somebody is in, newest first.
func (s *Service) Mine(ctx context.Context, userID int64) ([]Own, error) {
	var rows []struct {
		Member
		Title    string
		PlanText string
	}
	if err := s.DB.List(ctx, qMine, &rows, userID); err != nil {
		return nil, err
	}
	out := make([]Own, len(rows))
	for i, r := range rows {
		p, err := planOf(r.PlanText)
		if err != nil {
			return nil, err
		}
		today := s.today()
		out[i] = Own{r.Member, r.Title, p.Days, r.no(today), r.Last == today}
	}
	return out, nil
}

// Own is a class that somebody is in.
type Own struct {
	Member
	Title string
	Days  int64
	No    int64 // today's day of it; below 1 before it begins
	Today bool  // checked in
}

// Leave takes somebody out of a class at their own wish; what they did stays and goes on
// when they join again. A deposit goes back to who leaves before their first day. Returns
// ErrOutside.
func (s *Service) Leave(ctx context.Context, userID, classID int64) error {
	return s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := s.leaveDeposit(ctx, tx, classID, userID); err != nil {
			return err
		}
		c, err := s.class(ctx, tx, qClassLock, classID)
		if err != nil {
			return err
		}
		m, err := s.inside(ctx, tx, classID, userID)
		if err != nil {
			return err
		}
		return s.out(ctx, tx, c, m, Left, "")
	})
}

// Remove takes a member out for what they did: milestones and the points of check-ins
// are taken back, and they do not come in again. Returns ErrClass, ErrOutside, ErrReason.
func (s *Service) Remove(ctx context.Context, scope, classID, userID int64, reason string) error {
	if _, err := s.Class(ctx, scope, classID); err != nil {
		return err
	}
	if reason = text.Line(reason); reason == "" || utf8.RuneCountInString(reason) > 200 {
		return ErrReason.Field("reason", "请写 1–200 个字")
	}
	return s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		c, err := s.class(ctx, tx, qClassLock, classID)
		if err != nil {
			return err
		}
		m, err := s.inside(ctx, tx, classID, userID)
		if err != nil {
			return err
		}
		if err := s.out(ctx, tx, c, m, Removed, reason); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, qEntryDue, c.ID, userID, s.today()); err != nil {
			return err
		}
		days, err := s.days(ctx, tx, m.ID)
		if err != nil {
			return err
		}
		given := int64(0)
		for _, d := range days {
			given += d.Points
		}
		if err := s.Points.Reclaim(ctx, tx, userID, given, fmt.Sprintf("challenge_removed:%d:points", m.ID), "移出挑战「"+c.Title+"」"); err != nil {
			return err
		}
		if err := s.tell(ctx, tx, News{UserID: userID, ClassID: c.ID, ID: m.ID, Kind: "removed", Title: c.Title, Body: reason}); err != nil {
			return err
		}
		p, err := s.Standing(ctx, tx, c.ID, userID)
		if err != nil {
			return err
		}
		was := map[string]any{"user_id": userID, "squad_id": m.SquadID}
		if p.Deposit {
			was["forfeited_fen"] = p.Fen
		}
		return audit.Write(ctx, tx, s.Clock, "class.remove", fmt.Sprintf("class:%d", c.ID), was, map[string]any{"state": Removed}, reason)
	})
}

// out ends a membership under the lock of its class.
func (s *Service) out(ctx context.Context, tx *db.Tx, c Class, m Member, state, reason string) error {
	n, err := tx.Exec(ctx, qMemberEnd, m.ID, state, reason, s.now())
	if err != nil || n == 0 {
		return err
	}
	if err := tx.Sure(ctx, qGive, c.ID); err != nil {
		return err
	}
	if m.SquadID > 0 {
		if err := s.resize(ctx, tx, m.SquadID); err != nil {
			return err
		}
	}
	switch state { // who only left keeps what they reached
	case Removed:
		err = s.fall(ctx, tx, m.ID, "staff", reason)
	case Lost:
		if err = s.fall(ctx, tx, m.ID, "refund", refunded); err == nil {
			_, err = tx.Exec(ctx, qEntryDue, c.ID, m.UserID, s.today()) // a deposit is not lost by it
		}
	}
	if err != nil {
		return err
	}
	return s.arrange(ctx, tx, c)
}

const refunded = "课程已退款"

// fall tells that the milestones of a member stand no longer.
func (s *Service) fall(ctx context.Context, tx *db.Tx, memberID int64, kind, reason string) error {
	var reached []Milestone
	if err := tx.List(ctx, qReached, &reached, memberID); err != nil {
		return err
	}
	for _, x := range reached {
		for _, f := range s.onOut {
			if err := f(ctx, tx, x.ID, kind, reason); err != nil {
				return err
			}
		}
	}
	return nil
}

// Lost ends, inside tx, the memberships of somebody in classes whose course they do not
// have any more: it was given back.
func (s *Service) Lost(ctx context.Context, tx *db.Tx, userID int64) error {
	var rows []struct {
		Member
		CourseID int64
	}
	if err := tx.List(ctx, qOfCourses, &rows, userID); err != nil {
		return err
	}
	for _, r := range rows {
		have, err := s.Access.Course(ctx, tx, userID, r.CourseID)
		if err != nil || have.Owned {
			if err != nil {
				return err
			}
			continue
		}
		if r.State == Left {
			if _, err := tx.Exec(ctx, qMemberOut, r.ID, Lost, ""); err != nil {
				return err
			}
			if err := s.fall(ctx, tx, r.ID, "refund", refunded); err != nil {
				return err
			}
			continue
		}
		c, err := s.class(ctx, tx, qClassLock, r.ClassID)
		if err != nil {
			return err
		}
		if err := s.out(ctx, tx, c, r.Member, Lost, ""); err != nil {
			return err
		}
	}
	return nil
}

// Members pages who is in a class or was, in the order of joining, after an id. Returns
// ErrClass.
func (s *Service) Members(ctx context.Context, scope, classID int64, state string, after int64, limit int) ([]Seated, error) {
	if _, err := s.Class(ctx, scope, classID); err != nil {
		return nil, err
	}
	var rows []Seated
	err := s.DB.List(ctx, qMembers, &rows, classID, state, after, limit)
	return rows, err
}
