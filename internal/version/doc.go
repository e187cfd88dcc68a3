// Package version keeps what courses said before: versions with restore and comparison,
// clones, and archives that carry a whole course to another school. It owns
// course_versions and course_imports; what it puts back, it puts back through the
// packages that own it.
//
// A version holds texts, chapters, lessons, rules, papers, tasks, attachments, captions,
// marks, plans of bookings, how long live lessons are and the rule of certificates; no
// prices and nothing of learners. The last fifty of a course are kept, and the material
// that they name is not deleted as long.
package version

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"zhizhou/internal/blob"
	"zhizhou/internal/booking"
	"zhizhou/internal/caption"
	"zhizhou/internal/catalog"
	"zhizhou/internal/certificate"
	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/document"
	"zhizhou/internal/ebook"
	"zhizhou/internal/errs"
	"zhizhou/internal/homework"
	"zhizhou/internal/live"
	"zhizhou/internal/media"
	"zhizhou/internal/quiz"
	"zhizhou/internal/rich"
)

const (
	// Format is that of stored content; a later one is not understood. The first one said
	// nothing of what format 2 added, so that is left alone when it is put back.
	Format = 2
	kept   = 50
)

// Why a version was taken.
const (
	Manual  = "manual"
	Publish = "publish"
	Restore = "restore" // before one
	Import  = "import"
	Clone   = "clone"
	Bulk    = "bulk" // before one
)

// The refusals of this domain.
var (
	ErrGone   = errs.New(errs.NotFound, "version_gone", "没有这个版本，或已清理")
	ErrRemark = errs.New(errs.Invalid, "version_remark", "备注不超过 100 个字").Field("remark", "不超过 100 个字")
	ErrFormat = errs.New(errs.Conflict, "version_format", "这个版本是用更新的程序保存的，当前程序读不了")
)

// Service keeps versions.
type Service struct {
	DB          *db.DB
	Clock       clock.Clock
	Store       blob.Store
	Dir         string // scratch folder of imports
	Catalog     *catalog.Service
	Quiz        *quiz.Service
	Homework    *homework.Service
	Media       *media.Service
	Document    *document.Service
	Ebook       *ebook.Service
	Caption     *caption.Service
	Booking     *booking.Service
	Live        *live.Service
	Certificate *certificate.Service
}

func (s *Service) now() int64 { return clock.MS(s.Clock) }

// Content is everything that is written of a course.
type Content struct {
	catalog.Content
	Papers []quiz.PaperText    `json:"papers"`
	Points []quiz.PointText    `json:"points"`
	Tasks  []homework.TaskText `json:"tasks"`
	More
	old bool // of format 1: nothing is known of More
}

// More is what format 2 added. What belongs to lessons stands in their order.
type More struct {
	Tracks      []caption.TrackText   `json:"tracks"`
	Marks       []caption.MarkText    `json:"marks"`
	Plans       []booking.PlanText    `json:"plans"`
	Rooms       []live.RoomText       `json:"rooms"`
	Certificate *certificate.RuleText `json:"certificate"`
}

// contentOf reads a course. Returns catalog.ErrCourseGone.
func (s *Service) contentOf(ctx context.Context, r db.Reader, courseID int64) (Content, error) {
	base, err := s.Catalog.ContentOf(ctx, r, courseID)
	c := Content{Content: base, Papers: []quiz.PaperText{}, Points: []quiz.PointText{}, Tasks: []homework.TaskText{}}
	if err != nil {
		return c, err
	}
	for _, l := range c.Lessons() {
		switch l.Form {
		case catalog.Quiz:
			p, ok, err := s.Quiz.PaperText(ctx, r, l.ID)
			if err != nil {
				return c, err
			}
			if ok {
				c.Papers = append(c.Papers, p)
			}
		case catalog.Video:
			points, err := s.Quiz.PointTexts(ctx, r, l.ID)
			if err != nil {
				return c, err
			}
			c.Points = append(c.Points, points...)
		case catalog.Homework:
			t, ok, err := s.Homework.TaskText(ctx, r, l.ID)
			if err != nil {
				return c, err
			}
			if ok {
				c.Tasks = append(c.Tasks, t)
			}
		}
	}
	if c.More, err = s.more(ctx, r, courseID); err != nil {
		return c, err
	}
	c.sort()
	return c, nil
}

func (s *Service) more(ctx context.Context, r db.Reader, courseID int64) (m More, err error) {
	if m.Tracks, err = s.Caption.TrackTexts(ctx, r, courseID); err != nil {
		return m, err
	}
	if m.Marks, err = s.Caption.MarkTexts(ctx, r, courseID); err != nil {
		return m, err
	}
	if m.Plans, err = s.Booking.PlanTexts(ctx, r, courseID); err != nil {
		return m, err
	}
	if m.Rooms, err = s.Live.RoomTexts(ctx, r, courseID); err != nil {
		return m, err
	}
	m.Certificate, err = s.Certificate.RuleText(ctx, r, courseID)
	return m, err
}

// sort puts what belongs to lessons into their order.
func (c *Content) sort() {
	at := map[int64]int{}
	for i, l := range c.Lessons() {
		at[l.ID] = i
	}
	slices.SortStableFunc(c.Tracks, func(a, b caption.TrackText) int { return at[a.LessonID] - at[b.LessonID] })
	slices.SortStableFunc(c.Marks, func(a, b caption.MarkText) int { return at[a.LessonID] - at[b.LessonID] })
	slices.SortStableFunc(c.Plans, func(a, b booking.PlanText) int { return at[a.LessonID] - at[b.LessonID] })
	slices.SortStableFunc(c.Rooms, func(a, b live.RoomText) int { return at[a.LessonID] - at[b.LessonID] })
	if c.Certificate != nil {
		slices.SortFunc(c.Certificate.Quizzes, func(a, b int64) int { return at[a] - at[b] })
	}
}

// put makes a course, which the transaction has locked, say what c says. said is what is
// said in tracks that came in an archive.
func (s *Service) put(ctx context.Context, tx *db.Tx, scope, courseID int64, c Content, said map[int64]caption.Body) error {
	sizes, err := s.sizes(ctx, tx, c)
	if err != nil {
		return err
	}
	if err := s.Catalog.PutContent(ctx, tx, scope, courseID, c.Content, func(l catalog.LessonText) catalog.Size { return sizes[l.ID] }); err != nil {
		return err
	}
	for _, p := range c.Papers {
		if err := s.Quiz.PutPaper(ctx, tx, p); err != nil {
			return err
		}
	}
	points := map[int64][]quiz.PointText{}
	for _, p := range c.Points {
		points[p.LessonID] = append(points[p.LessonID], p)
	}
	for _, l := range c.Lessons() {
		if l.Form != catalog.Video {
			continue
		}
		if err := s.Quiz.PutPoints(ctx, tx, l.ID, points[l.ID]); err != nil {
			return err
		}
	}
	for _, t := range c.Tasks {
		if err := s.Homework.PutTask(ctx, tx, t); err != nil {
			return err
		}
	}
	if c.old {
		return nil
	}
	return s.putMore(ctx, tx, courseID, c, said)
}

func (s *Service) putMore(ctx context.Context, tx *db.Tx, courseID int64, c Content, said map[int64]caption.Body) error {
	var lessons []int64
	for _, l := range c.Lessons() {
		lessons = append(lessons, l.ID)
	}
	if err := s.Caption.Put(ctx, tx, courseID, lessons, c.Tracks, c.Marks, said); err != nil {
		return err
	}
	for _, p := range c.Plans {
		if err := s.Booking.PutPlan(ctx, tx, p); err != nil {
			return err
		}
	}
	for _, r := range c.Rooms {
		if err := s.Live.PutRoom(ctx, tx, r); err != nil {
			return err
		}
	}
	return s.Certificate.PutRule(ctx, tx, courseID, c.Certificate)
}

// sizes asks the material how long each lesson is now.
func (s *Service) sizes(ctx context.Context, tx *db.Tx, c Content) (map[int64]catalog.Size, error) {
	out := map[int64]catalog.Size{}
	for _, l := range c.Lessons() {
		switch {
		case l.Form == catalog.Article:
			out[l.ID] = catalog.Size{DurationMS: catalog.ReadingMS(l.BodyHTML)}
		case l.AssetID != 0:
			a, err := s.Media.UseAsset(ctx, tx, l.AssetID)
			if err != nil {
				return nil, err
			}
			if a.Status == media.StatusReady {
				out[l.ID] = catalog.Size{DurationMS: a.DurationMS}
			}
		case l.DocumentID != 0:
			d, err := s.Document.GetIn(ctx, tx, l.DocumentID)
			if err != nil {
				return nil, err
			}
			if d.Status == document.StatusReady {
				out[l.ID] = catalog.Size{DurationMS: d.Pages * catalog.PageMS, Pages: d.Pages}
			}
		case l.EbookID != 0:
			b, err := s.Ebook.GetIn(ctx, tx, l.EbookID)
			if err != nil {
				return nil, err
			}
			out[l.ID] = catalog.Size{DurationMS: b.Screens * catalog.ScreenMS, Pages: b.Screens}
		}
	}
	return out, nil
}

// html are the places of a text that may show pictures.
func (c *Content) html() []*string {
	out := []*string{&c.Course.IntroHTML}
	for _, l := range c.Lessons() {
		out = append(out, &l.BodyHTML)
	}
	for i := range c.Tasks {
		out = append(out, &c.Tasks[i].TaskHTML)
	}
	return out
}

// refs is the material that c names; pictures are found by their keys.
func (s *Service) refs(ctx context.Context, tx *db.Tx, c Content) ([]media.Ref, error) {
	var out []media.Ref
	add := func(kind string, n int64) {
		if r := (media.Ref{Kind: kind, ID: n}); n != 0 && !slices.Contains(out, r) {
			out = append(out, r)
		}
	}
	for _, l := range c.Lessons() {
		add(media.MaterialAsset, l.AssetID)
		add(media.MaterialDocument, l.DocumentID)
		add(media.MaterialEbook, l.EbookID)
		for _, x := range rich.Assets(l.BodyHTML) {
			if n, err := strconv.ParseInt(x, 10, 64); err == nil {
				add(media.MaterialAsset, n)
			}
		}
	}
	for _, f := range c.Files {
		add(media.MaterialFile, f.FileID)
	}
	for _, key := range c.pictures() {
		f, ok, err := s.Media.Picture(ctx, tx, key)
		if err != nil {
			return nil, err
		}
		if ok {
			add(media.MaterialPicture, f.ID)
		}
	}
	return out, nil
}

// pictures are the blob keys of the pictures that c shows, each once, in order.
func (c *Content) pictures() []string {
	var out []string
	add := func(key string) {
		if key != "" && !slices.Contains(out, key) {
			out = append(out, key)
		}
	}
	add(c.Course.Cover)
	for _, h := range c.html() {
		for _, key := range media.PictureKeys(*h) {
			add(key)
		}
	}
	return out
}

func (c Content) encode() (text, digest string, err error) {
	raw, err := json.Marshal(c)
	if err != nil {
		return "", "", fmt.Errorf("version: %w", err)
	}
	sum := sha256.Sum256(raw)
	return string(raw), hex.EncodeToString(sum[:]), nil
}

func decode(format int64, raw string) (Content, error) {
	c := Content{old: format == 1}
	if format < 1 || format > Format {
		return c, ErrFormat
	}
	if err := json.NewDecoder(strings.NewReader(raw)).Decode(&c); err != nil {
		return c, fmt.Errorf("version: %w", err)
	}
	return c, nil
}

func target(courseID int64) string { return fmt.Sprintf("course:%d", courseID) }
