package commerce

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"

	"zhizhou/internal/catalog"
	"zhizhou/internal/clock"
	"zhizhou/internal/commerce/price"
	"zhizhou/internal/db"
	"zhizhou/internal/id"
)

var (
	qSubject       = db.Q("commerce/subject", `SELECT variant_id FROM experiment_subjects WHERE experiment_id = $1 AND subject = $2`)
	qSubjectAdd    = db.Q("commerce/subject_add", `INSERT INTO experiment_subjects (experiment_id, subject, variant_id, shown_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`)
	qSubjectCarry  = db.Q("commerce/subject_carry", `UPDATE experiment_subjects SET carried = TRUE WHERE experiment_id = $1 AND subject = $2 AND NOT carried`)
	qTrialOrder    = db.Q("commerce/trial_order", `INSERT INTO experiment_orders (order_id, sku_id, variant_id, user_id) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`)
	qTrialMerge    = db.Q("commerce/trial_merge", `UPDATE experiment_orders SET user_id = $2 WHERE user_id = $1`)
	qVisitors      = db.Q("commerce/visitors", `SELECT variant_id, COUNT(*) AS n FROM experiment_subjects WHERE experiment_id = $1 AND NOT carried GROUP BY variant_id`)
	qTrialRevenues = db.Q("commerce/trial_revenues", `SELECT x.variant_id, COUNT(*) AS buyers, CAST(SUM(x.fen) AS BIGINT) AS fen, SUM(CAST(x.fen AS DOUBLE PRECISION) * x.fen) AS squares FROM (
			SELECT t.variant_id, t.user_id, SUM(i.price_fen - i.refunded_fen) AS fen FROM experiment_orders t JOIN experiment_variants v ON v.id = t.variant_id
			JOIN orders o ON o.id = t.order_id AND o.status IN ('paid', 'refunded') JOIN order_items i ON i.order_id = t.order_id AND i.sku_id = t.sku_id
			WHERE v.experiment_id = $1 GROUP BY t.variant_id, t.user_id) x GROUP BY x.variant_id`)
)

// Trial is the price that somebody sees in an experiment.
type Trial struct {
	ExperimentID int64 `json:"experiment_id"`
	VariantID    int64 `json:"variant_id"`
	SKUID        int64 `json:"sku_id"`
}

// Pick returns the place of a subject among weights: the same one each time, and
// over many subjects in proportion.
func Pick(experimentID int64, subject string, weights []int64) int {
	sum := int64(0)
	for _, w := range weights {
		sum += w
	}
	h := sha256.Sum256([]byte(fmt.Sprintf("%d|%s", experimentID, subject)))
	at := int64(binary.BigEndian.Uint64(h[:8]) % uint64(sum))
	for i, w := range weights {
		if at -= w; at < 0 {
			return i
		}
	}
	return len(weights) - 1
}

func userSubject(userID int64) string { return fmt.Sprintf("u:%d", userID) }

// variantFor returns what a subject sees: what is written down, else what would be.
func (s *Service) variantFor(ctx context.Context, r db.Reader, e Experiment, subject string) (chosen Variant, all []Variant, err error) {
	if err := r.List(ctx, qVariants, &all, e.ID); err != nil {
		return chosen, nil, err
	}
	var written int64
	err = r.Get(ctx, qSubject, &written, e.ID, subject)
	if err != nil && !errors.Is(err, db.ErrNone) {
		return chosen, nil, err
	}
	weights := make([]int64, len(all))
	for i, v := range all {
		if weights[i] = v.Weight; v.ID == written {
			return v, all, nil
		}
	}
	return all[Pick(e.ID, subject, weights)], all, nil
}

// trialRules makes a rule of the price that the buyer sees in a running experiment.
func (s *Service) trialRules(ctx context.Context, r db.Reader, ask Ask, offers []catalog.Offer, in *price.Input) ([]Trial, error) {
	if ask.UserID == 0 {
		return nil, nil
	}
	var live []Experiment
	if err := r.List(ctx, qExperimentsLive, &live, in.At); err != nil {
		return nil, err
	}
	var out []Trial
	for _, e := range live {
		i := slices.IndexFunc(offers, func(o catalog.Offer) bool { return o.SKUID == e.SKUID })
		if i < 0 {
			continue
		}
		v, all, err := s.variantFor(ctx, r, e, userSubject(ask.UserID))
		if err != nil {
			return nil, err
		}
		if !chargeable(all, in.Items[i].Sellable) {
			continue // everybody there pays the list price, and is not counted
		}
		out = append(out, Trial{e.ID, v.ID, e.SKUID})
		if v.PriceFen > 0 {
			in.Rules = append(in.Rules, price.Rule{
				ID: v.ID, Kind: price.Experiment, Label: "专享价", PriceFen: v.PriceFen, Left: price.Unlimited, BuyerLeft: price.Unlimited, Scope: price.Scope{SKUs: []int64{e.SKUID}},
			})
		}
	}
	return out, nil
}

// chargeable reports that every price of an experiment can be charged where only
// published ones can; sellable nil: any can.
func chargeable(all []Variant, sellable []int64) bool {
	return sellable == nil || !slices.ContainsFunc(all, func(v Variant) bool { return v.PriceFen > 0 && !slices.Contains(sellable, v.PriceFen) })
}

// recordTrials writes down what an order was made under.
func (s *Service) recordTrials(ctx context.Context, tx *db.Tx, o Order, q Quote) error {
	for _, t := range q.Trials {
		if _, err := tx.Exec(ctx, qSubjectAdd, t.ExperimentID, userSubject(o.UserID), t.VariantID, clock.MS(s.Clock)); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, qTrialOrder, o.ID, t.SKUID, t.VariantID, o.UserID); err != nil {
			return err
		}
	}
	return nil
}

// Personal is the price of a SKU for one person.
type Personal struct {
	Kind     price.Kind // of the rule that gives it
	SKUID    int64
	ListFen  int64
	PriceFen int64
}

// trialsOf returns the running experiments with a product's SKUs.
func (s *Service) trialsOf(ctx context.Context, productID int64, platform string) ([]Experiment, map[int64]catalog.Offer, error) {
	var live []Experiment
	if err := s.DB.List(ctx, qExperimentsLive, &live, clock.MS(s.Clock)); err != nil || len(live) == 0 {
		return nil, nil, err
	}
	_, skus, err := s.Catalog.ProductByID(ctx, productID, false)
	if err != nil {
		return nil, nil, err
	}
	out, offers := live[:0], map[int64]catalog.Offer{}
	for _, e := range live {
		if !slices.ContainsFunc(skus, func(k catalog.SKU) bool { return k.ID == e.SKUID }) {
			continue
		}
		o, err := s.Catalog.Offer(ctx, s.DB, e.SKUID, platform)
		if errors.Is(err, catalog.ErrSKUGone) {
			continue
		}
		if err != nil {
			return nil, nil, err
		}
		out, offers[e.SKUID] = append(out, e), o
	}
	return out, offers, nil
}

// TrialSKUs names the SKUs of a product whose price depends on who asks.
func (s *Service) TrialSKUs(ctx context.Context, productID int64, platform string) ([]int64, error) {
	live, _, err := s.trialsOf(ctx, productID, platform)
	var out []int64
	for _, e := range live {
		out = append(out, e.SKUID)
	}
	return out, err
}

// FirstPrices returns the newcomer prices that a quote would give somebody for the SKUs
// of a product; none to who has bought before, or where another promotion is better.
func (s *Service) FirstPrices(ctx context.Context, productID, userID int64, platform string) ([]Personal, error) {
	rows, published, err := s.ahead(ctx, platform, string(price.Newcomer))
	if err != nil || len(rows) == 0 || userID == 0 {
		return nil, err
	}
	skus, err := s.shelfSKUs(ctx, platform, []int64{productID})
	if err != nil {
		return nil, err
	}
	var out []Personal
	for _, k := range skus {
		if !slices.ContainsFunc(rows, func(p liveRow) bool { _, ok := p.deal(k, platform, published); return ok }) {
			continue
		}
		ask := Ask{UserID: userID, Platform: platform, Wants: []Want{{k.SKUID, 1}}, NoCoupon: true}
		known, err := s.gather(ctx, s.DB, ask)
		if err != nil {
			return nil, err
		}
		q, _, err := s.quote(ctx, s.DB, ask, published, known)
		if err != nil {
			return nil, err
		}
		for _, a := range q.Applied {
			if a.Kind == price.Newcomer {
				out = append(out, Personal{price.Newcomer, k.SKUID, k.PriceFen, k.PriceFen - a.OffFen})
			}
		}
	}
	return out, nil
}

// Prices returns what a person pays for the SKUs of a product that are in an
// experiment, and remembers that they have seen it. Somebody who is not signed in
// is known by a signed visitor text, which a new one is made for if it is not ours;
// what a visitor saw, the user who signs in goes on seeing.
func (s *Service) Prices(ctx context.Context, productID, userID int64, visitor, platform string) ([]Personal, string, error) {
	live, offers, err := s.trialsOf(ctx, productID, platform)
	if err != nil || len(live) == 0 {
		return nil, visitor, err
	}
	published, err := s.publishedOnly(ctx, platform)
	if err != nil {
		return nil, visitor, err
	}
	token, sig, _ := strings.Cut(visitor, ".")
	if len(token) != 32 || !s.Box.Verify("visitor", token, sig) {
		token = ""
		if userID == 0 {
			token = id.Token(16)
			visitor = token + "." + s.Box.Sign("visitor", token)
		}
	}
	var out []Personal
	err = s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		out = nil
		for _, e := range live {
			o := offers[e.SKUID]
			sellable, err := s.sellable(ctx, tx, o, published[o.TaxCategory])
			if err != nil {
				return err
			}
			v, seen, err := s.show(ctx, tx, e, userID, token, sellable)
			if err != nil {
				return err
			}
			p := Personal{price.Experiment, e.SKUID, o.PriceFen, o.PriceFen}
			if seen && v.PriceFen > 0 {
				p.PriceFen = min(v.PriceFen, o.PriceFen)
			}
			out = append(out, p)
		}
		return nil
	})
	return out, visitor, err
}

// show writes down once what somebody sees.
func (s *Service) show(ctx context.Context, tx *db.Tx, e Experiment, userID int64, visitor string, sellable []int64) (Variant, bool, error) {
	subject := "v:" + visitor
	if userID != 0 {
		subject = userSubject(userID)
	}
	v, all, err := s.variantFor(ctx, tx, e, subject)
	if err != nil || !chargeable(all, sellable) {
		return v, false, err
	}
	if userID != 0 && visitor != "" {
		var written int64
		err := tx.Get(ctx, qSubject, &written, e.ID, subject)
		if errors.Is(err, db.ErrNone) {
			if err = tx.Get(ctx, qSubject, &written, e.ID, "v:"+visitor); err == nil {
				v = all[slices.IndexFunc(all, func(x Variant) bool { return x.ID == written })]
			}
		}
		if err != nil && !errors.Is(err, db.ErrNone) {
			return v, false, err
		}
		if _, err := tx.Exec(ctx, qSubjectCarry, e.ID, "v:"+visitor); err != nil {
			return v, false, err
		}
	}
	n, err := tx.Exec(ctx, qSubjectAdd, e.ID, subject, v.ID, clock.MS(s.Clock))
	if err == nil && n == 0 { // written before, maybe at this very moment
		v, _, err = s.variantFor(ctx, tx, e, subject)
	}
	return v, true, err
}
