package console

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"zhizhou/internal/account"
	"zhizhou/internal/clock"
	"zhizhou/internal/live"
	"zhizhou/internal/web"
)

const liveTag = "live"

// LiveRoomView is a room as its staff see it. Version 0: nothing was planned yet.
type LiveRoomView struct {
	live.RoomEvent
	LessonID  int64       `json:"lesson_id"`
	CourseID  int64       `json:"course_id"`
	Title     string      `json:"title"`
	NowAt     int64       `json:"now_at"`
	Server    string      `json:"server" doc:"What an encoder is told; empty while live is switched off on this server"`
	StreamKey string      `json:"stream_key" doc:"Only for those who may edit the course"`
	Pushing   bool        `json:"pushing" doc:"An encoder is connected"`
	OpenedAt  int64       `json:"opened_at"`
	EndedAt   int64       `json:"ended_at"`
	AiredMS   int64       `json:"aired_ms"`
	Came      int64       `json:"came"`
	There     int64       `json:"there" doc:"Were heard of in the last half minute"`
	SignedIn  int64       `json:"signed_in" doc:"To the last sign-in"`
	CallID    int64       `json:"call_id"`
	Pushes    []PushView  `json:"pushes" nullable:"false" doc:"Newest first"`
	Talk      []StaffTalk `json:"talk" nullable:"false" doc:"Newest first"`
	Products  []live.Card `json:"products" nullable:"false" doc:"What may be shown"`
	TalkURL   string      `json:"talk_url"`
	Playlist  string      `json:"playlist_url"`
}

// PushView is a connection of an encoder.
type PushView struct {
	StartedAt int64  `json:"started_at"`
	EndedAt   int64  `json:"ended_at"`
	Reason    string `json:"reason"`
}

// StaffTalk is a message as staff see it.
type StaffTalk struct {
	live.MessageEvent
	UserID   int64  `json:"user_id" doc:"0: staff"`
	Nickname string `json:"nickname" doc:"Of a learner, for those who may edit the course: everybody else reads it masked"`
}

// AttendeeView is a line of the attendance report.
type AttendeeView struct {
	UserID     int64  `json:"user_id"`
	Nickname   string `json:"nickname"`
	FirstAt    int64  `json:"first_at"`
	LastAt     int64  `json:"last_at"`
	AttendedMS int64  `json:"attended_ms"`
	SignIns    int64  `json:"sign_ins"`
	Messages   int64  `json:"messages"`
	Muted      bool   `json:"muted"`
}

func (r *routes) lives() {
	web.Handle(r.web, route("live", http.MethodGet, "lessons/{id}/live", "A live room", liveTag, account.PermCourseRead), r.live)
	web.Handle(r.web, quiet(route("live_plan", http.MethodPut, "lessons/{id}/live", "Plan a live room", liveTag, account.PermCourseEdit)),
		func(ctx context.Context, in *struct {
			ByID
			Body struct {
				StartsAt  int64 `json:"starts_at"`
				PlannedMS int64 `json:"planned_ms"`
				Record    bool  `json:"record"`
				Version   int64 `json:"version"`
			}
		},
		) (*none, error) {
			return nil, r.Live.SavePlan(ctx, scope(ctx), in.ID, live.Plan(in.Body))
		})
	actions := r.liveActions()
	web.Handle(r.web, quiet(route("live_do", http.MethodPost, "lessons/{id}/live/{action}", "Do something in a room: make a new stream key (the old one is cut off), end it for good, make the replay again, pin a notice, show a product, open a sign-in, take a message down, put a question on the screen, mark it answered, silence a learner", liveTag, account.PermCourseEdit)),
		func(ctx context.Context, in *struct {
			ByID
			Action string `path:"action" enum:"rekey,end,record,notice,card,sign-in,hide,screen,answered,mute"`
			Body   LiveInput
		},
		) (*none, error) {
			return nil, actions[in.Action](ctx, scope(ctx), in.ID, in.Body)
		})
	web.Handle(r.web, route("live_say", http.MethodPost, "lessons/{id}/live/messages", "Say something as the teacher", liveTag, account.PermCourseEdit),
		func(ctx context.Context, in *struct {
			ByID
			Body struct {
				Body string `json:"body" maxLength:"1000"`
			}
		},
		) (*web.Body[live.MessageEvent], error) {
			if _, err := r.Live.Mine(ctx, scope(ctx), in.ID); err != nil {
				return nil, err
			}
			s := web.CallerOf(ctx).Staff
			m, err := r.Live.Say(ctx, in.ID, live.Speaker{StaffID: s.ID, Name: s.Name}, live.Chat, in.Body.Body)
			return web.Answer(live.EventOf(m)), err
		})
	web.Handle(r.web, route("live_attendance", http.MethodGet, "lessons/{id}/live/attendance", "Who was there", liveTag, account.PermCourseEdit), r.attendance)
}

// liveActions are what staff do in a room while it runs; the enum of the route names
// them.
func (r *routes) liveActions() map[string]func(ctx context.Context, scope, id int64, in LiveInput) error {
	return map[string]func(ctx context.Context, scope, id int64, in LiveInput) error{
		"rekey": func(ctx context.Context, scope, id int64, _ LiveInput) error { return r.Live.Rekey(ctx, scope, id) },
		"end":   func(ctx context.Context, scope, id int64, _ LiveInput) error { return r.Live.End(ctx, scope, id) },
		"record": func(ctx context.Context, scope, id int64, _ LiveInput) error {
			return r.Live.RecordAgain(ctx, scope, id)
		},
		"notice": func(ctx context.Context, scope, id int64, in LiveInput) error {
			return r.Live.SetNotice(ctx, scope, id, in.Text)
		},
		"card": func(ctx context.Context, scope, id int64, in LiveInput) error {
			return r.Live.ShowProduct(ctx, scope, id, in.ProductID)
		},
		"sign-in": func(ctx context.Context, scope, id int64, in LiveInput) error {
			return r.Live.OpenSignIn(ctx, scope, id, in.Minutes)
		},
		"hide": func(ctx context.Context, scope, id int64, in LiveInput) error {
			return r.Live.Hide(ctx, scope, id, in.MessageID)
		},
		"screen": func(ctx context.Context, scope, id int64, in LiveInput) error {
			return r.Live.PutOnScreen(ctx, scope, id, in.MessageID)
		},
		"answered": func(ctx context.Context, scope, id int64, in LiveInput) error {
			return r.Live.Answered(ctx, scope, id, in.MessageID)
		},
		"mute": func(ctx context.Context, scope, id int64, in LiveInput) error {
			return r.Live.Mute(ctx, scope, id, in.UserID, web.CallerOf(ctx).Staff.ID, in.On)
		},
	}
}

// LiveInput is what an action in a room is about; each takes what it needs.
type LiveInput struct {
	Text      string `json:"text,omitempty" maxLength:"600"`
	ProductID int64  `json:"product_id,omitempty"`
	MessageID int64  `json:"message_id,omitempty"`
	UserID    int64  `json:"user_id,omitempty"`
	Minutes   int64  `json:"minutes,omitempty"`
	On        bool   `json:"on,omitempty"`
}

func (r *routes) live(ctx context.Context, in *ByID) (*web.Body[LiveRoomView], error) {
	l, err := r.Live.Mine(ctx, scope(ctx), in.ID)
	if err != nil {
		return nil, err
	}
	v := LiveRoomView{LessonID: l.ID, CourseID: l.CourseID, Title: l.Title, NowAt: clock.MS(r.Clock), Server: r.LiveServer(), Pushes: []PushView{}, Talk: []StaffTalk{}, Products: []live.Card{}}
	room, err := r.Live.Room(ctx, l.ID)
	if errors.Is(err, live.ErrNoRoom) {
		v.State, v.Replay = live.Scheduled, live.RecordWanted
		return web.Answer(v), nil
	}
	if err != nil {
		return nil, err
	}
	if v.RoomEvent, err = r.Live.Describe(ctx, l.ID); err != nil {
		return nil, err
	}
	v.Pushing, v.OpenedAt, v.EndedAt, v.AiredMS, v.CallID = room.PushID != 0, room.OpenedAt, room.EndedAt, room.AiredMS, room.CallID
	v.TalkURL, v.Playlist = fmt.Sprintf("/api/console/live/%d/talk", l.ID), fmt.Sprintf("/api/console/live/%d/live.m3u8", l.ID)
	if web.CallerOf(ctx).Staff.Can(account.PermCourseEdit) {
		if v.StreamKey, err = r.Live.StreamName(ctx, scope(ctx), l.ID); err != nil {
			return nil, err
		}
	}
	c, err := r.Live.CrowdOf(ctx, room)
	if err != nil {
		return nil, err
	}
	v.Came, v.There, v.SignedIn = c.N, c.NowThere, c.SignedIn
	return r.liveLists(ctx, v)
}

// liveLists fills in what a room has many of.
func (r *routes) liveLists(ctx context.Context, v LiveRoomView) (*web.Body[LiveRoomView], error) {
	pushes, err := r.Live.Pushes(ctx, v.LessonID)
	if err != nil {
		return nil, err
	}
	for _, p := range pushes {
		v.Pushes = append(v.Pushes, PushView{p.StartedAt, p.EndedAt, p.EndReason})
	}
	named := web.CallerOf(ctx).Staff.Can(account.PermCourseEdit)
	for _, kind := range []string{live.Chat, live.Question} {
		rows, err := r.Live.Messages(ctx, v.LessonID, kind, 0, 100, true)
		if err != nil {
			return nil, err
		}
		for _, m := range rows {
			if !named {
				m.Nickname = ""
			}
			v.Talk = append(v.Talk, StaffTalk{live.EventOf(m), m.UserID, m.Nickname})
		}
	}
	if v.Products, err = r.Live.Cards(ctx); err != nil {
		return nil, err
	}
	return web.Answer(v), nil
}

func (r *routes) attendance(ctx context.Context, in *struct {
	ByID
	web.PageQuery
},
) (*web.Body[web.List[AttendeeView]], error) {
	after, err := in.Keys(1)
	if err != nil {
		return nil, err
	}
	if _, err := r.Live.Mine(ctx, scope(ctx), in.ID); err != nil {
		return nil, err
	}
	rows, err := r.Live.Attendance(ctx, in.ID, first(after), in.Limit+1)
	if err != nil {
		return nil, err
	}
	return web.Answer(web.Page(rows, in.Limit, func(a live.Attendee) AttendeeView {
		return AttendeeView{a.UserID, a.Nickname, a.FirstAt, a.LastAt, a.AttendedMS, a.SignIns, a.Messages, a.Muted > 0}
	}, func(a live.Attendee) []int64 { return []int64{a.UserID} })), nil
}
