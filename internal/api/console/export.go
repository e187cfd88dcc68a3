package console

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"zhizhou/internal/account"
	"zhizhou/internal/clock"
	"zhizhou/internal/export"
	"zhizhou/internal/web"
)

// ExportView is a file that somebody asked for.
type ExportView struct {
	ID         int64  `json:"id"`
	Kind       string `json:"kind" enum:"orders,refunds,ledger,invoices,revenue,balances,study,attendance"`
	Label      string `json:"label"`
	Format     string `json:"format" enum:"csv,xlsx"`
	From       int64  `json:"from" doc:"ms; 0: from the beginning"`
	To         int64  `json:"to" doc:"ms, exclusive; 0: no end"`
	Status     string `json:"status"`
	State      string `json:"state" enum:"queued,running,done,failed,expired"`
	StateLabel string `json:"state_label"`
	Done       int64  `json:"done" doc:"Rows written"`
	Total      int64  `json:"total" doc:"Rows expected; 0: not known yet"`
	Bytes      int64  `json:"bytes"`
	Error      string `json:"error"`
	AskedBy    string `json:"asked_by"`
	Mine       bool   `json:"mine"`
	CreatedAt  int64  `json:"created_at"`
	DoneAt     int64  `json:"done_at"`
	ExpiresAt  int64  `json:"expires_at"`
	URL        string `json:"url" doc:"Empty until it is done"`
}

var exportLabels = map[string]string{export.Queued: "排队中", export.Running: "正在生成", export.Done: "可以下载", export.Failed: "没有完成", export.Expired: "已过期"}

func (r *routes) exportView(ctx context.Context, e export.Export) ExportView {
	var f export.Filter
	_ = json.Unmarshal([]byte(e.Filter), &f) // written by that package alone
	k, _ := r.Export.Kind(e.Kind)
	v := ExportView{
		ID: e.ID, Kind: e.Kind, Label: k.Label, Format: e.Format, From: f.From, To: f.To, Status: f.Status, State: e.State, Done: e.Done, Total: e.Total, Bytes: e.Bytes, Error: e.Error,
		AskedBy: e.StaffName, Mine: e.StaffID == web.CallerOf(ctx).Staff.ID, CreatedAt: e.CreatedAt, DoneAt: e.DoneAt, ExpiresAt: e.ExpiresAt,
	}
	if v.State == export.Done && clock.MS(r.Clock) >= e.ExpiresAt {
		v.State = export.Expired
	}
	if v.State == export.Done {
		v.URL = fmt.Sprintf("/api/console/exports/%d/file", e.ID)
	}
	v.StateLabel = exportLabels[v.State]
	return v
}

// everyExport reports whether the caller may see and take what others asked for.
func everyExport(ctx context.Context) bool {
	return account.Allowed(web.CallerOf(ctx).Staff.Role, account.PermBillRead)
}

func (r *routes) exports() {
	const tag = "console export"
	web.Handle(r.web, route("exports", http.MethodGet, "exports", "Files that were asked for, newest first; finance sees everybody's", tag, account.PermOrderRead),
		func(ctx context.Context, in *struct {
			web.PageQuery
		},
		) (*web.Body[web.List[ExportView]], error) {
			before, err := in.Keys(1)
			if err != nil {
				return nil, err
			}
			whose := web.CallerOf(ctx).Staff.ID
			if everyExport(ctx) {
				whose = 0
			}
			rows, err := r.Export.List(ctx, whose, first(before), in.Limit+1)
			if err != nil {
				return nil, err
			}
			return web.Answer(web.Page(rows, in.Limit, func(e export.Export) ExportView { return r.exportView(ctx, e) }, func(e export.Export) []int64 { return []int64{e.ID} })), nil
		})
	web.Handle(r.web, route("export", http.MethodGet, "exports/{id}", "How far a file is", tag, account.PermOrderRead),
		func(ctx context.Context, in *ByID) (*web.Body[ExportView], error) {
			e, err := r.Export.Get(ctx, in.ID, web.CallerOf(ctx).Staff.ID, everyExport(ctx))
			if err != nil {
				return nil, err
			}
			return web.Answer(r.exportView(ctx, e)), nil
		})
	web.Handle(r.web, route("export_ask", http.MethodPost, "exports", "Ask for a file; it takes the permission to read what is in it", tag, account.PermOrderRead),
		func(ctx context.Context, in *struct {
			Key  string `header:"Idempotency-Key" required:"true" minLength:"8" maxLength:"64"`
			Body struct {
				Kind   string `json:"kind" enum:"orders,refunds,ledger,invoices,revenue,balances,study,attendance"`
				Format string `json:"format" enum:"csv,xlsx"`
				From   int64  `json:"from" minimum:"0" required:"false"`
				To     int64  `json:"to" minimum:"0" required:"false"`
				Status string `json:"status" maxLength:"30" required:"false"`
				Lesson int64  `json:"lesson_id" minimum:"0" required:"false" doc:"The lesson of a list of attendance or bookings"`
			}
		},
		) (*web.Body[ExportView], error) {
			b := in.Body
			k, err := r.Export.Kind(b.Kind)
			if err != nil {
				return nil, err
			}
			if !account.Allowed(web.CallerOf(ctx).Staff.Role, k.Permission) {
				return nil, web.ErrForbidden
			}
			e, err := r.Export.Ask(ctx, b.Kind, b.Format, export.Filter{From: b.From, To: b.To, Status: b.Status, Lesson: b.Lesson}, in.Key)
			if err != nil {
				return nil, err
			}
			return web.Answer(r.exportView(ctx, e)), nil
		})
	web.Handle(r.web, route("export_file", http.MethodGet, "exports/{id}/file", "Download a file; the log notes it", tag, account.PermOrderRead),
		func(ctx context.Context, in *ByID) (*huma.StreamResponse, error) {
			e, err := r.Export.Get(ctx, in.ID, web.CallerOf(ctx).Staff.ID, everyExport(ctx))
			if err != nil {
				return nil, err
			}
			k, err := r.Export.Kind(e.Kind)
			if err != nil {
				return nil, err
			}
			if !account.Allowed(web.CallerOf(ctx).Staff.Role, k.Permission) { // a role may have changed since
				return nil, web.ErrForbidden
			}
			body, err := r.Export.Download(ctx, e)
			if err != nil {
				return nil, err
			}
			name := fmt.Sprintf("%s-%s.%s", k.Label, time.UnixMilli(e.DoneAt).In(clock.China).Format("20060102-1504"), e.Format)
			kind := "text/csv; charset=utf-8"
			if e.Format == "xlsx" {
				kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
			}
			return &huma.StreamResponse{Body: func(hc huma.Context) {
				defer func() { _ = body.Close() }()
				hc.SetHeader("Content-Type", kind)
				hc.SetHeader("Content-Disposition", fmt.Sprintf(`attachment; filename="export.%s"; filename*=UTF-8''%s`, e.Format, url.PathEscape(name)))
				hc.SetHeader("Cache-Control", "private, no-store")
				hc.SetHeader("X-Content-Type-Options", "nosniff")
				if _, err := io.Copy(hc.BodyWriter(), body); err != nil {
					panic(http.ErrAbortHandler) // half a file must not look like a whole one
				}
			}}, nil
		})
}
