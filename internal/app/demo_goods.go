package app

import (
	"context"
	"fmt"

	"zhizhou/demo"
	"zhizhou/internal/catalog"
	"zhizhou/internal/topic"
)

// seedShop puts everything that is not a course on sale: columns, a bundle,
// memberships and a service; and chooses courses for topics.
func (a *App) seedShop(ctx context.Context, categories, teachers, courses map[string]int64) error {
	for i, c := range demo.Columns {
		n, err := a.seedColumn(ctx, c, categories[c.Category], teachers[c.Instructor], int64(len(courses)+i))
		if err != nil {
			return fmt.Errorf("column %s: %w", c.Title, err)
		}
		courses[c.Title] = n
	}
	for i, g := range demo.Shop {
		if err := a.seedGoods(ctx, g, int64(i), categories, courses); err != nil {
			return fmt.Errorf("goods %s: %w", g.Title, err)
		}
	}
	for _, t := range demo.Topics {
		var chosen []topic.Entry
		for _, c := range t.Courses {
			chosen = append(chosen, topic.Entry{CourseID: courses[c[0]], Note: c[1]})
		}
		n, err := a.Topic.Save(ctx, topic.Topic{Title: t.Title, Intro: t.Intro, Scene: t.Scene}, chosen)
		if err == nil {
			err = a.Topic.Publish(ctx, n)
		}
		if err != nil {
			return fmt.Errorf("topic %s: %w", t.Title, err)
		}
	}
	return nil
}

func (a *App) seedColumn(ctx context.Context, c demo.Column, categoryID, teacherID, position int64) (int64, error) {
	made, err := a.Catalog.CreateColumn(ctx, 0, c.Title)
	if err != nil {
		return 0, err
	}
	if err := a.Catalog.UpdateCourse(ctx, 0, made.ID, catalog.CourseChange{
		Title: c.Title, Promise: c.Promise, IntroHTML: c.Intro, Audience: c.Audience, Outcomes: c.Outcomes, Tags: c.Tags, Scene: c.Scene,
		InstructorID: teacherID, CategoryID: categoryID, Position: position, Cadence: c.Cadence, PlannedCount: c.Planned, Version: made.Version,
	}); err != nil {
		return 0, err
	}
	productID, err := a.Catalog.ProductOf(ctx, made.ID)
	if err != nil {
		return 0, err
	}
	if err := a.seedOffers(ctx, productID, catalog.TaxDigital, c.Offers); err != nil {
		return 0, err
	}
	if _, err := a.seedOutline(ctx, made.ID, c.Chapters); err != nil {
		return 0, err
	}
	return made.ID, a.Catalog.Publish(ctx, made.ID, 0)
}

func (a *App) seedGoods(ctx context.Context, g demo.Goods, position int64, categories, courses map[string]int64) error {
	productID, err := a.Catalog.AddGoods(ctx, g.Kind, g.Title, 0)
	if err != nil {
		return err
	}
	if err := a.Catalog.SaveGoods(ctx, productID, catalog.Goods{
		Title: g.Title, Promise: g.Promise, IntroHTML: g.Intro, Scene: g.Scene, Position: position, Rank: g.Rank, PayPermille: g.PayPermille, OpensAll: g.OpensAll,
	}); err != nil {
		return err
	}
	var parts []catalog.PartRef
	for _, title := range g.Courses {
		parts = append(parts, catalog.PartRef{Kind: "course", RefID: courses[title]})
	}
	for _, slug := range g.Categories {
		parts = append(parts, catalog.PartRef{Kind: "category", RefID: categories[slug]})
	}
	if len(parts) > 0 {
		if err := a.Catalog.SetParts(ctx, productID, parts); err != nil {
			return err
		}
	}
	category := catalog.TaxDigital
	if g.Kind == catalog.KindService {
		category = catalog.TaxService
	}
	if err := a.seedOffers(ctx, productID, category, g.Offers); err != nil {
		return err
	}
	return a.Catalog.PublishGoods(ctx, productID, true)
}

func (a *App) seedOffers(ctx context.Context, productID int64, category string, offers []demo.Offer) error {
	for i, o := range offers {
		if _, err := a.Catalog.SaveSKU(ctx, productID, catalog.SKU{
			Name: o.Name, PriceFen: o.PriceFen, PeriodMonths: o.Months, TaxCategory: category, Active: true, Position: int64(i),
		}); err != nil {
			return err
		}
	}
	return nil
}
