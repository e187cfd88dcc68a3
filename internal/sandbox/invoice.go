package sandbox

import (
	"crypto/hmac"
	"encoding/json"
	"net/http"
	"slices"
	"time"

	"zhizhou/internal/clock"
)

// InvoiceLine is one line of an invoice at the sandbox's issuer.
type InvoiceLine struct {
	Name      string `json:"name"`
	TaxCode   string `json:"tax_code"`
	RateBps   int64  `json:"rate_bps"`
	AmountFen int64  `json:"amount_fen"`
	TaxFen    int64  `json:"tax_fen"`
}

// InvoiceOrder asks for an invoice, or with RedOf for the red letter of one.
type InvoiceOrder struct {
	No          string        `json:"no"`
	Type        string        `json:"type"`
	BuyerName   string        `json:"buyer_name"`
	BuyerTaxNo  string        `json:"buyer_tax_no"`
	SellerName  string        `json:"seller_name"`
	SellerTaxNo string        `json:"seller_tax_no"`
	Lines       []InvoiceLine `json:"lines"`
	RedOf       string        `json:"red_of"`  // number of the invoice that is taken back
	RedWhy      string        `json:"red_why"` // reason of the red letter
}

// InvoiceAnswer is what the issuer says about a number.
type InvoiceAnswer struct {
	Code     string `json:"code"`  // "ok", "unknown", "sign", "param", "conflict"
	State    string `json:"state"` // "processing", "done", "failed"
	Reason   string `json:"reason"`
	Number   string `json:"number"`
	IssuedAt int64  `json:"issued_at"` // ms
	PDF      []byte `json:"pdf"`
}

// Invoice is one invoice or red letter of the sandbox's issuer.
type Invoice struct {
	InvoiceOrder
	Fingerprint string
	State       string
	Reason      string
	Number      string
	Heard       int // how often it was asked for
	Asked       int // how often it was asked about
	At          time.Time
	IssuedAt    time.Time
}

// Mail is a mail that went nowhere.
type Mail struct {
	To, Subject, Text string
	SentAt            time.Time
}

// mailKept bounds the mailbox.
const mailKept = 500

// KeepMail takes a mail in place of a server.
func (s *Sandbox) KeepMail(to, subject, text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.st.Mails = append(s.st.Mails, Mail{to, subject, text, s.now()})
	if n := len(s.st.Mails); n > mailKept {
		s.st.Mails = append([]Mail(nil), s.st.Mails[n-mailKept:]...)
	}
	s.save()
}

// Mails returns copies of the mails to an address ("" all), newest first.
func (s *Sandbox) Mails(to string) []Mail {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Mail
	for _, m := range slices.Backward(s.st.Mails) {
		if to == "" || m.To == to {
			out = append(out, m)
		}
	}
	return out
}

// Invoices returns copies of what the issuer made or is making, newest first.
func (s *Sandbox) Invoices() []Invoice {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]Invoice, 0, len(s.st.Invoices))
	for _, v := range s.st.Invoices {
		out = append(out, *v)
	}
	slices.SortFunc(out, func(a, b Invoice) int { return b.At.Compare(a.At) })
	return out
}

// invoicing serves POST /fapiao/issue and /fapiao/query, signed like the SMS.
func (s *Sandbox) invoicing(h func(body []byte) InvoiceAnswer) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, err := readBody(r)
		if err != nil {
			return
		}
		s.delay(r)
		if !hmac.Equal([]byte(r.Header.Get("X-Zhizhou-Signature")), []byte(lowerMAC(s.invoiceKey(), string(body)))) {
			writeJSON(w, http.StatusUnauthorized, InvoiceAnswer{Code: "sign"})
			return
		}
		s.mu.Lock()
		out := h(body)
		s.save()
		s.mu.Unlock()
		if s.lose(w, http.StatusOK) {
			return
		}
		writeJSON(w, http.StatusOK, out)
	}
}

func (s *Sandbox) invoiceKey() string { return lowerMAC(s.keys.SMSKey, "fapiao") }

// issueInvoice takes an order. The same number is the same invoice, however often
// it arrives; it is made while somebody asks about it.
func (s *Sandbox) issueInvoice(body []byte) InvoiceAnswer {
	var in InvoiceOrder
	if json.Unmarshal(body, &in) != nil || in.No == "" || in.RedOf == "" && (in.BuyerName == "" || len(in.Lines) == 0) {
		return InvoiceAnswer{Code: "param"}
	}
	print := lowerMAC("print", string(body))
	if old := s.st.Invoices[in.No]; old != nil {
		old.Heard++
		if old.Fingerprint != print {
			return InvoiceAnswer{Code: "conflict"}
		}
		return s.invoiceAnswer(old)
	}
	v := &Invoice{InvoiceOrder: in, Fingerprint: print, State: "processing", Heard: 1, At: s.now()}
	switch {
	case s.trouble.InvoiceRefused:
		v.State, v.Reason = "failed", "纳税人状态异常（故障开关）"
	case in.RedOf == "" && slices.ContainsFunc(in.Lines, func(l InvoiceLine) bool { return len(l.TaxCode) != 19 }):
		v.State, v.Reason = "failed", "有项目缺少税收分类编码"
	case in.RedOf != "":
		var of *Invoice
		for _, x := range s.st.Invoices {
			if x.Number == in.RedOf && x.RedOf == "" {
				of = x
			}
		}
		if of == nil {
			v.State, v.Reason = "failed", "原发票不是在这里开的"
		} else {
			v.BuyerName, v.BuyerTaxNo, v.SellerName, v.SellerTaxNo, v.Lines, v.Type = of.BuyerName, of.BuyerTaxNo, of.SellerName, of.SellerTaxNo, of.Lines, of.Type
		}
	}
	s.st.Invoices[in.No] = v
	return s.invoiceAnswer(v)
}

func (s *Sandbox) queryInvoice(body []byte) InvoiceAnswer {
	var in struct {
		No string `json:"no"`
	}
	if json.Unmarshal(body, &in) != nil {
		return InvoiceAnswer{Code: "param"}
	}
	v := s.st.Invoices[in.No]
	if v == nil {
		return InvoiceAnswer{Code: "unknown"}
	}
	v.Asked++
	if v.State == "processing" && !s.trouble.InvoiceStuck {
		v.State, v.IssuedAt = "done", s.now()
		seq := s.number("") // of 20 digits; the first five say the year, the place and the series
		v.Number = s.now().In(clock.China).Format("06") + "442" + seq[len(seq)-15:]
	}
	return s.invoiceAnswer(v)
}

func (s *Sandbox) invoiceAnswer(v *Invoice) InvoiceAnswer {
	a := InvoiceAnswer{Code: "ok", State: v.State, Reason: v.Reason, Number: v.Number}
	if v.State == "done" {
		a.IssuedAt, a.PDF = v.IssuedAt.UnixMilli(), invoicePDF(v)
	}
	return a
}
