package quiz

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"zhizhou/internal/export"
)

const aikenText = `What is right?
A. one
B) two
C. three
ANSWER: B

第二题
可以有两行
A. 甲
B. 乙
ANSWER: A, B

没有答案的题
A. 甲
B. 乙

乱序的题
A. 甲
C. 乙
ANSWER: A

答案不在
A. 甲
B. 乙
ANSWER: D

只有题干
`

func TestAiken(t *testing.T) {
	rows := parseAiken(aikenText)
	if len(rows) != 6 {
		t.Fatalf("%d rows: %+v", len(rows), rows)
	}
	if q := rows[0].Question; rows[0].Wrong != "" || q.Kind != Single || q.Right.Choices[0] != 1 || len(q.Options) != 3 || q.Stem != "<p>What is right?</p>" {
		t.Errorf("%+v", rows[0])
	}
	if q := rows[1].Question; rows[1].Wrong != "" || q.Kind != Multiple || q.Stem != "<p>第二题</p><p>可以有两行</p>" {
		t.Errorf("%+v", rows[1])
	}
	for i, want := range map[int]struct {
		no   int
		word string
	}{2: {13, "ANSWER"}, 3: {17, "B"}, 4: {22, "D"}, 5: {27, "选项"}} {
		if rows[i].No != want.no || !strings.Contains(rows[i].Wrong, want.word) {
			t.Errorf("row %d: line %d %q, want line %d about %q", i, rows[i].No, rows[i].Wrong, want.no, want.word)
		}
	}
}

const giftText = `// a remark
$CATEGORY: 学校/写作

::标题:: 谁写了这本书？ {=他 # 对 ~她 # 不对 ~它}

太阳从东边升起。{T}

水的化学式是 {=H2O =水} 。

圆周率约为 {#3.14:0.01}。

介于 {#1..5}

多选 {~%50%甲 ~%50%乙 ~%-100%丙}

[html]<p>配<b>对</b><script>x</script></p> {=一 -> 壹 =二 -> 贰 #### 就是这样}

写一段话 {}

转义 \{ 大括号 \} {=a\=b ~c}

没有答案

没有结尾 {=a

部分得分 {=%50%a}
`

func TestGIFT(t *testing.T) {
	rows := parseGIFT(giftText)
	kinds := []string{Single, Judge, Blank, Blank, Blank, Multiple, Matching, Short, Single}
	if len(rows) != len(kinds)+3 {
		t.Fatalf("%d rows", len(rows))
	}
	for i, k := range kinds {
		if rows[i].Wrong != "" || rows[i].Question.Kind != k || !slices.Equal(rows[i].Question.Tags, []string{"写作"}) {
			t.Errorf("row %d is not %s: %+v", i, k, rows[i])
		}
	}
	if a := rows[3].Question.Right.Blanks[0]; a.Tolerance != "0.01" || !a.takes("3.15") || a.takes("3.16") {
		t.Errorf("%+v", a)
	}
	if a := rows[4].Question.Right.Blanks[0]; !a.takes("1") || !a.takes("5") || a.takes("5.01") {
		t.Errorf("%+v", a)
	}
	if q := rows[2].Question; q.Stem != "<p>水的化学式是 ____ 。</p>" {
		t.Error(q.Stem)
	}
	if q := rows[6].Question; strings.Contains(q.Stem, "script") || q.Explanation != "就是这样" || q.Matches[1] != "贰" {
		t.Errorf("%+v", q)
	}
	if q := rows[8].Question; q.Options[0] != "a=b" || q.Stem != "<p>转义 { 大括号 }</p>" {
		t.Errorf("%+v", q)
	}
	for _, r := range rows[len(kinds):] {
		if r.Wrong == "" || r.No == 0 {
			t.Errorf("%+v is taken for good", r)
		}
	}
}

func sheet(t testing.TB, rows [][]string) []byte {
	var out bytes.Buffer
	if err := export.WriteSheet(&out, "题目", rows); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// The template that is handed out can be read back, every row of it.
func TestTemplateIsGood(t *testing.T) {
	raw, err := Template()
	if err != nil {
		t.Fatal(err)
	}
	rep, err := Check(XLSX, raw)
	if err != nil || len(rep.Rows) != len(Kinds) || rep.Good() != len(Kinds) {
		t.Fatalf("%+v %v", rep, err)
	}
	if q := rep.Rows[3].Question; len(q.Right.Blanks) != 2 || !q.Right.Blanks[0].takes("99.5") || !q.Right.Blanks[1].takes("h2o") {
		t.Errorf("%+v", q)
	}
	if q := rep.Rows[5].Question; len(q.Options) != 3 || len(q.Matches) != 4 || q.Difficulty != 3 {
		t.Errorf("%+v", q)
	}
}

func TestSheetReportsRowByRow(t *testing.T) {
	rep, err := Check(XLSX, sheet(t, [][]string{
		{"题干", "题型", "答案", "选项A", "选项B", "分值"},
		{"好题", "单选题", "B", "甲", "乙", "5"},
		{"", "单选", "A", "甲", "乙", ""},
		{"没有这种", "连线", "A", "甲", "乙", ""},
		{"答案越界", "单选", "C", "甲", "乙", ""},
		{"分值不对", "判断", "对", "", "", "五"},
		{"分值太大", "判断", "对", "", "", "101"},
		{"重复选项", "多选", "AB", "甲", "甲", ""},
		{},
		{"判断", "判断", "也许", "", "", ""},
	}))
	if err != nil || rep.Good() != 1 || len(rep.Rows) != 8 {
		t.Fatalf("%+v %v", rep, err)
	}
	for i, no := range []int{2, 3, 4, 5, 6, 7, 8, 10} {
		if rep.Rows[i].No != no || (rep.Rows[i].Wrong == "") != (i == 0) {
			t.Errorf("row %d: %+v", no, rep.Rows[i])
		}
	}
	for _, raw := range [][]byte{nil, []byte("题型,题干"), sheet(t, nil), sheet(t, [][]string{{"题干"}})} {
		if _, err := Check(XLSX, raw); err == nil {
			t.Errorf("%q is read", raw)
		}
	}
}

func sane(t *testing.T, rows []Row) {
	for _, r := range rows {
		if r.No < 1 {
			t.Errorf("row without a number: %+v", r)
		}
		if r.Wrong != "" {
			continue
		}
		again, err := r.Question.check()
		if err != nil {
			t.Fatalf("a good row is refused: %v %+v", err, r.Question)
		}
		it := again.item(again.Points, true, dice(1))
		if _, byHand := it.Score(it.Answer()); byHand != (it.Kind == Short && again.Right.Text != "") {
			t.Errorf("%+v", it)
		}
	}
}

func FuzzAiken(f *testing.F) {
	f.Add(aikenText)
	f.Add("A. x\nANSWER: A")
	f.Fuzz(func(t *testing.T, src string) { sane(t, parseAiken(src)) })
}

func FuzzGIFT(f *testing.F) {
	f.Add(giftText)
	f.Add("x {#1..2=3:4}")
	f.Add("y {=->a =b->}")
	f.Fuzz(func(t *testing.T, src string) { sane(t, parseGIFT(src)) })
}

func FuzzSheet(f *testing.F) {
	raw, err := Template()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(raw)
	f.Fuzz(func(t *testing.T, raw []byte) {
		rep, err := Check(XLSX, raw)
		if err == nil {
			sane(t, rep.Rows)
		}
	})
}
