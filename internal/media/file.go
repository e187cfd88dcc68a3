package media

import (
	"bufio"
	"bytes"
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
	if !fits(out.Name, out.Mime) {
		return File{}, errContent
	}
	out.Key = filePrefix + id.Token(16)
	return out, s.store.Take(ctx, out.Key, path, out.Mime)
}

// FileGrant is for whom a download address was made.
type FileGrant struct {
	Attachment    int64
	User, Session int64
	Browser       bool // the device sends its session with every request; native downloaders do not
}

// FileURL returns a download address of an attachment, good for five minutes and
// for g's device. The caller has checked that the user may have the file; it is
// asked again when the file is fetched.
func (s *Service) FileURL(g FileGrant, key, name string) string {
	exp := s.clock.Now().Add(fileTTL).Unix()
	n := func(v int64) []string { return []string{strconv.FormatInt(v, 36)} }
	q := url.Values{"k": {strings.TrimPrefix(key, filePrefix)}, "a": n(g.Attachment), "u": n(g.User), "s": n(g.Session)}
	if g.Browser {
		q.Set("b", "1")
	}
	return "/media/f/" + s.cfg.Box.Sign(filePurpose, fileText(g, key, name, exp)) + "/" + strconv.FormatInt(exp, 36) + "/" + url.PathEscape(name) + "?" + q.Encode()
}

func fileText(g FileGrant, key, name string, exp int64) string {
	return fmt.Sprintf("%d|%d|%d|%t|%d|%s|%q", g.Attachment, g.User, g.Session, g.Browser, exp, key, name)
}

// FileLink is a download address taken apart.
type FileLink struct{ Sig, Exp, Name, Key, Attachment, User, Session, Browser string }

// OpenFileLink checks a download address and returns the blob key and for whom the
// address was made. Whether that user still may have the file is for the caller to
// ask. Returns ErrFileLink, ErrWrongUser.
func (s *Service) OpenFileLink(l FileLink, v Viewer) (key string, g FileGrant, err error) {
	var n [4]int64
	for i, text := range []string{l.Exp, l.Attachment, l.User, l.Session} {
		if n[i], err = strconv.ParseInt(text, 36, 64); err != nil {
			return "", g, ErrFileLink
		}
	}
	exp := n[0]
	g = FileGrant{Attachment: n[1], User: n[2], Session: n[3], Browser: l.Browser == "1"}
	key = filePrefix + l.Key
	if !s.cfg.Box.Verify(filePurpose, fileText(g, key, l.Name, exp), l.Sig) || s.clock.Now().Unix() > exp {
		return "", FileGrant{}, ErrFileLink
	}
	same := v.UserID == g.User && v.SessionID == g.Session
	if !same && (g.Browser || v.UserID != 0) {
		return "", FileGrant{}, ErrWrongUser.Say("这个下载链接属于另一个账号或设备，请重新点击下载")
	}
	return key, g, nil
}

// SavePrivate stores a learner's file like an attachment; of a picture nothing but its
// pixels survives, so neither does where it was taken. Returns ErrTooBig, ErrFileType,
// ErrBroken, ErrImageTooMany.
func (s *Service) SavePrivate(ctx context.Context, name string, r io.Reader) (File, error) {
	head := bufio.NewReaderSize(r, 1024)
	first, err := head.Peek(1024)
	if err != nil && !errors.Is(err, io.EOF) {
		return File{}, fmt.Errorf("media: %w", err)
	}
	if !strings.HasPrefix(sniff(first), "image/") {
		return s.SaveFile(ctx, name, head)
	}
	out, ext, _, err := s.readImage(ctx, head)
	if err != nil {
		return File{}, err
	}
	name = cleanName(name)
	if i := strings.LastIndexByte(name, '.'); i > 0 {
		name = name[:i]
	}
	f := File{Key: filePrefix + id.Token(16), Name: name + ext, Bytes: int64(len(out)), Mime: imageMime(ext)}
	return f, s.store.Put(ctx, f.Key, bytes.NewReader(out), f.Bytes, f.Mime)
}

// Paper makes a person's paper fit to be kept: a picture is written anew, so nothing but
// its pixels survives; a PDF stays as it is. Nothing is stored. Returns the cleaned name
// and the type, and ErrFileType, ErrBroken, ErrTooBig, ErrImageTooMany.
func (s *Service) Paper(ctx context.Context, name string, raw []byte) (File, []byte, error) {
	f := File{Name: cleanName(name), Mime: sniff(raw[:min(len(raw), 1024)])}
	switch f.Mime {
	case "image/jpeg", "image/png", "image/webp":
		out, ext, _, _, err := s.Redraw(ctx, raw)
		if err != nil {
			return f, nil, err
		}
		if i := strings.LastIndexByte(f.Name, '.'); i > 0 {
			f.Name = f.Name[:i]
		}
		f.Name, f.Mime, f.Bytes = f.Name+ext, imageMime(ext), int64(len(out))
		return f, out, nil
	case "application/pdf":
		if !fits(f.Name, f.Mime) {
			return f, nil, errContent
		}
		f.Bytes = int64(len(raw))
		return f, raw, nil
	}
	return f, nil, ErrFileType.Say("请上传 JPG、PNG、WebP 图片或 PDF")
}

// DropFile deletes a file that SaveFile or SavePrivate stored; an absent one is no error.
func (s *Service) DropFile(ctx context.Context, key string) error {
	if !strings.HasPrefix(key, filePrefix) {
		return fmt.Errorf("media: %q is no file", key)
	}
	return s.store.Delete(ctx, key)
}
