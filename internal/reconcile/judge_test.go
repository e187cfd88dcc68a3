package reconcile

import (
	"slices"
	"testing"
	"time"

	"zhizhou/internal/commerce"
	"zhizhou/internal/pay"
)

// Every pair of a line and a row of ours has exactly one class, and it matches only
// when kind, state and amount agree.
func TestINV15EveryPairHasOneClass(t *testing.T) {
	ours := map[string][]string{
		pay.BillTrade:  {commerce.PaymentCreated, commerce.PaymentClosed, commerce.PaymentPaid, commerce.PaymentHeld},
		pay.BillRefund: {commerce.RefundRequested, commerce.RefundRejected, commerce.RefundApproved, commerce.RefundProcessing, commerce.RefundSucceeded, commerce.RefundAbnormal},
	}
	same := map[string][]string{
		"trade done": {commerce.PaymentPaid, commerce.PaymentHeld}, "trade pending": {commerce.PaymentCreated, commerce.PaymentClosed}, "trade failed": {commerce.PaymentCreated, commerce.PaymentClosed},
		"refund done": {commerce.RefundSucceeded}, "refund failed": {commerce.RefundAbnormal},
		"refund pending": {commerce.RefundApproved, commerce.RefundProcessing, commerce.RefundSucceeded},
	}
	for kind, states := range ours {
		for _, state := range []string{pay.BillDone, pay.BillPending, pay.BillFailed} {
			want := MissingOurs
			if state == pay.BillFailed {
				want = Matched // nothing moved, nothing is booked
			}
			if got := judge(kind, state, 100, nil); got != want {
				t.Errorf("%s %s without a row of ours: %s", kind, state, got)
			}
			for _, s := range states {
				for _, fen := range []int64{100, 99} {
					want := StateDiffers
					if slices.Contains(same[kind+" "+state], s) {
						want = Matched
						if fen != 100 && state != pay.BillFailed {
							want = AmountDiffers
						}
					}
					if got := judge(kind, state, 100, &mine{Status: s, Fen: fen}); got != want {
						t.Errorf("%s %s against %s %d: %s, want %s", kind, state, s, fen, got, want)
					}
				}
			}
		}
	}
}

// Each line and each row of ours comes out once, whatever the bill repeats or lacks.
func TestINV15NothingIsLostOrTwice(t *testing.T) {
	at := time.Unix(1_800_000_000, 0)
	line := func(kind, no string, fen int64) pay.BillLine {
		return pay.BillLine{Kind: kind, State: pay.BillDone, OutTradeNo: no, OutRefundNo: no, AmountFen: fen, At: at}
	}
	day := []mine{{Number: "A", PaymentID: 1, Status: "paid", Fen: 100}, {Number: "B", PaymentID: 2, Status: "paid", Fen: 100}, {Number: "A", PaymentID: 1, RefundID: 3, Status: "succeeded", Fen: 50}}
	known := map[string]*mine{"tradeA": &day[0], "tradeB": &day[1], "refundA": &day[2], "tradeOLD": {Number: "OLD", PaymentID: 9, Status: "paid", Fen: 7}}
	rows := compare([]pay.BillLine{line("trade", "A", 100), line("trade", "A", 100), line("refund", "A", 49), line("trade", "OLD", 7), line("trade", "X", 1)}, known, day)
	want := []struct {
		kind, number, result string
		nth                  int64
	}{
		{"trade", "A", Matched, 0},
		{"trade", "A", MissingOurs, 1},
		{"refund", "A", AmountDiffers, 0},
		{"trade", "OLD", Matched, 0},
		{"trade", "X", MissingOurs, 0},
		{"trade", "B", MissingTheirs, 0},
	}
	if len(rows) != len(want) {
		t.Fatalf("%+v", rows)
	}
	for i, w := range want {
		if r := rows[i]; r.Kind != w.kind || r.Number != w.number || r.Result != w.result || r.Nth != w.nth || r.InBill == (w.result == MissingTheirs) {
			t.Errorf("%d: %+v, want %v", i, r, w)
		}
	}
}
