package console

import (
	"context"
	"net/http"

	"zhizhou/internal/account"
	"zhizhou/internal/search"
	"zhizhou/internal/web"
)

// SearchWord is something people searched for.
type SearchWord struct {
	Word     string `json:"word"`
	Visitors int64  `json:"visitors" doc:"Each counted once a day"`
	Hits     int64  `json:"hits" doc:"Courses on the first page the last time"`
	Mark     string `json:"mark" enum:",pinned,hidden"`
}

// SynonymView is a group of words that mean the same.
type SynonymView struct {
	ID        int64    `json:"id"`
	Words     []string `json:"words" nullable:"false"`
	UpdatedAt int64    `json:"updated_at"`
}

func searchWords(rows []search.Word) web.List[SearchWord] {
	out := web.List[SearchWord]{Items: []SearchWord{}}
	for _, w := range rows {
		out.Items = append(out.Items, SearchWord(w))
	}
	return out
}

func (r *routes) search() {
	const tag = "console search"
	web.Handle(r.web, route("search_words", http.MethodGet, "search/words", "What was searched for, the most wanted first", tag, account.PermCoursePublish),
		func(ctx context.Context, in *struct {
			Kind string `query:"kind" enum:"hot,none,marked" default:"hot" doc:"found, found nothing, or pinned and hidden by staff"`
			Days int    `query:"days" minimum:"1" maximum:"90" default:"7"`
		},
		) (*web.Body[web.List[SearchWord]], error) {
			var rows []search.Word
			var err error
			if in.Kind == "marked" {
				rows, err = r.Search.Marks(ctx)
			} else {
				rows, err = r.Search.Words(ctx, in.Kind, in.Days)
			}
			return web.Answer(searchWords(rows)), err
		})
	web.Handle(r.web, quiet(route("search_mark", http.MethodPut, "search/marks", "Pin or hide a word; empty leaves it to the numbers", tag, account.PermCoursePublish)),
		func(ctx context.Context, in *struct {
			Body struct {
				Word string `json:"word" minLength:"1" maxLength:"50"`
				Mark string `json:"mark" enum:",pinned,hidden"`
			}
		},
		) (*none, error) {
			return nil, r.Search.Mark(ctx, in.Body.Word, in.Body.Mark)
		})
	web.Handle(r.web, route("synonyms", http.MethodGet, "synonyms", "Words that mean the same, the newest group first", tag, account.PermCoursePublish),
		func(ctx context.Context, _ *none) (*web.Body[web.List[SynonymView]], error) {
			rows, err := r.Search.Synonyms(ctx)
			out := web.List[SynonymView]{Items: []SynonymView{}}
			for _, y := range rows {
				out.Items = append(out.Items, SynonymView{y.ID, y.List(), y.UpdatedAt})
			}
			return web.Answer(out), err
		})
	web.Handle(r.web, route("synonym_save", http.MethodPut, "synonyms/{id}", "Add (0) or change a group of words", tag, account.PermCoursePublish),
		func(ctx context.Context, in *struct {
			ByID
			Body struct {
				Words []string `json:"words" minItems:"1" maxItems:"20"`
			}
		},
		) (*web.Body[Made], error) {
			n, err := r.Search.SaveSynonym(ctx, in.ID, in.Body.Words)
			return web.Answer(Made{n}), err
		})
	web.Handle(r.web, route("synonym_delete", http.MethodDelete, "synonyms/{id}", "Remove a group of words", tag, account.PermCoursePublish),
		func(ctx context.Context, in *ByID) (*none, error) { return nil, r.Search.DeleteSynonym(ctx, in.ID) })
}
