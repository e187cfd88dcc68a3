package invoice

import (
	"context"
	"errors"
	"slices"

	"zhizhou/internal/audit"
	"zhizhou/internal/clock"
	"zhizhou/internal/commerce"
	"zhizhou/internal/db"
	"zhizhou/internal/id"
)

// RedReasons are the reasons of a red letter in words.
var RedReasons = map[string]string{IssueError: "开票有误", SalesReturn: "销货退回", ServiceSuspension: "服务中止", SalesDiscount: "销售折让"}

// OnRefunded keeps invoices true to what stays paid; it runs in the transaction that
// books a refund. A request that nobody has begun with is refused with the reason,
// an invoice gets its red letter, one that is being issued gets it as soon as it has
// a number. The refund itself never waits for any of this.
func (s *Service) OnRefunded(ctx context.Context, tx *db.Tx, _ commerce.Order, it commerce.Item, r commerce.Refund) error {
	var v Invoice
	err := tx.Get(ctx, qRefunded, &v, it.ID)
	if errors.Is(err, db.ErrNone) {
		return nil
	}
	if err != nil {
		return err
	}
	var line struct{ InvoicedFen, KeptFen int64 }
	// None: the invoice ended while we waited for its row.
	if err := tx.Get(ctx, qLineKept, &line, it.ID); errors.Is(err, db.ErrNone) {
		return nil
	} else if err != nil {
		return err
	}
	if line.InvoicedFen <= line.KeptFen {
		return nil // what went back was never on the invoice
	}
	if v.Status == Requested {
		return s.reject(ctx, tx, v, "订单有退款，开票金额变了，请重新申请")
	}
	reason := SalesReturn
	if it.TaxCategory == "digital_service" || it.TaxCategory == "service" {
		reason = ServiceSuspension
	}
	n, err := tx.Exec(ctx, qRedInsert, id.New(), id.Code(), v.ID, r.ID, reason, "订单退款", clock.MS(s.Clock), 0)
	if err != nil || n == 0 { // it waits already
		return err
	}
	_, err = tx.Exec(ctx, qRedWait, v.ID, clock.MS(s.Clock))
	return err
}

// AskRed queues the red letter of an issued invoice on staff's decision. Returns
// ErrReason, ErrGone, ErrState.
func (s *Service) AskRed(ctx context.Context, invoiceID int64, reason, note string) error {
	note, err := reasonable(note)
	if err != nil {
		return err
	}
	if _, known := RedReasons[reason]; !known {
		return ErrReason.Say("请选择红冲原因")
	}
	no, redID := id.Code(), id.New()
	return s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		v, err := s.byID(ctx, tx, invoiceID)
		if err != nil {
			return err
		}
		now := clock.MS(s.Clock)
		if err := changed(ErrState)(tx.Exec(ctx, qRedWait, v.ID, now)); err != nil {
			return err
		}
		if err := changed(ErrState)(tx.Exec(ctx, qRedInsert, redID, no, v.ID, 0, reason, note, now, audit.ActorOf(ctx).ID)); err != nil {
			return err
		}
		after := v
		after.Status = RedRequested
		return s.audit(ctx, tx, "red_ask", v, after, map[string]any{"red_reason": reason}, note)
	})
}

// IssueRed records the red letter that finance issued by hand: the invoice is taken
// back whole, and what stays paid may be invoiced anew. Returns ErrNumber,
// ErrNumberTaken, ErrFile, ErrGone, ErrState.
func (s *Service) IssueRed(ctx context.Context, invoiceID int64, m Made) error {
	return s.redIssued(ctx, invoiceID, Manual, m)
}

func (s *Service) redIssued(ctx context.Context, invoiceID int64, issuer string, m Made) error {
	if !number20.MatchString(m.Number) {
		return ErrNumber
	}
	v, err := s.byID(ctx, s.DB, invoiceID)
	if err != nil {
		return err
	}
	mailState, err := s.wantsMail(v)
	if err != nil {
		return err
	}
	files, err := s.keep(ctx, m.Files, false)
	if err != nil {
		return err
	}
	err = s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		v, err := s.byID(ctx, tx, invoiceID)
		if err != nil {
			return err
		}
		now := clock.MS(s.Clock)
		if err := changed(ErrState)(tx.Exec(ctx, qRedIssued, v.ID, now, mailState, issuer)); err != nil {
			return err
		}
		if err := changed(ErrState)(tx.Exec(ctx, qRedNumber, v.ID, m.Number, now, audit.ActorOf(ctx).ID)); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, qLinesEnd, v.ID); err != nil {
			return err
		}
		if err := s.insertFiles(ctx, tx, v.ID, true, files); err != nil {
			return err
		}
		after := v
		after.Status = RedIssued
		return s.audit(ctx, tx, "red_issue", v, after, map[string]any{"red_number": m.Number, "issuer": issuer}, "")
	})
	return s.settleFiles(ctx, files, err)
}

// Allowed reports whether a state may follow another.
func Allowed(from, to string) bool { return slices.Contains(Moves[from], to) }
