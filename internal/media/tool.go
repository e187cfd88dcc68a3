package media

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"time"
)

// What an input may be. Playlists (hls, dash, concat), image sequences and SVG
// are absent on purpose: they can name other files and addresses.
const (
	inputFormats   = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,mp3,aac,wav,flac,ogg,avi,mpegts"
	inputProtocols = "file,pipe"
)

// shell sets the limits and becomes the tool: no library call can set the limits
// of a child alone, and prlimit is not on every system. $1 is KiB of address
// space, $2 is 512-byte blocks of one file.
const shell = `ulimit -v "$1"; ulimit -f "$2"; ulimit -c 0; shift 2; exec nice -n 10 "$@"`

var (
	errToolTime   = errors.New("media: tool took too long")
	errToolOutput = errors.New("media: tool wrote too much")
)

// tool runs ffmpeg or ffprobe on files that strangers made.
type tool struct {
	path    string
	dir     string // private working folder; its size is bounded
	memory  int64  // bytes of address space
	output  int64  // bytes in dir
	timeout time.Duration
	onLine  func(line string) // each line of standard output; nil collects it instead
}

// run returns standard output. A failure carries the tail of standard error.
func (t tool) run(ctx context.Context, args ...string) ([]byte, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, t.timeout, errToolTime)
	defer cancel()
	sh := []string{"-c", shell, "sh", strconv.FormatInt(t.memory>>10, 10), strconv.FormatInt(t.output>>9+1, 10), t.path}
	cmd := exec.CommandContext(ctx, "/bin/sh", append(sh, args...)...)
	cmd.Dir = t.dir
	cmd.Env = []string{"PATH=/usr/local/bin:/usr/bin:/bin", "LC_ALL=C", "HOME=" + t.dir, "TMPDIR=" + t.dir}
	// Its own group, so that a kill reaches every process it started.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = 5 * time.Second
	var stdout bytes.Buffer
	stderr := &tail{}
	cmd.Stderr = stderr
	var lines *lineWriter
	if t.onLine != nil {
		lines = &lineWriter{fn: t.onLine}
		cmd.Stdout = lines
	} else {
		cmd.Stdout = &capped{w: &stdout, left: 8 << 20}
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("media: start %s: %w", filepath.Base(t.path), err)
	}
	var fat atomic.Bool
	stop := make(chan struct{})
	go t.watch(stop, func() { fat.Store(true); cancel() })
	err := cmd.Wait()
	close(stop)
	switch {
	case fat.Load():
		return nil, errToolOutput
	case err != nil && ctx.Err() != nil:
		return nil, context.Cause(ctx)
	case err != nil:
		return nil, &toolError{name: filepath.Base(t.path), err: err, text: stderr.String()}
	}
	return stdout.Bytes(), nil
}

// watch ends a run whose folder outgrows the limit; ulimit -f bounds single files only.
func (t tool) watch(stop <-chan struct{}, kill func()) {
	tick := time.NewTicker(2 * time.Second)
	defer tick.Stop()
	for {
		select {
		case <-stop:
			return
		case <-tick.C:
			if folderBytes(t.dir) > t.output {
				kill()
				return
			}
		}
	}
}

func folderBytes(dir string) int64 {
	var sum int64
	_ = filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err != nil {
			return nil //nolint:nilerr // a file that vanished has no size
		}
		if info, err := d.Info(); err == nil && info.Mode().IsRegular() {
			sum += info.Size()
		}
		return nil
	})
	return sum
}

type toolError struct {
	name string
	err  error
	text string
}

func (e *toolError) Error() string { return e.name + ": " + e.err.Error() + ": " + e.text }
func (e *toolError) Unwrap() error { return e.err }

// killed reports whether a signal ended the tool (out of memory, output limit).
func (e *toolError) killed() bool {
	var exit *exec.ExitError
	if !errors.As(e.err, &exit) {
		return false
	}
	st, ok := exit.Sys().(syscall.WaitStatus)
	return ok && (st.Signaled() || st.ExitStatus() > 128)
}

// tail keeps the last bytes: the reason stands at the end.
type tail struct{ buf []byte }

func (t *tail) Write(p []byte) (int, error) {
	const keep = 2000
	t.buf = append(t.buf, p...)
	if len(t.buf) > 2*keep {
		t.buf = append(t.buf[:0], t.buf[len(t.buf)-keep:]...)
	}
	return len(p), nil
}

func (t *tail) String() string { return strings.TrimSpace(string(t.buf)) }

type capped struct {
	w    io.Writer
	left int
}

func (c *capped) Write(p []byte) (int, error) {
	if len(p) > c.left {
		return 0, errToolOutput
	}
	c.left -= len(p)
	return c.w.Write(p)
}

type lineWriter struct {
	fn  func(string)
	buf []byte
}

func (l *lineWriter) Write(p []byte) (int, error) {
	l.buf = append(l.buf, p...)
	for {
		n, line, err := bufio.ScanLines(l.buf, false)
		if err != nil || n == 0 {
			break
		}
		l.fn(string(line))
		l.buf = l.buf[n:]
	}
	if len(l.buf) > 64<<10 {
		return 0, errToolOutput
	}
	return len(p), nil
}
