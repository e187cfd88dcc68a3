// Package id makes identifiers: 53-bit row ids that JavaScript can hold, and
// unguessable texts for everything that a stranger might try.
package id

import (
	"crypto/rand"
	"encoding/base32"
	"encoding/hex"
	"strings"
	"sync"
	"time"
)

// Row ids are 41 bits of milliseconds since 2025, 3 bits of node and 9 bits of
// sequence. They rise with time, so inserts stay at the end of the index. When a
// millisecond is used up the next is borrowed: ids stay unique in bursts.
const epochMS = 1735689600000

var gen struct {
	sync.Mutex
	node, last, seq int64
}

// SetNode gives this process its number, 0–7. Processes that share a database
// must each have their own (NODE_ID).
func SetNode(n int) {
	gen.Lock()
	defer gen.Unlock()
	gen.node = int64(n & 7)
}

// New returns a row id, positive and below 2^53.
func New() int64 {
	gen.Lock()
	defer gen.Unlock()
	now := time.Now().UnixMilli() - epochMS
	switch {
	case now > gen.last:
		gen.last, gen.seq = now, 0
	case gen.seq < 511:
		gen.seq++
	default:
		gen.last, gen.seq = gen.last+1, 0
	}
	return gen.last<<12 | gen.node<<9 | gen.seq
}

var lower = base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(base32.NoPadding)

// Token returns n random bytes as lower-case hex: session tokens, lease secrets.
func Token(n int) string { return hex.EncodeToString(Bytes(n)) }

// Code returns 20 characters of Crockford base32 (100 random bits): order and
// payment numbers, which WeChat Pay limits to 32 letters and digits.
func Code() string { return strings.ToUpper(lower.EncodeToString(Bytes(13))[:20]) }

// Bytes returns n random bytes.
func Bytes(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails: crypto/rand panics instead (Go 1.24)
	return b
}

// Plain returns n random characters out of 32 that nobody takes for one another, 5 bits
// each: codes that people read out and type.
func Plain(n int) string {
	const letters = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
	raw := Bytes(n)
	for i, b := range raw {
		raw[i] = letters[b%32]
	}
	return string(raw)
}
