package version

import (
	"context"
	"errors"
	"slices"
	"unicode/utf8"

	"zhizhou/internal/audit"
	"zhizhou/internal/caption"
	"zhizhou/internal/catalog"
	"zhizhou/internal/db"
	"zhizhou/internal/id"
	"zhizhou/internal/text"
)

// Version is one that is kept.
type Version struct {
	ID       int64
	CourseID int64
	No       int64
	Cause    string
	Remark   string
	Format   int64
	Content  string // JSON
	Digest   string
	Counts
	StaffID   int64
	StaffName string
	CreatedAt int64
}

// Counts say how much is in a version, and what is other than in the one before.
type Counts struct {
	Chapters    int64
	Lessons     int64
	Attachments int64
	Added       int64 // lessons
	Removed     int64
	Changed     int64
	Others      int64 // texts of the course, chapters, attachments
}

const headCols = `id, course_id, no, cause, remark, format, digest, chapters, lessons, attachments, added, removed, changed, others, staff_id, staff_name, created_at`

var (
	qLast   = db.Q("version/last", `SELECT `+headCols+`, content FROM course_versions WHERE course_id = $1 ORDER BY no DESC LIMIT 1`)
	qOne    = db.Q("version/one", `SELECT `+headCols+`, content FROM course_versions WHERE id = $1 AND course_id = $2`)
	qList   = db.Q("version/list", `SELECT `+headCols+` FROM course_versions WHERE course_id = $1 ORDER BY no DESC LIMIT 50`)
	qInsert = db.Q("version/insert", `INSERT INTO course_versions (id, course_id, no, cause, remark, format, content, digest, chapters, lessons, attachments, added, removed, changed, others, staff_id, staff_name, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)`)
	qOld  = db.Q("version/old", `SELECT id FROM course_versions WHERE course_id = $1 AND no <= $2`)
	qDrop = db.Q("version/drop", `DELETE FROM course_versions WHERE id = $1`)
)

// Take keeps what a course says now, with a remark. Returns catalog.ErrCourseGone,
// ErrRemark.
func (s *Service) Take(ctx context.Context, scope, courseID int64, remark string) (Version, error) {
	if remark = text.Line(remark); utf8.RuneCountInString(remark) > 100 {
		return Version{}, ErrRemark
	}
	var v Version
	err := s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if _, err := s.Catalog.LockCourse(ctx, tx, scope, courseID); err != nil {
			return err
		}
		var err error
		if v, err = s.take(ctx, tx, courseID, Manual, remark); err != nil {
			return err
		}
		return audit.Write(ctx, tx, s.Clock, "version.take", target(courseID), nil, map[string]any{"no": v.No, "remark": remark}, "")
	})
	return v, err
}

// OnTurn keeps a version before a large change, or after a publication; catalog calls it
// in the transaction of the change.
func (s *Service) OnTurn(ctx context.Context, tx *db.Tx, c catalog.Course, cause string) error {
	_, err := s.take(ctx, tx, c.ID, cause, "")
	return err
}

// take keeps a version of a course that the transaction has locked. What says the same as
// the newest one is not kept again, unless a person asked for it.
func (s *Service) take(ctx context.Context, tx *db.Tx, courseID int64, cause, remark string) (Version, error) {
	now, err := s.contentOf(ctx, tx, courseID)
	if err != nil {
		return Version{}, err
	}
	return s.keep(ctx, tx, courseID, now, cause, remark)
}

func (s *Service) keep(ctx context.Context, tx *db.Tx, courseID int64, c Content, cause, remark string) (Version, error) {
	content, digest, err := c.encode()
	if err != nil {
		return Version{}, err
	}
	var last Version
	if err := tx.Get(ctx, qLast, &last, courseID); err != nil && !errors.Is(err, db.ErrNone) {
		return Version{}, err
	}
	if last.Digest == digest && cause != Manual {
		return last, nil
	}
	var before Content
	if last.ID != 0 {
		if before, err = decode(last.Format, last.Content); err != nil {
			before = Content{} // of another format: everything counts as new
		}
	}
	me := audit.ActorOf(ctx)
	v := Version{ID: id.New(), CourseID: courseID, No: last.No + 1, Cause: cause, Remark: remark, Format: Format, Digest: digest, StaffID: me.ID, StaffName: me.Name, CreatedAt: s.now()}
	v.Counts = counts(before, c)
	if _, err := tx.Exec(ctx, qInsert, v.ID, courseID, v.No, cause, remark, Format, content, digest, v.Chapters, v.Lessons, v.Attachments, v.Added, v.Removed, v.Changed, v.Others, me.ID, me.Name, v.CreatedAt); err != nil {
		return v, err
	}
	refs, err := s.refs(ctx, tx, c)
	if err != nil {
		return v, err
	}
	if err := s.Media.Hold(ctx, tx, v.ID, refs); err != nil {
		return v, err
	}
	if err := s.Caption.Hold(ctx, tx, v.ID, c.Tracks); err != nil {
		return v, err
	}
	return v, s.forget(ctx, tx, courseID, v.No-kept)
}

// forget drops the versions up to one, with their hold on material.
func (s *Service) forget(ctx context.Context, tx *db.Tx, courseID, no int64) error {
	var old []int64
	if err := tx.List(ctx, qOld, &old, courseID, no); err != nil {
		return err
	}
	for _, versionID := range old {
		if err := s.Media.Release(ctx, tx, versionID); err != nil {
			return err
		}
		if err := s.Caption.Release(ctx, tx, versionID); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, qDrop, versionID); err != nil {
			return err
		}
	}
	return nil
}

// Forget drops all versions of a course that is being deleted.
func (s *Service) Forget(ctx context.Context, tx *db.Tx, courseID int64) error {
	return s.forget(ctx, tx, courseID, 1<<60)
}

// List lists the versions of a course within scope, newest first, without their content.
// Returns catalog.ErrCourseGone.
func (s *Service) List(ctx context.Context, scope, courseID int64) ([]Version, error) {
	if _, _, err := s.Catalog.Course(ctx, scope, courseID); err != nil {
		return nil, err
	}
	var rows []Version
	err := s.DB.List(ctx, qList, &rows, courseID)
	return rows, err
}

func one(ctx context.Context, r db.Reader, courseID, versionID int64) (Version, Content, error) {
	var v Version
	err := r.Get(ctx, qOne, &v, versionID, courseID)
	if errors.Is(err, db.ErrNone) {
		return v, Content{}, ErrGone
	}
	if err != nil {
		return v, Content{}, err
	}
	c, err := decode(v.Format, v.Content)
	return v, c, err
}

// Restore makes a course within scope say again what it said, after keeping what it says
// now. Learners' progress stays: lessons keep their ids. Returns ErrGone, ErrFormat,
// catalog.ErrCourseGone.
func (s *Service) Restore(ctx context.Context, scope, courseID, versionID int64) (before Version, err error) {
	err = s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if _, err := s.Catalog.LockCourse(ctx, tx, scope, courseID); err != nil {
			return err
		}
		v, c, err := one(ctx, tx, courseID, versionID)
		if err != nil {
			return err
		}
		if before, err = s.take(ctx, tx, courseID, Restore, ""); err != nil {
			return err
		}
		if err := s.put(ctx, tx, scope, courseID, c, nil); err != nil {
			return err
		}
		return audit.Write(ctx, tx, s.Clock, "version.restore", target(courseID), map[string]any{"no": before.No}, map[string]any{"no": v.No, "lessons": v.Lessons}, "")
	})
	if err == nil {
		s.Catalog.Changed()
	}
	return before, err
}

// Copy makes a draft that says what a course within scope says, with the same material
// and without learners; with prices, its offers come along switched off. Returns
// catalog.ErrCourseGone.
func (s *Service) Copy(ctx context.Context, scope, courseID int64, prices bool) (int64, error) {
	var made int64
	err := s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if _, err := s.Catalog.LockCourse(ctx, tx, scope, courseID); err != nil {
			return err
		}
		c, err := s.contentOf(ctx, tx, courseID)
		if err != nil {
			return err
		}
		c.renumber(id.New)
		c.Course.Title = copied(c.Course.Title)
		c.draft()
		if made, err = s.Catalog.MakeDraft(ctx, tx, scope, c.Course.Title, c.Course.Form); err != nil {
			return err
		}
		if err := s.put(ctx, tx, scope, made, c, nil); err != nil {
			return err
		}
		if prices {
			if err := s.Catalog.CopyOffers(ctx, tx, courseID, made); err != nil {
				return err
			}
		}
		if _, err := s.take(ctx, tx, made, Clone, ""); err != nil {
			return err
		}
		return audit.Write(ctx, tx, s.Clock, "course.clone", target(made), nil, map[string]any{"from": courseID, "title": c.Course.Title, "prices": prices}, "")
	})
	if err == nil {
		s.Catalog.Changed()
	}
	return made, err
}

// copied is the title of a copy, within the length of titles.
func copied(title string) string {
	const tail, most = " 副本", 60
	r := []rune(title)
	return string(r[:min(len(r), most-utf8.RuneCountInString(tail))]) + tail
}

// draft shows what a new course shows: of a column nothing, of a course all, and of what
// was said in a live lesson nothing, because its recording stays where it was made.
func (c *Content) draft() {
	aired := map[int64]bool{}
	for _, l := range c.Lessons() {
		l.Released = c.Course.Form != catalog.FormColumn
		aired[l.ID] = l.Form == catalog.Live
	}
	c.Tracks = slices.DeleteFunc(c.Tracks, func(t caption.TrackText) bool { return aired[t.LessonID] })
	c.Marks = slices.DeleteFunc(c.Marks, func(m caption.MarkText) bool { return aired[m.LessonID] })
}

// renumber gives chapters, lessons, attachments and points new ids. Tracks keep theirs:
// what is said in them is found by it.
func (c *Content) renumber(next func() int64) {
	was := map[int64]int64{0: 0}
	for i := range c.Parts {
		c.Parts[i].ID = next()
	}
	for _, l := range c.Lessons() {
		n := next()
		was[l.ID], l.ID = n, n
	}
	for _, l := range c.Lessons() {
		l.AfterLessonID = was[l.AfterLessonID]
	}
	for i := range c.Files {
		c.Files[i].ID, c.Files[i].LessonID = next(), was[c.Files[i].LessonID]
	}
	for i := range c.Papers {
		c.Papers[i].LessonID = was[c.Papers[i].LessonID]
	}
	for i := range c.Points {
		c.Points[i].ID, c.Points[i].LessonID = next(), was[c.Points[i].LessonID]
	}
	for i := range c.Tasks {
		c.Tasks[i].LessonID = was[c.Tasks[i].LessonID]
	}
	c.relesson(was)
}

// relesson names other lessons.
func (m *More) relesson(to map[int64]int64) {
	for i := range m.Tracks {
		m.Tracks[i].LessonID = to[m.Tracks[i].LessonID]
	}
	for i := range m.Marks {
		m.Marks[i].LessonID = to[m.Marks[i].LessonID]
	}
	for i := range m.Plans {
		m.Plans[i].LessonID = to[m.Plans[i].LessonID]
	}
	for i := range m.Rooms {
		m.Rooms[i].LessonID = to[m.Rooms[i].LessonID]
	}
	if m.Certificate != nil {
		for i := range m.Certificate.Quizzes {
			m.Certificate.Quizzes[i] = to[m.Certificate.Quizzes[i]]
		}
	}
}
