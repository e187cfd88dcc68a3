package booking

import (
	"context"
	"crypto/rand"
	"fmt"
	"math/big"
	"unicode/utf8"

	"zhizhou/internal/audit"
	"zhizhou/internal/db"
	"zhizhou/internal/id"
	"zhizhou/internal/text"
)

// Slot is a time at which a lesson is held.
type Slot struct {
	ID       int64
	LessonID int64
	CourseID int64
	StartsAt int64
	EndsAt   int64
	Place    string // instead of the plan's; ""
	Places   int64
	Booked   int64
	State    string // "open", "closed" or "cancelled"
	Reason   string
	Code     string
	Waiting  int64 // for lists of staff
}

const (
	mostSlots = 100
	shortest  = 5 * 60_000
	longest   = 24 * 3600_000
	furthest  = 400 * 24 * 3600_000 // from now
)

func code() string {
	n, err := rand.Int(rand.Reader, big.NewInt(1_000_000))
	if err != nil {
		panic(err) // the system has no randomness
	}
	return fmt.Sprintf("%06d", n)
}

func (s *Service) checkSlot(p Plan, x *Slot) error {
	x.Place = text.Line(x.Place)
	now := s.now()
	switch {
	case x.StartsAt <= now:
		return ErrSlot.Field("starts_at", "开始时间要在以后")
	case x.StartsAt > now+furthest:
		return ErrSlot.Field("starts_at", "最多排到一年以后")
	case x.EndsAt-x.StartsAt < shortest || x.EndsAt-x.StartsAt > longest:
		return ErrSlot.Field("ends_at", "一场 5 分钟到 24 小时")
	case x.Places < 1 || x.Places > 1000:
		return ErrSlot.Field("places", "名额 1 到 1000")
	case p.Kind == OneToOne && x.Places != 1:
		return ErrSlot.Field("places", "一对一每场 1 个名额")
	case utf8.RuneCountInString(x.Place) > 100:
		return ErrSlot.Field("place", "不超过 100 个字")
	}
	return nil
}

// AddSlots opens times of a lesson within scope, all or none of them; one that is
// there already is left as it is. Returns how many are new; ErrSlot, ErrNone,
// catalog.ErrLessonGone.
func (s *Service) AddSlots(ctx context.Context, scope, lessonID int64, slots []Slot) (int, error) {
	l, err := s.Mine(ctx, scope, lessonID)
	if err != nil {
		return 0, err
	}
	p, err := s.Plan(ctx, lessonID)
	if err != nil {
		return 0, err
	}
	if len(slots) < 1 || len(slots) > mostSlots {
		return 0, ErrSlot.Say(fmt.Sprintf("一次可以排 1 到 %d 场", mostSlots))
	}
	for i := range slots {
		if err := s.checkSlot(p, &slots[i]); err != nil {
			return 0, err
		}
	}
	added := 0
	err = s.db.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		added = 0
		for _, x := range slots {
			n, err := tx.Exec(ctx, qSlotAdd, id.New(), lessonID, l.CourseID, x.StartsAt, x.EndsAt, x.Place, x.Places, code(), s.now())
			if err != nil {
				return err
			}
			added += int(n)
		}
		return audit.Write(ctx, tx, s.clock, "booking.slots", fmt.Sprintf("lesson:%d", lessonID), 0, added, "")
	})
	return added, err
}

// slot finds a slot of a course within scope. Returns ErrNoSlot.
func (s *Service) slot(ctx context.Context, scope, slotID int64) (Slot, error) {
	var x Slot
	if err := s.db.Get(ctx, qSlot, &x, slotID); err != nil {
		return x, none(err, ErrNoSlot)
	}
	if _, err := s.Mine(ctx, scope, x.LessonID); err != nil {
		return x, ErrNoSlot
	}
	return x, nil
}

// Slot returns a slot of a course within scope, with its code. Returns ErrNoSlot.
func (s *Service) Slot(ctx context.Context, scope, slotID int64) (Slot, error) {
	return s.slot(ctx, scope, slotID)
}

// Slots lists the slots of a lesson within scope: those to come, the next first, or
// the past ones, the last first. (at, after) is the last one seen.
func (s *Service) Slots(ctx context.Context, scope, lessonID int64, past bool, at, after int64, limit int) ([]Slot, error) {
	if _, err := s.Mine(ctx, scope, lessonID); err != nil {
		return nil, err
	}
	q := qSlotsNext
	if past {
		q = qSlotsPast
	}
	var rows []Slot
	err := s.db.List(ctx, q, &rows, lessonID, s.now(), at, after, limit)
	return rows, err
}

// Change moves a slot within scope that has not begun, or changes its places. Who has
// booked is told when time or place are others, and may then cancel until the start.
// Returns ErrSlot, ErrNoSlot, ErrClosed, ErrOverlap.
func (s *Service) Change(ctx context.Context, scope int64, to Slot) error {
	was, err := s.slot(ctx, scope, to.ID)
	if err != nil {
		return err
	}
	p, err := s.Plan(ctx, was.LessonID)
	if err != nil {
		return err
	}
	if err := s.checkSlot(p, &to); err != nil {
		return err
	}
	return s.db.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		now := s.now()
		was, err := s.lock(ctx, tx, to.ID)
		if err != nil {
			return err
		}
		if was.State == Cancelled || was.StartsAt <= now {
			return ErrClosed.Say("这一场已经开始或取消，不能再改")
		}
		var same int64
		if err := tx.Get(ctx, qSlotSame, &same, was.LessonID, to.StartsAt, to.Place, to.ID); err != nil {
			return err
		}
		if same > 0 {
			return ErrSlot.Field("starts_at", "这个时间和地点已经有一场")
		}
		moved := to.StartsAt != was.StartsAt || to.EndsAt != was.EndsAt
		if moved {
			if err := s.move(ctx, tx, to, now); err != nil {
				return err
			}
		}
		n, err := tx.Exec(ctx, qSlotChange, to.ID, to.StartsAt, to.EndsAt, to.Place, to.Places)
		if err != nil {
			return err
		}
		if n == 0 {
			return ErrSlot.Field("places", fmt.Sprintf("已有 %d 人约上，名额不能更少", was.Booked))
		}
		after, err := s.lock(ctx, tx, to.ID)
		if err != nil {
			return err
		}
		if moved || to.Place != was.Place {
			if err := s.tellAll(ctx, tx, after, "changed", ""); err != nil {
				return err
			}
		}
		if err := s.promote(ctx, tx, after); err != nil {
			return err
		}
		return audit.Write(ctx, tx, s.clock, "booking.change", fmt.Sprintf("slot:%d", to.ID), was.rules(), after.rules(), "")
	})
}

// move gives bookings the new times of their slot. Nobody is to be in two places: who
// has something else then stands in the way of the move.
func (s *Service) move(ctx context.Context, tx *db.Tx, to Slot, now int64) error {
	var there []Booking
	if err := tx.List(ctx, qLive, &there, to.ID); err != nil {
		return err
	}
	for _, b := range there {
		if err := s.lockUser(ctx, tx, b.UserID); err != nil {
			return err
		}
		n, err := s.overlaps(ctx, tx, b.UserID, to)
		if err != nil {
			return err
		}
		if n {
			return ErrOverlap.Say("有学员在新的时间另有预约，请换个时间，或取消这一场")
		}
	}
	_, err := tx.Exec(ctx, qMove, to.ID, to.StartsAt, to.EndsAt, now)
	return err
}

// Close stops a slot within scope from taking more; Open lets it. Who has a place keeps
// it. Returns ErrNoSlot, ErrChanged.
func (s *Service) Close(ctx context.Context, scope, slotID int64) error {
	return s.setState(ctx, scope, slotID, "closed", "")
}

// Open is the reverse of Close: the line moves up into what became free meanwhile.
func (s *Service) Open(ctx context.Context, scope, slotID int64) error {
	return s.setState(ctx, scope, slotID, "open", "")
}

// Cancel cancels a slot within scope that is not over: everybody in it is told why and
// may book another. Returns ErrSlot, ErrNoSlot, ErrChanged.
func (s *Service) Cancel(ctx context.Context, scope, slotID int64, reason string) error {
	if reason = text.Line(reason); reason == "" || utf8.RuneCountInString(reason) > 100 {
		return ErrSlot.Field("reason", "请写明原因，100 字以内，会告诉约了的学员")
	}
	return s.setState(ctx, scope, slotID, Cancelled, reason)
}

func (s *Service) setState(ctx context.Context, scope, slotID int64, state, reason string) error {
	if _, err := s.slot(ctx, scope, slotID); err != nil {
		return err
	}
	return s.db.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		x, err := s.lock(ctx, tx, slotID)
		if err != nil {
			return err
		}
		if x.EndsAt <= s.now() {
			return ErrClosed.Say("这一场已经结束")
		}
		n, err := tx.Exec(ctx, qSlotState, slotID, state, reason)
		if err != nil {
			return err
		}
		if n == 0 {
			return ErrChanged.Say("这一场已经是这样了，请刷新")
		}
		was := x.State
		x.State, x.Reason = state, reason
		if state == Cancelled {
			err = s.empty(ctx, tx, x)
		} else {
			err = s.promote(ctx, tx, x)
		}
		if err != nil {
			return err
		}
		return audit.Write(ctx, tx, s.clock, "booking.state", fmt.Sprintf("slot:%d", slotID), was, state, reason)
	})
}

// empty takes everybody out of a cancelled slot.
func (s *Service) empty(ctx context.Context, tx *db.Tx, x Slot) error {
	var there []Booking
	if err := tx.List(ctx, qLive, &there, x.ID); err != nil {
		return err
	}
	for _, b := range there {
		if err := s.release(ctx, tx, x, b, "slot", x.Reason); err != nil {
			return err
		}
	}
	return nil
}

// Renew gives a slot within scope a new code; the old one is worth nothing. Returns
// ErrNoSlot.
func (s *Service) Renew(ctx context.Context, scope, slotID int64) (string, error) {
	if _, err := s.slot(ctx, scope, slotID); err != nil {
		return "", err
	}
	fresh := code()
	return fresh, s.db.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		n, err := tx.Exec(ctx, qSlotCode, slotID, fresh)
		if err != nil {
			return err
		}
		if n == 0 {
			return ErrNoSlot
		}
		_, err = tx.Exec(ctx, qAllCode, slotID)
		return err
	})
}

func (s *Service) lock(ctx context.Context, tx *db.Tx, slotID int64) (Slot, error) {
	var x Slot
	err := none(tx.Get(ctx, qSlotLock, &x, slotID), ErrNoSlot)
	return x, err
}

func (s *Service) lockUser(ctx context.Context, tx *db.Tx, userID int64) error {
	var n int64
	return tx.Get(ctx, qUserLock, &n, userID)
}

func (x Slot) rules() map[string]any {
	return map[string]any{"starts_at": x.StartsAt, "ends_at": x.EndsAt, "place": x.Place, "places": x.Places}
}
