package media

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// parsePlaylist reads the media playlist that ffmpeg wrote: names and durations
// (ms) of its segments. Names with a path in them are refused.
func parsePlaylist(text string) (files []string, ms []int64, err error) {
	if !strings.HasPrefix(text, "#EXTM3U") {
		return nil, nil, errors.New("not a playlist")
	}
	length := int64(-1)
	for line := range strings.SplitSeq(text, "\n") {
		line = strings.TrimSpace(line)
		if rest, ok := strings.CutPrefix(line, "#EXTINF:"); ok {
			num, _, _ := strings.Cut(rest, ",")
			v, err := strconv.ParseFloat(num, 64)
			if err != nil || math.IsNaN(v) || v < 0 || v > 3600 {
				return nil, nil, fmt.Errorf("bad duration %.20q", num)
			}
			length = int64(math.Round(v * 1000))
			continue
		}
		if line == "" || line[0] == '#' {
			continue
		}
		if length < 0 || strings.ContainsAny(line, "/\\:?%") || strings.HasPrefix(line, ".") {
			return nil, nil, fmt.Errorf("bad segment %.40q", line)
		}
		files, ms, length = append(files, line), append(ms, length), -1
	}
	if len(files) == 0 {
		return nil, nil, errors.New("no segments")
	}
	return files, ms, nil
}

// masterPlaylist writes the multivariant playlist (RFC 8216 §4.3.4), smallest
// picture first so that playing begins at once, sound alone last.
func masterPlaylist(list []Rendition) string {
	var b strings.Builder
	b.WriteString("#EXTM3U\n#EXT-X-VERSION:6\n#EXT-X-INDEPENDENT-SEGMENTS\n")
	write := func(r Rendition) {
		fmt.Fprintf(&b, "#EXT-X-STREAM-INF:BANDWIDTH=%d,AVERAGE-BANDWIDTH=%d,CODECS=\"%s\"", r.Bandwidth, r.Average, r.Codecs)
		if r.Width > 0 {
			fmt.Fprintf(&b, ",RESOLUTION=%dx%d", r.Width, r.Height)
		}
		fmt.Fprintf(&b, "\n%d.m3u8\n", r.ID)
	}
	for _, r := range list {
		if r.Width > 0 {
			write(r)
		}
	}
	for _, r := range list {
		if r.Width == 0 {
			write(r)
		}
	}
	return b.String()
}

// mediaPlaylist writes a rendition's playlist (RFC 8216 §4.3.3). keyURI and
// segmentURI give the addresses.
func mediaPlaylist(seg Segments, keyURI func(keyID int64) string, segmentURI func(n int) string) string {
	var b strings.Builder
	b.Grow(256 * len(seg.MS))
	longest := int64(0)
	for _, ms := range seg.MS {
		longest = max(longest, ms)
	}
	fmt.Fprintf(&b, "#EXTM3U\n#EXT-X-VERSION:6\n#EXT-X-TARGETDURATION:%d\n#EXT-X-MEDIA-SEQUENCE:0\n#EXT-X-PLAYLIST-TYPE:VOD\n#EXT-X-INDEPENDENT-SEGMENTS\n", max(1, (longest+999)/1000))
	uri, last := "", -1
	for n, ms := range seg.MS {
		if k := n / seg.Every; k != last {
			uri, last = keyURI(seg.Keys[k]), k
		}
		fmt.Fprintf(&b, "#EXT-X-KEY:METHOD=AES-128,URI=\"%s\",IV=0x%x\n#EXTINF:%d.%03d,\n%s\n", uri, seg.IV[16*n:16*n+16], ms/1000, ms%1000, segmentURI(n))
	}
	b.WriteString("#EXT-X-ENDLIST\n")
	return b.String()
}
