package console

import (
	"context"
	"net/http"

	"zhizhou/internal/account"
	"zhizhou/internal/commerce"
	"zhizhou/internal/web"
)

// EarnedView is money of lines that were sold.
type EarnedView struct {
	Lines       int64 `json:"lines" doc:"Lines that were paid for, whatever came back later"`
	PaidFen     int64 `json:"paid_fen"`
	RefundedFen int64 `json:"refunded_fen" doc:"That reached buyers in this time"`
	KeptFen     int64 `json:"kept_fen" doc:"Less than 0: more went back than came"`
}

// CourseIncome is what a course earned in the month.
type CourseIncome struct {
	CourseID int64  `json:"course_id"`
	Title    string `json:"title"`
	EarnedView
}

// MonthIncome is what all courses earned in a month.
type MonthIncome struct {
	Month string `json:"month"`
	EarnedView
}

// IncomeView is what an instructor's courses earned.
type IncomeView struct {
	Courses []CourseIncome `json:"courses" nullable:"false"`
	Sum     EarnedView     `json:"sum"`
	Months  []MonthIncome  `json:"months" nullable:"false" doc:"Of two years, those with money, the newest first"`
}

func earned(e commerce.Earned) EarnedView {
	return EarnedView{e.Lines, e.PaidFen, e.RefundedFen, e.KeptFen()}
}

func (r *routes) income() {
	const tag = "console income"
	web.Handle(r.web, route("income", http.MethodGet, "income", "What the courses of an instructor earned; an instructor sees the own alone", tag, account.PermIncomeRead),
		func(ctx context.Context, in *struct {
			Month      string `query:"month" pattern:"^([0-9]{4}-(0[1-9]|1[0-2]))?$" doc:"2026-11; empty: this month"`
			Instructor int64  `query:"instructor_id" minimum:"0" doc:"0: all; not for instructors"`
		},
		) (*web.Body[IncomeView], error) {
			whose := in.Instructor
			if own := scope(ctx); own != 0 {
				whose = own
			}
			got, err := r.Commerce.IncomeOf(ctx, whose, in.Month)
			if err != nil {
				return nil, err
			}
			v := IncomeView{Courses: []CourseIncome{}, Sum: earned(got.Sum), Months: []MonthIncome{}}
			for _, c := range got.Courses {
				v.Courses = append(v.Courses, CourseIncome{c.CourseID, c.Title, earned(c.Earned)})
			}
			for _, m := range got.Months {
				v.Months = append(v.Months, MonthIncome{m.Month, earned(m.Earned)})
			}
			return web.Answer(v), nil
		})
	web.Handle(r.web, route("income_instructors", http.MethodGet, "income/instructors", "Whose income may be looked at", tag, account.PermIncomeRead),
		func(ctx context.Context, _ *none) (*web.Body[web.List[NamedInstructor]], error) {
			rows, err := r.Catalog.Instructors(ctx)
			out := web.List[NamedInstructor]{Items: []NamedInstructor{}}
			for _, i := range rows {
				if own := scope(ctx); own == 0 || own == i.ID {
					out.Items = append(out.Items, NamedInstructor{i.ID, i.Name})
				}
			}
			return web.Answer(out), err
		})
}

// NamedInstructor is an instructor by name.
type NamedInstructor struct {
	ID   int64  `json:"id"`
	Name string `json:"name"`
}
