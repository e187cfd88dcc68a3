package document

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"zhizhou/internal/blob"
	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/errs"
	"zhizhou/internal/jobs"
	"zhizhou/internal/seal"
)

// The errors of this package.
var (
	ErrGone      = errs.New(errs.NotFound, "document_gone", "找不到这份文档")
	ErrNotReady  = errs.New(errs.Conflict, "document_not_ready", "文档还在处理，请稍后再试")
	ErrNotFailed = errs.New(errs.Conflict, "document_not_failed", "只有处理失败的文档可以重试")
	ErrUsed      = errs.New(errs.Conflict, "document_used", "还有课时在使用这份文档，请先在课时里更换文件")
	ErrKind      = errs.New(errs.Invalid, "document_kind", "请上传 PDF 文件")
	ErrBroken    = errs.New(errs.Invalid, "document_broken", "文件不完整或已损坏，请重新导出后上传")
	ErrLocked    = errs.New(errs.Invalid, "document_locked", "文件设了打开密码，请去掉密码后再上传")
	ErrPages     = errs.New(errs.Invalid, "document_pages", "文件没有页面，或超过 2000 页")
	ErrHeavy     = errs.New(errs.Invalid, "document_heavy", "这份文件太复杂，处理超出了时间或内存，请简化后再上传")
	ErrBusy      = errs.New(errs.Unavailable, "document_tool", "处理没有完成，请稍后重试")
	ErrPageGone  = errs.New(errs.NotFound, "page_gone", "没有这一页")
	ErrLink      = errs.New(errs.Forbidden, "page_link", "页面地址无效或已过期，请刷新后再读")
	ErrReader    = errs.New(errs.Forbidden, "page_reader", "这个地址属于另一个账号或设备")
)

// Limits bound what is accepted and what work on it may use. A zero field takes the
// default written beside it.
type Limits struct {
	Bytes       int64         // of one upload; 200 MiB
	Pages       int64         // of one document; 2000
	Width       int64         // of a page's picture in pixels; 1440
	Memory      int64         // of the child's WebAssembly machine in bytes; 512 MiB
	PageTime    time.Duration // of one page; 30 s
	RenderTime  time.Duration // of a whole document; 30 min
	InspectTime time.Duration // of the look inside at upload; 60 s
}

func (l *Limits) fill() {
	def := func(v *int64, d int64) {
		if *v == 0 {
			*v = d
		}
	}
	def(&l.Bytes, 200<<20)
	def(&l.Pages, 2000)
	def(&l.Width, 1440)
	def(&l.Memory, 512<<20)
	def((*int64)(&l.PageTime), int64(30*time.Second))
	def((*int64)(&l.RenderTime), int64(30*time.Minute))
	def((*int64)(&l.InspectTime), int64(time.Minute))
}

// Config is what New needs. Clock, Log, Limits and Worker may be left zero.
type Config struct {
	DB     *db.DB
	Jobs   *jobs.Queue // not built yet: New registers its worker
	Store  blob.Store
	Box    *seal.Box
	Clock  clock.Clock
	Dir    string // private scratch folder
	Limits Limits
	Log    *slog.Logger
	// Redraw decodes a picture and writes it anew, as JPEG or PNG.
	Redraw func(ctx context.Context, raw []byte) (out []byte, ext string, width, height int64, err error)
	// Worker is the command that becomes the child; this binary and WorkerName.
	Worker []string
}

// Service is the package's entry. It is safe for concurrent use.
type Service struct {
	cfg     Config
	db      *db.DB
	store   blob.Store
	clock   clock.Clock
	log     *slog.Logger
	lim     Limits
	marks   marks
	onReady []func(ctx context.Context, tx *db.Tx, d Document) error
}

// New makes the service, its scratch folder, and registers its job.
func New(cfg Config) (*Service, error) {
	if cfg.Clock == nil {
		cfg.Clock = clock.System{}
	}
	if cfg.Log == nil {
		cfg.Log = slog.Default()
	}
	cfg.Limits.fill()
	if len(cfg.Worker) == 0 {
		self, err := os.Executable()
		if err != nil {
			return nil, fmt.Errorf("document: %w", err)
		}
		cfg.Worker = []string{self, WorkerName}
	}
	dir, err := filepath.Abs(cfg.Dir)
	if err != nil {
		return nil, fmt.Errorf("document: %w", err)
	}
	cfg.Dir = dir
	s := &Service{cfg: cfg, db: cfg.DB, store: cfg.Store, clock: cfg.Clock, log: cfg.Log, lim: cfg.Limits}
	if err := os.MkdirAll(cfg.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("document: %w", err)
	}
	if cfg.Jobs != nil {
		jobs.Work(cfg.Jobs, cfg.Limits.RenderTime+5*time.Minute, s.job)
		cfg.Jobs.Every("document_recover", 30*time.Second, s.Recover)
		cfg.Jobs.Every("document_sweep", time.Hour, s.Sweep)
	}
	return s, nil
}

// OnReady registers fn, called in the transaction that makes a document ready. It
// touches the database only and must be registered before jobs start.
func (s *Service) OnReady(fn func(ctx context.Context, tx *db.Tx, d Document) error) {
	s.onReady = append(s.onReady, fn)
}

// Limits returns the limits in force.
func (s *Service) Limits() Limits { return s.lim }

func (s *Service) now() int64 { return clock.MS(s.clock) }
