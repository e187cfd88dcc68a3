package recommend

import (
	"context"
	"encoding/json"

	"zhizhou/internal/clock"
	"zhizhou/internal/db"
)

const actsPage = 20_000

var (
	qStudied = db.Q("recommend/studied", `SELECT user_id, course_id, MAX(studied_at) AS at FROM lesson_progress WHERE user_id > $1 GROUP BY user_id, course_id ORDER BY user_id, course_id LIMIT $2`)
	// What was given back and is not had again is no taste.
	qHad    = db.Q("recommend/had", `SELECT user_id, resource_id AS course_id, MAX(created_at) AS at, MIN(revoked_at) AS gone FROM grants WHERE resource_kind = 'course' AND user_id > $1 GROUP BY user_id, resource_id ORDER BY user_id, resource_id LIMIT $2`)
	qOffAll = db.Q("recommend/off_all", `SELECT user_id FROM personalization_off WHERE user_id > $1 ORDER BY user_id LIMIT $2`)
	qStored = db.Q("recommend/stored", `SELECT course_id, list FROM course_neighbours WHERE course_id > $1 ORDER BY course_id LIMIT $2`)
	qStore  = db.Q("recommend/store", `INSERT INTO course_neighbours (course_id, list, computed_at) SELECT id, $2, $3 FROM courses WHERE id = $1 ON CONFLICT (course_id) DO UPDATE SET list = $2, computed_at = $3`)
	qForget = db.Q("recommend/forget", `DELETE FROM course_neighbours WHERE course_id = $1`)
)

type taken struct {
	UserID, CourseID, At int64
	Gone                 int64 // every grant of it was revoked
}

// pages reads rows by user, page by page; a user's rows never straddle two pages.
func (s *Service) pages(ctx context.Context, q *db.Stmt, each func(taken)) error {
	for after, size := int64(0), actsPage; ; {
		var rows []taken
		if err := s.DB.List(ctx, q, &rows, after, size); err != nil {
			return err
		}
		whole := len(rows)
		if len(rows) == size {
			last := rows[len(rows)-1].UserID
			for whole > 0 && rows[whole-1].UserID == last {
				whole--
			}
			if whole == 0 { // one user fills the page
				size *= 2
				continue
			}
		}
		for _, r := range rows[:whole] {
			each(r)
		}
		if whole == len(rows) {
			return nil
		}
		after = rows[whole-1].UserID
	}
}

// acts reads who took what, without those who do not want to be counted.
func (s *Service) acts(ctx context.Context) ([]act, error) {
	off := map[int64]bool{}
	for after := int64(0); ; {
		var users []int64
		if err := s.DB.List(ctx, qOffAll, &users, after, actsPage); err != nil {
			return nil, err
		}
		if len(users) == 0 {
			break
		}
		for _, u := range users {
			off[u], after = true, u
		}
	}
	type pair struct{ user, course int64 }
	had, gone := map[pair]int64{}, map[pair]bool{}
	if err := s.pages(ctx, qHad, func(r taken) {
		p := pair{r.UserID, r.CourseID}
		if r.Gone > 0 {
			gone[p] = true
		} else if !off[r.UserID] {
			had[p] = r.At
		}
	}); err != nil {
		return nil, err
	}
	var out []act
	err := s.pages(ctx, qStudied, func(r taken) {
		p := pair{r.UserID, r.CourseID}
		if off[r.UserID] || gone[p] {
			return
		}
		out = append(out, act{r.UserID, r.CourseID, max(r.At, had[p])})
		delete(had, p)
	})
	for p, at := range had {
		out = append(out, act{p.user, p.course, at})
	}
	return out, err
}

// Rebuild finds the neighbours of every course anew and writes down those that changed,
// some hundred in a transaction. Returns from how many acts.
func (s *Service) Rebuild(ctx context.Context) (int, error) {
	acts, err := s.acts(ctx)
	if err != nil {
		return 0, err
	}
	lists := map[int64]string{}
	for course, near := range neighbours(acts, kept) {
		raw, err := json.Marshal(near)
		if err != nil {
			return 0, err
		}
		lists[course] = string(raw)
	}
	for after := int64(0); ; {
		var rows []struct {
			CourseID int64
			List     string
		}
		if err := s.DB.List(ctx, qStored, &rows, after, 1000); err != nil {
			return 0, err
		}
		if len(rows) == 0 {
			break
		}
		for _, r := range rows {
			after = r.CourseID
			if list, ok := lists[r.CourseID]; !ok {
				lists[r.CourseID] = "" // nobody took it together with another any more
			} else if list == r.List {
				delete(lists, r.CourseID)
			}
		}
	}
	changed := make([]int64, 0, len(lists))
	for course := range lists {
		changed = append(changed, course)
	}
	now := clock.MS(s.Clock)
	for len(changed) > 0 {
		n := min(200, len(changed))
		if err := s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
			for _, course := range changed[:n] {
				var err error
				if lists[course] == "" {
					_, err = tx.Exec(ctx, qForget, course)
				} else {
					_, err = tx.Exec(ctx, qStore, course, lists[course], now)
				}
				if err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			return len(acts), err
		}
		changed = changed[n:]
	}
	return len(acts), nil
}
