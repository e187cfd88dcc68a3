package pack

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

const (
	endSize      = 22 // of the record that ends a container, without its comment
	maxComment   = 1<<16 - 1
	maxDirectory = 8 << 20
)

var endMark = []byte("PK\x05\x06")

// OpenAt is Open for a container that does not fit into memory. Its directory may take
// eight megabytes.
func OpenAt(r io.ReaderAt, size int64, lim Limits) (*Zip, error) {
	head := make([]byte, 4)
	if _, err := r.ReadAt(head, 0); err != nil || string(head) != "PK\x03\x04" {
		return nil, ErrKind
	}
	// Asked before the directory is read, which takes memory for each entry.
	if err := small(r, size); err != nil {
		return nil, err
	}
	z, err := zip.NewReader(r, size)
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) {
		return nil, fmt.Errorf("%w: %w", ErrBroken, err)
	}
	if len(z.File) > lim.Entries {
		return nil, ErrTooBig
	}
	return open(z, lim)
}

// small checks that the directory begins near the end of the container.
func small(r io.ReaderAt, size int64) error {
	n := min(size, endSize+maxComment)
	tail := make([]byte, n)
	if _, err := r.ReadAt(tail, size-n); err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("%w: %w", ErrBroken, err)
	}
	at := bytes.LastIndex(tail, endMark)
	if at < 0 || len(tail)-at < endSize {
		return ErrBroken
	}
	bytes64 := int64(binary.LittleEndian.Uint32(tail[at+12:]))
	begins := int64(binary.LittleEndian.Uint32(tail[at+16:]))
	if begins == 1<<32-1 || bytes64 == 1<<32-1 { // a container of more than 4 GB says it elsewhere
		where := size - n + int64(at) - 20
		locator := make([]byte, 20)
		if _, err := r.ReadAt(locator, max(0, where)); err != nil || string(locator[:4]) != "PK\x06\x07" {
			return ErrBroken
		}
		record := make([]byte, 56)
		to := binary.LittleEndian.Uint64(locator[8:])
		if to > uint64(size) {
			return ErrBroken
		}
		if _, err := r.ReadAt(record, int64(to)); err != nil || string(record[:4]) != "PK\x06\x06" {
			return ErrBroken
		}
		a, b := binary.LittleEndian.Uint64(record[40:]), binary.LittleEndian.Uint64(record[48:])
		if a > maxDirectory || b > uint64(size) {
			return ErrTooBig
		}
		bytes64, begins = int64(a), int64(b)
	}
	if bytes64 > maxDirectory || size-begins > maxDirectory+endSize+maxComment {
		return ErrTooBig
	}
	return nil
}

// Stream opens an entry to be read once, and counts what is read like Read. Its reader
// answers ErrTooBig and ErrBroken. Returns ErrMissing, ErrBroken.
func (z *Zip) Stream(name string) (io.ReadCloser, error) {
	f := z.files[name]
	if f == nil {
		return nil, ErrMissing
	}
	r, err := f.Open()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrBroken, err)
	}
	return &stream{z, r, min(z.each, int64(f.UncompressedSize64))}, nil
}

type stream struct {
	z    *Zip
	r    io.ReadCloser
	left int64
}

func (s *stream) Read(p []byte) (int, error) {
	n, err := s.r.Read(p)
	s.left -= int64(n)
	if s.left < 0 {
		return 0, ErrTooBig // sizes in a directory may lie
	}
	if err != nil && !errors.Is(err, io.EOF) {
		err = fmt.Errorf("%w: %w", ErrBroken, err)
	}
	return n, err //nolint:wrapcheck // io.EOF must stay what it is
}

func (s *stream) Close() error { return s.r.Close() } //nolint:wrapcheck // nothing to add
