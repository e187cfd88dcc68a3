package sandbox

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"zhizhou/internal/clock"
	"zhizhou/internal/id"
)

// notifyTimeout is how long WeChat Pay waits for an answer.
const notifyTimeout = 5 * time.Second

// ladder holds the official waits between tries.
var ladder = []time.Duration{
	15 * time.Second, 15 * time.Second, 30 * time.Second, 3 * time.Minute, 10 * time.Minute, 20 * time.Minute,
	30 * time.Minute, 30 * time.Minute, 30 * time.Minute, time.Hour,
	3 * time.Hour, 3 * time.Hour, 3 * time.Hour, 6 * time.Hour, 6 * time.Hour,
}

// inquiryLadder: Apple asks up to three times.
var inquiryLadder = []time.Duration{5 * time.Second, 5 * time.Second}

// noticesKept bounds the record of finished notifications.
const noticesKept = 2000

const inquiryTimeout = 3 * time.Second

// notify queues a notification; the caller holds mu. Reality orders nothing, so
// each is independent of the others.
func (s *Sandbox) notify(kind, event, subject, addr, serial string, plain any) *Notice {
	raw, err := json.Marshal(plain)
	if err != nil || addr == "" {
		return nil
	}
	now := s.now()
	n := &Notice{ID: id.Token(16), Kind: kind, EventType: event, Subject: subject, URL: addr, Serial: serial, Plain: raw, CreatedAt: now, NextAt: now}
	s.st.Notices = append(s.st.Notices, n)
	if len(s.st.Notices) > noticesKept {
		i := slices.IndexFunc(s.st.Notices, func(n *Notice) bool { return n.Done || n.GivenUp })
		if i >= 0 {
			s.st.Notices = slices.Delete(s.st.Notices, i, i+1)
		}
	}
	return n
}

// Resend makes a notification due again at once, even one that was given up or
// already taken.
func (s *Sandbox) Resend(noticeID string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, n := range s.st.Notices {
		if n.ID == noticeID {
			n.Done, n.GivenUp, n.NextAt = false, false, s.now()
			s.save()
			return nil
		}
	}
	return errors.New("没有这条通知")
}

// Tick finishes what is due and delivers every due notification once, one after
// another. It returns how many deliveries were tried.
func (s *Sandbox) Tick(ctx context.Context) int {
	s.sending.Lock()
	defer s.sending.Unlock()
	s.mu.Lock()
	s.advance()
	now := s.now()
	var due []*Notice
	for _, n := range s.st.Notices {
		if !n.Done && !n.GivenUp && !n.NextAt.After(now) && !s.trouble.HoldNotices {
			due = append(due, n)
		}
	}
	tr := s.trouble
	if len(due) > 0 {
		s.save()
	}
	s.mu.Unlock()
	if tr.Reorder {
		slices.Reverse(due)
	}
	count := 0
	for _, n := range due {
		for range 1 + tr.Duplicate {
			if ctx.Err() != nil {
				return count
			}
			s.deliver(ctx, n, tr)
			count++
		}
	}
	return count
}

// deliver sends one notification and books the result.
func (s *Sandbox) deliver(ctx context.Context, n *Notice, tr Trouble) {
	limit := notifyTimeout
	if n.Inquiry {
		limit = inquiryTimeout
	}
	ctx, stop := context.WithTimeout(ctx, limit)
	defer stop()
	status, body, err := s.post(ctx, n, tr)

	s.mu.Lock()
	defer s.mu.Unlock()
	n.Tries++
	n.Status, n.Err = status, ""
	if err != nil {
		var u *url.Error
		if errors.As(err, &u) {
			err = u.Err
		}
		n.Err = err.Error()
	}
	taken := status == http.StatusOK || status == http.StatusNoContent
	if taken && n.Kind == "push" {
		taken = s.pushTaken(n, body)
	}
	steps := ladder
	if n.Kind == "alipay" {
		steps = alipayLadder
		taken = status == http.StatusOK && strings.TrimSpace(string(body)) == "success"
	}
	if n.Kind == "papay" || n.Kind == "contract" {
		taken = status == http.StatusOK && bytes.Contains(body, []byte("SUCCESS"))
	}
	if n.Inquiry {
		steps = inquiryLadder
	}
	switch {
	case taken:
		n.Done = true
	case n.Done: // an extra copy failed after the first was taken
	case n.Tries > len(steps):
		n.GivenUp = true
	default:
		n.NextAt = s.now().Add(steps[n.Tries-1])
	}
	s.save()
}

func (s *Sandbox) post(ctx context.Context, n *Notice, tr Trouble) (int, []byte, error) {
	if n.Kind == "push" {
		return s.postPush(ctx, n, tr)
	}
	if n.Kind == "alipay" {
		body, err := s.alipayBody(n, tr.WrongSignature || tr.Probe)
		if err != nil {
			return 0, nil, err
		}
		return s.send(ctx, n.URL, http.Header{"Content-Type": {"application/x-www-form-urlencoded; charset=utf-8"}}, body)
	}
	if n.Kind == "papay" || n.Kind == "contract" {
		body, err := s.v2Notice(n, tr.WrongSignature || tr.Probe)
		if err != nil {
			return 0, nil, err
		}
		return s.send(ctx, n.URL, http.Header{"Content-Type": {"text/xml; charset=utf-8"}}, body)
	}
	kind := "transaction"
	switch n.Kind {
	case "refund":
		kind = "refund"
	case "transfer":
		kind = "mch_payment"
	}
	sl, err := s.seal(n.Plain, kind)
	if err != nil {
		return 0, nil, err
	}
	sl.OriginalType = kind
	body, err := json.Marshal(map[string]any{
		"id": n.ID, "create_time": n.CreatedAt.In(clock.China).Format(time.RFC3339), "resource_type": "encrypt-resource",
		"event_type": n.EventType, "summary": "通知", "resource": sl,
	})
	if err != nil {
		return 0, nil, err
	}
	h := http.Header{"Content-Type": {"application/json"}}
	s.sign(h, n.Serial, body, tr.WrongSignature)
	if tr.Probe {
		h.Set("Wechatpay-Signature", "WECHATPAY/SIGNTEST/"+h.Get("Wechatpay-Signature"))
	}
	return s.send(ctx, n.URL, h, body)
}

func (s *Sandbox) send(ctx context.Context, addr string, h http.Header, body []byte) (int, []byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, addr, bytes.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	for k, v := range h {
		req.Header[k] = v
	}
	res, err := s.client.Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer func() { _ = res.Body.Close() }()
	raw, err := io.ReadAll(io.LimitReader(res.Body, maxBody))
	return res.StatusCode, raw, err
}
