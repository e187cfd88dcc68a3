package live

import (
	"context"
	"net/url"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"zhizhou/internal/db"
	"zhizhou/internal/id"
)

// Kinds of messages.
const (
	Chat     = "chat"
	Question = "question"
)

const (
	maxBody    = 200
	burst      = 5  // messages of one learner in ten seconds
	perMinute  = 15 // and in a minute
	repeatTime = 60_000
)

// Message is what somebody said in a room.
type Message struct {
	ID         int64
	LessonID   int64
	UserID     int64 // 0: staff
	StaffID    int64
	Name       string // as everybody reads it
	Nickname   string // for staff; empty where it was not asked for
	Kind       string
	Body       string
	CreatedAt  int64
	ChangedAt  int64
	HiddenAt   int64
	AnsweredAt int64
}

// Draft is a message before it is shown.
type Draft struct {
	LessonID, UserID, StaffID int64
	Name, Kind, Body          string
	Before                    []string // what the same learner said in the last minute
}

// Review decides whether a message may be shown; refusal is what its writer is told.
// It is asked before the message exists and outside of transactions.
type Review func(ctx context.Context, d Draft) (refusal error, err error)

// Speaker is who says something.
type Speaker struct {
	UserID, StaffID int64
	Name            string // as shown
}

// Say puts a message into a room. A learner is masked by the caller, may not be
// muted, and may not flood. Returns ErrMessage, ErrMuted, ErrTooFast, ErrNoRoom,
// ErrOver.
func (s *Service) Say(ctx context.Context, lessonID int64, by Speaker, kind, body string) (Message, error) {
	body = tidy(body)
	if kind != Chat && kind != Question {
		return Message{}, ErrMessage
	}
	r, err := s.Room(ctx, lessonID)
	if err != nil {
		return Message{}, err
	}
	if r.State == Ended {
		return Message{}, ErrOver
	}
	d := Draft{LessonID: lessonID, UserID: by.UserID, StaffID: by.StaffID, Name: by.Name, Kind: kind, Body: body}
	if by.UserID != 0 {
		if err := s.maySay(ctx, s.db, &d); err != nil {
			return Message{}, err
		}
	}
	if refusal, err := s.review(ctx, d); err != nil || refusal != nil {
		return Message{}, orElse(err, refusal)
	}
	m := Message{ID: id.New(), LessonID: lessonID, UserID: by.UserID, StaffID: by.StaffID, Name: by.Name, Kind: kind, Body: body}
	err = s.db.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if by.UserID != 0 {
			// The row serialises one learner's messages, so that a burst cannot slip past.
			if _, err := tx.Exec(ctx, qCame, lessonID, by.UserID, s.now()); err != nil {
				return err
			}
			if err := s.maySay(ctx, tx, &d); err != nil {
				return err
			}
		}
		m.CreatedAt = s.now()
		m.ChangedAt = m.CreatedAt
		_, err := tx.Exec(ctx, qTalk, m.ID, m.LessonID, m.UserID, m.StaffID, m.Name, m.Kind, m.Body, m.CreatedAt)
		return err
	})
	if err != nil {
		return Message{}, err
	}
	s.kick(lessonID)
	return m, nil
}

// maySay refuses who is muted or too fast, and fills in what was said before.
func (s *Service) maySay(ctx context.Context, r db.Reader, d *Draft) error {
	var muted int64
	if err := r.Get(ctx, qMuted, &muted, d.LessonID, d.UserID); err != nil {
		return err
	}
	if muted > 0 {
		return ErrMuted
	}
	var said []struct {
		Body      string
		CreatedAt int64
	}
	now := s.now()
	if err := r.List(ctx, qTalkMine, &said, d.LessonID, d.UserID, now-repeatTime); err != nil {
		return err
	}
	d.Before = d.Before[:0]
	quick := 0
	for _, x := range said {
		d.Before = append(d.Before, x.Body)
		if x.CreatedAt > now-10_000 {
			quick++
		}
	}
	if quick >= burst || len(said) >= perMinute {
		return ErrTooFast.Retry(10)
	}
	return nil
}

// tidy leaves one line of visible text.
func tidy(text string) string {
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) && r != '\u200d' { // which joins emoji
			return ' '
		}
		return r
	}, strings.ToValidUTF8(text, ""))
	return strings.Join(strings.Fields(text), " ")
}

var linkish = regexp.MustCompile(`(?i)(https?://|www\.|[a-z0-9-]{2,}\.(com|cn|net|org|top|xyz|vip|cc|io|me|shop|site|info|club|tv|app|link)\b)`)

// plainReview is the built-in moderation: length, links from staff alone, no
// repeats, none of the school's own words. It understands nothing of meaning.
func (s *Service) plainReview(ctx context.Context, d Draft) (refusal error, err error) {
	if d.Body == "" || utf8.RuneCountInString(d.Body) > maxBody {
		return ErrMessage.Say("请写 1–200 个字"), nil
	}
	if d.UserID == 0 {
		return nil, nil
	}
	plain, err := url.QueryUnescape(d.Body)
	if err != nil {
		plain = d.Body
	}
	if linkish.MatchString(plain) {
		return ErrMessage.Say("直播间里不能发链接"), nil
	}
	for _, b := range d.Before {
		if folded(b) == folded(d.Body) {
			return ErrMessage.Say("刚才已经说过了"), nil
		}
	}
	words, err := s.words(ctx)
	if err != nil {
		return nil, err
	}
	text := folded(d.Body)
	for _, w := range words {
		if w = folded(w); w != "" && strings.Contains(text, w) {
			return ErrMessage.Say("消息里有不合适的内容，请修改后再发"), nil
		}
	}
	return nil, nil
}

// folded leaves letters, digits and hanzi, small.
func folded(text string) string {
	return strings.ToLower(strings.Map(func(r rune) rune {
		if r >= '！' && r <= '～' { // full width
			r -= '！' - '!'
		}
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, text))
}

// Messages lists what was said, newest first, before the id before (0: from the
// newest). all adds what was taken down.
func (s *Service) Messages(ctx context.Context, lessonID int64, kind string, before int64, limit int, all bool) ([]Message, error) {
	var out []Message
	err := s.db.List(ctx, qTalkOf, &out, lessonID, kind, before, limit, all)
	return out, err
}

// Hide takes a message down. Returns ErrTalkGone and what Mine returns.
func (s *Service) Hide(ctx context.Context, scope, lessonID, messageID int64) error {
	return s.change(ctx, scope, lessonID, "live.hide", map[string]int64{"message": messageID}, func(ctx context.Context, tx *db.Tx, r Room) error {
		n, err := tx.Exec(ctx, qHide, messageID, lessonID, s.now())
		if err != nil || n == 0 {
			return orElse(err, ErrTalkGone)
		}
		if r.OnScreen == messageID {
			return tx.Sure(ctx, qScreen, lessonID, 0)
		}
		return nil
	})
}

// Answered marks a question as answered. Returns ErrTalkGone and what Mine returns.
func (s *Service) Answered(ctx context.Context, scope, lessonID, messageID int64) error {
	return s.change(ctx, scope, lessonID, "", nil, func(ctx context.Context, tx *db.Tx, r Room) error {
		n, err := tx.Exec(ctx, qAnswered, messageID, lessonID, s.now())
		if err != nil || n == 0 {
			return orElse(err, ErrTalkGone)
		}
		if r.OnScreen == messageID {
			return tx.Sure(ctx, qScreen, lessonID, 0)
		}
		return nil
	})
}

// PutOnScreen shows the question that is being answered to everybody; 0 takes it
// away. Returns ErrTalkGone and what Mine returns.
func (s *Service) PutOnScreen(ctx context.Context, scope, lessonID, messageID int64) error {
	return s.change(ctx, scope, lessonID, "", nil, func(ctx context.Context, tx *db.Tx, _ Room) error {
		if messageID != 0 {
			var m Message
			if err := tx.Get(ctx, qTalkGet, &m, messageID, lessonID); err != nil {
				return none(err, ErrTalkGone)
			}
			if m.Kind != Question || m.HiddenAt != 0 {
				return ErrTalkGone
			}
		}
		return tx.Sure(ctx, qScreen, lessonID, messageID)
	})
}

// Mute silences a learner in a room, or lets them speak again. Returns what Mine
// returns.
func (s *Service) Mute(ctx context.Context, scope, lessonID, userID, staffID int64, on bool) error {
	return s.change(ctx, scope, lessonID, "live.mute", map[string]any{"user": userID, "on": on}, func(ctx context.Context, tx *db.Tx, _ Room) error {
		if on {
			_, err := tx.Exec(ctx, qMute, lessonID, userID, staffID, s.now())
			return err
		}
		_, err := tx.Exec(ctx, qUnmute, lessonID, userID)
		return err
	})
}
