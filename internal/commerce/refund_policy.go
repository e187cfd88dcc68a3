package commerce

import (
	"context"
	"fmt"

	"zhizhou/internal/access"
	"zhizhou/internal/catalog"
	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/learning"
	"zhizhou/internal/money"
)

// What was promised about a refund when a line was sold, measured against what was
// studied, and against time that is left.

// Refundable tells whether a buyer may ask for a line's money back now, and if
// not, why.
type Refundable struct {
	ItemID     int64
	Allowed    bool
	Reason     string
	MaxFen     int64
	Evidence   learning.Evidence
	EndsAccess bool // what is given back is the unused time: the rest stays paid
}

// Refundable answers for each line of an order by the promise stored on it.
func (s *Service) Refundable(ctx context.Context, d Detail) ([]Refundable, error) {
	out := make([]Refundable, 0, len(d.Items))
	for _, it := range d.Items {
		can, err := s.refundable(ctx, s.DB, d.Order, it, d.Refunds)
		if err != nil {
			return nil, err
		}
		out = append(out, can)
	}
	return out, nil
}

func (s *Service) refundable(ctx context.Context, r db.Reader, o Order, it Item, refunds []Refund) (Refundable, error) {
	out := Refundable{ItemID: it.ID}
	if o.Status != Paid || o.PaidFen == 0 {
		out.Reason = "这笔订单没有可退的款"
		return out, nil
	}
	for _, x := range refunds {
		if x.OrderItemID == it.ID && (x.Status == RefundRequested || x.Status == RefundApproved || x.Status == RefundProcessing || x.Status == RefundAbnormal) {
			out.Reason = "退款正在处理"
			if x.Status == RefundRequested {
				out.Reason = "退款申请等待审核"
			}
			return out, nil
		}
		if x.OrderItemID == it.ID && x.EndsAccess && x.Status == RefundSucceeded {
			out.Reason = "剩余时间已经退款"
			return out, nil
		}
	}
	out.MaxFen = it.PriceFen - it.RefundedFen
	var err error
	if out.Evidence, err = s.evidence(ctx, r, o, it); err != nil {
		return out, err
	}
	inTime := clock.MS(s.Clock) <= o.PaidAt+it.RefundDays*day
	switch {
	case o.Platform == "mp_ios":
		out.Reason = ErrRefundApple.Msg
	case out.MaxFen <= 0:
		out.Reason = "已全部退款"
	case it.CreditedFen > 0:
		out.Reason, out.MaxFen = boundByUpgrade, 0
	case it.Kind == catalog.KindDeposit:
		out.Reason = it.RefundText()
	case it.ServiceState == ServiceWaiting && !o.Gift:
		out.Allowed, out.Reason = true, "服务还没有完成，可退全部"
	case o.Gift:
		out.Reason = "赠送的商品请用「退回未领取的份数」"
	case it.RefundDays == 0:
		out.Reason = "这个商品不支持退款"
	case inTime && out.Evidence.Watched <= it.RefundMaxWatchedPercent:
		out.Allowed = true
		out.Reason = it.RefundText()
	case it.Kind == catalog.KindMembership, it.Kind == catalog.KindClass, it.Kind == catalog.KindColumn && !it.Period().Forever():
		return s.unused(ctx, r, it, out)
	case !inTime:
		out.Reason = fmt.Sprintf("已超过付款后 %d 天", it.RefundDays)
	default:
		out.Reason = fmt.Sprintf("已学 %d%%，超过了 %d%%", out.Evidence.Watched, it.RefundMaxWatchedPercent)
	}
	return out, nil
}

const boundByUpgrade = "这段会员已折抵升级；升级的订单全额退款后，它会恢复"

const day = int64(24 * 3600 * 1000)

// qStudiedBy names the courses that a bundle or membership opened to somebody who
// studied them since, and has them by no purchase of their own.
var qStudiedBy = db.Q("commerce/studied_by", `SELECT DISTINCT p.course_id FROM lesson_progress p WHERE p.user_id = $1 AND p.studied_at >= $3
	AND (EXISTS (SELECT 1 FROM products m WHERE m.id = $2 AND m.opens_all)
		OR EXISTS (SELECT 1 FROM product_parts x WHERE x.product_id = $2 AND ((x.kind = 'course' AND x.ref_id = p.course_id)
			OR (x.kind = 'category' AND x.ref_id = (SELECT category_id FROM courses c WHERE c.id = p.course_id)))))
	AND NOT EXISTS (SELECT 1 FROM grants g WHERE g.user_id = $1 AND g.resource_kind = 'course' AND g.resource_id = p.course_id AND g.revoked_at = 0)`)

// evidence is how much of what a line opened was had. Of several courses it is the
// one that was had most of: who has studied one to its end has had what was promised.
func (s *Service) evidence(ctx context.Context, r db.Reader, o Order, it Item) (most learning.Evidence, err error) {
	courses := []int64{it.CourseID}
	switch {
	case o.Gift:
		return most, nil
	case it.Kind == catalog.KindBundle || it.Kind == catalog.KindMembership:
		courses = nil
		if err := r.List(ctx, qStudiedBy, &courses, o.UserID, it.ProductID, o.PaidAt); err != nil {
			return most, err
		}
	case it.Kind == catalog.KindLesson:
		return s.Learning.EvidenceOfLesson(ctx, r, o.UserID, it.ProductID)
	case it.CourseID == 0:
		return most, nil
	}
	for _, courseID := range courses {
		e, err := s.Learning.Evidence(ctx, r, o.UserID, courseID)
		if err != nil {
			return most, err
		}
		most.Watched, most.Delivered = max(most.Watched, e.Watched), max(most.Delivered, e.Delivered)
	}
	return most, nil
}

// daysLeft counts the days of a period in its buyer's favour: one that has begun is not
// used up, as the books earn it only when it is over. Never more than total.
func daysLeft(from, until, now int64) (left, total int64) {
	total = max((until-from)/day, 1)
	return min((max(until-max(from, now), 0)+day-1)/day, total), total
}

// unused gives back the time of a membership, class or column that is still to come, by the day.
func (s *Service) unused(ctx context.Context, r db.Reader, it Item, out Refundable) (Refundable, error) {
	from, until, err := s.Access.Span(ctx, r, access.OrderItem(it.ID))
	if err != nil {
		return out, err
	}
	left, days := daysLeft(from, until, clock.MS(s.Clock))
	what := map[string]string{catalog.KindMembership: "会员期", catalog.KindClass: "班期", catalog.KindColumn: "订阅期"}[it.Kind]
	out.MaxFen = 0
	if left > 0 {
		out.MaxFen = min(it.PriceFen*left/days, it.PriceFen-it.RefundedFen)
	}
	if out.MaxFen <= 0 {
		out.Reason = what + "已经用完"
		return out, nil
	}
	out.Allowed, out.EndsAccess = true, true
	out.Reason = fmt.Sprintf("按剩余 %d 天（共 %d 天）退 ¥%s，%s同时结束", left, days, money.Yuan(out.MaxFen), what)
	return out, nil
}
