package card

import (
	"context"
	"errors"
	"fmt"
	"unicode/utf8"

	"zhizhou/internal/audit"
	"zhizhou/internal/db"
	"zhizhou/internal/errs"
	"zhizhou/internal/id"
	"zhizhou/internal/note"
	"zhizhou/internal/text"
)

// The refusals of what others say to a card.
var (
	ErrComment = errs.New(errs.Invalid, "card_comment_invalid", "请写 1–100 个字")
	ErrCheered = errs.New(errs.Conflict, "card_cheered", "你已经为这张卡助力过了")
	ErrReuse   = errs.New(errs.Conflict, "idempotency_conflict", "这个请求已用于另一条留言，请重试")
)

const mostComment = 100 // characters

// Comment is what somebody says to a card.
type Comment struct {
	ID        int64
	CardID    int64
	UserID    int64
	Nickname  string
	Avatar    string
	Body      string
	Cheer     bool // 助力: it stands above the others
	State     string
	Reason    string
	Version   int64
	CreatedAt int64
	UpdatedAt int64
}

const (
	commentColumns = `m.id, m.card_id, m.user_id, u.nickname, u.avatar, m.body, m.cheer, m.state, m.reason, m.version, m.created_at, m.updated_at`
	commentRows    = ` FROM card_comments m JOIN users u ON u.id = m.user_id`
)

var (
	qLike     = db.Q("card/like", `INSERT INTO card_likes (card_id, user_id, created_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`)
	qUnlike   = db.Q("card/unlike", `DELETE FROM card_likes WHERE card_id = $1 AND user_id = $2`)
	qReaction = db.Q("card/reaction", `SELECT (SELECT COUNT(*) FROM card_likes WHERE card_id = $1) AS likes, (SELECT COUNT(*) FROM card_likes WHERE card_id = $1 AND user_id = $2) AS liked,
		(SELECT COUNT(*) FROM card_comments WHERE card_id = $1 AND cheer AND state = 'shown') AS cheers, (SELECT COUNT(*) FROM card_comments WHERE card_id = $1 AND user_id = $2 AND cheer) AS cheered`)
	qComments = db.Q("card/comments", `SELECT `+commentColumns+commentRows+` WHERE m.card_id = $1 AND (m.state = 'shown' OR m.user_id = $2)
		AND (CAST($3 AS BIGINT) = 0 OR CASE WHEN m.cheer THEN 1 ELSE 0 END < $4 OR (CASE WHEN m.cheer THEN 1 ELSE 0 END = $4 AND m.id < $3))
		ORDER BY CASE WHEN m.cheer THEN 1 ELSE 0 END DESC, m.id DESC LIMIT $5`)
	qCommentAdd  = db.Q("card/comment_add", `INSERT INTO card_comments (id, card_id, user_id, body, cheer, state, request, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8) ON CONFLICT DO NOTHING`)
	qCommentBy   = db.Q("card/comment_by", `SELECT `+commentColumns+commentRows+` WHERE m.user_id = $1 AND m.request = $2`)
	qCommentOne  = db.Q("card/comment_one", `SELECT `+commentColumns+commentRows+` WHERE m.id = $1`)
	qCommentDrop = db.Q("card/comment_drop", `DELETE FROM card_comments WHERE id = $1 AND user_id = $2`)

	qQueue = db.Q("card/queue", `SELECT `+commentColumns+`, c.course_id, c.facts AS facts_text, COALESCE(k.title, '') AS course_title`+commentRows+` JOIN cards c ON c.id = m.card_id LEFT JOIN courses k ON k.id = c.course_id
		WHERE m.state = $1 AND (CAST($2 AS BIGINT) = 0 OR k.instructor_id = $2) AND (CAST($3 AS BIGINT) = 0 OR c.course_id = $3) AND m.id > $4 ORDER BY m.id LIMIT $5`)
	qDecide = db.Q("card/decide", `UPDATE card_comments SET state = $3, reason = $4, decided_by = $5, updated_at = $6 WHERE id = $1 AND version = $2 AND state <> $3`)

	qLikesTwice  = db.Q("card/likes_twice", `DELETE FROM card_likes WHERE user_id = $1 AND card_id IN (SELECT card_id FROM card_likes WHERE user_id = $2)`)
	qLikesMove   = db.Q("card/likes_move", `UPDATE card_likes SET user_id = $2 WHERE user_id = $1`)
	qCheersTwice = db.Q("card/cheers_twice", `UPDATE card_comments SET cheer = FALSE WHERE user_id = $1 AND cheer AND card_id IN (SELECT card_id FROM card_comments WHERE user_id = $2 AND cheer)`)
	qSaidTwice   = db.Q("card/said_twice", `UPDATE card_comments SET request = CAST(id AS TEXT) WHERE user_id = $1 AND request IN (SELECT request FROM card_comments WHERE user_id = $2)`)
	qSaidMove    = db.Q("card/said_move", `UPDATE card_comments SET user_id = $2 WHERE user_id = $1`)
)

// Reactions are what others gave a card.
type Reactions struct {
	Likes   int64
	Liked   int64 // 1: by who asks
	Cheers  int64 // that are shown
	Cheered int64 // 1: by who asks, shown or not
}

// Reactions counts what others gave a card; userID is who asks, 0 for nobody.
func (s *Service) Reactions(ctx context.Context, cardID, userID int64) (Reactions, error) {
	var r Reactions
	err := s.DB.Get(ctx, qReaction, &r, cardID, userID)
	return r, err
}

// standing finds a card by its code that was not revoked. Returns ErrGone, ErrRevoked.
func (s *Service) standing(ctx context.Context, code string) (Card, error) {
	c, err := s.ByCode(ctx, code)
	if err == nil && c.RevokedAt > 0 {
		err = ErrRevoked
	}
	return c, err
}

// Like gives a card a thumb, once for each person, or takes it back. Returns ErrGone,
// ErrRevoked.
func (s *Service) Like(ctx context.Context, userID int64, code string, on bool) (Reactions, error) {
	c, err := s.standing(ctx, code)
	if err != nil {
		return Reactions{}, err
	}
	err = s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if on {
			_, err := tx.Exec(ctx, qLike, c.ID, userID, s.now())
			return err
		}
		_, err := tx.Exec(ctx, qUnlike, c.ID, userID)
		return err
	})
	if err != nil {
		return Reactions{}, err
	}
	return s.Reactions(ctx, c.ID, userID)
}

// Comment says something to a card; others see it when it was looked at. A cheer sets it
// above the others, once for each person and card. The same request again answers the
// same one. Returns ErrComment, ErrCheered, ErrReuse, ErrGone, ErrRevoked.
func (s *Service) Comment(ctx context.Context, userID int64, code, body string, cheer bool, request string) (Comment, error) {
	body = text.Line(body)
	if n := utf8.RuneCountInString(body); n < 1 || n > mostComment || request == "" {
		return Comment{}, ErrComment.Field("body", "请写 1–100 个字")
	}
	c, err := s.standing(ctx, code)
	if err != nil {
		return Comment{}, err
	}
	state, err := s.Note.Looked(ctx, note.Draft{UserID: userID, What: note.CardComment, Body: body})
	if err != nil {
		return Comment{}, err
	}
	var made Comment
	err = s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		err := tx.Get(ctx, qCommentBy, &made, userID, request)
		if err == nil {
			if made.CardID != c.ID || made.Body != body || made.Cheer != cheer {
				return ErrReuse
			}
			return nil
		}
		if !errors.Is(err, db.ErrNone) {
			return err
		}
		if err := s.Note.Count(ctx, tx, userID); err != nil {
			return err
		}
		n, err := tx.Exec(ctx, qCommentAdd, id.New(), c.ID, userID, body, cheer, state, request, s.now())
		if err != nil {
			return err
		}
		if n == 0 {
			return ErrCheered
		}
		return tx.Get(ctx, qCommentBy, &made, userID, request)
	})
	return made, err
}

// Comments lists what was said to a card: cheers first, each the newest first, after the
// keys (id, 1 for a cheer) of the last one. Who asks also sees their own that wait.
func (s *Service) Comments(ctx context.Context, cardID, userID int64, after []int64, limit int) ([]Comment, error) {
	if len(after) < 2 {
		after = []int64{0, 0}
	}
	var rows []Comment
	err := s.DB.List(ctx, qComments, &rows, cardID, userID, after[0], after[1], limit)
	return rows, err
}

// Unsay takes one's own words back. Returns ErrGone.
func (s *Service) Unsay(ctx context.Context, userID, commentID int64) error {
	return s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		n, err := tx.Exec(ctx, qCommentDrop, commentID, userID)
		if err == nil && n == 0 {
			err = ErrGone.Say("没有这条留言")
		}
		return err
	})
}

// Cases pages words in a state, the oldest first, after an id: for the people who look at
// texts.
func (s *Service) Cases(ctx context.Context, f note.Sift, after int64, limit int) ([]note.Case, error) {
	var rows []struct {
		Comment
		CourseID    int64
		FactsText   string
		CourseTitle string
	}
	if err := s.DB.List(ctx, qQueue, &rows, f.State, f.InstructorID, f.CourseID, after, limit); err != nil {
		return nil, err
	}
	out := make([]note.Case, len(rows))
	for i, r := range rows {
		c, err := opened(row{FactsText: r.FactsText})
		if err != nil {
			return nil, err
		}
		lead, title := c.Facts.Words()
		out[i] = note.Case{
			What: note.CardComment, ID: r.ID, UserID: r.UserID, Nickname: r.Nickname, CourseID: r.CourseID, CourseTitle: r.CourseTitle,
			About: lead + "「" + title + "」", Body: r.Body, State: r.State, Reason: r.Reason, Version: r.Version, UpdatedAt: r.UpdatedAt,
		}
	}
	return out, nil
}

// Decide shows words to others, or hides them; their authors are told why. It returns how
// many were decided. Returns note.ErrReason.
func (s *Service) Decide(ctx context.Context, instructorID int64, choices []note.Choice, show bool, reason string) (int, error) {
	return note.Each(ctx, s.DB, choices, show, reason, func(ctx context.Context, tx *db.Tx, x note.Choice, state, reason string) (bool, error) {
		var m Comment
		err := tx.Get(ctx, qCommentOne, &m, x.ID)
		if errors.Is(err, db.ErrNone) {
			return false, nil
		}
		if err != nil {
			return false, err
		}
		c, err := s.scoped(ctx, tx, instructorID, m.CardID)
		if errors.Is(err, ErrGone) {
			return false, nil
		}
		if err != nil {
			return false, err
		}
		if n, err := tx.Exec(ctx, qDecide, x.ID, x.Version, state, reason, audit.ActorOf(ctx).ID, s.now()); err != nil || n == 0 {
			return false, err
		}
		if err := audit.Write(ctx, tx, s.Clock, "moderation."+state, fmt.Sprintf("card_comment:%d", x.ID), m.State, state, reason); err != nil {
			return false, err
		}
		m.State, m.Reason = state, reason
		for _, f := range s.onDecided {
			if err := f(ctx, tx, c, m); err != nil {
				return false, err
			}
		}
		return true, nil
	})
}

// mergeReactions moves what a user said to cards, and was shown of them, to another one.
func mergeReactions(ctx context.Context, tx *db.Tx, from, to int64) error {
	for _, q := range []*db.Stmt{qLikesTwice, qLikesMove, qCheersTwice, qSaidTwice, qSaidMove, qSubjectsTwice, qSubjectsMove} {
		if _, err := tx.Exec(ctx, q, from, to); err != nil {
			return err
		}
	}
	return nil
}
