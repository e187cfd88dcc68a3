package alipay

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"

	sdk "github.com/smartwalle/alipay/v3"
	"golang.org/x/text/encoding/simplifiedchinese"

	"zhizhou/internal/money"
	"zhizhou/internal/pay"
)

// billTries: a download address lives half a minute; one that failed is asked for
// again.
const billTries = 3

// Bill returns a day's payments and refunds with their fees from the trade bill.
// Returns pay.ErrBillNotReady, ErrBillBroken, ErrRetry, ErrConfig.
func (m *Merchant) Bill(ctx context.Context, day int64) ([]pay.BillLine, error) {
	date, ok := pay.DayOf(day)
	if !ok {
		return nil, pay.ErrBillNotReady
	}
	var last error
	for range billTries {
		out, err := m.sdk.BillDownloadURLQuery(ctx, sdk.BillDownloadURLQuery{BillType: "trade", BillDate: date.Format("2006-01-02")})
		if err != nil {
			err = trouble(err)
		} else {
			err = classify(out.Code, out.SubCode, out.SubMsg)
		}
		if errors.Is(err, pay.ErrNotFound) {
			return nil, pay.EmptyOrEarly(day, m.clock.Now())
		}
		if err != nil {
			return nil, err
		}
		raw, err := m.download(ctx, out.BillDownloadURL)
		if err != nil {
			last = err
			continue
		}
		return ParseBill(raw)
	}
	return nil, last
}

// download fetches from the address that the signed answer named. Nothing secret
// goes with the request; nothing proves the file but its own form.
func (m *Merchant) download(ctx context.Context, addr string) ([]byte, error) {
	u, err := url.Parse(addr)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return nil, pay.ErrBillBroken
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, addr, nil)
	if err != nil {
		return nil, pay.ErrBillBroken
	}
	res, err := m.http.Do(req)
	if err != nil {
		return nil, pay.Offline(err)
	}
	defer func() { _ = res.Body.Close() }()
	raw, err := io.ReadAll(io.LimitReader(res.Body, pay.MaxBill))
	switch {
	case err != nil:
		return nil, pay.Offline(err)
	case res.StatusCode != http.StatusOK:
		return nil, pay.Classify(res.StatusCode, "BILL_DOWNLOAD", "")
	}
	return raw, nil
}

// ParseBill reads the zip that Alipay sends: two GBK tables, of which the one with a
// row for each trade is wanted; it is known by its header, not by its file name.
// Returns pay.ErrBillBroken.
func ParseBill(packed []byte) ([]pay.BillLine, error) {
	z, err := zip.NewReader(bytes.NewReader(packed), int64(len(packed)))
	if err != nil {
		return nil, pay.ErrBillBroken
	}
	for _, f := range z.File {
		if f.UncompressedSize64 > pay.MaxBill {
			return nil, pay.ErrBillBroken
		}
		r, err := f.Open()
		if err != nil {
			return nil, pay.ErrBillBroken
		}
		raw, err := io.ReadAll(io.LimitReader(r, pay.MaxBill))
		_ = r.Close()
		if err != nil {
			return nil, pay.ErrBillBroken
		}
		text, err := simplifiedchinese.GBK.NewDecoder().Bytes(raw)
		if err != nil {
			return nil, pay.ErrBillBroken
		}
		lines, found, err := ParseDetail(string(text))
		if found || err != nil {
			return lines, err
		}
	}
	return nil, pay.ErrBillBroken
}

// ParseDetail reads the table of trades; found is false for another table. Cells
// are parted by commas and padded with tabs; the name of the goods may hold commas
// of its own. Alipay writes refunds and the fees that it takes as negative amounts.
// Returns pay.ErrBillBroken.
func ParseDetail(text string) (lines []pay.BillLine, found bool, err error) {
	var c pay.Columns
	width, name, ended := 0, 0, false
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\r\n")
		switch {
		case strings.TrimSpace(line) == "":
		case strings.HasPrefix(line, "#"):
			ended = ended || c != nil && strings.Contains(line, "结束")
		case c == nil:
			header := strings.Split(line, ",")
			c, width = pay.ColumnsOf(header), len(header)
			if !c.Has("支付宝交易号", "商户订单号", "业务类型", "商品名称", "完成时间", "订单金额(元)", "退款批次号/请求号", "服务费(元)") {
				return nil, false, nil
			}
			name = c["商品名称"]
		default:
			cells := strings.Split(line, ",")
			if extra := len(cells) - width; extra > 0 {
				goods := strings.Join(cells[name:name+extra+1], ",")
				cells = append(append(append([]string{}, cells[:name]...), goods), cells[name+extra+1:]...)
			}
			l, err := detail(c, cells)
			if err != nil {
				return nil, true, err
			}
			lines = append(lines, l)
		}
	}
	if c == nil {
		return nil, false, nil
	}
	if !ended { // cut off
		return nil, true, pay.ErrBillBroken
	}
	return lines, true, nil
}

func detail(c pay.Columns, cells []string) (pay.BillLine, error) {
	l := pay.BillLine{
		Kind: pay.BillTrade, State: pay.BillDone, OutTradeNo: c.Get(cells, "商户订单号"), TransactionID: c.Get(cells, "支付宝交易号"), At: pay.BillTime(c.Get(cells, "完成时间")),
	}
	amount, err := money.ParseYuan(c.Get(cells, "订单金额(元)"))
	if err != nil {
		return l, pay.ErrBillBroken
	}
	if fee := c.Get(cells, "服务费(元)"); fee != "" {
		taken, err := money.ParseYuan(fee)
		if err != nil {
			return l, pay.ErrBillBroken
		}
		l.FeeFen = -taken
	}
	switch kind := c.Get(cells, "业务类型"); {
	case strings.Contains(kind, "退款"):
		l.Kind, l.OutRefundNo = pay.BillRefund, c.Get(cells, "退款批次号/请求号")
		if amount < 0 {
			amount = -amount
		}
	case strings.Contains(kind, "交易"):
	default:
		return l, pay.ErrBillBroken
	}
	l.AmountFen = amount
	if l.AmountFen < 0 || l.Number() == "" || l.At.IsZero() {
		return l, pay.ErrBillBroken
	}
	return l, nil
}
