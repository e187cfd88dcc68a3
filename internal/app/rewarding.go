package app

import (
	"context"
	"fmt"

	"zhizhou/internal/badge"
	"zhizhou/internal/campaign"
	"zhizhou/internal/db"
	"zhizhou/internal/learning"
	"zhizhou/internal/message"
	"zhizhou/internal/risk"
	"zhizhou/internal/share"
	"zhizhou/internal/shop"
)

// newRewarding builds what judges rewards and what gives them.
func (a *App) newRewarding() {
	a.Risk = &risk.Service{DB: a.DB, Clock: a.Clock, Box: a.Box}
	a.Campaign = campaign.New(campaign.Config{DB: a.DB, Clock: a.Clock, Settings: a.Settings, Points: a.Points, Access: a.Access, Coupons: a.Commerce, Risk: a.Risk, Media: a.Media})
	a.Shop = &shop.Service{DB: a.DB, Clock: a.Clock, Points: a.Points, Access: a.Access, Coupons: a.Commerce, Risk: a.Risk, Media: a.Media}
	a.Badge = &badge.Service{DB: a.DB, Clock: a.Clock}
}

// mayHave reports whether somebody may be rewarded now.
func (a *App) mayHave(ctx context.Context, tx *db.Tx, userID int64, act string) (bool, error) {
	v, err := a.Risk.Judge(ctx, tx, userID, act)
	return v.OK(), err
}

// wireRewarding says what they react to, and who is told what.
func (a *App) wireRewarding() {
	a.Share.Lead(share.Campaign, func(ctx context.Context, _ int64, _ string, id int64) (share.Target, error) {
		c, err := a.Campaign.Shown(ctx, id)
		if err != nil {
			return share.Target{}, share.ErrGone
		}
		return share.Target{Title: c.Title, Text: "一起来学习", Path: fmt.Sprintf("/campaign/%d", id)}, nil
	})
	a.Share.OnJoined(func(ctx context.Context, tx *db.Tx, j share.Joined) error {
		return a.Campaign.Joined(ctx, tx, j.UserID, j.SharerID, j.ShareID)
	})
	a.Learning.OnFinished(func(ctx context.Context, tx *db.Tx, d learning.Done) error {
		if err := a.Campaign.Studied(ctx, tx, d.UserID, d.LessonID); err != nil {
			return err
		}
		return a.Badge.Consider(ctx, tx, d.UserID) // after the cards: one says that a course is finished
	})
	a.SignIn.OnSigned = a.Badge.Consider
	a.Badge.OnWon(func(ctx context.Context, tx *db.Tx, w badge.Won) error {
		return a.Card.Awarded(ctx, tx, w.UserID, w.RuleID)
	})
	a.Campaign.OnGiven = func(ctx context.Context, tx *db.Tx, g campaign.Gift) error {
		return a.Message.Notify(ctx, tx, message.Notice{
			UserID: g.UserID, Kind: message.Reward, Title: "活动奖励已发放：" + g.Title, Body: "核查通过，奖励已经给你。", Link: "/me/gifts", Key: fmt.Sprintf("gift:%d", g.ID),
		})
	}
	a.Risk.OnOpened = func(ctx context.Context, tx *db.Tx, userID, caseID int64) error {
		return a.Message.Notify(ctx, tx, message.Notice{
			UserID: userID, Kind: message.Reward, Title: "你的奖励需要核查", Body: "学习和购买不受影响。可以看到原因，也可以申诉。", Link: "/me/checks", Key: fmt.Sprintf("risk:%d", caseID),
		})
	}
	a.Risk.OnDecided = func(ctx context.Context, tx *db.Tx, c risk.Case) error {
		title := "核查没有通过"
		if c.State == "cleared" {
			title = "核查通过，奖励照常发放"
		}
		return a.Message.Notify(ctx, tx, message.Notice{
			UserID: c.UserID, Kind: message.Reward, Title: title, Body: decided(c), Link: "/me/checks", Key: fmt.Sprintf("risk:%d:%s:%d", c.ID, c.State, c.DecidedAt),
		})
	}
	a.Account.OnMerge(a.Risk.Merge)
	a.Account.OnMerge(a.Campaign.Merge)
	a.Account.OnMerge(a.Shop.Merge)
	a.Account.OnMerge(a.Badge.Merge)
}

// decided is what a learner is told of a decision: the answer to the appeal, if there was one.
func decided(c risk.Case) string {
	if c.AnsweredAt > 0 {
		return c.Answer
	}
	return c.Reason
}
