package learner

import (
	"context"
	"net/http"

	"zhizhou/internal/catalog"
	"zhizhou/internal/learning"
	"zhizhou/internal/setting"
	"zhizhou/internal/web"
)

// ShopView is what a client needs to know of the school.
type ShopView struct {
	Name        string          `json:"name"`
	Slogan      string          `json:"slogan"`
	LogoURL     string          `json:"logo_url"`
	ICP         string          `json:"icp"`
	Phone       string          `json:"phone"`
	Agreements  []AgreementLink `json:"agreements" nullable:"false"`
	WeChatLogin bool            `json:"wechat_login"`
	Sandbox     bool            `json:"sandbox" doc:"Payments are play money"`
}

// AgreementLink names an agreement in force.
type AgreementLink struct {
	Kind    string `json:"kind" enum:"user_agreement,privacy_policy"`
	Title   string `json:"title"`
	Version string `json:"version"`
}

// AgreementView is an agreement with its text.
type AgreementView struct {
	AgreementLink
	BodyHTML    string `json:"body_html"`
	EffectiveAt int64  `json:"effective_at"`
}

// CategoryView is a category.
type CategoryView struct {
	ID          int64  `json:"id"`
	Name        string `json:"name"`
	Slug        string `json:"slug"`
	CourseCount int64  `json:"course_count"`
}

// BannerView is a picture or sentence on the home page.
type BannerView struct {
	ID       int64  `json:"id"`
	Title    string `json:"title"`
	Subtitle string `json:"subtitle"`
	Note     string `json:"note"`
	ImageURL string `json:"image_url"`
	Link     string `json:"link"`
}

// ContinueItem is a lesson to go on with.
type ContinueItem struct {
	CourseID    int64  `json:"course_id"`
	CourseTitle string `json:"course_title"`
	CoverURL    string `json:"cover_url"`
	Scene       string `json:"scene" enum:"boat,report,bird,poem,data,rice,brush,deed"`
	LessonID    int64  `json:"lesson_id"`
	LessonTitle string `json:"lesson_title"`
	LessonNo    int64  `json:"lesson_no"`
	Form        string `json:"form" enum:"video,audio,article,live,document,ebook,quiz,homework,booking"`
	PositionMS  int64  `json:"position_ms"`
	DurationMS  int64  `json:"duration_ms"`
	Percent     int64  `json:"percent"`
	StudiedAt   int64  `json:"studied_at"`
}

// HomeView is the home page.
type HomeView struct {
	Banners     []BannerView   `json:"banners" nullable:"false"`
	Categories  []CategoryView `json:"categories" nullable:"false"`
	Continue    []ContinueItem `json:"continue" nullable:"false"`
	Recommended []PickView     `json:"recommended" nullable:"false" doc:"By the learner's study if he has not switched that off, then what the school puts forward"`
	Newest      []CourseCard   `json:"newest" nullable:"false"`
	Flash       []GoodsCard    `json:"flash" nullable:"false" doc:"Goods of any kind with a flash sale that runs or begins within a day"`
	Ranking     RankingView    `json:"ranking" doc:"What sells; empty while little does"`
	Topics      []TopicView    `json:"topics" nullable:"false"`
}

// flashMax is how many flash sales the home page shows.
const flashMax = 4

func (r *routes) shop() {
	web.Handle(r.web, web.Route{ID: "shop", Method: http.MethodGet, Path: "/api/shop", Summary: "The school", Tag: "shop", Need: web.Public, Cache: publicCache},
		func(ctx context.Context, _ *none) (*web.Body[ShopView], error) {
			s := setting.NewShop()
			if _, err := r.Settings.Load(ctx, s); err != nil {
				return nil, err
			}
			agreements, err := r.Account.Agreements(ctx)
			if err != nil {
				return nil, err
			}
			v := ShopView{Name: s.Name, Slogan: s.Slogan, LogoURL: imageURL(s.Logo), ICP: s.ICP, Phone: s.Phone, Agreements: []AgreementLink{}, Sandbox: r.Sandbox}
			for _, a := range agreements {
				v.Agreements = append(v.Agreements, AgreementLink{a.Kind, a.Title, a.Version})
			}
			address, err := r.AuthorizeURL(ctx, "x", r.PublicURL)
			v.WeChatLogin = err == nil && address != ""
			return web.Answer(v), nil
		})
	web.Handle(r.web, web.Route{ID: "agreement", Method: http.MethodGet, Path: "/api/agreements/{kind}", Summary: "An agreement in force", Tag: "shop", Need: web.Public},
		func(ctx context.Context, in *struct {
			Kind string `path:"kind" enum:"user_agreement,privacy_policy"`
		},
		) (*web.Body[AgreementView], error) {
			a, err := r.Account.Agreement(ctx, in.Kind)
			if err != nil {
				return nil, err
			}
			return web.Answer(AgreementView{AgreementLink{a.Kind, a.Title, a.Version}, a.BodyHTML, a.EffectiveAt}), nil
		})
	web.Handle(r.web, web.Route{ID: "home", Method: http.MethodGet, Path: "/api/home", Summary: "The home page", Tag: "shop", Need: web.Anyone}, r.home)
	web.Handle(r.web, web.Route{ID: "categories", Method: http.MethodGet, Path: "/api/categories", Summary: "Categories", Tag: "shop", Need: web.Public, Cache: publicCache},
		func(ctx context.Context, _ *none) (*web.Body[web.List[CategoryView]], error) {
			list, err := r.categories(ctx)
			return web.Answer(web.List[CategoryView]{Items: list}), err
		})
}

func (r *routes) categories(ctx context.Context) ([]CategoryView, error) {
	rows, err := r.Catalog.Categories(ctx)
	out := []CategoryView{}
	for _, c := range rows {
		out = append(out, CategoryView{c.ID, c.Name, c.Slug, c.CourseCount})
	}
	return out, err
}

func (r *routes) home(ctx context.Context, _ *none) (*web.Body[HomeView], error) {
	v := HomeView{Banners: []BannerView{}, Continue: []ContinueItem{}, Topics: []TopicView{}}
	banners, err := r.Catalog.Banners(ctx, false)
	if err != nil {
		return nil, err
	}
	for _, b := range banners {
		v.Banners = append(v.Banners, BannerView{b.ID, b.Title, b.Subtitle, b.Note, imageURL(b.Image), b.Link})
	}
	if v.Categories, err = r.categories(ctx); err != nil {
		return nil, err
	}
	if v.Recommended, err = r.picks(ctx); err != nil {
		return nil, err
	}
	newest, err := r.Catalog.Shelf(ctx, platform(ctx), 0, catalog.Newest, nil, 8)
	if err != nil {
		return nil, err
	}
	v.Newest = cards(newest)
	if err := r.dealt(ctx, v.Newest); err != nil {
		return nil, err
	}
	if v.Flash, err = r.flashShelf(ctx, flashMax); err != nil {
		return nil, err
	}
	if v.Ranking, err = r.homeRanking(ctx); err != nil {
		return nil, err
	}
	topics, err := r.Topic.Live(ctx, nil, 4)
	if err != nil {
		return nil, err
	}
	for _, t := range topics {
		v.Topics = append(v.Topics, topicView(t))
	}
	if userID := web.UserID(ctx); userID != 0 {
		if v.Continue, err = r.goOn(ctx, userID, 3); err != nil {
			return nil, err
		}
	}
	return web.Answer(v), nil
}

// goOn lists what to go on with, one lesson a course, last studied first: the lesson that
// was begun, and after one that is finished the first that is not.
func (r *routes) goOn(ctx context.Context, userID int64, n int) ([]ContinueItem, error) {
	rows, err := r.Learning.Recents(ctx, userID, 30)
	if err != nil {
		return nil, err
	}
	out := []ContinueItem{}
	seen := map[int64]bool{}
	for _, p := range rows {
		if seen[p.CourseID] || len(out) == n {
			continue
		}
		seen[p.CourseID] = true
		if p.FinishedAt > 0 {
			have, err := r.Access.Course(ctx, r.Settings.DB, userID, p.CourseID)
			if err != nil {
				return nil, err
			}
			next, ok, err := r.Learning.Next(ctx, userID, p.CourseID)
			if err != nil {
				return nil, err
			}
			if !ok || !have.Owned {
				continue
			}
			next.StudiedAt, p = p.StudiedAt, next
		}
		out = append(out, ContinueItem{
			CourseID: p.CourseID, CourseTitle: p.CourseTitle, CoverURL: imageURL(p.Cover), Scene: p.Scene, LessonID: p.LessonID, LessonTitle: p.LessonTitle,
			LessonNo: p.LessonNo, Form: p.Form, PositionMS: p.PositionMS, DurationMS: p.DurationMS, Percent: learning.Percent(p.CoveredMS, p.DurationMS), StudiedAt: p.StudiedAt,
		})
	}
	return out, nil
}
