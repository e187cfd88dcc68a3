package learner

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"zhizhou/internal/advice"
	"zhizhou/internal/clock"
	"zhizhou/internal/web"
)

// AdviceView is one thing to do next, and why.
type AdviceView struct {
	Kind     string `json:"kind" enum:"ending,near,weak" doc:"ending: time runs out; near: one or two lessons to the end; weak: often missed questions of a tag"`
	Title    string `json:"title"`
	Reason   string `json:"reason" doc:"The counted facts"`
	CourseID int64  `json:"course_id"`
	LessonID int64  `json:"lesson_id" doc:"To go on with; 0: the wrong-question book"`
}

// AdviceList are the suggestions, the most pressing first.
type AdviceList struct {
	Items []AdviceView `json:"items" nullable:"false"`
}

// WeekView is the report of a week, Monday to Sunday of China's calendar.
type WeekView struct {
	Monday    string       `json:"monday"`
	Running   bool         `json:"running" doc:"The week is not over"`
	StudiedMS int64        `json:"studied_ms"`
	BeforeMS  int64        `json:"before_ms" doc:"In the week before; of a running week up to the same weekday"`
	DayCount  int64        `json:"day_count"`
	Days      []DayView    `json:"days" nullable:"false"`
	Lessons   []DoneLesson `json:"lessons" nullable:"false" doc:"Finished in the week, 50 at most"`
	Quizzes   []DoneQuiz   `json:"quizzes" nullable:"false" doc:"Handed in and scored in the week, 50 at most"`
}

// DoneLesson is a lesson that was finished.
type DoneLesson struct {
	LessonID   int64  `json:"lesson_id"`
	Title      string `json:"title"`
	Course     string `json:"course"`
	FinishedAt int64  `json:"finished_at"`
}

// DoneQuiz is a quiz that was handed in.
type DoneQuiz struct {
	LessonID   int64  `json:"lesson_id"`
	Title      string `json:"title"`
	ScoreCenti int64  `json:"score_centi" doc:"Hundredths of a point"`
	MaxCenti   int64  `json:"max_centi"`
	Passed     bool   `json:"passed"`
}

// MonthView are the days of a month on which something was studied.
type MonthView struct {
	Days []DayView `json:"days" nullable:"false"`
}

// HoursView is how long a lesson was studied on a day.
type HoursView struct {
	Day       string `json:"day"`
	LessonID  int64  `json:"lesson_id" doc:"0: counted before lessons were told apart"`
	Lesson    string `json:"lesson"`
	Course    string `json:"course"`
	StudiedMS int64  `json:"studied_ms"`
}

// HoursList are those of a span, by day and lesson.
type HoursList struct {
	Items []HoursView `json:"items" nullable:"false"`
	More  bool        `json:"more" doc:"The span has more than 5,000 rows: ask for less"`
}

// ReminderView is when the learner wants to be reminded.
type ReminderView struct {
	Hour int64 `json:"hour" doc:"Of China's clock, 0–23; -1: never"`
}

func (r *routes) advice() {
	at := func(id, method, path, summary string) web.Route {
		return web.Route{ID: id, Method: method, Path: "/api/learning/" + path, Summary: summary, Tag: "study", Need: web.Learner}
	}
	web.Handle(r.web, at("advice", http.MethodGet, "advice", "What to do next, and why"),
		func(ctx context.Context, _ *none) (*web.Body[AdviceList], error) {
			rows, err := r.Advice.Next(ctx, web.UserID(ctx))
			v := AdviceList{Items: []AdviceView{}}
			for _, s := range rows {
				v.Items = append(v.Items, AdviceView(s))
			}
			return web.Answer(v), err
		})
	web.Handle(r.web, at("study_week", http.MethodGet, "week", "The report of a week"),
		func(ctx context.Context, in *struct {
			Monday string `query:"monday" maxLength:"10" doc:"YYYY-MM-DD; empty: the week that runs"`
		},
		) (*web.Body[WeekView], error) {
			day, err := dayOf(in.Monday)
			if err != nil {
				return nil, err
			}
			w, err := r.Advice.Week(ctx, web.UserID(ctx), day)
			return web.Answer(weekView(w)), err
		})
	web.Handle(r.web, at("study_month", http.MethodGet, "month", "The days of a month on which something was studied"),
		func(ctx context.Context, in *struct {
			Month string `query:"month" required:"true" maxLength:"7" doc:"YYYY-MM"`
		},
		) (*web.Body[MonthView], error) {
			first, err := dayOf(in.Month + "-01")
			if err != nil {
				return nil, err
			}
			rows, err := r.Advice.Calendar(ctx, web.UserID(ctx), first/100)
			return web.Answer(MonthView{studyDays(rows)}), err
		})
	web.Handle(r.web, at("study_hours", http.MethodGet, "hours", "What was studied for how long, by day and lesson"),
		func(ctx context.Context, in *struct {
			From string `query:"from" required:"true" maxLength:"10" doc:"YYYY-MM-DD"`
			To   string `query:"to" required:"true" maxLength:"10" doc:"YYYY-MM-DD, included"`
		},
		) (*web.Body[HoursList], error) {
			from, err := dayOf(in.From)
			if err != nil {
				return nil, err
			}
			to, err := dayOf(in.To)
			if err != nil {
				return nil, err
			}
			const most = 5000
			rows, err := r.Learning.Hours(ctx, web.UserID(ctx), from, to, most+1)
			v := HoursList{Items: []HoursView{}, More: len(rows) > most}
			for _, h := range rows[:min(most, len(rows))] {
				v.Items = append(v.Items, HoursView{dayText(h.Day), h.LessonID, h.Lesson, h.Course, h.StudiedMS})
			}
			return web.Answer(v), err
		})
	web.Handle(r.web, at("reminder", http.MethodGet, "reminder", "When the learner wants to be reminded"),
		func(ctx context.Context, _ *none) (*web.Body[ReminderView], error) {
			hour, err := r.Advice.Reminder(ctx, web.UserID(ctx))
			return web.Answer(ReminderView{hour}), err
		})
	web.Handle(r.web, at("reminder_set", http.MethodPut, "reminder", "Choose the hour, or none"),
		func(ctx context.Context, in *struct{ Body ReminderView }) (*web.Body[ReminderView], error) {
			return web.Answer(in.Body), r.Advice.Remind(ctx, web.UserID(ctx), in.Body.Hour)
		})
}

func weekView(w advice.Report) WeekView {
	v := WeekView{dayText(w.Monday), w.Running, w.StudiedMS, w.BeforeMS, w.DayCount, studyDays(w.Days), []DoneLesson{}, []DoneQuiz{}}
	for _, l := range w.Lessons {
		v.Lessons = append(v.Lessons, DoneLesson(l))
	}
	for _, q := range w.Quizzes {
		v.Quizzes = append(v.Quizzes, DoneQuiz(q))
	}
	return v
}

func studyDays(rows []advice.Day) []DayView {
	out := make([]DayView, len(rows))
	for i, d := range rows {
		out[i] = DayView{dayText(d.Day), d.StudiedMS}
	}
	return out
}

// dayText writes a day YYYYMMDD as YYYY-MM-DD; dayOf reads it, "" is 0. Returns
// advice.ErrWeek.
func dayText(day int64) string {
	if day == 0 {
		return ""
	}
	return fmt.Sprintf("%04d-%02d-%02d", day/10000, day/100%100, day%100)
}

func dayOf(text string) (int64, error) {
	if text == "" {
		return 0, nil
	}
	t, err := time.ParseInLocation(time.DateOnly, text, clock.China)
	if err != nil {
		return 0, advice.ErrWeek
	}
	return clock.Day(t), nil
}
