package media

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// codecsOf returns the RFC 6381 string of an encoded segment, for the CODECS
// attribute: players choose by it without loading anything.
func codecsOf(raw []byte) (string, error) {
	var p probeOut
	if err := json.Unmarshal(raw, &p); err != nil {
		return "", fmt.Errorf("media: codecs: %w", err)
	}
	var parts []string
	for _, st := range p.Streams {
		switch st.Codec {
		case "h264":
			profile := map[string]string{"Constrained Baseline": "42c0", "Baseline": "4200", "Main": "4d40", "High": "6400"}[st.Profile]
			if profile == "" || st.Level <= 0 || st.Level > 255 {
				return "", fmt.Errorf("media: unexpected H.264 profile %q level %d", st.Profile, st.Level)
			}
			parts = append(parts, fmt.Sprintf("avc1.%s%02x", profile, st.Level))
		case "aac":
			parts = append(parts, "mp4a.40.2")
		}
	}
	if len(parts) == 0 {
		return "", errors.New("media: segment without a stream")
	}
	return strings.Join(parts, ","), nil
}
