package app_test

import (
	"context"
	"fmt"
	"slices"
	"time"

	"zhizhou/internal/account"
	"zhizhou/internal/commission"
	"zhizhou/internal/ledger"
	"zhizhou/internal/sandbox"
)

// join signs the people of a history in, each invited by the one before; the first
// two may be paid. What was paid out before is not theirs.
func (s *sim) join(ctx context.Context, n int) {
	for _, t := range s.app.Sandbox.Transfers() {
		if t.State == "SUCCESS" {
			s.paidBefore += t.AmountFen
		}
	}
	for i := range n {
		name := fmt.Sprintf("sim-%d-%d", s.seed, i)
		in, err := s.app.Account.LoginMini(ctx, s.app.Sandbox.LoginCode(name), accepted, account.Device{Address: "127.0.0.1"})
		s.ok(err)
		p := &simPerson{id: in.User.ID}
		if i > 0 {
			s.ok(s.app.Referral.Join(ctx, p.id, must(s.app.Referral.Code(ctx, s.people[i-1].id))(s.t)))
		}
		if i < n-1 {
			s.ok(s.app.Commission.SavePayee(ctx, p.id, "林小舟", idNumber(int(s.seed)*2+i), true))
		}
		s.people = append(s.people, p)
		s.clock.Advance(time.Minute)
	}
}

// earn moves commission on: its owners, finance, the sweep and WeChat in turn.
func (s *sim) earn(ctx context.Context) {
	c := s.nodes[s.rng.IntN(len(s.nodes))].Commission
	switch s.rng.IntN(5) {
	case 0:
		s.withdraw(ctx, c, s.people[s.rng.IntN(2)], s.rng.Int64N(3000))
	case 1, 2:
		s.pay(ctx, c)
	case 3:
		s.say("sweep commissions: %v", c.Sweep(ctx) == nil)
	case 4:
		s.receive()
	}
}

// payday pays out most of what was earned; not everybody confirms.
func (s *sim) payday(ctx context.Context) {
	for _, p := range s.people[:2] {
		a, err := s.app.Commission.Account(ctx, p.id)
		s.ok(err)
		s.withdraw(ctx, s.app.Commission, p, a.AvailableFen*9/10)
	}
	for range 4 {
		s.pay(ctx, s.app.Commission)
	}
	s.clock.Advance(5 * time.Minute)
	s.tick()
	s.receive()
}

func (s *sim) withdraw(ctx context.Context, c *commission.Service, p *simPerson, fen int64) {
	s.key++
	_, err := c.Withdraw(ctx, commission.Ask{UserID: p.id, Key: fmt.Sprintf("sim-%d-%d", s.seed, s.key), AmountFen: fen, Identity: account.Mini})
	s.may(fmt.Sprintf("withdraw %d", fen), err)
}

// receive lets somebody confirm a transfer.
func (s *sim) receive() {
	waits := slices.DeleteFunc(s.app.Sandbox.Transfers(), func(t sandbox.Transfer) bool { return t.State != "ACCEPTED" && t.State != "WAIT_USER_CONFIRM" })
	if t, ok := pickOf(s.rng, waits); ok {
		s.say("the receiver confirms: %v", s.app.Sandbox.Confirm(t.OutBillNo))
	}
}

// pay lets finance decide on withdrawals, and asks WeChat.
func (s *sim) pay(ctx context.Context, c *commission.Service) {
	for _, status := range []string{commission.Requested, commission.Approved, commission.Sending} {
		rows, err := c.Withdrawals(ctx, status, 0, 0, 20)
		s.ok(err)
		x, ok := pickOf(s.rng, rows)
		if !ok {
			continue
		}
		if status == commission.Requested {
			approve := s.rng.IntN(4) > 0
			_, err = c.Decide(ctx, x.ID, approve, "核对过了")
			s.may(fmt.Sprintf("decide a withdrawal %v", approve), err)
			continue
		}
		s.say("push a withdrawal: %v", c.Push(ctx, x.ID))
	}
}

// judgeCommission works out what each of the first two must have earned: of what
// was paid for a line and not given back, less what they received of it as a gift,
// 10 % one step up and 5 % two steps up; and what of that WeChat has paid them.
func (s *sim) judgeCommission(ctx context.Context) {
	var paid int64
	for _, t := range s.app.Sandbox.Transfers() {
		if t.State == "SUCCESS" {
			paid += t.AmountFen
		}
	}
	var withdrawn int64
	for i, p := range s.people[:2] {
		var want int64
		for j, rate := range []int64{1000, 500} {
			if i+j+1 < len(s.people) {
				want += s.earned(ctx, p, s.people[i+j+1], rate)
			}
		}
		a, err := s.app.Commission.Account(ctx, p.id)
		s.ok(err)
		if a.EarnedFen-a.ReversedFen != want {
			s.t.Errorf("seed %d: person %d earned %d − %d fen, should have %d", s.seed, p.id, a.EarnedFen, a.ReversedFen, want)
		}
		if a.FrozenFen != 0 || a.HeldFen+a.AvailableFen+a.WithdrawnFen != want {
			s.t.Errorf("seed %d: person %d earned %d: %+v", s.seed, p.id, want, a)
		}
		withdrawn += a.WithdrawnFen
	}
	balances, err := ledger.Balances(ctx, s.app.DB)
	s.ok(err)
	for _, b := range balances {
		if b.Account == ledger.PaidOut("wechatpay") && b.CreditFen-b.DebitFen != paid || b.Account == ledger.Payout && b.CreditFen != b.DebitFen {
			s.t.Errorf("seed %d: WeChat paid out %d fen, the books say %d", s.seed, paid, b.CreditFen-b.DebitFen)
		}
	}
	if s.paidBefore+withdrawn != paid {
		s.t.Errorf("seed %d: WeChat paid out %d fen, the accounts say %d", s.seed, paid-s.paidBefore, withdrawn)
	}
}

func (s *sim) earned(ctx context.Context, inviter, buyer *simPerson, rate int64) (fen int64) {
	for _, no := range buyer.orders {
		o, err := s.app.Commerce.Order(ctx, buyer.id, no)
		s.ok(err)
		if o.PaidAt == 0 {
			continue
		}
		d, err := s.app.Commerce.Detail(ctx, o)
		s.ok(err)
		for _, it := range d.Items {
			if it.PriceFen == 0 {
				continue
			}
			back := it.RefundedFen
			if o.Gift {
				own, waits := s.givenTo(ctx, inviter, buyer, no, it.ID)
				if !waits { // as long as a copy waits for somebody, the line earns and stays held
					back += own
				}
			}
			fen += it.PriceFen * rate / 10_000 * (it.PriceFen - min(back, it.PriceFen)) / it.PriceFen
		}
	}
	return fen
}

// givenTo is what somebody received of a gift's line, and whether a copy still waits.
func (s *sim) givenTo(ctx context.Context, receiver, buyer *simPerson, no string, itemID int64) (fen int64, waits bool) {
	gifts, err := s.app.Commerce.GiftsOf(ctx, buyer.id, no)
	s.ok(err)
	for _, g := range gifts {
		if g.OrderItemID != itemID {
			continue
		}
		waits = waits || g.State == "open"
		if g.State == "received" && g.ReceiverID == receiver.id {
			fen += g.PriceFen
		}
	}
	return fen, waits
}

// idNumber makes the nth identity number of its own, with the check digit of
// GB 11643.
func idNumber(n int) string {
	body := fmt.Sprintf("1101051949%02d%02d%03d", 1+n/28%12, 1+n%28, n/336%1000)
	sum := 0
	for i, weight := range []int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2} {
		sum += int(body[i]-'0') * weight
	}
	return body + string("10X98765432"[sum%11])
}
