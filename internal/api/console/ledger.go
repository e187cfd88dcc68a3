package console

import (
	"context"
	"net/http"
	"time"

	"zhizhou/internal/account"
	"zhizhou/internal/clock"
	"zhizhou/internal/commerce"
	"zhizhou/internal/errs"
	"zhizhou/internal/ledger"
	"zhizhou/internal/web"
)

// BalanceView is an account of the trial balance.
type BalanceView struct {
	Account   string `json:"account"`
	Label     string `json:"label"`
	DebitFen  int64  `json:"debit_fen"`
	CreditFen int64  `json:"credit_fen"`
}

// TrialView is the trial balance with the state of the seals.
type TrialView struct {
	Accounts []BalanceView `json:"accounts" nullable:"false"`
	Balanced bool          `json:"balanced" doc:"Debits and credits are equal"`
	Broken   []string      `json:"broken" nullable:"false" doc:"Seals that do not hold; empty: the books are as they were posted"`
}

// TaxLine is what a month sold under one tax category.
type TaxLine struct {
	Category    string `json:"category" enum:"digital_service,book,goods"`
	Label       string `json:"label"`
	RatePercent int64  `json:"rate_percent"`
	Orders      int64  `json:"orders"`
	GrossFen    int64  `json:"gross_fen"`
	RefundFen   int64  `json:"refund_fen"`
	NetFen      int64  `json:"net_fen"`
	TaxFen      int64  `json:"tax_fen" doc:"Contained in the net: net × rate ÷ (1 + rate), rounded half up"`
}

var errMonth = errs.New(errs.Invalid, "month_invalid", "月份写成 2026-11 这样").Field("month", "例如 2026-11")

func (r *routes) books() {
	const tag = "console finance"
	web.Handle(r.web, route("trial_balance", http.MethodGet, "ledger/balances", "The trial balance, and whether the seals hold", tag, account.PermBillRead),
		func(ctx context.Context, _ *none) (*web.Body[TrialView], error) {
			rows, err := ledger.Balances(ctx, r.Settings.DB)
			if err != nil {
				return nil, err
			}
			v := TrialView{Accounts: []BalanceView{}, Broken: []string{}}
			var debit, credit int64
			for _, b := range rows {
				v.Accounts = append(v.Accounts, BalanceView{b.Account, ledger.Label(b.Account), b.DebitFen, b.CreditFen})
				debit, credit = debit+b.DebitFen, credit+b.CreditFen
			}
			v.Balanced = debit == credit
			broken, err := ledger.Verify(ctx, r.Settings.DB)
			v.Broken = append(v.Broken, broken...)
			return web.Answer(v), err
		})
	web.Handle(r.web, route("tax_report", http.MethodGet, "ledger/tax", "What a month sold, by tax rate", tag, account.PermBillRead),
		func(ctx context.Context, in *struct {
			Month string `query:"month" required:"true" maxLength:"7" doc:"2026-11, in China"`
		},
		) (*web.Body[web.List[TaxLine]], error) {
			from, err := time.ParseInLocation("2006-01", in.Month, clock.China)
			if err != nil {
				return nil, errMonth
			}
			rows, err := r.Commerce.TaxReport(ctx, from.UnixMilli(), from.AddDate(0, 1, 0).UnixMilli())
			out := web.List[TaxLine]{Items: []TaxLine{}}
			for _, t := range rows {
				out.Items = append(out.Items, TaxLine{t.Category, commerce.TaxLabel(t.Category), commerce.TaxRate(t.Category), t.Orders, t.GrossFen, t.RefundFen, t.GrossFen - t.RefundFen, t.TaxFen()})
			}
			return web.Answer(out), err
		})
}
