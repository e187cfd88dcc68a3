package app

import (
	"context"
	"strconv"
	"time"

	"zhizhou/internal/account"
	"zhizhou/internal/clock"
	"zhizhou/internal/export"
	"zhizhou/internal/learning"
	"zhizhou/internal/live"
)

// studyDays are the days of China, YYYYMMDD, from the first to the last that a filter
// touches.
func studyDays(f export.Filter) (from, to int64) {
	to = 99991231
	if f.To > 0 {
		to = clock.Day(time.UnixMilli(f.To - 1))
	}
	return clock.Day(time.UnixMilli(f.From)), to
}

func minutes(ms int64) string { return strconv.FormatFloat(float64(ms)/60_000, 'f', 1, 64) }

// studyHours is who studied what on which day.
func (a *App) studyHours() export.Kind {
	return export.Kind{
		Name: "study", Label: "学习时长", Permission: account.PermUserRead,
		Head: []string{"日期", "学员编号", "昵称", "课程", "课时", "课时编号", "学习分钟"},
		Count: func(ctx context.Context, f export.Filter) (int64, error) {
			from, to := studyDays(f)
			return a.Learning.CountHours(ctx, from, to)
		},
		Page: func(ctx context.Context, f export.Filter, after int64) ([][]any, int64, error) {
			from, to := studyDays(f)
			rows, err := a.Learning.HoursAfter(ctx, after, from, to)
			return paged(rows, err, func(h learning.Hours) int64 { return h.UserID }, func(h learning.Hours) []any {
				lesson, no := h.Lesson, strconv.FormatInt(h.LessonID, 10)
				if h.LessonID == 0 {
					lesson, no = "（升级前未分课时）", ""
				}
				day := strconv.FormatInt(h.Day, 10)
				return []any{day[:4] + "-" + day[4:6] + "-" + day[6:], export.Digits(strconv.FormatInt(h.UserID, 10)), h.Nickname, h.Course, lesson, export.Digits(no), minutes(h.StudiedMS)}
			})
		},
	}
}

// attendance is who was in a live room.
func (a *App) attendance() export.Kind {
	return export.Kind{
		Name: "attendance", Label: "直播考勤", Permission: account.PermUserRead,
		Head: []string{"学员编号", "昵称", "首次进入", "最后在场", "在场分钟", "签到次数", "发言条数", "被禁言"},
		Count: func(ctx context.Context, f export.Filter) (int64, error) {
			c, err := a.Live.CrowdOf(ctx, live.Room{LessonID: f.Lesson})
			return c.N, err
		},
		Page: func(ctx context.Context, f export.Filter, after int64) ([][]any, int64, error) {
			rows, err := a.Live.Attendance(ctx, f.Lesson, after, 500)
			return paged(rows, err, func(x live.Attendee) int64 { return x.UserID }, func(x live.Attendee) []any {
				muted := "否"
				if x.Muted > 0 {
					muted = "是"
				}
				return []any{export.Digits(strconv.FormatInt(x.UserID, 10)), x.Nickname, export.Time(x.FirstAt), export.Time(x.LastAt), minutes(x.AttendedMS), x.SignIns, x.Messages, muted}
			})
		},
	}
}
