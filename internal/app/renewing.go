package app

import (
	"context"

	"zhizhou/internal/commerce"
	"zhizhou/internal/pay"
	payw "zhizhou/internal/pay/wechat"
	"zhizhou/internal/renewal"
	"zhizhou/internal/setting"
)

func (a *App) newRenewal() *renewal.Service {
	s := &renewal.Service{
		DB: a.DB, Clock: a.Clock, Log: a.log, Catalog: a.Catalog, Access: a.Access, Commerce: a.Commerce, Settings: a.Settings,
		Contractor: a.outside.Contractor, NotifyURL: a.Config.PublicURL + "/hook/papay/contract",
	}
	a.Commerce.OnPaid(s.OnPaid)
	a.Commerce.OnRefunded(s.OnRefunded)
	a.Commerce.OnContract(s.Told)
	a.Commerce.RefuseRenewals(s.Unwanted)
	a.Account.OnMerge(s.Merge)
	return s
}

// buildPapay makes the provider of charges under contracts. It is there whenever
// there are keys: what was charged is asked about also while the switch is off.
func (o *outside) buildPapay(c *clients, r *setting.Renewal) {
	plan, key := r.PlanID, r.APIv2Key
	if o.fixed != nil {
		plan, key = o.fixed.planID, o.fixed.apiV2Key
	}
	if c.payErr != nil {
		c.papayErr = c.payErr
		return
	}
	c.papay, c.papayErr = c.merchant.Papay(plan, key)
}

// Contractor implements what renewal asks for.
func (o *outside) Contractor(ctx context.Context) (pay.Contractor, commerce.Merchant, error) {
	c, err := o.now(ctx)
	if err != nil {
		return nil, commerce.Merchant{}, err
	}
	if c.papayErr != nil {
		return nil, commerce.Merchant{}, commerce.ErrChannel.With(c.papayErr)
	}
	return c.papay, commerce.Merchant{MchID: c.payCfg.MchID, AppID: c.payCfg.OfficialAppID}, nil
}

func (o *outside) papayParser(ctx context.Context) (pay.NotifyParser, error) {
	c, err := o.now(ctx)
	if err == nil {
		err = c.papayErr
	}
	return c.papay, err
}

// checkRenewal refuses keys that cannot work, once it is switched on; the sandbox
// has its own.
func (o *outside) checkRenewal(r *setting.Renewal) error {
	if err := r.Check(); err != nil || !r.Enabled || o.fixed != nil {
		return err
	}
	return payw.CheckPapay(r.PlanID, r.APIv2Key)
}
