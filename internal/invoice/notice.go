package invoice

import (
	"context"
	"errors"
	"fmt"
	"time"

	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/mail"
	"zhizhou/internal/money"
)

const mailTries = 5

// wantsMail says in which state the notice of a change begins.
func (s *Service) wantsMail(v Invoice) (string, error) {
	p, err := s.open(v.Buyer)
	if err != nil || p.Email == "" {
		return "", err
	}
	return "waiting", nil
}

// sendMails tells buyers what became of their invoices. What cannot be sent is tried
// again a few times; the invoice itself never depends on it.
func (s *Service) sendMails(ctx context.Context) error {
	var due []int64
	if err := s.DB.List(ctx, qMails, &due, clock.MS(s.Clock)); err != nil {
		return err
	}
	var all error
	for _, v := range due {
		all = errors.Join(all, s.sendMail(ctx, v))
	}
	return all
}

func (s *Service) sendMail(ctx context.Context, invoiceID int64) error {
	v, err := s.byID(ctx, s.DB, invoiceID)
	if err != nil {
		return err
	}
	d, err := s.detail(ctx, v)
	if err != nil {
		return err
	}
	state, at := "sent", clock.MS(s.Clock)
	err = s.Mailer.Send(ctx, s.notice(d))
	switch {
	case errors.Is(err, mail.ErrOff):
		state = "off"
	case err != nil && v.MailTries+1 >= mailTries:
		state = "failed"
		s.Log.Warn("the mail about an invoice was given up", "invoice", v.ID, "err", err)
	case err != nil:
		state, at = "waiting", at+(2*time.Minute<<(2*v.MailTries)).Milliseconds()
		s.Log.Warn("the mail about an invoice was not sent", "invoice", v.ID, "err", err)
	}
	return s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		// The state is named: a later change has a mail of its own to send.
		_, err := tx.Exec(ctx, qMailDone, v.ID, v.Status, state, at)
		return err
	})
}

// notice writes the mail. The files stay behind the sign-in: a mailbox is not a safe.
func (s *Service) notice(d Detail) mail.Message {
	m := mail.Message{To: d.Party.Email}
	amount := "¥" + money.Yuan(d.AmountFen)
	switch d.Status {
	case Rejected:
		m.Subject = "发票申请没有通过"
		m.Text = fmt.Sprintf("你申请的发票（%s，抬头：%s）没有开出。\n\n原因：%s\n\n修改后可以重新申请。", amount, d.Party.Name, d.Reason)
	case RedIssued:
		m.Subject = "发票已红冲"
		m.Text = fmt.Sprintf("发票 %s（%s，抬头：%s）已经红冲，请勿再用它报销。\n红字发票号码：%s\n\n订单里还有没退的金额时，可以重新申请开票。", d.Number, amount, d.Party.Name, d.Red.Number)
	default:
		m.Subject = "发票已开好"
		m.Text = fmt.Sprintf("你申请的发票已经开好。\n\n抬头：%s\n金额：%s\n发票号码：%s\n\n登录后可以下载发票文件。", d.Party.Name, amount, d.Number)
	}
	m.Text += "\n\n" + s.Link(d.No) + "\n"
	return m
}

// Mails reports whether mails go out at all.
func (s *Service) Mails(ctx context.Context) (bool, error) { return s.Mailer.Ready(ctx) }
