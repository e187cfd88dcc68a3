package app_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"zhizhou/internal/account"
	"zhizhou/internal/app"
	"zhizhou/internal/clock"
	"zhizhou/internal/commerce"
	"zhizhou/internal/commerce/price"
	"zhizhou/internal/db"
	"zhizhou/internal/document/documenttest"
	"zhizhou/internal/sandbox"
	"zhizhou/internal/setting"
	"zhizhou/internal/testkit"
)

// INV-3: a process that goes one of the roads below (buying and refunding, a group
// that fills, gifts that are received and returned) is killed (SIGKILL, a real
// process) at each counted step: before every statement of a transaction, before
// and after every commit, before and after every call to the payment channel. After
// a restart and the ordinary sweeps, money and access must agree with the channel.

// TestMain runs the child's part when this binary was started as one.
func TestMain(m *testing.M) {
	documenttest.Child()
	part := map[bool]func() error{os.Getenv("ZZ_CRASH_AT") != "": child, os.Getenv("ZZ_RUSH") != "": rusher}[true]
	if part != nil {
		if err := part(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// plan is what the parent tells the child.
type plan struct {
	Config app.Config
	Road   string
	User   int64
	Friend int64
	SKU    int64
	Panel  string        // the sandbox's control address
	Ahead  time.Duration // how far this world's time is ahead
}

func child() error {
	at, err := strconv.ParseInt(os.Getenv("ZZ_CRASH_AT"), 10, 64)
	if err != nil {
		return err
	}
	var p plan
	if err := json.Unmarshal([]byte(os.Getenv("ZZ_PLAN")), &p); err != nil {
		return err
	}
	var steps atomic.Int64
	step := func() {
		if steps.Add(1) == at {
			_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
			select {} // until the signal is there
		}
	}
	client := &http.Client{Timeout: 10 * time.Second, Transport: stepping{step}}
	ahead := &clock.Moved{}
	ahead.Advance(p.Ahead)
	a, err := app.New(context.Background(), p.Config, testkit.Log(), app.WithHTTPClient(client), app.WithClock(ahead))
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", p.Config.Addr)
	if err != nil {
		return err
	}
	go func() { _ = (&http.Server{Handler: a.Handler, ReadHeaderTimeout: time.Second}).Serve(l) }()
	a.DB.SetProbe(func(string) { step() }) // from here on: the start itself is not the subject
	return roads[p.Road](walk{context.Background(), a, p})
}

type stepping struct{ step func() }

func (s stepping) RoundTrip(r *http.Request) (*http.Response, error) {
	s.step()
	res, err := http.DefaultTransport.RoundTrip(r)
	s.step()
	return res, err
}

// roads are the ways that money takes; purchases are those that begin with one.
var (
	roads     = map[string]func(walk) error{"purchase": walk.purchase, "group": walk.group, "gift": walk.gift, "payout": walk.payout}
	purchases = []string{"purchase", "group", "gift"}
)

// walk is one go along a road, in the process that will be killed.
type walk struct {
	ctx context.Context
	app *app.App
	plan
}

// buy goes from the quote to the notice that the money came.
func (w walk) buy(ask commerce.Ask) (commerce.Order, error) {
	c := w.app.Commerce
	ask.Platform = "pc"
	if len(ask.Wants) == 0 {
		ask.Wants = []commerce.Want{{SKUID: w.SKU, Quantity: 1}}
	}
	q, err := c.QuoteFor(w.ctx, ask)
	if err != nil {
		return commerce.Order{}, err
	}
	o, err := c.Place(w.ctx, commerce.Place{UserID: ask.UserID, Platform: "pc", IdempotencyKey: "crash-test", QuoteToken: q.Token, TermsConfirmed: true})
	if err != nil {
		return o, err
	}
	attempt, err := c.Pay(w.ctx, commerce.PayInput{UserID: ask.UserID, OrderNo: o.No, Platform: "pc", ClientIP: "127.0.0.1"})
	if err != nil {
		return o, err
	}
	if err := panel(w.Panel, "pay", map[string]any{"out_trade_no": attempt.OutTradeNo}); err != nil {
		return o, err
	}
	if err := panel(w.Panel, "tick", map[string]any{}); err != nil {
		return o, err
	}
	return c.Order(w.ctx, ask.UserID, o.No)
}

// back takes an order's money back through staff and channel.
func (w walk) back(o commerce.Order) error {
	r, err := w.app.Commerce.RequestRefund(w.ctx, o.UserID, o.No, "crash-refund", 0, "测试退款")
	if err != nil {
		return err
	}
	if _, err := w.app.Commerce.Decide(w.ctx, r.ID, true, "同意"); err != nil {
		return err
	}
	if err := w.app.Commerce.PushRefund(w.ctx, r.ID); err != nil {
		return err
	}
	return panel(w.Panel, "tick", map[string]any{})
}

// purchase: place, pay, notice, refund, refund notice.
func (w walk) purchase() error {
	o, err := w.buy(commerce.Ask{UserID: w.User})
	if err != nil {
		return err
	}
	return w.back(o)
}

// group: one starts, another fills it, the first gets the money back.
func (w walk) group() error {
	o, err := w.buy(commerce.Ask{UserID: w.User, Group: true})
	if err != nil {
		return err
	}
	if _, err := w.buy(commerce.Ask{UserID: w.Friend, Group: true, GroupID: o.GroupID}); err != nil {
		return err
	}
	return w.back(o)
}

// gift: two copies, one is received, the other one's money goes back.
func (w walk) gift() error {
	c := w.app.Commerce
	o, err := w.buy(commerce.Ask{UserID: w.User, Gift: true, Wants: []commerce.Want{{SKUID: w.SKU, Quantity: 2}}})
	if err != nil {
		return err
	}
	gifts, err := c.GiftsOf(w.ctx, w.User, o.No)
	if err != nil || len(gifts) != 2 {
		return fmt.Errorf("%d gifts: %w", len(gifts), err)
	}
	if err := c.ReceiveGift(w.ctx, w.Friend, gifts[0].Token); err != nil {
		return err
	}
	if _, err := c.ReturnGifts(w.ctx, w.User, o.No); err != nil {
		return err
	}
	rows, err := c.RefundsOf(w.ctx, o.ID)
	if err != nil || len(rows) != 1 {
		return fmt.Errorf("%d refunds: %w", len(rows), err)
	}
	if err := c.PushRefund(w.ctx, rows[0].ID); err != nil {
		return err
	}
	return panel(w.Panel, "tick", map[string]any{})
}

func panel(base, what string, body map[string]any) error {
	raw, err := json.Marshal(body)
	if err != nil {
		return err
	}
	res, err := http.Post(base+"/panel/api/"+what, "application/json", bytes.NewReader(raw))
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("panel %s: %s", what, res.Status)
	}
	return nil
}

func TestINV3KilledAtEveryStep(t *testing.T) {
	for _, e := range testkit.Engines(t) {
		for _, road := range purchases {
			t.Run(e.String()+"/"+road, func(t *testing.T) {
				t.Parallel() // they wait for their disks in turn
				killEverywhere(t, e, road)
			})
		}
	}
}

// crashWorld is a school beside an outside world that lives on when it dies.
func crashWorld(t *testing.T, dsn, road string) (w *world, sb *sandbox.Sandbox, cfg app.Config, coupon int64) {
	ctx := context.Background()
	mux := http.NewServeMux()
	outside := httptest.NewServer(mux)
	t.Cleanup(outside.Close)
	moved := &clock.Moved{}
	state := t.TempDir()
	shareKeys(t, state)
	sb, err := sandbox.New(sandbox.Config{BaseURL: outside.URL + "/sandbox", StateDir: state, Clock: moved})
	if err != nil {
		t.Fatal(err)
	}
	mux.Handle("/sandbox/", sb.Handler())
	m := sb.Merchant()
	cfg = app.Config{
		Addr: freeAddr(t), DataDir: t.TempDir(), DatabaseURL: dsn, MaxDevices: 3, MaxPlays: 2,
		WeChatPayURL: m.WechatPay.BaseURL, WeChatURL: m.Weixin.BaseURL, WeChatOpenURL: m.Weixin.OpenBaseURL, SMSURL: m.SMSURL, SMSKey: m.SMSKey,
	}
	if err := cfg.Complete(); err != nil {
		t.Fatal(err)
	}
	a, err := app.New(ctx, cfg, testkit.Log(), app.WithClock(moved))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(a.Close)
	if _, err := a.Welcome(ctx, false); err != nil {
		t.Fatal(err)
	}
	w = &world{t: t, app: a, url: cfg.PublicURL, clock: moved}
	w.school()
	w.ok(a.Settings.Save(ctx, &setting.Payment{
		MchID: m.WechatPay.MchID, MerchantSerial: m.WechatPay.MerchantSerial, MerchantKey: m.WechatPay.MerchantKey, APIv3Key: m.WechatPay.APIv3Key,
		Mode: m.WechatPay.Mode, PublicKeyID: m.WechatPay.PublicKeyID, PublicKeyPEM: m.WechatPay.PublicKeyPEM, Policy: setting.DefaultPolicy,
	}, 0, nil))
	w.ok(a.Settings.Save(ctx, &setting.WeChat{MiniAppID: m.Weixin.MiniAppID, MiniSecret: m.Weixin.MiniSecret, OfficialAppID: m.Weixin.OfficialAppID, OfficialSecret: m.Weixin.OfficialSecret}, 0, nil))

	// Limited things are in it too: a place in a flash sale, a seat in a group and a
	// coupon are held, sold and given back on these roads.
	switch road {
	case "purchase":
		w.promote(commerce.PromotionChange{Kind: "flash", PriceFen: 9900, Quota: 1000, PerUser: 1, Scope: price.Scope{SKUs: []int64{w.sku}}, EndsAt: clock.MS(moved) + 3650*86_400_000})
	case "group":
		w.promote(commerce.PromotionChange{Kind: "group", PriceFen: 9900, GroupSize: 2, GroupHours: 2, Scope: price.Scope{SKUs: []int64{w.sku}}, EndsAt: clock.MS(moved) + 3650*86_400_000})
	}
	coupon = w.coupon(commerce.CouponKind{Name: "立减", OffFen: 500, Stock: 1000, ValidDays: 3650, BackOnRefund: true}, price.Scope{})

	return w, sb, cfg, coupon
}

// pair signs two people in, the first with a coupon.
func (w *world) pair(sb *sandbox.Sandbox, at int, coupon int64) (people [2]int64) {
	w.t.Helper()
	ctx := context.Background()
	for i := range people {
		phone, address := fmt.Sprintf("137%07d%d", at, i), "127.0."+strconv.Itoa(i)+"."+strconv.Itoa(at%250)
		_, err := w.app.Account.SendCode(ctx, phone, address, accepted)
		w.ok(err)
		s, err := w.app.Account.LoginSMS(ctx, phone, sb.Inbox(phone)[0].Code, accepted, account.Device{Address: address})
		w.ok(err)
		people[i] = s.User.ID
	}
	w.ok(w.app.Commerce.ClaimCoupon(ctx, people[0], coupon))
	return people
}

func killEverywhere(t *testing.T, e db.Engine, road string) {
	w, sb, cfg, coupon := crashWorld(t, testkit.DSN(t, e), road)
	for at := 1; ; at++ {
		if at > 400 {
			t.Fatal("the road has no end")
		}
		people := w.pair(sb, at, coupon)
		whole := killAt(t, at, plan{cfg, road, people[0], people[1], w.sku, sb.BaseURL(), time.Until(w.clock.Now())})
		recoverAndCheck(t, w, sb, people, at)
		if whole {
			if at < 40 {
				t.Fatalf("only %d steps were counted: the probe does not see the road", at)
			}
			t.Logf("%d steps", at-1)
			return
		}
	}
}

var accepted = []account.Consent{{Kind: "user_agreement", Version: "2026-11-01"}, {Kind: "privacy_policy", Version: "2026-11-01"}}

// killAt runs the purchase in a process that dies at a step; true when it lived.
func killAt(t *testing.T, at int, p plan) bool {
	t.Helper()
	raw, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	c := exec.CommandContext(ctx, os.Args[0], "-test.run=^$")
	c.Env = append(os.Environ(), "ZZ_CRASH_AT="+strconv.Itoa(at), "ZZ_PLAN="+string(raw))
	var out bytes.Buffer
	c.Stderr = &out
	err = c.Run()
	var exit *exec.ExitError
	switch {
	case err == nil:
		return true
	case errors.As(err, &exit) && exit.Sys().(syscall.WaitStatus).Signal() == syscall.SIGKILL:
		return false
	}
	t.Fatalf("step %d: the process ended by itself: %v\n%s", at, err, out.String())
	return false
}

// recoverAndCheck lets the sweeps of a restarted program run and compares what it
// believes with what the channel knows.
func recoverAndCheck(t *testing.T, w *world, sb *sandbox.Sandbox, people [2]int64, at int) {
	t.Helper()
	ctx := context.Background()
	for range 4 {
		w.clock.Advance(61 * time.Minute)
		w.ok(w.app.Commerce.Sweep(ctx))
	}
	rows, err := w.app.Doctor(ctx)
	w.ok(err)
	if len(rows) > 0 {
		t.Fatalf("killed at step %d:\n%s", at, strings.Join(rows, "\n"))
	}
	kept, back := map[string]int64{}, map[string]string{} // attempt → fen at the channel; refund → attempt
	for _, o := range sb.Orders() {
		if o.State != "NOTPAY" && o.State != "CLOSED" {
			kept[o.OutTradeNo] += o.AmountFen
		}
	}
	for _, r := range sb.Refunds() {
		kept[r.OutTradeNo] -= r.AmountFen
		back[r.OutRefundNo] = r.OutTradeNo
	}
	opens := map[int64]bool{}
	for _, userID := range people {
		orders, err := w.app.Commerce.OrdersOf(ctx, userID, 0, 10)
		w.ok(err)
		for _, o := range orders {
			checkOrder(t, w, o, kept, back, at)
			if !o.Gift {
				opens[userID] = opens[userID] || o.Status == commerce.Paid && o.DeliveredAt > 0
				continue
			}
			gifts, err := w.app.Commerce.GiftsOf(ctx, userID, o.No)
			w.ok(err)
			for _, g := range gifts {
				opens[g.ReceiverID] = opens[g.ReceiverID] || g.State == "received"
			}
		}
	}
	for _, userID := range people {
		have, err := w.app.Access.Course(ctx, w.app.DB, userID, w.paid)
		w.ok(err)
		if have.Owned != opens[userID] {
			t.Fatalf("killed at step %d: somebody owns the course: %v, should %v", at, have.Owned, opens[userID])
		}
	}
}

// checkOrder insists that an order has come to rest and says of its money what the
// channel says.
func checkOrder(t *testing.T, w *world, o commerce.Order, kept map[string]int64, back map[string]string, at int) {
	t.Helper()
	d, err := w.app.Commerce.Detail(context.Background(), o)
	w.ok(err)
	var really int64
	attempts, refunds := map[string]bool{}, map[string]bool{}
	for _, p := range d.Payments {
		if p.Status == commerce.PaymentCreated {
			t.Fatalf("killed at step %d: an attempt stays open", at)
		}
		really += kept[p.OutTradeNo]
		attempts[p.OutTradeNo] = true
	}
	for _, r := range d.Refunds {
		if r.Status == commerce.RefundApproved || r.Status == commerce.RefundProcessing || r.Status == commerce.RefundAbnormal {
			t.Fatalf("killed at step %d: a refund stays %s", at, r.Status)
		}
		refunds[r.No] = true
	}
	for no, attempt := range back {
		if attempts[attempt] && !refunds[no] {
			t.Fatalf("killed at step %d: the channel saw a refund that we do not know (INV-6)", at)
		}
	}
	switch {
	case o.Status == commerce.Pending || o.Status == commerce.Paid && o.DeliveredAt == 0:
		t.Fatalf("killed at step %d: the order is %s, delivered at %d", at, o.Status, o.DeliveredAt)
	case really != o.PaidFen-o.RefundedFen:
		t.Fatalf("killed at step %d: the channel kept %d fen, the order (%s) says %d − %d", at, really, o.Status, o.PaidFen, o.RefundedFen)
	case o.Status == commerce.Closed && really != 0, o.Status == commerce.Paid && really == 0:
		t.Fatalf("killed at step %d: the order is %s and the channel kept %d fen", at, o.Status, really)
	}
}

func freeAddr(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}
