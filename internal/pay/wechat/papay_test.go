package wechat

import (
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"zhizhou/internal/pay"
)

const testV2Key = "192006250b4c09247ec02edce69f6a2d"

// The signed text is written out by hand, so that an error in the sorting or in what
// is left out shows.
func TestSignatureOfTheOlderInterface(t *testing.T) {
	f := Fields{"body": "test", "appid": "wxd930ea5d5a258f4f", "mch_id": "10000100", "device_info": "1000", "nonce_str": "ibuaiVcKdpRxkhJA", "empty": "", "sign": "old"}
	text := "appid=wxd930ea5d5a258f4f&body=test&device_info=1000&mch_id=10000100&nonce_str=ibuaiVcKdpRxkhJA&key=" + testV2Key
	if got, want := SignV2(f, testV2Key, "MD5"), fmt.Sprintf("%X", md5.Sum([]byte(text))); got != want {
		t.Errorf("MD5 %s, want %s", got, want)
	}
	mac := hmac.New(sha256.New, []byte(testV2Key))
	mac.Write([]byte(text))
	if got, want := SignV2(f, testV2Key, "HMAC-SHA256"), fmt.Sprintf("%X", mac.Sum(nil)); got != want {
		t.Errorf("HMAC %s, want %s", got, want)
	}
	for _, kind := range []string{"MD5", "HMAC-SHA256"} {
		f["sign"] = SignV2(f, testV2Key, kind)
		if !CheckV2(f, testV2Key) {
			t.Errorf("%s does not hold", kind)
		}
		if CheckV2(f, "00000000000000000000000000000000") || CheckV2(f, "") {
			t.Errorf("%s holds under another key", kind)
		}
		f["body"] += "!"
		if CheckV2(f, testV2Key) {
			t.Errorf("%s holds for another text", kind)
		}
		f["body"] = "test"
	}
	// Who names the stronger kind is not answered by the weaker one.
	f["sign_type"] = "HMAC-SHA256"
	f["sign"] = SignV2(f, testV2Key, "MD5")
	if CheckV2(f, testV2Key) {
		t.Error("MD5 passed for HMAC-SHA256")
	}
}

func TestXMLThatIsNotFlatIsRefused(t *testing.T) {
	good, err := ReadXML([]byte("<xml><a><![CDATA[1 & <2>]]></a>\n<b>x&amp;y</b><c></c></xml>"))
	if err != nil || good["a"] != "1 & <2>" || good["b"] != "x&y" || len(good) != 3 {
		t.Fatalf("%v %v", good, err)
	}
	if back, err := ReadXML(WriteXML(good)); err != nil || back["a"] != good["a"] || back["b"] != good["b"] {
		t.Fatalf("%v %v", back, err)
	}
	var many strings.Builder
	for i := range 100 {
		fmt.Fprintf(&many, "<f%d>1</f%d>", i, i)
	}
	for name, bad := range map[string]string{
		"entity":    `<!DOCTYPE xml [<!ENTITY x SYSTEM "file:///etc/passwd">]><xml><a>&x;</a></xml>`,
		"billion":   `<!DOCTYPE xml [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><xml><a>&b;</a></xml>`,
		"unknown":   `<xml><a>&x;</a></xml>`,
		"nested":    `<xml><a><b>1</b></a></xml>`,
		"twice":     `<xml><a>1</a><a>2</a></xml>`,
		"root":      `<html><a>1</a></html>`,
		"cut":       `<xml><a>1</a>`,
		"empty":     ``,
		"no fields": `<xml></xml>`,
		"many":      `<xml>` + many.String() + `</xml>`,
		"large":     `<xml><a>` + strings.Repeat("x", maxXML) + `</a></xml>`,
	} {
		if f, err := ReadXML([]byte(bad)); err == nil {
			t.Errorf("%s: %v", name, f)
		}
	}
}

func papayAt(t *testing.T, answer func(Fields) Fields) *Papay {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		raw, _ := io.ReadAll(r.Body)
		in, err := ReadXML(raw)
		if err != nil || len(in["sign"]) != 64 || !CheckV2(in, testV2Key) || in["sign_type"] != "HMAC-SHA256" {
			t.Errorf("request %s: %v", raw, err)
		}
		_, _ = w.Write(WriteXML(answer(in)))
	}))
	t.Cleanup(server.Close)
	p, err := (&Merchant{cfg: Config{MchID: "10000100", OfficialAppID: "wxd930ea5d5a258f4f"}, clock: fixed{noon}, base: server.URL}).Papay("12535", testV2Key)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func signedV2(f Fields) Fields {
	f["sign"] = SignV2(f, testV2Key, "HMAC-SHA256")
	return f
}

// Only an answer that is signed counts, and an outcome is never guessed.
func TestAnswersAboutCharges(t *testing.T) {
	base := func(more Fields) Fields {
		f := Fields{"return_code": "SUCCESS", "result_code": "SUCCESS", "mch_id": "10000100", "appid": "wxd930ea5d5a258f4f", "out_trade_no": "CHARGE0001", "total_fee": "3000", "openid": "o1", "transaction_id": "42"}
		for k, v := range more {
			f[k] = v
		}
		return f
	}
	for _, c := range []struct {
		name   string
		answer Fields
		state  pay.State
		class  error
	}{
		{"paid", signedV2(base(Fields{"trade_state": "SUCCESS", "time_end": "20261121101500"})), pay.StateSuccess, nil},
		{"under way", signedV2(base(Fields{"trade_state": "ACCEPT"})), pay.StateNotPaid, nil},
		{"no money", signedV2(base(Fields{"trade_state": "PAY_FAIL"})), pay.StateClosed, nil},
		{"a word of tomorrow", signedV2(base(Fields{"trade_state": "WAITING"})), pay.StateUnknown, nil},
		{"unsigned", base(Fields{"trade_state": "SUCCESS"}), "", pay.ErrConfig},
		{"another's", signedV2(base(Fields{"trade_state": "SUCCESS", "out_trade_no": "CHARGE0002"})), "", pay.ErrConfig},
		{"never came", signedV2(Fields{"return_code": "SUCCESS", "result_code": "FAIL", "err_code": "ORDERNOTEXIST"}), "", pay.ErrNotFound},
		{"busy", signedV2(Fields{"return_code": "SUCCESS", "result_code": "FAIL", "err_code": "SYSTEMERROR"}), "", pay.ErrRetry},
		{"our signature", Fields{"return_code": "FAIL", "return_msg": "签名错误"}, "", pay.ErrConfig},
	} {
		p := papayAt(t, func(Fields) Fields { return c.answer })
		r, err := p.Query(t.Context(), "CHARGE0001", "")
		if r.State != c.state || c.class == nil && err != nil || c.class != nil && !errors.Is(err, c.class) {
			t.Errorf("%s: %q %v", c.name, r.State, err)
		}
		if c.name == "paid" && (r.AmountFen != 3000 || r.Channel != pay.WechatPapay || r.PaidAt.UTC().Hour() != 2) {
			t.Errorf("%+v", r)
		}
	}
}

func TestSigningPageAndNotices(t *testing.T) {
	p := papayAt(t, func(Fields) Fields { return nil })
	a, err := p.Sign(pay.ContractRequest{Code: "C1", Serial: 7, Account: "学员 1", NotifyURL: "https://x.example/hook"})
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(a.URL)
	if err != nil {
		t.Fatal(err)
	}
	f := Fields{}
	for k := range u.Query() {
		f[k] = u.Query().Get(k)
	}
	if u.Path != "/papay/entrustweb" || !CheckV2(f, testV2Key) || f["contract_code"] != "C1" || f["return_web"] != "1" {
		t.Errorf("%v", f)
	}
	md5of := func(f Fields) []byte { f["sign"] = SignV2(f, testV2Key, "MD5"); return WriteXML(f) }
	n, err := p.ParseNotify(nil, md5of(Fields{"mch_id": "10000100", "contract_code": "C1", "plan_id": "12535", "change_type": "ADD", "contract_id": "W1", "openid": "o1", "operate_time": "2026-11-21 10:00:00"}))
	if err != nil || n.Contract == nil || n.Contract.State != pay.ContractActive || n.Contract.ContractID != "W1" || n.EventID == "" {
		t.Errorf("%+v %v", n, err)
	}
	n, err = p.ParseNotify(nil, md5of(Fields{"mch_id": "10000100", "appid": "wxd930ea5d5a258f4f", "out_trade_no": "CHARGE0001", "result_code": "FAIL", "trade_state": "SUCCESS", "total_fee": "3000"}))
	if err != nil || n.Pay == nil || n.Pay.State != pay.StateClosed {
		t.Errorf("a failure that calls itself a success: %+v %v", n.Pay, err)
	}
	for name, bad := range map[string][]byte{
		"another merchant": md5of(Fields{"mch_id": "1", "contract_code": "C1", "change_type": "ADD"}),
		"another app":      md5of(Fields{"mch_id": "10000100", "appid": "wx1", "out_trade_no": "CHARGE0001"}),
		"unsigned":         WriteXML(Fields{"mch_id": "10000100", "contract_code": "C1", "change_type": "DELETE"}),
		"neither":          md5of(Fields{"mch_id": "10000100"}),
		"not XML":          []byte("{}"),
	} {
		if _, err := p.ParseNotify(nil, bad); err == nil {
			t.Errorf("%s was taken", name)
		}
	}
}
