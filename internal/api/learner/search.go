package learner

import (
	"context"
	"errors"
	"net/http"
	"strconv"

	"zhizhou/internal/catalog"
	"zhizhou/internal/search"
	"zhizhou/internal/web"
)

// Piece is a stretch of a text; hits are what was searched for.
type Piece struct {
	Text string `json:"text"`
	Hit  bool   `json:"hit"`
}

// SearchHit is a course or other goods that were found, and why: one of both is there.
type SearchHit struct {
	Course     *CourseCard `json:"course,omitempty"`
	Goods      *GoodsCard  `json:"goods,omitempty" doc:"A bundle, membership or service"`
	Title      []Piece     `json:"title" nullable:"false"`
	Promise    []Piece     `json:"promise" nullable:"false"`
	Teacher    []Piece     `json:"teacher" nullable:"false"`
	Tags       [][]Piece   `json:"tags" nullable:"false"`
	Where      string      `json:"where" enum:",intro,lesson" doc:"Where the words stand when neither title, teacher, tags nor promise has them all"`
	LessonID   int64       `json:"lesson_id"`
	Lesson     []Piece     `json:"lesson" nullable:"false" doc:"Title of the lesson in which the words stand"`
	LessonFree bool        `json:"lesson_free"`
	Text       []Piece     `json:"text" nullable:"false" doc:"Around the words; of a lesson that is not free at most the one line of what is said in it"`
}

// SearchView is a page of what was found.
type SearchView struct {
	Items      []SearchHit      `json:"items" nullable:"false"`
	NextCursor string           `json:"next_cursor" doc:"Empty at the end"`
	Corrected  string           `json:"corrected" doc:"What was searched for instead, after a slip; usually empty"`
	Teachers   []InstructorView `json:"teachers" nullable:"false" doc:"Whose name was asked for; first page alone"`
}

// SuggestionView is something to search for.
type SuggestionView struct {
	Kind string `json:"kind" enum:"word,tag,teacher,course"`
	Text string `json:"text"`
}

// HotWord is what others search for.
type HotWord struct {
	Word string `json:"word"`
}

// TagView is a tag of published courses.
type TagView struct {
	Tag         string `json:"tag"`
	CourseCount int64  `json:"course_count"`
}

type searchQuery struct {
	web.PageQuery
	Q        string `query:"q" maxLength:"20000" doc:"Words, pinyin or initials; may be empty with a filter. What comes after 50 characters is left out."`
	Category string `query:"category" maxLength:"40" doc:"Slug"`
	Teacher  int64  `query:"teacher" minimum:"0"`
	Tag      string `query:"tag" maxLength:"60"`
	Form     string `query:"form" enum:",course,column,bundle,membership,service"`
	Pay      string `query:"pay" enum:",free,paid"`
	Sort     string `query:"sort" enum:"relevance,newest,sales,rating,price" default:"relevance"`
}

func (r *routes) search() {
	const tag = "search"
	web.Handle(r.web, web.Route{ID: "search", Method: http.MethodGet, Path: "/api/search", Summary: "Published courses and other goods by what stands in them", Tag: tag, Need: web.Anyone}, r.find)
	web.Handle(r.web, web.Route{ID: "search_suggestions", Method: http.MethodGet, Path: "/api/search/suggestions", Summary: "What begins with the typed text", Tag: tag, Need: web.Public, Cache: publicCache},
		func(ctx context.Context, in *struct {
			Q string `query:"q" maxLength:"100"`
		},
		) (*web.Body[web.List[SuggestionView]], error) {
			rows, err := r.Search.Suggest(ctx, in.Q)
			out := web.List[SuggestionView]{Items: []SuggestionView{}}
			for _, s := range rows {
				out.Items = append(out.Items, SuggestionView{s.Kind, s.Text})
			}
			return web.Answer(out), err
		})
	web.Handle(r.web, web.Route{ID: "search_hot", Method: http.MethodGet, Path: "/api/search/hot", Summary: "What others search for", Tag: tag, Need: web.Public, Cache: publicCache},
		func(ctx context.Context, _ *none) (*web.Body[web.List[HotWord]], error) {
			rows, err := r.Search.Hot(ctx)
			out := web.List[HotWord]{Items: []HotWord{}}
			for _, w := range rows {
				out.Items = append(out.Items, HotWord{w.Word})
			}
			return web.Answer(out), err
		})
	web.Handle(r.web, web.Route{ID: "tags", Method: http.MethodGet, Path: "/api/tags", Summary: "Tags of published courses, the most used first", Tag: tag, Need: web.Public, Cache: publicCache},
		func(ctx context.Context, in *struct {
			Limit int `query:"limit" minimum:"1" maximum:"100" default:"20"`
		},
		) (*web.Body[web.List[TagView]], error) {
			rows, err := r.Search.Tags(ctx, in.Limit)
			out := web.List[TagView]{Items: []TagView{}}
			for _, t := range rows {
				out.Items = append(out.Items, TagView{t.Word, t.N})
			}
			return web.Answer(out), err
		})
}

func (r *routes) find(ctx context.Context, in *searchQuery) (*web.Body[SearchView], error) {
	after, err := in.Keys(2)
	if err != nil {
		return nil, err
	}
	categoryID, err := r.category(ctx, in.Category)
	if err != nil {
		return nil, err
	}
	found, err := r.Search.Search(ctx, search.Query{
		Text: in.Q, Platform: platform(ctx), CategoryID: categoryID, TeacherID: in.Teacher, Tag: in.Tag, Form: in.Form, Pay: in.Pay, Sort: in.Sort, After: after, Limit: in.Limit,
	})
	if err != nil {
		return nil, err
	}
	v := SearchView{Items: []SearchHit{}, Corrected: found.Corrected, Teachers: []InstructorView{}, NextCursor: found.Next(web.Cursor)}
	var list []CourseCard
	var goods []GoodsCard
	for _, h := range found.Hits {
		if h.Goods != nil {
			goods = append(goods, goodsCard(*h.Goods))
		} else {
			list = append(list, courseCard(h.Card))
		}
	}
	if err := errors.Join(r.dealt(ctx, list), r.goodsDealt(ctx, goods)); err != nil {
		return nil, err
	}
	for _, h := range found.Hits {
		one := searchHit(h)
		if h.Goods != nil {
			one.Goods, goods = &goods[0], goods[1:]
		} else {
			one.Course, list = &list[0], list[1:]
		}
		v.Items = append(v.Items, one)
	}
	for _, t := range found.Teachers {
		v.Teachers = append(v.Teachers, instructorView(t))
	}
	// Words are counted as they were typed, and only without filters: a filter that
	// leaves nothing says nothing about the word.
	if after == nil && categoryID == 0 && in.Teacher == 0 && in.Tag == "" && in.Form == "" && in.Pay == "" {
		hits := len(found.Hits)
		if found.Corrected != "" {
			hits = 0
		}
		if err := r.Search.Note(ctx, visitor(ctx), in.Q, hits); err != nil {
			return nil, err
		}
	}
	return web.Answer(v), nil
}

// visitor tells visitors apart, well enough to count them.
func visitor(ctx context.Context) string {
	c := web.CallerOf(ctx)
	if n := web.UserID(ctx); n != 0 {
		return strconv.FormatInt(n, 10)
	}
	return c.Address + " " + c.Device
}

func pieces(list []search.Piece) []Piece {
	out := make([]Piece, len(list))
	for i, p := range list {
		out[i] = Piece(p)
	}
	return out
}

func searchHit(h search.Hit) SearchHit {
	v := SearchHit{
		Title: pieces(h.Title), Promise: pieces(h.Promise), Teacher: pieces(h.Teacher), Tags: [][]Piece{}, Where: h.Where,
		LessonID: h.LessonID, Lesson: pieces(h.Lesson), LessonFree: h.LessonFree, Text: pieces(h.Text),
	}
	for _, t := range h.Tags {
		v.Tags = append(v.Tags, pieces(t))
	}
	return v
}

func instructorView(t catalog.Instructor) InstructorView {
	return InstructorView{t.ID, t.Name, t.Title, t.Bio, imageURL(t.Avatar)}
}
