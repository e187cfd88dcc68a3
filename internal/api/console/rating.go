package console

import (
	"cmp"
	"context"
	"net/http"
	"slices"

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

// keepers are those who keep the kinds of text that people look at.
func (r *routes) keepers() []keeper {
	return []keeper{
		{[]string{note.Note, note.Question, note.Answer}, r.Note.Cases, r.Note.Decide},
		{[]string{note.Rating}, r.Rating.Cases, r.Rating.Decide},
		{[]string{note.CheckIn, note.PeerReview}, r.Challenge.Cases, r.Challenge.Decide},
	}
}

type keeper struct {
	what   []string
	cases  func(ctx context.Context, f note.Sift, after int64, limit int) ([]note.Case, error)
	decide func(ctx context.Context, instructorID int64, choices []note.Choice, show bool, reason string) (int, error)
}

// cases merges what waits with those who keep it, the oldest first.
func (r *routes) cases(ctx context.Context, f note.Sift, after int64, limit int) ([]note.Case, error) {
	var rows []note.Case
	for _, k := range r.keepers() {
		if f.What != "" && !slices.Contains(k.what, f.What) {
			continue
		}
		more, err := k.cases(ctx, f, after, limit)
		if err != nil {
			return nil, err
		}
		rows = append(rows, more...)
	}
	slices.SortFunc(rows, func(a, b note.Case) int { return cmp.Compare(a.ID, b.ID) })
	return rows[:min(len(rows), limit)], nil
}

// decide hands texts to those who keep them.
func (r *routes) decide(ctx context.Context, choices []note.Choice, show bool, reason string) (int, error) {
	done := 0
	for _, k := range r.keepers() {
		var part []note.Choice
		for _, c := range choices {
			if slices.Contains(k.what, c.What) {
				part = append(part, c)
			}
		}
		if len(part) == 0 {
			continue
		}
		n, err := k.decide(ctx, scope(ctx), part, show, reason)
		if err != nil {
			return done, err
		}
		done += n
	}
	return done, nil
}
