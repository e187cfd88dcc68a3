package console

import (
	"bytes"
	"context"
	"encoding/base64"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"zhizhou/internal/account"
	"zhizhou/internal/card"
	"zhizhou/internal/setting"
	"zhizhou/internal/web"
)

// CardTemplateInput is what the editor of a template saves.
type CardTemplateInput struct {
	Version   int64                  `json:"version"`
	Name      string                 `json:"name" maxLength:"100"`
	CourseID  int64                  `json:"course_id" minimum:"0" doc:"0: of all courses"`
	Kinds     []string               `json:"kinds" nullable:"false" maxItems:"8" doc:"Milestones; none: all"`
	PartnerID int64                  `json:"partner_id" minimum:"0" doc:"A user: for who came by their shares; 0: for all"`
	Layouts   map[string]card.Layout `json:"layouts" doc:"By face: portrait, square, and dark ones if there are"`
}

// CardTemplateRow is a template in the list.
type CardTemplateRow struct {
	ID        int64    `json:"id"`
	Name      string   `json:"name"`
	Status    string   `json:"status" enum:"draft,on,off"`
	CourseID  int64    `json:"course_id"`
	Course    string   `json:"course"`
	Kinds     []string `json:"kinds" nullable:"false"`
	PartnerID int64    `json:"partner_id"`
	Partner   string   `json:"partner" doc:"The partner's nickname"`
	UpdatedAt int64    `json:"updated_at"`
}

// CardTemplateDetail is a template in its editor.
type CardTemplateDetail struct {
	ID     int64  `json:"id"`
	Status string `json:"status" enum:"draft,on,off"`
	Course string `json:"course"`
	// The partner's nickname.
	Partner string `json:"partner"`
	CardTemplateInput
}

// HouseTemplate is one to begin from.
type HouseTemplate struct {
	Name    string                 `json:"name"`
	Layouts map[string]card.Layout `json:"layouts"`
}

// CardPreview is a layout drawn with the facts of nobody.
type CardPreview struct {
	Image string `json:"image" doc:"data: address of a PNG"`
}

// DeskCardView is a card as staff see it.
type DeskCardView struct {
	ID           int64  `json:"id"`
	Code         string `json:"code"`
	UserID       int64  `json:"user_id"`
	Nickname     string `json:"nickname"`
	Kind         string `json:"kind" enum:"lesson,chapter,quiz,course,days,hours,badge,certificate"`
	Lead         string `json:"lead"`
	Title        string `json:"title"`
	CourseID     int64  `json:"course_id"`
	CourseTitle  string `json:"course_title"`
	Teacher      string `json:"teacher"`
	RevokedAt    int64  `json:"revoked_at"`
	RevokeReason string `json:"revoke_reason"`
	IssuedAt     int64  `json:"issued_at"`
	Mentor       string `json:"mentor"`
	Note         string `json:"note"`
	NoteState    string `json:"note_state" enum:"draft,approved," doc:"Empty: there is none"`
	NoteVersion  int64  `json:"note_version"`
	Voice        bool   `json:"voice" doc:"The mentor also said something aloud"`
}

// NoteChoice names a card's note as it was read.
type NoteChoice struct {
	ID      int64 `json:"id" doc:"Of the card"`
	Version int64 `json:"version"`
}

// MentorPattern is a template of mentor notes.
type MentorPattern struct {
	ID int64 `json:"id"`
	MentorPatternInput
}

// MentorPatternInput is what the form of such a template saves.
type MentorPatternInput struct {
	Version  int64  `json:"version"`
	Name     string `json:"name" maxLength:"100"`
	Text     string `json:"body" maxLength:"1200" doc:"With fields in braces"`
	CourseID int64  `json:"course_id" minimum:"0" doc:"0: for all courses"`
}

// FilledView says what became of filling a template of notes.
type FilledView struct {
	Made  int   `json:"made"`
	Unfit int   `json:"unfit" doc:"They lack a fact that it names, or it is no paragraph of 100–150 characters with theirs"`
	Next  int64 `json:"next" doc:"To go on from; 0: that was all"`
}

func (r *routes) cardTemplates() {
	const tag = "console card"
	web.Handle(r.web, route("card_templates", http.MethodGet, "card-templates", "The school's own templates of evidence cards, the newest first", tag, account.PermCourseRead),
		func(ctx context.Context, in *struct{ web.PageQuery }) (*web.Body[web.List[CardTemplateRow]], error) {
			before, err := in.Keys(1)
			if err != nil {
				return nil, err
			}
			rows, err := r.Card.Templates(ctx, first(before), in.Limit+1)
			return web.Answer(web.Page(rows, in.Limit, func(t card.Template) CardTemplateRow {
				return CardTemplateRow{t.ID, t.Name, t.Status, t.CourseID, t.Course, t.Kinds, t.PartnerID, t.Partner, t.UpdatedAt}
			}, func(t card.Template) []int64 { return []int64{t.ID} })), err
		})
	web.Handle(r.web, route("card_houses", http.MethodGet, "card-houses", "Templates of the house, to begin from", tag, account.PermCourseRead),
		func(context.Context, *none) (*web.Body[web.List[HouseTemplate]], error) {
			v := web.List[HouseTemplate]{Items: []HouseTemplate{}}
			for _, h := range card.Houses() {
				v.Items = append(v.Items, HouseTemplate{h.Name, h.Layouts})
			}
			return web.Answer(v), nil
		})
	web.Handle(r.web, route("card_template", http.MethodGet, "card-templates/{id}", "A template with its layouts", tag, account.PermCourseRead),
		func(ctx context.Context, in *ByID) (*web.Body[CardTemplateDetail], error) {
			t, err := r.Card.Template(ctx, in.ID)
			return web.Answer(CardTemplateDetail{t.ID, t.Status, t.Course, t.Partner, CardTemplateInput{t.Version, t.Name, t.CourseID, t.Kinds, t.PartnerID, t.Layouts}}), err
		})
	web.Handle(r.web, route("card_template_save", http.MethodPut, "card-templates/{id}", "Add (0) or change a template; cards show the change at once", tag, account.PermCoursePublish),
		func(ctx context.Context, in *struct {
			ByID
			Body CardTemplateInput
		},
		) (*web.Body[Made], error) {
			b := in.Body
			n, err := r.Card.SaveTemplate(ctx, card.Template{ID: in.ID, Version: b.Version, Name: b.Name, CourseID: b.CourseID, Kinds: b.Kinds, PartnerID: b.PartnerID, Layouts: b.Layouts})
			return web.Answer(Made{n}), err
		})
	web.Handle(r.web, quiet(route("card_template_switch", http.MethodPost, "card-templates/{id}/switch", "Draw cards by a template, or not any more", tag, account.PermCoursePublish)),
		func(ctx context.Context, in *struct {
			ByID
			Body struct {
				On bool `json:"on"`
			}
		},
		) (*none, error) {
			return nil, r.Card.SwitchTemplate(ctx, in.ID, in.Body.On)
		})
	web.Handle(r.web, route("card_template_delete", http.MethodDelete, "card-templates/{id}", "Remove a template that is not in use", tag, account.PermCoursePublish),
		func(ctx context.Context, in *ByID) (*none, error) { return nil, r.Card.DropTemplate(ctx, in.ID) })
	web.Handle(r.web, route("card_preview", http.MethodPost, "card-preview", "Draw a layout with the facts of nobody", tag, account.PermCourseRead),
		func(ctx context.Context, in *struct {
			Body struct {
				Kind   string      `json:"kind" enum:"lesson,chapter,quiz,course,days,hours,badge,certificate"`
				Layout card.Layout `json:"layout"`
			}
		},
		) (*web.Body[CardPreview], error) {
			s := setting.NewShop()
			if _, err := r.Settings.Load(ctx, s); err != nil {
				return nil, err
			}
			raw, err := r.Card.Specimen(ctx, in.Body.Layout, in.Body.Kind, s.Name)
			return web.Answer(CardPreview{"data:image/png;base64," + base64.StdEncoding.EncodeToString(raw)}), err
		})
}

func (r *routes) deskCards() {
	const tag = "console card"
	web.Handle(r.web, route("cards", http.MethodGet, "cards", "Evidence cards with what their mentors say, the newest first", tag, account.PermMentor),
		func(ctx context.Context, in *struct {
			web.PageQuery
			CourseID int64  `query:"course_id" minimum:"0" doc:"0: all"`
			Kind     string `query:"kind" enum:"lesson,chapter,quiz,course,days,hours,badge,certificate,"`
			Note     string `query:"note" enum:"none,draft,approved,"`
			Code     string `query:"code" maxLength:"20"`
		},
		) (*web.Body[web.List[DeskCardView]], error) {
			before, err := in.Keys(1)
			if err != nil {
				return nil, err
			}
			rows, err := r.Card.Desk(ctx, card.Sift{Scope: classScope(ctx), CourseID: in.CourseID, Kind: in.Kind, Note: in.Note, Code: in.Code}, first(before), in.Limit+1)
			return web.Answer(web.Page(rows, in.Limit, deskCard, func(c card.DeskCard) []int64 { return []int64{c.ID} })), err
		})
	web.Handle(r.web, quiet(route("card_revoke", http.MethodPost, "cards/{id}/revoke", "Take an evidence card back, for good", tag, account.PermCoursePublish)),
		func(ctx context.Context, in *struct {
			ByID
			Body struct {
				Reason string `json:"reason" maxLength:"600"`
			}
		},
		) (*none, error) {
			return nil, r.Card.Revoke(ctx, scope(ctx), in.ID, in.Body.Reason)
		})
	web.Handle(r.web, quiet(route("mentor_note_save", http.MethodPut, "cards/{id}/note", "What a mentor says on a card; to be approved again", tag, account.PermMentor)),
		func(ctx context.Context, in *struct {
			ByID
			Body struct {
				Version int64  `json:"version" minimum:"0" doc:"That was read; 0: there was none"`
				Mentor  string `json:"mentor" maxLength:"80"`
				Text    string `json:"body" maxLength:"800"`
			}
		},
		) (*none, error) {
			return nil, r.Card.Write(ctx, classScope(ctx), in.ID, in.Body.Version, in.Body.Mentor, in.Body.Text)
		})
	web.Handle(r.web, route("mentor_notes_approve", http.MethodPost, "mentor-notes/approve", "Show notes to everybody who sees their cards", tag, account.PermMentor),
		func(ctx context.Context, in *struct {
			Body struct {
				Items []NoteChoice `json:"items" nullable:"false" minItems:"1" maxItems:"100"`
			}
		},
		) (*web.Body[DecidedView], error) {
			list := make([]card.Choice, len(in.Body.Items))
			for i, x := range in.Body.Items {
				list[i] = card.Choice{CardID: x.ID, Version: x.Version}
			}
			n, err := r.Card.Approve(ctx, classScope(ctx), list)
			return web.Answer(DecidedView{n, len(list) - n}), err
		})
	web.Handle(r.web, route("mentor_notes_fill", http.MethodPost, "mentor-notes/fill", "Write drafts by a template for cards without a note, 200 at once", tag, account.PermMentor),
		func(ctx context.Context, in *struct {
			Body struct {
				PatternID int64  `json:"pattern_id"`
				CourseID  int64  `json:"course_id,omitempty" minimum:"0" doc:"0: all"`
				Kind      string `json:"kind,omitempty" enum:"lesson,chapter,quiz,course,days,hours,badge,certificate,"`
				Mentor    string `json:"mentor,omitempty" maxLength:"80" doc:"Empty: the course's instructor"`
				After     int64  `json:"after,omitempty" minimum:"0"`
			}
		},
		) (*web.Body[FilledView], error) {
			b := in.Body
			x, err := r.Card.Fill(ctx, card.Sift{Scope: classScope(ctx), CourseID: b.CourseID, Kind: b.Kind}, b.PatternID, b.After, b.Mentor)
			return web.Answer(FilledView(x)), err
		})
	voice := quiet(route("mentor_voice", http.MethodPost, "cards/{id}/voice", "What a mentor said aloud for a card; the body is an audio file", tag, account.PermMentor))
	voice.MaxBytes, voice.Timeout = 11<<20, 2*time.Minute
	web.Handle(r.web, voice, func(ctx context.Context, in *struct {
		ByID
		Name    string `query:"name" required:"true" maxLength:"150"`
		Version int64  `query:"version" minimum:"1"`
		RawBody []byte `contentType:"application/octet-stream"`
	},
	) (*none, error) {
		return nil, r.Card.Speak(ctx, classScope(ctx), in.ID, in.Version, in.Name, bytes.NewReader(in.RawBody))
	})
	web.Handle(r.web, route("mentor_voice_get", http.MethodGet, "cards/{id}/voice", "What a mentor said aloud, also before it is approved", tag, account.PermMentor),
		func(ctx context.Context, in *ByID) (*huma.StreamResponse, error) {
			key, mime, err := r.Card.Voice(ctx, classScope(ctx), in.ID)
			if err != nil {
				return nil, err
			}
			body, _, err := r.Media.Open(ctx, key)
			if err != nil {
				return nil, err
			}
			return web.Download("voice", mime, body), nil
		})
	web.Handle(r.web, route("mentor_voice_drop", http.MethodDelete, "cards/{id}/voice", "Take what was said aloud away", tag, account.PermMentor),
		func(ctx context.Context, in *struct {
			ByID
			Version int64 `query:"version" minimum:"1"`
		},
		) (*none, error) {
			return nil, r.Card.Speak(ctx, classScope(ctx), in.ID, in.Version, "", nil)
		})
	r.mentorPatterns(tag)
}

func (r *routes) mentorPatterns(tag string) {
	web.Handle(r.web, route("mentor_patterns", http.MethodGet, "mentor-patterns", "Templates of mentor notes", tag, account.PermMentor),
		func(ctx context.Context, in *struct {
			CourseID int64 `query:"course_id" minimum:"0" doc:"0: all there are"`
		},
		) (*web.Body[web.List[MentorPattern]], error) {
			rows, err := r.Card.Patterns(ctx, classScope(ctx), in.CourseID)
			v := web.List[MentorPattern]{Items: []MentorPattern{}}
			for _, p := range rows {
				v.Items = append(v.Items, MentorPattern{p.ID, MentorPatternInput{p.Version, p.Name, p.Body, p.CourseID}})
			}
			return web.Answer(v), err
		})
	web.Handle(r.web, route("mentor_pattern_save", http.MethodPut, "mentor-patterns/{id}", "Add (0) or change a template of mentor notes; what was written stays", tag, account.PermCourseEdit),
		func(ctx context.Context, in *struct {
			ByID
			Body MentorPatternInput
		},
		) (*web.Body[Made], error) {
			b := in.Body
			n, err := r.Card.SavePattern(ctx, scope(ctx), card.Pattern{ID: in.ID, Version: b.Version, Name: b.Name, Body: b.Text, CourseID: b.CourseID})
			return web.Answer(Made{n}), err
		})
	web.Handle(r.web, route("mentor_pattern_delete", http.MethodDelete, "mentor-patterns/{id}", "Remove a template of mentor notes", tag, account.PermCoursePublish),
		func(ctx context.Context, in *ByID) (*none, error) { return nil, r.Card.DropPattern(ctx, in.ID) })
}

func deskCard(c card.DeskCard) DeskCardView {
	lead, title := c.Facts.Words()
	return DeskCardView{
		ID: c.ID, Code: c.Code, UserID: c.UserID, Nickname: c.Nickname, Kind: c.Kind, Lead: lead, Title: title, CourseID: c.CourseID, CourseTitle: c.Facts.CourseTitle, Teacher: c.Facts.Teacher,
		RevokedAt: c.RevokedAt, RevokeReason: c.RevokeReason, IssuedAt: c.IssuedAt, Mentor: c.Mentor, Note: c.Note, NoteState: c.NoteState, NoteVersion: c.NoteVersion, Voice: c.VoiceKey != "",
	}
}
