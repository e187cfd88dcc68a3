package demo

// Meeting is a lesson to seed that is booked: how it is held, and on which weekdays (1
// Monday) and minutes of the day it may be booked, from tomorrow on for three weeks.
type Meeting struct {
	Kind, Place, Directions, Bring, Note string
	Minutes, CancelHours, Hold, Most     int64
	Places                               int64
	Weekdays                             []int64
	At                                   []int64
}

// Meetings are the demo school's lessons in person, by name.
var Meetings = map[string]Meeting{
	"clinic": {
		Kind: "offline", Place: "知舟自习室，安吉路 12 号二楼小教室",
		Directions: "从青禾公园站 3 号口出来，沿安吉路向南走五分钟，一楼是面馆，从面馆右边的楼梯上二楼。骑车来可以停在院子里。",
		Bring:      "一个月的账：手机里的账单截图、记账本或一袋小票都行，不用整理。一支笔。",
		Note: "两节课讲的是别人家的面馆，这一次算你自己的账。\n\n前二十分钟，每人把一个月的进出写成三栏：赚到的、花掉的、还没到手的。" +
			"中间半小时两人一组，互相找对方账里「看着是利润、其实不是现金」的那一笔。最后四十分钟许老师逐个看，每人至少带走一条下个月就能改的事。\n\n" +
			"账本只在你自己手里，不收，不拍照。不想给别人看的数字，可以只写比例。",
		Minutes: 90, CancelHours: 12, Hold: 1, Most: 2, Places: 6, Weekdays: []int64{6, 7}, At: []int64{10 * 60, 14*60 + 30},
	},
}
