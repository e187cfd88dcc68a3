package account

import (
	"context"
	"errors"

	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/id"
)

// Consent names a version of an agreement that somebody accepts.
type Consent struct {
	Kind    string `json:"kind" enum:"user_agreement,privacy_policy" doc:"Which agreement"`
	Version string `json:"version" minLength:"1" maxLength:"20" doc:"Which version was shown"`
}

// Agreement is one version of a text that users accept.
type Agreement struct {
	Kind        string
	Version     string
	Title       string
	BodyHTML    string `db:"body_html"`
	EffectiveAt int64
}

// Accepted is a recorded consent.
type Accepted struct {
	Kind       string
	Version    string
	Title      string
	AcceptedAt int64
}

// Agreements returns the versions in force, without their texts.
func (s *Service) Agreements(ctx context.Context) ([]Agreement, error) {
	var rows []Agreement
	err := s.DB.List(ctx, qAgreements, &rows, clock.MS(s.Clock))
	return rows, err
}

// Agreement returns the version of kind in force. Returns ErrNotAgreement.
func (s *Service) Agreement(ctx context.Context, kind string) (Agreement, error) {
	var a Agreement
	err := s.DB.Get(ctx, qAgreement, &a, kind, clock.MS(s.Clock))
	if errors.Is(err, db.ErrNone) {
		return a, ErrNotAgreement
	}
	return a, err
}

// PublishAgreement adds a version; the texts of old versions stay as they were.
func (s *Service) PublishAgreement(ctx context.Context, tx *db.Tx, a Agreement) error {
	_, err := tx.Exec(ctx, qAgreementInsert, a.Kind, a.Version, a.Title, a.BodyHTML, a.EffectiveAt)
	return err
}

// acceptFirst records consents for subject, and refuses with ErrConsent unless
// every agreement in force is accepted then: before any personal data is used.
func (s *Service) acceptFirst(ctx context.Context, who string, consents []Consent) error {
	inForce, err := s.Agreements(ctx)
	if err != nil {
		return err
	}
	var have []Accepted
	if err := s.DB.List(ctx, qConsents, &have, who); err != nil {
		return err
	}
	known := map[Consent]bool{}
	for _, h := range have {
		known[Consent{h.Kind, h.Version}] = true
	}
	given := map[Consent]bool{}
	for _, c := range consents {
		given[c] = true
	}
	var add []Consent
	for _, a := range inForce {
		c := Consent{a.Kind, a.Version}
		switch {
		case known[c]:
		case given[c]:
			add = append(add, c)
		default:
			return ErrConsent
		}
	}
	if len(add) == 0 {
		return nil
	}
	return s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error { return s.record(ctx, tx, who, add) })
}

func (s *Service) record(ctx context.Context, tx *db.Tx, who string, consents []Consent) error {
	for _, c := range consents {
		if _, err := tx.Exec(ctx, qConsentInsert, id.New(), who, c.Kind, c.Version, clock.MS(s.Clock)); err != nil {
			return err
		}
	}
	return nil
}

// Accept records that the user accepts a version in force. Returns ErrNotAgreement.
func (s *Service) Accept(ctx context.Context, userID int64, c Consent) error {
	a, err := s.Agreement(ctx, c.Kind)
	if err != nil {
		return err
	}
	if a.Version != c.Version {
		return ErrNotAgreement.Say("协议已更新，请阅读新版本")
	}
	return s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		return s.record(ctx, tx, subject(userID), []Consent{c})
	})
}

// Consents returns what the user accepted, newest first.
func (s *Service) Consents(ctx context.Context, userID int64) ([]Accepted, error) {
	var rows []Accepted
	err := s.DB.List(ctx, qConsents, &rows, subject(userID))
	return rows, err
}
