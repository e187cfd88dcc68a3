package sandbox

import (
	"crypto/hmac"
	"encoding/json"
	"net/http"
	"regexp"
)

var phoneForm = regexp.MustCompile(`^\+?[0-9]{5,15}$`)

// smsKept bounds the inbox.
const smsKept = 500

// sendSMS serves POST /sms/send.
func (s *Sandbox) sendSMS(w http.ResponseWriter, r *http.Request) {
	body, err := readBody(r)
	if err != nil {
		return
	}
	s.delay(r)
	if !hmac.Equal([]byte(r.Header.Get("X-Zhizhou-Signature")), []byte(lowerMAC(s.keys.SMSKey, string(body)))) {
		writeJSON(w, http.StatusUnauthorized, map[string]string{"code": "sign", "message": "签名错误"})
		return
	}
	var in struct {
		Phone    string `json:"phone"`
		Code     string `json:"code"`
		Template string `json:"template"`
	}
	if json.Unmarshal(body, &in) != nil || !phoneForm.MatchString(in.Phone) || in.Code == "" || len(in.Code) > 64 || len(in.Template) > 200 {
		writeJSON(w, http.StatusBadRequest, map[string]string{"code": "param", "message": "参数错误"})
		return
	}
	s.mu.Lock()
	s.st.SMS = append(s.st.SMS, SMS{Phone: in.Phone, Code: in.Code, Template: in.Template, SentAt: s.now()})
	if n := len(s.st.SMS); n > smsKept {
		s.st.SMS = append([]SMS(nil), s.st.SMS[n-smsKept:]...)
	}
	s.save()
	s.mu.Unlock()
	if s.lose(w, http.StatusOK) {
		return
	}
	writeJSON(w, http.StatusOK, map[string]string{"code": "ok"})
}
