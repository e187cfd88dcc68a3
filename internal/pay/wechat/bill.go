package wechat

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha1" // #nosec G505 -- WeChat Pay states the hash of its bills as SHA-1
	"crypto/subtle"
	"encoding/hex"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/wechatpay-apiv3/wechatpay-go/core"
	"github.com/wechatpay-apiv3/wechatpay-go/core/option"

	"zhizhou/internal/money"
	"zhizhou/internal/pay"
)

// billTries: a download address lives half a minute, so one that failed is asked
// for again instead of being tried again.
const billTries = 3

// Bill returns a day's payments and refunds from the trade bill, with the fees that
// the fund flow bill says were really taken. Returns pay.ErrBillNotReady,
// ErrBillBroken, ErrRetry, ErrConfig.
func (m *Merchant) Bill(ctx context.Context, day int64) ([]pay.BillLine, error) {
	raw, err := m.billFile(ctx, "/v3/bill/tradebill", "bill_type=ALL", day)
	if err != nil || raw == nil {
		return nil, err
	}
	lines, err := ParseTradeBill(raw)
	if err != nil {
		return nil, err
	}
	flow, err := m.billFile(ctx, "/v3/bill/fundflowbill", "account_type=BASIC", day)
	if err != nil {
		return nil, err
	}
	fees, err := ParseFundFlow(flow)
	if err != nil {
		return nil, err
	}
	for i, l := range lines {
		if l.Channel == pay.WechatJSAPI && l.AppID == m.cfg.MiniAppID && m.cfg.MiniAppID != m.cfg.OfficialAppID {
			lines[i].Channel = pay.WechatMini
		}
		no := l.TransactionID
		if l.Kind == pay.BillRefund {
			no = l.RefundID
		}
		if fee, ok := fees[no]; ok && no != "" {
			lines[i].FeeFen = fee
		}
	}
	return lines, nil
}

// billFile applies for a bill and fetches it; nil for a day without one.
func (m *Merchant) billFile(ctx context.Context, path, kind string, day int64) ([]byte, error) {
	date, ok := pay.DayOf(day)
	if !ok {
		return nil, pay.ErrBillNotReady
	}
	var last error
	for range billTries {
		var out struct {
			HashType    string `json:"hash_type"`
			HashValue   string `json:"hash_value"`
			DownloadURL string `json:"download_url"`
		}
		err := m.get(ctx, path+"?bill_date="+date.Format("2006-01-02")+"&"+kind+"&tar_type=GZIP", &out)
		if err != nil {
			return nil, missingBill(err, day, m.clock.Now())
		}
		raw, err := m.download(ctx, out.DownloadURL)
		if err != nil {
			last = err
			continue
		}
		if out.HashType != "SHA1" || !sameSHA1(raw, out.HashValue) {
			last = &pay.Trouble{Class: pay.ErrBillBroken, Code: "BILL_HASH", Msg: "账单哈希不符", Advice: "系统会重新下载；若持续出现请到商户平台下载核对。"}
			continue
		}
		return raw, nil
	}
	return nil, last
}

// missingBill tells a day without trade (nil) from a bill that is not made yet.
func missingBill(err error, day int64, now time.Time) error {
	switch t := pay.Advise(err); t.Code {
	case "NO_STATEMENT_EXIST", "NO_BILL_EXIST":
		return pay.EmptyOrEarly(day, now)
	case "STATEMENT_CREATING":
		return pay.ErrBillNotReady
	}
	return err
}

// sameSHA1 compares with the hash of the unpacked file: that is what WeChat states.
func sameSHA1(raw []byte, want string) bool {
	sum := sha1.Sum(raw) // #nosec G401 -- see import
	return subtle.ConstantTimeCompare([]byte(hex.EncodeToString(sum[:])), []byte(strings.ToLower(want))) == 1
}

// download fetches and unpacks a bill. The request is signed, the answer is not:
// the hash from the signed answer before it is what proves the file.
func (m *Merchant) download(ctx context.Context, addr string) ([]byte, error) {
	broken := &pay.Trouble{Class: pay.ErrBillBroken, Code: "BILL_ADDRESS", Msg: "账单下载地址不属于微信支付", Advice: "系统会重新申请。"}
	u, err := url.Parse(addr)
	if err != nil {
		return nil, broken
	}
	base, err := url.Parse(m.base)
	if err != nil {
		return nil, broken
	}
	switch "https://" + u.Host { // a signed request goes to WeChat Pay, or where we were told it is, only
	case DefaultBaseURL:
		addr = m.base + u.RequestURI()
	default:
		if u.Host != base.Host || u.Scheme != base.Scheme {
			return nil, broken
		}
	}
	k, err := m.cfg.parse()
	if err != nil {
		return nil, err
	}
	h := m.cfg.httpClient()
	h.Timeout = time.Minute
	h.Transport = m.cfg.plainTransport() // bills are larger than answers may be
	c, err := core.NewClient(ctx, option.WithMerchantCredential(m.cfg.MchID, m.cfg.MerchantSerial, k.merchant), option.WithHTTPClient(h), option.WithoutValidator())
	if err != nil {
		return nil, err
	}
	res, err := c.Get(ctx, addr)
	if err != nil {
		return nil, decode(err)
	}
	defer func() { _ = res.Response.Body.Close() }()
	packed, err := io.ReadAll(io.LimitReader(res.Response.Body, pay.MaxBill))
	if err != nil {
		return nil, pay.Offline(err)
	}
	raw, err := unpack(packed)
	if err != nil {
		return nil, &pay.Trouble{Class: pay.ErrBillBroken, Code: "BILL_GZIP", Msg: "账单压缩文件损坏", Advice: "系统会重新下载。"}
	}
	return raw, nil
}

func (c Config) plainTransport() http.RoundTripper {
	if c.HTTPClient != nil && c.HTTPClient.Transport != nil {
		return c.HTTPClient.Transport
	}
	return http.DefaultTransport
}

func unpack(packed []byte) ([]byte, error) {
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, err
	}
	raw, err := io.ReadAll(io.LimitReader(z, pay.MaxBill+1))
	if err == nil && len(raw) > pay.MaxBill {
		err = io.ErrShortBuffer
	}
	return raw, err
}

// rows splits a bill into its header and detail rows; ok is false when it has no
// summary at its end, that is, when it was cut off. Cells begin with a backtick, and
// only there does a comma part them: names of goods hold commas.
func rows(raw []byte, summary string) (header []string, out [][]string, ok bool) {
	for line := range strings.Lines(string(raw)) {
		line = strings.TrimRight(line, "\r\n")
		switch {
		case strings.TrimSpace(line) == "":
		case header == nil:
			header = strings.Split(line, ",")
		case strings.HasPrefix(line, summary):
			return header, out, true
		case !strings.HasPrefix(line, "`"):
			return header, nil, false
		default:
			out = append(out, strings.Split(line[1:], ",`"))
		}
	}
	return header, nil, false
}

// tradeTypes says which of our channels a trade type of the bill is; payments in the
// mini program are JSAPI too, told by their AppID.
var tradeTypes = map[string]pay.Channel{"JSAPI": pay.WechatJSAPI, "NATIVE": pay.WechatNative, "MWEB": pay.WechatH5, "PAP": pay.WechatPapay}

var billRefundStates = map[string]string{"SUCCESS": pay.BillDone, "PROCESSING": pay.BillPending, "FAIL": pay.BillFailed, "CHANGE": pay.BillFailed}

// ParseTradeBill reads an unpacked trade bill of type ALL. Returns pay.ErrBillBroken.
func ParseTradeBill(raw []byte) ([]pay.BillLine, error) {
	header, body, ok := rows(raw, "总交易单数")
	c := pay.ColumnsOf(header)
	if !ok || !c.Has("交易时间", "微信订单号", "商户订单号", "交易状态", "商户退款单号", "退款金额", "退款状态", "手续费") || !c.Has("订单金额") && !c.Has("应结订单金额") && !c.Has("总金额") {
		return nil, pay.ErrBillBroken
	}
	lines := make([]pay.BillLine, 0, len(body))
	for _, r := range body {
		l := pay.BillLine{
			Kind: pay.BillTrade, State: pay.BillDone, OutTradeNo: c.Get(r, "商户订单号"), TransactionID: c.Get(r, "微信订单号"), Channel: tradeTypes[c.Get(r, "交易类型")], AppID: c.Get(r, "公众账号ID"), At: pay.BillTime(c.Get(r, "交易时间")),
		}
		amount := c.Get(r, "订单金额", "应结订单金额", "总金额")
		switch c.Get(r, "交易状态") {
		case "SUCCESS":
		case "REVOKED":
			l.State = pay.BillFailed
		case "REFUND":
			l.Kind, l.OutRefundNo, l.RefundID = pay.BillRefund, c.Get(r, "商户退款单号"), c.Get(r, "微信退款单号")
			amount = c.Get(r, "申请退款金额", "退款金额")
			if l.State = billRefundStates[c.Get(r, "退款状态")]; l.State == "" {
				return nil, pay.ErrBillBroken
			}
		default:
			return nil, pay.ErrBillBroken
		}
		var err, feeErr error
		l.AmountFen, err = money.ParseYuan(amount)
		l.FeeFen, feeErr = pay.Fee(c.Get(r, "手续费"))
		if err != nil || feeErr != nil || l.AmountFen < 0 || l.Number() == "" || l.At.IsZero() {
			return nil, pay.ErrBillBroken
		}
		lines = append(lines, l)
	}
	return lines, nil
}

// ParseFundFlow reads what fees an unpacked fund flow bill shows for each number
// of WeChat Pay's: taken ones positive, given back ones negative. nil has none.
// Returns pay.ErrBillBroken.
func ParseFundFlow(raw []byte) (map[string]int64, error) {
	fees := map[string]int64{}
	if raw == nil {
		return fees, nil
	}
	header, body, ok := rows(raw, "资金流水总笔数")
	c := pay.ColumnsOf(header)
	if !ok || !c.Has("微信支付业务单号", "业务类型", "收支类型", "收支金额(元)", "备注") {
		return nil, pay.ErrBillBroken
	}
	for _, r := range body {
		no, kind := c.Get(r, "微信支付业务单号"), c.Get(r, "业务类型")
		switch {
		case strings.Contains(kind, "手续费"):
			fee, err := money.ParseYuan(c.Get(r, "收支金额(元)"))
			if err != nil {
				return nil, pay.ErrBillBroken
			}
			if c.Get(r, "收支类型") == "收入" {
				fee = -fee
			}
			fees[no] += fee
		case kind == "退款":
			// A refund's own row is net of the fee that comes back; the remark names it.
			_, rest, found := strings.Cut(c.Get(r, "备注"), "含手续费")
			text, _, _ := strings.Cut(rest, "元")
			if fee, err := money.ParseYuan(strings.TrimSpace(text)); found && err == nil {
				fees[no] -= fee
			}
		}
	}
	return fees, nil
}

var _ pay.Biller = (*Merchant)(nil)
