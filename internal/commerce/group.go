package commerce

import (
	"context"
	"errors"
	"fmt"

	"zhizhou/internal/catalog"
	"zhizhou/internal/clock"
	"zhizhou/internal/commerce/price"
	"zhizhou/internal/db"
	"zhizhou/internal/id"
)

// The states of a group. It ends once, as one or the other (INV-25).
const (
	GroupForming   = "forming"
	GroupSucceeded = "succeeded"
	GroupFailed    = "failed"
)

// Group is people who buy together within a time. A seat is held when an order is
// placed and paid with it; everybody's goods are opened when the last seat is
// paid. Only people with orders have seats.
type Group struct {
	ID          int64
	PromotionID int64
	SKUID       int64 `db:"sku_id"`
	LeaderID    int64
	Size        int64
	Seats       int64 // held and paid
	Paid        int64
	State       string
	CreatedAt   int64
	DeadlineAt  int64
	EndedAt     int64
}

const groupColumns = `id, promotion_id, sku_id, leader_id, size, seats, paid, state, created_at, deadline_at, ended_at`

var (
	qGroup        = db.Q("commerce/group", `SELECT `+groupColumns+` FROM groups WHERE id = $1`)
	qGroupInsert  = db.Q("commerce/group_insert", `INSERT INTO groups (id, promotion_id, sku_id, leader_id, size, state, created_at, deadline_at) VALUES ($1, $2, $3, $4, $5, 'forming', $6, $7)`)
	qGroupSeat    = db.Q("commerce/group_seat", `UPDATE groups SET seats = seats + 1 WHERE id = $1 AND state = 'forming' AND seats < size AND deadline_at > $2`)
	qGroupUnseat  = db.Q("commerce/group_unseat", `UPDATE groups SET seats = seats - 1 WHERE id = $1 AND state = 'forming'`)
	qGroupUnpay   = db.Q("commerce/group_unpay", `UPDATE groups SET seats = seats - 1, paid = paid - 1 WHERE id = $1 AND state = 'forming'`)
	qGroupPaid    = db.Q("commerce/group_paid", `UPDATE groups SET paid = paid + 1 WHERE id = $1 AND state = 'forming'`)
	qGroupDone    = db.Q("commerce/group_done", `UPDATE groups SET state = 'succeeded', ended_at = $2 WHERE id = $1 AND state = 'forming' AND paid = size`)
	qGroupFail    = db.Q("commerce/group_fail", `UPDATE groups SET state = 'failed', ended_at = $2 WHERE id = $1 AND state = 'forming' AND deadline_at <= $2`)
	qGroupsDue    = db.Q("commerce/groups_due", `SELECT id FROM groups WHERE state = 'forming' AND deadline_at <= $1 ORDER BY deadline_at LIMIT 100`)
	qGroupsOpen   = db.Q("commerce/groups_open", `SELECT `+groupColumns+` FROM groups WHERE sku_id = $1 AND state = 'forming' AND deadline_at > $2 AND seats < size AND paid > 0 ORDER BY deadline_at LIMIT 20`)
	qMemberInsert = db.Q("commerce/group_member_insert", `INSERT INTO group_members (group_id, user_id, order_id, state, at) VALUES ($1, $2, $3, 'held', $4) ON CONFLICT DO NOTHING`)
	qMemberMove   = db.Q("commerce/group_member_move", `UPDATE group_members SET state = $4, at = $5 WHERE group_id = $1 AND order_id = $2 AND state = $3`)
	qMembersPaid  = db.Q("commerce/group_members_paid", `SELECT m.order_id FROM group_members m WHERE m.group_id = $1 AND m.state = 'paid' ORDER BY m.at, m.order_id`)
	qMembers      = db.Q("commerce/group_members", `SELECT m.user_id, u.nickname, u.avatar, m.state, m.at FROM group_members m JOIN users u ON u.id = m.user_id WHERE m.group_id = $1 AND m.state = 'paid' ORDER BY m.at, m.order_id LIMIT 100`)
	qGroupMerge   = db.Q("commerce/group_merge", `UPDATE groups SET leader_id = $2 WHERE leader_id = $1`)
	qOrderGroup   = db.Q("commerce/order_group", `UPDATE orders SET group_id = $2 WHERE id = $1`)
)

func (s *Service) group(ctx context.Context, r db.Reader, groupID int64) (Group, error) {
	var g Group
	err := r.Get(ctx, qGroup, &g, groupID)
	if errors.Is(err, db.ErrNone) {
		return g, ErrGroupGone
	}
	return g, err
}

// groupRefusal says why a quote that was asked for a group has no group price.
func groupRefusal(q Quote) error {
	for _, n := range q.NotApplied {
		if n.Kind == price.Group && n.Reason != price.OutOfScope {
			return ErrGroup.Say("不能拼团：" + n.Reason)
		}
	}
	return ErrGroup.Say("这个商品没有拼团活动")
}

// takeSeat holds a seat for an order, in the group that is joined or a new one.
// Returns ErrGroupGone, and ErrGroup when it is full, over, for something else, or
// joined already.
func (s *Service) takeSeat(ctx context.Context, tx *db.Tx, o *Order, q Quote) error {
	a := q.group()
	if a == nil {
		return nil
	}
	p, err := s.promotion(ctx, tx, a.RuleID)
	if err != nil {
		return err
	}
	now := clock.MS(s.Clock)
	skuID := q.Items[0].SKUID
	o.GroupID = q.GroupID
	if o.GroupID == 0 {
		o.GroupID = id.New()
		if _, err := tx.Exec(ctx, qGroupInsert, o.GroupID, p.ID, skuID, o.UserID, p.GroupSize, now, now+p.GroupHours*3600*1000); err != nil {
			return err
		}
	} else {
		g, err := s.group(ctx, tx, o.GroupID)
		if err != nil {
			return err
		}
		if g.SKUID != skuID || g.PromotionID != p.ID {
			return ErrGroup.Say("这个团买的不是同一个规格")
		}
	}
	n, err := tx.Exec(ctx, qGroupSeat, o.GroupID, now)
	if err != nil {
		return err
	}
	if n == 0 {
		return ErrGroup.Say("这个团已经满员或结束，可以自己开一个团")
	}
	if n, err = tx.Exec(ctx, qMemberInsert, o.GroupID, o.UserID, o.ID, now); err != nil {
		return err
	}
	if n == 0 {
		return ErrGroup.Say("你已经在这个团里了")
	}
	if _, err := tx.Exec(ctx, qOrderGroup, o.ID, o.GroupID); err != nil {
		return err
	}
	return s.insertHold(ctx, tx, hold{OrderID: o.ID, Kind: holdSeat, RefID: o.GroupID, UserID: o.UserID, Units: 1})
}

// moveSeat follows an order: paid, closed unpaid, or refunded while the group was
// still forming. What a settled group had stays as it was.
func (s *Service) moveSeat(ctx context.Context, tx *db.Tx, h hold, state string) error {
	now := clock.MS(s.Clock)
	from, q := "held", qGroupUnseat
	if state == "sold" {
		_, err := tx.Exec(ctx, qMemberMove, h.RefID, h.OrderID, "held", "paid", now)
		return err
	}
	if h.State == "sold" {
		from, q = "paid", qGroupUnpay
		var g Group
		if err := tx.Get(ctx, qGroup, &g, h.RefID); err != nil || g.State != GroupForming {
			return err
		}
	}
	if _, err := tx.Exec(ctx, qMemberMove, h.RefID, h.OrderID, from, "left", now); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, q, h.RefID)
	return err
}

// joined counts a paid order into its group. The last seat opens everybody's
// goods; money that comes when the group has failed goes back.
func (s *Service) joined(ctx context.Context, tx *db.Tx, o Order) error {
	now := clock.MS(s.Clock)
	n, err := tx.Exec(ctx, qGroupPaid, o.GroupID)
	if err != nil {
		return err
	}
	if n == 0 {
		return s.refundMember(ctx, tx, o.ID)
	}
	if n, err = tx.Exec(ctx, qGroupDone, o.GroupID, now); err != nil || n == 0 {
		return err
	}
	var orders []int64
	if err := tx.List(ctx, qMembersPaid, &orders, o.GroupID); err != nil {
		return err
	}
	for _, orderID := range orders {
		var member Order
		if err := tx.Get(ctx, qOrderLock, &member, orderID); err != nil {
			return err
		}
		if member.Status != Paid {
			continue
		}
		if err := s.deliver(ctx, tx, member); err != nil {
			return err
		}
		if err := s.event(ctx, tx, orderID, "group_succeeded", "拼团成功"); err != nil {
			return err
		}
	}
	return nil
}

// sweepGroups ends groups whose time is over; each paid member gets the money back.
func (s *Service) sweepGroups(ctx context.Context) error {
	var due []int64
	now := clock.MS(s.Clock)
	if err := s.DB.List(ctx, qGroupsDue, &due, now); err != nil {
		return err
	}
	for _, groupID := range due {
		err := s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
			n, err := tx.Exec(ctx, qGroupFail, groupID, now)
			if err != nil || n == 0 {
				return err // succeeded, or failed elsewhere, in this very moment
			}
			var orders []int64
			if err := tx.List(ctx, qMembersPaid, &orders, groupID); err != nil {
				return err
			}
			for _, orderID := range orders {
				if err := s.refundMember(ctx, tx, orderID); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// refundMember gives a member of a failed group everything back, once.
func (s *Service) refundMember(ctx context.Context, tx *db.Tx, orderID int64) error {
	var o Order
	if err := tx.Get(ctx, qOrderLock, &o, orderID); err != nil {
		return err
	}
	if o.Status != Paid {
		return nil
	}
	if err := s.event(ctx, tx, o.ID, "group_failed", "没有成团，原路退回"); err != nil {
		return err
	}
	return s.refundWhole(ctx, tx, o, "group_failed", "没有成团，原路退回", fmt.Sprintf("group:%d", o.GroupID))
}

// Member is somebody in a group, as others see them.
type Member struct {
	UserID   int64
	Nickname string
	Avatar   string
	State    string
	At       int64
}

// GroupPage is what a group's page shows.
type GroupPage struct {
	Group   Group
	Members []Member
	Offer   catalog.Offer
	// What one costs the asker before coupons and points, as a quote would say now:
	// PriceFen in the group, 0 when it has no price for the asker.
	AloneFen int64
	PriceFen int64
}

// GroupPage returns a group with its members and what it buys, priced for somebody
// (0: anybody). Returns ErrGroupGone.
func (s *Service) GroupPage(ctx context.Context, groupID, userID int64, platform string) (GroupPage, error) {
	g, err := s.group(ctx, s.DB, groupID)
	if err != nil {
		return GroupPage{}, err
	}
	out := GroupPage{Group: g}
	if err := s.DB.List(ctx, qMembers, &out.Members, groupID); err != nil {
		return out, err
	}
	if out.Offer, err = s.Catalog.Offer(ctx, s.DB, g.SKUID, platform); err != nil {
		return out, err
	}
	ask := Ask{UserID: userID, Platform: platform, Wants: []Want{{g.SKUID, 1}}, NoCoupon: true, stranger: userID == 0}
	if out.AloneFen, err = s.total(ctx, ask); err != nil {
		return out, err
	}
	ask.Group, ask.GroupID = true, groupID
	out.PriceFen, err = s.total(ctx, ask)
	if errors.Is(err, ErrGroup) {
		return out, nil
	}
	return out, err
}

// total prices an ask, without looking at whether it may be bought.
func (s *Service) total(ctx context.Context, ask Ask) (int64, error) {
	published, err := s.publishedOnly(ctx, ask.Platform)
	if err != nil {
		return 0, err
	}
	k, err := s.gather(ctx, s.DB, ask)
	if err != nil {
		return 0, err
	}
	q, _, err := s.quote(ctx, s.DB, ask, published, k)
	return q.TotalFen, err
}

// OpenGroups lists groups of a SKU that somebody may still join.
func (s *Service) OpenGroups(ctx context.Context, skuID int64) ([]Group, error) {
	var rows []Group
	err := s.DB.List(ctx, qGroupsOpen, &rows, skuID, clock.MS(s.Clock))
	return rows, err
}
