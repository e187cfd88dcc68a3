package console

import (
	"context"
	"net/http"

	"zhizhou/internal/account"
	"zhizhou/internal/note"
	"zhizhou/internal/rating"
	"zhizhou/internal/web"
)

// RatingRow is what a learner said of a course.
type RatingRow struct {
	ID          int64  `json:"id"`
	UserID      int64  `json:"user_id"`
	Nickname    string `json:"nickname"`
	CourseID    int64  `json:"course_id"`
	CourseTitle string `json:"course_title"`
	Stars       int64  `json:"stars"`
	Body        string `json:"body"`
	State       string `json:"state" enum:"bare,pending,shown,hidden" doc:"Of the words; bare: there are none"`
	Reason      string `json:"reason"`
	Counts      bool   `json:"counts" doc:"False: the course was given back"`
	Reply       string `json:"reply"`
	ReplyName   string `json:"reply_name"`
	RepliedAt   int64  `json:"replied_at"`
	Version     int64  `json:"version"`
	CreatedAt   int64  `json:"created_at"`
	UpdatedAt   int64  `json:"updated_at"`
}

func ratingRow(r rating.Rating) RatingRow {
	return RatingRow{r.ID, r.UserID, r.Nickname, r.CourseID, r.CourseTitle, r.Stars, r.Body, r.State, r.Reason, r.Kept == 1, r.Reply, r.ReplyName, r.RepliedAt, r.Version, r.CreatedAt, r.UpdatedAt}
}

func (r *routes) ratings() {
	const tag = "rating"
	web.Handle(r.web, route("ratings", http.MethodGet, "ratings", "What learners say of courses, newest first", tag, account.PermAnswer),
		func(ctx context.Context, in *struct {
			web.PageQuery
			CourseID int64  `query:"course_id" minimum:"0" doc:"0: all"`
			Stars    int64  `query:"stars" minimum:"0" maximum:"5" doc:"0: any number"`
			State    string `query:"state" enum:"bare,pending,shown,hidden,"`
		},
		) (*web.Body[web.List[RatingRow]], error) {
			before, err := in.Keys(1)
			if err != nil {
				return nil, err
			}
			rows, err := r.Rating.Desk(ctx, rating.Sift{InstructorID: scope(ctx), CourseID: in.CourseID, Stars: in.Stars, State: in.State}, first(before), in.Limit+1)
			return web.Answer(web.Page(rows, in.Limit, ratingRow, func(x rating.Rating) []int64 { return []int64{x.ID} })), err
		})
	web.Handle(r.web, quiet(route("rating_reply", http.MethodPut, "ratings/{id}/reply", "Answer what a learner said, once, or change that answer", tag, account.PermAnswer)),
		func(ctx context.Context, in *struct {
			ByID
			Body struct {
				Text      string `json:"body" maxLength:"2000"`
				RepliedAt int64  `json:"replied_at" minimum:"0" doc:"Of the answer that was read; 0: there was none"`
			}
		},
		) (*none, error) {
			s := web.CallerOf(ctx).Staff
			return nil, r.Rating.Reply(ctx, scope(ctx), s.ID, s.Name, in.ID, in.Body.RepliedAt, in.Body.Text)
		})
	web.Handle(r.web, route("rating_decide", http.MethodPut, "ratings/{id}/shown", "Show a learner's words, or hide them and say why; the stars count either way", tag, account.PermModerate),
		func(ctx context.Context, in *struct {
			ByID
			Body struct {
				Show    bool   `json:"show"`
				Reason  string `json:"reason,omitempty" maxLength:"800" doc:"Why they are hidden; the author reads it"`
				Version int64  `json:"version" doc:"That was read"`
			}
		},
		) (*web.Body[DecidedView], error) {
			done, err := r.Rating.Decide(ctx, scope(ctx), []note.Choice{{What: note.Rating, ID: in.ID, Version: in.Body.Version}}, in.Body.Show, in.Body.Reason)
			return web.Answer(DecidedView{done, 1 - done}), err
		})
}
