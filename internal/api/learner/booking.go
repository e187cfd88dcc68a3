package learner

import (
	"context"
	"io"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"zhizhou/internal/booking"
	"zhizhou/internal/web"
)

// BookingDeskView is a lesson that is booked before its learner.
type BookingDeskView struct {
	Kind        string            `json:"kind" enum:"offline,online,one_to_one"`
	Place       string            `json:"place"`
	Directions  string            `json:"directions"`
	Bring       string            `json:"bring"`
	Note        string            `json:"note"`
	Meeting     bool              `json:"meeting" doc:"There is a link, which who has a place gets half an hour before"`
	Minutes     int64             `json:"minutes"`
	CancelHours int64             `json:"cancel_hours"`
	Hold        int64             `json:"hold" doc:"Bookings to come that one may have"`
	Most        int64             `json:"most" doc:"Bookings in all, missed ones included; 0: any number"`
	NowAt       int64             `json:"now_at"`
	Slots       []BookingSlotView `json:"slots" nullable:"false" doc:"To come"`
	Own         []BookingView     `json:"own" nullable:"false" doc:"Last first"`
}

// BookingSlotView is a time that may be booked.
type BookingSlotView struct {
	ID       int64  `json:"id"`
	StartsAt int64  `json:"starts_at"`
	EndsAt   int64  `json:"ends_at"`
	Place    string `json:"place" doc:"Instead of the lesson's; empty: the same"`
	Places   int64  `json:"places"`
	Left     int64  `json:"left"`
	Open     bool   `json:"open" doc:"May be booked, or waited for"`
}

// BookingView is an own booking.
type BookingView struct {
	ID          int64  `json:"id"`
	SlotID      int64  `json:"slot_id"`
	LessonID    int64  `json:"lesson_id"`
	Title       string `json:"title" doc:"Of the lesson"`
	Kind        string `json:"kind" enum:"offline,online,one_to_one"`
	StartsAt    int64  `json:"starts_at"`
	EndsAt      int64  `json:"ends_at"`
	Place       string `json:"place"`
	State       string `json:"state" enum:"booked,waiting,attended,absent,cancelled"`
	EndedBy     string `json:"ended_by" enum:",learner,staff,slot,access,full,merged"`
	Reason      string `json:"reason"`
	Link        string `json:"link" doc:"Of the meeting, from half an hour before"`
	Ahead       int64  `json:"ahead" doc:"In the line before it"`
	CancelUntil int64  `json:"cancel_until" doc:"Until when it may be cancelled; 0: it is over"`
	CheckIn     bool   `json:"check_in" doc:"The code may be typed now"`
}

func (r *routes) bookingView(b booking.Booking) BookingView {
	now := r.Clock.Now().UnixMilli()
	return BookingView{
		ID: b.ID, SlotID: b.SlotID, LessonID: b.LessonID, Title: b.Title, Kind: b.Kind, StartsAt: b.StartsAt, EndsAt: b.EndsAt, Place: b.Place, State: b.State, EndedBy: b.EndedBy,
		Reason: b.Reason, Link: b.Link, Ahead: b.Ahead, CancelUntil: b.CancelUntil, CheckIn: b.CheckInOpen(now),
	}
}

func (r *routes) booking() {
	const tag = "booking"
	learner := func(id, method, path, summary string) web.Route {
		return web.Route{ID: id, Method: method, Path: path, Summary: summary, Tag: tag, Need: web.Learner}
	}
	quiet := func(x web.Route) web.Route { x.Status = http.StatusNoContent; return x }
	web.Handle(r.web, learner("booking", http.MethodGet, "/api/lessons/{id}/booking", "When a lesson may be booked, and what I have booked"), r.bookingDesk)
	web.Handle(r.web, learner("booking_add", http.MethodPost, "/api/lessons/{id}/bookings", "Book a time of a lesson, or wait for one"),
		func(ctx context.Context, in *struct {
			ID   int64 `path:"id"`
			Body struct {
				SlotID int64 `json:"slot_id" minimum:"1"`
				Wait   bool  `json:"wait,omitempty" doc:"Join the line when it is full"`
			}
		},
		) (*web.Body[BookingDeskView], error) {
			if err := r.Booking.Book(ctx, web.UserID(ctx), in.ID, in.Body.SlotID, in.Body.Wait); err != nil {
				return nil, err
			}
			return r.bookingDesk(ctx, &lessonPath{ID: in.ID})
		})
	web.Handle(r.web, learner("my_bookings", http.MethodGet, "/api/me/bookings", "What I have booked or wait for, the next first"),
		func(ctx context.Context, _ *none) (*web.Body[web.List[BookingView]], error) {
			rows, err := r.Booking.Next(ctx, web.UserID(ctx))
			out := web.List[BookingView]{Items: []BookingView{}}
			for _, b := range rows {
				out.Items = append(out.Items, r.bookingView(b))
			}
			return web.Answer(out), err
		})
	web.Handle(r.web, quiet(learner("booking_cancel", http.MethodDelete, "/api/bookings/{id}", "Cancel a booking of mine")),
		func(ctx context.Context, in *lessonPath) (*none, error) {
			return nil, r.Booking.Leave(ctx, web.UserID(ctx), in.ID)
		})
	web.Handle(r.web, quiet(learner("booking_check_in", http.MethodPost, "/api/bookings/{id}/check-in", "Say that I am there by the code that the teacher shows")),
		func(ctx context.Context, in *struct {
			ID   int64 `path:"id"`
			Body struct {
				Code string `json:"code" maxLength:"6" minLength:"6"`
			}
		},
		) (*none, error) {
			return nil, r.Booking.CheckIn(ctx, web.UserID(ctx), in.ID, in.Body.Code)
		})
	web.Handle(r.web, learner("booking_calendar", http.MethodGet, "/api/bookings/{id}/calendar", "A booking of mine as a calendar file"),
		func(ctx context.Context, in *lessonPath) (*huma.StreamResponse, error) {
			text, err := r.Booking.Calendar(ctx, web.UserID(ctx), in.ID)
			if err != nil {
				return nil, err
			}
			return web.Download("预约.ics", "text/calendar", io.NopCloser(strings.NewReader(text))), nil
		})
}

func (r *routes) bookingDesk(ctx context.Context, in *lessonPath) (*web.Body[BookingDeskView], error) {
	d, err := r.Booking.Desk(ctx, web.UserID(ctx), in.ID)
	if err != nil {
		return nil, err
	}
	p := d.Plan
	v := BookingDeskView{
		Kind: p.Kind, Place: p.Place, Directions: p.Directions, Bring: p.Bring, Note: p.Note, Meeting: p.Link != "", Minutes: p.Minutes, CancelHours: p.CancelHours, Hold: p.Hold, Most: p.Most,
		NowAt: r.Clock.Now().UnixMilli(), Slots: []BookingSlotView{}, Own: []BookingView{},
	}
	for _, x := range d.Slots {
		v.Slots = append(v.Slots, BookingSlotView{x.ID, x.StartsAt, x.EndsAt, x.Place, x.Places, x.Places - x.Booked, x.State == "open"})
	}
	for _, b := range d.Own {
		v.Own = append(v.Own, r.bookingView(b))
	}
	return web.Answer(v), nil
}
