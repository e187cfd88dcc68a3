package challenge

import (
	"context"
	"errors"
	"fmt"
	"unicode/utf8"

	"zhizhou/internal/audit"
	"zhizhou/internal/db"
	"zhizhou/internal/id"
	"zhizhou/internal/media"
	"zhizhou/internal/text"
)

// The ways to begin, whom a class admits, and its states.
const (
	Dates     = "dates"
	Rolling   = "rolling"
	Anyone    = "anyone"
	Owners    = "course"
	Open      = "open"
	Closed    = "closed"
	Cancelled = "cancelled"
)

// Class is a challenge that people go through together.
type Class struct {
	ID           int64
	ChallengeID  int64
	InstructorID int64
	CourseID     int64
	Title        string
	About        string
	Plan         Plan   `db:"-"`
	Mode         string // Dates or Rolling
	Starts       int64  // ordinal; Rolling: 0
	JoinUntil    int64  // the last day of joining; 0: as long as it is open
	Capacity     int64
	Members      int64
	Admits       string // Anyone or Owners
	ClipID       int64  // a video or a recording that introduces it; 0: none
	Teacher      string // a name
	TeacherID    int64  // member of staff who leads it; 0: nobody in particular
	Price        string // Free, catalog.KindClass or catalog.KindDeposit
	PriceFen     int64
	ReturnNeed   int64 // check-ins that bring a deposit back
	SKUID        int64 `db:"sku_id"` // by which a place is paid for; 0: free
	ShareWeekday int64 // 1 Monday to 7 Sunday
	Shared       int64
	State        string
	Reason       string
	Version      int64
	CreatedAt    int64
	UpdatedAt    int64
}

type classRow struct {
	Class
	PlanText string
}

func (r classRow) opened() (c Class, err error) {
	c = r.Class
	c.Plan, err = planOf(r.PlanText)
	return c, err
}

// Ends is the last day of a class with dates; 0 of one without.
func (c Class) Ends() int64 {
	if c.Mode == Rolling {
		return 0
	}
	return c.Starts + c.Plan.Days - 1
}

// joins reports whether one may join on a day.
func (c Class) joins(today int64) bool {
	return c.State == Open && (c.JoinUntil == 0 || today <= c.JoinUntil) && (c.Mode == Rolling || today <= c.Ends())
}

// runs reports whether a day is one of those that somebody goes through whose first one
// was starts and for whom days count from since on.
func (c Class) runs(starts, since, day int64) bool {
	return c.State != Cancelled && day >= since && day < starts+c.Plan.Days
}

// Class returns a class of an instructor (0: any). Returns ErrClass.
func (s *Service) Class(ctx context.Context, scope, classID int64) (Class, error) {
	return s.class(ctx, s.DB, qClass, classID, scope)
}

func (s *Service) class(ctx context.Context, r db.Reader, q *db.Stmt, args ...any) (Class, error) {
	var x classRow
	if err := r.Get(ctx, q, &x, args...); err != nil {
		return Class{}, none(err, ErrClass)
	}
	return x.opened()
}

func classes(rows []classRow, err error) ([]Class, error) {
	if err != nil {
		return nil, err
	}
	out := make([]Class, len(rows))
	for i, r := range rows {
		c, err := r.opened()
		if err != nil {
			return nil, err
		}
		out[i] = c
	}
	return out, nil
}

// Classes pages the classes of an instructor (0: of all) and a challenge (0: of each) in
// a state ("": any), newest first, before an id.
func (s *Service) Classes(ctx context.Context, scope, challengeID int64, state string, before int64, limit int) ([]Class, error) {
	var rows []classRow
	err := s.DB.List(ctx, qClasses, &rows, scope, challengeID, state, before, limit)
	return classes(rows, err)
}

// Joinable pages the classes that one may join now, of a course (0: of any), newest first.
func (s *Service) Joinable(ctx context.Context, courseID, before int64, limit int) ([]Class, error) {
	var rows []classRow
	err := s.DB.List(ctx, qOpen, &rows, s.today(), before, courseID, limit)
	return classes(rows, err)
}

// Newest is the class of a challenge that was opened last and takes people in. Returns
// ErrClass.
func (s *Service) Newest(ctx context.Context, challengeID int64) (Class, error) {
	var classID int64
	if err := s.DB.Get(ctx, qNewest, &classID, challengeID); err != nil {
		return Class{}, none(err, ErrClass)
	}
	return s.Class(ctx, 0, classID)
}

func (s *Service) fit(c Class) (Class, error) {
	var ok bool
	c.Teacher = text.Line(c.Teacher)
	if c.Title, c.About, ok = words(c.Title, c.About); !ok {
		return c, ErrClassSet.Field("title", "名称写 1–40 个字，介绍不超过 2000 个字")
	}
	switch {
	case c.Capacity < 1 || c.Capacity > 5000:
		return c, ErrClassSet.Field("capacity", "1–5000 人")
	case c.ShareWeekday < 1 || c.ShareWeekday > 7:
		return c, ErrClassSet.Field("share_weekday", "选一周里的一天")
	case utf8.RuneCountInString(c.Teacher) > 20:
		return c, ErrClassSet.Field("teacher", "不超过 20 个字")
	case c.Mode != Dates && c.Mode != Rolling:
		return c, ErrClassSet.Field("mode", "选开班方式")
	case c.Mode == Dates && c.Starts == 0:
		return c, ErrClassSet.Field("starts_on", "选开始的日子")
	case c.Mode == Dates && c.JoinUntil > c.Ends():
		return c, ErrClassSet.Field("join_until", "不晚于结束的日子")
	case c.Admits != Anyone && c.Admits != Owners, c.Admits == Owners && c.CourseID == 0:
		return c, ErrClassSet.Field("admits", "没有关联课程的挑战，只能人人可以参加")
	}
	if c.Mode == Rolling {
		c.Starts = 0
	}
	return s.priced(c)
}

// OpenClass opens a class of a challenge: it keeps the plan of now. Returns ErrGone,
// ErrClassSet.
func (s *Service) OpenClass(ctx context.Context, scope int64, c Class) (Class, error) {
	of, err := s.One(ctx, scope, c.ChallengeID)
	if err != nil {
		return c, err
	}
	if of.ArchivedAt > 0 {
		return c, ErrGone.Say("这个挑战已收起，先恢复再开班")
	}
	c.ID, c.InstructorID, c.CourseID, c.Plan = id.New(), of.InstructorID, of.CourseID, of.Plan
	if c.Mode == Dates && c.Starts < s.today() {
		return c, ErrClassSet.Field("starts_on", "开始的日子不能在今天以前")
	}
	if c, err = s.fit(c); err != nil {
		return c, err
	}
	plan, err := c.Plan.text()
	if err != nil {
		return c, err
	}
	err = s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		c.State = Open
		if err := s.clip(ctx, tx, c.ClipID); err != nil {
			return err
		}
		if err := s.sell(ctx, tx, &c); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, qClassInsert, c.ID, c.ChallengeID, c.InstructorID, c.CourseID, c.Title, c.About, plan, c.Mode, c.Starts, c.JoinUntil, c.Capacity, c.Admits, c.Teacher, c.ShareWeekday, s.now(),
			c.Price, c.PriceFen, c.ReturnNeed, c.SKUID, c.ClipID); err != nil {
			return err
		}
		if c.TeacherID > 0 {
			if err := s.lead(ctx, tx, c.ID, c.TeacherID); err != nil {
				return err
			}
		}
		return audit.Write(ctx, tx, s.Clock, "class.open", fmt.Sprintf("class:%d", c.ID), "", c.Title, "")
	})
	if err != nil {
		return c, err
	}
	return s.Class(ctx, scope, c.ID)
}

// EditClass changes what is said of a class, until when one joins and how many; when it
// begins and what it asks stay. Returns ErrClass, ErrClassSet, ErrChanged.
func (s *Service) EditClass(ctx context.Context, scope int64, ch Class) (Class, error) {
	c, err := s.Class(ctx, scope, ch.ID)
	if err != nil {
		return c, err
	}
	was := c
	c.Title, c.About, c.JoinUntil, c.Capacity, c.Teacher, c.ShareWeekday, c.ClipID = ch.Title, ch.About, ch.JoinUntil, ch.Capacity, ch.Teacher, ch.ShareWeekday, ch.ClipID
	if c, err = s.fit(c); err != nil {
		return c, err
	}
	if c.Capacity < c.Members {
		return c, ErrClassSet.Field("capacity", fmt.Sprintf("已有 %d 人", c.Members))
	}
	err = s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if c.ClipID != was.ClipID { // one that stands stays, whatever became of it
			if err := s.clip(ctx, tx, c.ClipID); err != nil {
				return err
			}
		}
		n, err := tx.Exec(ctx, qClassUpdate, c.ID, ch.Version, c.Title, c.About, c.JoinUntil, c.Capacity, c.Teacher, c.ShareWeekday, s.now(), c.ClipID)
		if err == nil && n == 0 {
			err = ErrChanged
		}
		if err == nil {
			err = s.sell(ctx, tx, &c)
		}
		if err != nil {
			return err
		}
		return audit.Write(ctx, tx, s.Clock, "class.edit", fmt.Sprintf("class:%d", c.ID), was.Title, c.Title, "")
	})
	if err != nil {
		return c, err
	}
	return s.Class(ctx, scope, c.ID)
}

// clip keeps the video that introduces a class while the transaction runs. It may still be
// on its way through transcoding. Returns ErrClassSet.
func (s *Service) clip(ctx context.Context, tx *db.Tx, assetID int64) error {
	if assetID == 0 {
		return nil
	}
	_, err := s.Media.UseAsset(ctx, tx, assetID)
	if errors.Is(err, media.ErrAssetNone) {
		return ErrClassSet.Field("clip_id", "这个视频已不在素材库，请另选一个")
	}
	return err
}

// Shows reports whether a video introduces a class that everybody may see: it is played to
// whoever asks. Returns ErrClass.
func (s *Service) Shows(ctx context.Context, assetID int64) error {
	var classID int64
	return none(s.DB.Get(ctx, qClipOf, &classID, assetID), ErrClass)
}

// SetClass opens a class to new people, closes it to them, or cancels it, which tells
// its members why and cannot be undone. Returns ErrClass, ErrReason.
func (s *Service) SetClass(ctx context.Context, scope, classID int64, state, reason string) error {
	c, err := s.Class(ctx, scope, classID)
	if err != nil {
		return err
	}
	if reason = text.Line(reason); state == Cancelled && (reason == "" || utf8.RuneCountInString(reason) > 200) {
		return ErrReason.Field("reason", "请写 1–200 个字")
	}
	was := c.State
	return s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		n, err := tx.Exec(ctx, qClassState, c.ID, state, reason, s.now())
		if err != nil || n == 0 {
			return err
		}
		c.State = state
		if err := s.sell(ctx, tx, &c); err != nil {
			return err
		}
		if state == Cancelled {
			if _, err := tx.Exec(ctx, qEntriesDue, c.ID, s.today()); err != nil { // the sweep gives their money back
				return err
			}
			if err := s.each(ctx, tx, c.ID, func(userID, _, _ int64) error {
				return s.tell(ctx, tx, News{UserID: userID, ClassID: c.ID, ID: c.ID, Kind: "cancelled", Title: c.Title, Body: reason})
			}); err != nil {
				return err
			}
		}
		return audit.Write(ctx, tx, s.Clock, "class."+state, fmt.Sprintf("class:%d", c.ID), was, state, reason)
	})
}

// each goes over who is in a class.
func (s *Service) each(ctx context.Context, r db.Reader, classID int64, f func(userID, memberID, starts int64) error) error {
	for after := int64(0); ; {
		var rows []struct{ UserID, ID, Starts int64 }
		if err := r.List(ctx, qSharers, &rows, classID, after); err != nil || len(rows) == 0 {
			return err
		}
		for _, x := range rows {
			if err := f(x.UserID, x.ID, x.Starts); err != nil {
				return err
			}
			after = x.ID
		}
	}
}
