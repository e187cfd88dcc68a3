package certificate

import (
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"fmt"
	"math/big"
	"net/url"
	"slices"

	"zhizhou/internal/audit"
	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/id"
)

// Key is a key that credentials are or were signed with.
type Key struct {
	ID            int64
	Public        string // multibase
	PrivateSealed []byte
	Active        bool
	CreatedAt     int64
}

const keyPurpose = "certificate_key"

// Keys lists the keys, newest first.
func (s *Service) Keys(ctx context.Context) ([]Key, error) {
	var rows []Key
	err := s.db.List(ctx, qKeys, &rows)
	return rows, err
}

// key returns the key in force; the first one is made when it is asked for.
func (s *Service) key(ctx context.Context) (Key, ed25519.PrivateKey, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for range 2 {
		keys, err := s.Keys(ctx)
		if err != nil {
			return Key{}, nil, err
		}
		if i := slices.IndexFunc(keys, func(k Key) bool { return k.Active }); i >= 0 {
			seed, err := s.box.Open(keyPurpose, keys[i].PrivateSealed)
			if err != nil {
				return Key{}, nil, fmt.Errorf("certificate: %w", err)
			}
			return keys[i], ed25519.NewKeyFromSeed(seed), nil
		}
		if err := s.db.Tx(ctx, s.newKey); err != nil {
			return Key{}, nil, err
		}
	}
	return Key{}, nil, fmt.Errorf("certificate: no key could be made")
}

func (s *Service) newKey(ctx context.Context, tx *db.Tx) error {
	seed := id.Bytes(ed25519.SeedSize)
	public := ed25519.NewKeyFromSeed(seed).Public().(ed25519.PublicKey)
	_, err := tx.Exec(ctx, qKeyInsert, id.New(), multibase(append([]byte{0xed, 0x01}, public...)), s.box.Seal(keyPurpose, seed), clock.MS(s.clock))
	return err
}

// Rotate signs with a new key from now on. What the old ones signed stays verifiable.
func (s *Service) Rotate(ctx context.Context) error {
	return s.db.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if _, err := tx.Exec(ctx, qKeyRetire); err != nil {
			return err
		}
		if err := s.newKey(ctx, tx); err != nil {
			return err
		}
		return audit.Write(ctx, tx, s.clock, "certificate.key", "certificate_key", nil, nil, "")
	})
}

// Sign signs a text with the key in force, inside a transaction: whatever else the school
// attests bears the same hand. The signature is base64url.
func (s *Service) Sign(ctx context.Context, tx *db.Tx, text string) (keyID int64, signature string, err error) {
	for range 2 {
		var keys []Key
		if err := tx.List(ctx, qKeys, &keys); err != nil {
			return 0, "", err
		}
		if i := slices.IndexFunc(keys, func(k Key) bool { return k.Active }); i >= 0 {
			seed, err := s.box.Open(keyPurpose, keys[i].PrivateSealed)
			if err != nil {
				return 0, "", fmt.Errorf("certificate: %w", err)
			}
			return keys[i].ID, base64.RawURLEncoding.EncodeToString(ed25519.Sign(ed25519.NewKeyFromSeed(seed), []byte(text))), nil
		}
		if err := s.newKey(ctx, tx); err != nil {
			return 0, "", err
		}
	}
	return 0, "", fmt.Errorf("certificate: no key could be made")
}

// Signed reports whether a text bears the signature of a key of this school.
func (s *Service) Signed(ctx context.Context, keyID int64, text, signature string) (bool, error) {
	keys, err := s.Keys(ctx)
	if err != nil {
		return false, err
	}
	i := slices.IndexFunc(keys, func(k Key) bool { return k.ID == keyID })
	if i < 0 {
		return false, nil
	}
	sig, _ := base64.RawURLEncoding.DecodeString(signature) // what is no base64 is no signature either
	seed, err := s.box.Open(keyPurpose, keys[i].PrivateSealed)
	if err != nil {
		return false, fmt.Errorf("certificate: %w", err)
	}
	return ed25519.Verify(ed25519.NewKeyFromSeed(seed).Public().(ed25519.PublicKey), []byte(text), sig), nil
}

// Method is the name under which a key stands in the school's DID document.
func (s *Service) Method(keyID int64) string { return s.method(Key{ID: keyID}) }

// DID is the name of the school as an issuer: did:web of its address.
func (s *Service) DID() string {
	u, err := url.Parse(s.base)
	if err != nil {
		return "did:web:invalid"
	}
	return "did:web:" + url.PathEscape(u.Hostname()) + portOf(u)
}

func portOf(u *url.URL) string {
	if u.Port() == "" {
		return ""
	}
	return "%3A" + u.Port()
}

func (s *Service) method(k Key) string { return fmt.Sprintf("%s#key-%d", s.DID(), k.ID) }

// Document returns the school's DID document, with every key that it ever signed with.
func (s *Service) Document(ctx context.Context) (map[string]any, error) {
	if _, _, err := s.key(ctx); err != nil {
		return nil, err
	}
	keys, err := s.Keys(ctx)
	if err != nil {
		return nil, err
	}
	methods, names := []any{}, []any{}
	for _, k := range keys {
		names = append(names, s.method(k))
		methods = append(methods, map[string]any{"id": s.method(k), "type": "Multikey", "controller": s.DID(), "publicKeyMultibase": k.Public})
	}
	return map[string]any{
		"@context": []any{"https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1"}, "id": s.DID(),
		"verificationMethod": methods, "assertionMethod": names,
	}, nil
}

// multibase writes bytes in base58btc.
func multibase(b []byte) string {
	const letters = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
	n, base, rest := new(big.Int).SetBytes(b), big.NewInt(58), new(big.Int)
	var out []byte
	for n.Sign() > 0 {
		n.DivMod(n, base, rest)
		out = append(out, letters[rest.Int64()])
	}
	for _, x := range b {
		if x != 0 {
			break
		}
		out = append(out, letters[0])
	}
	slices.Reverse(out)
	return "z" + string(out)
}
