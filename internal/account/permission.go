package account

import "slices"

// The permissions of the console. Each route names one; "self" needs only a
// signed-in member.
const (
	PermOverview      = "overview.read"
	PermCourseRead    = "course.read"
	PermCourseEdit    = "course.edit"
	PermCoursePublish = "course.publish"
	PermProductRead   = "product.read"
	PermProductEdit   = "product.edit"
	PermMediaUpload   = "media.upload"
	PermOrderRead     = "order.read"
	PermRefundDecide  = "refund.decide"
	PermServiceGive   = "service.give"
	PermBillRead      = "bill.read"
	PermBillRepair    = "bill.repair"
	PermInvoiceRead   = "invoice.read"
	PermInvoiceIssue  = "invoice.issue"
	PermCommission    = "commission.read"
	PermCommissionSet = "commission.edit"
	PermPayoutDecide  = "payout.decide"
	PermTaxReport     = "tax.report"
	PermUserRead      = "user.read"
	PermUserEdit      = "user.edit"
	PermStaffManage   = "staff.manage"
	PermAuditRead     = "audit.read"
	PermSettingRead   = "setting.read"
	PermSettingEdit   = "setting.edit"
	PermModerate      = "content.moderate"
	PermAnswer        = "question.answer"
	PermIncomeRead    = "income.read"
	PermTeachReview   = "instructor.review"
	PermGrowthRead    = "growth.read"
	PermPartner       = "partner.read"
	PermPartnerEdit   = "partner.edit"
	PermChallenge     = "challenge.edit"
	PermClass         = "class.lead"
	PermRisk          = "risk.decide"
	PermMentor        = "card.mentor"
)

// AllPermissions lists every permission; the owner has them all.
var AllPermissions = []string{
	PermOverview, PermCourseRead, PermCourseEdit, PermCoursePublish, PermProductRead, PermProductEdit, PermMediaUpload, PermOrderRead,
	PermRefundDecide, PermServiceGive, PermBillRead, PermBillRepair, PermInvoiceRead, PermInvoiceIssue, PermCommission, PermCommissionSet, PermPayoutDecide, PermTaxReport, PermUserRead, PermUserEdit, PermStaffManage, PermAuditRead, PermSettingRead, PermSettingEdit,
	PermModerate, PermAnswer, PermIncomeRead, PermTeachReview, PermGrowthRead, PermPartner, PermPartnerEdit, PermChallenge, PermClass, PermRisk, PermMentor,
}

// Roles are what each role may do. Money is decided by finance and the owner,
// people are managed by the owner alone.
var roles = map[string][]string{
	"owner":      AllPermissions,
	"operator":   {PermOverview, PermCourseRead, PermCourseEdit, PermCoursePublish, PermProductRead, PermProductEdit, PermMediaUpload, PermOrderRead, PermServiceGive, PermCommission, PermUserRead, PermSettingRead, PermModerate, PermAnswer, PermIncomeRead, PermTeachReview, PermGrowthRead, PermPartner, PermPartnerEdit, PermChallenge, PermClass, PermRisk, PermMentor},
	"editor":     {PermCourseRead, PermCourseEdit, PermProductRead, PermMediaUpload, PermModerate, PermAnswer, PermChallenge, PermClass, PermMentor},
	"instructor": {PermCourseRead, PermCourseEdit, PermMediaUpload, PermAnswer, PermIncomeRead, PermChallenge, PermClass, PermMentor},
	// Leads classes of challenges and writes on the cards of their milestones: their own alone.
	"class_teacher": {PermClass, PermMentor},
	"finance":       {PermOverview, PermProductRead, PermOrderRead, PermRefundDecide, PermBillRead, PermBillRepair, PermInvoiceRead, PermInvoiceIssue, PermCommission, PermCommissionSet, PermPayoutDecide, PermTaxReport, PermUserRead, PermAuditRead, PermIncomeRead, PermPartner},
	"support":       {PermOrderRead, PermServiceGive, PermUserRead, PermUserEdit, PermModerate},
}

// Allowed reports whether role has permission.
func Allowed(role, permission string) bool { return slices.Contains(roles[role], permission) }

// Permissions lists what role may do.
func Permissions(role string) []string { return roles[role] }

// MustUseTOTP reports whether role may do nothing before its second factor is on.
func MustUseTOTP(role string) bool { return role == "owner" || role == "finance" }

// Scoped reports whether role sees only what is an instructor's.
func Scoped(role string) bool { return role == "instructor" || role == "class_teacher" }
