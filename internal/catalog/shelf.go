package catalog

import (
	"context"
	"crypto/subtle"
	"errors"
	"slices"

	"zhizhou/internal/db"
)

// Card is a published course in a list.
type Card struct {
	ID             int64
	Title          string
	Promise        string
	Cover          string
	Scene          string
	Position       int64
	Recommended    bool
	LessonCount    int64
	Forms          string // those of its lessons, by commas
	PreviewCount   int64
	DurationMS     int64 `db:"duration_ms"`
	LearnerCount   int64
	Rated          int64 // thousandths of a star by which it is placed; 0: too few rated it
	RatingTenths   int64 // average, tenths of a star; 0: too few rated it
	RatingCount    int64
	Form           string
	Cadence        string
	PlannedCount   int64
	PublishedAt    int64
	InstructorName string
	CategoryName   string
	CategorySlug   string
	Tags           string // joined by commas
	PriceFen       int64  // lowest on this platform; -1: not for sale
}

// The orders of a list.
const (
	Newest      = "newest"
	Recommended = "recommended"
	ByPrice     = "price"
	ByRating    = "rating"
)

// Shelf lists published courses of a category (0: all) in an order. after holds
// the keys that CardKeys gives for that order, or is nil.
func (s *Service) Shelf(ctx context.Context, platform string, categoryID int64, order string, after []int64, limit int) ([]Card, error) {
	var cards []Card
	key := func(i int, start int64) int64 {
		if i < len(after) {
			return after[i]
		}
		return start
	}
	var err error
	switch order {
	case Recommended:
		err = s.db.List(ctx, qCardsRecommended, &cards, platform, key(0, 0) == 1, key(1, 0), limit, categoryID, len(after) == 0, key(2, 0))
	case ByRating:
		err = s.db.List(ctx, qCardsRated, &cards, platform, key(0, 0), key(1, 0), limit, categoryID, len(after) == 0)
	case ByPrice:
		err = s.db.List(ctx, qCardsPrice, &cards, platform, key(0, -1), key(1, 0), limit, categoryID)
	default:
		if categoryID != 0 {
			err = s.db.List(ctx, qCardsCategory, &cards, platform, key(0, 0), key(1, 0), limit, categoryID)
		} else {
			err = s.db.List(ctx, qCardsNewest, &cards, platform, key(0, 0), key(1, 0), limit)
		}
	}
	return cards, err
}

// CardKeys returns the sort keys of c in an order, for the cursor.
func CardKeys(order string) func(Card) []int64 {
	return func(c Card) []int64 {
		switch order {
		case Recommended:
			flag := int64(0)
			if c.Recommended {
				flag = 1
			}
			return []int64{flag, c.Position, c.ID}
		case ByRating:
			return []int64{c.Rated, c.ID}
		case ByPrice:
			return []int64{max(c.PriceFen, 0), c.ID}
		}
		return []int64{c.PublishedAt, c.ID}
	}
}

// KeyCount is how many keys an order's cursor has.
func KeyCount(order string) int { return len(CardKeys(order)(Card{})) }

// Card returns a course as a card whether or not it is still published, for
// those who own it. Returns ErrCourseGone.
func (s *Service) Card(ctx context.Context, platform string, courseID int64) (Card, error) {
	var c Card
	err := s.db.Get(ctx, qCard, &c, platform, courseID)
	if errors.Is(err, db.ErrNone) {
		return c, ErrCourseGone
	}
	return c, err
}

// Page is all that a course page shows.
type Page struct {
	Course      Course
	Card        Card
	Instructor  Instructor
	Parts       []Part // chapters that have lessons
	Attachments []Attachment
	SKUs        []SKU
	Product     Product
	Prices      map[int64]int64 // SKU → fen on this platform
}

// CoursePage returns a published course, or any course for the holder of its
// preview token. Returns ErrCourseGone.
func (s *Service) CoursePage(ctx context.Context, platform string, courseID int64, token string) (Page, error) {
	c, err := s.course(ctx, s.db, qCourse, 0, courseID)
	if err != nil {
		return Page{}, err
	}
	if c.Status != Published && (token == "" || subtle.ConstantTimeCompare([]byte(token), []byte(c.PreviewToken)) != 1) {
		return Page{}, ErrCourseGone
	}
	return s.page(ctx, platform, c)
}

// OwnedPage returns a course of any state to somebody who has it. Returns
// ErrCourseGone.
func (s *Service) OwnedPage(ctx context.Context, platform string, courseID int64) (Page, error) {
	c, err := s.course(ctx, s.db, qCourse, 0, courseID)
	if err != nil {
		return Page{}, err
	}
	return s.page(ctx, platform, c)
}

func (s *Service) page(ctx context.Context, platform string, c Course) (Page, error) {
	p := Page{Course: c}
	courseID := c.ID
	var err error
	if err := s.db.Get(ctx, qCard, &p.Card, platform, courseID); err != nil {
		return p, err
	}
	if err := ignoreNone(s.db.Get(ctx, qInstructor, &p.Instructor, c.InstructorID)); err != nil {
		return p, err
	}
	if p.Parts, err = s.Outline(ctx, courseID); err != nil {
		return p, err
	}
	for i := range p.Parts {
		p.Parts[i].Lessons = c.seen(p.Parts[i].Lessons)
	}
	// A chapter whose lessons are still to come is the editor's business.
	p.Parts = slices.DeleteFunc(p.Parts, func(c Part) bool { return len(c.Lessons) == 0 })
	if p.Attachments, err = s.Attachments(ctx, courseID); err != nil {
		return p, err
	}
	if p.Product, p.SKUs, err = s.Product(ctx, courseID, false); err != nil {
		return p, err
	}
	p.Prices = map[int64]int64{}
	for _, k := range p.SKUs {
		p.Prices[k.ID] = k.PriceOn(platform)
	}
	return p, nil
}

// Visible reports whether a course may be shown to everybody.
func (s *Service) Visible(ctx context.Context, courseID int64) (bool, error) {
	var c Card
	err := s.db.Get(ctx, qCardVisible, &c, "", courseID)
	if errors.Is(err, db.ErrNone) {
		return false, nil
	}
	return err == nil, err
}

// Instructor teaches courses.
type Instructor struct {
	ID     int64
	Name   string
	Title  string
	Bio    string
	Avatar string
}

// Category groups courses.
type Category struct {
	ID          int64
	Name        string
	Slug        string
	Position    int64
	CourseCount int64
}

// Banner is a picture or sentence on the home page.
type Banner struct {
	ID       int64
	Title    string
	Subtitle string
	Note     string
	Image    string
	Link     string
	Position int64
	Active   bool
}

// Categories lists categories in order with how many published courses they have.
func (s *Service) Categories(ctx context.Context) ([]Category, error) {
	var rows []Category
	err := s.db.List(ctx, qCategories, &rows)
	return rows, err
}

// CategoryID returns the id of a slug. Returns ErrCategoryGone.
func (s *Service) CategoryID(ctx context.Context, slug string) (int64, error) {
	var n int64
	err := s.db.Get(ctx, qCategorySlug, &n, slug)
	if errors.Is(err, db.ErrNone) {
		return 0, ErrCategoryGone
	}
	return n, err
}

// Banners lists banners in order; all includes those switched off.
func (s *Service) Banners(ctx context.Context, all bool) ([]Banner, error) {
	var rows []Banner
	err := s.db.List(ctx, qBanners, &rows, all)
	return rows, err
}

// Cards returns the cards of courses that the user holds a grant of, by id, in
// one statement. Courses that were deleted are left out.
func (s *Service) Cards(ctx context.Context, platform string, userID int64, wanted []int64) (map[int64]Card, error) {
	out := map[int64]Card{}
	if len(wanted) == 0 {
		return out, nil
	}
	var rows []Card
	if err := s.db.List(ctx, qCardsOwned, &rows, platform, userID); err != nil {
		return nil, err
	}
	for _, c := range rows {
		out[c.ID] = c
	}
	return out, nil
}
