package growth

import (
	"os"
	"testing"
)

// The page of metrics says what the statements do, to the letter.
func TestMetricsAreDocumented(t *testing.T) {
	const at = "../../docs/metrics.md"
	if os.Getenv("UPDATE") != "" {
		if err := os.WriteFile(at, []byte(Document()), 0o644); err != nil { //nolint:gosec // a page of the documentation
			t.Fatal(err)
		}
	}
	is, err := os.ReadFile(at)
	if err != nil || string(is) != Document() {
		t.Errorf("docs/metrics.md is not what the code counts: UPDATE=1 go test ./internal/growth (%v)", err)
	}
}
