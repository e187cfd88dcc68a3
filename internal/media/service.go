package media

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
	ErrAssetNone      = errs.New(errs.NotFound, "asset_not_found", "找不到这个媒体文件")
	ErrNotReady       = errs.New(errs.Conflict, "media_not_ready", "视频还在处理，请稍后再试")
	ErrNotFailed      = errs.New(errs.Conflict, "asset_not_failed", "只有处理失败的文件可以重试")
	ErrUploadNone     = errs.New(errs.NotFound, "upload_not_found", "找不到这个上传，请重新选择文件")
	ErrUploadMeta     = errs.New(errs.Invalid, "upload_meta", "上传信息不完整，请刷新页面后重试")
	ErrTooBig         = errs.New(errs.Invalid, "file_too_big", "文件太大")
	ErrTooLong        = errs.New(errs.Invalid, "media_too_long", "音视频太长")
	ErrTooLarge       = errs.New(errs.Invalid, "picture_too_large", "画面尺寸太大")
	ErrFileType       = errs.New(errs.Invalid, "file_type", "不支持这种文件")
	ErrBroken         = errs.New(errs.Invalid, "media_broken", "文件已损坏或无法解码，请重新导出后上传")
	ErrCodec          = errs.New(errs.Invalid, "media_codec", "不支持这种音视频编码，请转成 H.264 的 MP4 再上传")
	ErrToolBusy       = errs.New(errs.Unavailable, "media_tool", "转码程序没有完成，请稍后重试")
	ErrPreview        = errs.New(errs.Invalid, "preview_ms", "试看时长不正确")
	ErrPlayNone       = errs.New(errs.NotFound, "play_not_found", "播放已失效，请重新播放")
	ErrPlayEnded      = errs.New(errs.Conflict, "play_ended", "播放已结束，请重新播放")
	ErrPlayTakenOver  = errs.New(errs.Conflict, "play_taken_over", "账号正在另一处播放，这里已暂停")
	ErrTokenBad       = errs.New(errs.Forbidden, "media_token", "播放地址无效，请重新播放")
	ErrTokenExpired   = errs.New(errs.Forbidden, "media_token_expired", "播放地址已过期，请重新播放")
	ErrWrongUser      = errs.New(errs.Forbidden, "media_wrong_user", "这个播放地址属于另一个账号或设备")
	ErrFileLink       = errs.New(errs.Forbidden, "file_link", "下载链接无效或已过期，请重新点击下载")
	ErrRenditionNone  = errs.New(errs.NotFound, "rendition_not_found", "找不到这个清晰度")
	ErrImageTooMany   = errs.New(errs.Invalid, "image_pixels", "图片尺寸太大，请缩小后再上传")
	errUploadFinished = errs.New(errs.Conflict, "upload_finished", "这个文件已经上传完成")
)

// Limits bound what is accepted and what a transcode may use. A zero field
// takes the default written beside it.
type Limits struct {
	VideoBytes      int64         // of one video or audio upload; 10 GiB
	VideoDurationMS int64         // 12 h
	FileBytes       int64         // of one attachment; 100 MiB; the console says so beside the button
	ImageBytes      int64         // of one image; 10 MiB
	MaxSide         int64         // longest side of a video in pixels; 8192
	MaxPlays        int           // concurrent plays a user, when Start does not say; 2
	SegmentsPerKey  int           // 10
	SegmentMS       int64         // 6000
	ToolMemory      int64         // address space of one ffmpeg in bytes; 6 GiB
	ToolTime        time.Duration // of one ffmpeg; 150 min
	OutputBytes     int64         // of one rendition; 20 GiB
	Threads         int           // of one ffmpeg; 0: ffmpeg decides
}

func (l *Limits) fill() {
	def := func(v *int64, d int64) {
		if *v == 0 {
			*v = d
		}
	}
	def(&l.VideoBytes, 10<<30)
	def(&l.VideoDurationMS, 12*3600*1000)
	def(&l.FileBytes, 100<<20)
	def(&l.ImageBytes, 10<<20)
	def(&l.MaxSide, 8192)
	def(&l.SegmentMS, 6000)
	def(&l.ToolMemory, 6<<30)
	def(&l.OutputBytes, 20<<30)
	if l.MaxPlays == 0 {
		l.MaxPlays = 2
	}
	if l.SegmentsPerKey == 0 {
		l.SegmentsPerKey = 10
	}
	if l.ToolTime == 0 {
		l.ToolTime = 150 * time.Minute
	}
}

// Config is what New needs. Clock, Log and Limits may be left zero.
type Config struct {
	DB     *db.DB
	Jobs   *jobs.Queue // not built yet: New registers its workers
	Store  blob.Store
	Box    *seal.Box
	Clock  clock.Clock
	Dir    string // private scratch folder: running uploads and transcodes
	Limits Limits
	Log    *slog.Logger
	// SegmentBase stands before segment paths, for a CDN ("https://cdn.example.com");
	// "" serves them from the own origin.
	SegmentBase string
	FFmpeg      string // path of ffmpeg; "ffmpeg"
	FFprobe     string // path of ffprobe; "ffprobe"
}

// Service is the package's entry. It is safe for concurrent use.
type Service struct {
	cfg     Config
	db      *db.DB
	store   blob.Store
	clock   clock.Clock
	log     *slog.Logger
	lim     Limits
	segKey  []byte
	onKey   []func(ctx context.Context, t Token, fromMS int64) error
	onReady []func(ctx context.Context, tx *db.Tx, assetID, durationMS int64) error
	takers  map[string]Taker
	cache   renditionCache
	// afterRendition lets a test end a run where a crash could.
	afterRendition func(name string) error
}

// New makes the service, its scratch folders, and registers its jobs.
func New(cfg Config) (*Service, error) {
	if cfg.Clock == nil {
		cfg.Clock = clock.System{}
	}
	if cfg.Log == nil {
		cfg.Log = slog.Default()
	}
	if cfg.FFmpeg == "" {
		cfg.FFmpeg = "ffmpeg"
	}
	if cfg.FFprobe == "" {
		cfg.FFprobe = "ffprobe"
	}
	cfg.Limits.fill()
	dir, err := filepath.Abs(cfg.Dir)
	if err != nil {
		return nil, fmt.Errorf("media: %w", err)
	}
	cfg.Dir = dir
	s := &Service{cfg: cfg, db: cfg.DB, store: cfg.Store, clock: cfg.Clock, log: cfg.Log, lim: cfg.Limits, segKey: cfg.Box.Key("media-segment"), takers: map[string]Taker{}}
	for _, d := range []string{s.UploadDir(), s.workDir()} {
		if err := os.MkdirAll(d, 0o700); err != nil {
			return nil, fmt.Errorf("media: %w", err)
		}
	}
	if cfg.Jobs != nil {
		jobs.Work(cfg.Jobs, jobTimeout, s.transcodeJob)
		jobs.Work(cfg.Jobs, jobTimeout, s.previewJob)
		cfg.Jobs.Every("media_recover", time.Minute, s.Recover)
		cfg.Jobs.Every("media_sweep", time.Hour, s.Sweep)
	}
	return s, nil
}

// jobTimeout stays below the time after which the queue rescues a stuck job.
const jobTimeout = 170 * time.Minute

// OnReady registers fn, called in the transaction that makes an asset ready. It
// touches the database only and must be registered before jobs start.
func (s *Service) OnReady(fn func(ctx context.Context, tx *db.Tx, assetID, durationMS int64) error) {
	s.onReady = append(s.onReady, fn)
}

// OnKey registers fn, which may refuse a key of a full rendition: it is told where in
// the lesson the part begins that the key opens, ms. It must be registered before
// requests come.
func (s *Service) OnKey(fn func(ctx context.Context, t Token, fromMS int64) error) {
	s.onKey = append(s.onKey, fn)
}

// UploadDir is the folder in which running uploads lie.
func (s *Service) UploadDir() string { return filepath.Join(s.cfg.Dir, "uploads") }

func (s *Service) workDir() string { return filepath.Join(s.cfg.Dir, "work") }

// Limits returns the limits in force.
func (s *Service) Limits() Limits { return s.lim }

func (s *Service) now() int64 { return clock.MS(s.clock) }
