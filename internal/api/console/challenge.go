package console

import (
	"bytes"
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"zhizhou/internal/account"
	"zhizhou/internal/challenge"
	"zhizhou/internal/web"
)

// ChallengeTask is what is asked on a day.
type ChallengeTask struct {
	Day      int64  `json:"day" minimum:"0" maximum:"365" doc:"0: each day that has none of its own"`
	Kind     string `json:"kind" enum:"lesson,quiz,homework,words"`
	LessonID int64  `json:"lesson_id" minimum:"0" doc:"0: any of the course, or any at all"`
	Minutes  int64  `json:"minutes" minimum:"0" maximum:"600" doc:"Of study on the day besides"`
	Picture  bool   `json:"picture"`
	Audio    bool   `json:"audio"`
	Title    string `json:"title" maxLength:"200"`
	Note     string `json:"note" maxLength:"2000"`
}

// ChallengeMark is a milestone of a plan.
type ChallengeMark struct {
	Day   int64  `json:"day" minimum:"1" maximum:"365"`
	Need  int64  `json:"need" minimum:"1" maximum:"365" doc:"Check-ins up to that day"`
	Title string `json:"title" maxLength:"100"`
}

// ChallengePlan is what a challenge asks.
type ChallengePlan struct {
	Days    int64           `json:"days" minimum:"1" maximum:"365"`
	MakeUps int64           `json:"make_ups" minimum:"0" maximum:"30"`
	Points  int64           `json:"points" minimum:"0" maximum:"1000" doc:"For a check-in on its day"`
	Peer    int64           `json:"peer" minimum:"0" maximum:"100" doc:"For a review written and a like received, the first of them"`
	Tasks   []ChallengeTask `json:"tasks" nullable:"false" maxItems:"366"`
	Marks   []ChallengeMark `json:"marks" nullable:"false" maxItems:"20"`
}

// ChallengeInput is a template.
type ChallengeInput struct {
	Version  int64         `json:"version" doc:"That was read; a new one: 0"`
	CourseID int64         `json:"course_id" minimum:"0" doc:"0: it goes with none"`
	Title    string        `json:"title" maxLength:"200"`
	About    string        `json:"about" maxLength:"8000"`
	Plan     ChallengePlan `json:"plan"`
}

// ChallengeView is a template as staff see it.
type ChallengeView struct {
	ChallengeInput
	ID         int64 `json:"id"`
	ArchivedAt int64 `json:"archived_at" doc:"0: in use"`
	UpdatedAt  int64 `json:"updated_at"`
}

// ClassEdit is what may be changed of a class.
type ClassEdit struct {
	Title        string `json:"title" maxLength:"200"`
	About        string `json:"about" maxLength:"8000"`
	JoinUntil    int64  `json:"join_until" minimum:"0" maximum:"99991231" doc:"YYYYMMDD; 0: as long as it is open"`
	Capacity     int64  `json:"capacity" minimum:"1" maximum:"5000"`
	Teacher      string `json:"teacher" maxLength:"100"`
	ShareWeekday int64  `json:"share_weekday" minimum:"1" maximum:"7" doc:"1 Monday to 7 Sunday"`
	ClipID       int64  `json:"clip_id,omitempty" minimum:"0" doc:"A video or recording of the library that introduces it; 0: none"`
}

// ClassView is a class as staff see it.
type ClassView struct {
	ClassEdit
	ID          int64         `json:"id"`
	ChallengeID int64         `json:"challenge_id"`
	CourseID    int64         `json:"course_id"`
	Price       string        `json:"price" enum:"free,class,deposit" doc:"class: a price is paid; deposit: it goes back to who does what is asked"`
	PriceFen    int64         `json:"price_fen"`
	ReturnNeed  int64         `json:"return_need" doc:"Check-ins that bring a deposit back"`
	Money       []ClassMoney  `json:"money" nullable:"false" doc:"Of one class alone: how what was paid stands"`
	Mode        string        `json:"mode" enum:"dates,rolling"`
	StartsOn    int64         `json:"starts_on" doc:"YYYYMMDD; 0: rolling"`
	EndsOn      int64         `json:"ends_on" doc:"YYYYMMDD; 0: rolling"`
	Admits      string        `json:"admits" enum:"anyone,course"`
	Members     int64         `json:"members"`
	State       string        `json:"state" enum:"open,closed,cancelled"`
	Reason      string        `json:"reason"`
	Version     int64         `json:"version"`
	TeacherID   int64         `json:"teacher_id" doc:"Member of staff who leads it; 0: nobody in particular"`
	Plan        ChallengePlan `json:"plan" doc:"Of the day it was opened"`
	Address     string        `json:"address" doc:"Of its page"`
}

// ClassMoney is how much of what was paid for a class stands in a way.
type ClassMoney struct {
	State  string `json:"state" enum:"paid,held,returned,forfeited,refunded"`
	People int64  `json:"people"`
	Fen    int64  `json:"fen"`
}

// ClassMember is somebody in a class as staff see them.
type ClassMember struct {
	ID       int64  `json:"id"`
	UserID   int64  `json:"user_id"`
	Nickname string `json:"nickname"`
	State    string `json:"state" enum:"in,left,lost,removed"`
	Reason   string `json:"reason"`
	Squad    string `json:"squad" doc:"Empty: in none"`
	Total    int64  `json:"total"`
	Streak   int64  `json:"streak"`
	MadeUp   int64  `json:"made_up"`
	Score    int64  `json:"score"`
	LastDay  int64  `json:"last_day" doc:"YYYYMMDD; 0: none"`
	Money    string `json:"money" enum:",paid,held,returned,forfeited,refunded" doc:"How what they paid stands; empty: nothing"`
	PaidFen  int64  `json:"paid_fen"`
	JoinedAt int64  `json:"joined_at"`
}

// ClassTop is one of the first three of a week.
type ClassTop struct {
	MemberID int64  `json:"member_id"`
	Nickname string `json:"nickname"`
	Place    int64  `json:"place"`
	CheckIns int64  `json:"check_ins"`
	Score    int64  `json:"score"`
	Review   string `json:"review"`
	Material string `json:"material"`
	File     string `json:"file" doc:"Its name; empty: none"`
}

// ClassWeek is the first three of a week.
type ClassWeek struct {
	Week  int64      `json:"week" doc:"Its Monday, YYYYMMDD"`
	Over  bool       `json:"over" doc:"Something may be given"`
	Items []ClassTop `json:"items" nullable:"false"`
}

// CheckInFile is a file of a check-in before the people who look at it.
type CheckInFile struct {
	ID    int64  `json:"id"`
	Name  string `json:"name"`
	Bytes int64  `json:"bytes"`
	Mime  string `json:"mime"`
}

// errClassMoney keeps who only leads a class from its money.
var errClassMoney = web.ErrForbidden.Say("收费的班和押金班由运营来开、来取消、来移出学员")

// mayPrice refuses to touch a class that costs money to who sets no prices. Returns
// challenge.ErrClass, errClassMoney.
func (r *routes) mayPrice(ctx context.Context, classID int64) error {
	if web.CallerOf(ctx).Staff.Can(account.PermProductEdit) {
		return nil
	}
	c, err := r.Challenge.Class(ctx, classScope(ctx), classID)
	if err == nil && c.Price != challenge.Free {
		err = errClassMoney
	}
	return err
}

func planIn(p ChallengePlan) challenge.Plan {
	out := challenge.Plan{Days: p.Days, MakeUps: p.MakeUps, Points: p.Points, Peer: p.Peer}
	for _, t := range p.Tasks {
		out.Tasks = append(out.Tasks, challenge.Task(t))
	}
	for _, m := range p.Marks {
		out.Marks = append(out.Marks, challenge.Mark(m))
	}
	return out
}

func planOut(p challenge.Plan) ChallengePlan {
	out := ChallengePlan{Days: p.Days, MakeUps: p.MakeUps, Points: p.Points, Peer: p.Peer, Tasks: []ChallengeTask{}, Marks: []ChallengeMark{}}
	for _, t := range p.Tasks {
		out.Tasks = append(out.Tasks, ChallengeTask(t))
	}
	for _, m := range p.Marks {
		out.Marks = append(out.Marks, ChallengeMark(m))
	}
	return out
}

func challengeView(c challenge.Challenge) ChallengeView {
	return ChallengeView{ChallengeInput{c.Version, c.CourseID, c.Title, c.About, planOut(c.Plan)}, c.ID, c.ArchivedAt, c.UpdatedAt}
}

func (r *routes) classView(c challenge.Class) ClassView {
	return ClassView{
		ClassEdit: ClassEdit{c.Title, c.About, challenge.DayOf(c.JoinUntil), c.Capacity, c.Teacher, c.ShareWeekday, c.ClipID}, ID: c.ID, ChallengeID: c.ChallengeID, CourseID: c.CourseID, Mode: c.Mode,
		Price: c.Price, PriceFen: c.PriceFen, ReturnNeed: c.ReturnNeed, Money: []ClassMoney{}, StartsOn: challenge.DayOf(c.Starts), EndsOn: challenge.DayOf(c.Ends()), Admits: c.Admits, Members: c.Members, State: c.State, Reason: c.Reason, Version: c.Version, TeacherID: c.TeacherID, Plan: planOut(c.Plan), Address: r.PublicURL + "/class/" + strconv.FormatInt(c.ID, 10),
	}
}

func (r *routes) challenges() {
	const tag = "challenge"
	web.Handle(r.web, route("challenges", http.MethodGet, "challenges", "Templates of challenges, newest first", tag, account.PermClass),
		func(ctx context.Context, in *struct {
			web.PageQuery
			Archived bool `query:"archived" doc:"Those put away too"`
		},
		) (*web.Body[web.List[ChallengeView]], error) {
			before, err := in.Keys(1)
			if err != nil {
				return nil, err
			}
			rows, err := r.Challenge.List(ctx, scope(ctx), in.Archived, first(before), in.Limit+1)
			return web.Answer(web.Page(rows, in.Limit, challengeView, func(c challenge.Challenge) []int64 { return []int64{c.ID} })), err
		})
	web.Handle(r.web, route("challenge", http.MethodGet, "challenges/{id}", "A template", tag, account.PermClass),
		func(ctx context.Context, in *ByID) (*web.Body[ChallengeView], error) {
			c, err := r.Challenge.One(ctx, scope(ctx), in.ID)
			return web.Answer(challengeView(c)), err
		})
	save := func(ctx context.Context, challengeID int64, b ChallengeInput) (*web.Body[ChallengeView], error) {
		c, err := r.Challenge.Save(ctx, scope(ctx), challenge.Challenge{ID: challengeID, Version: b.Version, CourseID: b.CourseID, Title: b.Title, About: b.About, Plan: planIn(b.Plan)})
		return web.Answer(challengeView(c)), err
	}
	web.Handle(r.web, route("challenge_create", http.MethodPost, "challenges", "Make a template", tag, account.PermChallenge),
		func(ctx context.Context, in *struct{ Body ChallengeInput }) (*web.Body[ChallengeView], error) {
			return save(ctx, 0, in.Body)
		})
	web.Handle(r.web, route("challenge_save", http.MethodPut, "challenges/{id}", "Change a template; classes that were opened keep theirs", tag, account.PermChallenge),
		func(ctx context.Context, in *struct {
			ByID
			Body ChallengeInput
		},
		) (*web.Body[ChallengeView], error) {
			return save(ctx, in.ID, in.Body)
		})
	web.Handle(r.web, quiet(route("challenge_archive", http.MethodPut, "challenges/{id}/archived", "Put a template away, or take it out again", tag, account.PermChallenge)),
		func(ctx context.Context, in *struct {
			ByID
			Body struct {
				On bool `json:"on"`
			}
		},
		) (*none, error) {
			return nil, r.Challenge.Archive(ctx, scope(ctx), in.ID, in.Body.On)
		})
	r.classes(tag)
	r.classPeople(tag)
	r.classTeachers(tag)
}

func (r *routes) classes(tag string) {
	web.Handle(r.web, route("classes", http.MethodGet, "classes", "Classes of challenges, newest first", tag, account.PermClass),
		func(ctx context.Context, in *struct {
			web.PageQuery
			ChallengeID int64  `query:"challenge_id" minimum:"0" doc:"0: all"`
			State       string `query:"state" enum:"open,closed,cancelled,"`
		},
		) (*web.Body[web.List[ClassView]], error) {
			before, err := in.Keys(1)
			if err != nil {
				return nil, err
			}
			rows, err := r.Challenge.Classes(ctx, classScope(ctx), in.ChallengeID, in.State, first(before), in.Limit+1)
			return web.Answer(web.Page(rows, in.Limit, r.classView, func(c challenge.Class) []int64 { return []int64{c.ID} })), err
		})
	web.Handle(r.web, route("class", http.MethodGet, "classes/{id}", "A class", tag, account.PermClass),
		func(ctx context.Context, in *ByID) (*web.Body[ClassView], error) {
			c, err := r.Challenge.Class(ctx, classScope(ctx), in.ID)
			if err != nil {
				return nil, err
			}
			sums, err := r.Challenge.Sums(ctx, classScope(ctx), in.ID)
			v := r.classView(c)
			for _, x := range sums {
				v.Money = append(v.Money, ClassMoney(x))
			}
			return web.Answer(v), err
		})
	web.Handle(r.web, route("class_open", http.MethodPost, "challenges/{id}/classes", "Open a class of a challenge", tag, account.PermClass),
		func(ctx context.Context, in *struct {
			ByID
			Body struct {
				ClassEdit
				Mode     string `json:"mode" enum:"dates,rolling"`
				StartsOn int64  `json:"starts_on" minimum:"0" maximum:"99991231" doc:"YYYYMMDD; rolling: 0"`
				Admits   string `json:"admits" enum:"anyone,course"`

				Price      string `json:"price,omitempty" enum:"free,class,deposit" default:"free"`
				PriceFen   int64  `json:"price_fen,omitempty" minimum:"0"`
				ReturnNeed int64  `json:"return_need,omitempty" minimum:"0" maximum:"365" doc:"deposit: check-ins that bring it back"`
			}
		},
		) (*web.Body[ClassView], error) {
			if in.Body.Price != challenge.Free && in.Body.Price != "" && !web.CallerOf(ctx).Staff.Can(account.PermProductEdit) {
				return nil, errClassMoney
			}
			c, err := r.classOf(ctx, 0, in.Body.ClassEdit)
			if err != nil {
				return nil, err
			}
			if s := web.CallerOf(ctx).Staff; s.Role == "class_teacher" {
				c.TeacherID = s.ID
			}
			c.ChallengeID, c.Mode, c.Starts, c.Admits = in.ID, in.Body.Mode, challenge.OrdinalOf(in.Body.StartsOn), in.Body.Admits
			c.Price, c.PriceFen, c.ReturnNeed = in.Body.Price, in.Body.PriceFen, in.Body.ReturnNeed
			c, err = r.Challenge.OpenClass(ctx, scope(ctx), c)
			return web.Answer(r.classView(c)), err
		})
	web.Handle(r.web, route("class_edit", http.MethodPut, "classes/{id}", "Change what is said of a class; when it begins and what it asks stay", tag, account.PermClass),
		func(ctx context.Context, in *struct {
			ByID
			Body struct {
				ClassEdit
				Version int64 `json:"version"`
			}
		},
		) (*web.Body[ClassView], error) {
			c, err := r.classOf(ctx, in.ID, in.Body.ClassEdit)
			if err != nil {
				return nil, err
			}
			c.ID, c.Version = in.ID, in.Body.Version
			c, err = r.Challenge.EditClass(ctx, classScope(ctx), c)
			return web.Answer(r.classView(c)), err
		})
	web.Handle(r.web, quiet(route("class_state", http.MethodPut, "classes/{id}/state", "Take people in, or no longer, or cancel a class, which its members are told", tag, account.PermClass)),
		func(ctx context.Context, in *struct {
			ByID
			Body struct {
				State  string `json:"state" enum:"open,closed,cancelled"`
				Reason string `json:"reason,omitempty" maxLength:"800"`
			}
		},
		) (*none, error) {
			if in.Body.State == challenge.Cancelled {
				if err := r.mayPrice(ctx, in.ID); err != nil {
					return nil, err
				}
			}
			return nil, r.Challenge.SetClass(ctx, classScope(ctx), in.ID, in.Body.State, in.Body.Reason)
		})
}

// classOf is what a form says of a class (0: a new one). What introduces it must be the
// caller's own to show, unless it stood there before.
func (r *routes) classOf(ctx context.Context, classID int64, e ClassEdit) (challenge.Class, error) {
	if e.ClipID != 0 {
		was := challenge.Class{}
		var err error
		if classID != 0 {
			if was, err = r.Challenge.Class(ctx, classScope(ctx), classID); err != nil {
				return was, err
			}
		}
		if was.ClipID != e.ClipID {
			if _, err = r.ownAsset(ctx, e.ClipID); err != nil {
				return was, challenge.ErrClassSet.Field("clip_id", "这个视频不在你的素材里，请另选一个")
			}
		}
	}
	return challenge.Class{Title: e.Title, About: e.About, JoinUntil: challenge.OrdinalOf(e.JoinUntil), Capacity: e.Capacity, Teacher: e.Teacher, ShareWeekday: e.ShareWeekday, ClipID: e.ClipID}, nil
}

func (r *routes) classPeople(tag string) {
	web.Handle(r.web, route("class_members", http.MethodGet, "classes/{id}/members", "Who is in a class or was, in the order of joining", tag, account.PermClass),
		func(ctx context.Context, in *struct {
			ByID
			web.PageQuery
			State string `query:"state" enum:"in,left,lost,removed,"`
		},
		) (*web.Body[web.List[ClassMember]], error) {
			after, err := in.Keys(1)
			if err != nil {
				return nil, err
			}
			rows, err := r.Challenge.Members(ctx, classScope(ctx), in.ID, in.State, first(after), in.Limit+1)
			if err != nil {
				return nil, err
			}
			return web.Answer(web.Page(rows, in.Limit, func(m challenge.Seated) ClassMember {
				return ClassMember{m.ID, m.UserID, m.Nickname, m.State, m.Reason, m.Squad, m.Total, m.Streak, m.MadeUp, m.Score, challenge.DayOf(m.Last), m.Money, m.PaidFen, m.JoinedAt}
			}, func(m challenge.Seated) []int64 { return []int64{m.ID} })), nil
		})
	web.Handle(r.web, quiet(route("class_remove", http.MethodPost, "classes/{id}/remove", "Take a member out for what they did: cards and points of check-ins are taken back", tag, account.PermChallenge)),
		func(ctx context.Context, in *struct {
			ByID
			Body struct {
				UserID int64  `json:"user_id"`
				Reason string `json:"reason" maxLength:"800" doc:"The member reads it"`
			}
		},
		) (*none, error) {
			if err := r.mayPrice(ctx, in.ID); err != nil {
				return nil, err
			}
			return nil, r.Challenge.Remove(ctx, classScope(ctx), in.ID, in.Body.UserID, in.Body.Reason)
		})
	web.Handle(r.web, route("class_week", http.MethodGet, "classes/{id}/top", "The first three of a week and what they were given", tag, account.PermClass),
		func(ctx context.Context, in *struct {
			ByID
			Week int64 `query:"week" minimum:"0" maximum:"99991231" doc:"Any day of it, YYYYMMDD; 0: the last one that is over"`
		},
		) (*web.Body[ClassWeek], error) {
			return r.classWeek(ctx, in.ID, in.Week)
		})
	web.Handle(r.web, route("class_award", http.MethodPut, "classes/{id}/top/{member}", "Give one of the first three of a week a review or material", tag, account.PermClass),
		func(ctx context.Context, in *struct {
			ByID
			Member int64 `path:"member"`
			Body   struct {
				Week     int64  `json:"week" minimum:"0" maximum:"99991231" doc:"Any day of it, YYYYMMDD; 0: the last one that is over"`
				Review   string `json:"review" maxLength:"2000"`
				Material string `json:"material" maxLength:"8000"`
			}
		},
		) (*web.Body[ClassWeek], error) {
			b := in.Body
			if err := r.Challenge.Award(ctx, classScope(ctx), web.CallerOf(ctx).Staff.ID, in.ID, challenge.OrdinalOf(b.Week), in.Member, b.Review, b.Material); err != nil {
				return nil, err
			}
			return r.classWeek(ctx, in.ID, b.Week)
		})
	file := route("class_award_file", http.MethodPut, "classes/{id}/top/{member}/file", "Give one of the first three of a week a file; the body is it", tag, account.PermClass)
	file.MaxBytes, file.Timeout = 50<<20, 5*time.Minute
	web.Handle(r.web, file, func(ctx context.Context, in *struct {
		ByID
		Member  int64  `path:"member"`
		Week    int64  `query:"week" minimum:"0" maximum:"99991231"`
		Name    string `query:"name" required:"true" maxLength:"200"`
		RawBody []byte `contentType:"application/octet-stream"`
	},
	) (*web.Body[ClassWeek], error) {
		if err := r.Challenge.AwardWith(ctx, classScope(ctx), web.CallerOf(ctx).Staff.ID, in.ID, challenge.OrdinalOf(in.Week), in.Member, in.Name, bytes.NewReader(in.RawBody)); err != nil {
			return nil, err
		}
		return r.classWeek(ctx, in.ID, in.Week)
	})
	web.Handle(r.web, route("check_in_files", http.MethodGet, "check-ins/{id}/files", "The files of a check-in that is looked at", tag, account.PermModerate),
		func(ctx context.Context, in *ByID) (*web.Body[web.List[CheckInFile]], error) {
			rows, err := r.Challenge.FilesOf(ctx, classScope(ctx), in.ID)
			v := web.List[CheckInFile]{Items: []CheckInFile{}}
			for _, f := range rows {
				v.Items = append(v.Items, CheckInFile{f.ID, f.Name, f.Bytes, f.Mime})
			}
			return web.Answer(v), err
		})
	web.Handle(r.web, route("check_in_file", http.MethodGet, "check-in-files/{id}", "A file of a check-in", tag, account.PermModerate),
		func(ctx context.Context, in *ByID) (*huma.StreamResponse, error) {
			f, body, err := r.Challenge.FetchFor(ctx, classScope(ctx), in.ID)
			if err != nil {
				return nil, err
			}
			return web.Download(f.Name, f.Mime, body), nil
		})
}

func (r *routes) classWeek(ctx context.Context, classID, day int64) (*web.Body[ClassWeek], error) {
	monday, rows, given, err := r.Challenge.Top(ctx, classScope(ctx), classID, challenge.OrdinalOf(day))
	if err != nil {
		return nil, err
	}
	v := ClassWeek{Week: challenge.DayOf(monday), Over: monday+7 <= challenge.Ordinal(r.Clock.Now()), Items: []ClassTop{}}
	for _, x := range rows {
		t := ClassTop{MemberID: x.MemberID, Nickname: x.Nickname, Place: x.Place, CheckIns: x.CheckIns, Score: x.Score}
		for _, a := range given {
			if a.MemberID == x.MemberID {
				t.Review, t.Material, t.File = a.Review, a.Material, a.FileName
			}
		}
		v.Items = append(v.Items, t)
	}
	return web.Answer(v), nil
}
