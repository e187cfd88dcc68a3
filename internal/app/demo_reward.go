package app

import (
	"context"
	"fmt"

	"zhizhou/internal/campaign"
	"zhizhou/internal/clock"
	"zhizhou/internal/commerce"
	"zhizhou/internal/shop"
)

const demoDay = 24 * 3600 * 1000 // ms

// seedRewards opens campaigns of every kind and the points shop.
func (a *App) seedRewards(ctx context.Context, courseID int64) error {
	coupon, err := a.Commerce.SaveCoupon(ctx, commerce.CouponChange{CouponKind: commerce.CouponKind{
		Name: "满 50 减 10 元券", OffFen: 1000, AtFen: 5000, Stock: 500, PerUser: 5, Claim: commerce.ClaimStaff, ValidDays: 30,
	}})
	if err == nil {
		err = a.Commerce.SwitchCoupon(ctx, coupon, true)
	}
	if err != nil {
		return err
	}
	now := clock.MS(a.Clock)
	both := campaign.Campaign{StartsAt: now, EndsAt: now + 30*demoDay, BudgetFen: 500_000, BudgetCount: 500, OnH5: true, OnWechat: true, OnMini: true}
	list := []campaign.Campaign{both, both, both, both}
	list[0].Kind, list[0].Title, list[0].Cause, list[0].PerUser, list[0].PerDevice = campaign.Assist, "和朋友一起解锁十元券", "both", 1, 1
	list[0].Words = "把这个页面分享给朋友。朋友从你的链接来注册，或者学完一课，就算一位。"
	list[0].Prizes = []campaign.Prize{{Kind: campaign.Coupon, RefID: coupon, Title: "满 50 减 10 元券", ValueFen: 1000, Stock: 100, Need: 2}}
	list[1].Kind, list[1].Title, list[1].Cause, list[1].PerUser, list[1].PerDevice = campaign.Invite, "邀请三位朋友，送一门课", "join", 1, 1
	list[1].Prizes = []campaign.Prize{{Kind: campaign.Course, RefID: courseID, Amount: 90, Title: "课程学习 90 天", ValueFen: 9900, Stock: 30, Need: 3}}
	list[2].Kind, list[2].Title, list[2].Cause, list[2].PerUser, list[2].PerDevice = campaign.Lottery, "学一课，抽一张卡", "both", 10, 20
	list[2].Prizes = []campaign.Prize{
		{Kind: campaign.Coupon, RefID: coupon, Title: "满 50 减 10 元券", ValueFen: 1000, OddsPPM: 50_000, Stock: 50},
		{Kind: campaign.Points, Amount: 20, Title: "20 积分", ValueFen: 20, OddsPPM: 350_000, Stock: 300},
		{Kind: campaign.Material, Title: "写作清单卡", Body: "先写结论；一段只说一件事；数字写清单位；写完念一遍。", OddsPPM: 300_000, Stock: 200},
		{Kind: campaign.Nothing, Title: "没有中", OddsPPM: 300_000},
	}
	list[3].Kind, list[3].Title, list[3].Cause, list[3].PerUser, list[3].PerDevice, list[3].NewcomerDays = campaign.Journey, "新人的头七天", "study", 3, 3, 7
	list[3].Prizes = []campaign.Prize{
		{Kind: campaign.Points, Amount: 20, Title: "迈出第一步", ValueFen: 20, Stock: 500, Step: "lessons", Need: 1},
		{Kind: campaign.Points, Amount: 30, Title: "来了三天", ValueFen: 30, Stock: 500, Step: "sign_ins", Need: 3},
		{Kind: campaign.Coupon, RefID: coupon, Title: "学满一小时", ValueFen: 1000, Stock: 200, Step: "minutes", Need: 60},
	}
	for _, c := range list {
		n, err := a.Campaign.Save(ctx, c)
		if err == nil {
			err = a.Campaign.Move(ctx, n, "running", "")
		}
		if err != nil {
			return fmt.Errorf("campaign %s: %w", c.Title, err)
		}
	}
	for i, g := range []shop.Goods{
		{Kind: shop.Material, Title: "写作自查清单", Words: "一页纸，写完对照着改一遍。", Body: "一、第一句是结论吗？\n二、读的人要做什么，写明了吗？\n三、每个数字都有单位吗？\n四、删掉三个词，意思还在吗？", PricePoints: 10, Stock: 200, PerUser: 1},
		{Kind: shop.Coupon, RefID: coupon, Title: "满 50 减 10 元券", Words: "兑换后 30 天内有效。", PricePoints: 100, Stock: 100, PerUser: 2},
		{Kind: shop.Course, RefID: courseID, Amount: 30, Title: "课程学习 30 天", Words: "从兑换那一刻算起。", PricePoints: 600, Stock: 20, PerUser: 1},
	} {
		g.Shown, g.OnH5, g.OnWechat, g.OnMini, g.Position = true, true, true, true, int64(i)
		if _, err := a.Shop.Save(ctx, g); err != nil {
			return fmt.Errorf("points shop %s: %w", g.Title, err)
		}
	}
	return nil
}
