// Package live teaches at a set hour: rooms with a schedule, what an encoder sends
// (RTMP in), segments and playlists, chat, questions, sign-in, attendance, reminders
// and the recording that becomes the replay. It owns live_rooms, live_pushes,
// live_keys, live_segments, live_messages, live_mutes, live_attendance,
// live_sign_ins and live_reminders.
//
// Roads:
//
//	in      Ingest: guard → lal's session and remuxer → cutter → writer → blob + live_segments
//	out     Playlist, Key, segment: the address and lease are internal/media's, asked anew each time
//	talk    Say → live_messages → the room's hub → listeners
//	replay  End → job: decrypt, join → media.Record → the lesson's asset
//
// What it refuses: it decides nothing about access (api and app ask access), sends
// no notices (OnRemind), knows no HTTP.
//
// Invariants:
//   - A room takes segments of one push at a time: the newest. Sequence numbers
//     rise by one over every push and restart, so a player that waits goes on.
//   - INV-17, INV-19, INV-20: segments are stored encrypted; a key changes each
//     minute and is handed out for a live play of somebody who may open the lesson
//     at that moment.
//   - INV-22: attendance is credited by the server's clock, for what was aired
//     between two beats of one play, once.
package live

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"zhizhou/internal/blob"
	"zhizhou/internal/catalog"
	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/errs"
	"zhizhou/internal/jobs"
	"zhizhou/internal/media"
	"zhizhou/internal/seal"
)

// The refusals of this domain.
var (
	ErrNoRoom    = errs.New(errs.NotFound, "live_gone", "这个课时还没有直播安排")
	ErrNotLive   = errs.New(errs.NotFound, "not_live", "这个课时不是直播")
	ErrRoom      = errs.New(errs.Invalid, "live_invalid", "请检查直播设置")
	ErrChanged   = errs.New(errs.Conflict, "live_changed", "刚被别人改过，请刷新后再保存")
	ErrOver      = errs.New(errs.Conflict, "live_over", "直播已经结束")
	ErrNotYet    = errs.New(errs.Conflict, "live_not_yet", "直播还没有开始")
	ErrOff       = errs.New(errs.Unavailable, "live_off", "服务器没有开启直播接收，请管理员设置 LIVE_ADDR")
	ErrMessage   = errs.New(errs.Invalid, "message_invalid", "请检查消息内容")
	ErrMuted     = errs.New(errs.Forbidden, "live_muted", "你已被老师禁言")
	ErrTooFast   = errs.New(errs.Limited, "live_too_fast", "发言太快了，请歇一会儿再发")
	ErrNoCall    = errs.New(errs.Conflict, "sign_in_closed", "现在没有开放的签到")
	ErrTalkGone  = errs.New(errs.NotFound, "message_gone", "没有这条消息")
	ErrNoProduct = errs.New(errs.NotFound, "product_gone", "这件商品不在架上")
	ErrKeyGone   = errs.New(errs.NotFound, "live_key_gone", "播放地址无效，请重新进入直播间")

	errKey  = errors.New("live: the stream key is not right")
	errTime = errors.New("live: the room is not open at this time")
	errBusy = errors.New("live: too many connections")
	errLost = errors.New("live: another push took over")
)

// Config is what New needs.
type Config struct {
	DB      *db.DB
	Jobs    *jobs.Queue // not built yet: New registers its job
	Store   blob.Store
	Box     *seal.Box
	Clock   clock.Clock
	Catalog *catalog.Service
	Media   *media.Service
	Dir     string // private scratch folder, for joining recordings
	Log     *slog.Logger
}

// Service is the live domain. It is safe for concurrent use.
type Service struct {
	Config
	db     *db.DB
	clock  clock.Clock
	log    *slog.Logger
	review Review
	words  func(ctx context.Context) ([]string, error)

	onAttend []func(ctx context.Context, tx *db.Tx, a Attended) error
	onEnd    []func(ctx context.Context, tx *db.Tx, lessonID, wholeMS int64) error
	onRemind func(ctx context.Context, tx *db.Tx, r Reminder) error

	windows windows
	hubs    hubs
	ingest  ingest
	signs   []byte
}

// New makes a Service and registers its job.
func New(cfg Config) *Service {
	s := &Service{Config: cfg, db: cfg.DB, clock: cfg.Clock, log: cfg.Log, signs: cfg.Box.Key("live-segment")}
	s.review = s.plainReview
	s.words = func(context.Context) ([]string, error) { return nil, nil }
	s.windows.kept = map[int64]*window{}
	s.hubs.rooms = map[int64]*hub{}
	s.ingest.pushes = map[int64]*push{}
	s.ingest.conns = map[string]int{}
	jobs.Work(cfg.Jobs, recordTime, s.recordJob)
	return s
}

// Attended is what a beat was credited: the user saw what was aired from FromMS to
// ToMS of the room's own time.
type Attended struct {
	PlayID, UserID, LessonID, CourseID int64
	FromMS, ToMS                       int64
}

// OnAttend registers fn, called in the transaction that credits attendance.
func (s *Service) OnAttend(fn func(ctx context.Context, tx *db.Tx, a Attended) error) {
	s.onAttend = append(s.onAttend, fn)
}

// OnEnd registers fn, called in the transaction that ends a room; wholeMS is how
// much was aired.
func (s *Service) OnEnd(fn func(ctx context.Context, tx *db.Tx, lessonID, wholeMS int64) error) {
	s.onEnd = append(s.onEnd, fn)
}

// Reminder tells somebody that a room opens soon.
type Reminder struct {
	UserID, LessonID, CourseID int64
	Title                      string
	StartsAt                   int64
}

// OnRemind sets who tells learners that a room opens soon, in the transaction that
// notes that they were told.
func (s *Service) OnRemind(fn func(ctx context.Context, tx *db.Tx, r Reminder) error) {
	s.onRemind = fn
}

// SetReview replaces the built-in moderation of messages.
func (s *Service) SetReview(r Review) { s.review = r }

// SetWords gives the built-in moderation the school's own list of words.
func (s *Service) SetWords(fn func(ctx context.Context) ([]string, error)) { s.words = fn }

func (s *Service) now() int64 { return clock.MS(s.clock) }

func none(err, other error) error {
	if errors.Is(err, db.ErrNone) {
		return other
	}
	return err
}

// quiet is a context that outlives whoever asked, for what must be written down.
func quiet(d time.Duration) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.Background(), d)
}

type windows struct {
	sync.Mutex
	kept map[int64]*window
}
