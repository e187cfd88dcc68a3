package virtual

import (
	"context"
	"strings"
	"unicode/utf8"

	"zhizhou/internal/pay"
)

// Item is one virtual good at WeChat. Every price needs its own published item.
type Item struct {
	ID       string `json:"id"`       // 1–64 letters, digits, "_" and "-"
	Name     string `json:"name"`     // 1–20 characters
	PriceFen int64  `json:"price"`    // fen, above zero
	Remark   string `json:"remark"`   // 1–1024 characters
	ImageURL string `json:"item_url"` // JPG or PNG
}

// TaskState is where an upload or publish task of an item stands.
type TaskState string

// The task states. TaskNone: WeChat knows of no task for the item.
const (
	TaskNone    TaskState = "none"
	TaskRunning TaskState = "running"
	TaskFailed  TaskState = "failed"
	TaskDone    TaskState = "done"
)

// Task is the state of one item's task with WeChat's reason for a failure.
type Task struct {
	State  TaskState
	Reason string
}

// UploadItem starts the upload of an item or of its new price. Returns
// pay.ErrConfig, ErrRetry.
func (p *Provider) UploadItem(ctx context.Context, it Item) error {
	name := utf8.RuneCountInString(it.Name)
	if !itemID(it.ID) || name == 0 || name > 20 || it.PriceFen <= 0 || it.Remark == "" || utf8.RuneCountInString(it.Remark) > 1024 || it.ImageURL == "" {
		return &pay.Trouble{Class: pay.ErrConfig, Code: "ITEM_LOCAL", Msg: "道具信息不完整", Advice: "道具需要编号、1–20 字名称、大于零的价格、备注与图片地址。"}
	}
	in := struct {
		Items []Item `json:"upload_item"`
		Env   int    `json:"env"`
	}{[]Item{it}, p.cfg.Env}
	_, err := p.call(ctx, "/xpay/start_upload_goods", in, nil)
	return err
}

// UploadState returns the state of the newest upload task as it concerns itemID.
func (p *Provider) UploadState(ctx context.Context, itemID string) (Task, error) {
	return p.task(ctx, "/xpay/query_upload_goods", itemID)
}

// PublishItem starts publishing an uploaded item. Returns pay.ErrConfig, ErrRetry.
func (p *Provider) PublishItem(ctx context.Context, itemID string) error {
	in := struct {
		Items []struct {
			ID string `json:"id"`
		} `json:"publish_item"`
		Env int `json:"env"`
	}{Env: p.cfg.Env}
	in.Items = append(in.Items, struct {
		ID string `json:"id"`
	}{itemID})
	_, err := p.call(ctx, "/xpay/start_publish_goods", in, nil)
	return err
}

// PublishState returns the state of the newest publish task as it concerns itemID.
func (p *Provider) PublishState(ctx context.Context, itemID string) (Task, error) {
	return p.task(ctx, "/xpay/query_publish_goods", itemID)
}

func (p *Provider) task(ctx context.Context, uri, itemID string) (Task, error) {
	type row struct {
		ID      string `json:"id"`
		Upload  *int   `json:"upload_status"`
		Publish *int   `json:"publish_status"`
		Msg     string `json:"errmsg"`
	}
	var out struct {
		Status   int   `json:"status"` // 0 none, 1 running, 2 failed in part, 3 done
		Uploaded []row `json:"upload_item"`
		Pub      []row `json:"publish_item"`
	}
	if _, err := p.call(ctx, uri, map[string]int{"env": p.cfg.Env}, &out); err != nil {
		return Task{}, err
	}
	for _, r := range append(out.Uploaded, out.Pub...) {
		if r.ID != itemID {
			continue
		}
		s := r.Upload
		if r.Publish != nil {
			s = r.Publish
		}
		if s == nil {
			break
		}
		switch *s { // 0 running, 1 id exists already, 2 done, 3 failed
		case 0:
			return Task{State: TaskRunning}, nil
		case 1, 2:
			return Task{State: TaskDone}, nil
		default:
			return Task{State: TaskFailed, Reason: r.Msg}, nil
		}
	}
	return Task{State: TaskNone}, nil
}

func itemID(s string) bool {
	return s != "" && len(s) <= 64 && strings.Trim(s, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_-") == ""
}
