// Package learner is the API of the H5 and mini program clients: it turns typed
// requests into one call of a domain and the result into a view. It holds no
// business rule and no SQL.
package learner

import (
	"context"
	"slices"
	"strings"
	"time"

	"zhizhou/internal/access"
	"zhizhou/internal/account"
	"zhizhou/internal/advice"
	"zhizhou/internal/badge"
	"zhizhou/internal/booking"
	"zhizhou/internal/campaign"
	"zhizhou/internal/caption"
	"zhizhou/internal/card"
	"zhizhou/internal/catalog"
	"zhizhou/internal/certificate"
	"zhizhou/internal/challenge"
	"zhizhou/internal/clock"
	"zhizhou/internal/commerce"
	"zhizhou/internal/commission"
	"zhizhou/internal/document"
	"zhizhou/internal/ebook"
	"zhizhou/internal/homework"
	"zhizhou/internal/invoice"
	"zhizhou/internal/learning"
	"zhizhou/internal/live"
	"zhizhou/internal/media"
	"zhizhou/internal/message"
	"zhizhou/internal/note"
	"zhizhou/internal/partner"
	"zhizhou/internal/points"
	"zhizhou/internal/quiz"
	"zhizhou/internal/ranking"
	"zhizhou/internal/rating"
	"zhizhou/internal/recommend"
	"zhizhou/internal/referral"
	"zhizhou/internal/renewal"
	"zhizhou/internal/risk"
	"zhizhou/internal/seal"
	"zhizhou/internal/search"
	"zhizhou/internal/setting"
	"zhizhou/internal/share"
	"zhizhou/internal/shop"
	"zhizhou/internal/signin"
	"zhizhou/internal/teacher"
	"zhizhou/internal/topic"
	"zhizhou/internal/web"
	"zhizhou/internal/wechat"
)

// Deps are what the routes call.
type Deps struct {
	Account  *account.Service
	Catalog  *catalog.Service
	Access   *access.Service
	Commerce *commerce.Service
	Points   *points.Service
	Learning *learning.Service
	Quiz     *quiz.Service
	Media    *media.Service
	Document *document.Service
	Ebook    *ebook.Service
	Settings *setting.Store
	Box      *seal.Box
	Clock    clock.Clock
	// AuthorizeURL is where a WeChat browser goes to sign in; "" when the official
	// account is not configured.
	AuthorizeURL func(ctx context.Context, state, redirect string) (string, error)
	// SignPage signs a page for WeChat's JS-SDK; AppID "" when the official account is not
	// configured.
	SignPage    func(ctx context.Context, address string) (wechat.PageConfig, error)
	PublicURL   string
	Sandbox     bool
	MaxPlays    int
	Invoice     *invoice.Service
	Referral    *referral.Service
	Commission  *commission.Service
	Renewal     *renewal.Service
	Search      *search.Service
	Recommend   *recommend.Service
	Ranking     *ranking.Service
	Topic       *topic.Service
	Certificate *certificate.Service
	Homework    *homework.Service
	Booking     *booking.Service
	Live        *live.Service
	Message     *message.Service
	Advice      *advice.Service
	Note        *note.Service
	Rating      *rating.Service
	Share       *share.Service
	Card        *card.Service
	SignIn      *signin.Service
	Partner     *partner.Service
	Challenge   *challenge.Service
	Risk        *risk.Service
	Campaign    *campaign.Service
	Shop        *shop.Service
	Badge       *badge.Service
	Caption     *caption.Service
	Teacher     *teacher.Service
}

type routes struct {
	Deps
	web *web.API
}

// Register adds every learner route.
func Register(a *web.API, d Deps) {
	r := &routes{Deps: d, web: a}
	r.shop()
	r.courses()
	r.search()
	r.rankings()
	r.recommending()
	r.topics()
	r.auth()
	r.me()
	r.orders()
	r.goods()
	r.coupons()
	r.groupBuys()
	r.gifts()
	r.services()
	r.invoices()
	r.points()
	r.bargains()
	r.invites()
	r.shares()
	r.shareMenu()
	r.cards()
	r.cardReactions()
	r.signIns()
	r.challenges()
	r.squads()
	r.campaigns()
	r.pointsShop()
	r.rewardFiles()
	r.badges()
	r.checks()
	r.commission()
	r.partners()
	r.renewals()
	r.study()
	r.documents()
	r.ebooks()
	r.quizzes()
	r.wrongQuestions()
	r.certificates()
	r.homework()
	r.booking()
	r.lives()
	r.notices()
	r.notes()
	r.lessonQuestions()
	r.favourites()
	r.ratings()
	r.advice()
	r.teachers()
	r.teaching()
}

const publicCache = 5 * time.Second

func imageURL(key string) string {
	if key == "" {
		return ""
	}
	return media.ImageURL(key)
}

func tags(joined string) []string {
	if joined == "" {
		return []string{}
	}
	return strings.Split(joined, ",")
}

// CourseCard is a course in a list.
type CourseCard struct {
	ID             int64      `json:"id"`
	Title          string     `json:"title"`
	Promise        string     `json:"promise"`
	CoverURL       string     `json:"cover_url" doc:"Empty: draw the scene"`
	Scene          string     `json:"scene" enum:"boat,report,bird,poem,data,rice,brush,deed"`
	InstructorName string     `json:"instructor_name"`
	CategoryName   string     `json:"category_name"`
	CategorySlug   string     `json:"category_slug"`
	Form           string     `json:"form" enum:"course,column" doc:"A column grows: its lessons are issues"`
	Cadence        string     `json:"cadence" doc:"Column: when new issues come"`
	PlannedCount   int64      `json:"planned_count" doc:"Column: issues there will be; 0: open-ended"`
	FormNote       string     `json:"form_note"`
	LessonCount    int64      `json:"lesson_count"`
	DurationMS     int64      `json:"duration_ms"`
	PriceFen       int64      `json:"price_fen" doc:"Lowest price on this platform, fen; in lists of what is on sale now, without promotions"`
	Varies         bool       `json:"varies" doc:"In lists: other SKUs cost more, say 起"`
	IsFree         bool       `json:"is_free"`
	ForSale        bool       `json:"for_sale"`
	PreviewCount   int64      `json:"preview_count"`
	LearnerCount   int64      `json:"learner_count"`
	RatingAverage  float64    `json:"rating_average" doc:"One to five, with one decimal, some minutes old; 0: too few rated it"`
	RatingCount    int64      `json:"rating_count" doc:"0: too few"`
	Tags           []string   `json:"tags" nullable:"false"`
	PublishedAt    int64      `json:"published_at"`
	Deals          []DealView `json:"deals" nullable:"false" doc:"In lists: what runs for it or begins within a day"`
}

func courseCard(c catalog.Card) CourseCard {
	var forms []string
	has := strings.Split(c.Forms, ",")
	for _, f := range catalog.FormNames {
		if slices.Contains(has, f.Form) {
			forms = append(forms, f.Name)
		}
	}
	form := "图文"
	if n := len(forms); n > 0 {
		form = strings.Join(forms[:n-1], "、")
		if n > 1 {
			form += "与"
		}
		form += forms[n-1]
	}
	return CourseCard{
		ID: c.ID, Title: c.Title, Promise: c.Promise, CoverURL: imageURL(c.Cover), Scene: c.Scene, InstructorName: c.InstructorName,
		CategoryName: c.CategoryName, CategorySlug: c.CategorySlug, Form: c.Form, Cadence: c.Cadence, PlannedCount: c.PlannedCount,
		FormNote: form, LessonCount: c.LessonCount, DurationMS: c.DurationMS,
		PriceFen: max(c.PriceFen, 0), IsFree: c.PriceFen == 0, ForSale: c.PriceFen >= 0, PreviewCount: c.PreviewCount, LearnerCount: c.LearnerCount,
		RatingAverage: float64(c.RatingTenths) / 10, RatingCount: c.RatingCount,
		Tags: tags(c.Tags), PublishedAt: c.PublishedAt, Deals: []DealView{},
	}
}

func cards(list []catalog.Card) []CourseCard {
	out := make([]CourseCard, len(list))
	for i, c := range list {
		out[i] = courseCard(c)
	}
	return out
}

func platform(ctx context.Context) string { return string(web.CallerOf(ctx).Platform) }

type none struct{}
