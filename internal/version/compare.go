package version

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
)

// The kinds of differences.
const (
	Added   = "added"
	Removed = "removed"
	Changed = "changed"
)

// Difference is something that is not the same in two versions.
type Difference struct {
	Part   string // "course", "chapter", "lesson" or "attachment"
	ID     int64
	Title  string
	Change string
	Fields []string // of what changed: the names of JSON
}

// Compare tells what changed from one version of a course within scope to another; to 0
// is the course as it is now. Returns ErrGone, ErrFormat, catalog.ErrCourseGone.
func (s *Service) Compare(ctx context.Context, scope, courseID, from, to int64) ([]Difference, error) {
	if _, _, err := s.Catalog.Course(ctx, scope, courseID); err != nil {
		return nil, err
	}
	_, a, err := one(ctx, s.DB, courseID, from)
	if err != nil {
		return nil, err
	}
	var b Content
	if to == 0 {
		b, err = s.contentOf(ctx, s.DB, courseID)
	} else {
		_, b, err = one(ctx, s.DB, courseID, to)
	}
	if err != nil {
		return nil, err
	}
	return differences(a, b), nil
}

// thing is a part of a version as its JSON fields.
type thing struct {
	part   string
	id     int64
	title  string
	fields map[string]string
}

// things takes content apart into what can be compared by id, in order.
func (c Content) things() []thing {
	out := []thing{{"course", 0, c.Course.Title, fields(c.Course)}}
	extra := map[int64]map[string]string{}
	more := func(lessonID int64, name string, v any) {
		if extra[lessonID] == nil {
			extra[lessonID] = map[string]string{}
		}
		raw, _ := json.Marshal(v) // plain structures
		extra[lessonID][name] += string(raw)
	}
	for _, p := range c.Papers {
		more(p.LessonID, "paper", p)
	}
	for _, p := range c.Points {
		more(p.LessonID, "points", p)
	}
	for _, t := range c.Tasks {
		more(t.LessonID, "task", t)
	}
	for _, t := range c.Tracks {
		more(t.LessonID, "captions", t)
	}
	for _, m := range c.Marks {
		more(m.LessonID, "marks", m)
	}
	for _, p := range c.Plans {
		more(p.LessonID, "booking", p)
	}
	for _, r := range c.Rooms {
		more(r.LessonID, "live", r)
	}
	if c.Certificate != nil {
		raw, _ := json.Marshal(c.Certificate) // plain structures
		out[0].fields["certificate"] = string(raw)
	}
	for n, p := range c.Parts {
		out = append(out, thing{"chapter", p.ID, p.Title, map[string]string{"title": p.Title, "position": fmt.Sprint(n)}})
		for m, l := range p.Lessons {
			f := fields(l)
			maps.Copy(f, extra[l.ID])
			f["position"] = fmt.Sprint(p.ID, m)
			out = append(out, thing{"lesson", l.ID, l.Title, f})
		}
	}
	for _, f := range c.Files {
		out = append(out, thing{"attachment", f.ID, f.Name, fields(f)})
	}
	return out
}

func fields(v any) map[string]string {
	raw, _ := json.Marshal(v) // plain structures
	var parts map[string]json.RawMessage
	_ = json.Unmarshal(raw, &parts)
	out := make(map[string]string, len(parts))
	for k, p := range parts {
		if k != "id" {
			out[k] = string(p)
		}
	}
	return out
}

func differences(a, b Content) []Difference {
	if a.old || b.old { // what one does not know is no difference
		a.More, b.More = More{}, More{}
	}
	type key struct {
		part string
		id   int64
	}
	was := map[key]thing{}
	for _, t := range a.things() {
		was[key{t.part, t.id}] = t
	}
	out := []Difference{}
	for _, t := range b.things() {
		k := key{t.part, t.id}
		old, ok := was[k]
		delete(was, k)
		if !ok {
			out = append(out, Difference{t.part, t.id, t.title, Added, []string{}})
			continue
		}
		var names []string
		for name, v := range t.fields {
			if old.fields[name] != v {
				names = append(names, name)
			}
		}
		for name := range old.fields {
			if _, ok := t.fields[name]; !ok {
				names = append(names, name)
			}
		}
		if len(names) > 0 {
			slices.Sort(names)
			out = append(out, Difference{t.part, t.id, t.title, Changed, names})
		}
	}
	for _, t := range a.things() {
		if _, ok := was[key{t.part, t.id}]; ok {
			out = append(out, Difference{t.part, t.id, t.title, Removed, []string{}})
		}
	}
	return out
}

// counts says how much there is in b, and what is other than in a.
func counts(a, b Content) Counts {
	n := Counts{Chapters: int64(len(b.Parts)), Lessons: int64(len(b.Lessons())), Attachments: int64(len(b.Files))}
	for _, d := range differences(a, b) {
		switch {
		case d.Part != "lesson":
			n.Others++
		case d.Change == Added:
			n.Added++
		case d.Change == Removed:
			n.Removed++
		default:
			n.Changed++
		}
	}
	return n
}
