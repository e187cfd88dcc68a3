package hook

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"

	"zhizhou/internal/web"
)

const problemType = "application/problem+json"

// tusProblem is an error of the upload protocol in the shape of all others.
type tusProblem struct {
	Status       int
	Code, Detail string
}

// lengthMissing refuses uploads whose size is told later: the limit is checked
// before the first byte.
var lengthMissing = tusProblem{http.StatusBadRequest, "upload_length_required", "上传前要说明文件大小（Upload-Length），不支持稍后再报"}

// protocol translates the library's own errors.
var protocol = map[string]tusProblem{
	"ERR_UNSUPPORTED_VERSION":         {Code: "upload_version", Detail: "上传协议的版本不对，需要 Tus-Resumable: 1.0.0"},
	"ERR_MAX_SIZE_EXCEEDED":           {Code: "file_too_big", Detail: "文件太大"},
	"ERR_UPLOAD_SIZE_EXCEEDED":        {Code: "upload_too_long", Detail: "收到的内容比说明的文件大小还多，请重新上传"},
	"ERR_INVALID_CONTENT_TYPE":        {Code: "upload_content_type", Detail: "内容类型应为 application/offset+octet-stream"},
	"ERR_INVALID_UPLOAD_LENGTH":       {Code: "upload_length", Detail: "文件大小（Upload-Length）缺失或不正确"},
	"ERR_INVALID_OFFSET":              {Code: "upload_offset", Detail: "上传位置（Upload-Offset）缺失或不正确"},
	"ERR_MISMATCHED_OFFSET":           {Code: "upload_offset", Detail: "上传位置和已收到的内容接不上，请重新询问位置后继续"},
	"ERR_UPLOAD_NOT_FOUND":            {Code: "upload_not_found", Detail: "找不到这个上传，请重新选择文件"},
	"ERR_UPLOAD_LOCKED":               {Code: "upload_busy", Detail: "这个文件正在另一处上传，请稍后继续"},
	"ERR_LOCK_TIMEOUT":                {Code: "upload_busy", Detail: "这个文件正在另一处上传，请稍后继续"},
	"ERR_UPLOAD_INTERRUPTED":          {Code: "upload_busy", Detail: "这个文件正在另一处上传，请稍后继续"},
	"ERR_NOT_IMPLEMENTED":             {Code: "upload_unsupported", Detail: "不支持这种上传方式"},
	"ERR_INVALID_CONCAT":              {Code: "upload_unsupported", Detail: "不支持分段合并上传"},
	"ERR_AMBIGUOUS_UPLOAD_LENGTH":     lengthMissing,
	"ERR_INVALID_UPLOAD_LENGTH_DEFER": lengthMissing,
	"ERR_UNEXPECTED_EOF":              {Code: "upload_cut_off", Detail: "上传中断了，可以从断开的地方继续"},
	"ERR_READ_TIMEOUT":                {Code: "upload_cut_off", Detail: "上传中断了，可以从断开的地方继续"},
	"ERR_CONNECTION_RESET":            {Code: "upload_cut_off", Detail: "上传中断了，可以从断开的地方继续"},
	"ERR_SERVER_SHUTDOWN":             {Code: "upload_cut_off", Detail: "服务正在重启，稍后可以从断开的地方继续"},
	"method not allowed":              {Code: "method_not_allowed", Detail: "不支持这种请求方式"},
}

func (p tusProblem) body(ctx context.Context) []byte {
	raw, _ := json.Marshal(web.Problem{ // plain fields cannot fail
		Type: "about:blank", Title: http.StatusText(p.Status), Status: p.Status, Code: p.Code, Detail: p.Detail, RequestID: web.CallerOf(ctx).RequestID,
	})
	return raw
}

func (p tusProblem) write(w http.ResponseWriter, r *http.Request) {
	raw := p.body(r.Context())
	h := w.Header()
	h.Set("Content-Type", problemType)
	h.Set("Content-Length", strconv.Itoa(len(raw)))
	h.Set("Cache-Control", "no-store")
	h.Set("Tus-Resumable", "1.0.0")
	w.WriteHeader(p.Status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(raw)
	}
}

// plainless turns the library's error answers, which are plain text, into
// problems; everything else passes as it is, the protocol's headers too.
type plainless struct {
	http.ResponseWriter
	r      *http.Request
	status int // of an error that waits for its text
	done   bool
}

// WriteHeader implements http.ResponseWriter.
func (w *plainless) WriteHeader(status int) {
	if status < 400 || w.Header().Get("Content-Type") == problemType {
		w.ResponseWriter.WriteHeader(status)
		return
	}
	w.status = status
	if w.r.Method == http.MethodHead { // no text will follow
		w.problem("")
	}
}

// Write implements http.ResponseWriter.
func (w *plainless) Write(text []byte) (int, error) {
	if w.status == 0 {
		return w.ResponseWriter.Write(text)
	}
	w.problem(string(bytes.TrimSpace(text)))
	return len(text), nil
}

func (w *plainless) problem(text string) {
	if w.done {
		return
	}
	w.done = true
	code, _, _ := strings.Cut(text, ":")
	p, ok := protocol[code]
	if !ok {
		p = tusProblem{Code: "upload_failed", Detail: "上传没有成功，请重试"}
		if w.status == http.StatusNotFound {
			p = protocol["ERR_UPLOAD_NOT_FOUND"]
		}
	}
	p.Status = w.status
	p.write(w.ResponseWriter, w.r)
}

// Unwrap serves http.ResponseController.
func (w *plainless) Unwrap() http.ResponseWriter { return w.ResponseWriter }
