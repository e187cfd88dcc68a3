package quiz

import (
	"html"
	"strings"
)

// Row is a question of an import, or what is wrong with it.
type Row struct {
	No       int // line of a text, row of a sheet, from 1
	Question Question
	Wrong    string // empty: it can be imported
}

// maxImport is how many questions one file may bring.
const maxImport = 1000

// paragraphs makes cleaned HTML of plain text.
func paragraphs(s string) string {
	var out strings.Builder
	for _, line := range strings.Split(s, "\n") {
		if line = strings.TrimSpace(line); line != "" {
			out.WriteString("<p>" + html.EscapeString(line) + "</p>")
		}
	}
	return out.String()
}

func newRow(no int, kind string) Row {
	return Row{No: no, Question: Question{Kind: kind, Difficulty: 3, Points: 1}}
}

// settle cleans what was read and says in words what is wrong with it.
func (r Row) settle() Row {
	if r.Wrong != "" {
		return r
	}
	q, err := r.Question.check()
	if err != nil {
		r.Wrong = wordsOf(err)
		return r
	}
	r.Question = q
	return r
}

// parseAiken reads the Aiken format: a stem, lettered options, a line with the answer.
// More than one letter, with commas between, makes a multiple choice question.
func parseAiken(src string) []Row {
	var out []Row
	var stem, letters []string
	row := newRow(0, Single)
	reset := func() { stem, letters, row = nil, nil, newRow(0, Single) }
	finish := func(wrong string) {
		if row.No != 0 {
			row.Question.Stem = paragraphs(strings.Join(stem, "\n"))
			if row.Wrong == "" {
				row.Wrong = wrong
			}
			out = append(out, row.settle())
		}
		reset()
	}
	for i, line := range strings.Split(src, "\n") {
		line = strings.TrimSpace(line)
		upper := strings.ToUpper(line)
		switch letter, option, isOption := lettered(line); {
		case line == "":
			if len(letters) > 0 {
				finish("缺少 ANSWER 行")
			}
		case strings.HasPrefix(upper, "ANSWER:") || strings.HasPrefix(upper, "ANSWER："):
			if row.No == 0 {
				row.No, row.Wrong = i+1, "ANSWER 前面没有题目"
			}
			_, given, _ := strings.Cut(strings.Replace(upper, "：", ":", 1), ":")
			row.answer(letters, given)
			finish("")
		case isOption && len(stem) > 0:
			if want := string(rune('A' + len(letters))); letter != want && row.Wrong == "" {
				row.Wrong = "选项要按 A、B、C… 的顺序，这里应是 " + want
			}
			letters = append(letters, letter)
			row.Question.Options = append(row.Question.Options, option)
		case len(letters) > 0:
			finish("缺少 ANSWER 行")
			row.No, stem = i+1, []string{line}
		default:
			if row.No == 0 {
				row.No = i + 1
			}
			stem = append(stem, line)
		}
	}
	finish("缺少选项和 ANSWER 行")
	return out
}

// lettered reads "A. text" or "A) text".
func lettered(line string) (letter, option string, ok bool) {
	if len(line) < 2 || line[0] < 'A' || line[0] > 'Z' {
		return "", "", false
	}
	for _, mark := range []string{".", ")", "、", "．", "）"} {
		if rest, found := strings.CutPrefix(line[1:], mark); found {
			return line[:1], strings.TrimSpace(rest), true
		}
	}
	return "", "", false
}

func (r *Row) answer(letters []string, given string) {
	for _, g := range strings.FieldsFunc(given, func(c rune) bool { return c == ',' || c == '，' || c == '、' || c == ' ' }) {
		at := -1
		for i, l := range letters {
			if l == g {
				at = i
			}
		}
		if at < 0 {
			if r.Wrong == "" {
				r.Wrong = "答案 " + clip(g) + " 不在选项里"
			}
			return
		}
		r.Question.Right.Choices = append(r.Question.Right.Choices, at)
	}
	if len(r.Question.Right.Choices) > 1 {
		r.Question.Kind = Multiple
	}
}

// clip keeps words of a file short in a report.
func clip(s string) string {
	if r := []rune(s); len(r) > 20 {
		return "「" + string(r[:20]) + "…」"
	}
	return "「" + s + "」"
}
