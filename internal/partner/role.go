package partner

import (
	"context"
	"fmt"
	"slices"
	"unicode/utf8"

	"zhizhou/internal/audit"
	"zhizhou/internal/db"
	"zhizhou/internal/text"
)

// Role is what partners of a role may do, with the terms in force.
type Role struct {
	Role      string
	Applying  bool    // learners may ask for it; otherwise staff invite
	Reach     string  // what its rates count for: "all", "own" or "named"
	Buyers    string  // how they see who bought: "masked" or "named"
	Classes   bool    // may open classes
	CoBrand   bool    // may put a name and a sign of their own on cards
	Version   int64   // of these
	UpdatedAt int64   //
	Terms     int64   // version in force; 0: there are none yet, and nobody can become one
	Body      string  // of the terms, in paragraphs
	TermsAt   int64   // when they were saved
	Products  []int64 `db:"-"` // of reach "named"
}

// Draft is what terms may begin with.
const Draft = `一、合作内容：你用自己的合伙链接、海报和小程序码推荐学校的课程与商品，学校按规则支付佣金。成为合伙人不收任何费用，也没有拉人头的奖励。

二、佣金：只按真实成交、实际收到并留下的钱计算，最多两级；自己购买不计。佣金先冻结到退款期结束；发生退款按比例扣回，已提现的从以后的佣金中补足。

三、推荐规范：不夸大效果，不承诺收益，不骚扰他人，不冒充学校工作人员，不以现金、红包等诱导分享。违反的，学校可以暂停或结束合作。

四、税务与实名：提现前需要实名，学校依法申报。

五、条款更新：有新版本时会通知你；同意新版本之前，新的成交不按合伙人比例计佣，已经计的佣金不受影响。`

// Roles lists all roles with their terms in force.
func (s *Service) Roles(ctx context.Context) ([]Role, error) {
	var rows []Role
	if err := s.DB.List(ctx, qRoles, &rows); err != nil {
		return nil, err
	}
	var goods []struct {
		Role      string
		ProductID int64
	}
	if err := s.DB.List(ctx, qAllGoods, &goods); err != nil {
		return nil, err
	}
	for _, g := range goods {
		for i := range rows {
			if rows[i].Role == g.Role {
				rows[i].Products = append(rows[i].Products, g.ProductID)
			}
		}
	}
	slices.SortFunc(rows, func(a, b Role) int { return slices.Index(Roles, a.Role) - slices.Index(Roles, b.Role) })
	return rows, nil
}

func (s *Service) role(ctx context.Context, r db.Reader, role string) (Role, error) {
	var row Role
	err := r.Get(ctx, qRole, &row, role)
	return row, none(err, ErrRoleGone)
}

// SaveRole changes what partners of a role may do, from the version that r names on.
// Returns ErrRole, ErrRoleGone, ErrVersion.
func (s *Service) SaveRole(ctx context.Context, r Role) error {
	switch {
	case !slices.Contains([]string{"all", "own", "named"}, r.Reach):
		return ErrRole.Field("reach", "请选择可以推荐什么")
	case r.Buyers != "masked" && r.Buyers != "named":
		return ErrRole.Field("buyers", "请选择怎样显示买家")
	case len(r.Products) > 200:
		return ErrRole.Field("products", "最多指定 200 个商品")
	case r.Reach == "named" && len(r.Products) == 0:
		return ErrRole.Field("products", "请指定商品")
	}
	return s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		before, err := s.role(ctx, tx, r.Role)
		if err != nil {
			return err
		}
		n, err := tx.Exec(ctx, qRoleSave, r.Role, r.Applying, r.Reach, r.Buyers, r.Classes, r.CoBrand, s.now(), r.Version)
		if err != nil {
			return err
		}
		if n == 0 {
			return ErrVersion
		}
		if _, err := tx.Exec(ctx, qGoodsClear, r.Role); err != nil {
			return err
		}
		for _, p := range r.Products {
			if _, err := tx.Exec(ctx, qGoodsAdd, r.Role, p); err != nil {
				return err
			}
		}
		before.Body, r.Body = "", ""
		return audit.Write(ctx, tx, s.Clock, "partner.role", "partner_role:"+r.Role, before, r, "")
	})
}

// SaveTerms makes a new version of a role's terms after the one that was named; active
// partners are told that they must accept it. Returns ErrRoleGone, ErrTerms, ErrVersion.
func (s *Service) SaveTerms(ctx context.Context, role string, version int64, body string) error {
	body = text.Lines(body)
	if n := utf8.RuneCountInString(body); n < 50 || n > 10_000 {
		return ErrTerms.Field("body", "条款为 50–10000 个字")
	}
	return s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		r, err := s.role(ctx, tx, role)
		if err != nil {
			return err
		}
		if r.Terms != version {
			return ErrVersion
		}
		if r.Body == body {
			return ErrTerms.Field("body", "和现在的条款一样，没有新版本")
		}
		n, err := tx.Exec(ctx, qTermsInsert, role, version+1, body, s.now(), audit.ActorOf(ctx).ID)
		if err != nil {
			return err
		}
		if n == 0 {
			return ErrVersion
		}
		if err := s.tellAll(ctx, tx, role, version+1); err != nil {
			return err
		}
		return audit.Write(ctx, tx, s.Clock, "partner.terms", "partner_role:"+role, map[string]any{"version": version}, map[string]any{"version": version + 1, "body": body}, "")
	})
}

// tellAll tells the active partners of a role that there are new terms.
func (s *Service) tellAll(ctx context.Context, tx *db.Tx, role string, version int64) error {
	for after := int64(0); ; {
		var users []int64
		if err := tx.List(ctx, qActiveOf, &users, role, after); err != nil || len(users) == 0 {
			return err
		}
		for _, u := range users {
			err := s.tell(ctx, tx, u, "合作条款有了新版本", "看过并同意之后，新的成交才继续按合伙人比例计佣；已经计的佣金不受影响。", "/me/partner", fmt.Sprintf("partner:terms:%s:%d", role, version))
			if err != nil {
				return err
			}
		}
		after = users[len(users)-1]
	}
}
