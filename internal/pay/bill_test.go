package pay

import (
	"errors"
	"testing"
	"time"

	"zhizhou/internal/clock"
)

func TestFee(t *testing.T) {
	for text, want := range map[string]int64{
		"0": 0, "1.01": 101, "1.01400": 101, "1.01500": 102, "0.00499": 0, "0.00500": 1, "-0.30000": -30, "-0.30500": -31, "-0.00100": 0, "12": 1200, "0.1": 10,
	} {
		if got, err := Fee(text); err != nil || got != want {
			t.Errorf("%s: %d %v, want %d", text, got, err, want)
		}
	}
	for _, text := range []string{"", ".", "1.", "1.0140x", "1.014000", "x", "1,00", "--1", "1e3"} {
		if got, err := Fee(text); err == nil {
			t.Errorf("%q: %d", text, got)
		}
	}
}

func TestDayOf(t *testing.T) {
	for _, day := range []int64{0, 20261399, 20260230, 2026010, 99999999} {
		if _, ok := DayOf(day); ok {
			t.Errorf("%d is a day", day)
		}
	}
	at, ok := DayOf(20260228)
	if !ok || clock.Day(at) != 20260228 {
		t.Fatal(at, ok)
	}
	if err := EmptyOrEarly(20260228, at.Add(34*time.Hour)); !errors.Is(err, ErrBillNotReady) {
		t.Errorf("ten o'clock: %v", err)
	}
	if err := EmptyOrEarly(20260228, at.Add(35*time.Hour)); err != nil {
		t.Errorf("eleven o'clock: %v", err)
	}
}
