// Package clock is the only source of the current time, so that tests and the
// sandbox can move it.
package clock

import (
	"sync/atomic"
	"time"
)

// Clock tells the time.
type Clock interface{ Now() time.Time }

// System is the machine's clock.
type System struct{}

// Now returns the current time.
func (System) Now() time.Time { return time.Now() }

// Moved is the system clock plus an offset that may be changed at any moment;
// it keeps running, as the timers of a real service do.
type Moved struct{ offset atomic.Int64 }

// Now returns the system time plus the offset.
func (m *Moved) Now() time.Time { return time.Now().Add(time.Duration(m.offset.Load())) }

// Advance moves the clock forward by d (backward if d is negative).
func (m *Moved) Advance(d time.Duration) { m.offset.Add(int64(d)) }

// MS returns t as Unix milliseconds UTC, the form every _at column holds.
func MS(c Clock) int64 { return c.Now().UnixMilli() }

// China is the zone of every calendar rule (limits per day, study days). It has
// had no daylight saving since 1991, so a fixed zone is exact and needs no tzdata.
var China = time.FixedZone("Asia/Shanghai", 8*3600)

// Day returns the calendar day of t in China as YYYYMMDD.
func Day(t time.Time) int64 {
	y, m, d := t.In(China).Date()
	return int64(y*10000 + int(m)*100 + d)
}
