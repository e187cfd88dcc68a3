package app_test

import (
	"context"
	"encoding/csv"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/export"
	"zhizhou/internal/ledger"
	"zhizhou/internal/setting"
)

var qExportAudits = db.Q("apptest/export_audits", `SELECT COUNT(*) FROM audit_log WHERE action = $1`)

func (w *world) clearing(finance *person, source string) map[string]any {
	w.t.Helper()
	for _, x := range finance.want(200, "", "GET", "/api/console/clearing", nil).at("items").([]any) {
		if row := x.(map[string]any); row["source"] == source {
			return row
		}
	}
	w.t.Fatalf("no account %s", source)
	return nil
}

// What arrives at the bank leaves clearing, once: the same request again, the same
// reference again and more than there is change nothing. Above the threshold two must
// agree, to book and to reverse.
func TestINV16PayoutsLeaveClearingOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		s := &setting.Payment{Policy: setting.DefaultPolicy}
		version := must(w.app.Settings.Load(context.Background(), s))(t)
		s.FourEyesFen = 20_000
		w.ok(w.app.Settings.Save(context.Background(), s, version, nil))
		for n := range 2 {
			w.buyer(9100 + n)
		}
		finance, owner := w.staff("finance"), w.staff("owner")
		day := clock.Day(w.clock.Now())
		if c := w.clearing(finance, "wechatpay"); c["balance_fen"] != 33_800.0 || int64(c["since"].(float64)) != day || c["late"] != false {
			t.Fatalf("%v", c)
		}
		body := func(fen int64, reference string) map[string]any {
			return map[string]any{"source": "wechatpay", "amount_fen": fen, "bank_day": day, "reference": reference}
		}
		var wg sync.WaitGroup
		for range 4 { // the same tap, four times at once
			wg.Go(func() { finance.with("payout-key-1").do("POST", "/api/console/payouts", body(10_000, "BANK-0001")) })
		}
		wg.Wait()
		first := finance.with("payout-key-1").want(200, "", "POST", "/api/console/payouts", body(10_000, "BANK-0001"))
		finance.with("payout-key-1").want(409, "idempotency_conflict", "POST", "/api/console/payouts", body(10_001, "BANK-0001"))
		finance.with("payout-key-2").want(409, "payout_twice", "POST", "/api/console/payouts", body(10_000, "BANK-0001"))
		finance.with("payout-key-3").want(422, "payout_invalid", "POST", "/api/console/payouts", map[string]any{"source": "wechatpay", "amount_fen": 1, "bank_day": 20300101, "reference": "BANK-0003"})
		w.staff("support").with("payout-key-4").want(403, "forbidden", "POST", "/api/console/payouts", body(1, "BANK-0004"))
		if w.balance(ledger.Bank) != 10_000 || w.clearing(finance, "wechatpay")["balance_fen"] != 23_800.0 || first.str("state") != "booked" {
			t.Fatalf("bank %d, %s", w.balance(ledger.Bank), first.raw)
		}
		big := finance.with("payout-key-5").want(200, "", "POST", "/api/console/payouts", body(23_800, "BANK-0005"))
		path := fmt.Sprintf("/api/console/payouts/%d/", big.num("id"))
		finance.want(409, "four_eyes", "POST", path+"confirm", nil)
		if big.str("state") != "waiting" || w.balance(ledger.Bank) != 10_000 {
			t.Fatalf("one was enough: %s", big.raw)
		}
		over := finance.with("payout-key-6").want(200, "", "POST", "/api/console/payouts", body(23_801, "BANK-0006"))
		owner.want(409, "payout_more", "POST", fmt.Sprintf("/api/console/payouts/%d/confirm", over.num("id")), nil)
		finance.want(200, "", "POST", fmt.Sprintf("/api/console/payouts/%d/drop", over.num("id")), map[string]any{"reason": "记错金额"})
		owner.want(200, "", "POST", path+"confirm", nil)
		owner.want(409, "payout_state", "POST", path+"confirm", nil)
		w.sound()
		if w.balance(ledger.Bank) != 33_800 || w.clearing(finance, "wechatpay")["balance_fen"] != 0.0 {
			t.Fatalf("bank %d", w.balance(ledger.Bank))
		}
		owner.want(200, "", "POST", path+"undo", map[string]any{"reason": "登记错了账号"})
		owner.want(409, "four_eyes", "POST", path+"undo", map[string]any{"reason": "登记错了账号"})
		if got := finance.want(200, "", "POST", path+"undo", map[string]any{"reason": "同意冲回"}); got.str("state") != "reversed" || w.balance(ledger.Bank) != 10_000 {
			t.Fatalf("%s, bank %d", got.raw, w.balance(ledger.Bank))
		}
		finance.want(200, "", "POST", fmt.Sprintf("/api/console/payouts/%d/undo", first.num("id")), map[string]any{"reason": "小额一人即可"})
		w.clock.Advance(6 * 24 * time.Hour)
		for _, c := range must(w.app.Reconcile.Clearing(context.Background()))(t) {
			if c.Source == "wechatpay" && (c.BalanceFen != 33_800 || !c.Late || c.Since != day) {
				t.Fatalf("%+v", c)
			}
		}
		w.sound()
	})
}

// A code of ours: small letters, with or without the number that it is about.
var rawCode = regexp.MustCompile(`^\s*[a-z][a-z0-9_]*(:|$)`)

// Staff ask for a file and take it; who may not read what is in it gets none, another
// member of staff only when finance. Each taking is in the log.
func TestExportsAreForWhoMayReadThem(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p, no, _ := w.buyer(9200)
		w.ok(w.app.Account.Rename(context.Background(), p.me(), "王小舟"))
		w.giveBack(no, 6900)
		support, operator, finance := w.staff("support"), w.staff("operator"), w.staff("finance")
		ask := func(who *person, kind, format, key string) answer {
			return who.with(key).want(200, "", "POST", "/api/console/exports", map[string]any{"kind": kind, "format": format})
		}
		support.with("export-key-0").want(403, "forbidden", "POST", "/api/console/exports", map[string]any{"kind": "ledger", "format": "csv"})
		mine := ask(support, "orders", "csv", "export-key-1")
		file := mine.num("id")
		path := fmt.Sprintf("/api/console/exports/%d", file)
		support.want(404, "export_gone", "GET", path+"/file", nil)
		w.ok(w.app.Export.Make(context.Background(), file))
		operator.want(404, "export_gone", "GET", path, nil)
		operator.want(404, "export_gone", "GET", path+"/file", nil)
		for _, who := range []*person{support, finance} {
			if got := who.want(200, "", "GET", path, nil); got.str("state") != export.Done || got.num("done") != 1 || got.str("url") != path+"/file" {
				t.Fatalf("%s", got.raw)
			}
			got := who.want(200, "", "GET", path+"/file", nil)
			if !strings.Contains(got.raw, ",电脑网页,") {
				t.Fatalf("the platform has no words: %s", got.raw)
			}
			if !strings.HasPrefix(got.raw, "\uFEFF订单号,") || !strings.Contains(got.raw, "\t"+no) || !strings.Contains(got.raw, "王小舟,把话写清楚,长期有效,1,169.00,0.00,169.00,69.00,6%,微信支付（扫码）") {
				t.Fatalf("%s", got.raw)
			}
			if h := got.header; h.Get("Cache-Control") != "private, no-store" || !strings.Contains(h.Get("Content-Disposition"), "attachment") {
				t.Fatalf("%v", h)
			}
		}
		if n := w.count(qExportAudits, "export.download"); n != 2 {
			t.Errorf("%d takings are in the log", n)
		}
		for kind, want := range map[string]string{
			"orders": "电脑网页", "refunds": "协商退款", "ledger": "销项税 · 6%", "revenue": "6%,,,169.00,69.00,100.00,5.66", "balances": "tax:600,销项税 · 6%", "invoices": "发票号码",
		} {
			e := ask(finance, kind, "csv", "export-key-"+kind).num("id")
			w.ok(w.app.Export.Make(context.Background(), e))
			got := finance.want(200, "", "GET", fmt.Sprintf("/api/console/exports/%d/file", e), nil)
			if !strings.Contains(got.raw, want) {
				t.Errorf("%s: %s", kind, got.raw)
			}
			table := must(csv.NewReader(strings.NewReader(strings.TrimPrefix(got.raw, "\uFEFF"))).ReadAll())(t)
			for _, line := range table[1:] {
				for i, cell := range line {
					if table[0][i] != "科目代码" && rawCode.MatchString(cell) {
						t.Errorf("%s: %s is %q, no word for people", kind, table[0][i], cell)
					}
				}
			}
		}
	})
}

// An order's trail tells everything in time order, with each entry's hash and seal.
func TestOrderTrailTellsEverything(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		_, no, payment := w.buyer(9300)
		w.clock.Advance(2 * time.Minute)
		must(ledger.Seal(context.Background(), w.app.DB, clock.MS(w.clock)))(t)
		finance := w.staff("finance")
		finance.with("trail-refund").want(200, "", "POST", "/api/console/orders/"+no+"/refunds", map[string]any{"amount_fen": 0, "reason": "协商退款"})
		w.settleRefunds()
		got := finance.want(200, "", "GET", "/api/console/orders/"+no+"/trail", nil)
		seen, last, entries := map[string]int{}, 0.0, []map[string]any{}
		for _, x := range got.at("steps").([]any) {
			s := x.(map[string]any)
			if strings.Contains(s["ref"].(string), ":") {
				t.Errorf("%v is known by a number of ours", s)
			}
			seen[s["kind"].(string)]++
			if at := s["at"].(float64); at < last {
				t.Errorf("%v is out of order", s)
			} else {
				last = at
			}
			if s["kind"] == "ledger" {
				entries = append(entries, s)
			}
		}
		for _, kind := range []string{"order", "payment", "notice", "ledger", "grant", "refund", "staff"} {
			if seen[kind] == 0 {
				t.Errorf("no %s in %s", kind, got.raw)
			}
		}
		if len(entries) != 2 || len(entries[0]["hash"].(string)) != 64 || entries[0]["seal"] != 1.0 || entries[1]["seal"] != 0.0 || entries[0]["hash"] == entries[1]["hash"] || len(entries[1]["lines"].([]any)) != 3 {
			t.Errorf("%v", entries)
		}
		for _, raw := range []string{"TRANSACTION.", "course:", `"note":"学员 `} {
			if strings.Contains(got.raw, raw) {
				t.Errorf("%q is no word for people: %s", raw, got.raw)
			}
		}
		for _, pair := range [][2]string{{"下单", "发起支付"}, {"发起支付", "收到付款：入账"}, {"收到付款：入账", "订单已付款"}, {"订单已付款", "授权课程"}, {"授权课程", "已开通"}, {"同意退款", "收回课程"}} {
			if before, then := strings.Index(got.raw, `"title":"`+pair[0]), strings.Index(got.raw, `"title":"`+pair[1]); before < 0 || then < before {
				t.Errorf("%v at %d and %d in %s", pair, before, then, got.raw)
			}
		}
		about := map[string]int{}
		for _, x := range got.at("steps").([]any) {
			if a, ok := x.(map[string]any)["about"].(map[string]any); ok {
				kind, _, _ := strings.Cut(a["ref"].(string), ":")
				if about[kind]++; a["name"] == "" || a["opens"] != "order" || a["key"] != no {
					t.Errorf("%v leads nowhere", a)
				}
			}
		}
		if about["payment"] != 1 || about["refund"] != 2 { // two entries and a decision
			t.Errorf("%v are named in %s", about, got.raw)
		}
		if !strings.Contains(got.raw, payment) || !strings.Contains(got.raw, "协商退款") {
			t.Errorf("%s", got.raw)
		}
		w.staff("editor").want(403, "forbidden", "GET", "/api/console/orders/"+no+"/trail", nil)
	})
}
