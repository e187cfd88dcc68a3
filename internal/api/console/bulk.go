package console

import (
	"context"
	"net/http"

	"zhizhou/internal/account"
	"zhizhou/internal/catalog"
	"zhizhou/internal/web"
)

// BulkRow is what became, or would become, of one of many.
type BulkRow struct {
	ID     int64  `json:"id"`
	Title  string `json:"title"`
	OK     bool   `json:"ok"`
	Reason string `json:"reason" doc:"Why it is left alone"`
}

// BulkRows are those of a change, in the order in which they were named.
type BulkRows struct {
	Items []BulkRow `json:"items" nullable:"false"`
}

func bulkRows(rows []catalog.Row) BulkRows {
	v := BulkRows{Items: make([]BulkRow, len(rows))}
	for i, r := range rows {
		v.Items[i] = BulkRow{r.ID, r.Title, r.Reason == "", r.Reason}
	}
	return v
}

func (r *routes) bulk() {
	const tag = "console course"
	web.Handle(r.web, route("lessons_bulk", http.MethodPost, "courses/{id}/lessons/bulk", "Change many lessons at once, or see what it would do; a version is kept before", tag, account.PermCourseEdit),
		func(ctx context.Context, in *struct {
			ID   int64 `path:"id"`
			Body struct {
				Lessons        []int64 `json:"lessons" nullable:"false" minItems:"1" maxItems:"200"`
				Action         string  `json:"action" enum:"move,free,paid,release,withhold,unlock,delete"`
				ChapterID      int64   `json:"chapter_id,omitempty"`
				OpensAt        int64   `json:"opens_at,omitempty" minimum:"0"`
				OpensAfterDays int64   `json:"opens_after_days,omitempty" minimum:"0"`
				AfterLessonID  int64   `json:"after_lesson_id,omitempty" minimum:"0"`
				Dry            bool    `json:"dry" doc:"Only say what would become of each"`
			}
		},
		) (*web.Body[BulkRows], error) {
			b := in.Body
			if (b.Action == catalog.BulkRelease || b.Action == catalog.BulkWithhold) && !account.Allowed(web.CallerOf(ctx).Staff.Role, account.PermCoursePublish) {
				return nil, web.ErrForbidden // as for one by itself
			}
			rows, err := r.Catalog.ChangeLessons(ctx, scope(ctx), in.ID, b.Lessons, catalog.LessonsChange{
				Action: b.Action, ChapterID: b.ChapterID, Unlock: catalog.Unlock{OpensAt: b.OpensAt, OpensAfterDays: b.OpensAfterDays, AfterLessonID: b.AfterLessonID},
			}, b.Dry)
			return web.Answer(bulkRows(rows)), err
		})
	web.Handle(r.web, route("courses_bulk", http.MethodPost, "courses/bulk", "Change many courses, each by itself, or see what it would do", tag, account.PermCoursePublish),
		func(ctx context.Context, in *struct {
			Body struct {
				Courses []int64 `json:"courses" nullable:"false" minItems:"1" maxItems:"200"`
				Action  string  `json:"action" enum:"category,instructor,tag_add,tag_take,publish,unpublish"`
				RefID   int64   `json:"ref_id,omitempty" doc:"Category (0: none) or instructor"`
				Tag     string  `json:"tag,omitempty" maxLength:"40"`
				Dry     bool    `json:"dry"`
			}
		},
		) (*web.Body[BulkRows], error) {
			b := in.Body
			rows, err := r.Catalog.ChangeCourses(ctx, b.Courses, catalog.CoursesChange{Action: b.Action, RefID: b.RefID, Tag: b.Tag}, b.Dry)
			return web.Answer(bulkRows(rows)), err
		})
}
