package media

import (
	"crypto/aes"
	"crypto/cipher"
	"errors"
)

// encryptSegment encrypts plain in place of a new slice with AES-128-CBC and
// PKCS#7 padding, as HLS METHOD=AES-128 demands (RFC 8216 §4.3.2.4). key and iv
// are 16 bytes.
func encryptSegment(key, iv, plain []byte) ([]byte, error) {
	block, err := aes.NewCipher(key)
	if err != nil || len(key) != 16 || len(iv) != 16 {
		return nil, errors.New("media: want a 16-byte key and IV")
	}
	pad := 16 - len(plain)%16
	out := make([]byte, len(plain)+pad)
	copy(out, plain)
	for i := len(plain); i < len(out); i++ {
		out[i] = byte(pad)
	}
	cipher.NewCBCEncrypter(block, iv).CryptBlocks(out, out)
	return out, nil
}
