package catalog_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"zhizhou/internal/catalog"
	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/testkit"
)

type shop struct {
	*catalog.Service
	t     *testing.T
	clock *clock.Moved
}

func each(t *testing.T, fn func(t *testing.T, s shop)) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		c := &clock.Moved{}
		fn(t, shop{catalog.New(d, c, nil), t, c})
	})
}

func (s shop) ok(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

// course publishes a course with one article and a price.
func (s shop) course(title, promise, intro string, teacher int64, tags ...string) int64 {
	s.t.Helper()
	ctx := context.Background()
	c, err := s.CreateCourse(ctx, 0, title)
	s.ok(err)
	s.ok(s.UpdateCourse(ctx, 0, c.ID, catalog.CourseChange{Title: title, Promise: promise, IntroHTML: intro, Tags: tags, InstructorID: teacher, Version: c.Version}))
	productID, err := s.ProductOf(ctx, c.ID)
	s.ok(err)
	_, err = s.SaveSKU(ctx, productID, catalog.SKU{Name: "长期", PriceFen: 100, TaxCategory: "digital_service", Active: true})
	s.ok(err)
	ch, err := s.AddChapter(ctx, 0, c.ID, "章")
	s.ok(err)
	l, err := s.AddLesson(ctx, 0, c.ID, ch, "课", catalog.Article)
	s.ok(err)
	s.ok(s.UpdateLesson(ctx, 0, l, catalog.LessonChange{Title: "课", BodyHTML: "<p>文</p>"}))
	s.ok(s.Publish(ctx, c.ID, 0))
	return c.ID
}

func TestOnlyThePreviewLinkShowsWhatIsHidden(t *testing.T) {
	each(t, func(t *testing.T, s shop) {
		ctx := context.Background()
		who, err := s.SaveInstructor(ctx, catalog.Instructor{Name: "讲师"})
		s.ok(err)
		one := s.course("水墨山水", "", "", who)
		s.ok(s.Unpublish(ctx, one))
		if _, err := s.CoursePage(ctx, "pc", one, ""); !errors.Is(err, catalog.ErrCourseGone) {
			t.Fatalf("an unpublished course shows: %v", err)
		}
		c, _, err := s.Course(ctx, 0, one)
		s.ok(err)
		if _, err := s.CoursePage(ctx, "pc", one, c.PreviewToken); err != nil {
			t.Fatalf("the preview link does not work: %v", err)
		}
		if _, err := s.CoursePage(ctx, "pc", one, c.PreviewToken+"x"); err == nil {
			t.Fatal("a wrong preview token works")
		}
	})
}

func TestPublishNamesWhatIsMissing(t *testing.T) {
	each(t, func(t *testing.T, s shop) {
		ctx := context.Background()
		c, err := s.CreateCourse(ctx, 0, "新课")
		s.ok(err)
		if err := s.Publish(ctx, c.ID, 0); !errors.Is(err, catalog.ErrNotReady) {
			t.Fatalf("an empty course: %v", err)
		}
		ch, err := s.AddChapter(ctx, 0, c.ID, "章")
		s.ok(err)
		_, err = s.AddLesson(ctx, 0, c.ID, ch, "视频课", catalog.Video)
		s.ok(err)
		if err := s.Publish(ctx, c.ID, 0); !errors.Is(err, catalog.ErrNotReady) {
			t.Fatalf("a video without a file: %v", err)
		}
		if err := s.Unpublish(ctx, c.ID); !errors.Is(err, catalog.ErrStatus) {
			t.Fatalf("a draft taken off the shelf: %v", err)
		}
	})
}

func TestInstructorTouchesOwnCoursesOnly(t *testing.T) {
	each(t, func(t *testing.T, s shop) {
		ctx := context.Background()
		a, err := s.SaveInstructor(ctx, catalog.Instructor{Name: "甲"})
		s.ok(err)
		b, err := s.SaveInstructor(ctx, catalog.Instructor{Name: "乙"})
		s.ok(err)
		courseID := s.course("甲的课", "", "", a)
		parts, err := s.Outline(ctx, courseID)
		s.ok(err)
		lesson := parts[0].Lessons[0].ID
		for name, err := range map[string]error{
			"read":    third(s.Course(ctx, b, courseID)),
			"save":    s.UpdateCourse(ctx, b, courseID, catalog.CourseChange{Title: "改"}),
			"chapter": second(s.AddChapter(ctx, b, courseID, "章")),
			"lesson":  s.UpdateLesson(ctx, b, lesson, catalog.LessonChange{Title: "改"}),
			"delete":  s.DeleteLesson(ctx, b, lesson),
			"reorder": s.Reorder(ctx, b, courseID, nil),
		} {
			if !errors.Is(err, catalog.ErrCourseGone) {
				t.Errorf("%s: %v", name, err)
			}
		}
		rows, err := s.Courses(ctx, b, "", "", "", nil, 10)
		if err != nil || len(rows) != 0 {
			t.Errorf("the list shows %d foreign courses (%v)", len(rows), err)
		}
	})
}

func second[T any](_ T, err error) error        { return err }
func third[A, B any](_ A, _ B, err error) error { return err }

func TestReorderMustNameEverythingOnce(t *testing.T) {
	each(t, func(t *testing.T, s shop) {
		ctx := context.Background()
		c, err := s.CreateCourse(ctx, 0, "排序")
		s.ok(err)
		one, err := s.AddChapter(ctx, 0, c.ID, "一")
		s.ok(err)
		two, err := s.AddChapter(ctx, 0, c.ID, "二")
		s.ok(err)
		l1, err := s.AddLesson(ctx, 0, c.ID, one, "甲", catalog.Article)
		s.ok(err)
		l2, err := s.AddLesson(ctx, 0, c.ID, one, "乙", catalog.Article)
		s.ok(err)
		for _, bad := range [][]catalog.Place{
			{{ChapterID: one, LessonIDs: []int64{l1, l2}}},
			{{ChapterID: one, LessonIDs: []int64{l1, l1}}, {ChapterID: two}},
			{{ChapterID: one, LessonIDs: []int64{l1}}, {ChapterID: two, LessonIDs: []int64{99}}},
		} {
			if err := s.Reorder(ctx, 0, c.ID, bad); !errors.Is(err, catalog.ErrOutline) {
				t.Errorf("%v: %v", bad, err)
			}
		}
		s.ok(s.Reorder(ctx, 0, c.ID, []catalog.Place{{ChapterID: two, LessonIDs: []int64{l2}}, {ChapterID: one, LessonIDs: []int64{l1}}}))
		parts, err := s.Outline(ctx, c.ID)
		s.ok(err)
		if parts[0].ID != two || parts[0].Lessons[0].ID != l2 || parts[1].Lessons[0].ID != l1 {
			t.Fatalf("%+v", parts)
		}
	})
}

func TestSanitizeKeepsTextAndDropsScripts(t *testing.T) {
	for in, want := range map[string]string{
		`<p onclick="x()">好</p><script>alert(1)</script>`: `<p>好</p>`,
		`<img src="https://evil.example/x.png">`:          ``,
		`<a href="javascript:alert(1)">点</a>`:             `点`,
		`<h2>题</h2><iframe src="//x"></iframe>`:           `<h2>题</h2>`,
	} {
		if got := catalog.Sanitize(in); got != want {
			t.Errorf("%s → %s, want %s", in, got, want)
		}
	}
	if got := catalog.Sanitize(`<img src="/media/i/a1.jpg" alt="图">`); !strings.Contains(got, "/media/i/a1.jpg") {
		t.Errorf("own picture lost: %s", got)
	}
}
