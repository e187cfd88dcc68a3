package media

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// plainSegments is an encoded rendition before encryption, in a private folder.
type plainSegments struct {
	dir    string
	files  []string // in order
	ms     []int64
	width  int64
	height int64
	codecs string
}

func (s *Service) ffmpeg(dir string, onLine func(string)) tool {
	return tool{path: s.cfg.FFmpeg, dir: dir, memory: s.lim.ToolMemory, output: s.lim.OutputBytes, timeout: s.lim.ToolTime, onLine: onLine}
}

func (s *Service) input(path string) []string {
	args := []string{"-nostdin", "-hide_banner", "-v", "error", "-y"}
	if s.lim.Threads > 0 {
		args = append(args, "-threads", strconv.Itoa(s.lim.Threads))
	}
	return append(args, "-protocol_whitelist", inputProtocols, "-format_whitelist", inputFormats, "-i", "file:"+path)
}

// encode makes one rendition of path in dir. limitMS > 0 cuts it there exactly.
// done is told the milliseconds encoded so far.
func (s *Service) encode(ctx context.Context, path, dir string, src Source, r Rung, limitMS int64, done func(ms int64)) (plainSegments, error) {
	args := s.input(path)
	args = append(args, "-progress", "pipe:1", "-stats_period", "0.5", "-map_metadata", "-1", "-map_chapters", "-1", "-sn", "-dn")
	if r.Width > 0 {
		args = append(args, "-map", "0:V:0")
	}
	if r.AudioKbs > 0 {
		args = append(args, "-map", "0:a:0")
	}
	if limitMS > 0 {
		args = append(args, "-t", seconds(limitMS))
	} else {
		// A header may lie about the length; nobody waits for an endless file.
		args = append(args, "-t", seconds(s.lim.VideoDurationMS))
	}
	args = append(args, s.videoArgs(src, r)...)
	if r.AudioKbs > 0 {
		args = append(args, "-c:a", "aac", "-b:a", strconv.FormatInt(r.AudioKbs, 10)+"k", "-ac", "2", "-ar", "48000", "-af", "aresample=async=1000:first_pts=0")
	}
	args = append(args, "-max_muxing_queue_size", "4096", "-f", "hls", "-hls_time", seconds(s.lim.SegmentMS), "-hls_list_size", "0", "-hls_playlist_type", "vod",
		"-hls_flags", "independent_segments", "-hls_segment_filename", "%05d.ts", "list.m3u8")
	t := s.ffmpeg(dir, func(line string) {
		if us, ok := strings.CutPrefix(line, "out_time_us="); ok && done != nil {
			if n, err := strconv.ParseInt(us, 10, 64); err == nil && n > 0 {
				done(n / 1000)
			}
		}
	})
	if _, err := t.run(ctx, args...); err != nil {
		return plainSegments{}, toolTrouble(err)
	}
	return s.collect(ctx, dir, r)
}

func (s *Service) videoArgs(src Source, r Rung) []string {
	if r.Width == 0 {
		return nil
	}
	fps := fmt.Sprintf("%d/%d", src.FPSNum, src.FPSDen)
	gop := s.lim.SegmentMS * src.FPSNum / src.FPSDen / 1000
	args := []string{
		"-vf", fmt.Sprintf("fps=%s,scale=%d:%d,setsar=1,format=yuv420p", fps, r.Width, r.Height),
		"-c:v", "libx264", "-preset", "veryfast", "-profile:v", "high", "-crf", "23",
		"-maxrate", strconv.FormatInt(r.VideoKbs, 10) + "k", "-bufsize", strconv.FormatInt(2*r.VideoKbs, 10) + "k",
		// Cuts at the same moments in every rendition, so that players can switch.
		"-g", strconv.FormatInt(max(gop, 1), 10), "-sc_threshold", "0",
		"-force_key_frames", "expr:gte(t,n_forced*" + seconds(s.lim.SegmentMS) + ")",
	}
	if s.lim.Threads > 0 {
		args = append(args, "-threads", strconv.Itoa(s.lim.Threads))
	}
	return args
}

// collect reads what ffmpeg wrote and asks ffprobe for the codecs.
func (s *Service) collect(ctx context.Context, dir string, r Rung) (plainSegments, error) {
	list, err := os.ReadFile(filepath.Join(dir, "list.m3u8"))
	if err != nil {
		return plainSegments{}, ErrBroken.With(err)
	}
	files, ms, err := parsePlaylist(string(list))
	if err != nil {
		return plainSegments{}, fmt.Errorf("media: %w", err)
	}
	out := plainSegments{dir: dir, files: files, ms: ms, width: r.Width, height: r.Height}
	raw, err := s.ffprobe(ctx, filepath.Join(dir, files[0]))
	if err != nil {
		return plainSegments{}, err
	}
	out.codecs, err = codecsOf(raw)
	return out, err
}

// poster stores a still of about a tenth into the video as dir/poster.jpg.
func (s *Service) poster(ctx context.Context, path, dir string, src Source) (string, error) {
	at := min(src.DurationMS/10, 20_000)
	w, h := fit(src.Width, src.Height, 1280)
	args := []string{"-nostdin", "-hide_banner", "-v", "error", "-y", "-protocol_whitelist", inputProtocols, "-format_whitelist", inputFormats, "-ss", seconds(at), "-i", "file:" + path}
	args = append(args, "-map", "0:V:0", "-frames:v", "1", "-vf", fmt.Sprintf("scale=%d:%d,setsar=1", w, h), "-q:v", "4", "poster.jpg")
	if _, err := s.ffmpeg(dir, nil).run(ctx, args...); err != nil {
		return "", toolTrouble(err)
	}
	return filepath.Join(dir, "poster.jpg"), nil
}

// Sprite is one picture with small frames of the whole video, in rows of Columns,
// one each IntervalMS.
type Sprite struct {
	Key           string
	Columns, Rows int64
	IntervalMS    int64
	Width, Height int64 // of one small frame, pixels
	path          string
}

func planSprite(src Source) Sprite {
	sp := Sprite{Columns: 10, IntervalMS: max(5000, (src.DurationMS+99)/100)}
	frames := (src.DurationMS + sp.IntervalMS - 1) / sp.IntervalMS
	sp.Rows = (frames + sp.Columns - 1) / sp.Columns
	sp.Width, sp.Height = fit(src.Width, src.Height, 160)
	return sp
}

func (s *Service) sprite(ctx context.Context, path, dir string, src Source) (Sprite, error) {
	sp := planSprite(src)
	args := []string{"-nostdin", "-hide_banner", "-v", "error", "-y", "-skip_frame", "nokey"} // key frames only: a tenth of the time
	args = append(args, "-protocol_whitelist", inputProtocols, "-format_whitelist", inputFormats, "-i", "file:"+path, "-map", "0:V:0",
		"-vf", fmt.Sprintf("fps=1000/%d:round=up,scale=%d:%d,setsar=1,tile=%dx%d", sp.IntervalMS, sp.Width, sp.Height, sp.Columns, sp.Rows),
		"-frames:v", "1", "-q:v", "6", "sprite.jpg")
	if _, err := s.ffmpeg(dir, nil).run(ctx, args...); err != nil {
		return Sprite{}, toolTrouble(err)
	}
	sp.path = filepath.Join(dir, "sprite.jpg")
	return sp, nil
}

// fit scales w×h so that the long side is at most side, both even.
func fit(w, h, side int64) (int64, int64) {
	long := max(w, h)
	if long > side {
		w, h = w*side/long, h*side/long
	}
	return max(2, w&^1), max(2, h&^1)
}

func seconds(ms int64) string { return strconv.FormatFloat(float64(ms)/1000, 'f', 3, 64) }

// toolTrouble tells a bad file (final) from bad luck (worth a retry).
func toolTrouble(err error) error {
	var te *toolError
	switch {
	case errors.Is(err, errToolOutput):
		return ErrTooBig.Say("转码结果太大，请降低分辨率或时长后重新上传").With(err)
	case errors.As(err, &te) && !te.killed():
		return ErrBroken.With(err)
	case errors.As(err, &te), errors.Is(err, errToolTime):
		return ErrToolBusy.With(err)
	}
	return err
}

// probeTimeout bounds the work inside the request that ends an upload.
const probeTimeout = 90 * time.Second
