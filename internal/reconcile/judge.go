package reconcile

import (
	"zhizhou/internal/commerce"
	"zhizhou/internal/pay"
)

// mine is a payment or refund of our books, as a bill is compared with it.
type mine struct {
	Number        string
	Channel       string
	PaymentID     int64
	RefundID      int64
	OutTradeNo    string
	TransactionID string
	PayerOpenID   string `db:"payer_openid"`
	Fen           int64  // what came, or went back
	Status        string
	At            int64
}

// judge puts a line of a bill into its class. It is the whole rule: pure, total, one
// answer for each pair. m is nil when our books have nothing under that number.
func judge(kind, state string, fen int64, m *mine) string {
	switch {
	case m == nil && state == pay.BillFailed:
		return Matched // nothing moved there, nothing is booked here
	case m == nil:
		return MissingOurs
	case !agrees(kind, state, m.Status):
		return StateDiffers
	case state != pay.BillFailed && m.Fen != fen:
		return AmountDiffers
	}
	return Matched
}

// agrees tells whether a state of ours is what a line's state means.
func agrees(kind, state, ours string) bool {
	if kind == pay.BillTrade {
		came := ours == commerce.PaymentPaid || ours == commerce.PaymentHeld
		return came == (state == pay.BillDone)
	}
	switch state {
	case pay.BillDone:
		return ours == commerce.RefundSucceeded
	case pay.BillPending: // the bill is older than our books: what succeeded since is no contradiction
		return ours == commerce.RefundApproved || ours == commerce.RefundProcessing || ours == commerce.RefundSucceeded
	}
	return ours == commerce.RefundAbnormal
}

// compare sets every line of a bill and every row of ours beside each other. known
// holds our rows by kind and number; day are those of them whose day is the bill's
// and that no other bill has. The order of the result is the bill's, then ours.
func compare(lines []pay.BillLine, known map[string]*mine, day []mine) []Line {
	out := make([]Line, 0, len(lines))
	seen := map[string]int64{}
	for _, l := range lines {
		key := l.Kind + l.Number()
		row := Line{
			Kind: l.Kind, Number: l.Number(), Nth: seen[key], InBill: true, Channel: string(l.Channel), OutTradeNo: l.OutTradeNo, TransactionID: l.TransactionID,
			TheirsFen: l.AmountFen, TheirsState: l.State, FeeFen: l.FeeFen, At: l.At.UnixMilli(),
		}
		m := known[key]
		if row.Nth > 0 {
			m = nil // a second line under one number has no second row of ours
		}
		seen[key]++
		row.Result = judge(l.Kind, l.State, l.AmountFen, m)
		row.ours(m)
		out = append(out, row)
	}
	for _, m := range day {
		kind := m.kind()
		if seen[kind+m.Number] > 0 {
			continue
		}
		row := Line{Kind: kind, Number: m.Number, Result: MissingTheirs, OutTradeNo: m.OutTradeNo, TransactionID: m.TransactionID, At: m.At}
		row.ours(&m)
		out = append(out, row)
	}
	return out
}

func (m *mine) kind() string {
	if m.RefundID != 0 {
		return pay.BillRefund
	}
	return pay.BillTrade
}

func (l *Line) ours(m *mine) {
	if m == nil { // the channel is what the bill says
		l.PaymentID, l.RefundID, l.OursFen, l.OursState = 0, 0, 0, ""
		return
	}
	l.Channel, l.PaymentID, l.RefundID, l.OursFen, l.OursState = m.Channel, m.PaymentID, m.RefundID, m.Fen, m.Status
}
