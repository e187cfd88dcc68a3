package app

import (
	"context"
	"fmt"

	"zhizhou/internal/clock"
	"zhizhou/internal/commission"
	"zhizhou/internal/id"
	"zhizhou/internal/partner"
	"zhizhou/internal/setting"
	"zhizhou/internal/share"
)

// demoMaterials are what the demo school's partners take as it is.
var demoMaterials = []partner.Material{
	{Kind: "text", Title: "一句话推荐", Body: "写东西总被追问「所以你想说什么」？这门课教你先说结论，再给理由。我学完第一章，周报就短了一半。"},
	{Kind: "script", Title: "三十秒口播", Body: "（0–5 秒）你写的消息，对方是不是总回「什么意思」？\n（5–20 秒）我以前也这样。后来学到一个办法：第一句先写结论，后面最多三条理由。\n（20–30 秒）前两课可以免费试听，链接在这里，觉得有用再买。"},
	{Kind: "highlight", Title: "三个亮点", Body: "一、前两课免费，先听再决定。\n二、每课有练习，讲师批改。\n三、七天内没学多少，可以退。"},
}

// demoRates are the demo school's rates for partners, of what is paid.
var demoRates = map[string]int64{partner.Creator: 3000, partner.ClassTeacher: 2000, partner.SeniorLearner: 1500, partner.Agency: 2000}

// seedPartners opens the demo school to partners: terms, rates, materials, and one partner
// from whose links some have come. Nobody can sign in as that one; sales are not made up.
func (a *App) seedPartners(ctx context.Context, courseIDs ...int64) error {
	s := setting.NewPartner()
	v, err := a.Settings.Load(ctx, s)
	if err != nil {
		return err
	}
	s.Open = true
	if err := a.Settings.Save(ctx, s, v, setting.NewPartner()); err != nil {
		return err
	}
	t, err := a.Commission.Terms(ctx)
	if err != nil {
		return err
	}
	t.Enabled = true
	if err := a.Commission.SaveTerms(ctx, t); err != nil {
		return err
	}
	for _, role := range partner.Roles {
		if err := a.Partner.SaveTerms(ctx, role, 0, partner.Draft); err != nil {
			return err
		}
		rule, err := a.Commission.SaveRule(ctx, commission.Rule{Name: partner.RoleNames[role], Role: role, Level: 1, Scope: "all", RateBPS: demoRates[role]})
		if err != nil {
			return err
		}
		if err := a.Commission.SwitchRule(ctx, rule, true); err != nil {
			return err
		}
	}
	for _, m := range demoMaterials {
		if _, err := a.Partner.SaveMaterial(ctx, m); err != nil {
			return err
		}
	}
	prizes := []partner.Step{{From: 1, To: 1, Fen: 50_000}, {From: 2, To: 3, Fen: 20_000}}
	if err := a.Partner.SavePlan(ctx, partner.Plan{Month: clock.Day(a.Clock.Now()) / 100, Kind: partner.ByPlace, FloorFen: 100_000, WaitDays: t.HoldDays, Steps: prizes}); err != nil {
		return err
	}
	who, err := a.Account.Invent(ctx, "许一舟")
	if err != nil {
		return err
	}
	if err := a.Partner.Invite(ctx, who, partner.ClassTeacher, "欢迎一起推荐"); err != nil {
		return err
	}
	if err := a.Partner.Accept(ctx, who, 1); err != nil {
		return err
	}
	for n, course := range courseIDs {
		sh, _, err := a.Share.Make(ctx, share.Act{UserID: who, Kind: share.Course, TargetID: course, Channel: share.Channels[n%len(share.Channels)], Request: fmt.Sprintf("demo-share-%d", n)})
		if err != nil {
			return err
		}
		for range 5 - n {
			if _, _, err := a.Share.Land(ctx, share.Landing{Code: sh.Code, Visitor: id.Token(16)}); err != nil {
				return err
			}
		}
	}
	return nil
}
