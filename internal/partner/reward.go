package partner

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"zhizhou/internal/audit"
	"zhizhou/internal/db"
	"zhizhou/internal/id"
	"zhizhou/internal/money"
	"zhizhou/internal/text"
)

// The kinds of a plan: fen for a place in the ranking, or for all who kept enough.
const (
	ByPlace     = "place"
	ByThreshold = "threshold"
)

// The states of a reward.
const (
	RewardNone     = "none"
	RewardDue      = "due"      // to be booked; waits while risk makes its partner wait
	RewardPaid     = "paid"     // on the account, to be withdrawn like commission
	RewardReversed = "reversed" // taken back by staff
	RewardVoid     = "void"     // ended by staff before it was booked
)

// patience is how long a month's ranking waits for sales that are still held, after the day
// that was announced; then these do not count.
const patience = 30 * day

// Step is a part of a plan: fen for the places from From to To, or for who kept KeptFen.
type Step struct {
	From    int64 `json:"from,omitempty"`
	To      int64 `json:"to,omitempty"`
	KeptFen int64 `json:"kept_fen,omitempty"`
	Fen     int64 `json:"fen"`
}

// Plan is what is promised for the ranking of a month.
type Plan struct {
	Month    int64 // local, YYYYMM
	Version  int64 // 0: none was published
	Kind     string
	FloorFen int64  // who kept less is given nothing
	WaitDays int64  // after the month, before the ranking is final
	Steps    []Step `db:"-"`
	Note     string
	SavedAt  int64
	SavedBy  int64
}

type planRow struct {
	Plan
	StepsText string
	SettledAt int64
}

// Final is the ranking of a month with its plan.
type Final struct {
	Plan      Plan // Version 0: no rewards are promised
	DueAt     int64
	SettledAt int64 // 0: the ranking still moves, rewards are what they would be
	Rows      []Place
}

const planColumns = `p.month, p.version, p.kind, p.floor_fen, p.wait_days, p.steps AS steps_text, p.note, p.saved_at, p.saved_by`

var (
	qPlan = db.Q("partner/plan", `SELECT `+planColumns+`, COALESCE((SELECT m.settled_at FROM partner_months m WHERE m.month = p.month), 0) AS settled_at
		FROM partner_reward_plans p WHERE p.month = $1 ORDER BY p.version DESC LIMIT 1`)
	qPlanSave = db.Q("partner/plan_save", `INSERT INTO partner_reward_plans (month, version, kind, floor_fen, wait_days, steps, note, saved_at, saved_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING`)
	qPlans    = db.Q("partner/plans_open", `SELECT `+planColumns+`, 0 AS settled_at FROM partner_reward_plans p WHERE p.month < $1 AND p.version = (SELECT MAX(x.version) FROM partner_reward_plans x WHERE x.month = p.month)
		AND NOT EXISTS (SELECT 1 FROM partner_months m WHERE m.month = p.month) ORDER BY p.month LIMIT 24`)
	qHoldDays = db.Q("partner/hold_days", `SELECT hold_days FROM commission_terms ORDER BY version DESC LIMIT 1`)
	// Sales of the month that may still go back by themselves.
	qStillHeld = db.Q("partner/still_held", `SELECT COUNT(*) FROM commission_entries e JOIN partners p ON p.user_id = e.user_id AND p.opened_at > 0 AND p.state = 'active'
		WHERE e.created_at >= $1 AND e.created_at < $2 AND e.level = 1 AND e.state = 'held' AND e.refunded_fen < e.base_fen`)
	qSettle = db.Q("partner/settle", `INSERT INTO partner_months (month, version, settled_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`)
	// The final ranking: what the moving one counts, of sales whose hold is over.
	qFinal = db.Q("partner/final", `SELECT p.id AS partner_id, e.user_id, p.role, CAST(SUM(e.base_fen - e.refunded_fen) AS BIGINT) AS kept_fen, CAST(SUM(CASE WHEN e.refunded_fen < e.base_fen THEN 1 ELSE 0 END) AS BIGINT) AS sales
		FROM commission_entries e JOIN partners p ON p.user_id = e.user_id AND p.opened_at > 0 AND p.state = 'active'
		WHERE e.created_at >= $1 AND e.created_at < $2 AND e.level = 1 AND e.state = 'available'
		GROUP BY p.id, e.user_id, p.role HAVING SUM(e.base_fen - e.refunded_fen) > 0 ORDER BY kept_fen DESC, e.user_id LIMIT 500`)
	qPlaceAdd = db.Q("partner/place_add", `INSERT INTO partner_places (id, month, partner_id, user_id, role, place, kept_fen, sales, amount_fen, state) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`)
	qPlaces   = db.Q("partner/places", `SELECT x.place AS rank, x.user_id, u.nickname, x.role, x.kept_fen, x.sales, x.id AS place_id, x.amount_fen AS reward_fen, x.state, x.reason FROM partner_places x JOIN users u ON u.id = x.user_id
		WHERE x.month = $1 ORDER BY x.place, x.id LIMIT 500`)
	qPlace = db.Q("partner/place", `SELECT x.id AS place_id, x.month, x.user_id, x.place AS rank, x.amount_fen AS reward_fen, x.state FROM partner_places x WHERE x.id = $1 /*for_update*/`)
	qDue   = db.Q("partner/places_due", `SELECT id FROM partner_places WHERE state = 'due' ORDER BY id LIMIT 500`)
	qBook  = db.Q("partner/place_book", `UPDATE partner_places SET state = 'paid', booked_at = $2 WHERE id = $1 AND state = 'due'`)
	qEnd   = db.Q("partner/place_end", `UPDATE partner_places SET state = $3, ended_at = $4, ended_by = $5, reason = $6 WHERE id = $1 AND state = $2`)

	qRewarded = db.Q("partner/rewarded", `SELECT CAST(COALESCE(SUM(amount_fen), 0) AS BIGINT) FROM partner_places WHERE user_id = $1 AND state = 'paid'`)

	qMovePlaces = db.Q("partner/move_places", `UPDATE partner_places SET user_id = $2 WHERE user_id = $1`)
)

// Bank books rewards on accounts, inside the transaction that decides them.
type Bank struct {
	Give func(ctx context.Context, tx *db.Tx, userID, placeID, fen int64) error
	Take func(ctx context.Context, tx *db.Tx, userID, placeID, fen int64) error
	// May reports whether somebody may be rewarded now.
	May func(ctx context.Context, tx *db.Tx, userID int64, act string) (bool, error)
}

// prize is what a plan gives for a place and what was kept, fen.
func (p Plan) prize(place, keptFen int64) int64 {
	if p.Version == 0 || keptFen < p.FloorFen {
		return 0
	}
	best := int64(0)
	for _, x := range p.Steps {
		if p.Kind == ByPlace && place >= x.From && place <= x.To || p.Kind == ByThreshold && keptFen >= x.KeptFen {
			best = max(best, x.Fen)
		}
	}
	return best
}

// check refuses plans that cannot be kept or would give away more than half of a sale.
func (p Plan) check(holdDays int64) error {
	switch {
	case p.Kind != ByPlace && p.Kind != ByThreshold:
		return ErrPlan.Field("kind", "选按名次还是按成交额")
	case p.FloorFen < 100:
		return ErrPlan.Field("floor_fen", "入选门槛至少 ¥1")
	case p.WaitDays < holdDays || p.WaitDays > 90:
		return ErrPlan.Field("wait_days", fmt.Sprintf("%d–90 天：要等佣金的冻结期过完", holdDays))
	case utf8.RuneCountInString(p.Note) > 500:
		return ErrPlan.Field("note", "不超过 500 个字")
	case len(p.Steps) < 1 || len(p.Steps) > 10:
		return ErrPlan.Field("steps", "写 1–10 档奖励")
	}
	last := int64(0)
	for _, x := range p.Steps {
		base := p.FloorFen
		if p.Kind == ByPlace {
			if x.From <= last || x.To < x.From || x.To > 100 || x.KeptFen != 0 {
				return ErrPlan.Field("steps", "名次从前往后写，不重叠，最多到第 100 名")
			}
			last = x.To
		} else {
			if x.KeptFen <= last || x.KeptFen < p.FloorFen || x.From != 0 || x.To != 0 {
				return ErrPlan.Field("steps", "成交额从低到高写，不低于入选门槛")
			}
			last, base = x.KeptFen, x.KeptFen
		}
		if x.Fen < 1 || x.Fen > base/2 {
			return ErrPlan.Field("steps", "每档奖励不超过对应成交额的一半：按名次的，不超过入选门槛的一半")
		}
	}
	return nil
}

// brief is what the audit log keeps of a plan.
func (p Plan) brief() map[string]any {
	var words []string
	for _, x := range p.Steps {
		at := fmt.Sprintf("第 %d–%d 名", x.From, x.To)
		if x.KeptFen > 0 {
			at = "满 ¥" + money.Yuan(x.KeptFen)
		}
		words = append(words, at+" ¥"+money.Yuan(x.Fen))
	}
	return map[string]any{"month": p.Month, "version": p.Version, "floor_fen": p.FloorFen, "wait_days": p.WaitDays, "rewards": strings.Join(words, "；"), "note": p.Note}
}

// Plan returns what is promised for a month (0: this one); Version 0: nothing. Returns
// ErrMonth.
func (s *Service) Plan(ctx context.Context, month int64) (Plan, error) {
	if month == 0 {
		month = s.month()
	}
	if _, _, err := s.monthSpan(month); err != nil {
		return Plan{}, err
	}
	p, _, err := s.plan(ctx, s.DB, month)
	return p, err
}

func (s *Service) plan(ctx context.Context, r db.Reader, month int64) (Plan, int64, error) {
	var x planRow
	err := r.Get(ctx, qPlan, &x, month)
	if errors.Is(err, db.ErrNone) {
		return Plan{Month: month}, 0, nil
	}
	if err != nil {
		return Plan{}, 0, err
	}
	p, err := x.read()
	return p, x.SettledAt, err
}

func (x planRow) read() (Plan, error) {
	err := json.Unmarshal([]byte(x.StepsText), &x.Steps)
	return x.Plan, err
}

// SavePlan promises rewards for a month. What was promised may be changed until the month
// begins; a first promise may still be made while it runs, for nobody is worse off by it.
// p names the version that it changes. Returns ErrMonth, ErrPlan, ErrPlanLate, ErrVersion.
func (s *Service) SavePlan(ctx context.Context, p Plan) error {
	from, until, err := s.monthSpan(p.Month)
	if err != nil || p.Month == 0 {
		return ErrMonth
	}
	p.Note = text.Lines(p.Note)
	steps, err := json.Marshal(p.Steps)
	if err != nil {
		return err
	}
	return s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		var holdDays int64
		if err := tx.Get(ctx, qHoldDays, &holdDays); err != nil {
			return err
		}
		if err := p.check(holdDays); err != nil {
			return err
		}
		before, _, err := s.plan(ctx, tx, p.Month)
		if err != nil {
			return err
		}
		now := s.now()
		switch {
		case before.Version != p.Version:
			return ErrVersion
		case now >= until || now >= from && before.Version > 0:
			return ErrPlanLate
		case from-now > 366*day:
			return ErrMonth.Say("最多提前一年公布")
		}
		after := p
		after.Version, after.SavedAt, after.SavedBy = p.Version+1, now, audit.ActorOf(ctx).ID
		n, err := tx.Exec(ctx, qPlanSave, after.Month, after.Version, after.Kind, after.FloorFen, after.WaitDays, string(steps), after.Note, after.SavedAt, after.SavedBy)
		if err != nil {
			return err
		}
		if n == 0 {
			return ErrVersion
		}
		var was any
		if before.Version > 0 {
			was = before.brief()
		}
		return audit.Write(ctx, tx, s.Clock, "partner.reward_plan", fmt.Sprintf("partner_month:%d", p.Month), was, after.brief(), "")
	})
}

// Month returns the ranking of a month (0: this one) with what its places are given: final
// once it was settled, until then as it would be now. Returns ErrMonth.
func (s *Service) Month(ctx context.Context, month int64) (Final, error) {
	if month == 0 {
		month = s.month()
	}
	var f Final
	_, until, err := s.monthSpan(month)
	if err != nil {
		return f, err
	}
	if f.Plan, f.SettledAt, err = s.plan(ctx, s.DB, month); err != nil {
		return f, err
	}
	f.DueAt = until + f.Plan.WaitDays*day
	if f.SettledAt > 0 {
		err = s.DB.List(ctx, qPlaces, &f.Rows, month)
		return f, err
	}
	if f.Rows, err = s.Ranking(ctx, month); err != nil {
		return f, err
	}
	for i, x := range f.Rows {
		f.Rows[i].RewardFen, f.Rows[i].State = f.Plan.prize(x.Rank, x.KeptFen), RewardNone
	}
	return f, nil
}

// Rewarded is what somebody was given for rankings and keeps, fen.
func (s *Service) Rewarded(ctx context.Context, userID int64) (int64, error) {
	var fen int64
	err := s.DB.Get(ctx, qRewarded, &fen, userID)
	return fen, err
}

// Reward makes the rankings final whose day has come, and books what they give, each once.
func (s *Service) Reward(ctx context.Context) error {
	var rows []planRow
	if err := s.DB.List(ctx, qPlans, &rows, s.month()); err != nil {
		return err
	}
	var failed []error
	for _, x := range rows {
		p, err := x.read()
		if err == nil {
			err = s.settle(ctx, p)
		}
		if err != nil {
			failed = append(failed, fmt.Errorf("partner: ranking of %d: %w", x.Month, err))
		}
	}
	var due []int64
	if err := s.DB.List(ctx, qDue, &due); err != nil {
		return errors.Join(append(failed, err)...)
	}
	for _, placeID := range due {
		if err := s.book(ctx, placeID); err != nil {
			failed = append(failed, fmt.Errorf("partner: reward %d: %w", placeID, err))
		}
	}
	return errors.Join(failed...)
}

// settle makes the ranking of a month final, once its day has come and nothing of it is
// held any more, or patience is over.
func (s *Service) settle(ctx context.Context, p Plan) error {
	from, until, err := s.monthSpan(p.Month)
	if err != nil {
		return err
	}
	dueAt, now := until+p.WaitDays*day, s.now()
	if now < dueAt {
		return nil
	}
	return s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		var held int64
		if err := tx.Get(ctx, qStillHeld, &held, from, until); err != nil {
			return err
		}
		if held > 0 && now < dueAt+patience {
			return nil
		}
		n, err := tx.Exec(ctx, qSettle, p.Month, p.Version, now)
		if err != nil || n == 0 {
			return err // another one was first
		}
		var rows []struct {
			PartnerID int64
			Place
		}
		if err := tx.List(ctx, qFinal, &rows, from, until); err != nil {
			return err
		}
		places := make([]Place, len(rows))
		for i, x := range rows {
			places[i] = x.Place
		}
		ranked(places)
		for i, x := range places {
			fen, state := p.prize(x.Rank, x.KeptFen), RewardNone
			if fen > 0 {
				state = RewardDue
			}
			if _, err := tx.Exec(ctx, qPlaceAdd, id.New(), p.Month, rows[i].PartnerID, x.UserID, x.Role, x.Rank, x.KeptFen, x.Sales, fen, state); err != nil {
				return err
			}
		}
		return nil
	})
}

type placed struct {
	PlaceID, Month, UserID, Rank, RewardFen int64
	State                                   string
}

func (p placed) words() string {
	return fmt.Sprintf("%d 年 %d 月合伙人排行第 %d 名", p.Month/100, p.Month%100, p.Rank)
}

// book puts a reward on its partner's account; one whose partner must wait stays due.
func (s *Service) book(ctx context.Context, placeID int64) error {
	return s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		var p placed
		if err := tx.Get(ctx, qPlace, &p, placeID); err != nil {
			return err
		}
		if p.State != RewardDue {
			return nil
		}
		if ok, err := s.bank.May(ctx, tx, p.UserID, "commission"); err != nil || !ok {
			return err
		}
		n, err := tx.Exec(ctx, qBook, p.PlaceID, s.now())
		if err != nil || n == 0 {
			return err
		}
		if err := s.bank.Give(ctx, tx, p.UserID, p.PlaceID, p.RewardFen); err != nil {
			return err
		}
		return s.tell(ctx, tx, p.UserID, "排行奖励 ¥"+money.Yuan(p.RewardFen)+" 已到账", p.words()+"，奖励已计入可提现的佣金。", "/me/partner", fmt.Sprintf("partner:reward:%d", p.PlaceID))
	})
}

// EndReward takes a reward back with a reason that its partner reads: one that was booked
// by a counter entry, one that waits before it is booked. Returns ErrReason, ErrPlaceGone,
// ErrState.
func (s *Service) EndReward(ctx context.Context, placeID int64, reason string) error {
	if !reasoned(reason) {
		return ErrReason
	}
	return s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		var p placed
		if err := tx.Get(ctx, qPlace, &p, placeID); err != nil {
			return none(err, ErrPlaceGone)
		}
		to := map[string]string{RewardPaid: RewardReversed, RewardDue: RewardVoid}[p.State]
		if to == "" {
			return ErrState
		}
		n, err := tx.Exec(ctx, qEnd, p.PlaceID, p.State, to, s.now(), audit.ActorOf(ctx).ID, reason)
		if err != nil {
			return err
		}
		if n == 0 {
			return ErrState
		}
		if to == RewardReversed {
			if err := s.bank.Take(ctx, tx, p.UserID, p.PlaceID, p.RewardFen); err != nil {
				return err
			}
		}
		if err := s.tell(ctx, tx, p.UserID, "排行奖励 ¥"+money.Yuan(p.RewardFen)+" 已撤回", p.words()+"的奖励被撤回。原因："+reason, "/me/partner", fmt.Sprintf("partner:reward:%d:%s", p.PlaceID, to)); err != nil {
			return err
		}
		return audit.Write(ctx, tx, s.Clock, "partner.reward_"+to, fmt.Sprintf("partner_place:%d", p.PlaceID), map[string]any{"state": p.State}, map[string]any{"state": to, "user_id": p.UserID, "month": p.Month, "amount_fen": p.RewardFen}, reason)
	})
}
