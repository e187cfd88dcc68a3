package quiz

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"zhizhou/internal/catalog"
	"zhizhou/internal/text"
)

// The kinds of questions.
const (
	Single   = "single"
	Multiple = "multiple"
	Judge    = "judge"
	Blank    = "blank"
	Short    = "short" // marked by a person
	Matching = "matching"
	Ordering = "ordering"
)

// Kinds lists them all.
var Kinds = []string{Single, Multiple, Judge, Blank, Short, Matching, Ordering}

const (
	maxOptions = 12
	maxBlanks  = 10
)

// Content is what a question says and what is right.
type Content struct {
	Stem        string // cleaned HTML
	Options     []string
	Matches     []string // matching: what belongs to each option, then what belongs to none
	Right       Right
	Explanation string // cleaned HTML
}

// Right is what is right. Of matching and ordering it is the order in which the
// content is kept.
type Right struct {
	Choices []int    `json:"choices,omitempty"` // indexes into Options, ascending
	Truth   bool     `json:"truth,omitempty"`
	Blanks  []Accept `json:"blanks,omitempty"`
	Text    string   `json:"text,omitempty"` // short: what a good answer says
}

// Accept is what fills a blank.
type Accept struct {
	Texts     []string `json:"texts"`
	Tolerance string   `json:"tolerance,omitempty"` // decimal; numbers this near count too
}

type choices struct {
	Options []string `json:"options,omitempty"`
	Matches []string `json:"matches,omitempty"`
}

var decimal = regexp.MustCompile(`^[+-]?\d{1,15}(\.\d{1,10})?$`)

// clean returns c as it is stored, without what its kind does not have. Returns
// ErrQuestion.
func (c Content) clean(kind string) (Content, error) {
	out := Content{Stem: catalog.Sanitize(c.Stem), Explanation: catalog.Sanitize(c.Explanation)}
	if catalog.Plain(out.Stem, 1) == "" && !strings.Contains(out.Stem, "<img") {
		return out, ErrQuestion.Field("stem", "题干不能为空")
	}
	if len(out.Stem) > 40_000 || len(out.Explanation) > 40_000 {
		return out, ErrQuestion.Field("stem", "题干或解析太长")
	}
	var err error
	switch kind {
	case Single, Multiple:
		if out.Options, err = lines(c.Options, 2, "options", "选项"); err != nil {
			return out, err
		}
		out.Right.Choices = slices.Clone(c.Right.Choices)
		slices.Sort(out.Right.Choices)
		n := len(out.Right.Choices)
		if n != len(slices.Compact(out.Right.Choices)) || n == 0 || out.Right.Choices[0] < 0 || out.Right.Choices[n-1] >= len(out.Options) {
			return out, ErrQuestion.Field("right", "请从选项里选出正确答案")
		}
		if kind == Single && n != 1 {
			return out, ErrQuestion.Field("right", "单选题只有一个正确答案")
		}
	case Judge:
		out.Right.Truth = c.Right.Truth
	case Blank:
		out.Right.Blanks, err = blanks(c.Right.Blanks)
	case Short:
		if out.Right.Text = text.Lines(c.Right.Text); utf8.RuneCountInString(out.Right.Text) > 5000 {
			err = ErrQuestion.Field("right", "参考答案不超过 5000 个字")
		}
	case Matching:
		if out.Options, err = lines(c.Options, 2, "options", "左列"); err == nil {
			out.Matches, err = lines(c.Matches, len(out.Options), "matches", "右列")
		}
	case Ordering:
		out.Options, err = lines(c.Options, 2, "options", "条目")
	default:
		err = ErrQuestion.Field("kind", "没有这种题型")
	}
	return out, err
}

// lines cleans short texts; equal ones could not be told apart.
func lines(in []string, least int, field, name string) ([]string, error) {
	if len(in) < least || len(in) > maxOptions {
		return nil, ErrQuestion.Field(field, fmt.Sprintf("%s需要 %d–%d 个", name, least, maxOptions))
	}
	out := make([]string, len(in))
	for i, s := range in {
		if out[i] = text.Line(s); out[i] == "" || utf8.RuneCountInString(out[i]) > 300 {
			return nil, ErrQuestion.Field(field, fmt.Sprintf("第 %d 个%s为 1–300 个字", i+1, name))
		}
		if slices.Contains(out[:i], out[i]) {
			return nil, ErrQuestion.Field(field, name+"有重复："+out[i])
		}
	}
	return out, nil
}

func blanks(in []Accept) ([]Accept, error) {
	if len(in) == 0 || len(in) > maxBlanks {
		return nil, ErrQuestion.Field("right", fmt.Sprintf("填空题有 1–%d 个空", maxBlanks))
	}
	out := make([]Accept, len(in))
	for i, b := range in {
		for _, t := range b.Texts {
			if t = text.Line(t); t == "" || utf8.RuneCountInString(t) > 200 {
				return nil, ErrQuestion.Field("right", fmt.Sprintf("第 %d 空的答案为 1–200 个字", i+1))
			}
			out[i].Texts = append(out[i].Texts, t)
		}
		if len(out[i].Texts) == 0 || len(out[i].Texts) > 20 {
			return nil, ErrQuestion.Field("right", fmt.Sprintf("第 %d 空需要 1–20 个可接受的答案", i+1))
		}
		if out[i].Tolerance = strings.TrimSpace(b.Tolerance); out[i].Tolerance == "" {
			continue
		}
		if !decimal.MatchString(out[i].Tolerance) || strings.HasPrefix(out[i].Tolerance, "-") {
			return nil, ErrQuestion.Field("right", "误差请写成数字，例如 0.01")
		}
		for _, t := range out[i].Texts {
			if !decimal.MatchString(t) {
				return nil, ErrQuestion.Field("right", "允许误差的空，答案必须是数字")
			}
		}
	}
	return out, nil
}

func (c Content) stored() (options, answer string) {
	o, _ := json.Marshal(choices{c.Options, c.Matches})
	a, _ := json.Marshal(c.Right)
	return string(o), string(a)
}

func contentOf(stem, options, answer, explanation string) (Content, error) {
	var o choices
	c := Content{Stem: stem, Explanation: explanation}
	if err := json.Unmarshal([]byte(options), &o); err != nil {
		return c, fmt.Errorf("quiz: options: %w", err)
	}
	c.Options, c.Matches = o.Options, o.Matches
	if err := json.Unmarshal([]byte(answer), &c.Right); err != nil {
		return c, fmt.Errorf("quiz: answer: %w", err)
	}
	return c, nil
}
