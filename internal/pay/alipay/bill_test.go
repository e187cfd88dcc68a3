package alipay_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/encoding/simplifiedchinese"

	"zhizhou/internal/clock"
	"zhizhou/internal/id"
	"zhizhou/internal/pay"
	"zhizhou/internal/pay/alipay"
	"zhizhou/internal/sandbox"
)

const (
	detailHead = "#支付宝业务明细查询\r\n#账号：[20880000000000000156]\r\n#-----业务明细列表-----\r\n" +
		"支付宝交易号,商户订单号,业务类型,商品名称,创建时间,完成时间,门店编号,门店名称,操作员,终端号,对方账户,订单金额（元）,商家实收（元）,支付宝红包（元）,集分宝（元）,支付宝优惠（元）,商家优惠（元）,券核销金额（元）,券名称,商家红包消费金额（元）,卡消费金额（元）,退款批次号/请求号,服务费（元）,分润（元）,备注\r\n"
	detailPaid = "2026100322001400000000000001\t,PAY00000001\t,交易,写作,从零,开始\t,2026-10-03 10:00:00,2026-10-03 10:00:30,\t,\t,\t,\t,buy***@example.com\t,169.00,169.00,0.00,0.00,0.00,0.00,0.00,\t,0.00,0.00,\t,-1.01,0.00,\t\r\n"
	detailBack = "2026100322001400000000000001\t,PAY00000001\t,退款,写作\t,2026-10-03 10:00:00,2026-10-03 11:00:30,\t,\t,\t,\t,buy***@example.com\t,-50.00,-50.00,0.00,0.00,0.00,0.00,0.00,\t,0.00,0.00,BACK0000001\t,0.30,0.00,\t\r\n"
	detailTail = "#-----业务明细列表结束-----\r\n#交易合计：1笔\r\n"
)

func packed(t testing.TB, files ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, text := range files {
		raw, err := simplifiedchinese.GBK.NewEncoder().String(text)
		if err != nil {
			t.Fatal(err)
		}
		w, err := z.Create("f.csv")
		if err == nil {
			_, err = w.Write([]byte(raw))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestParseBill(t *testing.T) {
	const other = "#支付宝业务汇总查询\r\n门店编号,门店名称\r\n1,2\r\n"
	lines, err := alipay.ParseBill(packed(t, other, detailHead+detailPaid+detailBack+detailTail))
	if err != nil || len(lines) != 2 {
		t.Fatalf("%+v %v", lines, err)
	}
	if l := lines[0]; l.Kind != pay.BillTrade || l.Number() != "PAY00000001" || l.TransactionID != "2026100322001400000000000001" || l.AmountFen != 16900 || l.FeeFen != 101 {
		t.Errorf("%+v", l)
	}
	if l := lines[1]; l.Kind != pay.BillRefund || l.Number() != "BACK0000001" || l.AmountFen != 5000 || l.FeeFen != -30 {
		t.Errorf("%+v", l)
	}
	if lines, err := alipay.ParseBill(packed(t, detailHead+detailTail)); err != nil || len(lines) != 0 {
		t.Errorf("a day without trade: %+v %v", lines, err)
	}
	for name, raw := range map[string][]byte{
		"no zip": []byte("x"), "empty zip": packed(t), "other table": packed(t, other), "cut off": packed(t, detailHead+detailPaid),
		"amount": packed(t, detailHead+strings.Replace(detailPaid, "169.00", "169.0x", 1)+detailTail),
		"kind":   packed(t, detailHead+strings.Replace(detailPaid, "交易,", "其他,", 1)+detailTail),
		"short":  packed(t, detailHead+"a,b,交易\r\n"+detailTail),
	} {
		if lines, err := alipay.ParseBill(raw); !errors.Is(err, pay.ErrBillBroken) {
			t.Errorf("%s: %+v %v", name, lines, err)
		}
	}
}

func FuzzBill(f *testing.F) {
	f.Add(packed(f, detailHead+detailPaid+detailBack+detailTail), "")
	f.Add([]byte("PK"), detailHead+detailPaid+detailTail)
	f.Add([]byte{}, detailHead+",,,,\r\n"+detailTail)
	f.Fuzz(func(t *testing.T, raw []byte, text string) {
		if lines, err := alipay.ParseBill(raw); err != nil && lines != nil {
			t.Fatal("a broken bill gave lines")
		}
		lines, _, err := alipay.ParseDetail(text)
		if err != nil && lines != nil {
			t.Fatal("a broken table gave lines")
		}
		for _, l := range lines {
			if l.AmountFen < 0 || l.Number() == "" || l.At.IsZero() {
				t.Fatalf("%+v", l)
			}
		}
	})
}

// A bill comes through the gateway with its address of half a minute.
func TestBillDownload(t *testing.T) {
	w := newWorld(t)
	now := w.clock.Now().In(clock.China)
	w.clock.Advance(time.Date(now.Year(), now.Month(), now.Day()+1, 12, 0, 0, 0, clock.China).Sub(now))
	no := w.paid(w.m.Wap(), 16900)
	back := id.Code()
	if _, err := w.m.Wap().Refund(t.Context(), pay.RefundRequest{OutTradeNo: no, OutRefundNo: back, RefundFen: 5000, TotalFen: 16900}); err != nil {
		t.Fatal(err)
	}
	day := clock.Day(w.clock.Now())
	if _, err := w.m.Bill(t.Context(), day); !errors.Is(err, pay.ErrBillNotReady) {
		t.Fatalf("on the day itself: %v", err)
	}
	w.clock.Advance(23 * time.Hour)
	for _, tr := range []sandbox.Trouble{{}, {Bill: sandbox.BillTrouble{LoseFiles: 2}}} {
		w.sb.SetTrouble(tr)
		lines, err := w.m.Bill(t.Context(), day)
		if err != nil || len(lines) != 2 || lines[0].Number() != no || lines[0].FeeFen != 101 || lines[1].Number() != back || lines[1].FeeFen != -30 {
			t.Fatalf("%+v %v", lines, err)
		}
	}
	w.sb.SetTrouble(sandbox.Trouble{Bill: sandbox.BillTrouble{BadHash: true}})
	if lines, err := w.m.Bill(t.Context(), day); !errors.Is(err, pay.ErrBillBroken) {
		t.Fatalf("a broken file: %+v %v", lines, err)
	}
	w.sb.SetTrouble(sandbox.Trouble{})
	if lines, err := w.m.Bill(t.Context(), clock.Day(w.clock.Now().AddDate(0, 0, -20))); err != nil || len(lines) != 0 {
		t.Fatalf("a day without trade: %+v %v", lines, err)
	}
}
