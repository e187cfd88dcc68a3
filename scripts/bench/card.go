package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/png"
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
	beside, err := besides(f, layout)
	if err != nil {
		return err
	}
	ours.print("T10 evidence card, 1080 × 1440", fmt.Sprintf("cards/s of one core, %d bytes", size))
	word := "met"
	if ours.median() < 60 {
		word = "MISSED"
	}
	fmt.Printf("%-34s %12.0f  (target ≥ 60: %s)\n", "T10 median", ours.median(), word)

	beside.print("T10 with a note, a brand and its logo", "cards/s of one core")

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

// besides measures the same cards with what a teacher wrote and a partner's brand with its
// logo.
func besides(f card.Facts, layout card.Layout) (series, error) {
	logo := image.NewRGBA(image.Rect(0, 0, 400, 400))
	for i := range logo.Pix {
		logo.Pix[i] = byte(i * 7)
	}
	var file bytes.Buffer
	if err := png.Encode(&file, logo); err != nil {
		return nil, err
	}
	s := card.New(card.Config{PublicURL: "https://school.example", Picture: func(context.Context, string) (image.Image, error) {
		return png.Decode(bytes.NewReader(file.Bytes()))
	}})
	var out series
	const n = 60
	for r := range rounds {
		start := processorTime()
		for i := range n {
			f.Code = fmt.Sprintf("9B3K92QD%04d", r*n+i)
			c := card.Card{Code: f.Code, Facts: f, Text: f.Code, Name: fmt.Sprintf("江小满%d", i)}
			w := card.Wording{Name: c.Name, School: "知舟", Mentor: "沈牧之", Note: "二十课一课不落，最后一篇已经能让人一眼看到结论。继续写下去，把话说给更多的人听。", Brand: "远山读书会", Logo: "img/logo"}
			if _, err := s.Print(context.Background(), c, layout, w, s.URL(c.Code)); err != nil {
				return nil, err
			}
		}
		out = append(out, n/(processorTime()-start))
	}
	return out, nil
}

// processorTime is what this process has used, in seconds.
func processorTime() float64 {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u) // fails for an unknown target alone
	at := func(t syscall.Timeval) float64 { return float64(t.Sec) + float64(t.Usec)/1e6 }
	return at(u.Utime) + at(u.Stime)
}
