package app_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"zhizhou/internal/access"
	"zhizhou/internal/app"
	"zhizhou/internal/commerce"
	"zhizhou/internal/commerce/price"
	"zhizhou/internal/commission"
	"zhizhou/internal/db"
	"zhizhou/internal/errs"
	"zhizhou/internal/ledger"
	"zhizhou/internal/pay"
	"zhizhou/internal/sandbox"
	"zhizhou/internal/testkit"
)

// TestSimulation lets random learners, staff and gateways act in random order, with
// every trouble that the sandbox knows, and compares what is left with a small
// sequential model: the gateway's own books say what was really paid and given
// back, and from that follows what each order must say and who may open what.
// `make sim SEED=… HISTORIES=…` runs it longer; a failure prints its seed.
func TestSimulation(t *testing.T) { simulate(t, 30, happened, (*sim).history) }

// simulate runs histories on each engine, on two servers of one shop, and insists that
// what is to be tried did happen.
func simulate(t *testing.T, usual uint64, happened map[string]*db.Stmt, history func(*sim)) {
	seed, histories := simNumber("SIM_SEED", 1), simNumber("SIM_HISTORIES", usual)
	for _, e := range testkit.Engines(t) {
		t.Run(e.String(), func(t *testing.T) {
			t.Parallel() // the engines wait for their disks in turn
			w := newWorld(t, e)
			w.offerAlipay()
			w.terms()
			second, err := app.New(context.Background(), w.app.Config, testkit.Log(), app.WithClock(w.clock))
			w.ok(err)
			t.Cleanup(second.Close)
			for n := range histories {
				one := seed + n
				history(&sim{world: w, nodes: []*app.App{w.app, second}, rng: rand.New(rand.NewPCG(one, 7)), seed: one})
				if t.Failed() {
					t.Fatalf("SIM_SEED=%d SIM_HISTORIES=1 replays it", one)
				}
			}
			// What happened at all: a simulation in which nothing happens proves nothing.
			for what, q := range happened {
				if n := w.count(q); n == 0 && histories >= usual {
					t.Errorf("no %s in %d histories", what, histories)
				} else {
					t.Logf("%6d %s", n, what)
				}
			}
		})
	}
}

var happened = map[string]*db.Stmt{
	"paid orders":         db.Q("apptest/sim_paid", `SELECT COUNT(*) FROM orders WHERE paid_at > 0 AND total_fen > 0`),
	"refunded orders":     db.Q("apptest/sim_refunded", `SELECT COUNT(*) FROM orders WHERE status = 'refunded'`),
	"partial refunds":     db.Q("apptest/sim_partial", `SELECT COUNT(*) FROM orders WHERE status = 'paid' AND refunded_fen > 0`),
	"closed orders":       db.Q("apptest/sim_closed", `SELECT COUNT(*) FROM orders WHERE status = 'closed'`),
	"paid at Alipay":      db.Q("apptest/sim_alipay", `SELECT COUNT(*) FROM payments WHERE channel LIKE 'alipay%' AND outcome = 'settled'`),
	"late or double":      db.Q("apptest/sim_late", `SELECT COUNT(*) FROM payments WHERE outcome IN ('late', 'duplicate')`),
	"complete groups":     db.Q("apptest/sim_groups", `SELECT COUNT(*) FROM groups WHERE state = 'succeeded'`),
	"failed groups":       db.Q("apptest/sim_failed_groups", `SELECT COUNT(*) FROM groups WHERE state = 'failed' AND paid > 0`),
	"received gifts":      db.Q("apptest/sim_gifts", `SELECT COUNT(*) FROM gifts WHERE state = 'received'`),
	"returned gifts":      db.Q("apptest/sim_gifts_back", `SELECT COUNT(*) FROM gifts WHERE state = 'returned'`),
	"used coupons":        db.Q("apptest/sim_coupons", `SELECT COUNT(*) FROM user_coupons WHERE state = 'used'`),
	"flash sales":         db.Q("apptest/sim_flash", `SELECT COUNT(*) FROM order_holds WHERE kind = 'promotion' AND state = 'sold'`),
	"commissions":         db.Q("apptest/sim_commissions", `SELECT COUNT(*) FROM commission_entries`),
	"taken back":          db.Q("apptest/sim_reversals", `SELECT COUNT(*) FROM commission_reversals`),
	"payouts":             db.Q("apptest/sim_payouts", `SELECT COUNT(*) FROM withdrawals WHERE status = 'succeeded'`),
	"expired payouts":     db.Q("apptest/sim_expired", `SELECT COUNT(*) FROM withdrawals WHERE status = 'expired'`),
	"debts":               db.Q("apptest/sim_debts", `SELECT COUNT(*) FROM commission_accounts WHERE available_fen < 0`),
	"orders of two lines": db.Q("apptest/sim_lines", `SELECT COUNT(*) FROM (SELECT order_id FROM order_items GROUP BY order_id HAVING COUNT(*) > 1) x`),
}

func simNumber(name string, fallback uint64) uint64 {
	if n, err := strconv.ParseUint(os.Getenv(name), 10, 64); err == nil {
		return n
	}
	return fallback
}

type simPerson struct {
	id     int64
	orders []string
}

type sim struct {
	*world
	nodes  []*app.App // two servers of one shop
	rng    *rand.Rand
	seed   uint64
	people []*simPerson
	skus   []int64
	course map[int64]int64 // SKU → course
	coupon int64
	opened []string // attempts, oldest first
	log    []string
	step   int
	key    int

	paidBefore int64 // by transfers, in the histories before
	month      int64 // SKU of a membership that renews
	contracts  []*simContract
}

const simSteps = 90

func (s *sim) history() {
	s.set()
	for s.step = range simSteps {
		s.act()
		if s.t.Failed() {
			break
		}
	}
	s.calm()
	s.judge()
	if s.t.Failed() {
		s.t.Logf("seed %d did:\n%s", s.seed, strings.Join(s.log, "\n"))
	}
}

// set makes fresh people and goods, so that histories do not lean on each other.
func (s *sim) set() {
	s.course = map[int64]int64{}
	s.join(s.system(), 3)
	for i := range 2 {
		courseID, _ := s.world.course(fmt.Sprintf("课 %d-%d", s.seed, i), 5000+int64(s.rng.IntN(20000)))
		sku := must(skuOf(s.world, courseID))(s.t)
		s.skus, s.course[sku] = append(s.skus, sku), courseID
	}
	s.promote(commerce.PromotionChange{Kind: "flash", PriceFen: 1900, Quota: 2, PerUser: 1, Scope: price.Scope{SKUs: s.skus[:1]}})
	s.promote(commerce.PromotionChange{Kind: "group", PriceFen: 1500, GroupSize: 2, GroupHours: 2, Scope: price.Scope{SKUs: s.skus[1:]}})
	s.coupon = s.world.coupon(commerce.CouponKind{Name: fmt.Sprint("券", s.seed), OffFen: 700, Stock: 2, BackOnRefund: true}, price.Scope{SKUs: s.skus})
}

// node is the server that somebody happens to reach.
func (s *sim) node() *commerce.Service { return s.nodes[s.rng.IntN(len(s.nodes))].Commerce }

func (s *sim) say(format string, args ...any) {
	s.log = append(s.log, fmt.Sprintf("%3d ", s.step)+fmt.Sprintf(format, args...))
}

// may accepts what a person is told; anything else is a defect.
func (s *sim) may(what string, err error) bool {
	var told *errs.E
	var channel *pay.Trouble
	switch {
	case err == nil:
		s.say("%s", what)
		return true
	case errors.As(err, &told) && told.Kind != errs.Internal:
		s.say("%s: refused, %s", what, told.Code)
	case errors.As(err, &channel):
		s.say("%s: channel, %s", what, channel.Code)
	default:
		s.t.Errorf("seed %d, step %d, %s: %v", s.seed, s.step, what, err)
	}
	return false
}

func (s *sim) act() {
	ctx, c := s.system(), s.node()
	p := s.people[s.rng.IntN(len(s.people))]
	switch s.rng.IntN(20) {
	case 0, 1, 2:
		s.order(ctx, p)
	case 3, 4:
		if no, ok := pickOf(s.rng, p.orders); ok {
			s.attempt(ctx, p, no, []string{"pc", "h5"}[s.rng.IntN(2)])
		}
	case 5, 6:
		s.confirm()
	case 7:
		s.say("tick")
		s.tick()
	case 8:
		s.say("sweep")
		_ = c.Sweep(ctx) // a channel in trouble is asked again later
	case 9:
		d := time.Duration(s.rng.IntN(2400)) * time.Second
		if s.rng.IntN(8) == 0 {
			d += 16 * 24 * time.Hour // commissions are released
		}
		s.say("%s later", d)
		s.clock.Advance(d)
	case 10:
		if no, ok := pickOf(s.rng, p.orders); ok {
			_, err := c.Close(ctx, p.id, no)
			s.may("close "+no, err)
		}
	case 11:
		if no, ok := pickOf(s.rng, p.orders); ok {
			s.key++
			_, err := c.RequestRefund(ctx, p.id, no, fmt.Sprintf("sim-%d-%d", s.seed, s.key), 0, "不想学了")
			s.may("ask refund "+no, err)
		}
	case 12:
		s.staffActs(ctx, p)
	case 13:
		s.give(ctx, p)
	case 14:
		s.trouble()
	case 15:
		s.may("claim", c.ClaimCoupon(ctx, p.id, s.coupon))
		if no, ok := pickOf(s.rng, p.orders); ok {
			_, err := c.Sync(ctx, p.id, no)
			s.may("sync "+no, err)
		}
	default:
		s.earn(ctx)
	}
}

func pickOf[T any](rng *rand.Rand, list []T) (T, bool) {
	if len(list) == 0 {
		var none T
		return none, false
	}
	return list[rng.IntN(len(list))], true
}

func (s *sim) order(ctx context.Context, p *simPerson) {
	ask := commerce.Ask{UserID: p.id, Platform: "pc", Wants: []commerce.Want{{SKUID: s.skus[s.rng.IntN(2)], Quantity: 1}}}
	switch s.rng.IntN(5) {
	case 0:
		ask.Gift, ask.Wants[0].Quantity = true, 1+int64(s.rng.IntN(3))
	case 1, 2:
		ask.Group, ask.Wants[0].SKUID = true, s.skus[1]
		if open, err := s.node().OpenGroups(ctx, s.skus[1]); err == nil && len(open) > 0 && s.rng.IntN(3) > 0 {
			ask.GroupID = open[0].ID
		}
	case 3:
		ask.Wants = []commerce.Want{{SKUID: s.skus[0], Quantity: 1}, {SKUID: s.skus[1], Quantity: 1}}
	}
	q, err := s.node().QuoteFor(ctx, ask)
	if !s.may(fmt.Sprintf("quote %+v", ask), err) {
		return
	}
	s.key++
	o, err := s.node().Place(ctx, commerce.Place{UserID: p.id, Platform: "pc", IdempotencyKey: fmt.Sprintf("sim-%d-%d", s.seed, s.key), QuoteToken: q.Token, TermsConfirmed: true})
	if s.may(fmt.Sprintf("place for %d fen", q.TotalFen), err) && !slices.Contains(p.orders, o.No) {
		p.orders = append(p.orders, o.No)
	}
	if err != nil || s.rng.IntN(2) == 0 {
		return
	}
	if no := s.attempt(ctx, p, o.No, "pc"); no != "" && s.rng.IntN(3) > 0 {
		s.say("gateway takes %s: %v", no, s.take(no))
	}
}

// attempt opens a payment at WeChat or Alipay; at Alipay the buyer may never look
// at the page, and then the trade does not exist there.
func (s *sim) attempt(ctx context.Context, p *simPerson, no, platform string) string {
	channel := pay.Channel("")
	if s.rng.IntN(3) == 0 {
		channel = map[string]pay.Channel{"pc": pay.AlipayPage, "h5": pay.AlipayWap}[platform]
	}
	a, err := s.node().Pay(ctx, commerce.PayInput{UserID: p.id, OrderNo: no, Platform: platform, ClientIP: "127.0.0.1", ReturnURL: s.url + "/", Channel: channel})
	if !s.may("pay "+no+" on "+platform+" "+string(channel), err) {
		return ""
	}
	if channel != "" && a.Action.URL != "" && s.rng.IntN(4) > 0 {
		_, err := s.app.Sandbox.OpenAlipay(a.Action.URL)
		s.say("the page is opened: %v", err)
	}
	if !slices.Contains(s.opened, a.OutTradeNo) {
		s.opened = append(s.opened, a.OutTradeNo)
	}
	return a.OutTradeNo
}

// take lets the gateway that knows a number take the money.
func (s *sim) take(no string) error {
	err := s.app.Sandbox.Pay(no, "")
	if errors.Is(err, sandbox.ErrNoOrder) {
		err = s.app.Sandbox.PayAlipay(no)
	}
	return err
}

// confirm pays something that waits at a gateway. Numbers are random, so the choice
// goes by the order in which they were opened: a seed must replay.
func (s *sim) confirm() {
	waits := map[string]bool{}
	for _, o := range s.app.Sandbox.Orders() {
		waits[o.OutTradeNo] = o.State == "NOTPAY"
	}
	for _, x := range s.app.Sandbox.Trades() {
		waits[x.OutTradeNo] = x.State == "WAIT_BUYER_PAY"
	}
	open := slices.DeleteFunc(slices.Clone(s.opened), func(no string) bool { return !waits[no] })
	if no, ok := pickOf(s.rng, open); ok {
		s.say("gateway takes %s: %v", no, s.take(no))
	}
}

func (s *sim) staffActs(ctx context.Context, p *simPerson) {
	c := s.node()
	if rows, err := c.Refunds(ctx, commerce.RefundRequested, 0, 20); err == nil && len(rows) > 0 && s.rng.IntN(3) > 0 {
		approve := s.rng.IntN(4) > 0
		_, err := c.Decide(ctx, rows[0].ID, approve, "好")
		s.may(fmt.Sprintf("decide %s %v", rows[0].No, approve), err)
		return
	}
	if no, ok := pickOf(s.rng, p.orders); ok {
		s.key++
		fen := []int64{0, 0, 100, 999}[s.rng.IntN(4)]
		_, err := c.StaffRefund(ctx, no, fmt.Sprintf("sim-staff-%d-%d", s.seed, s.key), 0, fen, "协商")
		s.may(fmt.Sprintf("staff refunds %d of %s", fen, no), err)
	}
}

func (s *sim) give(ctx context.Context, p *simPerson) {
	c := s.node()
	var no string
	var gifts []commerce.Gift
	for _, no = range p.orders { // the first that has any
		if gifts, _ = c.GiftsOf(ctx, p.id, no); len(gifts) > 0 {
			break
		}
	}
	if len(gifts) == 0 {
		return
	}
	if s.rng.IntN(4) == 0 {
		_, err := c.ReturnGifts(ctx, p.id, no)
		s.may("return gifts of "+no, err)
		return
	}
	to := s.people[s.rng.IntN(len(s.people))]
	g := gifts[s.rng.IntN(len(gifts))]
	s.may(fmt.Sprintf("receive gift %d of %s", g.Nth, no), c.ReceiveGift(ctx, to.id, g.Token))
}

func (s *sim) trouble() {
	all := []sandbox.Trouble{
		{},
		{},
		{DropAnswers: 1},
		{DropAnswers: 3},
		{FailAnswers: 2},
		{Duplicate: 3},
		{Reorder: true},
		{WrongSignature: true},
		{Probe: true},
		{OrderPaid: true},
		{RefundStuck: true},
		{RefundAbnormal: true},
		{NotEnough: true},
		{HoldNotices: true},
		{BadAnswerSign: true},
	}
	t := all[s.rng.IntN(len(all))]
	s.say("trouble %+v", t)
	s.app.Sandbox.SetTrouble(t)
}

// calm ends all trouble and lets everything come to rest, as quiet nights would;
// between them what was earned is paid out and a last buyer gets money back.
func (s *sim) calm() {
	ctx := s.system()
	s.app.Sandbox.SetTrouble(sandbox.Trouble{})
	s.rest(ctx)
	s.clock.Advance(16 * 24 * time.Hour)
	s.ok(s.app.Commission.Sweep(ctx))
	s.payday(ctx)
	s.staffActs(ctx, s.people[len(s.people)-1])
	s.rest(ctx)
}

func (s *sim) rest(ctx context.Context) {
	for i := range 8 {
		s.clock.Advance(65 * time.Minute)
		if i == 5 {
			s.clock.Advance(25 * time.Hour) // no transfer waits that long to be confirmed
		}
		s.tick()
		if err := errors.Join(s.node().Sweep(ctx), s.app.Commission.Sweep(ctx)); err != nil {
			s.t.Errorf("seed %d: a calm sweep: %v", s.seed, err)
		}
		rows, err := s.app.Commerce.Refunds(ctx, commerce.RefundAbnormal, 0, 50)
		s.ok(err)
		for _, r := range rows {
			_ = s.app.Commerce.RetryRefund(ctx, r.ID, "通道恢复了") // refused until the channel has settled it
		}
		wishes, err := s.app.Commission.Withdrawals(ctx, commission.Requested, 0, 0, 50)
		s.ok(err)
		for _, x := range wishes {
			_, err := s.app.Commission.Decide(ctx, x.ID, true, "核对无误")
			s.may("decide a withdrawal at last", err)
		}
	}
}

// judge compares our books with the gateway's, order by order and in sum, and then
// who may open what with what was really paid for.
func (s *sim) judge() {
	ctx := s.system()
	rows, err := s.app.Doctor(ctx)
	s.ok(err)
	for _, row := range rows {
		s.t.Errorf("seed %d: doctor: %s", s.seed, row)
	}
	kept := map[string]int64{} // attempt → what the gateway still holds
	var all int64
	for _, o := range s.app.Sandbox.Orders() {
		if o.State == "SUCCESS" || o.State == "REFUND" {
			kept[o.OutTradeNo] += o.AmountFen
			all += o.AmountFen
		}
	}
	for _, r := range s.app.Sandbox.Refunds() {
		if r.State == "SUCCESS" {
			kept[r.OutTradeNo] -= r.AmountFen
			all -= r.AmountFen
		}
	}
	for _, x := range s.app.Sandbox.Trades() {
		if !x.PaidAt.IsZero() {
			kept[x.OutTradeNo] += x.AmountFen - x.RefundedFen
			all += x.AmountFen - x.RefundedFen
		}
	}
	balances, err := ledger.Balances(ctx, s.app.DB)
	s.ok(err)
	var clearing, suspense int64
	for _, b := range balances {
		if strings.HasPrefix(b.Account, "clearing:") {
			clearing += b.DebitFen - b.CreditFen
		}
		if b.Account == ledger.Suspense {
			suspense += b.CreditFen - b.DebitFen
		}
	}
	if clearing != all {
		s.t.Errorf("seed %d: the gateway holds %d fen, our books say %d", s.seed, all, clearing)
	}
	if suspense != 0 {
		s.t.Errorf("seed %d: %d fen stay in suspense", s.seed, suspense)
	}
	s.judgeCommission(ctx)
	for _, p := range s.people {
		for _, no := range p.orders {
			s.judgeOrder(ctx, p, no, kept)
		}
		for _, courseID := range s.course {
			s.judgeAccess(ctx, p, courseID)
		}
	}
}

func (s *sim) judgeOrder(ctx context.Context, p *simPerson, no string, kept map[string]int64) {
	o, err := s.app.Commerce.Order(ctx, p.id, no)
	s.ok(err)
	d, err := s.app.Commerce.Detail(ctx, o)
	s.ok(err)
	var really int64
	for _, a := range d.Payments {
		really += kept[a.OutTradeNo]
	}
	switch {
	case o.Status == commerce.Pending:
		s.t.Errorf("seed %d: order %s still waits after a quiet night", s.seed, no)
	case really != o.PaidFen-o.RefundedFen:
		s.t.Errorf("seed %d: order %s (%s): the gateway kept %d fen, the order says %d − %d", s.seed, no, o.Status, really, o.PaidFen, o.RefundedFen)
	}
}

// judgeAccess works out from orders and gifts alone whether somebody may open a
// course, and asks access.
func (s *sim) judgeAccess(ctx context.Context, p *simPerson, courseID int64) {
	want := false
	for _, q := range s.people {
		for _, no := range q.orders {
			o, err := s.app.Commerce.Order(ctx, q.id, no)
			s.ok(err)
			d, err := s.app.Commerce.Detail(ctx, o)
			s.ok(err)
			for _, it := range d.Items {
				if it.CourseID != courseID || o.DeliveredAt == 0 {
					continue
				}
				stays := it.RefundedFen < it.PriceFen
				if !o.Gift {
					want = want || q == p && stays && (o.Status == commerce.Paid)
					continue
				}
				gifts, err := s.app.Commerce.GiftsOf(ctx, q.id, no)
				s.ok(err)
				for _, g := range gifts {
					want = want || g.OrderItemID == it.ID && g.State == "received" && g.ReceiverID == p.id && !s.voided(ctx, g.ID)
				}
			}
		}
	}
	have, err := s.app.Access.Course(ctx, s.app.DB, p.id, courseID)
	s.ok(err)
	if have.Owned != want {
		s.t.Errorf("seed %d: person %d may open course %d: %v, should %v", s.seed, p.id, courseID, have.Owned, want)
	}
}

// voided reports that finance took the whole gift order back after it was received.
func (s *sim) voided(ctx context.Context, giftID int64) bool {
	from, _, err := s.app.Access.Span(ctx, s.app.DB, access.Gift(giftID))
	s.ok(err)
	return from == 0
}
