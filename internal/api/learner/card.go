package learner

import (
	"context"
	"net/http"
	"time"

	"zhizhou/internal/card"
	"zhizhou/internal/errs"
	"zhizhou/internal/web"
)

var errCardLooks = errs.New(errs.Limited, "card_rate", "看得太快了，请过一会儿再看")

// CardFacts are what a card states.
type CardFacts struct {
	Kind          string  `json:"kind" enum:"lesson,chapter,quiz,course,days,hours,badge,certificate"`
	CourseID      int64   `json:"course_id" doc:"0: of all courses"`
	CourseTitle   string  `json:"course_title"`
	Teacher       string  `json:"teacher"`
	Part          string  `json:"part" doc:"Of the lesson, the chapter or the certificate"`
	Hours         int64   `json:"hours" doc:"hours: how many were full"`
	Lessons       int64   `json:"lessons" doc:"Finished"`
	LessonsAll    int64   `json:"lessons_all" doc:"0: of no one course"`
	Minutes       int64   `json:"minutes" doc:"Studied"`
	ScorePermille int64   `json:"score_permille" doc:"Of the quiz that was passed; -1: none"`
	Days          int64   `json:"days" doc:"With study"`
	Span          int64   `json:"span" doc:"Days from the first to the last"`
	From          int64   `json:"from" doc:"YYYYMMDD; 0: nothing was timed"`
	Until         int64   `json:"until" doc:"YYYYMMDD"`
	Daily         []int64 `json:"daily" nullable:"false" doc:"Minutes on each of the last days"`
	IssuedAt      int64   `json:"issued_at"`
}

// CardView is a card of the caller.
type CardView struct {
	CardFacts
	ID        int64  `json:"id"`
	Code      string `json:"code"`
	Title     string `json:"title"`
	Lead      string `json:"lead" doc:"What the title was reached by"`
	Name      string `json:"name" doc:"As others see it; empty: hidden"`
	Shown     string `json:"shown" enum:"nickname,masked,hidden"`
	RevokedAt int64  `json:"revoked_at" doc:"0: valid"`
	Reason    string `json:"reason"`
	URL       string `json:"url"`
	ImageURL  string `json:"image_url" doc:"Empty: revoked; card-dark.png beside it is the dark one"`
	SquareURL string `json:"square_url" doc:"Empty: revoked; square-dark.png beside it is the dark one"`
	Words     string `json:"words" doc:"That go along when it is handed on; empty: the usual ones"`
	Note      string `json:"note" doc:"What the mentor says; of one card alone"`
	Mentor    string `json:"mentor"`
	VoiceURL  string `json:"voice_url"`
	CardBrand
}

// CardBrand is the partner beside the school on a card, as its picture shows them; of one
// card alone.
type CardBrand struct {
	Brand   string `json:"brand" doc:"Empty: nobody"`
	LogoURL string `json:"logo_url" doc:"Their sign; empty: none"`
}

// OpenCardView is what anybody may know of a card: what it states, and the same counted
// again from the evidence of study.
type OpenCardView struct {
	CardFacts
	Code       string `json:"code"`
	Title      string `json:"title"`
	Lead       string `json:"lead"`
	State      string `json:"state" enum:"valid,revoked"`
	Reason     string `json:"reason"`
	RevokedAt  int64  `json:"revoked_at"`
	Name       string `json:"name" doc:"Empty: its owner hides it"`
	School     string `json:"school"`
	Signed     bool   `json:"signed" doc:"What it states is what the school signed"`
	Holds      bool   `json:"holds" doc:"And the evidence bears it out"`
	CheckedAt  int64  `json:"checked_at"`
	LessonsNow int64  `json:"lessons_now"`
	MinutesNow int64  `json:"minutes_now"`
	DaysNow    int64  `json:"days_now"`
	ScoreNow   int64  `json:"score_now_permille"`
	WonOn      int64  `json:"won_on" doc:"badge: the local day on which it was won, as it is stored; 0: it is not"`
	ImageURL   string `json:"image_url" doc:"Empty: revoked"`
	SquareURL  string `json:"square_url"`
	Facts      string `json:"facts" doc:"The bytes that were signed"`
	Signature  string `json:"signature" doc:"Ed25519, base64url"`
	Method     string `json:"method" doc:"Of the school's DID document: the key"`
	Open       bool   `json:"open" doc:"Its course can be seen"`
	Note       string `json:"note" doc:"What the mentor says; empty: nothing"`
	Mentor     string `json:"mentor"`
	VoiceURL   string `json:"voice_url" doc:"What the mentor said aloud; empty: nothing"`
	CardBrand
}

func cardFacts(f card.Facts) CardFacts {
	v := CardFacts{
		Kind: f.Kind, CourseID: f.CourseID, CourseTitle: f.CourseTitle, Teacher: f.Teacher, Part: f.Part, Lessons: f.Lessons, LessonsAll: f.LessonsAll, Minutes: f.Minutes(),
		ScorePermille: f.ScorePermille, Days: f.Days, Span: f.Span, From: f.From, Until: f.Until, Daily: f.Daily, IssuedAt: f.IssuedAt,
	}
	if f.Kind == card.Hours {
		v.Hours = f.PartID
	}
	return v
}

func cardPictures(c card.Card) (portrait, square string) {
	if c.RevokedAt > 0 {
		return "", ""
	}
	return "/card/" + c.Code + "/card.png", "/card/" + c.Code + "/square.png"
}

func (r *routes) cardView(c card.Card) CardView {
	lead, title := c.Facts.Words()
	portrait, square := cardPictures(c)
	return CardView{
		CardFacts: cardFacts(c.Facts), ID: c.ID, Code: c.Code, Title: title, Lead: lead, Name: c.Name, Shown: c.Shown, RevokedAt: c.RevokedAt, Reason: c.RevokeReason,
		URL: r.Card.URL(c.Code), ImageURL: portrait, SquareURL: square,
	}
}

func (r *routes) cards() {
	const tag = "card"
	learner := func(id, method, path, summary string) web.Route {
		return web.Route{ID: id, Method: method, Path: path, Summary: summary, Tag: tag, Need: web.Learner}
	}
	web.Handle(r.web, learner("cards", http.MethodGet, "/api/me/cards", "My evidence cards, newest first"),
		func(ctx context.Context, in *struct{ web.PageQuery }) (*web.Body[web.List[CardView]], error) {
			before, err := in.Keys(1)
			if err != nil {
				return nil, err
			}
			rows, err := r.Card.Mine(ctx, web.UserID(ctx), first(before), in.Limit+1)
			return web.Answer(web.Page(rows, in.Limit, r.cardView, func(c card.Card) []int64 { return []int64{c.ID} })), err
		})
	web.Handle(r.web, learner("card", http.MethodGet, "/api/me/cards/{id}", "One of my evidence cards"),
		func(ctx context.Context, in *lessonPath) (*web.Body[CardView], error) {
			c, err := r.Card.Own(ctx, web.UserID(ctx), in.ID)
			if err != nil {
				return nil, err
			}
			return r.ownCard(ctx, c)
		})
	web.Handle(r.web, learner("card_show", http.MethodPut, "/api/me/cards/{id}", "Choose how a card names me, from now on"),
		func(ctx context.Context, in *struct {
			ID   int64 `path:"id"`
			Body struct {
				Shown string `json:"shown" enum:"nickname,masked,hidden"`
			}
		},
		) (*web.Body[CardView], error) {
			c, err := r.Card.Show(ctx, web.UserID(ctx), in.ID, in.Body.Shown)
			if err != nil {
				return nil, err
			}
			return r.ownCard(ctx, c)
		})
	perAddress := web.NewLimiter(looksPerMinute, time.Minute)
	web.Handle(r.web, web.Route{ID: "card_open", Method: http.MethodGet, Path: "/api/cards/{code}", Summary: "An evidence card by its code, counted again", Tag: tag, Need: web.Public},
		func(ctx context.Context, in *struct {
			Code string `path:"code" maxLength:"20"`
		},
		) (*web.Body[OpenCardView], error) {
			if ok, wait := perAddress.Allow(web.CallerOf(ctx).Address, time.Now()); !ok {
				return nil, errCardLooks.Retry(int(wait/time.Second) + 1)
			}
			return r.openCard(ctx, in.Code)
		})
}

// said is what a mentor says on a card, and where it is heard.
func (r *routes) said(ctx context.Context, c card.Card) (note, mentor, voice string, err error) {
	n, ok, err := r.Card.Said(ctx, c)
	if err != nil || !ok || c.RevokedAt > 0 {
		return "", "", "", err
	}
	if n.VoiceKey != "" {
		voice = "/card/" + c.Code + "/voice"
	}
	return n.Body, n.Mentor, voice, nil
}

func (r *routes) ownCard(ctx context.Context, c card.Card) (*web.Body[CardView], error) {
	v := r.cardView(c)
	if c.RevokedAt == 0 {
		shown, err := r.Card.Shown(ctx, c)
		if err != nil {
			return nil, err
		}
		v.Words = shown.Words
	}
	var err error
	if v.CardBrand, err = r.cardBrand(ctx, c); err != nil {
		return nil, err
	}
	v.Note, v.Mentor, v.VoiceURL, err = r.said(ctx, c)
	return web.Answer(v), err
}

func (r *routes) cardBrand(ctx context.Context, c card.Card) (CardBrand, error) {
	b, err := r.Card.Partner(ctx, c)
	return CardBrand{b.Name, imageURL(b.Logo)}, err
}

func (r *routes) openCard(ctx context.Context, code string) (*web.Body[OpenCardView], error) {
	c, err := r.Card.ByCode(ctx, code)
	if err != nil {
		return nil, err
	}
	check, err := r.Card.Check(ctx, c)
	if err != nil {
		return nil, err
	}
	lead, title := c.Facts.Words()
	v := OpenCardView{
		CardFacts: cardFacts(c.Facts), Code: c.Code, Title: title, Lead: lead, State: "valid", RevokedAt: c.RevokedAt, Name: c.Name, School: r.school(ctx),
		Signed: check.Signed, Holds: check.Holds, CheckedAt: r.Clock.Now().UnixMilli(), LessonsNow: check.Now.Lessons, MinutesNow: check.Now.Minutes(), DaysNow: check.Now.Days, ScoreNow: check.Now.ScorePermille, WonOn: check.Now.Won,
		Facts: c.Text, Signature: c.Signature, Method: r.Certificate.Method(c.KeyID),
	}
	v.ImageURL, v.SquareURL = cardPictures(c)
	if c.RevokedAt > 0 {
		v.State, v.Reason = "revoked", revokedBecause(c.RevokeKind)
	}
	if v.CardBrand, err = r.cardBrand(ctx, c); err != nil {
		return nil, err
	}
	if v.Note, v.Mentor, v.VoiceURL, err = r.said(ctx, c); err != nil {
		return nil, err
	}
	if c.CourseID > 0 {
		v.Open, err = r.Catalog.Visible(ctx, c.CourseID)
	}
	return web.Answer(v), err
}
