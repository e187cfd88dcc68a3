package console

import (
	"context"
	"errors"
	"net/http"

	"zhizhou/internal/account"
	"zhizhou/internal/catalog"
	"zhizhou/internal/web"
)

// AgreementVersion is a published version in the list.
type AgreementVersion struct {
	Version     string `json:"version"`
	Title       string `json:"title"`
	Note        string `json:"note" doc:"What changed"`
	Material    bool   `json:"material" doc:"Who accepted an older version must accept this one"`
	EffectiveAt int64  `json:"effective_at"`
	PublishedAt int64  `json:"published_at" doc:"0: came with the program"`
	PublishedBy string `json:"published_by"`
	Accepted    int64  `json:"accepted" doc:"Learners who accepted it"`
	State       string `json:"state" enum:"in_force,coming,past"`
}

// AgreementText is a published version with its text.
type AgreementText struct {
	AgreementVersion
	BodyHTML string `json:"body_html"`
}

// DraftView is the next version while it is written.
type DraftView struct {
	DraftInput
	UpdatedAt int64 `json:"updated_at"`
}

// DraftInput is what the editor saves.
type DraftInput struct {
	Title    string `json:"title" maxLength:"60"`
	BodyHTML string `json:"body_html" maxLength:"200000"`
	Note     string `json:"note" maxLength:"300" doc:"What changed, for learners"`
	Material bool   `json:"material"`
	Revision int64  `json:"revision" minimum:"0" doc:"As it was read; 0: there is no draft yet"`
}

// AgreementView is an agreement with its versions.
type AgreementView struct {
	Kind     string             `json:"kind" enum:"user_agreement,privacy_policy"`
	Name     string             `json:"name"`
	Draft    *DraftView         `json:"draft"`
	Versions []AgreementVersion `json:"versions" nullable:"false" doc:"Newest first"`
}

// KindPath names an agreement.
type KindPath struct {
	Kind string `path:"kind" enum:"user_agreement,privacy_policy"`
}

func (r *routes) agreements() {
	const tag = "console setting"
	web.Handle(r.web, route("agreements", http.MethodGet, "agreements", "The agreements with their versions", tag, account.PermSettingRead),
		func(ctx context.Context, _ *none) (*web.Body[web.List[AgreementView]], error) {
			out := web.List[AgreementView]{Items: []AgreementView{}}
			for _, k := range account.AgreementKinds {
				v, err := r.agreement(ctx, k.Kind, k.Name)
				if err != nil {
					return nil, err
				}
				out.Items = append(out.Items, v)
			}
			return web.Answer(out), nil
		})
	web.Handle(r.web, route("agreement_version", http.MethodGet, "agreements/{kind}/versions/{version}", "A published version with its text", tag, account.PermSettingRead),
		func(ctx context.Context, in *struct {
			KindPath
			Version string `path:"version" maxLength:"20"`
		},
		) (*web.Body[AgreementText], error) {
			a, err := r.Account.AgreementVersion(ctx, in.Kind, in.Version)
			if err != nil {
				return nil, err
			}
			return r.agreementText(ctx, a)
		})
	web.Handle(r.web, route("agreement_draft_save", http.MethodPut, "agreements/{kind}/draft", "Keep the draft", tag, account.PermSettingEdit),
		func(ctx context.Context, in *struct {
			KindPath
			Body DraftInput
		},
		) (*web.Body[DraftView], error) {
			b := in.Body
			// The account domain may not import the catalog, whose rules for HTML hold here too.
			d, err := r.Account.SaveDraft(ctx, account.AgreementDraft{
				Kind: in.Kind, Title: b.Title, BodyHTML: catalog.Sanitize(b.BodyHTML), Note: b.Note, Material: b.Material, Revision: b.Revision,
			})
			return web.Answer(draftView(d)), err
		})
	web.Handle(r.web, route("agreement_draft_drop", http.MethodDelete, "agreements/{kind}/draft", "Throw the draft away", tag, account.PermSettingEdit),
		func(ctx context.Context, in *KindPath) (*none, error) {
			return nil, r.Account.DropDraft(ctx, in.Kind)
		})
	web.Handle(r.web, route("agreement_publish", http.MethodPost, "agreements/{kind}/publish", "Make the draft a version that stays", tag, account.PermSettingEdit),
		func(ctx context.Context, in *struct {
			KindPath
			Body struct {
				Revision    int64 `json:"revision" minimum:"1" doc:"The draft as it was read"`
				EffectiveAt int64 `json:"effective_at" minimum:"0" doc:"0: now"`
			}
		},
		) (*web.Body[AgreementText], error) {
			a, err := r.Account.PublishDraft(ctx, in.Kind, in.Body.Revision, in.Body.EffectiveAt)
			if err != nil {
				return nil, err
			}
			r.web.Forget()
			return r.agreementText(ctx, a)
		})
}

func draftView(d account.AgreementDraft) DraftView {
	return DraftView{DraftInput{d.Title, d.BodyHTML, d.Note, d.Material, d.Revision}, d.UpdatedAt}
}

func (r *routes) agreement(ctx context.Context, kind, name string) (AgreementView, error) {
	v := AgreementView{Kind: kind, Name: name}
	d, err := r.Account.Draft(ctx, kind)
	switch {
	case err == nil:
		view := draftView(d)
		v.Draft = &view
	case !errors.Is(err, account.ErrDraftGone):
		return v, err
	}
	v.Versions, err = r.versions(ctx, kind)
	return v, err
}

func (r *routes) agreementText(ctx context.Context, a account.Agreement) (*web.Body[AgreementText], error) {
	rows, err := r.versions(ctx, a.Kind)
	for _, v := range rows {
		if v.Version == a.Version {
			return web.Answer(AgreementText{v, a.BodyHTML}), err
		}
	}
	return nil, errors.Join(err, account.ErrNotAgreement)
}

// versions lists the versions of an agreement, newest first: those to come, the
// one in force, those before it.
func (r *routes) versions(ctx context.Context, kind string) ([]AgreementVersion, error) {
	rows, err := r.Account.AgreementVersions(ctx, kind)
	out := make([]AgreementVersion, 0, len(rows))
	now, state := r.Clock.Now().UnixMilli(), "in_force"
	for _, a := range rows {
		v := AgreementVersion{a.Version, a.Title, a.Note, a.Material, a.EffectiveAt, a.PublishedAt, a.PublishedByName, a.Accepted, state}
		if a.EffectiveAt > now {
			v.State = "coming"
		} else {
			state = "past"
		}
		out = append(out, v)
	}
	return out, err
}
