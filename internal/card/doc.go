// Package card makes evidence cards (学习证据卡): what somebody has just reached, as a
// signed statement of stored facts, a picture and a public page. It owns cards, card_templates, card_layouts,
// mentor_notes, mentor_note_templates, card_likes, card_comments, card_experiments,
// card_variants and card_subjects.
//
// A card is made by itself in the transaction in which the milestone was reached, once
// for each milestone. Its facts are read there from the evidence of study, nobody types
// one, and they are counted again whenever somebody looks (INV-23): whoever is shown a
// picture that was tampered with sees on the page what is true. A card falls with what
// it rests on, as when the course was given back. How it names its owner is the owner's
// choice at any time; what it states never changes.
package card

import (
	"context"
	"image"
	"io"

	"zhizhou/internal/access"
	"zhizhou/internal/certificate"
	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/errs"
	"zhizhou/internal/note"
)

// The refusals of this domain.
var (
	ErrGone    = errs.New(errs.NotFound, "card_gone", "没有这张学习证据卡")
	ErrRevoked = errs.New(errs.Conflict, "card_revoked", "这张学习证据卡已经撤销")
	ErrShown   = errs.New(errs.Invalid, "card_shown_invalid", "请选择证据卡上怎么称呼你")
	ErrReason  = errs.New(errs.Invalid, "card_reason", "请写明原因")
)

// The kinds of milestone.
const (
	Lesson      = "lesson"
	Chapter     = "chapter"
	Quiz        = "quiz"
	Course      = "course"
	Days        = "days"
	Hours       = "hours"
	Badge       = "badge"
	Certificate = "certificate"
)

// The ways to show an owner.
const (
	Nickname = "nickname"
	Masked   = "masked"
	Hidden   = "hidden"
)

// hourMarks are the hours of study that make a card.
var hourMarks = []int64{1, 5, 10, 30, 50, 100, 200, 300, 500, 1000}

// Config is what a Service is made of.
type Config struct {
	DB          *db.DB
	Clock       clock.Clock
	Access      *access.Service
	Certificate *certificate.Service // whose keys sign
	Note        *note.Service        // whose review looks at what others say
	PublicURL   string
	// Picture opens an uploaded public picture by its key. nil: none can be used.
	Picture func(ctx context.Context, key string) (image.Image, error)
	// Beside is the partner beside the school on somebody's cards; nil: there is none.
	Beside func(ctx context.Context, userID int64) (Brand, error)
	// Shared reports whether an address is the one of a share of a card; nil: none is.
	Shared func(ctx context.Context, address string, cardID int64) (bool, error)
	// Keep stores a file of a mentor's, Drop removes it.
	Keep func(ctx context.Context, name string, r io.Reader) (key, mime string, size int64, err error)
	Drop func(ctx context.Context, key string) error
}

// Brand is a partner who stands beside the school on a card.
type Brand struct {
	PartnerID int64 // a user; 0: nobody
	Name      string
	Logo      string // key of a picture, may be empty
}

// Service is the card domain.
type Service struct {
	Config
	onIssued  []func(ctx context.Context, tx *db.Tx, c Card) error
	onSaid    []func(ctx context.Context, tx *db.Tx, c Card) error
	onRevoked []func(ctx context.Context, tx *db.Tx, c Card, reason string) error
	onDecided []func(ctx context.Context, tx *db.Tx, c Card, m Comment) error
	prints    prints
	kept      func(ctx context.Context, r db.Reader, milestoneID, at int64) (Kept, error)
}

// New makes a Service.
func New(cfg Config) *Service { return &Service{Config: cfg} }

// OnIssued registers f to run in the transaction that makes a card.
func (s *Service) OnIssued(f func(ctx context.Context, tx *db.Tx, c Card) error) {
	s.onIssued = append(s.onIssued, f)
}

// OnSaid registers f to run in the transaction in which a mentor's words are approved.
func (s *Service) OnSaid(f func(ctx context.Context, tx *db.Tx, c Card) error) {
	s.onSaid = append(s.onSaid, f)
}

// OnRevoked registers f to run in the transaction in which staff take a card back.
func (s *Service) OnRevoked(f func(ctx context.Context, tx *db.Tx, c Card, reason string) error) {
	s.onRevoked = append(s.onRevoked, f)
}

// OnDecided registers f to run in the transaction in which words to a card are shown or
// hidden.
func (s *Service) OnDecided(f func(ctx context.Context, tx *db.Tx, c Card, m Comment) error) {
	s.onDecided = append(s.onDecided, f)
}

// Kept is what a milestone of a challenge rests on, counted at a moment.
type Kept struct {
	Title    string // of the milestone
	Class    string
	Teacher  string
	CourseID int64   // whose study is drawn; 0: all of it
	From     int64   // first day of the challenge, YYYYMMDD
	Span     int64   // its day on which the milestone stands
	Days     []int64 // of check-ins up to it, YYYYMMDD
}

// OnDays sets who counts the days of a milestone of a challenge again.
func (s *Service) OnDays(f func(ctx context.Context, r db.Reader, milestoneID, at int64) (Kept, error)) {
	s.kept = f
}

// URL is the address of a card's public page.
func (s *Service) URL(code string) string { return s.PublicURL + "/card/" + code }

func (s *Service) now() int64 { return clock.MS(s.Clock) }
