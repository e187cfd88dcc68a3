package challenge

import (
	"context"
	"fmt"
	"io"
	"unicode/utf8"

	"zhizhou/internal/audit"
	"zhizhou/internal/db"
	"zhizhou/internal/id"
	"zhizhou/internal/text"
)

// Award is what the teacher gave to one of the first three of a week that is over.
type Award struct {
	ID        int64
	ClassID   int64
	Week      int64 // its Monday, ordinal
	MemberID  int64
	Place     int64
	Review    string
	Material  string
	FileName  string
	BlobKey   string
	Mime      string
	UpdatedAt int64
}

func (s *Service) awardsOf(ctx context.Context, memberID int64) ([]Award, error) {
	var rows []Award
	err := s.DB.List(ctx, qAwardsOf, &rows, memberID)
	return rows, err
}

// Top returns the first three of a week and what they were given; week is any day of it,
// 0 the last one that is over. Returns ErrClass.
func (s *Service) Top(ctx context.Context, scope, classID, week int64) (monday int64, rows []Place, given []Award, err error) {
	if _, err := s.Class(ctx, scope, classID); err != nil {
		return 0, nil, nil, err
	}
	if monday = weekOf(week); week == 0 {
		monday = weekOf(s.today()) - 7
	}
	if rows, err = s.week(ctx, classID, monday, mostPlaces); err != nil {
		return monday, nil, nil, err
	}
	for i, r := range rows {
		if r.Place > 3 {
			rows = rows[:i]
			break
		}
	}
	err = s.DB.List(ctx, qAwards, &given, classID, monday)
	return monday, rows, given, err
}

// top finds one of the first three of a week that is over. Returns ErrClass, ErrNotTop.
func (s *Service) top(ctx context.Context, scope, classID, week, memberID int64) (Class, int64, Place, error) {
	c, err := s.Class(ctx, scope, classID)
	if err != nil {
		return c, 0, Place{}, err
	}
	monday, rows, _, err := s.Top(ctx, scope, classID, week)
	if err != nil {
		return c, 0, Place{}, err
	}
	for _, r := range rows {
		if r.MemberID == memberID && monday < weekOf(s.today()) {
			return c, monday, r, nil
		}
	}
	return c, 0, Place{}, ErrNotTop
}

// Award gives one of the first three of a week that is over a review or material in
// words, or changes them. Returns ErrClass, ErrNotTop, ErrAward.
func (s *Service) Award(ctx context.Context, scope, staffID, classID, week, memberID int64, review, material string) error {
	c, monday, of, err := s.top(ctx, scope, classID, week, memberID)
	if err != nil {
		return err
	}
	review, material = text.Lines(review), text.Lines(material)
	switch {
	case utf8.RuneCountInString(review) > 500:
		return ErrAward.Field("review", "点评不超过 500 个字")
	case utf8.RuneCountInString(material) > 2000:
		return ErrAward.Field("material", "资料不超过 2000 个字")
	case review == "" && material == "":
		return ErrAward.Field("review", "写点评，或写一份资料")
	}
	return s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if _, err := tx.Exec(ctx, qAwardSave, id.New(), classID, monday, memberID, of.Place, review, material, staffID, s.now()); err != nil {
			return err
		}
		return s.given(ctx, tx, c, monday, of, review)
	})
}

// AwardWith gives one of the first three of a week that is over a file, instead of one
// that was given before. Returns ErrClass, ErrNotTop, media.ErrTooBig, media.ErrFileType.
func (s *Service) AwardWith(ctx context.Context, scope, staffID, classID, week, memberID int64, name string, r io.Reader) error {
	c, monday, of, err := s.top(ctx, scope, classID, week, memberID)
	if err != nil {
		return err
	}
	f, err := s.Media.SaveFile(ctx, name, r)
	if err != nil {
		return err
	}
	return s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if _, err := tx.Exec(ctx, qAwardFileSave, id.New(), classID, monday, memberID, of.Place, f.Name, f.Key, f.Mime, staffID, s.now()); err != nil {
			return err
		}
		return s.given(ctx, tx, c, monday, of, "")
	})
}

func (s *Service) given(ctx context.Context, tx *db.Tx, c Class, monday int64, of Place, words string) error {
	if err := s.tell(ctx, tx, News{UserID: of.UserID, ClassID: c.ID, ID: of.MemberID, Kind: "award", Title: c.Title, Body: words, Week: monday}); err != nil {
		return err
	}
	return audit.Write(ctx, tx, s.Clock, "class.award", fmt.Sprintf("class:%d", c.ID), "", fmt.Sprintf("user:%d week:%d", of.UserID, DayOf(monday)), "")
}

// AwardFile opens the file that a member was given. Returns ErrFile.
func (s *Service) AwardFile(ctx context.Context, userID, awardID int64) (File, io.ReadSeekCloser, error) {
	var f File
	if err := s.DB.Get(ctx, qAwardFile, &f, awardID, userID); err != nil {
		return f, nil, none(err, ErrFile)
	}
	body, _, err := s.Media.Open(ctx, f.BlobKey)
	return f, body, err
}
