package challenge

import (
	"testing"
	"time"

	"zhizhou/internal/clock"
)

func TestDaysAreShanghais(t *testing.T) {
	sunday := time.Date(2026, 11, 22, 23, 59, 59, 0, clock.China)
	n := Ordinal(sunday)
	if DayOf(n) != 20261122 || OrdinalOf(20261122) != n || OrdinalOf(20261131) != 0 || DayOf(0) != 0 || weekday(n) != 7 {
		t.Fatal(n, DayOf(n), OrdinalOf(20261122), weekday(n))
	}
	if Ordinal(sunday.Add(time.Second)) != n+1 || weekOf(n+1) != n+1 || weekOf(n) != n-6 || weekday(n+1) != 1 {
		t.Fatal("midnight begins a week")
	}
	if time.UnixMilli(began(n+1)).In(clock.China) != sunday.Add(time.Second) {
		t.Fatal(time.UnixMilli(began(n + 1)).In(clock.China))
	}
}
