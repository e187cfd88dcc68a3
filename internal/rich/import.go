package rich

import (
	"context"
	"errors"
	"io"
	"path"
	"strings"
	"unicode/utf8"

	"zhizhou/internal/errs"
	"zhizhou/internal/pack"
)

// The refusals of an import.
var (
	ErrKind   = errs.New(errs.Invalid, "import_kind", "请选择 Markdown（.md）、网页（.html）或 Word（.docx）文件")
	ErrBroken = errs.New(errs.Invalid, "import_broken", "文件不完整或已损坏，请重新保存后再导入")
	ErrBig    = errs.New(errs.Invalid, "import_big", "文件展开后太大，请拆成几份再导入")
	ErrSealed = errs.New(errs.Invalid, "import_sealed", "文件设了密码，请去掉密码后再导入")
	ErrEmpty  = errs.New(errs.Invalid, "import_empty", "文件里没有可以导入的文字")
	ErrLong   = errs.New(errs.Invalid, "import_long", "正文超过 80 万个字符，请拆成几课再导入")
)

const (
	maxHTML = 800_000
	maxRows = 200
	// MaxFile is the size of a file that is taken, in bytes.
	MaxFile = 20 << 20
)

// Picture is one that was taken over.
type Picture struct {
	URL           string
	Width, Height int64 // pixels
}

// Door takes a picture's bytes, makes them safe and says where it is from then on.
type Door func(ctx context.Context, r io.Reader) (Picture, error)

// Left is something that was not taken over.
type Left struct {
	Kind string // what it is, in Chinese: 图片, 公式, 脚本…
	What string // where it stood or what it said, shortened
	Why  string // in Chinese
}

// Report lists what was left out, in the order of the file; More counts what was not
// listed any more.
type Report struct {
	Rows     []Left
	More     int64
	Pictures int64 // taken over
}

func (r *Report) add(kind, what, why string) {
	if len(r.Rows) >= maxRows {
		r.More++
		return
	}
	what = strings.Join(strings.Fields(what), " ")
	if c := []rune(what); len(c) > 80 {
		what = string(c[:80]) + "…"
	}
	r.Rows = append(r.Rows, Left{kind, what, why})
}

// Import makes a text out of a file, told by the ending of its name: the same that
// Article would keep of it. Returns ErrKind, ErrBroken, ErrBig, ErrSealed, ErrEmpty,
// ErrLong.
func Import(ctx context.Context, name string, raw []byte, door Door) (string, Report, error) {
	var rep Report
	if len(raw) > MaxFile {
		return "", rep, ErrBig
	}
	var out string
	var err error
	switch strings.ToLower(path.Ext(name)) {
	case ".md", ".markdown", ".txt":
		out, err = fromMarkdown(ctx, raw, door, &rep)
	case ".html", ".htm":
		out, err = fromHTML(ctx, raw, door, &rep)
	case ".docx":
		out, err = fromDocx(ctx, raw, door, &rep)
	default:
		return "", rep, ErrKind
	}
	if err != nil {
		return "", rep, refusal(err)
	}
	out = Article(out)
	switch {
	case Plain(out) == "" && !strings.Contains(out, "<img"):
		return "", rep, ErrEmpty
	case utf8.RuneCountInString(out) > maxHTML:
		return "", rep, ErrLong
	}
	return out, rep, nil
}

func refusal(err error) error {
	switch {
	case errors.Is(err, pack.ErrKind):
		return ErrKind.With(err)
	case errors.Is(err, pack.ErrSealed):
		return ErrSealed.With(err)
	case errors.Is(err, pack.ErrTooBig):
		return ErrBig.With(err)
	case errors.Is(err, pack.ErrBroken), errors.Is(err, pack.ErrPath), errors.Is(err, pack.ErrMissing), errors.Is(err, pack.ErrXML):
		return ErrBroken.With(err)
	}
	return err
}
