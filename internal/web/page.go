package web

import (
	"encoding/base64"
	"strconv"
	"strings"

	"zhizhou/internal/errs"
)

// ErrCursor is returned for a cursor that this API did not make.
var ErrCursor = errs.New(errs.Invalid, "cursor_invalid", "列表位置已失效，请从头加载")

// PageQuery is the paging part of a list's input.
type PageQuery struct {
	Limit  int    `query:"limit" minimum:"1" maximum:"50" default:"20" doc:"Rows at most"`
	Cursor string `query:"cursor" maxLength:"200" doc:"next_cursor of the page before"`
}

// List is a page of a list.
type List[T any] struct {
	Items      []T    `json:"items" nullable:"false"`
	NextCursor string `json:"next_cursor" doc:"Empty at the end"`
}

// Body wraps an answer for Huma.
type Body[T any] struct{ Body T }

// Answer makes a Body.
func Answer[T any](v T) *Body[T] { return &Body[T]{Body: v} }

// Keys reads the sort keys out of a cursor. An empty cursor gives nil: start.
func (p PageQuery) Keys(n int) ([]int64, error) {
	if p.Cursor == "" {
		return nil, nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(p.Cursor)
	if err != nil {
		return nil, ErrCursor
	}
	parts := strings.Split(string(raw), ",")
	if len(parts) != n {
		return nil, ErrCursor
	}
	keys := make([]int64, n)
	for i, s := range parts {
		if keys[i], err = strconv.ParseInt(s, 10, 64); err != nil {
			return nil, ErrCursor
		}
	}
	return keys, nil
}

// Cursor makes the cursor after a row with these sort keys.
func Cursor(keys ...int64) string {
	parts := make([]string, len(keys))
	for i, k := range keys {
		parts[i] = strconv.FormatInt(k, 10)
	}
	return base64.RawURLEncoding.EncodeToString([]byte(strings.Join(parts, ",")))
}

// Page cuts rows, of which one more than limit was fetched, into a List.
func Page[R, T any](rows []R, limit int, view func(R) T, keys func(R) []int64) List[T] {
	out := List[T]{Items: make([]T, 0, min(len(rows), limit))}
	for i, r := range rows {
		if i == limit {
			out.NextCursor = Cursor(keys(rows[limit-1])...)
			break
		}
		out.Items = append(out.Items, view(r))
	}
	return out
}
