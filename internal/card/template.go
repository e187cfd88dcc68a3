package card

import (
	"fmt"
	"image/color"
	"math"
	"slices"
	"strconv"
	"strings"

	"zhizhou/internal/drawing"
)

// Width is how wide a card's picture is, in pixels.
const Width = 1080

const (
	cardW     = Width
	portraitH = 1440
	squareH   = 1080
)

// Layout says how one face of a card is drawn: layers from the ground up, with places
// for facts. It is data, so that a school draws its own.
type Layout struct {
	Square bool    `json:"square"`
	Layers []Layer `json:"layers" nullable:"false" maxItems:"60"`
}

// Layer is one thing on a card. Places and sizes are pixels of 1080 by 1440, or of 1080
// by 1080 on a square one; y of a text is its base line.
type Layer struct {
	Kind    string  `json:"kind" enum:"block,gradient,picture,voyage,medal,ring,mark,brand,text,line,facts,qr,seal"`
	X       float64 `json:"x"`
	Y       float64 `json:"y"`
	W       float64 `json:"w,omitempty"`
	H       float64 `json:"h,omitempty"`
	Radius  float64 `json:"radius,omitempty"`
	Color   string  `json:"color,omitempty"`  // #RRGGBB
	Second  string  `json:"second,omitempty"` // of what is drawn in two colours
	Size    float64 `json:"size,omitempty"`
	Bold    float64 `json:"bold,omitempty"`   // thousandths of an em that strokes are thicker by
	Spread  float64 `json:"spread,omitempty"` // thousandths of an em between characters
	Leading float64 `json:"leading,omitempty"`
	Lines   int     `json:"lines,omitempty"`       // at most; 0: one, made smaller until it fits in w
	Several float64 `json:"second_size,omitempty"` // the size at most when it takes more than one line
	Least   float64 `json:"least,omitempty"`       // the smallest size
	Align   string  `json:"align,omitempty" enum:",left,center,right"`
	Even    bool    `json:"even,omitempty"`                            // a text of several lines: as wide as w, but the last
	Text    string  `json:"text,omitempty"`                            // with fields in braces
	Dark    bool    `json:"dark,omitempty"`                            // voyage: by night
	Key     string  `json:"key,omitempty"`                             // picture: of an uploaded one, fitted over w by h
	Shade   float64 `json:"shade,omitempty" minimum:"0" maximum:"100"` // block, picture: percent that it lets through
}

// layerKinds are the kinds of layer.
var layerKinds = []string{"block", "gradient", "picture", "voyage", "medal", "ring", "mark", "brand", "text", "line", "facts", "qr", "seal"}

// moving are the layers that differ from card to card; the others are drawn once.
var moving = map[string]bool{"voyage": true, "ring": true, "brand": true, "text": true, "facts": true, "qr": true}

// Check reports what is wrong with a layout, "" when it can be drawn.
func (t Layout) Check() string {
	switch {
	case len(t.Layers) == 0 || len(t.Layers) > 60:
		return "要有 1 到 60 个图层"
	case !slices.ContainsFunc(t.Layers, func(l Layer) bool { return l.Kind == "qr" }):
		return "要有二维码，别人才能核验"
	}
	for i, l := range t.Layers {
		if bad := l.check(t.height()); bad != "" {
			return fmt.Sprintf("第 %d 个图层：%s", i+1, bad)
		}
	}
	return ""
}

func (t Layout) height() int {
	if t.Square {
		return squareH
	}
	return portraitH
}

func (l Layer) check(h int) string {
	_, first := hex(l.Color)
	_, second := hex(l.Second)
	switch {
	case !slices.Contains(layerKinds, l.Kind):
		return "没有这种图层"
	case l.X < -cardW || l.X > 2*cardW || l.Y < -cardW || l.Y > 2*float64(h) || l.W < 0 || l.W > 2*cardW || l.H < 0 || l.H > 2*float64(h):
		return "位置超出画面"
	case !first || !second:
		return "颜色要写成 #RRGGBB"
	case l.Size < 0 || l.Size > 400 || l.Bold < 0 || l.Bold > 80 || l.Spread < -200 || l.Spread > 2000 || l.Leading < 0 || l.Leading > 600 || l.Lines < 0 || l.Lines > 20 || l.Radius < 0:
		return "字号、粗细、间距或行数超出范围"
	case len([]rune(l.Text)) > 400:
		return "文字不超过 400 个字"
	case l.Kind == "text" && (l.Size < 28 || l.Least > 0 && l.Least < 28):
		return "字号不小于 28：卡片在手机上会缩小到三分之一"
	case l.Kind == "qr" && (l.W < 120 || l.X < 8 || l.Y < 8 || l.X+l.W > cardW-8 || l.Y+l.W > float64(h)-8):
		return "二维码不小于 120，并且整个在画面里，否则扫不出来"
	case l.Kind == "qr" && l.Color != "" && bright(l.Color) > .35:
		return "二维码的颜色要深：浅色扫不出来"
	case l.Kind == "picture" && !strings.HasPrefix(l.Key, "img/"):
		return "请上传图片"
	case l.Shade < 0 || l.Shade > 100:
		return "透明度为 0–100"
	}
	for _, f := range fieldsOf(l.Text) {
		if _, ok := (Facts{}).fields(Wording{})[f]; !ok {
			return "没有 {" + f + "} 这个字段"
		}
	}
	return ""
}

// hex reads #RRGGBB; "" is no colour.
func hex(s string) (color.RGBA, bool) {
	if s == "" {
		return color.RGBA{}, true
	}
	n, err := strconv.ParseUint(strings.TrimPrefix(s, "#"), 16, 32)
	if err != nil || len(s) != 7 || s[0] != '#' {
		return color.RGBA{}, false
	}
	return color.RGBA{uint8(n >> 16), uint8(n >> 8), uint8(n), 255}, true
}

// fieldsOf lists the fields that a text names.
func fieldsOf(s string) (out []string) {
	for {
		i := strings.IndexByte(s, '{')
		j := strings.IndexByte(s[max(i, 0):], '}')
		if i < 0 || j < 0 {
			return out
		}
		out, s = append(out, s[i+1:i+j]), s[i+j+1:]
	}
}

// bright is how bright a colour is to an eye, from 0 to 1 (WCAG 2.2, relative luminance).
func bright(s string) float64 {
	c, _ := hex(s)
	lin := func(v uint8) float64 {
		x := float64(v) / 255
		if x <= .04045 {
			return x / 12.92
		}
		return math.Pow((x+.055)/1.055, 2.4)
	}
	return .2126*lin(c.R) + .7152*lin(c.G) + .0722*lin(c.B)
}

// Wording is what a picture says beside the facts.
type Wording struct {
	Name   string // of the learner, as it is shown; "" is nobody's
	School string
	Mentor string // who wrote Note
	Note   string
	Brand  string // of the partner who stands beside the school
	Logo   string // of the same, the key of a picture
}

// fields are what a text may name, of one card.
func (f Facts) fields(w Wording) map[string]string {
	name, school := w.Name, w.School
	if name == "" {
		name = "一位学员"
	}
	note := w.Note
	if note != "" && w.Mentor != "" {
		note += " —— " + w.Mentor
	}
	lead, title, sub := f.words()
	return map[string]string{
		"school": school, "learner": name, "lead": lead, "title": title, "sub": sub,
		"course": f.CourseTitle, "teacher": f.Teacher, "part": f.Part, "code": grouped(f.Code), "issued": dots(f.Until),
		"from": short(f.From), "until": short(f.Until), "days": fmt.Sprint(f.Days), "span": fmt.Sprint(f.Span),
		"lessons": fmt.Sprint(f.Lessons), "lessons_all": fmt.Sprint(f.LessonsAll), "minutes": fmt.Sprint(f.Minutes()), "hours": fmt.Sprint(f.PartID),
		"medal": f.medal(), "note": note, "mentor": w.Mentor, "brand": w.Brand,
		"score": f.score(), "water": f.water(), "period": f.period(),
	}
}

// words are what a card says of its milestone: what led to it, its name, and what stands below.
func (f Facts) words() (lead, title, sub string) {
	by := ""
	if f.Teacher != "" {
		by = "　·　主讲 " + f.Teacher
	}
	over := "学完了"
	if f.Span > 1 {
		over = fmt.Sprintf("用 %d 天学完了", f.Span)
	}
	switch f.Kind {
	case Lesson:
		return "学完了一课", f.Part, "《" + f.CourseTitle + "》" + by
	case Quiz:
		return "通过了测验", f.Part, "《" + f.CourseTitle + "》" + by
	case Chapter:
		return over + "一章", f.Part, "《" + f.CourseTitle + "》" + by
	case Hours:
		return "一共学满了", fmt.Sprintf("%d 小时", f.PartID), "每一分钟都由服务器计时"
	case Days:
		return fmt.Sprintf("打卡 %d 天，到达", f.Days), f.Part, "「" + f.CourseTitle + "」第 " + fmt.Sprint(f.Span) + " 天"
	case Badge:
		return "得到了徽章", f.Part, "按保存的学习记录自动颁发"
	case Certificate:
		return "拿到了", f.Part, "《" + f.CourseTitle + "》" + by
	}
	return over, f.CourseTitle, strings.TrimPrefix(by, "　·　")
}

// Words are what a card says of its milestone: what led to it, and its name.
func (f Facts) Words() (lead, title string) {
	lead, title, _ = f.words()
	return lead, title
}

// medal is the word on a medal's ribbon.
func (f Facts) medal() string {
	switch f.Kind {
	case Days, Badge:
		return f.Part
	case Hours:
		return fmt.Sprintf("%d 小时", f.PartID)
	}
	return "学成"
}

func (f Facts) score() string {
	switch {
	case f.ScorePermille < 0:
		return ""
	case f.ScorePermille%10 == 0:
		return fmt.Sprint(f.ScorePermille / 10)
	}
	return fmt.Sprintf("%d.%d", f.ScorePermille/10, f.ScorePermille%10)
}

// water explains the line of the water, as far as there is one.
func (f Facts) water() string {
	if len(f.Daily) < 2 {
		return "学习时长由服务器计时"
	}
	return fmt.Sprintf("船下水纹，是 %d 天每天的学习时长", len(f.Daily))
}

func (f Facts) period() string {
	if f.From == 0 || f.From == f.Until {
		return short(f.Until)
	}
	return short(f.From) + " – " + short(f.Until)
}

func short(day int64) string { return fmt.Sprintf("%02d.%02d", day/100%100, day%100) }

func dots(day int64) string { return fmt.Sprintf("%d.%02d.%02d", day/10000, day/100%100, day%100) }

// grouped is a code in groups of four.
func grouped(code string) string {
	var out []string
	for c := range slices.Chunk([]byte(code), 4) {
		out = append(out, string(c))
	}
	return strings.Join(out, "-")
}

// filled puts a card's fields into a text, each once: what a field says names no other.
func filled(s string, fields map[string]string) string {
	var b strings.Builder
	for {
		i := strings.IndexByte(s, '{')
		j := strings.IndexByte(s[max(i, 0):], '}')
		if i < 0 || j < 0 {
			return drawing.Printable(b.String() + s)
		}
		b.WriteString(s[:i] + fields[s[i+1:i+j]])
		s = s[i+j+1:]
	}
}
