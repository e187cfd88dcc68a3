package commerce

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"zhizhou/internal/access"
	"zhizhou/internal/audit"
	"zhizhou/internal/catalog"
	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/id"
)

const (
	codeLength = 16 // 80 bits: nobody guesses one
	maxBatch   = 10_000
)

// CodeBatch is a lot of redeem codes for one SKU.
type CodeBatch struct {
	ID        int64
	Name      string
	SKUID     int64 `db:"sku_id"`
	Size      int64
	ExpiresAt int64
	RevokedAt int64
	CreatedBy int64
	CreatedAt int64
	Used      int64
	Title     string // of what it opens
}

var (
	qBatchInsert = db.Q("commerce/code_batch_insert", `INSERT INTO code_batches (id, name, sku_id, size, expires_at, created_by, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)`)
	qBatches     = db.Q("commerce/code_batches", `SELECT b.id, b.name, b.sku_id, b.size, b.expires_at, b.revoked_at, b.created_by, b.created_at,
		(SELECT COUNT(*) FROM redeem_codes c WHERE c.batch_id = b.id AND c.state = 'used') AS used,
		COALESCE((SELECT CASE WHEN p.title <> '' THEN p.title ELSE COALESCE(k.title, '') END FROM skus x JOIN products p ON p.id = x.product_id LEFT JOIN courses k ON k.id = p.course_id WHERE x.id = b.sku_id), '') AS title
		FROM code_batches b WHERE (CAST($1 AS BIGINT) = 0 OR b.id = $1) AND (CAST($2 AS BIGINT) = 0 OR b.id < $2) ORDER BY b.id DESC LIMIT $3`)
	qBatchRevoke = db.Q("commerce/code_batch_revoke", `UPDATE code_batches SET revoked_at = $2 WHERE id = $1 AND revoked_at = 0`)
	qCodesRevoke = db.Q("commerce/codes_revoke", `UPDATE redeem_codes SET state = 'revoked' WHERE batch_id = $1 AND state = 'ready'`)
	qCodeInsert  = db.Q("commerce/code_insert", `INSERT INTO redeem_codes (id, batch_id, hash, sealed, state) VALUES ($1, $2, $3, $4, 'ready')`)
	qCode        = db.Q("commerce/code", `SELECT c.id, c.batch_id, c.state, c.user_id, b.sku_id, b.expires_at FROM redeem_codes c JOIN code_batches b ON b.id = c.batch_id WHERE c.hash = $1`)
	qCodeUse     = db.Q("commerce/code_use", `UPDATE redeem_codes SET state = 'used', user_id = $2, used_at = $3 WHERE id = $1 AND state = 'ready'`)
	qCodes       = db.Q("commerce/codes", `SELECT id, sealed, state, used_at FROM redeem_codes WHERE batch_id = $1 AND id > $2 ORDER BY id LIMIT $3`)
	qCodeMerge   = db.Q("commerce/code_merge", `UPDATE redeem_codes SET user_id = $2 WHERE user_id = $1`)
)

// MakeCodes makes a batch of redeem codes. Returns ErrCodes, catalog.ErrSKUGone.
func (s *Service) MakeCodes(ctx context.Context, name string, skuID, size, expiresAt int64) (int64, error) {
	name = strings.TrimSpace(name)
	if n := utf8.RuneCountInString(name); n < 1 || n > 40 {
		return 0, ErrCodes.Field("name", "名称为 1–40 个字")
	}
	if size < 1 || size > maxBatch {
		return 0, ErrCodes.Field("size", "一批 1–10000 个")
	}
	now := clock.MS(s.Clock)
	if expiresAt <= now {
		return 0, ErrCodes.Field("expires_at", "截止时间要在以后")
	}
	if o, err := s.Catalog.Offer(ctx, s.DB, skuID, "h5"); err != nil {
		return 0, err
	} else if o.Kind == catalog.KindService {
		return 0, ErrCodes.Field("sku_id", "服务要有人安排，请直接售卖或赠送")
	} else if catalog.OfClass(o.Kind) {
		return 0, ErrCodes.Field("sku_id", "打卡班要本人报名，不能用兑换码")
	}
	batchID := id.New()
	return batchID, s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if _, err := tx.Exec(ctx, qBatchInsert, batchID, name, skuID, size, expiresAt, audit.ActorOf(ctx).ID, now); err != nil {
			return err
		}
		for range size {
			code := id.Plain(codeLength)
			if _, err := tx.Exec(ctx, qCodeInsert, id.New(), batchID, codeHash(code), s.Box.Seal("redeem-code", []byte(code))); err != nil {
				return err
			}
		}
		return audit.Write(ctx, tx, s.Clock, "codes.make", fmt.Sprintf("code_batch:%d", batchID), nil, map[string]any{"name": name, "sku_id": skuID, "size": size}, "")
	})
}

// codeHash reads a code as people type it: case, spaces and hyphens are of no account.
func codeHash(code string) string {
	code = strings.NewReplacer("-", "", " ", "", "　", "").Replace(strings.ToUpper(code))
	sum := sha256.Sum256([]byte("redeem " + code))
	return hex.EncodeToString(sum[:])
}

// CodeBatches lists batches, newest first.
func (s *Service) CodeBatches(ctx context.Context, before int64, limit int) ([]CodeBatch, error) {
	var rows []CodeBatch
	err := s.DB.List(ctx, qBatches, &rows, 0, before, limit)
	return rows, err
}

// RevokeCodes makes the unused codes of a batch worthless; what was redeemed stays.
// Returns ErrCodeGone.
func (s *Service) RevokeCodes(ctx context.Context, batchID int64, reason string) error {
	return s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		n, err := tx.Exec(ctx, qBatchRevoke, batchID, clock.MS(s.Clock))
		if err != nil {
			return err
		}
		if n == 0 {
			return ErrCodeGone
		}
		n, err = tx.Exec(ctx, qCodesRevoke, batchID)
		if err != nil {
			return err
		}
		return audit.Write(ctx, tx, s.Clock, "codes.revoke", fmt.Sprintf("code_batch:%d", batchID), nil, map[string]any{"revoked": n}, reason)
	})
}

// Code is a redeem code as the export shows it.
type Code struct {
	ID     int64
	Code   string
	State  string
	UsedAt int64
}

// Codes opens up to limit codes of a batch after the id after, for the export.
// Returns ErrBatchGone.
func (s *Service) Codes(ctx context.Context, batchID, after int64, limit int) ([]Code, error) {
	var rows []struct {
		ID     int64
		Sealed []byte
		State  string
		UsedAt int64
	}
	if err := s.DB.List(ctx, qCodes, &rows, batchID, after, limit); err != nil {
		return nil, err
	}
	if len(rows) == 0 && after == 0 {
		return nil, ErrBatchGone // each batch has a code at least
	}
	var out []Code
	for _, r := range rows {
		raw, err := s.Box.Open("redeem-code", r.Sealed)
		if err != nil {
			return nil, err
		}
		out = append(out, Code{r.ID, string(raw), r.State, r.UsedAt})
	}
	return out, nil
}

// Redeem opens what a code is for, once. The same person again changes nothing.
// The caller limits how often anybody may try. Returns ErrCodeGone, ErrCodeUsed,
// ErrOwned.
func (s *Service) Redeem(ctx context.Context, userID int64, code string) (title string, err error) {
	err = s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		var c struct {
			ID        int64
			BatchID   int64
			State     string
			UserID    int64
			SKUID     int64 `db:"sku_id"`
			ExpiresAt int64
		}
		if err := tx.Get(ctx, qCode, &c, codeHash(code)); err != nil {
			if errors.Is(err, db.ErrNone) {
				err = ErrCodeGone
			}
			return err
		}
		if c.State == "used" && c.UserID == userID {
			return nil
		}
		switch {
		case c.State == "used":
			return ErrCodeUsed
		case c.State != "ready" || c.ExpiresAt <= clock.MS(s.Clock):
			return ErrCodeGone
		}
		o, err := s.Catalog.Offer(ctx, tx, c.SKUID, "h5")
		if err != nil {
			return err
		}
		title = o.Title
		had, err := s.opens(ctx, tx, userID, c.SKUID)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(had[c.SKUID], func(h access.Had) bool { return h.Forever }) {
			return ErrOwned.Say("你已经拥有它了，兑换码可以留给别人")
		}
		n, err := tx.Exec(ctx, qCodeUse, c.ID, userID, clock.MS(s.Clock))
		if err != nil {
			return err
		}
		if n == 0 {
			return ErrCodeUsed
		}
		return s.grantTo(ctx, tx, userID, Item{SKUID: c.SKUID, PeriodDays: o.PeriodDays, PeriodMonths: o.PeriodMonths, UntilAt: o.UntilAt}, access.RedeemCode(c.ID), had[c.SKUID])
	})
	return title, err
}
