package app

import (
	"context"
	"time"

	"zhizhou/internal/db"
	"zhizhou/internal/jobs"
	"zhizhou/internal/ranking"
	"zhizhou/internal/recommend"
	"zhizhou/internal/search"
	"zhizhou/internal/topic"
)

// newFinding builds what helps learners to find a course.
func (a *App) newFinding() {
	public := func() { a.API.Forget() }
	a.Search = search.New(a.DB, a.Clock, a.Catalog, public)
	a.Catalog.OnChange(a.Search.Index)
	a.Search.OnRest(func(ctx context.Context, tx *db.Tx, r search.Rest) error { return a.Jobs.Add(ctx, tx, r) })
	jobs.Work(a.Jobs, 5*time.Minute, func(ctx context.Context, r search.Rest) error { return a.Search.Finish(ctx, r.CourseID) })
	a.Ranking = &ranking.Service{DB: a.DB, Clock: a.Clock, Catalog: a.Catalog}
	a.Recommend = &recommend.Service{DB: a.DB, Clock: a.Clock, Catalog: a.Catalog}
	a.Account.OnMerge(a.Recommend.Merge)
	a.Topic = &topic.Service{DB: a.DB, Clock: a.Clock, Catalog: a.Catalog, Changed: public}
}

// findingWork keeps the index whole and the lists fresh.
func (a *App) findingWork() {
	a.Jobs.Every("search", time.Minute, a.Search.Heal)
	a.Jobs.Every("search_words", time.Hour, a.Search.Sweep)
	a.Jobs.Every("rankings", 10*time.Minute, a.Rank)
	a.Jobs.Every("recommend", time.Hour, func(ctx context.Context) error {
		_, err := a.Recommend.Rebuild(ctx)
		return err
	})
}

// Rank makes the rankings anew and tells search and the lists what sells and is rated well.
func (a *App) Rank(ctx context.Context) error {
	if err := a.Rating.Restore(ctx); err != nil {
		return err
	}
	if err := a.Ranking.Compute(ctx); err != nil {
		return err
	}
	sold, err := a.Ranking.Sold(ctx)
	if err != nil {
		return err
	}
	if err := a.Search.SetSold(ctx, sold); err != nil {
		return err
	}
	rated, err := a.Ranking.Rated(ctx)
	if err != nil {
		return err
	}
	scores := map[int64]int64{}
	for courseID, r := range rated {
		scores[courseID] = r.Score
	}
	if err := a.Search.SetRated(ctx, scores); err != nil {
		return err
	}
	if err := a.Catalog.SetRated(ctx, rated); err != nil {
		return err
	}
	a.API.Forget()
	return nil
}
