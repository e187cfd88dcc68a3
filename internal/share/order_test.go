package share

import (
	"slices"
	"testing"
)

// However many touches, their parts are the whole order, the ends have most, and those
// between as much as each other but for a millionth.
func TestPartsByPlaceAreWhole(t *testing.T) {
	for n := 1; n <= maxTouches; n++ {
		parts := byPlace(n)
		sum := int64(0)
		for _, p := range parts {
			sum += p
		}
		if len(parts) != n || sum != whole {
			t.Fatalf("%d touches: %v", n, parts)
		}
		if n > 2 {
			between := parts[1 : n-1]
			if parts[0] != 400_000 || parts[n-1] != 400_000 || slices.Max(between)-slices.Min(between) > 1 {
				t.Fatalf("%d touches: %v", n, parts)
			}
		}
	}
	if len(byPlace(0)) != 0 {
		t.Fatal("no touch has a part")
	}
}
