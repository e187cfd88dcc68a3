package app

import (
	"context"
	"fmt"
	"net/http"

	"zhizhou/internal/access"
	"zhizhou/internal/api/hook"
	"zhizhou/internal/certificate"
	"zhizhou/internal/commerce"
	"zhizhou/internal/db"
	"zhizhou/internal/learning"
	"zhizhou/internal/message"
	"zhizhou/internal/setting"
	"zhizhou/internal/share"
)

// newCertificate makes the certificates and ties them to what they attest: a lesson
// that was finished may be the last condition, a refund takes the certificate along.
func (a *App) newCertificate() {
	a.Certificate = certificate.New(a.DB, a.Clock, a.Box, a.Catalog, a.Access, a.Config.PublicURL)
	a.Learning.OnFinished(func(ctx context.Context, tx *db.Tx, d learning.Done) error {
		return a.Certificate.Consider(ctx, tx, d.UserID, d.CourseID)
	})
	a.Certificate.OnIssued(func(ctx context.Context, tx *db.Tx, c certificate.Certificate) error {
		return a.Message.Notify(ctx, tx, message.Notice{
			UserID: c.UserID, Kind: message.Certificate, Title: "你拿到了《" + c.CourseTitle + "》" + c.Title, Body: "可以选择证书上怎么显示姓名，也可以下载和分享。", Link: "/me/certificates",
			Key: fmt.Sprintf("certificate:%d", c.ID),
		})
	})
}

// wireCertificate comes after those whose tables it reads.
func (a *App) wireCertificate() {
	a.Commerce.OnRefunded(func(ctx context.Context, tx *db.Tx, o commerce.Order, it commerce.Item, _ commerce.Refund) error {
		if err := a.Certificate.Refunded(ctx, tx, o.UserID, access.OrderItem(it.ID)); err != nil {
			return err
		}
		return a.eachReceiver(ctx, tx, it.ID, func(g commerce.Gift) error { return a.Certificate.Refunded(ctx, tx, g.ReceiverID, access.Gift(g.ID)) })
	})
	a.Account.OnMerge(a.Certificate.Merge)
	a.Share.Lead(share.Certificate, func(ctx context.Context, userID int64, _ string, id int64) (share.Target, error) {
		mine, err := a.Certificate.Mine(ctx, userID)
		if err != nil {
			return share.Target{}, err
		}
		for _, c := range mine {
			if c.ID == id && c.RevokedAt == 0 {
				return share.Target{Title: c.CourseTitle + c.Title, Text: "我学完了《" + c.CourseTitle + "》", Path: "/certificate/" + c.Code}, nil
			}
		}
		return share.Target{}, share.ErrGone
	})
}

// eachReceiver calls f for each copy of a line that somebody was given and received.
func (a *App) eachReceiver(ctx context.Context, tx *db.Tx, itemID int64, f func(commerce.Gift) error) error {
	taken, err := a.Commerce.GiftsTaken(ctx, tx, itemID)
	if err != nil {
		return err
	}
	for _, g := range taken {
		if err := f(g); err != nil {
			return err
		}
	}
	return nil
}

func (a *App) credentials(mux *http.ServeMux) {
	(&hook.Certificates{Service: a.Certificate, School: a.school}).Routes(mux)
}

func (a *App) school(ctx context.Context) string {
	s := setting.NewShop()
	_, _ = a.Settings.Load(ctx, s) // the default serves when it cannot be read
	return s.Name
}
