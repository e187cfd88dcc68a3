package app

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"zhizhou/internal/account"
	"zhizhou/internal/booking"
	"zhizhou/internal/clock"
	"zhizhou/internal/commerce"
	"zhizhou/internal/db"
	"zhizhou/internal/export"
	"zhizhou/internal/message"
)

// newBooking makes the lessons that are booked and ties them to what they touch: who was
// there has finished the lesson, learners are told, merged users keep one place.
func (a *App) newBooking() {
	a.Booking = booking.New(a.DB, a.Clock, a.Catalog, a.Access)
	a.Booking.OnAttended(a.Learning.Finish)
	a.Booking.OnNews(func(ctx context.Context, tx *db.Tx, n booking.News) error {
		title, body := toldOfBooking(n)
		return a.Message.Notify(ctx, tx, message.Notice{
			UserID: n.UserID, Kind: message.Booking, Title: title, Body: body, Link: fmt.Sprintf("/booking/%d", n.LessonID), Key: bookingKey(n),
		})
	})
	a.Catalog.OnPublish(a.Booking.Ready)
	a.Account.OnMerge(a.Booking.Merge)
}

// bookingKey lets a reminder of one start come once, and what may happen again each time.
func bookingKey(n booking.News) string {
	at := n.At
	if n.Kind == "day" || n.Kind == "hour" {
		at = n.StartsAt
	}
	return fmt.Sprintf("booking:%s:%d:%d", n.Kind, n.BookingID, at)
}

func toldOfBooking(n booking.News) (title, body string) {
	when := time.UnixMilli(n.StartsAt).In(clock.China).Format("1月2日 15:04")
	at := when
	if n.Place != "" {
		at += "，" + n.Place
	}
	switch n.Kind {
	case booking.Booked:
		return "预约成功：" + n.Title, at + "。"
	case booking.Waiting:
		return "已加入排队：" + n.Title, when + " 这一场约满了，有人取消时按先后顺序补上，到时告诉你。"
	case "moved_up":
		return "排到名额了：" + n.Title, at + "。来不了的话，开始前都可以取消。"
	case "changed":
		return "预约有变动：" + n.Title, "改为 " + at + "。不方便的话，开始前都可以取消。"
	case "access":
		return "预约已取消：" + n.Title, when + " 这一场不能再上：课程已到期、退款或下架。"
	case "full":
		return "没有等到名额：" + n.Title, when + " 这一场已经开始，可以约别的时间。"
	case "day":
		return "快上课了：" + n.Title, at + "。"
	case "hour":
		return "一小时内上课：" + n.Title, at + "。"
	}
	if n.Reason == "" {
		return "预约已取消：" + n.Title, when + " 这一场已取消，可以约别的时间。"
	}
	return "预约已取消：" + n.Title, when + " 这一场已取消：" + n.Reason + "。可以约别的时间。"
}

// freePlaces takes a buyer whose line was refunded out of what is to come.
func (a *App) freePlaces(ctx context.Context, tx *db.Tx, o commerce.Order, it commerce.Item, _ commerce.Refund) error {
	if err := a.Booking.Lost(ctx, tx, o.UserID); err != nil {
		return err
	}
	return a.eachReceiver(ctx, tx, it.ID, func(g commerce.Gift) error { return a.Booking.Lost(ctx, tx, g.ReceiverID) })
}

// bookings is who booked which time of a lesson, and who came.
func (a *App) bookings() export.Kind {
	states := map[string]string{booking.Booked: "已约", booking.Waiting: "排队", booking.Attended: "到场", booking.Absent: "缺席", booking.Cancelled: "已取消"}
	return export.Kind{
		Name: "bookings", Label: "预约名单", Permission: account.PermUserRead,
		Head: []string{"开始", "结束", "地点", "学员编号", "昵称", "手机", "状态", "签到码签到", "预约时间", "取消原因"},
		Count: func(ctx context.Context, f export.Filter) (int64, error) {
			return a.Booking.Count(ctx, f.Lesson)
		},
		Page: func(ctx context.Context, f export.Filter, after int64) ([][]any, int64, error) {
			rows, err := a.Booking.Rows(ctx, f.Lesson, after)
			return paged(rows, err, func(b booking.Booking) int64 { return b.ID }, func(b booking.Booking) []any {
				by := ""
				if b.ByCode {
					by = "是"
				}
				return []any{
					export.Time(b.StartsAt), export.Time(b.EndsAt), b.Place, export.Digits(strconv.FormatInt(b.UserID, 10)), b.Nickname, export.Digits(b.PhoneMasked), states[b.State], by,
					export.Time(b.CreatedAt), b.Reason,
				}
			})
		},
	}
}
