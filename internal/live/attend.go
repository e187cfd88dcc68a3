package live

import (
	"context"

	"zhizhou/internal/catalog"
	"zhizhou/internal/db"
)

// mostMS is what one beat may be credited: they come every twelve seconds, and a
// lease lives forty-five.
const mostMS = 45_000

// Come notes that somebody entered the room. Returns ErrNoRoom.
func (s *Service) Come(ctx context.Context, userID, lessonID int64) error {
	if _, err := s.Room(ctx, lessonID); err != nil {
		return err
	}
	return s.db.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, qCame, lessonID, userID, s.now())
		return err
	})
}

type presence struct {
	FirstAt, LastAt, PlayID, BeatAt int64
	MarkMS                          int64 `db:"mark_ms"`
	AttendedMS                      int64 `db:"attended_ms"`
}

// Beat credits a listener what was aired since the last beat of the same play,
// never more than passed by the server's clock. The caller has renewed the lease and
// asked access. Returns ErrNoRoom.
func (s *Service) Beat(ctx context.Context, playID, userID int64, l catalog.Lesson) (attendedMS int64, err error) {
	err = s.db.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		r, err := room(ctx, tx, qRoom, l.ID)
		if err != nil {
			return err
		}
		now := s.now()
		if _, err := tx.Exec(ctx, qCame, l.ID, userID, now); err != nil {
			return err
		}
		var p presence
		if err := tx.Get(ctx, qThere, &p, l.ID, userID); err != nil {
			return err
		}
		gain := int64(0)
		if p.PlayID == playID && now-p.BeatAt <= mostMS {
			gain = max(0, min(r.AiredMS-p.MarkMS, now-p.BeatAt, mostMS))
		}
		if _, err := tx.Exec(ctx, qAttend, l.ID, userID, playID, now, r.AiredMS, gain); err != nil {
			return err
		}
		attendedMS = p.AttendedMS + gain
		if gain == 0 {
			return nil
		}
		a := Attended{PlayID: playID, UserID: userID, LessonID: l.ID, CourseID: l.CourseID, FromMS: r.AiredMS - gain, ToMS: r.AiredMS}
		for _, fn := range s.onAttend {
			if err := fn(ctx, tx, a); err != nil {
				return err
			}
		}
		return nil
	})
	return attendedMS, err
}

// SignIn notes that somebody answered the sign-in that is open. Answering twice is
// harmless. Returns ErrNoRoom, ErrNoCall.
func (s *Service) SignIn(ctx context.Context, userID, lessonID int64) error {
	return s.db.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		r, err := room(ctx, tx, qRoom, lessonID)
		if err != nil {
			return err
		}
		now := s.now()
		if r.CallID == 0 || now > r.CallUntil {
			return ErrNoCall
		}
		if _, err := tx.Exec(ctx, qCame, lessonID, userID, now); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, qSignIn, r.CallID, userID, lessonID, now)
		return err
	})
}

// Remind wishes to be told before the room opens, or no longer. Returns ErrNoRoom,
// ErrOver.
func (s *Service) Remind(ctx context.Context, userID, lessonID int64, on bool) error {
	return s.db.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		r, err := room(ctx, tx, qRoom, lessonID)
		if err != nil {
			return err
		}
		if r.State != Scheduled {
			return ErrOver.Say("直播已经开始，不用再提醒了")
		}
		if !on {
			_, err = tx.Exec(ctx, qUnwish, lessonID, userID)
			return err
		}
		_, err = tx.Exec(ctx, qWish, lessonID, userID, s.now())
		return err
	})
}

// Mine is what a room is to one learner.
type Place struct {
	Reminded bool
	SignedIn bool // to the sign-in that is open
	Muted    bool
	Here     presence
}

// PlaceOf returns what a room is to one learner.
func (s *Service) PlaceOf(ctx context.Context, r Room, userID int64) (p Place, err error) {
	for _, x := range []struct {
		q    *db.Stmt
		key  int64
		into *bool
	}{{qWished, r.LessonID, &p.Reminded}, {qSignedIn, r.CallID, &p.SignedIn}, {qMuted, r.LessonID, &p.Muted}} {
		var n int64
		if err := s.db.Get(ctx, x.q, &n, x.key, userID); err != nil {
			return p, err
		}
		*x.into = n > 0
	}
	return p, nil
}

// Attendee is a line of the report.
type Attendee struct {
	UserID     int64
	Nickname   string
	FirstAt    int64
	LastAt     int64
	AttendedMS int64 `db:"attended_ms"`
	SignIns    int64
	Messages   int64
	Muted      int64
}

// Attendance lists who was there, by user id after `after`.
func (s *Service) Attendance(ctx context.Context, lessonID, after int64, limit int) ([]Attendee, error) {
	var out []Attendee
	err := s.db.List(ctx, qAttendance, &out, lessonID, after, limit)
	return out, err
}

// Crowd sums the report up.
type Crowd struct {
	N        int64 `db:"n"`  // who came
	MS       int64 `db:"ms"` // attended by all together
	NowThere int64
	SignedIn int64 `db:"-"` // to the last sign-in
}

// CrowdOf sums a room's attendance up.
func (s *Service) CrowdOf(ctx context.Context, r Room) (c Crowd, err error) {
	if err = s.db.Get(ctx, qAttendees, &c, r.LessonID, s.now()-30_000); err != nil {
		return c, err
	}
	return c, s.db.Get(ctx, qCalled, &c.SignedIn, r.CallID)
}

// Merge gives what one user did in rooms to another, when the two become one.
func (s *Service) Merge(ctx context.Context, tx *db.Tx, from, to int64) error {
	for _, q := range []*db.Stmt{qMergeAttend, qMergeSigns, qMergeTalk, qMergeMutes, qMergeWishes} {
		if _, err := tx.Exec(ctx, q, from, to); err != nil {
			return err
		}
	}
	for _, q := range []*db.Stmt{qMergeAttendX, qMergeSignsX, qMergeMutesX, qMergeWishesX} {
		if _, err := tx.Exec(ctx, q, from); err != nil {
			return err
		}
	}
	return nil
}

// Push is a connection of an encoder.
type Push struct {
	ID, StartedAt, EndedAt int64
	EndReason              string
}

// Pushes lists the last connections of encoders to a room, newest first.
func (s *Service) Pushes(ctx context.Context, lessonID int64) ([]Push, error) {
	var out []Push
	err := s.db.List(ctx, qPushes, &out, lessonID)
	return out, err
}
