package card

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"zhizhou/internal/audit"
	"zhizhou/internal/db"
	"zhizhou/internal/errs"
	"zhizhou/internal/id"
	"zhizhou/internal/text"
)

// The refusals of the template centre.
var (
	ErrTemplate     = errs.New(errs.Invalid, "card_template_invalid", "请检查证据卡模板")
	ErrTemplateGone = errs.New(errs.NotFound, "card_template_gone", "没有这个证据卡模板")
	ErrVersion      = errs.New(errs.Conflict, "card_template_version", "模板刚被别人改过，请刷新后再改")
	ErrTried        = errs.New(errs.Conflict, "card_template_tried", "正在进行的实验在比较这个模板，先停止实验再改")
	ErrInUse        = errs.New(errs.Conflict, "card_template_on", "这个模板正在使用，请先停用")
)

// Kinds are the kinds of milestone.
var Kinds = []string{Lesson, Chapter, Quiz, Course, Days, Hours, Badge, Certificate}

// Template is a school's own way to draw cards.
type Template struct {
	ID        int64
	Name      string
	Status    string // "draft", "on" or "off"
	CourseID  int64  // 0: of all courses
	Course    string // its title
	KindsText string `db:"kinds"`
	PartnerID int64  // for who came by this person's shares; 0: for all
	Partner   string // that person's nickname
	Version   int64
	UpdatedAt int64
	Kinds     []string          `db:"-"` // none: all
	Layouts   map[string]Layout `db:"-"` // by face; in lists nil
}

const (
	templateColumns = `t.id, t.name, t.status, t.course_id, t.kinds, t.partner_id, t.version, t.updated_at, COALESCE((SELECT c.title FROM courses c WHERE c.id = t.course_id), '') AS course, COALESCE((SELECT u.nickname FROM users u WHERE u.id = t.partner_id), '') AS partner`
	mostTemplates   = 200
)

var (
	qTemplates      = db.Q("card/templates", `SELECT `+templateColumns+` FROM card_templates t WHERE (CAST($1 AS BIGINT) = 0 OR t.id < $1) ORDER BY t.id DESC LIMIT $2`)
	qTemplate       = db.Q("card/template", `SELECT `+templateColumns+` FROM card_templates t WHERE t.id = $1`)
	qTemplateCount  = db.Q("card/template_count", `SELECT COUNT(*) FROM card_templates`)
	qTemplateAdd    = db.Q("card/template_add", `INSERT INTO card_templates (id, name, status, course_id, kinds, partner_id, created_at, updated_at) VALUES ($1, $2, 'draft', $3, $4, $5, $6, $6)`)
	qTemplateChange = db.Q("card/template_change", `UPDATE card_templates SET name = $2, course_id = $3, kinds = $4, partner_id = $5, version = version + 1, updated_at = $6 WHERE id = $1 AND version = $7`)
	qTemplateSwitch = db.Q("card/template_switch", `UPDATE card_templates SET status = $2, version = version + 1, updated_at = $3 WHERE id = $1 AND status <> $2`)
	qTemplateDrop   = db.Q("card/template_drop", `DELETE FROM card_templates WHERE id = $1 AND status <> 'on'`)
	qLayouts        = db.Q("card/layouts", `SELECT face, layout FROM card_layouts WHERE template_id = $1`)
	qLayoutDrop     = db.Q("card/layout_drop", `DELETE FROM card_layouts WHERE template_id = $1`)
	qLayoutAdd      = db.Q("card/layout_add", `INSERT INTO card_layouts (template_id, face, layout) VALUES ($1, $2, $3)`)
	// What is for fewer cards goes before what is for more; of equals the newer.
	qLayoutFor = db.Q("card/layout_for", `SELECT l.layout FROM card_templates t JOIN card_layouts l ON l.template_id = t.id
		WHERE t.status = 'on' AND t.course_id IN (0, $1) AND t.partner_id IN (0, $2) AND (t.kinds = '' OR t.kinds LIKE $3) AND l.face IN ($4, $5)
		ORDER BY CASE WHEN t.partner_id > 0 THEN 0 ELSE 1 END, CASE WHEN t.course_id > 0 THEN 0 ELSE 1 END, CASE WHEN t.kinds <> '' THEN 0 ELSE 1 END, t.id DESC, CASE WHEN l.face = $4 THEN 0 ELSE 1 END LIMIT 1`)
)

// Templates lists a school's templates, the newest first, before an id.
func (s *Service) Templates(ctx context.Context, before int64, limit int) ([]Template, error) {
	var rows []Template
	err := s.DB.List(ctx, qTemplates, &rows, before, limit)
	for i := range rows {
		rows[i].Kinds = kindsOf(rows[i].KindsText)
	}
	return rows, err
}

// Template returns one with its layouts. Returns ErrTemplateGone.
func (s *Service) Template(ctx context.Context, templateID int64) (Template, error) {
	return template(ctx, s.DB, templateID)
}

func template(ctx context.Context, r db.Reader, templateID int64) (Template, error) {
	var t Template
	if err := r.Get(ctx, qTemplate, &t, templateID); err != nil {
		if errors.Is(err, db.ErrNone) {
			err = ErrTemplateGone
		}
		return t, err
	}
	var rows []struct{ Face, Layout string }
	if err := r.List(ctx, qLayouts, &rows, templateID); err != nil {
		return t, err
	}
	t.Kinds, t.Layouts = kindsOf(t.KindsText), map[string]Layout{}
	for _, x := range rows {
		l, err := layoutOf(x.Layout)
		if err != nil {
			return t, err
		}
		t.Layouts[x.Face] = l
	}
	return t, nil
}

func layoutOf(raw string) (Layout, error) {
	var l Layout
	if err := json.Unmarshal([]byte(raw), &l); err != nil {
		return l, fmt.Errorf("card: a layout: %w", err)
	}
	return l, nil
}

func kindsOf(s string) []string {
	out := strings.FieldsFunc(s, func(r rune) bool { return r == ',' })
	if out == nil {
		return []string{}
	}
	return out
}

func (t Template) check() error {
	if n := len([]rune(t.Name)); n < 1 || n > 30 {
		return ErrTemplate.Field("name", "名称为 1–30 个字")
	}
	for _, k := range t.Kinds {
		if !slices.Contains(Kinds, k) {
			return ErrTemplate.Field("kinds", "没有这种里程碑")
		}
	}
	for face, l := range t.Layouts {
		if !slices.Contains(Faces, face) || l.Square != strings.HasPrefix(face, Square) {
			return ErrTemplate.Field("layouts", "画幅不对")
		}
		if bad := l.Check(); bad != "" {
			return ErrTemplate.Field("layouts", faceNames[face]+"："+bad)
		}
	}
	for _, face := range []string{Portrait, Square} {
		if _, ok := t.Layouts[face]; !ok {
			return ErrTemplate.Field("layouts", "竖版和方版都要有")
		}
	}
	return nil
}

var faceNames = map[string]string{Portrait: "竖版", Square: "方版", PortraitDark: "深色竖版", SquareDark: "深色方版"}

// drawn is what the log keeps of a template: not each layer.
type drawn struct {
	Name      string   `json:"name"`
	CourseID  int64    `json:"course_id"`
	Kinds     []string `json:"kinds"`
	PartnerID int64    `json:"partner_id"`
	Layers    int      `json:"layers"`
}

func (t Template) drawn() drawn {
	d := drawn{t.Name, t.CourseID, t.Kinds, t.PartnerID, 0}
	for _, l := range t.Layouts {
		d.Layers += len(l.Layers)
	}
	return d
}

// SaveTemplate adds (ID 0, as a draft) or changes a template; cards that were shared show
// the change at once. Returns ErrTemplate, ErrTemplateGone, ErrVersion, ErrTried.
func (s *Service) SaveTemplate(ctx context.Context, t Template) (int64, error) {
	t.Name = text.Line(t.Name)
	if err := t.check(); err != nil {
		return 0, err
	}
	kinds := ""
	if len(t.Kinds) > 0 {
		kinds = "," + strings.Join(t.Kinds, ",") + ","
	}
	isNew := t.ID == 0
	if isNew {
		t.ID = id.New()
	}
	return t.ID, s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		var before any
		if isNew {
			var n int64
			if err := tx.Get(ctx, qTemplateCount, &n); err != nil {
				return err
			}
			if n >= mostTemplates {
				return ErrTemplate.Say("模板最多 200 个，请先删除不用的")
			}
			if _, err := tx.Exec(ctx, qTemplateAdd, t.ID, t.Name, t.CourseID, kinds, t.PartnerID, s.now()); err != nil {
				return err
			}
		} else {
			old, err := template(ctx, tx, t.ID)
			if err != nil {
				return err
			}
			before = old.drawn()
			if err := tried(ctx, tx, t.ID); err != nil {
				return err
			}
			n, err := tx.Exec(ctx, qTemplateChange, t.ID, t.Name, t.CourseID, kinds, t.PartnerID, s.now(), t.Version)
			if err != nil {
				return err
			}
			if n == 0 {
				return ErrVersion
			}
			if _, err := tx.Exec(ctx, qLayoutDrop, t.ID); err != nil {
				return err
			}
		}
		for _, face := range Faces {
			l, ok := t.Layouts[face]
			if !ok {
				continue
			}
			raw, err := json.Marshal(l)
			if err != nil {
				return fmt.Errorf("card: %w", err)
			}
			if _, err := tx.Exec(ctx, qLayoutAdd, t.ID, face, string(raw)); err != nil {
				return err
			}
		}
		return audit.Write(ctx, tx, s.Clock, "card.template", designTarget(t.ID), before, t.drawn(), "")
	})
}

// tried refuses to touch a template that a running experiment compares: what was counted
// and what is counted from now on would be of two pictures. Returns ErrTried.
func tried(ctx context.Context, tx *db.Tx, templateID int64) error {
	var n int64
	err := tx.Get(ctx, qTemplateInUse, &n, templateID)
	if err == nil && n > 0 {
		err = ErrTried
	}
	return err
}

func designTarget(templateID int64) string { return fmt.Sprintf("card_template:%d", templateID) }

// SwitchTemplate lets a template be drawn by from now on, or not any more. Returns
// ErrTemplateGone, ErrTried.
func (s *Service) SwitchTemplate(ctx context.Context, templateID int64, on bool) error {
	to := map[bool]string{true: "on", false: "off"}[on]
	return s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		var n int64
		if err := tx.Get(ctx, qTemplateControls, &n, templateID); err != nil {
			return err
		}
		if n > 0 {
			return ErrTried.Say("正在进行的实验要和现在的画法比较，先停止实验再启用或停用模板")
		}
		n, err := tx.Exec(ctx, qTemplateSwitch, templateID, to, s.now())
		if err != nil {
			return err
		}
		if n == 0 {
			return ErrTemplateGone.Say("模板已经是这个状态，或不存在")
		}
		return audit.Write(ctx, tx, s.Clock, "card.template_"+to, designTarget(templateID), nil, map[string]any{"status": to}, "")
	})
}

// DropTemplate removes a template that no card is drawn by. Returns ErrTemplateGone,
// ErrInUse, ErrTried.
func (s *Service) DropTemplate(ctx context.Context, templateID int64) error {
	return s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		old, err := template(ctx, tx, templateID)
		if err != nil {
			return err
		}
		if old.Status == "on" {
			return ErrInUse
		}
		if err := tried(ctx, tx, templateID); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, qLayoutDrop, templateID); err != nil {
			return err
		}
		n, err := tx.Exec(ctx, qTemplateDrop, templateID)
		if err != nil {
			return err
		}
		if n == 0 {
			return ErrInUse
		}
		return audit.Write(ctx, tx, s.Clock, "card.template_delete", designTarget(templateID), old.drawn(), nil, "")
	})
}

// Face is how a face of a card is drawn now, and what it says beside its facts: by the
// school's own template that suits it best, or else the house's. A dark face that a
// template lacks is drawn light.
func (s *Service) Face(ctx context.Context, c Card, face, school string) (Layout, Wording, error) {
	w := Wording{Name: c.Name, School: school}
	said, ok, err := s.Said(ctx, c)
	if err != nil {
		return Layout{}, w, err
	}
	if ok {
		w.Note, w.Mentor = said.Body, said.Mentor
	}
	b, err := s.Partner(ctx, c)
	if err != nil {
		return Layout{}, w, err
	}
	w.Brand, w.Logo = b.Name, b.Logo
	v, err := s.Variant(ctx, c)
	if err != nil {
		return Layout{}, w, err
	}
	var raw string
	if v.TemplateID > 0 {
		err = s.DB.Get(ctx, qLayoutOf, &raw, v.TemplateID, face, lightOf(face))
		if err == nil {
			l, err := layoutOf(raw)
			return l, w, err
		}
		if !errors.Is(err, db.ErrNone) {
			return Layout{}, w, err
		}
	}
	err = s.DB.Get(ctx, qLayoutFor, &raw, c.CourseID, b.PartnerID, "%,"+c.Kind+",%", face, lightOf(face))
	if errors.Is(err, db.ErrNone) {
		return houseLayout(houseFor(c.Kind), face), w, nil
	}
	if err != nil {
		return Layout{}, w, err
	}
	l, err := layoutOf(raw)
	return l, w, err
}

// Partner is who stands beside the school on a card now, in its picture and on its page;
// nobody does on one that was revoked.
func (s *Service) Partner(ctx context.Context, c Card) (Brand, error) {
	if s.Beside == nil || c.RevokedAt > 0 {
		return Brand{}, nil
	}
	return s.Beside(ctx, c.UserID)
}

// Specimen draws a layout with the facts of nobody, as the template centre shows it.
// Returns ErrTemplate.
func (s *Service) Specimen(ctx context.Context, l Layout, kind, school string) ([]byte, error) {
	if bad := l.Check(); bad != "" {
		return nil, ErrTemplate.Field("layouts", bad)
	}
	f, w := specimen(kind)
	w.School = school
	p, err := s.draw(ctx, f, l, w, s.URL(f.Code))
	if err != nil {
		return nil, err
	}
	return p.PNG()
}

// specimen are facts as somebody's might be: long enough to see what does not fit.
func specimen(kind string) (Facts, Wording) {
	f := Facts{
		Kind: kind, Code: "7F3K92QDMXYZ", CourseID: 1, CourseTitle: "把话写清楚", Teacher: "沈牧之", Lessons: 20, LessonsAll: 20, StudyMS: 34_560_000, ScorePermille: 920,
		Days: 26, Span: 28, From: 20261102, Until: 20261129, Daily: []int64{12, 20, 9, 0, 31, 18, 22, 25, 0, 14, 40, 33, 12, 8, 19, 22, 0, 27, 30, 16, 44, 12, 9, 21, 26, 18, 33, 29}, IssuedAt: 1_795_900_000_000,
	}
	switch kind {
	case Lesson:
		f.Part, f.Lessons, f.StudyMS, f.ScorePermille, f.Days, f.Span, f.Daily = "一份稿子，改三遍", 7, 720_000, -1, 1, 1, []int64{12}
	case Quiz:
		f.Part, f.ScorePermille = "第一章小测", 875
	case Chapter:
		f.Part = "写给忙的人"
	case Certificate:
		f.Part = "结课证书"
	case Hours:
		f.PartID, f.CourseTitle, f.LessonsAll, f.ScorePermille = 100, "", 0, -1
	case Days:
		f.Part, f.CourseTitle, f.Lessons, f.LessonsAll, f.Days, f.Span, f.Daily = "落笔人", "28 天清晰表达", 0, 0, 12, 14, f.Daily[:14]
		f.Kept = []int64{1, 2, 3, 5, 6, 7, 8, 9, 10, 12, 13, 14}
	case Badge:
		f.Part = "落笔人"
	}
	return f, Wording{
		Name: "江小满", Mentor: "沈牧之", Brand: "大路书院",
		Note: "你最后交的那封信，只有一百四十个字，我读完就知道该做什么。四周里你改了十一稿，每一稿都在替读的人省力气，这比写得漂亮更难得。往后写东西，不妨先停半分钟，想想那个要读它的人：他在忙什么，他要决定什么。",
	}
}
