package caption

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/id"
	"zhizhou/internal/text"
)

// TrackText names a track as versions of courses keep it. What is said in it never
// changes under an id, so that versions need no copy of it.
type TrackText struct {
	ID       int64  `json:"id"`
	LessonID int64  `json:"lesson_id"`
	Kind     string `json:"kind"`
	Language string `json:"language"`
	SHA256   string `json:"sha256,omitempty"` // of what is said, in archives
}

// MarkText is a mark as versions of courses keep it.
type MarkText struct {
	LessonID int64  `json:"lesson_id"`
	AtMS     int64  `json:"at_ms"`
	Title    string `json:"title"`
	Points   string `json:"points"`
}

// Body is what is said in a track: Cues, or of a text without times Words.
type Body struct {
	Cues  [][3]any `json:"cues,omitempty"` // begin, end (ms), text
	Words string   `json:"words,omitempty"`
}

var (
	qTrackTexts = db.Q("caption/track_texts", `SELECT c.id, c.lesson_id, c.kind, c.language FROM captions c JOIN lessons l ON l.id = c.lesson_id WHERE l.course_id = $1 AND l.deleted_at = 0 ORDER BY c.lesson_id, c.kind, c.language`)
	qMarkTexts  = db.Q("caption/mark_texts", `SELECT m.lesson_id, m.at_ms, m.title, m.points FROM lesson_marks m JOIN lessons l ON l.id = m.lesson_id WHERE l.course_id = $1 AND l.deleted_at = 0 ORDER BY m.lesson_id, m.at_ms`)
	qBody       = db.Q("caption/body", `SELECT kind, language, cues, words FROM captions WHERE id = $1 UNION ALL SELECT kind, language, cues, words FROM caption_kept WHERE id = $1`)
	qUnkeepOne  = db.Q("caption/unkeep_one", `DELETE FROM caption_kept WHERE id = $1`)
	qBodyTaken  = db.Q("caption/body_taken", `SELECT COUNT(*) FROM captions WHERE id = $1`)
	qHold       = db.Q("caption/hold", `INSERT INTO caption_holds (version_id, caption_id) VALUES ($1, $2) ON CONFLICT DO NOTHING`)
	qUnhold     = db.Q("caption/unhold", `DELETE FROM caption_holds WHERE version_id = $1`)
	qUnkeep     = db.Q("caption/unkeep", `DELETE FROM caption_kept WHERE id IN (SELECT h.caption_id FROM caption_holds h WHERE h.version_id = $1)
		AND NOT EXISTS (SELECT 1 FROM caption_holds o WHERE o.caption_id = caption_kept.id AND o.version_id <> $1)`)
	// What a version names is put aside before it is deleted.
	qKeepOne = db.Q("caption/keep_one", `INSERT INTO caption_kept (id, kind, language, cues, words, cue_count) SELECT c.id, c.kind, c.language, c.cues, c.words, c.cue_count FROM captions c
		WHERE c.id = $1 AND c.lesson_id = $2 AND EXISTS (SELECT 1 FROM caption_holds h WHERE h.caption_id = c.id) ON CONFLICT DO NOTHING`)
	qKeepThese = db.Q("caption/keep_these", `INSERT INTO caption_kept (id, kind, language, cues, words, cue_count) SELECT c.id, c.kind, c.language, c.cues, c.words, c.cue_count FROM captions c
		WHERE c.lesson_id = $1 AND c.kind = $2 AND ($2 = 'transcript' OR c.language = $3) AND EXISTS (SELECT 1 FROM caption_holds h WHERE h.caption_id = c.id) ON CONFLICT DO NOTHING`)
)

// TrackTexts lists the tracks of a course's lessons.
func (s *Service) TrackTexts(ctx context.Context, r db.Reader, courseID int64) ([]TrackText, error) {
	var rows []struct {
		ID, LessonID   int64
		Kind, Language string
	}
	err := r.List(ctx, qTrackTexts, &rows, courseID)
	out := make([]TrackText, 0, len(rows))
	for _, x := range rows {
		out = append(out, TrackText{ID: x.ID, LessonID: x.LessonID, Kind: x.Kind, Language: x.Language})
	}
	return out, err
}

// MarkTexts lists the marks of a course's lessons.
func (s *Service) MarkTexts(ctx context.Context, r db.Reader, courseID int64) ([]MarkText, error) {
	var rows []struct {
		LessonID int64
		AtMS     int64 `db:"at_ms"`
		Title    string
		Points   string
	}
	err := r.List(ctx, qMarkTexts, &rows, courseID)
	out := make([]MarkText, 0, len(rows))
	for _, x := range rows {
		out = append(out, MarkText(x))
	}
	return out, err
}

// Hold keeps what is said in tracks for as long as a version names them; the transaction
// has locked their course.
func (s *Service) Hold(ctx context.Context, tx *db.Tx, versionID int64, tracks []TrackText) error {
	for _, t := range tracks {
		if err := tx.Later(ctx, qHold, versionID, t.ID); err != nil {
			return err
		}
	}
	return nil
}

// Release ends what Hold began.
func (s *Service) Release(ctx context.Context, tx *db.Tx, versionID int64) error {
	if _, err := tx.Exec(ctx, qUnkeep, versionID); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, qUnhold, versionID)
	return err
}

// Body returns what is said in a track, whether it is a lesson's or kept. Returns ErrGone.
func (s *Service) Body(ctx context.Context, r db.Reader, trackID int64) (Body, error) {
	var row struct{ Kind, Language, Cues, Words string }
	if err := r.Get(ctx, qBody, &row, trackID); err != nil {
		return Body{}, none(err, ErrGone)
	}
	b := Body{Words: row.Words}
	if err := json.Unmarshal([]byte(row.Cues), &b.Cues); err != nil {
		return b, fmt.Errorf("caption %d: %w", trackID, err)
	}
	if len(b.Cues) > 0 {
		b.Words = "" // they follow from the lines
	}
	return b, nil
}

// vtt writes a body as the file that it could have come in.
func (b Body) vtt() ([]byte, error) {
	if len(b.Cues) == 0 {
		if strings.Contains(b.Words, "-->") {
			return nil, ErrFile
		}
		return []byte(b.Words), nil
	}
	if len(b.Cues) > maxCues {
		return nil, ErrBig
	}
	cues, err := cuesOf(b.Cues)
	if err != nil {
		return nil, ErrFile.With(err)
	}
	return []byte(VTT(cues)), nil
}

func cuesOf(rows [][3]any) ([]Cue, error) {
	var out []Cue
	for _, c := range rows {
		from, ok1 := c[0].(float64)
		to, ok2 := c[1].(float64)
		said, ok3 := c[2].(string)
		if !ok1 || !ok2 || !ok3 {
			return nil, errCue
		}
		out = append(out, Cue{From: int64(from), To: int64(to), Text: said})
	}
	return out, nil
}

var errCue = errors.New("a broken cue")

// Put makes lessons of a course, which the transaction has locked, have these tracks and
// marks and no others. What is said in a track comes from bodies, under the id that it has
// there, or from where a version left it; one that stays keeps its id. Returns ErrFile,
// ErrBig, ErrLanguage, ErrMark.
func (s *Service) Put(ctx context.Context, tx *db.Tx, courseID int64, lessons []int64, tracks []TrackText, marks []MarkText, bodies map[int64]Body) error {
	now, err := s.TrackTexts(ctx, tx, courseID)
	if err != nil {
		return err
	}
	changed := false
	for _, t := range now {
		if !slices.Contains(lessons, t.LessonID) || slices.Contains(tracks, TrackText{ID: t.ID, LessonID: t.LessonID, Kind: t.Kind, Language: t.Language}) {
			continue
		}
		changed = true
		if err := s.drop(ctx, tx, t.LessonID, t.ID); err != nil {
			return err
		}
	}
	for _, t := range tracks {
		if slices.Contains(now, t) {
			continue
		}
		changed = true
		if err := s.putTrack(ctx, tx, t, bodies); err != nil {
			return err
		}
	}
	was, err := s.MarkTexts(ctx, tx, courseID)
	if err != nil {
		return err
	}
	for _, lessonID := range lessons {
		of := func(all []MarkText) []MarkText {
			return slices.DeleteFunc(slices.Clone(all), func(m MarkText) bool { return m.LessonID != lessonID })
		}
		want := of(marks)
		if slices.Equal(of(was), want) {
			continue
		}
		changed = true
		if err := s.putMarks(ctx, tx, lessonID, plain(want)); err != nil {
			return err
		}
	}
	if !changed {
		return nil
	}
	for _, f := range s.onChange {
		if err := f(ctx, tx, courseID); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) putTrack(ctx context.Context, tx *db.Tx, t TrackText, bodies map[int64]Body) error {
	b, ok := bodies[t.ID]
	if !ok {
		var err error
		if b, err = s.Body(ctx, tx, t.ID); err != nil {
			return fmt.Errorf("caption: track %d of a version: %w", t.ID, err)
		}
	}
	cues, words, err := checked(t, b)
	if err != nil {
		return err
	}
	stored, err := rowsOf(cues)
	if err != nil {
		return err
	}
	trackID := t.ID
	var taken int64 // by the lesson that this one is a copy of
	if err := tx.Get(ctx, qBodyTaken, &taken, trackID); err != nil {
		return err
	}
	if ok || taken > 0 {
		trackID = id.New()
	}
	if trackID == t.ID {
		if _, err := tx.Exec(ctx, qUnkeepOne, trackID); err != nil {
			return err
		}
	}
	_, err = tx.Exec(ctx, qPut, trackID, t.LessonID, t.Kind, t.Language, label(t.Language), stored, words, len(cues), clock.MS(s.clock))
	return err
}

// CheckTrack tells whether a track that came in an archive can be put. Returns ErrFile,
// ErrBig, ErrEmpty, ErrPlain, ErrLanguage.
func CheckTrack(t TrackText, b Body) error {
	_, _, err := checked(t, b)
	return err
}

// checked reads a body like a file that was uploaded.
func checked(t TrackText, b Body) (cues []Cue, words string, err error) {
	if label(t.Language) == "" || t.Kind != Subtitle && t.Kind != Transcript {
		return nil, "", ErrLanguage
	}
	raw, err := b.vtt()
	if err == nil {
		cues, words, err = parse(raw, 3*maxBytes)
	}
	if err == nil && t.Kind == Subtitle && len(cues) == 0 {
		err = ErrPlain
	}
	return cues, words, err
}

func rowsOf(cues []Cue) (string, error) {
	rows := make([][3]any, len(cues))
	for i, c := range cues {
		rows[i] = [3]any{c.From, c.To, c.Text}
	}
	raw, err := json.Marshal(rows)
	return string(raw), err
}

func plain(texts []MarkText) []Mark {
	out := make([]Mark, len(texts))
	for i, m := range texts {
		out[i] = Mark{m.AtMS, m.Title, m.Points}
	}
	return out
}

// putMarks replaces the parts of a lesson.
func (s *Service) putMarks(ctx context.Context, tx *db.Tx, lessonID int64, marks []Mark) error {
	if _, err := tx.Exec(ctx, qMarksDrop, lessonID); err != nil {
		return err
	}
	revision := id.New()
	for _, m := range marks {
		if err := tx.Later(ctx, qMarkPut, lessonID, m.AtMS, m.Title, m.Points, revision); err != nil {
			return err
		}
	}
	return nil
}

// CheckMarks tells whether the marks of a lesson that came in an archive can be put, and
// cleans them. Returns ErrMark.
func CheckMarks(marks []MarkText) error {
	last := int64(-1)
	for i := range marks {
		m := &marks[i]
		m.Title, m.Points = text.Line(m.Title), text.Lines(m.Points)
		if m.Title == "" || utf8.RuneCountInString(m.Title) > 60 || utf8.RuneCountInString(m.Points) > 1000 || m.AtMS <= last || m.AtMS > maxMS || i >= maxMarks {
			return ErrMark
		}
		last = m.AtMS
	}
	return nil
}

// drop takes a track away, and puts it aside when a version names it.
func (s *Service) drop(ctx context.Context, tx *db.Tx, lessonID, trackID int64) error {
	if _, err := tx.Exec(ctx, qKeepOne, trackID, lessonID); err != nil {
		return err
	}
	n, err := tx.Exec(ctx, qDrop, trackID, lessonID)
	if err == nil && n == 0 {
		err = ErrGone
	}
	return err
}
