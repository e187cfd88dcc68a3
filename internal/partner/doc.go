// Package partner is who promotes what the school sells, and under which terms: roles with
// what they allow, terms in versions that must be accepted, applications and invitations,
// materials to take, what came of it all, and how satisfied partners are. It owns
// partner_roles, partner_role_products, partner_terms, partners, partner_acceptances,
// partner_materials, partner_scores, partner_reward_plans, partner_months and
// partner_places.
//
// A person is a partner in one role at a time. Nobody pays anything to become one and
// nothing is given for bringing partners; rates stay in commission, which asks here in which
// role somebody earns by a product. A new version of the terms must be accepted before
// anything more is earned in the role; what was earned before stays as it was earned. What a
// month's ranking gives is promised beforehand, of sales that were really kept, and booked
// once by commission.
package partner

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"unicode/utf8"

	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/errs"
	"zhizhou/internal/message"
	"zhizhou/internal/setting"
)

// The roles.
const (
	Creator       = "creator"
	ClassTeacher  = "class_teacher"
	SeniorLearner = "senior_learner"
	Agency        = "agency"
)

// Roles are all roles.
var Roles = []string{Creator, ClassTeacher, SeniorLearner, Agency}

// RoleNames are what people read.
var RoleNames = map[string]string{Creator: "创作者合伙人", ClassTeacher: "班主任合伙人", SeniorLearner: "优秀学员合伙人", Agency: "机构合伙人"}

// The states of a partnership.
const (
	Applied   = "applied"
	Invited   = "invited" // by staff; the terms are not accepted yet
	Active    = "active"
	Rejected  = "rejected"
	Suspended = "suspended"
	Ended     = "ended"
)

// Moves are the ways from state to state that staff may go.
var Moves = map[string][]string{
	Applied:   {Active, Rejected},
	Invited:   {Ended},
	Active:    {Suspended, Ended},
	Suspended: {Active, Ended},
}

// The refusals of this domain.
var (
	ErrRole      = errs.New(errs.Invalid, "partner_role", "请选择角色").Field("role", "没有这个角色")
	ErrRoleGone  = errs.New(errs.NotFound, "partner_role_gone", "没有这个角色")
	ErrShut      = errs.New(errs.Conflict, "partner_shut", "学校现在不接受这个角色的申请")
	ErrFinished  = errs.New(errs.Conflict, "partner_unfinished", "优秀学员要先学完一门课，才能申请")
	ErrTeaches   = errs.New(errs.Conflict, "partner_no_teacher", "创作者合伙人要先是这里的讲师，可以先申请讲师")
	ErrTerms     = errs.New(errs.Invalid, "partner_terms", "请检查合作条款")
	ErrNoTerms   = errs.New(errs.Conflict, "partner_no_terms", "这个角色还没有合作条款")
	ErrAccept    = errs.New(errs.Conflict, "partner_terms_changed", "合作条款有了新版本，请看过再同意")
	ErrOpen      = errs.New(errs.Conflict, "partner_open", "你的申请正在审核，或已经是合伙人了")
	ErrForm      = errs.New(errs.Invalid, "partner_form", "请检查申请内容")
	ErrGone      = errs.New(errs.NotFound, "partner_gone", "没有这位合伙人")
	ErrState     = errs.New(errs.Conflict, "partner_state", "现在的状态不能这样操作，请刷新")
	ErrReason    = errs.New(errs.Invalid, "partner_reason", "请写明原因，会告诉对方").Field("reason", "2–200 个字")
	ErrVersion   = errs.New(errs.Conflict, "partner_version", "刚被别人改过，请刷新后再改")
	ErrNone      = errs.New(errs.Forbidden, "partner_none", "还不是合伙人")
	ErrBrand     = errs.New(errs.Invalid, "partner_brand", "请检查品牌信息")
	ErrBrandNew  = errs.New(errs.Conflict, "partner_brand_changed", "合伙人刚刚改过，请看过新的再决定")
	ErrNoBrand   = errs.New(errs.Forbidden, "partner_no_brand", "这个角色不能使用联名")
	ErrMaterial  = errs.New(errs.Invalid, "partner_material", "请检查素材")
	ErrItemGone  = errs.New(errs.NotFound, "partner_material_gone", "没有这份素材")
	ErrScore     = errs.New(errs.Invalid, "partner_score", "请给出 0–10 分")
	ErrScored    = errs.New(errs.Conflict, "partner_scored", "这个月已经回答过了，谢谢")
	ErrMonth     = errs.New(errs.Invalid, "partner_month", "请检查月份").Field("month", "如 202611")
	ErrPlan      = errs.New(errs.Invalid, "partner_plan", "请检查奖励方案")
	ErrPlanLate  = errs.New(errs.Conflict, "partner_plan_late", "这个月的奖励方案不能再改：公布后的方案在当月开始前可以改，当月只能第一次公布")
	ErrPlaceGone = errs.New(errs.NotFound, "partner_place_gone", "没有这份奖励")
	ErrSpan      = errs.New(errs.Invalid, "partner_span", "请检查起止时间").Field("until", "最长 366 天")
)

const day = int64(24 * 3600 * 1000)

// Service is the partner domain.
type Service struct {
	DB       *db.DB
	Clock    clock.Clock
	Settings *setting.Store
	Message  *message.Service
	Log      *slog.Logger

	bank Bank
}

// OnReward sets who books rewards.
func (s *Service) OnReward(b Bank) { s.bank = b }

func (s *Service) now() int64 { return clock.MS(s.Clock) }

func none(err, other error) error {
	if errors.Is(err, db.ErrNone) {
		return other
	}
	return err
}

func reasoned(s string) bool {
	n := utf8.RuneCountInString(s)
	return n >= 2 && n <= 200
}

func (s *Service) tell(ctx context.Context, tx *db.Tx, userID int64, title, body, link, key string) error {
	return s.Message.Notify(ctx, tx, message.Notice{UserID: userID, Kind: message.Partner, Title: title, Body: body, Link: link, Key: key})
}

func isRole(role string) bool { return slices.Contains(Roles, role) }
