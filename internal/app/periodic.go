package app

import (
	"context"
	"time"

	"zhizhou/internal/clock"
	"zhizhou/internal/ledger"
)

// periodic lists the work that is done again and again.
func (a *App) periodic() {
	a.Jobs.Every("commerce", time.Minute, a.Commerce.Sweep)
	a.Jobs.Every("bills", 5*time.Minute, a.Reconcile.Due)
	a.Jobs.Every("quiz", 30*time.Second, a.Quiz.Sweep)
	a.Jobs.Every("live", 20*time.Second, a.Live.Sweep)
	a.Jobs.Every("renewal", time.Minute, a.Renewal.Sweep)
	a.Jobs.Every("shipping", time.Minute, a.Shipping.Sweep)
	a.Jobs.Every("invoices", 30*time.Second, a.Invoice.Sweep)
	a.Jobs.Every("earn", time.Hour, a.Commerce.Earn)
	a.Jobs.Every("points", time.Minute, a.Points.Sweep)
	a.Jobs.Every("shares", time.Hour, a.Share.Sweep)
	a.Jobs.Every("growth", 10*time.Minute, a.Growth.Renew)
	a.Jobs.Every("card experiments", time.Hour, a.Card.LookAt)
	a.Jobs.Every("commission", time.Minute, a.Commission.Sweep)
	a.Jobs.Every("partner rewards", time.Minute, a.Partner.Reward)
	a.Jobs.Every("referral", 5*time.Minute, a.Referral.Sweep)
	a.Jobs.Every("campaign", time.Minute, a.Campaign.Sweep)
	a.Jobs.Every("risk", time.Hour, a.Risk.Sweep)
	a.Jobs.Every("exports", time.Minute, a.Export.Sweep)
	a.Jobs.Every("seal", time.Minute, func(ctx context.Context) error {
		_, err := ledger.Seal(ctx, a.DB, clock.MS(a.Clock))
		return err
	})
	a.findingWork()
	a.Jobs.Every("publish", 15*time.Second, a.Catalog.PublishDue)
	a.Jobs.Every("release", 15*time.Second, a.Catalog.ReleaseDue)
	a.Jobs.Every("message", 15*time.Second, a.Message.Sweep)
	a.Jobs.Every("notices", time.Hour, a.Message.Forget)
	a.Jobs.Every("advice", time.Minute, a.Advice.Sweep)
	a.Jobs.Every("items", 15*time.Second, a.SyncItems)
	a.Jobs.Every("media_recover", 30*time.Second, a.Media.Recover)
	a.Jobs.Every("media", 5*time.Minute, a.Media.Sweep)
	a.Jobs.Every("attachments", time.Minute, a.Document.ShowAll)
	a.Jobs.Every("homework", time.Hour, a.Homework.Sweep)
	a.Jobs.Every("booking", time.Minute, a.Booking.Sweep)
	a.Jobs.Every("challenges", time.Minute, a.Challenge.Sweep)
	a.Jobs.Every("challenge_files", time.Hour, a.Challenge.Tidy)
	a.Jobs.Every("applications", time.Hour, a.Teacher.Sweep)
	a.Jobs.Every("ebooks", time.Hour, a.Ebook.Sweep)
	a.Jobs.Every("learners", 5*time.Minute, func(ctx context.Context) error {
		counts, err := a.Access.Counts(ctx)
		if err != nil {
			return err
		}
		return a.Catalog.SetLearners(ctx, counts)
	})
	a.Jobs.Every("account", time.Hour, a.Account.Sweep)
}
