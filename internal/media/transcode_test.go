package media

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"zhizhou/internal/db"
	"zhizhou/internal/testkit"
)

func (r rig) upload(t *testing.T, raw []byte) int64 {
	t.Helper()
	u, err := r.FinishUpload(context.Background(), r.received(t, "a.mp4", PurposeVideo, raw))
	if err != nil {
		t.Fatal(err)
	}
	return u.AssetID
}

func (r rig) asset(t *testing.T, assetID int64) Asset {
	t.Helper()
	a, err := r.Asset(context.Background(), assetID)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func (r rig) full(t *testing.T, assetID int64) map[string]int64 {
	t.Helper()
	var list []Rendition
	if err := r.db.List(context.Background(), qRenditionsAll, &list, assetID, kindFull); err != nil {
		t.Fatal(err)
	}
	out := map[string]int64{}
	for _, x := range list {
		out[x.Name] = x.ID
	}
	return out
}

func TestCrashInTheMiddleResumes(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		r := newRig(t, d)
		ctx := context.Background()
		assetID := r.upload(t, film(t, "a.mp4", append(picture("640x360", 4), sound(4)...)...))
		job := Transcode{AssetID: assetID}
		// The process dies after the first rendition: nobody gives the work back.
		crash := errors.New("crash")
		r.afterRendition = func(string) error { panic(crash) }
		func() {
			defer func() {
				if recover() == nil {
					t.Fatal("did not crash")
				}
			}()
			_ = r.transcodeJob(ctx, job)
		}()
		r.afterRendition = nil
		first := r.full(t, assetID)
		if a := r.asset(t, assetID); a.Status != StatusTranscoding || len(first) != 1 {
			t.Fatalf("after the crash: %+v %v", a, first)
		}
		if _, err := r.StartPlay(ctx, Start{UserID: 1, AssetID: assetID}); !errors.Is(err, ErrNotReady) {
			t.Fatalf("a half asset plays: %v", err)
		}
		// While the dead run might still live, nobody takes over.
		if err := r.transcodeJob(ctx, job); err != nil {
			t.Fatal(err)
		}
		if a := r.asset(t, assetID); a.Status != StatusTranscoding || a.Attempts != 1 {
			t.Fatalf("taken over too early: %+v", a)
		}
		r.moved.Advance(silence + time.Second)
		if err := r.Recover(ctx); err != nil {
			t.Fatal(err)
		}
		if a := r.asset(t, assetID); a.Status != StatusUploaded {
			t.Fatalf("not recovered: %+v", a)
		}
		if err := r.transcodeJob(ctx, job); err != nil {
			t.Fatal(err)
		}
		second := r.full(t, assetID)
		if a := r.asset(t, assetID); a.Status != StatusReady || len(second) != 2 || second["360p"] != first["360p"] {
			t.Fatalf("after the second run: %+v %v %v", a, first, second)
		}
		if err := r.transcodeJob(ctx, job); err != nil { // the queue repeats jobs
			t.Fatal(err)
		}
		// what lies in the store is encrypted segments and pictures only
		err := filepath.WalkDir(filepath.Join(r.blobs, "hls"), func(path string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() {
				return err
			}
			raw, err := os.ReadFile(path)
			if err == nil && len(raw) > 376 && raw[0] == 0x47 && raw[188] == 0x47 && raw[376] == 0x47 {
				t.Errorf("%s is not encrypted", path)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		left, err := os.ReadDir(r.workDir())
		if err != nil || len(left) > 1 { // the crashed run's own folder, until the sweep
			t.Fatalf("left in the work folder: %v %v", left, err)
		}
	})
}

func TestShutdownGivesTheWorkBack(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		r := newRig(t, d)
		assetID := r.upload(t, film(t, "a.mp4", picture("320x180", 2)...))
		ctx, cancel := context.WithCancel(context.Background())
		r.afterRendition = func(string) error { cancel(); return ctx.Err() }
		if err := r.transcodeJob(ctx, Transcode{AssetID: assetID}); !errors.Is(err, context.Canceled) {
			t.Fatalf("%v", err)
		}
		if a := r.asset(t, assetID); a.Status != StatusUploaded || a.Attempts != 0 {
			t.Fatalf("%+v", a)
		}
		r.afterRendition = nil
		if err := r.transcodeJob(context.Background(), Transcode{AssetID: assetID}); err != nil {
			t.Fatal(err)
		}
		if a := r.asset(t, assetID); a.Status != StatusReady {
			t.Fatalf("%+v", a)
		}
	})
}

func TestFailureAndRetry(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		r := newRig(t, d)
		ctx := context.Background()
		raw := film(t, "a.mp4", picture("320x180", 2)...)
		assetID := r.upload(t, raw)
		source := r.store.LocalPath(r.asset(t, assetID).SourceKey)
		if err := os.WriteFile(source, []byte("rotten"), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := r.Retry(ctx, assetID); !errors.Is(err, ErrNotFailed) {
			t.Fatalf("retry of a healthy asset: %v", err)
		}
		if err := r.transcodeJob(ctx, Transcode{AssetID: assetID}); err != nil {
			t.Fatal(err) // final: the queue must not repeat it
		}
		if a := r.asset(t, assetID); a.Status != StatusFailed || a.ErrorCode != "media_broken" || a.ErrorMsg == "" {
			t.Fatalf("%+v", a)
		}
		if err := os.WriteFile(source, raw, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := r.Retry(ctx, assetID); err != nil {
			t.Fatal(err)
		}
		// bad luck three times, then it is a failure
		r.afterRendition = func(string) error { return errors.New("disk full") }
		for n := 1; n <= 3; n++ {
			err := r.transcodeJob(ctx, Transcode{AssetID: assetID})
			a := r.asset(t, assetID)
			if (n < 3) != (err != nil) || (n < 3) != (a.Status == StatusUploaded) {
				t.Fatalf("try %d: %v %+v", n, err, a)
			}
			if n == 1 { // the finished rendition is kept, so make another stage fail
				r.afterRendition = nil
				r.onReady = append(r.onReady, func(context.Context, *db.Tx, int64, int64) error { return errors.New("hook refuses") })
			}
		}
		if a := r.asset(t, assetID); a.Status != StatusFailed || a.ErrorCode != "media_tool" {
			t.Fatalf("%+v", a)
		}
		r.onReady = nil
		if err := r.Retry(ctx, assetID); err != nil {
			t.Fatal(err)
		}
		if err := r.transcodeJob(ctx, Transcode{AssetID: assetID}); err != nil {
			t.Fatal(err)
		}
		if a := r.asset(t, assetID); a.Status != StatusReady {
			t.Fatalf("%+v", a)
		}
		if err := r.Retry(ctx, 99); !errors.Is(err, ErrAssetNone) {
			t.Fatalf("retry of nothing: %v", err)
		}
	})
}

// Odd inputs that are lessons all the same.
func TestOddInputs(t *testing.T) {
	for _, e := range testkit.Engines(t)[:1] {
		d, err := db.Open(context.Background(), testkit.DSN(t, e))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(d.Close)
		r := newRig(t, d)
		for name, c := range map[string]struct {
			raw  []byte
			kind string
			w, h int64
			want int
		}{
			"sound alone": {film(t, "a.mp3", sound(3)...), "audio", 0, 0, 1},
			"no sound":    {film(t, "a.webm", append(picture("322x182", 2), "-c:v", "libvpx", "-b:v", "200k")...), "video", 322, 182, 1},
			"rotated":     {rotated(t), "video", 180, 320, 1},
			"variable":    {film(t, "v.mp4", append(picture("320x180", 4), "-vf", "select='lt(t,1)+not(mod(n,5))'", "-vsync", "vfr")...), "video", 320, 180, 1},
			"old avi":     {film(t, "a.avi", append(append(picture("320x240", 2), sound(2)...), "-c:v", "mpeg4", "-c:a", "mp3")...), "video", 320, 240, 2},
		} {
			t.Run(name, func(t *testing.T) {
				assetID := r.upload(t, c.raw)
				if err := r.transcodeJob(context.Background(), Transcode{AssetID: assetID}); err != nil {
					t.Fatal(err)
				}
				a := r.asset(t, assetID)
				if a.Status != StatusReady || a.Kind != c.kind || a.Width != c.w || a.Height != c.h || len(r.full(t, assetID)) != c.want {
					t.Fatalf("%+v %v", a, r.full(t, assetID))
				}
				if (a.PosterKey != "") != (c.kind == "video") {
					t.Errorf("poster %q", a.PosterKey)
				}
			})
		}
	}
}

func rotated(t *testing.T) []byte {
	t.Helper()
	plain := filepath.Join(t.TempDir(), "p.mp4")
	if err := os.WriteFile(plain, film(t, "p.mp4", picture("320x180", 2)...), 0o600); err != nil {
		t.Fatal(err)
	}
	return film(t, "r.mp4", "-i", plain, "-c", "copy", "-metadata:s:v", "rotate=90")
}

func TestSweep(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		r := newRig(t, d)
		r.readyAsset(t, 1)
		ctx := context.Background()
		p, err := r.StartPlay(ctx, Start{UserID: 1, AssetID: 1})
		if err != nil {
			t.Fatal(err)
		}
		renditionID := p.Renditions[0].ID
		orphan := renditionPrefix(1, 12345)
		if _, err := r.promise(ctx, orphan, 1); err != nil { // a run that died while storing
			t.Fatal(err)
		}
		if err := r.store.Take(ctx, segmentIn(orphan, 0), r.store.LocalPath(segmentKey(1, renditionID, 0)), ""); err != nil {
			t.Fatal(err)
		}
		tusID := r.received(t, "a.mp4", PurposeVideo, []byte("abandoned"))
		r.moved.Advance(8 * 24 * time.Hour)
		if err := r.Sweep(ctx); err != nil {
			t.Fatal(err)
		}
		if ok, _ := r.store.Exists(ctx, segmentIn(orphan, 0)); ok {
			t.Error("an orphan stays")
		}
		if ok, _ := r.store.Exists(ctx, segmentKey(1, renditionID, 0)); !ok {
			t.Error("a living segment was swept away")
		}
		if _, err := os.Stat(filepath.Join(r.UploadDir(), tusID)); !errors.Is(err, os.ErrNotExist) {
			t.Error("an abandoned upload stays")
		}
		if _, err := r.Upload(ctx, 7, tusID); !errors.Is(err, ErrUploadNone) {
			t.Errorf("its row stays: %v", err)
		}
	})
}

func TestCrashedPreviewIsMadeAgain(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		r := newRig(t, d)
		ctx := context.Background()
		assetID := r.upload(t, film(t, "a.mp4", picture("320x180", 3)...))
		if err := r.transcodeJob(ctx, Transcode{AssetID: assetID}); err != nil {
			t.Fatal(err)
		}
		set := func(ms int64) error {
			return d.Tx(ctx, func(ctx context.Context, tx *db.Tx) error { return r.SetPreview(ctx, tx, assetID, ms) })
		}
		if err := set(1000); err != nil {
			t.Fatal(err)
		}
		if claimed, err := r.claim(ctx, qPreviewClaim, assetID, "dead"); err != nil || !claimed {
			t.Fatal(claimed, err)
		}
		if err := r.previewJob(ctx, Preview{AssetID: assetID}); err != nil {
			t.Fatal(err)
		}
		if a := r.asset(t, assetID); a.PreviewReadyMS != 0 {
			t.Fatal("taken over while the run might live")
		}
		r.moved.Advance(silence + time.Second)
		if err := r.Recover(ctx); err != nil {
			t.Fatal(err)
		}
		if err := r.previewJob(ctx, Preview{AssetID: assetID}); err != nil {
			t.Fatal(err)
		}
		if a := r.asset(t, assetID); a.PreviewReadyMS != 1000 {
			t.Fatalf("%+v", a)
		}
		for _, bad := range []int64{-1, 1 << 40} {
			if err := set(bad); !errors.Is(err, ErrPreview) {
				t.Errorf("%d ms: %v", bad, err)
			}
		}
	})
}

// A preview chosen before or during the encoding is there the moment the asset is
// ready: nobody publishes a promise that cannot be played.
func TestReadyMeansThatThePreviewPlays(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		r := newRig(t, d)
		ctx := context.Background()
		assetID := r.upload(t, film(t, "a.mp4", picture("320x180", 3)...))
		set := func(ms int64) error {
			return d.Tx(ctx, func(ctx context.Context, tx *db.Tx) error { return r.SetPreview(ctx, tx, assetID, ms) })
		}
		if err := set(2000); err != nil {
			t.Fatal(err)
		}
		r.afterRendition = func(string) error { return set(1000) } // changed while the ladder is made
		if err := r.transcodeJob(ctx, Transcode{AssetID: assetID}); err != nil {
			t.Fatal(err)
		}
		a := r.asset(t, assetID)
		if a.Status != StatusReady || a.PreviewReadyMS != 1000 {
			t.Fatalf("%s with a preview of %d ms", a.Status, a.PreviewReadyMS)
		}
		list, err := r.seen(ctx, assetID, true)
		if err != nil || len(list) == 0 {
			t.Fatalf("%d preview renditions, %v", len(list), err)
		}
	})
}
