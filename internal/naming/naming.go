// Package naming says what things are called that logs and trails know by their kind
// and number alone, and what to open to see them. It reads the tables of many and
// owns none.
package naming

import (
	"context"
	"strconv"
	"strings"

	"zhizhou/internal/db"
)

// Ref is a thing by its kind, as the log of changes writes it, and its number.
type Ref struct {
	Kind string
	ID   int64
}

// String is the text by which the log of changes knows a thing: "course:12".
func (r Ref) String() string { return r.Kind + ":" + strconv.FormatInt(r.ID, 10) }

// Parse reads the text of a Ref; false for what has no number, such as "setting:shop".
func Parse(text string) (Ref, bool) {
	kind, number, found := strings.Cut(text, ":")
	n, err := strconv.ParseInt(number, 10, 64)
	return Ref{kind, n}, found && err == nil && n > 0
}

// Name is what a thing is called. Opens is what shows it: course, product, order, user,
// quiz, homework, booking, invoice, or a list that it stands in; Key is which of them, "" for a list.
type Name struct {
	Kind  string
	ID    int64
	Name  string
	Opens string
	Key   string
}

// most is how many names one statement looks for.
const most = 120

// each is a kind and where its name stands. A thing is named while its row is there,
// also when it was taken down. What opens a product is its course when it is one.
var each = []string{
	`SELECT 'course' AS kind, id, title AS name, 'course' AS opens, CAST(id AS TEXT) AS key FROM courses WHERE id IN (?)`,
	`SELECT 'chapter', id, title, 'course', CAST(course_id AS TEXT) FROM chapters WHERE id IN (?)`,
	`SELECT 'lesson', id, title, 'course', CAST(course_id AS TEXT) FROM lessons WHERE id IN (?)`,
	`SELECT 'product', p.id, ` + productName + `, ` + productOpens + ` FROM ` + productFrom + ` WHERE p.id IN (?)`,
	`SELECT 'sku', k.id, ` + productName + ` || ' · ' || k.name, ` + productOpens + ` FROM ` + productFrom + ` JOIN skus k ON k.product_id = p.id WHERE k.id IN (?)`,
	`SELECT 'instructor', id, name, 'instructors', '' FROM instructors WHERE id IN (?)`,
	`SELECT 'instructor_application', a.id, u.nickname, 'applications', '' FROM instructor_applications a JOIN users u ON u.id = a.user_id WHERE a.id IN (?)`,
	`SELECT 'category', id, name, 'categories', '' FROM categories WHERE id IN (?)`,
	`SELECT 'banner', id, title, 'banners', '' FROM banners WHERE id IN (?)`,
	`SELECT 'topic', id, title, 'topic', CAST(id AS TEXT) FROM topics WHERE id IN (?)`,
	`SELECT 'challenge', id, title, 'challenge', CAST(id AS TEXT) FROM challenges WHERE id IN (?)`,
	`SELECT 'class', id, title, 'class', CAST(id AS TEXT) FROM challenge_classes WHERE id IN (?)`,
	`SELECT 'synonym', id, words, 'synonyms', '' FROM search_synonyms WHERE id IN (?)`,
	`SELECT 'asset', id, name, 'media', '' FROM assets WHERE id IN (?)`,
	`SELECT 'document', id, name, 'documents', '' FROM documents WHERE id IN (?)`,
	`SELECT 'question', id, stem, 'questions', '' FROM questions WHERE id IN (?)`,
	`SELECT 'attempt', a.id, u.nickname || ' · ' || l.title, 'quiz', CAST(a.lesson_id AS TEXT) FROM quiz_attempts a JOIN users u ON u.id = a.user_id JOIN lessons l ON l.id = a.lesson_id WHERE a.id IN (?)`,
	`SELECT 'note', n.id, u.nickname || ' · ' || l.title, 'moderation', '' FROM notes n JOIN users u ON u.id = n.user_id JOIN lessons l ON l.id = n.lesson_id WHERE n.id IN (?)`,
	`SELECT 'lesson_question', q.id, u.nickname || ' · ' || l.title, 'lesson-questions', '' FROM lesson_questions q JOIN users u ON u.id = q.user_id JOIN lessons l ON l.id = q.lesson_id WHERE q.id IN (?)`,
	`SELECT 'lesson_answer', a.id, COALESCE(u.nickname, a.staff_name) || ' · ' || l.title, 'lesson-questions', '' FROM lesson_answers a JOIN lesson_questions q ON q.id = a.question_id LEFT JOIN users u ON u.id = a.user_id JOIN lessons l ON l.id = q.lesson_id WHERE a.id IN (?)`,
	`SELECT 'rating', r.id, u.nickname || ' · ' || c.title, 'ratings', '' FROM ratings r JOIN users u ON u.id = r.user_id JOIN courses c ON c.id = r.course_id WHERE r.id IN (?)`,
	`SELECT 'submission', b.id, u.nickname || ' · ' || l.title, 'homework', CAST(b.lesson_id AS TEXT) FROM submissions b JOIN users u ON u.id = b.user_id JOIN lessons l ON l.id = b.lesson_id WHERE b.id IN (?)`,
	`SELECT 'slot', s.id, l.title, 'booking', CAST(s.lesson_id AS TEXT) FROM booking_slots s JOIN lessons l ON l.id = s.lesson_id WHERE s.id IN (?)`,
	`SELECT 'booking', b.id, u.nickname || ' · ' || l.title, 'booking', CAST(b.lesson_id AS TEXT) FROM bookings b JOIN users u ON u.id = b.user_id JOIN lessons l ON l.id = b.lesson_id WHERE b.id IN (?)`,
	`SELECT 'certificate', k.id, k.code || ' · ' || k.course_title, 'course', CAST(k.course_id AS TEXT) FROM certificates k WHERE k.id IN (?)`,
	`SELECT 'staff', id, name, 'staff', '' FROM staff WHERE id IN (?)`,
	`SELECT 'user', id, nickname, 'user', CAST(id AS TEXT) FROM users WHERE id IN (?)`,
	`SELECT 'promotion', id, label, 'promotions', '' FROM promotions WHERE id IN (?)`,
	`SELECT 'coupon', id, name, 'coupons', '' FROM coupons WHERE id IN (?)`,
	`SELECT 'user_coupon', w.id, c.name, 'coupons', '' FROM user_coupons w JOIN coupons c ON c.id = w.coupon_id WHERE w.id IN (?)`,
	`SELECT 'code_batch', id, name, 'codes', '' FROM code_batches WHERE id IN (?)`,
	`SELECT 'experiment', id, name, 'experiments', '' FROM experiments WHERE id IN (?)`,
	`SELECT 'group', g.id, p.label, 'promotions', '' FROM groups g JOIN promotions p ON p.id = g.promotion_id WHERE g.id IN (?)`,
	`SELECT 'order', id, no, 'order', no FROM orders WHERE id IN (?)`,
	`SELECT 'order_item', i.id, i.title || ' · ' || i.sku_name, 'order', o.no FROM order_items i JOIN orders o ON o.id = i.order_id WHERE i.id IN (?)`,
	`SELECT 'payment', p.id, p.out_trade_no, CASE WHEN o.id IS NULL THEN 'held' ELSE 'order' END, COALESCE(o.no, '') FROM payments p LEFT JOIN orders o ON o.id = p.order_id WHERE p.id IN (?)`,
	`SELECT 'refund', r.id, r.no, 'order', o.no FROM refunds r JOIN orders o ON o.id = r.order_id WHERE r.id IN (?)`,
	`SELECT 'invoice', id, no, 'invoice', CAST(id AS TEXT) FROM invoices WHERE id IN (?)`,
	`SELECT 'contract', c.id, u.nickname || ' · ' || c.title, 'renewals', '' FROM contracts c JOIN users u ON u.id = c.user_id WHERE c.id IN (?)`,
	`SELECT 'commission_rule', id, name, 'commission_rules', '' FROM commission_rules WHERE id IN (?)`,
	`SELECT 'commission_move', m.id, u.nickname, 'commission', '' FROM commission_moves m JOIN users u ON u.id = m.user_id WHERE m.id IN (?)`,
	`SELECT 'withdrawal', id, no, 'commission', '' FROM withdrawals WHERE id IN (?)`,
	`SELECT 'payout', id, reference, 'clearing', '' FROM payouts WHERE id IN (?)`,
	`SELECT 'partner', p.id, u.nickname, 'partners', '' FROM partners p JOIN users u ON u.id = p.user_id WHERE p.id IN (?)`,
	`SELECT 'partner_material', id, title, 'partner_materials', '' FROM partner_materials WHERE id IN (?)`,
	`SELECT 'partner_place', p.id, u.nickname, 'partners', '' FROM partner_places p JOIN users u ON u.id = p.user_id WHERE p.id IN (?)`,
	`SELECT 'campaign', id, title, 'campaigns', '' FROM campaigns WHERE id IN (?)`,
	`SELECT 'shop_goods', id, title, 'shop_goods', '' FROM shop_goods WHERE id IN (?)`,
	`SELECT 'badge_rule', id, name, 'badges', '' FROM badge_rules WHERE id IN (?)`,
	`SELECT 'card', c.id, c.nickname || ' · ' || c.code, 'desk-cards', '' FROM cards c WHERE c.id IN (?)`,
	`SELECT 'card_comment', m.id, u.nickname, 'moderation', '' FROM card_comments m JOIN users u ON u.id = m.user_id WHERE m.id IN (?)`,
	`SELECT 'card_template', id, name, 'card-template', CAST(id AS TEXT) FROM card_templates WHERE id IN (?)`,
	`SELECT 'card_experiment', id, name, 'card-experiments', '' FROM card_experiments WHERE id IN (?)`,
	`SELECT 'mentor_note_template', id, name, 'mentor-patterns', '' FROM mentor_note_templates WHERE id IN (?)`,
	`SELECT 'risk_case', r.id, u.nickname, 'risk', '' FROM risk_cases r JOIN users u ON u.id = r.user_id WHERE r.id IN (?)`,
	`SELECT 'bill_line', id, number, 'bills', '' FROM bill_lines WHERE id IN (?)`,
}

const (
	productFrom  = `products p LEFT JOIN courses c ON c.id = p.course_id LEFT JOIN lessons l ON l.id = p.lesson_id`
	productName  = `CASE WHEN p.title <> '' THEN p.title WHEN p.kind = 'lesson' THEN COALESCE(l.title, '') ELSE COALESCE(c.title, '') END`
	productOpens = `CASE WHEN p.kind IN ('course', 'column') THEN 'course' ELSE 'product' END, CAST(CASE WHEN p.kind IN ('course', 'column') THEN p.course_id ELSE p.id END AS TEXT)`
)

var qNames = db.Q("naming/names", union())

func union() string {
	places := make([]string, most)
	for i := range places {
		places[i] = "$" + strconv.Itoa(i+1)
	}
	return strings.ReplaceAll(strings.Join(each, " UNION ALL "), "(?)", "("+strings.Join(places, ", ")+")")
}

// Kinds lists the kinds that have names.
func Kinds() []string {
	out := make([]string, len(each))
	for i, s := range each {
		out[i] = strings.Split(s, "'")[1]
	}
	return out
}

// Of returns the names of refs; what is gone is not among them. A page of a list takes
// one statement.
func Of(ctx context.Context, r db.Reader, refs []Ref) (map[Ref]Name, error) {
	wanted, ids := map[Ref]bool{}, map[int64]bool{}
	var args []any
	for _, x := range refs {
		if wanted[x] = true; !ids[x.ID] && x.ID > 0 {
			ids[x.ID] = true
			args = append(args, x.ID)
		}
	}
	out := map[Ref]Name{}
	for len(args) > 0 {
		n := min(len(args), most)
		page := append(make([]any, 0, most), args[:n]...)
		for len(page) < most {
			page = append(page, int64(0))
		}
		args = args[n:]
		var rows []Name
		if err := r.List(ctx, qNames, &rows, page...); err != nil {
			return nil, err
		}
		for _, x := range rows {
			if ref := (Ref{x.Kind, x.ID}); wanted[ref] {
				out[ref] = x
			}
		}
	}
	return out, nil
}
