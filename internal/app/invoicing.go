package app

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"

	"zhizhou/internal/blob"
	"zhizhou/internal/db"
	"zhizhou/internal/invoice"
	"zhizhou/internal/mail"
	"zhizhou/internal/sandbox"
	"zhizhou/internal/setting"
)

func (a *App) newInvoice(store blob.Store) *invoice.Service {
	return invoice.New(invoice.Config{
		DB: a.DB, Clock: a.Clock, Box: a.Box, Store: store, Settings: a.Settings, Mailer: a.outside, Issuer: a.outside.Issuer, Log: a.log,
		Link: func(no string) string { return a.Config.PublicURL + "/invoice/" + no },
	})
}

// Issuer gives the issuers that work by themselves.
func (o *outside) Issuer(_ context.Context, name string) (invoice.Issuer, error) {
	if name == invoice.Sandbox && o.fixed != nil {
		return o.fixed.issuer, nil
	}
	return nil, invoice.ErrIssuer
}

// Send implements invoice.Mailer: the sandbox keeps a mail, a server sends it.
func (o *outside) Send(ctx context.Context, m mail.Message) error {
	if db.InTx(ctx) {
		panic("app: a mail inside a transaction")
	}
	if o.fixed != nil {
		o.fixed.mail(m.To, m.Subject, m.Text)
		return nil
	}
	v := setting.NewMail()
	if _, err := o.settings.Load(ctx, v); err != nil {
		return err
	}
	return mail.Send(ctx, mail.Config{Host: v.Host, Port: v.Port, Security: v.Security, User: v.User, Password: v.Password, From: v.From, FromName: v.FromName}, m)
}

// Ready implements invoice.Mailer.
func (o *outside) Ready(ctx context.Context) (bool, error) {
	v := setting.NewMail()
	_, err := o.settings.Load(ctx, v)
	return o.fixed != nil || v.Host != "", err
}

// sandboxIssuer speaks to the sandbox's issuer as one would to a vendor's.
type sandboxIssuer struct {
	url, key string
	http     *http.Client
}

// Issue implements invoice.Issuer.
func (i *sandboxIssuer) Issue(ctx context.Context, o invoice.IssueOrder) (invoice.Result, error) {
	in := sandbox.InvoiceOrder{No: o.No, Type: o.Type, BuyerName: o.Buyer.Name, BuyerTaxNo: o.Buyer.TaxNo, SellerName: o.Seller.Name, SellerTaxNo: o.Seller.TaxNo}
	for _, l := range o.Lines {
		in.Lines = append(in.Lines, sandbox.InvoiceLine{Name: l.Title, TaxCode: l.TaxCode, RateBps: l.RateBps, AmountFen: l.AmountFen, TaxFen: l.TaxFen})
	}
	return i.post(ctx, "/issue", in)
}

// Red implements invoice.Issuer.
func (i *sandboxIssuer) Red(ctx context.Context, o invoice.RedOrder) (invoice.Result, error) {
	return i.post(ctx, "/issue", sandbox.InvoiceOrder{No: o.No, RedOf: o.Number, RedWhy: o.Reason})
}

// Query implements invoice.Issuer.
func (i *sandboxIssuer) Query(ctx context.Context, no string) (invoice.Result, error) {
	return i.post(ctx, "/query", map[string]string{"no": no})
}

var errIssuer = errors.New("issuer: no usable answer")

func (i *sandboxIssuer) post(ctx context.Context, path string, in any) (invoice.Result, error) {
	body, err := json.Marshal(in)
	if err != nil {
		return invoice.Result{}, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, i.url+path, bytes.NewReader(body))
	if err != nil {
		return invoice.Result{}, err
	}
	mac := hmac.New(sha256.New, []byte(i.key))
	mac.Write(body)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-Zhizhou-Signature", hex.EncodeToString(mac.Sum(nil)))
	res, err := i.http.Do(req)
	if err != nil {
		return invoice.Result{}, fmt.Errorf("%w: %w", errIssuer, err)
	}
	defer func() { _ = res.Body.Close() }()
	raw, err := io.ReadAll(io.LimitReader(res.Body, 2*invoice.MaxFileBytes))
	if err != nil {
		return invoice.Result{}, fmt.Errorf("%w: %w", errIssuer, err)
	}
	var a sandbox.InvoiceAnswer
	if res.StatusCode != http.StatusOK || json.Unmarshal(raw, &a) != nil {
		return invoice.Result{}, fmt.Errorf("%w: status %d", errIssuer, res.StatusCode)
	}
	switch a.Code {
	case "ok":
	case "unknown":
		return invoice.Result{}, invoice.ErrUnknown
	case "param":
		return invoice.Result{State: invoice.Failed, Reason: "请求内容不完整"}, nil
	default:
		return invoice.Result{}, fmt.Errorf("%w: %s", errIssuer, a.Code)
	}
	out := invoice.Result{State: a.State, Reason: a.Reason, Made: invoice.Made{Number: a.Number, IssuedAt: a.IssuedAt}}
	if len(a.PDF) > 0 {
		out.Files = [][]byte{a.PDF}
	}
	return out, nil
}
