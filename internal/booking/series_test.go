package booking

import (
	"errors"
	"strings"
	"testing"
	"time"

	"zhizhou/internal/clock"
)

func TestSeriesFollowsTheCalendarOfChina(t *testing.T) {
	now := time.Date(2027, 2, 27, 12, 0, 0, 0, clock.China).UnixMilli() // a Saturday
	r := Series{FirstDay: 20270227, LastDay: 20270314, Weekdays: []int64{6, 7}, Minute: 10 * 60, Minutes: 90, Except: []int64{20270307}}
	slots, err := r.Days(now)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, x := range slots {
		got = append(got, time.UnixMilli(x.StartsAt).In(clock.China).Format("01-02 15:04"))
		if x.EndsAt-x.StartsAt != 90*60_000 {
			t.Errorf("%d minutes", (x.EndsAt-x.StartsAt)/60_000)
		}
	}
	// That of today is over, that of the 7th is left out.
	if want := "02-28 10:00 03-06 10:00 03-13 10:00 03-14 10:00"; strings.Join(got, " ") != want {
		t.Errorf("%v, want %s", got, want)
	}
	for name, bad := range map[string]Series{
		"no such day": {FirstDay: 20270230, LastDay: 20270314, Weekdays: []int64{1}, Minutes: 60},
		"backwards":   {FirstDay: 20270314, LastDay: 20270227, Weekdays: []int64{1}, Minutes: 60},
		"no weekday":  {FirstDay: 20270227, LastDay: 20270314, Minutes: 60},
		"too many":    {FirstDay: 20270227, LastDay: 20271231, Weekdays: []int64{1, 2, 3, 4, 5, 6, 7}, Minutes: 60},
		"too long":    {FirstDay: 20270227, LastDay: 20990101, Weekdays: []int64{1}, Minutes: 60},
	} {
		if _, err := bad.Days(now); !errors.Is(err, ErrSlot) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestCalendarFilesAreWellFormed(t *testing.T) {
	at := time.Date(2027, 3, 6, 10, 0, 0, 0, clock.China).UnixMilli()
	text := Booking{ID: 7, StartsAt: at, EndsAt: at + 3600_000, Title: "面谈；一对一, 第\n二次\\", Place: strings.Repeat("很长的地址", 20)}.calendar()
	for line := range strings.SplitSeq(strings.TrimSuffix(text, "\r\n"), "\r\n") {
		if len(line) > 75 || strings.ContainsAny(line, "\r\n") {
			t.Errorf("%d octets: %q", len(line), line)
		}
	}
	whole := strings.ReplaceAll(text, "\r\n ", "")
	for _, want := range []string{"DTSTART:20270306T020000Z", "DTEND:20270306T030000Z", `SUMMARY:面谈；一对一\, 第\n二次\\`, "LOCATION:" + strings.Repeat("很长的地址", 20)} {
		if !strings.Contains(whole, want+"\r\n") {
			t.Errorf("%s is not in\n%s", want, whole)
		}
	}
}
