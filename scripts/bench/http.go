package main

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"zhizhou/internal/app"
	"zhizhou/internal/seal"
)

// httpRows measures T1 (course page API), T6 (segment) and T14 (memory, start,
// size).
func httpRows(dir string) error {
	if _, err := exec.LookPath("wrk"); err != nil {
		fmt.Println("T1, T6: not measured (wrk is not installed)")
		return footprint(dir)
	}
	base, courseID, stop, err := serveApp(dir)
	if err != nil {
		return err
	}
	defer stop()
	url := fmt.Sprintf("%s/api/courses/%d", base, courseID)
	body, header, err := get(url)
	if err != nil {
		return err
	}
	bare, stopBare, err := serveBare(body, header)
	if err != nil {
		return err
	}
	defer stopBare()
	if err := compare("T1 course page API", "T1 bare net/http, same bytes", url, bare, "requests/s, 64 connections", 0.8); err != nil {
		return err
	}
	if err := segments(dir, base); err != nil {
		return err
	}
	return footprint(dir)
}

func compare(name, refName, url, refURL, unit string, target float64) error {
	var ours, theirs series
	for range rounds {
		a, err := wrk(url)
		if err != nil {
			return err
		}
		b, err := wrk(refURL)
		if err != nil {
			return err
		}
		ours, theirs = append(ours, a), append(theirs, b)
	}
	ours.print(name, unit)
	theirs.print(refName, unit)
	verdict(name[:2], ours, theirs, target)
	return nil
}

var perSecond = regexp.MustCompile(`Requests/sec:\s+([0-9.]+)`)

// wrk runs two seconds of load against an address of this machine.
func wrk(url string) (float64, error) {
	if !strings.HasPrefix(url, "http://127.0.0.1:") {
		return 0, errors.New("load goes to this machine only")
	}
	out, err := exec.Command("wrk", "-t1", "-c64", "-d2s", url).CombinedOutput()
	if err != nil {
		return 0, fmt.Errorf("wrk: %w: %s", err, out)
	}
	if bytes.Contains(out, []byte("Non-2xx")) {
		return 0, fmt.Errorf("wrk got errors from %s", url)
	}
	m := perSecond.FindSubmatch(out)
	if m == nil {
		return 0, errors.New("wrk printed no rate")
	}
	return strconv.ParseFloat(string(m[1]), 64)
}

func get(url string) ([]byte, http.Header, error) {
	res, err := http.Get(url)
	if err != nil {
		return nil, nil, err
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", url, res.Status)
	}
	return body, res.Header, err
}

// serveBare answers the same bytes with the same headers and nothing else.
func serveBare(body []byte, header http.Header) (string, func(), error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	s := &http.Server{ReadHeaderTimeout: time.Second, Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		for k, v := range header {
			w.Header()[k] = v
		}
		_, _ = w.Write(body)
	})}
	go func() { _ = s.Serve(l) }()
	return "http://" + l.Addr().String() + "/", func() { _ = s.Close() }, nil
}

// serveApp runs the whole program, with its request log going to a file as in
// production.
func serveApp(dir string) (base string, courseID int64, stop func(), err error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", 0, nil, err
	}
	data := filepath.Join(dir, "app")
	cfg := app.Config{Addr: l.Addr().String(), DataDir: data, MaxDevices: 5, MaxPlays: 2}
	if err := cfg.Complete(); err != nil {
		return "", 0, nil, err
	}
	log, err := os.Create(filepath.Join(dir, "request.log"))
	if err != nil {
		return "", 0, nil, err
	}
	ctx, cancel := context.WithCancel(context.Background())
	h, err := build(ctx, cfg.DatabaseURL, 1)
	if err != nil {
		cancel()
		return "", 0, nil, err
	}
	h.db.Close()
	a, err := app.New(ctx, cfg, slog.New(slog.NewJSONHandler(log, nil)))
	if err != nil {
		cancel()
		return "", 0, nil, err
	}
	ended := make(chan struct{})
	go func() { _ = a.Serve(ctx, l); close(ended) }()
	return cfg.PublicURL, h.lesson.CourseID, func() { cancel(); <-ended; a.Close(); _ = log.Close() }, nil
}

// segments compares a 1 MiB file behind nginx with the program's own way of
// sending one: a signed address checked, then the file by the kernel.
func segments(dir, base string) error {
	url, file, err := signedSegment(dir, base)
	if err != nil {
		return err
	}
	nginx, stop, err := serveNginx(dir, file)
	if err != nil {
		return err
	}
	defer stop()
	return compare("T6 segment, signed", "T6 nginx sendfile, same file", url, nginx, "requests/s, 1 MiB", 0.65)
}

func serveNginx(dir, file string) (string, func(), error) {
	path, err := exec.LookPath("nginx")
	if err != nil {
		path = "/usr/sbin/nginx"
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	addr := l.Addr().String()
	_ = l.Close()
	conf := filepath.Join(dir, "nginx.conf")
	text := fmt.Sprintf(`worker_processes 2; daemon off; pid %s/nginx.pid; error_log %s/nginx.err; events {}
http { sendfile on; tcp_nopush on; access_log off; server { listen %s; location / { root %s; } } }`, dir, dir, addr, filepath.Dir(file))
	if err := os.WriteFile(conf, []byte(text), 0o600); err != nil {
		return "", nil, err
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		return "", nil, err
	}
	c := exec.Command(path, "-c", conf)
	if err := c.Start(); err != nil {
		return "", nil, err
	}
	stop := func() { _ = c.Process.Signal(os.Interrupt); _ = c.Wait() }
	url := "http://" + addr + "/" + filepath.Base(file)
	for range 50 {
		if _, _, err = get(url); err == nil {
			return url, stop, nil
		}
		time.Sleep(50 * time.Millisecond)
	}
	stop()
	return "", nil, fmt.Errorf("nginx does not answer: %w", err)
}

// footprint measures the built binary: size, time from start to ready, memory
// when idle.
func footprint(dir string) error {
	bin := filepath.Join("bin", "zhizhou")
	st, err := os.Stat(bin)
	if err != nil {
		return fmt.Errorf("build the binary first: %w", err)
	}
	data := filepath.Join(dir, "foot")
	var starts series
	var rss int64
	for i := range rounds + 1 {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		addr := l.Addr().String()
		_ = l.Close()
		c := exec.Command(bin, "serve")
		c.Env = append(os.Environ(), "ADDR="+addr, "DATA_DIR="+data, "METRICS_ADDR=127.0.0.1:0")
		start := time.Now()
		if err := c.Start(); err != nil {
			return err
		}
		for time.Since(start) < 20*time.Second {
			if _, _, err = get("http://" + addr + "/readyz"); err == nil {
				break
			}
			time.Sleep(5 * time.Millisecond)
		}
		took := time.Since(start)
		if i == 0 {
			fmt.Printf("%-34s %12d  ms, first start: schema and keys are made\n", "T14 first start to ready", took.Milliseconds())
		} else {
			starts = append(starts, float64(took.Milliseconds()))
		}
		if i == rounds {
			time.Sleep(5 * time.Second)
			rss = resident(c.Process.Pid)
		}
		_ = c.Process.Signal(os.Interrupt)
		if err := c.Wait(); err != nil {
			return fmt.Errorf("the server did not stop cleanly: %w", err)
		}
	}
	starts.print("T14 cold start to ready", "ms (target ≤ 1000)")
	fmt.Printf("%-34s %12d  MB (target ≤ 80)\n", "T14 memory, idle 5 s", rss>>20)
	fmt.Printf("%-34s %12d  MB (target ≤ 80)\n", "T14 binary", st.Size()>>20)
	return nil
}

func resident(pid int) int64 {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid))
	if err != nil {
		return 0
	}
	f := strings.Fields(string(raw))
	if len(f) < 2 {
		return 0
	}
	pages, err := strconv.ParseInt(f[1], 10, 64)
	if err != nil {
		return 0
	}
	return pages * int64(os.Getpagesize())
}

// signedSegment puts 1 MiB of noise where a segment lies and signs its address
// with the program's own key.
func signedSegment(dir, base string) (url, file string, err error) {
	data := filepath.Join(dir, "app")
	box, err := seal.Load("", filepath.Join(data, "keys", "master.key"))
	if err != nil {
		return "", "", err
	}
	exp := time.Now().Add(6 * time.Hour).Unix()
	mac := hmac.New(sha256.New, box.Key("media-segment"))
	fmt.Fprintf(mac, "1/1/0|%d", exp)
	file = filepath.Join(data, "blob", "hls", "1", "1", "00000.ts")
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return "", "", err
	}
	noise := make([]byte, 1<<20)
	_, _ = rand.Read(noise)
	if err := os.WriteFile(file, noise, 0o644); err != nil { //nolint:gosec // nginx reads it as another user
		return "", "", err
	}
	for p := filepath.Dir(file); len(p) >= len(dir); p = filepath.Dir(p) {
		if err := os.Chmod(p, 0o755); err != nil { //nolint:gosec // as above
			return "", "", err
		}
	}
	return fmt.Sprintf("%s/media/s/%s/%d/1/1/0.ts", base, base64.RawURLEncoding.EncodeToString(mac.Sum(nil))[:22], exp), file, nil
}
