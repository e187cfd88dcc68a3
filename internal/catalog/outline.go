package catalog

import (
	"context"
	"errors"
	"slices"
	"unicode/utf8"

	"zhizhou/internal/audit"
	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/id"
	"zhizhou/internal/rich"
)

// The forms of a lesson.
const (
	Video    = "video"
	Audio    = "audio"
	Article  = "article"
	Live     = "live"
	Document = "document" // a PDF, read page by page
	Ebook    = "ebook"    // an EPUB, read chapter by chapter
	Quiz     = "quiz"     // what it asks is internal/quiz's
	Homework = "homework"
	Booking  = "booking" // a lesson in person, at a time that is booked
)

// FormNames are what the forms are called, in the order in which a course names them.
var FormNames = []struct{ Form, Name string }{
	{Video, "视频"}, {Audio, "音频"}, {Article, "图文"}, {Live, "直播"}, {Document, "文档"}, {Ebook, "电子书"}, {Quiz, "测验"}, {Homework, "作业"}, {Booking, "预约"},
}

// forms are those in which a lesson can be made.
var forms = []string{Video, Article, Document, Ebook, Quiz, Homework}

// Written tells that there is something to read, hear, see or do in it.
func (l Lesson) Written() bool {
	switch l.Form {
	case Article:
		return l.BodyHTML != ""
	case Quiz, Live, Homework, Booking:
		return true
	}
	return l.DurationMS > 0
}

// PageMS is the time that a page of a document counts for in the length of a lesson.
const PageMS = 30_000

// ScreenMS is the time in which about a screen of running text is read: 300
// characters. What was read of it is known screen by screen.
const ScreenMS = 45_000

// Screens is how many parts the reading of a lesson is counted in; 0 when it is not
// read.
func (l Lesson) Screens() int64 {
	if l.Form == Article {
		return (l.DurationMS + ScreenMS - 1) / ScreenMS
	}
	return l.PageCount
}

// Chapter is a part of a course.
type Chapter struct {
	ID       int64
	CourseID int64
	Title    string
	Position int64
}

// Lesson is one unit of study, of one form.
type Lesson struct {
	ID           int64
	CourseID     int64
	ChapterID    int64
	Title        string
	Form         string
	Position     int64
	IsFree       bool
	PreviewMS    int64  `db:"preview_ms"` // of a video, from the start; 0: none
	BodyHTML     string `db:"body_html"`
	AssetID      int64
	DurationMS   int64 `db:"duration_ms"` // of an article: the time to read it
	DocumentID   int64
	PreviewPages int64 // of a document, of an e-book chapters, from the start, for everybody; 0: none
	PageCount    int64 // of a document, of an e-book screens; 0: not ready
	EbookID      int64
	// ReleasedAt is since when learners see it, ms; 0: it is still being written.
	ReleasedAt int64
	// ReleaseAt is when it is to be released by itself, ms; 0: when somebody says so.
	ReleaseAt int64
	Unlock
}

// Part is a chapter with its lessons in order.
type Part struct {
	Chapter
	Lessons []Lesson
}

// Outline returns the chapters and lessons of a course in order.
func (s *Service) Outline(ctx context.Context, courseID int64) ([]Part, error) {
	return outline(ctx, s.db, courseID)
}

func outline(ctx context.Context, r db.Reader, courseID int64) ([]Part, error) {
	var chapters []Chapter
	if err := r.List(ctx, qChapters, &chapters, courseID); err != nil {
		return nil, err
	}
	var lessons []Lesson
	if err := r.List(ctx, qLessons, &lessons, courseID); err != nil {
		return nil, err
	}
	parts := make([]Part, len(chapters))
	at := map[int64]int{}
	for i, c := range chapters {
		parts[i].Chapter = c
		at[c.ID] = i
	}
	for _, l := range lessons {
		if i, ok := at[l.ChapterID]; ok {
			parts[i].Lessons = append(parts[i].Lessons, l)
		}
	}
	return parts, nil
}

// edit runs fn for a course within scope, then recounts it and tells of the change.
func (s *Service) edit(ctx context.Context, scope, courseID int64, action string, after any, fn func(context.Context, *db.Tx) error) error {
	return s.public(ctx, func(ctx context.Context, tx *db.Tx) error {
		if _, err := s.course(ctx, tx, qCourseLock, scope, courseID); err != nil {
			return err
		}
		if err := fn(ctx, tx); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, qCourseCounts, courseID, clock.MS(s.clock)); err != nil {
			return err
		}
		if err := s.tell(ctx, tx, courseID); err != nil {
			return err
		}
		return audit.Write(ctx, tx, s.clock, action, target(courseID), nil, after, "")
	})
}

// AddChapter appends a chapter. Returns ErrCourseGone, ErrCourse.
func (s *Service) AddChapter(ctx context.Context, scope, courseID int64, title string) (int64, error) {
	chapterID := id.New()
	title, err := partTitle(title)
	if err != nil {
		return 0, err
	}
	return chapterID, s.edit(ctx, scope, courseID, "chapter.create", map[string]string{"title": title}, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, qChapterInsert, chapterID, courseID, title)
		return err
	})
}

// RenameChapter renames one. Returns ErrCourseGone, ErrChapterGone, ErrCourse.
func (s *Service) RenameChapter(ctx context.Context, scope, courseID, chapterID int64, title string) error {
	title, err := partTitle(title)
	if err != nil {
		return err
	}
	return s.edit(ctx, scope, courseID, "chapter.update", map[string]any{"id": chapterID, "title": title}, func(ctx context.Context, tx *db.Tx) error {
		n, err := tx.Exec(ctx, qChapterRename, chapterID, courseID, title)
		if err == nil && n == 0 {
			return ErrChapterGone
		}
		return err
	})
}

// DeleteChapter removes an empty chapter. Returns ErrChapterGone, ErrInUse.
func (s *Service) DeleteChapter(ctx context.Context, scope, courseID, chapterID int64) error {
	return s.edit(ctx, scope, courseID, "chapter.delete", map[string]any{"id": chapterID}, func(ctx context.Context, tx *db.Tx) error {
		var c Chapter
		if err := tx.Get(ctx, qChapter, &c, chapterID); errors.Is(err, db.ErrNone) || c.CourseID != courseID {
			return ErrChapterGone
		}
		var n int64
		if err := tx.Get(ctx, qChapterHollow, &n, chapterID); err != nil {
			return err
		}
		if n > 0 {
			return ErrInUse.Say("这一章还有课时，请先移走或删除课时")
		}
		var chapters []Chapter
		if err := tx.List(ctx, qChapters, &chapters, courseID); err != nil {
			return err
		}
		// Deleted lessons keep a chapter: learners' progress still points at them.
		for _, other := range chapters {
			if other.ID != chapterID {
				if _, err := tx.Exec(ctx, qLessonsMove, chapterID, other.ID); err != nil {
					return err
				}
				break
			}
		}
		gone, err := tx.Exec(ctx, qChapterDelete, chapterID)
		if err == nil && gone == 0 {
			return ErrInUse.Say("这是最后一章，且有删除过的课时，不能删除")
		}
		return err
	})
}

// Place is a chapter with its lessons in the wanted order.
type Place struct {
	ChapterID int64
	LessonIDs []int64
}

// Reorder puts chapters and lessons into the given order; it must name each of
// them once. Returns ErrOutline when it does not.
func (s *Service) Reorder(ctx context.Context, scope, courseID int64, order []Place) error {
	return s.edit(ctx, scope, courseID, "outline.reorder", order, func(ctx context.Context, tx *db.Tx) error {
		parts, err := outline(ctx, tx, courseID)
		if err != nil {
			return err
		}
		left := map[int64]bool{}
		lessons := 0
		for _, p := range parts {
			left[p.ID] = true
			lessons += len(p.Lessons)
			for _, l := range p.Lessons {
				left[l.ID] = true
			}
		}
		take := func(x int64) bool { ok := left[x]; delete(left, x); return ok }
		for i, p := range order {
			if !take(p.ChapterID) {
				return ErrOutline
			}
			if n, err := tx.Exec(ctx, qChapterPlace, p.ChapterID, courseID, i+1); err != nil || n == 0 {
				return orElse(err, ErrOutline)
			}
			for j, l := range p.LessonIDs {
				if !take(l) {
					return ErrOutline
				}
				if n, err := tx.Exec(ctx, qLessonPlace, l, courseID, p.ChapterID, j+1); err != nil || n == 0 {
					return orElse(err, ErrOutline)
				}
			}
		}
		if len(left) > 0 {
			return ErrOutline
		}
		return nil
	})
}

func orElse(err, other error) error {
	if err != nil {
		return err
	}
	return other
}

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

// UpdateLesson saves a lesson. Returns ErrLessonGone, ErrLesson.
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
		"unlock": ch.Unlock,
	}
	return s.edit(ctx, scope, l.CourseID, "lesson.update", note, func(ctx context.Context, tx *db.Tx) error {
		if err := unlockable(ctx, tx, l, ch); err != nil {
			return err
		}
		n, err := tx.Exec(ctx, qLessonUpdate, lessonID, title, ch.IsFree, ch.PreviewMS, body, ch.AssetID, duration, ch.DocumentID, ch.PreviewPages, ch.PageCount,
			ch.OpensAt, ch.OpensAfterDays, ch.AfterLessonID, ch.EbookID)
		if err != nil {
			return err
		}
		if n == 0 {
			return ErrLessonGone
		}
		if err := tx.Get(ctx, qLesson, &l, lessonID); err != nil {
			return err
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
	if form != Video {
		ch.AssetID, ch.AssetMS, ch.PreviewMS = 0, 0, 0
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
	case Video:
		return Sanitize(ch.BodyHTML), ch.AssetMS
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

// AssetReady takes over the length of a video that has just become ready, inside
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
