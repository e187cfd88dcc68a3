package challenge

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"zhizhou/internal/db"
	"zhizhou/internal/id"
	"zhizhou/internal/note"
	"zhizhou/internal/setting"
	"zhizhou/internal/text"
)

// The states of a check-in's words and files.
const (
	Bare    = "bare" // there are none
	Pending = "pending"
	Shown   = "shown"
	Hidden  = "hidden"
)

const (
	mostBody   = 1000 // runes
	mostFiles  = 6
	mostDrafts = 12
	draftMS    = 2 * 24 * hourMS // how long a file waits to be handed in
)

// CheckIn is what a member did on a day.
type CheckIn struct {
	ID        int64
	MemberID  int64
	ClassID   int64
	UserID    int64
	Day       int64 // ordinal
	MadeUp    bool
	Task      string // its title then
	Body      string
	State     string
	Reason    string
	Version   int64
	Score     int64
	Points    int64
	Likes     int64
	Liked     int64
	CreatedAt int64
	UpdatedAt int64
	Files     []File `db:"-"`
}

// File is a picture or a recording of a check-in.
type File struct {
	ID        int64
	UserID    int64
	ClassID   int64
	CheckInID int64
	Name      string
	BlobKey   string
	Bytes     int64
	Mime      string
}

// Fact is what is stored of a day's task.
type Fact struct {
	Done      bool  // words and files apart, which come with the check-in
	StudiedMS int64 // on the day, of the course or of all
}

// fact reads what was studied from a day up to another one for a task.
func (s *Service) fact(ctx context.Context, r db.Reader, c Class, userID int64, t Task, from, until int64) (Fact, error) {
	f := Fact{Done: true}
	if err := r.Get(ctx, qStudied, &f.StudiedMS, userID, DayOf(from), DayOf(until), c.CourseID); err != nil {
		return f, err
	}
	n, err := int64(1), error(nil)
	since, before := began(from), began(until+1)
	switch t.Kind {
	case Lesson:
		err = r.Get(ctx, qLessonDone, &n, userID, since, before, c.CourseID, t.LessonID, DayOf(from), DayOf(until))
	case Quiz:
		err = r.Get(ctx, qQuizDone, &n, userID, since, before, c.CourseID, t.LessonID)
	case Homework:
		err = r.Get(ctx, qWorkDone, &n, userID, since, before, c.CourseID, t.LessonID)
	}
	f.Done = n > 0 && f.StudiedMS >= t.Minutes*60_000
	return f, err
}

func (s *Service) days(ctx context.Context, r db.Reader, memberID int64) ([]CheckIn, error) {
	var rows []CheckIn
	err := r.List(ctx, qDays, &rows, memberID)
	return rows, err
}

// NewCheckIn is what comes with a check-in.
type NewCheckIn struct {
	Day   int64 // ordinal; 0: today. An earlier one takes a make-up card.
	Body  string
	Files []int64
}

// CheckIn notes that somebody did the task of a day, once; again changes nothing and
// answers what is there. Returns ErrOutside, ErrNotYet, ErrOver, ErrTask, ErrWords,
// ErrDay, ErrNoCards, ErrFile, ErrFiles, note.ErrNote, note.ErrOften.
func (s *Service) CheckIn(ctx context.Context, userID, classID int64, in NewCheckIn) (CheckIn, error) {
	in.Body = text.Lines(in.Body)
	switch {
	case utf8.RuneCountInString(in.Body) > mostBody:
		return CheckIn{}, ErrWords.Field("body", "不超过 1000 个字")
	case len(in.Files) > mostFiles:
		return CheckIn{}, ErrFiles
	}
	state := Bare
	if in.Body != "" || len(in.Files) > 0 {
		var err error
		if state, err = s.Note.Looked(ctx, note.Draft{UserID: userID, What: note.CheckIn, Body: in.Body}); err != nil {
			return CheckIn{}, err
		}
		if len(in.Files) > 0 {
			state = Pending // engines read words alone
		}
	}
	var done CheckIn
	err := s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		var m Member
		if err := tx.Get(ctx, qMemberLock, &m, classID, userID); err != nil {
			return none(err, ErrOutside)
		}
		if m.State != In {
			return ErrOutside
		}
		c, err := s.class(ctx, tx, qClass, classID, 0)
		if err != nil {
			return err
		}
		today, day := s.today(), in.Day
		if day == 0 {
			day = today
		}
		err = tx.Get(ctx, qDay, &done, m.ID, day)
		if err == nil || !errors.Is(err, db.ErrNone) {
			return err // a second tap
		}
		if err := s.may(c, m, day, today); err != nil {
			return err
		}
		done, err = s.checkIn(ctx, tx, c, m, day, today, state, in)
		return err
	})
	return done, err
}

// may refuses a day on which there is nothing to check in.
func (s *Service) may(c Class, m Member, day, today int64) error {
	no := m.no(day)
	switch {
	case c.State == Cancelled:
		return ErrOver
	case day == today && no < 1:
		return ErrNotYet
	case day == today && no > c.Plan.Days:
		return ErrOver
	case day == today:
		return nil
	case day > today || day < today-makeUpDays || day < m.Since || no < 1 || no > c.Plan.Days:
		return ErrDay
	case m.MadeUp >= c.Plan.MakeUps:
		return ErrNoCards
	}
	return nil
}

func (s *Service) checkIn(ctx context.Context, tx *db.Tx, c Class, m Member, day, today int64, state string, in NewCheckIn) (CheckIn, error) {
	t := c.Plan.Task(m.no(day))
	f, err := s.fact(ctx, tx, c, m.UserID, t, day, today)
	if err != nil {
		return CheckIn{}, err
	}
	if !f.Done {
		return CheckIn{}, ErrTask
	}
	if t.Kind == Words && in.Body == "" && len(in.Files) == 0 {
		return CheckIn{}, ErrWords.Field("body", "写几句话")
	}
	if state != Bare {
		if err := s.Note.Count(ctx, tx, m.UserID); err != nil {
			return CheckIn{}, err
		}
	}
	d := CheckIn{ID: id.New(), MemberID: m.ID, ClassID: c.ID, UserID: m.UserID, Day: day, MadeUp: day < today, Task: t.Title, Body: in.Body, State: state, Version: 1, Score: scoreDay, Points: c.Plan.Points, CreatedAt: s.now()}
	if d.UpdatedAt = d.CreatedAt; d.MadeUp {
		d.Score, d.Points = scoreMadeUp, 0
	}
	if err := s.attach(ctx, tx, &d, t, in.Files); err != nil {
		return CheckIn{}, err
	}
	if n, err := tx.Exec(ctx, qDayInsert, d.ID, m.ID, c.ID, m.UserID, day, d.MadeUp, d.Task, d.Body, d.State, d.Score, d.Points, d.CreatedAt); err != nil || n == 0 {
		if err == nil {
			err = fmt.Errorf("challenge: member %d has day %d already", m.ID, day)
		}
		return CheckIn{}, err
	}
	if err := s.earn(ctx, tx, m.UserID, d.Points, fmt.Sprintf("challenge_day:%d:%d", m.ID, day), "挑战打卡"); err != nil {
		return CheckIn{}, err
	}
	if err := s.collect(ctx, tx, m, day, 1, d.Score); err != nil {
		return CheckIn{}, err
	}
	if err := s.recount(ctx, tx, m.ID); err != nil {
		return CheckIn{}, err
	}
	return d, s.decide(ctx, tx, c, m)
}

// attach takes the files of a check-in and looks whether those that are asked for came.
func (s *Service) attach(ctx context.Context, tx *db.Tx, d *CheckIn, t Task, files []int64) error {
	picture, audio := false, false
	for _, fileID := range files {
		n, err := tx.Exec(ctx, qFileAttach, fileID, d.UserID, d.ClassID, d.ID)
		if err == nil && n == 0 {
			err = ErrFile
		}
		if err != nil {
			return err
		}
		var f File
		if err := tx.Get(ctx, qFile, &f, fileID); err != nil {
			return err
		}
		d.Files = append(d.Files, f)
		picture, audio = picture || strings.HasPrefix(f.Mime, "image/"), audio || !strings.HasPrefix(f.Mime, "image/")
	}
	switch {
	case t.Picture && !picture:
		return ErrWords.Field("files", "这个任务要附图片")
	case t.Audio && !audio:
		return ErrWords.Field("files", "这个任务要附录音")
	}
	return nil
}

// earn gives points for a cause, once.
func (s *Service) earn(ctx context.Context, tx *db.Tx, userID, give int64, cause, why string) error {
	if give == 0 {
		return nil
	}
	p := setting.NewPoints()
	if _, err := s.Settings.LoadIn(ctx, tx, p); err != nil {
		return err
	}
	return s.Points.Earn(ctx, tx, userID, give, cause, why, s.Points.Until(p.ExpiryMonths))
}

// collect adds to a member's score and to the week in which a day lies.
func (s *Service) collect(ctx context.Context, tx *db.Tx, m Member, day, checkIns, score int64) error {
	if err := tx.Sure(ctx, qMemberScore, m.ID, score); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, qWeek, m.ID, weekOf(day), m.ClassID, checkIns, score)
	return err
}

// recount sets what a member's days add up to from the days themselves.
func (s *Service) recount(ctx context.Context, tx *db.Tx, memberID int64) error {
	days, err := s.days(ctx, tx, memberID)
	if err != nil {
		return err
	}
	var streak, best, last, made int64
	for _, d := range days {
		if streak++; d.Day != last+1 {
			streak = 1
		}
		if last, best = d.Day, max(best, streak); d.MadeUp {
			made++
		}
	}
	return tx.Sure(ctx, qMemberSum, memberID, len(days), streak, best, last, made)
}

// AddFile keeps a picture or a recording for a check-in to come. Returns ErrOutside,
// ErrFiles, ErrFileType, media.ErrTooBig, media.ErrFileType.
func (s *Service) AddFile(ctx context.Context, userID, classID int64, name string, r io.Reader) (File, error) {
	if _, err := s.inside(ctx, s.DB, classID, userID); err != nil {
		return File{}, err
	}
	var drafts int64
	if err := s.DB.Get(ctx, qFileDrafts, &drafts, userID, classID); err != nil {
		return File{}, err
	}
	if drafts >= mostDrafts {
		return File{}, ErrFiles
	}
	kept, err := s.Media.SavePrivate(ctx, name, r)
	if err != nil {
		return File{}, err
	}
	if !strings.HasPrefix(kept.Mime, "image/") && !strings.HasPrefix(kept.Mime, "audio/") {
		return File{}, errors.Join(ErrFileType, s.Media.DropFile(ctx, kept.Key))
	}
	f := File{ID: id.New(), UserID: userID, ClassID: classID, Name: kept.Name, BlobKey: kept.Key, Bytes: kept.Bytes, Mime: kept.Mime}
	return f, s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, qFileInsert, f.ID, userID, classID, f.Name, f.BlobKey, f.Bytes, f.Mime, s.now())
		return err
	})
}

// DropFile takes back a file that was not handed in. Returns ErrFile.
func (s *Service) DropFile(ctx context.Context, userID, fileID int64) error {
	return s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		n, err := tx.Exec(ctx, qFileDrop, fileID, userID)
		if err == nil && n == 0 {
			err = ErrFile
		}
		return err
	})
}

// Fetch opens a file for its owner, or for their squad once it is shown. Returns ErrFile.
func (s *Service) Fetch(ctx context.Context, userID, fileID int64) (File, io.ReadSeekCloser, error) {
	var f File
	if err := s.DB.Get(ctx, qFile, &f, fileID); err != nil {
		return f, nil, none(err, ErrFile)
	}
	if f.UserID != userID {
		var seen int64
		if err := s.DB.Get(ctx, qSeen, &seen, f.CheckInID, userID); err != nil || seen == 0 {
			if err == nil {
				err = ErrFile
			}
			return f, nil, err
		}
	}
	body, _, err := s.Media.Open(ctx, f.BlobKey)
	return f, body, err
}

// FetchFor opens a file of a check-in for staff of an instructor (0: of all). Returns
// ErrFile.
func (s *Service) FetchFor(ctx context.Context, scope, fileID int64) (File, io.ReadSeekCloser, error) {
	var f File
	if err := s.DB.Get(ctx, qFile, &f, fileID); err != nil || f.CheckInID == 0 {
		return f, nil, orElse(none(err, ErrFile), ErrFile)
	}
	if _, err := s.Class(ctx, scope, f.ClassID); err != nil {
		return f, nil, ErrFile
	}
	body, _, err := s.Media.Open(ctx, f.BlobKey)
	return f, body, err
}

func orElse(err, other error) error {
	if err != nil {
		return err
	}
	return other
}

// FilesOf lists the files of a check-in for staff of an instructor (0: of all). Returns
// ErrCheckIn.
func (s *Service) FilesOf(ctx context.Context, scope, checkInID int64) ([]File, error) {
	var c struct {
		UserID, ClassID int64
		State, Title    string
		Version         int64
	}
	if err := s.DB.Get(ctx, qDayScope, &c, checkInID, scope); err != nil {
		return nil, none(err, ErrCheckIn)
	}
	var rows []File
	err := s.DB.List(ctx, qFilesOfOne, &rows, checkInID)
	return rows, err
}
