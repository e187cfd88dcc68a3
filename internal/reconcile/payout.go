package reconcile

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"zhizhou/internal/audit"
	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/errs"
	"zhizhou/internal/id"
	"zhizhou/internal/ledger"
	"zhizhou/internal/money"
	"zhizhou/internal/pay"
)

// States of a payout.
const (
	PayoutWaiting  = "waiting" // for a second member of staff
	PayoutBooked   = "booked"
	PayoutDropped  = "dropped"
	PayoutReversed = "reversed"
)

// The refusals of payouts.
var (
	ErrPayout      = errs.New(errs.Invalid, "payout_invalid", "请检查到账登记")
	ErrPayoutGone  = errs.New(errs.NotFound, "payout_gone", "没有这笔到账登记")
	ErrPayoutState = errs.New(errs.Conflict, "payout_state", "这笔到账已经处理过了，请刷新")
	ErrPayoutTwice = errs.New(errs.Conflict, "payout_twice", "这个流水号已经登记过了").Field("reference", "这个流水号已经登记过了")
	ErrPayoutMore  = errs.New(errs.Conflict, "payout_more", "到账金额超过了这个账号的待结算余额")
	ErrPayoutKey   = errs.New(errs.Conflict, "idempotency_conflict", "这个请求已用于另一笔操作，请刷新后重试")
	ErrPayoutEyes  = errs.New(errs.Conflict, "four_eyes", "达到复核金额，要由另一位同事来确认")
)

// Payout is money that a channel paid out to our bank account.
type Payout struct {
	ID          int64
	Source      string
	AmountFen   int64
	BankDay     int64 // YYYYMMDD in China
	Reference   string
	Note        string
	State       string
	IdemKey     string
	CreatedAt   int64
	CreatedBy   int64
	CreatedName string
	DecidedAt   int64
	DecidedBy   int64
	DecidedName string
	UndoBy      int64
	UndoneAt    int64
}

// PayoutInput is what staff read off the bank's statement.
type PayoutInput struct {
	Source    string
	AmountFen int64
	BankDay   int64 // YYYYMMDD
	Reference string
	Note      string
	Key       string // of the request
}

const payoutColumns = `p.id, p.source, p.amount_fen, p.bank_day, p.reference, p.note, p.state, p.idem_key, p.created_at, p.created_by, p.decided_at, p.decided_by, p.undo_by, p.undone_at,
	COALESCE((SELECT s.name FROM staff s WHERE s.id = p.created_by), '') AS created_name, COALESCE((SELECT s.name FROM staff s WHERE s.id = p.decided_by), '') AS decided_name`

var (
	qPayoutMake = db.Q("reconcile/payout_make", `INSERT INTO payouts (id, source, amount_fen, bank_day, reference, note, state, idem_key, created_at, created_by)
		VALUES ($1, $2, $3, $4, $5, $6, 'waiting', $7, $8, $9) ON CONFLICT DO NOTHING`)
	qPayoutByKey = db.Q("reconcile/payout_by_key", `SELECT `+payoutColumns+` FROM payouts p WHERE p.idem_key = $1`)
	qPayout      = db.Q("reconcile/payout", `SELECT `+payoutColumns+` FROM payouts p WHERE p.id = $1`)
	qPayouts     = db.Q("reconcile/payouts", `SELECT `+payoutColumns+` FROM payouts p WHERE ($1 = '' OR p.source = $1) AND ($2 = '' OR p.state = $2) AND (CAST($3 AS BIGINT) = 0 OR p.id < $3) ORDER BY p.id DESC LIMIT $4`)
	qPayoutMove  = db.Q("reconcile/payout_move", `UPDATE payouts SET state = $3, decided_at = $4, decided_by = $5 WHERE id = $1 AND state = $2`)
	qPayoutAsk   = db.Q("reconcile/payout_undo_ask", `UPDATE payouts SET undo_by = $2 WHERE id = $1 AND state = 'booked' AND undo_by = 0`)
	qPayoutUndo  = db.Q("reconcile/payout_undo", `UPDATE payouts SET state = 'reversed', undo_by = CASE WHEN undo_by = 0 THEN $2 ELSE undo_by END, undone_at = $3 WHERE id = $1 AND state = 'booked'`)
	// The row's lock keeps two payouts from taking the same money out of clearing.
	qPayoutTotal  = db.Q("reconcile/payout_total", `UPDATE payout_totals SET paid_fen = paid_fen + $2 WHERE source = $1 AND paid_fen + $2 >= 0`)
	qClearing     = db.Q("reconcile/clearing", `SELECT account, CAST(SUM(debit_fen - credit_fen) AS BIGINT) AS fen FROM ledger_postings WHERE account IN ($1, $2, $3, $4, $5, $6) GROUP BY account`)
	qClearingDays = db.Q("reconcile/clearing_days", `SELECT (at + 28800000) / 86400000 AS day, CAST(SUM(debit_fen) AS BIGINT) AS fen FROM ledger_postings
		WHERE account IN ($1, $2, $3, $4, $5, $6) AND debit_fen > 0 GROUP BY (at + 28800000) / 86400000 ORDER BY (at + 28800000) / 86400000 DESC LIMIT 400`)
)

// clearingAccounts are the accounts of the channels that pay into an account, the
// one of lines that no payment of ours explains, and that of what was paid out of it
// to people; always six, "" for none.
func clearingAccounts(source string) []any {
	names := []string{ledger.Clearing(source), ledger.PaidOut(source)}
	for _, c := range pay.Sources[pay.Source(source)] {
		if a := ledger.Clearing(string(c)); !slices.Contains(names, a) {
			names = append(names, a)
		}
	}
	out := make([]any, 6)
	for i := range out {
		out[i] = ""
		if i < len(names) {
			out[i] = names[i]
		}
	}
	return out
}

// OnItsWay is what an account still holds for us.
type OnItsWay struct {
	Source     string
	BalanceFen int64 // taken, less refunds, fees and payouts
	Since      int64 // the Chinese day (YYYYMMDD) of its oldest money; 0: there is none
	DueDay     int64 // when that should have arrived, as contracts usually say; 0: there is none
	Late       bool
}

// Clearing tells what every account still holds, the oldest money being paid out
// first.
func (s *Service) Clearing(ctx context.Context) ([]OnItsWay, error) {
	var out []OnItsWay
	for _, source := range slices.Sorted(maps.Keys(pay.Sources)) {
		w := OnItsWay{Source: string(source)}
		balances, err := clearing(ctx, s.DB, w.Source)
		if err != nil {
			return nil, err
		}
		for _, fen := range balances {
			w.BalanceFen += fen
		}
		if w.BalanceFen > 0 {
			var days []struct {
				Day int64
				Fen int64
			}
			if err := s.DB.List(ctx, qClearingDays, &days, clearingAccounts(w.Source)...); err != nil {
				return nil, err
			}
			rest := w.BalanceFen
			for _, d := range days {
				since := time.Unix(d.Day*86400, 0).UTC()
				w.Since = int64(since.Year())*10_000 + int64(since.Month())*100 + int64(since.Day())
				if rest -= d.Fen; rest <= 0 {
					break
				}
			}
			from, _ := pay.DayOf(w.Since)
			due := from.AddDate(0, 0, settleDays[source])
			w.DueDay = clock.Day(due)
			w.Late = clock.Day(s.Clock.Now()) > clock.Day(due.AddDate(0, 0, 3)) // weekends
		}
		out = append(out, w)
	}
	return out, nil
}

func clearing(ctx context.Context, r db.Reader, source string) (map[string]int64, error) {
	var rows []struct {
		Account string
		Fen     int64
	}
	if err := r.List(ctx, qClearing, &rows, clearingAccounts(source)...); err != nil {
		return nil, err
	}
	out := map[string]int64{}
	for _, x := range rows {
		out[x.Account] = x.Fen
	}
	return out, nil
}

func (in PayoutInput) check(now time.Time) error {
	day, ok := pay.DayOf(in.BankDay)
	n := len([]rune(in.Reference))
	switch {
	case pay.Sources[pay.Source(in.Source)] == nil:
		return ErrPayout.Field("source", "请选择支付账号")
	case in.AmountFen < 1:
		return ErrPayout.Field("amount_fen", "金额要大于 0")
	case !ok || in.BankDay > clock.Day(now) || now.Sub(day) > 400*24*time.Hour:
		return ErrPayout.Field("bank_day", "请选择今天或以前一年内的到账日期")
	case n < 4 || n > 64:
		return ErrPayout.Field("reference", "银行或通道的流水号，4–64 个字")
	case len([]rune(in.Note)) > 200:
		return ErrPayout.Field("note", "不超过 200 个字")
	}
	return nil
}

// AddPayout registers money that arrived at the bank. Below the four-eyes threshold it
// is booked at once, clearing to bank; from it on it waits for another member of staff.
// The same request again answers the same payout. Returns ErrPayout, ErrPayoutTwice,
// ErrPayoutMore, ErrPayoutKey.
func (s *Service) AddPayout(ctx context.Context, in PayoutInput) (Payout, error) {
	in.Reference, in.Note = strings.TrimSpace(in.Reference), strings.TrimSpace(in.Note)
	if err := in.check(s.Clock.Now()); err != nil {
		return Payout{}, err
	}
	threshold, err := s.Channels.FourEyes(ctx)
	if err != nil {
		return Payout{}, err
	}
	me := audit.ActorOf(ctx)
	key := fmt.Sprintf("%d:%s", me.ID, in.Key)
	var p Payout
	err = s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		p = Payout{ID: id.New(), Source: in.Source, AmountFen: in.AmountFen, BankDay: in.BankDay, Reference: in.Reference, Note: in.Note, State: PayoutWaiting, CreatedBy: me.ID, CreatedAt: clock.MS(s.Clock)}
		n, err := tx.Exec(ctx, qPayoutMake, p.ID, p.Source, p.AmountFen, p.BankDay, p.Reference, p.Note, key, p.CreatedAt, me.ID)
		if err != nil {
			return err
		}
		if n == 0 {
			err := tx.Get(ctx, qPayoutByKey, &p, key)
			switch {
			case errors.Is(err, db.ErrNone):
				return ErrPayoutTwice
			case err == nil && (p.Source != in.Source || p.AmountFen != in.AmountFen || p.BankDay != in.BankDay || p.Reference != in.Reference):
				return ErrPayoutKey
			}
			return err
		}
		if threshold > 0 && p.AmountFen >= threshold {
			return audit.Write(ctx, tx, s.Clock, "payout.ask", p.target(), nil, p.mark(), p.Note)
		}
		return s.bookPayout(ctx, tx, &p)
	})
	if err != nil {
		return Payout{}, err
	}
	return s.Payout(ctx, p.ID)
}

func (p Payout) target() string { return fmt.Sprintf("payout:%d", p.ID) }

func (p Payout) mark() any {
	return map[string]any{"source": p.Source, "amount_fen": p.AmountFen, "bank_day": p.BankDay, "reference": p.Reference, "state": p.State}
}

// bookPayout moves a waiting payout into the books: out of the clearing accounts of its
// source, each by what it holds.
func (s *Service) bookPayout(ctx context.Context, tx *db.Tx, p *Payout) error {
	now := clock.MS(s.Clock)
	before := p.mark()
	n, err := tx.Exec(ctx, qPayoutMove, p.ID, PayoutWaiting, PayoutBooked, now, audit.ActorOf(ctx).ID)
	if err != nil {
		return err
	}
	if n == 0 {
		return ErrPayoutState
	}
	if _, err := tx.Exec(ctx, qPayoutTotal, p.Source, p.AmountFen); err != nil {
		return err
	}
	balances, err := clearing(ctx, tx, p.Source)
	if err != nil {
		return err
	}
	var accounts []string
	var weights []int64
	var held int64
	for _, account := range slices.Sorted(maps.Keys(balances)) {
		fen := balances[account]
		held += fen
		if fen > 0 {
			accounts, weights = append(accounts, account), append(weights, fen)
		}
	}
	if p.AmountFen > held {
		return ErrPayoutMore.Say("到账金额超过了这个账号的待结算余额 ¥" + money.Yuan(held) + "：先核对最近的账单，再登记")
	}
	lines := []ledger.Line{ledger.Debit(ledger.Bank, p.AmountFen)}
	for i, fen := range money.Split(p.AmountFen, weights) {
		if fen > 0 {
			lines = append(lines, ledger.Credit(accounts[i], fen))
		}
	}
	if err := ledger.Post(ctx, tx, ledger.Entry{Kind: "payout", RefKind: "payout", RefID: p.ID, At: now, Lines: lines}); err != nil {
		return err
	}
	p.State = PayoutBooked
	return audit.Write(ctx, tx, s.Clock, "payout.book", p.target(), before, p.mark(), p.Note)
}

// ConfirmPayout books a waiting payout; it takes another member of staff than who
// registered it. Returns ErrPayoutGone, ErrPayoutState, ErrPayoutEyes, ErrPayoutMore.
func (s *Service) ConfirmPayout(ctx context.Context, payoutID int64) (Payout, error) {
	return s.payoutStep(ctx, payoutID, func(ctx context.Context, tx *db.Tx, p *Payout) error {
		if p.State == PayoutWaiting && p.CreatedBy == audit.ActorOf(ctx).ID {
			return ErrPayoutEyes
		}
		return s.bookPayout(ctx, tx, p)
	})
}

// DropPayout forgets a waiting payout. Returns ErrPayoutGone, ErrPayoutState.
func (s *Service) DropPayout(ctx context.Context, payoutID int64, reason string) (Payout, error) {
	return s.payoutStep(ctx, payoutID, func(ctx context.Context, tx *db.Tx, p *Payout) error {
		n, err := tx.Exec(ctx, qPayoutMove, p.ID, PayoutWaiting, PayoutDropped, clock.MS(s.Clock), audit.ActorOf(ctx).ID)
		if err == nil && n == 0 {
			err = ErrPayoutState
		}
		if err != nil {
			return err
		}
		before := p.mark()
		p.State = PayoutDropped
		return audit.Write(ctx, tx, s.Clock, "payout.drop", p.target(), before, p.mark(), reason)
	})
}

// UndoPayout takes a payout out of the books that was registered wrongly; from the
// threshold on a second member of staff must ask for the same. Returns ErrPayoutGone,
// ErrPayoutState, ErrPayoutEyes.
func (s *Service) UndoPayout(ctx context.Context, payoutID int64, reason string) (Payout, error) {
	threshold, err := s.Channels.FourEyes(ctx)
	if err != nil {
		return Payout{}, err
	}
	return s.payoutStep(ctx, payoutID, func(ctx context.Context, tx *db.Tx, p *Payout) error {
		me, now, before := audit.ActorOf(ctx), clock.MS(s.Clock), p.mark()
		if p.State != PayoutBooked {
			return ErrPayoutState
		}
		if threshold > 0 && p.AmountFen >= threshold && (p.UndoBy == 0 || p.UndoBy == me.ID) {
			n, err := tx.Exec(ctx, qPayoutAsk, p.ID, me.ID)
			if err == nil && n == 0 {
				err = ErrPayoutEyes
			}
			if err != nil {
				return err
			}
			return audit.Write(ctx, tx, s.Clock, "payout.undo_ask", p.target(), before, p.mark(), reason)
		}
		n, err := tx.Exec(ctx, qPayoutUndo, p.ID, me.ID, now)
		if err == nil && n == 0 {
			err = ErrPayoutState
		}
		if err != nil {
			return err
		}
		if n, err = tx.Exec(ctx, qPayoutTotal, p.Source, -p.AmountFen); err != nil || n == 0 {
			return errors.Join(err, ErrPayoutState)
		}
		lines, err := ledger.LinesOf(ctx, tx, "payout", "payout", p.ID)
		if err != nil {
			return err
		}
		for i, l := range lines {
			lines[i].DebitFen, lines[i].CreditFen = l.CreditFen, l.DebitFen
		}
		if err := ledger.Post(ctx, tx, ledger.Entry{Kind: "payout_undo", RefKind: "payout", RefID: p.ID, At: now, Lines: lines}); err != nil {
			return err
		}
		p.State = PayoutReversed
		return audit.Write(ctx, tx, s.Clock, "payout.undo", p.target(), before, p.mark(), reason)
	})
}

func (s *Service) payoutStep(ctx context.Context, payoutID int64, f func(context.Context, *db.Tx, *Payout) error) (Payout, error) {
	err := s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		var p Payout
		err := tx.Get(ctx, qPayout, &p, payoutID)
		if errors.Is(err, db.ErrNone) {
			return ErrPayoutGone
		}
		if err != nil {
			return err
		}
		return f(ctx, tx, &p)
	})
	if err != nil {
		return Payout{}, err
	}
	return s.Payout(ctx, payoutID)
}

// Payout returns one. Returns ErrPayoutGone.
func (s *Service) Payout(ctx context.Context, payoutID int64) (Payout, error) {
	var p Payout
	err := s.DB.Get(ctx, qPayout, &p, payoutID)
	if errors.Is(err, db.ErrNone) {
		err = ErrPayoutGone
	}
	return p, err
}

// Payouts lists payouts by account and state ("" all), newest first.
func (s *Service) Payouts(ctx context.Context, source, state string, before int64, limit int) ([]Payout, error) {
	var rows []Payout
	err := s.DB.List(ctx, qPayouts, &rows, source, state, before, limit)
	return rows, err
}
