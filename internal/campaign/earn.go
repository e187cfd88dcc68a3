package campaign

import (
	"context"
	"fmt"

	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/id"
)

// Joined notes, inside the transaction of a registration, that a friend came by a share of
// a campaign: they help who shared it, or earn them a chance to draw.
func (s *Service) Joined(ctx context.Context, tx *db.Tx, friendID, sharerID, shareID int64) error {
	var of []struct {
		ID          int64
		Kind, Cause string
	}
	if err := tx.List(ctx, qShareOf, &of, s.now(), shareID, friendID); err != nil || len(of) == 0 || friendID == sharerID {
		return err
	}
	c := of[0]
	switch {
	case c.Kind == Assist || c.Kind == Invite:
		_, err := tx.Exec(ctx, qHelp, c.ID, friendID, sharerID, shareID, s.now(), 0)
		return err
	case c.Kind == Lottery && c.Cause != "study":
		_, err := tx.Exec(ctx, qChance, id.New(), c.ID, sharerID, fmt.Sprintf("join:%d", friendID), 0, s.now())
		return err
	}
	return nil
}

// Studied notes, inside the transaction in which a lesson was finished, what that earns: a
// chance a day in lotteries, help for who brought them here. Again for the same lesson
// changes nothing.
func (s *Service) Studied(ctx context.Context, tx *db.Tx, userID, lessonID int64) error {
	now := s.now()
	var lotteries []int64
	var came []struct{ ID, UserID, ShareID int64 }
	if err := tx.All(ctx, db.Rows(qLotteries, &lotteries, now), db.Rows(qCameBy, &came, now, userID)); err != nil {
		return err
	}
	today := clock.Day(s.Clock.Now())
	for _, c := range lotteries {
		if _, err := tx.Exec(ctx, qChance, id.New(), c, userID, fmt.Sprintf("study:%d:%d", userID, today), lessonID, now); err != nil {
			return err
		}
	}
	for _, v := range came {
		if _, err := tx.Exec(ctx, qHelp, v.ID, userID, v.UserID, v.ShareID, 0, now); err != nil {
			return err
		}
	}
	_, err := tx.Exec(ctx, qHelpStudied, userID, now)
	return err
}

// Merge makes one of what two accounts did in campaigns when they turn out to be one
// person's: nobody helps themselves, and a friend helps once.
func (s *Service) Merge(ctx context.Context, tx *db.Tx, from, to int64) error {
	for _, q := range []*db.Stmt{qMergeOwn, qMergeTwice, qMergeHelps, qMergeFriend, qMergeChances, qMergeDraws, qMergeGifts} {
		if _, err := tx.Exec(ctx, q, from, to); err != nil {
			return err
		}
	}
	return nil
}
