package wechat

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/md5" //nolint:gosec // the channel's older interface signs so; the key is what protects
	"crypto/sha256"
	"encoding/hex"
	"encoding/xml"
	"errors"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"

	"zhizhou/internal/pay"
)

// The older interface (APIv2) sends flat XML whose fields are signed with a shared
// key. Only contracts need it.

const (
	signMD5  = "MD5"
	signHMAC = "HMAC-SHA256"

	maxFields = 64
	maxXML    = 64 << 10
)

var errXML = errors.New("wechat: not a flat XML document")

// Fields are the elements below <xml>.
type Fields map[string]string

// ReadXML reads a flat document. Whatever is not plain elements with text is
// refused: declarations of types and entities, nesting, repeats, too much of it.
func ReadXML(raw []byte) (Fields, error) {
	if len(raw) > maxXML {
		return nil, errXML
	}
	d := xml.NewDecoder(bytes.NewReader(raw))
	out, depth, name := Fields{}, 0, ""
	var text strings.Builder
	for {
		t, err := d.Token()
		if errors.Is(err, io.EOF) {
			if depth != 0 || len(out) == 0 {
				return nil, errXML
			}
			return out, nil
		}
		if err != nil {
			return nil, errXML
		}
		switch t := t.(type) {
		case xml.Directive:
			return nil, errXML
		case xml.StartElement:
			depth++
			text.Reset()
			name = t.Name.Local
			_, seen := out[name]
			if depth == 1 && name != "xml" || depth > 2 || seen || len(out) >= maxFields {
				return nil, errXML
			}
		case xml.EndElement:
			if depth == 2 {
				out[name] = strings.TrimSpace(text.String())
			}
			depth--
		case xml.CharData:
			if depth == 2 {
				text.Write(t)
			}
		}
	}
}

// WriteXML writes a flat document, its elements in order of their names.
func WriteXML(f Fields) []byte {
	var b bytes.Buffer
	b.WriteString("<xml>")
	for _, k := range slices.Sorted(maps.Keys(f)) {
		b.WriteString("<" + k + ">")
		_ = xml.EscapeText(&b, []byte(f[k])) // a buffer takes everything
		b.WriteString("</" + k + ">")
	}
	b.WriteString("</xml>")
	return b.Bytes()
}

// SignV2 signs all fields that are not empty, except sign, with the APIv2 key.
func SignV2(f Fields, key, kind string) string {
	var b strings.Builder
	for _, k := range slices.Sorted(maps.Keys(f)) {
		if k != "sign" && f[k] != "" {
			b.WriteString(k + "=" + f[k] + "&")
		}
	}
	b.WriteString("key=" + key)
	var sum []byte
	if kind == signHMAC {
		mac := hmac.New(sha256.New, []byte(key))
		mac.Write([]byte(b.String()))
		sum = mac.Sum(nil)
	} else {
		s := md5.Sum([]byte(b.String())) //nolint:gosec // see above
		sum = s[:]
	}
	return strings.ToUpper(hex.EncodeToString(sum))
}

// CheckV2 reports whether the signature holds. Which kind it is, its length tells;
// a kind that is named must be that one.
func CheckV2(f Fields, key string) bool {
	kind := signMD5
	if len(f["sign"]) == 2*sha256.Size {
		kind = signHMAC
	}
	if named := f["sign_type"]; key == "" || named != "" && named != kind {
		return false
	}
	return hmac.Equal([]byte(SignV2(f, key, kind)), []byte(f["sign"]))
}

// callV2 posts signed fields and returns the verified answer. A refusal is a
// *pay.Trouble.
func (p *Papay) callV2(ctx context.Context, path string, in Fields) (Fields, error) {
	in["appid"], in["mch_id"] = p.appID, p.m.cfg.MchID
	in["sign_type"] = signHMAC
	in["sign"] = SignV2(in, p.key, signHMAC)
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, p.m.base+path, bytes.NewReader(WriteXML(in)))
	if err != nil {
		return nil, pay.Offline(err)
	}
	req.Header.Set("Content-Type", "text/xml; charset=utf-8")
	res, err := p.http.Do(req)
	if err != nil {
		return nil, pay.Offline(err)
	}
	defer func() { _ = res.Body.Close() }()
	raw, err := io.ReadAll(io.LimitReader(res.Body, maxXML+1))
	if err != nil {
		return nil, pay.Offline(err)
	}
	out, err := ReadXML(raw)
	if err != nil || res.StatusCode != http.StatusOK {
		return nil, &pay.Trouble{Class: pay.ErrRetry, Status: res.StatusCode, Code: "ANSWER_FORMAT", Msg: "应答不是预期格式", Advice: "系统会查询真实状态；若持续出现请联系技术支持。"}
	}
	if out["return_code"] != "SUCCESS" { // comes without a signature
		code := out["return_code"]
		if strings.Contains(out["return_msg"], "签名") {
			code = "SIGNERROR"
		}
		return nil, pay.Classify(res.StatusCode, code, out["return_msg"])
	}
	if !CheckV2(out, p.key) {
		return nil, pay.Unverified()
	}
	if out["result_code"] != "SUCCESS" {
		return nil, pay.Classify(res.StatusCode, out["err_code"], out["err_code_des"])
	}
	return out, nil
}
