package app

import (
	"context"
	"crypto/sha1" //nolint:gosec // WeChat's own choice for pushes
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/setting"
	"zhizhou/internal/testkit"
)

// A key that staff replace stays good for what the others still make with it: for a
// week, until staff end it, and through a second change on the same day. What staff
// typed wrong never pushes the good one out.
func TestINV46ReplacedKeysAreAcceptedForAWhile(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		ctx, c := context.Background(), &clock.Moved{}
		o := &outside{settings: &setting.Store{DB: d, Box: testkit.Box(), Clock: c}, clock: c, http: http.DefaultClient}
		save := func(change func(*setting.WeChat, *setting.Payment)) {
			t.Helper()
			w, p, wasW, wasP := &setting.WeChat{}, setting.NewPayment(), &setting.WeChat{}, setting.NewPayment()
			vw, vp := must2(o.settings.Load(ctx, wasW))(t), must2(o.settings.Load(ctx, wasP))(t)
			// The console knows the hidden form alone.
			*w, *p = wasW.Public().(setting.WeChat), wasP.Public().(setting.Payment)
			change(w, p)
			w.Keep(wasW, clock.MS(c))
			p.Keep(wasP, clock.MS(c))
			if err := o.settings.Save(ctx, w, vw, wasW); err != nil {
				t.Fatal(err)
			}
			if err := o.settings.Save(ctx, p, vp, wasP); err != nil {
				t.Fatal(err)
			}
		}
		accepts := func(token string) bool {
			t.Helper()
			parts := []string{token, fmt.Sprint(c.Now().Unix()), "n"}
			q := url.Values{"timestamp": {parts[1]}, "nonce": {"n"}, "echostr": {"yes"}}
			slices.Sort(parts)
			sum := sha1.Sum([]byte(strings.Join(parts, ""))) //nolint:gosec // as above
			q.Set("signature", hex.EncodeToString(sum[:]))
			s, err := must2(o.now(ctx))(t).wechat.VerifyURL(q)
			return err == nil && s == "yes"
		}
		keys := func() string {
			t.Helper()
			cfg := must2(o.now(ctx))(t)
			out := append([]string{cfg.payCfg.APIv3Key}, cfg.payCfg.OldAPIv3Keys...)
			for _, k := range cfg.payCfg.OldPublicKeys {
				out = append(out, k.ID+"="+k.PEM)
			}
			return strings.Join(append(out, cfg.alipayCfg.OldPublicKeys...), " ")
		}
		save(func(w *setting.WeChat, p *setting.Payment) {
			w.PushToken = "first"
			p.MchID, p.APIv3Key, p.PublicKeyID, p.PublicKeyPEM, p.AlipayAppID, p.AlipayPublicKey = "1900000001", "v1", "ID1", "PEM1", "2021", "ALI1"
		})
		if !accepts("first") || accepts("second") || keys() != "v1" {
			t.Fatal(keys())
		}
		save(func(w *setting.WeChat, p *setting.Payment) { w.PushToken, p.APIv3Key = "secnod", "v2" }) // a slip
		c.Advance(time.Hour)
		save(func(w *setting.WeChat, p *setting.Payment) {
			w.PushToken, p.PublicKeyID, p.PublicKeyPEM, p.AlipayPublicKey = "second", "ID2", "PEM2", "ALI2"
		})
		if !accepts("first") || !accepts("second") || !accepts("secnod") || accepts("third") {
			t.Error("a token in force is refused, or one that never was is not")
		}
		if got := keys(); got != "v2 v1 ID1=PEM1 ALI1" {
			t.Errorf("in force: %s", got)
		}
		p := setting.NewPayment()
		must2(o.settings.Load(ctx, p))(t)
		if shown := fmt.Sprintf("%+v", p.Public()); strings.Contains(shown, "v1") || strings.Contains(shown, "PEM1") || !strings.Contains(shown, "ID1") {
			t.Errorf("the console shows %s", shown)
		}
		save(func(_ *setting.WeChat, p *setting.Payment) {
			p.Retired = slices.DeleteFunc(p.Retired, func(r setting.Retired) bool { return r.Name == setting.APIv3Key })
			p.Retired = append(p.Retired, setting.Retired{Name: setting.AlipayPublicKey, Key: "mine", UntilAt: clock.MS(c) + 1e9}) // no way in
		})
		if got := keys(); got != "v2 ID1=PEM1 ALI1" {
			t.Errorf("after one was ended: %s", got)
		}
		c.Advance(8 * 24 * time.Hour)
		if accepts("first") || !accepts("second") || keys() != "v2" {
			t.Errorf("a week later: %s", keys())
		}
	})
}

func must2[T any](v T, err error) func(t *testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}
