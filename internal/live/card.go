package live

import (
	"context"

	"zhizhou/internal/media"
)

// Card is a product as it is shown in a room.
type Card struct {
	ProductID int64  `json:"product_id"`
	Kind      string `json:"kind" enum:"course,lesson,bundle,membership,service"`
	CourseID  int64  `json:"course_id" doc:"Of a course, whose page it has; else 0"`
	Title     string `json:"title"`
	CoverURL  string `json:"cover_url"`
	Scene     string `json:"scene"`
	PriceFen  int64  `json:"price_fen"`
	Many      bool   `json:"many" doc:"There are dearer offers"`
}

func (s *Service) cards(ctx context.Context, productID, after int64, limit int) ([]Card, error) {
	var rows []struct {
		ID, CourseID, OfCourse, PriceFen, MostFen int64
		Kind, Title, Cover, Scene                 string
	}
	if err := s.db.List(ctx, qProduct, &rows, productID, after, limit); err != nil {
		return nil, err
	}
	out := make([]Card, 0, len(rows))
	for _, r := range rows {
		c := Card{ProductID: r.ID, Kind: r.Kind, CourseID: r.CourseID, Title: r.Title, Scene: r.Scene, PriceFen: r.PriceFen, Many: r.MostFen > r.PriceFen}
		if r.Cover != "" {
			c.CoverURL = media.ImageURL(r.Cover)
		}
		out = append(out, c)
	}
	return out, nil
}

// card describes a product; nil when it is not on the shelf.
func (s *Service) card(ctx context.Context, productID int64) (*Card, error) {
	list, err := s.cards(ctx, productID, 0, 1)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return &list[0], nil
}

// Cards lists products that may be shown in a room: the first hundred.
func (s *Service) Cards(ctx context.Context) ([]Card, error) { return s.cards(ctx, 0, 0, 100) }
