package booking

import (
	"slices"
	"time"

	"zhizhou/internal/clock"
)

// Series is a time that comes back every week, in the calendar of China.
type Series struct {
	FirstDay int64   // YYYYMMDD, the first day on which it may be
	LastDay  int64   // YYYYMMDD, the last one
	Weekdays []int64 // 1 Monday to 7 Sunday
	Minute   int64   // of the day at which it begins
	Minutes  int64   // how long it takes
	Except   []int64 // days YYYYMMDD on which it is not
}

// Days lists the slots of a series that begin after now (ms), without writing any:
// what staff look at before they save it. Returns ErrSlot.
func (r Series) Days(now int64) ([]Slot, error) {
	first, ok := day(r.FirstDay)
	last, also := day(r.LastDay)
	switch {
	case !ok || !also || last.Before(first):
		return nil, ErrSlot.Field("last_day", "请选择起止日期")
	case last.Sub(first) > 400*24*time.Hour:
		return nil, ErrSlot.Field("last_day", "一次最多排一年")
	case len(r.Weekdays) == 0:
		return nil, ErrSlot.Field("weekdays", "请选择每周哪几天")
	case r.Minute < 0 || r.Minute >= 24*60 || r.Minutes < 5 || r.Minutes > 24*60:
		return nil, ErrSlot.Field("minute", "请检查开始时间和时长")
	}
	out := []Slot{}
	for d := first; !d.After(last); d = d.AddDate(0, 0, 1) {
		weekday := int64(d.Weekday())
		if weekday == 0 {
			weekday = 7
		}
		at := d.Add(time.Duration(r.Minute) * time.Minute).UnixMilli()
		if !slices.Contains(r.Weekdays, weekday) || slices.Contains(r.Except, clock.Day(d)) || at <= now {
			continue
		}
		if len(out) == mostSlots {
			return nil, ErrSlot.Field("last_day", "一次最多排 100 场，请缩短日期")
		}
		out = append(out, Slot{StartsAt: at, EndsAt: at + r.Minutes*60_000})
	}
	return out, nil
}

func day(n int64) (time.Time, bool) {
	t := time.Date(int(n/10000), time.Month(n/100%100), int(n%100), 0, 0, 0, 0, clock.China)
	return t, n > 0 && clock.Day(t) == n
}
