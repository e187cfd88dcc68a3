package app

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	"zhizhou/demo"
	"zhizhou/internal/account"
	"zhizhou/internal/audit"
	"zhizhou/internal/caption"
	"zhizhou/internal/catalog"
	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/id"
	"zhizhou/internal/media"
	"zhizhou/internal/setting"
)

// Welcome prepares the first start and returns what a person should read: the
// addresses, and with demo the accounts. Agreements are published in either case:
// nobody can sign in before there is something to agree to.
func (a *App) Welcome(ctx context.Context, withDemo bool) (string, error) {
	ctx = audit.WithActor(ctx, audit.Actor{Kind: "system", Name: "首次启动"})
	if err := a.seedAgreements(ctx); err != nil {
		return "", err
	}
	lines := []string{"", "知舟 Zhizhou", "  学员端   " + a.Config.PublicURL + "/", "  管理后台 " + a.Config.PublicURL + "/admin/"}
	n, err := a.Account.CountStaff(ctx)
	if err != nil {
		return "", err
	}
	if withDemo {
		accounts, err := a.seedDemo(ctx, n == 0)
		if err != nil {
			return "", err
		}
		lines = append(lines, accounts...)
	} else if n == 0 {
		lines = append(lines, "  还没有员工账号：zhizhou admin create LOGIN")
	}
	if a.Sandbox != nil {
		lines = append(lines, "  沙箱面板 "+a.Config.PublicURL+"/sandbox/  （短信验证码、模拟支付都在这里）")
	}
	return strings.Join(append(lines, ""), "\n"), nil
}

func (a *App) seedAgreements(ctx context.Context) error {
	return a.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		for kind, title := range map[string]string{"user_agreement": "用户协议", "privacy_policy": "隐私政策"} {
			body, err := demo.Texts.ReadFile("text/" + kind + ".html")
			if err != nil {
				return err
			}
			if err := a.Account.PublishAgreement(ctx, tx, account.Agreement{Kind: kind, Version: "2026-11-01", Title: title, BodyHTML: string(body), EffectiveAt: time.Date(2026, 11, 1, 0, 0, 0, 0, clock.China).UnixMilli()}); err != nil {
				return err
			}
		}
		return nil
	})
}

// The demo's members of staff. Their passwords are made at the first start, for
// this installation alone, and kept in the data folder for the person who runs it.
var demoStaff = []account.NewStaff{
	{Login: "owner", Name: "宋以宁", Role: "owner"},
	{Login: "operator", Name: "周末晚", Role: "operator"},
	{Login: "finance", Name: "方既白", Role: "finance"},
}

func (a *App) seedDemo(ctx context.Context, isNew bool) ([]string, error) {
	file := filepath.Join(a.Config.DataDir, "demo-accounts.txt")
	if isNew {
		courses, teacher := map[string]int64{}, int64(0)
		if err := a.seedSchool(ctx, courses); err != nil {
			return nil, fmt.Errorf("demo: %w", err)
		}
		var b strings.Builder
		for _, s := range demoStaff {
			s.Password = strings.ToLower(id.Code())[:12]
			made, err := a.Account.CreateStaff(ctx, s)
			if err != nil {
				return nil, fmt.Errorf("demo: %w", err)
			}
			if s.Role == "operator" {
				teacher = made.ID
			}
			fmt.Fprintf(&b, "  后台账号 %-9s 密码 %s\n", s.Login, s.Password)
		}
		if err := a.seedTalk(ctx, courses[demo.TalkCourse], teacher); err != nil {
			return nil, fmt.Errorf("demo: talk: %w", err)
		}
		if err := a.seedRatings(ctx, courses[demo.RatedCourse], teacher); err != nil {
			return nil, fmt.Errorf("demo: ratings: %w", err)
		}
		if err := a.seedPartners(ctx, courses[demo.TalkCourse], courses[demo.RatedCourse]); err != nil {
			return nil, fmt.Errorf("demo: partners: %w", err)
		}
		if err := a.seedDeposit(ctx); err != nil {
			return nil, fmt.Errorf("demo: deposit: %w", err)
		}
		if err := a.seedChallenge(ctx, courses[demo.ChallengeCourse]); err != nil {
			return nil, fmt.Errorf("demo: challenge: %w", err)
		}
		if err := a.seedRewards(ctx, courses[demo.Courses[0].Title]); err != nil {
			return nil, fmt.Errorf("demo: rewards: %w", err)
		}
		if err := a.Rank(ctx); err != nil {
			return nil, fmt.Errorf("demo: rankings: %w", err)
		}
		if err := os.WriteFile(file, []byte(b.String()), 0o600); err != nil {
			return nil, err
		}
	}
	raw, err := os.ReadFile(file)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	lines := []string{}
	if len(raw) > 0 {
		lines = append(lines, strings.TrimRight(string(raw), "\n"), "  （owner 和 finance 首次登录要绑定两步验证）")
	}
	return append(lines, "  学员登录：任意 11 位手机号，验证码看沙箱面板"), nil
}

// seedSchool makes the school and notes its courses by title.
func (a *App) seedSchool(ctx context.Context, courses map[string]int64) error {
	shop := setting.NewShop()
	shop.Name, shop.Slogan, shop.Phone = "知舟演示学校", "把学过的，变成会的", "400-000-0000"
	if err := a.Settings.Save(ctx, shop, 0, nil); err != nil && !errors.Is(err, setting.ErrVersion) {
		return err
	}
	if err := a.Settings.Save(ctx, &setting.SignIn{Points: 5, Bonus: 20, MakeUps: 2}, 0, nil); err != nil && !errors.Is(err, setting.ErrVersion) {
		return err
	}
	categories, teachers := map[string]int64{}, map[string]int64{}
	for i, c := range demo.Categories {
		n, err := a.Catalog.SaveCategory(ctx, catalog.Category{Name: c[0], Slug: c[1], Position: int64(i)})
		if err != nil {
			return err
		}
		categories[c[1]] = n
	}
	for _, t := range demo.Instructors {
		n, err := a.Catalog.SaveInstructor(ctx, catalog.Instructor{Name: t[0], Title: t[1], Bio: t[2]})
		if err != nil {
			return err
		}
		teachers[t[0]] = n
	}
	for i, c := range demo.Courses {
		courseID, err := a.seedCourse(ctx, c, categories[c.Category], teachers[c.Instructor], int64(i))
		if err != nil {
			return fmt.Errorf("course %s: %w", c.Title, err)
		}
		courses[c.Title] = courseID
		if i == 0 {
			if _, err := a.Catalog.SaveBanner(ctx, catalog.Banner{
				Title: "结论先行，不等于只说结论", Subtitle: "汇报时先给答案，再给对方相信它的理由。第 1 课免费看，一分钟读懂一个常被误用的写作原则。",
				Note: "今日一课", Link: fmt.Sprintf("/course/%d", courseID), Active: true,
			}); err != nil {
				return err
			}
		}
	}
	if err := a.seedWorkshop(ctx, categories, teachers, courses); err != nil {
		return fmt.Errorf("course %s: %w", demo.Workshop.Title, err)
	}
	return a.seedShop(ctx, categories, teachers, courses)
}

func (a *App) seedCourse(ctx context.Context, c demo.Course, categoryID, teacherID, position int64) (int64, error) {
	courseID, err := a.seedPage(ctx, c, categoryID, teacherID, position)
	if err != nil {
		return 0, err
	}
	waiting, err := a.seedOutline(ctx, courseID, c.Chapters)
	if err != nil {
		return 0, err
	}
	if waiting {
		// Videos are still being processed: the sweep publishes when they are ready.
		err = a.Catalog.ScheduleWhenReady(ctx, courseID, clock.MS(a.Clock))
	} else {
		err = a.Catalog.Publish(ctx, courseID, 0)
	}
	return courseID, err
}

// seedPage makes a course with its page and offer, and nothing in it yet.
func (a *App) seedPage(ctx context.Context, c demo.Course, categoryID, teacherID, position int64) (int64, error) {
	made, err := a.Catalog.CreateCourse(ctx, 0, c.Title)
	if err != nil {
		return 0, err
	}
	if err := a.Catalog.UpdateCourse(ctx, 0, made.ID, catalog.CourseChange{
		Title: c.Title, Promise: c.Promise, IntroHTML: c.Intro, Audience: c.Audience, Outcomes: c.Outcomes, Tags: c.Tags, Scene: c.Scene,
		InstructorID: teacherID, CategoryID: categoryID, Position: position, Recommended: c.Recommended, Version: made.Version,
	}); err != nil {
		return 0, err
	}
	name := "长期有效"
	if c.PeriodDays > 0 {
		name = fmt.Sprintf("%d 天有效", c.PeriodDays)
	}
	productID, err := a.Catalog.ProductOf(ctx, made.ID)
	if err != nil {
		return 0, err
	}
	_, err = a.Catalog.SaveSKU(ctx, productID, catalog.SKU{Name: name, PriceFen: c.PriceFen, PeriodDays: c.PeriodDays, TaxCategory: "digital_service", Active: true})
	return made.ID, err
}

// seedOutline writes chapters and lessons, and reports whether a video or document is
// still to be processed.
func (a *App) seedOutline(ctx context.Context, courseID int64, chapters []demo.Chapter) (waiting bool, err error) {
	for _, ch := range chapters {
		chapterID, err := a.Catalog.AddChapter(ctx, 0, courseID, ch.Title)
		if err != nil {
			return false, err
		}
		for _, l := range ch.Lessons {
			if err := a.seedLesson(ctx, courseID, chapterID, l); err != nil {
				return false, fmt.Errorf("lesson %s: %w", l.Title, err)
			}
			waiting = waiting || l.Video != "" || l.Paper != "" || l.Audio != ""
		}
	}
	return waiting, nil
}

func (a *App) seedLesson(ctx context.Context, courseID, chapterID int64, l demo.Lesson) error {
	form := catalog.Article
	change := catalog.LessonChange{Title: l.Title, IsFree: l.Free, PreviewMS: l.PreviewS * 1000, PreviewPages: l.PreviewPages}
	switch {
	case l.Video != "" || l.Audio != "":
		form = catalog.Video
		if l.Audio != "" {
			form = catalog.Audio
		}
		assetID, err := a.imported(ctx, demo.Media, "media/"+l.Video+l.Audio, media.PurposeVideo)
		if err != nil {
			return err
		}
		change.AssetID = assetID
	case l.Quiz != "":
		return a.seedQuiz(ctx, courseID, chapterID, l)
	case l.Meeting != "":
		return a.seedMeeting(ctx, courseID, chapterID, l)
	case l.Paper != "":
		form = catalog.Document
		documentID, err := a.imported(ctx, demo.Papers, "paper/"+l.Paper, media.PurposeDocument)
		if err != nil {
			return err
		}
		change.DocumentID = documentID
	default:
		body, err := demo.Texts.ReadFile("text/" + l.Text)
		if err != nil {
			return err
		}
		change.BodyHTML = string(body)
	}
	lessonID, err := a.Catalog.AddLesson(ctx, 0, courseID, chapterID, l.Title, form)
	if err != nil {
		return err
	}
	if err := a.Catalog.UpdateLesson(ctx, 0, lessonID, change); err != nil {
		return err
	}
	return a.seedSaid(ctx, lessonID, form, l)
}

// seedSaid gives a lesson its subtitles or transcript, and its parts.
func (a *App) seedSaid(ctx context.Context, lessonID int64, form string, l demo.Lesson) error {
	if l.Said != "" {
		raw, err := demo.Media.ReadFile("media/" + l.Said)
		if err != nil {
			return err
		}
		kind := caption.Subtitle
		if form == catalog.Audio {
			kind = caption.Transcript
		}
		if _, err := a.Caption.Save(ctx, 0, lessonID, kind, "zh-CN", raw); err != nil {
			return err
		}
	}
	if len(l.Marks) == 0 {
		return nil
	}
	marks := make([]caption.Mark, len(l.Marks))
	for i, m := range l.Marks {
		marks[i] = caption.Mark{AtMS: m.AtS * 1000, Title: m.Title, Points: m.Points}
	}
	return a.Caption.SaveMarks(ctx, 0, lessonID, marks)
}

// imported brings a demo video or document in by the same door as an upload.
func (a *App) imported(ctx context.Context, files embed.FS, name, purpose string) (int64, error) {
	src, err := files.Open(name)
	if err != nil {
		return 0, err
	}
	defer func() { _ = src.Close() }()
	st, err := src.Stat()
	if err != nil {
		return 0, err
	}
	return a.received(ctx, src, path.Base(name), purpose, st.Size())
}
