package virtual

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"zhizhou/internal/clock"
	"zhizhou/internal/pay"
)

// Bill asks for a day's bill of virtual payment. The first question only makes
// WeChat write it; until then pay.ErrBillNotReady is returned and the caller asks
// again. Returns also pay.ErrBillBroken, ErrRetry, ErrConfig.
func (p *Provider) Bill(ctx context.Context, day int64) ([]pay.BillLine, error) {
	var out struct {
		URL string `json:"url"`
	}
	// The documents list no environment for this call: the AppKey alone decides.
	_, err := p.call(ctx, "/xpay/download_bill", map[string]int64{"begin_ds": day, "end_ds": day}, &out)
	var t *pay.Trouble
	switch {
	case errors.As(err, &t) && t.Code == "268490011":
		return nil, pay.ErrBillNotReady
	case errors.As(err, &t) && t.Code == "268490002":
		return nil, pay.EmptyOrEarly(day, p.cfg.Clock.Now())
	case err != nil:
		return nil, err
	case out.URL == "":
		return nil, pay.ErrBillNotReady
	}
	raw, err := p.fetch(ctx, out.URL)
	if err != nil {
		return nil, err
	}
	return ParseBill(raw)
}

// fetch downloads from the address that WeChat named in its answer; nothing secret
// goes with the request.
func (p *Provider) fetch(ctx context.Context, addr string) ([]byte, error) {
	u, err := url.Parse(addr)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return nil, pay.ErrBillBroken
	}
	h := http.Client{}
	if p.cfg.HTTP != nil {
		h = *p.cfg.HTTP
	}
	h.Timeout = time.Minute
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, addr, nil)
	if err != nil {
		return nil, pay.ErrBillBroken
	}
	res, err := h.Do(req)
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

// The columns of the bill under the names that it may use. The documents show the
// call and not the file, so the reader takes several names and refuses what it does
// not know; a name that WeChat uses instead is added here.
var (
	colOrder  = []string{"商户订单号", "商户单号", "业务订单号", "out_trade_no", "order_id"}
	colWx     = []string{"微信支付单号", "微信订单号", "交易单号", "wxpay_order_id", "wx_order_id", "transaction_id"}
	colRefund = []string{"商户退款单号", "退款单号", "refund_order_id", "out_refund_no"}
	colKind   = []string{"交易类型", "订单类型", "类型", "type"}
	colState  = []string{"交易状态", "订单状态", "状态", "status"}
	colAmount = []string{"金额(分)", "订单金额(分)", "订单金额", "金额", "amount", "order_fee"}
	colFee    = []string{"手续费(分)", "服务费(分)", "手续费", "服务费", "fee"}
	colTime   = []string{"完成时间", "交易时间", "支付时间", "time"}
)

// ParseBill reads a bill of virtual payment; its amounts are in fen. Returns
// pay.ErrBillBroken.
func ParseBill(raw []byte) ([]pay.BillLine, error) {
	r := csv.NewReader(bytes.NewReader(raw))
	r.FieldsPerRecord, r.LazyQuotes = -1, true
	all, err := r.ReadAll()
	if err != nil || len(all) == 0 {
		return nil, pay.ErrBillBroken
	}
	c := pay.ColumnsOf(all[0])
	if none(c, colOrder) || none(c, colAmount) || none(c, colTime) || none(c, colKind) {
		return nil, pay.ErrBillBroken
	}
	lines := make([]pay.BillLine, 0, len(all)-1)
	for _, row := range all[1:] {
		get := func(names []string) string { return strings.TrimLeft(c.Get(row, names...), "`\t'") }
		l := pay.BillLine{Kind: pay.BillTrade, State: pay.BillDone, OutTradeNo: get(colOrder), TransactionID: get(colWx), At: billTime(get(colTime))}
		switch kind := get(colKind); {
		case strings.Contains(kind, "退款"), strings.EqualFold(kind, "refund"), kind == "1":
			l.Kind, l.OutRefundNo, l.RefundID = pay.BillRefund, get(colRefund), get(colWx)
		case strings.Contains(kind, "支付"), strings.Contains(kind, "交易"), strings.EqualFold(kind, "pay"), kind == "0":
		default:
			return nil, pay.ErrBillBroken
		}
		switch state := get(colState); {
		case strings.Contains(state, "失败"), strings.Contains(state, "关闭"):
			l.State = pay.BillFailed
		case strings.Contains(state, "中"):
			l.State = pay.BillPending
		}
		fen, err := strconv.ParseInt(get(colAmount), 10, 64)
		if err != nil {
			return nil, pay.ErrBillBroken
		}
		if fee := get(colFee); fee != "" {
			if l.FeeFen, err = strconv.ParseInt(fee, 10, 64); err != nil {
				return nil, pay.ErrBillBroken
			}
		}
		if l.AmountFen = fen; fen < 0 {
			l.AmountFen = -fen
		}
		if l.Number() == "" || l.At.IsZero() || l.AmountFen < 0 {
			return nil, pay.ErrBillBroken
		}
		lines = append(lines, l)
	}
	return lines, nil
}

// none reports whether none of names is a column.
func none(c pay.Columns, names []string) bool {
	for _, n := range names {
		if c.Has(n) {
			return false
		}
	}
	return true
}

// billTime reads "2006-01-02 15:04:05" or Unix seconds.
func billTime(s string) time.Time {
	if n, err := strconv.ParseInt(s, 10, 64); err == nil && n > 0 && n < 1<<36 {
		return time.Unix(n, 0).In(clock.China)
	}
	return pay.BillTime(s)
}

var _ pay.Biller = (*Provider)(nil)
