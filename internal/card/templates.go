package card

import (
	"encoding/json"
	"fmt"
	"strings"
)

// The faces of a template.
const (
	Portrait     = "portrait"
	Square       = "square"
	PortraitDark = "portrait_dark"
	SquareDark   = "square_dark"
)

// Faces are all faces, the light ones first; a template has those at least.
var Faces = []string{Portrait, Square, PortraitDark, SquareDark}

// lightOf is the face that is drawn when a dark one is missing.
func lightOf(face string) string { return strings.TrimSuffix(face, "_dark") }

// House is a template of the house.
type House struct {
	Name    string
	Layouts map[string]Layout
}

// Houses are the templates that come with the house; a school's own begin from them.
func Houses() []House {
	out := make([]House, len(houses))
	for i, h := range houses {
		out[i] = House{h.name, map[string]Layout{}}
		for _, face := range Faces {
			out[i].Layouts[face] = houseLayout(h.base, face)
		}
	}
	return out
}

var houses = []struct{ name, base string }{{"远航", "voyage"}, {"徽章", "medal"}}

// houseFor is the template of the house that suits a kind of milestone.
func houseFor(kind string) string {
	if kind == Days || kind == Badge {
		return "medal"
	}
	return "voyage"
}

func houseLayout(base, face string) Layout {
	raw := layouts[base+"_"+lightOf(face)]
	if strings.HasSuffix(face, "_dark") {
		raw = nightly.Replace(raw)
	}
	var t Layout
	if err := json.Unmarshal([]byte(raw), &t); err != nil {
		panic(fmt.Sprintf("card: template %s: %v", base, err)) // part of the binary; a test draws each
	}
	return t
}

// nightly turns a drawing of the house to dark: paper to pine, ink to paper. The code
// stays dark on white, so that it can be read.
var nightly = strings.NewReplacer(
	`"kind": "voyage"`, `"kind": "voyage", "dark": true`,
	"#FBF7F0", "#10241E", "#1F2329", "#F3ECDF", "#5C5346", "#B4C3BB", "#185A4B", "#9CCBBB", "#1F6F5C", "#9CCBBB", "#E0D4C0", "#2E4A41",
)

// layouts are the drawings of the house, in the form in which a school's are kept.
var layouts = map[string]string{
	"voyage_portrait": `{"layers": [
		{"kind": "block", "x": 0, "y": 0, "w": 1080, "h": 1440, "color": "#FBF7F0"},
		{"kind": "voyage", "x": 0, "y": 0, "w": 1080, "h": 540},
		{"kind": "mark", "x": 80, "y": 60, "w": 58, "color": "#1F6F5C", "second": "#82ADA0"},
		{"kind": "text", "x": 152, "y": 107, "w": 560, "size": 40, "least": 28, "bold": 30, "spread": 80, "color": "#185A4B", "text": "{school}"},
		{"kind": "text", "x": 1000, "y": 103, "size": 28, "spread": 120, "align": "right", "color": "#5C5346", "text": "学习证据卡"},
		{"kind": "text", "x": 80, "y": 522, "w": 640, "size": 28, "color": "#DCEBE4", "text": "{water}"},
		{"kind": "text", "x": 1000, "y": 522, "size": 28, "align": "right", "color": "#DCEBE4", "text": "{period}"},
		{"kind": "text", "x": 80, "y": 602, "w": 920, "size": 32, "least": 28, "color": "#5C5346", "text": "{learner}　{lead}"},
		{"kind": "text", "x": 78, "y": 734, "w": 924, "size": 96, "least": 48, "lines": 2, "second_size": 56, "leading": 1.16, "bold": 45, "spread": 20, "color": "#1F2329", "text": "{title}"},
		{"kind": "text", "x": 80, "y": 796, "w": 920, "size": 32, "least": 28, "color": "#5C5346", "text": "{sub}"},
		{"kind": "facts", "x": 80, "y": 850, "w": 920, "h": 160, "size": 56, "color": "#185A4B", "second": "#5C5346"},
		{"kind": "text", "x": 80, "y": 1056, "w": 920, "size": 30, "least": 28, "lines": 5, "leading": 1.5, "even": true, "color": "#1F2329", "text": "{note}"},
		{"kind": "brand", "x": 264, "y": 60, "w": 56, "size": 30, "color": "#185A4B"},
		{"kind": "qr", "x": 80, "y": 1262, "w": 148, "color": "#12382F"},
		{"kind": "text", "x": 256, "y": 1322, "w": 560, "size": 28, "color": "#5C5346", "text": "签发 {issued}　长按或扫码核验"},
		{"kind": "text", "x": 256, "y": 1368, "w": 560, "size": 28, "color": "#1F2329", "text": "编号 {code}"},
		{"kind": "seal", "x": 888, "y": 1278, "w": 112, "color": "#B23A22", "second": "#FBF7F0"}
	]}`,
	"voyage_square": `{"square": true, "layers": [
		{"kind": "block", "x": 0, "y": 0, "w": 1080, "h": 1080, "color": "#FBF7F0"},
		{"kind": "voyage", "x": 0, "y": 0, "w": 1080, "h": 440},
		{"kind": "mark", "x": 80, "y": 44, "w": 58, "color": "#1F6F5C", "second": "#82ADA0"},
		{"kind": "text", "x": 152, "y": 91, "w": 560, "size": 40, "least": 28, "bold": 30, "spread": 80, "color": "#185A4B", "text": "{school}"},
		{"kind": "text", "x": 1000, "y": 87, "size": 28, "spread": 120, "align": "right", "color": "#5C5346", "text": "学习证据卡"},
		{"kind": "text", "x": 80, "y": 512, "w": 920, "size": 32, "least": 28, "color": "#5C5346", "text": "{learner}　{lead}"},
		{"kind": "text", "x": 78, "y": 622, "w": 924, "size": 88, "least": 48, "lines": 1, "bold": 45, "spread": 20, "color": "#1F2329", "text": "{title}"},
		{"kind": "text", "x": 80, "y": 682, "w": 920, "size": 30, "least": 28, "color": "#5C5346", "text": "{sub}"},
		{"kind": "facts", "x": 80, "y": 724, "w": 920, "h": 148, "size": 52, "color": "#185A4B", "second": "#5C5346"},
		{"kind": "brand", "x": 264, "y": 44, "w": 56, "size": 30, "color": "#185A4B"},
		{"kind": "qr", "x": 80, "y": 904, "w": 140, "color": "#12382F"},
		{"kind": "text", "x": 246, "y": 962, "w": 560, "size": 28, "color": "#5C5346", "text": "签发 {issued}　扫码核验"},
		{"kind": "text", "x": 246, "y": 1008, "w": 560, "size": 28, "color": "#1F2329", "text": "编号 {code}"},
		{"kind": "seal", "x": 888, "y": 916, "w": 112, "color": "#B23A22", "second": "#FBF7F0"}
	]}`,
	"medal_portrait": `{"layers": [
		{"kind": "medal", "x": 0, "y": 0, "w": 1080, "h": 850, "color": "#12463A", "second": "#FBF7F0"},
		{"kind": "block", "x": 0, "y": 850, "w": 1080, "h": 590, "color": "#FBF7F0"},
		{"kind": "mark", "x": 64, "y": 46, "w": 56, "color": "#F2DCA6", "second": "#B9A878"},
		{"kind": "text", "x": 134, "y": 92, "w": 330, "size": 38, "least": 28, "bold": 30, "spread": 80, "color": "#FFFBF3", "text": "{school}"},
		{"kind": "text", "x": 1016, "y": 90, "size": 30, "spread": 100, "align": "right", "bold": 20, "color": "#F2DCA6", "text": "学习证据卡"},
		{"kind": "ring", "x": 0, "y": 0, "w": 1080, "h": 850},
		{"kind": "text", "x": 547, "y": 467, "w": 310, "size": 50, "least": 28, "bold": 45, "spread": 120, "align": "center", "color": "#FFFBF3", "text": "{medal}"},
		{"kind": "text", "x": 540, "y": 710, "w": 960, "size": 76, "least": 30, "bold": 45, "align": "center", "color": "#F2DCA6", "text": "{learner}　{lead}"},
		{"kind": "text", "x": 540, "y": 778, "w": 960, "size": 32, "least": 28, "align": "center", "color": "#CFE2DB", "text": "{title}　{sub}"},
		{"kind": "facts", "x": 72, "y": 866, "w": 936, "h": 144, "size": 56, "color": "#185A4B", "second": "#5C5346"},
		{"kind": "text", "x": 72, "y": 1062, "w": 936, "size": 30, "least": 28, "lines": 5, "leading": 1.5, "even": true, "color": "#1F2329", "text": "{note}"},
		{"kind": "brand", "x": 72, "y": 1268, "w": 48, "size": 28, "color": "#1F2329"},
		{"kind": "text", "x": 72, "y": 1358, "w": 720, "size": 28, "color": "#5C5346", "text": "{issued} 颁　·　编号 {code}"},
		{"kind": "text", "x": 72, "y": 1398, "w": 720, "size": 28, "color": "#185A4B", "text": "扫码核验，数据由服务器计时，任何人可查"},
		{"kind": "qr", "x": 860, "y": 1262, "w": 140, "color": "#12382F"}
	]}`,
	"medal_square": `{"square": true, "layers": [
		{"kind": "medal", "x": 0, "y": 0, "w": 1080, "h": 800, "color": "#12463A", "second": "#FBF7F0"},
		{"kind": "block", "x": 0, "y": 800, "w": 1080, "h": 280, "color": "#FBF7F0"},
		{"kind": "mark", "x": 64, "y": 46, "w": 56, "color": "#F2DCA6", "second": "#B9A878"},
		{"kind": "text", "x": 134, "y": 92, "w": 330, "size": 38, "least": 28, "bold": 30, "spread": 80, "color": "#FFFBF3", "text": "{school}"},
		{"kind": "text", "x": 1016, "y": 90, "size": 30, "spread": 100, "align": "right", "bold": 20, "color": "#F2DCA6", "text": "学习证据卡"},
		{"kind": "ring", "x": 0, "y": 0, "w": 1080, "h": 800},
		{"kind": "text", "x": 546, "y": 440, "w": 290, "size": 46, "least": 28, "bold": 45, "spread": 120, "align": "center", "color": "#FFFBF3", "text": "{medal}"},
		{"kind": "text", "x": 540, "y": 668, "w": 960, "size": 64, "least": 30, "bold": 45, "align": "center", "color": "#F2DCA6", "text": "{learner}　{lead}"},
		{"kind": "text", "x": 540, "y": 730, "w": 960, "size": 30, "least": 28, "align": "center", "color": "#CFE2DB", "text": "{title}　{sub}"},
		{"kind": "facts", "x": 72, "y": 806, "w": 936, "h": 126, "size": 48, "color": "#185A4B", "second": "#5C5346"},
		{"kind": "brand", "x": 72, "y": 938, "w": 40, "size": 28, "color": "#1F2329"},
		{"kind": "text", "x": 72, "y": 1008, "w": 740, "size": 28, "color": "#5C5346", "text": "{issued} 颁　·　编号 {code}"},
		{"kind": "text", "x": 72, "y": 1048, "w": 740, "size": 28, "color": "#185A4B", "text": "扫码核验，任何人可查"},
		{"kind": "qr", "x": 880, "y": 942, "w": 124, "color": "#12382F"}
	]}`,
}
