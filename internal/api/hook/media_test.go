package hook

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"zhizhou/internal/db"
	"zhizhou/internal/media"
	"zhizhou/internal/testkit"
)

// playedSeconds plays a URL with ffmpeg, which decrypts, and returns how long
// its picture or sound is.
func playedSeconds(t *testing.T, url string) float64 {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	out, err := exec.CommandContext(ctx, "ffmpeg", "-nostdin", "-v", "error", "-progress", "pipe:1", "-i", url, "-f", "null", "-").CombinedOutput()
	if err != nil {
		t.Fatalf("player: %v %s", err, out)
	}
	last := 0.0
	for line := range strings.SplitSeq(string(out), "\n") {
		if us, ok := strings.CutPrefix(line, "out_time_us="); ok {
			n, _ := strconv.ParseFloat(strings.TrimSpace(us), 64)
			last = max(last, n/1e6)
		}
	}
	return last
}

func TestUploadTranscodePlay(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		r := newRig(t, d, t.TempDir())
		r.work()
		asset := r.uploadVideo("第一课.mp4", film(t, 8))
		a := r.wait(asset, func(a media.Asset) bool { return a.Status == media.StatusReady })
		if a.DurationMS < 7900 || a.DurationMS > 8200 || a.Width != 640 || a.Percent != 100 || a.PosterKey == "" || a.SpriteKey == "" || r.ready.Load() != a.DurationMS {
			t.Fatalf("asset: %+v, hook told %d", a, r.ready.Load())
		}
		if img := r.get(a.PosterURL()); img.status != 200 || img.head.Get("Content-Type") != "image/jpeg" || !strings.Contains(img.head.Get("Cache-Control"), "immutable") {
			t.Fatalf("poster: %d %v", img.status, img.head)
		}
		p := r.start(media.Start{UserID: 1, SessionID: 11, LessonID: 5, AssetID: asset})
		master := r.get(p.PlaylistURL)
		if master.status != 200 || master.head.Get("Cache-Control") != "no-store" || !strings.Contains(master.body, `RESOLUTION=640x360`) || !strings.Contains(master.body, `CODECS="avc1.64`) || !strings.Contains(master.body, `CODECS="mp4a.40.2"`) {
			t.Fatalf("master: %d %v\n%s", master.status, master.head, master.body)
		}
		_, list := r.rendition(p, 0)
		if n := len(addresses(list)); n != 4 || len(keys(list)) != 2 || strings.Count(list, "IV=0x") != 4 || !strings.HasSuffix(list, "#EXT-X-ENDLIST\n") {
			t.Fatalf("playlist:\n%s", list)
		}
		// the same cuts in picture and sound, so that players can switch
		_, sound := r.rendition(p, 1)
		for i, want := range []string{"#EXTINF:2.0", "#EXTINF:2.0", "#EXTINF:2.0"} {
			if got := strings.Split(sound, "\n#EXT-X-KEY")[i+1]; !strings.Contains(got, want) {
				t.Fatalf("sound is cut differently:\n%s", sound)
			}
		}
		if got := playedSeconds(t, r.srv.URL+p.PlaylistURL); got < 7.8 || got > 8.3 {
			t.Fatalf("a player saw %.2f s of 8", got)
		}
		seg := addresses(list)[0]
		s := r.get(seg)
		if s.status != 200 || !strings.Contains(s.head.Get("Cache-Control"), "public") || len(s.body)%16 != 0 || s.body[0] == 'G' {
			t.Fatalf("segment: %d %v, %d bytes", s.status, s.head, len(s.body))
		}
		if part := r.get(seg, "Range: bytes=0-15"); part.status != 206 || part.body != s.body[:16] {
			t.Fatalf("range: %d", part.status)
		}
		other := r.start(media.Start{UserID: 2, SessionID: 22, LessonID: 5, AssetID: asset})
		if _, l2 := r.rendition(other, 0); addresses(l2)[0] != seg {
			t.Fatal("two users must share segment addresses")
		}
		list2, next, err := r.svc.Assets(context.Background(), media.AssetFilter{Query: "第一", Limit: 1})
		if err != nil || len(list2) != 1 || next != "" || list2[0].ID != asset {
			t.Fatalf("list: %v %q %v", list2, next, err)
		}
	})
}

// INV-19
func TestPreviewCannotYieldFull(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		r := newRig(t, d, t.TempDir())
		r.work()
		asset := r.uploadVideo("a.mp4", film(t, 8))
		ctx := context.Background()
		setPreview := func(ms int64) error {
			return d.Tx(ctx, func(ctx context.Context, tx *db.Tx) error { return r.svc.SetPreview(ctx, tx, asset, ms) })
		}
		if err := setPreview(3000); err != nil {
			t.Fatal(err)
		}
		r.wait(asset, func(a media.Asset) bool { return a.PreviewReadyMS == 3000 })
		full := r.start(media.Start{UserID: 1, SessionID: 11, LessonID: 5, AssetID: asset})
		p := r.start(media.Start{LessonID: 5, AssetID: asset, Preview: true})
		if p.PreviewMS != 3000 || p.Sprite != nil {
			t.Fatalf("preview: %+v", p)
		}
		if got := playedSeconds(t, r.srv.URL+p.PlaylistURL); got < 2.8 || got > 3.05 {
			t.Fatalf("the preview plays %.3f s of 3", got)
		}
		_, fullList := r.rendition(full, 0)
		previewPath, previewList := r.rendition(p, 0)
		// another rendition's id under the preview's token
		fullIDs := map[int64]bool{}
		for _, x := range full.Renditions {
			fullIDs[x.ID] = true
			path := previewPath[:strings.LastIndex(previewPath, "/")+1] + strconv.FormatInt(x.ID, 10) + ".m3u8"
			if a := r.get(path); a.status != 404 {
				t.Errorf("a full playlist under a preview token: %d", a.status)
			}
		}
		for _, x := range p.Renditions {
			if fullIDs[x.ID] || x.LimitMS != 3000 {
				t.Errorf("preview rendition %+v", x)
			}
		}
		// another key's id under the preview's key token, and a full key's token cut up
		tail := func(u string) string { return u[strings.LastIndex(u, "/"):] }
		head := func(u string) string { return u[:strings.LastIndex(u, "/")] }
		for _, k := range keys(fullList) {
			if a := r.get(head(keys(previewList)[0]) + tail(k)); a.status != 403 {
				t.Errorf("a full key under a preview token: %d", a.status)
			}
		}
		if a := r.get(strings.Replace(p.PlaylistURL, ".1.0.", ".0.0.", 1)); a.status != 403 {
			t.Errorf("the preview flag could be turned: %d", a.status)
		}
		// segment n+1 and the full rendition's segments under a preview's signature
		seg := addresses(previewList)[0]
		for _, to := range []string{head(seg) + "/9.ts", strings.Replace(seg, strconv.FormatInt(p.Renditions[0].ID, 10), strconv.FormatInt(full.Renditions[0].ID, 10), 1)} {
			if a := r.get(to); a.status != 403 {
				t.Errorf("%s: %d", to, a.status)
			}
		}
		if a := r.get(seg, "Range: bytes=0-100000000"); a.status != 206 || len(a.body) > 4<<20 {
			t.Errorf("range: %d %d bytes", a.status, len(a.body))
		}
		// shorter: the old one is withdrawn in the same transaction
		if err := setPreview(2000); err != nil {
			t.Fatal(err)
		}
		r.wait(asset, func(a media.Asset) bool { return a.PreviewReadyMS == 2000 })
		if a := r.get(keys(previewList)[0]); a.status != 403 {
			t.Errorf("a key of the withdrawn preview: %d", a.status)
		}
		short := r.start(media.Start{LessonID: 5, AssetID: asset, Preview: true})
		if got := playedSeconds(t, r.srv.URL+short.PlaylistURL); got > 2.05 {
			t.Errorf("the shorter preview plays %.3f s", got)
		}
		if err := setPreview(0); err != nil {
			t.Fatal(err)
		}
		if _, err := r.svc.StartPlay(ctx, media.Start{LessonID: 5, AssetID: asset, Preview: true}); err == nil {
			t.Error("a removed preview still starts")
		}
	})
}

// INV-17, INV-20
func TestKeyTokens(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		r := newRig(t, d, t.TempDir())
		r.work()
		asset := r.uploadVideo("a.mp4", film(t, 4))
		r.wait(asset, func(a media.Asset) bool { return a.Status == media.StatusReady })
		ctx := context.Background()
		in := media.Start{UserID: 1, SessionID: 11, LessonID: 5, AssetID: asset}
		const own, otherUser, otherDevice = "Cookie: zz_session=1.11", "Cookie: zz_session=2.22", "Cookie: zz_session=1.12"
		check := func(name, path string, want int, code string, head ...string) answer {
			t.Helper()
			a := r.get(path, head...)
			var p struct{ Code string }
			if want != 200 && want != 302 {
				if err := json.Unmarshal([]byte(a.body), &p); err != nil {
					t.Errorf("%s: %v in %q", name, err, a.body)
				}
			}
			if a.status != want || p.Code != code {
				t.Errorf("%s: %d %s, want %d %s", name, a.status, p.Code, want, code)
			}
			if a.head.Get("Cache-Control") != "no-store" {
				t.Errorf("%s may be cached: %q", name, a.head.Get("Cache-Control"))
			}
			return a
		}
		p := r.start(in)
		path, list := r.rendition(p, 0)
		key := keys(list)[0]
		if a := check("own", key, 200, "", own); len(a.body) != 16 {
			t.Errorf("key of %d bytes", len(a.body))
		}
		check("native player", key, 200, "")
		check("other user", key, 403, "media_wrong_user", otherUser)
		check("other device", key, 403, "media_wrong_user", otherDevice)
		check("other user's playlist", path, 403, "media_wrong_user", otherUser)
		check("changed", strings.Replace(key, "/media/k/k", "/media/k/p", 1), 403, "media_token")
		check("playlist token as key", strings.Replace(strings.Replace(p.PlaylistURL, "/p/", "/k/", 1), "/master.m3u8", "/0", 1), 403, "media_token")
		check("key token as playlist", strings.Replace(key[:strings.LastIndex(key, "/")], "/k/", "/p/", 1)+"/master.m3u8", 403, "media_token")
		check("foreign page", key, 403, "media_referer", own, "Referer: https://thief.example/")
		check("mini program page", key, 200, "", "Referer: https://servicewechat.com/wx1/1/page-frame.html")
		check("no session name trick", key, 403, "media_referer", "Referer: https://servicewechat.com.thief.example/")

		r.revoked.Store(true)
		check("revoked", key, 403, "lesson_locked", own)
		check("revoked playlist", path, 403, "lesson_locked", own)
		r.revoked.Store(false)

		// 121 s on, the play alive by its beats
		for range 4 {
			r.clock.Advance(30 * time.Second)
			if err := r.svc.Beat(ctx, p.ID, 1); err != nil {
				t.Fatal(err)
			}
		}
		r.clock.Advance(time.Second)
		player := r.get(path).head.Get("Set-Cookie")
		player, _, _ = strings.Cut(player, ";")
		check("leaked old address", key, 403, "media_token_expired")
		check("leaked to other user", key, 403, "media_token_expired", otherUser)
		check("leaked to other device", key, 403, "media_token_expired", otherDevice)
		check("forged player", key, 403, "media_token_expired", "Cookie: zz_player=AAAAAAAAAAAAAAAAAAAAAA")
		for _, proof := range []string{own, "Cookie: " + player} {
			a := check("renewal by "+proof, key, 302, "", proof)
			fresh := check("renewed", a.head.Get("Location"), 200, "", proof)
			if len(fresh.body) != 16 {
				t.Errorf("renewed key of %d bytes", len(fresh.body))
			}
		}
		r.revoked.Store(true)
		check("renewal after revocation", key, 403, "lesson_locked", own)
		r.revoked.Store(false)
		fresh := keys(r.get(path).body)[0]
		check("playlist asked again", fresh, 200, "")
		r.clock.Advance(46 * time.Second)
		check("lease ran out", fresh, 403, "media_token_expired", own)
		if err := r.svc.Beat(ctx, p.ID, 1); err != nil {
			t.Fatalf("a paused play must come back: %v", err)
		}
		check("lease came back", fresh, 200, "", own)
		if err := r.svc.EndPlay(ctx, p.ID, 1); err != nil {
			t.Fatal(err)
		}
		check("ended", fresh, 409, "play_ended", own)

		// rate: a play's keys are bounded however fresh the token
		p = r.start(in)
		_, list = r.rendition(p, 0)
		limited := 0
		for range 40 {
			if a := r.get(keys(list)[0]); a.status == 429 && a.head.Get("Retry-After") != "" {
				limited++
			}
		}
		if limited < 9 || limited > 11 {
			t.Errorf("%d of 40 were limited, want 10", limited)
		}
	})
}

// A native player that comes to a key late renews it by itself: it keeps the
// player cookie and follows the redirect.
func TestNativePlayerRenewsKeys(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		r := newRig(t, d, t.TempDir())
		r.work()
		asset := r.uploadVideo("a.mp4", film(t, 6))
		r.wait(asset, func(a media.Asset) bool { return a.Status == media.StatusReady })
		p := r.start(media.Start{UserID: 1, SessionID: 11, LessonID: 5, AssetID: asset})
		var renewed atomic.Int64
		house := r.srv.Config.Handler
		slow := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
			if strings.HasPrefix(req.URL.Path, "/media/k/") && req.Header.Get("Cookie") != "" {
				renewed.Add(1)
			}
			house.ServeHTTP(w, req)
			if strings.HasSuffix(req.URL.Path, ".m3u8") && !strings.HasSuffix(req.URL.Path, "master.m3u8") {
				for range 4 { // two minutes pass before the first key is asked for
					r.clock.Advance(31 * time.Second)
					if err := r.svc.Beat(context.Background(), p.ID, 1); err != nil {
						t.Error(err)
					}
				}
			}
		}))
		defer slow.Close()
		if got := playedSeconds(t, slow.URL+p.PlaylistURL); got < 5.8 || renewed.Load() == 0 {
			t.Fatalf("a late player saw %.2f s of 6, %d keys asked with the cookie", got, renewed.Load())
		}
	})
}
