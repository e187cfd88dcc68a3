package app_test

import (
	"bufio"
	"context"
	"database/sql"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"zhizhou/internal/db"
	"zhizhou/internal/testkit"
)

// mayImport is the plan of the house: each package of internal/ and the layer it
// stands on. A package imports only lower layers; those named beside it are the
// exceptions, each with its reason.
var mayImport = map[string]struct {
	layer  int
	except []string
}{
	"errs": {0, nil}, "text": {0, nil}, "id": {0, nil}, "money": {0, nil}, "clock": {0, nil}, "seal": {0, nil}, "pack": {0, nil}, "drawing": {0, nil}, "stat": {0, nil},
	"rich": {1, nil},
	"db":   {1, nil}, "blob": {1, nil}, "web": {1, nil}, "pay": {1, nil}, "wechat": {1, nil},
	"jobs":        {1, []string{"db"}},                                                       // enqueues inside the business transaction
	"audit":       {1, []string{"db"}},                                                       // writes inside the business transaction
	"setting":     {1, []string{"db", "audit"}},                                              // a change of settings is audited
	"pay/wechat":  {1, []string{"pay"}},                                                      // implements the contract above it
	"pay/virtual": {1, []string{"pay"}},                                                      // implements the contract above it
	"pay/alipay":  {1, []string{"pay"}},                                                      // implements the contract above it
	"sandbox":     {1, []string{"pay", "pay/wechat", "pay/virtual", "pay/alipay", "wechat"}}, // gives credentials that fit them
	"account":     {2, nil}, "catalog": {2, nil}, "ledger": {2, nil}, "media": {2, nil}, "points": {2, nil}, "message": {2, nil},
	"access": {3, nil}, "learning": {3, nil},
	"caption":     {3, nil},
	"teacher":     {3, nil},                // makes instructors through catalog
	"live":        {3, nil},                // its leases and replays are media's
	"ebook":       {3, nil},                // takes uploads from media
	"document":    {3, nil},                // takes uploads from media
	"quiz":        {3, []string{"access"}}, // asks who may open the lesson
	"homework":    {3, []string{"access"}}, // asks who may open the lesson
	"booking":     {3, []string{"access"}}, // asks who may open the lesson
	"note":        {3, []string{"access"}}, // asks who may open the lesson
	"certificate": {3, []string{"access"}}, // asks whether the course is still the learner's
	"rating":      {4, nil},                // its words go the way of notes
	"library":     {4, nil},                // reads what media, document and ebook own, and asks them to delete
	"version":     {4, nil},
	"search":      {3, nil}, "topic": {3, nil}, "ranking": {4, nil}, "recommend": {4, nil}, "advice": {4, nil},
	"commerce/price": {0, []string{"money"}}, // pure: nothing is read, nothing is stored
	"commerce":       {4, nil},
	"shipping":       {4, nil},
	"naming":         {4, nil},
	"reconcile":      {4, []string{"commerce"}}, // repairs through the one Settle and its refunds
	"renewal":        {4, []string{"commerce"}}, // charges through its orders and the one Settle
	"mail":           {1, nil},
	"export":         {2, nil},
	"invoice":        {4, []string{"commerce"}}, // reacts to its refunds, knows its rates
	"risk":           {4, nil},
	"referral":       {4, []string{"risk"}}, // whose rewards wait
	"campaign":       {4, []string{"risk"}}, // judges each reward
	"shop":           {4, []string{"risk"}}, // judges each exchange
	"badge":          {4, nil},
	"share":          {4, nil},
	"signin":         {4, nil},
	"challenge":      {4, nil}, // its words go the way of notes
	"card":           {4, nil},
	"growth":         {4, nil}, // reads what the others keep
	"partner":        {4, nil},
	"commission":     {4, []string{"referral", "risk"}}, // asks who invited the buyer, whose rewards wait
	"api/learner":    {5, nil}, "api/console": {5, nil}, "api/hook": {5, nil}, "api/page": {5, nil},
	"app": {6, nil}, "testkit": {6, nil}, "document/documenttest": {6, nil}, "ebook/ebooktest": {6, nil},
}

func TestArchitecture(t *testing.T) {
	root := filepath.Join("..")
	seen := map[string]bool{}
	err := filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		rel, err := filepath.Rel(root, filepath.Dir(path))
		if err != nil {
			return err
		}
		pkg := filepath.ToSlash(rel)
		seen[pkg] = true
		me, ok := mayImport[pkg]
		if !ok {
			t.Errorf("package %s has no place in the plan", pkg)
			return nil
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		for _, i := range f.Imports {
			name := strings.Trim(i.Path.Value, `"`)
			if me.layer >= 2 && me.layer <= 4 && (name == "net/http" || strings.Contains(name, "huma")) {
				t.Errorf("%s imports %s: domains know nothing of HTTP", path, name)
			}
			other, ok := strings.CutPrefix(name, "zhizhou/internal/")
			if !ok {
				continue
			}
			allowed := mayImport[other].layer < me.layer
			for _, e := range me.except {
				allowed = allowed || e == other
			}
			if other == "sandbox" && pkg != "app" {
				allowed = false
			}
			if !allowed {
				t.Errorf("%s imports %s", path, other)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for pkg := range mayImport {
		if !seen[pkg] {
			t.Errorf("the plan names %s, which is gone", pkg)
		}
	}
}

// owners says which package writes which table. Reading is free for the packages
// above (a list that joins is one statement instead of many).
var owners = map[string]string{
	"settings": "setting", "audit_log": "audit", "audit_head": "audit",
	"users": "account", "identities": "account", "sms_codes": "account", "rate_limits": "account", "sessions": "account", "agreements": "account", "agreement_drafts": "account",
	"consents": "account", "staff": "account", "staff_recovery_codes": "account", "staff_sessions": "account",
	"instructors": "catalog", "categories": "catalog", "courses": "catalog", "course_tags": "catalog", "chapters": "catalog", "lessons": "catalog",
	"attachments": "catalog", "banners": "catalog", "products": "catalog", "skus": "catalog", "sku_platform_prices": "catalog",
	"sku_price_history": "catalog", "sku_tier_prices": "catalog", "product_parts": "catalog", "grant_rules": "catalog", "virtual_items": "catalog",
	"grants": "access", "lesson_progress": "learning", "page_reads": "learning",
	"library_folders": "library", "library_items": "library", "media_files": "media", "material_holds": "media", "course_versions": "version", "course_imports": "version",
	"captions": "caption", "lesson_marks": "caption", "caption_kept": "caption", "caption_holds": "caption",
	"ebooks": "ebook", "ebook_chapters": "ebook", "ebook_pictures": "ebook",
	"documents": "document", "document_pages": "document", "delivered_pages": "document",
	"study_sessions": "learning", "lesson_days": "learning",
	"search_index": "search", "search_texts": "search", "search_docs": "search", "search_parts": "search", "search_terms": "search", "search_spellings": "search",
	"search_synonyms": "search", "search_days": "search", "search_marks": "search",
	"partner_roles": "partner", "partner_role_products": "partner", "partner_terms": "partner", "partners": "partner", "partner_acceptances": "partner", "partner_materials": "partner", "partner_scores": "partner", "partner_reward_plans": "partner", "partner_months": "partner", "partner_places": "partner",
	"notices": "message", "notice_mutes": "message", "announcements": "message",
	"study_reminders": "advice", "study_reports": "advice",
	"rankings": "ranking", "topics": "topic", "topic_courses": "topic",
	"orders": "commerce", "order_discounts": "commerce", "order_holds": "commerce", "quotas": "commerce", "quota_users": "commerce", "promotions": "commerce", "coupons": "commerce", "user_coupons": "commerce",
	"groups": "commerce", "group_members": "commerce", "gifts": "commerce", "code_batches": "commerce", "redeem_codes": "commerce", "order_items": "commerce", "order_events": "commerce", "payments": "commerce", "refunds": "commerce", "inbox": "commerce", "service_deliveries": "commerce", "held_decisions": "commerce",
	"shipments": "shipping",
	"bills":     "reconcile", "bill_lines": "reconcile", "bill_fees": "reconcile", "payouts": "reconcile", "payout_totals": "reconcile",
	"contracts": "renewal", "contract_cycles": "renewal",
	"invoice_titles": "invoice", "invoices": "invoice", "invoice_lines": "invoice", "red_invoices": "invoice", "invoice_files": "invoice",
	"exports":           "export",
	"course_neighbours": "recommend", "personalization_off": "recommend",
	"ledger_transactions": "ledger", "ledger_postings": "ledger", "ledger_seals": "ledger", "ledger_sealed": "ledger", "revenue_schedules": "commerce",
	"point_accounts": "points", "point_moves": "points", "point_holds": "points",
	"upgrade_credits": "commerce", "bargains": "commerce", "bargain_helps": "commerce", "bargain_days": "commerce",
	"experiments": "commerce", "experiment_variants": "commerce", "experiment_subjects": "commerce", "experiment_orders": "commerce",
	"invite_codes": "referral", "referrals": "referral", "referral_guard": "referral", "referral_rewards": "referral",
	"commission_terms": "commission", "commission_rules": "commission", "commission_accounts": "commission", "commission_moves": "commission", "commission_entries": "commission",
	"commission_reversals": "commission", "commission_payees": "commission", "withdrawals": "commission",
	"questions": "quiz", "question_tags": "quiz", "papers": "quiz", "paper_questions": "quiz", "paper_rules": "quiz", "quiz_attempts": "quiz", "quiz_answers": "quiz",
	"wrong_questions": "quiz", "quiz_points": "quiz", "quiz_point_answers": "quiz",
	"daily_sign_ins": "signin", "sign_in_streaks": "signin", "cards": "card", "card_templates": "card", "card_layouts": "card", "mentor_notes": "card", "mentor_note_templates": "card", "card_likes": "card", "card_comments": "card", "card_experiments": "card", "card_variants": "card", "card_subjects": "card", "shares": "share", "share_drafts": "share", "share_visits": "share", "share_joins": "share", "share_orders": "share",
	"certificate_rules": "certificate", "certificate_rule_quizzes": "certificate", "certificate_names": "certificate", "certificates": "certificate", "certificate_scores": "certificate", "certificate_keys": "certificate",
	"challenges": "challenge", "challenge_classes": "challenge", "challenge_squads": "challenge", "challenge_members": "challenge", "challenge_entries": "challenge", "challenge_check_ins": "challenge", "challenge_files": "challenge",
	"challenge_reminders": "challenge", "challenge_likes": "challenge", "challenge_reviews": "challenge", "challenge_weeks": "challenge", "challenge_milestones": "challenge", "challenge_awards": "challenge",
	"risk_signals": "risk", "risk_rules": "risk", "risk_bands": "risk", "risk_judgements": "risk", "risk_cases": "risk", "risk_holds": "risk",
	"campaigns": "campaign", "campaign_prizes": "campaign", "campaign_helps": "campaign", "campaign_chances": "campaign", "campaign_draws": "campaign", "campaign_gifts": "campaign",
	"shop_goods": "shop", "shop_redemptions": "shop", "badge_rules": "badge", "badges": "badge", "badge_milestones": "badge",
	"notes": "note", "note_likes": "note", "note_writers": "note", "lesson_questions": "note", "lesson_answers": "note", "favourites": "note",
	"ratings": "rating", "course_ratings": "rating",
	"booking_plans": "booking", "booking_slots": "booking", "bookings": "booking",
	"homeworks": "homework", "homework_rows": "homework", "submissions": "homework", "submission_files": "homework", "peer_reviews": "homework",
	"instructor_applications": "teacher", "application_files": "teacher",
	"live_rooms": "live", "live_pushes": "live", "live_keys": "live", "live_segments": "live", "live_messages": "live", "live_mutes": "live",
	"live_attendance": "live", "live_sign_ins": "live", "live_reminders": "live",
	"uploads": "media", "assets": "media", "renditions": "media", "media_keys": "media", "plays": "media", "play_fences": "media", "delivered_parts": "media", "blob_trash": "media",
}

var writes = regexp.MustCompile(`(?i)\b(?:INSERT INTO|UPDATE|DELETE FROM)\s+([a-z_]+)`)

func TestOnlyTheOwnerWritesATable(t *testing.T) {
	for _, s := range db.Statements() {
		pkg, _, _ := strings.Cut(s.Name, "/")
		if strings.HasSuffix(pkg, "test") {
			continue
		}
		for _, m := range writes.FindAllStringSubmatch(s.Text(db.Postgres), -1) {
			table := strings.ToLower(m[1])
			if table == "set" { // ON CONFLICT … DO UPDATE SET
				continue
			}
			if owners[table] != pkg {
				t.Errorf("statement %s writes %s, which is %s's", s.Name, table, owners[table])
			}
		}
	}
}

// Every declared statement is prepared on both engines against the real schema.
func TestEveryStatementPrepares(t *testing.T) {
	for _, e := range testkit.Engines(t) {
		t.Run(e.String(), func(t *testing.T) {
			dsn := testkit.DSN(t, e)
			if e == db.SQLite { // Open prepares them all
				d, err := db.Open(context.Background(), dsn)
				if err != nil {
					t.Fatal(err)
				}
				d.Close()
				return
			}
			pool, err := sql.Open("pgx", dsn)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = pool.Close() }()
			for _, s := range db.Statements() {
				st, err := pool.Prepare(s.Text(e))
				if err != nil {
					t.Errorf("%s: %v", s.Name, err)
					continue
				}
				_ = st.Close()
			}
		})
	}
}

var backticked = regexp.MustCompile("`([a-zA-Z0-9_./-]+/[a-zA-Z0-9_./*-]+)`")

// The documents name files; none of them may be gone.
func TestDocsNameLivingPaths(t *testing.T) {
	top := filepath.Join("..", "..")
	docs, err := filepath.Glob(filepath.Join(top, "docs", "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	adrs, err := filepath.Glob(filepath.Join(top, "docs", "adr", "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	docs = append(docs, adrs...)
	docs = append(docs, filepath.Join(top, "README.md"), filepath.Join(top, "README.zh-CN.md"))
	if len(docs) < 8 {
		t.Fatalf("only %d documents", len(docs))
	}
	for _, doc := range docs {
		f, err := os.Open(doc)
		if err != nil {
			t.Error(err)
			continue
		}
		lines := bufio.NewScanner(f)
		lines.Buffer(nil, 1<<20)
		for n := 1; lines.Scan(); n++ {
			for _, m := range backticked.FindAllStringSubmatch(lines.Text(), -1) {
				first, _, _ := strings.Cut(m[1], "/")
				if first == "" || first == "." || first == "data" || first == "bin" || strings.HasPrefix(m[1], "web/dist/") {
					continue // an address, or what running and building make
				}
				if _, err := os.Stat(filepath.Join(top, first)); err != nil {
					continue // not a path of this tree: an address, a module, a type
				}
				if found, err := filepath.Glob(filepath.Join(top, m[1])); err != nil || len(found) == 0 {
					t.Errorf("%s:%d names %s, which is gone", doc, n, m[1])
				}
			}
		}
		_ = f.Close()
	}
}
