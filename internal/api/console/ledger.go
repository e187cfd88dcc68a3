package console

import (
	"context"
	"net/http"
	"strings"
	"time"

	"zhizhou/internal/account"
	"zhizhou/internal/clock"
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

// TaxLine is what a month earned under one rate.
type TaxLine struct {
	RateBps   int64 `json:"rate_bps" doc:"600 is 6 %"`
	Booked    bool  `json:"booked" doc:"False: from orders that were booked before tax had accounts of its own; the tax is computed from the net"`
	Lines     int64 `json:"lines" doc:"Sales, and days of what is earned over time"`
	SoldFen   int64 `json:"sold_fen" doc:"Earned, with tax, after discounts"`
	RefundFen int64 `json:"refund_fen" doc:"Given back of what had been earned"`
	NetFen    int64 `json:"net_fen"`
	TaxFen    int64 `json:"tax_fen" doc:"As the tax account says"`
}

// RevenueMonth is what a month earned, from list prices to what is kept.
type RevenueMonth struct {
	Accounts    []BalanceView `json:"accounts" nullable:"false" doc:"Revenue, discounts, refunds, tax and fees, as they moved"`
	RevenueFen  int64         `json:"revenue_fen" doc:"At list price, without tax"`
	DiscountFen int64         `json:"discount_fen"`
	RefundFen   int64         `json:"refund_fen"`
	NetFen      int64         `json:"net_fen" doc:"revenue_fen − discount_fen − refund_fen"`
	TaxFen      int64         `json:"tax_fen"`
	FeeFen      int64         `json:"fee_fen"`
	DeferredFen int64         `json:"deferred_fen" doc:"What was added to what is still to come; negative: more was earned than sold"`
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
	web.Handle(r.web, route("tax_report", http.MethodGet, "ledger/tax", "What a month earned, by tax rate", tag, account.PermBillRead),
		func(ctx context.Context, in *struct {
			Month string `query:"month" required:"true" maxLength:"7" doc:"2026-11, in China"`
		},
		) (*web.Body[web.List[TaxLine]], error) {
			from, to, err := month(in.Month)
			if err != nil {
				return nil, err
			}
			rows, err := r.Commerce.TaxReport(ctx, from, to)
			out := web.List[TaxLine]{Items: []TaxLine{}}
			for _, t := range rows {
				out.Items = append(out.Items, TaxLine{t.RateBps, t.BookRule > 0, t.Lines, t.SoldFen, t.RefundFen, t.NetFen(), t.TaxFen})
			}
			return web.Answer(out), err
		})
	web.Handle(r.web, route("revenue_report", http.MethodGet, "ledger/revenue", "What a month earned: revenue, discounts, refunds, tax", tag, account.PermBillRead),
		func(ctx context.Context, in *struct {
			Month string `query:"month" required:"true" maxLength:"7" doc:"2026-11, in China"`
		},
		) (*web.Body[RevenueMonth], error) {
			from, to, err := month(in.Month)
			if err != nil {
				return nil, err
			}
			rows, err := ledger.Moved(ctx, r.Settings.DB, from, to)
			return web.Answer(revenueMonth(rows)), err
		})
}

// month reads "2026-11" as a span of time (ms) in China.
func month(text string) (from, to int64, err error) {
	t, err := time.ParseInLocation("2006-01", text, clock.China)
	if err != nil {
		return 0, 0, errMonth
	}
	return t.UnixMilli(), t.AddDate(0, 1, 0).UnixMilli(), nil
}

func revenueMonth(rows []ledger.Balance) RevenueMonth {
	m := RevenueMonth{Accounts: []BalanceView{}}
	for _, b := range rows {
		fen := b.CreditFen - b.DebitFen
		switch sort, _, _ := strings.Cut(b.Account, ":"); sort {
		case "revenue":
			m.RevenueFen += fen
		case "discount":
			m.DiscountFen -= fen
		case "refund":
			m.RefundFen -= fen
		case "tax":
			m.TaxFen += fen
		case "fee":
			m.FeeFen -= fen
		case "deferred":
			m.DeferredFen += fen
		default:
			continue
		}
		m.Accounts = append(m.Accounts, BalanceView{b.Account, ledger.Label(b.Account), b.DebitFen, b.CreditFen})
	}
	m.NetFen = m.RevenueFen - m.DiscountFen - m.RefundFen
	return m
}
