package caption

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"html"
	"sort"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
)

const (
	maxBytes = 2 << 20
	maxCues  = 20_000
	maxRunes = 200_000 // of a whole text
	maxCue   = 1000    // runes
	maxMS    = 24 * 3600_000
)

// Cue is a line that is said from From to To, ms. Text may hold <b>, <i> and <u>, in
// pairs; everything else of it is escaped.
type Cue struct {
	From, To int64
	Text     string
	row      int // of the file, from 1
}

// Plain returns the words of the line.
func (c Cue) Plain() string { return html.UnescapeString(tags.Replace(c.Text)) }

var tags = strings.NewReplacer("<b>", "", "</b>", "", "<i>", "", "</i>", "", "<u>", "", "</u>", "")

func at(row int, what string) error {
	return ErrFile.Say(fmt.Sprintf("第 %d 行：%s", row, what)).Field("file", fmt.Sprintf("第 %d 行", row))
}

// Parse reads a file: WebVTT or SRT become cues in order of time, anything else is a
// text without times. Returns ErrFile with the row, ErrBig, ErrEmpty.
func Parse(raw []byte) (cues []Cue, text string, err error) { return parse(raw, maxBytes) }

func parse(raw []byte, most int) (cues []Cue, text string, err error) {
	if len(raw) > most {
		return nil, "", ErrBig
	}
	text, err = decode(raw)
	if err != nil {
		return nil, "", err
	}
	text = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(text)
	if utf8.RuneCountInString(text) > 5*maxRunes {
		return nil, "", ErrBig
	}
	if strings.HasPrefix(text, "WEBVTT") || strings.Contains(text, "-->") {
		cues, err = read(strings.Split(text, "\n"))
		if err != nil {
			return nil, "", err
		}
		text = words(cues)
	} else {
		text = visible(text, true)
	}
	switch {
	case strings.TrimSpace(text) == "":
		return nil, "", ErrEmpty
	case utf8.RuneCountInString(text) > maxRunes:
		return nil, "", ErrBig
	}
	return cues, strings.TrimSpace(text), nil
}

// words joins the lines as they are searched and read.
func words(cues []Cue) string {
	var b strings.Builder
	for _, c := range cues {
		b.WriteString(c.Plain())
		b.WriteByte('\n')
	}
	return b.String()
}

// decode finds out how the bytes are written: by their mark, UTF-16 by its zeros, else
// UTF-8, else GBK.
func decode(raw []byte) (string, error) {
	switch {
	case bytes.HasPrefix(raw, []byte("\xef\xbb\xbf")):
		raw = raw[3:]
	case bytes.HasPrefix(raw, []byte("\xff\xfe")):
		return wide(raw[2:], binary.LittleEndian)
	case bytes.HasPrefix(raw, []byte("\xfe\xff")):
		return wide(raw[2:], binary.BigEndian)
	case len(raw) >= 4 && raw[1] == 0 && raw[3] == 0:
		return wide(raw, binary.LittleEndian)
	case len(raw) >= 4 && raw[0] == 0 && raw[2] == 0:
		return wide(raw, binary.BigEndian)
	}
	if i := bytes.IndexByte(raw, 0); i >= 0 {
		return "", at(1+bytes.Count(raw[:i], []byte("\n")), "这不是文字文件")
	}
	if utf8.Valid(raw) {
		return string(raw), nil
	}
	text, err := simplifiedchinese.GB18030.NewDecoder().Bytes(raw)
	if err != nil || bytes.ContainsRune(text, utf8.RuneError) {
		return "", ErrFile.Say("认不出文字编码，请另存为 UTF-8 后再上传")
	}
	return string(text), nil
}

func wide(raw []byte, order binary.ByteOrder) (string, error) {
	if len(raw)%2 != 0 {
		return "", ErrFile.Say("文件不完整，请重新导出")
	}
	units := make([]uint16, len(raw)/2)
	for i := range units {
		units[i] = order.Uint16(raw[2*i:])
	}
	return string(utf16.Decode(units)), nil
}

// read reads the blocks of WebVTT and SRT: an optional name or number, the times, the
// text until an empty line.
func read(lines []string) ([]Cue, error) {
	var out []Cue
	for i := 0; i < len(lines); i++ {
		line := strings.TrimSpace(lines[i])
		if line == "" {
			continue
		}
		if skipped(line, i) {
			for i < len(lines) && strings.TrimSpace(lines[i]) != "" {
				i++
			}
			continue
		}
		if !strings.Contains(line, "-->") {
			if i+1 >= len(lines) || !strings.Contains(lines[i+1], "-->") {
				return nil, at(i+1, "这里应当是时间，写成 00:01:02.500 --> 00:01:05.000")
			}
			i++
			line = strings.TrimSpace(lines[i])
		}
		c, err := span(line, i+1)
		if err != nil {
			return nil, err
		}
		var said []string
		for i++; i < len(lines) && strings.TrimSpace(lines[i]) != ""; i++ {
			if strings.Contains(lines[i], "-->") {
				return nil, at(i+1, "两条字幕之间少了空行")
			}
			said = append(said, strings.TrimSpace(lines[i]))
		}
		c.Text = payload(strings.Join(said, "\n"))
		if utf8.RuneCountInString(c.Text) > maxCue {
			return nil, at(c.row, "一条字幕太长，请拆开")
		}
		if strings.TrimSpace(c.Plain()) != "" {
			out = append(out, c)
		}
		if len(out) > maxCues {
			return nil, ErrBig
		}
	}
	sort.SliceStable(out, func(i, j int) bool { return out[i].From < out[j].From })
	return out, nil
}

// skipped tells the blocks that say nothing: the head, notes, styles, regions.
func skipped(line string, row int) bool {
	if row == 0 && strings.HasPrefix(line, "WEBVTT") {
		return true
	}
	for _, w := range []string{"NOTE", "STYLE", "REGION"} {
		if line == w || strings.HasPrefix(line, w+" ") {
			return true
		}
	}
	return false
}

func span(line string, row int) (Cue, error) {
	a, rest, _ := strings.Cut(line, "-->")
	to := strings.Fields(rest) // what stands behind are the places on the picture
	if len(to) == 0 {
		return Cue{}, at(row, "少了结束的时间")
	}
	from, ok1 := moment(strings.TrimSpace(a))
	end, ok2 := moment(to[0])
	switch {
	case !ok1 || !ok2:
		return Cue{}, at(row, "时间写成 00:01:02.500")
	case end <= from:
		return Cue{}, at(row, "结束的时间要在开始之后")
	}
	return Cue{From: from, To: end, row: row}, nil
}

// moment reads 01:02:03.456, 02:03,456 and 02:03.
func moment(s string) (int64, bool) {
	s = strings.Replace(s, ",", ".", 1)
	clock, frac, dotted := strings.Cut(s, ".")
	parts := strings.Split(clock, ":")
	if len(parts) < 2 || len(parts) > 3 || dotted && (frac == "" || len(frac) > 3) {
		return 0, false
	}
	var ms int64
	for i, p := range parts {
		n, ok := digits(p, 4)
		if !ok || i > 0 && n > 59 {
			return 0, false
		}
		ms = ms*60 + n
	}
	ms *= 1000
	if dotted {
		n, ok := digits(frac, 3)
		if !ok {
			return 0, false
		}
		for range 3 - len(frac) {
			n *= 10
		}
		ms += n
	}
	return ms, ms <= maxMS
}

func digits(s string, most int) (int64, bool) {
	if s == "" || len(s) > most {
		return 0, false
	}
	var n int64
	for _, r := range s {
		if r < '0' || r > '9' {
			return 0, false
		}
		n = n*10 + int64(r-'0')
	}
	return n, true
}

// payload keeps b, i and u in pairs, drops every other tag and escapes the rest.
func payload(s string) string {
	var b strings.Builder
	var open []string
	text := func(t string) { b.WriteString(escaped.Replace(visible(html.UnescapeString(t), true))) }
	for s != "" {
		i := strings.IndexAny(s, "<{")
		if i < 0 {
			text(s)
			break
		}
		text(s[:i])
		s = s[i:]
		if s[0] == '{' {
			if end := strings.IndexByte(s, '}'); end > 0 && strings.HasPrefix(s, `{\`) {
				s = s[end+1:]
				continue
			}
		} else if end := strings.IndexByte(s, '>'); end > 0 && tagged(s[1:end]) {
			name := strings.ToLower(s[1:end])
			s = s[end+1:]
			switch {
			case name == "b" || name == "i" || name == "u":
				open = append(open, name)
				b.WriteString("<" + name + ">")
			case len(open) > 0 && name == "/"+open[len(open)-1]:
				open = open[:len(open)-1]
				b.WriteString("<" + name + ">")
			}
			continue
		}
		text(s[:1])
		s = s[1:]
	}
	for i := len(open) - 1; i >= 0; i-- {
		b.WriteString("</" + open[i] + ">")
	}
	return filled(b.String())
}

// filled drops empty lines: they would end a cue.
func filled(s string) string {
	var out []string
	for line := range strings.SplitSeq(s, "\n") {
		if line = strings.TrimSpace(line); line != "" {
			out = append(out, line)
		}
	}
	return strings.Join(out, "\n")
}

var escaped = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

// tagged tells a tag from a "<" that was typed: <i>, </c.yellow>, <v 沈老师>, <00:01.000>.
func tagged(s string) bool {
	s = strings.TrimPrefix(s, "/")
	if s == "" || strings.Contains(s, "\n") {
		return s == ""
	}
	return s[0] >= 'a' && s[0] <= 'z' || s[0] >= 'A' && s[0] <= 'Z' || s[0] >= '0' && s[0] <= '9'
}

// visible drops what cannot be seen and what turns the direction of reading.
func visible(s string, lines bool) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' && lines, r == '\t':
			return r
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r), r == utf8.RuneError:
			return -1
		}
		return r
	}, s)
}

// VTT writes cues as WebVTT.
func VTT(cues []Cue) string {
	var b strings.Builder
	b.WriteString("WEBVTT\n")
	for _, c := range cues {
		// "-->" within a line would be read as times; escaping has made it "--&gt;".
		fmt.Fprintf(&b, "\n%s --> %s\n%s\n", stamp(c.From), stamp(c.To), c.Text)
	}
	return b.String()
}

func stamp(ms int64) string {
	return fmt.Sprintf("%02d:%02d:%02d.%03d", ms/3600_000, ms/60_000%60, ms/1000%60, ms%1000)
}

// Until returns the cues that begin before endMS, ms.
func Until(cues []Cue, endMS int64) []Cue {
	n := sort.Search(len(cues), func(i int) bool { return cues[i].From >= endMS })
	return cues[:n]
}
