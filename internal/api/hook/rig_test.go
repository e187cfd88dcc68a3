package hook

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"zhizhou/internal/blob"
	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/errs"
	"zhizhou/internal/jobs"
	"zhizhou/internal/media"
	"zhizhou/internal/testkit"
)

// rig is a whole media house behind an HTTP server.
type rig struct {
	t       *testing.T
	svc     *media.Service
	media   *Media
	srv     *httptest.Server
	clock   *clock.Moved
	queue   *jobs.Queue
	revoked atomic.Bool // access to every lesson is gone
	ready   atomic.Int64
}

var errLocked = errs.New(errs.Forbidden, "lesson_locked", "请先购买")

func newRig(t *testing.T, d *db.DB, dir string) *rig {
	t.Helper()
	ctx := context.Background()
	r := &rig{t: t, clock: &clock.Moved{}}
	q, err := jobs.New(ctx, d, testkit.Log())
	if err != nil {
		t.Fatal(err)
	}
	store, err := blob.NewLocal(filepath.Join(dir, "blobs"))
	if err != nil {
		t.Fatal(err)
	}
	r.svc, err = media.New(media.Config{
		DB: d, Jobs: q, Store: store, Box: testkit.Box(), Clock: r.clock, Dir: filepath.Join(dir, "media"), Log: testkit.Log(),
		Limits: media.Limits{SegmentMS: 2000, SegmentsPerKey: 2, VideoBytes: 64 << 20},
	})
	if err != nil {
		t.Fatal(err)
	}
	r.svc.OnReady(func(_ context.Context, _ *db.Tx, _, ms int64) error { r.ready.Store(ms); return nil })
	if err := q.Build(); err != nil {
		t.Fatal(err)
	}
	r.queue = q
	r.media = &Media{
		Service: r.svc,
		Allow: func(_ context.Context, t media.Token) error {
			if !t.Preview && (t.User == 0 || r.revoked.Load()) {
				return errLocked
			}
			return nil
		},
		AllowFile: func(context.Context, media.FileGrant) error {
			if r.revoked.Load() {
				return errLocked
			}
			return nil
		},
		Session: func(req *http.Request) (int64, int64) {
			var user, session int64
			if c, err := req.Cookie("zz_session"); err == nil {
				_, _ = fmt.Sscanf(c.Value, "%d.%d", &user, &session)
			}
			return user, session
		},
		Who: func(req *http.Request) (int64, error) {
			id, err := strconv.ParseInt(req.Header.Get("X-Staff"), 10, 64)
			if err != nil {
				return 0, errs.New(errs.Unauthenticated, "login", "请先登录")
			}
			return id, nil
		},
	}
	mux := http.NewServeMux()
	r.media.Routes(mux)
	mux.Handle(UploadsPath, r.media.Uploads())
	r.srv = httptest.NewServer(mux)
	t.Cleanup(r.srv.Close)
	return r
}

// work runs the jobs until the test ends.
func (r *rig) work() {
	r.t.Helper()
	if err := r.queue.Start(context.Background()); err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		_ = r.queue.Stop(ctx)
	})
}

func (r *rig) wait(id int64, ok func(media.Asset) bool) media.Asset {
	r.t.Helper()
	for end := time.Now().Add(90 * time.Second); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		a, err := r.svc.Asset(context.Background(), id)
		if err != nil {
			r.t.Fatal(err)
		}
		if ok(a) {
			return a
		}
		if a.Status == media.StatusFailed {
			r.t.Fatalf("failed: %s %s", a.ErrorCode, a.ErrorMsg)
		}
	}
	r.t.Fatal("not in time")
	return media.Asset{}
}

// answer is a read response.
type answer struct {
	status int
	head   http.Header
	body   string
}

// do sends one request without following redirects. head is "Name: value" lines.
func (r *rig) do(method, path string, body []byte, head ...string) answer {
	r.t.Helper()
	req, err := http.NewRequest(method, r.srv.URL+path, bytes.NewReader(body))
	if err != nil {
		r.t.Fatal(err)
	}
	for _, h := range head {
		k, v, _ := strings.Cut(h, ": ")
		req.Header.Add(k, v)
	}
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Do(req)
	if err != nil {
		r.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	raw, err := io.ReadAll(res.Body)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		r.t.Fatal(err)
	}
	return answer{res.StatusCode, res.Header, string(raw)}
}

func (r *rig) get(path string, head ...string) answer {
	return r.do(http.MethodGet, path, nil, head...)
}

const tus = "Tus-Resumable: 1.0.0"

func (r *rig) create(name, purpose string, size int) answer {
	r.t.Helper()
	enc := base64.StdEncoding.EncodeToString
	return r.do(http.MethodPost, UploadsPath, nil, tus, "X-Staff: 7", "Upload-Length: "+strconv.Itoa(size),
		"Upload-Metadata: filename "+enc([]byte(name))+",purpose "+enc([]byte(purpose)))
}

func (r *rig) location(a answer) string {
	r.t.Helper()
	_, path, ok := strings.Cut(a.head.Get("Location"), UploadsPath)
	if a.status != http.StatusCreated || !ok {
		r.t.Fatalf("create: %d %s %v", a.status, a.body, a.head)
	}
	return UploadsPath + path
}

func (r *rig) patch(path string, offset int, data []byte) answer {
	r.t.Helper()
	return r.do(http.MethodPatch, path, data, tus, "X-Staff: 7", "Upload-Offset: "+strconv.Itoa(offset), "Content-Type: application/offset+octet-stream")
}

// uploadVideo sends a file and returns its asset.
func (r *rig) uploadVideo(name string, raw []byte) int64 {
	r.t.Helper()
	a := r.patch(r.location(r.create(name, "video", len(raw))), 0, raw)
	id, err := strconv.ParseInt(a.head.Get("Zz-Asset-Id"), 10, 64)
	if a.status != http.StatusNoContent || err != nil {
		r.t.Fatalf("upload: %d %s", a.status, a.body)
	}
	return id
}

// film makes a small video of whole seconds with sound.
func film(t *testing.T, seconds int, extra ...string) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "in.mp4")
	args := []string{
		"-v", "error", "-nostdin", "-f", "lavfi", "-i", fmt.Sprintf("testsrc2=size=640x360:rate=25:duration=%d", seconds),
		"-f", "lavfi", "-i", fmt.Sprintf("sine=frequency=440:duration=%d", seconds), "-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac",
	}
	args = append(append(args, extra...), path)
	if out, err := exec.Command("ffmpeg", args...).CombinedOutput(); err != nil {
		t.Fatalf("ffmpeg: %v %s", err, out)
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func (r *rig) start(in media.Start) media.Play {
	r.t.Helper()
	p, err := r.svc.StartPlay(context.Background(), in)
	if err != nil {
		r.t.Fatal(err)
	}
	return p
}

// lines returns the lines of a playlist that are addresses.
func addresses(list string) (out []string) {
	for line := range strings.SplitSeq(list, "\n") {
		if line != "" && line[0] != '#' {
			out = append(out, line)
		}
	}
	return out
}

// keys returns the distinct key addresses of a playlist, in order.
func keys(list string) (out []string) {
	for _, part := range strings.Split(list, `URI="`)[1:] {
		uri, _, _ := strings.Cut(part, `"`)
		if len(out) == 0 || out[len(out)-1] != uri {
			out = append(out, uri)
		}
	}
	return out
}

// rendition fetches the n-th media playlist of a play.
func (r *rig) rendition(p media.Play, n int) (path, list string) {
	r.t.Helper()
	master := r.get(p.PlaylistURL)
	if master.status != 200 {
		r.t.Fatalf("master: %d %s", master.status, master.body)
	}
	path = strings.TrimSuffix(p.PlaylistURL, "master.m3u8") + addresses(master.body)[n]
	a := r.get(path)
	if a.status != 200 {
		r.t.Fatalf("playlist: %d %s", a.status, a.body)
	}
	return path, a.body
}
