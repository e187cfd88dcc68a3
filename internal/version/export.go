package version

import (
	"archive/zip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path"
	"regexp"
	"strconv"
	"strings"

	"zhizhou/internal/audit"
	"zhizhou/internal/blob"
	"zhizhou/internal/catalog"
	"zhizhou/internal/db"
	"zhizhou/internal/media"
	"zhizhou/internal/quiz"
)

// source is a file that goes into an archive.
type source struct {
	Material
	key string
}

// packed is a course on its way into an archive.
type packed struct {
	Manifest
	files []source
}

// Pack is an archive that is ready to be written.
type Pack struct {
	s *Service
	p packed
}

// Title is what the course is called.
func (p *Pack) Title() string { return p.p.Content.Course.Title }

// Export prepares the archive of a course within scope: all that is written of it, its
// questions, and its material as it was uploaded. Returns catalog.ErrCourseGone.
func (s *Service) Export(ctx context.Context, scope, courseID int64) (*Pack, error) {
	var p packed
	err := s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		p = packed{}
		if _, err := s.Catalog.LockCourse(ctx, tx, scope, courseID); err != nil {
			return err
		}
		c, err := s.contentOf(ctx, tx, courseID)
		if err != nil {
			return err
		}
		if err := s.gather(ctx, tx, &p, c); err != nil {
			return err
		}
		return audit.Write(ctx, tx, s.Clock, "course.export", target(courseID), nil, map[string]any{"title": c.Course.Title, "files": len(p.files)}, "")
	})
	if err != nil {
		return nil, err
	}
	teachers, err := s.Catalog.Instructors(ctx)
	if err != nil {
		return nil, err
	}
	for _, t := range teachers {
		if t.ID == p.Content.Course.InstructorID {
			p.Instructor = t.Name
		}
	}
	categories, err := s.Catalog.Categories(ctx)
	if err != nil {
		return nil, err
	}
	for _, k := range categories {
		if k.ID == p.Content.Course.CategoryID {
			p.Category = k.Slug
		}
	}
	if err := s.settle(ctx, &p); err != nil {
		return nil, err
	}
	return &Pack{s, p}, nil
}

// gather names all files of a course.
func (s *Service) gather(ctx context.Context, tx *db.Tx, p *packed, c Content) error {
	p.Manifest = Manifest{Kind: archiveKind, Format: archiveFormat, Content: c, Questions: []quiz.QuestionText{}, Materials: []Material{}, Left: []Left{}}
	refs, err := s.refs(ctx, tx, c)
	if err != nil {
		return err
	}
	add := func(kind string, n int64, name, key string) {
		p.files = append(p.files, source{Material{ID: n, Kind: kind, Name: name}, key})
	}
	for _, r := range refs {
		switch r.Kind {
		case media.MaterialAsset:
			if a, err := s.Media.AssetIn(ctx, tx, r.ID); err == nil {
				add(r.Kind, r.ID, a.Name, a.SourceKey)
			} else if !errors.Is(err, media.ErrAssetNone) {
				return err
			}
		case media.MaterialDocument:
			d, err := s.Document.GetIn(ctx, tx, r.ID)
			if err != nil {
				return err
			}
			add(r.Kind, r.ID, d.Name, d.SourceKey)
		case media.MaterialEbook:
			b, err := s.Ebook.GetIn(ctx, tx, r.ID)
			if err != nil {
				return err
			}
			add(r.Kind, r.ID, b.Name, b.SourceKey)
		}
	}
	done := map[int64]bool{}
	for _, f := range c.Files {
		if f.FileID != 0 && !done[f.FileID] {
			done[f.FileID] = true
			add(media.MaterialFile, f.FileID, f.Name, f.BlobKey)
		}
	}
	for i, key := range c.pictures() {
		add(media.MaterialPicture, -int64(i)-1, "图片", key) // by key: not all are in the library
	}
	asked, ids := map[int64]bool{}, []int64{}
	ask := func(n int64) {
		if !asked[n] {
			asked[n], ids = true, append(ids, n)
		}
	}
	for _, x := range c.Papers {
		for _, q := range x.Questions {
			ask(q.QuestionID)
		}
		if len(x.Rules) > 0 {
			p.Left = append(p.Left, Left{"随机组卷的题库", "只带走了抽题规则，题目要另外导入题库"})
		}
	}
	for _, x := range c.Points {
		ask(x.QuestionID)
	}
	texts, err := s.Quiz.QuestionTexts(ctx, tx, ids)
	p.Questions = append(p.Questions, texts...)
	return err
}

// settle finds out which files are there and gives everything its number.
func (s *Service) settle(ctx context.Context, p *packed) error {
	var there []source
	for _, f := range p.files {
		ok, err := s.Store.Exists(ctx, f.key)
		if err != nil {
			return fmt.Errorf("version: %w", err)
		}
		if !ok {
			p.Left = append(p.Left, Left{f.Name, "原文件已不在"})
			continue
		}
		there = append(there, f)
	}
	p.files = there
	for _, l := range p.Content.Lessons() {
		if l.Form == catalog.Live {
			p.Left = append(p.Left, Left{l.Title, "直播的时间和回放不随课程存档走"})
		}
	}
	to, pictures := map[media.Ref]int64{}, map[string]string{}
	for i := range p.files {
		f := &p.files[i]
		n := int64(i + 1)
		if f.Kind == media.MaterialPicture {
			pictures[f.key] = pictureWord + strconv.FormatInt(n, 10)
		}
		to[media.Ref{Kind: f.Kind, ID: f.ID}] = n
		f.ID, f.File = n, "files/"+strconv.FormatInt(n, 10)+ending(f.Name, f.key)
	}
	p.Content.retarget(to, pictures)
	questions, next := map[int64]int64{}, int64(0)
	for i := range p.Questions {
		next++
		questions[p.Questions[i].ID], p.Questions[i].ID = next, next
	}
	p.Content.ask(questions)
	for i := range p.Content.Papers {
		p.Content.Papers[i].PoolID = 0
	}
	p.Content.Course.InstructorID, p.Content.Course.CategoryID = 0, 0
	n := int64(0)
	p.Content.renumber(func() int64 { n++; return n })
	p.Content.draft()
	return nil
}

var endingOf = regexp.MustCompile(`^\.[a-z0-9]{1,5}$`)

func ending(names ...string) string {
	for _, name := range names {
		if e := strings.ToLower(path.Ext(name)); endingOf.MatchString(e) {
			return e
		}
	}
	return ""
}

// pictureWord stands for a picture in the texts of an archive.
const pictureWord = "zhizhou-picture-"

var clipMark = regexp.MustCompile(`<figure data-asset="([1-9][0-9]{0,17})">`)

// retarget names other material; what is not in to is left out.
func (c *Content) retarget(to map[media.Ref]int64, pictures map[string]string) {
	for _, l := range c.Lessons() {
		l.AssetID, l.DocumentID, l.EbookID = to[media.Ref{Kind: media.MaterialAsset, ID: l.AssetID}], to[media.Ref{Kind: media.MaterialDocument, ID: l.DocumentID}], to[media.Ref{Kind: media.MaterialEbook, ID: l.EbookID}]
	}
	kept := []catalog.FileText{}
	for _, f := range c.Files {
		f.BlobKey = ""
		if f.FileID = to[media.Ref{Kind: media.MaterialFile, ID: f.FileID}]; f.FileID != 0 {
			kept = append(kept, f)
		}
	}
	c.Files = kept
	c.Course.Cover = pictures[c.Course.Cover]
	for _, h := range c.html() {
		for key, word := range pictures {
			*h = strings.ReplaceAll(*h, `"`+media.ImageURL(key)+`"`, `"`+word+`"`)
		}
		*h = clipMark.ReplaceAllStringFunc(*h, func(m string) string {
			n, _ := strconv.ParseInt(clipMark.FindStringSubmatch(m)[1], 10, 64)
			if n = to[media.Ref{Kind: media.MaterialAsset, ID: n}]; n == 0 {
				return "<figure>"
			}
			return `<figure data-asset="` + strconv.FormatInt(n, 10) + `">`
		})
	}
}

// ask names other questions; what is not in to is left out.
func (c *Content) ask(to map[int64]int64) {
	for i := range c.Papers {
		picks := []quiz.PickText{}
		for _, q := range c.Papers[i].Questions {
			if q.QuestionID = to[q.QuestionID]; q.QuestionID != 0 {
				picks = append(picks, q)
			}
		}
		c.Papers[i].Questions = picks
	}
	points := []quiz.PointText{}
	for _, p := range c.Points {
		if p.QuestionID = to[p.QuestionID]; p.QuestionID != 0 {
			points = append(points, p)
		}
	}
	c.Points = points
}

// Write writes the archive: the files, each as it was uploaded, and last the manifest,
// which has their digests.
func (p *Pack) Write(ctx context.Context, w io.Writer) error {
	z := zip.NewWriter(w)
	for _, f := range p.p.files {
		if err := p.add(ctx, z, &f); err != nil {
			return err
		}
		p.p.Materials = append(p.p.Materials, f.Material)
	}
	raw, err := json.MarshalIndent(p.p.Manifest, "", " ")
	if err != nil {
		return fmt.Errorf("version: %w", err)
	}
	out, err := z.Create(manifestName)
	if err == nil {
		_, err = out.Write(raw)
	}
	if err = errors.Join(err, z.Close()); err != nil {
		return fmt.Errorf("version: archive: %w", err)
	}
	return nil
}

func (p *Pack) add(ctx context.Context, z *zip.Writer, f *source) error {
	r, _, err := p.s.Store.Open(ctx, f.key)
	if errors.Is(err, blob.ErrNone) {
		return fmt.Errorf("version: %s went away: %w", f.Name, err)
	}
	if err != nil {
		return fmt.Errorf("version: %w", err)
	}
	defer func() { _ = r.Close() }()
	// Stored, not packed: films, pictures and PDF are packed already.
	out, err := z.CreateHeader(&zip.FileHeader{Name: f.File, Method: zip.Store})
	if err != nil {
		return fmt.Errorf("version: archive: %w", err)
	}
	sum := sha256.New()
	if f.Bytes, err = io.Copy(io.MultiWriter(out, sum), r); err != nil {
		return fmt.Errorf("version: archive: %w", err)
	}
	f.SHA256 = hex.EncodeToString(sum.Sum(nil))
	return nil
}
