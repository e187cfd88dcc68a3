package campaign

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"zhizhou/internal/audit"
	"zhizhou/internal/db"
	"zhizhou/internal/id"
	"zhizhou/internal/media"
)

var (
	kinds  = []string{Assist, Invite, Lottery, Journey}
	prizes = []string{Coupon, Points, Course, Material, Nothing}
	steps  = []string{"lessons", "sign_ins", "minutes", "phone"}
	// moves are the ways from one state to another.
	moves = map[string][]string{"draft": {"running", "ended"}, "running": {"paused", "ended"}, "paused": {"running", "ended"}}
)

func long(s string, least, most int) bool {
	n := utf8.RuneCountInString(s)
	return n >= least && n <= most
}

// check refuses what no campaign can be.
func (c Campaign) check() error {
	switch {
	case !slices.Contains(kinds, c.Kind):
		return ErrInput.Field("kind", "请选择一种活动")
	case !long(c.Title, 2, 30):
		return ErrInput.Field("title", "2–30 个字")
	case !long(c.Words, 0, 2000):
		return ErrInput.Field("words", "不超过 2000 个字")
	case !slices.Contains([]string{"join", "study", "both"}, c.Cause):
		return ErrInput.Field("cause", "请选择一种条件")
	case c.StartsAt <= 0 || c.EndsAt <= c.StartsAt || c.EndsAt-c.StartsAt > 366*day:
		return ErrInput.Field("ends_at", "结束要晚于开始，最长一年")
	case c.BudgetFen < 0 || c.BudgetFen > 100_000_000_00 || c.BudgetCount < 1 || c.BudgetCount > 10_000_000:
		return ErrInput.Field("budget_count", "请填写预算金额和份数")
	case c.PerUser < 1 || c.PerUser > 1000:
		return ErrInput.Field("per_user", "1–1000 份")
	case c.PerDevice < 1 || c.PerDevice > 1000:
		return ErrInput.Field("per_device", "1–1000 份")
	case c.Kind == Journey && (c.NewcomerDays < 1 || c.NewcomerDays > 90):
		return ErrInput.Field("newcomer_days", "1–90 天")
	case len(c.Prizes) == 0 || len(c.Prizes) > 20:
		return ErrInput.Field("prizes", "1–20 样奖励")
	}
	odds := int64(0)
	for _, p := range c.Prizes {
		if err := p.check(c.Kind); err != nil {
			return err
		}
		odds += p.OddsPPM
	}
	if c.Kind == Lottery && odds != whole {
		return ErrInput.Field("prizes", fmt.Sprintf("各奖品的概率要合计 100%%，现在是 %.4f%%", float64(odds)/10_000))
	}
	return nil
}

func (p Prize) check(kind string) error {
	bad := func(msg string) error { return ErrInput.Field("prizes", "「"+p.Title+"」"+msg) }
	switch {
	case !slices.Contains(prizes, p.Kind) || p.Kind == Nothing && kind != Lottery:
		return bad("请选择一种奖励")
	case !long(p.Title, 1, 30):
		return bad("名称 1–30 个字")
	case (p.Kind == Coupon || p.Kind == Course) && p.RefID == 0:
		return bad("请选择优惠券或课程")
	case p.Kind == Points && (p.Amount < 1 || p.Amount > 100_000):
		return bad("积分 1–100000")
	case p.Kind == Course && (p.Amount < 0 || p.Amount > 3660):
		return bad("课程期限 0–3660 天")
	case p.Kind == Material && (!long(p.Body, 0, 5000) || p.Body == "" && p.RefID == 0):
		return bad("请填写资料内容（不超过 5000 个字），或选一份文件")
	case p.ValueFen < 0 || p.ValueFen > dearest:
		return bad("单个奖品的价值不能超过 50,000 元")
	case p.Stock < 0 || p.Stock > 10_000_000 || p.Kind != Nothing && p.ID == 0 && p.Stock < 1:
		return bad("请填写库存")
	case kind == Lottery && (p.OddsPPM < 0 || p.OddsPPM > whole), kind != Lottery && p.OddsPPM != 0:
		return bad("概率不对")
	case kind == Journey && !slices.Contains(steps, p.Step), kind != Journey && p.Step != "":
		return bad("请选择任务")
	case kind != Lottery && (p.Need < 1 || p.Need > 10_000):
		return bad("请填写要达到多少")
	}
	return nil
}

// List lists campaigns for staff, newest first.
func (s *Service) List(ctx context.Context, before int64, limit int) ([]Campaign, error) {
	var rows []Campaign
	err := s.DB.List(ctx, qList, &rows, before, limit)
	return rows, err
}

// Get returns one for staff. Returns ErrGone.
func (s *Service) Get(ctx context.Context, campaignID int64) (Campaign, error) {
	return s.load(ctx, s.DB, qOne, campaignID)
}

// Save adds (ID 0) a draft or changes one that is a draft or paused; what was won keeps
// what it was. Returns ErrInput, ErrGone, ErrVersion, ErrUsed.
func (s *Service) Save(ctx context.Context, c Campaign) (int64, error) {
	c.Title, c.Words = strings.TrimSpace(c.Title), strings.TrimSpace(c.Words)
	for i := range c.Prizes {
		c.Prizes[i].Title, c.Prizes[i].Body = strings.TrimSpace(c.Prizes[i].Title), strings.TrimSpace(c.Prizes[i].Body)
	}
	if err := c.check(); err != nil {
		return 0, err
	}
	isNew := c.ID == 0
	if isNew {
		c.ID = id.New()
	}
	return c.ID, s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		var before any
		if isNew {
			if _, err := tx.Exec(ctx, qInsert, c.ID, c.Kind, c.Title, c.Words, c.Cause, c.StartsAt, c.EndsAt, c.BudgetFen, c.BudgetCount, c.PerUser, c.PerDevice, c.NewcomerDays, c.OnH5, c.OnWechat, c.OnMini, s.now()); err != nil {
				return err
			}
		} else {
			was, err := s.load(ctx, tx, qLock, c.ID)
			if err != nil {
				return err
			}
			if was.Kind != c.Kind {
				return ErrInput.Field("kind", "建好以后不能换种类")
			}
			before = was
			n, err := tx.Exec(ctx, qUpdate, c.ID, c.Title, c.Words, c.Cause, c.StartsAt, c.EndsAt, c.BudgetFen, c.BudgetCount, c.PerUser, c.PerDevice, c.NewcomerDays, c.OnH5, c.OnWechat, c.OnMini, s.now(), c.Version)
			if err != nil {
				return err
			}
			if n == 0 {
				if was.SpentFen > c.BudgetFen || was.SpentCount > c.BudgetCount {
					return ErrInput.Field("budget_count", "预算不能低于已经发出的")
				}
				return ErrVersion
			}
			if err := s.dropPrizes(ctx, tx, was, c); err != nil {
				return err
			}
		}
		if err := s.putPrizes(ctx, tx, c); err != nil {
			return err
		}
		return audit.Write(ctx, tx, s.Clock, "campaign.save", fmt.Sprintf("campaign:%d", c.ID), before, c, "")
	})
}

func (s *Service) dropPrizes(ctx context.Context, tx *db.Tx, was, c Campaign) error {
	for _, p := range was.Prizes {
		if slices.ContainsFunc(c.Prizes, func(x Prize) bool { return x.ID == p.ID }) {
			continue
		}
		n, err := tx.Exec(ctx, qPrizeDrop, p.ID, c.ID)
		if err != nil {
			return err
		}
		if n == 0 {
			return ErrUsed
		}
	}
	return nil
}

func (s *Service) putPrizes(ctx context.Context, tx *db.Tx, c Campaign) error {
	for i, p := range c.Prizes {
		if p.Kind == Material && p.RefID != 0 {
			if err := s.Media.GiveFile(ctx, tx, p.RefID); errors.Is(err, media.ErrStoredNone) {
				return ErrInput.Field("prizes", "「"+p.Title+"」的文件已不在素材库，请另选一个")
			} else if err != nil {
				return err
			}
		}
		if p.ID == 0 {
			if _, err := tx.Exec(ctx, qPrizeInsert, id.New(), c.ID, i, p.Kind, p.RefID, p.Amount, p.Title, p.Body, p.ValueFen, p.OddsPPM, p.Stock, p.Step, p.Need); err != nil {
				return err
			}
			continue
		}
		n, err := tx.Exec(ctx, qPrizeUpdate, p.ID, c.ID, i, p.Kind, p.RefID, p.Amount, p.Title, p.Body, p.ValueFen, p.OddsPPM, p.Stock, p.Step, p.Need)
		if err != nil {
			return err
		}
		if n == 0 {
			return ErrUsed.Say("「" + p.Title + "」已经有人得到，只能改概率和库存；别的要改，请另加一样")
		}
	}
	return nil
}

// Move brings a campaign into another state, for a reason. Returns ErrGone, ErrState,
// ErrInput.
func (s *Service) Move(ctx context.Context, campaignID int64, to, reason string) error {
	reason = strings.TrimSpace(reason)
	return s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		c, err := s.load(ctx, tx, qLock, campaignID)
		if err != nil {
			return err
		}
		if !slices.Contains(moves[c.State], to) {
			return ErrState
		}
		if to != "running" && !long(reason, 2, 200) {
			return ErrInput.Field("reason", "请写原因，2–200 个字，记入操作日志")
		}
		if to == "running" {
			if err := c.check(); err != nil {
				return err
			}
			if !c.OnH5 && !c.OnWechat && !c.OnMini {
				return ErrInput.Say("至少要在一个渠道开放")
			}
			if c.EndsAt <= s.now() {
				return ErrInput.Say("结束时间已经过了")
			}
			if !slices.ContainsFunc(c.Prizes, func(p Prize) bool { return p.Kind != Nothing && c.Left(p) > 0 }) {
				return ErrInput.Say("预算或库存不够发出任何一份奖励，请先改大")
			}
		}
		n, err := tx.Exec(ctx, qMove, campaignID, c.State, to, s.now())
		if err != nil {
			return err
		}
		if n == 0 {
			return ErrState
		}
		return audit.Write(ctx, tx, s.Clock, "campaign."+to, fmt.Sprintf("campaign:%d", campaignID), map[string]any{"state": c.State}, map[string]any{"state": to}, reason)
	})
}

// Draws lists all draws of a campaign for staff, newest first. Returns ErrGone.
func (s *Service) Draws(ctx context.Context, campaignID, before int64, limit int) ([]Draw, error) {
	if _, err := s.Get(ctx, campaignID); err != nil {
		return nil, err
	}
	var rows []Draw
	err := s.DB.List(ctx, qDraws, &rows, campaignID, before, limit)
	return rows, err
}

// Gifts lists what a campaign gave, newest first. Returns ErrGone.
func (s *Service) Gifts(ctx context.Context, campaignID, before int64, limit int) ([]Gift, error) {
	if _, err := s.Get(ctx, campaignID); err != nil {
		return nil, err
	}
	var rows []Gift
	err := s.DB.List(ctx, qGifts, &rows, campaignID, before, limit)
	return rows, err
}

// Totals is what became of a campaign so far.
type Totals struct {
	Sharers int64 // who handed it on
	Came    int64 // friends who registered or studied by a share of it
	Counted int64 // of them, who did what was asked
	Draws   int64
	Given   int64 // rewards
	Waiting int64
	Refused int64
}

// Totals counts what became of a campaign.
func (s *Service) Totals(ctx context.Context, campaignID int64) (Totals, error) {
	var t Totals
	err := s.DB.Get(ctx, qTotals, &t, campaignID)
	return t, err
}
