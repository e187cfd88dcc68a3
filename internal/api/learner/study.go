package learner

import (
	"context"
	"errors"
	"net/http"

	"zhizhou/internal/access"
	"zhizhou/internal/catalog"
	"zhizhou/internal/learning"
	"zhizhou/internal/media"
	"zhizhou/internal/web"
)

// LessonView is a lesson with what the caller may do with it.
type LessonView struct {
	ID           int64            `json:"id"`
	CourseID     int64            `json:"course_id"`
	CourseTitle  string           `json:"course_title"`
	ChapterTitle string           `json:"chapter_title"`
	No           int              `json:"no"`
	Title        string           `json:"title"`
	Form         string           `json:"form" enum:"video,audio,article,live,document,ebook,quiz,homework,booking"`
	DurationMS   int64            `json:"duration_ms"`
	Playable     bool             `json:"playable" doc:"There is a video: the lesson's own, or the replay of a live one"`
	BodyHTML     string           `json:"body_html" doc:"Of an article, only if allowed"`
	Access       AccessView       `json:"access"`
	PositionMS   int64            `json:"position_ms"`
	Percent      int64            `json:"percent"`
	Finished     bool             `json:"finished"`
	InOrder      bool             `json:"in_order" doc:"Watched for the first time, in order: nobody gets ahead of reach_ms, and at most at 1.5 times the speed"`
	ReachMS      int64            `json:"reach_ms" doc:"in_order: how far it was watched without a gap"`
	PrevID       int64            `json:"prev_id"`
	NextID       int64            `json:"next_id"`
	PosterURL    string           `json:"poster_url"`
	CoverURL     string           `json:"cover_url" doc:"Of the course; empty: draw the scene"`
	Scene        string           `json:"scene" enum:"boat,report,bird,poem,data,rice,brush,deed"`
	Attachments  []AttachmentView `json:"attachments" nullable:"false"`
	Screens      int64            `json:"screens" doc:"How many parts the reading of an article is counted in"`
	Watermark    string           `json:"watermark" doc:"To stand faintly over a text that was paid for; such a text is not to be copied at length"`
	Clips        []ClipView       `json:"clips" nullable:"false" doc:"What an article shows, if allowed"`
}

// ClipView is a video or a recording within an article.
type ClipView struct {
	AssetID    int64  `json:"asset_id"`
	Kind       string `json:"kind" enum:"video,audio"`
	DurationMS int64  `json:"duration_ms"`
	PosterURL  string `json:"poster_url"`
}

// AccessView is the answer of access.
type AccessView struct {
	Allowed      bool   `json:"allowed"`
	Reason       string `json:"reason" enum:"owned,free,preview,unlock,login,buy"`
	PreviewMS    int64  `json:"preview_ms"`
	PreviewPages int64  `json:"preview_pages" doc:"Pages of a document that may be tried"`
	OpensAt      int64  `json:"opens_at" doc:"unlock: since when it is open by its dates; 0: it waits for none"`
	AfterID      int64  `json:"after_id" doc:"unlock: the lesson to be finished or passed before; 0: none"`
	AfterTitle   string `json:"after_title"`
	AfterForm    string `json:"after_form" doc:"Its form: one lesson is finished by being passed, another by being attended"`
}

// PlayView is a started play.
type PlayView struct {
	PlayID      int64           `json:"play_id"`
	PlaylistURL string          `json:"playlist_url"`
	Preview     bool            `json:"preview"`
	PreviewMS   int64           `json:"preview_ms"`
	DurationMS  int64           `json:"duration_ms"`
	ResumeMS    int64           `json:"resume_ms"`
	Watermark   string          `json:"watermark"`
	PosterURL   string          `json:"poster_url"`
	Sprite      *SpriteView     `json:"sprite"`
	Renditions  []RenditionView `json:"renditions" nullable:"false"`
	LeaseS      int64           `json:"lease_s"`
}

// SpriteView is the sheet of small pictures for seeking.
type SpriteView struct {
	URL        string `json:"url"`
	Columns    int64  `json:"columns"`
	Rows       int64  `json:"rows"`
	IntervalMS int64  `json:"interval_ms"`
	Width      int64  `json:"width"`
	Height     int64  `json:"height"`
}

// RenditionView is a quality.
type RenditionView struct {
	Name   string `json:"name"`
	Height int64  `json:"height"`
}

// ProgressView is what a report was credited to.
type ProgressView struct {
	Percent    int64 `json:"percent"`
	CoveredMS  int64 `json:"covered_ms"`
	PositionMS int64 `json:"position_ms"`
	Finished   bool  `json:"finished"`
	ReachMS    int64 `json:"reach_ms" doc:"How far it was watched from the beginning without a gap"`
}

type lessonPath struct {
	ID int64 `path:"id"`
}

func (r *routes) study() {
	web.Handle(r.web, web.Route{ID: "learning", Method: http.MethodGet, Path: "/api/learning", Summary: "My learning", Tag: "study", Need: web.Learner}, r.learning)
	web.Handle(r.web, web.Route{ID: "lesson", Method: http.MethodGet, Path: "/api/lessons/{id}", Summary: "A lesson", Tag: "study", Need: web.Anyone}, r.lesson)
	web.Handle(r.web, web.Route{ID: "play", Method: http.MethodPost, Path: "/api/lessons/{id}/play", Summary: "Start to play; anybody may try what is free", Tag: "study", Need: web.Anyone}, r.play)
	web.Handle(r.web, web.Route{ID: "beat", Method: http.MethodPost, Path: "/api/plays/{id}/beat", Summary: "Report what was played", Tag: "study", Need: web.Learner}, r.beat)
	web.Handle(r.web, web.Route{ID: "play_end", Method: http.MethodPost, Path: "/api/plays/{id}/end", Summary: "Stop playing", Tag: "study", Need: web.Anyone, Status: http.StatusNoContent},
		func(ctx context.Context, in *lessonPath) (*none, error) {
			return nil, r.Media.EndPlay(ctx, in.ID, web.UserID(ctx))
		})
	web.Handle(r.web, web.Route{ID: "read", Method: http.MethodPost, Path: "/api/lessons/{id}/read", Summary: "Report what was read", Tag: "study", Need: web.Learner}, r.read)
	r.attachments()
	r.captions()
}

// open finds a lesson and decides about it.
func (r *routes) open(ctx context.Context, lessonID int64) (catalog.Lesson, access.Decision, error) {
	l, err := r.Catalog.Lesson(ctx, lessonID)
	if err != nil {
		return l, access.Decision{}, err
	}
	shown, err := r.Catalog.Visible(ctx, l.CourseID)
	if err != nil {
		return l, access.Decision{}, err
	}
	d, err := r.Access.Lesson(ctx, web.UserID(ctx), l, shown)
	return l, d, err
}

func (r *routes) lesson(ctx context.Context, in *lessonPath) (*web.Body[LessonView], error) {
	l, d, err := r.open(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	c, err := r.Catalog.Card(ctx, platform(ctx), l.CourseID)
	if err != nil {
		return nil, err
	}
	v := LessonView{
		ID: l.ID, CourseID: l.CourseID, CourseTitle: c.Title, Title: l.Title, Form: l.Form, DurationMS: l.DurationMS, Playable: l.Playable(), Scene: c.Scene, CoverURL: imageURL(c.Cover),
		Access: AccessView{d.Allowed, d.Reason, d.PreviewMS, d.PreviewPages, d.OpensAt, d.AfterLessonID, "", ""}, Attachments: []AttachmentView{}, Clips: []ClipView{},
	}
	if err := r.place(ctx, l, &v); err != nil {
		return nil, err
	}
	if d.Allowed {
		if err := r.text(ctx, l, &v); err != nil {
			return nil, err
		}
		files, err := r.Catalog.Attachments(ctx, l.CourseID)
		if err != nil {
			return nil, err
		}
		for _, a := range files {
			if a.LessonID == l.ID {
				v.Attachments = append(v.Attachments, attachmentView(a))
			}
		}
	}
	if l.AssetID != 0 {
		if a, err := r.Media.Asset(ctx, l.AssetID); err == nil {
			v.PosterURL = a.PosterURL()
		}
	}
	v.InOrder = l.InOrder
	if userID := web.UserID(ctx); userID != 0 {
		if l.InOrder {
			var done bool
			if v.ReachMS, done, err = r.Learning.Reach(ctx, userID, l.ID); err != nil {
				return nil, err
			}
			v.InOrder = !done
		}
		p, err := r.Learning.Lesson(ctx, userID, l.ID)
		if err != nil {
			return nil, err
		}
		v.PositionMS, v.Percent, v.Finished = p.PositionMS, learning.Percent(p.CoveredMS, l.DurationMS), p.FinishedAt > 0
	}
	return web.Answer(v), nil
}

// place fills in where the lesson stands in its course.
func (r *routes) place(ctx context.Context, l catalog.Lesson, v *LessonView) error {
	parts, err := r.Catalog.Released(ctx, l.CourseID)
	if err != nil {
		return err
	}
	n, prev := 0, int64(0)
	for _, p := range parts {
		for _, x := range p.Lessons {
			n++
			if x.ID == v.Access.AfterID {
				v.Access.AfterTitle, v.Access.AfterForm = x.Title, x.Form
			}
			switch {
			case x.ID == l.ID:
				v.No, v.ChapterTitle, v.PrevID = n, p.Title, prev
			case v.No > 0 && v.NextID == 0:
				v.NextID = x.ID
			}
			prev = x.ID
		}
	}
	return nil
}

func (r *routes) play(ctx context.Context, in *struct {
	ID      int64 `path:"id"`
	AssetID int64 `query:"asset_id" minimum:"0" doc:"Within an article: which of its videos"`
},
) (*web.Body[PlayView], error) {
	c := web.CallerOf(ctx)
	if c.User.ID == 0 {
		if err := r.web.AnonymousPlay(c); err != nil {
			return nil, err
		}
	}
	l, d, err := r.open(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	clip := in.AssetID != 0
	switch {
	case clip && (!d.Allowed || !shows(l, in.AssetID)), !clip && (!l.Playable() || !d.Allowed && d.Reason != "preview"):
		return nil, access.ErrLocked
	case clip:
		l.AssetID = in.AssetID
	}
	p, err := r.Media.StartPlay(ctx, media.Start{
		UserID: c.User.ID, SessionID: c.User.SessionID, LessonID: l.ID, CourseID: l.CourseID, AssetID: l.AssetID, Preview: !d.Allowed, Browser: c.Bearer == "", MaxPlays: r.MaxPlays,
	})
	if err != nil {
		return nil, err
	}
	v := playView(p)
	if !clip {
		v.DurationMS = l.DurationMS
	}
	if c.User.ID != 0 {
		if err := r.follow(ctx, &v, l); err != nil {
			return nil, err
		}
	}
	return web.Answer(v), nil
}

func playView(p media.Play) PlayView {
	v := PlayView{
		PlayID: p.ID, PlaylistURL: p.PlaylistURL, Preview: p.Preview, PreviewMS: p.PreviewMS, DurationMS: p.DurationMS,
		PosterURL: p.PosterURL, LeaseS: p.LeaseS, Renditions: []RenditionView{},
	}
	if p.Sprite != nil {
		v.Sprite = &SpriteView{p.SpriteURL, p.Sprite.Columns, p.Sprite.Rows, p.Sprite.IntervalMS, p.Sprite.Width, p.Sprite.Height}
	}
	for _, x := range p.Renditions {
		v.Renditions = append(v.Renditions, RenditionView{x.Name, x.Height})
	}
	return v
}

// follow opens the study session of a play and fills in what belongs to the
// learner: where to resume, and the mark that moves over the picture.
func (r *routes) follow(ctx context.Context, v *PlayView, l catalog.Lesson) error {
	userID := web.UserID(ctx)
	u, err := r.Account.User(ctx, userID)
	if err != nil {
		return err
	}
	v.Watermark = u.Mark()
	if l.Form != catalog.Video && l.Form != catalog.Audio {
		return nil // of an article counts what is read
	}
	if err := r.Learning.Begin(ctx, v.PlayID, userID, l); err != nil {
		return err
	}
	p, err := r.Learning.Lesson(ctx, userID, l.ID)
	if err != nil {
		return err
	}
	if end := l.DurationMS - 3000; p.PositionMS < end && (!v.Preview || p.PositionMS < v.PreviewMS-1000) {
		v.ResumeMS = p.PositionMS
	}
	return nil
}

func (r *routes) beat(ctx context.Context, in *struct {
	ID   int64 `path:"id"`
	Body struct {
		Seq        int64   `json:"seq" minimum:"1"`
		FromMS     int64   `json:"from_ms" minimum:"0"`
		ToMS       int64   `json:"to_ms" minimum:"0"`
		PositionMS int64   `json:"position_ms" minimum:"0"`
		Rate       float64 `json:"rate,omitempty" doc:"Shown speed; crediting does not depend on it"`
	}
},
) (*web.Body[ProgressView], error) {
	userID := web.UserID(ctx)
	leaseErr := r.Media.Beat(ctx, in.ID, userID)
	lessonID, err := r.Learning.LessonOf(ctx, in.ID, userID)
	if errors.Is(err, learning.ErrBeat) {
		return r.clipBeat(ctx, in.ID, leaseErr)
	}
	if err != nil {
		return nil, errors.Join(leaseErr, err)
	}
	l, d, err := r.open(ctx, lessonID)
	if err != nil {
		return nil, err
	}
	if !d.Allowed && d.Reason != "preview" {
		return nil, access.ErrLocked
	}
	p, err := r.Learning.Watch(ctx, in.ID, userID, l, learning.Beat{Seq: in.Body.Seq, FromMS: in.Body.FromMS, ToMS: in.Body.ToMS, PositionMS: in.Body.PositionMS})
	if err == nil {
		err = leaseErr // what was watched before being taken over still counts
	}
	if err != nil {
		return nil, err
	}
	return web.Answer(progress(p, l)), nil
}

func progress(p learning.Progress, l catalog.Lesson) ProgressView {
	return ProgressView{learning.Percent(p.CoveredMS, l.DurationMS), p.CoveredMS, p.PositionMS, p.FinishedAt > 0, p.ReachMS}
}
