package sandbox_test

import (
	"errors"
	"net/http"
	"testing"
	"time"

	"zhizhou/internal/id"
	"zhizhou/internal/pay"
	"zhizhou/internal/sandbox"
)

// paid opens and pays an order and returns its number; nothing is delivered yet.
func (w *world) paid(t *testing.T, fen int64) string {
	t.Helper()
	in := w.prepay(fen)
	must(w.pay.Native().Prepay(t.Context(), in))
	if err := w.sb.Pay(in.OutTradeNo, ""); err != nil {
		t.Fatal(err)
	}
	return in.OutTradeNo
}

func TestRetryLadder(t *testing.T) {
	w := newWorld(t, false)
	w.status = http.StatusInternalServerError
	w.paid(t, 100)
	start := w.clock.Now()
	for range 26 * 60 * 4 { // 26 hours in steps of 15 s
		w.sb.Tick(t.Context())
		w.clock.Advance(15 * time.Second)
	}
	want := []time.Duration{
		0, 15 * time.Second, 30 * time.Second, time.Minute, 4 * time.Minute, 14 * time.Minute, 34 * time.Minute,
		64 * time.Minute, 94 * time.Minute, 124 * time.Minute, 184 * time.Minute,
	}
	for i := 1; i <= 5; i++ {
		step := 3 * time.Hour
		if i > 3 {
			step = 6 * time.Hour
		}
		want = append(want, want[len(want)-1]+step)
	}
	if len(w.times) != len(want) {
		t.Fatalf("%d tries, want %d", len(w.times), len(want))
	}
	for i, at := range w.times {
		if got := at.Sub(start); got != want[i] {
			t.Errorf("try %d after %s, want %s", i+1, got, want[i])
		}
	}
	n := w.sb.Notices()[0]
	if !n.GivenUp || n.Done || n.Status != 500 {
		t.Errorf("notice %+v", n)
	}
	w.status = http.StatusOK
	if err := w.sb.Resend(n.ID); err != nil {
		t.Fatal(err)
	}
	w.sb.Tick(t.Context())
	if n = w.sb.Notices()[0]; !n.Done {
		t.Error("a resent notification that was taken is done")
	}
}

func TestOnly200And204Count(t *testing.T) {
	for status, done := range map[int]bool{200: true, 204: true, 201: false, 202: false, 302: false, 404: false} {
		w := newWorld(t, false)
		w.status = status
		w.paid(t, 100)
		w.sb.Tick(t.Context())
		if n := w.sb.Notices()[0]; n.Done != done {
			t.Errorf("%d: done %v", status, n.Done)
		}
	}
}

func TestTroubleNotifications(t *testing.T) {
	t.Run("duplicate", func(t *testing.T) {
		w := newWorld(t, false)
		w.sb.SetTrouble(sandbox.Trouble{Duplicate: 4})
		w.paid(t, 100)
		w.sb.Tick(t.Context())
		if len(w.notices) != 5 {
			t.Fatalf("%d copies", len(w.notices))
		}
		for _, n := range w.notices {
			if n.EventID != w.notices[0].EventID {
				t.Error("copies must share the event id")
			}
		}
	})
	t.Run("reorder", func(t *testing.T) {
		w := newWorld(t, false)
		w.sb.SetTrouble(sandbox.Trouble{Reorder: true})
		no := w.paid(t, 100)
		must(w.pay.Native().Refund(t.Context(), pay.RefundRequest{OutTradeNo: no, OutRefundNo: id.Code(), RefundFen: 100, TotalFen: 100, NotifyURL: w.app.URL + "/pay"}))
		w.clock.Advance(3 * time.Second)
		w.sb.Tick(t.Context())
		if len(w.notices) != 2 || w.notices[0].Refund == nil || w.notices[1].Pay == nil {
			t.Errorf("the refund must come before the payment: %+v", w.notices)
		}
	})
	t.Run("wrong signature", func(t *testing.T) {
		w := newWorld(t, false)
		w.sb.SetTrouble(sandbox.Trouble{WrongSignature: true})
		w.paid(t, 100)
		w.sb.Tick(t.Context())
		if len(w.notices) != 0 || len(w.refused) != 1 || !errors.Is(w.refused[0], pay.ErrNotifySignature) {
			t.Errorf("%v %v", w.notices, w.refused)
		}
		w.sb.SetTrouble(sandbox.Trouble{})
		w.clock.Advance(15 * time.Second)
		w.sb.Tick(t.Context())
		if len(w.notices) != 1 {
			t.Error("the next try must arrive")
		}
	})
	t.Run("probe", func(t *testing.T) {
		w := newWorld(t, true)
		must(w.pay.Native().Prepay(t.Context(), w.prepay(1))) // certificates are known now
		w.sb.SetTrouble(sandbox.Trouble{Probe: true})
		w.paid(t, 100)
		w.sb.Tick(t.Context())
		if len(w.refused) != 1 || !errors.Is(w.refused[0], pay.ErrNotifyProbe) {
			t.Errorf("%v", w.refused)
		}
	})
	t.Run("hold", func(t *testing.T) {
		w := newWorld(t, false)
		w.sb.SetTrouble(sandbox.Trouble{HoldNotices: true})
		w.paid(t, 100)
		if n := w.sb.Tick(t.Context()); n != 0 || len(w.notices) != 0 {
			t.Error("held notifications were sent")
		}
	})
}

func TestTroubleAnswers(t *testing.T) {
	w := newWorld(t, false)
	ctx, p := t.Context(), w.pay.Native()

	for name, tr := range map[string]sandbox.Trouble{"dropped": {DropAnswers: 1}, "500 after commit": {FailAnswers: 1}} {
		no := w.paid(t, 100)
		req := pay.RefundRequest{OutTradeNo: no, OutRefundNo: id.Code(), RefundFen: 60, TotalFen: 100}
		w.sb.SetTrouble(tr)
		if _, err := p.Refund(ctx, req); !errors.Is(err, pay.ErrRetry) {
			t.Errorf("%s: %v", name, err)
		}
		r := must(p.Refund(ctx, req))
		if r.AmountFen != 60 {
			t.Errorf("%s: %+v", name, r)
		}
		made := 0
		for _, f := range w.sb.Refunds() {
			if f.OutTradeNo == no {
				made++
			}
		}
		if made != 1 {
			t.Errorf("INV-6 %s: %d refunds for one intent", name, made)
		}
	}

	w.sb.SetTrouble(sandbox.Trouble{OrderPaid: true})
	if _, err := p.Prepay(ctx, w.prepay(1)); !errors.Is(err, pay.ErrPaid) {
		t.Errorf("ORDERPAID on create: %v", err)
	}
	w.sb.SetTrouble(sandbox.Trouble{BadAnswerSign: true})
	var tr *pay.Trouble
	if _, err := p.Prepay(ctx, w.prepay(1)); !errors.As(err, &tr) || tr.Code != "ANSWER_SIGNATURE" {
		t.Errorf("unverifiable answer: %v", err)
	}
	w.sb.SetTrouble(sandbox.Trouble{NotEnough: true})
	no := w.paid(t, 100)
	req := pay.RefundRequest{OutTradeNo: no, OutRefundNo: id.Code(), RefundFen: 100, TotalFen: 100, NotifyURL: w.app.URL + "/pay"}
	if _, err := p.Refund(ctx, req); !errors.Is(err, pay.ErrFunds) {
		t.Errorf("no balance: %v", err)
	}
	w.sb.SetTrouble(sandbox.Trouble{RefundStuck: true})
	must(p.Refund(ctx, req))
	w.clock.Advance(72 * time.Hour)
	if r := must(p.QueryRefund(ctx, req.OutRefundNo, no, "")); r.State != pay.RefundProcessing {
		t.Errorf("stuck refund: %s", r.State)
	}
	w.sb.SetTrouble(sandbox.Trouble{RefundAbnormal: true})
	if r := must(p.QueryRefund(ctx, req.OutRefundNo, no, "")); r.State != pay.RefundAbnormal {
		t.Errorf("abnormal refund: %s", r.State)
	}
	w.sb.SetTrouble(sandbox.Trouble{DelayMS: 40})
	begin := time.Now()
	must(p.Query(ctx, no, ""))
	if d := time.Since(begin); d < 40*time.Millisecond {
		t.Errorf("delay of 40 ms took %s", d)
	}
}
