package teacher

import (
	"bytes"
	"context"
	"errors"
	"slices"

	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/id"
)

// Desk is the page on which a learner asks to teach.
type Desk struct {
	PhoneMasked string // "" without a phone: nothing can be sent in
	Own         []Application
	Drafts      []File // sent up, not sent in
}

// Desk returns a learner's applications, the newest first.
func (s *Service) Desk(ctx context.Context, userID int64) (Desk, error) {
	var d Desk
	if err := none(s.DB.Get(ctx, qPhone, &d.PhoneMasked, userID), ErrGone); err != nil {
		return d, err
	}
	var rows []row
	if err := s.DB.List(ctx, qOwn, &rows, userID); err != nil {
		return d, err
	}
	for _, r := range rows {
		a, err := s.whole(ctx, r)
		if err != nil {
			return d, err
		}
		d.Own = append(d.Own, a)
	}
	var err error
	d.Drafts, err = s.files(ctx, qDrafts, userID)
	return d, err
}

func (s *Service) whole(ctx context.Context, r row) (Application, error) {
	a, err := s.opened(r)
	if err == nil {
		a.Files, err = s.files(ctx, qFiles, a.ID)
	}
	return a, err
}

func (s *Service) files(ctx context.Context, q *db.Stmt, of int64) ([]File, error) {
	var rows []fileRow
	if err := s.DB.List(ctx, q, &rows, of); err != nil {
		return nil, err
	}
	out := make([]File, len(rows))
	for i, r := range rows {
		var err error
		if out[i], err = s.named(r); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// AddFile keeps a paper for an application to come, sealed. Returns ErrFiles, ErrOften,
// ErrBig, media.ErrFileType, media.ErrBroken, media.ErrTooBig, media.ErrImageTooMany.
func (s *Service) AddFile(ctx context.Context, userID int64, name string, raw []byte) (File, error) {
	if len(raw) > MostBytes {
		return File{}, ErrBig
	}
	kept, plain, err := s.Media.Paper(ctx, name, raw)
	if err != nil {
		return File{}, err
	}
	f := fileRow{File: File{ID: id.New(), UserID: userID, Name: kept.Name, Bytes: kept.Bytes, Mime: kept.Mime}, BlobKey: "paper/" + id.Token(16)}
	f.SealedName = s.Box.Seal(namePurpose, []byte(f.Name))
	// The row comes first: an object without one would be forgotten for ever.
	err = s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		var phone string
		var waiting, all int64
		if err := tx.Get(ctx, qFileRoom, &phone, userID); err != nil {
			return err
		}
		if err := tx.Get(ctx, qFileCount, &waiting, userID, 0); err != nil {
			return err
		}
		if err := tx.Get(ctx, qFileCount, &all, userID, -1); err != nil {
			return err
		}
		switch {
		case waiting >= mostFiles:
			return ErrFiles
		case all >= mostAtOnce: // also those that were taken back and are not deleted yet
			return ErrOften.Retry(3600)
		}
		_, err := tx.Exec(ctx, qFileInsert, f.ID, userID, f.SealedName, f.BlobKey, f.Bytes, f.Mime, clock.MS(s.Clock))
		return err
	})
	if err != nil {
		return File{}, err
	}
	sealed := s.Box.Seal(paperPurpose, plain)
	if err := s.Store.Put(ctx, f.BlobKey, bytes.NewReader(sealed), int64(len(sealed)), "application/octet-stream"); err != nil {
		return File{}, errors.Join(err, s.DropFile(ctx, userID, f.ID))
	}
	return f.File, nil
}

// DropFile takes back a paper that was not sent in. Returns ErrFile.
func (s *Service) DropFile(ctx context.Context, userID, fileID int64) error {
	return s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		n, err := tx.Exec(ctx, qFileDrop, fileID, userID)
		if err == nil && n == 0 {
			err = ErrFile
		}
		return err
	})
}

// Apply sends an application in, one at a time, and returns its id. Returns ErrForm,
// ErrPhone, ErrOpen, ErrAlready, ErrOften, ErrFile, ErrFiles.
func (s *Service) Apply(ctx context.Context, userID int64, f Form, files []int64) (int64, error) {
	f, err := f.clean()
	if err != nil {
		return 0, err
	}
	files = slices.Compact(slices.Sorted(slices.Values(files)))
	if len(files) > mostFiles {
		return 0, ErrFiles
	}
	made, now, sealed := id.New(), clock.MS(s.Clock), s.sealed(f)
	err = s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		var phone string
		if err := tx.Get(ctx, qPhone, &phone, userID); err != nil {
			return err
		}
		if phone == "" {
			return ErrPhone
		}
		var sent int64
		if err := tx.Get(ctx, qSince, &sent, userID, now-monthMS); err != nil {
			return err
		}
		if sent >= mostInMonth {
			return ErrOften.Retry(24 * 3600)
		}
		n, err := tx.Exec(ctx, qInsert, made, userID, sealed, now)
		if err != nil {
			return err
		}
		if n == 0 {
			return s.whyNot(ctx, tx, userID)
		}
		for _, fileID := range files {
			n, err := tx.Exec(ctx, qFileAttach, fileID, userID, made)
			if err != nil {
				return err
			}
			if n == 0 {
				return ErrFile
			}
		}
		return nil
	})
	return made, err
}

func (s *Service) whyNot(ctx context.Context, tx *db.Tx, userID int64) error {
	var state string
	if err := none(tx.Get(ctx, qLive, &state, userID), ErrOpen); err != nil {
		return err
	}
	if state == Approved {
		return ErrAlready
	}
	return ErrOpen
}

// Withdraw takes an application back that nobody has decided; its papers are deleted.
// Returns ErrGone, ErrDecided.
func (s *Service) Withdraw(ctx context.Context, userID, applicationID int64) error {
	return s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		var a row
		if err := tx.Get(ctx, qOne, &a, applicationID); err != nil {
			return none(err, ErrGone)
		}
		if a.UserID != userID {
			return ErrGone
		}
		n, err := tx.Exec(ctx, qWithdraw, applicationID, userID, clock.MS(s.Clock))
		if err != nil {
			return err
		}
		if n == 0 {
			return ErrDecided
		}
		_, err = tx.Exec(ctx, qFilesDrop, applicationID)
		return err
	})
}
