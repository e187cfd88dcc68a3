package live

import (
	"context"

	"zhizhou/internal/db"
	"zhizhou/internal/id"
)

// RoomText is what versions of courses keep of a room: how long it is planned, and whether
// it is recorded. Its hour, its key and what was said in it belong to one school and one
// evening.
type RoomText struct {
	LessonID  int64 `json:"lesson_id"`
	PlannedMS int64 `db:"planned_ms" json:"planned_ms"`
	Record    bool  `json:"record"`
}

var (
	qRoomTexts = db.Q("live/room_texts", `SELECT r.lesson_id, r.planned_ms, r.recording <> 'off' AS record FROM live_rooms r JOIN lessons l ON l.id = r.lesson_id WHERE l.course_id = $1 AND l.deleted_at = 0 ORDER BY r.lesson_id`)
	// Without an hour it takes no picture and is not published.
	qRoomPut = db.Q("live/room_put", `INSERT INTO live_rooms (lesson_id, starts_at, planned_ms, stream_key, recording) VALUES ($1, 0, $2, $3, $4)
		ON CONFLICT (lesson_id) DO UPDATE SET planned_ms = $2, recording = $4, version = live_rooms.version + 1 WHERE live_rooms.state = 'scheduled' AND (live_rooms.planned_ms <> $2 OR live_rooms.recording <> $4)`)
)

// RoomTexts lists the rooms of a course's lessons.
func (s *Service) RoomTexts(ctx context.Context, r db.Reader, courseID int64) ([]RoomText, error) {
	rows := []RoomText{}
	err := r.List(ctx, qRoomTexts, &rows, courseID)
	return rows, err
}

// Check tells whether a room can be put. Returns ErrRoom.
func (t RoomText) Check() error {
	if t.PlannedMS < shortest || t.PlannedMS > longest {
		return ErrRoom
	}
	return nil
}

// PutRoom writes a room as it was kept, in a transaction that has locked the course: one
// that has not begun keeps its hour and its key, a new one has no hour and a key that
// nobody knows, one that has begun or is over stays as it is. Returns ErrRoom.
func (s *Service) PutRoom(ctx context.Context, tx *db.Tx, t RoomText) error {
	if err := t.Check(); err != nil {
		return err
	}
	recording := RecordOff
	if t.Record {
		recording = RecordWanted
	}
	n, err := tx.Exec(ctx, qRoomPut, t.LessonID, t.PlannedMS, s.Box.Seal(keyPurpose, id.Bytes(15)), recording)
	if err != nil || n == 0 {
		return err
	}
	return s.Catalog.SetLength(ctx, tx, t.LessonID, t.PlannedMS)
}
