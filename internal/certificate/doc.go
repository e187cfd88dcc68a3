// Package certificate attests what somebody has done in a course: the conditions
// that a course sets, certificates with their facts, the names they bear, the keys
// they are signed with, and the list of what was revoked. It owns certificate_rules,
// certificate_rule_quizzes, certificate_names, certificates, certificate_scores and
// certificate_keys.
//
// A certificate states only what the evidence of study says (INV-23): its facts are
// read from that evidence in the transaction that issues it, and are counted again
// whenever somebody verifies it. Nobody types a fact. What a certificate shows of its
// bearer is the bearer's choice at any time; what it states never changes.
package certificate

import (
	"context"
	"sync"

	"zhizhou/internal/access"
	"zhizhou/internal/catalog"
	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/errs"
	"zhizhou/internal/seal"
)

// The refusals of this domain.
var (
	ErrGone    = errs.New(errs.NotFound, "certificate_gone", "没有这张证书")
	ErrRule    = errs.New(errs.Invalid, "certificate_rule_invalid", "请检查证书设置")
	ErrChanged = errs.New(errs.Conflict, "certificate_rule_changed", "刚被别人改过，请刷新后再保存")
	ErrNoRule  = errs.New(errs.NotFound, "certificate_none", "这门课程没有证书")
	ErrNotYet  = errs.New(errs.Conflict, "certificate_not_yet", "还没有达到领取证书的条件")
	ErrName    = errs.New(errs.Invalid, "certificate_name_invalid", "请检查证书姓名")
	ErrNamed   = errs.New(errs.Conflict, "certificate_named", "证书姓名已经确认过，如需更正请联系老师")
	ErrNoName  = errs.New(errs.Conflict, "certificate_no_name", "请先填写证书姓名")
	ErrReason  = errs.New(errs.Invalid, "certificate_reason", "请写明原因")
	ErrRevoked = errs.New(errs.Conflict, "certificate_revoked", "这张证书已经撤销")
)

// Service is the certificate domain.
type Service struct {
	db      *db.DB
	clock   clock.Clock
	box     *seal.Box
	catalog *catalog.Service
	access  *access.Service
	base    string // the school's address

	onIssued  []func(ctx context.Context, tx *db.Tx, c Certificate) error
	onRevoked func(ctx context.Context, tx *db.Tx, certificateID int64, kind, reason string) error
	prints    prints
	mu        sync.Mutex // the first key is made once
}

// New makes a Service. publicURL is the address that certificates name.
func New(d *db.DB, c clock.Clock, box *seal.Box, cat *catalog.Service, acc *access.Service, publicURL string) *Service {
	return &Service{db: d, clock: c, box: box, catalog: cat, access: acc, base: publicURL, onRevoked: func(context.Context, *db.Tx, int64, string, string) error { return nil }}
}

// OnIssued registers f to run in the transaction that issues a certificate.
func (s *Service) OnIssued(f func(ctx context.Context, tx *db.Tx, c Certificate) error) {
	s.onIssued = append(s.onIssued, f)
}

// OnRevoked sets what runs in the transaction that takes a certificate back, whyever.
func (s *Service) OnRevoked(f func(ctx context.Context, tx *db.Tx, certificateID int64, kind, reason string) error) {
	s.onRevoked = f
}
