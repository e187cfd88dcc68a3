package sandbox

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"crypto/sha1" // #nosec G505 -- WeChat Pay states the hash of its bills as SHA-1
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"zhizhou/internal/clock"
	"zhizhou/internal/id"
	"zhizhou/internal/money"
)

// BillTrouble is what may be wrong with bills.
type BillTrouble struct {
	MissingLine   bool `json:"missing_line"`   // the first line is left out
	ExtraLine     bool `json:"extra_line"`     // one payment that nobody asked for
	ChangedAmount bool `json:"changed_amount"` // one yuan more on a line
	ChangedState  bool `json:"changed_state"`  // a line says that it failed; Alipay's bill has no states
	BadHash       bool `json:"bad_hash"`       // the file is not the one that was promised
	NotReady      bool `json:"not_ready"`      // the bill is not made yet
	LoseFiles     int  `json:"lose_files"`     // next addresses that are dead when they are used
}

const (
	billURLLife  = 30 * time.Second
	billReady    = 10 * time.Hour // after midnight of the next day
	wechatRate   = 6              // per mille
	virtualRate  = 10
	alipayRate   = 6
	billDayForm  = "2006-01-02"
	extraTradeNo = "EXTRA0000000001"
)

func feeOf(fen, rate int64) int64 { return (fen*rate + 500) / 1000 }

// billRow is a payment or refund as some bill shows it.
type billRow struct {
	refund         bool
	no, tid        string // ours, the channel's
	refundNo, rid  string
	fen, rate      int64
	at             time.Time
	state          string // SUCCESS, PROCESSING, FAIL
	appID, product string
}

func (b billRow) fee() int64 {
	if b.refund {
		return -feeOf(b.fen, b.rate)
	}
	return feeOf(b.fen, b.rate)
}

// billFile is a file that waits to be fetched.
type billFile struct {
	raw   []byte
	until time.Time
}

// billDay reports whether day may have a bill now; the caller holds mu.
func (s *Sandbox) billDay(text string) (from, to time.Time, ready bool) {
	from, err := time.ParseInLocation(billDayForm, text, clock.China)
	to = from.AddDate(0, 0, 1)
	return from, to, err == nil && !s.trouble.Bill.NotReady && !s.now().Before(to.Add(billReady))
}

// spoil applies the nemesis to rows in a fixed order, each to a row of its own as
// long as there are enough; the caller holds mu.
func (s *Sandbox) spoil(rows []billRow, rate int64, at time.Time) []billRow {
	slices.SortFunc(rows, func(a, b billRow) int {
		return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.no, b.no), cmp.Compare(a.refundNo, b.refundNo))
	})
	t, next := s.trouble.Bill, 0
	pick := func() *billRow {
		if len(rows) == 0 {
			return nil
		}
		r := &rows[min(next, len(rows)-1)]
		next++
		return r
	}
	if t.MissingLine && len(rows) > 0 {
		rows = rows[1:]
	}
	if t.ChangedAmount {
		if r := pick(); r != nil {
			r.fen += 100
		}
	}
	if t.ChangedState {
		if r := pick(); r != nil {
			r.state = "FAIL"
		}
	}
	if t.ExtraLine {
		rows = append(rows, billRow{no: extraTradeNo, tid: "4200099999" + extraTradeNo, fen: 4200, rate: rate, at: at.Add(23 * time.Hour), state: "SUCCESS", appID: s.keys.OfficialAppID, product: "NATIVE"})
	}
	return rows
}

// keepFile hands a file out under an address that lives for half a minute; the
// caller holds mu.
func (s *Sandbox) keepFile(path string, raw []byte) string {
	if s.files == nil {
		s.files = map[string]billFile{}
	}
	for k, f := range s.files {
		if s.now().After(f.until) {
			delete(s.files, k)
		}
	}
	token := id.Token(16)
	s.files[token] = billFile{raw, s.now().Add(billURLLife)}
	return s.cfg.BaseURL + path + "?token=" + token
}

// takeFile returns a file whose address is still good.
func (s *Sandbox) takeFile(r *http.Request) ([]byte, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f, ok := s.files[r.URL.Query().Get("token")]
	if s.trouble.Bill.LoseFiles > 0 {
		s.trouble.Bill.LoseFiles--
		return nil, false
	}
	return f.raw, ok && !s.now().After(f.until)
}

// wechatRows are the day's payments, and the refunds that were begun on it.
func (s *Sandbox) wechatRows(from, to time.Time) []billRow {
	var rows []billRow
	in := func(t time.Time) bool { return !t.Before(from) && t.Before(to) }
	for _, o := range s.st.Orders {
		if in(o.PaidAt) {
			rows = append(rows, billRow{no: o.OutTradeNo, tid: o.TransactionID, fen: o.AmountFen, rate: wechatRate, at: o.PaidAt, state: "SUCCESS", appID: o.AppID, product: o.TradeType})
		}
	}
	for _, f := range s.st.Refunds {
		if state := map[string]string{"SUCCESS": "SUCCESS", "PROCESSING": "PROCESSING", "ABNORMAL": "CHANGE"}[f.State]; in(f.CreatedAt) && state != "" {
			paid := cmp.Or(s.st.Orders[f.OutTradeNo], &Order{})
			rows = append(rows, billRow{appID: paid.AppID, product: paid.TradeType, refund: true, no: f.OutTradeNo, tid: f.TransactionID, refundNo: f.OutRefundNo, rid: f.RefundID, fen: f.AmountFen, rate: wechatRate, at: f.CreatedAt, state: state})
		}
	}
	return s.spoil(rows, wechatRate, from)
}

// cells writes one row: a backtick before each cell.
func cells(b *bytes.Buffer, values ...string) {
	b.WriteString("`" + strings.Join(values, ",`") + "\r\n")
}

// five writes thousandths of a fen as yuan with five decimals.
func five(n int64) string {
	sign := ""
	if n < 0 {
		sign, n = "-", -n
	}
	return fmt.Sprintf("%s%d.%05d", sign, n/100_000, n%100_000)
}

func (s *Sandbox) tradeBillFile(rows []billRow) []byte {
	var b bytes.Buffer
	b.WriteString("\uFEFF交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注\r\n")
	var paid, back, fee int64
	for _, r := range rows {
		fee += r.fee()
		if r.refund {
			back += r.fen
			cells(&b, stamp(r.at), r.appID, s.keys.MchID, "0", "", r.tid, r.no, "", r.product, "REFUND", "OTHERS", "CNY", "0.00", "0.00", r.rid, r.refundNo, money.Yuan(r.fen), "0.00", "ORIGINAL", r.state, "课程,练习", "", five(-r.fen*r.rate), "0.60%", "0.00", money.Yuan(r.fen), "")
			continue
		}
		paid += r.fen
		state := "SUCCESS"
		if r.state == "FAIL" {
			state = "REVOKED"
		}
		cells(&b, stamp(r.at), r.appID, s.keys.MchID, "0", "", r.tid, r.no, "", r.product, state, "OTHERS", "CNY", money.Yuan(r.fen), "0.00", "0", "0", "0.00", "0.00", "", "", "课程,练习", "", five(r.fen*r.rate), "0.60%", money.Yuan(r.fen), "0.00", "")
	}
	b.WriteString("总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额\r\n")
	cells(&b, strconv.Itoa(len(rows)), money.Yuan(paid), money.Yuan(back), "0.00", money.Yuan(fee), money.Yuan(paid), money.Yuan(back))
	return b.Bytes()
}

func (s *Sandbox) fundFlowFile(rows []billRow) []byte {
	var b bytes.Buffer
	b.WriteString("\uFEFF记账时间,微信支付业务单号,资金流水单号,业务名称,业务类型,收支类型,收支金额(元),账户结余(元),资金变更提交申请人,备注,业务凭证号\r\n")
	n := 0
	for _, r := range rows {
		if r.state != "SUCCESS" {
			continue
		}
		n++
		if r.refund {
			cells(&b, stamp(r.at), r.rid, r.rid+"F", "退款", "退款", "支出", money.Yuan(r.fen+r.fee()), "0.00", s.keys.MchID+"API", fmt.Sprintf("退款总金额%s元;含手续费%s元", money.Yuan(r.fen), money.Yuan(-r.fee())), r.refundNo)
			continue
		}
		cells(&b, stamp(r.at), r.tid, r.tid+"F", "交易", "交易", "收入", money.Yuan(r.fen), "0.00", "system", "", r.no)
		if r.fee() > 0 {
			n++
			cells(&b, stamp(r.at), r.tid, r.tid+"C", "交易", "扣除交易手续费", "支出", money.Yuan(r.fee()), "0.00", "system", "", r.no)
		}
	}
	b.WriteString("资金流水总笔数,收入笔数,收入金额,支出笔数,支出金额\r\n")
	cells(&b, strconv.Itoa(n), "0", "0.00", "0", "0.00")
	return b.Bytes()
}

// wechatBill serves both bill applications of WeChat Pay.
func (s *Sandbox) wechatBill(file func([]billRow) []byte) func(*http.Request, []byte) answer {
	return func(r *http.Request, _ []byte) answer {
		q := r.URL.Query()
		s.mu.Lock()
		defer s.mu.Unlock()
		from, to, ready := s.billDay(q.Get("bill_date"))
		if q.Get("tar_type") != "GZIP" {
			return param("沙箱只提供 GZIP")
		}
		s.advance()
		rows := s.wechatRows(from, to)
		if !ready || len(rows) == 0 {
			return no(http.StatusBadRequest, "NO_STATEMENT_EXIST", "账单文件不存在")
		}
		raw := file(rows)
		sum := sha1.Sum(raw) // #nosec G401 -- see import
		if s.trouble.Bill.BadHash {
			raw = append(raw, '\n')
		}
		var packed bytes.Buffer
		z := gzip.NewWriter(&packed)
		if _, err := z.Write(raw); err != nil || z.Close() != nil {
			return no(http.StatusInternalServerError, "SYSTEM_ERROR", "系统异常")
		}
		return ok(map[string]string{"hash_type": "SHA1", "hash_value": hex.EncodeToString(sum[:]), "download_url": s.keepFile("/wechatpay/v3/billdownload/file", packed.Bytes())})
	}
}

// wechatBillFile serves a bill: the request is signed, the answer is not.
func (s *Sandbox) wechatBillFile(w http.ResponseWriter, r *http.Request) {
	if f := s.authorize(r, nil); f != nil {
		http.Error(w, f.msg, f.status)
		return
	}
	s.serveFile(w, r)
}

func (s *Sandbox) serveFile(w http.ResponseWriter, r *http.Request) {
	raw, good := s.takeFile(r)
	if !good {
		writeJSON(w, http.StatusForbidden, map[string]string{"code": "NO_AUTH", "message": "下载地址已失效"})
		return
	}
	if s.lose(w, http.StatusOK) {
		return
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	_, _ = w.Write(raw)
}

// virtualBill serves /xpay/download_bill: the first question only begins the work.
func (s *Sandbox) virtualBill(_ int, body []byte) map[string]any {
	var in struct {
		Begin int64 `json:"begin_ds"`
		End   int64 `json:"end_ds"`
	}
	if json.Unmarshal(body, &in) != nil || in.Begin != in.End {
		return errcode(268490001)
	}
	d := strconv.FormatInt(in.Begin, 10)
	if len(d) != 8 {
		return errcode(268490001)
	}
	from, to, ready := s.billDay(d[:4] + "-" + d[4:6] + "-" + d[6:])
	if s.asked == nil {
		s.asked = map[int64]time.Time{}
	}
	if s.asked[in.Begin].IsZero() {
		s.asked[in.Begin] = s.now()
	}
	if !ready || s.now().Sub(s.asked[in.Begin]) < taskDelay {
		return errcode(268490011)
	}
	s.advance()
	var rows []billRow
	for _, o := range s.st.VOrders {
		if o.PaidAt.Before(from) || !o.PaidAt.Before(to) {
			continue
		}
		r := billRow{refund: o.Type == 1, no: o.OrderID, tid: o.PayID, fen: o.FeeFen, rate: virtualRate, at: o.PaidAt, state: "SUCCESS"}
		if r.refund {
			r.no, r.refundNo, r.rid = o.Parent, o.OrderID, o.PayID
			if o.Status != 5 {
				r.state = "FAIL"
			}
		}
		rows = append(rows, r)
	}
	rows = s.spoil(rows, virtualRate, from)
	var b bytes.Buffer
	b.WriteString("商户订单号,微信支付单号,商户退款单号,交易类型,交易状态,金额(分),手续费(分),完成时间\n")
	for _, r := range rows {
		kind, state := "支付", "成功"
		if r.refund {
			kind = "退款"
		}
		if r.state == "FAIL" {
			state = "失败"
		}
		fmt.Fprintf(&b, "%s,%s,%s,%s,%s,%d,%d,%s\n", r.no, r.tid, r.refundNo, kind, state, r.fen, r.fee(), stamp(r.at))
	}
	raw := b.Bytes()
	if s.trouble.Bill.BadHash {
		raw = raw[:len(raw)/2]
		raw = append(raw, ",,,"...)
	}
	out := errcode(0)
	out["url"] = s.keepFile("/weixin/bill", raw)
	return out
}

// RefundByHand stands for the shop giving money back on WeChat's merchant platform,
// where this program is not asked. Returns ErrNoOrder.
func (s *Sandbox) RefundByHand(outTradeNo, refundNo string, fen int64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	o := s.order(outTradeNo)
	if o == nil || o.PaidAt.IsZero() {
		return ErrNoOrder
	}
	s.st.Refunds[refundNo] = &Refund{
		OutRefundNo: refundNo, OutTradeNo: o.OutTradeNo, TransactionID: o.TransactionID, RefundID: s.number("50300"),
		AmountFen: fen, TotalFen: o.AmountFen, State: "PROCESSING", CreatedAt: s.now(), Serial: s.keys.PublicKeyID,
	}
	o.State = "REFUND"
	s.save()
	return nil
}
