package app

import (
	"context"
	"errors"
	"fmt"
	"image"
	_ "image/jpeg" // of pictures that were uploaded
	_ "image/png"
	"io"
	"net/http"
	"strings"

	"zhizhou/internal/access"
	"zhizhou/internal/api/hook"
	"zhizhou/internal/card"
	"zhizhou/internal/certificate"
	"zhizhou/internal/commerce"
	"zhizhou/internal/db"
	"zhizhou/internal/errs"
	"zhizhou/internal/media"
	"zhizhou/internal/message"
	"zhizhou/internal/note"
	"zhizhou/internal/share"
)

// newCard makes the evidence cards and ties them to what they attest.
func (a *App) newCard() {
	a.Card = card.New(card.Config{
		DB: a.DB, Clock: a.Clock, Access: a.Access, Certificate: a.Certificate, Note: a.Note, PublicURL: a.Config.PublicURL,
		Picture: a.pictureOf, Beside: a.brandBeside, Shared: a.cardShared, Drop: a.Media.DropFile,
		Keep: func(ctx context.Context, name string, r io.Reader) (string, string, int64, error) {
			f, err := a.Media.SaveFile(ctx, name, r)
			if errors.Is(err, media.ErrFileType) {
				err = card.ErrVoice
			}
			return f.Key, f.Mime, f.Bytes, err
		},
	})
	a.wireWords()
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

// wireWords says who is told of what is said on and to a card.
func (a *App) wireWords() {
	own := func(c card.Card) string { return fmt.Sprintf("/me/cards/%d", c.ID) }
	a.Card.OnSaid(func(ctx context.Context, tx *db.Tx, c card.Card) error {
		_, title := c.Facts.Words()
		return a.Message.Notify(ctx, tx, message.Notice{
			UserID: c.UserID, Kind: message.Certificate, Title: "老师为你的证据卡写了寄语", Body: "「" + title + "」", Link: own(c), Key: fmt.Sprintf("mentor_note:%d", c.ID),
		})
	})
	a.Card.OnRevoked(func(ctx context.Context, tx *db.Tx, c card.Card, reason string) error {
		_, title := c.Facts.Words()
		return a.Message.Notify(ctx, tx, message.Notice{
			UserID: c.UserID, Kind: message.Certificate, Title: "你的一张学习证据卡被撤销了", Body: "「" + title + "」：" + reason, Link: own(c), Key: fmt.Sprintf("card_revoked:%d", c.ID),
		})
	})
	a.Card.OnDecided(func(ctx context.Context, tx *db.Tx, c card.Card, m card.Comment) error {
		_, title := c.Facts.Words()
		n := message.Notice{UserID: c.UserID, Kind: message.Answer, Title: m.Nickname + " 给你的证据卡留了言", Body: m.Body, Link: own(c), Key: fmt.Sprintf("card_comment:%d", m.ID)}
		switch {
		case m.State == note.Hidden:
			n.UserID, n.Title, n.Body, n.Link, n.Key = m.UserID, "你的留言没有公开：「"+title+"」", "原因："+m.Reason, "/card/"+c.Code, fmt.Sprintf("hidden:card_comment:%d", m.ID)
		case m.UserID == c.UserID:
			return nil
		}
		return a.Message.Notify(ctx, tx, n)
	})
}

// brandBeside is the partner on somebody's cards: they themselves, or by whose share they
// registered.
func (a *App) brandBeside(ctx context.Context, userID int64) (card.Brand, error) {
	led, err := a.Share.LedBy(ctx, userID)
	if err != nil {
		return card.Brand{}, err
	}
	for _, by := range []int64{userID, led} {
		if by == 0 {
			continue
		}
		if name, logo, err := a.Partner.Brand(ctx, by); err != nil || name != "" {
			return card.Brand{PartnerID: by, Name: name, Logo: logo}, err
		}
	}
	return card.Brand{}, nil
}

// pictureOf opens an uploaded public picture by its key.
func (a *App) pictureOf(ctx context.Context, key string) (image.Image, error) {
	body, _, err := a.Media.OpenImage(ctx, strings.TrimPrefix(key, "img/"))
	if err != nil {
		return nil, err
	}
	defer func() { _ = body.Close() }()
	img, _, err := image.Decode(body)
	if err != nil {
		return nil, fmt.Errorf("app: picture %s: %w", key, err)
	}
	return img, nil
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

// sharesCard reports whether a code is the one of a share of a card.
func (a *App) sharesCard(ctx context.Context, code string, cardID int64) (bool, error) {
	s, _, err := a.Share.Find(ctx, code)
	if err != nil && errs.KindOf(err) != errs.Internal { // it leads nowhere any more
		return false, nil
	}
	return err == nil && s.Kind == share.Card && s.TargetID == cardID, err
}

func (a *App) cardShared(ctx context.Context, address string, cardID int64) (bool, error) {
	code, ok := strings.CutPrefix(address, a.Config.PublicURL+"/s/")
	if !ok {
		return false, nil
	}
	return a.sharesCard(ctx, code, cardID)
}

func (a *App) cardPictures(mux *http.ServeMux) {
	leads := func(ctx context.Context, code string, cardID int64) bool {
		ok, err := a.sharesCard(ctx, code, cardID)
		return err == nil && ok // without an answer the picture carries the card's own code
	}
	short := func(code string) string { return a.Config.PublicURL + "/s/" + code }
	(&hook.Cards{Service: a.Card, Media: a.Media, School: a.school, Leads: leads, Short: short}).Routes(mux)
	(&hook.Shares{Service: a.Share, School: a.school, Short: short}).Routes(mux)
}
