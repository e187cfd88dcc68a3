package account

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"

	"zhizhou/internal/id"
)

// argon2id with the parameters OWASP names for interactive sign-in (19 MiB, two
// passes, one lane).
const (
	argonTime, argonKiB, argonLanes, argonLen = 2, 19 * 1024, 1, 32
)

// hashPassword returns the PHC string. At most two run at a time, so that a flood
// of sign-ins cannot take the memory of the machine.
func (s *Service) hashPassword(password string) string {
	salt := id.Bytes(16)
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, argonKiB, argonTime, argonLanes,
		b64.EncodeToString(salt), b64.EncodeToString(s.argon(password, salt, argonTime, argonKiB, argonLanes)))
}

func (s *Service) argon(password string, salt []byte, time, kib uint32, lanes uint8) []byte {
	s.hashing <- struct{}{}
	defer func() { <-s.hashing }()
	return argon2.IDKey([]byte(password), salt, time, kib, lanes, argonLen)
}

// checkPassword takes the same time for an unknown account (empty hash), so that
// nobody learns which accounts exist.
func (s *Service) checkPassword(hash, password string) bool {
	if hash == "" {
		s.argon(password, []byte("no-such-account!"), argonTime, argonKiB, argonLanes)
		return false
	}
	parts := strings.Split(hash, "$")
	if len(parts) != 6 {
		return false
	}
	var m, t uint32
	var p uint8
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &m, &t, &p); err != nil {
		return false
	}
	salt, err1 := base64.RawStdEncoding.DecodeString(parts[4])
	want, err2 := base64.RawStdEncoding.DecodeString(parts[5])
	if err1 != nil || err2 != nil {
		return false
	}
	return subtle.ConstantTimeCompare(s.argon(password, salt, t, m, p), want) == 1
}

func strongEnough(password string) bool {
	n := utf8.RuneCountInString(password)
	return n >= 8 && len(password) <= 256 && strings.Count(password, password[:1]) < n
}

// tokenHash is how session tokens are stored: they are random, so a plain hash is
// enough.
func tokenHash(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}
