package version

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"slices"
	"unicode/utf8"

	"zhizhou/internal/caption"
	"zhizhou/internal/catalog"
	"zhizhou/internal/errs"
	"zhizhou/internal/media"
	"zhizhou/internal/quiz"
)

const (
	archiveKind   = "zhizhou-course"
	archiveFormat = 2 // 1 had nothing of More
	manifestName  = "manifest.json"
	maxManifest   = 32 << 20
	maxMaterials  = 5000
	maxLessons    = 2000
	maxTracks     = 5000
	maxTrack      = 12 << 20 // what is said in one, JSON
	maxSaid       = 96 << 20 // in all of them: they are held in memory
)

// The refusals of archives.
var (
	ErrArchive    = errs.New(errs.Invalid, "archive_invalid", "这不是知舟的课程存档，或文件已损坏")
	ErrArchiveNew = errs.New(errs.Invalid, "archive_format", "这个课程存档来自更新的版本，请先升级本站")
	ErrArchiveSum = errs.New(errs.Invalid, "archive_digest", "课程存档里的文件与清单不符，请重新导出")
	ErrArchiveBig = errs.New(errs.Invalid, "archive_too_big", "课程存档太大，或解开后太大")
)

// Manifest is what an archive says of itself. Its ids count from 1 in the order in which
// things stand, so that the same course gives the same manifest in every school.
type Manifest struct {
	Kind       string              `json:"kind"`
	Format     int                 `json:"format"`
	Content    Content             `json:"content"`
	Instructor string              `json:"instructor"` // name
	Category   string              `json:"category"`   // slug
	Questions  []quiz.QuestionText `json:"questions"`
	Materials  []Material          `json:"materials"`
	Left       []Left              `json:"left"` // what did not come along
}

// Material is a file of an archive.
type Material struct {
	ID     int64  `json:"id"`
	Kind   string `json:"kind"`
	Name   string `json:"name"`
	File   string `json:"file"`
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
}

// Left is something that did not come along, and why.
type Left struct {
	Name string `json:"name"`
	Why  string `json:"why"`
}

var (
	fileName  = regexp.MustCompile(`^files/[1-9][0-9]{0,5}(?:\.[a-z0-9]{1,5})?$`)
	purposeOf = map[string]string{
		media.MaterialAsset: media.PurposeVideo, media.MaterialDocument: media.PurposeDocument, media.MaterialEbook: media.PurposeEbook,
		media.MaterialPicture: media.PurposeImage, media.MaterialFile: media.PurposeAttachment,
	}
)

// trackFile is where in an archive stands what is said in a track.
func trackFile(trackID int64) string { return fmt.Sprintf("texts/%d.json", trackID) }

// asked are the places of questions that may show pictures.
func (m *Manifest) asked() []*string {
	var out []*string
	for i := range m.Questions {
		out = append(out, &m.Questions[i].Stem, &m.Questions[i].Explanation)
	}
	return out
}

// pictures are those of the course, then those of its questions, each once.
func (m *Manifest) pictures() []string {
	out := m.Content.pictures()
	for _, h := range m.asked() {
		for _, key := range media.PictureKeys(*h) {
			if !slices.Contains(out, key) {
				out = append(out, key)
			}
		}
	}
	return out
}

// ParseManifest reads and checks a manifest; what it returns names nothing twice and
// nothing that is not there. Returns ErrArchive, ErrArchiveNew.
func ParseManifest(raw []byte) (Manifest, error) {
	var head struct {
		Kind   string `json:"kind"`
		Format int    `json:"format"`
	}
	var m Manifest
	if len(raw) > maxManifest || !utf8.Valid(raw) || json.Unmarshal(raw, &head) != nil || head.Kind != archiveKind || head.Format < 1 {
		return m, ErrArchive
	}
	if head.Format > archiveFormat {
		return m, ErrArchiveNew
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	if err := d.Decode(&m); err != nil {
		return m, ErrArchive.With(err)
	}
	if _, err := d.Token(); err != io.EOF { //nolint:errorlint // the very value
		return m, ErrArchive
	}
	return m, m.check()
}

func (m *Manifest) check() error {
	if err := m.checkMaterials(); err != nil {
		return err
	}
	return m.checkContent()
}

func wrong(format string, args ...any) error {
	return ErrArchive.With(fmt.Errorf(format, args...))
}

func (m *Manifest) checkMaterials() error {
	if len(m.Materials) > maxMaterials || len(m.Questions) > maxMaterials || len(m.Left) > maxMaterials {
		return ErrArchiveBig
	}
	seen, files := map[int64]bool{}, map[string]bool{}
	for _, x := range m.Materials {
		sum, err := hex.DecodeString(x.SHA256)
		if err != nil || len(sum) != 32 || x.ID < 1 || seen[x.ID] || files[x.File] || !fileName.MatchString(x.File) || purposeOf[x.Kind] == "" || x.Bytes < 0 || x.Name == "" || utf8.RuneCountInString(x.Name) > 200 {
			return wrong("material %d", x.ID)
		}
		seen[x.ID], files[x.File] = true, true
	}
	asked := map[int64]bool{}
	for _, q := range m.Questions {
		if q.ID < 1 || asked[q.ID] {
			return wrong("question %d", q.ID)
		}
		asked[q.ID] = true
	}
	return nil
}

// kinds is which material has which id.
func (m *Manifest) kinds() map[int64]string {
	out := map[int64]string{}
	for _, x := range m.Materials {
		out[x.ID] = x.Kind
	}
	return out
}

func short(text string, most int) bool { return text != "" && utf8.RuneCountInString(text) <= most }

func (m *Manifest) checkContent() error {
	c, kinds := &m.Content, m.kinds()
	lessons := c.Lessons()
	if len(c.Parts) > 300 || len(lessons) > maxLessons || len(c.Files) > maxLessons || len(c.Course.Tags) > 10 || len(c.Course.Outcomes) > 10 {
		return ErrArchiveBig
	}
	if !short(c.Course.Title, 60) || c.Course.InstructorID != 0 || c.Course.CategoryID != 0 || utf8.RuneCountInString(c.Course.Promise) > 120 || c.Course.PlannedCount < 0 || c.Course.PlannedCount > 9999 || utf8.RuneCountInString(c.Course.Cadence) > 30 {
		return wrong("course")
	}
	ids, form := map[int64]bool{}, map[int64]string{}
	for _, p := range c.Parts {
		if p.ID < 1 || ids[p.ID] || !short(p.Title, 60) {
			return wrong("chapter %d", p.ID)
		}
		ids[p.ID] = true
	}
	of := func(id int64, kind string) bool { return id == 0 || kinds[id] == kind }
	for _, l := range lessons {
		if l.ID < 1 || ids[l.ID] || !short(l.Title, 60) || !slices.Contains(catalog.Forms(), l.Form) || l.PreviewMS < 0 || l.PreviewMS > 3600_000 || l.PreviewPages < 0 || l.PreviewPages > 200 ||
			l.OpensAt < 0 || l.OpensAfterDays < 0 || l.OpensAfterDays > 3650 || !of(l.AssetID, media.MaterialAsset) || !of(l.DocumentID, media.MaterialDocument) || !of(l.EbookID, media.MaterialEbook) {
			return wrong("lesson %d", l.ID)
		}
		ids[l.ID], form[l.ID] = true, l.Form
	}
	if ring(lessons, form) {
		return wrong("lessons wait for each other")
	}
	for _, f := range c.Files {
		if f.ID < 1 || ids[f.ID] || f.LessonID != 0 && form[f.LessonID] == "" || f.FileID == 0 || !of(f.FileID, media.MaterialFile) || !short(f.Name, 150) || f.Permission != catalog.MayView && f.Permission != catalog.MayDownload {
			return wrong("attachment %d", f.ID)
		}
		ids[f.ID] = true
	}
	return m.checkTasks(form)
}

// ring tells whether lessons wait for each other, or for one that is not there.
func ring(lessons []*catalog.LessonText, form map[int64]string) bool {
	after := map[int64]int64{}
	for _, l := range lessons {
		if l.AfterLessonID != 0 && form[l.AfterLessonID] == "" {
			return true
		}
		after[l.ID] = l.AfterLessonID
	}
	for _, l := range lessons {
		for at, steps := l.ID, 0; at != 0; at, steps = after[at], steps+1 {
			if steps > len(lessons) {
				return true
			}
		}
	}
	return false
}

func (m *Manifest) checkTasks(form map[int64]string) error {
	asked := map[int64]bool{}
	for _, q := range m.Questions {
		asked[q.ID] = true
	}
	once := map[int64]bool{}
	for _, p := range m.Content.Papers {
		if form[p.LessonID] != catalog.Quiz || once[p.LessonID] {
			return wrong("paper of %d", p.LessonID)
		}
		once[p.LessonID] = true
		for _, q := range p.Questions {
			if !asked[q.QuestionID] {
				return wrong("paper of %d", p.LessonID)
			}
		}
	}
	type place struct{ lesson, at int64 }
	points := map[place]bool{}
	for _, p := range m.Content.Points {
		at := place{p.LessonID, p.AtMS}
		if p.ID < 1 || form[p.LessonID] != catalog.Video || p.AtMS < 1000 || points[at] || !asked[p.QuestionID] {
			return wrong("point %d", p.ID)
		}
		points[at] = true
	}
	for _, t := range m.Content.Tasks {
		if form[t.LessonID] != catalog.Homework || once[t.LessonID] {
			return wrong("task of %d", t.LessonID)
		}
		once[t.LessonID] = true
	}
	return m.Content.checkMore(form)
}

func (m *More) checkMore(form map[int64]string) error {
	if len(m.Tracks) > maxTracks {
		return ErrArchiveBig
	}
	type place struct {
		lesson         int64
		kind, language string
	}
	ids, places := map[int64]bool{}, map[place]bool{}
	for _, t := range m.Tracks {
		at := place{t.LessonID, t.Kind, t.Language}
		if t.Kind == caption.Transcript {
			at.language = "" // one of a lesson
		}
		sum, err := hex.DecodeString(t.SHA256)
		if err != nil || len(sum) != 32 || t.ID < 1 || ids[t.ID] || places[at] || !speaks(form[t.LessonID]) {
			return wrong("track %d", t.ID)
		}
		ids[t.ID], places[at] = true, true
	}
	for i := 0; i < len(m.Marks); {
		to := i
		for to < len(m.Marks) && m.Marks[to].LessonID == m.Marks[i].LessonID {
			to++
		}
		lesson := m.Marks[i].LessonID
		if ids[-lesson] || !speaks(form[lesson]) || caption.CheckMarks(m.Marks[i:to]) != nil {
			return wrong("marks of %d", lesson)
		}
		ids[-lesson] = true
		i = to
	}
	return m.checkHeld(form)
}

// checkHeld checks what is said of lessons that are held at a time, and of certificates.
func (m *More) checkHeld(form map[int64]string) error {
	once := map[int64]bool{}
	for _, p := range m.Plans {
		if form[p.LessonID] != catalog.Booking || once[p.LessonID] || p.Check() != nil {
			return wrong("plan of %d", p.LessonID)
		}
		once[p.LessonID] = true
	}
	for _, r := range m.Rooms {
		if form[r.LessonID] != catalog.Live || once[r.LessonID] || r.Check() != nil {
			return wrong("room of %d", r.LessonID)
		}
		once[r.LessonID] = true
	}
	if m.Certificate == nil {
		return nil
	}
	for _, n := range m.Certificate.Quizzes {
		if form[n] != catalog.Quiz || once[n] {
			return wrong("certificate")
		}
		once[n] = true
	}
	if m.Certificate.Check() != nil {
		return wrong("certificate")
	}
	return nil
}

// speaks tells whether something is said in lessons of a form.
func speaks(form string) bool {
	return form == catalog.Video || form == catalog.Audio || form == catalog.Live
}
