package partner

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"zhizhou/internal/audit"
	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/id"
	"zhizhou/internal/setting"
	"zhizhou/internal/text"
)

// Partner is somebody's partnership.
type Partner struct {
	ID         int64
	UserID     int64
	Role       string
	State      string
	Pitch      string
	Reason     string // of the last decision
	Accepted   int64  // version of the role's terms
	AcceptedAt int64
	Brand      string
	Logo       string // key of a picture
	BrandShown bool   // staff looked at both as they are now, and let them be seen
	// When staff decided about both as they are now; 0: they wait, if there are any.
	BrandSeenAt int64
	Signs       bool // their nickname stands on posters
	OpenedAt    int64
	AskedAt     int64
	DecidedAt   int64
	DecidedBy   int64
}

// Row is a partner in staff's list.
type Row struct {
	Partner
	Nickname    string
	PhoneMasked string
	BrandWaits  int64 // 1: there is a brand that nobody has looked at
	Terms       int64 // version in force
	EarnedFen   int64 // that stays, ever
}

// Desk is what somebody sees before and while being a partner.
type Desk struct {
	Open     bool // applications are taken
	Roles    []Role
	Mine     *Partner // nil: never asked
	Finished bool     // a course: what a senior learner needs
	Teaches  bool     // what a creator needs
}

// Standing is as what somebody promotes now.
type Standing struct {
	Role    string
	Reach   string
	Buyers  string
	Classes int64 // 1: may open classes
	CoBrand int64 // 1: may use a brand of their own
}

// Desk returns what a user may become and what they are.
func (s *Service) Desk(ctx context.Context, userID int64) (Desk, error) {
	t := setting.NewPartner()
	if _, err := s.Settings.Load(ctx, t); err != nil {
		return Desk{}, err
	}
	d := Desk{Open: t.Open}
	var err error
	if d.Roles, err = s.Roles(ctx); err != nil {
		return d, err
	}
	var p Partner
	switch err := s.DB.Get(ctx, qOwn, &p, userID); {
	case err == nil:
		d.Mine = &p
	case !errors.Is(err, db.ErrNone):
		return d, err
	}
	var finished, teaches int64
	if err := s.DB.Get(ctx, qFinished, &finished, userID); err != nil {
		return d, err
	}
	err = s.DB.Get(ctx, qTeaches, &teaches, userID)
	d.Finished, d.Teaches = finished > 0, teaches > 0
	return d, err
}

// Apply asks for a role, with its terms of a version accepted. Returns ErrRole, ErrShut,
// ErrForm, ErrFinished, ErrTeaches, ErrNoTerms, ErrAccept, ErrOpen.
func (s *Service) Apply(ctx context.Context, userID int64, role, pitch string, terms int64) error {
	pitch = text.Lines(pitch)
	if n := len([]rune(pitch)); n < 10 || n > 500 {
		return ErrForm.Field("pitch", "用 10–500 个字说说你打算怎么推荐")
	}
	t := setting.NewPartner()
	if _, err := s.Settings.Load(ctx, t); err != nil {
		return err
	}
	if !isRole(role) {
		return ErrRole
	}
	return s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		r, err := s.role(ctx, tx, role)
		switch {
		case err != nil:
			return err
		case !t.Open || !r.Applying:
			return ErrShut
		case r.Terms == 0:
			return ErrNoTerms
		case r.Terms != terms:
			return ErrAccept
		}
		if err := s.qualified(ctx, tx, userID, role); err != nil {
			return err
		}
		now := s.now()
		n, err := tx.Exec(ctx, qAsk, id.New(), userID, role, Applied, pitch, terms, now, now)
		if err != nil {
			return err
		}
		if n == 0 {
			return ErrOpen
		}
		_, err = tx.Exec(ctx, qAccepted, userID, role, terms, now)
		return err
	})
}

// qualified reports whether somebody really is what a role says.
func (s *Service) qualified(ctx context.Context, r db.Reader, userID int64, role string) error {
	need := map[string]struct {
		q    *db.Stmt
		fail error
	}{SeniorLearner: {qFinished, ErrFinished}, Creator: {qTeaches, ErrTeaches}}[role]
	if need.q == nil {
		return nil
	}
	var n int64
	if err := r.Get(ctx, need.q, &n, userID); err != nil {
		return err
	}
	if n == 0 {
		return need.fail
	}
	return nil
}

// Invite offers a role to a learner; it holds once they accept the terms. Returns ErrRole,
// ErrReason, ErrGone, ErrFinished, ErrTeaches, ErrNoTerms, ErrOpen.
func (s *Service) Invite(ctx context.Context, userID int64, role, reason string) error {
	if !isRole(role) {
		return ErrRole
	}
	if !reasoned(reason) {
		return ErrReason
	}
	return s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		var n int64
		if err := tx.Get(ctx, qUser, &n, userID); err != nil {
			return err
		}
		if n == 0 {
			return ErrGone.Say("没有这位学员")
		}
		r, err := s.role(ctx, tx, role)
		if err != nil {
			return err
		}
		if r.Terms == 0 {
			return ErrNoTerms
		}
		if err := s.qualified(ctx, tx, userID, role); err != nil {
			return err
		}
		now := s.now()
		done, err := tx.Exec(ctx, qAsk, id.New(), userID, role, Invited, "", 0, 0, now)
		if err != nil {
			return err
		}
		if done == 0 {
			return ErrOpen.Say("这位学员已经在申请，或已是合伙人")
		}
		if err := s.tell(ctx, tx, userID, "邀请你成为"+RoleNames[role], reason, "/me/partner", fmt.Sprintf("partner:invited:%d:%d", userID, now)); err != nil {
			return err
		}
		return audit.Write(ctx, tx, s.Clock, "partner.invite", fmt.Sprintf("user:%d", userID), nil, map[string]any{"role": role, "terms": r.Terms}, reason)
	})
}

// Accept notes that somebody accepts the terms of their role in a version; an invitation
// becomes a partnership by it. Returns ErrNone, ErrAccept.
func (s *Service) Accept(ctx context.Context, userID, terms int64) error {
	return s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		var p Partner
		if err := tx.Get(ctx, qOwnLock, &p, userID); err != nil {
			return none(err, ErrNone)
		}
		r, err := s.role(ctx, tx, p.Role)
		if err != nil {
			return err
		}
		if r.Terms == 0 || r.Terms != terms {
			return ErrAccept
		}
		if p.Accepted == terms && p.State != Invited {
			return nil // a second tap
		}
		now := s.now()
		n, err := tx.Exec(ctx, qAccept, userID, terms, now)
		if err != nil {
			return err
		}
		if n == 0 {
			return ErrNone
		}
		if _, err := tx.Exec(ctx, qAccepted, userID, p.Role, terms, now); err != nil {
			return err
		}
		if p.State == Invited {
			return s.welcome(ctx, tx, userID, p.Role)
		}
		return nil
	})
}

// welcome sends who becomes a partner the guide, once.
func (s *Service) welcome(ctx context.Context, tx *db.Tx, userID int64, role string) error {
	return s.tell(ctx, tx, userID, "你已是"+RoleNames[role], "先看一看推荐指南：怎么说、发给谁、什么不能做。佣金只来自真实成交。", "/me/partner/guide", fmt.Sprintf("partner:opened:%d", userID))
}

// Leave ends one's own partnership, application or invitation; what was earned stays.
// Returns ErrNone.
func (s *Service) Leave(ctx context.Context, userID int64) error {
	return s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		n, err := tx.Exec(ctx, qLeave, userID, s.now())
		if err == nil && n == 0 {
			err = ErrNone
		}
		return err
	})
}

// Decide moves a partnership on with a reason that the partner reads. Who was accepted is
// told of the guide. Returns ErrGone, ErrState, ErrReason.
func (s *Service) Decide(ctx context.Context, partnerID int64, to, reason string) error {
	if !reasoned(reason) {
		return ErrReason
	}
	return s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		var p Partner
		if err := tx.Get(ctx, qOne, &p, partnerID); err != nil {
			return none(err, ErrGone)
		}
		if !slices.Contains(Moves[p.State], to) {
			return ErrState
		}
		now := s.now()
		n, err := tx.Exec(ctx, qDecide, p.ID, p.State, to, reason, now, audit.ActorOf(ctx).ID)
		if err != nil {
			return err
		}
		if n == 0 {
			return ErrState
		}
		if p.State == Applied && to == Active {
			err = s.welcome(ctx, tx, p.UserID, p.Role)
		} else {
			err = s.tell(ctx, tx, p.UserID, map[string]string{
				Active: "合伙资格已恢复", Rejected: "合伙申请没有通过", Suspended: "合伙资格已暂停", Ended: "合伙已结束",
			}[to], reason+kept[to], "/me/partner", fmt.Sprintf("partner:state:%d:%d", p.ID, now))
		}
		if err != nil {
			return err
		}
		return audit.Write(ctx, tx, s.Clock, "partner."+to, fmt.Sprintf("partner:%d", p.ID), map[string]any{"role": p.Role, "state": p.State}, map[string]any{"role": p.Role, "state": to}, reason)
	})
}

// kept says what becomes of what was earned.
var kept = map[string]string{
	Suspended: "。已经计的佣金不受影响，照常解冻和提现；暂停期间的成交按普通邀请计算",
	Ended:     "。已经计的佣金不受影响，照常解冻和提现",
}

// Partners lists for staff by role and state ("": all), newest first; userID narrows.
func (s *Service) Partners(ctx context.Context, role, state string, userID, before int64, limit int) ([]Row, error) {
	var rows []Row
	err := s.DB.List(ctx, qList, &rows, role, state, userID, before, limit, 0)
	return rows, err
}

// Unseen lists, of a role ("": all), those whose brand waits to be looked at.
func (s *Service) Unseen(ctx context.Context, role string, before int64, limit int) ([]Row, error) {
	var rows []Row
	err := s.DB.List(ctx, qList, &rows, role, "", 0, before, limit, 1)
	return rows, err
}

// Partner returns one for staff. Returns ErrGone.
func (s *Service) Partner(ctx context.Context, partnerID int64) (Row, error) {
	var row Row
	err := s.DB.Get(ctx, qDetail, &row, partnerID)
	return row, none(err, ErrGone)
}

// Waiting counts the applications that nobody has decided.
func (s *Service) Waiting(ctx context.Context) (int64, error) {
	var n int64
	err := s.DB.Get(ctx, qWaiting, &n)
	return n, err
}

// Standing returns as what somebody promotes now; ok is false for who is no partner, is
// suspended, or has not accepted the terms in force.
func (s *Service) Standing(ctx context.Context, r db.Reader, userID int64) (st Standing, ok bool, err error) {
	err = r.Get(ctx, qStanding, &st, userID)
	if errors.Is(err, db.ErrNone) {
		return st, false, nil
	}
	return st, err == nil, err
}

// Earning returns the role in which somebody earns by each of some products; those beyond
// their role's reach are left out.
func (s *Service) Earning(ctx context.Context, r db.Reader, userID int64, products []int64) (map[int64]string, error) {
	st, ok, err := s.Standing(ctx, r, userID)
	if err != nil || !ok {
		return nil, err
	}
	reach, all, err := s.reach(ctx, r, userID, st)
	out := map[int64]string{}
	for _, p := range products {
		if all || slices.Contains(reach, p) {
			out[p] = st.Role
		}
	}
	return out, err
}

// reach lists what a role's rates count for; all: everything.
func (s *Service) reach(ctx context.Context, r db.Reader, userID int64, st Standing) (products []int64, all bool, err error) {
	switch st.Reach {
	case "own":
		err = r.List(ctx, qOwnGoods, &products, userID)
	case "named":
		err = r.List(ctx, qRoleGoods, &products, st.Role)
	default:
		all = true
	}
	return products, all, err
}

// SaveBrand keeps a name, or with logo true the sign (key of a picture, "": none), for
// cards; staff looks at both before they are shown. Returns ErrNone, ErrNoBrand, ErrBrand.
func (s *Service) SaveBrand(ctx context.Context, userID int64, logo bool, value string) error {
	if value = text.Line(value); !logo && len([]rune(value)) > 20 {
		return ErrBrand.Field("brand", "不超过 20 个字")
	}
	return s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := s.mayBrand(ctx, tx, userID); err != nil {
			return err
		}
		var p Partner
		if err := tx.Get(ctx, qOwnLock, &p, userID); err != nil {
			return none(err, ErrNone)
		}
		if logo {
			p.Logo = value
		} else {
			p.Brand = value
		}
		_, err := tx.Exec(ctx, qBrand, userID, p.Brand, p.Logo)
		return err
	})
}

// MayBrand refuses who cannot use a brand of their own. Returns ErrNone, ErrNoBrand.
func (s *Service) MayBrand(ctx context.Context, userID int64) error {
	return s.mayBrand(ctx, s.DB, userID)
}

func (s *Service) mayBrand(ctx context.Context, r db.Reader, userID int64) error {
	st, ok, err := s.Standing(ctx, r, userID)
	switch {
	case err != nil:
		return err
	case !ok:
		return ErrNone
	case st.CoBrand == 0:
		return ErrNoBrand
	}
	return nil
}

// ShowBrand decides whether a partner's name and sign may be seen, as staff saw them: what
// was changed since is not decided about. Returns ErrGone, ErrBrandNew.
func (s *Service) ShowBrand(ctx context.Context, partnerID int64, name, logo string, on bool) error {
	return s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		n, err := tx.Exec(ctx, qShow, partnerID, on, name, logo, s.now())
		if err != nil {
			return err
		}
		if n == 0 {
			var p Partner
			if err := tx.Get(ctx, qOne, &p, partnerID); err != nil {
				return none(err, ErrGone)
			}
			if p.Brand != name || p.Logo != logo {
				return ErrBrandNew
			}
			return ErrGone.Say("这位合伙人没有填写品牌")
		}
		return audit.Write(ctx, tx, s.Clock, "partner.brand", fmt.Sprintf("partner:%d", partnerID), nil, map[string]any{"brand": name, "logo": logo, "shown": on}, "")
	})
}

// Brand returns the name and the sign (key of a picture, may be "") that stand on a
// partner's cards; both are "" for who may not use one, or whose staff has not looked at.
func (s *Service) Brand(ctx context.Context, userID int64) (name, logo string, err error) {
	var b struct{ Brand, Logo string }
	err = s.DB.Get(ctx, qBranded, &b, userID)
	if errors.Is(err, db.ErrNone) {
		err = nil
	}
	return b.Brand, b.Logo, err
}

// Sign lets one's nickname stand on posters, or not. Returns ErrNone.
func (s *Service) Sign(ctx context.Context, userID int64, on bool) error {
	return s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		n, err := tx.Exec(ctx, qSigns, userID, on)
		if err == nil && n == 0 {
			err = ErrNone
		}
		return err
	})
}

// Signed returns the nickname that stands on somebody's posters, "" when none does.
func (s *Service) Signed(ctx context.Context, userID int64) (string, error) {
	var name string
	err := s.DB.Get(ctx, qSigned, &name, userID)
	if errors.Is(err, db.ErrNone) {
		err = nil
	}
	return name, err
}

// Guide returns the text that helps to promote well, as staff wrote it.
func (s *Service) Guide(ctx context.Context) (string, error) {
	t := setting.NewPartner()
	_, err := s.Settings.Load(ctx, t)
	return t.Guide, err
}

// strength ranks states when two accounts turn out to be one person's: a suspension is not
// escaped by it.
var strength = map[string]int{Rejected: 0, Ended: 1, Applied: 2, Invited: 3, Active: 4, Suspended: 5}

// Merge makes one of the partnerships of two accounts.
func (s *Service) Merge(ctx context.Context, tx *db.Tx, from, to int64) error {
	var rows []Partner
	if err := tx.List(ctx, qMoveBetter, &rows, from, to); err != nil {
		return err
	}
	if len(rows) == 2 {
		weak := rows[0]
		if strength[rows[1].State] < strength[weak.State] || strength[rows[1].State] == strength[weak.State] && rows[1].UserID == from {
			weak = rows[1]
		}
		if _, err := tx.Exec(ctx, qDrop, weak.ID); err != nil {
			return err
		}
	}
	for _, q := range []*db.Stmt{qMove, qMoveYes, qMoveScore, qMovePlaces} {
		if _, err := tx.Exec(ctx, q, from, to); err != nil {
			return err
		}
	}
	for _, q := range []*db.Stmt{qDropYes, qDropScore} {
		if _, err := tx.Exec(ctx, q, from); err != nil {
			return err
		}
	}
	return nil
}

// month is the local month of now, YYYYMM.
func (s *Service) month() int64 { return clock.Day(s.Clock.Now()) / 100 }
