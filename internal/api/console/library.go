package console

import (
	"context"
	"errors"
	"net/http"

	"zhizhou/internal/account"
	"zhizhou/internal/errs"
	"zhizhou/internal/library"
	"zhizhou/internal/media"
	"zhizhou/internal/web"
)

// MaterialView is one piece of material.
type MaterialView struct {
	Kind       string `json:"kind" enum:"asset,document,ebook,picture,file"`
	Form       string `json:"form" enum:"video,audio,document,ebook,picture,file"`
	ID         int64  `json:"id"`
	Name       string `json:"name"`
	State      string `json:"state" enum:"ready,working,failed"`
	Percent    int64  `json:"percent"`
	Error      string `json:"error"`
	Bytes      int64  `json:"bytes"`
	Length     int64  `json:"length" doc:"ms of a video or sound, pages of a document, chapters of a book"`
	PictureKey string `json:"picture_key" doc:"Of a picture: what covers are set to"`
	PictureURL string `json:"picture_url" doc:"What it looks like; empty for none"`
	Mime       string `json:"mime"`
	FolderID   int64  `json:"folder_id"`
	StaffName  string `json:"staff_name"`
	CreatedAt  int64  `json:"created_at"`
}

func materialView(i library.Item) MaterialView {
	return MaterialView{i.Kind, i.Form, i.ID, i.Name, i.State, i.Percent, i.Error, i.Bytes, i.Length, i.Picture, media.ImageURL(i.Picture), i.Mime, i.FolderID, i.StaffName, i.CreatedAt}
}

// UploaderView is a member of staff with material.
type UploaderView struct {
	ID   int64  `json:"id"`
	Name string `json:"name"`
}

// MaterialUse is a place where material is used.
type MaterialUse struct {
	What     string `json:"what" enum:"lesson,article,attachment,course,goods,banner,instructor,topic,question,homework,agreement,partner,reward,class,school,version"`
	ID       int64  `json:"id"`
	Title    string `json:"title"`
	CourseID int64  `json:"course_id"`
	Label    string `json:"label"`
}

// FolderView is a folder of the library.
type FolderView struct {
	ID       int64  `json:"id"`
	ParentID int64  `json:"parent_id"`
	Name     string `json:"name"`
	Mine     bool   `json:"mine" doc:"Whether the caller may change it"`
}

// MaterialRef names one piece of material.
type MaterialRef struct {
	Kind string `json:"kind" enum:"asset,document,ebook,picture,file"`
	ID   int64  `json:"id"`
}

// RowResult is what became of one row of several.
type RowResult struct {
	Kind  string `json:"kind"`
	ID    int64  `json:"id"`
	OK    bool   `json:"ok"`
	Error string `json:"error"`
}

// libraryWho is the caller to the library.
func libraryWho(ctx context.Context) library.Who {
	return library.Who{StaffID: web.CallerOf(ctx).Staff.ID, OwnOnly: scope(ctx) != 0}
}

// MaterialName is what a piece of material is called.
type MaterialName struct {
	Name string `json:"name"`
}

func (r *routes) library() {
	const tag = "console media"
	may := account.PermMediaUpload
	web.Handle(r.web, route("library", http.MethodGet, "library", "All material, newest first", tag, may), r.materials)
	web.Handle(r.web, route("uploaders", http.MethodGet, "library/uploaders", "Who has material, by name; empty for those who see only their own", tag, may),
		func(ctx context.Context, _ *none) (*web.Body[web.List[UploaderView]], error) {
			rows, err := r.Library.Uploaders(ctx, libraryWho(ctx))
			out := web.List[UploaderView]{Items: []UploaderView{}}
			for _, u := range rows {
				out.Items = append(out.Items, UploaderView(u))
			}
			return web.Answer(out), err
		})
	web.Handle(r.web, route("material", http.MethodGet, "library/{kind}/{id}", "What a piece of material is called", tag, may),
		func(ctx context.Context, in *struct {
			Kind string `path:"kind" enum:"asset,document,ebook,picture,file"`
			ID   int64  `path:"id"`
		},
		) (*web.Body[MaterialName], error) {
			name, err := r.Library.Name(ctx, libraryWho(ctx), media.Ref{Kind: in.Kind, ID: in.ID})
			return web.Answer(MaterialName{name}), err
		})
	web.Handle(r.web, route("material_uses", http.MethodGet, "library/{kind}/{id}/uses", "Where material is used", tag, may),
		func(ctx context.Context, in *struct {
			Kind string `path:"kind" enum:"asset,document,ebook,picture,file"`
			ID   int64  `path:"id"`
		},
		) (*web.Body[web.List[MaterialUse]], error) {
			uses, err := r.Library.Uses(ctx, libraryWho(ctx), media.Ref{Kind: in.Kind, ID: in.ID})
			out := web.List[MaterialUse]{Items: []MaterialUse{}}
			for _, u := range uses {
				out.Items = append(out.Items, MaterialUse{u.What, u.ID, u.Title, u.CourseID, u.Label()})
			}
			return web.Answer(out), err
		})
	web.Handle(r.web, quiet(route("material_move", http.MethodPost, "library/move", "Put material into a folder, 0 for none", tag, may)),
		func(ctx context.Context, in *struct {
			Body struct {
				FolderID int64         `json:"folder_id" minimum:"0"`
				Items    []MaterialRef `json:"items" nullable:"false" minItems:"1" maxItems:"200"`
			}
		},
		) (*none, error) {
			var refs []media.Ref
			for _, x := range in.Body.Items {
				refs = append(refs, media.Ref(x))
			}
			return nil, r.Library.Move(ctx, libraryWho(ctx), refs, in.Body.FolderID)
		})
	web.Handle(r.web, route("material_delete", http.MethodPost, "library/delete", "Delete material that nothing uses, each for itself", tag, may), r.deleteMaterial)
	r.folders()
}

func (r *routes) materials(ctx context.Context, in *struct {
	web.PageQuery
	Folder   int64  `query:"folder" default:"-1" minimum:"-1" doc:"-1: all, 0: what lies in none"`
	Form     string `query:"form" enum:"video,audio,document,ebook,picture,file,"`
	State    string `query:"state" enum:"ready,working,failed,"`
	Q        string `query:"q" maxLength:"60"`
	From     int64  `query:"from" minimum:"0" doc:"ms"`
	To       int64  `query:"to" minimum:"0" doc:"ms, exclusive; 0: no end"`
	MinBytes int64  `query:"min_bytes" minimum:"0"`
	MaxBytes int64  `query:"max_bytes" minimum:"0"`
	By       int64  `query:"by" minimum:"0" doc:"Who uploaded; 0: anybody"`
},
) (*web.Body[web.List[MaterialView]], error) {
	before, err := in.Keys(1)
	if err != nil {
		return nil, err
	}
	rows, err := r.Library.Items(ctx, libraryWho(ctx), library.Filter{
		Folder: in.Folder, Form: in.Form, State: in.State, Query: in.Q, From: in.From, To: in.To, MinBytes: in.MinBytes, MaxBytes: in.MaxBytes, By: in.By, Before: first(before), Limit: in.Limit + 1,
	})
	if err != nil {
		return nil, err
	}
	return web.Answer(web.Page(rows, in.Limit, materialView, func(i library.Item) []int64 { return []int64{i.ID} })), nil
}

func (r *routes) deleteMaterial(ctx context.Context, in *struct {
	Body struct {
		Items []MaterialRef `json:"items" nullable:"false" minItems:"1" maxItems:"50"`
	}
},
) (*web.Body[web.List[RowResult]], error) {
	out := web.List[RowResult]{Items: []RowResult{}}
	for _, x := range in.Body.Items {
		err := r.Library.Delete(ctx, libraryWho(ctx), media.Ref(x))
		row := RowResult{Kind: x.Kind, ID: x.ID, OK: err == nil}
		var known *errs.E
		switch {
		case err == nil:
		case errors.As(err, &known) && known.Kind != errs.Internal:
			row.Error = known.Msg
		default:
			return nil, err
		}
		out.Items = append(out.Items, row)
	}
	return web.Answer(out), nil
}

func (r *routes) folders() {
	const tag = "console media"
	may := account.PermMediaUpload
	web.Handle(r.web, route("folders", http.MethodGet, "folders", "The folders of the library", tag, may),
		func(ctx context.Context, _ *struct{}) (*web.Body[web.List[FolderView]], error) {
			rows, err := r.Library.Folders(ctx, libraryWho(ctx))
			out := web.List[FolderView]{Items: []FolderView{}}
			who := libraryWho(ctx)
			for _, f := range rows {
				out.Items = append(out.Items, FolderView{f.ID, f.ParentID, f.Name, !who.OwnOnly || f.CreatedBy == who.StaffID})
			}
			return web.Answer(out), err
		})
	type wanted struct {
		Name     string `json:"name" maxLength:"160"`
		ParentID int64  `json:"parent_id" minimum:"0"`
	}
	web.Handle(r.web, route("folder_create", http.MethodPost, "folders", "Make a folder", tag, may),
		func(ctx context.Context, in *struct{ Body wanted }) (*web.Body[Made], error) {
			f, err := r.Library.MakeFolder(ctx, libraryWho(ctx), in.Body.ParentID, in.Body.Name)
			return web.Answer(Made{f.ID}), err
		})
	web.Handle(r.web, quiet(route("folder_change", http.MethodPut, "folders/{id}", "Rename or move a folder", tag, may)),
		func(ctx context.Context, in *struct {
			ByID
			Body wanted
		},
		) (*none, error) {
			return nil, r.Library.ChangeFolder(ctx, libraryWho(ctx), in.ID, in.Body.ParentID, in.Body.Name)
		})
	web.Handle(r.web, quiet(route("folder_delete", http.MethodDelete, "folders/{id}", "Delete a folder that is empty, or move what is in it up", tag, may)),
		func(ctx context.Context, in *struct {
			ByID
			Up bool `query:"up" doc:"Move what is in it to the folder above"`
		},
		) (*none, error) {
			return nil, r.Library.DeleteFolder(ctx, libraryWho(ctx), in.ID, in.Up)
		})
}
