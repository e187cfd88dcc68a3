package learner

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"zhizhou/internal/access"
	"zhizhou/internal/catalog"
	"zhizhou/internal/clock"
	"zhizhou/internal/learning"
	"zhizhou/internal/live"
	"zhizhou/internal/media"
	"zhizhou/internal/web"
)

// LiveView is a live room with what the caller may do in it.
type LiveView struct {
	live.RoomEvent
	LessonID int64               `json:"lesson_id"`
	CourseID int64               `json:"course_id"`
	Title    string              `json:"title"`
	BodyHTML string              `json:"body_html" doc:"What it will be about"`
	Allowed  bool                `json:"allowed"`
	NowAt    int64               `json:"now_at" doc:"The server's clock"`
	Online   int                 `json:"online"`
	Reminded bool                `json:"reminded"`
	SignedIn bool                `json:"signed_in"`
	Muted    bool                `json:"muted"`
	Messages []live.MessageEvent `json:"messages" nullable:"false" doc:"Oldest first; only if allowed"`
	TalkURL  string              `json:"talk_url" doc:"Path of the WebSocket on which the room is heard; empty when not allowed"`
}

// LivePlayView is a started play of a room.
type LivePlayView struct {
	PlayID      int64  `json:"play_id"`
	PlaylistURL string `json:"playlist_url"`
	Watermark   string `json:"watermark"`
	LeaseS      int64  `json:"lease_s"`
}

// LiveBeatView is what somebody has attended.
type LiveBeatView struct {
	AttendedMS int64  `json:"attended_ms"`
	State      string `json:"state" enum:"scheduled,live,paused,ended,replay"`
}

func (r *routes) lives() {
	const tag = "live"
	learner := func(id, method, path, summary string) web.Route {
		return web.Route{ID: id, Method: method, Path: path, Summary: summary, Tag: tag, Need: web.Learner}
	}
	quiet := func(x web.Route) web.Route { x.Status = http.StatusNoContent; return x }
	web.Handle(r.web, web.Route{ID: "live", Method: http.MethodGet, Path: "/api/lessons/{id}/live", Summary: "A live room", Tag: tag, Need: web.Anyone}, r.live)
	web.Handle(r.web, web.Route{ID: "live_play", Method: http.MethodPost, Path: "/api/lessons/{id}/live/play", Summary: "Start to watch a room", Tag: tag, Need: web.Anyone}, r.livePlay)
	web.Handle(r.web, learner("live_beat", http.MethodPost, "/api/lessons/{id}/live/beat", "Tell that somebody is still there"), r.liveBeat)
	web.Handle(r.web, learner("live_say", http.MethodPost, "/api/lessons/{id}/live/messages", "Say or ask something"), r.liveSay)
	web.Handle(r.web, quiet(learner("live_sign_in", http.MethodPost, "/api/lessons/{id}/live/sign-in", "Answer the sign-in that is open")),
		func(ctx context.Context, in *lessonPath) (*none, error) {
			if _, err := r.openLive(ctx, in.ID); err != nil {
				return nil, err
			}
			return nil, r.Live.SignIn(ctx, web.UserID(ctx), in.ID)
		})
	web.Handle(r.web, quiet(learner("live_remind", http.MethodPut, "/api/lessons/{id}/live/reminder", "Wish to be told before the start, or no longer")),
		func(ctx context.Context, in *struct {
			ID   int64 `path:"id"`
			Body struct {
				On bool `json:"on"`
			}
		},
		) (*none, error) {
			if _, _, err := r.open(ctx, in.ID); err != nil { // before buying, too
				return nil, err
			}
			return nil, r.Live.Remind(ctx, web.UserID(ctx), in.ID, in.Body.On)
		})
}

// openLive finds a lesson whose room the caller may enter.
func (r *routes) openLive(ctx context.Context, lessonID int64) (catalog.Lesson, error) {
	l, d, err := r.open(ctx, lessonID)
	switch {
	case err != nil:
		return l, err
	case l.Form != catalog.Live:
		return l, live.ErrNotLive
	case !d.Allowed:
		return l, access.ErrLocked
	}
	return l, nil
}

func (r *routes) live(ctx context.Context, in *lessonPath) (*web.Body[LiveView], error) {
	l, err := r.openLive(ctx, in.ID)
	allowed := err == nil
	if err != nil && !errors.Is(err, access.ErrLocked) {
		return nil, err
	}
	room, err := r.Live.Room(ctx, l.ID)
	if err != nil {
		return nil, err
	}
	e, err := r.Live.Describe(ctx, l.ID)
	if err != nil {
		return nil, err
	}
	v := LiveView{RoomEvent: e, LessonID: l.ID, CourseID: l.CourseID, Title: l.Title, BodyHTML: l.BodyHTML, Allowed: allowed, NowAt: clock.MS(r.Clock), Online: r.Live.Online(l.ID), Messages: []live.MessageEvent{}}
	if userID := web.UserID(ctx); userID != 0 {
		p, err := r.Live.PlaceOf(ctx, room, userID)
		if err != nil {
			return nil, err
		}
		v.Reminded, v.SignedIn, v.Muted = p.Reminded, p.SignedIn, p.Muted
	}
	if !allowed {
		v.Notice, v.OnScreen, v.CallUntil = "", nil, 0
		return web.Answer(v), nil
	}
	v.TalkURL = fmt.Sprintf("/live/%d/talk", l.ID)
	for _, kind := range []string{live.Chat, live.Question} {
		rows, err := r.Live.Messages(ctx, l.ID, kind, 0, 50, false)
		if err != nil {
			return nil, err
		}
		for i := len(rows) - 1; i >= 0; i-- {
			v.Messages = append(v.Messages, live.EventOf(rows[i]))
		}
	}
	return web.Answer(v), nil
}

func (r *routes) livePlay(ctx context.Context, in *lessonPath) (*web.Body[LivePlayView], error) {
	c := web.CallerOf(ctx)
	if c.User.ID == 0 {
		if err := r.web.AnonymousPlay(c); err != nil {
			return nil, err
		}
	}
	l, err := r.openLive(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	room, err := r.Live.Room(ctx, l.ID)
	switch {
	case err != nil:
		return nil, err
	case room.State == live.Scheduled, room.State == live.Live && room.NextSeq == 0:
		return nil, live.ErrNotYet
	case room.State == live.Ended:
		return nil, live.ErrOver
	}
	playID, token, lease, err := r.Media.StartLive(ctx, media.Start{
		UserID: c.User.ID, SessionID: c.User.SessionID, LessonID: l.ID, CourseID: l.CourseID, Browser: c.Bearer == "", MaxPlays: r.MaxPlays,
	})
	if err != nil {
		return nil, err
	}
	v := LivePlayView{PlayID: playID, PlaylistURL: "/media/l/" + token + "/live.m3u8", LeaseS: lease}
	if c.User.ID == 0 {
		return web.Answer(v), nil
	}
	if err := r.Learning.Begin(ctx, playID, c.User.ID, l); err != nil {
		return nil, err
	}
	u, err := r.Account.User(ctx, c.User.ID)
	if err != nil {
		return nil, err
	}
	v.Watermark = u.Mark()
	return web.Answer(v), r.Live.Come(ctx, c.User.ID, l.ID)
}

func (r *routes) liveBeat(ctx context.Context, in *struct {
	ID   int64 `path:"id"`
	Body struct {
		PlayID int64 `json:"play_id"`
	}
},
) (*web.Body[LiveBeatView], error) {
	userID := web.UserID(ctx)
	l, err := r.openLive(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	of, err := r.Learning.LessonOf(ctx, in.Body.PlayID, userID)
	if errors.Is(err, learning.ErrBeat) || err == nil && of != l.ID {
		err = media.ErrPlayNone
	}
	if err != nil {
		return nil, err
	}
	if err := r.Media.Beat(ctx, in.Body.PlayID, userID); err != nil {
		return nil, err
	}
	ms, err := r.Live.Beat(ctx, in.Body.PlayID, userID, l)
	if err != nil {
		return nil, err
	}
	e, err := r.Live.Describe(ctx, l.ID)
	return web.Answer(LiveBeatView{AttendedMS: ms, State: e.State}), err
}

func (r *routes) liveSay(ctx context.Context, in *struct {
	ID   int64 `path:"id"`
	Body struct {
		Kind string `json:"kind" enum:"chat,question"`
		Body string `json:"body" maxLength:"1000"`
	}
},
) (*web.Body[live.MessageEvent], error) {
	if _, err := r.openLive(ctx, in.ID); err != nil {
		return nil, err
	}
	u, err := r.Account.User(ctx, web.UserID(ctx))
	if err != nil {
		return nil, err
	}
	m, err := r.Live.Say(ctx, in.ID, live.Speaker{UserID: u.ID, Name: masked(u.Nickname)}, in.Body.Kind, in.Body.Body)
	if err != nil {
		return nil, err
	}
	return web.Answer(live.EventOf(m)), nil
}
