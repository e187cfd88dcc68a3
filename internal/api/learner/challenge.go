package learner

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"zhizhou/internal/challenge"
	"zhizhou/internal/errs"
	"zhizhou/internal/media"
	"zhizhou/internal/web"
)

// How often: nobody checks in, likes or tries codes more by hand.
const (
	joinsPerMinute = 10
	peersPerMinute = 30
)

var errChallengeRate = errs.New(errs.Limited, "challenge_rate", "操作太快了，请过一会儿再试")

// ClassCard is a class in a list.
type ClassCard struct {
	ID       int64  `json:"id"`
	Title    string `json:"title"`
	Days     int64  `json:"days"`
	Mode     string `json:"mode" enum:"dates,rolling" doc:"rolling: everybody begins on the day they join"`
	StartsOn int64  `json:"starts_on" doc:"YYYYMMDD; 0: rolling"`
	EndsOn   int64  `json:"ends_on" doc:"YYYYMMDD; 0: rolling"`
	Members  int64  `json:"members"`
	Capacity int64  `json:"capacity"`
	Admits   string `json:"admits" enum:"anyone,course" doc:"course: who has it"`
	CourseID int64  `json:"course_id" doc:"0: none"`
	Teacher  string `json:"teacher"`
	Price    string `json:"price" enum:"free,class,deposit" doc:"class: a price is paid; deposit: it goes back to who does what is asked"`
	PriceFen int64  `json:"price_fen"`
}

// ClassView is a class before one joins.
type ClassView struct {
	ClassCard
	About        string        `json:"about"`
	Course       string        `json:"course" doc:"Its title"`
	Marks        []GoalView    `json:"marks" nullable:"false"`
	Tasks        []TaskView    `json:"tasks" nullable:"false" doc:"Of the first days, at most seven"`
	MakeUps      int64         `json:"make_ups"`
	Points       int64         `json:"points" doc:"For each check-in on its day"`
	ShareWeekday int64         `json:"share_weekday" doc:"1 Monday to 7 Sunday"`
	JoinUntil    int64         `json:"join_until" doc:"YYYYMMDD; 0: as long as it is open"`
	State        string        `json:"state" enum:"open,full,closed,over,cancelled"`
	Reason       string        `json:"reason"`
	Joined       bool          `json:"joined"`
	Squad        *SquadPreview `json:"squad,omitempty" doc:"That the code invites into"`
	Today        int64         `json:"today" doc:"YYYYMMDD, Shanghai"`
	SKUID        int64         `json:"sku_id" doc:"By which a place is paid for; 0: free"`
	ReturnNeed   int64         `json:"return_need" doc:"Check-ins that bring a deposit back"`
	Entry        *EntryView    `json:"entry,omitempty" doc:"What I paid, if it stands"`
	Mine         *PlaceInClass `json:"mine,omitempty" doc:"Also of who left"`
	Clip         *ClipView     `json:"clip,omitempty" doc:"What introduces it, when it can be played"`
}

// SquadPreview is a squad before somebody who was invited.
type SquadPreview struct {
	Name string `json:"name"`
	Size int64  `json:"size"`
	Full bool   `json:"full"`
}

// PlaceInClass is one's place in a class.
type PlaceInClass struct {
	State  string `json:"state" enum:"in,left,lost,removed"`
	Reason string `json:"reason"`
}

// EntryView is what somebody paid for their place in a class.
type EntryView struct {
	Fen      int64  `json:"fen"`
	State    string `json:"state" enum:"paid,held,returned,forfeited" doc:"paid: a price; the others: a deposit"`
	CheckIns int64  `json:"check_ins" doc:"Of a deposit that was decided"`
	LastDay  int64  `json:"last_day" doc:"Of a deposit: until when days may be made up for it, YYYYMMDD"`
}

// GoalView is a milestone of a plan.
type GoalView struct {
	Day   int64  `json:"day"`
	Need  int64  `json:"need" doc:"Check-ins up to that day"`
	Title string `json:"title"`
}

// TaskView is what is asked on a day.
type TaskView struct {
	Day      int64  `json:"day" doc:"0: each day"`
	Kind     string `json:"kind" enum:"lesson,quiz,homework,words"`
	LessonID int64  `json:"lesson_id" doc:"0: any"`
	Minutes  int64  `json:"minutes" doc:"Of study on the day besides; 0: none asked"`
	Picture  bool   `json:"picture"`
	Audio    bool   `json:"audio"`
	Title    string `json:"title"`
	Note     string `json:"note"`
}

// OwnClassView is a class that the caller is in.
type OwnClassView struct {
	ID     int64  `json:"id"`
	Title  string `json:"title"`
	Days   int64  `json:"days"`
	No     int64  `json:"no" doc:"Today's day of it; below 1 before it begins"`
	Total  int64  `json:"total"`
	Streak int64  `json:"streak"`
	Today  bool   `json:"today" doc:"Checked in"`
}

// ChallengesView is what the caller is in and what can be joined.
type ChallengesView struct {
	Mine []OwnClassView `json:"mine" nullable:"false"`
	Open []ClassCard    `json:"open" nullable:"false" doc:"The newest, at most 20"`
}

// ChallengeDay is a day that the caller checked in on.
type ChallengeDay struct {
	No     int64  `json:"no"`
	Day    int64  `json:"day" doc:"YYYYMMDD"`
	MadeUp bool   `json:"made_up"`
	State  string `json:"state" enum:"bare,pending,shown,hidden"`
	Reason string `json:"reason"`
	At     int64  `json:"at"`
}

// ReachedView is a milestone that the caller reached.
type ReachedView struct {
	Day       int64  `json:"day"`
	Title     string `json:"title"`
	CheckIns  int64  `json:"check_ins"`
	ReachedAt int64  `json:"reached_at"`
}

// AwardView is what the teacher gave for a week among the first three.
type AwardView struct {
	ID       int64  `json:"id"`
	Week     int64  `json:"week" doc:"Its Monday, YYYYMMDD"`
	Place    int64  `json:"place"`
	Review   string `json:"review"`
	Material string `json:"material"`
	File     string `json:"file" doc:"Its name; empty: none"`
}

// MateView is a member of the own squad.
type MateView struct {
	ID       int64  `json:"id" doc:"Within the class"`
	Nickname string `json:"nickname"`
	Me       bool   `json:"me"`
	Total    int64  `json:"total"`
	Streak   int64  `json:"streak"`
	TodayAt  int64  `json:"today_at" doc:"0: not yet"`
	Owes     bool   `json:"owes" doc:"Today is a day of theirs, and they have not checked in"`
	Reminded bool   `json:"reminded" doc:"By me, today"`
}

// SquadView is the own squad.
type SquadView struct {
	Name  string     `json:"name"`
	Code  string     `json:"code" doc:"Of invitations"`
	Room  int64      `json:"room"`
	Mates []MateView `json:"mates" nullable:"false"`
}

// ChallengeHome is a challenge before who is in it.
type ChallengeHome struct {
	Class     ClassView      `json:"class"`
	No        int64          `json:"no" doc:"Today's day; below 1 before it begins, above days after it"`
	FirstDay  int64          `json:"first_day" doc:"YYYYMMDD"`
	Since     int64          `json:"since" doc:"The first day that counts, from 1"`
	Task      *TaskView      `json:"task,omitempty" doc:"Of today"`
	TaskDone  bool           `json:"task_done" doc:"By what is stored of today's study; words and files come with the check-in"`
	Minutes   int64          `json:"minutes" doc:"Studied today"`
	CheckedIn bool           `json:"checked_in" doc:"Today"`
	Total     int64          `json:"total"`
	Streak    int64          `json:"streak" doc:"Days in a row that still stand"`
	Best      int64          `json:"best"`
	Days      []ChallengeDay `json:"days" nullable:"false"`
	Missed    []int64        `json:"missed" nullable:"false" doc:"YYYYMMDD, may be made up now"`
	Asked     []TaskView     `json:"asked" nullable:"false" doc:"What those days asked, in the order of missed"`
	Cards     int64          `json:"cards" doc:"Make-up cards left"`
	Reached   []ReachedView  `json:"reached" nullable:"false"`
	Squad     *SquadView     `json:"squad,omitempty" doc:"Absent: in none yet"`
	Awards    []AwardView    `json:"awards" nullable:"false"`
	ShareDay  bool           `json:"share_day" doc:"Today"`
}

func classCard(c challenge.Class) ClassCard {
	return ClassCard{c.ID, c.Title, c.Plan.Days, c.Mode, challenge.DayOf(c.Starts), challenge.DayOf(c.Ends()), c.Members, c.Capacity, c.Admits, c.CourseID, c.Teacher, c.Price, c.PriceFen}
}

func taskView(t challenge.Task) TaskView { return TaskView(t) }

func (r *routes) classView(c challenge.Class, course string) ClassView {
	today := challenge.Ordinal(r.Clock.Now())
	v := ClassView{
		ClassCard: classCard(c), About: c.About, Course: course, Marks: []GoalView{}, Tasks: []TaskView{}, MakeUps: c.Plan.MakeUps, Points: c.Plan.Points,
		ShareWeekday: c.ShareWeekday, JoinUntil: challenge.DayOf(c.JoinUntil), State: c.State, Reason: c.Reason, SKUID: c.SKUID, ReturnNeed: c.ReturnNeed, Today: challenge.DayOf(today),
	}
	for _, m := range c.Plan.Marks {
		v.Marks = append(v.Marks, GoalView(m))
	}
	for _, t := range c.Plan.Tasks[:min(len(c.Plan.Tasks), 7)] {
		v.Tasks = append(v.Tasks, taskView(t))
	}
	switch {
	case c.State != challenge.Open:
	case c.Mode == challenge.Dates && today > c.Ends():
		v.State = "over"
	case c.JoinUntil > 0 && today > c.JoinUntil:
		v.State = "closed"
	case c.Members >= c.Capacity:
		v.State = "full"
	}
	return v
}

func (r *routes) challenges() {
	const tag = "challenge"
	learner := func(id, method, path, summary string) web.Route {
		return web.Route{ID: id, Method: method, Path: path, Summary: summary, Tag: tag, Need: web.Learner}
	}
	quiet := func(x web.Route) web.Route { x.Status = http.StatusNoContent; return x }
	joins := web.NewLimiter(joinsPerMinute, time.Minute)
	web.Handle(r.web, web.Route{ID: "challenges", Method: http.MethodGet, Path: "/api/challenges", Summary: "Challenges that I am in, and classes that can be joined", Tag: tag, Need: web.Anyone}, r.challengeList)
	web.Handle(r.web, web.Route{ID: "class", Method: http.MethodGet, Path: "/api/classes/{id}", Summary: "A class before one joins it", Tag: tag, Need: web.Anyone},
		func(ctx context.Context, in *struct {
			ID    int64  `path:"id"`
			Squad string `query:"squad" maxLength:"12" doc:"Code of a squad that invited"`
		},
		) (*web.Body[ClassView], error) {
			return r.openClass(ctx, in.ID, in.Squad)
		})
	web.Handle(r.web, web.Route{ID: "class_play", Method: http.MethodPost, Path: "/api/classes/{id}/play", Summary: "Start to play what introduces a class; anybody may", Tag: tag, Need: web.Anyone}, r.classPlay)
	web.Handle(r.web, learner("class_join", http.MethodPost, "/api/classes/{id}/join", "Join a class; again changes nothing"),
		func(ctx context.Context, in *struct {
			ID   int64 `path:"id"`
			Body struct {
				Hours int64  `json:"hours" minimum:"0" maximum:"2" doc:"When I mean to check in: 0 morning, 1 noon, 2 evening"`
				Squad string `json:"squad,omitempty" maxLength:"12"`
			}
		},
		) (*web.Body[ChallengeHome], error) {
			if err := r.seldom(ctx, joins); err != nil {
				return nil, err
			}
			if err := r.Challenge.Join(ctx, web.UserID(ctx), in.ID, challenge.Joining{Hours: in.Body.Hours, Squad: in.Body.Squad}); err != nil {
				return nil, err
			}
			return r.challengeHome(ctx, in.ID)
		})
	web.Handle(r.web, quiet(learner("class_leave", http.MethodPost, "/api/classes/{id}/leave", "Leave a class")),
		func(ctx context.Context, in *lessonPath) (*none, error) {
			return nil, r.Challenge.Leave(ctx, web.UserID(ctx), in.ID)
		})
	web.Handle(r.web, learner("challenge_home", http.MethodGet, "/api/classes/{id}/home", "A challenge that I am in"),
		func(ctx context.Context, in *lessonPath) (*web.Body[ChallengeHome], error) {
			return r.challengeHome(ctx, in.ID)
		})
	web.Handle(r.web, learner("check_in", http.MethodPost, "/api/classes/{id}/check-ins", "Check in for today, or make a missed day up; once a day, again changes nothing"),
		func(ctx context.Context, in *struct {
			ID   int64 `path:"id"`
			Body struct {
				Day   int64   `json:"day,omitempty" minimum:"0" maximum:"99991231" doc:"YYYYMMDD; 0: today"`
				Text  string  `json:"body" maxLength:"4000"`
				Files []int64 `json:"files" nullable:"false" maxItems:"6"`
			}
		},
		) (*web.Body[ChallengeHome], error) {
			day := challenge.OrdinalOf(in.Body.Day)
			if in.Body.Day > 0 && day == 0 {
				return nil, challenge.ErrDay
			}
			if _, err := r.Challenge.CheckIn(ctx, web.UserID(ctx), in.ID, challenge.NewCheckIn{Day: day, Body: in.Body.Text, Files: in.Body.Files}); err != nil {
				return nil, err
			}
			return r.challengeHome(ctx, in.ID)
		})
	add := learner("check_in_file_add", http.MethodPost, "/api/classes/{id}/check-in-files", "Keep a picture or a recording for a check-in; the body is the file")
	add.MaxBytes, add.Timeout = 20<<20, 5*time.Minute
	web.Handle(r.web, add, func(ctx context.Context, in *struct {
		ID      int64  `path:"id"`
		Name    string `query:"name" required:"true" maxLength:"200"`
		RawBody []byte `contentType:"application/octet-stream"`
	},
	) (*web.Body[HomeworkFileView], error) {
		f, err := r.Challenge.AddFile(ctx, web.UserID(ctx), in.ID, in.Name, bytes.NewReader(in.RawBody))
		return web.Answer(HomeworkFileView{f.ID, f.Name, f.Bytes, f.Mime}), err
	})
	web.Handle(r.web, quiet(learner("check_in_file_drop", http.MethodDelete, "/api/check-in-files/{id}", "Take back a file that was not handed in")),
		func(ctx context.Context, in *lessonPath) (*none, error) {
			return nil, r.Challenge.DropFile(ctx, web.UserID(ctx), in.ID)
		})
	web.Handle(r.web, learner("check_in_file", http.MethodGet, "/api/check-in-files/{id}", "A picture or a recording of my squad"),
		func(ctx context.Context, in *lessonPath) (*huma.StreamResponse, error) {
			f, body, err := r.Challenge.Fetch(ctx, web.UserID(ctx), in.ID)
			if err != nil {
				return nil, err
			}
			return web.Download(f.Name, f.Mime, body), nil
		})
	web.Handle(r.web, learner("award_file", http.MethodGet, "/api/challenge-awards/{id}/file", "The file that the teacher gave to me"),
		func(ctx context.Context, in *lessonPath) (*huma.StreamResponse, error) {
			f, body, err := r.Challenge.AwardFile(ctx, web.UserID(ctx), in.ID)
			if err != nil {
				return nil, err
			}
			return web.Download(f.Name, f.Mime, body), nil
		})
}

// seldom refuses a caller who does something too often.
func (r *routes) seldom(ctx context.Context, l *web.Limiter) error {
	if ok, wait := l.Allow(limitKey(ctx), time.Now()); !ok {
		return errChallengeRate.Retry(int(wait/time.Second) + 1)
	}
	return nil
}

func (r *routes) challengeList(ctx context.Context, _ *none) (*web.Body[ChallengesView], error) {
	v := ChallengesView{Mine: []OwnClassView{}, Open: []ClassCard{}}
	open, err := r.Challenge.Joinable(ctx, 0, 0, 20)
	if err != nil {
		return nil, err
	}
	in := map[int64]bool{}
	if userID := web.UserID(ctx); userID != 0 {
		mine, err := r.Challenge.Mine(ctx, userID)
		if err != nil {
			return nil, err
		}
		for _, m := range mine {
			in[m.ClassID] = true
			v.Mine = append(v.Mine, OwnClassView{m.ClassID, m.Title, m.Days, m.No, m.Total, m.Streak, m.Today})
		}
	}
	for _, c := range open {
		if !in[c.ID] {
			v.Open = append(v.Open, classCard(c))
		}
	}
	return web.Answer(v), nil
}

func (r *routes) openClass(ctx context.Context, classID int64, code string) (*web.Body[ClassView], error) {
	c, err := r.Challenge.Class(ctx, 0, classID)
	if err != nil {
		return nil, err
	}
	course, err := r.Challenge.CourseTitle(ctx, c.CourseID)
	if err != nil {
		return nil, err
	}
	v := r.classView(c, course)
	if a, err := r.Media.Asset(ctx, c.ClipID); err == nil && a.Status == media.StatusReady && c.State != challenge.Cancelled {
		v.Clip = &ClipView{a.ID, a.Kind, a.DurationMS, a.PosterURL()}
	} else if err != nil && !errors.Is(err, media.ErrAssetNone) {
		return nil, err
	}
	if code != "" {
		if q, err := r.Challenge.Invited(ctx, classID, code); err == nil {
			v.Squad = &SquadPreview{q.Name, q.Size, q.Size >= 8}
		}
	}
	if userID := web.UserID(ctx); userID != 0 {
		m, err := r.Challenge.Own(ctx, classID, userID)
		if err != nil {
			return nil, err
		}
		if m.ID > 0 {
			v.Joined, v.Mine = m.State == challenge.In, &PlaceInClass{m.State, m.Reason}
		}
		if v.Entry, err = r.entry(ctx, c, m, userID); err != nil {
			return nil, err
		}
	}
	return web.Answer(v), nil
}

// classPlay plays what introduces a class; it is nobody's study.
func (r *routes) classPlay(ctx context.Context, in *lessonPath) (*web.Body[PlayView], error) {
	c := web.CallerOf(ctx)
	if c.User.ID == 0 {
		if err := r.web.AnonymousPlay(c); err != nil {
			return nil, err
		}
	}
	of, err := r.Challenge.Class(ctx, 0, in.ID)
	if err == nil {
		err = r.Challenge.Shows(ctx, of.ClipID)
	}
	if err != nil {
		return nil, err
	}
	p, err := r.Media.StartPlay(ctx, media.Start{UserID: c.User.ID, SessionID: c.User.SessionID, AssetID: of.ClipID, Browser: c.Bearer == "", MaxPlays: r.MaxPlays})
	if err != nil {
		return nil, err
	}
	v := playView(p)
	v.Watermark, err = r.reader(ctx)
	return web.Answer(v), err
}

// entry is what somebody paid for their place in a class; nil: nothing that stands.
func (r *routes) entry(ctx context.Context, c challenge.Class, m challenge.Member, userID int64) (*EntryView, error) {
	if c.Price == challenge.Free {
		return nil, nil
	}
	e, err := r.Challenge.Standing(ctx, r.Challenge.DB, c.ID, userID)
	if err != nil || e.State == "" {
		return nil, err
	}
	v := &EntryView{Fen: e.Fen, State: e.State, CheckIns: e.CheckIns}
	if e.Deposit {
		v.LastDay = challenge.DayOf(c.Lost(m) - 1)
	}
	return v, nil
}

func (r *routes) challengeHome(ctx context.Context, classID int64) (*web.Body[ChallengeHome], error) {
	h, err := r.Challenge.Home(ctx, web.UserID(ctx), classID)
	if err != nil {
		return nil, err
	}
	v := ChallengeHome{
		Class: r.classView(h.Class, h.Course), No: h.No, FirstDay: challenge.DayOf(h.Member.Starts), Since: h.Member.Since - h.Member.Starts + 1, TaskDone: h.Fact.Done, Minutes: h.Fact.StudiedMS / 60_000,
		CheckedIn: h.Member.Last == h.Today, Total: h.Member.Total, Best: h.Member.Best, Days: []ChallengeDay{}, Missed: []int64{}, Asked: []TaskView{}, Cards: h.Cards, Reached: []ReachedView{}, Awards: []AwardView{}, ShareDay: h.ShareDay(),
	}
	v.Class.Joined = true
	if v.Class.Entry, err = r.entry(ctx, h.Class, h.Member, h.Member.UserID); err != nil {
		return nil, err
	}
	if h.Member.Last >= h.Today-1 {
		v.Streak = h.Member.Streak
	}
	if h.Task.Kind != "" {
		t := taskView(h.Task)
		v.Task = &t
	}
	for _, d := range h.Days {
		v.Days = append(v.Days, ChallengeDay{d.Day - h.Member.Starts + 1, challenge.DayOf(d.Day), d.MadeUp, d.State, d.Reason, d.CreatedAt})
	}
	for _, d := range h.Missed {
		v.Missed = append(v.Missed, challenge.DayOf(d))
	}
	for _, t := range h.Asked {
		v.Asked = append(v.Asked, taskView(t))
	}
	for _, x := range h.Reached {
		v.Reached = append(v.Reached, ReachedView{x.No, x.Title, x.CheckIns, x.ReachedAt})
	}
	for _, a := range h.Awards {
		v.Awards = append(v.Awards, AwardView{a.ID, challenge.DayOf(a.Week), a.Place, a.Review, a.Material, a.FileName})
	}
	if h.Squad.ID > 0 {
		told, err := r.Challenge.Reminded(ctx, h.Member.UserID, h.Member.ClassID)
		if err != nil {
			return nil, err
		}
		v.Squad = squadView(h, told)
	}
	return web.Answer(v), nil
}

func squadView(h challenge.Home, told []int64) *SquadView {
	v := &SquadView{Name: h.Squad.Name, Code: h.Squad.Code, Room: max(0, 8-h.Squad.Size), Mates: []MateView{}}
	for _, m := range h.Mates {
		v.Mates = append(v.Mates, MateView{m.ID, m.Nickname, m.ID == h.Member.ID, m.Total, m.Streak, m.TodayAt, h.Owes(m), slices.Contains(told, m.UserID)})
	}
	return v
}
