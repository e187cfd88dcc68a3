package live

import (
	"github.com/q191201771/lal/pkg/base"
	"github.com/q191201771/lal/pkg/mpegts"
	"github.com/q191201771/lal/pkg/remux"
)

const (
	ticks        = 90       // of MPEG-TS in a millisecond
	segmentMS    = 1900     // wanted, a little below the two seconds between key frames
	longestMS    = 12_000   // cut even without a key frame
	segmentBytes = 24 << 20 // more in one segment is no lesson: the push ends
	frameMS      = 40       // how long the last frame of a push is taken to last
)

// piece is a segment as it leaves the cutter.
type piece struct {
	data  []byte
	ms    int64
	fresh bool // the stream's time jumped before it
}

// cutter turns what an encoder sends into segments of MPEG-TS, cut before key
// frames. It is fed by one goroutine.
type cutter struct {
	remux *remux.Rtmp2MpegtsRemuxer
	out   func(piece)
	head  []byte // PAT and PMT, at the start of each segment
	buf   []byte
	open  bool
	fresh bool
	from  uint64
	last  uint64
	fat   bool // more came than a segment holds
}

func newCutter(out func(piece)) *cutter {
	c := &cutter{out: out, fresh: true}
	c.remux = remux.NewRtmp2MpegtsRemuxer(c)
	return c
}

func (c *cutter) feed(msg base.RtmpMsg) {
	if len(msg.Payload) > 0 { // the library looks at the first byte
		c.remux.FeedRtmpMessage(msg)
	}
}

// end gives out what is left.
func (c *cutter) end() {
	c.remux.Dispose()
	if c.open {
		c.cut(c.last+frameMS*ticks, false)
	}
	c.open = false
}

// OnPatPmt implements the remuxer's observer.
func (c *cutter) OnPatPmt(b []byte) { c.head = b }

// OnTsPackets implements the remuxer's observer.
func (c *cutter) OnTsPackets(packets []byte, frame *mpegts.Frame, boundary bool) {
	at := frame.Dts
	if frame.Sid == mpegts.StreamIdAudio {
		at = frame.Pts
	}
	switch {
	case !c.open:
		if !boundary {
			return // nothing can be shown before the first key frame
		}
		c.begin(at)
	case at+ticks*1000 < c.from || at > c.from+longestMS*ticks:
		jump := at+ticks*1000 < c.from || at > c.last+longestMS*ticks
		to := at
		if jump {
			to = c.last + frameMS*ticks
		}
		c.cut(to, jump)
		c.begin(at)
	case boundary && at >= c.from+segmentMS*ticks:
		c.cut(at, false)
		c.begin(at)
	}
	c.last = max(at, c.last)
	c.buf = append(c.buf, packets...)
	c.fat = c.fat || len(c.buf) > segmentBytes
}

func (c *cutter) begin(at uint64) {
	c.open, c.from, c.last = true, at, at
	c.buf = append(make([]byte, 0, max(256<<10, cap(c.buf)/2)), c.head...)
	c.remux.FlushAudio() // players like to find sound at the start
}

func (c *cutter) cut(to uint64, jump bool) {
	ms := int64(1)
	if to > c.from {
		ms = max(1, int64(to-c.from)/ticks)
	}
	c.out(piece{data: c.buf, ms: ms, fresh: c.fresh})
	c.buf, c.fresh = nil, jump
}
