package learner

import (
	"context"
	"net/http"

	"zhizhou/internal/note"
	"zhizhou/internal/web"
)

// FavouriteView is a course or lesson that the learner keeps.
type FavouriteView struct {
	ID          int64  `json:"id"`
	CourseID    int64  `json:"course_id"`
	LessonID    int64  `json:"lesson_id" doc:"0: the course itself"`
	CourseTitle string `json:"course_title"`
	LessonTitle string `json:"lesson_title" doc:"Empty for a lesson that was taken back"`
	Form        string `json:"form"`
	CoverURL    string `json:"cover_url"`
	Scene       string `json:"scene" enum:"boat,report,bird,poem,data,rice,brush,deed"`
	Open        bool   `json:"open" doc:"It can still be visited"`
	CreatedAt   int64  `json:"created_at"`
}

// FavouredView says whether something is a favourite.
type FavouredView struct {
	On bool `json:"on"`
}

func (r *routes) favourites() {
	own := func(id, method, path, summary string) web.Route {
		return web.Route{ID: id, Method: method, Path: "/api/" + path, Summary: summary, Tag: "note", Need: web.Learner}
	}
	web.Handle(r.web, own("favourites", http.MethodGet, "me/favourites", "What I keep, latest first"),
		func(ctx context.Context, in *struct {
			web.PageQuery
			Kind string `query:"kind" enum:"course,lesson,"`
		},
		) (*web.Body[web.List[FavouriteView]], error) {
			before, err := in.Keys(1)
			if err != nil {
				return nil, err
			}
			rows, err := r.Note.Favourites(ctx, web.UserID(ctx), in.Kind, firstKey(before), in.Limit+1)
			view := func(f note.Favourite) FavouriteView {
				return FavouriteView{f.ID, f.CourseID, f.LessonID, f.CourseTitle, f.LessonTitle, f.Form, imageURL(f.Cover), scene(f.Scene), f.Open, f.CreatedAt}
			}
			return web.Answer(web.Page(rows, in.Limit, view, func(f note.Favourite) []int64 { return []int64{f.ID} })), err
		})
	for _, x := range []struct {
		noun string
		ids  func(id int64) (courseID, lessonID int64)
	}{
		{"course", func(id int64) (int64, int64) { return id, 0 }},
		{"lesson", func(id int64) (int64, int64) { return 0, id }},
	} {
		// The lesson names its course; without the lesson there is nothing to look for.
		ids := func(ctx context.Context, id int64) (int64, int64, error) {
			courseID, lessonID := x.ids(id)
			if lessonID != 0 {
				l, err := r.Catalog.Lesson(ctx, lessonID)
				return l.CourseID, lessonID, err
			}
			_, err := r.Catalog.Card(ctx, platform(ctx), courseID)
			return courseID, 0, err
		}
		path := x.noun + "s/{id}/favourite"
		web.Handle(r.web, own(x.noun+"_favourite", http.MethodGet, path, "Whether I keep it"),
			func(ctx context.Context, in *lessonPath) (*web.Body[FavouredView], error) {
				courseID, lessonID, err := ids(ctx, in.ID)
				if err != nil {
					return nil, err
				}
				on, err := r.Note.Keeps(ctx, web.UserID(ctx), courseID, lessonID)
				return web.Answer(FavouredView{on}), err
			})
		web.Handle(r.web, own(x.noun+"_keep", http.MethodPut, path, "Keep it, or no longer"),
			func(ctx context.Context, in *likeInput) (*web.Body[FavouredView], error) {
				courseID, lessonID, err := ids(ctx, in.ID)
				if err != nil {
					return nil, err
				}
				if in.Body.On {
					err = r.Note.Keep(ctx, web.UserID(ctx), courseID, lessonID)
				} else {
					err = r.Note.Drop(ctx, web.UserID(ctx), courseID, lessonID)
				}
				return web.Answer(FavouredView{in.Body.On}), err
			})
	}
	drop := own("favourite_delete", http.MethodDelete, "me/favourites/{id}", "Take a favourite away, also one that is gone")
	drop.Status = http.StatusNoContent
	web.Handle(r.web, drop, func(ctx context.Context, in *lessonPath) (*none, error) {
		return nil, r.Note.Remove(ctx, web.UserID(ctx), in.ID)
	})
}
