package version

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"zhizhou/internal/audit"
	"zhizhou/internal/caption"
	"zhizhou/internal/catalog"
	"zhizhou/internal/db"
	"zhizhou/internal/errs"
	"zhizhou/internal/id"
	"zhizhou/internal/media"
	"zhizhou/internal/pack"
	"zhizhou/internal/quiz"
)

// MaxArchive is the most that an archive may be, packed and unpacked.
const MaxArchive = 40 << 30

var limits = pack.Limits{Entries: maxMaterials + maxTracks + 1, Bytes: MaxArchive, Each: 10 << 30, Ratio: 200}

// Report says what an import brought and what it did not.
type Report struct {
	Chapters    int    `json:"chapters"`
	Lessons     int    `json:"lessons"`
	Attachments int    `json:"attachments"`
	Materials   int    `json:"materials"`
	Questions   int    `json:"questions"`
	Left        []Left `json:"left"`
}

// Imported is a course that came in an archive.
type Imported struct {
	CourseID  int64
	Name      string // of the file
	Report    string // JSON
	StaffID   int64
	CreatedAt int64
}

var (
	qImportAdd = db.Q("version/import_add", `INSERT INTO course_imports (course_id, name, report, staff_id, created_at) VALUES ($1, $2, $3, $4, $5)`)
	qImport    = db.Q("version/import", `SELECT course_id, name, report, staff_id, created_at FROM course_imports WHERE course_id = $1`)
)

// Taker is how uploads become courses; app registers it with media. scope tells whose
// course it will be.
func (s *Service) Taker(scope func(ctx context.Context) int64) media.Taker {
	return media.Taker{
		Bytes: MaxArchive,
		Check: func(name string) error {
			if !strings.HasSuffix(strings.ToLower(name), ".zip") {
				return ErrArchive.Say("请选择导出的课程存档（.zip）")
			}
			return nil
		},
		Take: func(ctx context.Context, u *media.Upload, file string) (func(context.Context, *db.Tx) error, error) {
			in, err := s.prepare(ctx, file, u.Name, u.StaffID)
			if err != nil {
				return nil, err
			}
			u.Mime, u.AssetID = "application/zip", in.courseID
			whose := scope(ctx)
			return func(ctx context.Context, tx *db.Tx) error { return s.bring(ctx, tx, in, whose) }, nil
		},
	}
}

// Import makes a draft of an archive. Returns ErrArchive, ErrArchiveNew, ErrArchiveSum,
// ErrArchiveBig.
func (s *Service) Import(ctx context.Context, scope int64, file, name string) (int64, error) {
	in, err := s.prepare(ctx, file, name, audit.ActorOf(ctx).ID)
	if err != nil {
		return 0, err
	}
	err = s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error { return s.bring(ctx, tx, in, scope) })
	if err == nil {
		s.Catalog.Changed()
	}
	return in.courseID, err
}

// ImportOf returns what an import brought; false when a course did not come in one.
func (s *Service) ImportOf(ctx context.Context, scope, courseID int64) (Imported, Report, bool, error) {
	var row Imported
	var rep Report
	if _, _, err := s.Catalog.Course(ctx, scope, courseID); err != nil {
		return row, rep, false, err
	}
	err := s.DB.Get(ctx, qImport, &row, courseID)
	if errors.Is(err, db.ErrNone) {
		return row, rep, false, nil
	}
	if err != nil {
		return row, rep, false, err
	}
	if err := json.Unmarshal([]byte(row.Report), &rep); err != nil {
		return row, rep, false, fmt.Errorf("version: report: %w", err)
	}
	return row, rep, true, nil
}

// incoming is an archive whose files are taken in and whose rows are not written yet.
type incoming struct {
	Manifest
	courseID int64
	name     string
	staffID  int64
	ends     []func(context.Context, *db.Tx) error
	to       map[media.Ref]int64
	pictures map[string]string // word → blob key
	files    map[int64]media.Upload
	said     map[int64]caption.Body // by the track's number in the archive
}

// prepare checks a whole archive, then takes its files in. What one of them is refused
// for stands in the report.
func (s *Service) prepare(ctx context.Context, file, name string, staffID int64) (*incoming, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, fmt.Errorf("version: %w", err)
	}
	defer func() { _ = f.Close() }()
	st, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("version: %w", err)
	}
	z, err := pack.OpenAt(f, st.Size(), limits)
	if err != nil {
		return nil, refused(err)
	}
	if z.Size(manifestName) > maxManifest {
		return nil, ErrArchiveBig
	}
	raw, err := z.Read(manifestName)
	if err != nil {
		return nil, refused(err)
	}
	m, err := ParseManifest(raw)
	if err != nil {
		return nil, err
	}
	for _, x := range m.Materials { // all of them, before anything is stored
		if err := verify(ctx, z, x, io.Discard); err != nil {
			return nil, err
		}
	}
	in := &incoming{Manifest: m, courseID: id.New(), name: name, staffID: staffID, to: map[media.Ref]int64{}, pictures: map[string]string{}, files: map[int64]media.Upload{}, said: map[int64]caption.Body{}}
	if err := in.listen(z); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(s.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("version: %w", err)
	}
	for _, x := range m.Materials {
		if err := s.adopt(ctx, z, x, in); err != nil {
			return nil, err
		}
	}
	return in, nil
}

// listen reads what is said in the tracks; one that cannot be used is left out.
func (in *incoming) listen(z *pack.Zip) error {
	c, sum := &in.Content, 0
	kept := []caption.TrackText{}
	for _, t := range c.Tracks {
		name := trackFile(t.ID)
		if z.Size(name) > maxTrack {
			return ErrArchiveBig
		}
		raw, err := z.Read(name)
		if err != nil {
			if errors.Is(err, pack.ErrTooBig) {
				return ErrArchiveBig.With(err)
			}
			return ErrArchiveSum.With(err)
		}
		if sum += len(raw); sum > maxSaid {
			return ErrArchiveBig
		}
		if digest := sha256.Sum256(raw); hex.EncodeToString(digest[:]) != t.SHA256 {
			return ErrArchiveSum.With(fmt.Errorf("%s: %d bytes", name, len(raw)))
		}
		var b caption.Body
		t.SHA256 = ""
		err = json.Unmarshal(raw, &b)
		if err == nil {
			err = caption.CheckTrack(t, b)
		}
		if err != nil {
			why := caption.ErrFile.Msg
			var known *errs.E
			if errors.As(err, &known) {
				why = known.Msg
			}
			in.Left = append(in.Left, Left{c.titleOf(t.LessonID), why})
			continue
		}
		kept, in.said[t.ID] = append(kept, t), b
	}
	c.Tracks = kept
	return nil
}

func refused(err error) error {
	if errors.Is(err, pack.ErrTooBig) {
		return ErrArchiveBig.With(err)
	}
	return ErrArchive.With(err)
}

// verify reads a file of an archive and compares it with what the manifest says.
func verify(ctx context.Context, z *pack.Zip, x Material, to io.Writer) error {
	if err := ctx.Err(); err != nil {
		return err //nolint:wrapcheck // the caller has gone
	}
	r, err := z.Stream(x.File)
	if err != nil {
		return ErrArchiveSum.With(err)
	}
	defer func() { _ = r.Close() }()
	sum := sha256.New()
	n, err := io.Copy(io.MultiWriter(to, sum), r)
	switch {
	case errors.Is(err, pack.ErrTooBig):
		return ErrArchiveBig.With(err)
	case errors.Is(err, pack.ErrBroken) || err == nil && (n != x.Bytes || hex.EncodeToString(sum.Sum(nil)) != x.SHA256):
		return ErrArchiveSum.With(fmt.Errorf("%s: %d bytes", x.File, n))
	case err != nil:
		return fmt.Errorf("version: %w", err)
	}
	return nil
}

func (s *Service) adopt(ctx context.Context, z *pack.Zip, x Material, in *incoming) error {
	tmp, err := os.CreateTemp(s.Dir, "import-")
	if err != nil {
		return fmt.Errorf("version: %w", err)
	}
	defer func() { _ = os.Remove(tmp.Name()) }()
	err = verify(ctx, z, x, tmp)
	if cerr := tmp.Close(); err == nil && cerr != nil {
		err = fmt.Errorf("version: %w", cerr)
	}
	if err != nil {
		return err
	}
	name := x.Name
	if x.Kind == media.MaterialPicture {
		name += ending(x.File)
	}
	u, end, err := s.Media.Adopt(ctx, purposeOf[x.Kind], name, tmp.Name(), in.staffID)
	var known *errs.E
	if errors.As(err, &known) && known.Kind == errs.Invalid {
		in.Left = append(in.Left, Left{x.Name, known.Msg})
		return nil
	}
	if err != nil {
		return err //nolint:wrapcheck // already says where
	}
	in.ends = append(in.ends, end)
	in.to[media.Ref{Kind: x.Kind, ID: x.ID}], in.files[u.AssetID] = u.AssetID, u
	if x.Kind == media.MaterialPicture {
		in.pictures[fmt.Sprint(pictureWord, x.ID)] = u.BlobKey
	}
	return nil
}

// bring writes all rows of a prepared archive.
func (s *Service) bring(ctx context.Context, tx *db.Tx, in *incoming, scope int64) error {
	for _, end := range in.ends {
		if err := end(ctx, tx); err != nil {
			return err
		}
	}
	// A copy of its own: a transaction may run more than once.
	text, _, err := in.Content.encode()
	if err != nil {
		return err
	}
	c, err := decode(Format, text)
	if err != nil {
		return err
	}
	left := append([]Left{}, in.Left...)
	if err := s.place(ctx, tx, in, &c, &left); err != nil {
		return err
	}
	questions, bank := map[int64]int64{}, quiz.Added{}
	for _, q := range in.Questions {
		for _, h := range []*string{&q.Stem, &q.Explanation} {
			unname(h, in.pictures)
		}
		n, err := s.Quiz.AddQuestion(ctx, tx, scope, q, &bank)
		var known *errs.E
		switch {
		case errors.As(err, &known) && known.Kind == errs.Invalid:
			left = append(left, Left{catalog.Plain(q.Stem, 40), known.Msg})
		case err != nil:
			return err
		default:
			questions[q.ID] = n
		}
	}
	c.ask(questions)
	for i := range c.Papers {
		c.Papers[i].PoolID = scope
	}
	c.renumber(id.New)
	c.draft()
	if err := s.Catalog.MakeDraftOf(ctx, tx, in.courseID, scope, c.Course.Title, c.Course.Form); err != nil {
		return err
	}
	if err := s.put(ctx, tx, scope, in.courseID, c, in.said); err != nil {
		return err
	}
	if _, err := s.take(ctx, tx, in.courseID, Import, ""); err != nil {
		return err
	}
	rep := Report{len(c.Parts), len(c.Lessons()), len(c.Files), len(in.to), len(questions), left}
	raw, err := json.Marshal(rep)
	if err != nil {
		return fmt.Errorf("version: %w", err)
	}
	if _, err := tx.Exec(ctx, qImportAdd, in.courseID, in.name, string(raw), in.staffID, s.now()); err != nil {
		return err
	}
	return audit.Write(ctx, tx, s.Clock, "course.import", target(in.courseID), nil, map[string]any{"title": c.Course.Title, "lessons": rep.Lessons, "materials": rep.Materials, "left": len(left)}, "")
}

// place names the material of this school, and its instructor and category where they are
// called the same.
func (s *Service) place(ctx context.Context, tx *db.Tx, in *incoming, c *Content, left *[]Left) error {
	c.retarget(in.to, map[string]string{})
	c.Course.Cover = in.pictures[in.Content.Course.Cover]
	for _, h := range c.html() {
		unname(h, in.pictures)
	}
	for i := range c.Files {
		u := in.files[c.Files[i].FileID]
		c.Files[i].BlobKey, c.Files[i].Bytes, c.Files[i].Mime = u.BlobKey, u.Bytes, u.Mime
	}
	teacher, category, err := s.Catalog.Named(ctx, tx, in.Instructor, in.Category)
	if err != nil {
		return err
	}
	if teacher == 0 && in.Instructor != "" {
		*left = append(*left, Left{in.Instructor, "本站没有这位讲师，请在资料里选择"})
	}
	if category == 0 && in.Category != "" {
		*left = append(*left, Left{in.Category, "本站没有这个分类，请在资料里选择"})
	}
	c.Course.InstructorID, c.Course.CategoryID = teacher, category
	return nil
}

// unname shows the pictures of this school for the words that stand for them.
func unname(html *string, pictures map[string]string) {
	for word, key := range pictures {
		*html = strings.ReplaceAll(*html, `"`+word+`"`, `"`+media.ImageURL(key)+`"`)
	}
}
