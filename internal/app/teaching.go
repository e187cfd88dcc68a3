package app

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"zhizhou/internal/account"
	"zhizhou/internal/api/hook"
	"zhizhou/internal/blob"
	"zhizhou/internal/catalog"
	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/jobs"
	"zhizhou/internal/live"
	"zhizhou/internal/message"
	"zhizhou/internal/setting"
	"zhizhou/internal/web"
)

// attended is the job of a room that is over: who was there may have met the last
// condition of a certificate.
type attended struct {
	LessonID int64 `json:"lesson_id"`
	At       int64 `json:"at"`
}

// Kind implements jobs.Args.
func (attended) Kind() string { return "live_attended" }

// newLive makes the live rooms and ties them to lessons and evidence.
func (a *App) newLive(store blob.Store) {
	a.Live = live.New(live.Config{
		DB: a.DB, Jobs: a.Jobs, Store: store, Box: a.Box, Clock: a.Clock, Catalog: a.Catalog, Media: a.Media, Dir: filepath.Join(a.Config.DataDir, "work", "live"), Log: a.log,
	})
	a.Live.SetWords(func(ctx context.Context) ([]string, error) {
		v := setting.NewTalk()
		_, err := a.Settings.Load(ctx, v)
		return v.Words, err
	})
	a.Live.OnAttend(func(ctx context.Context, tx *db.Tx, x live.Attended) error {
		return a.Learning.Attend(ctx, tx, x.PlayID, x.UserID, catalog.Lesson{ID: x.LessonID, CourseID: x.CourseID}, x.FromMS, x.ToMS)
	})
	a.Live.OnEnd(func(ctx context.Context, tx *db.Tx, lessonID, wholeMS int64) error {
		at, err := a.Learning.Attended(ctx, tx, lessonID, wholeMS)
		if err != nil {
			return err
		}
		return a.Jobs.Add(ctx, tx, attended{lessonID, at})
	})
	jobs.Work(a.Jobs, 10*time.Minute, func(ctx context.Context, x attended) error { return a.Learning.Follow(ctx, x.LessonID, x.At) })
	a.Live.OnRemind(func(ctx context.Context, tx *db.Tx, r live.Reminder) error {
		return a.Message.Notify(ctx, tx, message.Notice{
			UserID: r.UserID, Kind: message.Live, Title: "直播就要开始了", Body: "「" + r.Title + "」" + time.UnixMilli(r.StartsAt).In(clock.China).Format("15:04") + " 开播，点这里进入直播间。",
			Link: "/live/" + strconv.FormatInt(r.LessonID, 10), Key: fmt.Sprintf("live:%d:%d", r.LessonID, r.StartsAt), // a room that was moved is announced again
		})
	})
	a.Catalog.OnPublish(a.Live.Ready)
	a.Account.OnMerge(a.Live.Merge)
}

// takeStreams opens the port of encoders, if the operator wants it.
func (a *App) takeStreams() error {
	if a.Config.LiveAddr == "" {
		return nil
	}
	if err := a.Live.Listen(a.Config.LiveAddr); err != nil {
		return fmt.Errorf("LIVE_ADDR: %w", err)
	}
	a.log.Info("live streams are taken", "addr", a.Live.Addr())
	return nil
}

// DemoLiveAddr is where a demo school takes streams: the usual port of this machine
// alone, or any other when that one is taken.
func DemoLiveAddr() string {
	const usual = "127.0.0.1:1935"
	l, err := net.Listen("tcp", usual)
	if err != nil {
		return "127.0.0.1:0"
	}
	_ = l.Close()
	return usual
}

// liveServer is what staff type into their encoder beside the stream key; "" while
// live is off.
func (a *App) liveServer() string {
	if a.Config.LiveURL != "" || a.Config.LiveAddr == "" {
		return a.Config.LiveURL
	}
	addr := a.Live.Addr()
	if addr == "" {
		addr = a.Config.LiveAddr
	}
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return ""
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		if u, err := url.Parse(a.Config.PublicURL); err == nil {
			host = u.Hostname()
		}
	}
	return "rtmp://" + net.JoinHostPort(host, port) + "/live"
}

// rooms registers what live rooms serve beside the API.
func (a *App) rooms(mux *http.ServeMux) {
	(&hook.Lives{
		Service: a.Live, Media: a.Media, Secure: strings.HasPrefix(a.Config.PublicURL, "https"),
		Allow:   func(ctx context.Context, userID, lessonID int64) error { return a.allow(ctx, userID, lessonID, false) },
		Session: func(r *http.Request) (int64, int64) { u := a.API.SignedIn(r); return u.ID, u.SessionID },
		Staff:   func(h http.Handler) http.Handler { return a.API.Staffed(account.PermCourseRead, h) },
		Mine: func(ctx context.Context, lessonID int64) error {
			s := web.CallerOf(ctx).Staff
			scope := s.InstructorID
			if account.Scoped(s.Role) && scope == 0 {
				scope = -1
			}
			_, err := a.Live.Mine(ctx, scope, lessonID)
			return err
		},
	}).Routes(mux)
}
