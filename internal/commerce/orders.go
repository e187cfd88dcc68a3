package commerce

import (
	"context"
	"regexp"
	"strconv"
	"strings"

	"zhizhou/internal/db"
)

// The states of an order as people speak of them; each order is in exactly one.
const (
	StateWaiting      = "group"         // paid, and its goods wait for the group
	StateRefunding    = "refunding"     // paid, and a refund of a line is on its way
	StateToGive       = "to_give"       // paid, and people still have to give a service
	StatePartRefunded = "part_refunded" // paid, and a part has gone back
)

// OrderWords are the words for an order's states, for buyers and staff alike.
var OrderWords = map[string]string{
	"pending": "待支付", "paid": "已支付", StateWaiting: "等待成团", StateRefunding: "退款中", StateToGive: "待交付", StatePartRefunded: "部分退款", "refunded": "已退款", "closed": "已关闭",
}

const openRefund = `f.status IN ('requested', 'approved', 'processing', 'abnormal') AND f.order_item_id > 0`

// orderState is the one definition of those states; the others are the status itself.
const orderState = `CASE WHEN o.status <> 'paid' THEN o.status
	WHEN EXISTS (SELECT 1 FROM refunds f WHERE f.order_id = o.id AND ` + openRefund + `) THEN 'refunding'
	WHEN o.group_id > 0 AND o.delivered_at = 0 THEN 'group'
	WHEN EXISTS (SELECT 1 FROM service_deliveries d WHERE d.order_id = o.id AND d.state = 'waiting') THEN 'to_give'
	WHEN o.refunded_fen > 0 THEN 'part_refunded' ELSE 'paid' END`

// orders lists orders by a leading condition that has an index; the rest of the filter
// is looked at row by row, in the order of key.
func orders(name, from, key, lead string) *db.Stmt {
	return db.Q("commerce/orders_"+name, `SELECT `+of("o", orderColumns)+`, `+orderState+` AS state, u.nickname, u.phone_masked,
		COALESCE((SELECT MIN(y.channel) FROM payments y WHERE y.order_id = o.id AND y.outcome = 'settled'), '') AS channel
		FROM `+from+` JOIN users u ON u.id = o.user_id WHERE `+lead+`
		AND (CAST($1 AS BIGINT) = 0 OR `+key+` < $1) AND ($3 = '' OR `+orderState+` = $3) AND (CAST($4 AS BIGINT) = 0 OR o.user_id = $4)
		AND (CAST($5 AS BIGINT) = 0 OR o.created_at >= $5) AND (CAST($6 AS BIGINT) = 0 OR o.created_at < $6)
		AND ($7 = '' OR EXISTS (SELECT 1 FROM order_items i WHERE i.order_id = o.id AND i.kind = $7))
		AND ($8 = '' OR $8 = 'free' AND o.paid_at > 0 AND o.total_fen = 0 OR EXISTS (SELECT 1 FROM payments z WHERE z.order_id = o.id AND z.outcome = 'settled' AND z.channel = $8))
		ORDER BY `+key+` DESC LIMIT $2`)
}

var (
	qOrdersAll       = orders("all", "orders o", "o.id", `TRUE`)
	qOrdersStatus    = orders("status", "orders o", "o.id", `o.status = $3`)
	qOrdersWaiting   = orders("waiting", "orders o", "o.id", `o.status = 'paid' AND o.group_id > 0 AND o.delivered_at = 0`)
	qOrdersToGive    = orders("to_give", "orders o", "o.id", `o.id IN (SELECT w.order_id FROM service_deliveries w WHERE w.state = 'waiting')`)
	qOrdersPart      = orders("part_refunded", "orders o", "o.id", `o.status = 'paid' AND o.refunded_fen > 0`)
	qOrdersRefunding = orders("refunding", "orders o", "o.id", `o.id IN (SELECT f.order_id FROM refunds f WHERE `+openRefund+`)`)
	qOrdersUser      = orders("user", "orders o", "o.id", `o.user_id = $4`)
	qOrdersDate      = orders("date", "orders o", "o.id", `o.created_at >= $5 AND o.created_at < CASE WHEN CAST($6 AS BIGINT) = 0 THEN 9007199254740991 ELSE $6 END`)
	qOrdersKind      = orders("kind", "order_items k JOIN orders o ON o.id = k.order_id", "k.order_id", `k.kind = $7
		AND NOT EXISTS (SELECT 1 FROM order_items e WHERE e.kind = k.kind AND e.order_id = k.order_id AND e.id < k.id)`)
	qOrdersChannel = orders("channel", "payments c JOIN orders o ON o.id = c.order_id", "c.order_id", `c.outcome = 'settled' AND c.channel = $8`)
	// $9 words in capitals, $10 and $11 their first and last four characters, $12 the
	// last four digits of a phone, $13 all of it masked, $14 a user or 0.
	qOrdersFound = orders("found", "orders o", "o.id", `o.id IN (SELECT a.id FROM orders a
			WHERE (SUBSTR(a.no, 1, 4) = $10 AND SUBSTR(a.no, 1, LENGTH($9)) = $9) OR (SUBSTR(a.no, 17, 4) = $11 AND SUBSTR(a.no, 21 - LENGTH($9)) = $9)
		UNION SELECT b.id FROM orders b WHERE b.user_id IN (SELECT v.id FROM users v WHERE $12 <> '' AND SUBSTR(v.phone_masked, 8, 4) = $12 AND ($13 = '' OR v.phone_masked = $13))
		UNION SELECT d.id FROM orders d WHERE d.user_id = $14)`)
	qOrderState = db.Q("commerce/order_state", `SELECT `+of("o", orderColumns)+`, `+orderState+` AS state, u.nickname, u.phone_masked,
		COALESCE((SELECT MIN(y.channel) FROM payments y WHERE y.order_id = o.id AND y.outcome = 'settled'), '') AS channel
		FROM orders o JOIN users u ON u.id = o.user_id WHERE o.id = $1`)
)

// OrderRow is an order in staff's list.
type OrderRow struct {
	Order
	State       string
	Nickname    string
	PhoneMasked string
	Channel     string // that its money came by; "" before, and for free ones
}

// Filter narrows staff's list of orders; zero values let everything through.
type Filter struct {
	State   string // pending, paid, group, refunding, to_give, part_refunded, refunded or closed
	UserID  int64
	From    int64  // made since, ms
	To      int64  // made before, ms
	Kind    string // of one of its goods
	Channel string // that its money came by, or "free"
	// Words are the beginning or end of a number (4 characters at least), the last four
	// digits of the buyer's phone or all of it, or the buyer's id.
	Words string
}

var (
	findable   = regexp.MustCompile(`^[0-9A-Z]{4,20}$`)
	wholePhone = regexp.MustCompile(`^1\d{10}$`)
	fourDigits = regexp.MustCompile(`^\d{4}$`)
	userNumber = regexp.MustCompile(`^\d{5,16}$`)
)

// Orders lists orders for staff, newest first, before the id before. Words too short to
// look for find nothing.
func (s *Service) Orders(ctx context.Context, f Filter, before int64, limit int) ([]OrderRow, error) {
	var rows []OrderRow
	args := []any{before, limit, f.State, f.UserID, f.From, f.To, f.Kind, f.Channel}
	words := strings.ToUpper(strings.TrimSpace(f.Words))
	if words == "" {
		return rows, s.DB.List(ctx, f.lead(), &rows, args...)
	}
	if !findable.MatchString(words) {
		return nil, nil
	}
	tail, masked, userID := "", "", int64(0)
	switch {
	case wholePhone.MatchString(words):
		tail, masked = words[7:], words[:3]+"****"+words[7:]
	case fourDigits.MatchString(words):
		tail = words
	case userNumber.MatchString(words):
		userID, _ = strconv.ParseInt(words, 10, 64) // the pattern is a number
	}
	return rows, s.DB.List(ctx, qOrdersFound, &rows, append(args, words, words[:4], words[len(words)-4:], tail, masked, userID)...)
}

// lead chooses the statement whose condition leaves the fewest rows to look at.
func (f Filter) lead() *db.Stmt {
	switch {
	case f.UserID != 0:
		return qOrdersUser
	case f.State == StateRefunding:
		return qOrdersRefunding
	case f.State == StateWaiting:
		return qOrdersWaiting
	case f.State == StateToGive:
		return qOrdersToGive
	case f.State == StatePartRefunded:
		return qOrdersPart
	case f.From > 0 || f.To > 0:
		return qOrdersDate
	case f.Channel != "" && f.Channel != "free":
		return qOrdersChannel
	case f.Kind != "":
		return qOrdersKind
	case f.State == Pending || f.State == Closed || f.State == Refunded:
		return qOrdersStatus
	}
	return qOrdersAll
}

// Row returns an order as staff's list shows it.
func (s *Service) Row(ctx context.Context, orderID int64) (OrderRow, error) {
	var row OrderRow
	err := s.DB.Get(ctx, qOrderState, &row, orderID)
	return row, err
}
