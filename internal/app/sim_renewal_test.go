package app_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"zhizhou/internal/catalog"
	"zhizhou/internal/clock"
	"zhizhou/internal/commerce"
	"zhizhou/internal/db"
	"zhizhou/internal/renewal"
	"zhizhou/internal/sandbox"
)

// TestSimulationOfRenewals lets members sign contracts, end them, pay by hand, give
// months away and take money back, while the gateway is in trouble and months pass. The
// gateway's own books say what was announced and charged; from that follows what may
// have been charged at all, and how long each membership lasts (INV-35, INV-36).
func TestSimulationOfRenewals(t *testing.T) { simulate(t, 8, renewed, (*sim).months) }

var renewed = map[string]*db.Stmt{
	"renewed months":         db.Q("apptest/sim_renewed", `SELECT COUNT(*) FROM contract_cycles WHERE state = 'paid'`),
	"renewals without money": db.Q("apptest/sim_unrenewed", `SELECT COUNT(*) FROM contract_cycles WHERE state = 'failed'`),
	"skipped charges":        db.Q("apptest/sim_skipped", `SELECT COUNT(*) FROM contract_cycles WHERE state = 'skipped' AND noticed_at > 0`),
	"ended by their payers":  db.Q("apptest/sim_cancelled", `SELECT COUNT(*) FROM contracts WHERE cancelled_by = 'user'`),
	"ended at WeChat":        db.Q("apptest/sim_left", `SELECT COUNT(*) FROM contracts WHERE cancelled_by = 'channel'`),
	"ended by a refund":      db.Q("apptest/sim_refund_ended", `SELECT COUNT(*) FROM contracts WHERE cancelled_by = 'refund'`),
	"paid after the end":     db.Q("apptest/sim_paid_late", `SELECT COUNT(*) FROM payments WHERE channel = 'wechat_papay' AND outcome = 'late'`),
	"months as gifts":        db.Q("apptest/sim_month_gifts", `SELECT COUNT(*) FROM gifts WHERE state = 'received' AND until_at > 0`),
}

// simContract is what the model knows of a contract.
type simContract struct {
	id      int64
	code    string
	agreed  int64
	ended   int64   // when we were told to end it, ms; 0: not
	noticed []int64 // announcements as the gateway saw them, ms
}

const monthSteps = 80

func (s *sim) months() {
	ctx := s.system()
	s.course = map[int64]int64{}
	// Charges have hours: a seed must replay at any time of the day.
	s.clock.Advance(time.Duration((25*time.Hour.Milliseconds()-clock.MS(s.clock)%(24*time.Hour.Milliseconds()))%(24*time.Hour.Milliseconds())) * time.Millisecond)
	s.join(ctx, 3)
	_, s.month = s.goods(catalog.KindMembership, fmt.Sprint("会员", s.seed), 0, catalog.Goods{OpensAll: true, Rank: int64(s.seed)}, nil, catalog.SKU{Name: "连续包月", PriceFen: 3000, PeriodMonths: 1})
	s.switchRenewal(true)
	for _, p := range s.people {
		s.buyMonth(ctx, p, false)
	}
	for s.step = range monthSteps {
		s.live(ctx)
		s.overhear()
		if s.t.Failed() {
			break
		}
	}
	s.settleMonths(ctx)
	s.calm()
	s.judge()
	s.judgeCharges(ctx)
	for _, p := range s.people {
		s.judgeMembership(ctx, p)
	}
	if s.t.Failed() {
		s.t.Logf("seed %d did:\n%s", s.seed, strings.Join(s.log, "\n"))
	}
}

// live is one step of the months.
func (s *sim) live(ctx context.Context) {
	p := s.people[s.rng.IntN(len(s.people))]
	n := s.nodes[s.rng.IntN(len(s.nodes))]
	switch s.rng.IntN(20) {
	case 0:
		s.buyMonth(ctx, p, s.rng.IntN(2) == 0)
	case 1, 2:
		s.give(ctx, p)
	case 3, 4:
		s.sign(ctx, n.Renewal, p)
	case 5, 6:
		s.endContract(ctx, n.Renewal)
	case 7, 8, 9, 10, 11, 12:
		s.due(ctx)
	case 13:
		s.say("sweep contracts: %v", n.Renewal.Sweep(ctx) == nil)
	case 14:
		s.say("tick")
		s.tick()
	case 15:
		s.say("sweep: %v", n.Commerce.Sweep(ctx) == nil)
	case 16:
		d := time.Duration(s.rng.IntN(100)) * time.Hour
		s.say("%s later", d)
		s.clock.Advance(d)
		s.ok(n.Commerce.Earn(ctx))
	case 17:
		all := []sandbox.Trouble{{}, {}, {}, {}, {ChargePoor: true}, {ChargeStuck: true}, {ChargeStuck: true, HoldNotices: true}, {HoldNotices: true}, {DropAnswers: 2}, {FailAnswers: 1, Duplicate: 2}, {BadAnswerSign: true}}
		t := all[s.rng.IntN(len(all))]
		s.say("trouble %+v", t)
		s.app.Sandbox.SetTrouble(t)
	case 18:
		if no, ok := pickOf(s.rng, p.orders); ok {
			s.key++
			_, err := n.Commerce.StaffRefund(ctx, no, fmt.Sprintf("sim-back-%d-%d", s.seed, s.key), 0, max(0, s.rng.Int64N(3)-1)*700, "协商")
			s.may("staff gives back "+no, err)
		}
	case 19:
		s.reprice(ctx)
	}
}

// buyMonth pays for a month by hand, for oneself or as gifts.
func (s *sim) buyMonth(ctx context.Context, p *simPerson, gift bool) {
	ask := commerce.Ask{UserID: p.id, Platform: "pc", Gift: gift, Wants: []commerce.Want{{SKUID: s.month, Quantity: 1}}}
	if gift {
		ask.Wants[0].Quantity = 1 + int64(s.rng.IntN(2))
	}
	q, err := s.node().QuoteFor(ctx, ask)
	if !s.may("quote a month", err) {
		return
	}
	s.key++
	o, err := s.node().Place(ctx, commerce.Place{UserID: p.id, Platform: "pc", IdempotencyKey: fmt.Sprintf("sim-%d-%d", s.seed, s.key), QuoteToken: q.Token, TermsConfirmed: true})
	if !s.may(fmt.Sprintf("place a month for %d fen, gift %v", q.TotalFen, gift), err) {
		return
	}
	if !slices.Contains(p.orders, o.No) {
		p.orders = append(p.orders, o.No)
	}
	if no := s.attempt(ctx, p, o.No, "pc"); no != "" && s.rng.IntN(5) > 0 {
		s.say("gateway takes %s: %v", no, s.take(no))
		s.tick()
	}
}

// sign begins a contract; not everybody agrees on WeChat's page.
func (s *sim) sign(ctx context.Context, r *renewal.Service, p *simPerson) {
	c, a, err := r.Begin(ctx, renewal.Sign{UserID: p.id, SKUID: s.month, Platform: commerce.RenewalPlatform, TermsVersion: renewal.TermsVersion, TermsConfirmed: true})
	if !s.may("begin a contract", err) {
		if errors.Is(err, renewal.ErrNotMember) {
			s.buyMonth(ctx, p, false)
		}
		return
	}
	if !slices.ContainsFunc(s.contracts, func(x *simContract) bool { return x.id == c.ID }) {
		s.contracts = append(s.contracts, &simContract{id: c.ID, code: c.Code, agreed: c.AgreedFen})
	}
	if s.rng.IntN(5) > 0 {
		s.say("the payer agrees: %v", s.app.Sandbox.SignContract(a.URL, fmt.Sprint("payer-", p.id)))
	}
	if s.rng.IntN(2) == 0 {
		s.tick()
		_, err := r.Sync(ctx, p.id, c.ID)
		s.say("ask about it: %v", err == nil)
	}
}

// endContract ends one: its owner, staff, or the payer in WeChat's settings.
func (s *sim) endContract(ctx context.Context, r *renewal.Service) {
	x, ok := pickOf(s.rng, s.contracts)
	if !ok {
		return
	}
	c, err := r.Contract(ctx, x.id)
	s.ok(err)
	switch s.rng.IntN(3) {
	case 0:
		s.say("left at WeChat: %v", s.app.Sandbox.LeaveContract(x.code))
	case 1:
		s.told(x, "staff cancels", r.StaffCancel(ctx, x.id, "学员来电"))
	default:
		_, err := r.Cancel(ctx, c.UserID, x.id)
		s.told(x, "cancel", err)
	}
}

func (s *sim) told(x *simContract, what string, err error) {
	if s.may(what, err) && x.ended == 0 {
		x.ended = clock.MS(s.clock)
	}
}

// due waits until something is to be done about a contract, and lets both servers try.
func (s *sim) due(ctx context.Context) {
	x, ok := pickOf(s.rng, slices.DeleteFunc(slices.Clone(s.contracts), func(x *simContract) bool {
		return must(s.app.Renewal.Contract(ctx, x.id))(s.t).CheckAt == 0
	}))
	if !ok {
		return
	}
	c := must(s.app.Renewal.Contract(ctx, x.id))(s.t)
	if wait := c.CheckAt - clock.MS(s.clock); wait > 0 {
		s.clock.Advance(time.Duration(wait+5) * time.Millisecond)
	}
	first := s.rng.IntN(2)
	for i := range s.nodes {
		s.say("contract %s is due: %v", c.State, s.nodes[(first+i)%2].Renewal.Sweep(ctx) == nil)
	}
	if s.rng.IntN(8) == 0 { // the payer thinks better of it while the charge is under way
		_, err := s.app.Renewal.Cancel(ctx, c.UserID, x.id)
		s.told(x, "cancel at once", err)
	}
	s.clock.Advance(3 * time.Second)
	if s.rng.IntN(3) > 0 {
		s.tick()
	}
}

// reprice changes what the month costs now.
func (s *sim) reprice(ctx context.Context) {
	o, err := s.app.Catalog.Offer(ctx, s.app.DB, s.month, "pc")
	s.ok(err)
	_, skus, err := s.app.Catalog.ProductByID(ctx, o.ProductID, true)
	s.ok(err)
	skus[0].PriceFen = 2000 + 500*s.rng.Int64N(5)
	_, err = s.app.Catalog.SaveSKU(ctx, o.ProductID, skus[0])
	s.may(fmt.Sprintf("a month costs %d", skus[0].PriceFen), err)
}

// overhear writes down what the gateway announced to payers.
func (s *sim) overhear() {
	for _, g := range s.app.Sandbox.Contracts() {
		for _, x := range s.contracts {
			if at := g.NoticedAt.UnixMilli(); x.code == g.Code && !g.NoticedAt.IsZero() && !slices.Contains(x.noticed, at) {
				x.noticed = append(x.noticed, at)
			}
		}
	}
}

// settleMonths ends every contract and lets what is under way come to rest.
func (s *sim) settleMonths(ctx context.Context) {
	s.app.Sandbox.SetTrouble(sandbox.Trouble{})
	for _, x := range s.contracts {
		s.told(x, "staff cancels at last", s.app.Renewal.StaffCancel(ctx, x.id, "到此为止"))
	}
	for range 6 {
		s.clock.Advance(65 * time.Minute)
		s.tick()
		if err := errors.Join(s.app.Renewal.Sweep(ctx), s.app.Commerce.Sweep(ctx)); err != nil {
			s.t.Errorf("seed %d: a calm sweep of contracts: %v", s.seed, err)
		}
	}
	s.clock.Advance(26 * time.Hour) // whoever signed late is found then
	s.ok(s.app.Renewal.Sweep(ctx))
	s.ok(s.app.Commerce.Earn(ctx))
	for _, p := range s.people { // renewals are orders of their own
		rows, err := s.app.Commerce.OrdersOf(ctx, p.id, 0, 100)
		s.ok(err)
		p.orders = nil
		for _, o := range slices.Backward(rows) {
			p.orders = append(p.orders, o.No)
		}
	}
}

// judgeCharges asks of every charge that the gateway took on whether it might be: told
// five days before, not after the contract was ended, never above what was agreed; and
// whether money that came after the end went back.
func (s *sim) judgeCharges(context.Context) {
	codes := map[string]string{}
	for _, g := range s.app.Sandbox.Contracts() {
		codes[g.ID] = g.Code
		if slices.ContainsFunc(s.contracts, func(x *simContract) bool { return x.code == g.Code }) && g.State == "0" {
			s.t.Errorf("seed %d: contract %s is still on at the gateway", s.seed, g.Code)
		}
	}
	back := map[string]int64{}
	for _, r := range s.app.Sandbox.Refunds() {
		if r.State == "SUCCESS" {
			back[r.OutTradeNo] += r.AmountFen
		}
	}
	for _, o := range s.app.Sandbox.Charges() {
		i := slices.IndexFunc(s.contracts, func(x *simContract) bool { return x.code == codes[o.ContractID] })
		if i < 0 {
			continue // of a history before
		}
		x, at := s.contracts[i], o.CreatedAt.UnixMilli()
		if !slices.ContainsFunc(x.noticed, func(n int64) bool { return n+5*86_400_000 <= at && at <= n+9*86_400_000 }) {
			s.t.Errorf("seed %d: charge %s at %d was announced at %v", s.seed, o.OutTradeNo, at, x.noticed)
		}
		if o.AmountFen > x.agreed {
			s.t.Errorf("seed %d: charge %s of %d, agreed %d", s.seed, o.OutTradeNo, o.AmountFen, x.agreed)
		}
		if x.ended > 0 && at > x.ended {
			s.t.Errorf("seed %d: charge %s was begun %d ms after the end", s.seed, o.OutTradeNo, at-x.ended)
		}
		if x.ended > 0 && !o.PaidAt.IsZero() && o.PaidAt.UnixMilli() > x.ended && back[o.OutTradeNo] != o.AmountFen {
			s.t.Errorf("seed %d: charge %s was paid after the end, %d of %d went back", s.seed, o.OutTradeNo, back[o.OutTradeNo], o.AmountFen)
		}
	}
}

// judgeMembership adds up the months that somebody paid for, renewed or received, in the
// order in which they were opened. Whose months were taken back in part is left to the
// doctor: what is left of one moves those behind it.
func (s *sim) judgeMembership(ctx context.Context, p *simPerson) {
	var opened []int64
	for _, q := range s.people {
		for _, no := range q.orders {
			o, err := s.app.Commerce.Order(ctx, q.id, no)
			s.ok(err)
			if o.DeliveredAt == 0 {
				continue
			}
			if !o.Gift {
				if q == p {
					opened = append(opened, o.DeliveredAt)
				}
				if q == p && o.RefundedFen > 0 {
					return
				}
				continue
			}
			gifts, err := s.app.Commerce.GiftsOf(ctx, q.id, no)
			s.ok(err)
			for _, g := range gifts {
				if g.ReceiverID != p.id {
					continue
				}
				if s.voided(ctx, g.ID) {
					return
				}
				opened = append(opened, g.ReceivedAt)
			}
		}
	}
	slices.SortFunc(opened, cmp.Compare[int64])
	var want int64
	for _, at := range opened {
		want = (catalog.Period{Months: 1}).End(max(want, at))
	}
	o, err := s.app.Catalog.Offer(ctx, s.app.DB, s.month, "pc")
	s.ok(err)
	have, err := s.app.Access.Holding(ctx, s.app.DB, p.id, catalog.Resource{Kind: catalog.KindMembership, ID: o.ProductID})
	s.ok(err)
	// The clock is read once for an order and once for its grant.
	if on := want > clock.MS(s.clock); have.Owned != on || on && max(have.UntilAt-want, want-have.UntilAt) > 5000 {
		s.t.Errorf("seed %d: person %d has the membership %v until %d, paid for until %d", s.seed, p.id, have.Owned, have.UntilAt, want)
	}
}
