package web

import (
	"sync"
	"time"
)

// Limiter is a token bucket for each key, in memory. It is for floods; limits
// that must survive a restart or span nodes live in the database. It holds a
// bounded number of keys: when full, the idle half is dropped.
type Limiter struct {
	mu      sync.Mutex
	rate    float64 // tokens a second
	burst   float64
	buckets map[string]*bucket
	max     int
}

type bucket struct {
	tokens float64
	at     time.Time
}

// NewLimiter admits n calls in each period for a key, all at once if need be.
func NewLimiter(n int, period time.Duration) *Limiter {
	return &Limiter{rate: float64(n) / period.Seconds(), burst: float64(n), buckets: map[string]*bucket{}, max: 50_000}
}

// Allow takes a token of key. When there is none it returns how long to wait.
func (l *Limiter) Allow(key string, now time.Time) (bool, time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	b := l.buckets[key]
	if b == nil {
		if len(l.buckets) >= l.max {
			l.drop(now)
		}
		b = &bucket{tokens: l.burst, at: now}
		l.buckets[key] = b
	}
	b.tokens = min(l.burst, b.tokens+max(0, now.Sub(b.at).Seconds())*l.rate)
	b.at = now
	if b.tokens < 1 {
		return false, time.Duration((1 - b.tokens) / l.rate * float64(time.Second))
	}
	b.tokens--
	return true, 0
}

// Return gives a token of key back that turned out not to be due.
func (l *Limiter) Return(key string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if b := l.buckets[key]; b != nil {
		b.tokens = min(l.burst, b.tokens+1)
	}
}

func (l *Limiter) drop(now time.Time) {
	full := time.Duration(l.burst / l.rate * float64(time.Second))
	for k, b := range l.buckets {
		if now.Sub(b.at) > full {
			delete(l.buckets, k)
		}
	}
	for k := range l.buckets {
		if len(l.buckets) < l.max/2 {
			return
		}
		delete(l.buckets, k)
	}
}
