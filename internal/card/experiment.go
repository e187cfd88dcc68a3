package card

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"unicode/utf8"

	"zhizhou/internal/audit"
	"zhizhou/internal/db"
	"zhizhou/internal/errs"
	"zhizhou/internal/id"
	"zhizhou/internal/stat"
	"zhizhou/internal/text"
)

// The refusals of experiments.
var (
	ErrExperiment      = errs.New(errs.Invalid, "card_experiment_invalid", "请检查实验")
	ErrExperimentGone  = errs.New(errs.NotFound, "card_experiment_gone", "没有这个实验")
	ErrExperimentState = errs.New(errs.Conflict, "card_experiment_state", "实验现在的状态不能这样操作")
)

// ripe is how long the shares of who was shown a card are followed, and how long they are
// waited for before they count, ms.
const ripe = 7 * 24 * 3600 * 1000

// Experiment shows people different cards, to learn which bring more. Who sees which is
// settled once for each person.
type Experiment struct {
	ID         int64
	Name       string
	Status     string // "draft", "running" or "stopped"
	CourseID   int64  // with the cards of one course; 0: of all
	AutoWinner bool   // who wins for certain is used from then on
	WinnerID   int64
	StartedAt  int64
	LookedAt   int64
	StoppedAt  int64
	Version    int64
	UpdatedAt  int64
}

// Variant is one way to show cards; the first is what the others are compared with.
type Variant struct {
	ID           int64
	ExperimentID int64
	Nth          int64
	Label        string
	TemplateID   int64  // 0: drawn as without the experiment
	Words        string // that go along when a card is handed on; "": the usual
	Weight       int64
}

// Outcome is a variant with what its people did.
type Outcome struct {
	Variant
	Template string // its name
	Seen     int64  // people who were shown a card
	Sharers  int64  // of them who handed one on
	Shares   int64
	Visits   int64     // browsers that came by these
	stat.Arm           // of people whose week is over: registrations within it
	Lift     stat.Lift `db:"-"` // against the first; of the first nothing
}

const (
	experimentColumns = `id, name, status, course_id, auto_winner, winner_id, started_at, looked_at, stopped_at, version, updated_at`
	variantColumns    = `v.id, v.experiment_id, v.nth, v.label, v.template_id, v.words, v.weight`
)

var (
	qExperiments      = db.Q("card/experiments", `SELECT `+experimentColumns+` FROM card_experiments WHERE (CAST($1 AS BIGINT) = 0 OR id < $1) ORDER BY id DESC LIMIT $2`)
	qExperiment       = db.Q("card/experiment", `SELECT `+experimentColumns+` FROM card_experiments WHERE id = $1`)
	qExperimentAdd    = db.Q("card/experiment_add", `INSERT INTO card_experiments (id, name, status, course_id, auto_winner, created_at, updated_at) VALUES ($1, $2, 'draft', $3, $4, $5, $5)`)
	qExperimentChange = db.Q("card/experiment_change", `UPDATE card_experiments SET name = $2, course_id = $3, auto_winner = $4, version = version + 1, updated_at = $5 WHERE id = $1 AND version = $6 AND status = 'draft'`)
	qExperimentStart  = db.Q("card/experiment_start", `UPDATE card_experiments SET status = 'running', started_at = $2, looked_at = $2, version = version + 1, updated_at = $2 WHERE id = $1 AND status = 'draft'
		AND NOT EXISTS (SELECT 1 FROM card_experiments x WHERE x.course_id = card_experiments.course_id AND x.status = 'running')`)
	qExperimentStop  = db.Q("card/experiment_stop", `UPDATE card_experiments SET status = 'stopped', stopped_at = $2, winner_id = $3, version = version + 1, updated_at = $2 WHERE id = $1 AND status = 'running'`)
	qExperimentsDue  = db.Q("card/experiments_due", `SELECT `+experimentColumns+` FROM card_experiments WHERE status = 'running' AND auto_winner AND looked_at <= $1 ORDER BY id LIMIT 50`)
	qExperimentLooks = db.Q("card/experiment_looks", `UPDATE card_experiments SET looked_at = $2 WHERE id = $1 AND status = 'running'`)
	qExperimentFor   = db.Q("card/experiment_for", `SELECT id FROM card_experiments WHERE status = 'running' AND course_id IN (0, $1) ORDER BY CASE WHEN course_id > 0 THEN 0 ELSE 1 END LIMIT 1`)
	qVariants        = db.Q("card/variants", `SELECT `+variantColumns+` FROM card_variants v WHERE v.experiment_id = $1 ORDER BY v.nth`)
	qVariantsDrop    = db.Q("card/variants_drop", `DELETE FROM card_variants WHERE experiment_id = $1`)
	qVariantAdd      = db.Q("card/variant_add", `INSERT INTO card_variants (id, experiment_id, nth, label, template_id, words, weight) VALUES ($1, $2, $3, $4, $5, $6, $7)`)
	qSubjectAdd      = db.Q("card/subject_add", `INSERT INTO card_subjects (experiment_id, user_id, variant_id, seen_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`)
	qShownTo         = db.Q("card/shown_to", `SELECT `+variantColumns+` FROM card_subjects b JOIN card_variants v ON v.id = b.variant_id WHERE b.experiment_id = $1 AND b.user_id = $2`)
	qLayoutOf        = db.Q("card/layout_of", `SELECT layout FROM card_layouts WHERE template_id = $1 AND face IN ($2, $3) ORDER BY CASE WHEN face = $2 THEN 0 ELSE 1 END LIMIT 1`)
	qTemplateInUse   = db.Q("card/template_in_use", `SELECT COUNT(*) FROM card_variants v JOIN card_experiments e ON e.id = v.experiment_id WHERE v.template_id = $1 AND e.status = 'running'`)
	// What some are shown as it is now changes with every template that suits their cards.
	qTemplateControls = db.Q("card/template_controls", `SELECT COUNT(*) FROM card_variants v JOIN card_experiments e ON e.id = v.experiment_id JOIN card_templates t ON t.id = $1
		WHERE v.template_id IN (0, t.id) AND e.status = 'running' AND (e.course_id = 0 OR t.course_id IN (0, e.course_id))`)
	// Registrations are those of the week after somebody was first shown a card, and people
	// count when that week is over: nobody counts who could still bring somebody.
	qOutcomes = db.Q("card/outcomes", `SELECT `+variantColumns+`, COALESCE((SELECT t.name FROM card_templates t WHERE t.id = v.template_id), '') AS template, COUNT(x.user_id) AS seen,
		COUNT(CASE WHEN x.shares > 0 THEN 1 END) AS sharers, CAST(COALESCE(SUM(x.shares), 0) AS BIGINT) AS shares, CAST(COALESCE(SUM(x.visits), 0) AS BIGINT) AS visits,
		COUNT(CASE WHEN x.ripe THEN 1 END) AS people, CAST(COALESCE(SUM(CASE WHEN x.ripe THEN x.joins ELSE 0 END), 0) AS BIGINT) AS sum, CAST(COALESCE(SUM(CASE WHEN x.ripe THEN x.joins * x.joins ELSE 0 END), 0) AS BIGINT) AS squares
		FROM card_variants v LEFT JOIN (SELECT b.variant_id, b.user_id, b.seen_at <= $2 AS ripe,
			(SELECT COUNT(*) FROM shares s WHERE s.variant_id = b.variant_id AND s.user_id = b.user_id) AS shares,
			(SELECT COUNT(*) FROM share_visits w JOIN shares s ON s.id = w.share_id WHERE s.variant_id = b.variant_id AND s.user_id = b.user_id AND w.user_id <> s.user_id) AS visits,
			(SELECT COUNT(*) FROM share_joins j JOIN shares s ON s.id = j.share_id WHERE s.variant_id = b.variant_id AND s.user_id = b.user_id AND j.joined_at < b.seen_at + $3) AS joins
			FROM card_subjects b WHERE b.experiment_id = $1) x ON x.variant_id = v.id
		WHERE v.experiment_id = $1 GROUP BY v.id, v.experiment_id, v.nth, v.label, v.template_id, v.words, v.weight ORDER BY v.nth`)

	qSubjectsTwice = db.Q("card/subjects_twice", `DELETE FROM card_subjects WHERE user_id = $1 AND experiment_id IN (SELECT experiment_id FROM card_subjects WHERE user_id = $2)`)
	qSubjectsMove  = db.Q("card/subjects_move", `UPDATE card_subjects SET user_id = $2 WHERE user_id = $1`)
)

// Experiments lists experiments, the newest first, before an id.
func (s *Service) Experiments(ctx context.Context, before int64, limit int) ([]Experiment, error) {
	var rows []Experiment
	err := s.DB.List(ctx, qExperiments, &rows, before, limit)
	return rows, err
}

// Experiment returns one with what became of each variant until now. Returns
// ErrExperimentGone.
func (s *Service) Experiment(ctx context.Context, experimentID int64) (Experiment, []Outcome, error) {
	return s.outcomes(ctx, s.DB, experimentID)
}

func (s *Service) outcomes(ctx context.Context, r db.Reader, experimentID int64) (e Experiment, list []Outcome, err error) {
	if err := r.Get(ctx, qExperiment, &e, experimentID); err != nil {
		if errors.Is(err, db.ErrNone) {
			err = ErrExperimentGone
		}
		return e, nil, err
	}
	if err := r.List(ctx, qOutcomes, &list, experimentID, s.now()-ripe, int64(ripe)); err != nil {
		return e, nil, err
	}
	for i := range list {
		if i > 0 {
			list[i].Lift = stat.LiftOf(list[0].Arm, list[i].Arm, len(list)-1)
		}
	}
	return e, list, nil
}

func checkVariants(name string, vs []Variant) error {
	switch n := utf8.RuneCountInString(name); {
	case n < 1 || n > 40:
		return ErrExperiment.Field("name", "名称为 1–40 个字")
	case len(vs) < 2 || len(vs) > 5:
		return ErrExperiment.Field("variants", "要有 2–5 组")
	}
	for _, v := range vs {
		switch n := utf8.RuneCountInString(v.Label); {
		case n < 1 || n > 20:
			return ErrExperiment.Field("variants", "每组要有 1–20 个字的名称")
		case utf8.RuneCountInString(v.Words) > 60:
			return ErrExperiment.Field("variants", "分享文案最多 60 个字")
		case v.Weight < 1 || v.Weight > 1000:
			return ErrExperiment.Field("variants", "分流比例为 1–1000")
		}
	}
	return nil
}

// SaveExperiment adds (ID 0) or changes a draft. Returns ErrExperiment, ErrTemplateGone,
// ErrExperimentGone, ErrExperimentState.
func (s *Service) SaveExperiment(ctx context.Context, e Experiment, vs []Variant) (int64, error) {
	e.Name = text.Line(e.Name)
	for i := range vs {
		vs[i].Label, vs[i].Words = text.Line(vs[i].Label), text.Line(vs[i].Words)
	}
	if err := checkVariants(e.Name, vs); err != nil {
		return 0, err
	}
	isNew := e.ID == 0
	if isNew {
		e.ID = id.New()
	}
	return e.ID, s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		for _, v := range vs {
			if v.TemplateID == 0 {
				continue
			}
			if _, err := template(ctx, tx, v.TemplateID); err != nil {
				return err
			}
		}
		if isNew {
			if _, err := tx.Exec(ctx, qExperimentAdd, e.ID, e.Name, e.CourseID, e.AutoWinner, s.now()); err != nil {
				return err
			}
		} else {
			n, err := tx.Exec(ctx, qExperimentChange, e.ID, e.Name, e.CourseID, e.AutoWinner, s.now(), e.Version)
			if err != nil {
				return err
			}
			if n == 0 {
				return ErrExperimentState.Say("实验已经开始，或刚被别人改过")
			}
			if _, err := tx.Exec(ctx, qVariantsDrop, e.ID); err != nil {
				return err
			}
		}
		for i, v := range vs {
			if _, err := tx.Exec(ctx, qVariantAdd, id.New(), e.ID, i, v.Label, v.TemplateID, v.Words, v.Weight); err != nil {
				return err
			}
		}
		return audit.Write(ctx, tx, s.Clock, "card.experiment", experimentTarget(e.ID), nil, map[string]any{"name": e.Name, "variants": len(vs)}, "")
	})
}

func experimentTarget(experimentID int64) string {
	return fmt.Sprintf("card_experiment:%d", experimentID)
}

// distinct refuses variants of which two would be the same to whoever sees them: by one
// template and one text, or by what is drawn now and a template that is on already. Returns
// ErrExperiment.
func distinct(ctx context.Context, tx *db.Tx, experimentID int64) error {
	var vs []Variant
	if err := tx.List(ctx, qVariants, &vs, experimentID); err != nil {
		return err
	}
	seen := map[string]string{}
	for _, v := range vs {
		as := v.TemplateID
		if as != 0 {
			t, err := template(ctx, tx, as)
			if err != nil {
				return err
			}
			if t.Status == "on" {
				as = 0
			}
		}
		key := fmt.Sprintf("%d|%s", as, v.Words)
		if other, twice := seen[key]; twice {
			return ErrExperiment.Say("「" + other + "」和「" + v.Label + "」看起来一样：换一个没有启用的模板，或者换一句文案")
		}
		seen[key] = v.Label
	}
	return nil
}

// StartExperiment begins to show variants; one runs at a time for a course, and one for
// all. Returns ErrExperimentState, ErrExperiment.
func (s *Service) StartExperiment(ctx context.Context, experimentID int64) error {
	return s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := distinct(ctx, tx, experimentID); err != nil {
			return err
		}
		n, err := tx.Exec(ctx, qExperimentStart, experimentID, s.now())
		if err != nil {
			return err
		}
		if n == 0 {
			return ErrExperimentState.Say("只有草稿能开始，而且同一范围同时只能有一个实验")
		}
		return audit.Write(ctx, tx, s.Clock, "card.experiment_start", experimentTarget(experimentID), nil, nil, "")
	})
}

// StopExperiment ends one by hand; nothing is changed by what it found. Returns
// ErrExperimentState.
func (s *Service) StopExperiment(ctx context.Context, experimentID int64) error {
	return s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		n, err := tx.Exec(ctx, qExperimentStop, experimentID, s.now(), 0)
		if err != nil {
			return err
		}
		if n == 0 {
			return ErrExperimentState
		}
		return audit.Write(ctx, tx, s.Clock, "card.experiment_stop", experimentTarget(experimentID), nil, nil, "")
	})
}

// Shown settles which variant somebody is shown for a card, from the first time on; ID 0
// when no experiment is about it.
func (s *Service) Shown(ctx context.Context, c Card) (Variant, error) {
	var v Variant
	e, err := s.running(ctx, c)
	if err != nil || e == 0 {
		return v, err
	}
	err = s.DB.Get(ctx, qShownTo, &v, e, c.UserID)
	if !errors.Is(err, db.ErrNone) {
		return v, err
	}
	var vs []Variant
	if err := s.DB.List(ctx, qVariants, &vs, e); err != nil {
		return v, err
	}
	v = settled(e, c.UserID, vs)
	return v, s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, qSubjectAdd, e, c.UserID, v.ID, s.now())
		return err
	})
}

// Variant is what Shown once settled for the owner of a card; ID 0: they never saw one of
// the experiment that runs now.
func (s *Service) Variant(ctx context.Context, c Card) (Variant, error) {
	var v Variant
	e, err := s.running(ctx, c)
	if err != nil || e == 0 {
		return v, err
	}
	err = s.DB.Get(ctx, qShownTo, &v, e, c.UserID)
	if errors.Is(err, db.ErrNone) {
		err = nil
	}
	return v, err
}

// running is the experiment that is about a card now, that of its course first; 0: none.
func (s *Service) running(ctx context.Context, c Card) (int64, error) {
	var e int64
	err := s.DB.Get(ctx, qExperimentFor, &e, c.CourseID)
	if errors.Is(err, db.ErrNone) {
		err = nil
	}
	return e, err
}

// settled picks a variant by chance in the proportion of the weights, always the same for
// a person: a hash needs no row to be asked again by two requests at once.
func settled(experimentID, userID int64, vs []Variant) Variant {
	sum := sha256.Sum256(fmt.Appendf(nil, "card-experiment:%d:%d", experimentID, userID))
	all := int64(0)
	for _, v := range vs {
		all += v.Weight
	}
	at := int64(binary.BigEndian.Uint64(sum[:8]) % uint64(all)) //nolint:gosec // below the sum of the weights
	for _, v := range vs {
		if at -= v.Weight; at < 0 {
			return v
		}
	}
	return vs[len(vs)-1]
}

// LookAt ends experiments that may end by themselves and whose week is over, when one
// variant beats the control for certain, or the control all others; its template is used
// from then on.
func (s *Service) LookAt(ctx context.Context) error {
	var due []Experiment
	if err := s.DB.List(ctx, qExperimentsDue, &due, s.now()-ripe); err != nil {
		return err
	}
	for _, e := range due {
		if err := s.look(ctx, e.ID); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) look(ctx context.Context, experimentID int64) error {
	return s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, list, err := s.outcomes(ctx, tx, experimentID)
		if err != nil {
			return err
		}
		w, ok := winner(list)
		if !ok {
			_, err := tx.Exec(ctx, qExperimentLooks, experimentID, s.now())
			return err
		}
		n, err := tx.Exec(ctx, qExperimentStop, experimentID, s.now(), w.ID)
		if err != nil || n == 0 {
			return err
		}
		if w.TemplateID > 0 {
			if _, err := tx.Exec(ctx, qTemplateSwitch, w.TemplateID, "on", s.now()); err != nil {
				return err
			}
		}
		return audit.Write(ctx, tx, s.Clock, "card.experiment_won", experimentTarget(experimentID), nil, map[string]any{"variant": w.Label}, "")
	})
}

// winner is the variant that is better for certain: the best of those that beat the
// control, or the control when all others are worse.
func winner(list []Outcome) (best Outcome, ok bool) {
	worse := 0
	for _, o := range list[min(1, len(list)):] {
		switch o.Lift.Certain() {
		case 1:
			if !ok || o.Lift.Mean > best.Lift.Mean {
				best, ok = o, true
			}
		case -1:
			worse++
		}
	}
	if !ok && worse > 0 && worse == len(list)-1 {
		return list[0], true
	}
	return best, ok
}
