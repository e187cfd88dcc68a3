package media

import "strconv"

// Rung is one planned rendition.
type Rung struct {
	Name     string // "720p", "audio"
	Width    int64  // 0 for audio
	Height   int64
	VideoKbs int64 // ceiling, kbit/s
	AudioKbs int64 // 0: no sound
}

// steps name the short side, so that a portrait "720p" is 720 wide.
var steps = []struct{ side, videoKbs, audioKbs int64 }{
	{360, 800, 96},
	{720, 2500, 128},
	{1080, 4500, 128},
}

// ladder plans the renditions of src, smallest first: 360p, 720p and 1080p as far
// as the source reaches, the source's own size when it falls far between two
// steps or below the first, and sound alone. Nothing is ever enlarged.
func ladder(src Source) []Rung {
	var out []Rung
	if src.Video {
		short := min(src.Width, src.Height)
		top := int64(0)
		for _, st := range steps {
			if st.side <= short {
				out = append(out, rung(src, st.side, st.videoKbs, st.audioKbs))
				top = st.side
			}
		}
		if own := short &^ 1; top < 1080 && 4*own > 5*top { // more than a quarter above
			kbs := max(200, 2500*own*own/(720*720))
			out = append(out, rung(src, own, kbs, 96))
		}
	}
	if src.Audio {
		kbs := int64(64) // for those who only listen to a video
		if !src.Video {
			kbs = 96
		}
		out = append(out, Rung{Name: "audio", AudioKbs: kbs})
	}
	return out
}

func rung(src Source, side, videoKbs, audioKbs int64) Rung {
	r := Rung{Name: strconv.FormatInt(side, 10) + "p", VideoKbs: videoKbs}
	if src.Width >= src.Height {
		r.Height = side
		r.Width = even(src.Width, side, src.Height)
	} else {
		r.Width = side
		r.Height = even(src.Height, side, src.Width)
	}
	if src.Audio {
		r.AudioKbs = audioKbs
	}
	return r
}

// even returns long × side ÷ short rounded to an even number, as 4:2:0 demands.
func even(long, side, short int64) int64 { return max(2, (long*side+short)/(2*short)*2) }

// previewLadder keeps a preview cheap: the smallest picture and at most 720p, or
// sound alone.
func previewLadder(src Source) []Rung {
	all := ladder(src)
	var out []Rung
	for i, r := range all {
		if r.Width > 0 && (i == 0 || min(r.Width, r.Height) <= 720) {
			out = append(out, r)
		}
	}
	if len(out) == 0 {
		return all
	}
	return out
}
