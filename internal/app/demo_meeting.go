package app

import (
	"context"
	"time"

	"zhizhou/demo"
	"zhizhou/internal/booking"
	"zhizhou/internal/catalog"
	"zhizhou/internal/clock"
)

// seedMeeting makes a lesson that is booked, with times in the three weeks to come.
func (a *App) seedMeeting(ctx context.Context, courseID, chapterID int64, l demo.Lesson) error {
	m := demo.Meetings[l.Meeting]
	lessonID, err := a.Catalog.AddLesson(ctx, 0, courseID, chapterID, l.Title, catalog.Booking)
	if err != nil {
		return err
	}
	if err := a.Booking.SavePlan(ctx, 0, booking.Plan{
		LessonID: lessonID, Kind: m.Kind, Place: m.Place, Directions: m.Directions, Bring: m.Bring, Note: m.Note, Minutes: m.Minutes, CancelHours: m.CancelHours, Hold: m.Hold, Most: m.Most,
	}); err != nil {
		return err
	}
	now := a.Clock.Now()
	var slots []booking.Slot
	for _, at := range m.At {
		days, err := booking.Series{
			FirstDay: clock.Day(now.Add(24 * time.Hour)), LastDay: clock.Day(now.Add(21 * 24 * time.Hour)), Weekdays: m.Weekdays, Minute: at, Minutes: m.Minutes,
		}.Days(now.UnixMilli())
		if err != nil {
			return err
		}
		slots = append(slots, days...)
	}
	for i := range slots {
		slots[i].Places = m.Places
	}
	_, err = a.Booking.AddSlots(ctx, 0, lessonID, slots)
	return err
}
