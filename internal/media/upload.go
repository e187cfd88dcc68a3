package media

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"os"
	"path"
	"path/filepath"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"zhizhou/internal/db"
	"zhizhou/internal/errs"
	"zhizhou/internal/id"
)

// The purposes of an upload.
const (
	PurposeVideo      = "video" // also audio
	PurposeAttachment = "attachment"
	PurposeImage      = "image"
	PurposeDocument   = "document" // what a lesson shows page by page; see Taker
	PurposeEbook      = "ebook"    // what a lesson shows chapter by chapter; see Taker
	PurposeArchive    = "archive"  // a whole course; see Taker
)

// The statuses of an upload: receiving → done or refused.
const (
	UploadReceiving = "receiving"
	UploadDone      = "done"
	UploadRefused   = "refused"
)

// Upload is one file on its way in, and what became of it.
type Upload struct {
	ID        int64
	TusID     string // its name in the URL
	StaffID   int64
	Purpose   string
	Name      string
	Bytes     int64
	Status    string
	ErrorCode string
	ErrorMsg  string
	Mime      string // sniffed, never what the browser said
	AssetID   int64  // of a video or audio, of what a Taker made, or of the stored picture or file
	BlobKey   string // of an image or attachment
	CreatedAt int64
}

// UploadMeta is what the browser says of a file.
type UploadMeta struct {
	Name    string
	Purpose string
	Bytes   int64
}

// Taker is somebody else's way with uploads of one purpose. Take looks at the
// received file, which it must not change, sets what became of it in u, and returns
// what to do in the transaction that ends the upload. An error of kind Invalid
// refuses the file.
type Taker struct {
	Bytes int64 // most that is accepted
	Check func(name string) error
	Take  func(ctx context.Context, u *Upload, file string) (func(ctx context.Context, tx *db.Tx) error, error)
}

// OnUpload registers who takes uploads of a purpose. It must be called before
// requests come.
func (s *Service) OnUpload(purpose string, t Taker) { s.takers[purpose] = t }

// clean returns the name without path, control characters and excess length.
func cleanName(name string) string {
	name = path.Base(strings.ReplaceAll(strings.ToValidUTF8(name, ""), `\`, "/"))
	name = strings.TrimSpace(strings.Map(func(r rune) rune {
		// Cf holds the marks that turn the reading direction: "exe.pdf" in disguise.
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == '/' || r == '"' {
			return -1
		}
		return r
	}, name))
	for utf8.RuneCountInString(name) > 150 {
		_, n := utf8.DecodeRuneInString(name)
		name = name[n:] // the ending says what it is
	}
	if strings.Trim(name, ". ") == "" {
		return "file"
	}
	return name
}

// Check returns the meta in its stored form. Returns ErrUploadMeta, ErrTooBig,
// ErrFileType.
func (s *Service) Check(m UploadMeta) (UploadMeta, error) {
	limit := map[string]int64{PurposeVideo: s.lim.VideoBytes, PurposeAttachment: s.lim.FileBytes, PurposeImage: s.lim.ImageBytes}[m.Purpose]
	taker, taken := s.takers[m.Purpose]
	if taken {
		limit = taker.Bytes
	}
	if limit == 0 || m.Name == "" || m.Bytes <= 0 {
		return UploadMeta{}, ErrUploadMeta
	}
	if m.Bytes > limit {
		return UploadMeta{}, tooBig(limit)
	}
	m.Name = cleanName(m.Name)
	if m.Purpose == PurposeAttachment && !known(m.Name) {
		return UploadMeta{}, errEnding // before the bytes come, not after
	}
	if taken {
		return m, taker.Check(m.Name)
	}
	return m, nil
}

func tooBig(limit int64) error {
	size := fmt.Sprintf("%d MB", limit>>20)
	if limit >= 1<<30 {
		size = fmt.Sprintf("%d GB", limit>>30)
	}
	return ErrTooBig.Say("文件不能超过 " + size)
}

// BeginUpload opens an upload for a member of staff and returns its tus id.
// Returns ErrUploadMeta, ErrTooBig, ErrFileType.
func (s *Service) BeginUpload(ctx context.Context, staffID int64, m UploadMeta) (tusID string, err error) {
	m, err = s.Check(m)
	if err != nil {
		return "", err
	}
	tusID = id.Token(16)
	return tusID, s.db.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, qUploadInsert, id.New(), tusID, staffID, m.Purpose, m.Name, m.Bytes, s.now())
		return err
	})
}

// Upload returns a member of staff's own upload. Returns ErrUploadNone.
func (s *Service) Upload(ctx context.Context, staffID int64, tusID string) (Upload, error) {
	u, err := s.upload(ctx, tusID)
	if err == nil && u.StaffID != staffID {
		return Upload{}, ErrUploadNone
	}
	return u, err
}

func (s *Service) upload(ctx context.Context, tusID string) (Upload, error) {
	var u Upload
	err := s.db.Get(ctx, qUploadGet, &u, tusID)
	if errors.Is(err, db.ErrNone) {
		return Upload{}, ErrUploadNone
	}
	return u, err
}

// DropUpload forgets an upload that is still being received.
func (s *Service) DropUpload(ctx context.Context, tusID string) error {
	return s.db.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, qUploadDrop, tusID)
		return err
	})
}

// finishing keeps two requests from working on the end of one upload.
var finishing [32]sync.Mutex

// FinishUpload takes a completely received file into the store: the type is
// sniffed, the limits are checked, and a video becomes an asset with a transcode
// job in one transaction. Repeating it is harmless. A refused file is removed.
// Returns ErrUploadNone, ErrFileType, ErrBroken, ErrCodec, ErrTooBig, ErrTooLong,
// ErrTooLarge, ErrImageTooMany.
func (s *Service) FinishUpload(ctx context.Context, tusID string) (Upload, error) {
	h := fnv.New32a()
	_, _ = h.Write([]byte(tusID))
	mu := &finishing[h.Sum32()%uint32(len(finishing))]
	mu.Lock()
	defer mu.Unlock()
	u, err := s.upload(ctx, tusID)
	if err != nil {
		return Upload{}, err
	}
	switch u.Status {
	case UploadDone:
		s.forgetFiles(tusID) // a crash may have come between commit and removal
		return u, nil
	case UploadRefused:
		return u, errs.New(errs.Invalid, u.ErrorCode, u.ErrorMsg)
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 30*probeTimeout) // a closed tab must not lose 5 GiB
	defer cancel()
	file := filepath.Join(s.UploadDir(), tusID)
	st, err := os.Stat(file)
	if err != nil {
		return Upload{}, ErrUploadNone.With(err)
	}
	if st.Size() != u.Bytes {
		return Upload{}, ErrUploadMeta.With(fmt.Errorf("%d bytes of %d", st.Size(), u.Bytes))
	}
	err = s.accept(ctx, &u, file)
	if permanent(err) {
		err = errors.Join(err, s.refuse(ctx, &u, err))
	}
	if err == nil || permanent(err) {
		s.forgetFiles(tusID)
	}
	return u, err
}

func (s *Service) accept(ctx context.Context, u *Upload, file string) error {
	if t, ok := s.takers[u.Purpose]; ok {
		end, err := t.Take(ctx, u, file)
		if err != nil {
			return err
		}
		return s.endUpload(ctx, u, end)
	}
	switch u.Purpose {
	case PurposeVideo:
		return s.acceptVideo(ctx, u, file)
	case PurposeImage:
		f, err := os.Open(file)
		if err != nil {
			return fmt.Errorf("media: %w", err)
		}
		defer func() { _ = f.Close() }()
		u.BlobKey, err = s.SaveImage(ctx, f)
		if err != nil {
			return err
		}
		u.Mime = imageMime(path.Ext(u.BlobKey))
		return s.endStored(ctx, u, StoredPicture)
	default:
		saved, err := s.takeFile(ctx, u.Name, file)
		if err != nil {
			return err
		}
		u.BlobKey, u.Mime = saved.Key, saved.Mime
		return s.endStored(ctx, u, StoredFile)
	}
}

// endStored ends the upload of a picture or file, which can be used again.
func (s *Service) endStored(ctx context.Context, u *Upload, kind string) error {
	u.AssetID = id.New()
	return s.endUpload(ctx, u, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, qStoredInsert, u.AssetID, kind, u.Name, u.BlobKey, u.Bytes, u.Mime, u.StaffID, s.now())
		return err
	})
}

func (s *Service) acceptVideo(ctx context.Context, u *Upload, file string) error {
	end, err := s.takeVideo(ctx, u, file)
	if err != nil {
		return err
	}
	return s.endUpload(ctx, u, end)
}

// takeVideo looks into a received file and returns what to do in the transaction that
// takes it in.
func (s *Service) takeVideo(ctx context.Context, u *Upload, file string) (func(context.Context, *db.Tx) error, error) {
	probe, cancel := context.WithTimeout(ctx, probeTimeout)
	defer cancel()
	src, err := s.Probe(probe, file)
	if err != nil {
		return nil, err
	}
	kind := "audio"
	if src.Video {
		kind = "video"
	}
	format, _, _ := strings.Cut(src.Format, ",")
	u.Mime = kind + "/" + format
	u.AssetID = id.New()
	// The key is that of the upload, so that repeating after a crash writes the same one.
	key := sourceKey(u.TusID)
	if err := s.store.Take(ctx, key, file, "application/octet-stream"); err != nil {
		return nil, err
	}
	return func(ctx context.Context, tx *db.Tx) error {
		if _, err := tx.Exec(ctx, qAssetInsert, u.AssetID, u.Name, kind, key, u.Bytes, src.DurationMS, src.Width, src.Height, u.StaffID, s.now()); err != nil {
			return err
		}
		return s.cfg.Jobs.Add(ctx, tx, Transcode{AssetID: u.AssetID})
	}, nil
}

func (s *Service) endUpload(ctx context.Context, u *Upload, and func(context.Context, *db.Tx) error) error {
	err := s.db.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		n, err := tx.Exec(ctx, qUploadEnd, u.TusID, UploadDone, "", "", u.Mime, u.AssetID, u.BlobKey, s.now())
		if err != nil {
			return err
		}
		if n == 0 {
			return errUploadFinished
		}
		return and(ctx, tx)
	})
	if err == nil {
		u.Status = UploadDone
	}
	return err
}

func (s *Service) refuse(ctx context.Context, u *Upload, cause error) error {
	var e *errs.E
	if !errors.As(cause, &e) {
		return cause
	}
	u.Status, u.ErrorCode, u.ErrorMsg, u.AssetID, u.BlobKey = UploadRefused, e.Code, e.Msg, 0, ""
	return s.db.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, qUploadEnd, u.TusID, UploadRefused, e.Code, e.Msg, u.Mime, 0, "", s.now())
		return err
	})
}

// forgetFiles removes an upload's own files; the store holds a link or a copy.
func (s *Service) forgetFiles(tusID string) {
	if tusID == "" || strings.ContainsAny(tusID, `/\.`) {
		return
	}
	for _, name := range []string{tusID, tusID + ".info"} {
		if err := os.Remove(filepath.Join(s.UploadDir(), name)); err != nil && !errors.Is(err, os.ErrNotExist) {
			s.log.Warn("upload file stays behind", "upload", tusID, "error", err)
		}
	}
}

// Received reports whether all bytes of an upload are here.
func (s *Service) Received(u Upload) bool {
	st, err := os.Stat(filepath.Join(s.UploadDir(), u.TusID))
	return err == nil && st.Size() == u.Bytes
}
