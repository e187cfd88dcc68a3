// Package teacher takes in who wants to teach here: an application with papers, a
// decision by staff, the instructor's profile that comes of it. It owns
// instructor_applications and application_files.
//
// What an applicant tells and sends is sealed. Papers are seen by who decides, each look
// is in the log, and they are deleted when the application is withdrawn or 180 days after
// it was decided. A rejected application stays as it was; another try is a new one.
package teacher

import (
	"encoding/json"
	"errors"
	"fmt"
	"unicode/utf8"

	"zhizhou/internal/blob"
	"zhizhou/internal/catalog"
	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/errs"
	"zhizhou/internal/media"
	"zhizhou/internal/message"
	"zhizhou/internal/seal"
	"zhizhou/internal/text"
)

// The states of an application.
const (
	Pending   = "pending"
	Approved  = "approved"
	Rejected  = "rejected"
	Withdrawn = "withdrawn"
)

const (
	// MostBytes is the size of a paper at most.
	MostBytes = 10 << 20

	mostFiles    = 5
	mostAtOnce   = 20 // files that lie around of one person, also those to be deleted
	mostInMonth  = 5  // applications of one person in thirty days
	monthMS      = 30 * 24 * 3600_000
	draftMS      = 2 * 24 * 3600_000 // how long a paper waits to be sent in
	keptMS       = 180 * 24 * 3600_000
	formPurpose  = "instructor-application"
	namePurpose  = "instructor-paper-name"
	paperPurpose = "instructor-paper"
)

// The refusals of this domain.
var (
	ErrForm    = errs.New(errs.Invalid, "application_invalid", "请检查申请资料")
	ErrPhone   = errs.New(errs.Conflict, "application_phone", "请先绑定手机号，学校会用它联系你")
	ErrOpen    = errs.New(errs.Conflict, "application_open", "你的申请正在审核")
	ErrAlready = errs.New(errs.Conflict, "application_approved", "你已经是讲师了")
	ErrOften   = errs.New(errs.Limited, "application_often", "申请得太频繁了，请过些天再试")
	ErrGone    = errs.New(errs.NotFound, "application_gone", "没有这份申请")
	ErrDecided = errs.New(errs.Conflict, "application_decided", "这份申请已经处理过了，请刷新")
	ErrReason  = errs.New(errs.Invalid, "application_reason", "请写明原因，会告诉申请人").Field("reason", "1–300 个字")
	ErrFile    = errs.New(errs.NotFound, "application_file_gone", "没有这份材料，或已删除")
	ErrFiles   = errs.New(errs.Conflict, "application_files_many", "最多附 5 份材料")
	ErrBig     = errs.New(errs.Invalid, "application_file_big", "每份材料不超过 10 MB")
)

// Service is the domain of applications to teach.
type Service struct {
	DB      *db.DB
	Clock   clock.Clock
	Box     *seal.Box
	Store   blob.Store
	Media   *media.Service
	Catalog *catalog.Service
	Message *message.Service
}

// Form is what an applicant tells; it becomes the profile.
type Form struct {
	Name   string   `json:"name"`
	Title  string   `json:"title"`
	Bio    string   `json:"bio"`
	Fields []string `json:"fields"` // what they would teach
}

// File is a paper of an application, without its content.
type File struct {
	ID            int64
	UserID        int64
	ApplicationID int64
	Name          string `db:"-"`
	Bytes         int64
	Mime          string
}

// Application is one try of one person.
type Application struct {
	ID           int64
	UserID       int64
	State        string
	Reason       string
	InstructorID int64
	DecidedBy    int64
	DecidedAt    int64
	CreatedAt    int64
	Nickname     string // of the applicant
	PhoneMasked  string // of the applicant's account
	Form         Form   `db:"-"`
	Files        []File `db:"-"`
}

type row struct {
	Application
	Sealed []byte
}

type fileRow struct {
	File
	SealedName []byte
	BlobKey    string
}

func (f Form) clean() (Form, error) {
	f.Name, f.Title, f.Bio = text.Line(f.Name), text.Line(f.Title), text.Lines(f.Bio)
	between := func(s string, least, most int) bool {
		n := utf8.RuneCountInString(s)
		return n >= least && n <= most
	}
	switch {
	case !between(f.Name, 1, 20):
		return f, ErrForm.Field("name", "姓名为 1–20 个字")
	case !between(f.Title, 1, 40):
		return f, ErrForm.Field("title", "头衔为 1–40 个字")
	case !between(f.Bio, 20, 1000):
		return f, ErrForm.Field("bio", "介绍为 20–1000 个字")
	case len(f.Fields) < 1 || len(f.Fields) > 5:
		return f, ErrForm.Field("fields", "填 1–5 个想教的方向")
	}
	out := make([]string, len(f.Fields))
	for i, x := range f.Fields {
		if out[i] = text.Line(x); !between(out[i], 1, 20) {
			return f, ErrForm.Field("fields", "每个方向 1–20 个字")
		}
	}
	f.Fields = out
	return f, nil
}

func (s *Service) sealed(f Form) []byte {
	raw, err := json.Marshal(f)
	if err != nil {
		panic(err) // plain texts
	}
	return s.Box.Seal(formPurpose, raw)
}

func (s *Service) opened(r row) (Application, error) {
	a := r.Application
	raw, err := s.Box.Open(formPurpose, r.Sealed)
	if err == nil {
		err = json.Unmarshal(raw, &a.Form)
	}
	if err != nil {
		return a, fmt.Errorf("teacher: application %d: %w", a.ID, err)
	}
	return a, nil
}

func (s *Service) named(f fileRow) (File, error) {
	raw, err := s.Box.Open(namePurpose, f.SealedName)
	if err != nil {
		return f.File, fmt.Errorf("teacher: paper %d: %w", f.ID, err)
	}
	f.Name = string(raw)
	return f.File, nil
}

func none(err, other error) error {
	if errors.Is(err, db.ErrNone) {
		return other
	}
	return err
}
