package wechat

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
)

// maxScene is what WeChat takes in a code, characters.
const maxScene = 32

// Code returns the picture of a mini program code (getUnlimitedQRCode) that opens a page,
// without a leading slash, with a scene of at most 32 characters. The page is not checked:
// a version that is not released yet may be the one that has it.
func (c *Client) Code(ctx context.Context, scene, page string) ([]byte, error) {
	const path = "/wxa/getwxacodeunlimit"
	if scene == "" || len(scene) > maxScene {
		return nil, fmt.Errorf("wechat: a scene of %d characters", len(scene))
	}
	body, err := json.Marshal(map[string]any{"scene": scene, "page": page, "check_path": false, "width": 430})
	if err != nil {
		return nil, err
	}
	raw, err := c.post(ctx, path, nil, body)
	if err != nil {
		return nil, err
	}
	if bytes.HasPrefix(raw, []byte("\x89PNG")) || bytes.HasPrefix(raw, []byte("\xff\xd8\xff")) {
		return raw, nil
	}
	var none struct{}
	if err := decode(path, raw, &none); err != nil {
		return nil, err
	}
	return nil, fmt.Errorf("%w: %s is no picture", ErrOffline, path)
}
