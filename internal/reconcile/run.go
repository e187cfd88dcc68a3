package reconcile

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/id"
	"zhizhou/internal/ledger"
	"zhizhou/internal/pay"
)

const (
	dueAt     = 10*time.Hour + 30*time.Minute // of the next day, in China: bills are made from nine
	keepsBack = 90                            // days that a channel hands bills out for
	catchUp   = 30                            // days that a longer pause is made good for
	patience  = 72                            // failures until a person has to ask again
)

// settleDays is after how many days a channel pays out, as its contract usually says.
var settleDays = map[pay.Source]int{pay.SourceWechatPay: 1, pay.SourceVirtual: 3, pay.SourceAlipay: 1}

// Run fetches an account's bill of a day, compares it with our books and keeps the
// result. Running again gives the same result. Returns ErrDay, ErrSource, and what
// pay.Biller returns; that is noted on the bill and tried again by Due.
func (s *Service) Run(ctx context.Context, source pay.Source, day int64) (Bill, error) {
	from, ok := pay.DayOf(day)
	now := s.Clock.Now()
	if !ok || pay.Sources[source] == nil || day >= clock.Day(now) || now.Sub(from) > keepsBack*24*time.Hour {
		return Bill{}, ErrDay
	}
	biller, err := s.Channels.Biller(ctx, source)
	if err != nil {
		return Bill{}, ErrSource.With(err)
	}
	lines, err := biller.Bill(ctx, day)
	if err != nil {
		return Bill{}, errors.Join(err, s.failed(ctx, source, day, err))
	}
	var billID int64
	err = s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		b, err := s.lock(ctx, tx, source, day)
		if err != nil {
			return err
		}
		billID = b.ID
		return s.keep(ctx, tx, b, lines)
	})
	if err != nil {
		return Bill{}, err
	}
	return s.Bill(ctx, billID)
}

// lock returns the bill's row, which is made when it is missing.
func (s *Service) lock(ctx context.Context, tx *db.Tx, source pay.Source, day int64) (Bill, error) {
	var b Bill
	from, _ := pay.DayOf(day)
	settles := from.AddDate(0, 0, settleDays[source]).UnixMilli()
	if _, err := tx.Exec(ctx, qBillMake, id.New(), string(source), day, settles, clock.MS(s.Clock)); err != nil {
		return b, err
	}
	err := tx.Get(ctx, qBillLock, &b, string(source), day)
	return b, err
}

// failed notes why there is no bill yet, and when to ask again.
func (s *Service) failed(ctx context.Context, source pay.Source, day int64, cause error) error {
	return s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		b, err := s.lock(ctx, tx, source, day)
		if err != nil {
			return err
		}
		state, note := Failed, pay.Advise(cause).Code+" "+pay.Advise(cause).Advice
		wait := min(time.Hour, 5*time.Minute<<min(b.Tries, 6))
		if errors.Is(cause, pay.ErrBillNotReady) {
			state, note = Waiting, pay.ErrBillNotReady.Msg
			wait = min(15*time.Minute, 2*time.Minute<<min(b.Tries, 6))
		} else if errors.Is(cause, pay.ErrBillBroken) {
			note = pay.ErrBillBroken.Msg
		}
		tryAt := clock.MS(s.Clock) + wait.Milliseconds()
		if b.Tries >= patience {
			tryAt = 0
			s.Log.Error("bill given up: ask for it in the console", "source", source, "day", day)
		}
		_, err = tx.Exec(ctx, qBillBad, string(source), day, state, note, tryAt)
		return err
	})
}

// keep compares, stores every line's class, and books the fees.
func (s *Service) keep(ctx context.Context, tx *db.Tx, b Bill, lines []pay.BillLine) error {
	known, day, err := s.ours(ctx, tx, b, lines)
	if err != nil {
		return err
	}
	rows := compare(lines, known, day)
	run, now := b.Run+1, clock.MS(s.Clock)
	fees := map[string]int64{}
	b.TradeFen, b.RefundFen, b.FeeFen = 0, 0, 0
	for _, l := range rows {
		if _, err := tx.Exec(ctx, qLineSave, id.New(), b.ID, b.Source, l.Kind, l.Number, l.Nth, l.Result, l.InBill, l.Channel, l.PaymentID, l.RefundID, l.OutTradeNo, l.TransactionID,
			l.TheirsFen, l.OursFen, l.TheirsState, l.OursState, l.FeeFen, l.At, run); err != nil {
			return err
		}
		if !l.InBill {
			continue
		}
		if l.TheirsState != pay.BillFailed && l.Kind == pay.BillTrade {
			b.TradeFen += l.TheirsFen
		} else if l.TheirsState != pay.BillFailed {
			b.RefundFen += l.TheirsFen
		}
		channel := l.Channel
		if channel == "" {
			channel = b.Source
		}
		fees[channel] += l.FeeFen
		b.FeeFen += l.FeeFen
	}
	if _, err := tx.Exec(ctx, qLinesStale, b.ID, run); err != nil {
		return err
	}
	// What an earlier day missed may stand in this bill: the clocks of two houses
	// differ at midnight.
	if _, err := tx.Exec(ctx, qLinesFound, b.Source, b.ID); err != nil {
		return err
	}
	if err := s.bookFees(ctx, tx, b, fees); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, qBillDone, b.ID, len(lines), b.TradeFen, b.RefundFen, b.FeeFen, b.TradeFen-b.RefundFen-b.FeeFen, run, now)
	return err
}

// ours reads our side: the row for each line wherever its day is, and what of the
// bill's day no other bill has.
func (s *Service) ours(ctx context.Context, tx *db.Tx, b Bill, lines []pay.BillLine) (map[string]*mine, []mine, error) {
	from, _ := pay.DayOf(b.Day)
	to := from.AddDate(0, 0, 1)
	channels := make([]any, 5)
	for i := range channels {
		channels[i] = ""
		if list := pay.Sources[pay.Source(b.Source)]; i < len(list) {
			channels[i] = string(list[i])
		}
	}
	args := append(append([]any{from.UnixMilli(), to.UnixMilli()}, channels...), b.Source, b.ID)
	var trades, refunds []mine
	if err := tx.List(ctx, qTrades, &trades, args...); err != nil {
		return nil, nil, err
	}
	if err := tx.List(ctx, qRefunds, &refunds, args...); err != nil {
		return nil, nil, err
	}
	day := slices.Concat(trades, refunds)
	known := map[string]*mine{}
	for i := range day {
		known[day[i].kind()+day[i].Number] = &day[i]
	}
	for _, l := range lines {
		key := l.Kind + l.Number()
		if known[key] != nil {
			continue
		}
		m, found, err := find(ctx, tx, b.Source, l.Kind, l.Number(), l.OutTradeNo)
		if err != nil {
			return nil, nil, err
		}
		if found {
			known[key] = &m
		}
	}
	return known, day, nil
}

// find returns our row for a number of one of an account's channels; false when there
// is none.
func find(ctx context.Context, r db.Reader, source, kind, number, outTradeNo string) (m mine, found bool, err error) {
	if kind == pay.BillTrade {
		err = r.Get(ctx, qTrade, &m, number)
	} else {
		err = r.Get(ctx, qRefund, &m, number, outTradeNo)
	}
	if errors.Is(err, db.ErrNone) {
		return mine{}, false, nil
	}
	return m, err == nil && slices.Contains(pay.Sources[pay.Source(source)], pay.Channel(m.Channel)), err
}

// bookFees books what is new of a bill's fees: all of it the first time, nothing when
// it is the same, the difference when the channel corrected itself (INV-16).
func (s *Service) bookFees(ctx context.Context, tx *db.Tx, b Bill, fees map[string]int64) error {
	var booked []struct {
		Channel string
		FeeFen  int64
	}
	if err := tx.List(ctx, qFees, &booked, b.ID); err != nil {
		return err
	}
	for _, f := range booked {
		fees[f.Channel] -= f.FeeFen
	}
	now := clock.MS(s.Clock)
	for _, channel := range slices.Sorted(maps.Keys(fees)) {
		fen := fees[channel]
		if fen == 0 {
			continue
		}
		feeID := id.New()
		if _, err := tx.Exec(ctx, qFeeMake, feeID, b.ID, channel, fen, now); err != nil {
			return err
		}
		lines := []ledger.Line{ledger.Debit(ledger.Fee(channel), fen), ledger.Credit(ledger.Clearing(channel), fen)}
		if fen < 0 {
			lines = []ledger.Line{ledger.Debit(ledger.Clearing(channel), -fen), ledger.Credit(ledger.Fee(channel), -fen)}
		}
		if err := ledger.Post(ctx, tx, ledger.Entry{Kind: "fee", RefKind: "bill_fee", RefID: feeID, At: now, Lines: lines}); err != nil {
			return err
		}
	}
	return nil
}

// Due fetches what has become due: yesterday's bills from half past ten, days that a
// pause left out, and bills whose time to be tried again has come. It may run at any
// time and twice at once.
func (s *Service) Due(ctx context.Context) error {
	now := s.Clock.Now().In(clock.China)
	today, _ := pay.DayOf(clock.Day(now))
	last := today.AddDate(0, 0, -1)
	if now.Sub(today) < dueAt {
		last = last.AddDate(0, 0, -1)
	}
	var failures error
	for _, source := range slices.Sorted(maps.Keys(pay.Sources)) {
		if _, err := s.Channels.Biller(ctx, source); err != nil {
			continue // not configured: nothing was taken through it
		}
		var newest int64
		var days []int64
		if err := s.DB.Get(ctx, qLastDay, &newest, string(source)); err != nil {
			return err
		}
		if err := s.DB.List(ctx, qBillsDue, &days, string(source), clock.MS(s.Clock)); err != nil {
			return err
		}
		next := last
		if t, ok := pay.DayOf(newest); ok && newest > 0 {
			next = t.AddDate(0, 0, 1)
			if earliest := last.AddDate(0, 0, -catchUp); next.Before(earliest) {
				next = earliest
			}
		}
		if newest == 0 && now.Sub(today) < dueAt {
			next = today // the first bill of a new shop is yesterday's, in time
		}
		for ; !next.After(last); next = next.AddDate(0, 0, 1) {
			days = append(days, clock.Day(next))
		}
		for _, day := range days {
			if _, err := s.Run(ctx, source, day); err != nil && !errors.Is(err, pay.ErrBillNotReady) {
				s.Log.Warn("bill not compared", "source", source, "day", day, "code", pay.Advise(err).Code)
				if ctx.Err() != nil {
					failures = errors.Join(failures, err)
				}
			}
		}
	}
	return failures
}

// Bills lists days by account ("" all), newest first; open alone leaves out those
// that are settled. afterDay and afterID are where the page before ended.
func (s *Service) Bills(ctx context.Context, source string, open bool, afterDay, afterID int64, limit int) ([]Bill, error) {
	var rows []Bill
	err := s.DB.List(ctx, qBills, &rows, source, open, afterDay, afterID, limit)
	return rows, err
}

// Open counts the differences that nobody has dealt with.
func (s *Service) Open(ctx context.Context) (int64, error) {
	var n int64
	err := s.DB.Get(ctx, qOpen, &n)
	return n, err
}

// Bill returns one. Returns ErrBillGone.
func (s *Service) Bill(ctx context.Context, billID int64) (Bill, error) {
	var b Bill
	err := s.DB.Get(ctx, qBillByID, &b, billID)
	if errors.Is(err, db.ErrNone) {
		return b, ErrBillGone
	}
	return b, err
}

// Again fetches and compares a known bill once more. Returns ErrBillGone and what
// Run returns.
func (s *Service) Again(ctx context.Context, billID int64) (Bill, error) {
	b, err := s.Bill(ctx, billID)
	if err != nil {
		return b, err
	}
	return s.Run(ctx, pay.Source(b.Source), b.Day)
}

// Differences lists what does not match, newest first: of one bill or of all (0), of
// one class or of all (""), the open ones alone or all.
func (s *Service) Differences(ctx context.Context, billID int64, result string, open bool, before int64, limit int) ([]Line, error) {
	var rows []Line
	err := s.DB.List(ctx, qLines, &rows, billID, result, open, before, limit)
	return rows, err
}
