// Package pack opens ZIP containers and the XML inside them that strangers made:
// word processor files and e-books. It bounds how much may come out of them, and it
// fetches nothing that they point at.
package pack

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
)

// Why a container is refused.
var (
	ErrKind    = errors.New("pack: not a ZIP container")
	ErrBroken  = errors.New("pack: the container is damaged")
	ErrTooBig  = errors.New("pack: too many or too large entries")
	ErrPath    = errors.New("pack: an entry leaves the container")
	ErrSealed  = errors.New("pack: the container is encrypted")
	ErrMissing = errors.New("pack: no such entry")
)

// Limits bound a container.
type Limits struct {
	Entries int   // how many it may hold
	Bytes   int64 // what may be unpacked from all of it
	Each    int64 // what may be unpacked from one entry
	Ratio   int64 // how many times its size an entry of more than a megabyte may grow
}

// ratioFrom is the size below which nothing is said about how well it was packed.
const ratioFrom = 1 << 20

// Zip is an open container. It is not safe for concurrent use.
type Zip struct {
	names []string
	files map[string]*zip.File
	left  int64
	each  int64
}

// entryMark begins each entry of a container's directory.
var entryMark = []byte("PK\x01\x02")

// Open looks at a container's directory; nothing is unpacked yet. Returns ErrKind,
// ErrBroken, ErrTooBig, ErrPath, ErrSealed.
func Open(raw []byte, lim Limits) (*Zip, error) {
	if !bytes.HasPrefix(raw, []byte("PK\x03\x04")) {
		return nil, ErrKind
	}
	// Asked before the directory is read, which takes memory for each entry.
	if bytes.Count(raw, entryMark) > lim.Entries {
		return nil, ErrTooBig
	}
	r, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) {
		return nil, fmt.Errorf("%w: %w", ErrBroken, err)
	}
	return open(r, lim)
}

// open checks what a directory claims.
func open(r *zip.Reader, lim Limits) (*Zip, error) {
	z := &Zip{files: map[string]*zip.File{}, left: lim.Bytes, each: lim.Each}
	var total uint64
	for _, f := range r.File {
		if err := fits(f, lim); err != nil {
			return nil, err
		}
		if total += f.UncompressedSize64; total > uint64(lim.Bytes) {
			return nil, ErrTooBig
		}
		if strings.HasSuffix(f.Name, "/") {
			continue
		}
		if z.files[f.Name] != nil {
			return nil, ErrBroken // two of one name: which is meant depends on who reads
		}
		z.files[f.Name] = f
		z.names = append(z.names, f.Name)
	}
	return z, nil
}

func fits(f *zip.File, lim Limits) error {
	name := strings.TrimSuffix(f.Name, "/")
	switch {
	case name == "" || strings.ContainsAny(name, "\\\x00") || path.IsAbs(name) || path.Clean(name) != name || name == ".." || strings.HasPrefix(name, "../"):
		return ErrPath
	case f.Mode()&^0o7777 != 0 && !f.Mode().IsDir():
		return ErrPath // a link or a device
	case f.Flags&1 != 0:
		return ErrSealed
	case f.UncompressedSize64 > uint64(lim.Each):
		return ErrTooBig
	case f.UncompressedSize64 > ratioFrom && f.UncompressedSize64/max(1, f.CompressedSize64) > uint64(lim.Ratio):
		return ErrTooBig
	}
	return nil
}

// Names lists the entries in the order of the container.
func (z *Zip) Names() []string { return z.names }

// Has reports whether there is an entry of the name.
func (z *Zip) Has(name string) bool { return z.files[name] != nil }

// Size is what an entry claims to unpack to; 0 when there is none.
func (z *Zip) Size(name string) int64 {
	if f := z.files[name]; f != nil {
		return int64(f.UncompressedSize64)
	}
	return 0
}

// Read unpacks an entry. What is read twice counts twice. Returns ErrMissing,
// ErrBroken, ErrTooBig.
func (z *Zip) Read(name string) ([]byte, error) {
	f := z.files[name]
	if f == nil {
		return nil, ErrMissing
	}
	r, err := f.Open()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrBroken, err)
	}
	defer func() { _ = r.Close() }()
	most := min(z.each, z.left) // sizes in a directory may lie
	raw, err := io.ReadAll(io.LimitReader(r, most+1))
	z.left -= int64(len(raw))
	if int64(len(raw)) > most {
		return nil, ErrTooBig
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrBroken, err)
	}
	return raw, nil
}
