package hook

import (
	"fmt"
	"io"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
)

// writeAll puts an upload's bytes where the tus store keeps them.
func writeAll(r *rig, path string, raw []byte) error {
	return os.WriteFile(filepath.Join(r.svc.UploadDir(), strings.TrimPrefix(path, UploadsPath)), raw, 0o600)
}

// readerFrom notes what net/http would hand to the kernel.
type readerFrom struct {
	*httptest.ResponseRecorder
	from string
}

func (r *readerFrom) ReadFrom(src io.Reader) (int64, error) {
	r.from = fmt.Sprintf("%T", src)
	if l, ok := src.(*io.LimitedReader); ok {
		r.from += fmt.Sprintf(" of %T", l.R)
	}
	return io.Copy(struct{ io.Writer }{r.ResponseRecorder}, src)
}
