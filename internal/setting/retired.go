package setting

import (
	"slices"
	"time"
)

// overlap is how long what was made with replaced keys is still accepted. The other
// side changes when it changes, and repeats its notices for a day.
const overlap = 7 * 24 * time.Hour

// maxRetired bounds the list: whoever changes keys more often than this in a week is
// trying them out.
const maxRetired = 12

// The keys that are remembered after they were replaced: those with which others
// sign or seal what they send here.
const (
	APIv3Key        = "api_v3_key"
	WechatPublicKey = "public_key"
	AlipayPublicKey = "alipay_public_key"
	PushToken       = "push_token"
	PushAESKey      = "push_aes_key"
)

// Retired is a key that was replaced. What was made with it is accepted until it ends,
// so that no notice is lost while the other side changes (INV-46); nothing new is made
// with it.
type Retired struct {
	Name    string `json:"name" enum:"api_v3_key,public_key,alipay_public_key,push_token,push_aes_key"`
	ID      string `json:"id" maxLength:"80" doc:"Of a public key that has one"`
	Key     string `json:"key" maxLength:"8000"`
	UntilAt int64  `json:"until_at" doc:"Accepted until then, ms"`
}

// Live returns the keys of that name that are still accepted, the newest first.
func Live(list []Retired, name string, now int64) []Retired {
	var out []Retired
	for _, r := range list {
		if r.Name == name && r.UntilAt > now {
			out = append(out, r)
		}
	}
	return out
}

// retire returns the list after a change: what staff left in it and has not ended,
// and in front of it the keys that were replaced now.
func retire(before, left, replaced []Retired, now int64) []Retired {
	out := []Retired{}
	for _, r := range replaced {
		r.UntilAt = now + overlap.Milliseconds()
		out = append(out, r)
	}
	for _, r := range before {
		stays := slices.ContainsFunc(left, func(l Retired) bool { return l.Name == r.Name && l.ID == r.ID && l.UntilAt == r.UntilAt })
		if stays && r.UntilAt > now {
			out = append(out, r)
		}
	}
	return out[:min(len(out), maxRetired)]
}

// replaced names a key if it was changed.
func replaced(name, id, before, now string) []Retired {
	if before == "" || before == now {
		return nil
	}
	return []Retired{{Name: name, ID: id, Key: before}}
}

func hideAll(list []Retired) []Retired {
	out := []Retired{}
	for _, r := range list {
		r.Key = hide(r.Key)
		out = append(out, r)
	}
	return out
}
