// Package documenttest writes documents for tests, good and hostile ones, and lets a
// test binary become the child that opens them.
package documenttest

import (
	"bytes"
	"crypto/md5" //nolint:gosec // what the format of 1994 asks for
	"crypto/rc4" //nolint:gosec // the same
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf16"

	"zhizhou/internal/document"
)

// Child becomes the child that opens documents, when this test binary was
// started as one. TestMain of packages that make documents ready calls it first.
// Compiled code is shared by all tests of a user: compiling takes seconds.
func Child() {
	if len(os.Args) < 3 || os.Args[1] != document.WorkerName {
		return
	}
	args := os.Args[2:]
	if !strings.Contains(args[0], "cold") {
		args[0] = filepath.Join(os.TempDir(), fmt.Sprintf("zhizhou-test-%d", os.Getuid()))
	}
	if err := document.Worker(args, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// PDF is a small document to be written by a test.
type PDF struct {
	Pages    []string // the text of each
	Contents []string // titles, pointing at the pages in order
	Width    int      // points; 420
	Height   int      // points; 595
	Password string   // needed to open it
	// Ring makes the contents bite their own tail.
	Ring bool
}

// Bytes writes the document. Its letters have no font inside: they can be found, and
// are drawn by whatever stands in.
func (p PDF) Bytes() []byte {
	if p.Width == 0 {
		p.Width, p.Height = 420, 595
	}
	var b bytes.Buffer
	var at []int
	obj := func(format string, args ...any) {
		at = append(at, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n", len(at))
		fmt.Fprintf(&b, format, args...)
		b.WriteString("\nendobj\n")
	}
	b.WriteString("%PDF-1.5\n%\xe2\xe3\xcf\xd3\n")
	const fixed = 6 // catalog, pages, font, descendant, unicode, contents
	kids := make([]string, len(p.Pages))
	for i := range p.Pages {
		kids[i] = fmt.Sprintf("%d 0 R", fixed+1+2*i)
	}
	firstLine := fixed + 1 + 2*len(p.Pages)
	obj("<< /Type /Catalog /Pages 2 0 R /Outlines 6 0 R >>")
	obj("<< /Type /Pages /Count %d /Kids [%s] >>", len(p.Pages), strings.Join(kids, " "))
	obj("<< /Type /Font /Subtype /Type0 /BaseFont /Noto /Encoding /Identity-H /DescendantFonts [4 0 R] /ToUnicode 5 0 R >>")
	obj("<< /Type /Font /Subtype /CIDFontType2 /BaseFont /Noto /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> /DW 1000 >>")
	cmap := "/CIDInit /ProcSet findresource begin begincmap 1 begincodespacerange <0000> <FFFF> endcodespacerange 1 beginbfrange <0000> <FFFF> <0000> endbfrange endcmap end"
	obj("<< /Length %d >>\nstream\n%s\nendstream", len(cmap), cmap)
	if n := len(p.Contents); n > 0 {
		obj("<< /Type /Outlines /First %d 0 R /Last %d 0 R /Count %d >>", firstLine, firstLine+n-1, n)
	} else {
		obj("<< /Type /Outlines >>")
	}
	for i, text := range p.Pages {
		var body strings.Builder
		fmt.Fprintf(&body, "BT /F1 18 Tf 1 0 0 1 40 %d Tm 24 TL\n", p.Height-60)
		for line := range strings.SplitSeq(text, "\n") {
			fmt.Fprintf(&body, "<%s> Tj T*\n", hex16(line))
		}
		fmt.Fprintf(&body, "ET\n0.3 w 40 40 %d %d re S", p.Width-80, 60)
		obj("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %d %d] /Resources << /Font << /F1 3 0 R >> >> /Contents %d 0 R >>", p.Width, p.Height, fixed+2+2*i)
		obj("<< /Length %d >>\nstream\n%s\nendstream", body.Len(), body.String())
	}
	for i, title := range p.Contents {
		next := ""
		if i+1 < len(p.Contents) {
			next = fmt.Sprintf(" /Next %d 0 R", firstLine+i+1)
		} else if p.Ring {
			next = fmt.Sprintf(" /Next %d 0 R /First %d 0 R", firstLine, firstLine)
		}
		obj("<< /Title <FEFF%s> /Parent 6 0 R%s /Dest [%d 0 R /Fit] >>", hex16(title), next, fixed+1+2*i)
	}
	encrypt := ""
	if p.Password != "" {
		obj("%s", lock(p.Password))
		encrypt = fmt.Sprintf(" /Encrypt %d 0 R /ID [<%x> <%x>]", len(at), lockID, lockID)
	}
	start := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(at)+1)
	for _, n := range at {
		fmt.Fprintf(&b, "%010d 00000 n \n", n)
	}
	fmt.Fprintf(&b, "trailer\n<< /Size %d /Root 1 0 R%s >>\nstartxref\n%d\n%%%%EOF\n", len(at)+1, encrypt, start)
	return b.Bytes()
}

func hex16(s string) string {
	var b strings.Builder
	for _, u := range utf16.Encode([]rune(s)) {
		fmt.Fprintf(&b, "%04X", u)
	}
	return b.String()
}

var (
	lockID  = []byte("zhizhou-test-id.")
	lockPad = []byte("\x28\xBF\x4E\x5E\x4E\x75\x8A\x41\x64\x00\x4E\x56\xFF\xFA\x01\x08\x2E\x2E\x00\xB6\xD0\x68\x3E\x80\x2F\x0C\xA9\xFE\x64\x53\x69\x7A")
)

// lock returns the dictionary of the standard handler, revision 2 (ISO 32000-1,
// 7.6.3): what it takes to be asked for a password.
func lock(password string) string {
	cipher := func(key, text []byte) []byte {
		c, err := rc4.NewCipher(key) //nolint:gosec // see above
		if err != nil {
			panic(err)
		}
		out := make([]byte, len(text))
		c.XORKeyStream(out, text)
		return out
	}
	padded := append([]byte(password), lockPad...)[:32]
	owner := md5.Sum(padded) //nolint:gosec // see above
	o := cipher(owner[:5], padded)
	rights := int32(-4)
	all := append(append([]byte(nil), padded...), o...)
	all = binary.LittleEndian.AppendUint32(all, uint32(rights)) //nolint:gosec // its bits are meant
	key := md5.Sum(append(all, lockID...))                      //nolint:gosec // see above
	return fmt.Sprintf("<< /Filter /Standard /V 1 /R 2 /O <%x> /U <%x> /P %d >>", o, cipher(key[:5], lockPad), rights)
}
