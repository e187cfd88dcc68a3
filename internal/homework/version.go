package homework

import (
	"context"
	"errors"

	"zhizhou/internal/clock"
	"zhizhou/internal/db"
)

// TaskText is a task as versions of courses keep it.
type TaskText struct {
	LessonID     int64  `json:"lesson_id"`
	TaskHTML     string `json:"task_html"`
	DueAt        int64  `json:"due_at"`
	DueDays      int64  `json:"due_days"`
	Most         int64  `json:"most"`
	Peers        int64  `json:"peers"`
	PeersDecide  bool   `json:"peers_decide"`
	PassPermille int64  `json:"pass_permille"`
	Rubric       []Row  `json:"rubric"`
}

var qTaskPut = db.Q("homework/task_put", `INSERT INTO homeworks (lesson_id, task_html, due_at, due_days, most, peers, peers_decide, pass_permille, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
	ON CONFLICT (lesson_id) DO UPDATE SET task_html = $2, due_at = $3, due_days = $4, most = $5, peers = $6, peers_decide = $7, pass_permille = $8, version = homeworks.version + 1, updated_at = $9`)

// TaskText returns the task of a lesson; false when it has none.
func (s *Service) TaskText(ctx context.Context, r db.Reader, lessonID int64) (TaskText, bool, error) {
	t, err := s.task(ctx, r, lessonID)
	if errors.Is(err, ErrNone) {
		return TaskText{}, false, nil
	}
	return TaskText{lessonID, t.TaskHTML, t.DueAt, t.DueDays, t.Most, t.Peers, t.PeersDecide, t.PassPermille, t.Rubric}, true, err
}

// PutTask writes a task as it was kept, whatever stands there, in a transaction that has
// locked the course; what was handed in keeps its rubric. Returns ErrTask.
func (s *Service) PutTask(ctx context.Context, tx *db.Tx, x TaskText) error {
	t := Task{LessonID: x.LessonID, TaskHTML: x.TaskHTML, DueAt: x.DueAt, DueDays: x.DueDays, Most: x.Most, Peers: x.Peers, PeersDecide: x.PeersDecide, PassPermille: x.PassPermille, Rubric: x.Rubric}
	if err := t.check(); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, qTaskPut, t.LessonID, t.TaskHTML, t.DueAt, t.DueDays, t.Most, t.Peers, t.PeersDecide, t.PassPermille, clock.MS(s.clock)); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, qRowEmpty, t.LessonID); err != nil {
		return err
	}
	for i, r := range t.Rubric {
		if _, err := tx.Exec(ctx, qRowAdd, t.LessonID, i+1, r.Title, r.Note, r.Points); err != nil {
			return err
		}
	}
	return nil
}
