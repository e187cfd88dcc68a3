package console

import (
	"context"
	"errors"
	"net/http"

	"zhizhou/internal/account"
	"zhizhou/internal/booking"
	"zhizhou/internal/web"
)

// BookingPlanInput is how a lesson is booked.
type BookingPlanInput struct {
	Version     int64  `json:"version" doc:"0: there is none yet"`
	Kind        string `json:"kind" enum:"offline,online,one_to_one"`
	Place       string `json:"place" maxLength:"400" doc:"The address"`
	Directions  string `json:"directions" maxLength:"2000" doc:"How to get there"`
	Bring       string `json:"bring" maxLength:"1200" doc:"What to bring"`
	Note        string `json:"note" maxLength:"8000"`
	Link        string `json:"link" maxLength:"500" doc:"Of the meeting; shown to who has a place, half an hour before"`
	Minutes     int64  `json:"minutes" minimum:"5" maximum:"1440"`
	CancelHours int64  `json:"cancel_hours" minimum:"0" maximum:"720" doc:"Learners cancel until so long before"`
	Hold        int64  `json:"hold" minimum:"1" maximum:"20" doc:"Bookings to come of one learner"`
	Most        int64  `json:"most" minimum:"0" maximum:"200" doc:"Bookings of one learner in all, missed ones included; 0: any number"`
}

// SlotInput is a time to open, or what a slot is changed to.
type SlotInput struct {
	StartsAt int64  `json:"starts_at"`
	EndsAt   int64  `json:"ends_at"`
	Place    string `json:"place" maxLength:"400" doc:"Instead of the lesson's; empty: the same"`
	Places   int64  `json:"places" minimum:"1" maximum:"1000"`
}

// SlotView is a slot as staff see it.
type SlotView struct {
	SlotInput
	ID      int64  `json:"id"`
	Booked  int64  `json:"booked"`
	Waiting int64  `json:"waiting"`
	State   string `json:"state" enum:"open,closed,cancelled"`
	Reason  string `json:"reason"`
}

// SeriesInput is a time that comes back every week, in the calendar of China.
type SeriesInput struct {
	FirstDay int64   `json:"first_day" doc:"YYYYMMDD"`
	LastDay  int64   `json:"last_day" doc:"YYYYMMDD"`
	Weekdays []int64 `json:"weekdays" nullable:"false" maxItems:"7" doc:"1 Monday to 7 Sunday"`
	Minute   int64   `json:"minute" doc:"Of the day at which it begins"`
	Minutes  int64   `json:"minutes"`
	Except   []int64 `json:"except" nullable:"false" maxItems:"200" doc:"Days on which it is not, YYYYMMDD"`
}

// SpanView is from when to when.
type SpanView struct {
	StartsAt int64 `json:"starts_at"`
	EndsAt   int64 `json:"ends_at"`
}

// BookedView is a booking as staff see it.
type BookedView struct {
	ID          int64  `json:"id"`
	UserID      int64  `json:"user_id"`
	Nickname    string `json:"nickname"`
	PhoneMasked string `json:"phone_masked" doc:"For those who may see learners, else empty"`
	State       string `json:"state" enum:"booked,waiting,attended,absent,cancelled"`
	EndedBy     string `json:"ended_by" enum:",learner,staff,slot,access,full,merged"`
	Reason      string `json:"reason"`
	ByCode      bool   `json:"by_code"`
	CreatedAt   int64  `json:"created_at"`
}

// SlotCode is what a teacher shows.
type SlotCode struct {
	Code     string `json:"code"`
	StartsAt int64  `json:"starts_at"`
	EndsAt   int64  `json:"ends_at"`
}

func slotView(x booking.Slot) SlotView {
	return SlotView{SlotInput{x.StartsAt, x.EndsAt, x.Place, x.Places}, x.ID, x.Booked, x.Waiting, x.State, x.Reason}
}

func (r *routes) booking() {
	const tag = "booking"
	web.Handle(r.web, route("booking", http.MethodGet, "lessons/{id}/booking", "How a lesson is booked", tag, account.PermCourseEdit), r.bookingPlan)
	web.Handle(r.web, route("booking_save", http.MethodPut, "lessons/{id}/booking", "Save how a lesson is booked; what is booked stays", tag, account.PermCourseEdit),
		func(ctx context.Context, in *struct {
			ByID
			Body BookingPlanInput
		},
		) (*web.Body[BookingPlanInput], error) {
			b := in.Body
			p := booking.Plan{
				LessonID: in.ID, Kind: b.Kind, Place: b.Place, Directions: b.Directions, Bring: b.Bring, Note: b.Note, Link: b.Link, Minutes: b.Minutes, CancelHours: b.CancelHours, Hold: b.Hold, Most: b.Most, Version: b.Version,
			}
			if err := r.Booking.SavePlan(ctx, scope(ctx), p); err != nil {
				return nil, err
			}
			return r.bookingPlan(ctx, &in.ByID)
		})
	r.bookingSlots(tag)
	web.Handle(r.web, route("slot_bookings", http.MethodGet, "booking-slots/{id}/bookings", "Who booked a slot", tag, account.PermCourseEdit),
		func(ctx context.Context, in *struct {
			ByID
			web.PageQuery
		},
		) (*web.Body[web.List[BookedView]], error) {
			after, err := in.Keys(1)
			if err != nil {
				return nil, err
			}
			rows, err := r.Booking.Names(ctx, scope(ctx), in.ID, first(after), in.Limit+1)
			if err != nil {
				return nil, err
			}
			phones := account.Allowed(web.CallerOf(ctx).Staff.Role, account.PermUserRead)
			return web.Answer(web.Page(rows, in.Limit, func(b booking.Booking) BookedView {
				if !phones {
					b.PhoneMasked = ""
				}
				return BookedView{b.ID, b.UserID, b.Nickname, b.PhoneMasked, b.State, b.EndedBy, b.Reason, b.ByCode, b.CreatedAt}
			}, func(b booking.Booking) []int64 { return []int64{b.ID} })), nil
		})
	web.Handle(r.web, quiet(route("booking_mark", http.MethodPost, "bookings/{id}/mark", "Note whether a learner was there; there finishes the lesson", tag, account.PermCourseEdit)),
		func(ctx context.Context, in *struct {
			ByID
			Body struct {
				There bool `json:"there"`
			}
		},
		) (*none, error) {
			return nil, r.Booking.Mark(ctx, scope(ctx), in.ID, in.Body.There)
		})
	web.Handle(r.web, quiet(route("booking_remove", http.MethodPost, "bookings/{id}/cancel", "Cancel a learner's booking, who is told why", tag, account.PermCourseEdit)),
		func(ctx context.Context, in *struct {
			ByID
			Body struct {
				Reason string `json:"reason" maxLength:"400"`
			}
		},
		) (*none, error) {
			return nil, r.Booking.Remove(ctx, scope(ctx), in.ID, in.Body.Reason)
		})
}

func (r *routes) bookingPlan(ctx context.Context, in *ByID) (*web.Body[BookingPlanInput], error) {
	if _, err := r.Booking.Mine(ctx, scope(ctx), in.ID); err != nil {
		return nil, err
	}
	p, err := r.Booking.Plan(ctx, in.ID)
	if errors.Is(err, booking.ErrNone) {
		p, err = booking.Plan{Kind: booking.Offline, Minutes: 60, CancelHours: 12, Hold: 1, Most: 1}, nil
	}
	return web.Answer(BookingPlanInput{p.Version, p.Kind, p.Place, p.Directions, p.Bring, p.Note, p.Link, p.Minutes, p.CancelHours, p.Hold, p.Most}), err
}
