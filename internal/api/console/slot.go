package console

import (
	"context"
	"net/http"

	"zhizhou/internal/account"
	"zhizhou/internal/booking"
	"zhizhou/internal/web"
)

func (r *routes) bookingSlots(tag string) {
	web.Handle(r.web, route("slots", http.MethodGet, "lessons/{id}/slots", "Times of a lesson: to come, or past ones", tag, account.PermCourseEdit),
		func(ctx context.Context, in *struct {
			ByID
			web.PageQuery
			Past bool `query:"past"`
		},
		) (*web.Body[web.List[SlotView]], error) {
			keys, err := in.Keys(2)
			if err != nil {
				return nil, err
			}
			if len(keys) == 0 {
				keys = []int64{0, 0}
			}
			rows, err := r.Booking.Slots(ctx, scope(ctx), in.ID, in.Past, keys[0], keys[1], in.Limit+1)
			if err != nil {
				return nil, err
			}
			return web.Answer(web.Page(rows, in.Limit, slotView, func(x booking.Slot) []int64 { return []int64{x.StartsAt, x.ID} })), nil
		})
	web.Handle(r.web, route("slots_preview", http.MethodPost, "lessons/{id}/slots/preview", "What a weekly series would open; nothing is saved", tag, account.PermCourseEdit),
		func(ctx context.Context, in *struct {
			ByID
			Body SeriesInput
		},
		) (*web.Body[web.List[SpanView]], error) {
			if _, err := r.Booking.Mine(ctx, scope(ctx), in.ID); err != nil {
				return nil, err
			}
			rows, err := booking.Series(in.Body).Days(r.Clock.Now().UnixMilli())
			out := web.List[SpanView]{Items: []SpanView{}}
			for _, x := range rows {
				out.Items = append(out.Items, SpanView{x.StartsAt, x.EndsAt})
			}
			return web.Answer(out), err
		})
	web.Handle(r.web, route("slots_add", http.MethodPost, "lessons/{id}/slots", "Open times of a lesson; those that are there stay as they are", tag, account.PermCourseEdit),
		func(ctx context.Context, in *struct {
			ByID
			Body struct {
				Slots []SlotInput `json:"slots" nullable:"false" minItems:"1" maxItems:"100"`
			}
		},
		) (*web.Body[struct {
			Added int `json:"added"`
		}], error,
		) {
			slots := make([]booking.Slot, len(in.Body.Slots))
			for i, x := range in.Body.Slots {
				slots[i] = booking.Slot{StartsAt: x.StartsAt, EndsAt: x.EndsAt, Place: x.Place, Places: x.Places}
			}
			n, err := r.Booking.AddSlots(ctx, scope(ctx), in.ID, slots)
			return web.Answer(struct {
				Added int `json:"added"`
			}{n}), err
		})
	web.Handle(r.web, quiet(route("slot_change", http.MethodPut, "booking-slots/{id}", "Move a slot or change its places; who booked is told", tag, account.PermCourseEdit)),
		func(ctx context.Context, in *struct {
			ByID
			Body SlotInput
		},
		) (*none, error) {
			b := in.Body
			return nil, r.Booking.Change(ctx, scope(ctx), booking.Slot{ID: in.ID, StartsAt: b.StartsAt, EndsAt: b.EndsAt, Place: b.Place, Places: b.Places})
		})
	web.Handle(r.web, quiet(route("slot_state", http.MethodPost, "booking-slots/{id}/state", "Open, close or cancel a slot", tag, account.PermCourseEdit)),
		func(ctx context.Context, in *struct {
			ByID
			Body struct {
				State  string `json:"state" enum:"open,closed,cancelled"`
				Reason string `json:"reason,omitempty" maxLength:"400" doc:"Of a cancellation, which everybody who booked is told"`
			}
		},
		) (*none, error) {
			switch in.Body.State {
			case "open":
				return nil, r.Booking.Open(ctx, scope(ctx), in.ID)
			case "closed":
				return nil, r.Booking.Close(ctx, scope(ctx), in.ID)
			}
			return nil, r.Booking.Cancel(ctx, scope(ctx), in.ID, in.Body.Reason)
		})
	web.Handle(r.web, route("slot_code", http.MethodGet, "booking-slots/{id}/code", "The code that checks learners in", tag, account.PermCourseEdit),
		func(ctx context.Context, in *ByID) (*web.Body[SlotCode], error) {
			x, err := r.Booking.Slot(ctx, scope(ctx), in.ID)
			return web.Answer(SlotCode{x.Code, x.StartsAt, x.EndsAt}), err
		})
	web.Handle(r.web, route("slot_code_renew", http.MethodPost, "booking-slots/{id}/code", "A new code; the old one is worth nothing", tag, account.PermCourseEdit),
		func(ctx context.Context, in *ByID) (*web.Body[SlotCode], error) {
			if _, err := r.Booking.Renew(ctx, scope(ctx), in.ID); err != nil {
				return nil, err
			}
			x, err := r.Booking.Slot(ctx, scope(ctx), in.ID)
			return web.Answer(SlotCode{x.Code, x.StartsAt, x.EndsAt}), err
		})
}
