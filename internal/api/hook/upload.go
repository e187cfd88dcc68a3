package hook

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/tus/tusd/v2/pkg/filestore"
	"github.com/tus/tusd/v2/pkg/handler"
	"github.com/tus/tusd/v2/pkg/memorylocker"
	"golang.org/x/exp/slog"

	"zhizhou/internal/errs"
	"zhizhou/internal/media"
	"zhizhou/internal/web"
)

// UploadsPath is where app mounts Uploads.
const UploadsPath = "/api/console/uploads/"

// uploadView is what GET on an upload answers, also after a page reload.
type uploadView struct {
	ID      string `json:"id"`
	Status  string `json:"status"` // receiving, done, refused
	Name    string `json:"name"`
	Purpose string `json:"purpose"`
	Bytes   int64  `json:"bytes"`
	Mime    string `json:"mime"`
	AssetID int64  `json:"asset_id"`
	Key     string `json:"key"` // of an image or attachment
	URL     string `json:"url"` // of an image
	Code    string `json:"code,omitempty"`
	Detail  string `json:"detail,omitempty"`
}

type staffKey struct{}

// Uploads returns the handler of resumable uploads (tus 1.0: creation, HEAD,
// PATCH, termination) under UploadsPath, plus GET <id> for the outcome as JSON.
// Metadata: filename, purpose (video, attachment, image). A finished PATCH carries
// Zz-Asset-Id or Zz-Blob-Key. Uploads lie on this machine until they are
// complete: with several nodes the balancer must keep an upload on its node.
func (h *Media) Uploads() http.Handler {
	store := filestore.New(h.Service.UploadDir())
	parts := handler.NewStoreComposer()
	parts.UseCore(store)
	parts.UseTerminater(store)
	memorylocker.New().UseIn(parts)
	tus, err := handler.NewHandler(handler.Config{
		StoreComposer:             parts,
		BasePath:                  UploadsPath,
		DisableDownload:           true,
		Cors:                      &handler.CorsConfig{Disable: true},
		Logger:                    slog.New(slog.NewTextHandler(io.Discard, nil)),
		PreUploadCreateCallback:   h.beginUpload,
		PreFinishResponseCallback: h.finishUpload,
		PreUploadTerminateCallback: func(e handler.HookEvent) (handler.HTTPResponse, error) {
			return handler.HTTPResponse{}, tusError(e.Context, h.Service.DropUpload(e.Context, e.Upload.ID))
		},
	})
	if err != nil {
		panic(err) // only for a wrong configuration above
	}
	return http.StripPrefix(UploadsPath, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { h.upload(w, r, tus) }))
}

func (h *Media) upload(w http.ResponseWriter, r *http.Request, tus http.Handler) {
	staff, err := h.Who(r)
	if err != nil {
		web.Fail(w, r, err)
		return
	}
	// The override would let a POST pass as anything; no browser of today needs it.
	r.Header.Del("X-HTTP-Method-Override")
	r = r.WithContext(context.WithValue(r.Context(), staffKey{}, staff))
	if tusID := strings.Trim(r.URL.Path, "/"); tusID != "" {
		u, err := h.own(r, staff, tusID)
		if err != nil {
			web.Fail(w, r, err)
			return
		}
		if r.Method == http.MethodGet {
			h.outcome(w, u)
			return
		}
		if u.Status != media.UploadReceiving {
			h.over(w, r, u)
			return
		}
	}
	if r.Header.Get("Upload-Defer-Length") != "" {
		lengthMissing.write(w, r)
		return
	}
	tus.ServeHTTP(&plainless{ResponseWriter: w, r: r}, r)
}

// own finds a member of staff's upload. One that is complete but was cut off
// before its end was noticed (a crash) is finished here.
func (h *Media) own(r *http.Request, staff int64, tusID string) (media.Upload, error) {
	if !cleanID(tusID) {
		return media.Upload{}, media.ErrUploadNone
	}
	u, err := h.Service.Upload(r.Context(), staff, tusID)
	if err != nil || u.Status != media.UploadReceiving || (r.Method != http.MethodHead && r.Method != http.MethodGet) || !h.Service.Received(u) {
		return u, err
	}
	done, err := h.Service.FinishUpload(r.Context(), tusID)
	if errs.KindOf(err) == errs.Invalid {
		return done, nil // its status and code say why
	}
	return done, err
}

func (h *Media) outcome(w http.ResponseWriter, u media.Upload) {
	v := uploadView{ID: u.TusID, Status: u.Status, Name: u.Name, Purpose: u.Purpose, Bytes: u.Bytes, Mime: u.Mime, AssetID: u.AssetID, Key: u.BlobKey, Code: u.ErrorCode, Detail: u.ErrorMsg}
	if u.Purpose == media.PurposeImage {
		v.URL = media.ImageURL(u.BlobKey)
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	_ = json.NewEncoder(w).Encode(v)
}

// over answers for an upload that has ended: a client that asks how far it came
// learns "all of it", anything else is refused.
func (h *Media) over(w http.ResponseWriter, r *http.Request, u media.Upload) {
	w.Header().Set("Tus-Resumable", "1.0.0")
	if u.Status == media.UploadRefused {
		web.Fail(w, r, errs.New(errs.Invalid, u.ErrorCode, u.ErrorMsg))
		return
	}
	if r.Method != http.MethodHead {
		web.Fail(w, r, errs.New(errs.Conflict, "upload_finished", "这个文件已经上传完成"))
		return
	}
	size := strconv.FormatInt(u.Bytes, 10)
	w.Header().Set("Upload-Offset", size)
	w.Header().Set("Upload-Length", size)
	w.Header().Set("Cache-Control", "no-store")
	for k, v := range outcomeHeaders(u) {
		w.Header().Set(k, v)
	}
}

func outcomeHeaders(u media.Upload) handler.HTTPHeader {
	head := handler.HTTPHeader{}
	if u.AssetID != 0 {
		head["Zz-Asset-Id"] = strconv.FormatInt(u.AssetID, 10)
	}
	if u.BlobKey != "" {
		head["Zz-Blob-Key"] = u.BlobKey
	}
	return head
}

func (h *Media) beginUpload(e handler.HookEvent) (handler.HTTPResponse, handler.FileInfoChanges, error) {
	staff, ok := e.Context.Value(staffKey{}).(int64)
	if !ok || e.Upload.SizeIsDeferred {
		return handler.HTTPResponse{}, handler.FileInfoChanges{}, tusError(e.Context, media.ErrUploadMeta)
	}
	m := uploadMeta(e.Upload.MetaData, e.Upload.Size)
	tusID, err := h.Service.BeginUpload(e.Context, staff, m)
	if err != nil {
		return handler.HTTPResponse{}, handler.FileInfoChanges{}, tusError(e.Context, err)
	}
	return handler.HTTPResponse{}, handler.FileInfoChanges{ID: tusID}, nil
}

func uploadMeta(m handler.MetaData, bytes int64) media.UploadMeta {
	purpose := m["purpose"]
	if purpose == "" {
		purpose = media.PurposeVideo
	}
	return media.UploadMeta{Name: m["filename"], Purpose: purpose, Bytes: bytes}
}

func (h *Media) finishUpload(e handler.HookEvent) (handler.HTTPResponse, error) {
	u, err := h.Service.FinishUpload(e.Context, e.Upload.ID)
	if err != nil {
		return handler.HTTPResponse{}, tusError(e.Context, err)
	}
	return handler.HTTPResponse{Header: outcomeHeaders(u)}, nil
}

// tusError gives an error of ours the problem body of every other answer.
func tusError(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	p := tusProblem{Status: 500, Code: "internal", Detail: "系统出了点问题，请稍后再试"}
	var e *errs.E
	if errors.As(err, &e) && e.Kind != errs.Internal {
		p.Status = map[errs.Kind]int{errs.Invalid: 422, errs.NotFound: 404, errs.Conflict: 409, errs.Unavailable: 503, errs.Forbidden: 403}[e.Kind]
		p.Code, p.Detail = e.Code, e.Msg
	}
	return handler.Error{ErrorCode: p.Code, Message: p.Detail, HTTPResponse: handler.HTTPResponse{
		StatusCode: p.Status, Body: string(p.body(ctx)), Header: handler.HTTPHeader{"Content-Type": problemType},
	}}
}
