package risk

import (
	"context"
	"errors"
	"fmt"

	"zhizhou/internal/audit"
	"zhizhou/internal/db"
	"zhizhou/internal/id"
)

func (s *Service) rulesIn(ctx context.Context, r db.Reader) (rules []Rule, b Bands, err error) {
	if err = r.List(ctx, qRules, &rules); err != nil {
		return nil, b, err
	}
	return rules, b, r.Get(ctx, qBands, &b)
}

// Rules returns all rules and from which scores on what is done.
func (s *Service) Rules(ctx context.Context) ([]Rule, Bands, error) { return s.rulesIn(ctx, s.DB) }

// SaveRule adds (ID 0) or changes a rule; it holds from the next judgement on. Returns
// ErrRule, ErrVersion.
func (s *Service) SaveRule(ctx context.Context, r Rule) (int64, error) {
	if _, ok := feature(r.Feature); !ok {
		return 0, ErrRule.Field("feature", "请选择看什么")
	}
	if r.Comparison != "ge" && r.Comparison != "le" {
		return 0, ErrRule.Field("comparison", "请选择怎样比较")
	}
	if r.Threshold < 0 || r.Threshold > 1_000_000 {
		return 0, ErrRule.Field("threshold", "0–1000000")
	}
	if r.Points < 0 || r.Points > 200 {
		return 0, ErrRule.Field("points", "0–200 分")
	}
	if _, ok := order[r.Action]; !ok {
		return 0, ErrRule.Field("action", "请选择至少怎样处理")
	}
	if r.Feature == "block_idle" && (order[r.Action] > order[Check] || r.Points >= 30) {
		return 0, ErrRule.Field("points", "网络地址不能单独让人等待或受限：这条规则要低于 30 分")
	}
	return r.ID, s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		var before any
		ruleID := r.ID
		if ruleID == 0 {
			ruleID = id.New()
			if _, err := tx.Exec(ctx, qRuleInsert, ruleID, r.Feature, r.Comparison, r.Threshold, r.Points, r.Action, r.Enabled == 1, s.now()); err != nil {
				return err
			}
		} else {
			var was Rule
			if err := tx.Get(ctx, qRule, &was, ruleID); errors.Is(err, db.ErrNone) {
				return ErrVersion
			} else if err != nil {
				return err
			}
			before = was
			n, err := tx.Exec(ctx, qRuleSave, ruleID, r.Feature, r.Comparison, r.Threshold, r.Points, r.Action, r.Enabled == 1, s.now(), r.Version)
			if err != nil {
				return err
			}
			if n == 0 {
				return ErrVersion
			}
		}
		return audit.Write(ctx, tx, s.Clock, "risk.rule", fmt.Sprintf("risk_rule:%d", ruleID), before, r, "")
	})
}

// SaveBands changes from which scores on what is done. Returns ErrBands, ErrVersion.
func (s *Service) SaveBands(ctx context.Context, b Bands) error {
	if b.Check < 1 || b.Delay <= b.Check || b.Review <= b.Delay || b.Block <= b.Review || b.Block > 1000 {
		return ErrBands
	}
	return s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		var was Bands
		if err := tx.Get(ctx, qBands, &was); err != nil {
			return err
		}
		n, err := tx.Exec(ctx, qBandsSave, b.Check, b.Delay, b.Review, b.Block, b.Version)
		if err != nil {
			return err
		}
		if n == 0 {
			return ErrVersion
		}
		return audit.Write(ctx, tx, s.Clock, "risk.bands", "risk", was, b, "")
	})
}
