package catalog

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"zhizhou/internal/db"
)

// Entry is all of a course, or of a bundle, membership or service, that may be found by
// searching for it. Of those Course holds what they have like a course: title, promise
// and intro; its ID is the product's, its Form the kind, PublishedAt when it was made.
type Entry struct {
	Course  Course
	Tags    []string
	Teacher string
	FromFen int64    // lowest price; -1: not for sale
	Lessons []Lesson // of a column, those that are out
}

// Titles returns the titles of the lessons.
func (e Entry) Titles() []string {
	out := make([]string, len(e.Lessons))
	for i, l := range e.Lessons {
		out[i] = l.Title
	}
	return out
}

const maxListed = 51

var (
	qFromFen = db.Q("catalog/from_fen", `SELECT COALESCE(MIN(s.price_fen), -1) FROM products p JOIN skus s ON s.product_id = p.id WHERE p.course_id = $1 AND p.kind = 'course' AND s.active`)
	qCardsOf = db.Q("catalog/cards_of", `SELECT `+cardColumns+cardFrom+`WHERE c.id IN (`+numbered(2, maxListed)+`) AND`+visible)
)

// qGoodsLock reads a product that is found by itself: a lesson sold alone is found with
// its course.
var (
	qGoodsLock = db.Q("catalog/goods_lock", `SELECT `+productColumns+` FROM products p WHERE id = $1 AND kind IN ('bundle', 'membership', 'service') /*for_update*/`)
	qGoodsFrom = db.Q("catalog/goods_from_fen", `SELECT COALESCE(MIN(price_fen), -1) FROM skus WHERE product_id = $1 AND active`)
)

func numbered(from, n int) string {
	list := make([]string, n)
	for i := range list {
		list[i] = fmt.Sprintf("$%d", from+i)
	}
	return strings.Join(list, ", ")
}

// Entry reads a course or product for the search index inside the transaction that
// changes it; false when it is not published. It takes its lock, so that the index is
// written in the order of the changes.
func (s *Service) Entry(ctx context.Context, tx *db.Tx, courseID int64) (Entry, bool, error) {
	var e Entry
	if err := tx.Get(ctx, qCourseLock, &e.Course, courseID); errors.Is(err, db.ErrNone) {
		return goodsEntry(ctx, tx, courseID)
	} else if err != nil || e.Course.Status != Published {
		return e, false, err
	}
	if err := tx.List(ctx, qTags, &e.Tags, courseID); err != nil {
		return e, false, err
	}
	var teacher Instructor
	if err := ignoreNone(tx.Get(ctx, qInstructor, &teacher, e.Course.InstructorID)); err != nil {
		return e, false, err
	}
	e.Teacher = teacher.Name
	if err := tx.Get(ctx, qFromFen, &e.FromFen, courseID); err != nil {
		return e, false, err
	}
	err := tx.List(ctx, qLessons, &e.Lessons, courseID)
	e.Lessons = released(e.Lessons)
	return e, true, err
}

func goodsEntry(ctx context.Context, tx *db.Tx, productID int64) (Entry, bool, error) {
	var p Product
	var e Entry
	if err := tx.Get(ctx, qGoodsLock, &p, productID); errors.Is(err, db.ErrNone) {
		return e, false, nil
	} else if err != nil || p.Status != Published {
		return e, false, err
	}
	e.Course = Course{ID: p.ID, Form: p.Kind, Title: p.Title, Promise: p.Promise, IntroHTML: p.IntroHTML, PublishedAt: p.CreatedAt}
	return e, true, tx.Get(ctx, qGoodsFrom, &e.FromFen, productID)
}

// Shown returns the cards of those of these courses that are published, by id; it
// takes 51 at most.
func (s *Service) Shown(ctx context.Context, platform string, courseIDs []int64) (map[int64]Card, error) {
	args := make([]any, 1+maxListed)
	args[0] = platform
	for i := range maxListed {
		args[1+i] = int64(0)
		if i < len(courseIDs) {
			args[1+i] = courseIDs[i]
		}
	}
	var rows []Card
	if err := s.db.List(ctx, qCardsOf, &rows, args...); err != nil {
		return nil, err
	}
	out := make(map[int64]Card, len(rows))
	for _, c := range rows {
		out[c.ID] = c
	}
	return out, nil
}

// Text returns the text of HTML.
func Text(html string) string { return plain(html) }
