package catalog

import (
	"context"
	"errors"

	"zhizhou/internal/audit"
	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/id"
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
var forms = []string{Video, Audio, Article, Live, Document, Ebook, Quiz, Homework, Booking}

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
	PreviewMS    int64  `db:"preview_ms"` // of a video or audio, from the start; 0: none
	BodyHTML     string `db:"body_html"`
	AssetID      int64
	DurationMS   int64 `db:"duration_ms"` // of an article: the time to read it
	DocumentID   int64
	PreviewPages int64 // of a document, of an e-book chapters, from the start, for everybody; 0: none
	PageCount    int64 // of a document, of an e-book screens; 0: not ready
	EbookID      int64
	InOrder      bool // of a video or audio: not ahead of what was watched, until it is finished
	// ReleasedAt is since when learners see it, ms; 0: it is still being written.
	ReleasedAt int64
	// ReleaseAt is when it is to be released by itself, ms; 0: when somebody says so.
	ReleaseAt int64
	// Version counts what was written of it, from 1.
	Version int64
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
