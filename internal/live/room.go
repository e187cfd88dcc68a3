package live

import (
	"context"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"zhizhou/internal/audit"
	"zhizhou/internal/catalog"
	"zhizhou/internal/db"
	"zhizhou/internal/id"
)

// The states of a room: scheduled → live → ended. Whether a room that is live is
// interrupted, its last segment tells.
const (
	Scheduled = "scheduled"
	Live      = "live"
	Ended     = "ended"
)

// What becomes of the recording.
const (
	RecordOff    = "off"
	RecordWanted = "wanted"
	RecordMaking = "making"
	RecordMade   = "made"
	RecordFailed = "failed"
)

// quietMS is how long after the last segment a room counts as interrupted.
const quietMS = 15_000

// How long a room may be planned, ms.
const (
	shortest = 5 * 60_000
	longest  = 12 * 3600_000
)

// Room is a live lesson's room.
type Room struct {
	LessonID  int64
	State     string
	StartsAt  int64 // 0: nobody has said when
	PlannedMS int64 `db:"planned_ms"`
	Recording string
	AssetID   int64
	PushID    int64
	OpenedAt  int64
	PushedAt  int64
	EndedAt   int64
	NextSeq   int64
	Breaks    int64
	AiredMS   int64 `db:"aired_ms"`
	Notice    string
	OnScreen  int64
	ProductID int64
	CallID    int64
	CallUntil int64
	Version   int64
}

// OnAir tells whether there is a picture at now (ms).
func (r Room) OnAir(now int64) bool {
	return r.State == Live && r.NextSeq > 0 && now-r.PushedAt < quietMS
}

// StateAt is what learners are told at now (ms): scheduled, live, paused, ended or
// replay.
func (r Room) StateAt(now int64, replay bool) string {
	switch {
	case r.State == Live && r.NextSeq == 0:
		return Scheduled // an encoder is there, and no picture yet
	case r.State == Live && !r.OnAir(now):
		return "paused"
	case r.State == Ended && replay:
		return "replay"
	}
	return r.State
}

func room(ctx context.Context, r db.Reader, q *db.Stmt, lessonID int64) (Room, error) {
	var out Room
	err := r.Get(ctx, q, &out, lessonID)
	return out, none(err, ErrNoRoom)
}

// Room returns a room. Returns ErrNoRoom.
func (s *Service) Room(ctx context.Context, lessonID int64) (Room, error) {
	return room(ctx, s.db, qRoom, lessonID)
}

// Mine finds a live lesson whose course is within scope. Returns ErrNotLive,
// catalog.ErrLessonGone, catalog.ErrCourseGone.
func (s *Service) Mine(ctx context.Context, scope, lessonID int64) (catalog.Lesson, error) {
	l, err := s.Catalog.LessonFor(ctx, scope, lessonID)
	if err == nil && l.Form != catalog.Live {
		err = ErrNotLive
	}
	return l, err
}

// Plan is when a room opens.
type Plan struct {
	StartsAt  int64
	PlannedMS int64
	Record    bool
	Version   int64 // 0: there is no room yet
}

// SavePlan makes or moves a room. Returns ErrRoom, ErrChanged, ErrOver and what Mine
// returns.
func (s *Service) SavePlan(ctx context.Context, scope, lessonID int64, p Plan) error {
	if _, err := s.Mine(ctx, scope, lessonID); err != nil {
		return err
	}
	if p.PlannedMS < shortest || p.PlannedMS > longest {
		return ErrRoom.Field("planned_ms", "时长为 5 分钟到 12 小时")
	}
	if p.StartsAt <= 0 || p.StartsAt > s.now()+400*24*3600_000 {
		return ErrRoom.Field("starts_at", "请选择开播时间")
	}
	recording := RecordOff
	if p.Record {
		recording = RecordWanted
	}
	defer s.kick(lessonID)
	return s.db.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		var n int64
		var err error
		if p.Version == 0 {
			n, err = tx.Exec(ctx, qRoomNew, lessonID, p.StartsAt, p.PlannedMS, s.Box.Seal(keyPurpose, id.Bytes(15)), recording)
		} else {
			n, err = tx.Exec(ctx, qRoomPlan, lessonID, p.Version, p.StartsAt, p.PlannedMS, recording)
		}
		if err != nil || n == 0 {
			return orElse(err, ErrChanged)
		}
		if err := s.Catalog.SetLength(ctx, tx, lessonID, p.PlannedMS); err != nil {
			return err
		}
		return s.note(ctx, tx, "live.plan", lessonID, map[string]any{"starts_at": p.StartsAt, "planned_ms": p.PlannedMS, "record": p.Record})
	})
}

func (s *Service) note(ctx context.Context, tx *db.Tx, action string, lessonID int64, after any) error {
	return audit.Write(ctx, tx, s.clock, action, "lesson:"+strconv.FormatInt(lessonID, 10), nil, after, "")
}

// streamName is what an encoder shows: the room and its key.
func streamName(lessonID int64, key []byte) string {
	return strconv.FormatInt(lessonID, 36) + "-" + hex.EncodeToString(key)
}

// StreamName returns what staff type into their encoder. Returns ErrNoRoom and what
// Mine returns.
func (s *Service) StreamName(ctx context.Context, scope, lessonID int64) (string, error) {
	if _, err := s.Mine(ctx, scope, lessonID); err != nil {
		return "", err
	}
	var sealed []byte
	if err := s.db.Get(ctx, qRoomKey, &sealed, lessonID); err != nil {
		return "", none(err, ErrNoRoom)
	}
	key, err := s.Box.Open(keyPurpose, sealed)
	return streamName(lessonID, key), err
}

// Rekey gives a room a new stream key; whoever sends with the old one is cut off.
// Returns what Mine returns.
func (s *Service) Rekey(ctx context.Context, scope, lessonID int64) error {
	return s.change(ctx, scope, lessonID, "live.rekey", nil, func(ctx context.Context, tx *db.Tx, r Room) error {
		if r.PushID != 0 {
			if _, err := tx.Exec(ctx, qPushEnd, r.PushID, s.now(), "rekey"); err != nil {
				return err
			}
		}
		return tx.Sure(ctx, qRekey, lessonID, s.Box.Seal(keyPurpose, id.Bytes(15)))
	})
}

// change runs fn on a locked room within scope and notes it; action "" notes
// nothing. Listeners hear of it at once.
func (s *Service) change(ctx context.Context, scope, lessonID int64, action string, after any, fn func(ctx context.Context, tx *db.Tx, r Room) error) error {
	if _, err := s.Mine(ctx, scope, lessonID); err != nil {
		return err
	}
	err := s.db.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		r, err := room(ctx, tx, qRoomLock, lessonID)
		if err != nil {
			return err
		}
		if err := fn(ctx, tx, r); err != nil || action == "" {
			return err
		}
		return s.note(ctx, tx, action, lessonID, after)
	})
	if err == nil {
		s.cutOff(ctx, lessonID)
		s.forget(lessonID)
		s.kick(lessonID)
	}
	return err
}

// cutOff ends the push of this process that has lost its room. One of another
// process finds out with its next segment.
func (s *Service) cutOff(ctx context.Context, lessonID int64) {
	r, err := s.Room(ctx, lessonID)
	s.ingest.Lock()
	defer s.ingest.Unlock()
	if p := s.ingest.pushes[lessonID]; p != nil && err == nil && r.PushID != p.id {
		p.stop("replaced")
	}
}

// End closes a room for good; what was recorded becomes the replay. Returns
// ErrNotYet, ErrOver and what Mine returns.
func (s *Service) End(ctx context.Context, scope, lessonID int64) error {
	return s.change(ctx, scope, lessonID, "live.end", nil, func(ctx context.Context, tx *db.Tx, r Room) error {
		switch r.State {
		case Ended:
			return ErrOver
		case Scheduled:
			return ErrNotYet
		}
		return s.endIn(ctx, tx, r)
	})
}

// endIn ends a room that is live inside tx.
func (s *Service) endIn(ctx context.Context, tx *db.Tx, r Room) error {
	now := s.now()
	if n, err := tx.Exec(ctx, qEnd, r.LessonID, now); err != nil || n == 0 {
		return orElse(err, ErrOver)
	}
	if r.PushID != 0 {
		if _, err := tx.Exec(ctx, qPushEnd, r.PushID, now, "ended"); err != nil {
			return err
		}
	}
	if err := s.Catalog.SetLength(ctx, tx, r.LessonID, max(1000, r.AiredMS)); err != nil {
		return err
	}
	for _, fn := range s.onEnd {
		if err := fn(ctx, tx, r.LessonID, r.AiredMS); err != nil {
			return err
		}
	}
	if r.Recording != RecordWanted || r.NextSeq == 0 {
		return nil
	}
	return s.Jobs.Add(ctx, tx, Record{LessonID: r.LessonID})
}

// SetNotice pins a notice to the room; "" takes it away. Returns ErrMessage.
func (s *Service) SetNotice(ctx context.Context, scope, lessonID int64, text string) error {
	text = strings.TrimSpace(text)
	if utf8.RuneCountInString(text) > 200 {
		return ErrMessage.Field("notice", "公告不超过 200 字")
	}
	return s.change(ctx, scope, lessonID, "live.notice", map[string]string{"notice": text}, func(ctx context.Context, tx *db.Tx, _ Room) error {
		return tx.Sure(ctx, qNotice, lessonID, text)
	})
}

// ShowProduct puts a product's card into the room; 0 takes it away. Returns
// ErrNoProduct.
func (s *Service) ShowProduct(ctx context.Context, scope, lessonID, productID int64) error {
	if productID != 0 {
		if c, err := s.card(ctx, productID); err != nil || c == nil {
			return orElse(err, ErrNoProduct)
		}
	}
	return s.change(ctx, scope, lessonID, "live.card", map[string]int64{"product_id": productID}, func(ctx context.Context, tx *db.Tx, _ Room) error {
		return tx.Sure(ctx, qCard, lessonID, productID)
	})
}

// OpenSignIn lets listeners sign in for minutes (1–30). Returns ErrRoom, ErrNotYet.
func (s *Service) OpenSignIn(ctx context.Context, scope, lessonID int64, minutes int64) error {
	if minutes < 1 || minutes > 30 {
		return ErrRoom.Field("minutes", "签到时长为 1–30 分钟")
	}
	return s.change(ctx, scope, lessonID, "live.sign_in", map[string]int64{"minutes": minutes}, func(ctx context.Context, tx *db.Tx, _ Room) error {
		n, err := tx.Exec(ctx, qCall, lessonID, id.New(), s.now()+minutes*60_000)
		if err == nil && n == 0 {
			err = ErrNotYet
		}
		return err
	})
}

// Ready refuses that a course is published while one of its rooms has no hour.
func (s *Service) Ready(ctx context.Context, tx *db.Tx, l catalog.Lesson) error {
	if l.Form != catalog.Live {
		return nil
	}
	r, err := room(ctx, tx, qRoom, l.ID)
	if err == ErrNoRoom || err == nil && r.StartsAt == 0 { //nolint:errorlint // returned as it is by room
		return catalog.ErrNotReady.Say(fmt.Sprintf("直播「%s」还没有设置开播时间", l.Title)).Field("lessons", l.Title+"：没有开播时间")
	}
	return err
}
