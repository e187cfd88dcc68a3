package card

import (
	"crypto/sha256"
	"fmt"
	"image/color"
	"math"
	"sync"

	"zhizhou/internal/drawing"
)

// prints keeps the last files by what is on them, and what is the same on every card of
// a template.
type prints struct {
	mu      sync.Mutex
	files   map[[32]byte][]byte
	grounds map[[32]byte]drawing.Picture
}

const (
	keptFiles   = 64 // of about 130 kB
	keptGrounds = 16 // of about 6 MB
)

// Print returns the picture of a card, drawn by a template; its code leads to link, its
// public page or a share of it. Returns ErrRevoked.
func (s *Service) Print(c Card, t Template, school, link string) ([]byte, error) {
	if c.RevokedAt > 0 {
		return nil, ErrRevoked
	}
	key := sha256.Sum256(fmt.Appendf(nil, "%s|%s|%s|%s|%+v", c.Text, c.Name, school, link, t))
	s.prints.mu.Lock()
	file := s.prints.files[key]
	s.prints.mu.Unlock()
	if file != nil {
		return file, nil
	}
	p, err := s.draw(c.Facts, t, c.Name, school, link)
	if err != nil {
		return nil, err
	}
	if file, err = p.PNG(); err != nil {
		return nil, err
	}
	s.prints.mu.Lock()
	defer s.prints.mu.Unlock()
	if s.prints.files == nil || len(s.prints.files) >= keptFiles {
		s.prints.files = map[[32]byte][]byte{}
	}
	s.prints.files[key] = file
	return file, nil
}

func (s *Service) draw(f Facts, t Template, name, school, link string) (drawing.Picture, error) {
	p := s.ground(t)
	fields := f.fields(name, school)
	for i := still(t.Layers); i < len(t.Layers); i++ {
		if l := t.Layers[i]; l.Kind == "voyage" && i > still(t.Layers) {
			voyage(p, l)
		}
		if err := t.Layers[i].draw(p, f, fields, link); err != nil {
			return p, err
		}
	}
	return p, nil
}

// still is how many layers from the ground up are the same on every card.
func still(layers []Layer) int {
	for i, l := range layers {
		if moving[l.Kind] {
			return i
		}
	}
	return len(layers)
}

// ground is what is the same on every card of a template, to draw on.
func (s *Service) ground(t Template) drawing.Picture {
	n := still(t.Layers)
	below, scene := t.Layers[:n], n < len(t.Layers) && t.Layers[n].Kind == "voyage"
	key := sha256.Sum256(fmt.Appendf(nil, "%v|%+v", t.Square, t.Layers[:min(n+1, len(t.Layers))]))
	s.prints.mu.Lock()
	p, ok := s.prints.grounds[key]
	s.prints.mu.Unlock()
	if ok {
		return p.Copy()
	}
	p = drawing.NewPicture(cardW, t.height())
	p.Block(0, 0, cardW, t.height(), color.RGBA{255, 255, 255, 255})
	for _, l := range below {
		_ = l.draw(p, Facts{}, nil, "") // a layer that is the same everywhere has no link to refuse
	}
	if scene {
		voyage(p, t.Layers[n]) // all of it but the water
	}
	s.prints.mu.Lock()
	defer s.prints.mu.Unlock()
	if s.prints.grounds == nil || len(s.prints.grounds) >= keptGrounds {
		s.prints.grounds = map[[32]byte]drawing.Picture{}
	}
	s.prints.grounds[key] = p.Copy()
	return p
}

func (l Layer) draw(p drawing.Picture, f Facts, fields map[string]string, link string) error {
	first, _ := hex(l.Color)
	second, _ := hex(l.Second)
	switch l.Kind {
	case "block":
		if l.Radius == 0 {
			p.Block(int(l.X), int(l.Y), int(l.W), int(l.H), first)
		} else {
			p.Fill(drawing.Round(l.X, l.Y, l.W, l.H, l.Radius), first)
		}
	case "line":
		p.Block(int(l.X), int(l.Y), int(l.W), max(1, int(l.H)), first)
	case "voyage":
		water(p, l, f)
	case "mark":
		mark(p, l.X, l.Y, l.W, first, second)
	case "text":
		l.write(p, filled(l.Text, fields), first)
	case "facts":
		l.columns(p, f.columns(), first, second)
	case "qr":
		side := int(l.W)
		p.Block(int(l.X)-8, int(l.Y)-8, side+16, side+16, color.RGBA{255, 255, 255, 255})
		return p.QR(int(l.X), int(l.Y), side, first, link)
	case "seal":
		seal(p, l, first, second)
	}
	return nil
}

// write draws a text within w: on one line smaller and smaller, or on several, the last
// one cut with an ellipsis when even the smallest is too long.
func (l Layer) write(p drawing.Picture, s string, col color.RGBA) {
	t := drawing.Type{Size: l.Size, Bold: l.Bold / 1000, Spread: l.Spread / 1000, Color: col}
	least, most := l.Least, max(1, l.Lines)
	if least == 0 {
		least = l.Size
	}
	lines := []string{s}
	if l.W > 0 {
		for {
			lines = drawing.Wrap(s, l.W/t.Size/(1+t.Spread))
			fits := len(lines) == 1 || len(lines) <= most && (l.Several == 0 || t.Size <= l.Several)
			if fits || t.Size <= least {
				break
			}
			t.Size = math.Max(least, t.Size-4)
		}
		if len(lines) > most {
			lines = lines[:most]
			end := []rune(lines[most-1])
			for len(end) > 0 && t.Wide(string(end)+"…") > l.W {
				end = end[:len(end)-1]
			}
			lines[most-1] = string(end) + "…"
		}
	}
	leading := t.Size * 1.4
	if l.Leading > 0 {
		leading = t.Size * l.Leading
	}
	// What takes several lines grows upwards from a smaller size, so that the foot stays.
	y := l.Y - float64(len(lines)-1)*leading
	if len(lines) == 1 || l.Lines == 0 {
		y = l.Y
	}
	for i, line := range lines {
		x := l.X
		switch l.Align {
		case "right":
			x -= t.Wide(line)
		case "center":
			x -= t.Wide(line) / 2
		}
		p.Write(x, y+float64(i)*leading, t, line)
	}
}

// column is a figure with what it counts.
type column struct {
	parts []figure
	label string
}

type figure struct {
	big, small string
}

// columns are the facts that a card has, at most four.
func (f Facts) columns() []column {
	c := column{parts: []figure{{fmt.Sprint(f.Lessons), ""}}, label: "学完课时"}
	if f.LessonsAll > 0 {
		c.parts[0].small = fmt.Sprintf("/ %d", f.LessonsAll)
	}
	out := []column{c}
	if f.Kind == Days {
		out = nil
	}
	if m := f.Minutes(); m >= 60 {
		out = append(out, column{[]figure{{fmt.Sprint(m / 60), "时"}, {fmt.Sprint(m % 60), "分"}}, "学习时长"})
	} else if m > 0 {
		out = append(out, column{[]figure{{fmt.Sprint(m), "分钟"}}, "学习时长"})
	}
	days := "学习天数"
	if f.Kind == Days {
		days = "打卡天数"
	}
	if f.Days > 1 || f.Kind == Days {
		out = append(out, column{[]figure{{fmt.Sprint(f.Days), fmt.Sprintf("/ %d 天", f.Span)}}, days})
	}
	if f.ScorePermille >= 0 {
		out = append(out, column{[]figure{{f.score(), "分"}}, "测验成绩"})
	}
	return out
}

// columns draws figures side by side between two lines, each as wide as it needs.
func (l Layer) columns(p drawing.Picture, list []column, first, second color.RGBA) {
	rule := color.RGBA{0xE0, 0xD4, 0xC0, 255}
	p.Block(int(l.X), int(l.Y), int(l.W), 2, rule)
	p.Block(int(l.X), int(l.Y+l.H)-2, int(l.W), 2, rule)
	if len(list) == 0 {
		return
	}
	big := drawing.Type{Size: l.Size, Bold: .03, Color: first}
	small := drawing.Type{Size: 30, Color: second}
	label := drawing.Type{Size: 28, Color: second}
	wide := make([]float64, len(list))
	sum := 0.0
	for i, c := range list {
		for _, g := range c.parts {
			wide[i] += big.Wide(g.big) + 8 + small.Wide(g.small) + 10
		}
		wide[i] = math.Max(wide[i], label.Wide(c.label))
		sum += wide[i]
	}
	gap := math.Min(120, (l.W-sum)/math.Max(1, float64(len(list)-1)))
	x := l.X
	for i, c := range list {
		if i > 0 {
			p.Block(int(x-gap/2), int(l.Y)+26, 2, int(l.H)-52, rule)
		}
		at := x
		for _, g := range c.parts {
			at = p.Write(at, l.Y+l.H*.53, big, g.big)
			at = p.Write(at+8, l.Y+l.H*.53, small, g.small) + 10
		}
		p.Write(x, l.Y+l.H*.82, label, c.label)
		x += wide[i] + gap
	}
}
