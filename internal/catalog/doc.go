// Package catalog knows what is taught and what is sold: courses with chapters
// and lessons, instructors, categories, banners; products, SKUs, their prices and
// what each SKU grants. It owns those tables.
//
// Content never holds a price. Published means visible now; everything else is
// absent for learners unless they carry the course's preview token.
package catalog

import (
	"context"

	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/errs"
)

// Service is the catalog domain.
type Service struct {
	db        *db.DB
	clock     clock.Clock
	changed   func()
	onLesson  []func(ctx context.Context, tx *db.Tx, l Lesson) error
	onDelete  []func(ctx context.Context, tx *db.Tx, courseID int64) error
	onDeleted []func(ctx context.Context, tx *db.Tx, courseID int64) error
	onRelease []func(ctx context.Context, tx *db.Tx, c Course, l Lesson) error
	onPublish []func(ctx context.Context, tx *db.Tx, l Lesson) error
	onSKU     []func(ctx context.Context, tx *db.Tx, k SKU) error
	onChange  []func(ctx context.Context, tx *db.Tx, courseID int64) error
	onAttach  []func(ctx context.Context, tx *db.Tx, a Attachment) error
	onTurn    []func(ctx context.Context, tx *db.Tx, c Course, cause string) error
}

// New makes a Service. changed is called after each public change, to drop caches.
func New(d *db.DB, c clock.Clock, changed func()) *Service {
	return &Service{db: d, clock: c, changed: changed}
}

// OnLesson registers f to run in the transaction that saves a lesson: media makes
// the preview that the lesson asks for.
func (s *Service) OnLesson(f func(ctx context.Context, tx *db.Tx, l Lesson) error) {
	s.onLesson = append(s.onLesson, f)
}

// OnDelete registers f, which may refuse that a course is deleted.
func (s *Service) OnDelete(f func(ctx context.Context, tx *db.Tx, courseID int64) error) {
	s.onDelete = append(s.onDelete, f)
}

// OnDeleted registers f to run in the transaction that deletes a course, when nothing
// refused it.
func (s *Service) OnDeleted(f func(ctx context.Context, tx *db.Tx, courseID int64) error) {
	s.onDeleted = append(s.onDeleted, f)
}

// OnPublish registers f, which may refuse that a course with this lesson is
// published: what it promises cannot be shown yet.
func (s *Service) OnPublish(f func(ctx context.Context, tx *db.Tx, l Lesson) error) {
	s.onPublish = append(s.onPublish, f)
}

// OnSKU registers f to run in the transaction that saves a SKU: commerce sets the
// stock.
func (s *Service) OnSKU(f func(ctx context.Context, tx *db.Tx, k SKU) error) {
	s.onSKU = append(s.onSKU, f)
}

// OnChange registers f to run in the transaction that changes what is shown of a
// course or other product, or whether it is: search follows. The id is the course's, of
// other goods the product's; they never coincide.
func (s *Service) OnChange(f func(ctx context.Context, tx *db.Tx, courseID int64) error) {
	s.onChange = append(s.onChange, f)
}

// tell says that a course or other product changed.
func (s *Service) tell(ctx context.Context, tx *db.Tx, courseID int64) error {
	for _, f := range s.onChange {
		if err := f(ctx, tx, courseID); err != nil {
			return err
		}
	}
	return nil
}

// The refusals of this domain.
var (
	ErrCourseGone     = errs.New(errs.NotFound, "course_gone", "没有这门课程，或已下架")
	ErrChapterGone    = errs.New(errs.NotFound, "chapter_gone", "没有这一章")
	ErrLessonGone     = errs.New(errs.NotFound, "lesson_gone", "没有这个课时，或已下架")
	ErrSKUGone        = errs.New(errs.NotFound, "sku_gone", "没有这个规格，或已停售")
	ErrInstructorGone = errs.New(errs.NotFound, "instructor_gone", "没有这位讲师")
	ErrCategoryGone   = errs.New(errs.NotFound, "category_gone", "没有这个分类")
	ErrAttachmentGone = errs.New(errs.NotFound, "attachment_gone", "没有这份附件")
	ErrCourse         = errs.New(errs.Invalid, "course_invalid", "请检查课程资料")
	ErrLesson         = errs.New(errs.Invalid, "lesson_invalid", "请检查课时资料")
	ErrAttachment     = errs.New(errs.Invalid, "attachment_invalid", "请检查附件")
	ErrProductGone    = errs.New(errs.NotFound, "product_gone", "没有这个商品，或已下架")
	ErrGoods          = errs.New(errs.Invalid, "product_invalid", "请检查商品")
	ErrSKU            = errs.New(errs.Invalid, "sku_invalid", "请检查规格")
	ErrOutline        = errs.New(errs.Conflict, "outline_changed", "大纲刚被别人改过，请刷新后再排序")
	ErrLessonChanged  = errs.New(errs.Conflict, "lesson_changed", "这一课刚在别处改过，请载入最新内容后再改")
	ErrVersion        = errs.New(errs.Conflict, "course_changed", "课程刚被别人改过，请刷新后再保存")
	ErrNotReady       = errs.New(errs.Conflict, "course_not_ready", "课程还不能发布")
	ErrStatus         = errs.New(errs.Conflict, "course_status", "课程当前的状态不能这样做")
	ErrInUse          = errs.New(errs.Conflict, "in_use", "还有课程在用，不能删除")
	ErrSlugTaken      = errs.New(errs.Conflict, "slug_taken", "这个分类标识已存在").Field("slug", "已存在")
)

func (s *Service) public(ctx context.Context, fn func(context.Context, *db.Tx) error) error {
	err := s.db.Tx(ctx, fn)
	if err == nil && s.changed != nil {
		s.changed()
	}
	return err
}
