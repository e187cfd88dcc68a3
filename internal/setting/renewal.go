package setting

import "zhizhou/internal/errs"

// Renewal is what the shop has decided about renewing memberships automatically.
type Renewal struct {
	Enabled  bool   `json:"enabled" doc:"Off: nothing is offered, announced or charged; contracts can still be cancelled"`
	PlanID   string `json:"plan_id" maxLength:"28" doc:"Template that WeChat Pay granted"`
	APIv2Key string `json:"api_v2_key" maxLength:"64" doc:"32 characters"`
	LeadDays int64  `json:"lead_days" minimum:"5" maximum:"6" doc:"Days between the announcement and the charge"`
}

// Key implements Section.
func (*Renewal) Key() string { return "renewal" }

// Public implements Section.
func (r *Renewal) Public() any {
	c := *r
	c.APIv2Key = hide(c.APIv2Key)
	return c
}

// Keep fills secrets that came back hidden, unchanged, from before.
func (r *Renewal) Keep(before *Renewal) { keep(&r.APIv2Key, before.APIv2Key) }

// NewRenewal returns the defaults: off, and the five days that the law asks for.
func NewRenewal() *Renewal { return &Renewal{LeadDays: 5} }

// ErrRenewal is returned by Check.
var ErrRenewal = errs.New(errs.Invalid, "renewal_setting", "请检查自动续费设置")

// Check refuses a lead that breaks the law or leaves no days for another try.
func (r *Renewal) Check() error {
	if r.LeadDays < 5 || r.LeadDays > 6 {
		return ErrRenewal.Field("lead_days", "提前 5 或 6 天通知")
	}
	return nil
}
