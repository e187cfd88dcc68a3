package quiz

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"sort"
	"strings"
	"unicode/utf8"

	"zhizhou/internal/audit"
	"zhizhou/internal/db"
	"zhizhou/internal/errs"
	"zhizhou/internal/id"
)

// MaxFile is how long a file to import may be, in bytes.
const MaxFile = 2 << 20

// The formats that can be imported.
const (
	Aiken = "aiken"
	GIFT  = "gift"
	XLSX  = "xlsx"
)

// Report is what a file holds, row by row. Digest names the very file that was read.
type Report struct {
	Digest string
	Rows   []Row
}

// Good is how many rows can be imported.
func (r Report) Good() int {
	n := 0
	for _, x := range r.Rows {
		if x.Wrong == "" {
			n++
		}
	}
	return n
}

// Check reads a file and imports nothing. Returns ErrFile.
func Check(format string, raw []byte) (Report, error) {
	sum := sha256.Sum256(raw)
	out := Report{Digest: hex.EncodeToString(sum[:])}
	if len(raw) > MaxFile {
		return out, ErrFile.Say("文件不超过 2 MB")
	}
	var err error
	if format == XLSX {
		out.Rows, err = parseSheet(raw)
	} else {
		out.Rows, err = parseText(format, raw)
	}
	if err == nil && len(out.Rows) == 0 {
		err = ErrFile.Say("文件里没有题目")
	}
	if err == nil && len(out.Rows) > maxImport {
		err = ErrFile.Say(fmt.Sprintf("一次最多导入 %d 道题，这个文件有 %d 道", maxImport, len(out.Rows)))
	}
	return out, err
}

func parseText(format string, raw []byte) ([]Row, error) {
	src := strings.TrimPrefix(string(raw), "\ufeff")
	if !utf8.ValidString(src) || strings.ContainsRune(src, 0) {
		return nil, ErrFile.Say("文本要用 UTF-8 编码保存")
	}
	src = strings.ReplaceAll(strings.ReplaceAll(src, "\r\n", "\n"), "\r", "\n")
	switch format {
	case Aiken:
		return parseAiken(src), nil
	case GIFT:
		return parseGIFT(src), nil
	}
	return nil, ErrFile.Say("支持 XLSX、Aiken 和 GIFT 三种格式")
}

// Import adds the good rows of the very file that was checked, with tags, to the
// bank of scope, and returns how many are new: the same file brings nothing twice.
// Returns ErrFile, ErrChanged.
func (s *Service) Import(ctx context.Context, scope int64, format string, raw []byte, digest string, tags []string) (int, error) {
	rep, err := Check(format, raw)
	if err != nil {
		return 0, err
	}
	if rep.Digest != digest {
		return 0, ErrChanged.Say("文件和检查时不一样，请重新检查")
	}
	var rows []Row
	for _, r := range rep.Rows {
		if r.Wrong != "" {
			continue
		}
		r.Question.ID, r.Question.InstructorID = id.New(), scope
		r.Question.Tags = append(r.Question.Tags, tags...)
		if r = r.settle(); r.Wrong != "" {
			return 0, ErrFile.Say(fmt.Sprintf("第 %d 行：%s", r.No, r.Wrong))
		}
		rows = append(rows, r)
	}
	added := 0
	err = s.db.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		added = 0
		for _, r := range rows {
			ok, err := s.insert(ctx, tx, r.Question, fmt.Sprintf("%s:%d", digest[:32], r.No))
			if err != nil {
				return err
			}
			if ok {
				added++
			}
		}
		return audit.Write(ctx, tx, s.clock, "question.import", "questions", nil, map[string]any{"format": format, "rows": len(rep.Rows), "added": added}, "")
	})
	return added, err
}

// wordsOf says what an error complains about, for a report.
func wordsOf(err error) string {
	var e *errs.E
	if !errors.As(err, &e) {
		return err.Error()
	}
	var out []string
	for _, msg := range e.Fields {
		out = append(out, msg)
	}
	if sort.Strings(out); len(out) == 0 {
		return e.Msg
	}
	return strings.Join(out, "；")
}
