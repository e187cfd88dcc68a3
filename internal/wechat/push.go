package wechat

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha1" // #nosec G505 -- WeChat's message push defines its signature with SHA-1
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"zhizhou/internal/errs"
)

// pushWindow is how old a push may be, as with payment notifications.
const pushWindow = 300 * time.Second

// The reasons to refuse a push; all become a 4xx.
var (
	ErrPushSignature = errs.New(errs.Unauthenticated, "push_signature", "推送签名不正确")
	ErrPushStale     = errs.New(errs.Unauthenticated, "push_stale", "推送时间与本机相差超过五分钟")
	ErrPushMalformed = errs.New(errs.Invalid, "push_malformed", "推送格式不正确")
	ErrPushSettings  = errs.New(errs.Unavailable, "push_settings", "消息推送的 Token 或 EncodingAESKey 未配置或有误")
)

// VerifyURL answers the GET that WeChat sends when the push address is saved: it
// returns the echostr to send back as plain text. Returns ErrPushSettings,
// ErrPushSignature, ErrPushStale.
func (c *Client) VerifyURL(q url.Values) (string, error) {
	if c.cfg.PushToken == "" {
		return "", ErrPushSettings
	}
	if !c.signed(q.Get("signature"), q.Get("timestamp"), q.Get("nonce")) {
		return "", ErrPushSignature
	}
	if err := c.fresh(q.Get("timestamp")); err != nil {
		return "", err
	}
	return q.Get("echostr"), nil
}

// OpenPush verifies and decrypts a push in secure (AES) mode and returns the
// message, JSON or XML as the console was set. The plain mode is refused: its
// signature does not cover the body. Returns ErrPushSettings, ErrPushSignature,
// ErrPushStale, ErrPushMalformed; never panics, never quotes the body (INV-13).
func (c *Client) OpenPush(q url.Values, body []byte) ([]byte, error) {
	if _, err := aesKey(c.cfg.PushAESKey); err != nil || c.cfg.PushToken == "" {
		return nil, ErrPushSettings
	}
	if len(body) > maxBody {
		return nil, ErrPushMalformed
	}
	sealed, err := encrypted(body)
	if err != nil {
		return nil, err
	}
	if !c.signed(q.Get("msg_signature"), q.Get("timestamp"), q.Get("nonce"), sealed) {
		return nil, ErrPushSignature
	}
	if err := c.fresh(q.Get("timestamp")); err != nil {
		return nil, err
	}
	msg, appID, err := c.unsealed(sealed)
	if err != nil {
		return nil, err
	}
	if appID != c.cfg.MiniAppID && appID != c.cfg.OfficialAppID || appID == "" {
		return nil, ErrPushSignature
	}
	return msg, nil
}

// signed reports that one of the tokens in force signed these parts.
func (c *Client) signed(signature string, parts ...string) bool {
	for _, token := range append([]string{c.cfg.PushToken}, c.cfg.OldPushTokens...) {
		if same(signature, digest(append([]string{token}, parts...)...)) {
			return true
		}
	}
	return false
}

// unsealed opens a message with the first key in force that fits.
func (c *Client) unsealed(sealed string) (msg []byte, appID string, err error) {
	for _, text := range append([]string{c.cfg.PushAESKey}, c.cfg.OldPushAESKeys...) {
		key, bad := aesKey(text)
		if bad != nil {
			continue
		}
		if msg, appID, err = unseal(key, sealed); err == nil {
			return msg, appID, nil
		}
	}
	return nil, "", err
}

func (c *Client) fresh(stamp string) error {
	sec, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil {
		return ErrPushMalformed
	}
	if d := c.clock.Now().Sub(time.Unix(sec, 0)); d >= pushWindow || d <= -pushWindow {
		return ErrPushStale
	}
	return nil
}

func encrypted(body []byte) (string, error) {
	body = bytes.TrimSpace(body)
	var env struct {
		XMLName xml.Name `json:"-" xml:"xml"`
		Encrypt string   `json:"Encrypt" xml:"Encrypt"`
	}
	var err error
	if len(body) > 0 && body[0] == '<' {
		err = xml.Unmarshal(body, &env)
	} else {
		err = json.Unmarshal(body, &env)
	}
	if err != nil || env.Encrypt == "" {
		return "", ErrPushMalformed
	}
	return strings.TrimSpace(env.Encrypt), nil
}

// aesKey decodes the 43 characters of the console, which lack one "=".
func aesKey(s string) ([]byte, error) {
	if len(s) != 43 {
		return nil, ErrPushSettings
	}
	// The last character carries two spare bits that need not be zero.
	key, err := base64.StdEncoding.DecodeString(s + "=")
	if err != nil || len(key) != 32 {
		return nil, ErrPushSettings
	}
	return key, nil
}

// unseal opens AES-256-CBC: 16 random bytes, length, message, appid, PKCS#7 with
// blocks of 32.
func unseal(key []byte, sealed string) (msg []byte, appID string, err error) {
	raw, err := base64.StdEncoding.DecodeString(sealed)
	if err != nil || len(raw) == 0 || len(raw)%aes.BlockSize != 0 {
		return nil, "", ErrPushMalformed
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, "", ErrPushSettings
	}
	cipher.NewCBCDecrypter(block, key[:aes.BlockSize]).CryptBlocks(raw, raw)
	pad := int(raw[len(raw)-1])
	if pad < 1 || pad > 32 || pad > len(raw) {
		return nil, "", ErrPushMalformed
	}
	for _, b := range raw[len(raw)-pad:] {
		if int(b) != pad {
			return nil, "", ErrPushMalformed
		}
	}
	raw = raw[:len(raw)-pad]
	if len(raw) < 20 {
		return nil, "", ErrPushMalformed
	}
	size := uint64(binary.BigEndian.Uint32(raw[16:20]))
	if size > uint64(len(raw)-20) {
		return nil, "", ErrPushMalformed
	}
	return raw[20 : 20+size], string(raw[20+size:]), nil
}

func digest(parts ...string) string {
	slices.Sort(parts)
	sum := sha1.Sum([]byte(strings.Join(parts, ""))) // #nosec G401 -- see import
	return hex.EncodeToString(sum[:])
}

func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }
