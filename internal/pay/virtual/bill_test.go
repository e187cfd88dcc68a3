package virtual_test

import (
	"errors"
	"strings"
	"testing"

	"zhizhou/internal/pay"
	"zhizhou/internal/pay/virtual"
)

const bill = "商户订单号,微信支付单号,商户退款单号,交易类型,交易状态,金额(分),手续费(分),完成时间\n" +
	"PAY00000001,4500001,,支付,成功,16900,169,2026-10-03 10:00:00\n" +
	"PAY00000001,5030001,BACK0000001,退款,成功,5000,-50,2026-10-03 11:00:00\n"

func TestBill(t *testing.T) {
	lines, err := virtual.ParseBill([]byte(bill))
	if err != nil || len(lines) != 2 {
		t.Fatalf("%+v %v", lines, err)
	}
	if l := lines[0]; l.Kind != pay.BillTrade || l.Number() != "PAY00000001" || l.AmountFen != 16900 || l.FeeFen != 169 {
		t.Errorf("%+v", l)
	}
	if l := lines[1]; l.Kind != pay.BillRefund || l.Number() != "BACK0000001" || l.OutTradeNo != "PAY00000001" || l.AmountFen != 5000 || l.FeeFen != -50 {
		t.Errorf("%+v", l)
	}
	for name, raw := range map[string]string{
		"empty": "", "another file": "a,b,c\n1,2,3\n", "yuan": strings.Replace(bill, "16900", "169.00", 1), "kind": strings.Replace(bill, "支付,成功", "什么,成功", 1),
		"time": strings.Replace(bill, "10:00:00", "", 1),
	} {
		if lines, err := virtual.ParseBill([]byte(raw)); !errors.Is(err, pay.ErrBillBroken) {
			t.Errorf("%s: %+v %v", name, lines, err)
		}
	}
}

func FuzzBill(f *testing.F) {
	f.Add(bill)
	f.Add("order_id,amount,time,type\nA,-5,1700000000,1\n")
	f.Add("金额,交易时间,商户订单号,类型\n`9223372036854775807,2026-10-03 10:00:00,A,支付\n")
	f.Fuzz(func(t *testing.T, raw string) {
		lines, err := virtual.ParseBill([]byte(raw))
		if err != nil && lines != nil {
			t.Fatal("a broken bill gave lines")
		}
		for _, l := range lines {
			if l.AmountFen < 0 || l.Number() == "" || l.At.IsZero() {
				t.Fatalf("%+v", l)
			}
		}
	})
}
