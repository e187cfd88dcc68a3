package demo

// Column is the column of the demo school: a course in that form.
type Column struct {
	Course
	Cadence string
	Planned int64
	Offers  []Offer
}

// Offer is an offer to seed; no months: for good.
type Offer struct {
	Name     string
	PriceFen int64
	Months   int64
}

// Goods is a bundle, membership or service to seed.
type Goods struct {
	Kind, Title, Promise, Intro, Scene string
	Courses                            []string // titles of what it opens
	Categories                         []string // slugs of what it opens
	OpensAll                           bool
	PayPermille                        int64
	Rank                               int64
	Offers                             []Offer
}

// Columns grow issue by issue.
var Columns = []Column{{
	Course: Course{
		Title: "每周一封写作信", Promise: "每周二一封，读完十分钟，当天就能用上一处。",
		Intro:    "<p>写作的书很多，难的是每周真的改一封信。这个专栏一次只说一件小事：一封邮件的第一句、一份会议纪要、一次拒绝。每一期末尾都有一个当天能做完的练习。</p><p>按期订阅的，期内更新的都能看；没到期再买，时间接在后面。</p>",
		Audience: "每天要写邮件、纪要和周报，又不想为此上一门大课的人。",
		Outcomes: []string{"让每封信都有人回", "把拒绝和坏消息说清楚，又不伤人", "周报写到两百字以内"},
		Tags:     []string{"写作", "邮件", "周报"}, Scene: "bird", Category: "writing", Instructor: "沈牧之",
		Chapters: []Chapter{{"来信", []Lesson{
			{Title: "为什么对方只回你「收到」", Text: "letter-reply.html", Free: true},
			{Title: "会议纪要只写三样东西", Text: "letter-minutes.html"},
			{Title: "拒绝别人，也要先说结论", Text: "letter-no.html"},
			{Title: "周报不是流水账", Text: "letter-weekly.html"},
		}}},
	},
	Cadence: "每周二更新", Planned: 24,
	Offers: []Offer{{"月", 1900, 1}, {"季", 4900, 3}, {"年", 16800, 12}, {"永久", 39800, 0}},
}}

// Shop is what the demo school sells beside courses and columns.
var Shop = []Goods{
	{
		Kind: "bundle", Title: "写清楚，算明白", Promise: "「把话写清楚」和「看懂一张报表」一起学，比分开买省 ¥38。",
		Intro: "<p>写方案的人常被问到钱，看报表的人常要写成话。两门课放在一起，正好互相用得上。</p>", Scene: "report",
		Courses: []string{"把话写清楚", "看懂一张报表"}, PayPermille: 1000, Offers: []Offer{{"长期有效", 19900, 0}},
	},
	{
		Kind: "membership", Title: "写作月会员", Promise: "写作表达的课程和专栏，一个月随便看。",
		Intro: "<p>先看一个月，合适再续。没到期续费，时间接在后面。</p>", Scene: "poem",
		Categories: []string{"writing"}, PayPermille: 900, Rank: 1, Offers: []Offer{{"一个月", 3900, 1}},
	},
	{
		Kind: "membership", Title: "全站年会员", Promise: "全部课程和专栏都能学，包括这一年里上新的。",
		Intro: "<p>从写作月会员升级，没用完的天数按实付抵扣。</p>", Scene: "boat",
		OpensAll: true, PayPermille: 800, Rank: 2, Offers: []Offer{{"一年", 29900, 12}},
	},
	{
		Kind: "service", Title: "一对一文稿咨询", Promise: "带上你的一份稿子，和沈牧之老师一起改一小时。",
		Intro: "<p>付款后两个工作日内，我们按你的手机号联系，约好时间。视频或电话都可以。</p><p>改完留给你一份批注稿，和三条下次自己能用的意见。</p>", Scene: "brush",
		PayPermille: 1000, Offers: []Offer{{"60 分钟", 29900, 0}},
	},
}
