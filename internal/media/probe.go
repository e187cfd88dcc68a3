package media

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"strconv"
	"strings"
	"time"

	"zhizhou/internal/errs"
)

// Source is what ffprobe says of an input.
type Source struct {
	DurationMS int64
	Width      int64 // as shown: rotated and with square pixels; 0 without video
	Height     int64
	FPSNum     int64 // frames a second as a fraction, at most 60
	FPSDen     int64
	Video      bool
	Audio      bool
	Format     string
}

// Codecs that are decoded. Exotic decoders are where the memory bugs live.
var (
	videoCodecs = words("h264 hevc vp8 vp9 av1 mpeg4 mpeg2video mpeg1video prores dnxhd mjpeg h263 theora")
	audioCodecs = words("aac mp3 mp2 opus vorbis flac ac3 eac3 alac amrnb amrwb amr_nb amr_wb pcm_s16le pcm_s16be pcm_s24le pcm_s24be pcm_s32le pcm_f32le pcm_u8 pcm_mulaw pcm_alaw adpcm_ms adpcm_ima_wav")
)

func words(text string) map[string]bool {
	set := map[string]bool{}
	for _, w := range strings.Fields(text) {
		set[w] = true
	}
	return set
}

type probeStream struct {
	Type     string `json:"codec_type"`
	Codec    string `json:"codec_name"`
	Profile  string `json:"profile"`
	Level    int64  `json:"level"`
	Width    int64  `json:"width"`
	Height   int64  `json:"height"`
	SAR      string `json:"sample_aspect_ratio"`
	RFrame   string `json:"r_frame_rate"`
	AvgFrame string `json:"avg_frame_rate"`
	Duration string `json:"duration"`
	Disp     struct {
		Picture int `json:"attached_pic"`
	} `json:"disposition"`
	Tags struct {
		Rotate string `json:"rotate"`
	} `json:"tags"`
	Side []struct {
		Rotation json.Number `json:"rotation"`
	} `json:"side_data_list"`
}

type probeOut struct {
	Streams []probeStream `json:"streams"`
	Format  struct {
		Name     string `json:"format_name"`
		Duration string `json:"duration"`
	} `json:"format"`
}

// Probe inspects the local file path. Returns ErrBroken, ErrCodec, ErrTooLong,
// ErrTooLarge, ErrToolBusy.
func (s *Service) Probe(ctx context.Context, path string) (Source, error) {
	out, err := s.ffprobe(ctx, path)
	if err != nil {
		return Source{}, err
	}
	src, err := readProbe(out)
	if err != nil {
		return Source{}, err
	}
	if src.DurationMS > s.lim.VideoDurationMS {
		return Source{}, ErrTooLong.Say(fmt.Sprintf("音视频最长 %d 分钟，这个有 %d 分钟", s.lim.VideoDurationMS/60000, src.DurationMS/60000))
	}
	if max(src.Width, src.Height) > s.lim.MaxSide {
		return Source{}, ErrTooLarge.Say(fmt.Sprintf("画面最长边不能超过 %d 像素", s.lim.MaxSide))
	}
	return src, nil
}

func (s *Service) ffprobe(ctx context.Context, path string) ([]byte, error) {
	dir, err := os.MkdirTemp(s.workDir(), "probe-")
	if err != nil {
		return nil, fmt.Errorf("media: %w", err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	t := tool{path: s.cfg.FFprobe, dir: dir, memory: min(s.lim.ToolMemory, 2<<30), output: 1 << 20, timeout: time.Minute}
	out, err := t.run(ctx, "-v", "error", "-protocol_whitelist", inputProtocols, "-format_whitelist", inputFormats,
		"-print_format", "json", "-show_format", "-show_streams", "file:"+path)
	var te *toolError
	if errors.As(err, &te) && !te.killed() {
		return nil, ErrBroken.With(err)
	}
	if errors.As(err, &te) || errors.Is(err, errToolTime) || errors.Is(err, errToolOutput) {
		return nil, ErrBroken.With(err) // what eats the limits while probing is not a lesson
	}
	return out, err
}

func readProbe(raw []byte) (Source, error) {
	var p probeOut
	if err := json.Unmarshal(raw, &p); err != nil {
		return Source{}, ErrBroken.With(err)
	}
	src := Source{Format: p.Format.Name}
	seconds := parseSeconds(p.Format.Duration)
	for _, st := range p.Streams {
		switch {
		case st.Type == "video" && st.Disp.Picture == 0 && !src.Video:
			if !videoCodecs[st.Codec] {
				return Source{}, ErrCodec.With(errors.New("video " + st.Codec))
			}
			if st.Width < 16 || st.Height < 16 {
				return Source{}, ErrBroken.With(fmt.Errorf("frame %dx%d", st.Width, st.Height))
			}
			src.Video = true
			src.Width, src.Height = shown(st)
			src.FPSNum, src.FPSDen = frameRate(st)
		case st.Type == "audio" && !src.Audio:
			if !audioCodecs[st.Codec] {
				return Source{}, ErrCodec.With(errors.New("audio " + st.Codec))
			}
			src.Audio = true
		default:
			continue
		}
		if seconds <= 0 {
			seconds = parseSeconds(st.Duration)
		}
	}
	if !src.Video && !src.Audio {
		return Source{}, ErrBroken.With(errors.New("no audio or video stream"))
	}
	// A file without a length (cut off while recording) cannot be cut or shown.
	if seconds < 0.1 || seconds > 1e8 {
		return Source{}, ErrBroken.With(fmt.Errorf("duration %g s", seconds))
	}
	src.DurationMS = int64(math.Round(seconds * 1000))
	return src, nil
}

func parseSeconds(text string) float64 {
	v, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
		return 0
	}
	return v
}

// shown returns the size a viewer sees: square pixels, after rotation.
func shown(st probeStream) (w, h int64) {
	w, h = st.Width, st.Height
	if num, den := fraction(st.SAR, ":"); num > 0 && den > 0 && num != den && num < 16*den && den < 16*num {
		w = w * num / den
	}
	turn, _ := strconv.ParseFloat(st.Tags.Rotate, 64)
	for _, side := range st.Side {
		if r, err := side.Rotation.Float64(); err == nil {
			turn = r
		}
	}
	if quarter := int64(math.Round(turn/90)) % 2; quarter != 0 {
		w, h = h, w
	}
	return w, h
}

// frameRate smooths a variable rate to its average; above 60 is of no use to a lesson.
func frameRate(st probeStream) (num, den int64) {
	num, den = fraction(st.AvgFrame, "/")
	if num <= 0 || den <= 0 {
		num, den = fraction(st.RFrame, "/")
	}
	switch {
	case num <= 0 || den <= 0 || num > 1e6 || den > 1e6:
		return 25, 1
	case num > 60*den:
		return 60, 1
	case num < den:
		return 1, 1
	}
	return num, den
}

func fraction(text, sep string) (num, den int64) {
	a, b, _ := strings.Cut(text, sep)
	num, err1 := strconv.ParseInt(a, 10, 64)
	den, err2 := strconv.ParseInt(b, 10, 64)
	if err1 != nil || err2 != nil || num > 1<<31 || den > 1<<31 {
		return 0, 0
	}
	return num, den
}

// permanent reports whether repeating cannot help.
func permanent(err error) bool { return errs.KindOf(err) == errs.Invalid }
