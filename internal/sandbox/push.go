package sandbox

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha1" // #nosec G505 -- the message push protocol defines SHA-1
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"zhizhou/internal/id"
)

// postPush sends an event in secure mode to the app's push address.
func (s *Sandbox) postPush(ctx context.Context, n *Notice, tr Trouble) (int, []byte, error) {
	enc, err := s.sealPush(n.Plain)
	if err != nil {
		return 0, nil, err
	}
	stamp, nonce := strconv.FormatInt(s.now().Unix(), 10), id.Token(5)
	sig := pushDigest(s.keys.PushToken, stamp, nonce, enc)
	if tr.WrongSignature || tr.Probe {
		sig = pushDigest(s.keys.PushToken, stamp, nonce, enc, "x")
	}
	q := url.Values{
		"signature": {pushDigest(s.keys.PushToken, stamp, nonce)}, "timestamp": {stamp}, "nonce": {nonce},
		"encrypt_type": {"aes"}, "msg_signature": {sig},
	}
	body, err := json.Marshal(map[string]string{"ToUserName": "gh_sandbox", "Encrypt": enc})
	if err != nil {
		return 0, nil, err
	}
	return s.send(ctx, n.URL+"?"+q.Encode(), http.Header{"Content-Type": {"application/json"}}, body)
}

func (s *Sandbox) sealPush(msg []byte) (string, error) {
	key, err := base64.StdEncoding.DecodeString(s.keys.PushAESKey + "=")
	if err != nil {
		return "", err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return "", err
	}
	raw := binary.BigEndian.AppendUint32(id.Bytes(16), uint32(len(msg))) // #nosec G115 -- messages are below 1 MiB
	raw = append(append(raw, msg...), s.keys.MiniAppID...)
	pad := 32 - len(raw)%32
	for range pad {
		raw = append(raw, byte(pad))
	}
	cipher.NewCBCEncrypter(block, key[:16]).CryptBlocks(raw, raw)
	return base64.StdEncoding.EncodeToString(raw), nil
}

func pushDigest(parts ...string) string {
	slices.Sort(parts)
	sum := sha1.Sum([]byte(strings.Join(parts, ""))) // #nosec G401 -- see import
	return hex.EncodeToString(sum[:])
}

// pushEvent queues an event for the push address; the caller holds mu.
func (s *Sandbox) pushEvent(event, subject string, fields map[string]any) *Notice {
	msg := map[string]any{"ToUserName": "gh_sandbox", "FromUserName": "wechat", "CreateTime": s.now().Unix(), "MsgType": "event", "Event": event}
	for k, v := range fields {
		msg[k] = v
	}
	return s.notify("push", event, subject, s.cfg.PushURL, "", msg)
}

// pushTaken reads the app's reply; the caller holds mu. It reports whether
// WeChat would stop sending.
func (s *Sandbox) pushTaken(n *Notice, body []byte) bool {
	if n.Inquiry {
		var in struct {
			Code *int `json:"result_code"`
		}
		if json.Unmarshal(body, &in) != nil || in.Code == nil {
			return false
		}
		s.appleDecides(n.Subject, *in.Code == 0)
		return true
	}
	if strings.TrimSpace(string(body)) == "success" {
		return s.delivered(n)
	}
	var in struct {
		Code *int `json:"ErrCode"`
	}
	if json.Unmarshal(body, &in) != nil || in.Code == nil || *in.Code != 0 {
		return false
	}
	return s.delivered(n)
}

func (s *Sandbox) delivered(n *Notice) bool {
	if o := s.st.VOrders[n.Subject]; o != nil && n.EventType == "xpay_goods_deliver_notify" && o.Status == 3 {
		o.Status, o.Provided = 4, s.now()
	}
	return true
}
