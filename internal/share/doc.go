// Package share is the graph of how people come: who handed what on and by which way,
// who landed by it, who registered, studied and bought after that, and by whose share
// the sharer had come. It owns shares, share_drafts, share_visits,
// share_joins and share_orders.
//
// No platform tells whether something that was shared arrived anywhere, so nothing
// counts but landings; what goes through WeChat's own menu in a browser is not even heard
// of before one. A browser is known by a random name of its own, kept as a hash;
// it becomes a person's when the person signs in. What was once written of a
// registration or an order is never rewritten, and nobody comes by their own share
// (INV-28). Nothing is given here: commissions and rewards ask this package.
package share

import (
	"context"

	"zhizhou/internal/blob"
	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/errs"
	"zhizhou/internal/seal"
	"zhizhou/internal/setting"
)

// The refusals of this domain.
var (
	ErrGone   = errs.New(errs.NotFound, "share_gone", "这个分享链接不在了")
	ErrShare  = errs.New(errs.Invalid, "share_invalid", "请检查要分享的内容")
	ErrNoMini = errs.New(errs.NotFound, "share_no_mini", "学校没有小程序，请用二维码")
	ErrMini   = errs.New(errs.Unavailable, "share_mini", "小程序码暂时没有取到，请稍后再试")
	ErrReuse  = errs.New(errs.Conflict, "idempotency_conflict", "这个请求已用于另一次分享，请重试")
)

// What can be shared.
const (
	School  = "school"
	Course  = "course"
	Product = "product"
	Card    = "card"
	// Challenge leads to the class of it that was opened last, Class to one.
	Challenge = "challenge"
	Class     = "class"
	Campaign  = "campaign"
	// Certificate is shared by its bearer alone.
	Certificate = "certificate"
)

// Channels are the ways of sharing.
var Channels = []string{"friend", "moments", "group", "weibo", "qq", "xiaohongshu", "link", "poster"}

const (
	codeLength   = 10               // 50 random bits: nobody guesses a share in use
	day          = 24 * 3600 * 1000 // ms
	newFor       = 30 * 60 * 1000   // ms after registering in which the way may still be told
	whole        = 1_000_000        // parts per million
	maxTouches   = 50               // of an order; the oldest beyond are left out
	shortestName = 16               // of a browser: what is shorter may be guessed
)

// Target is what a share leads to.
type Target struct {
	Title string
	Text  string
	Cover string // address of a picture, may be empty
	Scene string // of the drawn cover when there is no picture
	Path  string // in the client, with a leading slash

	Call string // what scanning its code is for; "": to look

	PriceFen int64 // the lowest without promotions; 0: it has none
	Varies   bool  // other offers of it cost more
}

// Targets finds what may be shared by somebody. Returns an error of kind NotFound for
// what does not exist, is not public or is not theirs.
type Targets func(ctx context.Context, userID int64, kind string, id int64) (Target, error)

// Joined is a registration that came by a share.
type Joined struct {
	UserID   int64
	SharerID int64
	ShareID  int64
}

// Config is what a Service is made of.
type Config struct {
	DB       *db.DB
	Clock    clock.Clock
	Settings *setting.Store
	Box      *seal.Box // networks are hashed under its key
	Store    blob.Store
	// Picture reads a picture of a Target, at most so many bytes.
	Picture func(ctx context.Context, key string, most int64) ([]byte, error)
	// Signed returns the nickname that somebody agreed to show on posters, "" for none; nil:
	// nobody's is shown.
	Signed func(ctx context.Context, userID int64) (string, error)
	// MiniApp is the mini program's appid, "" without one; Mini makes a code of it that
	// opens a page with a scene.
	MiniApp func(ctx context.Context) string
	Mini    func(ctx context.Context, scene, page string) ([]byte, error)
}

// Service is the share domain.
type Service struct {
	Config
	targets  map[string]Targets
	posters  posters
	onJoined []func(ctx context.Context, tx *db.Tx, j Joined) error
}

// New makes a Service.
func New(cfg Config) *Service { return &Service{Config: cfg, targets: map[string]Targets{}} }

// Lead tells how what is of a kind is found.
func (s *Service) Lead(kind string, f Targets) { s.targets[kind] = f }

// OnJoined registers f to run in the transaction that notes by whose share somebody
// registered.
func (s *Service) OnJoined(f func(ctx context.Context, tx *db.Tx, j Joined) error) {
	s.onJoined = append(s.onJoined, f)
}

func (s *Service) now() int64 { return clock.MS(s.Clock) }

// Terms returns the window and the rule of attribution as they are now.
func (s *Service) Terms(ctx context.Context, r db.Reader) (setting.Share, error) {
	t := setting.NewShare()
	_, err := s.Settings.LoadIn(ctx, r, t)
	return *t, err
}
