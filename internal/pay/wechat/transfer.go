package wechat

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1" //nolint:gosec // WeChat Pay's OAEP is defined with SHA-1
	"encoding/base64"
	"errors"
	"net/url"

	"zhizhou/internal/pay"
)

const transferPath = "/v3/fund-app/mch-transfer/transfer-bills"

// transferBill is WeChat Pay's record of a transfer, in answers and notifications.
type transferBill struct {
	MchID       string `json:"mch_id"`
	OutBillNo   string `json:"out_bill_no"`
	BillNo      string `json:"transfer_bill_no"`
	State       string `json:"state"`
	Amount      int64  `json:"transfer_amount"`
	OpenID      string `json:"openid"`
	PackageInfo string `json:"package_info"`
	FailReason  string `json:"fail_reason"`
	CreateTime  string `json:"create_time"`
	raw         []byte
}

func (b *transferBill) keep(raw []byte) { b.raw = raw }

var transferStates = map[string]pay.TransferState{
	"ACCEPTED": pay.TransferProcessing, "PROCESSING": pay.TransferProcessing, "TRANSFERING": pay.TransferProcessing,
	"WAIT_USER_CONFIRM": pay.TransferConfirm, "SUCCESS": pay.TransferSuccess, "FAIL": pay.TransferFailed,
	"CANCELING": pay.TransferCancelling, "CANCELLED": pay.TransferCancelled,
}

func (b *transferBill) receipt() pay.TransferReceipt {
	state, ok := transferStates[b.State]
	if !ok {
		state = pay.TransferProcessing // an unknown word is not an end: ask again
	}
	return pay.TransferReceipt{
		OutBillNo: b.OutBillNo, BillNo: b.BillNo, State: state, AmountFen: b.Amount, MchID: b.MchID, OpenID: b.OpenID,
		PackageInfo: b.PackageInfo, FailReason: b.FailReason, CreatedAt: when(b.CreateTime), Raw: b.raw,
	}
}

// Transfer begins a payment to a person, who confirms it in WeChat. Returns
// pay.ErrRetry, ErrFunds, ErrConfig, ErrUser: after any of them only QueryTransfer
// knows.
func (m *Merchant) Transfer(ctx context.Context, t pay.Transfer) (pay.TransferReceipt, error) {
	if !number(t.OutBillNo, 5, 32) || t.AmountFen < 10 || t.OpenID == "" || t.AppID == "" {
		return pay.TransferReceipt{}, &pay.Trouble{Class: pay.ErrConfig, Code: "PARAM_LOCAL", Msg: "转账单号、金额或收款人不正确", Advice: "金额至少 0.1 元，收款人要有微信身份。"}
	}
	body := map[string]any{
		"appid": t.AppID, "out_bill_no": t.OutBillNo, "transfer_scene_id": t.SceneID, "openid": t.OpenID, "transfer_amount": t.AmountFen,
		"transfer_remark": clip(t.Remark, 32), "notify_url": t.NotifyURL, "transfer_scene_report_infos": t.Reports,
	}
	if t.RealName != "" {
		sealed, err := m.encrypt(ctx, t.RealName)
		if err != nil {
			return pay.TransferReceipt{}, err
		}
		body["user_name"] = sealed
	}
	return m.bill(t.OutBillNo, func(b *transferBill) error { return m.post(ctx, transferPath, body, b) })
}

// QueryTransfer returns a transfer. Returns pay.ErrNotFound, ErrRetry, ErrConfig.
func (m *Merchant) QueryTransfer(ctx context.Context, outBillNo string) (pay.TransferReceipt, error) {
	return m.bill(outBillNo, func(b *transferBill) error {
		return m.get(ctx, transferPath+"/out-bill-no/"+url.PathEscape(outBillNo), b)
	})
}

// CancelTransfer asks WeChat Pay to end a transfer that nobody has confirmed yet.
func (m *Merchant) CancelTransfer(ctx context.Context, outBillNo string) error {
	_, err := m.bill(outBillNo, func(b *transferBill) error {
		return m.post(ctx, transferPath+"/out-bill-no/"+url.PathEscape(outBillNo)+"/cancel", map[string]string{}, b)
	})
	return err
}

func (m *Merchant) bill(outBillNo string, ask func(*transferBill) error) (pay.TransferReceipt, error) {
	var b transferBill
	if err := ask(&b); err != nil {
		return pay.TransferReceipt{}, err
	}
	if b.OutBillNo != outBillNo {
		return pay.TransferReceipt{}, pay.Unverified()
	}
	return b.receipt(), nil
}

// encrypt hides personal data from everybody but WeChat Pay, under the key that
// the request names in Wechatpay-Serial.
func (m *Merchant) encrypt(ctx context.Context, text string) (string, error) {
	serial, err := m.ring.GetAcceptSerial(ctx)
	if err != nil {
		return "", decode(err)
	}
	key := m.sealers[serial]
	if m.ring.useCert {
		if cert, ok := m.ring.certs.Get(ctx, serial); ok {
			key, _ = cert.PublicKey.(*rsa.PublicKey)
		}
	}
	if key == nil {
		return "", decode(errors.New("wechat: no key to encrypt with"))
	}
	sealed, err := rsa.EncryptOAEP(sha1.New(), rand.Reader, key, []byte(text), nil) //nolint:gosec // as above
	if err != nil {
		return "", decode(err)
	}
	return base64.StdEncoding.EncodeToString(sealed), nil
}
