package commerce

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"zhizhou/internal/audit"
	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/id"
	"zhizhou/internal/money"
)

// Experiment shows people different prices of one SKU, to learn which earns more.
// Nobody ever sees another one's price change to theirs: who sees which is written
// once, no price is above the list price, and one SKU has one experiment at a time.
type Experiment struct {
	ID        int64
	SKUID     int64 `db:"sku_id"`
	Name      string
	Status    string // "draft", "running" or "stopped"
	MinFen    int64  // no price below it
	EndsAt    int64
	ListFen   int64 // when it was started
	StartedAt int64
	StoppedAt int64
	Version   int64
	CreatedAt int64
	UpdatedAt int64
	Title     string // of what is sold
	SKUName   string `db:"sku_name"`
}

// Variant is one of an experiment's prices; PriceFen 0 is the control, who pay the
// list price.
type Variant struct {
	ID           int64
	ExperimentID int64
	Nth          int64
	Label        string
	PriceFen     int64
	Weight       int64
}

const (
	experimentColumns = `id, sku_id, name, status, min_fen, ends_at, list_fen, started_at, stopped_at, version, created_at, updated_at`
	variantColumns    = `id, experiment_id, nth, label, price_fen, weight`
)

var experimentRow = of("e", experimentColumns) + `, COALESCE(NULLIF(p.title, ''), c.title, '') AS title, COALESCE(k.name, '') AS sku_name FROM experiments e
	LEFT JOIN skus k ON k.id = e.sku_id LEFT JOIN products p ON p.id = k.product_id LEFT JOIN courses c ON c.id = p.course_id`

var (
	qExperiment       = db.Q("commerce/experiment", `SELECT `+experimentRow+` WHERE e.id = $1`)
	qExperiments      = db.Q("commerce/experiments", `SELECT `+experimentRow+` WHERE (CAST($1 AS BIGINT) = 0 OR e.id < $1) ORDER BY e.id DESC LIMIT $2`)
	qExperimentsLive  = db.Q("commerce/experiments_live", `SELECT `+experimentColumns+`, '' AS title, '' AS sku_name FROM experiments WHERE status = 'running' AND ends_at > $1 ORDER BY id LIMIT 200`)
	qExperimentAdd    = db.Q("commerce/experiment_add", `INSERT INTO experiments (id, sku_id, name, status, min_fen, ends_at, created_at, updated_at) VALUES ($1, $2, $3, 'draft', $4, $5, $6, $6)`)
	qExperimentChange = db.Q("commerce/experiment_change", `UPDATE experiments SET sku_id = $2, name = $3, min_fen = $4, ends_at = $5, version = version + 1, updated_at = $6 WHERE id = $1 AND status = 'draft' AND version = $7`)
	qExperimentStart  = db.Q("commerce/experiment_start", `UPDATE experiments SET status = 'running', list_fen = $2, started_at = $3, version = version + 1, updated_at = $3 WHERE id = $1 AND status = 'draft'
		AND NOT EXISTS (SELECT 1 FROM experiments x WHERE x.sku_id = experiments.sku_id AND x.status = 'running')`)
	qExperimentStop  = db.Q("commerce/experiment_stop", `UPDATE experiments SET status = 'stopped', stopped_at = $2, version = version + 1, updated_at = $2 WHERE id = $1 AND status = 'running'`)
	qExperimentsOver = db.Q("commerce/experiments_over", `UPDATE experiments SET status = 'stopped', stopped_at = ends_at, version = version + 1, updated_at = $2 WHERE sku_id = $1 AND status = 'running' AND ends_at <= $2`)
	qVariants        = db.Q("commerce/variants", `SELECT `+variantColumns+` FROM experiment_variants WHERE experiment_id = $1 ORDER BY nth`)
	qVariantsDrop    = db.Q("commerce/variants_drop", `DELETE FROM experiment_variants WHERE experiment_id = $1`)
	qVariantAdd      = db.Q("commerce/variant_add", `INSERT INTO experiment_variants (`+variantColumns+`) VALUES ($1, $2, $3, $4, $5, $6)`)
)

// Experiments lists experiments, newest first, before the id before.
func (s *Service) Experiments(ctx context.Context, before int64, limit int) ([]Experiment, error) {
	var rows []Experiment
	err := s.DB.List(ctx, qExperiments, &rows, before, limit)
	return rows, err
}

// Experiment returns one with its prices. Returns ErrExperimentGone.
func (s *Service) Experiment(ctx context.Context, experimentID int64) (Experiment, []Variant, error) {
	return s.experiment(ctx, s.DB, experimentID)
}

func (s *Service) experiment(ctx context.Context, r db.Reader, experimentID int64) (e Experiment, vs []Variant, err error) {
	if err := r.Get(ctx, qExperiment, &e, experimentID); err != nil {
		if errors.Is(err, db.ErrNone) {
			err = ErrExperimentGone
		}
		return e, nil, err
	}
	return e, vs, r.List(ctx, qVariants, &vs, experimentID)
}

// ExperimentChange is the input of SaveExperiment; the first of Variants is the
// control, whose price is not asked for.
type ExperimentChange struct {
	ID       int64 // 0: a new one
	Version  int64
	SKUID    int64
	Name     string
	MinFen   int64
	EndsAt   int64
	Variants []Variant
}

func (c ExperimentChange) check() error {
	e := ErrExperiment
	switch n := utf8.RuneCountInString(c.Name); {
	case n < 1 || n > 40:
		return e.Field("name", "名称为 1–40 个字")
	case c.MinFen < 1:
		return e.Field("min_fen", "最低价至少 ¥0.01")
	case len(c.Variants) < 2 || len(c.Variants) > 5:
		return e.Field("variants", "对照组之外要有 1–4 个价格")
	}
	for i, v := range c.Variants {
		switch {
		case v.Weight < 1 || v.Weight > 1000:
			return e.Field("variants", "分流比例为 1–1000")
		case i == 0 && v.PriceFen != 0:
			return e.Field("variants", "第一组是对照组，按标价卖")
		case i > 0 && v.PriceFen < c.MinFen:
			return e.Field("variants", "价格不能低于最低价 ¥"+money.Yuan(c.MinFen))
		}
	}
	return nil
}

// SaveExperiment adds or changes a draft. Returns ErrExperiment,
// ErrExperimentState when it runs or has ended, ErrVersion.
func (s *Service) SaveExperiment(ctx context.Context, c ExperimentChange) (int64, error) {
	c.Name = strings.TrimSpace(c.Name)
	if err := c.check(); err != nil {
		return 0, err
	}
	isNew := c.ID == 0
	if isNew {
		c.ID = id.New()
	}
	now := clock.MS(s.Clock)
	return c.ID, s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		var before any
		if isNew {
			if _, err := tx.Exec(ctx, qExperimentAdd, c.ID, c.SKUID, c.Name, c.MinFen, c.EndsAt, now); err != nil {
				return err
			}
		} else {
			old, _, err := s.experiment(ctx, tx, c.ID)
			if err != nil {
				return err
			}
			if before = old; old.Status != "draft" {
				return ErrExperimentState.Say("开始以后不能再改：同一个人看到的价格不能变")
			}
			n, err := tx.Exec(ctx, qExperimentChange, c.ID, c.SKUID, c.Name, c.MinFen, c.EndsAt, now, c.Version)
			if err != nil {
				return err
			}
			if n == 0 {
				return ErrVersion
			}
			if _, err := tx.Exec(ctx, qVariantsDrop, c.ID); err != nil {
				return err
			}
		}
		for i, v := range c.Variants {
			if _, err := tx.Exec(ctx, qVariantAdd, id.New(), c.ID, i, v.Label, v.PriceFen, v.Weight); err != nil {
				return err
			}
		}
		return audit.Write(ctx, tx, s.Clock, "experiment.save", fmt.Sprintf("experiment:%d", c.ID), before, c, "")
	})
}

// StartExperiment lets an experiment run. Returns ErrExperiment with the guard rail
// that stops it, ErrExperimentState, ErrExperimentGone.
func (s *Service) StartExperiment(ctx context.Context, experimentID int64) error {
	e, vs, err := s.Experiment(ctx, experimentID)
	if err != nil {
		return err
	}
	o, err := s.Catalog.Offer(ctx, s.DB, e.SKUID, "")
	if err != nil {
		return err
	}
	_, skus, err := s.Catalog.ProductByID(ctx, o.ProductID, false)
	if err != nil {
		return err
	}
	for _, k := range skus {
		if k.ID == e.SKUID && len(k.Platforms)+len(k.Tiers) > 0 {
			return ErrExperiment.Say("这个规格有分平台价或会员专价，先取消它们再做价格实验")
		}
	}
	now := clock.MS(s.Clock)
	for _, v := range vs {
		if v.PriceFen >= o.PriceFen {
			return ErrExperiment.Say("实验价要低于标价 ¥" + money.Yuan(o.PriceFen))
		}
	}
	if e.EndsAt <= now {
		return ErrExperiment.Say("结束时间已经过去")
	}
	return s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if _, err := tx.Exec(ctx, qExperimentsOver, e.SKUID, now); err != nil {
			return err
		}
		n, err := tx.Exec(ctx, qExperimentStart, e.ID, o.PriceFen, now)
		if err != nil {
			return err
		}
		if n == 0 {
			return ErrExperimentState.Say("它已经开始过，或这个规格有别的实验在进行")
		}
		for _, v := range vs {
			if err := s.Catalog.WantItem(ctx, tx, e.SKUID, v.PriceFen); err != nil {
				return err
			}
		}
		return audit.Write(ctx, tx, s.Clock, "experiment.start", fmt.Sprintf("experiment:%d", e.ID), map[string]any{"status": e.Status}, map[string]any{"status": "running", "list_fen": o.PriceFen}, "")
	})
}

// StopExperiment ends an experiment; everybody sees the list price again. Returns
// ErrExperimentState.
func (s *Service) StopExperiment(ctx context.Context, experimentID int64) error {
	return s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		n, err := tx.Exec(ctx, qExperimentStop, experimentID, clock.MS(s.Clock))
		if err != nil {
			return err
		}
		if n == 0 {
			return ErrExperimentState
		}
		return audit.Write(ctx, tx, s.Clock, "experiment.stop", fmt.Sprintf("experiment:%d", experimentID), map[string]any{"status": "running"}, map[string]any{"status": "stopped"}, "")
	})
}
