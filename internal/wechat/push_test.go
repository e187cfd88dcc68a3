package wechat

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"zhizhou/internal/errs"
)

const (
	pushKey   = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
	pushToken = "tokentoken"
	pushApp   = "wx7777777777777777"
)

// sha1Golden was made with sort and sha1sum.
const sha1Golden = "d2157f2f9079f4d6257b45edf665c43c62e60a0a"

type fixed struct{ t time.Time }

func (f fixed) Now() time.Time { return f.t }

var noon = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

func testClient() *Client {
	return New(Config{MiniAppID: pushApp, PushToken: pushToken, PushAESKey: pushKey, Clock: fixed{noon}})
}

// cbc encrypts whole blocks.
func cbc(t testing.TB, raw []byte) string {
	t.Helper()
	key, err := base64.StdEncoding.DecodeString(pushKey + "=")
	if err != nil {
		t.Fatal(err)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		t.Fatal(err)
	}
	out := make([]byte, len(raw))
	cipher.NewCBCEncrypter(block, key[:16]).CryptBlocks(out, raw)
	return base64.StdEncoding.EncodeToString(out)
}

func frame(msg, app string) []byte {
	raw := binary.BigEndian.AppendUint32([]byte("0123456789abcdef"), uint32(len(msg)))
	return pad(append(append(raw, msg...), app...))
}

func pad(raw []byte) []byte {
	n := 32 - len(raw)%32
	for range n {
		raw = append(raw, byte(n))
	}
	return raw
}

func query(sealed string, at time.Time) url.Values {
	stamp := strconv.FormatInt(at.Unix(), 10)
	return url.Values{
		"timestamp": {stamp}, "nonce": {"n"}, "encrypt_type": {"aes"},
		"signature": {digest(pushToken, stamp, "n")}, "msg_signature": {digest(pushToken, stamp, "n", sealed)},
	}
}

func jsonBody(t testing.TB, sealed string) []byte {
	t.Helper()
	raw, err := json.Marshal(map[string]string{"ToUserName": "gh", "Encrypt": sealed})
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func TestDigestGolden(t *testing.T) {
	// The three parts sorted, joined and hashed by coreutils.
	if got := digest("QDG6eK", "1409659813", "1372623149"); got != sha1Golden {
		t.Errorf("digest %s", got)
	}
}

func TestOpenPush(t *testing.T) {
	c := testClient()
	const msg = `{"Event":"xpay_goods_deliver_notify"}`
	sealed := cbc(t, frame(msg, pushApp))
	for name, body := range map[string][]byte{
		"json": jsonBody(t, sealed),
		"xml":  []byte("<xml><ToUserName><![CDATA[gh]]></ToUserName><Encrypt><![CDATA[" + sealed + "]]></Encrypt></xml>"),
	} {
		got, err := c.OpenPush(query(sealed, noon), body)
		if err != nil || string(got) != msg {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}

// A push made before WeChat took over the new token and key still opens.
func TestINV46OldAndNewPushKeys(t *testing.T) {
	c := testClient()
	c.cfg.OldPushTokens, c.cfg.OldPushAESKeys = []string{"other", c.cfg.PushToken}, []string{c.cfg.PushAESKey}
	c.cfg.PushToken, c.cfg.PushAESKey = "brand-new", strings.Repeat("n", 43)
	sealed := cbc(t, frame("message", pushApp))
	if got, err := c.OpenPush(query(sealed, noon), jsonBody(t, sealed)); err != nil || string(got) != "message" {
		t.Errorf("%q, %v", got, err)
	}
	c.cfg.OldPushAESKeys = nil
	if got, err := c.OpenPush(query(sealed, noon), jsonBody(t, sealed)); err == nil {
		t.Errorf("opened without its key: %q", got)
	}
}

func TestINV13BadPushes(t *testing.T) {
	c := testClient()
	const msg = "secret-marker"
	good := cbc(t, frame(msg, pushApp))
	huge := frame(msg, pushApp)
	binary.BigEndian.PutUint32(huge[16:], 1<<31)
	badPad := frame(msg, pushApp)
	badPad[len(badPad)-1] = 0
	for _, x := range []struct {
		name   string
		sealed string
		at     time.Time
		change func(url.Values)
		body   []byte
		want   *errs.E
	}{
		{name: "changed signature", sealed: good, change: func(q url.Values) { q.Set("msg_signature", "00") }, want: ErrPushSignature},
		{name: "plain signature only", sealed: good, change: func(q url.Values) { q.Set("msg_signature", q.Get("signature")) }, want: ErrPushSignature},
		{name: "other nonce", sealed: good, change: func(q url.Values) { q.Set("nonce", "m") }, want: ErrPushSignature},
		{name: "stale", sealed: good, at: noon.Add(-300 * time.Second), want: ErrPushStale},
		{name: "future", sealed: good, at: noon.Add(300 * time.Second), want: ErrPushStale},
		{name: "plain mode", sealed: good, body: []byte(`{"Event":"secret-marker"}`), want: ErrPushMalformed},
		{name: "not JSON", sealed: good, body: []byte(`secret-marker`), want: ErrPushMalformed},
		{name: "empty", sealed: good, body: []byte{}, want: ErrPushMalformed},
		{name: "ten megabytes", sealed: good, body: []byte(strings.Repeat("x", 10<<20)), want: ErrPushMalformed},
		{name: "not base64", sealed: "%%%", want: ErrPushMalformed},
		{name: "half a block", sealed: "AAAA", want: ErrPushMalformed},
		{name: "one block", sealed: cbc(t, []byte(strings.Repeat("\x01", 16))), want: ErrPushMalformed},
		{name: "length beyond the end", sealed: cbc(t, huge), want: ErrPushMalformed},
		{name: "bad padding", sealed: cbc(t, badPad), want: ErrPushMalformed},
		{name: "another app", sealed: cbc(t, frame(msg, "wx0000000000000000")), want: ErrPushSignature},
		{name: "no app", sealed: cbc(t, frame(msg, "")), want: ErrPushSignature},
	} {
		t.Run(x.name, func(t *testing.T) {
			at := x.at
			if at.IsZero() {
				at = noon
			}
			q := query(x.sealed, at)
			if x.change != nil {
				x.change(q)
			}
			body := x.body
			if body == nil {
				body = jsonBody(t, x.sealed)
			}
			got, err := c.OpenPush(q, body)
			if !errors.Is(err, x.want) || got != nil {
				t.Fatalf("%q, %v, want %v", got, err, x.want)
			}
			if strings.Contains(err.Error(), "secret-marker") {
				t.Error("the body is in the error text")
			}
		})
	}
	if _, err := New(Config{PushToken: "t", PushAESKey: "short"}).OpenPush(query(good, noon), jsonBody(t, good)); !errors.Is(err, ErrPushSettings) {
		t.Errorf("short key: %v", err)
	}
}

func TestVerifyURL(t *testing.T) {
	c := testClient()
	q := query("", noon)
	q.Set("echostr", "hello")
	if s, err := c.VerifyURL(q); err != nil || s != "hello" {
		t.Errorf("%q %v", s, err)
	}
	q.Set("nonce", "other")
	if _, err := c.VerifyURL(q); !errors.Is(err, ErrPushSignature) {
		t.Error(err)
	}
}

func FuzzPush(f *testing.F) {
	c := testClient()
	f.Add(frame(`{"Event":"a"}`, pushApp), true)
	f.Add(frame("", pushApp), false)
	f.Add([]byte("0123456789abcdef0123456789abcdef"), true)
	f.Fuzz(func(t *testing.T, raw []byte, seal bool) {
		// Either the fuzzer writes the plain blocks, as the key owner could, or the
		// whole body, as a stranger could.
		if !seal {
			if _, err := c.OpenPush(query("", noon), raw); err == nil {
				t.Fatal("a stranger's push was opened")
			}
			return
		}
		if len(raw) == 0 || len(raw)%16 != 0 {
			raw = pad(raw)
		}
		sealed := cbc(t, raw)
		if msg, err := c.OpenPush(query(sealed, noon), jsonBody(t, sealed)); err == nil && len(msg) > len(raw) {
			t.Fatal("more came out than went in")
		}
	})
}
