// Package sandbox is the outside world for development, demonstration and tests:
// WeChat Pay v3, the mini program and official account servers, virtual payment
// and a text message gateway, on one HTTP handler. It uses real RSA signatures,
// real AES-GCM and the official retry ladder, so the code under test is the code
// that runs in production; only addresses and keys differ. No money moves and
// nothing here is reached by real merchant keys (see Guard).
package sandbox

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"zhizhou/internal/clock"
	"zhizhou/internal/id"
)

// Config says where the sandbox lives.
type Config struct {
	// BaseURL is where the handler is mounted, as browsers and the app reach it,
	// such as http://127.0.0.1:8080/sandbox. Its path is the mount prefix.
	BaseURL string
	// StateDir keeps the generated keys (mode 0600), so that a restart keeps the
	// merchant. Empty: keys live as long as the process.
	StateDir string
	// StatePath keeps orders and messages as JSON. Empty: memory only.
	StatePath string
	// PushURL is the app's message push address, for virtual payment events.
	PushURL string
	// NotifyClient delivers notifications; its timeout is capped at 5 s.
	NotifyClient *http.Client
	// Clock is the time of orders, notifications and retries. With *clock.Moved
	// the panel can move it.
	Clock clock.Clock
}

// Sandbox is safe for concurrent use.
type Sandbox struct {
	cfg    Config
	clock  clock.Clock
	prefix string
	keys   *keyset
	client *http.Client
	mux    *http.ServeMux

	mu      sync.Mutex // guards st, trouble, files and asked
	st      state
	trouble Trouble
	files   map[string]billFile // bills that wait to be fetched
	asked   map[int64]time.Time // days whose virtual payment bill was asked for
	sending sync.Mutex          // one Tick at a time, so that nothing is sent twice by accident
}

// New generates or loads keys and state. It sends nothing.
func New(cfg Config) (*Sandbox, error) {
	u, err := url.Parse(cfg.BaseURL)
	if err != nil || u.Host == "" {
		return nil, errors.New("sandbox: BaseURL must be an absolute address")
	}
	cfg.BaseURL = strings.TrimRight(cfg.BaseURL, "/")
	if cfg.Clock == nil {
		cfg.Clock = clock.System{}
	}
	s := &Sandbox{cfg: cfg, clock: cfg.Clock, prefix: strings.TrimRight(u.Path, "/"), st: newState()}
	if s.keys, err = loadKeys(cfg.StateDir); err != nil {
		return nil, fmt.Errorf("sandbox: keys: %w", err)
	}
	c := http.Client{}
	if cfg.NotifyClient != nil {
		c = *cfg.NotifyClient
	}
	if c.Timeout == 0 || c.Timeout > notifyTimeout {
		c.Timeout = notifyTimeout
	}
	c.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	s.client = &c
	if err := s.load(); err != nil {
		return nil, fmt.Errorf("sandbox: state: %w", err)
	}
	s.routes()
	return s, nil
}

// Handler serves everything below the mount prefix.
func (s *Sandbox) Handler() http.Handler { return http.StripPrefix(s.prefix, s.mux) }

// Run delivers due notifications until ctx ends.
func (s *Sandbox) Run(ctx context.Context) {
	t := time.NewTicker(500 * time.Millisecond)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
			s.Tick(ctx)
		}
	}
}

// BaseURL is where the sandbox is mounted.
func (s *Sandbox) BaseURL() string { return s.cfg.BaseURL }

func (s *Sandbox) now() time.Time { return s.clock.Now() }

// number makes a transaction number that looks like WeChat's: digits only.
func (s *Sandbox) number(prefix string) string {
	s.st.Seq++
	return fmt.Sprintf("%s%s%012d", prefix, s.now().In(clock.China).Format("20060102"), s.st.Seq)
}

// save writes the state; the caller holds mu. A demo must not stop because a disk
// is full, so the failure is only logged.
func (s *Sandbox) save() {
	if s.cfg.StatePath == "" {
		return
	}
	raw, err := json.Marshal(s.st)
	if err == nil {
		err = writeFile(s.cfg.StatePath, raw)
	}
	if err != nil {
		slog.Warn("sandbox state not saved", "err", err)
	}
}

func (s *Sandbox) load() error {
	if s.cfg.StatePath == "" {
		return nil
	}
	raw, err := os.ReadFile(s.cfg.StatePath)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := json.Unmarshal(raw, &s.st); err != nil {
		return err
	}
	s.st.fill()
	return nil
}

func writeFile(path string, raw []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	tmp := path + "." + id.Token(4)
	if err := os.WriteFile(tmp, raw, 0o600); err != nil {
		return err
	}
	return os.Rename(tmp, path)
}

const maxBody = 1 << 20

func readBody(r *http.Request) ([]byte, error) { return io.ReadAll(io.LimitReader(r.Body, maxBody)) }
