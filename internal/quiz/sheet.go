package quiz

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"

	"zhizhou/internal/export"
)

// kindNames are the kinds as a sheet writes them.
var kindNames = map[string]string{"单选": Single, "多选": Multiple, "判断": Judge, "填空": Blank, "简答": Short, "配对": Matching, "排序": Ordering}

var columnNames = []string{"题型", "题干", "答案", "解析", "难度", "分值", "标签"}

// Template is a workbook to fill in, with a question of each kind.
func Template() ([]byte, error) {
	var out bytes.Buffer
	err := export.WriteSheet(&out, "题目", [][]string{
		{"题型", "题干", "选项A", "选项B", "选项C", "选项D", "答案", "解析", "难度", "分值", "标签"},
		{"单选", "写邮件时，结论放在哪里？", "第一句", "中间", "最后一句", "附件里", "A", "读者先看第一句。", "1", "2", "邮件"},
		{"多选", "哪些能让句子更短？", "删掉套话", "一句只说一件事", "多用被动句", "换成具体的动词", "A,B,D", "", "2", "4", "句子，邮件"},
		{"判断", "坏消息也可以放在第一句。", "", "", "", "", "对", "", "1", "1", ""},
		{"填空", "水的沸点是 ____ 摄氏度，化学式是 ____ 。", "", "", "", "", "100±0.5；H2O|h₂o", "几个空用；分开，同一空的几种写法用|分开，数字可写±误差。", "2", "4", ""},
		{"简答", "用三句话写一封请假邮件。", "", "", "", "", "结论、原因、安排各一句。", "由老师批改。", "3", "10", ""},
		{"配对", "把文体和它的读者配起来。", "周报=>上级", "说明书=>用户", "通知=>全体同事", "=>陌生人", "", "左右用=>分开；左边空着的是多余的右项。", "3", "3", ""},
		{"排序", "按先后排出写作的步骤。", "想清楚读者", "列要点", "动笔", "修改", "", "选项按正确的顺序写。", "2", "4", ""},
	})
	return out.Bytes(), err
}

// parseSheet reads the rows of a workbook under the head of Template; columns may
// stand in any order. Returns ErrFile.
func parseSheet(raw []byte) ([]Row, error) {
	rows, err := export.ReadSheet(raw)
	if err != nil {
		return nil, ErrFile.Say("不是能读取的 XLSX 文件（最多 5000 行、解压后 24 MB）").With(err)
	}
	if len(rows) == 0 {
		return nil, ErrFile.Say("表格是空的")
	}
	at := map[string]int{}
	var options []int
	for i, name := range rows[0] {
		name = strings.TrimSpace(name)
		if strings.HasPrefix(name, "选项") {
			options = append(options, i)
			continue
		}
		at[name] = i
	}
	for _, name := range columnNames[:3] {
		if _, ok := at[name]; !ok {
			return nil, ErrFile.Say("第一行缺少「" + name + "」这一列，请用模板填写")
		}
	}
	var out []Row
	for i, cells := range rows[1:] {
		get := func(n int) string {
			if n < len(cells) {
				return strings.TrimSpace(cells[n])
			}
			return ""
		}
		named := func(name string) string {
			if n, ok := at[name]; ok {
				return get(n)
			}
			return ""
		}
		if strings.TrimSpace(strings.Join(cells, "")) == "" {
			continue
		}
		r := newRow(i+2, kindNames[strings.TrimSuffix(named("题型"), "题")])
		if r.Question.Kind == "" {
			r.Wrong = "题型要写：单选、多选、判断、填空、简答、配对、排序"
		}
		r.Question.Stem, r.Question.Explanation = paragraphs(named("题干")), paragraphs(named("解析"))
		r.Question.Difficulty = r.whole(named("难度"), "难度", 3)
		r.Question.Points = r.whole(named("分值"), "分值", 1)
		r.Question.Tags = strings.FieldsFunc(named("标签"), func(c rune) bool { return strings.ContainsRune(",，、;；", c) })
		var choices []string
		for _, n := range options {
			if s := get(n); s != "" {
				choices = append(choices, s)
			}
		}
		r.sheet(choices, named("答案"))
		out = append(out, r.settle())
	}
	return out, nil
}

func (r *Row) whole(s, name string, otherwise int64) int64 {
	if s == "" {
		return otherwise
	}
	n, err := strconv.ParseFloat(s, 64)
	if err != nil || n != float64(int64(n)) {
		r.Wrong = fmt.Sprintf("%s %s 不是整数", name, clip(s))
		return otherwise
	}
	return int64(n)
}

func (r *Row) sheet(choices []string, answer string) {
	q := &r.Question
	switch q.Kind {
	case Single, Multiple:
		q.Options = choices
		letters := make([]string, len(choices))
		for i := range choices {
			letters[i] = string(rune('A' + i))
		}
		kind, given := q.Kind, strings.ToUpper(answer)
		if !strings.ContainsAny(given, ",，、 ") { // ABD
			given = strings.Join(strings.Split(given, ""), ",")
		}
		r.answer(letters, given)
		if len(q.Right.Choices) > 1 && kind == Single && r.Wrong == "" {
			r.Wrong = "单选题只有一个正确答案"
		}
		q.Kind = kind
	case Judge:
		switch strings.ToUpper(answer) {
		case "对", "正确", "是", "√", "T", "TRUE", "1":
			q.Right.Truth = true
		case "错", "错误", "否", "×", "F", "FALSE", "0":
		default:
			r.Wrong = "判断题的答案写「对」或「错」"
		}
	case Blank:
		for _, one := range strings.FieldsFunc(answer, func(c rune) bool { return c == ';' || c == '；' }) {
			var a Accept
			for _, t := range strings.Split(strings.ReplaceAll(one, "｜", "|"), "|") {
				t, tolerance, ok := strings.Cut(t, "±")
				if a.Texts = append(a.Texts, strings.TrimSpace(t)); ok {
					a.Tolerance = strings.TrimSpace(tolerance)
				}
			}
			q.Right.Blanks = append(q.Right.Blanks, a)
		}
	case Short:
		q.Right.Text = answer
	case Ordering:
		q.Options = choices
	case Matching:
		var spare []string
		for _, c := range choices {
			left, right, ok := strings.Cut(strings.ReplaceAll(c, "＝＞", "=>"), "=>")
			left, right = strings.TrimSpace(left), strings.TrimSpace(right)
			switch {
			case !ok || right == "":
				r.Wrong = "配对题的选项写成「左=>右」，" + clip(c) + " 不是"
			case left == "":
				spare = append(spare, right)
			default:
				q.Options, q.Matches = append(q.Options, left), append(q.Matches, right)
			}
		}
		q.Matches = append(q.Matches, spare...)
	}
}
