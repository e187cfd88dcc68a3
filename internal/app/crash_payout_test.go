package app_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"zhizhou/internal/account"
	"zhizhou/internal/commerce"
	"zhizhou/internal/commission"
	"zhizhou/internal/db"
	"zhizhou/internal/sandbox"
	"zhizhou/internal/testkit"
)

// INV-32, INV-3: a process that pays a withdrawal is killed at each step. After a
// restart the ordinary sweeps bring it to one transfer, and to one end: paid when
// the receiver confirmed, given back when nobody did within a day.
func TestINV32KilledAtEveryStepOfAPayout(t *testing.T) {
	for _, e := range testkit.Engines(t) {
		t.Run(e.String(), func(t *testing.T) {
			t.Parallel()
			killPayouts(t, e)
		})
	}
}

// payout goes the road of the newest withdrawal: approve, send, confirm, notice.
func (w walk) payout() error {
	rows, err := w.app.Commission.WithdrawalsOf(w.ctx, w.User, 0, 1)
	if err != nil || len(rows) != 1 {
		return fmt.Errorf("%d withdrawals: %w", len(rows), err)
	}
	x := rows[0]
	if _, err := w.app.Commission.Decide(w.ctx, x.ID, true, "核对无误"); err != nil {
		return err
	}
	if err := w.app.Commission.Push(w.ctx, x.ID); err != nil {
		return err
	}
	if err := panel(w.Panel, "confirm", map[string]any{"out_trade_no": x.No}); err != nil {
		return err
	}
	return panel(w.Panel, "tick", map[string]any{})
}

// fund lets somebody earn by a purchase of a friend's: enough for every step.
func fund(w *world, sb *sandbox.Sandbox, inviter int64) {
	w.t.Helper()
	ctx := context.Background()
	friend := must(w.app.Account.LoginMini(ctx, sb.LoginCode("阿乙"), accepted, account.Device{Address: "127.0.0.2"}))(w.t).User.ID
	w.ok(w.app.Referral.Join(ctx, friend, must(w.app.Referral.Code(ctx, inviter))(w.t)))
	o := must(walk{ctx, w.app, plan{SKU: w.sku, Panel: sb.BaseURL()}}.buy(commerce.Ask{UserID: friend}))(w.t)
	must(w.app.Commerce.Sync(ctx, friend, o.No))(w.t) // no server listens here: the notice is lost
	w.clock.Advance(16 * 24 * time.Hour)
	w.sweep()
}

// payer makes a world in which somebody may be paid again and again.
func payer(w *world, sb *sandbox.Sandbox) int64 {
	w.t.Helper()
	ctx := context.Background()
	w.terms()
	s := must(w.app.Account.LoginMini(ctx, sb.LoginCode("阿甲"), accepted, account.Device{Address: "127.0.0.1"}))(w.t)
	w.ok(w.app.Commission.SavePayee(ctx, s.User.ID, "林小舟", realNumber, true))
	now := must(w.app.Commission.Terms(ctx))(w.t)
	now.MinFen = 10
	w.ok(w.app.Commission.SaveTerms(w.system(), now))
	fund(w, sb, s.User.ID)
	return s.User.ID
}

func (w *world) wish(userID int64, nth int) commission.Withdrawal {
	w.t.Helper()
	return must(w.app.Commission.Withdraw(context.Background(), commission.Ask{UserID: userID, Key: fmt.Sprintf("crash-%05d", nth), AmountFen: 10, Identity: account.Mini}))(w.t)
}

// recoverPayout lets the sweeps bring the nth withdrawal to its end; every other
// receiver confirms. One transfer was made for each withdrawal, and each was paid
// or came back.
func recoverPayout(t *testing.T, w *world, sb *sandbox.Sandbox, x commission.Withdrawal, nth int) {
	t.Helper()
	if w.withdrawal(x.ID).Status == commission.Requested {
		_, err := w.app.Commission.Decide(w.system(), x.ID, true, "核对无误")
		w.ok(err)
	}
	for range 3 {
		w.clock.Advance(61 * time.Minute)
		w.sweep()
	}
	got := w.withdrawal(x.ID)
	if got.Status == commission.WaitConfirm && nth%2 == 0 {
		w.ok(sb.Confirm(got.PackageInfo))
	}
	w.clock.Advance(25 * time.Hour)
	w.sweep()
	got = w.withdrawal(x.ID)
	made, paid := 0, false
	for _, tr := range sb.Transfers() {
		if tr.OpenID == got.OpenID && tr.OutBillNo == got.No {
			made, paid = made+1, tr.State == "SUCCESS"
		}
	}
	if made != 1 || paid != (got.Status == commission.Succeeded) || !paid && got.Status != commission.Expired {
		t.Fatalf("struck for the %d. time: %d transfers, paid %v, and the withdrawal is %s %s", nth, made, paid, got.Status, got.LastError)
	}
	if n := len(sb.Transfers()); n != nth {
		t.Fatalf("%d transfers for %d withdrawals", n, nth)
	}
	if rows := must(w.app.Doctor(context.Background()))(t); len(rows) > 0 {
		t.Fatalf("struck for the %d. time:\n%s", nth, strings.Join(rows, "\n"))
	}
}

func killPayouts(t *testing.T, e db.Engine) {
	w, sb, cfg, _ := crashWorld(t, testkit.DSN(t, e), "payout")
	user := payer(w, sb)
	for at := 1; ; at++ {
		if at > 150 {
			t.Fatal("the payout has no end")
		}
		x := w.wish(user, at)
		whole := killAt(t, at, plan{Config: cfg, Road: "payout", User: user, Panel: sb.BaseURL(), Ahead: time.Until(w.clock.Now())})
		recoverPayout(t, w, sb, x, at)
		if whole {
			if at < 15 {
				t.Fatalf("only %d steps were counted: the probe does not see the payout", at)
			}
			t.Logf("%d steps", at-1)
			return
		}
	}
}
