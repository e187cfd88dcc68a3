package document

import (
	"context"
	"strings"
	"unicode/utf8"

	"zhizhou/internal/db"
	"zhizhou/internal/errs"
)

// ErrQuery is returned for words that cannot be searched.
var ErrQuery = errs.New(errs.Invalid, "search_words", "请输入 1–50 个字").Field("q", "1–50 个字")

const (
	maxHits = 100
	around  = 24 // characters shown on either side of what was found
)

// Hit is a page on which the words stand.
type Hit struct {
	Page   int64
	Before string
	Match  string // as it stands there
	After  string
}

// Search finds words on the pages up to last, in order; at most 100 pages. Case,
// width and spaces make no difference. Returns ErrQuery.
func (s *Service) Search(ctx context.Context, documentID, last int64, words string) ([]Hit, error) {
	want := fold(tidy(words))
	if n := utf8.RuneCountInString(want); n < 1 || n > 50 {
		return nil, ErrQuery
	}
	like := "%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(want) + "%"
	var rows []struct {
		Page int64
		Text string
	}
	if err := s.db.List(ctx, qSearch, &rows, documentID, last, like, maxHits); err != nil {
		return nil, err
	}
	out := make([]Hit, 0, len(rows))
	for _, r := range rows {
		h := excerpt(r.Text, want)
		h.Page = r.Page
		out = append(out, h)
	}
	return out, nil
}

// Words returns what can be read in a document, page after page, about most characters
// of it.
func (s *Service) Words(ctx context.Context, r db.Reader, documentID int64, most int) (string, error) {
	var pages []string
	if err := r.List(ctx, qWords, &pages, documentID); err != nil {
		return "", err
	}
	return upTo(pages, most), nil
}

func upTo(texts []string, most int) string {
	var b strings.Builder
	for _, t := range texts {
		if most <= 0 {
			break
		}
		b.WriteString(t)
		b.WriteByte('\n')
		most -= utf8.RuneCountInString(t)
	}
	return b.String()
}

// excerpt shows where the folded words stand in a text. Folding changes how many
// letters there are, so the text is folded letter by letter until the end of the
// words is reached.
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
		Before: string(runes[max(0, from-around):from]), Match: string(runes[from:to]),
		After: string(runes[to:min(len(runes), to+around)]),
	}
}
