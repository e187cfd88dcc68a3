package document

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"time"
)

var (
	errSlow  = errors.New("document: the child took too long")
	errDied  = errors.New("document: the child died")
	children = make(chan struct{}, 1) // one at a time: its memory is the bound
)

// ask runs the child on a file and hands each frame to fn.
func (s *Service) ask(ctx context.Context, mode, file string, whole time.Duration, fn func(frame, []byte) error) error {
	select {
	case children <- struct{}{}:
		defer func() { <-children }()
	case <-ctx.Done():
		return ctx.Err() //nolint:wrapcheck // it says it all
	}
	cache := filepath.Join(s.cfg.Dir, "compiled")
	if err := os.MkdirAll(cache, 0o700); err != nil {
		return fmt.Errorf("document: %w", err)
	}
	ctx, cancel := context.WithTimeoutCause(ctx, whole, errSlow)
	defer cancel()
	n := func(v int64) string { return strconv.FormatInt(v, 10) }
	args := append(append([]string(nil), s.cfg.Worker[1:]...), cache, mode, n(s.lim.Width), n(s.lim.Pages), n(s.lim.Memory), file)
	cmd := exec.CommandContext(ctx, s.cfg.Worker[0], args...)
	cmd.Dir = s.cfg.Dir
	// Nothing of our environment: it may hold secrets.
	cmd.Env = []string{"PATH=/usr/bin:/bin", "LC_ALL=C", "GOMAXPROCS=1"}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.WaitDelay = 5 * time.Second
	out, err := cmd.StdoutPipe()
	if err != nil {
		return fmt.Errorf("document: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("document: start the child: %w", err)
	}
	// A page that takes for ever ends the child long before the document's time is over.
	slow := time.AfterFunc(s.lim.InspectTime, cancel)
	defer slow.Stop()
	err = hear(bufio.NewReaderSize(out, 256<<10), func(f frame, picture []byte) error {
		slow.Reset(s.lim.PageTime)
		return fn(f, picture)
	})
	timedOut := ctx.Err()
	if err != nil {
		cancel()
	}
	werr := cmd.Wait()
	switch {
	case err != nil && !errors.Is(err, errFrame):
		return err
	case timedOut != nil:
		return errSlow
	case err != nil || werr != nil:
		return errors.Join(errDied, err, werr)
	}
	return nil
}

// hear reads frames until the child has said everything.
func hear(r io.Reader, fn func(frame, []byte) error) error {
	for {
		f, picture, err := readFrame(r)
		if errors.Is(err, io.EOF) && !errors.Is(err, errFrame) {
			return nil
		}
		if err != nil {
			return errors.Join(errFrame, err)
		}
		switch f.Error {
		case "":
		case saysLocked:
			return ErrLocked
		case saysPages:
			return ErrPages
		default:
			return ErrBroken
		}
		if err := fn(f, picture); err != nil {
			return err
		}
	}
}
