package live

import (
	"context"

	"zhizhou/internal/db"
)

var checks = []db.Check{
	{Invariant: 22, Name: "somebody attended more of a live lesson than was aired", Q: db.Q("audit/live_attended", `SELECT 'lesson ' || CAST(a.lesson_id AS TEXT) || ' user ' || CAST(a.user_id AS TEXT) AS row
		FROM live_attendance a JOIN live_rooms r ON r.lesson_id = a.lesson_id WHERE a.attended_ms > r.aired_ms OR a.attended_ms < 0`)},
	{Invariant: 19, Name: "segment of a live lesson whose key is gone", Q: db.Q("audit/live_keys", `SELECT 'lesson ' || CAST(s.lesson_id AS TEXT) || ' segment ' || CAST(s.seq AS TEXT) AS row
		FROM live_segments s WHERE NOT EXISTS (SELECT 1 FROM live_keys k WHERE k.id = s.key_id AND k.lesson_id = s.lesson_id)`)},
	{Invariant: 23, Name: "segments of a live lesson and its counters disagree", Q: db.Q("audit/live_segments", `SELECT 'lesson ' || CAST(r.lesson_id AS TEXT) AS row FROM live_rooms r
		JOIN (SELECT lesson_id, MAX(seq) AS last, MAX(breaks) AS breaks, COUNT(*) AS n, MIN(seq) AS first FROM live_segments GROUP BY lesson_id) s ON s.lesson_id = r.lesson_id
		WHERE s.last <> r.next_seq - 1 OR s.breaks <> r.breaks OR s.n <> s.last - s.first + 1`)},
	{Invariant: 23, Name: "live lesson whose replay is not the one that was made", Q: db.Q("audit/live_replay", `SELECT 'lesson ' || CAST(r.lesson_id AS TEXT) AS row FROM live_rooms r JOIN lessons l ON l.id = r.lesson_id
		WHERE (r.recording = 'made') <> (r.asset_id <> 0) OR (r.asset_id <> 0 AND l.asset_id <> r.asset_id)`)},
}

// Audit returns every row of stored rooms that breaks an invariant.
func Audit(ctx context.Context, r db.Reader) ([]db.Finding, error) {
	return db.Broken(ctx, r, checks)
}
