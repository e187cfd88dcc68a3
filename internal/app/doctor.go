package app

import (
	"context"
	"fmt"

	"zhizhou/internal/audit"
	"zhizhou/internal/commerce"
	"zhizhou/internal/commission"
	"zhizhou/internal/invoice"
	"zhizhou/internal/ledger"
	"zhizhou/internal/points"
	"zhizhou/internal/reconcile"
	"zhizhou/internal/referral"
	"zhizhou/internal/renewal"
)

// Doctor audits money and access and returns what is wrong, nothing when all is
// well.
func (a *App) Doctor(ctx context.Context) ([]string, error) {
	found, err := commerce.Audit(ctx, a.DB)
	if err != nil {
		return nil, err
	}
	bills, err := reconcile.Audit(ctx, a.DB)
	if err != nil {
		return nil, err
	}
	found = append(found, bills...)
	invoices, err := invoice.Audit(ctx, a.DB)
	if err != nil {
		return nil, err
	}
	found = append(found, invoices...)
	held, err := points.Audit(ctx, a.DB)
	if err != nil {
		return nil, err
	}
	for _, f := range held {
		found = append(found, commerce.Finding(f))
	}
	earned, err := commission.Audit(ctx, a.DB)
	if err != nil {
		return nil, err
	}
	for _, f := range earned {
		found = append(found, commerce.Finding(f))
	}
	tree, err := referral.Audit(ctx, a.DB)
	if err != nil {
		return nil, err
	}
	for name, rows := range tree {
		for _, row := range rows {
			found = append(found, commerce.Finding{Invariant: 28, Name: name, Row: row})
		}
	}
	renewals, err := renewal.Audit(ctx, a.DB)
	if err != nil {
		return nil, err
	}
	found = append(found, renewals...)
	broken, err := ledger.Verify(ctx, a.DB)
	if err != nil {
		return nil, err
	}
	for _, row := range broken {
		found = append(found, commerce.Finding{Invariant: 4, Name: "the chain of seals does not hold", Row: row})
	}
	unshipped, err := a.Shipping.Audit(ctx)
	if err != nil {
		return nil, err
	}
	for _, row := range unshipped {
		found = append(found, commerce.Finding{Invariant: 48, Name: "WeChat was not told of a delivery", Row: row})
	}
	var out []string
	for _, f := range found {
		out = append(out, fmt.Sprintf("INV-%d %s: %s", f.Invariant, f.Name, f.Row))
	}
	chain, err := audit.Verify(ctx, a.DB)
	for _, c := range chain {
		out = append(out, "INV-41 "+c)
	}
	return out, err
}

// OpenAPI returns the API description as it is committed.
func (a *App) OpenAPI() ([]byte, error) { return a.API.Huma.OpenAPI().YAML() }
