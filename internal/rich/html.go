package rich

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"strings"

	xhtml "golang.org/x/net/html"
	"golang.org/x/net/html/charset"

	"zhizhou/internal/errs"
)

func fromHTML(ctx context.Context, raw []byte, door Door, rep *Report) (string, error) {
	r, err := charset.NewReader(bytes.NewReader(raw), "text/html")
	if err != nil {
		return "", ErrBroken.With(err)
	}
	root, err := xhtml.Parse(r)
	if err != nil {
		return "", ErrBroken.With(err)
	}
	return Clean(root, Source{Left: rep.add, Image: func(src string) (Picture, string) { return inline(ctx, src, door, rep) }}), nil
}

// inline takes over a picture that came inside the text; no address is ever asked.
func inline(ctx context.Context, src string, door Door, rep *Report) (Picture, string) {
	if picture.MatchString(src) {
		return Picture{URL: src}, ""
	}
	head, body, ok := strings.Cut(src, ",")
	if !strings.HasPrefix(src, "data:") || !ok || !strings.HasSuffix(head, ";base64") {
		if strings.Contains(src, "//") {
			return Picture{}, "网上的图片不会替你下载，请保存后在编辑器里上传"
		}
		return Picture{}, "文件里没有这张图，请在编辑器里上传"
	}
	raw, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(body), ""))
	if err != nil {
		return Picture{}, "图片已损坏"
	}
	return through(ctx, raw, door, rep)
}

func through(ctx context.Context, raw []byte, door Door, rep *Report) (Picture, string) {
	p, err := door(ctx, bytes.NewReader(raw))
	if err == nil {
		rep.Pictures++
		return p, ""
	}
	var e *errs.E
	if errors.As(err, &e) {
		return Picture{}, e.Msg
	}
	return Picture{}, "图片没有存下来，请稍后再试"
}
