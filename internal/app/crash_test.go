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
	"zhizhou/internal/sandbox"
	"zhizhou/internal/setting"
	"zhizhou/internal/testkit"
)

// INV-3: a process that buys and refunds is killed (SIGKILL, a real process) at
// each counted step: before every statement of a transaction, before and after
// every commit, before and after every call to the payment channel. After a
// restart and the ordinary sweeps, money and access must agree with the channel.

// TestMain runs the child's part when this binary was started as one.
func TestMain(m *testing.M) {
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
	User   int64
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
	return purchase(context.Background(), a, p)
}

type stepping struct{ step func() }

func (s stepping) RoundTrip(r *http.Request) (*http.Response, error) {
	s.step()
	res, err := http.DefaultTransport.RoundTrip(r)
	s.step()
	return res, err
}

// purchase goes the whole road: place, pay, notice, refund, refund notice.
func purchase(ctx context.Context, a *app.App, p plan) error {
	q, err := a.Commerce.QuoteFor(ctx, commerce.Ask{UserID: p.User, Platform: "pc", Wants: []commerce.Want{{SKUID: p.SKU, Quantity: 1}}})
	if err != nil {
		return err
	}
	o, err := a.Commerce.Place(ctx, commerce.Place{UserID: p.User, Platform: "pc", IdempotencyKey: "crash-test", QuoteToken: q.Token, TermsConfirmed: true})
	if err != nil {
		return err
	}
	attempt, err := a.Commerce.Pay(ctx, commerce.PayInput{UserID: p.User, OrderNo: o.No, Platform: "pc", ClientIP: "127.0.0.1"})
	if err != nil {
		return err
	}
	if err := panel(p.Panel, "pay", map[string]any{"out_trade_no": attempt.OutTradeNo}); err != nil {
		return err
	}
	if err := panel(p.Panel, "tick", map[string]any{}); err != nil {
		return err
	}
	r, err := a.Commerce.RequestRefund(ctx, p.User, o.No, "crash-refund", 0, "测试退款")
	if err != nil {
		return err
	}
	if _, err := a.Commerce.Decide(ctx, r.ID, true, "同意"); err != nil {
		return err
	}
	if err := a.Commerce.PushRefund(ctx, r.ID); err != nil {
		return err
	}
	return panel(p.Panel, "tick", map[string]any{})
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
		t.Run(e.String(), func(t *testing.T) {
			t.Parallel() // the engines wait for their disks in turn
			killEverywhere(t, e)
		})
	}
}

func killEverywhere(t *testing.T, e db.Engine) {
	ctx := context.Background()
	mux := http.NewServeMux()
	outside := httptest.NewServer(mux)
	t.Cleanup(outside.Close)
	moved := &clock.Moved{}
	sb, err := sandbox.New(sandbox.Config{BaseURL: outside.URL + "/sandbox", StateDir: t.TempDir(), Clock: moved})
	if err != nil {
		t.Fatal(err)
	}
	mux.Handle("/sandbox/", sb.Handler())
	m := sb.Merchant()
	cfg := app.Config{
		Addr: freeAddr(t), DataDir: t.TempDir(), DatabaseURL: testkit.DSN(t, e), MaxDevices: 3, MaxPlays: 2,
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
	w := &world{t: t, app: a, url: cfg.PublicURL, clock: moved}
	w.school()
	w.ok(a.Settings.Save(ctx, &setting.Payment{
		MchID: m.WechatPay.MchID, MerchantSerial: m.WechatPay.MerchantSerial, MerchantKey: m.WechatPay.MerchantKey, APIv3Key: m.WechatPay.APIv3Key,
		Mode: m.WechatPay.Mode, PublicKeyID: m.WechatPay.PublicKeyID, PublicKeyPEM: m.WechatPay.PublicKeyPEM, Policy: setting.DefaultPolicy,
	}, 0, nil))
	w.ok(a.Settings.Save(ctx, &setting.WeChat{MiniAppID: m.Weixin.MiniAppID, MiniSecret: m.Weixin.MiniSecret, OfficialAppID: m.Weixin.OfficialAppID, OfficialSecret: m.Weixin.OfficialSecret}, 0, nil))

	// Limited things are in it too: a place in a flash sale and a coupon are held,
	// sold and given back on this road.
	now := clock.MS(moved)
	flash := must(a.Commerce.SavePromotion(w.system(), commerce.PromotionChange{
		Kind: "flash", Label: "秒杀", PriceFen: 9900, Quota: 1000, PerUser: 1, Scope: price.Scope{SKUs: []int64{w.sku}}, StartsAt: now - 1000, EndsAt: now + 3650*86_400_000,
	}))(t)
	w.ok(a.Commerce.SwitchPromotion(w.system(), flash, true))
	coupon := w.coupon(commerce.CouponKind{Name: "立减", OffFen: 500, Stock: 1000, ValidDays: 3650, BackOnRefund: true}, price.Scope{})

	for at := 1; ; at++ {
		if at > 400 {
			t.Fatal("the purchase has no end")
		}
		phone := fmt.Sprintf("137%08d", at)
		if _, err := a.Account.SendCode(ctx, phone, "127.0.0."+strconv.Itoa(at%250), accepted); err != nil {
			t.Fatal(err)
		}
		inbox := sb.Inbox(phone)
		s, err := a.Account.LoginSMS(ctx, phone, inbox[0].Code, accepted, account.Device{Address: "127.0.0." + strconv.Itoa(at%250)})
		if err != nil {
			t.Fatal(err)
		}
		w.ok(a.Commerce.ClaimCoupon(ctx, s.User.ID, coupon))
		whole := killAt(t, at, plan{cfg, s.User.ID, w.sku, outside.URL + "/sandbox", time.Until(moved.Now())})
		recoverAndCheck(t, w, sb, s.User.ID, at)
		if whole {
			if at < 40 {
				t.Fatalf("only %d steps were counted: the probe does not see the purchase", at)
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
func recoverAndCheck(t *testing.T, w *world, sb *sandbox.Sandbox, userID int64, at int) {
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
	orders, err := w.app.Commerce.OrdersOf(ctx, userID, 0, 10)
	w.ok(err)
	for _, o := range orders {
		d, err := w.app.Commerce.Detail(ctx, o)
		w.ok(err)
		paid, refunds := int64(0), 0
		for _, p := range d.Payments {
			if p.Status == commerce.PaymentCreated {
				t.Fatalf("killed at step %d: an attempt stays open", at)
			}
			for _, so := range sb.Orders() {
				if so.OutTradeNo == p.OutTradeNo && so.State != "NOTPAY" && so.State != "CLOSED" {
					paid += so.AmountFen
				}
			}
		}
		for _, sr := range sb.Refunds() {
			for _, p := range d.Payments {
				if sr.OutTradeNo == p.OutTradeNo {
					refunds++
				}
			}
		}
		have, err := w.app.Access.Course(ctx, w.app.DB, userID, w.paid)
		w.ok(err)
		open := 0
		for _, r := range d.Refunds {
			if r.Status == commerce.RefundApproved || r.Status == commerce.RefundProcessing {
				open++
			}
		}
		switch {
		case open > 0:
			t.Fatalf("killed at step %d: a refund stays open: %+v", at, d.Refunds)
		case refunds > 1:
			t.Fatalf("killed at step %d: the channel saw %d refunds (INV-6)", at, refunds)
		case paid == 0 && (o.Status != commerce.Closed || have.Owned):
			t.Fatalf("killed at step %d: unpaid, but the order is %s and owned is %v", at, o.Status, have.Owned)
		case paid > 0 && refunds == 0 && (o.Status != commerce.Paid || !have.Owned):
			t.Fatalf("killed at step %d: paid, but the order is %s and owned is %v", at, o.Status, have.Owned)
		case paid > 0 && refunds == 1 && (o.Status != commerce.Refunded || have.Owned):
			t.Fatalf("killed at step %d: refunded, but the order is %s and owned is %v", at, o.Status, have.Owned)
		}
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
