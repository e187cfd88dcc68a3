package learner

import (
	"bytes"
	"context"
	"image"
	"net/http"
	"time"

	"zhizhou/internal/card"
	"zhizhou/internal/errs"
	"zhizhou/internal/media"
	"zhizhou/internal/web"
)

const (
	comparisonsPerMinute = 6  // pictures that an address may have compared
	thumbsPerMinute      = 30 // given or taken back by one person
)

var (
	errThumbRate   = errs.New(errs.Limited, "card_like_rate", "点得太快了，请过一会儿再试")
	errCompareRate = errs.New(errs.Limited, "card_compare_rate", "核对得太快了，请过一会儿再试")
)

// CardReactions are what others gave a card.
type CardReactions struct {
	Likes   int64 `json:"likes"`
	Liked   bool  `json:"liked" doc:"By the caller"`
	Cheers  int64 `json:"cheers" doc:"助力 that are shown"`
	Cheered bool  `json:"cheered" doc:"By the caller"`
}

// CardCommentView is what somebody says to a card.
type CardCommentView struct {
	ID        int64  `json:"id"`
	Nickname  string `json:"nickname"`
	AvatarURL string `json:"avatar_url"`
	Text      string `json:"body"`
	Cheer     bool   `json:"cheer" doc:"It stands above the others"`
	Mine      bool   `json:"mine"`
	State     string `json:"state" enum:"pending,shown,hidden" doc:"Of others always shown"`
	Reason    string `json:"reason" doc:"Of one's own that is hidden"`
	CreatedAt int64  `json:"created_at"`
}

// CardWords are what others said to a card.
type CardWords struct {
	web.List[CardCommentView]
	Reactions CardReactions `json:"reactions"`
}

// CompareView says whether a picture is the one that the school drew.
type CompareView struct {
	Same   bool         `json:"same"`
	Spots  []SpotOnCard `json:"spots" nullable:"false" doc:"Where it differs"`
	Width  int          `json:"width" doc:"Of the picture that the places refer to, px"`
	Height int          `json:"height"`
}

// SpotOnCard is a place on a card's picture, px.
type SpotOnCard struct {
	X int `json:"x"`
	Y int `json:"y"`
	W int `json:"w"`
	H int `json:"h"`
}

// CardCode names a card in a path.
type CardCode struct {
	Code string `path:"code" maxLength:"20"`
}

func reactions(x card.Reactions) CardReactions {
	return CardReactions{x.Likes, x.Liked > 0, x.Cheers, x.Cheered > 0}
}

func cardComment(userID int64) func(card.Comment) CardCommentView {
	return func(m card.Comment) CardCommentView {
		v := CardCommentView{ID: m.ID, Nickname: m.Nickname, AvatarURL: media.ImageURL(m.Avatar), Text: m.Body, Cheer: m.Cheer, Mine: m.UserID == userID, State: m.State, CreatedAt: m.CreatedAt}
		if v.Mine {
			v.Reason = m.Reason
		}
		return v
	}
}

func (r *routes) cardReactions() {
	const tag = "card"
	perAddress := web.NewLimiter(looksPerMinute, time.Minute)
	web.Handle(r.web, web.Route{ID: "card_comments", Method: http.MethodGet, Path: "/api/cards/{code}/comments", Summary: "What others said to an evidence card: cheers first, then the newest", Tag: tag, Need: web.Anyone},
		func(ctx context.Context, in *struct {
			CardCode
			web.PageQuery
		},
		) (*web.Body[CardWords], error) {
			if ok, wait := perAddress.Allow(web.CallerOf(ctx).Address, time.Now()); !ok {
				return nil, errCardLooks.Retry(int(wait/time.Second) + 1)
			}
			after, err := in.Keys(2)
			if err != nil {
				return nil, err
			}
			return r.cardWords(ctx, in.Code, after, in.Limit)
		})
	thumbs := web.NewLimiter(thumbsPerMinute, time.Minute)
	like := func(id, method, summary string, on bool) {
		web.Handle(r.web, web.Route{ID: id, Method: method, Path: "/api/cards/{code}/like", Summary: summary, Tag: tag, Need: web.Learner, Status: http.StatusOK},
			func(ctx context.Context, in *CardCode) (*web.Body[CardReactions], error) {
				if ok, wait := thumbs.Allow(limitKey(ctx), time.Now()); !ok {
					return nil, errThumbRate.Retry(int(wait/time.Second) + 1)
				}
				x, err := r.Card.Like(ctx, web.UserID(ctx), in.Code, on)
				return web.Answer(reactions(x)), err
			})
	}
	like("card_like", http.MethodPut, "Give an evidence card a thumb", true)
	like("card_unlike", http.MethodDelete, "Take the thumb back", false)
	web.Handle(r.web, web.Route{ID: "card_comment", Method: http.MethodPost, Path: "/api/cards/{code}/comments", Summary: "Say something to an evidence card; others see it when it was looked at", Tag: tag, Need: web.Learner, Status: http.StatusCreated},
		func(ctx context.Context, in *struct {
			CardCode
			Body struct {
				Text  string `json:"body" maxLength:"400"`
				Cheer bool   `json:"cheer,omitempty" doc:"助力: above the others, once for each person"`
				Key   string `json:"key" minLength:"8" maxLength:"64" doc:"Idempotency key"`
			}
		},
		) (*web.Body[CardCommentView], error) {
			m, err := r.Card.Comment(ctx, web.UserID(ctx), in.Code, in.Body.Text, in.Body.Cheer, in.Body.Key)
			return web.Answer(cardComment(web.UserID(ctx))(m)), err
		})
	web.Handle(r.web, web.Route{ID: "card_comment_drop", Method: http.MethodDelete, Path: "/api/me/card-comments/{id}", Summary: "Take my words back", Tag: tag, Need: web.Learner, Status: http.StatusNoContent},
		func(ctx context.Context, in *lessonPath) (*none, error) {
			return nil, r.Card.Unsay(ctx, web.UserID(ctx), in.ID)
		})
	compares := web.NewLimiter(comparisonsPerMinute, time.Minute)
	web.Handle(r.web, web.Route{
		ID: "card_compare", Method: http.MethodPost, Path: "/api/cards/{code}/picture", Summary: "Whether a picture is the one that the school drew for this card; the body is the picture",
		Tag: tag, Need: web.Anyone, MaxBytes: 10 << 20, Timeout: time.Minute, Status: http.StatusOK,
	},
		func(ctx context.Context, in *struct {
			CardCode
			RawBody []byte `contentType:"application/octet-stream"`
		},
		) (*web.Body[CompareView], error) {
			if ok, wait := compares.Allow(web.CallerOf(ctx).Address, time.Now()); !ok {
				return nil, errCompareRate.Retry(int(wait/time.Second) + 1)
			}
			return r.compareCard(ctx, in.Code, in.RawBody)
		})
}

func (r *routes) cardWords(ctx context.Context, code string, after []int64, limit int) (*web.Body[CardWords], error) {
	c, err := r.Card.ByCode(ctx, code)
	if err != nil {
		return nil, err
	}
	me := web.UserID(ctx)
	rows, err := r.Card.Comments(ctx, c.ID, me, after, limit+1)
	if err != nil {
		return nil, err
	}
	x, err := r.Card.Reactions(ctx, c.ID, me)
	cheer := func(m card.Comment) int64 {
		if m.Cheer {
			return 1
		}
		return 0
	}
	return web.Answer(CardWords{web.Page(rows, limit, cardComment(me), func(m card.Comment) []int64 { return []int64{m.ID, cheer(m)} }), reactions(x)}), err
}

func (r *routes) compareCard(ctx context.Context, code string, raw []byte) (*web.Body[CompareView], error) {
	c, err := r.Card.ByCode(ctx, code)
	if err != nil {
		return nil, err
	}
	plain, _, _, _, err := r.Media.Redraw(ctx, raw)
	if err != nil {
		return nil, err
	}
	img, _, err := image.Decode(bytes.NewReader(plain))
	if err != nil {
		return nil, card.ErrPicture
	}
	res, err := r.Card.Compare(ctx, c, img, r.school(ctx))
	v := CompareView{Same: res.Same, Spots: []SpotOnCard{}, Width: card.Width, Height: res.Height}
	for _, s := range res.Spots {
		v.Spots = append(v.Spots, SpotOnCard{s.Min.X, s.Min.Y, s.Dx(), s.Dy()})
	}
	return web.Answer(v), err
}
