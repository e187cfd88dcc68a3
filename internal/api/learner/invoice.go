package learner

import (
	"context"
	"net/http"

	"zhizhou/internal/invoice"
	"zhizhou/internal/web"
)

// TitleInput is what the form of a title saves.
type TitleInput struct {
	Kind      string `json:"kind" enum:"enterprise,person,institution"`
	Name      string `json:"name" minLength:"1" maxLength:"200"`
	TaxNo     string `json:"tax_no,omitempty" maxLength:"30"`
	Address   string `json:"address,omitempty" maxLength:"400"`
	Phone     string `json:"phone,omitempty" maxLength:"40"`
	Bank      string `json:"bank,omitempty" maxLength:"200"`
	Account   string `json:"account,omitempty" maxLength:"60"`
	Email     string `json:"email,omitempty" maxLength:"200"`
	Mobile    string `json:"mobile,omitempty" maxLength:"20"`
	IsDefault bool   `json:"is_default,omitempty"`
}

// TitleView is a title that the caller keeps.
type TitleView struct {
	ID int64 `json:"id"`
	TitleInput
}

func (b TitleInput) party() invoice.Party {
	return invoice.Party{Kind: b.Kind, Name: b.Name, TaxNo: b.TaxNo, Address: b.Address, Phone: b.Phone, Bank: b.Bank, Account: b.Account, Email: b.Email, Mobile: b.Mobile}
}

func titleInput(p invoice.Party) TitleInput {
	return TitleInput{Kind: p.Kind, Name: p.Name, TaxNo: p.TaxNo, Address: p.Address, Phone: p.Phone, Bank: p.Bank, Account: p.Account, Email: p.Email, Mobile: p.Mobile}
}

// InvoiceableOrder is a paid order with what of it may be invoiced.
type InvoiceableOrder struct {
	No      string            `json:"no"`
	PaidAt  int64             `json:"paid_at"`
	PaidFen int64             `json:"paid_fen"`
	OpenFen int64             `json:"open_fen" doc:"What an invoice would be over; 0: none can be had, see reason"`
	Reason  string            `json:"reason"`
	Items   []InvoiceablePart `json:"items" nullable:"false"`
}

// InvoiceablePart is one line of such an order.
type InvoiceablePart struct {
	Title     string `json:"title"`
	SKUName   string `json:"sku_name"`
	PaidFen   int64  `json:"paid_fen"`
	OpenFen   int64  `json:"open_fen"`
	Reason    string `json:"reason"`
	InvoiceNo string `json:"invoice_no" doc:"The invoice that it stands on"`
}

// InvoiceTerms are the shop's rules for invoices.
type InvoiceTerms struct {
	Enabled bool   `json:"enabled"`
	Special bool   `json:"special" doc:"专票 may be asked for"`
	Days    int64  `json:"days" doc:"So many days after payment"`
	Note    string `json:"note"`
	Mail    bool   `json:"mail" doc:"A mail is sent when it is issued, if the title has an address"`
}

// InvoiceView is one of the caller's invoices.
type InvoiceView struct {
	No          string        `json:"no"`
	Type        string        `json:"type" enum:"normal,special"`
	Status      string        `json:"status" enum:"requested,issuing,issued,rejected,cancelled,red_requested,red_issued"`
	AmountFen   int64         `json:"amount_fen" doc:"With tax"`
	TaxFen      int64         `json:"tax_fen"`
	Number      string        `json:"number" doc:"20 digits, once issued"`
	Reason      string        `json:"reason" doc:"Why it was rejected"`
	RequestedAt int64         `json:"requested_at"`
	IssuedAt    int64         `json:"issued_at"`
	Title       TitleInput    `json:"title" doc:"As it was when asked for"`
	Lines       []InvoiceLine `json:"lines" nullable:"false"`
	Files       []InvoiceFile `json:"files" nullable:"false"`
	RedNumber   string        `json:"red_number"`
	RedReason   string        `json:"red_reason" enum:",ISSUE_ERROR,SALES_RETURN,SERVICE_SUSPENSION,SALES_DISCOUNT"`
	MailState   string        `json:"mail_state" enum:",waiting,sent,off,failed"`
}

// InvoiceLine is one order line on an invoice.
type InvoiceLine struct {
	OrderNo   string `json:"order_no"`
	Title     string `json:"title"`
	AmountFen int64  `json:"amount_fen"`
	RateBps   int64  `json:"rate_bps" doc:"600 is 6 %"`
	TaxFen    int64  `json:"tax_fen"`
}

// InvoiceFile is a file that can be downloaded.
type InvoiceFile struct {
	Kind  string `json:"kind" enum:"pdf,ofd,xml"`
	Red   bool   `json:"red" doc:"Of the red letter"`
	Bytes int64  `json:"bytes"`
	URL   string `json:"url"`
}

// InvoiceNo names an invoice by our number.
type InvoiceNo struct {
	No string `path:"no" minLength:"8" maxLength:"32"`
}

// Download is a file that is saved, never shown.
type Download struct {
	ContentType        string `header:"Content-Type"`
	ContentDisposition string `header:"Content-Disposition"`
	CacheControl       string `header:"Cache-Control"`
	Options            string `header:"X-Content-Type-Options"`
	Body               []byte
}

func invoiceView(d invoice.Detail) InvoiceView {
	v := InvoiceView{
		No: d.No, Type: d.Type, Status: d.Status, AmountFen: d.AmountFen, TaxFen: d.TaxFen, Number: d.Number, Reason: d.Reason, RequestedAt: d.RequestedAt, IssuedAt: d.IssuedAt,
		Title: titleInput(d.Party), Lines: []InvoiceLine{}, Files: []InvoiceFile{}, RedNumber: d.Red.Number, RedReason: d.Red.Reason, MailState: d.MailState,
	}
	for _, l := range d.Lines {
		v.Lines = append(v.Lines, InvoiceLine{l.OrderNo, l.Title, l.AmountFen, l.RateBps, l.TaxFen})
	}
	for _, f := range d.Files {
		u := "/api/invoices/" + d.No + "/files/" + f.Kind
		if f.Red {
			u += "?red=true"
		}
		v.Files = append(v.Files, InvoiceFile{f.Kind, f.Red, f.Bytes, u})
	}
	return v
}

func (r *routes) invoices() {
	route := func(id, method, path, summary string) web.Route {
		return web.Route{ID: id, Method: method, Path: path, Summary: summary, Tag: "invoice", Need: web.Learner}
	}
	r.invoiceTitles(route)
	web.Handle(r.web, route("invoiceable", http.MethodGet, "/api/me/invoiceable", "Paid orders with what of them may be invoiced"),
		func(ctx context.Context, in *struct {
			web.PageQuery
			Order string `query:"order" maxLength:"32" doc:"This one alone"`
		},
		) (*web.Body[web.List[InvoiceableOrder]], error) {
			before, err := in.Keys(1)
			if err != nil {
				return nil, err
			}
			rows, err := r.Invoice.Orders(ctx, web.UserID(ctx), in.Order, first(before), in.Limit+1)
			if err != nil {
				return nil, err
			}
			return web.Answer(web.Page(rows, in.Limit, func(o invoice.Order) InvoiceableOrder {
				v := InvoiceableOrder{No: o.No, PaidAt: o.PaidAt, PaidFen: o.PaidFen, OpenFen: o.OpenFen, Reason: o.Reason, Items: []InvoiceablePart{}}
				for _, p := range o.Parts {
					v.Items = append(v.Items, InvoiceablePart{p.Title, p.SKUName, p.PriceFen, p.OpenFen, p.Reason, p.InvoiceNo})
				}
				return v
			}, func(o invoice.Order) []int64 { return []int64{o.ID} })), nil
		})
	web.Handle(r.web, route("invoice_terms", http.MethodGet, "/api/me/invoice-terms", "The shop's rules for invoices"),
		func(ctx context.Context, _ *none) (*web.Body[InvoiceTerms], error) {
			rules, err := r.Invoice.Rules(ctx)
			if err != nil {
				return nil, err
			}
			mails, err := r.Invoice.Mails(ctx)
			return web.Answer(InvoiceTerms{rules.Enabled, rules.Special, rules.Days, rules.Note, mails}), err
		})
	web.Handle(r.web, route("invoice_request", http.MethodPost, "/api/invoices", "Ask for one invoice over some orders"),
		func(ctx context.Context, in *struct {
			Keyed
			Body struct {
				OrderNos []string `json:"order_nos" minItems:"1" maxItems:"20"`
				TitleID  int64    `json:"title_id"`
				Type     string   `json:"type" enum:"normal,special"`
			}
		},
		) (*web.Body[InvoiceView], error) {
			b := in.Body
			v, err := r.Invoice.Request(ctx, invoice.Ask{UserID: web.UserID(ctx), IdempotencyKey: in.Key, OrderNos: b.OrderNos, TitleID: b.TitleID, Type: b.Type})
			if err != nil {
				return nil, err
			}
			return r.invoiceAnswer(ctx, v.No)
		})
	web.Handle(r.web, route("invoices", http.MethodGet, "/api/me/invoices", "The caller's invoices, newest first"),
		func(ctx context.Context, in *struct{ web.PageQuery }) (*web.Body[web.List[InvoiceView]], error) {
			before, err := in.Keys(1)
			if err != nil {
				return nil, err
			}
			rows, err := r.Invoice.Mine(ctx, web.UserID(ctx), first(before), in.Limit+1)
			if err != nil {
				return nil, err
			}
			return web.Answer(web.Page(rows, in.Limit, invoiceView, func(d invoice.Detail) []int64 { return []int64{d.ID} })), nil
		})
	web.Handle(r.web, route("invoice", http.MethodGet, "/api/invoices/{no}", "One of the caller's invoices"),
		func(ctx context.Context, in *InvoiceNo) (*web.Body[InvoiceView], error) {
			return r.invoiceAnswer(ctx, in.No)
		})
	web.Handle(r.web, route("invoice_cancel", http.MethodPost, "/api/invoices/{no}/cancel", "Take a request back"),
		func(ctx context.Context, in *InvoiceNo) (*web.Body[InvoiceView], error) {
			if err := r.Invoice.Cancel(ctx, web.UserID(ctx), in.No); err != nil {
				return nil, err
			}
			return r.invoiceAnswer(ctx, in.No)
		})
	web.Handle(r.web, route("invoice_file", http.MethodGet, "/api/invoices/{no}/files/{kind}", "Download a file of an invoice"),
		func(ctx context.Context, in *struct {
			InvoiceNo
			Kind string `path:"kind" maxLength:"20"`
			Red  bool   `query:"red" doc:"Of the red letter"`
		},
		) (*Download, error) {
			d, err := r.Invoice.Get(ctx, web.UserID(ctx), in.No)
			if err != nil {
				return nil, err
			}
			raw, err := r.Invoice.Read(ctx, d, in.Red, in.Kind)
			if err != nil {
				return nil, err
			}
			return &Download{invoice.ContentTypes[in.Kind], invoice.Disposition(d, in.Red, in.Kind), "private, no-store", "nosniff", raw}, nil
		})
}

func (r *routes) invoiceTitles(route func(id, method, path, summary string) web.Route) {
	web.Handle(r.web, route("invoice_titles", http.MethodGet, "/api/me/invoice-titles", "The caller's invoice titles, the default one first"),
		func(ctx context.Context, _ *none) (*web.Body[web.List[TitleView]], error) {
			rows, err := r.Invoice.Titles(ctx, web.UserID(ctx))
			out := web.List[TitleView]{Items: []TitleView{}}
			for _, t := range rows {
				v := TitleView{t.ID, titleInput(t.Party)}
				v.IsDefault = t.IsDefault
				out.Items = append(out.Items, v)
			}
			return web.Answer(out), err
		})
	web.Handle(r.web, route("invoice_title_save", http.MethodPut, "/api/me/invoice-titles/{id}", "Add (0) or change an invoice title"),
		func(ctx context.Context, in *struct {
			ID   int64 `path:"id"`
			Body TitleInput
		},
		) (*web.Body[Saved], error) {
			n, err := r.Invoice.SaveTitle(ctx, web.UserID(ctx), in.ID, in.Body.party(), in.Body.IsDefault)
			return web.Answer(Saved{n}), err
		})
	gone := route("invoice_title_delete", http.MethodDelete, "/api/me/invoice-titles/{id}", "Forget an invoice title")
	gone.Status = http.StatusNoContent
	web.Handle(r.web, gone, func(ctx context.Context, in *struct {
		ID int64 `path:"id"`
	},
	) (*none, error) {
		return nil, r.Invoice.DeleteTitle(ctx, web.UserID(ctx), in.ID)
	})
}

// Saved answers the id of what was saved.
type Saved struct {
	ID int64 `json:"id"`
}

func (r *routes) invoiceAnswer(ctx context.Context, no string) (*web.Body[InvoiceView], error) {
	d, err := r.Invoice.Get(ctx, web.UserID(ctx), no)
	if err != nil {
		return nil, err
	}
	return web.Answer(invoiceView(d)), nil
}
