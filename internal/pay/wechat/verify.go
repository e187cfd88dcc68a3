package wechat

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/wechatpay-apiv3/wechatpay-go/core/auth/verifiers"

	"zhizhou/internal/clock"
)

// maxBody bounds every answer and notification, in bytes. Real ones are below 8 KiB.
const maxBody = 1 << 20

// window is how far a signed time may be from ours (WeChat Pay: 5 minutes).
const window = 300 * time.Second

const probeMark = "WECHATPAY/SIGNTEST/"

var (
	errProbe     = errors.New("wechat: signature probe")
	errStale     = errors.New("wechat: timestamp outside the window")
	errSignature = errors.New("wechat: signature does not hold")
	errSealed    = errors.New("wechat: cannot decrypt")
)

// keyring verifies by serial, so that old and new keys may overlap.
type keyring struct {
	clock   clock.Clock
	serial  string // sent as Wechatpay-Serial in public-key mode
	public  map[string]*verifiers.SHA256WithRSAPubkeyVerifier
	certs   *certStore // nil: certificates are not accepted
	useCert bool
}

// check verifies the four Wechatpay headers over body.
func (k *keyring) check(ctx context.Context, h http.Header, body []byte) error {
	sig := h.Get("Wechatpay-Signature")
	if strings.Contains(sig, probeMark) {
		return errProbe
	}
	if t := h.Get("Wechatpay-Signature-Type"); t != "" && t != "WECHATPAY2-SHA256-RSA2048" {
		return errSignature
	}
	serial, nonce, stamp := h.Get("Wechatpay-Serial"), h.Get("Wechatpay-Nonce"), h.Get("Wechatpay-Timestamp")
	sec, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil || serial == "" || nonce == "" || sig == "" {
		return errSignature
	}
	if d := k.clock.Now().Sub(time.Unix(sec, 0)); d >= window || d <= -window {
		return errStale
	}
	message := stamp + "\n" + nonce + "\n" + string(body) + "\n"
	if v, ok := k.public[serial]; ok {
		if v.Verify(ctx, serial, message, sig) != nil {
			return errSignature
		}
		return nil
	}
	if k.certs == nil {
		return errSignature
	}
	if verifiers.NewSHA256WithRSAVerifier(k.certs).Verify(ctx, serial, message, sig) != nil {
		return errSignature
	}
	return nil
}

// Validate implements the SDK's answer validator, on our clock.
func (k *keyring) Validate(ctx context.Context, r *http.Response) error {
	body, err := io.ReadAll(r.Body)
	_ = r.Body.Close()
	if err != nil {
		return err
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	return k.check(ctx, r.Header, body)
}

// GetAcceptSerial names the key that answers shall be signed with.
func (k *keyring) GetAcceptSerial(ctx context.Context) (string, error) {
	if !k.useCert {
		return k.serial, nil
	}
	if s := k.certs.GetNewestSerial(ctx); s != "" {
		return s, nil
	}
	return "", errSignature
}

// unseal opens AEAD_AES_256_GCM with the first key that fits.
func unseal(apiKeys []string, nonce, associated, ciphertext string) ([]byte, error) {
	raw, err := base64.StdEncoding.DecodeString(ciphertext)
	if err != nil || len(nonce) != 12 {
		return nil, errSealed
	}
	for _, k := range apiKeys {
		block, err := aes.NewCipher([]byte(k))
		if err != nil {
			continue
		}
		aead, err := cipher.NewGCM(block)
		if err != nil {
			continue
		}
		if plain, err := aead.Open(nil, []byte(nonce), raw, []byte(associated)); err == nil {
			return plain, nil
		}
	}
	return nil, errSealed
}

// limited cuts answers at maxBody, because the SDK reads them whole.
type limited struct{ next http.RoundTripper }

func (l limited) RoundTrip(r *http.Request) (*http.Response, error) {
	res, err := l.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	res.Body = struct {
		io.Reader
		io.Closer
	}{io.LimitReader(res.Body, maxBody), res.Body}
	return res, nil
}
