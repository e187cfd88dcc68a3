package console

import (
	"context"

	"zhizhou/internal/audit"
	"zhizhou/internal/naming"
)

// NameView is what something is called that is known by its kind and number.
type NameView struct {
	Ref   string `json:"ref" doc:"kind:number"`
	Name  string `json:"name"`
	Opens string `json:"opens" doc:"What shows it: course, product, order, user, topic, challenge, class, quiz, invoice, or a list"`
	Key   string `json:"key" doc:"Which of them; empty for a list"`
}

func nameView(n naming.Name) NameView {
	return NameView{naming.Ref{Kind: n.Kind, ID: n.ID}.String(), n.Name, n.Opens, n.Key}
}

// mentioned lists what a row of the log is about and mentions, the target first.
func mentioned(e audit.Entry) []naming.Ref {
	var out []naming.Ref
	if ref, ok := naming.Parse(e.Target); ok {
		out = append(out, ref)
	}
	return append(append(out, naming.In(e.Before)...), naming.In(e.After)...)
}

// namesIn learns the names for a page of the log and gives those of a row.
func (r *routes) namesIn(ctx context.Context, rows []audit.Entry) (func(audit.Entry) []NameView, error) {
	var refs []naming.Ref
	for _, e := range rows {
		refs = append(refs, mentioned(e)...)
	}
	names, err := naming.Of(ctx, r.Settings.DB, refs)
	return func(e audit.Entry) []NameView {
		out, seen := []NameView{}, map[naming.Ref]bool{}
		for _, ref := range mentioned(e) {
			if n, known := names[ref]; known && n.Name != "" && !seen[ref] {
				seen[ref] = true
				out = append(out, nameView(n))
			}
		}
		return out
	}, err
}
