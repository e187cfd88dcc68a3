package learner

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"zhizhou/internal/access"
	"zhizhou/internal/caption"
	"zhizhou/internal/web"
)

// TextsView is what is said in a lesson, as far as the caller may hear it.
type TextsView struct {
	Marks      []MarkView      `json:"marks" nullable:"false"`
	Tracks     []TrackView     `json:"tracks" nullable:"false" doc:"Subtitles of a video, by language"`
	Transcript *TranscriptView `json:"transcript" doc:"null: there is none"`
}

// MarkView is where a part begins, and what is to be kept of it.
type MarkView struct {
	AtMS   int64  `json:"at_ms"`
	Title  string `json:"title"`
	Points string `json:"points"`
}

// TrackView is a subtitle.
type TrackView struct {
	ID       int64  `json:"id"`
	Language string `json:"language"`
	Label    string `json:"label"`
	URL      string `json:"url" doc:"WebVTT"`
}

// TranscriptView is a transcript: lines with times, or one text.
type TranscriptView struct {
	Cues    []CueView `json:"cues" nullable:"false" doc:"Empty: a text without times"`
	Text    string    `json:"text" doc:"Of a text without times"`
	Partial bool      `json:"partial" doc:"A preview: the rest is for those who have the lesson"`
}

// CueView is a line.
type CueView struct {
	FromMS int64  `json:"from_ms"`
	ToMS   int64  `json:"to_ms"`
	Text   string `json:"text"`
}

// CuesView is a subtitle as data, for players that cannot read WebVTT.
type CuesView struct {
	Cues []CueView `json:"cues" nullable:"false"`
}

type vtt struct {
	ContentType  string `header:"Content-Type"`
	CacheControl string `header:"Cache-Control"`
	Sniff        string `header:"X-Content-Type-Options"`
	Body         []byte
}

type trackPath struct {
	ID      int64 `path:"id"`
	TrackID int64 `path:"track_id"`
}

func (r *routes) captions() {
	const tag = "study"
	web.Handle(r.web, web.Route{ID: "lesson_texts", Method: http.MethodGet, Path: "/api/lessons/{id}/texts", Summary: "Parts, subtitles and transcript of a lesson", Tag: tag, Need: web.Anyone}, r.texts)
	web.Handle(r.web, web.Route{ID: "subtitle", Method: http.MethodGet, Path: "/api/lessons/{id}/tracks/{track_id}", Summary: "A subtitle as data", Tag: tag, Need: web.Anyone},
		func(ctx context.Context, in *trackPath) (*web.Body[CuesView], error) {
			cues, err := r.track(ctx, in)
			return web.Answer(CuesView{cueViews(cues)}), err
		})
	web.Handle(r.web, web.Route{ID: "subtitle_vtt", Method: http.MethodGet, Path: "/api/lessons/{id}/tracks/{track_id}/vtt", Summary: "A subtitle as WebVTT", Tag: tag, Need: web.Anyone},
		func(ctx context.Context, in *trackPath) (*vtt, error) {
			cues, err := r.track(ctx, in)
			if err != nil {
				return nil, err
			}
			return &vtt{"text/vtt; charset=utf-8", "private, no-store", "nosniff", []byte(caption.VTT(cues))}, nil
		})
}

// heard tells until when the caller may hear a lesson, ms; 0: to its end. Returns
// access.ErrLocked.
func (r *routes) heard(ctx context.Context, lessonID int64) (untilMS int64, err error) {
	_, d, err := r.open(ctx, lessonID)
	switch {
	case err != nil:
		return 0, err
	case d.Allowed:
		return 0, nil
	case d.Reason == "preview" && d.PreviewMS > 0:
		return d.PreviewMS, nil
	}
	return 0, access.ErrLocked
}

func (r *routes) track(ctx context.Context, in *trackPath) ([]caption.Cue, error) {
	until, err := r.heard(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	t, err := r.Caption.Track(ctx, in.ID, in.TrackID)
	if err != nil {
		return nil, err
	}
	if t.Kind != caption.Subtitle {
		return nil, caption.ErrGone
	}
	return within(t.Cues, until), nil
}

func within(cues []caption.Cue, untilMS int64) []caption.Cue {
	if untilMS == 0 {
		return cues
	}
	return caption.Until(cues, untilMS)
}

func cueViews(cues []caption.Cue) []CueView {
	out := make([]CueView, len(cues))
	for i, c := range cues {
		out[i] = CueView{c.From, c.To, c.Plain()}
	}
	return out
}

func (r *routes) texts(ctx context.Context, in *lessonPath) (*web.Body[TextsView], error) {
	until, err := r.heard(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	v := TextsView{Marks: []MarkView{}, Tracks: []TrackView{}}
	marks, err := r.Caption.Marks(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	for _, m := range marks {
		if until == 0 || m.AtMS < until {
			v.Marks = append(v.Marks, MarkView(m))
		}
	}
	tracks, err := r.Caption.Tracks(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	for _, t := range tracks {
		if t.Kind == caption.Subtitle {
			v.Tracks = append(v.Tracks, TrackView{t.ID, t.Language, t.Label, vttPath(in.ID, t.ID)})
		}
	}
	t, err := r.Caption.Transcript(ctx, in.ID)
	switch {
	case errors.Is(err, caption.ErrGone):
		return web.Answer(v), nil
	case err != nil:
		return nil, err
	}
	v.Transcript = &TranscriptView{Cues: cueViews(within(t.Cues, until)), Partial: until > 0}
	if len(t.Cues) == 0 && until == 0 {
		v.Transcript.Text = t.Words
	}
	return web.Answer(v), nil
}

func vttPath(lessonID, trackID int64) string {
	return fmt.Sprintf("/api/lessons/%d/tracks/%d/vtt", lessonID, trackID)
}
