package invoice

import (
	"context"
	"errors"
	"fmt"
	"time"

	"zhizhou/internal/clock"
	"zhizhou/internal/db"
)

// Issuer makes invoices out by itself. Its answers may take time: Processing is one,
// and a lost answer is none. Whoever asks again uses the same number, which makes one
// invoice however often it is heard.
type Issuer interface {
	// Issue asks for an invoice under Order.No.
	Issue(ctx context.Context, o IssueOrder) (Result, error)
	// Red asks for the red letter of an invoice under RedOrder.No.
	Red(ctx context.Context, o RedOrder) (Result, error)
	// Query tells how far a number of either kind is. Returns ErrUnknown for one that
	// never arrived.
	Query(ctx context.Context, no string) (Result, error)
}

// IssueOrder is what an issuer needs for an invoice.
type IssueOrder struct {
	No        string
	Type      string
	Buyer     Party
	Seller    Seller
	Lines     []Line
	AmountFen int64
	TaxFen    int64
}

// Seller is the shop as its invoices name it.
type Seller struct {
	Name  string
	TaxNo string
}

// RedOrder is what an issuer needs for a red letter.
type RedOrder struct {
	No        string
	InvoiceNo string // ours, of the invoice that is taken back
	Number    string // its number at the tax office
	Reason    string
}

// States of a Result.
const (
	Processing = "processing"
	Done       = "done"
	Failed     = "failed" // for good: nothing was or will be issued under this number
)

// Result is what an issuer says about a number.
type Result struct {
	State  string
	Reason string // of Failed
	Made
}

// Sweep brings everything forward that waits for nobody: requests that an automatic
// issuer takes, answers that are still out, and mails.
func (s *Service) Sweep(ctx context.Context) error {
	rules, err := s.Rules(ctx)
	if err != nil {
		return err
	}
	var all error
	if rules.Issuer == Sandbox {
		all = s.takeAll(ctx, rules.Issuer)
	}
	var due []int64
	if err := s.DB.List(ctx, qDue, &due, clock.MS(s.Clock)); err != nil {
		return errors.Join(all, err)
	}
	for _, v := range due {
		if err := s.push(ctx, v, Seller{rules.SellerName, rules.SellerTaxNo}); err != nil {
			s.Log.Warn("the issuer gave no answer to an invoice", "invoice", v, "err", err)
		}
	}
	return errors.Join(all, s.sendMails(ctx))
}

func (s *Service) takeAll(ctx context.Context, issuer string) error {
	if _, err := s.Issuer(ctx, issuer); err != nil {
		return err
	}
	var ids []int64
	if err := s.DB.List(ctx, qUntaken, &ids); err != nil {
		return err
	}
	for _, v := range ids {
		err := s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, qTake, v, issuer, clock.MS(s.Clock), 0) // 0 rows: the buyer or finance was first
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// push asks the issuer once about an invoice or its red letter and acts on what it
// says. Without an answer nothing is known, so the number stays and is asked for again.
func (s *Service) push(ctx context.Context, invoiceID int64, seller Seller) error {
	v, err := s.byID(ctx, s.DB, invoiceID)
	if err != nil {
		return err
	}
	d, err := s.detail(ctx, v)
	if err != nil {
		return err
	}
	issuer, err := s.Issuer(ctx, v.Issuer)
	if err != nil {
		return err
	}
	no := v.No
	send := func() (Result, error) {
		return issuer.Issue(ctx, IssueOrder{No: v.No, Type: v.Type, Buyer: d.Party, Seller: seller, Lines: d.Lines, AmountFen: v.AmountFen, TaxFen: v.TaxFen})
	}
	if v.Status == RedRequested {
		no = d.Red.No
		send = func() (Result, error) {
			return issuer.Red(ctx, RedOrder{No: d.Red.No, InvoiceNo: v.No, Number: v.Number, Reason: d.Red.Reason})
		}
	}
	got, err := issuer.Query(ctx, no)
	if errors.Is(err, ErrUnknown) {
		got, err = send()
	}
	if err != nil {
		return errors.Join(err, s.later(ctx, v, "没有回答，稍后用同一流水号再问"))
	}
	switch got.State {
	case Done:
		if v.Status == RedRequested {
			return s.redIssued(ctx, v.ID, v.Issuer, got.Made)
		}
		return s.issued(ctx, v.ID, v.Issuer, got.Made)
	case Failed:
		return s.refusedByIssuer(ctx, v, got.Reason)
	case Processing:
		return s.later(ctx, v, "")
	}
	return fmt.Errorf("invoice: the issuer says %q", got.State)
}

// later puts the next question off: 30 s, doubling to half an hour.
func (s *Service) later(ctx context.Context, v Invoice, note string) error {
	wait := min(30*time.Minute, 30*time.Second<<min(v.Checks, 6))
	return s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, qLater, v.ID, clock.MS(s.Clock)+wait.Milliseconds(), note)
		return err
	})
}

// refusedByIssuer gives what an issuer will not do to finance.
func (s *Service) refusedByIssuer(ctx context.Context, v Invoice, why string) error {
	note := "开票通道拒绝：" + why
	return s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if v.Status == RedRequested {
			_, err := tx.Exec(ctx, qRedByHand, v.ID, note)
			return err
		}
		if n, err := tx.Exec(ctx, qHandBack, v.ID, note); err != nil || n == 0 {
			return err
		}
		// It may have been refunded since it was read.
		red, err := s.redOf(ctx, tx, v.ID)
		if err != nil || red.State != "queued" {
			return err
		}
		v.Status, v.Issuer = Requested, Manual
		return s.reject(ctx, tx, v, "订单有退款，开票金额变了，请重新申请")
	})
}
