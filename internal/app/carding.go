package app

import (
	"context"
	"fmt"
	"net/http"

	"zhizhou/internal/access"
	"zhizhou/internal/api/hook"
	"zhizhou/internal/card"
	"zhizhou/internal/certificate"
	"zhizhou/internal/commerce"
	"zhizhou/internal/db"
	"zhizhou/internal/message"
	"zhizhou/internal/share"
)

// newCard makes the evidence cards and ties them to what they attest.
func (a *App) newCard() {
	a.Card = card.New(card.Config{DB: a.DB, Clock: a.Clock, Access: a.Access, Certificate: a.Certificate, PublicURL: a.Config.PublicURL})
	a.Learning.OnFinished(a.Card.Consider)
	a.Certificate.OnIssued(func(ctx context.Context, tx *db.Tx, c certificate.Certificate) error {
		return a.Card.Attested(ctx, tx, c.UserID, c.CourseID, c.ID)
	})
	a.Certificate.OnRevoked(a.Card.Fallen)
	a.Card.OnIssued(func(ctx context.Context, tx *db.Tx, c card.Card) error {
		if c.Kind == card.Lesson || c.Kind == card.Quiz || c.Kind == card.Chapter {
			return nil // the page on which it was reached shows it
		}
		lead, title := c.Facts.Words()
		return a.Message.Notify(ctx, tx, message.Notice{
			UserID: c.UserID, Kind: message.Certificate, Title: "你有了一张新的学习证据卡", Body: lead + "「" + title + "」", Link: fmt.Sprintf("/me/cards/%d", c.ID), Key: fmt.Sprintf("card:%d", c.ID),
		})
	})
}

// wireCard comes after those whose tables it reads.
func (a *App) wireCard() {
	a.Commerce.OnRefunded(func(ctx context.Context, tx *db.Tx, o commerce.Order, it commerce.Item, _ commerce.Refund) error {
		if err := a.Card.Refunded(ctx, tx, o.UserID, access.OrderItem(it.ID)); err != nil {
			return err
		}
		return a.eachReceiver(ctx, tx, it.ID, func(g commerce.Gift) error { return a.Card.Refunded(ctx, tx, g.ReceiverID, access.Gift(g.ID)) })
	})
	a.Account.OnMerge(a.Card.Merge)
	a.Share.Lead(share.Card, func(ctx context.Context, userID int64, _ string, id int64) (share.Target, error) {
		c, err := a.Card.Own(ctx, userID, id)
		if err == nil && c.RevokedAt > 0 {
			err = share.ErrGone
		}
		lead, title := c.Facts.Words()
		return share.Target{Title: title, Text: lead + "「" + title + "」", Path: "/card/" + c.Code}, err
	})
}

func (a *App) cardPictures(mux *http.ServeMux) {
	leads := func(ctx context.Context, code string, cardID int64) bool {
		s, _, err := a.Share.Find(ctx, code)
		return err == nil && s.Kind == share.Card && s.TargetID == cardID
	}
	short := func(code string) string { return a.Config.PublicURL + "/s/" + code }
	(&hook.Cards{Service: a.Card, School: a.school, Leads: leads, Short: short}).Routes(mux)
	(&hook.Shares{Service: a.Share, School: a.school, Short: short}).Routes(mux)
}
