package console

import (
	"context"
	"net/http"

	"zhizhou/internal/account"
	"zhizhou/internal/certificate"
	"zhizhou/internal/web"
)

// CertificateRuleInput is what the form of a course's certificate saves.
type CertificateRuleInput struct {
	Version    int64   `json:"version" doc:"0: there is none yet"`
	Active     bool    `json:"active"`
	Title      string  `json:"title" maxLength:"60"`
	MinPercent int64   `json:"min_percent" minimum:"0" maximum:"100" doc:"Of the lessons, to be finished; 0: not asked"`
	MinMinutes int64   `json:"min_minutes" minimum:"0" maximum:"60000" doc:"To be studied; 0: not asked"`
	Quizzes    []int64 `json:"quizzes" nullable:"false" maxItems:"50" doc:"Lessons whose quiz is to be passed"`
}

// ConsoleCertificate is a certificate as staff see it.
type ConsoleCertificate struct {
	ID            int64  `json:"id"`
	Code          string `json:"code"`
	UserID        int64  `json:"user_id"`
	Nickname      string `json:"nickname"`
	Name          string `json:"name" doc:"As it is shown; empty: hidden"`
	Lessons       int64  `json:"lessons"`
	Minutes       int64  `json:"minutes"`
	ScorePermille int64  `json:"score_permille" doc:"-1: none"`
	IssuedAt      int64  `json:"issued_at"`
	RevokedAt     int64  `json:"revoked_at"`
	RevokeKind    string `json:"revoke_kind" enum:"refund,staff,reissued,merged,"`
	RevokeReason  string `json:"revoke_reason"`
}

// CertificateKeyView is a key that credentials are or were signed with.
type CertificateKeyView struct {
	Public    string `json:"public"`
	Active    bool   `json:"active"`
	CreatedAt int64  `json:"created_at"`
}

func consoleCertificate(c certificate.Certificate) ConsoleCertificate {
	return ConsoleCertificate{c.ID, c.Code, c.UserID, c.Nickname, c.Name, c.Lessons, c.Minutes(), c.ScorePermille, c.IssuedAt, c.RevokedAt, c.RevokeKind, c.RevokeReason}
}

func (r *routes) certificates() {
	const tag = "certificate"
	web.Handle(r.web, route("certificate_rule", http.MethodGet, "courses/{id}/certificate-rule", "What a course asks before it attests", tag, account.PermCourseRead), r.certificateRule)
	web.Handle(r.web, route("certificate_rule_save", http.MethodPut, "courses/{id}/certificate-rule", "Save what a course asks; what was issued stays", tag, account.PermCourseEdit),
		func(ctx context.Context, in *struct {
			ByID
			Body CertificateRuleInput
		},
		) (*web.Body[CertificateRuleInput], error) {
			b := in.Body
			rule := certificate.Rule{CourseID: in.ID, Active: b.Active, Title: b.Title, MinPercent: b.MinPercent, MinMinutes: b.MinMinutes, Version: b.Version}
			if err := r.Certificate.SaveRule(ctx, scope(ctx), rule, b.Quizzes); err != nil {
				return nil, err
			}
			return r.certificateRule(ctx, &in.ByID)
		})
	web.Handle(r.web, route("certificates", http.MethodGet, "courses/{id}/certificates", "Certificates of a course, newest first", tag, account.PermCourseRead),
		func(ctx context.Context, in *struct {
			ByID
			web.PageQuery
		},
		) (*web.Body[web.List[ConsoleCertificate]], error) {
			before, err := in.Keys(1)
			if err != nil {
				return nil, err
			}
			rows, err := r.Certificate.Of(ctx, scope(ctx), in.ID, first(before), in.Limit+1)
			if err != nil {
				return nil, err
			}
			return web.Answer(web.Page(rows, in.Limit, consoleCertificate, func(c certificate.Certificate) []int64 { return []int64{c.ID} })), nil
		})
	web.Handle(r.web, quiet(route("certificate_revoke", http.MethodPost, "certificates/{id}/revoke", "Revoke a certificate, for good", tag, account.PermCoursePublish)),
		func(ctx context.Context, in *struct {
			ByID
			Body struct {
				Reason string `json:"reason" maxLength:"600"`
			}
		},
		) (*none, error) {
			return nil, r.Certificate.Revoke(ctx, scope(ctx), in.ID, in.Body.Reason)
		})
	web.Handle(r.web, route("certificate_reissue", http.MethodPost, "certificates/{id}/reissue", "Replace a certificate by one with the evidence of today", tag, account.PermCoursePublish),
		func(ctx context.Context, in *struct {
			ByID
			Body struct {
				Reason string `json:"reason" maxLength:"600"`
				Name   string `json:"name,omitempty" maxLength:"120" doc:"Corrects the bearer's name; empty leaves it"`
			}
		},
		) (*web.Body[ConsoleCertificate], error) {
			c, err := r.Certificate.Reissue(ctx, scope(ctx), in.ID, in.Body.Name, in.Body.Reason)
			return web.Answer(consoleCertificate(c)), err
		})
	web.Handle(r.web, route("certificate_keys", http.MethodGet, "certificate-keys", "Keys that credentials are or were signed with", tag, account.PermSettingRead),
		func(ctx context.Context, _ *none) (*web.Body[web.List[CertificateKeyView]], error) {
			return r.certificateKeys(ctx)
		})
	web.Handle(r.web, route("certificate_key_rotate", http.MethodPost, "certificate-keys", "Sign with a new key from now on", tag, account.PermSettingEdit),
		func(ctx context.Context, _ *none) (*web.Body[web.List[CertificateKeyView]], error) {
			if err := r.Certificate.Rotate(ctx); err != nil {
				return nil, err
			}
			return r.certificateKeys(ctx)
		})
}

func (r *routes) certificateRule(ctx context.Context, in *ByID) (*web.Body[CertificateRuleInput], error) {
	rule, err := r.Certificate.Rule(ctx, scope(ctx), in.ID)
	v := CertificateRuleInput{Version: rule.Version, Active: rule.Active, Title: rule.Title, MinPercent: rule.MinPercent, MinMinutes: rule.MinMinutes, Quizzes: []int64{}}
	for _, q := range rule.Quizzes {
		v.Quizzes = append(v.Quizzes, q.LessonID)
	}
	return web.Answer(v), err
}

func (r *routes) certificateKeys(ctx context.Context) (*web.Body[web.List[CertificateKeyView]], error) {
	keys, err := r.Certificate.Keys(ctx)
	out := web.List[CertificateKeyView]{Items: []CertificateKeyView{}}
	for _, k := range keys {
		out.Items = append(out.Items, CertificateKeyView{k.Public, k.Active, k.CreatedAt})
	}
	return web.Answer(out), err
}
