package wechat_test

import (
	"errors"
	"strings"
	"testing"

	"zhizhou/internal/pay"
	"zhizhou/internal/pay/wechat"
)

const (
	billHead = "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注\r\n"
	billPaid = "`2026-10-03 10:00:00,`wx1,`1900000109,`0,`,`4200000202610030000000001,`PAY00000001,`o1,`NATIVE,`SUCCESS,`OTHERS,`CNY,`169.00,`0.00,`0,`0,`0.00,`0.00,`,`,`写作,从零开始,`,`1.01400,`0.60%,`169.00,`0.00,`\r\n"
	billBack = "`2026-10-03 11:00:00,`wx1,`1900000109,`0,`,`4200000202610030000000001,`PAY00000001,`o1,`NATIVE,`REFUND,`OTHERS,`CNY,`0.00,`0.00,`50000000000000000000000001,`BACK0000001,`50.00,`0.00,`ORIGINAL,`SUCCESS,`写作,`,`-0.30000,`0.60%,`0.00,`50.00,`\r\n"
	billTail = "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额\r\n`2,`169.00,`50.00,`0.00,`0.71,`169.00,`50.00\r\n"

	flowHead = "记账时间,微信支付业务单号,资金流水单号,业务名称,业务类型,收支类型,收支金额(元),账户结余(元),资金变更提交申请人,备注,业务凭证号\n"
	flowBody = "`2026-10-03 10:00:00,`4200000202610030000000001,`F1,`交易,`交易,`收入,`169.00,`169.00,`system,`,`PAY00000001\n" +
		"`2026-10-03 10:00:00,`4200000202610030000000001,`F2,`交易,`扣除交易手续费,`支出,`1.01,`167.99,`system,`,`PAY00000001\n" +
		"`2026-10-03 11:00:00,`50000000000000000000000001,`F3,`退款,`退款,`支出,`49.70,`118.29,`1900000109API,`退款总金额50.00元;含手续费0.30元,`BACK0000001\n"
	flowTail = "资金流水总笔数,收入笔数,收入金额,支出笔数,支出金额\n`3,`1,`169.00,`2,`50.71\n"
)

func TestTradeBill(t *testing.T) {
	lines, err := wechat.ParseTradeBill([]byte("\uFEFF" + billHead + billPaid + billBack + billTail))
	if err != nil || len(lines) != 2 {
		t.Fatalf("%+v %v", lines, err)
	}
	if l := lines[0]; l.Kind != pay.BillTrade || l.OutTradeNo != "PAY00000001" || l.AmountFen != 16900 || l.FeeFen != 101 || l.State != pay.BillDone || l.At.UTC().Hour() != 2 {
		t.Errorf("%+v", l)
	}
	if l := lines[1]; l.Kind != pay.BillRefund || l.Number() != "BACK0000001" || l.RefundID != "50000000000000000000000001" || l.AmountFen != 5000 || l.FeeFen != -30 {
		t.Errorf("%+v", l)
	}
	if lines, err := wechat.ParseTradeBill([]byte(billHead + billTail)); err != nil || len(lines) != 0 {
		t.Errorf("a day without trade: %+v %v", lines, err)
	}
	for name, raw := range map[string]string{
		"empty": "", "cut off": billHead + billPaid, "header alone": billHead, "summary alone": billTail, "no header": billPaid + billTail,
		"unknown state": billHead + strings.Replace(billPaid, "SUCCESS", "SOMETHING", 1) + billTail,
		"amount":        billHead + strings.Replace(billPaid, "`169.00,`0.00,`\r", "`169.001,`0.00,`\r", 1) + billTail,
		"time":          billHead + strings.Replace(billPaid, "2026-10-03", "2026-13-03", 1) + billTail,
		"short row":     billHead + "`2026-10-03 10:00:00,`wx1\r\n" + billTail,
	} {
		if lines, err := wechat.ParseTradeBill([]byte(raw)); !errors.Is(err, pay.ErrBillBroken) {
			t.Errorf("%s: %+v %v", name, lines, err)
		}
	}
}

func TestFundFlow(t *testing.T) {
	fees, err := wechat.ParseFundFlow([]byte(flowHead + flowBody + flowTail))
	if err != nil || fees["4200000202610030000000001"] != 101 || fees["50000000000000000000000001"] != -30 {
		t.Fatalf("%v %v", fees, err)
	}
	if _, err := wechat.ParseFundFlow([]byte(flowHead + flowBody)); !errors.Is(err, pay.ErrBillBroken) {
		t.Errorf("cut off: %v", err)
	}
}

func FuzzTradeBill(f *testing.F) {
	f.Add(billHead + billPaid + billBack + billTail)
	f.Add(billHead + billTail)
	f.Add("\uFEFF" + billHead + "`,`,`\n" + billTail)
	f.Add(flowHead + flowBody + flowTail)
	f.Fuzz(func(t *testing.T, raw string) {
		lines, err := wechat.ParseTradeBill([]byte(raw))
		if err != nil && lines != nil {
			t.Fatal("a broken bill gave lines")
		}
		for _, l := range lines {
			if l.AmountFen < 0 || l.Number() == "" || l.At.IsZero() || l.State == "" {
				t.Fatalf("%+v", l)
			}
		}
		if fees, err := wechat.ParseFundFlow([]byte(raw)); err != nil && fees != nil {
			t.Fatal("a broken fund flow gave fees")
		}
	})
}
