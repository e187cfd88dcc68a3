package media

import (
	"context"
	"errors"
	"sync"
	"time"

	"zhizhou/internal/db"
)

// progress turns ffmpeg's position in one rendition into that of the whole job.
// Weights are pixels × time, which is what encoding costs.
type progress struct {
	mu         sync.Mutex
	stage      string
	total      float64
	finished   float64 // weight of the stages before this one
	current    float64 // weight of this stage
	part       float64 // how much of it is done, 0–1
	durationMS int64
	began      time.Time
	skipped    float64 // weight that an earlier run had finished
}

// plan sets what there is to do; what an earlier run finished counts as done.
func (p *progress) plan(plan []Rung, src Source, have []Rendition) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.durationMS, p.began, p.stage = src.DurationMS, time.Now(), "transcoding"
	for _, r := range plan {
		p.total += weight(r, src)
		if named(have, r.Name) {
			p.skipped += weight(r, src)
		}
	}
	p.finished = p.skipped
}

func weight(r Rung, src Source) float64 {
	return float64(src.DurationMS) * (float64(r.Width*r.Height) + 60_000)
}

func (p *progress) enter(stage string, weight float64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.finished += p.current
	p.stage, p.current, p.part = stage, weight, 0
}

func (p *progress) done(ms int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.part = min(1, float64(ms)/float64(max(p.durationMS, 1)))
}

// now returns the stage, percent (0–99: only a ready asset has 100) and the
// seconds left, 0 while unknown.
func (p *progress) now() (stage string, percent, etaS int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	at := p.finished + p.current*p.part
	if p.total > 0 {
		percent = max(0, min(99, int64(100*at/p.total)))
	}
	if worked := at - p.skipped; worked > 0 {
		left := time.Since(p.began).Seconds() * (p.total - at) / worked
		etaS = int64(left + 0.999)
	}
	return p.stage, percent, etaS
}

// step writes the progress as a sign of life; false means the run was lost.
func (s *Service) step(ctx context.Context, assetID int64, run string, p *progress) (alive bool, err error) {
	err = s.db.Tx(ctx, func(ctx context.Context, tx *db.Tx) error { return s.stillMine(ctx, tx, assetID, run, p) })
	if errors.Is(err, errLostRun) {
		return false, nil
	}
	return err == nil, err
}

// report calls beat each second while something changed and each ten seconds
// anyway. The context it returns ends with errLostRun when beat says so.
func (s *Service) report(parent context.Context, p *progress, beat func(context.Context) (bool, error)) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(parent)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		tick := time.NewTicker(time.Second)
		defer tick.Stop()
		var stage string
		var percent int64 = -1
		var last time.Time
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
			st, pc, _ := p.now()
			if st == stage && pc == percent && time.Since(last) < 10*time.Second {
				continue
			}
			alive, err := beat(ctx)
			if err != nil {
				continue // the next tick tries again; a dead database ends the job elsewhere
			}
			if !alive {
				cancel(errLostRun)
				return
			}
			stage, percent, last = st, pc, time.Now()
		}
	}()
	return ctx, func() { cancel(nil); <-ended }
}
