package console

import (
	"context"
	"net/http"

	"zhizhou/internal/account"
	"zhizhou/internal/caption"
	"zhizhou/internal/catalog"
	"zhizhou/internal/media"
	"zhizhou/internal/web"
)

// CaptionView is a subtitle or the transcript of a lesson.
type CaptionView struct {
	ID        int64  `json:"id"`
	Kind      string `json:"kind" enum:"subtitle,transcript"`
	Language  string `json:"language"`
	Label     string `json:"label"`
	CueCount  int64  `json:"cue_count" doc:"0: a text without times"`
	UpdatedAt int64  `json:"updated_at"`
}

// CaptionText is one as it can be edited: WebVTT, or a text without times.
type CaptionText struct {
	Text string `json:"text"`
}

// ChapterMark is where a part of a lesson begins.
type ChapterMark struct {
	AtMS   int64  `json:"at_ms" minimum:"0"`
	Title  string `json:"title" maxLength:"240"`
	Points string `json:"points,omitempty" maxLength:"4000" doc:"What is to be kept of it, in lines"`
}

type captionPath struct {
	ID        int64 `path:"id"`
	CaptionID int64 `path:"caption_id"`
}

// fitAudio refuses a picture in a lesson that is heard. Returns catalog.ErrLesson.
func (r *routes) fitAudio(ctx context.Context, lessonID int64, a media.Asset) error {
	l, err := r.Catalog.Lesson(ctx, lessonID)
	if err == nil && l.Form == catalog.Audio && a.Kind != "audio" {
		err = catalog.ErrLesson.Say("这个文件里有画面，请上传音频文件，或改用视频课时").Field("asset_id", "请上传音频文件")
	}
	return err
}

func (r *routes) captions() {
	const tag = "console course"
	web.Handle(r.web, route("captions", http.MethodGet, "lessons/{id}/captions", "Subtitles and transcript of a lesson", tag, account.PermCourseRead),
		func(ctx context.Context, in *ByID) (*web.Body[web.List[CaptionView]], error) {
			if _, err := r.Caption.Mine(ctx, scope(ctx), in.ID); err != nil {
				return nil, err
			}
			rows, err := r.Caption.Tracks(ctx, in.ID)
			out := web.List[CaptionView]{Items: []CaptionView{}}
			for _, t := range rows {
				out.Items = append(out.Items, CaptionView{t.ID, t.Kind, t.Language, t.Label, t.CueCount, t.UpdatedAt})
			}
			return web.Answer(out), err
		})
	save := route("caption_save", http.MethodPost, "lessons/{id}/captions", "Put a file or typed text in the place of a lesson's subtitle or transcript; the body is the file", tag, account.PermCourseEdit)
	save.MaxBytes = 3 << 20
	web.Handle(r.web, save, func(ctx context.Context, in *struct {
		ByID
		Kind     string `query:"kind" required:"true" enum:"subtitle,transcript"`
		Language string `query:"language" required:"true" maxLength:"20"`
		RawBody  []byte `contentType:"application/octet-stream"`
	},
	) (*web.Body[Made], error) {
		n, err := r.Caption.Save(ctx, scope(ctx), in.ID, in.Kind, in.Language, in.RawBody)
		return web.Answer(Made{n}), err
	})
	web.Handle(r.web, route("caption", http.MethodGet, "lessons/{id}/captions/{caption_id}", "A subtitle or transcript to be edited", tag, account.PermCourseRead),
		func(ctx context.Context, in *captionPath) (*web.Body[CaptionText], error) {
			if _, err := r.Caption.Mine(ctx, scope(ctx), in.ID); err != nil {
				return nil, err
			}
			t, err := r.Caption.Track(ctx, in.ID, in.CaptionID)
			if len(t.Cues) > 0 {
				t.Words = caption.VTT(t.Cues)
			}
			return web.Answer(CaptionText{t.Words}), err
		})
	web.Handle(r.web, route("caption_delete", http.MethodDelete, "lessons/{id}/captions/{caption_id}", "Delete a subtitle or transcript", tag, account.PermCourseEdit),
		func(ctx context.Context, in *captionPath) (*none, error) {
			return nil, r.Caption.Delete(ctx, scope(ctx), in.ID, in.CaptionID)
		})
	web.Handle(r.web, route("lesson_marks", http.MethodGet, "lessons/{id}/marks", "Parts of a video or audio", tag, account.PermCourseRead),
		func(ctx context.Context, in *ByID) (*web.Body[web.List[ChapterMark]], error) {
			if _, err := r.Caption.Mine(ctx, scope(ctx), in.ID); err != nil {
				return nil, err
			}
			rows, err := r.Caption.Marks(ctx, in.ID)
			out := web.List[ChapterMark]{Items: []ChapterMark{}}
			for _, m := range rows {
				out.Items = append(out.Items, ChapterMark(m))
			}
			return web.Answer(out), err
		})
	web.Handle(r.web, quiet(route("lesson_marks_save", http.MethodPut, "lessons/{id}/marks", "Replace the parts of a video or audio", tag, account.PermCourseEdit)),
		func(ctx context.Context, in *struct {
			ByID
			Body struct {
				Marks []ChapterMark `json:"marks" nullable:"false" maxItems:"100"`
			}
		},
		) (*none, error) {
			var marks []caption.Mark
			for _, m := range in.Body.Marks {
				marks = append(marks, caption.Mark(m))
			}
			return nil, r.Caption.SaveMarks(ctx, scope(ctx), in.ID, marks)
		})
}
