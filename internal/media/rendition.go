package media

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"sync"

	"zhizhou/internal/db"
	"zhizhou/internal/id"
)

// The kinds of rendition.
const (
	kindFull    = "full"
	kindPreview = "preview"
)

const keyPurpose = "media-key"

// Rendition is one encoded and encrypted form of an asset.
type Rendition struct {
	ID        int64
	AssetID   int64
	Name      string // "720p", "audio"
	Kind      string // "full" or "preview"
	LimitMS   int64  // preview: where it is cut
	Width     int64  // 0: sound alone
	Height    int64
	Bandwidth int64 // peak, bit/s
	Average   int64 // bit/s
	Codecs    string
	Segments  string // JSON of Segments
	Bytes     int64
}

// Segments is what a media playlist is made of.
type Segments struct {
	MS    []int64 `json:"ms"`    // duration of each
	IV    []byte  `json:"iv"`    // 16 bytes for each
	Every int     `json:"every"` // segments a key
	Keys  []int64 `json:"keys"`  // ids, one for each Every segments
}

func (s Segments) valid() bool {
	n := len(s.MS)
	return n > 0 && s.Every > 0 && len(s.IV) == 16*n && len(s.Keys) == (n+s.Every-1)/s.Every
}

func segmentKey(assetID, renditionID int64, n int) string {
	return segmentIn(renditionPrefix(assetID, renditionID), n)
}

func renditionPrefix(assetID, renditionID int64) string {
	return "hls/" + strconv.FormatInt(assetID, 10) + "/" + strconv.FormatInt(renditionID, 10)
}

// keep encrypts plain segments, stores them, and makes the rendition's row in one
// transaction that gate may refuse. A rendition that another run made first is
// left as it is.
func (s *Service) keep(ctx context.Context, assetID int64, kind string, limitMS int64, name string, plain plainSegments, gate func(context.Context, *db.Tx) error) error {
	r := Rendition{ID: id.New(), AssetID: assetID, Name: name, Kind: kind, LimitMS: limitMS, Width: plain.width, Height: plain.height, Codecs: plain.codecs}
	trash, err := s.promise(ctx, renditionPrefix(assetID, r.ID), len(plain.files))
	if err != nil {
		return err
	}
	seg, keys, err := s.seal(ctx, &r, plain)
	if err != nil {
		return err
	}
	raw, err := json.Marshal(seg)
	if err != nil {
		return err
	}
	return s.db.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := gate(ctx, tx); err != nil {
			return err
		}
		n, err := tx.Exec(ctx, qRenditionInsert, r.ID, r.AssetID, r.Name, r.Kind, r.LimitMS, r.Width, r.Height, r.Bandwidth, r.Average, r.Codecs, string(raw), r.Bytes, s.now())
		if err != nil || n == 0 {
			return err
		}
		for i, k := range keys {
			if _, err := tx.Exec(ctx, qKeyInsert, seg.Keys[i], r.ID, k); err != nil {
				return err
			}
		}
		_, err = tx.Exec(ctx, qTrashDelete, trash)
		return err
	})
}

// promise writes down that the files under prefix are to be deleted tomorrow.
// The transaction that gives them a row takes the promise back, so a crash in
// between leaves nothing behind for ever.
func (s *Service) promise(ctx context.Context, prefix string, files int) (int64, error) {
	row := id.New()
	err := s.db.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, qTrashInsert, row, prefix, files, s.now()+24*3600*1000)
		return err
	})
	return row, err
}

// seal encrypts and stores the segments; it returns their list and the sealed keys.
func (s *Service) seal(ctx context.Context, r *Rendition, plain plainSegments) (Segments, [][]byte, error) {
	seg := Segments{MS: plain.ms, Every: s.lim.SegmentsPerKey}
	var sealed [][]byte
	var key []byte
	var total int64
	for n, file := range plain.files {
		if n%seg.Every == 0 {
			key = id.Bytes(16)
			seg.Keys = append(seg.Keys, id.New())
			sealed = append(sealed, s.cfg.Box.Seal(keyPurpose, key))
		}
		raw, err := os.ReadFile(filepath.Join(plain.dir, file))
		if err != nil {
			return Segments{}, nil, fmt.Errorf("media: %w", err)
		}
		iv := id.Bytes(16)
		enc, err := encryptSegment(key, iv, raw)
		if err != nil {
			return Segments{}, nil, err
		}
		if err := s.store.Put(ctx, segmentKey(r.AssetID, r.ID, n), bytes.NewReader(enc), int64(len(enc)), "video/mp2t"); err != nil {
			return Segments{}, nil, err
		}
		seg.IV = append(seg.IV, iv...)
		r.Bytes += int64(len(enc))
		total += plain.ms[n]
		// The last sliver would give an absurd rate.
		if ms := plain.ms[n]; ms >= 1000 || len(plain.files) == 1 {
			r.Bandwidth = max(r.Bandwidth, int64(len(enc))*8000/max(ms, 1))
		}
	}
	r.Average = r.Bytes * 8000 / max(total, 1)
	r.Bandwidth = max(r.Bandwidth, r.Average)
	return seg, sealed, nil
}

// discard makes a rendition invisible and its files due for deletion after a
// player that is in the middle of them has had its time.
func (s *Service) discard(ctx context.Context, tx *db.Tx, r Rendition) error {
	var seg Segments
	if err := json.Unmarshal([]byte(r.Segments), &seg); err != nil {
		return fmt.Errorf("media: rendition %d: %w", r.ID, err)
	}
	if _, err := tx.Exec(ctx, qTrashInsert, id.New(), renditionPrefix(r.AssetID, r.ID), len(seg.MS), s.now()+3600*1000); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, qKeyDelete, r.ID); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, qRenditionDelete, r.ID)
	return err
}

// renditionCache holds decoded segment lists; they never change.
type renditionCache struct {
	mu sync.Mutex
	m  map[int64]cached
}

type cached struct {
	r   Rendition
	seg Segments
}

func (s *Service) rendition(ctx context.Context, renditionID int64) (Rendition, Segments, error) {
	s.cache.mu.Lock()
	c, ok := s.cache.m[renditionID]
	s.cache.mu.Unlock()
	if ok {
		return c.r, c.seg, nil
	}
	err := s.db.Get(ctx, qRenditionGet, &c.r, renditionID)
	if errors.Is(err, db.ErrNone) {
		return Rendition{}, Segments{}, ErrRenditionNone
	}
	if err != nil {
		return Rendition{}, Segments{}, err
	}
	if err := json.Unmarshal([]byte(c.r.Segments), &c.seg); err != nil || !c.seg.valid() {
		return Rendition{}, Segments{}, fmt.Errorf("media: rendition %d has a broken list", renditionID)
	}
	c.r.Segments = ""
	s.cache.mu.Lock()
	defer s.cache.mu.Unlock()
	if s.cache.m == nil || len(s.cache.m) >= 256 {
		s.cache.m = map[int64]cached{}
	}
	s.cache.m[renditionID] = c
	return c.r, c.seg, nil
}

func segmentIn(prefix string, n int) string { return fmt.Sprintf("%s/%05d.ts", prefix, n) }
