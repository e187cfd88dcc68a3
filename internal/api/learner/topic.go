package learner

import (
	"context"
	"net/http"

	"zhizhou/internal/ranking"
	"zhizhou/internal/topic"
	"zhizhou/internal/web"
)

// RankedCourse is a course in a ranking.
type RankedCourse struct {
	Place  int        `json:"place"`
	Amount int64      `json:"amount" doc:"sales: lines sold and kept; study: ms of all learners; rating: average in tenths of a star; new: when it was published"`
	People int64      `json:"people" doc:"rating: who rated it"`
	Course CourseCard `json:"course"`
}

// RankingView is a ranking.
type RankingView struct {
	Kind       string         `json:"kind" enum:"sales_7,sales_30,study,rating,new"`
	Items      []RankedCourse `json:"items" nullable:"false"`
	ComputedAt int64          `json:"computed_at" doc:"When the rankings were last made, this one empty or not; 0: never, or all came out empty"`
}

// TopicView is a page of courses in a list.
type TopicView struct {
	ID          int64  `json:"id"`
	Title       string `json:"title"`
	Intro       string `json:"intro"`
	CoverURL    string `json:"cover_url" doc:"Empty: draw the scene"`
	Scene       string `json:"scene" enum:"boat,report,bird,poem,data,rice,brush,deed"`
	CourseCount int64  `json:"course_count"`
	PublishedAt int64  `json:"published_at"`
}

// TopicCourse is a course of a topic.
type TopicCourse struct {
	Note   string     `json:"note" doc:"Why it stands here"`
	Course CourseCard `json:"course"`
}

// TopicPage is a topic with its courses.
type TopicPage struct {
	TopicView
	Courses []TopicCourse `json:"courses" nullable:"false"`
}

func topicView(t topic.Topic) TopicView {
	return TopicView{t.ID, t.Title, t.Intro, imageURL(t.Cover), t.Scene, t.CourseCount, t.PublishedAt}
}

func (r *routes) rankings() {
	web.Handle(r.web, web.Route{ID: "ranking", Method: http.MethodGet, Path: "/api/rankings/{kind}", Summary: "A ranking of courses", Tag: "shop", Need: web.Public, Cache: publicCache},
		func(ctx context.Context, in *struct {
			Kind  string `path:"kind" enum:"sales_7,sales_30,study,rating,new"`
			Limit int    `query:"limit" minimum:"1" maximum:"50" default:"20"`
		},
		) (*web.Body[RankingView], error) {
			v, err := r.ranking(ctx, in.Kind, in.Limit)
			return web.Answer(v), err
		})
}

func (r *routes) ranking(ctx context.Context, kind string, limit int) (RankingView, error) {
	v := RankingView{Kind: kind, Items: []RankedCourse{}}
	rows, err := r.Ranking.List(ctx, kind, platform(ctx), limit)
	if err != nil {
		return v, err
	}
	list := make([]CourseCard, len(rows))
	for i, p := range rows {
		list[i] = courseCard(p.Card)
	}
	if err := r.dealt(ctx, list); err != nil {
		return v, err
	}
	for i, p := range rows {
		v.Items = append(v.Items, RankedCourse{i + 1, p.Amount, p.People, list[i]})
		v.ComputedAt = p.ComputedAt
	}
	if len(rows) == 0 {
		v.ComputedAt, err = r.Ranking.Computed(ctx)
	}
	return v, err
}

// homeRanking is what sells in these weeks; while little does, what is studied or rated
// well. A list of one or two is none.
func (r *routes) homeRanking(ctx context.Context) (RankingView, error) {
	for _, kind := range []string{ranking.Sales7, ranking.Sales30, ranking.Study, ranking.Rating} {
		v, err := r.ranking(ctx, kind, 5)
		if err != nil || len(v.Items) >= 3 {
			return v, err
		}
	}
	return RankingView{Kind: ranking.Sales7, Items: []RankedCourse{}}, nil
}

func (r *routes) topics() {
	const tag = "shop"
	web.Handle(r.web, web.Route{ID: "topics", Method: http.MethodGet, Path: "/api/topics", Summary: "Topics, the newest first", Tag: tag, Need: web.Public, Cache: publicCache},
		func(ctx context.Context, in *struct{ web.PageQuery }) (*web.Body[web.List[TopicView]], error) {
			after, err := in.Keys(2)
			if err != nil {
				return nil, err
			}
			rows, err := r.Topic.Live(ctx, after, in.Limit+1)
			if err != nil {
				return nil, err
			}
			return web.Answer(web.Page(rows, in.Limit, topicView, func(t topic.Topic) []int64 { return []int64{t.PublishedAt, t.ID} })), nil
		})
	web.Handle(r.web, web.Route{ID: "topic", Method: http.MethodGet, Path: "/api/topics/{id}", Summary: "A topic with its courses", Tag: tag, Need: web.Public, Cache: publicCache},
		func(ctx context.Context, in *struct {
			ID int64 `path:"id" minimum:"1"`
		},
		) (*web.Body[TopicPage], error) {
			p, err := r.Topic.Page(ctx, platform(ctx), in.ID)
			if err != nil {
				return nil, err
			}
			v := TopicPage{topicView(p.Topic), []TopicCourse{}}
			list := cards(p.Courses)
			if err := r.dealt(ctx, list); err != nil {
				return nil, err
			}
			for i, c := range list {
				v.Courses = append(v.Courses, TopicCourse{p.Notes[i], c})
			}
			return web.Answer(v), nil
		})
}
