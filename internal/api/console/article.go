package console

import (
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"strconv"
	"time"

	"zhizhou/internal/account"
	"zhizhou/internal/catalog"
	"zhizhou/internal/errs"
	"zhizhou/internal/media"
	"zhizhou/internal/rich"
	"zhizhou/internal/web"
)

// ImportView is a text that was made out of a file. Nothing of it is saved yet.
type ImportView struct {
	HTML     string    `json:"html"`
	Pictures int64     `json:"pictures" doc:"Taken over"`
	Rows     []LeftRow `json:"rows" nullable:"false" doc:"What was left out, in the order of the file"`
	More     int64     `json:"more" doc:"Left out too, but not listed"`
}

// LeftRow is something that was left out.
type LeftRow struct {
	Kind string `json:"kind"`
	What string `json:"what"`
	Why  string `json:"why"`
}

// FormulaView is a drawn formula, or why it cannot be drawn.
type FormulaView struct {
	HTML  string `json:"html"`
	Error string `json:"error"`
}

func (r *routes) articles() {
	const tag = "console course"
	load := route("lesson_import", http.MethodPost, "lessons/{id}/import", "Make a text out of a Markdown, HTML or Word file; the body is the file", tag, account.PermCourseEdit)
	load.MaxBytes, load.Timeout = rich.MaxFile+1, 2*time.Minute
	web.Handle(r.web, load, r.importText)
	web.Handle(r.web, route("formulas", http.MethodPost, "formulas", "Draw formulas", tag, account.PermCourseEdit),
		func(_ context.Context, in *struct {
			Body struct {
				Tex   []string `json:"tex" nullable:"false" maxItems:"100"`
				Block bool     `json:"block"`
			}
		},
		) (*web.Body[web.List[FormulaView]], error) {
			out := web.List[FormulaView]{Items: []FormulaView{}}
			for _, tex := range in.Body.Tex {
				v := FormulaView{}
				text, err := rich.Formula(tex, in.Body.Block)
				var e *errs.E
				if errors.As(err, &e) {
					v.Error = e.Msg
				}
				v.HTML = text
				out.Items = append(out.Items, v)
			}
			return web.Answer(out), nil
		})
}

func (r *routes) importText(ctx context.Context, in *struct {
	ByID
	Name    string `query:"name" required:"true" maxLength:"200"`
	RawBody []byte `contentType:"application/octet-stream"`
},
) (*web.Body[ImportView], error) {
	l, err := r.Catalog.Lesson(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	if _, _, err := r.Catalog.Course(ctx, scope(ctx), l.CourseID); err != nil {
		return nil, err
	}
	text, rep, err := rich.Import(ctx, in.Name, in.RawBody, r.pictureDoor)
	if err != nil {
		return nil, err
	}
	v := ImportView{HTML: text, Pictures: rep.Pictures, More: rep.More, Rows: []LeftRow{}}
	for _, x := range rep.Rows {
		v.Rows = append(v.Rows, LeftRow(x))
	}
	return web.Answer(v), nil
}

// pictureDoor is the way of every picture: decoded, and written anew.
func (r *routes) pictureDoor(ctx context.Context, in io.Reader) (rich.Picture, error) {
	p, err := r.Media.SavePicture(ctx, in)
	return rich.Picture{URL: media.ImageURL(p.Key), Width: p.Width, Height: p.Height}, err
}

// fitArticle checks the videos that a text newly shows: they must be ready, and the
// caller's to use. Those that it showed already stay.
func (r *routes) fitArticle(ctx context.Context, lessonID int64, ch catalog.LessonChange) error {
	ids := rich.Assets(rich.Article(ch.BodyHTML))
	if len(ids) == 0 {
		return nil
	}
	l, err := r.Catalog.Lesson(ctx, lessonID)
	if err != nil || l.Form != catalog.Article {
		return err
	}
	had := rich.Assets(l.BodyHTML)
	for _, x := range ids {
		if slices.Contains(had, x) {
			continue
		}
		id, err := strconv.ParseInt(x, 10, 64)
		if err != nil {
			return catalog.ErrLesson.Field("body_html", "正文里有一段视频找不到了，请重新选择")
		}
		a, err := r.ownAsset(ctx, id)
		if errs.KindOf(err) == errs.NotFound || err == nil && a.Status != media.StatusReady {
			return catalog.ErrLesson.Field("body_html", "正文里有一段视频不存在或还没处理好，请重新选择")
		}
		if err != nil {
			return err
		}
	}
	return nil
}
