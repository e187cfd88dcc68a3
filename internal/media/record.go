package media

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"zhizhou/internal/db"
	"zhizhou/internal/id"
)

// Record takes a recording that was made here through the same door as an upload:
// the files (MPEG-TS, one after the other in time) are joined without encoding,
// probed, stored under key and become an asset with a transcode job, in one
// transaction with and. Repeating it with the same key replaces the stored file.
// Returns ErrBroken, ErrCodec, ErrTooBig, ErrTooLong, ErrTooLarge.
func (s *Service) Record(ctx context.Context, name, key string, files []string, and func(ctx context.Context, tx *db.Tx, assetID int64) error) error {
	dir, err := os.MkdirTemp(s.workDir(), "record-")
	if err != nil {
		return fmt.Errorf("media: %w", err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	joined, err := s.join(ctx, dir, files)
	if err != nil {
		return err
	}
	probe, cancel := context.WithTimeout(ctx, probeTimeout)
	defer cancel()
	src, err := s.Probe(probe, joined)
	if err != nil {
		return err
	}
	st, err := os.Stat(joined)
	if err != nil {
		return fmt.Errorf("media: %w", err)
	}
	if st.Size() > s.lim.VideoBytes {
		return tooBig(s.lim.VideoBytes)
	}
	kind := "audio"
	if src.Video {
		kind = "video"
	}
	key = "src/" + key
	if err := s.store.Take(ctx, key, joined, "application/octet-stream"); err != nil {
		return err
	}
	assetID := id.New()
	return s.db.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if _, err := tx.Exec(ctx, qAssetInsert, assetID, cleanName(name), kind, key, st.Size(), src.DurationMS, src.Width, src.Height, 0, s.now()); err != nil {
			return err
		}
		if err := and(ctx, tx, assetID); err != nil {
			return err
		}
		return s.cfg.Jobs.Add(ctx, tx, Transcode{AssetID: assetID})
	})
}

// join writes the files into one, without encoding.
func (s *Service) join(ctx context.Context, dir string, files []string) (string, error) {
	var list strings.Builder
	for _, f := range files {
		fmt.Fprintf(&list, "file '%s'\n", strings.ReplaceAll(f, "'", `'\''`))
	}
	names := filepath.Join(dir, "list.txt")
	if err := os.WriteFile(names, []byte(list.String()), 0o600); err != nil {
		return "", fmt.Errorf("media: %w", err)
	}
	out := filepath.Join(dir, "joined.mp4")
	t := tool{path: s.cfg.FFmpeg, dir: dir, memory: s.lim.ToolMemory, output: 2 * s.lim.VideoBytes, timeout: time.Hour}
	_, err := t.run(ctx, "-nostdin", "-hide_banner", "-v", "error", "-protocol_whitelist", inputProtocols, "-f", "concat", "-safe", "0", "-i", names,
		"-map", "0:v:0?", "-map", "0:a:0?", "-c", "copy", "-f", "mp4", out)
	return out, err
}
