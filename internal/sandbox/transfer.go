package sandbox

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1" //nolint:gosec // WeChat Pay's OAEP is defined with SHA-1
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"zhizhou/internal/clock"
	"zhizhou/internal/id"
)

// Transfer is one payment of the merchant to a person.
type Transfer struct {
	OutBillNo   string
	BillNo      string
	AppID       string
	OpenID      string
	AmountFen   int64
	Remark      string
	SceneID     string
	NotifyURL   string
	Fingerprint string
	State       string // ACCEPTED, WAIT_USER_CONFIRM, TRANSFERING, SUCCESS, FAIL, CANCELLED
	PackageInfo string
	FailReason  string
	RealName    string // as it was decrypted
	CreatedAt   time.Time
	UpdatedAt   time.Time
	Serial      string
}

const (
	transferLife   = 24 * time.Hour
	transferMin    = 10
	transferNamed  = 200_000 // from here on the receiver's name is checked
	transferNoName = 30      // below it cannot be
)

type report struct {
	Type    string `json:"info_type"`
	Content string `json:"info_content"`
}

var billForm = regexp.MustCompile(`^[0-9A-Za-z]{5,32}$`)

// transfer serves POST /v3/fund-app/mch-transfer/transfer-bills.
func (s *Sandbox) transfer(r *http.Request, body []byte) answer {
	var in struct {
		AppID     string   `json:"appid"`
		OutBillNo string   `json:"out_bill_no"`
		SceneID   string   `json:"transfer_scene_id"`
		OpenID    string   `json:"openid"`
		UserName  string   `json:"user_name"`
		Amount    int64    `json:"transfer_amount"`
		Remark    string   `json:"transfer_remark"`
		NotifyURL string   `json:"notify_url"`
		Reports   []report `json:"transfer_scene_report_infos"`
	}
	if json.Unmarshal(body, &in) != nil || !billForm.MatchString(in.OutBillNo) || in.Remark == "" || len([]rune(in.Remark)) > 32 {
		return param("转账参数格式错误")
	}
	name := ""
	if in.UserName != "" {
		var err error
		if name, err = s.unsealName(r.Header.Get("Wechatpay-Serial"), in.UserName); err != nil {
			return param("user_name 解密失败")
		}
	}
	switch {
	case in.AppID != s.keys.MiniAppID && in.AppID != s.keys.OfficialAppID:
		return no(http.StatusBadRequest, "APPID_MCHID_NOT_MATCH", "appid 和 mch_id 不匹配")
	case in.Amount < transferMin:
		return param("转账金额低于 0.1 元")
	case in.Amount >= transferNamed && name == "" || in.Amount < transferNoName && name != "":
		return param("2000 元起须传收款用户姓名，0.3 元以下不支持")
	case in.SceneID == "" || len(in.Reports) == 0 || slices.Contains(in.Reports, report{}):
		return param("缺少转账场景报备信息")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.personOf(in.AppID, in.OpenID) == nil {
		return param("openid 与 appid 不匹配")
	}
	mark := fmt.Sprint(in.AppID, "|", in.OpenID, "|", in.Amount, "|", in.SceneID, "|", in.Remark, "|", in.NotifyURL, "|", name)
	if t := s.st.Transfers[in.OutBillNo]; t != nil {
		if t.Fingerprint != mark {
			return no(http.StatusBadRequest, "INVALID_REQUEST", "单号重入时，参数与首次请求时不一致")
		}
		s.advance()
		return ok(created(s.transferJSON(t), t))
	}
	if s.trouble.NotEnough {
		return no(http.StatusForbidden, "NOT_ENOUGH", "商户运营账户余额不足")
	}
	t := &Transfer{
		OutBillNo: in.OutBillNo, BillNo: s.number("13300"), AppID: in.AppID, OpenID: in.OpenID, AmountFen: in.Amount, Remark: in.Remark, SceneID: in.SceneID,
		NotifyURL: in.NotifyURL, Fingerprint: mark, State: "WAIT_USER_CONFIRM", PackageInfo: "sbx" + id.Token(24), RealName: name,
		CreatedAt: s.now(), UpdatedAt: s.now(), Serial: s.serialFor(r.Header.Get("Wechatpay-Serial")),
	}
	if s.trouble.TransferStuck {
		t.State = "PROCESSING"
	}
	s.st.Transfers[t.OutBillNo] = t
	s.save()
	return ok(created(s.transferJSON(t), t))
}

func (s *Sandbox) unsealName(serial, text string) (string, error) {
	raw, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return "", err
	}
	plain, err := rsa.DecryptOAEP(sha1.New(), rand.Reader, s.keyFor(s.serialFor(serial)), raw, nil) //nolint:gosec // as above
	return string(plain), err
}

func (s *Sandbox) transferJSON(t *Transfer) map[string]any {
	return map[string]any{
		"mch_id": s.keys.MchID, "out_bill_no": t.OutBillNo, "transfer_bill_no": t.BillNo, "appid": t.AppID, "openid": t.OpenID, "state": t.State,
		"transfer_amount": t.AmountFen, "transfer_remark": t.Remark, "fail_reason": t.FailReason,
		"create_time": t.CreatedAt.In(clock.China).Format(time.RFC3339), "update_time": t.UpdatedAt.In(clock.China).Format(time.RFC3339),
	}
}

// created adds what only the answer to a creation says.
func created(m map[string]any, t *Transfer) map[string]any {
	if t.State == "WAIT_USER_CONFIRM" {
		m["package_info"] = t.PackageInfo
	}
	return m
}

// queryTransfer serves GET …/out-bill-no/{no}.
func (s *Sandbox) queryTransfer(r *http.Request, _ []byte) answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.advance()
	t := s.st.Transfers[r.PathValue("no")]
	if t == nil {
		return no(http.StatusNotFound, "NOT_FOUND", "转账单不存在")
	}
	return ok(s.transferJSON(t))
}

// cancelTransfer serves POST …/out-bill-no/{no}/cancel.
func (s *Sandbox) cancelTransfer(r *http.Request, _ []byte) answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.advance()
	t := s.st.Transfers[r.PathValue("no")]
	switch {
	case t == nil:
		return no(http.StatusNotFound, "NOT_FOUND", "转账单不存在")
	case t.State == "CANCELLED":
	case t.State != "WAIT_USER_CONFIRM":
		return no(http.StatusBadRequest, "INVALID_REQUEST", "当前状态不能撤销")
	default:
		s.endTransfer(t, "CANCELLED", "")
		s.save()
	}
	return ok(s.transferJSON(t))
}

// endTransfer makes a transfer final and reports it; the caller holds mu.
func (s *Sandbox) endTransfer(t *Transfer, state, reason string) {
	t.State, t.FailReason, t.UpdatedAt = state, reason, s.now()
	s.notify("transfer", "MCHTRANSFER.BILL.FINISHED", t.OutBillNo, t.NotifyURL, t.Serial, s.transferJSON(t))
}

// advanceTransfers closes what nobody confirmed in a day; the caller holds mu.
func (s *Sandbox) advanceTransfers(now time.Time) {
	for _, t := range s.st.Transfers {
		if t.State == "PROCESSING" && !s.trouble.TransferStuck {
			t.State = "WAIT_USER_CONFIRM"
		}
		if t.State == "WAIT_USER_CONFIRM" && now.Sub(t.CreatedAt) >= transferLife {
			s.endTransfer(t, "FAIL", "OVERDUE_CLOSE")
		}
	}
}

// ErrNoTransfer is returned by Confirm.
var ErrNoTransfer = errors.New("没有等待确认的转账")

// Confirm lets the receiver accept a transfer, by its number or its package.
func (s *Sandbox) Confirm(number string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.advance()
	for _, t := range s.st.Transfers {
		if t.State == "WAIT_USER_CONFIRM" && number != "" && (t.OutBillNo == number || t.PackageInfo == number) {
			s.endTransfer(t, "SUCCESS", "")
			s.save()
			return nil
		}
	}
	return ErrNoTransfer
}

// Transfers returns copies of all transfers, newest first.
func (s *Sandbox) Transfers() []Transfer {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]Transfer, 0, len(s.st.Transfers))
	for _, t := range s.st.Transfers {
		out = append(out, *t)
	}
	slices.SortFunc(out, func(a, b Transfer) int { return strings.Compare(b.BillNo, a.BillNo) })
	return out
}
