package card

import (
	"context"
	"crypto/sha256"
	"fmt"
	"image"
	"image/color"
	"math"
	"strings"
	"sync"

	"zhizhou/internal/drawing"
)

// prints keeps the last files by what is on them, and what is the same on every card of
// a template.
type prints struct {
	mu       sync.Mutex
	files    map[[32]byte][]byte
	grounds  map[[32]byte]drawing.Picture
	pictures map[string]image.Image // uploaded ones, by key
}

const (
	keptFiles   = 64 // of about 130 kB
	keptGrounds = 16 // of about 6 MB
)

// Print returns the picture of a card, drawn by a layout; its code leads to link, its
// public page or a share of it. Returns ErrRevoked.
func (s *Service) Print(ctx context.Context, c Card, t Layout, w Wording, link string) ([]byte, error) {
	return s.print(ctx, c, t, w, link, 0)
}

// smallW is how wide a card is in a list of cards, px: its code cannot be read there.
const smallW = 360

// Small is Print for a list of cards: little to send.
func (s *Service) Small(ctx context.Context, c Card, t Layout, w Wording) ([]byte, error) {
	return s.print(ctx, c, t, w, s.URL(c.Code), smallW)
}

func (s *Service) print(ctx context.Context, c Card, t Layout, w Wording, link string, wide int) ([]byte, error) {
	if c.RevokedAt > 0 {
		return nil, ErrRevoked
	}
	key := sha256.Sum256(fmt.Appendf(nil, "%d|%s|%+v|%s|%+v", wide, c.Text, w, link, t))
	s.prints.mu.Lock()
	file := s.prints.files[key]
	s.prints.mu.Unlock()
	if file != nil {
		return file, nil
	}
	p, err := s.draw(ctx, c.Facts, t, w, link)
	if err != nil {
		return nil, err
	}
	if wide > 0 {
		p.RGBA = reduced(p.RGBA, wide)
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

func (s *Service) draw(ctx context.Context, f Facts, t Layout, w Wording, link string) (drawing.Picture, error) {
	p := s.ground(ctx, t)
	if w.Brand != "" {
		t.Layers = shared(t.Layers)
	}
	sheet := sheet{Picture: p, facts: f, fields: f.fields(w), link: link, layers: t.Layers, find: func(key string) image.Image { return s.picture(ctx, key) }, words: w}
	for i := still(t.Layers); i < len(t.Layers); i++ {
		if l := t.Layers[i]; l.Kind == "voyage" && i > still(t.Layers) {
			voyage(p, l)
		}
		if err := t.Layers[i].draw(sheet); err != nil {
			return p, err
		}
	}
	return p, nil
}

// picture is an uploaded picture; nil when it is not there any more: a card is drawn
// without it.
func (s *Service) picture(ctx context.Context, key string) image.Image {
	if s.Picture == nil || key == "" {
		return nil
	}
	s.prints.mu.Lock()
	img := s.prints.pictures[key]
	s.prints.mu.Unlock()
	if img != nil {
		return img
	}
	img, err := s.Picture(ctx, key)
	if err != nil {
		return nil
	}
	s.prints.mu.Lock()
	defer s.prints.mu.Unlock()
	if s.prints.pictures == nil || len(s.prints.pictures) >= keptGrounds {
		s.prints.pictures = map[string]image.Image{}
	}
	s.prints.pictures[key] = img
	return img
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

// ground is what is the same on every card of a layout, to draw on.
func (s *Service) ground(ctx context.Context, t Layout) drawing.Picture {
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
		_ = l.draw(sheet{Picture: p, find: func(key string) image.Image { return s.picture(ctx, key) }}) // a layer that is the same everywhere has no link to refuse
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

// sheet is what layers are drawn on, with what they say.
type sheet struct {
	drawing.Picture
	facts  Facts
	fields map[string]string
	words  Wording
	link   string
	layers []Layer                      // all of the face
	find   func(key string) image.Image // nil: there is no such picture
}

func (l Layer) draw(p sheet) error {
	first, _ := hex(l.Color)
	second, _ := hex(l.Second)
	switch l.Kind {
	case "block":
		l.block(p.Picture, seen(first, 1-l.Shade/100))
	case "gradient":
		for y := range int(l.H) {
			p.Block(int(l.X), int(l.Y)+y, int(l.W), 1, mixed(first, second, float64(y)/max(1, l.H-1)))
		}
	case "picture":
		if img := p.find(l.Key); img != nil {
			p.Cover(img, int(l.X), int(l.Y), int(l.W), int(l.H), 1-l.Shade/100)
		}
	case "line":
		p.Block(int(l.X), int(l.Y), int(l.W), max(1, int(l.H)), first)
	case "voyage":
		water(p.Picture, l, p.facts)
	case "medal":
		medal(p.Picture, l, first, second)
	case "ring":
		ring(p.Picture, l, p.facts)
	case "mark":
		mark(p.Picture, l.X, l.Y, l.W, first, second)
	case "brand":
		l.brand(p, first)
	case "text":
		l.write(p.Picture, filled(l.Text, p.fields), first)
	case "facts":
		l.columns(p.Picture, p.facts.columns(), first, second)
	case "qr":
		side := int(l.W)
		p.Block(int(l.X)-8, int(l.Y)-8, side+16, side+16, color.RGBA{255, 255, 255, 255})
		return p.QR(int(l.X), int(l.Y), side, first, p.link)
	case "seal":
		seal(p.Picture, l, first, second)
	}
	return nil
}

func (l Layer) block(p drawing.Picture, col color.RGBA) {
	if l.Radius == 0 {
		p.Block(int(l.X), int(l.Y), int(l.W), int(l.H), col)
		return
	}
	p.Fill(drawing.Round(l.X, l.Y, l.W, l.H, l.Radius), col)
}

// mixed is a colour on the way from one to another.
func mixed(a, b color.RGBA, part float64) color.RGBA {
	m := func(x, y uint8) uint8 { return uint8(math.Round(float64(x) + (float64(y)-float64(x))*part)) }
	return color.RGBA{m(a.R, b.R), m(a.G, b.G), m(a.B, b.B), 255}
}

// write draws a text as set lays it out.
func (l Layer) write(p drawing.Picture, s string, col color.RGBA) {
	t, lines, y, leading := l.set(s, col)
	for i, line := range lines {
		if n := len([]rune(line)); l.Even && i < len(lines)-1 && n > 1 {
			one := t
			one.Spread += max(0, l.W-t.Wide(line)) / float64(n-1) / t.Size
			p.Write(l.X, y+float64(i)*leading, one, line)
			continue
		}
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

// set lays a text out within w: on one line smaller and smaller, or on several, the last
// one cut with an ellipsis when even the smallest is too long. y is the base line of the
// first.
func (l Layer) set(s string, col color.RGBA) (t drawing.Type, lines []string, y, leading float64) {
	t = drawing.Type{Size: l.Size, Bold: l.Bold / 1000, Spread: l.Spread / 1000, Color: col}
	least, most := l.Least, max(1, l.Lines)
	if least == 0 {
		least = l.Size
	}
	lines = []string{s}
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
			lines[most-1] = cut(lines[most-1]+"…", t, l.W)
		}
	}
	leading = t.Size * 1.4
	if l.Leading > 0 {
		leading = t.Size * l.Leading
	}
	// What takes several lines grows upwards from a smaller size, so that the foot stays.
	y = l.Y - float64(len(lines)-1)*leading
	if len(lines) == 1 || l.Lines == 0 || l.Even {
		y = l.Y // a paragraph grows downwards
	}
	return t, lines, y, leading
}

// cut shortens s with an ellipsis until it is no wider than wide.
func cut(s string, t drawing.Type, wide float64) string {
	if t.Wide(s) <= wide {
		return s
	}
	end := []rune(strings.TrimSuffix(s, "…"))
	for len(end) > 0 && t.Wide(string(end)+"…") > wide {
		end = end[:len(end)-1]
	}
	return string(end) + "…"
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
	rule := seen(second, .25)
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
