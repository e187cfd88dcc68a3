package shop

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"zhizhou/internal/access"
	"zhizhou/internal/audit"
	"zhizhou/internal/catalog"
	"zhizhou/internal/db"
	"zhizhou/internal/id"
	"zhizhou/internal/media"
)

// Goods is a thing that points are exchanged for.
type Goods struct {
	ID          int64
	Kind        string
	RefID       int64 // material: a file of the library, 0 for words alone
	Amount      int64 // course: days, 0 for good
	Title       string
	Words       string
	Body        string // of a material, for who has it
	PricePoints int64
	Stock       int64 // left
	Given       int64
	PerUser     int64
	Shown       bool
	OnH5        bool `db:"on_h5"`
	OnWechat    bool
	OnMini      bool
	Position    int64
	Version     int64
}

// Offer is a thing as somebody sees it.
type Offer struct {
	Goods
	Mine        int64 // how many of it they have
	CourseTitle string
}

// Redemption is one exchange.
type Redemption struct {
	ID       int64
	GoodsID  int64
	UserID   int64
	Points   int64
	At       int64
	Kind     string
	RefID    int64
	Title    string
	Body     string
	Nickname string
}

func (g Goods) on(ch Channel) bool {
	switch ch {
	case OnH5:
		return g.OnH5
	case OnWeChat:
		return g.OnWechat
	case OnMini:
		return g.OnMini
	}
	return false
}

// Shelf lists what is shown where somebody is; user 0 is nobody yet.
func (s *Service) Shelf(ctx context.Context, userID int64, ch Channel) ([]Offer, error) {
	var rows []Offer
	if err := s.DB.List(ctx, qShelf, &rows, userID); err != nil {
		return nil, err
	}
	return slices.DeleteFunc(rows, func(o Offer) bool { return !o.on(ch) }), nil
}

// Exchange is what somebody asks for.
type Exchange struct {
	UserID  int64
	GoodsID int64
	Points  int64 // that they were shown
	Channel Channel
	Request string // idempotency key
}

// Redeem spends points for a thing; the same request again answers the same exchange.
// Returns ErrGone, ErrReuse, ErrPrice, ErrOut, ErrLimit, ErrHeld, points.ErrShort and what
// refuses the coupon.
func (s *Service) Redeem(ctx context.Context, x Exchange) (Redemption, error) {
	var made Redemption
	if err := s.may(ctx, x.UserID); err != nil {
		return made, err // its own transaction: what was judged stays when the exchange is refused
	}
	err := s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		made = Redemption{}
		var g Goods
		err := tx.Get(ctx, qLock, &g, x.GoodsID)
		if errors.Is(err, db.ErrNone) {
			return ErrGone
		}
		if err != nil {
			return err
		}
		err = tx.Get(ctx, qByKey, &made, x.UserID, x.Request)
		if err == nil && made.GoodsID != x.GoodsID {
			return ErrReuse
		}
		if !errors.Is(err, db.ErrNone) {
			return err
		}
		var have int64
		if err := tx.Get(ctx, qCount, &have, g.ID, x.UserID); err != nil {
			return err
		}
		switch {
		case !g.Shown || !g.on(x.Channel):
			return ErrGone
		case g.PricePoints != x.Points:
			return ErrPrice
		case g.Stock == 0:
			return ErrOut
		case have >= g.PerUser:
			return ErrLimit
		}
		redemptionID := id.New()
		if err := s.Points.Pay(ctx, tx, x.UserID, g.PricePoints, fmt.Sprintf("shop:%d", redemptionID), "兑换："+g.Title); err != nil {
			return err
		}
		n, err := tx.Exec(ctx, qTake, g.ID)
		if err != nil {
			return err
		}
		if n == 0 {
			return ErrOut
		}
		if _, err := tx.Exec(ctx, qRedeem, redemptionID, g.ID, x.UserID, x.Request, g.PricePoints, s.now()); err != nil {
			return err
		}
		if err := s.hand(ctx, tx, g, x.UserID, redemptionID); err != nil {
			return err
		}
		return tx.Get(ctx, qByKey, &made, x.UserID, x.Request)
	})
	return made, err
}

func (s *Service) hand(ctx context.Context, tx *db.Tx, g Goods, userID, redemptionID int64) error {
	switch g.Kind {
	case Coupon:
		return s.Coupons.GiveCouponIn(ctx, tx, g.RefID, userID, "shop")
	case Course:
		return s.Access.Grant(ctx, tx, userID, catalog.Resource{Kind: "course", ID: g.RefID}, access.Source{Kind: "points_shop", ID: redemptionID}, catalog.Period{Days: g.Amount})
	}
	return nil // a material is read and fetched with the exchange
}

// File opens the file of a material that somebody exchanged. Returns ErrFile.
func (s *Service) File(ctx context.Context, userID, redemptionID int64) (media.Stored, io.ReadSeekCloser, error) {
	var r Redemption
	err := s.DB.Get(ctx, qOwn, &r, redemptionID, userID)
	if errors.Is(err, db.ErrNone) || err == nil && (r.Kind != Material || r.RefID == 0) {
		return media.Stored{}, nil, ErrFile
	}
	if err != nil {
		return media.Stored{}, nil, err
	}
	return s.Media.OpenStored(ctx, r.RefID)
}

// may asks risk whether somebody may exchange now. Returns ErrHeld.
func (s *Service) may(ctx context.Context, userID int64) error {
	ok := true
	err := s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		v, err := s.Risk.Judge(ctx, tx, userID, "shop")
		ok = v.OK()
		return err
	})
	if err == nil && !ok {
		err = ErrHeld
	}
	return err
}

// Mine lists somebody's exchanges, newest first.
func (s *Service) Mine(ctx context.Context, userID, before int64, limit int) ([]Redemption, error) {
	var rows []Redemption
	err := s.DB.List(ctx, qMine, &rows, userID, before, limit)
	return rows, err
}

// All lists all exchanges for staff, newest first.
func (s *Service) All(ctx context.Context, before int64, limit int) ([]Redemption, error) {
	var rows []Redemption
	err := s.DB.List(ctx, qAll, &rows, before, limit)
	return rows, err
}

// List lists all goods for staff.
func (s *Service) List(ctx context.Context) ([]Goods, error) {
	var rows []Goods
	err := s.DB.List(ctx, qList, &rows)
	return rows, err
}

// Save adds (ID 0) or changes goods; what somebody exchanged points for stays what it was.
// Returns ErrInput, ErrGone, ErrVersion.
func (s *Service) Save(ctx context.Context, g Goods) (int64, error) {
	g.Title, g.Words, g.Body = strings.TrimSpace(g.Title), strings.TrimSpace(g.Words), strings.TrimSpace(g.Body)
	if err := g.check(); err != nil {
		return 0, err
	}
	isNew := g.ID == 0
	if isNew {
		g.ID = id.New()
	}
	return g.ID, s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if g.Kind == Material && g.RefID != 0 {
			if err := s.Media.GiveFile(ctx, tx, g.RefID); errors.Is(err, media.ErrStoredNone) {
				return ErrInput.Field("ref_id", "这个文件已不在素材库，请另选一个")
			} else if err != nil {
				return err
			}
		}
		var before any
		if isNew {
			if _, err := tx.Exec(ctx, qInsert, g.ID, g.Kind, g.RefID, g.Amount, g.Title, g.Words, g.Body, g.PricePoints, g.Stock, g.PerUser, g.Shown, g.OnH5, g.OnWechat, g.OnMini, g.Position, s.now()); err != nil {
				return err
			}
		} else {
			var was Goods
			if err := tx.Get(ctx, qLock, &was, g.ID); errors.Is(err, db.ErrNone) {
				return ErrGone
			} else if err != nil {
				return err
			}
			if was.Kind != g.Kind {
				return ErrInput.Field("kind", "建好以后不能换种类")
			}
			if was.Given > 0 && (was.Title != g.Title || was.Body != g.Body || was.RefID != g.RefID || was.Amount != g.Amount) {
				return ErrInput.Field("title", "已经有人兑换，名称和内容不能再改；别的要改，请另建一个、把这个下架")
			}
			before = was
			n, err := tx.Exec(ctx, qUpdate, g.ID, g.RefID, g.Amount, g.Title, g.Words, g.Body, g.PricePoints, g.Stock, g.PerUser, g.Shown, g.OnH5, g.OnWechat, g.OnMini, g.Position, s.now(), g.Version)
			if err != nil {
				return err
			}
			if n == 0 {
				return ErrVersion
			}
		}
		return audit.Write(ctx, tx, s.Clock, "shop.save", fmt.Sprintf("shop_goods:%d", g.ID), before, g, "")
	})
}

func (g Goods) check() error {
	long := func(s string, least, most int) bool {
		n := utf8.RuneCountInString(s)
		return n >= least && n <= most
	}
	switch {
	case !slices.Contains([]string{Coupon, Course, Material}, g.Kind):
		return ErrInput.Field("kind", "请选择一种商品")
	case g.Kind != Material && g.RefID == 0:
		return ErrInput.Field("ref_id", "请选择优惠券或课程")
	case !long(g.Title, 1, 30):
		return ErrInput.Field("title", "1–30 个字")
	case !long(g.Words, 0, 300):
		return ErrInput.Field("words", "不超过 300 个字")
	case !long(g.Body, 0, 5000):
		return ErrInput.Field("body", "不超过 5000 个字")
	case g.Kind == Material && g.RefID == 0 && g.Body == "":
		return ErrInput.Field("body", "写下资料内容，或选一份文件")
	case g.Amount < 0 || g.Amount > 3660:
		return ErrInput.Field("amount", "0–3660 天")
	case g.PricePoints < 1 || g.PricePoints > 10_000_000:
		return ErrInput.Field("price_points", "1–10000000 积分")
	case g.Stock < 0 || g.Stock > 10_000_000:
		return ErrInput.Field("stock", "0–10000000 件")
	case g.PerUser < 1 || g.PerUser > 1000:
		return ErrInput.Field("per_user", "1–1000 件")
	}
	return nil
}

// Merge moves the exchanges of a user who became another one.
func (s *Service) Merge(ctx context.Context, tx *db.Tx, from, to int64) error {
	_, err := tx.Exec(ctx, qMergeTo, from, to)
	return err
}
