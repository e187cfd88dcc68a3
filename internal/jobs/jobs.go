// Package jobs runs work outside of requests. A job is enqueued inside the
// business transaction and so exists exactly if the business fact does. It is
// River (github.com/riverqueue/river) set up for both engines; this package owns
// River's tables and nothing else.
package jobs

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riverdatabasesql"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivermigrate"
	"github.com/riverqueue/river/rivertype"

	"zhizhou/internal/db"
)

// MediaQueue is for transcoding: one job at a time, so that a burst of uploads
// cannot starve everything else.
const MediaQueue = "media"

// DocumentQueue is for drawing documents: one at a time, and not behind films.
const DocumentQueue = "document"

// Args is what a job carries. Kind names it for ever: jobs outlive releases.
type Args = river.JobArgs

// Queue holds the workers, the periodic jobs and River's client.
type Queue struct {
	driver   riverdriver.Driver[*sql.Tx]
	workers  *river.Workers
	periodic []*river.PeriodicJob
	ticks    map[string]func(context.Context) error
	client   *river.Client[*sql.Tx]
	log      *slog.Logger
	started  bool
	// reindexed are River's indexes that are built anew each night; nil: those of its default.
	reindexed []string
}

// New prepares a queue on d and migrates River's tables.
func New(ctx context.Context, d *db.DB, log *slog.Logger) (*Queue, error) {
	q := &Queue{workers: river.NewWorkers(), ticks: map[string]func(context.Context) error{}, log: log}
	if d.Engine == db.SQLite {
		q.driver, q.reindexed = riversqlite.New(d.SQL()), []string{} // indexes swell on PostgreSQL alone
	} else {
		q.driver = riverdatabasesql.New(d.SQL())
	}
	quiet := slog.New(slog.DiscardHandler)
	m, err := rivermigrate.New(q.driver, &rivermigrate.Config{Logger: quiet})
	if err != nil {
		return nil, fmt.Errorf("jobs: %w", err)
	}
	if _, err := m.Migrate(ctx, rivermigrate.DirectionUp, nil); err != nil {
		return nil, fmt.Errorf("jobs: migrate: %w", err)
	}
	Work(q, time.Minute, q.tick)
	return q, nil
}

type worker[A Args] struct {
	river.WorkerDefaults[A]
	timeout time.Duration
	fn      func(context.Context, A) error
}

func (w *worker[A]) Work(ctx context.Context, job *river.Job[A]) error { return w.fn(ctx, job.Args) }
func (w *worker[A]) Timeout(*river.Job[A]) time.Duration               { return w.timeout }

// Work registers fn for jobs of type A, before Build. fn must be safe to repeat:
// a job that was cut off by a crash runs again.
func Work[A Args](q *Queue, timeout time.Duration, fn func(context.Context, A) error) {
	river.AddWorker(q.workers, &worker[A]{timeout: timeout, fn: fn})
}

// Tick is the job behind Every.
type Tick struct {
	Name string `json:"name"`
}

// Kind implements Args.
func (Tick) Kind() string { return "tick" }

// InsertOpts implements River's interface: one tick of a name waits at most.
func (Tick) InsertOpts() river.InsertOpts {
	return river.InsertOpts{MaxAttempts: 1, UniqueOpts: river.UniqueOpts{ByArgs: true, ByState: []rivertype.JobState{
		rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRunning, rivertype.JobStateScheduled, rivertype.JobStateRetryable,
	}}}
}

// Every runs fn on one node each interval, and once at the start.
func (q *Queue) Every(name string, interval time.Duration, fn func(context.Context) error) {
	q.ticks[name] = fn
	q.periodic = append(q.periodic, river.NewPeriodicJob(river.PeriodicInterval(interval),
		func() (river.JobArgs, *river.InsertOpts) { return Tick{Name: name}, nil },
		&river.PeriodicJobOpts{RunOnStart: true}))
}

func (q *Queue) tick(ctx context.Context, t Tick) error {
	if fn := q.ticks[t.Name]; fn != nil {
		return fn(ctx)
	}
	return nil // a sweep of an older release
}

// Build ends registration; Add works from here on.
func (q *Queue) Build() error {
	client, err := river.NewClient(q.driver, &river.Config{
		Workers:              q.workers,
		PeriodicJobs:         q.periodic,
		Queues:               map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: 4}, MediaQueue: {MaxWorkers: 1}, DocumentQueue: {MaxWorkers: 1}},
		JobTimeout:           -1,
		RescueStuckJobsAfter: 3 * time.Hour,
		ReindexerIndexNames:  q.reindexed,
		Logger:               slog.New(levelHandler{q.log.Handler(), slog.LevelWarn}),
	})
	if err != nil {
		return fmt.Errorf("jobs: %w", err)
	}
	q.client = client
	return nil
}

// Add enqueues a job inside tx: it runs only if tx commits.
func (q *Queue) Add(ctx context.Context, tx *db.Tx, args Args) error {
	raw, err := tx.SQL(ctx)
	if err == nil {
		_, err = q.client.InsertTx(ctx, raw, args, nil)
	}
	if err != nil {
		return fmt.Errorf("jobs: add %s: %w", args.Kind(), err)
	}
	return nil
}

// Start begins to work. A process that only serves requests need not call it.
func (q *Queue) Start(ctx context.Context) error {
	if err := q.client.Start(ctx); err != nil {
		return fmt.Errorf("jobs: %w", err)
	}
	q.started = true
	return nil
}

// Stop lets running jobs finish for a few seconds, then cancels them: a transcode
// may take hours. A cancelled job runs again later.
func (q *Queue) Stop(ctx context.Context) error {
	if !q.started {
		return nil
	}
	soft, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	if q.client.Stop(soft) == nil {
		return nil
	}
	hard, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	if err := q.client.StopAndCancel(hard); err != nil {
		return fmt.Errorf("jobs: stop: %w", err)
	}
	return nil
}

type levelHandler struct {
	slog.Handler
	min slog.Level
}

func (h levelHandler) Enabled(ctx context.Context, l slog.Level) bool {
	return l >= h.min && h.Handler.Enabled(ctx, l)
}
