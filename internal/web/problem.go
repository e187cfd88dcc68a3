package web

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"zhizhou/internal/errs"
)

// Problem is the body of every error answer (RFC 9457), with a stable code and a
// message that the user may read.
type Problem struct {
	Type      string            `json:"type" doc:"URI of the kind of problem, about:blank" example:"about:blank"`
	Title     string            `json:"title" doc:"HTTP status text"`
	Status    int               `json:"status" doc:"HTTP status"`
	Detail    string            `json:"detail" doc:"Message to show, Chinese"`
	Code      string            `json:"code" doc:"Stable machine code"`
	RequestID string            `json:"request_id,omitempty" doc:"Finds the request in the log"`
	Fields    map[string]string `json:"fields,omitempty" doc:"Field and what is wrong with it"`
	RetryS    int               `json:"retry_after_s,omitempty" doc:"Seconds to wait before trying again"`
}

func (p *Problem) Error() string { return p.Code }

// GetStatus implements huma.StatusError.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType implements huma.ContentTypeFilter.
func (p *Problem) ContentType(string) string { return "application/problem+json" }

// GetHeaders implements huma.HeadersError.
func (p *Problem) GetHeaders() http.Header {
	h := http.Header{}
	if p.RetryS > 0 {
		h.Set("Retry-After", strconv.Itoa(p.RetryS))
	}
	return h
}

var statuses = map[errs.Kind]int{
	errs.Internal: 500, errs.Invalid: 422, errs.Unauthenticated: 401, errs.Forbidden: 403,
	errs.NotFound: 404, errs.Conflict: 409, errs.Limited: 429, errs.Unavailable: 503,
}

// problemOf is the one map from errors to answers. Nothing of an unknown error
// reaches the client; it is logged with the request id instead.
func problemOf(ctx context.Context, err error) *Problem {
	call := CallerOf(ctx)
	var e *errs.E
	if !errors.As(err, &e) {
		if errors.Is(err, context.Canceled) && ctx.Err() != nil {
			return problem(499, "client_closed", "请求已取消", call.RequestID)
		}
		call.cause = err
		return problem(500, "internal", "系统出了点问题，请稍后再试", call.RequestID)
	}
	p := problem(statuses[e.Kind], e.Code, e.Msg, call.RequestID)
	p.Fields, p.RetryS = e.Fields, e.RetryS
	if e.Err != nil || e.Kind == errs.Internal {
		call.cause = err
	}
	return p
}

func inPath(err error) bool {
	var d *huma.ErrorDetail
	return errors.As(err, &d) && strings.HasPrefix(d.Location, "path.")
}

func problem(status int, code, detail, requestID string) *Problem {
	return &Problem{Type: "about:blank", Title: http.StatusText(status), Status: status, Code: code, Detail: detail, RequestID: requestID}
}

// Huma's own errors (parsing, validation, sizes) get the same shape. Its default
// would echo rejected values, which may be passwords, and internal texts.
func init() {
	build := func(status int, details []error) *Problem {
		// What is asked for by a name that nothing can have does not exist.
		if status == 422 && slices.ContainsFunc(details, inPath) {
			status, details = 404, nil
		}
		code, text := "bad_request", "请求的格式不对"
		switch status {
		case 404:
			code, text = "not_found", "没有找到"
		case 405:
			code, text = "method_not_allowed", "不支持这种请求方式"
		case 408:
			code, text = "timeout", "请求超时，请重试"
		case 413:
			code, text = "too_large", "内容太大"
		case 415:
			code, text = "unsupported_type", "不支持这种内容类型"
		case 406:
			code, text = "not_acceptable", "不支持所要求的内容类型"
		case 422:
			code, text = "invalid", "填写的内容有误，请检查"
		}
		if status >= 500 {
			code, text = "internal", "系统出了点问题，请稍后再试"
		}
		p := problem(status, code, text, "")
		for _, err := range details {
			var d *huma.ErrorDetail
			if errors.As(err, &d) && d.Location != "" {
				if p.Fields == nil {
					p.Fields = map[string]string{}
				}
				field := strings.TrimPrefix(strings.TrimPrefix(d.Location, "body."), "query.")
				p.Fields[field] = chinese(d.Message)
			}
		}
		return p
	}
	huma.NewError = func(status int, _ string, details ...error) huma.StatusError { return build(status, details) }
	huma.NewErrorWithContext = func(ctx huma.Context, status int, _ string, details ...error) huma.StatusError {
		p := build(status, details)
		if ctx != nil {
			p.RequestID = CallerOf(ctx.Context()).RequestID
		}
		return p
	}
}

// chinese turns a validation message of Huma into one that a user understands.
func chinese(m string) string {
	for _, t := range []struct{ mark, text string }{
		{"required property", "缺少这一项"},
		{"required", "请填写"},
		{"unexpected property", "不认识这一项"},
		{"expected length >=", "太短"},
		{"expected length <=", "太长"},
		{"expected array length", "数量不对"},
		{"expected number >= ", "不能小于 "},
		{"expected number <= ", "不能大于 "},
		{"expected value to be one of", "不在可选范围内"},
		{"expected string to match pattern", "格式不对"},
		{"expected string", "应为文字"},
		{"expected integer", "应为整数"},
		{"invalid integer", "应为整数"},
		{"expected number", "应为数字"},
		{"expected boolean", "应为是或否"},
	} {
		if _, bound, found := strings.Cut(m, t.mark); found {
			if strings.HasSuffix(t.text, " ") {
				return t.text + bound
			}
			return t.text
		}
	}
	return "不符合要求"
}
