package wechat

import (
	"bytes"
	"context"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"maps"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/wechatpay-apiv3/wechatpay-go/core"

	"zhizhou/internal/clock"
)

const (
	certLife  = 12 * time.Hour   // WeChat Pay asks to refresh at least this often
	certPause = 30 * time.Second // between attempts, so that forged serials cannot make us hammer
)

// certStore holds the platform certificates of one merchant. They are fetched on
// first use and again after certLife or when an unknown serial arrives.
type certStore struct {
	clock   clock.Clock
	apiKeys []string
	fetch   func(context.Context) (*http.Response, error)

	mu      sync.Mutex
	bySN    map[string]*x509.Certificate
	fetched time.Time
	tried   time.Time
	err     error
}

// Get implements core.CertificateGetter.
func (s *certStore) Get(ctx context.Context, serial string) (*x509.Certificate, bool) {
	if strings.HasPrefix(serial, "PUB_KEY_ID_") {
		return nil, false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refresh(ctx, serial)
	c, ok := s.bySN[serial]
	if !ok || !s.valid(c) {
		return nil, false
	}
	return c, true
}

// GetAll implements core.CertificateGetter.
func (s *certStore) GetAll(ctx context.Context) map[string]*x509.Certificate {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refresh(ctx, "")
	return maps.Clone(s.bySN)
}

// GetNewestSerial implements core.CertificateGetter.
func (s *certStore) GetNewestSerial(ctx context.Context) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refresh(ctx, "")
	best := ""
	for sn, c := range s.bySN {
		if s.valid(c) && (best == "" || c.NotBefore.After(s.bySN[best].NotBefore)) {
			best = sn
		}
	}
	return best
}

// lastError returns why the newest attempt to fetch failed.
func (s *certStore) lastError() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.err
}

func (s *certStore) valid(c *x509.Certificate) bool {
	now := s.clock.Now()
	return now.After(c.NotBefore) && now.Before(c.NotAfter)
}

// refresh runs under the lock, so that many callers cause one download.
func (s *certStore) refresh(ctx context.Context, want string) {
	now := s.clock.Now()
	_, known := s.bySN[want]
	if now.Sub(s.fetched) < certLife && (want == "" || known) {
		return
	}
	if now.Sub(s.tried) < certPause {
		return
	}
	s.tried = now
	fresh, err := s.download(ctx)
	s.err = err
	if err != nil {
		return
	}
	for sn, c := range s.bySN {
		if fresh[sn] == nil && s.valid(c) {
			fresh[sn] = c // retired certificates still verify what is under way
		}
	}
	s.bySN, s.fetched = fresh, now
}

func (s *certStore) download(ctx context.Context) (map[string]*x509.Certificate, error) {
	res, err := s.fetch(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return nil, err
	}
	var list struct {
		Data []struct {
			SerialNo string `json:"serial_no"`
			Sealed   struct {
				Nonce          string `json:"nonce"`
				AssociatedData string `json:"associated_data"`
				Ciphertext     string `json:"ciphertext"`
			} `json:"encrypt_certificate"`
		} `json:"data"`
	}
	if err := json.Unmarshal(body, &list); err != nil {
		return nil, fmt.Errorf("wechat: certificate list: %w", err)
	}
	out := map[string]*x509.Certificate{}
	for _, d := range list.Data {
		plain, err := unseal(s.apiKeys, d.Sealed.Nonce, d.Sealed.AssociatedData, d.Sealed.Ciphertext)
		if err != nil {
			return nil, err
		}
		block, _ := pem.Decode(plain)
		if block == nil {
			return nil, errKey
		}
		cert, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, errKey
		}
		if _, ok := cert.PublicKey.(*rsa.PublicKey); !ok {
			return nil, errKey
		}
		out[d.SerialNo] = cert
	}
	// The list proves itself: GCM shows that the key owner made it, and the
	// answer's signature must hold under one of the certificates it brings.
	ring := &keyring{clock: s.clock, certs: &certStore{clock: s.clock, bySN: out, fetched: s.clock.Now(), tried: s.clock.Now()}}
	if err := ring.check(ctx, res.Header, bytes.Clone(body)); err != nil {
		return nil, err
	}
	return out, nil
}

var _ core.CertificateGetter = (*certStore)(nil)
