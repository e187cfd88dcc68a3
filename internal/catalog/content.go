package catalog

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/id"
	"zhizhou/internal/rich"
)

// Content is what is written of a course, without prices and without learners: what
// versions keep, clones copy and archives carry. Its JSON is stored; a change of its
// meaning takes a new format of versions.
type Content struct {
	Course CourseText `json:"course"`
	Parts  []PartText `json:"chapters"`
	Files  []FileText `json:"attachments"`
}

// CourseText is what the page of a course says.
type CourseText struct {
	Form         string   `json:"form"`
	Title        string   `json:"title"`
	Promise      string   `json:"promise"`
	IntroHTML    string   `json:"intro_html"`
	Audience     string   `json:"audience"`
	Outcomes     []string `json:"outcomes"`
	Tags         []string `json:"tags"`
	Cover        string   `json:"cover"` // blob key
	Scene        string   `json:"scene"`
	InstructorID int64    `json:"instructor_id"`
	CategoryID   int64    `json:"category_id"`
	Cadence      string   `json:"cadence"`
	PlannedCount int64    `json:"planned_count"`
}

// PartText is a chapter with its lessons in order.
type PartText struct {
	ID      int64        `json:"id"`
	Title   string       `json:"title"`
	Lessons []LessonText `json:"lessons"`
}

// LessonText is what is written of a lesson. Of a live one the replay stays the room's.
type LessonText struct {
	ID             int64  `json:"id"`
	Title          string `json:"title"`
	Form           string `json:"form"`
	IsFree         bool   `json:"is_free"`
	PreviewMS      int64  `json:"preview_ms"`
	PreviewPages   int64  `json:"preview_pages"`
	BodyHTML       string `json:"body_html"`
	AssetID        int64  `json:"asset_id"`
	DocumentID     int64  `json:"document_id"`
	EbookID        int64  `json:"ebook_id"`
	Released       bool   `json:"released"`
	InOrder        bool   `json:"in_order"`
	OpensAt        int64  `json:"opens_at"`
	OpensAfterDays int64  `json:"opens_after_days"`
	AfterLessonID  int64  `json:"after_lesson_id"`
}

// FileText is an attachment.
type FileText struct {
	ID         int64  `json:"id"`
	LessonID   int64  `json:"lesson_id"`
	FileID     int64  `json:"file_id"`
	Name       string `json:"name"`
	Permission string `json:"permission"`
	BlobKey    string `json:"blob_key,omitempty"`
	Bytes      int64  `json:"bytes"`
	Mime       string `json:"mime"`
}

// Lessons returns the lessons of all chapters in order.
func (c *Content) Lessons() []*LessonText {
	var out []*LessonText
	for i := range c.Parts {
		for j := range c.Parts[i].Lessons {
			out = append(out, &c.Parts[i].Lessons[j])
		}
	}
	return out
}

// Size is how long a lesson is, and how many pages it has; 0 while its material is not
// ready.
type Size struct{ DurationMS, Pages int64 }

var (
	qCourseText = db.Q("catalog/course_text", `UPDATE courses SET title = $2, promise = $3, intro_html = $4, audience = $5, outcomes = $6, cover = $7, scene = $8, instructor_id = $9,
		category_id = COALESCE((SELECT k.id FROM categories k WHERE k.id = $10), 0), cadence = $11, planned_count = $12, updated_at = $13, version = version + 1 WHERE id = $1 AND deleted_at = 0`)
	qInstructorName = db.Q("catalog/instructor_by_name", `SELECT id FROM instructors WHERE name = $1 ORDER BY id LIMIT 1`)
	qChapterPut     = db.Q("catalog/chapter_put", `INSERT INTO chapters (id, course_id, title, position) VALUES ($1, $2, $3, $4) ON CONFLICT (id) DO UPDATE SET title = $3, position = $4 WHERE chapters.course_id = $2`)
	// What is shown to learners stays shown; what was deleted comes back as it was kept.
	qLessonPut = db.Q("catalog/lesson_put", `INSERT INTO lessons (id, course_id, chapter_id, title, form, position, is_free, preview_ms, body_html, asset_id, duration_ms, document_id, preview_pages, page_count, ebook_id, opens_at, opens_after_days, after_lesson_id, released_at, in_order)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, CASE WHEN $19 THEN CAST($20 AS BIGINT) ELSE 0 END, $21)
		ON CONFLICT (id) DO UPDATE SET chapter_id = $3, title = $4, position = $6, is_free = $7, preview_ms = $8, body_html = $9,
		asset_id = CASE WHEN lessons.form = 'live' THEN lessons.asset_id ELSE $10 END, duration_ms = CASE WHEN lessons.form = 'live' THEN lessons.duration_ms ELSE $11 END,
		document_id = $12, preview_pages = $13, page_count = $14, ebook_id = $15, opens_at = $16, opens_after_days = $17, after_lesson_id = $18,
		released_at = CASE WHEN lessons.released_at > 0 AND (lessons.deleted_at = 0 OR $19) THEN lessons.released_at WHEN $19 THEN CAST($20 AS BIGINT) ELSE 0 END,
		release_at = 0, in_order = $21, version = lessons.version + 1, deleted_at = 0 WHERE lessons.course_id = $2 AND lessons.form = $5`)
	qLessonAside     = db.Q("catalog/lesson_aside", `UPDATE lessons SET released_at = 0, release_at = 0, after_lesson_id = 0, position = $2, version = version + 1 WHERE id = $1 AND deleted_at = 0`)
	qAttachmentsDrop = db.Q("catalog/attachments_drop", `DELETE FROM attachments WHERE course_id = $1`)
	qAttachmentPut   = db.Q("catalog/attachment_put", `INSERT INTO attachments (id, course_id, lesson_id, name, blob_key, bytes, mime, position, file_id, permission) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`)
)

// ContentOf reads what is written of a course. Returns ErrCourseGone.
func (s *Service) ContentOf(ctx context.Context, r db.Reader, courseID int64) (Content, error) {
	var out Content
	c, err := s.course(ctx, r, qCourse, 0, courseID)
	if err != nil {
		return out, err
	}
	tags := []string{}
	if err := r.List(ctx, qTags, &tags, courseID); err != nil {
		return out, err
	}
	if tags == nil {
		tags = []string{}
	}
	out.Course = CourseText{
		c.Form, c.Title, c.Promise, c.IntroHTML, c.Audience, c.OutcomeList(), tags, c.Cover, c.Scene, c.InstructorID, c.CategoryID, c.Cadence, c.PlannedCount,
	}
	parts, err := outline(ctx, r, courseID)
	if err != nil {
		return out, err
	}
	out.Parts, out.Files = []PartText{}, []FileText{}
	live := map[int64]bool{0: true}
	for _, p := range parts {
		t := PartText{p.ID, p.Title, []LessonText{}}
		for _, l := range p.Lessons {
			live[l.ID] = true
			x := LessonText{
				ID: l.ID, Title: l.Title, Form: l.Form, IsFree: l.IsFree, PreviewMS: l.PreviewMS, PreviewPages: l.PreviewPages, BodyHTML: l.BodyHTML, AssetID: l.AssetID, DocumentID: l.DocumentID,
				EbookID: l.EbookID, Released: l.ReleasedAt > 0, InOrder: l.InOrder, OpensAt: l.OpensAt, OpensAfterDays: l.OpensAfterDays, AfterLessonID: l.AfterLessonID,
			}
			if l.Form == Live {
				x.AssetID = 0
			}
			t.Lessons = append(t.Lessons, x)
		}
		out.Parts = append(out.Parts, t)
	}
	var files []Attachment
	err = r.List(ctx, qAttachments, &files, courseID)
	for _, a := range files {
		if live[a.LessonID] {
			out.Files = append(out.Files, FileText{a.ID, a.LessonID, a.FileID, a.Name, a.Permission, a.BlobKey, a.Bytes, a.Mime})
		}
	}
	return out, err
}

// LockCourse keeps a course within scope for the rest of the transaction. Returns
// ErrCourseGone.
func (s *Service) LockCourse(ctx context.Context, tx *db.Tx, scope, courseID int64) (Course, error) {
	return s.course(ctx, tx, qCourseLock, scope, courseID)
}

// MakeDraft makes an empty draft of a form, to be filled by PutContent.
func (s *Service) MakeDraft(ctx context.Context, tx *db.Tx, scope int64, title, form string) (int64, error) {
	courseID := id.New()
	return courseID, s.MakeDraftOf(ctx, tx, courseID, scope, title, form)
}

// MakeDraftOf is MakeDraft with an id that is known before.
func (s *Service) MakeDraftOf(ctx context.Context, tx *db.Tx, courseID, scope int64, title, form string) error {
	if form != FormColumn {
		form = FormCourse
	}
	now := clock.MS(s.clock)
	if _, err := tx.Exec(ctx, qCourseInsert, courseID, title, id.Token(16), scope, Scenes[courseID%int64(len(Scenes))], now, form); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, qProductInsert, id.New(), courseID, now)
	return err
}

// Forms lists the forms in which lessons can be made.
func Forms() []string { return forms }

// Named finds an instructor by name and a category by slug, 0 where there is none.
func (s *Service) Named(ctx context.Context, r db.Reader, instructor, slug string) (instructorID, categoryID int64, err error) {
	if err = ignoreNone(r.Get(ctx, qInstructorName, &instructorID, instructor)); err == nil {
		err = ignoreNone(r.Get(ctx, qCategorySlug, &categoryID, slug))
	}
	return instructorID, categoryID, err
}

// PutContent makes a course say what c says, in a transaction that has locked it. Lessons
// keep their ids and so what learners did in them; one that c does not know is taken from
// learners' sight and stays at the end, as does its chapter. Attachments are those of c
// and of such lessons. size tells how long each is. Returns ErrCourseGone, ErrOutline when
// an id belongs to something else.
func (s *Service) PutContent(ctx context.Context, tx *db.Tx, scope, courseID int64, c Content, size func(LessonText) Size) error {
	was, err := s.course(ctx, tx, qCourse, scope, courseID)
	if err != nil {
		return err
	}
	now := clock.MS(s.clock)
	if err := s.putCourse(ctx, tx, scope, was, c.Course, now); err != nil {
		return err
	}
	before, err := outline(ctx, tx, courseID)
	if err != nil {
		return err
	}
	for i, p := range c.Parts {
		if n, err := tx.Exec(ctx, qChapterPut, p.ID, courseID, p.Title, i+1); err != nil || n == 0 {
			return orElse(err, ErrOutline)
		}
		for j, l := range p.Lessons {
			l.tidy()
			z := size(l)
			n, err := tx.Exec(ctx, qLessonPut, l.ID, courseID, p.ID, l.Title, l.Form, j+1, l.IsFree, l.PreviewMS, l.BodyHTML, l.AssetID, z.DurationMS, l.DocumentID, l.PreviewPages, z.Pages, l.EbookID,
				l.OpensAt, l.OpensAfterDays, l.AfterLessonID, l.Released, now, l.InOrder)
			if err != nil || n == 0 {
				return orElse(err, ErrOutline)
			}
		}
	}
	aside, err := s.aside(ctx, tx, courseID, before, c)
	if err != nil {
		return err
	}
	if err := s.putFiles(ctx, tx, courseID, c, aside); err != nil {
		return err
	}
	for _, l := range c.Lessons() {
		var row Lesson
		if err := tx.Get(ctx, qLesson, &row, l.ID); err != nil {
			return err
		}
		for _, f := range s.onLesson {
			if err := f(ctx, tx, row); err != nil {
				return err
			}
		}
	}
	if _, err := tx.Exec(ctx, qCourseCounts, courseID, now); err != nil {
		return err
	}
	return s.tell(ctx, tx, courseID)
}

// tidy cleans a text that may come from elsewhere.
func (l *LessonText) tidy() {
	if l.Form == Article {
		l.BodyHTML = rich.Article(l.BodyHTML)
		return
	}
	l.BodyHTML = Sanitize(l.BodyHTML)
}

func (s *Service) putCourse(ctx context.Context, tx *db.Tx, scope int64, was Course, t CourseText, now int64) error {
	outcomes, err := json.Marshal(t.Outcomes)
	if err != nil {
		return err
	}
	teacher := t.InstructorID
	if scope != 0 || teacher == 0 { // an instructor's own course stays that instructor's
		teacher = was.InstructorID
	}
	if !contains(Scenes, t.Scene) {
		t.Scene = was.Scene
	}
	n, err := tx.Exec(ctx, qCourseText, was.ID, t.Title, t.Promise, Sanitize(t.IntroHTML), t.Audience, string(outcomes), t.Cover, t.Scene, teacher, t.CategoryID, t.Cadence, t.PlannedCount, now)
	if err != nil || n == 0 {
		return orElse(err, ErrCourseGone)
	}
	if _, err := tx.Exec(ctx, qTagsDrop, was.ID); err != nil {
		return err
	}
	for _, tag := range t.Tags {
		if _, err := tx.Exec(ctx, qTagAdd, was.ID, strings.ReplaceAll(tag, ",", " ")); err != nil {
			return err
		}
	}
	return nil
}

// aside takes from sight what c does not know, and returns the lessons that were.
func (s *Service) aside(ctx context.Context, tx *db.Tx, courseID int64, before []Part, c Content) (map[int64]bool, error) {
	known, parts := map[int64]bool{}, map[int64]bool{}
	for _, p := range c.Parts {
		parts[p.ID] = true
		for _, l := range p.Lessons {
			known[l.ID] = true
		}
	}
	left, place := map[int64]bool{}, len(c.Parts)
	for _, p := range before {
		stays := slices.DeleteFunc(slices.Clone(p.Lessons), func(l Lesson) bool { return known[l.ID] })
		for j, l := range stays {
			left[l.ID] = true
			if _, err := tx.Exec(ctx, qLessonAside, l.ID, 10_000+j); err != nil {
				return nil, err
			}
		}
		if parts[p.ID] {
			continue
		}
		if len(stays) > 0 {
			place++
			if _, err := tx.Exec(ctx, qChapterPlace, p.ID, courseID, place); err != nil {
				return nil, err
			}
			continue
		}
		if len(c.Parts) > 0 { // deleted lessons keep a chapter
			if _, err := tx.Exec(ctx, qLessonsMove, p.ID, c.Parts[0].ID); err != nil {
				return nil, err
			}
		}
		if _, err := tx.Exec(ctx, qChapterDelete, p.ID); err != nil {
			return nil, err
		}
	}
	return left, nil
}

func (s *Service) putFiles(ctx context.Context, tx *db.Tx, courseID int64, c Content, aside map[int64]bool) error {
	var was []Attachment
	if err := tx.List(ctx, qAttachments, &was, courseID); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, qAttachmentsDrop, courseID); err != nil {
		return err
	}
	var files []Attachment
	for _, f := range c.Files {
		files = append(files, Attachment{ID: f.ID, CourseID: courseID, LessonID: f.LessonID, Name: f.Name, BlobKey: f.BlobKey, Bytes: f.Bytes, Mime: f.Mime, FileID: f.FileID, Permission: f.Permission})
	}
	for _, a := range was {
		if aside[a.LessonID] {
			files = append(files, a)
		}
	}
	for i, a := range files {
		for _, f := range s.onAttach {
			if err := f(ctx, tx, a); err != nil {
				return err
			}
		}
		if _, err := tx.Exec(ctx, qAttachmentPut, a.ID, courseID, a.LessonID, a.Name, a.BlobKey, a.Bytes, a.Mime, i+1, a.FileID, a.Permission); err != nil {
			return err
		}
	}
	return nil
}

// OnTurn registers f to run in the transaction of a large change of a course, before it
// happens or, of "publish", after: versions are kept.
func (s *Service) OnTurn(f func(ctx context.Context, tx *db.Tx, c Course, cause string) error) {
	s.onTurn = append(s.onTurn, f)
}

func (s *Service) turn(ctx context.Context, tx *db.Tx, c Course, cause string) error {
	for _, f := range s.onTurn {
		if err := f(ctx, tx, c, cause); err != nil {
			return err
		}
	}
	return nil
}

// Changed empties the caches after a transaction of others has changed courses.
func (s *Service) Changed() {
	if s.changed != nil {
		s.changed()
	}
}
