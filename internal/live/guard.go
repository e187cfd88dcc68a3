package live

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net"
)

// What an encoder may send. Before it has shown its key hardly anything is needed;
// the library behind would allocate what a header of twelve bytes promises.
const (
	handshakeBytes = 1 + 1536 + 1536
	strangerBytes  = 16 << 10 // before publish, after the handshake
	strangerMsg    = 4 << 10
	encoderMsg     = 8 << 20
	maxChunk       = 1 << 20
	maxStreams     = 16
)

var errForm = errors.New("live: not the RTMP that encoders speak")

// guard reads along with an RTMP connection and ends it before the library sees
// what could harm it: messages too big, of a kind that nobody sends, or media of
// somebody who has not shown a key.
type guard struct {
	net.Conn
	in       chunks
	admitted bool
}

// Read implements net.Conn.
func (g *guard) Read(p []byte) (int, error) {
	n, err := g.Conn.Read(p)
	if n > 0 {
		if bad := g.in.feed(p[:n], g.admitted); bad != nil {
			return 0, bad
		}
	}
	return n, err
}

// chunks follows the chunk layer of RTMP (5.3 of the specification).
type chunks struct {
	skip      int // bytes that are of no interest
	begun     bool
	seen      int // bytes after the handshake
	head      []byte
	size      int // of a chunk
	streams   map[int]*chunkStream
	now       *chunkStream // whose payload comes
	setSize   []byte       // payload of the message that sets the size
	inMessage int          // streams in the middle of a message
}

type chunkStream struct {
	length, got int
	kind        byte
	stamp       uint32
	any         bool
}

// feed takes the next bytes of a connection. Returns errForm.
func (c *chunks) feed(b []byte, admitted bool) error {
	if !c.begun {
		c.begun, c.skip, c.size, c.streams = true, handshakeBytes, 128, map[int]*chunkStream{}
	}
	for len(b) > 0 {
		if c.skip > 0 {
			n := min(c.skip, len(b))
			if c.now != nil {
				c.payload(b[:n])
			}
			b, c.skip = b[n:], c.skip-n
			if c.skip == 0 && c.now != nil {
				if err := c.chunkDone(); err != nil {
					return err
				}
			}
			continue
		}
		if c.seen++; !admitted && c.seen > strangerBytes {
			return fmt.Errorf("%w: too much before publish", errForm)
		}
		c.head = append(c.head, b[0])
		b = b[1:]
		if len(c.head) < c.need() {
			continue
		}
		if err := c.header(admitted); err != nil {
			return err
		}
	}
	return nil
}

// base returns the length of the basic header, and what it says.
func (c *chunks) base() (length, form, stream int) {
	form, stream, length = int(c.head[0]>>6), int(c.head[0]&0x3f), 1
	switch {
	case stream == 0 && len(c.head) > 1:
		return 2, form, 64 + int(c.head[1])
	case stream == 0:
		return 2, form, -1
	case stream == 1 && len(c.head) > 2:
		return 3, form, 64 + int(c.head[1]) + int(c.head[2])<<8
	case stream == 1:
		return 3, form, -1
	}
	return length, form, stream
}

// need tells how long the header is, as far as it is known by now.
func (c *chunks) need() int {
	n, form, stream := c.base()
	if stream < 0 {
		return n
	}
	full := n + [4]int{11, 7, 3, 0}[form]
	if len(c.head) < full {
		return full
	}
	var stamp uint32
	if form < 3 {
		stamp = beUint24(c.head[n:])
	} else if s := c.streams[stream]; s != nil {
		stamp = s.stamp
	}
	if stamp >= 0xffffff {
		full += 4
	}
	return full
}

func beUint24(b []byte) uint32 { return uint32(b[0])<<16 | uint32(b[1])<<8 | uint32(b[2]) }

func (c *chunks) header(admitted bool) error {
	n, form, id := c.base()
	s := c.streams[id]
	if s == nil {
		if len(c.streams) >= maxStreams {
			return fmt.Errorf("%w: too many chunk streams", errForm)
		}
		s = &chunkStream{}
		c.streams[id] = s
	}
	if form > 0 && !s.any || form < 3 && s.got > 0 {
		return fmt.Errorf("%w: a header in the wrong place", errForm)
	}
	if form < 3 {
		s.stamp, s.any = beUint24(c.head[n:]), true
	}
	if form < 2 {
		s.length, s.kind = int(beUint24(c.head[n+3:])), c.head[n+6]
	}
	if s.stamp >= 0xffffff {
		s.stamp = binary.BigEndian.Uint32(c.head[len(c.head)-4:]) // as the library remembers it
	}
	c.head = c.head[:0]
	if err := s.check(admitted); err != nil {
		return err
	}
	if s.got == 0 && s.length > 0 {
		c.inMessage++
	}
	if s.kind == 1 {
		if c.inMessage > 1 {
			return fmt.Errorf("%w: a new chunk size amid a message", errForm)
		}
		c.setSize = c.setSize[:0]
	}
	c.now, c.skip = s, min(s.length-s.got, c.size)
	if c.skip == 0 {
		c.now = nil
	}
	return nil
}

// check tells whether a message may come.
func (s *chunkStream) check(admitted bool) error {
	most, least := encoderMsg, 0
	if !admitted {
		most = strangerMsg
	}
	switch s.kind {
	case 1, 3, 5: // chunk size, acknowledgement, window
		least, most = 4, 16
	case 4: // user control
		least, most = 6, 64
	case 6: // peer bandwidth
		most = 16
	case 17, 20: // commands
		least, most = 4, strangerMsg
	case 8, 9, 15, 18: // sound, picture, data
		if !admitted {
			return fmt.Errorf("%w: media before publish", errForm)
		}
	default:
		return fmt.Errorf("%w: message of kind %d", errForm, s.kind)
	}
	if s.length < least || s.length > most {
		return fmt.Errorf("%w: message of %d bytes, kind %d", errForm, s.length, s.kind)
	}
	return nil
}

func (c *chunks) payload(b []byte) {
	c.seen += len(b)
	c.now.got += len(b)
	if c.now.kind == 1 && len(c.setSize) < 4 {
		c.setSize = append(c.setSize, b...)
	}
}

func (c *chunks) chunkDone() error {
	s := c.now
	c.now = nil
	if s.got < s.length {
		return nil
	}
	s.got = 0
	c.inMessage--
	if s.kind == 1 {
		size := binary.BigEndian.Uint32(c.setSize)
		if size < 1 || size > maxChunk {
			return fmt.Errorf("%w: chunks of %d bytes", errForm, size)
		}
		c.size = int(size)
	}
	return nil
}
