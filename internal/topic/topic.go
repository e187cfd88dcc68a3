// Package topic keeps pages of courses that staff put together 专题. It owns topics and
// topic_courses. Only a published topic is shown, and of its courses only those that
// are published.
package topic

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"unicode/utf8"

	"zhizhou/internal/audit"
	"zhizhou/internal/catalog"
	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/errs"
	"zhizhou/internal/id"
	"zhizhou/internal/text"
)

// The states of a topic.
const (
	Draft       = "draft"
	Published   = "published"
	Unpublished = "unpublished"
)

// MaxCourses is how many courses a topic holds.
const MaxCourses = 50

// The refusals of this domain.
var (
	ErrGone    = errs.New(errs.NotFound, "topic_gone", "没有这个专题，或已下架")
	ErrTopic   = errs.New(errs.Invalid, "topic_invalid", "请检查专题")
	ErrVersion = errs.New(errs.Conflict, "topic_changed", "专题刚被别人改过，请刷新后再保存")
	ErrStatus  = errs.New(errs.Conflict, "topic_status", "专题当前的状态不能这样做")
	ErrEmpty   = errs.New(errs.Conflict, "topic_empty", "专题里还没有上架的课程，不能发布")
)

// Topic is a page of courses.
type Topic struct {
	ID          int64
	Title       string
	Intro       string
	Cover       string
	Scene       string
	Status      string
	Version     int64
	PublishedAt int64
	UpdatedAt   int64
	CourseCount int64 // those that are published
}

// Entry is a course of a topic and why it stands there.
type Entry struct {
	CourseID int64
	Note     string
	Title    string
	Status   string // of the course
	Form     string
}

const columns = `t.id, t.title, t.intro, t.cover, t.scene, t.status, t.version, t.published_at, t.updated_at,
	(SELECT COUNT(*) FROM topic_courses x JOIN courses c ON c.id = x.course_id WHERE x.topic_id = t.id AND c.status = 'published' AND c.deleted_at = 0) AS course_count`

var (
	qTopics = db.Q("topic/topics", `SELECT `+columns+` FROM topics t WHERE ($1 = '' OR t.status = $1) AND (CAST($2 AS BIGINT) = 0 OR t.id < $2) ORDER BY t.id DESC LIMIT $3`)
	qLive   = db.Q("topic/live", `SELECT `+columns+` FROM topics t WHERE t.status = 'published' AND (CAST($1 AS BIGINT) = 0 OR t.published_at < $1 OR (t.published_at = $1 AND t.id < $2))
		ORDER BY t.published_at DESC, t.id DESC LIMIT $3`)
	qTopic   = db.Q("topic/topic", `SELECT `+columns+` FROM topics t WHERE t.id = $1`)
	qEntries = db.Q("topic/entries", `SELECT x.course_id, x.note, c.title, CASE WHEN c.deleted_at > 0 THEN 'deleted' ELSE c.status END AS status, c.form
		FROM topic_courses x JOIN courses c ON c.id = x.course_id WHERE x.topic_id = $1 ORDER BY x.position`)
	qAdd    = db.Q("topic/add", `INSERT INTO topics (id, title, intro, cover, scene, status, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, 'draft', $6, $6)`)
	qUpdate = db.Q("topic/update", `UPDATE topics SET title = $3, intro = $4, cover = $5, scene = $6, updated_at = $7, version = version + 1 WHERE id = $1 AND version = $2`)
	qMove   = db.Q("topic/move", `UPDATE topics SET status = $3, published_at = CASE WHEN published_at = 0 THEN $4 ELSE published_at END, updated_at = $4, version = version + 1 WHERE id = $1 AND status = $2`)
	qDelete = db.Q("topic/delete", `DELETE FROM topics WHERE id = $1 AND status <> 'published'`)
	qEmpty  = db.Q("topic/empty", `DELETE FROM topic_courses WHERE topic_id = $1`)
	qPut    = db.Q("topic/put", `INSERT INTO topic_courses (topic_id, position, course_id, note) SELECT CAST($1 AS BIGINT), CAST($2 AS BIGINT), id, $4 FROM courses WHERE id = $3 AND deleted_at = 0`)
)

// Service is the topic domain.
type Service struct {
	DB      *db.DB
	Clock   clock.Clock
	Catalog *catalog.Service
	Changed func() // called after each public change, to drop caches
}

// Topics lists topics for the console, the newest first; status "" is all.
func (s *Service) Topics(ctx context.Context, status string, before int64, limit int) ([]Topic, error) {
	var rows []Topic
	err := s.DB.List(ctx, qTopics, &rows, status, before, limit)
	return rows, err
}

// Live lists published topics, the newest first. after holds {published_at, id}.
func (s *Service) Live(ctx context.Context, after []int64, limit int) ([]Topic, error) {
	at, last := int64(0), int64(0)
	if len(after) == 2 {
		at, last = after[0], after[1]
	}
	var rows []Topic
	err := s.DB.List(ctx, qLive, &rows, at, last, limit)
	return rows, err
}

// Topic returns a topic of any state with its courses. Returns ErrGone.
func (s *Service) Topic(ctx context.Context, topicID int64) (Topic, []Entry, error) {
	var t Topic
	if err := s.DB.Get(ctx, qTopic, &t, topicID); errors.Is(err, db.ErrNone) {
		return t, nil, ErrGone
	} else if err != nil {
		return t, nil, err
	}
	var rows []Entry
	err := s.DB.List(ctx, qEntries, &rows, topicID)
	return t, rows, err
}

// Page is a published topic as learners see it.
type Page struct {
	Topic   Topic
	Courses []catalog.Card
	Notes   []string // of each course
}

// Page returns a published topic with its published courses. Returns ErrGone.
func (s *Service) Page(ctx context.Context, platform string, topicID int64) (Page, error) {
	t, entries, err := s.Topic(ctx, topicID)
	if err == nil && t.Status != Published {
		err = ErrGone
	}
	if err != nil {
		return Page{}, err
	}
	p := Page{Topic: t}
	wanted := make([]int64, len(entries))
	for i, e := range entries {
		wanted[i] = e.CourseID
	}
	cards, err := s.Catalog.Shown(ctx, platform, wanted)
	if err != nil {
		return Page{}, err
	}
	for _, e := range entries {
		if c, ok := cards[e.CourseID]; ok {
			p.Courses, p.Notes = append(p.Courses, c), append(p.Notes, e.Note)
		}
	}
	return p, nil
}

// Save adds (ID 0) or changes a topic and its courses in their order. Returns ErrTopic,
// ErrGone, ErrVersion.
func (s *Service) Save(ctx context.Context, t Topic, courses []Entry) (int64, error) {
	if err := t.clean(); err != nil {
		return 0, err
	}
	if len(courses) > MaxCourses {
		return 0, ErrTopic.Field("courses", fmt.Sprintf("最多 %d 门课程", MaxCourses))
	}
	seen := map[int64]bool{}
	for i := range courses {
		courses[i].Note = text.Line(courses[i].Note)
		if utf8.RuneCountInString(courses[i].Note) > 60 {
			return 0, ErrTopic.Field("courses", "推荐语不超过 60 个字")
		}
		if seen[courses[i].CourseID] {
			return 0, ErrTopic.Field("courses", "同一门课程只能放一次")
		}
		seen[courses[i].CourseID] = true
	}
	isNew := t.ID == 0
	if isNew {
		t.ID = id.New()
		if t.Scene == "" {
			t.Scene = catalog.Scenes[uint64(t.ID)%uint64(len(catalog.Scenes))]
		}
	}
	return t.ID, s.public(ctx, func(ctx context.Context, tx *db.Tx) error {
		now := clock.MS(s.Clock)
		var before Topic
		if isNew {
			if _, err := tx.Exec(ctx, qAdd, t.ID, t.Title, t.Intro, t.Cover, t.Scene, now); err != nil {
				return err
			}
		} else {
			if err := tx.Get(ctx, qTopic, &before, t.ID); errors.Is(err, db.ErrNone) {
				return ErrGone
			} else if err != nil {
				return err
			}
			if t.Scene == "" {
				t.Scene = before.Scene
			}
			if n, err := tx.Exec(ctx, qUpdate, t.ID, t.Version, t.Title, t.Intro, t.Cover, t.Scene, now); err != nil {
				return err
			} else if n == 0 {
				return ErrVersion
			}
			if _, err := tx.Exec(ctx, qEmpty, t.ID); err != nil {
				return err
			}
		}
		for i, e := range courses {
			if n, err := tx.Exec(ctx, qPut, t.ID, i+1, e.CourseID, e.Note); err != nil {
				return err
			} else if n == 0 {
				return ErrTopic.Field("courses", "没有这门课程，或已删除")
			}
		}
		return audit.Write(ctx, tx, s.Clock, "topic.save", target(t.ID), map[string]any{"title": before.Title}, map[string]any{"title": t.Title, "courses": len(courses)}, "")
	})
}

func (t *Topic) clean() error {
	t.Title, t.Intro = text.Line(t.Title), text.Lines(t.Intro)
	if n := utf8.RuneCountInString(t.Title); n < 1 || n > 40 {
		return ErrTopic.Field("title", "标题为 1–40 个字")
	}
	if utf8.RuneCountInString(t.Intro) > 500 {
		return ErrTopic.Field("intro", "不超过 500 个字")
	}
	if t.Scene != "" && !slices.Contains(catalog.Scenes, t.Scene) {
		return ErrTopic.Field("scene", "没有这幅画")
	}
	return nil
}

// Publish shows a topic. Returns ErrGone, ErrStatus, ErrEmpty.
func (s *Service) Publish(ctx context.Context, topicID int64) error {
	return s.move(ctx, topicID, Published, Draft, Unpublished)
}

// Unpublish hides a topic. Returns ErrGone, ErrStatus.
func (s *Service) Unpublish(ctx context.Context, topicID int64) error {
	return s.move(ctx, topicID, Unpublished, Published)
}

func (s *Service) move(ctx context.Context, topicID int64, to string, from ...string) error {
	return s.public(ctx, func(ctx context.Context, tx *db.Tx) error {
		var t Topic
		if err := tx.Get(ctx, qTopic, &t, topicID); errors.Is(err, db.ErrNone) {
			return ErrGone
		} else if err != nil {
			return err
		}
		if !slices.Contains(from, t.Status) {
			return ErrStatus
		}
		if to == Published && t.CourseCount == 0 {
			return ErrEmpty
		}
		if n, err := tx.Exec(ctx, qMove, topicID, t.Status, to, clock.MS(s.Clock)); err != nil {
			return err
		} else if n == 0 {
			return ErrStatus
		}
		return audit.Write(ctx, tx, s.Clock, "topic."+to, target(topicID), map[string]string{"status": t.Status}, map[string]string{"status": to}, "")
	})
}

// Delete removes a topic that is not published. Returns ErrStatus.
func (s *Service) Delete(ctx context.Context, topicID int64) error {
	return s.public(ctx, func(ctx context.Context, tx *db.Tx) error {
		if _, err := tx.Exec(ctx, qEmpty, topicID); err != nil {
			return err
		}
		if n, err := tx.Exec(ctx, qDelete, topicID); err != nil {
			return err
		} else if n == 0 {
			return ErrStatus
		}
		return audit.Write(ctx, tx, s.Clock, "topic.delete", target(topicID), nil, nil, "")
	})
}

func (s *Service) public(ctx context.Context, fn func(context.Context, *db.Tx) error) error {
	err := s.DB.Tx(ctx, fn)
	if err == nil && s.Changed != nil {
		s.Changed()
	}
	return err
}

func target(topicID int64) string { return fmt.Sprintf("topic:%d", topicID) }
