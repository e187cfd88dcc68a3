package learner

import (
	"context"
	"net/http"

	"zhizhou/internal/note"
	"zhizhou/internal/web"
)

// PlaceInput is where in a lesson something is written.
type PlaceInput struct {
	Place string `json:"place,omitempty" enum:"none,time,page,chapter,text" doc:"time: of a video; text: of an article, found by the quote"`
	At    int64  `json:"at,omitempty" minimum:"0" doc:"time: ms; page and chapter: from 1"`
	Quote string `json:"quote,omitempty" maxLength:"2000"`
}

func (p PlaceInput) place() note.Place { return note.Place{Kind: p.Place, At: p.At, Quote: p.Quote} }

// NoteView is an own note or highlight.
type NoteView struct {
	ID        int64  `json:"id"`
	CourseID  int64  `json:"course_id"`
	LessonID  int64  `json:"lesson_id"`
	Kind      string `json:"kind" enum:"note,highlight"`
	Place     string `json:"place" enum:"none,time,page,chapter,text"`
	At        int64  `json:"at" doc:"time: ms; page and chapter: from 1"`
	Quote     string `json:"quote"`
	Prefix    string `json:"prefix" doc:"What stands before the quote, to find it again"`
	Suffix    string `json:"suffix"`
	Body      string `json:"body" doc:"Empty: a highlight"`
	State     string `json:"state" enum:"private,pending,shown,hidden"`
	Reason    string `json:"reason" doc:"Why it is hidden"`
	Likes     int64  `json:"likes"`
	Version   int64  `json:"version"`
	CreatedAt int64  `json:"created_at"`
}

// KeptNoteView is an own note in the list over all lessons.
type KeptNoteView struct {
	NoteView
	CourseTitle string `json:"course_title"`
	LessonTitle string `json:"lesson_title"`
	Form        string `json:"form"`
	Living      bool   `json:"living" doc:"The lesson is still for learners"`
	Withheld    bool   `json:"withheld" doc:"The quote is kept back: the lesson is not open now"`
}

// SharedNoteView is a note that somebody else shares.
type SharedNoteView struct {
	ID        int64  `json:"id"`
	Author    string `json:"author"`
	Place     string `json:"place" enum:"none,time,page,chapter,text"`
	At        int64  `json:"at"`
	Quote     string `json:"quote"`
	Body      string `json:"body"`
	Likes     int64  `json:"likes"`
	Liked     bool   `json:"liked"`
	CreatedAt int64  `json:"created_at"`
}

// NoteCourseView is a course in which the learner wrote something.
type NoteCourseView struct {
	CourseID int64  `json:"course_id"`
	Title    string `json:"title"`
	Count    int64  `json:"count"`
}

// NotesFileView is the learner's notes as a file.
type NotesFileView struct {
	Name     string `json:"name"`
	Markdown string `json:"markdown"`
}

func noteView(m note.Mark) NoteView {
	return NoteView{m.ID, m.CourseID, m.LessonID, m.Kind, m.Place.Kind, m.At, m.Quote, m.Prefix, m.Suffix, m.Body, m.State, m.Reason, m.Likes, m.Version, m.CreatedAt}
}

// likeInput gives a thumb or takes it back.
type likeInput struct {
	ID   int64 `path:"id"`
	Body struct {
		On bool `json:"on"`
	}
}

func (r *routes) notes() {
	own := func(id, method, path, summary string) web.Route {
		return web.Route{ID: id, Method: method, Path: "/api/" + path, Summary: summary, Tag: "note", Need: web.Learner}
	}
	quiet := func(x web.Route) web.Route { x.Status = http.StatusNoContent; return x }
	web.Handle(r.web, own("lesson_notes", http.MethodGet, "lessons/{id}/notes/mine", "All that I wrote and marked in a lesson, oldest first"),
		func(ctx context.Context, in *lessonPath) (*web.Body[web.List[NoteView]], error) {
			rows, err := r.Note.Own(ctx, web.UserID(ctx), in.ID)
			return web.Answer(web.Page(rows, len(rows), noteView, func(m note.Mark) []int64 { return []int64{m.ID} })), err
		})
	web.Handle(r.web, own("shared_notes", http.MethodGet, "lessons/{id}/notes", "What others share in a lesson, by thumbs, then the newest first"), r.sharedNotes)
	web.Handle(r.web, own("note_add", http.MethodPost, "lessons/{id}/notes", "Write a note, or mark a passage; what is shared is looked at first"),
		func(ctx context.Context, in *struct {
			ID   int64 `path:"id"`
			Body struct {
				PlaceInput
				Prefix string `json:"prefix,omitempty" maxLength:"400"`
				Suffix string `json:"suffix,omitempty" maxLength:"400"`
				Text   string `json:"body,omitempty" maxLength:"8000" doc:"Empty: a highlight"`
				Share  bool   `json:"share,omitempty"`
			}
		},
		) (*web.Body[NoteView], error) {
			b := in.Body
			m, err := r.Note.Add(ctx, web.UserID(ctx), in.ID, note.NewMark{Place: b.place(), Prefix: b.Prefix, Suffix: b.Suffix, Body: b.Text, Share: b.Share})
			return web.Answer(noteView(m)), err
		})
	web.Handle(r.web, own("note_edit", http.MethodPut, "notes/{id}", "Change my note, or write one beside my highlight"),
		func(ctx context.Context, in *struct {
			ID   int64 `path:"id"`
			Body struct {
				Version int64  `json:"version" doc:"That was read"`
				Text    string `json:"body" maxLength:"8000"`
				Share   bool   `json:"share"`
			}
		},
		) (*web.Body[NoteView], error) {
			m, err := r.Note.Edit(ctx, web.UserID(ctx), in.ID, in.Body.Version, in.Body.Text, in.Body.Share)
			return web.Answer(noteView(m)), err
		})
	web.Handle(r.web, quiet(own("note_delete", http.MethodDelete, "notes/{id}", "Delete my note or highlight")),
		func(ctx context.Context, in *lessonPath) (*none, error) {
			return nil, r.Note.Delete(ctx, web.UserID(ctx), in.ID)
		})
	web.Handle(r.web, quiet(own("note_like", http.MethodPut, "notes/{id}/like", "Give a shared note a thumb, or take it back")),
		func(ctx context.Context, in *likeInput) (*none, error) {
			return nil, r.Note.Like(ctx, web.UserID(ctx), note.Note, in.ID, in.Body.On)
		})
	web.Handle(r.web, own("my_notes", http.MethodGet, "me/notes", "All that I wrote and marked, newest first"), r.myNotes)
	web.Handle(r.web, own("note_courses", http.MethodGet, "me/notes/courses", "The courses in which I wrote something"),
		func(ctx context.Context, _ *none) (*web.Body[web.List[NoteCourseView]], error) {
			rows, err := r.Note.Courses(ctx, web.UserID(ctx))
			return web.Answer(web.Page(rows, len(rows), func(k note.Kept) NoteCourseView { return NoteCourseView{k.CourseID, k.Title, k.N} }, func(k note.Kept) []int64 { return []int64{k.CourseID} })), err
		})
	web.Handle(r.web, own("notes_export", http.MethodGet, "me/notes/export", "My notes as Markdown; paid texts are quoted briefly"),
		func(ctx context.Context, in *struct {
			CourseID int64 `query:"course_id" minimum:"0" doc:"0: all courses"`
		},
		) (*web.Body[NotesFileView], error) {
			out, err := r.Note.Export(ctx, web.UserID(ctx), in.CourseID)
			return web.Answer(NotesFileView{"我的笔记.md", out}), err
		})
}

func (r *routes) sharedNotes(ctx context.Context, in *struct {
	ID int64 `path:"id"`
	web.PageQuery
},
) (*web.Body[web.List[SharedNoteView]], error) {
	after, err := in.Keys(2)
	if err != nil {
		return nil, err
	}
	rows, err := r.Note.Shared(ctx, web.UserID(ctx), in.ID, after, in.Limit+1)
	view := func(m note.Mark) SharedNoteView {
		return SharedNoteView{m.ID, masked(m.Nickname), m.Place.Kind, m.At, m.Quote, m.Body, m.Likes, m.Liked == 1, m.CreatedAt}
	}
	return web.Answer(web.Page(rows, in.Limit, view, func(m note.Mark) []int64 { return []int64{m.Likes, m.ID} })), err
}

func (r *routes) myNotes(ctx context.Context, in *struct {
	web.PageQuery
	CourseID int64  `query:"course_id" minimum:"0" doc:"0: all"`
	Kind     string `query:"kind" enum:"note,highlight,"`
	Q        string `query:"q" maxLength:"100" doc:"In my words, the quotes and the lessons' titles"`
},
) (*web.Body[web.List[KeptNoteView]], error) {
	before, err := in.Keys(1)
	if err != nil {
		return nil, err
	}
	rows, err := r.Note.Mine(ctx, web.UserID(ctx), note.Find{CourseID: in.CourseID, Kind: in.Kind, Words: in.Q}, firstKey(before), in.Limit+1)
	view := func(m note.Mark) KeptNoteView {
		return KeptNoteView{noteView(m), m.CourseTitle, m.LessonTitle, m.Form, m.Living == 1, m.Withheld}
	}
	return web.Answer(web.Page(rows, in.Limit, view, func(m note.Mark) []int64 { return []int64{m.ID} })), err
}

func firstKey(keys []int64) int64 {
	if len(keys) == 0 {
		return 0
	}
	return keys[0]
}
