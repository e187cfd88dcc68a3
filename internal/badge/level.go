package badge

// Level is how far somebody's hours of study have brought them.
type Level struct {
	No       int64 // from 1
	Name     string
	Minutes  int64 // studied in all
	From     int64 // minutes at which it begins
	Next     int64 // minutes at which the next begins; 0: it is the last
	NextName string
}

var levels = []struct {
	hours int64
	name  string
}{{0, "泊岸"}, {1, "解缆"}, {5, "启航"}, {15, "顺流"}, {30, "入江"}, {60, "过峡"}, {120, "出海"}, {240, "远行"}, {480, "问津"}, {1000, "知舟"}}

// LevelOf returns the level of so many minutes of study.
func LevelOf(minutes int64) Level {
	l := Level{Minutes: minutes}
	for i, x := range levels {
		if minutes < x.hours*60 {
			l.Next, l.NextName = x.hours*60, x.name
			break
		}
		l.No, l.Name, l.From = int64(i+1), x.name, x.hours*60
	}
	return l
}
