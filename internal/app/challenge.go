package app

import (
	"context"
	"fmt"
	"time"

	"zhizhou/internal/card"
	"zhizhou/internal/catalog"
	"zhizhou/internal/challenge"
	"zhizhou/internal/commerce"
	"zhizhou/internal/db"
	"zhizhou/internal/message"
	"zhizhou/internal/money"
	"zhizhou/internal/share"
)

// newChallenge makes the challenges and ties them to the evidence cards and to what
// learners are told.
func (a *App) newChallenge() {
	a.Challenge = challenge.New(challenge.Config{DB: a.DB, Clock: a.Clock, Settings: a.Settings, Catalog: a.Catalog, Access: a.Access, Media: a.Media, Note: a.Note, Points: a.Points})
	a.Challenge.OnMilestone(func(ctx context.Context, tx *db.Tx, m challenge.Milestone) error {
		if err := a.Card.Lasted(ctx, tx, m.UserID, m.ID); err != nil {
			return err
		}
		return a.Badge.Milestone(ctx, tx, m.UserID, fmt.Sprintf("challenge:%d", m.ID))
	})
	a.Challenge.OnOut(a.Card.Broken)
	a.Card.OnDays(func(ctx context.Context, r db.Reader, milestoneID, at int64) (card.Kept, error) {
		p, err := a.Challenge.Proof(ctx, r, milestoneID, at)
		k := card.Kept{Title: p.Title, Class: p.Class, Teacher: p.Teacher, CourseID: p.CourseID, From: challenge.DayOf(p.Starts), Span: p.No, Days: p.Days}
		if !p.Stands {
			k.Days = nil
		}
		return k, err
	})
	a.Challenge.OnNews(func(ctx context.Context, tx *db.Tx, n challenge.News) error {
		title, body, link := toldOfChallenge(n)
		key := fmt.Sprintf("challenge:%s:%d", n.Kind, n.ID)
		if n.Week > 0 {
			key += fmt.Sprintf(":%d", n.Week)
		}
		if n.Version > 0 {
			key += fmt.Sprintf(":%d", n.Version)
		}
		kind := message.Challenge
		if n.Kind == "remind" {
			kind = message.Mate
			key += fmt.Sprintf(":%d", n.ClassID)
		}
		return a.Message.Notify(ctx, tx, message.Notice{UserID: n.UserID, Kind: kind, Title: title, Body: body, Link: link, Key: key})
	})
}

func toldOfChallenge(n challenge.News) (title, body, link string) {
	link = fmt.Sprintf("/class/%d/home", n.ClassID)
	switch n.Kind {
	case "milestone":
		return "到达里程碑「" + n.Body + "」：" + n.Title, "学习证据卡已经给你，可以看看、可以分享。", link
	case "share_day":
		return "今天是晒卡日：" + n.Title, "把这一周的打卡和同组一起的样子晒出来。", link
	case "remind":
		return n.Body + "提醒你今天打卡：" + n.Title, "同组的人在等你。不想收到提醒，可以在消息设置里关掉。", link
	case "squad":
		if n.From != "" {
			body = "有一组不满 4 人，小组重新分过，从别的组请了几位过去。"
			if n.Over {
				body = "「" + n.From + "」不满 4 人，并进了这一组。"
			}
			return "你从小组「" + n.From + "」到了「" + n.Body + "」：" + n.Title, body + "你的打卡和积分都跟着你，去看看现在一起走的人。", fmt.Sprintf("/class/%d/squad", n.ClassID)
		}
		return "你在小组「" + n.Body + "」：" + n.Title, "去看看一起走的人。", fmt.Sprintf("/class/%d/squad", n.ClassID)
	case "award":
		if n.Body == "" {
			n.Body = "去挑战里看。"
		}
		return "你上周在前三名，老师给了你东西：" + n.Title, n.Body, link
	case "removed":
		return "你被移出了挑战：" + n.Title, "原因：" + n.Body, fmt.Sprintf("/class/%d", n.ClassID)
	case "returned":
		return "报名的钱已原路退回：" + n.Title, n.Body + "。到账时间看付款方式，一般几分钟到几天。", fmt.Sprintf("/class/%d", n.ClassID)
	case "forfeited":
		return "押金到期没有退还：" + n.Title, n.Body + "。", fmt.Sprintf("/class/%d", n.ClassID)
	case "cancelled":
		return "挑战取消了：" + n.Title, "原因：" + n.Body, fmt.Sprintf("/class/%d", n.ClassID)
	}
	return "你写的没有给小组看：" + n.Title, "原因：" + n.Body + "。打卡仍然算数。", link
}

// wireChallenge comes after those whose hooks it uses.
func (a *App) wireChallenge() {
	a.Account.OnMerge(a.Challenge.Merge)
	a.Challenge.Money = a.Commerce
	a.Commerce.Admit(a.Challenge.Admit)
	a.Commerce.OnPaid(func(ctx context.Context, tx *db.Tx, o commerce.Order) error {
		for _, it := range o.Frozen().Items {
			if !catalog.OfClass(it.Kind) {
				continue
			}
			lines, err := a.Commerce.ItemsIn(ctx, tx, o.ID)
			if err != nil {
				return err
			}
			return a.Challenge.Bought(ctx, tx, o.UserID, it.ProductID, lines[0].ID, lines[0].PriceFen) // it is bought alone; the product has the id of the class
		}
		return nil
	})
	a.Commerce.OnRefunded(func(ctx context.Context, tx *db.Tx, o commerce.Order, it commerce.Item, r commerce.Refund) error {
		if catalog.OfClass(it.Kind) {
			if it.RefundedFen < it.PriceFen && !r.EndsAccess {
				return nil
			}
			return a.Challenge.Refunded(ctx, tx, it.ID)
		}
		if err := a.Challenge.Lost(ctx, tx, o.UserID); err != nil {
			return err
		}
		return a.eachReceiver(ctx, tx, it.ID, func(g commerce.Gift) error { return a.Challenge.Lost(ctx, tx, g.ReceiverID) })
	})
	a.Share.Lead(share.Challenge, func(ctx context.Context, userID int64, _ string, id int64) (share.Target, error) {
		c, err := a.Challenge.Newest(ctx, id)
		if err != nil {
			return share.Target{}, err
		}
		return a.classTarget(ctx, userID, c.ID)
	})
	a.Share.Lead(share.Class, func(ctx context.Context, userID int64, _ string, id int64) (share.Target, error) {
		return a.classTarget(ctx, userID, id)
	})
}

// classTarget is the page of a class; who stands in a squad with room asks others into it.
func (a *App) classTarget(ctx context.Context, userID, classID int64) (share.Target, error) {
	c, err := a.Challenge.Class(ctx, 0, classID)
	if err == nil && c.State == challenge.Cancelled {
		err = share.ErrGone
	}
	if err != nil {
		return share.Target{}, err
	}
	to := share.Target{Title: c.Title, Text: fmt.Sprintf("%d 天打卡挑战", c.Plan.Days), Path: fmt.Sprintf("/class/%d", c.ID), Call: "加入"}
	if c.Mode == challenge.Dates {
		at := time.UnixMilli(c.Starts * 24 * 3600 * 1000).UTC()
		to.Text = at.Format("1 月 2 日") + "开始的 " + to.Text
	}
	if c.Teacher != "" {
		to.Text += "，" + c.Teacher + "带班"
	}
	switch left := c.Capacity - c.Members; {
	case c.Price == catalog.KindDeposit:
		to.Text += fmt.Sprintf("；押金 ¥%s，打满 %d 天退还", money.Yuan(c.PriceFen), c.ReturnNeed)
	case left > 0 && left <= 50:
		to.Text += fmt.Sprintf("，还有 %d 个名额", left)
	}
	if c.Price == catalog.KindClass {
		to.PriceFen = c.PriceFen
	}
	if seen, err := a.Catalog.Visible(ctx, c.CourseID); err != nil {
		return to, err
	} else if seen {
		course, err := a.Catalog.Card(ctx, "", c.CourseID)
		if err != nil {
			return to, err
		}
		to.Cover, to.Scene = course.Cover, course.Scene
	}
	if q, err := a.Challenge.Inviting(ctx, userID, classID); err == nil && q.ID > 0 {
		to.Path += "?squad=" + q.Code
	}
	return to, nil
}
