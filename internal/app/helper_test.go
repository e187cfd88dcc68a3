package app_test

import (
	"context"
	"testing"
	"time"

	"zhizhou/internal/app"
	"zhizhou/internal/pay"
)

func totp(t *testing.T, secret string, now time.Time) string {
	t.Helper()
	code, err := totp6(secret, now)
	if err != nil {
		t.Fatal(err)
	}
	return code
}

// receipt asks the channel about a Native attempt, as reconciling does.
func receipt(a *app.App, payment string) (pay.Receipt, error) {
	p, err := a.ProviderOf(context.Background(), pay.WechatNative)
	if err != nil {
		return pay.Receipt{}, err
	}
	return p.Query(context.Background(), payment, "")
}

// receiptAfter pays in the sandbox without a notice and returns what the channel
// then says.
func receiptAfter(w *world, payment string) (pay.Receipt, error) {
	w.quiet()
	w.ok(w.app.Sandbox.Pay(payment, ""))
	return receipt(w.app, payment)
}
