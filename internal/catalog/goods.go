package catalog

import (
	"context"
	"errors"
	"fmt"

	"zhizhou/internal/audit"
	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/id"
)

// Part is a course or category that a bundle or membership opens.
type PartRef struct {
	Kind     string // "course" or "category"
	RefID    int64
	Position int64
	AddedAt  int64
}

// Goods is the input of SaveGoods: what the kinds other than a course bring
// themselves.
type Goods struct {
	Title       string
	Promise     string
	IntroHTML   string
	Cover       string
	Scene       string
	Position    int64
	Rank        int64
	PayPermille int64
	OpensAll    bool
}

// ProductOf returns the id of a course's product. Returns ErrCourseGone.
func (s *Service) ProductOf(ctx context.Context, courseID int64) (int64, error) {
	var p Product
	err := s.db.Get(ctx, qProduct, &p, courseID)
	return p.ID, goneIfNone(err, ErrCourseGone)
}

// ProductByID returns a product with its SKUs; all includes those no longer sold.
// Returns ErrProductGone.
func (s *Service) ProductByID(ctx context.Context, productID int64, all bool) (Product, []SKU, error) {
	return s.released(ctx, qProductByID, productID, all)
}

// LessonProduct returns the product that sells a lesson alone. Returns
// ErrProductGone.
func (s *Service) LessonProduct(ctx context.Context, lessonID int64, all bool) (Product, []SKU, error) {
	return s.released(ctx, qLessonSold, lessonID, all)
}

// released is withSKUs for all products; one that sells a lesson that is
// not released is there only when all is asked for.
func (s *Service) released(ctx context.Context, q *db.Stmt, key int64, all bool) (Product, []SKU, error) {
	p, skus, err := s.withSKUs(ctx, q, key, all, ErrProductGone)
	if err != nil || all || p.Kind != KindLesson {
		return p, skus, err
	}
	l, err := s.Lesson(ctx, p.LessonID)
	if err == nil && l.ReleasedAt == 0 || errors.Is(err, ErrLessonGone) {
		return Product{}, nil, ErrProductGone
	}
	return p, skus, err
}

// ListedGoods is a product with what is sold of it.
type ListedGoods struct {
	Product
	LessonTitle string // of a lesson sold alone, which has no title of its own; "" once it is deleted
	Offers      int64  // active ones
	FromFen     int64  // the lowest price of these, of a trial only when there is nothing else; 0 when there are none, too
}

// GoodsList lists products of a kind; all includes those not published.
func (s *Service) GoodsList(ctx context.Context, kind string, all bool) ([]ListedGoods, error) {
	var rows []ListedGoods
	err := s.db.List(ctx, qGoodsList, &rows, kind, all)
	return rows, err
}

// GoodsCard is a product other than a course in a list.
type GoodsCard struct {
	ID       int64
	Kind     string
	CourseID int64 // of a lesson sold alone
	LessonID int64
	Title    string
	Promise  string
	Cover    string
	Scene    string
}

// GoodsCards lists the published products of a kind other than courses and lessons.
func (s *Service) GoodsCards(ctx context.Context, kind string) ([]GoodsCard, error) {
	var rows []GoodsCard
	err := s.db.List(ctx, qGoodsCards, &rows, kind)
	return rows, err
}

// GoodsNamed returns the published ones of these products that are no courses, by id;
// it takes 51 at most.
func (s *Service) GoodsNamed(ctx context.Context, productIDs []int64) (map[int64]GoodsCard, error) {
	out := map[int64]GoodsCard{}
	if len(productIDs) == 0 {
		return out, nil
	}
	args := make([]any, maxListed)
	for i := range args {
		args[i] = int64(-1)
		if i < len(productIDs) {
			args[i] = productIDs[i]
		}
	}
	var rows []GoodsCard
	err := s.db.List(ctx, qGoodsNamed, &rows, args...)
	for _, g := range rows {
		out[g.ID] = g
	}
	return out, err
}

// Parts lists what a bundle or membership opens now.
func (s *Service) Parts(ctx context.Context, productID int64) ([]PartRef, error) {
	var rows []PartRef
	err := s.db.List(ctx, qParts, &rows, productID)
	return rows, err
}

// PartCards returns the cards of the published courses that a bundle or membership
// names.
func (s *Service) PartCards(ctx context.Context, platform string, productID int64) ([]Card, error) {
	var rows []Card
	err := s.db.List(ctx, qPartCards, &rows, platform, productID)
	return rows, err
}

// Tier is a membership with what its members pay for the rest.
type Tier struct {
	ID          int64
	Title       string
	PayPermille int64
	OpensAll    bool
}

// Memberships lists the tiers that were ever offered, lowest first.
func (s *Service) Memberships(ctx context.Context, r db.Reader) ([]Tier, error) {
	var rows []Tier
	err := r.List(ctx, qMemberships, &rows)
	return rows, err
}

// AddGoods makes a draft of a lesson's, bundle's, membership's or service's
// product and returns its id. Returns ErrGoods, ErrLessonGone.
func (s *Service) AddGoods(ctx context.Context, kind, title string, lessonID int64) (int64, error) {
	var courseID int64
	switch kind {
	case KindLesson:
		l, err := s.Lesson(ctx, lessonID)
		if err != nil {
			return 0, err
		}
		courseID, title = l.CourseID, ""
	case KindBundle, KindMembership, KindService:
		var err error
		if title, err = named(title, 60, ErrGoods, "title", "名称为 1–60 个字"); err != nil {
			return 0, err
		}
		lessonID = 0
	default:
		return 0, ErrGoods.Field("kind", "没有这种商品")
	}
	productID := id.New()
	return productID, s.public(ctx, func(ctx context.Context, tx *db.Tx) error {
		n, err := tx.Exec(ctx, qGoodsInsert, productID, kind, courseID, lessonID, title, clock.MS(s.clock))
		if err != nil {
			return err
		}
		if n == 0 {
			return ErrGoods.Say("这一课已经在单独售卖")
		}
		return s.goodsAudit(ctx, tx, productID, "add", map[string]any{"kind": kind, "title": title, "lesson_id": lessonID})
	})
}

// SaveGoods changes a product that is not a course. Returns ErrGoods,
// ErrProductGone.
func (s *Service) SaveGoods(ctx context.Context, productID int64, g Goods) error {
	p, _, err := s.ProductByID(ctx, productID, true)
	if err != nil {
		return err
	}
	if p.Kind == KindLesson {
		g.Title = "" // it shows the lesson's own
	} else if g.Title, err = named(g.Title, 60, ErrGoods, "title", "名称为 1–60 个字"); err != nil {
		return err
	}
	if g.PayPermille < 1 || g.PayPermille > 1000 {
		return ErrGoods.Field("pay_permille", "会员折扣为 0.1–100 %")
	}
	return s.public(ctx, func(ctx context.Context, tx *db.Tx) error {
		n, err := tx.Exec(ctx, qGoodsUpdate, productID, g.Title, g.Promise, Sanitize(g.IntroHTML), g.Cover, g.Scene, g.Position, g.Rank, g.PayPermille, g.OpensAll, clock.MS(s.clock))
		if err != nil {
			return err
		}
		if n == 0 {
			return ErrProductGone
		}
		if err := s.tell(ctx, tx, productID); err != nil {
			return err
		}
		return s.goodsAudit(ctx, tx, productID, "save", g)
	})
}

// SetParts says which courses and categories a bundle or membership opens. What
// joins is open to everybody who has it, what leaves only to those who had it
// before. Returns ErrGoods, ErrProductGone.
func (s *Service) SetParts(ctx context.Context, productID int64, parts []PartRef) error {
	p, _, err := s.ProductByID(ctx, productID, true)
	if err != nil {
		return err
	}
	if p.Kind != KindBundle && p.Kind != KindMembership {
		return ErrGoods.Say("只有课程包和会员可以包含课程")
	}
	now := clock.MS(s.clock)
	return s.public(ctx, func(ctx context.Context, tx *db.Tx) error {
		var have []PartRef
		if err := tx.List(ctx, qParts, &have, productID); err != nil {
			return err
		}
		keep := map[PartRef]bool{}
		for i, x := range parts {
			if x.Kind != "course" && (x.Kind != "category" || p.Kind == KindBundle) {
				return ErrGoods.Field("parts", "课程包只包含课程；会员可以包含课程和分类")
			}
			keep[PartRef{Kind: x.Kind, RefID: x.RefID}] = true
			if _, err := tx.Exec(ctx, qPartAdd, productID, x.Kind, x.RefID, i+1, now); err != nil {
				return err
			}
		}
		for _, x := range have {
			if keep[PartRef{Kind: x.Kind, RefID: x.RefID}] {
				continue
			}
			if _, err := tx.Exec(ctx, qPartRemove, productID, x.Kind, x.RefID, now); err != nil {
				return err
			}
		}
		return s.goodsAudit(ctx, tx, productID, "parts", parts)
	})
}

// PublishGoods puts a product on sale or takes it off. Returns ErrNotReady,
// ErrStatus, ErrProductGone.
func (s *Service) PublishGoods(ctx context.Context, productID int64, on bool) error {
	p, skus, err := s.ProductByID(ctx, productID, false)
	if err != nil {
		return err
	}
	to := Unpublished
	if on {
		to = Published
		parts, err := s.Parts(ctx, productID)
		switch {
		case err != nil:
			return err
		case len(skus) == 0:
			return ErrNotReady.Say("还没有在售的规格").Field("skus", "至少要有一个在售规格")
		case p.Kind == KindBundle && len(parts) == 0, p.Kind == KindMembership && len(parts) == 0 && !p.OpensAll && p.PayPermille == 1000:
			return ErrNotReady.Say("还没有任何权益").Field("parts", "选择包含的课程，或设置会员折扣")
		}
	}
	return s.public(ctx, func(ctx context.Context, tx *db.Tx) error {
		n, err := tx.Exec(ctx, qGoodsStatus, productID, p.Status, to, clock.MS(s.clock))
		if err != nil {
			return err
		}
		if n == 0 || p.Status == to {
			return ErrStatus
		}
		if err := s.tell(ctx, tx, productID); err != nil {
			return err
		}
		return s.goodsAudit(ctx, tx, productID, to, nil)
	})
}

func (s *Service) goodsAudit(ctx context.Context, tx *db.Tx, productID int64, what string, after any) error {
	return audit.Write(ctx, tx, s.clock, "product."+what, fmt.Sprintf("product:%d", productID), nil, after, "")
}
