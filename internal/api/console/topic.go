package console

import (
	"context"
	"net/http"

	"zhizhou/internal/account"
	"zhizhou/internal/media"
	"zhizhou/internal/topic"
	"zhizhou/internal/web"
)

// TopicEntry is a course of a topic.
type TopicEntry struct {
	CourseID int64  `json:"course_id"`
	Note     string `json:"note,omitempty" maxLength:"200" doc:"Why it stands here"`
	Title    string `json:"title,omitempty" readOnly:"true"`
	Status   string `json:"status,omitempty" readOnly:"true" doc:"Of the course; deleted when it is gone"`
}

// TopicInput is what the form of a topic saves.
type TopicInput struct {
	Version int64        `json:"version,omitempty"`
	Title   string       `json:"title" maxLength:"100"`
	Intro   string       `json:"intro,omitempty" maxLength:"2000"`
	Cover   string       `json:"cover,omitempty" maxLength:"200"`
	Scene   string       `json:"scene,omitempty" enum:",boat,report,bird,poem,data,rice,brush,deed"`
	Courses []TopicEntry `json:"courses" maxItems:"50" nullable:"false"`
}

// TopicRow is a topic in the list.
type TopicRow struct {
	ID          int64  `json:"id"`
	Title       string `json:"title"`
	CoverURL    string `json:"cover_url"`
	Scene       string `json:"scene"`
	Status      string `json:"status" enum:"draft,published,unpublished"`
	CourseCount int64  `json:"course_count" doc:"Those that are published"`
	PublishedAt int64  `json:"published_at"`
	UpdatedAt   int64  `json:"updated_at"`
}

// TopicDetail is a topic in its editor.
type TopicDetail struct {
	ID       int64  `json:"id"`
	Status   string `json:"status" enum:"draft,published,unpublished"`
	CoverURL string `json:"cover_url"`
	TopicInput
}

func topicRow(t topic.Topic) TopicRow {
	return TopicRow{t.ID, t.Title, media.ImageURL(t.Cover), t.Scene, t.Status, t.CourseCount, t.PublishedAt, t.UpdatedAt}
}

func (r *routes) topics() {
	const tag = "console topic"
	web.Handle(r.web, route("topics", http.MethodGet, "topics", "Topics, the newest first", tag, account.PermCoursePublish),
		func(ctx context.Context, in *struct {
			web.PageQuery
			Status string `query:"status" enum:",draft,published,unpublished"`
		},
		) (*web.Body[web.List[TopicRow]], error) {
			before, err := in.Keys(1)
			if err != nil {
				return nil, err
			}
			rows, err := r.Topic.Topics(ctx, in.Status, first(before), in.Limit+1)
			if err != nil {
				return nil, err
			}
			return web.Answer(web.Page(rows, in.Limit, topicRow, func(t topic.Topic) []int64 { return []int64{t.ID} })), nil
		})
	web.Handle(r.web, route("topic", http.MethodGet, "topics/{id}", "A topic with its courses", tag, account.PermCoursePublish),
		func(ctx context.Context, in *ByID) (*web.Body[TopicDetail], error) {
			t, rows, err := r.Topic.Topic(ctx, in.ID)
			if err != nil {
				return nil, err
			}
			v := TopicDetail{ID: t.ID, Status: t.Status, CoverURL: media.ImageURL(t.Cover), TopicInput: TopicInput{t.Version, t.Title, t.Intro, t.Cover, t.Scene, []TopicEntry{}}}
			for _, e := range rows {
				v.Courses = append(v.Courses, TopicEntry{e.CourseID, e.Note, e.Title, e.Status})
			}
			return web.Answer(v), nil
		})
	web.Handle(r.web, route("topic_save", http.MethodPut, "topics/{id}", "Add (0) or change a topic and its courses, in order", tag, account.PermCoursePublish),
		func(ctx context.Context, in *struct {
			ByID
			Body TopicInput
		},
		) (*web.Body[Made], error) {
			b := in.Body
			courses := make([]topic.Entry, len(b.Courses))
			for i, e := range b.Courses {
				courses[i] = topic.Entry{CourseID: e.CourseID, Note: e.Note}
			}
			n, err := r.Topic.Save(ctx, topic.Topic{ID: in.ID, Version: b.Version, Title: b.Title, Intro: b.Intro, Cover: b.Cover, Scene: b.Scene}, courses)
			return web.Answer(Made{n}), err
		})
	web.Handle(r.web, quiet(route("topic_publish", http.MethodPost, "topics/{id}/publish", "Show or hide a topic", tag, account.PermCoursePublish)),
		func(ctx context.Context, in *struct {
			ByID
			Body struct {
				On bool `json:"on"`
			}
		},
		) (*none, error) {
			if in.Body.On {
				return nil, r.Topic.Publish(ctx, in.ID)
			}
			return nil, r.Topic.Unpublish(ctx, in.ID)
		})
	web.Handle(r.web, route("topic_delete", http.MethodDelete, "topics/{id}", "Remove a topic that is not shown", tag, account.PermCoursePublish),
		func(ctx context.Context, in *ByID) (*none, error) { return nil, r.Topic.Delete(ctx, in.ID) })
}
