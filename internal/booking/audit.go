package booking

import (
	"context"

	"zhizhou/internal/db"
)

var checks = []db.Check{
	{Invariant: 24, Name: "places of a slot and its bookings disagree", Q: db.Q("audit/booking_places", `SELECT 'slot ' || CAST(s.id AS TEXT) AS row FROM booking_slots s
		WHERE s.booked <> (SELECT COUNT(*) FROM bookings b WHERE b.slot_id = s.id AND b.state IN ('booked', 'attended', 'absent'))`)},
	{Invariant: 24, Name: "two bookings of one learner at one time", Q: db.Q("audit/booking_overlap", `SELECT 'booking ' || CAST(a.id AS TEXT) || ' and ' || CAST(b.id AS TEXT) AS row FROM bookings a
		JOIN bookings b ON b.user_id = a.user_id AND b.id > a.id AND b.starts_at < a.ends_at AND b.ends_at > a.starts_at WHERE a.state = 'booked' AND b.state = 'booked'`)},
	{Invariant: 24, Name: "booking at another time than its slot, or of a cancelled one", Q: db.Q("audit/booking_times", `SELECT 'booking ' || CAST(b.id AS TEXT) AS row FROM bookings b JOIN booking_slots s ON s.id = b.slot_id
		WHERE b.state IN ('booked', 'waiting') AND (b.starts_at <> s.starts_at OR b.ends_at <> s.ends_at OR s.state = 'cancelled' OR b.lesson_id <> s.lesson_id)`)},
	{Invariant: 23, Name: "attended booking whose lesson is not finished", Q: db.Q("audit/booking_finished", `SELECT 'booking ' || CAST(b.id AS TEXT) AS row FROM bookings b
		WHERE b.state = 'attended' AND NOT EXISTS (SELECT 1 FROM lesson_progress p WHERE p.user_id = b.user_id AND p.lesson_id = b.lesson_id AND p.finished_at > 0)`)},
}

// Audit returns every row of stored bookings that breaks an invariant.
func Audit(ctx context.Context, r db.Reader) ([]db.Finding, error) {
	return db.Broken(ctx, r, checks)
}
