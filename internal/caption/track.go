package caption

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/id"
)

// Track is a subtitle or the transcript of a lesson.
type Track struct {
	ID        int64
	LessonID  int64
	Kind      string
	Language  string
	Label     string
	CueCount  int64 // 0: a text without times
	UpdatedAt int64
}

// Full is a track with what is said. Cues is empty when it has no times.
type Full struct {
	Track
	Cues  []Cue
	Words string
}

const columns = `id, lesson_id, kind, language, label, cue_count, updated_at`

var (
	qTracks = db.Q("caption/tracks", `SELECT `+columns+` FROM captions WHERE lesson_id = $1 ORDER BY kind, CASE WHEN language = 'zh-CN' THEN 0 ELSE 1 END, language`)
	qTrack  = db.Q("caption/track", `SELECT `+columns+`, cues, words FROM captions WHERE id = $1 AND lesson_id = $2`)
	qPut    = db.Q("caption/put", `INSERT INTO captions (id, lesson_id, kind, language, label, cues, words, cue_count, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`)
	qDrop   = db.Q("caption/drop", `DELETE FROM captions WHERE id = $1 AND lesson_id = $2`)
	// A lesson has one transcript; of subtitles one for a language.
	qReplace = db.Q("caption/replace", `DELETE FROM captions WHERE lesson_id = $1 AND kind = $2 AND ($2 = 'transcript' OR language = $3)`)
	// The transcript, else the subtitle that stands for it.
	qSaid   = db.Q("caption/said", `SELECT words FROM captions WHERE lesson_id = $1 ORDER BY CASE WHEN kind = 'transcript' THEN 0 ELSE 1 END, CASE WHEN language = 'zh-CN' THEN 0 ELSE 1 END, language LIMIT 1`)
	qSaidBy = db.Q("caption/said_by", `SELECT id FROM captions WHERE lesson_id = $1 ORDER BY CASE WHEN kind = 'transcript' THEN 0 ELSE 1 END, CASE WHEN language = 'zh-CN' THEN 0 ELSE 1 END, language LIMIT 1`)
	// Ids are never used again, so their sum tells one set from another.
	qStamps = db.Q("caption/stamps", `SELECT x.lesson_id, CAST(SUM(x.n) AS BIGINT) AS n FROM (SELECT c.lesson_id, c.id AS n FROM captions c JOIN lessons l ON l.id = c.lesson_id WHERE l.course_id = $1
		UNION ALL SELECT m.lesson_id, MAX(m.revision) FROM lesson_marks m JOIN lessons l ON l.id = m.lesson_id WHERE l.course_id = $1 GROUP BY m.lesson_id) x GROUP BY x.lesson_id`)
)

// Tracks lists what a lesson has: subtitles, then the transcript.
func (s *Service) Tracks(ctx context.Context, lessonID int64) ([]Track, error) {
	var rows []Track
	err := s.db.List(ctx, qTracks, &rows, lessonID)
	return rows, err
}

// Track returns one with what is said. Returns ErrGone.
func (s *Service) Track(ctx context.Context, lessonID, trackID int64) (Full, error) {
	var row struct {
		Track
		Cues  string
		Words string
	}
	if err := s.db.Get(ctx, qTrack, &row, trackID, lessonID); err != nil {
		return Full{}, none(err, ErrGone)
	}
	out := Full{Track: row.Track, Words: row.Words}
	var cues [][3]any
	if err := json.Unmarshal([]byte(row.Cues), &cues); err != nil {
		return Full{}, fmt.Errorf("caption %d: %w", trackID, err)
	}
	var err error
	if out.Cues, err = cuesOf(cues); err != nil {
		return Full{}, fmt.Errorf("caption %d: %w", trackID, err)
	}
	return out, nil
}

// Transcript returns what is read beside a lesson: its transcript, else a subtitle.
// Returns ErrGone when it has neither.
func (s *Service) Transcript(ctx context.Context, lessonID int64) (Full, error) {
	var trackID int64
	if err := s.db.Get(ctx, qSaidBy, &trackID, lessonID); err != nil {
		return Full{}, none(err, ErrGone)
	}
	return s.Track(ctx, lessonID, trackID)
}

// Save reads a file and puts it in the place of what the lesson had of that kind and
// language. Returns ErrFile with a row, ErrBig, ErrEmpty, ErrPlain, ErrLanguage,
// ErrForm, catalog.ErrLessonGone, catalog.ErrCourseGone.
func (s *Service) Save(ctx context.Context, scope, lessonID int64, kind, language string, raw []byte) (int64, error) {
	l, err := s.editable(ctx, scope, lessonID)
	if err != nil {
		return 0, err
	}
	name := label(language)
	if name == "" || kind != Subtitle && kind != Transcript {
		return 0, ErrLanguage
	}
	cues, words, err := Parse(raw)
	if err != nil {
		return 0, err
	}
	if kind == Subtitle && len(cues) == 0 {
		return 0, ErrPlain
	}
	if i := slices.IndexFunc(cues, func(c Cue) bool { return l.DurationMS > 0 && c.From >= l.DurationMS }); i >= 0 {
		return 0, at(cues[i].row, "时间超过了音视频的长度，是不是选错了文件")
	}
	stored, err := rowsOf(cues)
	if err != nil {
		return 0, err
	}
	trackID := id.New()
	note := map[string]any{"kind": kind, "language": language, "cues": len(cues)}
	return trackID, s.change(ctx, l, "caption.save", nil, note, func(ctx context.Context, tx *db.Tx) error {
		for _, q := range []*db.Stmt{qKeepThese, qReplace} {
			if _, err := tx.Exec(ctx, q, lessonID, kind, language); err != nil {
				return err
			}
		}
		_, err := tx.Exec(ctx, qPut, trackID, lessonID, kind, language, name, stored, words, len(cues), clock.MS(s.clock))
		return err
	})
}

// Delete takes a track away. Returns ErrGone, catalog.ErrLessonGone,
// catalog.ErrCourseGone.
func (s *Service) Delete(ctx context.Context, scope, lessonID, trackID int64) error {
	l, err := s.Mine(ctx, scope, lessonID)
	if err != nil {
		return err
	}
	return s.change(ctx, l, "caption.delete", map[string]any{"id": trackID}, nil, func(ctx context.Context, tx *db.Tx) error {
		return s.drop(ctx, tx, lessonID, trackID)
	})
}

// Stamps returns for each lesson of a course in which something is said a number that
// changes whenever that does.
func (s *Service) Stamps(ctx context.Context, r db.Reader, courseID int64) (map[int64]int64, error) {
	var rows []struct{ LessonID, N int64 }
	if err := r.List(ctx, qStamps, &rows, courseID); err != nil {
		return nil, err
	}
	out := map[int64]int64{}
	for _, x := range rows {
		out[x.LessonID] = x.N
	}
	return out, nil
}

// Said returns all words of a lesson: marks, then the transcript.
func (s *Service) Said(ctx context.Context, r db.Reader, lessonID int64) (string, error) {
	var said struct{ Words string }
	if err := r.Get(ctx, qSaid, &said, lessonID); none(err, nil) != nil {
		return "", err
	}
	marks, err := s.marks(ctx, r, lessonID)
	if err != nil {
		return "", err
	}
	out := ""
	for _, m := range marks {
		out += m.Title + "\n" + m.Points + "\n"
	}
	return out + said.Words, nil
}
