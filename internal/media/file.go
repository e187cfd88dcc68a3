package media

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	"zhizhou/internal/id"
)

const (
	filePrefix  = "file/"
	filePurpose = "media-file"
	fileTTL     = 5 * time.Minute
)

// File is a stored attachment.
type File struct {
	Key   string
	Name  string // cleaned
	Bytes int64
	Mime  string // sniffed
}

// SaveFile stores an attachment read from r. Documents, archives, text, pictures,
// audio and video are taken; programs and markup are not. Returns ErrTooBig,
// ErrFileType.
func (s *Service) SaveFile(ctx context.Context, name string, r io.Reader) (File, error) {
	tmp, err := os.CreateTemp(s.workDir(), "file-")
	if err != nil {
		return File{}, fmt.Errorf("media: %w", err)
	}
	defer func() { _ = os.Remove(tmp.Name()) }()
	n, err := io.Copy(tmp, io.LimitReader(r, s.lim.FileBytes+1))
	if cerr := tmp.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return File{}, fmt.Errorf("media: %w", err)
	}
	if n > s.lim.FileBytes {
		return File{}, tooBig(s.lim.FileBytes)
	}
	return s.takeFile(ctx, name, tmp.Name())
}

func (s *Service) takeFile(ctx context.Context, name, path string) (File, error) {
	f, err := os.Open(path)
	if err != nil {
		return File{}, fmt.Errorf("media: %w", err)
	}
	head := make([]byte, 1024)
	n, err := io.ReadFull(f, head)
	st, serr := f.Stat()
	_ = f.Close()
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		return File{}, fmt.Errorf("media: %w", err)
	}
	if serr != nil {
		return File{}, fmt.Errorf("media: %w", serr)
	}
	out := File{Name: cleanName(name), Bytes: st.Size(), Mime: sniff(head[:n])}
	if out.Mime == "" {
		return File{}, ErrFileType.Say("不支持这种附件，请上传文档、压缩包、图片、音频或视频")
	}
	out.Key = filePrefix + id.Token(16)
	return out, s.store.Take(ctx, out.Key, path, out.Mime)
}

// FileURL returns a download address of an attachment that works for userID
// during five minutes. The caller has checked that userID may have the file.
func (s *Service) FileURL(userID int64, key, name string) string {
	exp := s.clock.Now().Add(fileTTL).Unix()
	q := url.Values{"k": {strings.TrimPrefix(key, filePrefix)}, "u": {strconv.FormatInt(userID, 36)}}
	return "/media/f/" + s.fileSig(userID, key, name, exp) + "/" + strconv.FormatInt(exp, 36) + "/" + url.PathEscape(name) + "?" + q.Encode()
}

func (s *Service) fileSig(userID int64, key, name string, exp int64) string {
	return s.cfg.Box.Sign(filePurpose, fmt.Sprintf("%d|%d|%s|%q", userID, exp, key, name))
}

// FileLink is a download address taken apart.
type FileLink struct{ Sig, Exp, Name, Key, User string }

// OpenFileLink checks a download address and returns the blob key. signedIn is
// the user of the request, 0 when unknown (native downloaders send no cookie).
// Returns ErrFileLink, ErrWrongUser.
func (s *Service) OpenFileLink(l FileLink, signedIn int64) (key string, err error) {
	exp, err1 := strconv.ParseInt(l.Exp, 36, 64)
	user, err2 := strconv.ParseInt(l.User, 36, 64)
	key = filePrefix + l.Key
	if err1 != nil || err2 != nil || !s.cfg.Box.Verify(filePurpose, fmt.Sprintf("%d|%d|%s|%q", user, exp, key, l.Name), l.Sig) {
		return "", ErrFileLink
	}
	if s.clock.Now().Unix() > exp {
		return "", ErrFileLink
	}
	if signedIn != 0 && signedIn != user {
		return "", ErrWrongUser
	}
	return key, nil
}
