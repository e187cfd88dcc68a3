package catalog

import (
	"context"
	"errors"
	"slices"
	"unicode/utf8"

	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/id"
	"zhizhou/internal/rich"
)

// AddLesson appends a lesson to a chapter. Returns ErrChapterGone, ErrLesson.
func (s *Service) AddLesson(ctx context.Context, scope, courseID, chapterID int64, title, form string) (int64, error) {
	lessonID := id.New()
	title, err := partTitle(title)
	if err != nil {
		return 0, err
	}
	if !slices.Contains(forms, form) {
		return 0, ErrLesson.Field("form", "还没有这种形式的课时")
	}
	return lessonID, s.edit(ctx, scope, courseID, "lesson.create", map[string]string{"title": title, "form": form}, func(ctx context.Context, tx *db.Tx) error {
		var c Chapter
		if err := tx.Get(ctx, qChapter, &c, chapterID); errors.Is(err, db.ErrNone) || c.CourseID != courseID {
			return ErrChapterGone
		}
		_, err := tx.Exec(ctx, qLessonInsert, lessonID, courseID, chapterID, title, form, clock.MS(s.clock))
		return err
	})
}

// LessonChange is the input of UpdateLesson.
type LessonChange struct {
	Title     string
	IsFree    bool
	PreviewMS int64
	BodyHTML  string
	AssetID   int64
	// AssetMS is the length of the asset when it is ready, else 0.
	AssetMS      int64
	DocumentID   int64
	PreviewPages int64
	// PageCount is that of the document when it is ready, of an e-book its screens, else 0.
	PageCount int64
	EbookID   int64
	// InOrder keeps the first viewing of a video or audio from getting ahead.
	InOrder bool
	// Version is what the lesson was when the change was begun; 0 saves over whatever is there.
	Version int64
	Unlock
}

// Lesson returns a lesson of any course. Returns ErrLessonGone.
func (s *Service) Lesson(ctx context.Context, lessonID int64) (Lesson, error) {
	var l Lesson
	err := s.db.Get(ctx, qLesson, &l, lessonID)
	if errors.Is(err, db.ErrNone) {
		return l, ErrLessonGone
	}
	return l, err
}

// LessonFor returns a lesson of a course within scope, an instructor's id; 0: of any.
// Returns ErrLessonGone, ErrCourseGone.
func (s *Service) LessonFor(ctx context.Context, scope, lessonID int64) (Lesson, error) {
	l, err := s.Lesson(ctx, lessonID)
	if err == nil {
		_, err = s.course(ctx, s.db, qCourse, scope, l.CourseID)
	}
	return l, err
}

// UpdateLesson saves a lesson. Returns ErrLessonGone, ErrLesson, ErrLessonChanged.
func (s *Service) UpdateLesson(ctx context.Context, scope, lessonID int64, ch LessonChange) error {
	title, err := partTitle(ch.Title)
	if err != nil {
		return err
	}
	if ch.PreviewMS < 0 || ch.PreviewMS > 3600_000 {
		return ErrLesson.Field("preview_ms", "试看时长为 0–3600 秒")
	}
	if ch.PreviewPages < 0 || ch.PreviewPages > 200 {
		return ErrLesson.Field("preview_pages", "试读为 0–200 页")
	}
	l, err := s.Lesson(ctx, lessonID)
	if err != nil {
		return err
	}
	body, duration := ch.fit(l.Form)
	note := map[string]any{
		"id": lessonID, "title": title, "is_free": ch.IsFree, "preview_ms": ch.PreviewMS, "asset_id": ch.AssetID,
		"preview_pages": ch.PreviewPages, "document_id": ch.DocumentID, "ebook_id": ch.EbookID,
		"unlock": ch.Unlock, "in_order": ch.InOrder,
	}
	return s.edit(ctx, scope, l.CourseID, "lesson.update", note, func(ctx context.Context, tx *db.Tx) error {
		if err := unlockable(ctx, tx, l, ch); err != nil {
			return err
		}
		n, err := tx.Exec(ctx, qLessonUpdate, lessonID, title, ch.IsFree, ch.PreviewMS, body, ch.AssetID, duration, ch.DocumentID, ch.PreviewPages, ch.PageCount,
			ch.OpensAt, ch.OpensAfterDays, ch.AfterLessonID, ch.EbookID, ch.InOrder, ch.Version)
		if err != nil {
			return err
		}
		if err := tx.Get(ctx, qLesson, &l, lessonID); errors.Is(err, db.ErrNone) {
			return ErrLessonGone
		} else if err != nil {
			return err
		}
		if n == 0 {
			return ErrLessonChanged
		}
		for _, f := range s.onLesson {
			if err := f(ctx, tx, l); err != nil {
				return err
			}
		}
		return nil
	})
}

// fit takes away what a lesson of the form cannot have and returns its text and
// length.
func (ch *LessonChange) fit(form string) (body string, durationMS int64) {
	if form != Video && form != Audio {
		ch.AssetID, ch.AssetMS, ch.PreviewMS, ch.InOrder = 0, 0, 0, false
	}
	if form != Document {
		ch.DocumentID = 0
	}
	if form != Ebook {
		ch.EbookID = 0
	}
	if form != Document && form != Ebook {
		ch.PreviewPages, ch.PageCount = 0, 0
	}
	switch form {
	case Video, Audio:
		return Sanitize(ch.BodyHTML), ch.AssetMS
	case Live: // its length and replay are the room's, and kept by the statement
		return Sanitize(ch.BodyHTML), 0
	case Article:
		body = rich.Article(ch.BodyHTML)
		return body, ReadingMS(body)
	case Ebook:
		return "", ch.PageCount * ScreenMS
	}
	return "", ch.PageCount * PageMS
}

// DeleteLesson hides a lesson. Returns ErrLessonGone.
func (s *Service) DeleteLesson(ctx context.Context, scope, lessonID int64) error {
	l, err := s.Lesson(ctx, lessonID)
	if err != nil {
		return err
	}
	return s.edit(ctx, scope, l.CourseID, "lesson.delete", map[string]any{"id": lessonID, "title": l.Title}, func(ctx context.Context, tx *db.Tx) error {
		if _, err := tx.Exec(ctx, qLessonDelete, lessonID, clock.MS(s.clock)); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, qLessonWaits, l.CourseID, lessonID) // what waited for it waits no more
		return err
	})
}

// AssetReady takes over the length of a video or audio that has just become ready, inside
// the transaction that made it so.
func (s *Service) AssetReady(ctx context.Context, tx *db.Tx, assetID, durationMS int64) error {
	var lessons []Lesson
	if err := tx.List(ctx, qLessonsAsset, &lessons, assetID); err != nil {
		return err
	}
	for _, l := range lessons {
		if _, err := tx.Exec(ctx, qLessonLength, l.ID, durationMS); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, qCourseCounts, l.CourseID, clock.MS(s.clock)); err != nil {
			return err
		}
		if err := s.tell(ctx, tx, l.CourseID); err != nil {
			return err
		}
	}
	return nil
}

// DocumentReady takes over how much there is to read in a document that has just
// become ready, inside the transaction that made it so.
func (s *Service) DocumentReady(ctx context.Context, tx *db.Tx, documentID, pages int64) error {
	var lessons []Lesson
	if err := tx.List(ctx, qLessonsDocument, &lessons, documentID); err != nil {
		return err
	}
	for _, l := range lessons {
		if _, err := tx.Exec(ctx, qLessonPages, l.ID, pages, pages*PageMS); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, qCourseCounts, l.CourseID, clock.MS(s.clock)); err != nil {
			return err
		}
		if err := s.tell(ctx, tx, l.CourseID); err != nil {
			return err
		}
	}
	return nil
}

// ReadingMS is the time an article takes to read: 400 characters a minute, the
// usual figure for careful reading of Chinese on a screen; at least 30 s.
func ReadingMS(body string) int64 {
	n := int64(utf8.RuneCountInString(plain(body)))
	if n == 0 {
		return 0
	}
	return max(30_000, n*150)
}
