package money_test

import (
	"math"
	"testing"
	"testing/quick"

	"zhizhou/internal/money"
)

func TestYuan(t *testing.T) {
	for fen, want := range map[int64]string{0: "0.00", 1: "0.01", 10: "0.10", 16900: "169.00", -5: "-0.05", -12345: "-123.45", math.MinInt64: "-92233720368547758.08"} {
		if got := money.Yuan(fen); got != want {
			t.Errorf("%d → %s, want %s", fen, got, want)
		}
	}
	for text, want := range map[string]int64{"0": 0, "12": 1200, "12.3": 1230, "12.34": 1234, "-0.05": -5} {
		if got, err := money.ParseYuan(text); err != nil || got != want {
			t.Errorf("%s → %d %v, want %d", text, got, err, want)
		}
	}
	for _, bad := range []string{"", ".", "1.", ".5", "1.234", "1e3", " 1", "1,000.00", "--1", "9999999999999999"} {
		if _, err := money.ParseYuan(bad); err == nil {
			t.Errorf("%q was read", bad)
		}
	}
	if err := quick.Check(func(fen int32) bool {
		back, err := money.ParseYuan(money.Yuan(int64(fen)))
		return err == nil && back == int64(fen)
	}, nil); err != nil {
		t.Error(err)
	}
}

// INV-11: the parts are exact whatever the weights.
func TestSplitSumsExactly(t *testing.T) {
	if err := quick.Check(func(total uint32, raw []uint32) bool {
		if len(raw) == 0 {
			return true
		}
		weights := make([]int64, len(raw))
		for i, w := range raw {
			weights[i] = int64(w)
		}
		var sum, all int64
		for _, w := range weights {
			all += w
		}
		parts := money.Split(int64(total), weights)
		for i, p := range parts {
			sum += p
			if p < 0 {
				return false
			}
			if exact := float64(total) * float64(weights[i]) / float64(max(all, 1)); all > 0 && math.Abs(float64(p)-exact) > 1.0001 {
				return false
			}
		}
		return sum == int64(total)
	}, &quick.Config{MaxCount: 3000}); err != nil {
		t.Error(err)
	}
}
