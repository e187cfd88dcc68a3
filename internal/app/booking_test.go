package app_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"zhizhou/internal/booking"
	"zhizhou/internal/catalog"
	"zhizhou/internal/db"
)

var (
	qPlaces       = db.Q("test/booking_places", `SELECT booked FROM booking_slots WHERE id = $1`)
	qPlacesOf     = db.Q("test/bookings_of", `SELECT COUNT(*) FROM bookings WHERE slot_id = $1 AND state = $2`)
	qSlotIDs      = db.Q("test/booking_slots", `SELECT id FROM booking_slots WHERE lesson_id = $1 ORDER BY starts_at, id`)
	qSlotOne      = db.Q("test/booking_slot_one", `UPDATE booking_slots SET id = 1 WHERE lesson_id = $1`)
	qSlotCode     = db.Q("test/booking_code", `SELECT code FROM booking_slots WHERE id = $1`)
	qPutOff       = db.Q("test/booking_put_off", `UPDATE booking_slots SET starts_at = starts_at + $2, ends_at = ends_at + $2 WHERE id = $1`)
	qPutOffPlaces = db.Q("test/booking_put_off_places", `UPDATE bookings SET starts_at = starts_at + $2, ends_at = ends_at + $2 WHERE slot_id = $1`)
	qPlaceLost    = db.Q("test/booking_lose", `UPDATE booking_slots SET booked = booked - 1 WHERE id = $1`)
)

// meeting adds a lesson to the paid course that is booked, with a slot of so many places
// at each of the given times from now.
func (w *world) meeting(change func(*booking.Plan), places int64, from ...time.Duration) (lessonID int64, slots []int64) {
	w.t.Helper()
	ctx := w.system()
	parts := must(w.app.Catalog.Outline(ctx, w.paid))(w.t)
	lessonID = must(w.app.Catalog.AddLesson(ctx, 0, w.paid, parts[0].ID, "面对面练习", catalog.Booking))(w.t)
	p := booking.Plan{LessonID: lessonID, Kind: booking.Offline, Place: "静安区愚园路 1 号 2 楼", Link: "https://meeting.example/1", Minutes: 60, CancelHours: 12, Hold: 1, Most: 1}
	if change != nil {
		change(&p)
	}
	w.ok(w.app.Booking.SavePlan(ctx, 0, p))
	var times []booking.Slot
	for _, d := range from {
		at := w.clock.Now().Add(d).UnixMilli()
		times = append(times, booking.Slot{StartsAt: at, EndsAt: at + 3600_000, Places: places})
	}
	if n := must(w.app.Booking.AddSlots(ctx, 0, lessonID, times))(w.t); n != len(times) {
		w.t.Fatalf("%d of %d slots", n, len(times))
	}
	w.ok(w.app.DB.List(ctx, qSlotIDs, &slots, lessonID))
	return lessonID, slots
}

func (p *person) books(lessonID, slotID int64, wait bool) answer {
	p.w.t.Helper()
	return p.do("POST", fmt.Sprintf("/api/lessons/%d/bookings", lessonID), map[string]any{"slot_id": slotID, "wait": wait})
}

// booked is the learner's last booking of a lesson.
func (p *person) booked(lessonID int64) map[string]any {
	p.w.t.Helper()
	own := p.want(200, "", "GET", fmt.Sprintf("/api/lessons/%d/booking", lessonID), nil).list("own")
	if len(own) == 0 {
		p.w.t.Fatal("nothing is booked")
	}
	return own[0]
}

func (p *person) hears(words string) bool {
	p.w.t.Helper()
	return strings.Contains(strings.Join(p.notices(), "\n"), words)
}

// INV-24: parallel taps on the last place: one gets it, the others are told and may wait;
// whoever waited first is moved up when it is given back, once.
func TestINV24OnlyOneGetsTheLastPlace(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		lesson, slots := w.meeting(nil, 1, 48*time.Hour)
		var class []*person
		for i := range 5 {
			p := w.learner(fmt.Sprintf("1390000810%d", i), nil)
			p.buy(w.sku)
			class = append(class, p)
		}
		var wg sync.WaitGroup
		answers := make([]answer, 10)
		for i := range answers { // everybody taps twice
			wg.Go(func() { answers[i] = class[i%5].books(lesson, slots[0], false) })
		}
		wg.Wait()
		winner := -1
		for i, a := range answers {
			switch {
			case a.status == 200 && winner < 0:
				winner = i % 5
			case a.status == 200:
				t.Errorf("two have the last place: %s", a.raw)
			case a.status != 409:
				t.Errorf("%d %s", a.status, a.raw)
			}
		}
		if winner < 0 || w.count(qPlaces, slots[0]) != 1 || w.count(qPlacesOf, slots[0], "booked") != 1 {
			t.Fatalf("winner %d, %d places", winner, w.count(qPlaces, slots[0]))
		}
		var line []*person
		for i, p := range class {
			if i != winner {
				if a := p.books(lesson, slots[0], true); a.status != 200 {
					t.Fatalf("%d %s", a.status, a.raw)
				}
				line = append(line, p)
				w.clock.Advance(time.Second)
			}
		}
		if b := line[3].booked(lesson); b["state"] != "waiting" || b["ahead"] != 3.0 {
			t.Errorf("%v", b)
		}
		// Given back twice at once, and by somebody else.
		at := fmt.Sprintf("/api/bookings/%d", idOf(class[winner].booked(lesson)))
		line[1].want(404, "booking_gone", "DELETE", at, nil)
		for range 3 {
			wg.Go(func() { class[winner].do("DELETE", at, nil) })
		}
		wg.Wait()
		if b := line[0].booked(lesson); b["state"] != "booked" || !line[0].hears("排到名额了") {
			t.Errorf("the first in line: %v", b)
		}
		if n := w.count(qPlacesOf, slots[0], "booked"); n != 1 || w.count(qPlacesOf, slots[0], "waiting") != 3 {
			t.Errorf("%d have a place", n)
		}
		// More places: two more are moved up.
		ops := w.schoolStaff("operator")
		x := must(w.app.Booking.Slot(w.system(), 0, slots[0]))(t)
		ops.want(204, "", "PUT", fmt.Sprintf("/api/console/booking-slots/%d", slots[0]), map[string]any{"starts_at": x.StartsAt, "ends_at": x.EndsAt, "place": "", "places": 3})
		if w.count(qPlaces, slots[0]) != 3 || line[2].booked(lesson)["state"] != "booked" || line[3].booked(lesson)["state"] != "waiting" {
			t.Error("more places did not move the line up")
		}
		ops.want(422, "slot_invalid", "PUT", fmt.Sprintf("/api/console/booking-slots/%d", slots[0]), map[string]any{"starts_at": x.StartsAt, "ends_at": x.EndsAt, "place": "", "places": 2})
		w.sound()
		// Who waited in vain is told, and free.
		w.clock.Advance(49 * time.Hour)
		w.ok(w.app.Booking.Sweep(w.system()))
		w.ok(w.app.Booking.Sweep(w.system()))
		if b := line[3].booked(lesson); b["state"] != "cancelled" || b["ended_by"] != "full" || !line[3].hears("没有等到名额") {
			t.Errorf("%v", b)
		}
		w.sound()
		w.ok(w.app.DB.Tx(w.system(), func(ctx context.Context, tx *db.Tx) error { return tx.Sure(ctx, qPlaceLost, slots[0]) }))
		w.finds("places of a slot and its bookings disagree")
	})
}

// The whole road: planned, booked, reminded, checked in by the code or marked, finished.
func TestBookingFromPlanToAttendance(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		lesson, slots := w.meeting(nil, 2, 30*time.Hour, 54*time.Hour)
		at := fmt.Sprintf("/api/lessons/%d", lesson)
		p, late := w.learner("13900008201", nil), w.learner("13900008202", nil)
		p.want(403, "lesson_locked", "GET", at+"/booking", nil)
		p.buy(w.sku)
		late.buy(w.sku)
		desk := p.want(200, "", "GET", at+"/booking", nil)
		if len(desk.list("slots")) != 2 || strings.Contains(desk.raw, "meeting.example") || strings.Contains(desk.raw, "code") {
			t.Fatal(desk.raw)
		}
		if a := p.books(lesson, 99, false); a.status != 404 {
			t.Errorf("%d %s", a.status, a.raw)
		}
		if a := p.books(lesson, slots[0], false); a.status != 200 {
			t.Fatal(a.raw)
		}
		if a := p.books(lesson, slots[1], false); a.status != 409 || a.code() != "booking_most" {
			t.Errorf("%d %s", a.status, a.raw)
		}
		b := p.booked(lesson)
		mine := fmt.Sprintf("/api/bookings/%d", idOf(b))
		if !p.hears("预约成功") || !strings.Contains(p.want(200, "", "GET", "/api/me/bookings", nil).raw, "愚园路") {
			t.Error("not told, or not on the list")
		}
		if a := p.do("GET", mine+"/calendar", nil); a.status != 200 || !strings.Contains(a.raw, "BEGIN:VEVENT") || strings.Contains(a.raw, "meeting.example") {
			t.Errorf("%d %s", a.status, a.raw)
		}
		late.want(404, "booking_gone", "GET", mine+"/calendar", nil)
		late.want(404, "booking_gone", "POST", mine+"/check-in", map[string]any{"code": "000000"})
		if a := late.books(lesson, slots[0], false); a.status != 200 {
			t.Fatal(a.raw)
		}

		ops, elsewhere := w.schoolStaff("operator"), w.staff("instructor")
		names := fmt.Sprintf("/api/console/booking-slots/%d/bookings", slots[0])
		elsewhere.want(404, "slot_gone", "GET", names, nil)
		list := ops.want(200, "", "GET", names, nil)
		if len(list.list("items")) != 2 || !strings.Contains(list.raw, "139****8201") {
			t.Error(list.raw)
		}
		editor := w.author()
		if a := editor.want(200, "", "GET", names, nil); strings.Contains(a.raw, "139****") {
			t.Errorf("a phone for who may not see learners: %s", a.raw)
		}
		mark := fmt.Sprintf("/api/console/bookings/%d/mark", idOf(late.booked(lesson)))
		ops.want(409, "booking_mark", "POST", mark, map[string]any{"there": true})
		p.want(409, "check_in_closed", "POST", mine+"/check-in", map[string]any{"code": "000000"})

		w.clock.Advance(7 * time.Hour) // 23 hours before
		w.ok(w.app.Booking.Sweep(w.system()))
		w.ok(w.app.Booking.Sweep(w.system()))
		if n := strings.Count(strings.Join(p.notices(), "\n"), "快上课了"); n != 1 {
			t.Errorf("%d reminders a day before", n)
		}
		w.clock.Advance(22*time.Hour + 10*time.Minute) // 50 minutes before
		w.ok(w.app.Booking.Sweep(w.system()))
		if !p.hears("一小时内上课") {
			t.Error("no reminder an hour before")
		}
		p.want(409, "booking_late", "DELETE", mine, nil)
		if b := p.booked(lesson); b["link"] != "" {
			t.Errorf("the link is shown too early: %v", b)
		}
		w.clock.Advance(40 * time.Minute)
		if b := p.booked(lesson); b["link"] != "https://meeting.example/1" || b["check_in"] != true {
			t.Errorf("%v", b)
		}
		// The code of the slot, and no other; who guesses is stopped.
		ops, elsewhere = w.teacher("operator", 0), w.teacher("instructor", 77) // sessions do not last so long
		var right string
		w.ok(w.app.DB.Get(w.system(), qSlotCode, &right, slots[0]))
		wrong := "000000"
		if right == wrong {
			wrong = "000001"
		}
		p.want(422, "check_in_code", "POST", mine+"/check-in", map[string]any{"code": wrong})
		if shown := ops.want(200, "", "GET", fmt.Sprintf("/api/console/booking-slots/%d/code", slots[0]), nil); shown.str("code") != right {
			t.Error(shown.raw)
		}
		p.want(204, "", "POST", mine+"/check-in", map[string]any{"code": right})
		p.want(204, "", "POST", mine+"/check-in", map[string]any{"code": right})
		if p.booked(lesson)["state"] != "attended" || w.count(qFinished, lesson) != 1 {
			t.Error("there, but the lesson is not finished")
		}
		lates := fmt.Sprintf("/api/bookings/%d/check-in", idOf(late.booked(lesson)))
		for range 5 {
			late.want(422, "check_in_code", "POST", lates, map[string]any{"code": wrong})
		}
		late.want(429, "check_in_tries", "POST", lates, map[string]any{"code": right})
		elsewhere.want(404, "booking_gone", "POST", mark, map[string]any{"there": true})
		ops.want(204, "", "POST", mark, map[string]any{"there": false})
		if late.booked(lesson)["state"] != "absent" || w.count(qFinished, lesson) != 1 {
			t.Error("absent, but finished")
		}
		// Missed counts.
		if a := late.books(lesson, slots[1], false); a.status != 409 || a.code() != "booking_most" {
			t.Errorf("%d %s", a.status, a.raw)
		}
		ops.want(204, "", "POST", mark, map[string]any{"there": true})
		if w.count(qFinished, lesson) != 2 || w.count(qAuditOf, "booking.mark") != 2 {
			t.Error("the correction is not kept")
		}
		w.sound()
	})
}

// Staff move and cancel: who booked is told, may go, may book again; nobody is sent to
// two places at once.
func TestBookedSlotsAreMovedAndCancelled(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		lesson, slots := w.meeting(func(p *booking.Plan) { p.Hold, p.Most = 2, 5 }, 2, 6*time.Hour, 30*time.Hour)
		other, others := w.meeting(func(p *booking.Plan) { p.Kind = booking.OneToOne }, 1, 30*time.Hour+30*time.Minute, 60*time.Hour)
		p, q := w.learner("13900008301", nil), w.learner("13900008302", nil)
		p.buy(w.sku)
		q.buy(w.sku)
		if a := p.books(lesson, slots[0], false); a.status != 200 {
			t.Fatal(a.raw)
		}
		p.want(409, "booking_late", "DELETE", fmt.Sprintf("/api/bookings/%d", idOf(p.booked(lesson))), nil)
		if a := p.books(other, others[0], false); a.status != 200 {
			t.Fatal(a.raw)
		}
		if a := p.books(lesson, slots[1], false); a.status != 409 || a.code() != "booking_overlap" {
			t.Errorf("two places at once: %d %s", a.status, a.raw)
		}
		ops := w.schoolStaff("operator")
		slot := fmt.Sprintf("/api/console/booking-slots/%d", slots[0])
		to := func(d time.Duration) map[string]any {
			at := w.clock.Now().Add(d).UnixMilli()
			return map[string]any{"starts_at": at, "ends_at": at + 3600_000, "place": "三楼", "places": 2}
		}
		ops.want(409, "booking_overlap", "PUT", slot, to(30*time.Hour+15*time.Minute))
		ops.want(422, "slot_invalid", "PUT", slot, to(-time.Hour))
		ops.want(204, "", "PUT", slot, to(7*time.Hour))
		if !p.hears("预约有变动") {
			t.Error("not told of the move")
		}
		p.want(204, "", "DELETE", fmt.Sprintf("/api/bookings/%d", idOf(p.bookedIn(lesson, slots[0]))), nil) // after the limit, but moved
		if a := p.books(lesson, slots[0], false); a.status != 200 {
			t.Fatal(a.raw)
		}
		state := func(s, reason string) map[string]any { return map[string]any{"state": s, "reason": reason} }
		ops.want(204, "", "POST", slot+"/state", state("closed", ""))
		if a := q.books(lesson, slots[0], true); a.status != 409 || a.code() != "slot_closed" {
			t.Errorf("%d %s", a.status, a.raw)
		}
		ops.want(422, "slot_invalid", "POST", slot+"/state", state("cancelled", " "))
		ops.want(204, "", "POST", slot+"/state", state("cancelled", "老师生病"))
		ops.want(409, "booking_changed", "POST", slot+"/state", state("open", ""))
		if b := p.bookedIn(lesson, slots[0]); b["state"] != "cancelled" || b["ended_by"] != "slot" || !p.hears("预约已取消") || w.count(qPlaces, slots[0]) != 0 {
			t.Errorf("%v", b)
		}
		if a := q.books(lesson, slots[1], false); a.status != 200 {
			t.Errorf("cannot book again: %s", a.raw)
		}
		one := fmt.Sprintf("/api/console/booking-slots/%d", others[1])
		wide := to(60 * time.Hour)
		ops.want(422, "slot_invalid", "PUT", one, wide)
		remove := fmt.Sprintf("/api/console/bookings/%d/cancel", idOf(q.booked(lesson)))
		ops.want(422, "slot_invalid", "POST", remove, map[string]any{"reason": ""})
		ops.want(204, "", "POST", remove, map[string]any{"reason": "场地检修"})
		if q.booked(lesson)["reason"] != "场地检修" || w.count(qAuditOf, "booking.state") != 2 || w.count(qAuditOf, "booking.remove") != 1 {
			t.Error("the log or the reason is missing")
		}
		w.sound()
	})
}

func (p *person) bookedIn(lessonID, slotID int64) map[string]any {
	p.w.t.Helper()
	for _, b := range p.want(200, "", "GET", fmt.Sprintf("/api/lessons/%d/booking", lessonID), nil).list("own") {
		if n, _ := b["slot_id"].(float64); int64(n) == slotID {
			return b
		}
	}
	p.w.t.Fatal("nothing is booked")
	return nil
}

// INV-17, INV-24: access that ends, by a refund or by its date, frees what is to come;
// two accounts that become one keep one place.
func TestINV17BookingsFollowAccess(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		lesson, slots := w.meeting(nil, 1, 40*time.Hour, 72*time.Hour, 96*time.Hour)
		early, slots := slots[0], slots[1:]
		_, day := w.goods("membership", "两天会员", 0, catalog.Goods{}, []catalog.PartRef{{Kind: "course", RefID: w.paid}}, catalog.SKU{Name: "两天", PriceFen: 100, PeriodDays: 2})
		buyer, next, member := w.learner("13900008401", nil), w.learner("13900008402", nil), w.learner("13900008403", nil)
		no, _ := buyer.buy(w.sku)
		next.buy(w.sku)
		member.paid(member.quoted(map[string]any{"sku_id": day}), "booking-member")
		for _, x := range []struct {
			p    *person
			slot int64
		}{{buyer, slots[0]}, {next, slots[0]}, {member, early}} {
			if x.p == member {
				// Two days do not reach a slot in four.
				for _, wait := range []bool{false, true} {
					if a := member.books(lesson, slots[1], wait); a.status != 409 || !strings.Contains(a.raw, "booking_ends") {
						t.Errorf("a slot after the end of the membership: %d %s", a.status, a.raw)
					}
				}
			}
			if a := x.p.books(lesson, x.slot, true); a.status != 200 {
				t.Fatal(a.raw)
			}
		}
		must(w.app.Commerce.StaffRefund(w.system(), no, "booking-refund", 0, 0, "不想学了"))(t)
		w.settleRefunds()
		if !buyer.hears("预约已取消") || next.booked(lesson)["state"] != "booked" || w.count(qPlaces, slots[0]) != 1 {
			t.Error("the refund did not free the place")
		}
		if a := buyer.books(lesson, slots[1], false); a.status != 403 {
			t.Errorf("%d %s", a.status, a.raw)
		}
		// The slot is put off until the membership is over.
		w.ok(w.app.DB.Tx(w.system(), func(ctx context.Context, tx *db.Tx) error {
			return tx.Sure(ctx, qPutOff, early, (50 * time.Hour).Milliseconds())
		}))
		w.ok(w.app.DB.Tx(w.system(), func(ctx context.Context, tx *db.Tx) error {
			return tx.Sure(ctx, qPutOffPlaces, early, (50 * time.Hour).Milliseconds())
		}))
		w.clock.Advance(50 * time.Hour)
		w.ok(w.app.Booking.Sweep(w.system()))
		if w.count(qPlaces, early) != 0 || !member.hears("课程已到期") {
			t.Error("the end of the membership did not free the place")
		}
		w.sound()
		// Two that become one: one place, and the other is free again.
		from, to := w.learner("13900008404", nil), w.learner("13900008405", nil)
		from.buy(w.sku)
		to.buy(w.sku)
		if a := to.books(lesson, slots[1], false); a.status != 200 {
			t.Fatal(a.raw)
		}
		if a := from.books(lesson, slots[1], true); a.status != 200 {
			t.Fatal(a.raw)
		}
		w.ok(w.app.DB.Tx(w.system(), func(ctx context.Context, tx *db.Tx) error { return w.app.Booking.Merge(ctx, tx, from.id(), to.id()) }))
		if w.count(qPlaces, slots[1]) != 1 || w.count(qPlacesOf, slots[1], "waiting") != 0 {
			t.Error("one person has two places")
		}
		w.sound()
	})
}
