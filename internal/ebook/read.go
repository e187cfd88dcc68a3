package ebook

import (
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
	"golang.org/x/text/width"

	"zhizhou/internal/db"
)

const (
	linkPurpose = "ebook-picture"
	linkTTL     = time.Hour // a chapter is read for a while before its last picture is seen
	maxHits     = 100
	around      = 24 // characters shown on either side of what was found
)

// Chapter is a part of a book.
type Chapter struct {
	Chapter     int64
	Title       string
	HTML        string `db:"html"`
	FirstScreen int64  // of the whole book, from 1
	Screens     int64
}

// Chapters lists the chapters without their texts.
func (s *Service) Chapters(ctx context.Context, bookID int64) ([]Chapter, error) {
	var rows []Chapter
	err := s.db.List(ctx, qChapters, &rows, bookID)
	return rows, err
}

// Chapter returns a chapter as the grant's reader may see it: with addresses of
// pictures that are this reader's own for an hour. The caller has asked access.
// Returns ErrChapter.
func (s *Service) Chapter(ctx context.Context, g Grant, chapter int64) (Chapter, error) {
	var c Chapter
	err := s.db.Get(ctx, qChapter, &c, g.Book, chapter)
	if errors.Is(err, db.ErrNone) {
		return c, ErrChapter
	}
	g.ExpS = s.clock.Now().Add(linkTTL).Unix()
	c.HTML = marked.ReplaceAllStringFunc(c.HTML, func(m string) string {
		g.Picture, _ = strconv.ParseInt(marked.FindStringSubmatch(m)[1], 10, 64)
		return `src="/media/e/` + s.sign(g) + `"`
	})
	return c, err
}

var (
	marked      = regexp.MustCompile(`src="/media/i/ebook/([0-9]{1,6})\.img"`)
	markedImage = regexp.MustCompile(`<img src="/media/i/ebook/([0-9]{1,6})\.img"([^>]*)>`)
)

// sized writes the sizes of pictures into a text and takes those out that could not be
// drawn.
func sized(html string, pictures map[int]drawn) string {
	return markedImage.ReplaceAllStringFunc(html, func(m string) string {
		x := markedImage.FindStringSubmatch(m)
		n, _ := strconv.Atoi(x[1])
		p, ok := pictures[n]
		if !ok {
			return ""
		}
		return fmt.Sprintf(`<img src="%s" width="%d" height="%d"%s>`, pictureMark(n), p.width, p.height, x[2])
	})
}

// Grant is for whom a picture's address was made, and of what.
type Grant struct {
	User    int64 // 0: nobody was signed in
	Session int64 // the device
	Lesson  int64
	Book    int64
	Picture int64
	Browser bool // the device sends its session with every request; native views do not
	ExpS    int64
}

func (g Grant) text() string {
	browser := int64(0)
	if g.Browser {
		browser = 1
	}
	parts := make([]string, 0, 7)
	for _, v := range []int64{g.User, g.Session, g.Lesson, g.Book, g.Picture, browser, g.ExpS} {
		parts = append(parts, strconv.FormatInt(v, 36))
	}
	return strings.Join(parts, ".")
}

func (s *Service) sign(g Grant) string { return g.text() + "." + s.cfg.Box.Sign(linkPurpose, g.text()) }

// OpenLink checks a picture's address: form, signature, time, and that the request
// does not come from another user or device. Whether the user still may read is for
// the caller to ask. Returns ErrLink, ErrReader.
func (s *Service) OpenLink(signed string, userID, sessionID int64) (Grant, error) {
	at := strings.LastIndexByte(signed, '.')
	if at < 0 || len(signed) > 200 || !s.cfg.Box.Verify(linkPurpose, signed[:at], signed[at+1:]) {
		return Grant{}, ErrLink
	}
	parts := strings.Split(signed[:at], ".")
	if len(parts) != 7 {
		return Grant{}, ErrLink
	}
	var v [7]int64
	for i, p := range parts {
		n, err := strconv.ParseInt(p, 36, 64)
		if err != nil || n < 0 {
			return Grant{}, ErrLink
		}
		v[i] = n
	}
	g := Grant{User: v[0], Session: v[1], Lesson: v[2], Book: v[3], Picture: v[4], Browser: v[5] == 1, ExpS: v[6]}
	if g.text() != signed[:at] || s.clock.Now().Unix() > g.ExpS {
		return Grant{}, ErrLink
	}
	same := userID == g.User && sessionID == g.Session
	if !same && (g.User != 0 && g.Browser || g.User != 0 && userID != 0) {
		return Grant{}, ErrReader
	}
	return g, nil
}

// Shown returns the first chapter that shows a picture. Returns ErrChapter.
func (s *Service) Shown(ctx context.Context, bookID, picture int64) (int64, error) {
	var n *int64
	err := s.db.Get(ctx, qShows, &n, bookID, "%"+pictureMark(int(picture))+"%")
	if err == nil && n == nil {
		err = ErrChapter
	}
	if err != nil {
		return 0, err
	}
	return *n, nil
}

// Picture opens a picture and tells its type. The caller has asked access. Returns
// ErrGone.
func (s *Service) Picture(ctx context.Context, g Grant) (io.ReadCloser, string, error) {
	var key string
	err := s.db.Get(ctx, qPicture, &key, g.Book, g.Picture)
	if errors.Is(err, db.ErrNone) {
		return nil, "", ErrGone
	}
	if err != nil {
		return nil, "", err
	}
	r, _, err := s.store.Open(ctx, key)
	mime := "image/jpeg"
	if strings.HasSuffix(key, ".png") {
		mime = "image/png"
	}
	return r, mime, err
}

// Hit is a chapter in which words stand.
type Hit struct {
	Chapter  int64
	Title    string
	Before   string
	Match    string // as it stands there
	After    string
	Permille int64 // where in the chapter
}

// Search finds words in the chapters up to last, in order; one hit a chapter, at most
// 100. Case, width and spaces make no difference. Returns ErrQuery.
func (s *Service) Search(ctx context.Context, bookID, last int64, words string) ([]Hit, error) {
	want := fold(words)
	if n := utf8.RuneCountInString(want); n < 1 || n > 50 {
		return nil, ErrQuery
	}
	var rows []struct {
		Chapter     int64
		Title, Text string
	}
	if err := s.db.List(ctx, qSearch, &rows, bookID, last, like(want), maxHits); err != nil {
		return nil, err
	}
	out := make([]Hit, 0, len(rows))
	for _, r := range rows {
		h := excerpt(r.Text, want)
		h.Chapter, h.Title = r.Chapter, r.Title
		out = append(out, h)
	}
	return out, nil
}

var qWords = db.Q("ebook/words", `SELECT text FROM ebook_chapters WHERE ebook_id = $1 ORDER BY chapter`)

// Words returns what can be read in a book, chapter after chapter, about most characters
// of it.
func (s *Service) Words(ctx context.Context, r db.Reader, bookID int64, most int) (string, error) {
	var chapters []string
	if err := r.List(ctx, qWords, &chapters, bookID); err != nil {
		return "", err
	}
	var b strings.Builder
	for _, t := range chapters {
		if most <= 0 {
			break
		}
		b.WriteString(t)
		b.WriteByte('\n')
		most -= utf8.RuneCountInString(t)
	}
	return b.String(), nil
}

func like(words string) string {
	return "%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(words) + "%"
}

// excerpt shows where folded words stand in a text.
func excerpt(text, want string) Hit {
	runes := []rune(text)
	var folded strings.Builder
	ends := make([]int, 0, len(runes)) // length of the folded text after each letter
	for _, r := range runes {
		folded.WriteString(fold(string(r)))
		ends = append(ends, folded.Len())
	}
	at := strings.Index(folded.String(), want)
	if at < 0 { // letters that are folded together
		return Hit{After: cut(text, 2*around)}
	}
	from, to := 0, len(runes)
	for i, end := range ends {
		if end <= at {
			from = i + 1
		}
		if end >= at+len(want) {
			to = i + 1
			break
		}
	}
	return Hit{
		Before: string(runes[max(0, from-around):from]), Match: string(runes[from:to]), After: string(runes[to:min(len(runes), to+around)]),
		Permille: int64(from) * 1000 / int64(len(runes)),
	}
}

// tidy makes text harmless and even: no control characters, single spaces, and none
// between two Chinese characters.
func tidy(s string) string {
	var b strings.Builder
	var last rune
	space := false
	for _, r := range strings.ToValidUTF8(s, "") {
		switch {
		case unicode.IsSpace(r) || unicode.IsControl(r):
			space = b.Len() > 0
			continue
		case unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Co, r) || r == utf8.RuneError:
			continue
		}
		if space && (last < 0x2E80 || r < 0x2E80) {
			b.WriteByte(' ')
		}
		space = false
		b.WriteRune(r)
		last = r
	}
	return b.String()
}

// fold returns s as it is searched: letters alike in case and width, no spaces.
func fold(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, width.Fold.String(norm.NFKC.String(s)))
}
