package document

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"strconv"
	"time"

	"github.com/klippa-app/go-pdfium"
	pdferrors "github.com/klippa-app/go-pdfium/errors"
	"github.com/klippa-app/go-pdfium/requests"
	"github.com/klippa-app/go-pdfium/webassembly"
	"github.com/tetratelabs/wazero"
	"golang.org/x/sys/unix"
)

// WorkerName is the subcommand that makes this binary the child: it is started by
// the server alone and not for people.
const WorkerName = "document-worker"

const (
	wasmPage  = 64 << 10
	maxText   = 20_000 // runes of a page; what a page of print can hold, many times over
	maxPixels = 8 << 20
	maxSide   = 8192
	maxLines  = 2000 // of the contents
	maxNested = 32
	maxDepth  = 3 // that is shown
)

// Worker is the child: it opens a PDF that a stranger made and says on out what is
// in it, as frames. args: the folder for compiled code, "inspect" or "render", the
// width of pictures, most pages, bytes of memory, the file.
func Worker(args []string, out io.Writer) error {
	if len(args) != 6 {
		return errors.New("document: this command is not for people")
	}
	width, err1 := strconv.ParseInt(args[2], 10, 64)
	most, err2 := strconv.ParseInt(args[3], 10, 64)
	memory, err3 := strconv.ParseInt(args[4], 10, 64)
	if err := errors.Join(err1, err2, err3); err != nil {
		return fmt.Errorf("document: %w", err)
	}
	if err := confine(); err != nil {
		return err
	}
	f, err := os.Open(args[5])
	if err != nil {
		return fmt.Errorf("document: %w", err)
	}
	defer func() { _ = f.Close() }()
	st, err := f.Stat()
	if err != nil {
		return fmt.Errorf("document: %w", err)
	}
	pool, err := machine(args[0], memory)
	if err != nil {
		return err
	}
	p, err := pool.GetInstance(time.Minute)
	if err != nil {
		return fmt.Errorf("document: %w", err)
	}
	w := bufio.NewWriterSize(out, 256<<10)
	if err := talk(&pdf{p: p, width: width}, f, st.Size(), most, args[1] == "render", w); err != nil {
		return err
	}
	return w.Flush() //nolint:wrapcheck // the parent has gone
}

// confine bounds this process. The machine inside has its own, tighter bound; this
// one is for everything around it.
func confine() error {
	debug.SetMemoryLimit(256 << 20)
	for what, most := range map[int]uint64{unix.RLIMIT_AS: 6 << 30, unix.RLIMIT_CORE: 0, unix.RLIMIT_CPU: 3600, unix.RLIMIT_FSIZE: 64 << 20} {
		if err := unix.Setrlimit(what, &unix.Rlimit{Cur: most, Max: most}); err != nil {
			return fmt.Errorf("document: limit: %w", err)
		}
	}
	_ = unix.Setpriority(unix.PRIO_PROCESS, 0, 10) // to be nice is no condition
	return nil
}

// machine starts PDFium as WebAssembly, without files and network. Compiled code is
// kept in dir: compiling takes seconds, reading it milliseconds.
func machine(dir string, memory int64) (pdfium.Pool, error) {
	cache, err := wazero.NewCompilationCacheWithDir(dir)
	if err != nil {
		return nil, fmt.Errorf("document: %w", err)
	}
	pool, err := webassembly.Init(webassembly.Config{
		MinIdle: 1, MaxIdle: 1, MaxTotal: 1, Stdout: io.Discard, Stderr: io.Discard, FSConfig: wazero.NewFSConfig(),
		RuntimeConfig: wazero.NewRuntimeConfig().WithMemoryLimitPages(uint32(memory / wasmPage)).WithCompilationCache(cache), //nolint:gosec // at most 65536
	})
	if err != nil {
		return nil, fmt.Errorf("document: %w", err)
	}
	return pool, nil
}

func talk(p *pdf, f io.ReadSeeker, bytes, most int64, render bool, w *bufio.Writer) error {
	says := func(word string) error { return writeFrame(w, frame{Error: word}, nil) }
	doc, err := p.p.OpenDocument(&requests.OpenDocument{FileReader: f, FileReaderSize: bytes})
	switch {
	case errors.Is(err, pdferrors.ErrPassword), errors.Is(err, pdferrors.ErrSecurity):
		return says(saysLocked)
	case err != nil:
		return says(saysBroken)
	}
	p.doc = doc.Document
	count, err := p.count()
	if err != nil {
		return says(saysBroken)
	}
	if count < 1 || count > most {
		return says(saysPages)
	}
	head := frame{Pages: count}
	if render {
		head.Outline = p.outline(count)
	}
	if err := writeFrame(w, head, nil); err != nil || !render {
		return err
	}
	for n := int64(1); n <= count; n++ {
		page, picture, err := p.render(n)
		if err != nil {
			return says(saysBroken)
		}
		if err := writeFrame(w, page, picture); err != nil {
			return err
		}
		if err := w.Flush(); err != nil {
			return err //nolint:wrapcheck // the parent has gone
		}
	}
	return nil
}
