package catalog

import (
	"context"
	"regexp"
	"strings"
	"unicode/utf8"

	"zhizhou/internal/audit"
	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/errs"
	"zhizhou/internal/id"
	"zhizhou/internal/text"
)

// Instructors lists instructors.
func (s *Service) Instructors(ctx context.Context) ([]Instructor, error) {
	var rows []Instructor
	err := s.db.List(ctx, qInstructors, &rows)
	return rows, err
}

// SaveInstructor adds (ID 0) or changes an instructor and returns the id.
func (s *Service) SaveInstructor(ctx context.Context, in Instructor) (int64, error) {
	if in.ID == 0 {
		var made int64
		err := s.public(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
			made, err = s.AddInstructor(ctx, tx, in)
			return err
		})
		return made, err
	}
	in, err := in.clean()
	if err != nil {
		return 0, err
	}
	return in.ID, s.public(ctx, func(ctx context.Context, tx *db.Tx) error {
		n, err := tx.Exec(ctx, qInstructorUpdate, in.ID, in.Name, in.Title, in.Bio, in.Avatar)
		if err != nil {
			return err
		}
		if n == 0 {
			return ErrInstructorGone
		}
		var courses []int64
		if err := tx.List(ctx, qInstructorCourses, &courses, in.ID); err != nil {
			return err
		}
		for _, c := range courses {
			if err := s.tell(ctx, tx, c); err != nil {
				return err
			}
		}
		return audit.Write(ctx, tx, s.clock, "instructor.save", "instructor:"+in.Name, nil, in, "")
	})
}

// AddInstructor adds an instructor inside tx and returns the id. Returns an Invalid
// error that names the field.
func (s *Service) AddInstructor(ctx context.Context, tx *db.Tx, in Instructor) (int64, error) {
	in, err := in.clean()
	if err != nil {
		return 0, err
	}
	in.ID = id.New()
	if _, err := tx.Exec(ctx, qInstructorInsert, in.ID, in.Name, in.Title, in.Bio, in.Avatar, clock.MS(s.clock)); err != nil {
		return 0, err
	}
	return in.ID, audit.Write(ctx, tx, s.clock, "instructor.save", "instructor:"+in.Name, nil, in, "")
}

func (in Instructor) clean() (Instructor, error) {
	var err error
	in.Name, err = named(in.Name, 20, errs.New(errs.Invalid, "instructor_invalid", "请检查讲师资料"), "name", "姓名为 1–20 个字")
	in.Title, in.Bio = text.Line(in.Title), text.Lines(in.Bio)
	return in, err
}

var slug = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,39}$`)

// SaveCategory adds (ID 0) or changes a category. Returns ErrSlugTaken.
func (s *Service) SaveCategory(ctx context.Context, c Category) (int64, error) {
	invalid := errs.New(errs.Invalid, "category_invalid", "请检查分类")
	var err error
	if c.Name, err = named(c.Name, 10, invalid, "name", "名称为 1–10 个字"); err != nil {
		return 0, err
	}
	if !slug.MatchString(c.Slug) {
		return 0, invalid.Field("slug", "1–40 位小写字母、数字或连字符")
	}
	isNew := c.ID == 0
	if isNew {
		c.ID = id.New()
	}
	err = s.public(ctx, func(ctx context.Context, tx *db.Tx) error {
		q := qCategoryUpdate
		if isNew {
			q = qCategoryInsert
		}
		n, err := tx.Exec(ctx, q, c.ID, c.Name, c.Slug, c.Position)
		if err != nil {
			return err
		}
		if n == 0 {
			return ErrCategoryGone
		}
		return audit.Write(ctx, tx, s.clock, "category.save", "category:"+c.Slug, nil, c, "")
	})
	if db.IsUnique(err, "categories_slug_key") {
		return 0, ErrSlugTaken
	}
	return c.ID, err
}

// DeleteCategory removes a category that no course is in. Returns ErrInUse.
func (s *Service) DeleteCategory(ctx context.Context, categoryID int64) error {
	return s.public(ctx, func(ctx context.Context, tx *db.Tx) error {
		n, err := tx.Exec(ctx, qCategoryDelete, categoryID)
		if err != nil {
			return err
		}
		if n == 0 {
			return ErrInUse
		}
		return audit.Write(ctx, tx, s.clock, "category.delete", "category", map[string]any{"id": categoryID}, nil, "")
	})
}

// SaveBanner adds (ID 0) or changes a banner. The link stays on this site.
func (s *Service) SaveBanner(ctx context.Context, b Banner) (int64, error) {
	invalid := errs.New(errs.Invalid, "banner_invalid", "请检查横幅")
	// A line break breaks the headline where its sense does.
	if b.Title = text.Lines(b.Title); b.Title == "" || utf8.RuneCountInString(b.Title) > 40 {
		return 0, invalid.Field("title", "标题为 1–40 个字")
	}
	b.Subtitle, b.Note = text.Line(b.Subtitle), text.Line(b.Note)
	if b.Link != "" && (!strings.HasPrefix(b.Link, "/") || strings.HasPrefix(b.Link, "//")) {
		return 0, invalid.Field("link", "只能链接到本站，以 / 开头")
	}
	if b.ID == 0 {
		b.ID = id.New()
	}
	return b.ID, s.public(ctx, func(ctx context.Context, tx *db.Tx) error {
		if _, err := tx.Exec(ctx, qBannerInsert, b.ID, b.Title, b.Subtitle, b.Note, b.Image, b.Link, b.Position, b.Active); err != nil {
			return err
		}
		return audit.Write(ctx, tx, s.clock, "banner.save", "banner", nil, b, "")
	})
}

// DeleteBanner removes a banner.
func (s *Service) DeleteBanner(ctx context.Context, bannerID int64) error {
	return s.public(ctx, func(ctx context.Context, tx *db.Tx) error {
		if _, err := tx.Exec(ctx, qBannerDelete, bannerID); err != nil {
			return err
		}
		return audit.Write(ctx, tx, s.clock, "banner.delete", "banner", map[string]any{"id": bannerID}, nil, "")
	})
}
