package card

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"zhizhou/internal/audit"
	"zhizhou/internal/db"
	"zhizhou/internal/errs"
	"zhizhou/internal/text"
)

// The refusals of mentor notes.
var (
	ErrNote        = errs.New(errs.Invalid, "mentor_note_invalid", "请检查寄语")
	ErrNoteChanged = errs.New(errs.Conflict, "mentor_note_changed", "这条寄语刚被改过，请刷新后再看一遍")
	ErrNoteGone    = errs.New(errs.NotFound, "mentor_note_gone", "这张证据卡还没有寄语")
	ErrVoice       = errs.New(errs.Invalid, "mentor_voice", "请上传 10 MB 以内的录音：MP3、M4A、WAV、FLAC 或 OGG")
)

// The length of a mentor's words, in characters: what is written by a template is a
// paragraph, what a person writes may be shorter.
const (
	leastWritten = 20
	leastFilled  = 100
	mostNote     = 150
	mostAtOnce   = 200
	mostVoice    = 10 << 20 // bytes
)

// MentorNote is what a mentor says on a card.
type MentorNote struct {
	CardID     int64
	Mentor     string // who says it
	Body       string
	State      string // "draft" or "approved"
	VoiceKey   string
	VoiceMime  string
	WrittenBy  int64
	ApprovedBy int64
	ApprovedAt int64
	Version    int64
	UpdatedAt  int64
}

const (
	noteColumns = `card_id, mentor, body, state, voice_key, voice_mime, written_by, approved_by, approved_at, version, updated_at`
	// inScope narrows cards c to those of an instructor's courses and classes or, below
	// zero, to the milestones of the classes that a class teacher leads; 0: all.
	inScope = `(CAST($1 AS BIGINT) = 0 OR EXISTS (SELECT 1 FROM courses k WHERE k.id = c.course_id AND k.instructor_id = $1)
		OR c.kind = 'days' AND EXISTS (SELECT 1 FROM challenge_milestones m JOIN challenge_classes g ON g.id = m.class_id WHERE m.id = c.part_id AND (g.instructor_id = $1 OR g.teacher_id > 0 AND g.teacher_id = -CAST($1 AS BIGINT))))`
)

var (
	qDesk = db.Q("card/desk", `SELECT `+columns+`, COALESCE(n.mentor, '') AS mentor, COALESCE(n.body, '') AS note, COALESCE(n.state, '') AS note_state, COALESCE(n.voice_key, '') AS voice_key, COALESCE(n.version, 0) AS note_version
		FROM cards c LEFT JOIN mentor_notes n ON n.card_id = c.id
		WHERE `+inScope+` AND (CAST($2 AS BIGINT) = 0 OR c.course_id = $2) AND ($3 = '' OR c.kind = $3) AND ($4 = '' OR c.code = $4)
		AND ($5 = '' OR ($5 = 'none' AND n.card_id IS NULL AND c.revoked_at = 0) OR n.state = $5) AND c.revoke_kind <> 'merged' AND (CAST($6 AS BIGINT) = 0 OR c.id < $6) ORDER BY c.id DESC LIMIT $7`)
	qScoped = db.Q("card/scoped", `SELECT `+columns+` FROM cards c WHERE `+inScope+` AND c.id = $2`)
	qBare   = db.Q("card/bare", `SELECT `+columns+` FROM cards c WHERE `+inScope+` AND (CAST($2 AS BIGINT) = 0 OR c.course_id = $2) AND ($3 = '' OR c.kind = $3) AND c.revoked_at = 0 AND c.id > $4
		AND NOT EXISTS (SELECT 1 FROM mentor_notes n WHERE n.card_id = c.id) ORDER BY c.id LIMIT $5`)
	qNote        = db.Q("card/note", `SELECT `+noteColumns+` FROM mentor_notes WHERE card_id = $1`)
	qNoteSaid    = db.Q("card/note_said", `SELECT `+noteColumns+` FROM mentor_notes WHERE card_id = $1 AND state = 'approved'`)
	qNoteAdd     = db.Q("card/note_add", `INSERT INTO mentor_notes (card_id, mentor, body, state, written_by, created_at, updated_at) VALUES ($1, $2, $3, 'draft', $4, $5, $5) ON CONFLICT DO NOTHING`)
	qNoteWrite   = db.Q("card/note_write", `UPDATE mentor_notes SET mentor = $2, body = $3, state = 'draft', approved_by = 0, approved_at = 0, written_by = $4, version = version + 1, updated_at = $5 WHERE card_id = $1 AND version = $6`)
	qNoteApprove = db.Q("card/note_approve", `UPDATE mentor_notes SET state = 'approved', approved_by = $3, approved_at = $4, updated_at = $4, version = version + 1 WHERE card_id = $1 AND version = $2 AND state = 'draft'`)
	qNoteVoice   = db.Q("card/note_voice", `UPDATE mentor_notes SET voice_key = $2, voice_mime = $3, state = 'draft', approved_by = 0, approved_at = 0, version = version + 1, updated_at = $4 WHERE card_id = $1 AND version = $5`)
)

// Sift narrows the cards that staff look at.
type Sift struct {
	Scope    int64 // of whom: an instructor, below zero a class teacher; 0: all
	CourseID int64 // 0: all
	Kind     string
	Code     string
	Note     string // "none", "draft", "approved" or "" for all
}

// DeskCard is a card as staff see it, with what its mentor says.
type DeskCard struct {
	Card
	Mentor      string
	Note        string
	NoteState   string // "" when there is none
	VoiceKey    string
	NoteVersion int64
}

// Desk lists cards for staff, the newest first, before an id.
func (s *Service) Desk(ctx context.Context, f Sift, before int64, limit int) ([]DeskCard, error) {
	var rows []struct {
		row
		Mentor      string
		Note        string
		NoteState   string
		VoiceKey    string
		NoteVersion int64
	}
	if err := s.DB.List(ctx, qDesk, &rows, f.Scope, f.CourseID, f.Kind, strings.ToUpper(strings.TrimSpace(f.Code)), f.Note, before, limit); err != nil {
		return nil, err
	}
	out := make([]DeskCard, len(rows))
	for i, x := range rows {
		c, err := opened(x.row)
		if err != nil {
			return nil, err
		}
		out[i] = DeskCard{c, x.Mentor, x.Note, x.NoteState, x.VoiceKey, x.NoteVersion}
	}
	return out, nil
}

// scoped finds a card that somebody writes notes for (see inScope). Returns ErrGone.
func (s *Service) scoped(ctx context.Context, r db.Reader, scope, cardID int64) (Card, error) {
	return s.one(ctx, r, qScoped, scope, cardID)
}

// Said is what the mentor says on a card, once it was approved; false when nothing is.
func (s *Service) Said(ctx context.Context, c Card) (MentorNote, bool, error) {
	var n MentorNote
	err := s.DB.Get(ctx, qNoteSaid, &n, c.ID)
	if errors.Is(err, db.ErrNone) {
		return n, false, nil
	}
	n.Body = c.heard(n.Body)
	return n, err == nil, err
}

// learner stands in a note for how its card names its owner, which they may change later.
const learner = "{learner}"

// called is how a card's owner is spoken to: as they chose to be shown on it.
func (c Card) called() string { return cmp.Or(c.Name, "同学") }

// heard is what a mentor said with the owner of a card called as on the card; also where a
// mentor wrote the name out.
func (c Card) heard(body string) string {
	body = strings.ReplaceAll(body, learner, c.called())
	if c.Shown != Nickname && utf8.RuneCountInString(c.Nickname) > 1 {
		body = strings.ReplaceAll(body, c.Nickname, c.called())
	}
	return body
}

// Write sets the words of a card's note; they are a draft until they are approved again.
// version is that of the note as it was read, 0 when there was none. Returns ErrNote,
// ErrGone, ErrNoteChanged.
func (s *Service) Write(ctx context.Context, scope, cardID, version int64, mentor, body string) error {
	read, err := s.scoped(ctx, s.DB, scope, cardID)
	if err != nil {
		return err
	}
	mentor, body = text.Line(mentor), text.Line(body)
	switch n := utf8.RuneCountInString(strings.ReplaceAll(body, learner, read.Nickname)); {
	case n < leastWritten || n > mostNote:
		return ErrNote.Field("body", fmt.Sprintf("寄语为 %d–%d 个字，现在 %d 个字", leastWritten, mostNote, n))
	case mentor == "" || utf8.RuneCountInString(mentor) > 20:
		return ErrNote.Field("mentor", "请写导师的名字，1–20 个字")
	}
	return s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		c, err := s.scoped(ctx, tx, scope, cardID)
		if err != nil {
			return err
		}
		if c.RevokedAt > 0 {
			return ErrRevoked
		}
		by := audit.ActorOf(ctx).ID
		var n int64
		if version == 0 {
			n, err = tx.Exec(ctx, qNoteAdd, cardID, mentor, body, by, s.now())
		} else {
			n, err = tx.Exec(ctx, qNoteWrite, cardID, mentor, body, by, s.now(), version)
		}
		if err != nil {
			return err
		}
		if n == 0 {
			return ErrNoteChanged
		}
		return audit.Write(ctx, tx, s.Clock, "mentor_note.write", target(cardID), nil, map[string]any{"characters": utf8.RuneCountInString(body)}, "")
	})
}

func target(cardID int64) string { return fmt.Sprintf("card:%d", cardID) }

// Choice names a note as it was read.
type Choice struct {
	CardID  int64
	Version int64
}

// Approve shows notes to everybody who sees their cards, and tells the learners. One that
// was changed since, or is shown already, is left alone; it returns how many were approved.
func (s *Service) Approve(ctx context.Context, scope int64, choices []Choice) (int, error) {
	choices = slices.Clone(choices)
	slices.SortFunc(choices, func(a, b Choice) int { return cmp.Compare(a.CardID, b.CardID) })
	done := 0
	err := s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		done = 0
		for _, x := range choices {
			c, err := s.scoped(ctx, tx, scope, x.CardID)
			if errors.Is(err, ErrGone) || err == nil && c.RevokedAt > 0 {
				continue
			}
			if err != nil {
				return err
			}
			n, err := tx.Exec(ctx, qNoteApprove, x.CardID, x.Version, audit.ActorOf(ctx).ID, s.now())
			if err != nil {
				return err
			}
			if n == 0 {
				continue
			}
			done++
			if err := audit.Write(ctx, tx, s.Clock, "mentor_note.approve", target(x.CardID), "draft", "approved", ""); err != nil {
				return err
			}
			for _, f := range s.onSaid {
				if err := f(ctx, tx, c); err != nil {
					return err
				}
			}
		}
		return nil
	})
	return done, err
}

// Voice opens what a mentor said aloud for a card in somebody's scope,
// approved or not. Returns ErrGone.
func (s *Service) Voice(ctx context.Context, scope, cardID int64) (key, mime string, err error) {
	if _, err := s.scoped(ctx, s.DB, scope, cardID); err != nil {
		return "", "", err
	}
	var n MentorNote
	if err := s.DB.Get(ctx, qNote, &n, cardID); err != nil && !errors.Is(err, db.ErrNone) {
		return "", "", err
	}
	if n.VoiceKey == "" {
		return "", "", ErrGone.Say("这张卡没有语音")
	}
	return n.VoiceKey, n.VoiceMime, nil
}

// Speak keeps what a mentor said aloud for a card whose note is written; it has to be
// approved again. r is an audio file of at most 10 MB; nil takes it away. Returns
// ErrVoice, ErrGone, ErrNoteGone, ErrNoteChanged.
func (s *Service) Speak(ctx context.Context, scope, cardID, version int64, name string, r io.Reader) error {
	if _, err := s.scoped(ctx, s.DB, scope, cardID); err != nil {
		return err
	}
	var old MentorNote
	if err := s.DB.Get(ctx, qNote, &old, cardID); err != nil {
		if errors.Is(err, db.ErrNone) {
			err = ErrNoteGone.Say("请先写寄语，再录语音")
		}
		return err
	}
	var key, mime string
	if r != nil {
		var size int64
		var err error
		if key, mime, size, err = s.Keep(ctx, name, io.LimitReader(r, mostVoice+1)); err != nil {
			return err
		}
		if size > mostVoice || !strings.HasPrefix(mime, "audio/") && mime != "video/mp4" { // an M4A is an MP4
			return errors.Join(s.Drop(ctx, key), ErrVoice)
		}
	}
	err := s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		n, err := tx.Exec(ctx, qNoteVoice, cardID, key, mime, s.now(), version)
		if err != nil {
			return err
		}
		if n == 0 {
			return ErrNoteChanged
		}
		return audit.Write(ctx, tx, s.Clock, "mentor_note.voice", target(cardID), old.VoiceKey != "", key != "", "")
	})
	unused := old.VoiceKey
	if err != nil {
		unused = key
	}
	if unused != "" {
		if dropped := s.Drop(ctx, unused); err == nil {
			err = dropped
		}
	}
	return err
}

// Revoke takes a card in somebody's scope back for good, as for study
// that was not the learner's own. Returns ErrReason, ErrGone, ErrRevoked.
func (s *Service) Revoke(ctx context.Context, scope, cardID int64, reason string) error {
	reason = text.Line(reason)
	if n := utf8.RuneCountInString(reason); n < 2 || n > 200 {
		return ErrReason.Field("reason", "原因要 2 到 200 个字")
	}
	return s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		c, err := s.scoped(ctx, tx, scope, cardID)
		if err != nil {
			return err
		}
		n, err := tx.Exec(ctx, qRevokeOne, cardID, s.now(), reason)
		if err != nil {
			return err
		}
		if n == 0 {
			return ErrRevoked
		}
		for _, f := range s.onRevoked {
			if err := f(ctx, tx, c, reason); err != nil {
				return err
			}
		}
		return audit.Write(ctx, tx, s.Clock, "card.revoke", target(cardID), nil, map[string]any{"kind": c.Kind, "course_id": c.CourseID}, reason)
	})
}
