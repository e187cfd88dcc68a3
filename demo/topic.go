package demo

// Topic is a page of courses chosen for one purpose, with a word on each.
type Topic struct {
	Title, Intro, Scene string
	Courses             [][2]string // title, why it stands here
}

// Topics of the demo school.
var Topics = []Topic{{
	Title: "下周一开始，少被追问一次", Scene: "poem",
	Intro: "写邮件、发纪要、交方案，最怕的不是写不出来，是写完还要再解释三遍。这里按先后排好：先改一封信，再学一套方法，最后拿一份说明书给没做过的人试。",
	Courses: [][2]string{
		{"每周一封写作信", "从一封信的第一句改起，当天就有回音"},
		{"把话写清楚", "七课讲完结论、证据和顺序"},
		{"说明书工作坊", "写完请人照着做一遍，卡住的地方就是要改的地方"},
	},
}, {
	Title: "周末两小时，学一样用得上的", Scene: "rice",
	Intro: "不用囤课。挑一样，周六上午学，中午就用：煮一锅好饭，或者看懂楼下面馆赚不赚钱。",
	Courses: [][2]string{
		{"从一碗米饭开始", "免费，今晚就能验证"},
		{"看懂一张报表", "一家面馆的账，讲完三张表"},
	},
}}
