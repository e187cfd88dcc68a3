package document

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// frame is what the child says: first what it found, then each page with its
// picture behind it. An Error ends the talk.
type frame struct {
	Error   string    `json:"error,omitempty"`
	Pages   int64     `json:"pages,omitempty"`
	Outline []Heading `json:"outline,omitempty"`
	Page    int64     `json:"page,omitempty"`
	Width   int64     `json:"width,omitempty"`
	Height  int64     `json:"height,omitempty"`
	Text    string    `json:"text,omitempty"`
	Bytes   int       `json:"bytes,omitempty"` // of the picture that follows
}

// The child's words for what is wrong with a file.
const (
	saysLocked = "locked"
	saysBroken = "broken"
	saysPages  = "pages"
)

const (
	maxFrame   = 2 << 20  // bytes of JSON
	maxPicture = 24 << 20 // bytes of a JPEG
)

var errFrame = errors.New("document: the child speaks nonsense")

func writeFrame(w io.Writer, f frame, picture []byte) error {
	f.Bytes = len(picture)
	raw, err := json.Marshal(f)
	if err != nil {
		return fmt.Errorf("document: %w", err)
	}
	raw = append(binary.BigEndian.AppendUint32(nil, uint32(len(raw))), raw...) //nolint:gosec // far below 4 GiB: texts are cut
	if _, err := w.Write(append(raw, picture...)); err != nil {
		return fmt.Errorf("document: %w", err)
	}
	return nil
}

// readFrame reads one frame; the sizes it names are not believed beyond the limits.
func readFrame(r io.Reader) (frame, []byte, error) {
	var head [4]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return frame{}, nil, err //nolint:wrapcheck // io.EOF is the end
	}
	n := binary.BigEndian.Uint32(head[:])
	if n > maxFrame {
		return frame{}, nil, errFrame
	}
	raw := make([]byte, n)
	if _, err := io.ReadFull(r, raw); err != nil {
		return frame{}, nil, errors.Join(errFrame, err)
	}
	var f frame
	if err := json.Unmarshal(raw, &f); err != nil {
		return frame{}, nil, errors.Join(errFrame, err)
	}
	if f.Bytes < 0 || f.Bytes > maxPicture {
		return frame{}, nil, errFrame
	}
	picture := make([]byte, f.Bytes)
	if _, err := io.ReadFull(r, picture); err != nil {
		return frame{}, nil, errors.Join(errFrame, err)
	}
	return f, picture, nil
}
