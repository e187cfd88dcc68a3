package learner

import (
	"cmp"
	"context"
	"slices"
	"time"

	"zhizhou/internal/catalog"
	"zhizhou/internal/clock"
	"zhizhou/internal/learning"
	"zhizhou/internal/web"
)

// LearningView is the learning page.
type LearningView struct {
	Continue    []ContinueItem   `json:"continue" nullable:"false"`
	Courses     []OwnedView      `json:"courses" nullable:"false" doc:"Owned ones, last acquired first, then those begun with a membership, last studied first"`
	Lessons     []SingleView     `json:"lessons" nullable:"false" doc:"Had by themselves, without their course"`
	Memberships []MembershipView `json:"memberships" nullable:"false" doc:"What they open may be learnt too"`
	TodayMS     int64            `json:"today_ms"`
	TotalMS     int64            `json:"total_ms"`
	Week        []DayView        `json:"week" nullable:"false"`
}

// OwnedView is a course the learner may study, with progress.
type OwnedView struct {
	Course        CourseCard `json:"course"`
	Percent       int64      `json:"percent"`
	FinishedCount int64      `json:"finished_count"`
	LessonCount   int64      `json:"lesson_count"`
	LastLessonID  int64      `json:"last_lesson_id" doc:"0: nothing was begun"`
	StudiedAt     int64      `json:"studied_at"`
	UntilAt       int64      `json:"until_at"`
	Member        bool       `json:"member" doc:"Open by a membership alone"`
}

// SingleView is a lesson that the learner has by itself.
type SingleView struct {
	LessonID    int64  `json:"lesson_id"`
	Title       string `json:"title"`
	Form        string `json:"form" enum:"video,audio,article,live,document,ebook,quiz,homework,booking"`
	PageCount   int64  `json:"page_count" doc:"Of a document"`
	DurationMS  int64  `json:"duration_ms"`
	CourseTitle string `json:"course_title"`
	CoverURL    string `json:"cover_url"`
	Scene       string `json:"scene" enum:"boat,report,bird,poem,data,rice,brush,deed"`
	Percent     int64  `json:"percent"`
	Finished    bool   `json:"finished"`
	UntilAt     int64  `json:"until_at" doc:"0: for good"`
}

// DayView is a day of study.
type DayView struct {
	Day       string `json:"day"`
	StudiedMS int64  `json:"studied_ms"`
}

// maxBegun is how many courses begun with a membership are looked at.
const maxBegun = 50

func (r *routes) learning(ctx context.Context, _ *none) (*web.Body[LearningView], error) {
	userID := web.UserID(ctx)
	v := LearningView{Courses: []OwnedView{}, Lessons: []SingleView{}, Week: []DayView{}}
	var err error
	if v.Continue, err = r.goOn(ctx, userID, 3); err != nil {
		return nil, err
	}
	if v.Memberships, err = r.memberships(ctx, userID); err != nil {
		return nil, err
	}
	if err := r.studied(ctx, userID, &v); err != nil {
		return nil, err
	}
	today := clock.MS(r.Clock)
	start := time.UnixMilli(today).In(clock.China).AddDate(0, 0, -6)
	days, err := r.Learning.Days(ctx, userID, clock.Day(start))
	if err != nil {
		return nil, err
	}
	studied := map[int64]int64{}
	for _, d := range days {
		studied[d.Day] = d.StudiedMS
	}
	for i := range 7 {
		t := start.AddDate(0, 0, i)
		v.Week = append(v.Week, DayView{t.Format(time.DateOnly), studied[clock.Day(t)]})
	}
	v.TodayMS = v.Week[6].StudiedMS
	v.TotalMS, err = r.Learning.TotalMS(ctx, userID)
	return web.Answer(v), err
}

// studied lists what the learner may study: courses that are owned, those begun with a
// membership, and lessons had by themselves.
func (r *routes) studied(ctx context.Context, userID int64, v *LearningView) error {
	owned, err := r.Access.Courses(ctx, userID)
	if err != nil {
		return err
	}
	done, err := r.Learning.Summaries(ctx, userID)
	if err != nil {
		return err
	}
	open := map[int64]bool{}
	ids := make([]int64, len(owned))
	for i, o := range owned {
		ids[i], open[o.CourseID] = o.CourseID, true
	}
	byID, err := r.Catalog.Cards(ctx, platform(ctx), userID, ids)
	if err != nil {
		return err
	}
	view := func(c catalog.Card, until int64, member bool) {
		s := done[c.ID]
		v.Courses = append(v.Courses, OwnedView{courseCard(c), learning.CoursePercent(s.Shares, c.LessonCount), s.FinishedCount, c.LessonCount, s.LastLessonID, s.StudiedAt, until, member})
	}
	for _, o := range owned {
		if c, ok := byID[o.CourseID]; ok {
			view(c, o.UntilAt*(1-o.Forever), false)
		}
	}
	singles, err := r.Access.Singles(ctx, userID)
	if err != nil {
		return err
	}
	// A membership opens whole shelves; of those only what was begun is in the list.
	var begun, ask []int64
	if len(v.Memberships) > 0 {
		for n := range done {
			if !open[n] {
				begun = append(begun, n)
			}
		}
		slices.SortFunc(begun, func(a, b int64) int { return cmp.Compare(done[b].StudiedAt, done[a].StudiedAt) })
		begun = begun[:min(len(begun), maxBegun)]
		ask = slices.Clone(begun)
		for _, l := range singles {
			ask = append(ask, l.CourseID)
		}
		slices.Sort(ask)
		ask = slices.Compact(ask)
	}
	wide, err := r.Access.CoursesOf(ctx, userID, ask)
	if err != nil {
		return err
	}
	cards, err := r.Catalog.Shown(ctx, platform(ctx), begun)
	if err != nil {
		return err
	}
	for _, n := range begun {
		if c, ok := cards[n]; ok && wide[n].Owned {
			view(c, wide[n].UntilAt, true)
		}
	}
	progress := map[int64]learning.Progress{}
	asked := map[int64]bool{}
	for _, l := range singles {
		if open[l.CourseID] || wide[l.CourseID].Owned {
			continue // stands with its course
		}
		if !asked[l.CourseID] {
			asked[l.CourseID] = true
			rows, err := r.Learning.Course(ctx, userID, l.CourseID)
			if err != nil {
				return err
			}
			for _, p := range rows {
				progress[p.LessonID] = p
			}
		}
		p := progress[l.LessonID]
		v.Lessons = append(v.Lessons, SingleView{
			l.LessonID, l.Title, l.Form, l.PageCount, l.DurationMS, l.CourseTitle, imageURL(l.Cover), scene(l.Scene), learning.Percent(p.CoveredMS, l.DurationMS), p.FinishedAt > 0, l.UntilAt * (1 - l.Forever),
		})
	}
	return nil
}

// memberships names the tiers that somebody has now.
func (r *routes) memberships(ctx context.Context, userID int64) ([]MembershipView, error) {
	out := []MembershipView{}
	rows, err := r.Access.Memberships(ctx, r.Settings.DB, userID)
	if err != nil || len(rows) == 0 {
		return out, err
	}
	tiers, err := r.Catalog.Memberships(ctx, r.Settings.DB)
	if err != nil {
		return nil, err
	}
	for _, m := range rows {
		v := MembershipView{ProductID: m.ID, UntilAt: m.UntilAt}
		for _, t := range tiers {
			if t.ID == m.ID {
				v.Title, v.OpensAll = t.Title, t.OpensAll
			}
		}
		out = append(out, v)
	}
	return out, nil
}
