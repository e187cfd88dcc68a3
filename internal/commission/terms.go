package commission

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"zhizhou/internal/audit"
	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/id"
)

// Terms are what holds for all commissions; each saving is a new version.
type Terms struct {
	Version  int64
	Enabled  bool
	CapBPS   int64 `db:"cap_bps"` // both levels of a line together, of what was paid for it
	HoldDays int64 // from payment; a line's own refund promise counts when it is longer
	MinFen   int64 // of a withdrawal
	SavedAt  int64
	SavedBy  int64
}

// Rule is a rate for a level and a scope.
type Rule struct {
	ID        int64
	Name      string
	Status    string // "on" or "off"
	Role      string // of a partner, or Anyone
	UserID    int64  // one person alone, while they are a partner in good standing; 0: all
	Level     int64  // 1: who invited the buyer; 2: who invited that one
	Scope     string // "all", "kind" or "product"
	Kind      string
	ProductID int64
	RateBPS   int64 `db:"rate_bps"`
	Priority  int64 // the higher counts; of equals the person's before the role's before Anyone's, then the narrower scope, then the newer
	StartsAt  int64
	EndsAt    int64 // 0: no end
	Version   int64
	UpdatedAt int64
}

// RuleRow is a rule in staff's list, with what it names.
type RuleRow struct {
	Rule
	Person  string // nickname
	Product string
}

// Anyone is the role of who is no partner, or none in good standing.
const Anyone = "anyone"

// Roles are the roles of partners.
var Roles = []string{"creator", "class_teacher", "senior_learner", "agency"}

const (
	ruleColumns = `id, name, status, role, user_id, level, scope, kind, product_id, rate_bps, priority, starts_at, ends_at, version, updated_at`
	maxBPS      = 5000
)

var (
	qTerms     = db.Q("commission/terms", `SELECT version, enabled, cap_bps, hold_days, min_fen, saved_at, saved_by FROM commission_terms ORDER BY version DESC LIMIT 1`)
	qTermsSave = db.Q("commission/terms_save", `INSERT INTO commission_terms (version, enabled, cap_bps, hold_days, min_fen, saved_at, saved_by) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING`)
	qRules     = db.Q("commission/rules", `SELECT `+of("r", ruleColumns)+`, COALESCE(u.nickname, '') AS person,
		COALESCE(CASE WHEN p.kind = 'lesson' THEN l.title WHEN p.title <> '' THEN p.title ELSE c.title END, '') AS product
		FROM commission_rules r LEFT JOIN users u ON u.id = r.user_id LEFT JOIN products p ON p.id = r.product_id LEFT JOIN courses c ON c.id = p.course_id LEFT JOIN lessons l ON l.id = p.lesson_id
		WHERE (CAST($1 AS BIGINT) = 0 OR r.id < $1) ORDER BY r.id DESC LIMIT $2`)
	qRulesLive  = db.Q("commission/rules_live", `SELECT `+ruleColumns+` FROM commission_rules WHERE status = 'on' AND starts_at <= $1 AND (ends_at = 0 OR ends_at > $1)`)
	qRule       = db.Q("commission/rule", `SELECT `+ruleColumns+` FROM commission_rules WHERE id = $1`)
	qRuleInsert = db.Q("commission/rule_insert", `INSERT INTO commission_rules (id, name, status, level, scope, kind, product_id, rate_bps, priority, starts_at, ends_at, version, updated_at, role, user_id)
		VALUES ($1, $2, 'off', $3, $4, $5, $6, $7, $8, $9, $10, 1, $11, $12, $13)`)
	qRuleUpdate = db.Q("commission/rule_update", `UPDATE commission_rules SET name = $2, level = $3, scope = $4, kind = $5, product_id = $6, rate_bps = $7, priority = $8, starts_at = $9, ends_at = $10,
		version = version + 1, updated_at = $11, role = $13, user_id = $14 WHERE id = $1 AND version = $12`)
	qRuleMerge  = db.Q("commission/rule_merge", `UPDATE commission_rules SET user_id = $2, version = version + 1 WHERE user_id = $1`)
	qPerson     = db.Q("commission/person", `SELECT COUNT(*) FROM users WHERE id = $1 AND merged_into = 0`)
	qRuleSwitch = db.Q("commission/rule_switch", `UPDATE commission_rules SET status = $2, version = version + 1, updated_at = $3 WHERE id = $1 AND status <> $2`)
)

// Terms returns what holds now.
func (s *Service) Terms(ctx context.Context) (Terms, error) { return s.terms(ctx, s.DB) }

func (s *Service) terms(ctx context.Context, r db.Reader) (Terms, error) {
	var t Terms
	err := r.Get(ctx, qTerms, &t)
	return t, err
}

// SaveTerms makes a new version of the terms; entries that exist keep theirs. t
// names the version that it changes. Returns ErrTerms, ErrVersion.
func (s *Service) SaveTerms(ctx context.Context, t Terms) error {
	switch {
	case t.CapBPS < 0 || t.CapBPS > maxBPS:
		return ErrTerms.Field("cap_bps", "上限为 0–50%")
	case t.HoldDays < 0 || t.HoldDays > 365:
		return ErrTerms.Field("hold_days", "冻结 0–365 天")
	case t.MinFen < 10:
		return ErrTerms.Field("min_fen", "微信商家转账每笔至少 0.10 元")
	}
	return s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		before, err := s.terms(ctx, tx)
		if err != nil {
			return err
		}
		after := t
		after.Version, after.SavedAt, after.SavedBy = t.Version+1, clock.MS(s.Clock), audit.ActorOf(ctx).ID
		n, err := tx.Exec(ctx, qTermsSave, after.Version, after.Enabled, after.CapBPS, after.HoldDays, after.MinFen, after.SavedAt, after.SavedBy)
		if err != nil {
			return err
		}
		if n == 0 || before.Version != t.Version {
			return ErrVersion
		}
		return audit.Write(ctx, tx, s.Clock, "commission.terms", "commission:terms", before, after, "")
	})
}

// Rules lists the rules, newest first.
func (s *Service) Rules(ctx context.Context, before int64, limit int) ([]RuleRow, error) {
	var rows []RuleRow
	err := s.DB.List(ctx, qRules, &rows, before, limit)
	return rows, err
}

// Paying is what a purchase of now could earn somebody.
type Paying struct {
	Any     bool // something
	Direct  bool // to who invited the buyer
	Partner bool // by a rate of their role or of their own
}

// Pays reports what a purchase of now could earn a user in a role of partners ("": they
// are none, or none in good standing): commissions are on, and a rate counts that is
// anybody's, their role's or their own. Which goods a role reaches is not asked.
func (s *Service) Pays(ctx context.Context, userID int64, role string) (p Paying, err error) {
	t, err := s.terms(ctx, s.DB)
	if err != nil || !t.Enabled || t.CapBPS == 0 {
		return p, err
	}
	var rules []Rule
	err = s.DB.List(ctx, qRulesLive, &rules, clock.MS(s.Clock))
	for _, r := range rules {
		if (earner{userID, role}).whose(r) < 0 {
			continue
		}
		p.Any, p.Direct, p.Partner = true, p.Direct || r.Level == 1, p.Partner || r.personal()
	}
	return p, err
}

func (r Rule) check() error {
	narrow := map[string]bool{"all": r.Kind == "" && r.ProductID == 0, "kind": r.Kind != "" && r.ProductID == 0, "product": r.Kind == "" && r.ProductID > 0}
	switch n := utf8.RuneCountInString(r.Name); {
	case n < 1 || n > 40:
		return ErrRule.Field("name", "名称为 1–40 个字")
	case r.Level != 1 && r.Level != 2:
		return ErrRule.Field("level", "只有一级和二级")
	case r.Role != Anyone && !slices.Contains(Roles, r.Role):
		return ErrRule.Field("role", "请选择给谁")
	case r.UserID < 0 || r.UserID > 0 && r.Role != Anyone:
		return ErrRule.Field("user_id", "指定了个人，就不再选角色")
	case !narrow[r.Scope]:
		return ErrRule.Field("scope", "请选择适用范围")
	case r.RateBPS < 1 || r.RateBPS > maxBPS:
		return ErrRule.Field("rate_bps", "比例为 0.01%–50%")
	case r.EndsAt != 0 && r.EndsAt <= r.StartsAt:
		return ErrRule.Field("ends_at", "结束要晚于开始")
	}
	return nil
}

// SaveRule adds (ID 0, switched off) or changes a rule; entries that exist keep the
// rate of their day. Returns ErrRule, ErrVersion.
func (s *Service) SaveRule(ctx context.Context, r Rule) (int64, error) {
	r.Name = strings.TrimSpace(r.Name)
	if r.Role == "" {
		r.Role = Anyone
	}
	if err := r.check(); err != nil {
		return 0, err
	}
	isNew := r.ID == 0
	if isNew {
		r.ID = id.New()
	}
	now := clock.MS(s.Clock)
	return r.ID, s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		var before any
		if r.UserID > 0 {
			var n int64
			if err := tx.Get(ctx, qPerson, &n, r.UserID); err != nil {
				return err
			}
			if n == 0 {
				return ErrRule.Field("user_id", "没有这位学员")
			}
		}
		if isNew {
			if _, err := tx.Exec(ctx, qRuleInsert, r.ID, r.Name, r.Level, r.Scope, r.Kind, r.ProductID, r.RateBPS, r.Priority, r.StartsAt, r.EndsAt, now, r.Role, r.UserID); err != nil {
				return err
			}
		} else {
			var was Rule
			if err := tx.Get(ctx, qRule, &was, r.ID); err != nil {
				if errors.Is(err, db.ErrNone) {
					return ErrRuleGone
				}
				return err
			}
			before = was
			n, err := tx.Exec(ctx, qRuleUpdate, r.ID, r.Name, r.Level, r.Scope, r.Kind, r.ProductID, r.RateBPS, r.Priority, r.StartsAt, r.EndsAt, now, r.Version, r.Role, r.UserID)
			if err != nil {
				return err
			}
			if n == 0 {
				return ErrVersion
			}
		}
		return audit.Write(ctx, tx, s.Clock, "commission.rule", fmt.Sprintf("commission_rule:%d", r.ID), before, r, "")
	})
}

// SwitchRule lets a rule count from now on, or ends it. Returns ErrRuleGone.
func (s *Service) SwitchRule(ctx context.Context, ruleID int64, on bool) error {
	to := map[bool]string{true: "on", false: "off"}[on]
	return s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		n, err := tx.Exec(ctx, qRuleSwitch, ruleID, to, clock.MS(s.Clock))
		if err != nil {
			return err
		}
		if n == 0 {
			return ErrRuleGone.Say("规则已经是这个状态，或不存在")
		}
		return audit.Write(ctx, tx, s.Clock, "commission.rule_"+to, fmt.Sprintf("commission_rule:%d", ruleID), nil, map[string]any{"status": to}, "")
	})
}

var scopeRank = map[string]int{"product": 2, "kind": 1, "all": 0}

// personal says that a rule is not for everybody.
func (r Rule) personal() bool { return r.UserID > 0 || r.Role != Anyone }

// earner is who earns from a line: in a role of partners, or as anybody.
type earner struct {
	userID int64
	role   string // "": as anybody
}

// whose ranks to whom a rule of equal priority belongs, −1: not to this one. A person's own
// rate counts only while they are a partner in good standing, as their role's does.
func (e earner) whose(r Rule) int {
	switch {
	case r.UserID > 0 && (e.role == "" || r.UserID != e.userID):
		return -1
	case r.UserID > 0:
		return 2
	case r.Role == Anyone:
		return 0
	case r.Role == e.role:
		return 1
	}
	return -1
}

// pick chooses the rule of a level for a line and who would earn by it, false when none
// fits.
func pick(rules []Rule, level int64, l Line, e earner) (best Rule, ok bool) {
	for _, r := range rules {
		fits := r.Scope == "all" || r.Scope == "kind" && r.Kind == l.Kind || r.Scope == "product" && r.ProductID == l.ProductID
		if r.Level != level || !fits || e.whose(r) < 0 {
			continue
		}
		better := cmp.Or(
			cmp.Compare(r.Priority, best.Priority),
			cmp.Compare(e.whose(r), e.whose(best)),
			cmp.Compare(scopeRank[r.Scope], scopeRank[best.Scope]),
			cmp.Compare(r.ID, best.ID),
		) > 0
		if !ok || better {
			best, ok = r, true
		}
	}
	return best, ok
}

// roles tells in which role of partners somebody earns by each of some lines.
func (s *Service) roles(ctx context.Context, r db.Reader, userID int64, lines []Line) (map[int64]string, error) {
	if s.Roles == nil {
		return nil, nil
	}
	products := make([]int64, len(lines))
	for i, l := range lines {
		products[i] = l.ProductID
	}
	return s.Roles(ctx, r, userID, products)
}

// Rates returns what a sale of each line would earn a user who brought the buyer, in
// hundredths of a percent of what is paid, by product; 0: nothing.
func (s *Service) Rates(ctx context.Context, userID int64, lines []Line) (map[int64]int64, error) {
	out := make(map[int64]int64, len(lines))
	t, err := s.terms(ctx, s.DB)
	if err != nil || !t.Enabled || len(lines) == 0 {
		return out, err
	}
	var rules []Rule
	if err := s.DB.List(ctx, qRulesLive, &rules, clock.MS(s.Clock)); err != nil {
		return nil, err
	}
	roles, err := s.roles(ctx, s.DB, userID, lines)
	if err != nil {
		return nil, err
	}
	for _, l := range lines {
		if r, ok := pick(rules, 1, l, earner{userID, roles[l.ProductID]}); ok {
			out[l.ProductID] = min(r.RateBPS, t.CapBPS)
		}
	}
	return out, nil
}
