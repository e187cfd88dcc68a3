package referral

import (
	"context"
	"errors"
	"strings"
	"time"

	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/errs"
	"zhizhou/internal/id"
)

// joinWindow is how long after registering an inviter may still be named: signing
// in at WeChat takes a way round on which the code travels separately.
const joinWindow = 30 * time.Minute

const codeLength = 8 // 40 random bits

// Referral is who invited somebody.
type Referral struct {
	UserID    int64
	InviterID int64
	Via       string
	JoinedAt  int64
}

// Invitee is somebody whom a user invited.
type Invitee struct {
	Referral
	Nickname    string
	PhoneMasked string
	Rewards     int64
}

var (
	qCodeInsert = db.Q("referral/code_insert", `INSERT INTO invite_codes (user_id, code, created_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`)
	qCode       = db.Q("referral/code", `SELECT code FROM invite_codes WHERE user_id = $1`)
	qCodeOwner  = db.Q("referral/code_owner", `SELECT u.id FROM invite_codes i JOIN users f ON f.id = i.user_id
		JOIN users u ON u.id = CASE WHEN f.merged_into = 0 THEN f.id ELSE f.merged_into END WHERE i.code = $1 AND u.merged_into = 0`)
	qGuard     = db.Q("referral/guard", `SELECT rewards FROM referral_guard WHERE id = 1 /*for_update*/`)
	qUserBorn  = db.Q("referral/user_born", `SELECT created_at FROM users WHERE id = $1 AND merged_into = 0`)
	qUserSince = db.Q("referral/user_since", `SELECT created_at FROM users WHERE id = $1`)
	qHasOrders = db.Q("referral/has_orders", `SELECT COUNT(*) FROM orders WHERE user_id = $1`)
	qUp        = db.Q("referral/up", `WITH RECURSIVE up (id) AS (SELECT CAST($1 AS BIGINT) UNION SELECT r.inviter_id FROM referrals r JOIN up ON r.user_id = up.id)
		SELECT COUNT(*) FROM up WHERE id = $2`)
	qJoin     = db.Q("referral/join", `INSERT INTO referrals (user_id, inviter_id, via, joined_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`)
	qReferral = db.Q("referral/of", `SELECT user_id, inviter_id, via, joined_at FROM referrals WHERE user_id = $1`)
	qInvitees = db.Q("referral/invitees", `SELECT r.user_id, r.inviter_id, r.via, r.joined_at, u.nickname, u.phone_masked,
		(SELECT COUNT(*) FROM referral_rewards w WHERE w.user_id = r.user_id AND w.inviter_id = r.inviter_id AND w.inviter_coupon_id > 0) AS rewards
		FROM referrals r JOIN users u ON u.id = r.user_id WHERE r.inviter_id = $1 AND (CAST($2 AS BIGINT) = 0 OR r.user_id < $2) ORDER BY r.user_id DESC LIMIT $3`)
	qInvited   = db.Q("referral/invited", `SELECT COUNT(*) FROM referrals WHERE inviter_id = $1`)
	qDownOf    = db.Q("referral/down_of", `SELECT user_id, inviter_id, via, joined_at FROM referrals WHERE inviter_id = $1 ORDER BY user_id`)
	qDrop      = db.Q("referral/drop", `DELETE FROM referrals WHERE user_id = $1`)
	qReparent  = db.Q("referral/reparent", `UPDATE referrals SET inviter_id = $2 WHERE user_id = $1`)
	qRewardsTo = db.Q("referral/rewards_to", `UPDATE referral_rewards SET inviter_id = $2 WHERE inviter_id = $1`)
	qRewardsOf = db.Q("referral/rewards_of", `UPDATE referral_rewards SET user_id = $2 WHERE user_id = $1
		AND NOT EXISTS (SELECT 1 FROM referral_rewards w WHERE w.user_id = $2 AND w.cause = referral_rewards.cause)`)
)

// Code returns the user's invite code and makes it on first use.
func (s *Service) Code(ctx context.Context, userID int64) (string, error) {
	var code string
	err := s.DB.Get(ctx, qCode, &code, userID)
	if !errors.Is(err, db.ErrNone) {
		return code, err
	}
	err = s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if _, err := tx.Exec(ctx, qCodeInsert, userID, id.Code()[:codeLength], clock.MS(s.Clock)); err != nil {
			return err
		}
		return tx.Get(ctx, qCode, &code, userID)
	})
	return code, err
}

// Join writes down that the owner of code invited a new user: once, before the
// first order, within half an hour of registering. Returns ErrCode, ErrSelf,
// ErrTaken, ErrLate, ErrCycle.
func (s *Service) Join(ctx context.Context, userID int64, code string) error {
	return s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		var inviter int64
		err := tx.Get(ctx, qCodeOwner, &inviter, strings.ToUpper(strings.TrimSpace(code)))
		if errors.Is(err, db.ErrNone) {
			return ErrCode
		}
		if err != nil {
			return err
		}
		return s.edge(ctx, tx, userID, inviter)
	})
}

// Led is Join inside a transaction for a new user who came by what an inviter shared.
// What speaks against it is no reason to refuse anything: then nobody invited them.
func (s *Service) Led(ctx context.Context, tx *db.Tx, userID, inviterID int64) error {
	err := s.edge(ctx, tx, userID, inviterID)
	if errs.KindOf(err) == errs.Conflict {
		return nil
	}
	return err
}

func (s *Service) edge(ctx context.Context, tx *db.Tx, userID, inviter int64) error {
	if inviter == userID {
		return ErrSelf
	}
	var guard, born, orders int64
	if err := tx.Get(ctx, qGuard, &guard); err != nil {
		return err
	}
	if err := tx.Get(ctx, qUserBorn, &born, userID); err != nil {
		return err
	}
	if err := tx.Get(ctx, qHasOrders, &orders, userID); err != nil {
		return err
	}
	now := clock.MS(s.Clock)
	if now-born > joinWindow.Milliseconds() || orders > 0 {
		return ErrLate
	}
	if over, err := above(ctx, tx, inviter, userID); err != nil || over {
		return errors.Join(err, errIf(over, ErrCycle))
	}
	n, err := tx.Exec(ctx, qJoin, userID, inviter, "code", now)
	if err == nil && n == 0 {
		return ErrTaken
	}
	return err
}

func errIf(yes bool, err error) error {
	if yes {
		return err
	}
	return nil
}

// above reports whether user stands somewhere above of in the tree, or is it.
func above(ctx context.Context, r db.Reader, of, user int64) (bool, error) {
	var n int64
	err := r.Get(ctx, qUp, &n, of, user)
	return n > 0, err
}

// Upline returns who invited the user and who invited that one: at most two, never
// the user, none twice.
func (s *Service) Upline(ctx context.Context, r db.Reader, userID int64) ([]int64, error) {
	var out []int64
	for at := userID; len(out) < Levels; {
		var row Referral
		err := r.Get(ctx, qReferral, &row, at)
		if errors.Is(err, db.ErrNone) || err == nil && row.InviterID == userID {
			return out, nil
		}
		if err != nil {
			return nil, err
		}
		out, at = append(out, row.InviterID), row.InviterID
	}
	return out, nil
}

// Inviter returns who invited the user, 0 for nobody.
func (s *Service) Inviter(ctx context.Context, userID int64) (int64, error) {
	var row Referral
	err := s.DB.Get(ctx, qReferral, &row, userID)
	if errors.Is(err, db.ErrNone) {
		return 0, nil
	}
	return row.InviterID, err
}

// Invitees lists whom a user invited, last joined first, and how many there are.
func (s *Service) Invitees(ctx context.Context, userID, before int64, limit int) ([]Invitee, error) {
	var rows []Invitee
	err := s.DB.List(ctx, qInvitees, &rows, userID, before, limit)
	return rows, err
}

// Invited counts whom a user invited.
func (s *Service) Invited(ctx context.Context, userID int64) (int64, error) {
	var n int64
	err := s.DB.Get(ctx, qInvited, &n, userID)
	return n, err
}

// Merge joins two people's places in the tree when they turn out to be one. An edge
// counts if it was written soon after the first of the two came, the earlier one of
// two: a customer is not a new one by a second account. One that would lead back to
// itself is cut.
func (s *Service) Merge(ctx context.Context, tx *db.Tx, from, to int64) error {
	var guard int64
	if err := tx.Get(ctx, qGuard, &guard); err != nil {
		return err
	}
	edge, err := s.oneEdge(ctx, tx, from, to)
	if err != nil {
		return err
	}
	var down []Referral
	if err := tx.List(ctx, qDownOf, &down, from); err != nil {
		return err
	}
	for _, r := range down {
		back, err := above(ctx, tx, to, r.UserID)
		if err == nil && back {
			_, err = tx.Exec(ctx, qDrop, r.UserID)
		} else if err == nil {
			_, err = tx.Exec(ctx, qReparent, r.UserID, to)
		}
		if err != nil {
			return err
		}
	}
	if edge.InviterID > 0 {
		back, err := above(ctx, tx, edge.InviterID, to)
		if err != nil {
			return err
		}
		if !back {
			if _, err := tx.Exec(ctx, qJoin, to, edge.InviterID, edge.Via, edge.JoinedAt); err != nil {
				return err
			}
		}
	}
	for _, q := range []*db.Stmt{qRewardsTo, qRewardsOf} {
		if _, err := tx.Exec(ctx, q, from, to); err != nil {
			return err
		}
	}
	return nil
}

// oneEdge takes the edges of two accounts that become one out of the tree and
// returns the one that holds for both, none with InviterID 0.
func (s *Service) oneEdge(ctx context.Context, tx *db.Tx, from, to int64) (edge Referral, err error) {
	var came int64
	var all []Referral
	for _, userID := range []int64{from, to} {
		var since int64
		if err := tx.Get(ctx, qUserSince, &since, userID); err != nil {
			return edge, err
		}
		if came == 0 || since < came {
			came = since
		}
		var r Referral
		if err := tx.Get(ctx, qReferral, &r, userID); err == nil {
			all = append(all, r)
		} else if !errors.Is(err, db.ErrNone) {
			return edge, err
		}
		if _, err := tx.Exec(ctx, qDrop, userID); err != nil {
			return edge, err
		}
	}
	for _, r := range all {
		own := r.InviterID == from || r.InviterID == to
		if !own && r.JoinedAt-came <= joinWindow.Milliseconds() && (edge.InviterID == 0 || r.JoinedAt < edge.JoinedAt) {
			edge = r
		}
	}
	return edge, nil
}
