package account

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"zhizhou/internal/audit"
	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/errs"
	"zhizhou/internal/id"
)

// AgreementKinds are the agreements that a school has, with their names.
var AgreementKinds = []struct{ Kind, Name string }{{"user_agreement", "用户协议"}, {"privacy_policy", "隐私政策"}}

// Consent names a version of an agreement that somebody accepts.
type Consent struct {
	Kind    string `json:"kind" enum:"user_agreement,privacy_policy" doc:"Which agreement"`
	Version string `json:"version" minLength:"1" maxLength:"20" doc:"Which version was shown"`
}

// Agreement is one published version of a text that users accept. It never
// changes: who accepted it must be able to read what was accepted.
type Agreement struct {
	Kind        string
	Version     string
	Title       string
	BodyHTML    string `db:"body_html"`
	Note        string // what changed, in words
	Material    bool   // who accepted an older version must accept this one
	EffectiveAt int64
	PublishedAt int64 // 0: came with the program
	PublishedBy int64
}

// AgreementRow is a version in staff's list, without its text.
type AgreementRow struct {
	Agreement
	PublishedByName string
	Accepted        int64 // how many learners accepted it
}

// AgreementDraft is the next version while it is written; one a kind.
type AgreementDraft struct {
	Kind      string
	Title     string
	BodyHTML  string `db:"body_html"`
	Note      string
	Material  bool
	Revision  int64
	UpdatedAt int64
	UpdatedBy int64
}

// Accepted is a recorded consent.
type Accepted struct {
	Kind       string
	Version    string
	Title      string
	AcceptedAt int64
}

// The refusals of agreements.
var (
	ErrDraftGone      = errs.New(errs.NotFound, "agreement_draft_gone", "没有待发布的草稿")
	ErrDraftChanged   = errs.New(errs.Conflict, "agreement_draft_changed", "草稿刚被别人改过，请载入最新的再改")
	ErrDraftEmpty     = errs.New(errs.Invalid, "agreement_draft_empty", "标题和正文都要写好才能发布").Field("body_html", "正文太短")
	ErrDraftNote      = errs.New(errs.Invalid, "agreement_note_missing", "请写明这次改了什么，学员会看到").Field("note", "请写明这次改了什么")
	ErrEffectiveEarly = errs.New(errs.Invalid, "agreement_effective_early", "生效时间不能早于现在，也不能早于已发布的版本").Field("effective_at", "时间太早")
)

// Agreements returns the versions in force, without their texts.
func (s *Service) Agreements(ctx context.Context) ([]Agreement, error) {
	var rows []Agreement
	err := s.DB.List(ctx, qAgreements, &rows, clock.MS(s.Clock))
	return rows, err
}

// Agreement returns the version of kind in force. Returns ErrNotAgreement.
func (s *Service) Agreement(ctx context.Context, kind string) (Agreement, error) {
	return s.agreement(ctx, s.DB, kind)
}

func (s *Service) agreement(ctx context.Context, r db.Reader, kind string) (Agreement, error) {
	var a Agreement
	err := r.Get(ctx, qAgreement, &a, kind, clock.MS(s.Clock))
	if errors.Is(err, db.ErrNone) {
		return a, ErrNotAgreement
	}
	return a, err
}

// AgreementVersion returns a published version, in force or not. Returns ErrNotAgreement.
func (s *Service) AgreementVersion(ctx context.Context, kind, version string) (Agreement, error) {
	var a Agreement
	err := s.DB.Get(ctx, qAgreementVersion, &a, kind, version)
	if errors.Is(err, db.ErrNone) {
		return a, ErrNotAgreement
	}
	return a, err
}

// AgreementVersions lists the published versions of kind, the newest first.
func (s *Service) AgreementVersions(ctx context.Context, kind string) ([]AgreementRow, error) {
	var rows []AgreementRow
	err := s.DB.List(ctx, qAgreementVersions, &rows, kind)
	return rows, err
}

// Draft returns the draft of kind. Returns ErrDraftGone.
func (s *Service) Draft(ctx context.Context, kind string) (AgreementDraft, error) {
	return draft(ctx, s.DB, kind)
}

func draft(ctx context.Context, r db.Reader, kind string) (AgreementDraft, error) {
	var d AgreementDraft
	err := r.Get(ctx, qDraft, &d, kind)
	if errors.Is(err, db.ErrNone) {
		return d, ErrDraftGone
	}
	return d, err
}

// textMark stands for a text in the audit log: the chain then proves which text
// it was without holding it twice.
type textMark struct {
	Title       string `json:"title"`
	Version     string `json:"version,omitempty"`
	Note        string `json:"note"`
	Material    bool   `json:"material"`
	EffectiveAt int64  `json:"effective_at,omitempty"`
	Characters  int    `json:"characters"`
	SHA256      string `json:"sha256"`
}

func mark(title, version, note string, material bool, effectiveAt int64, body string) textMark {
	sum := sha256.Sum256([]byte(body))
	return textMark{title, version, note, material, effectiveAt, utf8.RuneCountInString(body), hex.EncodeToString(sum[:])}
}

func (d AgreementDraft) mark() textMark {
	return mark(d.Title, "", d.Note, d.Material, 0, d.BodyHTML)
}

func (a Agreement) mark() textMark {
	return mark(a.Title, a.Version, a.Note, a.Material, a.EffectiveAt, a.BodyHTML)
}

// SaveDraft keeps the draft of d.Kind if its revision is still d.Revision (0: there
// is none), and returns it with the new one. Its HTML must be clean already.
// Returns ErrDraftChanged.
func (s *Service) SaveDraft(ctx context.Context, d AgreementDraft) (AgreementDraft, error) {
	d.Title, d.Note = strings.TrimSpace(d.Title), strings.TrimSpace(d.Note)
	d.UpdatedAt, d.UpdatedBy = clock.MS(s.Clock), audit.ActorOf(ctx).ID
	err := s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		var before any
		old, err := draft(ctx, tx, d.Kind)
		if err == nil {
			before = old.mark()
		} else if !errors.Is(err, ErrDraftGone) {
			return err
		}
		var n int64
		if d.Revision == 0 {
			n, err = tx.Exec(ctx, qDraftInsert, d.Kind, d.Title, d.BodyHTML, d.Note, d.Material, d.UpdatedAt, d.UpdatedBy)
		} else {
			n, err = tx.Exec(ctx, qDraftUpdate, d.Kind, d.Title, d.BodyHTML, d.Note, d.Material, d.UpdatedAt, d.UpdatedBy, d.Revision)
		}
		if err != nil {
			return err
		}
		if n == 0 {
			return ErrDraftChanged
		}
		return audit.Write(ctx, tx, s.Clock, "agreement.draft", "agreement:"+d.Kind, before, d.mark(), "")
	})
	d.Revision++
	return d, err
}

// DropDraft throws the draft of kind away; without one nothing happens.
func (s *Service) DropDraft(ctx context.Context, kind string) error {
	return s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		old, err := draft(ctx, tx, kind)
		if errors.Is(err, ErrDraftGone) {
			return nil
		}
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, qDraftDelete, kind, old.Revision); err != nil {
			return err
		}
		return audit.Write(ctx, tx, s.Clock, "agreement.drop", "agreement:"+kind, old.mark(), nil, "")
	})
}

// PublishDraft makes the draft of kind, at the revision that was read, a version
// that takes force at effectiveAt (ms; 0: now) and never changes again. Returns
// ErrDraftGone, ErrDraftChanged, ErrDraftEmpty, ErrDraftNote, ErrEffectiveEarly.
func (s *Service) PublishDraft(ctx context.Context, kind string, revision, effectiveAt int64) (Agreement, error) {
	var out Agreement
	err := s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		now := clock.MS(s.Clock)
		d, err := draft(ctx, tx, kind)
		if err != nil {
			return err
		}
		if d.Title == "" || utf8.RuneCountInString(d.BodyHTML) < 20 {
			return ErrDraftEmpty
		}
		var last []Agreement
		if err := tx.List(ctx, qAgreementLast, &last, kind); err != nil {
			return err
		}
		at := effectiveAt
		if at == 0 {
			at = now
		}
		if at < now-time.Minute.Milliseconds() || len(last) > 0 && at < last[0].EffectiveAt {
			return ErrEffectiveEarly
		}
		if len(last) > 0 && d.Note == "" {
			return ErrDraftNote
		}
		// The row count decides between two who publish at once.
		n, err := tx.Exec(ctx, qDraftDelete, kind, revision)
		if err != nil {
			return err
		}
		if n == 0 {
			return ErrDraftChanged
		}
		out = Agreement{
			Kind: kind, Title: d.Title, BodyHTML: d.BodyHTML, Note: d.Note, Material: d.Material || len(last) == 0,
			EffectiveAt: at, PublishedAt: now, PublishedBy: audit.ActorOf(ctx).ID,
		}
		if out.Version, err = freeVersion(ctx, tx, kind, at); err != nil {
			return err
		}
		if n, err = s.insertAgreement(ctx, tx, out); err != nil {
			return err
		}
		if n == 0 {
			return ErrDraftChanged
		}
		var before any
		if len(last) > 0 {
			before = last[0].mark()
		}
		return audit.Write(ctx, tx, s.Clock, "agreement.publish", "agreement:"+kind, before, out.mark(), d.Note)
	})
	return out, err
}

// freeVersion names a version by the day it takes force, as people quote it; the
// second of a day gets a number.
func freeVersion(ctx context.Context, tx *db.Tx, kind string, at int64) (string, error) {
	day := time.UnixMilli(at).In(clock.China).Format(time.DateOnly)
	var taken []string
	if err := tx.List(ctx, qAgreementNames, &taken, kind, day+"%"); err != nil {
		return "", err
	}
	name := day
	for n := 2; slices.Contains(taken, name); n++ {
		name = fmt.Sprintf("%s-%d", day, n)
	}
	return name, nil
}

func (s *Service) insertAgreement(ctx context.Context, tx *db.Tx, a Agreement) (int64, error) {
	return tx.Exec(ctx, qAgreementInsert, a.Kind, a.Version, a.Title, a.BodyHTML, a.Note, a.Material, a.EffectiveAt, a.PublishedAt, a.PublishedBy)
}

// PublishAgreement adds a version that comes with the program; one that is there
// already stays as it was.
func (s *Service) PublishAgreement(ctx context.Context, tx *db.Tx, a Agreement) error {
	a.Material = true
	_, err := s.insertAgreement(ctx, tx, a)
	return err
}

// demand is what stands between somebody and an agreement: the version in force
// and the versions that count as having accepted it.
type demand struct {
	Agreement
	counts []string
}

// demands returns the agreements in force. A version counts as long as no later
// one was a material change.
func (s *Service) demands(ctx context.Context) ([]demand, error) {
	var rows []Agreement
	if err := s.DB.List(ctx, qAgreementLine, &rows, clock.MS(s.Clock)); err != nil {
		return nil, err
	}
	var out []demand
	for _, a := range rows { // by kind, each from its first version to the one in force
		if len(out) == 0 || out[len(out)-1].Kind != a.Kind {
			out = append(out, demand{})
		}
		d := &out[len(out)-1]
		if a.Material {
			d.counts = nil
		}
		d.Agreement, d.counts = a, append(d.counts, a.Version)
	}
	return out, nil
}

// due returns the demands that nothing in have meets.
func due(all []demand, have []Accepted) []demand {
	return slices.DeleteFunc(all, func(d demand) bool {
		return slices.ContainsFunc(have, func(h Accepted) bool { return h.Kind == d.Kind && slices.Contains(d.counts, h.Version) })
	})
}

// ConsentsDue returns the agreements in force that the user has yet to accept.
func (s *Service) ConsentsDue(ctx context.Context, userID int64) ([]Agreement, error) {
	all, err := s.demands(ctx)
	if err != nil {
		return nil, err
	}
	have, err := s.Consents(ctx, userID)
	var out []Agreement
	for _, d := range due(all, have) {
		out = append(out, d.Agreement)
	}
	return out, err
}

// acceptFirst records consents for subject, and refuses with ErrConsent unless
// every agreement in force is accepted then: before any personal data is used.
func (s *Service) acceptFirst(ctx context.Context, who string, consents []Consent) error {
	all, err := s.demands(ctx)
	if err != nil {
		return err
	}
	var have []Accepted
	if err := s.DB.List(ctx, qConsents, &have, who); err != nil {
		return err
	}
	var add []Consent
	for _, c := range consents {
		known := slices.ContainsFunc(have, func(h Accepted) bool { return h.Kind == c.Kind && h.Version == c.Version })
		counts := slices.ContainsFunc(all, func(d demand) bool { return d.Kind == c.Kind && slices.Contains(d.counts, c.Version) })
		if counts && !known {
			add = append(add, c)
			have = append(have, Accepted{Kind: c.Kind, Version: c.Version})
		}
	}
	if len(due(all, have)) > 0 {
		return ErrConsent
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
