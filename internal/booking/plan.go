package booking

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"unicode/utf8"

	"zhizhou/internal/audit"
	"zhizhou/internal/catalog"
	"zhizhou/internal/db"
	"zhizhou/internal/text"
)

// Plan is what a lesson that is booked is.
type Plan struct {
	LessonID    int64
	Kind        string
	Place       string // the address
	Directions  string // how to get there
	Bring       string // what to bring
	Note        string
	Link        string // of the meeting
	Minutes     int64  // how long it takes
	CancelHours int64  // learners cancel until so long before
	Hold        int64  // how many bookings to come one learner may have
	Most        int64  // how many in all, missed ones included; 0: any number
	Version     int64  // 0: none yet
}

// Plan returns how a lesson is booked. Returns ErrNone.
func (s *Service) Plan(ctx context.Context, lessonID int64) (Plan, error) {
	var p Plan
	err := none(s.db.Get(ctx, qPlan, &p, lessonID), ErrNone)
	return p, err
}

// SavePlan saves how a lesson within scope is booked; what is booked stays. Returns
// ErrPlan, ErrChanged, ErrNone when it is no such lesson, catalog.ErrLessonGone.
func (s *Service) SavePlan(ctx context.Context, scope int64, p Plan) error {
	l, err := s.Mine(ctx, scope, p.LessonID)
	if err != nil {
		return err
	}
	if l.Form != catalog.Booking {
		return ErrNone
	}
	if err := p.check(); err != nil {
		return err
	}
	return s.db.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		var before Plan
		if err := none(tx.Get(ctx, qPlan, &before, p.LessonID), ErrNone); err != nil && !errors.Is(err, ErrNone) {
			return err
		}
		if p.Kind == OneToOne {
			var wide int64
			if err := tx.Get(ctx, qWide, &wide, p.LessonID, s.now()); err != nil {
				return err
			}
			if wide > 0 {
				return ErrPlan.Field("kind", "还有多人的场次，先把它们的名额改成 1")
			}
		}
		n, err := tx.Exec(ctx, qPlanSave, p.LessonID, p.Kind, p.Place, p.Directions, p.Bring, p.Note, p.Link, p.Minutes, p.CancelHours, p.Hold, p.Most, p.Version, s.now())
		if err != nil {
			return err
		}
		if n == 0 || before.Version != p.Version {
			return ErrChanged
		}
		return audit.Write(ctx, tx, s.clock, "booking.save", fmt.Sprintf("lesson:%d", p.LessonID), before.rules(), p.rules(), "")
	})
}

// rules are what the log keeps of a plan: whoever has the link may join.
func (p Plan) rules() map[string]any {
	return map[string]any{"kind": p.Kind, "place": p.Place, "minutes": p.Minutes, "cancel_hours": p.CancelHours, "hold": p.Hold, "most": p.Most}
}

func (p *Plan) check() error {
	p.Place, p.Directions, p.Bring, p.Note, p.Link = text.Line(p.Place), text.Lines(p.Directions), text.Lines(p.Bring), text.Lines(p.Note), text.Line(p.Link)
	for field, v := range map[string]struct {
		text string
		most int
	}{"place": {p.Place, 100}, "directions": {p.Directions, 500}, "bring": {p.Bring, 300}, "note": {p.Note, 2000}, "link": {p.Link, 500}} {
		if utf8.RuneCountInString(v.text) > v.most {
			return ErrPlan.Field(field, fmt.Sprintf("不超过 %d 个字", v.most))
		}
	}
	if p.Link != "" {
		if u, err := url.Parse(p.Link); err != nil || u.Scheme != "https" || u.Host == "" {
			return ErrPlan.Field("link", "会议链接要以 https:// 开头")
		}
	}
	switch {
	case p.Kind == Offline && p.Place == "":
		return ErrPlan.Field("place", "请填写上课地点")
	case p.Kind == Online && p.Link == "":
		return ErrPlan.Field("link", "请填写会议链接")
	case p.Kind == OneToOne && p.Place == "" && p.Link == "":
		return ErrPlan.Field("place", "请填写地点或会议链接")
	case p.Kind != Offline && p.Kind != Online && p.Kind != OneToOne:
		return ErrPlan.Field("kind", "请选择上课方式")
	case p.Minutes < 5 || p.Minutes > 1440:
		return ErrPlan.Field("minutes", "时长 5 到 1440 分钟")
	case p.CancelHours < 0 || p.CancelHours > 720:
		return ErrPlan.Field("cancel_hours", "0 到 720 小时")
	case p.Hold < 1 || p.Hold > 20:
		return ErrPlan.Field("hold", "1 到 20 个")
	case p.Most < 0 || p.Most > 200:
		return ErrPlan.Field("most", "0 到 200 次，0 是不限")
	}
	return nil
}
