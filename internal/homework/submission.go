package homework

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"unicode/utf8"

	"zhizhou/internal/catalog"
	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/id"
	"zhizhou/internal/text"
)

// The states of a submission.
const (
	HandedIn = "handed_in"
	Returned = "returned" // to be done again
	Marked   = "marked"
)

const (
	mostFiles  = 9
	mostDrafts = 20
	mostText   = 10_000
)

// Submission is work that was handed in.
type Submission struct {
	ID           int64
	UserID       int64
	LessonID     int64
	CourseID     int64
	No           int64
	State        string
	Body         string
	Rubric       []Row `db:"-"` // of the day it was handed in
	Most         int64
	PassPermille int64
	Score        int64
	Passed       bool
	Late         bool
	ByPeers      bool
	Points       []int64 `db:"-"` // the marker's, by row; nil while nobody marked
	Comment      string
	MarkedAt     int64
	Consent      bool
	Excellent    bool
	HandedAt     int64
	Nickname     string // for staff
	Files        []File `db:"-"`
}

// File is a file of a submission.
type File struct {
	ID           int64
	UserID       int64
	LessonID     int64
	SubmissionID int64
	Name         string
	BlobKey      string
	Bytes        int64
	Mime         string
}

type row struct {
	Submission
	RubricJSON string `db:"rubric"`
	PointsJSON string `db:"points"`
}

func (r row) submission() (Submission, error) {
	s := r.Submission
	if err := json.Unmarshal([]byte(r.RubricJSON), &s.Rubric); err != nil {
		return s, fmt.Errorf("homework: %w", err)
	}
	if r.PointsJSON == "" {
		return s, nil
	}
	if err := json.Unmarshal([]byte(r.PointsJSON), &s.Points); err != nil {
		return s, fmt.Errorf("homework: %w", err)
	}
	return s, nil
}

func (s *Service) one(ctx context.Context, r db.Reader, q *db.Stmt, submissionID int64) (Submission, error) {
	var found row
	if err := r.Get(ctx, q, &found, submissionID); err != nil {
		return Submission{}, none(err, ErrGone)
	}
	return found.submission()
}

func (s *Service) list(ctx context.Context, r db.Reader, q *db.Stmt, args ...any) ([]Submission, error) {
	var rows []row
	if err := r.List(ctx, q, &rows, args...); err != nil {
		return nil, err
	}
	out := make([]Submission, len(rows))
	for i, x := range rows {
		sub, err := x.submission()
		if err != nil {
			return nil, err
		}
		out[i] = sub
	}
	for from := 0; from < len(out); from += mostListed {
		if err := files(ctx, r, out[from:min(from+mostListed, len(out))]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// files fills in the files of mostListed submissions at most.
func files(ctx context.Context, r db.Reader, subs []Submission) error {
	args := make([]any, mostListed)
	at := map[int64]int{}
	for i := range args {
		args[i] = int64(0)
		if i < len(subs) {
			args[i], at[subs[i].ID] = subs[i].ID, i
		}
	}
	var rows []File
	if err := r.List(ctx, qFiles, &rows, args...); err != nil {
		return err
	}
	for _, f := range rows {
		i := at[f.SubmissionID]
		subs[i].Files = append(subs[i].Files, f)
	}
	return nil
}

// Desk is a homework before its learner.
type Desk struct {
	Task      Task
	Due       int64        // 0: none
	Own       []Submission // newest first
	Left      int64        // submissions that may still come
	Reviews   []Review     // to write or written, of others' work
	Excellent []Submission // that the class may see, without names
}

// Desk returns a homework to a learner who may open it. Returns ErrNone,
// access.ErrLocked.
func (s *Service) Desk(ctx context.Context, userID, lessonID int64) (Desk, error) {
	var d Desk
	l, err := s.access.Open(ctx, s.catalog, userID, lessonID)
	if err != nil {
		return d, err
	}
	if d.Task, err = s.task(ctx, s.db, lessonID); err != nil {
		return d, err
	}
	have, err := s.access.Course(ctx, s.db, userID, l.CourseID)
	if err != nil {
		return d, err
	}
	d.Due = d.Task.due(have.Since)
	if d.Own, err = s.list(ctx, s.db, qOwn, userID, lessonID); err != nil {
		return d, err
	}
	d.Left = max(0, d.Task.Most-int64(len(d.Own)))
	if len(d.Own) == 0 { // others' work is for those who have done theirs
		return d, nil
	}
	if d.Reviews, err = s.reviews(ctx, userID, lessonID); err != nil {
		return d, err
	}
	d.Excellent, err = s.list(ctx, s.db, qShown, lessonID)
	return d, err
}

// AddFile keeps a file for a submission to come. Returns ErrFiles, access.ErrLocked,
// media.ErrTooBig, media.ErrFileType.
func (s *Service) AddFile(ctx context.Context, userID, lessonID int64, name string, r io.Reader) (File, error) {
	l, err := s.access.Open(ctx, s.catalog, userID, lessonID)
	if err != nil {
		return File{}, err
	}
	if _, err := s.task(ctx, s.db, l.ID); err != nil {
		return File{}, err
	}
	var drafts int64
	if err := s.db.Get(ctx, qFileDrafts, &drafts, userID, lessonID); err != nil {
		return File{}, err
	}
	if drafts >= mostDrafts {
		return File{}, ErrFiles
	}
	kept, err := s.media.SavePrivate(ctx, name, r)
	if err != nil {
		return File{}, err
	}
	f := File{ID: id.New(), UserID: userID, LessonID: lessonID, Name: kept.Name, BlobKey: kept.Key, Bytes: kept.Bytes, Mime: kept.Mime}
	return f, s.db.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, qFileInsert, f.ID, userID, lessonID, f.Name, f.BlobKey, f.Bytes, f.Mime, clock.MS(s.clock))
		return err
	})
}

// DropFile takes back a file that was not handed in. Returns ErrFile.
func (s *Service) DropFile(ctx context.Context, userID, fileID int64) error {
	return s.db.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		n, err := tx.Exec(ctx, qFileDrop, fileID, userID)
		if err == nil && n == 0 {
			err = ErrFile
		}
		return err
	})
}

// HandIn hands work in, once while it waits to be marked. Files are new ones, or those
// of own earlier submissions, which keep theirs. consent lets the class see
// it if a teacher thinks it worth that. Returns ErrWork, ErrOpen, ErrNoMore, ErrPassed,
// access.ErrLocked.
func (s *Service) HandIn(ctx context.Context, userID, lessonID int64, body string, files []int64, consent bool) (Submission, error) {
	l, err := s.access.Open(ctx, s.catalog, userID, lessonID)
	if err != nil {
		return Submission{}, err
	}
	body = text.Lines(body)
	switch {
	case utf8.RuneCountInString(body) > mostText:
		return Submission{}, ErrWork.Field("body", "正文不超过 10000 个字")
	case len(files) > mostFiles:
		return Submission{}, ErrFiles
	case body == "" && len(files) == 0:
		return Submission{}, ErrWork.Field("body", "写点内容，或附上文件")
	}
	submissionID := id.New()
	err = s.db.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		return s.handIn(ctx, tx, userID, l, submissionID, body, files, consent)
	})
	if err != nil {
		return Submission{}, err
	}
	return s.one(ctx, s.db, qOne, submissionID)
}

func (s *Service) handIn(ctx context.Context, tx *db.Tx, userID int64, l catalog.Lesson, submissionID int64, body string, files []int64, consent bool) error {
	var t Task
	// The lock makes reviews be given out one after another, and so evenly.
	if err := tx.Get(ctx, qTaskLock, &t, l.ID); err != nil {
		return none(err, ErrNone)
	}
	if err := tx.List(ctx, qRows, &t.Rubric, l.ID); err != nil {
		return err
	}
	own, err := s.list(ctx, tx, qOwn, userID, l.ID)
	if err != nil {
		return err
	}
	for _, o := range own {
		if o.State == HandedIn {
			return ErrOpen
		}
		if o.Passed {
			return ErrPassed
		}
	}
	if int64(len(own)) >= t.Most {
		return ErrNoMore
	}
	have, err := s.access.Course(ctx, tx, userID, l.CourseID)
	if err != nil {
		return err
	}
	rubric, err := json.Marshal(t.Rubric)
	if err != nil {
		return fmt.Errorf("homework: %w", err)
	}
	no, now, due := int64(1), clock.MS(s.clock), t.due(have.Since)
	if len(own) > 0 {
		no = own[0].No + 1
	}
	n, err := tx.Exec(ctx, qInsert, submissionID, userID, l.ID, l.CourseID, no, body, string(rubric), Points(t.Rubric), t.PassPermille, due > 0 && now > due, consent, now)
	if err != nil {
		return err
	}
	if n == 0 {
		return ErrOpen
	}
	for _, fileID := range files {
		n, err := tx.Exec(ctx, qFileAttach, fileID, userID, l.ID, submissionID)
		if err != nil {
			return err
		}
		if n == 0 { // not a new one: then one of an own earlier submission
			if n, err = tx.Exec(ctx, qFileAgain, fileID, userID, l.ID, submissionID, id.New(), now); err != nil {
				return err
			}
		}
		if n == 0 {
			return ErrFile
		}
	}
	return s.spread(ctx, tx, t, userID)
}

// Consent lets the class see an own submission, or no longer. Returns ErrGone.
func (s *Service) Consent(ctx context.Context, userID, submissionID int64, on bool) error {
	return s.db.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		n, err := tx.Exec(ctx, qConsent, submissionID, userID, on)
		if err == nil && n == 0 {
			err = ErrGone
		}
		return err
	})
}

// Fetch opens a file for a learner: its author, who reviews the work, and the class
// when the work is shown. Returns ErrFile.
func (s *Service) Fetch(ctx context.Context, userID, fileID int64) (File, io.ReadSeekCloser, error) {
	var f File
	if err := s.db.Get(ctx, qFile, &f, fileID); err != nil {
		return f, nil, none(err, ErrFile)
	}
	if f.UserID != userID {
		may, err := s.mayFetch(ctx, userID, f)
		if err != nil {
			return f, nil, err
		}
		if !may {
			return f, nil, ErrFile
		}
	}
	body, _, err := s.media.Open(ctx, f.BlobKey)
	return f, body, err
}

func (s *Service) mayFetch(ctx context.Context, userID int64, f File) (bool, error) {
	if f.SubmissionID == 0 {
		return false, nil
	}
	if _, err := s.access.Open(ctx, s.catalog, userID, f.LessonID); err != nil {
		return false, ErrFile
	}
	var reviewing int64
	if err := s.db.Get(ctx, qReviewing, &reviewing, f.SubmissionID, userID); err != nil || reviewing > 0 {
		return reviewing > 0, err
	}
	sub, err := s.one(ctx, s.db, qOne, f.SubmissionID)
	if err != nil || !sub.Excellent || !sub.Consent || sub.State != Marked {
		return false, err
	}
	own, err := s.list(ctx, s.db, qOwn, userID, f.LessonID)
	return len(own) > 0, err
}
