// Package seal encrypts what must not lie readable in the database and makes
// keyed hashes, all from one master key.
package seal

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// ErrSealed is returned when a sealed value was changed, or sealed by another
// key or for another purpose.
var ErrSealed = errors.New("seal: cannot be opened with this key")

// Box seals with keys derived from the master key, one for each purpose, so
// that a value sealed for one column cannot be moved to another.
type Box struct{ master []byte }

// New makes a Box of a 32-byte master key.
func New(master []byte) (*Box, error) {
	if len(master) != 32 {
		return nil, fmt.Errorf("seal: the master key must be 32 bytes, not %d", len(master))
	}
	return &Box{master: append([]byte(nil), master...)}, nil
}

// Load makes a Box of text (64 hex digits or base64 of 32 bytes), or, if text
// is empty, of the key file, which is made with mode 0600 when absent.
func Load(text, file string) (*Box, error) {
	if text = strings.TrimSpace(text); text == "" {
		raw, err := os.ReadFile(file)
		if errors.Is(err, os.ErrNotExist) {
			return create(file)
		}
		if err != nil {
			return nil, fmt.Errorf("seal: %w", err)
		}
		text = strings.TrimSpace(string(raw))
	}
	if key, err := hex.DecodeString(text); err == nil {
		return New(key)
	}
	key, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return nil, errors.New("seal: the master key is neither hex nor base64")
	}
	return New(key)
}

func create(file string) (*Box, error) {
	key := make([]byte, 32)
	_, _ = rand.Read(key)
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	if err := os.WriteFile(file, []byte(hex.EncodeToString(key)+"\n"), 0o600); err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	return New(key)
}

// Key derives a 32-byte key for purpose (HKDF-SHA-256, RFC 5869).
func (b *Box) Key(purpose string) []byte {
	key, err := hkdf.Key(sha256.New, b.master, nil, "zhizhou/"+purpose, 32)
	if err != nil {
		panic(err) // only for absurd lengths
	}
	return key
}

// Seal encrypts plain with AES-256-GCM under the key of purpose.
func (b *Box) Seal(purpose string, plain []byte) []byte {
	gcm := b.gcm(purpose)
	nonce := make([]byte, gcm.NonceSize(), gcm.NonceSize()+len(plain)+gcm.Overhead())
	_, _ = rand.Read(nonce)
	return gcm.Seal(nonce, nonce, plain, nil)
}

// Open reverses Seal. Returns ErrSealed.
func (b *Box) Open(purpose string, sealed []byte) ([]byte, error) {
	gcm := b.gcm(purpose)
	if len(sealed) < gcm.NonceSize() {
		return nil, ErrSealed
	}
	plain, err := gcm.Open(nil, sealed[:gcm.NonceSize()], sealed[gcm.NonceSize():], nil)
	if err != nil {
		return nil, ErrSealed
	}
	return plain, nil
}

func (b *Box) gcm(purpose string) cipher.AEAD {
	block, err := aes.NewCipher(b.Key(purpose))
	if err != nil {
		panic(err)
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		panic(err)
	}
	return gcm
}

// Hash is a keyed hash (HMAC-SHA-256, hex): equal inputs are found again, but
// nobody without the master key can test guesses.
func (b *Box) Hash(purpose, text string) string {
	mac := hmac.New(sha256.New, b.Key(purpose))
	mac.Write([]byte(text))
	return hex.EncodeToString(mac.Sum(nil))
}

// Sign returns a URL-safe MAC of text, 22 characters (132 bits).
func (b *Box) Sign(purpose, text string) string {
	mac := hmac.New(sha256.New, b.Key(purpose))
	mac.Write([]byte(text))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))[:22]
}

// Verify reports whether sig is Sign of text, in constant time.
func (b *Box) Verify(purpose, text, sig string) bool {
	return hmac.Equal([]byte(b.Sign(purpose, text)), []byte(sig))
}
