package sandbox

import (
	"archive/zip"
	"bytes"
	"fmt"
	"strings"

	"golang.org/x/text/encoding/simplifiedchinese"

	"zhizhou/internal/money"
)

const alipayHeader = "支付宝交易号,商户订单号,业务类型,商品名称,创建时间,完成时间,门店编号,门店名称,操作员,终端号,对方账户,订单金额（元）,商家实收（元）,支付宝红包（元）,集分宝（元）,支付宝优惠（元）,商家优惠（元）,券核销金额（元）,券名称,商家红包消费金额（元）,卡消费金额（元）,退款批次号/请求号,服务费（元）,分润（元）,备注"

// alipayBill serves the address of a day's bill; the caller holds mu.
func (s *Sandbox) alipayBill(kind, day string) (map[string]any, *refusal) {
	from, to, ready := s.billDay(day)
	if kind != "trade" {
		return nil, business("isv.invalid-arguments", "账单类型无效")
	}
	var rows []billRow
	for _, t := range s.st.Trades {
		if !t.PaidAt.Before(from) && t.PaidAt.Before(to) {
			rows = append(rows, billRow{no: t.OutTradeNo, tid: t.TradeNo, fen: t.AmountFen, rate: alipayRate, at: t.PaidAt, state: "SUCCESS"})
		}
		for _, f := range t.Refunds {
			if f.Done && !f.At.Before(from) && f.At.Before(to) {
				rows = append(rows, billRow{refund: true, no: t.OutTradeNo, tid: t.TradeNo, refundNo: f.RequestNo, fen: f.AmountFen, rate: alipayRate, at: f.At, state: "SUCCESS"})
			}
		}
	}
	if !ready || len(rows) == 0 {
		return nil, business("isp.bill_not_exist", "账单不存在")
	}
	raw, err := s.alipayBillFile(s.spoil(rows, alipayRate, from), day)
	if err != nil {
		return nil, &refusal{"20000", "isp.unknow-error", "服务不可用"}
	}
	return map[string]any{"bill_download_url": s.keepFile("/alipay/bill", raw)}, nil
}

// alipayBillFile packs two GBK tables under GBK names, as Alipay does.
func (s *Sandbox) alipayBillFile(rows []billRow, day string) ([]byte, error) {
	var b strings.Builder
	line := func(text string) { b.WriteString(text + "\r\n") }
	line("#支付宝业务明细查询")
	line("#账号：[" + s.keys.AlipaySellerID + "]")
	line("#起始日期：[" + day + " 00:00:00]   终止日期：[" + day + " 24:00:00]")
	line("#-----------------------------------------业务明细列表----------------------------------------")
	line(alipayHeader)
	for _, r := range rows {
		kind, sign := "交易", ""
		if r.refund {
			kind, sign = "退款", "-"
		}
		line(strings.Join([]string{
			r.tid + "\t", r.no + "\t", kind, "课程,练习\t", stamp(r.at), stamp(r.at), "\t", "\t", "\t", "\t", "san***@example.com\t",
			sign + money.Yuan(r.fen), sign + money.Yuan(r.fen), "0.00", "0.00", "0.00", "0.00", "0.00", "\t", "0.00", "0.00", r.refundNo + "\t", money.Yuan(-r.fee()), "0.00", "\t",
		}, ","))
	}
	if !s.trouble.Bill.BadHash { // Alipay promises no hash: a broken file is one that ends too early
		line("#-----------------------------------------业务明细列表结束------------------------------------")
		line(fmt.Sprintf("#交易合计：%d笔", len(rows)))
	}
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for name, text := range map[string]string{
		"_业务明细(汇总).csv": "#支付宝业务汇总查询\r\n门店编号,门店名称,交易订单总笔数,退款订单总笔数\r\n",
		"_业务明细.csv":     b.String(),
	} {
		gbk := simplifiedchinese.GBK.NewEncoder()
		title, err := gbk.String(s.keys.AlipaySellerID + "_" + strings.ReplaceAll(day, "-", "") + name)
		if err != nil {
			return nil, err
		}
		body, err := gbk.String(text)
		if err != nil {
			return nil, err
		}
		w, err := z.CreateHeader(&zip.FileHeader{Name: title, NonUTF8: true, Method: zip.Deflate})
		if err != nil {
			return nil, err
		}
		if _, err := w.Write([]byte(body)); err != nil {
			return nil, err
		}
	}
	err := z.Close()
	return out.Bytes(), err
}
