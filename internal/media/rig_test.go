package media

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"zhizhou/internal/blob"
	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/jobs"
	"zhizhou/internal/testkit"
)

type rig struct {
	*Service
	moved *clock.Moved
	blobs string
}

// newRig makes a service whose jobs are enqueued but run only when a test calls them.
func newRig(t *testing.T, d *db.DB) rig {
	t.Helper()
	q, err := jobs.New(context.Background(), d, testkit.Log())
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	store, err := blob.NewLocal(filepath.Join(dir, "blobs"))
	if err != nil {
		t.Fatal(err)
	}
	moved := &clock.Moved{}
	s, err := New(Config{
		DB: d, Jobs: q, Store: store, Box: testkit.Box(), Clock: moved, Dir: filepath.Join(dir, "media"), Log: testkit.Log(),
		Limits: Limits{SegmentMS: 2000, SegmentsPerKey: 2, VideoBytes: 64 << 20, VideoDurationMS: 60_000, MaxSide: 2000},
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := q.Build(); err != nil {
		t.Fatal(err)
	}
	return rig{s, moved, filepath.Join(dir, "blobs")}
}

// received puts a complete file where a finished upload lies.
func (r rig) received(t *testing.T, name, purpose string, raw []byte) string {
	t.Helper()
	tusID, err := r.BeginUpload(context.Background(), 7, UploadMeta{Name: name, Purpose: purpose, Bytes: int64(len(raw))})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(r.UploadDir(), tusID), raw, 0o600); err != nil {
		t.Fatal(err)
	}
	return tusID
}

// readyAsset writes an asset that can be played, without any ffmpeg.
func (r rig) readyAsset(t *testing.T, assetID int64) {
	t.Helper()
	ctx := context.Background()
	err := r.db.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if _, err := tx.Exec(ctx, qAssetInsert, assetID, "a.mp4", "video", "src/x", 1, 8000, 640, 360, 7, r.now()); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, qAssetClaim, assetID, "run", r.now(), 0); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, qAssetProbed, assetID, "run", "video", 8000, 640, 360, r.now()); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, qAssetReady, assetID, "run", r.now(), 8000, 0)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "0.ts"), []byte("not really"), 0o600); err != nil {
		t.Fatal(err)
	}
	plain := plainSegments{dir: dir, files: []string{"0.ts"}, ms: []int64{8000}, width: 640, height: 360, codecs: "avc1.64001e"}
	if err := r.keep(ctx, assetID, kindFull, 0, "360p", plain, func(context.Context, *db.Tx) error { return nil }); err != nil {
		t.Fatal(err)
	}
}

// film makes a small file with ffmpeg; args stand before its name.
func film(t *testing.T, name string, args ...string) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	all := append(append([]string{"-v", "error", "-nostdin"}, args...), path)
	if out, err := exec.Command("ffmpeg", all...).CombinedOutput(); err != nil {
		t.Fatalf("ffmpeg: %v %s", err, out)
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func picture(size string, seconds int) []string {
	return []string{"-f", "lavfi", "-i", fmt.Sprintf("testsrc2=size=%s:rate=25:duration=%d", size, seconds)}
}

func sound(seconds int) []string {
	return []string{"-f", "lavfi", "-i", fmt.Sprintf("sine=frequency=440:duration=%d", seconds)}
}
