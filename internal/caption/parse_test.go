package caption

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"

	"zhizhou/internal/errs"
)

const srt = "1\r\n00:00:01,000 --> 00:00:02,500\r\n先说<i>结论</i>\r\n\r\n2\r\n00:00:02,500 --> 00:00:04,000\r\n{\\an8}再说<font color=\"red\">理由</font> 1<2\r\n"

func wideBytes(s string, big, mark bool) []byte {
	var out []byte
	units := utf16.Encode([]rune(s))
	if mark {
		units = append([]uint16{0xfeff}, units...)
	}
	for _, u := range units {
		if big {
			out = append(out, byte(u>>8), byte(u))
		} else {
			out = append(out, byte(u), byte(u>>8))
		}
	}
	return out
}

func TestFilesOfEveryWritingAreRead(t *testing.T) {
	gbk, err := simplifiedchinese.GBK.NewEncoder().Bytes([]byte(srt))
	if err != nil {
		t.Fatal(err)
	}
	for name, raw := range map[string][]byte{
		"utf-8": []byte(srt), "with a mark": []byte("\xef\xbb\xbf" + srt), "gbk": gbk,
		"utf-16 le": wideBytes(srt, false, true), "utf-16 be": wideBytes(srt, true, true), "utf-16 without a mark": wideBytes(srt, false, false),
		"old mac": []byte(strings.ReplaceAll(srt, "\r\n", "\r")),
		"webvtt": []byte("WEBVTT - 课\nKind: captions\n\nNOTE 不是\n给人看的\n\nSTYLE\n::cue { color: red }\n\na name\n00:01.000 --> 00:02.500 align:start line:0\n<v 沈牧之>先说<i>结论</i></v>\n\n" +
			"00:00:02.500 --> 00:00:04.000\n再说<c.yellow>理由</c> 1&lt;2"),
	} {
		cues, text, err := Parse(raw)
		if err != nil || len(cues) != 2 {
			t.Errorf("%s: %v %v", name, cues, err)
			continue
		}
		if c := cues[0]; c.From != 1000 || c.To != 2500 || c.Text != "先说<i>结论</i>" || c.Plain() != "先说结论" {
			t.Errorf("%s: %+v", name, c)
		}
		if c := cues[1]; c.Text != "再说理由 1&lt;2" || c.Plain() != "再说理由 1<2" {
			t.Errorf("%s: %+v", name, c)
		}
		if text != "先说结论\n再说理由 1<2" {
			t.Errorf("%s: %q", name, text)
		}
	}
}

func TestRowsAreNamed(t *testing.T) {
	for name, c := range map[string]struct {
		raw  string
		want *errs.E
		row  string
	}{
		"no end":         {"1\n00:00:01,000 -->\n话\n", ErrFile, "第 2 行"},
		"minutes of 60":  {"WEBVTT\n\n00:60:01.000 --> 00:61:02.000\n话", ErrFile, "第 3 行"},
		"backwards":      {"WEBVTT\n\n00:02.000 --> 00:01.000\n话", ErrFile, "第 3 行"},
		"words for time": {"WEBVTT\n\n一分 --> 两分\n话", ErrFile, "第 3 行"},
		"a stray line":   {"WEBVTT\n\n00:01.000 --> 00:02.000\n话\n\n没有时间的一行\n又一行", ErrFile, "第 6 行"},
		"no empty line":  {"1\n00:00:01,000 --> 00:00:02,000\n话\n2\n00:00:02,000 --> 00:00:03,000\n话", ErrFile, "第 5 行"},
		"a program":      {"MZ\x90\x00\x03\n\x00\x01", ErrFile, "第 1 行"},
		"nothing said":   {"WEBVTT\n\n00:01.000 --> 00:02.000\n<b></b>\n", ErrEmpty, ""},
		"nothing":        {" \n\t", ErrEmpty, ""},
		"a year":         {"WEBVTT\n\n9000:00:01.000 --> 9000:00:02.000\n话", ErrFile, "第 3 行"},
		"a long cue":     {"WEBVTT\n\n00:01.000 --> 00:02.000\n" + strings.Repeat("话", 1001), ErrFile, "第 3 行"},
		"too many":       {"WEBVTT\n\n" + strings.Repeat("00:01.000 --> 00:02.000\n话\n\n", 20_001), ErrBig, ""},
		"too much":       {strings.Repeat("话", 200_001), ErrBig, ""},
		"too heavy":      {strings.Repeat("a", maxBytes+1), ErrBig, ""},
	} {
		_, _, err := Parse([]byte(c.raw))
		if !errors.Is(err, c.want) || !strings.Contains(fmt.Sprint(message(err)), c.row) {
			t.Errorf("%s: %v %s", name, err, message(err))
		}
	}
}

func message(err error) string {
	var e *errs.E
	if errors.As(err, &e) {
		return e.Msg
	}
	return ""
}

func TestMarkupIsDropped(t *testing.T) {
	for in, want := range map[string]string{
		`<script>alert(1)</script>`: `alert(1)`, `<b>粗<i>斜</b></i>`: `<b>粗<i>斜</i></b>`, `</b>话`: `话`, `a < b`: `a &lt; b`, `<B>大`: `<b>大</b>`,
		`<img src=x onerror=1>图`: `图`, `<00:00:01.000>跟读`: `跟读`, `&amp;lt;`: `&amp;lt;`, "话\u202e反": "话反", `{花括号}`: `{花括号}`, `<>`: ``, `x --> y`: `x --&gt; y`,
	} {
		if got := payload(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func TestWebVTTReadsAsItWasWritten(t *testing.T) {
	cues, _, err := Parse([]byte(srt))
	if err != nil {
		t.Fatal(err)
	}
	again, _, err := Parse([]byte(VTT(cues)))
	if err != nil || len(again) != 2 || again[1].Text != cues[1].Text || again[0].From != 1000 {
		t.Fatalf("%v %v", again, err)
	}
	if n := len(Until(cues, 2500)); n != 1 {
		t.Errorf("%d cues before 2.5 s", n)
	}
	if n := len(Until(cues, 2501)); n != 2 {
		t.Errorf("%d cues until 2.501 s", n)
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{srt, "WEBVTT\n\n00:01.000 --> 00:02.000\n<b>x", "纯文字", "\xff\xfea\x00", "1\n00:00:01,000 --> 00:00:02,000\n{\\an8}<c>"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		cues, text, err := Parse(raw)
		if err != nil {
			return
		}
		if !utf8.ValidString(text) || strings.TrimSpace(text) == "" {
			t.Fatalf("%q", text)
		}
		last := int64(0)
		for _, c := range cues {
			if c.From < last || c.To <= c.From || c.To > maxMS {
				t.Fatalf("%+v", c)
			}
			last = c.From
			rest := tags.Replace(c.Text)
			if strings.ContainsAny(rest, "<>") {
				t.Fatalf("markup is left in %q", c.Text)
			}
		}
		if len(cues) > 0 {
			again, _, err := Parse([]byte(VTT(cues)))
			if err != nil || len(again) != len(cues) {
				t.Fatalf("%d cues became %d: %v\n%s", len(cues), len(again), err, VTT(cues))
			}
		}
	})
}
