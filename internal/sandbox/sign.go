package sandbox

import (
	"bytes"
	"crypto"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	"zhizhou/internal/id"
)

// fault is a refusal in WeChat Pay's form.
type fault struct {
	status    int
	code, msg string
}

// answer is what an API handler decides; nil body with status 204 is empty.
type answer struct {
	status int
	body   any
}

func ok(v any) answer { return answer{http.StatusOK, v} }
func no(status int, code, msg string) answer {
	return answer{status, map[string]string{"code": code, "message": msg}}
}

var authPart = regexp.MustCompile(`([a-z_]+)="([^"]*)"`)

// v3 wraps a WeChat Pay API: it verifies the merchant, runs the handler and signs
// the answer with the key that the merchant asked for.
func (s *Sandbox) v3(h func(r *http.Request, body []byte) answer) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, err := readBody(r)
		if err != nil {
			return
		}
		s.delay(r)
		var a answer
		if f := s.authorize(r, body); f != nil {
			a = no(f.status, f.code, f.msg)
		} else {
			a = h(r, body)
		}
		var raw []byte
		if a.body != nil {
			if raw, err = json.Marshal(a.body); err != nil {
				http.Error(w, "sandbox", http.StatusInternalServerError)
				return
			}
		}
		if s.lose(w, a.status) {
			return
		}
		serial := s.serialFor(r.Header.Get("Wechatpay-Serial"))
		if strings.HasSuffix(r.URL.Path, "/v3/certificates") {
			serial = s.keys.CertSerial // who fetches certificates cannot name one yet
		}
		s.mu.Lock()
		wrong := s.trouble.BadAnswerSign
		s.mu.Unlock()
		s.sign(w.Header(), serial, raw, wrong)
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		w.Header().Set("Request-ID", id.Token(12))
		w.WriteHeader(a.status)
		_, _ = w.Write(raw)
	}
}

// delay and lose play the network's part.
func (s *Sandbox) delay(r *http.Request) {
	s.mu.Lock()
	d := time.Duration(s.trouble.DelayMS) * time.Millisecond
	s.mu.Unlock()
	if d <= 0 {
		return
	}
	select {
	case <-time.After(min(d, time.Minute)):
	case <-r.Context().Done():
	}
}

// lose drops the answer or turns it into a 500 although the work was done. Only
// answers of success are lost: those are the ones that leave a doubt.
func (s *Sandbox) lose(w http.ResponseWriter, status int) bool {
	s.mu.Lock()
	drop, fail := false, false
	switch {
	case status > 299:
	case s.trouble.DropAnswers > 0:
		s.trouble.DropAnswers--
		drop = true
	case s.trouble.FailAnswers > 0:
		s.trouble.FailAnswers--
		fail = true
	}
	s.mu.Unlock()
	if drop {
		// ErrAbortHandler closes the connection without an answer and without noise.
		panic(http.ErrAbortHandler)
	}
	if fail {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusInternalServerError)
		_, _ = w.Write([]byte(`{"code":"SYSTEM_ERROR","message":"系统异常"}`))
	}
	return fail
}

// authorize checks the merchant's Authorization header as WeChat Pay does. Real
// time counts here, not the sandbox's clock: SDKs stamp requests with the
// machine's time.
func (s *Sandbox) authorize(r *http.Request, body []byte) *fault {
	bad := func(msg string) *fault { return &fault{http.StatusUnauthorized, "SIGN_ERROR", msg} }
	scheme, rest, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if scheme != "WECHATPAY2-SHA256-RSA2048" {
		return bad("Http头Authorization值格式错误")
	}
	p := map[string]string{}
	for _, m := range authPart.FindAllStringSubmatch(rest, -1) {
		p[m[1]] = m[2]
	}
	if p["mchid"] != s.keys.MchID {
		return &fault{http.StatusBadRequest, "MCH_NOT_EXISTS", "商户号不存在"}
	}
	if p["serial_no"] != s.keys.MerchantSerial {
		return bad("商户证书序列号有误")
	}
	sec, err := strconv.ParseInt(p["timestamp"], 10, 64)
	if d := time.Since(time.Unix(sec, 0)); err != nil || d > 5*time.Minute || d < -5*time.Minute {
		return bad("Http头Authorization时间戳与服务器相差超过五分钟")
	}
	if ws := r.Header.Get("Wechatpay-Serial"); ws != "" && ws != s.keys.PublicKeyID && ws != s.keys.CertSerial {
		return &fault{http.StatusBadRequest, "PARAM_ERROR", "Wechatpay-Serial 不属于此商户"}
	}
	sig, err := base64.StdEncoding.DecodeString(p["signature"])
	if err != nil {
		return bad("签名不是 Base64")
	}
	// A client that knows only the host signs the path without the mount prefix.
	for _, uri := range []string{r.RequestURI, strings.TrimPrefix(r.RequestURI, s.prefix+"/wechatpay")} {
		msg := r.Method + "\n" + uri + "\n" + p["timestamp"] + "\n" + p["nonce_str"] + "\n" + string(body) + "\n"
		sum := sha256.Sum256([]byte(msg))
		if rsa.VerifyPKCS1v15(&s.keys.merchant.PublicKey, crypto.SHA256, sum[:], sig) == nil {
			return nil
		}
	}
	return bad("签名错误，请检查商户私钥与证书序列号")
}

// serialFor answers with the key the merchant named, else with the public key.
func (s *Sandbox) serialFor(asked string) string {
	if asked == s.keys.CertSerial {
		return asked
	}
	return s.keys.PublicKeyID
}

func (s *Sandbox) keyFor(serial string) *rsa.PrivateKey {
	if serial == s.keys.CertSerial {
		return s.keys.cert
	}
	return s.keys.public
}

// sign puts the five Wechatpay headers on h.
func (s *Sandbox) sign(h http.Header, serial string, body []byte, wrong bool) {
	stamp, nonce := strconv.FormatInt(s.now().Unix(), 10), id.Token(16)
	signed := body
	if wrong {
		signed = append(bytes.Clone(body), ' ')
	}
	sum := sha256.Sum256([]byte(stamp + "\n" + nonce + "\n" + string(signed) + "\n"))
	sig, err := rsa.SignPKCS1v15(rand.Reader, s.keyFor(serial), crypto.SHA256, sum[:])
	if err != nil {
		return // an unsigned answer is refused by every client, which is right
	}
	h.Set("Wechatpay-Timestamp", stamp)
	h.Set("Wechatpay-Nonce", nonce)
	h.Set("Wechatpay-Signature", base64.StdEncoding.EncodeToString(sig))
	h.Set("Wechatpay-Serial", serial)
	h.Set("Wechatpay-Signature-Type", "WECHATPAY2-SHA256-RSA2048")
}

type sealed struct {
	Algorithm      string `json:"algorithm"`
	Ciphertext     string `json:"ciphertext"`
	AssociatedData string `json:"associated_data"`
	Nonce          string `json:"nonce"`
	OriginalType   string `json:"original_type,omitempty"`
}

// seal encrypts under the APIv3 key.
func (s *Sandbox) seal(plain []byte, associated string) (sealed, error) {
	block, err := aes.NewCipher([]byte(s.keys.APIv3Key))
	if err != nil {
		return sealed{}, err
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return sealed{}, err
	}
	nonce := id.Token(6) // 12 characters
	return sealed{
		Algorithm: "AEAD_AES_256_GCM", AssociatedData: associated, Nonce: nonce,
		Ciphertext: base64.StdEncoding.EncodeToString(aead.Seal(nil, []byte(nonce), plain, []byte(associated))),
	}, nil
}

// certificates serves GET /v3/certificates.
func (s *Sandbox) certificates(_ *http.Request, _ []byte) answer {
	sl, err := s.seal([]byte(s.keys.CertPEM), "certificate")
	if err != nil {
		return no(http.StatusInternalServerError, "SYSTEM_ERROR", "系统异常")
	}
	cert := map[string]any{
		"serial_no": s.keys.CertSerial, "encrypt_certificate": sl,
		"effective_time": s.now().AddDate(-1, 0, 0).Format(time.RFC3339), "expire_time": s.now().AddDate(4, 0, 0).Format(time.RFC3339),
	}
	return ok(map[string]any{"data": []any{cert}})
}
