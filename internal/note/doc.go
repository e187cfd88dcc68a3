// Package note keeps what learners write beside a lesson: notes and highlights, what
// they like, questions and their answers, favourites. It owns notes, note_likes,
// note_writers, lesson_questions, lesson_answers and favourites.
//
// Only who may open a lesson in full writes beside it or reads what others wrote; a
// preview opens neither. What others can see was looked at by a person first, or by
// the engine that SetReview puts in; a change is looked at again (INV-42). Own notes
// stay their author's when access ends, but the words they quote from a paid lesson
// are withheld until it is open again.
package note

import (
	"context"
	"errors"
	"unicode/utf8"

	"zhizhou/internal/access"
	"zhizhou/internal/catalog"
	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/errs"
	"zhizhou/internal/text"
)

// The refusals of this domain.
var (
	ErrNote     = errs.New(errs.Invalid, "note_invalid", "请检查要记的内容")
	ErrGone     = errs.New(errs.NotFound, "note_gone", "没有这条笔记，可能已被删除")
	ErrChanged  = errs.New(errs.Conflict, "note_changed", "这条内容刚被改过，请刷新后再改")
	ErrFull     = errs.New(errs.Conflict, "notes_full", "这一课已经记了很多，删掉一些再记")
	ErrOften    = errs.New(errs.Limited, "note_often", "写得太快了，歇一会儿再写")
	ErrQuestion = errs.New(errs.NotFound, "lesson_question_gone", "没有这个提问，可能已被删除")
	ErrAnswer   = errs.New(errs.NotFound, "lesson_answer_gone", "没有这个回答，可能已被删除")
	ErrOwn      = errs.New(errs.Conflict, "like_own", "不能给自己点赞")
	ErrReason   = errs.New(errs.Invalid, "moderation_reason", "请写明不显示的原因，作者会看到")
	ErrMany     = errs.New(errs.Conflict, "favourites_full", "收藏已满，先清理一些再收藏")
)

// The states of what was written.
const (
	Private = "private" // notes alone
	Pending = "pending" // its author sees it, nobody else
	Shown   = "shown"
	Hidden  = "hidden" // its author sees it, and why
	deleted = "deleted"
)

// What can be written: all but the first can be seen by others.
const (
	Highlight = "highlight"
	Note      = "note"
	Question  = "question"
	Answer    = "answer"
	// What other packages keep and is looked at with these: words about a course, and to
	// an evidence card.
	Rating      = "rating"
	CardComment = "card_comment"
	// CheckIn and PeerReview are what members of a challenge write for their squad: kept by
	// another package, looked at with these.
	CheckIn    = "check_in"
	PeerReview = "peer_review"
)

const (
	mostBody    = 2000 // runes
	mostQuote   = 500
	mostContext = 40
	mostLesson  = 500 // notes and highlights of one learner on a lesson
	// QuoteLetters is how much of a paid text one note may carry out of the house.
	QuoteLetters = 100
)

// Place is where in a lesson something was written.
type Place struct {
	Kind  string `db:"place_kind"` // none, time, page, chapter or text
	At    int64  `db:"place"`      // time: ms; page and chapter: from 1
	Quote string
}

// Draft is a text before others can see it.
type Draft struct {
	UserID, LessonID int64
	What             string // Note, Question, Answer or, without a lesson, Rating, CheckIn, PeerReview
	Body, Quote      string
}

// Verdict is what a review says of a text.
type Verdict int

// The verdicts.
const (
	Wait   Verdict = iota // a person decides
	Pass                  // it is shown at once
	Refuse                // it is not taken
)

// Review looks at a text before it is kept, outside of transactions. An error keeps
// the text waiting for a person: it never shows it.
type Review func(ctx context.Context, d Draft) (Verdict, error)

// News is what a learner is told of.
type News struct {
	UserID, QuestionID, LessonID, ID int64
	Kind                             string // "answered" or "hidden"
	What                             string // hidden: Note, Question or Answer
	Title, Body                      string // of the lesson; of the answer, or why
	Version                          int64
}

// Service is what learners write beside lessons.
type Service struct {
	db      *db.DB
	clock   clock.Clock
	catalog *catalog.Service
	access  *access.Service
	review  Review
	tell    func(ctx context.Context, tx *db.Tx, n News) error
}

// New makes a Service: a person looks at everything that others are to see.
func New(d *db.DB, c clock.Clock, cat *catalog.Service, acc *access.Service) *Service {
	return &Service{
		db: d, clock: c, catalog: cat, access: acc,
		review: func(context.Context, Draft) (Verdict, error) { return Wait, nil },
		tell:   func(context.Context, *db.Tx, News) error { return nil },
	}
}

// SetReview puts an engine in front of the people who look at texts.
func (s *Service) SetReview(r Review) { s.review = r }

// OnNews sets what tells learners, in the transaction of the change.
func (s *Service) OnNews(f func(ctx context.Context, tx *db.Tx, n News) error) { s.tell = f }

func (s *Service) now() int64 { return clock.MS(s.clock) }

// Looked asks the review about a text and returns the state it begins in. Returns
// ErrNote.
func (s *Service) Looked(ctx context.Context, d Draft) (string, error) {
	v, err := s.review(ctx, d)
	switch {
	case err != nil:
		// An engine that fails shows nothing by itself: a person looks instead.
		return Pending, nil //nolint:nilerr
	case v == Refuse:
		return "", ErrNote.Say("内容里有不合适的地方，请修改后再发").Field("body", "请修改这段内容")
	case v == Pass:
		return Shown, nil
	}
	return Pending, nil
}

// written cleans a text that may be at most mostBody runes and not empty.
func written(body string) (string, error) {
	body = text.Lines(body)
	switch {
	case body == "":
		return "", ErrNote.Field("body", "写点内容")
	case utf8.RuneCountInString(body) > mostBody:
		return "", ErrNote.Field("body", "不超过 2000 个字")
	}
	return body, nil
}

// fit makes a place one that can be kept. Returns ErrNote.
func (p Place) fit(l catalog.Lesson) (Place, error) {
	p.Quote = text.Lines(p.Quote)
	if utf8.RuneCountInString(p.Quote) > mostQuote {
		return p, ErrNote.Field("quote", "一次最多划 500 个字")
	}
	fits := false
	switch p.Kind {
	case "", "none":
		p.Kind, fits = "none", p.At == 0
	case "time":
		// What is measured while a video is played may lie a little behind its end.
		fits = l.Playable() && p.At >= 0 && p.At <= l.DurationMS+60_000
	case "text":
		fits = l.Form == catalog.Article && p.At == 0
	case "page":
		fits = l.Form == catalog.Document && p.At >= 1 && p.At <= max(1, l.PageCount)
	case "chapter":
		fits = l.Form == catalog.Ebook && p.At >= 1 && p.At <= 10_000
	}
	if !fits {
		return p, ErrNote.Field("place", "这一课没有这个位置")
	}
	return p, nil
}

func none(err, other error) error {
	if errors.Is(err, db.ErrNone) {
		return other
	}
	return err
}
