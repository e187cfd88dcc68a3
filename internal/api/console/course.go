package console

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"zhizhou/internal/account"
	"zhizhou/internal/catalog"
	"zhizhou/internal/media"
	"zhizhou/internal/web"
)

// CourseRow is a course in the list.
type CourseRow struct {
	ID             int64  `json:"id"`
	Form           string `json:"form" enum:"course,column"`
	PlannedCount   int64  `json:"planned_count" doc:"Column: 0 is open-ended"`
	Title          string `json:"title"`
	CoverURL       string `json:"cover_url"`
	Scene          string `json:"scene"`
	Status         string `json:"status" enum:"draft,scheduled,published,unpublished"`
	PublishAt      int64  `json:"publish_at"`
	PublishedAt    int64  `json:"published_at"`
	UpdatedAt      int64  `json:"updated_at"`
	LessonCount    int64  `json:"lesson_count"`
	DurationMS     int64  `json:"duration_ms"`
	LearnerCount   int64  `json:"learner_count"`
	FromFen        int64  `json:"from_fen"`
	InstructorName string `json:"instructor_name"`
	CategoryName   string `json:"category_name"`
}

// CourseInput is what the course form saves.
type CourseInput struct {
	Title        string   `json:"title" maxLength:"240"`
	Promise      string   `json:"promise" maxLength:"600"`
	IntroHTML    string   `json:"intro_html" maxLength:"400000"`
	Audience     string   `json:"audience" maxLength:"2000"`
	Outcomes     []string `json:"outcomes" nullable:"false" maxItems:"10"`
	Tags         []string `json:"tags" nullable:"false" maxItems:"10"`
	Cover        string   `json:"cover" maxLength:"200" doc:"Blob key of an uploaded image"`
	Scene        string   `json:"scene" maxLength:"20"`
	InstructorID int64    `json:"instructor_id"`
	CategoryID   int64    `json:"category_id"`
	Position     int64    `json:"position"`
	Recommended  bool     `json:"recommended"`
	Cadence      string   `json:"cadence,omitempty" maxLength:"120" doc:"Column: when new issues come"`
	PlannedCount int64    `json:"planned_count,omitempty" minimum:"0" maximum:"9999" doc:"Column: issues there will be; 0: open-ended"`
	Version      int64    `json:"version" doc:"Of the course that was loaded"`
}

// CourseView is a course with all that its editor shows.
type CourseView struct {
	ID   int64  `json:"id"`
	Form string `json:"form" enum:"course,column"`
	CourseInput
	CoverURL     string           `json:"cover_url"`
	Status       string           `json:"status"`
	PublishAt    int64            `json:"publish_at"`
	PublishedAt  int64            `json:"published_at"`
	UpdatedAt    int64            `json:"updated_at"`
	ProductID    int64            `json:"product_id"`
	PreviewURL   string           `json:"preview_url"`
	LessonCount  int64            `json:"lesson_count"`
	DurationMS   int64            `json:"duration_ms"`
	LearnerCount int64            `json:"learner_count"`
	Chapters     []ChapterView    `json:"chapters" nullable:"false"`
	Attachments  []AttachmentView `json:"attachments" nullable:"false"`
	SKUs         []SKUView        `json:"skus" nullable:"false"`
	VirtualItems []ItemView       `json:"virtual_items" nullable:"false"`

	RefundDays              int64 `json:"refund_days"`
	RefundMaxWatchedPercent int64 `json:"refund_max_watched_percent"`
}

// ChapterView is a chapter with its lessons.
type ChapterView struct {
	ID      int64        `json:"id"`
	Title   string       `json:"title"`
	Lessons []LessonView `json:"lessons" nullable:"false"`
}

// LessonView is a lesson in the editor; its text is sent only when one is opened.
type LessonView struct {
	ID           int64         `json:"id"`
	CourseID     int64         `json:"course_id"`
	ChapterID    int64         `json:"chapter_id"`
	Title        string        `json:"title"`
	Form         string        `json:"form" enum:"video,audio,article,live,document,ebook,quiz,homework,booking"`
	IsFree       bool          `json:"is_free"`
	PreviewMS    int64         `json:"preview_ms"`
	DurationMS   int64         `json:"duration_ms"`
	BodyHTML     string        `json:"body_html,omitempty"`
	AssetID      int64         `json:"asset_id"`
	Asset        *AssetView    `json:"asset"`
	DocumentID   int64         `json:"document_id"`
	Document     *DocumentView `json:"document"`
	PreviewPages int64         `json:"preview_pages" doc:"Of a document, from the start"`
	PageCount    int64         `json:"page_count"`
	EbookID      int64         `json:"ebook_id"`
	Ebook        *EbookView    `json:"ebook"`
	InOrder      bool          `json:"in_order" doc:"Of a video or audio: not ahead of what was watched, until it is finished"`
	ReleasedAt   int64         `json:"released_at" doc:"Of a column's issue: since when learners see it; 0: not yet"`
	ReleaseAt    int64         `json:"release_at" doc:"Of a column's issue: when it is released by itself; 0: by hand"`
	Version      int64         `json:"version"`
	UnlockView
}

// UnlockView is when a lesson opens to those who have its course; all that is set must hold.
type UnlockView struct {
	OpensAt        int64 `json:"opens_at" doc:"0: at any time"`
	OpensAfterDays int64 `json:"opens_after_days" doc:"Full days since they have the course; 0: at once"`
	AfterLessonID  int64 `json:"after_lesson_id" doc:"A lesson of the course to be finished before, a quiz passed; 0: none"`
}

// AssetView is an uploaded video.
type AssetView struct {
	ID         int64  `json:"id"`
	Name       string `json:"name"`
	Status     string `json:"status" enum:"uploaded,probing,transcoding,ready,failed"`
	Stage      string `json:"stage"`
	Percent    int64  `json:"percent"`
	EtaS       int64  `json:"eta_s"`
	DurationMS int64  `json:"duration_ms"`
	Width      int64  `json:"width"`
	Height     int64  `json:"height"`
	Bytes      int64  `json:"bytes"`
	PosterURL  string `json:"poster_url"`
	Error      string `json:"error"`
	CreatedAt  int64  `json:"created_at"`
}

func (r *routes) courses() {
	const tag = "console course"
	web.Handle(r.web, route("courses", http.MethodGet, "courses", "Courses, last changed first", tag, account.PermCourseRead),
		func(ctx context.Context, in *struct {
			web.PageQuery
			Status string `query:"status" enum:"draft,scheduled,published,unpublished,"`
			Form   string `query:"form" enum:"course,column,"`
			Q      string `query:"q" maxLength:"60"`
		},
		) (*web.Body[web.List[CourseRow]], error) {
			after, err := in.Keys(2)
			if err != nil {
				return nil, err
			}
			rows, err := r.Catalog.Courses(ctx, scope(ctx), in.Form, in.Status, in.Q, after, in.Limit+1)
			if err != nil {
				return nil, err
			}
			return web.Answer(web.Page(rows, in.Limit, func(c catalog.CourseRow) CourseRow {
				return CourseRow{c.ID, c.Form, c.PlannedCount, c.Title, media.ImageURL(c.Cover), c.Scene, c.Status, c.PublishAt, c.PublishedAt, c.UpdatedAt, c.LessonCount, c.DurationMS, c.LearnerCount, c.FromFen, c.InstructorName, c.CategoryName}
			}, func(c catalog.CourseRow) []int64 { return []int64{c.UpdatedAt, c.ID} })), nil
		})
	web.Handle(r.web, route("course_create", http.MethodPost, "courses", "Make a draft", tag, account.PermCourseEdit),
		func(ctx context.Context, in *struct {
			Body struct {
				Title string `json:"title" maxLength:"240"`
				Form  string `json:"form,omitempty" enum:"course,column" doc:"Absent: course. It stays as it is"`
			}
		},
		) (*web.Body[CourseView], error) {
			create := r.Catalog.CreateCourse
			if in.Body.Form == catalog.FormColumn {
				create = r.Catalog.CreateColumn
			}
			c, err := create(ctx, scope(ctx), in.Body.Title)
			if err != nil {
				return nil, err
			}
			return r.courseView(ctx, c.ID)
		})
	web.Handle(r.web, route("course", http.MethodGet, "courses/{id}", "A course in the editor", tag, account.PermCourseRead),
		func(ctx context.Context, in *ByID) (*web.Body[CourseView], error) { return r.courseView(ctx, in.ID) })
	save := route("course_save", http.MethodPut, "courses/{id}", "Save the course page", tag, account.PermCourseEdit)
	save.MaxBytes = 2 << 20
	web.Handle(r.web, save, func(ctx context.Context, in *struct {
		ByID
		Body CourseInput
	},
	) (*web.Body[CourseView], error) {
		b := in.Body
		if err := r.Catalog.UpdateCourse(ctx, scope(ctx), in.ID, catalog.CourseChange{
			Title: b.Title, Promise: b.Promise, IntroHTML: b.IntroHTML, Audience: b.Audience, Outcomes: b.Outcomes, Tags: b.Tags, Cover: b.Cover, Scene: b.Scene,
			InstructorID: b.InstructorID, CategoryID: b.CategoryID, Position: b.Position, Recommended: b.Recommended, Cadence: b.Cadence, PlannedCount: b.PlannedCount, Version: b.Version,
		}); err != nil {
			return nil, err
		}
		return r.courseView(ctx, in.ID)
	})
	web.Handle(r.web, route("course_publish", http.MethodPost, "courses/{id}/publish", "Publish now or at a time", tag, account.PermCoursePublish),
		func(ctx context.Context, in *struct {
			ByID
			Body struct {
				PublishAt int64 `json:"publish_at,omitempty" doc:"ms; absent or past: now"`
			}
		},
		) (*web.Body[CourseView], error) {
			if err := r.Catalog.Publish(ctx, in.ID, in.Body.PublishAt); err != nil {
				return nil, err
			}
			return r.courseView(ctx, in.ID)
		})
	web.Handle(r.web, route("course_unpublish", http.MethodPost, "courses/{id}/unpublish", "Take off the shelf", tag, account.PermCoursePublish),
		func(ctx context.Context, in *ByID) (*web.Body[CourseView], error) {
			if err := r.Catalog.Unpublish(ctx, in.ID); err != nil {
				return nil, err
			}
			return r.courseView(ctx, in.ID)
		})
	web.Handle(r.web, route("course_delete", http.MethodDelete, "courses/{id}", "Delete a course", tag, account.PermCoursePublish),
		func(ctx context.Context, in *ByID) (*none, error) { return nil, r.Catalog.DeleteCourse(ctx, in.ID) })
	image := route("image", http.MethodPost, "images", "Store a picture; the body is the file", tag, account.PermMediaUpload)
	image.MaxBytes, image.Timeout = 11<<20, time.Minute
	type stored struct {
		Key    string `json:"key"`
		URL    string `json:"url"`
		Width  int64  `json:"width"`
		Height int64  `json:"height"`
	}
	web.Handle(r.web, image, func(ctx context.Context, in *struct {
		Name    string `query:"name" maxLength:"150" doc:"What the library calls it"`
		RawBody []byte `contentType:"application/octet-stream"`
	},
	) (*web.Body[stored], error) {
		p, err := r.Media.SavePicture(ctx, bytes.NewReader(in.RawBody))
		if err != nil {
			return nil, err
		}
		_, err = r.Media.KeepPicture(ctx, p, in.Name, web.CallerOf(ctx).Staff.ID)
		return web.Answer(stored{p.Key, media.ImageURL(p.Key), p.Width, p.Height}), err
	})
}

func (r *routes) courseView(ctx context.Context, courseID int64) (*web.Body[CourseView], error) {
	c, tags, err := r.Catalog.Course(ctx, scope(ctx), courseID)
	if err != nil {
		return nil, err
	}
	if tags == nil {
		tags = []string{}
	}
	v := CourseView{
		ID: c.ID, Form: c.Form, CoverURL: media.ImageURL(c.Cover), Status: c.Status, PublishAt: c.PublishAt, PublishedAt: c.PublishedAt, UpdatedAt: c.UpdatedAt,
		PreviewURL:  r.PublicURL + "/course/" + strconv.FormatInt(c.ID, 10) + "?preview=" + c.PreviewToken,
		LessonCount: c.LessonCount, DurationMS: c.DurationMS, LearnerCount: c.LearnerCount,
		CourseInput: CourseInput{
			Title: c.Title, Promise: c.Promise, IntroHTML: c.IntroHTML, Audience: c.Audience, Outcomes: c.OutcomeList(), Tags: tags, Cover: c.Cover, Scene: c.Scene,
			InstructorID: c.InstructorID, CategoryID: c.CategoryID, Position: c.Position, Recommended: c.Recommended, Cadence: c.Cadence, PlannedCount: c.PlannedCount, Version: c.Version,
		},
		Chapters: []ChapterView{}, Attachments: []AttachmentView{}, SKUs: []SKUView{}, VirtualItems: []ItemView{},
	}
	parts, err := r.Catalog.Outline(ctx, courseID)
	if err != nil {
		return nil, err
	}
	for _, p := range parts {
		ch := ChapterView{ID: p.ID, Title: p.Title, Lessons: []LessonView{}}
		for _, l := range p.Lessons {
			lv, err := r.lessonView(ctx, l)
			if err != nil {
				return nil, err
			}
			lv.BodyHTML = ""
			ch.Lessons = append(ch.Lessons, lv)
		}
		v.Chapters = append(v.Chapters, ch)
	}
	files, err := r.Catalog.Attachments(ctx, courseID)
	if err != nil {
		return nil, err
	}
	for _, a := range files {
		v.Attachments = append(v.Attachments, attachmentView(a))
	}
	product, skus, err := r.Catalog.Product(ctx, courseID, true)
	if err != nil {
		return nil, err
	}
	v.ProductID = product.ID
	v.RefundDays, v.RefundMaxWatchedPercent = product.RefundDays, product.RefundMaxWatchedPercent
	for _, k := range skus {
		v.SKUs = append(v.SKUs, skuView(k))
	}
	items, err := r.Catalog.Items(ctx, r.Settings.DB, product.ID)
	if err != nil {
		return nil, err
	}
	for _, it := range items {
		v.VirtualItems = append(v.VirtualItems, itemView(it))
	}
	return web.Answer(v), nil
}

func (r *routes) lessonView(ctx context.Context, l catalog.Lesson) (LessonView, error) {
	v := LessonView{
		ID: l.ID, CourseID: l.CourseID, ChapterID: l.ChapterID, Title: l.Title, Form: l.Form, IsFree: l.IsFree, PreviewMS: l.PreviewMS,
		DurationMS: l.DurationMS, BodyHTML: l.BodyHTML, AssetID: l.AssetID,
		DocumentID: l.DocumentID, PreviewPages: l.PreviewPages, PageCount: l.PageCount, EbookID: l.EbookID, InOrder: l.InOrder,
		ReleasedAt: l.ReleasedAt, ReleaseAt: l.ReleaseAt, Version: l.Version, UnlockView: UnlockView(l.Unlock),
	}
	if l.EbookID != 0 {
		b, err := r.Ebook.Get(ctx, l.EbookID)
		if err != nil {
			return v, fmt.Errorf("lesson %d: %w", l.ID, err)
		}
		bv := ebookView(b)
		v.Ebook = &bv
	}
	if l.DocumentID != 0 {
		d, err := r.Document.Get(ctx, l.DocumentID)
		if err != nil {
			return v, fmt.Errorf("lesson %d: %w", l.ID, err)
		}
		dv := documentView(d)
		v.Document = &dv
	}
	if l.AssetID == 0 {
		return v, nil
	}
	a, err := r.Media.Asset(ctx, l.AssetID)
	if err != nil {
		return v, fmt.Errorf("lesson %d: %w", l.ID, err)
	}
	av := assetView(a)
	v.Asset = &av
	return v, nil
}

func assetView(a media.Asset) AssetView {
	return AssetView{a.ID, a.Name, a.Status, a.Stage, a.Percent, a.EtaS, a.DurationMS, a.Width, a.Height, a.Bytes, a.PosterURL(), a.ErrorMsg, a.CreatedAt}
}
