// Package recommend says what else a learner may like 推荐: for a course, what those who
// took it also took; for a learner, what goes with what he studied, each with its
// reason. It reads study and grants, and owns course_neighbours and
// personalization_off.
//
// The method is neighbourhoods of items by who took both, as in Sarwar et al.,
// "Item-based collaborative filtering recommendation algorithms" (2001), damped where
// few people stand behind it. It is made anew each hour; what a course's page or a
// learner is shown is read from one row per course. Who turned personalization off
// (个人信息保护法 24 条) is chosen nothing by study, and is not counted for others either.
package recommend

import (
	"context"
	"encoding/json"
	"errors"

	"zhizhou/internal/catalog"
	"zhizhou/internal/clock"
	"zhizhou/internal/db"
)

const (
	kept      = 20 // neighbours of a course
	recalled  = 30 // of what a learner took last
	perUser   = 50 // what one person counts for, the latest
	minPeople = 3  // behind what strangers are told: fewer could be known by name
)

// The kinds of reasons.
const (
	Together = "together" // who studied Because also studied it
	Alike    = "alike"    // it shares a tag with Because
)

var (
	qNeighbours = db.Q("recommend/neighbours", `SELECT list FROM course_neighbours WHERE course_id = $1`)
	qPast       = db.Q("recommend/past", `SELECT h.course_id, h.at, c.title, COALESCE(n.list, '[]') AS list FROM (SELECT course_id, MAX(at) AS at FROM (
			SELECT course_id, studied_at AS at FROM lesson_progress WHERE user_id = $1
			UNION ALL SELECT resource_id, created_at FROM grants WHERE user_id = $1 AND resource_kind = 'course' AND revoked_at = 0) a GROUP BY course_id) h JOIN courses c ON c.id = h.course_id LEFT JOIN course_neighbours n ON n.course_id = h.course_id
		ORDER BY h.at DESC, h.course_id DESC LIMIT $2`)
	// What shares tags with the latest courses, the most tags first; ties by what is newer.
	qAlike = db.Q("recommend/alike", `SELECT o.course_id, MIN(h.course_id) AS because, MIN(o.tag) AS tag, COUNT(DISTINCT o.tag) AS tags
		FROM (SELECT course_id, MAX(studied_at) AS at FROM lesson_progress WHERE user_id = $1 GROUP BY course_id ORDER BY at DESC LIMIT $2) h
		JOIN course_tags t ON t.course_id = h.course_id JOIN course_tags o ON o.tag = t.tag AND o.course_id <> t.course_id
		JOIN courses c ON c.id = o.course_id AND c.status = 'published' AND c.deleted_at = 0
		GROUP BY o.course_id ORDER BY tags DESC, o.course_id DESC LIMIT $3`)
	qOff    = db.Q("recommend/off", `SELECT COUNT(*) FROM personalization_off WHERE user_id = $1`)
	qOffSet = db.Q("recommend/off_set", `INSERT INTO personalization_off (user_id, since) VALUES ($1, $2) ON CONFLICT DO NOTHING`)
	qOffEnd = db.Q("recommend/off_end", `DELETE FROM personalization_off WHERE user_id = $1`)
	qMerge  = db.Q("recommend/merge", `INSERT INTO personalization_off (user_id, since) SELECT $2, since FROM personalization_off WHERE user_id = $1 ON CONFLICT DO NOTHING`)
)

// Service is the recommending domain.
type Service struct {
	DB      *db.DB
	Clock   clock.Clock
	Catalog *catalog.Service
}

// Neighbour is a course that the same people took.
type Neighbour struct {
	CourseID int64   `json:"c"`
	Score    float64 `json:"s"`
	People   int64   `json:"n"` // who took both
}

// Also lists what those who took a course took too, the closest first; only what three
// people stand behind.
func (s *Service) Also(ctx context.Context, courseID int64) ([]Neighbour, error) {
	var list string
	err := s.DB.Get(ctx, qNeighbours, &list, courseID)
	if errors.Is(err, db.ErrNone) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	all, err := parse(list)
	out := all[:0]
	for _, n := range all {
		if n.People >= minPeople {
			out = append(out, n)
		}
	}
	return out, err
}

func parse(list string) ([]Neighbour, error) {
	var out []Neighbour
	return out, json.Unmarshal([]byte(list), &out)
}

// Personal reports whether the user lets what he studied choose what he is shown.
func (s *Service) Personal(ctx context.Context, userID int64) (bool, error) {
	var off int64
	err := s.DB.Get(ctx, qOff, &off, userID)
	return off == 0, err
}

// SetPersonal switches that on or off.
func (s *Service) SetPersonal(ctx context.Context, userID int64, on bool) error {
	return s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if on {
			_, err := tx.Exec(ctx, qOffEnd, userID)
			return err
		}
		_, err := tx.Exec(ctx, qOffSet, userID, clock.MS(s.Clock))
		return err
	})
}

// Merge lets the choice of one user hold for another when the two become one: off wins.
func (s *Service) Merge(ctx context.Context, tx *db.Tx, from, to int64) error {
	if _, err := tx.Exec(ctx, qMerge, from, to); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, qOffEnd, from)
	return err
}
