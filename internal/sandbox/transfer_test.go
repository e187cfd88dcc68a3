package sandbox_test

import (
	"errors"
	"testing"
	"time"

	"zhizhou/internal/id"
	"zhizhou/internal/pay"
	pw "zhizhou/internal/pay/wechat"
	"zhizhou/internal/sandbox"
)

func (w *world) transfer(fen int64) pay.Transfer {
	m := w.sb.Merchant().WechatPay
	return pay.Transfer{
		OutBillNo: id.Code(), AppID: m.MiniAppID, OpenID: w.sb.OpenID(true, "小舟"), AmountFen: fen, Remark: "推广佣金", NotifyURL: w.app.URL + "/pay", SceneID: "1005",
		Reports: []pay.SceneReport{{Type: "岗位类型", Content: "推广人员"}, {Type: "报酬说明", Content: "课程推广佣金"}},
	}
}

// The road of a transfer, with the name encrypted under either kind of key; a number
// that is used again with other values is refused.
func TestTransfer(t *testing.T) {
	for name, byCert := range map[string]bool{"public key": false, "certificate": true} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, byCert)
			ctx := t.Context()
			in := w.transfer(250_000)
			if _, err := w.pay.Transfer(ctx, in); !errors.Is(err, pay.ErrConfig) {
				t.Fatalf("2,500 yuan without a name: %v", err)
			}
			if _, err := w.pay.QueryTransfer(ctx, in.OutBillNo); !errors.Is(err, pay.ErrNotFound) {
				t.Fatalf("a refused transfer: %v", err)
			}
			in.RealName = "林小舟"
			r := must(w.pay.Transfer(ctx, in))
			again := must(w.pay.Transfer(ctx, in))
			if r.State != pay.TransferConfirm || r.PackageInfo == "" || again.PackageInfo != r.PackageInfo {
				t.Fatalf("%+v %+v", r, again)
			}
			if list := w.sb.Transfers(); len(list) != 1 || list[0].RealName != "林小舟" {
				t.Fatalf("INV-32: %+v", list)
			}
			other := in
			other.AmountFen++
			if _, err := w.pay.Transfer(ctx, other); !errors.Is(err, pay.ErrNewNumber) && !errors.Is(err, pay.ErrConfig) {
				t.Fatalf("another amount under the number: %v", err)
			}
			if err := w.sb.Confirm(r.PackageInfo); err != nil {
				t.Fatal(err)
			}
			w.sb.Tick(ctx)
			if n := w.notices[len(w.notices)-1]; n.Transfer == nil || n.EventType != "MCHTRANSFER.BILL.FINISHED" || n.Transfer.State != pay.TransferSuccess || n.Transfer.AmountFen != 250_000 || n.Transfer.MchID != w.sb.Merchant().WechatPay.MchID {
				t.Fatalf("notice %+v", n)
			}
			if err := w.pay.CancelTransfer(ctx, in.OutBillNo); err == nil {
				t.Fatal("a paid transfer was cancelled")
			}
		})
	}
}

func TestTransferEnds(t *testing.T) {
	w := newWorld(t, false)
	ctx := t.Context()
	late, gone := w.transfer(100), w.transfer(100)
	must(w.pay.Transfer(ctx, late))
	must(w.pay.Transfer(ctx, gone))
	if err := w.pay.CancelTransfer(ctx, gone.OutBillNo); err != nil {
		t.Fatal(err)
	}
	if r := must(w.pay.QueryTransfer(ctx, gone.OutBillNo)); r.State != pay.TransferCancelled {
		t.Fatalf("%+v", r)
	}
	w.clock.Advance(24 * time.Hour)
	if r := must(w.pay.QueryTransfer(ctx, late.OutBillNo)); r.State != pay.TransferFailed || r.FailReason != "OVERDUE_CLOSE" {
		t.Fatalf("%+v", r)
	}
	if err := w.sb.Confirm(late.OutBillNo); err == nil {
		t.Fatal("accepted after a day")
	}
	w.sb.SetTrouble(sandbox.Trouble{NotEnough: true})
	if _, err := w.pay.Transfer(ctx, w.transfer(100)); !errors.Is(err, pay.ErrFunds) {
		t.Fatalf("no balance: %v", err)
	}
	w.sb.SetTrouble(sandbox.Trouble{DropAnswers: 1})
	lost := w.transfer(100)
	if _, err := w.pay.Transfer(ctx, lost); !errors.Is(err, pay.ErrRetry) {
		t.Fatalf("lost answer: %v", err)
	}
	if r := must(w.pay.QueryTransfer(ctx, lost.OutBillNo)); r.State != pay.TransferConfirm {
		t.Fatalf("%+v", r)
	}
}

// INV-13, INV-46: a notice of a transfer that is forged is refused; one under the
// old API key is still read while both are known.
func TestINV46TransferNoticeOldAndNewKeys(t *testing.T) {
	w := newWorld(t, false)
	ctx := t.Context()
	cfg := w.sb.Merchant().WechatPay
	cfg.OldAPIv3Keys, cfg.APIv3Key = []string{cfg.APIv3Key}, id.Token(16)
	both, err := pw.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	w.sb.SetTrouble(sandbox.Trouble{WrongSignature: true})
	in := w.transfer(100)
	must(w.pay.Transfer(ctx, in))
	if err := w.sb.Confirm(in.OutBillNo); err != nil {
		t.Fatal(err)
	}
	w.sb.Tick(ctx)
	if len(w.notices) != 0 || len(w.refused) != 1 || !errors.Is(w.refused[0], pay.ErrNotifySignature) {
		t.Fatalf("forged: %v %v", w.notices, w.refused)
	}
	w.sb.SetTrouble(sandbox.Trouble{})
	w.pay = both
	w.clock.Advance(time.Minute)
	w.sb.Tick(ctx)
	if len(w.notices) != 1 || w.notices[0].Transfer == nil {
		t.Fatalf("under the old key: %v %v", w.notices, w.refused)
	}
}
