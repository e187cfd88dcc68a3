package blob

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
)

// S3 is a Store in a bucket of any service that speaks the S3 protocol.
type S3 struct {
	client         *minio.Client
	bucket, prefix string
}

func openS3(u *url.URL, access, secret string) (*S3, error) {
	q := u.Query()
	endpoint, err := url.Parse(q.Get("endpoint"))
	if err != nil || endpoint.Host == "" || u.Host == "" {
		return nil, errors.New("blob: want s3://bucket?endpoint=https://host&region=…")
	}
	if access == "" || secret == "" {
		return nil, errors.New("blob: the S3 access key or secret key is missing")
	}
	style := minio.BucketLookupAuto
	if q.Get("path_style") == "1" {
		style = minio.BucketLookupPath
	}
	client, err := minio.New(endpoint.Host, &minio.Options{
		Creds:        credentials.NewStaticV4(access, secret, ""),
		Secure:       endpoint.Scheme == "https",
		Region:       q.Get("region"),
		BucketLookup: style,
	})
	if err != nil {
		return nil, fmt.Errorf("blob: s3: %w", err)
	}
	return &S3{client: client, bucket: u.Host, prefix: q.Get("prefix")}, nil
}

func (s *S3) name(key string) (string, error) {
	if err := CheckKey(key); err != nil {
		return "", err
	}
	return path.Join(s.prefix, key), nil
}

// Put implements Store; S3 shows an object only when it is complete.
func (s *S3) Put(ctx context.Context, key string, r io.Reader, size int64, contentType string) error {
	name, err := s.name(key)
	if err != nil {
		return err
	}
	// 16 MiB parts keep the memory of an upload of unknown size bounded.
	opt := minio.PutObjectOptions{ContentType: contentType, PartSize: 16 << 20}
	if _, err := s.client.PutObject(ctx, s.bucket, name, r, size, opt); err != nil {
		return fmt.Errorf("blob: s3 put: %w", err)
	}
	return nil
}

// Take implements Store by uploading the file.
func (s *S3) Take(ctx context.Context, key, file, contentType string) error {
	f, err := os.Open(file)
	if err != nil {
		return fmt.Errorf("blob: take: %w", err)
	}
	defer func() { _ = f.Close() }()
	st, err := f.Stat()
	if err != nil {
		return fmt.Errorf("blob: take: %w", err)
	}
	return s.Put(ctx, key, f, st.Size(), contentType)
}

// Open implements Store; reads become ranged requests.
func (s *S3) Open(ctx context.Context, key string) (io.ReadSeekCloser, Info, error) {
	name, err := s.name(key)
	if err != nil {
		return nil, Info{}, err
	}
	st, err := s.client.StatObject(ctx, s.bucket, name, minio.StatObjectOptions{})
	if missing(err) {
		return nil, Info{}, ErrNone
	}
	if err != nil {
		return nil, Info{}, fmt.Errorf("blob: s3 stat: %w", err)
	}
	obj, err := s.client.GetObject(ctx, s.bucket, name, minio.GetObjectOptions{})
	if err != nil {
		return nil, Info{}, fmt.Errorf("blob: s3 get: %w", err)
	}
	return obj, Info{Bytes: st.Size, ModifiedAt: st.LastModified, ContentType: st.ContentType}, nil
}

// Delete implements Store.
func (s *S3) Delete(ctx context.Context, key string) error {
	name, err := s.name(key)
	if err != nil {
		return err
	}
	if err := s.client.RemoveObject(ctx, s.bucket, name, minio.RemoveObjectOptions{}); err != nil && !missing(err) {
		return fmt.Errorf("blob: s3 delete: %w", err)
	}
	return nil
}

// Exists implements Store.
func (s *S3) Exists(ctx context.Context, key string) (bool, error) {
	name, err := s.name(key)
	if err != nil {
		return false, err
	}
	_, err = s.client.StatObject(ctx, s.bucket, name, minio.StatObjectOptions{})
	if missing(err) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("blob: s3 stat: %w", err)
	}
	return true, nil
}

// URL implements Store with a presigned GET.
func (s *S3) URL(ctx context.Context, key string, ttl time.Duration) (string, error) {
	name, err := s.name(key)
	if err != nil {
		return "", err
	}
	u, err := s.client.PresignedGetObject(ctx, s.bucket, name, ttl, nil)
	if err != nil {
		return "", fmt.Errorf("blob: s3 presign: %w", err)
	}
	return u.String(), nil
}

// LocalPath implements Store: an S3 object is not on this machine.
func (s *S3) LocalPath(string) string { return "" }

func missing(err error) bool {
	return err != nil && minio.ToErrorResponse(err).StatusCode == http.StatusNotFound
}
