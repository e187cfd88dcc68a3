package learner

import (
	"context"
	"net/http"
	"slices"

	"zhizhou/internal/message"
	"zhizhou/internal/web"
)

// NoticeView is something that the learner is told.
type NoticeView struct {
	ID        int64  `json:"id"`
	Kind      string `json:"kind" enum:"column,live,study,answer,homework,certificate,booking,teaching,partner,challenge,mate,reward"`
	Title     string `json:"title"`
	Body      string `json:"body"`
	Link      string `json:"link" doc:"An address within the client, or empty"`
	Unread    bool   `json:"unread"`
	CreatedAt int64  `json:"created_at"`
}

// UnreadView counts what was not read.
type UnreadView struct {
	Count int64 `json:"count" doc:"100 stands for 100 and more"`
}

// NoticeKind is a kind of notices and whether the learner wants it.
type NoticeKind struct {
	Kind string `json:"kind" enum:"column,live,study,answer,homework,certificate,booking,teaching,partner,challenge,mate,reward"`
	On   bool   `json:"on"`
}

// NoticeKinds are all kinds.
type NoticeKinds struct {
	Items []NoticeKind `json:"items" nullable:"false"`
}

func (r *routes) notices() {
	at := func(id, method, path, summary string, status int) web.Route {
		return web.Route{ID: id, Method: method, Path: "/api/me/notices" + path, Summary: summary, Tag: "me", Need: web.Learner, Status: status}
	}
	web.Handle(r.web, at("notices", http.MethodGet, "", "What the learner is told, newest first", 200),
		func(ctx context.Context, in *web.PageQuery) (*web.Body[web.List[NoticeView]], error) {
			after, err := in.Keys(1)
			if err != nil {
				return nil, err
			}
			before := int64(0)
			if len(after) > 0 {
				before = after[0]
			}
			rows, err := r.Message.List(ctx, web.UserID(ctx), before, in.Limit+1)
			return web.Answer(web.Page(rows, in.Limit, noticeView, func(n message.Notice) []int64 { return []int64{n.ID} })), err
		})
	web.Handle(r.web, at("notices_unread", http.MethodGet, "/unread", "How many were not read", 200),
		func(ctx context.Context, _ *none) (*web.Body[UnreadView], error) {
			n, err := r.Message.Unread(ctx, web.UserID(ctx))
			return web.Answer(UnreadView{n}), err
		})
	web.Handle(r.web, at("notice_read", http.MethodPost, "/{id}/read", "Mark one as read", http.StatusNoContent),
		func(ctx context.Context, in *lessonPath) (*none, error) {
			return nil, r.Message.Read(ctx, web.UserID(ctx), in.ID)
		})
	web.Handle(r.web, at("notices_read", http.MethodPost, "/read", "Mark everything up to one as read", http.StatusNoContent),
		func(ctx context.Context, in *struct {
			Body struct {
				UpTo int64 `json:"up_to" doc:"The newest that was shown"`
			}
		},
		) (*none, error) {
			return nil, r.Message.ReadAll(ctx, web.UserID(ctx), in.Body.UpTo)
		})
	web.Handle(r.web, at("notice_kinds", http.MethodGet, "/kinds", "Which kinds the learner wants", 200),
		func(ctx context.Context, _ *none) (*web.Body[NoticeKinds], error) { return r.noticeKinds(ctx) })
	web.Handle(r.web, at("notice_kind", http.MethodPut, "/kinds/{kind}", "Want a kind or not", 200),
		func(ctx context.Context, in *struct {
			Kind string `path:"kind" maxLength:"20"`
			Body struct {
				On bool `json:"on"`
			}
		},
		) (*web.Body[NoticeKinds], error) {
			if err := r.Message.Mute(ctx, web.UserID(ctx), in.Kind, !in.Body.On); err != nil {
				return nil, err
			}
			return r.noticeKinds(ctx)
		})
}

func (r *routes) noticeKinds(ctx context.Context) (*web.Body[NoticeKinds], error) {
	muted, err := r.Message.Muted(ctx, web.UserID(ctx))
	if err != nil {
		return nil, err
	}
	v := NoticeKinds{Items: []NoticeKind{}}
	for _, k := range message.Kinds {
		v.Items = append(v.Items, NoticeKind{k, !slices.Contains(muted, k)})
	}
	return web.Answer(v), nil
}

func noticeView(n message.Notice) NoticeView {
	return NoticeView{n.ID, n.Kind, n.Title, n.Body, n.Link, n.ReadAt == 0, n.CreatedAt}
}
