package live

import (
	"bytes"
	"encoding/binary"
	"errors"
	"testing"
)

// said is what an encoder sends after its handshake.
func said(parts ...[]byte) []byte {
	return append(make([]byte, handshakeBytes), bytes.Join(parts, nil)...)
}

func header(stream byte, stamp, length uint32, kind byte) []byte {
	b := []byte{stream, byte(stamp >> 16), byte(stamp >> 8), byte(stamp), byte(length >> 16), byte(length >> 8), byte(length), kind, 0, 0, 0, 0}
	if stamp == 0xffffff {
		b = binary.BigEndian.AppendUint32(b, 0x01000000)
	}
	return b
}

func body(n int) []byte { return make([]byte, n) }

func TestTheGuardLetsEncodersThroughAndNobodyElse(t *testing.T) {
	bigChunks := append(header(2, 0, 4, 1), 0, 0, 16, 0)
	for _, c := range []struct {
		name     string
		data     []byte
		admitted bool
		ok       bool
	}{
		{"a command", said(header(3, 0, 40, 20), body(40)), false, true},
		{"a command in chunks", said(header(3, 0, 200, 20), body(128), []byte{0xc3}, body(72), header(3, 0, 9, 20), body(9)), false, true},
		{"media after the key", said(bigChunks, header(4, 0, 5000, 9), body(4096), []byte{0xc4}, body(904)), true, true},
		{"a long time stamp", said(header(4, 0xffffff, 200, 8), body(128), []byte{0xc4, 1, 0, 0, 0}, body(72)), true, true},
		{"media before the key", said(header(4, 0, 10, 9), body(10)), false, false},
		{"a promise of much", said(header(3, 0, 0xffffff, 20)), false, false},
		{"a promise of much after the key", said(header(4, 0, 0xffffff, 9)), true, false},
		{"an aggregate, which the library reads out of bounds", said(header(4, 0, 50, 22)), true, false},
		{"a control that is too short", said(header(2, 0, 2, 4), body(2)), true, false},
		{"chunks of nothing", said(header(2, 0, 4, 1), body(4)), true, false},
		{"a message amid another", said(header(3, 0, 200, 20), body(128), header(3, 0, 20, 20)), true, false},
		{"a beginning without a header", said([]byte{0xc3}), true, false},
		{"a size that changes amid a message", said(header(4, 0, 200, 9), body(128), bigChunks), true, false},
		{"talk without an end", said(bytes.Repeat(append(header(3, 0, 100, 20), body(100)...), 200)), false, false},
	} {
		for _, step := range []int{1, 7, len(c.data)} {
			var in chunks
			var err error
			for at := 0; at < len(c.data) && err == nil; at += step {
				err = in.feed(c.data[at:min(len(c.data), at+step)], c.admitted)
			}
			if (err == nil) != c.ok || err != nil && !errors.Is(err, errForm) {
				t.Errorf("%s, %d bytes at a time: %v", c.name, step, err)
			}
		}
	}
	var in chunks
	var many []byte
	for i := range maxStreams + 1 {
		many = append(many, append(header(byte(3+i), 0, 1, 20)[:12], 0)...)
	}
	for i := 7; i < len(many); i += 13 {
		many[i], many[i-1] = 18, 1
	}
	if err := in.feed(said(many), true); err == nil {
		t.Error("any number of streams")
	}
}

// Whatever comes in whatever pieces, the guard decides the same and never panics.
func FuzzGuard(f *testing.F) {
	f.Add([]byte{3, 0, 0, 0, 0, 0, 4, 20, 0, 0, 0, 0, 1, 2, 3, 4}, 3, true)
	f.Add(append(header(2, 0, 4, 1), 0, 0, 16, 0), 1, false)
	f.Add([]byte{0x00, 0xff, 0x41, 0x00}, 2, true)
	f.Fuzz(func(t *testing.T, data []byte, step int, admitted bool) {
		if step < 1 || step > 1<<16 {
			step = 1
		}
		whole := chunks{begun: true, size: 128, streams: map[int]*chunkStream{}}
		parts := chunks{begun: true, size: 128, streams: map[int]*chunkStream{}}
		want := whole.feed(bytes.Clone(data), admitted)
		var got error
		for at := 0; at < len(data) && got == nil; at += step {
			got = parts.feed(data[at:min(len(data), at+step)], admitted)
		}
		if (want == nil) != (got == nil) {
			t.Fatalf("at once: %v, in pieces: %v", want, got)
		}
		if len(whole.streams) > maxStreams || whole.inMessage > maxStreams {
			t.Fatalf("%d streams, %d in a message", len(whole.streams), whole.inMessage)
		}
	})
}
