// Package console is the API of the admin console. Every route names the
// permission that it takes; the domains write the audit log.
package console

import (
	"context"
	"net/http"

	"zhizhou/internal/access"
	"zhizhou/internal/account"
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
	"zhizhou/internal/export"
	"zhizhou/internal/growth"
	"zhizhou/internal/homework"
	"zhizhou/internal/invoice"
	"zhizhou/internal/learning"
	"zhizhou/internal/library"
	"zhizhou/internal/live"
	"zhizhou/internal/media"
	"zhizhou/internal/note"
	"zhizhou/internal/partner"
	"zhizhou/internal/pay"
	"zhizhou/internal/points"
	"zhizhou/internal/quiz"
	"zhizhou/internal/rating"
	"zhizhou/internal/reconcile"
	"zhizhou/internal/renewal"
	"zhizhou/internal/risk"
	"zhizhou/internal/search"
	"zhizhou/internal/setting"
	"zhizhou/internal/share"
	"zhizhou/internal/shipping"
	"zhizhou/internal/shop"
	"zhizhou/internal/teacher"
	"zhizhou/internal/topic"
	"zhizhou/internal/version"
	"zhizhou/internal/web"
)

// Deps are what the routes call.
type Deps struct {
	Account   *account.Service
	Catalog   *catalog.Service
	Access    *access.Service
	Commerce  *commerce.Service
	Points    *points.Service
	Learning  *learning.Service
	Quiz      *quiz.Service
	Media     *media.Service
	Document  *document.Service
	Ebook     *ebook.Service
	Settings  *setting.Store
	Clock     clock.Clock
	PublicURL string
	Sandbox   bool
	// TestChannel proves a channel's keys without moving money.
	TestChannel func(ctx context.Context, c pay.Channel) error
	// CheckPayment refuses merchant keys that cannot work, before they are saved.
	CheckPayment func(*setting.Payment) error
	// Outside are the addresses of outside services in force, for the settings page.
	Outside map[string]string
	// Reconcile compares bills with the books.
	Reconcile *reconcile.Service
	// Shipping tells the mini program what was delivered.
	Shipping *shipping.Service
	Invoice  *invoice.Service
	// Export writes lists into files.
	Export  *export.Service
	Renewal *renewal.Service
	// CheckRenewal refuses what automatic renewal cannot work with.
	CheckRenewal func(*setting.Renewal) error
	// Mailer sends the test mail of the settings page.
	Mailer invoice.Mailer
	// Search keeps synonyms and the counts of what was searched for.
	Search *search.Service
	// Topic keeps pages of courses.
	Topic *topic.Service
	// Certificate attests what learners have done.
	Certificate *certificate.Service
	// Caption keeps what is said in videos and audio.
	Caption *caption.Service
	// Homework takes work in and has it marked.
	Homework *homework.Service
	// Booking holds lessons at times that are booked.
	Booking *booking.Service
	// Commission is what inviters earn, and how it is paid out.
	Commission *commission.Service
	// Library shows all material in one place.
	Library *library.Service
	// Version keeps what courses said before.
	Version *version.Service
	// Live keeps live rooms.
	Live *live.Service
	// LiveServer is the address that encoders are told; "" while live is off.
	LiveServer func() string
	// Note keeps what learners write beside lessons.
	Note *note.Service
	// Rating keeps what learners say of courses.
	Rating *rating.Service
	// Share is the graph of shares, Growth counts what comes of it.
	Share  *share.Service
	Growth *growth.Service
	// Card makes evidence cards.
	Card *card.Service
	// Teacher takes in who wants to teach here.
	Teacher *teacher.Service
	// Partner keeps who promotes what the school sells.
	// Challenge keeps challenges and the classes that are opened of them.
	Partner   *partner.Service
	Challenge *challenge.Service
	// Risk judges rewards; Campaign, Shop and Badge give them.
	Risk     *risk.Service
	Campaign *campaign.Service
	Shop     *shop.Service
	Badge    *badge.Service
}

type routes struct {
	Deps
	web *web.API
}

// Register adds every console route.
func Register(a *web.API, d Deps) {
	r := &routes{Deps: d, web: a}
	r.auth()
	r.overview()
	r.courses()
	r.lessons()
	r.library()
	r.courseVersions()
	r.questions()
	r.imports()
	r.papers()
	r.certificates()
	r.homework()
	r.booking()
	r.lives()
	r.cardTemplates()
	r.deskCards()
	r.cardExperiments()
	r.growth()
	r.challenges()
	r.moderation()
	r.ratings()
	r.selling()
	r.people()
	r.shelf()
	r.search()
	r.topics()
	r.orders()
	r.services()
	r.books()
	r.goods()
	r.promotions()
	r.coupons()
	r.points()
	r.risk()
	r.campaigns()
	r.pointsShop()
	r.badges()
	r.experiments()
	r.commissions()
	r.withdrawals()
	r.held()
	r.shipments()
	r.renewals()
	r.invoices()
	r.reconcile()
	r.payouts()
	r.exports()
	r.bulk()
	r.trail()
	r.users()
	r.staff()
	r.settings()
	r.agreements()
	r.applications()
	r.partners()
	r.income()
}

type none struct{}

// Made answers the id of something new.
type Made struct {
	ID int64 `json:"id"`
}

func route(id, method, path, summary, tag, permission string) web.Route {
	status := 0
	if method == http.MethodDelete {
		status = http.StatusNoContent
	}
	return web.Route{ID: "console_" + id, Method: method, Path: "/api/console/" + path, Summary: summary, Tag: tag, Need: web.Console, Permission: permission, Status: status}
}

func quiet(r web.Route) web.Route { r.Status = http.StatusNoContent; return r }

// scope is the instructor whose courses alone the caller may touch, 0 for all.
func scope(ctx context.Context) int64 {
	s := web.CallerOf(ctx).Staff
	if account.Scoped(s.Role) && s.InstructorID == 0 {
		return -1 // an instructor without a profile owns nothing
	}
	return s.InstructorID
}

// classScope is whose classes alone the caller may touch: an instructor's, or, below zero,
// those that a class teacher leads.
func classScope(ctx context.Context) int64 {
	if s := web.CallerOf(ctx).Staff; s.Role == "class_teacher" {
		return -s.ID
	}
	return scope(ctx)
}

func first(keys []int64) int64 {
	if len(keys) == 0 {
		return 0
	}
	return keys[0]
}

// ByID names a thing by its id.
type ByID struct {
	ID int64 `path:"id" minimum:"0"`
}
