package app

import (
	"context"
	"fmt"

	"zhizhou/internal/audit"
	"zhizhou/internal/booking"
	"zhizhou/internal/campaign"
	"zhizhou/internal/card"
	"zhizhou/internal/certificate"
	"zhizhou/internal/challenge"
	"zhizhou/internal/commerce"
	"zhizhou/internal/commission"
	"zhizhou/internal/db"
	"zhizhou/internal/document"
	"zhizhou/internal/homework"
	"zhizhou/internal/invoice"
	"zhizhou/internal/ledger"
	"zhizhou/internal/live"
	"zhizhou/internal/note"
	"zhizhou/internal/partner"
	"zhizhou/internal/points"
	"zhizhou/internal/quiz"
	"zhizhou/internal/rating"
	"zhizhou/internal/reconcile"
	"zhizhou/internal/referral"
	"zhizhou/internal/renewal"
	"zhizhou/internal/risk"
	"zhizhou/internal/search"
	"zhizhou/internal/share"
	"zhizhou/internal/shop"
	"zhizhou/internal/signin"
	"zhizhou/internal/teacher"
	"zhizhou/internal/version"
)

// Doctor audits money and access and returns what is wrong, nothing when all is
// well.
func (a *App) Doctor(ctx context.Context) ([]string, error) {
	var out []string
	for _, check := range []func(context.Context, db.Reader) ([]db.Finding, error){
		commerce.Audit, reconcile.Audit, invoice.Audit, points.Audit, commission.Audit, referral.Audit, renewal.Audit, search.Audit, quiz.Audit, document.Audit, certificate.Audit, homework.Audit, booking.Audit, live.Audit, note.Audit, rating.Audit, card.Audit, share.Audit, signin.Audit, risk.Audit, campaign.Audit, shop.Audit, challenge.Audit, version.Audit, teacher.Audit, partner.Audit,
		func(ctx context.Context, _ db.Reader) ([]db.Finding, error) { return a.Shipping.Audit(ctx) },
	} {
		found, err := check(ctx, a.DB)
		if err != nil {
			return nil, err
		}
		for _, f := range found {
			out = append(out, fmt.Sprintf("INV-%d %s: %s", f.Invariant, f.Name, f.Row))
		}
	}
	broken, err := ledger.Verify(ctx, a.DB)
	if err != nil {
		return nil, err
	}
	for _, row := range broken {
		out = append(out, "INV-4 the chain of seals does not hold: "+row)
	}
	chain, err := audit.Verify(ctx, a.DB)
	for _, c := range chain {
		out = append(out, "INV-41 "+c)
	}
	return out, err
}

// OpenAPI returns the API description as it is committed.
func (a *App) OpenAPI() ([]byte, error) { return a.API.Huma.OpenAPI().YAML() }
