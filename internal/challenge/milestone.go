package challenge

import (
	"context"

	"zhizhou/internal/db"
	"zhizhou/internal/id"
)

// next is the day of the first milestone after a day; 0: there is none.
func next(p Plan, starts, after int64) int64 {
	for _, m := range p.Marks {
		if day := starts + m.Day - 1; day > after {
			return day
		}
	}
	return 0
}

// decide writes the milestones whose day has come and for which a member has enough
// check-ins up to that day, under the member's lock, and has a deposit looked at that
// they may have back.
func (s *Service) decide(ctx context.Context, tx *db.Tx, c Class, m Member) error {
	today := s.today()
	var reached []Milestone
	if err := tx.List(ctx, qReached, &reached, m.ID); err != nil {
		return err
	}
	have := map[int64]bool{}
	for _, x := range reached {
		have[x.No] = true
	}
	for _, mark := range c.Plan.Marks {
		day := m.Starts + mark.Day - 1
		if have[mark.Day] || day > today {
			continue
		}
		x := Milestone{ID: id.New(), MemberID: m.ID, ClassID: c.ID, UserID: m.UserID, CourseID: c.CourseID, No: mark.Day, Title: mark.Title, ReachedAt: s.now()}
		if err := tx.Get(ctx, qDaysUpTo, &x.CheckIns, m.ID, day); err != nil {
			return err
		}
		if x.CheckIns < mark.Need {
			continue
		}
		n, err := tx.Exec(ctx, qReach, x.ID, m.ID, c.ID, x.No, x.Title, x.CheckIns, x.ReachedAt)
		if err != nil {
			return err
		}
		if n == 0 {
			continue
		}
		for _, f := range s.onMilestone {
			if err := f(ctx, tx, x); err != nil {
				return err
			}
		}
		if err := s.tell(ctx, tx, News{UserID: m.UserID, ClassID: c.ID, ID: x.ID, Kind: "milestone", Title: c.Title, Body: x.Title}); err != nil {
			return err
		}
	}
	if _, err := tx.Exec(ctx, qMemberNext, m.ID, next(c.Plan, m.Starts, today)); err != nil {
		return err
	}
	return s.near(ctx, tx, c, m)
}

// Proof is a milestone with what it rests on, counted again.
type Proof struct {
	Milestone
	Class   string
	Teacher string
	Starts  int64
	Stands  bool    // its member was not refunded out or removed
	Days    []int64 // of check-ins up to it, YYYYMMDD, in order
}

// Proof counts the check-ins of a milestone again, those that were there at a moment.
// Returns ErrGone.
func (s *Service) Proof(ctx context.Context, r db.Reader, milestoneID, at int64) (Proof, error) {
	var row struct {
		Proof
		StandsNow int64 `db:"stands"`
	}
	if err := r.Get(ctx, qMilestone, &row, milestoneID); err != nil {
		return Proof{}, none(err, ErrGone)
	}
	p := row.Proof
	p.Stands = row.StandsNow == 1
	if err := r.List(ctx, qMilestoneDays, &p.Days, p.MemberID, p.Starts+p.No-1, at); err != nil {
		return p, err
	}
	for i, d := range p.Days {
		p.Days[i] = DayOf(d)
	}
	return p, nil
}
