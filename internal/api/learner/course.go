package learner

import (
	"context"
	"errors"
	"net/http"
	"slices"

	"zhizhou/internal/catalog"
	"zhizhou/internal/commerce"
	"zhizhou/internal/learning"
	"zhizhou/internal/web"
)

// CourseDetail is a course page.
type CourseDetail struct {
	CourseCard
	IntroHTML    string           `json:"intro_html"`
	Audience     string           `json:"audience"`
	Outcomes     []string         `json:"outcomes" nullable:"false"`
	Category     CategoryView     `json:"category"`
	Instructor   InstructorView   `json:"instructor"`
	Chapters     []ChapterView    `json:"chapters" nullable:"false"`
	Attachments  []AttachmentView `json:"attachments" nullable:"false"`
	SKUs         []SKUView        `json:"skus" nullable:"false"`
	RefundPolicy RefundPolicyView `json:"refund_policy"`
	ProductID    int64            `json:"product_id"`
	IsDraft      bool             `json:"is_draft" doc:"Seen through a preview link; not public"`
}

// InstructorView is a teacher.
type InstructorView struct {
	ID        int64  `json:"id"`
	Name      string `json:"name"`
	Title     string `json:"title"`
	Bio       string `json:"bio"`
	AvatarURL string `json:"avatar_url"`
}

// ChapterView is a chapter of the outline.
type ChapterView struct {
	ID      int64        `json:"id"`
	No      int          `json:"no"`
	Title   string       `json:"title"`
	Lessons []LessonLine `json:"lessons" nullable:"false"`
}

// LessonLine is a lesson of the outline.
type LessonLine struct {
	ID           int64  `json:"id"`
	No           int    `json:"no" doc:"Counted through the course"`
	Title        string `json:"title"`
	Form         string `json:"form" enum:"video,audio,article,live,document,ebook,quiz,homework,booking"`
	DurationMS   int64  `json:"duration_ms"`
	IsFree       bool   `json:"is_free"`
	PreviewMS    int64  `json:"preview_ms"`
	PreviewPages int64  `json:"preview_pages" doc:"Of a document"`
	PageCount    int64  `json:"page_count" doc:"Of a document"`
	UnlockView
}

// UnlockView is when a lesson opens to those who have its course.
type UnlockView struct {
	OpensAt        int64 `json:"opens_at" doc:"0: at any time"`
	OpensAfterDays int64 `json:"opens_after_days" doc:"Full days since one has the course; 0: at once"`
	AfterLessonID  int64 `json:"after_lesson_id" doc:"To be finished before, a quiz passed; 0: none"`
}

// SKUView is an offer.
type SKUView struct {
	ID           int64  `json:"id"`
	Name         string `json:"name"`
	PriceFen     int64  `json:"price_fen"`
	PeriodDays   int64  `json:"period_days" doc:"0: for good, or by months or a date"`
	PeriodMonths int64  `json:"period_months"`
	UntilAt      int64  `json:"until_at" doc:"A fixed date"`
	Trial        bool   `json:"trial" doc:"Only for who never had it"`
}

// RefundPolicyView is the refund promise.
type RefundPolicyView struct {
	Days              int64  `json:"days"`
	MaxWatchedPercent int64  `json:"max_watched_percent"`
	Text              string `json:"text"`
}

// MineView is what the caller has of a course.
type MineView struct {
	Owned         bool             `json:"owned"`
	UntilAt       int64            `json:"until_at" doc:"0: for good, or not owned"`
	OrderNo       string           `json:"order_no" doc:"An order still to be paid"`
	Percent       int64            `json:"percent"`
	FinishedCount int              `json:"finished_count"`
	LastLessonID  int64            `json:"last_lesson_id"`
	Lessons       []LessonProgress `json:"lessons" nullable:"false"`
	Locked        []LockedLesson   `json:"locked" nullable:"false" doc:"Lessons of an owned course that are not open yet"`
}

// LockedLesson is a lesson that opens later.
type LockedLesson struct {
	LessonID      int64 `json:"lesson_id"`
	OpensAt       int64 `json:"opens_at" doc:"0: it waits for no date"`
	AfterLessonID int64 `json:"after_lesson_id" doc:"To be finished or passed before; 0: none"`
}

// LessonProgress is how far the caller is in a lesson.
type LessonProgress struct {
	LessonID   int64 `json:"lesson_id"`
	Percent    int64 `json:"percent"`
	PositionMS int64 `json:"position_ms"`
	Finished   bool  `json:"finished"`
}

type courseQuery struct {
	web.PageQuery
	Category string `query:"category" maxLength:"40" doc:"Slug"`
	Sort     string `query:"sort" enum:"recommended,newest,rating,price" default:"recommended"`
}

func (r *routes) courses() {
	web.Handle(r.web, web.Route{ID: "courses", Method: http.MethodGet, Path: "/api/courses", Summary: "Published courses", Tag: "course", Need: web.Public, Cache: publicCache}, r.list)
	web.Handle(r.web, web.Route{ID: "course", Method: http.MethodGet, Path: "/api/courses/{id}", Summary: "A course page", Tag: "course", Need: web.Public, Cache: publicCache}, r.course)
	web.Handle(r.web, web.Route{ID: "course_mine", Method: http.MethodGet, Path: "/api/courses/{id}/mine", Summary: "What the caller has of a course", Tag: "course", Need: web.Anyone}, r.mine)
}

func (r *routes) list(ctx context.Context, in *courseQuery) (*web.Body[web.List[CourseCard]], error) {
	after, err := in.Keys(catalog.KeyCount(in.Sort))
	if err != nil {
		return nil, err
	}
	categoryID, err := r.category(ctx, in.Category)
	if err != nil {
		return nil, err
	}
	rows, err := r.Catalog.Shelf(ctx, platform(ctx), categoryID, in.Sort, after, in.Limit+1)
	if err != nil {
		return nil, err
	}
	page := web.Page(rows, in.Limit, courseCard, catalog.CardKeys(in.Sort))
	return web.Answer(page), r.dealt(ctx, page.Items)
}

// category returns the id of a slug, 0 for none.
func (r *routes) category(ctx context.Context, slug string) (int64, error) {
	if slug == "" {
		return 0, nil
	}
	return r.Catalog.CategoryID(ctx, slug)
}

func (r *routes) course(ctx context.Context, in *struct {
	ID      int64  `path:"id"`
	Preview string `query:"preview" maxLength:"64" doc:"Token of a draft's preview link"`
},
) (*courseAnswer, error) {
	p, err := r.Catalog.CoursePage(ctx, platform(ctx), in.ID, in.Preview)
	if err == nil {
		return r.answer(ctx, "no-store", p)
	}
	// What was taken off the shelf stays open for those who have it; that answer is
	// theirs alone and is not kept for others.
	if !errors.Is(err, catalog.ErrCourseGone) || in.Preview != "" {
		return nil, err
	}
	have, herr := r.Access.Course(ctx, r.Settings.DB, r.web.Who(ctx).ID, in.ID)
	if herr != nil || !have.Owned {
		return nil, errors.Join(herr, err)
	}
	if p, err = r.Catalog.OwnedPage(ctx, platform(ctx), in.ID); err != nil {
		return nil, err
	}
	return r.answer(ctx, "private, no-store", p)
}

// answer shows a course with the offers that can really be paid for here.
func (r *routes) answer(ctx context.Context, cache string, p catalog.Page) (*courseAnswer, error) {
	var err error
	if p.SKUs, err = r.Commerce.OnSale(ctx, platform(ctx), p.Product.ID, p.SKUs); err != nil {
		return nil, err
	}
	v := detail(p)
	v.ForSale = len(p.SKUs) > 0
	return &courseAnswer{CacheControl: cache, Body: v}, nil
}

type courseAnswer struct {
	CacheControl string `header:"Cache-Control"`
	Body         CourseDetail
}

func detail(p catalog.Page) CourseDetail {
	v := CourseDetail{
		CourseCard: courseCard(p.Card), IntroHTML: p.Course.IntroHTML, Audience: p.Course.Audience, Outcomes: p.Course.OutcomeList(),
		Category:   CategoryView{ID: p.Course.CategoryID, Name: p.Card.CategoryName, Slug: p.Card.CategorySlug},
		Instructor: InstructorView{p.Instructor.ID, p.Instructor.Name, p.Instructor.Title, p.Instructor.Bio, imageURL(p.Instructor.Avatar)},
		Chapters:   []ChapterView{}, Attachments: []AttachmentView{}, SKUs: []SKUView{}, IsDraft: p.Course.Status != catalog.Published, ProductID: p.Product.ID,
		RefundPolicy: refundPolicy(p.Product, timed(p.SKUs)),
	}
	n := 0
	for i, part := range p.Parts {
		ch := ChapterView{ID: part.ID, No: i + 1, Title: part.Title, Lessons: []LessonLine{}}
		for _, l := range part.Lessons {
			n++
			ch.Lessons = append(ch.Lessons, LessonLine{l.ID, n, l.Title, l.Form, l.DurationMS, l.IsFree, l.PreviewMS, l.PreviewPages, l.PageCount, UnlockView(l.Unlock)})
		}
		v.Chapters = append(v.Chapters, ch)
	}
	for _, a := range p.Attachments {
		if a.LessonID == 0 {
			v.Attachments = append(v.Attachments, attachmentView(a))
		}
	}
	for _, k := range p.SKUs {
		v.SKUs = append(v.SKUs, skuView(k, p.Prices[k.ID]))
	}
	if v.IsFree {
		v.RefundPolicy.Text = "免费课程"
	}
	return v
}

func refundPolicy(p catalog.Product, timed bool) RefundPolicyView {
	return RefundPolicyView{p.RefundDays, p.RefundMaxWatchedPercent, commerce.RefundText(p.Kind, p.RefundDays, p.RefundMaxWatchedPercent, timed)}
}

// timed reports that some offer ends.
func timed(skus []catalog.SKU) bool {
	return slices.ContainsFunc(skus, func(k catalog.SKU) bool { return k.PeriodDays+k.PeriodMonths+k.UntilAt > 0 })
}

func skuView(k catalog.SKU, fen int64) SKUView {
	return SKUView{k.ID, k.Name, fen, k.PeriodDays, k.PeriodMonths, k.UntilAt, k.Trial}
}

func (r *routes) mine(ctx context.Context, in *struct {
	ID int64 `path:"id"`
},
) (*web.Body[MineView], error) {
	v := MineView{Lessons: []LessonProgress{}, Locked: []LockedLesson{}}
	if _, err := r.Catalog.Card(ctx, platform(ctx), in.ID); err != nil {
		return nil, err
	}
	userID := web.UserID(ctx)
	if userID == 0 {
		return web.Answer(v), nil
	}
	have, err := r.Access.Course(ctx, r.Settings.DB, userID, in.ID)
	if err != nil {
		return nil, err
	}
	v.Owned, v.UntilAt = have.Owned, have.UntilAt
	if v.OrderNo, err = r.Commerce.PendingFor(ctx, userID, in.ID); err != nil {
		return nil, err
	}
	parts, err := r.Catalog.Released(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	if have.Owned {
		locked, err := r.Access.Locked(ctx, userID, have, parts)
		if err != nil {
			return nil, err
		}
		for _, part := range parts {
			for _, l := range part.Lessons {
				if d, ok := locked[l.ID]; ok {
					v.Locked = append(v.Locked, LockedLesson{l.ID, d.OpensAt, d.AfterLessonID})
				}
			}
		}
	}
	rows, err := r.Learning.Course(ctx, userID, in.ID)
	if err != nil {
		return nil, err
	}
	byLesson := map[int64]learning.Progress{}
	latest := int64(0)
	for _, p := range rows {
		byLesson[p.LessonID] = p
	}
	var shares, lessons int64
	for _, part := range parts {
		for _, l := range part.Lessons {
			lessons++
			p, ok := byLesson[l.ID]
			if !ok {
				continue
			}
			shares += learning.Share(p.CoveredMS, l.DurationMS, p.FinishedAt)
			if p.FinishedAt > 0 {
				v.FinishedCount++
			}
			if p.StudiedAt > latest {
				latest, v.LastLessonID = p.StudiedAt, l.ID
			}
			v.Lessons = append(v.Lessons, LessonProgress{l.ID, learning.Percent(p.CoveredMS, l.DurationMS), p.PositionMS, p.FinishedAt > 0})
		}
	}
	v.Percent = learning.CoursePercent(shares, lessons)
	return web.Answer(v), nil
}
