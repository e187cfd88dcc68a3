package console

import (
	"bytes"
	"context"
	"encoding/csv"
	"net/http"
	"strconv"
	"strings"
	"time"

	"zhizhou/internal/account"
	"zhizhou/internal/clock"
	"zhizhou/internal/invoice"
	"zhizhou/internal/mail"
	"zhizhou/internal/money"
	"zhizhou/internal/web"
)

// InvoiceRow is an invoice in the queue.
type InvoiceRow struct {
	ID          int64  `json:"id"`
	No          string `json:"no"`
	Type        string `json:"type" enum:"normal,special"`
	Status      string `json:"status" enum:"requested,issuing,issued,rejected,cancelled,red_requested,red_issued"`
	TitleKind   string `json:"title_kind" enum:"enterprise,person,institution"`
	TitleName   string `json:"title_name"`
	Nickname    string `json:"nickname"`
	AmountFen   int64  `json:"amount_fen"`
	TaxFen      int64  `json:"tax_fen"`
	Number      string `json:"number"`
	RequestedAt int64  `json:"requested_at"`
	IssuedAt    int64  `json:"issued_at"`
	LastError   string `json:"last_error" doc:"What an automatic issuer said"`
}

// InvoiceDetail is an invoice with everything that finance needs to issue it.
type InvoiceDetail struct {
	InvoiceRow
	Issuer   string         `json:"issuer" enum:",manual,sandbox"`
	Reason   string         `json:"reason" doc:"Why it was rejected"`
	Buyer    BuyerView      `json:"buyer"`
	Lines    []InvoicedLine `json:"lines" nullable:"false"`
	Files    []InvoiceFile  `json:"files" nullable:"false"`
	Red      *RedView       `json:"red,omitempty"`
	MailNote string         `json:"mail_state" enum:",waiting,sent,off,failed"`
}

// BuyerView is to whom an invoice is made out.
type BuyerView struct {
	Name    string `json:"name"`
	TaxNo   string `json:"tax_no"`
	Address string `json:"address"`
	Phone   string `json:"phone"`
	Bank    string `json:"bank"`
	Account string `json:"account"`
	Email   string `json:"email"`
	Mobile  string `json:"mobile"`
}

// InvoicedLine is a line of an invoice with its tax.
type InvoicedLine struct {
	OrderNo   string `json:"order_no"`
	Title     string `json:"title"`
	TaxCode   string `json:"tax_code"`
	RateBps   int64  `json:"rate_bps"`
	AmountFen int64  `json:"amount_fen" doc:"With tax"`
	TaxFen    int64  `json:"tax_fen"`
}

// InvoiceFile is a file of an invoice.
type InvoiceFile struct {
	Kind  string `json:"kind" enum:"pdf,ofd,xml"`
	Red   bool   `json:"red"`
	Bytes int64  `json:"bytes"`
	URL   string `json:"url"`
}

// RedView is a red letter.
type RedView struct {
	No          string `json:"no"`
	Reason      string `json:"reason" enum:"ISSUE_ERROR,SALES_RETURN,SERVICE_SUSPENSION,SALES_DISCOUNT"`
	Note        string `json:"note"`
	State       string `json:"state" enum:"queued,issued"`
	Number      string `json:"number"`
	ByRefund    bool   `json:"by_refund"`
	RequestedAt int64  `json:"requested_at"`
	IssuedAt    int64  `json:"issued_at"`
}

// InvoiceCounts tells what waits for finance.
type InvoiceCounts struct {
	Requested    int64 `json:"requested"`
	Issuing      int64 `json:"issuing"`
	RedRequested int64 `json:"red_requested"`
}

// IssueInput is what finance has from the tax office's system.
type IssueInput struct {
	Number   string   `json:"number" maxLength:"40" doc:"20 digits"`
	IssuedAt int64    `json:"issued_at,omitempty" doc:"0: now"`
	Files    [][]byte `json:"files,omitempty" maxItems:"3" doc:"PDF, OFD, XML, one of each; base64"`
}

func (b IssueInput) made() invoice.Made {
	return invoice.Made{Number: strings.TrimSpace(b.Number), IssuedAt: b.IssuedAt, Files: b.Files}
}

// RateSum is what was invoiced under one rate.
type RateSum struct {
	RateBps   int64 `json:"rate_bps"`
	Lines     int64 `json:"lines"`
	AmountFen int64 `json:"amount_fen"`
	TaxFen    int64 `json:"tax_fen"`
	RedFen    int64 `json:"red_fen"`
	RedTaxFen int64 `json:"red_tax_fen"`
}

// Download is a file that is saved, never shown.
type Download struct {
	ContentType        string `header:"Content-Type"`
	ContentDisposition string `header:"Content-Disposition"`
	CacheControl       string `header:"Cache-Control"`
	Options            string `header:"X-Content-Type-Options"`
	Body               []byte
}

func invoiceRow(v invoice.Invoice, name, nickname string) InvoiceRow {
	return InvoiceRow{v.ID, v.No, v.Type, v.Status, v.TitleKind, name, nickname, v.AmountFen, v.TaxFen, v.Number, v.RequestedAt, v.IssuedAt, v.LastError}
}

func invoiceDetail(d invoice.Detail) InvoiceDetail {
	p := d.Party
	v := InvoiceDetail{
		InvoiceRow: invoiceRow(d.Invoice, p.Name, ""), Issuer: d.Issuer, Reason: d.Reason, MailNote: d.MailState, Lines: []InvoicedLine{}, Files: []InvoiceFile{},
		Buyer: BuyerView{p.Name, p.TaxNo, p.Address, p.Phone, p.Bank, p.Account, p.Email, p.Mobile},
	}
	for _, l := range d.Lines {
		v.Lines = append(v.Lines, InvoicedLine{l.OrderNo, l.Title, l.TaxCode, l.RateBps, l.AmountFen, l.TaxFen})
	}
	for _, f := range d.Files {
		u := "/api/console/invoices/" + strconv.FormatInt(d.ID, 10) + "/files/" + f.Kind
		if f.Red {
			u += "?red=true"
		}
		v.Files = append(v.Files, InvoiceFile{f.Kind, f.Red, f.Bytes, u})
	}
	if r := d.Red; r.ID != 0 {
		v.Red = &RedView{r.No, r.Reason, r.Note, r.State, r.Number, r.RefundID != 0, r.RequestedAt, r.IssuedAt}
	}
	return v
}

const invoiceTag = "console invoice"

func (r *routes) invoices() {
	web.Handle(r.web, route("invoices", http.MethodGet, "invoices", "Invoices, newest first", invoiceTag, account.PermInvoiceRead),
		func(ctx context.Context, in *struct {
			web.PageQuery
			Status string `query:"status" enum:"requested,issuing,issued,rejected,cancelled,red_requested,red_issued,"`
			Number string `query:"number" maxLength:"40" doc:"Of the invoice, the request or an order"`
		},
		) (*web.Body[web.List[InvoiceRow]], error) {
			before, err := in.Keys(1)
			if err != nil {
				return nil, err
			}
			rows, err := r.Invoice.Queue(ctx, in.Status, strings.TrimSpace(in.Number), first(before), in.Limit+1)
			if err != nil {
				return nil, err
			}
			return web.Answer(web.Page(rows, in.Limit, func(v invoice.Row) InvoiceRow { return invoiceRow(v.Invoice, v.Name, v.Nickname) },
				func(v invoice.Row) []int64 { return []int64{v.ID} })), nil
		})
	web.Handle(r.web, route("invoice_counts", http.MethodGet, "invoice-counts", "What waits for finance", invoiceTag, account.PermInvoiceRead),
		func(ctx context.Context, _ *none) (*web.Body[InvoiceCounts], error) {
			n, err := r.Invoice.Counts(ctx)
			return web.Answer(InvoiceCounts{n[invoice.Requested], n[invoice.Issuing], n[invoice.RedRequested]}), err
		})
	web.Handle(r.web, route("invoice", http.MethodGet, "invoices/{id}", "An invoice with lines, buyer and files", invoiceTag, account.PermInvoiceRead),
		func(ctx context.Context, in *ByID) (*web.Body[InvoiceDetail], error) {
			return r.invoiceAnswer(ctx, in.ID)
		})
	web.Handle(r.web, route("invoice_file", http.MethodGet, "invoices/{id}/files/{kind}", "Download a file of an invoice", invoiceTag, account.PermInvoiceRead),
		func(ctx context.Context, in *struct {
			ByID
			Kind string `path:"kind" maxLength:"20"`
			Red  bool   `query:"red"`
		},
		) (*Download, error) {
			d, err := r.Invoice.Any(ctx, in.ID)
			if err != nil {
				return nil, err
			}
			raw, err := r.Invoice.Read(ctx, d, in.Red, in.Kind)
			if err != nil {
				return nil, err
			}
			return &Download{invoice.ContentTypes[in.Kind], invoice.Disposition(d, in.Red, in.Kind), "private, no-store", "nosniff", raw}, nil
		})
	r.issuing()
	r.invoiceReports()
	web.Handle(r.web, quiet(route("mail_test", http.MethodPost, "settings/mail/test", "Send a test mail with the saved settings", "console setting", account.PermSettingEdit)),
		func(ctx context.Context, in *struct {
			Body struct {
				To string `json:"to" minLength:"3" maxLength:"100"`
			}
		},
		) (*none, error) {
			err := r.Mailer.Send(ctx, mail.Message{To: in.Body.To, Subject: "测试邮件", Text: "收到这封邮件，说明邮件设置可以用。\n"})
			return nil, mailTrouble(err)
		})
}

func (r *routes) issuing() {
	type why struct {
		ByID
		Body struct {
			Reason string `json:"reason" maxLength:"800"`
		}
	}
	type made struct {
		ByID
		Body IssueInput
	}
	big := func(w web.Route) web.Route {
		w.MaxBytes, w.Timeout = 3*invoice.MaxFileBytes*4/3+64<<10, time.Minute
		return w
	}
	web.Handle(r.web, route("invoice_take", http.MethodPost, "invoices/{id}/take", "Begin to issue by hand", invoiceTag, account.PermInvoiceIssue),
		func(ctx context.Context, in *ByID) (*web.Body[InvoiceDetail], error) {
			return r.invoiceAfter(ctx, in.ID, r.Invoice.Take(ctx, in.ID))
		})
	web.Handle(r.web, big(route("invoice_issue", http.MethodPost, "invoices/{id}/issue", "Record an issued invoice with its files", invoiceTag, account.PermInvoiceIssue)),
		func(ctx context.Context, in *made) (*web.Body[InvoiceDetail], error) {
			return r.invoiceAfter(ctx, in.ID, r.Invoice.Issue(ctx, in.ID, in.Body.made()))
		})
	web.Handle(r.web, route("invoice_reject", http.MethodPost, "invoices/{id}/reject", "Refuse a request", invoiceTag, account.PermInvoiceIssue),
		func(ctx context.Context, in *why) (*web.Body[InvoiceDetail], error) {
			return r.invoiceAfter(ctx, in.ID, r.Invoice.Reject(ctx, in.ID, in.Body.Reason))
		})
	web.Handle(r.web, route("invoice_red", http.MethodPost, "invoices/{id}/red", "Queue the red letter of an invoice", invoiceTag, account.PermInvoiceIssue),
		func(ctx context.Context, in *struct {
			ByID
			Body struct {
				Reason string `json:"reason" enum:"ISSUE_ERROR,SALES_RETURN,SERVICE_SUSPENSION,SALES_DISCOUNT"`
				Note   string `json:"note" maxLength:"800"`
			}
		},
		) (*web.Body[InvoiceDetail], error) {
			return r.invoiceAfter(ctx, in.ID, r.Invoice.AskRed(ctx, in.ID, in.Body.Reason, in.Body.Note))
		})
	web.Handle(r.web, big(route("invoice_red_issue", http.MethodPost, "invoices/{id}/red/issue", "Record an issued red letter", invoiceTag, account.PermInvoiceIssue)),
		func(ctx context.Context, in *made) (*web.Body[InvoiceDetail], error) {
			return r.invoiceAfter(ctx, in.ID, r.Invoice.IssueRed(ctx, in.ID, in.Body.made()))
		})
}

func (r *routes) invoiceAnswer(ctx context.Context, invoiceID int64) (*web.Body[InvoiceDetail], error) {
	d, err := r.Invoice.Any(ctx, invoiceID)
	return web.Answer(invoiceDetail(d)), err
}

func (r *routes) invoiceAfter(ctx context.Context, invoiceID int64, err error) (*web.Body[InvoiceDetail], error) {
	if err != nil {
		return nil, err
	}
	return r.invoiceAnswer(ctx, invoiceID)
}

// Span is from one time until before another.
type Span struct {
	From int64 `query:"from" minimum:"0"`
	To   int64 `query:"to" minimum:"0"`
}

func (r *routes) invoiceReports() {
	web.Handle(r.web, route("invoice_tax", http.MethodGet, "invoice-tax", "Invoiced amounts and tax by rate", invoiceTag, account.PermInvoiceRead),
		func(ctx context.Context, in *Span) (*web.Body[web.List[RateSum]], error) {
			rows, err := r.Invoice.TaxSums(ctx, in.From, in.To)
			out := web.List[RateSum]{Items: []RateSum{}}
			for _, s := range rows {
				out.Items = append(out.Items, RateSum(s))
			}
			return web.Answer(out), err
		})
	web.Handle(r.web, route("invoice_export", http.MethodGet, "invoice-export", "Issued invoices as CSV, a row for each line", invoiceTag, account.PermInvoiceRead),
		func(ctx context.Context, in *Span) (*Download, error) {
			var out bytes.Buffer
			out.WriteString("\ufeff") // so that spreadsheets read UTF-8
			w := csv.NewWriter(&out)
			head := []string{"开票日期", "发票号码", "类型", "抬头", "纳税人识别号", "订单号", "项目", "税收分类编码", "税率%", "价税合计", "税额", "状态", "红字发票号码"}
			if err := w.Write(head); err != nil {
				return nil, err
			}
			for after := int64(0); ; {
				rows, err := r.Invoice.Export(ctx, in.From, in.To, after)
				if err != nil {
					return nil, err
				}
				if len(rows) == 0 {
					break
				}
				after = rows[len(rows)-1].ID
				for _, v := range rows {
					for _, l := range v.Lines {
						if err := w.Write(exportRow(v, l)); err != nil {
							return nil, err
						}
					}
				}
			}
			w.Flush()
			return &Download{"text/csv; charset=utf-8", `attachment; filename="invoices.csv"`, "private, no-store", "nosniff", out.Bytes()}, w.Error()
		})
}

var (
	invoiceTypes  = map[string]string{invoice.Normal: "普票", invoice.Special: "专票"}
	invoiceStates = map[string]string{invoice.Issued: "已开", invoice.RedRequested: "待红冲", invoice.RedIssued: "已红冲"}
)

func exportRow(v invoice.Exported, l invoice.Line) []string {
	return []string{
		time.UnixMilli(v.IssuedAt).In(clock.China).Format("2006-01-02"), "\t" + v.Number, invoiceTypes[v.Type], plain(v.Party.Name), "\t" + v.Party.TaxNo, "\t" + l.OrderNo, plain(l.Title), "\t" + l.TaxCode,
		strconv.FormatFloat(float64(l.RateBps)/100, 'f', -1, 64), money.Yuan(l.AmountFen), money.Yuan(l.TaxFen), invoiceStates[v.Status], "\t" + v.RedNumber,
	}
}

// plain keeps a spreadsheet from taking a text for a formula.
func plain(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}
