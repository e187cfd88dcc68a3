package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"syscall"

	"zhizhou/internal/card"
)

// drawing measures evidence cards, each with another name and code, beside the same drawn
// by satori and resvg. Both count the processor's time, whatever else runs.
func drawing() error {
	s := card.New(card.Config{PublicURL: "https://school.example"})
	f := card.Facts{
		Kind: card.Course, CourseTitle: "把话写清楚", Teacher: "沈牧之", Lessons: 20, LessonsAll: 20, StudyMS: 34_560_000, ScorePermille: 920, Days: 26, Span: 28, From: 20261102, Until: 20261129,
		Daily: []int64{12, 20, 9, 0, 31, 18, 22, 25, 0, 14, 40, 33, 12, 8, 19, 22, 0, 27, 30, 16, 44, 12, 9, 21, 26, 18, 33, 29},
	}
	var ours, theirs series
	size := 0
	layout := card.Houses()[0].Layouts[card.Portrait]
	one := func(n int) error {
		f.Code = fmt.Sprintf("7F3K92QD%04d", n)
		c := card.Card{Code: f.Code, Facts: f, Text: f.Code, Name: fmt.Sprintf("江小满%d", n)}
		raw, err := s.Print(context.Background(), c, layout, card.Wording{Name: c.Name, School: "知舟"}, s.URL(c.Code))
		size = len(raw)
		return err
	}
	if err := one(0); err != nil { // letters and ground are filled once
		return err
	}
	const n = 60
	for r := range rounds {
		start := processorTime()
		for i := range n {
			if err := one(r*n + i + 1); err != nil {
				return err
			}
		}
		ours = append(ours, n/(processorTime()-start))
	}
	ours.print("T10 evidence card, 1080 × 1440", fmt.Sprintf("cards/s of one core, %d bytes", size))
	word := "met"
	if ours.median() < 60 {
		word = "MISSED"
	}
	fmt.Printf("%-34s %12.0f  (target ≥ 60: %s)\n", "T10 median", ours.median(), word)

	const ref = "web/tests/cards"
	if _, err := os.Stat(ref + "/node_modules"); errors.Is(err, os.ErrNotExist) {
		fmt.Printf("T10 satori and resvg: not measured (npm ci --prefix %s)\n\n", ref)
		return nil
	}
	c := exec.Command("node", ref+"/run.mjs")
	c.Stderr = os.Stderr
	out, err := c.StdoutPipe()
	if err != nil {
		return err
	}
	if err := c.Start(); err != nil {
		return err
	}
	bytes := 0
	for lines := bufio.NewScanner(out); lines.Scan(); {
		var got struct {
			PerSecond float64
			Bytes     int
		}
		if err := json.Unmarshal(lines.Bytes(), &got); err != nil {
			return err
		}
		theirs, bytes = append(theirs, got.PerSecond), got.Bytes
	}
	if err := c.Wait(); err != nil {
		return err
	}
	theirs.print("T10 satori and resvg", fmt.Sprintf("cards/s of one core, %d bytes", bytes))
	verdict("T10", ours, theirs, 4)
	return nil
}

// processorTime is what this process has used, in seconds.
func processorTime() float64 {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u) // fails for an unknown target alone
	at := func(t syscall.Timeval) float64 { return float64(t.Sec) + float64(t.Usec)/1e6 }
	return at(u.Utime) + at(u.Stime)
}
