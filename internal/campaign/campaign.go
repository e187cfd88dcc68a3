package campaign

import (
	"context"
	"errors"

	"zhizhou/internal/db"
	"zhizhou/internal/text"
)

// Campaign is one of them, as staff set it up.
type Campaign struct {
	ID           int64
	Kind         string
	Title        string
	Words        string
	State        string // "draft", "running", "paused" or "ended"
	Cause        string // "join", "study" or "both": what friends do, or what earns a chance
	StartsAt     int64
	EndsAt       int64
	BudgetFen    int64
	BudgetCount  int64
	SpentFen     int64
	SpentCount   int64
	PerUser      int64
	PerDevice    int64
	NewcomerDays int64
	OnH5         bool `db:"on_h5"`
	OnWechat     bool
	OnMini       bool
	Version      int64
	CreatedAt    int64
	Prizes       []Prize `db:"-"`
}

// Prize is a reward of a campaign: for so many friends, for a step, or by its odds.
type Prize struct {
	ID         int64
	CampaignID int64
	Position   int64
	Kind       string
	RefID      int64 // material: a file of the library, 0 for words alone
	Amount     int64
	Title      string
	Body       string
	ValueFen   int64
	OddsPPM    int64 `db:"odds_ppm"`
	Stock      int64 // left
	Given      int64
	Step       string
	Need       int64

	CourseTitle string `json:"-"` // of a course; nothing that staff say
}

// Gift is what somebody got, or what waits.
type Gift struct {
	ID         int64
	CampaignID int64
	PrizeID    int64
	UserID     int64
	Cause      string
	ValueFen   int64
	State      string
	Reason     string
	MadeAt     int64
	EndedAt    int64
	Kind       string
	RefID      int64
	Amount     int64
	Title      string
	Body       string
	Nickname   string
}

// Draw is one draw as it fell.
type Draw struct {
	ID         int64
	CampaignID int64
	UserID     int64
	Roll       int64 // 0–999,999
	DrawnID    int64
	PrizeID    int64 // 0: nothing
	Note       string
	Version    int64
	At         int64
	Title      string
	Kind       string
	Nickname   string
}

// Help is a friend who came, as the one who was helped may see them.
type Help struct {
	Nickname  string
	JoinedAt  int64
	StudiedAt int64
}

func (c Campaign) on(ch Channel) bool {
	switch ch {
	case OnH5:
		return c.OnH5
	case OnWeChat:
		return c.OnWechat
	case OnMini:
		return c.OnMini
	}
	return false
}

// The phases of a campaign; who learns is told of a draft by none.
const (
	Draft  = "draft"
	Soon   = "soon"
	Live   = "live"
	Paused = "paused"
	Over   = "over"
)

// Phase is where a campaign is at a moment, ms.
func (c Campaign) Phase(now int64) string {
	switch {
	case c.State == Draft:
		return Draft
	case c.State == "ended" || c.EndsAt <= now:
		return Over
	case c.State == "paused":
		return Paused
	case c.StartsAt > now:
		return Soon
	}
	return Live
}

// Left is how many of a prize may still be given: its stock, as far as the budget goes.
func (c Campaign) Left(p Prize) int64 {
	n := min(p.Stock, c.BudgetCount-c.SpentCount)
	if p.ValueFen > 0 {
		n = min(n, (c.BudgetFen-c.SpentFen)/p.ValueFen)
	}
	return max(0, n)
}

func (s *Service) load(ctx context.Context, r db.Reader, q *db.Stmt, campaignID int64) (Campaign, error) {
	var c Campaign
	err := r.Get(ctx, q, &c, campaignID)
	if errors.Is(err, db.ErrNone) {
		return c, ErrGone
	}
	if err != nil {
		return c, err
	}
	return c, r.List(ctx, qPrizes, &c.Prizes, campaignID)
}

// Open lists the campaigns that somebody may take part in where they are.
func (s *Service) Open(ctx context.Context, ch Channel) ([]Campaign, error) {
	var rows []Campaign
	if err := s.DB.List(ctx, qOpen, &rows, s.now()); err != nil {
		return nil, err
	}
	out := rows[:0]
	for _, c := range rows {
		if c.on(ch) {
			out = append(out, c)
		}
	}
	return out, nil
}

// Shown returns a campaign that is no draft. Returns ErrGone.
func (s *Service) Shown(ctx context.Context, campaignID int64) (Campaign, error) {
	c, err := s.load(ctx, s.DB, qOne, campaignID)
	if err == nil && c.State == Draft {
		err = ErrGone
	}
	return c, err
}

// Standing is a campaign as one person stands in it.
type Standing struct {
	Campaign
	Phase   string
	Here    bool // it is open on this channel
	Helped  int64
	Helps   []Help
	Chances int64
	Draws   []Draw
	Winners []Draw // names masked
	Gifts   []Gift
	Steps   Steps
	LeftMS  int64 `db:"-"` // journey: how long it is still theirs; 0: not
	Asker   Asker `db:"-"` // assist, invite: by whose share they are here
}

// Asker is who asked somebody for help by a share, as the friend may see them; no nickname:
// nobody did.
type Asker struct {
	Nickname  string // masked
	JoinedAt  int64  // when the friend registered by it; 0: not
	StudiedAt int64  // when the friend finished a lesson after it; 0: not
}

// Counts reports whether the friend is one of those who are asked for.
func (st Standing) Counts() bool {
	return st.Cause != "study" && st.Asker.JoinedAt > 0 || st.Cause != "join" && st.Asker.StudiedAt > 0
}

// Steps are the facts that a newcomer's steps are counted from.
type Steps struct {
	CreatedAt int64
	Phone     int64
	Lessons   int64
	SignIns   int64
	Minutes   int64
}

func (x Steps) of(step string) int64 {
	switch step {
	case "lessons":
		return x.Lessons
	case "sign_ins":
		return x.SignIns
	case "minutes":
		return x.Minutes
	case "phone":
		return x.Phone
	}
	return 0
}

// Have is how much of what a prize needs is done.
func (st Standing) Have(p Prize) int64 {
	if st.Kind == Journey {
		return st.Steps.of(p.Step)
	}
	return st.Helped
}

// Stand returns a campaign as somebody stands in it; user 0 is nobody yet, code is
// of the share that they opened, may be empty. Returns ErrGone.
func (s *Service) Stand(ctx context.Context, userID, campaignID int64, ch Channel, code string) (Standing, error) {
	c, err := s.Shown(ctx, campaignID)
	st := Standing{Campaign: c, Phase: c.Phase(s.now()), Here: c.on(ch)}
	if err != nil {
		return st, err
	}
	if c.Kind == Lottery {
		if err := s.DB.List(ctx, qWinners, &st.Winners, campaignID); err != nil {
			return st, err
		}
		for i := range st.Winners {
			st.Winners[i].Nickname = text.Mask(st.Winners[i].Nickname)
		}
	}
	helping := c.Kind == Assist || c.Kind == Invite
	if userID == 0 {
		if helping && code != "" {
			err = s.DB.Get(ctx, qAsker, &st.Asker, campaignID, userID, code)
			st.Asker.Nickname = text.Mask(st.Asker.Nickname)
		}
		if errors.Is(err, db.ErrNone) {
			err = nil
		}
		return st, err
	}
	var askers []Asker
	asks := []db.Ask{db.Rows(qMyGifts, &st.Gifts, userID, campaignID, 0, 50)}
	var helped, chances []int64
	var steps []Steps
	switch c.Kind {
	case Assist, Invite:
		asks = append(asks, db.Rows(qHelped, &helped, campaignID, userID, c.Cause), db.Rows(qHelps, &st.Helps, campaignID, userID), db.Rows(qAsker, &askers, campaignID, userID, code))
	case Lottery:
		asks = append(asks, db.Rows(qChances, &chances, userID, campaignID), db.Rows(qMyDraws, &st.Draws, userID, campaignID))
	case Journey:
		asks = append(asks, db.Rows(qSteps, &steps, userID))
	}
	if err := s.DB.All(ctx, asks...); err != nil {
		return st, err
	}
	for i := range st.Helps {
		st.Helps[i].Nickname = text.Mask(st.Helps[i].Nickname)
	}
	if len(askers) == 1 {
		st.Asker = askers[0]
		st.Asker.Nickname = text.Mask(st.Asker.Nickname)
	}
	if len(helped) == 1 {
		st.Helped = helped[0]
	}
	if len(chances) == 1 {
		st.Chances = chances[0]
	}
	if len(steps) == 1 {
		st.Steps = steps[0]
		st.LeftMS = max(0, steps[0].CreatedAt+c.NewcomerDays*day-s.now())
	}
	return st, nil
}

// Mine lists what somebody got from campaigns, newest first.
func (s *Service) Mine(ctx context.Context, userID, before int64, limit int) ([]Gift, error) {
	var rows []Gift
	err := s.DB.List(ctx, qMyGifts, &rows, userID, 0, before, limit)
	return rows, err
}
