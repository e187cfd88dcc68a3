package console

import (
	"context"
	"net/http"
	"time"

	"zhizhou/internal/account"
	"zhizhou/internal/clock"
	"zhizhou/internal/commerce"
	"zhizhou/internal/media"
	"zhizhou/internal/web"
)

// OverviewView is the first page of the console.
type OverviewView struct {
	Today      DayNumbers       `json:"today"`
	Yesterday  DayNumbers       `json:"yesterday"`
	Revenue    []DayFen         `json:"revenue" nullable:"false" doc:"30 days, net of refunds"`
	Todo       TodoView         `json:"todo"`
	TopGoods   []TopGoods       `json:"top_goods" nullable:"false" doc:"30 days, every kind of goods"`
	Courses    map[string]int64 `json:"courses" nullable:"false" doc:"Status → how many"`
	UsersTotal int64            `json:"users_total"`
}

// DayNumbers are the numbers of a day.
type DayNumbers struct {
	Orders   int64 `json:"orders"`
	PaidFen  int64 `json:"paid_fen"`
	NewUsers int64 `json:"new_users"`
}

// DayFen is what a day earned.
type DayFen struct {
	Day         string `json:"day"`
	Fen         int64  `json:"fen" doc:"What stayed (净收): received_fen − refunded_fen"`
	ReceivedFen int64  `json:"received_fen" doc:"Paid by buyers on that day (实收)"`
	RefundedFen int64  `json:"refunded_fen" doc:"Arrived back at buyers on that day (退款)"`
}

// TodoView counts what waits for a person.
type TodoView struct {
	RefundsRequested int64 `json:"refunds_requested"`
	RefundsAbnormal  int64 `json:"refunds_abnormal"`
	PaymentsHeld     int64 `json:"payments_held"`
	AssetsFailed     int   `json:"assets_failed"`
	ServicesWaiting  int64 `json:"services_waiting" doc:"Paid services that staff still have to give"`
	BillDifferences  int64 `json:"bill_differences" doc:"Lines of daily bills that nobody has dealt with"`
}

// TopGoods sells best.
type TopGoods struct {
	ProductID int64  `json:"product_id"`
	Kind      string `json:"kind" enum:"course,column,bundle,membership,service,lesson,class"`
	CourseID  int64  `json:"course_id" doc:"Of a course, column or lesson"`
	Title     string `json:"title"`
	Orders    int64  `json:"orders" doc:"Sold and not given back in full"`
	Fen       int64  `json:"fen" doc:"What stayed (净收)"`
}

func (r *routes) overview() {
	web.Handle(r.web, route("overview", http.MethodGet, "overview", "The day's numbers and what waits", "console overview", account.PermOverview),
		func(ctx context.Context, _ *none) (*web.Body[OverviewView], error) {
			v, err := r.overviewView(ctx)
			return web.Answer(v), err
		})
}

func (r *routes) overviewView(ctx context.Context) (OverviewView, error) {
	v := OverviewView{Revenue: []DayFen{}, TopGoods: []TopGoods{}}
	now := r.Clock.Now().In(clock.China)
	y, m, d := now.Date()
	today := time.Date(y, m, d, 0, 0, 0, 0, clock.China)
	users := map[int64]int64{}
	for _, since := range []int64{0, today.UnixMilli(), today.AddDate(0, 0, -1).UnixMilli()} {
		n, err := r.Account.CountUsers(ctx, since)
		if err != nil {
			return v, err
		}
		users[since] = n
	}
	v.UsersTotal = users[0]
	start, end := today.AddDate(0, 0, -29), today.AddDate(0, 0, 1)
	days, err := r.Commerce.MoneyDays(ctx, start.UnixMilli(), end.UnixMilli())
	if err != nil {
		return v, err
	}
	dayOf := func(t time.Time) commerce.Money { return days[(t.UnixMilli()+8*3600_000)/86_400_000] }
	for i, day := range []time.Time{today, today.AddDate(0, 0, -1)} {
		n := dayOf(day)
		numbers := DayNumbers{n.Orders, n.ReceivedFen, users[day.UnixMilli()]}
		if i == 0 {
			v.Today = numbers
		} else {
			numbers.NewUsers -= v.Today.NewUsers
			v.Yesterday = numbers
		}
	}
	for i := range 30 {
		day := start.AddDate(0, 0, i)
		m := dayOf(day)
		v.Revenue = append(v.Revenue, DayFen{day.Format(time.DateOnly), m.NetFen(), m.ReceivedFen, m.RefundedFen})
	}
	open, err := r.Commerce.Waiting(ctx)
	if err != nil {
		return v, err
	}
	failed, _, err := r.Media.Assets(ctx, media.AssetFilter{Status: media.StatusFailed, Limit: 100})
	if err != nil {
		return v, err
	}
	bills, err := r.Reconcile.Open(ctx)
	if err != nil {
		return v, err
	}
	v.Todo = TodoView{open.Requested, open.Abnormal, open.Held, len(failed), open.Services, bills}
	top, err := r.Commerce.Top(ctx, start.UnixMilli(), end.UnixMilli())
	if err != nil {
		return v, err
	}
	for _, t := range top {
		v.TopGoods = append(v.TopGoods, TopGoods{t.ProductID, t.Kind, t.CourseID, t.Title, t.N, t.Fen})
	}
	v.Courses, err = r.Catalog.StatusCounts(ctx)
	return v, err
}
