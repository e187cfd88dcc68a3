package app_test

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"zhizhou/internal/audit"
	"zhizhou/internal/db"
	"zhizhou/internal/invoice"
	"zhizhou/internal/mail"
	"zhizhou/internal/sandbox"
	"zhizhou/internal/setting"
)

var (
	qLiveLines  = db.Q("apptest/live_invoice_lines", `SELECT COUNT(*) FROM invoice_lines WHERE live`)
	qQueuedReds = db.Q("apptest/queued_reds", `SELECT COUNT(*) FROM red_invoices WHERE state = 'queued'`)
	qTitleKept  = db.Q("apptest/title_kept", `SELECT sealed FROM invoice_titles WHERE id = $1`)
)

const tinyPDF = "%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"

var number20 atomic.Int64 // scenarios run beside each other

// taxNumber is a fresh number of the tax office.
func taxNumber() string { return fmt.Sprintf("26442%015d", number20.Add(1)) }

func ofd(t *testing.T, name string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	f := must(z.Create(name))(t)
	must(f.Write([]byte(`<?xml version="1.0"?><OFD/>`)))(t)
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// title keeps an enterprise's title and returns its id.
func (p *person) title(email string) int64 {
	p.w.t.Helper()
	return p.want(200, "", "PUT", "/api/me/invoice-titles/0", map[string]any{
		"kind": "enterprise", "name": "深圳市远帆科技有限公司", "tax_no": "91440300MA5G12345X", "bank": "某某银行深圳分行", "account": "7559 1234 5678", "email": email,
	}).num("id")
}

// ask asks for an invoice over orders and returns its number.
func (p *person) ask(titleID int64, nos ...string) string {
	p.w.t.Helper()
	return p.with("invoice-"+strings.Join(nos, "+")+taxNumber()).want(200, "", "POST", "/api/invoices", map[string]any{"order_nos": nos, "title_id": titleID, "type": "normal"}).str("no")
}

// invoiceID finds an invoice in the console's queue.
func invoiceID(finance *person, no string) string {
	list := finance.want(200, "", "GET", "/api/console/invoices?number="+no, nil)
	row := list.at("items").([]any)[0].(map[string]any)
	return fmt.Sprint(int64(row["id"].(float64)))
}

func made(files ...[]byte) map[string]any {
	return map[string]any{"number": taxNumber(), "files": files}
}

// giveBack lets staff give money of an order back, and the channel do it.
func (w *world) giveBack(no string, fen int64) {
	w.t.Helper()
	ctx := audit.WithActor(context.Background(), audit.Actor{Kind: "staff", ID: 1, Name: "财务"})
	must(w.app.Commerce.StaffRefund(ctx, no, taxNumber(), 0, fen, "协商退款"))(w.t)
	w.settleRefunds()
}

// From the title to the download, and back by a red letter after a refund.
func TestINV37InvoiceAndRedLetter(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p, finance := w.learner("13500135000", nil), w.staff("finance")
		no, _ := p.buy(w.sku)
		title := p.title("cw@example.com")
		p.want(422, "title_invalid", "PUT", "/api/me/invoice-titles/0", map[string]any{"kind": "enterprise", "name": "没有税号的公司"})
		p.want(422, "title_invalid", "PUT", "/api/me/invoice-titles/0", map[string]any{"kind": "person", "name": "王小舟", "email": "a@b.cn\r\nBcc: c@d.cn"})
		var sealed []byte
		w.ok(w.app.DB.Get(context.Background(), qTitleKept, &sealed, title))
		if bytes.Contains(sealed, []byte("7559")) || bytes.Contains(sealed, []byte("example.com")) {
			t.Fatal("a title lies open in the database")
		}

		open := p.want(200, "", "GET", "/api/me/invoiceable?order="+no, nil).at("items").([]any)[0].(map[string]any)
		if open["open_fen"].(float64) != 16900 {
			t.Fatalf("open: %v", open)
		}
		p.with("special-1").want(422, "invoice_type", "POST", "/api/invoices", map[string]any{"order_nos": []string{no}, "title_id": title, "type": "special"})
		ask := map[string]any{"order_nos": []string{no}, "title_id": title, "type": "normal"}
		v := p.with("invoice-1").want(200, "", "POST", "/api/invoices", ask)
		if v.num("amount_fen") != 16900 || v.num("tax_fen") != 957 { // 169 ÷ 1.06 × 0.06 = 9.566…
			t.Fatalf("amounts: %s", v.raw)
		}
		if again := p.with("invoice-1").want(200, "", "POST", "/api/invoices", ask); again.str("no") != v.str("no") {
			t.Fatal("a repeat made another invoice")
		}
		p.with("invoice-1").want(409, "idempotency_conflict", "POST", "/api/invoices", map[string]any{"order_nos": []string{no}, "title_id": title, "type": "special"})
		p.with("invoice-2").want(409, "invoice_refused", "POST", "/api/invoices", ask)

		id := invoiceID(finance, no)
		finance.want(200, "", "POST", "/api/console/invoices/"+id+"/take", nil)
		p.want(409, "invoice_state", "POST", "/api/invoices/"+v.str("no")+"/cancel", nil)
		finance.want(422, "invoice_number", "POST", "/api/console/invoices/"+id+"/issue", map[string]any{"number": "123", "files": [][]byte{[]byte(tinyPDF)}})
		finance.want(422, "invoice_file_missing", "POST", "/api/console/invoices/"+id+"/issue", made())
		done := finance.want(200, "", "POST", "/api/console/invoices/"+id+"/issue", made([]byte(tinyPDF), ofd(t, "OFD.xml")))
		if done.str("status") != "issued" || len(done.at("files").([]any)) != 2 {
			t.Fatalf("issued: %s", done.raw)
		}
		finance.want(409, "invoice_state", "POST", "/api/console/invoices/"+id+"/issue", made([]byte(tinyPDF)))
		file := p.want(200, "", "GET", "/api/invoices/"+v.str("no")+"/files/pdf", nil)
		if file.raw != tinyPDF || file.header.Get("X-Content-Type-Options") != "nosniff" || !strings.HasPrefix(file.header.Get("Content-Disposition"), "attachment; filename=\"fapiao-26442") {
			t.Fatalf("file: %v %q", file.header, file.raw)
		}
		w.ok(w.app.Invoice.Sweep(context.Background()))
		if got := w.app.Sandbox.Mails("cw@example.com"); len(got) != 1 || got[0].Subject != "发票已开好" || !strings.Contains(got[0].Text, "/invoice/"+v.str("no")) {
			t.Fatalf("mails: %+v", got)
		}
		w.sound()

		// A part goes back: the refund is not held up, and the red letter waits.
		w.giveBack(no, 6900)
		if s := p.want(200, "", "GET", "/api/invoices/"+v.str("no"), nil).str("status"); s != "red_requested" {
			t.Fatalf("after the refund the invoice is %s", s)
		}
		w.sound()
		p.with("invoice-3").want(409, "invoice_refused", "POST", "/api/invoices", ask)
		w.giveBack(no, 1000) // a second one finds it waiting
		finance.want(200, "", "POST", "/api/console/invoices/"+id+"/red/issue", made([]byte(tinyPDF)))
		red := p.want(200, "", "GET", "/api/invoices/"+v.str("no"), nil)
		if red.str("status") != "red_issued" || red.str("red_number") == "" || len(red.at("files").([]any)) != 3 {
			t.Fatalf("red: %s", red.raw)
		}
		p.want(200, "", "GET", "/api/invoices/"+v.str("no")+"/files/pdf?red=true", nil)
		// What stays paid may be invoiced anew.
		rest := p.with("invoice-4").want(200, "", "POST", "/api/invoices", ask)
		if rest.num("amount_fen") != 9000 {
			t.Fatalf("the rest: %s", rest.raw)
		}
		w.ok(w.app.Invoice.Sweep(context.Background()))
		if got := w.app.Sandbox.Mails("cw@example.com"); len(got) != 2 || got[0].Subject != "发票已红冲" {
			t.Fatalf("mails: %+v", got)
		}
		// Everything goes back before anybody began: the request ends by itself.
		w.giveBack(no, 0)
		if s := p.want(200, "", "GET", "/api/invoices/"+rest.str("no"), nil); s.str("status") != "rejected" || w.count(qLiveLines) != 0 {
			t.Fatalf("the rest: %s", s.raw)
		}
		csv := finance.want(200, "", "GET", fmt.Sprintf("/api/console/invoice-export?from=0&to=%d", w.clock.Now().UnixMilli()+1), nil)
		if strings.Count(csv.raw, "\n") != 2 || !strings.Contains(csv.raw, "169.00,9.57,已红冲") {
			t.Fatalf("export: %s", csv.raw)
		}
		sums := finance.want(200, "", "GET", fmt.Sprintf("/api/console/invoice-tax?from=0&to=%d", w.clock.Now().UnixMilli()+1), nil)
		if row := sums.at("items").([]any)[0].(map[string]any); row["tax_fen"].(float64) != 957 || row["red_tax_fen"].(float64) != 957 {
			t.Fatalf("tax: %s", sums.raw)
		}
		w.sound()
	})
}

// Many at once for one order: one invoice. One of them is over two orders, and takes
// both or none.
func TestINV37ParallelRequestsMakeOneInvoice(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		p := w.learner("13500135001", nil)
		no, _ := p.buy(w.sku)
		me, title := p.want(200, "", "GET", "/api/me", nil).num("id"), p.title("")
		var wg sync.WaitGroup
		var mu sync.Mutex
		made := map[string]bool{}
		for i := range 10 {
			wg.Go(func() {
				v, err := w.app.Invoice.Request(ctx, invoice.Ask{UserID: me, IdempotencyKey: fmt.Sprintf("parallel-%d", i/2), OrderNos: []string{no}, TitleID: title, Type: "normal"})
				if err == nil {
					mu.Lock()
					made[v.No] = true
					mu.Unlock()
				}
			})
		}
		wg.Wait()
		if len(made) != 1 || w.count(qLiveLines) != 1 {
			t.Fatalf("%d invoices, %d live lines", len(made), w.count(qLiveLines))
		}
		w.sound()
	})
}

// Refunds and finance at the same moment: whoever is first, what is invoiced and not
// paid any more has a red letter or is refused.
func TestINV37RefundWhileItIsIssued(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		staff := audit.WithActor(context.Background(), audit.Actor{Kind: "staff", ID: 1, Name: "财务"})
		p, finance := w.learner("13500135002", nil), w.staff("finance")
		no, _ := p.buy(w.sku)
		v := p.ask(p.title(""), no)
		id := invoiceID(finance, no)
		finance.want(200, "", "POST", "/api/console/invoices/"+id+"/take", nil)
		r := must(w.app.Commerce.StaffRefund(staff, no, "race-0001", 0, 0, "协商退款"))(t)
		w.ok(w.app.Commerce.PushRefund(staff, r.ID))
		var wg sync.WaitGroup
		wg.Go(func() { w.settleRefunds() })
		wg.Go(func() { finance.do("POST", "/api/console/invoices/"+id+"/issue", made([]byte(tinyPDF))) })
		wg.Wait()
		if got := p.want(200, "", "GET", "/api/invoices/"+v, nil); got.str("status") != "red_requested" || w.count(qQueuedReds) != 1 {
			t.Fatalf("%s, %d red letters", got.raw, w.count(qQueuedReds))
		}
		finance.want(200, "", "POST", "/api/console/invoices/"+id+"/red/issue", made())
		w.sound()
	})
}

// Titles, orders, invoices and files of others do not exist.
func TestINV40InvoicesOfOthers(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p, other, finance := w.learner("13500135003", nil), w.learner("13500135004", nil), w.staff("finance")
		no, _ := p.buy(w.sku)
		title, theirs := p.title("a@example.com"), other.title("b@example.com")
		other.with("theft-001").want(404, "order_gone", "POST", "/api/invoices", map[string]any{"order_nos": []string{no}, "title_id": theirs, "type": "normal"})
		p.with("theft-002").want(404, "title_gone", "POST", "/api/invoices", map[string]any{"order_nos": []string{no}, "title_id": theirs, "type": "normal"})
		other.want(404, "title_gone", "PUT", fmt.Sprintf("/api/me/invoice-titles/%d", title), map[string]any{"kind": "person", "name": "别人"})
		other.want(404, "title_gone", "DELETE", fmt.Sprintf("/api/me/invoice-titles/%d", title), nil)
		v := p.ask(title, no)
		finance.want(200, "", "POST", "/api/console/invoices/"+invoiceID(finance, v)+"/issue", made([]byte(tinyPDF)))
		other.want(404, "invoice_gone", "GET", "/api/invoices/"+v, nil)
		other.want(404, "invoice_gone", "GET", "/api/invoices/"+v+"/files/pdf", nil)
		other.want(404, "invoice_gone", "POST", "/api/invoices/"+v+"/cancel", nil)
		if n := len(other.want(200, "", "GET", "/api/me/invoiceable?order="+no, nil).at("items").([]any)); n != 0 {
			t.Fatalf("%d orders of somebody else", n)
		}
		w.sound()
	})
}

// What pretends to be an invoice's file is not taken.
func TestInvoiceFilesAreWhatTheySay(t *testing.T) {
	w := newWorld(t, db.SQLite)
	p, finance := w.learner("13500135005", nil), w.staff("finance")
	no, _ := p.buy(w.sku)
	v := p.ask(p.title(""), no)
	issue := "/api/console/invoices/" + invoiceID(finance, v) + "/issue"
	for name, raw := range map[string][]byte{
		"page": []byte("<!doctype html><script>alert(1)</script>"), "xhtml": []byte(`<html xmlns="http://www.w3.org/1999/xhtml"/>`), "svg": []byte(`<svg xmlns="http://www.w3.org/2000/svg"/>`),
		"entities": []byte(`<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>`), "program": []byte("MZ\x90\x00"), "zip": ofd(t, "word/document.xml"), "cut": []byte("%PDF-1.4 nothing"), "broken zip": []byte("PK\x03\x04zzz"),
		"large": append([]byte("%PDF-1.4\n"), append(bytes.Repeat([]byte{' '}, invoice.MaxFileBytes), []byte("%%EOF")...)...),
	} {
		if a := finance.do("POST", issue, made(raw)); a.status != 422 || a.code() != "invoice_file" {
			t.Errorf("%s: %d %s", name, a.status, a.raw)
		}
	}
	finance.want(422, "invoice_file", "POST", issue, made([]byte(tinyPDF), []byte(tinyPDF)))
	finance.want(200, "", "POST", issue, made([]byte(tinyPDF), ofd(t, "OFD.xml"), []byte(`<?xml version="1.0"?><EInvoice/>`)))
	w.sound()
}

// Limits of the shop, and what a buyer is told about them.
func TestINV37WhatMayBeInvoiced(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		p := w.learner("13500135006", nil)
		no, _ := p.buy(w.sku)
		p.order(w.freeSKU, "free-order")
		title := p.title("")
		reason := func() string {
			items := p.want(200, "", "GET", "/api/me/invoiceable", nil).at("items").([]any)
			if len(items) != 1 {
				t.Fatalf("%d orders, the free one is none of them", len(items))
			}
			return items[0].(map[string]any)["reason"].(string)
		}
		// A wish for a refund counts as soon as it is there.
		p.with("refund-001").want(200, "", "POST", "/api/orders/"+no+"/refunds", map[string]any{"reason": "不想学了"})
		if got := reason(); got != "已退款或正在退款" {
			t.Fatal(got)
		}
		refunds := must(w.app.Commerce.Refunds(ctx, "requested", 0, 1))(t)
		must(w.app.Commerce.Decide(audit.WithActor(ctx, audit.Actor{Kind: "staff", ID: 1}), refunds[0].ID, false, "已经学完了"))(t)
		if got := reason(); got != "" {
			t.Fatal(got)
		}
		save := func(change func(*setting.Invoice)) {
			v := setting.NewInvoice()
			version := must(w.app.Settings.Load(ctx, v))(t)
			change(v)
			w.ok(w.app.Settings.Save(ctx, v, version, nil))
		}
		save(func(v *setting.Invoice) { v.Enabled = false })
		p.with("closed-01").want(503, "invoice_off", "POST", "/api/invoices", map[string]any{"order_nos": []string{no}, "title_id": title, "type": "normal"})
		save(func(v *setting.Invoice) { v.Enabled, v.MostFen, v.Special = true, 10000, true })
		p.with("closed-02").want(409, "invoice_refused", "POST", "/api/invoices", map[string]any{"order_nos": []string{no}, "title_id": title, "type": "normal"})
		save(func(v *setting.Invoice) { v.MostFen = 0 })
		w.clock.Advance(366 * 24 * time.Hour)
		p = w.learner("13500135006", nil) // a year later everybody signs in again
		if got := reason(); got != "已超过付款后 365 天" {
			t.Fatal(got)
		}
		save(func(v *setting.Invoice) { v.Days = 400 })
		p.with("special-2").want(200, "", "POST", "/api/invoices", map[string]any{"order_nos": []string{no}, "title_id": title, "type": "special"})
		w.sound()
	})
}

// An issuer that takes its time and loses answers hears one number and makes one
// invoice; what it refuses is finance's.
func TestAutomaticIssuerKeepsItsNumber(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		v := setting.NewInvoice()
		v.Issuer, v.SellerName, v.SellerTaxNo = "sandbox", "知舟学堂", "91440300MA5G54321Y"
		v.Codes["digital_service"] = "3040203000000000000"
		w.ok(w.app.Settings.Save(ctx, v, 0, nil))
		sweep := func() {
			w.clock.Advance(time.Hour)
			w.ok(w.app.Invoice.Sweep(ctx))
		}
		p, finance := w.learner("13500135007", nil), w.staff("finance")
		no, _ := p.buy(w.sku)
		mine := p.ask(p.title(""), no)
		status := func() string { return p.want(200, "", "GET", "/api/invoices/"+mine, nil).str("status") }

		w.app.Sandbox.SetTrouble(sandbox.Trouble{FailAnswers: 2, InvoiceStuck: true}) // "unknown" and "processing" are lost
		sweep()
		sweep()
		sweep()
		if s := status(); s != "issuing" {
			t.Fatal(s)
		}
		finance.want(409, "invoice_state", "POST", "/api/console/invoices/"+invoiceID(finance, mine)+"/issue", made([]byte(tinyPDF)))
		w.app.Sandbox.SetTrouble(sandbox.Trouble{DropAnswers: 1})
		sweep()
		sweep()
		all := w.app.Sandbox.Invoices()
		if s := status(); s != "issued" || len(all) != 1 || all[0].No != mine {
			t.Fatalf("%s, the issuer has %+v", s, all)
		}
		if f := p.want(200, "", "GET", "/api/invoices/"+mine+"/files/pdf", nil); !strings.HasPrefix(f.raw, "%PDF-1.4") {
			t.Fatal("the issuer's file is no PDF")
		}
		w.giveBack(no, 0)
		sweep()
		sweep()
		if s := status(); s != "red_issued" || len(w.app.Sandbox.Invoices()) != 2 {
			t.Fatalf("%s after the refund", s)
		}
		w.sound()

		w.app.Sandbox.SetTrouble(sandbox.Trouble{InvoiceRefused: true})
		other := w.learner("13500135008", nil)
		no, _ = other.buy(w.sku)
		his := other.ask(other.title(""), no)
		sweep()
		sweep()
		id := invoiceID(finance, his)
		if d := finance.want(200, "", "GET", "/api/console/invoices/"+id, nil); d.str("status") != "requested" || !strings.Contains(d.str("last_error"), "开票通道拒绝") {
			t.Fatal(d.raw)
		}
		finance.want(200, "", "POST", "/api/console/invoices/"+id+"/issue", made([]byte(tinyPDF)))
		w.sound()
	})
}

// The rate and code of an offer are kept on the order as they were.
func TestInvoiceTaxOfAnOffer(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		owner := w.staff("owner")
		path := fmt.Sprintf("/api/console/products/%d/skus/%d", w.product(w.paid), w.sku)
		sku := map[string]any{"name": "长期有效", "price_fen": 16900, "period_days": 0, "tax_category": "digital_service", "active": true, "platform_prices": map[string]any{}, "tax_rate": "1", "tax_code": "123"}
		owner.want(422, "", "PUT", path, sku)
		sku["tax_code"] = "1060201080000000000"
		owner.want(200, "", "PUT", path, sku)
		p := w.learner("13500135009", nil)
		no, _ := p.buy(w.sku)
		sku["tax_rate"], sku["tax_code"] = "13", ""
		owner.want(200, "", "PUT", path, sku)
		v := p.ask(p.title(""), no)
		d := owner.want(200, "", "GET", "/api/console/invoices/"+invoiceID(owner, v), nil)
		line, err := json.Marshal(d.at("lines"))
		w.ok(err)
		if d.num("tax_fen") != 167 || !strings.Contains(string(line), `"rate_bps":100,`) || !strings.Contains(string(line), "1060201080000000000") {
			t.Fatalf("%s", d.raw)
		}
		w.sound()
	})
}

// brokenMail is a server that is down.
type brokenMail struct{ asked int }

// Send implements invoice.Mailer.
func (b *brokenMail) Send(context.Context, mail.Message) error { b.asked++; return mail.ErrConnect }

// Ready implements invoice.Mailer.
func (b *brokenMail) Ready(context.Context) (bool, error) { return true, nil }

// A mail that cannot be sent is tried a few times and given up; the invoice stays.
func TestMailTroubleLeavesTheInvoice(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		broken := &brokenMail{}
		w.app.Invoice.Mailer = broken
		p, finance := w.learner("13500135010", nil), w.staff("finance")
		no, _ := p.buy(w.sku)
		mine := p.ask(p.title("cw@example.com"), no)
		finance.want(200, "", "POST", "/api/console/invoices/"+invoiceID(finance, mine)+"/issue", made([]byte(tinyPDF)))
		for range 8 {
			w.ok(w.app.Invoice.Sweep(context.Background()))
			w.clock.Advance(24 * time.Hour)
		}
		p = w.learner("13500135010", nil)
		if v := p.want(200, "", "GET", "/api/invoices/"+mine, nil); v.str("status") != "issued" || v.str("mail_state") != "failed" || broken.asked != 5 {
			t.Fatalf("asked %d times: %s", broken.asked, v.raw)
		}
		w.sound()
	})
}
