package media

import (
	"context"
	"errors"
	"math"
	"strconv"
	"strings"

	"zhizhou/internal/db"
)

// The statuses of an asset: uploaded → probing → transcoding → ready or failed;
// a failed one goes back to uploaded by Retry, an interrupted one by Recover.
const (
	StatusUploaded    = "uploaded"
	StatusProbing     = "probing"
	StatusTranscoding = "transcoding"
	StatusReady       = "ready"
	StatusFailed      = "failed"
)

// Asset is one video or audio with what is known of its processing.
type Asset struct {
	ID         int64
	Name       string // file name as uploaded
	Kind       string // "video" or "audio"
	Status     string
	Stage      string // while it works: "probing", "pictures" or a rendition's name
	Percent    int64  // 0–100
	EtaS       int64  // seconds left, 0: unknown
	ErrorCode  string
	ErrorMsg   string // Chinese, for staff
	SourceKey  string // blob key of the upload; never served
	Bytes      int64
	DurationMS int64
	Width      int64
	Height     int64
	PosterKey  string // public image, "" for audio

	SpriteKey        string
	SpriteColumns    int64
	SpriteRows       int64
	SpriteIntervalMS int64
	SpriteWidth      int64
	SpriteHeight     int64

	PreviewMS      int64 // wanted length of the preview, 0: none
	PreviewReadyMS int64 // length of the preview that can be played now
	Attempts       int64
	CreatedBy      int64 // staff id
	CreatedAt      int64
	ReadyAt        int64
}

// AssetStatus is the short form of an asset's progress.
type AssetStatus struct {
	Status, Stage             string
	Percent, EtaS             int64
	DurationMS, Width, Height int64
	PosterKey                 string
	PreviewMS, PreviewReadyMS int64
	ErrorCode, ErrorMsg       string
}

// State returns the short form.
func (a Asset) State() AssetStatus {
	return AssetStatus{
		Status: a.Status, Stage: a.Stage, Percent: a.Percent, EtaS: a.EtaS, DurationMS: a.DurationMS, Width: a.Width, Height: a.Height,
		PosterKey: a.PosterKey, PreviewMS: a.PreviewMS, PreviewReadyMS: a.PreviewReadyMS, ErrorCode: a.ErrorCode, ErrorMsg: a.ErrorMsg,
	}
}

// Asset returns one asset. Returns ErrAssetNone.
func (s *Service) Asset(ctx context.Context, id int64) (Asset, error) { return asset(ctx, s.db, id) }

// AssetIn is Asset inside a transaction.
func (s *Service) AssetIn(ctx context.Context, tx *db.Tx, id int64) (Asset, error) {
	return asset(ctx, tx, id)
}

func asset(ctx context.Context, r db.Reader, id int64) (Asset, error) {
	var a Asset
	err := r.Get(ctx, qAssetGet, &a, id)
	if errors.Is(err, db.ErrNone) {
		return Asset{}, ErrAssetNone
	}
	return a, err
}

// AssetFilter chooses assets for the console.
type AssetFilter struct {
	Status    string // "" for all
	Query     string // part of the name
	CreatedBy int64  // staff id, 0: anybody's
	Cursor    string // of the page before, "" for the first
	Limit     int    // 1–100, 20
}

// Assets lists assets, newest first; next is "" at the end.
func (s *Service) Assets(ctx context.Context, f AssetFilter) (list []Asset, next string, err error) {
	before := int64(math.MaxInt64)
	if n, err := strconv.ParseInt(f.Cursor, 36, 64); err == nil && n > 0 {
		before = n
	}
	limit := f.Limit
	if limit < 1 || limit > 100 {
		limit = 20
	}
	like := ""
	if q := strings.TrimSpace(f.Query); q != "" {
		like = "%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(strings.ToLower(q)) + "%"
	}
	if err := s.db.List(ctx, qAssetList, &list, before, f.Status, like, limit+1, f.CreatedBy); err != nil {
		return nil, "", err
	}
	if len(list) > limit {
		list = list[:limit]
		next = strconv.FormatInt(list[limit-1].ID, 36)
	}
	return list, next, nil
}

// Retry puts a failed asset back to work; finished renditions are kept. Returns
// ErrAssetNone, ErrNotFailed.
func (s *Service) Retry(ctx context.Context, assetID int64) error {
	return s.db.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		n, err := tx.Exec(ctx, qAssetRetry, assetID)
		if err != nil {
			return err
		}
		if n == 0 {
			if _, err := asset(ctx, tx, assetID); err != nil {
				return err
			}
			return ErrNotFailed
		}
		return s.cfg.Jobs.Add(ctx, tx, Transcode{AssetID: assetID})
	})
}

// SetPreview sets how much of an asset is free, in ms; 0 takes the preview away.
// A preview that would be too long is withdrawn at once; a longer one appears
// when it is made. Returns ErrAssetNone, ErrPreview.
func (s *Service) SetPreview(ctx context.Context, tx *db.Tx, assetID, ms int64) error {
	if ms < 0 || ms > s.lim.VideoDurationMS {
		return ErrPreview
	}
	n, err := tx.Exec(ctx, qAssetPreview, assetID, ms)
	if err != nil {
		return err
	}
	if n == 0 { // the same length, or no such asset
		_, err := asset(ctx, tx, assetID)
		return err
	}
	return s.cfg.Jobs.Add(ctx, tx, Preview{AssetID: assetID})
}
