package sandbox

import (
	"encoding/json"
	"image/color"
	"net/http"
	"time"

	"zhizhou/internal/drawing"
)

// miniCode answers what getUnlimitedQRCode does: a picture. It is a QR code of the page and
// its scene, which a person without the mini program can at least read.
func (s *Sandbox) miniCode(w http.ResponseWriter, r *http.Request) {
	body, err := readBody(r)
	if err != nil {
		return
	}
	s.delay(r)
	s.mu.Lock()
	known := s.st.Token != "" && r.URL.Query().Get("access_token") == s.st.Token && s.now().Sub(s.st.TokenAt) <= 2*time.Hour
	s.mu.Unlock()
	var in struct {
		Scene string `json:"scene"`
		Page  string `json:"page"`
	}
	switch {
	case !known:
		writeJSON(w, http.StatusOK, errcode(40001))
		return
	case json.Unmarshal(body, &in) != nil:
		writeJSON(w, http.StatusOK, errcode(47001))
		return
	case in.Scene == "" || len(in.Scene) > 32 || in.Page == "" || in.Page[0] == '/':
		writeJSON(w, http.StatusOK, map[string]any{"errcode": 40169, "errmsg": "invalid length for scene, or the data is not json string"})
		return
	}
	p := drawing.NewPicture(430, 430)
	p.Block(0, 0, 430, 430, color.RGBA{255, 255, 255, 255})
	if err := p.QR(35, 35, 360, color.RGBA{0x12, 0x38, 0x2F, 255}, "mini:"+in.Page+"?scene="+in.Scene); err != nil {
		writeJSON(w, http.StatusOK, errcode(47001))
		return
	}
	raw, err := p.PNG()
	if err != nil {
		http.Error(w, "", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "image/png")
	_, _ = w.Write(raw)
}
