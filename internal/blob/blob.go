// Package blob keeps files that are too big for the database: in a local folder
// or in an S3 bucket, behind one small contract. It owns no table and knows
// nothing of what the files mean.
package blob

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"
	"time"
)

// ErrNone is returned for a key that holds nothing.
var ErrNone = errors.New("blob: no such object")

// ErrKey is returned for a key that is not a clean relative path.
var ErrKey = errors.New("blob: bad key")

// Info describes an object.
type Info struct {
	Bytes       int64
	ModifiedAt  time.Time
	ContentType string // what Put was given; "" in a local folder
}

// Store keeps objects under keys such as "img/ab12.jpg". A written object is
// complete or absent, never half there. All methods return ErrKey for a bad key.
type Store interface {
	// Put writes size bytes of r; size -1 means until EOF. It replaces what was there.
	Put(ctx context.Context, key string, r io.Reader, size int64, contentType string) error
	// Take stores the local file path under key and leaves the file in place. A
	// local store links it when it can, so that gigabytes are not copied.
	Take(ctx context.Context, key, path, contentType string) error
	// Open opens an object. A local store returns an *os.File, which lets
	// http.ServeContent use sendfile. Returns ErrNone.
	Open(ctx context.Context, key string) (io.ReadSeekCloser, Info, error)
	// Delete removes an object; an absent one is no error.
	Delete(ctx context.Context, key string) error
	// Exists reports whether key holds an object.
	Exists(ctx context.Context, key string) (bool, error)
	// URL returns a presigned address valid for ttl, or "" when the store has none.
	URL(ctx context.Context, key string, ttl time.Duration) (string, error)
	// LocalPath returns the file behind key on this machine, or "".
	LocalPath(key string) string
}

// Open opens the store at address: a folder ("/var/lib/zhizhou/files",
// "file:///var/…") or "s3://bucket?endpoint=https://…&region=…&prefix=…".
// access and secret are the S3 keys.
func Open(address, access, secret string) (Store, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, fmt.Errorf("blob: address: %w", err)
	}
	switch u.Scheme {
	case "s3":
		return openS3(u, access, secret)
	case "file":
		return NewLocal(u.Path)
	case "":
		return NewLocal(address)
	}
	return nil, fmt.Errorf("blob: unknown scheme %q", u.Scheme)
}

// CheckKey returns ErrKey unless key is a clean relative path of at most 512
// bytes made of letters, digits and "._-/", without empty parts or parts that
// begin with a dot.
func CheckKey(key string) error {
	if key == "" || len(key) > 512 {
		return ErrKey
	}
	for part := range strings.SplitSeq(key, "/") {
		if part == "" || part[0] == '.' {
			return ErrKey
		}
		for _, c := range []byte(part) {
			switch {
			case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '.', c == '_', c == '-':
			default:
				return ErrKey
			}
		}
	}
	return nil
}
