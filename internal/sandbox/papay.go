package sandbox

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"zhizhou/internal/clock"
	"zhizhou/internal/id"
	pw "zhizhou/internal/pay/wechat"
)

// PlanID is the template that the sandbox's merchant was granted.
const PlanID = "123456"

// Contract is somebody's agreement to later charges.
type Contract struct {
	Code      string
	ID        string
	Account   string
	Serial    string
	NotifyURL string
	OpenID    string
	State     string // "9" being signed, "0" signed, "1" ended
	Mode      string // how it ended: "2" by the payer, "3" by the merchant
	SignedAt  time.Time
	EndedAt   time.Time
	PageToken string
	Back      string
	NoticedAt time.Time   // the last notice of a charge
	NoticeFen int64       // and its amount
	Charged   []time.Time // charges that succeeded
	Notices   int
}

const (
	chargeDelay = 2 * time.Second     // until a charge is finished, on the sandbox's clock
	periodLeast = 20 * 24 * time.Hour // between two successful charges
	firstWithin = 12 * time.Hour      // after signing a first charge needs no notice
)

// v2Key is the key of the older interface.
func (s *Sandbox) v2Key() string { return lowerMAC(s.keys.SMSKey, "papay")[:32] }

func fail(code, msg string) pw.Fields {
	return pw.Fields{"return_code": "SUCCESS", "result_code": "FAIL", "err_code": code, "err_code_des": msg}
}

// v2 wraps a call of the older interface: it verifies the merchant's signature and
// signs the answer the same way.
func (s *Sandbox) v2(h func(in pw.Fields) pw.Fields) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, err := readBody(r)
		if err != nil {
			return
		}
		s.delay(r)
		in, err := pw.ReadXML(body)
		var out pw.Fields
		switch {
		case err != nil:
			out = pw.Fields{"return_code": "FAIL", "return_msg": "XML格式错误"}
		case in["mch_id"] != s.keys.MchID || !pw.CheckV2(in, s.v2Key()):
			out = pw.Fields{"return_code": "FAIL", "return_msg": "签名错误"}
		case in["appid"] != s.keys.OfficialAppID:
			out = fail("APPID_MCHID_NOT_MATCH", "appid和mch_id不匹配")
		default:
			out = h(in)
		}
		if out["return_code"] == "" {
			out["return_code"], out["result_code"] = "SUCCESS", "SUCCESS"
		}
		if out["return_code"] == "SUCCESS" {
			s.signV2(out)
		}
		status := http.StatusOK
		if out["result_code"] != "SUCCESS" {
			status = 299 // only answers of success are lost, see lose
		}
		if status == http.StatusOK && s.lose(w, status) {
			return
		}
		w.Header().Set("Content-Type", "text/xml; charset=utf-8")
		_, _ = w.Write(pw.WriteXML(out))
	}
}

func (s *Sandbox) signV2(f pw.Fields) {
	f["appid"], f["mch_id"], f["nonce_str"] = s.keys.OfficialAppID, s.keys.MchID, id.Token(16)
	f["sign"] = pw.SignV2(f, s.v2Key(), "HMAC-SHA256")
}

// openContract makes the contract that a signed address asks for; the caller holds mu.
func (s *Sandbox) openContract(q url.Values, back string) (*Contract, error) {
	in := pw.Fields{}
	for k := range q {
		in[k] = q.Get(k)
	}
	sec, err := strconv.ParseInt(in["timestamp"], 10, 64)
	age := s.now().Sub(time.Unix(sec, 0))
	notify, notifyErr := url.Parse(in["notify_url"])
	switch {
	case in["mch_id"] != s.keys.MchID || !pw.CheckV2(in, s.v2Key()):
		return nil, errors.New("签名错误")
	case err != nil || age > 10*time.Minute || age < -10*time.Minute:
		return nil, errors.New("时间戳已过期")
	case in["appid"] != s.keys.OfficialAppID || in["plan_id"] != PlanID || in["version"] != "1.0" || in["contract_code"] == "" || len(in["contract_code"]) > 32 ||
		in["contract_display_account"] == "" || in["request_serial"] == "" || notifyErr != nil || notify.Host == "":
		return nil, errors.New("签约参数错误")
	}
	c := s.st.Contracts[in["contract_code"]]
	if c != nil && c.State != "9" {
		return nil, errors.New("协议号已使用")
	}
	if c == nil {
		c = &Contract{Code: in["contract_code"], State: "9", PageToken: id.Token(8)}
		s.st.Contracts[c.Code] = c
	}
	c.Account, c.Serial, c.NotifyURL, c.Back = in["contract_display_account"], in["request_serial"], in["notify_url"], back
	s.save()
	return c, nil
}

// SignContract stands for a person who follows a signing address and agrees.
func (s *Sandbox) SignContract(address, person string) error {
	u, err := url.Parse(address)
	if err != nil {
		return ErrPage
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	c, err := s.openContract(u.Query(), "")
	if err != nil {
		return fmt.Errorf("%w: %w", ErrPage, err)
	}
	s.agree(c, person)
	return nil
}

// agree signs an open contract; the caller holds mu.
func (s *Sandbox) agree(c *Contract, person string) {
	c.State, c.SignedAt, c.OpenID = "0", s.now(), s.openID(s.keys.OfficialAppID, orName(person))
	c.ID = s.number("Wx")
	s.contractNotice(c, "ADD", c.SignedAt)
	s.save()
}

// LeaveContract stands for the payer who ends a contract in WeChat's settings.
func (s *Sandbox) LeaveContract(code string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.st.Contracts[code]
	if c == nil || c.State != "0" {
		return ErrNotOpen
	}
	s.endContract(c, "2")
	return nil
}

func (s *Sandbox) endContract(c *Contract, mode string) {
	c.State, c.Mode, c.EndedAt = "1", mode, s.now()
	s.contractNotice(c, "DELETE", c.EndedAt)
	s.save()
}

// Contracts returns copies of all contracts, in order of their codes.
func (s *Sandbox) Contracts() []Contract {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Contract
	for _, c := range s.st.Contracts {
		out = append(out, *c)
	}
	slices.SortFunc(out, func(a, b Contract) int { return b.SignedAt.Compare(a.SignedAt) })
	return out
}

func (s *Sandbox) contractNotice(c *Contract, change string, at time.Time) {
	f := pw.Fields{
		"return_code": "SUCCESS", "result_code": "SUCCESS", "mch_id": s.keys.MchID, "contract_code": c.Code, "plan_id": PlanID, "openid": c.OpenID,
		"change_type": change, "operate_time": at.In(clock.China).Format(time.DateTime), "contract_id": c.ID, "request_serial": c.Serial,
	}
	if change == "DELETE" {
		f["contract_termination_mode"] = c.Mode
	}
	s.notify("contract", change, c.Code, c.NotifyURL, "", f)
}

// v2Notice is the body of a notice of the older interface.
func (s *Sandbox) v2Notice(n *Notice, wrong bool) ([]byte, error) {
	f := pw.Fields{}
	if err := json.Unmarshal(n.Plain, &f); err != nil {
		return nil, err
	}
	key := s.v2Key()
	if wrong {
		key = id.Token(16)
	}
	f["sign"] = pw.SignV2(f, key, "MD5")
	return pw.WriteXML(f), nil
}

// queryContract serves /papay/querycontract.
func (s *Sandbox) queryContract(in pw.Fields) pw.Fields {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.st.Contracts[in["contract_code"]]
	if c == nil || in["plan_id"] != PlanID {
		return fail("CONTRACT_NOT_EXIST", "签约协议不存在")
	}
	f := pw.Fields{"contract_code": c.Code, "plan_id": PlanID, "contract_state": c.State, "request_serial": c.Serial, "contract_display_account": c.Account}
	if c.State != "9" {
		f["contract_id"], f["openid"], f["contract_signed_time"] = c.ID, c.OpenID, c.SignedAt.In(clock.China).Format(time.DateTime)
	}
	if c.State == "1" {
		f["contract_terminated_time"], f["contract_termination_mode"] = c.EndedAt.In(clock.China).Format(time.DateTime), c.Mode
	}
	return f
}

// deleteContract serves /papay/deletecontract.
func (s *Sandbox) deleteContract(in pw.Fields) pw.Fields {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.st.Contracts[in["contract_code"]]
	switch {
	case c == nil || in["plan_id"] != PlanID:
		return fail("CONTRACT_NOT_EXIST", "签约协议不存在")
	case c.State != "0":
		return fail("CONTRACT_NOT_SIGNED", "协议未签约或已解约")
	case in["contract_termination_remark"] == "":
		return fail("PARAM_ERROR", "缺少解约备注")
	}
	s.endContract(c, "3")
	return pw.Fields{"contract_id": c.ID, "plan_id": PlanID, "contract_code": c.Code}
}

// preNotify serves POST /v3/papay/contracts/{id}/notify.
func (s *Sandbox) preNotify(r *http.Request, body []byte) answer {
	var in struct {
		MchID  string `json:"mchid"`
		AppID  string `json:"appid"`
		Amount struct {
			Amount   int64  `json:"amount"`
			Currency string `json:"currency"`
		} `json:"estimated_amount"`
	}
	if json.Unmarshal(body, &in) != nil || in.MchID != s.keys.MchID || in.AppID != s.keys.OfficialAppID || in.Amount.Amount < 1 || in.Amount.Currency != "CNY" {
		return param("预扣费通知参数错误")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.contractByID(r.PathValue("id"))
	if c == nil || c.State != "0" {
		return no(http.StatusBadRequest, "CONTRACT_NOT_EXIST", "签约协议不存在或已解约")
	}
	c.NoticedAt, c.NoticeFen = s.now(), in.Amount.Amount
	c.Notices++
	s.save()
	return answer{status: http.StatusNoContent}
}

func (s *Sandbox) contractByID(contractID string) *Contract {
	for _, c := range s.st.Contracts {
		if c.ID == contractID && contractID != "" {
			return c
		}
	}
	return nil
}
