package card

// templates are the house's own, in the form in which a school's are kept.
var templates = map[string]string{
	"voyage": `{"name": "远航", "layers": [
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
		{"kind": "qr", "x": 80, "y": 1252, "w": 148, "color": "#12382F"},
		{"kind": "text", "x": 256, "y": 1312, "w": 560, "size": 28, "color": "#5C5346", "text": "长按或扫码，核验这份学习记录"},
		{"kind": "text", "x": 256, "y": 1358, "w": 560, "size": 28, "color": "#1F2329", "text": "编号 {code}　签发 {issued}"},
		{"kind": "seal", "x": 888, "y": 1268, "w": 112, "color": "#B23A22", "second": "#FBF7F0"}
	]}`,
	"voyage_square": `{"name": "远航", "square": true, "layers": [
		{"kind": "block", "x": 0, "y": 0, "w": 1080, "h": 1080, "color": "#FBF7F0"},
		{"kind": "voyage", "x": 0, "y": 0, "w": 1080, "h": 440},
		{"kind": "mark", "x": 80, "y": 44, "w": 58, "color": "#1F6F5C", "second": "#82ADA0"},
		{"kind": "text", "x": 152, "y": 91, "w": 560, "size": 40, "least": 28, "bold": 30, "spread": 80, "color": "#185A4B", "text": "{school}"},
		{"kind": "text", "x": 1000, "y": 87, "size": 28, "spread": 120, "align": "right", "color": "#5C5346", "text": "学习证据卡"},
		{"kind": "text", "x": 80, "y": 512, "w": 920, "size": 32, "least": 28, "color": "#5C5346", "text": "{learner}　{lead}"},
		{"kind": "text", "x": 78, "y": 622, "w": 924, "size": 88, "least": 48, "lines": 1, "bold": 45, "spread": 20, "color": "#1F2329", "text": "{title}"},
		{"kind": "text", "x": 80, "y": 682, "w": 920, "size": 30, "least": 28, "color": "#5C5346", "text": "{sub}"},
		{"kind": "facts", "x": 80, "y": 724, "w": 920, "h": 148, "size": 52, "color": "#185A4B", "second": "#5C5346"},
		{"kind": "qr", "x": 80, "y": 904, "w": 140, "color": "#12382F"},
		{"kind": "text", "x": 246, "y": 962, "w": 560, "size": 28, "color": "#5C5346", "text": "扫码核验这份学习记录"},
		{"kind": "text", "x": 246, "y": 1008, "w": 560, "size": 28, "color": "#1F2329", "text": "编号 {code}　签发 {issued}"},
		{"kind": "seal", "x": 888, "y": 916, "w": 112, "color": "#B23A22", "second": "#FBF7F0"}
	]}`,
}
