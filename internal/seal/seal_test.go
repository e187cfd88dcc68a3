package seal_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"zhizhou/internal/seal"
)

func TestSealedValuesOpenOnlyForTheirPurpose(t *testing.T) {
	b, err := seal.New(bytes.Repeat([]byte{7}, 32))
	if err != nil {
		t.Fatal(err)
	}
	sealed := b.Seal("phone", []byte("13800138000"))
	if bytes.Contains(sealed, []byte("138")) {
		t.Fatal("readable")
	}
	if plain, err := b.Open("phone", sealed); err != nil || string(plain) != "13800138000" {
		t.Fatal(err)
	}
	if _, err := b.Open("totp", sealed); !errors.Is(err, seal.ErrSealed) {
		t.Error("opened for another purpose")
	}
	for i := range sealed {
		bad := bytes.Clone(sealed)
		bad[i] ^= 1
		if _, err := b.Open("phone", bad); !errors.Is(err, seal.ErrSealed) {
			t.Fatalf("byte %d may be changed", i)
		}
	}
	other, err := seal.New(bytes.Repeat([]byte{8}, 32))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := other.Open("phone", sealed); !errors.Is(err, seal.ErrSealed) {
		t.Error("opened by another key")
	}
	if !b.Verify("quote", "x", b.Sign("quote", "x")) || b.Verify("quote", "y", b.Sign("quote", "x")) || b.Verify("other", "x", b.Sign("quote", "x")) {
		t.Error("signatures")
	}
}

func TestKeyFileIsMadeOncePrivate(t *testing.T) {
	file := filepath.Join(t.TempDir(), "keys", "master.key")
	a, err := seal.Load("", file)
	if err != nil {
		t.Fatal(err)
	}
	b, err := seal.Load("", file)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.Open("p", a.Seal("p", []byte("x"))); err != nil {
		t.Error("the second start has another key")
	}
	st, err := os.Stat(file)
	if err != nil || st.Mode().Perm() != 0o600 {
		t.Errorf("mode %v %v", st.Mode(), err)
	}
	for _, bad := range []string{"short", "zz", "00112233"} {
		if _, err := seal.Load(bad, file); err == nil {
			t.Errorf("%q was taken as a key", bad)
		}
	}
}
