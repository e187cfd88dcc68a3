package quiz

import (
	"strconv"
	"strings"
)

// parseGIFT reads the GIFT format: choices, true or false, short answers and numbers
// (both become blanks), matching and essays. Categories become tags, general feedback
// the explanation; feedback of single answers is left out.
func parseGIFT(src string) []Row {
	var out []Row
	var block []string
	start, tag := 0, ""
	flush := func() {
		if len(block) > 0 {
			r := giftQuestion(start, strings.Join(block, "\n"))
			if tag != "" {
				r.Question.Tags = []string{tag}
			}
			out = append(out, r.settle())
		}
		block = nil
	}
	for i, line := range strings.Split(src, "\n") {
		trimmed := strings.TrimSpace(line)
		switch {
		case strings.HasPrefix(trimmed, "//"):
		case trimmed == "":
			flush()
		case strings.HasPrefix(trimmed, "$CATEGORY:"):
			flush()
			parts := strings.Split(strings.TrimSpace(strings.TrimPrefix(trimmed, "$CATEGORY:")), "/")
			tag = strings.TrimSpace(parts[len(parts)-1])
			if r := []rune(tag); len(r) > 20 {
				tag = string(r[:20])
			}
		default:
			if len(block) == 0 {
				start = i + 1
			}
			block = append(block, trimmed)
		}
	}
	flush()
	return out
}

// Escaped signs are hidden behind private characters while the text is cut up.
var (
	hide = strings.NewReplacer(`\\`, "\ue000", `\~`, "\ue001", `\=`, "\ue002", `\#`, "\ue003", `\{`, "\ue004", `\}`, "\ue005", `\:`, "\ue006", `\n`, "\ue007", `\%`, "\ue008")
	show = strings.NewReplacer("\ue000", `\`, "\ue001", "~", "\ue002", "=", "\ue003", "#", "\ue004", "{", "\ue005", "}", "\ue006", ":", "\ue007", "\n", "\ue008", "%")
)

func giftQuestion(no int, src string) Row {
	r, words := newRow(no, ""), paragraphs
	src = hide.Replace(src)
	if rest, ok := strings.CutPrefix(src, "::"); ok {
		_, body, found := strings.Cut(rest, "::")
		if !found {
			r.Wrong = "标题缺少结尾的 ::"
			return r
		}
		src = strings.TrimSpace(body)
	}
	for _, mark := range []string{"[html]", "[moodle]", "[plain]", "[markdown]"} {
		if rest, ok := strings.CutPrefix(src, mark); ok {
			src = strings.TrimSpace(rest)
			if mark == "[html]" {
				words = func(s string) string { return s } // cleaned like an editor's
			}
			break
		}
	}
	before, rest, ok := strings.Cut(src, "{")
	body, after, closed := strings.Cut(rest, "}")
	switch {
	case !ok:
		r.Wrong = "没有用 { } 写出答案"
		return r
	case !closed || strings.Contains(body, "{") || strings.ContainsAny(after, "{}"):
		r.Wrong = "{ } 没有成对，或一道题里有多组"
		return r
	}
	stem := strings.TrimSpace(before)
	if after = strings.TrimSpace(after); after != "" {
		stem += " ____ " + after
	}
	body, general, _ := strings.Cut(body, "####")
	r.Question.Stem = words(show.Replace(stem))
	r.Question.Explanation = words(show.Replace(strings.TrimSpace(general)))
	r.gift(strings.TrimSpace(body))
	return r
}

func (r *Row) gift(body string) {
	switch word, _, _ := strings.Cut(body, "#"); strings.ToUpper(strings.TrimSpace(word)) {
	case "T", "TRUE":
		r.Question.Kind, r.Question.Right.Truth = Judge, true
		return
	case "F", "FALSE":
		r.Question.Kind = Judge
		return
	}
	switch {
	case body == "":
		r.Question.Kind = Short
	case strings.HasPrefix(body, "#"):
		r.giftNumber(strings.TrimSpace(body[1:]))
	default:
		r.giftAnswers(body)
	}
}

type giftAnswer struct {
	right   bool // led by =
	weight  float64
	weighed bool
	text    string
}

func giftList(body string) []giftAnswer {
	var out []giftAnswer
	for body != "" {
		right := body[0] == '='
		rest := body[1:]
		end := strings.IndexAny(rest, "~=")
		// An arrow of a pair or a weight holds no sign that begins an answer.
		if end < 0 {
			end = len(rest)
		}
		one, _, _ := strings.Cut(rest[:end], "#")
		a := giftAnswer{right: right, text: strings.TrimSpace(one)}
		if w, ok := strings.CutPrefix(a.text, "%"); ok {
			if number, text, found := strings.Cut(w, "%"); found {
				if n, err := strconv.ParseFloat(strings.TrimSpace(number), 64); err == nil {
					a.weight, a.weighed, a.text = n, true, strings.TrimSpace(text)
				}
			}
		}
		a.text = strings.ReplaceAll(show.Replace(a.text), "\n", " ")
		out = append(out, a)
		body = rest[end:]
	}
	return out
}

func (r *Row) giftAnswers(body string) {
	if body[0] != '=' && body[0] != '~' {
		r.Wrong = "答案要以 = 或 ~ 开头"
		return
	}
	list := giftList(body)
	wrong, weighed, pairs := 0, false, 0
	for _, a := range list {
		if !a.right {
			wrong++
		}
		weighed = weighed || a.weighed
		if strings.Contains(a.text, "->") {
			pairs++
		}
	}
	switch {
	case wrong == 0 && pairs > 0:
		r.giftPairs(list)
	case wrong == 0:
		r.Question.Kind = Blank
		var texts []string
		for _, a := range list {
			if a.weighed && a.weight != 100 {
				r.Wrong = "填空答案不支持部分得分（%）"
			}
			texts = append(texts, a.text)
		}
		r.Question.Right.Blanks = []Accept{{Texts: texts}}
	default:
		r.Question.Kind = Single
		for i, a := range list {
			r.Question.Options = append(r.Question.Options, a.text)
			if a.right || a.weighed && a.weight > 0 {
				r.Question.Right.Choices = append(r.Question.Right.Choices, i)
			}
		}
		if weighed || len(r.Question.Right.Choices) > 1 {
			r.Question.Kind = Multiple
		}
	}
}

func (r *Row) giftPairs(list []giftAnswer) {
	r.Question.Kind = Matching
	var spare []string
	for _, a := range list {
		left, right, ok := strings.Cut(a.text, "->")
		left, right = strings.TrimSpace(left), strings.TrimSpace(right)
		switch {
		case !ok || right == "":
			r.Wrong = "配对题的每一行都要写成 = 左 -> 右"
			return
		case left == "":
			spare = append(spare, right)
		default:
			r.Question.Options = append(r.Question.Options, left)
			r.Question.Matches = append(r.Question.Matches, right)
		}
	}
	r.Question.Matches = append(r.Question.Matches, spare...)
}

// giftNumber reads "3.14:0.01", "3..5", or the same as a list of =.
func (r *Row) giftNumber(body string) {
	r.Question.Kind = Blank
	var a Accept
	for _, one := range strings.Split(strings.TrimPrefix(body, "="), "=") {
		one, _, _ = strings.Cut(one, "#")
		one = strings.TrimSpace(one)
		value, tolerance, _ := strings.Cut(one, ":")
		if low, high, ok := strings.Cut(one, ".."); ok {
			if !decimal.MatchString(low) || !decimal.MatchString(high) {
				r.Wrong = "数值范围写成 3..5"
				return
			}
			middle, half := number(low), number(high)
			half.Sub(half, middle)
			half.Mul(half, number("0.5"))
			middle.Add(middle, half)
			value, tolerance = trimZeros(middle.FloatString(10)), trimZeros(half.FloatString(10))
		}
		if !decimal.MatchString(strings.TrimSpace(value)) {
			r.Wrong = "数值题的答案要是数字"
			return
		}
		if len(a.Texts) > 0 && strings.TrimSpace(tolerance) != a.Tolerance {
			r.Wrong = "一道数值题只能有一个误差"
			return
		}
		a.Texts, a.Tolerance = append(a.Texts, strings.TrimSpace(value)), strings.TrimSpace(tolerance)
	}
	r.Question.Right.Blanks = []Accept{a}
}

func trimZeros(s string) string {
	if !strings.Contains(s, ".") {
		return s
	}
	return strings.TrimRight(strings.TrimRight(s, "0"), ".")
}
