package media

import (
	"fmt"
	"strings"
	"testing"
)

func TestLadder(t *testing.T) {
	for _, c := range []struct {
		w, h    int64
		audio   bool
		want    string
		preview string
	}{
		{1920, 1080, true, "360p 640x360, 720p 1280x720, 1080p 1920x1080, audio 0x0", "360p 640x360, 720p 1280x720"},
		{3840, 2160, false, "360p 640x360, 720p 1280x720, 1080p 1920x1080", "360p 640x360, 720p 1280x720"},
		{1280, 720, true, "360p 640x360, 720p 1280x720, audio 0x0", "360p 640x360, 720p 1280x720"},
		{960, 540, false, "360p 640x360, 540p 960x540", "360p 640x360, 540p 960x540"},
		{720, 400, false, "360p 648x360", "360p 648x360"},
		{1080, 1920, false, "360p 360x640, 720p 720x1280, 1080p 1080x1920", "360p 360x640, 720p 720x1280"},
		{320, 180, true, "180p 320x180, audio 0x0", "180p 320x180"},
		{321, 181, false, "180p 320x180", "180p 320x180"},
		{1998, 1080, false, "360p 666x360, 720p 1332x720, 1080p 1998x1080", "360p 666x360, 720p 1332x720"},
		{0, 0, true, "audio 0x0", "audio 0x0"},
	} {
		src := Source{Video: c.w > 0, Audio: c.audio, Width: c.w, Height: c.h}
		if got := show(ladder(src)); got != c.want {
			t.Errorf("%dx%d: %s, want %s", c.w, c.h, got, c.want)
		}
		if got := show(previewLadder(src)); got != c.preview {
			t.Errorf("preview of %dx%d: %s, want %s", c.w, c.h, got, c.preview)
		}
		for _, r := range ladder(src) {
			if r.Width%2 != 0 || r.Height%2 != 0 || r.Width > c.w+1 || r.Height > c.h {
				t.Errorf("%dx%d: rung %+v is odd or enlarged", c.w, c.h, r)
			}
			if (r.AudioKbs > 0) != c.audio {
				t.Errorf("%dx%d: sound of %+v", c.w, c.h, r)
			}
		}
	}
}

func show(list []Rung) string {
	var out []string
	for _, r := range list {
		out = append(out, fmt.Sprintf("%s %dx%d", r.Name, r.Width, r.Height))
	}
	return strings.Join(out, ", ")
}

func TestReadProbe(t *testing.T) {
	video := func(more string) string {
		return `{"streams":[{"codec_type":"video","codec_name":"h264","width":1920,"height":1080,"avg_frame_rate":"30000/1001"` + more + `}],"format":{"format_name":"mov","duration":"8.5"}}`
	}
	for name, c := range map[string]struct {
		in   string
		want Source
		code string
	}{
		"plain":        {in: video(""), want: Source{DurationMS: 8500, Width: 1920, Height: 1080, FPSNum: 30000, FPSDen: 1001, Video: true, Format: "mov"}},
		"side data":    {in: video(`,"side_data_list":[{"rotation":-90}]`), want: Source{DurationMS: 8500, Width: 1080, Height: 1920, FPSNum: 30000, FPSDen: 1001, Video: true, Format: "mov"}},
		"rotate tag":   {in: video(`,"tags":{"rotate":"270"}`), want: Source{DurationMS: 8500, Width: 1080, Height: 1920, FPSNum: 30000, FPSDen: 1001, Video: true, Format: "mov"}},
		"upside down":  {in: video(`,"tags":{"rotate":"180"}`), want: Source{DurationMS: 8500, Width: 1920, Height: 1080, FPSNum: 30000, FPSDen: 1001, Video: true, Format: "mov"}},
		"wide pixels":  {in: video(`,"sample_aspect_ratio":"4:3"`), want: Source{DurationMS: 8500, Width: 2560, Height: 1080, FPSNum: 30000, FPSDen: 1001, Video: true, Format: "mov"}},
		"240 fps":      {in: strings.Replace(video(""), "30000/1001", "240/1", 1), want: Source{DurationMS: 8500, Width: 1920, Height: 1080, FPSNum: 60, FPSDen: 1, Video: true, Format: "mov"}},
		"no rate":      {in: strings.Replace(video(""), "30000/1001", "0/0", 1), want: Source{DurationMS: 8500, Width: 1920, Height: 1080, FPSNum: 25, FPSDen: 1, Video: true, Format: "mov"}},
		"cover art":    {in: `{"streams":[{"codec_type":"audio","codec_name":"mp3"},{"codec_type":"video","codec_name":"mjpeg","width":500,"height":500,"disposition":{"attached_pic":1}}],"format":{"format_name":"mp3","duration":"3"}}`, want: Source{DurationMS: 3000, Audio: true, Format: "mp3"}},
		"codec":        {in: strings.Replace(video(""), "h264", "cdgraphics", 1), code: "media_codec"},
		"no length":    {in: strings.Replace(video(""), `"8.5"`, `"N/A"`, 1), code: "media_broken"},
		"endless":      {in: strings.Replace(video(""), `"8.5"`, `"1e300"`, 1), code: "media_broken"},
		"not a number": {in: strings.Replace(video(""), `"8.5"`, `"NaN"`, 1), code: "media_broken"},
		"tiny":         {in: strings.Replace(video(""), "1080", "2", 1), code: "media_broken"},
		"no streams":   {in: `{"format":{"duration":"3"}}`, code: "media_broken"},
		"no json":      {in: "", code: "media_broken"},
	} {
		got, err := readProbe([]byte(c.in))
		if code := codeOf(err); code != c.code || (err == nil && got != c.want) {
			t.Errorf("%s: %+v %v", name, got, err)
		}
	}
}
