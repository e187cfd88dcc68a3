package challenge

import (
	"context"
	"fmt"
	"unicode/utf8"

	"zhizhou/internal/db"
	"zhizhou/internal/id"
	"zhizhou/internal/note"
	"zhizhou/internal/text"
)

const mostReview = 200 // runes

// Post is a check-in before the squad.
type Post struct {
	CheckIn
	Nickname  string
	OwnLike   int64    // 1: by who asks
	OwnReview int64    // 1
	Reviews   []Review `db:"-"`
}

// Review is what a member says of another's day.
type Review struct {
	ID        int64
	CheckInID int64
	UserID    int64
	Nickname  string
	Body      string
	State     string
	CreatedAt int64
}

// Feed pages what the squad of somebody did, newest first, before an id: what was looked
// at, and what is their own. Returns ErrOutside.
func (s *Service) Feed(ctx context.Context, userID, classID, before int64, limit int) ([]Post, error) {
	m, err := s.inside(ctx, s.DB, classID, userID)
	if err != nil {
		return nil, err
	}
	var posts []Post
	if err := s.DB.List(ctx, qFeed, &posts, m.SquadID, userID, before, limit); err != nil || len(posts) == 0 {
		return posts, err
	}
	oldest, newest := posts[len(posts)-1].ID, posts[0].ID
	at := map[int64]*Post{}
	for i := range posts {
		at[posts[i].ID] = &posts[i]
	}
	var files []File
	if err := s.DB.List(ctx, qFilesOf, &files, oldest, newest, classID); err != nil {
		return nil, err
	}
	for _, f := range files {
		if p := at[f.CheckInID]; p != nil {
			p.Files = append(p.Files, f)
		}
	}
	var reviews []Review
	if err := s.DB.List(ctx, qReviews, &reviews, oldest, newest, classID, userID); err != nil {
		return nil, err
	}
	for _, r := range reviews {
		if p := at[r.CheckInID]; p != nil {
			p.Reviews = append(p.Reviews, r)
		}
	}
	return posts, nil
}

// mate finds a check-in that somebody may speak of: shown, of another one of the squad.
// Returns ErrCheckIn, ErrOwn.
func (s *Service) mate(ctx context.Context, r db.Reader, userID, checkInID int64) (CheckIn, error) {
	var d CheckIn
	if err := r.Get(ctx, qDayOne, &d, checkInID); err != nil {
		return d, none(err, ErrCheckIn)
	}
	var seen int64
	if err := r.Get(ctx, qSeen, &seen, checkInID, userID); err != nil {
		return d, err
	}
	switch {
	case d.UserID == userID:
		return d, ErrOwn
	case seen == 0:
		return d, ErrCheckIn
	}
	return d, nil
}

// Like likes another's check-in, or takes that back; what it counts it counts once.
// Returns ErrCheckIn, ErrOwn.
func (s *Service) Like(ctx context.Context, userID, checkInID int64, on bool) error {
	return s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		d, err := s.mate(ctx, tx, userID, checkInID)
		if err != nil {
			return err
		}
		first := int64(0)
		if on {
			if first, err = tx.Exec(ctx, qLike, checkInID, userID, s.now()); err != nil {
				return err
			}
		}
		changed, by := first, int64(1)
		if first == 0 {
			if changed, err = tx.Exec(ctx, qLikeAgain, checkInID, userID, on); err != nil {
				return err
			}
		}
		if !on {
			by = -1
		}
		if changed == 0 {
			return nil
		}
		if err := tx.Sure(ctx, qLikes, checkInID, by); err != nil || first == 0 {
			return err
		}
		n, err := tx.Exec(ctx, qLiked, checkInID, mostLikes)
		if err != nil || n == 0 {
			return err
		}
		return s.thank(ctx, tx, d.ClassID, d.UserID, scoreLike, fmt.Sprintf("challenge_like:%d:%d", checkInID, userID), "打卡被同伴点赞")
	})
}

// thank gives somebody what a review or a like counts.
func (s *Service) thank(ctx context.Context, tx *db.Tx, classID, userID, score int64, cause, why string) error {
	c, err := s.class(ctx, tx, qClass, classID, 0)
	if err != nil {
		return err
	}
	var m Member
	if err := tx.Get(ctx, qMemberLock, &m, classID, userID); err != nil {
		return none(err, ErrOutside)
	}
	if err := s.earn(ctx, tx, userID, c.Plan.Peer, cause, why); err != nil {
		return err
	}
	return s.collect(ctx, tx, m, s.today(), 0, score)
}

// Review says something of another's check-in, once; again changes nothing. The first
// three of a day count. Returns ErrCheckIn, ErrOwn, ErrReview, note.ErrNote,
// note.ErrOften.
func (s *Service) Review(ctx context.Context, userID, checkInID int64, body string) error {
	body = text.Lines(body)
	if n := utf8.RuneCountInString(body); n < 2 || n > mostReview {
		return ErrReview.Field("body", "点评写 2–200 个字")
	}
	state, err := s.Note.Looked(ctx, note.Draft{UserID: userID, What: note.PeerReview, Body: body})
	if err != nil {
		return err
	}
	return s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		d, err := s.mate(ctx, tx, userID, checkInID)
		if err != nil {
			return err
		}
		var m Member
		if err := tx.Get(ctx, qMemberLock, &m, d.ClassID, userID); err != nil {
			return none(err, ErrOutside)
		}
		var before int64
		if err := tx.Get(ctx, qReviewsDay, &before, userID, d.ClassID, s.today()); err != nil {
			return err
		}
		score := int64(0)
		if before < mostReviews {
			score = scoreReview
		}
		n, err := tx.Exec(ctx, qReview, id.New(), checkInID, d.ClassID, userID, s.today(), body, state, score, s.now())
		if err != nil || n == 0 {
			return err
		}
		if err := s.Note.Count(ctx, tx, userID); err != nil || score == 0 {
			return err
		}
		return s.thank(ctx, tx, d.ClassID, userID, score, fmt.Sprintf("challenge_review:%d:%d", checkInID, userID), "点评同伴的打卡")
	})
}
