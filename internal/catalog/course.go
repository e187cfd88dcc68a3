package catalog

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"zhizhou/internal/audit"
	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/id"
	"zhizhou/internal/text"
)

// The states of a course.
const (
	Draft       = "draft"
	Scheduled   = "scheduled"
	Published   = "published"
	Unpublished = "unpublished"
)

// Scenes are the drawn pictures for a course without a cover.
var Scenes = []string{"boat", "report", "bird", "poem", "data", "rice", "brush", "deed"}

// Course is a course as the console sees it.
type Course struct {
	ID           int64
	Form         string // FormCourse or FormColumn
	Cadence      string // column: when new issues come, in words
	PlannedCount int64  // column: how many issues there will be, 0 is open-ended
	Title        string
	Promise      string
	IntroHTML    string `db:"intro_html"`
	Audience     string
	Outcomes     string // JSON list
	Cover        string // blob key
	Scene        string
	InstructorID int64
	CategoryID   int64
	Position     int64
	Recommended  bool
	Status       string
	PublishAt    int64
	PublishedAt  int64
	DeletedAt    int64
	PreviewToken string
	LessonCount  int64
	PreviewCount int64
	DurationMS   int64 `db:"duration_ms"`
	LearnerCount int64
	Version      int64
	CreatedAt    int64
	UpdatedAt    int64
}

// OutcomeList returns what a learner will be able to do.
func (c Course) OutcomeList() []string {
	out := []string{}
	_ = json.Unmarshal([]byte(c.Outcomes), &out) // written by this package alone
	return out
}

// CourseRow is a course in the console's list.
type CourseRow struct {
	ID             int64
	Form           string
	PlannedCount   int64
	Title          string
	Cover          string
	Scene          string
	Status         string
	PublishAt      int64
	PublishedAt    int64
	UpdatedAt      int64
	LessonCount    int64
	DurationMS     int64 `db:"duration_ms"`
	LearnerCount   int64
	FromFen        int64
	InstructorName string
	CategoryName   string
}

// CourseChange is the input of UpdateCourse.
type CourseChange struct {
	Title, Promise, IntroHTML, Audience string
	Outcomes, Tags                      []string
	Cover, Scene                        string
	InstructorID, CategoryID, Position  int64
	Recommended                         bool
	Cadence                             string // column alone
	PlannedCount                        int64  // column alone
	Version                             int64
}

// Courses lists courses for the console, last changed first. scope is the
// instructor whose courses alone are seen, 0 for all; form and status "" are all.
func (s *Service) Courses(ctx context.Context, scope int64, form, status, q string, after []int64, limit int) ([]CourseRow, error) {
	at, last := int64(0), int64(0)
	if len(after) == 2 {
		at, last = after[0], after[1]
	}
	if q = strings.TrimSpace(q); q != "" {
		q = "%" + strings.NewReplacer("%", "", "_", "").Replace(q) + "%"
	}
	var rows []CourseRow
	err := s.db.List(ctx, qCourses, &rows, status, q, scope, at, last, limit, form)
	return rows, err
}

// Course returns a course of any state within scope. Returns ErrCourseGone.
func (s *Service) Course(ctx context.Context, scope, courseID int64) (Course, []string, error) {
	var tags []string
	c, err := s.course(ctx, s.db, qCourse, scope, courseID)
	if err == nil {
		err = s.db.List(ctx, qTags, &tags, courseID)
	}
	return c, tags, err
}

func (s *Service) course(ctx context.Context, r db.Reader, q *db.Stmt, scope, courseID int64) (Course, error) {
	var c Course
	err := r.Get(ctx, q, &c, courseID)
	if errors.Is(err, db.ErrNone) || err == nil && scope != 0 && c.InstructorID != scope {
		return Course{}, ErrCourseGone
	}
	return c, err
}

// CreateCourse makes a draft with a product to sell it by. Returns ErrCourse.
func (s *Service) CreateCourse(ctx context.Context, scope int64, title string) (Course, error) {
	return s.create(ctx, scope, title, FormCourse)
}

func (s *Service) create(ctx context.Context, scope int64, title, form string) (Course, error) {
	title, err := courseTitle(title)
	if err != nil {
		return Course{}, err
	}
	courseID, now := id.New(), clock.MS(s.clock)
	var c Course
	err = s.db.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if _, err := tx.Exec(ctx, qCourseInsert, courseID, title, id.Token(16), scope, Scenes[courseID%int64(len(Scenes))], now, form); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, qProductInsert, id.New(), courseID, now); err != nil {
			return err
		}
		if err := tx.Get(ctx, qCourse, &c, courseID); err != nil {
			return err
		}
		return audit.Write(ctx, tx, s.clock, "course.create", target(courseID), nil, map[string]string{"title": title, "form": form}, "")
	})
	return c, err
}

// UpdateCourse saves the course's page. Returns ErrCourseGone, ErrCourse,
// ErrVersion.
func (s *Service) UpdateCourse(ctx context.Context, scope, courseID int64, ch CourseChange) error {
	title, err := courseTitle(ch.Title)
	if err != nil {
		return err
	}
	ch.Promise, ch.Audience, ch.Outcomes, ch.Tags = text.Line(ch.Promise), text.Lines(ch.Audience), lines(ch.Outcomes), lines(ch.Tags)
	if utf8.RuneCountInString(ch.Promise) > 120 {
		return ErrCourse.Field("promise", "不超过 120 个字")
	}
	if len(ch.Tags) > 10 || len(ch.Outcomes) > 10 {
		return ErrCourse.Field("tags", "标签和收获各不超过 10 个")
	}
	if !contains(Scenes, ch.Scene) {
		ch.Scene = Scenes[uint64(courseID)%uint64(len(Scenes))]
	}
	outcomes, err := json.Marshal(ch.Outcomes)
	if err != nil {
		return err
	}
	intro := Sanitize(ch.IntroHTML)
	return s.public(ctx, func(ctx context.Context, tx *db.Tx) error {
		before, err := s.course(ctx, tx, qCourse, scope, courseID)
		if err != nil {
			return err
		}
		if scope != 0 { // an instructor's own course stays that instructor's
			ch.InstructorID, ch.Recommended, ch.Position = before.InstructorID, before.Recommended, before.Position
		}
		if err := ch.rhythm(before.Form); err != nil {
			return err
		}
		n, err := tx.Exec(ctx, qCourseUpdate, courseID, title, ch.Promise, intro, ch.Audience, string(outcomes),
			ch.Cover, ch.Scene, ch.InstructorID, ch.CategoryID, ch.Position, ch.Recommended, clock.MS(s.clock), ch.Version, ch.Cadence, ch.PlannedCount)
		if err != nil {
			return err
		}
		if n == 0 {
			return ErrVersion
		}
		if _, err := tx.Exec(ctx, qTagsDrop, courseID); err != nil {
			return err
		}
		for _, t := range ch.Tags {
			if _, err := tx.Exec(ctx, qTagAdd, courseID, strings.ReplaceAll(t, ",", " ")); err != nil {
				return err
			}
		}
		if err := s.tell(ctx, tx, courseID); err != nil {
			return err
		}
		ch.IntroHTML = fmt.Sprintf("%d 字", utf8.RuneCountInString(intro))
		return audit.Write(ctx, tx, s.clock, "course.update", target(courseID),
			map[string]any{"title": before.Title, "promise": before.Promise, "instructor_id": before.InstructorID, "category_id": before.CategoryID}, ch, "")
	})
}

// Publish makes a course visible at the time at (ms; 0 or past: now). Returns
// ErrCourseGone, ErrNotReady with what is missing, ErrStatus.
func (s *Service) Publish(ctx context.Context, courseID, at int64) error {
	return s.public(ctx, func(ctx context.Context, tx *db.Tx) error {
		c, err := s.course(ctx, tx, qCourseLock, 0, courseID)
		if err != nil {
			return err
		}
		return s.publish(ctx, tx, c, at)
	})
}

// publish does it to a course whose row is locked.
func (s *Service) publish(ctx context.Context, tx *db.Tx, c Course, at int64) error {
	if err := s.ready(ctx, tx, c); err != nil {
		return err
	}
	now := clock.MS(s.clock)
	if at > now {
		return s.move(ctx, tx, c, Scheduled, at)
	}
	if err := s.releaseWritten(ctx, tx, c, now); err != nil {
		return err
	}
	return s.move(ctx, tx, c, Published, 0)
}

// Unpublish hides a course; who bought it keeps it. Returns ErrCourseGone, ErrStatus.
func (s *Service) Unpublish(ctx context.Context, courseID int64) error {
	return s.public(ctx, func(ctx context.Context, tx *db.Tx) error {
		c, err := s.course(ctx, tx, qCourseLock, 0, courseID)
		if err != nil {
			return err
		}
		return s.move(ctx, tx, c, Unpublished, 0)
	})
}

// moves is the graph of a course's states.
var moves = map[string][]string{
	Draft:       {Scheduled, Published},
	Scheduled:   {Scheduled, Published, Unpublished},
	Published:   {Unpublished},
	Unpublished: {Scheduled, Published},
}

func (s *Service) move(ctx context.Context, tx *db.Tx, c Course, to string, publishAt int64) error {
	if !contains(moves[c.Status], to) {
		return ErrStatus
	}
	now := clock.MS(s.clock)
	publishedAt := c.PublishedAt
	if to == Published && publishedAt == 0 {
		publishedAt = now
	}
	n, err := tx.Exec(ctx, qCourseStatus, c.ID, c.Status, to, publishAt, publishedAt, now)
	if err != nil {
		return err
	}
	if n == 0 {
		return ErrStatus
	}
	if err := s.tell(ctx, tx, c.ID); err != nil {
		return err
	}
	if to == Published {
		if err := s.turn(ctx, tx, c, "publish"); err != nil {
			return err
		}
	}
	return audit.Write(ctx, tx, s.clock, "course."+to, target(c.ID), map[string]any{"status": c.Status}, map[string]any{"status": to, "publish_at": publishAt}, "")
}

// ready names what a course lacks before it can be shown and sold.
func (s *Service) ready(ctx context.Context, tx *db.Tx, c Course) error {
	var lessons []Lesson
	if err := tx.List(ctx, qLessons, &lessons, c.ID); err != nil {
		return err
	}
	var p Product
	if err := tx.Get(ctx, qProduct, &p, c.ID); err != nil {
		return err
	}
	var skus []SKU
	if err := tx.List(ctx, qSKUs, &skus, p.ID, false); err != nil {
		return err
	}
	if c.Form == FormColumn { // an issue that is still being written keeps it not back
		lessons = slices.DeleteFunc(lessons, func(l Lesson) bool { return !l.Written() })
	}
	e := ErrNotReady
	if len(lessons) == 0 {
		return e.Say("课程还没有课时").Field("lessons", "至少要有一个课时")
	}
	for _, l := range lessons {
		if l.Form == Video && (l.AssetID == 0 || l.DurationMS == 0) {
			return e.Say("课时「"+l.Title+"」的视频还没有就绪").Field("lessons", l.Title+"：视频未就绪")
		}
		if l.Form == Audio && (l.AssetID == 0 || l.DurationMS == 0) {
			return e.Say("课时「"+l.Title+"」的音频还没有就绪").Field("lessons", l.Title+"：音频未就绪")
		}
		if l.Form == Document && (l.DocumentID == 0 || l.PageCount == 0) {
			return e.Say("课时「"+l.Title+"」的文档还没有就绪").Field("lessons", l.Title+"：文档未就绪")
		}
		if l.Form == Article && l.BodyHTML == "" {
			return e.Say("课时「"+l.Title+"」还没有正文").Field("lessons", l.Title+"：没有正文")
		}
		for _, f := range s.onPublish {
			if err := f(ctx, tx, l); err != nil {
				return err
			}
		}
	}
	if len(skus) == 0 {
		return e.Say("课程还没有定价").Field("skus", "至少要有一个在售规格，免费课程定为 0 元")
	}
	if c.InstructorID == 0 {
		return e.Say("课程还没有讲师").Field("instructor_id", "请选择讲师")
	}
	return nil
}

// DeleteCourse hides a course for good; old orders keep pointing at it. Returns
// ErrCourseGone, and ErrInUse while somebody still has it.
func (s *Service) DeleteCourse(ctx context.Context, courseID int64) error {
	return s.public(ctx, func(ctx context.Context, tx *db.Tx) error {
		c, err := s.course(ctx, tx, qCourseLock, 0, courseID)
		if err != nil {
			return err
		}
		for _, f := range s.onDelete {
			if err := f(ctx, tx, courseID); err != nil {
				return err
			}
		}
		if _, err := tx.Exec(ctx, qCourseDelete, courseID, clock.MS(s.clock)); err != nil {
			return err
		}
		for _, f := range s.onDeleted {
			if err := f(ctx, tx, courseID); err != nil {
				return err
			}
		}
		if err := s.tell(ctx, tx, courseID); err != nil {
			return err
		}
		return audit.Write(ctx, tx, s.clock, "course.delete", target(courseID), map[string]any{"title": c.Title, "status": c.Status}, nil, "")
	})
}

// SetLearners stores how many people have each course, for the lists.
func (s *Service) SetLearners(ctx context.Context, counts map[int64]int64) error {
	return s.db.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		for courseID, n := range counts {
			if _, err := tx.Exec(ctx, qLearners, courseID, n); err != nil {
				return err
			}
		}
		return nil
	})
}

// Rated is how learners rate a course, for the lists.
type Rated struct {
	Score  int64 // thousandths of a star by which it is placed
	Tenths int64 // average, tenths of a star
	People int64
}

// SetRated stores how courses are rated; those that are not named have no rating.
func (s *Service) SetRated(ctx context.Context, rated map[int64]Rated) error {
	var gone []int64
	if err := s.db.List(ctx, qRatedNow, &gone); err != nil {
		return err
	}
	return s.db.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		for _, courseID := range gone {
			if _, ok := rated[courseID]; !ok {
				if _, err := tx.Exec(ctx, qRated, courseID, 0, 0, 0); err != nil {
					return err
				}
			}
		}
		for courseID, r := range rated {
			if _, err := tx.Exec(ctx, qRated, courseID, r.Score, r.Tenths, r.People); err != nil {
				return err
			}
		}
		return nil
	})
}

// StatusCounts returns how many courses are in each state.
func (s *Service) StatusCounts(ctx context.Context) (map[string]int64, error) {
	var rows []struct {
		Status string
		N      int64
	}
	err := s.db.List(ctx, qCourseStats, &rows)
	out := map[string]int64{}
	for _, r := range rows {
		out[r.Status] = r.N
	}
	return out, err
}

func target(courseID int64) string { return fmt.Sprintf("course:%d", courseID) }

func ignoreNone(err error) error {
	if errors.Is(err, db.ErrNone) {
		return nil
	}
	return err
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}
