package app

import (
	"context"
	"path/filepath"
	"strconv"

	"zhizhou/internal/account"
	"zhizhou/internal/blob"
	"zhizhou/internal/commerce"
	"zhizhou/internal/export"
	"zhizhou/internal/invoice"
	"zhizhou/internal/ledger"
	"zhizhou/internal/web"
)

// newExport gives staff's files their kinds: which columns they have, and where each
// page of rows comes from.
func (a *App) newExport(store blob.Store) *export.Service {
	return export.New(export.Service{DB: a.DB, Jobs: a.Jobs, Store: store, Box: a.Box, Clock: a.Clock, Dir: filepath.Join(a.Config.DataDir, "work", "exports"), Log: a.log},
		[]export.Kind{a.orderLines(), a.refundRows(), a.ledgerRows(), a.invoiceRows(), a.monthReport(), a.trialBalance(), a.studyHours(), a.attendance(), a.bookings()})
}

// paged makes a page of cells out of rows; the id of the last one is the cursor.
func paged[R any](rows []R, err error, of func(R) int64, cells func(R) []any) ([][]any, int64, error) {
	if err != nil || len(rows) == 0 {
		return nil, 0, err
	}
	out := make([][]any, len(rows))
	for i, r := range rows {
		out[i] = cells(r)
	}
	return out, of(rows[len(rows)-1]), nil
}

func percent(bps int64) string { return strconv.FormatFloat(float64(bps)/100, 'f', -1, 64) + "%" }

func span(f export.Filter) commerce.Span {
	return commerce.Span{From: f.From, To: f.To, Status: f.Status}
}

// paidBy names the channel of a line's money; an order that cost nothing has none.
func paidBy(l commerce.ExportLine) string {
	if l.Channel == "" && l.PaidAt > 0 {
		return "免费"
	}
	return ledger.Subject(l.Channel)
}

func (a *App) orderLines() export.Kind {
	states := map[string]string{"pending": "待支付", "paid": "已支付", "closed": "已关闭", "refunded": "已退款"}
	return export.Kind{
		Name: "orders", Label: "订单", Permission: account.PermOrderRead,
		Head: []string{"订单号", "下单时间", "付款时间", "状态", "平台", "学员编号", "昵称", "商品", "规格", "数量", "原价", "优惠", "实付", "已退", "税率", "支付通道", "支付单号", "通道单号"},
		Count: func(ctx context.Context, f export.Filter) (int64, error) {
			return a.Commerce.CountLines(ctx, span(f))
		},
		Page: func(ctx context.Context, f export.Filter, after int64) ([][]any, int64, error) {
			rows, err := a.Commerce.ExportLines(ctx, span(f), after)
			return paged(rows, err, func(l commerce.ExportLine) int64 { return l.ID }, func(l commerce.ExportLine) []any {
				return []any{
					export.Digits(l.No), export.Time(l.CreatedAt), export.Time(l.PaidAt), states[l.Status], web.Platform(l.Platform).Label(), export.Digits(strconv.FormatInt(l.UserID, 10)), l.Nickname, l.Title, l.SKUName, l.Quantity,
					export.Fen(l.ListFen), export.Fen(l.DiscountFen), export.Fen(l.PriceFen), export.Fen(l.RefundedFen), percent(commerce.RateBps(l.TaxRateBps, l.TaxCategory)),
					paidBy(l), export.Digits(l.OutTradeNo), export.Digits(l.TransactionID),
				}
			})
		},
	}
}

func (a *App) refundRows() export.Kind {
	states := map[string]string{
		commerce.RefundRequested: "待审核", commerce.RefundApproved: "已同意", commerce.RefundProcessing: "退款中", commerce.RefundSucceeded: "已退款",
		commerce.RefundRejected: "已拒绝", commerce.RefundAbnormal: "异常",
	}
	return export.Kind{
		Name: "refunds", Label: "退款", Permission: account.PermOrderRead,
		Head: []string{"退款单号", "订单号", "商品", "昵称", "金额", "状态", "原因", "回复", "申请时间", "审核时间", "完成时间", "支付通道", "通道退款单号"},
		Count: func(ctx context.Context, f export.Filter) (int64, error) {
			return a.Commerce.CountRefunds(ctx, span(f))
		},
		Page: func(ctx context.Context, f export.Filter, after int64) ([][]any, int64, error) {
			rows, err := a.Commerce.ExportRefunds(ctx, span(f), after)
			return paged(rows, err, func(r commerce.ExportRefund) int64 { return r.ID }, func(r commerce.ExportRefund) []any {
				return []any{
					export.Digits(r.No), export.Digits(r.OrderNo), r.Title, r.Nickname, export.Fen(r.AmountFen), states[r.Status], r.Reason, r.Reply,
					export.Time(r.RequestedAt), export.Time(r.DecidedAt), export.Time(r.FinishedAt), ledger.Subject(r.Channel), export.Digits(r.ChannelRefundID),
				}
			})
		},
	}
}

func (a *App) ledgerRows() export.Kind {
	return export.Kind{
		Name: "ledger", Label: "会计分录", Permission: account.PermBillRead,
		Head: []string{"分录编号", "凭证编号", "记账时间", "业务", "业务编号", "科目代码", "科目", "借方", "贷方", "订单编号"},
		Count: func(ctx context.Context, f export.Filter) (int64, error) {
			return ledger.CountRows(ctx, a.DB, f.From, f.To)
		},
		Page: func(ctx context.Context, f export.Filter, after int64) ([][]any, int64, error) {
			rows, err := ledger.Rows(ctx, a.DB, f.From, f.To, after)
			return paged(rows, err, func(r ledger.Row) int64 { return r.ID }, func(r ledger.Row) []any {
				return []any{
					export.Digits(strconv.FormatInt(r.ID, 10)), export.Digits(strconv.FormatInt(r.TransactionID, 10)), export.Time(r.At), ledger.KindLabel(r.Kind), ledger.RefLabel(r.RefKind, r.RefID),
					r.Account, ledger.Label(r.Account), export.Fen(r.DebitFen), export.Fen(r.CreditFen), export.Digits(strconv.FormatInt(r.OrderID, 10)),
				}
			})
		},
	}
}

func (a *App) invoiceRows() export.Kind {
	types := map[string]string{invoice.Normal: "普票", invoice.Special: "专票"}
	states := map[string]string{invoice.Issued: "已开", invoice.RedRequested: "待红冲", invoice.RedIssued: "已红冲"}
	until := func(f export.Filter) int64 {
		if f.To == 0 {
			return 1 << 60
		}
		return f.To
	}
	return export.Kind{
		Name: "invoices", Label: "发票", Permission: account.PermInvoiceRead,
		Head: []string{"开票时间", "发票号码", "类型", "抬头", "纳税人识别号", "订单号", "项目", "税收分类编码", "税率", "价税合计", "税额", "状态", "红字发票号码"},
		Count: func(ctx context.Context, f export.Filter) (int64, error) {
			return a.Invoice.CountIssued(ctx, f.From, until(f))
		},
		Page: func(ctx context.Context, f export.Filter, after int64) ([][]any, int64, error) {
			rows, err := a.Invoice.Export(ctx, f.From, until(f), after)
			if err != nil || len(rows) == 0 {
				return nil, 0, err
			}
			var out [][]any
			for _, v := range rows {
				for _, l := range v.Lines {
					out = append(out, []any{
						export.Time(v.IssuedAt), export.Digits(v.Number), types[v.Type], v.Party.Name, export.Digits(v.Party.TaxNo), export.Digits(l.OrderNo), l.Title, export.Digits(l.TaxCode),
						percent(l.RateBps), export.Fen(l.AmountFen), export.Fen(l.TaxFen), states[v.Status], export.Digits(v.RedNumber),
					})
				}
			}
			return out, rows[len(rows)-1].ID, nil
		},
	}
}

// monthReport is revenue by account and tax by rate of a span, usually a month.
func (a *App) monthReport() export.Kind {
	return export.Kind{
		Name: "revenue", Label: "收入与税", Permission: account.PermBillRead,
		Head:  []string{"部分", "项目", "借方", "贷方", "含税收入", "含税退回", "含税净额", "销项税"},
		Count: func(context.Context, export.Filter) (int64, error) { return 0, nil },
		Page: func(ctx context.Context, f export.Filter, after int64) ([][]any, int64, error) {
			if after > 0 {
				return nil, 0, nil
			}
			to := f.To
			if to == 0 {
				to = 1 << 60
			}
			moved, err := ledger.Moved(ctx, a.DB, f.From, to)
			if err != nil {
				return nil, 0, err
			}
			taxes, err := a.Commerce.TaxReport(ctx, f.From, to)
			var out [][]any
			for _, b := range moved {
				out = append(out, []any{"科目发生额", ledger.Label(b.Account), export.Fen(b.DebitFen), export.Fen(b.CreditFen), "", "", "", ""})
			}
			for _, t := range taxes {
				part := "按税率"
				if t.BookRule == 0 {
					part = "按税率（旧规则订单，税额为推算）"
				}
				out = append(out, []any{part, percent(t.RateBps), "", "", export.Fen(t.SoldFen), export.Fen(t.RefundFen), export.Fen(t.NetFen()), export.Fen(t.TaxFen)})
			}
			return out, 1, err
		},
	}
}

func (a *App) trialBalance() export.Kind {
	return export.Kind{
		Name: "balances", Label: "试算平衡", Permission: account.PermBillRead,
		Head:  []string{"科目代码", "科目", "借方", "贷方", "借方余额", "贷方余额"},
		Count: func(context.Context, export.Filter) (int64, error) { return 0, nil },
		Page: func(ctx context.Context, _ export.Filter, after int64) ([][]any, int64, error) {
			if after > 0 {
				return nil, 0, nil
			}
			rows, err := ledger.Balances(ctx, a.DB)
			out, _, err := paged(rows, err, func(ledger.Balance) int64 { return 1 }, func(b ledger.Balance) []any {
				return []any{b.Account, ledger.Label(b.Account), export.Fen(b.DebitFen), export.Fen(b.CreditFen), export.Fen(max(0, b.DebitFen-b.CreditFen)), export.Fen(max(0, b.CreditFen-b.DebitFen))}
			})
			return out, 1, err
		},
	}
}
