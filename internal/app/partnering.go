package app

import "zhizhou/internal/partner"

// newPartner builds who promotes what the school sells; commission asks it in which role
// somebody earns.
func (a *App) newPartner() {
	a.Partner = &partner.Service{DB: a.DB, Clock: a.Clock, Settings: a.Settings, Message: a.Message, Log: a.log}
}
