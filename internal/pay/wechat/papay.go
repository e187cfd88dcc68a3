package wechat

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"zhizhou/internal/clock"
	"zhizhou/internal/errs"
	"zhizhou/internal/id"
	"zhizhou/internal/pay"
)

// Papay charges under contracts (委托代扣). Signing, charging and asking speak the
// older interface; the notice before a charge and refunds speak v3.
type Papay struct {
	*Provider // refunds, which are those of every payment
	m         *Merchant
	appID     string
	planID    string
	key       string
	http      *http.Client
}

// ErrPapay is returned when plan or key cannot be right.
var ErrPapay = errs.New(errs.Invalid, "papay_settings", "自动续费的模板 ID 或 APIv2 密钥不正确")

// Papay makes the provider of a plan; apiV2Key are the 32 characters of the older
// interface. Returns ErrPapay.
func (m *Merchant) Papay(planID, apiV2Key string) (*Papay, error) {
	if err := CheckPapay(planID, apiV2Key); err != nil {
		return nil, err
	}
	if m.cfg.OfficialAppID == "" {
		return nil, ErrPapay.Field("official_app_id", "自动续费在微信里签约，需要公众号")
	}
	p := &Provider{m, pay.WechatPapay, m.cfg.OfficialAppID, "papay"}
	return &Papay{p, m, m.cfg.OfficialAppID, planID, apiV2Key, m.cfg.httpClient()}, nil
}

// CheckPapay refuses what cannot be a plan or a key. Returns ErrPapay.
func CheckPapay(planID, apiV2Key string) error {
	if _, err := strconv.ParseUint(planID, 10, 63); err != nil {
		return ErrPapay.Field("plan_id", "模板 ID 是数字")
	}
	if len(apiV2Key) != 32 {
		return ErrPapay.Field("api_v2_key", "APIv2 密钥必须正好 32 个字符")
	}
	return nil
}

// PlanID returns the template of the contracts.
func (p *Papay) PlanID() string { return p.planID }

// Sign returns the signed address of the page on which the payer agrees; it opens
// in WeChat's browser and leads back to where it was opened.
func (p *Papay) Sign(r pay.ContractRequest) (pay.Action, error) {
	f := Fields{
		"appid": p.appID, "mch_id": p.m.cfg.MchID, "plan_id": p.planID, "contract_code": r.Code, "request_serial": strconv.FormatInt(r.Serial, 10),
		"contract_display_account": r.Account, "notify_url": r.NotifyURL, "version": "1.0", "timestamp": strconv.FormatInt(p.m.clock.Now().Unix(), 10), "return_web": "1",
	}
	// This address names no kind of signature, so it is the channel's first one.
	f["sign"] = SignV2(f, p.key, signMD5)
	q := url.Values{}
	for k, v := range f {
		q.Set(k, v)
	}
	return pay.Action{Type: pay.ActionRedirect, URL: p.m.base + "/papay/entrustweb?" + q.Encode(), ExpiresAt: p.m.clock.Now().Add(h5Life)}, nil
}

// contractStates are the words of a query.
var contractStates = map[string]pay.ContractState{"0": pay.ContractActive, "1": pay.ContractEnded, "9": pay.ContractSigning}

// QueryContract returns a contract by our code.
func (p *Papay) QueryContract(ctx context.Context, code string) (pay.ContractReceipt, error) {
	f, err := p.callV2(ctx, "/papay/querycontract", Fields{"plan_id": p.planID, "contract_code": code, "version": "1.0"})
	if t := pay.Advise(err); err != nil && t.Code == "CONTRACT_NOT_EXIST" {
		c := *t
		c.Class = pay.ErrNotFound
		return pay.ContractReceipt{}, &c
	}
	if err != nil {
		return pay.ContractReceipt{}, err
	}
	if f["contract_code"] != code || f["mch_id"] != p.m.cfg.MchID {
		return pay.ContractReceipt{}, pay.Unverified()
	}
	r := p.contract(f)
	r.State = contractStates[f["contract_state"]]
	r.At = day(f["contract_signed_time"])
	if r.State == pay.ContractEnded {
		r.At = day(f["contract_terminated_time"])
	}
	return r, nil
}

func (p *Papay) contract(f Fields) pay.ContractReceipt {
	return pay.ContractReceipt{
		Code: f["contract_code"], ContractID: f["contract_id"], PlanID: f["plan_id"], MchID: f["mch_id"], OpenID: f["openid"], State: pay.ContractSigning,
	}
}

func day(s string) time.Time {
	t, err := time.ParseInLocation(time.DateTime, s, clock.China)
	if err != nil {
		return time.Time{}
	}
	return t
}

// EndContract ends a contract; one that is over or was never signed counts as ended.
func (p *Papay) EndContract(ctx context.Context, code, why string) error {
	_, err := p.callV2(ctx, "/papay/deletecontract", Fields{"plan_id": p.planID, "contract_code": code, "contract_termination_remark": clip(why, 80), "version": "1.0"})
	if err == nil {
		return nil
	}
	if t := pay.Advise(err); t.Code == "CONTRACT_NOT_EXIST" || t.Code == "CONTRACT_NOT_SIGNED" {
		return nil
	}
	return err
}

// PreNotify has WeChat tell the payer of the amount that will be charged.
func (p *Papay) PreNotify(ctx context.Context, contractID string, amountFen int64) error {
	body := map[string]any{"mchid": p.m.cfg.MchID, "appid": p.appID, "estimated_amount": map[string]any{"amount": amountFen, "currency": "CNY"}}
	return p.m.post(ctx, "/v3/papay/contracts/"+url.PathEscape(contractID)+"/notify", body, nil)
}

// Prepay asks for a charge. nil says only that it was taken on: Query tells the
// outcome, and the same number never charges twice.
func (p *Papay) Prepay(ctx context.Context, in pay.Prepay) (pay.Action, error) {
	if !number(in.OutTradeNo, 6, 32) || in.AmountFen <= 0 || in.ContractID == "" || in.NotifyURL == "" {
		return pay.Action{}, &pay.Trouble{Class: pay.ErrConfig, Code: "PARAM_LOCAL", Msg: "扣款参数不完整", Advice: "请联系技术支持。"}
	}
	_, err := p.callV2(ctx, "/pay/pappayapply", Fields{
		"nonce_str": id.Token(16), "body": clip(in.Description, 40), "out_trade_no": in.OutTradeNo, "total_fee": strconv.FormatInt(in.AmountFen, 10), "fee_type": "CNY",
		"spbill_create_ip": "127.0.0.1", "notify_url": in.NotifyURL, "trade_type": "PAP", "contract_id": in.ContractID, "attach": in.Attach,
	})
	return pay.Action{}, err
}

var chargeStates = map[string]pay.State{
	"SUCCESS": pay.StateSuccess, "REFUND": pay.StateRefund, "ACCEPT": pay.StateNotPaid, "NOTPAY": pay.StateNotPaid, "USERPAYING": pay.StateNotPaid,
	"PAY_FAIL": pay.StateClosed, "PAYERROR": pay.StateClosed, "CLOSED": pay.StateClosed, "REVOKED": pay.StateClosed,
}

// Query returns the state of a charge; one that failed is closed.
func (p *Papay) Query(ctx context.Context, outTradeNo, _ string) (pay.Receipt, error) {
	f, err := p.callV2(ctx, "/pay/paporderquery", Fields{"out_trade_no": outTradeNo, "nonce_str": id.Token(16)})
	if err != nil {
		return pay.Receipt{}, err
	}
	if f["out_trade_no"] != outTradeNo {
		return pay.Receipt{}, pay.Unverified()
	}
	return p.charge(f, f["trade_state"]), nil
}

func (p *Papay) charge(f Fields, state string) pay.Receipt {
	total, _ := strconv.ParseInt(f["total_fee"], 10, 64) // 0 is a mismatch
	r := pay.Receipt{
		Channel: pay.WechatPapay, OutTradeNo: f["out_trade_no"], TransactionID: f["transaction_id"], State: pay.StateUnknown, AmountFen: total, PayerFen: total,
		Currency: "CNY", MchID: f["mch_id"], AppID: f["appid"], PayerOpenID: f["openid"],
	}
	if s, ok := chargeStates[state]; ok {
		r.State = s
	}
	if f["fee_type"] != "" {
		r.Currency = f["fee_type"]
	}
	if t, err := time.ParseInLocation("20060102150405", f["time_end"], clock.China); err == nil {
		r.PaidAt = t
	}
	return r
}

// Close has nothing to close: a charge that failed or never came is over, one that
// succeeded is paid, and any other is still under way. Returns pay.ErrPaid, ErrRetry.
func (p *Papay) Close(ctx context.Context, outTradeNo, openID string) error {
	r, err := p.Query(ctx, outTradeNo, openID)
	switch {
	case err != nil && pay.Advise(err).Class == pay.ErrNotFound:
		return nil
	case err != nil:
		return err
	case r.State == pay.StateClosed:
		return nil
	case r.State == pay.StateSuccess || r.State == pay.StateRefund:
		return &pay.Trouble{Class: pay.ErrPaid, Code: "ORDERPAID", Msg: "已扣款", Advice: "系统会查询并入账。"}
	}
	return &pay.Trouble{Class: pay.ErrRetry, Code: "CHARGING", Msg: "扣款还在处理", Advice: "系统会稍后再查。"}
}

// ParseNotify verifies a notice of the older interface: about a charge, or about a
// contract. Returns pay.ErrNotifySignature, ErrNotifyMalformed.
func (p *Papay) ParseNotify(_ http.Header, body []byte) (pay.Notice, error) {
	f, err := ReadXML(body)
	if err != nil {
		return pay.Notice{}, pay.ErrNotifyMalformed
	}
	if !CheckV2(f, p.key) {
		return pay.Notice{}, pay.ErrNotifySignature
	}
	// A merchant's key may serve several of its applications; ours alone count.
	if f["mch_id"] != p.m.cfg.MchID || f["appid"] != "" && f["appid"] != p.appID {
		return pay.Notice{}, pay.ErrNotifySignature
	}
	sum := sha256.Sum256(body) // these notices have no number of their own
	n := pay.Notice{EventID: hex.EncodeToString(sum[:16]), Raw: body}
	switch {
	case f["change_type"] != "":
		r := p.contract(f)
		r.State = map[string]pay.ContractState{"ADD": pay.ContractActive, "DELETE": pay.ContractEnded}[f["change_type"]]
		r.At = day(f["operate_time"])
		if r.Code == "" || r.State == "" {
			return pay.Notice{}, pay.ErrNotifyMalformed
		}
		n.EventType, n.Contract = "CONTRACT."+f["change_type"], &r
	case f["out_trade_no"] != "":
		state := f["trade_state"]
		if state == "" && f["result_code"] == "SUCCESS" {
			state = "SUCCESS"
		}
		if f["result_code"] != "SUCCESS" {
			state = "PAY_FAIL"
		}
		r := p.charge(f, state)
		r.EventID, r.Raw = n.EventID, body
		n.EventType, n.Pay = "PAPAY."+state, &r
	default:
		return pay.Notice{}, pay.ErrNotifyMalformed
	}
	return n, nil
}

var (
	_ pay.Provider     = (*Papay)(nil)
	_ pay.Contractor   = (*Papay)(nil)
	_ pay.NotifyParser = (*Papay)(nil)
)
