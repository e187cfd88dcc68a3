package card

import (
	"encoding/json"
	"strings"
	"testing"

	"zhizhou/internal/drawing"
)

// The number and the date fit on every drawing of the house, whatever letters the number has.
func TestNumbersFitTheHouse(t *testing.T) {
	widest := "A"
	for _, c := range "ABCDEFGHJKLMNPQRSTUVWXYZ23456789" {
		if drawing.Width(string(c)) > drawing.Width(widest) {
			widest = string(c)
		}
	}
	four := strings.Repeat(widest, 4)
	said := strings.NewReplacer("{code}", four+"-"+four+"-"+four, "{issued}", "2026.12.28")
	found := 0
	for name, raw := range layouts {
		var l struct {
			Layers []struct {
				Kind, Text string
				W, Size    float64
			}
		}
		if err := json.Unmarshal([]byte(raw), &l); err != nil {
			t.Fatal(name, err)
		}
		for _, x := range l.Layers {
			if !strings.Contains(x.Text, "{code}") && !strings.Contains(x.Text, "{issued}") {
				continue
			}
			found++
			if wide := drawing.Width(said.Replace(x.Text)) * x.Size; wide > x.W*.98 {
				t.Errorf("%s: %q takes %.0f of %.0f", name, said.Replace(x.Text), wide, x.W)
			}
		}
	}
	if found < 4 {
		t.Fatalf("only %d layers name the number", found)
	}
}
