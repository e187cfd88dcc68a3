package export

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/csv"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"zhizhou/internal/audit"
	"zhizhou/internal/blob"
	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/jobs"
	"zhizhou/internal/seal"
	"zhizhou/internal/testkit"
)

// rows is a kind of n rows that looks at every page.
func rows(n int64, look func(page int64) error) Kind {
	return Kind{
		Name: "rows", Label: "行 <&>", Head: []string{"编号", "名称", "金额", "时间"},
		Count: func(context.Context, Filter) (int64, error) { return n, nil },
		Page: func(_ context.Context, _ Filter, after int64) ([][]any, int64, error) {
			if err := look(after / 1000); err != nil {
				return nil, 0, err
			}
			var out [][]any
			for i := after + 1; i <= min(n, after+1000); i++ {
				out = append(out, []any{Digits(fmt.Sprintf("%020d", i)), fmt.Sprintf("=1+%d", i), Fen(i), Time(i * 1000)})
			}
			return out, after + int64(len(out)), nil
		},
	}
}

func service(t *testing.T, d *db.DB, k Kind) (*Service, context.Context, *clock.Moved) {
	t.Helper()
	ctx := audit.WithActor(context.Background(), audit.Actor{Kind: "staff", ID: 7, Name: "财务"})
	queue, err := jobs.New(ctx, d, testkit.Log())
	if err != nil {
		t.Fatal(err)
	}
	store, err := blob.NewLocal(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	box, err := seal.New(bytes.Repeat([]byte{7}, 32))
	if err != nil {
		t.Fatal(err)
	}
	now := &clock.Moved{}
	s := New(Service{DB: d, Jobs: queue, Store: store, Box: box, Clock: now, Dir: filepath.Join(t.TempDir(), "work"), Log: testkit.Log()}, []Kind{k})
	if err := queue.Build(); err != nil {
		t.Fatal(err)
	}
	return s, ctx, now
}

func (s *Service) state(t *testing.T, ctx context.Context, id int64) Export {
	t.Helper()
	e, err := s.Get(ctx, id, 7, false)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func read(t *testing.T, ctx context.Context, s *Service, e Export) []byte {
	t.Helper()
	f, err := s.Download(ctx, e)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	raw, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// A file of 50,000 rows is written and read without its rows being in memory; what
// it says is what the pages said, and no text in it is a formula.
func TestFiftyThousandRowsInBoundedMemory(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		var base, peak runtime.MemStats
		s, ctx, _ := service(t, d, rows(50_000, func(page int64) error {
			if page%5 == 0 {
				var m runtime.MemStats
				runtime.GC()
				if runtime.ReadMemStats(&m); m.HeapAlloc > peak.HeapAlloc {
					peak = m
				}
			}
			return nil
		}))
		for _, format := range []string{"csv", "xlsx"} {
			e, err := s.Ask(ctx, "rows", format, Filter{}, "key-of-"+format)
			if err != nil {
				t.Fatal(err)
			}
			if again, err := s.Ask(ctx, "rows", format, Filter{}, "key-of-"+format); err != nil || again.ID != e.ID {
				t.Fatalf("the same question made another file: %v", err)
			}
			if _, err := s.Ask(ctx, "rows", format, Filter{From: 1}, "key-of-"+format); !errors.Is(err, ErrKey) {
				t.Fatalf("another question under the same key: %v", err)
			}
			runtime.GC()
			runtime.ReadMemStats(&base)
			peak = runtime.MemStats{}
			if err := s.Make(ctx, e.ID); err != nil {
				t.Fatal(err)
			}
			if grown := int64(peak.HeapAlloc) - int64(base.HeapAlloc); grown > 4<<20 {
				t.Errorf("%s: the heap grew by %d bytes", format, grown)
			} else {
				t.Logf("%s: the heap grew by %d kB at most", format, grown>>10)
			}
			e = s.state(t, ctx, e.ID)
			if e.State != Done || e.Done != 50_000 || e.Total != 50_000 {
				t.Fatalf("%+v", e)
			}
			raw := read(t, ctx, s, e)
			if format == "csv" {
				checkCSV(t, raw)
			} else {
				checkXLSX(t, raw)
			}
		}
	})
}

func checkCSV(t *testing.T, raw []byte) {
	t.Helper()
	text, found := strings.CutPrefix(string(raw), "\uFEFF")
	got, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil || !found || len(got) != 50_001 {
		t.Fatalf("%d rows, mark %v: %v", len(got), found, err)
	}
	if last := strings.Join(got[50_000], "|"); last != "\t00000000000000050000|'=1+50000|500.00|1970-01-01 21:53:20" {
		t.Errorf("%q", last)
	}
}

func checkXLSX(t *testing.T, raw []byte) {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		var sheet struct {
			Rows []struct {
				Cells []struct {
					Type  string `xml:"t,attr"`
					Value string `xml:"v"`
					Text  string `xml:"is>t"`
				} `xml:"c"`
			} `xml:"sheetData>row"`
		}
		if err := xml.NewDecoder(r).Decode(&sheet); err != nil {
			t.Fatalf("%s: %v", f.Name, err)
		}
		if f.Name != "xl/worksheets/sheet1.xml" {
			continue
		}
		if len(sheet.Rows) != 50_001 {
			t.Fatalf("%d rows", len(sheet.Rows))
		}
		c := sheet.Rows[50_000].Cells
		if c[0].Text != "00000000000000050000" || c[1].Type != "inlineStr" || c[1].Text != "=1+50000" || c[2].Value != "500.00" || c[3].Text != "1970-01-01 21:53:20" {
			t.Errorf("%+v", c)
		}
	}
}

// What stops in the middle begins anew: at once when the program was stopped, after
// two minutes without a sign of life when it was killed. A week later the file is gone.
func TestExportSurvivesARestart(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		var during func(page int64) error
		s, ctx, now := service(t, d, rows(2500, func(page int64) error { return during(page) }))
		e, err := s.Ask(ctx, "rows", "csv", Filter{}, "restart-key")
		if err != nil {
			t.Fatal(err)
		}
		stopped, stop := context.WithCancel(ctx)
		during = func(page int64) error {
			if page == 2 {
				stop()
				return stopped.Err()
			}
			return nil
		}
		if err := s.Make(stopped, e.ID); err == nil {
			t.Fatal("it went on after the end")
		}
		if got := s.state(t, ctx, e.ID); got.State != Queued {
			t.Fatalf("after the stop: %+v", got)
		}
		during = func(page int64) error {
			if page == 1 { // as if killed here, while another node takes over two minutes later
				now.Advance(3 * time.Minute)
				during = func(int64) error { return nil }
				if err := s.Sweep(ctx); err != nil {
					return err
				}
				return s.Make(ctx, e.ID)
			}
			return nil
		}
		if err := s.Make(ctx, e.ID); err != nil {
			t.Fatal(err)
		}
		got := s.state(t, ctx, e.ID)
		if got.State != Done || got.Done != 2500 || got.Run != 3 {
			t.Fatalf("%+v", got)
		}
		if n := strings.Count(string(read(t, ctx, s, got)), "\n"); n != 2501 {
			t.Fatalf("%d lines", n)
		}
		if _, err := s.Get(ctx, e.ID, 8, false); !errors.Is(err, ErrGone) {
			t.Errorf("another's file: %v", err)
		}
		now.Advance(8 * 24 * time.Hour)
		if _, err := s.Download(ctx, got); !errors.Is(err, ErrGone) {
			t.Errorf("after a week: %v", err)
		}
		if err := s.Sweep(ctx); err != nil {
			t.Fatal(err)
		}
		if there, err := s.Store.Exists(ctx, got.FileKey); err != nil || there || s.state(t, ctx, e.ID).State != Expired {
			t.Errorf("the file is still there: %v %v", there, err)
		}
	})
}

// A failure is said, not hidden, and a shortened or rearranged file is not read.
func TestExportFailsAloud(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		s, ctx, _ := service(t, d, rows(10, func(int64) error { return ErrTooMany }))
		e, err := s.Ask(ctx, "rows", "xlsx", Filter{}, "failing-key")
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Make(ctx, e.ID); err != nil {
			t.Fatal(err)
		}
		if got := s.state(t, ctx, e.ID); got.State != Failed || got.Error != ErrTooMany.Msg {
			t.Fatalf("%+v", got)
		}
		var file bytes.Buffer
		w := &sealer{box: s.Box, purpose: "export:1", dst: &file}
		for _, part := range []string{"one", "two"} {
			if _, err := io.WriteString(w, part); err != nil {
				t.Fatal(err)
			}
		}
		whole := bytes.Clone(file.Bytes())
		if err := w.end(); err != nil {
			t.Fatal(err)
		}
		open := func(raw []byte) (string, error) {
			got, err := io.ReadAll(&unsealer{box: s.Box, purpose: "export:1", src: io.NopCloser(bytes.NewReader(raw))})
			return string(got), err
		}
		if got, err := open(file.Bytes()); err != nil || got != "onetwo" {
			t.Fatalf("%q %v", got, err)
		}
		half := len(whole) / 2
		for _, bad := range [][]byte{whole, append(bytes.Clone(whole[half:]), whole[:half]...), nil} {
			if got, err := open(bad); err == nil {
				t.Errorf("%d bytes were read as %q", len(bad), got)
			}
		}
	})
}
