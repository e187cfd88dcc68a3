package homework

import (
	"context"
	"errors"
	"fmt"
	"unicode/utf8"

	"zhizhou/internal/audit"
	"zhizhou/internal/catalog"
	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/text"
)

// Task is what a homework asks.
type Task struct {
	LessonID     int64
	TaskHTML     string `db:"task_html"`
	DueAt        int64  // 0: none
	DueDays      int64  // after the course was opened to the learner; 0: none
	Most         int64  // submissions
	Peers        int64  // reviews that each learner writes
	PeersDecide  bool   // their median is the score where nobody marked
	PassPermille int64
	Version      int64 // 0: none yet
	Rubric       []Row `db:"-"`
}

// Row is a line of a rubric.
type Row struct {
	Title  string `json:"title"`
	Note   string `json:"note"`
	Points int64  `json:"points"`
}

// Points is what a rubric gives at most.
func Points(rubric []Row) int64 {
	var n int64
	for _, r := range rubric {
		n += r.Points
	}
	return n
}

// Task returns what a lesson asks. Returns ErrNone.
func (s *Service) Task(ctx context.Context, lessonID int64) (Task, error) {
	return s.task(ctx, s.db, lessonID)
}

func (s *Service) task(ctx context.Context, r db.Reader, lessonID int64) (Task, error) {
	var t Task
	if err := r.Get(ctx, qTask, &t, lessonID); err != nil {
		return t, none(err, ErrNone)
	}
	err := r.List(ctx, qRows, &t.Rubric, lessonID)
	return t, err
}

// SaveTask saves what a homework lesson within scope asks; what was handed in keeps its
// rubric. Returns ErrTask, ErrChanged, catalog.ErrLessonGone.
func (s *Service) SaveTask(ctx context.Context, scope int64, t Task) error {
	l, err := s.Mine(ctx, scope, t.LessonID)
	if err != nil {
		return err
	}
	if l.Form != catalog.Homework {
		return ErrNone
	}
	if err := t.check(); err != nil {
		return err
	}
	return s.db.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		before, err := s.task(ctx, tx, t.LessonID)
		if err != nil && !errors.Is(err, ErrNone) {
			return err
		}
		n, err := tx.Exec(ctx, qTaskSave, t.LessonID, t.TaskHTML, t.DueAt, t.DueDays, t.Most, t.Peers, t.PeersDecide, t.PassPermille, t.Version, clock.MS(s.clock))
		if err != nil {
			return err
		}
		if n == 0 || before.Version != t.Version {
			return ErrChanged
		}
		if _, err := tx.Exec(ctx, qRowEmpty, t.LessonID); err != nil {
			return err
		}
		for i, r := range t.Rubric {
			if _, err := tx.Exec(ctx, qRowAdd, t.LessonID, i+1, r.Title, r.Note, r.Points); err != nil {
				return err
			}
		}
		return audit.Write(ctx, tx, s.clock, "homework.save", fmt.Sprintf("lesson:%d", t.LessonID), Points(before.Rubric), Points(t.Rubric), "")
	})
}

// check cleans a task. Returns ErrTask.
func (t *Task) check() error {
	if t.TaskHTML = catalog.Sanitize(t.TaskHTML); catalog.Plain(t.TaskHTML, 10) == "" {
		return ErrTask.Field("task_html", "请写清楚要做什么")
	}
	if t.Most < 1 || t.Most > 20 || t.Peers < 0 || t.Peers > 3 || t.PassPermille < 0 || t.PassPermille > 1000 || t.DueDays < 0 || t.DueAt < 0 {
		return ErrTask
	}
	if len(t.Rubric) < 1 || len(t.Rubric) > 12 {
		return ErrTask.Field("rubric", "评分标准要 1 到 12 条")
	}
	for i := range t.Rubric {
		r := &t.Rubric[i]
		r.Title, r.Note = text.Line(r.Title), text.Lines(r.Note)
		if r.Title == "" || utf8.RuneCountInString(r.Title) > 30 || utf8.RuneCountInString(r.Note) > 300 || r.Points < 1 || r.Points > 100 {
			return ErrTask.Field("rubric", fmt.Sprintf("第 %d 条：要有名称，分值 1 到 100", i+1))
		}
	}
	if t.PeersDecide && t.Peers == 0 {
		return ErrTask.Field("peers_decide", "没有互评，就不能由互评给分")
	}
	return nil
}

// due is the learner's own deadline, 0 when there is none: the earlier of both kinds.
func (t Task) due(since int64) int64 {
	due := t.DueAt
	if t.DueDays > 0 && since > 0 {
		own := since + t.DueDays*24*3600*1000
		if due == 0 || own < due {
			due = own
		}
	}
	return due
}
