package challenge

import (
	"encoding/json"
	"fmt"
	"slices"
	"unicode/utf8"

	"zhizhou/internal/text"
)

// The kinds of a day's task.
const (
	Lesson   = "lesson"   // finish a lesson, or study one finished before again
	Quiz     = "quiz"     // pass a quiz
	Homework = "homework" // hand homework in
	Words    = "words"    // write something
)

// Task is what is asked on a day.
type Task struct {
	Day      int64  `json:"day"` // from 1; 0: each day that has none of its own
	Kind     string `json:"kind"`
	LessonID int64  `json:"lesson_id"` // 0: any of the course, or any at all
	Minutes  int64  `json:"minutes"`   // of study on the day besides; 0: none asked
	Picture  bool   `json:"picture"`   // a picture is asked for
	Audio    bool   `json:"audio"`     // a recording is asked for
	Title    string `json:"title"`
	Note     string `json:"note"`
}

// Mark is a milestone of a plan.
type Mark struct {
	Day   int64  `json:"day"`
	Need  int64  `json:"need"` // check-ins up to that day
	Title string `json:"title"`
}

// Plan is what a challenge asks.
type Plan struct {
	Days    int64  `json:"days"`
	MakeUps int64  `json:"make_ups"` // cards of each member
	Points  int64  `json:"points"`   // for a check-in on its day
	Peer    int64  `json:"peer"`     // points for a review written and a like received, as far as they count
	Tasks   []Task `json:"tasks"`
	Marks   []Mark `json:"marks"`
}

func (p Plan) text() (string, error) {
	b, err := json.Marshal(p)
	if err != nil {
		return "", fmt.Errorf("challenge: %w", err)
	}
	return string(b), nil
}

func planOf(s string) (Plan, error) {
	var p Plan
	if err := json.Unmarshal([]byte(s), &p); err != nil {
		return p, fmt.Errorf("challenge: %w", err)
	}
	return p, nil
}

// Task is what is asked on a day of the challenge, from 1.
func (p Plan) Task(no int64) Task {
	var every Task
	for _, t := range p.Tasks {
		if t.Day == no {
			return t
		}
		if t.Day == 0 {
			every = t
		}
	}
	return every
}

// clean makes a plan one that can be kept. Returns ErrInvalid.
func (p Plan) clean() (Plan, error) {
	switch {
	case p.Days < 1 || p.Days > 365:
		return p, ErrInvalid.Field("days", "1–365 天")
	case p.MakeUps < 0 || p.MakeUps > 30:
		return p, ErrInvalid.Field("make_ups", "0–30 张")
	case p.Points < 0 || p.Points > 1000:
		return p, ErrInvalid.Field("points", "0–1000 分")
	case p.Peer < 0 || p.Peer > 100:
		return p, ErrInvalid.Field("peer", "0–100 分")
	case len(p.Tasks) == 0 || len(p.Tasks) > 366:
		return p, ErrInvalid.Field("tasks", "至少写一个任务")
	case len(p.Marks) == 0 || len(p.Marks) > 20:
		return p, ErrInvalid.Field("marks", "设 1–20 个里程碑")
	}
	p.Tasks, p.Marks = slices.Clone(p.Tasks), slices.Clone(p.Marks)
	days := map[int64]bool{}
	for i := range p.Tasks {
		t := &p.Tasks[i]
		t.Title, t.Note = text.Line(t.Title), text.Lines(t.Note)
		switch {
		case t.Day < 0 || t.Day > p.Days || days[t.Day]:
			return p, ErrInvalid.Field("tasks", "每一天最多一个任务，不超出天数")
		case !slices.Contains([]string{Lesson, Quiz, Homework, Words}, t.Kind) || t.LessonID < 0 || t.Minutes < 0 || t.Minutes > 600:
			return p, ErrInvalid.Field("tasks", "请检查任务的类型和时长")
		case t.Title == "" || utf8.RuneCountInString(t.Title) > 40 || utf8.RuneCountInString(t.Note) > 500:
			return p, ErrInvalid.Field("tasks", "任务写 1–40 字的标题，说明不超过 500 字")
		}
		days[t.Day] = true
	}
	if !days[0] && int64(len(days)) < p.Days {
		return p, ErrInvalid.Field("tasks", "有的日子没有任务：加一个每天的任务")
	}
	slices.SortFunc(p.Tasks, func(a, b Task) int { return int(a.Day - b.Day) })
	slices.SortFunc(p.Marks, func(a, b Mark) int { return int(a.Day - b.Day) })
	for i := range p.Marks {
		m := &p.Marks[i]
		m.Title = text.Line(m.Title)
		switch {
		case m.Day < 1 || m.Day > p.Days || (i > 0 && p.Marks[i-1].Day == m.Day):
			return p, ErrInvalid.Field("marks", "每一天最多一个里程碑，不超出天数")
		case m.Need < 1 || m.Need > m.Day:
			return p, ErrInvalid.Field("marks", "需要的打卡天数在 1 和那一天之间")
		case m.Title == "" || utf8.RuneCountInString(m.Title) > 20:
			return p, ErrInvalid.Field("marks", "里程碑写 1–20 字的名称")
		}
	}
	return p, nil
}
